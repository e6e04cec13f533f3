"""Geometry of stacked bars over time, to one scale: counts in, positions out. Nothing here reads the database or the clock.

Across in percentages of the drawing's width, up and down in pixels, as in :mod:`tracker.public.charts`.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tracker.public.charts import percent

HEIGHT, HEAD, FOOT = 210, 16, 20
"""Pixels: the bars of the largest total, room for its number above, and for the day below."""
LINE = 17
"""Pixels from one direct label to the next, at least."""
BAR = 0.68
"""How much of its place a bar fills."""
EVERY = 14
"""At most about so many days are written below the bars; where there are more bars, some have none."""

Counts = Sequence[tuple[Hashable, int]]


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a bar."""

    key: Hashable
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: where it begins, how wide it is, its middle, its total with the height at which that stands, and its parts from the bottom up."""

    label: str
    x: str
    width: str
    middle: str
    total: int
    total_y: float
    labelled: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """What a part of the last bar stands for: the middle of the part, and where its words stand so that no two touch."""

    key: Hashable
    count: int
    at: float
    y: float


@dataclass(frozen=True, slots=True)
class Stacked:
    """A drawing: its height, the line on which the bars stand, the bars, and the labels beside the last of them."""

    height: int
    base: int
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]


def stacked(bars: Sequence[tuple[str, Counts]]) -> Stacked:
    """Lay bars out, each a label and its counts in the order from the bottom up, all to the scale of the largest."""
    largest = max((sum(count for _key, count in counts) for _label, counts in bars), default=0) or 1
    base = HEAD + HEIGHT
    step = 100 / max(len(bars), 1)
    every = -(-len(bars) // EVERY) or 1
    drawn = []
    for place, (label, counts) in enumerate(bars):
        blocks, top = [], float(base)
        for key, count in counts:
            if count > 0:
                height = HEIGHT * count / largest
                top -= height
                blocks.append(Block(key, count, round(top, 2), round(height, 2)))
        left = step * (place + (1 - BAR) / 2)
        labelled = (len(bars) - 1 - place) % every == 0
        total = sum(block.count for block in blocks)
        middle = percent(step * (place + 0.5))
        drawn.append(Bar(label, percent(left), percent(step * BAR), middle, total, round(top - 4, 2), labelled, tuple(blocks)))
    last = drawn[-1].blocks if drawn else ()
    return Stacked(base + FOOT, base, tuple(drawn), _labels(last, base))


def _labels(blocks: Sequence[Block], base: int) -> tuple[Label, ...]:
    """Words beside the parts, from the bottom up, moved apart where parts are small; never below the line, as high as it takes."""
    wanted = [block.y + block.height / 2 for block in blocks]
    placed: list[float] = []
    for at in wanted:
        placed.append(min(at, placed[-1] - LINE) if placed else min(at, base - LINE / 2))
    if placed and placed[-1] < LINE / 2:  # no room above: begin at the top and push downwards instead
        placed[-1] = LINE / 2
        for place in range(len(placed) - 2, -1, -1):
            placed[place] = max(placed[place], placed[place + 1] + LINE)
    return tuple(Label(block.key, block.count, round(at, 2), round(y, 2)) for block, at, y in zip(blocks, wanted, placed, strict=True))

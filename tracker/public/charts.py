"""Geometry for the server-rendered charts: numbers and days in, positions out; templates draw them.

Lengths across are percentages of the drawing's width, written as SVG takes them (``"37.5%"``), so that a chart fits any screen while
type and symbols keep their size. Heights are pixels. Nothing here reads the database or the clock.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

SIDE = 2.0
"""Per cent kept free at either end of a time axis, so that symbols at the ends are whole."""
NEAR = 2.6
"""Marks closer than this, in per cent, are stacked: about a symbol's width at 640 pixels."""
LABEL, STEP, HEAD, AXIS = 17, 20, 20, 22
"""Pixels: a lane's label, a row of marks, the issue date's words above, the years below."""


def percent(number: float) -> str:
    """A length as SVG takes it."""
    return f"{number:.2f}".rstrip("0").rstrip(".") + "%"


# Parts of a whole


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar: what it stands for, its count, where it begins and how long it is."""

    key: Hashable
    count: int
    x: str
    width: str


def split(counts: Iterable[tuple[Hashable, int]], whole: int | None = None) -> list[Segment]:
    """A bar split in proportion to the counts, in their order; parts of nothing are left out.

    ``whole`` is the count that fills the width (the largest of several bars, so that they compare); without it the bar fills it.
    """
    given = [(key, count) for key, count in counts if count > 0]
    whole = max(whole or 0, sum(count for _key, count in given))
    segments, before = [], 0
    for key, count in given:
        segments.append(Segment(key, count, percent(100 * before / whole), percent(100 * count / whole)))
        before += count
    return segments


# Time


@dataclass(frozen=True, slots=True)
class Moment:
    """Something to draw on a time axis: between ``first`` and ``last`` (one day, or all the days that a partial date can mean).

    ``lane`` is the row that it stands in, ``title`` its words, ``shape`` and ``tone`` as those of a status. ``earlier`` greys it,
    ``in_place`` draws a frame around it, ``unsure`` a broken one: its order to the issue date is not known.
    """

    lane: str
    first: dt.date
    last: dt.date
    title: str
    shape: str
    tone: str
    earlier: bool = False
    in_place: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment in its place: ``x`` the middle of its range, ``start``/``width`` the range (width is nothing for a day), ``y`` the middle."""

    moment: Moment
    x: str
    start: str
    width: str | None
    y: int


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of marks: its label, the label's baseline, and the line that its first marks stand on."""

    label: str
    label_y: int
    line_y: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A year on the axis, at its first day; ``minor`` ones are hidden on narrow screens."""

    label: str
    x: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing: its height, years, lanes, and where the issue date lies (a range where it is partial)."""

    height: int
    foot: int
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]
    issue_x: str
    issue_width: str | None
    issue_at_end: bool

    @property
    def lanes_height(self) -> int:
        """Pixels from below the issue date's words down to the years."""
        return self.foot - HEAD + 2


def timeline(moments: Sequence[Moment], *, issued: tuple[dt.date, dt.date], until: dt.date) -> Timeline:
    """Lay moments out on one axis, a lane a government in the order given, from the year of the first to ``until``.

    ``issued`` bounds the days that the issue date can mean. What would overlap within a lane is stacked, in order of time.
    """
    start = dt.date(min([issued[0], *(moment.first for moment in moments)]).year, 1, 1)
    end = max([until, issued[1], *(moment.last for moment in moments)])
    days = max((end - start).days, 1)

    def place(day: dt.date) -> float:
        return SIDE + (100 - 2 * SIDE) * (day - start).days / days

    top, lanes = HEAD, []
    for label in dict.fromkeys(moment.lane for moment in moments):
        own = sorted((moment for moment in moments if moment.lane == label), key=lambda moment: (moment.first, moment.last, moment.title))
        ends: list[float] = []  # how far each row of the lane is taken, in per cent
        marks = []
        for moment in own:
            left, right = place(moment.first), place(moment.last)
            row = next((number for number, taken in enumerate(ends) if left - NEAR >= taken), len(ends))
            ends[row : row + 1] = [max(right, (left + right) / 2)]
            width = percent(right - left) if moment.last > moment.first else None
            y = top + LABEL + row * STEP + STEP // 2
            marks.append(Mark(moment, percent((left + right) / 2), percent(left), width, y))
        lanes.append(Lane(label, top + LABEL - 4, top + LABEL + STEP // 2, tuple(marks)))
        top += LABEL + max(len(ends), 1) * STEP + 4

    middle = (place(issued[0]) + place(issued[1])) / 2
    partial = issued[1] > issued[0]
    return Timeline(
        height=top + AXIS,
        foot=top,
        ticks=_years(start, end, place),
        lanes=tuple(lanes),
        issue_x=percent(place(issued[0]) if partial else middle),
        issue_width=percent(place(issued[1]) - place(issued[0])) if partial else None,
        issue_at_end=middle > 60,
    )


def _years(start: dt.date, end: dt.date, place: Callable[[dt.date], float]) -> tuple[Tick, ...]:
    every = max(1, -(-(end.year - start.year + 1) // 16))
    years = range(start.year, end.year + 1, every)
    return tuple(Tick(str(year), percent(place(dt.date(year, 1, 1))), bool(index % 2)) for index, year in enumerate(years))

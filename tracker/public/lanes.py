"""Geometry of the timeline's lanes: days in, positions out, all lanes on one axis. Lengths across are per cent of the width, heights pixels.

Time runs from left to right in every language, as on the map nothing mirrors: a drawing says the same to two readers who compare it.
Nothing here reads the database or the clock.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.public.charts import percent

SIDE = 2.0
"""Per cent kept free at either end of the axis, so that symbols at the ends are whole."""
NEAR = 2.6
"""Marks closer than this, in per cent, are put into another row: about a symbol's width at 640 pixels."""
HEAD, TOP, ROW, BAND, FOOT = 17, 6, 22, 14, 20
"""Pixels: the recommendation's date in words, free above the marks, a row of marks, the band of statuses, the years below."""
YEARS = 16
"""At most so many years are written below a lane; every other one is hidden on a narrow screen."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A year on the axis, at its first day; ``minor`` ones are hidden on narrow screens."""

    label: str
    x: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """The days that all lanes share, both included; ``start`` is before ``end``."""

    start: dt.date
    end: dt.date

    def place(self, day: dt.date) -> float:
        """Where a day lies, in per cent; days outside lie at the nearer end."""
        share = (day - self.start).days / max((self.end - self.start).days, 1)
        return SIDE + (100 - 2 * SIDE) * min(max(share, 0), 1)

    @property
    def years(self) -> list[Tick]:
        """At most ``YEARS`` years with the place of their first day."""
        every = max(1, -(-(self.end.year - self.start.year + 1) // YEARS))
        days = [dt.date(year, 1, 1) for year in range(self.start.year, self.end.year + 1, every)]
        return [Tick(str(day.year), percent(self.place(day)), bool(number % 2)) for number, day in enumerate(days) if day >= self.start]


@dataclass(frozen=True, slots=True)
class Spot:
    """A mark in its place.

    ``x`` is the middle of the days it can mean, ``start`` and ``width`` these days (no width for one), ``end`` where what it began ended.
    """

    x: str
    start: str
    width: str | None
    end: str | None
    y: int


@dataclass(frozen=True, slots=True)
class Laid:
    """The marks of a lane in the order given, and its heights: of the head's end, of the band's top and end, and of the whole."""

    spots: tuple[Spot, ...]
    head: int
    band_y: int
    foot: int
    height: int

    @property
    def tall(self) -> int:
        """Pixels from the head's end to the band's."""
        return self.foot - self.head


def axis_of(days: Sequence[dt.date], until: dt.date) -> Axis:
    """The axis on which all days lie: from the year of the first to ``until``, or the last day where that is later."""
    return Axis(dt.date(min([*days, until]).year, 1, 1), max([*days, until, dt.date(min([*days, until]).year, 1, 2)]))


def lay(marks: Sequence[tuple[dt.date, dt.date, dt.date | None]], axis: Axis, *, headed: bool = True, footed: bool = True) -> Laid:
    """Place marks, each its first day, its last and the day on which what it began ended (None: no end on record).

    What would overlap in a row is put into the next one; a bar until the end takes the row as far as it goes. A lane that is not ``headed`` or
    ``footed`` leaves no room for the recommendation's date above or the years below: it stands with others that do.
    """
    head = HEAD if headed else 0
    taken: list[float] = []
    spots: dict[int, Spot] = {}
    for number, (first, last, ended) in sorted(enumerate(marks), key=lambda pair: pair[1][:2]):
        left, right = axis.place(first), axis.place(last)
        end = axis.place(ended) if ended and ended > last else None
        row = next((place for place, until in enumerate(taken) if left - NEAR >= until), len(taken))
        taken[row : row + 1] = [end or right]
        spots[number] = Spot(
            percent((left + right) / 2),
            percent(left),
            percent(right - left) if last > first else None,
            percent(end) if end else None,
            head + TOP + row * ROW + ROW // 2,
        )
    band = head + TOP + max(len(taken), 1) * ROW + 2
    return Laid(tuple(spots[number] for number in range(len(marks))), head, band, band + BAND, band + BAND + (FOOT if footed else 4))


def stretch(axis: Axis, since: dt.date, until: dt.date) -> tuple[str, str]:
    """Where a period begins and how long it is, as SVG takes them."""
    left = axis.place(since)
    return percent(left), percent(max(axis.place(until) - left, 0))

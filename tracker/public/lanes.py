"""Geometry of the timeline's lanes: days in, positions out, all lanes on one axis. Lengths across are per cent of the width, heights pixels.

Time runs from left to right in every language, as on the map nothing mirrors: a drawing says the same to two readers who compare it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.public.charts import NEAR, SIDE, percent

ROW, TOP, BAND, FOOT = 20, 6, 14, 20
"""Pixels: a row of marks, free above them, the band of statuses, the years below."""


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
    def years(self) -> list[tuple[str, str]]:
        """At most eight years with the place of their first day."""
        every = max(1, -(-(self.end.year - self.start.year + 1) // 8))
        days = (dt.date(year, 1, 1) for year in range(self.start.year, self.end.year + 1, every))
        return [(str(day.year), percent(self.place(day))) for day in days if day >= self.start]


@dataclass(frozen=True, slots=True)
class Spot:
    """A mark of a lane in its place: ``x`` the middle of the days it can mean, ``start``/``width`` these days, ``to`` the length until its end."""

    x: str
    start: str
    width: str | None
    end: str | None
    y: int


@dataclass(frozen=True, slots=True)
class Laid:
    """The marks of a lane in the order given, and the heights: of the band's top, and of the whole."""

    spots: tuple[Spot, ...]
    band_y: int
    height: int


def axis_of(days: Sequence[dt.date], until: dt.date) -> Axis:
    """The axis on which all days lie: from the year of the first to ``until``, or the last day where that is later."""
    return Axis(dt.date(min([*days, until]).year, 1, 1), max([*days, until, dt.date(min([*days, until]).year, 1, 2)]))


def lay(marks: Sequence[tuple[dt.date, dt.date, dt.date | None]], axis: Axis) -> Laid:
    """Place marks, each its first day, its last and the day on which what it began ended (None: no end on record).

    What would overlap in a row is put into the next one; a bar until the end takes the row as far as it goes.
    """
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
            TOP + row * ROW + ROW // 2,
        )
    band = TOP + max(len(taken), 1) * ROW + 2
    return Laid(tuple(spots[number] for number in range(len(marks))), band, band + BAND + FOOT)


def stretch(axis: Axis, since: dt.date, until: dt.date) -> tuple[str, str]:
    """Where a period begins and how long it is, as SVG takes them."""
    left = axis.place(since)
    return percent(left), percent(max(axis.place(until) - left, 0))

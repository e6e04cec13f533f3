"""Geometry for the server-rendered charts: numbers in, positions out; templates draw them. Time has its own in :mod:`tracker.public.lanes`.

Lengths across are percentages of the drawing's width, written as SVG takes them (``"37.5%"``), so that a chart fits any screen while
type and symbols keep their size. Heights are pixels. Nothing here reads the database or the clock.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass


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

"""How long after a recommendation the first action toward it came: only what the dates tell for certain.

Nothing is said of causes: an action that came soon may have had any ground. Classes are counted in calendar months, as a deadline would be.
Publishing keeps what :func:`classes` gives with each addressee, for queries: :mod:`tracker.public.first_action`.
"""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import Earlier, FirstAction

LIMITS = ((3, FirstAction.WITHIN_3_MONTHS), (12, FirstAction.WITHIN_12_MONTHS), (24, FirstAction.WITHIN_2_YEARS))
"""Months up to and including which a class reaches, in order; what is longer is ``LATER``."""


@dataclass(frozen=True, slots=True)
class Toward:
    """An action that fulfils or partly fulfils: the days that its date can mean, and its order beside the recommendation."""

    first: dt.date
    last: dt.date
    earlier: Earlier


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of the month so many months later, or the last one of a shorter month, as PostgreSQL's intervals count."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def first_action(recommended_on: PartialDate, actions: Iterable[Toward]) -> FirstAction:
    """In which class the time from the recommendation to the first later action toward it falls.

    Every day that either date can mean must fall in the same class; otherwise the length is not certain. An action whose order beside the
    recommendation is unknown may have been the first one, on any day after it.
    """
    bearing = [action for action in actions if action.earlier is not Earlier.YES]
    later = [action for action in bearing if action.earlier is Earlier.NO]
    if not bearing:
        return FirstAction.NONE
    if not later:
        return FirstAction.UNCERTAIN
    may_be_at_once = len(later) < len(bearing)
    soonest, latest = min(action.first for action in later), min(action.last for action in later)
    shortest = FirstAction.WITHIN_3_MONTHS if may_be_at_once else _class(recommended_on.last, soonest)
    longest = _class(recommended_on.first, latest)
    return shortest if shortest is longest else FirstAction.UNCERTAIN


def classes(
    recommended_on: PartialDate, actions: Iterable[Toward], *, start: dt.date, end: dt.date | None = None
) -> list[tuple[dt.date, FirstAction]]:
    """The class on each day from ``start`` to the day before ``end`` (None: for ever), as the days from which on another one holds, in order.

    The first of them is ``start``, which is no day before the recommendation was made for certain. By a day those actions count that happened by then
    for certain.
    """
    actions = list(actions)
    days = sorted({start, *(action.last for action in actions if start < action.last and (end is None or action.last < end))})
    found: list[tuple[dt.date, FirstAction]] = []
    for day in days:
        held = first_action(recommended_on, (action for action in actions if action.last <= day))
        if not found or held is not found[-1][1]:
            found.append((day, held))
    return found


def _class(start: dt.date, end: dt.date) -> FirstAction:
    for months, name in LIMITS:
        if end <= months_after(start, months):
            return name
    return FirstAction.LATER

"""How long a search that found nothing may be relied on."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable

from tracker.rules.dates import PartialDate

HOLDS_FOR = 12
"""Months that a search holds. Registers, gazettes and archives fill up within a year, and most governments report once a year: what a search did not
find then may stand there now."""


def due_again(searched_on: PartialDate) -> dt.date:
    """The day from which a search is due again: :data:`HOLDS_FOR` months after the last day that its date can mean."""
    last = searched_on.last
    year, month = divmod(last.year * 12 + last.month - 1 + HOLDS_FOR, 12)
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month + 1, min(last.day, monthrange(year, month + 1)[1]))


def is_due(searched_on: PartialDate, day: dt.date) -> bool:
    """Whether a search is due again on a day. What rests on it stays as it was said; it is no longer fresh."""
    return due_again(searched_on) <= day


def latest(searches: Iterable[PartialDate]) -> PartialDate | None:
    """The search that holds longest; None where there is none."""
    return max(searches, key=lambda searched_on: (due_again(searched_on), searched_on.text), default=None)

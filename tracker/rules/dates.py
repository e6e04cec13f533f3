"""Partial dates: a day, a month or a year, and what can be said of the order of two of them.

Written as in ISO 8601: ``2019-02-01``, ``2019-02``, ``2019`` (the reduced precisions of ISO 8601-1:2019, 5.2.2). Two dates
whose ranges overlap have no known order, and the software says so.
"""

import datetime as dt
import enum
import re
from calendar import monthrange
from dataclasses import dataclass

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_MONTHS = [
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"],
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
]
_MONTH_NUMBER = {name: number for names in _MONTHS for number, name in enumerate(names, start=1)} | {"sept": 9}
_WORDS = re.compile(r"(?:(\d{1,2})\s+)?([a-z]+)\.?\s+(\d{4})", re.ASCII)  # 1 February 2019, February 2019
_AMERICAN = re.compile(r"([a-z]+)\.?\s+(\d{1,2}),?\s+(\d{4})", re.ASCII)  # February 1, 2019

ACCEPTED = "a day, a month or a year, as 2019-02-01, 2019-02, 2019 or February 2019"


class Precision(enum.StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Order(enum.StrEnum):
    """What two dates say of each other's order."""

    BEFORE = "before"
    AFTER = "after"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=False)
class PartialDate:
    """A date of which the day, or the day and the month, may be unknown.

    ``first`` and ``last`` bound the days that it can mean, both included.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what is no ISO date: ``ValueError`` with a sentence that says what would be right."""
        match = _ISO.fullmatch(self.text)
        try:
            if not match:
                raise ValueError
            dt.date(*(int(part or 1) for part in match.groups()))
        except ValueError:
            raise ValueError(f"“{self.text}” is not a date; write {ACCEPTED}.") from None

    @property
    def precision(self) -> Precision:
        """Day, month or year: what is known of it."""
        return {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}[len(self.text)]

    @property
    def first(self) -> dt.date:
        """The earliest day that it can mean."""
        year, month, day = (int(part) for part in (self.text + "-01-01"[len(self.text) - 4 :])[:10].split("-"))
        return dt.date(year, month, day)

    @property
    def last(self) -> dt.date:
        """The latest day that it can mean; a status with a partial date takes effect on it."""
        if self.precision is Precision.YEAR:
            return dt.date(int(self.text), 12, 31)
        if self.precision is Precision.MONTH:
            year, month = (int(part) for part in self.text.split("-"))
            return dt.date(year, month, monthrange(year, month)[1])
        return self.first

    def __str__(self) -> str:
        """The ISO form, as stored."""
        return self.text


def parse(text: str) -> PartialDate:
    """Read what a person typed: ISO forms, ``February 2019``, ``1 February 2019``, ``February 1, 2019``.

    English month names, whole or abbreviated, in any case. Raises ``ValueError`` with one clear sentence.
    """
    typed = " ".join(text.split())
    words = typed.casefold()
    if match := _WORDS.fullmatch(words):
        day, name, year = match.groups()
    elif match := _AMERICAN.fullmatch(words):
        name, day, year = match.groups()
    else:
        return PartialDate(typed)
    if name not in _MONTH_NUMBER:
        raise ValueError(f"“{typed}” is not a date: “{name}” is no month; write {ACCEPTED}.")
    iso = f"{year}-{_MONTH_NUMBER[name]:02}" + (f"-{int(day):02}" if day else "")
    try:
        return PartialDate(iso)
    except ValueError:
        raise ValueError(f"“{typed}” is not a date; write {ACCEPTED}.") from None


def order(one: PartialDate, other: PartialDate) -> Order:
    """How ``one`` stands to ``other`` in time, by the dates alone.

    Ranges that overlap have no known order, and that holds for one and the same day too: a date does not tell the hour.
    """
    if one.last < other.first:
        return Order.BEFORE
    if one.first > other.last:
        return Order.AFTER
    return Order.UNKNOWN

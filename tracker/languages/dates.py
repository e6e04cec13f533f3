"""Dates in words, after the CLDR's names and patterns.

Dates are Gregorian in every language, as their sources write them, so that a date reads the same in all three. Persian has the CLDR's Persian names
of Gregorian months and Persian digits; the same day by the solar hijri calendar stands beside it as a title.
"""

import datetime as dt
import functools

from babel import Locale
from babel.dates import format_date
from django.utils.translation import get_language

from tracker.languages import LANGUAGES, SOURCE
from tracker.languages.digits import localized
from tracker.languages.solar import MONTHS, solar
from tracker.rules.dates import PartialDate, Precision

_OURS = {
    ("en", "yMMMd"): "d MMM y",  # the order that this site has always had, which is the CLDR's for British English
    ("en", "yMMMMd"): "d MMMM y",
    ("fr", "yMMMd", 1): "d'er' MMM y",  # as French is printed
    ("fr", "yMMMMd", 1): "d'er' MMMM y",
}
"""Where a pattern is not the CLDR's own: by language, skeleton and, of one day alone, day of the month."""


def language() -> str:
    """The language of the page that is being written."""
    active = get_language() or SOURCE
    return active if active in LANGUAGES else SOURCE


@functools.cache
def locale(code: str) -> Locale:
    """The CLDR's data of a language."""
    return Locale.parse(code)


def in_words(date: PartialDate, *, short: bool = False) -> str:
    """A day, a month or a year in words of the page's language; ``short`` abbreviates the month."""
    code, first = language(), date.first
    month = "MMM" if short else "MMMM"
    skeleton = {Precision.DAY: f"y{month}d", Precision.MONTH: f"y{month}", Precision.YEAR: "y"}[date.precision]
    return localized(format_date(first, _pattern(code, skeleton, first.day), locale=locale(code)), code)


def _pattern(code: str, skeleton: str, day: int) -> str:
    ours = _OURS.get((code, skeleton, day)) or _OURS.get((code, skeleton))
    return ours or str(locale(code).datetime_skeletons[skeleton].pattern)


def other_calendar(date: PartialDate) -> str:
    """The same day by the calendar of the language's readers, where that is another one; empty otherwise, and for less than a day."""
    found = solar(date.first) if language() == "fa" and date.precision is Precision.DAY else None
    return localized(f"{found[2]} {MONTHS[found[1] - 1]} {found[0]}", "fa") if found else ""


def iso(value: PartialDate | str | dt.date) -> str:
    """The ISO form of what stands for a date."""
    if isinstance(value, dt.datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, dt.date) else str(value)

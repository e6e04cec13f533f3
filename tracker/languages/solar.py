"""The solar hijri calendar of Iran and Afghanistan, for the years in which its leap years follow the cycle of 33 years.

Years begin on the day of the March equinox in Tehran. Between 1244 and 1472 (1865 to 2094) the leap years are those whose number divided by 33
leaves one of ``_LEAP``, which is what the tables of the University of Tehran's Institute of Geophysics give.
"""

import datetime as dt

FIRST, LAST = dt.date(1865, 3, 21), dt.date(2093, 3, 20)
MONTHS = (
    *("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور"),
    *("مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
)
_LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_ANCHOR_YEAR, _ANCHOR = 1400, dt.date(2021, 3, 21)


def solar(day: dt.date) -> tuple[int, int, int] | None:
    """Year, month and day of the solar hijri calendar; None outside the years that this module answers for."""
    if not FIRST <= day <= LAST:
        return None
    year, new_year = _ANCHOR_YEAR, _ANCHOR
    while day < new_year:
        year -= 1
        new_year -= dt.timedelta(days=_days(year))
    while day >= (following := new_year + dt.timedelta(days=_days(year))):
        year, new_year = year + 1, following
    passed = (day - new_year).days
    if passed < 6 * 31:
        return year, passed // 31 + 1, passed % 31 + 1
    passed -= 6 * 31
    return year, passed // 30 + 7, passed % 30 + 1


def _days(year: int) -> int:
    return 366 if year % 33 in _LEAP else 365

"""The other codes of ISO 3166-1 of a government, from the two letters that it has on this site, after CLDR (through Babel). Nobody types them."""

import functools

from babel.core import get_global

from tracker.languages.names import is_named_by_code

NOT_ISO = frozenset({"EU", "XK"})
"""Two letters that are this site's, or ISO's reserve, and no code of a country."""
FORMER = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR", "230", "249", "278", "280", "720", "736", "886"})
"""Codes of former states and names (ISO 3166-3, and numbers that the United Nations gave up), which CLDR reads as those of today."""
HOLY_SEE = "VA"
"""CLDR names by it the state of the Vatican City; ISO's code is of both."""


def alpha_3(code: str) -> str:
    """The three letters of ISO 3166-1: ALB for AL; empty where it has none."""
    return next((other for other in _others(code) if other.isalpha()), "")


def numeric(code: str) -> str:
    """The number of ISO 3166-1, in three digits: 008 for AL; empty where it has none."""
    return next((other for other in _others(code) if other.isdigit()), "")


def _others(code: str) -> tuple[str, ...]:
    others = _by_alpha_2().get(code, ()) if (is_named_by_code(code) or code == HOLY_SEE) and code not in NOT_ISO else ()
    return others if any(other.isdigit() for other in others) else ()  # letters alone are reserved, as ASC, and no country's


@functools.cache
def _by_alpha_2() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for other, codes in get_global("territory_aliases").items():
        if len(other) == 3 and len(codes) == 1 and other not in FORMER:
            found[codes[0]] = (*found.get(codes[0], ()), other)
    return found


@functools.cache
def every() -> dict[str, tuple[str, str]]:
    """The three letters and the number of every code that has them, by its two letters."""
    return {code: (alpha_3(code), numeric(code)) for code in (*_by_alpha_2(), HOLY_SEE) if alpha_3(code)}

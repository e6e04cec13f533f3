"""What governments are called in other languages than the one of this site, after CLDR (through Babel): so that a reader finds one in their own."""

import functools

from babel import Locale

from tracker.rules.folding import folded

SPOKEN = ("ar", "de", "en", "es", "fa", "fr", "it", "nl", "pt", "ru", "sv", "tr", "zh")
"""The languages whose names are known. Each costs the first search of a process some 20 ms."""


@functools.cache
def _names() -> dict[str, str]:
    """All names of each code, folded, with a bar between them."""
    names: dict[str, set[str]] = {}
    for language in SPOKEN:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(code, set()).add(folded(name))
    return {code: " | ".join(["", *sorted(called), ""]) for code, called in names.items()}


def codes_called(phrase: str) -> tuple[str, ...]:
    """The codes of ISO 3166-1 whose name in one of the languages has the words of a folded phrase, one after another."""
    return tuple(sorted(code for code, called in _names().items() if f" {phrase} " in called))

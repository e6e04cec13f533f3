"""What governments are called in other languages than the one of this site, after CLDR (through Babel): so that a reader finds one in their own."""

import functools
import re

from babel import Locale

from tracker.rules.asking import Question, Term
from tracker.rules.folding import folded
from tracker.rules.languages import OURS

SPOKEN = ("ar", "de", "en", "es", "fa", "fr", "it", "nl", "pt", "ru", "sv", "tr", "zh")
"""The languages whose names are known. Each costs the first search of a process some 20 ms."""


OTHERWISE = {
    "CD": ("Democratic Republic of the Congo", "DR Congo"),
    "CG": ("Republic of the Congo",),
    "CZ": ("Czech Republic",),
    "HK": ("Hong Kong",),
    "MO": ("Macao",),
    "TR": ("Turkey",),
}
"""What the CLDR's English names are called in English prose as well."""
OF_THEIR_OWN = frozenset({"cad", "cin", "fas", "granada", "ira", "island", "maurice", "oma"})
"""Names, folded, that mean something else in English, in which this site speaks: who types them may well not mean Chad, China, Morocco, Grenada,
Iran, Iceland, Mauritius or Oman."""
LONGEST_NAME = 6
"""Words of a name that are looked at."""
MOST_VARIANTS = 4
"""Readings that are added to one group of a search."""


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


@functools.cache
def _english() -> dict[str, tuple[str, ...]]:
    """The English names of each code, as they are written."""
    found: dict[str, tuple[str, ...]] = {}
    for code, name in Locale.parse(OURS).territories.items():
        if len(code) == 2 and code.isalpha():
            both = re.fullmatch(r"(.+) \((.+)\)", name)  # “Myanmar (Burma)”
            found[code] = (*OTHERWISE.get(code, ()), *(both.groups() if both else (name.replace("&", "and"),)))
    return found


@functools.cache
def _written() -> dict[str, str]:
    """The English names as they are written, by how they are folded."""
    return {folded(name): name for names in _english().values() for name in names}


@functools.cache
def _in_english() -> dict[str, tuple[str, ...]]:
    """The English names, folded, by the name in another language, folded."""
    found: dict[str, tuple[str, ...]] = {}
    for code, names in _names().items():
        for name in names.split("|"):
            if (whole := name.strip()) and whole not in _written() and whole not in OF_THEIR_OWN:
                found[whole] = tuple(dict.fromkeys(map(folded, _english().get(code, ()))))
    return found


def called_in_english(phrase: str) -> tuple[str, ...]:
    """The English names, folded, of the government of which a folded phrase is the whole name in another language; none for an English name."""
    return _in_english().get(phrase, ())


def as_written(phrase: str) -> str:
    """A folded English name as it is written: “saudi arabia” is “Saudi Arabia”."""
    return _written().get(phrase, phrase)


def with_english_names(question: Question) -> Question:
    """The same question, asked with the English names of the governments that it names in another language as well.

    This site speaks English, so that who asks for “expulsion Allemagne” is to find what it says of Germany. What is ruled out is so by either name.
    """
    groups = [_ruling_out(group) for group in question.groups]
    variants = [variant for group in groups for variant in _variants(group)]
    return Question(tuple(dict.fromkeys([*groups, *variants])))


def _ruling_out(group: tuple[Term, ...]) -> tuple[Term, ...]:
    more = [Term(name, negated=True) for term in group if term.negated for name in called_in_english(term.words)]
    return (*group, *more)


def _variants(group: tuple[Term, ...]) -> list[tuple[Term, ...]]:
    """The group with every name in English; none where there is none. Words that stand beside one another may be one name."""
    variants: list[tuple[Term, ...]] = [()]
    place, renamed = 0, False
    while place < len(group):
        taken, names = _name_at(group, place)
        renamed = renamed or bool(names)
        options = [Term(name) for name in names] or [group[place]]
        variants = [(*variant, option) for variant in variants for option in options][:MOST_VARIANTS]
        place += taken
    return variants if renamed else []


def _name_at(group: tuple[Term, ...], place: int) -> tuple[int, tuple[str, ...]]:
    """How many terms are a name from there on, and its English names; one and none where no name begins."""
    for taken in range(min(LONGEST_NAME, len(group) - place), 0, -1):
        terms = group[place : place + taken]
        names = () if any(term.negated for term in terms) else called_in_english(" ".join(term.words for term in terms))
        if names:
            return taken, names
    return 1, ()

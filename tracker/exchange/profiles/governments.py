"""Which government a file means: by code, by its name in English, French, Spanish, German or Arabic, by a former or a long name, or by an alias.

The governments of this site go first, under the codes and names that the desk gave them. A country that the site does not have yet is told apart
from a name that nobody knows. Names are compared as search compares them (:mod:`tracker.rules.folding`).
"""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from babel import Locale
from babel.core import get_global

from tracker.exchange.profiles.called import ALSO, NOT_A_CODE, OTHER_CODES, SEVERAL
from tracker.models import Government
from tracker.rules.folding import folded
from tracker.rules.vocabulary import GovernmentKind

LANGUAGES = ("en", "fr", "es", "de", "ar")
"""In which names are known."""
_NO_COUNTRY = frozenset({"EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of two letters under which the CLDR has no government."""
_REMEMBERED = 20_000
_LONGEST = 200  # characters; what is longer is no name

_SMALL_WORDS = frozenset({"the", "and", "et", "y", "und", "la", "le", "les", "el", "l", "d"})
_LONG = re.compile(
    r"^(?:islamic |federal |federative |plurinational |bolivarian |united |eastern |co operative |cooperative |hashemite |independent |socialist )?"
    r"(?:republic|kingdom|state|principality|sultanate|commonwealth|grand duchy|union|emirate) of |"
    r"^(?:republique|royaume|etat|principaute|grand duche)(?: (?:islamique|federale))? (?:de|du|des|d) |"
    r"^(?:republica|reino|estado|principado|gran ducado)(?: (?:islamica|federal|oriental))? (?:de|del) |"
    r"^(?:جمهوريه|جمهورية|مملكه|مملكة|دوله|دولة) "
)


LEFT_OUT = "-"
"""What a name may be said to mean besides a code: nothing, so that what it stands for is left out."""


@dataclass(frozen=True)
class Found:
    """What a name was found to mean.

    ``code`` is that of a government of this site. Without one, ``known`` is the ISO code of a country that this site does not have yet, and
    ``candidates`` are the names of those that an ambiguous name may mean. ``left_out``: staff said that it means nothing. Nothing at all: unknown.
    """

    code: str = ""
    known: str = ""
    candidates: tuple[str, ...] = ()
    left_out: bool = False


class Governments:
    """Names to codes, built once: the governments of this site as (code, name, kind), beside the names that the world has for countries.

    ``aliases`` are names as a file writes them, to codes or to :data:`LEFT_OUT`: they go before everything else.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str]], aliases: Mapping[str, str] | None = None) -> None:
        self.rows = list(rows)
        self.aliases = dict(aliases or {})
        self.names = {code: name for code, name, _kind in self.rows}
        self.groups = {code for code, _name, kind in self.rows if kind == GovernmentKind.GROUP}
        self._own = {comparable(name): code for code, name, _kind in self.rows}
        self._aliases = {comparable(name): code for name, code in self.aliases.items()}
        self._remembered: dict[str, Found] = {}

    @classmethod
    def of_the_desk(cls) -> "Governments":
        """As the database has them now: one query."""
        return cls([(code, name, str(kind)) for code, name, kind in Government.objects.order_by("code").values_list("code", "name", "kind")])

    def with_aliases(self, aliases: Mapping[str, str]) -> "Governments":
        """The same, knowing some names more."""
        return Governments(self.rows, {**self.aliases, **aliases}) if aliases else self

    def find(self, text: str) -> Found:
        """What a name or a code means."""
        found = self._remembered.get(text)
        if found is None:
            found = self._look_up(" ".join(text.split()))
            if len(self._remembered) < _REMEMBERED:
                self._remembered[text] = found
        return found

    def _look_up(self, text: str) -> Found:
        if not text or len(text) > _LONGEST:
            return Found()
        name = comparable(text)
        if name in self._aliases:
            code = self._aliases[name]
            return Found(left_out=True) if code == LEFT_OUT else self._here_or_known(code)
        if text in NOT_A_CODE:
            return Found(candidates=(country(text) or text, NOT_A_CODE[text]))
        if text in self.names:
            return Found(code=text)
        if name in self._own:
            return Found(code=self._own[name])
        if code := _by_code(text):
            return self._here_or_known(code)
        codes = codes_of(text)
        if len(codes) > 1:
            return Found(candidates=tuple(self.names.get(code) or country(code) or code for code in codes))
        return self._here_or_known(codes[0]) if codes else Found()

    def _here_or_known(self, code: str) -> Found:
        return Found(code=code) if code in self.names else Found(known=code)

    def resolve(self, text: str) -> str | None:
        """The code of the government of this site that a text names, None where there is none or more than one."""
        return self.find(text).code or None

    def name_of(self, code: str) -> str:
        """The name that the desk gave a government, or the code."""
        return self.names.get(code, code)

    def suggest(self, text: str, most: int = 3) -> list[tuple[str, str]]:
        """Governments of this site with a name close to the text, the closest first, as (code, name)."""
        close = get_close_matches(comparable(text[:_LONGEST]), self._spellings, n=most * 2, cutoff=0.75)
        codes = dict.fromkeys(self._spellings[spelling] for spelling in close)
        return [(code, self.names[code]) for code in codes][:most]

    @functools.cached_property
    def _spellings(self) -> dict[str, str]:
        """All names of the governments of this site, to their codes."""
        spelt = {name: next(iter(codes)) for name, codes in _names().items() if len(codes) == 1 and next(iter(codes)) in self.names}
        return {**spelt, **self._own, **{name: code for name, code in self._aliases.items() if code in self.names}}


def comparable(name: str) -> str:
    """A name in the one spelling in which names are compared: folded, without articles and "and", Saint for St."""
    words = [word for word in folded(name).split() if word not in _SMALL_WORDS] or folded(name).split()
    return " ".join("saint" if word in ("st", "ste", "sainte") else word for word in words)


def country(code: str) -> str:
    """The English name of a country by its ISO code, empty where there is none."""
    return "" if code in _NO_COUNTRY else str(Locale.parse("en").territories.get(code, "")) if re.fullmatch("[A-Z]{2}", code) else ""


def codes_of(name: str) -> tuple[str, ...]:
    """The ISO codes of the countries that a name may mean: none, one, or those of an ambiguous name. Long forms count as the short ones."""
    spelt = comparable(name)
    found = _names().get(spelt)
    if not found and (whole := re.fullmatch(r"(.+?)\s*[,(]\s*([^()]+)\)?", name.strip())):
        # “Tanzania (United Republic of)”, “Moldova, Republic of”
        found = _names().get(comparable(f"{whole[2]} {whole[1]}")) or _names().get(comparable(_LONG.sub("", f"{folded(f'{whole[2]} {whole[1]}')}")))
    if not found and (short := _LONG.sub("", folded(name))) != folded(name):
        found = _names().get(comparable(short))
        if found and len(found) == 1 and next(iter(found)) == "CN":
            found = None  # which republic of China is meant is said by its whole name
    return tuple(sorted(found or ()))


@functools.cache
def _names() -> dict[str, frozenset[str]]:
    """All names of countries in the one spelling, to the codes that they may mean."""
    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY:
                found.setdefault(comparable(name), set()).add(code)
    for code, names in ALSO.items():
        for name in names:
            found.setdefault(comparable(name), set()).add(code)
    for name, codes in SEVERAL.items():
        found[comparable(name)] = set(codes)
    return {name: frozenset(codes) for name, codes in found.items()}


@functools.cache
def _aliases_of_codes() -> dict[str, str]:
    """Codes of three letters and of digits to those of two, after the CLDR's aliases of territories; none that means several countries."""
    return {
        alias: codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(codes) == 1 and len(codes[0]) == 2 and (re.fullmatch("[A-Z]{3}", alias) or re.fullmatch(r"\d{3}", alias))
    }


def _by_code(text: str) -> str:
    """The code of two letters for any ISO 3166-1 code in capitals or digits: GB, GBR, 826. Small letters may be a word."""
    if country(text):
        return text
    if text in OTHER_CODES:
        return OTHER_CODES[text]
    return _aliases_of_codes().get(text, "")

"""Identifiers that others gave to what is recorded here: how each is written, and at which address it is looked up.

An identifier says who or what is meant, and nothing of what they did. It is taken over as its issuer writes it and never made up. Sources: ISO 3166-1
and 3166-2; Wikidata, "Identifiers" (an item is Q and a number); OpenSanctions, "Identifiers and deduplication" (a Wikidata item, NK- and letters, or
the key of one list); EUR-Lex, "How CELEX numbers are composed" (sector, year, type, number); the United Nations' guide to document symbols.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIKIDATA_PATTERN = r"^Q[1-9][0-9]*\Z"
OPENSANCTIONS_PATTERN = r"^(Q[1-9][0-9]*|[A-Za-z0-9]+(-[A-Za-z0-9]+)+)\Z"
CELEX_PATTERN = r"^[0-9CE][0-9]{4}[A-Z]{1,2}([0-9]{2,6}|/TXT)([A-Z]{3}_[0-9]+)?(R?\([0-9]{2}\))?(-[0-9]{8})?\Z"
ISO_3166_2_PATTERN = r"^[A-Z]{2}-[A-Z0-9]{1,3}\Z"
ONE_LINE_PATTERN = r"^[^\s]+( [^\s]+)*\Z"
"""Of document symbols and bill numbers: each issuer has a form of its own."""

_OF_THE_UN = re.compile(r"(A|E|S|ST|T|CAT|CCPR|CED|CEDAW|CERD|CMW|CRC|CRPD|DP|HRI|TD|UNEP)(/[A-Za-z0-9(][A-Za-z0-9.()-]*)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scheme:
    """A kind of identifier: its name for machines, the pattern of the whole of one, and where one is looked up.

    ``base`` is the beginning of an address that the identifier completes; empty where no register has an address for each. ``only`` narrows those
    that have one.
    """

    name: str
    pattern: re.Pattern[str]
    base: str = ""
    only: re.Pattern[str] | None = None

    def address(self, value: str) -> str:
        """Where an identifier is looked up; empty where there is no address, or where the text is none of the scheme (one that was erased)."""
        wanted = self.only or self.pattern
        return self.base + _quoted(value) if self.base and wanted.fullmatch(value) else ""


def _quoted(value: str) -> str:
    # The patterns of schemes with an address let nothing through but ASCII letters, digits and these; of them only parentheses are written apart.
    return value.replace("(", "%28").replace(")", "%29")


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("iso_3166_2", re.compile(ISO_3166_2_PATTERN, re.ASCII)),
        Scheme("wikidata", re.compile(WIKIDATA_PATTERN, re.ASCII), "https://www.wikidata.org/wiki/"),
        Scheme("opensanctions", re.compile(OPENSANCTIONS_PATTERN, re.ASCII), "https://www.opensanctions.org/entities/"),
        Scheme("symbol", re.compile(ONE_LINE_PATTERN), "https://undocs.org/", _OF_THE_UN),
        Scheme("celex", re.compile(CELEX_PATTERN, re.ASCII), "https://eur-lex.europa.eu/legal-content/AUTO/?uri=CELEX:"),
        Scheme("bill", re.compile(ONE_LINE_PATTERN)),
    )
}
"""By the name of the field that holds one."""

HELD_BY: dict[str, tuple[str, ...]] = {
    "government": ("iso_3166_2", "wikidata"),
    "document": ("symbol", "celex", "bill", "legislature"),
    "action": ("celex", "bill", "legislature"),
    "party": ("wikidata", "opensanctions"),
}
"""The fields that hold them, by the noun; ``legislature`` says whose a bill number is."""


def read_with(noun: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was frozen of a noun, with no identifier where it was frozen before they were asked for."""
    return {**dict.fromkeys(HELD_BY.get(noun, ()), ""), **said}

"""Identifiers of a record as readers see them: what each is called, and where it is looked up. Pages, JSON-LD and citations read them here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.editions.tables import ActionEdition, DocumentEdition, GovernmentEdition
from tracker.languages import codes
from tracker.rules.identifiers import HELD_BY, SCHEMES

CALLED: dict[str, str | Promise] = {
    "iso_alpha_2": _("ISO 3166-1 alpha-2"),
    "iso_alpha_3": _("ISO 3166-1 alpha-3"),
    "iso_numeric": _("ISO 3166-1 numeric"),
    "iso_3166_2": _("ISO 3166-2"),
    "wikidata": _("Wikidata"),
    "opensanctions": _("OpenSanctions"),
    "symbol": _("Document symbol"),
    "celex": _("CELEX number"),
    "bill": _("Bill number"),
}
"""In the order in which they are told."""
PROPERTY = {
    "iso_alpha_2": "ISO 3166-1 alpha-2",
    "iso_alpha_3": "ISO 3166-1 alpha-3",
    "iso_numeric": "ISO 3166-1 numeric",
    "iso_3166_2": "ISO 3166-2",
    "wikidata": "Wikidata",
    "opensanctions": "OpenSanctions",
    "symbol": "document symbol",
    "celex": "CELEX",
    "bill": "bill number",
}
"""The same for machines, in no reader's language."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One of them. ``address`` is empty where nothing is known at which it is looked up; ``of`` says whose a bill number is."""

    name: str
    value: str
    address: str = ""
    of: str = ""

    @property
    def label(self) -> str | Promise:
        """What it is called."""
        return CALLED[self.name]


def identifiers(row: GovernmentEdition | DocumentEdition | ActionEdition) -> list[Identifier]:
    """Those that a published record has; of a government those too that follow from its code."""
    if isinstance(row, GovernmentEdition):
        derived = {"iso_alpha_3": codes.alpha_3(row.code), "iso_numeric": codes.numeric(row.code)}
        return _found({"iso_alpha_2": row.code if all(derived.values()) else "", **derived, **_held("government", vars(row))})
    return _found(_held("document" if isinstance(row, DocumentEdition) else "action", vars(row)), of=row.legislature)


def of_party(party: Mapping[str, Any]) -> list[Identifier]:
    """Those of a party as an action names it; none where that was published before they were asked for."""
    return _found(_held("party", party))


def addresses(found: list[Identifier]) -> list[str]:
    """Where the same thing is described elsewhere."""
    return [each.address for each in found if each.address]


def _held(noun: str, said: Mapping[str, Any]) -> dict[str, str]:
    return {name: said.get(name, "") for name in HELD_BY[noun]}


def _found(values: Mapping[str, str], of: str = "") -> list[Identifier]:
    return [
        Identifier(name, values[name], SCHEMES[name].address(values[name]) if name in SCHEMES else "", of if name == "bill" else "")
        for name in CALLED
        if values.get(name)
    ]

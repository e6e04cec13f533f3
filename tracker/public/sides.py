"""What /compare/ puts side by side, as its address says it. The left side is what the address of any page says; the right side differs in one thing.

``with_government`` beside ``government``, ``with_document`` beside ``document``, ``with_as_of`` and ``with_known`` beside ``as_of`` and ``known``;
every other filter of addressees applies to both sides.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.public.clocks import CLOCKS, BadFilter, Clocks, one_value, read_clocks
from tracker.public.filters import AddresseeFilters

PREFIX = "with_"
OTHERS = (*(f"{PREFIX}{name}" for name in ("government", "document", *CLOCKS)),)
"""The parameters of the right side."""


class Kind(StrEnum):
    """What is compared."""

    NOTHING = ""
    GOVERNMENTS = "government"
    DOCUMENTS = "document"
    DAYS = "day"


@dataclass(frozen=True)
class Side:
    """One side: its clocks, the filters by which its addressees are chosen, and the government or document that it is about (empty for days)."""

    clocks: Clocks
    filters: AddresseeFilters
    about: str = ""

    @property
    def name(self) -> str:
        """The government or document in words."""
        kind = "government" if self.about in self.filters.given.get("government", ()) else "document"
        return str(self.filters.labels_of(kind, [self.about]).get(self.about, self.about))


@dataclass(frozen=True)
class Sides:
    """Both sides, what is compared, and the filters of both."""

    kind: Kind
    left: Side
    right: Side
    shared: QueryDict

    @property
    def are_the_same(self) -> bool:
        """Whether nothing differs between what the two sides ask for."""
        return (self.left.about, self.left.clocks.as_of, self.left.clocks.known) == (
            self.right.about,
            self.right.clocks.as_of,
            self.right.clocks.known,
        )

    @property
    def swapped(self) -> dict[str, list[str]]:
        """The parameters of the same comparison with its sides exchanged."""
        found = {name: values for name, values in self.shared.lists() if values}
        if self.kind in (Kind.GOVERNMENTS, Kind.DOCUMENTS):
            found |= {name: [value] for name, value in self.left.clocks.parameters.items()}
            return {**found, self.kind.value: [self.right.about], PREFIX + self.kind.value: [self.left.about]}
        left, right = written(self.left.clocks), written(self.right.clocks)
        return {**found, **{name: [value] for name, value in right.items()}, **{PREFIX + name: [value] for name, value in left.items()}}


def written(clocks: Clocks) -> dict[str, str]:
    """Both clocks as an address says them; “now” as the edition that is the newest."""
    edition = clocks.edition()
    known = clocks.known_as_written or (f"edition-{edition.number}" if edition else "")
    return {"as_of": clocks.as_of.isoformat(), **({"known": known} if known else {})}


def read_sides(parameters: QueryDict, clocks: Clocks, *, now: dt.datetime) -> Sides:
    """Both sides of an address. ``BadFilter``, in words, for what cannot be compared or read."""
    asked = {name: one_value(parameters, name) for name in OTHERS}
    asked = {name: value for name, value in asked.items() if value}
    kinds = {_kind_of(name) for name in asked}
    if len(kinds) > 1:
        raise BadFilter(next(reversed(asked)), _("Two governments, two documents or two days are compared, one of these at a time."))
    kind = kinds.pop() if kinds else Kind.NOTHING
    shared = parameters.copy()
    for name in (*OTHERS, *CLOCKS):
        shared.pop(name, None)
    if kind in (Kind.GOVERNMENTS, Kind.DOCUMENTS):
        return _two(kind, shared, asked[PREFIX + kind.value], clocks)
    right = _right_clocks(asked, parameters, clocks, now=now) if kind is Kind.DAYS else clocks
    return Sides(kind, Side(clocks, AddresseeFilters(shared, clocks)), Side(right, AddresseeFilters(shared, right)), shared)


def _kind_of(name: str) -> Kind:
    plain = name.removeprefix(PREFIX)
    return Kind.DAYS if plain in CLOCKS else Kind(plain)


def _two(kind: Kind, shared: QueryDict, other: str, clocks: Clocks) -> Sides:
    one = [value.strip() for value in shared.pop(kind.value, []) if value.strip()]
    if len(one) != 1:
        sentence = _("%(filter)s takes one value here: what stands on the left, beside %(other)s on the right.")
        raise BadFilter(kind.value, sentence % {"filter": kind.value, "other": PREFIX + kind.value})
    left = Side(clocks, _filters(shared, kind.value, one[0], clocks), one[0])
    try:
        right = Side(clocks, _filters(shared, kind.value, other, clocks), other)
    except BadFilter as bad:
        raise _of_the_right(bad, (kind.value,)) from None
    return Sides(kind, left, right, shared)


def _filters(shared: QueryDict, name: str, value: str, clocks: Clocks) -> AddresseeFilters:
    parameters = shared.copy()
    parameters[name] = value
    return AddresseeFilters(parameters, clocks)


def _right_clocks(asked: dict[str, str], parameters: QueryDict, clocks: Clocks, *, now: dt.datetime) -> Clocks:
    """The clocks of the right side; what it does not say is as on the left."""
    right = QueryDict(mutable=True)
    for name in CLOCKS:
        right[name] = asked.get(PREFIX + name, one_value(parameters, name))
    try:
        return read_clocks(right, now=now)
    except BadFilter as bad:
        raise _of_the_right(bad, CLOCKS) from None


def _of_the_right(bad: BadFilter, names: tuple[str, ...]) -> BadFilter:
    """The same under the name of the right side's parameter."""
    if bad.name not in names:
        return bad
    return BadFilter(PREFIX + bad.name, bad.sentence.replace(bad.name, PREFIX + bad.name, 1))

"""How many rows each value of a filter would give: every facet honours all other filters and leaves its own out.

A filter may have any number of values. Those that give most are told, with those that are chosen; others are found by their words.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.forms import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.public.clocks import BadFilter, Clocks, one_value
from tracker.public.filters import Grammar, OneOf
from tracker.public.filters.choices import Wanted
from tracker.public.filters.kinds import LONGEST_QUERY, SearchField

MOST = 60
"""Values of a filter that a page shows."""
MOST_VALUES = 1000
"""Values of a filter in an answer for programs."""
MOST_OFFERED = 300
"""Values that a menu offers: all governments and groups that there are."""
FIND = "find_"
"""What stands before the name of a filter in the parameter that finds values of it by their words."""


@dataclass(frozen=True)
class FacetValue:
    """One value of a filter: as the address writes it, as people read it, and how many it would give."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A filter with the values that would give most, and those that are chosen.

    ``total``: how many would give anything, those not among ``values`` included. ``find``: the words by which values were found.
    """

    name: str
    label: str
    values: list[FacetValue]
    total: int
    find: str = ""

    @property
    def shown(self) -> int:
        """How many of the values shown would give anything."""
        return sum(1 for value in self.values if value.count)

    @property
    def is_cut(self) -> bool:
        """Whether there are values that are not shown."""
        return self.total > self.shown

    @property
    def finder(self) -> str:
        """The parameter that finds other values."""
        return FIND + self.name


@dataclass(frozen=True)
class Offer:
    """A filter with values to choose one from, in a menu. ``is_cut``: there are others, found by their words (``find``)."""

    name: str
    label: str
    values: list[tuple[str, str]]
    chosen: list[str]
    is_cut: bool
    find: str = ""

    @property
    def finder(self) -> str:
        """The parameter that finds other values."""
        return FIND + self.name


def finders(parameters: QueryDict, names: Iterable[str]) -> dict[str, str]:
    """The words by which an address finds values of filters, by the filter's name; ``BadFilter`` for what are no words."""
    found = {}
    for name in names:
        text = one_value(parameters, FIND + name)
        if not text:
            continue
        try:
            SearchField().clean([text])
        except ValidationError:
            takes = _("up to %(most)s characters of the words of a value") % {"most": LONGEST_QUERY}
            raise BadFilter(FIND + name, _("%(filter)s takes %(what)s.") % {"filter": FIND + name, "what": takes}) from None
        found[name] = text
    return found


def facets(filters: Grammar, *, counting: str, among: Q | None = None, find: Mapping[str, str] | None = None, most: int = MOST) -> list[Facet]:
    """The facets of a filter set, each with at most ``most`` values and those that are chosen.

    ``counting`` is the column whose different values are counted (recommendations, or rows by ``id``); ``among`` leaves out rows that the page
    does not show. ``find``: words of the values that are wanted of a facet.
    """
    return [_facet(filters, name, counting, among or Q(), (find or {}).get(name, ""), most) for name in filters.FACETS]


def offer(filters: Grammar, name: str, find: str = "", keys: list[str] | None = None, chosen: Iterable[str] = ()) -> Offer:
    """The values of a filter for a menu: the first of them, and those that the filter has or that are ``chosen`` otherwise.

    ``keys``: the values that there are, in their order.
    """
    declared, clocks = filters.filters[name], filters.clocks
    chosen = [*filters.given.get(name, ()), *chosen]
    labels: dict[str, str] = {}
    if find and keys is None:
        keys = list(_like(declared, clocks, name, find)[: MOST_OFFERED + 1])
    elif find:
        found = set(_like(declared, clocks, name, find))
        keys = [key for key in keys or () if key in found]
    elif keys is None:
        labels = declared.labels(clocks, Wanted(most=MOST_OFFERED + 1))
        keys = list(labels)
    wanted = list(dict.fromkeys([*keys[:MOST_OFFERED], *chosen]))
    labels |= filters.labels_of(name, [key for key in wanted if key not in labels])
    return Offer(name, str(declared.label), [(key, labels.get(key, key)) for key in wanted], chosen, len(keys) > MOST_OFFERED, find)


def _facet(filters: Grammar, name: str, counting: str, among: Q, find: str, most: int) -> Facet:
    declared = filters.filters[name]
    chosen = filters.given.get(name, [])
    wanted = _like(declared, filters.clocks, name, find) if find else None
    counted = _counts(filters, name, counting, among, wanted, most)
    counts = counted.numbers
    told = sorted(counted.wanted, key=lambda value: (-counts[value], value))[:most]
    told += [value for value in chosen if value not in told]
    labels = {year: year for year in sorted(told, reverse=True)} if name == "year" else filters.labels_of(name, told)
    order = {value: place for place, value in enumerate(labels)}
    values = [
        FacetValue(value, _label(labels.get(value, value)), counts.get(value, 0), value in chosen)
        for value in sorted(told, key=lambda value: (order.get(value, len(order)), value))
    ]
    return Facet(name, str(declared.label), values, counted.total, find)


def _like(declared: OneOf, clocks: Clocks, name: str, find: str) -> QuerySet[Any] | list[str]:
    """The values of a filter whose words say what is looked for."""
    return declared.lookup.like(clocks, find, asked_as=FIND + name) if declared.lookup else [find]


def _label(label: Any) -> str:
    """A label that is written later is written now; a title stays what it is."""
    return label if isinstance(label, str) else str(label)


@dataclass(frozen=True)
class _Counted:
    """How many each value would give, which of them are wanted, and how many values would give anything."""

    numbers: Mapping[str, int]
    wanted: Collection[str]
    total: int


def _counts(filters: Grammar, name: str, counting: str, among: Q, wanted: QuerySet[Any] | list[str] | None, most: int) -> _Counted:
    """The values of a filter, each under the other filters, counted in one pass over the columns in memory.

    Of values that a column holds, of which there may be as many as rows, only those are told that are wanted and give most, and those chosen.
    """
    every, mask = filters.every, filters.meeting(without=name)
    mask = mask & every.meets(among) if among else mask
    conditions = _conditions(filters, name)
    numbers = {value: every.count(mask & every.meets(condition), counting) for value, condition in conditions.items()}
    counts = {value: number for value, number in numbers.items() if number}
    declared = filters.filters[name]
    of_these = set(counts) if wanted is None else set(counts) & set(wanted)
    if conditions and len(conditions) == len(filters.labels(name)):
        return _Counted(counts, of_these, len(counts))
    column = str(declared.field_name)
    found, total = every.most(column, mask, counting, most, None if wanted is None else set(wanted))
    chosen = set(filters.form.cleaned_data[name] or ())
    also = every.most(column, mask, counting, most, chosen)[0] if chosen else {}
    held = {str(value): number for value, number in (also | found).items()}
    return _Counted(counts | held, of_these | {str(value) for value in found}, total + len(counts))


def _conditions(filters: Grammar, name: str) -> dict[str, Q]:
    """The conditions of the values that no column holds."""
    declared = filters.filters[name]
    if not declared.has_conditions:
        return {}
    return {value: condition for value in filters.labels(name) if (condition := declared.condition(filters.clocks, value)) is not None}

"""How many rows each value of a filter would give: every facet honours all other filters and leaves its own out.

A filter may have any number of values. Those that give most are told, with those that are chosen; others are found by their words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet
from django.forms import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.public.clocks import BadFilter, Clocks, one_value
from tracker.public.filters import Grammar, OneOf
from tracker.public.filters.choices import Wanted
from tracker.public.filters.kinds import LONGEST_QUERY, SearchField

ARRAYS = {"documents", "themes"}
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
    rows = filters.rows(without=name).filter(among).order_by()
    wanted = _like(declared, filters.clocks, name, find) if find else None
    counts, found, total = _counts(filters, name, rows, counting, wanted, most)
    told = sorted(found, key=lambda value: (-counts[value], value))[:most]
    told += [value for value in chosen if value not in told]
    labels = {year: year for year in sorted(told, reverse=True)} if name == "year" else filters.labels_of(name, told)
    order = {value: place for place, value in enumerate(labels)}
    values = [
        FacetValue(value, _label(labels.get(value, value)), counts.get(value, 0), value in chosen)
        for value in sorted(told, key=lambda value: (order.get(value, len(order)), value))
    ]
    return Facet(name, str(declared.label), values, total, find)


def _like(declared: OneOf, clocks: Clocks, name: str, find: str) -> QuerySet[Any] | list[str]:
    """The values of a filter whose words say what is looked for."""
    return declared.lookup.like(clocks, find, asked_as=FIND + name) if declared.lookup else [find]


def _label(label: Any) -> str:
    """A label that is written later is written now; a title stays what it is."""
    return label if isinstance(label, str) else str(label)


def _counts(
    filters: Grammar, name: str, rows: QuerySet[Any], counting: str, wanted: QuerySet[Any] | list[str] | None, most: int
) -> tuple[dict[str, int], set[str], int]:
    """How many each value would give, which of the values are ``wanted``, and how many would give anything.

    Of the keys of records, which may be as many as the rows, the database counts only those that are wanted and give most, and those chosen.
    """
    declared = filters.filters[name]
    column = str(declared.field_name)
    conditions = {value: declared.condition(filters.clocks, value) for value in filters.labels(name)} if declared.has_conditions else {}
    held = {value: condition for value, condition in conditions.items() if condition is not None}
    counts = _by_condition(rows, held, counting) if held else {}
    if column in ARRAYS or declared.lookup is None or declared.lookup.table is None:
        if not conditions or len(held) < len(conditions):
            value = declared.expression(filters.clocks) if declared.expression else _values(column)
            counts |= {str(value): number for value, number in _pairs(rows, value, counting) if value is not None}
        return counts, set(counts) if wanted is None else set(counts) & set(wanted), len(counts)
    chosen = filters.given.get(name, [])
    is_chosen = Q(**{f"{column}__in": chosen})
    found = rows if wanted is None else rows.filter(is_chosen | Q(**{f"{column}__in": wanted}))
    first = _pairs(found, F(column), counting).annotate(chosen=is_chosen).order_by("-chosen", "-number", "facet")
    limit = most + len(chosen)
    counts = {str(value): number for value, number, _is_chosen in first[:limit]}
    are_all = wanted is None and len(counts) < limit
    return counts, set(counts), len(counts) if are_all else rows.values(column).distinct().count()


def _values(column: str) -> Any:
    """Each value that a column holds."""
    return Func(F(column), function="unnest", output_field=CharField()) if column in ARRAYS else F(column)


def _pairs(rows: QuerySet[Any], value: Any, counting: str) -> QuerySet[Any]:
    """Each value, with how many different values of ``counting`` stand with it."""
    return rows.annotate(facet=value).values("facet").annotate(number=_count(counting)).values_list("facet", "number")


def _count(counting: str, **kwargs: Any) -> Count:
    """Of rows by ``id`` each is another: to tell them apart would be work for nothing."""
    return Count(counting, distinct=counting != "id", **kwargs)


def _by_condition(rows: QuerySet[Any], conditions: dict[str, Q], counting: str) -> dict[str, int]:
    """Counts of the values that no column holds, in one question."""
    numbers = {f"n{place}": _count(counting, filter=condition) for place, condition in enumerate(conditions.values())}
    counts = zip(conditions, rows.aggregate(**numbers).values(), strict=True)
    return {value: count for value, count in counts if count}

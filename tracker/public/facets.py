"""How many rows each value of a filter would give: every facet honours all other filters and leaves its own out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet
from django.utils.translation import gettext as _

from tracker.public.filters import Grammar
from tracker.rules.vocabulary import Status

ARRAYS = {"documents", "themes"}


@dataclass(frozen=True)
class FacetValue:
    """One value of a filter: as the address writes it, as people read it, and how many it would give."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A filter with the values that would give anything, and those that are chosen."""

    name: str
    label: str
    values: list[FacetValue]


def facets(filters: Grammar, *, counting: str, among: Q | None = None) -> list[Facet]:
    """The facets of a filter set.

    ``counting`` is the column whose different values are counted (recommendations, or rows by ``id``); ``among`` leaves out rows that the page
    does not show.
    """
    return [_facet(filters, name, counting, among or Q()) for name in filters.FACETS]


def _facet(filters: Grammar, name: str, counting: str, among: Q) -> Facet:
    declared = filters.filters[name]
    column = str(declared.field_name)
    chosen = filters.given.get(name, [])
    counts = {_written(value): count for value, count in _counts(filters.rows(without=name).filter(among), column, counting) if value is not None}
    if name == "earlier":  # "already in place" is a part of "earlier", and no value of the column
        others = filters.rows(without=name).filter(among)
        if in_place := declared.filter(others, ["in_place"]).aggregate(number=Count(counting, distinct=True))["number"]:
            counts["in_place"] = in_place
    labels = _labels(name, declared, counts)
    order = {value: place for place, value in enumerate(labels)}
    values = [
        FacetValue(value, str(labels.get(value, value)), counts.get(value, 0), value in chosen)
        for value in sorted({*counts, *chosen}, key=lambda value: (order.get(value, len(order)), value))
    ]
    return Facet(name, str(declared.label), values)


def _counts(rows: QuerySet[Any], column: str, counting: str) -> Iterable[tuple[Any, int]]:
    value = Func(F(column), function="unnest", output_field=CharField()) if column in ARRAYS else F(column)
    return rows.order_by().annotate(facet=value).values("facet").annotate(number=Count(counting, distinct=True)).values_list("facet", "number")


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _labels(name: str, declared: Any, counts: dict[str, int]) -> dict[str, Any]:
    """Labels of the values in the order in which they are shown."""
    match name:
        case "year":
            return {year: year for year in sorted(counts, reverse=True)}
        case "status":
            return {status.value: _(status.label) for status in Status}
        case _:
            return dict(declared.field.choices)

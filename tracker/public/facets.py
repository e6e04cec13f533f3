"""How many rows each value of a filter would give: every facet honours all other filters and leaves its own out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet

from tracker.public.filters import Grammar

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
    chosen = filters.given.get(name, [])
    labels = filters.labels(name)
    rows = filters.rows(without=name).filter(among).order_by()
    conditions = {value: condition for value in labels if (condition := declared.condition(filters.clocks, value)) is not None}
    counts: dict[str, int] = {}
    if not conditions or len(conditions) < len(labels):
        held = declared.expression(filters.clocks) if declared.expression else _values(str(declared.field_name))
        counts |= {str(value): count for value, count in _by_value(rows, held, counting) if value is not None}
    if conditions:
        counts |= _by_condition(rows, conditions, counting)
    if name == "year":
        labels = {year: year for year in sorted(counts, reverse=True)}
    order = {value: place for place, value in enumerate(labels)}
    values = [
        FacetValue(value, _label(labels.get(value, value)), counts.get(value, 0), value in chosen)
        for value in sorted({*counts, *chosen}, key=lambda value: (order.get(value, len(order)), value))
    ]
    return Facet(name, str(declared.label), values)


def _label(label: Any) -> str:
    """A label that is written later is written now; a title stays what it is."""
    return label if isinstance(label, str) else str(label)


def _values(column: str) -> Any:
    return Func(F(column), function="unnest", output_field=CharField()) if column in ARRAYS else F(column)


def _by_value(rows: QuerySet[Any], held: Any, counting: str) -> Iterable[tuple[Any, int]]:
    return rows.annotate(facet=held).values("facet").annotate(number=Count(counting, distinct=True)).values_list("facet", "number")


def _by_condition(rows: QuerySet[Any], conditions: dict[str, Q], counting: str) -> dict[str, int]:
    """Counts of the values that no column holds, in one question."""
    numbers = {f"n{place}": Count(counting, filter=condition, distinct=True) for place, condition in enumerate(conditions.values())}
    counts = zip(conditions, rows.aggregate(**numbers).values(), strict=True)
    return {value: count for value, count in counts if count}

"""The filters that every list takes, declared once; a list says again only those that it keeps in another column, or reaches another way."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from tracker.public.clocks import Clocks
from tracker.public.filters.choices import (
    DOCUMENT,
    GOVERNMENT,
    GROUP,
    MEASURE,
    REFERENCE,
    STATUS,
    THEME,
    YES_NO,
    YES_OR_NO,
    Lookup,
    documents,
    governments,
    groups,
    measures,
    references,
    statuses,
    themes,
    these,
)
from tracker.public.filters.grammar import Grammar
from tracker.public.filters.kinds import Condition, OneOf, SearchFilter, one_of, years

EVERYWHERE = ("q", "recommendation", "status", "government", "group", "document", "measure", "theme", "year", "disputed")
"""The filters that every list takes; some lists have more."""


def members_of(codes: Iterable[str], clocks: Clocks, column: str = "government") -> Q:
    """The condition that a government belonged to any of the groups on the day."""
    return Q(**{f"{column}__in": sorted(set().union(*(clocks.members.get(code, ()) for code in codes)))})


def _in_group(column: str) -> Condition:
    return lambda clocks, code: members_of([code], clocks, column)


def _disputed(_clocks: Clocks, value: str) -> Q:
    return Q(disputed=value == "yes")


# Each by itself, for lists that keep its value in another column (``name``) or reach it another way.


def by_recommendation(name: str = "recommendation", lookup: Lookup = references, **kwargs: Any) -> OneOf:
    """Recommendations by reference."""
    return one_of(name, gettext_lazy("recommendation"), lookup, REFERENCE, **kwargs)


def by_status(name: str = "status", **kwargs: Any) -> OneOf:
    """A status."""
    return one_of(name, gettext_lazy("status"), statuses, STATUS, **kwargs)


def by_government(name: str = "government", **kwargs: Any) -> OneOf:
    """Governments by code."""
    return one_of(name, gettext_lazy("government"), governments, GOVERNMENT, **kwargs)


def by_group(name: str = "government", **kwargs: Any) -> OneOf:
    """Governments that belong to a group on the day."""
    return one_of(name, gettext_lazy("group"), groups, GROUP, condition=_in_group(name), **kwargs)


def by_document(name: str = "document", **kwargs: Any) -> OneOf:
    """Documents by key."""
    return one_of(name, gettext_lazy("document"), documents, DOCUMENT, **kwargs)


def by_measure(name: str = "measure", **kwargs: Any) -> OneOf:
    """Kinds of measure."""
    return one_of(name, gettext_lazy("kind of measure"), measures, MEASURE, **kwargs)


def by_theme(name: str = "theme", **kwargs: Any) -> OneOf:
    """Themes."""
    return one_of(name, gettext_lazy("theme"), themes, THEME, **kwargs)


def by_dispute(**kwargs: Any) -> OneOf:
    """Whether anything disputes it."""
    return one_of("disputed", gettext_lazy("disputed"), these(YES_NO), YES_OR_NO, condition=_disputed, **kwargs)


class OfEveryList(Grammar):
    """The filters of ``EVERYWHERE``, each by the column of its own name."""

    q = SearchFilter(method="matching")
    recommendation = by_recommendation()
    status = by_status()
    government = by_government()
    group = by_group()
    document = by_document()
    measure = by_measure()
    theme = by_theme()
    year = years("year", gettext_lazy("year recommended"))
    disputed = by_dispute()

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """The rows that match the words, each list in its own way."""
        raise NotImplementedError

"""Filters of the record of changes, and of corrections."""

import functools
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from tracker.editions.tables import CORRECTIONS, AssessmentEdition, RecordEdition
from tracker.public.clocks import Clocks, EverRead
from tracker.public.columnar import Read, Selection, rows_at
from tracker.public.filters.actions import of_records_meeting, records_meeting
from tracker.public.filters.choices import CHANGE_KINDS, CHANGES, EDITION, NATURES, records, references_ever, these
from tracker.public.filters.everywhere import OfEveryList, by_document, by_recommendation
from tracker.public.filters.grammar import of_a_list
from tracker.public.filters.kinds import EditionFilter, one_of, years
from tracker.public.words import in_english
from tracker.rules.vocabulary import Nature


def _a_correction(_clocks: Clocks, value: str) -> Q | None:
    return Q(nature__in=list(CORRECTIONS)) if value == "correction" else None


@of_a_list
class ChangeFilters(OfEveryList):
    """Filters of the record of changes. What is no property of a change asks for the recommendation, assessment or action that changed."""

    FACETS = ("kind", "nature", "year")
    THROUGH = ("status", "government", "group", "measure", "theme", "disputed")

    recommendation = by_recommendation(lookup=references_ever, method="of_recommendation")
    document = by_document(method="of_document")
    year = years("known_from__year", gettext_lazy("year published"))
    edition = EditionFilter(field_name="edition", lookup_expr="in", label=gettext_lazy("edition"), takes=EDITION)
    record = one_of("key", gettext_lazy("record"), records, gettext_lazy("the key of a record that is or was on this site, as MQ-1"))
    kind = one_of("kind", gettext_lazy("kind"), these(CHANGE_KINDS), gettext_lazy("document, recommendation, action or assessment"))
    change = one_of("change", gettext_lazy("change"), these(CHANGES), gettext_lazy("publish, withdraw or take_down"))
    nature = one_of(
        "nature",
        gettext_lazy("nature"),
        these(NATURES),
        gettext_lazy("one of %(values)s, or correction for the last four") % {"values": ", ".join(Nature)},
        condition=_a_correction,
    )

    class Meta:
        """Of record editions, open and closed."""

        model = RecordEdition
        fields: ClassVar[list[str]] = []

    def __init__(self, parameters: QueryDict, clocks: Clocks, natures: list[str] | None = None) -> None:
        """Every change that the site had made by ``known``, replaced versions included; with ``natures``, those of these natures."""
        self._natures = natures
        queryset = clocks.ever_said(RecordEdition).defer("body")
        if natures is not None:
            queryset = queryset.filter(nature__in=natures)
        super().__init__(parameters, clocks, queryset)

    @functools.cached_property
    def every(self) -> Selection:
        """The changes of the clocks, of the natures that are wanted."""
        every = rows_at(RecordEdition, self.clocks, Read.EVER)
        return every if self._natures is None else every.among(every.meets(Q(nature__in=self._natures)))

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Changes whose key, title or reason match the words."""
        return in_english(queryset, self.asked(texts), "key", "title", "reason")

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Changes of records that meet the filters, and of those that met them until they were taken off the site."""
        changed = of_records_meeting(asked, self.clocks, "kind", "key")
        off = self.clocks.said(RecordEdition).exclude(change="publish")
        for kind, keys in records_meeting(asked, EverRead.by(self.clocks)).items():
            changed |= Q(kind=kind, key__in=off.filter(kind=kind, key__in=keys).values("key"))
        return queryset.filter(changed)

    def of_recommendation(self, queryset: QuerySet[Any], _name: str, references: list[str]) -> QuerySet[Any]:
        """Changes of the recommendation and of its assessments."""
        return queryset.filter(
            Q(kind="recommendation", key__in=references)
            | Q(kind="assessment", key__in=self.clocks.ever_said(AssessmentEdition).filter(recommendation__in=references).values("key"))
            # What was taken down has no row of its own any more; of a verdict it stays on record what it was about.
            | Q(kind="assessment", nature=Nature.TAKEN_DOWN.value, body__recommendation__in=references)
        )

    def of_document(self, queryset: QuerySet[Any], _name: str, keys: list[str]) -> QuerySet[Any]:
        """Changes of the document's own record."""
        return queryset.filter(kind="document", key__in=keys)


class CorrectionFilters(ChangeFilters):
    """The same of corrections alone."""

    def __init__(self, parameters: QueryDict, clocks: Clocks) -> None:
        """Every correction that the site had made by ``known``."""
        super().__init__(parameters, clocks, list(CORRECTIONS))

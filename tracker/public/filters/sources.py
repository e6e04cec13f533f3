"""Filters of citations and of documents: what is no property of theirs asks for the records that they serve."""

import functools
from typing import Any, ClassVar

from django.db.models import CharField, F, Func, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from tracker.editions.tables import CitationEdition, DocumentEdition, RecommendationEdition
from tracker.public.clocks import Clocks
from tracker.public.columnar import Selection, rows_at
from tracker.public.filters.actions import of_records_meeting
from tracker.public.filters.addressees import AddresseeFilters
from tracker.public.filters.choices import ACTION, CITED_KINDS, HELD, actions, languages, these
from tracker.public.filters.everywhere import OfEveryList, by_document
from tracker.public.filters.grammar import of_a_list
from tracker.public.filters.kinds import one_of, words_of, years
from tracker.public.words import in_english
from tracker.rules.vocabulary import DocumentKind, Interest, Stance


def _serves_action(_clocks: Clocks, value: str) -> Q:
    return Q(record_kind="action", record_key=value)


def _quoted(_clocks: Clocks, value: str) -> Q:
    return ~Q(exact="") if value == "held" else Q(exact="")


def _archived(_clocks: Clocks, value: str) -> Q:
    return Q(snapshot__isnull=value != "held")


OF_THE_RECORDS = ("recommendation", "status", "government", "group", "measure", "theme", "disputed")
"""What a source has only through the records that it serves."""


@of_a_list
class CitationFilters(OfEveryList):
    """Filters of citations, each beside one record that it serves. What is no property of a citation asks for the record."""

    FACETS = ("stance", "interest", "kind", "record", "quotation", "archived", "language", "year")
    THROUGH = OF_THE_RECORDS

    year = years("published_year", gettext_lazy("year published"))
    action = one_of("record_key", gettext_lazy("action"), actions, ACTION, condition=_serves_action)
    record = one_of("record_kind", gettext_lazy("serves"), these(CITED_KINDS), gettext_lazy("recommendation, action or assessment"))
    stance = words_of("stance", gettext_lazy("stance"), Stance)
    interest = words_of("interest", gettext_lazy("interest"), Interest)
    kind = words_of("document_kind", gettext_lazy("kind of document"), DocumentKind)
    language = one_of("language", gettext_lazy("language"), languages, gettext_lazy("the code of a language of a source on this site, as en"))
    quotation = one_of("exact", gettext_lazy("quotation"), these(HELD), gettext_lazy("held or missing"), condition=_quoted)
    archived = one_of("snapshot", gettext_lazy("archived copy"), these(HELD), gettext_lazy("held or missing"), condition=_archived)

    class Meta:
        """Of citations beside the records that they serve."""

        model = CitationEdition
        fields: ClassVar[list[str]] = []

    def __init__(self, parameters: QueryDict, clocks: Clocks, queryset: QuerySet[Any] | None = None) -> None:
        """Those of records that are there at the clocks, without what tells only of a legal status of a later day."""
        super().__init__(parameters, clocks, citations_at(clocks) if queryset is None else queryset)

    @functools.cached_property
    def every(self) -> Selection:
        """Those that ``citations_at`` gives."""
        return uses_at(self.clocks)

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Citations of documents, or with passages, that match the words."""
        return in_english(queryset, self.asked(texts), "says", "exact", "document_title", "publisher", "author")

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Citations that serve a record of that kind."""
        return queryset.filter(of_records_meeting(asked, self.clocks, "record_kind", "record_key"))


@of_a_list
class DocumentFilters(OfEveryList):
    """Filters of documents. What is no property of a document asks for what it is cited for, or recommends."""

    FACETS = ("kind", "interest", "year")
    THROUGH = OF_THE_RECORDS

    document = by_document("key")
    year = years("published_last__year", gettext_lazy("year published"))
    kind = words_of("kind", gettext_lazy("kind"), DocumentKind)
    interest = words_of("interest", gettext_lazy("interest"), Interest)

    class Meta:
        """Of documents."""

        model = DocumentEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Documents that match the words."""
        return queryset.filter(key__among=self.that_say(texts, "document"))

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Documents that are cited for a record of that kind, or make or report such a recommendation."""
        serving = of_records_meeting(asked, self.clocks, "record_kind", "record_key")
        cited = self.clocks.said(CitationEdition).filter(serving).values("document")
        meeting = AddresseeFilters(asked, self.clocks).rows().values("recommendation")
        recommending = self.clocks.rows(RecommendationEdition).filter(reference__in=meeting)
        named = recommending.order_by().annotate(named=Func(F("documents"), function="unnest", output_field=CharField())).values("named")
        return queryset.filter(Q(key__in=cited) | Q(key__in=named))


def citations_at(clocks: Clocks) -> QuerySet[Any]:
    """The citations of records that are there at the clocks, without what tells only of a legal status of a later day.

    What an assessment takes over from an action stands with the action.
    """
    return clocks.rows(CitationEdition).filter(_STANDING)


def uses_at(clocks: Clocks) -> Selection:
    """The same rows in memory."""
    return rows_at(CitationEdition, clocks, meeting=_STANDING)


_STANDING = ~Q(inherited=True, record_kind="assessment")

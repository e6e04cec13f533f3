"""Filters of actions; and the records of any kind that meet filters."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from tracker.editions.tables import ActionEdition, CitationEdition, EffectEdition
from tracker.public.clocks import Clocks
from tracker.public.filters.addressees import AddresseeFilters, AssessmentFilters, bears_on
from tracker.public.filters.everywhere import OfEveryList, by_document
from tracker.public.filters.grammar import of_a_list
from tracker.public.filters.kinds import years


@of_a_list
class ActionFilters(OfEveryList):
    """Filters of actions. ``government`` is the one whose body acted."""

    FACETS = ("government", "measure", "year", "disputed")
    THROUGH = ("recommendation", "status", "theme")

    document = by_document(method="citing")
    year = years("year", gettext_lazy("year"))

    class Meta:
        """Of actions."""

        model = ActionEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Actions that match the words."""
        return queryset.filter(key__among=self.that_say(texts, "action"))

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Actions that bear on an addressee of that recommendation, status and theme."""
        addressees = AddresseeFilters(asked, self.clocks).rows()
        return queryset.filter(key__in=self.clocks.rows(EffectEdition).filter(bears_on(addressees)).values("action"))

    def citing(self, queryset: QuerySet[Any], _name: str, keys: list[str]) -> QuerySet[Any]:
        """Actions for or against which a document is cited."""
        return queryset.filter(key__in=self.clocks.said(CitationEdition).filter(record_kind="action", document__in=keys).values("record_key"))


def records_meeting(asked: QueryDict, clocks: Clocks) -> dict[str, QuerySet[Any]]:
    """Recommendations, assessments and actions that meet filters, by kind: their keys."""
    return {
        "recommendation": AddresseeFilters(asked, clocks).rows().values("recommendation"),
        "assessment": AssessmentFilters(asked, clocks).rows().values("key"),
        "action": ActionFilters(asked, clocks).rows().values("key"),
    }


def of_records_meeting(asked: QueryDict, clocks: Clocks, kind: str, key: str) -> Q:
    """The condition that a row names one of these records; ``kind`` and ``key`` are the columns that name it."""
    wanted = Q()
    for name, keys in records_meeting(asked, clocks).items():
        wanted |= Q(**{kind: name, f"{key}__in": keys})
    return wanted

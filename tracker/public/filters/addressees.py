"""Filters of addressees, of assessments and of effects: rows that each stand with one recommendation."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from tracker.editions.tables import AddresseeEdition, AssessmentEdition, EffectEdition, RecommendationEdition
from tracker.public import first_action
from tracker.public.clocks import Clocks
from tracker.public.filters.choices import CLAIMED, COUNTED, ORDERS, SEARCHES, YES_OR_NO, these
from tracker.public.filters.everywhere import OfEveryList, by_document, by_measure, by_theme
from tracker.public.filters.grammar import of_a_list
from tracker.public.filters.kinds import OneOf, one_of, words_of, years
from tracker.rules.vocabulary import AssessorKind, Basis, Corroboration, Direction, FirstAction, Provenance


def _claimed(_clocks: Clocks, value: str) -> Q:
    return ~Q(claimed_by=[]) if value == "yes" else Q(claimed_by=[])


def _counted(_clocks: Clocks, value: str) -> Q:
    return Q(counted=value == "yes")


def by_counting() -> OneOf:
    """Whether an addressee is counted, or only shown."""
    return one_of("counted", gettext_lazy("counted"), these(COUNTED), YES_OR_NO, condition=_counted)


def _order_in_time(clocks: Clocks, value: str) -> Q | None:
    return EffectEdition.in_place_on(clocks.as_of) if value == "in_place" else None


def _search_on_record(clocks: Clocks, value: str) -> Q:
    due = Q(search_due_on__lte=clocks.as_of)
    return due if value == "due" else Q(search_due_on__isnull=False) & ~due


@of_a_list
class AddresseeFilters(OfEveryList):
    """Filters of addressees; recommendations are filtered through theirs."""

    FACETS = (
        "status",
        "government",
        "group",
        "recommendation",
        "document",
        "measure",
        "theme",
        "year",
        "disputed",
        "corroboration",
        "claimed",
        "search",
        "first_action",
        "basis",
        "counted",
        "provenance",
    )

    document = by_document("documents", lookup_expr="overlap")
    theme = by_theme("themes", lookup_expr="overlap")
    corroboration = words_of("corroboration", gettext_lazy("corroboration"), Corroboration)
    claimed = one_of("claimed_by", gettext_lazy("claimed"), these(CLAIMED), YES_OR_NO, condition=_claimed)
    search = one_of("search_due_on", gettext_lazy("search"), these(SEARCHES), gettext_lazy("due or holds"), condition=_search_on_record)
    first_action = words_of("first_action", gettext_lazy("first action toward it"), FirstAction, expression=first_action.word_on)
    basis = words_of("basis", gettext_lazy("basis"), Basis)
    counted = by_counting()
    provenance = words_of("provenance", gettext_lazy("provenance"), Provenance)

    class Meta:
        """Of the narrow table."""

        model = AddresseeEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Addressees of recommendations that match the words."""
        return queryset.filter(self.saying(texts))

    def saying(self, texts: list[str]) -> Q:
        """The condition that its recommendation matches the words."""
        return Q(recommendation__among=self.that_say(texts, "recommendation"))


class _OfOneRecommendation(OfEveryList):
    """Filters of rows that each stand with one recommendation."""

    OF_IT: ClassVar[dict[str, str]] = {"document": "documents__overlap", "measure": "measure__in", "theme": "themes__overlap", "year": "year__in"}

    document = by_document(method="of_recommendations")
    measure = by_measure(method="of_recommendations")
    theme = by_theme(method="of_recommendations")
    year = years("year", gettext_lazy("year recommended"), method="of_recommendations")

    def of_recommendations(self, queryset: QuerySet[Any], name: str, values: list[Any]) -> QuerySet[Any]:
        """Rows of recommendations with that document, measure, theme or year."""
        found = self.clocks.rows(RecommendationEdition).filter(**{self.OF_IT[name]: values}).values("reference")
        return queryset.filter(recommendation__in=found)


@of_a_list
class AssessmentFilters(_OfOneRecommendation):
    """Filters of assessments."""

    FACETS = ("status", "government", "disputed", "assessor_kind")

    assessor_kind = words_of("assessor_kind", gettext_lazy("assessed by"), AssessorKind)

    class Meta:
        """Of assessments, whoever's."""

        model = AssessmentEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Assessments of recommendations that match the words."""
        return queryset.filter(self.saying(texts))

    def saying(self, texts: list[str]) -> Q:
        """The condition that its recommendation matches the words."""
        return Q(recommendation__among=self.that_say(texts, "recommendation"))


@of_a_list
class EffectFilters(_OfOneRecommendation):
    """Filters of effects: the links from actions to addressees."""

    FACETS = ("government", "earlier", "direction", "disputed")
    THROUGH = ("status",)

    earlier = one_of("earlier", gettext_lazy("order in time"), these(ORDERS), gettext_lazy("yes, no, unknown or in_place"), condition=_order_in_time)
    direction = words_of("direction", gettext_lazy("direction"), Direction)

    class Meta:
        """Of effects."""

        model = EffectEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Effects of actions, or on recommendations, that match the words."""
        actions, recommendations = self.that_say(texts, "action"), self.that_say(texts, "recommendation")
        return queryset.filter(Q(action__among=actions) | Q(recommendation__among=recommendations))

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Effects on addressees with that status on the day."""
        return queryset.filter(bears_on(AddresseeFilters(asked, self.clocks).rows()))


def bears_on(addressees: QuerySet[Any]) -> Exists:
    """The condition that an effect bears on one of the addressees."""
    return Exists(addressees.filter(recommendation=OuterRef("recommendation"), government=OuterRef("government")))

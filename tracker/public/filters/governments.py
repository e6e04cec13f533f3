"""Filters of governments and groups."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from tracker.editions.tables import GovernmentEdition
from tracker.public.filters.addressees import AddresseeFilters, by_counting
from tracker.public.filters.everywhere import OfEveryList, by_government, by_group
from tracker.public.filters.grammar import of_a_list
from tracker.public.filters.kinds import words_of
from tracker.rules.vocabulary import GovernmentKind


@of_a_list
class GovernmentFilters(OfEveryList):
    """Filters of governments. What is no property of a government asks for what it is an addressee of."""

    FACETS = ("kind",)
    THROUGH = ("recommendation", "status", "document", "measure", "theme", "year", "disputed", "counted")

    government = by_government("code")
    group = by_group("code")
    counted = by_counting()
    kind = words_of("kind", gettext_lazy("kind"), GovernmentKind)

    class Meta:
        """Of governments and groups."""

        model = GovernmentEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Governments whose name, code or note match the words."""
        return self.asked(texts).governments(queryset)

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Addressees of that status, recommendation and so on, all in one."""
        return queryset.filter(code__in=AddresseeFilters(asked, self.clocks).rows().values("government"))

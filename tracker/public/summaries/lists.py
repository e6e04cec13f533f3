"""What lists say of their rows beyond the columns of the rows themselves."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from django.db.models import Max, Min, Q

from tracker.editions.tables import (
    AddresseeEdition,
    RecommendationEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.columnar import Selection
from tracker.public.filters import AddresseeFilters
from tracker.public.summaries.counts import Distribution, distribution_of


@dataclass(frozen=True)
class ListedRecommendation:
    """A recommendation in the list, with the addressees that match the filter."""

    recommendation: RecommendationEdition
    addressees: list[AddresseeEdition]
    distribution: Distribution

    @property
    def disputed(self) -> int:
        """Of how many of the counted ones the status is disputed."""
        return sum(row.disputed for row in self.addressees if row.counted)


def listed(clocks: Clocks, recommendations: Sequence[RecommendationEdition], matching: Selection) -> list[ListedRecommendation]:
    """Recommendations with those of their addressees that match the filter (``matching``)."""
    found: dict[str, list[AddresseeEdition]] = defaultdict(list)
    shown = matching.ids[matching.meets(Q(recommendation__in=[row.reference for row in recommendations]))].tolist()
    for addressee in told(clocks.rows(AddresseeEdition).filter(id__in=shown).order_by("government_name"), clocks):
        found[addressee.recommendation].append(addressee)
    return [
        ListedRecommendation(row, found[row.reference], distribution_of(found[row.reference], recommendation=row.reference))
        for row in recommendations
    ]


class InOrder(Sequence[RecommendationEdition]):
    """Recommendations with an addressee that filters choose, in an order: known by reference, and read where a page shows them."""

    def __init__(self, filters: AddresseeFilters, keys: tuple[str, ...]) -> None:
        """``keys``: the columns by which they are ordered, with a minus before those that fall."""
        self._clocks = filters.clocks
        self._references = filters.every.references(filters.meeting(), keys)

    def __len__(self) -> int:
        return len(self._references)

    @overload
    def __getitem__(self, place: int) -> RecommendationEdition: ...
    @overload
    def __getitem__(self, place: slice) -> list[RecommendationEdition]: ...
    def __getitem__(self, place: int | slice) -> RecommendationEdition | list[RecommendationEdition]:
        """One of them, or a list of some, in one question."""
        if not isinstance(place, slice):
            return self[place : place + 1][0]
        references = self._references[place]
        found = {row.reference: row for row in self._clocks.rows(RecommendationEdition).filter(reference__in=references)}
        return [found[reference] for reference in references]


@dataclass(frozen=True)
class DayRange:
    """The first and last day that the site has anything about."""

    first: dt.date | None
    last: dt.date | None


def day_range(clocks: Clocks) -> DayRange:
    """Between which days ``as_of`` changes anything."""
    found = clocks.said(AddresseeEdition).aggregate(first=Min("valid_from"), last=Max("valid_from"))
    return DayRange(found["first"], found["last"])

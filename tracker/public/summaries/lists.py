"""What lists say of their rows beyond the columns of the rows themselves."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min

from tracker.editions.tables import (
    AddresseeEdition,
    RecommendationEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
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


def listed(clocks: Clocks, recommendations: Sequence[RecommendationEdition], matching: Any) -> list[ListedRecommendation]:
    """Recommendations with those of their addressees that match the filter (``matching`` is the filtered query)."""
    found: dict[str, list[AddresseeEdition]] = defaultdict(list)
    for addressee in told(matching.filter(recommendation__in=[row.reference for row in recommendations]).order_by("government_name"), clocks):
        found[addressee.recommendation].append(addressee)
    return [
        ListedRecommendation(row, found[row.reference], distribution_of(found[row.reference], recommendation=row.reference))
        for row in recommendations
    ]


@dataclass(frozen=True)
class DayRange:
    """The first and last day that the site has anything about."""

    first: dt.date | None
    last: dt.date | None


def day_range(clocks: Clocks) -> DayRange:
    """Between which days ``as_of`` changes anything."""
    found = clocks.said(AddresseeEdition).aggregate(first=Min("valid_from"), last=Max("valid_from"))
    return DayRange(found["first"], found["last"])

"""Counts of addressees by status, always with their denominator."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.editions.tables import (
    AddresseeEdition,
)
from tracker.rules.vocabulary import Status

TAKEN_UP = (Status.IMPLEMENTED, Status.PARTIALLY_IMPLEMENTED)
"""What counts as uptake."""
HONEST_NEGATIVES = (Status.NOT_ASSESSED, Status.NO_EVIDENCE, Status.NO_ACTION)

LONGEST_LIST = 150
"""Records that an address names one by one. Where it would take more, a number opens nothing rather than other rows."""


@dataclass(frozen=True)
class StatusCount:
    """How many of the addressees have a status, with the filter that opens them."""

    status: Status
    count: int
    filters: dict[str, Any]


@dataclass(frozen=True)
class Distribution:
    """Counted addressees by status, in the order of the vocabulary; ``total`` is the denominator, and ``filters`` open its rows."""

    counts: list[StatusCount]
    total: int
    filters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def held(self) -> list[StatusCount]:
        """The statuses that any addressee has."""
        return [item for item in self.counts if item.count]

    def of(self, status: Status) -> int:
        """How many addressees have a status."""
        return next(item.count for item in self.counts if item.status is status)


def distribution(counts: Mapping[str, int], **filters: Any) -> Distribution:
    """A distribution from counts by status; ``filters`` are what else the address of the rows must carry."""
    items = [StatusCount(status, counts.get(status.value, 0), {**filters, "status": status.value}) for status in Status]
    return Distribution(items, sum(item.count for item in items), filters)


def distribution_of(addressees: Iterable[AddresseeEdition], **filters: Any) -> Distribution:
    """The distribution of the counted ones among given addressees."""
    return distribution(Counter(str(row.status) for row in addressees if row.counted), **filters)

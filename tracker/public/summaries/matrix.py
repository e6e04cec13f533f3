"""The matrix: recommendations × governments."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.editions.tables import (
    AddresseeEdition,
    EffectEdition,
    RecommendationEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.summaries.counts import Distribution, distribution_of
from tracker.rules.vocabulary import Earlier


@dataclass(frozen=True)
class MatrixRow:
    """A recommendation with one cell a government; None where it is no addressee."""

    recommendation: RecommendationEdition
    cells: list[AddresseeEdition | None]


@dataclass(frozen=True)
class Matrix:
    """Recommendations × governments. ``earlier`` holds pairs (reference, code) with an earlier action."""

    governments: list[tuple[str, str]]
    rows: list[MatrixRow]
    distribution: Distribution
    earlier: set[tuple[str, str]]


def matrix(clocks: Clocks, addressees: Iterable[AddresseeEdition]) -> Matrix:
    """The matrix of the given addressees; groups and governments cited as models stand in no cell."""
    cells: dict[str, dict[str, AddresseeEdition]] = defaultdict(dict)
    governments: dict[str, str] = {}
    for row in told(addressees, clocks):
        if row.counted:
            cells[row.recommendation][row.government] = row
            governments[row.government] = row.government_name
    columns = sorted(governments.items(), key=lambda pair: pair[1])
    recommendations = clocks.rows(RecommendationEdition).filter(reference__in=cells).order_by("recommended_first", "documents", "reference")
    pairs = clocks.rows(EffectEdition).filter(recommendation__in=cells, earlier=Earlier.YES.value).values_list("recommendation", "government")
    return Matrix(
        governments=columns,
        rows=[MatrixRow(row, [cells[row.reference].get(code) for code, _name in columns]) for row in recommendations],
        distribution=distribution_of(cell for row in cells.values() for cell in row.values()),
        earlier=set(pairs),
    )

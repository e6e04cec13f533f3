"""How recommendations stand to each other, seen from either side."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.editions.tables import RecommendationEdition
from tracker.public.clocks import Clocks
from tracker.rules.vocabulary import RelationKind

REVERSED: dict[RelationKind, str | Promise] = {
    RelationKind.REPEATS: _("is repeated by"),
    RelationKind.NARROWS: _("is narrowed by"),
    RelationKind.SPLITS: _("has as a part"),
    RelationKind.SUPERSEDES: _("is superseded by"),
}
"""A relation from the side of the other recommendation."""


@dataclass(frozen=True)
class Related:
    """Another recommendation: the relation in words, read from this one to it. ``recommendation`` is None where it is not public at the clocks."""

    words: str | Promise
    reference: str
    recommendation: RecommendationEdition | None
    note: str


def related(clocks: Clocks, recommendation: RecommendationEdition) -> list[Related]:
    """The recommendations that this one names, and those that name it, as they are at the clocks: one question."""
    named = [relation["other"] for relation in recommendation.relations]
    naming = Q(relations__contains=[{"other": recommendation.reference}])
    rows = {row.reference: row for row in clocks.rows(RecommendationEdition).filter(Q(reference__in=named) | naming)}
    return relations_of(recommendation, rows.values())


def relations_of(recommendation: RecommendationEdition, others: Iterable[RecommendationEdition]) -> list[Related]:
    """Both directions: what it says of others first, then what others say of it."""
    rows = {row.reference: row for row in others}
    found = [
        Related(RelationKind(relation["kind"]).label, relation["other"], rows.get(relation["other"]), relation["note"])
        for relation in recommendation.relations
    ]
    for row in rows.values():
        for relation in row.relations:
            if relation["other"] == recommendation.reference:
                found.append(Related(REVERSED[RelationKind(relation["kind"])], row.reference, row, relation["note"]))
    return found

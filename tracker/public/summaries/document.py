"""One document: what it recommends, and what it is cited for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, OuterRef, Q, Subquery, When

from tracker.editions.tables import (
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    RecommendationEdition,
    RecordEdition,
)
from tracker.public.clocks import Clocks
from tracker.public.columnar import addressees_at
from tracker.public.corrections import Correction, corrections_of
from tracker.public.filters import citations_at
from tracker.public.summaries.behind import history_of
from tracker.public.summaries.glance import Glance, glance_at
from tracker.public.summaries.lists import ListedRecommendation, listed
from tracker.rules.vocabulary import Stance


@dataclass(frozen=True)
class DocumentPage:
    """A document: the recommendations that it makes or reports, and what it is cited for."""

    document: DocumentEdition
    recommendations: list[ListedRecommendation]
    cited: list[tuple[Stance, list[CitationEdition]]]
    """What it is cited for, by stance; stances that it never takes are left out."""
    titles: dict[tuple[str, str], str]
    """What the records that it is cited for are called, by kind and key."""
    glance: Glance
    history: list[RecordEdition]
    corrections: list[Correction]

    @property
    def rows(self) -> list[Iterable[Any]]:
        """Every row whose texts the page shows, in groups."""
        return [[self.document], [each.recommendation for each in self.recommendations], self.glance.rows]


def document_page(clocks: Clocks, key: str) -> DocumentPage | None:
    """A document's page; None where there is none of that key."""
    document = clocks.said(DocumentEdition).filter(key=key).first()
    if document is None:
        return None
    uses = list(citations_at(clocks).filter(document=key))
    recommendations = list(clocks.rows(RecommendationEdition).filter(documents__contains=[key]))
    return DocumentPage(
        document=document,
        recommendations=listed(clocks, recommendations, addressees_at(clocks)),
        cited=[(stance, rows) for stance in Stance if (rows := [use for use in uses if use.stance == stance])],
        titles=_titles(clocks, uses),
        glance=glance_at(clocks, "document", key),
        history=history_of(clocks, "document", [key]),
        corrections=corrections_of(clocks, Q(kind="document", key=key)),
    )


def _titles(clocks: Clocks, uses: list[CitationEdition]) -> dict[tuple[str, str], str]:
    """The titles of cited records, as they were published at the clocks: an assessment is called after its recommendation as that is called now."""
    wanted = Q()
    for kind in {use.record_kind for use in uses}:
        wanted |= Q(kind=kind, key__in={use.record_key for use in uses if use.record_kind == kind})
    if not wanted:
        return {}
    short = clocks.said(RecommendationEdition).filter(reference=OuterRef("recommendation")).values("short_title")[:1]
    of = clocks.said(AssessmentEdition).filter(key=OuterRef("key")).annotate(_of=Subquery(short)).values("_of")[:1]
    rows = clocks.said(RecordEdition).filter(wanted, change="publish").annotate(_of=Case(When(kind="assessment", then=Subquery(of))))
    return {
        (kind, key): title if of is None else " · ".join([of, title.rpartition(" · ")[2]])  # then the government's name
        for kind, key, title, of in rows.values_list("kind", "key", "title", "_of")
    }

"""One document: what it recommends, and what it is cited for."""

from dataclasses import dataclass

from django.db.models import Q

from tracker.editions.tables import (
    CitationEdition,
    DocumentEdition,
    RecommendationEdition,
    RecordEdition,
)
from tracker.public.clocks import Clocks
from tracker.public.corrections import Correction, corrections_of
from tracker.public.summaries.behind import history_of


@dataclass(frozen=True)
class DocumentPage:
    """A document: the recommendations that it makes or reports, and what it is cited for."""

    document: DocumentEdition
    recommendations: list[RecommendationEdition]
    citations: list[CitationEdition]
    history: list[RecordEdition]
    corrections: list[Correction]


def document_page(clocks: Clocks, key: str) -> DocumentPage | None:
    """A document's page; None where there is none of that key."""
    document = clocks.said(DocumentEdition).filter(key=key).first()
    if document is None:
        return None
    return DocumentPage(
        document=document,
        recommendations=list(clocks.rows(RecommendationEdition).filter(documents__contains=[key])),
        citations=list(clocks.said(CitationEdition).filter(document=key, inherited=False)),
        history=history_of(clocks, "document", [key]),
        corrections=corrections_of(clocks, Q(kind="document", key=key)),
    )

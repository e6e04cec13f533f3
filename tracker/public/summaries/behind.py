"""What stands behind records: their citations, their published versions, and the editions of the site."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from tracker.editions.tables import (
    CitationEdition,
    RecordEdition,
    SiteEdition,
)
from tracker.public.as_of import told, told_with_an_action
from tracker.public.clocks import Clocks


def citations_of(clocks: Clocks, records: dict[str, set[str]]) -> dict[tuple[str, str], list[CitationEdition]]:
    """The citations that serve records, by (kind, key). What an assessment takes over from an action is told where the action tells it."""
    wanted = Q()
    for kind, keys in records.items():
        wanted |= Q(record_kind=kind, record_key__in=keys)
    found: dict[tuple[str, str], list[CitationEdition]] = defaultdict(list)
    citations = clocks.said(CitationEdition).filter(wanted)
    taken_over = citations.filter(record_kind="assessment", inherited=True).values("citation")
    told_there = told_with_an_action(clocks, taken_over) if "assessment" in records else set()
    for citation in citations:
        if citation.record_kind != "assessment" or not citation.inherited or citation.citation in told_there:
            found[citation.record_kind, citation.record_key].append(citation)
    return found


def history_of(clocks: Clocks, kind: str, keys: Iterable[str]) -> list[RecordEdition]:
    """The published versions of records that the site had by ``known``, newest first."""
    return told(clocks.ever_said(RecordEdition).defer("body").filter(kind=kind, key__in=list(keys)), clocks)


def editions_known(clocks: Clocks) -> Any:
    """The editions of the site that had been published by ``known``, newest first."""
    editions = SiteEdition.objects.all()
    return editions if clocks.known is None else editions.filter(published_at__lte=clocks.known)

"""One cell of the matrix: a recommendation and a government, with everything that its status rests on."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tracker.editions.tables import (
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    RecommendationEdition,
    RecordEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.corrections import Correction, corrections_of
from tracker.public.summaries.behind import citations_of, history_of
from tracker.public.summaries.recommendation import AddresseeStory, effects_of_actions
from tracker.rules.vocabulary import Interest, Nature, Stance


@dataclass(frozen=True)
class Period:
    """What the status was from one day to another, both included; ``last`` is nothing for the one that holds on the day of the page."""

    row: AddresseeEdition
    first: dt.date
    last: dt.date | None


@dataclass(frozen=True)
class Kind:
    """Citations from sources of one interest, by stance."""

    interest: Interest
    supports: int
    disputes: int
    context: int


@dataclass(frozen=True)
class Placed:
    """Who speaks with a stake of their own, and which way; ``row`` is a citation that says so."""

    publisher: str
    stance: str
    row: CitationEdition


@dataclass(frozen=True)
class AddresseePage:
    """The page of one addressee. ``said``: the published versions of its assessments, as known at the clocks."""

    recommendation: RecommendationEdition
    made_in: DocumentEdition | None
    known_from: DocumentEdition | None
    story: AddresseeStory
    periods: list[Period]
    kinds: list[Kind]
    stakes: list[Placed]
    said: list[RecordEdition]
    corrections: list[Correction]

    @property
    def rows(self) -> list[Sequence[Any]]:
        """Every row whose texts the page shows, in groups."""
        story = self.story
        return [
            [row for row in (self.recommendation, self.made_in, self.known_from) if row],
            [story.addressee, *story.assessments, *story.others, *(period.row for period in self.periods)],
            [item.action for item in story.effects],
            [citation for citations in (story.citations, *story.cited.values()) for citation in citations],
            [citation for item in story.effects for citation in item.citations],
        ]


def addressee_page(clocks: Clocks, reference: str, code: str) -> AddresseePage | None:
    """The page; None where there is no such addressee at the clocks."""
    mine = Q(recommendation=reference, government=code)
    found = told(clocks.rows(RecommendationEdition).filter(reference=reference), clocks)
    rows = told(clocks.said(AddresseeEdition).filter(mine, valid_from__lte=clocks.as_of).order_by("valid_from"), clocks)
    holding = next((row for row in rows if row.valid_to is None or row.valid_to > clocks.as_of), None)
    if not found or holding is None:
        return None
    (recommendation,) = found
    documents = {document.key: document for document in clocks.said(DocumentEdition).filter(key__in=recommendation.documents)}
    assessments = told(clocks.rows(AssessmentEdition).filter(mine), clocks)
    others = [row for row in assessments if row.assessor_kind != "staff"]
    keys = {row.key for row in others} | ({holding.assessment} if holding.assessment else set())
    cited = citations_of(clocks, {"assessment": keys}) if keys else {}
    said = history_of(clocks, "assessment", {row.key for row in assessments})
    story = AddresseeStory(
        addressee=holding,
        assessments=[row for row in assessments if row.assessor_kind == "staff"],
        others=others,
        citations=cited.get(("assessment", holding.assessment), []) if holding.assessment else [],
        effects=effects_of_actions(clocks, list(clocks.rows(EffectEdition).filter(mine))),
        cited=cited,
        recommendation=recommendation,
        record=next((row for row in said if row.key == holding.assessment), None),
    )
    return AddresseePage(
        recommendation=recommendation,
        made_in=documents.get(recommendation.made_in or ""),
        known_from=documents.get(recommendation.known_from_document),
        story=story,
        periods=[_period(row, clocks) for row in rows],
        kinds=_kinds(story.citations),
        stakes=_stakes(story.citations),
        said=said,
        corrections=corrections_of(
            clocks,
            Q(kind="assessment", key__in=AssessmentEdition.objects.filter(mine).values("key"))
            | Q(kind="assessment", nature=Nature.TAKEN_DOWN.value, body__recommendation=reference, body__government=code),
        ),
    )


def _period(row: AddresseeEdition, clocks: Clocks) -> Period:
    ended = row.valid_to if row.valid_to and row.valid_to <= clocks.as_of else None
    return Period(row, row.valid_from, ended - dt.timedelta(days=1) if ended else None)


def _kinds(citations: list[CitationEdition]) -> list[Kind]:
    """The kinds of sources that a status rests on, in the order of the vocabulary; kinds without a citation left out."""
    counts = Counter((str(row.interest), str(row.stance)) for row in citations)
    kinds = [
        Kind(interest, *(counts[interest.value, stance.value] for stance in (Stance.SUPPORTS, Stance.DISPUTES, Stance.CONTEXT)))
        for interest in Interest
    ]
    return [kind for kind in kinds if kind.supports or kind.disputes or kind.context]


def _stakes(citations: list[CitationEdition]) -> list[Placed]:
    """Who speaks with a stake of their own, each once with a stance and a stake."""
    named = {(row.publisher or row.author or row.document_title, str(row.stance), row.stake): row for row in reversed(citations) if row.stake}
    return [Placed(publisher, stance, row) for (publisher, stance, _stake), row in reversed(named.items())]

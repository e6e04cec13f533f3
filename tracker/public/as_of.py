"""What of a row may be told on a day: nothing that came later. One function, for pages and for files.

A row is published whole, so that one edition serves every day: an action carries the events and legal statuses of all its life, an effect the
day on which it ended. What lies after ``as_of`` is taken off here, before anything is shown.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext

from tracker.editions.tables import (
    ActionEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    MembershipEdition,
    RecordEdition,
)
from tracker.public.clocks import Clocks
from tracker.rules.attribution import JUDGED, standing_in_words
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import DocumentKind, Stance, Standing

Part = dict[str, Any]


def told(rows: Iterable[Any], clocks: Clocks) -> list[Any]:
    """Rows of one published table as they may be told at the clocks.

    They are cut where they stand: they came over a connection that can write nothing back. At most one question is asked for all of them.
    """
    cut = list(rows)
    if cut and (tell := _TELL.get(type(cut[0]))):
        tell(cut, clocks)
    return cut


def had_come(written: str | None, day: dt.date) -> bool:
    """Whether a date lies for certain no later than the day; what is undated has."""
    return not written or PartialDate(written).last <= day


def not_held_back(action: ActionEdition, citations: list[CitationEdition]) -> list[CitationEdition]:
    """The citations of an action that was told, without those that tell only of a legal status of a later day."""
    return [citation for citation in citations if citation.citation not in action.held_back]  # type: ignore[attr-defined]


def _actions(rows: list[Any], clocks: Clocks) -> None:
    """Events and legal statuses of the day, each status in words with its basis, and ``held_back``: keys of citations of later ones.

    The recorded wording of the legal status has no date. It is held back where the action has a legal status of a later day, of which it may tell.
    """
    judgments = _judgments(rows, clocks)
    for row in rows:
        row.ended_on = _if_come(row.ended_on, clocks)
        row.events = [event for event in row.events if had_come(event["on"], clocks.as_of)]
        later = [party for party in row.parties if not had_come(party["on"], clocks.as_of)]
        row.parties = [_with_its_basis(party, judgments) for party in row.parties if party not in later]
        row.held_back = _citations(later) - _citations(row.parties)
        if later:
            row.legal_status = ""


def _citations(parties: list[Part]) -> set[str]:
    return {citation["key"] for party in parties for citation in party["citations"]}


def _supporting(party: Part) -> set[str]:
    return {citation["document"] for citation in party["citations"] if citation["stance"] == Stance.SUPPORTS}


def _judgments(rows: list[Any], clocks: Clocks) -> set[str]:
    """Which of the documents that support what only a court finds are judgments."""
    cited = {document for row in rows for party in row.parties if party["standing"] in JUDGED for document in _supporting(party)}
    judgments = clocks.said(DocumentEdition).filter(key__in=cited, kind=DocumentKind.JUDGMENT.value)
    return set(judgments.values_list("key", flat=True))


def _with_its_basis(party: Part, judgments: set[str]) -> Part:
    has_judgment = bool(_supporting(party) & judgments)
    message, given = standing_in_words(Standing(party["standing"]), said_by=party["said_by"], has_judgment=has_judgment)
    return {**party, "reads": gettext(message) % {**given, "standing": gettext(given["standing"])}}


def _effects(rows: list[Any], clocks: Clocks) -> None:
    """``in_place`` as of the day, and no end that had not come."""
    for row in rows:
        row.in_place = row.is_in_place_on(clocks.as_of)
        row.ended_on = _if_come(row.ended_on, clocks)


def _assessments(rows: list[Any], clocks: Clocks) -> None:
    """Superseded only by what was in effect, and positions taken by then."""
    in_effect = {row.key for row in rows}
    successors = {row.superseded_by for row in rows if row.superseded_by} - in_effect
    in_effect |= set(clocks.rows(AssessmentEdition).filter(key__in=successors).values_list("key", flat=True))
    for row in rows:
        if row.superseded_by not in in_effect:
            row.superseded_by = None
        row.positions = [position for position in row.positions if had_come(position["on"], clocks.as_of)]


def _memberships(rows: list[Any], clocks: Clocks) -> None:
    """No last day that had not come."""
    for row in rows:
        if row.until_day and row.until_day > clocks.as_of:
            row.until = row.until_day = None


def _records(rows: list[Any], clocks: Clocks) -> None:
    """What was replaced after ``known`` stood then."""
    for row in rows:
        if clocks.known and row.known_to and row.known_to > clocks.known:
            row.known_to = None


def _if_come(day: dt.date | None, clocks: Clocks) -> dt.date | None:
    return day if day and day <= clocks.as_of else None


_TELL: dict[type, Callable[[list[Any], Clocks], None]] = {
    ActionEdition: _actions,
    EffectEdition: _effects,
    AssessmentEdition: _assessments,
    MembershipEdition: _memberships,
    RecordEdition: _records,
}

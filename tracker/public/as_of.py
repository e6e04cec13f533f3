"""What of a row may be told on a day: nothing that came later. One function, for pages and for files.

A row is published whole, so that one edition serves every day: an action carries the events and legal statuses of all its life, an effect the
day on which it ended. What lies after ``as_of`` is taken off here, before anything is shown.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet, Value
from django.utils.translation import gettext

from tracker.editions.projection import source_name
from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    MembershipEdition,
    RecommendationEdition,
    RecordEdition,
)
from tracker.public.clocks import Clocks
from tracker.rules import deadlines, evidence, searches
from tracker.rules.attribution import standing_in_words
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import DocumentKind, Interest, Stance, Standing, Status

Part = dict[str, Any]


class Source(dict[str, Any]):
    """Where a part can be read, as it is published; ``row`` is the document, for pages that show its title translated."""

    row: DocumentEdition

    @classmethod
    def of(cls, document: DocumentEdition, said: Part) -> "Source":
        """What is said of a document."""
        found = cls(said)
        found.row = document
        return found


def told(rows: Iterable[Any], clocks: Clocks) -> list[Any]:
    """Rows of one published table as they may be told at the clocks.

    They are cut where they stand: they came over a connection that can write nothing back. At most two questions are asked for all of them.
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


def told_with_an_action(clocks: Clocks, citations: QuerySet[Any]) -> set[str]:
    """Those of the citations (keys) that an action of the day is told with: one question.

    Of what nobody had done by then, and of a legal status of a later day, nothing is told.
    """
    served = clocks.rows(CitationEdition).filter(record_kind="action", citation__in=citations)
    return set(served.values_list("citation", flat=True))


def _held_back(parties: list[Part], clocks: Clocks) -> set[str]:
    """The citations of legal statuses of later days that none of the day has."""
    come = [party for party in parties if had_come(party["on"], clocks.as_of)]
    return _citations(parties) - _citations(come)


def _actions(rows: list[Any], clocks: Clocks) -> None:
    """Events and legal statuses of the day, each status in words with its basis, and ``held_back``: keys of citations of later ones.

    ``names_nobody``: no legal status of anybody is on record, of this day or of a later one.
    """
    documents = documents_of(clocks, [*(party for row in rows for party in row.parties), *_replies_of(rows)])
    for row in rows:
        _cut_replies(row, documents, clocks)
        row.ended_on = _if_come(row.ended_on, clocks)
        row.events = [event for event in row.events if had_come(event["on"], clocks.as_of)]
        row.held_back = _held_back(row.parties, clocks)
        row.names_nobody = not row.parties
        row.parties = [with_its_basis(party, documents) for party in row.parties if had_come(party["on"], clocks.as_of)]


def _citations(parties: list[Part]) -> set[str]:
    return {citation["key"] for party in parties for citation in party["citations"]}


def documents_of(clocks: Clocks, parts: Iterable[Part]) -> dict[str, DocumentEdition]:
    """The documents that parts cite, by key: one question, and none where nothing is cited."""
    cited = {citation["document"] for part in parts for citation in part["citations"]}
    found = clocks.said(DocumentEdition).filter(key__in=cited).defer("note", "snapshots") if cited else ()
    return {document.key: document for document in found}


def _replies_of(rows: list[Any]) -> list[Part]:
    return [reply for row in rows for reply in row.replies]


def _cut_replies(row: Any, documents: dict[str, DocumentEdition], clocks: Clocks) -> None:
    """Replies given by the day, each with its ``sources``."""
    row.replies = [_with_sources(reply, documents) for reply in row.replies if had_come(reply["on"], clocks.as_of)]


def _with_sources(part: Part, documents: Mapping[str, DocumentEdition]) -> Part:
    """A reply, a position or a party with where it can be read.

    Of each document that it cites: key, title, publisher, locator and address, how its publisher is placed, and which way it speaks.
    """
    sources = [
        Source.of(
            document,
            {
                "document": document.key,
                "title": document.title,
                "publisher": document.publisher or document.author,
                "locator": citation["locator"],
                "document_url": document.url,
                "interest": str(document.interest),
                "stance": citation["stance"],
            },
        )
        for citation in part["citations"]
        if (document := documents.get(citation["document"]))
    ]
    return {**part, "sources": sources}


def with_its_basis(party: Part, documents: Mapping[str, DocumentEdition]) -> Part:
    """A party with what must stand beside its legal status. ``documents`` are those that it cites, by key.

    ``reads``: the status in words that say no more than was shown, and ``who`` says so within them; ``claimed_by``: whom to attribute it to where
    advocacy alone supports it; ``sources``: where it is said and where it is disputed.
    """
    supporting = [
        (citation, document)
        for citation in party["citations"]
        if citation["stance"] == Stance.SUPPORTS and (document := documents.get(citation["document"]))
    ]
    has_judgment = any(document.kind == DocumentKind.JUDGMENT for _citation, document in supporting)
    claimed_by = evidence.claimed_by(
        evidence.Use(citation["key"], Stance.SUPPORTS, Interest(document.interest), source_name(vars(document))) for citation, document in supporting
    )
    message, given = standing_in_words(Standing(party["standing"]), said_by=party["said_by"], has_judgment=has_judgment)
    reads = gettext(message) % {**given, "standing": gettext(given["standing"])}
    return {**_with_sources(party, documents), "reads": reads, "who": given["said_by"], "claimed_by": list(claimed_by)}


def _addressees(rows: list[Any], clocks: Clocks) -> None:
    """Replies of the day beside the status that they answer, and whether the search that it rests on was due again by then."""
    documents = documents_of(clocks, _replies_of(rows))
    for row in rows:
        _cut_replies(row, documents, clocks)
        row.search_due_since = _if_come(row.search_due_on, clocks)


def _recommendations(rows: list[Any], clocks: Clocks) -> None:
    """The deadline that held on the day, and the moves that had come by then."""
    for row in rows:
        if not row.deadline_moves:
            continue
        moves = [
            deadlines.Move(
                PartialDate(move["before"]), PartialDate(move["after"]) if move["after"] else None, PartialDate(move["moved_on"]), move["moved_by"]
            )
            for move in row.deadline_moves
        ]
        held = deadlines.holding_on(clocks.as_of, PartialDate(row.due_on) if row.due_on else None, moves)
        row.due_on = held.text if held else None
        row.deadline_moves = [move for move in row.deadline_moves if had_come(move["moved_on"], clocks.as_of)]


def _effects(rows: list[Any], clocks: Clocks) -> None:
    """``in_place`` as of the day, and no end that had not come."""
    for row in rows:
        row.in_place = row.is_in_place_on(clocks.as_of)
        row.ended_on = _if_come(row.ended_on, clocks)


def _assessments(rows: list[Any], clocks: Clocks) -> None:
    """Resting on what had been done, superseded by what was in effect, positions and replies of then, and whether the search was due again."""
    documents = documents_of(clocks, [*_replies_of(rows), *(position for row in rows for position in row.positions)])
    in_effect = {row.key for row in rows}
    successors = {row.superseded_by for row in rows if row.superseded_by} - in_effect
    named = {action for row in rows for action in row.actions}
    there = [
        clocks.rows(table).filter(key__in=keys).order_by().values_list("key", Value(table.__name__))
        for table, keys in ((AssessmentEdition, successors), (ActionEdition, named))
    ]
    found = set(there[0].union(there[1]))
    for row in rows:
        row.actions = [action for action in row.actions if (action, ActionEdition.__name__) in found]
        if row.superseded_by not in in_effect and (row.superseded_by, AssessmentEdition.__name__) not in found:
            row.superseded_by = None
        row.positions = [_with_sources(position, documents) for position in row.positions if had_come(position["on"], clocks.as_of)]
        _cut_replies(row, documents, clocks)
        made = searches.latest(PartialDate(search["searched_on"]) for search in row.searches) if Status(row.status).rests_on_a_search else None
        row.searched_on = made.text if made else None
        row.search_due_since = _if_come(searches.due_again(made), clocks) if made else None


def _memberships(rows: list[Any], clocks: Clocks) -> None:
    """No last day that had not come."""
    for row in rows:
        if row.until_day and row.until_day > clocks.as_of:
            row.until = row.until_day = None


def _records(rows: list[Any], clocks: Clocks) -> None:
    """What was replaced after ``known`` stood then."""
    for row in rows:
        if clocks.read_at and row.known_to and row.known_to > clocks.read_at:
            row.known_to = None


def _if_come(day: dt.date | None, clocks: Clocks) -> dt.date | None:
    return day if day and day <= clocks.as_of else None


_TELL: dict[type, Callable[[list[Any], Clocks], None]] = {
    ActionEdition: _actions,
    AddresseeEdition: _addressees,
    EffectEdition: _effects,
    AssessmentEdition: _assessments,
    MembershipEdition: _memberships,
    RecommendationEdition: _recommendations,
    RecordEdition: _records,
}

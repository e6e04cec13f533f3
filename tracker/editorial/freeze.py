"""A record as one value: everything that is reviewed and published together, in canonical JSON, and its hash.

Canonical JSON here is UTF-8 with sorted keys, no white space and no floats, after RFC 8785 as far as these values need it. Children stand in an
order of their own (by key or date), so that the hash depends on what is said and not on how it was entered.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from tracker.models import Action, Assessment, CitationUse, Document, Recommendation, RecordKind, Reply, Translation
from tracker.models.base import Publishable

Body = dict[str, Any]

KINDS: dict[type[Publishable], RecordKind] = {
    Document: RecordKind.DOCUMENT,
    Recommendation: RecordKind.RECOMMENDATION,
    Action: RecordKind.ACTION,
    Assessment: RecordKind.ASSESSMENT,
}
MODELS = {kind: model for model, kind in KINDS.items()}

PREFETCH: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.DOCUMENT: ("snapshots", "translations"),
    RecordKind.RECOMMENDATION: (
        "measure", "made_in", "known_from", "themes", "addressees__government", "relations__other", "deadline_moves",
        "translations", "citation_uses__citation__document",
    ),
    RecordKind.ACTION: (
        "government", "measure", "events", "legal_statuses__party", "legal_statuses__citation_uses__citation__document",
        "effects__addressee__recommendation", "effects__addressee__government", "effects__undoes", "replies__citation_uses__citation__document",
        "translations", "citation_uses__citation__document",
    ),
    RecordKind.ASSESSMENT: (
        "addressee__recommendation", "addressee__government", "supersedes", "searches", "positions__citation_uses__citation__document",
        "replies__citation_uses__citation__document", "translations", "citation_uses__citation__document",
    ),
}  # fmt: skip


def kind_of(record: Publishable) -> RecordKind:
    """Which of the four kinds a record is."""
    return KINDS[type(record)]


def content_hash(body: Body) -> str:
    """SHA-256 of a body in canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def freeze(record: Publishable) -> Body:
    """The body of a record: JSON values only. Read with :data:`PREFETCH` it needs no query of its own."""
    match record:
        case Document():
            return _document(record)
        case Recommendation():
            return _recommendation(record)
        case Action():
            return _action(record)
        case Assessment():
            return _assessment(record)
    raise TypeError(f"{type(record).__name__} is not reviewed and published.")


def title_of(record: Publishable) -> str:
    """What the record is called in lists of changes."""
    match record:
        case Document():
            return record.shown_title
        case Recommendation():
            return record.short_title
        case Action():
            return record.title
        case Assessment():
            return f"{record.addressee.recommendation.short_title} · {record.addressee.government.name}"
    raise TypeError(f"{type(record).__name__} is not reviewed and published.")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _citations(uses: Iterable[CitationUse]) -> list[Body]:
    return sorted(
        (
            {
                "key": use.citation.key,
                "stance": str(use.stance),
                "document": use.citation.document.key,
                "locator": use.citation.locator,
                "says": use.citation.says,
                "exact": use.citation.exact,
                "prefix": use.citation.prefix,
                "suffix": use.citation.suffix,
                "corroboration": str(use.citation.corroboration),
                "archived_as": use.citation.archived_as,
            }
            for use in uses
        ),
        key=lambda citation: citation["key"],
    )


def _replies(replies: Iterable[Reply]) -> list[Body]:
    return sorted(
        (
            {
                "key": reply.key,
                "said_by": reply.said_by,
                "on": str(reply.on),
                "words": reply.words,
                "language": reply.language,
                "note": reply.note,
                "citations": _citations(reply.citation_uses.all()),
            }
            for reply in replies
        ),
        key=lambda reply: (reply["on"], reply["key"]),
    )


def _translations(translations: Iterable[Translation]) -> list[Body]:
    return sorted(
        (
            {
                "text": translation.text,
                "language": translation.language,
                "words": translation.words,
                "translates": translation.translates,
                "kind": str(translation.kind),
                "translator": translation.translator,
                "checked_by": translation.checked_by,
                "url": translation.url,
                "locator": translation.locator,
            }
            for translation in translations
        ),
        key=lambda translation: (translation["text"], translation["language"]),
    )


def _document(record: Document) -> Body:
    return {
        "key": record.key,
        "kind": str(record.kind),
        "title": record.title,
        "title_is_description": record.title_is_description,
        "author": record.author,
        "publisher": record.publisher,
        "published_on": _text(record.published_on),
        "language": record.language,
        "url": record.url,
        "symbol": record.symbol,
        "celex": record.celex,
        "bill": record.bill,
        "legislature": record.legislature,
        "interest": str(record.interest),
        "stake": record.stake,
        "note": record.note,
        "snapshots": [
            {
                "sha256": snapshot.sha256,
                "size": snapshot.size,
                "media_type": snapshot.media_type,
                "captured_at": snapshot.captured_at.isoformat(),
                "captured_how": snapshot.captured_how,
            }
            for snapshot in sorted(record.snapshots.all(), key=lambda snapshot: (snapshot.captured_at, snapshot.sha256))
        ],
        "translations": _translations(record.translations.all()),
    }


def _recommendation(record: Recommendation) -> Body:
    return {
        "reference": record.reference,
        "number": record.number,
        "short_title": record.short_title,
        "statement": record.statement,
        "statement_form": str(record.statement_form),
        "language": record.language,
        "made_by": record.made_by,
        "made_in": record.made_in.key if record.made_in else None,
        "known_from": record.known_from.key,
        "locator": record.locator,
        "recommended_on": _text(record.recommended_on),
        "corroboration": str(record.corroboration),
        "measure": record.measure.key,
        "measure_name": record.measure.name,
        "themes": sorted(({"key": theme.key, "name": theme.name} for theme in record.themes.all()), key=lambda theme: theme["key"]),
        "target": record.target,
        "addressed": record.addressed,
        "criteria_partial": record.criteria_partial,
        "criteria_full": record.criteria_full,
        "due_on": _text(record.due_on),
        "deadline_moves": sorted(
            (
                {
                    "before": str(move.before),
                    "after": _text(move.after),
                    "moved_on": str(move.moved_on),
                    "moved_by": move.moved_by,
                    "reason": move.reason,
                }
                for move in record.deadline_moves.all()
            ),
            key=lambda move: (move["moved_on"], move["before"], move["moved_by"]),
        ),
        "note": record.note,
        "addressees": sorted(
            (
                {
                    "government": addressee.government.code,
                    "basis": str(addressee.basis),
                    "counted": addressee.counted,
                    "note": addressee.note,
                }
                for addressee in record.addressees.all()
            ),
            key=lambda addressee: addressee["government"],
        ),
        "relations": sorted(
            ({"kind": str(relation.kind), "other": relation.other.reference, "note": relation.note} for relation in record.relations.all()),
            key=lambda relation: (relation["kind"], relation["other"]),
        ),
        "translations": _translations(record.translations.all()),
        "citations": _citations(record.citation_uses.all()),
    }


def _action(record: Action) -> Body:
    return {
        "key": record.key,
        "government": record.government.code,
        "body": record.body,
        "measure": record.measure.key,
        "measure_name": record.measure.name,
        "title": record.title,
        "description": record.description,
        "scope_note": record.scope_note,
        "legal_instrument": record.legal_instrument,
        "celex": record.celex,
        "bill": record.bill,
        "legislature": record.legislature,
        "target": record.target,
        "corroboration": str(record.corroboration),
        "note": record.note,
        "events": sorted(
            ({"kind": str(event.kind), "on": str(event.on), "decisive": event.decisive, "note": event.note} for event in record.events.all()),
            key=lambda event: (event["on"], event["kind"]),
        ),
        "parties": sorted(
            (
                {
                    "party": status.party.key,
                    "name": status.party.name,
                    "kind": str(status.party.kind),
                    "wikidata": status.party.wikidata,
                    "opensanctions": status.party.opensanctions,
                    "standing": str(status.standing),
                    "on": str(status.on),
                    "said_by": status.said_by,
                    "wording": status.wording,
                    "citations": _citations(status.citation_uses.all()),
                }
                for status in record.legal_statuses.all()
            ),
            key=lambda party: (party["name"], party["on"], party["standing"], party["party"]),
        ),
        "effects": sorted(
            (
                {
                    "key": effect.key,
                    "recommendation": effect.addressee.recommendation.reference,
                    "government": effect.addressee.government.code,
                    "direction": str(effect.direction) or None,
                    "undoes": effect.undoes.key if effect.undoes else None,
                    "reasoning": effect.reasoning,
                    "corroboration": str(effect.corroboration),
                }
                for effect in record.effects.all()
            ),
            key=lambda effect: effect["key"],
        ),
        "replies": _replies(record.replies.all()),
        "translations": _translations(record.translations.all()),
        "citations": _citations(record.citation_uses.all()),
    }


def _assessment(record: Assessment) -> Body:
    return {
        "key": record.key,
        "recommendation": record.addressee.recommendation.reference,
        "government": record.addressee.government.code,
        "status": str(record.status),
        "effective_on": _text(record.effective_on),
        "rationale": record.rationale,
        "confidence": str(record.confidence),
        "corroboration": str(record.corroboration),
        "supersedes": record.supersedes.key if record.supersedes else None,
        "assessor_kind": str(record.assessor_kind),
        "assessor": record.assessor,
        "source_status": record.source_status,
        "note": record.note,
        "departure": record.departure,
        "searches": sorted(
            (
                {
                    "key": search.key,
                    "searched_on": str(search.searched_on),
                    "searched_by": search.searched_by,
                    "where": search.where,
                    "languages": search.languages,
                    "looked_for": search.looked_for,
                    "found": search.found,
                    "limits": search.limits,
                }
                for search in record.searches.all()
            ),
            key=lambda search: (search["searched_on"], search["key"]),
        ),
        "positions": sorted(
            (
                {
                    "key": position.key,
                    "answer": str(position.answer),
                    "on": str(position.on),
                    "statement": position.statement,
                    "said_by": position.said_by,
                    "citations": _citations(position.citation_uses.all()),
                }
                for position in record.positions.all()
            ),
            key=lambda position: (position["on"], position["key"]),
        ),
        "replies": _replies(record.replies.all()),
        "translations": _translations(record.translations.all()),
        "citations": _citations(record.citation_uses.all()),
    }

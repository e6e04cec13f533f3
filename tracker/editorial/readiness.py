"""What publication needs of records, said in sentences: complete bodies, evidence behind every status, nothing public pointing at nothing."""

from collections.abc import Mapping, Set
from typing import Any

from tracker.editions.projection import verdict
from tracker.editions.tables import RecordEdition
from tracker.models import Change, RecordKind
from tracker.rules import status
from tracker.rules.vocabulary import AssessorKind, Stance, Standing, Status

Name = tuple[str, str]
Body = dict[str, Any]


def problems(bodies: Mapping[Name, Body], *, withdrawing: Set[Name] = frozenset()) -> list[str]:
    """Why these bodies cannot be published together; empty where they can. Names are (kind, key)."""
    public = _public_names() - set(withdrawing) | {(str(kind), key) for kind, key in bodies}
    found: list[str] = []
    for (kind, key), body in bodies.items():
        match RecordKind(kind):
            case RecordKind.RECOMMENDATION:
                found += _recommendation(key, body)
            case RecordKind.ACTION:
                found += _action(key, body)
            case RecordKind.ASSESSMENT:
                found += _assessment(key, body)
            case RecordKind.DOCUMENT:
                pass
        found += [
            f"{key} refers to {other_kind} {other}, which is not public; submit it too."
            for other_kind, other in sorted(references(RecordKind(kind), body))
            if (other_kind, other) not in public
        ]
    return found + _left_behind(withdrawing, set(bodies)) + _successions(bodies, withdrawing)


def _public_names() -> set[Name]:
    return set(RecordEdition.desk.known_at(None).filter(change=Change.PUBLISH.value).values_list("kind", "key"))


def references(kind: RecordKind, body: Body) -> set[Name]:
    """The names of the records that a body refers to."""
    nested = [*body.get("parties", ()), *body.get("positions", ())]
    names = {("document", citation["document"]) for part in (body, *nested) for citation in part.get("citations", ())}
    match kind:
        case RecordKind.RECOMMENDATION:
            names |= {("document", key) for key in (body["made_in"], body["known_from"]) if key}
        case RecordKind.ACTION:
            names |= {("recommendation", effect["recommendation"]) for effect in body["effects"]}
        case RecordKind.ASSESSMENT:
            names |= {("recommendation", body["recommendation"])}
            names |= {("assessment", body["supersedes"])} if body["supersedes"] else set()
        case RecordKind.DOCUMENT:
            pass
    return names


def _recommendation(key: str, body: Body) -> list[str]:
    return [] if body["addressees"] else [f"Recommendation {key} has no addressee; add the governments that it addresses."]


def _action(key: str, body: Body) -> list[str]:
    found = []
    if not any(event["decisive"] for event in body["events"]):
        found.append(f"Action {key} has no decisive event; tick the one whose date decides its order.")
    if not any(citation["stance"] == Stance.SUPPORTS for citation in body["citations"]):
        found.append(f"Action {key} has no supporting citation.")
    return found + [
        f"Action {key} says that {party['name']} was {Standing(party['standing']).label}; cite where that is said."
        for party in body["parties"]
        if not party["citations"]
    ]


def _assessment(key: str, body: Body) -> list[str]:
    if Status(body["status"]).rests_on_a_search:
        return [] if body["searches"] else [f"Assessment {key} finds nothing; log the search that was made."]
    if not any(citation["stance"] == Stance.SUPPORTS for citation in body["citations"]):
        return [f"Assessment {key} has no supporting citation; a status is published only with one."]
    return []


def _left_behind(withdrawing: Set[Name], publishing: Set[Name]) -> list[str]:
    """Public records that refer to what is taken off the site and would point at nothing."""
    if not withdrawing:
        return []
    found = []
    rows = RecordEdition.desk.known_at(None).filter(change=Change.PUBLISH.value).values_list("kind", "key", "body")
    for kind, key, body in rows.iterator(500):
        if (kind, key) in withdrawing or (kind, key) in publishing:
            continue
        found += [
            f"{kind.capitalize()} {key} refers to {other_kind} {other}; withdraw or change it first."
            for other_kind, other in sorted(references(RecordKind(kind), body) & withdrawing)
        ]
    return found


def _successions(bodies: Mapping[Name, Body], withdrawing: Set[Name]) -> list[str]:
    """Staff assessments of an addressee must be one chain, those already public included."""
    touched: dict[tuple[str, str], dict[str, Body]] = {}
    for (kind, key), body in bodies.items():
        if kind == RecordKind.ASSESSMENT and body["assessor_kind"] == AssessorKind.STAFF:
            touched.setdefault((body["recommendation"], body["government"]), {})[key] = body
    if not touched:
        return []
    rows = RecordEdition.desk.known_at(None).filter(
        kind=RecordKind.ASSESSMENT, change=Change.PUBLISH.value, body__recommendation__in={recommendation for recommendation, _government in touched}
    )
    for key, body in rows.values_list("key", "body"):
        name = (body["recommendation"], body["government"])
        if name in touched and body["assessor_kind"] == AssessorKind.STAFF and ("assessment", key) not in withdrawing:
            touched[name].setdefault(key, body)
    found = []
    for chain in touched.values():
        try:
            status.in_succession(map(verdict, chain.values()))
        except ValueError as error:
            found.append(str(error))
    return found

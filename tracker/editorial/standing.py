"""What is on record about addressees, gathered for the rule that proposes a status: from the desk as it stands, or from what would be public.

Each gathering costs a fixed number of queries, whether for one addressee or for ten thousand.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from tracker.editions.tables import ActionEdition, AssessmentEdition, EffectEdition, RecommendationEdition, RecordEdition
from tracker.models import ActionEvent, Addressee, Change, CitationUse, Effect, Position, RecordKind, Relation, Search
from tracker.rules import evidence
from tracker.rules.dates import PartialDate
from tracker.rules.proposal import Bearing, Facts, Proposal, Reason, Said, Searched, asks_why, propose
from tracker.rules.searches import due_again
from tracker.rules.status import Verdict, takes_effect
from tracker.rules.vocabulary import Answer, AssessorKind, Direction, EventKind, RelationKind, Stance, Status

Name = tuple[str, str]
Place = tuple[str, str]
"""Reference of a recommendation and code of a government."""
Body = dict[str, Any]
STAFF = AssessorKind.STAFF.value


def in_words(reason: Reason) -> str:
    """A reason as a translated sentence."""
    return _(reason.message) % reason.parameters


# The desk as it stands, drafts included


def facts_at_desk(addressees: Iterable[Addressee], *, but_for: int | None = None) -> dict[int, Facts]:
    """The facts of addressees (read with their recommendation) by primary key. What was withdrawn from the site counts no more.

    ``but_for``: the primary key of an assessment whose answers and searches are left out, because a form holds newer ones.
    """
    addressees = list(addressees)
    pks = [addressee.pk for addressee in addressees]
    bearings = _bearings_at_desk(pks)
    positions: dict[int, list[Said]] = defaultdict(list)
    of_staff = Q(assessment__addressee__in=pks, assessment__assessor_kind=STAFF) & ~Q(assessment=but_for)
    withdrawn = _withdrawn(RecordKind.ASSESSMENT)
    for key, pk, answer, on, said_by in Position.objects.filter(of_staff).values_list(
        "assessment__key", "assessment__addressee", "answer", "on", "said_by"
    ):
        if key not in withdrawn:
            positions[pk].append(Said(Answer(answer), on, said_by))
    searches: dict[int, list[Searched]] = defaultdict(list)
    for key, pk, on in Search.objects.filter(of_staff).values_list("assessment__key", "assessment__addressee", "searched_on"):
        if key not in withdrawn:
            searches[pk].append(Searched(on, due_again(on)))
    replaced: dict[int, list[tuple[str, PartialDate]]] = defaultdict(list)
    rows = Relation.objects.filter(kind=RelationKind.SUPERSEDES.value, other__in={addressee.recommendation_id for addressee in addressees})
    for pk, name, made in rows.values_list("other", "recommendation__reference", "recommendation__recommended_on"):
        replaced[pk].append((name, made))
    return {
        addressee.pk: Facts(
            recommended_on=addressee.recommendation.recommended_on,
            due_on=addressee.recommendation.due_on,
            has_criteria=bool(addressee.recommendation.criteria_full),
            effects=tuple(bearings[addressee.pk]),
            positions=tuple(positions[addressee.pk]),
            searches=tuple(searches[addressee.pk]),
            superseded_by=tuple(replaced[addressee.recommendation_id]),
        )
        for addressee in addressees
    }


def _bearings_at_desk(addressees: Collection[int]) -> dict[int, list[Bearing]]:
    rows = list(
        Effect.objects.filter(addressee__in=addressees).values_list(
            "addressee", "key", "direction", "undoes__key", "action", "action__key", "action__title", "action__government__name"
        )
    )
    actions = {row[4] for row in rows}
    events: dict[int, list[tuple[EventKind, PartialDate, bool]]] = defaultdict(list)
    for action, kind, on, decisive in ActionEvent.objects.filter(action__in=actions).values_list("action", "kind", "on", "decisive"):
        events[action].append((EventKind(kind), on, decisive))
    # As evidence.bearing_on: what disputes the action, or what is said there of a party.
    bearing = CitationUse.objects.filter(Q(action__in=actions) | Q(legal_status__action__in=actions), stance=Stance.DISPUTES.value)
    disputed = set(bearing.values_list(Coalesce("action", "legal_status__action"), flat=True))
    public = set(EffectEdition.desk.known_at(None).filter(key__in=[row[1] for row in rows]).values_list("key", flat=True))
    withdrawn = _withdrawn(RecordKind.ACTION)
    found: dict[int, list[Bearing]] = defaultdict(list)
    for addressee, key, direction, undoes, action, action_key, title, government in rows:
        if action_key in withdrawn:
            continue
        draft = key not in public
        decided = next(((kind, on) for kind, on, decides in events[action] if decides), None)
        found[addressee].append(
            Bearing(
                key=key,
                action=_named(government, title, draft=draft),
                acted_on=decided[1] if decided else None,
                decided_by=decided[0] if decided else None,
                events=tuple((kind, on) for kind, on, _decides in events[action]),
                direction=Direction(direction) if direction else None,
                undoes=undoes,
                disputed=action in disputed,
                draft=draft,
            )
        )
    return found


def _named(government: str, title: str, *, draft: bool = False) -> str:
    words = {"government": government, "title": title}
    return _("%(government)s: %(title)s [draft]") % words if draft else _("%(government)s: %(title)s") % words


def _withdrawn(kind: RecordKind) -> set[str]:
    rows = RecordEdition.desk.known_at(None).filter(kind=kind, change__in=Change.taking_off())
    return set(rows.values_list("key", flat=True))


# What would be public: bodies that are submitted together, over what is public already


def facts_in_public(places: Set[Place], bodies: Mapping[Name, Body], withdrawing: Set[Name] = frozenset()) -> dict[Place, Facts]:
    """The facts of places as readers would know them once these bodies are public and what is withdrawn is not. Four queries."""
    references = {recommendation for recommendation, _government in places}
    touched = {*bodies, *withdrawing}
    recommendations = {key: body for (kind, key), body in bodies.items() if kind == RecordKind.RECOMMENDATION}
    rows = RecommendationEdition.desk.known_at(None).exclude(reference__in=[key for kind, key in touched if kind == RecordKind.RECOMMENDATION])
    columns = ("reference", "recommended_on", "due_on", "criteria_full", "relations")
    known = {row["reference"]: row for row in rows.filter(_replaces_or_is(references)).values(*columns)} | recommendations
    replaced: dict[str, list[tuple[str, PartialDate]]] = defaultdict(list)
    for name, body in known.items():
        for relation in body["relations"]:
            if relation["kind"] == RelationKind.SUPERSEDES:
                replaced[relation["other"]].append((name, PartialDate(body["recommended_on"])))

    bearings = _bearings_in_public(references, bodies, withdrawing)
    assessments = [body for (kind, _key), body in bodies.items() if kind == RecordKind.ASSESSMENT]
    published = AssessmentEdition.desk.known_at(None).filter(recommendation__in=references, assessor_kind=STAFF)
    published = published.exclude(key__in=[key for kind, key in touched if kind == RecordKind.ASSESSMENT])
    assessments += published.values("recommendation", "government", "assessor_kind", "positions", "searches")
    positions: dict[Place, list[Said]] = defaultdict(list)
    searches: dict[Place, list[Searched]] = defaultdict(list)
    for body in assessments:
        if body["assessor_kind"] == AssessorKind.STAFF:
            place = body["recommendation"], body["government"]
            positions[place] += [Said(Answer(said["answer"]), PartialDate(said["on"]), said["said_by"]) for said in body["positions"]]
            dates = [PartialDate(search["searched_on"]) for search in body["searches"]]
            searches[place] += [Searched(on, due_again(on)) for on in dates]
    return {
        place: Facts(
            recommended_on=PartialDate(known[place[0]]["recommended_on"]),
            due_on=PartialDate(known[place[0]]["due_on"]) if known[place[0]]["due_on"] else None,
            has_criteria=bool(known[place[0]]["criteria_full"]),
            effects=tuple(bearings[place]),
            positions=tuple(positions[place]),
            searches=tuple(searches[place]),
            superseded_by=tuple(replaced[place[0]]),
        )
        for place in places
        if place[0] in known
    }


def _replaces_or_is(references: Set[str]) -> Q:
    condition = Q(reference__in=references)
    for reference in references:
        condition |= Q(relations__contains=[{"kind": RelationKind.SUPERSEDES.value, "other": reference}])
    return condition


def _bearings_in_public(references: Set[str], bodies: Mapping[Name, Body], withdrawing: Set[Name]) -> dict[Place, list[Bearing]]:
    touched = [key for kind, key in (*bodies, *withdrawing) if kind == RecordKind.ACTION]
    effects = EffectEdition.desk.known_at(None).filter(recommendation__in=references).exclude(action__in=touched)
    rows = list(effects.values("key", "action", "recommendation", "government", "direction", "undoes"))
    columns = ("key", "government_name", "title", "events", "disputed")
    actions = {row["key"]: row for row in ActionEdition.desk.known_at(None).filter(key__in={row["action"] for row in rows}).values(*columns)}
    for (kind, key), body in bodies.items():
        if kind == RecordKind.ACTION:
            disputed = any(citation["stance"] == Stance.DISPUTES for citation in evidence.bearing_on(body))
            actions[key] = {"government_name": body["government"], "title": body["title"], "events": body["events"], "disputed": disputed}
            rows += [{**effect, "action": key} for effect in body["effects"] if effect["recommendation"] in references]
    found: dict[Place, list[Bearing]] = defaultdict(list)
    for row in rows:
        action = actions[row["action"]]
        events = tuple((EventKind(event["kind"]), PartialDate(event["on"])) for event in action["events"])
        decisive = next((event for event, given in zip(events, action["events"], strict=True) if given["decisive"]), None)
        found[row["recommendation"], row["government"]].append(
            Bearing(
                key=row["key"],
                action=_named(action["government_name"], action["title"]),
                acted_on=decisive[1] if decisive else None,
                decided_by=decisive[0] if decisive else None,
                events=events,
                direction=Direction(row["direction"]) if row["direction"] else None,
                undoes=row["undoes"],
                disputed=action["disputed"],
            )
        )
    return found


# What is asked of an assessment


def departures(bodies: Mapping[Name, Body], withdrawing: Set[Name] = frozenset(), *, today: dt.date) -> list[str]:
    """What staff assessments among bodies leave unsaid: a status other than the proposed one, without a sentence why.

    Asked of the assessment that holds last at its addressee; one that another follows tells what held before. Where nothing is on record the
    rule proposes *not assessed*, and an assessment that rests on sources is asked for the effect that they show, or for the sentence.
    """
    verdicts = {key: body for (kind, key), body in bodies.items() if kind == RecordKind.ASSESSMENT and body["assessor_kind"] == AssessorKind.STAFF}
    silent = {key: body for key, body in verdicts.items() if not body["departure"].strip()}
    if not silent:
        return []
    followed = {body["supersedes"] for body in verdicts.values()}
    others = AssessmentEdition.desk.known_at(None).filter(supersedes__in=silent, assessor_kind=STAFF)
    followed |= set(
        others.exclude(key__in=[key for kind, key in (*bodies, *withdrawing) if kind == RecordKind.ASSESSMENT]).values_list("supersedes", flat=True)
    )
    last = {key: body for key, body in silent.items() if key not in followed}
    facts = facts_in_public({(body["recommendation"], body["government"]) for body in last.values()}, bodies, withdrawing)
    found = []
    for key, body in last.items():
        place = body["recommendation"], body["government"]
        if place not in facts:
            continue  # the recommendation is not public, which is said already
        proposal = propose(facts[place], on=today)
        if asks_why(proposal, Status(body["status"])):
            found.append(_("Assessment %(key)s: %(sentence)s") % {"key": key, "sentence": asked(proposal, Status(body["status"]))})
    return found


def asked(proposal: Proposal, chosen: Status) -> str:
    """The question to an assessor who chooses another status than the proposed one, in a sentence or two."""
    words = {"chosen": _(chosen.label), "proposed": _(proposal.status.label), "reason": in_words(proposal.reasons[0])}
    if proposal.status is Status.NOT_ASSESSED:
        return _("the status is “%(chosen)s”, and what is on record does not lead to it. %(reason)s Or say in a sentence why it is so.") % words
    return _("the status is “%(chosen)s”, and the proposed one “%(proposed)s”. %(reason)s Say in a sentence why you choose otherwise.") % words


def held_once(facts: Facts, chosen: Status, effective_on: PartialDate | None) -> bool:
    """Whether a status was the proposed one on the day on which it took effect: it tells what held before, and another assessment is to follow."""
    if effective_on is None:
        return False
    return not asks_why(propose(facts, on=takes_effect(Verdict("", None, effective_on), facts.recommended_on)), chosen)

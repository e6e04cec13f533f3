"""From published bodies to rows shaped for reading.

The reading tables are a pure function of the current :class:`RecordEdition` bodies and the reference data. :func:`project` computes the rows of
what a new edition touches, compares them with the rows that stand, closes those that hold no longer and adds those that are new; rows that say
the same stay as they are, so that ``known_from`` tells since when the site says a thing.
"""

import datetime as dt
import functools
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.db.models import Q

from tracker.editions import passages
from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    GovernmentEdition,
    MembershipEdition,
    PassageEdition,
    RecommendationEdition,
    RecordEdition,
    Row,
    TranslationEdition,
)
from tracker.rules import evidence, lag, order, searches, status
from tracker.rules.dates import PartialDate
from tracker.rules.identifiers import HELD_BY, read_with
from tracker.rules.translating import is_outdated, language_of
from tracker.rules.vocabulary import AssessorKind, Direction, DocumentKind, Earlier, EventKind, Interest, Stance, Status

Body = dict[str, Any]
STAMPED = ("id", "edition", "known_from", "known_to", "search", "runs_as_formula", "changed_by", "changed_at", "reason")
"""Columns that the database fills, and those that say how a row came to say something else; they are no part of what it says."""


@dataclass
class Published:
    """The bodies that rows are computed from, by kind and key, with each record's provenance.

    They are grouped once, by whoever asks first, when all of them are there: of many records none is looked at again for each of the others.
    """

    documents: dict[str, Body] = field(default_factory=dict)
    recommendations: dict[str, Body] = field(default_factory=dict)
    actions: dict[str, Body] = field(default_factory=dict)
    assessments: dict[str, Body] = field(default_factory=dict)
    government_names: dict[str, str] = field(default_factory=dict)
    provenance: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def by_kind(self) -> dict[str, dict[str, Body]]:
        """The bodies of each kind of record."""
        return {
            "document": self.documents,
            "recommendation": self.recommendations,
            "action": self.actions,
            "assessment": self.assessments,
        }

    def uses(self, citations: Iterable[Mapping[str, Any]]) -> list[evidence.Use]:
        """Citations of a body as the rules take them. A citation whose document is not public does not count."""
        return [
            evidence.Use(
                citation=citation["key"],
                stance=Stance(citation["stance"]),
                interest=Interest(self.documents[citation["document"]]["interest"]),
                source=source_name(self.documents[citation["document"]]),
            )
            for citation in citations
            if citation["document"] in self.documents
        ]

    @functools.cached_property
    def assessments_of(self) -> dict[str, list[Body]]:
        """The assessments of each recommendation."""
        found: dict[str, list[Body]] = defaultdict(list)
        for assessment in self.assessments.values():
            found[assessment["recommendation"]].append(assessment)
        return found

    @functools.cached_property
    def actions_on(self) -> dict[str, list[Body]]:
        """The actions with an effect on each recommendation, each once, by key."""
        found: dict[str, list[Body]] = defaultdict(list)
        for _key, action in sorted(self.actions.items()):
            for reference in {effect["recommendation"] for effect in action["effects"]}:
                found[reference].append(action)
        return found

    @functools.cached_property
    def _uses_of_actions(self) -> dict[str, list[evidence.Use]]:
        return {key: self.uses(evidence.bearing_on(action)) for key, action in self.actions.items()}

    @functools.cached_property
    def _actions_citing(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for key, uses in self._uses_of_actions.items():
            for use in uses:
                found[use.citation].add(key)
        return found

    def rested_on(self, own: Iterable[evidence.Use]) -> dict[str, list[evidence.Use]]:
        """The actions that a verdict with these citations rests on, by key, each with what is weighed for it."""
        keys = {key for use in own for key in self._actions_citing.get(use.citation, ())}
        return {key: self._uses_of_actions[key] for key in sorted(keys)}


def source_name(document: Mapping[str, Any]) -> str:
    """Whom to attribute a document's claims to: who put it out, or who wrote it where it is an opinion; its title where neither is known."""
    if document["kind"] == DocumentKind.OPINION:
        return document["author"] or document["publisher"] or document["title"]
    return document["publisher"] or document["author"] or document["title"]


# What an edition touches


def project(changed: dict[str, set[str]], *, renamed: Collection[str] = (), progress: Callable[[str], None] | None = None) -> None:
    """Bring the reading tables in line with the current record editions.

    ``changed`` holds the keys that the edition being written publishes or withdraws, by kind; ``renamed`` the codes of the governments that it
    names otherwise. Runs inside that edition's transaction.
    """
    say = progress or (lambda _words: None)
    documents, actions = changed.get("document", set()), set(changed.get("action", ()))
    recommendations = set(changed.get("recommendation", ()))

    # A government's name stands on the rows of its actions and of what is recommended to it.
    actions |= set(ActionEdition.desk.known_at(None).filter(government__in=renamed).values_list("key", flat=True))
    recommendations |= set(AddresseeEdition.desk.known_at(None).filter(government__in=renamed).values_list("recommendation", flat=True))

    # A document's name and interest stand on every row that cites it.
    citing = CitationEdition.desk.known_at(None).filter(document__in=documents).values_list("record_kind", "record_key")
    cited_by = defaultdict(set)
    for kind, key in citing:
        cited_by[kind].add(key)
    actions |= cited_by["action"]
    recommendations |= cited_by["recommendation"]

    # An assessment counts the disputes of every action with which it shares a citation.
    assessments = changed.get("assessment", set()) | cited_by["assessment"]
    action_citations = {citation["key"] for body in _bodies("action", Q(key__in=actions)).values() for citation in evidence.bearing_on(body)} | set(
        CitationEdition.desk.known_at(None).filter(record_kind="action", record_key__in=actions).values_list("citation", flat=True)
    )
    assessments |= set(
        CitationEdition.desk.known_at(None).filter(record_kind="assessment", citation__in=action_citations).values_list("record_key", flat=True)
    )
    recommendations |= set(AssessmentEdition.desk.known_at(None).filter(key__in=assessments).values_list("recommendation", flat=True))
    recommendations |= {body["recommendation"] for body in _bodies("assessment", Q(key__in=assessments)).values()}

    # A recommendation's own wording is read in the language of the document that it was found in.
    recommendations |= set(RecommendationEdition.desk.known_at(None).filter(known_from_document__in=documents).values_list("reference", flat=True))

    # An effect stands with its recommendation, where it was before and where it is now.
    recommendations |= set(EffectEdition.desk.known_at(None).filter(action__in=actions).values_list("recommendation", flat=True))
    recommendations |= {effect["recommendation"] for body in _bodies("action", Q(key__in=actions)).values() for effect in body["effects"]}

    published = _gather(recommendations, actions, documents)
    say(f"{len(recommendations)} recommendations, {len(actions)} actions, {len(documents)} documents to bring up to date")

    replace(DocumentEdition, Q(key__in=documents), [_document(published, key) for key in sorted(documents & set(published.documents))])
    live_actions = sorted(actions & set(published.actions))
    replace(ActionEdition, Q(key__in=actions), [_action(published, key) for key in live_actions])
    for kind, keys, rows_for in (
        ("document", documents, [row for key in sorted(documents & set(published.documents)) for row in passages.of_document(published, key)]),
        ("action", actions, [row for key in live_actions for row in passages.of_action(published, key)]),
    ):
        replace(PassageEdition, Q(kind=kind, key__in=keys), rows_for)
    replace(
        CitationEdition,
        Q(record_kind="action", record_key__in=actions),
        [row for key in live_actions for row in _citations_of_action(published, key)],
    )
    clusters = [_cluster(published, reference) for reference in sorted(recommendations & set(published.recommendations))]
    replace(RecommendationEdition, Q(reference__in=recommendations), [cluster.recommendation for cluster in clusters])
    for table, rows in (
        (AddresseeEdition, [row for cluster in clusters for row in cluster.addressees]),
        (EffectEdition, [row for cluster in clusters for row in cluster.effects]),
        (AssessmentEdition, [row for cluster in clusters for row in cluster.assessments]),
    ):
        say(f"{len(rows)} rows of {table._meta.verbose_name}")
        replace(table, Q(recommendation__in=recommendations), rows)
    old_assessments = set(published.assessments) | changed.get("assessment", set())
    replace(
        CitationEdition,
        Q(record_kind="recommendation", record_key__in=recommendations) | Q(record_kind="assessment", record_key__in=old_assessments),
        [row for cluster in clusters for row in cluster.citations],
    )
    replace(PassageEdition, Q(kind="recommendation", key__in=recommendations), [row for cluster in clusters for row in cluster.passages])
    scope = Q(pk__in=[])
    for kind, keys in changed.items():
        scope |= Q(record_kind=kind, record_key__in=keys)
    replace(TranslationEdition, scope, [row for row in _translations(published) if row.record_key in changed.get(row.record_kind, ())])


def replace(table: type[Row], scope: Q, rows: list[Any], standing: Iterable[Row] | None = None) -> None:
    """Make the current rows of ``table`` within ``scope`` be ``rows``: close what holds no longer, add what is new, leave the rest.

    ``standing`` are those current rows, where they were read already.
    """
    held: dict[str, list[int]] = defaultdict(list)
    for row in table.desk.known_at(None).filter(scope) if standing is None else standing:
        held[content(row)].append(row.pk)
    new = []
    for row in rows:
        same = held.get(content(row))
        if same:
            same.pop()
        else:
            new.append(row)
    gone = [pk for pks in held.values() for pk in pks]
    now = dt.datetime.now(dt.UTC)  # the database stamps the edition's own time; the column only asks for some time
    if gone:
        table.desk.filter(pk__in=gone).update(known_to=now)
    for row in new:
        row.edition, row.known_from = 0, now
    table.desk.bulk_create(new, batch_size=1000)


def content(row: Row) -> str:
    """What a row says, beside what the database stamps on it; equal for two rows that say the same."""
    return _IN_JSON.encode(_said_by(type(row))(row))


_IN_JSON = json.JSONEncoder(default=str, sort_keys=True)


@functools.cache
def _said_by(table: type[Row]) -> Callable[[Row], Any]:
    return attrgetter(*(column.attname for column in table._meta.concrete_fields if column.name not in STAMPED))


def rows_of(published: Published) -> dict[type[Row], list[Any]]:
    """Every row that follows from these bodies, by table. What stands in the tables and is not among them nobody published."""
    clusters = [_cluster(published, reference) for reference in sorted(published.recommendations)]
    return {
        DocumentEdition: [_document(published, key) for key in sorted(published.documents)],
        ActionEdition: [_action(published, key) for key in sorted(published.actions)],
        RecommendationEdition: [cluster.recommendation for cluster in clusters],
        AddresseeEdition: [row for cluster in clusters for row in cluster.addressees],
        EffectEdition: [row for cluster in clusters for row in cluster.effects],
        AssessmentEdition: [row for cluster in clusters for row in cluster.assessments],
        CitationEdition: [
            *(row for key in sorted(published.actions) for row in _citations_of_action(published, key)),
            *(row for cluster in clusters for row in cluster.citations),
        ],
        PassageEdition: [
            *(row for key in sorted(published.documents) for row in passages.of_document(published, key)),
            *(row for key in sorted(published.actions) for row in passages.of_action(published, key)),
            *(row for cluster in clusters for row in cluster.passages),
        ],
        TranslationEdition: _translations(published),
    }


# Reading the bodies


def everything_known_at(instant: dt.datetime | None, aside: Mapping[int, Body]) -> Published:
    """All bodies as this site published them at an instant; None: as they are now.

    ``aside`` are the bodies that were taken down since, by the id of the record's edition.
    """
    published = Published(government_names=dict(GovernmentEdition.desk.known_at(instant).values_list("code", "name")))
    bodies = published.by_kind
    rows = RecordEdition.desk.known_at(instant).filter(change="publish").order_by("kind", "key")
    for pk, kind, key, held, provenance in rows.values_list("pk", "kind", "key", "body", "provenance"):
        bodies[kind][key] = aside.get(pk, held)
        published.provenance[kind, key] = provenance
    return published


def _bodies(kind: str, which: Q) -> dict[str, Body]:
    rows = RecordEdition.desk.known_at(None).filter(which, kind=kind, change="publish").values_list("key", "body")
    return dict(rows)


def _gather(recommendations: set[str], actions: set[str], documents: set[str]) -> Published:
    published = Published()

    def read(kind: str, which: Q) -> None:
        rows = RecordEdition.desk.known_at(None).filter(which, kind=kind, change="publish").values_list("key", "body", "provenance")
        for key, body, provenance in rows:
            published.by_kind[kind][key] = body
            published.provenance[kind, key] = provenance

    read("recommendation", Q(key__in=recommendations))
    read("assessment", Q(body__recommendation__in=recommendations))
    cited = {citation["key"] for body in published.assessments.values() for citation in body["citations"]}
    sharing = set(CitationEdition.desk.known_at(None).filter(record_kind="action", citation__in=cited).values_list("record_key", flat=True))
    bearing = set(EffectEdition.desk.known_at(None).filter(recommendation__in=recommendations).values_list("action", flat=True))
    read("action", Q(key__in=actions | bearing | sharing))
    wanted = set(documents)
    for bodies in (published.recommendations, published.assessments, published.actions):
        for body in bodies.values():
            wanted |= {citation["document"] for citation in _all_citations(body)}
    wanted |= {body["known_from"] for body in published.recommendations.values()}
    read("document", Q(key__in=wanted))
    published.government_names = dict(GovernmentEdition.desk.known_at(None).values_list("code", "name"))
    return published


def _all_citations(body: Body) -> list[Body]:
    nested = [citation for part in (*body.get("parties", ()), *body.get("positions", ()), *body.get("replies", ())) for citation in part["citations"]]
    return [*body["citations"], *nested]


# Rows


def bounds(written: str | None) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day that a date can mean; nothing for no date."""
    if written is None:
        return None, None
    date = PartialDate(written)
    return date.first, date.last


def _document(published: Published, key: str) -> DocumentEdition:
    body = read_with("document", published.documents[key])
    first, last = bounds(body["published_on"])
    copied = {
        name: body[name]
        for name in (
            "key", "kind", "title_is_description", "author", "publisher", "published_on", "language", "url", "interest", "stake", "note", "snapshots",
            *HELD_BY["document"],
        )
    }  # fmt: skip
    return DocumentEdition(**copied, title=_title(body), published_first=first, published_last=last, provenance=published.provenance["document", key])


def _title(document: Body) -> str:
    return f"[{document['title']}]" if document["title_is_description"] else document["title"]


def _citations(
    published: Published,
    kind: str,
    key: str,
    citations: Iterable[Body],
    inherited: Iterable[Mapping[str, Any]] = (),
    *,
    told_from: dt.date,
    government: str = "",
    later: Mapping[str, dt.date] | None = None,
) -> list[CitationEdition]:
    """Citations that serve a record, which is of ``government`` and there from ``told_from``; ``later``: from when some are told, by key."""
    return [
        CitationEdition(
            record_kind=kind,
            record_key=key,
            citation=citation["key"],
            told_from=max(told_from, (later or {}).get(citation["key"], told_from)),
            government=government,
            inherited=is_inherited,
            document_kind=document["kind"],
            published_year=published_last.year if (published_last := bounds(document["published_on"])[1]) else None,
            document_title=_title(document),
            document_title_is_description=document["title_is_description"],
            document=document["key"],
            snapshot=citation["archived_as"] or (document["snapshots"][-1]["sha256"] if document["snapshots"] else None),
            **{name: citation[name] for name in ("stance", "corroboration", "locator", "says", "exact", "prefix", "suffix")},
            **{name: document[name] for name in ("publisher", "author", "published_on", "language", "url", "interest", "stake")},
        )
        for is_inherited, group in ((False, citations), (True, inherited))
        for citation in group
        if (document := published.documents.get(citation["document"]))
    ]


def _translations(published: Published) -> list[TranslationEdition]:
    """Every translation of these bodies, in the order of their keys."""
    return [
        TranslationEdition(record_kind=kind, record_key=key, outdated=is_outdated(translation, body), **translation)
        for kind, bodies in published.by_kind.items()
        for key, body in sorted(bodies.items())
        for translation in body["translations"]
    ]


def _citations_of_action(published: Published, key: str) -> list[CitationEdition]:
    """Its own citations, and those that dispute a legal status of its parties: what is counted against it is listed with it."""
    body = published.actions[key]
    listed = {citation["key"] for citation in body["citations"]}
    inherited = [citation for citation in evidence.disputing_parties(body) if citation["key"] not in listed]
    told_from, later = decisive_date(body).last, _told_with_parties(body)
    return _citations(published, "action", key, body["citations"], inherited, told_from=told_from, government=body["government"], later=later)


def _told_with_parties(action: Body) -> dict[str, dt.date]:
    """From when each citation of a party's legal status is told: from the first of these statuses; of an undated one, from the beginning."""
    found: dict[str, dt.date] = {}
    for party in action["parties"]:
        told_from = PartialDate(party["on"]).last if party["on"] else dt.date.min
        for citation in party["citations"]:
            found[citation["key"]] = min(told_from, found.get(citation["key"], told_from))
    return found


def decisive_date(action: Body) -> PartialDate:
    """The date that decides an action's order."""
    return _decisive(action)[1]


def _decisive(action: Body) -> order.Dated:
    return next((EventKind(event["kind"]), PartialDate(event["on"])) for event in action["events"] if event["decisive"])


def _dated_events(action: Body) -> list[order.Dated]:
    return [(EventKind(event["kind"]), PartialDate(event["on"])) for event in action["events"]]


def _action(published: Published, key: str) -> ActionEdition:
    body = read_with("action", published.actions[key])
    acted_on = decisive_date(body)
    weight = evidence.weigh(published.uses(evidence.bearing_on(body)), {})
    copied = {
        name: body[name]
        for name in (
            "key", "government", "body", "measure", "measure_name", "title", "description", "scope_note", "legal_instrument", "target",
            "corroboration", "note", "events", "parties", "replies", *HELD_BY["action"],
        )
    }  # fmt: skip
    return ActionEdition(
        **copied,
        government_name=published.government_names.get(body["government"], body["government"]),
        acted_on=acted_on.text,
        first_day=acted_on.first,
        last_day=acted_on.last,
        year=acted_on.first.year,
        ended_on=order.in_force_until(_dated_events(body)),
        supports=len(weight.supports),
        disputes=len(weight.disputes),
        disputed=weight.disputed,
        claimed_by=list(weight.claimed_by),
        provenance=published.provenance["action", key],
    )


@dataclass
class Cluster:
    """A recommendation with every row that follows from it."""

    recommendation: RecommendationEdition
    addressees: list[AddresseeEdition]
    effects: list[EffectEdition]
    assessments: list[AssessmentEdition]
    citations: list[CitationEdition]
    passages: list[PassageEdition]


def _cluster(published: Published, reference: str) -> Cluster:
    body = published.recommendations[reference]
    recommended_on = PartialDate(body["recommended_on"])
    recommendation = _recommendation(published, body, recommended_on)
    citations = _citations(published, "recommendation", reference, body["citations"], told_from=recommended_on.last)
    effects = _effects(published, reference, recommended_on)

    assessments: list[AssessmentEdition] = []
    addressees: list[AddresseeEdition] = []
    by_government: dict[str, list[Body]] = defaultdict(list)
    for assessment in published.assessments_of.get(reference, ()):
        by_government[assessment["government"]].append(assessment)
    for addressee in body["addressees"]:
        verdicts = by_government[addressee["government"]]
        rows = {}
        for assessment in verdicts:
            row, cited = _assessment(published, assessment, verdicts, recommended_on)
            rows[row.key] = row
            citations += cited
        assessments += rows.values()
        bearing = [effect for effect in effects if effect.government == addressee["government"]]
        addressees += _addressee(published, recommendation, addressee, verdicts, rows, bearing)
    said = passages.of_recommendation(published, reference, [(row.key, row.effective_day) for row in assessments])
    return Cluster(recommendation, addressees, effects, assessments, citations, said)


def _recommendation(published: Published, body: Body, recommended_on: PartialDate) -> RecommendationEdition:
    weight = evidence.weigh(published.uses(body["citations"]), {})
    copied = {
        name: body[name]
        for name in (
            "reference", "number", "short_title", "statement", "statement_form", "made_by", "made_in", "locator", "recommended_on", "corroboration",
            "measure", "measure_name", "target", "addressed", "criteria_partial", "criteria_full", "due_on", "deadline_moves", "note",
            "relations",
        )
    }  # fmt: skip
    return RecommendationEdition(
        **copied,
        short_title_language=language_of("recommendation", "short_title", body),
        statement_language=passages.statement_language(published, body),
        known_from_document=body["known_from"],
        source=body["made_in"] or body["known_from"],
        documents=sorted({body["known_from"], body["made_in"] or body["known_from"]}),
        recommended_first=recommended_on.first,
        recommended_last=recommended_on.last,
        year=recommended_on.first.year,
        themes=[theme["key"] for theme in body["themes"]],
        theme_names=[theme["name"] for theme in body["themes"]],
        due_last=bounds(body["due_on"])[1],
        supports=len(weight.supports),
        disputes=len(weight.disputes),
        claimed_by=list(weight.claimed_by),
        provenance=published.provenance["recommendation", body["reference"]],
    )


def verdict(assessment: Body) -> status.Verdict:
    """What the ladder needs of an assessment's body."""
    effective_on = assessment["effective_on"]
    return status.Verdict(assessment["key"], assessment["supersedes"], PartialDate(effective_on) if effective_on else None)


def _sequence(assessment: Body, verdicts: list[Body], recommended_on: PartialDate) -> int:
    peers = [other for other in verdicts if (other["assessor_kind"], other["assessor"]) == (assessment["assessor_kind"], assessment["assessor"])]
    if assessment["assessor_kind"] == AssessorKind.STAFF:
        keys = [item.key for item in status.in_succession(map(verdict, peers))]
    else:
        keys = [peer["key"] for peer in sorted(peers, key=lambda peer: (status.takes_effect(verdict(peer), recommended_on), peer["key"]))]
    return keys.index(assessment["key"]) + 1


def _assessment(
    published: Published, body: Body, verdicts: list[Body], recommended_on: PartialDate
) -> tuple[AssessmentEdition, list[CitationEdition]]:
    own = published.uses(body["citations"])
    actions = published.rested_on(own)
    weight = evidence.weigh(own, actions)
    listed = {citation["key"] for citation in body["citations"]}
    inherited = {
        citation["key"]: citation
        for action in actions
        for citation in evidence.bearing_on(published.actions[action])
        if citation["stance"] == Stance.DISPUTES and citation["key"] not in listed
    }
    successors = {other["supersedes"]: other["key"] for other in verdicts if other["supersedes"]}
    copied = {
        name: body[name]
        for name in (
            "key", "recommendation", "government", "status", "effective_on", "supersedes", "rationale", "confidence", "corroboration",
            "assessor_kind", "assessor", "source_status", "note", "searches", "positions", "replies", "departure",
        )
    }  # fmt: skip
    row = AssessmentEdition(
        **copied,
        effective_day=status.takes_effect(verdict(body), recommended_on),
        sequence=_sequence(body, verdicts, recommended_on),
        superseded_by=successors.get(body["key"]),
        actions=list(actions),
        supports=len(weight.supports),
        disputes=len(weight.disputes),
        disputed=weight.disputed,
        claimed_by=list(weight.claimed_by),
        provenance=published.provenance["assessment", body["key"]],
    )
    return row, _citations(
        published, "assessment", row.key, body["citations"], inherited.values(), told_from=row.effective_day, government=row.government
    )


def latest_search(assessment: AssessmentEdition) -> PartialDate | None:
    """When the search that a status rests on was made, of several the one that holds longest; None for a status that rests on no search."""
    if not Status(assessment.status).rests_on_a_search:
        return None
    return searches.latest(PartialDate(search["searched_on"]) for search in assessment.searches)


def _addressee(
    published: Published,
    recommendation: RecommendationEdition,
    addressee: Body,
    verdicts: list[Body],
    rows: dict[str, AssessmentEdition],
    bearing: list[EffectEdition],
) -> list[AddresseeEdition]:
    recommended_on = PartialDate(recommendation.recommended_on)
    if addressee["counted"]:
        staff = [verdict(body) for body in verdicts if body["assessor_kind"] == AssessorKind.STAFF]
        periods = status.periods(recommended_on, staff)
    else:
        periods = [status.Period(recommended_on.last, None, None)]
    toward = [
        lag.Toward(effect.first_day, effect.last_day, Earlier(effect.earlier))
        for effect in bearing
        if effect.direction and Direction(effect.direction).sign > 0
    ]
    result = []
    for period in periods:
        first_action = lag.classes(recommended_on, toward, start=period.start, end=period.end)
        holding = rows[period.key] if period.key else None
        searched_on = latest_search(holding) if holding else None
        result.append(
            AddresseeEdition(
                recommendation=recommendation.reference,
                short_title=recommendation.short_title,
                short_title_language=recommendation.short_title_language,
                government=addressee["government"],
                government_name=published.government_names.get(addressee["government"], addressee["government"]),
                basis=addressee["basis"],
                counted=addressee["counted"],
                status=(holding.status if holding else "not_assessed") if addressee["counted"] else None,
                assessment=period.key,
                effective_on=holding.effective_on if holding else None,
                valid_from=period.start,
                valid_to=period.end,
                rationale=holding.rationale if holding else "",
                confidence=holding.confidence if holding else None,
                corroboration=holding.corroboration if holding else None,
                supports=holding.supports if holding else 0,
                disputes=holding.disputes if holding else 0,
                disputed=bool(holding and holding.disputes),
                claimed_by=holding.claimed_by if holding else [],
                searched_on=searched_on.text if searched_on else None,
                search_due_on=searches.due_again(searched_on) if searched_on else None,
                replies=holding.replies if holding else [],
                departure=holding.departure if holding else "",
                provenance=holding.provenance if holding else recommendation.provenance,
                measure=recommendation.measure,
                themes=recommendation.themes,
                documents=recommendation.documents,
                source=recommendation.source,
                recommended_on=recommendation.recommended_on,
                year=recommendation.year,
                first_action_days=[day for day, _word in first_action],
                first_action_words=[word for _day, word in first_action],
            )
        )
    return result


def _effects(published: Published, reference: str, recommended_on: PartialDate) -> list[EffectEdition]:
    here = {
        effect["key"]: (action, effect)
        for action in published.actions_on.get(reference, ())
        for effect in action["effects"]
        if effect["recommendation"] == reference
    }
    undone_from: dict[str, list[PartialDate]] = defaultdict(list)
    for action, effect in here.values():
        if effect["undoes"] and (undone := order.undone_from(_dated_events(action), _decisive(action))):
            undone_from[effect["undoes"]].append(undone)
    rows = []
    for key, (action, effect) in here.items():
        acted_on = decisive_date(action)
        direction = Direction(effect["direction"]) if effect["direction"] else None
        undone_action, undone = here.get(effect["undoes"], (None, None)) if effect["undoes"] else (None, None)
        undone_direction = Direction(undone["direction"]) if undone and undone["direction"] else None
        is_earlier: Earlier = order.earlier(acted_on, recommended_on)
        ended_on = order.in_force_until(_dated_events(action), undone_from[key], since=recommended_on.last)
        weight = evidence.weigh(published.uses(evidence.bearing_on(action)), {})
        rows.append(
            EffectEdition(
                key=key,
                action=action["key"],
                action_title=action["title"],
                acted_on=acted_on.text,
                first_day=acted_on.first,
                last_day=acted_on.last,
                recommendation=reference,
                recommended_last=recommended_on.last,
                government=effect["government"],
                direction=direction,
                undoes=effect["undoes"],
                undoes_action=undone_action["key"] if undone_action else None,
                sign=order.sign(direction, undone_direction),
                earlier=is_earlier,
                in_place=order.already_in_place(direction=direction, is_earlier=is_earlier, ended_on=ended_on, on=recommended_on.last),
                ended_on=ended_on,
                reasoning=effect["reasoning"],
                corroboration=effect["corroboration"],
                supports=len(weight.supports),
                disputes=len(weight.disputes),
                disputed=weight.disputed,
                claimed_by=list(weight.claimed_by),
            )
        )
    return rows


# Reference data


def project_governments(
    governments: list[GovernmentEdition], memberships: list[MembershipEdition], standing: Collection[GovernmentEdition]
) -> set[str]:
    """Bring governments (``standing`` are those that are public) and memberships in line with the desk's reference data.

    Gives the codes whose name is another than before.
    """
    replace(GovernmentEdition, Q(), governments, standing)
    replace(MembershipEdition, Q(), memberships)
    return {code for code, _name in {(row.code, row.name) for row in standing} ^ {(row.code, row.name) for row in governments}}

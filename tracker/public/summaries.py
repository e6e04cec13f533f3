"""What the pages say, gathered from the published tables: counts with their denominators, and every number with the rows behind it.

Each function takes the clocks (and filters) and gives plain values for a template. None of them writes, and each asks a fixed number of questions.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Min, Q

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    GovernmentEdition,
    MembershipEdition,
    RecommendationEdition,
    RecordEdition,
    SiteEdition,
)
from tracker.public.as_of import not_held_back, told
from tracker.public.clocks import Clocks, distinct_count
from tracker.public.corrections import Correction, corrections_of
from tracker.rules.vocabulary import Basis, Corroboration, Earlier, Stance, Status

HONEST_NEGATIVES = (Status.NOT_ASSESSED, Status.NO_EVIDENCE, Status.NO_ACTION)


@dataclass(frozen=True)
class StatusCount:
    """How many of the addressees have a status, with the filter that opens them."""

    status: Status
    count: int
    filters: dict[str, str]


@dataclass(frozen=True)
class Distribution:
    """Counted addressees by status, in the order of the vocabulary; ``total`` is the denominator."""

    counts: list[StatusCount]
    total: int

    @property
    def held(self) -> list[StatusCount]:
        """The statuses that any addressee has."""
        return [item for item in self.counts if item.count]

    def of(self, status: Status) -> int:
        """How many addressees have a status."""
        return next(item.count for item in self.counts if item.status is status)


def distribution(counts: Mapping[str, int], **filters: str) -> Distribution:
    """A distribution from counts by status; ``filters`` are what else the address of the rows must carry."""
    items = [StatusCount(status, counts.get(status.value, 0), {**filters, "status": status.value}) for status in Status]
    return Distribution(items, sum(item.count for item in items))


def distribution_of(addressees: Iterable[AddresseeEdition], **filters: str) -> Distribution:
    """The distribution of the counted ones among given addressees."""
    return distribution(Counter(str(row.status) for row in addressees if row.counted), **filters)


# Dashboard


@dataclass(frozen=True)
class SourceSummary:
    """What one document recommended, and what became of it."""

    document: DocumentEdition
    made_by: list[str]
    recommendations: int
    known_from: list[DocumentEdition]
    recommended_on: str
    distribution: Distribution


@dataclass(frozen=True)
class GovernmentSummary:
    """What became of the recommendations addressed to one government."""

    code: str
    name: str
    distribution: Distribution
    disputed: int
    earlier: int


@dataclass(frozen=True)
class Certainty:
    """How sure the statuses are: of ``total`` assessed addressees, how many rest on what."""

    total: int
    disputed: int
    single_source: int
    claimed: int
    search_due: int
    not_reviewed: int


@dataclass(frozen=True)
class EarlierActions:
    """Links from actions to addressees by their order in time. Earlier ones are never uptake."""

    total: int
    earlier: int
    in_place: int
    order_unknown: int
    later: int


@dataclass(frozen=True)
class Dashboard:
    """The front page: who recommended what, what each government did, how sure we are, what changed."""

    recommendations: int
    governments: int
    named: int
    distribution: Distribution
    sources: list[SourceSummary]
    by_government: list[GovernmentSummary]
    certainty: Certainty
    earlier: EarlierActions
    latest_statuses: list[AddresseeEdition]
    latest_actions: list[ActionEdition]
    editions: list[SiteEdition]


def dashboard(clocks: Clocks) -> Dashboard:
    """The front page at the given clocks."""
    counted = clocks.rows(AddresseeEdition).filter(counted=True)
    by_status = dict(counted.order_by().values_list("status").annotate(number=Count("id")))
    totals = counted.aggregate(
        governments=distinct_count("government"),
        named=Count("id", filter=Q(basis__in=[Basis.NAMED.value, Basis.GROUP_MEMBER.value])),
    )
    return Dashboard(
        recommendations=clocks.rows(RecommendationEdition).count(),
        governments=totals["governments"],
        named=totals["named"],
        distribution=distribution(by_status),
        sources=_sources(clocks),
        by_government=by_government(clocks),
        certainty=_certainty(clocks),
        earlier=_earlier(clocks),
        latest_statuses=told(counted.exclude(assessment=None).order_by("-valid_from", "recommendation", "government")[:5], clocks),
        latest_actions=list(clocks.rows(ActionEdition).order_by("-last_day", "key")[:6]),
        editions=list(editions_known(clocks)[:5]),
    )


def editions_known(clocks: Clocks) -> Any:
    """The editions of the site that had been published by ``known``, newest first."""
    editions = SiteEdition.objects.all()
    return editions if clocks.known is None else editions.filter(published_at__lte=clocks.known)


def _sources(clocks: Clocks) -> list[SourceSummary]:
    recommendations = list(clocks.rows(RecommendationEdition).order_by("recommended_first", "reference"))
    documents = {
        document.key: document for document in clocks.said(DocumentEdition).filter(key__in={key for row in recommendations for key in row.documents})
    }
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    statuses = clocks.rows(AddresseeEdition).filter(counted=True).order_by().values_list("recommendation", "status")
    source_of = {row.reference: row.made_in or row.known_from_document for row in recommendations}
    for reference, status in statuses:
        counts[source_of[reference]][status] += 1
    groups: dict[str, list[RecommendationEdition]] = defaultdict(list)
    for row in recommendations:
        groups[source_of[row.reference]].append(row)
    return [
        SourceSummary(
            document=documents[key],
            made_by=list(dict.fromkeys(row.made_by for row in rows)),
            recommendations=len(rows),
            known_from=[documents[known] for known in dict.fromkeys(row.known_from_document for row in rows) if known != key],
            recommended_on=rows[0].recommended_on,
            distribution=distribution(counts[key], document=key),
        )
        for key, rows in groups.items()
        if key in documents
    ]


def by_government(clocks: Clocks) -> list[GovernmentSummary]:
    """What became of the recommendations addressed to each government, by name."""
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    disputed: dict[str, int] = defaultdict(int)
    rows = clocks.rows(AddresseeEdition).filter(counted=True).order_by("government_name")
    for code, name, status, number, disputes in rows.values_list("government", "government_name", "status").annotate(
        number=Count("id"), disputes=Count("id", filter=Q(disputed=True))
    ):
        counts[code, name][status] = number
        disputed[code] += disputes
    earlier = dict(clocks.rows(EffectEdition).filter(earlier=Earlier.YES.value).order_by().values_list("government").annotate(number=Count("id")))
    return [
        GovernmentSummary(code, name, distribution(statuses, government=code), disputed[code], earlier.get(code, 0))
        for (code, name), statuses in counts.items()
    ]


def _certainty(clocks: Clocks) -> Certainty:
    assessed = clocks.rows(AddresseeEdition).exclude(assessment=None)
    return Certainty(
        **assessed.aggregate(
            total=Count("id"),
            disputed=Count("id", filter=Q(disputed=True)),
            single_source=Count("id", filter=Q(corroboration=Corroboration.SINGLE_SOURCE.value)),
            claimed=Count("id", filter=~Q(claimed_by=[])),
            search_due=Count("id", filter=Q(search_due_on__lte=clocks.as_of)),
            not_reviewed=Count("id", filter=Q(provenance="shipped")),
        )
    )


def _earlier(clocks: Clocks) -> EarlierActions:
    links = clocks.rows(EffectEdition)
    by_order = dict(links.order_by().values_list("earlier").annotate(number=Count("id")))
    return EarlierActions(
        total=sum(by_order.values()),
        earlier=by_order.get(Earlier.YES, 0),
        in_place=links.filter(EffectEdition.in_place_on(clocks.as_of)).count(),
        order_unknown=by_order.get(Earlier.UNKNOWN, 0),
        later=by_order.get(Earlier.NO, 0),
    )


# Matrix


@dataclass(frozen=True)
class MatrixRow:
    """A recommendation with one cell a government; None where it is no addressee."""

    recommendation: RecommendationEdition
    cells: list[AddresseeEdition | None]


@dataclass(frozen=True)
class Matrix:
    """Recommendations × governments. ``earlier`` holds pairs (reference, code) with an earlier action."""

    governments: list[tuple[str, str]]
    rows: list[MatrixRow]
    distribution: Distribution
    earlier: set[tuple[str, str]]


def matrix(clocks: Clocks, addressees: Iterable[AddresseeEdition]) -> Matrix:
    """The matrix of the given addressees; groups and governments cited as models stand in no cell."""
    cells: dict[str, dict[str, AddresseeEdition]] = defaultdict(dict)
    governments: dict[str, str] = {}
    for row in told(addressees, clocks):
        if row.counted:
            cells[row.recommendation][row.government] = row
            governments[row.government] = row.government_name
    columns = sorted(governments.items(), key=lambda pair: pair[1])
    recommendations = clocks.rows(RecommendationEdition).filter(reference__in=cells).order_by("recommended_first", "documents", "reference")
    pairs = clocks.rows(EffectEdition).filter(recommendation__in=cells, earlier=Earlier.YES.value).values_list("recommendation", "government")
    return Matrix(
        governments=columns,
        rows=[MatrixRow(row, [cells[row.reference].get(code) for code, _name in columns]) for row in recommendations],
        distribution=distribution_of(cell for row in cells.values() for cell in row.values()),
        earlier=set(pairs),
    )


# One recommendation


@dataclass
class EffectOfAction:
    """An effect with its action, both as they may be told on the day."""

    effect: EffectEdition
    action: ActionEdition
    undone_by: EffectEdition | None
    citations: list[CitationEdition] = field(default_factory=list)


@dataclass
class AddresseeStory:
    """One government's row on a recommendation's page, and what stands behind it."""

    addressee: AddresseeEdition
    assessments: list[AssessmentEdition]
    others: list[AssessmentEdition]
    citations: list[CitationEdition]
    effects: list[EffectOfAction]
    cited: Mapping[tuple[str, str], list[CitationEdition]] = field(default_factory=dict)

    @property
    def verdicts(self) -> list[tuple[AssessmentEdition, list[CitationEdition]]]:
        """What others found, each with its citations, newest verdict of each; none of them decides the status here."""
        return [(row, self.cited.get(("assessment", row.key), [])) for row in self.others if not row.superseded_by]

    @property
    def holding(self) -> AssessmentEdition | None:
        """The assessment that holds; None where not assessed."""
        return next((row for row in self.assessments if row.key == self.addressee.assessment), None)

    def by_stance(self, stance: Stance) -> list[CitationEdition]:
        """Citations of the holding assessment with a stance."""
        return [citation for citation in self.citations if citation.stance == stance]

    @property
    def supporting(self) -> list[CitationEdition]:
        """What stands for the status."""
        return self.by_stance(Stance.SUPPORTS)

    @property
    def disputing(self) -> list[CitationEdition]:
        """What stands against it, or against the actions that it rests on."""
        return self.by_stance(Stance.DISPUTES)

    @property
    def context(self) -> list[CitationEdition]:
        """What bears on it without supporting or disputing it."""
        return self.by_stance(Stance.CONTEXT)

    @property
    def before(self) -> list[EffectOfAction]:
        """Actions dated before the recommendation: never uptake."""
        return [item for item in self.effects if item.effect.earlier == Earlier.YES]

    @property
    def order_unknown(self) -> list[EffectOfAction]:
        """Actions whose order to the recommendation is not known."""
        return [item for item in self.effects if item.effect.earlier == Earlier.UNKNOWN]

    @property
    def after(self) -> list[EffectOfAction]:
        """Actions dated after the recommendation."""
        return [item for item in self.effects if item.effect.earlier == Earlier.NO]


@dataclass(frozen=True)
class RecommendationPage:
    """Everything on a recommendation's page. ``addressed``: whom the text names, as pairs of code and name; no name where the code has none."""

    recommendation: RecommendationEdition
    made_in: DocumentEdition | None
    known_from: DocumentEdition | None
    citations: list[CitationEdition]
    addressed: list[tuple[str, str]]
    stories: list[AddresseeStory]
    not_counted: list[AddresseeStory]
    distribution: Distribution
    history: list[RecordEdition]
    corrections: list[Correction]

    @property
    def effects(self) -> list[EffectOfAction]:
        """All effects in order of date, for the timeline."""
        stories = (*self.stories, *self.not_counted)
        return sorted((item for story in stories for item in story.effects), key=lambda item: (item.effect.first_day, item.effect.key))


def recommendation_page(clocks: Clocks, reference: str) -> RecommendationPage | None:
    """A recommendation's page; None where there is no such recommendation at the clocks."""
    found = told(clocks.rows(RecommendationEdition).filter(reference=reference), clocks)
    if not found:
        return None
    (recommendation,) = found
    documents = {document.key: document for document in clocks.said(DocumentEdition).filter(key__in=recommendation.documents)}
    addressees = told(clocks.rows(AddresseeEdition).filter(recommendation=reference).order_by("government_name"), clocks)
    assessments: dict[str, list[AssessmentEdition]] = defaultdict(list)
    for assessment in told(clocks.rows(AssessmentEdition).filter(recommendation=reference), clocks):
        assessments[assessment.government].append(assessment)
    effects = effects_of_actions(clocks, list(clocks.rows(EffectEdition).filter(recommendation=reference)))
    holding = {addressee.assessment for addressee in addressees if addressee.assessment}
    others = {row.key for rows in assessments.values() for row in rows if row.assessor_kind != "staff"}
    cited = citations_of(clocks, {"recommendation": {reference}, "assessment": holding | others})
    stories = [
        AddresseeStory(
            addressee=addressee,
            assessments=[row for row in assessments[addressee.government] if row.assessor_kind == "staff"],
            others=[row for row in assessments[addressee.government] if row.assessor_kind != "staff"],
            citations=cited["assessment", addressee.assessment] if addressee.assessment else [],
            effects=[item for item in effects if item.effect.government == addressee.government],
            cited=cited,
        )
        for addressee in addressees
    ]
    return RecommendationPage(
        recommendation=recommendation,
        made_in=documents.get(recommendation.made_in or ""),
        known_from=documents.get(recommendation.known_from_document),
        citations=cited["recommendation", reference],
        addressed=_named(clocks, recommendation.addressed),
        stories=[story for story in stories if story.addressee.counted],
        not_counted=[story for story in stories if not story.addressee.counted],
        distribution=distribution_of(addressees, recommendation=reference),
        history=history_of(clocks, "recommendation", [reference]),
        # An assessment has no page of its own: what was corrected of it stands here, withdrawn ones included.
        corrections=corrections_of(
            clocks,
            Q(kind="recommendation", key=reference)
            | Q(kind="assessment", key__in=AssessmentEdition.objects.filter(recommendation=reference).values("key")),
        ),
    )


def _named(clocks: Clocks, codes: str) -> list[tuple[str, str]]:
    """Governments from their codes as a text lists them, with their names where the site knows them."""
    listed = [code.strip() for code in codes.split(";") if code.strip()]
    names = dict(clocks.said(GovernmentEdition).filter(code__in=listed).values_list("code", "name"))
    return [(code, names.get(code, "")) for code in listed]


def effects_of_actions(clocks: Clocks, effects: Sequence[EffectEdition]) -> list[EffectOfAction]:
    """Effects with their actions and the actions' citations, oldest first."""
    actions = {action.key: action for action in told(clocks.rows(ActionEdition).filter(key__in={effect.action for effect in effects}), clocks)}
    cited = citations_of(clocks, {"action": set(actions)})
    undoing = {effect.undoes: effect for effect in effects if effect.undoes}
    return [
        EffectOfAction(
            effect=effect,
            action=actions[effect.action],
            undone_by=undoing.get(effect.key),
            citations=not_held_back(actions[effect.action], cited["action", effect.action]),
        )
        for effect in sorted(told(effects, clocks), key=lambda effect: (effect.first_day, effect.key))
        if effect.action in actions
    ]


def citations_of(clocks: Clocks, records: dict[str, set[str]]) -> dict[tuple[str, str], list[CitationEdition]]:
    """The citations that serve records, by (kind, key)."""
    wanted = Q()
    for kind, keys in records.items():
        wanted |= Q(record_kind=kind, record_key__in=keys)
    found: dict[tuple[str, str], list[CitationEdition]] = defaultdict(list)
    for citation in clocks.said(CitationEdition).filter(wanted):
        found[citation.record_kind, citation.record_key].append(citation)
    return found


def history_of(clocks: Clocks, kind: str, keys: Iterable[str]) -> list[RecordEdition]:
    """The published versions of records that the site had by ``known``, newest first."""
    rows = RecordEdition.objects.defer("body").filter(kind=kind, key__in=list(keys))
    return told(rows if clocks.known is None else rows.filter(known_from__lte=clocks.known), clocks)


# One government


@dataclass(frozen=True)
class GovernmentPage:
    """A government: what was addressed to it and what it did."""

    government: GovernmentEdition
    addressees: list[AddresseeEdition]
    not_counted: list[AddresseeEdition]
    distribution: Distribution
    actions: list[tuple[ActionEdition, list[EffectEdition]]]
    groups: list[tuple[MembershipEdition, GovernmentEdition]]
    members: list[tuple[MembershipEdition, GovernmentEdition]]


def government_page(clocks: Clocks, code: str) -> GovernmentPage | None:
    """A government's or group's page; None where there is none of that code."""
    government = clocks.said(GovernmentEdition).filter(code=code).first()
    if government is None:
        return None
    addressees = told(clocks.rows(AddresseeEdition).filter(government=code).order_by("year", "recommendation"), clocks)
    actions = told(clocks.rows(ActionEdition).filter(government=code).order_by("-last_day", "key"), clocks)
    effects: dict[str, list[EffectEdition]] = defaultdict(list)
    for effect in told(clocks.rows(EffectEdition).filter(action__in=[action.key for action in actions]), clocks):
        effects[effect.action].append(effect)
    memberships = told(clocks.rows(MembershipEdition).filter(Q(group=code) | Q(member=code)), clocks)
    codes = {membership.group for membership in memberships} | {membership.member for membership in memberships}
    named = {row.code: row for row in clocks.said(GovernmentEdition).filter(code__in=codes)}
    return GovernmentPage(
        government=government,
        addressees=[row for row in addressees if row.counted],
        not_counted=[row for row in addressees if not row.counted],
        distribution=distribution_of(addressees, government=code),
        actions=[(action, effects[action.key]) for action in actions],
        groups=[(row, named[row.group]) for row in memberships if row.member == code],
        members=sorted(((row, named[row.member]) for row in memberships if row.group == code), key=lambda pair: pair[1].name),
    )


# One document, one action


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


@dataclass(frozen=True)
class ActionPage:
    """An action: what was done, at whom it was aimed, what it bears on, who says so."""

    action: ActionEdition
    effects: list[EffectEdition]
    citations: list[CitationEdition]
    history: list[RecordEdition]
    corrections: list[Correction]


def action_page(clocks: Clocks, key: str) -> ActionPage | None:
    """An action's page; None where there is no such action at the clocks."""
    found = told(clocks.rows(ActionEdition).filter(key=key), clocks)
    if not found:
        return None
    (action,) = found
    return ActionPage(
        action=action,
        effects=told(clocks.rows(EffectEdition).filter(action=key).order_by("recommendation"), clocks),
        citations=not_held_back(action, citations_of(clocks, {"action": {key}})["action", key]),
        history=history_of(clocks, "action", [key]),
        corrections=corrections_of(clocks, Q(kind="action", key=key)),
    )


# Lists


@dataclass(frozen=True)
class ListedRecommendation:
    """A recommendation in the list, with the addressees that match the filter."""

    recommendation: RecommendationEdition
    addressees: list[AddresseeEdition]
    distribution: Distribution


def listed(clocks: Clocks, recommendations: Sequence[RecommendationEdition], matching: Any) -> list[ListedRecommendation]:
    """Recommendations with those of their addressees that match the filter (``matching`` is the filtered query)."""
    found: dict[str, list[AddresseeEdition]] = defaultdict(list)
    for addressee in told(matching.filter(recommendation__in=[row.reference for row in recommendations]).order_by("government_name"), clocks):
        found[addressee.recommendation].append(addressee)
    return [
        ListedRecommendation(row, found[row.reference], distribution_of(found[row.reference], recommendation=row.reference))
        for row in recommendations
    ]


@dataclass(frozen=True)
class DayRange:
    """The first and last day that the site has anything about."""

    first: dt.date | None
    last: dt.date | None


def day_range(clocks: Clocks) -> DayRange:
    """Between which days ``as_of`` changes anything."""
    found = clocks.said(AddresseeEdition).aggregate(first=Min("valid_from"), last=Max("valid_from"))
    return DayRange(found["first"], found["last"])

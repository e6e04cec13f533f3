"""The front page: who recommended what, what each government did, how sure we are, what changed lately."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, Q

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    DocumentEdition,
    EditionQuerySet,
    EffectEdition,
    RecommendationEdition,
    SiteEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks, distinct_count
from tracker.public.summaries.behind import editions_known
from tracker.public.summaries.counts import LONGEST_LIST, Distribution, distribution
from tracker.public.summaries.uptake import LagCount, Moment, lags, uptake
from tracker.rules.vocabulary import Basis, Corroboration, Earlier

SOURCES = 20
"""Documents that the page shows with what became of their recommendations."""


@dataclass(frozen=True)
class SourceSummary:
    """What one document recommended, and what became of it. ``rows_filters`` open exactly these; nothing where no address can say them."""

    document: DocumentEdition
    made_by: list[str]
    recommendations: int
    known_from: list[DocumentEdition]
    recommended_on: str
    distribution: Distribution
    rows_filters: Mapping[str, Any] | None

    @property
    def other_keys(self) -> list[str]:
        """The keys of the documents that it is known from, the first left out."""
        return [document.key for document in self.known_from[1:]]


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
    every_source: int
    """How many documents recommend anything; those with most recommendations are among ``sources``."""
    by_government: list[GovernmentSummary]
    certainty: Certainty
    earlier: EarlierActions
    latest_statuses: list[AddresseeEdition]
    latest_actions: list[ActionEdition]
    editions: list[SiteEdition]
    uptake: list[Moment]
    lags: list[LagCount]


def dashboard(clocks: Clocks) -> Dashboard:
    """The front page at the given clocks."""
    counted = clocks.rows(AddresseeEdition).filter(counted=True)
    sources, every_source = _sources(clocks)
    by_status = dict(counted.order_by().values_list("status").annotate(number=Count("id")))
    totals = counted.aggregate(
        governments=distinct_count("government"),
        named=Count("id", filter=Q(basis__in=[Basis.NAMED.value, Basis.GROUP_MEMBER.value])),
    )
    statuses = distribution(by_status)
    return Dashboard(
        recommendations=clocks.rows(RecommendationEdition).count(),
        governments=totals["governments"],
        named=totals["named"],
        distribution=statuses,
        sources=sources,
        every_source=every_source,
        by_government=by_government(clocks),
        certainty=certainty(clocks),
        earlier=_earlier(clocks),
        latest_statuses=told(counted.exclude(assessment=None).order_by("-valid_from", "recommendation", "government")[:5], clocks),
        latest_actions=list(clocks.rows(ActionEdition).order_by("-last_day", "key")[:6]),
        editions=list(editions_known(clocks)[:5]),
        uptake=uptake(clocks, statuses),
        lags=lags(clocks),
    )


def _sources(clocks: Clocks) -> tuple[list[SourceSummary], int]:
    """The documents with most recommendations, oldest first, and how many documents there are in all. Five questions, whatever the number of rows."""
    every = clocks.rows(RecommendationEdition).order_by()
    weights = dict(every.values("source").annotate(number=Count("id")).values_list("source", "number"))
    shown = sorted(weights, key=lambda key: (-weights[key], key))[:SOURCES]
    rows = list(
        every.filter(source__in=shown)
        .order_by("recommended_first", "reference")
        .values_list("source", "reference", "made_by", "known_from_document", "recommended_on", named=True)
    )
    documents = {row.key: row for row in clocks.said(DocumentEdition).filter(key__in={*shown, *(row.known_from_document for row in rows)})}
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    counted = clocks.rows(AddresseeEdition).filter(counted=True, source__in=shown).order_by()
    for key, status, number in counted.values("source", "status").annotate(number=Count("id")).values_list("source", "status", "number"):
        counts[key][status] = number
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.source].append(row)
    naming = _naming(every, list(groups))
    found = [
        SourceSummary(
            document=documents[key],
            made_by=list(dict.fromkeys(row.made_by for row in rows)),
            recommendations=len(rows),
            known_from=[documents[known] for known in dict.fromkeys(row.known_from_document for row in rows) if known != key and known in documents],
            recommended_on=rows[0].recommended_on,
            distribution=distribution(counts[key]),
            rows_filters=_opening(key, [row.reference for row in rows], naming.get(key, 0)),
        )
        for key, rows in groups.items()
        if key in documents
    ]
    return found, len(weights)


def _naming(every: EditionQuerySet, keys: list[str]) -> dict[str, int]:
    """How many recommendations each of the documents makes or reports."""
    named = every.filter(documents__overlap=keys).annotate(key=Func(F("documents"), function="unnest", output_field=CharField()))
    return dict(named.values("key").annotate(number=Count("id")).values_list("key", "number")) if keys else {}


def _opening(key: str, references: list[str], naming: int) -> Mapping[str, Any] | None:
    """The filters of the recommendations that stand with a document.

    The document itself, unless it also reports recommendations that stand with others (``naming``: all that it makes or reports).
    """
    if naming == len(references):
        return {"document": key}
    return {"recommendation": references} if len(references) <= LONGEST_LIST else None


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


def certainty(clocks: Clocks, among: Q | None = None) -> Certainty:
    """What the assessed addressees rest on: all of them, or those ``among`` which it is asked."""
    assessed = clocks.rows(AddresseeEdition).filter(among or Q()).exclude(assessment=None)
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

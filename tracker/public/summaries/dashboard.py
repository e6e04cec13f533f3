"""The front page: who recommended what, what each government did, how sure we are, what changed lately."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Q

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    DocumentEdition,
    EditionQuerySet,
    EffectEdition,
    RecommendationEdition,
    Row,
    SiteEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.columnar import ROWS, Selection, addressees_at, rows_at
from tracker.public.filters.grammar import FEW_ROWS
from tracker.public.summaries.behind import editions_known
from tracker.public.summaries.counts import LONGEST_LIST, Distribution, distribution
from tracker.public.summaries.uptake import LagCount, Moment, lags, uptake
from tracker.rules.vocabulary import Basis, Corroboration, Earlier

SOURCES = 20
"""Documents that the page shows with what became of their recommendations."""
LATEST = 5
"""Changes of status that it shows, and one action more."""
GOVERNMENTS = 40
"""Governments that it shows with what became of the recommendations to them. Every one has its row at /governments/."""


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
    """Those of the ``governments`` that have most counted addressees, by name."""
    certainty: Certainty
    earlier: EarlierActions
    latest_statuses: list[AddresseeEdition]
    latest_actions: list[ActionEdition]
    editions: list[SiteEdition]
    uptake: list[Moment]
    lags: list[LagCount]


def dashboard(clocks: Clocks) -> Dashboard:
    """The front page at the given clocks."""
    every = addressees_at(clocks)
    counted = every.flags("counted")
    sources, every_source = _sources(clocks, every)
    statuses = distribution(every.counts("status", counted))
    assessed = every.among(counted & every.meets(Q(assessment__isnull=False)))
    statuses_given = _latest(AddresseeEdition, clocks, assessed.latest("valid_from", LATEST)).filter(counted=True).exclude(assessment=None)
    actions = _latest(ActionEdition, clocks, rows_at(ActionEdition, clocks).latest("last_day", LATEST + 1))
    return Dashboard(
        recommendations=every.count(every.all, "recommendation"),
        governments=every.count(counted, "government"),
        named=every.count(counted & every.meets(Q(basis__in=[Basis.NAMED.value, Basis.GROUP_MEMBER.value]))),
        distribution=statuses,
        sources=sources,
        every_source=every_source,
        by_government=_with_most(by_government(clocks)),
        certainty=certainty(every),
        earlier=_earlier(clocks),
        latest_statuses=told(statuses_given.order_by("-valid_from", "recommendation", "government")[:LATEST], clocks),
        latest_actions=list(actions.order_by("-last_day", "key")[: LATEST + 1]),
        editions=list(editions_known(clocks)[:5]),
        uptake=uptake(clocks, statuses),
        lags=lags(every),
    )


def _latest(table: type[Row], clocks: Clocks, ids: list[int]) -> EditionQuerySet:
    """The rows among which the latest are, by their ids; all rows where those would be many, as where everything is of one day."""
    rows = clocks.rows(table)
    return rows.filter(id__in=ids) if len(ids) <= FEW_ROWS else rows


def _sources(clocks: Clocks, addressees: Selection) -> tuple[list[SourceSummary], int]:
    """The documents with most recommendations, oldest first, and how many there are in all. One question, whatever the number of rows."""
    every = rows_at(RecommendationEdition, clocks)
    weights, every_source = every.most("source", every.all, ROWS, SOURCES)
    recommended = [_Recommended.of(every, key) for key in weights]
    keys = {*weights, *(known for each in recommended for known in each.known_from)}
    documents = {row.key: row for row in clocks.said(DocumentEdition).filter(key__in=keys)}
    counts = addressees.counts_by("source", "status", addressees.flags("counted") & addressees.meets(Q(source__in=list(weights))))
    naming = addressees.counts("documents", addressees.all, "recommendation")
    found = [
        SourceSummary(
            document=documents[each.key],
            made_by=each.made_by,
            recommendations=len(each.references),
            known_from=[documents[known] for known in each.known_from if known != each.key and known in documents],
            recommended_on=each.recommended_on,
            distribution=distribution(counts.get(each.key, {})),
            rows_filters=_opening(each.key, each.references, naming.get(each.key, 0)),
        )
        for each in sorted(recommended, key=lambda each: (each.since, each.references[0]))
        if each.key in documents
    ]
    return found, every_source


@dataclass(frozen=True)
class _Recommended:
    """What one document recommends: its recommendations, oldest first, who makes them, and from which documents they are known."""

    key: str
    since: int
    recommended_on: str
    references: list[str]
    made_by: list[str]
    known_from: list[str]

    @classmethod
    def of(cls, every: Selection, key: str) -> "_Recommended":
        """Those of a document among all recommendations."""
        its = every.among(every.meets(Q(source=key)))
        since = its.days("recommended_first").days
        references = its.words("reference")
        order = np.lexsort([references.vocabulary.places()[references.numbers], since])

        def in_order(name: str) -> list[str]:
            column = its.words(name).take(order)
            return [column.vocabulary.values[number] for number in column.numbers]

        made_by, known_from = (list(dict.fromkeys(in_order(name))) for name in ("made_by", "known_from_document"))
        return cls(key, int(since[order[0]]), in_order("recommended_on")[0], in_order("reference"), made_by, known_from)


def _opening(key: str, references: list[str], naming: int) -> Mapping[str, Any] | None:
    """The filters of the recommendations that stand with a document.

    The document itself, unless it also reports recommendations that stand with others (``naming``: all that it makes or reports).
    """
    if naming == len(references):
        return {"document": key}
    return {"recommendation": references} if len(references) <= LONGEST_LIST else None


def by_government(clocks: Clocks) -> list[GovernmentSummary]:
    """What became of the recommendations addressed to each government, by name."""
    every = addressees_at(clocks)
    counted = every.flags("counted")
    statuses = every.counts_by("government", "status", counted)
    disputed = every.counts("government", counted & every.flags("disputed"))
    effects = rows_at(EffectEdition, clocks)
    earlier = effects.counts("government", effects.meets(Q(earlier=Earlier.YES.value)))
    return [
        GovernmentSummary(code, name, distribution(statuses[code], government=code), disputed.get(code, 0), earlier.get(code, 0))
        for code, name in every.named("government", "government_name", counted)
    ]


def _with_most(governments: list[GovernmentSummary]) -> list[GovernmentSummary]:
    """As many as the page shows, in the order in which they are given; of two with as many addressees the first."""
    most = sorted(governments, key=lambda one: -one.distribution.total)[:GOVERNMENTS]
    shown = {one.code for one in most}
    return [one for one in governments if one.code in shown]


def certainty(addressees: Selection) -> Certainty:
    """What the assessed ones among addressees rest on."""
    assessed = addressees.meets(Q(assessment__isnull=False))

    def resting(condition: Q) -> int:
        return addressees.count(assessed & addressees.meets(condition))

    return Certainty(
        total=addressees.count(assessed),
        disputed=resting(Q(disputed=True)),
        single_source=resting(Q(corroboration=Corroboration.SINGLE_SOURCE.value)),
        claimed=resting(~Q(claimed_by=[])),
        search_due=resting(Q(search_due_on__lte=addressees.day)),
        not_reviewed=resting(Q(provenance="shipped")),
    )


def _earlier(clocks: Clocks) -> EarlierActions:
    effects = rows_at(EffectEdition, clocks)
    by_order = effects.counts("earlier", effects.all)
    return EarlierActions(
        total=len(effects),
        earlier=by_order.get(Earlier.YES, 0),
        in_place=effects.count(effects.meets(EffectEdition.in_place_on(clocks.as_of))),
        order_unknown=by_order.get(Earlier.UNKNOWN, 0),
        later=by_order.get(Earlier.NO, 0),
    )

"""One government or group."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    DocumentEdition,
    EffectEdition,
    GovernmentEdition,
    MembershipEdition,
    RecommendationEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.summaries.counts import Distribution, distribution_of
from tracker.public.summaries.glance import Glance, glance_at
from tracker.rules.vocabulary import AssessorKind


@dataclass(frozen=True)
class Account:
    """A verdict on a case of the government by somebody else than the editors, beside the status shown here, which it does not decide."""

    verdict: AssessmentEdition
    beside: AddresseeEdition


@dataclass(frozen=True)
class GovernmentPage:
    """A government: what was addressed to it and what it did."""

    government: GovernmentEdition
    addressees: list[AddresseeEdition]
    not_counted: list[AddresseeEdition]
    distribution: Distribution
    actions: list[tuple[ActionEdition, list[EffectEdition]]]
    by_document: list[tuple[DocumentEdition | None, list[AddresseeEdition]]]
    """The counted addressees by the document that makes the recommendation, or in which it was read."""
    positions: list[tuple[AssessmentEdition, dict[str, Any]]]
    """What it said that it would do, each with the assessment that it is recorded with, newest first."""
    accounts: list[Account]
    glance: Glance
    groups: list[tuple[MembershipEdition, GovernmentEdition]]
    members: list[tuple[MembershipEdition, GovernmentEdition]]

    @property
    def rows(self) -> list[list[Any]]:
        """Every row whose texts the page shows, in groups."""
        return [
            [*self.addressees, *self.not_counted],
            [action for action, _effects in self.actions],
            [document for document, _addressees in self.by_document],
            [assessment for assessment, _position in self.positions],
            [row for each in self.accounts for row in (each.verdict, each.beside)],
            self.glance.rows,
        ]


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
    counted = [row for row in addressees if row.counted]
    assessments = told(clocks.rows(AssessmentEdition).filter(government=code), clocks)
    memberships = told(clocks.rows(MembershipEdition).filter(Q(group=code) | Q(member=code)), clocks)
    codes = {membership.group for membership in memberships} | {membership.member for membership in memberships}
    named = {row.code: row for row in clocks.said(GovernmentEdition).filter(code__in=codes)}
    return GovernmentPage(
        government=government,
        addressees=counted,
        not_counted=[row for row in addressees if not row.counted],
        distribution=distribution_of(addressees, government=code),
        actions=[(action, effects[action.key]) for action in actions],
        by_document=_by_document(clocks, counted),
        positions=_positions(assessments),
        accounts=_accounts(assessments, counted),
        glance=glance_at(clocks, "government", code),
        groups=[(row, named[row.group]) for row in memberships if row.member == code],
        members=sorted(((row, named[row.member]) for row in memberships if row.group == code), key=lambda pair: pair[1].name),
    )


def _by_document(clocks: Clocks, addressees: list[AddresseeEdition]) -> list[tuple[DocumentEdition | None, list[AddresseeEdition]]]:
    """Addressees under the document that makes their recommendation (where that is not known, the one in which it was read), oldest first."""
    recommendations = clocks.rows(RecommendationEdition).filter(reference__in={row.recommendation for row in addressees})
    made = recommendations.values_list("reference", "made_in", "known_from_document")
    source = {reference: made_in or known_from for reference, made_in, known_from in made}
    documents = {row.key: row for row in clocks.said(DocumentEdition).filter(key__in=set(source.values())).defer("snapshots")}
    found: dict[str, list[AddresseeEdition]] = defaultdict(list)
    for row in addressees:
        found[source.get(row.recommendation, "")].append(row)
    return [(documents.get(key), rows) for key, rows in found.items()]


def _positions(assessments: list[AssessmentEdition]) -> list[tuple[AssessmentEdition, dict[str, Any]]]:
    """Each position once, though a later assessment of the same case may record it again."""
    found = {}
    for row in assessments:
        for position in row.positions:
            found[row.recommendation, position["on"], position["answer"], position["said_by"], position["statement"]] = (row, position)
    return sorted(found.values(), key=lambda pair: (pair[1]["on"], pair[0].recommendation), reverse=True)


def _accounts(assessments: list[AssessmentEdition], addressees: list[AddresseeEdition]) -> list[Account]:
    """The verdicts of others that nothing of theirs supersedes, beside the status that the site shows."""
    shown = {row.recommendation: row for row in addressees}
    return [
        Account(row, shown[row.recommendation])
        for row in assessments
        if row.assessor_kind != AssessorKind.STAFF and not row.superseded_by and row.recommendation in shown
    ]

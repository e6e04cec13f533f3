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
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.columnar import Selection, addressees_at, rows_at
from tracker.public.summaries.counts import Distribution, distribution
from tracker.public.summaries.glance import Glance, glance_at
from tracker.rules.vocabulary import AssessorKind

SHOWN = 50
"""Recommendations, and actions, that the page of a government shows: the newest. Its lists have them all."""


@dataclass(frozen=True)
class Account:
    """A verdict on a case of the government by somebody else than the editors, beside the status shown here, which it does not decide."""

    verdict: AssessmentEdition
    beside: AddresseeEdition


@dataclass(frozen=True)
class GovernmentPage:
    """A government: what was addressed to it and what it did.

    Of more than ``SHOWN`` recommendations, or actions, it has the newest, with the positions and accounts that stand with these. ``every_action``,
    ``every_not_counted`` and the total of ``distribution`` say how many there are.
    """

    government: GovernmentEdition
    addressees: list[AddresseeEdition]
    not_counted: list[AddresseeEdition]
    every_not_counted: int
    distribution: Distribution
    actions: list[tuple[ActionEdition, list[EffectEdition]]]
    every_action: int
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
    here = addressees_at(clocks)
    of_it, is_counted = here.meets(Q(government=code)), here.flags("counted")
    counted, not_counted = (_newest(here.among(of_it & such), clocks) for such in (is_counted, ~is_counted))
    actions = told(clocks.rows(ActionEdition).filter(government=code).order_by("-last_day", "key")[:SHOWN], clocks)
    acts = rows_at(ActionEdition, clocks)
    effects: dict[str, list[EffectEdition]] = defaultdict(list)
    for effect in told(clocks.rows(EffectEdition).filter(action__in=[action.key for action in actions]), clocks):
        effects[effect.action].append(effect)
    shown = {row.recommendation for row in (*counted, *not_counted)}
    assessments = told(clocks.rows(AssessmentEdition).filter(government=code, recommendation__in=shown), clocks)
    memberships = told(clocks.rows(MembershipEdition).filter(Q(group=code) | Q(member=code)), clocks)
    codes = {membership.group for membership in memberships} | {membership.member for membership in memberships}
    named = {row.code: row for row in clocks.said(GovernmentEdition).filter(code__in=codes)}
    return GovernmentPage(
        government=government,
        addressees=counted,
        not_counted=not_counted,
        every_not_counted=here.count(of_it & ~is_counted),
        distribution=distribution(here.counts("status", of_it & is_counted), government=code),
        actions=[(action, effects[action.key]) for action in actions],
        every_action=acts.count(acts.meets(Q(government=code))),
        by_document=_by_document(clocks, counted),
        positions=_positions(assessments),
        accounts=_accounts(assessments, counted),
        glance=glance_at(clocks, "government", code),
        groups=[(row, named[row.group]) for row in memberships if row.member == code],
        members=sorted(((row, named[row.member]) for row in memberships if row.group == code), key=lambda pair: pair[1].name),
    )


def _newest(addressees: Selection, clocks: Clocks) -> list[AddresseeEdition]:
    """The addressees of the newest recommendations, oldest first."""
    ids = addressees.last(("recommended_on", "recommendation"), SHOWN)
    rows = {row.id: row for row in told(clocks.rows(AddresseeEdition).filter(id__in=ids), clocks)} if ids else {}
    return [rows[number] for number in ids]


def _by_document(clocks: Clocks, addressees: list[AddresseeEdition]) -> list[tuple[DocumentEdition | None, list[AddresseeEdition]]]:
    """Addressees under the document that makes their recommendation (where that is not known, the one in which it was read), oldest first."""
    documents = {row.key: row for row in clocks.said(DocumentEdition).filter(key__in={row.source for row in addressees}).defer("snapshots")}
    found: dict[str, list[AddresseeEdition]] = defaultdict(list)
    for row in addressees:
        found[row.source].append(row)
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

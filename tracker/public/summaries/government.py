"""One government or group."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    EffectEdition,
    GovernmentEdition,
    MembershipEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.summaries.counts import Distribution, distribution_of


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

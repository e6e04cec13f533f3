"""One action: what was done, at whom it was aimed, what it bears on, who says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    CitationEdition,
    EffectEdition,
    RecordEdition,
)
from tracker.public.as_of import not_held_back, told
from tracker.public.clocks import Clocks
from tracker.public.corrections import Correction, corrections_of
from tracker.public.summaries.behind import citations_of, history_of
from tracker.public.summaries.glance import Glance, glance_at


@dataclass(frozen=True)
class ActionPage:
    """An action: what was done, at whom it was aimed, what it bears on, who says so."""

    action: ActionEdition
    effects: list[EffectEdition]
    statuses: dict[tuple[str, str], AddresseeEdition]
    """What holds for the addressees that it bears on, by recommendation and government."""
    undone_by: list[EffectEdition]
    """Effects of other actions that undo effects of this one."""
    glance: Glance
    citations: list[CitationEdition]
    history: list[RecordEdition]
    corrections: list[Correction]

    @property
    def rows(self) -> list[Iterable[Any]]:
        """Every row whose texts the page shows, in groups."""
        return [[self.action], self.effects, self.statuses.values(), self.undone_by, self.glance.rows, self.citations]


def action_page(clocks: Clocks, key: str) -> ActionPage | None:
    """An action's page; None where there is no such action at the clocks."""
    found = told(clocks.rows(ActionEdition).filter(key=key), clocks)
    if not found:
        return None
    (action,) = found
    effects = told(clocks.rows(EffectEdition).filter(action=key).order_by("recommendation"), clocks)
    beside = clocks.rows(AddresseeEdition).filter(recommendation__in={effect.recommendation for effect in effects})
    statuses = {(row.recommendation, row.government): row for row in beside}
    return ActionPage(
        action=action,
        effects=effects,
        statuses=statuses,
        undone_by=told(clocks.rows(EffectEdition).filter(undoes_action=key).order_by("first_day", "key"), clocks),
        glance=glance_at(clocks, "action", key),
        citations=not_held_back(action, citations_of(clocks, {"action": {key}})["action", key]),
        history=history_of(clocks, "action", [key]),
        corrections=corrections_of(clocks, Q(kind="action", key=key)),
    )

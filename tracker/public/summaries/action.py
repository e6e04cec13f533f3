"""One action: what was done, at whom it was aimed, what it bears on, who says so."""

from dataclasses import dataclass

from django.db.models import Q

from tracker.editions.tables import (
    ActionEdition,
    CitationEdition,
    EffectEdition,
    RecordEdition,
)
from tracker.public.as_of import not_held_back, told
from tracker.public.clocks import Clocks
from tracker.public.corrections import Correction, corrections_of
from tracker.public.summaries.behind import citations_of, history_of


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

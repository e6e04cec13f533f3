"""Why a status: the steps from it to the passages of sources that it rests on, and who disputes which of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.editions.tables import AssessmentEdition, CitationEdition
from tracker.public.summaries.recommendation import AddresseeStory, EffectOfAction
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import Stance


@dataclass
class Ground:
    """An action that a status rests on, with the passages of it that are shown here.

    A passage that several actions share is shown with the first; ``again`` names it at the others. ``disputing`` are all that dispute the action.
    """

    item: EffectOfAction
    passages: list[CitationEdition] = field(default_factory=list)
    again: list[CitationEdition] = field(default_factory=list)
    disputing: list[CitationEdition] = field(default_factory=list)


@dataclass
class Chain:
    """The steps behind one status. ``holding`` is None where nobody has assessed it; then only ``beside`` can hold anything."""

    holding: AssessmentEdition | None
    grounds: list[Ground]
    elsewhere: list[str]
    """Keys of actions with which the assessment shares a passage, and which bear on other recommendations alone."""
    direct: list[CitationEdition]
    """Passages cited for the verdict itself, and of no action that it rests on."""
    disputing: list[CitationEdition]
    """Passages that dispute the verdict itself."""
    beside: list[EffectOfAction]
    """Actions on record for the addressee on which the status does not rest."""
    left_out: int = 0
    """How many of the counted disputes tell only of what was done or decided after the page's day, and are not shown."""

    def out_after(self, day: dt.date) -> int:
        """How many of the sources and searches shown are certainly of a later day than the page's."""
        cited = [*self.direct, *self.disputing, *(one for ground in self.grounds for one in (*ground.passages, *ground.disputing))]
        dated = {citation.citation: citation.published_on for citation in cited}
        searched = [search["searched_on"] for search in (self.holding.searches if self.holding else [])]
        return sum(PartialDate(written).first > day for written in (*dated.values(), *searched) if written)

    @property
    def undisputed(self) -> bool:
        """Whether nothing on record disputes any step."""
        return not self.disputing and not any(ground.disputing for ground in self.grounds)


def chain(story: AddresseeStory) -> Chain:
    """The steps behind the status of an addressee, actions in order of time."""
    holding = story.holding
    if holding is None:
        return Chain(None, [], [], [], [], list(story.effects))
    keys = {citation.citation for citation in story.citations}
    shown: set[str] = set()
    grounds = [_ground(item, keys, shown) for item in _each_once(story.effects) if item.action.key in holding.actions]
    there = {ground.item.action.key for ground in grounds}
    left = [citation for citation in story.citations if citation.citation not in shown]
    return Chain(
        holding=holding,
        grounds=grounds,
        elsewhere=[key for key in holding.actions if key not in there],
        direct=[citation for citation in left if citation.stance != Stance.DISPUTES],
        disputing=[citation for citation in left if citation.stance == Stance.DISPUTES],
        beside=[item for item in story.effects if item.action.key not in there],
        left_out=story.addressee.disputes - len({citation.citation for citation in story.citations if citation.stance == Stance.DISPUTES}),
    )


def _each_once(effects: Sequence[EffectOfAction]) -> list[EffectOfAction]:
    return list({item.action.key: item for item in reversed(effects)}.values())[::-1]


def _ground(item: EffectOfAction, keys: set[str], shown: set[str]) -> Ground:
    """What is said of the action here: the passages that the assessment cites too, and all that dispute it."""
    ground = Ground(item)
    for citation in item.citations:
        if citation.stance == Stance.DISPUTES:
            ground.disputing.append(citation)
        elif citation.citation not in keys:
            continue
        (ground.again if citation.citation in shown else ground.passages).append(citation)
        shown.add(citation.citation)
    return ground

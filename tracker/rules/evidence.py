"""What a status rests on, what disputes it, and how it must be labelled."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.rules.vocabulary import Interest, Stance

Taken = tuple[str, Stance]
"""A citation's key and the stance that it takes."""


@dataclass(frozen=True, slots=True)
class Use:
    """One citation serving one record: the citation's key, the stance it takes there, and its document's interest and name."""

    citation: str
    stance: Stance
    interest: Interest
    source: str


@dataclass(frozen=True, slots=True)
class Weight:
    """What stands for and against: keys of citations, each once, and the voices that it must be attributed to."""

    supports: tuple[str, ...]
    disputes: tuple[str, ...]
    claimed_by: tuple[str, ...]

    @property
    def disputed(self) -> bool:
        """Whether anything disputes it; every summary then counts both."""
        return bool(self.disputes)


def disputing_parties(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The citations of a record's body that dispute what is said of its parties, each once."""
    found = {
        citation["key"]: citation for party in body.get("parties", ()) for citation in party["citations"] if citation["stance"] == Stance.DISPUTES
    }
    return list(found.values())


def bearing_on(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The citations that are weighed for a record: its own, and those that dispute a legal status that it gives a party."""
    return [*body.get("citations", ()), *disputing_parties(body)]


def rests_on(cited: Iterable[str], actions: Mapping[str, Collection[Use]]) -> list[str]:
    """The keys of the actions that a verdict rests on: those with which it shares a citation."""
    keys = set(cited)
    return [action for action, uses in actions.items() if any(use.citation in keys for use in uses)]


def for_and_against(own: Iterable[Taken], underlying: Iterable[Taken] = ()) -> tuple[set[str], set[str]]:
    """The citations that support a record, and those that dispute it or an action that it rests on.

    A citation counts once: one that disputes anything of this is no support. ``editions.supported`` in ``guards.sql`` says the same of what is
    left without support; a test holds both equal.
    """
    own = list(own)
    disputes = {citation for citation, stance in (*own, *underlying) if stance is Stance.DISPUTES}
    return {citation for citation, stance in own if stance is Stance.SUPPORTS} - disputes, disputes


def weigh(own: Iterable[Use], actions: Mapping[str, Collection[Use]]) -> Weight:
    """For and against a verdict: its own citations, and every dispute of the actions that it rests on."""
    own = list(own)
    underlying = rests_on((use.citation for use in own), actions)
    bearing = [use for action in underlying for use in actions[action]]
    supports, disputes = for_and_against(_taken(own), _taken(bearing))
    supporting = [use for use in own if use.stance is Stance.SUPPORTS and use.citation in supports]
    return Weight(
        supports=tuple(sorted(supports)),
        disputes=tuple(sorted(disputes)),
        claimed_by=claimed_by(supporting),
    )


def _taken(uses: Iterable[Use]) -> list[Taken]:
    return [(use.citation, use.stance) for use in uses]


def claimed_by(supporting: Iterable[Use]) -> tuple[str, ...]:
    """The names to attribute a record to when advocacy alone supports it ("claimed by ..."); empty otherwise."""
    supporting = list(supporting)
    if not supporting or any(use.interest is not Interest.ADVOCACY for use in supporting):
        return ()
    return tuple(dict.fromkeys(use.source for use in supporting))

"""What a status rests on, what disputes it, and how it must be labelled."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.rules.vocabulary import Interest, Stance


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


def weigh(own: Iterable[Use], actions: Mapping[str, Collection[Use]]) -> Weight:
    """For and against a verdict: its own citations, and every dispute of the actions that it rests on.

    A citation counts once: one that disputes anything of this is no support.
    """
    own = list(own)
    underlying = rests_on((use.citation for use in own), actions)
    bearing = [*own, *(use for action in underlying for use in actions[action])]
    disputes = {use.citation for use in bearing if use.stance is Stance.DISPUTES}
    supporting = [use for use in own if use.stance is Stance.SUPPORTS and use.citation not in disputes]
    return Weight(
        supports=tuple(sorted({use.citation for use in supporting})),
        disputes=tuple(sorted(disputes)),
        claimed_by=claimed_by(supporting),
    )


def claimed_by(supporting: Iterable[Use]) -> tuple[str, ...]:
    """The names to attribute a record to when advocacy alone supports it ("claimed by ..."); empty otherwise."""
    supporting = list(supporting)
    if not supporting or any(use.interest is not Interest.ADVOCACY for use in supporting):
        return ()
    return tuple(dict.fromkeys(use.source for use in supporting))

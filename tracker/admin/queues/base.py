"""What a work queue is: its words, who acts on it, and where its rows come from."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ACTING = ("tracker.submit", "tracker.review", "tracker.publish", "tracker.change_government", "tracker.change_user")
"""Rights to act on anything; who has none of them reads all and changes nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row of a queue: what waits, since when (a date, oldest first), why it is here, and the form it opens (empty: none)."""

    what: str
    since: str
    why: str
    url: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A work queue. To add one, make an instance and name it in :data:`tracker.admin.queues.QUEUES`.

    ``groups`` gives, for a person and a day, querysets by kind in the columns of :mod:`tracker.admin.queues.rows` (``rows(...)`` makes them); count
    and list both come from it. ``reasons`` are the few words why a row is there, by name; ``%(detail)s`` in them is the row's detail, which ``spell``
    turns into words where it is a value of a vocabulary. ``right`` is what it takes to act on the rows. ``by_kind``: say the count of each kind too.
    """

    name: str
    label: Any
    advice: Any
    right: str
    groups: Callable[[Any, dt.date], Mapping[str, Any]]
    reasons: Mapping[str, Any] = field(default_factory=dict)
    spell: Callable[[str], str] = str
    by_kind: bool = False

    def is_for(self, user: Any) -> bool:
        """Whether a person sees it: who can act on it, and who reads everything and acts on nothing."""
        return user.has_perm(self.right) or reads_all(user)

    def reason(self, name: str, detail: str) -> str:
        """Why a row is there, in words."""
        return str(self.reasons[name]) % {"detail": self.spell(detail)}


def reads_all(user: Any) -> bool:
    """An auditor: sees what everyone is to do, and does none of it."""
    return user.has_perm("tracker.view_submission") and not any(user.has_perm(right) for right in ACTING)

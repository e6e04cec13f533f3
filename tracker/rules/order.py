"""How an action stands to a recommendation in time, and what may be said of it.

An action dated before the recommendation is *earlier* and never counts as uptake. It reads *already in place* only where its direction is
fulfils or partly fulfils and it is still in force.
"""

import datetime as dt
from collections.abc import Iterable

from tracker.rules.dates import Order, PartialDate, order
from tracker.rules.vocabulary import Direction, Earlier, EventKind

Dated = tuple[EventKind, PartialDate]
"""An event of an action: its kind and its date."""


def earlier(acted_on: PartialDate, recommended_on: PartialDate) -> Earlier:
    """Whether the action came before the recommendation, by the dates alone."""
    match order(acted_on, recommended_on):
        case Order.BEFORE:
            return Earlier.YES
        case Order.AFTER:
            return Earlier.NO
        case Order.UNKNOWN:
            return Earlier.UNKNOWN


def in_force_until(events: Iterable[Dated], undone_from: Iterable[PartialDate] = (), *, since: dt.date | None = None) -> dt.date | None:
    """The first day on which an action is no longer in force; None where no end is on record.

    It ends with the first event that ends force (suspended, repealed, annulled, expired), or with the first effect that undoes it. An event that
    for certain put it into force again lifts an end; with ``since`` only where that had happened by then, so that a gap after ``since`` is an
    end. An uncertain date counts from its first day, so that nothing is called in force that may have ended.
    """
    dated = list(events)
    restarts = [on for kind, on in dated if kind is EventKind.IN_FORCE and (since is None or on.last <= since)]
    ends = [on.first for kind, on in dated if kind.ends_force and not any(again.first > on.last for again in restarts)]
    ends += [on.first for on in undone_from]
    return min(ends, default=None)


def begun(events: Iterable[Dated], decisive: Dated | None, *, by: dt.date | None = None) -> PartialDate | None:
    """When an action began to have effect: its entry into force, or when it occurred; None where nothing shows it.

    What was announced or adopted alone is not in force. ``decisive`` is the event whose date decides the action's order. With ``by`` it is the
    newest entry into force that had happened by then after a gap, where there was one; without it the first.
    """
    dated = list(events)
    entries = sorted((on for kind, on in dated if kind is EventKind.IN_FORCE), key=lambda on: (on.last, on.first))
    if entries:
        gaps = [on for kind, on in dated if kind.ends_force]
        again = [on for on in entries if by is not None and on.last <= by and any(on.first > gap.last for gap in gaps)]
        return again[-1] if again else entries[0]
    if decisive and decisive[0] in (EventKind.OCCURRED, EventKind.AMENDED):
        return decisive[1]
    return min((on for kind, on in dated if kind is EventKind.OCCURRED), key=lambda on: (on.last, on.first), default=None)


def undone_from(events: Iterable[Dated], decisive: Dated | None, *, on: dt.date | None = None) -> PartialDate | None:
    """From when an action undoes what it undoes: since it began to have effect, while it is in force; None where that is not shown.

    ``on`` is the day that is asked of; None: by everything on record. A reversal that was only announced has undone nothing, and one that was
    itself annulled, repealed or suspended undoes nothing any longer.
    """
    dated = list(events)
    ended_on = in_force_until(dated, since=on)
    if ended_on is not None and (on is None or ended_on <= on):
        return None
    return begun(dated, decisive)


def already_in_place(*, direction: Direction | None, is_earlier: Earlier, ended_on: dt.date | None, on: dt.date) -> bool:
    """Whether an earlier action may be called already in place on a day."""
    if is_earlier is not Earlier.YES:
        return False
    if direction not in (Direction.FULFILS, Direction.PARTLY_FULFILS):
        return False
    return ended_on is None or on < ended_on


def sign(direction: Direction | None, undone: Direction | None) -> int:
    """+1 toward the recommendation, -1 against it, 0 neither; a reversing effect has the opposite sign of what it undoes."""
    if undone is not None:
        return -undone.sign
    return direction.sign if direction is not None else 0

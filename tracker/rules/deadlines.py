"""Which deadline held on a day, by the ledger of moved deadlines, and what became of it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import DeadlineOutcome, Status


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline that was moved: from what to what (None: given up), when, and by whom (empty: our record was wrong)."""

    before: PartialDate
    after: PartialDate | None
    moved_on: PartialDate
    moved_by: str


def holding_on(day: dt.date, now: PartialDate | None, moves: Iterable[Move]) -> PartialDate | None:
    """The deadline that held on a day; ``now`` is the one that holds after all moves (None: none).

    ``editions.deadline_on`` in ``telling.sql`` says the same to readers; a test holds both equal.

    A move counts from the last day that its date can mean. Where our record was wrong nobody moved anything: what it says now held all along.
    """
    to_come = sorted(
        (move for move in moves if move.moved_by and move.moved_on.last > day), key=lambda move: (move.moved_on.last, move.moved_on.text)
    )
    return to_come[0].before if to_come else now


def outcome(day: dt.date, due: PartialDate, status: Status, effective_on: PartialDate | None) -> DeadlineOutcome:
    """What became of a deadline by a day, from the status that holds then and the date that its assessment gives it.

    A deadline is met up to the last day that it can mean. Implemented without a date, or on a date that lies on both sides: not certain.
    """
    if status is Status.IMPLEMENTED:
        if effective_on is None:
            return DeadlineOutcome.UNDATED
        if effective_on.last <= due.last:
            return DeadlineOutcome.MET
        return DeadlineOutcome.LATE if effective_on.first > due.last else DeadlineOutcome.UNDATED
    if due.last >= day:
        return DeadlineOutcome.OPEN
    return DeadlineOutcome.NOT_ASSESSED if status is Status.NOT_ASSESSED else DeadlineOutcome.NOT_MET

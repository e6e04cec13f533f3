"""Seats that the processes of a machine share: so many at once, given to those who wait in the order in which they came, whichever process asks.

Each seat is a file that is locked, and so is each ticket of who waits: the system unlocks what a process held that died, and the next has it. Nobody
is told that a seat is free: who waits looks.
"""

import fcntl
import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import state

LOOKS_EVERY = 0.005
"""Seconds after which who waits looks again; it is at most one thread a seat in each process that does."""
_UNNUMBERED = "new"
_numbers = itertools.count()


class Seats:
    """So many seats. Safe to use in threads and processes, and after a fork."""

    def __init__(self, folder: Path, number: int) -> None:
        """``folder``: where the files are, the same for all processes. It is made if it is not there."""
        self._seats = [folder / str(each) for each in range(number)]
        self._queue = folder / "queue"
        state.make_folder(folder)
        state.make_folder(self._queue)
        for ticket in self._waiting():
            self._is_held(ticket)

    def take(self, until: float) -> int | None:
        """A seat, to be given to :meth:`leave`; None where none is free until then (``time.monotonic``)."""
        if not self._waiting() and (seat := self._free()) is not None:
            return seat
        with self._ticket() as ticket:
            while True:
                if not self._is_behind_others(ticket) and (seat := self._free()) is not None:
                    return seat
                if time.monotonic() >= until:
                    return None
                time.sleep(LOOKS_EVERY)

    def leave(self, seat: int) -> None:
        """Whoever waits longest has it next."""
        os.close(seat)

    def _free(self) -> int | None:
        return next((seat for file in self._seats if (seat := _lock(file)) is not None), None)

    def _waiting(self) -> list[str]:
        """The tickets, the oldest first."""
        return sorted(name for name in os.listdir(self._queue) if not name.startswith(_UNNUMBERED))

    def _is_behind_others(self, ticket: str) -> bool:
        """Whether somebody who came earlier still waits."""
        return any(self._is_held(other) for other in self._waiting() if other < ticket)

    def _is_held(self, ticket: str) -> bool:
        """Whether somebody waits with a ticket. That of a process that died is thrown away."""
        try:
            lost = _lock(self._queue / ticket, create=False)
        except FileNotFoundError:
            return False  # who waited has a seat now
        if lost is not None:
            (self._queue / ticket).unlink(missing_ok=True)
            os.close(lost)
        return lost is None

    @contextmanager
    def _ticket(self) -> Iterator[str]:
        """A place in the queue. It is locked before it has its name, so that nobody takes it for that of a process that died."""
        own = f"{os.getpid()}-{next(_numbers)}"
        ticket = self._queue / f"{time.monotonic_ns():020}-{own}"  # of one clock for all processes since the machine started
        new = self._queue / f"{_UNNUMBERED}-{own}"
        held = os.open(new, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            new.rename(ticket)
            yield ticket.name
        finally:
            for name in (ticket, new):
                name.unlink(missing_ok=True)
            os.close(held)


def _lock(file: Path, *, create: bool = True) -> int | None:
    """A file, locked and open; None where somebody else has it locked. FileNotFoundError where it is not to be made and not there."""
    opened = os.open(file, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    return opened

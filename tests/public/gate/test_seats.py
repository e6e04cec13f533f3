"""Seats of a machine: given in the order in which processes asked, and back whatever becomes of a process."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests.waiting import PATIENCE, until
from tracker.public.seats import Seats


def soon() -> float:
    """Until when a test waits."""
    return time.monotonic() + PATIENCE


@contextmanager
def process(folder: Path, *, after: str = "input()") -> Iterator[subprocess.Popen[bytes]]:
    """Another process that takes the only seat, says so, and then does what is said."""
    code = f"import pathlib, time; from tracker.public.seats import Seats; seats = Seats(pathlib.Path({str(folder)!r}), 1)"
    code += f"; seat = seats.take(time.monotonic() + {PATIENCE}); print(seat is not None, flush=True); {after}"
    with subprocess.Popen([sys.executable, "-c", code], cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        try:
            yield other
        finally:
            other.kill()


def has_a_seat(other: subprocess.Popen[bytes]) -> bool:
    """Whether another process got one, once it knows."""
    assert other.stdout
    return other.stdout.readline().strip() == b"True"


def tickets(folder: Path) -> list[str]:
    """Who waits."""
    return os.listdir(folder / "queue")


def test_the_seat_of_a_process_that_died_is_free(tmp_path: Path) -> None:
    with process(tmp_path) as other:
        assert has_a_seat(other)
        seats = Seats(tmp_path, 1)
        assert seats.take(0) is None
        assert tickets(tmp_path) == []
        other.kill()
        other.wait()
    assert seats.take(soon()) is not None


def test_no_process_waits_longer_because_another_never_rests(tmp_path: Path) -> None:
    """One leaves its seat and asks for it again at once, over and over. The other has its turn then, not when it happens to look in between."""
    seats, turns, mine = Seats(tmp_path, 1), [0], 20
    ends = threading.Event()

    def never_rests() -> None:
        while not ends.is_set():
            seat = seats.take(soon())
            assert seat is not None
            turns[0] += 1
            time.sleep(0.002)
            seats.leave(seat)

    busy = threading.Thread(target=never_rests, daemon=True)
    busy.start()
    until(lambda: turns[0] > 3)
    try:
        before = turns[0]
        for _turn in range(mine):
            seat = Seats(tmp_path, 1).take(soon())
            assert seat is not None
            seats.leave(seat)
        assert turns[0] - before <= 8 * mine, "one turn each; the rest is for a machine that lets only one of them run for a while"
    finally:
        ends.set()
        busy.join(PATIENCE)


def test_those_who_wait_are_seated_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    seats = Seats(tmp_path, 1)
    taken = seats.take(0)
    assert taken is not None
    came: list[int] = []

    def come(who: int) -> None:
        seat = Seats(tmp_path, 1).take(soon())
        assert seat is not None
        came.append(who)
        seats.leave(seat)

    crowd = []
    for who in range(6):
        crowd.append(threading.Thread(target=come, args=(who,), daemon=True))
        crowd[-1].start()
        until(lambda: len(tickets(tmp_path)) == len(crowd))
    seats.leave(taken)
    for thread in crowd:
        thread.join(PATIENCE)
    assert came == list(range(6))
    assert tickets(tmp_path) == []


def test_who_waits_in_a_process_that_dies_holds_up_nobody(tmp_path: Path) -> None:
    seats = Seats(tmp_path, 1)
    seat = seats.take(0)
    assert seat is not None
    with process(tmp_path) as first:
        until(lambda: len(tickets(tmp_path)) == 1)
        with process(tmp_path) as second:
            until(lambda: len(tickets(tmp_path)) == 2)
            first.send_signal(signal.SIGKILL)
            first.wait()
            assert len(tickets(tmp_path)) == 2, "nobody tidied up after it"
            seats.leave(seat)
            assert has_a_seat(second)
    assert seats.take(soon()) is not None
    assert tickets(tmp_path) == []


def test_tickets_of_an_earlier_start_of_the_machine_are_thrown_away(tmp_path: Path) -> None:
    Seats(tmp_path, 1)
    (tmp_path / "queue" / f"{10**19:020}-1-0").touch()
    seats = Seats(tmp_path, 1)
    assert tickets(tmp_path) == []
    assert seats.take(0) is not None

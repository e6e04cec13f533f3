"""A worker beside the server: its own process, started again when it dies, gone when the server is."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from tracker.jobs.worker import ENDS_AFTER

FIRST_PAUSE, LONGEST_PAUSE = 1, 60
"""Seconds before a worker that died is started again; each time longer, until one lives for longer than the longest."""


@contextmanager
def worker_beside(say: Callable[[str], None]) -> Iterator[None]:
    """`manage.py work` runs for as long as the block does. ``say`` is told when one died and is started again."""
    keeper = _Keeper(say)
    thread = threading.Thread(target=keeper.keep, name="keeper of the worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        keeper.end()
        thread.join()


class _Keeper:
    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.ending = threading.Event()
        self.changing = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        """Start a worker, and another one whenever it has ended, until the end is asked for."""
        pause = FIRST_PAUSE
        while True:
            with self.changing:
                if self.ending.is_set():
                    return
                self.process = _start()
            began = time.monotonic()
            code = self.process.wait()
            if self.ending.is_set():
                return
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            self.say(f"The worker of background jobs {how}; another one starts in {pause} s.")
            self.ending.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def end(self) -> None:
        """End the worker: its running job may finish, within bounds."""
        with self.changing:
            self.ending.set()
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(ENDS_AFTER + 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _start() -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C in the terminal is for the server, which ends its worker in its turn.
    return subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "work", "--beside", str(os.getpid())],
        env={name: value for name, value in os.environ.items() if name != "TRACKER_SERVING"},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )

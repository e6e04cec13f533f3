"""Measuring one thing: how long it takes again and again, how many questions it asks the database, how much memory it takes at most."""

import math
import resource
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections

CLEAR_REFS, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


@dataclass(frozen=True)
class Times:
    """How long something took, in seconds, in the order in which it was done; at least once."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Half of them took no longer."""
        return statistics.median(self.seconds)

    @property
    def percentile_95(self) -> float:
        """The shortest time that 95 of a hundred did not exceed (nearest rank); of fewer than twenty the longest."""
        return percentile(self.seconds, 95)


def percentile(values: tuple[float, ...] | list[float], share: int) -> float:
    """The smallest of the values that ``share`` per cent of them do not exceed."""
    return sorted(values)[math.ceil(len(values) * share / 100) - 1]


class Questions:
    """Counts what is asked of the databases, by whichever connection."""

    def __init__(self) -> None:
        """None yet."""
        self.number = 0

    def __call__(self, execute: Callable[..., Any], *question: Any) -> Any:
        """Django's way to stand between a cursor and the database."""
        self.number += 1
        return execute(*question)


@contextmanager
def questions() -> Iterator[Questions]:
    """Count the questions that are asked within the block."""
    counter = Questions()
    with ExitStack() as wrapped:
        for connection in connections.all():
            wrapped.enter_context(connection.execute_wrapper(counter))
        yield counter


@dataclass
class Memory:
    """Of this process, in bytes: what it held before a block, and the most that it held within it."""

    before: int = 0
    peak: int = 0


@contextmanager
def memory() -> Iterator[Memory]:
    """Measure a block. Linux forgets the earlier peak when asked to; elsewhere it is the highest since the process began."""
    try:
        CLEAR_REFS.write_text("5")
    except OSError:
        pass
    measured = Memory(before=_resident("VmRSS"))
    yield measured
    measured.peak = _resident("VmHWM")


def _resident(name: str) -> int:
    try:
        lines = STATUS.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

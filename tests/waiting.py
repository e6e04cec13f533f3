"""Waiting for what other threads and processes do."""

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds after which a test gives up."""


def until(holds: Callable[[], bool]) -> None:
    """Wait for something to become so."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)

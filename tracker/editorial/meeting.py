"""Two that write may wait for each other; PostgreSQL breaks one of them off, which then begins again and sees what the other wrote."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, transaction

from tracker.editions.tables import DESK

DEADLOCK = "40P01"
TRIES = 3

Came = TypeVar("Came")


def begun_again(act: Callable[[], Came]) -> Came:
    """What a whole transaction does; from its beginning again where it was broken off for another's sake. Within another one its caller decides."""
    for _try in range(TRIES - 1):
        try:
            return act()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != DEADLOCK or transaction.get_connection(DESK).in_atomic_block:
                raise
    return act()

"""The server that readers are answered from: a question is asked once more where it went away, and how far it is behind its primary.

There may be several (``PUBLIC_DATABASE_URL``), each a primary or a streaming standby. A connection leads to one of them for as long as it lives.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from django.db import InterfaceError, OperationalError, connections
from psycopg import Error
from psycopg_pool import PoolTimeout

from tracker.editions.tables import PUBLIC

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
BROKEN_OFF = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "57P04"})
"""What a server says of a question that is right, and that it or another one answers when it is asked again: a standby had to take over from its
primary what the question was reading (40001, 40P01), the server ends or was ended, or it is only coming up (57P01 to 57P04)."""
CONNECTION_LOST = "08"
"""How the codes begin that a server, or what stands between, gives for a connection that is lost."""


def once_more(read: Callable[[], Answer]) -> Answer:
    """What ``read`` gives, which only reads, over the public connection. Where its server went away meanwhile, all of it is read again over another
    connection, once: never half from one server and half from another. Raises what the second time fails by."""
    try:
        return read()
    except (OperationalError, InterfaceError) as error:
        if not went_away(error):
            raise
        logger.warning("The readers' server broke a question off (%s); it is asked once more.", " ".join(str(error).split()))
        _leave()
        return read()


def went_away(error: OperationalError | InterfaceError) -> bool:
    """Whether the same question may be answered when it is asked at once, over another connection. It is not where none could be had in time."""
    cause = error.__cause__
    if not isinstance(cause, Error) or isinstance(cause, PoolTimeout):
        return False
    # Without a code it is no answer of a server: the connection broke, or none came about.
    return cause.sqlstate is None or cause.sqlstate in BROKEN_OFF or cause.sqlstate.startswith(CONNECTION_LOST)


def _leave() -> None:
    """Give the connection back. Where it broke, so did those beside it in the pool, most likely: they are replaced without being tried one by one."""
    connection = connections[PUBLIC]
    broke = connection.connection is None or connection.connection.closed
    connection.close()
    if broke and (pool := getattr(connection, "pool", None)):
        pool.drain()


@dataclass(frozen=True)
class Server:
    """The server behind this connection. ``standby``: it follows another one.

    ``lag_bytes``, ``lag_seconds``: how much of what it has received from its primary it does not show yet, and since when; nothing for a standby that
    receives nothing, of which nobody here can know how far behind it is; 0 for a primary.
    """

    standby: bool
    lag_bytes: int | None
    lag_seconds: float | None

    @classmethod
    def here(cls) -> Self:
        """Ask it; in one question, which every role may ask."""
        with connections[PUBLIC].cursor() as cursor:
            cursor.execute(STANDING)
            standby, receives, waiting, seconds = cursor.fetchone()
        if not standby:
            return cls(standby=False, lag_bytes=0, lag_seconds=0.0)
        if not receives or waiting is None:
            return cls(standby=True, lag_bytes=None, lag_seconds=None)
        behind = max(0, int(waiting))
        return cls(standby=True, lag_bytes=behind, lag_seconds=max(0.0, round(float(seconds or 0), 1)) if behind else 0.0)


STANDING = """
SELECT pg_is_in_recovery(), EXISTS (SELECT FROM pg_stat_wal_receiver), pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()),
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
"""

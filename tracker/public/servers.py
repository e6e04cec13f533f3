"""The server that readers are answered from: one moment a page, a question asked once more where it went away, and how far it is behind its primary.

There may be several (``PUBLIC_DATABASE_URL``), each a primary or a streaming standby. A connection leads to one of them for as long as it lives.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend
from django.http import HttpRequest
from psycopg import Error
from psycopg_pool import PoolTimeout

from tracker.editions.tables import DESK, PUBLIC

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


OF_A_HOST = frozenset({"pool", "hostaddr", "target_session_attrs", "load_balance_hosts"})
"""Options of the readers' connection that belong to its hosts, or keep connections to them."""


@contextmanager
def newest_for_the_desk(request: HttpRequest) -> Iterator[None]:
    """Who has a session at the desk is led to the desk's server, in the readers' role: their own publish is there before any standby shows it.

    For everybody else, where both are the same server, and where the desk's does not answer, the block reads as readers do. What it gives must not be
    read on after it: that would be read as readers do, too.
    """
    usual = connections[PUBLIC]
    newest = _at_the_desk() if settings.SESSION_COOKIE_NAME in request.COOKIES else None
    if newest is None:
        yield
        return
    connections[PUBLIC] = newest
    try:
        yield
    finally:
        connections[PUBLIC] = usual
        newest.close()


def _at_the_desk() -> BaseDatabaseWrapper | None:
    """A connection of its own in the readers' role to the server that takes writes; None where there is no other, or it cannot be had."""
    desk, readers = connections.settings[DESK], connections.settings[PUBLIC]
    places = [(each["HOST"], each["PORT"], each["OPTIONS"].get("hostaddr"), each["OPTIONS"].get("service")) for each in (desk, readers)]
    if places[0] == places[1] or any(service for *_place, service in places):
        return None
    options = {name: value for name, value in readers["OPTIONS"].items() if name not in OF_A_HOST}
    if hostaddr := desk["OPTIONS"].get("hostaddr"):
        options["hostaddr"] = hostaddr
    options |= {"target_session_attrs": "primary", "connect_timeout": "3"}
    place = {"HOST": desk["HOST"], "PORT": desk["PORT"], "OPTIONS": options}
    newest: BaseDatabaseWrapper = load_backend(readers["ENGINE"]).DatabaseWrapper({**readers, **place}, PUBLIC)
    try:
        newest.ensure_connection()
    except OperationalError as error:
        logger.warning("The desk's server does not answer in the readers' role (%s).", " ".join(str(error).split()))
        return None
    return newest


@contextmanager
def one_moment(longest: int | None = None) -> Iterator[None]:
    """All that the block reads over the public connection is read as it stood at one moment.

    What is published meanwhile, or a standby takes over from its primary, is not read, so that no page is put together from two editions.
    ``longest``: milliseconds that one of its questions may take; without it as long as any reader's may.
    """
    begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
    if longest is not None:
        begin += f"; SET LOCAL statement_timeout = {longest:d}"  # both in one way to the server and back
    connection = connections[PUBLIC]
    connection.ensure_connection()
    session = connection.connection
    with connection.wrap_database_errors:
        session.execute(begin, prepare=False)
    try:
        yield
    finally:
        if not session.closed:
            with connection.wrap_database_errors:
                session.execute("COMMIT")  # of a transaction that failed PostgreSQL makes a rollback


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

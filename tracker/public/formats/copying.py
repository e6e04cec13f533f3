"""What the database copies out, over a connection of the file's own: nothing holds the whole of it."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections

from tracker.editions.tables import PUBLIC

CHUNK = 500
"""Rows that a stream takes from the database, and writes, at a time."""


def copied(asked: str | None, options: str) -> Iterator[list[bytes]]:
    """The rows that a query gives, as ``COPY`` writes them with these options, some at a time and as they come; none where there is no query.

    One statement, so of one moment. How long it may take is set by ``PUBLIC_FILE_TIMEOUT_MS``, as a reader may be slow.
    """
    if asked is None:
        return
    with _own_connection() as own, own.wrap_database_errors, own.connection.transaction(), own.cursor() as cursor:
        limit = str(settings.PUBLIC_FILE_TIMEOUT_MS)
        cursor.execute("SELECT set_config('statement_timeout', %s, true), set_config('datestyle', 'ISO', true)", [limit])
        with cursor.copy(f"COPY ({asked}) TO STDOUT ({options}, ENCODING 'UTF8')") as copy:
            rows = iter(copy)
            while block := list(itertools.islice(rows, CHUNK)):
                yield block


@contextmanager
def _own_connection() -> Iterator[Any]:
    """The public connection of this thread, taken out of its hands until the file is written.

    Over a connection on which something is copied out nothing else can be asked, and whoever reads the file may take long or hang up. Whatever is
    asked meanwhile opens another one; then this one goes back to the pool or is closed.
    """
    theirs, own = connections[PUBLIC], connections.create_connection(PUBLIC)
    theirs.ensure_connection()
    own.settings_dict = dict(theirs.settings_dict)
    own.connection, theirs.connection = theirs.connection, None
    own.inc_thread_sharing()  # what nobody reads to its end may be ended by any thread
    try:
        yield own
    finally:
        if theirs.connection is None and theirs.settings_dict["NAME"] == own.settings_dict["NAME"] and not own.connection.closed:
            theirs.connection, own.connection = own.connection, None
        own.close()

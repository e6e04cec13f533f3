"""How far an import has come, told on a connection of its own, so that it is seen while the import's transaction is open.

The same connection holds the batch against every other process for as long as one works on it, however that process ends.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import connector_params

from config.trouble import Trouble
from tracker.editorial.verbs import Refused
from tracker.jobs import tell
from tracker.jobs.models import BackgroundJob, JobState
from tracker.models import Import

KEY = "hashtextextended('policy-tracker import ' || %s, 0)"
SECONDS = 0.5
"""Between two words about a piece of work: nobody reads faster."""

Say = Callable[[str], None]


class AtWork(Trouble):
    """Another process is doing something with this batch."""


class Progress:
    """Tells how far a step has come: to whoever looks at the batch, to the job, and to whoever listens (a terminal)."""

    def __init__(self, connection: psycopg.Connection | None, batch: Import | None, listener: Say | None) -> None:
        """Begin. Without a connection of its own it tells the listener alone: nobody else sees what is only tried."""
        self.connection, self.batch, self.listener = connection, batch, listener
        self.rows, self.share, self._last = 0, 0.0, 0.0

    def say(self, words: str, *, rows: int | None = None, share: float | None = None, at_once: bool = True) -> None:
        """What it does; ``at_once`` even if it just spoke. A job whose worker is ending is interrupted here."""
        self.rows = self.rows if rows is None else rows
        self.share = self.share if share is None else min(max(share, 0.0), 1.0)
        if not at_once and time.monotonic() - self._last < SECONDS:
            return
        self._last = time.monotonic()
        if self.connection is not None and self.batch is not None:
            self.connection.execute(
                "INSERT INTO tracker_importprogress (batch_id, words, rows, share, at) VALUES (%(batch)s, %(words)s, %(rows)s, %(share)s, %(at)s)"
                " ON CONFLICT (batch_id) DO UPDATE SET words = EXCLUDED.words, rows = EXCLUDED.rows, share = EXCLUDED.share, at = EXCLUDED.at",
                {"batch": self.batch.pk, "words": words[:300], "rows": self.rows, "share": self.share, "at": timezone.now()},
            )
        tell(words)
        if self.listener is not None:
            self.listener(words)


@contextmanager
def held(batch: Import, listener: Say | None = None) -> Iterator[Progress]:
    """Hold a batch against every other process. :class:`AtWork` where another one has it."""
    with psycopg.connect(**connector_params("default"), autocommit=True) as connection:
        got = connection.execute(f"SELECT pg_try_advisory_lock({KEY})", [str(batch.pk)]).fetchone()
        if got is None or not got[0]:
            raise AtWork(_("Import #%(number)s is being worked on already; wait until that has ended.") % {"number": batch.pk})
        try:
            yield Progress(connection, batch, listener)
        finally:
            if not connection.broken:  # said, as PostgreSQL notices a closed connection only a moment later
                connection.execute(f"SELECT pg_advisory_unlock({KEY})", [str(batch.pk)])


def is_held(batch: Import) -> bool:
    """Whether a process is working on a batch at this moment."""
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({KEY})", [str(batch.pk)])
        free = cursor.fetchone()[0]
        if free:
            cursor.execute(f"SELECT pg_advisory_unlock({KEY})", [str(batch.pk)])
        return not free


def is_waited_for(batch: Import) -> bool:
    """Whether a step was asked for that a job has still to do, or is doing. One whose worker died is not waited for."""
    if batch.job is None:
        return False
    return BackgroundJob.objects.filter(pk=batch.job).with_state().filter(state__in=[JobState.WAITING, JobState.RUNNING]).exists()


def refuse_while_waited_for(batch: Import) -> None:
    """Nothing is decided about a batch between the moment a step is asked for and its end: it would do what nobody asked for."""
    if is_waited_for(batch):
        said = {"number": batch.pk}
        raise Refused(_("A step of import #%(number)s was asked for and has not ended yet; wait until it has.") % said)

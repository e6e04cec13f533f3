"""Running a job, for the queue or by hand: one at a time, with progress, and with one sentence at the end."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pghistory
import psycopg
from django.core.management import CommandError
from django.db import connections
from django.utils.translation import gettext as _
from procrastinate.contrib.django import connector_params
from procrastinate.exceptions import JobAborted

from config.trouble import Trouble

if TYPE_CHECKING:
    from tracker.jobs.declaring import Job

logger = logging.getLogger("tracker.jobs")
LONGEST_SENTENCE = 500  # characters
KEY = "hashtextextended('policy-tracker job ' || %s, 0)"
"""The number that PostgreSQL's advisory locks know a piece of work by."""

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


class RunningAlready(Trouble):
    """The same work is being done by another process."""


def tell(words: str) -> None:
    """Say how far a job has come. Where the worker is ending, the job is interrupted here, and comes back into the queue.

    To be called between two steps, outside any transaction that must not be broken off.
    """
    if (listener := _listener.get()) is not None:
        listener(words)


@contextmanager
def one_at_a_time(lock: str) -> Iterator[None]:
    """Hold this piece of work against every other process, on a connection of its own: it ends with the process, however that ends."""
    with psycopg.connect(**connector_params("default"), autocommit=True) as connection:
        held = connection.execute(f"SELECT pg_try_advisory_lock({KEY})", [lock]).fetchone()
        if held is None or not held[0]:
            raise RunningAlready(_("This job is running already; it can be run again when that has ended."))
        yield


def run_by_hand(job: "Job", arguments: Mapping[str, Any], progress: Callable[[str], None]) -> str:
    """Run a job in this process, outside the queue. Gives its sentence; its own failure is left to the caller."""
    with one_at_a_time(job.lock(arguments)), _heard_by(progress), pghistory.context(reason=str(job.title)):
        return job(**job.checked(arguments)) or _("Done.")


def run_queued(job: "Job", context: Any, arguments: Mapping[str, Any]) -> None:
    """Run a job that a worker took from the queue, and keep what it said or why it failed."""

    def listen(words: str) -> None:
        logger.debug("%s #%s: %s", job.name, context.job.id, words)
        if context.should_abort():
            raise JobAborted

    try:
        with one_at_a_time(job.lock(arguments)), _heard_by(listen), pghistory.context(reason=str(job.title)):
            said = job(**job.checked(arguments)) or _("Done.")
    except (JobAborted, RunningAlready):
        try:
            give_back(context.job.id)
        except Exception:
            logger.exception("The try of job #%s that was none could not be given back", context.job.id)
        raise  # it comes back by itself
    except Exception as error:
        logger.warning("%s #%s failed: %s", job.name, context.job.id, sentence_of(error))
        try:
            keep(context.job.id, sentence_of(error))
        except Exception:
            logger.exception("What job #%s failed of could not be kept", context.job.id)
        raise
    logger.info("%s #%s: %s", job.name, context.job.id, said)
    keep(context.job.id, said)


def give_back(number: int) -> None:
    """What was interrupted, or ran elsewhere, did not fail: it uses up none of the job's tries. The queue counts one when the job comes back."""
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = attempts - 1 WHERE id = %s AND status = 'doing'", [number])


def keep(number: int, sentence: str) -> None:
    """Remember the last that a job of the queue said; until then it said something else, or nothing."""
    from tracker.jobs.models import JobReport

    JobReport.objects.update_or_create(job_id=number, defaults={"sentence": sentence[:LONGEST_SENTENCE]})


def sentence_of(error: BaseException) -> str:
    """A failure for people: what was meant for them as it stands, anything else named on one line."""
    said = " ".join(str(error).split())
    if isinstance(error, Trouble | CommandError) and said:
        return said
    kind = type(error).__name__
    return _("It stopped at an unexpected error (%(error)s); the server's log has the details.") % {
        "error": f"{kind}: {said[:200]}" if said else kind
    }


@contextmanager
def _heard_by(listener: Callable[[str], None]) -> Iterator[None]:
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)

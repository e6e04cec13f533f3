"""What is done with the queue: putting in, running again, setting aside, and noticing what died."""

from typing import Any

from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import exceptions, sql
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job as Row
from procrastinate.manager import JobManager

from config.trouble import Trouble
from tracker.jobs.declaring import QUEUE, Job
from tracker.jobs.running import KEY, keep

ALIAS = "default"
# Over Django's own connection, also within a worker: what is put in belongs to the surrounding transaction.
_manager = JobManager(DjangoConnector(alias=ALIAS))


class NotNow(Trouble):
    """The job is in a state in which this cannot be done with it."""


def defer(job: Job, **arguments: Any) -> int:
    """Put a job into the queue, inside the surrounding transaction of the desk. Gives its number.

    Where the same work waits already, that one's number is given and nothing is added. (One that runs at the moment may have seen things
    as they were before: it is followed by another.) TypeError for arguments that the job does not take.
    """
    lock = job.lock(job.checked(arguments))
    row = Row(id=None, lock=lock, queueing_lock=lock, task_name=job.name, queue=QUEUE, task_kwargs=arguments)
    while True:
        try:
            with transaction.atomic(using=ALIAS):
                return int(_manager.defer_job(row).id or 0)
        except exceptions.AlreadyEnqueued:
            waiting = _rows().filter(queueing_lock=lock, status="todo").values_list("pk", flat=True).first()
            if waiting is not None:  # else a worker has taken it in this moment
                return waiting


def run_again(number: int) -> None:
    """Put a job that failed, or whose worker died, back into the queue: the same row, so there are never two of it.

    NotNow, in one sentence, where it is in another state or the same work waits already.
    """
    with transaction.atomic(using=ALIAS):
        _failed_or_dead(number)
        try:
            with transaction.atomic(using=ALIAS):
                _manager.retry_job_by_id(number, retry_at=timezone.now())
        except exceptions.UniqueViolation:
            raise NotNow(_("Job #%(number)s: the same work waits in the queue already.") % {"number": number}) from None


def set_aside(number: int) -> None:
    """Take a job that failed, or whose worker died, out of the list of failures without running it. NotNow where it is in another state."""
    with transaction.atomic(using=ALIAS):
        _failed_or_dead(number)
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = %s", [number])
            # Procrastinate notes by itself only the changes that it makes.
            cursor.execute("INSERT INTO procrastinate_events (job_id, type) VALUES (%s, 'cancelled')", [number])


def notice_the_dead() -> list[int]:
    """Jobs whose worker died count as failed from now on, with a sentence that says so; gives their numbers.

    Until then nothing else with the same lock would be taken from the queue. A worker that has only been silent, on a machine that slept,
    still holds its work's lock, and is left alone.
    """
    found = []
    with transaction.atomic(using=ALIAS):
        for row in _rows().stalled().select_for_update(of=("self",), skip_locked=True):
            if not _is_free(row):
                continue
            _manager.connector.get_sync_connector().execute_query(sql.queries["finish_job"], job_id=row.pk, status="failed", delete_job=False)
            keep(row.pk, _("The worker ended while the job was running: it was killed, or its machine stopped."))
            found.append(row.pk)
    return found


def _rows() -> Any:
    from tracker.jobs.models import BackgroundJob

    return BackgroundJob.objects.using(ALIAS)


def _failed_or_dead(number: int) -> Any:
    """The row, locked until the transaction ends: of two people who press the button, the second finds another state."""
    row = _rows().filter(pk=number).select_for_update().first()
    if row is None:
        raise NotNow(_("Job #%(number)s is gone.") % {"number": number})
    if row.status == "failed" or (_rows().stalled().filter(pk=number).exists() and _is_free(row)):
        return row
    raise NotNow(_("Job #%(number)s has neither failed nor lost its worker.") % {"number": number})


def _is_free(row: Any) -> bool:
    """Whether no process is doing this work, as far as PostgreSQL knows; holds it until the transaction ends."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({KEY})", [row.lock or f"#{row.pk}"])
        return cursor.fetchone()[0]

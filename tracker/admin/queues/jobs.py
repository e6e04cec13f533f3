"""The queue of background jobs that need a person."""

import datetime as dt
from typing import Any

from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.utils.translation import gettext_lazy as _

from tracker.admin.queues.base import Queue
from tracker.admin.queues.rows import day, rows
from tracker.jobs.declaring import declared
from tracker.jobs.models import BackgroundJob


def _failed(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    records = BackgroundJob.objects.in_trouble().with_state()
    titles = [When(task_name=name, then=Value(str(job.title))) for name, job in declared().items()]
    what = Case(*titles, default=F("task_name"), output_field=TextField())
    return {"job": rows(records, opens=("jobs.backgroundjob", F("pk")), what=what, since=day("since"), why="failed")}


JOBS = Queue(
    name="jobs",
    label=_("Jobs that failed"),
    advice=_("In the background, or their worker died. An administrator runs them again or sets them aside."),
    right="jobs.view_backgroundjob",
    groups=_failed,
    reasons={"failed": _("look at what it said last")},
)

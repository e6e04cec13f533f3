"""The job that tidies up after the others."""

import datetime as dt

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.jobs.declaring import job
from tracker.jobs.models import BackgroundJob
from tracker.jobs.running import tell

AT_ONCE = 1000


@job("housekeeping", title=gettext_lazy("Remove finished jobs and expired sessions"), cron="17 3 * * *", alone=True)
def housekeeping(*, days: int | None = None) -> str:
    """Remove jobs that ended ``days`` days ago (by default FINISHED_JOB_DAYS) and sessions that have expired.

    Failures stay until they are made good or set aside.

    Safe to run twice: it removes what is old, and the second time nothing old is left.
    """
    limit = timezone.now() - dt.timedelta(days=settings.FINISHED_JOB_DAYS if days is None else days)
    removed = 0
    while numbers := list(BackgroundJob.objects.finished_before(limit).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with connections["default"].cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", [numbers])
        removed += len(numbers)
        tell(_("%(count)s jobs removed") % {"count": removed})
    sessions, _of_each = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return _("Removed %(jobs)s finished jobs and %(sessions)s expired sessions.") % {"jobs": removed, "sessions": sessions}

"""Background jobs: work that nobody should wait for, and work of the night. They wait in tables of the same PostgreSQL (Procrastinate).

A job is declared once, as a plain function in a module that ``settings.JOB_MODULES`` names:

    from tracker.jobs import job, tell

    @job("check_links", title=_("Check the links of documents"), cron="40 2 * * *", retries=2)
    def check_links(*, older_than_days: int = 7) -> str:
        \"\"\"...what it does. Safe to run twice: a link that was checked today is left out.\"\"\"
        for number, document in enumerate(documents, 1):
            tell(_("%(number)s of %(count)s") % {...})  # progress; the place where it may be interrupted
            ...
        return _("Checked %(count)s links; %(broken)s are broken.") % {...}

It is put into the queue inside the transaction that surrounds the call (rolled back, nothing was queued):

    defer(check_links, older_than_days=1)

and run by hand with ``manage.py run_job check_links --older-than-days 1``, or in a test with ``check_links(older_than_days=1)``.

A worker may be killed at any moment and a person may then run the job again, so the function must be safe to run twice, and its docstring
says why it is. The same work (same job, same arguments) neither waits twice nor runs twice at the same time.
"""

from tracker.jobs.declaring import Job, declared, job
from tracker.jobs.queueing import defer
from tracker.jobs.running import RunningAlready, tell

__all__ = ["Job", "RunningAlready", "declared", "defer", "job", "tell"]

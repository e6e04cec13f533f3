"""The queue as people see it, and what each job said."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from tracker.jobs import declaring

SILENCE = 30
"""Seconds without a sign of life (one comes every ten) after which a worker counts as dead."""


class JobState(models.TextChoices):
    """What has become of a job."""

    FAILED = "failed", _("failed")
    STALLED = "stalled", _("its worker died")
    RUNNING = "running", _("running")
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    ASIDE = "aside", _("set aside")


class JobQuerySet(models.QuerySet["BackgroundJob"]):
    """Questions about the queue."""

    def stalled(self) -> "JobQuerySet":
        """Taken by a worker that gives no sign of life any more."""
        return self.filter(_dead())

    def in_trouble(self) -> "JobQuerySet":
        """What a person should look at: failed or without its worker, and the same work has not succeeded since."""
        since = BackgroundJob.objects.filter(lock=models.OuterRef("lock"), id__gt=models.OuterRef("id"), status="succeeded")
        return self.filter(models.Q(status="failed") | _dead()).exclude(models.Exists(since))

    def with_state(self) -> "JobQuerySet":
        """``state``, a :class:`JobState`, and ``since``, when it came into it."""
        last = ProcrastinateEvent.objects.filter(job=models.OuterRef("pk")).exclude(type="scheduled").order_by("-at").values("at")[:1]
        state = models.Case(
            models.When(status="failed", then=models.Value(JobState.FAILED.value)),
            models.When(_dead(), then=models.Value(JobState.STALLED.value)),
            models.When(status="doing", then=models.Value(JobState.RUNNING.value)),
            models.When(status="todo", then=models.Value(JobState.WAITING.value)),
            models.When(status="succeeded", then=models.Value(JobState.DONE.value)),
            default=models.Value(JobState.ASIDE.value),
        )
        return self.annotate(state=state, since=models.Subquery(last))

    def finished_before(self, moment: dt.datetime) -> "JobQuerySet":
        """What need not be kept: done or set aside, or failed and made good since, all before that moment."""
        later = ProcrastinateEvent.objects.filter(job=models.OuterRef("pk"), at__gte=moment)
        made_good = models.Q(status="failed") & ~models.Q(pk__in=BackgroundJob.objects.in_trouble().values("pk"))
        return self.filter(models.Q(status__in=["succeeded", "cancelled", "aborted"]) | made_good).exclude(models.Exists(later))


def _dead() -> models.Q:
    silent = models.Q(worker__last_heartbeat__lt=Now() - dt.timedelta(seconds=SILENCE))
    return models.Q(status="doing") & (models.Q(worker__isnull=True) | silent)


class BackgroundJob(ProcrastinateJob):
    """A job in the queue: Procrastinate's row, with our words for it. Written by tracker.jobs.queueing and the workers alone."""

    objects = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        """Everyone who may see jobs reads them; running one again is a right of its own."""

        proxy = True
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        default_permissions = ("view",)
        permissions = [("run_again", "Can run a background job again or set it aside")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"

    @property
    def title(self) -> str:
        """What it does."""
        known = declaring.declared().get(self.task_name)
        return str(known.title) if known else self.task_name

    @property
    def arguments(self) -> str:
        """With what, in words."""
        known = declaring.declared().get(self.task_name)
        given: dict[str, Any] = {name: value for name, value in self.args.items() if name != "timestamp"}
        return known.in_words(given) if known else declaring.in_words(given)

    @property
    def said(self) -> str:
        """Its last sentence: what it did, or why it failed."""
        report: JobReport | None = getattr(self, "report", None)
        return report.sentence if report else ""


class JobReport(models.Model):
    """The last sentence that a job said. It goes with the job (the migration adds the foreign key, as only the database removes jobs)."""

    job = models.OneToOneField(BackgroundJob, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="report")
    sentence = models.TextField(_("sentence"))

    class Meta:
        """Nothing that people enter, so nothing that a role may do with it."""

        default_permissions = ()

    def __str__(self) -> str:
        return self.sentence

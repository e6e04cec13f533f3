"""Background jobs: what waits, runs and failed, each in words; what failed can be run again or set aside."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from tracker.admin.submissions import ReadAdmin
from tracker.jobs import queueing
from tracker.jobs.declaring import declared
from tracker.jobs.models import BackgroundJob, JobState

admin.site.unregister(ProcrastinateJob)  # the library's own page speaks of tasks and arguments in JSON

HAPPENED = {
    "deferred": _("Put into the queue"),
    "started": _("Started"),
    "deferred_for_retry": _("Put back into the queue"),
    "failed": _("Failed"),
    "succeeded": _("Done"),
    "cancelled": _("Set aside"),
    "aborted": _("Broken off"),
    "retried": _("Run again"),
}

OF_IMPORTS = frozenset({"preview_import", "apply_import", "undo_import", "hand_in_import"})
"""Jobs whose argument is the number of an import."""

STEPS: dict[str, tuple[Any, Callable[[int], None], Any]] = {
    "run_again": (_("Run again"), queueing.run_again, _("Job #%(number)s is in the queue again.")),
    "set_aside": (_("Set aside"), queueing.set_aside, _("Job #%(number)s is set aside; it is not run again by itself.")),
}
"""What a person may do with a job that failed: the button, what it does, what is said then."""


class StateFilter(admin.SimpleListFilter):
    """The states, as people call them; both kinds of failure are one list, the one that the front page counts."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """A job whose worker died has failed."""
        return [("trouble", _("failed, and not made good since")), *((state.value, state.label) for state in JobState)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Exactly these."""
        if self.value() == "trouble":
            return queryset.in_trouble()
        return queryset.filter(state=self.value()) if self.value() in JobState.values else queryset


class TitleFilter(admin.SimpleListFilter):
    """Which job, by its title."""

    title = _("job")
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Those that are declared."""
        return [(job.name, job.title) for job in declared().values()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Exactly these."""
        return queryset.filter(task_name=self.value()) if self.value() in declared() else queryset


@admin.register(BackgroundJob)
class BackgroundJobAdmin(ReadAdmin):
    """What runs in the background. Workers write it; a person decides about what failed."""

    change_form_template = "admin/tracker/background_job.html"
    list_display = ("number", "what", "state_word", "when", "sentence")
    list_display_links = ("number", "what")
    list_filter = (StateFilter, TitleFilter)
    search_fields = ("=id", "task_name", "report__sentence")
    ordering = ("-id",)
    related = ("report",)
    actions = ("run_again", "set_aside")
    fieldsets = ((None, {"fields": ("what", "arguments", "sentence", "when", "next_try", "attempts", "happened")}),)
    readonly_fields = ("what", "arguments", "sentence", "when", "next_try", "happened")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With its state, and since when."""
        found: Any = super().get_queryset(request)
        return found.with_state()

    # In words

    @admin.display(description="#", ordering="id")
    def number(self, job: BackgroundJob) -> str:
        """As people call it."""
        return f"#{job.pk}"

    @admin.display(description=_("job"), ordering="task_name")
    def what(self, job: BackgroundJob) -> str:
        """Its title, and with what."""
        return f"{job.title} · {job.arguments}" if job.arguments else job.title

    @admin.display(description=_("with"))
    def arguments(self, job: BackgroundJob) -> str:
        """The arguments; those of an import lead to its page."""
        number = job.args.get("number")
        if job.task_name in OF_IMPORTS and isinstance(number, int):
            return format_html('<a href="{}">{}</a>', reverse("admin:tracker_import_change", args=[number]), job.arguments)
        return job.arguments or "–"

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, job: Any) -> str:
        """In a word."""
        return format_html('<span class="review job-{}">{}</span>', job.state, JobState(job.state).label)

    @admin.display(description=_("since"), ordering="since")
    def when(self, job: Any) -> str:
        """When it came into its state."""
        return _moment(job.since)

    @admin.display(description=_("next try"))
    def next_try(self, job: Any) -> str:
        """Of one that waits: when it comes back by itself."""
        waits = job.state == JobState.WAITING and job.scheduled_at and job.scheduled_at > timezone.now()
        return _moment(job.scheduled_at) if waits else "–"

    @admin.display(description=_("what it said"))
    def sentence(self, job: BackgroundJob) -> str:
        """What it did, or why it failed."""
        return job.said or "–"

    @admin.display(description=_("what happened"))
    def happened(self, job: BackgroundJob) -> str:
        """Its course, oldest first."""
        return format_html('<ol class="course">{}</ol>', format_html_join("", "<li>{}: {}</li>", _course(job)))

    # Running again

    def has_run_again_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return request.user.has_perm("jobs.run_again")

    @admin.action(description=_("Run again"), permissions=["run_again"])
    def run_again(self, request: HttpRequest, queryset: Any) -> None:
        """Put failed jobs back into the queue."""
        self._decide(request, queryset.order_by("pk").values_list("pk", flat=True), "run_again")

    @admin.action(description=_("Set aside"), permissions=["run_again"])
    def set_aside(self, request: HttpRequest, queryset: Any) -> None:
        """Leave failed jobs be."""
        self._decide(request, queryset.order_by("pk").values_list("pk", flat=True), "set_aside")

    def get_urls(self) -> list[Any]:
        """The buttons of a single job."""
        return [
            path("<int:pk>/decide/<slug:step>/", self.admin_site.admin_view(self.decide_view), name="jobs_backgroundjob_decide"),
            *super().get_urls(),
        ]

    def decide_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """A button was pressed."""
        if step not in STEPS or not self.has_run_again_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._decide(request, [pk], step)
        if not BackgroundJob.objects.filter(pk=pk).exists():
            return HttpResponseRedirect(reverse("admin:jobs_backgroundjob_changelist"))
        return HttpResponseRedirect(reverse("admin:jobs_backgroundjob_change", args=[pk]))

    def _decide(self, request: HttpRequest, numbers: Iterable[int], step: str) -> None:
        _button, verb, done = STEPS[step]
        for number in numbers:
            try:
                verb(number)
            except queueing.NotNow as refused:
                self.message_user(request, str(refused), messages.WARNING)
            else:
                self.message_user(request, done % {"number": number})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With its state on top, and the buttons where something is to be decided."""
        job = kwargs["obj"]
        context["state"] = JobState(job.state)
        if job.state in (JobState.FAILED, JobState.STALLED) and self.has_run_again_permission(request):
            context["steps"] = [
                (button, reverse("admin:jobs_backgroundjob_decide", args=[job.pk, step])) for step, (button, _verb, _done) in STEPS.items()
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A job is no record with versions: its course stands on its own page."""
        return HttpResponseRedirect(reverse("admin:jobs_backgroundjob_change", args=[object_id]))


def _course(job: BackgroundJob) -> list[tuple[str, str]]:
    events = ProcrastinateEvent.objects.filter(job=job.pk).exclude(type="scheduled").order_by("at", "pk")
    return [(_moment(event.at), str(HAPPENED.get(event.type, event.type))) for event in events]


def _moment(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else gettext("–")

"""Submissions: what was submitted together, for a second person to read, approve or return, and publish."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from tracker.admin import comments, workflow
from tracker.admin.base import NounAdmin, OfThoseUsed
from tracker.admin.reading import readings
from tracker.admin.worklists import OF_SUBMISSIONS, submissions_in
from tracker.models import Submission, User, Version

READ_AT_ONCE = 20
"""Versions whose whole content stands on the page of their submission; of a larger one each opens on its own page."""

LISTED_AT_ONCE = 200


class QueueFilter(admin.SimpleListFilter):
    """The queues of the front page."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """As the front page names them."""
        return [(name, label) for name, (label, _advice) in OF_SUBMISSIONS.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """The rows that the front page counted."""
        queue = self.value()
        return submissions_in(queue, queryset, request.user) if queue in OF_SUBMISSIONS else queryset


class ReadAdmin(NounAdmin):
    """A noun that verbs write: shown, never edited in a form."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Submission)
class SubmissionAdmin(ReadAdmin):
    """Versions that are approved and published whole."""

    change_form_template = "admin/tracker/submission.html"
    list_display = ("number", "state_word", "reason", "holds", "commented", "submitted_by", "submitted_at", "decided_by", "edition")
    list_display_links = ("number", "reason")
    list_filter = (QueueFilter, "state", ("submitted_by", OfThoseUsed))
    search_fields = ("=id", "reason", "decision_reason", "versions__key", "versions__title")
    ordering = ("-id",)
    related = ("submitted_by", "decided_by")
    actions = ("approve", "publish", "return_to_author", "take_back")
    fieldsets = ((None, {"fields": ("reason", "submitted", "decided", "decision_reason", "edition")}),)
    readonly_fields = ("submitted", "decided")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With how many records each holds, and how many comments wait."""
        held = Version.objects.filter(submission=models.OuterRef("pk")).order_by().values("submission").annotate(n=models.Count("pk")).values("n")
        return comments.with_open(super().get_queryset(request).annotate(_holds=models.Subquery(held)))

    @admin.display(description="#", ordering="id")
    def number(self, submission: Submission) -> str:
        """As people call it."""
        return f"#{submission.pk}"

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, submission: Submission) -> str:
        """In a word."""
        return format_html('<span class="review review-{}">{}</span>', submission.state, submission.get_state_display())

    @admin.display(description=_("records"), ordering="_holds")
    def holds(self, submission: Any) -> int:
        """How many."""
        return submission._holds or 0

    @admin.display(description=_("comments"), ordering="_open_comments")
    def commented(self, submission: Any) -> str:
        """How many wait to be settled."""
        return comments.count_in_words(submission._open_comments or 0)

    @admin.display(description=_("submitted"))
    def submitted(self, submission: Submission) -> str:
        """By whom and when."""
        return in_words(submission.submitted_by, submission.submitted_at)

    @admin.display(description=_("approved or returned"))
    def decided(self, submission: Submission) -> str:
        """By whom and when."""
        return in_words(submission.decided_by, submission.decided_at)

    # What may be done with it

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Reviewers."""
        return request.user.has_perm("tracker.review")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Reviewers."""
        return request.user.has_perm("tracker.publish")

    def has_take_back_permission(self, request: HttpRequest) -> bool:
        """Who submits may take back, a reviewer too; which submissions, the page says."""
        return request.user.has_perm("tracker.submit") or request.user.has_perm("tracker.review")

    @admin.action(description=_("Approve"), permissions=["review"])
    def approve(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """A second person approves exactly these versions."""
        return workflow.ask_about_submissions(self, request, queryset, workflow.APPROVE)

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """Write the edition."""
        return workflow.ask_about_submissions(self, request, queryset.order_by("pk"), workflow.PUBLISH)

    @admin.action(description=_("Return to the author"), permissions=["review"])
    def return_to_author(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """Send it back with a reason."""
        return workflow.ask_about_submissions(self, request, queryset, workflow.RETURN)

    @admin.action(description=_("Take back"), permissions=["take_back"])
    def take_back(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """Before it is published."""
        return workflow.ask_about_submissions(self, request, queryset, workflow.TAKE_BACK)

    def get_urls(self) -> list[Any]:
        """The page of each step for a single submission."""
        return [
            path("<int:pk>/step/<slug:action>/", self.admin_site.admin_view(self.step_view), name="tracker_submission_step"),
            *super().get_urls(),
        ]

    def step_view(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Ask about one submission."""
        chosen = self.get_queryset(request).filter(pk=pk)
        if action not in self.actions or action not in self.get_actions(request) or not chosen:
            raise PermissionDenied
        return getattr(self, action)(request, chosen)

    # The page

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the versions for reading, and a button for each step: usable, or saying why not."""
        submission: Submission = kwargs["obj"]
        versions = list(submission.versions.select_related("submission", "recorded_by", "edited_by", "approved_by")[:LISTED_AT_ONCE])
        context["versions"] = readings(versions, request, self.admin_site._registry, whole=len(versions) <= READ_AT_ONCE)
        context["open_comments"] = comments.count_in_words(getattr(submission, "_open_comments", 0) or 0)
        context["held"] = submission.versions.count()
        context["more_url"] = f"{reverse('admin:tracker_version_changelist')}?submission__id__exact={submission.pk}"
        context["steps"] = [
            {
                "step": step,
                "url": reverse("admin:tracker_submission_step", args=[submission.pk, step.action]),
                "why_not": workflow.why_not(step, submission, request.user),
            }
            for step in workflow.DECISIONS
            if submission.state in step.states
        ]
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Version)
class VersionAdmin(ReadAdmin):
    """A record exactly as it was submitted."""

    change_form_template = "admin/tracker/version.html"
    list_display = ("title", "kind", "key", "change", "submission", "edited_by", "approved_by")
    list_filter = ("kind", "change", "provenance")
    search_fields = ("key", "title")
    ordering = ("-submission_id", "kind", "key")
    related = ("submission", "recorded_by", "edited_by", "approved_by")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "submission",
                    ("kind", "key"),
                    "change",
                    ("recorded_by", "edited_by"),
                    ("approved_by", "approved_at"),
                    "provenance",
                )
            },
        ),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from its submission."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The page of a large submission links to the list of its versions."""
        return lookup == "submission__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Bodies are long: a list does not need them."""
        found = super().get_queryset(request)
        return found if request.resolver_match and request.resolver_match.kwargs.get("object_id") else found.defer("body")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With its content for reading."""
        (context["reading"],) = readings([kwargs["obj"]], request, self.admin_site._registry, whole=True)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        """And those of its comments."""
        return [*comments.urls(self), *super().get_urls()]


def in_words(person: User | None, moment: dt.datetime | None) -> str:
    """A person and a time."""
    return f"{person.public_name}, {date_format(timezone.localtime(moment), 'DATETIME_FORMAT')}" if person and moment else "–"

"""The pages of what is reviewed and published: documents, recommendations, actions and assessments."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin import comments, versions, workflow
from tracker.admin.base import DeskList, NounAdmin, touch
from tracker.admin.reviewstate import (
    APPROVED,
    DRAFT,
    EDITED,
    PUBLIC,
    RETURNED,
    WAITING,
    WITHDRAWN,
    ReviewState,
    in_state,
    review_state,
    review_states,
)
from tracker.editorial.freeze import kind_of
from tracker.exchange.imports import imports_of
from tracker.models import Challenge
from tracker.models.base import Publishable
from tracker.rules.vocabulary import ChallengeState


class ReviewFilter(admin.SimpleListFilter):
    """Where the records stand between draft and public."""

    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """In the order of the work."""
        return [
            (DRAFT, _("Drafts")),
            (WAITING, _("Submitted")),
            (RETURNED, _("Returned")),
            (APPROVED, _("Approved")),
            (PUBLIC, _("Published")),
            (EDITED, _("Edited since published")),
            (WITHDRAWN, _("Withdrawn")),
        ]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """The records in the chosen state."""
        state = self.value()
        return in_state(queryset, state) if state in dict(self.lookup_choices) else queryset


class MineFilter(admin.SimpleListFilter):
    """Whose records."""

    title = _("person")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Mine, or everybody's."""
        return [("me", _("Recorded or last edited by me"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Those that the user recorded or edited last."""
        return of_user(queryset, request.user) if self.value() == "me" else queryset


def of_user(records: models.QuerySet[Any], user: Any) -> models.QuerySet[Any]:
    """What a person recorded or edited last."""
    return records.filter(models.Q(recorded_by=user) | models.Q(edited_by=user))


class ReviewedList(DeskList):
    """A list whose rows know where they stand, found for all of them at once."""

    def get_results(self, request: HttpRequest) -> None:
        """The page of results, each with its ``review``."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        states = review_states(self.result_list)
        for record in self.result_list:
            record.review = states[record.pk]


class PublishableAdmin(NounAdmin):
    """A record that is reviewed and published: a document, a recommendation, an action or an assessment."""

    change_form_template = "admin/tracker/record_form.html"
    change_list_template = "admin/tracker/record_list.html"
    actions = ("submit_for_review", "withdraw_from_site", "take_down_from_site")
    key_field = "key"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Ours."""
        return ReviewedList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the way to deleted drafts."""
        return super().changelist_view(request, {"deleted_url": versions.may_see_deleted(self, request), **(extra_context or {})})

    @admin.display(description=_("review"))
    def review(self, record: Publishable) -> str:
        """The word for where it stands."""
        state: ReviewState = record.review  # type: ignore[attr-defined]
        return format_html('<span class="review review-{}">{}</span>', state.tone, state.word)

    def public_address(self, record: Any) -> str:
        """Its address on the public site."""
        raise NotImplementedError

    def view_on_site(self, record: Any) -> str | None:
        """Its public address; none while the public has no such page."""
        return self.public_address(record) if self.is_public(record) else None

    def is_public(self, obj: Any) -> bool:
        """Whether readers see it."""
        return self.state_of(obj).edition is not None

    def state_of(self, obj: Any) -> ReviewState:
        """Where it stands; looked up once for each page."""
        if not hasattr(obj, "_review_state"):
            obj._review_state = review_state(obj)
        return obj._review_state

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key stands in public addresses: it stays once a version was submitted."""
        fixed = (self.key_field,) if obj and self.state_of(obj).ever_submitted else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key is proposed for a new record only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft may go; what was submitted stays in the record of the review."""
        return super().has_delete_permission(request, obj) and not (obj and self.state_of(obj).ever_submitted)

    def has_submit_permission(self, request: HttpRequest) -> bool:
        """Researchers and reviewers."""
        return request.user.has_perm("tracker.submit")

    def has_take_down_permission(self, request: HttpRequest) -> bool:
        """Whether the user may ask for what the law asks for."""
        return request.user.has_perm("tracker.take_down")

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Reviewers."""
        return request.user.has_perm("tracker.review")

    # Saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Note who recorded it first and who edited it last."""
        if not change:
            obj.recorded_by = request.user
        if not change or form.changed_content:
            obj.edited_by = request.user
        super().save_model(request, obj, form, change)

    def rows_changed(self, request: HttpRequest, obj: Any) -> None:
        """An edit of its rows is an edit of the record."""
        touch(type(obj)._default_manager.filter(pk=obj.pk), request.user)  # type: ignore[arg-type]

    # Pages

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """With the versions, to compare and to restore."""
        return super().history_view(request, object_id, {**versions.on_history(self, request, object_id), **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        """The page that asks before a single record is submitted or withdrawn."""
        name = self.opts.model_name
        return [
            path("<int:pk>/submit/", self.admin_site.admin_view(self.submit_view), name=f"tracker_{name}_submit"),
            path("<int:pk>/withdraw/", self.admin_site.admin_view(self.withdraw_view), name=f"tracker_{name}_withdraw"),
            path("<int:pk>/take-down/", self.admin_site.admin_view(self.take_down_view), name=f"tracker_{name}_take_down"),
            *versions.urls(self),
            *super().get_urls(),
        ]

    def submit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why, and what else goes with it."""
        return self._single(request, pk, "submit_for_review")

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why it goes."""
        return self._single(request, pk, "withdraw_from_site")

    def take_down_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask what the law asks for."""
        return self._single(request, pk, "take_down_from_site")

    def _single(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        chosen = self.get_queryset(request).filter(pk=pk)
        if not chosen or action not in self.get_actions(request):
            raise PermissionDenied
        return getattr(self, action)(request, chosen)

    @admin.action(description=_("Submit for review"), permissions=["submit"])
    def submit_for_review(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        """Bundle the chosen records and what they need."""
        return workflow.ask_about_records(self, request, queryset, workflow.SUBMIT)

    @admin.action(description=_("Withdraw from the site"), permissions=["review"])
    def withdraw_from_site(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        """Ask for the chosen records to be taken off the site."""
        return workflow.ask_about_records(self, request, queryset, workflow.WITHDRAW)

    @admin.action(description=_("Take down for legal reasons"), permissions=["take_down"])
    def take_down_from_site(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        """Ask for the chosen records to be taken down, past days included."""
        return workflow.ask_about_records(self, request, queryset, workflow.TAKE_DOWN)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With where the record stands, and what may be done with it."""
        record = kwargs.get("obj")
        context["may_submit"] = self.has_submit_permission(request)
        context["notice"] = self.notice(request, record)
        if record is not None:
            context["challenges"] = Challenge.objects.filter(kind=kind_of(record), key=record.public_key, state=ChallengeState.OPEN.value)
            context["imports"] = imports_of(record)
            context["tools"] = self.tools(request, record)
            context["review"] = state = self.state_of(record)
            if state.shipped and not state.edited and context["may_submit"]:
                submit_url = reverse(f"admin:tracker_{self.opts.model_name}_submit", args=[record.pk])
                context["confirm_url"] = f"{submit_url}?{urlencode({'reason': gettext('Reviewed here as it is.')})}"
            context["may_withdraw"] = state.edition is not None and self.has_review_permission(request)
            comments.onto_form(request, context, record)
            if state.edition is not None and self.has_take_down_permission(request):
                context["take_down_url"] = reverse(f"admin:tracker_{self.opts.model_name}_take_down", args=[record.pk])
            if context["may_withdraw"]:
                context["withdraw_url"] = reverse(f"admin:tracker_{self.opts.model_name}_withdraw", args=[record.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def tools(self, request: HttpRequest, record: Any) -> list[tuple[str, Any]]:
        """Links above a record's form beside those that every noun has: address and words."""
        return []

    def notice(self, request: HttpRequest, record: Any) -> str:
        """What stands at the top of the form; empty for nothing. ``record`` is None on the form of a new one."""
        return ""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Saved; on to the submission where that button was pressed."""
        return self._on_to_submission(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Saved; on to the submission where that button was pressed."""
        return self._on_to_submission(request, obj) or super().response_change(request, obj)

    def _on_to_submission(self, request: HttpRequest, obj: Any) -> HttpResponse | None:
        if "_submit_for_review" not in request.POST or not self.has_submit_permission(request):
            return None
        return HttpResponseRedirect(reverse(f"admin:tracker_{self.opts.model_name}_submit", args=[obj.pk]))

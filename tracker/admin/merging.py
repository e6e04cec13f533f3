"""Merge a duplicate: choose the record that stays, see both side by side and what will be moved, say why."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ForeignKey
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.bundle import states_of
from tracker.admin.choosing import ChooseOne
from tracker.admin.content import side_by_side
from tracker.admin.workflow import sentences
from tracker.editorial.bundles import find, name_of
from tracker.editorial.freeze import PREFETCH, freeze, kind_of
from tracker.editorial.merging import Merger, merge, rehearse
from tracker.editorial.verbs import Refused
from tracker.signin.keeping import outlives_session, sent


class WhichStays(forms.Form):
    """The record that stays, found by typing or, without scripts, named by its key."""

    into = forms.ModelChoiceField(queryset=None, required=False, label=_("The record that stays"))
    named = forms.CharField(required=False, label=_("or its key"))

    def __init__(self, *args: Any, model_admin: Any, relation: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model_admin = model_admin
        field: Any = self.fields["into"]
        field.widget = ChooseOne(relation, model_admin.admin_site)
        field.queryset = model_admin.model._default_manager.all()

    def clean(self) -> dict[str, Any]:
        """One record, by either field."""
        data = self.cleaned_data
        if data.get("into") is None and data.get("named"):
            found = self.model_admin.model._default_manager.filter(**{self.model_admin.key_field: data["named"].strip()}).first()
            if found is None:
                self.add_error("named", gettext("No record has the key %(key)s.") % {"key": data["named"]})
            data["into"] = found
        return data


class Mergeable(admin.ModelAdmin):
    """Adds the page to the pages of a noun. ``chosen_by`` is a relation of the desk by which its records are searched for."""

    chosen_by: ForeignKey

    def get_urls(self) -> list[Any]:
        """With the page."""
        name = f"tracker_{self.opts.model_name}_merge"
        return [path("<int:pk>/merge/", self.admin_site.admin_view(self.merge_view), name=name), *super().get_urls()]

    def may_merge(self, request: HttpRequest) -> bool:
        """Who may change both and submit; a second person approves."""
        return self.has_change_permission(request) and request.user.has_perm("tracker.submit")

    def tools(self, request: HttpRequest, record: Any) -> list[tuple[str, Any]]:
        """The links above a record's form: address and words."""
        found = super().tools(request, record)  # type: ignore[misc]
        if self.may_merge(request):
            found.append((reverse(f"admin:tracker_{self.opts.model_name}_merge", args=[record.pk]), _("Merge into …")))
        return found

    @outlives_session
    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose; see what it would do; do it."""
        duplicate: Any = self.get_queryset(request).filter(pk=pk).first()
        if duplicate is None or not self.may_merge(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else request.GET
        which = WhichStays(data if "into" in data or "named" in data else None, model_admin=self, relation=self.chosen_by)
        into = which.cleaned_data.get("into") if which.is_bound and which.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Merge %(record)s") % {"record": duplicate},
            "opts": self.opts,
            "duplicate": duplicate,
            "which": which,
            "media": self.media + which.media,
            "reason": request.POST.get("reason", ""),
            "errors": [],
        }
        if into is not None:
            answered = {name: str(value) for name, value in request.POST.items()}  # the questions' among them, by their names
            if sent(request):
                try:
                    return self._merged(request, self._do(request, duplicate, into, answered))
                except (Refused, ValidationError) as error:
                    context["errors"] = sentences(error)
            rehearsal = rehearse(duplicate, into=into, by=request.user, choices=answered)  # type: ignore[arg-type]
            context |= self._shown(duplicate, into, rehearsal)
            context["errors"] = context["errors"] or rehearsal.refusals
        return TemplateResponse(request, "admin/tracker/merge.html", context)

    def _do(self, request: HttpRequest, duplicate: Any, into: Any, answered: dict[str, str]) -> Merger:
        user: Any = request.user
        return merge(duplicate, into=into, by=user, reason=request.POST.get("reason", "").strip(), choices=answered)

    def _merged(self, request: HttpRequest, done: Merger) -> HttpResponse:
        names = {"duplicate": done.duplicate.public_key, "into": done.into.public_key}
        if done.submission is not None:
            url = reverse("admin:tracker_submission_change", args=[done.submission.pk])
            text = gettext(
                "%(duplicate)s is merged into %(into)s at the desk. Readers see it, and the old address leads on, once a second person has"
                " approved and published this submission."
            )
            messages.success(request, text % names)
            return HttpResponseRedirect(url)
        text = gettext("%(duplicate)s is merged into %(into)s and deleted.") if done.deleted else gettext("%(duplicate)s is merged into %(into)s.")
        messages.success(request, text % names)
        if done.drafts:
            changed = ", ".join(record.public_key for record in done.drafts)
            messages.info(request, format_html(gettext("Changed by it, for you to submit when they are ready: {}."), changed))
        return HttpResponseRedirect(reverse(f"admin:tracker_{self.opts.model_name}_change", args=[done.into.pk]))

    def _shown(self, duplicate: Any, into: Any, rehearsal: Merger) -> dict[str, Any]:
        kind = kind_of(duplicate)
        both = self.model._default_manager.filter(pk__in=[duplicate.pk, into.pk]).prefetch_related(*PREFETCH[kind])
        bodies = {record.pk: freeze(record) for record in both}
        return {
            "into": into,
            "merger": rehearsal,
            "rows": side_by_side(bodies[duplicate.pk], bodies[into.pk], kind) if len(bodies) == 2 else [],
            # Where they stand now, not where the rehearsal put them.
            "publishing": states_of(find(map(name_of, rehearsal.publishing))),
            "withdrawing": [(record, None) for record in rehearsal.withdrawing],
            "drafts": states_of(find(map(name_of, rehearsal.drafts))),
        }

"""The proposed status beside the assessor's choice: shown with its reasons, taken with one press, asked about where it is not taken."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.forms import ReasonForm
from tracker.editorial.standing import asked, facts_at_desk, held_once, in_words
from tracker.models import Addressee, Assessment
from tracker.rules import dates
from tracker.rules.proposal import Facts, Proposal, Said, Searched, asks_why, propose
from tracker.rules.searches import due_again
from tracker.rules.vocabulary import Answer, AssessorKind, Status

SHOW, TAKE = "_show_proposal", "_take_proposal"


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal as the form shows it."""

    proposal: Proposal
    day: dt.date

    @property
    def sentences(self) -> list[str]:
        """Its reasons, the deciding one first."""
        return [in_words(reason) for reason in self.proposal.reasons]

    @property
    def may_be_taken(self) -> bool:
        """*Not assessed* is no verdict."""
        return self.proposal.status is not Status.NOT_ASSESSED


def typed_facts(addressee: Addressee, typed: Mapping[str, Any] | None, assessment: int | None) -> Facts:
    """What the desk holds about an addressee, with the answers and searches that stand in the form in the place of those saved with it.

    A row whose date cannot be read counts for nothing here; the form says so where it is typed.
    """
    if typed is None:
        return facts_at_desk([addressee])[addressee.pk]
    facts = facts_at_desk([addressee], but_for=assessment)[addressee.pk]
    searches = [Searched(on, due_again(on)) for row in _rows(typed, "searches") if (on := _date(row.get("searched_on")))]
    positions = [
        Said(Answer(row["answer"]), on, row.get("said_by", ""))
        for row in _rows(typed, "positions")
        if row.get("answer") in list(Answer) and (on := _date(row.get("on")))
    ]
    return replace(facts, searches=(*facts.searches, *searches), positions=(*facts.positions, *positions))


def _rows(typed: Mapping[str, Any], prefix: str) -> list[dict[str, str]]:
    """The rows of an inline as they were typed, without those that are to be deleted."""
    total = str(typed.get(f"{prefix}-TOTAL_FORMS", "0"))
    found = []
    for number in range(min(int(total), 1000) if total.isdecimal() else 0):
        start = f"{prefix}-{number}-"
        row = {name.removeprefix(start): str(typed[name]) for name in typed if name.startswith(start)}
        if "DELETE" not in row:
            found.append(row)
    return found


def _date(text: str | None) -> dates.PartialDate | None:
    try:
        return dates.parse(text or "")
    except ValueError:
        return None


class AssessmentForm(ReasonForm):
    """An assessment's form: whoever chooses another status than the proposed one says why in a sentence."""

    tells_what_held = False

    @property
    def only_asks(self) -> bool:
        """Whether the proposal is asked for, and nothing is to be saved."""
        return bool(self.data) and (SHOW in self.data or TAKE in self.data)

    def clean(self) -> dict[str, Any] | None:
        """Compare the status with the proposed one."""
        data = super().clean() or self.cleaned_data
        if self.only_asks:
            self.add_error(None, gettext("Nothing is saved yet."))
        elif data.get("status") and data.get("addressee") and data.get("assessor_kind") == AssessorKind.STAFF and "departure" in self.fields:
            self._compare(data)
        return data

    def _compare(self, data: dict[str, Any]) -> None:
        if self.instance.pk and Assessment.objects.filter(supersedes=self.instance.pk).exists():
            return  # another assessment says what holds now
        facts = typed_facts(data["addressee"], self.data, self.instance.pk)
        proposal, chosen = propose(facts, on=timezone.now().date()), Status(data["status"])
        said = data.get("departure", "").strip()
        if said and chosen is proposal.status:
            self.add_error("departure", gettext("The status is the proposed one; leave this empty."))
        elif not said and asks_why(proposal, chosen):
            self.tells_what_held = held_once(facts, chosen, data.get("effective_on"))
            if not self.tells_what_held:
                sentence = asked(proposal, chosen)
                self.add_error("departure", sentence[:1].upper() + sentence[1:])


class Proposing:
    """What the pages of assessments do about the proposed status."""

    def get_urls(self) -> list[Any]:
        """The proposal alone, for the script of the form."""
        return [path("proposal/", self.admin_site.admin_view(self.proposal_view), name="tracker_assessment_proposal"), *super().get_urls()]  # type: ignore[misc, attr-defined]

    def proposal_view(self, request: HttpRequest) -> HttpResponse:
        """The proposal for what stands in the form now."""
        if request.method != "POST" or not (self.has_add_permission(request) or self.has_change_permission(request)):  # type: ignore[attr-defined]
            raise PermissionDenied
        key = request.POST.get("key", "")
        saved = Assessment.objects.filter(key=key).values_list("pk", flat=True).first() if key else None
        return render(
            request, "admin/tracker/proposal.html", {"shown": _shown(request.POST.get("addressee"), request.POST, saved), "may_write": True}
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A day to look again; of an addressee that is given, the assessment that this one follows."""
        day = timezone.now().date()
        initial: dict[str, Any] = {"review_on": str(due_again(dates.PartialDate(day.isoformat())))}
        given = request.GET.get("addressee", "")
        if given.isdecimal():
            last = Assessment.objects.filter(addressee=given, assessor_kind=AssessorKind.STAFF.value, superseded_by=None).first()
            initial |= {"supersedes": last.pk} if last else {}
        return initial | super().get_changeform_initial_data(request)  # type: ignore[misc]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        """With the proposal beside the status; where it was asked for, without the complaints about what is not typed yet."""
        form = context["adminform"].form
        typed = form.data if form.is_bound else None
        given = typed.get("addressee") if typed is not None else form.instance.addressee_id or form.initial.get("addressee")
        shown = _shown(given, typed, form.instance.pk)
        if getattr(form, "only_asks", False):
            _without_complaints(form, context)
            if TAKE in form.data and shown and shown.may_be_taken:
                form.data = form.data.copy()
                form.data["status"], form.data["effective_on"] = str(shown.proposal.status), str(shown.proposal.effective_on or "")
        may_write = "status" in form.fields
        address = reverse("admin:tracker_assessment_proposal") + (f"?assessment={form.instance.pk}" if form.instance.pk else "")
        form.instance.shown_proposal = render_to_string(
            "admin/tracker/proposal.html", {"shown": shown, "may_write": may_write, "address": address}, request
        )
        context["proposes"] = may_write
        if form.instance.pk:
            context["follow_url"] = f"{reverse('admin:tracker_assessment_add')}?addressee={form.instance.addressee_id}"
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def proposed(self, assessment: Assessment) -> str:
        """The proposal with its reasons."""
        return getattr(assessment, "shown_proposal", "")

    proposed.short_description = _("proposed status")  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Say what is still owed where the status tells what held before."""
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        if getattr(form, "tells_what_held", False):
            sentence = gettext("This status was the proposed one on its day; today another one is. Record the assessment that follows it too.")
            messages.warning(request, sentence)


def _shown(addressee: Any, typed: Mapping[str, Any] | None, assessment: int | None) -> Shown | None:
    """The proposal for an addressee as of today; None where none is chosen, or one that has no status."""
    if not str(addressee or "").isdecimal():
        return None
    found = Addressee.objects.counted().select_related("recommendation").filter(pk=addressee).first()
    if found is None:
        return None
    today = timezone.now().date()
    return Shown(propose(typed_facts(found, typed, assessment), on=today), today)


def _without_complaints(form: Any, context: dict[str, Any]) -> None:
    form._errors = ErrorDict()
    context["errors"] = []
    for inline in context["inline_admin_formsets"]:
        inline.formset._non_form_errors = ErrorList()
        inline.formset._errors = [ErrorDict() for _form in inline.formset.forms]
        for row in inline.formset.forms:
            row._errors = ErrorDict()

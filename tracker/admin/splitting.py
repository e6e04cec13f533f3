"""Split a compound recommendation into parts, and record a repeat of one in another document: each in one form."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import change_link
from tracker.admin.choosing import ChooseOne
from tracker.admin.forms import EitherWay
from tracker.editorial.deriving import Part, free_references, split, taken_among
from tracker.editorial.verbs import Refused
from tracker.models import Addressee, Measure, Recommendation, Relation
from tracker.models.base import KEY_HELP, key_is_plain
from tracker.rules.vocabulary import RelationKind, StatementForm
from tracker.signin.keeping import outlives_session, sent

PARTS_AT_FIRST = 2


class PartForm(EitherWay, forms.Form):
    """One part. Every field but the addressees is prefilled from the whole, to be cut down."""

    reference = forms.CharField(label=_("Reference"), max_length=60, validators=[key_is_plain], help_text=KEY_HELP)
    number = forms.CharField(label=_("Number in the document"), max_length=60, required=False)
    short_title = forms.CharField(label=_("Short title"), max_length=200, widget=forms.TextInput(attrs={"class": "vTextField"}))
    statement = forms.CharField(label=_("Statement"), widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}))
    statement_form = forms.ChoiceField(label=_("Form of the statement"), choices=StatementForm.choices())
    locator = forms.CharField(label=_("Locator"), max_length=200, widget=forms.TextInput(attrs={"class": "vTextField"}))
    measure = forms.ModelChoiceField(label=_("Kind of measure"), queryset=Measure.objects.all())
    addressees = forms.ModelMultipleChoiceField(
        label=_("For whom"), queryset=Addressee.objects.none(), widget=forms.CheckboxSelectMultiple, required=True
    )
    leave_out = forms.BooleanField(label=_("Leave this part out"), required=False)

    def __init__(self, *args: Any, whole: Recommendation, admin_site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measure: Any = self.fields["measure"]
        measure.widget = ChooseOne(Recommendation._meta.get_field("measure"), admin_site)
        measure.widget.choices, measure.widget.is_required = measure.choices, True
        addressees: Any = self.fields["addressees"]
        addressees.queryset = whole.addressees.select_related("government", "recommendation").order_by("government__name")
        addressees.label_from_instance = lambda addressee: addressee.government.name
        addressees.error_messages["required"] = gettext("A part is for at least one government.")

    @property
    def left_out(self) -> bool:
        """Whether it is to be made at all."""
        return bool(self.data.get(self.add_prefix("leave_out")))

    def full_clean(self) -> None:
        """A part that is left out may be empty."""
        super().full_clean()
        if self.is_bound and self.left_out:
            self._errors = type(self.errors)()


class PartsFormSet(forms.BaseFormSet):
    """The parts: at least one, each with a reference of its own that nobody has."""

    def clean(self) -> None:
        """Checked together."""
        parts = self.made()
        if not parts:
            raise forms.ValidationError(gettext("Describe at least one part."))
        taken = taken_among([form.cleaned_data.get("reference", "") for form in parts])
        for form in parts:
            if form.cleaned_data.get("reference") in taken:
                form.add_error("reference", gettext("This reference is taken, or given twice."))

    def made(self) -> list[Any]:
        """The parts that are not left out."""
        return [form for form in self.forms if not form.left_out]


class Splittable(admin.ModelAdmin):
    """Adds both to the pages of recommendations."""

    def get_urls(self) -> list[Any]:
        """With the page of the parts."""
        return [path("<int:pk>/split/", self.admin_site.admin_view(self.split_view), name="tracker_recommendation_split"), *super().get_urls()]

    def tools(self, request: HttpRequest, record: Recommendation) -> list[tuple[str, Any]]:
        """For whoever may add recommendations."""
        found = super().tools(request, record)  # type: ignore[misc]
        if self.has_add_permission(request):
            found.append((reverse("admin:tracker_recommendation_split", args=[record.pk]), _("Split into parts")))
            query = urlencode({"repeats": record.pk})
            found.append((f"{reverse('admin:tracker_recommendation_add')}?{query}", _("Record a repeat")))
        return found

    # Split

    @outlives_session
    def split_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A form with its parts; a button adds one without losing what was typed."""
        whole = self.get_queryset(request).filter(pk=pk).first()
        if whole is None or not self.has_add_permission(request) or not self.has_view_permission(request, whole):
            raise PermissionDenied
        kinds = forms.formset_factory(PartForm, formset=PartsFormSet, extra=0)
        shared = {"whole": whole, "admin_site": self.admin_site}
        data = request.POST.copy() if request.method == "POST" else None
        refused = ""
        if data is not None and "_more" in data:
            _add_part(data, whole)
            parts = kinds(data, form_kwargs=shared, prefix="parts")
            for form in parts.forms:
                form._errors = type(form.errors)()  # nothing is judged before it is finished
            parts._non_form_errors = parts.error_class()
        elif data is not None:
            parts = kinds(data, form_kwargs=shared, prefix="parts")
            if parts.is_valid() and sent(request):
                try:
                    return self._split(request, whole, [form.cleaned_data for form in parts.made()])
                except Refused as error:
                    refused = str(error)
        else:
            parts = kinds(initial=_initial(whole, PARTS_AT_FIRST), form_kwargs=shared, prefix="parts")
        return TemplateResponse(
            request,
            "admin/tracker/split.html",
            {
                **self.admin_site.each_context(request),
                "title": gettext("Split %(record)s") % {"record": whole},
                "opts": self.opts,
                "whole": whole,
                "parts": parts,
                "media": self.media + parts.empty_form.media,
                "refused": refused,
                "why": request.POST.get("why", ""),
                "assessments": [
                    change_link(assessment)
                    for addressee in whole.addressees.select_related("government", "recommendation")
                    for assessment in addressee.assessments.select_related("addressee__government", "addressee__recommendation")
                ],
                "effects": [
                    change_link(effect.action, str(effect))
                    for addressee in whole.addressees.all()
                    for effect in addressee.effects.select_related("action", "addressee__government", "addressee__recommendation")
                ],
            },
        )

    def _split(self, request: HttpRequest, whole: Recommendation, parts: list[dict[str, Any]]) -> HttpResponse:
        user: Any = request.user
        made = split(
            whole,
            [
                Part(
                    reference=part["reference"], number=part["number"], short_title=part["short_title"], statement=part["statement"],
                    statement_form=StatementForm(part["statement_form"]), measure=part["measure"], locator=part["locator"], keeps=part["addressees"],
                )
                for part in parts
            ],
            by=user,
            reason=request.POST.get("why", ""),
        )  # fmt: skip
        links = format_html_join(", ", "{}", ((change_link(part, part.reference),) for part in made))
        messages.success(request, format_html(gettext("Drafts of the parts are made: {}."), links))
        unassessed = [
            (f"{reverse('admin:tracker_assessment_add')}?{urlencode({'addressee': addressee.pk})}", f"{part.reference} → {addressee.government.name}")
            for part in made
            for addressee in part.addressees.select_related("government")
            if addressee.counted
        ]
        if unassessed and whole.addressees.filter(assessments__isnull=False).exists():
            messages.info(
                request,
                format_html(
                    gettext("Assessments of {} stay with it. To assess the parts: {}."),
                    whole.reference,
                    format_html_join(", ", '<a href="{}">{}</a>', unassessed),
                ),
            )
        return HttpResponseRedirect(reverse("admin:tracker_recommendation_change", args=[whole.pk]))

    # Repeat

    def _repeated(self, request: HttpRequest) -> Recommendation | None:
        given = request.GET.get("repeats", "")
        return Recommendation.objects.filter(pk=given).select_related("measure").first() if given.isdigit() else None

    def notice(self, request: HttpRequest, record: Any) -> str:
        """Of what this is a repeat."""
        first = None if record else self._repeated(request)
        if first is None:
            return super().notice(request, record)  # type: ignore[misc]
        return format_html(
            gettext("A repeat of {} in another document: say where and when it was made, and change what the document says otherwise."),
            change_link(first),
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A repeat asks for the same: everything but its source, date and number."""
        first = self._repeated(request)
        if first is None:
            return super().get_changeform_initial_data(request)
        names = ("short_title", "statement", "statement_form", "target", "addressed", "criteria_partial", "criteria_full")
        return {name: getattr(first, name) for name in names} | {
            "measure": first.measure_id,
            "themes": list(first.themes.values_list("pk", flat=True)),
        }

    def prefilled_rows(self, request: HttpRequest, inline: Any) -> list[dict[str, Any]]:
        """The same governments, and the relation."""
        first = self._repeated(request)
        if first is not None and inline.model is Addressee:
            return [dict(row) for row in first.addressees.order_by("government__name").values("government", "basis", "note")]
        if first is not None and inline.model is Relation:
            return [{"kind": RelationKind.REPEATS, "other": first.pk}]
        return super().prefilled_rows(request, inline)  # type: ignore[misc]


def _initial(whole: Recommendation, count: int) -> list[dict[str, Any]]:
    shared = {
        "short_title": whole.short_title,
        "statement": whole.statement,
        "statement_form": whole.statement_form,
        "locator": whole.locator,
        "number": whole.number,
        "measure": whole.measure_id,
        "addressees": list(whole.addressees.values_list("pk", flat=True)),
    }
    return [{**shared, "reference": reference} for reference in free_references(whole, count)]


def _add_part(data: Any, whole: Recommendation) -> None:
    """One more part in what was posted, with a reference that neither a record nor another part has."""
    total = int(data.get("parts-TOTAL_FORMS") or 0)
    given = {data.get(f"parts-{number}-reference") for number in range(total)}
    initial = next(part for part in _initial(whole, total + 1) if part["reference"] not in given)
    for name, value in initial.items():
        data.setlist(f"parts-{total}-{name}", [str(item) for item in value] if isinstance(value, list) else [str(value)])
    data["parts-TOTAL_FORMS"] = str(total + 1)

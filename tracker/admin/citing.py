"""A new passage typed in the form of the record that it serves, once for every record that it is to serve."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import touch
from tracker.admin.choosing import ChooseOne, ChooseSeveral
from tracker.admin.forms import Blocks, DeskForm, Prefilled
from tracker.editorial import capturing
from tracker.models import Assessment, Citation, CitationUse, Document, Snapshot
from tracker.rules.vocabulary import Corroboration


def placed(citation: Citation, snapshot: Snapshot | None) -> bool:
    """Fill in where a typed quotation stands in an archived copy. False where there is a text to look in, and it does not stand there."""
    return capturing.place(citation, snapshot) or snapshot is None or not citation.exact or not capturing.Copy.of(snapshot).text


def warn_not_placed(page: Any, request: HttpRequest) -> None:
    """Say it: what was typed is on record as it was typed, and nothing bears it out."""
    page.message_user(request, gettext("The quotation does not stand in the archived copy, so the citation names no place in it."), messages.WARNING)


class NewCitationForm(DeskForm):
    """A passage of a document, and what it does for the record."""

    not_placed = False
    """Once saved: whether a copy of the document is held, and the quotation does not stand in the newest."""

    document = forms.ModelChoiceField(
        label=_("Document"), queryset=Document.objects.all(), widget=ChooseOne(Citation._meta.get_field("document"), admin.site)
    )
    locator = forms.CharField(label=_("Locator"), max_length=200, widget=forms.TextInput(attrs={"placeholder": "¶17, p. 4, art. 5"}))
    says = forms.CharField(label=_("What it says"), widget=forms.Textarea(attrs={"rows": 2, "cols": 40}))
    exact = forms.CharField(label=_("Quotation"), required=False, widget=forms.Textarea(attrs={"rows": 2, "cols": 40}))
    corroboration = forms.ChoiceField(label=_("Corroboration"), choices=Corroboration.choices(), initial=Corroboration.SINGLE_SOURCE)
    also = forms.ModelMultipleChoiceField(label=_("Also cite it in"), queryset=Assessment.objects.none(), required=False)

    class Meta:
        """A use of the new passage."""

        model = CitationUse
        fields = ("stance",)

    def save(self, commit: bool = True) -> Any:
        """The passage first, with where it stands in the newest copy of its document, then its use here."""
        typed = {name: self.cleaned_data[name] for name in ("document", "locator", "says", "exact", "corroboration")}
        citation = Citation(**typed)
        self.not_placed = not placed(citation, capturing.newest([citation.document]).get(citation.document_id))
        citation.save()
        self.instance.citation = citation
        return super().save(commit)


class NewCitationFormSet(Prefilled):
    """New passages: none stands there before it is typed."""

    def cite_elsewhere(self, by: Any) -> list[Any]:
        """The other records that were chosen cite the passages too; whoever cites is their last editor. Gives those records."""
        found = []
        for form in self.typed_forms():
            for record in form.cleaned_data.get("also") or ():
                name = record._meta.model_name
                CitationUse.objects.create(citation=form.instance.citation, stance=form.cleaned_data["stance"], **{name: record})
                touch(type(record)._default_manager.filter(pk=record.pk), by)
                found.append(record)
        return found

    def typed_forms(self) -> list[Any]:
        """The rows in which something was typed."""
        return [form for form in self.extra_forms if form.has_changed() and not self._should_delete_form(form)]


class NewCitationRows(Blocks):
    """Passages that are not on record yet."""

    model = CitationUse
    form = NewCitationForm
    formset = NewCitationFormSet
    extra = 1  # without scripts no row can be added
    also: Any = None  # the relation by which further records that may cite it are searched for
    classes = ("new-citations",)
    verbose_name = _("new passage")
    verbose_name_plural = _("new passages, cited here")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the other records only where a form has some to offer."""
        return (("document", "locator"), "says", "exact", ("stance", "corroboration"), *(("also",) if self.also else ()))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """None: those on record stand among the cited sources."""
        return super().get_queryset(request).none()

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """With the widget that searches for the other records."""
        kwargs["fields"] = ("stance",)
        found = super().get_formset(request, obj, **kwargs)
        fields = found.form.base_fields
        if self.also is None:
            del fields["also"]
        else:
            fields["also"].queryset = self.also.remote_field.model._default_manager.all()
            fields["also"].widget = ChooseSeveral(self.also, self.admin_site)
            fields["also"].widget.choices = fields["also"].choices
        return found


class Citing(admin.ModelAdmin):
    """A noun in whose form new passages are typed."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """And cite them in the other records that were chosen; say where a quotation is not in the copy that is held."""
        super().save_formset(request, form, formset, change)
        if isinstance(formset, NewCitationFormSet):
            formset.cite_elsewhere(request.user)
            for row in formset.typed_forms():
                if row.not_placed:
                    warn_not_placed(self, request)


class AlsoInAssessments(NewCitationRows):
    """Of an action: the verdicts that rest on it may rest on the passage as well."""

    also = CitationUse._meta.get_field("assessment")


class AlsoInActions(NewCitationRows):
    """Of an assessment: the actions that it speaks of may cite the passage as well."""

    also = CitationUse._meta.get_field("action")

"""The translations of a record's texts, below its form. What a row translates is written down by saving it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.forms import Blocks, DeskForm, Prefilled
from tracker.models import Translation
from tracker.models.translation import text_choices
from tracker.rules.translating import TEXTS


class TranslationForm(DeskForm):
    """A translation is of the text as it stood when its words were written, unless somebody says that they still hold."""

    text = forms.ChoiceField(label=_("Text"))
    still_holds = forms.BooleanField(
        label=_("It translates the text as it stands now"),
        required=False,
        help_text=_("Tick it after reading the translation against a text that was changed since. New words need no tick."),
    )

    @property
    def says_anew(self) -> bool:
        """Whether the row is of the text as it stands in this very form: it is new, has other words, or was read again."""
        return self.instance.pk is None or bool({"text", "language", "words", "still_holds"} & set(self.changed_data))


class TranslationRows(Prefilled):
    """Rows that keep the original beside each translation."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        """Each offers the texts of this kind of record; what it translates is known before it is checked."""
        form = super()._construct_form(i, **kwargs)
        return self._offering(form)

    @property
    def empty_form(self) -> Any:
        """The same."""
        return self._offering(super().empty_form)

    def _offering(self, form: Any) -> Any:
        kind = self.fk.name  # type: ignore[attr-defined]
        if "text" in form.fields:
            form.fields["text"].choices = [("", "---------"), *text_choices(kind)]
        return form

    def clean(self) -> None:
        """A text that is empty cannot have a translation."""
        super().clean()
        for form in self.forms:
            data = getattr(form, "cleaned_data", None) or {}
            if data.get("text") and not data.get("DELETE") and form.has_changed() and form.says_anew and not self._original(data["text"]):
                form.add_error("text", gettext("The record has no such text yet; write it first."))

    def save_new(self, form: Any, commit: bool = True) -> Any:
        """With the original as it stands."""
        form.instance.translates = self._original(form.cleaned_data["text"])
        return super().save_new(form, commit=commit)

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        """With the original as it stands, where the words are of it."""
        if form.says_anew:
            form.instance.translates = self._original(form.cleaned_data["text"])
        return super().save_existing(form, obj, commit=commit)

    def _original(self, text: str) -> str:
        return getattr(self.instance, text)  # type: ignore[attr-defined]


class TranslationBlocks(Blocks):
    """Public texts of the record in other languages. They are reviewed and published with it."""

    model = Translation
    form = TranslationForm
    formset = TranslationRows
    fields = (("text", "language", "kind"), "words", ("translator", "checked_by"), ("url", "locator"), "state", "still_holds")
    readonly_fields = ("state",)
    formfield_overrides = {**Blocks.formfield_overrides, models.URLField: {"assume_scheme": "https"}}

    @admin.display(description=_("the original"))
    def state(self, translation: Translation) -> str:
        """Whether the text says something else by now, and what was translated."""
        if not translation.pk:
            return gettext("The text as it stands when this is saved.")
        if not translation.is_outdated:
            return gettext("The text is as it was translated.")
        return format_html(
            '<strong>{}</strong> <q dir="auto">{}</q>',
            gettext("The text was changed since. This translates an earlier wording:"),
            translation.translates,
        )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the record that each is of."""
        return super().get_queryset(request).select_related(*TEXTS)

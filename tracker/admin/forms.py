"""Forms of records and the rows below them: what they ask, and how broken promises read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.choosing import Autocompleting, KnownChoice


class EitherWay(forms.BaseForm):
    """A form whose texts run as their first letter does: what is typed in Persian or Arabic stands from right to left."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput | forms.Textarea):
                field.widget.attrs.setdefault("dir", "auto")


class DeskForm(EitherWay, forms.ModelForm):
    """A form whose broken promises read as sentences, and whose chosen records need no query each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnownChoice):
                widget.known = self._known(name)

    def _known(self, name: str) -> dict[str, str] | None:
        if name not in self.instance._state.fields_cache:
            return None
        related = getattr(self.instance, name)
        return None if related is None else {str(related.pk): str(related)}

    def _update_errors(self, errors: ValidationError) -> None:
        """As Django does it; a constraint without a message of its own speaks by its name, which is the promise that it keeps."""
        promises = {
            constraint.get_violation_error_message(): capfirst(constraint.name.replace("_", " ")) + "."
            for constraint in self._meta.model._meta.constraints
            if constraint.violation_error_message == constraint.default_violation_error_message
        }
        for problems in getattr(errors, "error_dict", {}).values():
            for problem in problems:
                problem.message = promises.get(problem.message, problem.message)
        super()._update_errors(errors)


class ReasonForm(DeskForm):
    """A record's form, with the question why. Readers are owed the answer once the record is public."""

    must_say_why = False
    why = forms.CharField(
        label=_("Why?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("In a sentence: it stands beside your change in the history."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "why" in self.fields and self.must_say_why:
            self.fields["why"].required = True
            self.fields["why"].error_messages["required"] = _("This record is public; say why you change it.")

    @property
    def changed_content(self) -> list[str]:
        """The fields of the record that were changed: the answer to why is none."""
        return [name for name in self.changed_data if name != "why"]


class Prefilled(forms.BaseInlineFormSet):
    """Rows of which the first new ones may be filled in already. They are saved as they stand: what is sent back is compared with empty rows."""

    def __init__(self, *args: Any, initial: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=initial, **kwargs)
        self.extra = max(self.extra, len(initial or ()))

    def add_fields(self, form: Any, index: int | None) -> None:
        """The tick that takes a row away stands in a column of its own: it is named here."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = gettext("Delete")


class Rows(Autocompleting, admin.TabularInline):
    """Rows of a table below a form. ``related`` is what a row's words need."""

    form = DeskForm
    formset = Prefilled
    template = "admin/tracker/rows.html"
    extra = 1
    related: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    labelled = False  # whether the template shows a label beside each field
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 40})}}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With what the rows show, so that fifty rows cost as many queries as five."""
        return super().get_queryset(request).select_related(*self.related).prefetch_related(*self.prefetch)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """In a table the label stands above the column: each field says it by itself for those who cannot see it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and not self.labelled:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", capfirst(str(field.label or db_field.verbose_name)))
        return field


class Blocks(Rows):
    """The same with a small form for each row, where texts are long."""

    template = "admin/tracker/blocks.html"
    extra = 0
    labelled = True


class ReadOnlyRows(Rows):
    """Rows that verbs and background work write; shown, never edited."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

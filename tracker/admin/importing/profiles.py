"""The profiles that are kept here, beside those that come with the software."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import NounAdmin
from tracker.admin.forms import ReasonForm
from tracker.exchange.profiles import ProfileError, parse, reference, shipped
from tracker.models import ImportProfile


class ProfileForm(ReasonForm):
    """A profile that is read before it is kept."""

    def clean_name(self) -> str:
        """Not the name of one that comes with the software."""
        name = self.cleaned_data["name"]
        if name in shipped():
            raise ValidationError(_("“%(name)s” comes with the software; choose another name."), params={"name": name})
        return name

    def clean_text(self) -> str:
        """Whole, and nothing in it that no profile has."""
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        try:
            parse(text, self.cleaned_data.get("name", ""))
        except ProfileError as error:
            raise ValidationError(error.problems) from error
        return text


@admin.register(ImportProfile)
class ImportProfileAdmin(NounAdmin):
    """How somebody's columns become records, under a name. Most are made from a file, in the steps of its import."""

    form = ProfileForm
    change_list_template = "admin/tracker/importing/profiles.html"
    change_form_template = "admin/tracker/importing/profile.html"
    list_display = ("name", "note", "made_by", "edited_by", "edited_at")
    search_fields = ("name", "note", "text")
    ordering = ("name",)
    related = ("made_by", "edited_by")
    fieldsets = ((None, {"fields": ("name", "note", "text")}),)
    formfield_overrides = {
        **NounAdmin.formfield_overrides,
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})},
    }

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from the list of imports."""
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The text is written as code is."""
        if db_field.name == "text":
            kwargs["widget"] = forms.Textarea(attrs={"rows": 28, "class": "profile-text", "spellcheck": "false", "dir": "ltr"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Who made it, and who edited it last."""
        if not change:
            obj.made_by = request.user
        obj.edited_by = request.user
        super().save_model(request, obj, form, change)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """With those that come with the software."""
        own = []
        for name, text in shipped().items():
            profile = parse(text)
            own.append({"name": name, "title": profile.title, "description": profile.description, "text": text})
        return super().changelist_view(request, {"shipped": own, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With every key that a profile may have."""
        context["keys"] = reference()
        return super().render_change_form(request, context, *args, **kwargs)

"""The profiles that are kept here, beside those that come with the software; that of an import is kept on its page, once it is applied."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import NounAdmin
from tracker.admin.forms import ReasonForm
from tracker.admin.importing import frame, text
from tracker.exchange.profiles import ProfileError, parse, reference, shipped
from tracker.exchange.profiles.naming import is_profile_name, profile_name
from tracker.models import Import, ImportProfile, ImportState
from tracker.signin.keeping import outlives_session, sent


class ProfileForm(ReasonForm):
    """A profile that is read before it is kept."""

    def clean_name(self) -> str:
        """Not the name of one that comes with the software."""
        name = self.cleaned_data["name"]
        if name in shipped():
            raise ValidationError(_("“%(name)s” comes with the software; choose another name."), params={"name": name})
        if not is_profile_name(name):
            raise ValidationError(_("A name has small letters, digits and hyphens; “%(name)s” would be one."), params={"name": profile_name(name)})
        return name

    def clean_text(self) -> str:
        """Whole, and nothing in it that no profile has."""
        profile = self.cleaned_data["text"].replace("\r\n", "\n")
        try:
            parse(profile, self.cleaned_data.get("name", ""))
        except ProfileError as error:
            raise ValidationError(error.problems) from error
        return profile


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
        for name, written in shipped().items():
            profile = parse(written)
            own.append({"name": name, "title": profile.title, "description": profile.description, "text": written})
        return super().changelist_view(request, {"shipped": own, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With every key that a profile may have."""
        context["keys"] = reference()
        return super().render_change_form(request, context, *args, **kwargs)


# Of an import that is done


def keeping(batch: Import, request: HttpRequest) -> dict[str, Any]:
    """Whether an import's profile is kept already, else the name under which it may be, and who has a profile of that name."""
    if frame.is_package(batch) or not request.user.has_perm("tracker.add_importprofile"):
        return {}
    kept = ImportProfile.objects.filter(text=batch.profile_text).select_related("made_by").first()
    if kept or batch.profile_text in shipped().values():
        return {"kept": kept, "comes_with": "" if kept else batch.profile_name}
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    name = batch.profile_name if batch.profile_name not in shipped() else profile_name(stem)
    name = request.POST.get("name", name).strip()
    return {"may_keep": True, "keep_as": name, "is_there": text.standing(name, batch.profile_text)}


@outlives_session
def keep_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the profile of an import that is done under a name; over another of that name only where that is ticked."""
    batch = frame.to_work_on(request, pk)
    change = frame.url(batch, "change")
    if request.method != "POST" or batch.state not in (ImportState.APPLIED, ImportState.UNDONE) or not keeping(batch, request).get("may_keep"):
        return HttpResponseRedirect(change)
    if not sent(request):
        return admin.change_view(request, str(pk))
    if errors := text.keep(request, request.POST.get("name", "").strip(), batch.profile_text):
        return admin.change_view(request, str(pk), extra_context={"errors": errors})
    return HttpResponseRedirect(f"{change}#keep")

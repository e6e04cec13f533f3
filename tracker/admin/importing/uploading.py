"""A file is taken: with a profile that is there, or to make one from it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.admin.importing import frame
from tracker.admin.importing.limits import LARGEST, too_large
from tracker.admin.importing.looking import look_at_once
from tracker.editorial.verbs import Refused
from tracker.exchange import imports
from tracker.exchange.profiles import ProfileError, parse, shipped
from tracker.exchange.tables.limits import megabytes
from tracker.models import ImportProfile
from tracker.signin.keeping import outlives_session, sent

SECOND = "second"
"""What a second file is called where no profile calls it anything."""


class UploadForm(forms.Form):
    """The file, how it is read, and what it is joined with."""

    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True, max_length=300)
    profile = forms.ChoiceField(label=gettext_lazy("How it becomes records"), required=False)
    second = forms.FileField(
        label=gettext_lazy("A second file, joined to it by a key"), required=False, allow_empty_file=True, max_length=300,
        help_text=gettext_lazy("As answers in one file and recommendations in the other. Most imports have none."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(name, name) for name in ImportProfile.objects.values_list("name", flat=True)]
        here = [(name, _title(name, text)) for name, text in shipped().items()]
        choices: list[tuple[Any, Any]] = [("", _("make a profile from this file"))]
        if own:
            choices.append((_("Profiles made here"), own))
        if here:
            choices.append((_("Profiles that come with the software"), here))
        self.fields["profile"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """Neither empty nor too large."""
        return self._sized("file")

    def clean_second(self) -> Any:
        """The same."""
        return self._sized("second")

    def _sized(self, name: str) -> Any:
        file = self.cleaned_data[name]
        if file and file.size > LARGEST:
            raise forms.ValidationError(too_large(file.size))
        if file and not file.size:
            raise forms.ValidationError(_("“%(name)s” is empty; choose the file that has the records.") % {"name": file.name})
        return file


def _title(name: str, text: str) -> str:
    try:
        title = parse(text).title
    except ProfileError:
        title = ""
    return f"{name} · {title}" if title else name


@outlives_session
def view(admin: Any, request: HttpRequest) -> HttpResponse:
    """The form. With a profile the file is looked at at once; without, its steps begin."""
    if not frame.may_import(request):
        raise PermissionDenied
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()), initial={"profile": request.GET.get("profile", "")})
    if request.method == "POST" and form.is_valid() and sent(request):
        chosen, second = form.cleaned_data["profile"], form.cleaned_data["second"]
        try:
            with _on_disk(form.cleaned_data["file"]) as path, _on_disk(second) as other:
                joined = {_join_of(chosen): (second.name, other)} if second and other else {}
                batch = imports.receive(
                    path, by=request.user, file_name=form.cleaned_data["file"].name, profile=chosen, joined=joined, draft=not chosen,  # type: ignore[arg-type]
                )  # fmt: skip
        except Refused as refused:
            form.add_error("second" if second and "join" in str(refused) else "file", str(refused))
        else:
            if not chosen:
                return HttpResponseRedirect(frame.url(batch, "format"))
            look_at_once(request, batch)
            return HttpResponseRedirect(frame.url(batch, "change"))
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("New import"),
        "form": form,
        "most": megabytes(LARGEST),
    }
    return TemplateResponse(request, "admin/tracker/importing/upload.html", context, status=422 if form.errors and sent(request) else 200)


def _join_of(profile: str) -> str:
    """What a profile calls its second file."""
    if not profile:
        return SECOND
    try:
        joins = parse(imports.find_profile(profile), profile).joins
    except (ProfileError, Refused):
        return SECOND
    return joins[0].name if joins else SECOND


@contextmanager
def _on_disk(file: Any) -> Iterator[Any]:
    """The path of an uploaded file; a small one was only in memory."""
    if not file:
        yield None
        return
    if hasattr(file, "temporary_file_path"):
        yield Path(file.temporary_file_path())
        return
    with tempfile.NamedTemporaryFile(prefix="import-") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)

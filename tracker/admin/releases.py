"""Releases at the desk: which there are, and a new one, made in the background by who answers for the office."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.forms import EitherWay
from tracker.editions.tables import Release
from tracker.editorial.releasing import LONGEST_NAME, refuse_name
from tracker.editorial.verbs import Refused
from tracker.jobs import defer
from tracker.releasing import known_site, make_release
from tracker.signin.keeping import outlives_session, sent

RIGHT = "tracker.release"


class ReleaseForm(EitherWay, forms.Form):
    """A name and a reason. What else a release says of itself follows from the day and the newest edition."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME,
        help_text=_("Letters and digits with single dots or hyphens between them, as 2026-11-29 or v1. It stays."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "vTextField"}),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Why this release, in a sentence: it stands on its public page."), max_length=2000,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )  # fmt: skip

    def clean_name(self) -> str:
        """One that no other release has."""
        name = str(self.cleaned_data["name"])
        try:
            refuse_name(name)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from None
        return name


@outlives_session
def releases_page(site: Any, request: HttpRequest) -> HttpResponse:
    """The list, for everyone at the desk; the form, for who may release."""
    may = request.user.has_perm(RIGHT)
    if sent(request) and not may:
        raise PermissionDenied
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if sent(request) and form.is_valid():
        origin = known_site() or f"{request.scheme}://{request.get_host()}"
        number = defer(make_release, name=form.cleaned_data["name"], by=request.user.pk, reason=form.cleaned_data["reason"], site=origin)
        given = {"name": form.cleaned_data["name"], "number": number}
        messages.info(request, gettext("Release %(name)s is being made, as job #%(number)s; it stands here once it is whole.") % given)
        return HttpResponseRedirect(reverse("admin:releases"))
    context = {**site.each_context(request), "title": gettext("Releases"), "releases": Release.desk.all(), "form": form if may else None}
    return TemplateResponse(request, "admin/tracker/releases.html", context)

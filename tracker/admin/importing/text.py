"""The profile of an import as text, for those who rather write it, and kept under a name for the next file."""

from typing import Any

import pghistory
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tracker.admin.importing import frame, reading
from tracker.admin.submissions import in_words
from tracker.exchange.profiles import ProfileError, parse, shipped, to_toml
from tracker.exchange.profiles.parsing import draft
from tracker.models import ImportProfile
from tracker.signin.keeping import outlives_session, sent


@outlives_session
def view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The text, to read and to change; "Keep" writes it down under a name."""
    batch = frame.to_work_on(request, pk)
    if back := frame.refused_for_now(request, batch):
        return back
    text = batch.profile_text or to_toml(reading.profile_of(batch)[0])
    name = batch.profile_name or reading.profile_of(batch)[0].name
    errors: list[str] = []
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\r\n", "\n")
        name = request.POST.get("name", "").strip() or name
        try:
            profile, problems = draft(text, name)
            if "_keep" in request.POST:
                errors = [str(problem) for problem in problems]
            if sent(request) and not errors:
                reading.keep_text(batch, text, profile.name or name, by=request.user)
                if "_keep" in request.POST:
                    errors = keep(request, name, text)
                if not errors:
                    return HttpResponseRedirect(frame.url(batch, "text"))
        except ProfileError as error:
            errors = error.problems
    return frame.page(
        admin, request, batch, "text", "text",
        title=_("The profile of “%(file)s”") % {"file": batch.file_name}, step_title=frame.words_of("text"), errors=errors, text=text, name=name,
        is_there=somebodys(name, request.user), may_keep=request.user.has_perm("tracker.add_importprofile"),
        lines=min(max(text.count("\n") + 2, 12), 40),
    )  # fmt: skip


def somebodys(name: str, by: Any) -> tuple[str, str]:
    """That somebody else has a profile of a name, in a sentence, and the mark of what it says now; twice nothing where nobody has."""
    there = ImportProfile.objects.filter(name=name).exclude(edited_by=by).select_related("made_by", "edited_by").first()
    if there is None:
        return "", ""
    said = {"name": name, "made": in_words(there.made_by, there.made_at), "edited": in_words(there.edited_by, there.edited_at)}
    sentence = _("A profile “%(name)s”, made by %(made)s and last edited by %(edited)s, is there already.") % said
    return sentence, f"{name}@{there.edited_at.isoformat()}"


def keep(request: HttpRequest, name: str, text: str) -> list[str]:
    """Write a profile down under a name; over somebody else's of that name only where just that one was ticked (``replace``, with its mark).

    Why it cannot be, in sentences.
    """
    if not request.user.has_perm("tracker.add_importprofile"):
        return [_("Your role keeps no profiles.")]
    if name in shipped():
        return [_("“%(name)s” comes with the software; keep yours under another name.") % {"name": name}]
    if name != slugify(name) or not name:
        return [_("A name has small letters, digits and hyphens; “%(name)s” would be one.") % {"name": slugify(name) or "my-profile"}]
    user: Any = request.user
    with transaction.atomic(), pghistory.context(user=user.pk):
        profile = ImportProfile.objects.select_for_update().filter(name=name).first()
        there, mark = somebodys(name, user)
        if there and request.POST.get("replace") != mark:
            return [_("%(there)s Choose another name, or tick that it is to be replaced.") % {"there": there}]
        if profile is None:
            profile = ImportProfile(name=name, made_by=user)
        profile.text, profile.edited_by = text, user
        try:
            parse(text, name)
            profile.full_clean(exclude=["made_by", "edited_by"])
        except ProfileError as error:
            return error.problems
        except ValidationError as error:
            return list(error.messages)
        profile.save()
    messages.success(request, _("The profile is kept as “%(name)s” and can be chosen for the next file.") % {"name": name})
    return []

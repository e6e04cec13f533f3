"""The profile of an import as text, for those who rather write it, and kept under a name for the next file."""

from typing import Any

import pghistory
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext as _

from tracker.admin.importing import frame, reading
from tracker.admin.importing.looking import look_at_once
from tracker.admin.submissions import in_words
from tracker.exchange.profiles import ProfileError, parse, shipped, to_toml
from tracker.exchange.profiles.naming import is_profile_name, profile_name
from tracker.exchange.profiles.parsing import draft
from tracker.models import Import, ImportProfile, ImportState
from tracker.signin.keeping import outlives_session, sent


@outlives_session
def view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The text, to read and to change; "Keep" writes it down under a name."""
    batch = frame.to_work_on(request, pk)
    if back := frame.refused_for_now(request, batch):
        return back
    text = batch.profile_text or to_toml(reading.begun_of(batch))
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
                was_looked_at = batch.state == ImportState.PREVIEWED
                is_new = (text, profile.name or name) != (batch.profile_text, batch.profile_name)
                if is_new or "_keep" not in request.POST:
                    reading.keep_text(batch, text, profile.name or name, by=request.user)
                if "_keep" in request.POST:
                    errors = keep(request, name, text)
                    batch = frame.to_work_on(request, pk)  # as it was saved just now, for the mark of the form that is sent again
                    if is_new and was_looked_at and not errors:
                        look_at_once(request, batch)
                        messages.info(request, _("The import was looked at again with it: its preview is of the profile as it is kept."))
                if not errors:
                    return HttpResponseRedirect(frame.url(batch, "text"))
        except ProfileError as error:
            errors = error.problems
    return frame.page(
        admin, request, batch, "text", "text",
        title=_("The profile of “%(file)s”") % {"file": batch.file_name}, step_title=frame.words_of("text"), errors=errors, text=text, name=name,
        is_there=standing(name, text), may_keep=request.user.has_perm("tracker.add_importprofile"),
        lines=min(max(text.count("\n") + 2, 12), 40),
    )  # fmt: skip


def standing(name: str, text: str) -> tuple[str, str]:
    """That a profile of a name is kept that says something else, in a sentence, and the mark of what it says now; twice nothing where none is."""
    there = ImportProfile.objects.filter(name=name).exclude(text=text).select_related("made_by", "edited_by").first()
    if there is None:
        return "", ""
    said = {"name": name, "made": in_words(there.made_by, there.made_at), "edited": in_words(there.edited_by, there.edited_at)}
    sentence = _("A profile “%(name)s” is there already (made by %(made)s; last edited by %(edited)s).") % said
    return sentence, f"{name}@{there.edited_at.isoformat()}"


def in_step(request: HttpRequest, batch: Import) -> str:
    """The name of the kept profile that says just what an import's does, so that an answer can be kept with both; empty where none does.

    One that somebody wrote by hand is in step with none: written anew, it would lose its comments.
    """
    if batch.profile_name in shipped() or not request.user.has_perm("tracker.add_importprofile"):
        return ""
    if not ImportProfile.objects.filter(name=batch.profile_name, text=batch.profile_text).exists():
        return ""
    profile, _mistakes = reading.profile_of(batch)
    return batch.profile_name if to_toml(profile) == batch.profile_text else ""


def keep_answers(request: HttpRequest, batch: Import, *, kept: str, before: str) -> None:
    """What was answered for an import's profile goes into the kept one too that was in step with it (``kept``, empty for none) and said ``before``.

    Where there is none, it is kept under the name that was typed for the next file (``keep_under``), and is the import's own from now on; without a
    name, or where somebody has changed it since, the way to keeping it is shown.
    """
    if batch.profile_text == before or not request.user.has_perm("tracker.add_importprofile"):
        return
    name = kept or request.POST.get("keep_under", "").strip()
    why_not = keep(request, name, batch.profile_text, over=before if kept else "") if name else []
    if name and not why_not:
        if name != batch.profile_name:
            reading.keep_text(batch, batch.profile_text, name, by=request.user)
        return
    there, _mark = standing(name or batch.profile_name, batch.profile_text)
    there = there or " ".join(why_not)
    way = format_html('<a href="{}">{}</a>', frame.url(batch, "text"), _("Keep the profile for the next file"))
    messages.warning(request, format_html("{} {} {}.", there, _("This import has your answer in its own profile alone."), way))


def keep(request: HttpRequest, name: str, text: str, *, over: str = "") -> list[str]:
    """Write a profile down under a name; over another of that name only where that was ticked (``replace``, with its mark) or it says ``over``.

    Why it cannot be, in sentences.
    """
    if not request.user.has_perm("tracker.add_importprofile"):
        return [_("Your role keeps no profiles.")]
    if name in shipped():
        return [_("“%(name)s” comes with the software; keep yours under another name.") % {"name": name}]
    if not is_profile_name(name):
        return [_("A name has small letters, digits and hyphens; “%(name)s” would be one.") % {"name": profile_name(name)}]
    user: Any = request.user
    with transaction.atomic(), pghistory.context(user=user.pk):
        profile = ImportProfile.objects.select_for_update().filter(name=name).first()
        there, mark = standing(name, text)
        if there and request.POST.get("replace") != mark and not (over and profile is not None and profile.text == over):
            tick = format_html('<a href="#id_replace">{}</a>', _("tick that it is to be replaced"))
            return [format_html("{} {}", there, format_html(_("Choose another name, or {}."), tick))]
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

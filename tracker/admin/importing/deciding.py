"""What is decided about an import: which governments its names mean, what becomes of records that differ, and each step with its reason."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.trouble import Trouble
from tracker.admin.importing import frame, mending, reading, text
from tracker.admin.importing.looking import look_at_once
from tracker.admin.workflow import sentences
from tracker.editorial.verbs import Refused
from tracker.exchange import imports
from tracker.exchange.imports.beside import ALL, KEEP, TAKE
from tracker.models import Import, ImportState
from tracker.signin.keeping import outlives_session, sent

HANDED_IN_AT_ONCE = 200
"""Records that are submitted while the page loads; more by a job."""


def _posted(request: HttpRequest, pk: int) -> Import | HttpResponse:
    """The import of an address that a form is sent to, or where that leads instead."""
    batch = frame.to_work_on(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if why := frame.why_not_open(batch):
        messages.warning(request, why)
    elif not frame.unchanged(request, batch):
        messages.warning(request, _("Somebody has changed this import since you opened that page; nothing was saved. Here is how it stands now."))
    else:
        return batch
    return HttpResponseRedirect(frame.url(batch, "change"))


def preview_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Look what it would do."""
    batch = _posted(request, pk)
    if isinstance(batch, HttpResponse):
        return batch
    if missing := reading.missing_of(batch):
        messages.error(request, format_html("{} {}", _("The preview waits for:"), " ".join(missing[:5])))
    else:
        look_at_once(request, batch)
    return HttpResponseRedirect(frame.url(batch, "change"))


@outlives_session
def decide_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Names of governments and other words were mapped, differences decided, or refused rows given up: it is looked at again with that.

    All that the page held is saved, whichever of its buttons was pressed.
    """
    if request.method == "POST" and not sent(request):
        return admin.change_view(request, str(pk))
    batch = _posted(request, pk)
    if isinstance(batch, HttpResponse):
        return batch
    post = request.POST
    names = {post[f"name-{index}"]: post.get(f"code-{index}", "") for index in range(len(post)) if f"name-{index}" in post}
    decisions = {post[f"record-{index}"]: post.get(f"decision-{index}", KEEP) for index in range(len(post)) if f"record-{index}" in post}
    if "_take_all" in post or "_keep_all" in post:
        decisions = {ALL: TAKE if "_take_all" in post else KEEP}
    elif "_records" not in post:  # a record that nobody touched is not decided by a button that stands above it
        before = {record: batch.decisions.get(record, batch.decisions.get(ALL, KEEP)) for record in decisions}
        decisions = {record: decision for record, decision in decisions.items() if decision != before[record]}
    user: Any = request.user
    said_before, kept = batch.profile_text, text.in_step(request, batch) if "in_profile" in post else ""
    try:
        with transaction.atomic():
            if "words" in post:
                profile, _problems = reading.profile_of(batch)
                if (meaning := mending.with_meanings(profile, mending.sent(post))) != profile:
                    reading.keep_profile(batch, meaning, by=user)
            batch = imports.choose(
                batch, by=user, governments=names if "names" in post else None, decisions=decisions if "records" in post else None,
                without_refused=bool(post["without_refused"]) if "without_refused" in post else None,
            )  # fmt: skip
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if "in_profile" in post:
            _into_profile(batch, {name: code for name, code in names.items() if code}, user)
            batch.refresh_from_db(fields=["profile_name", "profile_text"])
            text.keep_answers(request, batch, kept=kept, before=said_before)
        look_at_once(request, batch)
    return HttpResponseRedirect(frame.url(batch, "change"))


def _into_profile(batch: Import, names: dict[str, str], by: Any) -> None:
    """What names mean is kept with the import's profile too."""
    if not names:
        return
    profile, _problems = reading.profile_of(batch)
    governments = dataclasses.replace(profile.governments, aliases={**profile.governments.aliases, **names})
    reading.keep_profile(batch, dataclasses.replace(profile, governments=governments), by=by)


# Steps that ask why


@dataclass(frozen=True)
class Step:
    """A step that changes records, as its page shows it."""

    name: str
    title: Any
    advice: Any
    button: Any
    rights: tuple[str, ...]  # any of them
    verb: Callable[..., Any]


APPLY = Step(
    "apply",
    gettext_lazy("Apply the import"),
    gettext_lazy(
        "All of it is written, or nothing. What it writes are drafts: readers see none of it before a second person has approved it."
        " As long as nobody builds on it, the whole import can be undone."
    ),
    gettext_lazy("Apply"),
    ("tracker.add_import",),
    imports.ask_for_apply,
)
UNDO = Step(
    "undo",
    gettext_lazy("Undo the import"),
    gettext_lazy("What it created goes, and what it changed says again what it said before. That it was here stays on record."),
    gettext_lazy("Undo all of it"),
    ("tracker.add_import", "tracker.undo_import"),
    imports.ask_for_undo,
)


def _hand_in(batch: Import, *, by: Any, reason: str) -> imports.HandedIn | int:
    """Here and now where it is little, else by a job, whose number it gives."""
    if imports.count_of(batch) > HANDED_IN_AT_ONCE:
        return imports.ask_for_hand_in(batch, by=by, reason=reason)
    return imports.hand_in(batch, by=by, reason=reason)


HAND_IN = Step(
    "hand_in",
    gettext_lazy("Submit its drafts for review"),
    gettext_lazy(
        "All drafts of the import that are ready go into one submission; a second person reviews and approves exactly these versions."
        " What is not ready stays a draft, and is told with the reason."
    ),
    gettext_lazy("Submit for review"),
    ("tracker.submit",),
    _hand_in,
)


DISCARD = Step(
    "discard",
    gettext_lazy("Discard the import"),
    gettext_lazy("Nothing of it was written, and nothing will be. Its file and that it was here stay on record."),
    gettext_lazy("Discard"),
    ("tracker.add_import", "tracker.undo_import"),
    imports.discard,
)


def apply_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Apply, by a job."""
    return _ask(admin, request, pk, APPLY)


def undo_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Undo, by a job."""
    return _ask(admin, request, pk, UNDO)


def discard_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Put it aside, at once."""
    return _ask(admin, request, pk, DISCARD)


def hand_in_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Submit for review."""
    return _ask(admin, request, pk, HAND_IN)


@outlives_session
def _ask(admin: Any, request: HttpRequest, pk: int, step: Step) -> HttpResponse:
    """The page that asks why; then the verb."""
    if not may(step, request.user):
        raise PermissionDenied
    batch = frame.found(request, pk)
    reason, errors = request.POST.get("reason", "").strip(), []
    if sent(request):
        if not reason:
            errors = [
                _("Say why: it stays on record with the import.") if step is DISCARD
                else _("Say why: it stands in the history of every record that this changes.")
            ]  # fmt: skip
        elif step is APPLY and not frame.unchanged(request, batch):
            errors = [_("Somebody has changed this import since you opened this page; look at its preview again before you apply it.")]
        else:
            try:
                came = step.verb(batch, by=request.user, reason=reason)
            except (Refused, ValidationError, Trouble) as error:
                errors = sentences(error) if isinstance(error, Refused | ValidationError) else [str(error)]
            else:
                if isinstance(came, imports.HandedIn):
                    return _handed_in(request, batch, came)
                return HttpResponseRedirect(frame.url(batch, "change"))
    preview = getattr(batch, "preview", None) if batch.state != ImportState.UPLOADED else None
    return frame.page(
        admin, request, batch, step.name, "ask", title=step.title, step_title=step.title, asks=step, errors=errors, reason=reason,
        counts=admin.counts_in_words(preview.counts) if preview else [], counts_of=frame.url(batch, "change"),
        why_not=why_not(step, batch, request.user),
        cancel=frame.url(batch, "change"),
    )  # fmt: skip


def may(step: Step, user: Any) -> bool:
    """Whether the person's role includes a step."""
    return any(user.has_perm(right) for right in step.rights)


def why_not(step: Step, batch: Import, user: Any) -> str:
    """Why a step cannot be taken now, in a sentence; empty where it can."""
    if not may(step, user):
        return _("Your role does not include this.")
    if step is APPLY:
        if batch.state != ImportState.PREVIEWED:
            return _("Look first at what it would do.")
        refused = batch.preview.counts["rows"]["refused"]
        if refused and not batch.without_refused:
            return ngettext(
                "%(count)s row is refused; mend it, or say below that the rest goes without it.",
                "%(count)s rows are refused; mend them, or say below that the rest goes without them.",
                refused,
            ) % {"count": refused}
        if batch.preview.governments:
            return imports.unknown_names(len(batch.preview.governments))
        return ""
    if step is DISCARD:
        if batch.state not in frame.OPEN:
            return frame.why_not_open(batch)
        return _only_for(batch, user, _("Only %(name)s or an administrator can discard it."), batch.made_by_id)
    if batch.state != ImportState.APPLIED:
        return _("It is not applied.")
    if step is HAND_IN and not imports.to_submit(imports.counted(batch)):
        return _("None of its records is a draft that could be submitted.")
    if step is UNDO:
        others = _only_for(batch, user, _("Only %(name)s or an administrator can undo it."), batch.made_by_id, batch.applied_by_id)
        return others or imports.stands_against_undo(batch)
    return ""


def _only_for(batch: Import, user: Any, sentence: str, *own: int | None) -> str:
    """Why a step is somebody else's; empty for whose import it is, and for who takes back the imports of others."""
    return "" if user.pk in own or user.has_perm("tracker.undo_import") else sentence % {"name": batch.made_by.public_name}


def _handed_in(request: HttpRequest, batch: Import, came: Any) -> HttpResponse:
    url = reverse("admin:tracker_submission_change", args=[came.submission.pk])
    text = ngettext(
        'Submitted as <a href="{}">#{}</a>, {} record. It waits for a second person.',
        'Submitted as <a href="{}">#{}</a>, {} records. It waits for a second person.',
        came.records,
    )
    messages.success(request, format_html(text, url, came.submission.pk, came.records))
    if came.refused:
        stay = ngettext(
            '{} record stays a draft: <a href="#stayed">why</a>.', '{} records stay drafts: <a href="#stayed">why</a>.', len(came.refused)
        )
        messages.warning(request, format_html(stay, len(came.refused)))
    return HttpResponseRedirect(frame.url(batch, "change"))

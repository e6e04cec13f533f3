"""Submit, approve, return, publish, take back, withdraw: each asks for its reason on a page, calls its verb and says what came of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.admin.bundle import hanging_on, rested_on, returned_with, states_of
from tracker.admin.comments import count_in_words
from tracker.editorial import verbs
from tracker.editorial.bundles import find, left_by, name_of, needed
from tracker.editorial.comments import open_on
from tracker.editorial.readiness import Name
from tracker.editorial.verbs import Refused, own_work
from tracker.models import State, Submission
from tracker.models.base import Publishable
from tracker.templatetags.desk import form_url

MOST_AT_ONCE = 500
"""Records in one submission made by hand: more than that nobody reviews."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the workflow as its page shows it."""

    action: str
    title: Any
    button: Any
    advice: Any
    reason_required: bool
    right: str = ""
    states: tuple[State, ...] = ()
    verb: Callable[..., Any] | None = None
    done: Any = ""


SUBMIT = Step(
    action="submit_for_review",
    title=gettext_lazy("Submit for review"),
    button=gettext_lazy("Submit for review"),
    advice=gettext_lazy("A second person approves exactly what is submitted here; it is published whole, as one edition of the site."),
    reason_required=True,
)
WITHDRAW = Step(
    action="withdraw_from_site",
    title=gettext_lazy("Withdraw from the site"),
    button=gettext_lazy("Ask for the withdrawal"),
    advice=gettext_lazy("A second person approves it. Readers then find a note that the record was withdrawn, and why; earlier editions keep it."),
    reason_required=True,
)
TAKE_DOWN = Step(
    action="take_down_from_site",
    title=gettext_lazy("Take down for legal reasons"),
    button=gettext_lazy("Ask for the takedown"),
    advice=gettext_lazy(
        "Only where the law asks for it. A second person approves it. The record's words are then shown nowhere on the site, on past days neither; "
        "its key, the reason that you give and the day stay public. What was merely wrong is corrected or withdrawn."
    ),
    reason_required=True,
)
APPROVE = Step(
    action="approve",
    title=gettext_lazy("Approve"),
    button=gettext_lazy("Approve"),
    advice=gettext_lazy("You approve exactly these versions. Any later edit voids the approval."),
    reason_required=False,
    right="tracker.review",
    states=(State.SUBMITTED,),
    verb=verbs.approve,
    done=gettext_lazy("Submission #%(number)s is approved. It is not public before it is published."),
)
RETURN = Step(
    action="return_to_author",
    title=gettext_lazy("Return to the author"),
    button=gettext_lazy("Return to the author"),
    advice=gettext_lazy("Say what is to be mended; the author finds it in the queue of returned work."),
    reason_required=True,
    right="tracker.review",
    states=(State.SUBMITTED,),
    verb=verbs.return_to_author,
    done=gettext_lazy("Submission #%(number)s went back to its author."),
)
PUBLISH = Step(
    action="publish",
    title=gettext_lazy("Publish"),
    button=gettext_lazy("Publish"),
    advice=gettext_lazy("Readers see these versions from now on, as one numbered edition. It cannot be undone, only followed by another edition."),
    reason_required=False,
    right="tracker.publish",
    states=(State.APPROVED,),
    verb=verbs.publish,
    done=gettext_lazy("Submission #%(number)s is public as edition %(edition)s."),
)
TAKE_BACK = Step(
    action="take_back",
    title=gettext_lazy("Take back"),
    button=gettext_lazy("Take back"),
    advice=gettext_lazy("The records stay as they are at the desk and can be submitted again."),
    reason_required=True,
    states=(State.SUBMITTED, State.APPROVED),
    verb=verbs.take_back,
    done=gettext_lazy("Submission #%(number)s was taken back."),
)
DECISIONS = (APPROVE, PUBLISH, RETURN, TAKE_BACK)


def why_not(step: Step, submission: Submission, user: Any) -> str:
    """Why this user cannot take this step now, in a sentence; empty where nothing stands against it."""
    if submission.state not in step.states:
        return _("The submission is %(state)s.") % {"state": State(submission.state).label}
    if step is TAKE_BACK:
        allowed = submission.submitted_by_id == user.pk or user.has_perm("tracker.review")
        return "" if allowed else _("Only %(name)s or a reviewer can take it back.") % {"name": submission.submitted_by.public_name}
    if not user.has_perm(step.right):
        return _("Your role does not include this; a reviewer's does.")
    if step is APPROVE and (own := own_work(submission, user)):
        return _("You recorded or last edited %(record)s, or asked for its withdrawal; another person must approve it.") % {"record": own.key}
    return ""


def reason_required(step: Step, submissions: Iterable[Submission]) -> bool:
    """Whether a step must say why. Open comments are the reason of what is returned."""
    if step is RETURN:
        return any(not open_on(submission).exists() for submission in submissions)
    return step.reason_required


def sentences(error: Refused | ValidationError) -> list[str]:
    """What a verb says when it refuses, one sentence an item."""
    return list(error.messages) if isinstance(error, ValidationError) else [str(error)]


def ask_about_records(model_admin: Any, request: HttpRequest, chosen: QuerySet[Any], step: Step) -> HttpResponse:
    """The page that asks why, then the verb. What was typed and ticked stays on the page when the verb refuses."""
    records: list[Publishable] = list(chosen[: MOST_AT_ONCE + 1])
    if len(records) > MOST_AT_ONCE:
        messages.error(request, _("Choose at most %(number)s records: more than that nobody reviews at once.") % {"number": MOST_AT_ONCE})
        return HttpResponseRedirect(request.get_full_path())
    user: Any = request.user
    confirmed = request.method == "POST" and "confirmed" in request.POST
    again = confirmed or hasattr(request, "kept_form")  # the page was seen before: what was ticked and typed on it stands
    ticked = [(value.partition(":")[0], value.partition(":")[2]) for value in request.POST.getlist("also")] if again else []
    errors: list[str] = []
    if confirmed:
        allowed = [record for record in find(ticked) if _may_submit(user, record)]
        reason = request.POST.get("reason", "").strip()
        try:
            if step is SUBMIT:
                submission = verbs.submit([*records, *allowed], by=user, reason=reason)
            else:
                going = {name_of(record) for record, refers in left_by(records) if refers}
                too, changed = ([record for record in allowed if (name_of(record) in going) is refers] for refers in (True, False))
                if step is TAKE_DOWN:
                    submission = verbs.take_down(records, by=user, reason=reason, withdrawing=too, alongside=changed)
                else:
                    submission = verbs.withdraw([*records, *too], by=user, reason=reason, alongside=changed)
        except (Refused, ValidationError) as error:
            errors = sentences(error)
        else:
            url = reverse("admin:tracker_submission_change", args=[submission.pk])
            count = submission.versions.count()
            text = ngettext(
                'Submitted as <a href="{}">#{}</a>, {} record. It waits for a second person.',
                'Submitted as <a href="{}">#{}</a>, {} records. It waits for a second person.',
                count,
            )
            messages.success(request, format_html(text, url, submission.pk, count))
            return HttpResponseRedirect(url)
    return _page(
        model_admin,
        request,
        step,
        errors,
        chosen=states_of(records),
        companions=_companions(records, step, ticked if confirmed else None),
        pks=[record.pk for record in records],
        cancel_url=form_url(records[0]) if len(records) == 1 else "",
    )


def _companions(records: list[Publishable], step: Step, ticked: list[Name] | None) -> list[dict[str, Any]]:
    """What is offered beside the records: what they need, or what would be left without them, and what may go along.

    ``ticked`` is None while nobody has ticked: what is needed is proposed.
    """
    must: list[tuple[Publishable, str]]
    if step is SUBMIT:
        resting = rested_on(records)
        must = [(record, _("the verdict rests on it")) for record in resting]
        back = returned_with(records)
        must += [(record, _("came back with it")) for record in back]
        must += [(record, _("needed")) for record in needed([*records, *resting, *back])]
        may = hanging_on(records)
    else:
        words = {True: _("refers to it: is withdrawn with it"), False: _("referred to it: its new version is published with the withdrawal")}
        must, may = [(record, words[refers]) for record, refers in left_by(records)], []
    why = {name_of(record): word for record, word in must}
    offered = [*{name_of(record): record for record, _word in must}.values(), *(record for record in may if name_of(record) not in why)]
    return [
        {
            "record": record,
            "state": state,
            "value": ":".join(name_of(record)),
            "why": why.get(name_of(record), ""),
            "ticked": name_of(record) in why if ticked is None else name_of(record) in ticked,
        }
        for record, state in states_of(offered)
    ]


def ask_about_submissions(model_admin: Any, request: HttpRequest, chosen: Iterable[Submission], step: Step) -> HttpResponse:
    """The same for a decision on submissions: each is decided by itself, and each refusal is said."""
    chosen = list(chosen)
    confirmed = request.method == "POST" and "confirmed" in request.POST
    reason = request.POST.get("reason", "").strip()
    refused: list[tuple[Submission, list[str]]] = []
    for submission in chosen:
        against = why_not(step, submission, request.user)
        if against:
            refused.append((submission, [against]))
        elif confirmed:
            _decide(request, step, submission, reason, refused)
    errors = [f"#{submission.pk}: {sentence}" for submission, found in refused for sentence in found]
    if confirmed and not errors:
        url = reverse("admin:tracker_submission_change", args=[chosen[0].pk]) if len(chosen) == 1 else reverse("admin:tracker_submission_changelist")
        return HttpResponseRedirect(url)
    blocked = {submission.pk for submission, _found in refused}
    left = [submission for submission in chosen if not confirmed or submission.pk in blocked]
    for submission in left:
        submission.waiting_comments = count_in_words(open_on(submission).count())
    return _page(
        model_admin,
        request,
        step,
        errors,
        submissions=left,
        pks=[submission.pk for submission in left],
        open=len(blocked) < len(chosen) or confirmed,
    )


def _decide(request: HttpRequest, step: Step, submission: Submission, reason: str, refused: list[tuple[Submission, list[str]]]) -> None:
    if not reason and reason_required(step, [submission]):
        refused.append((submission, [_("Say why.")]))
        return
    try:
        result = step.verb(submission, by=request.user, reason=reason)  # type: ignore[misc]
    except (Refused, ValidationError) as error:
        refused.append((submission, sentences(error)))
    else:
        messages.success(request, step.done % {"number": submission.pk, "edition": getattr(result, "number", "")})


def _may_submit(user: Any, record: Publishable) -> bool:
    if not user.has_perm(f"tracker.view_{record._meta.model_name}"):
        raise PermissionDenied
    return True


def _page(model_admin: Any, request: HttpRequest, step: Step, errors: list[str], **context: Any) -> TemplateResponse:
    opts = model_admin.opts
    action_url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return TemplateResponse(
        request,
        "admin/tracker/step.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": step.title,
            "step": step,
            "reason_required": reason_required(step, context.get("submissions", ())) if step is RETURN else step.reason_required,
            "errors": errors,
            "reason": request.POST.get("reason", "")
            if "confirmed" in request.POST or hasattr(request, "kept_form")
            else request.GET.get("reason", ""),
            "opts": opts,
            "action_url": action_url,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
            **context,
        },
    )

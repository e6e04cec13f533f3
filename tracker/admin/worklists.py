"""The work queues of the front page: each with its count and the list behind it, which holds exactly the rows counted."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.admin.reviewstate import DRAFT, EDITED, in_state
from tracker.editorial.freeze import KINDS
from tracker.editorial.tending import copies_in_trouble
from tracker.jobs.models import BackgroundJob
from tracker.models import State, Submission, Version


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as the front page shows it. ``parts`` are lists of which it consists, each with its noun, count and address."""

    label: Any
    advice: Any
    count: int
    url: str | None
    parts: tuple[tuple[str, int, str], ...] = ()


WAITING, APPROVED, RETURNED = "waiting", "approved", "returned"

OF_SUBMISSIONS: dict[str, tuple[Any, Any]] = {
    RETURNED: (gettext_lazy("Returned to you"), gettext_lazy("A reviewer asks for something to be mended.")),
    WAITING: (
        gettext_lazy("Submitted, waiting for a second person"),
        gettext_lazy("Read them beside their evidence, then approve or return."),
    ),
    APPROVED: (gettext_lazy("Approved, not yet published"), gettext_lazy("Readers do not see them before they are published.")),
}


def submissions_in(queue: str, submissions: QuerySet[Submission], user: Any) -> QuerySet[Submission]:
    """The submissions of a queue. Returned ones leave it when each of their records was submitted again."""
    if queue == WAITING:
        return submissions.filter(state=State.SUBMITTED)
    if queue == APPROVED:
        return submissions.filter(state=State.APPROVED)
    newer = Version.objects.filter(kind=OuterRef("kind"), key=OuterRef("key"), id__gt=OuterRef("id"))
    unanswered = Version.objects.filter(submission=OuterRef("pk")).filter(~Exists(newer))
    return submissions.filter(Exists(unanswered), state=State.RETURNED, submitted_by=user)


def queues(user: Any, site: Any) -> list[Queue]:
    """What waits for this person."""
    found = []
    if user.has_perm("tracker.view_submission"):
        changelist = reverse("admin:tracker_submission_changelist")
        for name, (label, advice) in OF_SUBMISSIONS.items():
            count = submissions_in(name, Submission.objects.all(), user).count()
            found.append(Queue(label, advice, count, f"{changelist}?{urlencode({'queue': name})}"))
    found.append(_of_records(user, _("Your drafts"), _("Recorded or last edited by you, never submitted."), DRAFT))
    found.append(_of_records(user, _("Edited since published"), _("Your edits that readers do not see yet."), EDITED))
    if user.has_perm("tracker.view_snapshot"):
        advice = _("Their files have other bytes than were captured, or are gone. An administrator brings them back from a backup.")
        found.append(
            Queue(_("Archived copies that are not what they were"), advice, copies_in_trouble().count(), reverse("admin:tracker_snapshot_trouble"))
        )
    if user.has_perm("jobs.view_backgroundjob"):
        url = f"{reverse('admin:jobs_backgroundjob_changelist')}?state=trouble"
        advice = _("In the background, or their worker died. An administrator runs them again or sets them aside.")
        found.append(Queue(_("Jobs that failed"), advice, BackgroundJob.objects.in_trouble().count(), url))
    return found


def _of_records(user: Any, label: str, advice: str, state: str) -> Queue:
    from tracker.admin.base import of_user

    parts = []
    for model in KINDS:
        name = model._meta.model_name
        if not user.has_perm(f"tracker.view_{name}"):
            continue
        count = in_state(of_user(model._default_manager.all(), user), state).count()
        if count:
            url = f"{reverse(f'admin:tracker_{name}_changelist')}?{urlencode({'review': state, 'by': 'me'})}"
            parts.append((capfirst(str(model._meta.verbose_name_plural)), count, url))
    return Queue(label, advice, sum(count for _noun, count, _url in parts), None, tuple(parts))

"""The queues by which the list of submissions can be narrowed. The work queues of the front page are in ``queues/``."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy

from tracker.models import State, Submission, Version

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

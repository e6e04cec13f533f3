"""Comments on a field of a submitted version: what a reviewer asks for, and how the author settles it."""

from collections.abc import Iterable

import pghistory
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.editions.tables import DESK
from tracker.editorial.paths import NOWHERE, value_at
from tracker.editorial.verbs import Refused
from tracker.models import Comment, RecordKind, State, Submission, User, Version

UNDER_REVIEW = (State.SUBMITTED, State.APPROVED, State.RETURNED)
"""While a submission stands here, its versions are talked about; afterwards the record's next version is."""


def comment(version: Version, *, text: str, by: User, field: str = "") -> Comment:
    """Say something about one field of a version, or about the record as a whole (``field`` empty).

    ``field`` is a path (:mod:`tracker.editorial.paths`). ``Refused`` to anybody but reviewers and the version's authors, and where the version is no
    longer under review.
    """
    if not text.strip():
        raise Refused(_("Write the comment: an empty one says nothing."))
    if why := why_no_comment(version, by):
        raise Refused(why)
    if value_at(version.body, field) is NOWHERE:
        raise Refused(_("The version has no field %(field)s.") % {"field": field})
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=""):
        return Comment.objects.create(version=version, field=field, text=text.strip(), by=by)


def settle(remark: Comment, *, by: User, answer: str = "") -> Comment:
    """Say that a comment is dealt with, and how. It stays, as it was written. ``Refused`` where it was settled before, or to a bystander."""
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=answer.strip()):
        remark = Comment.objects.select_for_update(of=("self",)).select_related("version__submission").get(pk=remark.pk)
        if not may_settle(by):
            raise Refused(_("Those who edit or review records settle comments on them."))
        if remark.settled_at:
            raise Refused(_("The comment was settled already."))
        remark.settled_by, remark.settled_at, remark.settled_note = by, timezone.now(), answer.strip()
        remark.save(update_fields=["settled_by", "settled_at", "settled_note"])
    return remark


def takes_part(version: Version, person: User) -> bool:
    """Whether someone may talk about a version: reviewers, and those who recorded, last edited or submitted it."""
    if person.has_perm("tracker.review"):
        return True
    return person.has_perm("tracker.submit") and person.pk in (version.recorded_by_id, version.edited_by_id, version.submission.submitted_by_id)


def may_settle(person: User) -> bool:
    """Whether someone may settle comments: a colleague who takes over a returned draft mends it as well as its author."""
    return person.has_perm("tracker.submit") or person.has_perm("tracker.review")


def why_no_comment(version: Version, person: User) -> str:
    """Why someone cannot comment on a version now, in a sentence; empty where nothing stands against it."""
    if not takes_part(version, person):
        return _("Reviewers and the authors of the record comment on it.")
    if version.submission.state not in UNDER_REVIEW:
        return _("The submission is %(state)s; comment on the record's next version.") % {"state": State(version.submission.state).label}
    return ""


def open_comments(names: Iterable[tuple[RecordKind | str, str]] | None = None) -> QuerySet[Comment]:
    """Comments that nobody settled: of the records named by kind and key, on whichever version; of all records where none is named."""
    found = Comment.objects.filter(settled_at=None).select_related("version__submission", "by")
    if names is None:
        return found
    condition = Q(pk__in=[])
    for kind, key in names:
        condition |= Q(version__kind=kind, version__key=key)
    return found.filter(condition)


def open_on(submission: Submission) -> QuerySet[Comment]:
    """The open comments on the versions of a submission."""
    return Comment.objects.filter(version__submission=submission, settled_at=None)

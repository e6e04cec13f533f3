"""Queues of the review: a person's own work, what waits for a second person, what waits for publication, what no person here has reviewed."""

import datetime as dt
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from tracker.admin.queues.base import Queue
from tracker.admin.queues.rows import day, rows
from tracker.admin.reviewstate import DRAFT, RETURNED, condition, with_review
from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import KINDS
from tracker.models import Action, Assessment, Change, Document, Recommendation, State, Submission, Version
from tracker.models.base import Publishable
from tracker.rules.vocabulary import Provenance

OPEN = [State.SUBMITTED.value, State.APPROVED.value]
VOID, EDITED = "void", "edited"


def title(model: type[Publishable]) -> Any:
    """What a record of a kind is called in a queue, as an expression."""
    names: dict[type[Publishable], tuple[str, ...]] = {
        Document: ("key", "title"),
        Recommendation: ("reference", "short_title"),
        Action: ("key", "title"),
        Assessment: ("addressee__recommendation__reference", "addressee__government__name"),
    }
    first, second = names[model]
    return Concat(F(first), Value(" → " if model is Assessment else " · "), F(second), output_field=TextField())


COMMENTED = "commented"


def _mine(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    """Drafts, what was returned, what was edited after it was submitted, and what was edited since it was published."""
    groups = {}
    for model, kind in KINDS.items():
        key = "reference" if model is Recommendation else "key"
        newest = Version.objects.filter(kind=kind, key=OuterRef(key)).order_by("-id")
        own = Q(recorded_by=user) | Q(edited_by=user)
        records = with_review(model._default_manager.all()).annotate(
            _voided=Subquery(newest.values("voided_at")[:1]),
            _submitted_by=Subquery(newest.values("submission__submitted_by")[:1]),
            _asked=Subquery(newest.values("submission__decision_reason")[:1]),
            _remarks=Subquery(newest.annotate(_open=Count("comments", filter=Q(comments__settled_at=None))).values("_open")[:1]),
        )
        returned = condition(RETURNED) & (own | Q(_submitted_by=user.pk))
        void = own & Q(_last_state__in=OPEN, _voided__isnull=False)
        edited = (
            own & Q(_is_public=True, edited_at__gt=F("_public_since")) & (Q(_last_state=None) | ~Q(_last_state__in=[*OPEN, State.RETURNED.value]))
        )
        draft = own & condition(DRAFT)
        groups[str(kind)] = rows(
            records.filter(returned | void | edited | draft),
            opens=(str(model._meta.model_name), F("pk")),
            what=title(model),
            since=day("edited_at"),
            why=Case(
                When(returned & Q(_asked=""), then=Value(COMMENTED)),
                When(returned, then=Value(RETURNED)),
                When(void, then=Value(VOID)),
                When(edited, then=Value(EDITED)),
                default=Value(DRAFT),
                output_field=TextField(),
            ),
            detail=Case(When(_asked="", then=Cast("_remarks", TextField())), default=F("_asked")),
        )
    return groups


MINE = Queue(
    name="mine",
    label=_("Your work"),
    advice=_("Recorded or last edited by you, and not on its way to readers. Finish it and submit it."),
    right="tracker.submit",
    groups=_mine,
    reasons={
        DRAFT: _("draft, never submitted"),
        RETURNED: _("returned: %(detail)s"),
        COMMENTED: _("returned, with open comments: %(detail)s"),
        VOID: _("edited after it was submitted; submit it again"),
        EDITED: _("edited since it was published; readers see the version before"),
    },
)


def _submissions(submissions: QuerySet[Submission], since: str) -> dict[str, QuerySet[Any]]:
    counted = submissions.annotate(_records=Count("versions"))
    return {
        "submission": rows(
            counted,
            opens=("submission", F("pk")),
            what=Concat(Value("#"), F("pk"), Value(" "), F("reason"), output_field=TextField()),
            since=day(since),
            why="submission",
            detail=F("_records"),
        )
    }


def _to_review(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    """Others' submissions that nobody has edited since; an auditor sees all of them."""
    own = Version.objects.filter(submission=OuterRef("pk")).filter(Q(recorded_by=user) | Q(edited_by=user))
    void = Version.objects.filter(submission=OuterRef("pk"), voided_at__isnull=False)
    return _submissions(Submission.objects.filter(~Exists(own), ~Exists(void), state=State.SUBMITTED), "submitted_at")


TO_REVIEW = Queue(
    name="to-review",
    label=_("To review"),
    advice=_("Submitted by somebody else. Read it beside its evidence, then approve or return it."),
    right="tracker.review",
    groups=_to_review,
    reasons={"submission": _("records: %(detail)s")},
)


def _to_publish(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    void = Version.objects.filter(submission=OuterRef("pk"), voided_at__isnull=False)
    return _submissions(Submission.objects.filter(~Exists(void), state=State.APPROVED), "decided_at")


TO_PUBLISH = Queue(
    name="to-publish",
    label=_("Approved, not published"),
    advice=_("Readers do not see it before somebody publishes it."),
    right="tracker.publish",
    groups=_to_publish,
    reasons={"submission": _("records: %(detail)s")},
)


def _shipped(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    """What is public as shipped and is not on its way through review."""
    groups = {}
    for model, kind in KINDS.items():
        key = "reference" if model is Recommendation else "key"
        current = RecordEdition.desk.known_at(None).filter(
            kind=kind, key=OuterRef(key), provenance=Provenance.SHIPPED.value, change=Change.PUBLISH.value
        )
        under_way = Version.objects.filter(kind=kind, key=OuterRef(key), voided_at=None, submission__state__in=OPEN)
        groups[str(kind)] = rows(
            model._default_manager.annotate(_since=Subquery(current.values("known_from")[:1])).filter(Exists(current), ~Exists(under_way)),
            opens=(str(model._meta.model_name), F("pk")),
            what=title(model),
            since=day("_since"),
            why="shipped",
        )
    return groups


SHIPPED = Queue(
    name="shipped",
    label=_("Shipped data, not reviewed here"),
    advice=_("Came with the software. Open it, compare it with its sources, mend it or confirm it as it is; a second person approves."),
    right="tracker.submit",
    groups=_shipped,
    reasons={"shipped": _("no person here has reviewed it")},
    by_kind=True,
)

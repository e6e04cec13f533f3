"""Queues of the evidence: what came to light after an assessment, searches that run out, sources that are gone or changed, challenges, captures."""

import datetime as dt
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Least, Left, Length
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.queues.base import Queue
from tracker.admin.queues.review import title
from tracker.admin.queues.rows import ASSESS, COPIES, day, ends_before, rows
from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import MODELS
from tracker.editorial.tending import copies_in_trouble
from tracker.models import (
    Addressee,
    Assessment,
    Capture,
    Challenge,
    Change,
    CitationUse,
    Effect,
    LinkCheck,
    PassageCheck,
    Recommendation,
    RecordKind,
    Search,
    Version,
)
from tracker.rules.searches import HOLDS_FOR
from tracker.rules.vocabulary import AssessorKind, CaptureState, ChallengeState, Direction, LinkOutcome, PassageOutcome, Stance, Status

SOON = dt.timedelta(days=30)
"""How long before its end a search is shown: time enough to make another."""


def holding() -> QuerySet[Assessment]:
    """The staff's assessments that no other follows and that were not withdrawn."""
    withdrawn = RecordEdition.desk.known_at(None).filter(kind=RecordKind.ASSESSMENT, key=OuterRef("key"), change__in=Change.taking_off())
    return Assessment.objects.filter(~Exists(withdrawn), assessor_kind=AssessorKind.STAFF.value, superseded_by=None)


def _seen() -> Any:
    """When the assessor last looked: when the assessment was recorded or, later, submitted."""
    newest = Version.objects.filter(kind=RecordKind.ASSESSMENT, key=OuterRef("key")).order_by("-id")
    return Greatest(F("recorded_at"), Coalesce(Subquery(newest.values("submission__submitted_at")[:1]), F("recorded_at")))


def _new_evidence(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    """An effect on the addressee, or a dispute of the assessment or of an action that bears on it, recorded since."""
    recorded = {"history__pgh_created_at__gt": OuterRef("_seen")}
    effects = Effect.objects.filter(addressee=OuterRef("addressee"), history__pgh_label="insert", **recorded)
    disputes = CitationUse.objects.filter(stance=Stance.DISPUTES.value, history__stance=Stance.DISPUTES.value, **recorded)

    def first(of: QuerySet[Any]) -> Subquery:
        return Subquery(of.order_by("history__pgh_created_at").values("history__pgh_created_at")[:1])

    records = (
        holding()
        .annotate(_seen=_seen())
        .annotate(
            _effect=first(effects),
            _dispute=Least(
                first(disputes.filter(assessment=OuterRef("pk"))),
                first(disputes.filter(action__effects__addressee=OuterRef("addressee"))),
                first(disputes.filter(legal_status__action__effects__addressee=OuterRef("addressee"))),
            ),
        )
    )
    both = Q(_effect__isnull=False, _dispute__isnull=False)
    why = Case(When(both, then=Value("both")), When(_effect__isnull=False, then=Value("effect")), default=Value("dispute"), output_field=TextField())
    return {
        "assessment": rows(
            records.filter(Q(_effect__isnull=False) | Q(_dispute__isnull=False)),
            opens=("assessment", F("pk")),
            what=title(Assessment),
            since=day(Least("_effect", "_dispute")),
            why=why,
        )
    }


NEW_EVIDENCE = Queue(
    name="new-evidence",
    label=_("New evidence since the assessment"),
    advice=_("Look whether the status still holds; submit the assessment again, or follow it with another."),
    right="tracker.submit",
    groups=_new_evidence,
    reasons={
        "effect": _("an effect was recorded after it"),
        "dispute": _("something disputes it since"),
        "both": _("an effect and a dispute were recorded after it"),
    },
)


def _due(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    """Searches behind a negative status that run out within a month, and days for another look that have passed."""
    made_by = _months_before(today + SOON, HOLDS_FOR)
    searches = Search.objects.filter(assessment=OuterRef("pk"))
    resting = holding().filter(status__in=[status.value for status in Status if status.rests_on_a_search]).filter(Exists(searches))
    fresh = searches.filter(~ends_before("searched_on", made_by + dt.timedelta(days=1)))
    newest = Subquery(searches.annotate(_on=Cast("searched_on", TextField())).order_by("-_on").values("_on")[:1])
    return {
        "search": rows(
            resting.filter(~Exists(fresh)).annotate(_searched=newest),
            opens=("assessment", F("pk")),
            what=title(Assessment),
            since=F("_searched"),
            why="search",
            detail=F("_searched"),
        ),
        "review": rows(
            holding().filter(ends_before("review_on", today), review_on__isnull=False),
            opens=("assessment", F("pk")),
            what=title(Assessment),
            since=F("review_on"),
            why="review",
            detail=F("review_on"),
        ),
    }


def _months_before(day_: dt.date, months: int) -> dt.date:
    """The same day so many months before; the last of the month where it has no such day."""
    year, month = divmod(day_.year * 12 + day_.month - 1 - months, 12)
    first_of_next = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(day_.day, (first_of_next - dt.timedelta(days=1)).day))


DUE = Queue(
    name="due",
    label=_("Searches that run out, reviews that are due"),
    advice=_("Search again, or look whether the status still holds."),
    right="tracker.submit",
    groups=_due,
    reasons={
        "search": _("the search of %(detail)s counts for twelve months"),
        "review": _("was to be looked at again on %(detail)s"),
    },
)


def _sources(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    """Addresses that moved, are gone or do not answer, cited words that a later copy lacks, and one's own captures that brought nothing.

    A check of an address that the document had before says nothing of the one that it has; and a capture that brought nothing waits until somebody
    asks for the address again or says that it was seen.
    """
    checked = LinkCheck.objects.filter(url=F("document__url"))
    broken = checked.filter(outcome__in=[LinkOutcome.GONE.value, LinkOutcome.FAILING.value])
    moved = checked.filter(outcome=LinkOutcome.MOVED.value)
    lost = PassageCheck.objects.filter(outcome=PassageOutcome.LOST.value, seen_by=None)
    again = Capture.objects.filter(
        url=OuterRef("url"), pk__gt=OuterRef("pk"), state__in=[CaptureState.HELD.value, CaptureState.WAITING.value]
    ).exclude(url="")
    nothing = Capture.objects.filter(~Exists(again), state=CaptureState.NOTHING.value, requested_by=user, seen_by=None)
    since = Coalesce("failing_since", "checked_at")
    document = Concat(F("document__key"), Value(" · "), F("document__title"), output_field=TextField())
    citation = Concat(F("citation__document__key"), Value(" "), F("citation__locator"), Value(": "), F("citation__says"), output_field=TextField())
    return {
        "document": rows(broken, opens=("document", F("document")), what=document, since=day(since), why="link", detail=F("outcome")),
        "moved": rows(moved, opens=(COPIES, F("document")), what=document, since=day("checked_at"), why="moved", detail=F("moved_to")),
        "citation": rows(lost, opens=("citation", F("citation")), what=citation, since=day("checked_at"), why="lost"),
        "snapshot": rows(
            copies_in_trouble(), opens=("snapshot", F("pk")), what=_copied(), since=day(Coalesce("failing_since", "checked_at")), why="copy"
        ),
        "capture": rows(nothing, opens=("capture", F("pk")), what=_captured(), since=day("requested_at"), why="nothing", detail=F("problem")),
    }


def _copied() -> Any:
    of = Coalesce(Cast("snapshot__document__key", TextField()), Cast("snapshot__url", TextField()))
    return Concat(of, Value(" "), Left("snapshot__sha256", 12), output_field=TextField())


def _captured() -> Any:
    return Case(When(url="", then=F("file_name")), default=F("url"), output_field=TextField())


def _spell_link(value: str) -> str:
    return gettext(LinkOutcome(value).label) if value in list(LinkOutcome) else value


SOURCES = Queue(
    name="sources",
    label=_("Broken or changed sources"),
    advice=_("Mend the address, cite an archived copy, or say what the later version lacks."),
    right="tracker.submit",
    groups=_sources,
    reasons={
        "link": _("its address: %(detail)s"),
        "moved": _("its page moved for good to %(detail)s"),
        "copy": _("the archived file is not what was captured; an administrator brings it back from a backup"),
        "lost": _("the cited words are not in the later copy"),
        "nothing": _("nothing was archived: %(detail)s"),
    },
    spell=_spell_link,
)


def _captures(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    waiting = Capture.objects.filter(state=CaptureState.HELD.value, snapshot__document=None)
    return {"capture": rows(waiting, opens=("capture", F("pk")), what=_captured(), since=day("requested_at"), why="waiting")}


CAPTURES = Queue(
    name="captures",
    label=_("Archived, without a document"),
    advice=_("Say which document the copy is of."),
    right="tracker.submit",
    groups=_captures,
    reasons={"waiting": _("the copy belongs to no document yet")},
)


def _challenges(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    """Open ones, each named by the record that it speaks of; its form, where it is answered, links to that."""
    groups = {}
    for kind, model in MODELS.items():
        key = "reference" if model is Recommendation else "key"
        about = model._default_manager.filter(**{key: OuterRef("key")})
        groups[str(kind)] = rows(
            Challenge.objects.filter(state=ChallengeState.OPEN.value, kind=kind).annotate(
                _title=Coalesce(Subquery(about.annotate(_title=title(model)).values("_title")[:1]), Cast("key", TextField()))
            ),
            opens=("challenge", F("pk")), what=F("_title"), since=day("received_at"), why="challenge", detail=F("says"),
        )  # fmt: skip
    return groups


CHALLENGES = Queue(
    name="challenges",
    label=_("Challenges from readers"),
    advice=_("Compare what the reader says with the sources, mend the record if it is right, and answer."),
    right="tracker.submit",
    groups=_challenges,
    reasons={"challenge": _("“%(detail)s”")},
)


def _deadlines(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    """Addressees whose deadline has passed, on which no action that fulfils anything bears, and which nobody has assessed since."""
    done = Effect.objects.filter(addressee=OuterRef("pk"), direction__in=[Direction.FULFILS.value, Direction.PARTLY_FULFILS.value])
    due = Cast(F("addressee__recommendation__due_on"), TextField())
    looked = Assessment.objects.filter(addressee=OuterRef("pk"), assessor_kind=AssessorKind.STAFF.value)
    looked = looked.filter(GreaterThan(Left(day("recorded_at"), Length(due)), due))
    passed = Addressee.objects.counted().filter(ends_before("recommendation__due_on", today), recommendation__due_on__isnull=False)
    due_on = Cast("recommendation__due_on", TextField())
    return {
        "addressee": rows(
            passed.filter(~Exists(done), ~Exists(looked)),
            opens=(ASSESS, F("pk")),
            what=Concat(F("recommendation__reference"), Value(" → "), F("government__name"), output_field=TextField()),
            since=due_on,
            why="deadline",
            detail=due_on,
        )
    }


DEADLINES = Queue(
    name="deadlines",
    label=_("Deadlines passed without an action"),
    advice=_("Search for what the government did, and assess."),
    right="tracker.submit",
    groups=_deadlines,
    reasons={"deadline": _("was due on %(detail)s; no action that fulfils it is on record")},
)

"""Where records stand between draft and public: in a word for lists, in a sentence for forms, as a condition for filters."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, prefetch_related_objects
from django.utils.translation import gettext as _

from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import KINDS, PREFETCH, content_hash, freeze
from tracker.models import Change, Recommendation, State, Version
from tracker.models.base import Publishable
from tracker.rules.vocabulary import Provenance


@dataclass(frozen=True, slots=True)
class ReviewState:
    """Where a record stands. ``edited`` compares the record, citations included, with what was submitted or published last."""

    submission: int | None = None
    state: State | None = None  # of the newest submission that holds the record; None: never submitted
    edition: int | None = None  # the edition that is public; None: the record is not public
    withdrawn: bool = False  # it was public and was taken off the site
    edited: bool = False
    shipped: bool = False  # readers see it as shipped with the software, and nobody has submitted it since

    @property
    def ever_submitted(self) -> bool:
        """Whether a version of it exists: it can no longer be deleted and keeps its key."""
        return self.submission is not None or self.edition is not None or self.withdrawn

    @property
    def tone(self) -> str:
        """A class for the stylesheet."""
        if self.state in (State.SUBMITTED, State.APPROVED):
            return "void" if self.edited else str(self.state)
        if self.state is State.RETURNED:
            return "returned"
        if self.edition:
            return "edited" if self.edited else "published"
        return "withdrawn" if self.withdrawn else "draft"

    @property
    def word(self) -> str:
        """As the lists show it."""
        number = {"number": self.submission, "edition": self.edition}
        if self.state is State.SUBMITTED:
            return (_("submitted #%(number)s, edited since") if self.edited else _("submitted #%(number)s")) % number
        if self.state is State.APPROVED:
            return (_("approved #%(number)s, edited since") if self.edited else _("approved #%(number)s")) % number
        if self.state is State.RETURNED:
            return _("returned #%(number)s") % number
        if self.edition:
            return (_("edited since edition %(edition)s") if self.edited else _("published, edition %(edition)s")) % number
        return _("withdrawn") if self.withdrawn else _("draft")

    @property
    def advice(self) -> str:
        """What an editor must know before changing it; empty for a draft."""
        number = {"number": self.submission, "edition": self.edition}
        sentences = []
        if self.state is State.SUBMITTED and not self.edited:
            sentences.append(_("Submitted as #%(number)s; it waits for a second person. An edit voids the submission: submit the record again."))
        elif self.state is State.APPROVED and not self.edited:
            sentences.append(_("Approved as #%(number)s, not yet published. An edit voids the approval: submit the record again."))
        elif self.state in (State.SUBMITTED, State.APPROVED):
            sentences.append(_("Edited since it was submitted as #%(number)s, which is void for that reason. Submit the record again."))
        elif self.state is State.RETURNED:
            sentences.append(_("Returned with submission #%(number)s. Mend what the reviewer asks for and submit the record again."))
        if self.edition and self.edited:
            sentences.append(_("Readers see the version of edition %(edition)s until this one is approved and published."))
        elif self.shipped:
            sentences.append(
                _("Public in edition %(edition)s as shipped with the software; no person here has reviewed it. Compare it with its sources.")
            )
        elif self.edition:
            sentences.append(
                _("Public in edition %(edition)s. Readers keep seeing that version after an edit here, until the new one is approved and published.")
            )
        elif self.withdrawn:
            sentences.append(_("It was public and was withdrawn."))
        return " ".join(sentences) % number


def review_states(records: Iterable[Publishable]) -> dict[int, ReviewState]:
    """The state of each record of one kind, by primary key. A fixed number of queries for any number of records."""
    records = list(records)
    if not records:
        return {}
    kind = KINDS[type(records[0])]
    keys = [record.public_key for record in records]
    newest = Version.objects.filter(kind=kind, key__in=keys).order_by("key", "-id").distinct("key").select_related("submission").defer("body")
    versions = {version.key: version for version in newest}
    editions = {row.key: row for row in RecordEdition.desk.known_at(None).filter(kind=kind, key__in=keys).defer("body")}
    known = [record for record in records if record.public_key in versions or record.public_key in editions]
    prefetch_related_objects(known, *PREFETCH[kind])
    states = {record.pk: ReviewState() for record in records}
    for record in known:
        states[record.pk] = _state(versions.get(record.public_key), editions.get(record.public_key), content_hash(freeze(record)))
    return states


def review_state(record: Publishable) -> ReviewState:
    """The state of one record as the database holds it now."""
    fresh = type(record)._default_manager.get(pk=record.pk)
    return review_states([fresh])[record.pk]


def _state(version: Version | None, edition: RecordEdition | None, held: str) -> ReviewState:
    state = State(version.submission.state) if version else None
    public = edition if edition and edition.change == Change.PUBLISH else None
    open_version = version if version and state in (State.SUBMITTED, State.APPROVED) else None
    compared_with = open_version or public
    return ReviewState(
        submission=version.submission_id if version else None,
        state=state if state in (State.SUBMITTED, State.APPROVED, State.RETURNED) else None,
        edition=public.edition if public else None,
        withdrawn=bool(edition and not public),
        edited=bool(compared_with and compared_with.content_hash != held),
        shipped=bool(public and public.provenance == Provenance.SHIPPED and not open_version),
    )


# The same as conditions, for filters and queues

DRAFT, WAITING, APPROVED, RETURNED, PUBLIC, EDITED, WITHDRAWN = (
    "draft",
    "submitted",
    "approved",
    "returned",
    "published",
    "edited",
    "withdrawn",
)


def with_review(records: QuerySet) -> QuerySet:
    """Annotate what :func:`in_state` asks for."""
    kind = KINDS[records.model]
    key = "reference" if records.model is Recommendation else "key"
    public = RecordEdition.desk.known_at(None).filter(kind=kind, key=OuterRef(key))
    newest = Version.objects.filter(kind=kind, key=OuterRef(key)).order_by("-id")
    return records.annotate(
        _last_state=Subquery(newest.values("submission__state")[:1]),
        _is_public=Exists(public.filter(change=Change.PUBLISH.value)),
        _is_withdrawn=Exists(public.filter(change__in=Change.taking_off())),
        _public_since=Subquery(public.values("known_from")[:1]),
    )


def condition(state: str) -> Q:
    """What makes a record, annotated by :func:`with_review`, be in a state.

    *Edited* goes by the time of the last edit; the lists' words compare the content itself.
    """
    settled = Q(_last_state=None) | Q(_last_state__in=[State.PUBLISHED.value, State.TAKEN_BACK.value])
    conditions = {
        DRAFT: settled & Q(_is_public=False, _is_withdrawn=False),
        WAITING: Q(_last_state=State.SUBMITTED.value),
        APPROVED: Q(_last_state=State.APPROVED.value),
        RETURNED: Q(_last_state=State.RETURNED.value),
        PUBLIC: Q(_is_public=True),
        EDITED: Q(_is_public=True, edited_at__gt=F("_public_since")),
        WITHDRAWN: settled & Q(_is_withdrawn=True),
    }
    return conditions[state]


def in_state(records: QuerySet, state: str) -> QuerySet:
    """The records in a state."""
    return with_review(records).filter(condition(state))

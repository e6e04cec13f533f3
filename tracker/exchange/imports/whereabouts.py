"""Where the records that an import wrote stand now: as drafts, in review, on the site, withdrawn, deleted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, TextField, Value, When

from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import KINDS
from tracker.editorial.readiness import Name
from tracker.exchange.schema import RESOURCES, Resource
from tracker.models import Change, Import, ImportedRow, State, Submission, Version
from tracker.models.importing import WROTE
from tracker.rules.vocabulary import Word

RECORDS = [resource for resource in RESOURCES if resource.is_record]


class Stands(Word):
    """Where a record that was imported stands."""

    DRAFT = "draft", "draft", "It can be submitted: nobody has yet, or it was returned or edited since."
    SUBMITTED = "submitted", "submitted", "It waits for a second person, or for its publication."
    PUBLISHED = "published", "published", "Readers see it as it stands here."
    WITHDRAWN = "withdrawn", "withdrawn", "It was public and was taken off the site."
    DELETED = "deleted", "deleted", "Somebody deleted it here."


@dataclass(frozen=True)
class Place:
    """Of one record: its number here, where it stands, and the submission that it waits in."""

    record: int | None
    stands: Stands
    submission: int | None = None


def names_of(batch: Import) -> QuerySet[ImportedRow, Any]:
    """The records that a batch wrote, or of which it wrote a part, once each in the order of the file: of what resource, under which key, and of
    those that it wrote themselves the number, the row and what was done."""
    rows = ImportedRow.objects.filter(batch=batch, did__in=WROTE, of_resource__in=[resource.name for resource in RECORDS])
    own = Q(resource=F("of_resource"))
    return (
        rows.values("of_resource", "of_key")
        .annotate(first=Min("pk"), own=Min("record", filter=own), row=Min("source_row", filter=own), how=Min("did", filter=own))
        .order_by("first")
    )


def count_of(batch: Import) -> int:
    """How many records a batch wrote, or wrote a part of."""
    return names_of(batch).count()


def counted(batch: Import) -> dict[Stands, int]:
    """How many of them stand where."""
    found = dict.fromkeys(Stands, 0)
    gone = count_of(batch)
    for resource in RECORDS:
        for stands, count in _placed(batch, resource).values_list("_stands").annotate(Count("pk")):
            found[Stands(stands)] += count
            gone -= count
    return {**found, Stands.DELETED: gone}


def drafts_of(batch: Import) -> list[Name]:
    """Kind and key of those that can be submitted, in the order of their kinds and keys."""
    found: list[Name] = []
    for resource in RECORDS:
        column = resource.key_columns[0].name
        drafts = _placed(batch, resource).filter(_stands=Stands.DRAFT.value)
        found += [(_kind(resource), key) for key in drafts.order_by(column).values_list(column, flat=True)]
    return found


def places(batch: Import, names: Iterable[tuple[str, str, int | None]]) -> dict[tuple[str, str], Place]:
    """Where some of them stand, by resource and key; ``names`` has the number, too, of each that the batch wrote itself: its key may have changed."""
    wanted: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for file, key, number in names:
        wanted[file].append((key, number))
    found = {}
    for resource in RECORDS:
        if not (ours := wanted[resource.name]):
            continue
        column = resource.key_columns[0].name
        numbers = [number for _key, number in ours if number is not None]
        keys = [key for key, number in ours if number is None]
        placed = _placed(batch, resource).filter(Q(pk__in=numbers) | Q(**{f"{column}__in": keys}))
        by_number, by_key = {}, {}
        for pk, key, stands, submission in placed.values_list("pk", column, "_stands", "_submission"):
            by_number[pk] = by_key[key] = Place(pk, Stands(stands), submission)
        gone = Place(None, Stands.DELETED)
        found |= {(resource.name, key): (by_key.get(key) if number is None else by_number.get(number)) or gone for key, number in ours}
    return found


def submissions_of(batch: Import) -> QuerySet[Submission, Any]:
    """The submissions that hold any of them since the batch was applied, the newest first."""
    mine = Q()
    for resource in RECORDS:
        keys = _placed(batch, resource).values(resource.key_columns[0].name)
        mine |= Q(kind=_kind(resource), key__in=keys)
    versions = Version.objects.filter(mine, submission__submitted_at__gte=batch.applied_at)
    return Submission.objects.filter(pk__in=versions.values("submission")).order_by("-pk")


def _placed(batch: Import, resource: Resource) -> QuerySet[Any, Any]:
    """Those of one kind that are here, each with where it stands and the submission that it waits in."""
    rows = ImportedRow.objects.filter(batch=batch, did__in=WROTE, of_resource=resource.name)
    own = rows.filter(resource=resource.name)
    parts = rows.filter(~Exists(own.filter(of_key=OuterRef("of_key"))))
    column, kind = resource.key_columns[0].name, _kind(resource)
    waiting = Version.objects.filter(kind=kind, key=OuterRef(column), voided_at=None, submission__state__in=[State.SUBMITTED, State.APPROVED])
    seen = RecordEdition.desk.known_at(None).filter(kind=kind, key=OuterRef(column))
    here = resource.model._default_manager
    # Two ways that each use an index, where one condition with "or" would look at every record of the kind.
    ours = here.filter(pk__in=own.values("record")).values("pk").union(here.filter(**{f"{column}__in": parts.values("of_key")}).values("pk"))
    return (
        here.filter(pk__in=ours)
        .annotate(
            _submission=Subquery(waiting.order_by("-pk").values("submission")[:1]),
            _since=Subquery(seen.filter(change=Change.PUBLISH.value).values("known_from")[:1]),
            _is_off=Exists(seen.filter(change__in=Change.taking_off())),
        )
        .annotate(
            _stands=Case(
                When(_submission__isnull=False, then=Value(Stands.SUBMITTED.value)),
                When(_since__isnull=False, edited_at__lte=F("_since"), then=Value(Stands.PUBLISHED.value)),
                When(_is_off=True, then=Value(Stands.WITHDRAWN.value)),
                default=Value(Stands.DRAFT.value),
                output_field=TextField(),
            )
        )
    )


def _kind(resource: Resource) -> str:
    return str(KINDS[resource.model])  # type: ignore[index]

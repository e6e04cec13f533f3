"""Where the records that an import wrote stand now: as drafts, in review, on the site, withdrawn, deleted.

On the site is what the public edition holds. What was saved since is compared with it, as whoever saves a record as it is has edited nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, TextField, Value, When

from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import KINDS, PREFETCH, content_hash, freeze, kind_of
from tracker.editorial.readiness import Name
from tracker.editorial.thaw import records_that_cite
from tracker.exchange.schema import RESOURCES, Resource
from tracker.models import Change, Citation, Did, Import, ImportedRow, State, Submission, Version
from tracker.models.importing import WROTE
from tracker.rules.vocabulary import Word

RECORDS = [resource for resource in RESOURCES if resource.is_record]


class Stands(Word):
    """Where a record that was imported stands."""

    DRAFT = "draft", "draft", "Readers see nothing of it; it can be submitted: nobody has yet, or it was returned."
    SUBMITTED = "submitted", "submitted", "It waits for a second person, or for its publication."
    PUBLISHED = "published", "published", "Readers see it as it stands here."
    EDITED = "edited", "published and edited since", "Readers see it as it was before; it can be submitted as it stands here."
    WITHDRAWN = "withdrawn", "withdrawn", "It was public and was taken off the site."
    DELETED = "deleted", "deleted", "Somebody deleted it here."


TO_SUBMIT = (Stands.DRAFT, Stands.EDITED)
COMPARED = 1_000
"""Records of a kind that were saved since they were published, of which it is looked whether they say anything else; any more count as edited."""


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
        placed = _placed(batch, resource)
        of_kind = {Stands(stands): count for stands, count in placed.values_list("_stands").annotate(Count("pk"))}
        same = len(_same_as_public(resource, placed.filter(_stands=Stands.EDITED.value))) if Stands.EDITED in of_kind else 0
        for stands, count in of_kind.items():
            found[stands] += count
            gone -= count
        found[Stands.EDITED] -= same
        found[Stands.PUBLISHED] += same
    return {**found, Stands.DELETED: gone}


def to_submit(counts: Mapping[Stands, int]) -> int:
    """How many of these can be submitted."""
    return sum(counts[stands] for stands in TO_SUBMIT)


def drafts_of(batch: Import) -> list[Name]:
    """Kind and key of those that can be submitted, in the order of their kinds and keys; among them what was saved since it was published, changed or
    not."""
    found: list[Name] = []
    for resource in RECORDS:
        column = resource.key_columns[0].name
        drafts = _placed(batch, resource).filter(_stands__in=[stands.value for stands in TO_SUBMIT])
        found += [(_kind(resource), key) for key in drafts.order_by(column).values_list(column, flat=True)]
    return found


def resting_on_changed(batch: Import) -> tuple[list[Name], list[Name]]:
    """Kind and key of the public records of which a passage was changed by a batch, whether or not it wrote anything else of them: the words of a
    passage are approved with each record that cites it. What waits in a submission has them already.

    First those that stand as readers have them but for that, then those that somebody saved since they were published.
    """
    changed = ImportedRow.objects.filter(batch=batch, resource="citations", did__in=[Did.CHANGED, Did.TAKEN])
    records = records_that_cite(Citation.objects.filter(pk__in=changed.values("record")))
    citing = {(str(kind_of(record)), record.public_key): record.edited_at for record in records}
    keys = [key for _kind, key in citing]
    public = RecordEdition.desk.known_at(None).filter(change=Change.PUBLISH.value, key__in=keys)
    since = {(kind, key): at for kind, key, at in public.values_list("kind", "key", "known_from")}
    waiting = Version.objects.filter(key__in=keys, voided_at=None, submission__state__in=[State.SUBMITTED, State.APPROVED])
    found = sorted(citing.keys() & since.keys() - set(waiting.values_list("kind", "key")))
    return [name for name in found if citing[name] <= since[name]], [name for name in found if citing[name] > since[name]]


def places(names: Iterable[tuple[str, str, int | None]]) -> dict[tuple[str, str], Place]:
    """Where records stand, by resource and key; ``names`` has the number, too, of each that an import wrote itself: its key may have changed."""
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
        placed = _where(resource, resource.model._default_manager.filter(Q(pk__in=numbers) | Q(**{f"{column}__in": keys})))
        rows = list(placed.values_list("pk", column, "_stands", "_submission"))
        edited = [pk for pk, _key, stands, _submission in rows if stands == Stands.EDITED]
        same = _same_as_public(resource, resource.model._default_manager.filter(pk__in=edited)) if edited else frozenset()
        by_number, by_key = {}, {}
        for pk, key, stands, submission in rows:
            by_number[pk] = by_key[key] = Place(pk, Stands.PUBLISHED if pk in same else Stands(stands), submission)
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


def _same_as_public(resource: Resource, edited: QuerySet[Any, Any]) -> frozenset[int]:
    """Of records that were saved since they were published: those that the public edition holds word for word all the same, as far as is looked."""
    kind = KINDS[resource.model]  # type: ignore[index]
    records = list(edited.order_by("pk").prefetch_related(*PREFETCH[kind])[:COMPARED])
    public = RecordEdition.desk.known_at(None).filter(kind=str(kind), key__in=[record.public_key for record in records])
    held = dict(public.values_list("key", "content_hash"))
    return frozenset(record.pk for record in records if held.get(record.public_key) == content_hash(freeze(record)))


def _placed(batch: Import, resource: Resource) -> QuerySet[Any, Any]:
    """Those of one kind that are here, each with where it stands and the submission that it waits in."""
    rows = ImportedRow.objects.filter(batch=batch, did__in=WROTE, of_resource=resource.name)
    own = rows.filter(resource=resource.name)
    parts = rows.filter(~Exists(own.filter(of_key=OuterRef("of_key"))))
    column, here = resource.key_columns[0].name, resource.model._default_manager
    # Two ways that each use an index, where one condition with "or" would look at every record of the kind.
    ours = here.filter(pk__in=own.values("record")).values("pk").union(here.filter(**{f"{column}__in": parts.values("of_key")}).values("pk"))
    return _where(resource, here.filter(pk__in=ours))


def _where(resource: Resource, records: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Records of one kind, each with where it stands and the submission that it waits in."""
    column, kind = resource.key_columns[0].name, _kind(resource)
    waiting = Version.objects.filter(kind=kind, voided_at=None, submission__state__in=[State.SUBMITTED, State.APPROVED])
    current = RecordEdition.desk.known_at(None).filter(kind=kind)
    public = current.filter(change=Change.PUBLISH.value, key=OuterRef(column)).order_by()
    # What few records are is looked up once for all of them, and what most are once for each: a condition is asked again wherever it stands.
    return records.annotate(
        _submission=Subquery(waiting.filter(key=OuterRef(column)).order_by("-pk").values("submission")[:1]),
        _since=Subquery(public.values("known_from")),
    ).annotate(
        _stands=Case(
            When(**{f"{column}__in": waiting.values("key")}, then=Value(Stands.SUBMITTED.value)),
            When(edited_at__lte=F("_since"), then=Value(Stands.PUBLISHED.value)),
            When(_since__isnull=False, then=Value(Stands.EDITED.value)),
            When(**{f"{column}__in": current.filter(change__in=Change.taking_off()).values("key")}, then=Value(Stands.WITHDRAWN.value)),
            default=Value(Stands.DRAFT.value),
            output_field=TextField(),
        )
    )


def _kind(resource: Resource) -> str:
    return str(KINDS[resource.model])  # type: ignore[index]

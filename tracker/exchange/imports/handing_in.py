"""The drafts of an import into one submission: reviewed, approved and published by the same rules as everything.

What publication would refuse stays a draft, and so does what rests on it; each is told with the reason.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.editions.tables import RecordEdition
from tracker.editorial import bundles
from tracker.editorial.freeze import KINDS, content_hash, freeze
from tracker.editorial.readiness import Body, Name, faults
from tracker.editorial.verbs import Refused, allowed, submit
from tracker.exchange.schema import RESOURCES
from tracker.exchange.standing import AT_ONCE
from tracker.models import Change, Import, ImportedRow, ImportState, State, Submission, User, Version
from tracker.models.base import Publishable
from tracker.models.importing import WROTE


@dataclass(frozen=True)
class HandedIn:
    """What came of handing a batch in."""

    submission: Submission
    records: int
    refused: dict[Name, list[str]]  # by kind and key: why it stays a draft


def records_of(batch: Import, names: Collection[Name] | None = None) -> list[Publishable]:
    """The records that a batch wrote, or of which it wrote a part, in the order of their kinds and keys; ``names`` (kind, key) chooses among them."""
    found: list[Publishable] = []
    for resource in RESOURCES:
        if not resource.is_record:
            continue
        kind = KINDS[resource.model]  # type: ignore[index]
        keys = ImportedRow.objects.filter(batch=batch, did__in=WROTE, of_resource=resource.name).values("of_key").distinct()
        column = resource.key_columns[0].name
        records: Any = resource.model._default_manager.filter(**{f"{column}__in": keys}).order_by(column)
        if names is not None:
            records = records.filter(**{f"{column}__in": [key for other, key in names if other == kind]})
        found += records
    return found


def count_of(batch: Import) -> int:
    """How many records a batch wrote, or wrote a part of."""
    names = [resource.name for resource in RESOURCES if resource.is_record]
    return ImportedRow.objects.filter(batch=batch, did__in=WROTE, of_resource__in=names).values("of_resource", "of_key").distinct().count()


def hand_in(batch: Import, *, by: User, reason: str, names: Collection[Name] | None = None) -> HandedIn:
    """Submit the records of an applied batch that are ready, or those chosen among them, as one submission.

    What they refer to that is neither public nor of this batch is not submitted along: it was not imported, and its author decides. ``Refused`` where
    nothing is ready, with the first reasons.
    """
    may_be_handed_in(batch, by)
    bodies, records = _bodies(records_of(batch, names))
    refused: dict[Name, list[str]] = {}
    while bodies:
        found = _by_record(bodies)
        if not found:
            break
        for name, sentences in found.items():
            refused[name] = sentences
            del bodies[name]
    if not bodies:
        if not refused:
            raise Refused(_("Everything of import #%(number)s that was chosen is public or in review already.") % {"number": batch.pk})
        reasons = [sentence for sentences in refused.values() for sentence in sentences]
        raise Refused(_("None of the %(count)s records can be handed in: %(why)s") % {"count": len(refused), "why": " ".join(reasons[:3])})
    submission = submit([records[name] for name in bodies], by=by, reason=reason, judged_here=False)
    return HandedIn(submission, len(bodies), refused)


def may_be_handed_in(batch: Import, by: User) -> None:
    """``Refused``, in a sentence, where the person may not submit or the batch is not applied."""
    allowed(by, "tracker.submit")
    if batch.state != ImportState.APPLIED:
        said = {"number": batch.pk, "state": ImportState(batch.state).label}
        raise Refused(_("Import #%(number)s is %(state)s; only what is applied can be handed in.") % said)


def _bodies(records: list[Publishable]) -> tuple[dict[Name, Body], dict[Name, Publishable]]:
    """As they would be submitted, without those that are public, or in review, word for word."""
    public = {
        (kind, key): digest
        for kind, key, digest in RecordEdition.desk.known_at(None).filter(change=Change.PUBLISH.value).values_list("kind", "key", "content_hash")
    }
    in_review = Version.objects.filter(submission__state__in=[State.SUBMITTED, State.APPROVED], voided_at=None)
    waiting = {(str(kind), key, digest) for kind, key, digest in in_review.values_list("kind", "key", "content_hash")}
    bodies: dict[Name, Body] = {}
    found: dict[Name, Publishable] = {}
    for start in range(0, len(records), AT_ONCE):
        for record in bundles.find(bundles.name_of(one) for one in records[start : start + AT_ONCE]):
            name, body = bundles.name_of(record), freeze(record)
            digest = content_hash(body)
            if public.get(name) != digest and (*name, digest) not in waiting:
                bodies[name], found[name] = body, record
    return bodies, found


def _by_record(bodies: dict[Name, Body]) -> dict[Name, list[str]]:
    """What stands against publishing these together, by the record of them that it is of."""
    found: dict[Name, list[str]] = {}
    for name, sentence in faults(bodies, today=timezone.now().date()):
        if name not in bodies:
            raise ValidationError([sentence])  # of something else than these: nothing can be left out to mend it
        found.setdefault(name, []).append(sentence)
    return found

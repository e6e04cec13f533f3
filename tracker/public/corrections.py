"""Corrections: what was changed or taken back after it had been public, found by itself from the published versions.

They are of what this site said, so that ``known`` decides which there are. Of things that came after ``as_of`` they tell nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from tracker.editions.tables import Erasure, RecordEdition
from tracker.public.as_of import documents_of
from tracker.public.clocks import Clocks
from tracker.public.filters import CORRECTIONS
from tracker.public.wording import Line, lines, parties_in
from tracker.rules.vocabulary import Nature


@dataclass
class Correction:
    """An edition of a record that corrected, withdrew or merged it. ``lines`` are empty where nothing was changed but the whole taken off."""

    record: RecordEdition
    lines: list[Line] = field(default_factory=list)

    @property
    def reviewed(self) -> bool:
        """Whether a person approved it."""
        return self.record.provenance == "reviewed"


def corrections(rows: Sequence[RecordEdition], clocks: Clocks) -> list[Correction]:
    """Editions of records with what each changed; those that correct nothing have no lines. Asks two questions, whatever the number."""
    changed = [row for row in rows if row.nature == Nature.CORRECTED]
    bodies = _bodies(changed)
    documents = documents_of(clocks, parties_in(bodies.values()))
    found = []
    for row in rows:
        after, before = bodies.get(row.pk), bodies.get(("before", row.pk))
        said = lines(row.kind, before, after, clocks=clocks, documents=documents) if before is not None and after is not None else []
        found.append(Correction(row, said))
    return found


def _bodies(rows: Sequence[RecordEdition]) -> dict[Any, Any]:
    """The body of each edition by its id, and of the one before it by ("before", id): an edition ends when the next begins."""
    if not rows:
        return {}
    wanted = Q(pk__in=[row.pk for row in rows])
    for row in rows:
        wanted |= Q(kind=row.kind, key=row.key, known_to=row.known_from)
    ended = {(row.kind, row.key, row.known_from): row.pk for row in rows}
    found: dict[Any, Any] = {}
    for pk, kind, key, known_to, body in RecordEdition.objects.filter(wanted).values_list("pk", "kind", "key", "known_to", "body"):
        found[pk] = body
        if follower := ended.get((kind, key, known_to)):
            found["before", follower] = body
    return found


def corrections_of(clocks: Clocks, records: Q) -> list[Correction]:
    """The corrections of records that the site had made by ``known``, newest first."""
    rows = RecordEdition.objects.defer("body").filter(records, nature__in=[nature.value for nature in CORRECTIONS])
    if clocks.known is not None:
        rows = rows.filter(known_from__lte=clocks.known)
    return corrections(list(rows.order_by("-edition", "kind", "key")), clocks)


def erasures(clocks: Clocks) -> list[Erasure]:
    """When data of a person was erased, newest first: why and from which records, not whose."""
    found = Erasure.objects.all()
    return list(found if clocks.known is None else found.filter(erased_at__lte=clocks.known))

"""Which records hang together: what must go into a submission beside the chosen records, and what would be left pointing at nothing."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone

from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import MODELS, PREFETCH, freeze, kind_of
from tracker.editorial.readiness import Body, Name, dependants, faults, references
from tracker.models import Change, RecordKind
from tracker.models.base import Publishable


def name_of(record: Publishable) -> Name:
    """Kind and key."""
    return str(kind_of(record)), record.public_key


def find(names: Iterable[Name]) -> list[Publishable]:
    """The records of these names; names of nothing are left out."""
    found: list[Publishable] = []
    names = list(names)
    for kind, model in MODELS.items():
        keys = [key for other, key in names if other == kind]
        if keys:
            lookup = "reference__in" if kind is RecordKind.RECOMMENDATION else "key__in"
            found += model._default_manager.filter(**{lookup: keys}).prefetch_related(*PREFETCH[kind])
    return found


def public(names: Iterable[Name]) -> set[Name]:
    """Those of the names that readers see."""
    names = set(names)
    rows = RecordEdition.desk.known_at(None).filter(key__in={key for _kind, key in names}, change=Change.PUBLISH.value)
    return set(rows.values_list("kind", "key")) & names


def needed(records: Iterable[Publishable]) -> list[Publishable]:
    """The records that the chosen ones refer to and that are not public: without them the submission would be refused."""
    chosen = {name_of(record) for record in records}
    seen = set(chosen)
    frontier = chosen
    companions: list[Publishable] = []
    while frontier:
        pointed_at: set[Name] = set()
        for record in find(frontier):
            pointed_at |= {(str(kind), key) for kind, key in references(kind_of(record), freeze(record))}
        missing = pointed_at - seen
        missing -= public(missing)
        seen |= pointed_at
        companions += find(missing)
        frontier = missing
    return companions


def left_by(records: Iterable[Publishable]) -> list[tuple[Publishable, bool]]:
    """The public records that would point at nothing if these were withdrawn, and what hangs on those in turn.

    Each with whether it must be withdrawn too: one that refers to them only in its public version, the desk's having been changed, is followed no
    further, as its new version may be published in the same submission.
    """
    gone = {name_of(record) for record in records}
    found: list[tuple[Publishable, bool]] = []
    frontier = gone
    seen = set(gone)
    while frontier:
        hanging = dependants(frontier, but=seen)
        seen |= hanging
        frontier = set()
        for record in find(hanging):
            refers = bool({(str(kind), key) for kind, key in references(kind_of(record), freeze(record))} & gone)
            found.append((record, refers))
            if refers:
                frontier.add(name_of(record))
        gone |= frontier
    return found


def not_ready(bodies: Mapping[Name, Body]) -> dict[Name, list[str]]:
    """Which of these must stay drafts, each with the reasons: what would be refused, and then what rests on it. The others can go together.

    Raises ``ValidationError`` where something else than these stands against it: nothing can be left out to mend that.
    """
    left, staying = dict(bodies), dict[Name, list[str]]()
    while found := _by_record(left):
        staying |= found
        for name in found:
            del left[name]
    return staying


def _by_record(bodies: Mapping[Name, Body]) -> dict[Name, list[str]]:
    """What stands against publishing these together, by the record of them that it is of."""
    found: dict[Name, list[str]] = {}
    for name, sentence in faults(bodies, today=timezone.now().date(), before_approval=True) if bodies else ():
        if name not in bodies:
            raise ValidationError([sentence])
        found.setdefault(name, []).append(sentence)
    return found

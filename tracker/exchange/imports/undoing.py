"""Taking an import back: what it created goes, what it took away stands again, and what it changed says again what it said before, as long as nothing
was built on any of it.

Built on it is: what was submitted or published since, what somebody edited or deleted since, what a later import changed, and what refers to its
records without having come with it. Checks that the night makes by itself (whether an address answers) are not.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, Subquery, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from config.trouble import Trouble
from tracker.editions.tables import DESK
from tracker.editorial.freeze import KINDS
from tracker.editorial.rebuild import event_model
from tracker.exchange.files import Package, PackageError, Row, check
from tracker.exchange.imports.beside import BUILT_ON, digest, plain_key, references, told
from tracker.exchange.imports.progress import Progress
from tracker.exchange.plan import Plan
from tracker.exchange.schema import BY_NAME, RESOURCES, Resource, with_related
from tracker.exchange.standing import AT_ONCE, Standing
from tracker.exchange.writing import Writing
from tracker.models import CopyCheck, Did, Import, ImportedRow, ImportState, LinkCheck, PassageCheck, SnapshotText, State, User, Version
from tracker.models.importing import WROTE

BY_THE_NIGHT = (LinkCheck, PassageCheck, CopyCheck, SnapshotText)
"""What the software itself finds out about records: it goes with them."""


def stands_against(batch: Import) -> str:
    """What was built on an applied batch, in one sentence; empty where it can be undone."""
    if batch.state != ImportState.APPLIED:
        said = {"number": batch.pk, "state": ImportState(batch.state).label}
        return _("Import #%(number)s is %(state)s; only one that is applied can be undone.") % said
    wrote = set(_written(batch).order_by().values_list("resource", "did").distinct())
    changed = [resource for resource in RESOURCES if any(name == resource.name for name, _did in wrote)]
    created = [resource for resource in RESOURCES if (resource.name, Did.CREATED) in wrote]
    for found in (_later_imports(batch), _reviewed(batch), _edited(batch, changed), _referred_to(batch, created), _taken_place(batch)):
        if why := next(found, ""):
            return _("Import #%(number)s cannot be undone: %(why)s") % {"number": batch.pk, "why": why}
    return ""


def undo(batch: Import, *, by: User, progress: Progress) -> None:
    """Take it back, within the caller's transaction. ``Trouble`` where something stands on it."""
    progress.say(_("Looking for what was built on it"), rows=0, share=0)
    _lock(batch)
    if why := stands_against(batch):
        raise Trouble(why)
    progress.say(_("Taking away what it created"), share=0.4)
    _take_away(batch)
    progress.say(_("Putting back what it changed"), share=0.8)
    _bring_back(batch)
    _put_back(batch, by)
    _mark_edited(batch, by)


def _lock(batch: Import) -> None:
    """Keep what it wrote, and the records that it is part of, from everybody else: what is saved, handed in or added from now on waits."""
    for resource in RESOURCES:
        mine = Q(pk__in=_written(batch).filter(resource=resource.name).values("record"))
        if not resource.parents:
            mine |= Q(**{f"{resource.key_columns[0].name}__in": _written(batch).filter(of_resource=resource.name).values("of_key")})
        for _pk in resource.model._base_manager.filter(mine).order_by("pk").select_for_update().values_list("pk", flat=True).iterator(AT_ONCE):
            pass


# --- What stands on it ------------------------------------------------------------------------------------------------------


def _written(batch: Import) -> models.QuerySet[ImportedRow]:
    return ImportedRow.objects.filter(batch=batch, did__in=WROTE)


def _created(batch: Import, resource: Resource) -> models.QuerySet[Any, Any]:
    """Numbers of the records that it created."""
    return ImportedRow.objects.filter(batch=batch, resource=resource.name, did=Did.CREATED).values("record")


def _later_imports(batch: Import) -> Iterator[str]:
    """Later is what was applied later, whichever file was uploaded first: rows are numbered as they are written, one import at a time."""
    others = ImportedRow.objects.filter(batch__state=ImportState.APPLIED, did__in=WROTE).exclude(batch=batch)
    later = others.filter(pk__gt=OuterRef("pk"), resource=OuterRef("resource"), key=OuterRef("key"))
    for row in (
        _written(batch).filter(Exists(later)).order_by("resource", "key")[:1]
    ):  # by its own index: the order of the file is that of all imports
        number = others.filter(pk__gt=row.pk, resource=row.resource, key=row.key).values_list("batch", flat=True)[0]
        yield _("%(record)s was changed by import #%(later)s since; undo that one first.") % {"record": row.key, "later": number}


def _reviewed(batch: Import) -> Iterator[str]:
    parts = []
    for resource in RESOURCES:
        if not resource.is_record:
            continue
        keys = _written(batch).filter(of_resource=resource.name).values("of_key")
        versions = Version.objects.filter(
            kind=str(KINDS[resource.model]),  # type: ignore[index]
            key__in=keys,
            submission__state__in=BUILT_ON,
            submission__submitted_at__gt=batch.applied_at,
        )
        parts.append(versions.order_by("key").values_list("key", "submission", "submission__state")[:1])
    for key, number, state in _first(parts):
        yield _("%(record)s was handed in since and is %(state)s (submission #%(number)s).") % {
            "record": key, "number": number, "state": State(state).label,
        }  # fmt: skip


def _first(parts: list[models.QuerySet[Any, Any]]) -> models.QuerySet[Any, Any] | tuple[()]:
    """The first row of the first of these that has any: one question."""
    return parts[0].union(*parts[1:], all=True)[:1] if parts else ()


def _edited(batch: Import, wrote: list[Resource]) -> Iterator[str]:
    """What was touched since is compared with what the import wrote: who saves a record as it is, or puts it back, has edited nothing.

    Touched is what the history has something newer of than what this import did. Entries are numbered as they are written, and a record by one
    person at a time, so that none slips in between.
    """
    touched = []
    for resource in wrote:
        history: Any = resource.model.pgh_event_model
        newest = history.objects.filter(pgh_obj=OuterRef("record")).order_by("-pgh_id").annotate(_import=KT("pgh_context__import"))
        rows = _written(batch).filter(resource=resource.name).annotate(_by=Coalesce(Subquery(newest.values("_import")[:1]), Value("", TextField())))
        touched.append(rows.exclude(_by=str(batch.pk)).order_by().values_list("resource", "record", "key", "digest"))
    if not touched:
        return
    found = touched[0].union(*touched[1:], all=True).iterator(AT_ONCE)
    for name, of_one in groupby(found, key=itemgetter(0)):
        while piece := list(islice(of_one, AT_ONCE)):
            yield from _otherwise(BY_NAME[name], [row[1:] for row in piece])


def _otherwise(resource: Resource, rows: list[tuple[int, str, str]]) -> Iterator[str]:
    """Of rows that an import wrote, by number, key and digest: those that do not say what it wrote."""
    found = with_related(resource.model._default_manager.filter(pk__in=[record for record, _key, _digest in rows]), resource.related())
    standing = {record.pk: digest(resource.cells(record).values()) for record in found}
    for record, key, wrote in rows:
        if record not in standing:
            yield _("%(record)s was deleted since.") % {"record": key}
        if standing.get(record) != wrote:
            yield _("%(record)s was edited since.") % {"record": key}


def _referred_to(batch: Import, wrote: list[Resource]) -> Iterator[str]:
    """Rows that refer to what it created and did not come with it."""
    names = {resource.model: resource for resource in RESOURCES}
    ways = [(resource, relation) for resource in reversed(wrote) for relation in relations(resource.model)]
    parts = []
    for place, (resource, relation) in enumerate(ways):
        other: Any = relation.related_model
        if other in BY_THE_NIGHT:
            continue
        referring = other._base_manager.filter(**{f"{relation.field.name}__in": _created(batch, resource)})
        own = _resource_of(other, names)
        if own is not None:
            referring = referring.exclude(pk__in=_created(batch, own))
        parts.append(referring.annotate(_place=Value(place)).order_by().values_list("_place", "pk", relation.field.attname)[:1])
    for place, number, referred_to in _first(parts):
        resource, relation = ways[place]
        one = relation.related_model._base_manager.get(pk=number)
        created = ImportedRow.objects.filter(batch=batch, resource=resource.name, did=Did.CREATED, record=referred_to)
        yield _("%(what)s “%(which)s” rests on %(record)s since.") % {
            "what": one._meta.verbose_name, "which": one, "record": created.values_list("key", flat=True)[0],
        }  # fmt: skip


def _taken_place(batch: Import) -> Iterator[str]:
    """What it took away and somebody added again since, and what that was part of and is no more."""
    for piece in _gone(batch):
        standing = _Here(Package("", "", "", _as_rows(piece), []), batch.made_by)
        missing: dict[str, set[str]] = defaultdict(set)
        for name, rows in standing.rows.items():
            for key, row in rows.items():
                if key in standing.stored[name]:
                    yield _("%(record)s was added again since.") % {"record": plain_key(told(key))}
                for target, other in references(row):
                    if other not in standing.stored[target]:
                        missing[target].add(told(other))
        for target, keys in missing.items():
            gone = ImportedRow.objects.filter(batch=batch, did=Did.GONE, resource=target, key__in=keys)
            for lost in sorted(keys - set(gone.values_list("key", flat=True))):
                yield _("%(record)s was deleted since.") % {"record": plain_key(lost)}


def relations(model: type[models.Model]) -> list[Any]:
    """How other tables refer to a model's, each column once."""
    return [relation for relation in model._meta.get_fields(include_hidden=True) if _is_reference(relation)]


def _is_reference(relation: Any) -> bool:
    if not relation.auto_created or relation.concrete or not (relation.one_to_many or relation.one_to_one):
        return False
    other = relation.related_model
    # The history refers to what it is of without holding it; a proxy's table is its model's own.
    return not hasattr(other, "pgh_tracked_model") and not other._meta.proxy and relation.field.db_constraint


def _resource_of(model: type[models.Model], names: dict[type[models.Model], Resource]) -> Resource | None:
    return next((resource for known, resource in names.items() if known._meta.concrete_model is model), None)


# --- Taking it back ---------------------------------------------------------------------------------------------------------


def _take_away(batch: Import) -> None:
    """Children first; what refers to itself goes in one statement."""
    for resource in reversed(RESOURCES):
        created = _created(batch, resource)
        if not created.exists():
            continue
        take_away(resource, created)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what was overlooked is refused here, and nothing is taken away
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def take_away(resource: Resource, numbers: Any) -> None:
    """Delete records of one file by their numbers, and what the software found out about them; nothing else may refer to them."""
    for relation in relations(resource.model):
        if relation.related_model in BY_THE_NIGHT:
            relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": numbers})._raw_delete(DESK)
    resource.model._base_manager.filter(pk__in=numbers)._raw_delete(DESK)


def _gone(batch: Import) -> Iterator[list[ImportedRow]]:
    """What it took away, in pieces, parents first."""
    rows = ImportedRow.objects.filter(batch=batch, did=Did.GONE).order_by("pk").iterator(AT_ONCE)
    while piece := list(islice(rows, AT_ONCE)):
        yield piece


def _as_rows(piece: list[ImportedRow]) -> dict[str, list[Row]]:
    """Rows of a package by file, as they stood before."""
    tables: dict[str, list[Row]] = {}
    for one in piece:
        row = Row(BY_NAME[one.resource], one.source_row, dict(one.before or {}))
        check(row)
        tables.setdefault(one.resource, []).append(row)
    return tables


def _bring_back(batch: Import) -> None:
    """What it took away stands again as it was, under its own number and with who recorded it: the history of its deletion has all of it."""
    for resource in RESOURCES:
        gone = ImportedRow.objects.filter(batch=batch, did=Did.GONE, resource=resource.name).values("record")
        events = event_model(resource.model).objects.filter(pgh_label="delete", pgh_obj_id__in=gone)
        newest = list(events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id").values_list("pgh_id", flat=True))
        if not newest:
            continue
        name = connection.ops.quote_name
        columns = ", ".join(name(str(own.column)) for own in resource.model._meta.concrete_fields)
        table, history = name(resource.model._meta.db_table), name(event_model(resource.model)._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {history} WHERE pgh_id = ANY(%s)", [newest])


class _Here(Standing):
    """What stands here and is to be put back: all of it is the import's own, as nobody edited it since."""

    takes_away = False

    def _find_foreign(self) -> None:
        pass


def _put_back(batch: Import, by: User) -> None:
    rows = _written(batch).exclude(did=Did.GONE).exclude(before=None).order_by("pk").iterator(AT_ONCE)
    while piece := list(islice(rows, AT_ONCE)):
        plan = Plan(Package("", "", "", {}, []), _Here(Package("", "", "", _as_rows(piece), []), by))
        try:
            if plan.problems:
                raise PackageError(plan.problems)
            Writing(plan, lambda _words: None).run()
        except PackageError as error:
            raise Trouble(_("Import #%(number)s cannot be undone: %(why)s") % {"number": batch.pk, "why": error.problems[0]}) from error


def _mark_edited(batch: Import, by: User) -> None:
    """A record is edited where something that is part of it went."""
    for resource in RESOURCES:
        if resource.is_record:
            keys = _written(batch).filter(of_resource=resource.name).exclude(resource=resource.name).values("of_key")
            lookup = f"{resource.key_columns[0].name}__in"
            resource.model._default_manager.filter(**{lookup: keys}).update(edited_by=by, edited_at=timezone.now())

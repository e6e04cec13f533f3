"""What stands here already of all that a package holds or refers to, and whose it is: the first half of a load.

What somebody else last edited, and what a person here reviewed after the software shipped it, is foreign to the load: it is left as it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import Q

from tracker.editorial.freeze import KINDS
from tracker.exchange.files import Package, Row
from tracker.exchange.schema import BY_NAME, RESOURCES, Column, Resource, resource_of, with_related
from tracker.models import User
from tracker.models.base import Publishable

Key = tuple[str, ...]
Name = tuple[str, Key]
"""A file and a key in it."""

AT_ONCE = 2000
"""Keys in one query, rows in one statement."""


class Standing:
    """The stored side of a load. ``reviewed`` holds kind and key of the records that a person here reviewed and the load may not replace."""

    takes_away = True
    """Whether what the package says of a record is all of it: a part of it that stands here and not there goes."""

    def __init__(self, package: Package, by: User, reviewed: Iterable[tuple[str, str]] = ()) -> None:
        self.by = by
        self.system = User.objects.filter(is_system=True).values_list("pk", flat=True).first()
        self.rows: dict[str, dict[Key, Row]] = {name: {row.key: row for row in rows} for name, rows in package.tables.items()}
        self.stored: dict[str, dict[Key, models.Model]] = {}  # as the database has them, by key
        self._roots: dict[int, Name] = {}  # by id() of rows
        self.said: dict[int, dict[str, str]] = {}  # by id(): what a stored record said before the load changed it
        files = {str(KINDS[resource.model]): resource.name for resource in RESOURCES if resource.is_record}  # type: ignore[index]
        self.reviewed: set[Name] = {(files[kind], (key,)) for kind, key in reviewed}
        self.foreign: set[Name] = set(self.reviewed)  # what somebody else last edited, deleted or reviewed here
        self._find()
        self._find_foreign()

    def _find(self) -> None:
        wanted: dict[str, set[Key]] = defaultdict(set)
        for row in self._all_rows():
            wanted[row.resource.name].add(row.key)
            for _field, target, columns in row.resource.references:
                key = tuple(row.cells[column.name] for column in columns)
                if all(key):
                    wanted[target.name].add(key)
        for resource in RESOURCES:
            self.stored[resource.name] = {}
            self._find_in(resource, wanted[resource.name])

    def _find_in(self, resource: Resource, wanted: set[Key]) -> None:
        found = self.stored[resource.name]
        for condition in self._conditions(resource, wanted):
            for record in with_related(resource.model._default_manager.filter(condition), resource.related()):
                cells = resource.cells(record)
                key = resource.key_of(cells)
                if key not in found:
                    found[key] = record
                    self.said[id(record)] = cells

    def _conditions(self, resource: Resource, wanted: set[Key]) -> Iterator[Q]:
        """Conditions that together find the wanted records, and the children of all records that the package holds."""
        if len(resource.key_columns) == 1:
            yield from _among(resource.key_columns[0].path, (key[0] for key in wanted))
        else:
            fields = resource.parents or resource.identity[:1]
            for name in fields:
                column = resource.columns_of(name)[0]
                place = [other.name for other in resource.key_columns].index(column.name)
                yield from _among(column.path, {key[place] for key in wanted if key[place]})
        if self.takes_away and resource.name in self.rows:
            for name in resource.parents:
                parents = resource_of(resource.model._meta.get_field(name).related_model)
                yield from _among(resource.columns_of(name)[0].path, {key[0] for key in self.rows.get(parents.name, ())})

    def _stored(self, name: Name) -> Any:
        return self.stored[name[0]].get(name[1])

    def _find_missing(self, names: set[Name]) -> None:
        """Rows that nothing of the load named when it was looked what stands here."""
        missing: dict[str, set[Key]] = defaultdict(set)
        for name, key in names:
            if key not in self.stored[name] and key not in self.rows.get(name, ()):
                missing[name].add(key)
        for name, keys in missing.items():
            self._find_in(BY_NAME[name], keys)

    def _lock(self, rows: list[Row], roots: Iterable[Name] = ()) -> None:
        """Keep what may be written, the records that it is part of, and ``roots`` besides from others, and read it again.

        What somebody saved meanwhile is compared, not written over. The forms (``tracker.admin.concurrency``) and handing in take the same locks.
        """
        held = {*roots, *(self.root_of(row) for row in rows)}
        self._find_missing(held)
        wanted: dict[str, set[Key]] = defaultdict(set)
        for name, key in {*held, *((row.resource.name, row.key) for row in rows)}:
            if self._stored((name, key)) is not None:
                wanted[name].add(key)
        for resource in RESOURCES:
            if not (keys := wanted[resource.name]):
                continue
            stored = self.stored[resource.name]
            records = resource.model._default_manager.filter(pk__in=[stored.pop(key).pk for key in keys])
            list(records.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
            for record in with_related(records, resource.related()):
                cells = resource.cells(record)
                stored[resource.key_of(cells)] = record
                self.said[id(record)] = cells
        self._roots.clear()  # of rows that are filled in anew

    def _roots_of_what_goes(self) -> Iterator[Name]:
        """The records of which a part stands here that the package does not have."""
        for resource in RESOURCES:
            for key, record in self.stored[resource.name].items():
                if _part_of_record(resource) and resource.name in self.rows and key not in self.rows[resource.name]:
                    yield self.root_of_record(resource.name, record)

    def _find_foreign(self) -> None:
        differing = [
            row for row in self._all_rows() if (record := self._stored((row.resource.name, row.key))) is None or self.said[id(record)] != row.cells
        ]
        self._lock(differing, self._roots_of_what_goes())
        for resource in RESOURCES:
            stored = self.stored[resource.name]
            if resource.is_record:
                self.foreign |= {(resource.name, key) for key, record in stored.items() if not self._may_follow(record.edited_by_id)}
            elif not _part_of_record(resource):
                self.foreign |= {(resource.name, key) for key in self._edited_here(resource)}
            if not _part_of_record(resource):
                self.foreign |= {(resource.name, key) for key in self._deleted_here(resource)}
        # A passage belongs to what it serves: changing it would change a record that is to stay as it is.
        different = [key for key in self._different(BY_NAME["citations"]) if key in self.rows.get("citations", {})]
        for use, root in self.users(BY_NAME["citations"], different):
            if not self.is_own(root):
                self.foreign.add(passage := ("citations", (use.citation.key,)))
                if isinstance(root, Publishable) and name_of(root) in self.reviewed:
                    self.reviewed.add(passage)

    def _different(self, resource: Resource) -> list[Key]:
        """Keys of stored rows that are not in the package as they are here."""
        rows = self.rows.get(resource.name, {})
        return [key for key, record in self.stored[resource.name].items() if key not in rows or rows[key].cells != self.said[id(record)]]

    def _edited_here(self, resource: Resource) -> set[Key]:
        """Keys of rows that differ and that somebody else last changed. They have no editor of their own; the history knows."""
        by_pk = {self.stored[resource.name][key].pk: key for key in self._different(resource)}
        history = resource.model.pgh_event_model._default_manager  # type: ignore[attr-defined]
        last = history.filter(pgh_obj_id__in=by_pk).order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
        return {by_pk[pk] for pk, context in last.values_list("pgh_obj_id", "pgh_context") if not self._did(context)}

    def _deleted_here(self, resource: Resource) -> set[Key]:
        """Keys of the package's rows that somebody else took away here."""
        rows, stored = self.rows.get(resource.name, {}), self.stored[resource.name]
        deletions = resource.model.pgh_event_model._default_manager.filter(pgh_label="delete")  # type: ignore[attr-defined]
        last: dict[Key, Any] = {}
        if any(key not in stored for key in rows):
            for entry in with_related(deletions, _leading_to(resource.key_columns)).order_by("pgh_id"):
                last[tuple(column.text_of(entry) for column in resource.key_columns)] = entry.pgh_context
        return {key for key, context in last.items() if key in rows and key not in stored and not self._did(context)}

    def _did(self, context: dict[str, Any] | None) -> bool:
        return self._may_follow((context or {}).get("user"))

    def _may_follow(self, editor: int | None) -> bool:
        """Whether the load may change what this editor wrote last: its own, or what came with the software."""
        return editor in (self.by.pk, self.system)

    def is_own(self, root: models.Model) -> bool:
        """Whether the load may change a record: no record of the four, or one that the loader last edited and that nobody reviewed since."""
        if not isinstance(root, Publishable):
            return True
        return self._may_follow(root.edited_by_id) and name_of(root) not in self.reviewed  # type: ignore[attr-defined]

    def users(self, target: Resource, keys: Iterable[Key]) -> Iterator[tuple[Any, models.Model]]:
        """The stored rows that refer to rows of a file, each with the record that it is part of."""
        names = [key[0] for key in keys]
        for resource in RESOURCES:
            for own, other, columns in resource.references:
                if other is not target or not names:
                    continue
                ways = {*resource.related(), *(f"{name}__{way}" for name in resource.parents for way in _parents_of(resource, name))}
                for condition in _among(columns[0].path, names):
                    for record in resource.model._default_manager.filter(condition).select_related(own.name, *ways):
                        yield record, _root_record(resource, record)

    def root_of(self, row: Row) -> Name:
        """The name of the record that a row of the package is part of: itself, or what it belongs to."""
        if not row.resource.parents:
            return row.resource.name, row.key
        if (found := self._roots.get(id(row))) is None:
            found = self._roots[id(row)] = self._root_of(row)
        return found

    def _root_of(self, row: Row) -> Name:
        for name in row.resource.parents:
            columns = row.resource.columns_of(name)
            key = tuple(row.cells[column.name] for column in columns)
            if not all(key):
                continue
            parents = resource_of(row.resource.model._meta.get_field(name).related_model)
            if not parents.parents:
                return parents.name, key
            if parent := self.rows.get(parents.name, {}).get(key):
                return self.root_of(parent)
            if record := self.stored[parents.name].get(key):
                return self.root_of_record(parents.name, record)
        return row.resource.name, row.key

    def root_of_record(self, name: str, record: models.Model) -> Name:
        """The name of the record that a stored row of a file is part of: itself, or what it belongs to."""
        resource = BY_NAME[name]
        for parent in resource.parents:
            if getattr(record, f"{parent}_id") is not None:
                parents = resource_of(resource.model._meta.get_field(parent).related_model)
                key = tuple(column.text_of(record) for column in resource.columns_of(parent))
                if not parents.parents:
                    return parents.name, key
                return self.root_of_record(parents.name, self.stored[parents.name].get(key) or getattr(record, parent))
        return name, tuple(column.text_of(record) for column in resource.key_columns)

    def _all_rows(self) -> Iterator[Row]:
        for rows in self.rows.values():
            yield from rows.values()


def name_of(record: Publishable) -> Name:
    """The file and the key of one of the four."""
    return resource_of(type(record)).name, (record.public_key,)


def _part_of_record(resource: Resource) -> bool:
    """Whether its rows are part of one of the four, whose editor is theirs."""
    return bool(resource.parents) and any(
        parents.is_record or _part_of_record(parents)
        for parents in (resource_of(resource.model._meta.get_field(name).related_model) for name in resource.parents)
    )


def _parents_of(resource: Resource, name: str) -> tuple[str, ...]:
    return resource_of(resource.model._meta.get_field(name).related_model).parents


def _root_record(resource: Resource, record: models.Model) -> models.Model:
    """The record that a stored row is part of: itself, or what it belongs to."""
    for name in resource.parents:
        if (other := getattr(record, name)) is not None:
            return _root_record(resource_of(type(other)), other)
    return record


def _leading_to(columns: Iterable[Column]) -> list[str]:
    return sorted({"__".join(column.path[:-1]) for column in columns if len(column.path) > 1})


def _among(path: Iterable[str], values: Iterable[str]) -> Iterator[Q]:
    """Conditions that a field is one of these values, some thousand at once."""
    listed = sorted(set(values))
    for start in range(0, len(listed), AT_ONCE):
        yield Q(**{"__".join(path) + "__in": listed[start : start + AT_ONCE]})

"""A package into the desk: whole or not at all, and nothing twice.

What the package says is compared with what is stored, cell by cell. Rows that say the same are not touched; the others are written
by the person who loads, in one transaction, with an entry in the history each. What somebody else last edited here is left as it is
and counted.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone, translation

from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import kind_of
from tracker.editorial.verbs import Refused, ship, submit
from tracker.exchange import files
from tracker.exchange.files import Package, PackageError, Problem, Row, close_to
from tracker.exchange.schema import EXCUSED, RESOURCES, Column, Resource, resource_of, with_related
from tracker.models import Change, Submission, User, system_actor
from tracker.models.base import Publishable

Key = tuple[str, ...]
Name = tuple[str, Key]  # a file and a key in it
Progress = Callable[[str], None]

AT_ONCE = 2000  # keys in one query, rows in one statement
LOCK = 7_203_461_952  # any number; one load at a time holds it
_TAKEN = re.compile(r"Key \((\w+)\)=\((.*)\) already exists", re.DOTALL)


@dataclass
class Summary:
    """What a load did. Counts are of rows; ``records`` are what the package holds and the loader may sign."""

    title: str
    created: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    left: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    records: list[Publishable] = field(default_factory=list)
    changed: list[Publishable] = field(default_factory=list)
    submission: Submission | None = None
    edition: int | None = None

    def told(self) -> list[str]:
        """The summary in sentences."""
        if self.created or self.updated or self.removed:
            counts = f"{self.created} rows added, {self.updated} changed, {self.removed} taken away, {self.unchanged} as they were"
            done = f"{self.title}: {counts}."
        else:
            done = f"{self.title}: all {self.unchanged} rows are here already, word for word."
        sentences = [done]
        if self.left:
            one = len(self.left) == 1
            did = f"edited here since {'was' if one else 'were'} left as {'it is' if one else 'they are'}"
            sentences.append(f"{len(self.left)} {'record' if one else 'records'} {did}: {_listed(self.left)}.")
        if self.withdrawn:
            one = len(self.withdrawn) == 1
            did = f"withdrawn here {'stays' if one else 'stay'} withdrawn"
            sentences.append(f"{len(self.withdrawn)} {'record' if one else 'records'} {did}: {_listed(self.withdrawn)}.")
        if self.edition is not None:
            sentences.append(f"Published as edition {self.edition} of the site.")
        if self.submission is not None:
            sentences.append(f"They are drafts, handed in for review as submission #{self.submission.pk}; a second person approves them.")
        return sentences


def _listed(names: list[str], shown: int = 10) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def load(folder: Path, *, by: User, reason: str = "", progress: Progress | None = None) -> Summary:
    """Load a package as one person's drafts, and hand what changed in for review as one submission.

    Raises :class:`PackageError` with every problem found; nothing is written then, nor where the load is interrupted.
    """
    return _load(folder, by=by, reason=reason, progress=progress, shipped=False)


def load_shipped(folder: Path, *, progress: Progress | None = None) -> Summary:
    """Load a package that comes with the software and publish it, signed by the system actor as not reviewed here."""
    return _load(folder, by=system_actor(), reason="", progress=progress, shipped=True)


def _load(folder: Path, *, by: User, reason: str, progress: Progress | None, shipped: bool) -> Summary:
    say = progress or (lambda _words: None)
    say(f"Reading {folder.name}")
    package = files.read(folder)
    if not reason:
        reason = (
            f"Case file {package.title}, shipped with the software" if shipped else f"Package {package.title}, loaded from {folder.name}"
        )
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        summary = _Loading(package, by, say).run()
        try:
            if shipped:
                _keep_withdrawn(summary)
            if shipped and summary.records:
                say("Publishing what is new")
                edition = ship(summary.records, reason=reason, progress=progress)
                summary.edition = edition.number if edition else None
            elif summary.changed and not shipped:
                summary.submission = submit(_with_drafts(summary), by=by, reason=reason)
        except Refused as refused:
            raise PackageError([str(refused)]) from refused
        except ValidationError as error:
            raise PackageError(error.messages) from error
    return summary


def _names(change: Change) -> set[tuple[str, str]]:
    """Kind and key of the records whose newest edition publishes, or withdraws, them."""
    return set(RecordEdition.desk.known_at(None).filter(change=change.value).values_list("kind", "key"))


def _with_drafts(summary: Summary) -> list[Publishable]:
    """What a load changed, with all of the package that is not public yet and that it may rest on."""
    public = _names(Change.PUBLISH)
    drafts = [record for record in summary.records if (str(kind_of(record)), record.public_key) not in public]
    return list({(kind_of(record), record.public_key): record for record in [*summary.changed, *drafts]}.values())


def _keep_withdrawn(summary: Summary) -> None:
    """What was taken off the site here does not come back with the next start."""
    withdrawn = _names(Change.WITHDRAW)
    summary.withdrawn = sorted(record.public_key for record in summary.records if (str(kind_of(record)), record.public_key) in withdrawn)
    summary.records = [record for record in summary.records if record.public_key not in summary.withdrawn]


class _Loading:
    """One load, step by step: find, leave, build, check, write."""

    def __init__(self, package: Package, by: User, say: Progress) -> None:
        self.package, self.by, self.say = package, by, say
        self.problems: list[Problem | str] = list(package.problems)
        self.rows: dict[str, dict[Key, Row]] = {name: {row.key: row for row in rows} for name, rows in package.tables.items()}
        self.stored: dict[str, dict[Key, models.Model]] = {}  # as the database has them, by key
        self.known: dict[str, dict[Key, models.Model]] = {}  # what references resolve to: stored, and about to be stored
        self.said: dict[int, dict[str, str]] = {}  # by id(): what a stored record said before the load changed it
        self.foreign: set[Name] = set()  # what somebody else last edited, or deleted, here
        self.left: set[Name] = set()  # rows of the package that the load does not touch
        self.left_with_difference: set[Name] = set()
        self.new: dict[str, list[Row]] = defaultdict(list)
        self.changed: dict[str, list[Row]] = defaultdict(list)
        self.gone: dict[str, list[models.Model]] = {}
        self.instance: dict[Name, models.Model] = {}
        self.touched: set[Name] = set()
        self.unchanged = 0

    def run(self) -> Summary:
        """All of it; raises :class:`PackageError` before anything is written, or after, so that the transaction is undone."""
        counts = Counter({name: len(rows) for name, rows in self.rows.items()})
        self.say("Comparing " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count))
        self._find()
        self._leave()
        for resource in RESOURCES:
            self._build(resource)
        self._find_gone()
        self._stop_at_problems()
        self._write()
        self._stop_at_problems()
        records: list[Any] = [
            self.instance[resource.name, key]
            for resource in RESOURCES
            if resource.is_record
            for key in self.rows.get(resource.name, {})
            if (resource.name, key) not in self.left
        ]
        changed: list[Any] = [self.known[name][key] for name, key in sorted(self.touched) if resource_named(name).is_record]
        return Summary(
            title=self.package.title,
            created=sum(map(len, self.new.values())),
            updated=sum(map(len, self.changed.values())),
            removed=sum(map(len, self.gone.values())),
            unchanged=self.unchanged,
            left=sorted(" ".join(filter(None, key)) for _file, key in self.left_with_difference),
            records=records,
            changed=changed,
        )

    def _stop_at_problems(self) -> None:
        if self.problems:
            raise PackageError(self.problems)

    # Find: what is stored of all that the package holds or refers to

    def _find(self) -> None:
        wanted: dict[str, set[Key]] = defaultdict(set)
        for row in self._all_rows():
            wanted[row.resource.name].add(row.key)
            for _field, target, columns in row.resource.references:
                key = tuple(row.cells[column.name] for column in columns)
                if all(key):
                    wanted[target.name].add(key)
        for resource in RESOURCES:
            found: dict[Key, models.Model] = {}
            for condition in self._conditions(resource, wanted[resource.name]):
                for record in with_related(resource.model._default_manager.filter(condition), resource.related()):
                    cells = resource.cells(record)
                    key = resource.key_of(cells)
                    if key not in found:
                        found[key] = record
                        self.said[id(record)] = cells
            self.stored[resource.name] = found
            self.known[resource.name] = dict(found)

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
        if resource.name in self.rows:
            for name in resource.parents:
                parents = resource_of(resource.model._meta.get_field(name).related_model)
                yield from _among(resource.columns_of(name)[0].path, {key[0] for key in self.rows.get(parents.name, ())})

    # Leave: what somebody else edited here last

    def _leave(self) -> None:
        for resource in RESOURCES:
            stored = self.stored[resource.name]
            if resource.is_record:
                self.foreign |= {(resource.name, key) for key, record in stored.items() if record.edited_by_id != self.by.pk}
            elif not _part_of_record(resource):
                self.foreign |= {(resource.name, key) for key in self._edited_here(resource)}
            if not _part_of_record(resource):
                self.foreign |= {(resource.name, key) for key in self._deleted_here(resource)}
        # A passage belongs to what it serves: changing it would change a record that is to stay as it is.
        different = [key for key in self._different(resource_named("citations")) if key in self.rows.get("citations", {})]
        for use, root in self._users(resource_named("citations"), different):
            if not self._is_own(root):
                self.foreign.add(("citations", (use.citation.key,)))
        self.left = {(name, key) for name, key in self.foreign if key in self.rows.get(name, ())}

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
        return (context or {}).get("user") == self.by.pk

    def _is_own(self, root: models.Model) -> bool:
        """Whether the load may change a record: one that the loader last edited, or that is no record of the four."""
        return not isinstance(root, Publishable) or root.edited_by_id == self.by.pk  # type: ignore[attr-defined]

    def _users(self, target: Resource, keys: Iterable[Key]) -> Iterator[tuple[Any, models.Model]]:
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

    def _root(self, row: Row) -> Name:
        """The record that a row is part of: itself, or what it belongs to."""
        for name in row.resource.parents:
            columns = row.resource.columns_of(name)
            key = tuple(row.cells[column.name] for column in columns)
            if not all(key):
                continue
            parents = resource_of(row.resource.model._meta.get_field(name).related_model)
            if not parents.parents:
                return parents.name, key
            if parent := self.rows.get(parents.name, {}).get(key):
                return self._root(parent)
            if record := self.stored[parents.name].get(key):
                return self._root_of_record(parents.name, record)
        return row.resource.name, row.key

    def _root_of_record(self, name: str, record: models.Model) -> Name:
        resource = resource_named(name)
        for parent in resource.parents:
            if getattr(record, f"{parent}_id") is not None:
                parents = resource_of(resource.model._meta.get_field(parent).related_model)
                key = tuple(column.text_of(record) for column in resource.columns_of(parent))
                if not parents.parents:
                    return parents.name, key
                return self._root_of_record(parents.name, self.stored[parents.name].get(key) or getattr(record, parent))
        return name, tuple(column.text_of(record) for column in resource.key_columns)

    # Build: rows into records, with what they refer to

    def _build(self, resource: Resource) -> None:
        rows = list(self.rows.get(resource.name, {}).values())
        waves, in_circles = _waves(resource, rows)
        for row in in_circles:
            self.problems.append(row.problem(_self_reference(resource)[0].name, f"leads in a circle back to this {resource.noun}"))
            self.known[resource.name].setdefault(row.key, resource.model())
        for row in (row for wave in waves for row in wave):
            name = (resource.name, row.key)
            record = self.stored[resource.name].get(row.key)
            same = record is not None and self.said[id(record)] == row.cells
            if name in self.left or self._root(row) in self.left or self._moves_from_left(resource, record):
                self._leave_row(row, same)
                continue
            if same:
                self.instance[name] = record  # type: ignore[assignment]
                self.unchanged += 1
                continue
            related = self._related(row)
            if related is None:
                if name not in self.left:
                    # What refers to this row is not at fault for what this row lacks.
                    self.known[resource.name].setdefault(row.key, resource.model())
                continue
            if record is not None and resource.permanent:
                self.problems.append(row.fault(f"this {resource.noun} is here with other values, and it is never changed."))
                continue
            is_new = record is None
            record = resource.model() if record is None else record
            self.known[resource.name][row.key] = self.instance[name] = record
            if row.broken:
                continue
            for column in resource.columns:
                if not column.is_reference:
                    setattr(record, column.own.name, row.values[column.name])
            for field_name, other in related.items():
                setattr(record, field_name, other)
            if resource.is_record:
                if is_new:
                    record.recorded_by = self.by  # type: ignore[attr-defined]
                record.edited_by = self.by  # type: ignore[attr-defined]
            self._check(row, record, lambda record: record.clean_fields(exclude=_not_here(record)))
            (self.new if is_new else self.changed)[resource.name].append(row)
            self.touched.add(self._root(row))

    def _moves_from_left(self, resource: Resource, record: models.Model | None) -> bool:
        """Whether a row of its own key is, as stored, part of a record that is to stay as it is."""
        return record is not None and bool(resource.parents) and self._root_of_record(resource.name, record) in self.foreign

    def _leave_row(self, row: Row, same: bool) -> None:
        self.left.add((row.resource.name, row.key))
        if not same:
            self.left_with_difference.add(self._root(row))

    def _related(self, row: Row) -> dict[str, models.Model | None] | None:
        """The records that a row refers to, by field; None where one is missing, which is a problem unless it was left out on purpose."""
        related: dict[str, models.Model | None] = {}
        whole = True
        for reference, target, columns in row.resource.references:
            key = tuple(row.cells[column.name] for column in columns)
            if not any(key):
                related[reference.name] = None
            elif not all(key):
                if not row.broken:
                    listed = ", ".join(column.name for column in columns)
                    self.problems.append(row.fault(f"the columns {listed} name a {target.noun} together; fill in all of them, or none."))
                whole = False
            elif (other := self.known[target.name].get(key)) is not None:
                related[reference.name] = other
            elif (target.name, key) in self.left:
                self._leave_row(row, same=False)
                return None
            else:
                self.problems.append(self._dangling(row, target, columns, key))
                whole = False
        return related if whole else None

    def _dangling(self, row: Row, target: Resource, columns: list[Column], key: Key) -> Problem:
        no = f"is no {target.noun}" + (f", neither in {target.file} nor on this site" if target.name in self.rows else " on this site")
        if len(columns) == 1:
            guess = close_to(key[0], (other[0] for other in {**self.known[target.name], **self.rows.get(target.name, {})}))
            return row.problem(columns[0].name, no + guess)
        told = ", ".join(f"{column.name} “{cell}”" for column, cell in zip(columns, key, strict=True))
        return row.fault(f"{told} {no}.")

    def _check(self, row: Row, record: models.Model, check: Callable[[Any], None]) -> None:
        """Run one of Django's own checks on a record; what it refuses becomes problems of the row."""
        try:
            with translation.override("en"):
                check(record)
        except ValidationError as error:
            by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            for name, messages in by_field.items():
                columns = row.resource.columns_of(name) if name in {own.name for own in row.resource.fields} else []
                for message in messages:
                    if len(columns) == 1:
                        self.problems.append(row.problem(columns[0].name, f"is refused: {message}"))
                    else:
                        self.problems.append(row.fault(message))

    # Gone: children that the package no longer has

    def _find_gone(self) -> None:
        for resource in RESOURCES:
            if not resource.parents or resource.permanent or resource.name not in self.rows:
                continue
            for key, record in self.stored[resource.name].items():
                if key in self.rows[resource.name] or not self._held_by_package(resource, record):
                    continue
                root = self._root_of_record(resource.name, record)
                if root in self.foreign or (resource.name, key) in self.foreign:
                    self.left_with_difference.add(root)
                    continue
                self.gone.setdefault(resource.name, []).append(record)
                self.touched.add(root)

    def _held_by_package(self, resource: Resource, record: models.Model) -> bool:
        """Whether the package has the record that a stored child is part of."""
        for name in resource.parents:
            if getattr(record, f"{name}_id") is not None:
                parents = resource_of(resource.model._meta.get_field(name).related_model)
                key = tuple(column.text_of(record) for column in resource.columns_of(name))
                return key in self.rows.get(parents.name, ())
        return False

    # Write

    def _write(self) -> None:
        kept = self._remove(self.gone)
        for resource in RESOURCES:
            if changed := self.changed[resource.name]:
                self._update(resource, changed)
            if new := self.new[resource.name]:
                self.say(f"Adding {len(new)} {resource.name.replace('_', ' ')}")
                self._create(resource, new)
        for name, records in self._remove(kept).items():
            file = resource_named(name).file
            for record in records:
                told = " ".join(filter(None, resource_named(name).key_of(self.said[id(record)])))
                self.problems.append(f"{file} no longer has {told}, but other records here refer to it; take them back first.")
        for resource in RESOURCES:
            for row in self.new[resource.name] + self.changed[resource.name]:
                self._check(row, self.instance[resource.name, row.key], lambda record: record.clean())
        self._mark_edited()

    def _remove(self, gone: dict[str, list[models.Model]]) -> dict[str, list[models.Model]]:
        """Take children away; returns those that something still refers to."""
        kept: dict[str, list[models.Model]] = {}
        for resource in reversed(RESOURCES):
            records = gone.get(resource.name, [])
            if not records:
                continue
            try:
                with transaction.atomic():
                    resource.model._default_manager.filter(pk__in=[record.pk for record in records]).delete()
            except ProtectedError:
                kept[resource.name] = records
        return kept

    def _create(self, resource: Resource, rows: list[Row]) -> None:
        manager = resource.model._default_manager
        for wave in _waves(resource, rows)[0]:
            self._all_or_each(wave, lambda records: manager.bulk_create(records, batch_size=AT_ONCE), _insert)

    def _update(self, resource: Resource, rows: list[Row]) -> None:
        names = [own.name for own in resource.fields if own.name not in resource.identity]
        if resource.is_record:
            names += ["edited_by", "edited_at"]
        now, manager = timezone.now(), resource.model._default_manager
        for row in rows:
            self.instance[resource.name, row.key].edited_at = now  # type: ignore[attr-defined]
        if names:
            self._all_or_each(rows, lambda records: manager.bulk_update(records, names, batch_size=AT_ONCE), models.Model.save)

    def _all_or_each(self, rows: list[Row], all_at_once: Callable[[list[Any]], Any], each: Callable[[Any], None]) -> None:
        """Write rows in one statement; where the database refuses, one by one, so that each that it refuses can be named."""
        try:
            with transaction.atomic():
                all_at_once([self.instance[row.resource.name, row.key] for row in rows])
            return
        except IntegrityError:
            pass
        waiting, refused = rows, dict[int, IntegrityError]()
        while waiting:
            again = []
            for row in waiting:
                record = self.instance[row.resource.name, row.key]
                try:
                    with transaction.atomic():
                        each(record)
                except IntegrityError as error:
                    again.append(row)
                    refused[row.line] = error
            if len(again) == len(waiting):
                break
            waiting = again  # a row may have had to wait for another one to make room
        for row in waiting:
            told = len(self.problems)
            # The model may say it better than the database.
            self._check(row, self.instance[row.resource.name, row.key], lambda record: record.clean())
            if len(self.problems) == told:
                self.problems.append(_refusal(row, refused[row.line]))
        self._stop_at_problems()

    def _mark_edited(self) -> None:
        """A record is edited where something that is part of it is."""
        now = timezone.now()
        for resource in RESOURCES:
            if not resource.is_record:
                continue
            written = {row.key for row in self.new[resource.name] + self.changed[resource.name]}
            keys = {key for name, key in self.touched if name == resource.name} - written
            pks = [self.known[resource.name][key].pk for key in keys]
            resource.model._default_manager.filter(pk__in=pks).update(edited_by=self.by, edited_at=now)
        for resource in RESOURCES:
            if not resource.is_record and not resource.parents:
                self._mark_users(resource)

    def _mark_users(self, changed: Resource) -> None:
        """A record is edited, too, where a passage, a party or a kind of measure that it names is."""
        for _user, root in self._users(changed, (row.key for row in self.changed[changed.name])):
            if not isinstance(root, Publishable) or not self._is_own(root):
                continue
            name = (resource_of(type(root)).name, (root.public_key,))
            if name not in self.touched:
                self.touched.add(name)
                self.known[name[0]].setdefault(name[1], root)
                type(root)._default_manager.filter(pk=root.pk).update(edited_by=self.by, edited_at=timezone.now())

    def _all_rows(self) -> Iterator[Row]:
        for rows in self.rows.values():
            yield from rows.values()


def resource_named(name: str) -> Resource:
    """The file of that name."""
    return next(resource for resource in RESOURCES if resource.name == name)


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
    listed = sorted(set(values))
    for start in range(0, len(listed), AT_ONCE):
        yield Q(**{"__".join(path) + "__in": listed[start : start + AT_ONCE]})


def _not_here(record: models.Model) -> list[str]:
    """Fields that are checked elsewhere: references by resolving them, the rest by who loads."""
    return [own.name for own in record._meta.concrete_fields if own.is_relation or own.name in EXCUSED]


def _self_reference(resource: Resource) -> tuple[Column, ...]:
    return next((tuple(columns) for _field, target, columns in resource.references if target is resource), ())


def _waves(resource: Resource, rows: list[Row]) -> tuple[list[list[Row]], list[Row]]:
    """Rows in groups such that each refers, within its own file, only to rows of earlier groups; and those that lead in circles."""
    columns = _self_reference(resource)
    if not columns:
        return [rows] if rows else [], []
    waiting = {row.key: row for row in rows}
    waves = []
    while wave := [row for row in waiting.values() if tuple(row.cells[column.name] for column in columns) not in waiting]:
        waves.append(wave)
        for row in wave:
            del waiting[row.key]
    return waves, list(waiting.values())


def _insert(record: models.Model) -> None:
    record._prepare_related_fields_for_save("save")  # type: ignore[attr-defined]
    record.save(force_insert=True)


def _refusal(row: Row, error: IntegrityError) -> Problem:
    """What the database refused, in words: its constraints are named as the promises that they keep."""
    cause = error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
    detail = getattr(getattr(cause, "diag", None), "message_detail", None) or ""
    constraint = next((known for known in row.resource.model._meta.constraints if known.name == name), None)
    if constraint is None and (taken := _TAKEN.search(detail)) and taken[1] in row.resource.by_name:
        return row.problem(taken[1], f"is taken by another {row.resource.noun}")
    with translation.override("en"):
        if constraint is not None and constraint.violation_error_message != constraint.default_violation_error_message:
            return row.fault(str(constraint.violation_error_message))
    return row.fault(f"it breaks the rule “{name.replace('_', ' ')}”.")


__all__ = ["PackageError", "Summary", "load", "load_shipped"]

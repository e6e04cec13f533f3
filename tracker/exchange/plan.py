"""What a load is going to write: each row of the package beside what stands here, and every fault of it. Nothing is written yet."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation

from tracker.exchange.files import Package, Problem, Row, close_to
from tracker.exchange.schema import EXCUSED, RESOURCES, Column, Resource, resource_of
from tracker.exchange.standing import Key, Name, Standing


class Plan:
    """Rows in order, as records: which are new, changed, gone, as they were, and which are left as they are here."""

    def __init__(self, package: Package, standing: Standing) -> None:
        self.standing, self.rows = standing, standing.rows
        self.problems: list[Problem | str] = list(package.problems)
        # What references resolve to: stored, and about to be stored.
        self.known: dict[str, dict[Key, models.Model]] = {name: dict(stored) for name, stored in standing.stored.items()}
        self.left: set[Name] = {(name, key) for name, key in standing.foreign if key in self.rows.get(name, ())}
        self.left_with_difference: set[Name] = set()  # the records, of these, of which the package says something else
        self.new: dict[str, list[Row]] = defaultdict(list)
        self.changed: dict[str, list[Row]] = defaultdict(list)
        self.gone: dict[str, list[models.Model]] = {}
        self.instance: dict[Name, models.Model] = {}
        self.touched: set[Name] = set()  # the records that are written, or that something that is part of them is
        self.unchanged = 0
        for resource in RESOURCES:
            self._build(resource)
        if standing.takes_away:
            self._find_gone()

    def _build(self, resource: Resource) -> None:
        rows = list(self.rows.get(resource.name, {}).values())
        in_order, in_circles = waves(resource, rows)
        for row in in_circles:
            self.problems.append(row.problem(_self_reference(resource)[0].name, f"leads in a circle back to this {resource.noun}"))
            self.known[resource.name].setdefault(row.key, resource.model())
        not_here = _not_here(resource.model)
        for row in (row for wave in in_order for row in wave):
            name = (resource.name, row.key)
            record = self.standing.stored[resource.name].get(row.key)
            same = record is not None and self.standing.said[id(record)] == row.cells
            if self._is_left(row) or self._moves_from_left(resource, record):
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
                    record.recorded_by = self.standing.by  # type: ignore[attr-defined]
                record.edited_by = self.standing.by  # type: ignore[attr-defined]
            self.problems += refusals(row, record, lambda record: record.clean_fields(exclude=not_here))
            (self.new if is_new else self.changed)[resource.name].append(row)
            self.touched.add(self.standing.root_of(row))

    def _is_left(self, row: Row) -> bool:
        """Whether a row is part of what is to stay as it is."""
        root = self.standing.root_of(row)
        return (row.resource.name, row.key) in self.left or root in self.left or root in self.standing.reviewed

    def _moves_from_left(self, resource: Resource, record: models.Model | None) -> bool:
        """Whether a row of its own key is, as stored, part of a record that is to stay as it is."""
        return record is not None and bool(resource.parents) and self.standing.root_of_record(resource.name, record) in self.standing.foreign

    def _leave_row(self, row: Row, same: bool) -> None:
        self.left.add((row.resource.name, row.key))
        if not same:
            self.left_with_difference.add(self.standing.root_of(row))

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

    def _find_gone(self) -> None:
        for resource in RESOURCES:
            if not resource.parents or resource.permanent or resource.name not in self.rows:
                continue
            for key, record in self.standing.stored[resource.name].items():
                if key in self.rows[resource.name] or not self._held_by_package(resource, record):
                    continue
                root = self.standing.root_of_record(resource.name, record)
                if root in self.standing.foreign or (resource.name, key) in self.standing.foreign:
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


def refusals(row: Row, record: models.Model, check: Callable[[Any], None]) -> list[Problem]:
    """Run one of Django's own checks on a record; what it refuses, as problems of the row."""
    found: list[Problem] = []
    try:
        check(record)
        return found
    except ValidationError:
        pass
    # Once more for its words, which are English as the rest is: to change the language for every record would take longer than to check it.
    try:
        with translation.override("en"):
            check(record)
    except ValidationError as error:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in by_field.items():
            columns = row.resource.columns_of(name) if name in {own.name for own in row.resource.fields} else []
            for message in messages:
                if len(columns) == 1:
                    found.append(row.problem(columns[0].name, f"is refused: {message}"))
                else:
                    found.append(row.fault(message))
    return found


def _not_here(record: type[models.Model]) -> set[str]:
    """Fields that are checked elsewhere: references by resolving them, the rest by who loads."""
    return {own.name for own in record._meta.concrete_fields if own.is_relation or own.name in EXCUSED}


def _self_reference(resource: Resource) -> tuple[Column, ...]:
    return next((tuple(columns) for _field, target, columns in resource.references if target is resource), ())


def waves(resource: Resource, rows: list[Row]) -> tuple[list[list[Row]], list[Row]]:
    """Rows in groups such that each refers, within its own file, only to rows of earlier groups; and those that lead in circles."""
    columns = _self_reference(resource)
    if not columns:
        return [rows] if rows else [], []
    waiting = {row.key: row for row in rows}
    found = []
    while wave := [row for row in waiting.values() if tuple(row.cells[column.name] for column in columns) not in waiting]:
        found.append(wave)
        for row in wave:
            del waiting[row.key]
    return found, list(waiting.values())

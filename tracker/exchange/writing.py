"""A plan carried out: rows written, parts that are gone taken away, and what the database refuses told as a fault of its row."""

import re
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone, translation

from tracker.exchange import copying
from tracker.exchange.files import PackageError, Problem, Row
from tracker.exchange.plan import Plan, refusals, waves
from tracker.exchange.schema import BY_NAME, RESOURCES, Resource
from tracker.exchange.standing import AT_ONCE, name_of
from tracker.models.base import Publishable

_TAKEN = re.compile(r"Key \((\w+)\)=\((.*)\) already exists", re.DOTALL)


class Writing:
    """Writes a plan without faults, within the caller's transaction, as the person who loads."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self.plan, self.say, self.by = plan, say, plan.standing.by
        self.problems: list[Problem | str] = []

    def run(self) -> None:
        """All of it. Raises :class:`PackageError` with what the database or a model refuses, so that the caller's transaction is undone."""
        kept = self._remove(self.plan.gone)
        for resource in RESOURCES:
            if changed := self.plan.changed[resource.name]:
                self._update(resource, changed)
            if new := self.plan.new[resource.name]:
                self.say(f"Adding {len(new)} {resource.name.replace('_', ' ')}")
                self._create(resource, new)
        for name, records in self._remove(kept).items():
            file = BY_NAME[name].file
            for record in records:
                told = " ".join(filter(None, BY_NAME[name].key_of(self.plan.standing.said[id(record)])))
                self.problems.append(f"{file} no longer has {told}, but other records here refer to it; take them back first.")
        for resource in RESOURCES:
            if resource.model.clean is models.Model.clean:
                continue
            for row in self.plan.new[resource.name] + self.plan.changed[resource.name]:
                self.problems += refusals(row, self.plan.instance[resource.name, row.key], _clean)
        self._mark_edited()
        self._stop_at_problems()

    def _stop_at_problems(self) -> None:
        if self.problems:
            raise PackageError(self.problems)

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
        for wave in waves(resource, rows)[0]:
            self._all_or_each(wave, lambda records: copying.insert(resource.model, records), _insert)

    def _update(self, resource: Resource, rows: list[Row]) -> None:
        names = [own.name for own in resource.fields if own.name not in resource.identity]
        if resource.is_record:
            names += ["edited_by", "edited_at"]
        now, manager = timezone.now(), resource.model._default_manager
        for row in rows:
            self.plan.instance[resource.name, row.key].edited_at = now  # type: ignore[attr-defined]
        if names:
            self._all_or_each(rows, lambda records: manager.bulk_update(records, names, batch_size=AT_ONCE), models.Model.save)

    def _all_or_each(self, rows: list[Row], all_at_once: Callable[[list[Any]], Any], each: Callable[[Any], None]) -> None:
        """Write rows in one statement; where the database refuses, one by one, so that each that it refuses can be named."""
        try:
            with transaction.atomic():
                all_at_once([self.plan.instance[row.resource.name, row.key] for row in rows])
            return
        except IntegrityError:
            pass
        waiting, refused = rows, dict[int, IntegrityError]()
        while waiting:
            again = []
            for row in waiting:
                record = self.plan.instance[row.resource.name, row.key]
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
            # The model may say it better than the database.
            better = refusals(row, self.plan.instance[row.resource.name, row.key], _clean)
            self.problems += better or [_refusal(row, refused[row.line])]
        self._stop_at_problems()

    def _mark_edited(self) -> None:
        """A record is edited where something that is part of it is."""
        now = timezone.now()
        for resource in RESOURCES:
            if not resource.is_record:
                continue
            written = {row.key for row in self.plan.new[resource.name] + self.plan.changed[resource.name]}
            keys = {key for name, key in self.plan.touched if name == resource.name} - written
            pks = [self.plan.known[resource.name][key].pk for key in keys]
            resource.model._default_manager.filter(pk__in=pks).update(edited_by=self.by, edited_at=now)
        for resource in RESOURCES:
            if not resource.is_record and not resource.parents:
                self._mark_users(resource)

    def _mark_users(self, changed: Resource) -> None:
        """A record is edited, too, where a passage, a party or a kind of measure that it names is."""
        for _user, root in self.plan.standing.users(changed, (row.key for row in self.plan.changed[changed.name])):
            if not isinstance(root, Publishable) or not self.plan.standing.is_own(root):
                continue
            name = name_of(root)
            if name not in self.plan.touched:
                self.plan.touched.add(name)
                self.plan.known[name[0]].setdefault(name[1], root)
                type(root)._default_manager.filter(pk=root.pk).update(edited_by=self.by, edited_at=timezone.now())


def _clean(record: models.Model) -> None:
    record.clean()


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

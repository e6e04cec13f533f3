"""A profile while it is being made: what a file has to choose from, and what was chosen, without a line of TOML.

The profile itself (:class:`tracker.exchange.profiles.Profile`) is all that is kept; the forms of the steps are read out of it and put back into it,
and leave alone what they do not show.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.exchange.profiles import Choice, Governments, Profile, Seen, days, guess_profile
from tracker.exchange.profiles.kinds import KINDS, Kind, is_date, is_government
from tracker.exchange.profiles.model import FieldRule, RecordRules, Source
from tracker.exchange.profiles.naming import profile_name
from tracker.exchange.schema import Column
from tracker.rules.shortening import first_words

NESTED_DEPTH = 4
"""Levels into a nested value whose places are offered as columns; deeper ones are typed."""
NESTED_MOST = 60
LONGEST_TITLE = 500
"""Characters of a document's title."""


@dataclass(frozen=True, order=True)
class Slot:
    """A place that a column may fill: a field of one of the profile's records."""

    record: str
    field: str

    def __str__(self) -> str:
        """As forms send it."""
        return f"{self.record}.{self.field}"

    @classmethod
    def of(cls, text: str) -> "Slot | None":
        """The same back; None for what is none."""
        record, dot, field = text.partition(".")
        return cls(record, field) if dot and record and field else None


@dataclass(frozen=True)
class Offered:
    """Something of the file that may be chosen: a column, a place within a nested one, a column of the second file."""

    name: str
    is_path: bool = False
    values: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()  # the first that are filled, a value as often as it stands there
    empty: float = 0
    different: int = 0
    kind: str = ""
    separator: str = ""
    missing: bool = False  # the profile names it and the file does not have it

    def is_read_by(self, rule: FieldRule) -> bool:
        """Whether a field is read out of it."""
        return rule.path == self.name if self.is_path else not rule.path and self.name in rule.named_columns


def kind_of(profile: Profile, record: str) -> Kind | None:
    """The kind of one of a profile's records; a record that it does not have yet is called by its kind."""
    rules = profile.records.get(record)
    return KINDS.get(rules.kind if rules else record)


def column_of(profile: Profile, slot: Slot) -> Column | None:
    """The column of the package that a place fills."""
    kind = kind_of(profile, slot.record)
    return kind.fields.get(slot.field) if kind else None


def noun(kind: Kind) -> str:
    """What a kind of record is called."""
    return capfirst(str(kind.resource.model._meta.verbose_name))


def record_words(profile: Profile, record: str) -> str:
    """A record of a profile: by its kind, and by its name where that tells more."""
    kind = kind_of(profile, record)
    if kind is None:
        return record
    return noun(kind) if record == kind.name else f"{noun(kind)} ({record})"


def field_words(column: Column) -> str:
    """What a field is called on the desk's own forms."""
    return capfirst(str(column.own.verbose_name))


def slot_words(profile: Profile, slot: Slot) -> str:
    """A place in words."""
    column = column_of(profile, slot)
    return f"{record_words(profile, slot.record)} · {field_words(column) if column else slot.field}"


def places(profile: Profile) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that a column may hold, grouped by kind of record, as a select shows it."""
    names = [*profile.records, *(name for name in KINDS if name not in profile.records)]
    order = list(KINDS)
    names.sort(key=lambda name: order.index(kind.name) if (kind := kind_of(profile, name)) else len(order))
    found = []
    for name in names:
        if kind := kind_of(profile, name):
            fields = [(str(Slot(name, field)), f"{record_words(profile, name)} · {field_words(column)}") for field, column in kind.fields.items()]
            found.append((record_words(profile, name), fields))
    return found


def rules_of(profile: Profile) -> Iterator[tuple[Slot, FieldRule]]:
    """Every field that a profile sets."""
    for name, record in profile.records.items():
        for field, rule in record.fields.items():
            yield Slot(name, field), rule


def rule_of(profile: Profile, slot: Slot) -> FieldRule | None:
    """How a field is read; None where the profile does not set it."""
    record = profile.records.get(slot.record)
    return record.fields.get(slot.field) if record else None


def with_rule(profile: Profile, slot: Slot, rule: FieldRule) -> Profile:
    """The same profile, with one field read otherwise."""
    record = profile.records[slot.record]
    changed = dataclasses.replace(record, fields={**record.fields, slot.field: rule})
    return dataclasses.replace(profile, records={**profile.records, slot.record: changed})


def with_constant(profile: Profile, slot: Slot, rule: FieldRule, constant: str) -> Profile:
    """The same profile, with another value of a field in every row; where that is none without the field, and without a record that has no other."""
    if constant:
        return with_rule(profile, slot, dataclasses.replace(rule, constant=constant))
    record = profile.records[slot.record]
    fields = {name: other for name, other in record.fields.items() if name != slot.field}
    records = {**profile.records, slot.record: dataclasses.replace(record, fields=fields)}
    return dataclasses.replace(profile, records={name: each for name, each in records.items() if name != slot.record or fields})


def with_places(
    profile: Profile,
    chosen: Mapping[Slot, Sequence[Offered]],
    constants: Mapping[Slot, str],
    keys: Mapping[str, tuple[str, ...]],
    guessed: Mapping[tuple[str, Slot], FieldRule],
) -> Profile:
    """The same profile, with these columns in these places and these values in every row.

    A place that is read out of the same columns as before keeps how it is read; a new one is read as was guessed, and how several columns write what
    they make is asked. What was said of a place or a record that is gone goes with it.
    """
    fields: dict[str, dict[str, FieldRule]] = {}
    for slot, sources in chosen.items():
        old = rule_of(profile, slot)
        if old is not None and all(source.is_read_by(old) for source in sources) and len(sources) == max(len(old.named_columns), 1):
            rule = old
        elif len(sources) > 1:
            rule = _anew(old, column_of(profile, slot))
            rule = dataclasses.replace(rule, column="", columns=tuple(source.name for source in sources), path="", constant="")
        else:
            rule = read_from(sources[0], old, guessed.get((sources[0].name, slot)), column_of(profile, slot))
        fields.setdefault(slot.record, {})[slot.field] = rule
    for slot, value in constants.items():
        fields.setdefault(slot.record, {})[slot.field] = FieldRule(constant=value)
    order = list(KINDS)
    names = sorted(fields, key=lambda name: order.index(kind.name) if (kind := kind_of(profile, name)) else len(order))
    records = {}
    for name in names:
        old_record = profile.records.get(name) or RecordRules(kind=name)
        kind = kind_of(profile, name)
        in_order = {field: fields[name][field] for field in (kind.fields if kind else fields[name]) if field in fields[name]}
        key = keys.get(name, old_record.key) if kind and kind.keyed else ()
        records[name] = dataclasses.replace(old_record, fields=in_order, key=key)
    kept = tuple(each for each in profile.rows.unite if (place := Slot.of(each)) and place.field in fields.get(place.record, {}))
    if "citation" in records:
        serves = tuple(served for served in records["citation"].serves if served in records)
        records["citation"] = dataclasses.replace(records["citation"], serves=serves)
    return addressed(dataclasses.replace(profile, records=records, rows=dataclasses.replace(profile.rows, unite=kept)))


def addressed(profile: Profile) -> Profile:
    """The same profile: where one government is said for the whole file, every recommendation concerns it without a column that says so."""
    records = dict(profile.records)
    standing = records.get("addressee")
    if profile.governments.all and "recommendation" in records and standing is None:
        records["addressee"] = RecordRules("addressee")
    elif not profile.governments.all and standing is not None and not standing.fields:
        del records["addressee"]
    return dataclasses.replace(profile, records={kind: records[kind] for kind in KINDS if kind in records})


def read_from(source: Offered, old: FieldRule | None, guess: FieldRule | None, column: Column | None) -> FieldRule:
    """How a place is read out of another column than before: as was guessed, or as the column looks, with what was said of the place."""
    rule = guess or _anew(old, column)
    if guess is None and column is not None:
        if is_date(column):
            rule = dataclasses.replace(rule, formats=days.written(source.cells).formats)
        elif is_government(column) and source.separator:
            rule = dataclasses.replace(rule, split=(source.separator,))
    path, name = (source.name, "") if source.is_path else ("", source.name)
    return dataclasses.replace(rule, column=name, path=path, columns=(), constant="")


def _anew(old: FieldRule | None, column: Column | None) -> FieldRule:
    """What was said of a place, but for what holds of the columns alone that it was read out of: how these are written.

    What their values mean goes with them where they were dates: no page shows such values one by one, and every other one would be refused.
    """
    rule = dataclasses.replace(old or FieldRule(), formats=(), serial="", split=(), html=False)
    return dataclasses.replace(rule, map={}) if column is not None and is_date(column) else rule


# Beginning


def guesses(offered: Iterable[Offered], governments: Governments) -> dict[tuple[str, Slot], FieldRule]:
    """What each column probably is, and how it would be read. What a guess leaves out of the words of a column is asked, not dropped."""
    by_name = {each.name: each for each in offered}
    found = {}
    for choice in guess_profile([Seen(each.name, each.cells, each.empty) for each in by_name.values()], governments):
        source = by_name.get(choice.column)
        if source is not None and choice.field:
            found[choice.column, Slot(choice.kind, choice.field)] = _of_choice(choice, source)
    return found


def _of_choice(choice: Choice, source: Offered) -> FieldRule:
    path, name = (source.name, "") if source.is_path else ("", source.name)
    return FieldRule(
        column=name, path=path, split=(choice.split,) if choice.split else (), formats=choice.formats, languages=choice.languages,
        map={value: meant for value, meant in choice.map.items() if meant},
        serial=choice.serial, html=choice.html,
    )  # fmt: skip


def key_guesses(offered: Iterable[Offered], governments: Governments) -> dict[str, tuple[str, ...]]:
    """Which columns probably tell the records of a kind apart."""
    found: dict[str, tuple[str, ...]] = {}
    for choice in guess_profile([Seen(each.name, each.cells, each.empty) for each in offered], governments):
        if choice.is_key:
            found[choice.kind] = (*found.get(choice.kind, ()), choice.column)
    return found


def begun(file_name: str, title: str = "") -> Profile:
    """A profile of which nothing is chosen yet: the file itself is its source, called by the title that stands in it, else by its name."""
    stem = file_name.rpartition(".")[0] or file_name
    return Profile(
        name=profile_name(stem),
        title=first_words(title or stem, 200),
        source=Source(fields={"title": first_words(title or stem, LONGEST_TITLE)}),
    )


def nested(records: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> dict[str, list[list[Any]]]:
    """Places within nested values, each with what stands there in each record that has it.

    ``state.name`` for ``{"state": {"name": ...}}``, ``addressees.*.name`` for ``{"addressees": [{"name": ...}, ...]}``.
    """
    found: dict[str, list[list[Any]]] = {}

    def look(path: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            for item in value:
                yield from look(f"{path}.*", item, depth) if isinstance(item, dict) else ()
        elif isinstance(value, dict) and depth <= NESTED_DEPTH:
            for name, inner in value.items():
                yield from look(f"{path}.{name}", inner, depth + 1)
        elif depth:
            yield from ((path, item) for item in (value if isinstance(value, list) else [value]))

    for record in records:
        here: dict[str, list[Any]] = {}
        for column in columns:
            for path, value in look(column, record.get(column), 0):
                here.setdefault(path, []).append(value)
        for path, values in here.items():
            if path in found or len(found) < NESTED_MOST:
                found.setdefault(path, []).append(values)
    return found


def empty_note() -> str:
    """What stands where nothing was chosen."""
    return _("leave out")

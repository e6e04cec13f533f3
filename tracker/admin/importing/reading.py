"""The file of an import, opened for the steps that say how it is read, and what these steps keep."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tracker.admin.importing import frame, lacking
from tracker.admin.importing.draft import Offered, begun, nested
from tracker.archive import store
from tracker.exchange import imports
from tracker.exchange.profiles import Mistake, Profile, ProfileError, Why, to_toml
from tracker.exchange.profiles.model import FieldRule, Join
from tracker.exchange.profiles.parsing import draft
from tracker.exchange.tables import ColumnSample, Guess, Options, Table, TableError, guess, open_table, samples
from tracker.models import Import

LOOKED_AT = 500
"""Rows by which the columns are shown."""
COUNTED = 20_000
"""Rows in which the different values of a column are counted."""
DIFFERENT = 200
"""Different values that are shown and mapped one by one."""
LONGEST_VALUE = 200


# The file


def path_of(stored_as: str) -> Path:
    """Where the bytes lie. ``TableError`` where they are gone."""
    try:
        with store.open_bytes(stored_as):
            return store.folder() / stored_as
    except store.NotKept as failure:
        raise TableError(str(failure)) from None


def options_of(batch: Import) -> Options:
    """What staff said about how the file is read; the rest is open."""
    known = {each.name for each in dataclasses.fields(Options)}
    return Options(**{name: value for name, value in batch.options.items() if name in known})


def table_of(batch: Import, options: Options | None = None) -> Table:
    """The import's own file. Where nothing is said, what the profile says goes."""
    return open_table(path_of(batch.stored_as), options or _with_profile(batch), name=batch.file_name)


def _with_profile(batch: Import) -> Options:
    profile, _problems = profile_of(batch)
    said = {name: value for name, value in profile.file.options.items() if value not in ("", None)}
    chosen = {name: value for name, value in dataclasses.asdict(options_of(batch)).items() if value not in ("", None)}
    return Options(**{**said, **chosen})


def guess_of(batch: Import, options: Options) -> Guess:
    """How it would be read."""
    return guess(path_of(batch.stored_as), options, name=batch.file_name)


def joined_table(batch: Import, join: Join) -> Table | None:
    """The second file that a profile joins; None where none of that name was brought along."""
    other = batch.joined.get(join.name)
    if other is None:
        return None
    return open_table(path_of(other["stored_as"]), Options(**join.file.options), name=other["file_name"])


# What it has to choose from


def offered(batch: Import, profile: Profile) -> list[Offered]:
    """The columns of the file, what lies within them, those of the second file, headings, and whatever else the profile names."""
    table = table_of(batch)
    found = [_offered(sample) for sample in samples(table, LOOKED_AT)]
    deep = [each.name for each in found if each.kind == "nested"]
    if deep:
        values = (record.values for record in islice(iter(table), LOOKED_AT))
        found += [
            Offered(path, is_path=True, values=_first(values), different=len({str(value) for value in values}), kind=_("text"))
            for path, values in nested(values, deep).items()
        ]
    for join in profile.joins:
        if (other := joined_table(batch, join)) is not None:
            found += [dataclasses.replace(_offered(sample), name=f"{join.name}.{sample.name}") for sample in samples(other, LOOKED_AT)]
    found += [Offered(heading.name, kind=_("heading above the row")) for heading in profile.rows.headings]
    known = {each.name for each in found}
    for record in profile.records.values():
        for rule in record.fields.values():
            for name in [rule.path] if rule.path else rule.named_columns:
                if name not in known:
                    known.add(name)
                    found.append(Offered(name, is_path=bool(rule.path), missing=not rule.path))
    return found


def _offered(sample: ColumnSample) -> Offered:
    return Offered(
        sample.name, values=sample.values, empty=sample.empty, different=sample.different, kind=sample.kind,
        date_formats=tuple(filter(None, map(_pattern, sample.date_formats))),
        separator="lines" if sample.separator in ("\n", "- ") else sample.separator,
    )  # fmt: skip


_PATTERN = {"%d": "dd", "%m": "MM", "%Y": "yyyy", "%y": "yy", "%B": "MMMM", "%b": "MMM"}


def _pattern(format: str) -> str:
    """A format of Python's as profiles write it; empty where they have none."""
    for sign, pattern in _PATTERN.items():
        format = format.replace(sign, pattern)
    return "" if "%" in format else format


def _first(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(text for value in values if (text := cut(as_text(value), LONGEST_VALUE))), 5))


def columns_of(batch: Import, profile: Profile) -> list[str]:
    """The columns by which rows may be told apart: all but what lies within others."""
    return [each.name for each in offered(batch, profile) if not each.is_path]


def different_values(batch: Import, profile: Profile, rule: FieldRule) -> tuple[Counter[str], bool]:
    """What stands in the cells that a field is read out of, one by one where a cell holds several, and how often; whether that is all of it."""
    found: Counter[str] = Counter()
    whole = True
    count = 0
    for count, cell in enumerate(_cells(batch, profile, rule), 1):
        if count > COUNTED:
            whole = False
            break
        for value in _parts(cell, rule.split):
            text = " ".join(value.split())
            if text and (text in found or len(found) < DIFFERENT):
                found[text] += 1
            elif text:
                whole = False
    return found, whole


def _cells(batch: Import, profile: Profile, rule: FieldRule) -> Iterator[str]:
    join = next((join for join in profile.joins if rule.column.startswith(f"{join.name}.")), None)
    if join is not None and (other := joined_table(batch, join)) is not None:
        column = rule.column.removeprefix(f"{join.name}.")
        yield from (as_text(record.values.get(column)) for record in other)
        return
    for record in table_of(batch):
        if rule.path:
            yield from map(as_text, _at(record.values, rule.path.split(".")))
        elif rule.columns:
            yield (rule.join or " ").join(filter(None, (as_text(record.values.get(name)) for name in rule.columns)))
        else:
            value = record.values.get(rule.column)
            if isinstance(value, list):
                yield from map(as_text, value)
            else:
                yield as_text(value)


def _at(value: Any, steps: list[str]) -> Iterator[Any]:
    """What a path leads to."""
    if not steps:
        yield from value if isinstance(value, list) else [value]
    elif isinstance(value, dict):
        yield from _at(value.get(steps[0]), steps[1:])
    elif isinstance(value, list) and steps[0] == "*":
        for item in value:
            yield from _at(item, steps[1:])
    elif isinstance(value, list) and steps[0].isdigit() and int(steps[0]) < len(value):
        yield from _at(value[int(steps[0])], steps[1:])


def _parts(cell: str, separators: Iterable[str]) -> list[str]:
    parts = [cell]
    for separator in separators:
        if separator == "lines":
            parts = [line.strip().removeprefix("- ").removeprefix("• ") for part in parts for line in part.splitlines()]
        else:
            parts = [piece for part in parts for piece in part.split(separator)]
    return [part.strip() for part in parts]


def as_text(value: Any) -> str:
    """A value of a cell as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def cut(text: str, most: int) -> str:
    """A text, cut where it is long."""
    return text if len(text) <= most else text[: most - 1] + "…"


# What is kept


def profile_of(batch: Import) -> tuple[Profile, list[Mistake]]:
    """The import's profile so far, and what is still wrong with it; a new one where it has none, or one that cannot be read."""
    if not batch.profile_text:
        return begun(batch.file_name), []
    try:
        return draft(batch.profile_text, batch.profile_name)
    except ProfileError as error:
        return begun(batch.file_name), [Mistake("", problem, Why.IN_THE_TEXT) for problem in error.problems]


def missing_of(batch: Import) -> list[frame.Lack]:
    """What is still missing before the import can be previewed, in sentences."""
    profile, mistakes = profile_of(batch)
    return lacking.told(batch, profile, mistakes if batch.profile_text else [Mistake("", "", Why.NOTHING_TAKEN)])


def still(batch: Import) -> list[frame.Lack]:
    """The same, once anything is chosen."""
    return missing_of(batch) if batch.profile_text else []


def keep_options(batch: Import, options: Options, *, by: Any) -> None:
    """How the file is read, as staff said it."""
    said = {name: value for name, value in dataclasses.asdict(options).items() if value not in ("", None)}
    imports.choose(batch, by=by, options=said)


def keep_profile(batch: Import, profile: Profile, *, by: Any) -> None:
    """What the columns hold, as far as it is said."""
    keep_text(batch, to_toml(profile), profile.name, by=by)


def keep_text(batch: Import, text: str, name: str, *, by: Any) -> None:
    """The profile as it stands in a text; something may be missing yet."""
    imports.choose(batch, by=by, profile=name, text=text, draft=True)

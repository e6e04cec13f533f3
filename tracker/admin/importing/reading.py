"""The file of an import, opened for the steps that say how it is read, and what these steps keep."""

import dataclasses
import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.admin.importing import frame, lacking
from tracker.admin.importing.draft import Offered, begun, nested
from tracker.archive import store
from tracker.exchange import imports
from tracker.exchange.profiles import Governments, Mistake, Profile, ProfileError, Seen, Why, to_toml
from tracker.exchange.profiles.evidence import Evidence, Nature
from tracker.exchange.profiles.model import FileRules, Join
from tracker.exchange.profiles.parsing import draft
from tracker.exchange.profiles.reading import BETWEEN_VALUES, FieldReader, Unreadable, Values
from tracker.exchange.tables import ColumnSample, Guess, Options, Table, TableError, guess, open_table, samples
from tracker.models import Import

LOOKED_AT = 500
"""Rows by which the columns are shown."""
COUNTED = 20_000
"""Rows in which the different values of a column are counted."""
DIFFERENT = 200
"""Different values that are shown and mapped one by one."""
LONGEST_VALUE = 200
What = TypeVar("What", bound=Hashable)


# The file


def path_of(stored_as: str) -> Path:
    """Where the bytes lie. ``TableError`` where they are gone."""
    try:
        with store.open_bytes(stored_as):
            return store.folder() / stored_as
    except store.NotKept as failure:
        raise TableError(str(failure)) from None


def options_of(batch: Import) -> Options:
    """How the file is read, by what staff said and by what the profile says beside it; the rest is open, and guessed."""
    profile, _mistakes = profile_of(batch)
    known = {each.name for each in dataclasses.fields(Options)}
    chosen = {name: value for name, value in batch.options.items() if name in known}
    return Options(**{**_said(profile.file.options), **_said(chosen)})


def _said(options: Mapping[str, Any]) -> dict[str, Any]:
    """Of options those that are not left open."""
    return {name: value for name, value in options.items() if value not in ("", None)}


def table_of(batch: Import, options: Options | None = None) -> Table:
    """The import's own file. Where nothing is said, what the profile says goes."""
    return open_table(path_of(batch.stored_as), options or options_of(batch), name=batch.file_name)


def why_unread(batch: Import, options: Options | None = None) -> str:
    """Why there is nothing to choose from in the file, in a sentence; empty where there is: it cannot be read, or has no rows."""
    try:
        table = table_of(batch, options)
        next(iter(table))
    except TableError as error:
        return str(error)
    except StopIteration:
        return _("“%(file)s” has no rows below the names of its columns; choose the file that has the records.") % {"file": batch.file_name}
    return ""


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


def offered(batch: Import, profile: Profile, governments: Governments) -> list[Offered]:
    """The columns of the file, what lies within them, those of the second file, headings, and whatever else the profile names."""
    table = table_of(batch)
    looked_at = samples(table, LOOKED_AT)
    found = [_offered(sample, governments) for sample in looked_at]
    deep = [sample.name for sample in looked_at if sample.kind == NESTED]
    if deep:
        records = [record.values for record in islice(iter(table), LOOKED_AT)]
        found += [_within(path, of_each, len(records), governments) for path, of_each in nested(records, deep).items()]
    for join in profile.joins:
        if (other := joined_table(batch, join)) is not None:
            found += [dataclasses.replace(_offered(sample, governments), name=f"{join.name}.{sample.name}") for sample in samples(other, LOOKED_AT)]
    found += [Offered(heading.name, kind=_("heading above the row")) for heading in profile.rows.headings]
    known = {each.name for each in found}
    for record in profile.records.values():
        for rule in record.fields.values():
            for name in [rule.path] if rule.path else rule.named_columns:
                if name not in known:
                    known.add(name)
                    found.append(Offered(name, is_path=bool(rule.path), missing=not rule.path))
    return found


NESTED, LIST = "nested", "list"
"""What a sample calls a column of records within the record, and one of several values in a cell."""

STANDS = {
    Nature.NOTHING: gettext_lazy("always empty"),
    Nature.ADDRESSES: gettext_lazy("web addresses"),
    Nature.DATES: gettext_lazy("dates"),
    Nature.NUMBERS: gettext_lazy("numbers"),
    Nature.FLAGS: gettext_lazy("yes or no"),
    Nature.GOVERNMENTS: gettext_lazy("names of governments"),
    Nature.FEW_VALUES: gettext_lazy("a few values that come again"),
    Nature.TEXTS: gettext_lazy("short texts"),
    Nature.LONG_TEXTS: gettext_lazy("long texts"),
}
"""What stands in a column, as its line says it."""


def _offered(sample: ColumnSample, governments: Governments) -> Offered:
    nature = Evidence(Seen(sample.name, sample.cells).texts, governments).nature
    kind = STANDS[nature]
    if sample.kind == NESTED:
        kind = gettext_lazy("several values, or values within it")
    elif sample.kind == LIST and sample.different > 1 and nature in (Nature.TEXTS, Nature.FEW_VALUES):
        kind = gettext_lazy("lists of values")
    return Offered(
        sample.name, values=sample.values, cells=sample.cells, empty=sample.empty, different=sample.different, kind=str(kind),
        separator="lines" if sample.separator in ("\n", "- ") else sample.separator,
    )  # fmt: skip


def _within(path: str, of_each: list[list[Any]], count: int, governments: Governments) -> Offered:
    """What stands in a place of the records that have it; ``count``: of how many."""
    texts = [[text for value in values if (text := cut(as_text(value), LONGEST_VALUE))] for values in of_each]
    cells = tuple(text for each in texts for text in each)
    nature = Evidence(Seen(path, cells).texts, governments).nature
    return Offered(
        path, is_path=True, values=tuple(islice(dict.fromkeys(cells), 5)), cells=cells, different=len(set(cells)),
        empty=1 - sum(map(bool, texts)) / count, kind=str(STANDS[nature]),
    )  # fmt: skip


def columns_of(batch: Import, profile: Profile) -> list[str]:
    """The columns by which rows may be told apart: all but what lies within others."""
    return [each.name for each in offered(batch, profile, Governments([])) if not each.is_path]


def different_values(batch: Import, profile: Profile, reader: FieldReader) -> tuple[Counter[str], bool]:
    """What stands in the cells that a field is read out of, one by one where a cell holds several, and how often; whether that is all of it."""
    return _different(_values(cell) for cell in _cells(batch, profile, reader))


def different_cells(batch: Import, profile: Profile, reader: FieldReader) -> tuple[Counter[tuple[str, ...]], bool]:
    """The same row by row: the values together that make one date."""
    return _different([tuple(values)] if (values := _values(cell)) else [] for cell in _cells(batch, profile, reader))


def _cells(batch: Import, profile: Profile, reader: FieldReader) -> Iterator[list[str]]:
    return (pieces(reader, values) for values in rows_of(batch, profile, reader))


def _values(cell: Iterable[str]) -> list[str]:
    """The values of a cell that is filled, with one space between words."""
    return [text for piece in cell if (text := " ".join(piece.split()))]


def _different(rows: Iterable[Iterable[What]]) -> tuple[Counter[What], bool]:
    """What stands in rows, and how often; whether that is all of it."""
    found: Counter[What] = Counter()
    whole = True
    for count, row in enumerate(rows, 1):
        if count > COUNTED:
            whole = False
            break
        for each in row:
            if each in found or len(found) < DIFFERENT:
                found[each] += 1
            else:
                whole = False
    return found, whole


def rows_of(batch: Import, profile: Profile, reader: FieldReader) -> Iterator[Values]:
    """The rows that a field is read out of: those of the second file where its column is one of that."""
    name = reader.rule.column
    join = next((join for join in profile.joins if name.startswith(f"{join.name}.")), None)
    if join is not None and (other := joined_table(batch, join)) is not None:
        column = name.removeprefix(f"{join.name}.")
        return ({name: record.values.get(column)} for record in other)
    return (record.values for record in table_of(batch))


def pieces(reader: FieldReader, values: Values) -> list[str]:
    """What a field reads out of a row, one by one where a cell holds several; of what cannot be read, the cells as they stand."""
    try:
        return reader.pieces(values, with_empty=True)
    except Unreadable:
        return [as_text(get(values)) for get in reader.getters]


def as_text(value: Any) -> str:
    """A value of a cell as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return BETWEEN_VALUES.join(map(as_text, value))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
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


def begun_of(batch: Import) -> Profile:
    """A new profile for the import, which knows the title that stands above its table."""
    try:
        title = table_of(batch).guess.title
    except TableError:
        title = ""
    return begun(batch.file_name, title)


def missing_of(batch: Import) -> list[frame.Lack]:
    """What is still missing before the import can be previewed, in sentences. Of a file that has nothing to choose from, that is all."""
    profile, mistakes = profile_of(batch)
    if not batch.profile_text and (why := why_unread(batch)):
        return [lacking.of_the_file(batch, why)]
    return lacking.told(batch, profile, mistakes if batch.profile_text else [Mistake("", "", Why.NOTHING_TAKEN)])


def still(batch: Import) -> list[frame.Lack]:
    """The same, once anything is chosen."""
    return missing_of(batch) if batch.profile_text else []


def keep_options(batch: Import, options: Options, *, by: Any) -> None:
    """How the file is read, as staff said it. A profile that is there says the same from now on, and nothing of what they left open.

    One with mistakes that only its text shows stays as it was typed: written anew, it would lose what could not be read.
    """
    said = _said(dataclasses.asdict(options))
    profile, mistakes = profile_of(batch)
    text = batch.profile_text
    is_whole = not any(mistake.why is Why.IN_THE_TEXT for mistake in mistakes)
    if text and is_whole and not profile.is_package and profile.file != FileRules(**said):
        text = to_toml(dataclasses.replace(profile, file=FileRules(**said)))
    imports.choose(batch, by=by, options=said, text=text or None, draft=True)


def keep_profile(batch: Import, profile: Profile, *, by: Any) -> None:
    """What the columns hold, as far as it is said, and what staff said of how the file is read.

    A profile that is kept under another name than it says itself is called as it was chosen.
    """
    kept = dataclasses.replace(profile, file=dataclasses.replace(profile.file, **_said(batch.options)))
    keep_text(batch, to_toml(kept), batch.profile_name or kept.name, by=by)


def keep_text(batch: Import, text: str, name: str, *, by: Any) -> None:
    """The profile as it stands in a text; something may be missing yet."""
    imports.choose(batch, by=by, profile=name, text=text, draft=True)

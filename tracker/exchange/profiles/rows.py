"""Rows of the package that came out of somebody's table, and how a row is filled and checked."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.exchange.files import Problem, Row, close_to, ended
from tracker.exchange.profiles.kinds import KIND_OF, is_date, is_flag
from tracker.exchange.schema import Resource
from tracker.models.base import KEY_PATTERN
from tracker.rules import sentences

_KEY = re.compile(KEY_PATTERN)
_NAMED_AS_THEY_STAND = frozenset({("recommendations", "reference")})
LONGEST_SHOWN = 60
_READ = ("BooleanField", "IntegerField", "DateTimeField")


@dataclass
class MappedRow(Row):
    """A row of a package's file that came out of somebody's table. Its problems name the row and the column of that table.

    ``line`` is the first source row (0: the file as a whole), ``rows`` all that it was made of; ``sources`` names the source column of each package
    column that has one, and ``raw`` what stood there. ``only_new``: where the site has a record of this key, that one stays as it is there (kinds of
    measure, themes). ``assumed`` names the columns that the file says nothing of and that were filled in, each with the column that it was made
    from, if from any: where the site has the record, such a column says nothing against what stands there. ``answer``: of a government's own account
    that is made of its answer alone, which one.
    """

    rows: tuple[int, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    only_new: bool = False
    assumed: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""

    def problem(self, column: str, words: str) -> Problem:
        """A problem of one cell: the sentence goes on from the column's name and the value that stands in the file."""
        return self._problem(column, f"{quoted(self.raw.get(column) or self.cells[column])}{words}")

    def fault(self, words: str, column: str | None = None) -> Problem:
        """A problem of the row as a whole, or of a column of it, as a sentence of its own."""
        return self._problem(column, words)

    def _problem(self, column: str | None, rest: str) -> Problem:
        where = ""
        if column in self.sources:
            where = f"column {self.sources[column]}"
        elif column:
            where = f"{self.resource.noun}, {column}"
        place = self.resource.header.index(column) + 1 if column in self.resource.by_name else 0
        kind = KIND_OF.get(self.resource.name)
        about = f"{kind.name if self.line else 'source'}.{column}" if kind and column in kind.fields else ""
        return problem_at(self.rows or (self.line,), where, rest, place, about=about)


def problem_at(rows: Iterable[int], where: str, rest: str, place: int = 0, *, about: str = "", unknown: str = "") -> Problem:
    """A problem of some rows of the file: ``row 14, column Status: ...``."""
    numbers = list(rows)
    told = ", ".join(filter(None, [rows_told(numbers), where]))
    words = f"{where}: {rest}" if where else rest
    return Problem((0, numbers[0], place), ended(f"{told}: {rest}"), ended(words), tuple(number for number in numbers if number), about, unknown)


def rows_told(numbers: list[int]) -> str:
    """Rows in words; 0 is the file as a whole."""
    if numbers == [0]:
        return sentences.THE_FILE()
    if len(numbers) == 1:
        return sentences.ROW(row=numbers[0])
    if len(numbers) > 10:
        return sentences.ROWS_AND_MORE(rows=", ".join(map(str, numbers[:10])), more=len(numbers) - 10)
    return sentences.ROWS(rows=", ".join(map(str, numbers[:-1])), row=numbers[-1])


def quoted(text: str) -> str:
    """A value in quotation marks, cut where it is long, with a space after it; nothing for nothing."""
    return f"“{text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + '...'}” " if text else ""


class Filler:
    """Fills and checks rows of one file of the package, by the rules of :func:`tracker.exchange.files.read`, made ready once."""

    def __init__(self, resource: Resource) -> None:
        """Look once at the columns."""
        self.resource, self.noun = resource, resource.noun
        self.key = [column.name for column in resource.key_columns]
        self.blank = {column.name: "false" if is_flag(column) else "" for column in resource.columns}
        self.nothing = {column.name: column.parse(self.blank[column.name]) for column in resource.columns}
        self.required = [column.name for column in resource.columns if column.required]
        self.words = {column.name: frozenset(column.words) for column in resource.columns if column.words}
        # Texts stand for themselves; a date, a flag and a number for something that must be read.
        self.read = frozenset(column.name for column in resource.columns if is_date(column) or column.field.get_internal_type().endswith(_READ))
        self.longest = {column.name: column.field.max_length for column in resource.columns if column.field.max_length}
        self.special = frozenset({*self.words, *self.read, *self.longest})
        self.remembered: dict[tuple[str, str], Any] = {}

    def row(
        self,
        number: int,
        cells: Mapping[str, str],
        sources: dict[str, str] | None = None,
        raw: dict[str, str] | None = None,
        *,
        rows: tuple[int, ...] = (),
        only_new: bool = False,
        assumed: Mapping[str, str] | None = None,
        told: Collection[str] = (),
    ) -> tuple[MappedRow, list[Problem]]:
        """A row with these cells, the others empty, and what is wrong with it; ``told``: columns of which it is said already why they are empty."""
        made = MappedRow(
            self.resource,
            number,
            {**self.blank, **cells},
            dict(self.nothing),
            False,
            rows or (number,),
            sources or {},
            raw or {},
            only_new,
            assumed or {},
        )
        missing = [name for name in self.required if not made.cells[name]]
        problems = [made.fault("there must be a value.", name) for name in missing if name not in told]
        for name, text in cells.items():
            if not text:
                continue
            if name not in self.special:
                made.values[name] = text
                if "\0" in text:
                    problems.append(made.problem(name, "holds a NUL character, which no text may hold"))
                continue
            if name in self.words and text not in self.words[name]:
                words = self.resource.by_name[name].words
                problems.append(made.problem(name, f"is not one of {', '.join(words)}{close_to(text, words)}"))
                continue
            if name in self.read:
                try:
                    made.values[name] = self._value(name, text)
                except ValueError as error:
                    problems.append(made.problem(name, str(error)))
                    continue
                made.cells[name] = self.resource.by_name[name].text(made.values[name])
            else:
                made.values[name] = text
            if name in self.longest and len(text) > self.longest[name]:
                problems.append(made.problem(name, f"has {len(text)} characters; at most {self.longest[name]} are kept"))
            if "\0" in text:
                problems.append(made.problem(name, "holds a NUL character, which no text may hold"))
            if (self.resource.name, name) in _NAMED_AS_THEY_STAND and not _KEY.match(text):
                problems.append(made.problem(name, "has other signs than letters, digits, dots and hyphens, beginning with a letter or digit"))
        made.broken = bool(problems or missing)
        return made, problems

    def _value(self, name: str, text: str) -> Any:
        known = self.remembered.get((name, text))
        if known is None:
            known = self.resource.by_name[name].parse(text)
            if len(self.remembered) < 50_000:
                self.remembered[name, text] = known
        return known

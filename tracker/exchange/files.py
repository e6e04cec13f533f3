"""The files of a package: reading them strictly, writing them the one way.

Reading collects every problem instead of stopping at the first; each names file, row (the line of the file, counted from 1), column,
and what would be right.
"""

import codecs
import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from tracker.exchange.schema import BY_NAME, DESCRIPTOR, RESOURCES, Resource

SHOWN_PROBLEMS = 50
READ_AT_ONCE = 1024 * 1024  # bytes
LONGEST_CELL = 10_000_000
"""In characters. The csv module stops at 131,072 unless told otherwise, which a transcript may exceed."""

_TO_QUOTE = re.compile(r'[",\r\n]')


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong with a package, in a sentence, and where.

    ``words`` is the sentence without its place, and ``rows`` are all rows that it is of. Of somebody's table, ``about`` names what of the profile it
    was read by, as “assessment.status”, and ``unknown`` what stands there where it is none of the words that the field takes.
    """

    place: tuple[int, int, int]  # file, row, column: problems are told in this order
    sentence: str
    words: str = field(default="", compare=False)
    rows: tuple[int, ...] = field(default=(), compare=False)
    about: str = field(default="", compare=False)
    unknown: str = field(default="", compare=False)

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence


class PackageError(Exception):
    """A package that cannot be loaded; ``problems`` holds every reason found."""

    def __init__(self, problems: Iterable[Problem | str]) -> None:
        """Take the problems in any order."""
        as_problems = [Problem((-1, 0, 0), problem) if isinstance(problem, str) else problem for problem in problems]
        self.problems = sorted(set(as_problems))
        super().__init__(self.told())

    def told(self, limit: int = SHOWN_PROBLEMS) -> str:
        """One sentence a line, at most ``limit`` of them."""
        lines = [problem.sentence for problem in self.problems[:limit]]
        if len(self.problems) > limit:
            lines.append(f"And {len(self.problems) - limit} more.")
        return "\n".join(lines)


@dataclass
class Row:
    """A row of a file: the line on which it begins, its cells, and the values that they stand for."""

    resource: Resource
    line: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    broken: bool = False  # a cell of it cannot be read

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Its natural key."""
        return self.resource.key_of(self.cells)

    def problem(self, column: str, words: str) -> Problem:
        """A problem of one cell: the sentence goes on from the column's name and the cell's value."""
        shown = self.cells[column]
        value = f"“{shown if len(shown) <= 60 else shown[:57] + '...'}” " if shown else ""
        return self._problem(column, f", column {column}: {value}{words}")

    def fault(self, words: str, column: str | None = None) -> Problem:
        """A problem of the row as a whole, or of a column of it, as a sentence of its own."""
        return self._problem(column, f", column {column}: {words}" if column else f": {words}")

    def _problem(self, column: str | None, rest: str) -> Problem:
        place = (RESOURCES.index(self.resource), self.line, self.resource.header.index(column) + 1 if column else 0)
        return Problem(place, ended(f"{self.resource.file}, row {self.line}{rest}"), ended(rest.lstrip(",: ")), (self.line,))


@dataclass
class Package:
    """A package as read: what it calls itself, the rows of each file that it has, and what is wrong with single rows."""

    name: str
    title: str
    description: str
    tables: dict[str, list[Row]]
    problems: list[Problem]


def ended(sentence: str) -> str:
    """A sentence with a full stop, unless it ends already or asks something."""
    return sentence if sentence.endswith((".", "?")) else sentence + "."


def close_to(word: str, words: Iterable[str]) -> str:
    """``; did you mean “...”?`` where a word is close to one of those that would be right, else nothing."""
    folded = {candidate.casefold(): candidate for candidate in words}
    found = get_close_matches(word.casefold().strip(), folded, n=1, cutoff=0.6)
    return f"; did you mean “{folded[found[0]]}”?" if found else ""


# Reading


def read(folder: Path) -> Package:
    """Read the files of a package and check each by itself.

    Raises :class:`PackageError` with all that is wrong where a file cannot be read as a table; problems of single cells come with the
    package, so that whoever goes on can tell them together with what else is wrong.
    """
    about = _descriptor(folder)
    unreadable: list[Problem | str] = []
    problems: list[Problem] = []
    tables: dict[str, list[Row]] = {}
    for resource in _named_files(folder, about, unreadable):
        tables[resource.name] = rows = list(rows_of(folder / resource.file, resource, unreadable))
        for row in rows:
            problems += check(row)
        problems += _key_problems(rows)
    if unreadable:
        raise PackageError([*unreadable, *problems])
    return Package(name=about["name"], title=about["title"], description=about["description"], tables=tables, problems=problems)


def refuse_what_is_no_package(folder: Path) -> None:
    """Raise :class:`PackageError` unless there is a folder with a descriptor in it."""
    if not folder.is_dir():
        raise PackageError([f"There is no folder {folder}."])
    if not (folder / DESCRIPTOR).is_file():
        raise PackageError([f"{folder} is no data package: it has no {DESCRIPTOR}."])


def named_files(folder: Path) -> list[Resource]:
    """The files that a package names, each after those that it refers to. Raises :class:`PackageError` where it names them wrongly."""
    problems: list[Problem | str] = []
    found = _named_files(folder, _descriptor(folder), problems)
    if problems:
        raise PackageError(problems)
    return found


def _descriptor(folder: Path) -> dict[str, Any]:
    refuse_what_is_no_package(folder)
    path = folder / DESCRIPTOR
    try:
        about = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PackageError([f"{DESCRIPTOR} is not JSON in UTF-8: {error}."]) from None
    if not isinstance(about, dict) or not isinstance(about.get("resources"), list):
        raise PackageError([f"{DESCRIPTOR} names no files; it needs a list of resources, each with a name and a path."])
    texts = {key: about.get(key, "") for key in ("name", "title", "description")}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise PackageError([f"{DESCRIPTOR}: its {key} is not a text."])
    texts["title"] = texts["title"] or texts["name"] or folder.name
    return {**texts, "resources": about["resources"]}


def _named_files(folder: Path, about: dict[str, Any], problems: list[Problem | str]) -> list[Resource]:
    named: set[str] = set()
    for number, resource in enumerate(about["resources"], start=1):
        name = resource.get("name") if isinstance(resource, dict) else None
        if not isinstance(name, str) or name not in BY_NAME:
            problems.append(ended(f"{DESCRIPTOR}: resource {number}, “{name}”, is none that a package has{close_to(str(name), BY_NAME)}"))
        elif resource.get("path") != BY_NAME[name].file:
            problems.append(f"{DESCRIPTOR}: the path of {name} is “{resource.get('path')}”; it must be {BY_NAME[name].file}.")
        elif not (folder / BY_NAME[name].file).is_file():
            problems.append(f"{DESCRIPTOR} names {BY_NAME[name].file}, but there is no such file beside it.")
        elif name in named:
            problems.append(f"{DESCRIPTOR} names {BY_NAME[name].file} twice.")
        else:
            named.add(name)
    told = {resource.get("name") for resource in about["resources"] if isinstance(resource, dict)}
    for resource in RESOURCES:
        # A file left out of the descriptor by mistake would be left out of the load without a word.
        if resource.name not in told and (folder / resource.file).exists():
            problems.append(f"{resource.file} lies in the folder, but {DESCRIPTOR} does not name it; add it there or take the file away.")
    return [resource for resource in RESOURCES if resource.name in named]


def rows_of(path: Path, resource: Resource, problems: list[Problem | str]) -> Iterator[Row]:
    """The rows of one file, one by one, in flat memory; none where its header is wrong, since no cell could then be trusted."""

    def at(line: int, words: str) -> None:
        problems.append(Problem((RESOURCES.index(resource), line, 0), ended(f"{resource.file}, row {line}: {words}")))

    if not _is_text(path, at):
        return
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        line = 1
        try:
            header = next(reader, None)
            if header is None:
                at(1, f"the file is empty; it must begin with the header {','.join(resource.header)}")
                return
            if not _header_is_right(header, resource, at):
                return
            places = [(name, header.index(name)) for name in resource.header]  # one order of a row's cells, whatever that of the file
            line = reader.line_num + 1
            for cells in reader:
                if not cells:
                    at(line, "the row is empty; take it out.")
                elif len(cells) != len(header):
                    at(line, f"it has {len(cells)} cells where the header has {len(header)}; quote a cell that holds a comma or a line break.")
                else:
                    yield Row(resource, line, {name: cells[place] for name, place in places})
                line = reader.line_num + 1
        except csv.Error as error:
            at(line, f"it is not CSV ({error}); a cell with a quotation mark is written in quotation marks, with the mark doubled.")


def _is_text(path: Path, at: Any) -> bool:
    """Whether the whole file is UTF-8 without NUL, looked through piece by piece."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, read = 1, 0
    with path.open("rb") as stream:
        while True:
            piece = stream.read(READ_AT_ONCE)
            waiting = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                place = read - waiting + error.start
                at(
                    lines + piece.count(b"\n", 0, max(error.start - waiting, 0)),
                    f"byte {place + 1} of the file is not UTF-8; save the file as UTF-8.",
                )
                return False
            if "\0" in text:
                at(lines + text.count("\n", 0, text.index("\0")), "there is a NUL character, which no text may hold; take it out.")
                return False
            if not piece:
                return True
            lines += piece.count(b"\n")
            read += len(piece)


def _header_is_right(header: list[str], resource: Resource, at: Any) -> bool:
    wanted = resource.header
    faults = [f"there is no column “{name}” in this file{close_to(name, wanted) or '; take it out'}" for name in header if name not in wanted]
    for name in wanted:
        if name not in header:
            empty = "" if resource.by_name[name].required else ", empty where there is nothing to say"
            faults.append(f"the column {name} is missing; add it{empty}")
        elif header.count(name) > 1:
            faults.append(f"the column {name} stands there twice; keep one")
    for fault in faults:
        at(1, fault)
    return not faults


def check(row: Row) -> list[Problem]:
    """Check each cell of a row, keep the values that they stand for, and note whether one cannot be read."""
    found = list(_cell_problems(row))
    row.broken = bool(found)
    row.__dict__.pop("key", None)  # its cells may be written in another way now
    return found


def _cell_problems(row: Row) -> Iterator[Problem]:
    """Check each cell of a row, and keep the values that they stand for."""
    for column in row.resource.columns:
        cell = row.cells[column.name]
        if cell == "" and column.required:
            yield row.fault("there must be a value.", column.name)
            continue
        if cell and column.words and cell not in column.words:
            yield row.problem(column.name, f"is not one of {', '.join(column.words)}{close_to(cell, column.words)}")
            continue
        try:
            row.values[column.name] = value = column.parse(cell)
        except ValueError as error:
            yield row.problem(column.name, str(error))
            continue
        # Compared as this software writes it: 10:00+01:00 and 09:00Z are the same moment.
        row.cells[column.name] = column.text(value)
        if column.field.max_length and len(cell) > column.field.max_length:
            yield row.problem(column.name, f"has {len(cell)} characters; at most {column.field.max_length} are kept")


def _key_problems(rows: list[Row]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        if row.key in first:
            names = [column.name for column in row.resource.key_columns]
            told = ", ".join(f"{name} {cell}" for name, cell in zip(names, row.key, strict=True) if cell)
            yield row.fault(f"{told} stands in row {first[row.key].line} already; each is written once.")
        else:
            first[row.key] = row


# Writing


def line(cells: Iterable[str]) -> str:
    """Cells as a line of CSV, after RFC 4180, ended by a line feed. A cell is quoted where it must be and nowhere else."""
    return ",".join('"' + cell.replace('"', '""') + '"' if _TO_QUOTE.search(cell) else cell for cell in cells) + "\n"


def write_table(path: Path, resource: Resource, rows: Iterable[dict[str, str]]) -> int:
    """Write a file with its header; returns how many rows it has. Rows come in the order of their keys."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(line(resource.header))
        for cells in rows:
            stream.write(line(cells[name] for name in resource.header))
            count += 1
    return count


def write_descriptor(path: Path, about: dict[str, Any]) -> None:
    """Write ``datapackage.json``."""
    path.write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

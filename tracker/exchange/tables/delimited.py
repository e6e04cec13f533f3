"""Delimited text: commas, semicolons, tabs or vertical bars; any line ends.

Python's csv module divides the records. It is given its lines here, because it takes no bare CR for the end of one, and because what it
keeps in memory until a quotation mark closes has to be counted. It reads strictly: leniently, it would take the rest of a file for one
cell where a quotation mark is left open, and lose quotation marks that are not doubled.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tracker.exchange.tables import limits
from tracker.exchange.tables.contract import DELIMITERS, Value
from tracker.exchange.tables.encodings import Misfit, TextStream
from tracker.exchange.tables.kinds import refused
from tracker.exchange.tables.sources import Cells

_WORDS_OF_CSV = {
    "unexpected end of data": "a quotation mark opens a cell and none closes it; close it, or double a mark that belongs to the text",
    "expected after": "a quotation mark stands inside a quoted cell; double each mark that belongs to the text",
    "field larger": f"a cell has more than {limits.CELL:,} characters, which is what a quotation mark left open looks like; close it",
}
_ROWS_TRIED = 200
_NAMED = re.compile(r"sep=([,;\t|])(?:\r|\n|$)")


class Delimited:
    """The rows of a delimited text. A row that holds nothing counts, and is left out."""

    def __init__(self, path: Path, name: str, encoding: str, delimiter: str) -> None:
        """Take how to read it; nothing is opened yet."""
        self.path, self.name, self.encoding, self.delimiter = path, name, encoding, delimiter
        self.done = 0.0
        # The limit is the whole process's; it is only ever raised, since others read longer cells (exchange/files.py).
        csv.field_size_limit(max(csv.field_size_limit(), limits.CELL))

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Numbered rows of cells."""
        size = max(1, self.path.stat().st_size)
        self.done = 0.0
        number = 0
        with TextStream(self.path, self.encoding) as raw:
            lines = _Lines(io.BufferedReader(raw, 65_536))
            records = csv.reader(lines, delimiter=self.delimiter, strict=True)
            while True:
                try:
                    cells = next(records, None)
                except csv.Error as error:
                    raise refused(self.name, _in_words(error), row=number + 1) from None
                except Misfit as error:
                    raise refused(self.name, error.words, row=number + 1) from None
                except _NotReadable as error:
                    raise refused(self.name, str(error), row=number + 1) from None
                if cells is None:
                    self.done = 1.0
                    return
                number += 1
                lines.of_record = 0
                self.done = raw.read_bytes / size
                if number > limits.ROWS:
                    raise refused(self.name, f"has more than {limits.ROWS:,} rows; bring it in parts")
                values: list[Value] = [cell or None for cell in cells]
                if any(values):
                    self._refuse_too_much(number, cells)
                    yield number, values

    def _refuse_too_much(self, number: int, cells: list[str]) -> None:
        if len(cells) > limits.COLUMNS:
            raise refused(self.name, f"has {len(cells):,} cells; at most {limits.COLUMNS:,} columns are read", row=number)
        for place, cell in enumerate(cells, start=1):
            if len(cell) > limits.CELL:
                raise refused(self.name, f"cell {place} has more than {limits.CELL:,} characters: {len(cell):,}", row=number)


class _NotReadable(Exception):
    """Why a line is not read."""


class _Lines:
    """Lines with whatever ends them, LF, CRLF or CR; ``of_record`` counts the characters since it was last set to nothing."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        self.of_record = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(limits.RECORD + 1):
            self.of_record += len(line)
            if self.of_record > limits.RECORD:
                raise _NotReadable(f"has more than {limits.RECORD:,} characters; if a quotation mark was left open, close it")
            if "\0" in line:
                raise _NotReadable("holds a NUL character, which no text has; choose another encoding if the file is UTF-16, or take it out")
            yield line


def _in_words(error: csv.Error) -> str:
    return next((words for sign, words in _WORDS_OF_CSV.items() if sign in str(error)), f"cannot be divided into cells ({error})")


# Guessing


def guess_delimiter(name: str, text: str) -> tuple[tuple[str, ...], str]:
    """The delimiters, the likeliest first, and why that one. ``text`` is the beginning of the file."""
    found = {delimiter: _consistency(text, delimiter) for delimiter in DELIMITERS}
    if name.lower().endswith((".tsv", ".tab")):
        found["\t"] = (found["\t"][0] + 0.05, *found["\t"][1:])
    ranked = sorted(DELIMITERS, key=lambda delimiter: (-round(found[delimiter][0], 3), -found[delimiter][1]))
    score, _usual, widths = found[ranked[0]]
    if not score:
        ranked = sorted(DELIMITERS, key=lambda delimiter: delimiter != ",")
        return tuple(ranked), "No delimiter divides the first rows alike; the file is taken for one column, or for commas where there are any."
    ((cells, rows),) = widths.most_common(1)
    share = f"{rows / widths.total():.0%} of the first rows have the same number of cells, {cells}"
    return tuple(ranked), f"Divided by {DELIMITERS[ranked[0]]}, {share}."


def _consistency(text: str, delimiter: str) -> tuple[float, int, Counter[int]]:
    """How alike the rows are, how many cells most fill, and how many rows have how many; nothing where the delimiter divides nothing.

    Cells are counted as they stand and without empty ones at the end, which some programs write and some leave out: what is more alike holds.
    """
    as_written: list[int] = []
    without_ends: list[int] = []
    records = csv.reader(io.StringIO(text, newline="").readlines(), delimiter=delimiter, strict=True)
    faults = 0
    while len(as_written) < _ROWS_TRIED:
        try:
            cells = next(records, None)
        except csv.Error as error:
            if "unexpected end" in str(error):  # the sample is cut somewhere
                break
            faults += 1
            continue
        if cells is None:
            break
        written = len(cells)
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            as_written.append(written)
            without_ends.append(len(cells))
    return (*max(_alike(as_written, faults), _alike(without_ends, faults)), _widths(as_written))


def _widths(rows: list[int]) -> Counter[int]:
    """How many rows have how many cells."""
    counts = Counter(rows)
    if len(rows) > 2:
        counts[rows[-1]] -= 1  # the last row may be cut
    return +counts


def _alike(rows: list[int], faults: int) -> tuple[float, int]:
    """How alike rows with so many cells are, and how many cells most have."""
    counts = _widths(rows)
    if not counts or (len(counts) == 1 and 1 in counts):
        return 0.0, 1
    # Rows divided at all, each by how near it comes to the widest common shape; short rows are common, longer ones hint at prose.
    usual, times = max(((cells, times) for cells, times in counts.items() if cells > 1), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
    near = sum(times for cells, times in counts.items() if usual > cells > 1) * 0.5
    return (times + near) / (counts.total() + faults), usual


def row_ends(text: str, delimiter: str) -> str:
    """Which line ends the rows of a delimited text have, as :func:`line_ends` says; one within quotation marks is part of its cell."""
    last = ""

    def lines() -> Iterator[str]:
        nonlocal last
        for line in io.StringIO(text, newline=""):
            last = line
            yield line

    found = []
    try:
        for _cells in csv.reader(lines(), delimiter=delimiter, strict=True):
            found.append(last[len(last.rstrip("\r\n")) :])
    except csv.Error:
        pass  # told when its rows are read; of a sample, the last is cut somewhere
    return line_ends(" ".join(found))


def line_ends(text: str) -> str:
    """Which line ends a text has: LF, CRLF, CR, mixed, or none."""
    crlf = text.count("\r\n")
    kinds = {"CRLF": crlf, "LF": text.count("\n") - crlf, "CR": text.count("\r") - crlf - text.endswith("\r")}
    present = [kind for kind, times in kinds.items() if times > 0]
    if not present:
        return "CR" if text.endswith("\r") else ""
    return present[0] if len(present) == 1 else "mixed"


def named_delimiter(text: str) -> str:
    """The delimiter that a first line “sep=;” names, as some spreadsheets write and read."""
    found = _NAMED.match(text)
    return found[1] if found else ""

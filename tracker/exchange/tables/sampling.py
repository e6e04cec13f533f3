"""What the columns of a table hold, told by its first rows."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from tracker.exchange.tables import limits
from tracker.exchange.tables.contract import Value
from tracker.exchange.tables.opening import Table

SHOWN_VALUES = 8
SHOWN_CHARACTERS = 120
CELLS, CELL_CHARACTERS = 200, 400
"""Filled cells that come along, and what is kept of each: enough to see what a column holds."""

DATE_FORMATS = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%Y%m%d",
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M",
    "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%B %Y", "%b %Y", "%Y-%m", "%m/%Y",
)  # fmt: skip
"""Formats of ``strptime`` tried on columns of text. Names of months are English here; other languages are the profiles' business."""

_NUMBER = re.compile(r"[-+]?\d{1,3}(?:[ ,.’'\u00a0\u202f]\d{3})*(?:[.,]\d+)?\s?%?|[-+]?\d+(?:[.,]\d+)?\s?%?")
_TRUTH = frozenset(("true", "false", "yes", "no", "y", "n", "oui", "non", "sí", "si", "ja", "nein"))
_DASHED = re.compile(r"\s*[-–—•*]\s+")
_SEPARATORS = (";", "|", ",")
_PIECE = 60
"""Characters of an entry of a list in a cell, on average; what is longer between commas is prose."""


@dataclass(frozen=True)
class ColumnSample:
    """A column as its first rows show it."""

    name: str
    values: tuple[str, ...]  # the first different values, as text, each cut to a readable length
    different: int  # how many different values there are among the rows looked at
    empty: float  # share of the rows without a value, 0 to 1
    longest: int  # characters of the longest value
    formulas: int  # cells that hold a formula of a spreadsheet, which comes as its text
    kind: str  # "text", "number", "date", "true or false", "list", "nested" or "empty"
    separator: str = ""  # of a list in a cell: ";", "|", ",", "\n", or "- " where each line begins with a dash
    cells: tuple[str, ...] = ()  # what stands in the first filled ones, a value that comes again as often as it does


@dataclass
class _Seen:
    """What has been seen of a column so far."""

    rows: int = 0
    filled: int = 0
    longest: int = 0
    formulas: int = 0
    first: dict[str, None] = field(default_factory=dict)
    different: set[int] = field(default_factory=set)
    values: list[Value] = field(default_factory=list)
    characters: int = 0

    def add(self, value: Value) -> None:
        self.filled += 1
        text = as_text(value)
        self.longest = max(self.longest, len(text))
        self.formulas += isinstance(value, str) and value.startswith("=")
        self.different.add(hash(text))
        if len(self.first) < SHOWN_VALUES:
            self.first.setdefault(cut(text))
        if self.characters < limits.SAMPLE_CHARACTERS // 50:
            self.characters += len(text)
            self.values.append(value if not isinstance(value, str) else value[:5_000])


def samples(table: Table, rows: int = 500) -> tuple[ColumnSample, ...]:
    """What the first ``rows`` records of a table show about each of its columns, and about any met beyond them."""
    seen = {name: _Seen() for name in table.columns}
    count = 0
    for record in islice(table, rows):
        count += 1
        for name, value in record.values.items():
            if value is not None and value != "":
                seen.setdefault(name, _Seen()).add(value)
    return tuple(_sample(name, column, count) for name, column in seen.items())


def as_text(value: Value) -> str:
    """A value as people would write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return "" if value is None else str(value)


def cut(text: str) -> str:
    """A text short enough to show."""
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _sample(name: str, seen: _Seen, rows: int) -> ColumnSample:
    kind, separator = _kind(seen.values)
    return ColumnSample(
        name=name,
        values=tuple(seen.first),
        different=len(seen.different),
        empty=1 - seen.filled / rows if rows else 1.0,
        longest=seen.longest,
        formulas=seen.formulas,
        kind=kind,
        separator=separator,
        cells=tuple(cell[:CELL_CHARACTERS] for value in seen.values[:CELLS] if (cell := _as_cell(value))),
    )


def _as_cell(value: Value) -> str:
    """A value as it stands in a cell: the items of a list side by side; of records within the record nothing."""
    items = value if isinstance(value, list) else [value]
    return "; ".join(as_text(item) for item in items if not isinstance(item, list | dict))


def _kind(values: Sequence[Value]) -> tuple[str, str]:
    """The kind of a column, and the separator of its lists."""
    if not values:
        return "empty", ""
    if all(isinstance(value, bool) for value in values):
        return "true or false", ""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return "number", ""
    if any(isinstance(value, list | dict) for value in values):
        return "nested", ""
    texts = [value.strip() for value in values if isinstance(value, str) and value.strip()]
    dates = sum(isinstance(value, dt.date) for value in values)
    if (dates and not texts) or are_dates(texts):
        return "date", ""
    if not dates and all(_NUMBER.fullmatch(text) for text in texts):
        return "number", ""
    if not dates and len(texts) > 1 and all(text.casefold() in _TRUTH for text in texts):
        return "true or false", ""
    separator = list_separator(texts)
    return ("list", separator) if separator else ("text", "")


def are_dates(texts: Sequence[str]) -> bool:
    """Whether there is a format in which every text is a date between 1800 and 2200."""
    if not any(len(text) > 5 for text in texts):
        return False
    return any(all(_is_date(text, format_) for text in dict.fromkeys(texts)) for format_ in DATE_FORMATS)


def _is_date(text: str, format_: str) -> bool:
    if len(text) > 40:
        return False
    try:
        return 1800 <= dt.datetime.strptime(text, format_).year <= 2200  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return False


def list_separator(texts: Sequence[str]) -> str:
    """What separates the entries of lists in cells; nothing where the cells are no lists."""
    if not texts:
        return ""
    with_lines = [[line for line in text.splitlines() if line.strip()] for text in texts if len(text.splitlines()) > 1]
    dashed = sum(all(_DASHED.match(line) for line in lines) for lines in with_lines)
    if dashed and dashed >= len(with_lines) * 0.8:
        return "- "
    for separator in _SEPARATORS:
        if _separates(separator, texts):
            return separator
    if with_lines and len(with_lines) >= len(texts) * 0.1 and _short([line for lines in with_lines for line in lines]):
        return "\n"
    return ""


def _separates(separator: str, texts: Sequence[str]) -> bool:
    """Whether a sign separates entries: they are short, come in several cells, and (for commas) come again alone or elsewhere."""
    divided = [[piece.strip() for piece in text.split(separator)] for text in texts if separator in text]
    if not divided or len(divided) < len(texts) * 0.1:
        return False
    pieces = [piece for entries in divided for piece in entries if piece]
    if not pieces or not _short(pieces):
        return False
    if separator != ",":
        return True
    alone = {text for text in texts if separator not in text}
    again = sum(piece in alone or pieces.count(piece) > 1 for piece in pieces)
    return again >= len(pieces) * 0.5


def _short(pieces: Sequence[str]) -> bool:
    return sum(len(piece) for piece in pieces) <= _PIECE * len(pieces)

"""Sheets of Excel workbooks, row by row.

Read with an XML parser of our own hands rather than through openpyxl's reader, which keeps all shared texts in memory, fills rows up to
whatever width and height a stray cell claims, and expands what a hostile part tells it to. What openpyxl knows of number formats, dates
and shared formulas is used. So is its judgement that nothing is ever evaluated.

What comes of a cell: texts with their line breaks; numbers, whole ones as int; dates as dates, with a time where the format shows one or
the value has one; a time of day or a duration as text; true and false; an error (#N/A) as text; a formula as its text, “=1+1”, since its
last result may be stale, absent or forged. Of merged cells, each row that they cover has their value, in their first column.
"""

import datetime as dt
import os
import re
import tempfile
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import isfinite
from pathlib import Path
from posixpath import join, normpath
from typing import IO, Any
from xml.parsers import expat

from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import Translator, TranslatorError
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from tracker.exchange.tables import limits
from tracker.exchange.tables.contract import TableError, Value
from tracker.exchange.tables.kinds import refused
from tracker.exchange.tables.sources import Cells

_BLOCK = 65_536
_LONGEST_TAG = 4_000_000
"""Bytes of one tag, in which nothing else begins: attributes of a real one are a line."""

_MOST_STYLES = 100_000
_MOST_TRANSLATED = 2_000_000  # characters of formulas
_MOST_MERGED = 200_000
_DATES_ELSEWHERE = frozenset([*range(27, 37), *range(50, 59)])  # formats for dates built into Excel in East Asia
_LAST_DAY = 2_958_466  # 10000-01-01, as Excel counts
_HOURS = re.compile(r"[hHsS]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d{1,3})?")
_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_ESCAPED = re.compile("_x(?![dD][89A-Fa-f])([0-9A-Fa-f]{4})_")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]{0,200}?ref="([A-Z]{1,3}[1-9]\d{0,6}):([A-Z]{1,3}[1-9]\d{0,6})"')
_END_OF_ROWS = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_DAMAGED = "is a damaged workbook"


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, and the part that holds it."""

    name: str
    hidden: bool
    part: str


class Workbook:
    """A workbook opened for reading; texts that its cells share lie in a temporary file until it is let go of."""

    def __init__(self, path: Path, name: str) -> None:
        """Read what the workbook says of itself. Raises ``TableError`` where it is damaged or tries something."""
        self.path, self.name = path, name
        main = self._main_part()
        targets = self._targets(main)
        self.epoch = WINDOWS_EPOCH
        self.sheets: tuple[Sheet, ...] = self._sheets(main, targets)
        by_kind = dict(targets.values())
        self._styles_part = by_kind.get("styles", "")
        self._texts_part = by_kind.get("sharedStrings", "")
        if not self.sheets:
            raise refused(name, "has no sheet with cells; bring a workbook with a table in it")

    def sheet(self, name: str) -> Sheet:
        """A sheet by its name."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        names = ", ".join(f"“{sheet.name}”" for sheet in self.sheets[:20])
        raise refused(self.name, f"has no sheet “{name}”; its sheets are {names}")

    @cached_property
    def texts(self) -> "_SharedTexts":
        """What cells share."""
        return _SharedTexts(self, self._texts_part)

    @cached_property
    def formats(self) -> list[str]:
        """What each style makes of a number: "date", "moment", "time", "duration" or nothing."""
        formats: dict[int, str] = {}
        styles: list[int] = []
        inside: list[str] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            inside.append(tag)
            if tag == "numFmt" and (number := attributes.get("numFmtId", "")).isdigit():
                formats[int(number[:9])] = attributes.get("formatCode", "")[:1_000]
            elif tag == "xf" and "cellXfs" in inside and len(styles) < _MOST_STYLES:
                number = attributes.get("numFmtId", "0")
                styles.append(int(number[:9]) if number.isdigit() else 0)

        def end(_tag: str) -> None:
            inside.pop()

        if self._styles_part:
            self.parse(self._styles_part, start, end, None, limits.PART_BYTES)
        return [_kind_of_format(number, formats) for number in styles]

    def parse(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
        most: int = limits.EXPANDED_BYTES,
    ) -> None:
        """Parse a part whole; what is in it goes to the functions given."""
        for _share in self.parsing(part, start, end, text, most):
            pass

    def parsing(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
        most: int = limits.EXPANDED_BYTES,
    ) -> Iterator[float]:
        """Parse a part in blocks, and say after each what share of it has been read.

        No part of a workbook has a document type, so one that has is refused: entities are how small XML becomes large.
        """
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.buffer_size = _BLOCK
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        depth = 0

        def started(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > limits.DEPTH:
                raise refused(self.name, f"nests its XML more than {limits.DEPTH} levels deep, which no workbook does")
            start(_local(tag), attributes)

        def ended(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if end:
                end(_local(tag))

        parser.StartElementHandler = started
        parser.EndElementHandler = ended
        if text:
            parser.CharacterDataHandler = text
        given = 0
        try:
            for block, share in self.blocks(part, most):
                given += len(block)
                parser.Parse(block, False)
                if given - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise refused(self.name, f"{_DAMAGED}: a tag in it does not end")
                yield share
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise refused(self.name, f"{_DAMAGED}: {part} is not XML ({expat.ErrorString(error.code)}); save it again") from None

    def blocks(self, part: str, most: int = limits.EXPANDED_BYTES) -> Iterator[tuple[bytes, float]]:
        """The bytes of a part, and the share of it read; counted while they are unpacked, whatever the directory says."""
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(part) as stream:
                size = max(1, archive.getinfo(part).file_size)
                count, marks = 0, 0
                while block := stream.read(_BLOCK):
                    count += len(block)
                    marks += block.count(b"<")
                    if marks > limits.MARKS:
                        raise refused(self.name, f"holds more cells than are read in {part}; clear the empty ones, or bring it in parts")
                    if count > most:
                        raise refused(self.name, f"holds more than {most / 1e6:,.0f} MB in {part}; bring it in parts, or as CSV")
                    yield block, count / size
        except KeyError:
            raise refused(self.name, f"{_DAMAGED}: {part} is missing; save it again") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
            raise refused(self.name, f"{_DAMAGED}: {part} cannot be unpacked ({error}); save it again") from None

    def _refuse_doctype(self, *_declaration: Any) -> None:
        raise refused(self.name, "declares entities or a document type in its XML, which no spreadsheet writes; it is not read")

    def _main_part(self) -> str:
        try:
            found = [part for kind, part in self._relations("_rels/.rels", "").values() if kind == "officeDocument"]
        except TableError as error:
            if "is missing" not in str(error):
                raise
            found = []
        return found[0] if found else "xl/workbook.xml"

    def _targets(self, main: str) -> dict[str, tuple[str, str]]:
        folder, _, file = main.rpartition("/")
        return self._relations(f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels", folder)

    def _relations(self, part: str, folder: str) -> dict[str, tuple[str, str]]:
        """What a part refers to inside the workbook, by identifier: its kind and the part. Nothing outside is ever looked at."""
        relations: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                inside = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
                relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], inside)

        self.parse(part, start, most=limits.PART_BYTES)
        return relations

    def _sheets(self, main: str, targets: dict[str, tuple[str, str]]) -> tuple[Sheet, ...]:
        sheets: list[Sheet] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "workbookPr" and attributes.get("date1904", "") in ("1", "true"):
                self.epoch = MAC_EPOCH
            if tag == "sheet":
                identifier = next((value for key, value in attributes.items() if key.endswith("}id")), "")
                kind, part = targets.get(identifier, ("", ""))
                if kind == "worksheet":
                    sheets.append(Sheet(attributes.get("name", ""), attributes.get("state", "visible") != "visible", part))

        self.parse(main, start, most=limits.PART_BYTES)
        return tuple(sheets)


class SheetRows:
    """The rows of one sheet."""

    def __init__(self, workbook: Workbook, sheet: Sheet) -> None:
        """Look once through the sheet: for damage before anything of it is used, and for merged cells, which are told at its end."""
        self.workbook, self.sheet, self.name = workbook, sheet, workbook.name
        self.done = 0.0
        self._given = 0  # characters: a short file may refer to a long text without end

    @cached_property
    def merged(self) -> list[tuple[int, int, int]]:
        """Merged cells that cover more than one row: first row, last row, column; by first row."""
        found: list[tuple[int, int, int]] = []
        tail, inside = b"", False
        for block, _share in self.workbook.blocks(self.sheet.part):
            tail += block
            if not inside and (end := _END_OF_ROWS.search(tail)):
                inside, tail = True, tail[end.end() :]
            if inside:
                last = 0
                for range_ in _MERGED.finditer(tail):
                    first_cell, last_cell = _place(range_[1].decode()), _place(range_[2].decode())
                    if first_cell and last_cell and last_cell[0] > first_cell[0]:
                        found.append((first_cell[0], last_cell[0], first_cell[1]))
                    last = range_.end()
                if len(found) > _MOST_MERGED:
                    raise refused(self.name, f"merges more than {_MOST_MERGED:,} ranges of cells in sheet “{self.sheet.name}”; take that off")
                tail = tail[last:]
            tail = tail[-400:]
        return sorted(found)

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Numbered rows of cells, as the sheet numbers them; rows without a value are left out."""
        self.done = 0.0
        self._given = 0
        ahead = self.merged
        reached = 0
        covering: dict[int, tuple[int, Value | _Shared]] = {}  # by column: the last row that merged cells cover, and their value
        reader = _RowReader(self.workbook, self.sheet)
        for share in self.workbook.parsing(self.sheet.part, reader.start, reader.end, reader.text):
            self.done = min(share, 1.0)
            ready, reader.ready = reader.ready, []
            for number, cells in ready:
                for column, (last, value) in list(covering.items()):
                    if number > last:
                        del covering[column]
                    else:
                        cells.setdefault(column, value)
                while reached < len(ahead) and ahead[reached][0] <= number:
                    first, last, column = ahead[reached]
                    reached += 1
                    if first == number and column in cells:
                        covering[column] = (last, cells[column])
                if sum(len(value) for _last, value in covering.values() if isinstance(value, str)) > limits.RECORD:
                    raise refused(self.name, f"has too much text in merged cells around row {number} of sheet “{self.sheet.name}”; take that off")
                yield number, self._values(number, cells)
        self.done = 1.0

    def _values(self, number: int, cells: dict[int, "Value | _Shared"]) -> list[Value]:
        """The cells of a row by their places, the texts that cells share looked up one row at a time."""
        values: list[Value] = [None] * max(cells)
        characters = 0
        for column, cell in cells.items():
            value = self.workbook.texts.text(cell.number, number) if isinstance(cell, _Shared) else cell
            if isinstance(value, str):
                characters += len(value)
                if characters > limits.RECORD:
                    raise refused(self.name, f"has more than {limits.RECORD:,} characters in row {number}; shorten it")
                if "\0" in value:
                    raise refused(self.name, f"holds a NUL character in cell {_name(column)}{number}, which no text has; take it out")
            values[column - 1] = value or None if isinstance(value, str) else value
        self._given += characters
        if self._given > limits.EXPANDED_BYTES:
            words = f"repeats texts until they come to more than {limits.EXPANDED_BYTES / 1e6:,.0f} MB by row {number}; bring it in parts"
            raise refused(self.name, words)
        return values


@dataclass(frozen=True, slots=True)
class _Shared:
    """A text that stands among those that cells share."""

    number: str


class _RowReader:
    """Makes rows of what the parser meets in a sheet."""

    def __init__(self, workbook: Workbook, sheet: Sheet) -> None:
        self.workbook, self.name, self.sheet = workbook, workbook.name, sheet
        self.ready: list[tuple[int, dict[int, Value | _Shared]]] = []
        self._row, self._column = 0, 0
        self._cells: dict[int, Value | _Shared] = {}
        self._kind, self._style = "", 0
        self._value: list[str] = []
        self._formula: list[str] = []
        self._into: list[str] | None = None  # where text goes now
        self._length = 0
        self._phonetic = 0
        self._has_formula = False
        self._shared: dict[str, tuple[str, str]] = {}  # by number: formula and the cell in which it stands
        self._shared_number = ""
        self._translated = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "v":
            self._into = self._value
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "t":
            self._into = self._value if not self._phonetic else None
        elif tag == "f":
            self._has_formula = True
            self._into = self._formula
            self._shared_number = attributes.get("si", "") if attributes.get("t") == "shared" else ""
        elif tag == "rPh":
            self._phonetic += 1

    def text(self, text: str) -> None:
        if self._into is None:
            return
        self._length += len(text)
        if self._length > limits.CELL:
            self._refuse(f"has more than {limits.CELL:,} characters in cell {_name(self._column)}{self._row}; shorten it")
        self._into.append(text)

    def end(self, tag: str) -> None:
        if tag in ("v", "t", "f"):
            self._into = None
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            if self._cells:
                self.ready.append((self._row, self._cells))
                self._cells = {}
        elif tag == "rPh":
            self._phonetic -= 1

    def _start_row(self, attributes: dict[str, str]) -> None:
        told = attributes.get("r", "")
        number = int(told) if told.isdigit() and len(told) < 9 else self._row + 1
        if number <= self._row:
            self._refuse(f"{_DAMAGED}: row {number} comes after row {self._row} in sheet “{self.sheet.name}”; save it again")
        if number > limits.ROWS:
            self._refuse(f"has a row {number:,} in sheet “{self.sheet.name}”; a sheet has at most {limits.ROWS:,} rows")
        self._row, self._column, self._cells = number, 0, {}

    def _start_cell(self, attributes: dict[str, str]) -> None:
        told = attributes.get("r")
        if told is None:
            self._column += 1
        else:
            place = _place(told)
            if place is None:
                self._refuse(f"{_DAMAGED}: “{told[:20]}” is no place of a cell; save it again")
            elif place[0] != self._row:
                self._refuse(f"{_DAMAGED}: cell {told} stands in row {self._row}; save it again")
            else:
                self._column = place[1]
        self._kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdigit() and len(style) < 7 else 0
        self._value, self._formula, self._into = [], [], None
        self._length = 0
        self._has_formula, self._shared_number = False, ""

    def _end_cell(self) -> None:
        value: Value | _Shared = self._formula_text() if self._has_formula else None
        if value is None:
            value = self._plain_value()
        if value is None or value == "":
            return
        column = self._column
        if column > limits.COLUMNS:
            words = f"has a value in cell {_name(column)}{self._row} of sheet “{self.sheet.name}”, far outside any table"
            self._refuse(f"{words}: at most {limits.COLUMNS:,} columns are read; clear what lies beyond the table")
        if column in self._cells:
            self._refuse(f"{_DAMAGED}: cell {_name(column)}{self._row} stands there twice; save it again")
        self._cells[column] = value

    def _formula_text(self) -> str | None:
        formula = "".join(self._formula)
        here = f"{_name(self._column)}{self._row}"
        if formula:
            if self._shared_number and len(self._shared) < 10_000 and len(formula) < 10_000:
                self._shared[self._shared_number] = (formula, here)
            return f"={formula}"
        if self._shared_number in self._shared:
            return self._moved(*self._shared[self._shared_number], here)
        return None  # the result of a formula that stands elsewhere (an array, a table of data)

    def _moved(self, formula: str, origin: str, here: str) -> str:
        """A formula that many cells share, with the references of this cell; as it stands in the first once that has been much work."""
        self._translated += len(formula)
        if self._translated < _MOST_TRANSLATED:
            try:
                return str(Translator(f"={formula}", origin).translate_formula(here))
            except (TranslatorError, TokenizerError, ValueError, IndexError):
                pass  # not a formula that openpyxl knows; told as it is
        return f"={formula}"

    def _plain_value(self) -> "Value | _Shared":
        text = "".join(self._value)
        kind = self._kind
        if kind == "s":
            return _Shared(text.strip()[:12]) if text else None
        if kind in ("str", "inlineStr"):
            return _unescaped(text)
        if text == "":
            return None
        if kind == "b":
            return text.strip() not in ("0", "false")
        if kind == "e":
            return text
        if kind == "d":
            return _date_of(text)
        return self._number(text.strip())

    def _number(self, text: str) -> Value:
        if len(text) > 40 or not _NUMBER.fullmatch(text):
            return text
        formats = self.workbook.formats
        kind = formats[self._style] if self._style < len(formats) else ""
        number = int(text) if text.lstrip("-").isdigit() else float(text)
        if isinstance(number, float) and not isfinite(number):
            return text
        if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
            number = int(number)
        return _as_date(number, kind, self.workbook.epoch) if kind else number

    def _refuse(self, words: str) -> None:
        raise refused(self.name, words)


class _SharedTexts:
    """The texts that cells refer to by number, in a temporary file: a large workbook has a million of them."""

    _AT_HAND = 8_192  # short texts kept in memory: the words of a column of statuses come again in each row
    _SHORT = 500

    def __init__(self, workbook: Workbook, part: str) -> None:
        self._name = workbook.name
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the workbook)
        self._ends = array("Q", [0])
        self._at_hand: dict[str, str] = {}
        if not part:
            return
        for _block in workbook.blocks(part):  # refused before anything of it is parsed, if it is too much
            pass
        pieces: list[str] = []
        inside, phonetic, length, position = False, 0, 0, 0

        def start(tag: str, _attributes: dict[str, str]) -> None:
            nonlocal inside, phonetic, length
            if tag == "si":
                pieces.clear()
                length = 0
            elif tag == "rPh":
                phonetic += 1
            elif tag == "t":
                inside = not phonetic

        def end(tag: str) -> None:
            nonlocal inside, phonetic, position
            if tag == "t":
                inside = False
            elif tag == "rPh":
                phonetic -= 1
            elif tag == "si":
                position += self._file.write(_unescaped("".join(pieces)).encode("utf-8"))
                self._ends.append(position)

        def text(characters: str) -> None:
            nonlocal length
            if inside:
                length += len(characters)
                if length > limits.CELL:
                    raise refused(self._name, f"has a cell of more than {limits.CELL:,} characters; shorten it")
                pieces.append(characters)

        workbook.parse(part, start, end, text)
        self._file.flush()

    def text(self, number: str, row: int) -> str:
        """A text by its number, which a cell in ``row`` asks for."""
        if number in self._at_hand:
            return self._at_hand[number]
        index = int(number) if number.isdigit() and len(number) < 10 else -1
        if not 0 <= index < len(self._ends) - 1:
            raise refused(self._name, f"{_DAMAGED}: row {row} refers to a text that is not there; save it again")
        start, end = self._ends[index], self._ends[index + 1]
        found = os.pread(self._file.fileno(), end - start, start).decode("utf-8")
        if len(found) <= self._SHORT and len(self._at_hand) < self._AT_HAND:
            self._at_hand[number] = found
        return found


@lru_cache(maxsize=1_000)
def _local(tag: str) -> str:
    """The name of an element without its namespace: strict and transitional workbooks differ in that alone."""
    return tag.rpartition("}")[2]


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=20_000)
def _name(column: int) -> str:
    """The letters of a column."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _place(cell: str) -> tuple[int, int] | None:
    """Row and column of a cell by its name, both from 1."""
    found = _PLACE.fullmatch(cell)
    return (int(found[2]), _column(found[1])) if found else None


def _unescaped(text: str) -> str:
    """A text of a workbook, in which _x000D_ stands for a character that XML cannot hold."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _kind_of_format(number: int, formats: dict[int, str]) -> str:
    code = formats.get(number, BUILTIN_FORMATS.get(number, ""))
    if number in _DATES_ELSEWHERE and number not in formats:
        return "date"
    if is_timedelta_format(code):
        return "duration"
    if not is_date_format(code):
        return ""
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code.split(";")[0])
    hours = bool(_HOURS.search(plain))
    if hours and not re.search(r"[dDyY]", plain):
        return "time"
    return "moment" if hours else "date"


def _as_date(number: float, kind: str, epoch: dt.datetime) -> Value:
    """What a number formatted as a date stands for; the number itself where no date is that number."""
    if not 0 <= number < _LAST_DAY or (number == 60 and epoch == WINDOWS_EPOCH):
        return number
    if kind == "duration" or (0 < number < 1):
        seconds = round(number * 86_400)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if number < 1:
        return number
    moment = from_excel(number, epoch)
    if not isinstance(moment, dt.datetime):
        return number
    if kind == "date" and moment.time() == dt.time():
        return moment.date()
    return moment


def _date_of(text: str) -> Value:
    try:
        return dt.date.fromisoformat(text) if len(text) <= 10 else dt.datetime.fromisoformat(text)
    except ValueError:
        return text

"""Opening a table: what kind of file it is, how it is read, and the table itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tracker.exchange.tables import limits
from tracker.exchange.tables.contract import DELIMITERS, FORMATS, Guess, Options, Record, Value
from tracker.exchange.tables.delimited import Delimited, guess_delimiter, line_ends, named_delimiter, row_ends
from tracker.exchange.tables.encodings import ENCODINGS, chosen, guess_encoding, text_of_head
from tracker.exchange.tables.headers import by_place, is_header, named, rows_above, title_above
from tracker.exchange.tables.kinds import (
    format_of,
    head_of,
    refuse_binary,
    refuse_markup,
    refuse_other_archives,
    refuse_what_is_no_table,
    refused,
    size_of,
)
from tracker.exchange.tables.notation import JsonLines, JsonRecords, no_list
from tracker.exchange.tables.sources import Cells, Source
from tracker.exchange.tables.workbooks import SheetRows, Workbook

_GUESS_ALL = Options()
_SHOWN_ENDS = {"LF": "line feeds (LF)", "CRLF": "CRLF, as on Windows", "CR": "bare CR, as on older Macs", "mixed": "of several kinds"}


class Table:
    """A file opened as a table. Iterating reads it from the beginning, in flat memory; it may be iterated again, or left at any record."""

    def __init__(self, name: str, size: int, guess: Guess, source: Source, places: Sequence[str | None]) -> None:
        """Take what has been found out; :func:`open_table` does."""
        self.name = name
        """The file's name, as people know it."""
        self.size = size
        """In bytes."""
        self.guess = guess
        self.options = guess.options
        """How it is read, every guess filled in."""
        self.columns = guess.columns
        self.wider: dict[str, int] = {}
        """Columns beyond ``columns`` met while reading, and the row in which each was met first."""
        self._source = source
        self._places = places  # by place, the column's name; None where a column has neither a name nor, so far, a value
        self._taken = {name for name in places if name}

    @property
    def done(self) -> float:
        """The share of the file that the latest iteration has read, from 0 to 1."""
        return self._source.done

    def __iter__(self) -> Iterator[Record]:
        """The records, in the order of the file. Raises ``TableError`` at the row that cannot be read."""
        first = self.options.skip or 0
        header = self.options.header
        for number, cells in self._source.rows():
            if isinstance(cells, dict):
                yield self._of_keys(number, cells)
            elif number <= first:
                continue
            elif header:
                header = False  # this row is it
            elif any(cell is not None and cell != "" for cell in cells):
                yield self._of_cells(number, cells)

    def _of_keys(self, number: int, cells: dict[str, Value]) -> Record:
        values: dict[str, Value] = dict.fromkeys(self.columns)
        values.update(cells)
        if len(values) > len(self.columns):
            for key in cells:
                if key not in self._taken:
                    self._met(key, number)
        return Record(number, values)

    def _of_cells(self, number: int, cells: Sequence[Value]) -> Record:
        values: dict[str, Value] = dict.fromkeys(self.columns)
        for place, cell in enumerate(cells):
            name = self._places[place] if place < len(self._places) else None
            if name:
                values[name] = cell
            elif cell is not None and cell != "":
                name = by_place(place + 1, self._taken)
                values[name] = cell
                self._met(name, number)
        return Record(number, values)

    def _met(self, name: str, number: int) -> None:
        if name not in self.wider and len(self.columns) + len(self.wider) >= limits.COLUMNS:
            raise refused(self.name, f"has more than {limits.COLUMNS:,} columns; see whether its records have keys that are data", row=number)
        self.wider.setdefault(name, number)


def guess(path: Path, options: Options = _GUESS_ALL, *, name: str = "") -> Guess:
    """How a file will be read; ``name`` is what people call it, where the path does not say. Raises ``TableError``."""
    return open_table(path, options, name=name).guess


def open_table(path: Path, options: Options = _GUESS_ALL, *, name: str = "") -> Table:
    """The table in a file; whatever ``options`` leave open is guessed as :func:`guess` does. Raises ``TableError``."""
    opening = _Opening(Path(path), name or Path(path).name, options)
    opening.look_at_the_file()
    opening.find_the_rows()
    return opening.table()


@dataclass
class _Opening:
    """The decisions, one after the other: each takes what was asked for, or guesses and says why."""

    path: Path
    name: str
    options: Options
    size: int = 0
    text: str = ""  # the beginning of the file, decoded
    reasons: list[str] = field(default_factory=list)
    encodings: tuple[str, ...] = ()
    delimiters: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    ends: str = ""
    title: str = ""
    sample: list[tuple[int, Cells]] = field(default_factory=list)

    def look_at_the_file(self) -> None:
        """Size, kind, encoding and format."""
        self._refuse_unknown_options()
        self.size = size_of(self.path, self.name)
        head = head_of(self.path)
        refuse_what_is_no_table(self.path, self.name, head)
        if head.startswith(b"PK"):
            if self.options.format not in ("", "xlsx"):
                refuse_other_archives(self.path, self.name)
                raise refused(self.name, f"is an Excel workbook, and cannot be read as {FORMATS[self.options.format]}")
            self._decide(format="xlsx", why=format_of(self.name, head, "")[1])
            return
        if self.options.format == "xlsx":
            raise refused(self.name, "is no Excel workbook (.xlsx); leave the format to be guessed, or save the file as .xlsx")
        self._find_the_encoding(head)
        self.text = text_of_head(head, self.options.encoding)
        if not self.text.strip():
            raise refused(self.name, "holds nothing but white space; bring a file with a header and rows below it")
        refuse_markup(self.name, self.text)
        if not self.options.format:
            kind, why = format_of(self.name, head, self.text)
            self._decide(format=kind, why=why)

    def find_the_rows(self) -> None:
        """The list, the sheet or the delimiter; then the first rows."""
        {"xlsx": self._find_the_sheet, "json": self._find_the_list, "jsonl": self._take_the_lines, "csv": self._find_the_delimiter}[
            self.options.format
        ]()
        if not self.sample:
            self.sample = _first_rows(self.source)
        if not self.sample:
            where = f"sheet “{self.options.sheet}”" if self.sheets else "it"
            raise refused(self.name, f"has no records: {where} is empty; bring a header and rows below it")

    def table(self) -> Table:
        """The table, its columns found."""
        places: list[str | None] = []
        if all(isinstance(cells, dict) for _number, cells in self.sample):
            self._decide(header=False, skip=0)
            columns = tuple(dict.fromkeys(key for _number, cells in self.sample if isinstance(cells, dict) for key in cells))
            places = list(columns)
            if len(columns) > limits.COLUMNS:
                raise refused(self.name, f"has more than {limits.COLUMNS:,} keys in its first records; see whether they are data")
        else:
            places = self._columns_of_cells()
            columns = tuple(name for name in places if name)
        guess = Guess(
            options=self.options,
            columns=columns,
            reasons=tuple(self.reasons),
            sheets=self.sheets,
            hidden_sheets=self.hidden,
            record_paths=self.lists,
            line_ends=self.ends,
            encodings=self.encodings,
            delimiters=self.delimiters,
            title=self.title,
        )
        self.source.done = 0.0
        return Table(self.name, self.size, guess, self.source, places)

    # One decision each

    def _refuse_unknown_options(self) -> None:
        if self.options.format and self.options.format not in FORMATS:
            raise refused(self.name, f"cannot be read as “{self.options.format}”; a format is one of {', '.join(FORMATS)}")
        if self.options.delimiter and self.options.delimiter not in DELIMITERS:
            given = self.options.delimiter
            raise refused(self.name, f"cannot be divided by “{given}”; a delimiter is one of {', '.join(DELIMITERS.values())}")
        if self.options.skip is not None and not 0 <= self.options.skip < limits.ROWS:
            raise refused(self.name, f"cannot be read from below row {self.options.skip:,}; give how many rows stand above the header")

    def _find_the_encoding(self, head: bytes) -> None:
        if self.options.encoding:
            self._decide(encoding=chosen(self.name, self.options.encoding, head))
            self.encodings = tuple(dict.fromkeys((self.options.encoding, *ENCODINGS)))
        else:
            found = guess_encoding(self.path, self.name, head)
            self._decide(encoding=found.encoding, why=found.reason)
            self.encodings = found.choices
        refuse_binary(self.name, head, self.options.encoding)

    def _find_the_sheet(self) -> None:
        workbook = Workbook(self.path, self.name)
        self.sheets = tuple(sheet.name for sheet in workbook.sheets)
        self.hidden = tuple(sheet.name for sheet in workbook.sheets if sheet.hidden)
        if self.options.sheet:
            self.source: Source = SheetRows(workbook, workbook.sheet(self.options.sheet))
        else:
            self._guess_the_sheet(workbook)
        if merged := self.source.merged:  # type: ignore[attr-defined]
            self.reasons.append(f"Cells are merged over several rows (in {len(merged):,} places): each of these rows has their value.")
        if self.hidden:
            self.reasons.append(f"Hidden in the workbook: {', '.join(f'“{name}”' for name in self.hidden[:10])}.")

    def _guess_the_sheet(self, workbook: Workbook) -> None:
        """The first sheet shown that has two rows of two cells: the first of all is often a page of notes."""
        shown = [sheet for sheet in workbook.sheets if not sheet.hidden] or list(workbook.sheets)
        for sheet in shown[:20]:
            source = SheetRows(workbook, sheet)
            sample = _first_rows(source)
            if sum(len([cell for cell in cells if cell is not None]) > 1 for _number, cells in sample) > 1:
                self.source, self.sample = source, sample
                why = "the only sheet" if len(self.sheets) == 1 else "the first with a table in it"
                self._decide(sheet=sheet.name, why=f"Sheet “{sheet.name}” is {why}.")
                return
        self.source = SheetRows(workbook, shown[0])
        self._decide(sheet=shown[0].name, why=f"Sheet “{shown[0].name}” is the first; none has several columns.")

    def _find_the_list(self) -> None:
        if not self.options.records:
            source = JsonRecords(self.path, self.name, self.options.encoding, "")
            self.lists = tuple(source.lists())
            if not self.lists:
                raise no_list(self.name)
            path = self.lists[0]
            why = f"The longest list of records stands under “{path}”." if path else "The file is a list of records."
            self._decide(records=path, why=why)
            if within := [each for each in self.lists if each != path and (not path or each.startswith(f"{path}."))]:
                shown = ", ".join(f"“{each}”" for each in within[:5])
                self.reasons.append(f"Within its records stand others, which may be meant: {shown}.")
        else:
            self.lists = (self.options.records,)
        self.source = JsonRecords(self.path, self.name, self.options.encoding, self.options.records)

    def _take_the_lines(self) -> None:
        self.source = JsonLines(self.path, self.name, self.options.encoding)
        self._tell_ends(line_ends(self.text))

    def _find_the_delimiter(self) -> None:
        by_name = named_delimiter(self.text)
        text = self.text
        if by_name:
            text = text[5:].lstrip("\r\n")
            if self.options.skip is None:
                self._decide(skip=1)
        ranked, why = guess_delimiter(self.name, text)
        if self.options.delimiter:
            self.delimiters = tuple(dict.fromkeys((self.options.delimiter, *ranked)))
        elif by_name:
            self.delimiters = tuple(dict.fromkeys((by_name, *ranked)))
            self._decide(delimiter=by_name, why=f"The first line names the delimiter, {DELIMITERS[by_name]}.")
        else:
            self.delimiters = ranked
            self._decide(delimiter=ranked[0], why=why)
        self._tell_ends(row_ends(self.text, self.options.delimiter))
        self.source = Delimited(self.path, self.name, self.options.encoding, self.options.delimiter)

    def _tell_ends(self, ends: str) -> None:
        self.ends = ends
        if ends:
            self.reasons.append(f"Its line ends are {_SHOWN_ENDS[ends]}.")

    def _columns_of_cells(self) -> list[str | None]:
        """By place, the name of each column: of the header, or its number; none where there is neither a name nor a value."""
        rows = [(number, cells) for number, cells in self.sample if isinstance(cells, list)]
        if self.options.skip is None:
            above, why = rows_above(rows) if self.options.header is not False else (0, "")
            self._decide(skip=above, why=why)
        self.title = title_above([(number, cells) for number, cells in rows if number <= (self.options.skip or 0)])
        rows = [(number, cells) for number, cells in rows if number > (self.options.skip or 0)]
        if not rows:
            raise refused(self.name, f"has no rows below row {self.options.skip:,}, which is where it was to be read from")
        if self.options.header is None:
            header, why = is_header(rows)
            self._decide(header=header, why=why)
        below = rows[1:] if self.options.header else rows
        if not below:
            self._refuse_a_header_alone(rows[0][0])
        widest = max(len(cells) for _number, cells in rows)
        first = list(rows[0][1]) if self.options.header else []
        names = named([*first, *[None] * (widest - len(first))])
        with_values = {place for _number, cells in below for place, cell in enumerate(cells) if cell is not None and cell != ""}
        places = [name if _has(first, place) or place in with_values else None for place, name in enumerate(names)]
        extra = [name for place, name in enumerate(places) if name and self.options.header and not _has(first, place)]
        if extra:
            self.reasons.append(f"Columns without a name are called by their place: {', '.join(extra[:20])}.")
        return places

    def _refuse_a_header_alone(self, number: int) -> None:
        if len(self.sample) > 1 and self.sample[-1][0] != number:  # the sample was cut; cannot be
            return
        raise refused(self.name, f"has a header in row {number} and no rows below it; bring the rows, or say that it has no header")

    def _decide(self, why: str = "", **decided: str | bool | int) -> None:
        self.options = replace(self.options, **decided)  # type: ignore[arg-type]
        if why:
            self.reasons.append(why)


def _has(cells: Sequence[Value], place: int) -> bool:
    return place < len(cells) and cells[place] is not None and str(cells[place]).strip() != ""


def _first_rows(source: Source) -> list[tuple[int, Cells]]:
    """The first rows of a file, as many as are looked at."""
    rows: list[tuple[int, Cells]] = []
    characters = 0
    for number, cells in source.rows():
        rows.append((number, cells))
        characters += sum(_length(value) for value in (cells.values() if isinstance(cells, dict) else cells))
        if len(rows) >= limits.SAMPLE_ROWS or characters > limits.SAMPLE_CHARACTERS:
            break
    return rows


def _length(value: Value) -> int:
    if isinstance(value, str):
        return len(value)
    return len(str(value)) if isinstance(value, list | dict) else 10

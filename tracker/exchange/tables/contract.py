"""What a table is to whoever reads one: the options it is read with, what was guessed, its records, and its errors.

Nothing here knows the product or Django. Deviations that callers should know: ``Options.skip`` is ``None`` where it is to be guessed;
what was guessed comes as whole :class:`Options` inside :class:`Guess`; a file may be given the name that people know it by.
"""

import datetime as dt
from dataclasses import dataclass

Value = str | int | float | bool | dt.date | dt.datetime | None | list | dict
"""``None`` is a cell with nothing in it, in every format. Lists and dictionaries come from JSON only."""

FORMATS = {"csv": "delimited text (CSV, TSV)", "xlsx": "Excel workbook (.xlsx)", "json": "JSON", "jsonl": "JSON lines"}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


class TableError(Exception):
    """Why a file cannot be read, in one sentence that names the file, the row where it is known, and what would be right."""

    def __init__(self, sentence: str, *, row: int | None = None) -> None:
        """Take the whole sentence, and the row that it speaks of."""
        super().__init__(sentence)
        self.row = row


@dataclass(frozen=True)
class Options:
    """How a file is to be read. Whatever is empty or ``None`` is guessed."""

    format: str = ""  # one of FORMATS
    encoding: str = ""  # one of encodings.ENCODINGS; says nothing about workbooks
    delimiter: str = ""  # one of DELIMITERS
    sheet: str = ""  # the name of the sheet
    records: str = ""  # dotted path to the list of records in a JSON file, maybe through lists: "data.items"; a list at the top has none
    header: bool | None = None  # whether a row names the columns; without it they are called "1", "2", ... by their place
    skip: int | None = None  # rows above the header, or above the first record where there is no header


@dataclass(frozen=True)
class Guess:
    """How a file will be read, why, and what could be chosen instead."""

    options: Options  # filled in: reading with them guesses nothing more
    columns: tuple[str, ...]
    reasons: tuple[str, ...]  # sentences, in the order in which the decisions were taken; each says how sure
    sheets: tuple[str, ...] = ()  # all sheets of a workbook, in its order
    hidden_sheets: tuple[str, ...] = ()  # those of them that a spreadsheet does not show
    record_paths: tuple[str, ...] = ()  # lists of records in a JSON file, the longest first, those within records last
    line_ends: str = ""  # "LF", "CRLF", "CR" or "mixed"; "" where there are none to speak of
    encodings: tuple[str, ...] = ()  # that could be chosen, the likeliest first
    delimiters: tuple[str, ...] = ()  # that could be chosen, the likeliest first
    title: str = ""  # what stands alone in a row above the table, in words


@dataclass(frozen=True)
class Record:
    """One row, by the names of its columns.

    ``number`` counts as a spreadsheet does: a header in the first row is 1 and the record below it 2; a quoted line break starts no new
    row; an empty row counts but is no record. In JSON it is the record's place from 1; in JSON lines it is the number of its line.
    ``values`` has every column of the table, and besides, under the number of its place, any cell further right than the columns known
    when the table was opened (in JSON: any key not met in the first records), so that no cell is lost.
    """

    number: int
    values: dict[str, Value]

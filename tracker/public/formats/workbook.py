"""Rows as a workbook (XLSX): a sheet of rows and a sheet about them. Written row by row into a file of its own, in flat memory, and then sent.

So it is sent whole or not at all. What does not fit into a sheet goes on on another, and what does not fit into a cell is cut with a mark; the
sheet about them says how often. Dates are texts, as the sources give them: a month is never made into a day.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _

from tracker.public.formats.rows import Cell
from tracker.public.formats.said import TAIL, Said, edition_read
from tracker.rules.formulas import IN_WORDS, harmless

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575
"""Of a sheet, below its header."""
LONGEST = 32_767
"""Characters of a cell."""
CUT = " … [cut: the whole text, of {length} characters, is in the CSV and JSON of the same address]"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class _Sheets:
    """The sheets of rows of a workbook: another one where one is full. Counts what was cut or left out."""

    def __init__(self, book: Any, name: str, header: list[str]) -> None:
        self.book, self.name, self.header = book, name[:25], header
        self.rows = self.cut = self.replaced = 0
        self.named: list[str] = []
        self._begin()

    def write(self, cells: Iterable[Cell]) -> None:
        """Another row."""
        if self.rows and self.rows % MOST_ROWS == 0:
            self._begin()
        self.rows += 1
        place = (self.rows - 1) % MOST_ROWS + 1
        for number, cell in enumerate(cells):
            self._cell(place, number, cell)

    def _begin(self) -> None:
        self.named.append(self.name if not self.named else f"{self.name} {len(self.named) + 1}")
        self.sheet = self.book.add_worksheet(self.named[-1])
        self.sheet.freeze_panes(1, 0)
        self.sheet.write_row(0, 0, self.header)

    def _cell(self, row: int, column: int, cell: Cell) -> None:
        if cell is None:
            return
        if isinstance(cell, bool):
            self.sheet.write_boolean(row, column, cell)
        elif isinstance(cell, str):
            self.sheet.write_string(row, column, self._fitted(cell))
        else:
            self.sheet.write_number(row, column, cell)

    def _fitted(self, text: str) -> str:
        text, replaced = _NOT_IN_XML.subn("\ufffd", text)
        self.replaced += replaced
        if len(text) <= LONGEST:
            return text
        self.cut += 1
        mark = CUT.format(length=len(text))
        return text[: LONGEST - len(mark)] + mark


def as_workbook(said: Said, rows: QuerySet[Any]) -> FileResponse:
    """All rows as a workbook, with the same columns as the CSV."""
    lines = said.lines(rows)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the response
    try:
        _write(file, said, lines)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    response = FileResponse(file, content_type=XLSX)
    response["Content-Disposition"] = f'inline; filename="{said.filename("xlsx")}"'
    return response


def _write(file: Any, said: Said, lines: Iterable[Iterable[Cell]]) -> None:
    # Texts stay texts: no cell is a formula, a number or a link because it looks like one.
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    edition = said.clocks.edition()
    if edition:
        book.set_properties({"title": said.listing.name, "created": edition.published_at.replace(tzinfo=None)})
    sheets = _Sheets(book, said.listing.name, said.header)
    for line in lines:
        sheets.write(line)
    about = book.add_worksheet("About")
    about.set_column(0, 0, 28)
    about.set_column(1, 1, 100)
    for number, (name, value) in enumerate(_about(said, sheets)):
        about.write_string(number, 0, name)
        if isinstance(value, int) and not isinstance(value, bool):
            about.write_number(number, 1, value)
        else:
            about.write_string(number, 1, _NOT_IN_XML.sub("\ufffd", harmless(str(value)))[:LONGEST])
    book.close()


def _about(said: Said, sheets: _Sheets) -> Iterator[tuple[str, str | int]]:
    """What the sheet about the rows says: a name and a value each."""
    edition = edition_read(said.clocks)
    yield "list", said.listing.name
    yield "filter", said.filter_in_words or _("none: the whole list")
    if said.ignored:
        yield "ignored", _("not understood and left aside: %(names)s") % {"names": "; ".join(said.ignored)}
    yield "as_of", said.clocks.as_of.isoformat()
    yield "known", said.clocks.known_as_written or _("what the site says now")
    yield "site_edition", _("none") if edition is None else edition
    yield "address", said.address
    yield "rows", sheets.rows
    yield "complete", "true"
    if len(sheets.named) > 1:
        yield "sheets", _("The rows go on over %(count)s sheets: %(names)s.") % {"count": len(sheets.named), "names": ", ".join(sheets.named)}
    yield "cells cut", sheets.cut
    yield "characters replaced", sheets.replaced
    yield "apostrophes", _(IN_WORDS)
    for column in (*said.listing.columns, *TAIL):
        yield f"column {column.name}", str(column.meaning)

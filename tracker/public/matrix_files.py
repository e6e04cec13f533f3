"""The matrix as files: all of its pages, in its order, streamed. Wide CSV has a line a row of the matrix, long CSV a line a cell."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.http import StreamingHttpResponse

from tracker.editions.tables import AddresseeEdition
from tracker.public.clocks import Clocks
from tracker.public.formats import edition_read
from tracker.public.formats.text import csv_of, json_of
from tracker.public.layout import Layout
from tracker.public.summaries.matrix import Line, MatrixRow, Membership, Table

COUNTED, ASSESSED = "(counted)", "(assessed)"
"""First cells of the last two lines of a wide CSV: the denominator of each column, and how many of them were assessed. No reference reads so."""
NO_ADDRESSEE = "no_addressee"
CELL = ("status", "effective_on", "supports", "disputes", "corroboration", "claimed_by", "search_due_since")
"""What a line of a long CSV, and a cell of JSON, says of an addressee."""


@dataclass(frozen=True)
class About:
    """What a file says of itself: both clocks, the layout, the filters as an address has them, the day on which a group's members were taken, and
    the parameters of the address that nothing reads.
    """

    clocks: Clocks
    layout: Layout
    site: str
    query: str
    group_on: dt.date | None
    ignored: tuple[str, ...] = ()

    @property
    def tail(self) -> list[str]:
        """The same as the last cells of each line."""
        edition = edition_read(self.clocks)
        read = [self.clocks.as_of.isoformat(), self.clocks.known_as_written, "" if edition is None else str(edition)]
        return [*read, self.group_on.isoformat() if self.group_on else "", self.query, "; ".join(self.ignored)]

    @property
    def filename(self) -> str:
        """Without its ending."""
        edition = edition_read(self.clocks)
        return f"matrix-{self.clocks.as_of}" + ("" if edition is None else f"-edition-{edition}")

    def address(self, line: Line) -> str:
        """The public page of a row or column."""
        kind = "recommendations" if line.recommendation else "governments"
        return self.opening(f"/{kind}/{quote(line.key)}/")

    def pinned(self, ending: str) -> str:
        """Where exactly this is had again on any day: with the layout, the filter and both clocks."""
        return f"{self.site}/api/v1/matrix.{ending}?" + "&".join(filter(None, (self.query, urlencode(self.clocks.pinned))))

    def opening(self, path: str) -> str:
        """The address of a page, by the clocks of the request."""
        return self.site + self.clocks.kept(path)


TAIL = ["url", "as_of", "known", "site_edition", "group_on", "filter", "ignored"]


def as_csv(table: Table, about: About) -> StreamingHttpResponse:
    """As every CSV of this site."""
    lines = _long(table, about) if about.layout.shape == "long" else _wide(table, about)
    return csv_of(lines, f"{about.filename}.csv")


def _wide(table: Table, about: About) -> Iterator[list[str]]:
    """A line a row: its key, name and heading, the status in each column (nothing where there is no addressee), and both denominators."""
    columns = table.whole_columns()
    first = ["government", "government_name"] if about.layout.transposed else ["reference", "short_title", "recommended_on", about.layout.by]
    yield [*first, *(line.key for line in columns), "counted", "assessed", *TAIL]
    counted = assessed = 0
    for row in table.whole_rows():
        counted, assessed = counted + row.line.counted, assessed + row.line.assessed
        statuses = ["" if cell is None else str(cell.status) for cell in row.cells]
        yield [*_named(row.line, about), *statuses, str(row.line.counted), str(row.line.assessed), about.address(row.line), *about.tail]
    empty = [""] * (len(first) - 1)
    for name, numbers, total in (
        (COUNTED, [line.counted for line in columns], [str(counted), ""]),
        (ASSESSED, [line.assessed for line in columns], ["", str(assessed)]),
    ):
        yield [name, *empty, *map(str, numbers), *total, about.opening("/matrix/"), *about.tail]


def _named(line: Line, about: About) -> list[str]:
    if not line.recommendation:
        return [line.key, line.name]
    return [line.key, line.name, line.recommendation.recommended_on, _heading(line)]


def _heading(line: Line) -> str:
    return line.heading.key if line.heading else ""


def _long(table: Table, about: About) -> Iterator[list[str]]:
    """A line a cell; where all members of a group are counted, also the cells that they do not have."""
    yield ["recommendation", "short_title", "recommended_on", about.layout.by, "government", "government_name", *CELL, *TAIL]
    columns = table.whole_columns()
    for row in table.whole_rows():
        for column, cell in zip(columns, row.cells, strict=True):
            recommendation, government = (column, row.line) if about.layout.transposed else (row.line, column)
            if cell is None and about.layout.denominator != "members":
                continue
            said = _said(cell) if cell else {"status": NO_ADDRESSEE}
            address = about.opening(f"/recommendations/{quote(recommendation.key)}/" + (f"{quote(government.key)}/" if cell else ""))
            values = [_text(said.get(name)) for name in CELL]
            yield [*_named(recommendation, about), government.key, government.name, *values, address, *about.tail]


def _said(cell: AddresseeEdition) -> dict[str, Any]:
    due: dt.date | None = cell.search_due_since  # type: ignore[attr-defined]  # as told
    return {
        "status": str(cell.status),
        "effective_on": cell.effective_on,
        "supports": cell.supports,
        "disputes": cell.disputes,
        "corroboration": str(cell.corroboration) if cell.corroboration else None,
        "claimed_by": list(cell.claimed_by),
        "search_due_since": due.isoformat() if due else None,
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    return "; ".join(value) if isinstance(value, list) else str(value)


def as_json(table: Table, about: About, members: Sequence[Membership]) -> StreamingHttpResponse:
    """One JSON object: the columns with their denominators, then a row at a time with its cells by the key of the column."""
    columns = table.whole_columns()
    total = table.distribution()
    clocks = about.clocks

    head = {
        "as_of": clocks.as_of.isoformat(),
        "known": clocks.known_as_written or None,
        "site_edition": edition_read(clocks),
        "url": about.pinned("json"),
        "filter": about.query,
        "ignored": list(about.ignored),
        "group_on": about.group_on.isoformat() if about.group_on else None,
        "memberships": [{"day": each.day.isoformat(), "members": len(each.members), "addressees": each.addressees} for each in members],
        "rows": about.layout.rows,
        "by": about.layout.by,
        "counted": total.total,
        "statuses": {item.status.value: item.count for item in total.held},
        "columns": [_line(line, about) for line in columns],
    }
    return json_of(head, (_row(row, columns, about) for row in table.whole_rows()), {}, f"{about.filename}.json")


def _line(line: Line, about: About) -> dict[str, Any]:
    dated = {"recommended_on": line.recommendation.recommended_on, "heading": _heading(line) or None} if line.recommendation else {}
    return {"key": line.key, "name": line.name, **dated, "counted": line.counted, "assessed": line.assessed, "url": about.address(line)}


def _row(row: MatrixRow, columns: Sequence[Line], about: About) -> dict[str, Any]:
    cells = {column.key: _said(cell) for column, cell in zip(columns, row.cells, strict=True) if cell}
    return {**_line(row.line, about), "cells": cells}

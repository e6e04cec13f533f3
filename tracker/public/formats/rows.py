"""The rows of a list as the database makes them: as JSON, as the cells of a table, and as lines of either, some at a time."""

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from tracker.editions.tables import PUBLIC
from tracker.public.as_of import Expressed
from tracker.public.clocks import Clocks
from tracker.public.columns import Listing
from tracker.public.facets import Facet
from tracker.public.shapes import FLAG, is_free_text
from tracker.rules.formulas import harmless

CHUNK = 500
"""Rows that a stream takes from the database, and writes, at a time."""

Cell = str | int | bool | None


def objects(listing: Listing, rows: QuerySet[Any], clocks: Clocks, site: str) -> list[dict[str, Any]]:
    """Rows as JSON objects, of a page; ``site`` is the origin of the site, without a slash at the end."""
    asked = _as_json(listing, rows, clocks, site)
    if asked is None:
        return []
    with connections[PUBLIC].cursor() as cursor:
        cursor.execute(asked)
        return [json.loads(text) for (text,) in cursor.fetchall()]


def object_lines(listing: Listing, rows: QuerySet[Any], clocks: Clocks, site: str) -> Iterator[list[bytes]]:
    """All rows as the text of JSON objects, some at a time, each ended by a line feed."""
    # No JSON has these two characters in it, so that nothing is put between marks, and nothing before what would be one.
    return _copied(_as_json(listing, rows, clocks, site), "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'")


def cell_lines(listing: Listing, rows: QuerySet[Any], clocks: Clocks, site: str) -> Iterator[list[bytes]]:
    """All rows as lines of CSV with their cells and their page, some at a time, each ended by a line feed.

    A text of which anything may be said stands in quotation marks, so that it stays whole in spreadsheets that separate cells by semicolons or tabs.
    """
    cells = _cells(listing, clocks, site)
    for column in listing.columns:
        if listing.shape_of(column)["type"] in (FLAG["type"], [FLAG["type"], "null"]):
            cells[column.name] = Cast(cells[column.name], TextField())  # true, and not t
    places = [place for place, column in enumerate(listing.columns) if column.text or is_free_text(listing.shape_of(column))]
    marked = ", ".join(f"c{place}" for place in places)
    return _copied(_compiled(rows, cells.values()), f"FORMAT csv, FORCE_QUOTE ({marked})")


def cells_of(listing: Listing, rows: QuerySet[Any], clocks: Clocks, site: str, *more: Expressed) -> Iterator[list[Any]]:
    """All rows as their cells and their page, and what ``more`` asks for: text, numbers, true or false, or nothing."""
    named = _named((*_cells(listing, clocks, site).values(), *more))
    for row in rows.annotate(**named).values_list(*named).iterator(CHUNK):
        yield [cell.isoformat() if isinstance(cell, dt.date) else cell for cell in row]


def written(cell: Cell) -> str:
    """A cell as CSV has it: nothing as an empty one, and a text that a spreadsheet would run as a formula made harmless."""
    return harmless(cell) if isinstance(cell, str) else as_text(cell)


def as_text(cell: Cell) -> str:
    """The same of a cell that is harmless already."""
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def facets_as_json(found: list[Facet]) -> dict[str, Any]:
    """Facets as the API gives them, and how many values of each would give anything: those that give most are told."""
    facets = {facet.name: [{"value": value.value, "label": value.label, "count": value.count} for value in facet.values] for facet in found}
    return {"facets": facets, "facet_totals": {facet.name: facet.total for facet in found}}


def _cells(listing: Listing, clocks: Clocks, site: str) -> dict[str, Expressed]:
    return {**listing.cells(clocks), "url": listing.url(clocks, site)}


def _named(expressions: Iterable[Expressed]) -> dict[str, Expressed]:
    """Names for expressions that no column of a table has."""
    return {f"c{place}": expression for place, expression in enumerate(expressions)}


def _compiled(rows: QuerySet[Any], expressions: Iterable[Expressed]) -> str | None:
    """The query for these values of the rows, under the names c0, c1 and so on; None where the rows are none whatever is stored."""
    named = _named(expressions)
    try:
        text, parameters = rows.annotate(**named).values_list(*named).query.get_compiler(PUBLIC).as_sql()
    except EmptyResultSet:
        return None
    connections[PUBLIC].ensure_connection()
    return str(connections[PUBLIC].ops.compose_sql(text, parameters))


def _as_json(listing: Listing, rows: QuerySet[Any], clocks: Clocks, site: str) -> str | None:
    values = {**listing.values(clocks), "url": listing.url(clocks, site)}
    compiled = _compiled(rows, values.values())
    if compiled is None:
        return None
    names = ", ".join(f'"{name}"' for name in values)
    return f"SELECT row_to_json(r)::text FROM ({compiled}) AS r ({names})"


def _copied(asked: str | None, options: str) -> Iterator[list[bytes]]:
    """What the database copies out, a row each, some at a time and as it comes: nothing holds the whole. One statement, so of one moment.

    How long it may take is set by ``PUBLIC_FILE_TIMEOUT_MS``, as a reader may be slow. Until it is read to its end, or closed as servers close what
    nobody reads on, nothing else can be asked over this connection.
    """
    if asked is None:
        return
    connection = connections[PUBLIC]
    connection.ensure_connection()
    # The connection's own transaction and not Django's, which would outlive a reader who hangs up.
    with connection.wrap_database_errors, connection.connection.transaction(), connection.cursor() as cursor:
        limit = str(settings.PUBLIC_FILE_TIMEOUT_MS)
        cursor.execute("SELECT set_config('statement_timeout', %s, true), set_config('datestyle', 'ISO', true)", [limit])
        with cursor.copy(f"COPY ({asked}) TO STDOUT ({options}, ENCODING 'UTF8')") as copy:
            rows = iter(copy)
            while block := list(itertools.islice(rows, CHUNK)):
                yield block

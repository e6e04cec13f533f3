"""The rows of a list as the database makes them: as JSON, as the cells of a table, and as lines of either, some at a time."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from tracker.editions.tables import PUBLIC
from tracker.public.as_of import Expressed
from tracker.public.clocks import Clocks
from tracker.public.columns import Listing
from tracker.public.facets import Facet
from tracker.public.formats.copying import CHUNK, copied
from tracker.public.shapes import FLAG, is_free_text
from tracker.rules.formulas import harmless

Cell = str | int | bool | None


def objects(listing: Listing, rows: QuerySet[Any], clocks: Clocks, site: str, keys: Iterable[str]) -> list[tuple[dict[str, Any], list[Any]]]:
    """Rows of a page as JSON objects, each with its values in the columns ``keys``; ``site`` is the site's origin, without a slash at the end."""
    asked = _as_json(listing, rows, clocks, site, keys)
    if asked is None:
        return []
    with connections[PUBLIC].cursor() as cursor:
        cursor.execute(asked)
        return [(json.loads(text), values) for text, *values in cursor.fetchall()]


def object_lines(listing: Listing, rows: QuerySet[Any], clocks: Clocks, site: str) -> Iterator[list[bytes]]:
    """All rows as the text of JSON objects, some at a time, each ended by a line feed."""
    # No JSON has these two characters in it, so that nothing is put between marks, and nothing before what would be one.
    return copied(_as_json(listing, rows, clocks, site), "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'")


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
    return copied(_compiled(rows, cells.values()), f"FORMAT csv, FORCE_QUOTE ({marked})")


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


def _as_json(listing: Listing, rows: QuerySet[Any], clocks: Clocks, site: str, keys: Iterable[str] = ()) -> str | None:
    values = {**listing.values(clocks), "url": listing.url(clocks, site)}
    by = {f"by {key}": F(key) for key in keys}
    compiled = _compiled(rows, [*values.values(), *by.values()])
    if compiled is None:
        return None
    names, beside = ([f'"{name}"' for name in found] for found in (values, by))
    if not beside:
        return f"SELECT row_to_json(r)::text FROM ({compiled}) AS r ({', '.join(names)})"
    own = f"LATERAL (SELECT {', '.join(f'r.{name}' for name in names)}) AS own"
    chosen = ", ".join(["row_to_json(own)::text", *(f"r.{name}" for name in beside)])
    return f"SELECT {chosen} FROM ({compiled}) AS r ({', '.join([*names, *beside])}), {own}"

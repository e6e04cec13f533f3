"""A row as JSON, and as the cells of a table; and all rows of a list, some at a time."""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from tracker.public.clocks import Clocks
from tracker.public.columns import Column, Listing
from tracker.public.facets import Facet
from tracker.rules.formulas import harmless

CHUNK = 500
"""Rows that a stream takes from the database, and writes, at a time."""

Cell = str | int | bool | None


def row_as_json(listing: Listing, row: Any, clocks: Clocks, site: str) -> dict[str, Any]:
    """A row as a JSON object; ``site`` is the origin of the site, without a slash at the end."""
    return {**{column.name: _json(column.of(row)) for column in listing.columns}, "url": listing.url(row, clocks, site)}


def cells_of(listing: Listing, row: Any) -> list[Cell]:
    """A row's columns as cells: what is a list in JSON as text, dates as they are written in JSON."""
    return [cell_of(column, row) for column in listing.columns]


def cell_of(column: Column, row: Any) -> Cell:
    """One of them: text, number, true or false, or nothing."""
    value: Cell = _json(column.cell(row))
    return value


def written(cell: Cell) -> str:
    """A cell as CSV has it: nothing as an empty one, and a text that a spreadsheet would run as a formula made harmless."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return harmless(cell) if isinstance(cell, str) else str(cell)


def facets_as_json(found: list[Facet]) -> dict[str, Any]:
    """Facets as the API gives them, and how many values of each would give anything: those that give most are told."""
    facets = {facet.name: [{"value": value.value, "label": value.label, "count": value.count} for value in facet.values] for facet in found}
    return {"facets": facets, "facet_totals": {facet.name: facet.total for facet in found}}


def told(listing: Listing, rows: QuerySet[Any], clocks: Clocks) -> Iterator[Any]:
    """All rows as they may be told, some at a time."""
    streamed = rows.iterator(CHUNK)
    while chunk := listing.told(itertools.islice(streamed, CHUNK), clocks):
        yield from chunk


def _json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else value

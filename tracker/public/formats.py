"""The same rows as JSON or CSV, streamed. The format is chosen last."""

import csv
import datetime as dt
import itertools
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from tracker.public.clocks import Clocks
from tracker.public.columns import Column, Listing
from tracker.public.facets import Facet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 500
"""Rows that a stream takes from the database, and writes, at a time."""


class Echo:
    """A file that gives back what is written to it, for ``csv.writer``."""

    def write(self, text: str) -> str:
        return text


def row_as_json(listing: Listing, row: Any, clocks: Clocks, site: str) -> dict[str, Any]:
    """A row as a JSON object; ``site`` is the origin of the site, without a slash at the end."""
    return {**{column.name: _json(column.of(row)) for column in listing.columns}, "url": listing.url(row, clocks, site)}


def _json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else value


def facets_as_json(found: list[Facet]) -> dict[str, Any]:
    """Facets as the API gives them."""
    return {facet.name: [{"value": value.value, "label": value.label, "count": value.count} for value in facet.values] for facet in found}


def as_json(listing: Listing, rows: QuerySet[Any], found: list[Facet], clocks: Clocks, site: str) -> StreamingHttpResponse:
    """All rows as one JSON object, streamed."""

    def parts() -> Iterator[str]:
        yield f'{{"count": {rows.count()}, "next": null, "as_of": "{clocks.as_of}", "known": {json.dumps(_known(clocks))}, '
        yield f'"site_edition": {json.dumps(edition_read(clocks))}, '
        yield "".join(f"{json.dumps(name)}: {json.dumps(value)}, " for name, value in listing.about(clocks).items()) + '"results": ['
        for number, row in enumerate(_told(listing, rows, clocks)):
            yield (",\n" if number else "\n") + json.dumps(row_as_json(listing, row, clocks, site), ensure_ascii=False)
        yield '\n], "facets": ' + json.dumps(facets_as_json(found), ensure_ascii=False) + "}\n"

    return _attached(parts(), "application/json", listing, clocks, "json")


def as_csv(listing: Listing, rows: QuerySet[Any], clocks: Clocks, site: str) -> StreamingHttpResponse:
    """All rows as CSV (RFC 4180, UTF-8 with a byte-order mark so that spreadsheets read it), streamed.

    Each row carries its public address by the clocks of the request, both clocks and the edition of the site that it was read from.
    A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    writer = csv.writer(Echo())
    edition = edition_read(clocks)
    tail = [clocks.as_of.isoformat(), _known(clocks) or "", "" if edition is None else str(edition)]

    def parts() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([*(column.name for column in listing.columns), "url", "as_of", "known", "site_edition"])
        for row in _told(listing, rows, clocks):
            yield writer.writerow([*(_cell(column, row) for column in listing.columns), listing.url(row, clocks, site), *tail])

    return _attached(parts(), "text/csv; charset=utf-8", listing, clocks, "csv")


def _told(listing: Listing, rows: QuerySet[Any], clocks: Clocks) -> Iterator[Any]:
    """All rows as they may be told, some at a time."""
    streamed = rows.iterator(CHUNK)
    while chunk := listing.told(itertools.islice(streamed, CHUNK), clocks):
        yield from chunk


def _cell(column: Column, row: Any) -> str:
    value = _json(column.cell(row))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return harmless(value) if isinstance(value, str) else str(value)


def harmless(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def edition_read(clocks: Clocks) -> int | None:
    """Number of the edition of the site that an answer is read from; None where nothing was published yet."""
    edition = clocks.edition()
    return edition.number if edition else None


def _known(clocks: Clocks) -> str | None:
    return clocks.known_as_written or None


def _attached(parts: Iterator[str], content_type: str, listing: Listing, clocks: Clocks, ending: str) -> StreamingHttpResponse:
    edition = edition_read(clocks)
    return attached(parts, content_type, f"{listing.name}-{clocks.as_of}" + ("" if edition is None else f"-edition-{edition}") + f".{ending}")


def attached(parts: Iterator[str], content_type: str, filename: str) -> StreamingHttpResponse:
    """A streamed answer that keeps its name when it is saved."""
    response = StreamingHttpResponse(parts, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    return response

"""Rows as CSV, JSON and JSON lines, streamed. What breaks off midway says so where it ends."""

import itertools
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import Error as DatabaseError
from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from tracker.editions.frozen import as_lines
from tracker.public.facets import Facet
from tracker.public.formats.rows import Cell, facets_as_json, row_as_json, told, written
from tracker.public.formats.said import Said

logger = logging.getLogger(__name__)

CSV = "text/csv; charset=utf-8"
JSON = "application/json"
JSON_LINES = "application/jsonl"
BROKEN = "INCOMPLETE"
"""What the first cell of the last line of a broken CSV begins with; no key or reference does."""


def as_csv(said: Said, rows: QuerySet[Any]) -> StreamingHttpResponse:
    """All rows as CSV (RFC 4180, UTF-8 with a byte-order mark so that spreadsheets read it).

    Each row carries its public address and what the file says of itself. A cell that a spreadsheet would run as a formula is made harmless.
    """
    lines = (said.line(row) for row in told(said.listing, rows, said.clocks))
    return csv_of(itertools.chain([said.header], lines), said.filename("csv"))


def csv_of(lines: Iterable[Iterable[Cell]], filename: str) -> StreamingHttpResponse:
    """Lines as CSV, the first of them the header; one that breaks off ends with a line that says so."""
    width = 1

    def cells() -> Iterator[list[str]]:
        nonlocal width
        for line in lines:
            found = [written(cell) for cell in line]
            width = len(found)
            yield found

    def parts() -> Iterator[str]:
        for number, line in enumerate(as_lines(cells())):
            yield ("" if number else "\ufeff") + line

    def end(reason: str) -> str:
        return "".join(as_lines([[f"{BROKEN}: {reason}", *[""] * (width - 1)]]))

    return streamed(parts(), end, CSV, filename)


def as_json(said: Said, rows: QuerySet[Any], found: list[Facet]) -> StreamingHttpResponse:
    """All rows as one JSON object. One that breaks off is valid JSON too, ``complete`` is false in it, and ``error`` says why."""
    head = {
        "count": rows.count(),
        "next": None,
        **{name: said.query[name] for name in ("as_of", "known", "site_edition")},
        "query": said.query,
        **said.listing.about(said.clocks),
    }
    objects = (row_as_json(said.listing, row, said.clocks, said.site) for row in told(said.listing, rows, said.clocks))
    return json_of(head, objects, facets_as_json(found), said.filename("json"))


def json_of(head: dict[str, Any], objects: Iterable[Any], foot: dict[str, Any], filename: str) -> StreamingHttpResponse:
    """One JSON object: ``head``, the objects as ``results``, ``foot``, and whether it is complete."""

    def parts() -> Iterator[str]:
        start = _text(head)[:-1] + (", " if head else "") + '"results": ['
        for number, each in enumerate(objects):
            yield start + (",\n" if number else "\n") + _text(each)
            start = ""
        yield start + "\n], " + _text({**foot, "complete": True})[1:] + "\n"

    def end(reason: str) -> str:
        return "\n], " + _text({**foot, "complete": False, "error": reason})[1:] + "\n"

    return streamed(parts(), end, JSON, filename)


def as_json_lines(said: Said, rows: QuerySet[Any]) -> StreamingHttpResponse:
    """A JSON object a line, a row each, with what the file says of itself; one that breaks off ends with a line that has only ``error``."""
    tail = said.tail

    def parts() -> Iterator[str]:
        for row in told(said.listing, rows, said.clocks):
            yield _text({**row_as_json(said.listing, row, said.clocks, said.site), **tail}) + "\n"

    def end(reason: str) -> str:
        return _text({"error": f"{BROKEN}: {reason}"}) + "\n"

    return streamed(parts(), end, JSON_LINES, said.filename("jsonl"))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def streamed(parts: Iterator[str], end: Callable[[str], str], content_type: str, filename: str) -> StreamingHttpResponse:
    """A streamed answer that keeps its name when it is saved.

    Its first part is made before anything is sent, so that what fails at once is answered with an error; ``end`` gives the last part of one that
    fails later, by the reason in a sentence.
    """
    first = list(itertools.islice(parts, 2))  # what comes first, often a header, and the first row
    response = StreamingHttpResponse(_unbroken(first, parts, end), content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    return response


def _unbroken(first: list[str], parts: Iterator[str], end: Callable[[str], str]) -> Iterator[str]:
    yield from first
    try:
        yield from parts
    except Exception as error:  # whatever it is, whoever reads the file must be told
        logger.exception("A download broke off.")
        yield end(reason_of(error))


def reason_of(error: Exception) -> str:
    """Why a file breaks off, in words that say nothing of the inside of the software."""
    if isinstance(error, DatabaseError):
        return "the database did not go on answering, so that rows are missing after this. Ask for the file again."
    return "the site failed while it was writing, so that rows are missing after this. Tell the operator of the site."

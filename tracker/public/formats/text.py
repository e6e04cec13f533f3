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
from tracker.public.formats.rows import Cell, cell_lines, facets_as_json, object_lines, written
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
    tail = _csv_line(["", *map(written, said.tail.values())])  # behind the last cell of each row, which is its page

    def parts() -> Iterator[bytes]:
        yield ("\ufeff" + _csv_line(said.header)).encode()
        for lines in cell_lines(said.listing, rows, said.clocks, said.site):
            yield _ended(lines, 1, tail.encode())

    return streamed(parts(), lambda reason: _broken(reason, len(said.header)), CSV, said.filename("csv"))


def _csv_line(cells: Iterable[str]) -> str:
    return "".join(as_lines([cells]))


def _ended(lines: Iterable[bytes], without: int, end: bytes) -> bytes:
    """Lines without their last characters, each with another end."""
    return end.join([line[:-without] for line in lines]) + end


def _broken(reason: str, width: int) -> str:
    """The last line of a CSV that breaks off."""
    return _csv_line([f"{BROKEN}: {reason}", *[""] * (width - 1)])


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

    return streamed(parts(), lambda reason: _broken(reason, width), CSV, filename)


def as_json(said: Said, rows: QuerySet[Any], found: list[Facet]) -> StreamingHttpResponse:
    """All rows as one JSON object. One that breaks off is valid JSON too, ``complete`` is false in it, and ``error`` says why."""
    head = {
        "count": rows.count(),
        "next": None,
        **{name: said.query[name] for name in ("as_of", "known", "site_edition")},
        "query": said.query,
        **said.listing.about(said.clocks),
    }
    blocks = (_ended(lines, 1, b",\n")[:-2] for lines in object_lines(said.listing, rows, said.clocks, said.site))
    return _json_of(head, blocks, facets_as_json(found), said.filename("json"))


def json_of(head: dict[str, Any], objects: Iterable[Any], foot: dict[str, Any], filename: str) -> StreamingHttpResponse:
    """One JSON object: ``head``, the objects as ``results``, ``foot``, and whether it is complete."""
    return _json_of(head, (_text(each).encode() for each in objects), foot, filename)


def _json_of(head: dict[str, Any], blocks: Iterable[bytes], foot: dict[str, Any], filename: str) -> StreamingHttpResponse:
    """The same of objects that are text already, one or several a block, with commas between those of one."""

    def parts() -> Iterator[bytes]:
        start = (_text(head)[:-1] + (", " if head else "") + '"results": [').encode()
        for number, block in enumerate(blocks):
            yield start + (b",\n" if number else b"\n") + block
            start = b""
        yield start + ("\n], " + _text({**foot, "complete": True})[1:] + "\n").encode()

    def end(reason: str) -> str:
        return "\n], " + _text({**foot, "complete": False, "error": reason})[1:] + "\n"

    return streamed(parts(), end, JSON, filename)


def as_json_lines(said: Said, rows: QuerySet[Any]) -> StreamingHttpResponse:
    """A JSON object a line, a row each, with what the file says of itself; one that breaks off ends with a line that has only ``error``."""
    tail = (", " + _text(said.tail)[1:] + "\n").encode()

    def parts() -> Iterator[bytes]:
        for lines in object_lines(said.listing, rows, said.clocks, said.site):
            yield _ended(lines, len(b"}\n"), tail)

    def end(reason: str) -> str:
        return _text({"error": f"{BROKEN}: {reason}"}) + "\n"

    return streamed(parts(), end, JSON_LINES, said.filename("jsonl"))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def streamed(parts: Iterator[str] | Iterator[bytes], end: Callable[[str], str], content_type: str, filename: str) -> StreamingHttpResponse:
    """A streamed answer that keeps its name when it is saved.

    Its first part is made before anything is sent, so that what fails at once is answered with an error; ``end`` gives the last part of one that
    fails later, by the reason in a sentence.
    """
    first = list(itertools.islice(parts, 2))  # what comes first, often a header, and the first row
    response = StreamingHttpResponse(_unbroken(first, parts, end), content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    return response


def _unbroken(first: list[Any], parts: Iterator[Any], end: Callable[[str], str]) -> Iterator[str | bytes]:
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

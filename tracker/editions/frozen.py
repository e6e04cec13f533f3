"""The bytes of the files of a release. What this module writes never changes: the hashes of every release rest on it.

A list is CSV after RFC 4180 in UTF-8, without a byte-order mark: cells in quotation marks where they need them, lines ended by CR LF. A cell with a
semicolon or a tab has them too, so that it stays whole in spreadsheets that take these for separators beside the comma.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tracker.editions.tables import PUBLIC, ReleaseFile, ReleaseLine

CHUNK = 1_000
"""Rows that are read, and written, at a time."""
_NEEDS_MARKS = re.compile(r'[",;\t\r\n]')


def as_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Rows of cells as lines of CSV: the one writer of it."""
    return ((",".join(map(_marked, row)) or '""') + "\r\n" for row in rows)  # a line with nothing on it would be none


def _marked(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_MARKS.search(cell) else cell


def contents(file: ReleaseFile, *, using: str = PUBLIC, said: dict[int, Any] | None = None) -> Iterator[bytes]:
    """What a file holds now, some at a time. ``said``: cells as they were made of rows that were taken down, by their id, to be read in their place.

    A row that was taken down whole is left out.
    """
    if file.rows is None:
        yield file.text.encode()
        return
    yield "".join(as_lines([file.columns])).encode()
    kept: list[str] = []
    lines = ReleaseLine.objects.using(using).filter(file=file).order_by("number").values_list("pk", "cells")
    for line in as_lines(cells for pk, now in lines.iterator(CHUNK) if (cells := (said or {}).get(pk, now))):
        kept.append(line)
        if len(kept) == CHUNK:
            yield "".join(kept).encode()
            kept.clear()
    if kept:
        yield "".join(kept).encode()


def hash_of(parts: Iterable[bytes]) -> tuple[int, str]:
    """Size in bytes and SHA-256."""
    digest, size = hashlib.sha256(), 0
    for part in parts:
        digest.update(part)
        size += len(part)
    return size, digest.hexdigest()

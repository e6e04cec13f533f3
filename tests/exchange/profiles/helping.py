"""What the tests of profiles share: files as they are on a disk, read by the real readers, and governments without a database."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.exchange.reference import packaged_governments
from tracker.exchange.profiles import Governments, Group, MappedFile, map_records, parse
from tracker.exchange.tables import Options, Table, open_table

GOVERNMENTS = Governments(packaged_governments())

HEAD = """
name = "test"
[source]
key = "DOC"
prefix = "P"
title = "Made-up file"
kind = "official_statement"
interest = "official"
publisher = "Made-up Office"
published_on = "2020-01"
language = "en"
"""
PLAIN = (
    HEAD
    + """
[recommendation]
key = ["No"]
statement = "Text"
[addressee]
government = "Country"
"""
)


def table(folder: Path, rows: Sequence[Mapping[str, Any]], name: str = "file.csv") -> Table:
    """Rows as a CSV file, opened; with a name that ends in json, as JSON."""
    path = folder / name
    if name.endswith("json"):
        path.write_text(json.dumps(list(rows)), encoding="utf-8")
    else:
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(rows)
    return open_table(path, Options(header=None if name.endswith("json") else True, skip=0))


def mapped(folder: Path, profile: str, rows: Sequence[Mapping[str, Any]], name: str = "file.csv", **more: Any) -> tuple[MappedFile, list[Group]]:
    """A file gone through."""
    found = map_records(parse(profile), table(folder, rows, name), more.pop("governments", GOVERNMENTS), **more)
    return found, list(found)


def cells(groups: list[Group], resource: str, *names: str) -> list[Any]:
    """The cells of all records of a file, those named; of one name, the values alone."""
    rows = [record.cells for group in groups for record in group.records if record.resource.name == resource]
    return [row[names[0]] for row in rows] if len(names) == 1 else [{name: row[name] for name in names or row} for row in rows]


def problems(groups: list[Group]) -> list[str]:
    """All problems, as they are told."""
    return [str(problem) for group in groups for problem in group.problems]

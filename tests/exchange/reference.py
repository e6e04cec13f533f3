"""The reference tables and the packages, each read by itself with the csv module: nothing of the product is asked what they say."""

import csv
from collections.abc import Callable
from pathlib import Path

CASES = ("iran-2019", "inquiries")
REFERENCE = Path(__file__).parent.parent / "reference"
CASEFILES = Path(__file__).parent.parent.parent / "tracker" / "casefiles"

Table = list[dict[str, str]]


def read(path: Path) -> Table:
    """The rows of a CSV file; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def reference(case: str, table: str) -> Table:
    """A table as it was handed to us."""
    return read(REFERENCE / case / f"{table}.csv")


def packaged(case: str, resource: str) -> Table:
    """A file of a package."""
    return read(CASEFILES / case / f"{resource}.csv")


def packaged_governments() -> list[tuple[str, str, str]]:
    """The governments that come with the software: code, name and kind."""
    return [(row["code"], row["name"], row["kind"]) for row in packaged("governments", "governments")]


def rewrite(folder: Path, file: str, change: Callable[[Table], Table | None]) -> None:
    """Change the rows of a file of a package; ``change`` edits them in place or returns others."""
    path = folder / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        header, rows = list(reader.fieldnames or ()), list(reader)
    rows = change(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

"""The files themselves: any text comes back as it was written, and each fault is told with its place and what would be right."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.reference import CASEFILES, Table, rewrite
from tracker.exchange import files
from tracker.exchange.files import PackageError
from tracker.exchange.schema import BY_NAME, RESOURCES, Column

# PostgreSQL keeps no NUL, and UTF-8 no lone surrogate.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@given(st.lists(st.lists(texts, min_size=2, max_size=2), max_size=5))
def test_any_text_comes_back_from_a_file(rows: list[list[str]]) -> None:
    written = "".join(files.line(row) for row in rows)
    assert list(csv.reader(io.StringIO(written, newline=""), strict=True)) == rows


@given(st.lists(st.tuples(texts.filter(bool), texts.filter(bool)), max_size=5, unique_by=lambda row: row[0]))
def test_any_rows_come_back_from_a_package(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    folder = tmp_path_factory.mktemp("package")
    cells = [{"key": key, "name": name} for key, name in rows]
    files.write_table(folder / "themes.csv", BY_NAME["themes"], cells)
    (folder / "datapackage.json").write_text(json.dumps({"name": "x", "resources": [{"name": "themes", "path": "themes.csv"}]}), encoding="utf-8")
    package = files.read(folder)
    assert [row.cells for row in package.tables["themes"]] == cells


def every_column() -> list[Column]:
    return [column for resource in RESOURCES for column in resource.columns]


@given(st.data())
def test_a_value_read_and_written_again_is_the_same(data: st.DataObject) -> None:
    column = data.draw(st.sampled_from(every_column()))
    text = data.draw(
        st.sampled_from(column.words) if column.words else st.sampled_from(["2019-02", "true", "12", "2026-11-20T10:30:00+01:00"]) | texts
    )
    try:
        value = column.parse(text)
    except ValueError as error:
        assert str(error)
        return
    written = column.text(value)
    assert column.parse(written) == value
    assert column.text(column.parse(written)) == written


# Each kind of fault and its sentence


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of a case file, to be spoilt."""
    return Path(shutil.copytree(CASEFILES / "iran-2019", tmp_path / "iran-2019"))


def told(package: Path) -> list[str]:
    """Everything that reading it finds wrong."""
    try:
        return [str(problem) for problem in files.read(package).problems]
    except PackageError as error:
        return [problem.sentence for problem in error.problems]


def test_a_case_file_has_no_fault(package: Path) -> None:
    assert told(package) == []


def cell(column: str, value: str, row: int = 0) -> Callable[[Table], None]:
    return lambda rows: rows[row].update({column: value})


DATE = "2019-02-01, 2019-02 or 2019"


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        (
            "citation_uses", cell("stance", "suports", 12),
            "citation_uses.csv, row 14, column stance: “suports” is not one of supports, disputes, context; did you mean “supports”?",
        ),
        (
            "effects", cell("direction", "nonsense"),
            "effects.csv, row 2, column direction: "
            "“nonsense” is not one of fulfils, partly_fulfils, no_direct_effect, contradicts, not_judged.",
        ),
        ("actions", cell("title", ""), "actions.csv, row 2, column title: there must be a value."),
        (
            "events", cell("on", "February 2019"),
            f"events.csv, row 2, column on: “February 2019” is not a date as files write it: {DATE}; did you mean “2019-02”?",
        ),
        (
            "events", cell("on", "2019-02-30"),
            f"events.csv, row 2, column on: “2019-02-30” is no day of the calendar; write a day, a month or a year, as {DATE}.",
        ),
        ("events", cell("on", "soon"), f"events.csv, row 2, column on: “soon” is not a date as files write it: {DATE}."),
        ("events", cell("decisive", "yes"), "events.csv, row 2, column decisive: “yes” is neither true nor false; did you mean “true”?"),
        ("parties", cell("name", "x" * 301), f"parties.csv, row 2, column name: “{'x' * 57}...” has 301 characters; at most 300 are kept."),
        (
            "documents", lambda rows: rows.append(rows[0]),
            "documents.csv, row 175: key 20MIN-181002 stands in row 2 already; each is written once.",
        ),
        (
            "addressees", lambda rows: rows.append(rows[0]),
            "addressees.csv, row 82: recommendation BA-1, government US stands in row 2 already; each is written once.",
        ),
    ],
)  # fmt: skip
def test_a_bad_cell(package: Path, file: str, change: Callable[[Table], None], sentence: str) -> None:
    rewrite(package, file, change)
    assert told(package) == [sentence]


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ("12a", "snapshots.csv, row 2, column size: “12a” is not a whole number, written in digits."),
        ("12", None),
    ],
)
def test_a_number(package: Path, size: str, sentence: str | None) -> None:
    header = ",".join(BY_NAME["snapshots"].header)
    row = f"WP-MQ,{'a' * 64},{size},text/html,2026-11-20T10:00:00+01:00,by hand,x/y,"
    (package / "snapshots.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    assert told(package) == ([sentence] if sentence else [])
    if sentence is None:
        assert files.read(package).tables["snapshots"][0].cells["captured_at"] == "2026-11-20T09:00:00Z"
        (package / "snapshots.csv").write_text(f"{header}\n{row.replace('+01:00', '')}\n", encoding="utf-8")
        (moment,) = told(package)
        assert moment == (
            "snapshots.csv, row 2, column captured_at: “2026-11-20T10:00:00” is not a moment; write it with its time zone, as 2026-11-20T09:30:00Z."
        )


def spoil(package: Path, file: str, old: bytes, new: bytes) -> None:
    path = package / file
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "sentences"),
    [
        (
            "effects.csv", b"reasoning", b"reasonning",
            [
                "effects.csv, row 1: there is no column “reasonning” in this file; did you mean “reasoning”?",
                "effects.csv, row 1: the column reasoning is missing; add it.",
            ],
        ),
        (
            "events.csv", b"decisive,note", b"decisive",
            ["events.csv, row 1: the column note is missing; add it, empty where there is nothing to say."],
        ),
        ("measures.csv", b"key,name", b"key,key", [
            "measures.csv, row 1: the column key stands there twice; keep one.",
            "measures.csv, row 1: the column name is missing; add it.",
        ]),
        ("measures.csv", b"key,", b"key,colour,", ["measures.csv, row 1: there is no column “colour” in this file; take it out."]),
        (
            "parties.csv", b",Majid Ghorbani,", b",Majid, Ghorbani,",
            ["parties.csv, row 20: it has 7 cells where the header has 6; quote a cell that holds a comma or a line break."],
        ),
        (
            "parties.csv", b",Majid Ghorbani,", b",Majid \xe9 Ghorbani,",
            ["parties.csv, row 20: byte 1298 of the file is not UTF-8; save the file as UTF-8."],
        ),
        (
            "parties.csv", b",Majid Ghorbani,", b",Majid\0,",
            ["parties.csv, row 20: there is a NUL character, which no text may hold; take it out."],
        ),
        ("parties.csv", b"majid-ghorbani,", b"\nmajid-ghorbani,", ["parties.csv, row 20: the row is empty; take it out."]),
        (
            "parties.csv", b",Majid Ghorbani,", b',"Majid"s Ghorbani,',
            [
                "parties.csv, row 20: it is not CSV (',' expected after '\"'); "
                "a cell with a quotation mark is written in quotation marks, with the mark doubled."
            ],
        ),
        (
            "parties.csv", b",Two unnamed Iranians,", b',"Two unnamed Iranians,',
            [
                "parties.csv, row 29: it is not CSV (unexpected end of data); "
                "a cell with a quotation mark is written in quotation marks, with the mark doubled."
            ],
        ),
        (
            "datapackage.json", b'"name": "events"', b'"name": "event"',
            [
                "datapackage.json: resource 13, “event”, is none that a package has; did you mean “events”?",
                "events.csv lies in the folder, but datapackage.json does not name it; add it there or take the file away.",
            ],
        ),
        (
            "datapackage.json", b'"path": "events.csv"', b'"path": "../events.csv"',
            ["datapackage.json: the path of events is “../events.csv”; it must be events.csv."],
        ),
    ],
)  # fmt: skip
def test_a_bad_file(package: Path, file: str, old: bytes, new: bytes, sentences: list[str]) -> None:
    spoil(package, file, old, new)
    found = told(package)
    assert sorted(found) == sorted(sentences)


def test_a_byte_order_mark_and_windows_line_ends_are_tolerated(package: Path) -> None:
    before = files.read(package).tables
    for path in package.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    after = files.read(package).tables
    assert {name: [row.cells for row in rows] for name, rows in after.items()} == {name: [row.cells for row in rows] for name, rows in before.items()}


def test_files_that_are_missing(package: Path, tmp_path: Path) -> None:
    (package / "events.csv").unlink()
    assert told(package) == ["datapackage.json names events.csv, but there is no such file beside it."]
    (package / "datapackage.json").unlink()
    assert told(package) == [f"{package} is no data package: it has no datapackage.json."]
    assert told(tmp_path / "nowhere") == [f"There is no folder {tmp_path / 'nowhere'}."]


def test_descriptors_that_are_none(package: Path) -> None:
    path = package / "datapackage.json"
    path.write_bytes(b"{")
    (sentence,) = told(package)
    assert sentence.startswith("datapackage.json is not JSON in UTF-8: ")
    path.write_text("[]", encoding="utf-8")
    assert told(package) == ["datapackage.json names no files; it needs a list of resources, each with a name and a path."]
    path.write_text('{"resources": [], "title": 3}', encoding="utf-8")
    assert told(package) == ["datapackage.json: its title is not a text."]


def test_every_problem_is_told_in_order_and_no_more_than_fifty(package: Path) -> None:
    rewrite(package, "citations", lambda rows: [row | {"says": ""} for row in rows])
    rewrite(package, "documents", cell("kind", "poem"))
    error = PackageError(files.read(package).problems)
    lines = str(error).splitlines()
    assert len(error.problems) == 260
    assert len(lines) == 51
    assert lines[0].startswith("documents.csv, row 2, column kind: “poem” is not one of white_paper, ")
    assert lines[1] == "citations.csv, row 2, column says: there must be a value."
    assert lines[-1] == "And 210 more."

"""The same rows in every form that an office may send: what ``import_file`` makes of them is what csv, openpyxl and json read in them."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests import builders
from tests.exchange.imports.conftest import keeper
from tests.exchange.imports.test_commands import called
from tracker.editorial.verbs import approve, publish
from tracker.exchange.imports import hand_in
from tracker.exchange.tables import TableError, guess
from tracker.models import Addressee, Assessment, Import, Recommendation, User

COUNT = 60
HEADER = ("No", "Country", "Text", "Status", "Since")
LANDS = {"CA": "Canada", "FR": "France", "TR": "Türkiye", "IS": "Iceland", "AT": "Österreich"}
STATES = {"Done": "implemented", "Half done": "partially_implemented", "Refused": "rejected", "Open": ""}
SPEECH = {
    "french": "Le ministère dénonça l’accord – « après délibération » – et révoqua les privilèges déjà accordés à l’été.",
    "czech": "Úřad má zveřejnit průběžný přehled příčin, žádostí a řešení; šéf odboru ručí za úplnost údajů.",
    "all": "على الوزارة أن تنشر سجل الموانئ كل سنة – همهٔ بندرها – پاسخ‌گو باشند; žádná lhůta, «déjà vu» ﷼ Ω 🏛.",
}
SPLIT = ("\n", "\r\n", "\n\n")  # within a cell
PROFILE = """
name = "review"
[source]
key = "REVIEW"
prefix = "RV"
title = "Made-up review of harbours"
kind = "official_statement"
interest = "official"
publisher = "Review Body"
published_on = "2020-05"
language = "en"
[recommendation]
key = ["No"]
number = "No"
statement = "Text"
[addressee]
government = "Country"
[assessment]
effective_on = "Since"
[assessment.status]
column = "Status"
[assessment.status.map]
"Done" = "implemented"
"Half done" = "partially_implemented"
"Refused" = "rejected"
"Open" = ""
"""
JOINED = PROFILE.replace('"Since"', '"more.Since"').replace('column = "Status"', 'column = "more.Status"')
JOINED += '[[join]]\nname = "more"\nkey = ["No"]\nother_key = ["Number"]\n'

Row = dict[str, str]
Reading = Callable[[Path], list[Row]]


def rows(form: "Form") -> list[Row]:
    """The rows, in letters that the form has."""
    found = []
    for number in range(1, COUNT + 1):
        text = f"Sample {number}{', again' * (1 if form.alike else number % 5)}: {SPEECH[form.speech]}"
        if form.split and number % 3 == 0:
            text += f'{form.split[number // 3 % len(form.split)]}It says so "again"; twice, at least.'
        state = list(STATES)[number % 4]
        since = "" if state == "Open" else f"20{10 + number % 10}-0{1 + number % 9}"
        found.append(dict(zip(HEADER, (str(number), list(LANDS.values())[number % 5], text, state, since), strict=True)))
    return found


# Written, and read again as plainly as can be


def delimited(encoding: str, delimiter: str = ",", end: str = "\r\n", *, mark: bytes = b"", ragged: bool = False, **of_rows: Any) -> "Form":
    """A text: its records end with ``end``, or with each kind in turn where that is ``mixed``; ``ragged`` ones leave empty cells at their end out."""

    def write(path: Path, found: list[Row]) -> None:
        text = io.StringIO(newline="")
        ends = ("\r\n", "\r", "\n") if end == "mixed" else (end,)
        for number, cells in enumerate([list(HEADER), *(list(row.values()) for row in found)]):
            while ragged and not cells[-1]:
                cells.pop()
            csv.writer(text, delimiter=delimiter, lineterminator=ends[number % len(ends)]).writerow(cells)
        path.write_bytes(mark + text.getvalue().encode(encoding))

    def read(path: Path) -> list[Row]:
        with io.StringIO(path.read_bytes().removeprefix(mark).decode(encoding), newline="") as text:
            return list(csv.DictReader(text, delimiter=delimiter, restval=""))

    return Form(write, read, **of_rows)


def write_book(path: Path, found: list[Row]) -> None:
    """A workbook of which the first sheet has a table too: that of last year."""
    book = openpyxl.Workbook()
    for sheet, of_sheet in (("Last year", found[:20]), ("This year", found)):
        page = book.create_sheet(sheet)
        page.append(HEADER)
        for row in of_sheet:
            page.append([int(row["No"]), *list(row.values())[1:]])
    book.remove(book.worksheets[0])
    book.save(path)


def read_book(path: Path) -> list[Row]:
    """The rows of the second sheet."""
    header, *lines = openpyxl.load_workbook(path, read_only=True).worksheets[1].iter_rows(values_only=True)
    return [{str(name): "" if cell is None else str(cell) for name, cell in zip(header, line, strict=True)} for line in lines]


def write_json(path: Path, found: list[Row]) -> None:
    """A list under a path, beside a longer one."""
    records = [{**row, "No": int(row["No"]), "Since": row["Since"] or None} for row in found]
    path.write_text(json.dumps({"log": [{"line": n} for n in range(500)], "data": {"items": records}}, ensure_ascii=False), encoding="utf-8")


def read_json(path: Path) -> list[Row]:
    """The records under the path."""
    return [_as_texts(record) for record in json.loads(path.read_text(encoding="utf-8"))["data"]["items"]]


def write_lines(path: Path, found: list[Row]) -> None:
    """A record a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")


def read_lines(path: Path) -> list[Row]:
    """The records, line by line."""
    return [_as_texts(json.loads(line)) for line in path.read_text(encoding="utf-8").split("\n") if line]


def _as_texts(record: dict[str, object]) -> Row:
    return {name: "" if value is None else str(value) for name, value in record.items()}


def write_two(path: Path, found: list[Row]) -> None:
    """What states did stands in a file of its own."""
    with path.open("w", encoding="utf-8", newline="") as file, _second(path).open("w", encoding="utf-8", newline="") as second:
        csv.writer(file).writerows([HEADER[:3], *([row[name] for name in HEADER[:3]] for row in found)])
        csv.writer(second, delimiter=";").writerows([("Number", *HEADER[3:]), *((row["No"], row["Status"], row["Since"]) for row in reversed(found))])


def read_two(path: Path) -> list[Row]:
    """Row by row, with what the second file says of it."""
    with path.open(encoding="utf-8", newline="") as file, _second(path).open(encoding="utf-8", newline="") as second:
        more = {row["Number"]: row for row in csv.DictReader(second, delimiter=";")}
        return [{**row, "Status": more[row["No"]]["Status"], "Since": more[row["No"]]["Since"]} for row in csv.DictReader(file)]


def _second(path: Path) -> Path:
    return path.with_name("more.csv")


@dataclass(frozen=True)
class Form:
    """A form that the rows may have."""

    write: Callable[[Path, list[Row]], None]
    read: Reading
    speech: str = "all"
    split: Sequence[str] = ()  # how lines within a cell end, one after the other
    alike: bool = False  # as many commas in each text


FORMS = {
    "utf-8.csv": delimited("utf-8"),
    "mark.csv": delimited("utf-8", mark=b"\xef\xbb\xbf"),
    "utf-16.csv": delimited("utf-16-le", "\t", mark=b"\xff\xfe"),
    "utf-16-be.csv": delimited("utf-16-be", mark=b"\xfe\xff"),
    "no-mark.csv": delimited("utf-16-le", speech="french"),
    "windows-1250.csv": delimited("windows-1250", ";", speech="czech"),
    "windows-1252.csv": delimited("windows-1252", speech="french"),
    "mac.csv": delimited("mac-roman", ";", "\r", speech="french"),
    "mixed.csv": delimited("windows-1252", ";", "mixed", speech="french", split=(*SPLIT, "\r")),
    "lines.csv": delimited("utf-8", ",", "\n", split=SPLIT),
    "list.tsv": delimited("utf-8", "\t", "\n"),
    "semicolons.csv": delimited("utf-8", ";"),
    "book.xlsx": Form(write_book, read_book),
    "items.json": Form(write_json, read_json),
    "lines.jsonl": Form(write_lines, read_lines),
    "two.csv": Form(write_two, read_two),
    "dos.csv": delimited("cp852", speech="czech"),
    "commas.csv": delimited("utf-8", ";", ragged=True, alike=True),
}
TOLD = {
    "book.xlsx": ("sheet", "This year"),
    "items.json": ("records", "data.items"),
    "dos.csv": ("encoding", "cp852"),
    "commas.csv": ("delimiter", ";"),
}
"""What nobody could guess of a file, and so is said."""


@pytest.fixture
def by(desk: str) -> User:
    for code, name in LANDS.items():
        builders.government(code, name=name)
    return keeper()


@pytest.fixture
def profile(tmp_path: Path) -> Callable[[str], Path]:
    """The profile of a form, as a file."""

    def write(form: str) -> Path:
        path = tmp_path / "review.toml"
        path.write_text(JOINED if form == "two.csv" else PROFILE, encoding="utf-8")
        return path

    return write


def words_for(form: str, path: Path, profile: Path) -> list[Any]:
    """What is typed to import it."""
    said = ["import_file", path, "--profile", profile, "--by", "author"]
    if form == "two.csv":
        said += ["--join", f"more={_second(path)}"]
    if form in TOLD:
        option, value = TOLD[form]
        said += [f"--{option}", value]
    return said


def guessed(path: Path, option: str) -> str:
    """How a file would be read if nobody said so; nothing where it could not."""
    try:
        return str(getattr(guess(path).options, option))
    except TableError:
        return ""


def is_as_read(plain: list[Row]) -> None:
    """What stands on the desk is what the rows say: how many of each, and every text to the letter."""
    assert dict(Recommendation.objects.values_list("number", "statement")) == {row["No"]: row["Text"] for row in plain}
    assert Counter(Addressee.objects.values_list("government__name", flat=True)) == Counter(row["Country"] for row in plain)
    found = Assessment.objects.values_list("addressee__recommendation__number", "status", "source_status", "effective_on")
    assert Counter((number, status, raw, str(on)) for number, status, raw, on in found) == Counter(
        (row["No"], STATES[row["Status"]], row["Status"], row["Since"]) for row in plain if STATES[row["Status"]]
    )


@pytest.mark.parametrize("form", FORMS)
def test_what_is_imported_is_what_a_plain_reading_finds(by: User, profile: Callable[[str], Path], tmp_path: Path, form: str) -> None:
    """And the same file again changes nothing."""
    path = tmp_path / form
    meant = rows(FORMS[form])
    FORMS[form].write(path, meant)
    plain = FORMS[form].read(path)
    assert plain == meant, "the plain reading is one"
    if form in TOLD:
        assert guessed(path, TOLD[form][0]) != TOLD[form][1], "it must be said"
    out, _err = called(*words_for(form, path, profile(form)))
    verdicts = sum(bool(STATES[row["Status"]]) for row in plain)
    assert f"Rows: {COUNT} read, 0 skipped as the profile says, 0 that say what another says, 0 refused." in out
    for name, count in (("documents", 1), ("recommendations", COUNT), ("addressees", COUNT), ("assessments", verdicts)):
        assert f"{name}: {count} created, 0 changed, 0 already here, 0 kept" in out
    is_as_read(plain)
    again, _err = called(*words_for(form, path, profile(form)))
    assert "Nothing changes." in again and f"recommendations: 0 created, 0 changed, {COUNT} already here, 0 kept" in again
    is_as_read(plain)


@pytest.mark.parametrize("form", ["mac.csv", "book.xlsx", "items.json", "lines.jsonl", "two.csv"])
def test_a_corrected_file_changes_exactly_what_differs(by: User, profile: Callable[[str], Path], tmp_path: Path, form: str) -> None:
    """Two texts, a verdict and a row more: nothing else is touched."""
    path = tmp_path / form
    meant = rows(FORMS[form])
    FORMS[form].write(path, meant)
    called(*words_for(form, path, profile(form)))
    untouched = {row["No"] for row in meant[2:]} - {meant[8]["No"]}
    stamps = dict(Recommendation.objects.filter(number__in=untouched).values_list("number", "edited_at"))
    meant[0]["Text"] += " (corrected)"
    meant[1]["Text"] = f"Corrected: {meant[1]['Text']}"
    assert meant[8]["Status"] == "Half done"
    meant[8]["Status"] = "Done"
    meant.append({**meant[0], "No": str(COUNT + 1), "Text": "Sample: one more."})
    FORMS[form].write(path, meant)
    plain = FORMS[form].read(path)
    out, _err = called(*words_for(form, path, profile(form)))
    assert f"recommendations: 1 created, 2 changed, {COUNT - 2} already here, 0 kept" in out
    assert f"addressees: 1 created, 0 changed, {COUNT} already here, 0 kept" in out
    verdicts = sum(bool(STATES[row["Status"]]) for row in plain)
    assert f"assessments: 1 created, 1 changed, {verdicts - 2} already here, 0 kept" in out
    is_as_read(plain)
    assert dict(Recommendation.objects.filter(number__in=untouched).values_list("number", "edited_at")) == stamps


@pytest.mark.parametrize("form", ["utf-8.csv", "utf-16.csv", "book.xlsx", "items.json", "lines.jsonl"])
def test_a_long_text_of_any_script_comes_out_as_it_went_in(by: User, profile: Callable[[str], Path], tmp_path: Path, form: str) -> None:
    """Through the desk, review and publication to the file that everybody downloads: no sign less."""
    path = tmp_path / form
    longest = 32_000 if form == "book.xlsx" else 70_000  # a cell of a workbook has room for 32,767
    meant = rows(FORMS[form])[:4]
    for row in meant:
        row["Text"] = (row["Text"] + " ") * (longest // (len(row["Text"]) + 1)) + "نهاية – end."
    FORMS[form].write(path, meant)
    plain = FORMS[form].read(path)
    assert plain == meant and min(len(row["Text"]) for row in plain) > longest - 200
    called(*words_for(form, path, profile(form)))
    is_as_read(plain)
    second = builders.reviewer()
    publish(approve(hand_in(Import.objects.get(), by=by, reason="Ready").submission, by=second), by=second)
    with io.StringIO(Client(SERVER_NAME="localhost").get("/api/v1/recommendations.csv").getvalue().decode("utf-8-sig"), newline="") as text:
        told = {row["number"]: row["statement"] for row in csv.DictReader(text)}
    assert told == {row["No"]: row["Text"] for row in plain}

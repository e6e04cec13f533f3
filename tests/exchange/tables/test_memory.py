"""A hundred thousand rows of each format, and files made to burst memory, are read or refused within 256 MB over what the process has."""

import json
import os
import random
import subprocess
import sys
import zipfile
from itertools import islice
from pathlib import Path

import pytest
import xlsxwriter
from django.conf import settings

ROWS = 100_000
MOST = 256_000_000
SECONDS = 15
"""Of the processor, not of the clock: however busy a machine is, a file costs as much."""
AT_ONCE = 1
"""Of the processor, where what stands at the beginning of a file or in its directory tells."""
MEASURING = Path(__file__).with_name("measuring.py")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell memory")]

COLUMNS = ("Reference", "Text", "Addressee", "Status", "Date", "Amount", "Note")


def measured(path: Path, *records_at: str) -> dict:
    done = subprocess.run(
        [sys.executable, MEASURING, path, *records_at],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(settings.BASE_DIR)},
    )
    return json.loads(done.stdout)


def rows(count: int = ROWS):
    chance = random.Random(7)
    for number in range(count):
        # Each text is another one, as in real tables: no reader may keep them all.
        text = f"Rückmeldung {number}, größer als «{chance.random()}»; " + "ż" * chance.randrange(300)
        yield [
            f"R-{number:06}",
            text,
            "Ruritania | Graustark",
            "in progress",
            f"2024-0{number % 9 + 1}-11",
            number / 4,
            "two\nlines" if number % 9 else "",
        ]


def written_csv(path: Path) -> None:
    import csv

    with path.open("w", encoding="utf-16", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow(COLUMNS)
        writer.writerows(rows())


def written_xlsx(path: Path) -> None:
    book = xlsxwriter.Workbook(path, {"tmpdir": str(path.parent)})  # texts shared by all cells, as Excel writes them
    sheet = book.add_worksheet("Data")
    for place, row in enumerate([list(COLUMNS), *rows()]):
        sheet.write_row(place, 0, row)
    book.close()


def written_xlsx_inline(path: Path) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
    sheet = book.add_worksheet("Data")
    for place, row in enumerate([list(COLUMNS), *rows()]):
        sheet.write_row(place, 0, row)
    book.close()


def written_json(path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write('{"made": "today", "data": {"items": [')
        for place, row in enumerate(rows()):
            stream.write((", " if place else "") + json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False))
        stream.write("]}}")


def written_jsonl(path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for row in rows():
            stream.write(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n")


def written_json_in_lists(path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write('{"reviews": [')
        every = rows()
        for number in range(ROWS // 5_000):
            items = ", ".join(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) for row in islice(every, 5_000))
            stream.write(f'{", " if number else ""}{{"items": [{items}], "country": "Ruritania"}}')
        stream.write("]}")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("table.csv", written_csv),
        ("table.xlsx", written_xlsx),
        ("inline.xlsx", written_xlsx_inline),
        ("table.json", written_json),
        ("table.jsonl", written_jsonl),
    ],
)
def test_a_hundred_thousand_rows_are_read_in_flat_memory(tmp_path, name, write):
    write(tmp_path / name)
    found = measured(tmp_path / name)
    assert found["refusal"] == ""
    assert found["records"] == ROWS
    assert found["memory"] < MOST


def test_as_many_records_within_records_are_read_in_flat_memory(tmp_path):
    written_json_in_lists(tmp_path / "table.json")
    found = measured(tmp_path / "table.json", "reviews.items")
    assert found["refusal"] == ""
    assert found["records"] == ROWS
    assert found["memory"] < MOST


# Files made to burst memory

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook_around(path: Path, sheet: str | None = None, texts: str | None = None, **big: int) -> None:
    """A workbook written by hand: its sheet, its texts, and parts of so many megabytes of white space."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    plain = f'<worksheet {NAMESPACE}><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml", f'<workbook {NAMESPACE} xmlns:r="{relations}"><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet or plain)
        archive.writestr("xl/sharedStrings.xml", texts or f"<sst {NAMESPACE}/>")
        for part, megabytes in big.items():
            with archive.open(f"xl/{part}", "w", force_zip64=True) as stream:
                for _ in range(megabytes):
                    stream.write(b" " * 1_000_000)


def sheet_of(rows_: str) -> str:
    return f"<worksheet {NAMESPACE}><sheetData>{rows_}</sheetData></worksheet>"


def expands(path):
    workbook_around(path, bomb=500)


def one_long_text(path):
    workbook_around(
        path, texts=f"<sst {NAMESPACE}><si><t>{'x' * 300_000_000}</t></si></sst>", sheet=sheet_of('<row r="1"><c t="s"><v>0</v></c></row>')
    )


def one_long_tag(path):
    workbook_around(path, sheet=sheet_of(f'<row r="1" x="{"x" * 200_000_000}"/>'))


def a_text_asked_for_often(path):
    """A text of two megabytes that six thousand cells refer to in a hundred kilobytes."""
    cells = "".join(f'<row r="{row}"><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>' for row in range(1, 3_000))
    workbook_around(path, sheet=sheet_of(cells), texts=f"<sst {NAMESPACE}><si><t>{'ż' * 1_000_000}</t></si></sst>")


def cells_without_end(path):
    workbook_around(path, sheet=sheet_of('<row r="1">' + "<c/>" * 80_000_000 + "</row>"))


def texts_without_end(path):
    workbook_around(path, sheet=sheet_of('<row r="1"><c t="s"><v>0</v></c></row>'), texts=f"<sst {NAMESPACE}>{'<si/>' * 70_000_000}</sst>")


def a_far_corner(path):
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write("A1", "Name")
    sheet.write("A2", "Ruritania")
    sheet.write("XFD1048576", "x")
    book.close()


def deep_json(path):
    path.write_bytes(b'{"a": ' + b"[" * 50_000_000)


def one_long_value(path):
    path.write_bytes(b'[{"a": "' + b"x" * 200_000_000)


def one_long_line(path):
    path.write_bytes(b"a,b\n1,2\n" + b"x" * 200_000_000)


def an_open_quotation_mark(path):
    path.write_bytes(b'a,b\n1,"2\n' + b"text,more\n" * 20_000_000)


def a_long_header(path):
    path.write_bytes(b"a," * 3_900_000 + b"\n1,2\n")


def keys_without_end(path):
    path.write_text("[" + ",".join(json.dumps({f"key{n}-{m}": 1 for m in range(1_500)}) for n in range(900)) + "]")


TOLD_AT_ONCE = {"bomb.xlsx", "corner.xlsx", "cells.xlsx", "texts.xlsx", "deep.json", "line.csv", "open.csv", "wide.csv"}


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("bomb.xlsx", expands, "would unpack to 500 MB"),
        ("text.xlsx", one_long_text, "more than 2,000,000 characters"),
        ("tag.xlsx", one_long_tag, "a tag in it does not end"),
        ("shared.xlsx", a_text_asked_for_often, "repeats texts"),
        ("cells.xlsx", cells_without_end, "more cells than are read"),
        ("texts.xlsx", texts_without_end, "more cells than are read"),
        ("corner.xlsx", a_far_corner, "XFD1048576"),
        ("deep.json", deep_json, "levels deep"),
        ("value.json", one_long_value, "holds a text of more than"),
        ("keys.json", keys_without_end, "more than 2,000"),
        ("line.csv", one_long_line, "more than 8,000,000 characters"),
        ("open.csv", an_open_quotation_mark, "quotation mark"),
        ("wide.csv", a_long_header, "at most 2,000 columns"),
    ],
)
def test_what_would_burst_memory_is_refused(tmp_path, name, write, words):
    write(tmp_path / name)
    found = measured(tmp_path / name)
    assert found["refusal"].startswith(name)
    assert words in found["refusal"]
    assert found["memory"] < MOST
    assert found["seconds"] < (AT_ONCE if name in TOLD_AT_ONCE else SECONDS)


@pytest.mark.parametrize(
    ("around", "within", "words"),
    [
        ({"note": "x" * 1_900_000}, "[" + "{}, " * 1_000_000 + "{}]", "holds more than 400,000 values"),
        ({"note": "x" * 1_900_000}, "[" + "{}, " * 300_000 + "{}]", "more than 100 MB around its records"),
        ({f"key{number}": {} for number in range(150_000)}, "[" + "{}, " * 150_000 + "{}]", "more than 100 MB around its records"),
        ({f"key{number}": 1 for number in range(1_900)}, "[" + '{"b": [1]}, ' * 100_000 + '{"b": [{}]}]', "other things than records"),
        ({f"key{number}": 1 for number in range(190_000)}, "[" + '{"b": [null]}, ' * 50_000 + '{"b": [{}]}]', "more than 100 MB around its records"),
    ],
)
def test_what_would_be_repeated_without_end_is_refused(tmp_path, around, within, words):
    """A small file of which every record brings much that stands around it."""
    path = tmp_path / "around.json"
    path.write_text(f'{{"a": [{json.dumps(around)[:-1]}, "b": {within}}}]}}')
    found = measured(path, "a.b.b" if '"b"' in within else "a.b")
    assert words in found["refusal"]
    assert found["memory"] < MOST
    assert found["seconds"] < SECONDS


def test_the_directory_of_an_archive_may_lie_about_sizes(tmp_path):
    """A part that says it has a kilobyte and unpacks to 300 MB is given up at the kilobyte."""
    path = tmp_path / "lies.xlsx"
    workbook_around(path, sheet=sheet_of(" " * 300_000_000))
    raw = bytearray(path.read_bytes())
    true_size = len(sheet_of(" " * 300_000_000)).to_bytes(4, "little")
    assert raw.count(true_size) == 2  # beside the part, and in the directory
    path.write_bytes(raw.replace(true_size, (1_000).to_bytes(4, "little")))
    found = measured(path)
    assert "damaged workbook" in found["refusal"]
    assert found["seconds"] < AT_ONCE
    assert found["memory"] < MOST

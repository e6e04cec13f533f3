"""What is no table, or means harm, is refused with one sentence that names the file and says what would be right."""

import io
import zipfile
from functools import cache

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.exchange.tables import Options, TableError, guess, limits, open_table, samples

PARTS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels")
INSERTED = (b"-1", b"99999999999", b"&lt;", b' r="A1"', b' t="d"', b' t="s"', b"<f>1+</f>", b"<row/>", b"<c/>", b' si="0"')
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def refusal(tmp_path, content: bytes, name: str, options: Options = Options()) -> str:  # noqa: B008
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        list(open_table(path, options, name=name))
    sentence = str(caught.value)
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def archive(**parts: str | bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return stream.getvalue()


def ole(*names: str) -> bytes:
    """An old Office container as far as its directory: a header, and entries with these names in the first sector."""
    header = bytearray(512)
    header[:8] = OLE
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = (0).to_bytes(4, "little")
    return bytes(header) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names).ljust(512, b"\0")


@cache
def workbook() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("Sheet")
    for number in range(200):
        sheet.write_row(number, 0, [f"Ruritania {number}", number] if number else ["Name", "Number"])
    book.close()
    return stream.getvalue()


def changed(part: str, change) -> bytes:
    """A workbook with one of its parts changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename == part else content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "nothing.csv", "is empty"),
        (b"\xef\xbb\xbf", "mark.csv", "holds nothing but white space"),
        (b" \r\n\n ", "white.csv", "holds nothing but white space"),
        (b"Name,Status\n", "header.csv", "has a header in row 1 and no rows below it"),
        (b",,\n,,\n", "commas.csv", "has no records"),
        (ole("Root Entry", "Workbook"), "old.xls", "Excel workbook of the old kind (.xls), which is not read; save it as .xlsx or CSV"),
        (OLE + b"\xff" * 40, "corrupt.xls", "Excel workbook of the old kind (.xls)"),
        (OLE, "short.xls", "Excel workbook of the old kind (.xls)"),
        (ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), "secret.xlsx", "has a password"),
        (ole("Root Entry", "WordDocument"), "letter.doc", "is a Word document (.doc)"),
        (b"%PDF-1.7\n%\xe2\xe3", "report.pdf", "is a PDF document"),
        (b"{\\rtf1 hello}", "text.csv", "is a text document (RTF)"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture.csv", "is a picture"),
        (b"\x1f\x8b\x08\0", "table.csv.gz", "is compressed (gzip)"),
        (bytes(range(256)) * 40, "binary.csv", "is no text"),
        (b"a,b\n1,2\n" + b"\0" * 50, "nul.csv", "is no text"),
        (b"\r\n<!DOCTYPE html><html><table><tr><td>1", "export.xls", "is a web page (HTML), whatever it is called; open it in a spreadsheet"),
        (b"<table><tr><td>1</td></tr></table>", "export.xls", "is a web page (HTML)"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "export.xls", "is XML; open it in a spreadsheet"),
        ("<html>".encode("utf-16"), "page.csv", "is a web page (HTML)"),
        (
            archive(mimetype="application/vnd.oasis.opendocument.spreadsheet", content="x"),
            "table.ods",
            "is an OpenDocument spreadsheet (.ods); save it as .xlsx or CSV",
        ),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), "text.odt", "is an OpenDocument file without a table"),
        (archive(**{"[Content_Types].xml": "", "word/document.xml": ""}), "letter.docx", "is a Word document (.docx)"),
        (archive(**{"[Content_Types].xml": "", "ppt/presentation.xml": ""}), "slides.pptx", "is a presentation (.pptx)"),
        (archive(**{"[Content_Types].xml": "", "xl/workbook.bin": ""}), "table.xlsb", "is a binary Excel workbook (.xlsb)"),
        (archive(**{"table.csv": "a,b\n1,2\n"}), "table.zip", "is a ZIP archive; unpack it"),
        (b"PK\x03\x04 but no archive", "table.xlsx", "is a damaged archive"),
        (workbook()[:-200], "cut.xlsx", "is a damaged archive"),
        (archive(**{"[Content_Types].xml": "<Types/>"}), "hollow.xlsx", "is a damaged workbook: xl/_rels/workbook.xml.rels is missing"),
        (archive(**{"[Content_Types].xml": "<Types/>", **{f"part{n}": "" for n in range(limits.PARTS)}}), "parts.xlsx", "holds 10,001 parts"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value and " " not in value else "",
)
def test_each_kind_of_file_that_is_no_table_has_its_sentence(tmp_path, content, name, words):
    assert words in refusal(tmp_path, content, name)
    with pytest.raises(TableError):
        guess(tmp_path / "upload", name=name)


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)) + b"]>"
OUTSIDE = b'<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
PARAMETER = b'<!DOCTYPE x SYSTEM "https://example.org/x.dtd">'


@pytest.mark.parametrize("declaration", [LAUGHS, OUTSIDE, PARAMETER], ids=["laughs", "outside", "parameter"])
@pytest.mark.parametrize(
    "part",
    PARTS,
)
def test_no_entity_is_expanded_or_fetched_in_any_part_that_is_read(tmp_path, declaration, part):
    def laugh(xml: bytes) -> bytes:
        body = xml[xml.index(b"?>") + 2 :] if xml.startswith(b"<?xml") else xml
        return declaration + body.replace(b">Name<", b">&b;<")

    sentence = refusal(tmp_path, changed(part, laugh), "table.xlsx", Options(sheet="Sheet") if part != "xl/workbook.xml" else Options())
    assert "declares entities or a document type" in sentence


def test_a_part_whose_bytes_are_damaged_is_told(tmp_path):
    content = bytearray(workbook())
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        entry = file.getinfo("xl/worksheets/sheet1.xml")
    start = entry.header_offset + 30 + len(entry.filename)
    content[start + 100 : start + 140] = b"\xaa" * 40
    assert "xl/worksheets/sheet1.xml cannot be unpacked" in refusal(tmp_path, bytes(content), "table.xlsx")


def test_parts_that_lie_over_each_other_count_each_for_its_size(tmp_path):
    """Thousands of entries of a directory may share the bytes of one part."""
    content = archive(**{"[Content_Types].xml": "<Types/>", **{f"xl/{n}.xml": "" for n in range(50)}})
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream) as file:
        count = len(file.infolist())
    # The size that each entry of the directory claims, 10 MB, stands 24 bytes after its signature.
    content, raw = bytearray(content), content
    place = raw.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 24 : place + 28] = (10_000_000).to_bytes(4, "little")
        place = raw.find(b"PK\x01\x02", place + 4)
    assert count == 51
    assert "would unpack to 510 MB, and at most 400 MB are read" in refusal(tmp_path, bytes(content), "overlap.xlsx")


def test_a_locked_archive_is_told(tmp_path):
    content = bytearray(archive(**{"[Content_Types].xml": "<Types/>"}))
    place = content.find(b"PK\x01\x02")
    content[place + 8] |= 1
    assert "is an archive with a password" in refusal(tmp_path, bytes(content), "locked.xlsx")


def test_targets_never_leave_the_archive(tmp_path):
    """A sheet said to lie in ../../etc/passwd is looked for in the archive alone."""
    content = changed("xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd"))
    assert "etc/passwd is missing" in refusal(tmp_path, content, "table.xlsx")


def test_a_file_beyond_what_is_read_is_refused_by_its_size_alone(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(limits.FILE_BYTES + 1)
    with pytest.raises(TableError, match=r"^huge\.csv has 257 MB; at most 256 MB are read, so bring it in parts\.$"):
        open_table(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(TableError, match=r"^There is no file none\.csv\.$"):
        open_table(tmp_path / "none.csv")
    with pytest.raises(TableError):
        open_table(tmp_path)


def test_a_workbook_is_not_read_as_something_else(tmp_path):
    assert "is an Excel workbook, and cannot be read as delimited text" in refusal(tmp_path, workbook(), "table.csv", Options(format="csv"))


def test_contents_decide_what_a_file_is_whatever_its_name(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(workbook())
    assert guess(path).options.format == "xlsx"
    path = tmp_path / "table.xlsx"
    path.write_bytes(b"a;b\n1;2\n")
    assert guess(path).options.format == "csv"


def test_more_rows_and_columns_than_are_read_are_told(tmp_path, monkeypatch):
    assert "row 1: has 2,001 cells; at most 2,000 columns are read" in refusal(tmp_path, b"a," * 2_000 + b"b\n1,2\n", "wide.csv")
    monkeypatch.setattr(limits, "ROWS", 3)
    assert "has more than 3 rows; bring it in parts" in refusal(tmp_path, b"a,b\n1,2\n3,4\n5,6\n", "long.csv")
    assert "has more than 3 records" in refusal(tmp_path, b'[{"a":1},{"a":1},{"a":1},{"a":1}]', "long.json")
    assert "has more than 3 lines" in refusal(tmp_path, b'{"a":1}\n' * 4, "long.jsonl")


def plain_files() -> dict[str, bytes]:
    return {
        "table.xlsx": workbook(),
        "table.csv": 'Name;Status\r\n"Rurit;ania";été\r\nGraustark;"two\nlines"\r\n'.encode("windows-1252"),
        "table.txt": "Name\tStatus\nRuritania\tété\n".encode("utf-16"),
        "table.json": '{"data": [{"a": 1.5, "b": [true, null]}, {"a": "é\\u00e9"}]}'.encode(),
        "table.jsonl": b'{"a": 1}\n{"a": {"b": "x"}}\n',
        "table.xls": ole("Root Entry", "Workbook"),
    }


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(sorted(plain_files())))
def test_a_file_damaged_anywhere_is_read_or_refused_and_nothing_else(tmp_path, data, name):
    content = bytearray(plain_files()[name])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        what = data.draw(st.sampled_from(["change", "cut", "insert"]))
        if what == "change":
            content[place] = data.draw(st.integers(0, 255))
        elif what == "cut":
            del content[place : place + data.draw(st.integers(1, 20))]
        else:
            content[place:place] = data.draw(st.binary(min_size=1, max_size=6) | st.sampled_from([b'"', b"\0", b"\r", b"[", b"{", b"<", b"]]>"]))
        if not content:
            break
    read_or_refused(tmp_path, bytes(content), name)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), part=st.sampled_from(PARTS))
def test_a_workbook_with_a_part_changed_is_read_or_refused_and_nothing_else(tmp_path, data, part):
    def change(xml: bytes) -> bytes:
        changed_xml = bytearray(xml)
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.integers(0, len(changed_xml) - 1))
            new = st.binary(max_size=3) | st.sampled_from(INSERTED)
            changed_xml[place : place + data.draw(st.integers(0, 3))] = data.draw(new)
        return bytes(changed_xml)

    read_or_refused(tmp_path, changed(part, change), "table.xlsx")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), name=st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.xlsx"]))
def test_any_bytes_are_read_or_refused(tmp_path, content, name):
    read_or_refused(tmp_path, content, name)


def read_or_refused(tmp_path, content: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    try:
        table = open_table(path)
        samples(table)
        list(table)
    except TableError as error:
        assert name in str(error)
        assert "\n" not in str(error)

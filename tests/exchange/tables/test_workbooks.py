"""Excel workbooks: sheets, kinds of cells, merged cells, what other writers leave out or get wrong."""
# ruff: noqa: DTZ001 (cells know no time zone)

import datetime as dt
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tracker.exchange.tables import Options, TableError, guess, open_table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "table.xlsx"


def saved(path, *rows, title="Data", change=lambda sheet: None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    change(sheet)
    book.save(path)
    return path


def by_hand(path, rows, *, before="", after="", texts="", namespace=MAIN, prefix="", sheets='<sheet name="Data" sheetId="1" r:id="a"/>', styles=""):
    """A workbook of one sheet whose XML is written here."""
    p = f"{prefix}:" if prefix else ""
    declared = f'xmlns:{prefix}="{namespace}"' if prefix else f'xmlns="{namespace}"'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="x" Type="{OFFICE}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        )
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{namespace}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="b" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
            f'<Relationship Id="c" Type="{OFFICE}/styles" Target="styles.xml"/>'
            f'<Relationship Id="d" Type="{OFFICE}/externalLink" TargetMode="External" Target="https://example.org/x.xml"/></Relationships>',
        )
        archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{namespace}">{styles}</styleSheet>')
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{namespace}">{texts}</sst>')
        archive.writestr("xl/worksheets/sheet1.xml", f"<{p}worksheet {declared}>{before}<{p}sheetData>{rows}</{p}sheetData>{after}</{p}worksheet>")
    return path


def rows_of(path, options: Options = Options()):  # noqa: B008
    return [(record.number, tuple(record.values.values())) for record in open_table(path, options)]


def column(path):
    """The first column, without a header."""
    return [values[0] for _number, values in rows_of(path, Options(header=False, skip=0))]


def test_each_kind_of_cell_comes_as_what_it_is(path):
    values = [
        "text",
        12.0,
        12.5,
        -3,
        1e300,
        True,
        False,
        dt.date(2024, 2, 29),
        dt.datetime(2024, 2, 29, 13, 5, 7),
        "#N/A",
        dt.time(9, 30),
        dt.timedelta(hours=30),
    ]
    saved(path, *[[value] for value in values])
    read = column(path)
    assert read == [
        "text",
        12,
        12.5,
        -3,
        1e300,
        True,
        False,
        dt.date(2024, 2, 29),
        dt.datetime(2024, 2, 29, 13, 5, 7),
        "#N/A",
        "09:30:00",
        "30:00:00",
    ]
    assert [type(value) for value in read[:9]] == [str, int, float, int, float, bool, bool, dt.date, dt.datetime]


def test_a_formula_is_its_text_and_never_its_result(path):
    def formulas(sheet):
        sheet["A2"] = "=1+1"
        sheet["A3"] = '=HYPERLINK("https://example.org/","see")'
        sheet["A4"] = "=WEBSERVICE(A1)"

    assert column(saved(path, ["x"], change=formulas)) == ["x", "=1+1", '=HYPERLINK("https://example.org/","see")', "=WEBSERVICE(A1)"]
    by_hand(path, '<row r="1"><c r="A1" t="str"><f>1+1</f><v>forged</v></c></row>')
    assert column(path) == ["=1+1"]


def test_a_formula_shared_by_many_cells_has_the_references_of_each(path):
    by_hand(
        path,
        '<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:A2">B1&amp;"x"</f><v>2</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>3</v></c></row>',
    )
    assert column(path) == ['=B1&"x"', '=B2&"x"']


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("dd.mm.yyyy", dt.date(2024, 3, 1)),
        ("[$-40C]d mmmm yyyy;@", dt.date(2024, 3, 1)),
        ('"Day "0', 45352),
        ("0.00", 45352),
        ("[Red]0", 45352),
        ("#,##0 [$€-407]", 45352),
        ("yyyy-mm-dd hh:mm", dt.datetime(2024, 3, 1)),
        ("General", 45352),
        ("mmm yy", dt.date(2024, 3, 1)),
    ],
)
def test_a_number_is_a_date_where_its_format_says_so(path, code, value):
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_number(0, 0, 45352, book.add_format({"num_format": code}))
    book.close()
    assert column(path) == [value]


def test_dates_counted_from_1904_are_the_same_days(path):
    book = xlsxwriter.Workbook(path, {"date_1904": True})
    book.add_worksheet().write_datetime(0, 0, dt.datetime(2024, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    assert column(path) == [dt.date(2024, 3, 1)]


def test_a_number_that_is_no_day_stays_a_number(path):
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for row, number in enumerate([60, -5, 3e6, 0]):
        sheet.write_number(row, 0, number, book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    assert column(path) == [60, -5, 3_000_000, 0]


def test_sheets_are_named_hidden_ones_too_and_any_can_be_chosen(path):
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active["A1"] = "Notes about this file"
    for name, state in (("Données", "visible"), ("Old", "hidden"), ("Codes", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet.append(["Name", "Sheet"])
        sheet.append(["x", name])
        sheet.sheet_state = state
    book.create_chartsheet("Chart")
    book.save(path)
    found = guess(path)
    assert found.sheets == ("Read me", "Données", "Old", "Codes")
    assert found.hidden_sheets == ("Old", "Codes")
    assert found.options.sheet == "Données"
    assert "Sheet “Données” is the first with a table in it." in found.reasons
    assert "Hidden in the workbook: “Old”, “Codes”." in found.reasons
    assert rows_of(path, Options(sheet="Codes")) == [(2, ("x", "Codes"))]
    with pytest.raises(TableError, match="has no sheet “Nope”; its sheets are “Read me”, “Données”"):
        open_table(path, Options(sheet="Nope"))


def test_empty_rows_and_columns_before_the_table_are_left_out_and_rows_keep_their_numbers(path):
    def write(sheet):
        for row, cells in {3: ("Name", "Status"), 4: ("Ruritania", "open"), 7: ("Graustark", "done")}.items():
            for column_, cell in enumerate(cells, start=3):
                sheet.cell(row, column_, cell)

    table = open_table(saved(path, change=write))
    assert table.columns == ("Name", "Status")
    assert [(record.number, record.values) for record in table] == [
        (4, {"Name": "Ruritania", "Status": "open"}),
        (7, {"Name": "Graustark", "Status": "done"}),
    ]


def test_each_row_that_merged_cells_cover_has_their_value_and_columns_beside_do_not(path):
    def merge(sheet):
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("B5:C6")

    table = open_table(
        saved(
            path,
            ["Country", "Text", "Note"],
            ["Ruritania", "a", 1],
            [None, "b", 2],
            [None, None, 3],
            ["Graustark", "c", None],
            ["Grand Fenwick"],
            change=merge,
        )
    )
    assert [tuple(record.values.values()) for record in table] == [
        ("Ruritania", "a", 1),
        ("Ruritania", "b", 2),
        ("Ruritania", None, 3),
        ("Graustark", "c", None),
        ("Grand Fenwick", "c", None),
    ]
    assert "Cells are merged over several rows (in 2 places): each of these rows has their value." in table.guess.reasons


def test_merged_cells_far_below_the_table_make_no_rows(path):
    saved(path, ["a", "b"], ["x", 1], change=lambda sheet: sheet.merge_cells("A2:A1048576"))
    assert rows_of(path) == [(2, ("x", 1))]


def test_rich_text_is_its_text_and_phonetic_hints_are_not(path):
    book = openpyxl.Workbook()
    book.active["A1"] = CellRichText("one ", TextBlock(InlineFont(b=True), "two"), " three")
    book.save(path)
    assert column(path) == ["one two three"]
    by_hand(
        path,
        '<row><c t="s"><v>0</v></c></row>',
        texts="<si><r><t>東</t></r><r><t xml:space='preserve'>京 </t></r><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>",
    )
    assert column(path) == ["東京 "]


@pytest.mark.parametrize("dimension", ["A1", "A1:XFD1048576", "Z9:A1", "nonsense"])
def test_what_a_sheet_says_of_its_size_is_not_believed(path, dimension):
    by_hand(path, '<row r="2"><c r="B2"><v>5</v></c></row><row r="3"><c r="C3"><v>6</v></c></row>', before=f'<dimension ref="{dimension}"/>')
    assert rows_of(path, Options(header=False, skip=0)) == [(2, (5, None)), (3, (None, 6))]


def test_empty_cells_in_the_far_corner_are_none(path):
    def style(sheet):
        sheet["XFD1048576"].font = openpyxl.styles.Font(b=True)

    assert rows_of(saved(path, ["a", "b"], ["x", 1], change=style)) == [(2, ("x", 1))]


def test_a_value_in_the_far_corner_is_refused(path):
    def write(sheet):
        sheet["XFD1048576"] = "x"

    with pytest.raises(TableError, match=r"^table\.xlsx has a value in cell XFD1048576 of sheet “Data”, far outside any table"):
        list(open_table(saved(path, ["a", "b"], ["x", 1], change=write)))


def test_rows_and_cells_without_places_follow_each_other(path):
    by_hand(
        path,
        "<row><c><v>1</v></c><c t='inlineStr'><is><t>two</t></is></c></row>"
        "<row r='5'><c r='B5'><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>",
    )
    assert rows_of(path, Options(header=False, skip=0)) == [(1, (1, "two", None)), (5, (None, 3, 4)), (6, (5, None, None))]


@pytest.mark.parametrize(("namespace", "prefix"), [(STRICT, ""), (MAIN, "x"), ("", "")])
def test_other_namespaces_and_prefixes_read_the_same(path, namespace, prefix):
    p = f"{prefix}:" if prefix else ""
    merged = f'<{p}mergeCells count="1"><{p}mergeCell ref="A1:A2"/></{p}mergeCells>'
    by_hand(
        path,
        f'<{p}row r="1"><{p}c r="A1"><{p}v>7</{p}v></{p}c></{p}row><{p}row r="2"><{p}c r="B2"><{p}v>8</{p}v></{p}c></{p}row>',
        namespace=namespace,
        prefix=prefix,
        after=merged,
    )
    assert rows_of(path, Options(header=False, skip=0)) == [(1, (7, None)), (2, (7, 8))]


def test_characters_that_xml_cannot_hold_are_unescaped(path):
    by_hand(path, "<row><c t='inlineStr'><is><t>a_x000D_b _x005F_x0041_ _xD83D_</t></is></c></row>")
    assert column(path) == ["a\rb _x0041_ _xD83D_"]


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("12.0", 12), ("1E3", 1000), ("0.1", 0.1), ("1e999", "1e999"), ("nan", "nan"), ("1_000", "1_000"), ("", None)]
)
def test_numbers_as_written(path, text, value):
    by_hand(path, f"<row><c><v>{text}</v></c><c><v>1</v></c></row>")
    assert open_table(path, Options(header=False, skip=0)).__iter__().__next__().values.get("1") == value


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('<row r="1"><c t="s"><v>5</v></c></row>', "row 1 refers to a text that is not there"),
        ('<row r="2"><c><v>5</v></c></row><row r="1"/>', "row 1 comes after row 2"),
        ('<row r="1"><c r="A1"><v>5</v></c><c r="A1"><v>6</v></c></row>', "cell A1 stands there twice"),
        ('<row r="1"><c r="A9"><v>5</v></c></row>', "cell A9 stands in row 1"),
        ('<row r="1"><c r="9A"><v>5</v></c></row>', "“9A” is no place of a cell"),
        ('<row r="1048577"><c><v>5</v></c></row>', "a sheet has at most 1,048,576 rows"),
        ('<row r="1"><c><v>5</v></row>', "is not XML (mismatched tag)"),
        ('<row r="1"><c t="inlineStr"><is><t>_x0000_</t></is></c></row>', "NUL character in cell A1"),
        ("<x>" * 100 + "</x>" * 100, "nests its XML"),
    ],
)
def test_damage_is_told(path, rows, words):
    by_hand(path, rows)
    with pytest.raises(TableError) as caught:
        list(open_table(path, Options(header=False, skip=0)))
    assert words in str(caught.value)
    assert str(caught.value).startswith("table.xlsx ")


def test_an_empty_sheet_and_a_header_alone_are_told(path):
    with pytest.raises(TableError, match="has no records: sheet “Data” is empty"):
        open_table(saved(path))
    with pytest.raises(TableError, match="has a header in row 1 and no rows below it"):
        open_table(saved(path, ["Name", "Status"]))


def test_progress_and_reading_again(path):
    saved(path, ["Name", "N"], *[[f"name {number}", number] for number in range(5_000)])
    table = open_table(path)
    assert table.done == 0
    next(iter(table))
    assert 0 < table.done < 1
    assert [record.values["N"] for record in table] == list(range(5_000))
    assert table.done == 1


TEXTS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda text: "_x" not in text and not text.startswith("=")
)
DAYS = st.dates(dt.date(1900, 3, 1), dt.date(2200, 1, 1))
MOMENTS = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2200, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
VALUES = st.one_of(
    st.none(),
    TEXTS,
    st.integers(-(10**14), 10**14),
    st.floats(-1e14, 1e14, allow_nan=False).map(lambda number: float(f"{number:.10g}")),
    st.booleans(),
    DAYS,
    MOMENTS,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(VALUES, min_size=1, max_size=4), min_size=1, max_size=6),
    writer=st.sampled_from(["openpyxl", "xlsxwriter", "xlsxwriter in constant memory"]),
)
def test_what_others_write_is_read_back(path, rows, writer):
    if not any(value is not None for row in rows for value in row):
        return
    if writer == "openpyxl":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        options = {
            "default_date_format": "yyyy-mm-dd",
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "constant_memory": "constant" in writer,
        }
        book = xlsxwriter.Workbook(path, options)
        moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(number, place, value, moments)
                elif value is not None:
                    sheet.write(number, place, value)
        book.close()
    read = rows_of_places(path)
    wanted = {
        number: {str(place): value for place, value in enumerate(row, start=1) if value is not None} for number, row in enumerate(rows, start=1)
    }
    assert read == {number: row for number, row in wanted.items() if row}
    kinds = {number: {place: type(value) for place, value in row.items() if not isinstance(value, float)} for number, row in wanted.items() if row}
    assert {number: {place: type(row[place]) for place in kinds[number]} for number, row in read.items()} == kinds


def rows_of_places(path):
    table = open_table(path, Options(header=False, skip=0))
    return {record.number: {place: value for place, value in record.values.items() if value is not None} for record in table}

"""Delimited text: delimiters, line ends, headers, ragged rows, quotation marks, long cells, and every row under its own number."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.exchange.tables import Options, TableError, guess, limits, open_table


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, name: str = "table.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def rows_of(path, options: Options = Options()):  # noqa: B008
    return [(record.number, tuple(record.values.values())) for record in open_table(path, options)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(("end", "called"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")])
def test_delimiter_and_line_ends_are_told_and_read(file, delimiter, end, called):
    rows = [
        ["Name", "Status", "Note"],
        ["Ruritania", "done", "a, b; c | d"],
        ["Graustark", "open", "two\nlines"],
        ["Grand Fenwick", "open", 'says "no"'],
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    path = file(text.getvalue())
    found = guess(path)
    assert found.options.delimiter == delimiter
    assert found.line_ends == called  # the cell has a line feed in it, which ends no row
    assert sum("line ends" in reason for reason in found.reasons) == 1
    assert rows_of(path) == [(2, tuple(rows[1])), (3, tuple(rows[2])), (4, tuple(rows[3]))]


def test_why_a_file_is_divided_so_counts_its_rows_as_they_are_read(file):
    """Cells with several lines, and empty ones at the end of a row, are cells as others are."""
    text = io.StringIO()
    rows = [["No", "Text", "Country", "Note", "Link"]]
    rows += [[f"{n}", "First line\nand, second\r\nthird", "Ruritania", *(["a", "b"] if n % 3 == 0 else ["", ""])] for n in range(1, 7)]
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    reasons = guess(file(text.getvalue())).reasons
    assert "Divided by comma, 100% of the first rows have the same number of cells, 5." in reasons
    assert "Its line ends are CRLF, as on Windows." in reasons


def test_line_ends_may_be_mixed_and_the_last_may_be_missing(file):
    path = file("a,b\r1,2\r\n3,4\n\r5,6")
    assert guess(path).line_ends == "mixed"
    assert rows_of(path) == [(2, ("1", "2")), (3, ("3", "4")), (5, ("5", "6"))]


def test_line_breaks_inside_quotation_marks_are_kept_as_written_and_start_no_row(file):
    path = file('a,b\n"one\r\ntwo\rthree\nfour",x\n5,6\n')
    assert rows_of(path) == [(2, ("one\r\ntwo\rthree\nfour", "x")), (3, ("5", "6"))]


def test_signs_that_break_lines_elsewhere_break_none_here(file):
    path = file("a,b\none\u2028two\x0bthree\x85four,x\n")
    assert rows_of(path) == [(2, ("one\u2028two\x0bthree\x85four", "x"))]


def test_a_short_row_is_filled_with_nothing(file):
    assert rows_of(file("a,b,c\n1\n1,2\n1,2,3\n")) == [(2, ("1", None, None)), (3, ("1", "2", None)), (4, ("1", "2", "3"))]


def test_the_further_cells_of_a_longer_row_have_columns_called_by_their_place(file):
    path = file("a,b\n1,2,more,still\n1,2\n")
    table = open_table(path)
    assert table.columns == ("a", "b", "3", "4")
    assert [record.values for record in table] == [{"a": "1", "b": "2", "3": "more", "4": "still"}, {"a": "1", "b": "2", "3": None, "4": None}]
    assert any("called by their place: 3, 4" in reason for reason in table.guess.reasons)


def test_a_longer_row_beyond_those_looked_at_first_loses_no_cell_and_is_told(file):
    path = file("a,b\n" + "1,2\n" * (limits.SAMPLE_ROWS + 10) + "1,2,late\n")
    table = open_table(path)
    assert table.columns == ("a", "b")
    last = list(table)[-1]
    assert last.values == {"a": "1", "b": "2", "3": "late"}
    assert table.wider == {"3": limits.SAMPLE_ROWS + 12}


def test_empty_cells_at_the_ends_of_rows_make_no_columns(file):
    assert open_table(file("a,b,,\n1,2,,\n3,4,,,,\n")).columns == ("a", "b")


def test_names_that_come_again_or_are_empty_become_distinct(file):
    table = open_table(file("Status,,Status,Status (2),2,status\n1,2,3,4,5,6\n"), Options(header=True))
    assert table.columns == ("Status", "2 (2)", "Status (3)", "Status (2)", "2", "status")
    assert list(next(iter(table)).values.values()) == ["1", "2", "3", "4", "5", "6"]


def test_a_name_over_two_lines_is_one_line(file):
    assert open_table(file('"Status of\naction ",Date\nopen,2024-01-01\n')).columns == ("Status of action", "Date")


@pytest.mark.parametrize(
    ("text", "header", "words"),
    [
        ("Name,Year\nRuritania,2020\nGraustark,2021\n", True, "Row 1 names the columns"),
        ("Name,2020,2021\nRuritania,1,2\n", True, "Row 1 names the columns"),
        ("Ruritania,2020-01-31\nGraustark,2021-01-31\n", False, "cell 2 (“2020-01-31”) is no name"),
        ("Ruritania,open\nGraustark,done\nRuritania,done\n", False, "“Ruritania” comes again below in column 1"),
        ("https://example.org/a,x\nhttps://example.org/b,y\n", False, "is no name"),
    ],
)
def test_whether_there_is_a_header_is_guessed_and_explained(file, text, header, words):
    found = guess(file(text))
    assert found.options.header is header
    assert any(words in reason for reason in found.reasons)


def test_whether_there_is_a_header_can_be_said(file):
    path = file("Name,Status\nRuritania,open\n")
    table = open_table(path, Options(header=False))
    assert table.columns == ("1", "2")
    assert [(record.number, record.values["1"]) for record in table] == [(1, "Name"), (2, "Ruritania")]
    path = file("1,2\n3,4\n")
    assert open_table(path).columns == ("1", "2")
    assert rows_of(path, Options(header=True)) == [(2, ("3", "4"))]


def test_rows_above_the_header_are_guessed_told_and_can_be_said(file):
    path = file("Follow-up of recommendations\n\nName,Date,Status\nRuritania,2020-01-31,open\nGraustark,2021-01-31,done\n")
    found = guess(path)
    assert found.options.skip == 2
    assert "Rows 1 to 2 stand above the table" in " ".join(found.reasons)
    assert found.title == open_table(path, Options(skip=2)).guess.title == "Follow-up of recommendations"
    assert open_table(path, Options(skip=0)).guess.title == ""
    assert rows_of(path)[0] == (4, ("Ruritania", "2020-01-31", "open"))
    assert open_table(path, Options(skip=0)).columns == ("Follow-up of recommendations", "2", "3")
    assert open_table(path, Options(skip=3, header=False)).columns == ("1", "2", "3")


def test_a_delimiter_that_the_first_line_names_is_taken(file):
    path = file("sep=;\r\nName;Note\r\nRuritania;a,b,c\r\nGraustark;d,e,f\r\n")
    assert guess(path).options.delimiter == ";" and guess(path).title == ""
    assert rows_of(path) == [(3, ("Ruritania", "a,b,c")), (4, ("Graustark", "d,e,f"))]


def test_the_delimiter_is_the_one_that_divides_rows_alike_not_the_most_frequent_sign(file):
    found = guess(file("Name;Note\nA;one, two, three\nB;four, five\nC;six\n"))
    assert found.options.delimiter == ";"
    found = guess(file('Name,Actors\nA,"x; y; z"\nB,"x; y"\nC,z\n'))
    assert found.options.delimiter == ","
    assert found.delimiters[0] == "," and set(found.delimiters) == {",", ";", "\t", "|"}


def test_cells_empty_at_the_end_of_some_rows_make_no_other_sign_the_delimiter(file):
    """Each text has one semicolon; each row has as many commas, and the last cell is often empty."""
    path = file("Name,Text,Date\n" + "".join(f"Ruritania,one; two,{'2024' if number % 3 else ''}\n" for number in range(9)))
    assert guess(path).options.delimiter == ","
    path = file("Name;Text;Date\n" + "".join(f"Ruritania;one{';2024' if number % 3 else ''}\n" for number in range(9)))
    assert guess(path).options.delimiter == ";", "nor where they are left out"


def test_one_column_is_a_table_too(file):
    table = open_table(file("Recommendation\nDo this, please\nDo that\n"), Options(delimiter=";"))
    assert [record.values for record in table] == [{"Recommendation": "Do this, please"}, {"Recommendation": "Do that"}]


@pytest.mark.parametrize("length", [50_000, 140_000, 1_500_000])
def test_long_cells_are_read_whole(file, length):
    cell = "ż,\n" * (length // 3)
    path = file(f'a,b\n"{cell}",x\n')
    assert rows_of(path) == [(2, (cell, "x"))]


def test_text_from_right_to_left_and_with_accents_is_left_as_it_is(file):
    cells = ("وزارت\u200cخانه", "السلام عليكم\u200f", "שלום", "e\u0301tat", "état", "Łódź", "日本語", "😀")
    assert rows_of(file("a,b,c,d,e,f,g,h\n" + ",".join(cells) + "\n")) == [(2, cells)]


def test_formulas_are_text(file):
    assert rows_of(file("a,b\n=1+1,\"=cmd|' /C calc'!A0\"\n")) == [(2, ("=1+1", "=cmd|' /C calc'!A0"))]


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        ('a,b\n1,2\n3,"open\n5,6\n', 3, "none closes it"),
        ('a,b\n1,2\n"He said "no" twice",6\n', 3, "double each mark"),
        ("a,b\n1,2\n3,x\x00y\n", 3, "NUL"),
        ("a,b\n1,2\n3," + "x" * (limits.CELL + 1) + "\n", 3, "more than 2,000,000 characters"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row(file, text, row, words):
    path = file(("a,b\n" + "1,2\n" * 40_000) + text.removeprefix("a,b\n"))
    with pytest.raises(TableError) as caught:
        list(open_table(path, Options(delimiter=",", encoding="utf-8")))
    assert f"table.csv, row {row + 40_000}:" in str(caught.value)
    assert caught.value.row == row + 40_000
    assert words in str(caught.value)


def test_a_cell_may_be_no_longer_because_another_part_of_the_program_reads_longer_ones(file):
    before = csv.field_size_limit(5 * limits.CELL)
    try:
        with pytest.raises(TableError, match=r"row 2: .*more than 2,000,000 characters"):
            list(open_table(file("a,b\n3," + "x" * (limits.CELL + 1) + "\n"), Options(delimiter=",", encoding="utf-8", header=True)))
    finally:
        csv.field_size_limit(before)


def test_a_byte_beyond_the_sample_that_does_not_fit_is_told_with_row_and_place(file):
    good = "a,b\n" + "é,2\n" * 60_000
    path = file(good.encode() + "caf\xe9,2\n".encode("latin-1"))
    table = open_table(path)
    assert table.options.encoding == "utf-8"
    with pytest.raises(TableError) as caught:
        for count, _record in enumerate(table, start=1):  # noqa: B007
            pass
    assert count == 60_000
    assert f"row 60002: byte {len(good.encode()) + 4:,} of the file (0xE9) is not UTF-8" in str(caught.value)


def test_progress_goes_from_nothing_to_everything_and_reading_may_stop_anywhere(file):
    table = open_table(file("a,b\n" + "1,2\n" * 100_000))
    assert table.done == 0.0
    shares = []
    for record in table:
        shares.append(table.done)
        if record.number == 50_000:
            break
    assert 0.3 < table.done < 0.9
    assert shares == sorted(shares)
    assert sum(1 for _record in table) == 100_000  # from the beginning again
    assert table.done == 1.0


@pytest.mark.parametrize(
    "options",
    [Options(format="ods"), Options(delimiter="#"), Options(encoding="klingon"), Options(skip=-1), Options(format="xlsx"), Options(skip=9)],
)
def test_options_that_do_not_fit_are_refused_with_a_sentence(file, options):
    with pytest.raises(TableError, match=r"^table\.csv .*[.?]$"):
        open_table(file("a,b\n1,2\n"), options)


def test_the_guessed_options_read_the_same(file):
    path = file("Notes\nName;Date;É\nA;2020-01-01;x\nB;2021-01-01;y\n".encode("windows-1252"))
    first = open_table(path)
    again = open_table(path, first.options)
    assert again.columns == first.columns
    assert list(again) == list(first)
    assert again.options == first.options


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
TABLES = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=TABLES,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_the_csv_module_writes_is_read_back(tmp_path, rows, delimiter, end, encoding, quoting):
    text = io.StringIO()
    if any(sign in cell for cells in rows for cell in cells for sign in "\r\n"):
        quoting = csv.QUOTE_ALL  # minimal quoting leaves line breaks bare where they are not those that end its lines
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    path = tmp_path / "table.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    options = Options("csv", encoding=encoding.replace("-sig", ""), delimiter=delimiter, header=False, skip=0)
    wanted = [(number, cells) for number, cells in enumerate(rows, start=1) if any(cells)]
    if not wanted or not text.getvalue().lstrip("\ufeff").strip():
        return
    # A mark at the beginning is the file's, not the first cell's.
    wanted = [
        (number, [cell.removeprefix("\ufeff") if number == 1 and place == 0 else cell for place, cell in enumerate(cells)])
        for number, cells in wanted
    ]
    try:
        table = open_table(path, options)
    except TableError as error:
        assert any(words in str(error) for words in ("holds bytes that no text has", "is XML", "is a web page", "white space", "is empty"))
        return
    read = [(record.number, [record.values.get(str(place)) or "" for place in range(1, len(rows[0]) + 1)]) for record in table]
    assert read == [(number, cells) for number, cells in wanted if any(cells)]


def test_what_stands_above_in_words_is_the_title_and_nothing_else_is(file):
    table = "Name,Date,Status\nRuritania,2020-01-31,open\nGraustark,2021-01-31,done\n"
    assert guess(file(f"2020-01-31\n{'Suivi des recommandations'}\nUne note\n{table}")).title == "Suivi des recommandations"
    assert guess(file(f"2020\n\n{table}")).title == ""
    assert guess(file(table)).title == ""

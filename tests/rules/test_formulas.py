"""No cell runs as a formula, and every text can be had back letter for letter."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.editions.frozen import as_lines
from tracker.rules.formulas import FORMULA_STARTS, IN_WORDS, harmless, natural

TRICKY = st.builds(str.__add__, st.text(" \t\r\n\v'\xa0", max_size=3), st.builds(str.__add__, st.sampled_from([*FORMULA_STARTS, "'", ""]), st.text()))
SEPARATED = st.text([*FORMULA_STARTS, *";,\"' \xa0xA1|!"], max_size=14)
"""Texts full of what separates cells in one spreadsheet or another, and of what they run."""


@given(st.text() | TRICKY | SEPARATED)
def test_every_text_can_be_had_back(text: str) -> None:
    assert natural(harmless(text)) == text


@given(st.text() | TRICKY | SEPARATED)
def test_no_cell_runs(text: str) -> None:
    cell = harmless(text)
    assert not cell.startswith(FORMULA_STARTS)
    assert not cell.strip().startswith(FORMULA_STARTS)
    assert cell.replace("'", "") == text.replace("'", "")


@settings(max_examples=500)
@given(st.lists(SEPARATED, min_size=1, max_size=4), st.sampled_from(";\t"))
def test_nothing_runs_where_cells_are_separated_by_something_else(texts: list[str], separator: str) -> None:
    """A file of commas, read as spreadsheets do that are set up for semicolons or tabs: with quotation marks, and without any notice of them."""
    file = "".join(as_lines([[harmless(text) for text in texts]] * 2))
    assert [[natural(cell) for cell in row] for row in csv.reader(io.StringIO(file, newline=""))] == [texts] * 2
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        for line in csv.reader(io.StringIO(file, newline=""), delimiter=separator, quoting=quoting):
            assert [cell for cell in line if cell.strip().startswith(FORMULA_STARTS)] == []


def test_a_cell_is_not_separated_where_commas_semicolons_and_tabs_all_separate() -> None:
    """As a spreadsheet reads it that is told of all three: every cell that has one of them stands between quotation marks."""
    (line,) = as_lines([["a;b", "a\tb", "a,b", "a\rb", 'a"b', "ab", ""]])
    assert line == '"a;b","a\tb","a,b","a\rb","a""b",ab,\r\n'


@given(st.text() | TRICKY | SEPARATED, st.text() | TRICKY | SEPARATED)
def test_two_texts_never_become_one_cell(one: str, other: str) -> None:
    assert (harmless(one) == harmless(other)) is (one == other)


def test_the_rule_in_words_names_every_sign_that_it_is_about() -> None:
    """Of single signs: those before which an apostrophe is put."""
    names = {"\t": "a tab", "\r": "a carriage return", "\n": "a line feed", "'": "an apostrophe"}
    held = {sign for sign in map(chr, range(0x10000)) if harmless(sign) != sign}
    assert held == {*FORMULA_STARTS, "'"}
    assert all(names.get(sign, f" {sign}") in IN_WORDS for sign in held)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("-1", "'-1"),
        ("+32 2 000", "'+32 2 000"),
        ("@cmd", "'@cmd"),
        ("\tx", "'\tx"),
        ("＝1", "'＝1"),
        ("'quoted'", "''quoted'"),
        ("''", "'''"),
        ("plain", "plain"),
        ("’typographic", "’typographic"),
        ("", ""),
        ("a=b", "a=b"),
        ("Title;=cmd|'/C calc'!A0;x", "Title;'=cmd|'/C calc'!A0;x"),
        ('Title; "=1"', 'Title;\' "=1"'),
        ("a\n- b\n'c'", "a\n'- b\n''c'"),
        ("a;\t@b", "a;\t'@b"),
        ("a; 'b'; c-d", "a; 'b'; c-d"),
    ],
)
def test_only_what_might_run_is_changed(text: str, cell: str) -> None:
    assert harmless(text) == cell

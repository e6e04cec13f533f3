"""No cell runs as a formula, and every text can be had back letter for letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.formulas import FORMULA_STARTS, IN_WORDS, harmless, natural

TRICKY = st.builds(str.__add__, st.text(" \t\r\n\v'\xa0", max_size=3), st.builds(str.__add__, st.sampled_from([*FORMULA_STARTS, "'", ""]), st.text()))


@given(st.text() | TRICKY)
def test_every_text_can_be_had_back(text: str) -> None:
    assert natural(harmless(text)) == text


@given(st.text() | TRICKY)
def test_no_cell_runs(text: str) -> None:
    cell = harmless(text)
    assert not cell.startswith(FORMULA_STARTS)
    assert not cell.strip().startswith(FORMULA_STARTS)
    assert cell in (text, "'" + text)


@given(st.text() | TRICKY, st.text() | TRICKY)
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
    ],
)
def test_only_what_might_run_is_changed(text: str, cell: str) -> None:
    assert harmless(text) == cell

"""One spelling: the rule and the database say the same of every text, and the places of words lead back to the text as written."""

import unicodedata
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tracker.rules.folding import folded, tokens

MANY = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# What both know: a character that came into Unicode last year may be known to one of them alone.
texts = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\x00"), max_size=40)
written = st.text(st.sampled_from("aZ9 -'éÉïßœŒÆøØıİłŞčйИ\u0306\u0301كکيیىئأإآٱؤةۀـًَ\u200c\u200f٣۳«»“”„’.,–\u00a0ΣςΩ\ufeff"), max_size=60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Expulsés d’Évreux", "expulses d evreux"),
        ("L’ŒUVRE, cœur; straße STRASSE", "l oeuvre coeur strasse strasse"),
        ("MQ-1", "mq 1"),
        ("Ørsted, Łódź, Đorđe, İstanbul, ısı", "orsted lodz dorde istanbul isi"),
        ("ایران", "ايران"),
        ("کتاب‌ها", "كتاب ها"),
        ("مُحَمَّـــد", "محمد"),
        ("أإآٱ مدرسة", "اااا مدرسة"),
        ("المدرسه کتاب‌خانه", "المدرسة كتاب خانة"),
        ("سؤال مسئول", "سوال مسيول"),
        ("٢٠١٩ ۲۰۱۹", "2019 2019"),
        ("Российский, ЁЛКА", "российский елка"),
        ("ΑΘΉΝΑΣ", "αθηνασ"),
        ("<b>no&fly</b>", "b no fly b"),
        ("…—!", ""),
    ],
)
def test_one_spelling(text: str, words: str) -> None:
    assert folded(text) == words


def test_the_persian_and_the_arabic_keyboard_write_one_word() -> None:
    assert folded("کیهان") == folded("كيهان")
    assert folded("علی") == folded("علي") == folded("على")


@MANY
@given(texts | written)
def test_folded_again_it_stays_as_it_is(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@MANY
@given(texts | written)
def test_every_word_stands_where_it_says(text: str) -> None:
    places = list(tokens(text))
    # “¼” is two words in one place, and “¼0” shares it between them.
    assert all(first.start <= second.start and first.end <= second.end for first, second in pairwise(places))
    assert all(0 <= token.start < token.end <= len(text) and " " not in token.word and token.word for token in places)
    if unicodedata.normalize("NFKD", text) == text:
        assert [folded(text[token.start : token.end]) for token in places] == [token.word for token in places]


@MANY
@given(text=texts | written)
@example(text="\u1e9e \u0130 \ufdfa \u00b5 \u2126 \u212b \u1fbc \u2167 \ufb03 \u00bd")
@example(text="\u0915\u093c\u0947 \u0e01\u0e34 \uac00 \u5350")
def test_the_database_says_the_same(database: Any, text: str) -> None:
    assert database.execute("SELECT editions.folded(%s)", [text]).fetchone()[0] == folded(text)


@pytest.mark.parametrize("plane", range(18))
def test_of_every_character(database: Any, plane: int) -> None:
    """Each character by itself, between two letters; several thousand in one question."""
    block = range(plane * 0x1000, (plane + 1) * 0x1000) if plane < 16 else range(0x10000, 0x12000) if plane == 16 else range(0x1D000, 0x1FB00)
    known = [chr(code) for code in block if code and unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")]
    asked = [f"a{character}b" for character in known]
    said = database.execute(
        "SELECT array_agg(editions.folded(t) ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY AS x (t, n)", [asked]
    ).fetchone()[0]
    assert not asked or [(hex(ord(c)), s) for c, s in zip(known, said, strict=True)] == [(hex(ord(t[1])), folded(t)) for t in asked]

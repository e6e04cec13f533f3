"""Words marked in a text: nothing of the text is lost, added or escaped wrongly."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.folding import folded, tokens
from tracker.rules.marking import marked, places
from tracker.templatetags.searching import marks

texts = st.text(max_size=80) | st.text(st.sampled_from("ab <>&\"'/é¼½ß\u0301.-;script"), max_size=80)
phrases = st.lists(st.text(st.sampled_from("ab1é<¼ script"), max_size=10).map(folded).filter(bool), max_size=3)


def stem(word: str) -> str:
    return "" if word == "the" else word.removesuffix("s")


def test_by_stems_accents_and_phrases() -> None:
    assert marked("Les expulsés: un expulse.", ["expulses"], stem).pieces == (
        ("Les ", False),
        ("expulsés", True),
        (": un ", False),
        ("expulse", True),
        (".", False),
    )
    assert marked("no-fly zone, fly", ["no fly"], stem).pieces == (("no-fly", True), (" zone, fly", False))
    assert [text for text, searched in marked("end of the treaty", ["of the treaties treaty", "of a treaty"], stem).pieces if searched] == []
    assert ("of the treaty", True) in marked("end of the treaty", ["of the treaty"], stem).pieces


def test_the_longer_of_two_places() -> None:
    words = list(tokens("open embassy closed"))
    assert places(words, ["embassy", "open embassy"], stem) == [(0, 1)]


def test_a_long_text_is_cut_around_the_first_place() -> None:
    text = " ".join(f"w{number}" for number in range(100))
    snippet = marked(text, ["w50"], stem, around=5)
    assert "".join(piece for piece, _searched in snippet.pieces) == " ".join(f"w{number}" for number in range(45, 61))
    assert (snippet.before, snippet.after) == (True, True)
    assert not marked(text, ["w2"], stem, around=5).before
    assert not marked(text, ["w97"], stem, around=5).after


@given(texts, phrases)
def test_joined_it_is_the_text(text: str, asked: list[str]) -> None:
    assert "".join(piece for piece, _searched in marked(text, asked, stem).pieces) == text
    part = marked(text, asked, stem, around=2)
    assert "".join(piece for piece, _searched in part.pieces) in text
    assert part.before or part.after or "".join(piece for piece, _searched in part.pieces) == text


@given(texts, phrases)
def test_as_markup_it_is_the_text_again(text: str, asked: list[str]) -> None:
    shown = marks(marked(text, asked, stem))
    assert not re.search(r"<(?!/?mark>)", shown)
    assert re.sub("</?mark>", "", shown) == html.escape(text)


@given(texts)
def test_every_word_is_marked_by_itself(text: str) -> None:
    for token in tokens(text):
        assert any(searched for _piece, searched in marked(text, [token.word], lambda word: word).pieces)

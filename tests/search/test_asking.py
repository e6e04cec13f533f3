"""The grammar of ``q``, and that of plain English PostgreSQL's own reads the same."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tracker.rules.asking import Question, Term, read

MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = ["expel", "expelled", "the", "closures", "iran", "embassy", "diplomats", "sanctioned"]


def wants(*words: str) -> tuple[Term, ...]:
    return tuple(Term(word.removeprefix("-"), negated=word.startswith("-")) for word in words)


@pytest.mark.parametrize(
    ("typed", "groups"),
    [
        ("expel diplomats", (wants("expel", "diplomats"),)),
        ("a OR b c", (wants("a"), wants("b", "c"))),
        ("a or b", (wants("a"), wants("b"))),
        ('"no fly" zone', (wants("no fly", "zone"),)),
        ("no-fly", (wants("no fly"),)),
        ("a -b", (wants("a", "-b"),)),
        ('a -"b c"', (wants("a", "-b c"),)),
        ("a − b", (wants("a", "b"),)),
        ("a −b", (wants("a", "-b"),)),
        ("« à Paris » „in der Straße“ “or so”", (wants("a paris", "in der strasse", "or so"),)),
        ('"or"', (wants("or"),)),
        ("OR a OR OR b OR", (wants("a"), wants("b"))),
        ('"', ()),
        ('a "b', (wants("a", "b"),)),
        ("- -- & ' …", ()),
        ("l’expulsion d'Iran", (wants("l expulsion", "d iran"),)),
        ("“کتاب‌های علی”", (wants("كتاب هاي علي"),)),
    ],
)
def test_what_is_asked_for(typed: str, groups: tuple[tuple[Term, ...], ...]) -> None:
    assert read(typed) == Question(groups)


def test_several_searches_are_any_of_them() -> None:
    assert read("a b", "c") == read("a b OR c")


@given(st.text(max_size=200) | st.text(st.sampled_from("ab -\"“”„«»OR|&!()'*:<>\\ \n"), max_size=60))
def test_anything_can_be_read(typed: str) -> None:
    question = read(typed)
    assert all(group and all(term.words == " ".join(term.words.split()) != "" for term in group) for group in question.groups)
    assert question.without(question.phrases).groups == ()


@given(st.text(st.sampled_from('ab -"OR'), max_size=40), st.sets(st.sampled_from(["a", "b", "ab", "or", "o"])))
def test_of_silence(typed: str, said: set[str]) -> None:
    question = read(typed)
    if question.holds_of_silence:
        assert question.holds(lambda _phrase: False)
    elif not said & set(question.phrases):
        assert not question.holds(said.__contains__)


term = st.builds(lambda minus, words, quoted: f'{minus}"{" ".join(words)}"' if quoted or len(words) > 1 else f"{minus}{words[0]}",
                 st.sampled_from(["", "", "-"]), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), st.booleans())  # fmt: skip
searches = st.lists(term | st.just("OR"), min_size=1, max_size=6).map(" ".join)


@MANY
@given(typed=searches, text=st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join))
@example(typed="-the", text="iran")
@example(typed='"expel the embassy"', text="expelled iran embassy")
def test_of_plain_english_the_database_reads_the_same(database: Any, typed: str, text: str) -> None:
    """The whole question, against ``websearch_to_tsquery``; phrase by phrase with ``phraseto_tsquery``, as search asks it."""
    question = read(typed)
    says = {
        phrase: database.execute(
            "SELECT to_tsvector('english', %s) @@ phraseto_tsquery('english', %s), numnode(phraseto_tsquery('english', %s)) = 0",
            [text, phrase, phrase],
        ).fetchone()
        for phrase in question.phrases
    }
    heard = question.without(phrase for phrase, (_said, silent) in says.items() if silent)
    (expected,) = database.execute("SELECT to_tsvector('english', %s) @@ websearch_to_tsquery('english', %s)", [text, typed]).fetchone()
    assert heard.holds(lambda phrase: says[phrase][0]) == expected

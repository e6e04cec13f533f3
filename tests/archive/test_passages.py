"""Passages found again: the same ones, moved ones, retyped ones; told apart from their like; and lost ones said to be lost."""

import random
import string

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tracker.archive.locators import Part
from tracker.archive.passages import How, Plain, Quote, describe, find, from_utf16, plain_text

TEXT = (
    "The government should expel the attaché. Parliament was told on 3 July that “no measure was taken”.\n\n"
    "In the second part, the author proposes that member states close the two cultural centres within six months.\n\n"
    "The government should expel the attaché. Nobody has shown that this was done; the ministry says it was not asked."
)
letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.text("ab \n-é\u0301\u200c", max_size=60)
some = st.text("abcde .,\n", min_size=1, max_size=40)


def quote(passage: str, text: str = TEXT, last: bool = False) -> Quote:
    start = text.rindex(passage) if last else text.index(passage)
    return describe(text, start, start + len(passage))


def at(found_start: int | None, found_end: int | None, text: str) -> str:
    assert found_start is not None and found_end is not None
    return text[found_start:found_end]


# --- Described ------------------------------------------------------------------------------------------------------------


def test_a_passage_is_described_by_itself_and_what_is_around_it() -> None:
    start = TEXT.index("close the")
    parts = [Part(0, "¶1"), Part(TEXT.index("In the"), "¶2"), Part(TEXT.rindex("The gov"), "¶3")]
    made = describe(TEXT, start, start + 30, context=10, parts=parts)
    assert made == Quote("close the two cultural centres", "er states ", " within si", start, start + 30, "¶2")
    assert describe(TEXT, 0, len(TEXT)).prefix == describe(TEXT, 0, len(TEXT)).suffix == ""
    assert len(describe(TEXT, 100, 110).prefix) == len(describe(TEXT, 100, 110).suffix) == 64


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 5), (6, 5), (-1, 3), (0, len(TEXT) + 1)])
def test_nothing_marked_is_no_passage(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="is no passage"):
        describe(TEXT, start, end)


# --- Properties -----------------------------------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=500)
def test_any_passage_of_any_text_is_found_where_it_is(data: st.DataObject) -> None:
    text = data.draw(letters.filter(bool))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = find(describe(text, start, end, context=data.draw(st.integers(0, 80))), text)
    assert (found.start, found.end, found.how) == (start, end, How.EXACT)


@given(some, some, some, some)
@settings(max_examples=300)
def test_what_is_inserted_elsewhere_loses_nothing(before: str, passage: str, after: str, inserted: str) -> None:
    assume(passage.strip())
    text = before + passage + after
    assume(text.count(passage) == 1)
    made = describe(text, len(before), len(before) + len(passage))
    beside = before + inserted
    changes = ((inserted + text, len(inserted) + len(before)), (text + inserted, len(before)), (beside + passage + after, len(beside)))
    for changed, start in changes:
        assume(changed.find(passage) == changed.rfind(passage) == start)
        found = find(made, changed)
        assert (found.start, found.end) == (start, start + len(passage))
        assert found.how is (How.EXACT if start == len(before) else How.MOVED)


@given(some, st.text(string.ascii_uppercase, min_size=8, max_size=40), some)
def test_what_was_taken_out_is_lost(before: str, passage: str, after: str) -> None:
    found = find(describe(before + passage + after, len(before), len(before) + len(passage)), before + after)
    assert (found.start, found.end, found.how) == (None, None, How.LOST)


@given(st.lists(some.filter(str.strip), min_size=3, max_size=6, unique=True), st.data())
def test_equal_passages_are_told_apart_by_what_is_around_them(around: list[str], data: st.DataObject) -> None:
    """The same sentence after different ones, all of it pushed down by a new beginning."""
    same = "THE SAME SENTENCE."
    text = same.join(f"[{number}{words}]" for number, words in enumerate(around))
    places = [place for place in range(len(text)) if text.startswith(same, place)]
    which = data.draw(st.integers(0, len(places) - 1))
    made = describe(text, places[which], places[which] + len(same))
    new = "A new beginning, as long as it likes to be. " * data.draw(st.integers(0, 9))
    assert find(made, new + text).start == len(new) + places[which]


@given(letters)
@example("e\u0301ﬁ “x”\u00ad-\ny")
@settings(max_examples=300)
def test_the_plain_form_leads_back_to_the_text(text: str) -> None:
    plain = Plain(text)
    last = 0
    for place, letter in enumerate(plain.text):
        start, end = plain.span(place, place + 1)
        assert 0 <= start < end <= len(text)
        assert start >= last
        last = start
        assert letter in plain_text(text[start:end]) or letter == " " or plain_text(text[start:end]).strip() in ("", letter)
    assert plain_text(plain.text) == plain.text or "-" in text or any(not letter.isascii() for letter in text)


words = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=8), min_size=3, max_size=12)


@given(words, words, words, st.sampled_from(["\n", "  ", " \n\n ", "\u00a0", "\t", "\u2009", "\u200b ", "\n\r "]))
def test_other_white_space_is_no_other_passage(before: list[str], passage: list[str], after: list[str], space: str) -> None:
    said = "Mark " + " ".join(passage) + " mark"
    text = f"{' '.join(before)} {said} {' '.join(after)}"
    start = len(" ".join(before)) + 1
    changed = text.replace(" ", space)
    found = find(describe(text, start, start + len(said)), changed)
    assert found.how is How.REWORDED
    assert at(found.start, found.end, changed) == said.replace(" ", space)


# --- Found again ----------------------------------------------------------------------------------------------------------


def test_equal_passages_by_what_is_around_and_by_position() -> None:
    said = "The government should expel the attaché."
    second = quote(said, last=True)
    assert find(second, TEXT).start == TEXT.rindex(said)
    moved = "A new first line.\n\n" + TEXT
    assert find(second, moved) == find(Quote(said, second.prefix, second.suffix, 0, len(said)), moved)
    assert (find(second, moved).start, find(second, moved).how) == (moved.rindex(said), How.MOVED)
    bare = Quote(said, start=TEXT.rindex(said) - 5, end=0)
    assert (find(bare, TEXT).start, find(bare, TEXT).how) == (TEXT.rindex(said), How.AMBIGUOUS)
    assert find(Quote(said), TEXT).start == 0
    only = TEXT[60:]
    assert find(quote(said), only).how is How.MOVED  # the first is gone, and the same words still stand there


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("“no measure was taken”", '"no measure was taken"'),
        ("“no measure was taken”", "«no measure was taken»"),
        ("the ministry's word", "the ministry’s word"),
        ("2018–2019 - so", "2018-2019 — so"),
        ("the attaché left", "the attache\u0301 left"),
        ("the attache\u0301 left", "the attaché left"),
        ("the official office", "the oﬃcial oﬃce"),
        ("the cultural centres", "the cul\u00adtural cen\u00adtres"),
        ("the cultural centres", "the cul-\ntural cen-\ntres"),
        ("a well-known centre", "a well-\nknown centre"),
        ("the cultural centres", "the\u200b cultural\ufeff centres\u200e"),
        ("the cultural centres", "the  cultural\n   centres"),
        ("می‌شود که این", "می\u200cشود که این"),
        ("می‌شود که این", "میشود که این"),
        ("کتاب یک ملی", "كتاب يك ملي"),
        ("كِتَابٌ جَدِيدٌ", "كتاب جديد"),
        ("سال ۱۳۹۷ بود", "سال 1397 بود"),
        ("ســال بود", "سال بود"),
        ("Ａ ｗｉｄｅ word", "A wide word"),
        ("wait… and see", "wait... and see"),
    ],
)
def test_the_same_words_typed_otherwise_are_found(said: str, written: str) -> None:
    before, after = "Some words before it. ", " Some words after it."
    found = find(Quote(said), before + written + after)
    assert found.how in (How.REWORDED, How.MOVED)
    assert at(found.start, found.end, before + written + after).strip("\u200e") == written.strip("\u200e")


@pytest.mark.parametrize("said", ["the Cultural centres", "the cultural centre", "she cultural centres", "the cultural, centres"])
def test_other_words_are_not_the_same(said: str) -> None:
    found = find(Quote(said), "Nothing of the cultural centres here, but words.")
    assert found.how is How.LOST or (found.how is How.MOVED and said in "Nothing of the cultural centres here, but words.")


def test_white_space_is_found_only_where_it_was() -> None:
    made = describe("a b c", 1, 2)
    assert find(made, "a b c").how is How.EXACT
    assert find(made, "x b c").how is How.LOST
    assert find(Quote(""), "x").how is How.LOST
    assert find(Quote("\u200c"), "x").how is How.LOST
    assert find(Quote("x"), "").how is How.LOST


# --- Lost -----------------------------------------------------------------------------------------------------------------


def test_what_a_lost_passage_became_is_shown() -> None:
    made = quote("the author proposes that member states close the two cultural centres within six months.")
    changed = TEXT.replace("close the two cultural centres within six months", "shut down the two remaining cultural centres within a year")
    found = find(made, changed)
    assert (found.start, found.how) == (None, How.LOST)
    assert found.nearest is not None and 0.5 < found.nearest.similarity < 1
    assert "remaining cultural centres" in changed[found.nearest.start : found.nearest.end]
    assert changed[found.nearest.start : found.nearest.end].startswith("the author proposes")


def test_one_word_changed_is_nearly_the_same() -> None:
    changed = TEXT.replace("within six months", "within nine months")
    found = find(quote("member states close the two cultural centres within six months"), changed)
    assert found.nearest is not None and found.nearest.similarity == 0.9
    assert changed[found.nearest.start : found.nearest.end] == "member states close the two cultural centres within nine months"


def test_what_became_nothing_has_no_nearest() -> None:
    assert find(quote("close the two cultural centres"), "Entirely other words, about the weather.").nearest is None
    assert find(Quote("!!!"), "words").nearest is None


def test_a_lost_passage_in_a_script_without_spaces() -> None:
    text = "日本の政府は新しい措置を発表しました。"
    found = find(describe(text, 0, len(text)), text.replace("新しい", "古い"))
    assert found.how is How.LOST and found.nearest is not None and found.nearest.similarity > 0.8


# --- Offsets of browsers --------------------------------------------------------------------------------------------------


@given(letters, st.integers(0, 80))
def test_offsets_of_browsers(text: str, place: int) -> None:
    place = min(place, len(text))
    assert from_utf16(text, len(text[:place].encode("utf-16-le")) // 2) == place
    assert from_utf16("a😀b", 2) == 1  # half of it


# --- Large and spiteful texts: what is quadratic would not end ------------------------------------------------------------


def large() -> str:
    chance = random.Random(1)
    vocabulary = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(2, 9))) for _number in range(3000)]
    return " ".join(chance.choices(vocabulary, k=400_000))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (large, None),
        (lambda: "a" * 2_000_000, "a" * 900_000),
        (lambda: "a" * 2_000_000, "a"),
        (lambda: "a" * 2_000_000, "a" * 1000 + "b"),
        (lambda: "ab " * 700_000, "ab ab ab ba ab " * 100),
        (lambda: "the same words " * 140_000, "the same words " * 500 + "and"),
        (lambda: " " * 2_000_000, "a b"),
        (lambda: "e\u0301" * 1_000_000, "é" * 1000 + "x"),
        (lambda: "e" + "\u0301" * 2_000_000, "éx"),
        (lambda: "日" * 2_000_000, "日" * 1000 + "本"),
        (lambda: "-\n" * 1_000_000, "- - x"),
        (lambda: "a-" * 1_000_000, "a-a-b"),
        (lambda: "a. " * 700_000, "A. " * 1000),
    ],
)
def test_a_large_text_ends(make: object, said: str | None) -> None:
    text = make()  # type: ignore[operator]
    if said is None:
        start = text.index(" ", len(text) // 2) + 1
        made = describe(text, start, start + 400)
        assert find(made, "x" + text).start == start + 1
        assert find(made, text.replace(" ", "\n")).how is How.REWORDED
        lost = find(made, text[:start] + text[start:].replace("a", "", 5))
        assert lost.how is How.LOST and lost.nearest is not None and lost.nearest.similarity > 0.7
        return
    found = find(Quote(said, "xyz", "xyz", 1_000_000, 1_000_000 + len(said)), text)
    assert found.how is not None

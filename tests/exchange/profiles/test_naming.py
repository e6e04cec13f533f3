"""Keys: letters, digits, dots and hyphens, the same from the same words, different from different ones."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tracker.exchange.profiles.naming import LONGEST, LONGEST_NAME, bounded, first_words, is_profile_name, key_of, listed, profile_name, short_name
from tracker.models.base import KEY_PATTERN

texts = st.text(min_size=1, max_size=120)


@given(st.lists(texts, min_size=1, max_size=4))
def test_a_key_is_plain_and_stays_the_same(parts: list[str]) -> None:
    key = key_of(*parts)
    assert re.match(KEY_PATTERN, key)
    assert len(key) <= LONGEST
    assert key_of(*parts) == key


@given(texts)
def test_a_theme_is_named_in_small_letters(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,60}", short_name(name))


@given(st.text(max_size=200))
def test_a_profile_can_be_called_after_anything(name: str) -> None:
    assert is_profile_name(profile_name(name)) and len(profile_name(name)) <= LONGEST_NAME
    assert not is_profile_name(name) or profile_name(name) == name


def test_what_a_profile_is_called_after_a_file() -> None:
    assert profile_name("recos_cp1252") == "recos-cp1252"
    assert profile_name("Été 2019 (v1.2)") == "ete-2019-v1-2"
    assert profile_name("توصیه‌ها") == profile_name("") == profile_name("___") == "my-profile"
    assert profile_name("a" * 80) == "a" * 60
    assert not any(is_profile_name(name) for name in ("", "a_b", "A", "-a", "a-", "a--b", "é", "a" * 61))


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_long_keys_and_keys_of_other_letters_stay_apart(one: int, other: int) -> None:
    for words in ("a very long name of a report that goes on and on and on and on and on {}", "توصية {} بشأن المصابيح"):
        assert (key_of("P", words.format(one)) == key_of("P", words.format(other))) is (one == other)


def test_a_long_part_is_bounded_and_told_apart() -> None:
    """A recommendation without a number is called by its first words, not by all of them."""
    text = "The government should close the office in the capital within two years."
    assert re.fullmatch("The-government-[0-9a-f]{10}", bounded(text)) and bounded(text) == bounded(text)
    assert bounded(text) != bounded(text.replace("two", "three"))
    assert bounded("Rec. 12 (b) of chapter 3") == "Rec. 12 (b) of chapter 3"
    assert len(key_of("TRC", bounded("w" * 500))) <= 4 + 20 + 11
    assert bounded("بستن دفتر در پایتخت" * 5) == "بستن دفتر در پایتخت" * 5, "of which no letter is kept: a hash stands for it anyway"


@given(texts)
def test_a_bounded_part_is_short_and_stays_so(text: str) -> None:
    assert len(key_of("D", bounded(text))) <= 2 + 32
    assert key_of("D", bounded(bounded(text))) == key_of("D", bounded(text))


def test_accents_and_signs_fall_away() -> None:
    assert key_of("UPR", "État n° 12", "101.3 (a)") == "UPR-Etat-n-12-101.3-a"


def test_the_beginning_of_a_text_ends_between_words() -> None:
    assert first_words("one two  three", 80) == "one two three"
    cut = first_words("word " * 100, 50)
    assert len(cut) <= 50
    assert cut.endswith("word…")


@given(st.lists(st.text("abc ", min_size=1, max_size=30), min_size=1, max_size=60), st.integers(60, 300))
def test_a_list_is_cut_to_what_a_field_holds(items: list[str], most: int) -> None:
    assert len(listed(items, most)) <= most

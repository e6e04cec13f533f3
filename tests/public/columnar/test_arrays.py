"""Columns as arrays: each answer beside the same one in plain Python."""

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.public.columnar import arrays
from tracker.public.columnar.arrays import (
    Coded,
    Days,
    Flags,
    Sets,
    SetVocabulary,
    Turning,
    Turns,
    Vocabulary,
    day_number,
    number_of_each,
    number_of_pairs,
)

LETTERS = st.sampled_from("abcdefg")
DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2050, 1, 1))


def coded(values: list[Any], vocabulary: Any, column: Any = Coded) -> Any:
    vocabulary.add(value for value in values if value is not None)
    return column(np.array(vocabulary.numbers(values), dtype=np.int32), vocabulary)


@given(st.lists(st.none() | LETTERS), st.sets(LETTERS | st.just("never met")), LETTERS)
def test_words_are_asked_as_a_query_asks_them(values: list[str | None], wanted: set[str], one: str) -> None:
    column = coded(values, Vocabulary())
    assert column.asked("in", wanted).tolist() == [value in wanted for value in values]
    assert column.asked("exact", one).tolist() == [value == one for value in values]
    assert column.asked("isnull", True).tolist() == [value is None for value in values]


@given(st.lists(st.lists(LETTERS, unique=True).map(tuple)), st.lists(LETTERS, min_size=1))
def test_sets_are_asked_as_a_query_asks_them_and_taken_apart(values: list[tuple[str, ...]], wanted: list[str]) -> None:
    column = coded(values, SetVocabulary(), Sets)
    assert column.asked("overlap", wanted).tolist() == [bool(set(value) & set(wanted)) for value in values]
    assert column.asked("contains", wanted).tolist() == [set(value) >= set(wanted) for value in values]
    places, members = column.vocabulary.members.each(column.numbers)
    words = [column.vocabulary.members.vocabulary.values[member] for member in members]
    assert list(zip(places.tolist(), words, strict=True)) == [(place, member) for place, value in enumerate(values) for member in value]


@given(st.lists(st.none() | DAYS), DAYS)
def test_days_are_asked_as_a_query_asks_them(values: list[dt.date | None], day: dt.date) -> None:
    column = Days(np.array([arrays.NO_DAY if value is None else day_number(value) for value in values], dtype=np.int32))
    assert column.asked("lte", day).tolist() == [value is not None and value <= day for value in values]
    assert column.asked("gt", day).tolist() == [value is not None and value > day for value in values]
    assert column.asked("isnull", False).tolist() == [value is not None for value in values]
    assert [year for year, value in zip(column.years.tolist(), values, strict=True) if value] == [value.year for value in values if value]


@given(st.lists(st.lists(st.tuples(DAYS, LETTERS), min_size=1, unique_by=lambda pair: pair[0]).map(sorted)), DAYS)
def test_a_word_holds_from_its_day_until_the_next(values: list[list[tuple[dt.date, str]]], day: dt.date) -> None:
    turns = [(tuple(day_number(on) for on, _word in value), tuple(word for _on, word in value)) for value in values]
    words = coded(turns, Turns(), Turning).on(day)
    expected = [next((word for on, word in reversed(value) if on <= day), None) for value in values]
    assert [words.vocabulary.values[number] for number in words.numbers] == expected


PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 19)))


@given(PAIRS)
@pytest.mark.parametrize("few", [0, arrays.FEW_PAIRS])
def test_different_units_are_counted_once_a_value(few: int, pairs: list[tuple[int, int]]) -> None:
    values, units = (np.array([pair[place] for pair in pairs], dtype=np.int64) for place in (0, 1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(arrays, "FEW_PAIRS", few)
        found = number_of_each(values, 10, units)
    counts = Counter(value for value, _unit in set(pairs))
    assert found.tolist() == [counts[value] for value in range(10)]
    assert number_of_each(values, 10).tolist() == [Counter(value for value, _unit in pairs)[value] for value in range(10)]


@given(PAIRS)
@pytest.mark.parametrize("few", [0, arrays.FEW_PAIRS])
def test_pairs_are_counted_however_many_there_could_be(few: int, pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array([pair[place] for pair in pairs], dtype=np.int64) for place in (0, 1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(arrays, "FEW_PAIRS", few)
        found = list(zip(*(numbers.tolist() for numbers in number_of_pairs(first, second, 20)), strict=True))
    assert found == [(*pair, number) for pair, number in sorted(Counter(pairs).items())]


@given(st.lists(st.lists(st.text(max_size=3))))
def test_values_keep_their_numbers_and_stand_in_order_however_they_come(portions: list[list[str]]) -> None:
    vocabulary = Vocabulary()
    numbers: dict[str, int] = {}
    for portion in portions:
        vocabulary.add(portion)
        assert {value: vocabulary.numbers([value])[0] for value in numbers} == numbers
        numbers |= {value: vocabulary.numbers([value])[0] for value in portion}
        for by in (None, len):
            places = vocabulary.places(by)
            ordered = sorted(numbers, key=lambda value: places[numbers[value]])
            assert [by(value) if by else value for value in ordered] == sorted(map(by, numbers) if by else numbers)
            assert places[0] == 0


def test_what_no_filter_asks_is_not_answered() -> None:
    day = dt.date(2020, 1, 1)
    for column, lookup, value in ((coded(["a"], Vocabulary()), "contains", "a"), (Days(np.zeros(1)), "lt", day), (Flags(np.ones(1, bool)), "gt", 1)):
        with pytest.raises(NotImplementedError):
            column.asked(lookup, value)


@given(st.lists(st.lists(LETTERS)))
def test_what_is_made_of_values_is_made_once_of_each(portions: list[list[str]]) -> None:
    vocabulary, asked = Vocabulary(), list[str]()

    def number(value: str) -> int:
        asked.append(value)
        return ord(value)

    for portion in portions:
        vocabulary.add(portion)
        assert vocabulary.made(number).tolist() == [0, *map(ord, vocabulary.values[1:])]
    assert asked == vocabulary.values[1:]

"""Questions to rows in memory, each beside the same one in plain Python."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.public.columnar.arrays import Coded, Days, Ids, Vocabulary
from tracker.public.columnar.reading import Rows
from tracker.public.columnar.selection import Selection

LETTERS = st.sampled_from("abcd")


@dataclass(frozen=True)
class Plain:
    """A row: its id, two words, and the number of a thing; and whether it is selected, and within the mask."""

    id: int
    one: str | None
    other: str
    thing: int
    day: int
    is_selected: bool
    is_masked: bool


PLAIN = st.builds(
    Plain, st.integers(1, 60), st.none() | LETTERS, LETTERS, st.integers(1, 5), st.integers(0, 9), is_selected=st.booleans(), is_masked=st.booleans()
)
ROWS = st.lists(PLAIN, unique_by=lambda row: row.id).map(lambda rows: sorted(rows, key=lambda row: row.id))


def coded(values: list[str | None]) -> Coded:
    """A column of words, numbered as they come."""
    vocabulary = Vocabulary()
    vocabulary.add(value for value in values if value is not None)
    return Coded(np.array([vocabulary.numbers([value])[0] for value in values], dtype=np.int8), vocabulary)


def selected(rows: list[Plain]) -> tuple[Selection, list[Plain], np.ndarray]:  # type: ignore[type-arg]
    """The selection, the rows of its mask, and the mask."""
    every = np.zeros(len(rows), dtype=np.int64)
    columns = {
        "one": coded([row.one for row in rows]),
        "other": coded([row.other for row in rows]),
        "day": Days(np.array([row.day for row in rows], dtype=np.int32)),
        "thing": Ids(np.array([row.thing for row in rows], dtype=np.int64)),
    }
    ids = np.array([row.id for row in rows], dtype=np.int64)
    selection = Selection(Rows(ids, every, every, columns), np.flatnonzero([row.is_selected for row in rows]), dt.date(2020, 1, 1))  # type: ignore[arg-type]
    of_it = [row for row in rows if row.is_selected]
    return selection, [row for row in of_it if row.is_masked], np.array([row.is_masked for row in of_it], dtype=bool)


@given(ROWS, st.lists(st.integers(0, 70)))
def test_rows_are_found_by_their_ids(rows: list[Plain], wanted: list[int]) -> None:
    selection, _masked, _mask = selected(rows)
    assert selection.ids[selection.among_ids(wanted)].tolist() == [row.id for row in rows if row.is_selected and row.id in wanted]


@given(ROWS)
def test_different_things_are_counted(rows: list[Plain]) -> None:
    selection, masked, mask = selected(rows)
    assert selection.count(mask, "thing") == len({row.thing for row in masked})
    assert selection.count(mask, "other") == len({row.other for row in masked})
    assert selection.values("one", mask) == [
        value for value in selection.words("one").vocabulary.values if value in {row.one for row in masked} - {None}
    ]


@given(ROWS)
def test_pairs_are_counted_by_row_and_by_different_values(rows: list[Plain]) -> None:
    selection, masked, mask = selected(rows)
    numbers: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    different: dict[str | None, dict[str, set[str | None]]] = defaultdict(lambda: defaultdict(set))
    for row in masked:
        numbers[row.one][row.other] += 1
        different[row.other][row.other].add(row.one)
    assert selection.counts_by("one", "other", mask) == numbers
    assert selection.counts_by("other", "other", mask, "one") == {one: {other: len(of) for other, of in by.items()} for one, by in different.items()}


@given(ROWS)
def test_of_rows_that_stand_first_the_one_that_was_written_first_is_given(rows: list[Plain]) -> None:
    selection, masked, mask = selected(rows)
    if masked:
        assert selection.among(mask).first("other") == min(masked, key=lambda row: (row.other, row.id)).id


@given(ROWS, st.integers(1, 5))
def test_the_last_rows_are_given_in_their_order(rows: list[Plain], limit: int) -> None:
    selection, masked, mask = selected(rows)
    in_order = sorted(masked, key=lambda row: (row.other, row.one or "", row.id))
    assert selection.among(mask).last(("other", "one"), limit) == [row.id for row in in_order[-limit:]]


@given(ROWS, st.integers(1, 5))
def test_the_rows_of_the_last_days_are_given_whole_days_together(rows: list[Plain], limit: int) -> None:
    selection, masked, mask = selected(rows)
    days = sorted((row.day for row in masked), reverse=True)[:limit]
    assert selection.among(mask).latest("day", limit) == [row.id for row in masked if row.day >= days[-1]]


def test_nothing_else_is_asked_of_what_only_tells_things_apart() -> None:
    with pytest.raises(NotImplementedError, match="exact"):
        Ids(np.zeros(1, dtype=np.int64)).asked("exact", 1)

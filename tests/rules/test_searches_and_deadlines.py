"""How long a search holds, and which deadline held on a day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules import deadlines, searches
from tracker.rules.dates import PartialDate
from tracker.rules.deadlines import Move


@pytest.mark.parametrize(
    ("made", "due"),
    [
        ("2025-03", "2026-03-31"),
        ("2025-03-10", "2026-03-10"),
        ("2025", "2026-12-31"),
        ("2024-02-29", "2025-02-28"),
        ("2023-02", "2024-02-28"),
        ("9999", "9999-12-31"),
    ],
)
def test_a_search_is_due_twelve_months_after_the_last_day_that_it_can_mean(made: str, due: str) -> None:
    day = dt.date.fromisoformat(due)
    assert searches.due_again(PartialDate(made)) == day
    assert searches.is_due(PartialDate(made), day)
    assert not searches.is_due(PartialDate(made), day - dt.timedelta(days=1))


def test_of_several_searches_the_one_that_holds_longest_counts() -> None:
    assert searches.latest([PartialDate("2025-03"), PartialDate("2025-03-31"), PartialDate("2024")]) == PartialDate("2025-03-31")
    assert searches.latest([]) is None


def move(before: str, after: str | None, on: str, by: str = "The inquiry") -> Move:
    return Move(PartialDate(before), PartialDate(after) if after else None, PartialDate(on), by)


MOVES = [move("2020", "2021", "2019-06"), move("2021", "2022-05", "2021-03-01"), move("2022-05", None, "2022")]


@pytest.mark.parametrize(
    ("day", "held"),
    [
        ("2019-06-29", "2020"),  # June is not over
        ("2019-06-30", "2021"),
        ("2021-02-28", "2021"),
        ("2021-03-01", "2022-05"),
        ("2022-12-30", "2022-05"),
        ("2022-12-31", None),
    ],
)
def test_on_each_day_the_deadline_is_the_one_that_held_then(day: str, held: str | None) -> None:
    found = deadlines.holding_on(dt.date.fromisoformat(day), None, reversed(MOVES))
    assert (found.text if found else None) == held


def test_where_our_record_was_wrong_what_it_says_now_held_all_along() -> None:
    wrong = move("2020", "2021", "2026-01-01", by="")
    assert deadlines.holding_on(dt.date(2019, 1, 1), PartialDate("2021"), [wrong]) == PartialDate("2021")


@given(day=st.dates(), now=st.sampled_from([None, PartialDate("2020")]))
def test_without_moves_it_is_what_it_is(day: dt.date, now: PartialDate | None) -> None:
    assert deadlines.holding_on(day, now, []) == now

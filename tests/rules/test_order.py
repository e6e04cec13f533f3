"""What an action's date says of uptake: earlier, later or order unknown; and when an earlier one may be called already in place."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.dates import PartialDate
from tracker.rules.order import already_in_place, earlier, in_force_until, sign, undone_from
from tracker.rules.vocabulary import Direction, Earlier, EventKind

PAPER = PartialDate("2019-02")  # Claude Moniquet's paper
TODAY = dt.date(2026, 11, 21)

DAYS = [dt.date(2018, 7, 1) + dt.timedelta(days=n) for n in range(500)]
partial_dates = st.builds(
    lambda day, length: PartialDate(day.isoformat()[:length]),
    st.sampled_from(DAYS),
    st.sampled_from([len("2019"), len("2019-02"), len("2019-02-01")]),
)
events = st.lists(st.tuples(st.sampled_from(EventKind), partial_dates), max_size=5)


@pytest.mark.parametrize(
    ("action", "acted_on", "shown"),
    [
        ("Albania expels the ambassador", "2018-12-19", "earlier"),
        ("Albania takes in MEK members", "2014", "earlier"),
        ("France is said to have expelled a diplomat", "2018-09", "earlier"),
        ("the Council adopts conclusions", "2019-02-04", "order unknown"),
        ("an act of which the year alone is known", "2019", "order unknown"),
        ("the US lists the IRGC", "2019-04-15", "later"),
        ("Albania orders the whole embassy out", "2022-09-07", "later"),
    ],
)
def test_an_action_beside_the_paper_of_february_2019(action: str, acted_on: str, shown: str) -> None:
    assert earlier(PartialDate(acted_on), PAPER).label == shown, action


def test_an_action_on_the_very_day_of_the_recommendation_is_neither_earlier_nor_later() -> None:
    assert earlier(PartialDate("2022-09-01"), PartialDate("2022-09-01")) is Earlier.UNKNOWN


@given(partial_dates, partial_dates)
def test_earlier_and_later_change_places_with_the_dates(one: PartialDate, other: PartialDate) -> None:
    opposite = {Earlier.YES: Earlier.NO, Earlier.NO: Earlier.YES, Earlier.UNKNOWN: Earlier.UNKNOWN}
    assert earlier(other, one) is opposite[earlier(one, other)]


def force(*dated: str, undone: tuple[str, ...] = (), since: str | None = None) -> str | None:
    """When an action ended, from events written as ``"in_force 2019-02"``."""
    read = [(EventKind(kind), PartialDate(on)) for kind, on in (event.split() for event in dated)]
    end = in_force_until(read, [PartialDate(on) for on in undone], since=dt.date.fromisoformat(since) if since else None)
    return end.isoformat() if end else None


@pytest.mark.parametrize("kind", ["occurred", "announced", "adopted", "in_force", "amended"])
def test_an_act_that_nothing_has_ended_is_still_in_force(kind: str) -> None:
    assert force(f"{kind} 2018-12-19") is None


@pytest.mark.parametrize("kind", ["suspended", "repealed", "annulled", "expired"])
def test_an_act_ends_on_the_day_on_which_it_is_ended(kind: str) -> None:
    assert force("in_force 2018-07-01", f"{kind} 2022-12-08") == "2022-12-08"


def test_nothing_on_record_is_no_end() -> None:
    assert force() is None


def test_an_end_of_which_the_month_is_known_counts_from_its_first_day() -> None:
    assert force("in_force 2018-07-01", "repealed 2022-12") == "2022-12-01"
    assert force("in_force 2018-07-01", "repealed 2022") == "2022-01-01"


def test_an_act_that_came_into_force_again_has_no_end_on_record() -> None:
    assert force("in_force 2018-07-01", "suspended 2022-12-08", "in_force 2023-03-03") is None


def test_an_act_that_was_ended_again_ends_then() -> None:
    assert force("in_force 2018-07-01", "suspended 2022-12-08", "in_force 2023-03-03", "repealed 2024-05-01") == "2024-05-01"


def test_a_gap_after_the_recommendation_is_an_end_and_one_before_it_is_none() -> None:
    gap = ("in_force 2018-07-01", "suspended 2019-01-10", "in_force 2021-01-01")
    assert force(*gap, since="2019-02-28") == "2019-01-10"
    assert force(*gap, since="2021-01-01") is None


@pytest.mark.parametrize("again", ["2022-12-08", "2022-12", "2022", "2021-01-01"])
def test_only_what_certainly_came_later_puts_an_act_into_force_again(again: str) -> None:
    assert force("suspended 2022-12-08", f"in_force {again}") == "2022-12-08"


def test_an_uncertain_end_is_not_lifted_by_what_may_have_come_before_it() -> None:
    assert force("suspended 2022", "in_force 2022-06-01") == "2022-01-01"


def test_an_action_that_another_undid_ends_with_the_first_that_did() -> None:
    ban = "occurred 2023-06-15"  # Paris police refuse the rally; a court lifts the refusal
    assert force(ban, undone=("2023-06-30",)) == "2023-06-30"
    assert force(ban, undone=("2024-01", "2023-06-30")) == "2023-06-30"
    assert force(ban, "expired 2023-06-20", undone=("2023-06-30",)) == "2023-06-20"


@pytest.mark.parametrize(
    ("events", "from_when"),
    [
        (["announced 2021"], None),
        (["adopted 2021"], None),
        (["occurred 2021"], "2021"),
        (["announced 2021", "in_force 2022-03"], "2022-03"),
        (["occurred 2021", "annulled 2022"], None),
        (["in_force 2021", "suspended 2022", "in_force 2023"], "2021"),
    ],
)
def test_a_reversal_undoes_from_its_own_beginning_while_it_is_in_force(events: list[str], from_when: str | None) -> None:
    read = [(EventKind(kind), PartialDate(on)) for kind, on in (event.split() for event in events)]
    assert undone_from(read, read[0]) == (PartialDate(from_when) if from_when else None)
    if "annulled 2022" in events:
        assert undone_from(read, read[0], on=dt.date(2021, 12, 31)) == PartialDate("2021")
        assert undone_from(read, read[0], on=dt.date(2022, 1, 1)) is None


@given(st.permutations(["in_force 2018", "suspended 2019-05", "in_force 2020-01-01", "amended 2020", "repealed 2021-03", "expired 2022"]))
def test_the_order_in_which_events_were_typed_does_not_matter(typed: list[str]) -> None:
    assert force(*typed) == "2021-03-01"


@given(events, st.lists(partial_dates, max_size=2))
def test_an_act_ends_only_with_something_on_record_that_ends_it(recorded: list[tuple[EventKind, PartialDate]], undone: list[PartialDate]) -> None:
    ends = {"suspended", "repealed", "annulled", "expired"}
    possible = {on.first for kind, on in recorded if kind.value in ends} | {on.first for on in undone}
    without_restart = [(kind, on) for kind, on in recorded if kind is not EventKind.IN_FORCE]
    assert in_force_until(without_restart, undone) == min(possible, default=None)
    assert in_force_until(recorded, undone) in {*possible, None}
    assert in_force_until(iter(recorded), iter(undone)) == in_force_until(recorded, undone)


@pytest.mark.parametrize(
    ("direction", "acted_on", "ended_on", "in_place"),
    [
        ("partly_fulfils", "2018-12-19", None, True),  # Albania's expulsion: before the paper, nothing has undone it
        ("fulfils", "2012", None, True),
        ("fulfils", "2012", dt.date(2026, 11, 22), True),  # ends tomorrow
        ("fulfils", "2012", TODAY, False),  # the day of its end is the first on which it is no longer in force
        ("fulfils", "2012", dt.date(2019, 1, 1), False),
        ("contradicts", "2018-12-19", None, False),
        ("no_direct_effect", "2018-12-19", None, False),
        ("not_judged", "2014", None, False),
        ("fulfils", "2019-04-15", None, False),  # later
        ("fulfils", "2019-02-04", None, False),  # order unknown
    ],
)
def test_already_in_place_today(direction: str, acted_on: str, ended_on: dt.date | None, in_place: bool) -> None:
    is_earlier = earlier(PartialDate(acted_on), PAPER)
    assert already_in_place(direction=Direction(direction), is_earlier=is_earlier, ended_on=ended_on, on=TODAY) is in_place


def test_already_in_place_over_all_combinations() -> None:
    """Every direction, order and end: five of them and no others."""
    ends = [None, TODAY - dt.timedelta(days=1), TODAY, TODAY + dt.timedelta(days=1)]
    said = {
        (direction and direction.value, is_earlier.value, ended_on and (ended_on - TODAY).days)
        for direction, is_earlier, ended_on in itertools.product([None, *Direction], Earlier, ends)
        if already_in_place(direction=direction, is_earlier=is_earlier, ended_on=ended_on, on=TODAY)
    }
    assert said == {(direction, "yes", end) for direction in ("fulfils", "partly_fulfils") for end in (None, 1)}


@given(partial_dates, partial_dates, st.sampled_from(Direction), events)
def test_what_overlaps_or_follows_the_recommendation_is_never_already_in_place(
    acted_on: PartialDate, recommended_on: PartialDate, direction: Direction, recorded: list[tuple[EventKind, PartialDate]]
) -> None:
    in_place = already_in_place(
        direction=direction, is_earlier=earlier(acted_on, recommended_on), ended_on=in_force_until(recorded), on=recommended_on.last
    )
    if in_place:
        assert acted_on.last < recommended_on.first


@pytest.mark.parametrize(
    ("direction", "shown"), [("fulfils", 1), ("partly_fulfils", 1), ("no_direct_effect", 0), ("contradicts", -1), ("not_judged", 0)]
)
def test_an_effect_points_toward_the_recommendation_or_against_it(direction: str, shown: int) -> None:
    assert sign(Direction(direction), None) == shown


def test_a_reversing_effect_has_the_opposite_sign_of_what_it_undoes() -> None:
    assert sign(None, Direction.CONTRADICTS) == 1  # France: the court lifts the refusal of the rally
    assert sign(None, Direction.PARTLY_FULFILS) == -1  # Belgium: the suspension ends when annulment is refused
    assert sign(None, Direction.NOT_JUDGED) == 0


@given(st.sampled_from([None, *Direction]), st.sampled_from(Direction))
def test_a_reversal_and_what_it_undoes_cancel_out(direction: Direction | None, undone: Direction) -> None:
    assert sign(direction, undone) + sign(undone, None) == 0


def test_without_a_direction_and_without_a_reversal_there_is_no_sign() -> None:
    assert sign(None, None) == 0

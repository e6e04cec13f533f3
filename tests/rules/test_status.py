"""Which assessment holds when: the Iran case read day by day, and a plain definition compared over all days."""

import datetime as dt
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.rules.dates import PartialDate
from tracker.rules.status import Period, Verdict, holding_on, in_succession, periods, takes_effect

PAPER = PartialDate("2019-02")

# Verdicts as a page shows them: the key is the word of the status.
ALBANIA = [("partially implemented", "2020-01-15"), ("implemented", "2022-09-07")]
BELGIUM = [("partially implemented", "2022-12-08"), ("reversed", "2023-03-03"), ("contrary action", "2023-05-26")]
FRANCE = [("contrary action", "2023-06"), ("no evidence found", "2023-06-30")]


def chain(*steps: tuple[str, str | None]) -> list[Verdict]:
    """Verdicts that follow one another, from pairs (key, effective date or None)."""
    keys = [None, *(key for key, _ in steps)]
    return [Verdict(key, before, PartialDate(on) if on else None) for before, (key, on) in zip(keys, steps, strict=False)]


def shown(recommended_on: PartialDate, verdicts: list[Verdict]) -> list[str]:
    """The history as a reader sees it: first day, last day and status, a line a period."""
    lines = []
    for period in periods(recommended_on, verdicts):
        until = f" to {period.end - dt.timedelta(days=1)}" if period.end else ""
        lines.append(f"{period.start}{until}: {period.key or 'not assessed'}")
    return lines


def test_albania_was_asked_to_expel_and_did_so_in_two_steps() -> None:
    assert shown(PAPER, chain(*ALBANIA)) == [
        "2019-02-28 to 2020-01-14: not assessed",
        "2020-01-15 to 2022-09-06: partially implemented",
        "2022-09-07: implemented",
    ]


def test_belgium_turned_twice() -> None:
    assert shown(PartialDate("2022-09-01"), chain(*BELGIUM)) == [
        "2022-09-01 to 2022-12-07: not assessed",
        "2022-12-08 to 2023-03-02: partially implemented",
        "2023-03-03 to 2023-05-25: reversed",
        "2023-05-26: contrary action",
    ]


def test_of_two_verdicts_that_take_effect_on_one_day_the_later_in_the_succession_holds() -> None:
    """France: the refusal is known by its month, so it is certain only on the 30th, the day on which a court lifted it."""
    assert shown(PAPER, chain(*FRANCE)) == ["2019-02-28 to 2023-06-29: not assessed", "2023-06-30: no evidence found"]


def test_a_verdict_that_dates_no_change_holds_from_the_recommendation() -> None:
    assert shown(PAPER, chain(("no evidence found", None))) == ["2019-02-28: no evidence found"]


def test_nobody_has_assessed() -> None:
    assert shown(PAPER, []) == ["2019-02-28: not assessed"]
    assert shown(PartialDate("2019"), []) == ["2019-12-31: not assessed"]


def test_a_verdict_dated_before_the_recommendation_holds_from_the_recommendation() -> None:
    assert shown(PAPER, chain(("implemented", "2014"))) == ["2019-02-28: implemented"]


@pytest.mark.parametrize(
    ("effective_on", "day"),
    [("2020-01-15", "2020-01-15"), ("2020-02", "2020-02-29"), ("2020", "2020-12-31"), (None, "2019-02-28"), ("2018", "2019-02-28")],
)
def test_a_verdict_takes_effect_on_the_last_day_that_its_date_can_mean(effective_on: str | None, day: str) -> None:
    [verdict] = chain(("implemented", effective_on))
    assert takes_effect(verdict, PAPER).isoformat() == day


def test_a_correction_that_dates_the_change_sooner_takes_its_predecessor_off_the_page() -> None:
    assert shown(PAPER, chain(("partially implemented", "2021-05-01"), ("implemented", "2020-05-01"))) == [
        "2019-02-28 to 2020-04-30: not assessed",
        "2020-05-01: implemented",
    ]


def test_a_verdict_whose_successor_takes_effect_sooner_is_never_shown() -> None:
    assert shown(PAPER, chain(("rejected", "2020-01-01"), ("under consideration", "2021-01-01"), ("implemented", "2020-06-01"))) == [
        "2019-02-28 to 2019-12-31: not assessed",
        "2020-01-01 to 2020-05-31: rejected",
        "2020-06-01: implemented",
    ]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2019-02-27", None),  # the paper may not have been out
        ("2019-02-28", None),
        ("2020-01-14", None),
        ("2020-01-15", "partially implemented"),
        ("2022-09-06", "partially implemented"),
        ("2022-09-07", "implemented"),
        ("2026-11-21", "implemented"),
    ],
)
def test_albania_on_a_day(day: str, status: str | None) -> None:
    assert holding_on(dt.date.fromisoformat(day), PAPER, chain(*ALBANIA)) == status


def test_nothing_holds_before_the_recommendation_even_where_a_verdict_is_dated_before_it() -> None:
    verdicts = chain(("implemented", "2014"))
    assert holding_on(dt.date(2019, 2, 27), PAPER, verdicts) is None
    assert holding_on(dt.date(2019, 2, 28), PAPER, verdicts) == "implemented"


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (
            [Verdict("AS-1", None, None), Verdict("AS-2", None, None)],
            "Assessments AS-1 and AS-2 both follow nothing; one must supersede the other.",
        ),
        (
            [Verdict("AS-1", None, None), Verdict("AS-2", "AS-1", None), Verdict("AS-3", "AS-1", None)],
            "Assessments AS-2 and AS-3 both follow AS-1; one must supersede the other.",
        ),
        (
            [Verdict("AS-1", None, None), Verdict("AS-3", "AS-2", None)],
            "Assessment AS-3 supersedes AS-2, which is not an earlier assessment of the same addressee.",
        ),
        (
            [Verdict("AS-4", "AS-3", None), Verdict("AS-1", None, None), Verdict("AS-3", "AS-2", None)],
            "Assessment AS-3 supersedes AS-2, which is not an earlier assessment of the same addressee.",
        ),
        (
            [Verdict("AS-1", "AS-1", None)],
            "Assessment AS-1 supersedes AS-1, which is not an earlier assessment of the same addressee.",
        ),
        (
            [Verdict("AS-1", "AS-2", None), Verdict("AS-2", "AS-1", None)],
            "Assessment AS-1 supersedes AS-2, which is not an earlier assessment of the same addressee.",
        ),
    ],
    ids=["two first", "two that follow one", "a gap", "a gap and what hangs on to it", "itself", "a circle"],
)
def test_what_would_make_a_status_ambiguous_is_refused(verdicts: list[Verdict], told: str) -> None:
    for ask in (in_succession, lambda given: periods(PAPER, given), lambda given: holding_on(dt.date(2020, 1, 1), PAPER, given)):
        with pytest.raises(ValueError) as refused:
            ask(verdicts)
        assert str(refused.value) == told


# --- over all days ---

WINDOW = [dt.date(2019, 12, 1) + dt.timedelta(days=n) for n in range(430)]  # until February 2021: two ends of a year and a leap day
NEAR = [day for day in WINDOW if dt.date(2019, 12, 25) <= day <= dt.date(2020, 12, 31)]
YEARS = [dt.date(2019, 1, 1) + dt.timedelta(days=n) for n in range(2 * 365 + 1)]  # every day that such a date can mean: 2019 and 2020
near_dates = st.builds(
    lambda day, length: PartialDate(day.isoformat()[:length]),
    st.sampled_from(NEAR),
    st.sampled_from([len("2019"), len("2019-02"), len("2019-02-01")]),
)


@st.composite
def successions(draw: st.DrawFn) -> list[Verdict]:
    """Verdicts of one addressee, in their succession; keys in no order of their own."""
    dates = draw(st.lists(st.none() | near_dates, max_size=5))
    keys = draw(st.permutations([f"AS-{n}" for n in range(len(dates))]))
    return chain(*((key, str(on) if on else None) for key, on in zip(keys, dates, strict=True)))


def certain_from(date: PartialDate) -> dt.date:
    """The first day on which a date has come whatever it means: no day that begins with it lies ahead."""
    meant = [day for day in YEARS if day.isoformat().startswith(str(date))]
    return next(day for day in YEARS if all(possible <= day for possible in meant))


@settings(max_examples=60)
@given(near_dates, successions())
def test_on_every_day_the_last_verdict_that_is_certain_holds(recommended_on: PartialDate, verdicts: list[Verdict]) -> None:
    """The plain definition, day by day: once the recommendation is certainly made, the last verdict whose own date is certain."""
    dates = {recommended_on, *(verdict.effective_on for verdict in verdicts)} - {None}
    from_when = {date: certain_from(date) for date in dates}
    history = periods(recommended_on, verdicts)
    for day in WINDOW:
        made = day >= from_when[recommended_on]
        holding = [verdict.key for verdict in verdicts if made and (verdict.effective_on is None or day >= from_when[verdict.effective_on])]
        expected = holding[-1] if holding else None
        assert holding_on(day, recommended_on, verdicts) == expected, day
        assert [p.key for p in history if p.start <= day and (p.end is None or day < p.end)] == ([expected] if made else []), day


@given(near_dates, successions())
def test_periods_leave_no_gap_and_do_not_overlap(recommended_on: PartialDate, verdicts: list[Verdict]) -> None:
    history = periods(recommended_on, verdicts)
    assert history[0].start == recommended_on.last
    assert history[-1].end is None
    for period, following in pairwise(history):
        assert period.start < period.end == following.start
        assert period.key != following.key, "a change is shown only where something changes"


@given(near_dates, successions())
def test_not_assessed_comes_only_first_and_the_last_in_the_succession_comes_last(recommended_on: PartialDate, verdicts: list[Verdict]) -> None:
    history = periods(recommended_on, verdicts)
    assert all(period.key is not None for period in history[1:])
    assert history[-1].key == (verdicts[-1].key if verdicts else None)
    assert len({period.key for period in history}) == len(history), "a verdict that was superseded does not come back"


@given(near_dates, successions(), st.randoms(use_true_random=False))
def test_the_order_in_which_verdicts_are_fetched_does_not_matter(recommended_on: PartialDate, verdicts: list[Verdict], random: Random) -> None:
    shuffled = list(verdicts)
    random.shuffle(shuffled)
    assert in_succession(shuffled) == verdicts
    assert periods(recommended_on, shuffled) == periods(recommended_on, verdicts)
    assert periods(recommended_on, iter(shuffled)) == periods(recommended_on, verdicts)


@given(successions(), st.data())
def test_a_succession_that_lacks_any_but_its_last_is_refused(verdicts: list[Verdict], data: st.DataObject) -> None:
    if len(verdicts) < 2:
        return
    missing = data.draw(st.integers(0, len(verdicts) - 2))
    broken = f"Assessment {verdicts[missing + 1].key} supersedes {verdicts[missing].key}, which is not an earlier assessment"
    with pytest.raises(ValueError, match=broken):
        in_succession(verdicts[:missing] + verdicts[missing + 1 :])


def test_the_last_period_is_open() -> None:
    assert periods(PAPER, chain(*ALBANIA))[-1] == Period(dt.date(2022, 9, 7), None, "implemented")

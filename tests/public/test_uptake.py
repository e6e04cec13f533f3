"""Uptake over time and time to the first action: geometry, the fold over years, and kept words that are what the rule says."""

import datetime as dt
import itertools
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.public import casefile
from tracker.editions.tables import AddresseeEdition
from tracker.editorial.verification import verify
from tracker.models import Effect
from tracker.public.clocks import Clocks
from tracker.public.first_action import word_on
from tracker.public.stacked import HEAD, LINE, stacked
from tracker.public.summaries.uptake import at_year_ends
from tracker.rules import order
from tracker.rules.dates import PartialDate
from tracker.rules.lag import Toward, first_action
from tracker.rules.vocabulary import FirstAction

YEARS = st.integers(2014, 2021)


@given(st.lists(st.tuples(st.sampled_from(["implemented", "not_assessed"]), YEARS, st.none() | YEARS, st.integers(1, 5)), max_size=8))
def test_what_holds_at_the_end_of_each_year(rows: list[tuple[str, int, int | None, int]]) -> None:
    periods = [(status, began, None if ended is None else max(began, ended), number) for status, began, ended, number in rows]
    for day, counts in at_year_ends(periods, dt.date(2020, 6, 1)):
        expected: Counter[str] = Counter()
        for status, began, ended, number in periods:
            if began <= day.year and (ended is None or ended > day.year):
                expected[status] += number
        assert counts == expected
        assert day.year < 2020


@given(st.lists(st.lists(st.integers(0, 60), min_size=10, max_size=10), min_size=1, max_size=40))
def test_bars_stand_on_one_line_and_their_words_do_not_touch(numbers: list[list[int]]) -> None:
    drawing = stacked([(str(2000 + place), list(enumerate(counts))) for place, counts in enumerate(numbers)])
    for bar, counts in zip(drawing.bars, numbers, strict=True):
        assert bar.total == sum(counts)
        bottom: float = drawing.base
        for block in bar.blocks:
            assert abs(block.y + block.height - bottom) < 0.05
            bottom = block.y
        assert bottom >= HEAD - 0.05
    assert all(below.y - above.y >= LINE - 0.05 for below, above in itertools.pairwise(drawing.labels))
    assert all(0 < label.y < drawing.height for label in drawing.labels)


@pytest.mark.parametrize("day", ["2019-06-01", "2022-12-08", ""])
def test_each_year_counts_what_the_case_file_counts(published: str, day: str, today: dt.date) -> None:
    moments = Client().get("/", {"as_of": day}).context["dashboard"].uptake
    assert moments[-1].day == (dt.date.fromisoformat(day) if day else today)
    for moment in moments:
        rows = [row for row in casefile.addressees(moment.day) if row.counted]
        assert {item.status.value: item.count for item in moment.distribution.held} == Counter(row.status for row in rows), moment.day


@pytest.mark.parametrize("day", ["2019-06-01", "2022-12-08", ""])
def test_the_dashboard_counts_the_time_to_the_first_action_as_the_case_file_tells_it(published: str, day: str, today: dt.date) -> None:
    lags = Client().get("/", {"as_of": day}).context["dashboard"].lags
    rows = casefile.addressees(dt.date.fromisoformat(day) if day else today)
    assert {item.word.value: item.count for item in lags if item.count} == Counter(row.first_action for row in rows if row.counted)


MADE = ("2018-11-30", "2019-02", "2019")
ACTED = (
    "2019-02-28",
    "2019-03-01",
    "2019-05",
    "2019-11-30",
    "2020-01-15",
    "2020-03 2024",
    "2021-01",
    "2022-06-01",
    "2019-02-20 2019-04",
)
"""The dates of the actions beside one recommendation."""


def test_on_every_day_a_query_finds_what_the_rule_says_of_it(desk: str, today: dt.date) -> None:
    """By the actions that had happened on that day for certain; beside each recommendation is a verdict, so that its rows are of several periods."""
    paper = builders.document("PAPER")
    passage = builders.citation(paper, "EV-1")
    records: list[Any] = [paper]
    toward: dict[str, tuple[PartialDate, list[Toward]]] = {}
    for place, (made, acted) in enumerate(itertools.product(MADE, ACTED)):
        recommendation = builders.recommendation(f"R-{place}", paper, recommended_on=made)
        verdict = builders.assessment(f"V-{place}", recommendation, effective_on="2020-02")
        records += [recommendation, verdict]
        for record in (recommendation, verdict):
            builders.cite(record, passage)
        _made, actions = toward[recommendation.reference] = PartialDate(made), []
        for number, on in enumerate(acted.split()):
            action = builders.action(f"A-{place}-{number}", on=on)
            builders.cite(action, passage)
            builders.effect(action, recommendation, direction="partly_fulfils" if number else "fulfils")
            records.append(action)
            date = PartialDate(on)
            actions.append(Toward(date.first, date.last, order.earlier(date, PartialDate(made))))
    builders.put_out(*records)

    certain = {PartialDate(date).last for date in (*MADE, *" ".join(ACTED).split(), "2020-02")}
    told: set[FirstAction] = set()
    for day in sorted({*certain, *(day - dt.timedelta(days=1) for day in certain), today} - {today + dt.timedelta(days=1)}):
        clocks = Clocks(day, None, today)
        kept = dict(clocks.rows(AddresseeEdition).annotate(word=word_on(clocks)).values_list("recommendation", "word"))
        expected = {
            reference: first_action(made, [action for action in actions if action.last <= day])
            for reference, (made, actions) in toward.items()
            if made.last <= day
        }
        assert kept == expected, day
        told |= set(expected.values())
    assert told == set(FirstAction), "the test is worth something only where each class is met"

    client = Client()
    found = {
        row["recommendation"]: word
        for word in FirstAction
        for row in client.get("/api/v1/addressees", {"first_action": word.value}).json()["results"]
    }
    assert found == expected
    facet = client.get("/api/v1/addressees").json()["facets"]["first_action"]
    assert {each["value"]: each["count"] for each in facet} == Counter(expected.values())


def test_both_clocks_tell_the_class_of_an_action_that_comes_is_corrected_and_goes(desk: str) -> None:
    paper = builders.document("PAPER")
    passage, target = builders.citation(paper, "EV-1"), builders.recommendation("REC-1", paper)
    editions = [builders.put_out(paper, target)]
    action = builders.action("ACT-1", on="2019-09-01")
    builders.cite(action, passage)
    effect = builders.effect(action, target)
    editions.append(builders.put_out(action))
    action.events.update(on="2019-03-01")
    editions.append(builders.put_out(action))
    Effect.objects.filter(pk=effect.pk).update(direction="no_direct_effect")
    editions.append(builders.put_out(action))
    Effect.objects.filter(pk=effect.pk).update(direction="partly_fulfils")
    editions.append(builders.put_out(action))
    editions.append(builders.taken_off(action, reason="an error"))

    def told(**clocks: str) -> str:
        rows = Client().get("/api/v1/addressees", clocks).json()
        (facet,) = rows["facets"]["first_action"]
        return str(facet["value"])

    assert [told(known=f"edition-{edition.number}") for edition in editions] == ["none", "12_months", "3_months", "none", "3_months", "none"]
    assert told() == "none"
    assert [told(known="edition-2", as_of=day) for day in ("2019-08-31", "2019-09-01")] == ["none", "12_months"]
    assert [told(known="edition-3", as_of=day) for day in ("2019-02-28", "2019-03-01")] == ["none", "3_months"]
    assert verify(every_edition=True).problems == ()

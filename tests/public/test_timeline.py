"""The timeline: its geometry on numbers, and what readers see in its lanes."""

import datetime as dt
import re
from itertools import pairwise

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tracker.public import lanes
from tracker.public.charts import NEAR

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31))
MARKS = st.lists(st.tuples(DAYS, st.integers(0, 400), st.none() | DAYS), min_size=1, max_size=20)


def number(length: str) -> float:
    return float(length.removesuffix("%"))


@given(MARKS, DAYS)
def test_marks_lie_within_the_drawing_in_order_and_apart(given_marks, until):
    marks = [(first, first + dt.timedelta(days=wide), ended) for first, wide, ended in given_marks]
    axis = lanes.axis_of([day for mark in marks for day in mark[:2]], until)
    laid = lanes.lay(marks, axis)
    rows: dict[int, list[tuple[float, float]]] = {}
    for (first, last, _ended), spot in zip(marks, laid.spots, strict=True):
        start, width = number(spot.start), number(spot.width or "0%")
        assert start == pytest.approx(axis.place(first), abs=0.01)
        assert start + width == pytest.approx(axis.place(last), abs=0.02)
        assert 0 <= start <= number(spot.x) <= 100
        assert 0 < spot.y < laid.band_y < laid.height
        rows.setdefault(spot.y, []).append((start, number(spot.end) if spot.end else start + width))
    for row in rows.values():
        row.sort()
        assert all(after[0] - before[1] >= NEAR - 0.05 for before, after in pairwise(row))


@given(DAYS, DAYS, DAYS)
def test_time_runs_from_left_to_right(one, other, until):
    axis = lanes.axis_of([one, other], until)
    if one < other:
        assert axis.place(one) < axis.place(other)
    assert len(axis.years) <= 8


def test_a_recommendations_timeline_has_a_lane_a_government(published, client):
    response = client.get("/timeline/?recommendation=MQ-1")
    assert response.status_code == 200
    drawn = response.context["lanes"]
    assert len(drawn) == response.context["page"].paginator.count > 5
    earlier = [(spot, lane) for lane in drawn for entry, spot in lane.entries if entry.kind == "effect" and entry.of.earlier == "yes"]
    assert len(earlier) > 2
    assert all(number(spot.x) <= number(lane.issue_x) for spot, lane in earlier)


def test_a_reversal_reads_as_one(published, client):
    assert "reverses;" in client.get("/timeline/?recommendation=ER-1").text, "in the words of an action, not in the legend alone"


def test_nothing_of_a_later_day_shows(published, client):
    response = client.get("/timeline/?document=WP-MQ&as_of=2020-01-01")
    assert response.status_code == 200
    entries = [entry for lane in response.context["lanes"] for entry, _spot in lane.entries if entry.kind != "deadline"]
    assert len(entries) > 5
    assert all(entry.last <= dt.date(2020, 1, 1) for entry in entries)


def test_a_timeline_asks_a_fixed_number_of_questions(published, client):
    """At most thirteen, and as many of one lane as of many."""
    numbers = set()
    for query in ("recommendation=MQ-1", "recommendation=BA-1", "document=WP-MQ", "government=BE", "government=VA"):
        with CaptureQueriesContext(connections["public"]) as asked:
            assert client.get(f"/timeline/?{query}").status_code == 200
        numbers.add(len(asked))
    assert len(numbers) == 1 and max(numbers) <= 13, numbers


@pytest.mark.parametrize("path", ["/recommendations/MQ-1/", "/documents/WP-MQ/"])
def test_records_lead_to_their_drawings(published, client, path):
    text = client.get(path).text
    assert "/timeline/?" in text
    assert "/map/?" in text


def test_a_lanes_table_tells_everything_in_order_of_time(published, client):
    """The recommendation, actions and statuses in one order, by the first day that each date can mean."""
    response = client.get("/timeline/?recommendation=MQ-1")
    assert response.context["lanes"]
    for lane in response.context["lanes"]:
        days = [of.recommended_first if kind == "record" else of.first if kind == "entry" else of.valid_from for kind, of in lane.in_order]
        assert days == sorted(days)
        assert len(days) == 1 + len(lane.entries) + len(lane.periods)
    albania = next(part for part in response.text.split("<section") if "Albania:" in part and "<table" in part)
    told = re.findall(r'<time datetime="([^"]+)">', albania.split("<table", 1)[1])
    assert told[:3] == ["2018-12-19", "2019-02", "2019-02-28"]


def test_positions_verdicts_of_others_and_moved_deadlines_have_signs_of_their_own(desk):
    """Each drawn, in the legend, and told in the table."""
    made = builders.everything()
    made["outside_assessment"].effective_on = "2021"
    made["outside_assessment"].save()
    builders.put_out(*builders.publishables(made))
    page = Client(SERVER_NAME="localhost").get("/timeline/").text
    for sign, words in {"flag": "position: ", "diamond": "verdict of ", "deadline-moved": "deadline moved from "}.items():
        assert f'<use href="#{sign}" x="-7"' in page, sign
        assert re.search(rf"<td>[^<]*<span [^>]*>.*?{words}", page), words

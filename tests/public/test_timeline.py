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
from tracker.public.lanes import NEAR, ROW, YEARS

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
    assert len(axis.years) <= YEARS


@given(MARKS, DAYS)
def test_a_lane_without_head_or_foot_is_the_same_one_moved_up(given_marks, until):
    marks = [(first, first + dt.timedelta(days=wide), ended) for first, wide, ended in given_marks]
    axis = lanes.axis_of([day for mark in marks for day in mark[:2]], until)
    whole, close = lanes.lay(marks, axis), lanes.lay(marks, axis, headed=False, footed=False)
    assert {spot.y - other.y for spot, other in zip(whole.spots, close.spots, strict=True)} == {lanes.HEAD}
    assert whole.tall == close.tall
    assert close.height < whole.height


def test_marks_that_would_overlap_are_stacked():
    day = dt.date(2019, 2, 1)
    axis = lanes.axis_of([day], dt.date(2026, 1, 1))
    first, second, third = lanes.lay([(day, day, None), (day, day, None), (day.replace(year=2023), day.replace(year=2023), None)], axis).spots
    assert second.y - first.y == ROW
    assert third.y == first.y


def test_a_long_axis_names_fewer_years_and_half_of_them_on_a_narrow_screen():
    ticks = lanes.axis_of([dt.date(1900, 1, 1)], dt.date(2026, 1, 1)).years
    assert len(ticks) <= YEARS
    assert [tick.minor for tick in ticks[:4]] == [False, True, False, True]


def test_a_recommendations_timeline_has_a_lane_a_government(published, client):
    response = client.get("/timeline/?recommendation=MQ-1")
    assert response.status_code == 200
    drawn = response.context["drawing"].lanes
    assert len(drawn) == response.context["page"].paginator.count > 5
    earlier = [(spot, lane) for lane in drawn for entry, spot in lane.entries if entry.kind == "effect" and entry.of.earlier == "yes"]
    assert len(earlier) > 2
    assert all(number(spot.x) <= number(lane.issue_x) for spot, lane in earlier)


def test_a_reversal_reads_as_one(published, client):
    assert "reverses;" in client.get("/timeline/?recommendation=ER-1").text, "in the words of an action, not in the legend alone"


def test_nothing_of_a_later_day_shows(published, client):
    response = client.get("/timeline/?document=WP-MQ&as_of=2020-01-01")
    assert response.status_code == 200
    entries = [entry for lane in response.context["drawing"].lanes for entry, _spot in lane.entries if entry.kind != "deadline"]
    assert len(entries) > 5
    assert all(entry.last <= dt.date(2020, 1, 1) for entry in entries)


def test_a_timeline_asks_a_fixed_number_of_questions(published, client):
    """At most fifteen, and as many of one lane as of many."""
    numbers = set()
    for query in ("recommendation=MQ-1", "recommendation=BA-1", "document=WP-MQ", "government=BE", "government=VA"):
        with CaptureQueriesContext(connections["public"]) as asked:
            assert client.get(f"/timeline/?{query}").status_code == 200
        numbers.add(len(asked))
    assert len(numbers) == 1 and max(numbers) <= 15, numbers


@pytest.mark.parametrize("path", ["/recommendations/MQ-1/", "/documents/WP-MQ/"])
def test_records_lead_to_their_drawings(published, client, path):
    text = client.get(path).text
    assert "/timeline/?" in text
    assert "/map/?" in text


def test_a_lanes_table_tells_everything_in_order_of_time(published, client):
    """The recommendation, actions and statuses in one order, by the first day that each date can mean."""
    response = client.get("/timeline/?recommendation=MQ-1")
    assert response.context["drawing"].lanes
    for lane in response.context["drawing"].lanes:
        dated = [(kind, of) for kind, of in lane.in_order if of not in lane.undated]
        days = [of.recommended_first if kind == "record" else of.first if kind == "entry" else of.valid_from for kind, of in dated]
        assert days == sorted(days)
        assert len(days) == 1 + len(lane.entries) + len(lane.periods)
        assert [of for _kind, of in lane.in_order[len(days) :]] == lane.undated, "what is undated comes last"
    albania = next(part for part in response.text.split("<section") if "Albania:" in part and "<table" in part)
    told = re.findall(r'<time datetime="([^"]+)">', albania.split("<table", 1)[1])
    assert told[:3] == ["2018-12-19", "2019-02", "2019-02-28"]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", albania.split("<tbody", 1)[1], re.DOTALL)
    assert rows and all(row.startswith('<th scope="row"><time') for row in rows), "each row is headed by its date"


def test_positions_verdicts_of_others_and_moved_deadlines_have_signs_of_their_own(desk):
    """Each drawn, in the legend, and told in the table."""
    made = builders.everything()
    made["outside_assessment"].effective_on = "2021"
    made["outside_assessment"].save()
    builders.put_out(*builders.publishables(made))
    page = Client(SERVER_NAME="localhost").get("/timeline/").text
    for sign, words in {"flag": "position: ", "diamond": "verdict of ", "deadline-moved": "deadline moved from "}.items():
        assert f'<use href="#{sign}" x="-7.0"' in page, sign
        assert re.search(rf"<td>[^<]*<span [^>]*>.*?{words}", page), words


@pytest.mark.parametrize("path", ["/timeline/?recommendation=REC-1", "/recommendations/REC-1/", "/recommendations/REC-1/AL/"])
def test_what_is_undated_is_told_below_its_lane_and_in_the_table(desk, path):
    """A verdict of others of which no day is on record, on every page with a timeline; a position always has one."""
    made = builders.everything()
    made["outside_assessment"].effective_on = None
    made["outside_assessment"].save()
    builders.put_out(*builders.publishables(made))
    page = Client(SERVER_NAME="localhost").get(path)
    (lane,) = page.context["drawing"].lanes
    assert {entry.kind for entry in lane.undated} == {"verdict"}
    assert all(entry.on for entry, _spot in lane.entries)
    below = re.search(r'<ul class="tl__undated">.*?</ul>', page.text, re.DOTALL)[0]
    table = re.search(r"<table class=\"folds\"><caption class=\"hush\">The same in words.*?</table>", page.text, re.DOTALL)[0]
    for words in ("no date on record", "verdict of "):
        assert words in below, words
        assert words in table, words
    assert table.count("no date on record") == len(lane.undated)


def test_what_went_against_and_what_undid_a_step_are_told_apart_by_shape_size_and_words(published, client):
    """Larger, each in a shape of its own, and in words in title and table: nothing rests on a colour."""
    seen = set()
    for path in ("/timeline/?document=WP-MQ", "/timeline/?recommendation=ER-1", "/recommendations/ER-1/"):
        page = client.get(path).text
        for title, shape, size in re.findall(
            r"<g [^>]*><title>([^<]*)</title>(?:(?!</g>).)*?<use href=\"#([\w-]+)\" x=\"[-\d.]+\" y=\"[-\d.]+\" width=\"(\d+)\"", page, re.DOTALL
        ):
            kind = "contradicts" if "(contradicts;" in title else "reverses" if "(reverses;" in title else ""
            seen.add(kind)
            assert (shape == "triangle-down") == (kind == "contradicts"), title
            assert (shape == "turn") == (kind == "reverses"), title
            assert (int(size) > 14) == bool(kind), title
    assert seen >= {"reverses", ""}


@pytest.mark.parametrize("path", ["/recommendations/MQ-1/", "/recommendations/MQ-1/AL/"])
def test_a_records_page_draws_its_lanes_as_the_timeline_does(published, client, path):
    """The same lane from the rows that the page has at hand: same entries, same statuses."""
    whole = {lane.addressee.government: lane for lane in client.get("/timeline/?recommendation=MQ-1").context["drawing"].lanes}
    context = client.get(path).context
    drawn = (context["story"] if path.endswith("MQ-1/") else context["page"]).drawing.lanes
    assert drawn
    for lane in drawn:
        other = whole[lane.addressee.government]
        assert [(entry.kind, entry.on) for entry, _spot in lane.entries] == [(entry.kind, entry.on) for entry, _spot in other.entries]
        assert [(period.addressee.status, period.addressee.valid_from) for period in lane.periods] == [
            (period.addressee.status, period.addressee.valid_from) for period in other.periods
        ]
    names = re.findall(r'<h3 id="lane-\d+"( class="hush")?>', client.get(path).text)
    assert len(names) == len(drawn)
    assert all(names) == path.endswith("AL/"), "the page of one government names it in its heading"
    assert [lane.headed for lane in drawn] == [True] + [False] * (len(drawn) - 1)
    assert [lane.footed for lane in drawn] == [False] * (len(drawn) - 1) + [True]


def test_the_key_explains_what_is_drawn_and_nothing_else(published, client):
    """Directions, statuses and signs of the lanes on the page; a pattern never stands without its word."""
    for path in ("/timeline/?recommendation=MQ-1", "/timeline/?recommendation=ER-1"):
        response = client.get(path)
        drawing = response.context["drawing"]
        entries = [entry for lane in drawing.lanes for entry in (*(entry for entry, _spot in lane.entries), *lane.undated)]
        assert {direction for direction, _sign in drawing.directions} == {entry.of.direction for entry in entries if entry.kind == "effect"}
        patterns = set(re.findall(r'<rect class="period"[^>]*fill="url\(#fill-(\w+)\)"', response.text))
        key = response.text.split('<ul class="legend">', 2)[2].split("</ul>")[0]
        assert set(re.findall(r"url\(#fill-(\w+)\)", key)) == patterns == {status.value for status in drawing.statuses}
        assert ("in a frame" in response.text) == any(entry.is_in_place for entry in entries)
        assert ("until it ended" in response.text) == any(entry.ended_on for entry in entries)


def test_a_form_chooses_nothing_that_is_not_drawn(published: str) -> None:
    page = Client(SERVER_NAME="localhost").get("/timeline/?recommendation=MQ-1").content.decode()
    first = dict(re.findall(r'<select id="(\w+)" name="\w+">\s*(<option[^>]*>)', page))
    assert first["government"] == first["document"] == '<option value="">'
    assert first["recommendation"] != '<option value="">'
    assert '<option value="MQ-1" selected' in page

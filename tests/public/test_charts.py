"""The geometry of the charts: pure functions, so every promise is checked on numbers."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.public import charts
from tracker.public.charts import Moment

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31))


def number(length: str) -> float:
    return float(length.removesuffix("%"))


def moment(first: dt.date, last: dt.date | None = None, lane: str = "AL", **more: object) -> Moment:
    return Moment(lane=lane, first=first, last=last or first, title="", shape="disc", tone="done", **more)


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 10_000)), max_size=12))
def test_a_split_bar_gives_each_part_its_share(counts):
    segments = charts.split(counts)
    whole = sum(count for _key, count in counts)
    assert [segment.count for segment in segments] == [count for _key, count in counts if count]
    for segment in segments:
        assert number(segment.width) == pytest.approx(100 * segment.count / whole, abs=0.005)
    for one, other in pairwise(segments):
        assert number(other.x) == pytest.approx(number(one.x) + number(one.width), abs=0.02)


def test_bars_of_one_scale_compare():
    (short,) = charts.split([("a", 3)], whole=12)
    assert short.width == "25%"


def test_a_bar_of_nothing_has_no_part():
    assert charts.split([]) == charts.split([("a", 0)]) == []


@given(st.lists(st.tuples(DAYS, st.integers(0, 400)), min_size=1, max_size=30), DAYS, st.integers(0, 364))
def test_time_runs_from_left_to_right_within_the_drawing(dated, issued, width):
    moments = [moment(first, first + dt.timedelta(days=length)) for first, length in dated]
    drawing = charts.timeline(moments, issued=(issued, issued + dt.timedelta(days=width)), until=dt.date(2031, 1, 1))
    (lane,) = drawing.lanes
    assert len(lane.marks) == len(moments)
    for mark in lane.marks:
        assert 0 <= number(mark.start) <= number(mark.x) <= 100
        assert (mark.width is None) == (mark.moment.first == mark.moment.last)
        assert charts.HEAD < mark.y < drawing.foot < drawing.height
    in_time = sorted(lane.marks, key=lambda mark: mark.moment.first)
    starts = [number(mark.start) for mark in in_time]
    assert starts == sorted(starts)


@given(DAYS, DAYS)
def test_what_is_earlier_lies_left_of_the_issue_date(acted, issued):
    drawing = charts.timeline([moment(acted)], issued=(issued, issued), until=dt.date(2031, 1, 1))
    mark = drawing.lanes[0].marks[0]
    if acted < issued:
        assert number(mark.x) <= number(drawing.issue_x)
    if acted > issued:
        assert number(mark.x) >= number(drawing.issue_x)


def test_marks_that_would_overlap_are_stacked():
    day = dt.date(2019, 2, 1)
    drawing = charts.timeline([moment(day), moment(day), moment(day.replace(year=2023))], issued=(day, day), until=dt.date(2026, 1, 1))
    first, second, third = drawing.lanes[0].marks
    assert second.y - first.y == charts.STEP
    assert third.y == first.y


def test_a_partial_issue_date_is_a_range():
    drawing = charts.timeline([], issued=(dt.date(2019, 2, 1), dt.date(2019, 2, 28)), until=dt.date(2026, 1, 1))
    assert drawing.issue_width is not None
    assert charts.timeline([], issued=(dt.date(2019, 2, 1),) * 2, until=dt.date(2026, 1, 1)).issue_width is None


def test_a_lane_a_government_in_the_order_given():
    day = dt.date(2020, 1, 1)
    drawing = charts.timeline([moment(day, lane="NL"), moment(day, lane="AL"), moment(day, lane="NL")], issued=(day, day), until=day)
    assert [(lane.label, len(lane.marks)) for lane in drawing.lanes] == [("NL", 2), ("AL", 1)]


def test_a_long_axis_names_fewer_years():
    day = dt.date(1900, 1, 1)
    assert len(charts.timeline([moment(day)], issued=(day, day), until=dt.date(2026, 1, 1)).ticks) <= 17

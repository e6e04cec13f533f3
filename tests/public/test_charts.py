"""The geometry of the charts: pure functions, so every promise is checked on numbers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.public import charts


def number(length: str) -> float:
    return float(length.removesuffix("%"))


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 10_000)), max_size=12))
def test_a_split_bar_gives_each_part_its_share(counts):
    segments = charts.split(counts)
    whole = sum(count for _key, count in counts)
    assert [segment.count for segment in segments] == [count for _key, count in counts if count]
    for segment in segments:
        assert number(segment.width) == pytest.approx(100 * segment.count / whole, abs=0.0051)
    for one, other in pairwise(segments):
        assert number(other.x) == pytest.approx(number(one.x) + number(one.width), abs=0.02)


def test_bars_of_one_scale_compare():
    (short,) = charts.split([("a", 3)], whole=12)
    assert short.width == "25%"


def test_a_bar_of_nothing_has_no_part():
    assert charts.split([]) == charts.split([("a", 0)]) == []

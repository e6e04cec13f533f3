"""Medians and percentiles, questions and memory."""

import math

from hypothesis import given
from hypothesis import strategies as st

from tracker.benchmarking.measuring import Times, memory, percentile, questions
from tracker.editions.tables import SiteEdition

times = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=60)


@given(times, st.integers(1, 100))
def test_a_percentile_is_one_of_the_values_that_so_many_do_not_exceed(values: list[float], share: int) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= math.ceil(len(values) * share / 100)
    assert sum(value < found for value in values) < math.ceil(len(values) * share / 100)


@given(times)
def test_the_median_lies_between(values: list[float]) -> None:
    measured = Times(tuple(values))
    assert min(values) <= measured.median <= max(values)
    assert measured.percentile_95 <= max(values)


def test_questions_are_counted_over_every_connection(generated: str) -> None:
    with questions() as asked:
        SiteEdition.objects.count()
        SiteEdition.desk.count()
        assert asked.number == 2
    SiteEdition.objects.count()
    assert asked.number == 2


def test_memory_that_was_held_for_a_moment_is_seen() -> None:
    with memory() as used:
        held = bytearray(64 * 1024 * 1024)
        held[::4096] = b"x" * len(held[::4096])
        del held
    assert used.peak >= used.before + 32 * 1024 * 1024

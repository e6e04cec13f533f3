"""What is kept stays within its bytes, and what is asked for again stays."""

import threading
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tracker.public.ahead.shelf import LARGEST, OVERHEAD, Kept, Shelf
from tracker.public.standing import Standing

HEADERS = [("ETag", '"e"'), ("Last-Modified", "Mon, 30 Nov 2026 10:00:00 GMT")]


def answer(size: int = 0) -> Kept:
    return Kept(list(HEADERS), b"x" * size)


def shelf(answers: int) -> Shelf:
    """With room for so many answers of a thousand bytes."""
    return Shelf(Standing(), 1, answers * answer(1000).size)


def test_it_gives_what_was_put_and_nothing_else() -> None:
    here, kept = shelf(10), answer()
    here.put("a", kept)
    assert here.get("a") is kept
    assert here.get("b") is None


def test_whoever_walks_through_a_thousand_addresses_does_not_push_out_what_is_read() -> None:
    here = shelf(50)
    read = [f"read {number}" for number in range(20)]
    for key in read:
        here.put(key, answer(1000))
        here.get(key)
    for number in range(1000):
        here.put(number, answer(1000))
        if number % 100 == 0:
            assert all(here.get(key) for key in read)
    assert all(here.get(key) for key in read)


def test_what_nobody_reads_any_more_makes_room() -> None:
    here = shelf(50)
    for of in ("once", "now"):
        for number in range(60):
            here.put((of, number), answer(1000))
            here.get((of, number))
    for _time in range(10):
        for number in range(60):
            if not here.get(("now", number)):
                here.put(("now", number), answer(1000))
    assert not any(here.get(("once", number)) for number in range(60))


def test_an_answer_that_would_take_much_of_the_room_is_not_kept() -> None:
    here = shelf(50)
    here.put("large", answer(here.room // LARGEST))
    assert here.get("large") is None
    assert here.size == 0


def test_the_second_of_two_who_made_the_same_changes_nothing() -> None:
    here, first = shelf(50), answer(1000)
    here.put("a", first)
    here.put("a", answer(2000))
    assert here.get("a") is first
    assert here.size == first.size


step = st.tuples(st.booleans(), st.integers(0, 30), st.integers(0, 3000))


@given(st.lists(step, max_size=200))
def test_its_size_is_that_of_what_it_holds_and_within_the_room(steps: list[tuple[bool, int, int]]) -> None:
    here = shelf(20)
    put: dict[int, Kept] = {}
    for is_put, key, size in steps:
        if is_put:
            fresh = answer(size)
            is_new = here.get(key) is None
            here.put(key, fresh)
            put[key] = fresh if is_new else put[key]
        else:
            found = here.get(key)
            assert found is None or found is put[key]
        held = [found for key in put if (found := here.get(key))]
        assert here.size == sum(each.size for each in held) <= here.room
        assert here.number == len(held)


def test_threads_that_read_and_put_leave_it_whole() -> None:
    here = shelf(20)
    trouble: list[Any] = []

    def work(seed: int) -> None:
        try:
            for number in range(2000):
                key = (number * (seed + 3)) % 60
                if here.get(key) is None:
                    here.put(key, answer(500 + key))
        except Exception as error:
            trouble.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble
    held = [found for key in range(60) if (found := here.get(key))]
    assert here.size == sum(each.size for each in held) <= here.room


def test_an_answer_counts_what_is_in_its_headers() -> None:
    assert answer(10).size == 10 + OVERHEAD + sum(len(name) + len(value) for name, value in HEADERS)

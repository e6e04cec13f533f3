"""The page of a list that an address asks for: the one of that number, or a sentence that says which there are; never a failure."""

import html

import pytest
from django.test import Client, RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.public.clocks import BadFilter
from tracker.public.views.shared import page_of

ROWS = range(120)
"""Of which there are three pages."""


@given(st.one_of(st.text(), st.integers().map(str), st.from_regex(r"0{0,12}[0-9]{1,12}", fullmatch=True)))
@example("0000000019")
@example("0000000002")
@example("1" + "0" * 5000)
@example("0" * 5000 + "2")
@example("٢")
@example("2\0")
def test_whatever_is_written_is_a_page_or_refused_in_words(written: str) -> None:
    request = RequestFactory().get("/", {"page": written})
    try:
        page = page_of(ROWS, request, 50)
    except BadFilter as bad:
        assert bad.name == "page"
        assert bad.sentence.endswith("page takes a number from 1 to 3.")
    else:
        assert page.number == (int(written) if written.strip() else 1)
        assert list(page) == list(ROWS[(page.number - 1) * 50 : page.number * 50])


PAGED = ("/effects/", "/timeline/", "/changes/", "/corrections/", "/search/?q=iran", "/api/v1/effects", "/feeds/changes.atom")


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("number", ["0000000019", "000000001" + "0" * 5000])
def test_a_number_with_zeros_before_it_is_no_failure(published: str, path: str, number: str) -> None:
    answer = Client().get(f"{path}{'&' if '?' in path else '?'}page={number}")
    assert answer.status_code == 400
    assert "page takes a number from 1 to" in html.unescape(answer.content.decode())

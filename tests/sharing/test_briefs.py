"""Briefs: what they say is what the whole page says, and what does not fit is counted."""

import html
import json
import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.sharing.conftest import ORIGIN, text_of
from tracker.public.fitting import WIDTH, fit, lines_of
from tracker.rules.vocabulary import Status

ITEMS = st.lists(st.text("a漢 ", max_size=400), max_size=30)


@given(ITEMS, st.integers(0, 40))
def test_what_fits_is_shown_whole_in_order_and_the_rest_is_counted(items: list[str], lines: int) -> None:
    found = fit(items, str, lines=lines)
    assert found.shown == items[: len(found.shown)]
    assert found.more == len(items) - len(found.shown)
    cost = sum(max(lines_of(item), 1) for item in found.shown)
    assert found.lines == cost + bool(found.more)
    assert found.lines <= max(lines, 1)
    if found.more:
        assert cost + max(lines_of(items[len(found.shown)]), 1) > lines - 1, "no room is left unused"


def test_all_is_shown_where_all_fits() -> None:
    assert fit(["a", "b"], str, lines=2).more == 0
    assert fit(["a", "b", "c"], str, lines=2).more == 2
    assert fit(["a"], str, lines=5, total=9).more == 8
    assert lines_of("") == 0
    assert lines_of("a" * WIDTH) == 1
    assert lines_of("漢" * WIDTH) == 2


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


BRIEFS = ["/governments/BE/brief/", "/governments/CA/brief/", "/documents/WP-MQ/brief/", "/documents/HAKAMIAN-2019/brief/"]


@pytest.mark.parametrize("path", BRIEFS)
def test_a_brief_has_its_numbers_method_and_permalink(client: Client, path: str, today: Any) -> None:
    response = client.get(path)
    brief = response.context["brief"]
    said = words(response.content.decode())
    total = brief.distribution.total
    assert total and brief.distribution.counts
    assert f"Statuses of {total} counted addressees" in said
    assert f"of {brief.certainty.total} assessed" in said
    for item in brief.distribution.counts:
        assert item.status.label in said, "every status, honest negatives included"
    assert sum(item.count for item in brief.distribution.counts) == total
    assert f"{ORIGIN}{path}?as_of={today}&known=edition-2" in said
    assert "an action dated before a recommendation never counts as uptake".lower() in said.lower()
    assert "ignored" not in said


@pytest.mark.parametrize("path", BRIEFS)
def test_every_number_of_how_sure_opens_its_rows(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    followed = 0
    for address, number in re.findall(r'<a href="/recommendations/(\?[^"]+)">(\d+)</a>', page):
        if "counted=" in address:  # a number of recommendations (tests/public/test_numbers_open_their_rows.py)
            continue
        rows = json.loads(text_of(client.get("/api/v1/addressees.json" + html.unescape(address))))["results"]
        assert sum(row["counted"] for row in rows) == int(number), address
        followed += 1
    assert followed > 6


def test_a_brief_counts_as_the_whole_page_does(client: Client) -> None:
    brief, whole = client.get("/governments/BE/brief/").context["brief"], client.get("/governments/BE/").context["government_page"]
    assert brief.distribution == whole.distribution
    assert brief.certainty.disputed == sum(row.disputed for row in whole.addressees if row.assessment)
    assert brief.recommendations == len({row.recommendation for row in whole.addressees})


def test_apart_is_what_more_than_half_of_the_others_do_not_have(client: Client) -> None:
    brief = client.get("/governments/CA/brief/").context["brief"]
    assert brief.apart.shown
    for each in brief.apart.shown:
        story = client.get(f"/recommendations/{each.addressee.recommendation}/").context["story"]
        others = [item.addressee.status for item in story.stories if item.addressee.government != "CA"]
        assert len(others) == each.others
        assert others.count(each.most) == each.number
        assert 2 * each.number > each.others > 1
        assert each.addressee.status != each.most


def test_spread_is_of_the_document_and_the_widest_first(client: Client) -> None:
    brief = client.get("/documents/WP-MQ/brief/").context["brief"]
    assert brief.spread.shown
    assert {each.reference.split("-")[0] for each in brief.spread.shown} == {"MQ"}
    first = brief.spread.shown[0].distribution
    assert first.of(Status.CONTRARY_ACTION) > 0
    assert first.of(Status.PARTIALLY_IMPLEMENTED) + first.of(Status.IMPLEMENTED) > 0


def test_disputes_and_claims_stand_beside_each_status(client: Client) -> None:
    page = client.get("/governments/BE/brief/").content.decode()
    lines = re.findall(r'<li class="claim">(.*?)</li>', page, re.DOTALL)
    assert lines
    assert all(re.search(r"\d+ for, \d+ against", line) for line in lines)


def test_briefs_hold_both_clocks(client: Client) -> None:
    then = client.get("/governments/BE/brief/?as_of=2019-06-01")
    assert then.context["brief"].distribution == client.get("/governments/BE/?as_of=2019-06-01").context["government_page"].distribution
    assert "as of 1 June 2019" in words(then.content.decode())
    latest = then.context["brief"].latest.shown
    assert latest
    assert not [row for row in latest if row.valid_from.isoformat() > "2019-06-01"]


def test_pages_lead_to_their_briefs(client: Client) -> None:
    for path in ("/governments/BE/", "/documents/WP-MQ/"):
        assert f'href="{path}brief/"' in client.get(path).content.decode()


@pytest.mark.parametrize("path", ["/governments/ZZ/brief/", "/documents/NO/brief/"])
def test_no_brief_of_nothing(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(("path", "most"), [("/governments/BE/brief/", 11), ("/governments/CA/brief/", 11), ("/documents/WP-MQ/brief/", 10)])
def test_a_brief_asks_a_fixed_number_of_questions(client: Client, path: str, most: int) -> None:
    with CaptureQueriesContext(connections["public"]) as asked:
        client.get(path)
    assert len(asked) == most, "\n".join(query["sql"][:120] for query in asked)

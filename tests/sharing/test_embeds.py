"""Embeds: small, honest, and the only pages that other sites may frame."""

import html
import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from tests.sharing.conftest import ORIGIN
from tracker.public import urls

EMBEDS = [
    "/embed/status/MQ-1/AL/",
    "/embed/row/MQ-1/",
    "/embed/chart/government/BE/",
    "/embed/chart/document/WP-MQ/",
    "/embed/chart/recommendation/MQ-1/",
]
VALUES = {"reference": "MQ-1", "code": "AL", "key": "WP-MQ", "kind": "document", "name": "documents", "ending": "json", "number": "1"}
"""What to put into the addresses of the public site; a key that is another kind's gives a page that says so."""


def policy(response: Any) -> str:
    """Who may frame a page, by its policy."""
    return re.search(r"frame-ancestors ([^;]+)", response["Content-Security-Policy"])[1]


def public_names() -> list[str]:
    return [pattern.name for pattern in urls.urlpatterns]


def all_addresses() -> list[str]:
    """An address for every pattern of the whole site that can be filled in, the desk's included."""
    found = []

    def walk(patterns: list[Any], before: str) -> None:
        for pattern in patterns:
            written = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, written)
            elif isinstance(pattern, URLPattern):
                filled = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda group: VALUES.get(group[1], "1"), written)
                filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda group: VALUES.get(group[1], "1"), filled)
                found.append("/" + re.sub(r"[\^$\\]", "", filled).lstrip("/"))

    walk(get_resolver().url_patterns, "")
    return sorted(set(found))


def test_only_embeds_may_be_framed(client: Client) -> None:
    addresses = all_addresses()
    assert len(addresses) > 60
    framed = []
    for address in addresses:
        response = client.get(address)
        if address.startswith("/embed/"):
            framed.append(address)
            assert policy(response) == "*", address
            assert "X-Frame-Options" not in response, address
        else:
            assert "frame-ancestors 'none'" in response["Content-Security-Policy"], address
            assert response["X-Frame-Options"] == "DENY", address
    assert len(framed) == len([name for name in public_names() if name.startswith("embed-")])


@pytest.mark.parametrize("path", EMBEDS)
def test_an_embed_is_whole_and_small(client: Client, path: str) -> None:
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert len(response.content) < 30_000
    assert '<base target="_top">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert '<meta name="description" content="What became of each' in page
    assert "Policy-recommendation tracker" in page
    assert "As of <time" in page
    assert "edition " in page
    assert "<nav" not in page
    assert "<script" not in page
    (canonical,) = re.findall(r'<link rel="canonical" href="([^"]+)">', page)
    assert client.get(canonical.removeprefix(ORIGIN)).status_code == 200
    addresses = sorted(set(re.findall(r'<a href="([^"#]+)', page)))
    assert addresses
    for address in addresses[:4]:
        assert client.get(html.unescape(address)).status_code == 200, address


def test_a_card_says_all_that_belongs_to_its_status(client: Client) -> None:
    page = client.get("/embed/status/ER-1/BE/").content.decode()
    (card,) = re.findall(r'<article class="card claim">.*?</article>', page, re.DOTALL)
    story = next(each for each in client.get("/recommendations/ER-1/").context["story"].stories if each.addressee.government == "BE")
    row = story.addressee
    assert row.disputes > 0
    for words in (
        row.government_name,
        row.short_title,
        "contrary action",
        'href="#triangle-down"',
        "26 May 2023",
        f"{row.supports} for",
        f"{row.disputes} against",
    ):
        assert words in card, words
    assert "claimed by IFMAT" in card, "who alone says that it was recommended"
    assert "not reviewed here" in card
    assert 'href="/recommendations/ER-1/#BE" target="_top"' in card


def test_a_status_found_by_nobody_reads_as_the_search_that_it_is(client: Client) -> None:
    page = client.get("/embed/status/ER-4/BE/").content.decode()
    assert "no action found as of" in page
    assert "ignored" not in page


def test_a_row_has_every_counted_government_and_a_chart_its_denominator(client: Client) -> None:
    story = client.get("/recommendations/MQ-1/").context["story"]
    row = client.get("/embed/row/MQ-1/").content.decode()
    assert len(story.stories) > 5
    for each in story.stories:
        assert f'#{each.addressee.government}" target="_top"' in row
    chart = client.get("/embed/chart/recommendation/MQ-1/").content.decode()
    assert f"{story.distribution.total} counted addressees by status" in chart
    assert f"{sum(each.addressee.disputed for each in story.stories)} disputed by at least one source" in chart


def test_embeds_keep_both_clocks(client: Client) -> None:
    then = client.get("/embed/status/MQ-1/AL/?as_of=2019-06-01").content.decode()
    assert "not assessed" in then
    assert "1 June 2019" in then
    assert "as_of=2019-06-01" in re.search(r'href="(/recommendations/MQ-1/[^"]*)"', then)[1]
    assert client.get("/embed/status/MQ-1/AL/?as_of=2018-01-01").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [("/embed/status/NO-1/AL/", 404), ("/embed/row/NO-1/", 404), ("/embed/chart/government/ZZ/", 404), ("/embed/row/MQ-1/?as_of=soon", 400)],
)
def test_what_cannot_be_shown_is_said_in_the_same_frame(client: Client, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert policy(response) == "*"
    assert "X-Frame-Options" not in response
    assert "Not on this site" in response.content.decode()


@pytest.mark.parametrize(
    ("path", "embed"),
    [("/share/status/MQ-1/AL/", EMBEDS[0]), ("/share/row/MQ-1/", EMBEDS[1]), ("/share/chart/government/BE/", EMBEDS[2])],
)
def test_the_html_to_copy_is_escaped_titled_and_comes_in_two_kinds(client: Client, path: str, embed: str, today: Any) -> None:
    page = client.get(path).content.decode()
    written = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert len(written) == 2
    assert all("<" not in each for each in written)
    for each, query in zip(written, ("", f"?as_of={today}&known=edition-2"), strict=True):
        frame = html.unescape(each)
        assert re.fullmatch(
            r'<iframe src="[^"<>]+" title="[^"<>]+" width="100%" height="\d+" loading="lazy" referrerpolicy="no-referrer"></iframe>', frame
        )
        assert html.unescape(re.search(r'src="([^"]+)"', frame)[1]) == ORIGIN + embed + query
        assert "Policy-recommendation tracker" in frame


def test_a_title_cannot_break_out_of_the_html_to_copy() -> None:
    from tracker.public.views.embeds import snippet

    written = snippet("https://example.org/?a=1&b=2", '"><script>alert(1)</script>', 300)
    assert "<script" not in written
    assert written.count('"') == 12


@pytest.mark.parametrize(("path", "most"), [(EMBEDS[0], 4), (EMBEDS[1], 4), (EMBEDS[2], 3), ("/share/status/MQ-1/AL/", 4)])
def test_an_embed_asks_a_fixed_number_of_questions(client: Client, path: str, most: int) -> None:
    with CaptureQueriesContext(connections["public"]) as asked:
        client.get(path)
    assert len(asked) == most

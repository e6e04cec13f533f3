"""Every number opens the rows that it counts: each link is followed to the list behind it, on several days and with filters."""

import functools
import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from tracker.public.clocks import read_clocks
from tracker.public.columns import LISTINGS

LISTS = {
    "/recommendations/": "addressees",
    "/effects/": "effects",
    "/governments/": "governments",
    "/documents/": "documents",
    "/actions/": "actions",
    "/citations/": "citations",
    "/changes/": "changes",
}
PAGES = {
    "/": 20,
    "/recommendations/MQ-1/": 6,
    "/governments/BE/": 8,
    "/governments/CA/": 6,
    "/governments/BE/brief/": 8,
    "/documents/WP-MQ/brief/": 12,
    "/documents/ENAYAT-2020/brief/": 4,
    "/documents/WP-MQ/": 20,
    "/governments/": 30,
    "/changes/": 2,
    "/methodology/": 40,
    "/map/?recommendation=MQ-1": 4,
    "/map/?document=WP-MQ": 10,
    "/map/?document=WP-MQ&measure=expulsion&group=EU-MEMBERS": 4,
    "/map/?document=WP-MQ&status=implemented&status=no_evidence": 4,
    "/compare/?government=AL&with_government=FR": 8,
    "/compare/?government=AL&with_government=FR&document=WP-MQ": 4,
    "/compare/?document=WP-MQ&with_document=HAKAMIAN-2019": 12,
    "/compare/?document=WP-MQ&with_document=ENAYAT-2020&disputed=yes": 4,
    "/compare/?as_of=2019-06-01&with_as_of=2022-12-31": 6,
    "/compare/?as_of=2022-12-31&known=edition-1&with_known=edition-2": 6,
    "/matrix/": 20,
    "/matrix/?document=WP-MQ&group=EU-MEMBERS&group_on=2019-02-01": 4,
}
"""Pages, each with how many different links at least have to be followed there."""
PAST = [
    "/",
    "/recommendations/MQ-1/",
    "/governments/BE/",
    "/governments/BE/brief/",
    "/documents/WP-MQ/brief/",
    "/map/?recommendation=MQ-1",
    "/map/?document=WP-MQ",
    "/compare/?government=AL&with_government=FR",
    "/matrix/?document=WP-MQ&group=EU-MEMBERS&group_on=2019-02-01",
]
NUMBER = re.compile(r"(?<![\d.-])(\d+)(?![\d.-])")


def rows_of(client: Client, name: str, query: str) -> list[dict[str, Any]]:
    """All rows of a list, as its file has them."""
    answer = client.get(f"/api/v1/{name}.json?{query}")
    assert answer.status_code == 200, (name, query)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return json.loads(body)["results"]


@functools.cache
def count(address: str, *, of_recommendations: bool = False) -> int:
    """How many rows a list has, by the query that its page and its file ask; of addressees those that are counted, or their recommendations.

    Only where recommendations are counted does an address of the list say that they must have a counted addressee. Nobody writes to the database.
    """
    parts = urlsplit(address)
    parameters = QueryDict(parts.query)
    clocks = read_clocks(parameters, now=timezone.now())
    name = LISTS[parts.path]
    rows = LISTINGS[name].queryset(clocks, LISTINGS[name].filters(parameters, clocks), parameters)
    if name == "addressees" and (of_recommendations or "counted" in parameters):
        return rows.order_by().values("recommendation").distinct().count()
    return rows.filter(counted=True).count() if name == "addressees" else rows.count()


def numbers(page: str) -> Iterator[tuple[str, str, int]]:
    """The links of a page to lists whose words hold one number: address, words and number."""
    main = page[page.index("<main") : page.index("</main>")]
    for link, words in set(re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', main, re.DOTALL)):
        address = html.unescape(link)
        said = html.unescape(re.sub(r"<[^>]+>", " ", words))
        found = NUMBER.findall(said)
        parts = urlsplit(address)
        if parts.path in LISTS and not parts.fragment and len(found) == 1:
            yield address, said, int(found[0])


def check(client: Client, path: str) -> int:
    """How many numbers were followed; fails at the first that opens other rows than it counts."""
    followed = 0
    for address, words, number in numbers(client.get(path).content.decode()):
        found = count(address, of_recommendations=bool(re.search(r"\brecommendations?\b", words)) and "counted recommendation" not in words)
        assert found == number, f"{path}: “{words.strip()}” opens {found} rows at {address}"
        followed += 1
    return followed


@pytest.mark.parametrize("path", PAGES)
def test_each_number_is_the_count_of_its_rows(published: Any, path: str) -> None:
    assert check(Client(), path) >= PAGES[path]


@pytest.mark.parametrize("path", PAST)
def test_each_number_of_a_past_day_is_the_count_of_its_rows(published: Any, path: str) -> None:
    assert check(Client(), path + ("&" if "?" in path else "?") + "as_of=2022-12-31") > 3


def test_a_source_opens_what_stands_with_it_and_not_what_it_reports_of_others(published: Any) -> None:
    """ENAYAT-2020 makes one recommendation, relays one that no document of its own makes, and reports two that a resolution makes."""
    client = Client()
    (source,) = [row for row in client.get("/").context["dashboard"].sources if row.document.key == "ENAYAT-2020"]
    assert (source.recommendations, source.distribution.total) == (2, 8)
    assert source.rows_filters == {"recommendation": ["EN-2", "EN-3"]}


def test_governments_are_listed_by_whether_they_are_counted(published: Any) -> None:
    client = Client()
    every, counted = rows_of(client, "governments", ""), rows_of(client, "governments", "counted=yes")
    addressees = rows_of(client, "addressees", "")
    assert {row["code"] for row in counted} == {row["government"] for row in addressees if row["counted"]}
    assert {row["code"] for row in rows_of(client, "governments", "counted=no")} == {row["government"] for row in addressees if not row["counted"]}
    assert len(counted) < len(every)


@pytest.mark.parametrize("basis", ["named", "group_member", "tracked", "model_cited"])
def test_addressees_are_listed_by_why_they_stand_there(published: Any, basis: str) -> None:
    client = Client()
    assert rows_of(client, "addressees", f"basis={basis}") == [row for row in rows_of(client, "addressees", "") if row["basis"] == basis]
    refused = client.get("/api/v1/addressees?basis=guessed")
    assert refused.status_code == 400
    assert refused.json()["filter"] == "basis"


def test_changes_are_listed_by_edition(published: Any) -> None:
    client = Client()
    every = rows_of(client, "changes", "")
    for number in (1, 2):
        assert rows_of(client, "changes", f"edition={number}") == [row for row in every if row["edition"] == number]
    for bad in ("0", "soon", "-1", "99999999999999999999"):
        assert client.get(f"/api/v1/changes?edition={bad}").json()["filter"] == "edition"

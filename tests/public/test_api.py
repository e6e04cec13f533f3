"""/api/v1/: the same rows as the pages, in every format, refused in words when asked wrongly."""

import csv
import datetime as dt
import io
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.public.columns import LISTINGS
from tracker.public.filters import AddresseeFilters
from tracker.public.formats import ENDINGS

LISTS = list(LISTINGS)
KNOWN_TAKES = "known takes a day up to today, as 2026-11-20, an instant, as 2026-11-20T12:00:00Z, or an edition of this site, as edition-17."
PAGES = [
    "/",
    "/recommendations/",
    "/recommendations/MQ-1/",
    "/governments/",
    "/governments/AL/",
    "/governments/EU-MEMBERS/",
    "/matrix/",
    "/recommendations/MQ-1/AL/",
    "/documents/",
    "/documents/WP-MQ/",
    "/actions/",
    "/actions/FR-2018-EXP/",
    "/effects/",
    "/compare/",
    "/compare/?government=AL&with_government=FR",
    "/compare/?document=WP-MQ&with_document=HAKAMIAN-2019",
    "/compare/?as_of=2019-06-01&with_as_of=2022-12-31&known=edition-1&with_known=edition-2",
    "/citations/",
    "/changes/",
    "/corrections/",
    "/methodology/",
    "/data/",
    "/about/",
    "/accessibility/",
]
# Questions that a page may ask the public database, whatever the number of its rows. A facet asks one, and one for its labels.
BUDGETS = {
    "/api/v1/addressees": 27,
    "/": 21,
    "/recommendations/": 30,
    "/recommendations/MQ-1/": 26,
    "/governments/": 14,
    "/governments/AL/": 17,
    "/governments/EU-MEMBERS/": 17,
    "/matrix/": 37,
    "/recommendations/MQ-1/AL/": 16,
    "/documents/": 9,
    "/documents/WP-MQ/": 13,
    "/actions/": 15,
    "/actions/FR-2018-EXP/": 14,
    "/effects/": 15,
    "/compare/": 5,
    "/compare/?government=AL&with_government=FR": 12,
    "/compare/?document=WP-MQ&with_document=HAKAMIAN-2019": 12,
    "/compare/?as_of=2019-06-01&with_as_of=2022-12-31&known=edition-1&with_known=edition-2": 16,
    "/changes/": 11,
    "/corrections/": 10,
    "/methodology/": 4,
    "/citations/": 13,
    "/data/": 3,
    "/about/": 1,
    "/accessibility/": 1,
}


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


def whole(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def read_csv(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(whole(response).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("path", ["/", "/map/", "/timeline/", "/corrections/"])
def test_a_page_without_an_order_asks_its_files_for_none(client: Client, path: str) -> None:
    """It leaves ``sort`` unread, as anything that it does not know; a file would refuse it."""
    links = client.get(path, {"sort": "nothing"}).context["downloads"]
    assert [client.get(link["url"]).status_code for link in links] == [200] * len(ENDINGS)


KEYS = {
    "recommendations": ["reference"],
    "governments": ["code"],
    "documents": ["key"],
    "actions": ["key"],
    "effects": ["key"],
    "citations": ["record_kind", "record_key", "citation", "stance"],
    "changes": ["edition", "kind", "key"],
}
"""Every list that is a page, and the columns that tell its rows apart, which the rows of the page have too."""
ASKED = {name: ["", "?government=AL&government=BE", "?as_of=2020-02-01", "?known=edition-1", "?q=Iran"] for name in KEYS} | {
    "recommendations": ["", "?government=AL", "?status=implemented&status=contrary_action", "?q=expel&as_of=2020-02-01", "?year=2019&disputed=yes"],
}


@pytest.mark.parametrize(("name", "query"), [(name, query) for name, queries in ASKED.items() for query in queries])
def test_the_downloads_hold_the_rows_of_the_page(client: Client, name: str, query: str) -> None:
    """The same rows in the same order, over all pages, by the links that the page has."""
    shown, page, number = [], client.get(f"/{name}/{query}"), 1
    first = page
    while True:
        shown += [tuple(str(getattr(row, key)) for key in KEYS[name]) for row in page.context["page"]]
        if not page.context["page"].has_next():
            break
        number += 1
        page = client.get(f"/{name}/{query}{'&' if query else '?'}page={number}")
    files = {link["url"].partition("?")[0].rpartition(".")[2]: link["url"] for link in first.context["downloads"]}
    assert list(files) == list(ENDINGS)
    answer = json.loads(whole(client.get(files["json"])))
    lines = [json.loads(line) for line in whole(client.get(files["jsonl"])).splitlines()]
    for rows in (read_csv(client.get(files["csv"])), answer["results"], lines):
        assert [tuple(str(row[key]) for key in KEYS[name]) for row in rows] == shown
    assert answer["count"] == len(shown) == first.context["page"].paginator.count
    html = first.content.decode()
    assert all(url.replace("&", "&amp;") in html for url in files.values())


def test_every_list_that_is_a_page_is_compared_with_its_files(client: Client) -> None:
    """Addressees and assessments have their pages with recommendations; corrections are some of the changes."""
    pages = [name for name in LISTS if client.get(f"/{name}/").status_code == 200]
    assert sorted(pages) == sorted(KEYS)


def test_the_matrix_and_its_download_hold_the_same_cells(client: Client) -> None:
    page = client.get("/matrix/?document=WP-MQ&as_of=2023-05-26")
    cells = {(cell.recommendation, cell.government, cell.status.value) for row in page.context["matrix"].rows for cell in row.cells if cell}
    long = next(link["url"] for link in page.context["downloads"] if "shape=long" in link["url"])
    rows = read_csv(client.get(long))
    assert {(row["recommendation"], row["government"], row["status"]) for row in rows} == cells
    assert {row["as_of"] for row in rows} == {"2023-05-26"}


@pytest.mark.parametrize("name", LISTS)
def test_every_list_gives_the_same_rows_as_page_json_and_csv(client: Client, name: str) -> None:
    everything = json.loads(whole(client.get(f"/api/v1/{name}.json")))
    rows = read_csv(client.get(f"/api/v1/{name}.csv"))
    paged, address = [], f"/api/v1/{name}"
    while address:
        answer = client.get(address.removeprefix("http://localhost")).json()
        paged += answer["results"]
        address = answer["next"]
    assert paged == everything["results"]
    assert [row["url"] for row in rows] == [row["url"] for row in paged]
    assert everything["count"] == len(paged) > 0
    assert set(rows[0]) == {*(column.name for column in LISTINGS[name].columns), "url", "as_of", "known", "site_edition", "filter", "ignored"}


@pytest.mark.parametrize("name", LISTS)
def test_every_row_has_a_public_address_that_opens(client: Client, name: str) -> None:
    addresses = {row["url"].removeprefix("http://localhost").split("#")[0] for row in client.get(f"/api/v1/{name}").json()["results"][:10]}
    assert addresses
    for address in addresses:
        assert client.get(address).status_code == 200, address


OPENED = {"as_of": "2022-12-31", "known": "edition-1"}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("asked", [{}, {"as_of": "2022-12-31"}, {"known": "edition-1"}, OPENED], ids=lambda asked: "-".join(asked) or "none")
def test_the_address_of_a_row_is_read_by_the_clocks_of_the_file(client: Client, name: str, asked: dict[str, str]) -> None:
    """As page, JSON and CSV, before the fragment; an address without clocks stays plain."""
    query = urlencode(asked)
    answers = (f"/api/v1/{name}{ending}?{query}" for ending in ("", ".json", ".csv"))
    page, as_json, as_csv = (whole(client.get(answer)) for answer in answers)
    rows = [*json.loads(page)["results"], *json.loads(as_json)["results"], *csv.DictReader(io.StringIO(as_csv.decode("utf-8-sig"), newline=""))]
    assert rows
    for row in rows:
        parts = urlsplit(row["url"])
        assert dict(parse_qsl(parts.query)) == asked
        assert "?" not in parts.fragment
    assert client.get(rows[0]["url"].removeprefix("http://localhost")).status_code == 200


@pytest.mark.parametrize("file", ["matrix.json?", "matrix.csv?", "matrix.csv?shape=long&"])
@pytest.mark.parametrize("asked", [{}, OPENED], ids=["none", "both"])
def test_the_addresses_of_the_matrix_are_read_by_its_clocks(client: Client, file: str, asked: dict[str, str]) -> None:
    body = whole(client.get(f"/api/v1/{file}{urlencode({'document': 'WP-MQ', **asked})}")).decode()
    found = re.findall(r'http://localhost/(?!api/)[^",\s]+', body)  # the pages; the file’s own address says both clocks always
    assert found
    assert {urlsplit(address).query for address in found} == {urlencode(asked)}


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("status=done", "status", "“done”: status takes a status, as implemented or no_evidence; /methodology/ lists them."),
        ("government=ZZ", "government", "“ZZ”: government takes the code of a government on this site, as AL or EU."),
        ("as_of=yesterday", "as_of", "“yesterday”: as_of takes a day up to today, written as 2019-06-01."),
        ("as_of=2999-01-01", "as_of", "“2999-01-01”: as_of takes a day up to today, written as 2019-06-01."),
        ("as_of=2019-02-30", "as_of", "“2019-02-30”: as_of takes a day up to today, written as 2019-06-01."),
        ("known=soon", "known", "“soon”: " + KNOWN_TAKES),
        ("year=19", "year", "“19”: year takes a year of four digits."),
        ("disputed=maybe", "disputed", "“maybe”: disputed takes yes or no."),
        ("group=AL", "group", "“AL”: group takes the code of a group on this site, as EU-MEMBERS."),
        ("known=0001-01-01T00:00:00%2B23:00", "known", "“0001-01-01T00:00:00+23:00”: " + KNOWN_TAKES),
        ("known=9999-12-31T23:59:59-23:00", "known", "“9999-12-31T23:59:59-23:00”: " + KNOWN_TAKES),
        ("known=9999-12-31", "known", "“9999-12-31”: " + KNOWN_TAKES),
        ("earlier=yes", "earlier", "earlier does not apply to this list; it takes " + ", ".join(AddresseeFilters.base_filters) + "."),
        ("page=0", "page", "“0”: page takes a number from 1 to 2."),
        (
            "sort=colour",
            "sort",
            "“colour”: sort takes one of recommendation, government, status, valid_from, with a minus before it for the other way.",
        ),
    ],
)
def test_a_bad_value_is_refused_by_name_in_the_api_and_in_words_on_the_page(client: Client, query: str, name: str, says: str) -> None:
    answer = client.get(f"/api/v1/addressees?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.json()["filter"], answer.json()["detail"]) == (name, says)
    if name not in ("page", "sort"):
        page = client.get(f"/recommendations/?{query}")
        assert page.status_code == 400
        assert says in page.content.decode()


def test_unknown_parameters_and_empty_values_are_ignored(client: Client) -> None:
    plain = client.get("/api/v1/addressees").json()
    assert client.get("/api/v1/addressees?utm_source=letter&status=&government=&q=+&as_of=").json()["count"] == plain["count"]


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/", "/api/v1/addressees", "/api/v1/addressees.csv"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_public_only_reads(client: Client, path: str, method: str) -> None:
    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/addressees", "/api/v1/changes"])
def test_a_page_asks_the_public_connection_alone_and_within_its_budget(client: Client, path: str) -> None:
    client.get(path)
    with (
        CaptureQueriesContext(connections["public"]) as asked,
        CaptureQueriesContext(connections["default"]) as desk,
        CaptureQueriesContext(connections["owner"]) as owner,
    ):
        response = client.get(path)
    assert response.status_code == 200
    assert (len(desk), len(owner)) == (0, 0)
    assert len(asked) <= BUDGETS.get(path, 24), "\n".join(query["sql"][:150] for query in asked)
    assert not response.cookies


def test_a_page_of_few_rows_asks_as_much_as_one_of_many(client: Client) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connections["public"]) as queries:
            client.get(path)
        return len(queries)

    assert asked("/recommendations/?year=2020") == asked("/recommendations/?year=2019")
    assert asked("/recommendations/ER-3/") == asked("/recommendations/MQ-1/")
    assert asked("/governments/VA/") == asked("/governments/CA/")
    assert asked("/recommendations/BA-4/EU/") == asked("/recommendations/MQ-3/EU/")


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/recommendations", "/api/v1/recommendations.csv"])
def test_an_unchanged_page_is_not_sent_again(client: Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert not again.content
    assert client.head(path).status_code == 200
    assert client.get(path, {"as_of": "2020-01-01"})["ETag"] != first["ETag"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_weighs_less_than_100_kb_compressed(client: Client, path: str) -> None:
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 100_000
    again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_pages_that_are_not_there_say_so(client: Client) -> None:
    for path in ("/recommendations/NO-1/", "/governments/ZZ/", "/documents/NONE/", "/actions/NONE/"):
        response = client.get(path)
        assert response.status_code == 404
        assert path.split("/")[2] in response.content.decode()
    assert client.get("/api/v1/nothing").json()["detail"].startswith("No list “nothing”; there are recommendations,")
    early = client.get("/recommendations/MQ-1/?as_of=2019-02-27")
    assert early.status_code == 404
    assert "but not as of" in early.content.decode()


def test_what_people_typed_is_escaped(client: Client) -> None:
    html = client.get("/recommendations/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in html
    html = client.get("/recommendations/", {"status": "<b>x"}).content.decode()
    assert "<b>x" not in html


INSTANTS = st.builds(
    lambda moment, sign, hours: f"{moment}{sign}{hours:02}:00",
    st.datetimes().map(dt.datetime.isoformat)
    | st.sampled_from(["0001-01-01T00:00:00", "0001-01-01T22:00:00", "9999-12-31T01:00:00", "9999-12-31T23:59:59"]),
    st.sampled_from("+-"),
    st.integers(0, 23),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(INSTANTS)
def test_no_instant_breaks_a_list(client: Client, known: str) -> None:
    response = client.get("/api/v1/governments", {"known": known})
    assert response.status_code in (200, 400)
    assert response.status_code == 200 or response.json()["filter"] == "known"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.dictionaries(
        st.sampled_from(["q", "status", "government", "group", "document", "measure", "theme", "year", "disputed", "as_of", "known", "sort", "page"]),
        st.text(max_size=12)
        | st.sampled_from(["AL", "implemented", "2019", "2019-06-01", "yes", "-reference", "\x00", "“", "a'b", "OR", '"', "-"])
        | INSTANTS,
        max_size=4,
    ),
    name=st.sampled_from(LISTS),
)
def test_no_query_breaks_a_list(client: Client, query: dict[str, str], name: str) -> None:
    response = client.get(f"/api/v1/{name}", query)
    assert response.status_code in (200, 400) or ("page" in query and response.status_code == 404)  # no such page
    if response.status_code != 200:
        assert response.json()["filter"] in query
        assert response.json()["detail"].endswith(".")


def test_health(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "edition": 2, "standby": False, "lag_bytes": 0, "lag_seconds": 0.0}

"""A misspelt filter is ignored, as every unknown parameter, and whatever is filtered says so."""

import csv
import html
import io
import json
import re
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import resolve

from tracker.public import citable, layout, sharing
from tracker.public.api import takes
from tracker.public.columns import LISTINGS
from tracker.public.formats import ENDINGS
from tracker.public.ignored import LONGEST, MOST

FILTERED = [name for name in sharing.VIEWS if citable.takes(name)]
HOSTILE = '=<script>alert("x")</script>'


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


def body(client: Client, path: str) -> bytes:
    response: Any = client.get(path)
    assert response.status_code == 200, path
    return b"".join(response.streaming_content) if response.streaming else response.content


def table(client: Client, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, path).decode("utf-8-sig"), newline="")))


def notice(client: Client, path: str) -> str:
    """What a page says of parameters that it does not read, as text; empty where it says nothing."""
    found = re.search(r'<div class="notice"><p>(Not understood.*?)</p></div>', body(client, path).decode())
    return html.unescape(re.sub("<[^>]+>", "", found[1])) if found else ""


@pytest.mark.parametrize("name", LISTINGS)
def test_each_list_and_each_of_its_files_says_what_was_ignored(client: Client, name: str) -> None:
    path, query = f"/api/v1/{name}", "?goverment=AL&colour=&colour=red&status="
    page = json.loads(body(client, path + query))
    assert page["query"]["ignored"] == ["goverment", "colour"]
    assert page["count"] == json.loads(body(client, path))["count"], "and answers all the same"
    assert json.loads(body(client, path))["query"]["ignored"] == []
    assert json.loads(body(client, f"{path}.json{query}"))["query"]["ignored"] == ["goverment", "colour"]
    rows = table(client, f"{path}.csv{query}")
    assert {row["ignored"] for row in rows} == {"goverment; colour"} and list(rows[0])[-1] == "ignored"
    assert {row["ignored"] for row in table(client, f"{path}.csv")} == {""}
    lines = [json.loads(line) for line in body(client, f"{path}.jsonl{query}").splitlines()]
    assert {line["ignored"] for line in lines} == {"goverment; colour"}
    book = openpyxl.load_workbook(io.BytesIO(body(client, f"{path}.xlsx{query}")))
    about = {row[0].value: row[1].value for row in book["About"].rows}
    assert about["ignored"] == "not understood and left aside: goverment; colour"


def test_a_file_has_no_pages_and_says_so(client: Client) -> None:
    assert json.loads(body(client, "/api/v1/actions?page=1"))["query"]["ignored"] == []
    assert json.loads(body(client, "/api/v1/actions.json?page=1"))["query"]["ignored"] == ["page"]


def test_the_files_of_the_matrix_say_what_was_ignored(client: Client) -> None:
    query = "?goverment=AL&rows=governments&page=1"
    assert json.loads(body(client, f"/api/v1/matrix.json{query}"))["ignored"] == ["goverment", "page"]
    assert {row["ignored"] for row in table(client, f"/api/v1/matrix.csv{query}&shape=long")} == {"goverment; page"}
    assert {row["ignored"] for row in table(client, f"/api/v1/matrix.csv{query}")} == {"goverment; page"}
    assert json.loads(body(client, "/api/v1/matrix.json?by=theme"))["ignored"] == []


def test_what_is_described_is_what_is_read(client: Client) -> None:
    """No parameter of the description is called ignored, and none that is read is missing from it."""
    said = json.loads(body(client, "/api/v1/openapi.json"))
    shared = said["components"]["parameters"]

    def named(path: str) -> set[str]:
        given = said["paths"][path]["get"]["parameters"]
        return {(shared[each["$ref"].rsplit("/", 1)[1]] if "$ref" in each else each)["name"] for each in given}

    for name, chosen in LISTINGS.items():
        assert named(f"/api/v1/{name}") == set(takes.names_of(chosen, paged=True))
        for ending in ENDINGS:
            assert named(f"/api/v1/{name}.{ending}") == set(takes.names_of(chosen, paged=False))
    assert named("/api/v1/matrix.json") == set(citable.file_takes("matrix"))


def test_what_a_page_takes_its_list_in_the_api_takes_by_the_same_declaration(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(citable.BESIDE, "actions", (*citable.BESIDE["actions"], "colour"))
    monkeypatch.setattr(layout, "NAMES", (*layout.NAMES, "colour"))
    assert notice(client, "/actions/?colour=red") == notice(client, "/matrix/?colour=red") == ""
    for path in ("/api/v1/actions", "/api/v1/actions.json"):
        assert json.loads(body(client, f"{path}?colour=red"))["query"]["ignored"] == []
    assert json.loads(body(client, "/api/v1/matrix.json?colour=red"))["ignored"] == []


@pytest.mark.parametrize("name", FILTERED)
def test_each_page_with_filters_says_what_was_left_aside_and_what_was_probably_meant(client: Client, name: str) -> None:
    path = f"/{name}/"
    if name == "search":  # it takes no government
        assert notice(client, f"{path}?goverment=AL") == "Not understood and left aside: goverment."
        return
    said = "Not understood and left aside: goverment, colour. Did you mean government?"
    unpaged = name in ("map", "compare")
    assert notice(client, f"{path}?goverment=AL&colour=red&page=1") == (said.replace("colour", "colour, page") if unpaged else said)
    page = body(client, f"{path}?goverment=AL&colour=red&as_of=2021-01-01").decode()
    (led,) = [html.unescape(address) for address in re.findall(r'Did you mean <a href="([^"]+)"', page)]
    assert QueryDict(led[1:]).dict() == {"government": "AL", "colour": "red", "as_of": "2021-01-01"}
    assert notice(client, path + led.replace("colour=red", "")) == ""
    assert notice(client, path) == notice(client, f"{path}?utm_source=letter&fbclid=1&goverment=") == ""


def subtitle(client: Client, path: str) -> str:
    return html.unescape(re.search(r"<subtitle>(.*?)</subtitle>", body(client, path).decode())[1])


def test_the_feed_says_what_was_left_aside(client: Client) -> None:
    plain = subtitle(client, "/feeds/changes.atom")
    assert "left aside" not in plain
    assert subtitle(client, "/feeds/changes.atom?kind=document&page=1&utm_source=letter") == plain
    address = f"/feeds/changes.atom?knd=document&sort=-edition&{quote(HOSTILE)}=1&%01x=1"
    assert subtitle(client, address) == f"{plain} Not understood and left aside: knd, sort, {HOSTILE}, x."
    ElementTree.fromstring(body(client, address))
    assert body(client, address).count(b"<entry>") == body(client, "/feeds/changes.atom").count(b"<entry>")


def test_a_name_is_shown_as_text_cut_and_not_all_of_many(client: Client) -> None:
    page = body(client, f"/actions/?{quote(HOSTILE)}=1").decode()
    assert "<script>alert" not in page and html.escape(HOSTILE) in page
    assert {row["ignored"] for row in table(client, f"/api/v1/actions.csv?{quote(HOSTILE)}=1")} == {"'" + HOSTILE}
    many = "&".join(f"{'x' * 300}{number}=1" for number in range(50))
    assert json.loads(body(client, f"/api/v1/actions?{many}"))["query"]["ignored"] == ["x" * LONGEST] * MOST
    assert notice(client, f"/actions/?{many}").count("x" * LONGEST) == MOST
    assert "x" * (LONGEST + 1) not in notice(client, f"/actions/?{many}")


def test_it_is_kept_by_caches_as_before(client: Client) -> None:
    plain, more = client.get("/actions/"), client.get("/actions/?goverment=AL")
    assert plain["Cache-Control"] == more["Cache-Control"] and plain["ETag"] != more["ETag"]
    assert client.get("/actions/?goverment=AL", headers={"if-none-match": more["ETag"]}).status_code == 304


@pytest.mark.parametrize("language", ["fr", "fa"])
def test_other_languages_say_it_too(client: Client, language: str) -> None:
    page = body(client, f"/{language}/actions/?goverment=AL").decode()
    assert '<bdi dir="ltr" lang="en">goverment</bdi>' in page and '<bdi dir="ltr" lang="en">government</bdi></a>' in page
    assert notice(client, f"/{language}/actions/?goverment=AL") == "", "in its own words"


def test_no_link_or_form_of_the_site_asks_for_what_is_not_read(client: Client) -> None:
    """Its own addresses say nothing that the page they lead to would leave aside."""
    seen = 0
    others = ("/", "/recommendations/MQ-1/", "/governments/AL/", "/methodology/", "/map/?region=europe", "/compare/?government=AL&with_government=FR")
    for start in (*others, *(f"/{name}/" for name in FILTERED)):
        page = body(client, start).decode()
        for address in re.findall(r'href="([/?][^"]*)"', page):
            path, _mark, query = html.unescape(address).partition("?")
            path = path.split("#")[0] or start.split("?")[0]
            if not query or path.startswith(("/static/", "/api/", "/cite/", "/feeds/", "/challenge/", "/fr/", "/fa/")):
                continue
            known = citable.takes(str(resolve(path).url_name))
            if known:
                seen += 1
                assert set(QueryDict(query.split("#")[0])) <= set(known), address
        for form in re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL):
            action = re.search(r'action="([^"]+)"', form)
            known = citable.takes(str(resolve(action[1].split("#")[0] if action else start.split("?")[0]).url_name))
            if known:
                assert set(re.findall(r'name="([^"]+)"', form)) <= set(known), start
    assert seen > 200

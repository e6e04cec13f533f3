"""Pages for people: who answers for the site, the data, the coverage of sources; and that every page is near and no link is dead."""

import html
import json
import re
from collections import Counter
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from django.test import Client

from tests.public import casefile
from tracker.public.columns import LISTINGS


def get(path: str, **query: str) -> str:
    response = Client().get(path, query)
    assert response.status_code == 200, path
    return response.content.decode()


# Who answers for it


@pytest.mark.parametrize("path", ["/about/", "/accessibility/"])
@pytest.mark.parametrize(
    ("name", "contact", "said"),
    [
        ("", "", "The operator of this site has not named itself here. It gives no contact"),
        ("An <institute>", "", "This site is run by An &lt;institute&gt;."),
        ("A", "desk@example.org", '<a href="mailto:desk@example.org" rel="noopener">desk@example.org</a>'),
        ("A", "https://example.org/contact", '<a href="https://example.org/contact" rel="noopener">'),
        ("A", "javascript:alert(1)", "Contact: javascript:alert(1)</p>"),
    ],
)
def test_the_operator_is_named_as_the_settings_name_it(published: str, settings: Any, path: str, name: str, contact: str, said: str) -> None:
    settings.OPERATOR_NAME, settings.OPERATOR_CONTACT = name, contact
    assert said in re.sub(r"\s+", " ", get(path))


# Data


def test_each_list_is_to_be_had_by_the_days_of_the_page(published: str) -> None:
    page = get("/data/", as_of="2020-06-01")
    files = re.findall(r'href="(/api/v1/[a-z]+\.(?:csv|json)\?as_of=2020-06-01)"', page)
    assert len(files) == 2 * len(LISTINGS)
    for address in files[:4]:
        assert Client().get(address).status_code == 200


def test_the_head_of_the_chain_stands_there(published: str) -> None:
    head = Client().get("/api/v1/changes").json()["chain_head"]
    assert head["digest"] in get("/data/")


# Coverage


def test_coverage_counts_the_citations_of_the_case_files(published: str) -> None:
    """By hand: at least each citation of an action, by the government that acted and the interest of the source; assessments add theirs."""
    expected: Counter[tuple[str, str]] = Counter()
    for case in casefile.CASES:
        government = {row["key"]: row["government"] for row in casefile.rows(case, "actions")}
        interest = {row["key"]: row["interest"].split(":")[0] for row in casefile.rows(case, "sources")}
        for row in casefile.rows(case, "evidence"):
            if row["record_kind"] == "action":
                expected[government[row["record_key"]], interest[row["source_key"]]] += 1
    page = Client().get("/methodology/")
    shown = {(row.code, interest.value): uses for row in page.context["coverage"] for interest, uses, _documents in row.cells}
    followed = {code: number for code, number in expected.items() if code[0] in {row.code for row in page.context["coverage"]}}
    assert len(followed) > 25, "acting governments that are no addressees have no row"
    for (code, interest), number in followed.items():
        assert shown[code, interest] >= number, (code, interest)
    assert "no official source" in page.content.decode()


def test_each_number_of_the_coverage_opens_its_citations(published: str) -> None:
    part = get("/methodology/").split('id="coverage"')[1].split("</section>")[0]
    links = re.findall(r'<a href="(/citations/[^"]+)">(\d+)</a>', part)
    assert len(links) > 40
    for address, number in links[::7]:
        asked = html.unescape(address).replace("/citations/", "/api/v1/citations")
        assert Client().get(asked).json()["count"] == int(number), address


# Near, and no link dead

KINDS = (
    r"/", r"/recommendations/", r"/recommendations/[^/]+/", r"/governments/", r"/governments/[^/]+/", r"/documents/", r"/documents/[^/]+/",
    r"/actions/", r"/actions/[^/]+/", r"/effects/", r"/citations/", r"/matrix/", r"/changes/", r"/corrections/", r"/challenge/", r"/methodology/",
    r"/data/", r"/about/", r"/accessibility/", r"/api/v1/", r"/feeds/changes\.atom", r"/timeline/", r"/map/", r"/compare/", r"/search/",
    r"/recommendations/[^/]+/[^/]+/", r"/governments/[^/]+/brief/", r"/documents/[^/]+/brief/", r"/share/.+", r"/cite/.+",
    r"/f[ra]/.*",
)  # fmt: skip
"""The kinds of page that a reader can come to."""
OF_A_KIND = 2
"""Pages of each kind that are opened; of their links, each kind of address is followed."""


def kind_of(path: str) -> str:
    return next((kind for kind in KINDS if re.fullmatch(kind, path)), path)


def test_every_kind_of_page_is_three_clicks_from_the_front_page_and_no_link_is_dead(published: str) -> None:
    client = Client()
    opened: Counter[str] = Counter()
    answers: dict[str, int] = {}
    clicks = {"/": 0}
    queue = ["/"]
    while queue:
        address = queue.pop(0)
        path = address.split("?")[0]
        if opened[kind_of(path)] >= OF_A_KIND:
            continue
        response = client.get(address)
        answers[address] = response.status_code
        assert response.status_code == 200, address
        opened[kind_of(path)] += 1
        if not response["Content-Type"].startswith("text/html"):
            continue
        page = response.content.decode()
        ids = set(re.findall(r' id="([^"]+)"', page))
        for href in {html.unescape(href) for href in re.findall(r'<a [^>]*href="([^"]*)"', page)}:
            target, fragment = urldefrag(href)
            if not target:
                assert fragment in ids, f"{address} leads to #{fragment}, which is not there"
            elif target.startswith(("/", "?")):
                clicks.setdefault(urljoin(address, target), clicks[address] + 1)
                queue.append(urljoin(address, target))
    near = {kind_of(address.split("?")[0]) for address, number in clicks.items() if number <= 3}
    assert set(KINDS) <= near, set(KINDS) - near


@pytest.mark.parametrize("path", ["/recommendations/MQ-1/", "/actions/BE-2021-JUD/", "/documents/WP-MQ/"])
def test_each_record_leads_to_its_challenge(published: str, path: str) -> None:
    """And a page of what the site said earlier does not: what is challenged is what it says now."""
    assert "/challenge/?kind=" in get(path)
    assert "/challenge/?kind=" not in get(path, known=json.loads(Client().get("/api/v1/changes").content)["results"][0]["published_at"])

"""Each page leads to the feed of exactly what it is about, and a withdrawn record leaves a tombstone that says all of it."""

import re
import xml.etree.ElementTree as ElementTree
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests import builders

ATOM = "{http://www.w3.org/2005/Atom}"


def get(path: str) -> Any:
    return Client(SERVER_NAME="localhost").get(path)


def feeds_of(path: str) -> list[str]:
    return [
        unescape(each)
        for each in re.findall(r'<link rel="alternate" type="application/atom\+xml" title="[^"]*" href="([^"]*)"', get(path).content.decode())
    ]


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("/recommendations/MQ-1/", "?recommendation=MQ-1"),
        ("/governments/AL/", "?government=AL"),
        ("/governments/EU-MEMBERS/", "?group=EU-MEMBERS"),
        ("/documents/WP-MQ/", "?kind=document&record=WP-MQ"),
        ("/actions/AL-2022-SEV/", "?kind=action&record=AL-2022-SEV"),
        ("/recommendations/?status=implemented&government=AL&government=FR", "?status=implemented&government=AL&government=FR"),
        ("/actions/?government=AL&year=2022", "?government=AL&kind=action"),
        ("/documents/?document=WP-MQ", "?document=WP-MQ&kind=document"),
        ("/matrix/?document=WP-MQ", "?document=WP-MQ"),
        ("/governments/", ""),
        ("/changes/?nature=first", "?nature=first"),
        ("/corrections/", "?nature=correction"),
    ],
)
def test_a_page_leads_to_one_feed_of_its_own_filters(published: str, path: str, feed: str) -> None:
    assert feeds_of(path) == [f"/feeds/changes.atom{feed}"]
    response = get(f"/feeds/changes.atom{feed}")
    assert response.status_code == 200
    root = ElementTree.fromstring(response.content)
    assert root.tag == f"{ATOM}feed"
    for entry in (root, *root.findall(f"{ATOM}entry")):
        assert all(len(entry.findall(f"{ATOM}{name}")) == 1 for name in ("id", "title", "updated")), "as RFC 4287 has it"
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    assert all(entry.findtext(f"{ATOM}author/{ATOM}name") for entry in root.iter(f"{ATOM}entry"))


def test_a_filter_that_a_feed_cannot_have_is_said(published: str) -> None:
    said = get("/actions/?government=AL&year=2022").content.decode()
    assert "(without the filters of this list that do not apply to changes: year)" in said


def test_a_feed_follows_what_was_withdrawn_too(desk: str) -> None:
    paper = builders.document("PAPER")
    passage = builders.citation(paper, "EV-1")
    asked = builders.recommendation("REC-1", paper)
    action = builders.action("ACT-1")
    for record in (asked, action):
        builders.cite(record, passage)
    builders.put_out(paper, asked, action)
    assert len(feed_titles("?government=AL&kind=action")) == 1
    builders.taken_off(action, reason="It did not happen.")
    assert [title.split(":")[0] for title in feed_titles("?government=AL&kind=action")] == ["withdrawn", "first published"]
    assert [title.split(":")[0] for title in feed_titles("?kind=action&record=ACT-1")] == ["withdrawn", "first published"]
    assert feed_titles("?government=AL&kind=action&nature=correction")[0].startswith("withdrawn")


def feed_titles(query: str) -> list[str]:
    root = ElementTree.fromstring(get(f"/feeds/changes.atom{query}").content)
    return [entry.findtext(f"{ATOM}title") or "" for entry in root.iter(f"{ATOM}entry")]


def test_a_tombstone_says_who_when_why_what_since_when_and_leads_to_the_past_and_a_feed(desk: str) -> None:
    paper = builders.document("PAPER", title="A paper")
    builders.put_out(paper)
    edition = builders.taken_off(paper, reason="It is a forgery.")
    response = get("/documents/PAPER/?as_of=2020-01-01")
    said = response.content.decode()
    assert response.status_code == 410
    assert all(words in said for words in ("A paper", "It is a forgery.", "approved by Rita Reviewer", "was public from", "was withdrawn on"))
    past = re.search(r'href="(/documents/PAPER/\?[^"]*)">What this site said', said)
    assert past and past[1] == f"/documents/PAPER/?known=edition-{edition.number - 1}"
    assert get(past[1]).status_code == 200
    assert feeds_of("/documents/PAPER/") == ["/feeds/changes.atom?kind=document&record=PAPER"]
    assert [title.split(":")[0] for title in feed_titles("?kind=document&record=PAPER")] == ["withdrawn", "first published"]


def test_a_recommendation_says_that_a_verdict_on_it_was_withdrawn(desk: str) -> None:
    paper = builders.document("PAPER")
    passage = builders.citation(paper, "EV-1")
    asked = builders.recommendation("REC-1", paper)
    verdict = builders.assessment("AS-1", asked)
    for record in (asked, verdict):
        builders.cite(record, passage)
    builders.put_out(paper, asked, verdict)
    builders.taken_off(verdict, reason="It rested on a rumour.")
    said = get("/recommendations/REC-1/").content.decode()
    assert "It rested on a rumour." in said and "withdrawn" in said.split('id="corrections"')[1]

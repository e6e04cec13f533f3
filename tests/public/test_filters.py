"""The filters are the same everywhere: every list takes each of them, and none is passed over in silence."""

import json
from typing import Any

import pytest
from django.test import Client

from tracker.public.columns import LISTINGS
from tracker.public.filters import EVERYWHERE, GRAMMARS, filter_names

VALUES = {
    "q": "diplomats",
    "recommendation": "MQ-1",
    "status": "implemented",
    "government": "AL",
    "group": "EU-MEMBERS",
    "document": "WP-MQ",
    "measure": "expulsion",
    "theme": "no-theme",
    "year": "2019",
    "disputed": "yes",
}
ONLY_THESE = [name for name in EVERYWHERE if name != "theme"]  # the case files have no themes


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


def rows(client: Client, name: str, query: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/{name}.json", query or {})
    return json.loads(b"".join(answer.streaming_content))["results"]  # type: ignore[attr-defined, arg-type]


def keys(client: Client, name: str, **query: Any) -> set[str]:
    return {row["key"] for row in rows(client, name, query)}


@pytest.mark.parametrize("name", LISTINGS)
def test_every_list_takes_every_filter(name: str) -> None:
    assert set(EVERYWHERE) == set(VALUES)
    assert set(EVERYWHERE) <= set(LISTINGS[name].filters.base_filters)
    assert set(LISTINGS[name].filters.THROUGH) <= set(LISTINGS[name].filters.base_filters)
    assert LISTINGS[name].filters in GRAMMARS


@pytest.mark.parametrize("name", LISTINGS)
@pytest.mark.parametrize("filter_name", ONLY_THESE)
def test_no_filter_is_passed_over_in_silence(client: Client, name: str, filter_name: str) -> None:
    everything, found = rows(client, name), rows(client, name, {filter_name: VALUES[filter_name]})
    assert len(found) < len(everything)
    if filter_name != "q" and (name, filter_name) != ("changes", "year"):  # nothing of this site was published in 2019
        assert found, "some row of each list has something to do with it"
    assert all(row in everything for row in found)


@pytest.mark.parametrize("name", LISTINGS)
def test_a_filter_of_another_list_is_refused_by_name(client: Client, name: str) -> None:
    takes = LISTINGS[name].filters.base_filters
    for other in set(filter_names()) - set(takes):
        answer = client.get(f"/api/v1/{name}", {other: "yes"})
        assert answer.status_code == 400
        assert answer.json()["filter"] == other
        assert answer.json()["detail"] == f"{other} does not apply to this list; it takes {', '.join(takes)}."


@pytest.mark.parametrize("name", LISTINGS)
def test_a_theme_that_is_not_there_is_refused(client: Client, name: str) -> None:
    assert client.get(f"/api/v1/{name}", {"theme": "no-theme"}).json()["filter"] == "theme"


# What the filters ask for where they are no property of the row


def test_actions_by_the_status_of_what_they_bear_on(client: Client) -> None:
    statuses = {(row["recommendation"], row["government"]): row["status"] for row in rows(client, "addressees")}
    effects = rows(client, "effects")
    for status in ("implemented", "rejected", "not_assessed"):
        expected = {row["action"] for row in effects if statuses[row["recommendation"], row["government"]] == status}
        assert keys(client, "actions", status=status) == expected
        assert keys(client, "effects", status=status) == {
            row["key"] for row in effects if statuses[row["recommendation"], row["government"]] == status
        }
    both = {row["action"] for row in effects if row["recommendation"] == "MQ-1" and statuses["MQ-1", row["government"]] == "implemented"}
    assert keys(client, "actions", status="implemented", recommendation="MQ-1") == both, "both of one and the same addressee"


def test_governments_by_what_was_addressed_to_them(client: Client) -> None:
    addressees = rows(client, "addressees")
    for query in ({"status": "rejected"}, {"recommendation": "MQ-1"}, {"recommendation": "MQ-1", "status": "no_evidence"}, {"year": "2015"}):
        expected = {
            row["government"]
            for row in addressees
            if row["status"] == query.get("status", row["status"])
            and row["recommendation"] == query.get("recommendation", row["recommendation"])
            and row["recommended_on"][:4] == query.get("year", row["recommended_on"][:4])
        }
        assert {row["code"] for row in rows(client, "governments", query)} == expected
    assert {row["code"] for row in rows(client, "governments", {"q": "belgium"})} == {"BE"}


def test_documents_by_what_they_are_cited_for(client: Client) -> None:
    found = keys(client, "documents", recommendation="MQ-1")
    page = client.get("/recommendations/MQ-1/").context["story"]
    cited = {citation.document for citation in page.citations}
    cited |= {citation.document for story in page.stories for citation in story.citations}
    cited |= {citation.document for item in page.effects for citation in item.citations}
    assert cited | {"WP-MQ", "HAKAMIAN-2019"} <= found
    assert "TRC-2015" not in found
    assert {"TRC-2015"} == keys(client, "documents", government="CA", document="TRC-2015")
    assert keys(client, "documents", kind="judgment") == {"CONSTC-2303", "ETAAMB-221212", "ILBC-163"}


def test_changes_by_what_changed(client: Client) -> None:
    found = rows(client, "changes", {"government": "AL"})
    assert {row["key"] for row in found if row["kind"] == "action"} == keys(client, "actions", government="AL")
    assert {row["key"] for row in found if row["kind"] == "assessment"} == keys(client, "assessments", government="AL")
    assert {row["key"] for row in found if row["kind"] == "recommendation"} == {
        row["recommendation"] for row in rows(client, "addressees", {"government": "AL"})
    }
    assert {row["kind"] for row in rows(client, "changes", {"kind": "document"})} == {"document"}


# Words, several times


@pytest.mark.parametrize("name", LISTINGS)
def test_words_given_twice_are_any_of_them(client: Client, name: str) -> None:
    one, other = (rows(client, name, {"q": word}) for word in ("Albania", "Denmark"))
    both = rows(client, name, {"q": ["Albania", "Denmark"]})
    assert one and other
    assert [row for row in rows(client, name) if row in one or row in other] == both


def test_words_given_twice_are_shown_as_one_search(client: Client) -> None:
    html = " ".join(client.get("/recommendations/", {"q": ["expel", "close"]}).content.decode().split())
    assert 'value="expel OR close"' in html
    assert "<b>expel</b> or <b>close</b>" in html
    together = rows(client, "recommendations", {"q": "expel OR close"})
    assert rows(client, "recommendations", {"q": ["expel", "close"]}) == together


# Controls


def test_the_list_of_recommendations_has_a_control_for_every_filter(client: Client) -> None:
    page = client.get("/recommendations/")
    html = page.content.decode()
    facets = {facet.name: facet for facet in page.context["facets"]}
    for name in LISTINGS["recommendations"].filters.base_filters:
        if name == "q":
            assert '<input type="search" id="q" name="q"' in html
            continue
        assert f">{facets[name].label[0].upper()}{facets[name].label[1:]}</summary>" in html, name
        for value in facets[name].values:
            assert f'<input type="checkbox" name="{name}" value="{value.value}"' in html
    for name in ("recommendation", "group"):
        assert facets[name].values
        assert all(value.count for value in facets[name].values)


@pytest.mark.parametrize("name", LISTINGS)
def test_every_facet_counts_what_its_value_would_give(client: Client, name: str) -> None:
    """On every list, whatever the facet: follow each value and count the rows."""
    facets = client.get(f"/api/v1/{name}").json()["facets"]
    assert any(facets.values())
    for filter_name, values in facets.items():
        for value in values[:6]:
            assert client.get(f"/api/v1/{name}", {filter_name: value["value"]}).json()["count"] == value["count"], (filter_name, value)


def test_those_whom_a_recommendation_names_are_named(client: Client) -> None:
    html = client.get("/recommendations/ER-1/").content.decode()
    assert 'Addressed to</dt><dd><a href="/governments/BE/">Belgium</a>' in html

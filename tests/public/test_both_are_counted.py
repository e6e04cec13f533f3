"""Wherever statuses or actions are summed up, what disputes them is counted as well, and opens its rows."""

import html
import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client

from tests import builders


def cells(page: str, first: str) -> list[str]:
    """The cells of the row of a table whose heading says these words, without their tags."""
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if first in row)
    return [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", cell))).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]


def text(path: str, **parameters: str) -> str:
    response = Client().get(path, parameters)
    assert response.status_code == 200
    return response.content.decode()


def disputed(**filters: Any) -> int:
    """Of how many counted addressees the status is disputed, as the API says it."""
    rows: Iterable[dict[str, Any]] = Client().get("/api/v1/addressees", {**filters, "disputed": "yes", "counted": "yes"}).json()["results"]
    return len(list(rows))


def test_the_overview_says_what_stands_for_and_against_its_latest_actions(published: str) -> None:
    page = text("/")
    actions = re.search(r'aria-labelledby="h-actions".*?</section>', page, re.DOTALL)
    assert actions
    lines = re.findall(r"<li>.*?</li>", actions[0], re.DOTALL)
    rows = {row["key"]: row for row in Client().get("/api/v1/actions", {"page_size": "200"}).json()["results"]}
    assert len(lines) > 3
    for line in lines:
        key = re.search(r"/actions/([^/]+)/", line)
        assert key
        if key[1] in rows:
            said = re.sub(r"<[^>]+>", "", line)
            assert f"{rows[key[1]]['supports']} for, {rows[key[1]]['disputes']} against" in said


def test_the_map_of_a_document_counts_disputes(published: str) -> None:
    page = text("/map/", document="WP-MQ")
    for code, name in (("AL", "Albania"), ("AU", "Australia"), ("BE", "Belgium")):
        assert cells(page, f"/governments/{code}/")[2] == str(disputed(document="WP-MQ", government=code)), name
    filtered = text("/map/", document="WP-MQ", disputed="no")
    assert cells(filtered, "/governments/AU/")[2] == "0"


def test_the_page_of_a_document_counts_disputes(published: str) -> None:
    page = text("/documents/WP-MQ/")
    numbers = {reference: cells(page, f"/recommendations/{reference}/")[-1] for reference in ("MQ-1", "MQ-2", "MQ-6")}
    assert numbers == {reference: str(disputed(recommendation=reference)) for reference in numbers}
    assert set(numbers.values()) != {"0"}


@pytest.mark.parametrize(
    ("query", "left", "right"),
    [
        ({"government": "AL", "with_government": "FR"}, {"government": "AL"}, {"government": "FR"}),
        ({"document": "WP-MQ", "with_document": "ENAYAT-2020"}, {"document": "WP-MQ"}, {"document": "ENAYAT-2020"}),
        ({"as_of": "2019-06-01", "with_as_of": "2022-12-31"}, {"as_of": "2019-06-01"}, {"as_of": "2022-12-31"}),
    ],
)
def test_a_comparison_counts_disputes_on_both_sides(published: str, query: dict[str, str], left: dict[str, str], right: dict[str, str]) -> None:
    one, other = disputed(**left), disputed(**right)
    found = cells(text("/compare/", **query), ">of these disputed<")
    assert found[:3] == ["of these disputed", str(one), str(other)]


def test_an_action_that_advocacy_alone_reports_is_attributed_beside_the_chain_too(desk: str) -> None:
    """It is on record, and the status does not rest on it: the line that says so says whose claim it is."""
    made = builders.everything()
    campaign = builders.document("CAMPAIGN", interest="advocacy", stake="campaigns for it", publisher="A campaign")
    claimed = builders.action("ACT-CLAIMED", on="2020-02-02", title="A consulate was closed")
    builders.effect(claimed, made["recommendation"], key="EFF-CLAIMED")
    builders.cite(claimed, builders.citation(campaign, "EV-CLAIMED", says="A consulate was closed."))
    builders.put_out(*builders.publishables(made), campaign, claimed)
    page = text("/recommendations/REC-1/AL/")
    beside = page[page.index("Also on record, and not what the status rests on") :]
    line = re.search(r"<li>.*?</li>", beside, re.DOTALL)
    assert line
    assert "claimed by A campaign" in re.sub(r"<[^>]+>", "", line[0])

"""Every count of the dashboard, the matrix and the facets equals a plain count of the case file's own rows, today and on five past days."""

import datetime as dt
import json
from collections import Counter
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from tests.public import casefile

DAYS = [None, *(dt.date.fromisoformat(day) for day in ("2019-02-15", "2019-06-01", "2020-01-31", "2022-12-08", "2023-06-30"))]
FILTERS: list[dict[str, list[str]]] = [
    {},
    {"government": ["AL"]},
    {"government": ["BE", "FR"]},
    {"status": ["implemented"]},
    {"status": ["no_evidence", "not_assessed"], "government": ["FR", "NL", "DK"]},
    {"document": ["WP-MQ"]},
    {"document": ["TRC-2015"], "status": ["implemented"]},
    {"year": ["2019"], "disputed": ["yes"]},
    {"recommendation": ["MQ-1", "ER-1"]},
    {"disputed": ["no"], "document": ["ENAYAT-2020"]},
    {"group": ["EU-MEMBERS"], "status": ["no_evidence", "not_assessed"]},
    {"group": ["EU-MEMBERS", "INTL"], "claimed": ["yes"]},
]


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


def address(path: str, day: dt.date | None, filters: dict[str, list[str]] | None = None) -> str:
    parameters = QueryDict(mutable=True)
    for name, values in (filters or {}).items():
        parameters.setlist(name, values)
    if day:
        parameters["as_of"] = day.isoformat()
    return f"{path}?{parameters.urlencode()}"


def rows_of(client: Client, name: str, day: dt.date | None, filters: dict[str, list[str]] | None = None) -> list[dict[str, Any]]:
    """All rows of a list."""
    answer = client.get(address(f"/api/v1/{name}.json", day, filters))
    return json.loads(b"".join(answer.streaming_content))["results"]  # type: ignore[attr-defined]


def nonzero(distribution: Any) -> dict[str, int]:
    return {item.status.value: item.count for item in distribution.counts if item.count}


def statuses(rows: list[casefile.Row]) -> dict[str, int]:
    return dict(Counter(row.status for row in rows if row.status))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_dashboard_counts_what_the_rows_count(client: Client, today: dt.date, day: dt.date | None) -> None:
    dashboard = client.get(address("/", day)).context["dashboard"]
    on = day or today
    rows = casefile.addressees(on)
    counted = [row for row in rows if row.counted]
    assessed = [row for row in counted if row.status != "not_assessed"]

    assert nonzero(dashboard.distribution) == statuses(list(rows))
    assert dashboard.distribution.total == len(counted)
    assert dashboard.recommendations == len({row.recommendation for row in rows})
    assert dashboard.governments == len({row.government for row in counted})
    assert {item.code: nonzero(item.distribution) for item in dashboard.by_government} == {
        code: statuses([row for row in counted if row.government == code]) for code in {row.government for row in counted}
    }
    assert {item.code: item.disputed for item in dashboard.by_government if item.disputed} == dict(
        Counter(row.government for row in counted if row.disputed)
    )
    assert dashboard.certainty.total == len(assessed)
    assert dashboard.certainty.disputed == sum(row.disputed for row in assessed)
    assert dashboard.certainty.single_source == sum(row.corroboration == "single_source" for row in assessed)
    assert dashboard.certainty.claimed == sum(row.claimed for row in assessed)
    assert dashboard.certainty.not_reviewed == len(assessed), "everything came with the software"


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_dashboard_counts_earlier_actions_as_the_case_file_marks_them(client: Client, today: dt.date, day: dt.date | None) -> None:
    dashboard = client.get(address("/", day)).context["dashboard"]
    earlier = dashboard.earlier
    links = casefile.links(day or today)
    marks = Counter(link.earlier for link in links)
    assert (earlier.earlier, earlier.later, earlier.order_unknown) == (marks["yes"], marks["no"], marks["unknown"])
    assert earlier.total == marks.total()
    assert earlier.in_place == sum(link.in_place for link in links)
    counted = {row.government for row in casefile.addressees(day or today) if row.counted}
    by_government = Counter(link.government for link in links if link.earlier == "yes")
    assert {item.code: item.earlier for item in dashboard.by_government} == {code: by_government[code] for code in counted}
    assert {row["key"] for row in rows_of(client, "effects", day) if row["in_place"]} == {link.key for link in links if link.in_place}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_dashboard_counts_by_source(client: Client, today: dt.date, day: dt.date | None) -> None:
    sources = client.get(address("/", day)).context["dashboard"].sources
    made_in = {
        row["key"]: row.get("made_in") or row.get("known_from") or row["source_key"]
        for case in casefile.CASES
        for row in casefile.rows(case, "recommendations")
    }
    rows = casefile.addressees(day or today)
    assert {item.document.key: nonzero(item.distribution) for item in sources} == {
        key: statuses([row for row in rows if made_in[row.recommendation] == key]) for key in {made_in[row.recommendation] for row in rows}
    }
    assert {item.document.key: item.recommendations for item in sources} == dict(
        Counter(made_in[reference] for reference in {row.recommendation for row in rows})
    )


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_each_cell_of_the_matrix_is_that_of_the_case_file(client: Client, today: dt.date, day: dt.date | None, filters: dict[str, list[str]]) -> None:
    matrix = client.get(address("/matrix/", day, filters)).context["matrix"]
    shown = {
        (cell.recommendation, cell.government): (cell.status.value, cell.effective_on, cell.disputed)
        for row in matrix.rows
        for cell in row.cells
        if cell
    }
    expected = {
        (row.recommendation, row.government): (row.status, row.since, row.disputed) for row in casefile.matching(day or today, filters) if row.counted
    }
    assert shown == expected


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("listing", ["recommendations", "addressees"])
def test_each_facet_counts_what_its_value_would_give(
    client: Client, today: dt.date, day: dt.date | None, filters: dict[str, list[str]], listing: str
) -> None:
    answer = client.get(address(f"/api/v1/{listing}", day, filters)).json()
    rows = casefile.matching(day or today, filters)
    assert answer["count"] == len({row.recommendation for row in rows} if listing == "recommendations" else rows)
    assert {"status", "government", "measure"} <= answer["facets"].keys()
    for name, values in answer["facets"].items():
        if name == "theme":
            assert values == []
            continue
        label = "label" if name == "measure" else "value"
        counting = (lambda row: row.recommendation) if listing == "recommendations" else (lambda row: (row.recommendation, row.government))
        expected = casefile.facet(day or today, name, filters, counting)
        assert {value[label]: value["count"] for value in values if value["count"]} == expected, name


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_the_facets_of_the_matrix_count_its_cells(client: Client, today: dt.date, filters: dict[str, list[str]]) -> None:
    facets = client.get(address("/matrix/", None, filters)).context["facets"]
    assert len([facet for facet in facets if facet.name not in ("theme", "measure")]) > 3
    for facet in facets:
        if facet.name in ("theme", "measure"):
            continue
        rows = [row for row in casefile.matching(today, filters, without=facet.name) if row.counted]
        expected = Counter(value for row in rows for value in casefile.VALUES[facet.name](row))
        assert {value.value: value.count for value in facet.values if value.count} == dict(expected), facet.name


def test_past_days_differ_so_that_the_comparison_means_something(today: dt.date) -> None:
    assert len({tuple(casefile.addressees(day or today)) for day in DAYS}) == len(DAYS)

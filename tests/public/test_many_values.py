"""Where a filter has more values than a page shows, it shows those that give most and those that are chosen; others are found by their words."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.conftest import copy_of, pointing_at
from tests.public import large
from tracker.public.facets import MOST, MOST_OFFERED, Facet

DOCUMENTS = 400


@pytest.fixture(scope="module")
def database(cluster: Any, empty_template: str) -> Iterator[str]:
    """450 recommendations of 400 documents: 50 of them make two each."""
    with copy_of(cluster, empty_template) as name:
        with cluster.connect(database=name) as superuser:
            large.write(superuser, recommendations=450, governments=3, documents=DOCUMENTS)
        yield name


@pytest.fixture
def site(database: str, django_db_blocker: Any) -> Iterator[Client]:
    with django_db_blocker.unblock(), pointing_at(database):
        yield Client(SERVER_NAME="localhost")


def facet(client: Client, address: str, name: str = "document") -> Facet:
    return next(each for each in client.get(address).context["facets"] if each.name == name)


def words(client: Client, address: str) -> str:
    return " ".join(html.unescape(client.get(address).content.decode()).split())


def test_those_that_give_most_are_shown_and_how_many_there_are(site: Client) -> None:
    shown = facet(site, "/recommendations/")
    assert (len(shown.values), shown.total, shown.is_cut) == (MOST, DOCUMENTS, True)
    assert sorted(value.count for value in shown.values) == [1] * 10 + [2] * 50
    page = words(site, "/recommendations/")
    assert f"{MOST} of {DOCUMENTS} shown" in page
    assert page.count('name="find_') == 2, "documents and recommendations have more values than are shown, and no other filter"


def test_what_is_chosen_is_shown_however_little_it_gives(site: Client) -> None:
    for name, value in (("document", "DOC-399"), ("recommendation", "R-99")):
        shown = facet(site, f"/recommendations/?{name}={value}", name)
        assert len(shown.values) == MOST + 1
        assert [(each.value, each.count) for each in shown.values if each.chosen] == [(value, 1)]


@pytest.mark.parametrize("address", ["/recommendations/", "/matrix/"])
def test_others_are_found_and_nothing_else_is_narrowed(site: Client, address: str) -> None:
    found = facet(site, f"{address}?find_document=DOC-39&government=G01")
    assert {value.value for value in found.values} <= {"DOC-39", *(f"DOC-{number}" for number in range(390, 400))}
    assert len(found.values) > 5
    assert 'name="find_document" value="DOC-39"' in words(site, f"{address}?find_document=DOC-39&government=G01")
    plain, finding = (site.get(f"{address}?{query}government=G01").context for query in ("", "find_document=DOC-39&"))
    if "page" in plain:
        assert [row.pk for row in plain["page"]] == [row.pk for row in finding["page"]]
    assert [file["url"] for file in plain["downloads"]] == [file["url"] for file in finding["downloads"]]
    assert "Not understood" not in words(site, f"{address}?find_document=DOC-39")
    assert "find_documents" in words(site, f"{address}?find_documents=DOC-39").partition("Not understood")[2]


@pytest.mark.parametrize(("name", "value", "total"), [("document", "DOC-7", DOCUMENTS), ("recommendation", "R-7", 450)])
def test_words_that_find_nothing_leave_what_is_chosen(site: Client, name: str, value: str, total: int) -> None:
    found = facet(site, f"/recommendations/?find_{name}=nothing&{name}={value}", name)
    assert [(each.value, each.count > 0) for each in found.values] == [(value, True)]
    assert found.total == total


def test_a_search_among_values_says_of_how_many(site: Client) -> None:
    assert f"1 of {DOCUMENTS} shown" in words(site, "/recommendations/?find_document=nothing&document=DOC-7")


@pytest.mark.parametrize("query", ["find_document=" + "x" * 201, "find_document=a&find_document=b"])
def test_what_is_no_search_is_refused_by_name(site: Client, query: str) -> None:
    answer = site.get(f"/recommendations/?{query}")
    assert answer.status_code == 400
    assert "find_document takes" in html.unescape(answer.content.decode())


def test_too_many_words_are_refused_by_the_name_of_the_field(site: Client) -> None:
    answer = site.get("/recommendations/", {"find_document": " ".join(f"w{number}" for number in range(40))})
    assert answer.status_code == 400
    assert "find_document takes at most" in html.unescape(answer.content.decode())


@pytest.mark.parametrize("address", ["/timeline/?document=DOC-1", "/map/?document=DOC-1", "/compare/?document=DOC-399&with_document=DOC-399"])
def test_a_menu_is_short_and_finds_the_rest(site: Client, address: str) -> None:
    menu = re.compile(r'<select id="document".*?</select>')
    offered = re.findall(r'<option value="(DOC-\d+)"( selected)?', menu.search(words(site, address))[0])  # type: ignore[index]
    assert MOST_OFFERED <= len(offered) <= MOST_OFFERED + 2
    assert len([value for value, selected in offered if selected]) == 1, "what is shown is chosen in the menu"
    found = re.findall(r'<option value="(DOC-\d+)"', menu.search(words(site, f"{address}&find_document=DOC-39"))[0])  # type: ignore[index]
    assert {"DOC-39", "DOC-390"} <= set(found) and len(found) < 15
    assert 'name="find_document"' in words(site, address)


def test_a_short_menu_needs_no_search(published: str) -> None:
    client = Client(SERVER_NAME="localhost")
    for address in ("/timeline/", "/map/", "/compare/", "/matrix/"):
        assert "find_document" not in words(client, address)


@pytest.mark.parametrize(
    ("address", "name", "value"),
    [
        ("/recommendations/?find_document=hakamian", "document", "HAKAMIAN-2019"),
        ("/recommendations/?find_government=albania", "government", "AL"),
        ("/fr/recommendations/?find_government=ALBANIE", "government", "AL"),
        ("/fa/recommendations/?find_government=آلبانی", "government", "AL"),
        ("/recommendations/?find_recommendation=expel intelligence", "recommendation", "MQ-1"),
        ("/recommendations/?find_recommendation=mq-1", "recommendation", "MQ-1"),
        ("/fr/recommendations/?find_status=aucune preuve", "status", "no_evidence"),
    ],
)
def test_values_are_found_by_their_words_in_the_readers_language(published: str, address: str, name: str, value: str) -> None:
    every = facet(Client(SERVER_NAME="localhost"), address.partition("?")[0], name)
    found = facet(Client(SERVER_NAME="localhost"), address, name)
    assert value in {each.value for each in found.values}
    assert len(found.values) < len(every.values)
    assert {(each.value, each.count) for each in found.values} <= {(each.value, each.count) for each in every.values}


def test_the_api_gives_all_of_them_or_says_how_many_there_are(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = site.get("/api/v1/recommendations").json()
    assert (len(answer["facets"]["document"]), len(answer["facets"]["recommendation"])) == (DOCUMENTS, 450)
    monkeypatch.setattr("tracker.public.api.views.MOST_VALUES", 100)
    cut = site.get("/api/v1/recommendations").json()
    assert [len(cut["facets"][name]) for name in ("document", "recommendation", "status")] == [100, 100, len(answer["facets"]["status"])]
    assert cut["facet_totals"] == answer["facet_totals"] == {name: len(values) for name, values in answer["facets"].items()}


def test_of_values_that_give_nothing_none_counts_as_shown(published: str) -> None:
    """A value may be chosen that gives nothing beside the other filters."""
    address = "/recommendations/?government=AL&status=reversed&find_status=e"
    found = facet(Client(SERVER_NAME="localhost"), address, "status")
    assert [value.count for value in found.values if value.chosen] == [0]
    assert f"{found.shown} of {found.total} shown" in words(Client(SERVER_NAME="localhost"), address) and found.shown <= found.total


@pytest.mark.parametrize("path", ["/recommendations/?document=", "/matrix/?recommendation=", "/changes/?record=", "/feeds/changes.atom?record="])
def test_a_null_character_is_no_value(published: str, path: str) -> None:
    answer = Client(SERVER_NAME="localhost").get(f"{path}A%00")
    assert answer.status_code == 400
    assert "takes the" in html.unescape(answer.content.decode())


def test_the_feed_of_a_sorted_list_is_the_feed_of_the_list(published: str) -> None:
    page = words(Client(SERVER_NAME="localhost"), "/changes/?kind=action&sort=key")
    assert 'href="/feeds/changes.atom?kind=action"' in page and "changes.atom?kind=action&sort" not in page


def test_the_newest_of_a_government_are_those_recommended_last(published: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(SERVER_NAME="localhost")
    every = client.get("/governments/BE/").context["government_page"].addressees
    newest = sorted(every, key=lambda row: (row.recommended_on, row.recommendation))[-2:]
    assert len(every) > 2
    monkeypatch.setattr("tracker.public.summaries.government.SHOWN", 2)
    shown = client.get("/governments/BE/").context["government_page"].addressees
    assert [row.recommendation for row in shown] == [row.recommendation for row in newest]


def test_one_side_of_a_comparison_stays_chosen_while_the_other_is_looked_for(site: Client) -> None:
    page = words(site, "/compare/?document=DOC-399&find_document=DOC-38")
    chosen = re.findall(r'<select id="(\w+)"[^>]*>(?:(?!</select>).)*<option value="DOC-399" selected', page)
    assert chosen == ["document"]


def test_the_page_of_a_government_shows_the_newest_and_opens_the_others(site: Client) -> None:
    page = site.get("/governments/G01/").context["government_page"]
    assert (len(page.addressees), page.distribution.total) == (50, 300)
    assert sum(item.count for item in page.distribution.counts) == 300
    said = words(site, "/governments/G01/")
    assert 'The newest 50 of <a href="/recommendations/?government=G01&counted=yes">300 recommendations</a>' in said
    assert len(said) < 200_000


def test_the_overview_shows_the_documents_with_most_recommendations(site: Client) -> None:
    dashboard = site.get("/").context["dashboard"]
    assert (len(dashboard.sources), dashboard.every_source, dashboard.recommendations) == (20, DOCUMENTS, 450)
    assert {source.recommendations for source in dashboard.sources} == {2}
    assert "The 20 with most recommendations, of 400 documents under which recommendations stand" in words(site, "/")


def test_the_overview_shows_the_governments_with_most_addressees_and_opens_the_others(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    every = site.get("/").context["dashboard"]
    assert len(every.by_government) == every.governments, "there are few"
    assert "with most counted addressees" not in words(site, "/")
    monkeypatch.setattr("tracker.public.summaries.dashboard.GOVERNMENTS", 2)
    dashboard = site.get("/").context["dashboard"]
    totals = sorted((one.distribution.total for one in every.by_government), reverse=True)
    assert [one.distribution.total for one in dashboard.by_government] == totals[:2]
    assert [one.name for one in dashboard.by_government] == sorted(one.name for one in dashboard.by_government)
    assert dashboard.distribution.total == sum(totals)
    said = words(site, "/")
    sentence = f'The 2 with most counted addressees, of {every.governments} governments; <a href="/governments/?counted=yes">all governments</a>.'
    assert said.count(sentence) == 2


def test_the_latest_are_the_same_however_many_are_of_one_day(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def latest() -> tuple[list[int], list[int]]:
        dashboard = site.get("/").context["dashboard"]
        return [row.pk for row in dashboard.latest_statuses], [row.pk for row in dashboard.latest_actions]

    found = latest()
    assert len(found[0]) == 5
    monkeypatch.setattr("tracker.public.summaries.dashboard.FEW_ROWS", 0)
    assert latest() == found

"""Walking a list page by page: every row once, in the list's order, whatever is published meanwhile; and cursors that fit nothing are refused."""

import datetime as dt
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connections
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import builders
from tests.public.conftest import AFTER, _reword
from tracker.editions.tables import SiteEdition
from tracker.public.api import views, walking
from tracker.public.columns import LISTINGS

LISTS = list(LISTINGS)


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def in_small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (views, walking):
        monkeypatch.setattr(module, "PER_PAGE", 19)


def page(client: Client, address: str) -> dict[str, Any]:
    response = client.get(address.removeprefix("http://localhost"))
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def walk(client: Client, address: str) -> list[dict[str, Any]]:
    """The pages of a list, from an address on."""
    found = [page(client, address)]
    while following := found[-1]["next"]:
        found.append(page(client, following))
    return found


def rows_of(pages: list[dict[str, Any]]) -> list[Any]:
    return [row for each in pages for row in each["results"]]


def whole(client: Client, path: str, query: dict[str, Any]) -> list[Any]:
    response: Any = client.get(f"{path}.json", query)
    found: list[Any] = json.loads(b"".join(response.streaming_content))["results"]
    return found


def cursor_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["cursor"][0]


# --- Every row once --------------------------------------------------------------------------------------------------------------

SORTS = [(name, sign + sort) for name, listing in LISTINGS.items() for sort in listing.sorts for sign in ("", "-")]


@pytest.mark.usefixtures("in_small_pages")
@pytest.mark.parametrize(("name", "sort"), [*((name, "") for name in LISTS), *SORTS])
def test_a_walk_gives_each_row_once_in_the_order_of_the_list(client: Client, name: str, sort: str) -> None:
    """Every order both ways, those by columns that hold nothing in some rows included."""
    query = {"sort": sort, "as_of": "2023-06-30"} if sort else {"as_of": "2023-06-30"}
    pages = walk(client, f"/api/v1/{name}?{urlencode(query)}")
    assert rows_of(pages) == whole(client, f"/api/v1/{name}", query)
    assert {each["count"] for each in pages} == {len(rows_of(pages))}


def test_an_order_is_by_a_column_that_holds_nothing_in_some_rows(client: Client) -> None:
    assert {row["status"] is None for row in whole(client, "/api/v1/addressees", {})} == {True, False}


def test_the_last_key_of_every_order_is_unique() -> None:
    for listing in LISTINGS.values():
        assert listing.keys(_query())[-1] == "id"
        assert len(set(listing.keys(_query("sort=" + listing.sorts[0])))) == len(listing.keys(_query("sort=" + listing.sorts[0])))


def _query(text: str = "") -> Any:
    from django.http import QueryDict

    return QueryDict(text)


VALUES = st.tuples(st.sampled_from([None, "A", "B"]), st.sampled_from([None, 1, 2]), st.integers(0, 3))


@given(st.lists(VALUES, unique=True, max_size=12), st.tuples(st.booleans(), st.booleans(), st.booleans()), st.integers(0, 11))
def test_what_lies_behind_a_place_is_what_sorting_puts_there(rows: list[Any], falling: tuple[bool, ...], number: int) -> None:
    """The condition, evaluated by hand, against a plain sort with nothing last, and first where a key falls."""
    names = ("a", "b", "c")
    keys = [("-" if falls else "") + name for name, falls in zip(names, falling, strict=True)]

    def rank(row: Any) -> Any:
        parts = []
        for value, falls in zip(row, falling, strict=True):
            order = (1, 0) if value is None else (0, ord(value) if isinstance(value, str) else value)
            parts.append(tuple(-part for part in order) if falls else order)
        return parts

    ordered = sorted(rows, key=rank)
    if not ordered:
        return
    place = ordered[number % len(ordered)]
    condition = walking.after(_Asked(), keys, list(place))  # type: ignore[arg-type]
    behind = [row for row in ordered if _meets(condition, dict(zip(names, row, strict=True)))]
    assert behind == ordered[number % len(ordered) + 1 :]


class _Field:
    null = True


class _Asked:
    """Stands in for a queryset of a table whose columns may all hold nothing: keeps the condition."""

    class model:
        class _meta:
            @staticmethod
            def get_field(_name: str) -> Any:
                return _Field

    def filter(self, condition: Any) -> Any:
        return condition


def _meets(condition: Any, row: dict[str, Any]) -> bool:
    """A condition on one row, as SQL decides it: a comparison with nothing is not met."""
    results = [_meets(each, row) if not isinstance(each, tuple) else _compared(each, row) for each in condition.children]
    if not results:
        return True
    return any(results) if condition.connector == "OR" else all(results)


def _compared(each: tuple[str, Any], row: dict[str, Any]) -> bool:
    name, _, how = each[0].partition("__")
    value = row[name]
    if how == "isnull":
        return (value is None) is each[1]
    if value is None:
        return False
    return bool({"": value == each[1], "gt": value > each[1], "lt": value < each[1]}[how])


def test_pages_by_number_go_on_and_lead_into_a_walk(client: Client) -> None:
    first = page(client, "/api/v1/addressees")
    second = page(client, "/api/v1/addressees?page=2")
    assert rows_of([first, second]) == whole(client, "/api/v1/addressees", {})
    assert "page" not in parse_qs(urlsplit(first["next"]).query)
    assert page(client, first["next"])["results"] == second["results"]
    assert second["next"] is None


@pytest.mark.usefixtures("in_small_pages")
def test_a_page_by_cursor_asks_as_much_as_the_first(client: Client) -> None:
    first = page(client, "/api/v1/addressees")

    def asked(address: str) -> int:
        with CaptureQueriesContext(connections["public"]) as queries:
            page(client, address)
        return len(queries)

    assert asked(first["next"]) <= asked("/api/v1/addressees") + 1  # the edition that the address names


@pytest.mark.parametrize("letter", ["\U0001f4dc", "\x01", '"'], ids=["four bytes", "escaped", "quotation marks"])
@pytest.mark.parametrize(("name", "sort"), SORTS)
def test_a_cursor_behind_the_longest_texts_of_any_order_is_taken(name: str, sort: str, letter: str) -> None:
    """Texts of the letters that take the most room."""
    listing = LISTINGS[name]
    columns = [listing.table._meta.get_field(key.removeprefix("-")) for key in listing.keys(_query(f"sort={sort}"))]
    place = [letter * (getattr(column, "max_length", None) or 10) for column in columns]
    clocks = {"as_of": "2026-11-20", "known": "2026-11-20T00:00:00+00:00"}
    cursor = walking.Cursor("f" * 20, "2026-11-20", 10**6, place, clocks)
    assert walking.Cursor.read(_query(urlencode({"cursor": cursor.written()}))) == cursor


def test_a_walk_goes_on_behind_a_long_title_of_astral_letters(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PER_PAGE", 1)
    papers = [builders.document(f"PAPER-{number}", title="\U0001f4dc" * 499 + str(number)) for number in (1, 2, 3)]
    builders.put_out(*papers)
    pages = walk(Client(SERVER_NAME="localhost"), "/api/v1/documents?sort=title")
    assert [row["key"] for row in rows_of(pages)] == ["PAPER-1", "PAPER-2", "PAPER-3"]


# --- Whatever is published meanwhile ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_small_pages")
def test_a_walk_stays_in_the_edition_in_which_it_was_begun(casefile_desk: str) -> None:
    client = Client(SERVER_NAME="localhost")
    for name in ("addressees", "documents", "changes"):
        path = f"/api/v1/{name}"
        before = whole(client, path, {})
        first = page(client, path)
        _reword(AFTER)
        builders.put_out(builders.document(f"AAA-{name.upper()}"), reason="sorts before all others")
        pages = [first, *walk(client, first["next"])]
        plain = [{key: value for key, value in row.items() if key != "url"} for row in before]
        assert [{key: value for key, value in row.items() if key != "url"} for row in rows_of(pages)] == plain
        assert {each["count"] for each in pages} == {len(before)}
        assert [each["facets"] for each in pages] == [first["facets"]] * len(pages)
        # The rows' own addresses say both clocks from then on, as an address without them opens something else by now.
        assert all("known=edition-" in row["url"] for row in rows_of(pages[1:]))


@pytest.mark.usefixtures("in_small_pages")
def test_a_walk_goes_on_on_the_day_on_which_it_was_begun(client: Client, monkeypatch: pytest.MonkeyPatch, today: dt.date) -> None:
    first = page(client, "/api/v1/effects")
    later = timezone.now() + dt.timedelta(days=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert {each["as_of"] for each in walk(client, first["next"])} == {today.isoformat()}


@pytest.mark.parametrize("name", LISTS)
def test_an_answer_is_read_from_one_edition_whatever_is_published_while_it_is_made(
    casefile_desk: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    client = Client(SERVER_NAME="localhost")
    before = client.get(f"/api/v1/{name}")
    counted = QuerySet.count

    def count(rows: Any) -> int:
        monkeypatch.setattr(QuerySet, "count", counted)
        number = counted(rows)
        _reword(AFTER)
        return number

    monkeypatch.setattr(QuerySet, "count", count)
    again = client.get(f"/api/v1/{name}")
    assert SiteEdition.objects.first().number == 3  # type: ignore[union-attr]
    assert again.content == before.content


# --- Cursors that fit nothing ----------------------------------------------------------------------------------------------------


@pytest.fixture
def following(client: Client) -> str:
    found: str = page(client, "/api/v1/addressees?year=2019")["next"]
    return found.removeprefix("http://localhost")


def refused(client: Client, address: str, status: int = 400) -> str:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    assert response.json()["filter"] == "cursor"
    return str(response.json()["detail"])


def test_a_cursor_alone_says_both_clocks(client: Client, following: str) -> None:
    alone = page(client, f"/api/v1/addressees?year=2019&cursor={cursor_of(following)}")
    assert alone["results"] == page(client, following)["results"]
    assert alone["next"] == page(client, following)["next"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda address: address.replace("year=2019", "year=2019&disputed=yes"), "belongs to another list, filter or order"),
        (lambda address: address.replace("year=2019&", ""), "belongs to another list, filter or order"),
        (lambda address: address + "&sort=-status", "belongs to another list, filter or order"),
        (lambda address: address.replace("/addressees", "/effects"), "belongs to another list, filter or order"),
        (lambda address: address.replace("edition-2", "edition-1"), "belongs to as_of="),
        (lambda address: re.sub(r"as_of=[0-9-]+", "as_of=2023-01-01", address), "belongs to as_of="),
    ],
)
def test_a_cursor_of_something_else_is_refused_in_words(client: Client, following: str, change: Any, says: str) -> None:
    assert says in refused(client, change(following))


def test_page_and_cursor_together_are_refused(client: Client, following: str) -> None:
    response = client.get(following + "&page=1")
    assert (response.status_code, response.json()["filter"]) == (400, "page")


def test_every_changed_letter_of_a_cursor_is_seen(client: Client, following: str) -> None:
    written = cursor_of(following)
    for place in range(len(walking._BEGINS), len(written)):
        other = "A" if written[place] != "A" else "B"
        changed = written[:place] + other + written[place + 1 :]
        if changed.rstrip(other) and changed != written:
            refused(client, f"/api/v1/addressees?year=2019&cursor={changed}")


@pytest.mark.parametrize("written", ["abc", "2", "a.b", "eyJvZiI6", "null", "x" * 9000, "\x00"])
def test_what_is_no_cursor_is_refused(client: Client, written: str) -> None:
    refused(client, f"/api/v1/addressees?{urlencode({'cursor': written})}", 400)


def test_what_looks_like_a_cursor_leads_nowhere(client: Client) -> None:
    refused(client, f"/api/v1/addressees?cursor={'a' * 40}.{'b' * 43}", 404)


FORGED = st.builds("eyJvZiI6{}.{}".format, st.text("abcXYZ09_-", max_size=40), st.text("abc", min_size=43, max_size=43))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80) | st.from_regex(walking.SHAPE, fullmatch=True) | FORGED)
def test_no_cursor_breaks_a_list(client: Client, written: str) -> None:
    response = client.get("/api/v1/governments", {"cursor": written})
    assert response.status_code in (200, 400, 404)
    assert response.status_code == 200 or response.json()["filter"] == "cursor"
    assert response.status_code != 200 or not written.strip()


def test_a_page_beyond_the_last_is_not_there(client: Client) -> None:
    response = client.get("/api/v1/addressees?page=99")
    assert (response.status_code, response.json()["filter"]) == (404, "page")
    assert response.json()["detail"] == "“99”: page takes a number from 1 to 2."


def test_a_site_on_which_nothing_was_published_has_no_pages(desk: str) -> None:
    client = Client(SERVER_NAME="localhost")
    for name in LISTS:
        answer = page(client, f"/api/v1/{name}")
        assert (answer["count"], answer["next"], answer["results"], answer["site_edition"]) == (0, None, [], None)
        assert json.loads(b"".join(client.get(f"/api/v1/{name}.json").streaming_content))["complete"] is True  # type: ignore[attr-defined]

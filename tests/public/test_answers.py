"""Every answer of the API: revalidated, readable by scripts of other sites, within a limit, refused as problem details, and as it is described."""

import datetime as dt
import json
import re
from typing import Any

import jsonschema
import pytest
from django.conf import settings as configured
from django.core.cache import caches
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone
from django.utils.http import http_date, parse_http_date
from drf_spectacular.validation import validate_schema
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.public.conftest import Retold
from tracker.editions.tables import SiteEdition
from tracker.editorial.erasing import erase
from tracker.public import pages
from tracker.public.api import limits, takes
from tracker.public.clocks import BadFilter, read_clocks
from tracker.public.columns import LISTINGS
from tracker.public.formats import ENDINGS

LISTS = list(LISTINGS)
ONE_OF_EACH = ["/api/v1/", "/api/v1/openapi.json", "/api/v1/addressees", "/api/v1/matrix.json", *(f"/api/v1/actions.{ending}" for ending in ENDINGS)]
PINNED = "as_of=2022-12-31&known=edition-1"


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


# --- Asked again -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ONE_OF_EACH)
def test_what_has_not_changed_is_not_sent_again(client: Client, path: str) -> None:
    first = client.get(path)
    for condition in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        again = client.get(path, headers=condition)
        assert (again.status_code, again["ETag"], again["Last-Modified"]) == (304, first["ETag"], first["Last-Modified"])
        assert not again.content
    before = http_date(parse_http_date(first["Last-Modified"]) - 1)
    assert client.get(path, headers={"If-Modified-Since": before}).status_code == 200
    assert client.get(path, headers={"If-None-Match": '"another"', "If-Modified-Since": first["Last-Modified"]}).status_code == 200


def test_an_answer_over_https_is_another(client: Client) -> None:
    plain, safe = client.get("/api/v1/actions"), client.get("/api/v1/actions", secure=True)
    assert plain["ETag"] != safe["ETag"]
    assert plain.json()["results"][0]["url"].startswith("http://") and safe.json()["results"][0]["url"].startswith("https://")


def test_an_answer_by_todays_date_is_another_tomorrow(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SOFTWARE_SINCE", dt.datetime(2019, 1, 1, tzinfo=dt.UTC))
    asked = {path: client.get(path)["Last-Modified"] for path in ("/api/v1/actions", f"/api/v1/actions?{PINNED}", "/api/v1/actions?as_of=2022-12-31")}
    later = timezone.now() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    answered = {path: client.get(path, headers={"If-Modified-Since": since}).status_code for path, since in asked.items()}
    assert list(answered.values()) == [200, 304, 304]


def test_an_answer_says_when_its_edition_was_published_or_changed_since(casefile_desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SOFTWARE_SINCE", dt.datetime(2019, 1, 1, tzinfo=dt.UTC))
    client = Client(SERVER_NAME="localhost")

    def modified(edition: int) -> int:
        return parse_http_date(client.get(f"/api/v1/documents?as_of=2022-12-31&known=edition-{edition}")["Last-Modified"])

    def published(edition: int) -> int:
        return int(SiteEdition.objects.get(number=edition).published_at.timestamp())

    builders.put_out(builders.document("ANOTHER", author="Jane Roe"))
    assert [modified(edition) for edition in (1, 2, 3)] == [published(edition) for edition in (1, 2, 3)]
    down = builders.document("GOES")
    builders.put_out(down)
    fifth = builders.taken_down(down, reason="An order").number
    assert [modified(edition) for edition in (1, 3, fifth)] == [published(fifth)] * 3
    log = erase(["Jane Roe"], by="An officer", reason="A request.")
    assert [modified(edition) for edition in (1, 3, fifth)] == [int(log.erased_at.timestamp())] * 3


def following(client: Client, query: str) -> str:
    """The address of the second page of a list."""
    found: str = client.get(f"/api/v1/addressees?{query}").json()["next"]
    return found.removeprefix("http://localhost")


def told_by_now(client: Client) -> list[str]:
    """Addresses whose answers tell of more than the edition and the day that they are read by."""
    pinned = ["/data/catalog.jsonld", "/api/v1/openapi.json", "/data/"]
    return [*(f"{path}?{PINNED}" for path in pinned), following(client, "")]


def test_what_tells_of_the_newest_edition_is_another_when_one_is_published(casefile_desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SOFTWARE_SINCE", dt.datetime(2019, 1, 1, tzinfo=dt.UTC))
    client = Client(SERVER_NAME="localhost")
    asked = {path: client.get(path)["Last-Modified"] for path in told_by_now(client)}
    builders.put_out(builders.document("ANOTHER"))
    answered = {path: client.get(path, headers={"If-Modified-Since": since}).status_code for path, since in asked.items()}
    assert answered == dict.fromkeys(asked, 200)


def test_what_tells_of_today_is_another_tomorrow_whatever_it_is_read_by(client: Client, monkeypatch: pytest.MonkeyPatch, today: dt.date) -> None:
    """So are the addresses of rows that were read by the day that was today."""
    monkeypatch.setattr(pages, "SOFTWARE_SINCE", dt.datetime(2019, 1, 1, tzinfo=dt.UTC))
    paths = [*told_by_now(client), f"/api/v1/actions?as_of={today}", "/api/v1/actions?as_of=2022-12-31"]
    asked = {path: client.get(path) for path in paths}
    later = timezone.now() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    answered = {path: client.get(path, headers={"If-Modified-Since": before["Last-Modified"]}) for path, before in asked.items()}
    assert [answer.status_code for answer in answered.values()] == [*[200] * (len(paths) - 1), 304]
    for path in paths[-3:-1]:
        assert answered[path].json()["results"][0]["url"] != asked[path].json()["results"][0]["url"], "and not in vain"


# --- Scripts of other sites ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ONE_OF_EACH)
def test_scripts_of_every_site_may_read_it(client: Client, path: str) -> None:
    origin = {"Origin": "https://example.org"}
    for method in ("get", "head"):
        answer = getattr(client, method)(path, headers=origin)
        assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, "*")
        assert "ETag" in answer["Access-Control-Expose-Headers"]
    asked = client.options(path, headers={**origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"})
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in asked["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/addressees?status=x", 400),
        ("get", "/api/v1/changes.json?as_of=x", 400),
        ("get", "/api/v1/nothing", 404),
        ("get", "/api/v1/nothing.csv", 404),
        ("get", "/api/v1/some/where", 404),
        ("post", "/api/v1/addressees", 405),
        ("delete", "/api/v1/actions.csv", 405),
        ("put", "/api/v1/matrix.json", 405),
        ("get", "/api/v1/addressees.json", 429),
        ("get", "/api/v1/nothing", 429),
        ("head", "/api/v1/", 429),
    ],
)
def test_scripts_of_every_site_may_read_why_they_are_refused(client: Client, settings: Any, method: str, path: str, status: int) -> None:
    """Else they are told of a network that failed, and not by what they are let through again."""
    caches["limits"].clear()
    if status == 429:
        settings.API_REQUESTS_PER_MINUTE = 1
        client.get("/api/v1/")
    refused = getattr(client, method)(path, headers={"Origin": "https://example.org"})
    assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (status, "*")
    exposed = refused["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in ("Retry-After", "RateLimit", "RateLimit-Policy"))


# --- Limits ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def limited(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Three requests a minute, at a moment that stands still."""
    settings.API_REQUESTS_PER_MINUTE = 3
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000_010.0)
    caches["limits"].clear()
    return client


EACH_THAT_COUNTS = [*ONE_OF_EACH, "/api/v1/changes.json", "/api/v1/matrix.csv", "/api/v1/crosswalk", "/api/v1/crosswalk.csv", "/api/v1/nothing"]


@pytest.mark.parametrize("path", EACH_THAT_COUNTS)
def test_above_the_limit_a_reader_is_told_when_to_ask_again(limited: Client, path: str) -> None:
    answers = [limited.get(path) for _ in range(4)]
    for answer in answers:
        answer.close()
    assert [answer.status_code for answer in answers] == [404 if path.endswith("nothing") else 200] * 3 + [429]
    assert [answer["RateLimit"] for answer in answers] == [f'"reader";r={left};t=10' for left in (2, 1, 0, 0)]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"reader";q=3;w=60'}
    last = answers[-1]
    assert (last["Retry-After"], last["Content-Type"]) == ("10", "application/problem+json")
    assert last.json()["detail"] == "Too many requests from your network address; ask again in 10 s."
    assert limited.get("/api/v1/", REMOTE_ADDR="192.0.2.7").status_code == 200
    with CaptureQueriesContext(connections["public"]) as asked:
        assert limited.get(path).status_code == 429
    assert len(asked) == 0, "it costs nothing"


def test_all_that_a_reader_asks_is_counted_together(limited: Client) -> None:
    paths = ["/api/v1/addressees", "/api/v1/actions.csv", "/api/v1/matrix.json", "/api/v1/documents.jsonl"]
    answers = [limited.get(path) for path in paths]
    for answer in answers:
        answer.close()
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_what_is_answered_304_counts_too(limited: Client) -> None:
    first = limited.get("/api/v1/")
    answers = [limited.get("/api/v1/", headers={"If-None-Match": first["ETag"]}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [304, 304, 429]


def test_a_reader_is_a_network_and_behind_a_proxy_the_address_that_it_says(limited: Client, settings: Any) -> None:
    def asked(**said: str) -> int:
        return limited.get("/api/v1/", **said).status_code  # type: ignore[arg-type]

    assert [asked(REMOTE_ADDR=f"2001:db8:1:1::{number}") for number in range(4)] == [200, 200, 200, 429]
    assert asked(REMOTE_ADDR="2001:db8:1:2::1") == 200
    assert asked(REMOTE_ADDR="2001:db8:1:1::9", HTTP_X_FORWARDED_FOR="192.0.2.1") == 429, "anybody can write that"
    settings.BEHIND_PROXY = True
    assert asked(REMOTE_ADDR="2001:db8:1:1::9", HTTP_X_FORWARDED_FOR="192.0.2.1") == 200


def test_counting_begins_anew_with_each_window() -> None:
    caches["limits"].clear()
    assert [limits.counted("reader", 2, 120.0).left for _ in range(3)] == [1, 0, -1]
    assert limits.counted("reader", 2, 180.0) == limits.Standing(2, 1, 60)
    assert limits.counted("other", 2, 120.5) == limits.Standing(2, 1, 60)


def test_without_a_limit_nothing_is_said_of_one(client: Client, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    answer = client.get("/api/v1/")
    assert answer.status_code == 200
    assert "RateLimit" not in answer


def test_a_reader_costs_the_desk_no_question(limited: Client) -> None:
    with CaptureQueriesContext(connections["default"]) as desk:
        limited.get("/api/v1/")
    assert len(desk) == 0
    assert configured.CACHES["limits"]["BACKEND"].endswith("LocMemCache")


# --- Refused ---------------------------------------------------------------------------------------------------------------------


def problem(response: Any, status: int) -> dict[str, Any]:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    found: dict[str, Any] = response.json()
    assert found["status"] == status
    assert found["detail"].endswith(".")
    return found


def test_every_refusal_is_a_problem(client: Client) -> None:
    assert problem(client.get("/api/v1/addressees?status=x"), 400)["filter"] == "status"
    problem(client.get("/api/v1/nothing"), 404)
    problem(client.get("/api/v1/nothing.csv"), 404)
    problem(client.get("/api/v1/some/where"), 404)
    problem(client.get("/api/v1/Addressees.pdf"), 404)
    for path in ONE_OF_EACH:
        for method in ("post", "put", "patch", "delete", "trace"):
            refused = getattr(client, method)(path)
            assert "POST" in problem(refused, 405)["detail"] or method != "post"
            assert refused["Allow"] == "GET, HEAD, OPTIONS"
    problem(client.get("/api/v1/addressees", headers={"Accept": "application/xml"}), 406)
    assert client.get("/api/v1/addressees", headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200
    assert client.get("/api/v1/addressees.csv", headers={"Accept": "application/xml"}).status_code == 200


@pytest.mark.parametrize("query", ["q=%FF", "unknown=%C3%28", "%FF=1", "q=a%00b", "unknown=%00", "status=implemented%00", "q=\xff"])
@pytest.mark.parametrize("path", ["/api/v1/addressees", "/api/v1/actions.csv", "/api/v1/matrix.json", "/api/v1/"])
def test_an_address_that_is_no_text_is_refused(client: Client, path: str, query: str) -> None:
    problem(client.get(path, QUERY_STRING=query), 400)


def test_an_address_of_too_many_parts_is_refused(client: Client) -> None:
    problem(client.get("/api/v1/addressees?" + "&".join(["a=1"] * 6000)), 400)


def test_a_failure_is_a_problem_that_says_nothing_of_the_inside(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: Any) -> Any:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("tracker.public.api.views.facets", fail)
    monkeypatch.setattr("tracker.public.api.views.Pages.answer", fail)
    client.raise_request_exception = False
    answer = client.get("/api/v1/addressees")
    assert "inside" not in problem(answer, 500)["detail"]


# --- As it is described ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def description(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def test_the_description_is_valid_and_the_same_each_time(client: Client, description: dict[str, Any]) -> None:
    validate_schema(description)
    assert description["openapi"].startswith("3.1")
    assert description["servers"] == [{"url": "/"}]
    assert client.get("/api/v1/openapi.json").json() == description
    client.get("/fr/api/docs/")
    assert client.get("/api/v1/openapi.json").json() == description
    assert not re.search("https?://(?!json-schema)", json.dumps(description["paths"]))


def test_every_address_is_described_and_every_described_one_answers(client: Client, description: dict[str, Any]) -> None:
    offered = re.findall(r"http://localhost(/api/v1/[^\"]*)", client.get("/api/v1/").content.decode())
    assert set(offered) | {"/api/v1/"} == set(description["paths"])
    assert len({operations["get"]["operationId"] for operations in description["paths"].values()}) == len(description["paths"])
    for path in description["paths"]:
        assert hasattr(resolve(path).func, "cls"), "a view of REST framework"
        answer = client.get(path)
        assert answer.status_code == 200
        answer.close()  # a cursor left to the garbage collector ends at any time, in the midst of another question too


def test_every_filter_and_every_column_is_described(description: dict[str, Any]) -> None:
    for name, listing in LISTINGS.items():
        for path in (f"/api/v1/{name}", *(f"/api/v1/{name}.{ending}" for ending in ENDINGS)):
            asked = {parameters(description, each)["name"]: parameters(description, each) for each in description["paths"][path]["get"]["parameters"]}
            extra = {"page", "cursor"} if "." not in path else set()
            assert set(asked) == {*listing.filters.base_filters, "as_of", "known", "sort", *extra}
            assert all(asked[each]["explode"] and asked[each]["schema"]["type"] == "array" for each in listing.filters.base_filters)
        row = description["components"]["schemas"][f"Row_{name}"]
        assert list(row["properties"]) == [*(column.name for column in listing.columns), "url"] == row["required"]
        assert all(shape["type"] and shape["description"] for shape in row["properties"].values())


def parameters(description: dict[str, Any], reference: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = description["components"]["parameters"][reference["$ref"].rpartition("/")[2]]
    return found


def check(description: dict[str, Any], path: str, said: Any) -> None:
    content = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator({**content, "components": description["components"]}, format_checker=jsonschema.FormatChecker())
    assert [f"{path}: {list(error.absolute_path)}: {error.message[:300]}" for error in validator.iter_errors(said)][:5] == []


@pytest.mark.parametrize("query", ["", PINNED, "as_of=2019-03-01", "as_of=2000-01-01"])
@pytest.mark.parametrize("name", [*LISTS, "matrix"])
def test_answers_are_as_they_are_described(client: Client, description: dict[str, Any], name: str, query: str) -> None:
    for path in (f"/api/v1/{name}", f"/api/v1/{name}.json") if name != "matrix" else ("/api/v1/matrix.json",):
        check(description, path, json.loads(body(client.get(f"{path}?{query}"))))


@pytest.mark.parametrize("name", LISTS)
def test_answers_of_records_edited_twice_are_as_they_are_described(retold: Retold, name: str) -> None:
    client = Client(SERVER_NAME="localhost")
    check(client.get("/api/v1/openapi.json").json(), f"/api/v1/{name}.json", json.loads(body(client.get(f"/api/v1/{name}.json"))))


def test_answers_of_records_with_everything_in_them_are_as_they_are_described(desk: str) -> None:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    client = Client(SERVER_NAME="localhost")
    description = client.get("/api/v1/openapi.json").json()
    for name in LISTS:
        said = json.loads(body(client.get(f"/api/v1/{name}.json")))
        assert said["results"], name
        check(description, f"/api/v1/{name}.json", said)


DAYS = st.dates(min_value=dt.date(1, 1, 1), max_value=dt.date(2030, 12, 31))


@given(DAYS, st.dates(min_value=dt.date(2001, 1, 1), max_value=dt.date(2029, 12, 31)))
def test_the_pattern_of_days_is_exactly_the_days_until_today(day: dt.date, today: dt.date) -> None:
    assert bool(re.fullmatch(takes.days_until(today), day.isoformat())) is (day <= today)


@given(st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True))
def test_the_pattern_of_days_takes_no_day_that_there_is_not(written: str) -> None:
    try:
        dt.date.fromisoformat(written)
        there_is = True
    except ValueError:
        there_is = False
    assert bool(re.fullmatch(takes.days_until(dt.date(2029, 12, 31)), written)) is (there_is and written <= "2029-12-31")


@given(st.data())
def test_every_instant_of_the_pattern_is_read(data: Any) -> None:
    from django.http import QueryDict

    now = dt.datetime(2026, 3, 1, 0, 0, tzinfo=dt.UTC)
    written = data.draw(st.from_regex(takes._instants_until(now.date()), fullmatch=True))
    parameters = QueryDict(mutable=True)
    parameters["known"] = written
    try:
        read_clocks(parameters, now=now)
    except BadFilter as bad:
        pytest.fail(f"{written}: {bad.sentence}")


@given(st.integers(1, 3000), st.integers(0, 4000))
def test_the_pattern_of_numbers_is_exactly_the_numbers(last: int, number: int) -> None:
    assert bool(re.fullmatch(takes.numbers_until(last), str(number))) is (1 <= number <= last)


# --- The page about it -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "/fr", "/fa"])
def test_the_page_about_it_names_everything_and_its_examples_answer(client: Client, description: dict[str, Any], language: str) -> None:
    response = client.get(f"{language}/api/docs/")
    html = response.content.decode()
    assert response.status_code == 200
    for path in description["paths"]:
        assert path in html
    for each in description["components"]["parameters"].values():
        assert f"<code>{each['name']}</code>" in html
    for listing in LISTINGS.values():
        assert all(f"<code>{column.name}</code>" in html for column in listing.columns)
    assert "<script" not in html.split("<main")[1].split("</main>")[0].replace('<script type="application/ld+json"', "")
    assert not re.search(r'<(?:link|script|img)[^>]+(?:href|src)="https?://(?!localhost)', html)
    examples = [address for _words, address in response.context["examples"]]
    assert len(examples) > 4
    for address in examples:
        assert client.get(address).status_code == 200, address
        assert address.replace("&", "&amp;") in html


def test_the_page_about_it_is_light(client: Client) -> None:
    assert len(client.get("/api/docs/", headers={"Accept-Encoding": "gzip"}).content) < 100_000


@pytest.mark.parametrize(("path", "most"), [("/api/v1/", 1), ("/api/v1/openapi.json", 12), ("/api/v1/changes", 18), ("/api/v1/effects", 16)])
def test_an_answer_is_within_its_budget(client: Client, path: str, most: int) -> None:
    client.get(path)
    with CaptureQueriesContext(connections["public"]) as asked, CaptureQueriesContext(connections["default"]) as desk:
        client.get(path)
    assert len(desk) == 0
    assert len(asked) <= most

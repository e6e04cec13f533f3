"""Files of any list: four formats with the same rows, each opened by its usual tool, each saying what it is and whether it is whole."""

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pandas
import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.conftest import copy_of, pointing_at
from tests.public import large
from tests.public.conftest import AFTER, _reword
from tracker.public.columns import LISTINGS
from tracker.public.formats import ENDINGS, copying, rows, workbook
from tracker.public.formats import said as of_files
from tracker.public.formats.said import TAIL
from tracker.rules.formulas import IN_WORDS, natural

LISTS = list(LISTINGS)
FILTERS = {"as_of": "2022-12-31", "known": "edition-1", "government": ["BE", "FR"], "disputed": "yes"}
FORMULA, QUOTED, LONG, CONTROL = "=HYPERLINK(1)", "'tis asked", "x" * 40_000, "a\x01b\ufffec"


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


def body(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def as_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_book(content: bytes) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of all sheets of rows, and what the sheet about them says."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    found = []
    for sheet in book.worksheets[:-1]:
        header, *lines = sheet.iter_rows(values_only=True)
        found += [dict(zip(header, line, strict=True)) for line in lines]
    return found, dict(book["About"].iter_rows(values_only=True))


def as_lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.decode().splitlines()]


# --- The same rows ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [{}, FILTERS, {"q": "nothing says this"}], ids=["whole", "filtered", "none"])
@pytest.mark.parametrize("name", LISTS)
def test_the_four_formats_hold_the_same_rows(client: Client, name: str, query: dict[str, Any]) -> None:
    table, book, whole, lines = (body(client.get(f"/api/v1/{name}.{ending}", query)) for ending in ENDINGS)
    said = json.loads(whole)
    names = [column.name for column in LISTINGS[name].columns]
    for row, line in zip(said["results"], as_lines(lines), strict=True):
        assert {key: line[key] for key in row} == row
        assert list(line) == [*names, *(column.name for column in TAIL)]
    cells, about = as_book(book)
    for row, cell, line in zip(as_csv(table), cells, said["results"], strict=True):
        assert list(row) == list(cell) == [*names, *(column.name for column in TAIL)]
        assert {key: _as_text(value) for key, value in cell.items()} == row
        assert all(natural(row[key]) == value for key, value in line.items() if isinstance(value, str))
        assert all(row[key] == str(value) for key, value in line.items() if type(value) is int)
    assert said["count"] == len(said["results"]) == about["rows"]


def _as_text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", LISTS)
def test_every_format_opens_in_its_usual_tool(client: Client, name: str) -> None:
    table, book, whole, lines = (io.BytesIO(body(client.get(f"/api/v1/{name}.{ending}"))) for ending in ENDINGS)
    frames = [
        pandas.read_csv(table),
        pandas.read_excel(book),
        pandas.DataFrame(pandas.read_json(whole, typ="series")["results"]),
        pandas.read_json(lines, lines=True),
    ]
    assert len({len(frame) for frame in frames}) == 1
    assert all(len(frame) > 0 for frame in frames)
    columns = [column.name for column in LISTINGS[name].columns]
    for frame in frames:
        assert list(frame.columns)[: len(columns)] == columns
        assert set(frame["url"].str.startswith("http://localhost/")) == {True}


# --- What a file says of itself --------------------------------------------------------------------------------------------------


def test_every_file_says_its_filter_both_clocks_its_edition_and_its_address(client: Client) -> None:
    table, book, whole, lines = (body(client.get(f"/api/v1/addressees.{ending}", FILTERS)) for ending in ENDINGS)
    expected = {"as_of": "2022-12-31", "known": "edition-1", "site_edition": 1, "filter": "government=BE&government=FR&disputed=yes"}
    assert {tuple(row[name] for name in expected) for row in as_csv(table)} == {tuple(map(str, expected.values()))}
    assert {tuple(row[name] for name in expected) for row in as_lines(lines)} == {tuple(expected.values())}
    said = json.loads(whole)["query"]
    assert said["filters"] == {"government": ["BE", "FR"], "disputed": ["yes"]}
    assert {name: said[name] for name in ("as_of", "known", "site_edition")} == {name: expected[name] for name in ("as_of", "known", "site_edition")}
    _rows, about = as_book(book)
    assert about["filter"] == "government: Belgium or France; disputed: disputed"
    assert {name: about[name] for name in ("as_of", "known", "site_edition", "complete")} == {
        "as_of": "2022-12-31",
        "known": "edition-1",
        "site_edition": 1,
        "complete": "true",
    }
    assert about["column rationale"] == "Why this status."
    for address in (said["url"], about["address"]):
        again = client.get(address.removeprefix("http://localhost"))
        assert again.status_code == 200
        assert body(again)


@pytest.mark.parametrize("name", LISTS)
def test_the_files_of_every_list_say_by_what_they_are_read(client: Client, name: str) -> None:
    """In each row, or once where the format has a place for it: the filters that the list takes, both clocks, and what it takes no notice of."""
    filters = {"government": ["BE", "FR"]}
    query = {**filters, "as_of": "2022-12-31", "known": "edition-1", "colour": "red"}
    table, book, whole, lines = (body(client.get(f"/api/v1/{name}.{ending}", query)) for ending in ENDINGS)
    clocks = {"as_of": "2022-12-31", "known": "edition-1", "site_edition": 1}
    in_rows = [*as_csv(table), *as_lines(lines), *as_book(book)[0]]
    assert len(in_rows) == 3 * json.loads(whole)["count"] > 0
    for row in in_rows:
        assert {key: str(row[key]) for key in clocks} == {key: str(value) for key, value in clocks.items()}
        assert parse_qs(row["filter"]) == filters
        assert row["ignored"] == "colour"
    said = json.loads(whole)["query"]
    assert said["filters"] == filters and {key: said[key] for key in clocks} == clocks and said["ignored"] == ["colour"]
    about = as_book(book)[1]
    assert {key: about[key] for key in clocks} == clocks and about["filter"]
    for address in (said["url"], about["address"]):
        asked = parse_qs(urlsplit(address).query)
        assert asked == {**filters, "as_of": ["2022-12-31"], "known": ["edition-1"]}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_without_rows_says_what_it_is_in_its_name_and_its_headers(client: Client, ending: str) -> None:
    query = {"as_of": "2022-12-31", "known": "edition-1", "q": "nothing says « this »", "government": ["BE", "FR"], "sort": "-key"}
    response = client.get(f"/api/v1/actions.{ending}", query)
    content = body(response)
    assert response["Content-Disposition"].endswith(f'filename="actions-2022-12-31-edition-1-q-nothing-says-this-government-BE-FR.{ending}"')
    (address,) = re.fullmatch('<http://localhost(.*)>; rel="bookmark"', response["Link"]).groups()  # type: ignore[union-attr]
    said = parse_qs(urlsplit(address).query)
    assert {name: values if len(values) > 1 else values[0] for name, values in said.items()} == query
    again = client.get(address)
    assert (body(again), again["Link"]) == (content, response["Link"])
    assert "Link" in response["Access-Control-Expose-Headers"]
    match ending:
        case "csv":
            assert as_csv(content) == [] and len(content.splitlines()) == 1
        case "jsonl":
            assert content == b""
        case "json":
            assert json.loads(content)["query"]["url"].endswith(address)
        case _:
            assert (as_book(content)[1]["rows"], as_book(content)[1]["address"]) == (0, "http://localhost" + address)


def test_the_name_of_a_file_holds_only_what_fits_into_a_name(client: Client) -> None:
    response = client.get("/api/v1/actions.csv", {"q": '../"\r\nX: ' + "y" * 120})
    (name,) = re.fullmatch(r'inline; filename="(.*)"', response["Content-Disposition"]).groups()  # type: ignore[union-attr]
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,140}", name) and ".." not in name


def test_files_of_the_matrix_say_their_address_too(client: Client) -> None:
    for ending in ("csv", "json"):
        link = client.get(f"/api/v1/matrix.{ending}?year=2019&shape=long")["Link"]
        address = link.removeprefix("<http://localhost").partition(">")[0]
        assert f"/api/v1/matrix.{ending}?" in address and "year=2019" in address and "known=edition-2" in address
        assert client.get(address)["Link"] == link


@pytest.mark.parametrize("name", LISTS)
def test_the_address_in_a_file_gives_the_same_file_without_its_clocks_asked(client: Client, name: str) -> None:
    """Whoever asked for “now” is told where the same is had later."""
    query = {"sort": LISTINGS[name].sorts[0]}
    whole = json.loads(body(client.get(f"/api/v1/{name}.json", query)))
    again = json.loads(body(client.get(whole["query"]["url"].removeprefix("http://localhost"))))
    plain = [{key: value for key, value in row.items() if key != "url"} for row in whole["results"]]
    assert [{key: value for key, value in row.items() if key != "url"} for row in again["results"]] == plain
    assert again["query"]["url"] == whole["query"]["url"]
    assert (whole["known"], again["known"]) == (None, "edition-2")


def test_a_file_is_the_same_whenever_it_is_asked_for(client: Client) -> None:
    for ending in ENDINGS:
        assert body(client.get(f"/api/v1/actions.{ending}")) == body(client.get(f"/api/v1/actions.{ending}")), ending


def test_the_data_page_offers_every_format_of_every_list(client: Client) -> None:
    page = client.get("/data/").content.decode()
    for name in LISTS:
        for ending in ENDINGS:
            assert f'href="/api/v1/{name}.{ending}"' in page
    links = client.get("/recommendations/?government=AL").context["downloads"]
    assert [link["url"] for link in links] == [f"/api/v1/recommendations.{ending}?government=AL" for ending in ENDINGS]


# --- Formulas, and what a workbook cannot hold -----------------------------------------------------------------------------------


@pytest.fixture
def odd(desk: str) -> Client:
    """A recommendation of texts that tables have trouble with."""
    paper = builders.document("PAPER", kind="white_paper", published_on="2019-02-01")
    made = builders.recommendation("REC-1", paper, short_title=FORMULA, statement=LONG, note=CONTROL, target=QUOTED)
    builders.cite(made, builders.citation(paper, "EV-1"))
    builders.put_out(paper, made)
    return Client(SERVER_NAME="localhost")


def test_formulas_are_harmless_and_can_be_had_back(odd: Client) -> None:
    table, book, whole, lines = (body(odd.get(f"/api/v1/recommendations.{ending}")) for ending in ENDINGS)
    (in_book,), _about = as_book(book)
    for row in (as_csv(table)[0], in_book):
        assert (row["short_title"], row["target"]) == ("'" + FORMULA, "'" + QUOTED)
        assert (natural(row["short_title"]), natural(row["target"])) == (FORMULA, QUOTED)
    for said in (json.loads(whole)["results"][0], as_lines(lines)[0]):
        assert (said["short_title"], said["target"], said["note"]) == (FORMULA, QUOTED, CONTROL)
    cell = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]["C2"]
    assert cell.data_type == "s"


def test_no_file_of_ours_runs_where_semicolons_separate_cells(desk: str) -> None:
    """A spreadsheet in French splits a file of commas at every semicolon, quotation marks or not."""
    title = "Title;=cmd|'/C calc'!A0;x"
    builders.put_out(builders.document("PAPER", title=title, published_on="2019-02-01"))
    client = Client(SERVER_NAME="localhost")
    for path in ("documents.csv", "changes.csv"):
        content = body(client.get(f"/api/v1/{path}"))
        split = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
        assert len(split[1]) > 2 and not [cell for line in split for cell in line if cell.strip().startswith("=")]
        (row,) = as_csv(content)
        assert natural(row["title"]) == title


def test_the_rule_is_told_wherever_files_are_offered(client: Client) -> None:
    assert IN_WORDS in client.get("/data/").content.decode()
    assert IN_WORDS in client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/actions.csv"]["get"]["description"]
    _rows, about = as_book(body(client.get("/api/v1/governments.xlsx")))
    assert about["apostrophes"] == IN_WORDS


def test_a_negative_number_is_a_number(client: Client) -> None:
    found = [row for row in as_csv(body(client.get("/api/v1/effects.csv"))) if row["sign"] == "-1"]
    assert found
    cells, _about = as_book(body(client.get("/api/v1/effects.xlsx")))
    assert {row["sign"] for row in cells} == {-1, 0, 1}


def test_what_a_cell_cannot_hold_is_cut_with_a_mark_and_counted(odd: Client) -> None:
    (row,), about = as_book(body(odd.get("/api/v1/recommendations.xlsx")))
    assert len(row["statement"]) == workbook.LONGEST
    assert row["statement"].endswith("[cut: the whole text, of 40000 characters, is in the CSV and JSON of the same address]")
    assert row["note"] == "a\ufffdb\ufffdc"
    assert (about["cells cut"], about["characters replaced"]) == (1, 2)
    assert as_csv(body(odd.get("/api/v1/recommendations.csv")))[0]["statement"] == LONG


def test_rows_that_do_not_fit_into_a_sheet_go_on_on_another(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 7)
    content = body(client.get("/api/v1/actions.xlsx"))
    cells, about = as_book(content)
    everything = json.loads(body(client.get("/api/v1/actions.json")))["results"]
    assert [row["key"] for row in cells] == [row["key"] for row in everything]
    sheets = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert sheets[:2] == ["actions", "actions 2"] and sheets[-1] == "About"
    assert about["sheets"].startswith(f"The rows go on over {len(sheets) - 1} sheets: actions, actions 2")


# --- A file that breaks off, and one that must not mix two editions --------------------------------------------------------------


@pytest.fixture(scope="module")
def large_database(cluster: Any, empty_template: str) -> Iterator[str]:
    with copy_of(cluster, empty_template) as name:
        with cluster.connect(database=name) as superuser:
            large.write(superuser, recommendations=120, governments=40)
        yield name


@pytest.fixture
def large_site(large_database: str, django_db_blocker: Any) -> Iterator[Client]:
    with django_db_blocker.unblock(), pointing_at(large_database):
        yield Client(SERVER_NAME="localhost")


def cut_off(cluster: Any, database: str) -> None:
    """End the public's connections, as a server does that is shut down."""
    with cluster.connect() as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = %s",
            [database, connections.settings["public"]["USER"]],
        )


def broken(cluster: Any, client: Client, database: str, ending: str) -> str:
    response: Any = client.get(f"/api/v1/addressees.{ending}")
    assert response.status_code == 200
    parts = iter(response.streaming_content)
    begun = [next(parts) for _ in range(4)]
    cut_off(cluster, database)
    text = b"".join([*begun, *parts]).decode()
    connections["public"].close()  # as the server does with a broken one when the request has ended
    return text


def test_a_csv_that_breaks_off_says_so_in_its_last_line(cluster: Any, large_site: Client, large_database: str) -> None:
    text = broken(cluster, large_site, large_database, "csv")
    header, *lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert 3 <= len(lines) < 4_800
    assert lines[-1][0].startswith("INCOMPLETE: the database did not go on answering")
    assert {len(line) for line in lines} == {len(header)}
    whole = body(large_site.get("/api/v1/addressees.csv")).decode()
    assert "INCOMPLETE" not in whole


def test_json_that_breaks_off_is_json_and_says_so(cluster: Any, large_site: Client, large_database: str) -> None:
    said = json.loads(broken(cluster, large_site, large_database, "json"))
    assert said["complete"] is False
    assert said["error"].startswith("the database did not go on answering")
    assert 0 < len(said["results"]) < said["count"]
    assert json.loads(body(large_site.get("/api/v1/addressees.json")))["complete"] is True


def test_json_lines_that_break_off_say_so_in_the_last(cluster: Any, large_site: Client, large_database: str) -> None:
    *lines, last = as_lines(broken(cluster, large_site, large_database, "jsonl").encode())
    assert lines and all("recommendation" in line for line in lines)
    assert list(last) == ["error"] and last["error"].startswith("INCOMPLETE: the database")


def test_a_workbook_that_cannot_be_finished_is_not_sent(
    cluster: Any, large_site: Client, large_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = of_files.cells_of

    def cells_of(*given: Any) -> Any:
        for written, cells in enumerate(asked(*given)):
            if written == 700:  # and again when it is asked for once more
                cut_off(cluster, large_database)
            yield cells

    monkeypatch.setattr(of_files, "cells_of", cells_of)
    response = large_site.get("/api/v1/addressees.xlsx")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"


def test_what_fails_at_once_is_an_error_and_no_file(large_site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.settings["public"], "NAME", "nowhere")
    connections["public"].close()
    connections["public"].settings_dict["NAME"] = "nowhere"
    response = large_site.get("/api/v1/addressees.csv")
    assert (response.status_code, response["Content-Type"], response["Retry-After"]) == (503, "application/problem+json", "5")


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl"])
def test_a_file_is_read_from_one_edition_whatever_is_published_meanwhile(casefile_desk: str, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    monkeypatch.setattr(copying, "CHUNK", 2)  # so that what belongs to later rows is asked for later
    client = Client(SERVER_NAME="localhost")
    path = f"/api/v1/actions.{ending}"
    before = body(client.get(path))
    response: Any = client.get(path)
    parts = iter(response.streaming_content)
    begun = [next(parts), next(parts)]
    _reword(AFTER)
    assert b"".join([*begun, *parts]) == before
    assert AFTER in body(client.get(path)).decode()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_large_file_takes_no_more_memory_than_a_small_one(large_site: Client, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """Of 4,800 rows, read 50 at a time, as of 120."""
    for module in (copying, rows):
        monkeypatch.setattr(module, "CHUNK", 50)

    def peak(query: str) -> int:
        response: Any = large_site.get(f"/api/v1/addressees.{ending}?{query}")
        tracemalloc.reset_peak()
        for _part in response.streaming_content:
            pass
        response.close()
        return tracemalloc.get_traced_memory()[1]

    large_site.get(f"/api/v1/addressees.{ending}?q=nothing").close()
    government = large_site.get("/api/v1/addressees").json()["results"][0]["government"]
    tracemalloc.start()
    try:
        small = peak(f"government={government}")
        assert peak("") < 2 * small + 500_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_asks_as_many_questions_for_many_rows_as_for_few(client: Client, ending: str) -> None:
    def asked(query: str) -> int:
        with CaptureQueriesContext(connections["public"]) as queries, CaptureQueriesContext(connections["default"]) as desk:
            body(client.get(f"/api/v1/actions.{ending}{query}"))
        assert len(desk) == 0
        return len(queries)

    assert asked("") <= 22
    assert asked("") <= asked("?government=BE") + 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_head_says_what_a_file_is_and_asks_for_no_row(client: Client, ending: str) -> None:
    with CaptureQueriesContext(connections["public"]) as queries:
        head = client.head(f"/api/v1/actions.{ending}")
    whole = client.get(f"/api/v1/actions.{ending}")
    assert not any("NO SCROLL CURSOR" in query["sql"] or "COPY" in query["sql"] for query in queries)
    assert (head.status_code, head["ETag"], head["Content-Disposition"]) == (200, whole["ETag"], whole["Content-Disposition"])


# --- The matrix ------------------------------------------------------------------------------------------------------------------


def test_files_of_the_matrix_say_that_they_are_whole_and_where_they_are_had_again(client: Client) -> None:
    said = json.loads(body(client.get("/api/v1/matrix.json?document=WP-MQ&rows=governments")))
    assert said["complete"] is True
    again = json.loads(body(client.get(said["url"].removeprefix("http://localhost"))))
    assert [row["key"] for row in again["results"]] == [row["key"] for row in said["results"]]
    assert again["url"] == said["url"]


def test_a_file_of_the_matrix_that_breaks_off_says_so(cluster: Any, large_site: Client, large_database: str) -> None:
    response: Any = large_site.get("/api/v1/matrix.csv?shape=long&rows=governments")
    parts = iter(response.streaming_content)
    begun = [next(parts) for _ in range(4)]
    cut_off(cluster, large_database)
    *_lines, last = csv.reader(io.StringIO(b"".join([*begun, *parts]).decode(), newline=""))
    assert last[0].startswith("INCOMPLETE: ")


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl"])
def test_a_file_that_nobody_reads_lets_go_of_the_database(cluster: Any, large_site: Client, large_database: str, ending: str) -> None:
    """Whoever asks and hangs up after the first part leaves no question open behind."""

    def answering() -> int:
        with cluster.connect() as superuser:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state <> 'idle'"
            return int(superuser.execute(asked, [large_database]).fetchone()[0])

    response: Any = large_site.get(f"/api/v1/addressees.{ending}")
    assert answering() == 1
    assert large_site.get("/api/v1/governments").status_code == 200, "while nobody reads on, something else can be asked"
    response.close()
    assert answering() == 0


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl"])
def test_a_file_begins_while_the_database_still_writes_it(cluster: Any, large_site: Client, large_database: str, ending: str) -> None:
    """Nothing holds the whole: what was read when the first rows are there is a small part of what there is."""
    response: Any = large_site.get(f"/api/v1/addressees.{ending}")
    parts = iter(response.streaming_content)
    begun = next(parts) + next(parts)
    with cluster.connect() as superuser:
        asked = "SELECT query FROM pg_stat_activity WHERE datname = %s AND state = 'active'"
        ((query,),) = superuser.execute(asked, [large_database]).fetchall()
    assert query.startswith("COPY (")
    assert len(begun) < len(b"".join(parts)) / 2


def test_a_file_has_a_limit_of_its_own(large_site: Client, settings: Any) -> None:
    """It is one question, and its reader may be slow; what is asked after it has the limit of pages again."""
    settings.PUBLIC_FILE_TIMEOUT_MS = 1
    response = large_site.get("/api/v1/addressees.jsonl")
    assert response.status_code == 503 or b"INCOMPLETE" in b"".join(response.streaming_content)
    settings.PUBLIC_FILE_TIMEOUT_MS = 60_000
    assert b"INCOMPLETE" not in body(large_site.get("/api/v1/addressees.jsonl"))
    with connections["public"].cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10s",)

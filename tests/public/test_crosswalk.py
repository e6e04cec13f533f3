"""The crosswalk is published: on /methodology/, as files, and in the lists whose rows have a status, all from one declaration."""

import csv
import html
import io
import json
import re
from typing import Any

import pandas
import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tracker.public.columns import LISTINGS
from tracker.rules.crosswalk import CROSSWALK, from_foreign, to_foreign
from tracker.rules.vocabulary import Status


def answer(path: str) -> Any:
    return Client(SERVER_NAME="localhost").get(path)


def body(path: str) -> str:
    response = answer(path)
    assert response.status_code == 200, path
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def section(path: str) -> str:
    found = re.search(r'<section class="part" id="crosswalk".*?</section>', body(path), re.DOTALL)
    assert found
    return found[0]


def test_the_page_shows_every_word_with_its_reason_and_source(published: str) -> None:
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", section("/methodology/"))))
    for theirs in CROSSWALK.values():
        for said in (theirs.name, theirs.source.title, theirs.source.publisher, theirs.not_confirmed, theirs.rates, *theirs.words):
            assert said in text, said
        for link in theirs.links:
            assert f"{link.word} ({link.match.label}" in text
            assert link.why in text
        for why in (*theirs.of_statuses.values(), *theirs.of_words.values()):
            assert why in text
    assert "word not confirmed" in text
    assert 'href="#h-crosswalk"' in body("/methodology/")


@pytest.mark.parametrize("language", ["", "/fr", "/fa"])
def test_a_phone_reads_each_cell_with_its_heading(published: str, language: str) -> None:
    """Where the table folds, what a cell is of stands before it; words of others are marked as English."""
    page = section(f"{language}/methodology/")
    table = page[page.index("<table") : page.index("</table>")]
    assert table.count("<tr>") == 1 + len(Status)
    labels = re.findall(r'data-label="([^"]*)"', table)
    assert len(labels) == len(Status) * len(CROSSWALK)
    for theirs in CROSSWALK.values():
        assert sum(theirs.name in label for label in labels) == len(Status)
    assert '<bdi lang="en">Closed – Implemented</bdi>' in table
    assert 'class="folds' in table


def test_programs_get_the_whole_of_it(published: str) -> None:
    told = json.loads(body("/api/v1/crosswalk.json"))
    assert told == json.loads(body("/api/v1/crosswalk"))
    assert [each["value"] for each in told["statuses"]] == list(Status)
    by_name = {each["vocabulary"]: each for each in told["vocabularies"]}
    assert list(by_name) == list(CROSSWALK)
    for key, theirs in CROSSWALK.items():
        assert [word["word"] for word in by_name[key]["words"]] == list(theirs.words)
        assert by_name[key]["source"]["url"] == theirs.source.url
        for word in by_name[key]["words"]:
            assert word["status"] == from_foreign(key, word["word"])
            assert word["confirmed"] is (word["word"] not in theirs.unconfirmed)
    for line in told["lines"]:
        assert line["relation"] in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", None)
        assert line["why"]
        assert line["exported"] is (line["word"] is not None and to_foreign(line["vocabulary"], Status(line["status"])) == line["word"])
    assert {(line["vocabulary"], line["status"]) for line in told["lines"]} == {(key, str(status)) for key in CROSSWALK for status in Status}


def test_a_spreadsheet_gets_its_lines(published: str) -> None:
    response = answer("/api/v1/crosswalk.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    lines = list(csv.DictReader(io.StringIO(response.content.decode().removeprefix("\ufeff"))))
    told = json.loads(body("/api/v1/crosswalk.json"))["lines"]
    assert [(line["vocabulary"], line["status"], line["word"] or None, line["relation"] or None) for line in lines] == [
        (line["vocabulary"], line["status"], line["word"], line["relation"]) for line in told
    ]
    assert {line["exported"] for line in lines} == {"true", "false"}
    table = pandas.read_csv(io.BytesIO(response.content))
    assert (len(table), list(table.columns)) == (len(lines), list(lines[0]))
    assert table["exported"].sum() == sum(line["exported"] for line in told)


def test_its_address_is_listed_and_takes_no_other_ending(published: str) -> None:
    assert json.loads(body("/api/v1/"))["crosswalk"] == {
        ".json": "http://localhost/api/v1/crosswalk.json",
        ".csv": "http://localhost/api/v1/crosswalk.csv",
    }
    assert answer("/api/v1/crosswalk.xml").status_code == 404
    assert Client(SERVER_NAME="localhost").post("/api/v1/crosswalk.json").status_code == 405


@pytest.mark.parametrize("name", ["addressees", "assessments"])
def test_lists_say_the_status_in_the_words_of_others(published: str, name: str) -> None:
    rows = json.loads(body(f"/api/v1/{name}.json"))["results"]
    assert {row["status"] for row in rows} >= {"implemented", "no_evidence"}
    for row in rows:
        for key in CROSSWALK:
            assert row[f"status_{key}"] == (to_foreign(key, Status(row["status"])) if row["status"] else "")
    cells = list(csv.DictReader(io.StringIO(body(f"/api/v1/{name}.csv").removeprefix("\ufeff"))))
    assert [cell["status_ogp"] for cell in cells] == [row["status_ogp"] for row in rows]


def test_no_other_list_has_them_and_each_has_all() -> None:
    having = {name: [column.name for column in listing.columns if column.name.startswith("status_")] for name, listing in LISTINGS.items()}
    assert {name: columns for name, columns in having.items() if columns} == {
        name: [f"status_{key}" for key in CROSSWALK] for name in ("addressees", "assessments")
    }


def test_the_files_ask_the_database_for_nothing_but_the_clocks(published: str) -> None:
    with CaptureQueriesContext(connections["public"]) as asked:
        body("/api/v1/crosswalk.json")
    assert len(asked) <= 1

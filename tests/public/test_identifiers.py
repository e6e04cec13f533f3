"""Identifiers on their whole way: recorded, published, told on pages, in files and to machines, found by search, corrected, and absent of old."""

import csv
import html
import io
import json
import re
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tracker.editions.tables import ActionEdition, DocumentEdition, RecordEdition
from tracker.editorial import freeze
from tracker.editorial.freeze import content_hash
from tracker.editorial.thaw import plan, restore
from tracker.editorial.verification import verify
from tracker.models import Document, Party, RecordKind

RECORDED = {"symbol": "A/HRC/99/34", "celex": "32099R0001", "bill": "B. 1 (1st session)", "legislature": "A parliament"}


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    """One record of every noun, all public, with identifiers."""
    made = builders.everything()
    made["document"].symbol = RECORDED["symbol"]
    made["document"].save()
    province = builders.government("AL-01", kind="subnational", iso_3166_2="AL-01", name="A province")
    made["recommendation"].addressees.create(government=province)
    builders.put_out(*builders.publishables(made))
    return made


def answer(path: str, **query: str) -> Any:
    response = Client(SERVER_NAME="localhost").get(path, query)
    assert response.status_code == 200, (path, response.status_code)
    return response


def body(path: str, **query: str) -> str:
    response = answer(path, **query)
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def rows(name: str) -> dict[str, dict[str, Any]]:
    return {row.get("key") or row["code"]: row for row in json.loads(body(f"/api/v1/{name}.json"))["results"]}


def cells(name: str) -> dict[str, dict[str, str]]:
    return {row.get("key") or row["code"]: row for row in csv.DictReader(io.StringIO(body(f"/api/v1/{name}.csv").removeprefix("\ufeff")))}


def links(page: str) -> set[str]:
    return {html.unescape(address) for address in re.findall(r'<a href="([^"]+)" rel="noopener external">', page)}


def statements(page: str) -> list[dict[str, Any]]:
    found = []
    for written in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
        read = json.loads(written)
        found += read if isinstance(read, list) else [read]
    return found


def test_files_and_answers_carry_them(made: dict[str, Any]) -> None:
    document, action = rows("documents")["REPORT"], rows("actions")["ACT-1"]
    assert {name: document[name] for name in RECORDED} == RECORDED
    assert (action["celex"], action["bill"], action["legislature"]) == ("32099D0002", "B. 2 (1st session)", "A parliament")
    (party,) = action["parties"]
    assert (party["wikidata"], party["opensanctions"]) == ("Q99999902", "NK-made-up")
    assert {name: cells("documents")["REPORT"][name] for name in RECORDED} == RECORDED
    assert "A Person (Wikidata Q99999902, OpenSanctions NK-made-up): " in cells("actions")["ACT-1"]["parties"]
    assert {name: cells("documents")["PAPER"][name] for name in RECORDED} == dict.fromkeys(RECORDED, "")


def test_governments_have_the_codes_that_follow_and_those_that_were_recorded(made: dict[str, Any]) -> None:
    found = rows("governments")
    named = ("iso_alpha_3", "iso_numeric", "iso_3166_2", "wikidata")
    assert [found["AL"][name] for name in named] == ["ALB", "008", "", "Q99999901"]
    assert [found["AL-01"][name] for name in named] == ["", "", "AL-01", ""]
    assert [found["GROUP"][name] for name in named] == ["", "", "", ""]
    assert cells("governments")["AL"]["iso_numeric"] == "008", "three digits: a spreadsheet's reader is told so by /data/"


def test_pages_name_them_and_lead_to_where_they_are_looked_up(made: dict[str, Any]) -> None:
    document, action, government = body("/documents/REPORT/"), body("/actions/ACT-1/"), body("/governments/AL/")
    for value in RECORDED.values():
        assert value in document
    assert {"https://undocs.org/A/HRC/99/34", "https://eur-lex.europa.eu/legal-content/AUTO/?uri=CELEX:32099R0001"} <= links(document)
    assert {
        "https://eur-lex.europa.eu/legal-content/AUTO/?uri=CELEX:32099D0002",
        "https://www.wikidata.org/wiki/Q99999902",
        "https://www.opensanctions.org/entities/NK-made-up",
    } <= links(action)
    assert "https://www.wikidata.org/wiki/Q99999901" in links(government)
    for said in ("ALB", "008"):
        assert said in government
    assert "Identifiers" not in body("/documents/PAPER/"), "nothing is said where nothing is on record"


def test_who_is_meant_stands_in_the_same_element_as_what_is_said_of_them(made: dict[str, Any]) -> None:
    claim = re.findall(r'<div class="claim">.*?</div>', body("/actions/ACT-1/"), re.DOTALL)[0]
    assert claim.index("A Person") < claim.index("NK-made-up") < claim.index('class="legal"')
    assert "according to" in claim or "The ministry" in claim


def test_machines_are_told_of_whom_and_where_else(made: dict[str, Any]) -> None:
    (document,) = [said["about"] for said in statements(body("/documents/REPORT/")) if "about" in said]
    assert {"@type": "PropertyValue", "propertyID": "CELEX", "value": "32099R0001"} in document["identifier"]
    assert {"@type": "PropertyValue", "propertyID": "document symbol", "value": "A/HRC/99/34"} in document["identifier"]
    assert document["sameAs"] == ["https://undocs.org/A/HRC/99/34", "https://eur-lex.europa.eu/legal-content/AUTO/?uri=CELEX:32099R0001"]
    (government,) = [said["about"] for said in statements(body("/governments/AL/")) if "about" in said]
    assert government["identifier"][0] == "AL"
    assert {"@type": "PropertyValue", "propertyID": "ISO 3166-1 alpha-3", "value": "ALB"} in government["identifier"]
    assert government["sameAs"] == ["https://www.wikidata.org/wiki/Q99999901"]
    (paper,) = [said["about"] for said in statements(body("/documents/PAPER/")) if "about" in said]
    assert not {"identifier", "sameAs"} & set(paper)


def test_citations_as_files_give_the_number(made: dict[str, Any]) -> None:
    assert json.loads(body("/cite/source/REPORT.json"))[0]["number"] == "A/HRC/99/34"
    assert "number = {A/HRC/99/34}" in body("/cite/source/REPORT.bib")
    assert "M1  - A/HRC/99/34\r\n" in body("/cite/source/REPORT.ris")
    assert "number" not in json.loads(body("/cite/source/PAPER.json"))[0]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("32099R0001", "/documents/REPORT/"),
        ("32099r0001", "/documents/REPORT/"),
        ("A/HRC/99/34", "/documents/REPORT/"),
        ("“A/HRC/99/34”", "/documents/REPORT/"),
        ("32099D0002", "/actions/ACT-1/"),
        ("“B. 2”", "/actions/ACT-1/"),
        ("Q99999902", "/actions/ACT-1/"),
        ("NK-made-up", "/actions/ACT-1/"),
    ],
)
def test_a_search_finds_the_record_by_its_identifier(made: dict[str, Any], q: str, found: str) -> None:
    assert re.findall(r'href="(/(?:documents|actions)/[A-Z0-9-]+/)', body("/search/", q=q).partition("<main")[2])[:1] == [found]


def test_a_filled_in_identifier_adds_and_another_one_corrects(made: dict[str, Any]) -> None:
    made["paper"].symbol = "REP-99-7"
    made["paper"].save()
    builders.put_out(made["paper"])
    assert RecordEdition.objects.filter(key="PAPER").order_by("-edition").first().nature == "added_to"
    Party.objects.filter(key="a-person").update(opensanctions="NK-other")
    builders.put_out(made["action"])
    assert RecordEdition.objects.filter(key="ACT-1").order_by("-edition").first().nature == "corrected"
    told = html.unescape(re.sub(r"<[^>]+>", " ", body("/corrections/")))
    assert "OpenSanctions NK-made-up" in told
    assert "OpenSanctions NK-other" in told


def test_a_government_that_was_identified_otherwise_says_so(made: dict[str, Any]) -> None:
    made["government"].wikidata = "Q99999908"
    made["government"].save()
    builders.put_out(builders.document("NEXT"))
    told = html.unescape(re.sub(r"<[^>]+>", " ", body("/corrections/")))
    assert "Q99999901" in told
    assert "Q99999908" in told


# What was frozen before identifiers were asked for


@pytest.fixture
def of_old(desk: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Published as the software froze records before."""
    as_now = {name: getattr(freeze, name) for name in ("_document", "_action")}

    def without(name: str) -> Any:
        def frozen(record: Any) -> dict[str, Any]:
            said = {key: value for key, value in as_now[name](record).items() if key not in ("symbol", "celex", "bill", "legislature")}
            for party in said.get("parties", ()):
                del party["wikidata"], party["opensanctions"]
            return said

        return frozen

    made = builders.everything()
    with monkeypatch.context() as patched:
        for name in as_now:
            patched.setattr(freeze, name, without(name))
        builders.put_out(*builders.publishables(made))
    return made


def test_what_was_frozen_before_is_read_and_says_nothing(of_old: dict[str, Any]) -> None:
    assert "celex" not in RecordEdition.objects.get(key="REPORT").body
    assert "wikidata" not in RecordEdition.objects.get(key="ACT-1").body["parties"][0]
    assert DocumentEdition.objects.get(key="REPORT").celex == ""
    assert "wikidata" not in ActionEdition.objects.get(key="ACT-1").parties[0]
    (party,) = rows("actions")["ACT-1"]["parties"]
    assert (party["wikidata"], party["opensanctions"]) == ("", "")
    assert cells("documents")["REPORT"]["celex"] == ""
    for path in ("/documents/REPORT/", "/actions/ACT-1/"):
        assert "Identifiers" not in body(path)
    assert "A Person" in body("/actions/ACT-1/")
    assert "/documents/REPORT/" in body("/search/", q="REPORT")
    assert verify(every_edition=True).problems == ()


def test_what_was_frozen_before_is_written_back_and_takes_nothing_away(of_old: dict[str, Any]) -> None:
    """It was not asked for then: that it says nothing is not that there was nothing."""
    old = RecordEdition.objects.get(key="REPORT").body
    Document.objects.filter(key="REPORT").update(title="Another title")
    restore(RecordKind.DOCUMENT, old, of_old["document"], by=builders.author(), reason="a test", source="an edition of old")
    document = Document.objects.get(key="REPORT")
    assert (document.title, document.celex) == (old["title"], "32099R0001")
    act = RecordEdition.objects.get(key="ACT-1").body
    assert plan(RecordKind.ACTION, act, of_old["action"]).shared == []
    restore(RecordKind.ACTION, act, of_old["action"], by=builders.author(), reason="a test", source="an edition of old")
    assert Party.objects.get(key="a-person").opensanctions == "NK-made-up"


def test_the_next_edition_adds_what_the_one_of_old_did_not_say(of_old: dict[str, Any]) -> None:
    builders.put_out(of_old["document"], of_old["action"])
    assert set(RecordEdition.objects.filter(key__in=("REPORT", "ACT-1"), known_to=None).values_list("nature", flat=True)) == {"added_to"}
    assert rows("documents")["REPORT"]["celex"] == "32099R0001"
    first = json.loads(body("/api/v1/documents.json", known="edition-1"))["results"]
    assert {row["key"]: row["celex"] for row in first}["REPORT"] == ""
    assert content_hash(RecordEdition.objects.get(key="REPORT", known_to=None).body)

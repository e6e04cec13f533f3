"""What this site said on a past instant stays as it was said: on every page and in every file, in every word."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.public.conftest import AFTER, BEFORE, Retold
from tracker.public.columns import LISTINGS

PAGES = [
    "/",
    "/recommendations/",
    "/recommendations/?government=AL&document=WP-MQ&measure=expulsion&recommendation=MQ-1&group=EU-MEMBERS&group=INTL",
    "/recommendations/MQ-1/",
    "/governments/",
    "/governments/AL/",
    "/governments/EU-MEMBERS/",
    "/matrix/",
    "/matrix/?government=AL",
    "/documents/?document=WP-MQ",
    "/documents/WP-MQ/",
    "/actions/?government=AL",
    "/actions/AL-2022-SEV/",
    "/effects/?government=AL&sort=-first_day",
    "/changes/?government=AL",
]
FILES = [f"/api/v1/{name}.{ending}" for name in LISTINGS for ending in ("json", "csv")]
# The record of changes is about both: it names each version as that version did.
BOTH_NOW = ("/changes/", "/api/v1/changes", "/documents/WP-MQ/", "/actions/AL-2022-SEV/", "/recommendations/MQ-1/")


def text_of(path: str, known: str | None) -> str:
    clock = ("&" if "?" in path else "?") + urlencode({"known": known}) if known else ""
    response = Client(SERVER_NAME="localhost").get(path + clock)
    assert response.status_code == 200, path
    body: bytes = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined, arg-type]
    return body.decode()


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_a_page_of_the_past_has_only_the_words_of_the_past(retold: Retold, path: str) -> None:
    then, now = text_of(path, retold.between.isoformat()), text_of(path, None)
    assert AFTER not in then
    assert BEFORE in then
    assert AFTER in now
    if not path.startswith(BOTH_NOW) and path != "/":
        assert BEFORE not in now


def test_the_front_page_names_the_former_edition_only_by_its_reason(retold: Retold) -> None:
    now = text_of("/", None)
    assert now.count(BEFORE) == now.count(f"{BEFORE} reason") == 1


@pytest.mark.parametrize("path", ["/documents/WP-MQ/", "/actions/AL-2022-SEV/", "/recommendations/MQ-1/"])
def test_a_record_tells_of_its_former_versions_only_among_its_corrections(retold: Retold, path: str) -> None:
    """There with what was said before, and below it by their reason."""
    above, corrections = text_of(path, None).split('id="corrections"')
    assert BEFORE not in above
    assert f"<del>{BEFORE} " in corrections
    assert f"<ins>{AFTER} " in corrections
    assert f"corrected: {BEFORE} reason" in corrections.split("h-history")[-1]


def facets_of(path: str, known: str | None) -> dict[str, Any]:
    return Client(SERVER_NAME="localhost").get(path, {"known": known} if known else {}).json()["facets"]


def test_labels_of_facets_are_those_of_the_day(retold: Retold) -> None:
    for known, word, other in ((retold.between.isoformat(), BEFORE, AFTER), (None, AFTER, BEFORE)):
        facets = facets_of("/api/v1/addressees", known)
        labels = {name: {value["value"]: value["label"] for value in values} for name, values in facets.items()}
        assert labels["government"]["AL"] == f"{word} Albania"
        assert labels["group"]["EU-MEMBERS"] == f"{word} members"
        assert labels["document"]["WP-MQ"] == f"{word} paper"
        assert labels["recommendation"]["MQ-1"] == f"MQ-1 {word} title"
        assert labels["measure"]["expulsion"] == f"{word} expulsion"
        assert other not in str(facets)


def test_the_status_of_the_past_is_counted_and_found(retold: Retold) -> None:
    client = Client(SERVER_NAME="localhost")
    query = {"recommendation": "MQ-1", "government": "AL"}
    for known, status in ((retold.between.isoformat(), "implemented"), ("", "partially_implemented")):
        (row,) = client.get("/api/v1/addressees", {**query, "known": known}).json()["results"]
        assert row["status"] == status
        assert client.get("/api/v1/addressees", {**query, "known": known, "status": status}).json()["count"] == 1


def test_what_was_replaced_later_stood_then(retold: Retold) -> None:
    client = Client(SERVER_NAME="localhost")
    query = {"recommendation": "MQ-1", "kind": "recommendation"}
    then = client.get("/api/v1/changes", {**query, "known": retold.between.isoformat()}).json()["results"]
    now = client.get("/api/v1/changes", query).json()["results"]
    assert [row["replaced_at"] is None for row in then] == [True, False]
    assert [row["replaced_at"] is None for row in now] == [True, False, False]
    page = client.get("/changes/", {**query, "known": retold.between.isoformat()})
    assert [row.known_to is None for row in page.context["page"]] == [True, False]


def test_a_conviction_reads_as_reported_until_the_judgment_is_cited(retold: Retold) -> None:
    client = Client(SERVER_NAME="localhost")
    reported = "reported convicted by IFMAT, republishing Eurasia Review"
    for known, reads in ((retold.between.isoformat(), reported), ("", "convicted, according to IFMAT, republishing Eurasia Review")):
        assert f">{reads}</b>" in client.get("/actions/BE-2022-INJ/", {"known": known}).content.decode()
        (row,) = [row for row in client.get("/api/v1/actions", {"government": "BE", "known": known}).json()["results"] if row["key"] == "BE-2022-INJ"]
        assert [party["reads"] for party in row["parties"]] == [reads]

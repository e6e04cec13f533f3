"""The case as readers see it while ``as_of`` moves: the statuses that were promised, with what they rest on."""

import datetime as dt
import re

import pytest
from django.test import Client


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


def status(client: Client, recommendation: str, government: str, day: str | None = None) -> tuple[str, str | None]:
    parameters = {"recommendation": recommendation, "government": government} | ({"as_of": day} if day else {})
    results = client.get("/api/v1/addressees", parameters).json()["results"]
    (row,) = results
    return row["status"], row["effective_on"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2019-06-01", ("not_assessed", None)),
        ("2020-01-14", ("not_assessed", None)),
        ("2020-01-15", ("partially_implemented", "2020-01-15")),
        ("2022-09-06", ("partially_implemented", "2020-01-15")),
        ("2022-09-07", ("implemented", "2022-09-07")),
        (None, ("implemented", "2022-09-07")),
    ],
)
def test_albania_and_expulsion(client: Client, day: str | None, expected: tuple[str, str | None]) -> None:
    assert status(client, "MQ-1", "AL", day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2022-09-01", "not_assessed"),
        ("2022-12-07", "not_assessed"),
        ("2022-12-08", "partially_implemented"),
        ("2023-03-02", "partially_implemented"),
        ("2023-03-03", "reversed"),
        ("2023-05-25", "reversed"),
        ("2023-05-26", "contrary_action"),
        (None, "contrary_action"),
    ],
)
def test_belgium_and_the_return_of_a_convicted_man(client: Client, day: str | None, expected: str) -> None:
    assert status(client, "ER-1", "BE", day)[0] == expected


def test_two_verdicts_of_one_day_leave_the_later(client: Client) -> None:
    assert status(client, "MQ-6", "FR", "2023-06-29")[0] == "not_assessed"
    assert status(client, "MQ-6", "FR", "2023-06-30")[0] == "no_evidence"


def effects(client: Client, recommendation: str, government: str, day: str = "2019-06-01") -> dict[str, tuple[str, bool]]:
    story = client.get(f"/recommendations/{recommendation}/", {"as_of": day}).context["story"]
    (row,) = (story for story in story.stories if story.addressee.government == government)
    return {item.action.key: (item.effect.earlier.value, item.effect.in_place) for item in row.effects}


def test_an_expulsion_before_the_paper_reads_already_in_place_and_a_recall_only_earlier(client: Client) -> None:
    assert effects(client, "MQ-1", "AL") == {"AL-2018-EXP": ("yes", True)}
    assert effects(client, "MQ-1", "DK") == {"DK-2018-REC": ("yes", False)}


def section(html: str, anchor: str) -> str:
    """What stands under a government on a recommendation's page, as text."""
    found = re.search(rf'id="{anchor}".*?(?=<[a-z]+[^>]*\bid="[A-Z]{{2,}}"|\Z)', html, re.DOTALL)
    assert found, f"no row for {anchor}"
    return re.sub(r"<[^>]+>", " ", found[0])


def test_the_page_says_in_words_what_came_before(client: Client) -> None:
    html = client.get("/recommendations/MQ-1/", {"as_of": "2019-06-01"}).content.decode()
    albania, denmark = section(html, "AL"), section(html, "DK")
    assert "already in place" in albania
    assert "earlier" in denmark.lower()
    assert "already in place" not in denmark


def test_a_disputed_expulsion_stands_with_the_report_and_the_denial(client: Client) -> None:
    html = re.sub(r"\s+", " ", client.get("/actions/FR-2018-EXP/").content.decode())
    assert "Five sources: expelled about a month earlier; ministry silent." in html
    assert "An Iranian official denied any expulsion." in html
    (row,) = client.get("/api/v1/actions", {"government": "FR", "year": "2018", "q": "expelled"}).json()["results"]
    assert (row["key"], row["supports"], row["disputes"]) == ("FR-2018-EXP", 2, 2)


def test_the_civil_day_decides_the_group(client: Client) -> None:
    """The EU's members: 28 on the paper's day, 27 since the United Kingdom left."""
    assert client.get("/api/v1/governments", {"group": "EU-MEMBERS", "as_of": "2019-02-01"}).json()["count"] == 28
    assert client.get("/api/v1/governments", {"group": "EU-MEMBERS", "as_of": "2020-01-31"}).json()["count"] == 28
    assert client.get("/api/v1/governments", {"group": "EU-MEMBERS", "as_of": "2020-02-01"}).json()["count"] == 27
    assert client.get("/api/v1/governments", {"group": "EU-MEMBERS"}).json()["count"] == 27


def test_before_its_first_edition_the_site_had_said_nothing(client: Client, today: dt.date) -> None:
    yesterday = (today - dt.timedelta(days=1)).isoformat()
    for name in ("recommendations", "addressees", "actions", "assessments", "documents", "governments", "changes"):
        assert client.get(f"/api/v1/{name}", {"known": yesterday}).json()["count"] == 0
        assert client.get(f"/api/v1/{name}", {"known": today.isoformat()}).json()["count"] > 0

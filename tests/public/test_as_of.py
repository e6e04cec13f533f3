"""Nothing that came after the day of ``as_of`` is told on it, on pages or in files; and "already in place" means one thing everywhere."""

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from django.test import Client

from tracker.editions.tables import ActionEdition, EffectEdition, MembershipEdition
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.rules.dates import PartialDate
from tracker.rules.order import already_in_place

DAYS = [dt.date.fromisoformat(day) for day in ("2018-12-01", "2019-02-28", "2019-04-01", "2019-04-02", "2020-06-01", "2023-04-01", "2026-01-01")]


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


def rows(client: Client, name: str, **query: str) -> dict[str, dict[str, Any]]:
    answer = client.get(f"/api/v1/{name}.json", query)
    return {row["key"]: row for row in json.loads(b"".join(answer.streaming_content))["results"]}  # type: ignore[attr-defined, arg-type]


def csv_rows(client: Client, name: str, **query: str) -> dict[str, dict[str, str]]:
    answer = client.get(f"/api/v1/{name}.csv", query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined, arg-type]
    return {row["key"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


# Legal statuses


def test_a_plea_is_not_told_before_it_was_made(client: Client) -> None:
    day = "2018-12-01"
    page = client.get("/actions/US-2018-SPY/", {"as_of": day}).content.decode()
    in_list = client.get("/actions/", {"as_of": day, "government": "US"}).content.decode()
    for html in (page, in_list):
        assert "Majid Ghorbani: " in html
        assert "arrested, according to Department of Justice" in html
        assert "pleaded guilty" not in html.lower()
    assert "1 citation tells of a legal status of a day after" in page
    row = rows(client, "actions", as_of=day)["US-2018-SPY"]
    assert "guilty" not in json.dumps(row)
    assert {(party["name"], party["standing"], party["on"]) for party in row["parties"]} == {
        ("Ahmadreza Mohammadi Doostdar", "arrested", "2018-08-09"),
        ("Majid Ghorbani", "arrested", "2018-08-09"),
    }
    assert "legal_status" not in row
    assert "No person named." not in page
    cells = csv_rows(client, "actions", as_of=day)["US-2018-SPY"]
    assert "guilty" not in " ".join(cells.values())


@pytest.mark.parametrize(("day", "pleaded"), [("2019-11-29", False), ("2019-11-30", True)])
def test_a_month_is_over_on_its_last_day(client: Client, day: str, pleaded: bool) -> None:
    row = rows(client, "actions", as_of=day)["US-2018-SPY"]
    assert any(party["standing"] == "pleaded_guilty" for party in row["parties"]) is pleaded
    assert ("pleaded guilty" in json.dumps(row)) is pleaded


def test_what_came_of_an_arrest_is_told_from_the_day_on_which_it_is_on_record(client: Client) -> None:
    for day, told_it in (("2019-10-22", False), ("2019-10-23", True)):
        page = client.get("/actions/AL-2018-DET/", {"as_of": day}).content.decode()
        assert "arrested, according to Al Arabiya English, The Media Express and Kayhan Life" in page
        assert ("released, according to Reuters" in page) is told_it


def test_where_nobody_s_legal_status_is_on_record_the_pages_say_that_no_person_is_named(client: Client) -> None:
    for path, named in (("/actions/AL-2020-SAADI/", False), ("/actions/AL-2018-DET/", True)):
        assert ("No person named." in client.get(path).content.decode()) is not named
    assert "No person named." in client.get("/actions/", {"government": "AL"}).content.decode()


def test_a_conviction_without_a_judgment_reads_as_reported_in_every_format(client: Client) -> None:
    reads = "reported convicted by Het Nieuwsblad and by IFMAT, republishing Eurasia Review"
    assert f'Assadollah Assadi: <b class="legal">{reads}</b>' in client.get("/actions/BE-2021-JUD/").content.decode()
    (party,) = rows(client, "actions", government="BE")["BE-2021-JUD"]["parties"]
    assert (party["reads"], party["said_by"], party["on"]) == (
        reads,
        "reported by Het Nieuwsblad and by IFMAT, republishing Eurasia Review",
        "2021-02-04",
    )
    assert csv_rows(client, "actions", government="BE")["BE-2021-JUD"]["parties"].startswith(f"Assadollah Assadi: {reads}, 2021-02-04 [")
    sanctioned = [party for row in rows(client, "actions").values() for party in row["parties"] if party["standing"] == "sanctioned"]
    assert sanctioned
    assert all(party["reads"].startswith("sanctioned, according to ") for party in sanctioned)


def test_events_are_a_list_in_json_and_text_in_csv(client: Client) -> None:
    note = "six months from 2 October 2018 as announced; whether it was renewed was not found"
    assert rows(client, "actions")["FR-2018-FRZ"]["events"] == [
        {"kind": "occurred", "on": "2018-10-02", "decisive": True, "note": ""},
        {"kind": "expired", "on": "2019-04-02", "decisive": False, "note": note},
    ]
    assert csv_rows(client, "actions")["FR-2018-FRZ"]["events"] == f"occurred 2018-10-02; expired 2019-04-02 [{note}]"


@pytest.mark.parametrize("name", ["actions", "assessments", "effects"])
def test_what_is_disputed_says_so_in_files(client: Client, name: str) -> None:
    found = rows(client, name).values()
    assert {row["disputed"] for row in found} == {True, False}
    assert all(row["disputed"] is (row["disputes"] > 0) for row in found)
    assert rows(client, name, disputed="yes").keys() == {row["key"] for row in found if row["disputed"]}


# Events, ends, successors


@pytest.mark.parametrize("day", DAYS)
def test_no_row_of_a_file_tells_of_a_later_day(client: Client, day: dt.date) -> None:
    actions, effects, assessments = (rows(client, name, as_of=day.isoformat()) for name in ("actions", "effects", "assessments"))
    assert actions and (day.year < 2019 or effects) and (day.year < 2020 or assessments), "something is told on each of the days"
    for action in actions.values():
        for part in (*action["events"], *action["parties"]):
            assert PartialDate(part["on"]).last <= day, action["key"]
        assert not action["ended_on"] or action["ended_on"] <= day.isoformat()
    for effect in effects.values():
        assert not effect["ended_on"] or effect["ended_on"] <= day.isoformat()
    for row in assessments.values():
        assert row["superseded_by"] is None or row["superseded_by"] in assessments


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/timeline/", "Do not return Assadollah Assadi"),
        ("/map/", "Do not return Assadollah Assadi"),
        ("/recommendations/?recommendation=ER-1", "Do not return Assadollah Assadi"),
        ("/feeds/changes.atom?recommendation=ER-1&kind=document", "Do not return Assadollah Assadi"),
        ("/citations/?action=BE-2022-TRE", "treaty"),
    ],
)
def test_no_choice_and_no_filter_names_what_came_later(client: Client, path: str, words: str) -> None:
    """ER-1 was recommended in September 2022; Belgium signed the treaty in March 2022."""
    assert words in client.get(path).content.decode()
    assert words not in client.get(f"{path}{'&' if '?' in path else '?'}as_of=2019-06-01").content.decode()


def test_an_assessment_is_superseded_when_its_successor_takes_effect(client: Client) -> None:
    query = {"recommendation": "MQ-1", "government": "AL"}
    assert rows(client, "assessments", as_of="2022-09-06", **query)["AS-001"]["superseded_by"] is None
    assert rows(client, "assessments", as_of="2022-09-07", **query)["AS-001"]["superseded_by"] == "AS-002"
    words = "superseded by the next"
    assert words not in client.get("/recommendations/MQ-1/", {"as_of": "2022-09-06"}).content.decode()
    assert words in client.get("/recommendations/MQ-1/", {"as_of": "2022-09-07"}).content.decode()


def test_an_expiry_is_not_told_before_it_came(client: Client) -> None:
    before = client.get("/actions/FR-2018-FRZ/", {"as_of": "2019-04-01"}).content.decode()
    after = client.get("/actions/FR-2018-FRZ/", {"as_of": "2019-04-02"}).content.decode()
    assert "expired" not in before
    assert "expired" in after
    assert "already in place" in before
    assert "already in place" not in after
    assert "already in place" not in client.get("/actions/FR-2018-FRZ/").content.decode()


def test_a_membership_has_no_end_before_it_ended(client: Client) -> None:
    before = client.get("/governments/EU-MEMBERS/", {"as_of": "2019-06-01"}).context["government_page"].members
    assert {member.code: membership.until for membership, member in before}["GB"] is None
    assert "31 Jan 2020" not in client.get("/governments/GB/", {"as_of": "2019-06-01"}).content.decode()


# Already in place


@pytest.mark.parametrize("day", [*DAYS, None], ids=str)
def test_already_in_place_means_one_thing(client: Client, today: dt.date, day: dt.date | None) -> None:
    on = day or today
    clocks = Clocks(as_of=on, known=None, today=today)
    everything = list(clocks.rows(EffectEdition))
    assert everything or on.year < 2019, "there are effects on each day but the first"
    by_rule = {row.key for row in everything if already_in_place(direction=row.direction, is_earlier=row.earlier, ended_on=row.ended_on, on=on)}
    assert set(clocks.rows(EffectEdition).filter(EffectEdition.in_place_on(on)).values_list("key", flat=True)) == by_rule
    query = {"as_of": on.isoformat()}
    assert {key for key, row in rows(client, "effects", **query).items() if row["in_place"]} == by_rule
    assert rows(client, "effects", earlier="in_place", **query).keys() == by_rule
    assert client.get("/", query).context["dashboard"].earlier.in_place == len(by_rule)
    orders = client.get("/api/v1/effects", query).json()["facets"]["earlier"]
    assert {value["value"]: value["count"] for value in orders}.get("in_place", 0) == len(by_rule)
    on_pages = set()
    for reference in {row.recommendation for row in everything}:
        story = client.get(f"/recommendations/{reference}/", query).context["story"]
        on_pages |= {item.effect.key for item in story.effects if item.effect.in_place}
    assert on_pages == by_rule
    for action in {row.action for row in everything if row.earlier == "yes"}:
        page = client.get(f"/actions/{action}/", query).context["action_page"]
        assert {row.key for row in page.effects if row.in_place} == {row.key for row in everything if row.action == action} & by_rule


def test_rows_are_told_whatever_there_is_of_them(published: str, today: dt.date) -> None:
    clocks = Clocks(as_of=dt.date(2018, 12, 1), known=None, today=today)
    for table in (ActionEdition, EffectEdition, MembershipEdition):
        assert told([], clocks) == []
        assert len(told(clocks.rows(table), clocks)) == clocks.rows(table).count()

"""/challenge/: a reader says what is wrong; the desk gets it, over its own connection, and no more of it than people can read."""

import datetime as dt
import re
import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import builders
from tracker.challenges import limits
from tracker.models import Challenge
from tracker.signin.browsers import neighbourhood_of

TYPED = {"says": "It was another ministry.", "source": "Gazette no. 5", "name": "", "email": "", "website": ""}


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    made = builders.everything()
    Challenge.objects.all().delete()
    builders.put_out(*builders.publishables(made))
    return made


def send(kind: str = "action", key: str = "ACT-1", address: str = "203.0.113.7", **typed: str) -> Any:
    return Client(SERVER_NAME="localhost", REMOTE_ADDR=address).post(f"/challenge/?kind={kind}&key={key}", TYPED | typed)


NAMES = {"document": "REPORT", "recommendation": "REC-1", "action": "ACT-1", "assessment": "AS-2"}


@pytest.mark.parametrize("kind", NAMES)
def test_a_challenge_reaches_the_desk_with_the_edition_that_was_public(made: dict[str, Any], kind: str) -> None:
    response = send(kind, NAMES[kind])
    challenge = Challenge.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/challenge/received/?number={challenge.pk}")
    assert (challenge.kind, challenge.key, challenge.edition, challenge.says) == (kind, NAMES[kind], 1, TYPED["says"])
    assert challenge.state == "open"
    thanks = Client(SERVER_NAME="localhost").get(response["Location"])
    assert "Thank you" in thanks.content.decode()
    assert f"number {challenge.pk}" in thanks.content.decode()


def test_each_page_of_a_record_leads_there(made: dict[str, Any]) -> None:
    client = Client(SERVER_NAME="localhost")
    for path, wanted in {
        "/actions/ACT-1/": {("action", "ACT-1")},
        "/documents/REPORT/": {("document", "REPORT")},
        "/recommendations/REC-1/": {("recommendation", "REC-1"), ("assessment", "AS-2")},
    }.items():
        found = re.findall(r'href="(/challenge/\?kind=(\w+)&amp;key=([^"]+))"', client.get(path).content.decode())
        assert {(kind, key) for _address, kind, key in found} == wanted
        for address, _kind, _key in found:
            page = client.get(address.replace("&amp;", "&"))
            assert page.status_code == 200
            assert "no-store" in page["Cache-Control"]


def test_it_is_written_over_the_desks_connection_and_never_the_publics(made: dict[str, Any]) -> None:
    with CaptureQueriesContext(connections["public"]) as public:
        assert send().status_code == 303
    assert not [query["sql"] for query in public if not query["sql"].lstrip().upper().startswith("SELECT")]


@pytest.mark.parametrize(("kind", "key"), [("action", "NO-SUCH"), ("government", "AL"), ("", ""), ("action", "DRAFT"), ("action", "a\0b")])
def test_only_what_is_public_can_be_challenged(made: dict[str, Any], kind: str, key: str) -> None:
    builders.action("DRAFT")
    client = Client(SERVER_NAME="localhost")
    assert client.get("/challenge/", {"kind": kind, "key": key}).status_code == 404
    assert client.post(f"/challenge/?kind={kind}&key={key.replace(chr(0), '%00')}", TYPED).status_code == 404
    assert not Challenge.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"says": ""}, "Say what is wrong, in a sentence or two."),
        ({"says": " \n "}, "Say what is wrong, in a sentence or two."),
        ({"says": "a" * 5001}, "at most 5000 characters"),
        ({"source": "a" * 2001}, "at most 2000 characters"),
        ({"email": "no address"}, "valid email address"),
        ({"website": "https://example.org"}, "it is there to recognise programs"),
        ({"says": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(made: dict[str, Any], typed: dict[str, str], sentence: str) -> None:
    response = send(**{"name": "Nora Reader", **typed})
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert "Nora Reader" in response.content.decode()
    assert not Challenge.objects.exists()


def test_a_form_of_another_site_is_refused(made: dict[str, Any]) -> None:
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert client.post("/challenge/?kind=action&key=ACT-1", TYPED).status_code == 403
    page = client.get("/challenge/?kind=action&key=ACT-1").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    assert client.post("/challenge/?kind=action&key=ACT-1", {**TYPED, "csrfmiddlewaretoken": token[1]}).status_code == 303


def test_five_an_hour_from_one_address_and_two_hundred_a_day_in_all(made: dict[str, Any]) -> None:
    for _number in range(limits.FROM_ONE_ADDRESS):
        assert send().status_code == 303
    refused = send(says="The sixth")
    assert refused.status_code == 429
    assert "send it again in an hour" in refused.content.decode()
    assert "The sixth" in refused.content.decode()
    assert send(address="203.0.113.8").status_code == 303, "others may write"
    Challenge.objects.update(received_at=timezone.now() - dt.timedelta(minutes=61))
    assert send().status_code == 303, "an hour later"
    public = made["action"]
    for number in range(limits.IN_ALL - Challenge.objects.count()):
        builders.challenge(public, sender=f"{number}")
    assert send(address="203.0.113.9").status_code == 429
    Challenge.objects.update(received_at=timezone.now() - dt.timedelta(hours=25))
    assert send(address="203.0.113.9").status_code == 303


def test_the_limit_holds_for_many_at_once(made: dict[str, Any]) -> None:
    answers: list[int] = []

    def one() -> None:
        try:
            answers.append(send().status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303] * limits.FROM_ONE_ADDRESS + [429] * (12 - limits.FROM_ONE_ADDRESS)


def test_the_network_address_is_kept_nowhere(made: dict[str, Any]) -> None:
    send(address="203.0.113.7")
    for table in ("tracker_challenge", "tracker_challengehistory"):
        with connections["default"].cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb({table})::text FROM {table}")
            assert "203.0.113" not in str(cursor.fetchall())
    day = timezone.now().date()
    assert limits.digest("203.0.113.7", day) != limits.digest("203.0.113.7", day - dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("forwarded", "behind", "address"),
    [
        ("198.51.100.1", False, "203.0.113.7"),
        ("198.51.100.1", True, "198.51.100.1"),
        ("10.0.0.1, 198.51.100.1", True, "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", True, "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", True, "198.51.100.1"),  # as a socket for both kinds writes it: not one network of everybody
        ("nonsense", True, ""),
    ],
)
def test_a_forwarded_address_is_believed_of_our_own_proxy_alone(rf: Any, settings: Any, forwarded: str, behind: bool, address: str) -> None:
    settings.BEHIND_PROXY = behind
    assert neighbourhood_of(rf.get("/", REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR=forwarded)) == address


def test_a_challenge_is_counted_by_the_neighbourhood_it_comes_from(made: dict[str, Any]) -> None:
    day = timezone.now().date()
    for address, counted_by in (("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:198.51.100.1", "198.51.100.1")):
        send(address=address)
        newest = Challenge.objects.latest("pk")
        assert newest.sender in {limits.digest(counted_by, day), limits.digest(counted_by, newest.received_at.date())}


def test_names_and_addresses_of_readers_are_on_no_public_page(made: dict[str, Any]) -> None:
    send(name="Nora Reader", email="nora@example.org", says="Something of mine")
    client = Client(SERVER_NAME="localhost")
    for path in ("/actions/ACT-1/", "/changes/", "/corrections/", "/feeds/changes.atom", "/api/v1/changes"):
        page = client.get(path).content.decode()
        assert "Nora" not in page
        assert "Something of mine" not in page

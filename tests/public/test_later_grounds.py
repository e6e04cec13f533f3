"""What a status is shown to rest on as of a day: no action that nobody had done by then, and nothing of a legal status that came later."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import builders
from tracker.models import LegalStatus

PAGES = ("/recommendations/REC-1/", "/recommendations/REC-1/AL/")
BEFORE, AFTER = "2020-06-01", "2024-06-01"
"""Days between the action that the status rests on, and everything that came later."""


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    """A status of January 2020. It shares a passage with an action of May 2021, which is disputed, and so is a legal status of March 2024."""
    made = builders.everything()
    arrest = LegalStatus.objects.create(action=made["action"], party=made["party"], standing="arrested", on="2024-03-01", said_by="A prosecutor")
    builders.cite(arrest, made["citation"])
    builders.cite(arrest, builders.citation(made["paper"], "EV-ARREST", says="Nobody was arrested."), "disputes")
    builders.cite(made["reversing_action"], builders.citation(made["paper"], "EV-RETURN", says="Nobody came back."), "disputes")
    builders.put_out(*builders.publishables(made))
    return made


def text(path: str, day: str) -> str:
    """What a page says as of a day, without its tags."""
    response = Client().get(path, {"as_of": day})
    assert response.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.mark.parametrize("path", PAGES)
def test_what_disputes_a_later_legal_status_or_a_later_action_is_told_from_then_on(made: dict[str, Any], path: str) -> None:
    before, after = text(path, BEFORE), text(path, AFTER)
    assert "What EV-2 says." in before  # the dispute of the action that it rests on
    for words in ("Nobody was arrested.", "Nobody came back."):
        assert words not in before
        assert words in after


def test_disputes_that_are_counted_and_not_shown_are_said_to_be_so(made: dict[str, Any]) -> None:
    before, after = text(PAGES[1], BEFORE), text(PAGES[1], AFTER)
    assert "2 of those against tell only of what came after 1 June 2020 ; they are counted, and left out here." in before
    assert "of those against" not in after


@pytest.mark.parametrize("path", PAGES)
def test_so_they_are_beside_the_number_itself(made: dict[str, Any], path: str) -> None:
    """A reader of the number alone is told; and whoever reads the matrix of that day, or the methodology, that it may be so."""
    before, after = text(path, BEFORE), text(path, AFTER)
    assert "for, 3 against 2 of those against tell only of what came after 1 June 2020" in before
    assert "tell only of what came after" not in after
    general = "what disputes a step that came later"
    assert general in text("/matrix/", BEFORE)
    assert general not in text("/matrix/", timezone.localdate().isoformat())
    assert general in text("/methodology/", AFTER)


def test_no_dispute_of_the_case_is_counted_and_not_shown_today(published: str) -> None:
    client = Client()
    cells = client.get("/api/v1/addressees", {"disputed": "yes"}).json()["results"]
    assert cells
    for cell in cells:
        page = client.get(f"/recommendations/{cell['recommendation']}/{cell['government']}/").content.decode()
        assert "of those against tell" not in page, cell


@pytest.mark.parametrize("path", PAGES)
def test_an_action_is_no_ground_before_it_was_done(made: dict[str, Any], path: str) -> None:
    assert "ACT-2" not in Client().get(path, {"as_of": BEFORE}).content.decode()
    assert "ACT-2" in Client().get(path, {"as_of": AFTER}).content.decode()


def test_files_name_no_later_action_either(made: dict[str, Any]) -> None:
    for day, actions in ((BEFORE, {"ACT-1"}), (AFTER, {"ACT-1", "ACT-2"})):
        rows = {row["key"]: str(row["actions"]) for row in Client().get("/api/v1/assessments", {"as_of": day}).json()["results"]}
        assert set(re.findall(r"ACT-\d", rows["AS-2"])) == actions


def test_every_action_that_a_past_day_of_the_case_leads_to_was_there(published: str) -> None:
    """The cells of the paper's matrix, on a day soon after it."""
    client, day, named = Client(), "2019-06-01", set()
    for code in ("AL", "BE", "DK", "FR"):
        named |= set(re.findall(r'href="/actions/([^/"]+)/', client.get(f"/recommendations/MQ-1/{code}/", {"as_of": day}).content.decode()))
    assert "AL-2018-EXP" in named
    assert {key: client.get(f"/actions/{key}/", {"as_of": day}).status_code for key in named} == dict.fromkeys(named, 200)

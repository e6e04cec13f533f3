"""What a corrected file has no longer, on the page of its preview: what goes, what stays and why, and the choice where there is one."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests import builders
from tests.admin.forms import words
from tests.admin.importing.test_steps import TABLE, mapped
from tracker.editorial.verbs import approve, publish, submit
from tracker.models import Addressee, Assessment, Document, Recommendation, User

SignIn = Callable[[str], Client]
CORRECTED = TABLE.replace("1,Close the office,Elbonia", "1,Close the office,Nowhereland")
GOES = "stood here from this file and is no longer in it; it is taken away"


@pytest.fixture(autouse=True)
def governments(desk: str) -> None:
    builders.government("EL", name="Elbonia")
    builders.government("FR", name="Freedonia")


def addressed() -> list[str]:
    return sorted(Addressee.objects.filter(recommendation__number="1").values_list("government__code", flat=True))


def test_what_goes_stands_among_the_changes(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    again = mapped(steps.client, CORRECTED)
    page = again.page("change")
    said = words(page)
    assert f"Addressee TRACKER-2026-1 · EL {GOES}" in said
    assert "taken away" in page.context["counts"]["words"]
    numbers = {line["noun"]: [number for number, _place in line["numbers"]] for line in page.context["counts"]["lines"]}
    assert numbers["Addressees"] == [1, 0, 2, 0, 1]
    assert numbers["Cited sources"] == [2, 0, 4, 0, 2], "they go with the passage that is listed, and are none beside it"
    assert page.context["change_count"] == len(page.context["changes"]) and "are listed" not in said
    assert addressed() == ["EL"]
    again.ask("apply", "It was the other country")
    assert addressed() == ["FR"]


def test_what_was_assessed_here_stays_and_the_page_says_why(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    builders.assessment("OURS", Recommendation.objects.get(number="1"), code="EL")
    again = mapped(steps.client, CORRECTED)
    page = again.page("change")
    said = words(page)
    assert GOES not in said
    assert "it stood here from this file and is no longer in it; assessment OURS rests on it" in said
    assert "What stands here stays; above is said why." in said and "row 0" not in said
    kept = "1 addressee of an earlier file that is not in this one stays here as it is: TRACKER-2026-1 · EL."
    assert "1 record stands here otherwise than in the file" in said and kept in said
    asked = again.page("apply")
    assert kept in words(asked), "whoever applies it reads what stays"
    numbers = {line["noun"]: [number for number, _place in line["numbers"]] for line in asked.context["counts"]["lines"]}
    assert asked.context["counts"]["words"][-1] == "no longer in the file, kept" and numbers["Addressees"][-1] == 1
    assert not any(f'name="{button}"' in page.content.decode() for button in ("_take_all", "_keep_all", "_records")), "there is nothing to decide"
    again.ask("apply", "It was the other country")
    assert addressed() == ["EL", "FR"]


def test_of_an_edited_record_staff_choose(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    mine = Recommendation.objects.get(number="1")
    mine.criteria_full = "The office is closed."
    mine.save()
    for verdict in mine.addressees.get().assessments.all():
        verdict.citation_uses.all().delete()
        verdict.delete()  # nobody stands by it
    again = mapped(steps.client, CORRECTED)
    page = again.page("change")
    (conflict,) = page.context["conflicts"]
    assert "it stood here from this file and is no longer in it; edited here since import" in words(page)
    assert 'name="_take_all"' in page.content.decode() and "stays here as it is: TRACKER-2026-1 · EL." in words(page)
    data = {"mark": page.context["mark"], "records": "1", "_records": "1", "record-0": conflict["record"], "decision-0": "take"}
    again.client.post(again.address("decide"), data)
    assert "stays here as it is" not in words(again.page("apply")), "it goes"
    again.ask("apply", "It was the other country")
    assert addressed() == ["FR"]


def test_what_a_public_verdict_rests_on_is_never_said_to_be_taken(people: dict[str, User], sign_in: SignIn) -> None:
    """The file's text of the same recommendation may be taken; the addressee stays, and the page says so before and after."""
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    records = [*Document.objects.all(), *Recommendation.objects.all(), *Assessment.objects.all()]
    submission = submit(records, by=people["researcher"], reason="A test")
    approve(submission, by=people["reviewer"], reason="Read")
    publish(submission, by=people["reviewer"])
    again = mapped(steps.client, CORRECTED.replace("Close the office", "Close both offices"))
    page = again.page("change")
    why = r"Addressee TRACKER-2026-1 · EL · it stood here from this file and is no longer in it; assessment \S+ rests on it and is public;"
    why += " once that is withdrawn, this can be taken away, and stays unless somebody says so"
    stays = "This stays, whatever you choose; above is said why."
    assert re.search(why, words(page)) and words(page).count(stays) == 1
    again.client.post(again.address("decide"), {"mark": page.context["mark"], "records": "1", "_take_all": "1"})
    page = again.ask("apply", "Corrected")
    assert re.search(why, words(page)) and stays in words(page)
    assert "The file's text was taken, but for what stays." in words(page)
    assert Recommendation.objects.get(number="1").statement == "Close both offices" and addressed() == ["EL", "FR"]

"""The proposed status on the form of an assessment: shown with its reasons, taken with one press, asked about, and nothing typed is lost."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.admin.forms import Form, errors, words
from tests.admin.test_in_browser import sign_in as sign_in_browser
from tests.choosing import choose
from tests.looking import faults
from tracker.editions.tables import RecordEdition
from tracker.editorial.verbs import approve, publish, ship
from tracker.models import Addressee, Assessment, Submission, User, system_actor

SignIn = Callable[[str], Client]
ADD = "/admin/tracker/assessment/add/"


@pytest.fixture
def addressee(people: dict[str, User]) -> Addressee:
    """On which a public action bears in part and a draft fulfils it, and an earlier one as well."""
    paper = builders.document("PAPER")
    recommendation = builders.recommendation("REC-1", paper)
    for key, on, direction in (("ACT-0", "2018-12-19", "fulfils"), ("ACT-1", "2020-01-15", "partly_fulfils")):
        action = builders.action(key, on=on)
        builders.effect(action, recommendation, direction=direction)
        builders.cite(action, builders.citation(paper, f"EV-{key}"))
    builders.cite(recommendation, builders.Citation.objects.get(key="EV-ACT-0"))
    builders.put_out(paper, recommendation, builders.Action.objects.get(key="ACT-0"))
    return recommendation.addressees.get()


def test_a_new_assessment_shows_the_proposal_for_the_addressee_it_was_opened_for(addressee: Addressee, sign_in: SignIn) -> None:
    """With its reasons, as neutral sentences with dates; drafts are marked; a day to look again is set."""
    client = sign_in("researcher")
    page = client.get(f"{ADD}?addressee={addressee.pk}")
    text = words(page)
    assert "partially implemented from 2020-01-15" in text
    assert "Land of AL: Title of ACT-1 [draft] (2020-01-15): fulfils a part of what was recommended." in text
    assert (
        "Land of AL: Title of ACT-0 (2018-12-19): earlier than the recommendation (2019-02-01), so that it is not uptake; already in place." in text
    )
    look_again = Form(client, f"{ADD}?addressee={addressee.pk}").values["review_on"][0]
    days = (dt.date.fromisoformat(look_again) - dt.datetime.now(tz=dt.UTC).date()).days
    assert days in (365, 366)
    assert "Choose an addressee" in words(client.get(ADD))


def test_without_scripts_the_proposal_is_shown_and_taken_by_buttons(addressee: Addressee, sign_in: SignIn) -> None:
    """Nothing is saved, nothing typed is lost, and nobody complains of what is not typed yet."""
    client = sign_in("researcher")
    form = Form(client, ADD).fill(addressee=addressee.pk, note="A note.")
    form.row("searches", looked_for="Something")
    shown = form.send("_show_proposal")
    assert "partially implemented from 2020-01-15" in words(shown)
    assert errors(shown) == []
    assert "Please correct" not in words(shown)
    assert "A note." in words(shown)
    assert ">\nSomething</textarea>" in shown.content.decode()
    taken = form.send("_take_proposal")
    assert '<option value="partially_implemented" selected>' in taken.content.decode()
    assert 'name="effective_on" value="2020-01-15"' in taken.content.decode()
    assert not Assessment.objects.exists()


def test_another_status_asks_for_a_sentence_and_keeps_what_was_typed(addressee: Addressee, sign_in: SignIn) -> None:
    client = sign_in("researcher")
    form = Form(client, f"{ADD}?addressee={addressee.pk}").fill(status="implemented", rationale="It did all of it.")
    form.row("searches", searched_on="2020", searched_by="Ada", where="There", languages="en", looked_for="It", found="Some", limits="Many")
    refused = form.send()
    (sentence,) = errors(refused)
    assert sentence == (
        "The status is “implemented”, and the proposed one “partially implemented”. An action after the recommendation fulfils a part of it."
        " Say in a sentence why you choose otherwise."
    )
    for kept in ("It did all of it.", "There", "Many"):
        assert kept in words(refused)
    assert not Assessment.objects.exists()
    assert form.fill(departure="The criteria ask for no more than this part.").send().status_code == 302
    assert Assessment.objects.get().departure == "The criteria ask for no more than this part."


def test_a_sentence_beside_the_proposed_status_is_refused(addressee: Addressee, sign_in: SignIn) -> None:
    """Readers would find an excuse for nothing."""
    form = Form(sign_in("researcher"), f"{ADD}?addressee={addressee.pk}")
    form.fill(status="partially_implemented", rationale="A part.", departure="Because.")
    assert errors(form.send()) == ["The status is the proposed one; leave this empty."]
    assert form.fill(departure="").send().status_code == 302


def test_searches_and_answers_typed_in_the_form_count(addressee: Addressee, sign_in: SignIn) -> None:
    """In the place of those saved with it; an unreadable date counts for nothing."""
    addressee.effects.all().delete()
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    client = sign_in("researcher")
    form = Form(client, f"{ADD}?addressee={addressee.pk}").fill(status="no_evidence", rationale="Nothing was found.")
    assert "someone must search" in errors(form.send())[0]
    search = {"searched_by": "Ada", "where": "There", "languages": "en", "looked_for": "It", "found": "Nothing", "limits": "Many"}
    form.row("searches", searched_on=today, **search)
    assert form.send().status_code == 302
    assessment = Assessment.objects.get()
    change = Form(client, reverse("admin:tracker_assessment_change", args=[assessment.pk]))
    change.values["searches-0-searched_on"] = ["2015"]
    assert "someone must search again" in errors(change.send())[0]
    change.values["searches-0-searched_on"] = ["some day"]
    assert "someone must search" in errors(change.send())[0]
    refused = Form(client, f"{ADD}?addressee={addressee.pk}").fill(status="rejected", rationale="It said no.", supersedes=assessment.pk)
    refused.row("positions", answer="rejected", on="2020", said_by="The minister")
    assert refused.send().status_code == 302


def test_who_is_not_asked(addressee: Addressee, sign_in: SignIn) -> None:
    """A third party, and an assessment that another one follows; what held on its day is saved with a word of what is owed."""
    client = sign_in("researcher")
    outside = Form(client, f"{ADD}?addressee={addressee.pk}").fill(
        status="rejected", rationale="They say so.", assessor_kind="third_party", assessor="A club"
    )
    assert outside.send().status_code == 302
    builders.effect(builders.action("ACT-2", on="2022"), addressee.recommendation, direction="contradicts")
    first = Form(client, f"{ADD}?addressee={addressee.pk}").fill(status="partially_implemented", effective_on="2020-01-15", rationale="A part.")
    saved = client.post(first.path, {**{name: value for name, value in first.values.items() if "__prefix__" not in name}, "_save": "1"}, follow=True)
    assert "today another one is" in words(saved)
    before = Assessment.objects.get(assessor_kind="staff")
    then = Form(client, f"{ADD}?addressee={addressee.pk}")
    assert then.values["supersedes"] == [str(before.pk)]
    assert then.fill(status="contrary_action", effective_on="2022", rationale="It went back on it.").send().status_code == 302
    change = Form(client, reverse("admin:tracker_assessment_change", args=[before.pk])).fill(effective_on="", note="Mended.", why="A word.")
    assert change.send().status_code == 302


def test_an_auditor_reads_the_proposal_and_has_no_buttons(addressee: Addressee, sign_in: SignIn) -> None:
    assessment = builders.assessment("AS-1", addressee.recommendation, status="rejected")
    page = sign_in("auditor").get(reverse("admin:tracker_assessment_change", args=[assessment.pk]))
    assert "partially implemented from 2020-01-15" in words(page)
    assert "_take_proposal" not in page.content.decode()
    assert sign_in("auditor").post(reverse("admin:tracker_assessment_proposal"), {"addressee": addressee.pk}).status_code == 403


def test_shipped_data_is_confirmed_from_its_form(people: dict[str, User], sign_in: SignIn) -> None:
    """One press, one reason that is written already, another person's approval; then its form no longer says “shipped”."""
    paper = builders.document("SHIPPED", by=system_actor())
    ship([paper], reason="Shipped")
    client = sign_in("researcher")
    address = reverse("admin:tracker_document_change", args=[paper.pk])
    page = client.get(address)
    assert "no person here has reviewed it" in words(page)
    form = Form(client, page.context["confirm_url"])
    assert form.values["reason"] == ["Reviewed here as it is."]
    form.path = reverse("admin:tracker_document_changelist")
    client.post(form.path, {**form.values, "action": "submit_for_review"})
    assert "Reviewed as it is" not in words(client.get(address))
    submission = Submission.objects.latest("id")
    publish(approve(submission, by=people["reviewer"]), by=people["reviewer"])
    assert RecordEdition.desk.known_at(None).get(key="SHIPPED").provenance == "reviewed"
    assert "no person here has reviewed it" not in words(client.get(address))


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_queues_and_proposal_in_a_browser(width: int, scheme: str, desk_site: Any, new_page: Callable[..., Any]) -> None:
    """Nothing is blocked, nothing is wider than the screen, axe finds nothing; the proposal follows the addressee and is taken in place."""
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints = sign_in_browser(page, desk_site)
    assert Group.objects.filter(name="reviewer").exists()
    assessment = Assessment.objects.get(key="AS-005")
    for path in (
        "",
        "queues/shipped/",
        "queues/shipped/?kind=action&page=2",
        "queues/differing/",
        "tracker/assessment/add/",
        f"tracker/assessment/{assessment.pk}/change/",
    ):
        assert page.goto(f"{desk_site}/admin/{path}").status == 200, path
        assert complaints == [], path
        assert not (found := faults(page, looks=[(width, scheme)])), "\n".join([path, *found])
        complaints.clear()

    page.goto(f"{desk_site}/admin/tracker/assessment/add/")
    choose(page, ".field-addressee .select2-selection", "MQ-1 AL", "Albania")
    page.wait_for_selector("button[name=_take_proposal]")
    page.click("button[name=_take_proposal]")
    assert page.input_value("#id_status") == "implemented"
    assert page.input_value("#id_effective_on") == "2022-09-07"
    assert page.url.endswith("/add/")
    assert complaints == []

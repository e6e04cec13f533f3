"""Challenges at the desk: open ones first, answered with a reason by those who may."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from tests import builders
from tests.admin.forms import Form, errors
from tracker.editorial.challenges import answer
from tracker.editorial.verbs import Refused
from tracker.models import Challenge, User
from tracker.rules.vocabulary import ChallengeState

SignIn = Callable[[str], Client]


@pytest.fixture
def challenge(people: dict[str, User]) -> Challenge:
    return builders.challenge(builders.action("ACT-1"), name="Nora Reader", email="nora@example.org")


def test_open_ones_stand_first_and_the_oldest_of_them_before_the_others(challenge: Challenge, sign_in: SignIn) -> None:
    second, third = (builders.challenge(builders.action(key)) for key in ("ACT-2", "ACT-3"))
    Challenge.objects.filter(pk=third.pk).update(received_at=timezone.now() - dt.timedelta(days=2))
    answer(challenge, by=User.objects.get(username="reviewer"), state=ChallengeState.DISMISSED, answer="It stands.")
    listed = sign_in("researcher").get(reverse("admin:tracker_challenge_changelist")).context["cl"].result_list
    assert [row.pk for row in listed] == [third.pk, second.pk, challenge.pk]


@pytest.mark.parametrize("role", ["researcher", "reviewer"])
def test_it_is_answered_with_a_word_and_a_reason(challenge: Challenge, sign_in: SignIn, role: str) -> None:
    path = reverse("admin:tracker_challenge_change", args=[challenge.pk])
    form = Form(sign_in(role), path)
    page = form.client.get(path).content.decode()
    assert "Nora Reader" in page
    assert reverse("admin:tracker_action_change", args=[builders.Action.objects.get().pk]) in page
    assert errors(form.fill(state="upheld", answer=" ").send()) == ["Say why the record stands, or what was mended."]
    assert Form(form.client, path).fill(state="upheld", answer="Mended.").send().status_code == 302
    challenge.refresh_from_db()
    assert (challenge.state, challenge.answer, challenge.answered_by.username) == ("upheld", "Mended.", role)
    assert challenge.answered_at is not None
    entry = Challenge.history.rel.related_model.objects.latest("pgh_id")
    assert entry.pgh_context["reason"] == "Mended."


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_nobody_else_answers(challenge: Challenge, people: dict[str, User], sign_in: SignIn, role: str) -> None:
    with pytest.raises(Refused, match="no right"):
        answer(challenge, by=people[role], state=ChallengeState.UPHELD, answer="Mended.")
    path = reverse("admin:tracker_challenge_change", args=[challenge.pk])
    assert sign_in(role).post(path, {"state": "upheld", "answer": "Mended."}).status_code == 403


@pytest.mark.parametrize(("state", "words"), [(ChallengeState.OPEN, "It stands."), (ChallengeState.DISMISSED, " \n")])
def test_an_answer_decides_and_says_why(challenge: Challenge, people: dict[str, User], state: ChallengeState, words: str) -> None:
    with pytest.raises(Refused):
        answer(challenge, by=people["reviewer"], state=state, answer=words)
    with pytest.raises(IntegrityError), transaction.atomic():
        Challenge.objects.update(state="upheld", answer=" ", answered_by=people["reviewer"], answered_at=timezone.now())


def test_the_roles_hold_the_right(people: dict[str, Any]) -> None:
    held = {group.name for group in Group.objects.filter(permissions__codename="answer_challenge")}
    assert held == {"researcher", "reviewer"}


@pytest.mark.parametrize("kind", ["document", "recommendation", "action", "assessment"])
def test_a_challenge_is_answered_from_its_queue_and_seen_on_the_record(kind: str, people: dict[str, User], sign_in: SignIn) -> None:
    """The queue opens the form with the reader's words; the record's form shows them, escaped, and leads to the answer until it is given."""
    record = builders.everything()[kind]
    Challenge.objects.all().delete()
    challenge = builders.challenge(record, says="It was <b>another</b> ministry.")
    client = sign_in("researcher")
    path = reverse("admin:tracker_challenge_change", args=[challenge.pk])
    (row,) = client.get(reverse("admin:queue", args=["challenges"])).context["rows"]
    assert row.url == path
    address = reverse(f"admin:tracker_{kind}_change", args=[record.pk])
    assert address in client.get(row.url).content.decode()
    page = client.get(address).content.decode()
    assert f'<a href="{path}">#{challenge.pk}, {date_format(timezone.localtime(challenge.received_at), "DATE_FORMAT")}</a>' in page
    assert "It was &lt;b&gt;another&lt;/b&gt; ministry." in page
    answer(challenge, by=people["reviewer"], state=ChallengeState.DISMISSED, answer="It stands.")
    assert path not in client.get(address).content.decode()
    assert client.get(reverse("admin:queue", args=["challenges"])).context["rows"] == []


def test_a_challenge_to_a_record_that_has_gone_can_be_answered(challenge: Challenge, sign_in: SignIn) -> None:
    builders.Action.objects.all().delete()
    (row,) = sign_in("researcher").get(reverse("admin:queue", args=["challenges"])).context["rows"]
    assert (row.what, row.url) == ("ACT-1", reverse("admin:tracker_challenge_change", args=[challenge.pk]))

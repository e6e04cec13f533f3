"""A takedown is asked for at the desk, on a page of its own, by who answers for the office; a reviewer approves it."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from tests import builders
from tests.admin.forms import Form, words
from tracker.models import Submission, User

SignIn = Callable[[str], Client]


def test_it_is_asked_for_with_a_reason_and_goes_with_what_hangs_on_it(people: dict[str, User], sign_in: SignIn) -> None:
    made: dict[str, Any] = builders.everything()
    builders.put_out(*builders.publishables(made))
    client = sign_in("administrator")
    form = Form(client, reverse("admin:tracker_recommendation_take_down", args=[made["recommendation"].pk]))
    page = words(client.get(form.path))
    assert "Only where the law asks for it." in page
    changelist = reverse("admin:tracker_recommendation_changelist")
    posted = {**form.values, "action": "take_down_from_site"}
    assert "Say why" in words(client.post(changelist, {**posted, "reason": ""}))
    client.post(changelist, {**posted, "reason": "An order of the court"})
    versions = dict(Submission.objects.latest("id").versions.values_list("key", "change"))
    assert versions.pop("REC-1") == "take_down"
    assert set(versions.values()) == {"withdraw"}, "what hangs on it is withdrawn with it, and stays on past days"
    refused = sign_in("reviewer").get(form.path)
    assert refused.status_code == 403

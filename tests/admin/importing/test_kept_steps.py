"""What was chosen in a step of an import outlives the session that it was chosen in."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.admin.forms import fields_of, words
from tests.admin.importing.steps import Steps
from tests.admin.importing.test_steps import chosen
from tracker.admin.importing import preview
from tracker.models import Import, Recommendation, User

SignIn = Callable[[str], Client]

TYPED = "A long and careful thought"

STEPS: dict[str, tuple[str, str, dict[str, str], str]] = {
    "upload": ("add", "", {"profile": "gao"}, r'<option value="gao" selected>'),
    "format": ("format", "", {"skip": "7"}, r'name="skip" value="7"'),
    "columns": ("columns", "", {"constant-place": "recommendation.notes", "constant-value": TYPED}, TYPED),
    "field": ("field", "?of=assessment.status", {"empty": TYPED}, TYPED),
    "whole": ("whole", "", {"source-title": TYPED}, TYPED),
    "text": ("text", "", {"name": "a-name-of-mine"}, r'name="name" id="id_name" value="a-name-of-mine"'),
    "import": ("change", "", {"code-0": "FR"}, r'<option value="FR" selected>'),
    "keep": ("change", "", {"name": "a-name-of-mine"}, r'name="name" id="id_name" value="a-name-of-mine"'),
    "ask": ("apply", "", {"reason": TYPED}, TYPED),
}
"""By the template with the form: its step, what its address asks, what is typed, and how that stands on the page again."""


@pytest.fixture(autouse=True)
def governments(desk: str) -> None:
    builders.government("EL", name="Elbonia")
    builders.government("FR", name="Freedonia")


def form_with(page: Any, field: str) -> tuple[str, dict[str, Any]]:
    """The form in which a field stands: where it goes, and all its fields."""
    (form,) = [form for form in re.findall(r"<form\b[^>]*>.*?</form>", page.content.decode(), re.DOTALL) if f'name="{field}"' in form]
    action = re.search(r'action="([^"]*)"', form.partition(">")[0])
    return unescape(action[1]) if action else "", fields_of(form)


def lost(client: Client, opened_at: str, typed: dict[str, str]) -> Any:
    """A form is filled in and sent once the session is over."""
    action, fields = form_with(client.get(opened_at), next(iter(typed)))
    Session.objects.all().delete()
    return client.post(action or opened_at, {**fields, **{name: [value] for name, value in typed.items()}})


def opened(client: Client, step: str) -> tuple[Steps, str]:
    """An import that waits for this step, and the step's address."""
    if step == "upload":
        return Steps(client), reverse("admin:tracker_import_add")
    table = "No,Text,Country,Status,When\n1,Close it,Elbonia,implemented,12/03/2019\n"
    steps = chosen(client, table.replace("Elbonia", "Nowhereland") if step == "import" else table)
    if step in ("import", "ask", "keep"):
        steps.preview()
    if step == "keep":
        steps.ask("apply")
    return steps, steps.address(STEPS[step][0]) + STEPS[step][1]


@pytest.mark.parametrize("step", STEPS)
def test_each_step_gives_back_what_was_chosen(step: str, people: dict[str, User], sign_in: SignIn) -> None:
    """For the same person, and nothing of it was done: neither when it was sent nor when it stands there again."""
    client = sign_in("researcher")
    _steps, opened_at = opened(client, step)
    held = list(Import.objects.order_by("pk").values())
    answer = lost(client, opened_at, STEPS[step][2])
    assert "kept" in answer.url, f"{step}: what was chosen is gone"
    client.force_login(people["researcher"])
    again = client.get(unquote(answer.url.partition("next=")[2]))
    assert again.status_code in (200, 422), (step, again.status_code)
    assert re.search(STEPS[step][3], unescape(again.content.decode())), step
    assert list(Import.objects.order_by("pk").values()) == held, "nothing is done by looking at it"


def test_what_somebody_else_has_changed_meanwhile_is_not_shown_over(people: dict[str, User], sign_in: SignIn) -> None:
    """It leads to how the import stands now, once, and says so."""
    client = sign_in("researcher")
    steps, opened_at = opened(client, "whole")
    answer = lost(client, opened_at, {"source-title": TYPED})
    client.force_login(people["researcher"])
    steps.whole(source_title="The title of a colleague")
    there = client.get(unquote(answer.url.partition("next=")[2]), follow=True)
    assert there.status_code == 200
    assert "Somebody has changed this import" in words(there)
    assert "The title of a colleague" in there.content.decode()


def test_what_was_decided_on_a_later_page_stands_there_again(people: dict[str, User], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the page of records on which it was decided, and what was not ticked stays so."""
    monkeypatch.setattr(preview, "PER_PAGE", 1)
    client = sign_in("researcher")
    table = "No,Text,Country,Status,When\n1,Close it,Elbonia,implemented,12/03/2019\n2,Open it,Elbonia,implemented,12/03/2019\n"
    first = chosen(client, table)
    first.preview()
    first.ask("apply")
    for record in Recommendation.objects.all():
        record.statement += " in the capital"
        record.save()
    steps = chosen(client, table.replace(" it", " them"))
    steps.preview()
    answer = lost(client, f"{steps.address('change')}?conflicts=2", {"decision-0": "take"})
    client.force_login(people["researcher"])
    again = client.get(unquote(answer.url.partition("next=")[2]))
    assert "Page 2 of 2" in words(again)
    assert re.search(r'name="decision-0" value="take" checked', again.content.decode())

"""What each role may do with each noun, tried cell by cell. A noun without a row here fails."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.admin.forms import ROLES
from tracker.admin.roles import ensure_groups, rights
from tracker.editorial.verbs import submit
from tracker.jobs import defer
from tracker.jobs.housekeeping import housekeeping
from tracker.jobs.models import BackgroundJob
from tracker.models import Capture, User, Version

# v: view (list, search, form, history) · a: add · c: change · d: delete a draft
STAFF = {"researcher": "vacd", "reviewer": "vacd", "administrator": "v", "auditor": "v", "superuser": "vacd"}
PART = {"researcher": "vcd", "reviewer": "vcd", "administrator": "v", "auditor": "v", "superuser": "vcd"}
SHOWN = {"researcher": "vd", "reviewer": "vd", "administrator": "v", "auditor": "v", "superuser": "vd"}
KEPT = {"researcher": "v", "reviewer": "v", "administrator": "vacd", "auditor": "v", "superuser": "vacd"}
READ = dict.fromkeys((*ROLES, "superuser"), "v")
ACCOUNTS = {"researcher": "", "reviewer": "", "administrator": "vac", "auditor": "v", "superuser": "vacd"}

CAPTURED = {"researcher": "va", "reviewer": "va", "administrator": "v", "auditor": "v", "superuser": "va"}

MAY: dict[str, dict[str, str]] = {
    "Capture": CAPTURED,
    "Snapshot": READ,
    "Document": STAFF,
    "Citation": STAFF,
    "Recommendation": STAFF,
    "Addressee": SHOWN,
    "Action": STAFF,
    "Effect": SHOWN,
    "LegalStatus": PART,
    "Party": STAFF,
    "Assessment": STAFF,
    "Position": PART,
    "Government": KEPT,
    "Measure": KEPT,
    "Theme": KEPT,
    "Submission": READ,
    "Version": READ,
    "User": ACCOUNTS,
    "Group": ACCOUNTS,
    "BackgroundJob": {"researcher": "", "reviewer": "", "administrator": "v", "auditor": "v", "superuser": "v"},
}


def records() -> dict[str, models.Model]:
    """A record of every noun, none of them submitted but one."""
    made = builders.everything()
    submission = submit([builders.document("SUBMITTED")], by=builders.author(), reason="To have one")
    named = {type(record).__name__: record for record in made.values() if isinstance(record, models.Model)}
    named |= {"Submission": submission, "Version": Version.objects.get(), "User": builders.user("someone")}
    job = BackgroundJob.objects.get(pk=defer(housekeeping))
    return named | {"Group": Group.objects.create(name="a role of our own"), "BackgroundJob": job}


def points_at(model: type[models.Model]) -> Any:
    """A relation through which a form of the desk searches for this noun; None where no form does."""
    for page in admin.site._registry.values():
        inlines = [inline.model for inline in getattr(page, "inlines", ())]
        for source in (page.model, *inlines):
            for field in (*source._meta.fields, *source._meta.many_to_many):
                if field.remote_field and field.remote_field.model is model and field.editable:
                    return field
    return None


def test_every_noun_has_a_row() -> None:
    """A new noun needs a decision for every role."""
    assert set(MAY) == {model.__name__ for model in admin.site._registry}


@pytest.mark.parametrize("role", [*ROLES, "superuser"])
def test_each_role_may_do_exactly_this(role: str, people: dict[str, User], sign_in: Callable[[str], Client]) -> None:
    """List, search, autocomplete, form, history, add, change and delete of every noun."""
    client = sign_in(role)
    made = records()
    for model, page in admin.site._registry.items():
        may, name = MAY[model.__name__][role], f"admin:{model._meta.app_label}_{model._meta.model_name}"
        record = made[model.__name__]

        def opens(path: str, allowed: bool, what: str, noun: str = model.__name__) -> Any:
            response = client.get(path)
            assert response.status_code == (200 if allowed else 403), f"{role} · {noun} · {what}: {response.status_code}"
            return response

        opens(reverse(f"{name}_changelist"), "v" in may, "list")
        opens(reverse(f"{name}_changelist") + "?q=a", "v" in may, "search")
        form = opens(reverse(f"{name}_change", args=[record.pk]), "v" in may, "form")
        assert page.search_fields, f"{model.__name__} cannot be searched for"
        if "v" in may:
            assert (b'name="_save"' in form.content) == ("c" in may), f"{role} · {model.__name__} · change"
            if model in (BackgroundJob, Capture):  # their course stands on their own pages
                assert client.get(reverse(f"{name}_history", args=[record.pk])).url == reverse(f"{name}_change", args=[record.pk])
            else:
                opens(reverse(f"{name}_history", args=[record.pk]), True, "history")
        opens(reverse(f"{name}_add"), "a" in may, "add")
        opens(reverse(f"{name}_delete", args=[record.pk]), "d" in may, "delete")
        if field := points_at(model):
            query = f"?app_label={field.model._meta.app_label}&model_name={field.model._meta.model_name}&field_name={field.name}&term=a"
            opens(reverse("admin:autocomplete") + query, "v" in may, "autocomplete")


@pytest.mark.parametrize("role", ROLES)
def test_steps_are_offered_to_those_who_may_take_them(role: str, people: dict[str, User], sign_in: Callable[[str], Client]) -> None:
    """Submitting, withdrawing, deciding and publishing follow the role."""
    submits, reviews = role in ("researcher", "reviewer"), role == "reviewer"
    document = builders.document("A-DOCUMENT")
    submission = submit([builders.document("ANOTHER")], by=builders.author(), reason="Ready")
    client = sign_in(role)

    def answers(name: str, *args: Any) -> int:
        return client.get(reverse(f"admin:{name}", args=args)).status_code

    assert answers("tracker_document_submit", document.pk) == (200 if submits else 403)
    assert answers("tracker_document_withdraw", document.pk) == (200 if reviews else 403)
    for step in ("approve", "publish", "return_to_author"):
        assert answers("tracker_submission_step", submission.pk, step) == (200 if reviews else 403), step
    assert answers("tracker_submission_step", submission.pk, "take_back") == (200 if submits else 403)
    assert answers("tracker_submission_step", submission.pk, "delete_selected") == 403


def test_the_roles_are_the_same_however_often_they_are_made(desk: str) -> None:
    """And a right that was added to one by hand goes; a role of one's own stays."""
    ensure_groups(using="owner")
    own = Group.objects.create(name="ours")
    before = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    auditor = Group.objects.get(name="auditor")
    auditor.permissions.add(Group.objects.get(name="reviewer").permissions.get(codename="publish"))
    ensure_groups(using="owner")
    after = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    assert after == before
    assert set(after) == {*rights(), own.name}


def test_an_administrator_makes_no_superuser_and_edits_none(people: dict[str, User], sign_in: Callable[[str], Client]) -> None:
    """Nobody lifts themselves above their role; the system actor is nobody's to change."""
    from tracker.models import system_actor

    client = sign_in("administrator")
    own = client.get(reverse("admin:tracker_user_change", args=[people["administrator"].pk]))
    assert b'name="is_superuser"' not in own.content
    for account in (people["superuser"], system_actor()):
        assert b'name="_save"' not in client.get(reverse("admin:tracker_user_change", args=[account.pk])).content

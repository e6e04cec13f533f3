"""What each role may do with each noun, tried cell by cell against the committed matrix (``permissions.csv``). A noun without rows there fails."""

from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import path, reverse

from tests.admin import permissions
from tests.admin.forms import Form
from tracker.admin.roles import ensure_groups, rights
from tracker.models import Document, User


def test_every_noun_has_its_rows() -> None:
    """A new noun, or an action or rows of one, needs a decision for every role, with its reason."""
    matrix = permissions.read()
    assert {noun for noun, _operation in matrix} == {model.__name__ for model in admin.site._registry}
    assert [cell for cell, row in matrix.items() if row["why"] != permissions.why(*cell)] == []
    assert [cell for cell, row in matrix.items() if not {row[name] for name in permissions.COLUMNS} <= {"yes", "no"}] == []


def test_every_page_of_a_noun_has_its_row() -> None:
    """However much its address takes; one that takes what nobody can fill fails here instead of going untried."""
    anything: Any = defaultdict(lambda: SimpleNamespace(pk=1))
    matrix = permissions.read()
    for model, page in admin.site._registry.items():
        stem = f"{model._meta.app_label}_{model._meta.model_name}_"
        pages = dict(permissions.own_pages(page, anything))
        assert {name for name in pages if (model.__name__, f"page: {name}") not in matrix} == set()
        named = {pattern.name.removeprefix(stem) for pattern in page.get_urls() if pattern.name}
        assert named - {"changelist", "add", "history", "delete", "change"} == {name.partition(": ")[0] for name in pages}

    class Odd(admin.ModelAdmin):
        def get_urls(self) -> list[Any]:
            return [path("<int:pk>/odd/<slug:unheard_of>/", lambda request: None, name="odd")]

    with pytest.raises(KeyError, match="unheard_of"):
        list(permissions.own_pages(Odd(Document, admin.site), anything))


@pytest.mark.parametrize("role", permissions.COLUMNS)
def test_each_role_may_do_exactly_what_the_matrix_says(role: str, people: dict[str, User], sign_in: Callable[[str], Client]) -> None:
    found = permissions.column(role, people, sign_in)
    decided = {cell: row[role] for cell, row in permissions.read().items()}
    assert {cell: (decided.get(cell), tried) for cell, tried in found.items() if decided.get(cell) != tried} == {}
    assert set(decided) == set(found), "rows of something that is gone"


def test_an_auditor_changes_nothing_and_nobody_sees_nothing() -> None:
    """What must hold whoever writes the matrix anew."""
    pages = ("compare", "read", "sources", "state", "trouble", "describe", "original", "problems")
    reading = ("list", "search", "view", "history", "autocomplete", *(f"page: {name}" for name in pages))
    for (noun, operation), row in permissions.read().items():
        is_reading = operation in reading or operation.endswith(": view")
        assert row["nobody"] == "no", (noun, operation)
        if not is_reading:
            assert row["auditor"] == "no", (noun, operation)
        if operation.startswith("state: ") and operation.endswith("own work"):
            assert {row[name] for name in permissions.COLUMNS} == {"no"}
        if operation.startswith("state: submitted → approved") or operation == "state: approved → published":
            assert row["researcher"] == row["administrator"] == "no"


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


def test_an_account_is_deleted_only_where_the_log_of_the_admin_does_not_name_it(people: dict[str, User], sign_in: Callable[[str], Client]) -> None:
    """By a superuser; one who changed anything here is made inactive instead."""
    superuser = sign_in("superuser")
    idle, busy = User.objects.create_user("idle", password="idle"), User.objects.create_user("busy", password="busy")
    LogEntry.objects.create(user=busy, action_flag=CHANGE, object_repr="Title of REPORT")
    for user, stays in ((idle, False), (busy, True)):
        page = reverse("admin:tracker_user_delete", args=[user.pk])
        assert ("Title of REPORT" in superuser.get(page).content.decode()) == stays
        if stays:
            assert superuser.post(page, {"post": "yes", "why": "A mistake."}).status_code == 200
        else:
            assert Form(superuser, page).fill(why="A mistake.").send().status_code == 302
        assert User.objects.filter(pk=user.pk).exists() == stays

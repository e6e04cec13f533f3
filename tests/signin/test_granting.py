"""Nobody widens what they may do themselves, and every change of what somebody may do says who and why."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.test import Client

from tests.admin.forms import Form, errors, words
from tracker.models import AccountEvent, User

SignIn = Callable[[str], Client]
ADD, ROLES = "/admin/tracker/user/add/", "/admin/auth/group/"
GRANTED = ("made", "rights_changed", "role_changed")


def granted() -> list[tuple[Any, ...]]:
    """What stands on record of rights, oldest first: whose, what, by whom, why."""
    found = AccountEvent.objects.filter(kind__in=GRANTED).order_by("pk")
    return list(found.values_list("kind", "user__username", "by__username", "reason"))


def page_of(user: User) -> str:
    return f"/admin/tracker/user/{user.pk}/change/"


def right(name: str) -> Permission:
    return Permission.objects.get(content_type__app_label="tracker", codename=name)


@pytest.mark.parametrize("role", ["administrator", "superuser"])
def test_nobody_changes_their_own_standing(role: str, people: dict[str, User], sign_in: SignIn) -> None:
    """Neither in the form, nor by sending what the form does not offer; their name is theirs to change."""
    person = people[role]
    before = (set(person.groups.all()), set(person.user_permissions.all()), person.is_active, person.is_staff, person.is_superuser)
    form = Form(sign_in(role), page_of(person))
    assert {"groups", "user_permissions", "is_active", "is_staff", "is_superuser"} & set(form.values) == set()
    form.values |= {
        "groups": [str(Group.objects.get(name="reviewer").pk)],
        "user_permissions": [str(right("publish").pk)],
        "is_superuser": ["on"] if role == "administrator" else [],
        "is_staff": [],
    }
    form.fill(first_name="Another", why="Because I can")
    assert form.send().status_code == 302
    person = User.objects.get(pk=person.pk)
    assert (set(person.groups.all()), set(person.user_permissions.all()), person.is_active, person.is_staff, person.is_superuser) == before
    assert person.first_name == "Another"
    assert granted() == []


def test_an_account_made_and_changed_says_by_whom_and_why(people: dict[str, User], sign_in: SignIn) -> None:
    administrator, auditor = sign_in("administrator"), sign_in("auditor")
    reviewer, researcher = (Group.objects.get(name=name) for name in ("reviewer", "researcher"))
    form = Form(administrator, ADD).fill(username="sock", password1="a-long-new-one", password2="a-long-new-one", groups=[reviewer.pk])
    assert "Say why: it stands on record with what you change." in errors(form.send())
    assert not User.objects.filter(username="sock").exists()
    assert form.fill(why="She joins the desk.").send().status_code == 302
    sock = User.objects.get(username="sock")
    assert sock.is_staff, "whoever gets an account works at the desk, unless it is said otherwise"

    form = Form(administrator, page_of(sock)).fill(groups=[reviewer.pk, researcher.pk])
    assert "Say why: it stands on record with what you change." in errors(form.send())
    assert list(sock.groups.all()) == [reviewer]
    assert form.fill(why="She records too.").send().status_code == 302
    assert Form(administrator, page_of(sock)).fill(is_active=False, why="She left.").send().status_code == 302
    assert Form(administrator, page_of(sock)).fill(last_name="Puppet").send().status_code == 302, "a name is no right"

    assert granted() == [
        ("made", "sock", "administrator", "She joins the desk."),
        ("rights_changed", "sock", "administrator", "She records too."),
        ("rights_changed", "sock", "administrator", "She left."),
    ]
    assert list(AccountEvent.objects.filter(kind__in=GRANTED).order_by("pk").values_list("changed", flat=True)) == [
        "roles: – → reviewer; active: – → yes; staff: – → yes; superuser: – → no",
        "roles: reviewer → researcher, reviewer",
        "active: yes → no",
    ]
    for client in (administrator, auditor):
        for listed in (
            words(client.get(f"/admin/tracker/accountevent/?user__id__exact={sock.pk}")),
            words(client.get("/admin/tracker/accountevent/")),
        ):
            assert "roles: reviewer → researcher, reviewer" in listed
            assert "She records too." in listed
    assert f"/admin/tracker/accountevent/?user__id__exact={sock.pk}" in administrator.get(page_of(sock)).content.decode()


def test_a_role_made_and_changed_is_on_record_of_all_who_have_it(people: dict[str, User], sign_in: SignIn) -> None:
    administrator = sign_in("administrator")
    form = Form(administrator, f"{ROLES}add/").fill(name="all of it", permissions=[right("submit").pk, right("review").pk, right("publish").pk])
    assert "Say why: it stands on record with what you change." in errors(form.send())
    assert form.fill(why="For the night desk.").send().status_code == 302
    role = Group.objects.get(name="all of it")
    people["researcher"].groups.add(role)
    people["auditor"].groups.add(role)
    form = Form(administrator, f"{ROLES}{role.pk}/change/").fill(permissions=[right("submit").pk])
    assert "Say why: it stands on record with what you change." in errors(form.send())
    assert form.fill(why="The night desk is closed.").send().status_code == 302
    assert granted() == [
        ("role_changed", None, "administrator", "For the night desk."),
        ("role_changed", "researcher", "administrator", "The night desk is closed."),
        ("role_changed", "auditor", "administrator", "The night desk is closed."),
    ]
    assert AccountEvent.objects.filter(kind="role_changed").latest("pk").changed == (
        "all of it: rights: tracker.publish, tracker.review, tracker.submit → tracker.submit"
    )
    assert "For the night desk." in words(administrator.get("/admin/tracker/accountevent/"))


def test_a_role_of_ones_own_is_another_s_to_change(people: dict[str, User], sign_in: SignIn) -> None:
    """And one that somebody has is not deleted under them: it is taken from them, which stands on record."""
    role = Group.objects.create(name="ours")
    people["administrator"].groups.add(role)
    page = f"{ROLES}{role.pk}/change/"
    client = sign_in("administrator")
    assert b'name="_save"' not in client.get(page).content
    assert client.post(page, {"name": "ours", "permissions": [right("publish").pk], "why": "I want to"}).status_code == 403
    assert not role.permissions.exists()
    boss = sign_in("superuser")
    assert boss.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}).status_code == 403
    boss.post(ROLES, {"action": "delete_selected", "_selected_action": [role.pk], "post": "yes"})
    assert Group.objects.filter(pk=role.pk).exists()


@pytest.mark.parametrize("kind", GRANTED)
def test_the_database_takes_no_change_of_rights_without_who_and_why_and_keeps_it(kind: str, people: dict[str, User]) -> None:
    person, by = people["researcher"], people["administrator"]
    for lacking in ({"by": None, "reason": "So."}, {"by": by, "reason": ""}):
        with pytest.raises(IntegrityError, match="what_another_did_to_an_account_says_who_and_why"), transaction.atomic():
            AccountEvent.objects.create(kind=kind, user=person, **lacking)
    if kind != "role_changed":
        with pytest.raises(IntegrityError, match="only_the_change_of_a_role_may_concern_no_account"), transaction.atomic():
            AccountEvent.objects.create(kind=kind, user=None, by=by, reason="So.")
    event = AccountEvent.objects.create(kind=kind, user=person, by=by, reason="So.", changed="roles: – → reviewer")
    for change in (lambda: AccountEvent.objects.filter(pk=event.pk).update(changed=""), event.delete):
        with pytest.raises(IntegrityError, match="stays on record"), transaction.atomic():
            change()

"""Who publishes or keeps accounts gives a second factor, and until then can do nothing else."""

import os
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from config.trouble import Trouble
from tests import builders
from tests.admin.forms import words
from tests.signin.conftest import code_now, factors_of, fresh_code, link_app, send_password
from tracker.models import AccountEvent, Document, User
from tracker.signin import factors

Enter = Callable[..., Client]
SignIn = Callable[[str], Client]
SET_UP, CONFIRM = "/admin/second-factor/set-up/", "/admin/second-factor/confirm/"


def led_to(client: Client, path: str = "/admin/tracker/document/") -> str:
    """Where a session is led instead of a list; empty where the list opens."""
    answer = client.get(path)
    return "" if answer.status_code == 200 else answer.url.partition("?")[0]


def kinds(user: User) -> list[str]:
    return list(AccountEvent.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize("role", ["reviewer", "administrator", "superuser"])
def test_who_has_none_is_led_to_set_one_up_and_can_do_nothing_else(role: str, required: None, people: dict[str, User], enter: Enter) -> None:
    """Every address of the desk, whichever way it is asked for."""
    document = builders.document("DOC")
    client = enter(people[role])
    tried = 0
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for path in (reverse(f"{name}_changelist"), reverse(f"{name}_add")):
            assert led_to(client, path) == SET_UP, path
            assert client.post(path, {"why": "x"}).url.startswith(SET_UP), path
            tried += 1
    assert tried > 30
    for path in (
        "/admin/",
        "/admin/autocomplete/",
        "/admin/password_change/",
        "/admin/nonsense/",
        f"/admin/tracker/user/{people[role].pk}/password/",
    ):
        assert led_to(client, path) == SET_UP, path
    change = reverse("admin:tracker_document_change", args=[document.pk])
    client.post(change, {"title": "Changed", "why": "x", "_save": "1"})
    assert Document.objects.get().title == document.title
    assert words(client.get(SET_UP)).count("authenticator app") >= 1
    assert client.post("/admin/logout/").status_code == 200


def test_setting_one_up(required: None, people: dict[str, User], enter: Enter) -> None:
    """Scan, type the code, keep the recovery codes, which are shown once; the secret is nowhere in the database."""
    user = people["reviewer"]
    client = enter(user)
    page = client.get(SET_UP + "?next=/admin/tracker/document/")
    assert b"data:image/svg+xml;base64," in page.content
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.content.decode())[1].replace(" ", "")  # type: ignore[index]
    assert b"id_password" not in page.content, "the password was typed a moment ago"
    wrong = client.post(SET_UP, {"code": "000000", "next": "/admin/tracker/document/"})
    assert "This code is not right" in words(wrong)
    assert factors_of(user) == set()
    done = client.post(SET_UP, {"code": code_now(secret), "next": "/admin/tracker/document/"})
    assert done.status_code == 302
    shown = client.get(done.url)
    codes = re.findall(r"<li><code>(\d{8})</code></li>", shown.content.decode())
    assert len(set(codes)) == 10
    assert 'href="/admin/tracker/document/"' in shown.content.decode()
    again = client.get(done.url)
    assert not [code for code in codes if code in again.content.decode()]
    assert "10 recovery codes left" in words(again)
    assert led_to(client) == ""
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not [code for code in codes if code in stored]
    assert kinds(user) == ["signed_in", "factor_added"]

    other = Client()
    assert send_password(other, "reviewer", "reviewer").url == "/admin/login/code/"
    assert led_to(other) == "/admin/login/", "a password is half of it"
    assert other.post("/admin/login/code/", {"code": codes[0]}).status_code == 302
    assert led_to(other) == ""
    third = Client()
    send_password(third, "reviewer", "reviewer")
    assert "not used before" in words(third.post("/admin/login/code/", {"code": codes[0]})), "a recovery code opens once"
    assert "code_used" in kinds(user)
    assert "code_failed" in kinds(user)


def test_a_browser_left_open_links_nothing_without_the_password(required: None, people: dict[str, User], sign_in: SignIn) -> None:
    """Where the session is not fresh, the password is asked for."""
    client = sign_in("reviewer")
    assert b"id_password" in client.get(SET_UP).content
    secret = client.session["mfa.totp.secret"]
    assert "not your password" in words(client.post(SET_UP, {"code": code_now(secret), "password": "nonsense"}))
    assert factors_of(people["reviewer"]) == set()
    assert client.post(SET_UP, {"code": code_now(secret), "password": "reviewer"}).status_code == 302
    assert factors_of(people["reviewer"]) == {"totp", "recovery_codes"}


def test_a_session_begun_without_it_gives_it_before_anything_else(required: None, people: dict[str, User], sign_in: SignIn) -> None:
    user = people["reviewer"]
    client, secret = sign_in("reviewer"), link_app(user)
    assert led_to(client) == CONFIRM
    assert led_to(client, SET_UP) == CONFIRM, "nor is another one linked in its place"
    key = client.session.session_key
    done = client.post(CONFIRM, {"code": fresh_code(secret), "next": "/admin/tracker/document/"})
    assert done.url == "/admin/tracker/document/"
    assert led_to(client) == ""
    assert client.session.session_key != key


def test_a_code_opens_once(required: None, people: dict[str, User]) -> None:
    user = people["reviewer"]
    secret = link_app(user)
    code = code_now(secret)
    answers = []
    for _number in range(2):
        client = Client()
        send_password(client, "reviewer", "reviewer")
        answers.append(client.post("/admin/login/code/", {"code": code}).status_code)
    assert answers == [302, 200]


def test_a_role_granted_later_counts_at_the_next_request(required: None, people: dict[str, User], enter: Enter) -> None:
    client = enter(people["researcher"])
    assert led_to(client) == ""
    people["researcher"].groups.add(Group.objects.get(name="reviewer"))
    assert led_to(client) == SET_UP
    people["researcher"].groups.set([Group.objects.get(name="researcher")])
    assert led_to(client) == ""
    own = Group.objects.create(name="our own publishers")
    own.permissions.add(Group.objects.get(name="reviewer").permissions.get(codename="publish"))
    people["researcher"].groups.add(own)
    assert led_to(client) == SET_UP, "by what a role may do, not by its name"


def test_who_need_not_may_and_is_asked_from_then_on(required: None, people: dict[str, User], enter: Enter) -> None:
    """A researcher who set one up gives its code when signing in."""
    user = people["researcher"]
    secret = link_app(user)
    client = Client()
    assert send_password(client, "researcher", "researcher").url == "/admin/login/code/"
    assert led_to(client) == "/admin/login/"
    assert client.post("/admin/login/code/", {"code": fresh_code(secret)}).status_code == 302
    assert led_to(client) == ""


def test_the_demo_asks_for_passwords_only(people: dict[str, User], enter: Enter) -> None:
    assert led_to(enter(people["reviewer"])) == ""


def test_an_administrator_resets_a_lost_one_and_says_why(required: None, people: dict[str, User], enter: Enter) -> None:
    """The account is signed out everywhere, and sets up another one; who, for whom and why stays on record."""
    owner, boss = people["reviewer"], people["administrator"]
    secrets = {user: link_app(user) for user in (owner, boss)}
    session, administrator = enter(owner, secrets[owner]), enter(boss, secrets[boss])
    assert led_to(session) == ""
    assert "set up" in words(administrator.get(f"/admin/tracker/user/{owner.pk}/change/"))
    page = f"/admin/tracker/user/{owner.pk}/second-factor/"
    assert "required" in words(administrator.post(page, {"why": " "}))
    assert factors_of(owner) == {"totp"}
    done = administrator.post(page, {"why": "Phone stolen; she called from her desk."}, follow=True)
    assert "all their sessions have ended" in words(done)
    assert factors_of(owner) == set()
    assert led_to(session) == "/admin/login/"
    event = AccountEvent.objects.get(kind="factor_reset")
    assert (event.user, event.by, event.reason) == (owner, boss, "Phone stolen; she called from her desk.")
    assert event.address == "127.0.0.1"
    assert led_to(enter(owner)) == SET_UP
    auditor = enter(people["auditor"])
    assert "Phone stolen" in words(auditor.get("/admin/tracker/accountevent/"))
    assert auditor.get(page).status_code == 403
    assert administrator.get(f"/admin/tracker/user/{people['superuser'].pk}/second-factor/").status_code == 403


def test_an_administrator_sets_a_password_and_says_why(people: dict[str, User], enter: Enter) -> None:
    owner = people["researcher"]
    session, administrator = enter(owner), enter(people["administrator"])
    page, new = f"/admin/tracker/user/{owner.pk}/password/", "a-long-new-one"
    fields = {"password1": new, "password2": new, "usable_password": "true", "set-password": "1"}
    assert "required" in words(administrator.post(page, fields))
    assert administrator.post(page, {**fields, "why": "Forgot it."}).status_code == 302
    assert led_to(session) == "/admin/login/"
    assert send_password(Client(), "researcher", new).status_code == 302
    event = AccountEvent.objects.get(kind="password_set")
    assert (event.user, event.by, event.reason) == (owner, people["administrator"], "Forgot it.")


def test_replacing_ones_own_ends_the_other_sessions(required: None, people: dict[str, User], enter: Enter) -> None:
    user = people["reviewer"]
    secret = link_app(user)
    here, there = enter(user, secret), enter(user, secret)
    assert "not right" in words(here.post("/admin/second-factor/replace/", {"code": "000000"}))
    assert factors_of(user) == {"totp"}
    assert here.post("/admin/second-factor/replace/", {"code": fresh_code(secret)}).url == SET_UP
    assert led_to(here) == SET_UP
    assert led_to(there) == "/admin/login/"


def test_new_recovery_codes_take_the_place_of_the_old(required: None, people: dict[str, User], enter: Enter) -> None:
    user = people["reviewer"]
    secret = link_app(user)
    client = enter(user, secret)
    client.get("/admin/second-factor/")
    done = client.post("/admin/second-factor/recovery-codes/new/", {"code": fresh_code(secret)})
    assert len(re.findall(r"<li><code>\d{8}</code></li>", client.get(done.url).content.decode())) == 10
    assert "codes_made" in kinds(user)


def test_changing_ones_password_ends_the_other_sessions(people: dict[str, User], enter: Enter) -> None:
    here, there = enter(people["researcher"]), enter(people["researcher"])
    key = here.session.session_key
    new = {"old_password": "researcher", "new_password1": "a-long-new-one", "new_password2": "a-long-new-one"}
    assert here.post("/admin/password_change/", new).status_code == 302
    assert led_to(here) == ""
    assert led_to(there) == "/admin/login/"
    assert here.session.session_key != key
    assert "password_changed" in kinds(people["researcher"])


def test_the_entrance(people: dict[str, User], enter: Enter) -> None:
    """The session key is another one; back only to this host; by POST alone out again; no way in for who is not staff."""
    for elsewhere in ("https://example.org/", "//example.org/", "https:example.org", "/\\example.org", "javascript:alert(1)"):
        answer = Client().post("/admin/login/", {"login": "researcher", "password": "researcher", "next": elsewhere})
        assert answer.url == "/admin/", elsewhere
    answer = Client().post("/admin/login/?next=/admin/tracker/party/", {"login": "researcher", "password": "researcher"})
    assert answer.url == "/admin/tracker/party/"
    inside = enter(people["researcher"])
    assert inside.get("/admin/login/").url == "/admin/"
    assert inside.get("/admin/logout/").status_code == 405
    assert led_to(inside) == ""
    assert inside.post("/admin/logout/").status_code == 200
    assert led_to(inside) == "/admin/login/"
    User.objects.create_user("reader", password="reader")
    wrong = send_password(Client(), "reader", "reader")
    assert "do not match" in words(wrong)
    assert words(wrong).replace("reader", "") == words(send_password(Client(), "nobody", "reader")).replace("nobody", "").replace("reader", "")
    assert kinds(people["researcher"])[-2:] == ["signed_in", "signed_out"]


def test_the_rights_that_ask_for_it_exist(people: dict[str, User]) -> None:
    """A right renamed elsewhere must not quietly ask for nothing."""
    held = people["superuser"].get_all_permissions()
    assert set(factors.RIGHTS) <= held


def test_whoever_runs_the_machine_resets_it_when_nobody_is_left(required: None, people: dict[str, User], enter: Enter) -> None:
    user = people["superuser"]
    secret = link_app(user)
    session = enter(user, secret)
    said = StringIO()
    call_command("reset_second_factor", "superuser", reason="The only administrator lost the phone.", stdout=said)
    assert said.getvalue() == "The second factor of superuser is reset and all its sessions have ended.\n"
    assert led_to(session) == "/admin/login/"
    assert led_to(enter(user)) == SET_UP
    assert AccountEvent.objects.get(kind="factor_reset").reason == "The only administrator lost the phone."
    for name, reason, sentence in (("nobody", "x", "There is no account nobody."), ("superuser", " ", "--reason is empty; say why in a sentence.")):
        with pytest.raises(Trouble, match=re.escape(sentence)):
            call_command("reset_second_factor", name, reason=reason)


def test_a_secret_key_that_was_changed_is_a_sentence(required: None, people: dict[str, User], settings: Any) -> None:
    """Not a fault: the factors cannot be read, and an administrator resets them. A key kept as a fallback still reads them."""
    user = people["reviewer"]
    secret, before = link_app(user), settings.SECRET_KEY
    settings.SECRET_KEY = "another one"
    client = Client()
    send_password(client, "reviewer", "reviewer")
    assert "the secret key of this site was changed" in words(client.post("/admin/login/code/", {"code": code_now(secret)}))
    settings.SECRET_KEY_FALLBACKS = [before]
    assert client.post("/admin/login/code/", {"code": code_now(secret)}).status_code == 302


@pytest.mark.parametrize(
    ("said", "embedded", "left_out"), [(None, True, True), ("", True, True), ("1", True, False), ("0", True, False), (None, False, False)]
)
def test_only_the_demo_on_this_machine_goes_without(said: str | None, embedded: bool, left_out: bool, monkeypatch: Any, settings: Any) -> None:
    """Where the environment says nothing and the database is the embedded one; and it is told."""
    from tracker.management.commands.start import Command

    monkeypatch.setenv("SECOND_FACTOR_REQUIRED", said or "")
    settings.EMBEDDED_DATABASE = embedded
    told = StringIO()
    Command(stdout=told).leave_second_factors_out()
    assert told.getvalue().startswith("Less safe: in this demo") == left_out
    assert os.environ["SECOND_FACTOR_REQUIRED"] == ("0" if left_out else said or "")

"""Signing in, second factors and kept forms in a real browser: without scripts, at 320 px, light and dark, for everybody."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session

from tests import builders
from tests.conftest import Site, serving
from tests.looking import BEST, faults
from tests.signin.conftest import code_now, fresh_code, link_app
from tracker.models import Citation, Recommendation, User

pytestmark = pytest.mark.browser


@pytest.fixture
def desk_served(people: dict[str, User]) -> Any:
    """A real server over the database of the people."""
    with serving() as site:
        yield site


def sign_in(page: Any, site: Site, name: str) -> None:
    page.goto(f"{site}/admin/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", name)
    page.click("input[type=submit]")


def nobody_shut_out(page: Any, what: str, part: str | None = None) -> None:
    """Axe finds nothing (in a part of the page), and nothing scrolls sideways."""
    assert not (found := faults(page, part=part, rules=BEST)), "\n".join([what, *found])


def test_every_page_of_the_entrance(required: None, desk_served: Site, people: dict[str, User], new_page: Callable[..., Any]) -> None:
    """From the first sign-in to new recovery codes and an administrator's reset, each page looked at on the way."""
    page = new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)

    def looked_at(what: str, part: str | None = None) -> None:
        assert said == [], "the policy refuses something of ours, or a file is missing"
        nobody_shut_out(page, what, part)
        said.clear()  # what axe itself is refused

    page.goto(f"{desk_served}/admin/login/")
    looked_at("sign in")
    page.fill("#id_username", "superuser")
    page.fill("#id_password", "wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text().startswith("Username and password do not match")
    looked_at("sign in, refused")
    sign_in(page, desk_served, "superuser")
    page.wait_for_url("**/second-factor/set-up/")
    image = page.locator(".set-up img")
    assert image.evaluate("image => image.complete && image.naturalWidth > 0"), "the policy lets the QR code be seen"
    looked_at("set up")
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=False).fill(code_now(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/")
    assert page.locator(".codes li").count() == 10
    looked_at("codes")
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url(f"{desk_served}/admin/")
    page.get_by_role("link", name="Second factor").click()
    looked_at("second factor")
    page.get_by_role("link", name="Replace the app").click()
    looked_at("replace")
    link_app(people["reviewer"])
    for path in ("second-factor/", "password/"):
        page.goto(f"{desk_served}/admin/tracker/user/{people['reviewer'].pk}/{path}")
        looked_at(path, "#content")
    page.goto(f"{desk_served}/admin/")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, desk_served, "superuser")
    page.wait_for_url("**/login/code/")
    looked_at("code")
    page.get_by_label("Code", exact=False).fill(fresh_code(secret))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk_served}/admin/")
    assert said == []


def test_all_of_it_without_scripts(required: None, desk_served: Site, people: dict[str, User], new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    sign_in(page, desk_served, "reviewer")
    page.get_by_label("Code", exact=False).fill(code_now(page.locator("code.secret").inner_text().replace(" ", "")))
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("heading", name="Work").wait_for()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, desk_served, "reviewer")
    page.get_by_role("button", name="Sign in as somebody else").click()
    page.locator("#id_username").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_typed_is_lost_when_the_session_ends(scripts: bool, desk_served: Site, people: dict[str, User], new_page: Callable[..., Any]) -> None:
    """A form with rows: type, lose the session, save, sign in; all of it is there, and saved by pressing save again."""
    people["researcher"].groups.set([Group.objects.get(name="researcher")])
    paper = builders.document("PAPER")
    record = builders.recommendation("REC", paper, to=("AL", "BE"))
    builders.cite(record, builders.citation(paper, "EV-1"))
    page = new_page(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
    sign_in(page, desk_served, "researcher")
    page.goto(f"{desk_served}/admin/tracker/recommendation/{record.pk}/change/")
    page.fill("#id_short_title", "Typed while the session ended")
    page.fill("#id_statement", "Two lines,\nof which one is second.")
    page.fill("#id_addressees-1-note", "A note in a row")
    page.fill("#id_why", "To see whether it is lost.")
    Session.objects.all().delete()
    page.click("input[name=_continue]")
    page.get_by_text("What you typed is kept").wait_for()
    page.fill("#id_username", "researcher")
    page.fill("#id_password", "researcher")
    page.click("input[type=submit]")
    page.get_by_text("Here it is as you typed it; nothing of it is saved yet").wait_for()
    record.refresh_from_db()
    assert record.short_title != "Typed while the session ended"
    assert page.input_value("#id_short_title") == "Typed while the session ended"
    assert page.input_value("#id_statement") == "Two lines,\nof which one is second."
    assert page.input_value("#id_addressees-1-note") == "A note in a row"
    assert page.input_value("#id_why") == "To see whether it is lost."
    page.click("input[name=_save]")
    page.wait_for_url("**/recommendation/")
    record = Recommendation.objects.get(pk=record.pk)
    assert record.short_title == "Typed while the session ended"
    assert " ".join(record.statement.split()) == "Two lines, of which one is second."
    assert "A note in a row" in record.addressees.values_list("note", flat=True)
    assert Citation.objects.count() == 1

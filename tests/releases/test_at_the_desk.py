"""Releases at the desk: who sees them, who makes one, and that it is made in the background."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.admin.conftest import make_people, people, sign_in
from tests.looking import faults
from tests.releases.conftest import make
from tracker.editions.tables import Release
from tracker.editorial.releasing import refuse_name
from tracker.editorial.verbs import Refused
from tracker.jobs.models import BackgroundJob
from tracker.models import User
from tracker.releasing import make_release

__all__ = ["make_people", "people", "sign_in"]
PAGE = "/admin/releases/"
MAY = ("administrator", "superuser")


@pytest.mark.parametrize("role", ["researcher", "reviewer", "administrator", "auditor", "superuser"])
def test_everyone_at_the_desk_reads_them_and_administrators_make_them(sign_in: Callable[[str], Client], role: str) -> None:
    builders.put_out(builders.document("PAPER"))
    make("v1")
    client = sign_in(role)
    page = client.get(PAGE).content.decode()
    assert Release.desk.get().manifest_hash in page and 'href="/releases/v1/"' in page
    assert ("Make a release" in page) == (role in MAY)
    assert 'href="/admin/releases/"' in client.get("/admin/").content.decode()
    answer = client.post(PAGE, {"name": "v2", "reason": "For the report"})
    assert answer.status_code == (302 if role in MAY else 403)
    assert BackgroundJob.objects.filter(task_name="make_release").count() == (role in MAY)


def test_nobody_else_sees_the_page(desk: str, client: Client) -> None:
    assert client.get(PAGE).status_code == 302 and "login" in client.get(PAGE)["Location"]


def test_what_is_sent_is_made_by_the_job_as_whose_it_is(sign_in: Callable[[str], Client], settings: Any) -> None:
    builders.put_out(builders.document("PAPER"))
    client = sign_in("administrator")
    answer = client.post(PAGE, {"name": "v1", "reason": "For the report"}, follow=True)
    assert "is being made, as job #" in answer.content.decode() and not Release.desk.exists()
    (queued,) = BackgroundJob.objects.filter(task_name="make_release")
    assert queued.arguments == "v1"
    said = make_release(**queued.args)
    made = Release.desk.get()
    assert (made.name, made.released_by, made.reason, made.site) == ("v1", "Administrator Person", "For the report", "http://testserver")
    assert made.manifest_hash in str(said)
    assert "already" in str(make_release(**queued.args)), "twice makes no second one"


@pytest.mark.parametrize(("name", "sentence"), [("v1", "already"), ("a b", "no name of a release"), ("", "required")])
def test_a_name_that_will_not_do_is_refused_before_anything_is_queued(sign_in: Callable[[str], Client], name: str, sentence: str) -> None:
    builders.put_out(builders.document("PAPER"))
    make("v1")
    answer = sign_in("administrator").post(PAGE, {"name": name, "reason": "x"})
    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert not BackgroundJob.objects.filter(task_name="make_release").exists()
    if name:
        with pytest.raises(Refused):
            refuse_name(name)


def test_a_right_that_was_taken_away_meanwhile_is_missed(sign_in: Callable[[str], Client]) -> None:
    builders.put_out(builders.document("PAPER"))
    sign_in("administrator").post(PAGE, {"name": "v1", "reason": "x"})
    person = User.objects.get(username="administrator")
    person.groups.clear()
    with pytest.raises(Refused, match="does not include"):
        make_release(**BackgroundJob.objects.get(task_name="make_release").args)


@pytest.mark.browser
def test_nothing_shuts_anybody_out(people: dict[str, User], page: Any, client: Client) -> None:
    from tests.conftest import serving

    builders.put_out(builders.document("PAPER"))
    make("v1")
    client.force_login(people["administrator"])
    with serving() as site:
        page.context.add_cookies([{"name": "desk_session", "value": client.cookies["desk_session"].value, "url": str(site)}])
        page.goto(f"{site}{PAGE}")
        assert "Make a release" in page.inner_text("main, #content-main")
        assert faults(page) == []

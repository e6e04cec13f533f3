"""The desk's page of background jobs: who sees what, in which words, and what the buttons do."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.jobs import trials
from tracker.admin.roles import ensure_groups
from tracker.jobs import defer
from tracker.jobs.models import BackgroundJob
from tracker.jobs.running import keep
from tracker.models import User

LIST = "admin:jobs_backgroundjob_changelist"
BUDGET = 8


@pytest.fixture
def sign_in(queue: str) -> Callable[[str], Client]:
    """Gives the client of a role."""
    ensure_groups(using="owner")

    def client_of(role: str) -> Client:
        person, _ = User.objects.get_or_create(username=role, defaults={"is_staff": True, "is_superuser": role == "superuser"})
        if role != "superuser":
            person.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(person)
        return client

    return client_of


def become(number: int, *states: str) -> int:
    """Take a job through these states, as a worker does."""
    with connection.cursor() as cursor:
        for state in states:
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [state, number])
    return number


@pytest.fixture
def jobs(queue: str) -> dict[str, int]:
    """A job in each state."""
    made = {state: defer(trials.write_once, words=state) for state in ("failed", "stalled", "running", "waiting", "done", "aside")}
    become(made["failed"], "doing", "failed")
    keep(made["failed"], "The machine is not plugged in; plug it in.")
    become(made["stalled"], "doing")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id")
        cursor.execute("UPDATE procrastinate_jobs SET worker_id = %s WHERE id = %s", [cursor.fetchone()[0], made["running"]])
    become(made["running"], "doing")
    become(made["done"], "doing", "succeeded")
    become(made["aside"], "cancelled")
    return made


def words(response: Any) -> str:
    """A page's text."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


STATES = {
    "failed": "failed", "stalled": "its worker died", "running": "running", "waiting": "waiting", "done": "done", "aside": "set aside",
}  # fmt: skip


def test_the_library_s_own_page_is_not_the_desk_s() -> None:
    assert ProcrastinateJob not in admin.site._registry
    assert BackgroundJob in admin.site._registry


def test_the_list_says_in_words_what_waits_runs_and_failed(jobs: dict[str, int], sign_in: Callable[[str], Client]) -> None:
    client = sign_in("auditor")
    said = words(client.get(reverse(LIST)))
    for state, number in jobs.items():
        assert re.search(rf"#{number} Write a row once · “{state}” {STATES[state]} ", said), said
    assert "The machine is not plugged in; plug it in." in said
    assert "write_once" not in said
    for state, number in jobs.items():
        only = words(client.get(reverse(LIST), {"state": state}))
        assert re.findall(r"#(\d+) Write a row", only) == [str(number)]


def test_the_front_page_counts_what_the_list_behind_it_holds(jobs: dict[str, int], sign_in: Callable[[str], Client]) -> None:
    for role, sees in (("administrator", True), ("auditor", True), ("superuser", True), ("researcher", False), ("reviewer", False)):
        client = sign_in(role)
        front = words(client.get(reverse("admin:index")))
        assert ("2 Jobs that failed" in front) == sees, role
        if sees:
            behind = words(client.get(f"{reverse(LIST)}?state=trouble"))
            assert set(re.findall(r"#(\d+) Write a row", behind)) == {str(jobs["failed"]), str(jobs["stalled"])}


def test_a_job_s_page_says_its_course(jobs: dict[str, int], sign_in: Callable[[str], Client]) -> None:
    said = words(sign_in("auditor").get(reverse("admin:jobs_backgroundjob_change", args=[jobs["failed"]])))
    assert "Write a row once · “failed”" in said
    assert "The machine is not plugged in; plug it in." in said
    assert re.search(r": Put into the queue .+: Started .+: Failed", said)
    assert "Traceback" not in said
    assert "Run again" not in said, "an auditor decides nothing"


@pytest.mark.parametrize("state", STATES)
def test_the_buttons_stand_where_something_is_to_be_decided(jobs: dict[str, int], sign_in: Callable[[str], Client], state: str) -> None:
    """And pressing one where it does not stand changes nothing."""
    client = sign_in("administrator")
    page = client.get(reverse("admin:jobs_backgroundjob_change", args=[jobs[state]]))
    decidable = state in ("failed", "stalled")
    assert (b">Run again<" in page.content) == (b">Set aside<" in page.content) == decidable
    before = BackgroundJob.objects.get(pk=jobs[state]).status
    done = client.post(reverse("admin:jobs_backgroundjob_decide", args=[jobs[state], "run_again"]), follow=True)
    assert BackgroundJob.objects.get(pk=jobs[state]).status == ("todo" if decidable else before)
    said = words(done)
    assert (f"Job #{jobs[state]} is in the queue again." in said) == decidable
    assert (f"Job #{jobs[state]} has neither failed nor lost its worker." in said) == (not decidable)


@pytest.mark.parametrize("role", ["researcher", "reviewer", "auditor"])
def test_others_decide_nothing(jobs: dict[str, int], sign_in: Callable[[str], Client], role: str) -> None:
    client = sign_in(role)
    for step in ("run_again", "set_aside"):
        assert client.post(reverse("admin:jobs_backgroundjob_decide", args=[jobs["failed"], step])).status_code == 403
        client.post(reverse(LIST), {"action": step, "_selected_action": [jobs["failed"]]})
    assert BackgroundJob.objects.get(pk=jobs["failed"]).status == "failed"


def test_a_link_that_somebody_sends_decides_nothing(jobs: dict[str, int], sign_in: Callable[[str], Client]) -> None:
    client = sign_in("administrator")
    assert client.get(reverse("admin:jobs_backgroundjob_decide", args=[jobs["failed"], "run_again"])).status_code == 405
    assert client.post(reverse("admin:jobs_backgroundjob_decide", args=[jobs["failed"], "delete"])).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="administrator"))
    assert strict.post(reverse("admin:jobs_backgroundjob_decide", args=[jobs["failed"], "run_again"])).status_code == 403
    assert BackgroundJob.objects.get(pk=jobs["failed"]).status == "failed"


def test_several_are_decided_about_in_the_list(jobs: dict[str, int], sign_in: Callable[[str], Client]) -> None:
    client = sign_in("administrator")
    done = client.post(reverse(LIST), {"action": "set_aside", "_selected_action": list(jobs.values())}, follow=True)
    assert [state for state, number in jobs.items() if BackgroundJob.objects.get(pk=number).status == "cancelled"] == ["failed", "stalled", "aside"]
    assert words(done).count("has neither failed nor lost its worker") == 4
    assert not BackgroundJob.objects.in_trouble().exists()
    assert ": Set aside" in words(client.get(reverse("admin:jobs_backgroundjob_change", args=[jobs["failed"]])))


def test_a_job_that_this_version_does_not_know_is_shown_all_the_same(jobs: dict[str, int], sign_in: Callable[[str], Client]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET task_name = 'of_yesterday', args = '{\"document_id\": 7}' WHERE id = %s", [jobs["failed"]])
        cursor.execute("UPDATE procrastinate_jobs SET args = '{\"speed\": 7}' WHERE id = %s", [jobs["stalled"]])
    said = words(sign_in("auditor").get(reverse(LIST)))
    assert "of_yesterday · document id: 7" in said
    assert "Write a row once · speed: 7" in said


def test_the_list_costs_the_same_for_six_jobs_and_for_sixty(jobs: dict[str, int], sign_in: Callable[[str], Client]) -> None:
    client = sign_in("auditor")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(LIST)).status_code == 200
        return len(queries)

    few = cost()
    for number in range(54):
        keep(become(defer(trials.write_once, words=f"w{number}"), "doing", "failed"), "No.")
    assert cost() == few <= BUDGET


@pytest.fixture
def signed_in_page(jobs: dict[str, int], sign_in: Callable[[str], Client], new_page: Callable[..., Any]) -> Iterator[Any]:
    """A browser's page of an administrator, without JavaScript, on a narrow screen."""
    from tests.conftest import serving

    session = sign_in("administrator").cookies["desk_session"].value
    with serving() as site:
        page = new_page(viewport={"width": 320, "height": 800}, java_script_enabled=False)
        page.context.add_cookies([{"name": "desk_session", "value": session, "url": str(site)}])
        page.goto(f"{site}{reverse('admin:index')}")
        yield page


@pytest.mark.browser
def test_from_the_front_page_to_a_job_run_again(signed_in_page: Any, jobs: dict[str, int]) -> None:
    """Two clicks and a button, without JavaScript."""
    page = signed_in_page
    page.get_by_role("link", name="Jobs that failed").click()
    page.locator(f'a[href$="/{jobs["failed"]}/change/"]').first.click()
    page.get_by_role("button", name="Run again").click()
    assert "is in the queue again" in page.locator("ul.messagelist").inner_text()
    assert BackgroundJob.objects.get(pk=jobs["failed"]).status == "todo"
    assert page.get_by_role("button", name="Run again").count() == 0

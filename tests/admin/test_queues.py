"""The work queues: each row counted is a row listed, oldest first, one click from its form, at a cost that does not grow with the data."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import builders
from tests.admin.forms import words
from tracker.admin.queues import QUEUES
from tracker.editions.tables import DESK
from tracker.editorial.verbs import approve, publish, return_to_author, ship, submit
from tracker.models import (
    Assessment,
    Capture,
    Challenge,
    Effect,
    Import,
    LinkCheck,
    PassageCheck,
    Search,
    Snapshot,
    User,
    system_actor,
)

SignIn = Callable[[str], Client]
FRONT_BUDGET = 60


def rows(client: Client, name: str, **query: Any) -> list[tuple[str, str]]:
    """What stands on the page of a queue: what waits, and why."""
    response = client.get(reverse("admin:queue", args=[name]), query)
    assert response.status_code == 200, name
    return [(row.what, row.why) for row in response.context["rows"]]


def counts(client: Client) -> dict[str, int]:
    """The numbers on the front page."""
    return {shown.queue.name: shown.count for shown in client.get(reverse("admin:index")).context["queues"]}


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def day(days: int) -> str:
    """So many days from today."""
    return (timezone.now().date() + dt.timedelta(days=days)).isoformat()


def fill(people: dict[str, User], number: int) -> None:
    """One row or more for each queue."""
    mine, other = people["researcher"], builders.user("chief", role="reviewer")
    paper = builders.document(f"PAPER-{number}", by=mine, url="https://example.org/")
    passage = builders.citation(paper, f"EV-{number}")
    builders.document(f"DRAFT-{number}", by=mine)
    returned = builders.document(f"RETURNED-{number}", by=mine)
    return_to_author(submit([returned], by=mine, reason="Ready"), by=people["reviewer"], reason="Say who wrote it")
    void = builders.document(f"VOID-{number}", by=mine)
    submit([void], by=mine, reason="Ready")
    void.note = "Edited."
    void.save()
    submit([builders.document(f"SENT-{number}", by=other)], by=other, reason="Ready to read")
    approve(submit([builders.document(f"APPROVED-{number}", by=other)], by=other, reason="Ready"), by=people["reviewer"])

    recommendation = builders.recommendation(f"REC-{number}", paper, by=mine)
    action = builders.action(f"ACT-{number}", by=mine)
    assessment = builders.assessment(f"AS-{number}", recommendation, by=mine, departure="", review_on="2020")
    found_none = builders.recommendation(f"NONE-{number}", paper, by=mine)
    searched = builders.assessment(f"NO-{number}", found_none, status="no_evidence", by=mine)
    builders.search(searched, f"SR-{number}")
    Search.objects.filter(assessment=searched).update(searched_on="2020-03")
    for record in (recommendation, action, assessment, found_none, searched):
        builders.cite(record, passage)
    submission = submit([builders.document(f"OUT-{number}", by=mine), paper, recommendation], by=mine, reason="Ready")
    publish(approve(submission, by=people["reviewer"]), by=people["reviewer"])
    builders.effect(action, recommendation, direction="partly_fulfils")
    builders.cite(searched, builders.citation(paper, f"DISPUTE-{number}"), "disputes")
    paper.note = "Edited since."
    paper.edited_by = mine
    paper.save()

    builders.recommendation(f"LATE-{number}", paper, by=other, due_on="2020-05", to=("AL", "BE"))
    LinkCheck.objects.create(document=paper, url="https://example.org/", outcome="gone", checked_at=ago(1), failing_since=ago(40))
    copy = Snapshot.objects.create(
        sha256=f"{number:064x}", size=1, media_type="text/html", captured_at=ago(3), captured_how="by hand", stored_as=f"{number}"
    )
    PassageCheck.objects.create(citation=passage, snapshot=copy, outcome="lost")
    Capture.objects.create(requested_by=mine, url="https://example.org/a", state="nothing", problem="It did not answer.")
    Capture.objects.create(requested_by=other, url="https://example.org/b", state="held", snapshot=copy)
    Challenge.objects.create(kind="document", key=paper.key, edition=1, says="The date is wrong.")
    Import.objects.create(
        file_name="list.csv", sha256="a" * 64, size=1, stored_as="aa/aa", profile_name="list", made_by=mine, state="failed", problem="No table."
    )
    ship([builders.document(f"SHIPPED-{number}", by=system_actor())], reason="Shipped")


EXPECTED = {
    "mine": 11, "to-review": 1, "to-publish": 1, "challenges": 1, "differing": 1, "new-evidence": 2, "due": 2, "deadlines": 2, "sources": 3,
    "captures": 1, "shipped": 1, "imports": 1,
}  # fmt: skip


def test_each_queue_holds_what_it_says_and_counts_what_it_holds(people: dict[str, User], sign_in: SignIn) -> None:
    """For a person who may do everything and recorded it all, but for what somebody else sent."""
    fill(people, 1)
    client, reviewer = sign_in("researcher"), sign_in("reviewer")
    assert {*EXPECTED, "jobs"} == {queue.name for queue in QUEUES}, "the jobs are tried in tests/jobs"
    seen = counts(client) | {name: counts(reviewer)[name] for name in ("to-review", "to-publish")}
    for name in EXPECTED:
        listed = rows(reviewer if name in ("to-review", "to-publish") else client, name)
        assert len(listed) == seen[name], name
    why = {what.split(" ")[0]: reason for what, reason in rows(client, "mine")}
    assert why["DRAFT-1"] == "draft, never submitted"
    assert why["RETURNED-1"] == "returned: Say who wrote it"
    assert why["VOID-1"] == "edited after it was submitted; submit it again"
    assert why["PAPER-1"] == "edited since it was published; readers see the version before"
    assert "OUT-1" not in why
    assert [what for what, _why in rows(reviewer, "to-review")] == ["#3 Ready to read"]
    assert [what for what, _why in rows(reviewer, "to-publish")] == ["#4 Ready"]
    assert rows(client, "challenges") == [("PAPER-1 · Title of PAPER-1", "“The date is wrong.”")]
    assert rows(client, "differing") == [("REC-1 → Land of AL", "status “implemented”; proposed: “partially implemented”")]
    assert sorted(rows(client, "new-evidence")) == [
        ("NONE-1 → Land of AL", "something disputes it since"),
        ("REC-1 → Land of AL", "an effect was recorded after it"),
    ]
    assert sorted(rows(client, "due")) == [
        ("NONE-1 → Land of AL", "the search of 2020-03 counts for twelve months"),
        ("REC-1 → Land of AL", "was to be looked at again on 2020"),
    ]
    ((_what, reason),) = rows(client, "imports")
    assert reason == "broken off: No table."
    late = "was due on 2020-05; no action that fulfils it is on record"
    assert sorted(rows(client, "deadlines")) == [("LATE-1 → Land of AL", late), ("LATE-1 → Land of BE", late)]
    assert rows(client, "sources")[0] == ("PAPER-1 · Title of PAPER-1", "its address: gone")
    assert {why for _what, why in rows(client, "sources")[1:]} == {
        "the cited words are not in the later copy", "nothing was archived: It did not answer.",
    }  # fmt: skip
    assert rows(client, "captures") == [("https://example.org/b", "the copy belongs to no document yet")]
    assert rows(client, "shipped") == [("SHIPPED-1 · Title of SHIPPED-1", "no person here has reviewed it")]
    assert rows(client, "shipped", kind="document") == rows(client, "shipped")
    assert rows(client, "shipped", kind="action") == []


def test_rows_lead_to_the_form_in_one_click(people: dict[str, User], sign_in: SignIn) -> None:
    """From the front page already; what the desk has no form for is shown without a link."""
    fill(people, 1)
    client = sign_in("superuser")
    response = client.get(reverse("admin:index"))
    opened = set()
    for shown in response.context["queues"]:
        for row in shown.first:
            if row.url:
                assert f'href="{row.url}"' in response.content.decode()
                assert client.get(row.url).status_code == 200, row
                opened.add(shown.queue.name)
    assert opened >= set(EXPECTED) - {"captures", "mine"}
    assert client.get(f"/admin/tracker/assessment/add/?addressee={Assessment.objects.get(key='AS-1').addressee_id}").status_code == 200


def test_a_capture_that_brought_nothing_leaves_when_it_is_asked_for_again_or_seen(people: dict[str, User], sign_in: SignIn) -> None:
    """Who saw it, and when, is on its page; what was archived cannot be set aside, and an auditor sets nothing aside."""
    client, mine = sign_in("researcher"), people["researcher"]
    failed = {"requested_by": mine, "state": "nothing", "problem": "It did not answer."}
    one, other = (Capture.objects.create(url=f"https://example.org/{name}", **failed) for name in "ab")
    assert [what for what, _why in rows(client, "sources")] == [one.url, other.url]
    again = Capture.objects.create(url=one.url, requested_by=people["reviewer"])
    assert [what for what, _why in rows(client, "sources")] == [other.url]
    Capture.objects.filter(pk=again.pk).update(state="nothing")
    assert len(rows(client, "sources")) == 2

    page, seen = (reverse(f"admin:tracker_capture_{name}", args=[other.pk]) for name in ("change", "seen"))
    assert f'action="{seen}"' in client.get(page).content.decode()
    assert sign_in("auditor").post(seen).status_code == 403
    assert f'action="{seen}"' not in sign_in("auditor").get(page).content.decode()
    assert client.get(seen).status_code == 405
    assert "Noted. It has left the queue." in words(client.post(seen, follow=True))
    assert [what for what, _why in rows(client, "sources")] == [one.url]
    assert "Seen by Researcher Person, " in words(client.get(page))
    assert f'action="{seen}"' not in client.get(page).content.decode()
    other.refresh_from_db()
    sign_in("reviewer").post(seen)
    first = other.seen_at
    other.refresh_from_db()
    assert (other.seen_by, other.seen_at) == (mine, first)

    waiting = Capture.objects.create(url="https://example.org/c", requested_by=mine)
    refused = client.post(reverse("admin:tracker_capture_seen", args=[waiting.pk]), follow=True)
    assert "Only a request that brought nothing can be set aside." in words(refused)


def test_an_address_that_moved_for_good_waits_for_a_person(people: dict[str, User], sign_in: SignIn) -> None:
    """The row opens the page where the new address is taken over; then it is gone, as is one of an address that the document had before."""
    document = builders.document("PAPER", url="https://example.org/old")
    builders.document("OTHER", url="https://example.org/new")
    check = {"checked_at": ago(1), "moved_to": "https://example.org/there"}
    LinkCheck.objects.create(document=document, url=document.url, outcome="moved", **check)
    LinkCheck.objects.create(document=builders.Document.objects.get(key="OTHER"), url="https://example.org/before", outcome="gone", checked_at=ago(1))
    client = sign_in("researcher")
    (row,) = client.get(reverse("admin:queue", args=["sources"])).context["rows"]
    assert (row.what, row.why) == ("PAPER · Title of PAPER", "its page moved for good to https://example.org/there")
    assert row.url == reverse("admin:tracker_document_sources", args=[document.pk])
    assert client.post(row.url, {"move": "https://example.org/there"}).status_code == 302
    assert rows(client, "sources") == []


def test_the_oldest_row_comes_first_and_a_page_holds_fifty(people: dict[str, User], sign_in: SignIn) -> None:
    """On the front page, which shows three, and on the queue's own page."""
    builders.document("PAPER")
    for number in range(60):
        challenge = Challenge.objects.create(kind="document", key="PAPER", edition=1, says=f"No. {number}")
        Challenge.objects.filter(pk=challenge.pk).update(received_at=ago(number))
    client = sign_in("researcher")
    (shown,) = [shown for shown in client.get(reverse("admin:index")).context["queues"] if shown.queue.name == "challenges"]
    assert (shown.count, [row.why for row in shown.first]) == (60, ["“No. 59”", "“No. 58”", "“No. 57”"])
    assert [why for _what, why in rows(client, "challenges")] == [f"“No. {number}”" for number in range(59, 9, -1)]
    assert [why for _what, why in rows(client, "challenges", page="2")] == [f"“No. {number}”" for number in range(9, -1, -1)]


def test_each_person_sees_what_their_role_can_act_on(people: dict[str, User], sign_in: SignIn) -> None:
    """An auditor sees everything and changes nothing; an administrator keeps accounts and reference data."""
    everything = {queue.name for queue in QUEUES}
    assert set(counts(sign_in("researcher"))) == everything - {"to-review", "to-publish", "jobs"}
    assert set(counts(sign_in("reviewer"))) == everything - {"jobs"}
    assert set(counts(sign_in("auditor"))) == everything
    assert set(counts(sign_in("administrator"))) == {"jobs"}
    assert sign_in("researcher").get(reverse("admin:queue", args=["to-review"])).status_code == 404
    assert sign_in("administrator").get(reverse("admin:queue", args=["shipped"])).status_code == 404
    assert Client().get(reverse("admin:queue", args=["shipped"])).status_code == 302
    assert "your role changes nothing" in words(sign_in("auditor").get(reverse("admin:index")))


def test_nobody_is_asked_to_review_their_own_work(people: dict[str, User], sign_in: SignIn) -> None:
    submit([builders.document("OWN", by=people["reviewer"])], by=people["reviewer"], reason="Ready")
    assert rows(sign_in("reviewer"), "to-review") == []
    assert len(rows(sign_in("superuser"), "to-review")) == 1


@pytest.mark.parametrize(("searched", "shown"), [(-366, True), (-340, True), (-330, False)])
def test_a_search_is_shown_a_month_before_it_runs_out(searched: int, shown: bool, people: dict[str, User], sign_in: SignIn) -> None:
    """Unless a newer one stands beside it."""
    recommendation = builders.recommendation("REC", builders.document("PAPER"))
    assessment = builders.assessment("AS", recommendation, status="no_evidence")
    search = builders.search(assessment, "SR")
    type(search).objects.update(searched_on=day(searched))
    client = sign_in("researcher")
    assert bool(rows(client, "due")) is shown
    builders.search(assessment, "SR-2")
    type(search).objects.filter(key="SR-2").update(searched_on=day(-3))
    assert rows(client, "due") == []


@pytest.mark.parametrize(("on", "passed"), [(day(-1), True), (day(0), False), (day(-400)[:7], True), (day(0)[:7], False), (day(0)[:4], False)])
def test_a_partial_date_has_passed_when_its_last_day_has(on: str, passed: bool, people: dict[str, User], sign_in: SignIn) -> None:
    recommendation = builders.recommendation("REC", builders.document("PAPER"), due_on=on)
    client = sign_in("researcher")
    assert bool(rows(client, "deadlines")) is passed
    builders.assessment("AS", recommendation, review_on=on)
    assert bool(rows(client, "due")) is passed
    assert rows(client, "deadlines") == []  # somebody has assessed it since


def test_queues_empty_when_the_work_is_done(people: dict[str, User], sign_in: SignIn) -> None:
    """Assessed again, explained, reviewed: each leaves its queue."""
    fill(people, 1)
    client = sign_in("researcher")
    assessment = Assessment.objects.get(key="AS-1")
    assessment.departure = "It did all that the criteria ask for."
    assessment.save()
    assert rows(client, "differing") == []
    submit([assessment, *_web_of(assessment)], by=people["researcher"], reason="Looked again")
    assert [what for what, _why in rows(client, "new-evidence")] == ["NONE-1 → Land of AL"]
    shipped = builders.Document.objects.get(key="SHIPPED-1")
    publish(approve(submit([shipped], by=people["researcher"], reason="Reviewed as it is"), by=people["reviewer"]), by=people["reviewer"])
    assert rows(client, "shipped") == []


def _web_of(assessment: Assessment) -> list[Any]:
    return [assessment.addressee.recommendation, builders.Document.objects.get(key="PAPER-1")]


def test_the_proposals_are_evaluated_once_a_change(people: dict[str, User], sign_in: SignIn) -> None:
    """And again after any change of what they follow from."""
    fill(people, 1)
    cache.clear()
    client = sign_in("researcher")
    assert len(rows(client, "differing")) == 1
    with CaptureQueriesContext(connection) as queries:
        assert len(rows(client, "differing")) == 1
    assert not any('"tracker_effect"' in query["sql"] for query in queries)
    Assessment.objects.get(key="AS-1").addressee.effects.update(direction="fulfils")
    assert rows(client, "differing") == []


def test_a_change_that_took_its_number_first_and_appears_last_is_not_missed(people: dict[str, User], sign_in: SignIn) -> None:
    """While its transaction runs the answer is kept, as readers of the desk do not see it yet; afterwards it is found anew."""
    fill(people, 1)
    cache.clear()
    client = sign_in("researcher")
    slow = connections[DESK].copy()
    try:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute("UPDATE tracker_effect SET direction = 'fulfils'")
        Assessment.objects.filter(key="NO-1").update(note="A change with a later number.")
        later = builders.effect(builders.action("LATER"), builders.Recommendation.objects.get(reference="NONE-1"), direction="not_judged")
        assert "REC-1 → Land of AL" in {what for what, _why in rows(client, "differing")}
        with CaptureQueriesContext(connection) as queries:
            rows(client, "differing")
        assert not any('"tracker_effect"' in query["sql"] for query in queries)
        slow.commit()
    finally:
        slow.close()
    newest = Effect.history.rel.related_model.objects.latest("pgh_id")
    assert newest.pgh_obj_id == later.pk, "the other change has the lower number"
    assert "REC-1 → Land of AL" not in {what for what, _why in rows(client, "differing")}


def test_the_front_page_costs_the_same_for_one_of_each_and_for_many(people: dict[str, User], sign_in: SignIn) -> None:
    """A count and the first rows for each queue, and what the proposals take when something has changed."""
    client = sign_in("superuser")

    def cost() -> int:
        cache.clear()
        client.get(reverse("admin:index"))
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:index"))
        return len(queries)

    fill(people, 1)
    fill(people, 2)
    few = cost()
    for number in range(3, 12):
        fill(people, number)
    assert cost() == few
    assert few <= FRONT_BUDGET

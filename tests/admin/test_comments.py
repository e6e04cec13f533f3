"""The reviewer's page: the difference in words beside the evidence, comments on a field, and what becomes of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import builders
from tests.admin.forms import words
from tracker.editorial.comments import comment, open_comments, settle
from tracker.editorial.paths import same_place, value_at
from tracker.editorial.verbs import Refused, approve, publish, return_to_author, submit, take_back
from tracker.models import Action, Comment, Document, Snapshot, SnapshotText, State, Submission, User, Version

SignIn = Callable[[str], Client]

# What the reading page of a submission may cost: the frame, the versions, and one query for each table that is shown beside them.
READING_BUDGET = 24


def page_of(submission: Submission) -> str:
    return reverse("admin:tracker_submission_change", args=[submission.pk])


def submitted(people: dict[str, User], **fields: Any) -> tuple[Action, Submission, Version]:
    """A researcher's action with a cited passage, submitted with its document."""
    paper = builders.document("PAPER", by=people["researcher"], interest="advocacy", stake="It sells fences.", publisher="An institute")
    action = builders.action("ACT", by=people["researcher"], **fields)
    passage = builders.citation(paper, "EV", exact="left the country", prefix="They ", suffix=" at once.", archived_as="a" * 64)
    builders.cite(action, passage)
    submission = submit([action, paper], by=people["researcher"], reason="Ready")
    return action, submission, submission.versions.get(kind="action")


# The verbs


def test_reviewers_and_authors_comment_and_nobody_else(people: dict[str, User]) -> None:
    """On a field that the version has, with words, while it is under review."""
    _action, submission, version = submitted(people)
    other = User.objects.create_user("other")
    other.groups.set(people["researcher"].groups.all())
    for name in ("reviewer", "researcher", "superuser"):
        assert comment(version, field="events.0.on", text="Are you sure?", by=people[name]).by == people[name]
    for person in (people["auditor"], people["administrator"], other):
        with pytest.raises(Refused, match="Reviewers and the authors"):
            comment(version, text="Hm.", by=person)
    for field in ("nothing", "events.1.on", "events.x", "title.0"):
        with pytest.raises(Refused, match="has no field"):
            comment(version, field=field, text="Hm.", by=people["reviewer"])
    with pytest.raises(Refused, match="Write the comment"):
        comment(version, text=" \n", by=people["reviewer"])
    publish(approve(submission, by=people["reviewer"]), by=people["reviewer"])
    with pytest.raises(Refused, match="The submission is published"):
        comment(Version.objects.get(pk=version.pk), text="Too late.", by=people["reviewer"])


def test_a_comment_is_settled_once_with_an_answer(people: dict[str, User]) -> None:
    """By someone who takes part; it stays."""
    _action, _submission, version = submitted(people)
    remark = comment(version, text="Why so?", by=people["reviewer"])
    with pytest.raises(Refused, match="edit or review records"):
        settle(remark, by=people["auditor"])
    with pytest.raises(Refused, match="edit or review records"):
        settle(remark, by=people["administrator"])
    done = settle(remark, by=people["researcher"], answer="The ministry said so.")
    assert (done.settled_by, done.settled_note) == (people["researcher"], "The ministry said so.")
    assert done.settled_at is not None
    with pytest.raises(Refused, match="settled already"):
        settle(remark, by=people["reviewer"])
    assert not open_comments([("action", "ACT")]).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM tracker_comment",
        "UPDATE tracker_comment SET text = 'Fine.'",
        "UPDATE tracker_comment SET by_id = version_id",
        "UPDATE tracker_comment SET settled_at = NULL, settled_by_id = NULL, settled_note = ''",
        "UPDATE tracker_comment SET settled_note = 'Another answer.'",
    ],
)
def test_what_was_said_stays_said(statement: str, people: dict[str, User]) -> None:
    """By plain SQL as the desk's own role, too."""
    _action, _submission, version = submitted(people)
    settle(comment(version, text="Why so?", by=people["reviewer"]), by=people["researcher"], answer="So.")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Comment.objects.values_list("text", "settled_note").get() == ("Why so?", "So.")


def test_open_comments_are_reason_enough_to_return(people: dict[str, User], sign_in: SignIn) -> None:
    """Without any, the reason is asked for; taking back always says why."""
    _action, submission, version = submitted(people)
    with pytest.raises(Refused, match="as a comment on a field"):
        return_to_author(submission, by=people["reviewer"], reason=" ")
    with pytest.raises(Refused, match="Say why it is taken back"):
        take_back(submission, by=people["researcher"], reason=" ")
    client, step = sign_in("reviewer"), reverse("admin:tracker_submission_step", args=[submission.pk, "return_to_author"])
    assert b'id="id_reason" rows="3" class="vLargeTextField" required' in client.get(step).content
    comment(version, field="description", text="Who says so?", by=people["reviewer"])
    assert b'id="id_reason" rows="3" class="vLargeTextField" required' not in client.get(step).content
    posted = {"action": "return_to_author", "confirmed": "1", "_selected_action": submission.pk, "reason": ""}
    client.post(reverse("admin:tracker_submission_changelist"), posted)
    submission.refresh_from_db()
    assert submission.state == State.RETURNED


def test_what_is_left_unsettled_is_said_where_it_is_approved(people: dict[str, User], sign_in: SignIn) -> None:
    """On the page of the step itself."""
    _action, submission, version = submitted(people)
    client, step = sign_in("reviewer"), reverse("admin:tracker_submission_step", args=[submission.pk, "approve"])
    assert "open comment" not in words(client.get(step))
    comment(version, text="Why so?", by=people["reviewer"])
    assert "1 open comment" in words(client.get(step))


def test_returned_work_goes_on_whole_and_shows_what_was_mended(people: dict[str, User], sign_in: SignIn) -> None:
    """What came back together is offered together; the reviewer sees the mend before the rest."""
    action, submission, _version = submitted(people)
    other = builders.document("OTHER", by=people["researcher"])
    take_back(submission, by=people["researcher"], reason="One more")
    returned = submit([action, other, *Document.objects.filter(key="PAPER")], by=people["researcher"], reason="Ready")
    return_to_author(returned, by=people["reviewer"], reason="Mend it")
    page = words(sign_in("researcher").get(reverse("admin:tracker_action_submit", args=[action.pk])))
    assert "came back with it" in page and "OTHER" in page
    action.description = "They were asked to leave."
    action.save()
    again = submit([action, other, *Document.objects.filter(key="PAPER")], by=people["researcher"], reason="Mended")
    page = words(sign_in("reviewer").get(page_of(again)))
    mended = page.split(f"Since #{returned.pk} was returned")
    assert len(mended) == 4, "each of the three says what came of it"
    assert sum("Nothing was changed." in part[:60] for part in mended[1:]) == 2
    assert any("They were asked to leave" in part[:200] for part in mended[1:])


# Paths


def test_a_field_is_found_again_in_the_next_version() -> None:
    """Wherever its part stands in the list now; not where the part is gone."""
    before = {"events": [{"kind": "occurred", "on": "2020", "note": "a"}, {"kind": "expired", "on": "2021", "note": "b"}], "title": "T"}
    after = {"events": [{"kind": "expired", "on": "2021", "note": "c"}], "title": "U"}
    assert same_place(before, "events.1.note", after) == "events.0.note"
    assert value_at(after, "events.0.note") == "c"
    assert same_place(before, "events.0.note", after) is None
    assert same_place(before, "title", after) == "title"
    assert same_place(before, "", after) == ""


# The page


def test_the_evidence_stands_beside_what_is_claimed(people: dict[str, User], sign_in: SignIn) -> None:
    """What the passage says, its words, where they stand, whose they are, how the publisher is placed, the copy, the labels."""
    _action, submission, _version = submitted(people)
    copy = Snapshot.objects.create(
        document=builders.Document.objects.get(key="PAPER"), sha256="a" * 64, size=1, media_type="text/html", captured_how="by hand",
        captured_at="2020-02-01T12:00:00Z", stored_as="aa",
    )  # fmt: skip
    SnapshotText.objects.create(snapshot=copy, text="They left the country at once.")
    page = sign_in("reviewer").get(page_of(submission))
    said = words(page)
    for expected in (
        "What EV says.", "They left the country at once.",
        "¶1 · Title of PAPER , An institute, undated · advocacy (It sells fences.) · single source",
        "Archived copy of Feb. 1, 2020 · its text is held", "Claimed by An institute", "First published.", "Description of ACT.",
    ):  # fmt: skip
        assert expected in said, expected
    assert b"<del>" not in page.content  # nothing was public before


def test_the_difference_is_said_in_words_and_what_it_will_be(people: dict[str, User], sign_in: SignIn) -> None:
    """Against the edition over which it was made: changed words, parts that came and went, citations, and whether it corrects."""
    action, submission, _version = submitted(people)
    publish(approve(submission, by=people["reviewer"]), by=people["reviewer"])
    action.refresh_from_db()
    action.description = "Description of the ACT."
    action.save()
    action.events.create(kind="expired", on="2021")
    action.citation_uses.update(stance="disputes")
    builders.cite(action, builders.citation(builders.Document.objects.get(key="PAPER"), "EW"))
    again = submit([action], by=people["researcher"], reason="Said better.")
    page = sign_in("reviewer").get(page_of(again))
    assert b"Description of <ins>the </ins>ACT." in page.content
    said = words(page)
    assert "added · expired · 2021" in said
    assert "corrected , against edition 1." in said and "It corrects what readers see" in said
    assert b"<del>supports</del><ins>disputes</ins>" in page.content
    assert "Disputed: 1 for, 1 against" in said
    assert "What stays as it was" in said


def test_a_void_version_says_who_edited_what(people: dict[str, User], sign_in: SignIn) -> None:
    """And where to submit again."""
    action, submission, _version = submitted(people)
    form = reverse("admin:tracker_action_change", args=[action.pk])
    from tests.admin.forms import Form

    assert Form(sign_in("researcher"), form).fill(title="Another title", why="Misread.").send().status_code == 302
    page = sign_in("reviewer").get(page_of(submission))
    said = words(page)
    assert "Void: the record was edited after it was submitted." in said
    assert "Researcher Person: Misread. Title: Title of ACT Another title" in said
    assert reverse("admin:tracker_action_submit", args=[action.pk]) in page.content.decode()


def test_a_version_that_was_overtaken_says_so(people: dict[str, User], sign_in: SignIn) -> None:
    """Two submissions of one record: when one comes out, the other cannot."""
    action, submission, _version = submitted(people)
    second = submit([action, builders.Document.objects.get(key="PAPER")], by=people["researcher"], reason="Once more.")
    publish(approve(submission, by=people["reviewer"]), by=people["reviewer"])
    assert "Overtaken: edition 1 of the record was published" in words(sign_in("reviewer").get(page_of(second)))


def test_from_a_comment_to_what_was_mended(people: dict[str, User], sign_in: SignIn) -> None:
    """Written beside two fields at once, counted, shown on the author's form, asked after on the next version, settled."""
    action, submission, version = submitted(people)
    reviewer, author = sign_in("reviewer"), sign_in("researcher")
    page = reviewer.get(page_of(submission))
    for path in ("description", "events.0.on", "citations.0", ""):
        assert f'name="text:{path}"' in page.content.decode(), path
    typed = {"text:description": "Who says so?", "text:events.0.on": "The 16th, I think.", "text:title": " ", "page": "submission"}
    kept = reviewer.post(reverse("admin:tracker_version_comment", args=[version.pk]), typed, follow=True)
    assert "2 comments are kept." in words(kept) and "2 open comments" in words(kept)
    assert "2 open comments" in words(reviewer.get(reverse("admin:tracker_submission_changelist")))
    return_to_author(submission, by=people["reviewer"], reason="")

    assert "returned, with open comments: 2" in words(author.get(reverse("admin:index")))
    form = author.get(reverse("admin:tracker_action_change", args=[action.pk]))
    assert "2 open comments: Description Who says so?" in words(form)
    assert "Events, occurred · 2020-01-15: Date The 16th, I think." in words(form)
    beside = form.content.decode().split('id="id_description_helptext"')[1].split("</div>")[0]
    assert "Who says so?" in beside

    action.description = "The ministry says so."
    action.save()
    again = submit([action, builders.Document.objects.get(key="PAPER")], by=people["researcher"], reason="Mended.")
    older = words(reviewer.get(page_of(again)))
    assert "Asked for earlier: was it mended?" in older
    assert "Description of ACT. The ministry says so." in older
    assert "Unchanged: 2020-01-15" in older

    remark = Comment.objects.get(field="description")
    address = reverse("admin:tracker_version_settle", args=[version.pk, remark.pk])
    assert "Who says so?" in words(author.get(address))
    author.post(address, {"answer": "Attributed."})
    remark.refresh_from_db()
    assert (remark.settled_by, remark.settled_note) == (people["researcher"], "Attributed.")
    assert "One open comment:" in words(author.get(reverse("admin:tracker_action_change", args=[action.pk])))
    seen = words(reviewer.get(page_of(submission)))
    assert "settled by Researcher Person" in seen and "Attributed." in seen


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_others_read_and_cannot_comment(role: str, people: dict[str, User], sign_in: SignIn) -> None:
    """No box, and no way round it."""
    _action, submission, version = submitted(people)
    remark = comment(version, field="title", text="Who says so?", by=people["reviewer"])
    client = sign_in(role)
    form = client.get(reverse("admin:tracker_action_change", args=[Action.objects.get().pk]))
    assert "Who says so?" in words(form) and b"/settle/" not in form.content
    page = client.get(page_of(submission))
    assert "Who says so?" in words(page) and b'name="text:' not in page.content and b"/settle/" not in page.content
    assert client.post(reverse("admin:tracker_version_comment", args=[version.pk]), {"text:title": "Mine."}).status_code == 403
    assert client.post(reverse("admin:tracker_version_settle", args=[version.pk, remark.pk]), {}).status_code == 403
    assert Comment.objects.count() == 1


def test_a_comment_that_is_refused_loses_no_word(people: dict[str, User], sign_in: SignIn) -> None:
    """Published while the reviewer wrote."""
    _action, submission, version = submitted(people)
    publish(approve(submission, by=people["reviewer"]), by=people["reviewer"])
    page = sign_in("reviewer").post(reverse("admin:tracker_version_comment", args=[version.pk]), {"text:title": "A long thought."})
    assert "The submission is published" in words(page) and "A long thought." in words(page)


def test_the_page_costs_the_same_for_two_versions_and_for_twelve(people: dict[str, User], sign_in: SignIn) -> None:
    """With evidence, comments and an edition before each; the form and the history of a record too."""
    client = sign_in("reviewer")

    def made(number: int) -> Submission:
        paper = builders.document(f"PAPER-{number}", by=people["researcher"])
        recommendation = builders.recommendation(f"REC-{number}", paper, by=people["researcher"])
        records: list[Any] = [paper, recommendation]
        for index in range(number):
            action = builders.action(f"ACT-{number}-{index}", by=people["researcher"])
            assessment = builders.assessment(
                f"AS-{number}-{index}", recommendation, by=people["researcher"], assessor_kind="third_party", assessor="A"
            )
            for record in (action, assessment):
                builders.cite(record, builders.citation(paper, f"EV-{record.key}"))
                records.append(record)
        publish(approve(submit(records, by=people["researcher"], reason="Ready"), by=people["reviewer"]), by=people["reviewer"])
        for record in records:
            record.note = "Edited."
            record.save()
        submission = submit(records, by=people["researcher"], reason="Again")
        for version in submission.versions.all():
            comment(version, field="note", text="Hm.", by=people["reviewer"])
        return submission

    def cost(submission: Submission) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(submission)).status_code == 200
        return len(queries)

    few, many = made(1), made(6)
    cost(few)
    assert cost(few) == cost(many) <= READING_BUDGET

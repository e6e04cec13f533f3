"""A day at the desk, through the forms alone: record, submit, be refused, approve, publish, edit, return."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.admin.forms import Form, errors, words
from tracker.admin.concurrency import what_goes
from tracker.editions.tables import AddresseeEdition, DocumentEdition, EffectEdition, RecommendationEdition
from tracker.models import (
    Action,
    Addressee,
    Assessment,
    Citation,
    CitationUse,
    Document,
    Effect,
    Recommendation,
    State,
    Submission,
    User,
    Version,
)

SignIn = Callable[[str], Client]
ADD = {name: f"/admin/tracker/{name}/add/" for name in ("document", "citation", "recommendation", "action", "assessment")}


def record_everything(client: Client) -> None:
    """What a researcher types on one day."""
    albania, measure = builders.government("AL", name="Albania"), builders.measure()
    paper = Form(client, ADD["document"]).fill(
        key="a-paper",
        kind="white_paper",
        title="A paper",
        author="An institute",
        language="en",
        interest="advocacy",
        published_on="February 2019",
    )
    assert paper.send().status_code == 302
    report = Form(client, ADD["document"]).fill(
        key="a-report",
        kind="news_report",
        title="A report",
        publisher="A paper of record",
        language="en",
        interest="press",
        published_on="2020-01-16",
    )
    assert report.send().status_code == 302
    asked, did = (
        Form(client, ADD["citation"]).fill(document=Document.objects.get(key=key).pk, locator="¶1", says=says).send()
        for key, says in (("a-paper", "Asks for expulsions."), ("a-report", "Two diplomats were expelled."))
    )
    assert asked.status_code == did.status_code == 302
    passages = {citation.document.key: citation.pk for citation in Citation.objects.select_related("document")}

    recommendation = Form(client, ADD["recommendation"]).fill(
        reference="REC-1", short_title="Expel officers", statement="Governments should expel them.", made_by="An institute",
        known_from=Document.objects.get(key="a-paper").pk, locator="¶1", recommended_on="2019-02", measure=measure.pk,
    )  # fmt: skip
    recommendation.row("addressees", government=albania.pk, basis="named")
    recommendation.row("citation_uses", citation=passages["a-paper"], stance="supports")
    assert recommendation.send().status_code == 302

    addressee = Addressee.objects.get()
    action = Form(client, ADD["action"]).fill(
        key="ACT-1",
        government=albania.pk,
        measure=measure.pk,
        title="Two diplomats expelled",
        body="Foreign ministry",
        description="It told two to leave.",
    )
    action.row("events", kind="occurred", on="15 January 2020", decisive=True)
    action.row("citation_uses", citation=passages["a-report"], stance="supports")
    action.row("effects", addressee=addressee.pk, direction="fulfils", reasoning="Two of them left.")
    assert action.send().status_code == 302

    assessment = Form(client, ADD["assessment"] + f"?addressee={addressee.pk}").fill(
        status="implemented", effective_on="2020-01-15", rationale="Two were expelled."
    )
    assessment.row("citation_uses", citation=passages["a-report"], stance="supports")
    assert assessment.send().status_code == 302


def submit(client: Client, record: Any, reason: str, *, also: list[str] | None = None) -> Any:
    """On the page that asks why, with what it proposes ticked and ``also`` besides."""
    form = Form(client, reverse(f"admin:tracker_{record._meta.model_name}_submit", args=[record.pk]))
    form.path = reverse(f"admin:tracker_{record._meta.model_name}_changelist")
    values = {**form.values, "reason": [reason], "also": [*form.values.get("also", []), *(also or [])]}
    return client.post(form.path, {**values, "action": "submit_for_review"}, follow=True)


def decide(client: Client, submission: Submission, step: str, reason: str = "") -> Any:
    """One step, on its page."""
    form = Form(client, reverse("admin:tracker_submission_step", args=[submission.pk, step]))
    return client.post(reverse("admin:tracker_submission_changelist"), {**form.values, "action": step, "reason": [reason]}, follow=True)


def test_from_a_source_to_a_published_status(people: dict[str, User], sign_in: SignIn) -> None:
    """Two people, the forms, and readers see it."""
    researcher, reviewer = sign_in("researcher"), sign_in("reviewer")
    record_everything(researcher)
    for model in (Document, Recommendation, Action, Assessment):
        for record in model.objects.all():
            assert (record.recorded_by, record.edited_by) == (people["researcher"], people["researcher"])
    assert Effect.objects.get().key

    # The assessment needs the recommendation and both documents; the action is about it and is ticked by hand.
    page = submit(researcher, Assessment.objects.get(), "First evidence found.", also=["action:ACT-1"])
    submission = Submission.objects.get()
    assert f"Submitted as #{submission.pk}" in words(page)
    assert {version.key for version in submission.versions.all()} == {
        "a-paper", "a-report", "REC-1", "ACT-1", Assessment.objects.get().key,
    }  # fmt: skip
    assert submission.reason == "First evidence found."
    assert not RecommendationEdition.objects.exists()

    # Not by the researcher's role, and not by its author in any role.
    refused = researcher.get(reverse("admin:tracker_submission_change", args=[submission.pk]))
    assert "Your role does not include this" in words(refused)
    assert "First evidence found." in words(refused)

    decide(reviewer, submission, "approve")
    submission.refresh_from_db()
    assert (submission.state, submission.decided_by) == (State.APPROVED, people["reviewer"])
    assert not RecommendationEdition.objects.exists()
    assert "is public as edition 1" in words(decide(reviewer, submission, "publish"))

    addressee = AddresseeEdition.objects.known_at(None).get(status="implemented")
    assert (addressee.recommendation, addressee.government, addressee.effective_on) == ("REC-1", "AL", "2020-01-15")
    assert EffectEdition.objects.known_at(None).get().earlier == "no"
    assert DocumentEdition.objects.known_at(None).get(key="a-paper").published_on == "2019-02"


@pytest.mark.parametrize("who", ["reviewer", "superuser"])
def test_nobody_approves_their_own(who: str, people: dict[str, User], sign_in: SignIn) -> None:
    """A reviewer may write and a superuser may do anything else: the button is disabled, says why, and posting past it fails too."""
    client = sign_in(who)
    document = builders.document("MINE", by=people[who])
    submit(client, document, "Ready")
    submission = Submission.objects.get()
    page = words(client.get(reverse("admin:tracker_submission_change", args=[submission.pk])))
    assert "You recorded or last edited MINE, or asked for its withdrawal; another person must approve it." in page
    answer = client.post(
        reverse("admin:tracker_submission_changelist"),
        {"action": "approve", "_selected_action": [submission.pk], "confirmed": "1", "reason": "Fine"},
    )
    assert "You recorded or last edited MINE, or asked for its withdrawal; another person must approve it." in words(answer)
    submission.refresh_from_db()
    assert submission.state == State.SUBMITTED


def test_an_edit_voids_the_approval(people: dict[str, User], sign_in: SignIn) -> None:
    """The form says so before, the publishing refuses after, and the editor cannot approve the new version."""
    researcher, reviewer = sign_in("researcher"), sign_in("reviewer")
    document = builders.document("DOC", by=people["researcher"])
    submit(researcher, document, "Ready")
    submission = Submission.objects.get()
    decide(reviewer, submission, "approve")
    address = reverse("admin:tracker_document_change", args=[document.pk])
    assert "An edit voids the approval" in words(reviewer.get(address))
    assert Form(reviewer, address).fill(note="A clearer note.").send().status_code == 302
    assert "which is void for that reason" in words(reviewer.get(address))
    assert "was edited after it was submitted" in words(decide(reviewer, submission, "publish"))
    assert not DocumentEdition.objects.exists()

    submit(researcher, document, "Again")
    page = words(reviewer.get(reverse("admin:tracker_submission_change", args=[Submission.objects.first().pk])))
    assert "You recorded or last edited DOC" in page


def test_no_list_is_edited_in_place(people: dict[str, User], sign_in: SignIn) -> None:
    """There the question why would not be asked: none offers it, and rows that are sent even so change nothing."""
    assert [page for page in admin.site._registry.values() if page.list_editable] == []
    document = builders.document("DOC", by=people["researcher"], publisher="A publisher")
    rows = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": document.pk, "form-0-publisher": "Another publisher"}
    sign_in("reviewer").post(reverse("admin:tracker_document_changelist"), {**rows, "_save": "Save"})
    document.refresh_from_db()
    assert document.publisher == "A publisher"


def test_an_edit_of_a_passage_is_an_edit_of_what_it_serves(people: dict[str, User], sign_in: SignIn) -> None:
    """Approval is of a record with its citations: whoever rewords a passage is the last editor of every record that cites it."""
    paper = builders.document("PAPER")
    passage = builders.citation(paper, "EV")
    recommendation, action = builders.recommendation("REC", paper), builders.action("ACT")
    assessment = builders.assessment("AS", recommendation)
    unrelated = builders.action("OTHER")
    for record in (recommendation, action, assessment):
        builders.cite(record, passage)
    form = Form(sign_in("reviewer"), reverse("admin:tracker_citation_change", args=[passage.pk]))
    assert form.fill(says="It says something else.").send().status_code == 302
    for record in (recommendation, action, assessment, unrelated):
        record.refresh_from_db()
        assert (record.edited_by == people["reviewer"]) == (record != unrelated), record


def test_a_change_of_rows_alone_is_an_edit(people: dict[str, User], sign_in: SignIn) -> None:
    """And saving a form in which nothing was changed is none."""
    paper = builders.document("PAPER")
    recommendation = builders.recommendation("REC", paper)
    address = reverse("admin:tracker_recommendation_change", args=[recommendation.pk])
    before = recommendation.edited_at
    assert Form(sign_in("reviewer"), address).send().status_code == 302
    recommendation.refresh_from_db()
    assert (recommendation.edited_by, recommendation.edited_at) == (builders.author(), before)
    form = Form(sign_in("reviewer"), address)
    form.row("addressees", government=builders.government("FR").pk, basis="tracked")
    assert form.send().status_code == 302
    recommendation.refresh_from_db()
    assert recommendation.edited_by == people["reviewer"]
    assert recommendation.edited_at > before


def test_a_public_record_is_changed_only_with_a_reason(people: dict[str, User], sign_in: SignIn) -> None:
    """The public page keeps the earlier version; the key stays; the history says who, what and why."""
    document = builders.document("DOC", by=people["researcher"])
    builders.put_out(document)
    client = sign_in("researcher")
    address = reverse("admin:tracker_document_change", args=[document.pk])
    page = client.get(address)
    assert "Readers keep seeing that version" in words(page)
    assert b'name="key"' not in page.content
    assert b'href="/documents/DOC/"' in page.content
    unexplained = Form(client, address).fill(title="A better title").send()
    assert errors(unexplained) == ["This record is public; say why you change it."]
    assert b"A better title" in unexplained.content
    assert Form(client, address).fill(title="A better title", why="As printed on the cover.").send().status_code == 302
    assert DocumentEdition.objects.known_at(None).get().title == "Title of DOC"
    assert "edited since edition 1" in words(client.get(reverse("admin:tracker_document_changelist")))
    history = words(client.get(reverse("admin:tracker_document_history", args=[document.pk])))
    assert "Researcher Person As printed on the cover. Title Title of DOC → A better title" in history
    assert "Published as a part of edition 1." in history

    submit(client, document, "Better title")
    reading = words(client.get(reverse("admin:tracker_submission_change", args=[Submission.objects.first().pk])))
    assert "What it changes Title Title of DOC A better title" in reading
    assert Version.objects.latest("id").content_hash in reading


def test_refusals_come_as_sentences_and_lose_nothing(people: dict[str, User], sign_in: SignIn) -> None:
    """All of them at once, with the reason still on the page; a submission without a reason is none."""
    paper = builders.document("PAPER", by=people["researcher"])
    recommendation = builders.recommendation("REC", paper, to=())
    client = sign_in("researcher")
    form = Form(client, reverse("admin:tracker_recommendation_submit", args=[recommendation.pk]))
    form.values["also"] = []
    changelist = reverse("admin:tracker_recommendation_changelist")
    answer = client.post(changelist, {**form.values, "action": "submit_for_review", "reason": "A reason of some length"})
    text = words(answer)
    assert "Recommendation REC has no addressee; add the governments that it addresses." in text
    assert "refers to document PAPER, which is not public; submit it too." in text
    assert "A reason of some length" in text
    assert "Say why" in words(client.post(changelist, {**form.values, "action": "submit_for_review", "reason": " "}))
    assert not Submission.objects.exists()


def test_returned_work_comes_back_to_its_author(people: dict[str, User], sign_in: SignIn) -> None:
    """With the reviewer's reason; it leaves the queue when it is submitted again, and can be taken back before it is decided."""
    document = builders.document("DOC", by=people["researcher"])
    researcher, reviewer = sign_in("researcher"), sign_in("reviewer")
    submit(researcher, document, "Ready")
    submission = Submission.objects.get()
    assert "Say why." in words(decide(reviewer, submission, "return_to_author"))
    decide(reviewer, submission, "return_to_author", "The date is missing.")
    front = words(researcher.get(reverse("admin:index")))
    assert "returned: The date is missing." in front
    listed = words(researcher.get(reverse("admin:tracker_submission_changelist") + "?queue=returned"))
    assert f"#{submission.pk}" in listed
    assert "The date is missing." in words(researcher.get(reverse("admin:tracker_submission_change", args=[submission.pk])))
    assert "1 To review" not in words(reviewer.get(reverse("admin:index")))
    assert "returned: The date is missing." not in words(reviewer.get(reverse("admin:index")))
    submit(researcher, document, "With its date")
    assert "returned: The date is missing." not in words(researcher.get(reverse("admin:index")))
    assert "1 To review" in words(reviewer.get(reverse("admin:index")))
    assert "was taken back" in words(decide(researcher, Submission.objects.first(), "take_back", "Not yet"))


def test_drafts_go_and_what_was_submitted_stays(people: dict[str, User], sign_in: SignIn) -> None:
    """One at a time and from the list."""
    client = sign_in("researcher")
    draft, kept = builders.document("DRAFT"), builders.document("KEPT")
    builders.put_out(kept)
    assert client.post(reverse("admin:tracker_document_delete", args=[kept.pk]), {"post": "yes"}).status_code == 403
    both = {"action": "delete_selected", "_selected_action": [draft.pk, kept.pk], "post": "yes", "_seen": what_goes([draft, kept])}
    assert client.post(reverse("admin:tracker_document_changelist"), both).status_code == 403
    assert Document.objects.count() == 2
    assert Form(client, reverse("admin:tracker_document_delete", args=[draft.pk])).fill(why="A double").send().status_code == 302
    assert list(Document.objects.all()) == [kept]
    event = Document.history.rel.related_model.objects.get(pgh_label="delete")
    assert event.pgh_context["reason"] == "A double"
    assert event.pgh_context["user"] == people["researcher"].pk


def test_a_withdrawal_is_reviewed_like_any_change(people: dict[str, User], sign_in: SignIn) -> None:
    """A reviewer asks for it; a second person decides."""
    document = builders.document("DOC")
    builders.put_out(document)
    client = sign_in("reviewer")
    form = Form(client, reverse("admin:tracker_document_withdraw", args=[document.pk]))
    page = client.post(reverse("admin:tracker_document_changelist"), {**form.values, "action": "withdraw_from_site", "reason": "A hoax"}, follow=True)
    assert "to be withdrawn" in words(page)
    submission = Submission.objects.first()
    assert "another person must approve it" in words(decide(client, submission, "approve"))
    assert DocumentEdition.objects.known_at(None).exists()
    second = sign_in("superuser")
    decide(second, submission, "approve")
    decide(second, submission, "publish")
    assert not DocumentEdition.objects.known_at(None).exists()
    assert "withdrawn" in words(client.get(reverse("admin:tracker_document_changelist")))


def test_a_citation_of_a_part_is_entered_on_its_page(people: dict[str, User], sign_in: SignIn) -> None:
    """A position's source, and the assessment is edited by it."""
    made = builders.everything()
    CitationUse.objects.filter(position=made["position"]).delete()
    form = Form(sign_in("reviewer"), reverse("admin:tracker_position_change", args=[made["position"].pk]))
    assert form.row("citation_uses", citation=made["citation"].pk, stance="supports").send().status_code == 302
    assert CitationUse.objects.get(position=made["position"]).citation == made["citation"]
    made["assessment"].refresh_from_db()
    assert made["assessment"].edited_by == people["reviewer"]

"""Translations at the desk: entered below the record, of the text as it stands, and said to be overtaken when that is changed."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.admin.forms import Form, errors, words
from tests.editorial.test_rebuild import body_of
from tracker.admin.comparing import compare
from tracker.editorial.verbs import approve, submit, take_back
from tracker.models import Recommendation, RecordKind, Translation

SignIn = Callable[[str], Client]
ROW = {"text": "statement", "language": "fr", "kind": "ours", "words": "Qu'ils le fassent.", "translator": "T. Raducteur"}


@pytest.fixture
def client(sign_in: SignIn) -> Client:
    """A researcher's."""
    return sign_in("researcher")


@pytest.fixture
def record(client: Client) -> Recommendation:
    """A recommendation without translations."""
    return builders.recommendation("REC", builders.document("PAPER"))


def form_of(client: Client, record: Recommendation) -> Form:
    return Form(client, reverse("admin:tracker_recommendation_change", args=[record.pk]))


def test_a_translation_is_of_the_text_as_the_same_form_leaves_it(client: Client, record: Recommendation) -> None:
    form = form_of(client, record).fill(statement="They should do it now.")
    assert form.row("translations", **ROW).send().status_code == 302
    found = Translation.objects.get()
    assert (found.translates, found.is_outdated) == ("They should do it now.", False)
    assert (found.words, found.translator, found.checked_by) == ("Qu'ils le fassent.", "T. Raducteur", "")


def test_a_text_that_is_changed_leaves_its_translation_behind_until_somebody_says_that_it_holds(client: Client, record: Recommendation) -> None:
    form_of(client, record).row("translations", **ROW).send()
    assert form_of(client, record).fill(statement="They should do it soon.").send().status_code == 302
    assert Translation.objects.get().is_outdated
    form = form_of(client, record)
    page = words(client.get(form.path))
    assert "The text was changed since. This translates an earlier wording: They should do REC." in page
    assert form.fill(**{"translations-0-translator": "Another"}).send().status_code == 302
    assert Translation.objects.get().is_outdated, "who made it says nothing of what it translates"
    assert form_of(client, record).fill(**{"translations-0-still_holds": True}).send().status_code == 302
    assert Translation.objects.get().translates == "They should do it soon."
    form_of(client, record).fill(statement="They should.").send()
    form_of(client, record).fill(**{"translations-0-words": "Ils devraient."}).send()
    assert not Translation.objects.get().is_outdated


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"language": "en"}, "The text is in this language already."),
        ({"language": "French"}, "Write a language tag, as fr, fa, ar or es."),
        ({"kind": "official"}, "Say where the official translation can be read."),
        ({"text": "target"}, "The record has no such text yet; write it first."),
        ({"translator": ""}, "This field is required."),
        ({"words": " "}, "This field is required."),
        ({"text": "rationale"}, "Select a valid choice. rationale is not one of the available choices."),
    ],
)
def test_what_is_amiss_is_said_beside_the_field(client: Client, record: Recommendation, typed: dict[str, str], sentence: str) -> None:
    answer = form_of(client, record).row("translations", **ROW | typed).send()
    assert sentence in errors(answer)
    assert not Translation.objects.exists()


def test_a_text_has_one_translation_a_language(client: Client, record: Recommendation) -> None:
    form_of(client, record).row("translations", **ROW).send()
    answer = form_of(client, record).row("translations", **ROW | {"words": "Autrement."}).send()
    assert errors(answer) != []
    assert Translation.objects.get().words == "Qu'ils le fassent."


def test_every_record_has_them_and_the_choices_are_its_own_texts(client: Client) -> None:
    made = builders.everything()
    for noun, texts in (
        ("document", ["title", "stake", "note"]),
        ("action", ["title", "description", "target", "scope_note", "note"]),
        ("assessment", ["rationale", "departure", "note"]),
    ):
        page = client.get(reverse(f"admin:tracker_{noun}_change", args=[made[noun].pk]))
        (shown,) = [each for each in page.context["inline_admin_formsets"] if each.formset.prefix == "translations"]
        assert [value for value, _label in shown.formset.empty_form.fields["text"].choices] == ["", *texts]


def test_a_changed_translation_voids_the_approval_by_form_and_by_sql(client: Client, record: Recommendation) -> None:
    builders.translation(record, "statement")
    for change in (
        lambda: form_of(client, record).fill(**{"translations-0-words": "Autrement."}).send(),
        lambda: Translation.objects.update(kind="machine"),
        lambda: Translation.objects.all().delete(),
        lambda: builders.translation(record, "short_title"),
    ):
        submission = submit([record.known_from, Recommendation.objects.get(pk=record.pk)], by=builders.author(), reason="a test")
        approve(submission, by=builders.reviewer())
        change()
        version = submission.versions.get(kind="recommendation")
        assert version.voided_at is not None
        take_back(submission, by=builders.author(), reason="once more")


def test_the_review_shows_it_in_words(record: Recommendation) -> None:
    before = body_of(record)
    builders.translation(record, "statement")
    (group,) = [group for group in compare(before, body_of(record), RecordKind.RECOMMENDATION).groups if group.changed]
    assert (group.label, [(item.title, item.state) for item in group.items]) == ("Translations", [("statement · fr", "added")])
    assert ("Kind", "our translation") in [(row.label, row.after) for row in group.items[0].rows]

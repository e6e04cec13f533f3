"""Merging a duplicate: everything that pointed at it is there afterwards, its address leads on, and a refusal changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models

from tests import builders
from tracker.editions.tables import (
    ActionEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    RecommendationEdition,
    RecordEdition,
)
from tracker.editorial import merging
from tracker.editorial.merging import MERGED, Merger, merge, rehearse
from tracker.editorial.verbs import Refused, approve, publish, return_to_author, submit, withdraw
from tracker.models import (
    Action,
    ActionEvent,
    Assessment,
    Capture,
    Citation,
    CitationUse,
    Document,
    Effect,
    LegalStatus,
    Party,
    Recommendation,
    Relation,
    Snapshot,
    Submission,
    Theme,
    User,
    Version,
)

pytestmark = pytest.mark.usefixtures("desk")


def merged(duplicate: Any, into: Any, **choices: str) -> Merger:
    """By the author, for a reason."""
    return merge(duplicate, into=into, by=builders.author(), reason="The same twice", choices=choices)


def put_out(done: Merger) -> None:
    """A second person approves and publishes it."""
    assert done.submission
    publish(approve(done.submission, by=builders.reviewer()), by=builders.reviewer())


def state_of_the_desk() -> dict[str, list[Any]]:
    """Every row of every table that a merger may touch."""
    tables = (Document, Citation, CitationUse, Recommendation, Relation, Action, Effect, Assessment, Submission, Version, Snapshot)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in tables}


def forwards() -> dict[str, str]:
    """Where withdrawn addresses lead."""
    return dict(RecordEdition.objects.known_at(None).filter(change="withdraw").values_list("key", "forwards_to"))


@pytest.mark.parametrize("model", MERGED)
def test_everything_that_can_point_at_a_duplicate_is_dealt_with(model: type[models.Model]) -> None:
    """A new relation to one of the kinds needs a decision."""
    pointing = {relation.get_accessor_name() for relation in model._meta.related_objects if not hasattr(relation.related_model, "pgh_tracked_model")}
    assert {str(name) for name in pointing} == MERGED[model]  # type: ignore[index]


def test_a_draft_document_goes_and_what_it_held_stays() -> None:
    made = builders.everything()
    twin = builders.document("TWIN")
    passages = [builders.citation(twin, "TWIN-1"), builders.citation(twin, "TWIN-2")]
    builders.cite(made["action"], passages[0])
    known = builders.recommendation("KNOWN", twin, made_in=twin)
    Capture.objects.create(requested_by=builders.author(), url="https://example.org/", document=twin)
    citations = Citation.objects.count()
    done = merged(twin, made["document"])
    assert done.deleted
    assert done.submission is None
    assert not Document.objects.filter(key="TWIN").exists()
    assert Citation.objects.count() == citations
    assert {passage.document_id for passage in Citation.objects.filter(key__startswith="TWIN")} == {made["document"].pk}
    known.refresh_from_db()
    assert {known.made_in_id, known.known_from_id} == {made["document"].pk}
    assert {record.public_key for record in done.drafts} == {"ACT-1", "KNOWN"}
    deleted = Document.history.rel.related_model.objects.get(pgh_label="delete")
    assert deleted.pgh_context == {"user": builders.author().pk, "reason": "The same twice"}


def test_archived_copies_are_kept_with_a_draft_that_held_them() -> None:
    made = builders.everything()
    other = builders.document("STAYS")
    done = merged(made["document"], other)
    assert not done.deleted
    assert [snapshot.sha256 for snapshot in other.snapshots.all()] == ["a" * 64]
    assert Document.objects.filter(key="REPORT").exists()


def chief() -> User:
    """A reviewer who wrote nothing of it."""
    return builders.user("chief", role="reviewer")


def test_a_public_document_leads_on_with_everything_that_cited_it() -> None:
    made = builders.everything()
    stays = builders.document("STAYS")
    builders.put_out(*builders.publishables(made), stays)
    cited = CitationEdition.objects.known_at(None).filter(document="REPORT").count()
    assert cited
    done = merged(made["document"], stays)
    assert not done.deleted
    assert {version.key for version in done.submission.versions.filter(change="publish")} >= {"ACT-1", "ACT-2", "REC-1", "AS-2", "AS-3"}
    assert DocumentEdition.objects.known_at(None).filter(key="REPORT").exists(), "nothing is public before a second person approves"
    author = builders.author()
    author.groups.set(Group.objects.filter(name="reviewer"))
    with pytest.raises(Refused, match="another person"):
        approve(done.submission, by=User.objects.get(pk=author.pk))
    put_out(done)
    assert forwards() == {"REPORT": "STAYS"}
    assert not CitationEdition.objects.known_at(None).filter(document="REPORT").exists()
    assert CitationEdition.objects.known_at(None).filter(document="STAYS").count() == cited
    row = RecordEdition.objects.known_at(None).get(key="REPORT")
    assert (row.nature, row.reason) == ("merged", "The same twice")


def test_a_public_recommendation_gives_what_the_other_lacks() -> None:
    """Another government, an action, a verdict, a relation, a source, a theme."""
    made = builders.everything()
    twin = builders.recommendation("TWIN", made["paper"], to=("AL", "FR"))
    twin.themes.add(Theme.objects.create(key="more", name="more"))
    passage = builders.citation(made["paper"], "EV-3")
    builders.cite(twin, passage)
    french = builders.action("FRENCH", code="FR")
    builders.cite(french, made["citation"])
    builders.effect(french, twin, code="FR")
    # One action bears on both, alike: once is enough. A second bears on the duplicate alone.
    same = builders.effect(made["action"], twin)
    undoing = builders.action("LIFTED", on="2022")
    builders.cite(undoing, made["citation"])
    builders.effect(undoing, twin, direction="", undoes=same)
    verdict = builders.assessment("AS-FR", twin, code="FR")
    builders.cite(verdict, made["citation"])
    Relation.objects.create(recommendation=twin, kind="repeats", other=made["recommendation"])
    Relation.objects.create(recommendation=made["other"], kind="narrows", other=twin)
    builders.put_out(*builders.publishables(made), twin, french, undoing, verdict)
    effects = EffectEdition.objects.known_at(None).count()

    done = merged(twin, made["recommendation"])
    assert not done.questions
    put_out(done)
    assert forwards() == {"TWIN": "REC-1"}
    body = RecordEdition.objects.known_at(None).get(key="REC-1").body
    assert [addressee["government"] for addressee in body["addressees"]] == ["AL", "FR"]
    assert [theme["key"] for theme in body["themes"]] == ["more", "safety"]
    assert {citation["key"] for citation in body["citations"]} == {"EV-1", "EV-3"}
    assert {relation["other"] for relation in body["relations"]} == {"OTHER-1"}
    assert RecordEdition.objects.known_at(None).get(key="OTHER-1").body["relations"] == [{"kind": "narrows", "other": "REC-1", "note": ""}]
    assert AssessmentEdition.objects.known_at(None).get(key="AS-FR").recommendation == "REC-1"
    held = EffectEdition.objects.known_at(None)
    assert {effect.recommendation for effect in held} == {"REC-1"}
    assert held.count() == effects - 1
    assert Effect.objects.get(action=undoing).undoes == made["effect"]
    assert not RecommendationEdition.objects.known_at(None).filter(reference="TWIN").exists()


def two_verdicts() -> dict[str, Any]:
    """Two public recommendations, each with the staff's verdict on Albania."""
    made = builders.everything()
    twin = builders.recommendation("TWIN", made["paper"])
    verdict = builders.assessment("TWIN-AS", twin, status="partially_implemented", effective_on="2021")
    builders.cite(verdict, made["citation"])
    made |= {"twin": twin, "verdict": verdict}
    builders.put_out(*builders.publishables(made))
    return made


@pytest.mark.parametrize(
    ("choice", "chain"),
    [("keep", ["AS-1", "AS-2"]), ("after", ["AS-1", "AS-2", "TWIN-AS"]), ("before", ["TWIN-AS", "AS-1", "AS-2"])],
)
def test_two_chains_become_the_one_that_a_person_chooses(choice: str, chain: list[str]) -> None:
    made = two_verdicts()
    put_out(merged(made["twin"], made["recommendation"], **{"chain-AL": choice}))
    public = {row.key: row.supersedes for row in AssessmentEdition.objects.known_at(None).filter(assessor_kind="staff")}
    assert public == dict(zip(chain, [None, *chain], strict=False))
    assert forwards() == {"TWIN": "REC-1"} | ({"TWIN-AS": ""} if choice == "keep" else {})


def test_a_choice_is_asked_for_and_nothing_happens_without_it() -> None:
    made = two_verdicts()
    before = state_of_the_desk()
    with pytest.raises(ValidationError, match="Choose which assessments hold"):
        merged(made["twin"], made["recommendation"])
    assert state_of_the_desk() == before


def test_a_rehearsal_says_what_a_merger_does_and_leaves_no_trace() -> None:
    made = two_verdicts()
    before = state_of_the_desk()
    shown = rehearse(made["twin"], into=made["recommendation"], by=builders.author(), choices={"chain-AL": "after"})
    assert state_of_the_desk() == before
    done = merged(made["twin"], made["recommendation"], **{"chain-AL": "after"})
    assert shown.moved == done.moved
    assert [str(record) for record in shown.publishing] == [str(record) for record in done.publishing]
    assert shown.refusals == []


def test_effects_that_differ_are_a_choice() -> None:
    made = builders.everything()
    twin = builders.recommendation("TWIN", made["paper"])
    builders.effect(made["action"], twin, direction="contradicts", key="OTHER-WAY")
    builders.put_out(*builders.publishables(made), twin)
    with pytest.raises(ValidationError, match="fulfils and contradicts"):
        merged(twin, made["recommendation"])
    put_out(merged(twin, made["recommendation"], **{"effect-OTHER-WAY": "take"}))
    effect = EffectEdition.objects.known_at(None).get(action="ACT-1")
    assert (effect.key, effect.direction) == ("OTHER-WAY", "contradicts")
    assert Effect.objects.get(action=made["reversing_action"]).undoes.key == "OTHER-WAY"


def test_a_public_action_gives_its_effects_statuses_and_sources() -> None:
    made = builders.everything()
    other = builders.recommendation("REC-2", made["paper"])
    twin = builders.action("TWIN", on="2020-01")
    ActionEvent.objects.create(action=twin, kind="announced", on="2019-12")
    passage = builders.citation(made["document"], "EV-3")
    builders.cite(twin, passage)
    builders.effect(twin, other, key="LK-TWIN")
    person = Party.objects.create(key="another", kind="person", name="Another")
    for party in (person, made["party"]):
        builders.cite(LegalStatus.objects.create(action=twin, party=party, standing="expelled", on="2020-01-15", said_by="The ministry"), passage)
    builders.put_out(*builders.publishables(made), other, twin)
    put_out(merged(twin, made["action"], **{"event-occurred-2020-01": "keep"}))
    assert forwards() == {"TWIN": "ACT-1"}
    body = RecordEdition.objects.known_at(None).get(key="ACT-1").body
    assert {effect["key"] for effect in body["effects"]} == {"LK-ACT-1-REC-1-AL", "LK-TWIN"}
    assert [(event["kind"], event["on"], event["decisive"]) for event in body["events"]] == [
        ("announced", "2019-12", False),
        ("occurred", "2020-01-15", True),
    ]
    assert [party["name"] for party in body["parties"]] == ["A Person", "Another"]
    assert {citation["key"] for citation in body["parties"][0]["citations"]} == {"EV-1", "EV-3"}
    assert {citation["key"] for citation in body["citations"]} == {"EV-1", "EV-2", "EV-3"}
    assert not ActionEdition.objects.known_at(None).filter(key="TWIN").exists()


def events_of(action: Action) -> set[tuple[str, str, bool, str]]:
    """Kind, date, whether it decides, note."""
    return {(event.kind, str(event.on), event.decisive, event.note) for event in ActionEvent.objects.filter(action=action)}


def asked(duplicate: Any, into: Any, **choices: str) -> set[str]:
    """The names of the questions that wait for an answer."""
    found = rehearse(duplicate, into=into, by=builders.author(), choices=choices)
    assert not found.refusals
    return {question.name for question in found.questions if not question.chosen}


@pytest.mark.parametrize(
    ("answer", "events"),
    [
        ("keep", {("occurred", "2020-01", True, "From the gazette.")}),
        ("take", {("occurred", "2020-01-15", True, "From the gazette.")}),
        ("both", {("occurred", "2020-01", True, ""), ("occurred", "2020-01-15", False, "From the gazette.")}),
    ],
)
def test_dates_that_overlap_are_one_event_or_two_as_a_person_says(answer: str, events: set[Any]) -> None:
    """The more precise date, the note and the decisive mark of the duplicate are lost in no case."""
    stays, twin = builders.action("STAYS", on="2020-01"), builders.action("TWIN", on="2020-01-15")
    twin.events.update(note="From the gazette.")
    choices = {"event-occurred-2020-01-15": answer}
    assert asked(twin, stays) == {"event-occurred-2020-01-15"}
    if answer == "both":
        assert asked(twin, stays, **choices) == {"decisive"}
        choices["decisive"] = "keep"
    merged(twin, stays, **choices)
    assert events_of(stays) == events


def test_an_event_that_is_there_takes_over_the_mark_and_the_note_that_it_lacks() -> None:
    stays, twin = builders.action("STAYS"), builders.action("TWIN")
    stays.events.update(decisive=False)
    twin.events.update(note="From the gazette.")
    ActionEvent.objects.create(action=twin, kind="repealed", on="2022")
    assert not asked(twin, stays)
    merged(twin, stays)
    assert events_of(stays) == {("occurred", "2020-01-15", True, "From the gazette."), ("repealed", "2022", False, "")}


@pytest.mark.parametrize(("answer", "decisive"), [("keep", "2020-01-15"), ("take", "2018")])
def test_two_decisive_dates_and_two_notes_are_a_choice(answer: str, decisive: str) -> None:
    """The order of the action follows from it."""
    stays, twin = builders.action("STAYS"), builders.action("TWIN", on="2018")
    stays.events.update(note="One says.")
    ActionEvent.objects.create(action=twin, kind="occurred", on="2020-01-15", note="Another says.")
    questions = {"decisive", "event-occurred-2020-01-15-note"}
    assert asked(twin, stays) == questions
    merged(twin, stays, **dict.fromkeys(questions, answer))
    assert events_of(stays) == {
        ("occurred", "2018", decisive == "2018", ""),
        ("occurred", "2020-01-15", decisive != "2018", "One says." if answer == "keep" else "Another says."),
    }


@pytest.mark.parametrize("answer", ["keep", "take"])
def test_what_is_said_of_a_shared_addressee_is_taken_over_or_asked(answer: str) -> None:
    """And of a legal status and a cited source that both have."""
    made = builders.everything()
    twin = builders.recommendation("TWIN", made["paper"], to=("AL",))
    twin.addressees.update(note="Named on page 4.", basis="tracked")
    builders.cite(twin, made["citation"], "disputes")
    questions = {"addressee-AL-note", "addressee-AL-basis", f"cited-recommendation-{made['recommendation_use'].pk}-stance"}
    assert asked(twin, made["recommendation"]) == questions
    merged(twin, made["recommendation"], **dict.fromkeys(questions, answer))
    addressee = made["recommendation"].addressees.get()
    use = made["recommendation"].citation_uses.get()
    kept = {"keep": ("named", "A note.", "supports"), "take": ("tracked", "Named on page 4.", "disputes")}
    assert (addressee.basis, addressee.note, use.stance) == kept[answer]


def test_a_draft_that_was_returned_is_kept_with_its_review() -> None:
    """Its submission stays answerable, by a record that is there."""
    duplicate, into = builders.document("RETURNED"), builders.document("INTO")
    builders.citation(duplicate, "EV-1")
    submission = submit([duplicate], by=builders.author(), reason="a test")
    return_to_author(submission, by=builders.reviewer(), reason="Say who wrote it")
    done = merged(duplicate, into)
    assert not done.deleted
    assert done.moved[-1] == "RETURNED was submitted once, and what was submitted stays: it stays as a draft."
    assert Document.objects.filter(key="RETURNED").exists()
    assert Citation.objects.get().document == into


def test_an_effect_never_undoes_itself() -> None:
    """The duplicate reverses what the record that stays did: it cannot stand in its place."""
    made = builders.everything()
    draft = builders.recommendation("DRAFT", made["paper"])
    done = builders.effect(builders.action("DONE"), draft, key="DONE")
    lifted = builders.effect(builders.action("LIFTED", on="2022"), draft, key="LIFTED", direction="", undoes=done)
    choices = {"event-occurred-2022": "both", "decisive": "keep"}
    found = rehearse(lifted.action, into=done.action, by=builders.author(), choices=choices)
    assert [value for question in found.questions if question.name == "effect-LIFTED" for value, _words in question.options] == ["keep"]
    with pytest.raises(ValidationError, match="Choose one"):
        merged(lifted.action, done.action, **choices, **{"effect-LIFTED": "take"})
    other_way = rehearse(done.action, into=lifted.action, by=builders.author(), choices=choices)
    assert [value for question in other_way.questions if question.name == "effect-DONE" for value, _words in question.options] == ["take"]
    merged(lifted.action, done.action, **choices, **{"effect-LIFTED": "keep"})
    assert [(effect.key, effect.undoes) for effect in Effect.objects.filter(addressee__recommendation=draft)] == [("DONE", None)]


def test_a_refusal_of_the_database_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is that does not fit."""
    stays, twin = builders.action("STAYS"), builders.action("TWIN", on="2018")
    before = state_of_the_desk()

    def two_decide(self: Any, decisive: ActionEvent, wanted: ActionEvent) -> None:
        ActionEvent.objects.filter(action=self.into).update(decisive=True)

    monkeypatch.setattr(merging._Merger, "_decisive", two_decide)
    sentence = "TWIN cannot be merged into STAYS so"
    with pytest.raises(Refused, match=sentence):
        merged(twin, stays)
    assert sentence in rehearse(twin, into=stays, by=builders.author()).refusals[0]
    assert state_of_the_desk() == before


def test_a_public_duplicate_of_a_draft_publishes_the_draft_with_it() -> None:
    duplicate, draft = builders.document("OLD"), builders.document("NEW")
    builders.put_out(duplicate)
    put_out(merged(duplicate, draft))
    assert forwards() == {"OLD": "NEW"}
    assert DocumentEdition.objects.known_at(None).get().key == "NEW"


def test_a_chain_leads_through_and_never_in_a_circle() -> None:
    one, two, three = (builders.document(key) for key in ("ONE", "TWO", "THREE"))
    builders.put_out(one, two, three)
    put_out(merged(one, two))
    put_out(merged(two, three))
    assert forwards() == {"ONE": "TWO", "TWO": "THREE"}
    with pytest.raises(Refused, match="withdrawn from the site already"):
        merged(three, one)


def test_two_mergers_under_way_make_no_circle() -> None:
    one, two = builders.document("ONE"), builders.document("TWO")
    builders.put_out(one, two)
    there, back = merged(one, two), merged(two, one)
    put_out(there)
    approve(back.submission, by=builders.reviewer())
    with pytest.raises(Refused, match="would lead to ONE, which is not public"):
        publish(back.submission, by=builders.reviewer())
    assert forwards() == {"ONE": "TWO"}


def test_an_address_leads_to_nothing_that_is_not_public() -> None:
    """Whoever asks for it by the verb itself."""
    public, draft = builders.document("PUBLIC"), builders.document("DRAFT")
    builders.put_out(public)
    with pytest.raises(ValidationError, match="PUBLIC would lead to DRAFT, which is not public"):
        submit([], by=builders.author(), reason="a test", withdrawing={public: "DRAFT"})
    with pytest.raises(ValidationError, match="PUBLIC would lead to PUBLIC"):
        submit([], by=builders.author(), reason="a test", withdrawing={public: "PUBLIC"})
    assert submit([draft], by=builders.author(), reason="a test", withdrawing={public: "DRAFT"}).versions.count() == 2


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        (lambda made: (made["assessment"], made["earlier_assessment"]), "Only two documents"),
        (lambda made: (made["action"], made["document"]), "Only two documents"),
        (lambda made: (made["action"], made["action"]), "Choose another record"),
        (lambda made: (made["action"], builders.action("FRENCH", code="FR")), "they are not the same action"),
    ],
)
def test_what_cannot_be_merged_is_said(pair: Callable[[dict[str, Any]], tuple[Any, Any]], sentence: str) -> None:
    duplicate, into = pair(builders.everything())
    before = state_of_the_desk()
    with pytest.raises(Refused, match=sentence):
        merged(duplicate, into)
    assert rehearse(duplicate, into=into, by=builders.author()).refusals
    assert state_of_the_desk() == before


def test_a_draft_that_waits_for_review_is_taken_back_first() -> None:
    waiting, into = builders.document("WAITING"), builders.document("INTO")
    submission = submit([waiting], by=builders.author(), reason="a test")
    with pytest.raises(Refused, match=f"WAITING waits in submission #{submission.pk}"):
        merged(waiting, into)


def test_nothing_is_half_written_when_the_submission_is_refused() -> None:
    """The draft that stays lacks what publication needs."""
    made = builders.everything()
    draft = builders.action("DRAFT")
    ActionEvent.objects.filter(action=draft).delete()
    builders.put_out(*builders.publishables(made))
    ActionEvent.objects.filter(action=made["action"]).delete()
    before = state_of_the_desk()
    with pytest.raises(ValidationError, match="Action DRAFT has no decisive event"):
        merged(made["action"], draft)
    assert state_of_the_desk() == before


def test_a_merger_says_why() -> None:
    with pytest.raises(Refused, match="Say why"):
        merge(builders.document("ONE"), into=builders.document("TWO"), by=builders.author(), reason=" ")


def test_the_key_of_a_withdrawn_record_is_nobody_elses() -> None:
    """Even where the record has gone from the desk."""
    document = builders.document("KEY")
    builders.put_out(document)
    publish(approve(withdraw([document], by=chief(), reason="A hoax"), by=builders.reviewer()), by=builders.reviewer())
    document.delete()
    with pytest.raises(Refused, match="KEY was the key of a record that was withdrawn in edition 2"):
        submit([builders.document("KEY")], by=builders.author(), reason="a test")


def test_a_withdrawn_record_may_come_back_itself() -> None:
    document = builders.document("KEY")
    builders.put_out(document)
    publish(approve(withdraw([document], by=chief(), reason="A hoax"), by=builders.reviewer()), by=builders.reviewer())
    builders.put_out(document)
    assert DocumentEdition.objects.known_at(None).get().key == "KEY"


def test_a_withdrawal_goes_with_the_new_version_of_what_referred_to_it() -> None:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    CitationUse.objects.filter(citation=made["dispute"]).delete()
    Recommendation.objects.update(known_from=made["document"], made_in=None)
    records = [made[name] for name in ("action", "recommendation", "other")]
    done = withdraw([made["paper"]], by=chief(), reason="A hoax", alongside=records)
    publish(approve(done, by=builders.reviewer()), by=builders.reviewer())
    assert DocumentEdition.objects.known_at(None).get().key == "REPORT"


def test_a_translation_follows_the_words_that_it_translates() -> None:
    """To the record that stays where that says the same; elsewhere it would be of words that nobody said there."""
    paper = builders.document("PAPER")
    into = builders.recommendation("STAYS", paper, short_title="Expel officers", statement="They should.")
    duplicate = builders.recommendation("GOES", paper, short_title="Expel officers", statement="They should do it.")
    builders.translation(duplicate, "short_title", "fr", words="Expulser")
    builders.translation(duplicate, "short_title", "es", words="Expulsar")
    builders.translation(duplicate, "statement", "fr")
    builders.translation(into, "short_title", "es", words="Echar")
    done = merged(duplicate, into)
    found = into.translations.values_list("text", "language", "words")
    assert sorted(found) == [("short_title", "es", "Echar"), ("short_title", "fr", "Expulser")]
    assert "Translation: short_title (fr), A translator" in done.moved
    assert "Translation: short_title (es), A translator" in done.there_already
    assert "statement (fr), A translator stays with GOES: the other record does not say what it translates." in done.moved

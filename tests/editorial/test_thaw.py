"""Restoring: whatever a body says, writing a record back to it and freezing it again gives that body."""

import random
from typing import Any

import pghistory
import pytest

from tests import builders
from tests.editorial.test_rebuild import body_of
from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import KINDS, MODELS, Body, kind_of
from tracker.editorial.thaw import DESK_ONLY, PLAIN, plan, restore
from tracker.editorial.verbs import Refused
from tracker.models import (
    Action,
    ActionEvent,
    Assessment,
    Citation,
    CitationUse,
    DeadlineMove,
    Document,
    LegalStatus,
    Party,
    Position,
    Recommendation,
    RecordKind,
    Relation,
    Reply,
    Search,
    Theme,
    Version,
)


def fuller() -> dict[str, Any]:
    """Everything, with a reply, a moved deadline and an effect that undoes one of the same action."""
    made = builders.everything()
    made["reply"] = Reply.objects.create(key="RE-1", action=made["action"], said_by="The embassy", on="2020-02", words="Non.", language="fr")
    builders.cite(made["reply"], made["citation"])
    second = Reply.objects.create(key="RE-2", assessment=made["assessment"], said_by="The ministry", on="2020-03", words="No.", language="en")
    builders.cite(second, made["citation"])
    DeadlineMove.objects.create(
        recommendation=made["recommendation"], before="2019", after="2020", moved_on="2019-12", moved_by="The inquiry", reason="Late."
    )
    return made


def disturb(record: Any, chance: random.Random) -> None:
    """Random edits of a record and its parts, as the forms allow them."""
    spare = Document.objects.filter(key="SPARE").first() or builders.document("SPARE")
    passage = Citation.objects.filter(key="SPARE").first() or builders.citation(spare, "SPARE")

    def maybe() -> bool:
        return chance.random() < 0.5

    def some(rows: Any) -> list[Any]:
        return [row for row in rows if maybe()]

    record.note = "Edited."
    record.save()
    for row in some(record.translations.all()):
        row.delete()
    record.translations.update(words="Other", kind="machine", url="")
    if not record.translations.filter(text="note", language="fa").exists():
        builders.translation(record, "note", "fa")
    for use in CitationUse.objects.filter(**{kind_of(record): record}) if not isinstance(record, Document) else ():
        if maybe():
            use.delete()
        else:
            use.stance = "context"
            use.save()
    if maybe() and not isinstance(record, Document) and not record.citation_uses.filter(citation=passage).exists():
        builders.cite(record, passage)
    match record:
        case Document():
            Document.objects.filter(pk=record.pk).update(title="Other", published_on=None, interest="academic", title_is_description=maybe())
        case Recommendation():
            Recommendation.objects.filter(pk=record.pk).update(
                statement="Other", recommended_on="2018", made_in=None, known_from=spare, measure=builders.measure("other"), criteria_full=""
            )
            record.themes.set([Theme.objects.get_or_create(key="other", name="other")[0]])
            for row in some(record.relations.all()):
                row.delete()
            if maybe():
                other = Recommendation.objects.exclude(pk=record.pk).first()
                Relation.objects.get_or_create(recommendation=record, kind="narrows", other=other)
            for row in record.addressees.all():
                row.note, row.basis = "Other", "tracked" if maybe() else row.basis
                row.save()
            for row in some(record.addressees.filter(assessments=None, effects=None)):
                row.delete()
            record.addressees.get_or_create(government=builders.government("ZZ"))
            for row in some(record.deadline_moves.all()):
                row.delete()
            if maybe():
                DeadlineMove.objects.create(recommendation=record, before="2001", moved_on=str(chance.randrange(1000, 2000)), reason="Other.")
        case Action():
            Action.objects.filter(pk=record.pk).update(title="Other", measure=builders.measure("other"), government=builders.government("ZZ"))
            events = list(record.events.all())
            for row in some(events):
                row.delete()
            record.events.update(decisive=False)
            ActionEvent.objects.create(action=record, kind="announced", on=str(chance.randrange(1000, 2000)), decisive=maybe())
            for row in record.legal_statuses.all():
                if maybe():
                    row.delete()
                else:
                    row.wording = "Other"
                    row.save()
                    row.citation_uses.all().delete()
            LegalStatus.objects.create(
                action=record,
                party=Party.objects.get_or_create(key="other", kind="unnamed", name="Others")[0],
                standing="alleged",
                on=str(chance.randrange(1000, 2000)),
                said_by="A",
            )
            for row in record.effects.filter(undone_by=None):
                if maybe():
                    row.delete()
                else:
                    row.reasoning = "Other"
                    row.save()
            _edit_replies(record.replies, passage, some)
        case Assessment():
            Assessment.objects.filter(pk=record.pk).update(rationale="Other", status="rejected", effective_on="2001", departure="Other")
            for row in some(record.searches.all()):
                row.delete()
            Search.objects.filter(assessment=record).update(found="Other")
            for row in some(record.positions.all()):
                row.delete()
            for row in record.positions.all():
                row.answer = "noted"
                row.save()
                row.citation_uses.all().delete()
            Position.objects.create(assessment=record, answer="rejected", on="2003", said_by="Other")
            _edit_replies(record.replies, passage, some)


def _edit_replies(replies: Any, passage: Citation, some: Any) -> None:
    for row in some(replies.all()):
        row.delete()
    replies.update(words="Other")
    for row in replies.all():
        if not row.citation_uses.filter(citation=passage).exists():
            builders.cite(row, passage)
    replies.create(said_by="Other", on="2004", words="Other", language="en")


def give_back(record: Any, body: Body, *, by: Any = None, **options: Any) -> Any:
    return restore(kind_of(record), body, record, by=by or builders.reviewer(), reason="It was right.", source="a test", **options)


@pytest.mark.parametrize("seed", range(6))
def test_what_was_restored_freezes_as_it_was(seed: int, desk: str) -> None:
    """Every noun, each as full as it can be, after random edits; the others stay as they are meanwhile."""
    chance = random.Random(seed)
    made = fuller()
    for record in builders.publishables(made):
        body = body_of(record)
        fresh = type(record).objects.get(pk=record.pk)
        disturb(fresh, chance)
        assert body_of(record) != body
        restored = give_back(record, body)
        assert body_of(record) == body
        assert restored.edited_by == builders.reviewer()


def test_every_body_of_the_case_files_comes_back(casefile_desk: str) -> None:
    """As published: some of each kind, disturbed and restored."""
    chance = random.Random(7)
    for kind in RecordKind:
        editions = list(RecordEdition.desk.known_at(None).filter(kind=kind))
        for edition in chance.sample(editions, min(25, len(editions))):
            lookup = "reference" if kind is RecordKind.RECOMMENDATION else "key"
            record = MODELS[kind].objects.get(**{lookup: edition.key})
            disturb(record, chance)
            give_back(record, edition.body)
            assert body_of(record) == edition.body, edition.key


def test_a_body_comes_back_even_where_the_record_is_gone(desk: str) -> None:
    """A deleted draft is made again, with its passages and parties, under its keys."""
    made = fuller()
    bodies = {name: body_of(made[name]) for name in ("outside_assessment", "reversing_action", "document")}
    made["outside_assessment"].delete()
    made["reversing_action"].delete()
    for name in ("outside_assessment", "reversing_action"):
        kind = KINDS[type(made[name])]
        again = restore(kind, bodies[name], None, by=builders.reviewer(), reason="Needed.", source="the history")
        assert body_of(again) == bodies[name]
        assert (again.recorded_by, again.edited_by) == (builders.reviewer(), builders.reviewer())


def test_a_passage_that_is_gone_is_made_again_with_its_key(desk: str) -> None:
    made = fuller()
    body = body_of(made["action"])
    CitationUse.objects.filter(citation=made["dispute"]).delete()
    made["dispute"].delete()
    LegalStatus.objects.all().delete()
    Party.objects.all().delete()
    give_back(made["action"], body)
    assert body_of(made["action"]) == body
    assert Party.objects.get().key == "a-person"


def test_what_the_desk_keeps_for_itself_comes_back_too(desk: str) -> None:
    """No body holds when a verdict is due for review, where in a copy's text the cited words stand, or what is noted of a party."""
    made = fuller()
    marked = {"archived_as": "a" * 64, "begins": 10, "ends": 26}
    Citation.objects.filter(key="EV-2").update(exact="left the country", **marked)
    Party.objects.update(note="Not to be confused with another.")
    body = body_of(made["action"])

    def place() -> dict[str, Any]:
        return Citation.objects.values("archived_as", "begins", "ends").get(key="EV-2")

    Citation.objects.filter(key="EV-2").update(says="Something else.")
    give_back(made["action"], body)
    assert place() == marked, "its words stand where they stood"
    for changed in ({"exact": "left"}, {"archived_as": "b" * 64}):
        Citation.objects.filter(key="EV-2").update(**changed)
        give_back(made["action"], body)
        assert place() == {"archived_as": "a" * 64, "begins": None, "ends": None}, "nobody knows where these words stand"
        Citation.objects.filter(key="EV-2").update(**marked)

    CitationUse.objects.filter(citation=made["dispute"]).delete()
    made["dispute"].delete()
    LegalStatus.objects.all().delete()
    Party.objects.all().delete()
    give_back(made["action"], body)
    assert place() == marked
    assert Party.objects.get().note == "Not to be confused with another."

    verdict = made["outside_assessment"]
    Assessment.objects.filter(pk=verdict.pk).update(review_on="2031-05")
    body = body_of(verdict)
    verdict.delete()
    again = restore(RecordKind.ASSESSMENT, body, None, by=builders.reviewer(), reason="Needed.", source="the history")
    again.refresh_from_db()
    assert str(again.review_on) == "2031-05"


def test_every_column_is_the_bodys_or_the_desks() -> None:
    """A new column of a record or a passage is restored in one way or the other."""
    written = {"id", "recorded_by", "recorded_at", "edited_by", "edited_at", "key", "reference", "document", "addressee", "supersedes", "government"}
    written |= {"measure", "made_in", "known_from", "kind", "name", "assessment", "action", "recommendation"}
    for model in {*PLAIN, *DESK_ONLY}:
        columns = {column.name for column in model._meta.concrete_fields}
        assert columns <= written | {*PLAIN.get(model, ()), *DESK_ONLY.get(model, ())}, model


def test_a_passage_that_others_use_keeps_its_wording_unless_that_is_asked_for(desk: str) -> None:
    """The plan says whom it serves; if it goes back, its restorer edited those records too."""
    made = fuller()
    body = body_of(made["action"])
    Citation.objects.filter(key="EV-1").update(says="Something else.")
    Citation.objects.filter(key="EV-2").update(says="Something else again.")
    (other, own) = sorted(plan(RecordKind.ACTION, body, made["action"]).shared, key=lambda item: item.value)
    assert other.value == "citation:EV-1"
    assert {record.public_key for record in other.serves} == {"REC-1", "ACT-2", "AS-2", "AS-3"}
    assert own.serves == ()

    give_back(made["action"], body)
    assert Citation.objects.get(key="EV-1").says == "Something else."
    assert Citation.objects.get(key="EV-2").says == "What EV-2 says."
    give_back(made["action"], body, shared=["citation:EV-1"])
    assert body_of(made["action"]) == body
    assert Recommendation.objects.get(reference="REC-1").edited_by == builders.reviewer()


def test_what_is_missing_is_said_at_once_and_nothing_is_written(desk: str) -> None:
    """A document, a kind of measure, a theme and an addressee that are gone: four sentences."""
    made = fuller()
    body = body_of(made["other"]) | {
        "known_from": "NO-PAPER", "measure": "no-measure", "themes": [{"key": "no-theme", "name": "none"}],
        "short_title": "Changed", "addressees": [],
        "relations": [{"kind": "repeats", "other": "NO-REC", "note": ""}],
    }  # fmt: skip
    refusals = plan(RecordKind.RECOMMENDATION, body, made["other"]).refusals
    assert refusals == [
        "The document NO-PAPER no longer exists; make it again first.",
        "The kind of measure no-measure no longer exists; make it again first.",
        "The theme no-theme no longer exists; make it again first.",
        "The recommendation NO-REC no longer exists; make it again first.",
    ]
    before = body_of(made["other"])
    with pytest.raises(Refused, match="NO-PAPER"):
        give_back(made["other"], body)
    assert body_of(made["other"]) == before


def test_an_addressee_with_assessments_stays(desk: str) -> None:
    made = fuller()
    body = body_of(made["recommendation"]) | {"addressees": []}
    with pytest.raises(Refused, match=r"Albania has assessments and stays an addressee."):
        give_back(made["recommendation"], body)


def test_a_key_that_another_record_took_is_refused(desk: str) -> None:
    made = fuller()
    body = body_of(made["earlier_assessment"])
    Search.objects.update(assessment=made["assessment"])
    with pytest.raises(Refused, match=r"The search SR-1 belongs to another record now."):
        give_back(made["earlier_assessment"], body)


def test_readers_keep_what_they_see_and_the_history_says_where_it_came_from(desk: str) -> None:
    """No submission is made; the key that was submitted stays."""
    document = builders.document("DOC")
    body = body_of(document)
    builders.put_out(document)
    document.refresh_from_db()
    document.title = "Other"
    document.save()
    versions = Version.objects.count()
    give_back(document, body | {"key": "ANOTHER-KEY"})
    assert body_of(document) == body
    assert Version.objects.count() == versions
    newest = Document.history.rel.related_model.objects.latest("pgh_id")
    assert newest.pgh_context == {"user": builders.reviewer().pk, "reason": "It was right.", "restored": "a test"}


def test_a_restored_deadline_is_a_move_if_readers_saw_another(desk: str) -> None:
    """A slip that never was public leaves the ledger; what readers were told stays in it."""
    made = fuller()
    recommendation = made["recommendation"]
    body = body_of(recommendation)
    builders.put_out(*builders.publishables(made))

    def move(to: str) -> None:
        fresh = Recommendation.objects.get(pk=recommendation.pk)
        with pghistory.context(reason="Moved."):
            fresh.due_on = to
            fresh.save()

    move("2031")
    assert DeadlineMove.objects.filter(after="2031").exists()
    give_back(recommendation, body, by=builders.author())
    assert body_of(recommendation) == body

    move("2025")
    builders.put_out(recommendation)
    give_back(recommendation, body, by=builders.author())
    assert str(Recommendation.objects.get(pk=recommendation.pk).due_on) == "2021"
    moves = [(str(row.before), str(row.after)) for row in recommendation.deadline_moves.all()]
    assert sorted(moves) == [("2019", "2020"), ("2020", "2021"), ("2021", "2025"), ("2025", "2021")]


def test_a_reason_is_asked_for(desk: str) -> None:
    document = builders.document("DOC")
    with pytest.raises(Refused, match="Say why"):
        restore(RecordKind.DOCUMENT, body_of(document), document, by=builders.author(), reason=" ", source="a test")

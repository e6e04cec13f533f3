"""Submit, approve, return, publish, ship, withdraw: what each does, and what each refuses, in sentences."""

import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from config.postgres import Cluster
from tests import builders
from tracker.editions import projection
from tracker.editions.tables import (
    READING_TABLES,
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    DocumentEdition,
    EffectEdition,
    RecordEdition,
    SiteEdition,
)
from tracker.editorial import verbs
from tracker.editorial.freeze import content_hash
from tracker.editorial.verbs import Refused, approve, publish, return_to_author, ship, submit, take_back, withdraw
from tracker.models import (
    Addressee,
    Assessment,
    Change,
    Citation,
    CitationUse,
    Document,
    Effect,
    Recommendation,
    Relation,
    Search,
    State,
    Submission,
    User,
    Version,
    system_actor,
)

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    """One record of every noun, none of them public."""
    return builders.everything()


@pytest.fixture
def public(made: dict[str, Any]) -> dict[str, Any]:
    """One record of every noun, all of them public as edition 1."""
    builders.put_out(*builders.publishables(made))
    return made


def chief() -> User:
    """A reviewer who wrote nothing of it."""
    return builders.user("chief", role="reviewer", first_name="Cleo", last_name="Chief")


def submitted(*records: Any, **arguments: Any) -> Submission:
    return submit(records, by=builders.author(), reason="a test", **arguments)


def approved(*records: Any) -> Submission:
    return approve(submitted(*records), by=builders.reviewer())


def sentences(*records: Any) -> list[str]:
    """Why records can't be submitted."""
    before = Submission.objects.count()
    with pytest.raises(ValidationError) as refused:
        submitted(*records)
    assert Submission.objects.count() == before, "a refused submission leaves nothing"
    for sentence in refused.value.messages:
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence.split()[0].isupper()
    return refused.value.messages


# Submit


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_nothing_is_submitted_without_a_reason(made: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match="reason"):
        submit([made["document"]], by=builders.author(), reason=reason)


def test_a_submission_holds_something() -> None:
    with pytest.raises(Refused, match="at least one record"):
        submit([], by=builders.author(), reason="a test")


def test_a_record_that_is_gone_is_not_submitted_as_nothing(made: dict[str, Any]) -> None:
    stray = builders.document("STRAY")
    Document.objects.filter(pk=stray.pk).delete()
    for records in ([stray], [stray, made["document"]]):
        with pytest.raises(Refused, match="STRAY"):
            submit(records, by=builders.author(), reason="a test")
    assert Submission.objects.count() == 0


def test_a_submission_keeps_who_recorded_and_who_edited(made: dict[str, Any]) -> None:
    editor = builders.user("editor")
    Document.objects.filter(pk=made["document"].pk).update(edited_by=editor)
    version = submitted(made["document"]).versions.get()
    assert (version.recorded_by, version.edited_by, version.approved_by) == (builders.author(), editor, None)
    assert (version.kind, version.key, version.title, version.change) == ("document", "REPORT", "[Title of REPORT]", Change.PUBLISH)


# What a record lacks, in sentences


def test_a_complete_bundle_lacks_nothing(made: dict[str, Any]) -> None:
    assert submitted(*builders.publishables(made)).versions.count() == 9


def test_a_status_needs_a_supporting_citation(public: dict[str, Any]) -> None:
    CitationUse.objects.filter(assessment=public["assessment"]).update(stance="disputes")
    assert sentences(public["assessment"]) == ["Assessment AS-2 has no supporting citation; a status is published only with one."]
    CitationUse.objects.filter(assessment=public["assessment"]).delete()
    assert sentences(public["assessment"]) == ["Assessment AS-2 has no supporting citation; a status is published only with one."]


def test_what_disputes_an_action_supports_no_status_that_rests_on_it(public: dict[str, Any]) -> None:
    """Whichever of the two is submitted, and where both are: weighed is what would be public."""
    uses = CitationUse.objects.filter(assessment=public["assessment"])
    uses.update(citation=public["dispute"])
    alone = "Assessment AS-2 has no supporting citation left: what supports it (EV-2) disputes ACT-1; cite another source."
    assert sentences(public["assessment"]) == [alone]
    uses.update(citation=public["citation"])
    CitationUse.objects.filter(action=public["action"]).delete()
    builders.cite(public["action"], public["citation"], "disputes")
    builders.cite(public["action"], public["dispute"])
    left = (
        "Assessment %s is public and would have no supporting citation left: what supports it (EV-1) disputes ACT-1; "
        "submit it with another source, or withdraw it."
    )
    assert sentences(public["action"]) == [left % "AS-2", left % "AS-3"]
    uses.update(citation=public["dispute"])
    assert sentences(public["action"], public["assessment"]) == [left % "AS-3"]
    builders.cite(public["outside_assessment"], public["dispute"])
    builders.put_out(public["action"], public["assessment"], public["outside_assessment"])
    assert not AddresseeEdition.desk.known_at(None).filter(status="implemented", supports=0).exists()


def test_a_negative_needs_the_search_that_was_made(public: dict[str, Any]) -> None:
    """And that a government did not act is shown by a source besides."""
    searched, shown = "Assessment AS-1 finds nothing; log the search that was made.", "Assessment AS-1 has no supporting citation; "
    Assessment.objects.filter(key="AS-1").update(status="no_action")
    (sentence,) = sentences(public["earlier_assessment"])
    assert sentence.startswith(shown)
    builders.cite(public["earlier_assessment"], public["citation"])
    Search.objects.all().delete()
    assert sentences(public["earlier_assessment"]) == [searched]
    Assessment.objects.filter(key="AS-1").update(status="no_evidence")
    assert sentences(public["earlier_assessment"]) == [searched]


def test_a_position_needs_the_passage_that_states_it(public: dict[str, Any]) -> None:
    public["position_use"].delete()
    assert sentences(public["assessment"]) == ["Assessment AS-2 says what The minister answered; cite where that is said."]


def test_an_action_needs_a_decisive_event_and_a_supporting_citation(public: dict[str, Any]) -> None:
    public["action"].events.update(decisive=False)
    CitationUse.objects.filter(action=public["action"], stance="supports").delete()
    assert sentences(public["action"]) == [
        "Action ACT-1 has no decisive event; tick the one whose date decides its order.",
        "Action ACT-1 has no supporting citation.",
    ]


def test_an_allegation_needs_the_passage_that_makes_it(public: dict[str, Any]) -> None:
    """A passage that disputes it is no source for it, and none for the action or what rests on it."""
    wanted = ["Action ACT-1 says that A Person was expelled; cite where that is said."]
    CitationUse.objects.filter(legal_status=public["legal_status"]).update(stance="disputes")
    assert wanted[0] in sentences(public["action"])
    assert "Action ACT-1 has no supporting citation." in sentences(public["action"])
    CitationUse.objects.filter(legal_status=public["legal_status"]).delete()
    assert sentences(public["action"]) == wanted


def test_a_recommendation_needs_an_addressee(public: dict[str, Any]) -> None:
    lone = builders.recommendation("LONE-1", public["paper"], to=())
    assert sentences(lone) == ["Recommendation LONE-1 has no addressee; add the governments that it addresses."]


def test_nothing_public_refers_to_what_is_not(public: dict[str, Any]) -> None:
    """By every way in which a body names another record; each draft is named in the sentence."""
    draft = builders.document("DRAFT")
    passage = builders.citation(draft, "EV-9")
    unknown = "{} refers to {} {}, which is not public; submit it too."

    target = builders.recommendation("DRAFT-1", draft, made_in=draft)
    assert sentences(target) == [unknown.format("DRAFT-1", "document", "DRAFT")]
    builders.cite(public["other"], passage, "context")
    assert sentences(public["other"]) == [unknown.format("OTHER-1", "document", "DRAFT")]

    Relation.objects.create(recommendation=public["recommendation"], kind="narrows", other=target)
    assert sentences(public["recommendation"]) == [unknown.format("REC-1", "recommendation", "DRAFT-1")]

    for part in ("reversing_action", "outside_assessment"):
        builders.cite(public[part], passage, "disputes")
        assert sentences(public[part]) == [unknown.format(public[part].key, "document", "DRAFT")]
    for part, record in (("legal_status", "action"), ("position", "assessment")):
        builders.cite(public[part], passage)
        assert sentences(public[record]) == [unknown.format(public[record].key, "document", "DRAFT")]


def test_a_document_that_waits_in_another_submission_may_be_referred_to_and_must_be_published_first(desk: str) -> None:
    """What is submitted in between waits for nobody; what is published refers to nothing that readers cannot open."""
    by, reviewer = builders.author(), builders.reviewer()
    paper = builders.document("WAITS")
    target = builders.recommendation("RESTS-1", paper)
    builders.cite(target, builders.citation(paper, "EV-W"))
    assert sentences(target) == ["RESTS-1 refers to document WAITS, which is not public; submit it too."]
    first = submit([paper], by=by, reason="The document.")
    second = submit([target], by=by, reason="What rests on it.")
    approve(second, by=reviewer)
    waits = f"RESTS-1 refers to document WAITS, which is not public yet: it waits in submission #{first.pk}, which must be published first."
    with pytest.raises(Refused, match=re.escape(waits)):
        publish(second, by=reviewer)
    approve(first, by=reviewer)
    with pytest.raises(Refused, match=re.escape(waits)):
        publish(second, by=reviewer)
    publish(first, by=reviewer)
    publish(second, by=reviewer)
    assert set(RecordEdition.desk.known_at(None).values_list("key", flat=True)) == {"WAITS", "RESTS-1"}


@pytest.mark.parametrize("what", ["edited", "returned", "taken back"])
def test_a_document_waits_no_longer_once_it_is_edited_or_sent_back(desk: str, what: str) -> None:
    by, paper = builders.author(), builders.document("WAITS")
    target = builders.recommendation("RESTS-1", paper)
    builders.cite(target, builders.citation(paper, "EV-W"))
    submission = submit([paper], by=by, reason="The document.")
    if what == "edited":
        Document.objects.filter(pk=paper.pk).update(note="Edited since.")
    elif what == "returned":
        return_to_author(submission, by=builders.reviewer(), reason="Not yet.")
    else:
        take_back(submission, by=by, reason="Not yet.")
    assert sentences(target) == ["RESTS-1 refers to document WAITS, which is not public; submit it too."]


def test_another_record_that_waits_is_named_with_its_submission(public: dict[str, Any]) -> None:
    target = builders.recommendation("DRAFT-1", public["document"])
    builders.cite(target, public["citation"])
    submission = submit([target], by=builders.author(), reason="First.")
    Relation.objects.create(recommendation=public["recommendation"], kind="narrows", other=target)
    assert sentences(public["recommendation"]) == [
        f"REC-1 refers to recommendation DRAFT-1, which is not public yet: it waits in submission #{submission.pk}, which must be published first."
    ]


def test_an_effect_stands_on_something_public(public: dict[str, Any]) -> None:
    target = builders.recommendation("DRAFT-1", public["paper"])
    draft = builders.action("ACT-9")
    builders.cite(draft, public["citation"])
    undone = builders.effect(draft, public["other"])

    undoing = builders.action("ACT-10", on="2022")
    builders.cite(undoing, public["citation"])
    builders.effect(undoing, public["other"], direction="", undoes=undone)
    assert sentences(undoing) == [f"ACT-10 refers to effect {undone.key}, which is not public; submit it too."]
    assert submitted(undoing, draft).versions.count() == 2

    builders.effect(draft, target)
    Submission.objects.filter(state=State.SUBMITTED).update(state=State.TAKEN_BACK)
    with pytest.raises(ValidationError, match=r"ACT-9 refers to recommendation DRAFT-1, which is not public"):
        submitted(draft)


def test_an_assessment_is_of_an_addressee_that_the_public_can_see(public: dict[str, Any]) -> None:
    """A verdict on a government that the public version doesn't address would be nowhere to be found."""
    Addressee.objects.create(recommendation=public["recommendation"], government=builders.government("BE"))
    verdict = builders.assessment("AS-9", public["recommendation"], code="BE")
    builders.cite(verdict, public["citation"])
    assert sentences(verdict) == ["Assessment AS-9 is of BE, which the public version of REC-1 does not address; submit REC-1 too."]
    assert submitted(verdict, public["recommendation"]).versions.count() == 2


def test_a_government_that_is_cited_as_a_model_or_a_group_has_no_status(public: dict[str, Any]) -> None:
    Addressee.objects.create(recommendation=public["other"], government=builders.government("BE"), basis="model_cited")
    Addressee.objects.create(recommendation=public["other"], government=public["group"])
    for code in ("BE", "GROUP"):
        verdict = builders.assessment(f"AS-{code}", public["other"], code=code)
        builders.cite(verdict, public["citation"])
        (sentence,) = sentences(verdict, public["other"])
        assert sentence == f"Assessment AS-{code} is of {code}, which OTHER-1 names as a group or a model, so that it has no status."


def test_an_addressee_with_a_public_verdict_is_not_dropped(public: dict[str, Any]) -> None:
    """Its assessments would vanish from every page without anybody's having withdrawn them."""
    Addressee.objects.create(recommendation=public["recommendation"], government=builders.government("BE"))
    builders.put_out(public["recommendation"])
    verdict = builders.assessment("AS-9", public["recommendation"], code="BE")
    builders.cite(verdict, public["citation"])
    builders.put_out(verdict)
    addressee = verdict.addressee
    verdict.addressee = public["other"].addressees.get()
    verdict.save()
    addressee.delete()
    assert sentences(public["recommendation"]) == ["Assessment AS-9 is of BE, which REC-1 no longer addresses; withdraw or change it first."]


def test_staff_verdicts_are_one_chain(public: dict[str, Any]) -> None:
    # The desk itself refuses a second first assessment of an addressee, so that the chain breaks by what is submitted.
    third = builders.assessment("AS-4", public["recommendation"], status="reversed", supersedes=public["assessment"])
    builders.cite(third, public["citation"])
    fourth = builders.assessment("AS-5", public["recommendation"], status="implemented", supersedes=third)
    builders.cite(fourth, public["citation"])
    assert sentences(fourth) == [
        "AS-5 refers to assessment AS-4, which is not public; submit it too.",
        "Assessment AS-5 supersedes AS-4, which is not an earlier assessment of the same addressee.",
    ]
    assert submitted(third, fourth).versions.count() == 2


def test_two_verdicts_that_claim_to_be_first_are_refused(public: dict[str, Any]) -> None:
    """One is public; the desk then makes another the first one and submits that alone."""
    Assessment.objects.filter(key="AS-1").update(addressee=public["other"].addressees.get())
    Assessment.objects.filter(key="AS-2").update(supersedes=None)
    assert sentences(public["assessment"]) == ["Assessments AS-1 and AS-2 both follow nothing; one must supersede the other."]


@pytest.mark.parametrize("change", [{"addressee": "other"}, {"assessor_kind": "third_party", "assessor": "A club", "supersedes": None}])
def test_no_link_is_taken_out_of_a_chain(public: dict[str, Any], change: dict[str, Any]) -> None:
    """An assessment that moves away, or becomes somebody else's, leaves its successor with nothing to follow."""
    if "addressee" in change:
        change = {"addressee": public["other"].addressees.get()}
    Assessment.objects.filter(key="AS-1").update(**change)
    assert sentences(public["earlier_assessment"]) == ["Assessment AS-2 supersedes AS-1, which is not an earlier assessment of the same addressee."]


# Approve


def test_approval_is_a_second_persons(made: dict[str, Any]) -> None:
    editor = builders.user("editor", role="reviewer", first_name="Ed", last_name="Itor")
    Document.objects.filter(pk=made["document"].pk).update(edited_by=editor)
    submission = submitted(made["document"], made["paper"])
    builders.author().groups.set(Group.objects.filter(name="reviewer"))
    for person, name in ((builders.author(), "Ada Author"), (editor, "Ed Itor")):
        for superuser in (False, True):
            User.objects.filter(pk=person.pk).update(is_superuser=superuser)
            with pytest.raises(Refused, match=f"{name} recorded or last edited"):
                approve(submission, by=User.objects.get(pk=person.pk))
    approve(submission, by=builders.reviewer(), reason="fine")
    assert {(version.approved_by, version.approved_at is not None) for version in submission.versions.all()} == {(builders.reviewer(), True)}
    submission.refresh_from_db()
    assert (submission.state, submission.decided_by, submission.decision_reason) == (State.APPROVED, builders.reviewer(), "fine")


def test_the_database_refuses_an_authors_approval_too(made: dict[str, Any], desk: str, cluster: Cluster) -> None:
    submission = submitted(made["document"])
    with cluster.connect("desk", desk) as connection, pytest.raises(psycopg.errors.CheckViolation, match="version_approver_is_not_its_author"):
        connection.execute("UPDATE tracker_version SET approved_by_id = recorded_by_id WHERE submission_id = %s", [submission.pk])


def test_the_approver_may_publish_and_so_may_the_author(made: dict[str, Any]) -> None:
    """An office of two can work."""
    assert publish(approved(made["document"]), by=builders.reviewer()).number == 1
    author = builders.author()
    author.groups.set(Group.objects.filter(name="reviewer"))
    assert publish(approved(made["paper"]), by=User.objects.get(pk=author.pk)).number == 2


EDITS: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("the record", lambda made: Document.objects.filter(key="REPORT").update(note="changed")),
    ("a child", lambda made: made["event"].delete()),
    ("a child of a child", lambda made: CitationUse.objects.filter(legal_status=made["legal_status"]).update(stance="context")),
    ("a citation's text", lambda made: Citation.objects.filter(key="EV-1").update(says="changed")),
    ("an addressee", lambda made: Addressee.objects.create(recommendation=made["recommendation"], government=builders.government("BE"))),
    ("a theme", lambda made: made["recommendation"].themes.clear()),
    ("the log of a search", lambda made: Search.objects.update(found="changed")),
    ("a name that a record repeats", lambda made: type(made["measure"]).objects.update(name="changed")),
]


@pytest.mark.parametrize("edit", [edit for _what, edit in EDITS], ids=[what for what, _edit in EDITS])
def test_an_edit_after_submission_voids_it(made: dict[str, Any], edit: Callable[[dict[str, Any]], Any]) -> None:
    """Before approval it can't be approved, after it not published."""
    waiting, agreed = submitted(*builders.publishables(made)), approved(*builders.publishables(made))
    edit(made)
    with pytest.raises(Refused, match="edited after it was submitted"):
        approve(waiting, by=builders.reviewer())
    with pytest.raises(Refused, match="edited after it was submitted"):
        publish(agreed, by=builders.reviewer())
    assert SiteEdition.desk.count() == 0


def test_a_record_that_is_gone_since_voids_it_too(made: dict[str, Any]) -> None:
    stray = builders.document("STRAY")
    submission = approved(stray)
    stray.delete()
    with pytest.raises(Refused, match="STRAY was edited"):
        publish(submission, by=builders.reviewer())


def test_an_edit_that_was_taken_back_voids_it_even_so(made: dict[str, Any]) -> None:
    """Whoever looked in between saw something else."""
    submission = approved(made["document"])
    made["document"].note, note = "changed", made["document"].note
    made["document"].save()
    made["document"].note = note
    made["document"].save()
    with pytest.raises(Refused, match="edited after it was submitted"):
        publish(submission, by=builders.reviewer())


def test_another_edition_of_the_record_voids_it(made: dict[str, Any]) -> None:
    """Two were waiting; the one that is published first leaves the other to be looked at again."""
    first, second = approved(made["document"]), approved(made["document"])
    publish(second, by=builders.reviewer())
    with pytest.raises(Refused, match="REPORT"):
        publish(first, by=builders.reviewer())


@pytest.mark.parametrize(("noun", "field"), [("assessment", "effective_on"), ("recommendation", "recommended_on")])
def test_nothing_is_published_before_its_day(made: dict[str, Any], noun: str, field: str) -> None:
    record = made[noun]
    setattr(record, field, "2999-01")
    record.save()
    with pytest.raises(ValidationError, match="is dated 2999-01, a day to come; nothing is published before its day"):
        submit([record], by=builders.author(), reason="too early")


# From state to state


def test_each_verb_has_its_states(made: dict[str, Any]) -> None:
    author, reviewer = builders.author(), builders.reviewer()
    verbs_by_name: dict[str, Callable[[Submission], Any]] = {
        "approve": lambda submission: approve(submission, by=reviewer),
        "return": lambda submission: return_to_author(submission, by=reviewer, reason="not yet"),
        "take back": lambda submission: take_back(submission, by=author, reason="not yet"),
        "publish": lambda submission: publish(submission, by=reviewer),
    }
    allowed = {
        "submitted": {"approve", "return", "take back"},
        "returned": set(),
        "approved": {"take back", "publish"},
        "published": set(),
        "taken_back": set(),
    }
    reached = {
        "submitted": [],
        "returned": ["return"],
        "approved": ["approve"],
        "published": ["approve", "publish"],
        "taken_back": ["take back"],
    }
    for state, steps in reached.items():
        for name, verb in verbs_by_name.items():
            submission = submitted(made["document"])
            for step in steps:
                verbs_by_name[step](submission)
            assert Submission.objects.get(pk=submission.pk).state == state
            if name in allowed[state]:
                verb(submission)
            else:
                with pytest.raises(Refused, match=f"#{submission.pk} is {state.replace('_', ' ')}"):
                    verb(submission)


def test_what_goes_back_says_why(made: dict[str, Any]) -> None:
    submission = submitted(made["document"])
    with pytest.raises(Refused, match="why"):
        return_to_author(submission, by=builders.reviewer(), reason=" ")
    return_to_author(submission, by=builders.reviewer(), reason="Which page?")
    submission.refresh_from_db()
    assert (submission.state, submission.decision_reason, submission.decided_by) == (State.RETURNED, "Which page?", builders.reviewer())


# Publish


def test_publishing_writes_who_when_and_why(made: dict[str, Any]) -> None:
    submission = submit([made["document"]], by=builders.author(), reason="A first version")
    approve(submission, by=builders.reviewer())
    edition = publish(submission, by=builders.user("third", role="reviewer", first_name="Thea", last_name="Third"))
    submission.refresh_from_db()
    assert (submission.state, submission.edition) == (State.PUBLISHED, edition.number)
    assert (edition.number, edition.records, edition.reason, edition.published_by) == (1, 1, "A first version", "Thea Third")
    (row,) = RecordEdition.objects.all()
    said = (row.edition, row.known_from, row.known_to, row.recorded_by, row.approved_by, row.published_by, row.reason, row.provenance)
    assert said == (1, edition.published_at, None, "Ada Author", "Rita Reviewer", "Thea Third", "A first version", "reviewed")
    assert DocumentEdition.objects.get().title == "[Title of REPORT]"


def test_editing_a_public_record_leaves_its_edition_as_it_is(public: dict[str, Any]) -> None:
    before = {table: list(table.objects.order_by("id").values()) for table in READING_TABLES}
    Citation.objects.update(says="changed")
    Assessment.objects.filter(key="AS-2").update(status="reversed")
    Document.objects.update(interest="official")
    Effect.objects.filter(direction="").delete()
    assert {table: list(table.objects.order_by("id").values()) for table in READING_TABLES} == before


def test_publishing_fails_whole(public: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks on the way, nothing of it is there afterwards, and it can be published once the cause is gone."""
    Document.objects.filter(key="REPORT").update(title="A new title")
    Assessment.objects.filter(key="AS-2").update(rationale="A new rationale.")
    submission = approved(public["document"], public["assessment"])

    def everything_public() -> Any:
        tables = (*READING_TABLES, RecordEdition)
        return [list(table.objects.order_by("id").values()) for table in tables], list(SiteEdition.objects.values())

    before = everything_public()

    def broken(*_arguments: Any, **_named: Any) -> None:
        raise RuntimeError("a cable")

    steps = ["_write_records", "project_governments", "project", "_new_edition"]
    for step in steps:
        with monkeypatch.context() as patch:
            patch.setattr(verbs, step, broken)
            with pytest.raises(RuntimeError, match="a cable"):
                publish(submission, by=builders.reviewer())
        assert everything_public() == before, step

    with monkeypatch.context() as patch:  # half-way through the tables, and with a row that the database refuses
        patch.setattr(projection, "_effects", lambda *_arguments: [EffectEdition(key="LK-99")])
        with pytest.raises(DatabaseError):
            publish(submission, by=builders.reviewer())
    assert everything_public() == before
    submission.refresh_from_db()
    assert (submission.state, submission.edition) == (State.APPROVED, None)
    assert publish(submission, by=builders.reviewer()).number == 2
    assert DocumentEdition.objects.known_at(None).get(key="REPORT").title == "[A new title]"


def test_a_body_that_the_projection_cannot_read_is_not_published_by_half(public: dict[str, Any]) -> None:
    """A version written past the verbs, with a body and a hash that fit each other and no record of ours."""
    body = {"key": "REPORT"}
    author = builders.author()
    submission = Submission.objects.create(reason="forged", submitted_by=author, state=State.APPROVED)
    Version.objects.create(
        submission=submission, kind="document", key="REPORT", title="x", body=body, content_hash=content_hash(body), over=1,
        recorded_by=author, edited_by=author, approved_by=builders.reviewer(),
    )  # fmt: skip
    with pytest.raises(Refused):
        publish(submission, by=builders.reviewer())
    with pytest.raises(KeyError), transaction.atomic():  # the same, had the check before it a hole
        verbs._publish(submission, builders.reviewer(), None)
    assert SiteEdition.objects.count() == 1
    assert RecordEdition.objects.filter(key="REPORT").count() == 1


# Ship


def test_shipped_data_says_so_and_is_shipped_once(made: dict[str, Any]) -> None:
    edition = ship(builders.publishables(made), reason="Case file, shipped with the software")
    assert edition is not None
    assert edition.number == 1
    assert ship(builders.publishables(made), reason="again") is None
    assert SiteEdition.desk.count() == 1
    records = RecordEdition.objects.all()
    assert {(row.provenance, row.approved_by, row.published_by) for row in records} == {("shipped", *[system_actor().public_name] * 2)}
    for table in (DocumentEdition, ActionEdition, AddresseeEdition, AssessmentEdition):
        assert set(table.objects.values_list("provenance", flat=True)) == {"shipped"}, table


def test_only_what_is_new_is_shipped(made: dict[str, Any]) -> None:
    ship(builders.publishables(made), reason="first")
    Document.objects.filter(key="REPORT").update(note="changed")
    edition = ship(builders.publishables(made), reason="second")
    assert edition is not None
    assert (edition.number, edition.records) == (2, 1)


def test_shipped_data_is_complete_as_anyone_elses(made: dict[str, Any]) -> None:
    made["event"].delete()
    with pytest.raises(ValidationError, match="no decisive event"):
        ship(builders.publishables(made), reason="first")
    assert SiteEdition.desk.count() == 0
    assert Submission.objects.count() == 0


def test_a_persons_review_takes_the_shipped_mark_away(made: dict[str, Any]) -> None:
    ship(builders.publishables(made), reason="first")
    builders.put_out(made["assessment"])
    assert AssessmentEdition.objects.known_at(None).get(key="AS-2").provenance == "reviewed"
    assert set(AddresseeEdition.objects.known_at(None).filter(assessment="AS-2").values_list("provenance", flat=True)) == {"reviewed"}
    assert AssessmentEdition.objects.known_at(None).get(key="AS-1").provenance == "shipped"
    assert ship(builders.publishables(made), reason="again") is None, "the words are the same, so the review stands"


# Withdraw


def taken_off(*records: Any) -> SiteEdition:
    submission = withdraw(records, by=chief(), reason="an error")
    approve(submission, by=builders.reviewer())
    return publish(submission, by=builders.reviewer())


def test_what_is_withdrawn_is_off_the_site_and_was_on_it(public: dict[str, Any]) -> None:
    before = SiteEdition.desk.get(number=1).published_at
    edition = taken_off(public["outside_assessment"])
    assert not AssessmentEdition.objects.known_at(None).filter(key="AS-3").exists()
    assert AssessmentEdition.objects.known_at(before).get(key="AS-3").known_to == edition.published_at
    note = RecordEdition.objects.known_at(None).get(key="AS-3")
    assert (note.change, note.reason, note.recorded_by, note.approved_by) == ("withdraw", "an error", "Ada Author", "Rita Reviewer")
    assert AssessmentEdition.objects.known_at(None).filter(key="AS-2").exists()


def test_a_withdrawal_is_reviewed_like_anything_else(public: dict[str, Any]) -> None:
    submission = withdraw([public["outside_assessment"]], by=chief(), reason="an error")
    with pytest.raises(Refused, match="is submitted"):
        publish(submission, by=chief())
    with pytest.raises(Refused, match="another person"):
        approve(submission, by=chief())


def test_nothing_is_withdrawn_while_something_public_refers_to_it(public: dict[str, Any]) -> None:
    for noun, sentence in (
        ("document", "refers to document REPORT; withdraw or change it first."),
        ("recommendation", "refers to recommendation REC-1; withdraw or change it first."),
        ("earlier_assessment", "Assessment AS-2 refers to assessment AS-1; withdraw or change it first."),
        ("action", f"Action ACT-2 refers to effect {public['effect'].key}; withdraw or change it first."),
        ("other", "Recommendation REC-1 refers to recommendation OTHER-1; withdraw or change it first."),
    ):
        with pytest.raises(ValidationError) as refused:
            withdraw([public[noun]], by=chief(), reason="an error")
        assert sentence in " ".join(refused.value.messages)
    assert SiteEdition.desk.count() == 1
    taken_off(*builders.publishables(public))
    for table in READING_TABLES[2:]:
        assert not table.objects.known_at(None).exists(), table


def test_what_is_not_public_is_not_withdrawn(public: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="DRAFT is not public"):
        withdraw([builders.document("DRAFT")], by=chief(), reason="an error")
    taken_off(public["outside_assessment"])
    with pytest.raises(Refused, match="AS-3 is not public"):
        withdraw([public["outside_assessment"]], by=chief(), reason="an error")


def test_a_withdrawn_record_can_come_back(public: dict[str, Any]) -> None:
    taken_off(public["outside_assessment"])
    builders.put_out(public["outside_assessment"])
    assert AssessmentEdition.objects.known_at(None).filter(key="AS-3").count() == 1
    assert [row.change for row in RecordEdition.objects.filter(key="AS-3").order_by("edition")] == ["publish", "withdraw", "publish"]


def test_withdrawing_shows_no_draft(public: dict[str, Any]) -> None:
    """What is taken off is what was public; what the desk wrote since is nobody's to read, and doesn't stand in the way."""
    Assessment.objects.filter(key="AS-3").update(rationale="A draft that nobody may see.")
    submission = withdraw([public["outside_assessment"]], by=chief(), reason="an error")
    approve(submission, by=builders.reviewer())
    Assessment.objects.filter(key="AS-3").update(rationale="Another draft.")
    publish(submission, by=builders.reviewer())
    assert {row.body["rationale"] for row in RecordEdition.objects.filter(key="AS-3")} == {"Rationale of AS-3."}


def test_a_withdrawal_is_of_what_was_public_when_it_was_asked_for(public: dict[str, Any]) -> None:
    submission = withdraw([public["outside_assessment"]], by=chief(), reason="an error")
    Assessment.objects.filter(key="AS-3").update(rationale="A better one.")
    builders.put_out(public["outside_assessment"])
    with pytest.raises(Refused, match="AS-3"):
        approve(submission, by=builders.reviewer())


# Who, when, why


def test_each_verb_leaves_who_and_why_in_the_history(made: dict[str, Any]) -> None:
    author, reviewer = builders.author(), builders.reviewer()
    submission = submit([made["document"]], by=author, reason="why it is submitted")
    approve(submission, by=reviewer, reason="why it is approved")
    publish(submission, by=reviewer, reason="why it is published")
    another = submit([made["paper"]], by=author, reason="why it is submitted")
    return_to_author(another, by=reviewer, reason="why it goes back")
    third = submit([made["paper"]], by=author, reason="why it is submitted")
    take_back(third, by=author, reason="why it is taken back")
    said = [
        (event.pgh_label, str(event.state), event.pgh_context["user"], event.pgh_context["reason"])
        for event in Submission.history.rel.related_model.objects.order_by("pgh_id")
    ]
    assert said == [
        ("insert", "submitted", author.pk, "why it is submitted"),
        ("update", "approved", reviewer.pk, "why it is approved"),
        ("update", "published", reviewer.pk, "why it is published"),
        ("insert", "submitted", author.pk, "why it is submitted"),
        ("update", "returned", reviewer.pk, "why it goes back"),
        ("insert", "submitted", author.pk, "why it is submitted"),
        ("update", "taken_back", author.pk, "why it is taken back"),
    ]
    assert {event.pgh_context["reason"] for event in Version.history.rel.related_model.objects.filter(pgh_label="update")} == {"why it is approved"}


def test_a_recommendation_is_known_by_its_reference(made: dict[str, Any]) -> None:
    version = submitted(made["paper"], made["other"]).versions.get(kind="recommendation")
    assert version.key == "OTHER-1" == Recommendation.objects.get(pk=made["other"].pk).public_key


# Whose right it is


@pytest.mark.parametrize("role", ["", "researcher", "reviewer", "administrator", "auditor"])
def test_a_verb_asks_for_the_right_whoever_calls_it(made: dict[str, Any], role: str) -> None:
    """Not the forms alone: an import, an API or a shell calls the same verbs."""
    person = builders.user("person", role=role)
    may_submit, may_review = role in ("researcher", "reviewer"), role == "reviewer"
    waiting, other, agreed = (
        submitted(made["document"]),
        submitted(made["paper"]),
        approved(made["recommendation"], made["other"], made["paper"], made["document"]),
    )
    attempts = {
        "submit": (may_submit, lambda: submit([made["document"]], by=person, reason="x")),
        "return": (may_review, lambda: return_to_author(waiting, by=person, reason="x")),
        "approve": (may_review, lambda: approve(other, by=person)),
        "publish": (may_review, lambda: publish(agreed, by=person)),
        "withdraw": (may_review, lambda: withdraw([made["document"]], by=person, reason="x")),
        "take back": (may_review, lambda: take_back(submitted(made["paper"]), by=person, reason="x")),
    }
    let_through = set()
    for name, (_allowed, attempt) in attempts.items():
        try:
            attempt()
        except Refused as refused:
            assert re.search(r"does not include this\. Roles that do: (researcher, )?reviewer\.", str(refused)), name
        except ValidationError:  # the right is there; something public refers to the record
            let_through.add(name)
        else:
            let_through.add(name)
    assert let_through == {name for name, (allowed, _attempt) in attempts.items() if allowed}


def test_an_edit_voids_a_submission_and_the_next_one_replaces_it(made: dict[str, Any]) -> None:
    first = approved(made["document"])
    with transaction.atomic():
        Citation.objects.update(says="Something else.")
    assert first.versions.get().voided_at is None, "a document is not approved with the passages that others cite of it"
    Document.objects.filter(key="REPORT").update(note="Edited.")
    assert first.versions.get().voided_at is not None
    with pytest.raises(Refused, match="was edited after"):
        publish(first, by=builders.reviewer())
    second = submitted(made["document"])
    first.refresh_from_db()
    assert (first.state, first.decision_reason) == (State.TAKEN_BACK, f"Replaced by #{second.pk}.")
    third = submitted(made["document"])
    second.refresh_from_db()
    assert second.state == State.SUBMITTED, "nothing voided it"
    assert third.pk > second.pk


EDITS: dict[str, Any] = {
    "recommendation": lambda made: Recommendation.objects.filter(reference="REC-1").update(note="x"),
    "addressee": lambda made: Addressee.objects.filter(recommendation__reference="REC-1").update(note="x"),
    "relation": lambda made: made["relation"].delete(),
    "theme": lambda made: made["recommendation"].themes.clear(),
    "name of a theme": lambda made: type(made["theme"]).objects.update(name="x"),
    "moved deadline": lambda made: made["deadlinemove"].delete(),
    "citation's use": lambda made: made["recommendation_use"].delete(),
    "passage": lambda made: Citation.objects.filter(key="EV-1").update(says="x"),
    "name of a measure": lambda made: type(made["measure"]).objects.update(name="x"),
}
EDITS_OF_ACTIONS: dict[str, Any] = {
    "action": lambda made: type(made["action"]).objects.filter(key="ACT-1").update(note="x"),
    "event": lambda made: made["action"].events.update(note="x"),
    "effect": lambda made: Effect.objects.filter(pk=made["effect"].pk).update(reasoning="x"),
    "legal status": lambda made: made["action"].legal_statuses.update(wording="x"),
    "party": lambda made: type(made["party"]).objects.update(name="x"),
    "reply": lambda made: type(made["reply"]).objects.filter(key="RY-1").update(words="x"),
    "reply's source": lambda made: made["reply_use"].delete(),
    "legal status's source": lambda made: made["legal_status_use"].delete(),
    "another event": lambda made: builders.ActionEvent.objects.create(action=made["action"], kind="expired", on="2022"),
}
EDITS_OF_ASSESSMENTS: dict[str, Any] = {
    "assessment": lambda made: Assessment.objects.filter(key="AS-2").update(note="x"),
    "position": lambda made: made["assessment"].positions.update(statement="x"),
    "position's source": lambda made: made["position_use"].delete(),
    "search": lambda made: builders.search(made["assessment"], "SR-9"),
    "reply": lambda made: type(made["reply"]).objects.filter(key="RY-2").update(words="x"),
}


@pytest.mark.parametrize(
    ("noun", "what"),
    [
        *(("recommendation", what) for what in EDITS),
        *(("action", what) for what in EDITS_OF_ACTIONS),
        *(("assessment", what) for what in EDITS_OF_ASSESSMENTS),
    ],
)
def test_the_database_notes_an_edit_of_anything_that_was_approved(made: dict[str, Any], noun: str, what: str) -> None:
    """Whoever edits, by whatever way; the raw publication of a version that an edit voided is refused too (tests/editions/test_guards.py)."""
    submission = approved(*builders.publishables(made))
    named = {"recommendation": ("recommendation", "REC-1"), "action": ("action", "ACT-1"), "assessment": ("assessment", "AS-2")}[noun]
    {"recommendation": EDITS, "action": EDITS_OF_ACTIONS, "assessment": EDITS_OF_ASSESSMENTS}[noun][what](made)
    assert submission.versions.get(kind=named[0], key=named[1]).voided_at is not None
    assert submission.versions.get(kind="document", key="PAPER").voided_at is None


def test_what_says_nothing_new_is_no_edit(made: dict[str, Any]) -> None:
    submission = approved(*builders.publishables(made))
    Recommendation.objects.filter(reference="REC-1").update(note="A note.")
    Citation.objects.filter(key="EV-1").update(says="What EV-1 says.")
    assert set(submission.versions.values_list("voided_at", flat=True)) == {None}
    assert publish(submission, by=builders.reviewer()).number == 1

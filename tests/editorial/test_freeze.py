"""A frozen record holds everything that is published with it, and its hash follows what is said, not how it was entered."""

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections, models

from tests import builders
from tracker.editorial.freeze import KINDS, MODELS, PREFETCH, Body, content_hash, freeze, kind_of, title_of
from tracker.editorial.verbs import Refused, approve, submit
from tracker.models import (
    Action,
    ActionEvent,
    Addressee,
    Assessment,
    Citation,
    CitationUse,
    CopyCheck,
    DeadlineMove,
    Document,
    Effect,
    Government,
    LegalStatus,
    LinkCheck,
    Measure,
    Party,
    PassageCheck,
    Position,
    Recommendation,
    RecordKind,
    Relation,
    Reply,
    Search,
    Snapshot,
    Theme,
    Translation,
)
from tracker.models.base import Publishable
from tracker.rules.translating import TEXTS

pytestmark = pytest.mark.usefixtures("desk")


def body_of(record: Publishable) -> Body:
    """Frozen as the verbs freeze it: read anew with everything that belongs to it."""
    kind = kind_of(record)
    return freeze(MODELS[kind].objects.prefetch_related(*PREFETCH[kind]).get(pk=record.pk))


# Which column of which model stands where in a body, or why it stands nowhere.

WORKFLOW = {
    "id": "a number of this database",
    "recorded_by": "stands on the version",
    "edited_by": "stands on the version",
    "recorded_at": "the edition has its own time",
    "edited_at": "the edition has its own time",
}
ROW = {"id": "a number of this database"}

CAPTURED = {"url": "other people's pages are not published again", "headers": "other people's pages are not published again"}
MARKED = {"begins": "a place in the text that the desk read out of its copy", "ends": "a place in the text that the desk read out of its copy"}
NOT_PUBLISHED = {LinkCheck, PassageCheck, CopyCheck}
"""What hangs on a record and is the desk's own affair: whether a source still stands where it stood."""

# model: (root noun, path of the list in its body, {column: key in the body where it differs}, {column: reason for its absence})
PLACES: dict[type[models.Model], list[tuple[str, str, dict[str, str], dict[str, str]]]] = {
    Document: [("document", "", {}, WORKFLOW)],
    Recommendation: [("recommendation", "", {}, WORKFLOW)],
    Action: [("action", "", {}, WORKFLOW)],
    Assessment: [
        ("assessment", "", {"addressee": "recommendation"}, WORKFLOW | {"review_on": "for the desk: when it means to look again"}),
    ],
    Snapshot: [("document", "snapshots", {}, ROW | {"document": "the body is the document's", "stored_as": "a path on the desk's disk"} | CAPTURED)],
    DeadlineMove: [("recommendation", "deadline_moves", {}, ROW | {"recommendation": "the body is the recommendation's"})],
    Reply: [
        (noun, "replies", {}, ROW | {"action": "the body is that record's", "assessment": "the body is that record's"})
        for noun in ("action", "assessment")
    ],
    Translation: [
        (noun, "translations", {}, ROW | dict.fromkeys(TEXTS, "the body is that record's"))
        for noun in ("document", "recommendation", "action", "assessment")
    ],
    Addressee: [("recommendation", "addressees", {}, ROW | {"recommendation": "the body is the recommendation's"})],
    Relation: [("recommendation", "relations", {}, ROW | {"recommendation": "the body is the recommendation's"})],
    ActionEvent: [("action", "events", {}, ROW | {"action": "the body is the action's"})],
    LegalStatus: [("action", "parties", {}, ROW | {"action": "the body is the action's"})],
    Party: [("action", "parties", {"key": "party"}, ROW | {"note": "for the desk: how to tell the party from others"})],
    Effect: [("action", "effects", {"addressee": "recommendation"}, ROW | {"action": "the body is the action's"})],
    Search: [("earlier_assessment", "searches", {}, ROW | {"assessment": "the body is the assessment's"})],
    Position: [("assessment", "positions", {}, ROW | {"assessment": "the body is the assessment's"})],
    Citation: [(noun, "citations", {}, ROW | MARKED) for noun in ("recommendation", "action", "assessment")],
    CitationUse: [("action", "citations", {"citation": "key"}, ROW | dict.fromkeys(CitationUse.RECORDS, "the body is that record's"))],
    Measure: [
        (noun, "", {"key": "measure", "name": "measure_name"}, ROW | {"definition": "for the desk: what it means by it"})
        for noun in ("recommendation", "action")
    ],
    Theme: [("recommendation", "themes", {}, ROW)],
    Government: [
        (
            "recommendation",
            "addressees",
            {"code": "government", "kind": "counted"},
            ROW | dict.fromkeys(("name", "note", "includes_every_state", "iso_3166_2", "wikidata"), "published as reference data"),
        )
    ],
}


def test_every_noun_that_belongs_to_a_record_is_accounted_for() -> None:
    """Whatever hangs on one of the four by a foreign key that goes with it (CASCADE), or is cited, stands in the table above."""
    belonging: set[type[models.Model]] = set(KINDS)
    while True:
        more = {
            relation.related_model
            for model in belonging
            for relation in model._meta.related_objects
            if getattr(relation, "on_delete", None) is models.CASCADE and not relation.related_model._meta.auto_created
        } - belonging
        if not more:
            break
        belonging |= more
    assert belonging - {Recommendation.themes.through} - NOT_PUBLISHED - set(PLACES) == set()


def test_no_excuse_is_stale() -> None:
    for model, places in PLACES.items():
        columns = {column.name for column in model._meta.concrete_fields}
        for _noun, _path, renamed, excused in places:
            assert set(excused) | set(renamed) <= columns, model


@pytest.mark.parametrize("model", PLACES, ids=lambda model: model.__name__)
def test_the_body_holds_every_column(model: type[models.Model]) -> None:
    """A column that is not excused is a key of the body, and a change of its value is a change of the body."""
    made = builders.everything()
    missing, unfelt = [], []
    for noun, path, renamed, excused in PLACES[model]:
        body = body_of(made[noun])
        (entry, *_others) = body[path] if path else [body]
        row = _row_behind(made, model, noun)
        for column in model._meta.concrete_fields:
            if column.name in excused:
                continue
            if renamed.get(column.name, column.name) not in entry:
                missing.append(column.name)
                continue
            with for_a_moment(row, _another(column, row, made)):
                changed = body_of(made[noun])
            if changed == body or content_hash(changed) == content_hash(body):
                unfelt.append(column.name)
    assert (missing, unfelt) == ([], [])


@pytest.mark.parametrize("model", [model for model in PLACES if model is not Snapshot], ids=lambda model: model.__name__)
def test_what_is_frozen_voids_an_approval_and_nothing_else_does(model: type[models.Model]) -> None:
    """The trigger looks at the very columns that the body holds, and at those that say whose part a row is. A snapshot is never altered."""
    made = builders.everything()
    submission = approve(submit(builders.publishables(made), by=builders.author(), reason="a test"), by=builders.reviewer())
    wrong = []
    for noun, _path, _renamed, excused in PLACES[model]:
        row = _row_behind(made, model, noun)
        of_noun = submission.versions.filter(kind=kind_of(made[noun]), key=made[noun].public_key)
        for column in model._meta.concrete_fields:
            if column.name == "id" or excused.get(column.name, "").startswith("the body is"):
                continue
            others = _another(column, row, made)
            submission.versions.using("owner").update(voided_at=None)
            with for_a_moment(row, others):
                voided = of_noun.get().voided_at is not None
                any_voided = submission.versions.exclude(voided_at=None).exists()
            if voided is (column.name in excused) or any_voided is not voided:
                wrong.append((noun, column.name))
    assert wrong == []


def test_the_list_of_what_is_not_frozen_names_columns_that_there_are() -> None:
    """For each table that the trigger looks at; those of a snapshot, which nobody can alter, are held here alone."""
    with connections["default"].cursor() as cursor:
        for model, places in PLACES.items():
            cursor.execute("SELECT tracker_not_frozen(%s)", [model._meta.db_table])
            (listed,) = cursor.fetchone()
            excused = {name for name, why in places[0][3].items() if name != "id" and not why.startswith("the body is")}
            assert set(listed) == {model._meta.get_field(name).attname for name in excused}, model


@contextmanager
def for_a_moment(row: models.Model, values: dict[str, Any]) -> Iterator[None]:
    """Other values in a row. As the owner for a snapshot, which the desk may not alter."""
    rows = type(row)._default_manager.using("owner" if isinstance(row, Snapshot) else "default").filter(pk=row.pk)
    before = rows.values(*values).get()
    if isinstance(row, Snapshot):
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE tracker_snapshot DISABLE TRIGGER USER")
    rows.update(**values)
    yield
    rows.update(**before)


def _row_behind(made: dict[str, Any], model: type[models.Model], noun: str) -> models.Model:
    names = {ActionEvent: "event", LegalStatus: "legal_status", CitationUse: "action_use"}
    if model in KINDS:
        return made[noun]
    if model is Translation:
        return made["translation" if noun == "recommendation" else f"{noun}_translation"]
    return made[names.get(model, model.__name__.lower())] if model is not Reply or noun == "action" else made["reply_to_assessment"]


def _another(column: models.Field, row: models.Model, made: dict[str, Any]) -> dict[str, Any]:
    """A value that the column doesn't hold, with what its constraints ask for beside it."""
    old = getattr(row, column.attname)
    match (type(row).__name__, column.name):
        case ("Effect", "undoes"):
            other = builders.effect(made["reversing_action"], made["other"])
            return {"undoes": other, "direction": ""}
        case ("Assessment", "supersedes"):
            return {"supersedes": made["outside_assessment"]}
        case ("Assessment", "assessor_kind"):
            return {"assessor_kind": "government", "assessor": "A ministry"}
        case ("LegalStatus", "party"):
            return {"party": Party.objects.create(key="another", kind="person", name="Another")}
        case ("Relation", "other"):
            return {"other": builders.recommendation("ANOTHER-1", made["paper"])}
        case ("CitationUse", "citation"):
            return {"citation": builders.citation(made["paper"], "EV-3")}
        case ("Addressee" | "Action", "government"):
            return {"government": builders.government("BE")}
        case ("Effect" | "Assessment", "addressee"):
            return {"addressee": made["other"].addressees.get()}
        case ("Translation", "text"):
            return {"text": "note"}
        case ("Translation", "language"):
            return {"language": "es"}
        case ("Translation", "kind"):
            return {"kind": "ours"}
        case (_, "measure"):
            return {"measure": builders.measure("closure")}
        case (_, "recorded_by" | "edited_by"):
            return {column.name: builders.reviewer()}
        case ("Government", "code"):
            return {"code": "XX"}
        case ("Government", "kind"):
            return {"kind": "group"}
        case ("Government", "includes_every_state"):
            return {"includes_every_state": old}  # a group's alone
        case ("Government", "iso_3166_2"):
            return {"iso_3166_2": old}  # a government's within a state alone
        case (_, "wikidata"):
            return {"wikidata": "Q99999909"}
        case ("Party", "kind"):
            return {"kind": "organisation"}
    return {column.name: _other_value(column, old, made)}


def _other_value(column: models.Field, old: Any, made: dict[str, Any]) -> Any:
    if column.is_relation:
        return next(made[name] for name in ("document", "paper") if made[name].pk != old)
    if isinstance(column, models.BooleanField):
        return not old
    if isinstance(column, models.DateTimeField):
        return old + dt.timedelta(seconds=1)
    if isinstance(column, models.DateField):
        return dt.date(2030, 1, 1)
    if isinstance(column, models.IntegerField):
        return old + 1
    if vocabulary := getattr(column, "vocabulary", None):
        return next(word.value for word in vocabulary if word.value not in (old, "not_assessed"))
    if column.get_internal_type() == "PartialDateField":
        return "1999-12-31"
    return "b" * 64 if column.name in ("sha256", "archived_as") else f"{old}-x"


def test_what_an_effect_undoes_is_in_the_body() -> None:
    made = builders.everything()
    (entry,) = body_of(made["reversing_action"])["effects"]
    assert entry["undoes"] == made["effect"].key
    assert entry["direction"] is None


@pytest.mark.parametrize(
    ("noun", "change"),
    [
        ("recommendation", lambda made: made["recommendation"].themes.clear()),
        ("recommendation", lambda made: type(made["theme"]).objects.update(name="renamed")),
        ("recommendation", lambda made: type(made["measure"]).objects.update(name="renamed")),
        ("action", lambda made: type(made["measure"]).objects.update(name="renamed")),
        ("action", lambda made: Party.objects.update(name="Renamed")),
        ("action", lambda made: made["legal_status_use"].delete()),
        ("action", lambda made: Citation.objects.filter(key="EV-2").update(says="Something else.")),
        ("action", lambda made: made["dispute_use"].delete()),
        ("action", lambda made: ActionEvent.objects.create(action=made["action"], kind="expired", on="2022")),
        ("assessment", lambda made: made["position_use"].delete()),
        ("assessment", lambda made: Citation.objects.filter(key="EV-1").update(locator="p. 99")),
        ("earlier_assessment", lambda made: Search.objects.update(found="Something.")),
        ("action", lambda made: made["reply_use"].delete()),
        ("assessment", lambda made: Reply.objects.update(words="Something else.")),
        ("document", lambda made: Snapshot.objects.create(
            document=made["document"], sha256="b" * 64, size=1, media_type="text/html",
            captured_at=dt.datetime(2021, 1, 1, tzinfo=dt.UTC), captured_how="by hand", stored_as="b")),
    ],
)  # fmt: skip
def test_the_hash_follows_what_belongs_to_a_record(noun: str, change: Any) -> None:
    made = builders.everything()
    before = content_hash(body_of(made[noun]))
    change(made)
    assert content_hash(body_of(made[noun])) != before


def test_the_hash_does_not_follow_what_is_nobody_elses_business() -> None:
    """Who typed it last and when is no part of what a record says; another record's change is none either."""
    made = builders.everything()
    before = {name: content_hash(body_of(made[name])) for name in ("action", "recommendation", "assessment", "document")}
    for record in builders.publishables(made):
        type(record).objects.filter(pk=record.pk).update(edited_by=builders.reviewer(), edited_at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    made["other"].note = "Changed."
    made["other"].save()
    assert {name: content_hash(body_of(made[name])) for name in before} == before


def _entered(order: tuple[int, ...]) -> Action:
    """An action whose children were entered in an order."""
    paper = builders.document("PAPER")
    target = [builders.recommendation(f"REC-{n}", paper) for n in range(3)]
    parties = [Party.objects.create(key=f"unnamed-{n}", kind="unnamed", name="an unnamed diplomat") for n in range(3)]
    passages = [builders.citation(paper, f"EV-{n}") for n in range(3)]
    record = builders.action("ACT-1")
    for n in order:
        ActionEvent.objects.create(action=record, kind=("announced", "in_force", "expired")[n], on="2020-05")
        status = LegalStatus.objects.create(action=record, party=parties[n], standing="expelled", on="2020-01-15", said_by=f"Ministry {n}")
        for m in order:
            builders.cite(status, passages[m])
        builders.cite(record, passages[n])
        builders.effect(record, target[n])
    return record


ORDERS = list(itertools.permutations(range(3)))


def test_the_hash_does_not_depend_on_the_order_of_entry() -> None:
    """Two diplomats whom nobody names, expelled on one day, are told apart by key, so that the order is always the same."""
    hashes = set()
    for order in ORDERS:
        record = _entered(order)
        hashes.add(content_hash(body_of(record)))
        for model in (CitationUse, Effect, LegalStatus, ActionEvent, Action, Addressee, Recommendation, Citation, Party, Document):
            model.objects.all().delete()
    assert len(hashes) == 1


def test_a_body_is_made_of_json_values_and_comes_back_from_the_database_as_it_was() -> None:
    made = builders.everything()
    Document.objects.filter(key="REPORT").update(title="Ночь “and” \\ émigré \U0001f512 \u2028", note="line\nline\ttab\x7f")
    submission = submit(builders.publishables(made), by=builders.author(), reason="a test")
    for version in submission.versions.all():
        frozen = body_of(MODELS[RecordKind(version.kind)].objects.get(**{_key_name(version.kind): version.key}))
        assert version.body == frozen == json.loads(json.dumps(frozen))
        assert version.content_hash == content_hash(version.body) == content_hash(frozen)


def _key_name(kind: str) -> str:
    return "reference" if kind == "recommendation" else "key"


def test_the_hash_is_that_of_canonical_json() -> None:
    """Sorted keys, no white space, UTF-8: anybody can compute it again from the published body."""
    assert content_hash({"b": 1, "a": ["é", None, True]}) == hashlib.sha256('{"a":["é",null,true],"b":1}'.encode()).hexdigest()


def test_a_frozen_record_needs_no_query_of_its_own(django_assert_num_queries: Any) -> None:
    made = builders.everything()
    for name in ("document", "recommendation", "action", "assessment"):
        kind = kind_of(made[name])
        (record,) = MODELS[kind].objects.filter(pk=made[name].pk).prefetch_related(*PREFETCH[kind])
        with django_assert_num_queries(0):
            freeze(record)
            # what it is called in lists of changes needs none either
            title_of(record)


def test_what_is_frozen_is_what_the_database_holds() -> None:
    """Not what a caller has in hand and hasn't saved."""
    made = builders.everything()
    made["document"].title = "Typed and not saved"
    submission = submit([made["document"]], by=builders.author(), reason="a test")
    assert submission.versions.get().body["title"] == "Title of REPORT"


def test_a_version_whose_body_is_not_what_its_hash_says_is_refused() -> None:
    """Whoever writes a version past the verbs can't have another text approved under the record's hash."""
    made = builders.everything()
    submission = submit([made["document"]], by=builders.author(), reason="a test")
    honest = submission.versions.get()
    forged = type(submission).objects.create(reason="forged", submitted_by=builders.author())
    type(honest).objects.create(
        submission=forged,
        kind=honest.kind,
        key=honest.key,
        title=honest.title,
        body=honest.body | {"title": "Something else"},
        content_hash=honest.content_hash,
        recorded_by=honest.recorded_by,
        edited_by=honest.edited_by,
    )
    with pytest.raises(Refused, match="REPORT"):
        approve(forged, by=builders.reviewer())

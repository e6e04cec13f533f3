"""Every constraint refuses by raw SQL, as the desk's role, what its name promises."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import CheckConstraint, UniqueConstraint

from config.postgres import Cluster
from tests import builders
from tests.sql import refusal
from tracker.fields import WordField
from tracker.models import AccountEvent, Comment, Effect, KeptForm, User
from tracker.models.base import KEY_PATTERN, Publishable

EDITORIAL = [model for model in apps.get_app_config("tracker").get_models() if not model._meta.db_table.startswith('"')]
CONSTRAINTS = {constraint.name: (model, constraint) for model in EDITORIAL for constraint in model._meta.constraints}

# What breaks a promise: values (SQL) put into a row that otherwise keeps them all. {name} stands for the id of another record.
BROKEN: dict[str, tuple[str, dict[str, str]]] = {
    "government_code_is_capital_letters": ("government", {"code": "'al'"}),
    "only_a_group_includes_every_state": ("government", {"includes_every_state": "true"}),
    "a_group_is_not_its_own_member": ("membership", {"member_id": "group_id"}),
    "snapshot_hash_is_sha256": ("snapshot", {"sha256": "'ABC'"}),
    "citation_use_serves_exactly_one_record": ("action_use", {"assessment_id": "{assessment}"}),
    "reference_is_letters_digits_dots_hyphens": ("recommendation", {"reference": "'a b'"}),
    "a_recommendation_is_not_related_to_itself": ("relation", {"other_id": "recommendation_id"}),
    "a_legal_status_says_who_says_it": ("legal_status", {"said_by": "''"}),
    "a_reversing_effect_takes_its_sign_from_what_it_undoes": ("effect", {"direction": "''"}),
    "an_effect_does_not_undo_itself": ("undoing", {"undoes_id": "id"}),
    "an_assessment_gives_a_status": ("assessment", {"status": "'not_assessed'"}),
    "an_outside_assessor_has_a_name": ("outside_assessment", {"assessor": "''"}),
    "assessor_kind_is_in_the_vocabulary": ("outside_assessment", {"assessor_kind": "'splendid'"}),
    "an_assessment_does_not_supersede_itself": ("assessment", {"supersedes_id": "id"}),
    "only_a_published_submission_has_an_edition": ("submission", {"edition": "7"}),
    "a_published_submission_has_an_edition": ("submission", {"state": "'published'"}),
    "version_approver_is_not_its_author": ("version", {"approved_by_id": "recorded_by_id"}),
    "version_approver_is_not_its_last_editor": ("version", {"approved_by_id": "edited_by_id"}),
    "only_a_withdrawal_forwards": ("version", {"forwards_to": "'PAPER'"}),
    "a_copy_is_named_by_its_sha256": ("citation", {"archived_as": "'ABC'"}),
    "a_marked_passage_ends_after_it_begins": ("citation", {"ends": "begins"}),
    "a_capture_is_of_an_address_or_a_file": ("capture", {"url": "''"}),
    "what_is_held_has_a_snapshot": ("capture", {"state": "'held'"}),
    "what_brought_nothing_is_set_aside_by_someone": ("capture", {"state": "'nothing'", "seen_at": "now()"}),
    "who_saw_a_lost_passage_says_what_was_decided": ("passagecheck", {"decision": "'Cited elsewhere'"}),
    "a_moved_deadline_says_why": ("deadlinemove", {"reason": "''"}),
    "translation_kind_is_in_the_vocabulary": ("document_translation", {"kind": "'splendid'"}),
    "a_translation_is_of_one_record": ("translation", {"document_id": "{document}", "text": "'note'"}),
    "a_translation_is_of_a_text_that_the_record_has": ("translation", {"text": "'rationale'"}),
    "a_translation_names_its_language": ("translation", {"language": "'French'"}),
    "a_translation_says_what_and_of_what": ("translation", {"words": "' '"}),
    "a_translation_names_its_translator": ("translation", {"translator": "''"}),
    "an_official_translation_says_where_it_can_be_read": ("translation", {"url": "''"}),
    "a_reply_is_to_one_record": ("reply", {"assessment_id": "{assessment}"}),
    "a_reply_says_who_and_what": ("reply", {"said_by": "' '"}),
    "an_applied_import_says_by_whom_and_when": ("import", {"applied_by_id": "made_by_id"}),
    "an_import_is_applied_once_it_says_so": ("import", {"state": "'applied'"}),
    "an_undone_import_says_by_whom_when_and_why": ("import", {"undone_by_id": "made_by_id"}),
    "an_answered_challenge_says_why": ("challenge", {"state": "'upheld'"}),
    "challenge_state_is_in_the_vocabulary": (
        "challenge",
        {"state": "'splendid'", "answer": "'x'", "answered_by_id": "{user}", "answered_at": "now()"},
    ),
    "only_a_settled_comment_is_answered": ("comment", {"settled_note": "'x'"}),
    "what_another_did_to_an_account_says_who_and_why": ("accountevent", {"kind": "'password_set'"}),
    "only_the_change_of_a_role_may_concern_no_account": ("accountevent", {"user_id": "NULL"}),
    "a_challenge_says_what_is_wrong": ("challenge", {"says": "' '"}),
    "a_comment_says_something": ("comment", {"text": "' '"}),
    "a_settled_comment_says_by_whom_and_when": ("comment", {"settled_by_id": "by_id"}),
}
# Two ways of breaking one promise, where the first does not show the whole of it.
ALSO_BROKEN: list[tuple[str, str, dict[str, str]]] = [
    ("citation_use_serves_exactly_one_record", "action_use", {"action_id": "NULL"}),
    ("a_reversing_effect_takes_its_sign_from_what_it_undoes", "undoing", {"direction": "'fulfils'"}),
    ("reference_is_letters_digits_dots_hyphens", "recommendation", {"reference": "'-A'"}),
    ("reference_is_letters_digits_dots_hyphens", "recommendation", {"reference": "''"}),
    ("reference_is_letters_digits_dots_hyphens", "recommendation", {"reference": "'A/B'"}),
    ("government_code_is_capital_letters", "government", {"code": "'A'"}),
    ("snapshot_hash_is_sha256", "snapshot", {"sha256": "repeat('A', 64)"}),
    ("an_assessment_gives_a_status", "assessment", {"status": "'splendid'"}),
    ("a_marked_passage_ends_after_it_begins", "citation", {"ends": "NULL"}),
    ("what_brought_nothing_is_set_aside_by_someone", "capture", {"seen_at": "now()", "seen_by_id": "requested_by_id"}),
    ("a_translation_says_what_and_of_what", "translation", {"translates": "''"}),
    ("a_translation_names_its_language", "translation", {"language": "''"}),
    ("a_reply_is_to_one_record", "reply", {"action_id": "NULL"}),
    ("a_reply_says_who_and_what", "reply", {"words": "''"}),
    ("a_settled_comment_says_by_whom_and_when", "comment", {"settled_at": "now()"}),
]
ROW_OF = {"event": "event", "assessment": "assessment", "citationuse": "action_use", "legalstatus": "legal_status", "actionevent": "event"}


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    made = builders.everything()
    made["document"].edited_by = builders.user("editor")
    made["document"].save()
    submission = builders.submit([made["document"]], by=builders.author(), reason="a test")
    made["submission"], made["version"] = submission, submission.versions.get()
    made["keptform"] = KeptForm.objects.create(user=builders.author(), form="f", address="/admin/", typed=[], size=0)
    made["accountevent"] = AccountEvent.objects.create(kind="signed_in", user=builders.author())
    made["comment"] = Comment.objects.create(version=made["version"], text="Is it?", by=builders.reviewer())
    User.objects.create(username="shipped", is_system=True)
    made["user"] = builders.author()
    return made


def row_of(model: type[models.Model], made: dict[str, Any]) -> models.Model:
    name = model.__name__.lower()
    return made[ROW_OF.get(name, name)]


def write(row: models.Model, **values: str) -> str:
    table = row._meta.db_table
    return f"UPDATE {table} SET " + ", ".join(f"{column} = {value}" for column, value in values.items()) + f" WHERE {row._meta.pk.column} = {row.pk}"


def copy(row: models.Model, constraint: UniqueConstraint) -> str:
    """A second row that says the same under the promise, and differs wherever another promise wants it to."""
    columns, values = [], []
    for field in row._meta.concrete_fields:
        if field.primary_key:
            continue
        columns.append(f'"{field.column}"')
        different = field.unique and field.name not in constraint.fields and field.get_internal_type() in ("CharField", "SlugField")
        values.append(f"\"{field.column}\" || '-2'" if different else f'"{field.column}"')
    return f"INSERT INTO {row._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {row._meta.db_table} WHERE id = {row.pk}"


def test_every_promise_is_tried() -> None:
    words = {name for name, (model, constraint) in CONSTRAINTS.items() if word_of(model, constraint)}
    twice = {name for name, (_model, constraint) in CONSTRAINTS.items() if isinstance(constraint, UniqueConstraint)}
    assert set(CONSTRAINTS) - words - twice - set(BROKEN) == set()
    assert set(BROKEN) - set(CONSTRAINTS) == set()


def word_of(model: type[models.Model], constraint: Any) -> str | None:
    """The column that a constraint binds to a vocabulary, or nothing."""
    if not isinstance(constraint, CheckConstraint) or len(constraint.condition.children) != 1 or constraint.condition.negated:
        return None
    (child,) = constraint.condition.children
    if isinstance(child, tuple) and child[0].endswith("__in"):
        return child[0].removesuffix("__in")
    return None


def test_every_word_of_a_vocabulary_is_held_to_it() -> None:
    """A column that holds a word has a constraint that says so."""
    held = {(model, word_of(model, constraint)) for model, constraint in CONSTRAINTS.values()}
    loose = [f"{model.__name__}.{field.name}" for model in EDITORIAL for field in model._meta.local_fields if isinstance(field, WordField)]
    assert [name for name in loose if not name.split(".")[0].endswith("History") and name not in {f"{m.__name__}.{word}" for m, word in held}] == []


def test_the_database_refuses_what_each_name_promises(made: dict[str, Any], cluster: Cluster, desk: str) -> None:
    """As the desk by raw SQL; where something else refuses it first, as the owner."""
    unbroken = []
    ids = {name: record.pk for name, record in made.items()}
    with cluster.connect("owner", desk) as owner, cluster.connect("desk", desk) as connection:
        connection.execute("SELECT 1")

        def tried(name: str, statement: str, *before: str) -> None:
            refused = refusal(connection, *before, statement)
            if refused is not None and refused.diag.constraint_name is None:
                # A right or a trigger stood before it; the promise holds by itself.
                table = CONSTRAINTS[name][0]._meta.db_table
                refused = refusal(owner, *before, f"ALTER TABLE {table} DISABLE TRIGGER USER", statement)
            if refused is None or refused.diag.constraint_name != name:
                unbroken.append(f"{name}: {statement}: {refused}")

        for name, (noun, values) in BROKEN.items():
            tried(name, write(made[noun], **{column: value.format(**ids) for column, value in values.items()}))
        for name, noun, values in ALSO_BROKEN:
            tried(name, write(made[noun], **values))
        for name, (model, constraint) in CONSTRAINTS.items():
            if (word := word_of(model, constraint)) and name not in BROKEN:
                tried(name, write(row_of(model, made), **{word: "'splendid'"}))
            if isinstance(constraint, UniqueConstraint):
                tried(name, *reversed(twice(name, model, constraint, made)))
    assert unbroken == [], "\n".join(unbroken)


def twice(name: str, model: type[models.Model], constraint: UniqueConstraint, made: dict[str, Any]) -> list[str]:
    """Statements after which the promise would be broken, the last first."""
    match name:
        case "there_is_one_system_actor":
            return ["UPDATE tracker_user SET is_system = true"]
        case "an_addressee_has_one_first_staff_assessment":
            return [write(made["assessment"], supersedes_id="NULL")]
        case "an_event_is_recorded_once":
            return [
                copy(made["event"], constraint).replace('SELECT "action_id", "kind", "on", "decisive"', 'SELECT "action_id", "kind", "on", false')
            ]
        case "one_event_of_an_action_is_decisive":
            return [copy(made["event"], constraint).replace('SELECT "action_id", "kind", "on"', """SELECT "action_id", "kind", '2001'""")]
        case _ if name.endswith("_has_one_translation_a_text_and_language"):
            record = constraint.fields[0]
            return [copy(made["translation" if record == "recommendation" else f"{record}_translation"], constraint)]
        case _ if name.startswith("citation_serves_"):
            (record,) = set(constraint.fields) - {"citation"}
            row = made[f"{record}_use"]
            return [copy(row, constraint)]
    return [copy(row_of(model, made), constraint)]


def test_what_may_not_be_repeated_may_be_said_of_others(made: dict[str, Any], cluster: Cluster, desk: str) -> None:
    """The promises are no wider than their names: another event, another passage, another member are welcome."""
    builders.ActionEvent.objects.create(action=made["action"], kind="expired", on="2022", decisive=False)
    builders.ActionEvent.objects.create(action=made["action"], kind="expired", on="2023", decisive=False)
    builders.Membership.objects.create(group=made["group"], member=made["government"], since="2021")
    builders.cite(made["assessment"], made["dispute"], "context")
    builders.assessment("AS-9", made["other"])
    assert Effect.objects.filter(action=made["action"]).count() == 1


def test_keys_are_plain_wherever_a_key_becomes_an_address() -> None:
    """The four that have a page: the form refuses what an address can't carry; the database refuses two of one key."""
    for model in EDITORIAL:
        if issubclass(model, Publishable) and not model._meta.proxy:
            key = model._meta.get_field("reference" if model.__name__ == "Recommendation" else "key")
            assert key.unique
            assert [validator.regex.pattern for validator in key.validators if hasattr(validator, "regex")] == [KEY_PATTERN]

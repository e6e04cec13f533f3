"""The hash chain: what shows that nothing published was rewritten, and what an erasure leaves of it."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import call_command
from django.db import connections

from config.trouble import Trouble
from tests import builders
from tests.editions.conftest import Attempts
from tracker.editions.tables import ChainLink, DocumentEdition, EffectEdition, Erasure, RecordEdition, SiteEdition, TranslationEdition
from tracker.editorial.erasing import BLANK, erase, places
from tracker.editorial.verbs import Refused
from tracker.editorial.verification import verify
from tracker.jobs.models import JobReport
from tracker.models import Document, Party, User, Version

AsRole = Callable[[str], Attempts]
NAME = 'Jane O\'Doe (née "Rö")'


@pytest.fixture
def three_editions(made: dict[str, Any]) -> dict[str, Any]:
    """Three editions, the second of which corrects a document."""
    made["document"].note = "Another note."
    made["document"].save()
    builders.put_out(made["document"])
    builders.put_out(builders.document("THIRD"))
    return made


def test_what_was_published_verifies(three_editions: dict[str, Any]) -> None:
    found = verify(every_edition=True)
    assert found.problems == ()
    assert (found.editions, found.records) == (3, RecordEdition.objects.count())
    assert found.head == ChainLink.objects.first().digest
    assert len({link.digest for link in ChainLink.objects.all()}) == 3


def test_a_reviewer_who_is_called_otherwise_since_then_is_the_same_person(three_editions: dict[str, Any]) -> None:
    User.objects.filter(username="reviewer").update(last_name="Reviewer-Smith")
    assert verify(every_edition=True).problems == ()


def test_the_case_files_verify(casefile_desk: str) -> None:
    assert verify(every_edition=True).problems == ()


# What the database does not reckon itself of an effect's row.
WRITTEN = ", ".join(field.column for field in EffectEdition._meta.concrete_fields if not field.generated)
TAMPERING = {
    "a body": "UPDATE editions.record SET body = jsonb_set(body, '{note}', '\"forged\"') WHERE kind = 'document' AND key = 'REPORT'",
    "a body and its hash": "UPDATE editions.record SET title = 'forged' WHERE key = 'THIRD'",
    "a name": "UPDATE editions.record SET approved_by = 'A Minister' WHERE key = 'THIRD'",
    "a reason": "UPDATE editions.site_edition SET reason = 'forged' WHERE number = 2",
    "a moment": "UPDATE editions.site_edition SET published_at = published_at - interval '1 second' WHERE number = 2",
    "a nature": "UPDATE editions.record SET nature = 'added_to' WHERE nature = 'corrected'",
    "a record taken away": "DELETE FROM editions.record WHERE key = 'THIRD'",
    "a link": "UPDATE editions.chain SET digest = repeat('0', 64) WHERE number = 2",
    "a link taken away": "DELETE FROM editions.chain WHERE number = 3",
    "a salt taken away": "UPDATE editions.record SET salt = NULL WHERE key = 'THIRD'",
    "a row reopened": "UPDATE editions.record SET known_to = NULL WHERE known_to IS NOT NULL",
    "a status for reading": "UPDATE editions.addressee SET rationale = 'forged' WHERE assessment IS NOT NULL",
    "a row for reading closed": "UPDATE editions.effect SET known_to = now() WHERE known_to IS NULL",
    "a row for reading added": f"INSERT INTO editions.effect ({WRITTEN}) OVERRIDING SYSTEM VALUE SELECT {WRITTEN} FROM (SELECT another.* FROM"
    """ editions.effect e, jsonb_populate_record(e, '{"id": 9999, "key": "LK-X"}') AS another LIMIT 1) AS another""",
    "an approval": "UPDATE tracker_version SET approved_by_id = recorded_by_id WHERE key = 'THIRD'",
    "another approver": "UPDATE tracker_version SET approved_by_id = (SELECT id FROM tracker_user WHERE username = 'third') WHERE key = 'THIRD'",
    "another approver, and the history of it": """
        WITH third AS (SELECT id FROM tracker_user WHERE username = 'third'),
             history AS (UPDATE tracker_versionhistory SET approved_by_id = third.id FROM third WHERE key = 'THIRD' AND approved_by_id IS NOT NULL)
        UPDATE tracker_version SET approved_by_id = third.id FROM third WHERE key = 'THIRD'
    """,
    "an edition renumbered": "UPDATE editions.site_edition SET number = 7 WHERE number = 3",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_shows(three_editions: dict[str, Any], as_role: AsRole, what: str) -> None:
    """By whoever owns the tables and switches every trigger off."""
    owner = as_role("owner").connection
    builders.user("third")
    kept = ("record", "site_edition", "chain", "addressee", "effect")
    for table in (*(f"editions.{name}" for name in kept), "tracker_version", "tracker_versionhistory"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner.execute("ALTER TABLE tracker_version DROP CONSTRAINT version_approver_is_not_its_author")
    owner.execute("ALTER TABLE tracker_version DROP CONSTRAINT version_approver_is_not_its_last_editor")
    owner.execute("DROP INDEX editions.a_record_has_one_current_edition")
    assert owner.execute(TAMPERING[what]).rowcount > 0
    assert verify(every_edition=True).problems != ()


def test_who_forges_everything_anew_cannot_forge_the_head_that_was_noted(three_editions: dict[str, Any], as_role: AsRole) -> None:
    noted = verify().head
    owner = as_role("owner").connection
    owner.execute("ALTER TABLE editions.chain DISABLE TRIGGER USER")
    owner.execute("UPDATE editions.chain SET digest = repeat('0', 64) WHERE number = 3")
    said = io.StringIO()
    with pytest.raises(Trouble, match="not as they were published"):
        call_command("verify_history", head=noted, verbosity=0, stdout=said)
    assert f"The head {noted} that you noted stands nowhere in the chain." in said.getvalue()


def test_the_command_says_the_head(three_editions: dict[str, Any]) -> None:
    said = io.StringIO()
    call_command("verify_history", every_edition=True, verbosity=0, stdout=said)
    assert said.getvalue().startswith("3 editions with ")
    assert ChainLink.objects.first().digest in said.getvalue()


@pytest.mark.parametrize("role", ["desk", "public", "eraser"])
def test_nobody_who_runs_the_site_writes_the_chain(as_role: AsRole, made: dict[str, Any], role: str) -> None:
    db = as_role(role)
    db.connection.execute("SET default_transaction_read_only = off")
    statements = [
        "INSERT INTO editions.chain VALUES (2, '', repeat('0', 64))",
        "UPDATE editions.chain SET digest = digest",
        "DELETE FROM editions.chain",
        "TRUNCATE editions.chain",
        "UPDATE editions.erasure SET reason = reason",
        "DELETE FROM editions.erasure",
    ]
    if role != "eraser":
        statements.append(
            "INSERT INTO editions.erasure (erased_at, erased_by, reason, records, rows, written_in) VALUES (now(), 'x', 'x', '[]', 0, 0)"
        )
    assert db.let_through(statements) == []


# Erasing


@pytest.fixture
def named(made: dict[str, Any]) -> dict[str, Any]:
    """A party's name in a record, in its versions, in the history and in what is published; in a reason; and in what the desk's tools keep."""
    Party.objects.update(name=NAME)
    made["action"].description = f"The ministry told {NAME} to leave. Jane O'Doering stayed."
    made["action"].save()
    builders.put_out(made["action"], reason=f"{NAME} is named")
    builders.put_out(builders.document("THIRD"))
    LogEntry.objects.create(user=builders.author(), action_flag=CHANGE, object_repr=NAME, change_message=f"Changed {NAME}.")
    EmailAddress.objects.create(user=builders.author(), email=NAME)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args) VALUES ('x', 'x', %s) RETURNING id", [json.dumps({"whose": [NAME]})]
        )
        JobReport.objects.create(job_id=cursor.fetchone()[0], sentence=f"{NAME} was captured.")
    return made


def everything_that_is_kept() -> str:
    """Every word of every table, as the owner reads it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'editions') AND tablename <> 'erasure'"
        )
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found).replace('""', '"').replace("\\", "")


def test_an_erasure_leaves_nothing_of_the_words_and_the_chain_whole(named: dict[str, Any]) -> None:
    head = verify(every_edition=True).head
    assert "Jane O'Doe (" in everything_that_is_kept()
    log = erase([NAME], by="The data protection officer", reason="A court order.")
    left = everything_that_is_kept()
    assert "Jane O'Doe (" not in left
    assert "Jane O'Doering stayed" in left, "only whole words go"
    found = verify(every_edition=True)
    assert (found.problems, found.head) == ((), head)
    assert Party.objects.get().name == BLANK
    row = RecordEdition.objects.get(kind="action", key="ACT-1", known_to=None)
    assert (row.salt, row.body["description"], row.reason) == (
        None,
        f"The ministry told {BLANK} to leave. Jane O'Doering stayed.",
        f"{BLANK} is named",
    )
    assert {"edition": 2, "kind": "action", "key": "ACT-1"} in log.records
    assert {"edition": 2, "kind": "edition", "key": ""} in log.records
    assert (log.erased_by, log.reason) == ("The data protection officer", "A court order.")
    assert RecordEdition.objects.get(key="THIRD").salt, "what held none of the words keeps its salt"


def test_an_erased_record_is_not_a_changed_one(named: dict[str, Any]) -> None:
    """The desk holds what the public edition says: nobody finds it in a queue, and it can be edited and published on."""
    erase([NAME], by="An officer", reason="A court order.")
    action = named["action"]
    action.refresh_from_db()
    action.scope_note = "More."
    action.save()
    assert builders.put_out(action).number == 4
    assert verify(every_edition=True).problems == ()


def test_an_erasure_that_nobody_logged_shows(named: dict[str, Any], as_role: AsRole) -> None:
    erase([NAME], by="An officer", reason="A court order.")
    owner = as_role("owner").connection
    owner.execute("ALTER TABLE editions.erasure DISABLE TRIGGER USER")
    owner.execute("DELETE FROM editions.erasure")
    assert any("no erasure is on record" in problem for problem in verify().problems)


def test_the_eraser_blanks_only_where_it_says_that_it_erases(named: dict[str, Any], as_role: AsRole) -> None:
    eraser = as_role("eraser")
    log = "INSERT INTO editions.erasure (erased_at, erased_by, reason, records, rows, written_in) VALUES (now(), 'x', 'x', '[]', 0, 0)"
    blank = "SELECT editions.blank_words('{}', '{}', '{}', 'ACT-1|REPORT|author')"
    kept = [
        blank.format("editions", "document", "title"),
        blank.format("public", "tracker_version", "title"),
        blank.format("public", "tracker_documenthistory", "title"),
        blank.format("public", "tracker_user", "username"),
        "SELECT editions.hash_again()",
    ]
    assert eraser.let_through(kept) == []
    assert [statement for statement in kept if eraser.refusal(log, statement) is not None] == []
    published = [blank.format("editions", "record", "body"), blank.format("editions", "site_edition", "reason").replace("author", "test")]
    names = """'[{"edition": 1, "kind": "document", "key": "REPORT"}]'"""
    for records in ("'[]'", names):
        assert [statement for statement in published if eraser.refusal(log.replace("'[]'", records), statement) is None] == [], (
            "the log does not say so"
        )
    never = [
        *(f"UPDATE {table} SET {column} = {column}" for table, column in WRITABLE),
        "UPDATE editions.record SET known_to = NULL",
        "DELETE FROM editions.record",
        "DELETE FROM tracker_documenthistory",
        "UPDATE tracker_version SET approved_by_id = NULL",
        "INSERT INTO editions.document SELECT * FROM editions.document",
        "INSERT INTO tracker_documenthistory SELECT * FROM tracker_documenthistory",
        "SELECT password FROM tracker_user",
        *(blank.format(*column) for column in NO_WORDS),
    ]
    assert [statement for statement in never if eraser.refusal(log, statement) is None] == []


WRITABLE = [
    ("editions.record", "leaf"),
    ("editions.record", "body"),
    ("editions.record", "title"),
    ("editions.assessment", "rationale"),
    ("tracker_user", "password"),
    ("tracker_user", "username"),
    ("tracker_version", "body"),
    ("tracker_document", "title"),
    ("auth_permission", "name"),
]
NO_WORDS = [
    ("public", "tracker_user", "password"),
    ("public", "tracker_assessment", "status"),
    ("public", "tracker_version", "content_hash"),
    ("public", "auth_permission", "name"),
    ("editions", "record", "leaf"),
    ("editions", "record", "kind"),
    ("editions", "addressee", "status"),
    ("editions", "chain", "digest"),
    ("editions", "erasure", "reason"),
]


def test_no_role_but_the_erasers_blanks_anything(as_role: AsRole, made: dict[str, Any]) -> None:
    for role in ("desk", "public"):
        db = as_role(role)
        assert db.let_through(["SELECT editions.blank_words('editions', 'document', 'title', 'x')", "SELECT editions.hash_again()"]) == []


@pytest.mark.parametrize(
    ("words", "by", "reason", "sentence"),
    [
        ([], "x", "y", "which words"),
        (["ab"], "x", "y", "at least 3 characters"),
        ([" Jane "], "x", "y", "white space"),
        (["Nobody At All"], "x", "y", "stand nowhere"),
        ([NAME], "", "y", "who erases and why"),
        ([NAME], "x", " ", "who erases and why"),
        ([NAME], "x", f"so says {NAME}", "must not repeat"),
    ],
)
def test_an_erasure_that_cannot_be(named: dict[str, Any], words: list[str], by: str, reason: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        erase(words, by=by, reason=reason)
    assert Erasure.objects.count() == 0
    assert Party.objects.get().name == NAME


def test_the_command_first_says_where(named: dict[str, Any]) -> None:
    said = io.StringIO()
    call_command("erase", words=[NAME], verbosity=0, stdout=said)
    assert "public.tracker_party.name: 1\n" in said.getvalue()
    assert "Nothing was erased" in said.getvalue()
    assert Party.objects.get().name == NAME
    call_command("erase", words=[NAME], by="An officer", reason="A court order.", yes=True, verbosity=0, stdout=said)
    assert places([NAME]) == []
    assert Version.objects.exists()
    assert Document.objects.exists()
    assert DocumentEdition.objects.exists()
    assert SiteEdition.objects.get(number=2).salt is None


def test_a_translation_is_of_todays_wording_where_only_erased_words_differed(desk: str) -> None:
    paper = builders.document("PAPER")
    record = builders.recommendation("REC", paper, statement="Expel Jane Roe now.")
    builders.cite(record, builders.citation(paper, "EV"))
    builders.translation(record, "statement", translates="Expel Joan Roe now.", words="Expulser.")
    builders.put_out(paper, record)
    assert TranslationEdition.objects.get().outdated
    erase(["Jane Roe", "Joan Roe"], by="An officer", reason="A court order.")
    assert not TranslationEdition.objects.get().outdated
    assert verify(every_edition=True).problems == ()
    builders.taken_down(record, reason="An order of the court")
    assert verify(every_edition=True).problems == ()

"""What the database itself refuses: raw SQL as the desk's role and as the public's, past every line of Python."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg.types.json import Jsonb

from config.postgres import Cluster
from tests import builders
from tests.editions.conftest import Attempts
from tracker.editions import grants
from tracker.editions.tables import READING_TABLES, RecordEdition, SiteEdition
from tracker.editorial.verbs import approve, publish, submit
from tracker.editorial.verification import verify
from tracker.models import Addressee, Citation, Effect, Membership, Submission, Translation, User, Version, system_actor

AsRole = Callable[[str], Attempts]

NEW_EDITION = (
    "INSERT INTO editions.site_edition (number, published_at, published_by, reason, records, written_in)"
    " VALUES (0, now(), 'somebody', 'forged', {records}, 0)"
)
FORGED_EDITION = NEW_EDITION.format(records=1)
TABLES = [table._meta.db_table.replace('"', "") for table in (*READING_TABLES, RecordEdition, SiteEdition)]
DATABASES_OWN = ["editions.chain", "editions.erasure"]
"""Published too, and written by nobody who runs the site: tests/editions/test_chain.py tries them."""
RELEASES = ["editions.release", "editions.release_file", "editions.release_line"]
"""What was released, which stays as it was made: tests/releases tries them."""
SET_ASIDE = "editions.withheld"
"""What was taken down, which no reader reads: tests/public/test_takedowns.py tries it."""


def columns_of(db: Attempts, table: str) -> list[str]:
    """Columns that can be written: all but those that the database computes."""
    return [
        name
        for (name,) in db.rows(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''", [table]
        )
    ]


def copies(db: Attempts, table: str, **changed: str) -> str:
    """A statement that writes the table's rows once more, with some columns changed."""
    columns = [name for name in columns_of(db, table) if name != "id"]
    quoted = [f'"{name}"' for name in columns]
    values = ", ".join(changed.get(name, column) for name, column in zip(columns, quoted, strict=True))
    return f"INSERT INTO {table} ({', '.join(quoted)}) SELECT {values} FROM {table} WHERE known_to IS NULL"


@pytest.fixture
def db(as_role: AsRole, made: dict[str, Any]) -> Attempts:
    """The desk's role, in a database with one published record of every noun."""
    return as_role("desk")


# Outside of publishing


def test_every_published_table_is_tried_here(as_role: AsRole, made: dict[str, Any]) -> None:
    db = as_role("owner")
    assert {*TABLES, *DATABASES_OWN, *RELEASES, SET_ASIDE} == {
        f"editions.{name}"
        for (name,) in db.rows("SELECT relname::text FROM pg_class WHERE relnamespace = 'editions'::regnamespace AND relkind = 'r'")
    }
    for table in TABLES:
        assert db.rows(f"SELECT 1 FROM {table} LIMIT 1"), f"{table} holds nothing to try with"


def test_the_desk_cannot_write_a_published_table_outside_of_publishing(db: Attempts) -> None:
    statements = []
    for table in TABLES:
        if table != "editions.site_edition":
            statements.append(copies(db, table))
            statements.append(copies(db, table, edition="1", known_from="now() - interval '1 day'", known_to="now()"))
        statements += [f"UPDATE {table} SET {column} = {column}" for column in columns_of(db, table)]
        statements += [
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"ALTER TABLE {table} DISABLE TRIGGER USER",
            f"ALTER TABLE {table} ADD COLUMN more integer",
            f"ALTER TABLE {table} OWNER TO CURRENT_USER",
            f"DROP TABLE {table}",
            f"CREATE TRIGGER a_trick BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION editions.stamp()",
            f"CREATE RULE a_trick AS ON UPDATE TO {table} DO INSTEAD NOTHING",
            f"GRANT ALL ON {table} TO CURRENT_USER",
        ]
    assert db.let_through([statement for statement in statements if not statement.startswith("GRANT")]) == []
    for table in TABLES:  # GRANT of what one may not give only warns: what counts is that nothing is given
        db.refusal(f"GRANT ALL ON {table} TO PUBLIC")
    assert db.rows("SELECT grantee FROM information_schema.role_table_grants WHERE grantee = 'PUBLIC' AND table_schema = 'editions'") == []


def test_a_row_cannot_be_closed_outside_of_publishing(db: Attempts) -> None:
    for table in TABLES:
        if table != "editions.site_edition":
            assert db.refusal(f"UPDATE {table} SET known_to = now()") is not None, table


# Within a transaction that says that it publishes


def test_an_edition_that_publishes_nothing_is_refused(db: Attempts) -> None:
    """So that nobody can open one to write something else in it."""
    for records in (0, 1):
        assert db.refusal(NEW_EDITION.format(records=records)) is not None


def everything_anew(made: dict[str, Any]) -> None:
    """Another edition in which every row says something else, so that each table has closed rows."""
    for record in (made["document"], made["recommendation"], made["action"], made["assessment"], made["government"]):
        record.note = "Changed."
        record.save()
    Addressee.objects.update(basis="tracked")
    Effect.objects.update(reasoning="Changed.")
    Citation.objects.update(says="Changed.")
    Membership.objects.update(until="2030")
    Translation.objects.update(words="Changed.")
    builders.put_out(*builders.publishables(made))


def test_a_closed_row_is_not_opened_moved_or_rewritten_by_an_edition(db: Attempts, made: dict[str, Any]) -> None:
    """Within an edition, only known_to, once, from nothing to the edition's own time."""
    everything_anew(made)
    # In an edition that is in order but for what is tried: an empty one is refused for itself.
    edition = publication(approved(made))
    assert db.refusal(*edition) is None
    went_through = []
    for table in TABLES:
        for column in columns_of(db, table):
            if column != "known_to" and db.refusal(*edition, f"UPDATE {table} SET {column} = {column}") is None:
                went_through.append((table, column))
        again = f"UPDATE {table} SET known_to = now() WHERE known_to IS NOT NULL"
        if table != "editions.site_edition":
            assert db.rows(f"SELECT 1 FROM {table} WHERE known_to IS NOT NULL"), f"{table} has no closed row to try with"
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"UPDATE {table} SET known_to = NULL", again):
            if table != "editions.site_edition" and db.refusal(*edition, statement) is None:
                went_through.append((table, statement))
    assert went_through == []


def approved(made: dict[str, Any], noun: str = "document", **fields: Any) -> Version:
    """A version that a second person approved and nobody published so far."""
    for name, value in (fields or {"note": "Another note."}).items():
        setattr(made[noun], name, value)
    made[noun].save()
    submission = submit([made[noun]], by=builders.author(), reason="a correction")
    approve(submission, by=builders.reviewer())
    return submission.versions.get()


CLOSE = "UPDATE editions.record SET known_to = now() WHERE known_to IS NULL AND kind = %s AND key = %s"
RECORD = (
    "INSERT INTO editions.record (edition, known_from, known_to, kind, key, title, change, reason, recorded_by, approved_by, published_by,"
    " provenance, content_hash, body, forwards_to) VALUES (%(edition)s, %(known_from)s, %(known_to)s, %(kind)s, %(key)s, %(title)s, %(change)s,"
    " %(reason)s,"
    " %(recorded_by)s, %(approved_by)s, %(published_by)s, %(provenance)s, %(content_hash)s, %(body)s, %(forwards_to)s)"
)


def written(version: Version, **forged: Any) -> tuple[str, Any]:
    """The statement that writes a version's edition, with something forged in it."""
    honest = {
        "edition": 0, "known_from": dt.datetime.now(dt.UTC), "known_to": None, "kind": version.kind, "key": version.key, "title": version.title,
        "change": version.change, "reason": version.submission.reason, "recorded_by": "Ada Author", "approved_by": "Rita Reviewer",
        "published_by": "somebody", "provenance": version.provenance, "content_hash": version.content_hash, "body": version.body,
        "forwards_to": version.forwards_to,
    }  # fmt: skip
    values = honest | forged
    return RECORD, {name: Jsonb(value) if name == "body" else str(value) if isinstance(value, str) else value for name, value in values.items()}


def publication(version: Version, **forged: Any) -> list[Any]:
    """The statements of publishing one record by hand."""
    return [FORGED_EDITION, (CLOSE, [str(version.kind), version.key]), written(version, **forged)]


def test_an_approved_version_can_be_published_by_hand(db: Attempts, made: dict[str, Any]) -> None:
    """The refusals below are refusals of what is forged, not of everything."""
    assert db.refusal(*publication(approved(made))) is None


FORGED_RECORDS: list[dict[str, Any]] = [
    {"body": {"title": "Something else"}},
    {"content_hash": "0" * 64},
    {"key": "PAPER"},
    {"kind": "action"},
    {"change": "withdraw"},
    {"provenance": "shipped"},
    {"title": "Something else"},
    {"reason": "Another reason"},
    {"approved_by": "A Minister"},
    {"recorded_by": "A Minister"},
    {"forwards_to": "PAPER"},
]


def test_a_record_is_published_only_as_it_was_approved(db: Attempts, made: dict[str, Any]) -> None:
    version = approved(made)
    assert [forged for forged in FORGED_RECORDS if db.refusal(*publication(version, **forged)) is None] == []


def test_an_approval_counts_only_while_its_submission_is_approved(db: Attempts, made: dict[str, Any]) -> None:
    version = approved(made)
    move = f"UPDATE tracker_submission SET state = '{{}}', edition = {{}} WHERE id = {version.submission_id}"
    for state, edition in (("taken_back", "NULL"), ("published", "1000")):
        assert db.refusal(move.format(state, edition)) is None, "the submission itself may move so"
        assert db.refusal(move.format(state, edition), *publication(version)) is not None
    for state in ("submitted", "returned"):
        assert db.refusal(move.format(state, "NULL")) is not None, "an approval is not taken back by saying that there was none"


def test_an_approval_is_void_once_another_edition_of_the_record_is_out(db: Attempts, made: dict[str, Any]) -> None:
    """Though nobody edited it since: two submissions of one record waited side by side."""
    version = approved(made)
    second = submit([made["document"]], by=builders.author(), reason="a correction")
    approve(second, by=builders.reviewer())
    assert db.refusal(*publication(version)) is None
    publish(second, by=builders.reviewer())
    assert db.refusal(*publication(version)) is not None


def test_an_approval_is_void_once_the_record_was_edited(db: Attempts, made: dict[str, Any]) -> None:
    """By raw SQL, in the very transaction that would publish it; and what voided it cannot be undone."""
    version = approved(made)
    edit = "UPDATE tracker_document SET note = note || 'x' WHERE key = 'REPORT'"
    back = "UPDATE tracker_document SET note = substr(note, 1, length(note) - 1) WHERE key = 'REPORT'"
    assert db.refusal(*publication(version)) is None
    assert db.refusal(edit, *publication(version)) is not None
    assert db.refusal(edit, back, *publication(version)) is not None, "an edit taken back is an edit"
    assert db.refusal("UPDATE tracker_version SET voided_at = NULL") is not None


def test_a_version_that_nobody_approved_is_not_published_by_calling_its_submission_approved(db: Attempts, made: dict[str, Any]) -> None:
    made["document"].note = "Another note."
    made["document"].save()
    submission = submit([made["document"]], by=builders.author(), reason="a correction")
    Submission.objects.filter(pk=submission.pk).update(state="approved")
    assert db.refusal(*publication(submission.versions.get())) is not None


def test_known_from_and_edition_are_the_databases_own(db: Attempts, made: dict[str, Any]) -> None:
    version = approved(made)
    long_ago = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    forged_edition = FORGED_EDITION.replace("VALUES (0, now()", "VALUES (99, '2001-01-01'")
    with db.connection.transaction():
        db.connection.execute(forged_edition)
        db.connection.execute(CLOSE.replace("now()", "'2001-01-01'"), [version.kind, version.key])
        db.connection.execute(*written(version, edition=99, known_from=long_ago, known_to=long_ago))
    old, new = RecordEdition.desk.filter(kind="document", key=version.key).order_by("id")
    first, second = SiteEdition.desk.order_by("number")
    assert (second.number, second.published_at > first.published_at) == (2, True)
    assert (new.edition, new.known_from, new.known_to) == (2, second.published_at, None)
    assert (old.edition, old.known_from, old.known_to) == (1, first.published_at, second.published_at)


def test_a_record_does_not_vanish_without_another_edition_of_it(db: Attempts, made: dict[str, Any]) -> None:
    """An edition of one record closes no other."""
    version = approved(made)
    close_another = (CLOSE, ["action", "ACT-1"])
    assert db.refusal(*publication(version), close_another) is not None


FORGED_ROWS: list[tuple[str, dict[str, str]]] = [
    ("document", {"interest": "'official'"}),
    ("document", {"note": "'forged'"}),
    ("document", {"key": "'NOBODY-KNOWS-IT'"}),
    ("recommendation", {"statement": "'forged'"}),
    ("recommendation", {"recommended_on": "'2018'"}),
    ("action", {"description": "'forged'"}),
    ("action", {"parties": "'[]'"}),
    ("action", {"government_name": "'Forged'"}),
    ("action", {"first_day": "first_day - 1000"}),
    ("action", {"disputes": "0", "disputed": "false"}),
    ("government", {"name": "'Forged'"}),
    ("government", {"code": "'ZZ'"}),
    ("membership", {"since": "'1990'", "since_day": "'1990-01-01'"}),
    ("membership", {"until": "NULL", "until_day": "NULL"}),
    ("addressee", {"status": "'reversed'"}),
    ("addressee", {"rationale": "'forged'"}),
    ("addressee", {"assessment": "NULL", "status": "'implemented'"}),
    ("addressee", {"assessment": "'AS-9'", "status": "'implemented'"}),
    ("addressee", {"government": "'FR'"}),
    ("addressee", {"government_name": "'Forged'"}),
    ("addressee", {"valid_from": "valid_from - 1000"}),
    ("addressee", {"valid_from": "valid_from + 1"}),
    ("addressee", {"valid_to": "coalesce(valid_to, '2031-01-01') + 1"}),
    ("addressee", {"supports": "supports + 1"}),
    ("addressee", {"disputes": "0", "disputed": "false"}),
    ("addressee", {"disputed": "NOT disputed"}),
    ("addressee", {"claimed_by": "'{A club}'"}),
    ("addressee", {"provenance": "'shipped'"}),
    ("addressee", {"search_due_on": "'2100-01-01'"}),
    ("assessment", {"status": "'reversed'"}),
    ("assessment", {"government": "'FR'"}),
    ("assessment", {"disputes": "0", "disputed": "false"}),
    ("assessment", {"claimed_by": "'{A club}'"}),
    ("assessment", {"effective_day": "effective_day - 1000"}),
    ("assessment", {"sequence": "sequence + 1"}),
    ("assessment", {"superseded_by": "CASE WHEN superseded_by IS NULL THEN 'AS-1' END"}),
    ("assessment", {"searches": "'[]'", "positions": "'[]'", "note": "'forged'"}),
    ("effect", {"direction": "'contradicts'"}),
    ("effect", {"reasoning": "'forged'"}),
    ("effect", {"key": "'LK-99'"}),
    ("effect", {"earlier": "'yes'"}),
    ("effect", {"disputes": "0", "disputed": "false"}),
    ("recommendation", {"recommended_last": "recommended_last - 1000"}),
    ("recommendation", {"supports": "supports + 1"}),
    ("citation", {"stance": "'context'"}),
    ("citation", {"says": "'forged'"}),
    ("citation", {"record_key": "'NOBODY-KNOWS-IT'"}),
    ("citation", {"document": "'NOBODY-KNOWS-IT'"}),
]


def test_a_reading_row_says_nothing_that_its_published_record_does_not_say(db: Attempts, made: dict[str, Any]) -> None:
    """The public reads those rows: whoever holds the desk's password can't put a status there that nobody approved."""
    made["news"] = builders.document("NEWS")
    version = approved(made, "news")
    refused = {table: db.refusal(*publication(version), copies(db, f"editions.{table}")) for table in {table for table, _changed in FORGED_ROWS}}
    assert {table: reason for table, reason in refused.items() if reason} == {}, "what is true may be written"
    went_through = [
        (table, changed) for table, changed in FORGED_ROWS if not db.refusal(*publication(version), copies(db, f"editions.{table}", **changed))
    ]
    assert went_through == []


VERDICTS = {"a third party's": "AS-3", "one that another superseded": "AS-1"}


@pytest.mark.parametrize("whose", VERDICTS)
def test_the_status_of_an_addressee_is_the_staffs_verdict_that_holds(db: Attempts, made: dict[str, Any], whose: str) -> None:
    """Another published verdict says nothing forged, and is not the site's status."""
    made["news"] = builders.document("NEWS")
    version = approved(made, "news")
    names = (
        "status",
        "rationale",
        "confidence",
        "corroboration",
        "supports",
        "disputes",
        "disputed",
        "claimed_by",
        "replies",
        "departure",
        "provenance",
    )
    columns = [name for name in columns_of(db, "editions.addressee") if name != "id"]
    said = {name: f"a.{name}" for name in (*names, "effective_on")} | {"assessment": "a.key", "searched_on": "NULL", "search_due_on": "NULL"}
    if VERDICTS[whose] == "AS-1":
        said |= {"searched_on": "a.searches -> 0 ->> 'searched_on'", "search_due_on": "editions.search_due_on(a.searches -> 0 ->> 'searched_on')"}
    values = ", ".join(said.get(name, f"d.{name}") for name in columns)
    write = (
        f"INSERT INTO editions.addressee ({', '.join(columns)}) SELECT {values} FROM editions.addressee d, editions.assessment a"
        f" WHERE d.assessment = 'AS-2' AND a.key = '{VERDICTS[whose]}'"
    )
    refused = db.refusal(*publication(version), write)
    assert refused is not None
    assert "does not follow from what was published" in str(refused)


READERS_FIND = ["government", "membership", "document", "recommendation", "addressee", "action", "effect", "assessment", "citation"]


def test_what_is_still_published_does_not_vanish_from_reading(db: Attempts, made: dict[str, Any]) -> None:
    """A row is closed where another follows, or where its record was changed or withdrawn."""
    made["news"] = builders.document("NEWS")
    version = approved(made, "news")
    went_through = []
    for table in READERS_FIND:
        ids = [pk for (pk,) in db.rows(f"SELECT id FROM editions.{table} WHERE known_to IS NULL")]
        if table == "government":  # nothing public names the group itself
            ids = [pk for (pk,) in db.rows("SELECT id FROM editions.government WHERE known_to IS NULL AND code = 'AL'")]
        for row in ids:
            if db.refusal(*publication(version), f"UPDATE editions.{table} SET known_to = now() WHERE id = {row}") is None:
                went_through.append((table, row))
    assert went_through == []


FOUND_AFTERWARDS: dict[str, tuple[str, dict[str, str]]] = {
    "a sign": ("editions.effect", {"sign": "7"}),
    "an end": ("editions.action", {"ended_on": "'2000-01-01'"}),
    "a row once more": ("editions.addressee", {}),
    "how soon an action came": ("editions.addressee", {"first_action_words": "array_replace(first_action_words, '12_months', 'later')"}),
}


@pytest.mark.parametrize("what", FOUND_AFTERWARDS)
def test_what_the_database_does_not_compute_is_found_by_verifying(db: Attempts, made: dict[str, Any], what: str) -> None:
    """Without looking at every edition."""
    made["news"] = builders.document("NEWS")
    table, changed = FOUND_AFTERWARDS[what]
    with db.connection.transaction():
        for statement in [*publication(approved(made, "news")), copies(db, table, **changed)]:
            db.connection.execute(*([statement] if isinstance(statement, str) else statement))
    assert any(table in problem and "follow from nothing published" in problem for problem in verify().problems)


def test_an_old_transaction_number_come_round_again_writes_nothing_into_an_old_edition(as_role: AsRole, db: Attempts) -> None:
    """A dump restored elsewhere brings numbers of transactions that the new server has yet to count."""
    owner = as_role("owner")
    owner.connection.execute("ALTER TABLE editions.site_edition DISABLE TRIGGER USER")
    owner.connection.execute("UPDATE editions.site_edition SET published_at = now() - interval '1 day'")
    reused = "UPDATE editions.site_edition SET written_in = pg_current_xact_id()::text::bigint"
    write = copies(owner, "editions.government")
    assert owner.refusal(reused, write) is not None
    assert owner.refusal(reused, "UPDATE editions.government SET known_to = now()") is not None


# Who may approve what


def test_an_author_or_last_editor_is_never_the_approver(db: Attempts, made: dict[str, Any]) -> None:
    made["document"].edited_by = builders.user("editor")
    made["document"].note = "Another note."
    made["document"].save()
    submission = submit([made["document"]], by=builders.author(), reason="a correction")
    version = submission.versions.get()
    said = "UPDATE tracker_version SET approved_by_id = {}, approved_at = now() WHERE id = " + str(version.pk)
    superuser = builders.user("root", is_superuser=True, is_staff=True)
    for user, constraint in (
        (version.recorded_by, "version_approver_is_not_its_author"),
        (version.edited_by, "version_approver_is_not_its_last_editor"),
    ):
        refused = db.refusal(said.format(user.pk))
        assert refused is not None
        assert refused.diag.constraint_name == constraint
    assert db.refusal(said.format(superuser.pk)) is None
    User.objects.filter(pk=version.recorded_by_id).update(is_superuser=True)
    refused = db.refusal(said.format(version.recorded_by_id))
    assert refused is not None
    assert refused.diag.constraint_name == "version_approver_is_not_its_author"


def test_who_approved_stays_once_it_was_approved(db: Attempts, made: dict[str, Any]) -> None:
    """Before it is published and after: of what was decided, and when, nothing is said otherwise later."""
    other = builders.user("third").pk
    version = approved(made)
    published_before = Version.objects.filter(submission__edition=1).first()
    assert published_before is not None
    for held in (version, published_before):
        statements = [f"UPDATE tracker_version SET {change} WHERE id = {held.pk}" for change in (f"approved_by_id = {other}", "approved_at = NULL")]
        changes = [f"decided_by_id = {other}", "decided_at = now()", f"submitted_by_id = {other}", "reason = 'Another'", "submitted_at = now()"]
        statements += [f"UPDATE tracker_submission SET {change} WHERE id = {held.submission_id}" for change in changes]
        assert db.let_through(statements) == []
    closed = [f"UPDATE tracker_submission SET {change} WHERE edition = 1" for change in ("edition = 7", "decision_reason = 'Another'")]
    assert db.let_through(closed) == []


def test_nobody_publishes_their_own_work_by_calling_it_shipped_with_the_software(db: Attempts, made: dict[str, Any]) -> None:
    """The exception for shipped data is the system actor's alone."""
    made["document"].note = "Another note."
    made["document"].save()
    submission = submit([made["document"]], by=builders.author(), reason="a correction", provenance="shipped")
    version = submission.versions.get()
    for approver in (builders.author(), builders.reviewer()):
        approval = f"UPDATE tracker_version SET approved_by_id = {approver.pk} WHERE id = {version.pk}"
        name = {"approved_by": approver.public_name}
        assert (
            db.refusal(approval, f"UPDATE tracker_submission SET state = 'approved' WHERE id = {submission.pk}", *publication(version, **name))
            is not None
        )
    actor = system_actor()
    approval = f"UPDATE tracker_version SET approved_by_id = {actor.pk} WHERE id = {version.pk}"
    forged = publication(version, approved_by=actor.public_name)
    assert db.refusal(approval, f"UPDATE tracker_submission SET state = 'approved' WHERE id = {submission.pk}", *forged) is None
    # ... and its signature is no review.
    made["paper"].note = "Another note."
    made["paper"].save()
    submission = submit([made["paper"]], by=builders.author(), reason="a correction")
    version = submission.versions.get()
    approval = f"UPDATE tracker_version SET approved_by_id = {actor.pk} WHERE id = {version.pk}"
    forged = publication(version, approved_by=actor.public_name)
    assert db.refusal(approval, f"UPDATE tracker_submission SET state = 'approved' WHERE id = {submission.pk}", *forged) is not None


# Versions, snapshots and the history are kept


EVERY_TRIGGER = "SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal), true)"
"""Django's trigger library lets a session switch its triggers off by name; here that must do nothing."""


def test_versions_and_snapshots_are_never_rewritten_or_removed(db: Attempts, made: dict[str, Any]) -> None:
    went_through = []
    statements = [f"DELETE FROM tracker_{table}" for table in ("version", "submission", "snapshot")]
    statements += [f"TRUNCATE tracker_{table} CASCADE" for table in ("version", "submission", "snapshot")]
    for table, allowed in (("version", {"approved_by_id", "approved_at"}), ("snapshot", {"document_id"})):
        types = {"title": "'forged'", "body": "'{}'", "stored_as": "'elsewhere'", "captured_how": "'forged'"}
        statements += [
            f"UPDATE tracker_{table} SET {column} = {types.get(column, column)}"
            for column in columns_of(db, f"tracker_{table}")
            if column not in allowed
        ]
    for statement in statements:
        if statement.endswith("SET id = id"):
            continue
        for before in ([], [EVERY_TRIGGER]):
            if db.refusal(*before, statement) is None:
                went_through.append((statement, before))
    ((other,),) = db.rows("SELECT id FROM tracker_document WHERE key = 'PAPER'")
    for document in (str(other), "NULL"):
        assert db.refusal(f"UPDATE tracker_snapshot SET document_id = {document}") is not None, "whose copy it is, is said once"
    # A column set to itself is no change for a trigger; one that the desk has no right to is refused even so.
    assert went_through == []


def test_history_cannot_be_rewritten(db: Attempts) -> None:
    tables = sorted(grants.history_tables())
    assert len(tables) > 20
    statements = []
    for table in tables:
        statements += [f"UPDATE {table} SET {column} = {column}" for column in columns_of(db, table)]
        statements += [f"DELETE FROM {table}", f"TRUNCATE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TABLE {table}"]
    assert db.let_through(statements) == []
    assert [statement for statement in statements if db.refusal(EVERY_TRIGGER, statement) is None] == []


def test_nobody_changes_a_record_past_its_history(db: Attempts) -> None:
    """The switch of Django's trigger library does nothing, whoever turns it; and triggers cannot be put out of action otherwise."""
    count = "SELECT count(*) FROM tracker_documenthistory"
    ((before,),) = db.rows(count)
    with db.connection.transaction():
        db.connection.execute(EVERY_TRIGGER)
        db.connection.execute("UPDATE tracker_document SET note = 'Nobody saw me.' WHERE key = 'PAPER'")
    ((after,),) = db.rows(count)
    assert after == before + 1
    assert db.let_through(["SET session_replication_role = replica", "ALTER TABLE tracker_document DISABLE TRIGGER ALL"]) == []


def test_the_switch_stays_off_after_later_migrations(as_role: AsRole, made: dict[str, Any]) -> None:
    """Each new trigger brings the library's own switch back; the rights, said again after every migration, take it away again."""
    name = "_pgtrigger_should_ignore"
    owner = as_role("owner")
    owner.connection.execute(
        f"CREATE OR REPLACE FUNCTION public.{name}(trigger_name NAME) RETURNS BOOLEAN LANGUAGE plpgsql AS 'BEGIN RETURN true; END'"
    )
    grants.apply(
        connections["owner"], desk_role=grants.role_of("default"), public_role=grants.role_of("public"), eraser_role=grants.role_of("eraser")
    )
    assert owner.rows(f"SELECT public.{name}('anything')") == [(False,)]


# The three roles


def test_the_desk_owns_nothing_and_is_nobody_else(db: Attempts) -> None:
    owned = (
        "SELECT relname::text FROM pg_class WHERE pg_has_role(relowner, 'USAGE') UNION SELECT proname::text FROM pg_proc"
        " WHERE pg_has_role(proowner, 'USAGE') UNION SELECT nspname::text FROM pg_namespace WHERE pg_has_role(nspowner, 'USAGE')"
        " UNION SELECT typname::text FROM pg_type WHERE pg_has_role(typowner, 'USAGE')"
        " UNION SELECT datname::text FROM pg_database WHERE pg_has_role(datdba, 'USAGE')"
    )
    assert db.rows(owned) == []
    assert db.rows("SELECT rolname::text FROM pg_roles WHERE pg_has_role(oid, 'MEMBER') AND rolname <> current_user") == []
    flags = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
    assert db.rows(f"SELECT {flags} FROM pg_roles WHERE rolname = current_user") == [(False,)]
    assert (
        db.let_through([f"SET ROLE {settings.DATABASES['owner']['USER']}", f"SET SESSION AUTHORIZATION {settings.DATABASES['owner']['USER']}"]) == []
    )


def test_the_desk_adds_to_the_log_of_the_admin_and_changes_nothing_in_it(db: Attempts) -> None:
    columns = "(action_time, user_id, object_repr, action_flag, change_message)"
    entry = f"INSERT INTO django_admin_log {columns} VALUES (now(), {builders.author().pk}, 'x', 1, '')"
    assert db.refusal(entry) is None
    statements = ["UPDATE django_admin_log SET object_repr = 'forged'", "UPDATE django_admin_log SET user_id = 0", "DELETE FROM django_admin_log"]
    assert db.let_through([*statements, "TRUNCATE django_admin_log"]) == []


def test_the_desk_has_no_right_to_remove_what_is_kept(db: Attempts) -> None:
    """Triggers refuse it as well; neither is there because the other is missing."""
    kept = [*TABLES, *DATABASES_OWN, *RELEASES, SET_ASIDE, *sorted(grants.history_tables()), *grants.KEPT_TABLES]
    assert (
        db.rows("SELECT name FROM unnest(%s::text[]) AS name WHERE has_table_privilege(name, 'DELETE, TRUNCATE, TRIGGER, REFERENCES')", [kept]) == []
    )
    never_deleted = {
        model._meta.db_table for model in apps.get_models() if any(t.name == "never_deleted" for t in getattr(model._meta, "triggers", []))
    }
    assert never_deleted == set(grants.KEPT_TABLES)
    whole = [table for table in kept if table not in grants.KEPT_TABLES or table == "tracker_snapshot"]
    updates = db.rows("SELECT name FROM unnest(%s::text[]) AS name WHERE has_table_privilege(name, 'UPDATE')", [whole])
    assert updates == []
    closing = db.rows(
        "SELECT DISTINCT attname::text FROM pg_attribute WHERE attnum > 0 AND attrelid = ANY (SELECT name::regclass FROM unnest(%s::text[]) AS name)"
        " AND has_column_privilege(attrelid, attnum, 'UPDATE')",
        [whole],
    )
    assert sorted(closing) == [("document_id",), ("known_to",)]


MAKING = [
    "CREATE TABLE mine (id integer)",
    "CREATE TABLE public.mine (id integer)",
    "CREATE TABLE editions.mine (id integer)",
    "CREATE TEMPORARY TABLE mine (id integer)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION editions.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION public.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION plpgsql",
    "CREATE DATABASE mine",
    "CREATE ROLE mine",
    "SELECT lo_creat(-1)",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, '\\x00')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/a-copy'",
]


@pytest.mark.parametrize("role", ["desk", "public"])
def test_neither_role_makes_anything_of_its_own(as_role: AsRole, made: dict[str, Any], role: str) -> None:
    db = as_role(role)
    db.connection.execute("SET default_transaction_read_only = off")
    assert db.let_through(MAKING) == []


@pytest.mark.parametrize("role", ["desk", "public"])
def test_neither_role_can_go_to_another_database(cluster: Cluster, role: str) -> None:
    """The server's own databases would let it keep things there."""
    for database in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            cluster.connect(role, database)


def test_the_public_reads_editions_and_nothing_else(as_role: AsRole, made: dict[str, Any]) -> None:
    db = as_role("public")
    db.connection.execute("SET default_transaction_read_only = off")
    for table in TABLES:
        assert db.rows(f"SELECT 1 FROM {table} LIMIT 1"), table
    ours = "c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)"
    readable = db.rows(
        f"SELECT c.oid::regclass::text FROM pg_class c WHERE {ours} AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        " AND has_any_column_privilege(c.oid, 'SELECT')"
    )
    assert {name for (name,) in readable} == {*TABLES, *DATABASES_OWN, *RELEASES}, "what is set aside is read by nobody"
    writable = (
        f"SELECT c.oid::regclass::text FROM pg_class c WHERE {ours} AND (relkind IN ('r', 'p', 'v', 'm', 'f') AND"
        " (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))"
        " OR relkind = 'S' AND has_sequence_privilege(c.oid, 'USAGE, UPDATE'))"
    )
    assert db.rows(writable) == []
    assert db.rows("SELECT has_schema_privilege('public', 'USAGE'), has_schema_privilege('public', 'CREATE')") == [(False, False)]
    assert db.rows("SELECT has_database_privilege(current_database(), 'TEMP, CREATE')") == [(False,)]
    runs = (
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace IN ('public'::regnamespace, 'editions'::regnamespace)"
        " AND has_function_privilege(p.oid, 'EXECUTE') AND (p.provolatile = 'v' OR p.prosecdef)"
    )
    assert db.rows(runs) == []


def test_no_editorial_table_answers_the_public(as_role: AsRole, made: dict[str, Any]) -> None:
    db = as_role("public")
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True) if not model._meta.db_table.startswith('"')})
    assert "tracker_document" in tables
    statements = [f'SELECT 1 FROM public."{table}"' for table in tables]
    statements += ["SELECT 1 FROM tracker_document", "SELECT 1 FROM public.django_migrations", "SELECT public.partial_date_is_valid('2019')"]
    assert db.let_through(statements) == []


def test_the_public_writes_nothing_even_where_it_may_write_at_all(as_role: AsRole, made: dict[str, Any]) -> None:
    """The connection is read-only by default, which whoever holds it can change; the rights are what counts."""
    db = as_role("public")
    db.connection.execute("SET default_transaction_read_only = off")
    statements = [FORGED_EDITION]
    for table in TABLES:
        statements += [f"DELETE FROM {table}", f"TRUNCATE {table}", f"UPDATE {table} SET {columns_of(db, table)[0]} = NULL"]
        statements += [f"SELECT 1 FROM {table} FOR UPDATE", f"LOCK TABLE {table} IN EXCLUSIVE MODE"]
        if table != "editions.site_edition":
            statements += [copies(db, table), f"UPDATE {table} SET known_to = now()"]
    assert db.let_through(statements) == []

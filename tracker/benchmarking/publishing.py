"""A publish, and its bare inserts: both in a transaction that is rolled back, so that nothing of it stays, on whatever records."""

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import pghistory
from django.db import connections, models, transaction

from tracker.benchmarking.measuring import questions
from tracker.editions.tables import DESK, READING_TABLES, ChainLink, RecordEdition, SiteEdition
from tracker.editorial import verbs
from tracker.models import Assessment, User

OWNER = "owner"
REASON = "Measured, and taken back"


@dataclass(frozen=True)
class Written:
    """What an edition wrote into a table: its new rows as JSON, and the rows that it closed with the moment in which it did."""

    table: type[models.Model]
    rows: str
    closed: list[int]
    closed_at: Any


@dataclass(frozen=True)
class Publication:
    """How long it took, in seconds, how many questions it asked the database, and what it wrote."""

    seconds: float
    questions: int
    written: list[Written]


def publish(key: str) -> Publication:
    """A new wording of an assessment's reasons, submitted and approved beforehand, is published.

    All that the database checks when it is committed is checked; the commit itself is not among it.
    """
    with transaction.atomic(using=DESK):
        author, reviewer = (_somebody(role) for role in ("author", "reviewer"))
        assessment = Assessment.objects.get(key=key)
        with pghistory.context(user=author.pk, reason=REASON):
            assessment.rationale = f"{assessment.rationale} {REASON}."
            assessment.edited_by = author
            assessment.save()
        submission = verbs.submit([assessment], by=author, reason=REASON, judged_here=False)
        verbs.approve(submission, by=reviewer)
        _check_what_is_deferred(DESK)
        with questions() as asked:
            began = time.perf_counter()
            edition = verbs.publish(submission, by=reviewer)
            _check_what_is_deferred(DESK)
            took = time.perf_counter() - began
        written = _written(edition)
        transaction.set_rollback(True, using=DESK)
    return Publication(took, asked.number, written)


def inserts(written: list[Written]) -> float:
    """The same rows written again, one statement a table for what is new and one for what ends, with the checks of rows turned off. Seconds."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        for each in written:
            cursor.execute(f"ALTER TABLE {each.table._meta.db_table} DISABLE TRIGGER USER")
        began = time.perf_counter()
        for each in written:
            name = each.table._meta.db_table
            if each.closed:
                cursor.execute(f"UPDATE {name} SET known_to = %s WHERE id = ANY (%s)", [each.closed_at, each.closed])
            if each.rows:
                columns = ", ".join(f'"{field.column}"' for field in each.table._meta.concrete_fields if not field.generated)
                cursor.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{name}, %s)", [each.rows])
        took = time.perf_counter() - began
        transaction.set_rollback(True, using=OWNER)
    return took


def _somebody(role: str) -> User:
    """An account that is gone with the transaction."""
    return User.objects.create(username=f"benchmark-{role}-{secrets.token_hex(6)}", first_name="Benchmark", last_name=role, is_superuser=True)


def _check_what_is_deferred(using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _written(edition: SiteEdition) -> list[Written]:
    """What this transaction wrote into the tables of editions."""
    found = []
    with connections[DESK].cursor() as cursor:
        tables: list[type[models.Model]] = [SiteEdition, ChainLink, RecordEdition, *READING_TABLES]
        for table in tables:
            name, numbered = table._meta.db_table, "number" if table in (SiteEdition, ChainLink) else "edition"
            cursor.execute(f"SELECT json_agg(row_to_json(t)) FROM {name} AS t WHERE {numbered} = %s", [edition.number])
            (rows,) = cursor.fetchone()
            closed: list[tuple[int, Any]] = []
            if numbered == "edition":
                cursor.execute(f"SELECT id, known_to FROM {name} WHERE known_to >= %s", [edition.published_at])
                closed = cursor.fetchall()
            if rows or closed:
                written = rows if isinstance(rows, str) else json.dumps(rows) if rows else ""
                found.append(Written(table, written, [number for number, _at in closed], closed[0][1] if closed else None))
    return found

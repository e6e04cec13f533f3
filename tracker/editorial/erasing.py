"""Erasing a person's data from everything that is kept: records, versions, the history of changes, published editions and the rows made from them.

The database lets only the eraser's role do it (``tracker/editions/grants.py``), and only in a transaction that leaves an entry in the log of
erasures. Words are blanked wherever they stand; the leaves of the hash chain stay, and lose the salts with which what stood there could be guessed.
Archived copies are files: they are not opened here.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from tracker.editions.tables import Erasure, RecordEdition, SiteEdition
from tracker.editorial.freeze import content_hash
from tracker.editorial.verbs import Refused

ERASER = "eraser"
BLANK = "[erased]"
LEAST = 3
"""Characters that words must have at the least: shorter ones stand everywhere."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A column of a table in which the words stand, and in how many rows."""

    table: str
    column: str
    rows: int


def places(words: Sequence[str]) -> list[Place]:
    """Where any of the words stand, as whole words and letter for letter. ``Refused`` where they are too short to be told apart."""
    _check(words)
    found = []
    with connections[ERASER].cursor() as cursor:
        for schema, table, column, kind in _columns(cursor):
            statement = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(schema, table), _stands_in(column, kind, words))
            cursor.execute(statement)
            if (rows := cursor.fetchone()[0]) > 0:
                found.append(Place(f"{schema}.{table}", column, rows))
    return found


def erase(words: Sequence[str], *, by: str, reason: str, progress: Progress | None = None) -> Erasure:
    """Blank the words everywhere, in one transaction, and log that it was done: why and in which records, not what the words were.

    ``Refused`` where nothing holds them, where who or why is missing, or where the reason itself says them.
    """
    say = progress or (lambda _words: None)
    _check(words)
    if not by.strip() or not reason.strip():
        raise Refused(_("Say who erases and why: both stay in the log, which is public."))
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words))
    if pattern.search(f"{by} {reason}"):
        raise Refused(_("The reason is public and must not repeat the words."))
    with transaction.atomic(using=ERASER), connections[ERASER].cursor() as cursor:
        found = places(words)
        if not found:
            raise Refused(_("These words stand nowhere, letter for letter."))
        records = _published_in(cursor, words, pattern)
        log = Erasure.desk.using(ERASER).create(
            erased_at="2000-01-01T00:00:00Z", erased_by=by, reason=reason, records=records, rows=sum(place.rows for place in found), written_in=0
        )
        columns = {(f"{schema}.{table}", column): (schema, table, kind) for schema, table, column, kind in _columns(cursor)}
        for place in found:
            say(f"{place.table}.{place.column}: {place.rows}")
            schema, table, kind = columns[place.table, place.column]
            cursor.execute(
                sql.SQL("UPDATE {} SET {} = {} WHERE {}").format(
                    sql.Identifier(schema, table),
                    sql.Identifier(place.column),
                    _blanked(place.column, kind, words),
                    _stands_in(place.column, kind, words),
                )
            )
        _hash_again(cursor, records)
    return Erasure.desk.get(pk=log.pk)


def _check(words: Sequence[str]) -> None:
    if not words:
        raise Refused(_("Say which words are to be erased."))
    for word in words:
        if len(word.strip()) < LEAST or word != word.strip():
            raise Refused(
                _("“%(word)s” cannot be erased: give at least %(least)s characters, without white space around them.")
                % {"word": word, "least": LEAST}
            )


def _columns(cursor: Any) -> list[tuple[str, str, str, str]]:
    """The columns of words that the eraser may change: schema, table, column, type."""
    cursor.execute(
        """
        SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname IN ('public', 'editions') AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('salt', 'leaf')
          AND (c.relname LIKE 'tracker\\_%' OR n.nspname = 'editions') AND has_column_privilege(c.oid, a.attnum, 'UPDATE')
          AND a.attgenerated = '' AND format_type(a.atttypid, NULL) IN ('text', 'character varying', 'jsonb', 'character varying[]')
          AND (n.nspname <> 'editions' OR c.relname NOT IN ('chain', 'erasure'))
        ORDER BY 1, 2, a.attnum
        """
    )
    return cursor.fetchall()


def _pattern(words: Sequence[str], kind: str) -> sql.Literal:
    """The words as one regular expression of PostgreSQL, whole words only; in JSON as its text writes them."""
    written = [json.dumps(word, ensure_ascii=False)[1:-1] if kind == "jsonb" else word for word in words]
    plain = [re.sub(r"([^\w\s])", r"\\\1", word) for word in written]
    return sql.Literal("|".join(rf"(?<!\w){word}(?!\w)" for word in plain))


def _stands_in(column: str, kind: str, words: Sequence[str]) -> sql.Composed:
    return sql.SQL("{}::text ~ {}").format(sql.Identifier(column), _pattern(words, kind))


def _blanked(column: str, kind: str, words: Sequence[str]) -> sql.Composed:
    name, pattern, blank = sql.Identifier(column), _pattern(words, kind), sql.Literal(BLANK)
    if kind == "jsonb":
        return sql.SQL("regexp_replace({}::text, {}, {}, 'g')::jsonb").format(name, pattern, blank)
    if kind == "character varying[]":
        return sql.SQL(
            "(SELECT array_agg(regexp_replace(item, {}, {}, 'g') ORDER BY place) FROM unnest({}) WITH ORDINALITY AS of_list (item, place))"
        ).format(pattern, blank, name)
    return sql.SQL("regexp_replace({}, {}, {}, 'g')").format(name, pattern, blank)


def _published_in(cursor: Any, words: Sequence[str], pattern: re.Pattern[str]) -> list[dict[str, Any]]:
    """The published rows that the words stand in, named as they will be named afterwards."""
    said_of = ("title", "reason", "recorded_by", "approved_by", "published_by", "key", "forwards_to")
    condition = sql.SQL(" OR ").join([_stands_in("body", "jsonb", words), *(_stands_in(name, "text", words) for name in said_of)])
    cursor.execute(sql.SQL('SELECT edition, kind, key FROM "editions"."record" WHERE {} ORDER BY 1, 2, 3').format(condition))
    records = [{"edition": edition, "kind": kind, "key": pattern.sub(BLANK, key)} for edition, kind, key in cursor.fetchall()]
    condition = sql.SQL(" OR ").join(_stands_in(name, "text", words) for name in ("published_by", "reason"))
    cursor.execute(sql.SQL('SELECT number FROM "editions"."site_edition" WHERE {} ORDER BY 1').format(condition))
    return records + [{"edition": number, "kind": "edition", "key": ""} for (number,) in cursor.fetchall()]


def _hash_again(cursor: Any, records: list[dict[str, Any]]) -> None:
    """What was blanked gets the hash of what it says now and loses its salt; so do the versions that it was published from."""
    for name in records:
        if name["kind"] == "edition":
            SiteEdition.desk.using(ERASER).filter(number=name["edition"]).update(salt=None)
            continue
        for row in RecordEdition.desk.using(ERASER).filter(**name):
            RecordEdition.desk.using(ERASER).filter(pk=row.pk).update(salt=None, content_hash=content_hash(row.body))
    cursor.execute("SELECT id, body, content_hash FROM tracker_version")
    stale = [(content_hash(json.loads(body) if isinstance(body, str) else body), pk, held) for pk, body, held in cursor.fetchall()]
    cursor.executemany("UPDATE tracker_version SET content_hash = %s WHERE id = %s", [(new, pk) for new, pk, held in stale if new != held])

"""Erasing a person's data from everything that is kept: records, versions, the history of changes, published editions and the rows made from them.

The database lets only the eraser's role do it (``tracker/editions/grants.py``), and only in a transaction that leaves an entry in the log of
erasures. Words are blanked wherever they stand; the leaves of the hash chain stay, and lose the salts with which what stood there could be guessed.
Archived copies are files: they are not opened here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from tracker.editions.grants import words_kept
from tracker.editions.tables import Erasure
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
        for schema, table, column in words_kept(cursor):
            statement = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(schema, table), _stands_in(column, words))
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
        # Nothing is published or released meanwhile: what is being written could hold the words, unseen.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('editions.site_edition'))")
        found = places(words)
        if not found:
            raise Refused(_("These words stand nowhere, letter for letter."))
        records = _published_in(cursor, words, pattern)
        log = Erasure.desk.using(ERASER).create(
            erased_at="2000-01-01T00:00:00Z", erased_by=by, reason=reason, records=records, rows=sum(place.rows for place in found), written_in=0
        )
        for place in found:
            say(f"{place.table}.{place.column}: {place.rows}")
            schema, table = place.table.split(".")
            cursor.execute("SELECT editions.blank_words(%s, %s, %s, %s)", [schema, table, place.column, _pattern(words)])
        cursor.execute("SELECT editions.hash_again()")
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


def _pattern(words: Sequence[str]) -> str:
    """The words as one regular expression of PostgreSQL, whole words only."""
    plain = [re.sub(r"([^\w\s])", r"\\\1", word) for word in words]
    return "|".join(rf"(?<!\w){word}(?!\w)" for word in plain)


def _stands_in(column: str, words: Sequence[str]) -> sql.Composed:
    return sql.SQL("editions.blanked({0}, {1}) IS DISTINCT FROM {0}").format(sql.Identifier(column), sql.Literal(_pattern(words)))


def _published_in(cursor: Any, words: Sequence[str], pattern: re.Pattern[str]) -> list[dict[str, Any]]:
    """The published rows that the words stand in, named as they will be named afterwards."""
    said_of = ("title", "reason", "recorded_by", "approved_by", "published_by", "key", "forwards_to")
    condition = sql.SQL(" OR ").join([_stands_in(name, words) for name in ("body", *said_of)])
    # What was taken down is erased with the rest, and its edition named.
    aside = sql.SQL('id IN (SELECT row_id FROM "editions"."withheld" WHERE of_table = {} AND {})').format(
        sql.Literal("record"), _stands_in("said", words)
    )
    cursor.execute(sql.SQL('SELECT edition, kind, key FROM "editions"."record" WHERE {} OR {} ORDER BY 1, 2, 3').format(condition, aside))
    records = [{"edition": edition, "kind": kind, "key": pattern.sub(BLANK, key)} for edition, kind, key in cursor.fetchall()]
    condition = sql.SQL(" OR ").join(_stands_in(name, words) for name in ("published_by", "reason"))
    cursor.execute(sql.SQL('SELECT number FROM "editions"."site_edition" WHERE {} ORDER BY 1').format(condition))
    records += [{"edition": number, "kind": "edition", "key": ""} for (number,) in cursor.fetchall()]
    return records + _released_in(cursor, words)


def _released_in(cursor: Any, words: Sequence[str]) -> list[dict[str, Any]]:
    """The releases that say the words of themselves, and the files of releases in which they stand."""
    statement = sql.SQL(
        """
        SELECT edition, name FROM editions.release WHERE {of_itself}
        UNION
        SELECT r.edition, r.name || '/' || f.path FROM editions.release_file AS f JOIN editions.release AS r ON r.name = f.release
            WHERE {text} OR EXISTS (SELECT FROM editions.release_line AS l WHERE l.file = f.id AND {cells})
               OR EXISTS (SELECT FROM editions.release_line AS l JOIN editions.withheld AS w ON w.of_table = 'release_line' AND w.row_id = l.id
                          WHERE l.file = f.id AND {aside})
        ORDER BY 1, 2
        """
    ).format(
        of_itself=sql.SQL(" OR ").join(_stands_in(name, words) for name in ("released_by", "reason")),
        text=_stands_in("text", words),
        cells=_stands_in("cells", words),
        aside=_stands_in("said", words),
    )
    cursor.execute(statement)
    return [{"edition": edition, "kind": "release", "key": key} for edition, key in cursor.fetchall()]

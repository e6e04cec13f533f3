"""Generated units into the tables of the desk and of the editions, by COPY: what a submission of each would leave there, in far less time.

The owner's role writes. Within the transaction of each edition the triggers are off that hold a published row to its body and a body to its approval,
row by row: here the rows are made of the bodies by the same projection, and ``verify_history`` says whether they follow from them. The triggers that
number, date and seal stay on, and so does the history of the desk.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import connections, transaction
from psycopg import sql

from config.trouble import Trouble
from tracker.editions.projection import Published, rows_of
from tracker.editions.tables import GovernmentEdition, RecordEdition, Row
from tracker.editorial.freeze import content_hash
from tracker.generating.desk import TABLES
from tracker.generating.records import MADE_UP, MEASURES, PREFIX, THEMES, UNIT, Body, Unit, unit
from tracker.models import system_actor
from tracker.rules.vocabulary import Provenance

OWNER = "owner"
AT_ONCE = 50
"""Units of an edition."""
REASON = "Generated: made up to try the software"
CHECKS = {
    "record": ("only_what_was_approved", "keeps_its_support"),
    **dict.fromkeys(("document", "citation", "translation"), ("says_what_was_published",)),
    **dict.fromkeys(
        ("recommendation", "addressee", "action", "effect", "assessment", "passage"), ("says_what_was_published", "follows_from_what_was_published")
    ),
}
"""The triggers of each table that are off while an edition is generated."""
GOVERNMENTS = {f"{PREFIX}-{number}": f"Made-up Land {number}" for number in range(1, 191)}
"""By code. No state that there is: nobody shall read a made-up verdict on one."""
FILLED = frozenset({"id", "edition", "known_from", "known_to", "search", "runs_as_formula", "salt", "leaf", "nature"})
"""Columns that the database fills."""

Progress = Callable[[str], None]


def generate(count: int, *, seed: int, progress: Progress) -> int:
    """Make recommendations with everything that belongs to them until there are ``count``, an edition for every thousand.

    Gives how many records it made. Raises :class:`Trouble` where the database holds records that were not generated, or so many already.
    """
    refuse_beside_real_records()
    done, first = _done()
    if done >= count:
        raise Trouble(f"There are {done:,} generated recommendations already; ask for more than that with --recommendations.")
    codes = _beginnings()
    names, records = _names(), 0
    for numbers in _by_edition(first, count - done):
        records += _publish([unit(seed, number, most, codes) for number, most in numbers], names)
        done += sum(most for _number, most in numbers)
        progress(f"{done:,} of {count:,} recommendations")
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ANALYZE")  # a server would find out by itself, a while later
    return records


GENERATED = (
    ("document", "key", f"^{PREFIX}-[0-9]+-D[0-9]+$"),
    ("recommendation", "reference", f"^{PREFIX}-[0-9]+$"),
    ("action", "key", f"^{PREFIX}-[0-9]+-A[0-9]+$"),
    ("assessment", "key", f"^{PREFIX}-[0-9]+-V[0-9]+$"),
)
"""Of each kind of record: what names it, and how the names of generated ones are made."""


def refuse_beside_real_records() -> None:
    """Raises :class:`Trouble` unless everything that the desk holds was generated: by its key, and by what it says of itself."""
    with connections[OWNER].cursor() as cursor:
        for table, key, pattern in GENERATED:
            cursor.execute(
                sql.SQL("SELECT {0} FROM {1} WHERE {0} !~ %s OR note <> %s LIMIT 1").format(sql.Identifier(key), sql.Identifier(f"tracker_{table}")),
                [pattern, MADE_UP],
            )
            if found := cursor.fetchone():
                raise Trouble(
                    f"This database holds records that were not generated ({table} {found[0]}), and generated ones are not put beside them:"
                    " use an empty database of its own, as with TRACKER_STATE_DIR or DATABASE_URL."
                )


def _done() -> tuple[int, int]:
    """How many recommendations there are, and the number of the first unit that is not."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tracker_recommendation")
        (count,) = cursor.fetchone()
        cursor.execute("SELECT coalesce(max(split_part(key, '-', 2)::integer) + 1, 0) FROM tracker_document")
        (first,) = cursor.fetchone()
    return count, first


def _by_edition(first: int, wanted: int) -> Iterator[list[tuple[int, int]]]:
    """The numbers of the units of each edition, each with how many recommendations it has."""
    sizes = [UNIT] * (wanted // UNIT) + [wanted % UNIT] * bool(wanted % UNIT)
    numbers = list(enumerate(sizes, start=first))
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]


def _beginnings() -> list[str]:
    """Governments, kinds of measure and themes, where they are not there yet; gives the governments' codes, those addressed most often first."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.executemany(
            "INSERT INTO tracker_government (code, kind, name, includes_every_state, note, iso_3166_2, wikidata)"
            " VALUES (%s, 'state', %s, false, '', '', '') ON CONFLICT DO NOTHING",
            list(GOVERNMENTS.items()),
        )
        cursor.executemany("INSERT INTO tracker_measure (key, name, definition) VALUES (%s, %s, '') ON CONFLICT DO NOTHING", list(MEASURES))
        cursor.executemany("INSERT INTO tracker_theme (key, name) VALUES (%s, %s) ON CONFLICT DO NOTHING", list(THEMES))
    return list(GOVERNMENTS)


def _names() -> dict[str, str]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT code, name FROM tracker_government")
        return dict(cursor.fetchall())


def _publish(units: Sequence[Unit], names: dict[str, str]) -> int:
    """One edition of these units, whole or not at all; gives how many records it has."""
    by = system_actor()
    bodies = [(kind, body) for each in units for kind, of_kind in each.by_kind.items() for body in of_kind]
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(
            "INSERT INTO editions.site_edition (number, published_at, published_by, reason, records, written_in)"
            " VALUES (0, now(), %s, %s, %s, 0) RETURNING number",
            [by.public_name, REASON, len(bodies)],
        )
        (edition,) = cursor.fetchone()
        _switch(cursor, "DISABLE")
        titles = {body["reference"]: body["short_title"] for kind, body in bodies if kind == "recommendation"}
        _copy(cursor, RecordEdition, [_record(kind, body, titles, names, by.public_name) for kind, body in bodies])
        _copy(cursor, GovernmentEdition, _new_governments(cursor, bodies, names))
        for each in units:
            for table, rows in rows_of(_published(each, names)).items():
                _copy(cursor, table, rows)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _switch(cursor, "ENABLE")
        # Of rows that have only just come the planner knows nothing; each is found by its key.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off")
        for statement in TABLES:
            cursor.execute(statement, {"edition": edition, "by": by.pk})
    return len(bodies)


def _switch(cursor: Any, how: str) -> None:
    for table, triggers in CHECKS.items():
        for trigger in triggers:
            cursor.execute(f"ALTER TABLE editions.{table} {how} TRIGGER {trigger}")


def _record(kind: str, body: Body, titles: dict[str, str], names: dict[str, str], by: str) -> RecordEdition:
    title = {
        "document": lambda: f"[{body['title']}]",
        "recommendation": lambda: body["short_title"],
        "action": lambda: body["title"],
        "assessment": lambda: f"{titles[body['recommendation']]} · {names[body['government']]}",
    }[kind]()
    return RecordEdition(
        kind=kind, key=body["reference" if kind == "recommendation" else "key"], title=title, change="publish", reason=REASON, recorded_by=by,
        approved_by=by, published_by=by, provenance=Provenance.SHIPPED, content_hash=content_hash(body), body=body,
    )  # fmt: skip


def _new_governments(cursor: Any, bodies: Iterable[tuple[str, Body]], names: dict[str, str]) -> list[GovernmentEdition]:
    cursor.execute("SELECT code FROM editions.government WHERE known_to IS NULL")
    there = {code for (code,) in cursor.fetchall()}
    codes = {addressee["government"] for kind, body in bodies if kind == "recommendation" for addressee in body["addressees"]}
    return [GovernmentEdition(code=code, kind="state", name=names[code], includes_every_state=False, note="") for code in sorted(codes - there)]


def _published(made: Unit, names: dict[str, str]) -> Published:
    by_kind = {kind: {body["reference" if kind == "recommendation" else "key"]: body for body in bodies} for kind, bodies in made.by_kind.items()}
    return Published(
        documents=by_kind["document"], recommendations=by_kind["recommendation"], actions=by_kind["action"], assessments=by_kind["assessment"],
        government_names=names, provenance={(kind, key): Provenance.SHIPPED for kind, bodies in by_kind.items() for key in bodies},
    )  # fmt: skip


def _copy(cursor: Any, table: type[Row], rows: Iterable[Row]) -> None:
    """Rows of a published table, without what the database fills."""
    fields = [field for field in table._meta.concrete_fields if field.name not in FILLED]
    schema, name = str(table._meta.db_table).replace('"', "").split(".")
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(schema, name), sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    )
    connection = connections[OWNER]
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])

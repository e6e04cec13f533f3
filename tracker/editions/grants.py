"""Who may do what in the database, said again after every migration.

PostgreSQL gives the maker of a table every right and others none, and default privileges miss what was made before them.
So everything is taken back and given again, in one transaction: nobody ever sees the moment in between.
"""

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from tracker.fields import WordField

SCHEMA = "editions"
EDITORIAL_SCHEMA = "public"
# What only the owner changes: the list of applied migrations.
READ_ONLY_TABLES = frozenset({"django_migrations"})
# What the desk only adds to: who did what in the admin.
ADDED_TO_TABLES = frozenset({"django_admin_log"})
# What the desk keeps whole, and the columns that it may fill in later (None: any).
KEPT_TABLES: dict[str, frozenset[str] | None] = {
    "tracker_snapshot": frozenset({"document_id"}),
    "tracker_version": frozenset({"approved_by_id", "approved_at"}),
    "tracker_submission": None,
    "tracker_import": None,
    "tracker_comment": frozenset({"settled_by_id", "settled_at", "settled_note"}),
}
# Published tables that the desk reads and never writes: the database itself forges the chain, the eraser alone logs what it erased.
NOT_THE_DESKS = frozenset({"chain", "erasure", "withheld"})
# Those of them that hold no words but the eraser's own.
LOGS = frozenset({"chain", "erasure"})
# Published once, and taken down for legal reasons: set aside by the database itself (withholding.sql), and read by the desk alone.
NOT_THE_PUBLICS = ("withheld",)
# Words of persons in tables that are not ours: jobs and what came of them, the log of the admin, addresses of accounts.
WORDS_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "account_emailaddress": ("email",),
    "django_admin_log": ("object_repr", "change_message"),
    "jobs_jobreport": ("sentence",),
    "procrastinate_jobs": ("args",),
}
# Tables of hashes and of what expires by itself, and columns that hold no words: secrets, hashes, names of files and of triggers.
WITHOUT_WORDS = frozenset({"tracker_tally", "tracker_shared_value"})
NO_WORDS = frozenset(
    {
        "password",
        "salt",
        "leaf",
        "content_hash",
        "sha256",
        "stored_as",
        "archived_as",
        "snapshot",
        "media_type",
        "pgh_label",
        "columns",
        "identity",
        "made_from",
    }
)
# Published names of kinds that are no vocabulary's in the models of the editions; names, addresses and hashes of releases.
NAMES_OF_KINDS = {
    ("record", "kind"),
    ("record", "change"),
    ("withheld", "kind"),
    ("withheld", "of_table"),
    *(("release", name) for name in ("name", "site", "software", "chain_head", "manifest_hash")),
    *(("release_file", name) for name in ("release", "path")),
    ("citation", "record_kind"),
    ("translation", "record_kind"),
    *(("passage", name) for name in ("kind", "record_kind", "part", "config", "weight")),
    *((name, "text") for name in ("translation", "tracker_translation", "tracker_translationhistory")),
}
# The one column of an edition that changes, once, from nothing to a time (a trigger holds that).
CLOSING_COLUMN = "known_to"


def role_of(alias: str) -> str:
    """The role that a connection logs in as: the settings say it, or else the server."""
    if user := settings.DATABASES[alias].get("USER"):
        return user
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


def history_tables() -> set[str]:
    """The tables of events: the models that pghistory makes to hold every earlier version of a row."""
    from pghistory.models import Event

    return {
        model._meta.db_table.replace('"', "").split(".")[-1]
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, Event) and model._meta.managed and not model._meta.proxy
    }


def apply(owner_connection: BaseDatabaseWrapper, *, desk_role: str, public_role: str, eraser_role: str) -> None:
    """Give the desk's, the public's and the eraser's role their rights in the owner's database, and everybody else none.

    A role that coincides with the owner keeps the owner's rights (taking them away would lock the owner out); one that
    coincides with the desk keeps the desk's. tracker.checks warns of both.
    """
    with transaction.atomic(using=owner_connection.alias), owner_connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner_role = cursor.fetchone()[0]
        roles = [role for role in dict.fromkeys([desk_role, public_role, eraser_role]) if role != owner_role]
        tables = _tables(cursor)
        _say_where_words_are(cursor)
        _take_back(cursor, roles, schemas=sorted({schema for schema, _ in tables} | {EDITORIAL_SCHEMA}))
        if desk_role != owner_role:
            _grant_desk(cursor, desk_role, tables)
        if public_role not in (owner_role, desk_role):
            _grant_public(cursor, public_role, tables)
        if eraser_role not in (owner_role, desk_role, public_role):
            _grant_eraser(cursor, eraser_role, tables)
        _turn_off_the_switch(cursor)


def _turn_off_the_switch(cursor: Any) -> None:
    """Take away the means by which any session may switch off the triggers that keep history and versions.

    pgtrigger asks a function of its own whether a setting, which everybody can set, names the trigger; it brings that function back with each
    trigger that a migration makes.
    """
    cursor.execute(
        "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'"
    )


def _tables(cursor: Any) -> dict[tuple[str, str], set[str]]:
    """Every table and view of ours by (schema, name), with its columns."""
    cursor.execute(
        """
        SELECT n.nspname, c.relname, array_agg(a.attname::text)
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(c.relowner, 'MEMBER')
        GROUP BY 1, 2
        """,
        [[EDITORIAL_SCHEMA, SCHEMA]],
    )
    return {(schema, name): set(columns) for schema, name, columns in cursor.fetchall()}


def _take_back(cursor: Any, roles: list[str], schemas: list[str]) -> None:
    """Everything from both roles and from PUBLIC, so that a right withdrawn from this file is withdrawn from the database."""
    grantees = sql.SQL(", ").join([sql.SQL("PUBLIC"), *map(sql.Identifier, roles)])
    for schema in schemas:
        for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
            _execute(cursor, "REVOKE ALL ON ALL {} IN SCHEMA {} FROM {}", sql.SQL(kind), sql.Identifier(schema), grantees)
        for name in _types(cursor, schema):
            _execute(cursor, "REVOKE ALL ON TYPE {} FROM {}", sql.Identifier(schema, name), grantees)
        cursor.execute("SELECT pg_has_role(nspowner, 'MEMBER') FROM pg_namespace WHERE nspname = %s", [schema])
        if cursor.fetchone()[0]:
            _execute(cursor, "REVOKE ALL ON SCHEMA {} FROM {}", sql.Identifier(schema), grantees)
    # PUBLIC may otherwise connect and keep temporary tables. Only the database's owner can take that away.
    cursor.execute("SELECT current_database(), pg_has_role(datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()")
    database, ours = cursor.fetchone()
    if ours:
        _execute(cursor, "REVOKE ALL ON DATABASE {} FROM {}", sql.Identifier(database), grantees)
        for role in roles:
            _execute(cursor, "GRANT CONNECT ON DATABASE {} TO {}", sql.Identifier(database), sql.Identifier(role))


def _types(cursor: Any, schema: str) -> list[str]:
    """Domains, enumerations and composite types of ours. Everybody may otherwise make columns of them; reading values needs no right."""
    cursor.execute(
        """
        SELECT t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE n.nspname = %s AND pg_has_role(t.typowner, 'MEMBER') AND (t.typtype IN ('d', 'e') OR t.typtype = 'c' AND c.relkind = 'c')
        """,
        [schema],
    )
    return [name for (name,) in cursor.fetchall()]


def _grant_desk(cursor: Any, role: str, tables: dict[tuple[str, str], set[str]]) -> None:
    """The desk writes the editorial tables, adds to history and editions, and closes an edition; it removes neither."""
    desk = sql.Identifier(role)
    events = history_tables()
    for (schema, name), columns in sorted(tables.items()):
        table = sql.Identifier(schema, name)
        if schema == SCHEMA and name in NOT_THE_DESKS:
            _execute(cursor, "GRANT SELECT ON {} TO {}", table, desk)
        elif schema == SCHEMA or name in events or name in ADDED_TO_TABLES:
            _execute(cursor, "GRANT SELECT, INSERT ON {} TO {}", table, desk)
            if schema == SCHEMA and CLOSING_COLUMN in columns:
                _execute(cursor, "GRANT UPDATE ({}) ON {} TO {}", sql.Identifier(CLOSING_COLUMN), table, desk)
        elif name in READ_ONLY_TABLES:
            _execute(cursor, "GRANT SELECT ON {} TO {}", table, desk)
        elif name in KEPT_TABLES:
            _execute(cursor, "GRANT SELECT, INSERT ON {} TO {}", table, desk)
            fillable = KEPT_TABLES[name]
            for column in sorted(columns if fillable is None else fillable):
                _execute(cursor, "GRANT UPDATE ({}) ON {} TO {}", sql.Identifier(column), table, desk)
        else:
            _execute(cursor, "GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}", table, desk)
    for schema in sorted({schema for schema, _ in tables}):
        _execute(cursor, "GRANT USAGE ON SCHEMA {} TO {}", sql.Identifier(schema), desk)
        _execute(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}", sql.Identifier(schema), desk)
        _grant_functions(cursor, schema, role)


def _grant_eraser(cursor: Any, role: str, tables: dict[tuple[str, str], set[str]]) -> None:
    """The eraser reads editions and the columns of words, logs an erasure, and has words blanked by the database. It changes nothing itself."""
    eraser = sql.Identifier(role)
    columns: dict[tuple[str, str], list[str]] = defaultdict(list)
    for schema, name, column in words_kept(cursor):
        columns[schema, name].append(column)
    for (schema, name), words in sorted(columns.items()):
        if schema != SCHEMA:
            _execute(cursor, "GRANT SELECT ({}) ON {} TO {}", sql.SQL(", ").join(map(sql.Identifier, words)), sql.Identifier(schema, name), eraser)
    for schema in (EDITORIAL_SCHEMA, SCHEMA):
        _execute(cursor, "GRANT USAGE ON SCHEMA {} TO {}", sql.Identifier(schema), eraser)
        _grant_functions(cursor, schema, role)
    if ("editions", "erasure") in tables:
        _execute(cursor, "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", sql.Identifier(SCHEMA), eraser)
        _execute(cursor, "GRANT INSERT ON {} TO {}", sql.Identifier(SCHEMA, "erasure"), eraser)
        _execute(cursor, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}", sql.Identifier(SCHEMA), eraser)
        for signature in ("editions.blank_words(text, text, text, text)", "editions.hash_again()"):
            _execute(cursor, "GRANT EXECUTE ON FUNCTION {} TO {}", sql.SQL(signature), eraser)


def words_kept(cursor: Any) -> list[tuple[str, str, str]]:
    """The columns in which a person's words may stand, as schema, table and column: text, lists and JSON of ours that are no vocabulary or hash."""
    cursor.execute(
        """
        SELECT n.nspname::text, c.relname::text, a.attname::text FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND n.nspname = ANY(%s)
          AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype, 'varchar[]'::regtype)
        ORDER BY 1, 2, a.attnum
        """,
        [[EDITORIAL_SCHEMA, SCHEMA]],
    )
    of_vocabularies = _columns_of_vocabularies()
    return [
        (schema, name, column)
        for schema, name, column in cursor.fetchall()
        if (schema == SCHEMA or name.startswith("tracker_") or column in WORDS_ELSEWHERE.get(name, ()))
        and name not in (LOGS if schema == SCHEMA else WITHOUT_WORDS)
        and column not in NO_WORDS
        and (name, column) not in of_vocabularies
    ]


def _columns_of_vocabularies() -> set[tuple[str, str]]:
    return NAMES_OF_KINDS | {
        (model._meta.db_table.replace('"', "").split(".")[-1], field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(getattr(field, "base_field", field), WordField)
    }


def _say_where_words_are(cursor: Any) -> None:
    """Tell the database which columns an erasure may blank: it cannot tell a word of a vocabulary from a person's."""
    if not _has_editions(cursor):
        return
    rows = sql.SQL(", ").join(sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, row))) for row in words_kept(cursor))
    body = sql.SQL("SELECT * FROM (VALUES {}) AS kept").format(rows).as_string(cursor.connection)
    _execute(
        cursor,
        "CREATE OR REPLACE FUNCTION editions.words_kept() RETURNS TABLE (of_schema text, of_table text, of_column text) LANGUAGE sql IMMUTABLE AS {}",
        sql.Literal(body),
    )


def _has_editions(cursor: Any) -> bool:
    cursor.execute("SELECT to_regclass('editions.erasure') IS NOT NULL")
    return cursor.fetchone()[0]


def _grant_public(cursor: Any, role: str, tables: dict[tuple[str, str], set[str]]) -> None:
    """The public reads the editions, without what was taken down, and that is all."""
    if not any(schema == SCHEMA for schema, _ in tables):
        return
    _execute(cursor, "GRANT USAGE ON SCHEMA {} TO {}", sql.Identifier(SCHEMA), sql.Identifier(role))
    _execute(cursor, "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", sql.Identifier(SCHEMA), sql.Identifier(role))
    for name in NOT_THE_PUBLICS:
        if (SCHEMA, name) in tables:
            _execute(cursor, "REVOKE ALL ON {} FROM {}", sql.Identifier(SCHEMA, name), sql.Identifier(role))
    _grant_functions(cursor, SCHEMA, role)


def _grant_functions(cursor: Any, schema: str, role: str) -> None:
    """Functions that compute something; of those of the editions, what changes nothing.

    A trigger's function needs no right to fire; one that runs as its definer gets none here.
    """
    cursor.execute(
        """
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = %s AND p.prokind = 'f' AND NOT p.prosecdef AND p.prorettype <> 'trigger'::regtype
          AND NOT (n.nspname = 'editions' AND p.provolatile = 'v')
          AND pg_has_role(p.proowner, 'MEMBER')
        """,
        [schema],
    )
    for (signature,) in cursor.fetchall():
        _execute(cursor, "GRANT EXECUTE ON FUNCTION {} TO {}", sql.SQL(signature), sql.Identifier(role))


def _execute(cursor: Any, statement: str, *parts: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(*parts))

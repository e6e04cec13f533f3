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
    "tracker_comment": frozenset({"settled_by_id", "settled_at", "settled_note"}),
}
# Published tables that the desk reads and never writes: the database itself forges the chain, the eraser alone logs what it erased.
NOT_THE_DESKS = frozenset({"chain", "erasure"})
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
    """The eraser reads our own tables, blanks words in them, and logs that it did. It adds and removes nothing else.

    Words are what stands in columns of text, of lists and of JSON; a leaf of the hash chain is none of them.
    """
    eraser, events = sql.Identifier(role), history_tables()
    cursor.execute(
        """
        SELECT n.nspname, c.relname, a.attname::text FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype,
              'varchar[]'::regtype) AND n.nspname = ANY(%s) AND (n.nspname = %s OR c.relname LIKE 'tracker\\_%%')
        """,
        [[EDITORIAL_SCHEMA, SCHEMA], SCHEMA],
    )
    words: dict[tuple[str, str], list[str]] = defaultdict(list)
    for schema, name, column in cursor.fetchall():
        if (schema, name) in tables and column != "leaf" and not (schema == SCHEMA and name in NOT_THE_DESKS):
            words[schema, name].append(column)
    for (schema, name), columns in sorted(words.items()):
        table = sql.Identifier(schema, name)
        _execute(cursor, "GRANT SELECT ON {} TO {}", table, eraser)
        _execute(cursor, "GRANT UPDATE ({}) ON {} TO {}", sql.SQL(", ").join(map(sql.Identifier, sorted(columns))), table, eraser)
        if name in events:
            _execute(cursor, "GRANT INSERT ON {} TO {}", table, eraser)  # blanking a row is a change that its history keeps
    for name in sorted(NOT_THE_DESKS):
        _execute(cursor, "GRANT SELECT ON {} TO {}", sql.Identifier(SCHEMA, name), eraser)
    _execute(cursor, "GRANT INSERT ON {} TO {}", sql.Identifier(SCHEMA, "erasure"), eraser)
    for schema in (EDITORIAL_SCHEMA, SCHEMA):
        _execute(cursor, "GRANT USAGE ON SCHEMA {} TO {}", sql.Identifier(schema), eraser)
        _execute(cursor, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}", sql.Identifier(schema), eraser)
        _grant_functions(cursor, schema, role)


def _grant_public(cursor: Any, role: str, tables: dict[tuple[str, str], set[str]]) -> None:
    """The public reads the editions, and that is all."""
    if not any(schema == SCHEMA for schema, _ in tables):
        return
    _execute(cursor, "GRANT USAGE ON SCHEMA {} TO {}", sql.Identifier(SCHEMA), sql.Identifier(role))
    _execute(cursor, "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", sql.Identifier(SCHEMA), sql.Identifier(role))
    _grant_functions(cursor, SCHEMA, role)


def _grant_functions(cursor: Any, schema: str, role: str) -> None:
    """Functions that compute something. A trigger's needs no right to fire; one that runs as its definer gets none here."""
    cursor.execute(
        """
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = %s AND p.prokind = 'f' AND NOT p.prosecdef AND p.prorettype <> 'trigger'::regtype
          AND pg_has_role(p.proowner, 'MEMBER')
        """,
        [schema],
    )
    for (signature,) in cursor.fetchall():
        _execute(cursor, "GRANT EXECUTE ON FUNCTION {} TO {}", sql.SQL(signature), sql.Identifier(role))


def _execute(cursor: Any, statement: str, *parts: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(*parts))

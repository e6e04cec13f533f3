"""Many new rows into a table at once, by COPY: the database checks and records them as it does any insert, at a tenth of the work."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


def insert(model: type[models.Model], records: Sequence[Any]) -> None:
    """Insert unsaved records of a model, in the surrounding transaction, and give them their numbers.

    As ``bulk_create`` does, without its signals; errors are Django's. What the records refer to must be stored already.
    """
    if not records:
        return
    fields = model._meta.concrete_fields
    references = [field for field in fields if field.is_relation]
    table = sql.Identifier(model._meta.db_table)
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    number = model._meta.pk
    assert number is not None and number.column is not None
    with connection.cursor() as cursor:
        # A statement that is no plain SELECT, so that who and why stand in the transaction's settings for the triggers of the history.
        cursor.execute(
            "WITH taken AS (SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)) SELECT * FROM taken",
            [f'"{model._meta.db_table}"', number.column, len(records)],
        )
        numbers = [row[0] for row in cursor.fetchall()]
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for record, own in zip(records, numbers, strict=True):
                for field in references:
                    if getattr(record, field.attname) is None and (other := getattr(record, field.name)) is not None:
                        setattr(record, field.name, other)  # the number is known now
                values = [own if field is number else field.get_db_prep_save(field.pre_save(record, True), connection) for field in fields]
                copy.write_row(values)
    for record, own in zip(records, numbers, strict=True):
        record.pk = own
        record._state.adding, record._state.db = False, connection.alias

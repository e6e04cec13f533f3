"""Statements that are tried past Django and never kept."""

from typing import Any

import psycopg


class Undone(Exception):
    """It went through, and is taken back."""


def refusal(connection: psycopg.Connection[Any], *statements: str | tuple[str, Any]) -> psycopg.Error | None:
    """Run statements in one transaction, to its very end; gives the database's refusal, or None where it would have let them happen."""
    try:
        with connection.transaction():
            for statement in statements:
                text, parameters = (statement, None) if isinstance(statement, str) else statement
                connection.execute(text, parameters)
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise Undone
    except Undone:
        return None
    except psycopg.Error as error:
        return error

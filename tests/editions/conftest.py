"""Connections past Django: what each role may do by raw SQL."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from config.postgres import Cluster
from tests import builders
from tests.sql import refusal


class Attempts:
    """A role's connection, with which statements are tried and never kept."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        connection.prepare_threshold = None

    def rows(self, statement: str, parameters: Any = ()) -> list[Any]:
        """What a question gives."""
        return self.connection.execute(statement, parameters).fetchall()

    def refusal(self, *statements: str | tuple[str, Any]) -> psycopg.Error | None:
        """Run statements in one transaction, to its very end; gives the database's refusal, or None where it would have let them happen."""
        return refusal(self.connection, *statements)

    def let_through(self, statements: list[str]) -> list[str]:
        """Those of the statements, each alone, that the database would have let happen."""
        return [statement for statement in statements if self.refusal(statement) is None]


@pytest.fixture
def as_role(cluster: Cluster, desk: str) -> Iterator[Callable[[str], Attempts]]:
    """``as_role("desk")``, ``as_role("public")``, ``as_role("owner")``: a connection to the test's database."""
    opened: list[psycopg.Connection[Any]] = []

    def connect(role: str) -> Attempts:
        opened.append(cluster.connect(role, desk))
        return Attempts(opened[-1])

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    """One record of every noun, all published as edition 1."""
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    return made

"""A migrated database for rules that it holds too, and a small site in several languages to search."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def database(cluster: Any, empty_template: str) -> Iterator[Any]:
    """A connection to an empty, migrated database."""
    from tests.conftest import copy_of

    with copy_of(cluster, empty_template) as name, cluster.connect(database=name) as connection:
        yield connection

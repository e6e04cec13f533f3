"""A database with a handful of generated records, made once a worker: what measures it leaves nothing, which a test holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command

from config import postgres
from tests.conftest import copy_of, pointing_at
from tracker.benchmarking.asked import Failed
from tracker.benchmarking.peers import datasette

SOME = 65


@pytest.fixture(scope="session")
def generated_database(cluster: postgres.Cluster, empty_template: str, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), copy_of(cluster, empty_template) as name:
        with pointing_at(name):
            for number in (SOME - 25, SOME):  # two editions
                call_command("generate", recommendations=number, verbosity=0)
        yield name


@pytest.fixture
def generated(generated_database: str, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), pointing_at(generated_database):
        yield generated_database


@pytest.fixture
def no_datasette(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without a way to the package registry."""

    @contextmanager
    def running(*_args: Any) -> Iterator[None]:
        raise Failed("Datasette could not be installed (no network)")
        yield

    monkeypatch.setattr(datasette, "running", running)

"""A queue of one's own, and real workers at it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from config import postgres

PATIENCE = 60  # seconds that a test waits for what must come; never a measure of success


@pytest.fixture
def queue(desk: str, cluster: postgres.Cluster) -> str:
    """An empty queue, and the table that the trial jobs write to. Gives the database's name."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE trial (words text NOT NULL, process int NOT NULL)")
        cursor.execute("GRANT SELECT, INSERT, DELETE ON trial TO tracker_desk")
    connections["owner"].close()
    return desk


class Watcher:
    """Looks at a database from outside, as its superuser."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def value(self, question: str, *parameters: Any) -> Any:
        """The first column of the first row."""
        row = self.connection.execute(question, parameters).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None

    def rows(self, words: str) -> int:
        """How many rows of these words the trial jobs wrote."""
        return self.value("SELECT count(*) FROM trial WHERE words = %s", words)

    def status(self, number: int) -> str:
        """What Procrastinate says of a job."""
        return self.value("SELECT status::text FROM procrastinate_jobs WHERE id = %s", number)

    def do(self, statement: str, *parameters: Any) -> None:
        """Change something."""
        self.connection.execute(statement, parameters)  # type: ignore[arg-type]

    def until(self, what: Callable[[], Any], wanted: Any = True) -> None:
        """Wait for it."""
        deadline = time.monotonic() + PATIENCE
        while (found := what()) != wanted:
            assert time.monotonic() < deadline, f"{found!r} instead of {wanted!r} after {PATIENCE} s"
            time.sleep(0.05)


@pytest.fixture
def watch(queue: str, cluster: postgres.Cluster) -> Iterator[Watcher]:
    """The watcher of this test's database."""
    with cluster.connect(database=queue) as connection:
        yield Watcher(connection)


@pytest.fixture
def start_worker(queue: str) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts `manage.py work` at this test's queue; whatever still runs at the end is killed."""
    started = []

    def start(**variables: str) -> "subprocess.Popen[str]":
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.jobs.settings", "TRIAL_DATABASE": queue, "LOG_LEVEL": "INFO"} | variables
        process = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "work"],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=settings.BASE_DIR,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()

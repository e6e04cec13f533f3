"""The site as `manage.py serve` runs it, while more ask for costly pages than it lets in: they wait at a table that the test has locked."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import postgres
from tests.conftest import copy_of, pointing_at
from tests.public.ahead import Answer, site_of_one
from tests.public.ahead.test_served import PATIENCE, serving, static_files

LOCKED = "editions.citation"
COSTLY, ORDINARY, SIGN_IN = "/citations/?q=a{number}", "/about/?x={number}", "/admin/login/"
PROCESSES, AT_ONCE = 2, 2
ASKED = 40

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database(cluster: postgres.Cluster, empty_template: str, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), copy_of(cluster, empty_template) as name:
        with pointing_at(name):
            site_of_one()
        yield name


@pytest.fixture(scope="module")
def port(database: str, cluster: postgres.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("gate")
    static_files(folder)
    long = {"COSTLY_STATEMENT_TIMEOUT_MS": "600000", "PUBLIC_STATEMENT_TIMEOUT_MS": "600000", "QUEUE_MS": "600000"}
    with serving(database, cluster, folder, COSTLY_AT_ONCE=str(AT_ONCE), **long) as (_process, port):
        yield port


def ask(port: int, address: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", address)
        response = connection.getresponse()
        return Answer(str(response.status), dict(response.getheaders()), response.read())
    finally:
        connection.close()


def at_the_table(superuser: Any, database: str) -> int:
    """How many questions wait for the table."""
    found = superuser.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [database]).fetchone()
    return int(found[0])


def test_while_costly_pages_are_refused_ordinary_ones_and_the_desk_answer(port: int, cluster: postgres.Cluster, database: str) -> None:
    had: dict[int, Answer] = {}

    def read(number: int) -> None:
        had[number] = ask(port, COSTLY.format(number=number))

    readers = [threading.Thread(target=read, args=(number,)) for number in range(ASKED)]
    assert ask(port, COSTLY.format(number="warm")).status == "200"
    with cluster.connect(database=database) as superuser:
        superuser.autocommit = False
        superuser.execute(f"LOCK TABLE {LOCKED} IN ACCESS EXCLUSIVE MODE")
        for reader in readers:
            reader.start()
        deadline = time.monotonic() + PATIENCE
        # Of those that are not refused two are at the table, and each process has its two places and its queue.
        room = PROCESSES * (AT_ONCE + 3 * AT_ONCE + 3)
        while len(had) < ASKED - room:
            assert time.monotonic() < deadline, Counter(answer.status for answer in had.values())
            time.sleep(0.01)
        assert {answer.status for answer in had.values()} == {"503"}
        for answer in had.values():
            assert answer.headers["retry-after"] == "5"
            assert "Too many readers at once" in answer.text
        while not (waiting := at_the_table(superuser, database)):  # those that were let in have to read what was asked for first
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert waiting <= AT_ONCE, "so many costly pages at once, in both processes together"
        for number in range(20):  # connections of both processes
            assert ask(port, ORDINARY.format(number=number)).status == "200"
            assert ask(port, SIGN_IN).status == "200"
            assert ask(port, "/healthz").status == "200"
            assert ask(port, "/readyz").status == "200"
        superuser.rollback()
    for reader in readers:
        reader.join(PATIENCE)
    statuses = Counter(answer.status for answer in had.values())
    assert statuses.keys() == {"200", "503"}, "and none 500"
    assert statuses["200"] >= AT_ONCE
    assert ask(port, COSTLY.format(number="after")).status == "200"

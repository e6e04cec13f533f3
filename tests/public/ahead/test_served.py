"""The site as `manage.py serve` runs it, in two processes: each gives from memory what it gave before, and what is published within a second."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.conf import settings
from django.test import Client

from config import postgres, throwaway
from tests import builders
from tests.conftest import copy_of, pointing_at
from tests.public.ahead import Answer, retitle, site_of_one
from tracker.models import Recommendation

PAGE = "/recommendations/REC-1/"
READERS = 24
"""Connections that stay with the process that took them: that all of them are with one has a chance of one in eight million."""
PATIENCE = 240.0
"""Seconds after which a test gives up."""
LASTS = 1.0
"""Seconds after a publish from which on nobody is given the page of before. Issue 6 promises it."""

pytestmark = pytest.mark.slow


@dataclass
class Reader:
    """One connection, kept."""

    connection: http.client.HTTPConnection

    def ask(self, method: str = "GET", **headers: str) -> Answer:
        """The page, compressed."""
        self.connection.request(method, PAGE, headers={"Accept-Encoding": "gzip", **headers})
        response = self.connection.getresponse()
        return Answer(f"{response.status} {response.reason}", dict(response.getheaders()), response.read())


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with the static files in it."""
    folder = tmp_path_factory.mktemp("served")
    static_files(folder)
    return folder


def static_files(folder: Path) -> None:
    """Collect them there."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "collectstatic", "--noinput", "--verbosity", "0"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TRACKER_STATE_DIR": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def database(cluster: postgres.Cluster, empty_template: str, django_db_blocker: Any) -> Iterator[str]:
    """With one recommendation, which each test publishes again."""
    with django_db_blocker.unblock(), copy_of(cluster, empty_template) as name:
        with pointing_at(name):
            site_of_one()
        yield name


@pytest.fixture
def record(database: str, django_db_blocker: Any) -> Iterator[Recommendation]:
    with django_db_blocker.unblock(), pointing_at(database):
        yield Recommendation.objects.get()


@pytest.fixture(scope="module")
def served(database: str, cluster: postgres.Cluster, state: Path) -> Iterator[tuple[psutil.Process, int]]:
    with serving(database, cluster, state) as found:
        yield found


@contextmanager
def serving(database: str, cluster: postgres.Cluster, state: Path, **more: str) -> Iterator[tuple[psutil.Process, int]]:
    """The server with the settings of an installation and ``more``, over the tests' own database; gives its process and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def address(role: str) -> str:
        return f"postgresql:///{database}?host={cluster.sockets}&port={postgres.PORT}&user={postgres.ROLES[role]}&password={cluster.secrets[role]}"

    environment = {name: value for name, value in os.environ.items() if name != throwaway.VARIABLE} | more
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "TRACKER_STATE_DIR": str(state), "SECRET_KEY": settings.SECRET_KEY}
    environment |= {"DATABASE_URL": address("desk"), "OWNER_DATABASE_URL": address("owner"), "PUBLIC_DATABASE_URL": address("public")}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--workers", "2", "--no-jobs", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while len(listening := _listening(process.pid, port)) < 2:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline, listening
            time.sleep(0.1)
        yield psutil.Process(process.pid), port
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _listening(pid: int, port: int) -> set[int]:
    """Those of the server's processes that listen on its port."""
    return {
        each.pid
        for each in psutil.Process(pid).children(recursive=True)
        if any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in each.net_connections("tcp"))
    }


@pytest.fixture
def readers(served: tuple[psutil.Process, int], record: Recommendation) -> Iterator[list[Reader]]:
    """Readers of both processes, all of whom have had the page from memory."""
    process, port = served
    made = [Reader(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) for _number in range(READERS)]
    for reader in made:
        reader.ask()
    taken = [
        each.pid
        for each in process.children(recursive=True)
        for one in each.net_connections("tcp")
        if one.status == psutil.CONN_ESTABLISHED and one.laddr.port == port
    ]
    assert len(set(taken)) == 2, "one process has all readers"
    deadline = time.monotonic() + PATIENCE
    for reader in made:
        while not _is_kept(reader):
            assert time.monotonic() < deadline
    yield made
    for reader in made:
        reader.connection.close()


def _is_kept(reader: Reader) -> bool:
    """Whether the page is given from memory: each time that Django compresses it, it pads it with other bytes."""
    return reader.ask().body == reader.ask().body


def test_a_publish_shows_on_every_process_within_a_second(readers: list[Reader], record: Recommendation) -> None:
    before = readers[0].ask()
    assert "Do REC-1" in before.text or "Title" in before.text
    assert "Another title" not in before.text
    retitle(record, "Another title")
    published = time.monotonic()
    last: dict[int, float] = {}  # when each asked who was still given the page of before
    while time.monotonic() - published < 2 * LASTS:
        for number, reader in enumerate(readers):
            asked = time.monotonic() - published
            if "Another title" not in reader.ask().text:
                last[number] = asked
    assert not {number: asked for number, asked in last.items() if asked > LASTS}
    for reader in readers:
        assert reader.ask(**{"If-None-Match": before.headers["etag"]}).status == "200 OK"


def test_every_process_answers_conditions_and_heads_from_memory(readers: list[Reader]) -> None:
    for reader in readers:
        page = reader.ask()
        assert page.headers["content-encoding"] == "gzip"
        head = reader.ask("HEAD")
        without_date = {name: value for name, value in head.headers.items() if name != "date"}
        assert without_date == {name: value for name, value in page.headers.items() if name != "date"}
        assert head.body == b""
        unchanged = reader.ask(**{"If-None-Match": page.headers["etag"]})
        assert unchanged.status == "304 Not Modified"
        assert unchanged.body == b""
        assert unchanged.headers["etag"] == page.headers["etag"].removeprefix("W/")
        assert reader.ask("HEAD", **{"If-Modified-Since": page.headers["last-modified"]}).status == "304 Not Modified"


def test_whoever_published_sees_it_at_once(readers: list[Reader], record: Recommendation, client: Client) -> None:
    """Signed in at the desk, they read what they wrote, whatever is in memory."""
    client.force_login(builders.reviewer())
    session: Any = client.cookies["desk_session"]
    for number in range(5):
        retitle(record, f"Title {number}")
        for reader in readers[:4]:
            assert f"Title {number}" in reader.ask(Cookie=f"{session.key}={session.value}").text

"""A primary and a streaming standby, both from the embedded binaries, with some published records; and sites that are served from them."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.urls import resolve

from config import postgres, throwaway
from tests import builders
from tests.addresses import every_public_address

PATIENCE = 90  # seconds that a test waits for what must come; never a measure of success
RELEASES = ("v1", "v2")
REPLICATES = {"wal_level": "replica", "max_wal_senders": "4", "synchronous_commit": "on", "wal_retrieve_retry_interval": "200ms"}
URLS = {"default": "DATABASE_URL", "owner": "OWNER_DATABASE_URL", "public": "PUBLIC_DATABASE_URL", "eraser": "ERASER_DATABASE_URL"}
ROLES = {"default": "desk", "owner": "owner", "public": "public", "eraser": "eraser"}


def until(what: Callable[[], Any], wanted: Any = True) -> None:
    """Wait for it."""
    deadline = time.monotonic() + PATIENCE
    while (found := what()) != wanted:
        assert time.monotonic() < deadline, f"{found!r} instead of {wanted!r} after {PATIENCE} s"
        time.sleep(0.05)


class Pair:
    """The two servers. Whoever writes goes to ``primary``; ``standby`` follows it, and has its roles and passwords."""

    def __init__(self, folder: Path) -> None:
        self.primary = postgres.Cluster(folder / "primary", throwaway.SETTINGS | REPLICATES)
        self.primary.start()
        self.primary.stop()
        with open(self.primary.data / "pg_hba.conf", "a") as file:
            file.write("local replication all scram-sha-256\n")
        (folder / "standby").mkdir(mode=0o711)
        shutil.copy(self.primary.folder / "secrets.json", folder / "standby")
        link = f"host={self.primary.sockets} user=postgres password={self.primary.secrets['superuser']}"
        follows = {"primary_conninfo": link, "max_standby_streaming_delay": "0"}
        self.standby = postgres.Cluster(folder / "standby", throwaway.SETTINGS | REPLICATES | follows)
        subprocess.run(["cp", "-a", str(self.primary.home), str(self.standby.home)], check=True)
        (self.standby.data / "standby.signal").touch()
        self.both_run()

    def both_run(self) -> None:
        """Both answer, and the standby shows what the primary has."""
        for server in (self.primary, self.standby):
            server.start()
        self.ask(self.standby, "SELECT pg_wal_replay_resume()")
        self.catch_up()

    def ask(self, server: postgres.Cluster, question: str) -> Any:
        """The first column of the first row, asked by the superuser."""
        with server.connect(database=postgres.DATABASE) as superuser:
            return superuser.execute(question).fetchone()[0]  # type: ignore[arg-type, index]

    def catch_up(self) -> None:
        """Wait until the standby shows all that the primary has."""
        here = self.ask(self.primary, "SELECT pg_current_wal_insert_lsn()")
        until(lambda: self.ask(self.standby, f"SELECT pg_last_wal_replay_lsn() >= '{here}'"))

    def kill(self, server: postgres.Cluster) -> None:
        """As a machine dies: without a word to whoever is connected."""
        process = server.process()
        assert process is not None
        children = process.children()
        process.kill()
        for child in children:
            with suppress(Exception):
                child.kill()
        until(server.running, False)

    def hosts(self) -> str:
        """Both, as libpq reads several."""
        return f"{self.primary.sockets},{self.standby.sockets}"

    def addresses(self, **hosts: str) -> dict[str, str]:
        """The variables of a site: the readers' ask both, everybody else the primary; or the ``hosts`` given by alias."""
        usual = dict.fromkeys(URLS, str(self.primary.sockets)) | {"public": self.hosts()}
        return {
            variable: f"postgresql://{postgres.ROLES[ROLES[alias]]}:{self.primary.secrets[ROLES[alias]]}@/{postgres.DATABASE}?host={host}"
            for alias, host in (usual | hosts).items()
            for variable in [URLS[alias]]
        }


@contextmanager
def leading_to(pair: Pair, **servers: postgres.Cluster) -> Iterator[None]:
    """This process's connections lead to the primary, or to the ``servers`` given by alias."""
    connections.close_all()
    kept = {alias: dict(connections.settings[alias]) for alias in URLS}
    for alias, role in ROLES.items():
        connections.settings[alias].update(servers.get(alias, pair.primary).address(role) | {"OPTIONS": kept[alias]["OPTIONS"]})
    try:
        yield
    finally:
        connections.close_all()
        for alias, before in kept.items():
            connections.settings[alias].update(before)


@pytest.fixture(scope="session")
def made_pair(django_db_blocker: Any) -> Iterator[Pair]:
    """Made once a worker, with every kind of record, and two releases."""
    from tracker.releasing import make as release

    folder = throwaway.run_folder() / f"pair-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o711)
    try:
        pair = Pair(folder)
        with django_db_blocker.unblock(), leading_to(pair):
            call_command("migrate", database="owner", interactive=False, verbosity=0)
            builders.put_out(*builders.publishables(builders.everything()))
            for name in RELEASES:
                release(name, by=builders.officer(), reason="To be kept", site="https://tracker.example.org")
        yield pair
    finally:
        for data in list(folder.glob("*/postgres/data/PG_VERSION")):
            throwaway.remove(data.parents[2])
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def pair(made_pair: Pair, django_db_blocker: Any) -> Iterator[Pair]:
    """Both running, whatever the test before did to them; this process's readers' connection leads to the standby."""
    made_pair.both_run()
    with django_db_blocker.unblock(), leading_to(made_pair, public=made_pair.standby):
        yield made_pair


@pytest.fixture
def addresses(pair: Pair) -> list[str]:
    """Some public addresses of every name that there is, the form for readers, and a style sheet."""
    found = [*every_public_address(("PAPER", "ACT-1"), RELEASES), "/challenge/?kind=recommendation&key=REC-1", "/static/tracker/site.css"]
    named: dict[str, list[str]] = defaultdict(list)
    for path in found:
        named[path if "?" in path or "static" in path else resolve(path).view_name or path].append(path)
    return [path for some in named.values() for path in some[:4]]


ROOM = {"PUBLIC_POOL_SIZE": "24", "COSTLY_AT_ONCE": "8", "FILES_AT_ONCE": "8", "QUEUE_MS": "60000"}
"""For as many readers at once as the tests have: none is refused for want of a place."""


class Served:
    """A site that `manage.py serve` serves in processes of its own."""

    def __init__(self, folder: Path, addresses: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "CI")}
        own = {"TRACKER_STATE_DIR": str(folder), "API_REQUESTS_PER_MINUTE": "0", "LOG_LEVEL": "ERROR"}
        self.environment = kept | own | addresses | ROOM
        self.log = folder / "served.log"
        self.process: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command of this site, to its end."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, cwd="/")

    def start(self) -> None:
        """Serve with one worker, without background jobs, and wait until the process answers."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--port", str(self.port), "--workers", "1", "--no-jobs"]
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, cwd="/")
        until(lambda: self.code("/healthz"), 200)

    def end(self) -> None:
        """End it, if it runs."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def get(self, path: str, **headers: str) -> tuple[int, Message, bytes]:
        """Code, headers and body of an answer; code 0 where nobody listens."""
        try:
            asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()
        except urllib.error.URLError:
            return 0, Message(), b""

    def code(self, path: str) -> int:
        """The code of an answer alone."""
        return self.get(path)[0]


@pytest.fixture
def serve(pair: Pair, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Serves a site of the pair; ``serve(default="/nowhere")`` leads one of its connections elsewhere."""
    started: list[Served] = []

    def begin(**hosts: str) -> Served:
        site = Served(tmp_path, pair.addresses(**hosts))
        done = site.manage("collectstatic", "--noinput", "--verbosity", "0")
        assert done.returncode == 0, done.stderr
        site.start()
        started.append(site)
        return site

    yield begin
    for site in started:
        site.end()

"""Fixtures for the whole suite. Databases: `desk` (empty, writable), `casefile_desk` (with the case files, writable) and
`published` (with the case files, nobody writes). Each points the three connections at a database of its own, in which the
three roles are as real as in production. Site: `site` (the address of a real server) and `page` (a browser's page)."""

import datetime as dt
import fcntl
import os
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from config import postgres, throwaway

EMPTY = "template_empty"
CASEFILES = "template_casefiles"
ALIASES = ("default", "owner", "public", "eraser")
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


# --- The server, and the two databases that all others are copied from ---------------------------------------------------


@pytest.fixture(scope="session")
def cluster() -> postgres.Cluster:
    """The run's own PostgreSQL server, started by whoever asks first. It ends with the run (config/throwaway.py)."""
    server = throwaway.cluster()
    server.start()
    return server


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Over all workers of this run."""
    with open(throwaway.run_folder() / f"{name}.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def exists(cluster: postgres.Cluster, database: str) -> bool:
    with cluster.connect() as superuser:
        return superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [database]).fetchone() is not None


def seal(cluster: postgres.Cluster, database: str) -> None:
    """Finished: a template that nobody connects to any more, as a copy is only made of a database without visitors."""
    with cluster.connect() as superuser:
        superuser.execute(sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false").format(sql.Identifier(database)))


@pytest.fixture(scope="session")
def empty_template(cluster: postgres.Cluster, django_db_blocker: Any) -> str:
    """A migrated database without data. Made once a run."""
    with one_at_a_time(EMPTY):
        if not exists(cluster, EMPTY):
            cluster.drop_database(EMPTY)
            cluster.create_database(EMPTY)
            with django_db_blocker.unblock(), pointing_at(EMPTY):
                call_command("migrate", database="owner", interactive=False, verbosity=0)
            seal(cluster, EMPTY)
    return EMPTY


@pytest.fixture(scope="session")
def casefiles_template(cluster: postgres.Cluster, empty_template: str, django_db_blocker: Any) -> str:
    """A database with every case file loaded, by the same verb as everyone. Made once a run."""
    from tracker.exchange import casefiles

    with one_at_a_time(CASEFILES):
        if not exists(cluster, CASEFILES):
            cluster.drop_database(CASEFILES)
            cluster.create_database(CASEFILES, template=empty_template)
            with django_db_blocker.unblock(), pointing_at(CASEFILES):
                for folder in casefiles.in_order():
                    call_command("load_package", str(folder), verbosity=0)
            seal(cluster, CASEFILES)
    return CASEFILES


@contextmanager
def pointing_at(database: str) -> Iterator[str]:
    """The three connections lead to this database for a while, in every thread; before and after, they are closed."""
    connections.close_all()
    for alias in ALIASES:
        connections.settings[alias]["NAME"] = database
    try:
        yield database
    finally:
        connections.close_all()
        for alias in ALIASES:
            connections.settings[alias]["NAME"] = settings.NO_DATABASE


@contextmanager
def copy_of(cluster: postgres.Cluster, template: str) -> Iterator[str]:
    """A database of one's own, some 50 to 140 ms away."""
    name = f"{template.removeprefix('template_')}_{secrets.token_hex(6)}"
    # Two copies of one template at once are fine; each would only wait for the other's checkpoint.
    cluster.create_database(name, template=template)
    try:
        yield name
    finally:
        connections.close_all()
        cluster.drop_database(name)


# --- What tests ask for ---------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(cluster: postgres.Cluster, empty_template: str, django_db_blocker: Any) -> Iterator[str]:
    """An empty, migrated database for one test, writable. Commits are real; so are the three roles."""
    with django_db_blocker.unblock(), copy_of(cluster, empty_template) as name, pointing_at(name):
        yield name


@pytest.fixture
def casefile_desk(cluster: postgres.Cluster, casefiles_template: str, django_db_blocker: Any) -> Iterator[str]:
    """The case files, for one test, writable."""
    with django_db_blocker.unblock(), copy_of(cluster, casefiles_template) as name, pointing_at(name):
        yield name


@pytest.fixture(scope="session")
def published_database(cluster: postgres.Cluster, casefiles_template: str) -> Iterator[str]:
    """The case files, for all tests of a worker that only read: whoever writes gets an error."""
    with copy_of(cluster, casefiles_template) as name:
        with cluster.connect() as superuser:
            superuser.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(sql.Identifier(name)))
        yield name


@pytest.fixture
def published(published_database: str, django_db_blocker: Any) -> Iterator[str]:
    """The case files, to read."""
    with django_db_blocker.unblock(), pointing_at(published_database):
        yield published_database


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """pytest-django's own databases are not used here: one transaction cannot show what another connection sees."""
    raise RuntimeError("Ask for `desk`, `casefile_desk` or `published` instead of pytest-django's `db`.")


@pytest.fixture
def today() -> dt.date:
    """The day as the site counts it."""
    return dt.datetime.now(tz=dt.UTC).date()


# --- The site, served ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """A running server. `url` has no slash at its end; `requests` are the paths that it was asked for."""

    url: str
    requests: list[str]

    def __str__(self) -> str:
        return self.url


class ThreadingWSGIServer(WSGIServer):
    """A thread a request, none of which keeps the suite from ending."""

    daemon_threads = True
    request_queue_size = 128  # tests that send much at once

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own."""
        threading.Thread(target=self._answer, args=(request, client_address), daemon=True).start()

    def _answer(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:  # the browser has gone
            pass
        finally:
            connections.close_all()
            self.shutdown_request(request)


@contextmanager
def serving() -> Iterator[Site]:
    """The real WSGI application on a loopback port, against whatever database the connections lead to."""
    from config.wsgi import application

    requests: list[str] = []

    class Handler(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            requests.append(self.path)

    server = make_server("127.0.0.1", 0, application, server_class=ThreadingWSGIServer, handler_class=Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", requests)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture
def site(published: str) -> Iterator[Site]:
    """The site with the case files, served: `str(site)` is its address."""
    with serving() as running:
        yield running


@pytest.fixture
def desk_site(casefile_desk: str) -> Iterator[Site]:
    """The same with a database of one's own, for tests that write through the browser."""
    with serving() as running:
        yield running


# --- A browser -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, headless. Where it is missing, tests skip, and say so; in CI they fail."""
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if not executable:
        reason = "Chromium is not installed (Debian: apt install chromium), so pages are not tried in a browser"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"])
        # Playwright's event loop would make Django think that it runs in asynchronous code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        yield running
        running.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Makes pages, each in a context of its own: `new_page(viewport={"width": 320, "height": 700}, color_scheme="dark")`."""
    contexts = []

    def make(**options: Any) -> Any:
        context = browser.new_context(**options)
        # Nothing but the site itself: a page that asks another host for anything is a fault.
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), lambda route: route.abort())
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """One page of the usual size."""
    return new_page()


@pytest.fixture
def repository() -> Path:
    """The folder that manage.py lies in."""
    return settings.BASE_DIR

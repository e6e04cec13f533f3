"""Datasette over SQLite: in an environment of its own below the state folder, on the rows that the site shows now.

It is asked over loopback, as it runs in a process of its own; a request with nothing to look up is measured beside it.
"""

import http.client
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from config import state
from tracker.benchmarking.asked import Failed
from tracker.editions.tables import ActionEdition, AddresseeEdition, DocumentEdition, RecommendationEdition

VERSION = "0.65.5"
TABLES = (AddresseeEdition, RecommendationEdition, ActionEdition, DocumentEdition)
INDEXES = {
    "addressee": ("recommendation, government", "government, status", "valid_from", "status", "measure", "year"),
    "recommendation": ("reference", "recommended_first, reference"),
    "action": ("key", "government"),
    "document": ("key",),
}
SETTINGS = {
    "default_page_size": 50,
    "max_returned_rows": 10_000_000,
    "sql_time_limit_ms": 600_000,
    "facet_time_limit_ms": 600_000,
    "suggest_facets": "off",
}
NAME = "records"
PATIENCE = 60
"""Seconds that it may take to answer for the first time."""
KEPT = 3
"""Seconds for which a connection is used again; it closes those that nobody used for five."""

Say = Callable[[str], None]


def home() -> Path:
    """Where its environment and its database are kept."""
    return settings.STATE_DIR / "benchmark"


def environment(say: Say) -> Path:
    """The program, installed from the package registry if it is not there yet. ``Failed`` where it cannot be."""
    folder = home() / f"datasette-{VERSION}"
    program, complete = folder / "bin" / "datasette", folder / ".complete"
    if complete.is_file():
        return program
    say(f"installing Datasette {VERSION} into {folder}")
    state.make_folder(home())
    shutil.rmtree(folder, ignore_errors=True)
    package = f"datasette=={VERSION}"
    if uv := shutil.which("uv"):
        steps = [
            [uv, "venv", "--quiet", "--no-project", "--no-config", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--quiet", "--no-config", "--python", str(folder / "bin" / "python"), package],
        ]
    else:
        steps = [
            [sys.executable, "-m", "venv", str(folder)],
            [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package],
        ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
            raise Failed(f"Datasette could not be installed ({last.strip()[:200].rstrip('.')})")
    complete.touch()
    return program


def write_records(over: Any, path: Path) -> None:
    """The rows that the site shows now as a SQLite file, with an index for each column that is asked by, and full-text search of statements."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as file, over.cursor() as cursor:
        for table in TABLES:
            name = str(table._meta.db_table).replace('"', "").split(".")[1]
            columns = [str(field.column) for field in table._meta.concrete_fields if not field.generated]
            file.execute(f'CREATE TABLE "{name}" ({", ".join(_column(each) for each in columns)})')
            cursor.execute(f"SELECT {', '.join(f'{chr(34)}{each}{chr(34)}' for each in columns)} FROM {table._meta.db_table} WHERE known_to IS NULL")
            while rows := cursor.fetchmany(5000):
                file.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', ([_plain(each) for each in row] for row in rows))
            for number, indexed in enumerate(INDEXES[name]):
                file.execute(f'CREATE INDEX "{name}_{number}" ON "{name}" ({indexed})')
        file.execute("CREATE VIRTUAL TABLE recommendation_fts USING fts5(short_title, statement, content='recommendation', content_rowid='id')")
        file.execute("INSERT INTO recommendation_fts (rowid, short_title, statement) SELECT id, short_title, statement FROM recommendation")
        file.execute("ANALYZE")


def _column(name: str) -> str:
    return '"id" INTEGER PRIMARY KEY' if name == "id" else f'"{name}"'


def _plain(value: Any) -> Any:
    """As SQLite has it: lists as JSON, days as text, yes and no as 1 and 0."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


class Datasette:
    """A running one, to be asked."""

    def __init__(self, port: int) -> None:
        """Listening on loopback."""
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._asked_at = 0.0

    def get(self, path: str, query: Any = ()) -> int:
        """Ask and read to the end; gives the length in bytes. ``Failed`` for anything but an answer."""
        if time.monotonic() - self._asked_at > KEPT:
            self._connection.close()  # and is opened again
        try:
            self._connection.request("GET", path + (f"?{urlencode(query)}" if query else ""))
            response = self._connection.getresponse()
            size = 0
            while part := response.read(65536):
                size += len(part)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Failed(f"breaks off ({type(error).__name__})") from None
        self._asked_at = time.monotonic()
        if response.status != 200:
            raise Failed(f"answers {response.status}")
        return size


@contextmanager
def running(over: Any, say: Say) -> Iterator[Datasette]:
    """Datasette with the records, until the block ends. ``Failed`` where it cannot be had."""
    program = environment(say)
    say("copying the records into SQLite for Datasette")
    path = home() / f"{NAME}.db"
    write_records(over, path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = [word for name, value in SETTINGS.items() for word in ("--setting", name, str(value))]
    log = (home() / "datasette.log").open("wb")
    process = subprocess.Popen(
        [str(program), "serve", "--immutable", str(path), "--host", "127.0.0.1", "--port", str(port), *given],
        stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=home(), env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    try:
        found, began = Datasette(port), time.monotonic()
        while True:
            try:
                found.get(f"/{NAME}.json")
                break
            except Failed:
                if process.poll() is not None or time.monotonic() - began > PATIENCE:
                    raise Failed(f"Datasette does not answer; its log is {home() / 'datasette.log'}") from None
                time.sleep(0.2)
        yield found
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        log.close()
        path.unlink(missing_ok=True)

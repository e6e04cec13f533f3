"""A warm page under load: the product as it is served, beside the same bytes from an application that does nothing else, under the same server."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tracker.benchmarking.asked import Failed
from tracker.benchmarking.measuring import Times

PRODUCT, CONSTANT = "config.wsgi:application", "tracker.benchmarking.constant:application"
READERS = 16
PATIENCE = 60
"""Seconds that a server may take to answer for the first time."""
LEFT_OUT = frozenset({"date", "server", "connection", "content-length", "transfer-encoding"})
"""Headers that the server writes itself, or that follow from the body."""


@dataclass(frozen=True)
class Load:
    """What readers had of a page: answers a second, how long each took, and how many were none."""

    per_second: float
    latencies: Times
    failed: int


@dataclass(frozen=True)
class Answer:
    """One answer whole, as a reader who takes compressed pages has it."""

    headers: list[tuple[str, str]]
    body: bytes


def measured(path: str, seconds: float) -> Iterator[tuple[str, Load]]:
    """The product and the limit, each for so long, one after the other. ``Failed`` where one does not answer."""
    workers = min(4, os.cpu_count() or 1)
    with serving(PRODUCT, workers, ALLOWED_HOSTS="127.0.0.1") as port:
        answer = ask(port, path)
        yield "product", under_load(port, path, seconds)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answer"
        file.write_bytes(answer.body)
        headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
        file.with_suffix(".json").write_text(json.dumps(headers))
        with serving(CONSTANT, workers, BENCHMARK_ANSWER=str(file)) as port:
            yield "limit", under_load(port, path, seconds)


def under_load(port: int, path: str, seconds: float) -> Load:
    """What :data:`READERS` readers have of a page in so many seconds, after a short while in which everything becomes warm."""
    _client(port, path, min(1.0, seconds))
    found = _client(port, path, seconds)
    latencies = found["latencies"]
    if not latencies:
        raise Failed("gives no answer under load")
    return Load(len(latencies) / found["seconds"], Times(tuple(latencies)), found["failed"])


def _client(port: int, path: str, seconds: float) -> dict:  # type: ignore[type-arg]
    command = [sys.executable, "-m", "tracker.benchmarking.client", str(port), path, str(READERS), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=settings.BASE_DIR)  # it ends by itself
    if done.returncode:
        raise Failed("breaks off under load")
    found: dict = json.loads(done.stdout)  # type: ignore[type-arg]
    return found


@contextmanager
def serving(application: str, workers: int, **environment: str) -> Iterator[int]:
    """An application served as the product is, in processes of its own, on a port that is given. ``Failed`` where it does not answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker.benchmarking.served", application, str(port), str(workers)],
            cwd=settings.BASE_DIR, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    began = time.monotonic()
    while process.poll() is None and time.monotonic() - began < PATIENCE:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise Failed("the server does not answer")


def ask(port: int, path: str) -> Answer:
    """One answer. ``Failed`` for any other than a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise Failed(f"breaks off ({type(error).__name__})") from None
    finally:
        connection.close()
    if response.status != 200:
        raise Failed(f"answers {response.status}")
    return Answer([(name, value) for name, value in response.getheaders() if name.lower() not in LEFT_OUT], body)

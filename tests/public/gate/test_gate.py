"""Of each kind so many at once, so many that wait in their order, and the rest are refused without Django; a place comes back whatever happens."""

import gc
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import builders
from tests.addresses import every_public_address
from tests.public.ahead import Answer, ask, site_of_one
from tests.waiting import PATIENCE, until
from tracker.public import gate
from tracker.public.gate import Gate, Room, rooms, threads
from tracker.public.kinds import Kind, kind_of, longest_question
from tracker.releasing import make

COSTLY, PAGE, FILE = "/matrix/", "/recommendations/REC-1/", "/api/v1/addressees.csv"
RELEASES = ("freeze-1", "freeze-2")


@dataclass
class Behind:
    """An application whose answers to costly pages wait until the test lets one go; it says who is in it, and in which order they came."""

    inside: list[str] = field(default_factory=list)
    came: list[str] = field(default_factory=list)
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    fails: bool = False

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        """WSGI."""
        who = environ["QUERY_STRING"]
        self.inside.append(who)
        self.came.append(who)
        try:
            if environ["PATH_INFO"] == COSTLY:
                assert self.go.acquire(timeout=PATIENCE)
            if self.fails:
                raise RuntimeError("It fails.")
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"whole"]
        finally:
            self.inside.remove(who)


@dataclass
class Crowd:
    """Readers, each in a thread of its own, and what they had."""

    gate: Gate
    had: dict[str, Answer | str] = field(default_factory=dict)
    threads: list[threading.Thread] = field(default_factory=list)

    def come(self, who: str, path: str = COSTLY) -> None:
        """One more."""

        def read() -> None:
            try:
                self.had[who] = ask(self.gate, f"{path}?{who}")
            except RuntimeError as error:
                self.had[who] = str(error)

        self.threads.append(threading.Thread(target=read))
        self.threads[-1].start()

    def waiting(self, path: str = COSTLY) -> int:
        """How many wait at the door."""
        return len(self.gate._doors[kind_of(path)]._queue)

    def end(self) -> None:
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def gated(behind: Any, *, at_once: int = 2, waiting: int = 3, patience: float = PATIENCE) -> Gate:
    return Gate(behind, dict.fromkeys(Kind, Room(at_once, waiting)), patience, Path("/nowhere"))


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def crowd(behind: Behind) -> Iterator[Crowd]:
    made = Crowd(gated(behind))
    yield made
    behind.go.release(100)
    made.end()


def status(answer: Answer | str) -> int:
    assert isinstance(answer, Answer), answer
    return int(answer.status.split()[0])


def test_so_many_are_let_in_so_many_wait_in_their_order_and_the_rest_are_refused_without_django(behind: Behind, crowd: Crowd) -> None:
    for number in range(2):
        crowd.come(f"in{number}")
    until(lambda: len(behind.inside) == 2)
    for number in range(3):
        crowd.come(f"waits{number}")
        until(lambda number=number: crowd.waiting() == number + 1)  # type: ignore[misc]
    for _each in range(4):
        refused = ask(crowd.gate, f"{COSTLY}?late")
        assert status(refused) == 503
        assert int(refused.headers["Retry-After"]) > 0
    assert len(behind.inside) == 2, "and nobody of them came to Django"
    assert ask(crowd.gate, f"{PAGE}?other").body == b"whole", "other kinds have places of their own"
    for left in range(3):
        behind.go.release()
        until(lambda left=left: crowd.waiting() == 2 - left and len(behind.inside) == 2)  # type: ignore[misc]
    behind.go.release(2)
    crowd.end()
    assert {status(answer) for answer in crowd.had.values()} == {200}
    assert sorted(behind.came[:2]) == ["in0", "in1"]
    assert [who for who in behind.came if who.startswith("waits")] == ["waits0", "waits1", "waits2"]
    assert "late" not in behind.came
    behind.go.release()
    assert status(ask(crowd.gate, f"{COSTLY}?after")) == 200


def test_nobody_waits_for_longer_than_the_patience(behind: Behind) -> None:
    crowd = Crowd(gated(behind, at_once=1, patience=0.02))
    crowd.come("in")
    until(lambda: len(behind.inside) == 1)
    assert status(ask(crowd.gate, f"{COSTLY}?waits")) == 503
    assert crowd.waiting() == 0
    behind.go.release()
    crowd.end()
    behind.go.release()
    assert status(ask(crowd.gate, f"{COSTLY}?after")) == 200
    assert behind.came == ["in", "after"]


def test_who_would_wait_in_vain_is_refused_at_once() -> None:
    door = gate.Door(Room(1, 10), patience=1.0)
    for _each in range(50):
        assert door.enter()
        door.leave(stayed=30.0)
    assert door.enter()
    assert not door.enter()
    assert not door._queue


def test_a_place_comes_back_where_the_application_fails(behind: Behind) -> None:
    behind.fails = True
    crowd = Crowd(gated(behind, at_once=1, waiting=1))
    crowd.come("first")
    until(lambda: len(behind.inside) == 1)
    crowd.come("second")
    until(lambda: crowd.waiting() == 1)
    behind.go.release(2)
    crowd.end()
    assert crowd.had == dict.fromkeys(("first", "second"), "It fails.")
    behind.fails = False
    assert status(ask(crowd.gate, f"{PAGE}?after")) == 200


class File:
    """A file that is streamed."""

    def __init__(self) -> None:
        self.parts = iter([b"one", b"two"])
        self.closed = False

    def __call__(self, environ: Any, start_response: Any) -> "File":
        """WSGI."""
        start_response("200 OK", [])
        return self

    def __iter__(self) -> Iterator[bytes]:
        return self.parts

    def close(self) -> None:
        self.closed = True


def begin(application: Gate) -> tuple[str, Any]:
    """An answer whose body is not read yet."""
    said: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": FILE, "QUERY_STRING": ""}
    return (said, application(environ, lambda given, _headers: said.append(given)))[1], said[0]  # type: ignore[return-value]


@pytest.mark.parametrize("how", ["read and closed", "closed midway", "closed twice", "forgotten"])
def test_a_file_holds_its_place_until_nobody_reads_it_any_longer(how: str) -> None:
    file = File()
    application = gated(file, at_once=1, waiting=0)
    answer: Any
    answer, said = begin(application)
    assert said == "200 OK"
    parts = iter(answer)
    assert next(parts) == b"one"
    assert begin(application)[1].startswith("503"), "while it is read nobody else is let in"
    if how == "read and closed":
        assert list(parts) == [b"two"]
        assert begin(application)[1].startswith("503")
    if how != "forgotten":
        answer.close()
        assert file.closed
    if how == "closed twice":
        answer.close()
    del answer, parts
    gc.collect()
    kept = begin(application)
    assert kept[1] == "200 OK"
    assert begin(application)[1].startswith("503"), "and there is one place, not two"


def full() -> Gate:
    """A gate that lets nobody in."""
    return gated(None, at_once=0, waiting=0)


def test_processes_of_a_machine_share_its_seats(behind: Behind, tmp_path: Path) -> None:
    """A gate here stands for a process: a lock is of the file as it was opened."""
    measures = {Kind.COSTLY: Room(2, 0, on_the_machine=1), Kind.PAGE: Room(1, 0)}
    one, other = (Crowd(Gate(behind, measures, patience, tmp_path / "gate")) for patience in (PATIENCE, 0.02))
    one.come("in")
    until(lambda: len(behind.inside) == 1)
    assert status(ask(other.gate, f"{COSTLY}?refused")) == 503
    assert ask(other.gate, f"{PAGE}?other").body == b"whole"
    one.come("waits")
    behind.go.release(2)
    one.end()
    behind.go.release()
    assert status(ask(other.gate, f"{COSTLY}?after")) == 200
    assert behind.came == ["in", "other", "waits", "after"]


@pytest.mark.parametrize(("prefix", "language", "sentence"), [
    ("", "en", "More readers ask for such pages now than this site can answer at once. Ask again in 5 s."),
    ("/fr", "fr", "Redemandez dans 5"),
    ("/fa", "fa", "پس از ۵ ثانیه"),
])  # fmt: skip
def test_people_are_refused_in_the_language_of_the_address(prefix: str, language: str, sentence: str) -> None:
    answer = ask(full(), f'{prefix}/matrix/?q="><script>&status=x&é=%41')
    assert answer.status == "503 Service Unavailable"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert sentence in answer.text
    again = f"{prefix}/matrix/?q=%22%3E%3Cscript%3E&amp;status=x&amp;%C3%A9=%41"
    assert f'<a href="{again}">' in answer.text, "the same page again"
    assert "<script>" not in answer.text
    assert "was-asked" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/addressees", FILE, "/releases/freeze-1.zip", "/feeds/changes.atom", "/cite/page/about.bib"])
def test_programs_are_refused_as_problem_details(path: str) -> None:
    answer = ask(full(), path, origin="https://elsewhere.example")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("5", "no-store")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    said = json.loads(answer.body)
    assert (said["status"], said["title"]) == (503, "Too many readers at once")
    assert said["detail"].endswith("Ask again in 5 s.")


def test_a_refusal_has_no_body_for_who_asks_for_the_head_alone() -> None:
    answer = ask(full(), COSTLY, "HEAD")
    assert answer.body == b""
    assert int(answer.headers["Content-Length"]) == len(ask(full(), COSTLY).body)


def test_a_refusal_asks_no_database_and_after_the_first_time_no_template(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(full(), COSTLY)  # a database that is asked here does not exist
    monkeypatch.setattr(gate, "crowded", None)
    assert ask(full(), COSTLY) == first


def test_the_operator_is_told_how_many_are_refused_and_not_of_each(caplog: pytest.LogCaptureFixture) -> None:
    application = full()
    for _each in range(20):
        ask(application, COSTLY)
    assert [record.getMessage() for record in caplog.records if record.name == gate.__name__] == [
        "Too many requests at once; refused: 1 for a page that counts or looks through everything"
    ]


def test_there_is_a_thread_for_everybody_who_is_inside_or_waits_and_some_more() -> None:
    assert threads() > sum(room.at_once + room.waiting for room in rooms().values())
    assert all(room.at_once > 0 for room in rooms().values())
    assert rooms().keys() == set(Kind)


def test_readers_are_no_more_at_once_than_they_have_connections() -> None:
    assert sum(rooms()[kind].at_once for kind in (Kind.PAGE, Kind.COSTLY, Kind.FILE)) == settings.PUBLIC_POOL_SIZE


# --- Kinds ----------------------------------------------------------------------------------------------------------------


def test_every_address_is_of_its_kind(desk: str) -> None:
    site_of_one()
    for name in RELEASES:
        make(name, by=builders.officer(), reason="A reason", site="https://tracker.example.org")
    ordinary = (
        "/methodology/", "/data/", "/api/docs/", "/about/", "/accessibility/", "/releases/", "/feeds/", "/cite/", "/embed/", "/share/",
        "/robots.txt", "/sitemap.xml", "/data/catalog.jsonld", "/api/v1/openapi.json", "/api/v1/crosswalk", "/api/v1/",
    )  # fmt: skip
    for path in every_public_address(("PAPER", "ACT-1"), RELEASES):
        kind = kind_of(path)
        parts = path.strip("/").split("/")
        if path in ("/healthz", "/readyz"):
            assert kind is Kind.WATCH, path
        elif path.endswith("/brief/") or ("..." in path and path.endswith("/")):
            assert kind is Kind.COSTLY, path
        elif parts[0] == "api" and len(parts) == 3 and "crosswalk" not in path and "openapi" not in path:
            assert kind is (Kind.FILE if "." in parts[2] else Kind.COSTLY), path
        elif path.startswith("/sitemap-") or (parts[0] == "releases" and not path.endswith("/")):
            assert kind is Kind.FILE, path
        elif path == "/" or path.startswith(ordinary) or len(parts) > 1:
            assert kind is Kind.PAGE, path
        else:
            assert kind is Kind.COSTLY, path
        if kind in (Kind.PAGE, Kind.COSTLY):
            assert kind_of(f"/fr{path}") is kind


@pytest.mark.parametrize(("path", "query", "kind"), [
    ("/", "", Kind.PAGE), ("/fa/", "", Kind.PAGE), ("/", "as_of=2020-01-01", Kind.COSTLY), ("/fr/", "as_of=2020", Kind.COSTLY),
    ("/admin/", "", Kind.DESK), ("/admin/login/", "next=/", Kind.DESK), ("/fr/admin/", "", Kind.DESK), ("/administration/", "", Kind.PAGE),
    ("/static/tracker/site.css", "", Kind.STATIC), ("/challenge/", "", Kind.PAGE), ("/no/such/page", "", Kind.PAGE), ("", "", Kind.PAGE),
    (PAGE, "as_of=2020-01-01", Kind.PAGE),
])  # fmt: skip
def test_the_kind_of_an_address(path: str, query: str, kind: Kind) -> None:
    assert kind_of(path, query) is kind


def test_questions_of_pages_are_the_shortest_and_none_is_longer_than_any_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert longest_question(Kind.PAGE) < longest_question(Kind.COSTLY) < longest_question(Kind.FILE) == settings.PUBLIC_STATEMENT_TIMEOUT_MS
    monkeypatch.setattr(settings, "PUBLIC_STATEMENT_TIMEOUT_MS", 1000)
    assert {longest_question(kind) for kind in Kind} == {1000}

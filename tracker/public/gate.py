"""The gate between the server and Django: of each kind of request so many at once, so many that wait, and the rest are told at once to come again.

A process of Python does the work of one page at a time, however many threads it has. Without bounds a handful of readers of the costliest page take
all threads and all connections, and whoever wants a record, or the desk, waits behind them. So each kind (:mod:`tracker.public.kinds`) has a door of
its own, with places that no other kind takes. Costly pages have theirs for all processes of the machine together, fewer than it has cores: what they
keep busy, here and in the database, is busy for everybody. What waits at a door holds a thread of the server and nothing else; there are as many
threads as all doors together let in and let wait, as wait for a page that is being made, and some more (:func:`threads`), so that there is always one
that says no.

What is kept ahead of Django (:mod:`tracker.public.ahead`) does not come here: it costs next to nothing, and is given under any load.
"""

import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tracker.languages import LANGUAGES, SOURCE
from tracker.languages.addresses import in_language, language_of
from tracker.public.ahead import COMPANY, Application, Environ
from tracker.public.kinds import Kind, is_for_programs, kind_of
from tracker.public.pages import crowded
from tracker.public.seats import Seats

logger = logging.getLogger(__name__)

SPARE = 8
"""Threads beside those that doors can hold: they give what is kept, and refuse."""
PATH, QUERY = "/where-it-was-asked/", "what=was-asked"
"""Stand in a refusal that is ready-made for the address that it is then given for."""
SAID_EVERY = 60.0
"""Seconds between two lines in the log that say how many were refused."""


@dataclass(frozen=True)
class Room:
    """How many requests of a kind are answered at once, and how many more may wait, in a process."""

    at_once: int
    waiting: int
    on_the_machine: int | None = None
    """How many at once in all of its processes; as many as each lets in where it is not bounded."""


def rooms() -> dict[Kind, Room]:
    """The doors' measures, as the settings say. Readers have as many places as there are connections for them."""
    costly, files, pages = settings.COSTLY_AT_ONCE, settings.FILES_AT_ONCE, settings.PAGES_AT_ONCE
    return {
        Kind.PAGE: Room(pages, 6 * pages),
        Kind.COSTLY: Room(costly, 3 * costly + 3, on_the_machine=costly),
        Kind.FILE: Room(files, files),
        Kind.STATIC: Room(8, 16),
        Kind.DESK: Room(4, 48),
        Kind.WATCH: Room(2, 4),
    }


def threads() -> int:
    """How many threads the server needs in each process."""
    return SPARE + COMPANY + sum(room.at_once + room.waiting for room in rooms().values())


class Door:
    """Lets so many in at once; the others wait in the order in which they came, as many as there is room for, and not for long."""

    def __init__(self, room: Room, patience: float) -> None:
        """``patience``: seconds that anybody waits at the longest."""
        self.room, self.patience = room, patience
        self._lock = threading.Lock()
        self._inside = 0
        self._queue: deque[threading.Event] = deque()
        self._usual = 0.0
        """Seconds that whoever is let in stays, about: of those who left last."""

    def enter(self) -> bool:
        """Whether one is let in, now or after waiting; who is must :meth:`leave`."""
        with self._lock:
            if self._inside < self.room.at_once:
                self._inside += 1
                return True
            # Who would wait in vain is better told at once; half of the patience is for what takes longer than usual.
            if len(self._queue) >= self.room.waiting or (len(self._queue) + 1) * self._usual > self.room.at_once * self.patience / 2:
                return False
            called = threading.Event()
            self._queue.append(called)
        if called.wait(self.patience):
            return True
        with self._lock:
            if called.is_set():  # meanwhile
                return True
            self._queue.remove(called)
            return False

    def leave(self, stayed: float) -> None:
        """Give the place to who waits longest. ``stayed``: seconds."""
        with self._lock:
            self._usual += (stayed - self._usual) / 4
            if self._queue:
                self._queue.popleft().set()
            else:
                self._inside -= 1


class Gate:
    """A WSGI application that asks the one behind it for as much at once as there is room for. Safe to call in threads and after a fork."""

    def __init__(self, application: Application, measures: Mapping[Kind, Room], patience: float, folder: Path) -> None:
        """``patience``: seconds that a request waits at the longest; ``folder``: for what processes of this machine share."""
        self._application, self._measures, self._patience = application, measures, patience
        self._seats = {kind: Seats(folder, room.on_the_machine) for kind, room in measures.items() if room.on_the_machine is not None}
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # locks and threads stay behind

    def _begin(self) -> None:
        self._doors = {kind: Door(room, self._patience) for kind, room in self._measures.items()}
        self._refused: Counter[Kind] = Counter()
        self._said_at = -SAID_EVERY

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        kind = kind_of(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        place = _Place.at(self._doors[kind], self._seats.get(kind))
        if place is None:
            self._say(kind)
            return refuse(environ, start_response)
        try:
            return _Inside(self._application(environ, start_response), place)
        except BaseException:
            place.leave()
            raise

    def _say(self, kind: Kind) -> None:
        """Tell the operator how many requests are refused, now and then."""
        self._refused[kind] += 1
        now = time.monotonic()
        if now - self._said_at >= SAID_EVERY:
            refused, self._refused, self._said_at = self._refused, Counter(), now
            logger.warning("Too many requests at once; refused: %s", ", ".join(f"{number} for {of.value}" for of, number in refused.items()))


class _Place:
    """A place, and a seat where there are seats; left once."""

    def __init__(self, door: Door, seats: Seats | None) -> None:
        self._door: Door | None = door
        self._since = time.monotonic()
        self._seats = seats
        self._seat = seats.take(self._since + door.patience) if seats else None
        self.is_whole = seats is None or self._seat is not None

    @classmethod
    def at(cls, door: Door, seats: Seats | None) -> Self | None:
        """One, now or after waiting; None for who is refused."""
        if not door.enter():
            return None
        place = cls(door, seats)
        if place.is_whole:
            return place
        place.leave()
        return None

    def leave(self) -> None:
        door, self._door = self._door, None
        if door:
            if self._seats and self._seat is not None:
                self._seats.leave(self._seat)
            door.leave(time.monotonic() - self._since)


class _Inside:
    """An answer that holds its place until it is closed, or nobody has it any longer: a file until its last row is read."""

    def __init__(self, answer: Iterable[bytes], place: _Place) -> None:
        self._answer, self._place = answer, place

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        try:
            if close := getattr(self._answer, "close", None):
                close()
        finally:
            self._place.leave()

    def __del__(self) -> None:
        self._place.leave()


def gate_before(application: Application) -> Application:
    """An application with the gate before it, as the settings say."""
    return Gate(application, rooms(), settings.QUEUE_MS / 1000, settings.STATE_DIR / "gate")


def refuse(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """503 with ``Retry-After``, as a page in the address's language or as problem details. It asks neither the database nor, but once, Django."""
    path = environ["PATH_INFO"]
    status, headers, body = _ready_made(language_of(path), is_for_programs(path))
    bare = quote(in_language(path, SOURCE).encode("latin-1"))
    query = escape(quote(environ.get("QUERY_STRING", ""), safe="/?:@!$&'()*+,;=%-._~"))
    body = body.replace(f"?{QUERY}".encode(), f"?{query}".encode() if query else b"").replace(PATH.encode(), bare.encode())
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def make_ready() -> None:
    """Make every refusal before anybody is refused."""
    for language in LANGUAGES:
        for for_programs in (False, True):
            _ready_made(language, for_programs)


class _Refusing(WSGIHandler):
    """Django with all of its middleware, whose every view refuses."""

    def __init__(self, *, for_programs: bool) -> None:
        super().__init__()
        self._for_programs = for_programs

    def _get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = crowded(request, for_programs=self._for_programs)
        response._has_been_logged = True  # type: ignore[attr-defined]  # it is nobody's request
        return response


@cache
def _ready_made(language: str, for_programs: bool) -> tuple[str, list[tuple[str, str]], bytes]:
    """A refusal whole, with the headers that every answer of the site has."""
    host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    environ = {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": in_language(PATH, language), "QUERY_STRING": QUERY, "HTTP_HOST": host,
        "SERVER_NAME": host, "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "https" if settings.HTTPS else "http",
    }  # fmt: skip
    said: list[Any] = []
    application: Application = _Refusing(for_programs=for_programs)
    answer: Any = application(environ, lambda status, headers, exc_info=None: said.extend((status, headers)))
    try:
        body = b"".join(answer)
    finally:
        answer.close()
    status, headers = said
    return status, [(name, value) for name, value in headers if name.lower() != "content-length"], body

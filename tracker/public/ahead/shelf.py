"""Answers that are kept, in a bounded number of bytes: what is asked for again stays, what was asked for once makes room."""

import re
import threading
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from django.utils.http import parse_http_date

from tracker.public.standing import Standing

Headers = list[tuple[str, str]]
OVERHEAD = 1000
"""Bytes that an answer takes beside what is in it, about."""
LARGEST = 8
"""No answer may take more than this part of the room: one in so many."""
NEWCOMERS = 10
"""The part of the room in which answers wait to be asked for a second time: one in so many."""
FOR_SHARED = "cdn-cache-control"
_MAX_AGE = re.compile(r"max-age=(\d+)")
OF_THE_BODY = frozenset({"content-type", "content-length", "content-encoding"})
"""Headers that an answer without a body does not have."""


@dataclass(slots=True, eq=False)
class Kept:
    """One answer whole. ``headers`` must have ``ETag``, ``Last-Modified`` and ``Content-Length``.

    ``unchanged``: the headers of the answer to somebody who has it already. Its ETag is that of the page: strong, where the compressed bytes have the
    weak form of it, as an answer that carries no bytes is not compressed.
    """

    headers: Headers
    body: bytes
    shared_for: int = field(init=False)
    """Seconds for which shared caches are told to keep it, which must not go past the day."""
    etag: str = field(init=False)
    modified: int = field(init=False)
    unchanged: Headers = field(init=False)
    size: int = field(init=False)
    was_asked_for: bool = field(init=False, default=False)
    """Since it was kept, or since it was last looked at to make room."""

    def __post_init__(self) -> None:
        """Take out of the headers what a conditional request is compared with."""
        named = {name.lower(): value for name, value in self.headers}
        told = _MAX_AGE.search(named.get(FOR_SHARED, ""))
        self.shared_for = int(told[1]) if told else 0
        self.etag = named["etag"].removeprefix("W/")
        self.modified = parse_http_date(named["last-modified"])
        self.unchanged = [(name, self.etag if name.lower() == "etag" else value) for name, value in self.headers if name.lower() not in OF_THE_BODY]
        self.size = len(self.body) + sum(len(name) + len(value) for name, value in self.headers) + OVERHEAD


def within_the_day(headers: Headers, left: int) -> Headers:
    """Headers of an answer that tell shared caches to keep it for the ``left`` seconds of the day and no longer."""
    return [(name, _MAX_AGE.sub(f"max-age={left}", value) if name.lower() == FOR_SHARED else value) for name, value in headers]


class Shelf:
    """The answers that are made of one standing of the site, on one day.

    Newcomers stand in a queue of their own, a tenth of the room. Whoever walks through thousands of addresses pushes only them out: what is asked for
    a second time meanwhile goes over to the others, and of these whatever was asked for lately is passed over when room is made.
    """

    def __init__(self, made_of: Standing, day: int, room: int) -> None:
        """``day``: its number as ``date.toordinal`` gives it; ``room``: bytes."""
        self.made_of, self.day, self.room = made_of, day, room
        self.size = 0
        self._kept: dict[Hashable, Kept] = {}
        self._newcomers: deque[tuple[Hashable, Kept]] = deque()
        self._others: deque[tuple[Hashable, Kept]] = deque()
        self._of_newcomers = 0
        self._being_made: dict[Hashable, threading.Event] = {}
        self._lock = threading.Lock()

    @property
    def number(self) -> int:
        """How many answers are here."""
        return len(self._kept)

    def get(self, key: Hashable) -> Kept | None:
        """The answer, if it is here. It takes no lock: readers do not wait for each other."""
        found = self._kept.get(key)
        if found is not None:
            found.was_asked_for = True
        return found

    def begin(self, key: Hashable) -> threading.Event | None:
        """Nothing for who is to make an answer, and then to :meth:`end`; for everybody else what is set once that is done."""
        with self._lock:
            if key in self._being_made:
                return self._being_made[key]
            self._being_made[key] = threading.Event()
            return None

    def end(self, key: Hashable) -> None:
        """It is made and put here, or could not be."""
        with self._lock:
            self._being_made.pop(key).set()

    def takes(self, size: int) -> bool:
        """Whether an answer of so many bytes may be kept at all."""
        return size <= self.room // LARGEST

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep an answer, and make room for it; nothing where it is too large, or here already."""
        with self._lock:
            if not self.takes(kept.size) or key in self._kept:
                return
            self._kept[key] = kept
            self._newcomers.append((key, kept))
            self._of_newcomers += kept.size
            self.size += kept.size
            while self.size > self.room:
                self._make_room()

    def _make_room(self) -> None:
        """Let the one go that is next, or pass it over."""
        if self._of_newcomers > self.room // NEWCOMERS or not self._others:
            key, each = self._newcomers.popleft()
            self._of_newcomers -= each.size
        else:
            key, each = self._others.popleft()
        if each.was_asked_for:
            each.was_asked_for = False
            self._others.append((key, each))
        else:
            del self._kept[key]
            self.size -= each.size

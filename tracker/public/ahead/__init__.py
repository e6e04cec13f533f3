"""Public pages kept ahead of Django: who asks again for the same page gets the same bytes, without Django and without the database.

    shelf        the answers themselves, in a bounded number of bytes
    watch        how the site stands, learnt anew every half second

A public answer is a function of its address, the language in it, how the site stands (:mod:`tracker.public.standing`), the day and the version of the
software. The address is the key, with all else that a request may say that changes the bytes: the scheme, and whether it takes gzip. The shelf is of
one standing and one day and goes as a whole with either; the version goes with the process. Where it is not known how the site stands, no kept
answer is given.

After a publication many ask for the same page at once: one of them has it made, in each process, and the others wait for that.

What may be kept a view says (:func:`offer`), after it has seen that nothing was published while the answer was made.

Whoever has a session at the desk is always answered by Django: what somebody publishes there they see at once, and nothing of them can enter.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import re_accepts_gzip
from django.utils.cache import get_conditional_response

from tracker.public.ahead.shelf import Headers, Kept, Shelf, within_the_day
from tracker.public.ahead.watch import Watch, ask
from tracker.public.clocks import Clocks, is_instant
from tracker.public.standing import Standing, standing

Environ = MutableMapping[str, Any]
Application = Callable[[Any, Any], Iterable[bytes]]
Key = tuple[str | bool | None, ...]

OFFER = "tracker.public.offer"
"""Where a request's environment has the function that takes an offer: of what the answer was made."""
KNOWN = ("known", "with_known")
"""The parameters that may name an instant."""
COMPANY = 32
"""How many requests of a process wait at once for a page that another one has made. Each holds a thread of the server, of which there are so many
more (:func:`tracker.public.gate.threads`)."""
PLAIN = ("", "text/plain")
"""Types of a request's body that say nothing of how its address is to be read; another may name a charset, which does."""
EPOCH = 719_163
"""The day 1970-01-01, as ``date.toordinal`` numbers it."""


def offer(request: HttpRequest, response: HttpResponseBase, clocks: Clocks) -> None:
    """Say that an answer is everybody's and may be kept, if it is one and if all of it was made of one standing of the site.

    One small question, and only where somebody would keep it. An address that names an instant is left out: it is read otherwise once that has come.
    """
    keep = request.META.get(OFFER)
    if keep is None or response.status_code != 200 or any(is_instant(value) for name in KNOWN for value in request.GET.getlist(name)):
        return
    edition = clocks.edition()
    made_of = edition.standing if edition else Standing()
    try:
        is_one = standing() == made_of
    except DatabaseError:  # the answer is whole all the same
        return
    if is_one:
        keep(made_of, clocks.today.toordinal())


def ahead_of(application: Application) -> Application:
    """An application with the shelf ahead of it, as the settings say."""
    return Ahead(application, room=settings.KEPT_PAGES_BYTES) if settings.KEPT_PAGES_BYTES else application


def today() -> int:
    """The number of the day, in UTC."""
    return EPOCH + int(time.time()) // 86_400


def left_of_today() -> int:
    """Seconds until the day ends, in UTC; at least one."""
    return 86_400 - int(time.time()) % 86_400


class Ahead:
    """A WSGI application that gives what it has kept, and asks the one behind it for everything else. Safe to call in threads and after a fork."""

    def __init__(
        self,
        application: Application,
        *,
        room: int,
        watching: Callable[[], Callable[[], Standing | None]] = lambda: Watch(ask).standing,
        day: Callable[[], int] = today,
        left: Callable[[], int] = left_of_today,
    ) -> None:
        """``room``: bytes, in this process; ``watching`` makes what says how the site stands; ``day``: its number; ``left``: its seconds."""
        self._application, self._room, self._watching, self._day, self._left = application, room, watching, day, left
        self._forwarded = settings.SECURE_PROXY_SSL_HEADER[0] if settings.SECURE_PROXY_SSL_HEADER else ""
        self._session = settings.SESSION_COOKIE_NAME
        self._takes_gzip = re_accepts_gzip.search  # as whoever compresses reads it
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # locks and threads stay behind

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._standing = self._watching()
        self._shelf: Shelf | None = None
        self._company = threading.Semaphore(COMPANY)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        key = self._key(environ)
        shelf = self.shelf() if key else None
        if key is None or shelf is None:
            return self._application(environ, start_response)
        if kept := shelf.get(key):
            return _given(kept, environ, start_response, self._left())
        if environ["REQUEST_METHOD"] == "HEAD" or "HTTP_COOKIE" in environ:
            return self._application(environ, start_response)
        return self._made_once(shelf, key, environ, start_response)

    def shelf(self) -> Shelf | None:
        """The shelf of how the site stands and of today, which may be empty; None where it is not known how the site stands."""
        made_of, day, shelf = self._standing(), self._day(), self._shelf
        if made_of is None:
            return None
        if shelf is None or shelf.made_of != made_of or shelf.day != day:
            with self._lock:
                shelf = self._shelf
                if shelf is None or shelf.made_of != made_of or shelf.day != day:
                    shelf = self._shelf = Shelf(made_of, day, self._room)
        return shelf

    def _key(self, environ: Environ) -> Key | None:
        """All of a request that changes a public answer; None where Django must see it."""
        said = environ.get
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or not (host := said("HTTP_HOST"))
            or self._session in said("HTTP_COOKIE", "")
            or said("CONTENT_TYPE", "") not in PLAIN
            or "HTTP_AUTHORIZATION" in environ
            or "HTTP_IF_MATCH" in environ  # conditions that no reader has
            or "HTTP_IF_UNMODIFIED_SINCE" in environ
        ):
            return None
        return (
            host,
            said("SCRIPT_NAME"),
            environ["PATH_INFO"],
            said("QUERY_STRING"),
            self._takes_gzip(said("HTTP_ACCEPT_ENCODING", "")) is not None,
            environ["wsgi.url_scheme"],
            said(self._forwarded),
        )

    def _made_once(self, shelf: Shelf, key: Key, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Django's answer, or what it answered meanwhile to somebody who asked for the same."""
        being_made = shelf.begin(key)
        if being_made is None:
            try:
                return self._made(key, environ, start_response)
            finally:
                shelf.end(key)
        if self._company.acquire(blocking=False):
            try:
                being_made.wait(settings.QUEUE_MS / 1000)
            finally:
                self._company.release()
        now = self.shelf()
        if now and (kept := now.get(key)):
            return _given(kept, environ, start_response, self._left())
        return self._made(key, environ, start_response)

    def _made(self, key: Key, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Django's answer, kept if it may be."""
        offered: list[tuple[Standing, int]] = []
        status, headers = "", Headers()

        def keep(made_of: Standing, day: int) -> None:
            offered.append((made_of, day))

        def start(given: str, said: Headers, *more: Any) -> Any:
            nonlocal status, headers
            status, headers = given, list(said)
            return start_response(given, said, *more)

        environ[OFFER] = keep
        answer = self._application(environ, start)
        shelf = self.shelf() if offered else None
        if shelf is None or [(shelf.made_of, shelf.day)] != offered or not _may_be_kept(status, headers, shelf):
            return answer
        try:
            body = b"".join(answer)
        finally:
            if close := getattr(answer, "close", None):
                close()
        shelf.put(key, Kept(headers, body))
        return [body]


def _may_be_kept(status: str, headers: Headers, shelf: Shelf) -> bool:
    """Whether an answer that was offered is one that everybody may have, and of a length that it says: one that does not is streamed."""
    named = {name.lower(): value.lower() for name, value in headers}
    return (
        status.startswith("200 ")
        and "set-cookie" not in named
        and "public" in named.get("cache-control", "")
        and named.get("vary", "") in ("", "accept-encoding")
        and {"etag", "last-modified"} <= named.keys()
        and shelf.takes(int(named.get("content-length", shelf.room)))
    )


def _given(kept: Kept, environ: Environ, start_response: Callable[..., Any], left: int) -> Iterable[bytes]:
    """A kept answer, as the request asks for it: to somebody who has it already, without its body; or whole. ``left``: seconds of the day."""
    said: Callable[[Headers], Headers] = (lambda headers: within_the_day(headers, left)) if kept.shared_for > left else list
    if "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ:
        request = HttpRequest()
        request.method, request.META = environ["REQUEST_METHOD"], environ  # type: ignore[assignment]
        if get_conditional_response(request, etag=kept.etag, last_modified=kept.modified) is not None:
            start_response("304 Not Modified", said(kept.unchanged))
            return []
    start_response("200 OK", said(kept.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]

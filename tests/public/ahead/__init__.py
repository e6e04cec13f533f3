"""An application asked as a server asks it."""

import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.wsgi import get_wsgi_application

from tests import builders
from tracker.models import Recommendation
from tracker.public.ahead import Ahead, today
from tracker.public.standing import Standing, standing

ROOM = 2**24
HOST = "localhost"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The page, in words."""
        return self.unpacked.decode()

    @property
    def unpacked(self) -> bytes:
        """The body, decompressed."""
        return gzip.decompress(self.body) if self.body.startswith(b"\x1f\x8b") else self.body


def ask(application: Any, address: str, method: str = "GET", *, more: dict[str, Any] | None = None, **headers: str) -> Answer:
    """One request. ``headers``: as ``if_none_match="*"``; ``more``: what else the environment says."""
    path, _mark, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": HOST, "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": HOST, "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()}, **(more or {}),
    }  # fmt: skip
    said: list[Any] = []
    found = application(environ, lambda status, given, exc_info=None: said.extend((status, given)))
    try:
        body = b"".join(found)
    finally:
        if hasattr(found, "close"):
            found.close()
    status, given = said
    names = [name for name, _value in given]
    assert len(names) == len(set(names)), names
    return Answer(status, dict(given), body)


@dataclass
class Counted:
    """Django, which counts how often it is asked, and adds headers to its answers if it is told to."""

    application: Any = field(default_factory=get_wsgi_application)
    asked: int = 0
    adds: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """WSGI."""
        self.asked += 1

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            added = {name for name, _value in self.adds}
            return start_response(status, [each for each in headers if each[0] not in added] + self.adds, *more)

        return self.application(environ, start)


@dataclass
class Kept:
    """An application with its shelf ahead, which knows at each request how the site stands; and what is behind it."""

    behind: Counted
    ahead: Ahead

    def ask(self, address: str, method: str = "GET", **how: Any) -> Answer:
        """One request of the whole."""
        return ask(self.ahead, address, method, **how)

    def is_kept(self, address: str, **how: Any) -> bool:
        """Whether the same request is answered without Django now."""
        before = self.behind.asked
        self.ask(address, **how)
        return self.behind.asked == before

    @property
    def number(self) -> int:
        """How many answers are kept."""
        shelf = self.ahead.shelf()
        return shelf.number if shelf else 0


def keeping(*, room: int = ROOM, knows: Callable[[], Standing | None] = standing, day: Callable[[], int] = today) -> Kept:
    """Django with its shelf ahead."""
    behind = Counted()
    return Kept(behind, Ahead(behind, room=room, watching=lambda: knows, day=day))


def site_of_one() -> Recommendation:
    """A site with one recommendation, published."""
    paper = builders.document("PAPER")
    made = builders.recommendation("REC-1", paper)
    builders.put_out(paper, made)
    return made


def retitle(record: Recommendation, title: str) -> None:
    """Publish it with another title."""
    record.short_title = title
    record.save()
    builders.put_out(record)

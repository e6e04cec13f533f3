"""Of many who ask for the same page at once one has it made, and the others get that; nobody waits for what is not kept."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.public.ahead import Answer, ask
from tests.waiting import PATIENCE, until
from tracker.public.ahead import COMPANY, OFFER, Ahead
from tracker.public.standing import Standing

STANDING, DAY = Standing(newest=1), 7
HEADERS = [
    ("Content-Type", "text/html"), ("ETag", '"one"'), ("Last-Modified", "Mon, 02 Jan 2023 03:04:05 GMT"), ("Cache-Control", "public, no-cache"),
    ("Content-Length", "4"),
]  # fmt: skip


@dataclass
class Behind:
    """Makes pages when the test says so; ``keeps``: whether they may be kept; ``fails`` the first so many times."""

    keeps: bool = True
    fails: int = 0
    asked: list[str] = field(default_factory=list)
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """WSGI."""
        self.asked.append(environ["PATH_INFO"])
        assert self.go.acquire(timeout=PATIENCE)
        if self.fails:
            self.fails -= 1
            raise RuntimeError("It fails.")
        if self.keeps:
            environ[OFFER](STANDING, DAY)
        start_response("200 OK", HEADERS)
        return [b"page"]


@dataclass
class Crowd:
    """Readers, each in a thread of its own, and what they had."""

    ahead: Ahead
    threads: list[threading.Thread] = field(default_factory=list)
    had: list[Answer | Exception] = field(default_factory=list)

    def come(self, number: int, address: str = "/same/", **headers: str) -> None:
        """So many, at once."""

        def read() -> None:
            try:
                self.had.append(ask(self.ahead, address, **headers))
            except RuntimeError as trouble:
                self.had.append(trouble)

        for _reader in range(number):
            self.threads.append(threading.Thread(target=read, daemon=True))
            self.threads[-1].start()

    def end(self) -> None:
        """Wait for all of them."""
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def ahead_of(behind: Behind, settings: Any) -> Crowd:
    """Readers before an application, who are as patient as the test."""
    settings.QUEUE_MS = 1000 * PATIENCE
    return Crowd(Ahead(behind, room=2**20, watching=lambda: lambda: STANDING, day=lambda: DAY))


def waiting(crowd: Crowd) -> int:
    """How many wait for another's page."""
    return COMPANY - crowd.ahead._company._value  # type: ignore[attr-defined]


def test_one_page_is_made_for_all_who_ask_for_it_at_once(settings: Any) -> None:
    behind = Behind()
    crowd = ahead_of(behind, settings)
    crowd.come(6)
    crowd.come(1, if_none_match='"one"')
    until(lambda: waiting(crowd) == 6)
    crowd.come(1, "/other/")
    until(lambda: "/other/" in behind.asked)
    behind.go.release(2)
    crowd.end()
    assert sorted(behind.asked) == ["/other/", "/same/"]
    answers = [(answer.status, answer.body) for answer in crowd.had if isinstance(answer, Answer)]
    assert sorted(answers) in ([("200 OK", b"page")] * 8, [*[("200 OK", b"page")] * 7, ("304 Not Modified", b"")])
    assert len(answers) == 8


def test_who_waited_for_a_page_that_fails_has_it_made(settings: Any) -> None:
    behind = Behind(fails=1)
    crowd = ahead_of(behind, settings)
    crowd.come(4)
    until(lambda: waiting(crowd) == 3)
    behind.go.release(4)
    crowd.end()
    assert sum(isinstance(answer, RuntimeError) for answer in crowd.had) == 1
    assert sum(isinstance(answer, Answer) and answer.body == b"page" for answer in crowd.had) == 3


def test_who_waited_for_what_may_not_be_kept_has_an_answer_of_their_own(settings: Any) -> None:
    behind = Behind(keeps=False)
    crowd = ahead_of(behind, settings)
    crowd.come(4)
    until(lambda: waiting(crowd) == 3)
    behind.go.release(4)
    crowd.end()
    assert len(behind.asked) == 4 and waiting(crowd) == 0


@pytest.mark.parametrize("more", [1, 5])
def test_no_more_wait_than_there_are_threads_for(settings: Any, more: int) -> None:
    behind = Behind()
    crowd = ahead_of(behind, settings)
    crowd.come(1 + COMPANY + more)
    until(lambda: waiting(crowd) == COMPANY and len(behind.asked) == 1 + more)
    behind.go.release(1 + more)
    crowd.end()
    assert len(crowd.had) == 1 + COMPANY + more


def test_nobody_waits_for_long(settings: Any) -> None:
    behind = Behind()
    crowd = ahead_of(behind, settings)
    settings.QUEUE_MS = 1
    crowd.come(2)
    until(lambda: len(behind.asked) == 2)
    behind.go.release(2)
    crowd.end()

"""How the site stands, as one process knows it: asked for in the background, never older than a second.

A standby gives no notice of what is published (LISTEN needs the primary, and no pooler between), so it is asked: one small question every half
second, and only while there are readers. Over a connection of its own: where all others are busy, this is what still answers.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import connections

from tracker.editions.tables import PUBLIC
from tracker.public.standing import Standing, standing

logger = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two questions."""
LASTS = 1.0
"""Seconds for which an answer is believed, from when it was asked for."""
PATIENCE = 0.25
"""Seconds that a reader waits for it who comes when nobody has asked for a while."""


class Watch:
    """Knows how the site stands. One for all threads of a process; it must not be taken over a fork."""

    def __init__(self, ask: Callable[[], Standing], *, every: float = EVERY, lasts: float = LASTS) -> None:
        """``ask`` gives how the site stands now, or raises; it is called in a thread of its own."""
        self._ask, self._every, self._lasts = ask, every, lasts
        self._told: tuple[Standing, float] | None = None
        """The last answer, and when it was asked for (``time.monotonic``)."""
        self._is_wanted = False
        self._is_hopeful = True
        """Whether it is worth a reader's time to wait for an answer: not while the database gives none."""
        self._wake = threading.Event()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def standing(self) -> Standing | None:
        """How the site stood at some instant of the last second; None where that is not known."""
        self._is_wanted = True
        return self._believed() or self._awaited()

    def _believed(self) -> Standing | None:
        told = self._told
        return told[0] if told is not None and time.monotonic() - told[1] < self._lasts else None

    def _awaited(self) -> Standing | None:
        with self._news:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_asking, name="watch over what is published", daemon=True)
                self._thread.start()
            self._wake.set()
            if self._is_hopeful and not self._news.wait_for(lambda: self._believed() or not self._is_hopeful, PATIENCE):
                self._is_hopeful = False
        return self._believed()

    def _keep_asking(self) -> None:
        is_known = True
        while True:
            asked_at = time.monotonic()
            self._is_wanted = False
            try:
                told = self._ask()
            except Exception as error:
                if is_known:
                    logger.warning("It is not known how the site stands, so no page is kept ahead of Django: %s", " ".join(str(error).split()))
                is_known = False
            else:
                self._told, is_known = (told, asked_at), True
            with self._news:
                self._is_hopeful = is_known
                self._news.notify_all()
            time.sleep(max(0.0, asked_at + self._every - time.monotonic()))
            if not self._is_wanted:
                self._wake.wait()
            self._wake.clear()


def ask() -> Standing:
    """How the site stands, over a connection that no reader has. To be called in one thread, which has no other public connection."""
    own = getattr(connections[PUBLIC], "is_of_the_watch", False)
    if not own:
        connections[PUBLIC] = _own_connection()
    try:
        return standing()
    except Exception:
        connections[PUBLIC].close()
        raise


def _own_connection():  # type: ignore[no-untyped-def]
    """The public connection without its pool, which gives up soon: what is told late is not believed."""
    made = connections.create_connection(PUBLIC)
    given = {name: value for name, value in made.settings_dict["OPTIONS"].items() if name != "pool"}
    soon = int(LASTS * 1000)
    given |= {"connect_timeout": "2", "tcp_user_timeout": str(2 * soon), "options": f"{given.get('options', '')} -c statement_timeout={soon}".strip()}
    made.settings_dict = {**made.settings_dict, "OPTIONS": given}
    made.is_of_the_watch = True
    return made

"""Too many readers of the costliest page: what they leave of an ordinary page, how soon those who are refused are told, and that nothing fails.

The product as it is served. No address is asked for twice, so that nothing is answered from memory.
"""

import datetime as dt
import http.client
import os
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, islice
from urllib.parse import urlencode

from tracker.benchmarking.asking import Choice, Published
from tracker.benchmarking.load import PRODUCT, ask, serving
from tracker.benchmarking.measuring import Times

SIX, MANY = 6, 24
"""Clients of the costliest page: as the issue has them, and more than there is room for."""
PAUSE = 1.0
"""Seconds after which who was refused asks again: five times as soon as told."""
COSTLY = ("/", "/recommendations/", "/recommendations/?q", "/search/?q", "/matrix/", "/timeline/", "/map/")
"""Pages of which one is the costliest; ``q``: with a word."""
TRIED = 3
"""How often each is asked to find out."""
CHOICES, STEP = 400, 37
"""Records and words that are asked for, and days from each to the next, of the days on which anything began."""
WAYS = tuple((language, query) for query in (False, True) for language in ("", "/fr", "/fa"))
"""How a record is asked for, so that it is not asked for twice: in each language, and with the day in the address or without it."""
LEAD = 2.0
"""Seconds for which the others ask before the ordinary page is asked for."""
LONGEST = 120
"""Seconds after which nobody waits any longer."""


@dataclass
class Had:
    """What clients had: how long each answer took, by its status; 0 stands for none."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    lasted: float = 0.0
    """Seconds for which they asked."""

    def add(self, status: int, took: float) -> None:
        """One answer more."""
        self.seconds.setdefault(status, []).append(took)

    def times(self, status: int) -> Times | None:
        """Of the answers with a status, if there are any."""
        return Times(tuple(self.seconds[status])) if status in self.seconds else None

    @property
    def numbers(self) -> Counter[int]:
        """How many answers had each status."""
        return Counter({status: len(took) for status, took in self.seconds.items()})

    @property
    def per_second(self) -> float:
        """Whole pages a second."""
        return self.numbers[200] / self.lasted if self.lasted else 0.0


@dataclass(frozen=True)
class Beside:
    """An ordinary page, read by one client, beside so many clients of the costliest one; and what these had."""

    clients: int
    ordinary: Had
    costly: Had


@dataclass(frozen=True)
class Overload:
    """What was measured. ``page``: the costliest one."""

    page: str
    page_seconds: float
    """How long it takes by itself: the median."""
    alone: Had
    beside: tuple[Beside, ...]


def measured(published: Published, seconds: float) -> Overload:
    """The ordinary page alone, beside six clients and beside many, for so many seconds each. ``Failed`` where the server does not answer."""
    addresses = _Addresses(published)
    with serving(PRODUCT, min(4, os.cpu_count() or 1), ALLOWED_HOSTS="127.0.0.1") as port:
        for each in COSTLY:  # so that what processes read and compile is read and compiled
            for _time in range(TRIED):
                ask(port, addresses.costly(each))
        page, took = _costliest(port, addresses)
        alone, *beside = (_asked(port, addresses, page, clients, seconds) for clients in (0, SIX, MANY))
        return Overload(page, took, alone.ordinary, tuple(beside))


class _Addresses:
    """Gives addresses of which no two are the same, in any thread."""

    def __init__(self, published: Published) -> None:
        self._choices = list(islice(published.choices("overload"), CHOICES))
        self._first_day, self._days = published.first_day, (published.last_day - published.first_day).days + 1
        self._number, self._today = count(), published.today

    def costly(self, page: str) -> str:
        path, mark, _word = page.partition("?")
        choice, day = self._next()
        return f"{path}?{urlencode({'as_of': day, **({'q': choice.word} if mark else {})})}"

    def ordinary(self) -> str:
        number = next(self._number)
        language, query = WAYS[number // len(self._choices) % len(WAYS)]
        reference = self._choices[number % len(self._choices)].reference
        return f"{language}/recommendations/{reference}/{f'?as_of={self._today}' if query else ''}"

    def _next(self) -> tuple[Choice, dt.date]:
        number = next(self._number)
        return self._choices[number % len(self._choices)], self._first_day + dt.timedelta(days=number * STEP % self._days)


def _costliest(port: int, addresses: _Addresses) -> tuple[str, float]:
    """Of the pages that might be it the one that takes longest now, and its median."""
    found = {page: [_took(port, addresses.costly(page)) for _time in range(TRIED)] for page in COSTLY}
    page = max(found, key=lambda name: Times(tuple(found[name])).median)
    return page, Times(tuple(found[page])).median


def _took(port: int, address: str) -> float:
    began = time.perf_counter()
    ask(port, address)
    return time.perf_counter() - began


def _asked(port: int, addresses: _Addresses, page: str, clients: int, seconds: float) -> Beside:
    """One client of ordinary pages, and so many of the costliest beside it, which began before and end after it."""
    ended, counting = threading.Event(), threading.Lock()
    beside = Beside(clients, Had(), Had())

    def flood() -> None:
        client = _Client(port)
        while not ended.is_set():
            status, took = client.ask(addresses.costly(page))
            with counting:
                beside.costly.add(status, took)
            if status != 200:
                ended.wait(PAUSE)

    threads = [threading.Thread(target=flood, daemon=True) for _client in range(clients)]
    flood_began = time.perf_counter()
    for thread in threads:
        thread.start()
    if threads:
        time.sleep(min(LEAD, seconds))
    client = _Client(port)
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        beside.ordinary.add(*client.ask(addresses.ordinary()))
    beside.ordinary.lasted = time.perf_counter() - began
    ended.set()
    for thread in threads:
        thread.join(LONGEST)
    beside.costly.lasted = time.perf_counter() - flood_began
    return beside


class _Client:
    """Asks over a connection that it keeps."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)

    def ask(self, address: str) -> tuple[int, float]:
        """Status and seconds; 0 where there was no answer."""
        began = time.perf_counter()
        status = 0
        try:
            self._connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
            response = self._connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            with suppress(OSError):
                self._connection.close()
        return status, time.perf_counter() - began

"""What a process holds of the published tables, kept at the newest edition that any of its requests reads."""

import datetime as dt
import enum
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from django.db import InterfaceError, OperationalError, connections
from django.db.models import Q
from django.utils import timezone
from psycopg.pq import TransactionStatus

from tracker.editions.tables import PUBLIC, AddresseeEdition, Row
from tracker.public.clocks import Clocks, EditionRead
from tracker.public.columnar.arrays import Vocabulary
from tracker.public.columnar.reading import Held, Rows, new_vocabularies, no_rows, once, read_ends, read_rows
from tracker.public.columnar.selection import Selection
from tracker.public.columnar.tables import HELD
from tracker.public.servers import one_moment
from tracker.rules.vocabulary import Nature

logger = logging.getLogger(__name__)

KEPT = 24
"""Selections that are kept, those of the clocks that were asked for last; and so many words of filters."""
FEWEST = 4
"""So many selections are kept however large they are."""
ROWS_KEPT = 5_000_000
"""Rows that all selections of a table have together, about: each takes a few bytes a row and column."""
LONGEST = "10min"
"""That one of the questions may take by which a table is read."""
Kept = TypeVar("Kept")
SECOND_ZERO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def instant_number(instant: dt.datetime) -> int:
    """An instant in microseconds, as the database counts them."""
    return (instant - SECOND_ZERO) // dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class State:
    """What the rows were read at: the newest edition of the site, the last erasure, and the hash chain so far, which no other database has."""

    number: int
    published_at: dt.datetime
    erasures: int | None
    links: dict[int, str]

    def is_of(self, number: int, digest: str) -> bool:
        """Whether an edition of a database is among these."""
        return self.links.get(number) == digest


class Standing:
    """The rows of a table at a state, with the selections of them that were asked for."""

    def __init__(self, held: Held, state: State, rows: Rows, vocabularies: dict[str, Vocabulary]) -> None:
        """Nothing of it changes but what it keeps."""
        self.held = held
        self.state = state
        self.rows = rows
        self.vocabularies = vocabularies
        self._selections = Recent(max(FEWEST, min(KEPT, ROWS_KEPT // max(len(rows), 1))))
        self._words = Recent(KEPT)

    def serves(self, edition: EditionRead) -> bool:
        """Whether an edition can be read from these rows: its newest is among theirs, and nothing was erased since."""
        return self.state.is_of(edition.newest, edition.digest) and self.state.erasures == edition.erasures

    def selection(self, edition: EditionRead, read: "Read", day: dt.date, meeting: Q | None) -> Selection:
        """The rows that the site gave in an edition, as ``read`` says, and where it dates them, on the day; those that meet a condition."""

        def select() -> Selection:
            if meeting is not None:
                every = self.selection(edition, read, day, None)
                return every.among(every.meets(meeting))
            at = instant_number(edition.published_at)
            said = self.rows.known_from <= at
            if read is not Read.EVER:
                said &= self.rows.known_to > at
            found = Selection(self.rows, np.flatnonzero(said), day)
            return found.among(found.meets(self.held.table.holds_on(day))) if read is Read.ON_THE_DAY else found

        return self._selections.kept((edition.number, read, day, meeting), select)

    def words(self, edition: EditionRead, name: str, build: Callable[[], Kept]) -> Kept:
        """What was built of an edition under a name."""
        return self._words.kept((edition.number, name), build)


class Recent:
    """Things that are kept under a key: the last ones asked for. Safe to use in threads."""

    def __init__(self, most: int) -> None:
        """``most``: how many."""
        self._most = most
        self._kept: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._using = threading.Lock()

    def kept(self, key: tuple[object, ...], build: Callable[[], Kept]) -> Kept:
        """What was built under a key, built where it is not there."""
        with self._using:
            found: Kept | None = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        found = build()
        with self._using:
            self._kept[key] = found
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found


class Read(enum.Enum):
    """Which rows are read of a table: those by both clocks, those that the site gave, or those that it ever gave until then."""

    ON_THE_DAY = enum.auto()
    GIVEN = enum.auto()
    EVER = enum.auto()


class Keeper:
    """Holds the rows of a table for one process; requests of any thread ask it."""

    def __init__(self, held: Held) -> None:
        """Holds nothing until it is asked."""
        self._held = held
        self._standing: Standing | None = None
        self._reading = threading.Lock()

    def at(self, edition: EditionRead) -> Standing:
        """Rows from which an edition can be read; they are read, or read on, where those that stand cannot say it."""
        standing = self._standing
        if standing is not None and standing.serves(edition):
            return standing
        with self._reading:
            if self._standing is None or not self._standing.serves(edition):
                self._standing = self._read_on(self._standing)
            return self._standing

    def _read_on(self, before: Standing | None) -> Standing:
        """The rows as they are now; those that stand already are not read again."""
        with _of_one_state():
            state = _state()
            if before is None or not _goes_on(before.state, state):
                vocabularies = new_vocabularies(self._held)
                return Standing(self._held, state, read_rows(self._held, vocabularies, 0, state.number), vocabularies)
            rows = before.rows.followed_by(read_rows(self._held, before.vocabularies, before.state.number, state.number))
            ids, ends = read_ends(self._held, instant_number(before.state.published_at))
            known_to = rows.known_to.copy()
            known_to[np.searchsorted(rows.ids, ids)] = ends
            return Standing(self._held, state, Rows(rows.ids, rows.known_from, known_to, rows.columns), before.vocabularies)


_LIMIT = "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)"


@contextmanager
def _of_one_state() -> Iterator[None]:
    """Words are numbered by one question and rows read by another: both see the state of the database that the page sees, or one of their own.

    They may take longer than a page's own questions: they are asked once.
    """
    connection = connections[PUBLIC]
    connection.ensure_connection()
    is_within = connection.connection.info.transaction_status is not TransactionStatus.IDLE
    with nullcontext() if is_within else one_moment(), connection.wrap_database_errors, once() as cursor:
        usual, _longest = cursor.execute(_LIMIT, [LONGEST]).fetchone()
        yield
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [usual])


_STATE = """
SELECT number, published_at, (SELECT max(id) FROM editions.erasure), (SELECT array_agg(ARRAY[number::text, digest]) FROM editions.chain)
FROM editions.site_edition ORDER BY number DESC LIMIT 1
"""
_TAKEN_DOWN = "SELECT EXISTS (SELECT FROM editions.record WHERE edition > %s AND nature = %s)"


def _state() -> State:
    """What there is now; there is an edition."""
    with once() as cursor:
        number, published_at, erasures, links = cursor.execute(_STATE).fetchone()
    return State(number, published_at, erasures, {int(number): digest for number, digest in links or ()})


def _goes_on(before: State, now: State) -> bool:
    """Whether only rows were added and ended between two states of the same database: nothing was erased or taken down, which changes rows."""
    if before.erasures != now.erasures or not now.is_of(before.number, before.links[before.number]):
        return False
    with once() as cursor:
        (is_taken_down,) = cursor.execute(_TAKEN_DOWN, [before.number, Nature.TAKEN_DOWN.value]).fetchone()
    return not is_taken_down


_KEEPERS = {table: Keeper(held) for table, held in HELD.items()}


def rows_at(table: type[Row], clocks: Clocks, read: Read = Read.ON_THE_DAY, *, meeting: Q | None = None) -> Selection:
    """The rows of a table by both clocks, or as ``read`` says; those that meet a condition, which is one of few."""
    edition = clocks.edition()
    if edition is None:
        return Selection(no_rows(HELD[table]), np.zeros(0, dtype=np.int64), clocks.as_of)
    return _KEEPERS[table].at(edition).selection(edition, read, clocks.as_of, meeting)


def addressees_at(clocks: Clocks) -> Selection:
    """The addressees by both clocks."""
    return rows_at(AddresseeEdition, clocks)


def kept_by_edition(clocks: Clocks, name: str, build: Callable[[], Kept]) -> Kept:
    """What is the same for everything read from one edition, whatever the day: built once in a process, for the editions that were read last."""
    edition = clocks.edition()
    return _KEEPERS[AddresseeEdition].at(edition).words(edition, name, build) if edition else build()


def read_all() -> None:
    """Read every table that is held, as the site stands now, so that no reader waits for it. Whatever fails is read when it is asked for."""
    now = timezone.now()
    clocks = Clocks(now.date(), None, now.date())
    try:
        for table in HELD:
            rows_at(table, clocks)
    except (OperationalError, InterfaceError) as error:
        logger.warning("The published tables are not held in memory yet: %s", " ".join(str(error).split()))
    finally:
        connections[PUBLIC].close()

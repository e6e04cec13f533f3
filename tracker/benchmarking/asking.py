"""What is asked: chosen at random out of what was published, by a fixed seed, so that two runs on the same records ask the same."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from config.trouble import Trouble

SEED = 6
Filters = tuple[tuple[str, str], ...]
"""Of a list, as its address has them."""
_HOLDS = "known_to IS NULL AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)"
_STANDING = f"{_HOLDS} AND counted"


@dataclass(frozen=True)
class Choice:
    """What one round asks for: an addressee that there is today, with what filters and pages need of it, a day and an instant."""

    reference: str
    government: str
    assessment: str
    filters: Filters
    """Up to five, each of which this addressee meets."""
    word: str
    """That its recommendation's text has in it."""
    day: dt.date
    known: dt.datetime


@dataclass(frozen=True)
class Published:
    """What there is to choose from. ``numbers``: how many rows each kind of record has that the site shows now."""

    numbers: dict[str, int]
    first_day: dt.date
    last_day: dt.date
    first_edition: dt.datetime
    last_edition: dt.datetime
    first_row: int
    last_row: int
    today: dt.date
    server: str
    """The version of PostgreSQL. Asked for beforehand: what is interrupted in the middle of a question leaves a connection that answers no other."""
    connection: Any
    """Over which the choices are looked up."""

    @classmethod
    def read(cls, connection: Any, today: dt.date) -> "Published":
        """Raises :class:`Trouble` where nothing was published that could be asked for."""
        tables = ("recommendation", "addressee", "assessment", "action", "effect", "citation", "document", "passage")
        counts = ", ".join(f"(SELECT count(*) FROM editions.{table} WHERE known_to IS NULL)" for table in tables)
        editions = "(SELECT count(*) FROM editions.site_edition)"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {counts}, {editions}")
            numbers = dict(zip((*(f"{table}s" for table in tables), "editions of the site"), cursor.fetchone(), strict=True))
            cursor.execute(f"SELECT min(valid_from), max(valid_from), min(id), max(id) FROM editions.addressee WHERE {_STANDING}", {"day": today})
            first_day, last_day, first_row, last_row = cursor.fetchone()
            cursor.execute(f"SELECT count(*) FROM editions.addressee WHERE {_HOLDS}", {"day": today})
            (numbers["addressees today"],) = cursor.fetchone()
            cursor.execute("SELECT min(published_at), max(published_at) FROM editions.site_edition")
            first_edition, last_edition = cursor.fetchone()
            cursor.execute("SHOW server_version")
            (server,) = cursor.fetchone()
        if first_row is None:
            raise Trouble(
                "This database holds no published recommendation, so there is nothing to measure: fill an empty one of its own first, as with"
                " `TRACKER_STATE_DIR=/some/folder manage.py generate --recommendations 10000`."
            )
        return cls(numbers, first_day, last_day, first_edition, last_edition, first_row, last_row, today, server, connection)

    def choices(self, of: str) -> Iterator[Choice]:
        """Without end; the same for the same name."""
        draw = Random(f"{SEED}:{of}")
        while True:
            yield self._choice(draw)

    def _choice(self, draw: Random) -> Choice:
        row = self._addressee(draw.randint(self.first_row, self.last_row))
        words = sorted(set(re.findall(r"(?<!\w)[a-z]{6,}(?!\w)", row["statement"]))) or ["report"]
        filters = [(name, str(row[name])) for name in ("government", "status", "measure", "year")]
        return Choice(
            reference=row["recommendation"],
            government=row["government"],
            assessment=row["assessment"] or "",
            filters=(*filters, ("disputed", "yes" if row["disputed"] else "no")),
            word=draw.choice(words),
            day=self.first_day + dt.timedelta(days=draw.randint(0, (self.last_day - self.first_day).days)),
            known=self.first_edition + (self.last_edition - self.first_edition) * draw.random(),
        )

    def _addressee(self, number: int) -> dict[str, Any]:
        """The next one from a number of a row on."""
        columns = ("recommendation", "government", "status", "measure", "year", "disputed", "assessment")
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(columns)}, (SELECT statement FROM editions.recommendation WHERE reference = recommendation AND known_to IS NULL)"
                f" FROM editions.addressee WHERE id >= %(number)s AND {_STANDING} ORDER BY id LIMIT 1",
                {"number": number, "day": self.today},
            )
            return dict(zip((*columns, "statement"), cursor.fetchone(), strict=True))

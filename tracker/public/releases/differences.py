"""What changed from one release to another, list by list and row by row, from the files as they are kept. No other table is asked.

Rows are told apart as each list says, and compared in the columns that both releases have; the columns that say by what clocks a row was read are
left out, as they always differ. What was taken down since is in neither.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connections
from django.http import StreamingHttpResponse
from psycopg import sql

from tracker.editions.frozen import as_lines
from tracker.editions.tables import PUBLIC, Release, ReleaseFile
from tracker.public.formats.said import TAIL
from tracker.public.formats.text import BROKEN, CSV, json_of, streamed

CHUNK = 500
SHOWN = 20
"""Rows of a list that the page shows; the files have all."""
HEADER = ("list", "row", "change", "column", "before", "after")
"""Of the CSV."""
ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class RowDifference:
    """A row that only one of the two has, or that says something else: ``columns`` gives what it said before and says after, by column."""

    kind: str
    key: dict[str, str]
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class ListDifference:
    """A list in both releases. ``shown`` are the first of its rows that differ, ``columns`` counts the rows in which each column differs.

    ``gone`` and ``new`` are columns that only the earlier, or the later, of the two has.
    """

    name: str
    gone: list[str]
    new: list[str]
    counts: Counter[str] = field(default_factory=Counter)
    columns: Counter[str] = field(default_factory=Counter)
    shown: list[RowDifference] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many rows differ."""
        return self.counts.total()

    @property
    def added(self) -> int:
        """Rows that the earlier one does not have."""
        return self.counts[ADDED]

    @property
    def removed(self) -> int:
        """Rows that the later one does not have."""
        return self.counts[REMOVED]

    @property
    def changed(self) -> int:
        """Rows that say something else."""
        return self.counts[CHANGED]

    @property
    def most_changed(self) -> list[tuple[str, int]]:
        """The columns that differ, those with most rows first."""
        return sorted(self.columns.items(), key=lambda each: (-each[1], each[0]))


@dataclass(frozen=True)
class Pair:
    """The same list in two releases."""

    name: str
    before: ReleaseFile
    after: ReleaseFile

    @property
    def identity(self) -> list[str]:
        """The columns that tell rows apart in both."""
        return [name for name in self.after.identity if name in self.before.columns]

    @property
    def compared(self) -> list[str]:
        """The columns that are compared."""
        left_out = {*(column.name for column in TAIL), *self.identity}
        return [name for name in self.after.columns if name in self.before.columns and name not in left_out]


def pairs(before: Release, after: Release) -> list[Pair]:
    """The lists that both have: one question."""
    found: dict[str, dict[str, ReleaseFile]] = {before.name: {}, after.name: {}}
    rows = ReleaseFile.objects.filter(release__in=[before, after], rows__isnull=False).order_by("place").defer("text")
    for file in rows:
        found[file.release_id][file.path] = file
    return [Pair(path.removesuffix(".csv"), found[before.name][path], file) for path, file in found[after.name].items() if path in found[before.name]]


def lists(before: Release, after: Release) -> list[ListDifference]:
    """Every list that both releases have, with how many rows differ and the first of them: a question a list."""
    found = []
    for pair in pairs(before, after):
        difference = ListDifference(
            pair.name,
            gone=[name for name in pair.before.columns if name not in pair.after.columns],
            new=[name for name in pair.after.columns if name not in pair.before.columns],
        )
        _count(difference, pair)
        found.append(difference)
    return found


def _count(difference: ListDifference, pair: Pair) -> None:
    """How many rows of a list differ, and in which columns, counted by the database; with the first of them, in one question."""
    columns = [
        sql.SQL("count(*) FILTER (WHERE before.said[{0}] <> after.said[{0}]) OVER ()").format(sql.Literal(place))
        for place, _name in enumerate(pair.compared, start=1)
    ]
    counts = sql.SQL(
        ", count(*) FILTER (WHERE before.said IS NULL) OVER (), count(*) FILTER (WHERE after.said IS NULL) OVER (), count(*) OVER (),"
        " ARRAY[{}]::bigint[]"
    ).format(sql.SQL(", ").join(columns))
    with connections[PUBLIC].cursor() as cursor:
        cursor.execute(_differing(pair, counts) + sql.SQL(" LIMIT {}").format(sql.Literal(SHOWN)))
        for key, said, says, added, removed, total, by_column in cursor.fetchall():
            difference.shown.append(_row(pair, key, said, says))
            difference.counts = Counter({ADDED: added, REMOVED: removed, CHANGED: total - added - removed})
            difference.columns = +Counter(dict(zip(pair.compared, by_column, strict=True)))


def rows(pair: Pair) -> Iterator[RowDifference]:
    """The rows of a list that differ, in the order of their keys."""
    with connections[PUBLIC].chunked_cursor() as cursor:
        cursor.execute(_differing(pair))
        while some := cursor.fetchmany(CHUNK):
            yield from (_row(pair, *each) for each in some)


def _row(pair: Pair, key: list[str], said: list[str] | None, says: list[str] | None) -> RowDifference:
    named = dict(zip(pair.identity, key, strict=True))
    if said is None or says is None:
        return RowDifference(ADDED if said is None else REMOVED, named)
    differing = {name: (was, now) for name, was, now in zip(pair.compared, said, says, strict=True) if was != now}
    return RowDifference(CHANGED, named, differing)


def _differing(pair: Pair, more: sql.Composable | None = None) -> sql.Composed:
    """The question for the rows that differ: key, what is said before and after; ``more`` are further columns."""
    return sql.SQL(
        """
        WITH before AS ({before}), after AS ({after})
        SELECT coalesce(before.key, after.key), before.said, after.said{more}
        FROM before FULL JOIN after ON before.key = after.key AND before.place = after.place
        WHERE before.said IS DISTINCT FROM after.said
        ORDER BY 1
        """
    ).format(before=_side(pair.before, pair.identity, pair.compared), after=_side(pair.after, pair.identity, pair.compared), more=more or sql.SQL(""))


def _side(file: ReleaseFile, identity: list[str], compared: list[str]) -> sql.Composed:
    """The rows of one of the two: key, place among rows of that key, and the cells that are compared."""

    def cells(names: list[str]) -> sql.Composed:
        chosen = sql.SQL(", ").join(sql.SQL("cells[{}]").format(sql.Literal(file.columns.index(name) + 1)) for name in names)
        return sql.SQL("ARRAY[{}]::varchar[]").format(chosen)

    return sql.SQL(
        "SELECT {key} AS key, row_number() OVER (PARTITION BY {key} ORDER BY number) AS place, {said} AS said"
        " FROM editions.release_line WHERE file = {file} AND cells <> '{{}}'"
    ).format(key=cells(identity), said=cells(compared), file=sql.Literal(file.pk))


def as_csv(before: Release, after: Release) -> StreamingHttpResponse:
    """Every difference as CSV: a line for each row that was added or removed, and for each cell that was changed.

    Cells are as the files of the releases have them. A file that breaks off ends with a line that says so.
    """

    def said() -> Iterator[tuple[str, ...]]:
        yield HEADER
        for pair, row in _every(before, after):
            key = "; ".join(row.key.values())
            if row.kind != CHANGED:
                yield (pair.name, key, row.kind, "", "", "")
            for name, (was, now) in row.columns.items():
                yield (pair.name, key, row.kind, name, was, now)

    def end(reason: str) -> str:
        return "".join(as_lines([(f"{BROKEN}: {reason}", *[""] * (len(HEADER) - 1))]))

    return streamed(as_lines(said()), end, CSV, _named(before, after, "csv"))


def as_json(before: Release, after: Release) -> StreamingHttpResponse:
    """The same as one JSON object, which says whether it is complete."""

    def said() -> Iterator[dict[str, Any]]:
        for pair, row in _every(before, after):
            columns = {name: {"before": was, "after": now} for name, (was, now) in row.columns.items()}
            yield {"list": pair.name, "change": row.kind, "row": row.key, **({"columns": columns} if columns else {})}

    return json_of({"before": before.name, "after": after.name}, said(), {}, _named(before, after, "json"))


def _every(before: Release, after: Release) -> Iterator[tuple[Pair, RowDifference]]:
    return ((pair, row) for pair in pairs(before, after) for row in rows(pair))


def _named(before: Release, after: Release, ending: str) -> str:
    return f"{before.name}...{after.name}.{ending}"

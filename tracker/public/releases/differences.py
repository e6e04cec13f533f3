"""What changed from one release to another, list by list and row by row, from the files as they are kept. No other table is asked.

Rows are told apart as each list says, and compared in the columns that both releases have; the columns that say by what clocks a row was read are
left out, as they always differ. What was taken down since is in neither. What a row is in words, and where its page is, stand in the files as well.
"""

import functools
import operator
from array import array
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import Q
from django.http import StreamingHttpResponse
from psycopg import sql

from tracker.editions.frozen import as_lines
from tracker.editions.tables import PUBLIC, RecordEdition, Release, ReleaseFile
from tracker.public.formats.said import TAIL, URL
from tracker.public.formats.text import BROKEN, CSV, json_of, streamed
from tracker.public.releases.schema import TABLES, Table
from tracker.rules import formulas

CHUNK = 500
SHOWN = 20
"""Rows of each list that the page of all lists shows; the page of one list goes through all of its rows."""
PER_PAGE = 50
"""Of these."""
KEPT = 8
"""Lists of two releases of which it is kept which rows differ: 16 bytes a row, in each process."""
HEADER = ("list", "row", "change", "column", "before", "after", "title", "url")
"""Of the CSV."""
ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class Told:
    """What a row is, as the release has it: the later one, or the only one that has the row. Empty text: it says nothing of that.

    These are plain words, without the apostrophes of cells. ``url`` is its page by the clocks of that release, ``title`` what it is called, ``asked``
    the short title of the recommendation that it stands with, ``government`` the code of its government. ``of``: the kind and the key of the record
    that it belongs to; None for a government.
    """

    url: str
    title: str
    asked: str
    government: str
    government_name: str
    of: tuple[str, str] | None

    @property
    def in_words(self) -> str:
        """The same as one text: “Albania: Close the embassy”, of an effect behind its action."""
        whose = ": ".join(filter(None, (self.government_name or self.government, self.asked or self.title)))
        return f"{self.title} → {whose}" if self.title and self.asked else whose


@dataclass(frozen=True)
class RowDifference:
    """A row that only one of the two has, or that says something else: ``columns`` gives what it said before and says after, by column.

    Key and columns are cells as the files have them.
    """

    kind: str
    key: dict[str, str]
    told: Told
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
    """The same list in two releases. ``beside``: the other lists of each, which have the names of what its rows name."""

    name: str
    before: ReleaseFile
    after: ReleaseFile
    beside: tuple[dict[str, ReleaseFile], dict[str, ReleaseFile]] = field(compare=False)

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
        found[file.release_id][file.path.removesuffix(".csv")] = file
    one, other = found[before.name], found[after.name]
    return [Pair(name, one[name], file, (one, other)) for name, file in other.items() if name in one]


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
        cursor.execute(_differing(pair, _SAID + counts) + sql.SQL(" LIMIT {}").format(sql.Literal(SHOWN)))
        for key, said, says, told, added, removed, total, by_column in cursor.fetchall():
            difference.shown.append(_row(pair, key, said, says, told))
            difference.counts = Counter({ADDED: added, REMOVED: removed, CHANGED: total - added - removed})
            difference.columns = +Counter(dict(zip(pair.compared, by_column, strict=True)))


def rows(pair: Pair) -> Iterator[RowDifference]:
    """The rows of a list that differ, in the order of their keys."""
    with connections[PUBLIC].chunked_cursor() as cursor:
        cursor.execute(_differing(pair, _SAID))
        while some := cursor.fetchmany(CHUNK):
            yield from (_row(pair, *each) for each in some)


@dataclass(frozen=True)
class Numbers:
    """Where rows that differ stand: the numbers of their lines, row by row, by which these are had without looking through whole files.

    0 where there is none. ``own`` are the lines of the list before and after, ``named`` those of the recommendation and the government that a row
    names.
    """

    own: tuple[Sequence[int], Sequence[int]]
    named: dict[str, Sequence[int]]

    def __getitem__(self, wanted: slice) -> "Numbers":
        """Those of some rows."""
        return Numbers((self.own[0][wanted], self.own[1][wanted]), {name: each[wanted] for name, each in self.named.items()})


class Differing:
    """The rows of a list that differ, to be paged through: how many there are, and some of them.

    Both releases are compared once, whatever number of pages is asked for, and what is kept of it is where the rows stand: their words are read anew
    each time, so that none outlives a takedown. ``state`` is what else the comparison is a function of: both releases, and what was taken from them.
    """

    ordered = True

    def __init__(self, pair: Pair, state: Hashable) -> None:
        """Nothing is asked yet."""
        self.pair, self.state = pair, state

    def count(self) -> int:
        """How many."""
        return len(_numbers(self.pair, self.state).own[0])

    def __getitem__(self, wanted: slice) -> list[RowDifference]:
        """Those of a page."""
        some = _numbers(self.pair, self.state)[wanted]
        with connections[PUBLIC].cursor() as cursor:
            cursor.execute(_differing(self.pair, _SAID, some))
            return [_row(self.pair, *each) for each in cursor.fetchall()]


@functools.lru_cache(maxsize=KEPT)
def _numbers(pair: Pair, _state: Hashable) -> Numbers:
    """Where the rows of a list that differ stand, in the order of their keys."""
    found = [array("I") for _column in range(4)]
    with connections[PUBLIC].chunked_cursor() as cursor:
        cursor.execute(_differing(pair, _NUMBERS))
        while some := cursor.fetchmany(CHUNK):
            for numbers, column in zip(found, zip(*some, strict=True), strict=True):
                numbers.extend(column)
    before, after, recommendations, governments = found
    return Numbers((before, after), {"recommendations": recommendations, "governments": governments})


def taken_off(rows: Iterable[RowDifference]) -> dict[tuple[str, str], RecordEdition]:
    """The editions that took the records of rows off the site, by kind and key: one question, of now."""
    keys = defaultdict(set)
    for row in rows:
        if row.told.of:
            keys[row.told.of[0]].add(row.told.of[1])
    if not keys:
        return {}
    named = functools.reduce(operator.or_, (Q(kind=kind, key__in=some) for kind, some in keys.items()))
    gone = RecordEdition.objects.defer("body").filter(named, known_to=None).exclude(change="publish")
    return {(each.kind, each.key): each for each in gone}


def _row(pair: Pair, key: list[str], said: list[str] | None, says: list[str] | None, told: list[str | None]) -> RowDifference:
    named = dict(zip(pair.identity, key, strict=True))
    url, title, asked, government, government_name, of_kind, of_key = (formulas.natural(text or "") for text in told)
    about = Told(url, title, asked, government, government_name, (of_kind, of_key) if of_kind and of_key else None)
    if said is None or says is None:
        return RowDifference(ADDED if said is None else REMOVED, named, about)
    differing = {name: (was, now) for name, was, now in zip(pair.compared, said, says, strict=True) if was != now}
    return RowDifference(CHANGED, named, about, differing)


_SAID = sql.SQL("coalesce(before.key, after.key), before.said, after.said, coalesce(after.told, before.told)")
"""What :func:`_row` takes."""
_NUMBERS = sql.SQL(
    "coalesce(before.numbers[1], 0), coalesce(after.numbers[1], 0),"
    " coalesce((coalesce(after.numbers, before.numbers))[2], 0), coalesce((coalesce(after.numbers, before.numbers))[3], 0)"
)


def _differing(pair: Pair, wanted: sql.Composable, only: Numbers | None = None) -> sql.Composed:
    """The question for the rows that differ. ``wanted`` are the columns; ``only`` says which lines are looked at, all where it says nothing."""
    before, after = pair.beside
    return sql.SQL(
        """
        WITH before AS ({before}), after AS ({after})
        SELECT {wanted}
        FROM before FULL JOIN after ON before.key = after.key AND before.place = after.place
        WHERE before.said IS DISTINCT FROM after.said
        ORDER BY coalesce(before.key, after.key), coalesce(before.place, after.place)
        """
    ).format(
        before=_side(pair, pair.before, before, only.own[0] if only else None, only),
        after=_side(pair, pair.after, after, only.own[1] if only else None, only),
        wanted=wanted,
    )


def _side(pair: Pair, file: ReleaseFile, beside: dict[str, ReleaseFile], numbers: Sequence[int] | None, only: Numbers | None) -> sql.Composed:
    """The rows of one of the two: key, place among rows of that key, the cells that are compared, what the row is (``Told``), and the numbers of its
    line and of those that it names.
    """
    table = TABLES.get(pair.name) or Table(())  # what another version of the software listed
    of_kind, of_key = table.of or ("", "")

    def cell(name: str) -> sql.Composable:
        return sql.SQL("line.cells[{}]").format(sql.Literal(file.columns.index(name) + 1)) if name in file.columns else sql.NULL

    def cells(names: list[str]) -> sql.Composed:
        return sql.SQL("ARRAY[{}]::varchar[]").format(sql.SQL(", ").join(map(cell, names)))

    government = "code" if pair.name == "governments" else "government"
    asked = _named(beside, "recommendations", "reference", "short_title", cell("recommendation"), only)
    who = _named(beside, "governments", "code", "name", cell(government), only)
    return sql.SQL(
        "SELECT {key} AS key, row_number() OVER (PARTITION BY {key} ORDER BY line.number) AS place, {said} AS said,"
        " ARRAY[{url}, {title}, {asked}, {government}, {who}, {of_kind}, {of_key}]::varchar[] AS told,"
        " ARRAY[line.number, {number_of_asked}, {number_of_who}]::int[] AS numbers"
        " FROM ({lines}) AS line{recommendations}{governments}"
    ).format(
        key=cells(pair.identity),
        said=cells(pair.compared),
        url=cell(URL.name),
        title=cell(table.title),
        asked=asked.title,
        government=cell(government),
        who=who.title,
        of_kind=sql.Literal(of_kind) if of_kind else cell("kind"),
        of_key=cell(of_key),
        number_of_asked=asked.number,
        number_of_who=who.number,
        lines=_lines(file, numbers),
        recommendations=asked.joined,
        governments=who.joined,
    )


def _lines(file: ReleaseFile, numbers: Sequence[int] | None) -> sql.Composed:
    """The lines of a file that were not taken down; of some numbers alone where these are said."""
    lines = sql.SQL("SELECT number, cells FROM editions.release_line WHERE file = {} AND cells <> '{{}}'").format(sql.Literal(file.pk))
    return lines if numbers is None else lines + sql.SQL(" AND number = ANY ({})").format(sql.Literal([each for each in numbers if each]))


class _Named(NamedTuple):
    """What a row of another list of the release is called, the number of its line, and how that list is joined."""

    title: sql.Composable = sql.NULL
    number: sql.Composable = sql.NULL
    joined: sql.Composable = sql.SQL("")


def _named(beside: dict[str, ReleaseFile], listing: str, key: str, title: str, by: sql.Composable, only: Numbers | None) -> _Named:
    """The row of another list that ``by`` names. Nothing where there is no such list or column."""
    file = beside.get(listing)
    if file is None or by is sql.NULL or not {key, title} <= set(file.columns):
        return _Named()
    name = sql.Identifier(listing)
    joined = sql.SQL(" LEFT JOIN ({lines}) AS {name} ON {name}.cells[{key}] = {by}").format(
        lines=_lines(file, only.named[listing] if only else None), name=name, key=sql.Literal(file.columns.index(key) + 1), by=by
    )
    called = sql.SQL("{}.cells[{}]").format(name, sql.Literal(file.columns.index(title) + 1))
    return _Named(called, sql.Identifier(listing, "number"), joined)


def as_csv(before: Release, after: Release) -> StreamingHttpResponse:
    """Every difference as CSV: a line for each row that was added or removed, and for each cell that was changed.

    Cells are as the files of the releases have them. A file that breaks off ends with a line that says so.
    """

    def said() -> Iterator[tuple[str, ...]]:
        yield HEADER
        for pair, row in _every(before, after):
            key = "; ".join(row.key.values())
            told = (formulas.harmless(row.told.in_words), row.told.url)
            if row.kind != CHANGED:
                yield (pair.name, key, row.kind, "", "", "", *told)
            for name, (was, now) in row.columns.items():
                yield (pair.name, key, row.kind, name, was, now, *told)

    def end(reason: str) -> str:
        return "".join(as_lines([(f"{BROKEN}: {reason}", *[""] * (len(HEADER) - 1))]))

    return streamed(as_lines(said()), end, CSV, _filename(before, after, "csv"))


def as_json(before: Release, after: Release) -> StreamingHttpResponse:
    """The same as one JSON object, which says whether it is complete."""

    def said() -> Iterator[dict[str, Any]]:
        for pair, row in _every(before, after):
            columns = {name: {"before": was, "after": now} for name, (was, now) in row.columns.items()}
            about = {"title": row.told.in_words, "url": row.told.url}
            yield {"list": pair.name, "change": row.kind, "row": row.key, **about, **({"columns": columns} if columns else {})}

    return json_of({"before": before.name, "after": after.name}, said(), {}, _filename(before, after, "json"))


def _every(before: Release, after: Release) -> Iterator[tuple[Pair, RowDifference]]:
    return ((pair, row) for pair in pairs(before, after) for row in rows(pair))


def _filename(before: Release, after: Release, ending: str) -> str:
    return f"{before.name}...{after.name}.{ending}"

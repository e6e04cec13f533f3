"""Rows of a published table from the database into arrays: the database numbers their words, and sends nothing but numbers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connections
from psycopg import sql

from tracker.editions.tables import PUBLIC, Row
from tracker.public.columnar.arrays import Array, Coded, Column, Days, Flags, Ids, Vocabulary

BETWEEN = "\x1f"
"""Between the members of a set, as it is numbered: no key has it."""
BLOCK = 2**23
"""Bytes that are read before they become columns."""
SIGNATURE = 19
"""Bytes before the first row of a binary COPY without flags or extension."""


@dataclass(frozen=True)
class Words:
    """A column that a vocabulary numbers. ``text`` is what the database writes for a value, ``read`` makes the value of it."""

    text: str
    read: Callable[[str], Any] = str
    column: type[Coded] = Coded
    vocabulary: type[Vocabulary] = Vocabulary


@dataclass(frozen=True)
class Held:
    """Which columns of a published table are held in memory, by the names that filters give them.

    ``flags``: yes or no, as a condition, with the value that Django's filter asks for by it. ``ids``: what gives a number for each different thing.
    """

    table: type[Row]
    words: Mapping[str, Words]
    flags: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    days: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> sql.SQL:
        """The table's name in the database."""
        return sql.SQL(self.table._meta.db_table)

    @cached_property
    def layout(self) -> "np.dtype[Any]":
        """How its rows come from the database."""
        fields = {"id": ">i8", "known_from": ">i8", "known_to": ">i8"}
        fields |= {**dict.fromkeys(self.words, ">i4"), **dict.fromkeys(self.flags, "?"), **dict.fromkeys(self.days, ">i4")}
        return _layout({**fields, **dict.fromkeys(self.ids, ">i8")})


@dataclass(frozen=True)
class Rows:
    """Rows read: their ids, since when and until when the site said them (microseconds, the database's count), and their columns."""

    ids: Array
    known_from: Array
    known_to: Array
    columns: dict[str, Column]

    def __len__(self) -> int:
        return len(self.ids)

    def followed_by(self, other: "Rows") -> "Rows":
        """The rows of this one, then those of another one."""
        return Rows(
            np.concatenate([self.ids, other.ids]),
            np.concatenate([self.known_from, other.known_from]),
            np.concatenate([self.known_to, other.known_to]),
            {name: column.followed_by(other.columns[name]) for name, column in self.columns.items()},  # type: ignore[arg-type]
        )


def new_vocabularies(held: Held) -> dict[str, Vocabulary]:
    """One a column, as yet without words."""
    return {name: words.vocabulary() for name, words in held.words.items()}


def no_rows(held: Held) -> Rows:
    """Where nothing was published."""
    return _read(held, np.zeros(0, dtype=held.layout), new_vocabularies(held))


def once() -> Any:
    """A cursor for what a process reads once: of the public connection, and beside Django's, whose log and limits are of what a page asks."""
    connection = connections[PUBLIC]
    connection.ensure_connection()
    return connection.connection.cursor()


def read_rows(held: Held, vocabularies: dict[str, Vocabulary], after: int, until: int) -> Rows:
    """The rows of a table in the editions after one and up to another, in the order of their ids; their words are added to the vocabularies.

    To be called within a transaction that sees one state of the database (``REPEATABLE READ``).
    """
    where = sql.SQL("edition > {} AND edition <= {}").format(sql.Literal(after), sql.Literal(until))
    with once() as cursor:
        numbered = {}
        for name, words in held.words.items():
            cursor.execute(sql.SQL("SELECT DISTINCT {} FROM {} WHERE {}").format(sql.SQL(words.text), held.name, where))
            texts = [text for (text,) in cursor if text is not None]
            values = [words.read(text) for text in texts]
            vocabularies[name].add(values)
            numbered[name] = (texts, vocabularies[name].numbers(values))
        blocks = [_read(held, block, vocabularies) for block in _blocks(cursor, _question(held, numbered, where), held.layout)]
    return _joined(blocks)


def read_ends(held: Held, since: int) -> tuple[Array, Array]:
    """Of the rows of a table that the site ceased to say after an instant (microseconds, as the database counts them): their ids, and when."""
    instant = sql.SQL("timestamptz '2000-01-01 00:00:00+00' + {} * interval '1 microsecond'").format(sql.Literal(since))
    question = sql.SQL("SELECT id, known_to FROM {} WHERE known_to > {}").format(held.name, instant)
    layout = _layout({"id": ">i8", "known_to": ">i8"})
    with once() as cursor:
        blocks = list(_blocks(cursor, question, layout))
    ends = np.concatenate(blocks)
    return ends["id"].astype(np.int64), ends["known_to"].astype(np.int64)


def _layout(fields: dict[str, str]) -> np.dtype[Any]:
    """How a row of a binary COPY lies whose fields all have a value: the number of fields, then the length of each before it."""
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in fields.items():
        parts += [(f"length of {name}", ">i4"), (name, kind)]
    return np.dtype(parts)


def _question(held: Held, numbered: dict[str, tuple[list[str], list[int]]], where: sql.Composed) -> sql.Composed:
    """Every row as numbers alone, in the order of the layout."""
    chosen: list[sql.Composable] = [sql.SQL("id, known_from, coalesce(known_to, 'infinity')")]
    joins = []
    for name, (texts, numbers) in numbered.items():
        table, text = sql.Identifier(f"of_{name}"), sql.SQL(held.words[name].text)
        chosen.append(sql.SQL("coalesce({}.number, 0)").format(table))
        of_it = sql.SQL(" LEFT JOIN unnest({}::text[], {}::int4[]) AS {} (text, number) ON {}.text = {}")
        joins.append(of_it.format(sql.Literal(texts), sql.Literal(numbers), table, table, text))
    chosen += [sql.SQL(condition) for condition, _yes in held.flags.values()]
    chosen += [sql.SQL("coalesce({}, 'infinity')").format(sql.Identifier(name)) for name in held.days]
    chosen += [sql.SQL(number) for number in held.ids.values()]
    return sql.SQL("SELECT {} FROM {}{} WHERE {} ORDER BY id").format(sql.SQL(", ").join(chosen), held.name, sql.SQL("").join(joins), where)


def _blocks(cursor: Any, question: sql.Composed, layout: np.dtype[Any]) -> Iterator[Array]:
    """The rows of a question as they come, some megabytes at a time."""
    held, begun = bytearray(), False
    with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(question)) as copy:
        for data in copy:
            held += data
            if not begun and len(held) >= SIGNATURE:
                del held[:SIGNATURE]
                begun = True
            if len(held) >= BLOCK:
                whole = len(held) // layout.itemsize * layout.itemsize
                yield _checked(bytes(held[:whole]), layout)
                del held[:whole]
    whole = len(held) // layout.itemsize * layout.itemsize  # the end of the COPY is shorter than any row
    yield _checked(bytes(held[:whole]), layout)


def _checked(data: bytes, layout: np.dtype[Any]) -> Array:
    """Rows; ``ValueError`` where they do not lie as the layout says, rather than other numbers."""
    rows: Array = np.frombuffer(data, dtype=layout)
    names = layout.names or ()
    fields = (len(names) - 1) // 2
    lies = bool((rows["fields"] == fields).all()) and all(
        bool((rows[name] == layout[names[place + 1]].itemsize).all()) for place, name in enumerate(names) if name.startswith("length of ")
    )
    if not lies:
        raise ValueError(f"The database did not send {fields} numbers a row.")
    return rows


def _read(held: Held, block: Array, vocabularies: dict[str, Vocabulary]) -> Rows:
    """The columns of a block."""
    columns: dict[str, Column] = {}
    for name, words in held.words.items():
        columns[name] = words.column(_shortest(block[name].astype(np.int32), len(vocabularies[name])), vocabularies[name])
    for name, (_condition, yes) in held.flags.items():
        columns[name] = Flags(block[name].copy(), yes)
    for name in held.days:
        columns[name] = Days(block[name].astype(np.int32))
    for name in held.ids:
        columns[name] = Ids(block[name].astype(np.int64))
    ids, known_from, known_to = (block[name].astype(np.int64) for name in ("id", "known_from", "known_to"))
    return Rows(ids, known_from, known_to, columns)


def _shortest(numbers: Array, size: int) -> Array:
    """Numbers below a size in as few bytes as hold them: most vocabularies are short."""
    return numbers.astype(np.min_scalar_type(-size))


def _joined(blocks: list[Rows]) -> Rows:
    """Blocks of rows as one, two by two: each is copied as often as there are such rounds."""
    while len(blocks) > 1:
        pairs = [blocks[place : place + 2] for place in range(0, len(blocks), 2)]
        blocks = [pair[0].followed_by(pair[1]) if len(pair) == 2 else pair[0] for pair in pairs]
    return blocks[0]

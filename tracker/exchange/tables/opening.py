"""Opening a table: what kind of file it is, how it is read, and the table itself."""

from collections.abc import Iterator
from pathlib import Path

from tracker.exchange.tables.contract import Guess, Options, Record


class Table:
    """A file opened as a table. Iterating reads it from the beginning, in flat memory; it may be iterated again, or left at any record."""

    name: str
    """The file's name, as people know it."""
    options: Options
    """How it is read, every guess filled in."""
    guess: Guess
    columns: tuple[str, ...]
    size: int
    """In bytes."""
    wider: dict[str, int]
    """Columns beyond ``columns`` met while reading, and the row in which each was met first."""

    @property
    def done(self) -> float:
        """The share of the file that the latest iteration has read, from 0 to 1."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[Record]:
        """The records, in the order of the file."""
        raise NotImplementedError


def guess(path: Path, options: Options = Options(), *, name: str = "") -> Guess:  # noqa: B008 (frozen)
    """How a file will be read; ``name`` is what people call it, where the path does not say. Raises ``TableError``."""
    raise NotImplementedError


def open_table(path: Path, options: Options = Options(), *, name: str = "") -> Table:  # noqa: B008 (frozen)
    """The table in a file; whatever ``options`` leave open is guessed as :func:`guess` does. Raises ``TableError``."""
    raise NotImplementedError

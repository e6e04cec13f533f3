"""What each format gives: numbered rows of cells, or of named values, one at a time."""

from collections.abc import Iterator
from typing import Protocol

from tracker.exchange.tables.contract import Value

Cells = list[Value] | dict[str, Value]


class Source(Protocol):
    """A file that can be read row by row, from the beginning each time it is asked."""

    done: float
    """The share of the file read by the latest call of ``rows``."""

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Each row with something in it: its number, and its cells by place, or by name where the format names them."""
        ...

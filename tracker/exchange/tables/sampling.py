"""What the columns of a table hold, told by its first rows."""

from dataclasses import dataclass

from tracker.exchange.tables.opening import Table


@dataclass(frozen=True)
class ColumnSample:
    """A column as its first rows show it."""

    name: str
    values: tuple[str, ...]  # the first different values, as text, each cut to a readable length
    different: int  # how many different values there are among the rows looked at
    empty: float  # share of the rows without a value, 0 to 1
    longest: int  # characters of the longest value
    formulas: int  # cells that hold a formula of a spreadsheet, which comes as its text
    kind: str  # "text", "number", "date", "true or false", "list", "nested" or "empty"
    date_formats: tuple[str, ...] = ()  # strptime formats that fit every text of the column; () where the cells are dates already
    separator: str = ""  # of a list in a cell: ";", "|", ",", "\n", or "- " where each line begins with a dash


def samples(table: Table, rows: int = 500) -> tuple[ColumnSample, ...]:
    """What the first ``rows`` records of a table show about each of its columns."""
    raise NotImplementedError

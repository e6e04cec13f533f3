"""Reads any table that a policy office may have: delimited text, Excel workbooks, JSON and JSON lines.

    guess(path)            how the file would be read, why, and what could be chosen instead
    open_table(path)       a table: its columns, and its records one by one, in flat memory, as often as one likes
    samples(table)         what the columns hold, for whoever maps them to something

Every refusal is a :class:`TableError`: one sentence that names the file, the row, and what would be right. Files come from strangers:
limits.py says how much of anything is read; nothing in a file is run, evaluated or fetched. No Django, and nothing of the product.
"""

from tracker.exchange.tables.contract import DELIMITERS, FORMATS, Guess, Options, Record, TableError, Value
from tracker.exchange.tables.opening import Table, guess, open_table
from tracker.exchange.tables.sampling import ColumnSample, list_separator, samples

__all__ = [
    "DELIMITERS",
    "FORMATS",
    "ColumnSample",
    "Guess",
    "Options",
    "Record",
    "Table",
    "TableError",
    "Value",
    "guess",
    "list_separator",
    "open_table",
    "samples",
]

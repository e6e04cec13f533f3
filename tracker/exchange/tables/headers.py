"""Whether a row names the columns, and names that are each one of a kind."""

import datetime as dt
import re
from collections.abc import Sequence

from tracker.exchange.tables.contract import Value

LONGEST_NAME = 200
"""Characters of a column's name; a longer one is no name, and is cut where somebody insists."""

_TITLE_ROWS = 10
_IN_WORDS = re.compile(r"(?!sep=)(?=.*[^\W\d_]{2}).*", re.IGNORECASE | re.DOTALL)  # “sep=;” tells a spreadsheet what divides the cells
_DATA = re.compile(
    r"[-+]?[\d.,\s%€$£]*\d[\d.,\s%€$£]*"  # numbers
    r"|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*"  # dates
    r"|(?:https?://|www\.|mailto:).*|\S+@\S+\.\S+|=.*",  # addresses, formulas
    re.IGNORECASE,
)


def rows_above(rows: Sequence[tuple[int, Sequence[Value]]]) -> tuple[int, str]:
    """How many rows stand above the table (its title, a note), and the sentence that says so.

    A row stands above where it has one cell only and the rows below the next few have several.
    """
    wide = next((index for index, (_number, cells) in enumerate(rows[:_TITLE_ROWS]) if _filled(cells) > 1), None)
    if not wide:
        return 0, ""
    rest = rows[wide : wide + 20]
    if not is_header(rows[wide:])[0] or sum(_filled(cells) > 1 for _number, cells in rest) < max(2, len(rest) * 0.8):
        return 0, ""
    number = rows[wide][0]
    told = "Row 1 stands above the table: it has" if number == 2 else f"Rows 1 to {number - 1} stand above the table: they have"
    return number - 1, f"{told} one cell at most where the rows below have several."


def title_above(rows: Sequence[tuple[int, Sequence[Value]]]) -> str:
    """What the rows above a table say first, alone in its row and in words; empty where none does: its title, as people write one."""
    for _number, cells in rows:
        filled = [cell for cell in cells if cell is not None and cell != ""]
        if len(filled) == 1 and isinstance(filled[0], str) and _IN_WORDS.fullmatch(filled[0].strip()) and not _DATA.fullmatch(filled[0].strip()):
            return " ".join(filled[0].split())
    return ""


def is_header(rows: Sequence[tuple[int, Sequence[Value]]]) -> tuple[bool, str]:
    """Whether the first of some rows names the columns, and the sentence that says why."""
    number, first = rows[0]
    below = [cells for _number, cells in rows[1:]]
    names = [cell for cell in first if cell is not None]
    if not below:
        return True, f"Row {number} is the only row, and taken for the names of the columns."
    for place, cell in enumerate(first, start=1):
        if cell is None:
            continue
        if not isinstance(cell, str) and not _is_year(cell):
            return False, f"Row {number} is taken for data: its cell {place} is no text ({_shown(cell)}). Columns are called by their place."
        if isinstance(cell, str) and _DATA.fullmatch(cell.strip()) and not _is_year(cell.strip()):
            return False, f"Row {number} is taken for data: its cell {place} ({_shown(cell)}) is no name. Columns are called by their place."
        if isinstance(cell, str) and len(cell) > LONGEST_NAME:
            return False, f"Row {number} is taken for data: its cell {place} has {len(cell)} characters. Columns are called by their place."
    repeated = _comes_again(first, below)
    if repeated:
        return False, f"Row {number} is taken for data: {repeated}. Columns are called by their place."
    other = sum(1 for place in range(len(first)) if _differs(first[place], [cells[place] for cells in below if place < len(cells)]))
    why = "its cells are short texts"
    if len({str(name).strip().casefold() for name in names}) == len(names):
        why += ", each different"
    sure = f"; {other} of the columns below hold numbers, dates or addresses" if other else ", and none comes again below"
    return True, f"Row {number} names the columns: {why}{sure}."


def named(header: Sequence[Value]) -> list[str]:
    """A name for each place of a header: as written, without line breaks; an empty one by its place; the same again with a number."""
    written = [_name(cell) for cell in header]
    taken = {name for name in written if name}
    seen: set[str] = set()
    names = []
    for place, name in enumerate(written, start=1):
        if name and name not in seen:
            names.append(name)
            seen.add(name)
            continue
        another = distinct(name, taken) if name else by_place(place, taken)
        taken.add(another)
        seen.add(another)
        names.append(another)
    return names


def by_place(place: int, taken: set[str]) -> str:
    """The name of a column without one: the number of its place, from 1."""
    name = str(place)
    return name if name not in taken else distinct(name, taken)


def distinct(name: str, taken: set[str]) -> str:
    """A name with a number that is none of those taken."""
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"


def _name(cell: Value) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return " ".join(str(cell).split())[:LONGEST_NAME].strip()


def _filled(cells: Sequence[Value]) -> int:
    return sum(cell is not None and cell != "" for cell in cells)


def _is_year(cell: Value) -> bool:
    """Years name columns of reviews and budgets."""
    return (isinstance(cell, int) and not isinstance(cell, bool) and 1900 <= cell <= 2100) or (
        isinstance(cell, str) and cell.isdigit() and len(cell) == 4 and 1900 <= int(cell) <= 2100
    )


def _shown(cell: Value) -> str:
    text = str(cell)
    return f"“{text if len(text) <= 30 else text[:29] + '…'}”"


def _comes_again(first: Sequence[Value], below: Sequence[Sequence[Value]]) -> str:
    """What of the first row comes again below it in the same column, as data do; nothing for a header repeated whole."""
    if len(below) < 2:
        return ""
    for place, cell in enumerate(first):
        if not isinstance(cell, str) or not cell.strip():
            continue
        same = [cells for cells in below if place < len(cells) and cells[place] == cell]
        if same and any(list(cells) != list(first) for cells in same):
            return f"{_shown(cell)} comes again below in column {place + 1}"
    return ""


def _differs(name: Value, below: Sequence[Value]) -> bool:
    """Whether most cells below are plainly data."""
    filled = [cell for cell in below if cell is not None and cell != ""]
    data = sum(not isinstance(cell, str) or bool(_DATA.fullmatch(cell.strip())) for cell in filled)
    return isinstance(name, str) and bool(filled) and data >= len(filled) * 0.8

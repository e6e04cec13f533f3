"""Texts in cells of tables: none that a spreadsheet runs as a formula, and each to be had back letter for letter.

A text gets one apostrophe before it where a spreadsheet might run it, and where it begins with an apostrophe itself. So an apostrophe at the
beginning of a cell is always one that was put there, and taking it away gives the text. Numbers are not texts: -1 in a column of numbers stays.
"""

import re

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a formula begins with in one spreadsheet or another; the wide signs in those that are set up for East Asian languages."""
_RUN = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n']")
IN_WORDS = (
    "A text that begins with = + - @ or one of their wide forms ＝ ＋ － ＠, with or without white space before it, or with a tab, a carriage return,"
    " a line feed or an apostrophe, has one apostrophe before it, so that no spreadsheet runs it as a formula. Taking one apostrophe from the"
    " beginning of every cell that has it gives each text back, letter for letter. Numbers are left as they are."
)
"""The rule, for whoever reads the files."""


def harmless(text: str) -> str:
    """A text as a cell has it."""
    return "'" + text if _RUN.match(text) else text


def natural(cell: str) -> str:
    """The text of a cell that :func:`harmless` made: its inverse."""
    return cell.removeprefix("'")

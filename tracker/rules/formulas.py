"""Texts in cells of tables: none that a spreadsheet runs as a formula, and each to be had back letter for letter.

A text gets one apostrophe before it where a spreadsheet might run it, and where it begins with an apostrophe itself. So an apostrophe at the
beginning of a cell is always one that was put there, and taking it away gives the text. Numbers are not texts: -1 in a column of numbers stays.

Where lists are separated by semicolons, as in French, a spreadsheet begins a cell at each semicolon of a file, whatever marks stand around the text
that it is in; others do at tabs, and then at line breaks too. What follows these within a text is treated as what stands at its beginning.
"""

import re


def _(text: str) -> str:
    """Mark a text that is translated where it is shown."""
    return text


FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a formula begins with in one spreadsheet or another; the wide signs in those that are set up for East Asian languages."""
_SIGN = r"[=+\-@＝＋－＠]"
_PUT = re.compile(
    rf"\A(?=\s*{_SIGN}|[\t\r\n'])"
    rf"|(?<=[;\t\r\n])(?=(?:[^\S\t\r\n]|\")*{_SIGN}|')"  # a quotation mark is doubled in a file, and two of them say nothing
)
"""Where an apostrophe is put."""
_WAS_PUT = re.compile(r"(?:\A|(?<=[;\t\r\n]))'")
IN_WORDS = _(
    "A text that begins with = + - @ or one of their wide forms ＝ ＋ － ＠, with or without white space before it, or with a tab, a carriage return,"
    " a line feed or an apostrophe, has one apostrophe before it, so that no spreadsheet runs it as a formula. Within a text one stands before what"
    " follows a semicolon, a tab or a line break and begins so, quotation marks left aside, as some spreadsheets begin a cell there. Taking one"
    " apostrophe from the beginning of every cell and from behind every semicolon, tab, carriage return and line feed gives each text back, letter"
    " for letter. Numbers are left as they are."
)
"""The rule, for whoever reads the files."""


def harmless(text: str) -> str:
    """A text as a cell has it."""
    return _PUT.sub("'", text)


def natural(cell: str) -> str:
    """The text of a cell that :func:`harmless` made: its inverse."""
    return _WAS_PUT.sub("", cell)

"""How much of a list fits on a printed page: a rule over lengths, so that a page is the same for everybody and is never cut through a sentence.

Pure: items and their lengths in, what is shown and how many are left out. Nothing is shortened: an item is shown whole or counted among the rest.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")

WIDTH = 96
"""Signs that a line surely holds at the brief's size: 182 mm of 9 pt type hold about 120 of running text."""


@dataclass(frozen=True)
class Fitted(Generic[Item]):
    """What is shown of a list, how many more there are, and how many lines it takes."""

    shown: list[Item]
    more: int
    lines: int


def lines_of(text: str, width: int = WIDTH) -> int:
    """How many lines a text takes at most; wide signs (East Asian) count twice, an empty text none."""
    signs = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return -(-signs // width)


def fit(items: Sequence[Item], words: Callable[[Item], str], *, lines: int, total: int | None = None) -> Fitted[Item]:
    """The first items that fit into a number of lines, with a line kept for “and N more” where some are left out.

    ``words`` gives the text of an item. ``total``: how many there are in all, where ``items`` are only the first of them.
    """
    total = len(items) if total is None else total
    costs = [max(lines_of(words(item)), 1) for item in items]
    if total == len(items) and sum(costs) <= lines:
        return Fitted(list(items), 0, sum(costs))
    taken, used = 0, 0
    while taken < len(items) and used + costs[taken] <= lines - 1:
        used += costs[taken]
        taken += 1
    return Fitted(list(items[:taken]), total - taken, used + 1)

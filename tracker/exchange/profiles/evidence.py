"""What stands in a column, told by its cells: by this, beside its name, it is guessed what the column holds."""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tracker.exchange.profiles import days
from tracker.exchange.profiles.governments import Governments
from tracker.exchange.profiles.kinds import plain
from tracker.rules.folding import folded

MOST = 0.6
"""The share of cells from which a column is one of something."""
SOME = 0.3
"""The share from which it is one of something if its name says so, and nothing else."""
FEW = 30
"""Different values that a column of statuses or answers may have; one with more is something else."""
SELDOM = 0.5
"""The share of empty rows from which a column cannot be what every record must have."""
SHORT, LONG = 40, 80
"""Characters of a cell on average: up to which it may be a word of somebody's vocabulary, and from which it is told as long."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d[\d\s.,’']*)?\d\s?%?")
_FLAGS = frozenset(
    folded(word)
    for word in ("yes", "no", "y", "n", "true", "false", "oui", "non", "ja", "nein", "sí", "si", "vrai", "faux", "نعم", "لا", "بله", "خیر")
)
_LONGEST_FLAG = 5
_YEAR, _BARE = re.compile(r"(?:1[7-9]|20|21)\d\d"), re.compile(r"[2-5]\d{4}|(?:19|20)\d{6}")
_SEPARATORS = (" | ", "; ", ";", "|", "\n", ",")


class Nature(enum.Enum):
    """What most cells of a column are."""

    NOTHING = enum.auto()
    ADDRESSES = enum.auto()
    DATES = enum.auto()
    NUMBERS = enum.auto()
    FLAGS = enum.auto()
    GOVERNMENTS = enum.auto()
    FEW_VALUES = enum.auto()
    TEXTS = enum.auto()
    LONG_TEXTS = enum.auto()


@dataclass(frozen=True)
class Evidence:
    """The cells of a column that are filled, as text, whom the site knows as governments, and the share of rows, 0 to 1, in which nothing stands."""

    texts: Sequence[str]
    known: Governments
    empty: float = 0.0

    def _share(self, count: int) -> float:
        return count / len(self.texts) if self.texts else 0.0

    @property
    def is_seldom_filled(self) -> bool:
        """Whether most rows say nothing in it: what every record must have stands elsewhere."""
        return self.empty > SELDOM

    @cached_property
    def length(self) -> float:
        """Characters of a cell, on average."""
        return self._share(sum(map(len, self.texts)))

    @cached_property
    def different(self) -> int:
        """Different values."""
        return len({plain(text) for text in self.texts})

    @cached_property
    def addresses(self) -> float:
        """The share of cells that are an address on the web."""
        return self._share(sum(bool(_ADDRESS.fullmatch(text)) for text in self.texts))

    @cached_property
    def numbers(self) -> float:
        """The share of cells that are a number."""
        return self._share(sum(bool(_NUMBER.fullmatch(text)) for text in self.texts))

    @cached_property
    def dates(self) -> float:
        """The share of cells that are a date, whatever the column is called: a bare year is one beside others."""
        told = sum(not text.isdecimal() and len(text) <= SHORT and days.is_one(text) for text in self.texts)
        return self._share(told + sum(bool(_YEAR.fullmatch(text)) for text in self.texts)) if told else 0.0

    @cached_property
    def dates_if_so_called(self) -> float:
        """The same in a column that is called a date: bare years are some, and the numbers that a spreadsheet gives days."""
        return max(self.dates, self._share(sum(bool(_YEAR.fullmatch(text) or _BARE.fullmatch(text)) for text in self.texts)))

    @cached_property
    def flags(self) -> float:
        """The share of cells that say yes or no."""
        return self._share(sum(len(text) <= _LONGEST_FLAG and folded(text) in _FLAGS for text in self.texts))

    @cached_property
    def governments(self) -> tuple[float, str]:
        """The share of names that are a government's, of this site or of the world, and what stands between several in a cell."""
        best = (0.0, "")
        if self.is_other or self.length > LONG:
            return best
        for separator in ("", *_SEPARATORS):
            if separator and not any(separator in text for text in self.texts):
                continue
            names = [part.strip() for text in self.texts for part in (text.split(separator) if separator else [text]) if part.strip()]
            found = sum(bool(each.code or each.known) for each in map(self.known.find, names))
            if names and found / len(names) > best[0]:
                best = (found / len(names), "lines" if separator == "\n" else separator)
        return best

    @property
    def is_few(self) -> bool:
        """Whether it has as few different values as a vocabulary, none of them long."""
        return 0 < self.different <= FEW and self.length <= SHORT and not self.is_other

    @property
    def is_other(self) -> bool:
        """Whether it is plainly no text: dates, addresses, numbers."""
        return max(self.addresses, self.dates, self.numbers) >= MOST

    @property
    def is_text(self) -> bool:
        """Whether it is free text: neither that, nor names of governments, nor yes and no, nor a few words that come again."""
        if not self.texts or self.is_other or self.flags >= MOST or self.governments[0] >= SOME:
            return False
        return not (self.is_few and self.different * 3 <= len(self.texts))

    @property
    def is_text_or_few(self) -> bool:
        """Whether it is words: neither dates, addresses and numbers, nor yes and no."""
        return bool(self.texts) and not self.is_other and self.flags < MOST

    @property
    def nature(self) -> Nature:
        """What most of its cells are."""
        if not self.texts:
            return Nature.NOTHING
        shares = [
            (self.addresses, Nature.ADDRESSES),
            (self.dates, Nature.DATES),
            (self.flags, Nature.FLAGS),
            (self.numbers, Nature.NUMBERS),
            (self.governments[0], Nature.GOVERNMENTS),
        ]
        if found := next((nature for share, nature in shares if share >= MOST), None):
            return found
        if self.is_few and self.different * 3 <= len(self.texts):
            return Nature.FEW_VALUES
        return Nature.LONG_TEXTS if self.length > LONG else Nature.TEXTS

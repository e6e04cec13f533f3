"""Rows of a published table that hold, as arrays: which of them meet a condition of the filters, and how many have which value."""

import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
from django.db.models import Q

from tracker.public.columnar.arrays import (
    NO_DAY,
    Array,
    Coded,
    Column,
    Days,
    Flags,
    Ids,
    Mask,
    Sets,
    SetVocabulary,
    Turning,
    Vocabulary,
    day_number,
    each_once,
    number_of_each,
    number_of_pairs,
)
from tracker.public.columnar.reading import Rows
from tracker.rules.dates import PartialDate

ROWS = "id"
"""To count rows, which are all different."""


def _first_day(text: str) -> int:
    """The first day that a partial date can mean."""
    return day_number(PartialDate(text).first)


def _first_days(vocabulary: Vocabulary) -> Array:
    return vocabulary.made(_first_day)


def _in_lower_case(vocabulary: Vocabulary) -> Array:
    return vocabulary.places(str.lower)


def _numbered(reference: str) -> tuple[str, float, str]:
    """A reference as people count: MQ-2 before MQ-10; one without a number after those of its letters."""
    stem, number = re.sub(r"\d.*$", "", reference, flags=re.ASCII | re.DOTALL), re.search(r"\d+", reference, re.ASCII)
    return stem, int(number[0]) if number else math.inf, reference


ORDERED_BY: dict[str, tuple[str, Callable[[Vocabulary], Array]]] = {
    "reference": ("recommendation", Vocabulary.places),
    "reference_in_numbers": ("recommendation", lambda vocabulary: vocabulary.places(_numbered)),
    "short_title": ("short_title", Vocabulary.places),
    "name": ("short_title", _in_lower_case),
    "measure": ("measure", Vocabulary.places),
    "recommended_first": ("recommended_on", _first_days),
}
"""What recommendations are ordered by: the column that says it, and how its values are ordered."""


class Selection:
    """Some rows of a table, read by a day. Its columns are gathered when they are asked for, and kept."""

    def __init__(self, rows: Rows, places: Array, day: dt.date) -> None:
        """``places`` are those of the rows among all."""
        self._rows = rows
        self._places = places
        self.day = day
        self._columns: dict[str, Column] = {}
        self._ordered: dict[tuple[str, ...], Array] = {}

    def __len__(self) -> int:
        return len(self._places)

    @property
    def ids(self) -> Array:
        """The ids of the rows, in the order in which they were written."""
        found: Array = self._rows.ids[self._places]
        return found

    def among(self, mask: Mask) -> "Selection":
        """The rows of a mask."""
        return Selection(self._rows, self._places[mask], self.day)

    def column(self, name: str) -> Column:
        """A column of these rows."""
        if name not in self._columns:
            column = self._rows.columns[name].take(self._places)
            self._columns[name] = column.on(self.day) if isinstance(column, Turning) else column
        return self._columns[name]

    def words(self, name: str) -> Coded:
        """A column that a vocabulary numbers."""
        column = self.column(name)
        assert isinstance(column, Coded)
        return column

    def flags(self, name: str) -> Mask:
        """A column of yes and no."""
        column = self.column(name)
        assert isinstance(column, Flags)
        return column.flags

    def days(self, name: str) -> Days:
        """A column of days."""
        column = self.column(name)
        assert isinstance(column, Days)
        return column

    @cached_property
    def all(self) -> Mask:
        """Every row."""
        return np.ones(len(self), dtype=bool)

    def among_ids(self, ids: Collection[int]) -> Mask:
        """Which rows have one of these ids."""
        found = np.zeros(len(self), dtype=bool)
        wanted = np.fromiter(ids, dtype=np.int64, count=len(ids))
        rows = np.searchsorted(self._rows.ids, wanted)
        rows = rows[self._rows.ids[np.minimum(rows, len(self._rows) - 1)] == wanted] if len(self._rows) else rows[:0]
        places = np.searchsorted(self._places, rows)
        found[places[self._places[np.minimum(places, len(self) - 1)] == rows] if len(self) else places[:0]] = True
        return found

    def knows(self, condition: Q) -> bool:
        """Whether all columns that a condition names are held."""
        return all(
            self.knows(part) if isinstance(part, Q) else self._named(str(part[0])) in self._rows.columns  # type: ignore[index]
            for part in condition.children
        )

    def _named(self, asked: str) -> str:
        """The column that a lookup of Django's asks; names of columns may have two underscores themselves."""
        return asked if asked in self._rows.columns else asked.rpartition("__")[0]

    def meets(self, condition: Q) -> Mask:
        """Which rows meet a condition, as a query of Django's has it. ``NotImplementedError`` for a lookup that no filter uses."""
        found = self._meets(condition)
        return ~found if condition.negated else found

    def _meets(self, condition: Q) -> Mask:
        parts = [self.meets(part) if isinstance(part, Q) else self._asked(*part) for part in condition.children]
        if not parts:
            return self.all
        join = {Q.AND: np.logical_and, Q.OR: np.logical_or, Q.XOR: np.logical_xor}[condition.connector]
        found: Mask = join.reduce(parts)
        return found

    def _asked(self, asked: str, value: object) -> Mask:
        name = self._named(asked)
        lookup = asked.removeprefix(name).removeprefix("__")
        if value is None and not lookup:
            lookup, value = "isnull", True
        return self.column(name).asked(lookup or "exact", value)

    def count(self, mask: Mask, counting: str = ROWS) -> int:
        """How many rows there are of a mask, or how many different values of a column they have."""
        if counting == ROWS:
            return int(np.count_nonzero(mask))
        if isinstance(ids := self.column(counting), Ids):
            return len(each_once(ids.numbers[mask]))
        units = self.words(counting)
        met = np.zeros(len(units.vocabulary), dtype=bool)
        met[units.numbers[mask]] = True
        return int(np.count_nonzero(met))

    def numbers(self, name: str, mask: Mask, counting: str = ROWS) -> tuple[Array, Vocabulary]:
        """How many rows of a mask, or different values of ``counting``, stand with each value of a column (each member of a set): by its number.

        And the vocabulary that numbers them.
        """
        column = self.words(name)
        values = column.numbers[mask]
        units = None if counting == ROWS else self.words(counting).numbers[mask]
        vocabulary = column.vocabulary
        if isinstance(column, Sets) and isinstance(vocabulary, SetVocabulary):
            if units is not None:
                # Most recommendations have one set, whoever is addressed: each pair once, before it is taken apart.
                pairs = each_once(units.astype(np.int64) * len(vocabulary) + values)
                units, values = pairs // len(vocabulary), pairs % len(vocabulary)
            places, values = vocabulary.members.each(values)
            units = None if units is None else units[places]
            vocabulary = vocabulary.members.vocabulary
        return number_of_each(values, len(vocabulary), units), vocabulary

    def counts(self, name: str, mask: Mask, counting: str = ROWS) -> dict[Any, int]:
        """The same by value, without those that none has."""
        numbers, vocabulary = self.numbers(name, mask, counting)
        return {vocabulary.values[number]: int(numbers[number]) for number in np.flatnonzero(numbers) if number}

    def values(self, name: str, mask: Mask) -> list[Any]:
        """The values of a column in the rows of a mask, each once."""
        column = self.words(name)
        return [column.vocabulary.values[number] for number in each_once(column.numbers[mask]) if number]

    def first(self, name: str) -> int:
        """The id of the row whose value of a column stands first in their order, of several the one that was written first. There is a row."""
        column = self.words(name)
        return int(self.ids[np.argmin(column.vocabulary.places()[column.numbers])])

    def last(self, names: tuple[str, ...], limit: int) -> list[int]:
        """The ids of at most so many rows, those that stand last by the values of columns, by the first, then by the next; in that order."""
        columns = [self.words(name) for name in reversed(names)]
        order = np.lexsort([column.vocabulary.places()[column.numbers] for column in columns])
        found: list[int] = self.ids[order[-limit:]].tolist()
        return found

    def latest(self, name: str, limit: int) -> list[int]:
        """The ids of the rows of the last days of a column: of so many rows, and of all others of the first of these days. In no order."""
        days = self.days(name).days
        first = np.partition(days, -limit)[-limit] if len(days) > limit else np.iinfo(days.dtype).min
        found: list[int] = self.ids[days >= first].tolist()
        return found

    def most(self, name: str, mask: Mask, counting: str, limit: int, wanted: Collection[Any] | None = None) -> tuple[dict[Any, int], int]:
        """The values that most stand with, at most ``limit``, of several alike the first in their order; and how many there are.

        ``wanted``: the values that alone are asked for.
        """
        numbers, vocabulary = self.numbers(name, mask, counting)
        numbers[0] = 0
        total = int(np.count_nonzero(numbers))
        if wanted is not None:
            numbers = np.where(vocabulary.among(wanted)[: len(numbers)], numbers, 0)
        found = np.flatnonzero(numbers)
        if len(found) > limit:
            least = np.partition(numbers[found], -limit)[-limit]
            more, alike = found[numbers[found] > least], found[numbers[found] == least]
            missing = limit - len(more)
            if len(alike) > missing:
                alike = alike[np.argpartition(vocabulary.places()[alike], missing - 1)[:missing]]
            found = np.concatenate([more, alike])
        return {vocabulary.values[number]: int(numbers[number]) for number in found}, total

    def counts_by(self, name: str, also: str, mask: Mask, counting: str = ROWS) -> dict[Any, dict[Any, int]]:
        """How many rows of a mask, or different values of ``counting``, stand with each pair of values of two columns: by the first, then by the
        second.
        """
        first, second = self.words(name), self.words(also)
        ones, others = first.numbers[mask], second.numbers[mask]
        size = len(second.vocabulary)
        if counting != ROWS:
            every = len(first.vocabulary) * size
            units = self.words(counting).numbers[mask].astype(np.int64)
            pairs = each_once(units * every + ones.astype(np.int64) * size + others) % every
            ones, others = pairs // size, pairs % size
        found: dict[Any, dict[Any, int]] = {}
        for one, other, number in zip(*number_of_pairs(ones, others, size), strict=True):
            found.setdefault(first.vocabulary.values[one], {})[second.vocabulary.values[other]] = int(number)
        return found

    def named(self, name: str, called: str, mask: Mask) -> list[tuple[Any, Any]]:
        """The values of a column in the rows of a mask, each once with what another column calls it, in the order of that."""
        return sorted({(value, word) for value, words in self.counts_by(name, called, mask).items() for word in words}, key=lambda pair: pair[::-1])

    def periods(self, name: str) -> list[tuple[Any, int, int | None, int]]:
        """How many rows have a value from one year to another: value, the years in which they begin and end (None where they do not), number."""
        words, begun, ended = self.words(name), self.days("valid_from").years, self.days("valid_to")
        if not len(self):
            return []
        before = int(begun.min()) - 1  # years are counted from there, so that there are few
        ends = np.where(ended.days != NO_DAY, ended.years - before, 0)
        years = int(max(begun.max() - before, ends.max())) + 1
        periods = number_of_pairs(words.numbers.astype(np.int64) * years + begun - before, ends, years)
        return [
            (words.vocabulary.values[start // years], int(start % years) + before, int(end) + before if end else None, int(number))
            for start, end, number in zip(*periods, strict=True)
        ]

    @cached_property
    def standing(self) -> tuple[Array, Array]:
        """The recommendations by number, each once, and a row of each: all of its rows say the same of it."""
        numbers = self.words("recommendation").numbers
        row_of = np.full(len(self.words("recommendation").vocabulary), -1, dtype=np.int64)
        row_of[numbers] = np.arange(len(numbers))
        found = np.flatnonzero(row_of >= 0)
        return found, row_of[found]

    def of_recommendations(self, name: str) -> Coded:
        """A column that is the same in all rows of a recommendation, a row each: beside ``standing``."""
        return self.words(name).take(self.standing[1])

    def places(self, key: str) -> Array:
        """The places of the recommendations in one of the orders of ``ORDERED_BY``, a minus before it for the other way round."""
        name, places = ORDERED_BY[key.removeprefix("-")]
        column = self.of_recommendations(name)
        found = places(column.vocabulary)[column.numbers]
        return -found if key.startswith("-") else found

    def in_order(self, *by: Array) -> "References":
        """The references of the recommendations, by the first of the arrays, then by the next; each array beside ``standing``."""
        return References(self.words("recommendation").vocabulary, self.standing[0][np.lexsort(by[::-1])])

    def recommendations(self, keys: tuple[str, ...]) -> Array:
        """The numbers of the recommendations, each once, in an order: columns of their table, with a minus where they fall, up to the reference."""
        if keys not in self._ordered:
            until = next(place for place, key in enumerate(keys, 1) if key.removeprefix("-") == "reference")
            self._ordered[keys] = self.in_order(*map(self.places, keys[:until])).numbers
        return self._ordered[keys]

    def references(self, mask: Mask, keys: tuple[str, ...]) -> "References":
        """The references of the recommendations of a mask, each once, in an order (``recommendations``)."""
        column = self.words("recommendation")
        met = np.zeros(len(column.vocabulary), dtype=bool)
        met[column.numbers[mask]] = True
        ordered = self.recommendations(keys)
        return References(column.vocabulary, ordered[met[ordered]])


class References(Sequence[str]):
    """References in an order, read from the numbers when they are asked for."""

    def __init__(self, vocabulary: Vocabulary, numbers: Array) -> None:
        """The numbers of a vocabulary, in the order."""
        self._vocabulary = vocabulary
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        """One of them, or a list of some."""
        if isinstance(place, slice):
            return [self._vocabulary.values[number] for number in self.numbers[place]]
        return str(self._vocabulary.values[self.numbers[place]])

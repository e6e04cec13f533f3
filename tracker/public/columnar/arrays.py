"""Columns as arrays, and what the conditions of filters ask of them. A column is never changed: a longer one takes its place."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
NO_DAY = 2**31 - 1
"""PostgreSQL's ``infinity`` of a date, counted in days: where a row has no day."""
DAY_ZERO = dt.date(2000, 1, 1)
"""From which PostgreSQL counts days and microseconds."""
FEW_PAIRS = 2**22
"""Up to so many possible pairs have each a place of its own, of more those that there are are sorted."""


def day_number(day: dt.date) -> int:
    """A day as the database counts them."""
    return (day - DAY_ZERO).days


class Vocabulary:
    """The different values of a column, each by a number; nothing has the number 0. It only grows, so a number means the same for ever."""

    def __init__(self) -> None:
        """One that knows nothing but nothing."""
        self.values: list[Any] = [None]
        self._numbers: dict[Any, int] = {None: 0}
        self._in_order: dict[Any, tuple[list[Any], list[int], Array]] = {}
        self._made: dict[Callable[[Any], int], Array] = {}

    def __len__(self) -> int:
        return len(self.values)

    def add(self, values: Iterable[Any]) -> None:
        """Number those that are new."""
        for value in values:
            if value not in self._numbers:
                self.values.append(value)
                self._numbers[value] = len(self.values) - 1

    def numbers(self, values: Iterable[Any]) -> list[int]:
        """The numbers of those of the values that it knows."""
        return [number for value in values if (number := self._numbers.get(value)) is not None]

    def places(self, by: Callable[[Any], Any] | None = None) -> Array:
        """By number, the place of a value among all in their order, or in that of what ``by`` makes of them; what has the number 0 stands first."""
        keys, order, found = self._in_order.get(by, ([None], [], np.zeros(1, dtype=np.int64)))
        if len(keys) == len(self.values):
            return found
        keys = [*keys, *(map(by, self.values[len(keys) :]) if by else self.values[len(keys) :])]
        order = [*order, *range(len(order) + 1, len(keys))]
        order.sort(key=keys.__getitem__)  # in order already but for the new ones, which makes it quick
        found = np.zeros(len(keys), dtype=np.int64)
        found[order] = np.arange(1, len(keys))
        self._in_order[by] = keys, order, found
        return found

    def made(self, of: Callable[[Any], int]) -> Array:
        """By number, the number that ``of`` makes of a value, asked once for each; 0 for nothing."""
        found = self._made.get(of, np.zeros(1, dtype=np.int64))
        if len(found) < len(self.values):
            more = [of(value) for value in self.values[len(found) :]]
            self._made[of] = found = np.concatenate([found, np.array(more, dtype=np.int64)])
        return found

    def among(self, values: Iterable[Any]) -> Mask:
        """By number, which values are among these."""
        numbers = self.numbers(values)
        found = np.zeros(len(self), dtype=bool)  # after the numbers: it may grow meanwhile
        found[numbers] = True
        return found


@dataclass(frozen=True)
class Coded:
    """A value of a vocabulary a row: ``numbers`` are those of the values."""

    numbers: Array
    vocabulary: Vocabulary
    is_sets: ClassVar[bool] = False

    def take(self, rows: Array) -> Self:
        """The same of these rows."""
        return type(self)(self.numbers[rows], self.vocabulary)

    def followed_by(self, other: Self) -> Self:
        """The rows of this one, then those of another one with the same vocabulary."""
        return type(self)(np.concatenate([self.numbers, other.numbers]), self.vocabulary)

    def asked(self, lookup: str, value: Any) -> Mask:
        """Where a lookup of Django's is met: ``exact``, ``in``, ``among``, ``isnull``."""
        match lookup:
            case "exact":
                return self.vocabulary.among([value])[self.numbers]
            case "in" | "among":
                return self.vocabulary.among(each for each in value if each is not None)[self.numbers]
            case "isnull":
                return (self.numbers == 0) == value
        raise NotImplementedError(lookup)


class Members:
    """What the sets of a vocabulary have in them: the numbers of their members, one set after another. It grows with the vocabulary."""

    def __init__(self) -> None:
        """Of the one set that is nothing."""
        self.vocabulary = Vocabulary()
        self._having: dict[Any, list[int]] = {}
        none = np.zeros(0, dtype=np.int64)
        self._laid_out = (none, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
        """All members in a row; where each set begins among them; and how many it has. Replaced as one, since others read it meanwhile."""

    def add(self, sets: Iterable[tuple[str, ...]]) -> None:
        """The members of further sets."""
        members, begins, sizes = self._laid_out
        more = [list(dict.fromkeys(each)) for each in sets]
        for number, each in enumerate(more, len(sizes)):
            self.vocabulary.add(each)
            for member in each:
                self._having.setdefault(member, []).append(number)
        more_sizes = np.array([len(each) for each in more], dtype=np.int64)
        more_members = np.array(self.vocabulary.numbers(member for each in more for member in each), dtype=np.int64)
        more_begins = len(members) + np.cumsum(more_sizes) - more_sizes
        self._laid_out = (np.concatenate([members, more_members]), np.concatenate([begins, more_begins]), np.concatenate([sizes, more_sizes]))

    def having(self, member: Any) -> list[int]:
        """The numbers of the sets that have a member."""
        return self._having.get(member, [])

    def each(self, sets: Array) -> tuple[Array, Array]:
        """For sets by number: the place of each among ``sets``, once a member, beside the number of the member."""
        members, begins, sizes = self._laid_out
        of_each = sizes[sets]
        places = np.repeat(np.arange(len(sets)), of_each)
        within = np.arange(len(places)) - np.repeat(np.cumsum(of_each) - of_each, of_each)
        return places, members[begins[sets][places] + within]


class SetVocabulary(Vocabulary):
    """A vocabulary of sets, written as tuples, with their members."""

    def __init__(self) -> None:
        """One that knows nothing."""
        super().__init__()
        self.members = Members()

    def add(self, values: Iterable[Any]) -> None:
        """Number those that are new, and their members."""
        known = len(self)
        super().add(values)
        if self.values[known:]:
            self.members.add(self.values[known:])


@dataclass(frozen=True)
class Sets(Coded):
    """A set of values a row, numbered as sets."""

    vocabulary: SetVocabulary
    is_sets: ClassVar[bool] = True

    def asked(self, lookup: str, value: Any) -> Mask:
        """Where ``overlap`` or ``contains`` of Django's arrays is met, or what :class:`Coded` answers."""
        if lookup not in ("overlap", "contains"):
            return super().asked(lookup, value)
        having = [set(self.vocabulary.members.having(each)) for each in value]
        found = np.zeros(len(self.vocabulary), dtype=bool)
        if having:
            found[list(set.union(*having) if lookup == "overlap" else set.intersection(*having))] = True
        return found[self.numbers]


class Turns(Vocabulary):
    """A vocabulary of words that turn into others on days: pairs of days, in order, as the database counts them, and of words."""

    def __init__(self) -> None:
        """One that knows nothing."""
        super().__init__()
        self.words = Vocabulary()
        none: Array = np.zeros(0, dtype=np.int64)
        self._laid_out = (none, none, none)
        """The days of all, one after another; the numbers of their words; and of which each is. Replaced as one, since others read it meanwhile."""

    def add(self, values: Iterable[Any]) -> None:
        """Number those that are new, and their words."""
        known = len(self)
        super().add(values)
        more = self.values[known:]
        if not more:
            return
        self.words.add(word for _days, words in more for word in words)
        laid_out = (
            [day for days, _words in more for day in days],
            self.words.numbers(word for _days, words in more for word in words),
            np.repeat(np.arange(known, len(self)), [len(days) for days, _words in more]),
        )
        days, words, of = (np.concatenate([old, np.array(new, dtype=np.int64)]) for old, new in zip(self._laid_out, laid_out, strict=True))
        self._laid_out = (days, words, of)

    def on(self, day: int) -> Array:
        """By number, the number of the word that holds on a day: that of the last of its days that is not after it; 0 before the first."""
        days, words, of = self._laid_out
        found = np.zeros(len(self), dtype=np.int32)
        come = days <= day
        found[of[come]] = words[come]  # in order: of several the last one stays
        return found


@dataclass(frozen=True)
class Turning(Coded):
    """A word a row that turns into others on days."""

    vocabulary: Turns

    def on(self, day: dt.date) -> Coded:
        """The words that hold on a day."""
        return Coded(self.vocabulary.on(day_number(day))[self.numbers], self.vocabulary.words)


@dataclass(frozen=True)
class Days:
    """A day a row, as the database counts them, or ``NO_DAY``."""

    days: Array

    def take(self, rows: Array) -> Self:
        """The same of these rows."""
        return type(self)(self.days[rows])

    def followed_by(self, other: Self) -> Self:
        """The rows of this one, then those of another one."""
        return type(self)(np.concatenate([self.days, other.days]))

    def asked(self, lookup: str, value: Any) -> Mask:
        """Where ``lte``, ``gt`` or ``isnull`` is met."""
        match lookup:
            case "lte":
                return self.days <= day_number(value)
            case "gt":
                return (self.days > day_number(value)) & (self.days != NO_DAY)
            case "isnull":
                return (self.days == NO_DAY) == value
        raise NotImplementedError(lookup)

    @cached_property
    def years(self) -> Array:
        """The year of each; that of ``NO_DAY`` means nothing."""
        dated = self.days != NO_DAY
        if not dated.any():
            return np.zeros(len(self.days), dtype=np.int64)
        first = int(self.days.min())
        # The year of each day that there is, once: rows are many more than days.
        every = np.datetime64(DAY_ZERO, "D") + np.arange(first, int(self.days.max(where=dated, initial=first)) + 1)
        years: Array = every.astype("datetime64[Y]").astype(np.int64) + 1970
        return years[np.where(dated, self.days - first, 0)]


@dataclass(frozen=True)
class Flags:
    """Yes or no a row. ``yes`` is the value that Django's ``exact`` asks for: true, an empty list, or nothing."""

    flags: Mask
    yes: Any = field(default=True)

    def take(self, rows: Array) -> Self:
        """The same of these rows."""
        return type(self)(self.flags[rows], self.yes)

    def followed_by(self, other: Self) -> Self:
        """The rows of this one, then those of another one."""
        return type(self)(np.concatenate([self.flags, other.flags]), self.yes)

    def asked(self, lookup: str, value: Any) -> Mask:
        """Where ``exact`` is met, or ``isnull`` where nothing is what is kept."""
        if lookup == "exact" and value == self.yes:
            return self.flags
        if lookup == "exact" and self.yes is True and value is False:
            return ~self.flags
        if lookup == "isnull" and self.yes is None:
            return self.flags if value else ~self.flags
        raise NotImplementedError(lookup)


@dataclass(frozen=True)
class Ids:
    """A number a row that stands for a thing: as different things have different ones, they can be counted, and nothing else."""

    numbers: Array

    def take(self, rows: Array) -> Self:
        """The same of these rows."""
        return type(self)(self.numbers[rows])

    def followed_by(self, other: Self) -> Self:
        """The rows of this one, then those of another one."""
        return type(self)(np.concatenate([self.numbers, other.numbers]))

    def asked(self, lookup: str, _value: Any) -> Mask:
        """Nothing is asked of them."""
        raise NotImplementedError(lookup)


Column = Coded | Days | Flags | Ids


def each_once(numbers: Array) -> Array:
    """The different ones of some numbers, in their order.

    Stable, as that sorts quickly what consists of stretches that are in order already: rows are mostly written recommendation by recommendation.
    """
    found = np.sort(numbers, kind="stable")
    is_first = np.ones(len(found), dtype=bool)
    np.not_equal(found[1:], found[:-1], out=is_first[1:])
    different: Array = found[is_first]
    return different


def number_of_each(values: Array, size: int, units: Array | None = None) -> Array:
    """How often each value below ``size`` stands, by value; with ``units``, with how many different units."""
    if units is None:
        return np.bincount(values, minlength=size)
    if units.size and size * (units_size := int(units.max()) + 1) <= FEW_PAIRS:
        met = np.zeros((size, units_size), dtype=bool)
        met[values, units] = True
        found: Array = np.count_nonzero(met, axis=1)
        return found
    return np.bincount(each_once(units.astype(np.int64) * size + values) % size, minlength=size)


def number_of_pairs(first: Array, second: Array, size: int) -> tuple[Array, Array, Array]:
    """How often each pair stands of two numbers a row, the second of which is below ``size``: the pairs that there are, and their number."""
    pairs = first.astype(np.int64) * size + second
    if pairs.size and pairs.max() < FEW_PAIRS:
        every = np.bincount(pairs)
        found = np.flatnonzero(every)
        numbers = every[found]
    else:
        found, numbers = np.unique(pairs, return_counts=True)
    return found // size, found % size, numbers

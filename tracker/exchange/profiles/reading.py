"""One field out of a record, by its rule: found, cleaned, split, looked up, mapped, and read as what the field holds.

Readers are made once for a profile and remember what values became, since files say the same few words over and over.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tracker.archive import pages
from tracker.exchange.files import close_to
from tracker.exchange.profiles import days
from tracker.exchange.profiles.kinds import folded_words, is_date, is_flag, plain
from tracker.exchange.profiles.model import Condition, FieldRule
from tracker.exchange.schema import Column

Values = Mapping[str, Any]
Getter = Callable[[Values], Any]

REMEMBERED = 20_000
"""Values whose meaning is kept for one field."""
LONGEST_UNKNOWN = 300
"""Characters of a value that may be said to mean a word: what is longer is a text."""
LINES = "lines"
BETWEEN_COLUMNS, BETWEEN_VALUES = " — ", "; "

_BULLET = re.compile(r"^\s*(?:[-–—•*·▪‣◦]|\(?\d{1,3}[.)])\s+")
_FLAGS = {"yes": "true", "y": "true", "1": "true", "true": "true", "no": "false", "n": "false", "0": "false", "false": "false"}


class Unreadable(Exception):
    """A value that cannot be read: as it stands in the file, and the rest of a sentence that begins with it.

    ``unknown``: what is none of the words that the field takes, so that it may be said which of them it means. ``others``: what else of the cell
    cannot be read.
    """

    def __init__(self, shown: str, words: str, *, unknown: str = "") -> None:
        """Keep them."""
        super().__init__(words)
        self.shown, self.words = shown, words
        self.unknown = unknown if len(unknown) <= LONGEST_UNKNOWN else ""
        self.others: list[Unreadable] = []


class SeveralDates(Unreadable):
    """A cell that holds more dates than the one that a field takes."""

    def __init__(self, shown: str) -> None:
        """Keep the cell."""
        super().__init__(shown, "holds several dates, and one is kept; leave one in the file, or say which of the values mean nothing")


def getter(name: str) -> Getter:
    """What finds a column in a record; a name with dots that is no column leads into a nested record, ``*`` to every item of a list."""
    steps = name.split(".")
    if len(steps) == 1:
        return lambda values: values.get(name)

    def find(values: Values) -> Any:
        return values[name] if name in values else _walk(values, steps)

    return find


def _walk(value: Any, steps: list[str]) -> Any:
    for place, step in enumerate(steps):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal():
            value = value[int(step)] if len(step) < 6 and int(step) < len(value) else None
        elif isinstance(value, list):
            rest = steps[place + 1 :] if step == "*" else steps[place:]
            found = [_walk(item, rest) for item in value]
            return [one for item in found if item is not None for one in (item if isinstance(item, list) else [item])]
        else:
            return None
    return value


def text_of(value: Any) -> str:
    """A value as text: numbers without a needless point, days in their ISO form. ``ValueError`` for a record within the record."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):
        return BETWEEN_VALUES.join(filter(None, map(text_of, value)))
    if isinstance(value, Mapping):
        raise ValueError(f"holds a record of its own; name a part of it by its path: {', '.join(list(map(str, value))[:10])}")
    return str(value).strip()


def key_text(value: Any) -> str:
    """A value as it is compared to another file's: a record within the record is equal to nothing."""
    try:
        return text_of(value)
    except ValueError:
        return ""


def text_of_html(text: str) -> str:
    """What a reader sees of a piece of HTML; nothing of it runs or is fetched. A text without a mark of HTML stays as it is."""
    if "<" not in text and "&" not in text:
        return text
    try:
        return pages.text_of(pages.parse(text))[0].strip()
    except pages.TooComplex:
        raise ValueError("is HTML built too deep or too large for its text to be read") from None


def split_lines(text: str) -> list[str]:
    """The lines of a text, without the marks of a list before them; a line that is indented and unmarked goes on with the one before."""
    found: list[str] = []
    marked = any(_BULLET.match(line) for line in text.splitlines())
    for line in text.splitlines():
        if not line.strip():
            continue
        if found and marked and not _BULLET.match(line):
            found[-1] += " " + line.strip()
        else:
            found.append(_BULLET.sub("", line).strip())
    return [item for item in found if item]


def split(text: str, separators: Iterable[str]) -> list[str]:
    """The values of a cell. A separator counts with and without the spaces around it; empty values are none."""
    items = [text]
    for separator in separators:
        if separator == LINES:
            items = [part for item in items for part in split_lines(item)]
        else:
            items = [part for item in items for part in item.split(separator.strip() or separator)]
    return [item for part in items if (item := part.strip())]


class FieldReader:
    """Reads one field of a kind of record."""

    def __init__(self, rule: FieldRule, column: Column, lookups: Mapping[str, Mapping[str, str]], *, names: bool = False) -> None:
        """``names``: the field names a government, which is resolved elsewhere."""
        self.rule, self.column, self.name = rule, column, column.name
        self.source = rule.column or rule.path or " + ".join(rule.columns)
        self.getters = [getter(name) for name in ((rule.column or rule.path,) if rule.column or rule.path else rule.columns)]
        self.empty = {plain(text) for text in rule.empty}
        self.lookup = {plain(text): meant for text, meant in lookups.get(rule.lookup, {}).items()}
        self.map = {plain(text): meant for text, meant in rule.map.items()}
        self.words = {} if names else folded_words(column)
        self.is_date, self.is_flag = is_date(column), is_flag(column)
        self.constant = [rule.constant] if rule.constant else []
        self.is_plain = not (self.lookup or self.map or self.words or self.is_date or self.is_flag)
        self.remembered: dict[str, str] = {}

    @property
    def is_worded(self) -> bool:
        """Whether values are mapped onto a vocabulary, or looked up: what they mean may be nothing."""
        return bool(self.map or self.words or self.lookup) and not self.rule.constant

    def items(self, values: Values) -> tuple[list[str], str]:
        """All values of the field, and what stands in the file. Raises :class:`Unreadable`."""
        if not self.getters:
            return self.constant, ""
        pieces = self.pieces(values)
        raw = pieces[0] if len(pieces) == 1 else BETWEEN_VALUES.join(pieces)
        found = pieces if self.is_plain else self.meanings(pieces)
        return found or ([self.rule.default] if self.rule.default and not pieces else []), raw

    def one(self, values: Values) -> tuple[str, str]:
        """The value of the field as one text, and what stands in the file. Raises :class:`Unreadable`."""
        items, raw = self.items(values)
        if len(items) < 2:
            return (items[0] if items else ""), raw
        return (self.rule.join or BETWEEN_VALUES).join(items), raw

    def is_empty(self, text: str) -> bool:
        """Whether a value means nothing."""
        return bool(self.empty) and plain(text) in self.empty

    def pieces(self, values: Values, *, with_empty: bool = False) -> list[str]:
        """The values as they stand in the file, before it is asked what they mean. Raises :class:`Unreadable`.

        ``with_empty``: those that mean nothing as well, but for parts of a text that several columns make.
        """
        rule = self.rule
        found: list[str] = []
        for get in self.getters:
            value = get(values)
            for one in value if isinstance(value, list) else (value,):
                try:
                    text = text_of(one)
                    if rule.html and text:
                        text = text_of_html(text)
                except ValueError as error:
                    raise Unreadable("", str(error)) from None
                if text and ((with_empty and len(self.getters) == 1) or not self.is_empty(text)):
                    found.append(text)
        if len(self.getters) > 1 and len(found) > 1:
            found = [(rule.join or (" " if self.is_date else BETWEEN_COLUMNS)).join(found)]
        if rule.split:
            found = [item for text in found for item in split(text, rule.split) if with_empty or not self.is_empty(item)]
        return found

    def left_out(self, values: Values, raw: str) -> list[str]:
        """What stands in the file and means nothing, one by one where a cell holds several."""
        return [piece for piece in self.pieces(values) if not self.meaning(piece)] if raw and self.is_worded else []

    def meanings(self, pieces: Iterable[str]) -> list[str]:
        """What the values of a cell mean, without those that mean nothing. Raises :class:`Unreadable` once all of the cell is looked at."""
        pieces, found, faults = list(pieces), [], []
        for piece in pieces:
            try:
                if meant := self.meaning(piece):
                    found.append(meant)
            except Unreadable as fault:
                faults.append(fault)
        if faults:
            faults[0].others = faults[1:]
            raise faults[0]
        if self.is_date and len(set(found)) > 1:
            raise SeveralDates(BETWEEN_VALUES.join(pieces))
        return found[:1] if self.is_date else found

    def meaning(self, text: str) -> str:
        """What one value means."""
        meant = self.remembered.get(text)
        if meant is None:
            meant = self._meaning(text)
            if len(self.remembered) < REMEMBERED:
                self.remembered[text] = meant
        return meant

    def _meaning(self, text: str) -> str:
        value = self.lookup.get(plain(text), text) if self.lookup else text
        if self.map:
            spelt = plain(value)
            if spelt in self.map:
                return self.map[spelt]
            if spelt not in self.words and not (self.is_flag and spelt in _FLAGS):
                raise Unreadable(text, f"is not one of {', '.join(self.rule.map)}{close_to(value, self.rule.map)}", unknown=value)
        if self.words:
            if plain(value) not in self.words:
                raise Unreadable(text, f"is not one of {', '.join(self.column.words)}{close_to(value, self.column.words)}", unknown=value)
            return self.words[plain(value)]
        if self.is_date:
            try:
                return days.read(value, formats=self.rule.formats, languages=self.rule.languages, serial=self.rule.serial)
            except ValueError as error:
                raise Unreadable(text, str(error)) from error
        if self.is_flag:
            if plain(value) not in _FLAGS:
                raise Unreadable(text, "is neither true nor false", unknown=value)
            return _FLAGS[plain(value)]
        return value


class Test:
    """A condition, made ready: whether a record is so, and how that is said."""

    __test__ = False  # no test of pytest's

    def __init__(self, condition: Condition) -> None:
        """Make it ready."""
        self.get = getter(condition.column)
        self.equals = {plain(text) for text in condition.equals}
        self.differs = {plain(text) for text in condition.differs}
        self.contains = plain(condition.contains)
        self.empty = condition.empty
        self.said = _said(condition)

    def __call__(self, values: Values) -> bool:
        """Whether all that the condition says holds."""
        try:
            text = text_of(self.get(values))
        except ValueError:
            text = "{}"  # a record within the record: not empty, and equal to nothing
        if self.empty is not None and self.empty is not (text == ""):
            return False
        if not (self.equals or self.differs or self.contains):
            return True
        spelt = plain(text)
        if (self.equals and spelt not in self.equals) or spelt in self.differs:
            return False
        return not self.contains or self.contains in spelt


def _said(condition: Condition) -> str:
    parts = []
    if condition.equals:
        parts.append("is " + " or ".join(f"“{text}”" for text in condition.equals))
    if condition.differs:
        parts.append("is not " + " or ".join(f"“{text}”" for text in condition.differs))
    if condition.contains:
        parts.append(f"contains “{condition.contains}”")
    if condition.empty is not None:
        parts.append("is empty" if condition.empty else "is not empty")
    return f"{condition.column} {' and '.join(parts)}"

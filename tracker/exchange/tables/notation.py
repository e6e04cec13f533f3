"""JSON with its records in a list under a path, and JSON lines. Both are read record by record; nested values stay lists and dictionaries."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import ijson

from tracker.exchange.tables import limits
from tracker.exchange.tables.contract import TableError, Value
from tracker.exchange.tables.encodings import Misfit, TextStream
from tracker.exchange.tables.headers import distinct
from tracker.exchange.tables.kinds import refused
from tracker.exchange.tables.sources import Cells

_BLOCK = 65_536
_STEP = 8
_EVENTS_SCANNED = 2_000_000
"""Of JSON, to find its lists of records: about forty thousand records of ten values in each."""
_LISTS_TOLD, _LONGEST_PATH = 200, 1_000
"""Lists of records that are told apart, and characters of the path to one: where keys are data, there is one for each."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_TOO_MANY_DIGITS = re.compile(rb"\d{4000}")
_TOP = "the top of the file"


class JsonRecords:
    """The records in a list of a JSON file; ``records`` is the path to the list, nothing where the file is a list.

    The path may lead through lists: ``reviews.recommendations`` are the recommendations of every review. With each of them comes what stands
    around it, under the path that it has from the top: ``reviews.country``; of a list at the top, under ``*``. A list on the way is read an item at
    a time, which must be no larger than a record: what stands around records may come after them.
    """

    def __init__(self, path: Path, name: str, encoding: str, records: str) -> None:
        """Take how to read it; nothing is opened yet. ``*``, which stands for every item of a list elsewhere, may stand in ``records``."""
        self.path, self.name, self.encoding = path, name, encoding
        self.records = ".".join(step for step in records.split(".") if step != "*")
        self.done = 0.0
        self._slow_from: int | None = None  # read in small steps from this byte on: a fault is there, and its record wanted
        self._repeated = 0

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Numbered records. A null counts, and is left out."""
        self.done, self._repeated = 0.0, 0
        number = being_read = 0
        found = False
        keys: list[str | None] = []  # of each container around: the key that it stands at now, or None in a list
        with TextStream(self.path, self.encoding) as raw:
            reader = _Counted(raw, self.path.stat().st_size, self._slow_from)
            events = self._events(reader, lambda: being_read)
            for event, value in events:
                if event == "map_key":
                    keys[-1] = value
                elif event == "start_array" and (within := _beyond(_path(keys), self.records)) is not None:
                    found = found or not within
                    for event_inside, value_inside in events:
                        if event_inside == "end_array":
                            break
                        being_read = number + 1
                        built = _Record(self.name, being_read, len(keys) + 1).built(event_inside, value_inside, events)
                        self.done = reader.done
                        for each in self._within(built, within, keys) if within else [built]:
                            found = True
                            number += 1
                            if number > limits.ROWS:
                                raise refused(self.name, f"has more than {limits.ROWS:,} records; bring it in parts")
                            record = _record(self.name, number, each)
                            if record is not None:
                                yield number, record
                elif event in ("start_map", "start_array"):
                    keys.append(None)
                    if len(keys) > limits.DEPTH:
                        raise refused(self.name, f"is nested more than {limits.DEPTH} levels deep, which no list of records is")
                elif event in ("end_map", "end_array"):
                    keys.pop()
        self.done = 1.0
        if not found:
            raise refused(self.name, _no_list_there(self.records, tuple(self.lists())))

    def _within(self, item: Value, path: str, keys: list[str | None]) -> Iterator[Value]:
        """The records under a path of an item of a list, which stands under ``keys``, each with what stands around it.

        A key of a record's own that has the name of what stands around it is told apart by a number.
        """
        for around, records in _lists_of(item, path):
            name, value = (keys[0] or "", around) if keys else ("*", around)
            for key in reversed(keys[1:]):
                value = {key or "": value}
            size = len(json.dumps(value, ensure_ascii=False))
            for record in records:
                self._repeated += size
                if self._repeated > limits.REPEATED:
                    words = (
                        f"has more than {limits.megabytes(limits.REPEATED)} around its records, counted with each; bring these as a list of their own"
                    )
                    raise refused(self.name, words)
                if isinstance(record, dict):
                    own = {distinct(name, set(record)) if key == name else key: cell for key, cell in record.items()}
                    yield {name: value, **own}
                elif record is None:
                    yield None
                else:
                    raise refused(self.name, f"has other things than records under “{self.records}”; each is an object in braces")

    def lists(self) -> dict[str, int]:
        """The lists of records near the beginning of the file, by path: how many records of each were seen.

        The longest list first; those within records of others after those that are not.
        """
        seen: Counter[str] = Counter()
        around: dict[str, int] = {}  # by path, the lists that a list stands in
        keys: list[str | None] = []
        lists: list[str | None] = []  # of each container around: the path of the list that it is
        with TextStream(self.path, self.encoding) as raw:
            reader = _Counted(raw, self.path.stat().st_size)
            for count, (event, value) in enumerate(
                self._events(reader, lambda: max(seen.values(), default=0), lambda: max(seen, key=seen.__getitem__, default=""))
            ):
                if count > _EVENTS_SCANNED:
                    break
                if event == "map_key":
                    keys[-1] = value
                elif event in ("start_map", "start_array"):
                    if lists and (of := lists[-1]) is not None and (event == "start_map" or not around[of]):
                        seen[of] += 1
                    path = _through_lists(keys) if event == "start_array" else None
                    if path is not None and path not in around:
                        if len(around) < _LISTS_TOLD:
                            around[path] = keys.count(None)
                        else:
                            path = None
                    lists.append(path)
                    keys.append(None)
                    if len(keys) > limits.DEPTH:
                        raise refused(self.name, f"is nested more than {limits.DEPTH} levels deep, which no list of records is")
                elif event in ("end_map", "end_array"):
                    keys.pop()
                    lists.pop()
        return dict(sorted(seen.items(), key=lambda item: (around[item[0]] > 0, -item[1], item[0].count("."))))

    def _events(self, reader: "_Counted", number: Callable[[], int], records: Callable[[], str] | None = None) -> Iterator[tuple[str, Any]]:
        """What ijson meets in the file, its errors as ours. ``number`` is the record that is being read, of the list ``records``."""
        try:
            for event in ijson.basic_parse(reader, buf_size=_BLOCK):
                reader.since = 0
                yield event
        except Misfit as error:
            raise refused(self.name, error.words, row=max(1, number())) from None
        except _TooLong:
            words = f"holds a text of more than {limits.RECORD:,} bytes; at most {limits.CELL:,} characters are read in one"
            raise refused(self.name, words, row=max(1, number())) from None
        except (ijson.JSONError, InvalidOperation, _TooManyDigits) as error:
            if self._slow_from is None:
                # What stands before the fault in the same block was not handed out. Read again, in small steps where the fault is.
                again = JsonRecords(self.path, self.name, self.encoding, records() if records else self.records)
                again._slow_from = reader.block_at
                for _row in again.rows():
                    pass
            if not isinstance(error, ijson.JSONError):
                raise refused(self.name, "holds a number with more digits than can be read; write it as text", row=max(1, number())) from None
            near = f" near record {number()}" if number() else ""
            raise refused(self.name, f"is not JSON{near}: {_in_words(str(error))}") from None


class JsonLines:
    """The records of a file in which each line is one."""

    def __init__(self, path: Path, name: str, encoding: str) -> None:
        """Take how to read it; nothing is opened yet."""
        self.path, self.name, self.encoding = path, name, encoding
        self.done = 0.0

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Records, numbered by their lines. An empty line counts, and is left out."""
        self.done = 0.0
        size = max(1, self.path.stat().st_size)
        number = 0
        with TextStream(self.path, self.encoding) as raw:
            lines = io.TextIOWrapper(io.BufferedReader(raw, 65_536), encoding="utf-8")
            while True:
                number += 1
                try:
                    line = lines.readline(limits.RECORD + 1)
                except Misfit as error:
                    raise refused(self.name, error.words, row=number) from None
                if not line:
                    break
                self.done = raw.read_bytes / size
                if len(line) > limits.RECORD:
                    raise refused(self.name, f"has more than {limits.RECORD:,} characters in a line", row=number)
                if number > limits.ROWS:
                    raise refused(self.name, f"has more than {limits.ROWS:,} lines; bring it in parts")
                if line.strip():
                    record = self._record(number, line)
                    if record is not None:
                        yield number, record
        self.done = 1.0

    def _record(self, number: int, line: str) -> Cells | None:
        try:
            value = json.loads(line, parse_float=_number, parse_int=_whole, parse_constant=_no_number, object_pairs_hook=_once)
        except json.JSONDecodeError as error:
            words = f"the line is no JSON record by itself, at its character {error.colno}; each line holds one record in braces"
            raise refused(self.name, words, row=number) from None
        except RecursionError:
            raise refused(self.name, f"is nested more than {limits.DEPTH} levels deep", row=number) from None
        except ValueError as error:
            raise refused(self.name, str(error), row=number) from None
        return _checked(self.name, number, value)


class _TooLong(Exception):
    """A single text or number beyond what is read."""


class _TooManyDigits(Exception):
    """A number beyond what Python makes one of."""


class _Counted:
    """A stream for ijson, which counts the bytes since its last event."""

    def __init__(self, stream: TextStream, size: int, slow_from: int | None = None) -> None:
        self._stream, self._size, self._slow_from = stream, max(1, size), slow_from
        self._at = 0
        self.block_at = 0  # where the latest block began
        self.since = 0
        self._tail = b""

    def read(self, size: int) -> bytes:
        if self._slow_from is not None and self._slow_from <= self._at < self._slow_from + 2 * _BLOCK:
            size = min(size, _STEP)  # ijson asks for nothing first, to see what kind of stream it is
        data = self._stream.read(size) or b""
        # ijson's parser in C leaves an error behind, to surface anywhere, where Python refuses to make a number of so many digits.
        if _TOO_MANY_DIGITS.search(self._tail + data):
            raise _TooManyDigits
        self._tail = (self._tail + data)[-4_000:]
        self.block_at = self._at
        self._at += len(data)
        self.since += len(data)
        if self.since > limits.RECORD + _BLOCK:
            raise _TooLong
        return data

    @property
    def done(self) -> float:
        return self._stream.read_bytes / self._size


class _Record:
    """Builds one record from events, and counts what it holds."""

    def __init__(self, name: str, number: int, depth: int) -> None:
        self.name, self.number, self.depth = name, number, depth
        self.characters = 0
        self.values = 0

    def built(self, event: str, value: Any, events: Iterator[tuple[str, Any]]) -> Value:
        """What begins with an event."""
        around: list[list | dict] = []
        keys: list[str] = []
        top: Any = None
        while True:
            if event in ("start_map", "start_array"):
                new: Any = {} if event == "start_map" else []
                if around:
                    self._put(around[-1], keys, new)
                else:
                    top = new
                around.append(new)
                keys.append("")
                if len(around) + self.depth > limits.DEPTH:
                    raise refused(self.name, f"is nested more than {limits.DEPTH} levels deep", row=self.number)
            elif event in ("end_map", "end_array"):
                around.pop()
                keys.pop()
            elif event == "map_key":
                self._count(value)
                if value in around[-1]:
                    raise refused(self.name, f"the key “{value}” stands twice in one object", row=self.number)
                keys[-1] = value
            else:
                if isinstance(value, str):
                    self._count(value)
                elif isinstance(value, int | Decimal) and not isinstance(value, bool):
                    value = _number_of(value)
                if not around:
                    return value
                self._put(around[-1], keys, value)
            if not around:
                return top
            event, value = next(events)

    def _put(self, container: list | dict, keys: list[str], value: Any) -> None:
        self.values += 1
        if self.values > limits.RECORD // 20:
            raise refused(self.name, f"holds more than {limits.RECORD // 20:,} values", row=self.number)
        if isinstance(container, dict):
            container[keys[-1]] = value
        else:
            container.append(value)

    def _count(self, text: str) -> None:
        self.characters += len(text)
        _check_text(self.name, self.number, text)
        if self.characters > limits.RECORD:
            raise refused(self.name, f"has more than {limits.RECORD:,} characters", row=self.number)


def _record(name: str, number: int, value: Any) -> Cells | None:
    """A record, if what stands in its place is one."""
    if value is None:
        return None
    if not isinstance(value, dict | list):
        raise refused(name, "there is a single value where a record should be; a record is an object in braces, or a list of cells", row=number)
    if len(value) > limits.COLUMNS:
        raise refused(name, f"has {len(value):,} values; at most {limits.COLUMNS:,} columns are read", row=number)
    return value


def _checked(name: str, number: int, value: Any) -> Cells | None:
    """A record of JSON lines, checked as those of JSON are."""
    waiting = [(value, 1)]
    while waiting:
        inside, depth = waiting.pop()
        if depth > limits.DEPTH:
            raise refused(name, f"is nested more than {limits.DEPTH} levels deep", row=number)
        if isinstance(inside, dict):
            for key in inside:
                _check_text(name, number, key)
            waiting += [(each, depth + 1) for each in inside.values()]
        elif isinstance(inside, list):
            waiting += [(each, depth + 1) for each in inside]
        elif isinstance(inside, str):
            _check_text(name, number, inside)
    return _record(name, number, value)


def _check_text(name: str, number: int, text: str) -> None:
    if len(text) > limits.CELL:
        raise refused(name, f"holds a text of {len(text):,} characters; at most {limits.CELL:,} are read in one", row=number)
    if "\0" in text:
        raise refused(name, "holds a NUL character, which no text has; take it out", row=number)
    if _SURROGATE.search(text):
        raise refused(name, "holds half of a character (a surrogate without its other half); write the text again", row=number)


def _path(keys: list[str | None]) -> str | None:
    """The dotted path to where one stands, nothing at the top, None inside a list."""
    return None if None in keys else ".".join(key or "" for key in keys)


def _through_lists(keys: list[str | None]) -> str | None:
    """The dotted path to a list, by the names on the way; None for a list that stands in a list itself, and where the path is no people's."""
    if keys and keys[-1] is None:
        return None
    names = [key for key in keys if key is not None]
    return ".".join(names) if sum(map(len, names)) <= _LONGEST_PATH else None


def _beyond(path: str | None, records: str) -> str | None:
    """What a path to records has beyond the list where one stands: nothing where that is theirs, None where it does not lead there."""
    if path is None:
        return None
    if path == records:
        return ""
    if not path:
        return records
    return records[len(path) + 1 :] if records.startswith(f"{path}.") else None


def _lists_of(item: Any, path: str) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """The lists under a path of a value that have something in them, each with what stands around it, of lists the item."""
    if isinstance(item, list):
        for each in item:
            yield from _lists_of(each, path)
    elif isinstance(item, dict):
        for key, value in item.items():
            if key == path and isinstance(value, list) and value:
                yield {name: other for name, other in item.items() if name != key}, value
            elif path.startswith(f"{key}."):
                for around, records in _lists_of(value, path[len(key) + 1 :]):
                    yield {**item, key: around}, records


def _number_of(value: int | Decimal) -> Value:
    """A number as Python's, without losing a digit: whole ones as int, others as float, as text where no float is that number."""
    if isinstance(value, int):
        return value
    if value == value.to_integral_value() and abs(value.adjusted()) < 15:
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)


def _number(text: str) -> Value:
    if len(text) > 1_000:
        raise ValueError("holds a number with more digits than can be read; write it as text")
    return _number_of(Decimal(text))


def _whole(text: str) -> Value:
    if len(text) > 1_000:
        raise ValueError("holds a number with more digits than can be read; write it as text")
    return int(text)


def _no_number(text: str) -> Value:
    raise ValueError(f"“{text}” is no number in JSON; write null where there is none")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _value in pairs).items() if times > 1)
        raise ValueError(f"the key “{twice}” stands twice in one object")
    return found


def _in_words(error: str) -> str:
    if "premature EOF" in error:
        return "it ends before its last bracket closes; the file may have been cut off"
    if "trailing garbage" in error:
        return "something follows its end; if each line is a record by itself, read it as JSON lines"
    return error.strip().splitlines()[0].removeprefix("b'").split("\\n")[0]


def _no_list_there(records: str, lists: tuple[str, ...]) -> str:
    wanted = f"under “{records}”" if records else f"at {_TOP}"
    if not lists:
        return f"has no list of records {wanted}, nor anywhere else; records stand in a list, each in braces"
    return f"has no list of records {wanted}; there is one under {' and one under '.join(f'“{path}”' if path else _TOP for path in lists[:5])}"


def no_list(name: str) -> TableError:
    """The error of a JSON file without any list of records."""
    return refused(name, "holds no list of records; records stand in a list, each in braces")

"""TOML to a profile: every key checked, every mistake told with the key that it stands at and what would be right."""

import functools
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tracker.exchange.files import close_to, ended
from tracker.exchange.profiles import days, keys
from tracker.exchange.profiles.checking import mistakes
from tracker.exchange.profiles.keys import TAKES, Key
from tracker.exchange.profiles.kinds import KINDS
from tracker.exchange.profiles.model import (
    Condition,
    FieldRule,
    FileRules,
    GovernmentRules,
    Heading,
    Join,
    Mistake,
    Profile,
    ProfileError,
    RecordRules,
    RowRules,
    Source,
    Why,
)

SHIPPED = Path(__file__).parent / "shipped"
LONGEST = 200_000  # characters of a profile

_at = functools.cache(keys.at)


def parse(text: str, name: str = "") -> Profile:
    """Read a profile; ``name`` is what it is called where it does not say so itself.

    Raises :class:`ProfileError` with every problem found, never anything else.
    """
    profile, problems = draft(text, name)
    if problems:
        raise ProfileError(problems)
    return profile


def draft(text: str, name: str = "") -> tuple[Profile, list[Mistake]]:
    """What a profile says so far, and every mistake found: for one that is still being made.

    Raises :class:`ProfileError` where it is no TOML at all.
    """
    if len(text) > LONGEST:
        raise ProfileError([f"The profile has {len(text):,} characters; at most {LONGEST:,} are read."])
    try:
        data = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError([f"The profile is not TOML: {_small(str(error))}."]) from None
    except RecursionError:
        raise ProfileError(["The profile is not TOML that can be read: it is nested too deep."]) from None
    reader = _Reader()
    profile = reader.profile(data, name)
    return profile, reader.problems or mistakes(profile)


def shipped() -> dict[str, str]:
    """The profiles that come with the software, by name, as their commented text."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.toml"))}


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


class _Reader:
    """Takes values out of parsed TOML and says of each that is not as it should be where it stands."""

    def __init__(self) -> None:
        self.problems: list[Mistake] = []

    def refuse(self, where: str, says: str, why: Why = Why.IN_THE_TEXT) -> None:
        """Keep what is wrong with what stands at a key."""
        self.problems.append(Mistake(where, says, why))

    def profile(self, data: dict[str, Any], name: str) -> Profile:
        top = self.table(data, "", "")
        records = {kind: self.record(kind, top[kind]) for kind in KINDS if kind in top}
        return Profile(
            name=top.get("name", name),
            title=top.get("title", ""),
            description=top.get("description", ""),
            file=FileRules(**self.table(top.get("file", {}), "file", "file")),
            source=self.source(top.get("source", {})),
            governments=GovernmentRules(**self.table(top.get("governments", {}), "governments", "governments")),
            rows=RowRules(**self.table(top.get("rows", {}), "rows", "rows"), headings=self.headings(top.get("heading", []))),
            lookups=self.lookups(top.get("lookups", {})),
            joins=self.joins(top.get("join", [])),
            records=records,
        )

    def table(self, data: Mapping[str, Any], kind: str, place: str) -> dict[str, Any]:
        """The values of a table, each as its key takes it; those that are wrong are left out and told."""
        known, found = _at(kind), {}
        for name, value in data.items():
            where = f"{place}.{name}" if place else name
            if name not in known:
                told = close_to(name, known) or f"; there may be {', '.join(known)}"
                self.refuse(where, ended(f"there is no such key{told}"))
            else:
                taken = self.value(value, known[name], where)
                if taken is not None:
                    found[name] = taken
        return found

    def value(self, value: Any, key: Key, where: str) -> Any:
        match key.takes:
            case "text" if isinstance(value, str):
                return value
            case "text" if isinstance(value, bool) or key.place == "a field" or key.place == "source":
                return self.as_text(value, where)
            case "texts" if isinstance(value, str):
                return (value,)
            case "texts" if isinstance(value, list) and all(isinstance(item, str) for item in value):
                return tuple(value)
            case "yes or no" if isinstance(value, bool):
                return value
            case "number" if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000:
                return value
            case "names" if isinstance(value, dict):
                return self.names(value, where)
            case "conditions" if isinstance(value, dict | list):
                return self.conditions(value, where)
            case "field":
                return self.field(value, where)
            case "table" if isinstance(value, dict):
                return value
            case "tables" if isinstance(value, list) and all(isinstance(item, dict) for item in value):
                return value
        self.refuse(where, f"it takes {TAKES[key.takes]}.")
        return None

    def as_text(self, value: Any, where: str) -> str | None:
        """A date, a number or true, which TOML has without quotation marks."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float) or hasattr(value, "isoformat"):
            return value.isoformat() if hasattr(value, "isoformat") else str(value)
        self.refuse(where, f"it takes {TAKES['text']}.")
        return None

    def names(self, value: dict[str, Any], where: str) -> dict[str, str]:
        found = {}
        for name, meant in value.items():
            if isinstance(meant, dict | list):
                self.refuse(where, f"“{name}” takes a text in quotation marks.")
            else:
                found[name] = meant if isinstance(meant, str) else self.as_text(meant, where) or ""
        return found

    def conditions(self, value: Any, where: str) -> tuple[Condition, ...] | None:
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, dict) for item in items):
            self.refuse(where, f"it takes {TAKES['conditions']}.")
            return None
        found = []
        for item in items:
            taken = self.table(item, "a condition", where)
            if "column" not in taken or len(taken) < 2:
                self.refuse(where, "a condition names a column and what stands there: { column = ..., equals = ... }.")
            else:
                found.append(Condition(**taken))
        return tuple(found)

    def field(self, value: Any, where: str) -> FieldRule | None:
        if isinstance(value, str):
            return FieldRule(column=value)
        if not isinstance(value, dict):
            self.refuse(where, f"it takes {TAKES['field']}.")
            return None
        rule = FieldRule(**self.table(value, "a field", where))
        given = [name for name in ("column", "columns", "path", "constant") if name in value]
        if len(given) != 1:
            told = "none is given" if not given else f"{' and '.join(given)} are given"
            self.refuse(where, f"one of column, columns, path and constant says where its value comes from; {told}.")
        if "" in rule.split:
            self.refuse(f"{where}.split", 'an empty text parts nothing; write what stands between the values, as "; ".')
        for pattern in rule.formats:
            if wrong := days.problem_of(pattern):
                self.refuse(f"{where}.formats", f"“{pattern}” {wrong}.", Why.AS_IT_SAYS)
        for language in rule.languages:
            if language not in days.LANGUAGES:
                self.refuse(f"{where}.languages", f"“{language}” is not one of {', '.join(days.LANGUAGES)}.")
        if rule.serial and rule.serial not in days.SERIALS:
            self.refuse(f"{where}.serial", f"“{rule.serial}” is neither 1900 nor 1904.")
        return rule

    def record(self, kind: str, data: dict[str, Any]) -> RecordRules:
        taken = self.table(data, kind, kind)
        options: dict[str, Any] = {name: taken.pop(name) for name in ("key", "when", "serves") if name in taken}
        return RecordRules(kind, fields=taken, **options)

    def source(self, data: dict[str, Any]) -> Source:
        taken = self.table(data, "source", "source")
        options = {name: taken.pop(name) for name in ("key", "prefix", "locator") if name in taken}
        return Source(fields=taken, **options)

    def headings(self, data: Iterable[dict[str, Any]]) -> tuple[Heading, ...]:
        return tuple(Heading(**taken) for taken in self.whole(data, "heading", ("when", "column", "name")))

    def joins(self, data: Iterable[dict[str, Any]]) -> tuple[Join, ...]:
        found = []
        for taken in self.whole(data, "join", ("name", "key")):
            file = FileRules(**self.table(taken.get("file", {}), "file", "join.file"))
            found.append(Join(taken["name"], taken["key"], taken.get("other_key", taken["key"]), file))
        return tuple(found)

    def whole(self, data: Iterable[dict[str, Any]], kind: str, wanted: tuple[str, ...]) -> Iterable[dict[str, Any]]:
        for item in data:
            taken = self.table(item, kind, kind)
            missing = [name for name in wanted if name not in item]
            if missing:
                are = "is" if len(missing) == 1 else "are"
                self.refuse(kind, f"{' and '.join(missing)} {are} missing; [[{kind}]] needs {', '.join(wanted)}.")
            elif all(name in taken for name in wanted):
                yield taken

    def lookups(self, data: dict[str, Any]) -> dict[str, dict[str, str]]:
        found = {}
        for name, table in data.items():
            if isinstance(table, dict):
                found[name] = self.names(table, f"lookups.{name}")
            else:
                self.refuse(f"lookups.{name}", f"it takes {TAKES['names']}.")
        return found

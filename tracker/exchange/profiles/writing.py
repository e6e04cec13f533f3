"""A profile as a TOML file, with a comment at every table and field that says what it is; reading it gives an equal profile."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from tracker.exchange.profiles import keys
from tracker.exchange.profiles.kinds import KINDS
from tracker.exchange.profiles.model import Condition, FieldRule, FileRules, Profile, RecordRules

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_WIDEST = 110  # characters of an inline table


def to_toml(profile: Profile) -> str:
    """The profile as a commented TOML file; reading that gives an equal profile."""
    lines = [*_pair("name", profile.name)]
    lines += [line for name in ("title", "description") if getattr(profile, name) for line in _pair(name, getattr(profile, name))]
    lines += _section("file", _given(profile.file))
    source = {name: said for name in ("key", "prefix", "locator") if (said := getattr(profile.source, name)) or (name == "prefix" and said == "")}
    lines += _section("source", {**source, **profile.source.fields})
    lines += _section("governments", _given(profile.governments), sub="aliases")
    rows = {name: getattr(profile.rows, name) for name in ("skip", "only", "unite") if getattr(profile.rows, name)}
    lines += _section("rows", rows)
    for heading in profile.rows.headings:
        lines += _section("heading", {"when": heading.when, "column": heading.column, "name": heading.name}, many=True)
    for name, table in profile.lookups.items():
        lines += _section(f"lookups.{_key(name)}", table, comment="Values of the file, and what they mean.")
    for join in profile.joins:
        told: dict[str, Any] = {"name": join.name, "key": join.key, "other_key": join.other_key}
        lines += _section("join", told, many=True)
        if given := _given(join.file):
            lines += _section("join.file", given, comment="How the second file is read.")
    for kind in KINDS:
        if kind in profile.records:
            lines += _record(profile.records[kind])
    return "\n".join(lines).strip("\n") + "\n"


def _record(rules: RecordRules) -> Iterator[str]:
    kind = KINDS[rules.kind]
    yield from ("", f"# {_comment(kind.meaning)}", f"[{kind.name}]")
    for name in ("key", "when", "serves"):
        if getattr(rules, name):
            yield from _pair(name, getattr(rules, name))
    tables = []
    for name, rule in rules.fields.items():
        given = _given(rule)
        if not (rule.map and given):
            yield f"# {_comment(kind.meaning_of(name))}"
            yield from _pair(name, rule.column if set(given) == {"column"} else given)
        else:
            tables.append((name, given))
    for name, given in tables:
        told = given.pop("map")
        yield from ("", f"# {_comment(kind.meaning_of(name))}", f"[{kind.name}.{name}]")
        for key, value in given.items():
            yield from _pair(key, value)
        yield f"[{kind.name}.{name}.map]"
        for written, meant in told.items():
            yield from _pair(written, meant)


def _section(place: str, values: Mapping[str, Any], *, many: bool = False, sub: str = "", comment: str = "") -> Iterator[str]:
    if not values and not place.startswith("lookups."):
        return
    meaning = comment or keys.at("")[place].meaning
    yield from ("", f"# {_comment(meaning)}", f"[[{place}]]" if many else f"[{place}]")
    for name, value in values.items():
        if name != sub:
            yield from _pair(name, value)
    if sub and values.get(sub):
        yield f"[{place}.{sub}]"
        for name, value in values[sub].items():
            yield from _pair(name, value)


def _comment(text: str) -> str:
    """A meaning in a line: its first sentence."""
    line = " ".join(text.split())
    return line.split(". ")[0].rstrip(".") + "."


def _given(rules: Any) -> dict[str, Any]:
    """What is said of a table of options: everything that is not as it is where nothing is said."""
    plain = type(rules)(column="") if isinstance(rules, Condition) else type(rules)()
    found = {each.name: getattr(rules, each.name) for each in fields(rules) if getattr(rules, each.name) != getattr(plain, each.name)}
    if isinstance(rules, FieldRule) and not any(found.get(name) for name in ("column", "columns", "path", "constant")):
        found["constant"] = ""
    return found


def _pair(name: str, value: Any) -> Iterator[str]:
    yield f"{_key(name)} = {_value(value)}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _text(value)
        case Condition():
            return _value(_given(value))
        case FileRules():
            return _value(_given(value))
        case Mapping():
            return "{ " + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + " }" if value else "{}"
        case _:
            return _list([_value(item) for item in value])


def _list(items: Iterable[str]) -> str:
    items = list(items)
    line = ", ".join(items)
    return f"[{line}]" if len(line) <= _WIDEST else "[\n    " + ",\n    ".join(items) + ",\n]"


def _text(text: str) -> str:
    """A basic string; JSON's escapes are TOML's, but for the one sign that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

"""The type, the values and the keys of each column of a release's tables, as a table schema says them (Frictionless Data Package 1).

All but the keys follows from the columns themselves: their shapes in JSON say what their cells can be.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tracker.public import crosswalking
from tracker.public.columns import LISTINGS, Column
from tracker.public.formats.said import FROZEN_TAIL, KNOWN, SITE_EDITION
from tracker.public.shapes import Shape


@dataclass(frozen=True)
class Reference:
    """Columns that name a row of another list; ``columns`` and ``target`` are in the same order."""

    columns: tuple[str, ...]
    listing: str
    target: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The columns of a list that tell its rows apart, and those that name other rows.

    ``title``: the column that says in words what a row is; empty where its recommendation and its government say it. ``of``: the kind of record
    that a row belongs to (empty: what its column ``kind`` says), and the column of that record's key; None where it belongs to none.
    """

    identity: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    title: str = ""
    of: tuple[str, str] | None = None


def _to(column: str, listing: str, target: str) -> Reference:
    return Reference((column,), listing, (target,))


TABLES = {
    "recommendations": Table(
        ("reference",), (_to("made_in", "documents", "key"), _to("known_from", "documents", "key")), "short_title", ("recommendation", "reference")
    ),
    "addressees": Table(
        ("recommendation", "government"),
        (
            _to("recommendation", "recommendations", "reference"),
            _to("government", "governments", "code"),
            _to("assessment", "assessments", "key"),
        ),
        of=("recommendation", "recommendation"),
    ),
    "actions": Table(("key",), (_to("government", "governments", "code"),), "title", ("action", "key")),
    "effects": Table(
        ("key",),
        (
            _to("action", "actions", "key"),
            Reference(("recommendation", "government"), "addressees", ("recommendation", "government")),
            _to("undoes", "effects", "key"),
        ),
        "action_title",
        ("action", "action"),
    ),
    "assessments": Table(
        ("key",),
        (
            Reference(("recommendation", "government"), "addressees", ("recommendation", "government")),
            _to("supersedes", "assessments", "key"),
            _to("superseded_by", "assessments", "key"),
        ),
        of=("assessment", "key"),
    ),
    "citations": Table(
        ("record_kind", "record_key", "citation", "stance"), (_to("document", "documents", "key"),), "document_title", ("document", "document")
    ),
    "documents": Table(("key",), title="title", of=("document", "key")),
    "governments": Table(("code",)),
    "changes": Table(("edition", "kind", "key"), title="title", of=("", "key")),
}
"""By the name of the list, in the order of the package."""
CROSSWALK = "crosswalk"
"""The table beside the lists: a rule of the software, and not data of an edition."""


@dataclass(frozen=True)
class Described:
    """A column for a table schema: its name, its label, what it means, its type, and its values (with their meaning) where these are few."""

    name: str
    label: str
    meaning: str
    type: str
    required: bool = False
    pattern: str = ""
    values: tuple[tuple[str, str, str], ...] = ()


def described() -> dict[str, list[Described]]:
    """The columns of every table by its name, in the order of their files, in the page's language."""
    found = {}
    for name, table in TABLES.items():
        listing = LISTINGS[name]
        always = (*table.identity, KNOWN.name, SITE_EDITION.name)  # a release is always read from an edition
        found[name] = [_described(column, listing.shape_of(column), always) for column in (*listing.columns, *FROZEN_TAIL)]
    found[CROSSWALK] = [_described(column, column.shape or {}, ()) for column in crosswalking.COLUMNS]
    return found


def _described(column: Column, shape: Shape, always: Iterable[str]) -> Described:
    """A column as its cells are: what is a list in JSON is a text, and what is nothing, or an empty text, an empty cell."""
    if column.text:
        shape = {"type": "string"}
    kinds = [shape["type"]] if isinstance(shape["type"], str) else shape["type"]
    values = shape.get("enum", ())
    kind = _type([each for each in kinds if each != "null"], shape)
    pattern = shape.get("pattern", "").removeprefix("^").removesuffix("$")  # a table schema's pattern is of the whole cell
    says_something = kind != "string" or bool(pattern) or (bool(values) and "" not in values)
    return Described(
        name=column.name,
        label=str(column.label),
        meaning=str(column.meaning),
        type=kind,
        required=column.name in always or ("null" not in kinds and says_something),
        pattern=pattern,
        values=tuple(_value(each) for each in values if each),
    )


def _type(kinds: list[str], shape: Shape) -> str:
    match kinds:
        case ["string"]:
            return {"date": "date", "date-time": "datetime", "uri": "uri"}.get(shape.get("format", ""), "string")
        case ["integer" | "boolean" as kind]:
            return kind
    raise TypeError(f"{shape} is of no type that a cell has: its column must say it as text.")


def _value(word: Any) -> tuple[str, str, str]:
    """A word with its label and definition where its vocabulary gives them."""
    label, definition = getattr(word, "label", ""), getattr(word, "definition", "")
    return str(word), _(label) if label else str(word), _(definition) if definition else ""

"""The type, the values and the keys of each column of the lists, as a table schema says them (Frictionless Data Package 1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    GovernmentEdition,
    RecommendationEdition,
    RecordEdition,
    Row,
)
from tracker.fields import WordField
from tracker.public.columns import LISTINGS, Column
from tracker.rules.vocabulary import Word

PARTIAL_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"
KINDS = ("document", "recommendation", "action", "assessment")


@dataclass(frozen=True)
class Reference:
    """Columns that name a row of another list; ``columns`` and ``target`` are in the same order."""

    columns: tuple[str, ...]
    listing: str
    target: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """What a list is made from: its published table, the columns that tell its rows apart, and those that name other rows."""

    table: type[Row]
    identity: tuple[str, ...]
    references: tuple[Reference, ...] = ()


def _to(column: str, listing: str, target: str) -> Reference:
    return Reference((column,), listing, (target,))


TABLES = {
    "recommendations": Table(RecommendationEdition, ("reference",), (_to("made_in", "documents", "key"), _to("known_from", "documents", "key"))),
    "addressees": Table(
        AddresseeEdition,
        ("recommendation", "government"),
        (
            _to("recommendation", "recommendations", "reference"),
            _to("government", "governments", "code"),
            _to("assessment", "assessments", "key"),
        ),
    ),
    "actions": Table(ActionEdition, ("key",), (_to("government", "governments", "code"),)),
    "effects": Table(
        EffectEdition,
        ("key",),
        (
            _to("action", "actions", "key"),
            Reference(("recommendation", "government"), "addressees", ("recommendation", "government")),
            _to("undoes", "effects", "key"),
        ),
    ),
    "assessments": Table(
        AssessmentEdition,
        ("key",),
        (
            Reference(("recommendation", "government"), "addressees", ("recommendation", "government")),
            _to("supersedes", "assessments", "key"),
            _to("superseded_by", "assessments", "key"),
        ),
    ),
    "citations": Table(CitationEdition, ("record_kind", "record_key", "citation", "stance"), (_to("document", "documents", "key"),)),
    "documents": Table(DocumentEdition, ("key",)),
    "governments": Table(GovernmentEdition, ("code",)),
    "changes": Table(RecordEdition, ("edition", "kind", "key")),
}
"""By the name of the list, in the order of the package."""
FIELDS = {
    "known_from": {"recommendations": "known_from_document"},
    "document_url": {"documents": "url", "citations": "url"},
    "search_due_since": {"addressees": "search_due_on"},
    "published_at": {"changes": "known_from"},
    "replaced_at": {"changes": "known_to"},
}
"""Columns that are called otherwise in the published table."""
TYPES = {("assessments", "searched_on"): "partial", ("assessments", "search_due_since"): "date"}
"""Of columns that no published table has."""
VALUES = {("changes", "kind"): KINDS, ("changes", "change"): ("publish", "withdraw", "take_down"), ("citations", "record_kind"): KINDS[1:]}
"""Values of columns whose vocabulary is the desk's."""


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


def described(listing: str) -> list[Described]:
    """The columns of a list's file, those that every file has included, in the page's language."""
    found = [_described(listing, column) for column in LISTINGS[listing].columns]
    tail = (
        Described("url", _("address"), _("The public page of the row."), "uri", required=True),
        Described("as_of", "as_of", _("The day by which the row was read."), "date", required=True),
        Described("known", "known", _("The edition of the site from which it was read, as an address says it."), "string", required=True),
        Described("site_edition", _("edition of the site"), _("Its number."), "integer", required=True),
    )
    return [*found, *tail]


def _described(listing: str, column: Column) -> Described:
    table = TABLES[listing]
    field = _field(table.table, FIELDS.get(column.name, {}).get(listing, column.name))
    kind, vocabulary = _type(field), getattr(field, "vocabulary", None)
    kind = TYPES.get((listing, column.name), kind)
    values = tuple((value, value, "") for value in VALUES.get((listing, column.name), ()))
    if vocabulary is not None:
        values = _values(vocabulary)
    return Described(
        name=column.name,
        label=str(column.label),
        meaning=str(column.meaning),
        type="string" if kind == "partial" else kind,
        required=column.name in table.identity or bool(_is_always_there(field, kind) and vocabulary is None),
        pattern=PARTIAL_DATE if kind == "partial" else "",
        values=values,
    )


def _values(vocabulary: Iterable[Word]) -> tuple[tuple[str, str, str], ...]:
    return tuple((word.value, _(word.label), _(word.definition) if word.definition else "") for word in vocabulary)


def _field(table: type[Row], name: str) -> Any:
    try:
        return table._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _type(field: Any) -> str:
    """The type of a published column as a cell: a list is written as one text."""
    if isinstance(field, models.BooleanField):
        return "boolean"
    if isinstance(field, models.DateTimeField):
        return "datetime"
    if isinstance(field, models.DateField):
        return "date"
    if isinstance(field, models.IntegerField):
        return "integer"
    if isinstance(field, models.CharField) and not isinstance(field, WordField | ArrayField) and field.max_length == 10:
        return "partial"
    return "string"


def _is_always_there(field: Any, kind: str) -> bool:
    return kind in ("boolean", "integer", "datetime") and field is not None and not field.null

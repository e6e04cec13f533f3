"""A frozen record in words, for reading. What one changes against another: :mod:`tracker.admin.comparing`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.fields import WordField
from tracker.models import (
    Action,
    ActionEvent,
    Addressee,
    Assessment,
    Citation,
    CitationUse,
    DeadlineMove,
    Document,
    Effect,
    LegalStatus,
    Party,
    Position,
    Recommendation,
    RecordKind,
    Relation,
    Reply,
    Search,
    Snapshot,
    Theme,
    Translation,
)

Body = Mapping[str, Any]

OF_KIND: dict[str, tuple[type, ...]] = {
    RecordKind.DOCUMENT: (Document,),
    RecordKind.RECOMMENDATION: (Recommendation,),
    RecordKind.ACTION: (Action,),
    RecordKind.ASSESSMENT: (Assessment,),
}
OF_PART: dict[str, tuple[type, ...]] = {
    "citations": (CitationUse, Citation),
    "addressees": (Addressee,),
    "relations": (Relation,),
    "events": (ActionEvent,),
    "parties": (LegalStatus, Party),
    "effects": (Effect, Addressee),
    "searches": (Search,),
    "positions": (Position,),
    "replies": (Reply,),
    "deadline_moves": (DeadlineMove,),
    "snapshots": (Snapshot,),
    "themes": (Theme,),
    "translations": (Translation,),
}
"""Which models' words name the entries of a body and of its parts."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What two records say under one name."""

    label: str
    one: str
    other: str
    same: bool


def side_by_side(one: Body, other: Body, kind: str) -> list[Beside]:
    """Two records of a kind, name by name; what is empty in both is left out."""
    models = OF_KIND[kind]
    empty = ("", None, [], False)
    return [
        Beside(
            label_of(name, models),
            _in_brief(name, one[name], models),
            _in_brief(name, other[name], models),
            same=one[name] == other[name],
        )
        for name in names_in_order(one, models)
        if one[name] not in empty or other[name] not in empty
    ]


def _in_brief(name: str, value: Any, models: tuple[type, ...]) -> str:
    """As :func:`_shown`, but a part in a line."""
    if not is_part(value) or name == "themes":
        return _shown(name, value, models) if value not in ("", None, False) else ""
    return format_html_join("", "<p>{}</p>", ((_summary(name, item),) for item in value))


def _summary(name: str, item: Any) -> str:
    """A part in a line."""
    if not isinstance(item, Mapping):
        return str(item)
    models = OF_PART.get(name, ())
    return "; ".join(words_of(key, value, models) for key, value in item.items() if not is_part(value) and value not in ("", None, False, True))


def as_html(body: Body, kind: str) -> str:
    """The content as a list of entries for reading; what is empty is left out."""
    return _entries(body, OF_KIND[kind])


def _entries(body: Body, models: tuple[type, ...]) -> str:
    filled = [name for name in names_in_order(body, models) if body[name] not in ("", None, [], False)]
    rows = [(label_of(name, models), _shown(name, body[name], models)) for name in filled]
    return format_html('<dl class="content">{}</dl>', format_html_join("", '<div><dt>{}</dt><dd dir="auto">{}</dd></div>', rows))


def names_in_order(body: Body, models: tuple[type, ...]) -> list[str]:
    """The names of a body's entries in the order of the form, its parts last; what a name says need not be said by its key."""
    order = {field.name: number for number, field in enumerate(field for model in models for field in model._meta.concrete_fields)}  # type: ignore[attr-defined]
    names = [name for name in body if f"{name}_name" not in body]
    return sorted(names, key=lambda name: (is_part(body[name]), order.get(name.removesuffix("_name"), len(order))))


def _shown(name: str, value: Any, models: tuple[type, ...]) -> str:
    if not is_part(value):
        return words_of(name, value, models)
    if name == "themes":
        return ", ".join(theme["name"] for theme in value)
    items = ((_entries(item, OF_PART.get(name, ())),) for item in value)
    return format_html("<ol>{}</ol>", format_html_join("", "<li>{}</li>", items))


def is_part(value: Any) -> bool:
    """Whether an entry holds parts of the record, each with fields of its own."""
    return isinstance(value, list)


def _field(name: str, models: tuple[type, ...]) -> Any:
    for model in models:
        for field in model._meta.concrete_fields:  # type: ignore[attr-defined]
            if field.name == name:
                return field
    return None


def label_of(name: str, models: tuple[type, ...]) -> str:
    """What an entry is called on the desk."""
    if OF_PART.get(name):
        return capfirst(str(OF_PART[name][0]._meta.verbose_name_plural))  # type: ignore[attr-defined]
    field = _field(name.removesuffix("_name"), models)
    return capfirst(str(field.verbose_name) if field is not None else name.replace("_", " "))


def words_of(name: str, value: Any, models: tuple[type, ...]) -> str:
    """An entry as people read it; nothing for one that says nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field = _field(name, models)
    if isinstance(field, WordField):
        return str(dict(field.flatchoices).get(value, value))
    return str(value)

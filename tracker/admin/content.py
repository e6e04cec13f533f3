"""A frozen version in words: its content for reading, and what it changes against the version that is public."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.admin.history import Line
from tracker.fields import WordField
from tracker.models import (
    Action,
    ActionEvent,
    Addressee,
    Assessment,
    Citation,
    CitationUse,
    Document,
    Effect,
    LegalStatus,
    Party,
    Position,
    Recommendation,
    RecordKind,
    Relation,
    Search,
    Snapshot,
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
    "snapshots": (Snapshot,),
}
"""Which models' words name the entries of a body and of its parts."""


def differences(before: Body, after: Body, kind: str) -> list[Line]:
    """What a version changes against the public one: changed entries, added and removed parts."""
    lines = []
    for name in _in_order(after, OF_KIND[kind]):
        old, new = before.get(name), after[name]
        if old == new:
            continue
        label = _label(name, OF_KIND[kind])
        if not _is_part(old) and not _is_part(new):
            lines.append(Line(label, _words(name, old, OF_KIND[kind]) or _("empty"), _words(name, new, OF_KIND[kind]) or _("empty")))
            continue
        gone = [item for item in old or () if item not in (new or ())]
        added = [item for item in new or () if item not in (old or ())]
        lines += [Line(_("%(part)s, removed") % {"part": label}, _summary(name, item), "") for item in gone]
        lines += [Line(_("%(part)s, added") % {"part": label}, "", _summary(name, item)) for item in added]
    return lines


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
            _label(name, models),
            _in_brief(name, one[name], models),
            _in_brief(name, other[name], models),
            same=one[name] == other[name],
        )
        for name in _in_order(one, models)
        if one[name] not in empty or other[name] not in empty
    ]


def _in_brief(name: str, value: Any, models: tuple[type, ...]) -> str:
    """As :func:`_shown`, but a part in a line."""
    if not _is_part(value) or name == "themes":
        return _shown(name, value, models) if value not in ("", None, False) else ""
    return format_html_join("", "<p>{}</p>", ((_summary(name, item),) for item in value))


def as_html(body: Body, kind: str) -> str:
    """The content as a list of entries for reading; what is empty is left out."""
    return _entries(body, OF_KIND[kind])


def _entries(body: Body, models: tuple[type, ...]) -> str:
    rows = [(_label(name, models), _shown(name, body[name], models)) for name in _in_order(body, models) if body[name] not in ("", None, [], False)]
    return format_html('<dl class="content">{}</dl>', format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows))


def _in_order(body: Body, models: tuple[type, ...]) -> list[str]:
    """In the order of the form, its parts last (the stored order is the alphabet's). What a name says need not be said by its key."""
    order = {field.name: number for number, field in enumerate(field for model in models for field in model._meta.concrete_fields)}  # type: ignore[attr-defined]
    names = [name for name in body if f"{name}_name" not in body]
    return sorted(names, key=lambda name: (_is_part(body[name]), order.get(name.removesuffix("_name"), len(order))))


def _shown(name: str, value: Any, models: tuple[type, ...]) -> str:
    if not _is_part(value):
        return _words(name, value, models)
    if name == "themes":
        return ", ".join(theme["name"] for theme in value)
    items = ((_entries(item, OF_PART.get(name, ())),) for item in value)
    return format_html("<ol>{}</ol>", format_html_join("", "<li>{}</li>", items))


def _summary(name: str, item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    models = OF_PART.get(name, ())
    return "; ".join(_words(key, value, models) for key, value in item.items() if not _is_part(value) and value not in ("", None, False, True))


def _is_part(value: Any) -> bool:
    return isinstance(value, list)


def _field(name: str, models: tuple[type, ...]) -> Any:
    for model in models:
        for field in model._meta.concrete_fields:  # type: ignore[attr-defined]
            if field.name == name:
                return field
    return None


def _label(name: str, models: tuple[type, ...]) -> str:
    if OF_PART.get(name):
        return capfirst(str(OF_PART[name][0]._meta.verbose_name_plural))  # type: ignore[attr-defined]
    field = _field(name.removesuffix("_name"), models)
    return capfirst(str(field.verbose_name) if field is not None else name.replace("_", " "))


def _words(name: str, value: Any, models: tuple[type, ...]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field = _field(name, models)
    if isinstance(field, WordField):
        return str(dict(field.flatchoices).get(value, value))
    return str(value)

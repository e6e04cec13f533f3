"""The history of a record in words: who changed what, when and why, its parts and its reviews included.

It is read from the tables of events that triggers write (``tracker.models.base.history``). Everything that one request or one command did stands
together as one entry.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.editorial.freeze import KINDS
from tracker.models import Citation, CitationUse, Recommendation, State, Submission, User, Version
from tracker.models.recommendation import RecommendationTheme

TECHNICAL = frozenset({"id", "recorded_by", "edited_by", "recorded_at", "edited_at", "submitted_at", "decided_at"})
"""Columns that say who and when; each entry says that already."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed. ``before`` and ``after`` are None where the sentence says it all."""

    sentence: str
    before: str | None = None
    after: str | None = None


@dataclass(slots=True)
class Entry:
    """What one person did at one moment."""

    when: dt.datetime
    who: str
    why: str
    lines: list[Line] = field(default_factory=list)

    @property
    def moment(self) -> str:
        """The instant, for the address of a page that shows the record then."""
        return self.when.astimezone(dt.UTC).isoformat()


def entries(record: models.Model, *, registry: Mapping[Any, Any], request: HttpRequest) -> list[Entry]:
    """The history of a record, newest first. ``registry`` says how related records are fetched whole, so that naming them costs no query each."""
    events = sorted(_events(record), key=lambda event: (event.pgh_created_at, _is_part(event, record), event.pgh_id))
    reviews = _review_events(record)
    names = _names(events, registry, request)
    people = {
        user.pk: user.public_name for user in User.objects.filter(pk__in={_context(event).get("user") for event in [*events, *reviews]} - {None})
    }
    found: dict[Any, Entry] = {}

    def entry(event: Any) -> Entry:
        moment = event.pgh_context_id or event.pgh_created_at
        if moment not in found:
            who = _context(event).get("user")
            found[moment] = Entry(event.pgh_created_at, people.get(who or 0, _("The software")), _context(event).get("reason") or "")
            if source := _context(event).get("restored"):
                found[moment].lines.append(Line(_("Restored from %(source)s.") % {"source": source}))
        return found[moment]

    before: dict[Any, Any] = {}
    for event in events:
        name = (type(event), event.pgh_obj_id)
        if lines := _lines(event, before.get(name), record, names):
            entry(event).lines += lines
        before[name] = event
    for event in sorted(reviews, key=lambda event: event.pgh_id):
        if sentence := _review_sentence(event, before.get(("submission", event.pgh_obj_id))):
            entry(event).lines.append(Line(sentence))
        before["submission", event.pgh_obj_id] = event
    return sorted((item for item in found.values() if item.lines), key=lambda item: item.when, reverse=True)


def has_history(model: type[models.Model]) -> bool:
    """Whether triggers keep the changes of a model."""
    return hasattr(model, "history")


# Finding the events


def _event_model(model: Any) -> Any:
    return model._meta.get_field("history").related_model if model is not RecommendationTheme else RecommendationTheme.history.rel.related_model


def _parts(model: type[models.Model]) -> list[tuple[Any, str]]:
    """The tracked tables whose rows are parts of a record of this model, each with its column."""
    parts = [
        (relation.related_model, relation.field.attname)
        for relation in model._meta.related_objects
        if relation.on_delete is models.CASCADE and has_history(relation.related_model)
    ]
    return [*parts, (RecommendationTheme, "recommendation_id")] if model is Recommendation else parts


def _events(record: models.Model) -> list[Any]:
    """The events of a record, of its parts and of theirs, and of the wording of the passages that it cites."""
    if not has_history(type(record)):
        return []
    events = list(_event_model(type(record)).objects.filter(pgh_obj_id=record.pk))
    level: list[tuple[Any, list[Any]]] = [(type(record), [record.pk])]
    while level:
        below = []
        for model, keys in level:
            for part, column in _parts(model):
                of_part = list(_event_model(part).objects.filter(**{f"{column}__in": keys}))
                events += of_part
                if ids := sorted({event.pgh_obj_id for event in of_part}):
                    below.append((part, ids))
        level = below
    cited_since: dict[int, dt.datetime] = {}
    if not isinstance(record, Citation):
        for event in events:
            if isinstance(event, _event_model(CitationUse)):
                cited_since[event.citation_id] = min(event.pgh_created_at, cited_since.get(event.citation_id, event.pgh_created_at))
    if cited_since:
        events += _event_model(Citation).objects.filter(pgh_obj_id__in=cited_since)
    return events


def _review_events(record: models.Model) -> list[Any]:
    if type(record) not in KINDS:
        return []
    versions = Version.objects.filter(kind=KINDS[type(record)], key=record.public_key)  # type: ignore[index, attr-defined]
    return list(_event_model(Submission).objects.filter(pgh_obj_id__in=versions.values("submission_id")))


def _is_part(event: Any, record: models.Model) -> bool:
    return _tracked(event) is not type(record)


def _tracked(event: Any) -> Any:
    return type(event)._meta.get_field("pgh_obj").related_model


def _context(event: Any) -> dict[str, Any]:
    return event.pgh_context or {}


# Saying them


Names = Mapping[tuple[Any, Any], str]


def _names(events: Iterable[Any], registry: Mapping[Any, Any], request: HttpRequest) -> Names:
    """The words for every record that the events point at, one query a table."""
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for event in events:
        for column in _columns(event):
            if column.remote_field and (value := getattr(event, column.attname)) is not None:
                wanted[column.related_model].add(value)
    names = {}
    for model, keys in wanted.items():
        rows = registry[model].get_queryset(request) if model in registry else model._default_manager.all()
        names |= {(model, row.pk): str(row) for row in rows.filter(pk__in=keys)}
    return names


def _columns(event: Any) -> list[Any]:
    return [
        column
        for column in type(event)._meta.concrete_fields
        if not column.name.startswith("pgh_") and column.name not in TECHNICAL and column.name != "id"
    ]


def _value(event: Any, column: Any, names: Names) -> str:
    value = getattr(event, column.attname)
    if value is None or value == "":
        return ""
    if column.remote_field:
        return names.get((column.related_model, value), _("a record that is gone"))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = getattr(_tracked(event)._meta.get_field(column.name), "flatchoices", ())
    return str(dict(choices).get(value, value) if choices else value)


def _lines(event: Any, before: Any, record: models.Model, names: Names) -> list[Line]:
    model = _tracked(event)
    part = _is_part(event, record)
    owner = {column.attname for _model, column in _owners(model)} if part else set()
    columns = [column for column in _columns(event) if column.attname not in owner]
    said = "; ".join(value for column in columns if column.name != "key" and (value := _value(event, column, names)))
    noun = str(model._meta.verbose_name)
    if event.pgh_label == "insert":
        if model is Citation and part:
            return []  # making a passage is no change of the record; citing it is
        return [Line(_("Added %(noun)s: %(said)s") % {"noun": noun, "said": said} if part else _("Recorded."))]
    if event.pgh_label == "delete":
        return [Line(_("Removed %(noun)s: %(said)s") % {"noun": noun, "said": said} if part else _("Deleted."))]
    lines = []
    for column in columns:
        new, old = _value(event, column, names), _value(before, column, names) if before else None
        if new != old:
            name = capfirst(str(_label(model, column)))
            what = f"{capfirst(noun)} {_short(event, columns, names)}: {name}" if part else name
            lines.append(Line(what, old if old is None or old else _("empty"), new or _("empty")))
    return lines


def _owners(model: Any) -> list[tuple[Any, Any]]:
    return [
        (column.related_model, column)
        for column in model._meta.concrete_fields
        if column.remote_field and column.remote_field.on_delete is models.CASCADE and has_history(column.related_model)
    ]


def _label(model: Any, column: Any) -> str:
    return model._meta.get_field(column.name).verbose_name


def _short(event: Any, columns: list[Any], names: Names) -> str:
    """Enough to tell one row from another: its first filled column."""
    return next((f"“{value}”" for column in columns if column.name != "key" and (value := _value(event, column, names))), "")


def _review_sentence(event: Any, before: Any) -> str:
    number = {"number": event.pgh_obj_id, "edition": event.edition}
    if before is None:
        return _("Submitted for review, #%(number)s.") % number
    if event.state == before.state:
        return ""
    sentences = {
        State.APPROVED: _("Approved, #%(number)s."),
        State.RETURNED: _("Returned to the author, #%(number)s."),
        State.PUBLISHED: _("Published as a part of edition %(edition)s."),
        State.TAKEN_BACK: _("Submission #%(number)s taken back."),
    }
    return sentences.get(event.state, "") % number

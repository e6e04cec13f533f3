"""A record as the desk had it at an instant, read back from the history that triggers keep.

The rows of the record and of all its parts are taken as they stood then, put together as the models hold them, and frozen by the same function that
freezes a record today, so that there is one statement of what a record consists of.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import models

from tracker.editorial.freeze import MODELS, PREFETCH, Body, freeze
from tracker.models import Recommendation, RecordKind, Theme
from tracker.models.base import Publishable
from tracker.models.recommendation import RecommendationTheme


def body_at(kind: RecordKind, pk: int, instant: dt.datetime) -> Body | None:
    """The body of a record as the desk had it at an instant, everything done at that instant included; None where there was no such record."""
    record = record_at(kind, pk, instant)
    return None if record is None else freeze(record)


def record_at(kind: RecordKind, pk: int, instant: dt.datetime) -> Publishable | None:
    """The record itself, unsaved, with all that :func:`tracker.editorial.freeze.freeze` reads of it. To look at; it must not be saved."""
    found = _rows(MODELS[kind], {"pgh_obj_id__in": [pk]}, instant)
    if not found:
        return None
    for path in PREFETCH[kind]:
        level: Collection[Any] = found
        for name in path.split("__"):
            level = _attach(level, name, instant)
    return found[0]


def event_model(model: Any) -> Any:
    """The table in which triggers keep the changes of a model."""
    if model is RecommendationTheme:
        return RecommendationTheme.history.rel.related_model  # type: ignore[attr-defined]
    return model._meta.get_field("history").related_model


def _rows(model: Any, condition: dict[str, Any], instant: dt.datetime) -> list[Any]:
    """The rows that met a condition at an instant, as they stood then."""
    events = event_model(model).objects.filter(pgh_created_at__lte=instant)
    ever = events.filter(**condition).values("pgh_obj_id")
    newest = events.filter(pgh_obj_id__in=ever).order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    columns = [column.attname for column in model._meta.concrete_fields]
    ((lookup, wanted),) = condition.items()
    name = lookup.removesuffix("__in")
    rows = []
    for event in newest:
        # It met the condition once; whether it still did then, its newest event says.
        if event.pgh_label == "delete" or getattr(event, name) not in wanted:
            continue
        row = model(**{column: getattr(event, column) for column in columns})
        row._state.adding = False
        rows.append(row)
    return rows


def _attach(owners: Collection[Any], name: str, instant: dt.datetime) -> list[Any]:
    """Put what a relation leads to into the owners' caches, and give all of it."""
    if not owners:
        return []
    model = type(next(iter(owners)))
    if model is Recommendation and name == "themes":
        return _attach_themes(owners, instant)
    relation = model._meta.get_field(name)
    if relation.one_to_many:
        return _attach_many(owners, name, relation, instant)
    held = [getattr(owner, relation.attname) for owner in owners]
    known = {owner._state.fields_cache[name].pk: owner._state.fields_cache[name] for owner in owners if owner._state.fields_cache.get(name)}
    wanted = {pk for pk in held if pk is not None} - set(known)
    known |= {row.pk: row for row in _rows(relation.related_model, {"pgh_obj_id__in": wanted}, instant)} if wanted else {}
    for owner, pk in zip(owners, held, strict=True):
        owner._state.fields_cache[name] = known.get(pk)
    return list(known.values())


def _attach_many(owners: Collection[Any], name: str, relation: Any, instant: dt.datetime) -> list[Any]:
    cached = [row for owner in owners for row in getattr(owner, "_prefetched_objects_cache", {}).get(name, ())]
    if any(name in getattr(owner, "_prefetched_objects_cache", {}) for owner in owners):
        return cached
    column: models.ForeignKey[Any, Any] = relation.field
    by_owner: dict[Any, list[Any]] = defaultdict(list)
    rows = _rows(relation.related_model, {f"{column.attname}__in": {owner.pk for owner in owners}}, instant)
    for row in rows:
        by_owner[getattr(row, column.attname)].append(row)
    for owner in owners:
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = by_owner[owner.pk]
    return rows


def _attach_themes(owners: Collection[Any], instant: dt.datetime) -> list[Any]:
    uses = _rows(RecommendationTheme, {"recommendation_id__in": {owner.pk for owner in owners}}, instant)
    wanted = {use.theme_id for use in uses}
    themes = {theme.pk: theme for theme in _rows(Theme, {"pgh_obj_id__in": wanted}, instant)} if wanted else {}
    for owner in owners:
        named = [themes[use.theme_id] for use in uses if use.recommendation_id == owner.pk and use.theme_id in themes]
        owner.__dict__.setdefault("_prefetched_objects_cache", {})["themes"] = named
    return list(themes.values())

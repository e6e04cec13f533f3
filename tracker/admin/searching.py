"""What is typed above a list or in a choice: each word is looked for by itself, and a record must have them all, in whatever fields."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.text import smart_split, unescape_string_literal

from tracker.models.searched import saying, searched_fields
from tracker.rules.folding import beginnings


def knows_words(model: type[models.Model], fields: Iterable[str]) -> bool:
    """Whether the words of a record, or of one to which it belongs, are kept in an index."""
    return any(searched_fields(model_at) for model_at, _names in _by_path(model, fields).values())


def found_by_words(queryset: models.QuerySet[Any], typed: str, fields: Sequence[str]) -> models.QuerySet[Any]:
    """The records of a query that have everything that was typed, words or "phrases" apart from each other.

    Each is looked for in the words of the records that the fields are of, by how a word begins; by its letters, where no words are kept or only signs
    were typed; and whole in a field that is marked so (``=code``), as Django's admin has it.
    """
    paths = _by_path(queryset.model, fields)
    for said in _typed(typed):
        # Every way by itself, each with its own index, before the records are put in order: asked for in one condition, PostgreSQL would read the
        # texts of all records in the order of the list until it has a page.
        first, *more = (_found(queryset.model, path, *of, said) for path, of in paths.items())
        queryset = queryset.filter(pk__in=first.union(*more) if more else first.distinct())
    return queryset


def _typed(text: str) -> Iterable[str]:
    for bit in smart_split(text.replace("\x00", "")):
        if bit.startswith(('"', "'")) and bit[0] == bit[-1] and len(bit) > 1:
            bit = unescape_string_literal(bit)
        if bit.strip():
            yield bit


def _by_path(model: type[models.Model], fields: Iterable[str]) -> dict[str, tuple[type[models.Model], list[str]]]:
    """The fields that are searched, by the path to the record that they are of."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for field in fields:
        path, _, name = field.removeprefix("=").rpartition("__")
        names[path].append(f"={name}" if field.startswith("=") else name)
    return {path: (_at(model, path), of) for path, of in names.items()}


def _at(model: type[models.Model], path: str) -> type[models.Model]:
    """The model to which a path of relations leads."""
    for step in filter(None, path.split("__")):
        related = model._meta.get_field(step).related_model
        assert isinstance(related, type), f"{step} is no relation"
        model = related
    return model


def _found(model: type[models.Model], path: str, related: type[models.Model], names: Sequence[str], said: str) -> models.QuerySet[Any]:
    """The ids of the records of which that at a path says it."""
    if searched_fields(related) and beginnings(said):
        meeting = saying(related, said)
    else:
        meeting = Q()
        for name in names:
            meeting |= Q(**{f"{name[1:]}__iexact": said} if name.startswith("=") else {f"{name}__icontains": said})
    found = related._default_manager.filter(meeting).order_by()
    return model._default_manager.filter(**{f"{path}__in": found}).order_by().values("pk") if path else found.values("pk")

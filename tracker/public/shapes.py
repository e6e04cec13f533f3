"""What values look like in JSON, as JSON Schema says it: the vocabulary of every column's type."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tracker.fields import WordField
from tracker.rules.vocabulary import Word

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
NUMBER: Shape = {"type": "integer"}
FLAG: Shape = {"type": "boolean"}
DAY: Shape = {"type": "string", "format": "date"}
MOMENT: Shape = {"type": "string", "format": "date-time"}
PARTIAL_DATE: Shape = {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
"""A day, a month or a year."""
ADDRESS: Shape = {"type": "string", "format": "uri"}


def maybe(shape: Shape) -> Shape:
    """The same, or nothing."""
    found = {**shape, "type": [shape["type"], "null"]}
    return {**found, "enum": [*shape["enum"], None]} if "enum" in shape else found


def word_of(vocabulary: type[Word]) -> Shape:
    """A value of a controlled vocabulary: its words themselves, which are texts, so that whoever has the shape has their definitions too."""
    return word_in(*vocabulary)


def word_in(*words: str) -> Shape:
    """One of these words."""
    return {"type": "string", "enum": list(words)}


def list_of(shape: Shape) -> Shape:
    """Any number of them."""
    return {"type": "array", "items": shape}


def record_of(**members: Shape) -> Shape:
    """An object with exactly these members, all of them."""
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def is_free_text(shape: Shape) -> bool:
    """Whether values are texts of which anything may be said, as against words of a vocabulary, dates, addresses and numbers."""
    return "string" in (shape["type"] if isinstance(shape["type"], list) else [shape["type"]]) and not {"enum", "format", "pattern"} & shape.keys()


def of_field(field: Any) -> Shape:
    """The shape of a published column's values."""
    found = _of_field(field)
    return maybe(found) if field.null else found


def _of_field(field: Any) -> Shape:
    match field:
        case ArrayField():
            return list_of(of_field(field.base_field))
        case WordField() if field.vocabulary:
            return word_of(field.vocabulary)
        case models.BooleanField():
            return FLAG
        case models.DateTimeField():  # before DateField, of which it is one
            return MOMENT
        case models.DateField():
            return DAY
        case models.IntegerField():
            return NUMBER
        case models.CharField() | models.TextField():
            return TEXT
    raise TypeError(f"{field} has no shape of its own: its column must say one.")

"""What the templates of the desk need besides Django's own."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.db import models
from django.urls import reverse

from tracker.signin import keeping

register = template.Library()


@register.filter
def at(found: Mapping[str, Any], path: str) -> Any:
    """What a mapping holds under a name; nothing where it holds none."""
    return found.get(path, ())


@register.filter
def form_url(record: models.Model) -> str:
    """The address of a record's form."""
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


@register.inclusion_tag("admin/tracker/kept_fields.html", takes_context=True)
def kept_fields(context: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """Within a form with text to type: whose it is, so that what was typed outlives the session. ``path`` is where it goes, unless to its page."""
    return keeping.fields(context["request"], path)

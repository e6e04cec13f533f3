"""What the templates of the desk need besides Django's own."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(found: Mapping[str, Any], path: str) -> Any:
    """What a mapping holds under a name; nothing where it holds none."""
    return found.get(path, ())

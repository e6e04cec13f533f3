"""Words with code in them: ``{% load coded %}``."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def coded(text: str) -> SafeString:
    """A text whose `code` between backticks is shown as code; everything else is escaped."""
    parts = str(text).split("`")
    said = (format_html('<code dir="ltr">{}</code>' if place % 2 else "{}", part) for place, part in enumerate(parts))
    return mark_safe("".join(said))  # each part is escaped

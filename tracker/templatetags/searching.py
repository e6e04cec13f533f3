"""What the pages of the search need: ``{% load searching %}``."""

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from tracker.public.summaries.search import Passage
from tracker.rules.marking import Snippet
from tracker.templatetags.publication import here
from tracker.templatetags.wording import in_short

register = template.Library()


@register.filter
def marks(snippet: Snippet) -> SafeString:
    """A text with what was searched for in ``<mark>``; an ellipsis where it goes on."""
    pieces = format_html_join("", "{}", ((format_html("<mark>{}</mark>", text) if searched else text,) for text, searched in snippet.pieces))
    return format_html("{}{}{}", "… " if snippet.before else "", pieces, " …" if snippet.after else "")


@register.filter
def whose(passage: Passage) -> str:
    """What a passage is where it stands, and who says it: “Quoted from Le Monde”."""
    return gettext(str(passage.label)) % {"name": passage.name}


@register.filter
def how_translated(passage: Passage) -> str:
    """What kind of translation a passage is, or that it is of an earlier wording; empty for what is none."""
    translation = passage.translation
    if translation is None:
        return ""
    return gettext("translation of an earlier wording") if translation.outdated else in_short(translation)


@register.simple_tag(takes_context=True)
def of_kind(context: RequestContext, kind: str = "") -> str:
    """The same search among one kind of record, or among all."""
    return here(context, kind=kind or None)


@register.simple_tag
def among(kind: str, count: int) -> str:
    """How many of a kind were found, in words."""
    forms = {
        "recommendation": ngettext("%(n)s recommendation", "%(n)s recommendations", count),
        "action": ngettext("%(n)s action", "%(n)s actions", count),
        "document": ngettext("%(n)s document", "%(n)s documents", count),
        "government": ngettext("%(n)s government or group", "%(n)s governments and groups", count),
    }
    return forms[kind] % {"n": count}

"""Tags of the two clocks and of the page that compares."""

import re
from urllib.parse import urlencode

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from tracker.public.clocks import Clocks
from tracker.public.filters import Grammar
from tracker.public.summaries.compare import Related
from tracker.rules.vocabulary import RelationKind
from tracker.templatetags.numbers import LONGEST_LIST, rows_within
from tracker.templatetags.publication import when

register = template.Library()

_RELATIONS: dict[RelationKind, str | Promise] = {
    RelationKind.REPEATS: gettext_lazy("%(one)s repeats %(other)s."),
    RelationKind.NARROWS: gettext_lazy("%(one)s narrows %(other)s."),
    RelationKind.SPLITS: gettext_lazy("%(one)s is a part of %(other)s."),
    RelationKind.SUPERSEDES: gettext_lazy("%(one)s supersedes %(other)s."),
}


@register.simple_tag
def clocks_in_words(clocks: Clocks) -> SafeString:
    """A side's two clocks in words, without a preposition, which each language puts where the words stand."""
    day = when(clocks.as_of)
    if clocks.edition_asked:
        return format_html(_open(gettext("%(day)s as this site said it in edition %(number)s")), day=day, number=clocks.edition_asked)
    if clocks.known:
        return format_html(_open(gettext("%(day)s as this site said it on %(known)s")), day=day, known=clocks.known_as_written)
    return format_html(_open(gettext("%(day)s as this site says it now")), day=day)


@register.simple_tag
def relation(related: Related, one: str, other: str) -> SafeString:
    """How a recommendation of one document stands to one of the other, in a sentence; ``one`` and ``other`` are their addresses."""
    named = {"one": (one, related.reference), "other": (other, related.other)}
    links = {name: format_html('<a href="{}">{}</a>', *each) for name, each in named.items()}
    return format_html(_open(str(_RELATIONS[related.kind])), **links)


@register.simple_tag(takes_context=True)
def rows_of_both(context: RequestContext, grammar: Grammar, references: list[str], codes: list[str]) -> str:
    """The addressees of some recommendations at two governments, within the page's filters. Empty where there are none, or too many to name."""
    return rows_within(context, grammar, recommendation=references, government=codes) if 0 < len(references) <= LONGEST_LIST else ""


def _open(message: str) -> str:
    """A translated message with its places as ``format_html`` has them."""
    return re.sub(r"%\((\w+)\)s", r"{\1}", escape(message))


@register.simple_tag(takes_context=True)
def since_then(context: RequestContext) -> str:
    """The address that compares what this page is read by with what the site says now, on the same day and with the same filters."""
    clocks = context["clocks"]
    found = {"as_of": clocks.as_of.isoformat(), "known": clocks.known_as_written, "with_known": f"edition-{context['edition'].newest}"}
    return f"{reverse('public:compare')}?{urlencode(found)}"

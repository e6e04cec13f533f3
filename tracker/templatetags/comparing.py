"""Tags of the two clocks and of the page that compares."""

import re
from urllib.parse import urlencode

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tracker.public.clocks import Clocks
from tracker.templatetags.publication import when

register = template.Library()


@register.simple_tag
def clocks_in_words(clocks: Clocks) -> SafeString:
    """A side's two clocks in words, without a preposition, which each language puts where the words stand."""
    day = when(clocks.as_of)
    if clocks.edition_asked:
        return format_html(_open(gettext("%(day)s as this site said it in edition %(number)s")), day=day, number=clocks.edition_asked)
    if clocks.known:
        return format_html(_open(gettext("%(day)s as this site said it on %(known)s")), day=day, known=clocks.known_as_written)
    return format_html(_open(gettext("%(day)s as this site says it now")), day=day)


def _open(message: str) -> str:
    """A translated message with its places as ``format_html`` has them."""
    return re.sub(r"%\((\w+)\)s", r"{\1}", escape(message))


@register.simple_tag(takes_context=True)
def since_then(context: RequestContext) -> str:
    """The address that compares what this page is read by with what the site says now, on the same day and with the same filters."""
    clocks = context["clocks"]
    found = {"as_of": clocks.as_of.isoformat(), "known": clocks.known_as_written, "with_known": f"edition-{context['edition'].newest}"}
    return f"{reverse('public:compare')}?{urlencode(found)}"

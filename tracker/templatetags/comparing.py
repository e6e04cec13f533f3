"""Tags of the two clocks and of the page that compares."""

from urllib.parse import urlencode

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tracker.public.clocks import Clocks
from tracker.templatetags.publication import when

register = template.Library()


@register.simple_tag(takes_context=True)
def since_then(context: RequestContext) -> str:
    """The address that compares what this page is read by with what the site says now, on the same day and with the same filters."""
    clocks = context["clocks"]
    found = {"as_of": clocks.as_of.isoformat(), "known": clocks.known_as_written, "with_known": f"edition-{context['edition'].newest}"}
    return f"{reverse('public:compare')}?{urlencode(found)}"


@register.simple_tag
def clocks_in_words(clocks: Clocks) -> SafeString:
    """A side's two clocks, to stand in a sentence: “1 June 2019 as this site said it in edition 3”."""
    if clocks.edition_asked:
        words = gettext("%(day)s as this site said it in edition %(number)s")
    elif clocks.known:
        words = gettext("%(day)s as this site said it on %(known)s")
    else:
        words = gettext("%(day)s as this site says it now")
    places = {"day": "{day}", "number": "{number}", "known": "{known}"}
    return format_html(words % places, day=when(clocks.as_of), number=clocks.edition_asked, known=clocks.known_as_written)

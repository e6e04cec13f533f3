"""Tags of the two clocks and of the page that compares."""

from urllib.parse import urlencode

from django import template
from django.template import RequestContext
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def since_then(context: RequestContext) -> str:
    """The address that compares what this page is read by with what the site says now, on the same day and with the same filters."""
    clocks = context["clocks"]
    found = {"as_of": clocks.as_of.isoformat(), "known": clocks.known_as_written, "with_known": f"edition-{context['edition'].newest}"}
    return f"{reverse('public:compare')}?{urlencode(found)}"

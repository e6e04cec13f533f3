"""Pages that explain."""

from django.http import HttpRequest

from tracker.public import columns
from tracker.public.clocks import Clocks
from tracker.public.pages import Page, public_page
from tracker.rules import searches, vocabulary


@public_page
def methodology(_request: HttpRequest, _clocks: Clocks) -> Page:
    """The definitions, from the code that applies them."""
    context = {"words": vocabulary, "listings": columns.LISTINGS.values(), "months": searches.HOLDS_FOR}
    return "tracker/methodology.html", context

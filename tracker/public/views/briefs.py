"""A page to print and to hand over: one government or one document on one sheet."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tracker.public.clocks import Clocks
from tracker.public.pages import Page, missing, not_here, public_page
from tracker.public.summaries.brief import document_brief, government_brief


@public_page
def government(_request: HttpRequest, clocks: Clocks, code: str) -> Page:
    """A government's brief."""
    brief = government_brief(clocks, code)
    if brief is None:
        raise not_here(clocks, "government", code, _("No government %(code)s on this site on that day.") % {"code": code})
    return "tracker/brief.html", {"brief": brief, "wordings": brief.wordings}


@public_page
def document(_request: HttpRequest, clocks: Clocks, key: str) -> Page:
    """A document's brief."""
    brief = document_brief(clocks, key)
    if brief is None:
        raise missing(clocks, "document", key, _("No document %(key)s on this site on that day.") % {"key": key})
    return "tracker/brief.html", {"brief": brief, "wordings": brief.wordings}

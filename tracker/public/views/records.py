"""One page a record."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tracker.languages import names
from tracker.public import columns
from tracker.public.clocks import Clocks
from tracker.public.following import Follow, following
from tracker.public.pages import Page, missing, not_here, public_page
from tracker.public.summaries.action import action_page
from tracker.public.summaries.document import document_page
from tracker.public.summaries.government import government_page
from tracker.public.summaries.recommendation import recommendation_page
from tracker.public.translated import wordings
from tracker.public.views.shared import downloads
from tracker.rules.vocabulary import GovernmentKind


def _follow(name: str, **filters: str) -> Follow:
    return following(_("Changes: %(filter)s") % {"filter": name}, filters)


@public_page
def recommendation(request: HttpRequest, clocks: Clocks, reference: str) -> Page:
    """A recommendation: its words and source, a row a government, what was done before and after."""
    story = recommendation_page(clocks, reference)
    if story is None:
        sentence = _("No recommendation %(reference)s on this site on that day.") % {"reference": reference}
        raise missing(clocks, "recommendation", reference, sentence)
    query = "?" + urlencode({"recommendation": reference, **clocks.parameters})
    return "tracker/recommendation.html", {
        "story": story,
        "follow": _follow(reference, recommendation=reference),
        "downloads": downloads(columns.ADDRESSEES, query),
        "wordings": wordings(clocks, *story.rows),
    }


@public_page
def government(request: HttpRequest, clocks: Clocks, code: str) -> Page:
    """A government: what was addressed to it, and what it did."""
    page = government_page(clocks, code)
    if page is None:
        raise not_here(clocks, "government", code, _("No government %(code)s on this site on that day.") % {"code": code})
    follow = _follow(
        names.government(code, page.government.name), **{"group" if page.government.kind == GovernmentKind.GROUP else "government": code}
    )
    query = "?" + urlencode({"government": code, **clocks.parameters})
    return "tracker/government.html", {
        "government_page": page,
        "follow": follow,
        "downloads": downloads(columns.ADDRESSEES, query),
        "wordings": wordings(clocks, *page.rows),
    }


@public_page
def document(request: HttpRequest, clocks: Clocks, key: str) -> Page:
    """A document: what it recommends and what it is cited for."""
    page = document_page(clocks, key)
    if page is None:
        raise missing(clocks, "document", key, _("No document %(key)s on this site on that day.") % {"key": key})
    return "tracker/document.html", {
        "document_page": page,
        "follow": _follow(key, kind="document", record=key),
        "wordings": wordings(clocks, *page.rows),
    }


@public_page
def action(request: HttpRequest, clocks: Clocks, key: str) -> Page:
    """An action: what was done, at whom it was aimed, what it bears on, who says so."""
    page = action_page(clocks, key)
    if page is None:
        raise missing(clocks, "action", key, _("No action %(key)s on this site on that day.") % {"key": key})
    return "tracker/action.html", {
        "action_page": page,
        "follow": _follow(key, kind="action", record=key),
        "wordings": wordings(clocks, *page.rows),
    }

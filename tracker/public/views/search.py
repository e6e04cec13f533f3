"""The search across records."""

from django.http import HttpRequest

from tracker.public.clocks import Clocks
from tracker.public.pages import Page, public_page
from tracker.public.summaries.search import Found, SearchFilters, each_by_itself, hits
from tracker.public.views.shared import page_of, query_of

PER_PAGE = 25


@public_page
def search(request: HttpRequest, clocks: Clocks) -> Page:
    """Recommendations, actions, documents and governments that say what was asked for, or how to ask where nothing was."""
    filters = SearchFilters(request.GET, clocks)
    context = {"filters": filters, "query": query_of(request, clocks, filters)}
    if not filters.texts:
        return "tracker/search.html", context
    found = Found(filters.asked(filters.texts), clocks, filters.kinds)
    page = page_of(found, request, PER_PAGE)
    context |= {"found": found, "page": page, "hits": hits(found, page.object_list)}
    if not found.everything:
        context["each"] = each_by_itself(found)
    return "tracker/search.html", context

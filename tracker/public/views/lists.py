"""Lists: each reads its filters and shows the rows that match, with facets."""

from django.http import HttpRequest
from django.urls import reverse

from tracker.public import columns, corrections
from tracker.public.clocks import Clocks
from tracker.public.facets import facets, finders
from tracker.public.filters import CorrectionFilters
from tracker.public.pages import Page, public_page
from tracker.public.summaries.behind import editions_known
from tracker.public.summaries.dashboard import by_government
from tracker.public.summaries.lists import InOrder
from tracker.public.summaries.lists import listed as listed_of
from tracker.public.views.shared import PER_PAGE, downloads, list_context, page_of, query_of


@public_page
def recommendation_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Recommendations that match the filters, with facets."""
    context = list_context(request, clocks, columns.RECOMMENDATIONS, InOrder)
    chosen = context["filters"].met
    context["addressees"] = chosen.count(chosen.flags("counted"))
    context["listed"] = listed_of(clocks, list(context["page"]), chosen)
    return "tracker/recommendation_list.html", context


@public_page
def government_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Governments with what became of what was addressed to them, and groups."""
    context = list_context(request, clocks, columns.GOVERNMENTS)
    context["by_government"] = {row.code: row for row in by_government(clocks)}
    return "tracker/government_list.html", context


@public_page
def document_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Documents that match the filters."""
    return "tracker/document_list.html", list_context(request, clocks, columns.DOCUMENTS)


@public_page
def action_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Actions that match the filters."""
    return "tracker/action_list.html", list_context(request, clocks, columns.ACTIONS)


@public_page
def effect_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Links from actions to addressees, with their order in time and their direction."""
    context = list_context(request, clocks, columns.EFFECTS)
    return "tracker/effect_list.html", {**context, "governments": context["filters"].labels("government")}


@public_page
def citation_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Citations beside the records that they serve."""
    return "tracker/citation_list.html", list_context(request, clocks, columns.CITATIONS)


@public_page
def changes(request: HttpRequest, clocks: Clocks) -> Page:
    """Every change of the public record: who, when, why."""
    context = list_context(request, clocks, columns.CHANGES)
    context["editions"] = list(editions_known(clocks)[:PER_PAGE])
    context["head"] = clocks.chain_head()
    context["feed"] = reverse("changes-feed") + query_of(request, clocks, context["filters"])
    context["follow"] = None  # the page itself leads to its feed
    return "tracker/changes.html", context


@public_page
def correction_list(request: HttpRequest, clocks: Clocks) -> Page:
    """What was changed or taken back after it had been public, with what it said before and after."""
    grammar = CorrectionFilters(request.GET, clocks)
    page = page_of(grammar.rows().order_by(*columns.CHANGES.order), request, count=len(grammar.met))
    query = query_of(request, clocks, grammar)
    files = query if "nature" in grammar.given else f"{query}&nature=correction" if query else "?nature=correction"
    return "tracker/corrections.html", {
        "filters": grammar,
        "facets": facets(grammar, counting="id", find=finders(request.GET, grammar.FACETS)),
        "page": page,
        "corrections": corrections.corrections(list(page), clocks),
        "reference_changes": corrections.reference_changes(clocks, grammar.given),
        "erasures": corrections.erasures(clocks),
        "downloads": downloads(columns.CHANGES, files),
        "feed": reverse("changes-feed") + files,
    }

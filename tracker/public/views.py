"""The pages for people: each reads its filters, gathers what it says, and names its template."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.editions.tables import SiteEdition
from tracker.public import columns, corrections, summaries
from tracker.public.clocks import BadFilter, Clocks
from tracker.public.facets import facets
from tracker.public.filters import AddresseeFilters, CorrectionFilters, Grammar
from tracker.public.pages import NotHere, Page, missing, public_page
from tracker.rules import searches, vocabulary

PER_PAGE = 50


def page_of(rows: Any, request: HttpRequest) -> Any:
    """The page that the address asks for; ``BadFilter`` where there is none of that number."""
    paginator = Paginator(rows, PER_PAGE)
    written = request.GET.get("page", "1").strip() or "1"
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= paginator.num_pages):
        raise BadFilter("page", _("“%(page)s”: page takes a number from 1 to %(last)s.") % {"page": written[:60], "last": paginator.num_pages})
    return paginator.page(int(written))


def query_of(request: HttpRequest, clocks: Clocks, grammar: Grammar | None = None) -> str:
    """The filters and clocks of a page as a query string, with its question mark; empty where there are none."""
    parameters = [(name, value) for name, values in (grammar.given if grammar else {}).items() for value in values]
    if sort := request.GET.get("sort", "").strip():
        parameters.append(("sort", sort))
    parameters += clocks.parameters.items()
    return "?" + urlencode(parameters) if parameters else ""


def downloads(listing: columns.Listing, query: str) -> list[dict[str, str]]:
    """Where exactly these rows are to be had as files."""
    return [{"label": ending.upper(), "url": f"/api/v1/{listing.name}.{ending}{query}"} for ending in ("csv", "json")]


def _list(request: HttpRequest, clocks: Clocks, listing: columns.Listing) -> dict[str, Any]:
    grammar = listing.filters(request.GET, clocks)
    rows = listing.queryset(clocks, grammar, request.GET)
    query = query_of(request, clocks, grammar)
    page = page_of(rows, request)
    page.object_list = listing.told(page.object_list, clocks)
    return {
        "filters": grammar,
        "facets": facets(grammar, counting=listing.counting),
        "page": page,
        "query": query,
        "sorts": listing.sorts,
        "downloads": downloads(listing, query),
    }


@public_page
def dashboard(request: HttpRequest, clocks: Clocks) -> Page:
    """Who recommended what, what each government did, how sure we are, what changed."""
    query = query_of(request, clocks)
    return "tracker/dashboard.html", {
        "dashboard": summaries.dashboard(clocks),
        "days": summaries.day_range(clocks),
        "downloads": downloads(columns.ADDRESSEES, query),
    }


@public_page
def recommendation_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Recommendations that match the filters, with facets."""
    context = _list(request, clocks, columns.RECOMMENDATIONS)
    context["addressees"] = context["filters"].rows().filter(counted=True).count()
    context["listed"] = summaries.listed(clocks, list(context["page"]), context["filters"].rows())
    return "tracker/recommendation_list.html", context


@public_page
def recommendation(request: HttpRequest, clocks: Clocks, reference: str) -> Page:
    """A recommendation: its words and source, a row a government, what was done before and after."""
    story = summaries.recommendation_page(clocks, reference)
    if story is None:
        sentence = _("No recommendation %(reference)s on this site on that day.") % {"reference": reference}
        raise missing(clocks, "recommendation", reference, sentence)
    query = "?" + urlencode({"recommendation": reference, **clocks.parameters})
    return "tracker/recommendation.html", {"story": story, "downloads": downloads(columns.ADDRESSEES, query)}


@public_page
def government_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Governments with what became of what was addressed to them, and groups."""
    context = _list(request, clocks, columns.GOVERNMENTS)
    context["by_government"] = {row.code: row for row in summaries.by_government(clocks)}
    return "tracker/government_list.html", context


@public_page
def government(request: HttpRequest, clocks: Clocks, code: str) -> Page:
    """A government: what was addressed to it, and what it did."""
    page = summaries.government_page(clocks, code)
    if page is None:
        raise NotHere(_("No government %(code)s on this site on that day.") % {"code": code})
    query = "?" + urlencode({"government": code, **clocks.parameters})
    return "tracker/government.html", {"government_page": page, "downloads": downloads(columns.ADDRESSEES, query)}


@public_page
def matrix(request: HttpRequest, clocks: Clocks) -> Page:
    """Recommendations × governments."""
    grammar = AddresseeFilters(request.GET, clocks)
    query = query_of(request, clocks, grammar)
    return "tracker/matrix.html", {
        "filters": grammar,
        "facets": facets(grammar, counting="id", among=Q(counted=True)),
        "matrix": summaries.matrix(clocks, grammar.rows()),
        "query": query,
        "downloads": downloads(columns.ADDRESSEES, query),
    }


@public_page
def document_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Documents that match the filters."""
    return "tracker/document_list.html", _list(request, clocks, columns.DOCUMENTS)


@public_page
def document(request: HttpRequest, clocks: Clocks, key: str) -> Page:
    """A document: what it recommends and what it is cited for."""
    page = summaries.document_page(clocks, key)
    if page is None:
        raise missing(clocks, "document", key, _("No document %(key)s on this site on that day.") % {"key": key})
    return "tracker/document.html", {"document_page": page}


@public_page
def action_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Actions that match the filters."""
    return "tracker/action_list.html", _list(request, clocks, columns.ACTIONS)


@public_page
def action(request: HttpRequest, clocks: Clocks, key: str) -> Page:
    """An action: what was done, at whom it was aimed, what it bears on, who says so."""
    page = summaries.action_page(clocks, key)
    if page is None:
        raise missing(clocks, "action", key, _("No action %(key)s on this site on that day.") % {"key": key})
    return "tracker/action.html", {"action_page": page}


@public_page
def effect_list(request: HttpRequest, clocks: Clocks) -> Page:
    """Links from actions to addressees, with their order in time and their direction."""
    return "tracker/effect_list.html", _list(request, clocks, columns.EFFECTS)


@public_page
def changes(request: HttpRequest, clocks: Clocks) -> Page:
    """Every change of the public record: who, when, why."""
    context = _list(request, clocks, columns.CHANGES)
    context["editions"] = list(summaries.editions_known(clocks)[:PER_PAGE])
    context["head"] = clocks.chain_head()
    context["feed"] = reverse("changes-feed") + context["query"]
    return "tracker/changes.html", context


@public_page
def correction_list(request: HttpRequest, clocks: Clocks) -> Page:
    """What was changed or taken back after it had been public, with what it said before and after."""
    grammar = CorrectionFilters(request.GET, clocks)
    page = page_of(grammar.rows().order_by(*columns.CHANGES.order), request)
    query = query_of(request, clocks, grammar)
    files = query if "nature" in grammar.given else f"{query}&nature=correction" if query else "?nature=correction"
    return "tracker/corrections.html", {
        "filters": grammar,
        "facets": facets(grammar, counting="id"),
        "page": page,
        "corrections": corrections.corrections(list(page), clocks),
        "reference_changes": corrections.reference_changes(clocks, grammar.given),
        "erasures": corrections.erasures(clocks),
        "downloads": downloads(columns.CHANGES, files),
        "feed": reverse("changes-feed") + files,
    }


@public_page
def methodology(_request: HttpRequest, _clocks: Clocks) -> Page:
    """The definitions, from the code that applies them."""
    context = {"words": vocabulary, "listings": columns.LISTINGS.values(), "months": searches.HOLDS_FOR}
    return "tracker/methodology.html", context


def healthz(_request: HttpRequest) -> JsonResponse:
    """Whether the process answers."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """Whether the public database answers, and which edition it has; 503 where it does not."""
    try:
        newest = SiteEdition.objects.first()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "detail": _("The public database does not answer.")}, status=503)
    return JsonResponse({"status": "ready", "edition": newest.number if newest else 0})

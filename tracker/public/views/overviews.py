"""Pages that look across records: the dashboard and the matrix."""

from django.db.models import Q
from django.http import HttpRequest

from tracker.public import columns
from tracker.public.clocks import Clocks
from tracker.public.facets import facets
from tracker.public.filters import AddresseeFilters
from tracker.public.pages import Page, public_page
from tracker.public.summaries.dashboard import dashboard as dashboard_of
from tracker.public.summaries.lists import day_range
from tracker.public.summaries.matrix import matrix as matrix_of
from tracker.public.translated import wordings
from tracker.public.views.shared import downloads, query_of


@public_page
def dashboard(request: HttpRequest, clocks: Clocks) -> Page:
    """Who recommended what, what each government did, how sure we are, what changed."""
    query = query_of(request, clocks)
    found = dashboard_of(clocks)
    return "tracker/dashboard.html", {
        "dashboard": found,
        "wordings": wordings(clocks, found.latest_statuses, found.latest_actions),
        "days": day_range(clocks),
        "downloads": downloads(columns.ADDRESSEES, query),
    }


@public_page
def matrix(request: HttpRequest, clocks: Clocks) -> Page:
    """Recommendations × governments."""
    grammar = AddresseeFilters(request.GET, clocks)
    query = query_of(request, clocks, grammar)
    table = matrix_of(clocks, grammar.rows())
    return "tracker/matrix.html", {
        "filters": grammar,
        "facets": facets(grammar, counting="id", among=Q(counted=True)),
        "matrix": table,
        "wordings": wordings(clocks, (row.recommendation for row in table.rows)),
        "query": query,
        "downloads": downloads(columns.ADDRESSEES, query),
    }

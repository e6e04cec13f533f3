"""Pages that look across records: the dashboard."""

from django.http import HttpRequest

from tracker.public import columns
from tracker.public.clocks import Clocks
from tracker.public.pages import Page, public_page
from tracker.public.summaries.dashboard import dashboard as dashboard_of
from tracker.public.summaries.lists import day_range
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

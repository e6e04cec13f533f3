"""/api/v1/: the same filters, columns and rows as the pages, for programs."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tracker.public import formats
from tracker.public.clocks import Clocks
from tracker.public.columns import LISTINGS
from tracker.public.facets import facets
from tracker.public.pages import NotHere, public_data
from tracker.public.views.shared import page_of


@public_data
def index(request: HttpRequest, _clocks: Clocks) -> HttpResponseBase:
    """The lists that there are, the matrix, and the crosswalk of statuses."""
    site = origin(request)
    lists = {name: {ending or "page": f"{site}/api/v1/{name}{ending}" for ending in ("", ".json", ".csv")} for name in LISTINGS}
    whole = {name: {ending: f"{site}/api/v1/{name}{ending}" for ending in (".json", ".csv")} for name in ("matrix", "crosswalk")}
    return JsonResponse({**lists, **whole})


@public_data
def listing(request: HttpRequest, clocks: Clocks, name: str, ending: str = "") -> HttpResponseBase:
    """A list: a page of it as JSON, or with ``.json`` or ``.csv`` exactly the filtered rows, all of them."""
    if name not in LISTINGS:
        raise NotHere(_("No list “%(name)s”; there are %(names)s.") % {"name": name[:60], "names": ", ".join(LISTINGS)})
    chosen = LISTINGS[name]
    grammar = chosen.filters(request.GET, clocks)
    rows = chosen.queryset(clocks, grammar, request.GET)
    site = origin(request)
    match ending:
        case "csv":
            return formats.as_csv(chosen, rows, clocks, site)
        case "json":
            return formats.as_json(chosen, rows, facets(grammar, counting=chosen.counting), clocks, site)
    page = page_of(rows, request)
    return JsonResponse(
        {
            "count": page.paginator.count,
            "next": _next(request, page),
            "as_of": clocks.as_of.isoformat(),
            "known": clocks.known_as_written or None,
            "site_edition": formats.edition_read(clocks),
            **chosen.about(clocks),
            "results": [formats.row_as_json(chosen, row, clocks, site) for row in chosen.told(page, clocks)],
            "facets": formats.facets_as_json(facets(grammar, counting=chosen.counting)),
        },
        json_dumps_params={"ensure_ascii": False},
    )


def origin(request: HttpRequest) -> str:
    """The site's origin, without a slash at the end."""
    return f"{request.scheme}://{request.get_host()}"


def _next(request: HttpRequest, page: Any) -> str | None:
    if not page.has_next():
        return None
    parameters = [(key, value) for key, values in request.GET.lists() if key != "page" for value in values]
    return f"{origin(request)}{request.path}?{urlencode([*parameters, ('page', page.next_page_number())])}"

"""What the views share: the page of a list that is asked for, its query, and its files."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tracker.editions.tables import RecommendationEdition
from tracker.public import columns
from tracker.public.as_of import told
from tracker.public.clocks import BadFilter, Clocks, one_value
from tracker.public.facets import Facet, facets, finders
from tracker.public.filters import Grammar
from tracker.public.following import following_list
from tracker.public.formats import ENDINGS
from tracker.public.layout import LONGEST_NUMBER
from tracker.public.translated import wordings

PER_PAGE = 50


class _Counted(Paginator):  # type: ignore[type-arg]  # it takes none when it runs
    """Pages of rows whose number is known, so that nobody need count them."""

    def __init__(self, rows: Any, per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.count = count  # type: ignore[misc]  # Django reckons it once, where it is not there


def page_of(rows: Any, request: HttpRequest, per_page: int = PER_PAGE, *, count: int | None = None) -> Any:
    """The page that the address asks for; ``BadFilter`` where there is none of that number. ``count``: how many rows there are, if that is known."""
    paginator = Paginator(rows, per_page) if count is None else _Counted(rows, per_page, count)
    written = one_value(request.GET, "page") or "1"
    if not (written.isascii() and written.isdigit() and len(written) <= LONGEST_NUMBER and 1 <= int(written) <= paginator.num_pages):
        raise BadFilter("page", _("“%(page)s”: page takes a number from 1 to %(last)s.") % {"page": written[:60], "last": paginator.num_pages})
    return paginator.page(int(written))


def query_of(request: HttpRequest, clocks: Clocks, grammar: Grammar | None = None, *, sorted_too: bool = False) -> str:
    """The filters and clocks of a page as a query string, with its question mark; empty where there are none.

    ``sorted_too``: the order as well, of a page that takes one. Of any other its files would be refused for what the page leaves unread.
    """
    parameters = [(name, value) for name, values in (grammar.given if grammar else {}).items() for value in values]
    if sorted_too and (sort := one_value(request.GET, "sort")):
        parameters.append(("sort", sort))
    parameters += clocks.parameters.items()
    return "?" + urlencode(parameters) if parameters else ""


def downloads(listing: columns.Listing, query: str) -> list[dict[str, str]]:
    """Where exactly these rows are to be had as files."""
    return [{"label": label, "url": f"/api/v1/{listing.name}.{ending}{query}"} for ending, label in ENDINGS.items()]


def titles_in(grammar: Grammar, found: Iterable[Facet] = (), *more: str) -> list[RecommendationEdition]:
    """Rows that stand for the recommendations which filters and facets name, and for ``more`` by reference: to find their titles translated."""
    named = {value.value for facet in found if facet.name == "recommendation" for value in facet.values}
    return [RecommendationEdition(reference=reference) for reference in {*named, *grammar.given.get("recommendation", ()), *more}]


def list_context(
    request: HttpRequest, clocks: Clocks, listing: columns.Listing, paged: Callable[[Any, tuple[str, ...]], Any] | None = None
) -> dict[str, Any]:
    """What every list is given. ``paged``: the rows of filters in an order, where they are not what the list's own query gives."""
    grammar = listing.filters(request.GET, clocks)
    rows = paged(grammar, listing.keys(request.GET)) if paged else listing.queryset(clocks, grammar, request.GET)
    query = query_of(request, clocks, grammar, sorted_too=True)
    page = page_of(rows, request, count=None if paged or listing.rows else len(grammar.met))
    page.object_list = told(page.object_list, clocks)
    found = facets(grammar, counting=listing.counting, find=finders(request.GET, grammar.FACETS))
    return {
        "filters": grammar,
        "facets": found,
        "page": page,
        "wordings": wordings(clocks, page.object_list, titles_in(grammar, found)),
        "query": query,
        "sorts": listing.sorts,
        "downloads": downloads(listing, query),
        "follow": following_list(listing.name, grammar),
    }

"""/compare/: two governments, two documents or two days beside each other."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone

from tracker.public import columns
from tracker.public.citable import FINDING
from tracker.public.clocks import Clocks
from tracker.public.facets import finders, offer
from tracker.public.filters import AddresseeFilters
from tracker.public.pages import Page, permalink, public_page
from tracker.public.sides import PREFIX, Kind, Sides, read_sides, written
from tracker.public.summaries import compare as comparisons
from tracker.public.translated import wordings
from tracker.public.views.shared import downloads, titles_in

_GATHER = {Kind.GOVERNMENTS: comparisons.governments, Kind.DOCUMENTS: comparisons.documents, Kind.DAYS: comparisons.days}


@public_page
def compare(request: HttpRequest, clocks: Clocks) -> Page:
    """What differs between two governments, documents or days, in words; with nothing chosen, what can be."""
    sides = read_sides(request.GET, clocks, now=timezone.now())
    gather = None if sides.are_the_same else _GATHER.get(sides.kind)
    found = gather(sides) if gather else None
    documents = comparisons.documents_of(sides.left, sides.right) if sides.kind is Kind.DOCUMENTS else [None, None]
    shared = AddresseeFilters(sides.shared, clocks)
    find = finders(request.GET, FINDING["compare"])
    compared = {name: _compared(sides, name) for name in FINDING["compare"]}
    offers = {name: offer(shared, name, find.get(name, ""), chosen=chosen) for name, chosen in compared.items()} if not found else {}
    context = {
        "sides": sides,
        "kind": str(sides.kind),
        "found": found,
        "left_document": documents[0],
        "right_document": documents[1],
        "wordings": wordings(sides.right.clocks, found.rows if found else (), documents, titles_in(shared)),
        "shared": shared,
        "swapped": f"?{urlencode(sides.swapped, doseq=True)}",
        "offers": offers,
        "compared": compared,
        "days": {"left": written(sides.left.clocks), "right": written(sides.right.clocks)},
        "downloads": _files(sides),
    }
    if sides.kind is Kind.DAYS and clocks.edition() is not None:
        right = {PREFIX + name: value for name, value in sides.right.clocks.pinned.items()}
        context["permalink"] = permalink(request, clocks, **right)
    return "tracker/compare.html", context


def _compared(sides: Sides, kind: str) -> list[str]:
    """The governments or documents that are compared."""
    return [side.about for side in (sides.left, sides.right)] if sides.kind == kind else sides.left.filters.given.get(kind, [])[:1]


def _files(sides: Sides) -> list[dict[str, str]]:
    """The rows of both sides as files: one file, or of two days one of each."""
    if sides.kind is Kind.NOTHING or sides.are_the_same:
        return []
    shared = [(name, value) for name, values in sides.shared.lists() for value in values]
    if sides.kind is not Kind.DAYS:
        both = [(sides.kind.value, side.about) for side in (sides.left, sides.right)]
        return downloads(columns.ADDRESSEES, f"?{urlencode([*shared, *both, *sides.left.clocks.parameters.items()])}")
    found = []
    for side in (sides.left, sides.right):
        clocks = written(side.clocks)
        files = downloads(columns.ADDRESSEES, f"?{urlencode([*shared, *clocks.items()])}")
        found += [{**each, "label": f"{each['label']} ({clocks['as_of']}, {clocks.get('known', '')})"} for each in files]
    return found

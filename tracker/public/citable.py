"""What of an address makes a page that is no record's the page that it is, so that a citation leads back to it: its filters, layout and place.

Pages and the files of citations read the same declaration; what stands in an address beside it is left out.
"""

import datetime as dt

from django.http import QueryDict

from tracker.public import columns, layout
from tracker.public.clocks import CLOCKS, Clocks
from tracker.public.facets import FIND
from tracker.public.filters import AddresseeFilters, CorrectionFilters, Grammar
from tracker.public.layout import MatrixFilters
from tracker.public.sharing import Parameters
from tracker.public.sides import OTHERS, PREFIX, Kind, Sides, read_sides
from tracker.public.summaries.search import SearchFilters

GRAMMARS: dict[str, type[Grammar]] = {
    **{name: listing.filters for name, listing in columns.LISTINGS.items()},
    "changes-feed": columns.CHANGES.filters,
    "corrections": CorrectionFilters,
    "timeline": AddresseeFilters,
    "map": AddresseeFilters,
    "search": SearchFilters,
}
"""The filters of each page that has any, of each list of the API, and of the feed; those of the matrix and of the comparison are read with what else
they take."""
BESIDE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(columns.LISTINGS, ("sort", "page")),
    "changes-feed": ("page",),
    "corrections": ("page",),
    "release-difference": ("list", "page"),
    "timeline": ("page",),
    "search": ("page",),
    "map": ("region", "eu"),
    "matrix": ("page", "columns"),
}
"""What else such a page's address says."""
FINDING: dict[str, tuple[str, ...]] = {
    "timeline": ("recommendation", "document", "government"),
    "map": ("recommendation", "document"),
    "compare": ("government", "document"),
}
"""The filters whose values a page offers in menus, where it is not those that it has as facets."""
PARTS = ("page", "columns")
"""Of these, which part of what is long a page shows. A file is the whole of it."""
READERS_LANGUAGE, OF_SOURCES = "language", "source_language"
"""In the address of a citation ``language`` is the reader's; a page's own filter of that name, the language of sources, stands under another."""


def takes(name: str) -> tuple[str, ...]:
    """The parameters that a page reads which shows what its address asks for, both clocks among them; none of any other page."""
    if name == "compare":
        return (*AddresseeFilters.base_filters, *OTHERS, *CLOCKS)
    if name == "matrix":
        return (*MatrixFilters.base_filters, *layout.NAMES, *CLOCKS)
    if name not in BESIDE:
        return ()
    filters = GRAMMARS[name].base_filters if name in GRAMMARS else ()
    return (*filters, *BESIDE[name], *CLOCKS)


def finders(name: str) -> tuple[str, ...]:
    """The parameters by which the page finds values of its filters. They change nothing of what it tells."""
    filters = FINDING.get(name) or (MatrixFilters if name == "matrix" else GRAMMARS.get(name, Grammar)).FACETS
    return tuple(FIND + each for each in filters)


def file_takes(name: str) -> tuple[str, ...]:
    """The parameters that a file of the same reads."""
    return tuple(each for each in takes(name) if each not in PARTS)


def parameters_of(name: str, asked: QueryDict, clocks: Clocks, *, now: dt.datetime, read: Grammar | Sides | None = None) -> Parameters:
    """The parameters of a page; ``BadFilter`` for what cannot be read. ``read``: its filters or sides, where they were read already."""
    if name == "compare":
        return _of_sides(read if isinstance(read, Sides) else read_sides(asked, clocks, now=now))
    found: list[tuple[str, str]] = []
    grammar = read if isinstance(read, Grammar) else None
    if name == "matrix":
        laid_out = layout.read_layout(asked, clocks)
        grammar = grammar or MatrixFilters(asked, clocks, laid_out)
        found = list(laid_out.parameters.items())
    elif name in GRAMMARS:
        grammar = grammar or GRAMMARS[name](asked, clocks)
    filters = [(key, value) for key, values in (grammar.given if grammar else {}).items() for value in values]
    beside = [(key, value.strip()) for key in BESIDE.get(name, ()) for value in asked.getlist(key)[:1] if value.strip()]
    return [*filters, *found, *beside]


def _of_sides(sides: Sides) -> Parameters:
    """Both sides; the right one of two days pinned to its edition, as the left one is by the page's clocks."""
    found = [(key, value) for key, values in sides.shared.lists() for value in values if key in AddresseeFilters.base_filters and value.strip()]
    if sides.kind in (Kind.GOVERNMENTS, Kind.DOCUMENTS):
        return [*found, (sides.kind.value, sides.left.about), (PREFIX + sides.kind.value, sides.right.about)]
    if sides.kind is Kind.DAYS:
        found += [(PREFIX + key, value) for key, value in sides.right.clocks.pinned.items()]
    return found


def for_files(parameters: Parameters) -> Parameters:
    """The same as the address of a citation carries them."""
    return [(OF_SOURCES if key == READERS_LANGUAGE else key, value) for key, value in parameters]


def from_files(asked: QueryDict) -> QueryDict:
    """The page's own parameters from the address of a citation."""
    found = asked.copy()
    found.pop(READERS_LANGUAGE, None)
    if values := found.pop(OF_SOURCES, None):
        found.setlist(READERS_LANGUAGE, values)
    return found

"""Pages that are drawn: the map and the timeline."""

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from tracker.public import columns, world
from tracker.public.citable import FINDING
from tracker.public.clocks import BadFilter, Clocks, one_value
from tracker.public.facets import Offer, finders, offer
from tracker.public.filters import AddresseeFilters
from tracker.public.pages import Page, public_page
from tracker.public.summaries.timeline import timeline
from tracker.public.summaries.world_map import documents_by_weight, world_map
from tracker.public.translated import wordings
from tracker.public.views.shared import downloads, page_of, query_of, titles_in


def one_or_default(parameters: QueryDict, clocks: Clocks, *, narrows: tuple[str, ...]) -> QueryDict:
    """The parameters of a drawing: as given where one of the filters ``narrows`` is, or else the document with most counted addressees."""
    if any(value.strip() for name in narrows for value in parameters.getlist(name)):
        return parameters
    chosen = parameters.copy()
    if weights := documents_by_weight(clocks):
        chosen["document"] = weights[0][0]
    return chosen


def _one(grammar: AddresseeFilters, name: str) -> str:
    """The one value of a filter; empty where it is not set; ``BadFilter`` for several."""
    values = grammar.given.get(name, [])
    if len(values) > 1:
        raise BadFilter(name, _("%(filter)s takes one value on this page: a drawing shows one at a time.") % {"filter": name})
    return values[0] if values else ""


def _offers(request: HttpRequest, grammar: AddresseeFilters, clocks: Clocks, names: tuple[str, ...]) -> list[Offer]:
    """What the menus of a drawing offer: of documents those with counted addressees, those with most first."""
    find = finders(request.GET, names)
    weights = [key for key, _n in documents_by_weight(clocks)]
    return [offer(grammar, name, find.get(name, ""), weights if name == "document" else None) for name in names]


def _references(offers: list[Offer]) -> list[str]:
    """The recommendations that menus name."""
    return [value for each in offers if each.name == "recommendation" for value, _label in each.values]


def _choice(request: HttpRequest, name: str, values: tuple[str, ...]) -> str:
    """A setting of a drawing that takes one of a few words, the first where it is not given."""
    written = one_value(request.GET, name) or values[0]
    if written not in values:
        sentence = _("“%(value)s”: %(filter)s takes one of %(takes)s.")
        raise BadFilter(name, sentence % {"value": written[:60], "filter": name, "takes": ", ".join(values)})
    return written


@public_page
def map_page(request: HttpRequest, clocks: Clocks) -> Page:
    """Where one recommendation stands in each government, or how much of a document's each took up."""
    region, eu = _choice(request, "region", world.REGIONS), _choice(request, "eu", ("body", "members"))
    grammar = AddresseeFilters(one_or_default(request.GET, clocks, narrows=("recommendation", "document")), clocks)
    recommendation, document = _one(grammar, "recommendation"), _one(grammar, "document")
    offers = _offers(request, grammar, clocks, FINDING["map"])
    drawn = world_map(clocks, grammar.found(), region=region, one_status=bool(recommendation), members=eu == "members")
    return "tracker/map.html", {
        "filters": grammar,
        "recommendation": recommendation,
        "document": document,
        "offers": {each.name: each for each in offers},
        "wordings": wordings(clocks, titles_in(grammar, (), *_references(offers))),
        "map": drawn,
        "region": region,
        "eu": eu,
        "downloads": downloads(columns.ADDRESSEES, query_of(request, clocks, grammar)),
    }


@public_page
def timeline_page(request: HttpRequest, clocks: Clocks) -> Page:
    """What was recommended, done, said and found, a lane an addressee, all on one axis."""
    grammar = AddresseeFilters(one_or_default(request.GET, clocks, narrows=("recommendation", "document", "government")), clocks)
    page = page_of(grammar.found().order_by("recommended_on", "recommendation", "government_name", "id"), request, count=len(grammar.met))
    drawing = timeline(clocks, page.object_list)
    offers = _offers(request, grammar, clocks, FINDING["timeline"])
    return "tracker/timeline.html", {
        "filters": grammar,
        "given": grammar.given,
        "offers": offers,
        "page": page,
        "drawing": drawing,
        "wordings": wordings(clocks, *(lane.rows for lane in drawing.lanes), titles_in(grammar, (), *_references(offers))),
        "downloads": downloads(columns.ADDRESSEES, query_of(request, clocks, grammar)),
    }

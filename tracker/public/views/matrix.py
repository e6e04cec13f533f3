"""The matrix: its page, where its files are, and the page of one of its cells."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from tracker.public import columns, layout
from tracker.public.clocks import Clocks
from tracker.public.facets import facets, finders
from tracker.public.following import following, following_list
from tracker.public.layout import Layout, MatrixFilters, read_layout
from tracker.public.pages import Page, missing_addressee, public_page
from tracker.public.summaries.addressee import addressee_page
from tracker.public.summaries.matrix import Matrix, Membership, Table, memberships
from tracker.public.translated import wordings
from tracker.public.views.shared import downloads, titles_in
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import ITS_MEMBERS, THE_UNION


@dataclass(frozen=True)
class Asked:
    """The matrix that an address asks for. ``addressed``: how many addressees each government has, whatever group is asked for."""

    layout: Layout
    filters: MatrixFilters
    table: Table
    addressed: dict[str, int]
    members: list[Membership]
    shown: Membership | None

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Filters and layout, as an address carries them."""
        return [(name, value) for name, values in self.filters.given.items() for value in values] + list(self.layout.parameters.items())

    @property
    def opening(self) -> dict[str, list[str]]:
        """The filters by which lists open the rows behind a number. They know a group by the day of the page alone; other days name members."""
        given = {name: list(values) for name, values in self.filters.given.items()}
        if self.layout.group_on and self.shown:
            del given["group"]
            given["government"] = [code for code, _name in self.shown.members if code in self.addressed]
        return given


def asked(parameters: QueryDict, clocks: Clocks) -> Asked:
    """Read an address: ``BadFilter`` for what cannot be read."""
    chosen = read_layout(parameters, clocks)
    filters = MatrixFilters(parameters, clocks, chosen)
    every = filters.every.among(filters.meeting(without="group") & filters.every.flags("counted"))
    addressed = every.counts("government", every.all)
    groups = filters.given.get("group", [])
    found: list[Membership] = []
    if groups:
        dates = every.counts("recommended_on", every.all)
        first = min((PartialDate(date).last for date in dates), default=None)
        days = [day for day in (chosen.group_on, clocks.as_of, first) if day]
        found = memberships(clocks, groups, days, set(addressed))
    shown = next((each for each in found if each.day == (chosen.group_on or clocks.as_of)), None)
    named = filters.given.get("government")
    members = [(code, name) for code, name in shown.members if not named or code in named] if shown and chosen.denominator == "members" else []
    return Asked(chosen, filters, Table(clocks, filters.met, chosen, members), addressed, found, shown)


@public_page
def matrix(request: HttpRequest, clocks: Clocks) -> Page:
    """Recommendations × governments, a page of them."""
    wanted = asked(request.GET, clocks)
    found: Matrix = wanted.table.page()
    find = finders(request.GET, wanted.filters.FACETS)
    choices = facets(wanted.filters, counting="id", among=Q(counted=True), find=find)
    (union,) = memberships(clocks, [ITS_MEMBERS], [wanted.layout.group_on or clocks.as_of], set(wanted.addressed))
    query = urlencode([*wanted.parameters, *clocks.parameters.items()])
    return "tracker/matrix.html", {
        "filters": wanted.filters,
        "facets": choices,
        "groups": next((facet.values for facet in choices if facet.name == "group"), []),
        "matrix": found,
        "wordings": wordings(clocks, *found.texts, titles_in(wanted.filters, choices)),
        "layout": wanted.layout,
        "options": {"by": layout.BY, "rows": layout.ROWS, "sorts": layout.SORTS, "denominators": layout.DENOMINATOR},
        "memberships": wanted.members,
        "shown": wanted.shown,
        "without_row": [(code, name) for code, name in wanted.shown.members if code not in wanted.addressed] if wanted.shown else [],
        "opening": wanted.opening,
        "union": union,
        "union_codes": [code for code, _name in union.members if code in wanted.addressed],
        "union_rows": wanted.addressed.get(THE_UNION, 0),
        "member_rows": sum(number for code, number in wanted.addressed.items() if code in dict(union.members)),
        "query": "?" + query if query else "",
        "follow": following_list("addressees", wanted.filters),
        "downloads": _files(wanted, clocks),
    }


def _files(wanted: Asked, clocks: Clocks) -> list[dict[str, str]]:
    """Where exactly this matrix is to be had as files, all pages of it."""
    kinds = ((_("CSV"), "csv", {}), (_("CSV, a line a cell"), "csv", {"shape": "long"}), (_("JSON"), "json", {}))
    parameters = [pair for pair in wanted.parameters if pair[0] != "shape"]
    found = []
    for label, ending, more in kinds:
        query = urlencode([*parameters, *more.items(), *clocks.parameters.items()])
        found.append({"label": label, "url": f"/api/v1/matrix.{ending}" + (f"?{query}" if query else "")})
    return found


@public_page
def addressee(request: HttpRequest, clocks: Clocks, reference: str, code: str) -> Page:
    """One recommendation and one government: why this status, from the verdict to the passages that it rests on, and what it was before."""
    found = addressee_page(clocks, reference, code)
    if found is None:
        words = {"code": code, "reference": reference}
        sentence = _("%(code)s is no addressee of a recommendation %(reference)s on this site on that day.") % words
        raise missing_addressee(clocks, reference, code, sentence)
    own = {"recommendation": reference, "government": code, **clocks.parameters}
    return "tracker/addressee.html", {
        "page": found,
        "story": found.story,
        "wordings": wordings(clocks, *found.rows),
        "follow": following(_("Changes: %(filter)s") % {"filter": f"{reference}, {code}"}, {"recommendation": reference, "government": code}),
        "downloads": downloads(columns.ADDRESSEES, "?" + urlencode(own)),
    }

"""The addresses of the API, as views of REST framework. Each reads its clocks, and answers from one edition of the site."""

from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from django.core.handlers.wsgi import get_bytes_from_wsgi
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tracker.public import citable, crosswalking, formats, matrix_files
from tracker.public.api import TABLE_ENDINGS, origin, takes
from tracker.public.api.walking import PER_PAGE, Cursor, Walked, after, fingerprint, page_asked, place_of
from tracker.public.clocks import BadFilter, Clocks, one_value, read_clocks
from tracker.public.columns import LISTINGS, Listing
from tracker.public.facets import MOST_VALUES, facets
from tracker.public.formats import Said
from tracker.public.ignored import ignored
from tracker.public.pages import NotHere, for_caches, open_to_scripts, revalidated
from tracker.public.servers import once_more
from tracker.public.views import matrix


class Api(APIView):
    """What all addresses have in common: two methods, revalidation, scripts of every site may read."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, **named: str) -> HttpResponseBase:
        """Answer, or say that nothing changed."""
        asked: HttpRequest = request._request
        refuse_unreadable(asked)
        return once_more(lambda: self.read_and_answer(asked, **named))

    def read_and_answer(self, asked: HttpRequest, **named: str) -> HttpResponseBase:
        """Read the clocks and answer by them, or say that nothing changed."""
        clocks = self.read(asked.GET)
        return revalidated(asked, clocks, lambda _edition: self.answer(asked, clocks, **named), tells_of_now=self.tells_of_now(clocks))

    def options(self, request: Request, **_named: str) -> HttpResponseBase:
        """Say to a browser what scripts of other sites may ask: anything that is read here."""
        response = HttpResponse(status=204)
        response["Access-Control-Allow-Methods"] = ", ".join(self.allowed_methods)
        response["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match, If-Modified-Since"
        response["Access-Control-Max-Age"] = "86400"
        return response

    def read(self, parameters: QueryDict) -> Clocks:
        """The clocks of an address, held at the edition that is the newest now."""
        now = timezone.now()
        return read_clocks(parameters, now=now).held(now)

    def tells_of_now(self, clocks: Clocks) -> bool:
        """Whether the answer is another once something is published, or on the next day, whatever it is read by."""
        return False

    def answer(self, request: HttpRequest, clocks: Clocks, **named: str) -> HttpResponseBase:
        """The answer by the clocks."""
        raise NotImplementedError

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """REST framework's, with what every answer says to scripts of other sites and of the reader's standing."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code in (400, 404):
            for_caches(response, request._request)
        open_to_scripts(response)
        if standing := getattr(request._request, "standing", None):
            standing.say(response)
        return response


class FileView(Api):
    """An address whose ending says the format, so that ``Accept`` has no part in it."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Whatever is accepted."""
        return (JSONRenderer(), JSONRenderer.media_type)


def refuse_unreadable(request: HttpRequest) -> None:
    """``BadFilter`` for an address that is no text: bytes that are no UTF-8, or null characters. To guess would answer what nobody asked."""
    for part in get_bytes_from_wsgi(request.META, "QUERY_STRING", "").split(b"&"):
        name, _equals, value = part.partition(b"=")
        try:
            said = [unquote_to_bytes(text).decode() for text in (name, value)]
        except UnicodeDecodeError:
            shown = unquote_to_bytes(name).decode(errors="replace")[:60]
            raise BadFilter(shown, _("%(filter)s takes text in UTF-8, written as %%XX.") % {"filter": shown or "?"}) from None
        if "\0" in said[0] + said[1]:
            shown = said[0].replace("\0", "\ufffd")[:60]
            raise BadFilter(shown, _("%(filter)s takes text without null characters.") % {"filter": shown})


class Index(Api):
    """The lists that there are, the matrix, the crosswalk of statuses, and what describes them."""

    def answer(self, request: HttpRequest, clocks: Clocks, **named: str) -> HttpResponseBase:
        """Addresses alone."""
        site = origin(request)
        endings = ("", *(f".{ending}" for ending in formats.ENDINGS))
        lists = {name: {ending or "page": f"{site}/api/v1/{name}{ending}" for ending in endings} for name in LISTINGS}
        whole = {name: {f".{ending}": f"{site}/api/v1/{name}.{ending}" for ending in TABLE_ENDINGS} for name in ("matrix", "crosswalk")}
        return Response({**lists, **whole, "openapi": f"{site}/api/v1/openapi.json", "docs": f"{site}/api/docs/"})


class Pages(Api):
    """A list, a page at a time."""

    def read(self, parameters: QueryDict) -> Clocks:
        """The clocks of the address, or those by which its cursor was begun."""
        cursor = Cursor.read(parameters)
        if cursor is None:
            return super().read(parameters)
        if one_value(parameters, "page"):
            raise BadFilter("page", _("page and cursor both say where a page begins; say one of them."))
        parameters = parameters.copy()
        for name, value in cursor.clocks.items():
            if not one_value(parameters, name):
                parameters[name] = value
        return Walked.on(super().read(parameters), cursor.begun_by)

    def tells_of_now(self, clocks: Clocks) -> bool:
        """On a walk the addresses of the rows say the clocks once something is published or a day has passed."""
        return isinstance(clocks, Walked)

    def answer(self, request: HttpRequest, clocks: Clocks, name: str = "", **named: str) -> HttpResponseBase:
        """A page of rows, the address of the next, how many there are in all, and the facets."""
        chosen = listing_named(name)
        said = what_is_said(chosen, request, clocks, paged=True)
        rows = chosen.queryset(clocks, said.grammar, request.GET)
        keys = chosen.keys(request.GET)
        of = fingerprint(name, said.filter, keys)
        cursor = Cursor.read(request.GET)
        if cursor:
            cursor.check(of, clocks)
        count = rows.count()
        if cursor:
            found = after(rows, keys, cursor.place)[: PER_PAGE + 1]
        else:
            begin = (page_asked(request.GET, count) - 1) * PER_PAGE
            found = rows[begin : begin + PER_PAGE + 1]
        results, following = formats.objects(chosen, found, clocks, said.site, [key.removeprefix("-") for key in keys]), None
        edition = clocks.edition()
        if len(results) > PER_PAGE and edition:
            begun_by = cursor.begun_by if cursor else clocks.parameters
            after_this = Cursor(of, clocks.as_of.isoformat(), edition.number, place_of(results[PER_PAGE - 1][1]), begun_by)
            following = _next(request, after_this)
        return Response(
            {
                "count": count,
                "next": following,
                "as_of": clocks.as_of.isoformat(),
                "known": clocks.known_as_written or None,
                "site_edition": formats.edition_read(clocks),
                "query": said.query,
                **chosen.about(clocks),
                "results": [row for row, _place in results[:PER_PAGE]],
                **formats.facets_as_json(facets(said.grammar, counting=chosen.counting, most=MOST_VALUES)),
            }
        )


class Whole(FileView):
    """A list as a file: exactly the filtered rows, all of them."""

    def answer(self, request: HttpRequest, clocks: Clocks, name: str = "", ending: str = "", **named: str) -> HttpResponseBase:
        """The file. ``HEAD`` asks for no row."""
        chosen = listing_named(name)
        said = what_is_said(chosen, request, clocks, paged=False)
        rows = chosen.queryset(clocks, said.grammar, request.GET)
        if request.method == "HEAD":
            rows = rows.none()
        match ending:
            case "csv":
                file = formats.as_csv(said, rows)
            case "xlsx":
                file = formats.as_workbook(said, rows)
            case "jsonl":
                file = formats.as_json_lines(said, rows)
            case _:
                file = formats.as_json(said, rows, facets(said.grammar, counting=chosen.counting, most=MOST_VALUES))
        return _had_again(file, said.address)


def _had_again(file: HttpResponseBase, address: str) -> HttpResponseBase:
    """A file whose headers say where exactly it is had again on any day: a CSV or JSON Lines without rows has no other place for it."""
    file["Link"] = f'<{address}>; rel="bookmark"'
    return file


class MatrixFile(FileView):
    """Exactly the matrix of a page's address, whole, as CSV or JSON."""

    def answer(self, request: HttpRequest, clocks: Clocks, ending: str = "", **named: str) -> HttpResponseBase:
        """The file."""
        wanted = matrix.asked(request.GET, clocks)
        about = matrix_files.About(
            clocks=clocks,
            layout=wanted.layout,
            site=origin(request),
            query=urlencode(wanted.parameters),
            group_on=wanted.shown.day if wanted.shown else None,
            ignored=ignored(request.GET, citable.file_takes("matrix")),
        )
        if ending == "json":
            return _had_again(matrix_files.as_json(wanted.table, about, wanted.members), about.pinned("json"))
        return _had_again(matrix_files.as_csv(wanted.table, about), about.pinned("csv"))


class Crosswalk(FileView):
    """The crosswalk of statuses, whole, as JSON or CSV."""

    def answer(self, request: HttpRequest, clocks: Clocks, ending: str = "json", **named: str) -> HttpResponseBase:
        """The file."""
        return crosswalking.answer(ending)


class Nowhere(FileView):
    """Any other address below the API."""

    def read(self, parameters: QueryDict) -> Clocks:
        """Nothing is read here."""
        raise NotHere(_("There is no such address; /api/v1/ says which there are."))


def listing_named(name: str) -> Listing:
    """A list; ``NotHere`` where there is none of that name."""
    if name not in LISTINGS:
        raise NotHere(_("No list “%(name)s”; there are %(names)s.") % {"name": name[:60], "names": ", ".join(LISTINGS)})
    return LISTINGS[name]


def what_is_said(chosen: Listing, request: HttpRequest, clocks: Clocks, *, paged: bool) -> Said:
    """What an answer says of itself: the list with the filters of the address, and what of that was ignored."""
    grammar = chosen.filters(request.GET, clocks)
    unread = ignored(request.GET, takes.names_of(chosen, paged=paged))
    return Said(chosen, grammar, clocks, origin(request), request.path, one_value(request.GET, "sort"), unread)


def _next(request: HttpRequest, cursor: Cursor) -> str:
    own = {"page", "cursor", *cursor.clocks}
    parameters = [(key, value) for key, values in request.GET.lists() if key not in own for value in values]
    return f"{origin(request)}{request.path}?{urlencode([*parameters, *cursor.clocks.items(), ('cursor', cursor.written())])}"

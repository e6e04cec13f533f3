"""What every public response has in common: GET and HEAD only, read by the two clocks, errors in words, revalidated by edition."""

import datetime as dt
import functools
import hashlib
import logging
import sys
from calendar import timegm
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import tracker
from tracker.editions.tables import AddresseeEdition, RecordEdition
from tracker.public import ahead
from tracker.public.clocks import CLOCKS, BadFilter, Clocks, EditionRead, read_clocks
from tracker.public.elsewhere import Elsewhere, elsewhere
from tracker.public.kinds import kind_of, longest_question
from tracker.public.servers import newest_for_the_desk, once_more, one_moment
from tracker.rules.vocabulary import Nature

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]
Refusal = Callable[[HttpRequest, int, int], HttpResponseBase]
"""Answers who cannot be answered now, by the request, the status, and when to ask again, in seconds."""
Page = tuple[str, dict[str, Any]]
"""A template's name, and what it is given."""
SOFTWARE_SINCE = dt.datetime.fromtimestamp(Path(tracker.__file__).stat().st_mtime, dt.UTC)
"""Since when this version of the software is here: another may word an answer otherwise."""

AGAIN_IN = 5
"""Seconds after which to ask again where the database does not answer."""
READ_BY_SCRIPTS = "ETag, Last-Modified, RateLimit, RateLimit-Policy, Retry-After, Content-Disposition, Link"
"""Headers of an answer that scripts of other sites may read."""


class NotHere(Exception):
    """There is no such record at the clocks; the text says so in a sentence."""


class NotYet(NotHere):
    """The record is on this site, but not on that day, or not in that edition."""

    def __init__(self, sentence: str, found: Elsewhere) -> None:
        """The sentence for programs, and where the record is."""
        super().__init__(sentence)
        self.found = found


class TakenOff(Exception):
    """The record was public and was taken off the site: withdrawn, merged into another one to which its address leads, or taken down.

    An addressee is no record of its own: it goes with an edition of its recommendation, which names it no longer.
    """

    def __init__(self, record: RecordEdition, public_since: dt.datetime, addressee: str = "") -> None:
        """The edition that took it off (when, by whom and why), since when it had been public, and the government of an addressee."""
        super().__init__(record.reason)
        self.record = record
        self.public_since = public_since
        self.addressee = addressee

    @property
    def status(self) -> int:
        """What an address answers that leads nowhere else: 410 of what the editors took back, 451 (RFC 7725) of what was taken down."""
        return 451 if self.record.nature == Nature.TAKEN_DOWN else 410


def not_here(clocks: Clocks, kind: str, key: str, sentence: str, code: str = "") -> NotHere:
    """What to raise where something is not here that cannot be taken off: where it is, if it is on another day, or the sentence."""
    found = elsewhere(clocks, kind, key, code)
    return NotYet(sentence, found) if found else NotHere(sentence)


def missing(clocks: Clocks, kind: str, key: str, sentence: str) -> Exception:
    """What to raise where a record is not here: that it was taken off, where it was by ``known``, where it is instead, or the sentence.

    What was taken down is not here on any day on which this site said it, however long before it was taken down.
    """
    rows = list(RecordEdition.objects.defer("body").filter(kind=kind, key=key).order_by("-edition"))
    said = [row for row in rows if clocks.known is None or row.known_from <= clocks.known]
    if not said:
        return not_here(clocks, kind, key, sentence)
    newest, since = said[0], rows[-1].known_from
    taken_down = [row for row in rows if row.nature == Nature.TAKEN_DOWN and row.edition >= newest.edition]
    if taken_down:
        return TakenOff(taken_down[-1], since)
    return not_here(clocks, kind, key, sentence) if newest.change == "publish" else TakenOff(newest, since)


def missing_addressee(clocks: Clocks, reference: str, code: str, sentence: str) -> Exception:
    """The same of one government's place on a recommendation: it went with the whole of it, or with an edition that names it no longer."""
    rows = AddresseeEdition.objects.filter(recommendation=reference, government=code)
    said = rows if clocks.known is None else rows.filter(known_from__lte=clocks.known)
    still = Q(known_to=None) if clocks.known is None else Q(known_to=None) | Q(known_to__gt=clocks.known)
    told = said.aggregate(since=Min("known_from"), until=Max("known_to"), still=Count("id", filter=still))
    if told["still"]:
        return not_here(clocks, "addressee", reference, sentence, code)
    if told["since"]:
        editions = RecordEdition.objects.defer("body").filter(kind="recommendation", key=reference, known_from=told["until"], change="publish")
        if record := editions.first():
            return TakenOff(record, told["since"], code)
    gone = missing(clocks, "recommendation", reference, sentence)
    return gone if isinstance(gone, TakenOff) else not_here(clocks, "addressee", reference, sentence, code)


def public_page(view: Callable[..., Page]) -> View:
    """A page for people, read as of one moment. The view takes the request and its clocks, and gives a template's name and context."""

    @functools.wraps(view)
    def respond(request: HttpRequest, **named: str) -> HttpResponseBase:
        with newest_for_the_desk(request), one_moment(longest_question(kind_of(request.path_info, request.META.get("QUERY_STRING", "")))):
            return read(request, **named)

    def read(request: HttpRequest, **named: str) -> HttpResponseBase:
        try:
            clocks = read_clocks(request.GET, now=timezone.now())
            response = revalidated(request, clocks, lambda edition: _page(request, clocks, edition, *view(request, clocks, **named)))
            ahead.offer(request, response, clocks)
            return response
        except BadFilter as bad:
            return _error(request, 400, None, {"filter": bad.name, "sentence": bad.sentence})
        except NotYet as early:
            return _not_yet(request, clocks, early.found)
        except NotHere as missing:
            return _error(request, 404, clocks, {"sentence": str(missing)})
        except TakenOff as taken:
            return _taken_off(request, clocks, taken)

    return require_safe(answered(respond, later_as_page))


def open_to_scripts(response: HttpResponseBase) -> None:
    """Let scripts of other sites read an answer, and the headers that say when to ask again."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = READ_BY_SCRIPTS


def read_by_scripts(view: View) -> View:
    """A view of which scripts of other sites may read every answer: refusals too, which they would else take for a network that fails."""

    @functools.wraps(view)
    def respond(request: HttpRequest, **named: str) -> HttpResponseBase:
        response = view(request, **named)
        open_to_scripts(response)
        return response

    return respond


def public_data(view: View) -> View:
    """An answer for programs, all of it from one edition. The view takes the request and its clocks, and gives a response.

    Errors are problem details (RFC 9457).
    """

    @functools.wraps(view)
    def respond(request: HttpRequest, **named: str) -> HttpResponseBase:
        try:
            now = timezone.now()
            clocks = read_clocks(request.GET, now=now).held(now)
            response: HttpResponseBase = revalidated(request, clocks, lambda _edition: view(request, clocks, **named))
            ahead.offer(request, response, clocks)
            return response
        except BadFilter as bad:
            return for_caches(problem(400, _("Bad filter"), bad.sentence, filter=bad.name), request)
        except NotHere as missing:
            return for_caches(problem(404, _("Not found"), str(missing)), request)
        except TakenOff as taken:
            title = _("Taken down for legal reasons") if taken.status == 451 else _("Taken off this site")
            return for_caches(problem(taken.status, title, taken.record.reason), request)

    return read_by_scripts(require_safe(answered(respond, later_as_problem)))


def answered(view: View, refusal: Refusal) -> View:
    """A view that asks once more where the server of its questions went away, and refuses with 503 where no server answers, or not in time.

    A question that is wrong is a fault of ours, and fails.
    """

    @functools.wraps(view)
    def respond(request: HttpRequest, **named: str) -> HttpResponseBase:
        try:
            return once_more(lambda: view(request, **named))
        except (OperationalError, InterfaceError):
            logger.exception("The public database did not answer.")
            return refusal(request, 503, AGAIN_IN)

    return respond


def why_later(status: int, seconds: int) -> tuple[str, str]:
    """Title and sentence for who asked more than one reader may (429), or for more than the database had time for (503)."""
    if status == 429:
        return _("Too many requests"), _("Too many requests from your network address; ask again in %(seconds)s s.") % {"seconds": seconds}
    return _("Unavailable"), _("The database did not answer in time. Ask again in a moment, or ask for less.")


def problem(status: int, title: str, detail: str, **more: str) -> JsonResponse:
    """A problem in the form of RFC 9457."""
    return JsonResponse({"title": title, "status": status, "detail": detail, **more}, status=status, content_type="application/problem+json")


def _page(request: HttpRequest, clocks: Clocks, edition: EditionRead | None, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = _shared(request, clocks, edition)
    if edition is not None:
        shared["permalink"] = permalink(request, clocks)
    return render(request, template, shared | context)


def _shared(request: HttpRequest, clocks: Clocks, edition: EditionRead | None) -> dict[str, Any]:
    """What every page is given."""
    return {"clocks": clocks, "edition": edition, "today_url": today_url(request), "site_version": tracker.__version__}


def _error(request: HttpRequest, status: int, clocks: Clocks | None, context: dict[str, Any], template: str = "") -> HttpResponse:
    """A page that says what is wrong, by the clocks of the address where they can be read and by today's otherwise."""
    clocks = clocks or read_clocks(QueryDict(), now=timezone.now())
    edition = clocks.edition()
    response = render(request, template or f"tracker/{status}.html", _shared(request, clocks, edition) | context, status=status)
    for_caches(response, request, edition.newest if edition else None)  # what is not here may be published next
    return response


def _not_yet(request: HttpRequest, clocks: Clocks, found: Elsewhere) -> HttpResponse:
    """A record that is here on another day: since when, and the same address by the clocks of its first day and of today."""
    clocked = found.parameters(clocks)
    there = f"{request.path}?{urlencode([*_without_clocks(request), *clocked.items()])}" if clocked else ""
    return _error(request, 404, clocks, {"found": found, "there_url": there, "there_on": clocked.get("as_of", "")}, "tracker/not_yet.html")


def _taken_off(request: HttpRequest, clocks: Clocks, taken: TakenOff) -> HttpResponseBase:
    """The address of a merged duplicate leads to the record that says the same, in the language and with the query asked for.

    What was withdrawn answers 410: the editors took it back, and what it said before can be read on an earlier day. What was taken down answers 451
    (RFC 7725), on every day: it cannot be read here for legal reasons, whatever the editors think of it.
    """
    record = taken.record
    if not record.forwards_to:
        before = f"{request.path}?{urlencode({'known': f'edition-{record.edition - 1}'})}"
        feed = f"{reverse('changes-feed')}?{urlencode({'kind': record.kind, 'record': record.key})}"
        if taken.addressee:
            feed = f"{reverse('changes-feed')}?{urlencode({'recommendation': record.key, 'government': taken.addressee})}"
        what = {"kind": "addressee", "name": f"{record.key}, {taken.addressee}"} if taken.addressee else {"kind": record.kind, "name": record.key}
        context = {"record": record, "what": what, "public_since": taken.public_since, "before_url": before, "feed": feed}
        return _error(request, taken.status, clocks, context)
    query = request.META.get("QUERY_STRING", "")
    address = reverse(f"public:{record.kind}", args=[record.forwards_to]) + (f"?{query}" if query else "")
    response = HttpResponsePermanentRedirect(address)
    return for_caches(response, request, record.edition)  # the next edition may undo it


def later_as_page(request: HttpRequest, status: int, seconds: int) -> HttpResponse:
    """The same for people: a refusal as a page, which asks no database."""
    return later(request, status, *why_later(status, seconds), seconds)


def later_as_problem(_request: HttpRequest, status: int, seconds: int) -> JsonResponse:
    """The same for programs."""
    response = problem(status, *why_later(status, seconds))
    _ask_again(response, seconds)
    return response


def crowded(request: HttpRequest, *, for_programs: bool) -> HttpResponse:
    """503 for who came while as many as can be answered at once, and wait, ask for the same kind of page; as a page or as problem details."""
    title = _("Too many readers at once")
    sentence = _("More readers ask for such pages now than this site can answer at once. Ask again in %(seconds)s s.") % {"seconds": AGAIN_IN}
    if not for_programs:
        return later(request, 503, title, sentence, AGAIN_IN)
    response = problem(503, title, sentence)
    _ask_again(response, AGAIN_IN)
    open_to_scripts(response)
    return response


def _ask_again(response: HttpResponse, seconds: int) -> None:
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"


def not_readable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of what is refused before any view: the page of a bad address, which asks no database."""
    return HttpResponse(get_template("400.html").render({"request": request}), status=400)


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler of a failure: a page that asks no database, in the language of the address.

    503 where a database did not answer: of what readers see only that which they send, and of the desk everything, needs the desk's.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return later_as_page(request, 503, AGAIN_IN)
    return HttpResponse(get_template("500.html").render({"request": request}), status=500)


def later(request: HttpRequest, status: int, title: str, sentence: str, seconds: int) -> HttpResponse:
    """A page that cannot be had now, and when to ask for it again. It asks no database."""
    said = {"request": request, "status": status, "title": title, "sentence": sentence}
    response = HttpResponse(get_template("tracker/later.html").render(said), status=status)
    _ask_again(response, seconds)
    return response


def permalink(request: HttpRequest, clocks: Clocks, **more: str) -> str:
    """The whole address of what is read, with both clocks: the day, and the edition of the site instead of “now”.

    ``more`` are other parameters that it says instead of those that the address has.
    """
    pinned = {**clocks.pinned, **more}
    kept = [(name, value) for name, value in _without_clocks(request) if name not in more]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*kept, *pinned.items()])}")


def _without_clocks(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() if name not in CLOCKS for value in values]


def today_url(request: HttpRequest) -> str:
    """The same address without its clocks."""
    parameters = _without_clocks(request)
    return request.path + ("?" + urlencode(parameters) if parameters else "")


def last_modified(clocks: Clocks, edition: EditionRead | None, *, tells_of_now: bool) -> dt.datetime:
    """When an answer last became another: by a publication, a release, an erasure, a new version of the software, or a new day.

    ``tells_of_now``: of the newest edition and of today, whatever it is read by, as pages do. Other answers tell only of the edition and the day that
    they are read by; but while that day is today the addresses in them need not say it, and from the next day on they do.
    """
    moments = [SOFTWARE_SINCE]
    if edition is not None:
        moments.append(edition.changed_at)
    by_today = edition is None or tells_of_now or not clocks.as_of_is_said or clocks.as_of >= clocks.today
    begins = clocks.today if by_today else clocks.as_of + dt.timedelta(days=1)
    moments.append(dt.datetime.combine(begins, dt.time(), dt.UTC))
    if edition is not None and tells_of_now:
        moments += [edition.newest_published, *filter(None, [edition.released_at])]
    return max(moments)


def revalidated(
    request: HttpRequest, clocks: Clocks, build: Callable[[EditionRead | None], HttpResponseBase], *, tells_of_now: bool = True
) -> HttpResponseBase:
    """A response is a function of address, language, edition, day and software version: these are its ETag.

    The newest edition and erasure are among them whatever is read: what is taken down or erased is so on past days too. So is what ``known`` was read
    as: an instant is “now” until it has come.
    """
    edition = clocks.edition()
    state = (edition.number, edition.standing, clocks.known) if edition else ()
    language = translation.get_language()
    parts = (request.scheme, request.get_host(), request.get_full_path(), language, state, clocks.today, tracker.__version__)
    etag = quote_etag(hashlib.sha256(repr(parts).encode()).hexdigest()[:32])
    modified = last_modified(clocks, edition, tells_of_now=tells_of_now)
    unchanged = get_conditional_response(request, etag=etag, last_modified=timegm(modified.utctimetuple()))
    response: HttpResponseBase = unchanged if unchanged is not None else build(edition)
    if response.status_code in (200, 304):
        response["ETag"] = etag
        response["Last-Modified"] = http_date(modified.timestamp())
        patch_vary_headers(response, ["Accept-Encoding"])  # an answer without a body says it, too, and so does one that is not worth compressing
        for_caches(response, request, edition.newest if edition else None)
    return response


DAY = 24 * 60 * 60
STALE_IF_ERROR = 5 * 60
"""Seconds for which a cache that many readers share shows the old answer where the site gives none.

Long enough for a server to be started anew, and no longer, as what is taken down must go.
"""


def for_caches(response: HttpResponseBase, request: HttpRequest, newest: int | None = None) -> HttpResponseBase:
    """What browsers and shared caches are told of how long an answer holds, and by which keys a shared cache can be told to drop it.

    ``newest``: the newest edition of the site as the answer was made. Its key, ``edition-17``, names all that the next publication makes another:
    a shared cache keeps that for ``CDN_SECONDS``, but not past the day, and anything else for a second. The other key is the name of the address
    in ``urls.py``, as ``recommendation``. Fastly and Varnish read ``Surrogate-Key``, Cloudflare ``Cache-Tag``.
    """
    patch_cache_control(response, public=True, max_age=1, must_revalidate=True)
    left = DAY - int(timezone.now().timestamp()) % DAY
    shared = max(1, min(settings.CDN_SECONDS, left)) if newest else 1
    response["CDN-Cache-Control"] = f"public, max-age={shared}, stale-if-error={STALE_IF_ERROR}"  # RFC 9213
    named = request.resolver_match.url_name if request.resolver_match else None
    keys = [*([f"edition-{newest}"] if newest else []), *([named] if named else [])]
    if keys:
        response["Surrogate-Key"], response["Cache-Tag"] = " ".join(keys), ",".join(keys)
    return response

"""What every public response has in common: GET and HEAD only, read by the two clocks, errors in words, revalidated by edition."""

import functools
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import tracker
from tracker.editions.tables import SiteEdition
from tracker.public.clocks import BadFilter, Clocks, read_clocks

View = Callable[..., HttpResponseBase]
Page = tuple[str, dict[str, Any]]
"""A template's name, and what it is given."""


class NotHere(Exception):
    """There is no such record at the clocks; the text says so in a sentence."""


def public_page(view: Callable[..., Page]) -> View:
    """A page for people. The view takes the request and its clocks, and gives a template's name and context."""

    @functools.wraps(view)
    def respond(request: HttpRequest, **named: str) -> HttpResponseBase:
        try:
            clocks = read_clocks(request.GET, now=timezone.now())
            return _revalidated(request, clocks, lambda edition: _page(request, clocks, edition, *view(request, clocks, **named)))
        except BadFilter as bad:
            return _error(request, 400, None, {"filter": bad.name, "sentence": bad.sentence})
        except NotHere as missing:
            return _error(request, 404, clocks, {"sentence": str(missing)})

    return require_safe(respond)


def public_data(view: View) -> View:
    """An answer for programs. The view takes the request and its clocks, and gives a response; errors are problem details (RFC 9457)."""

    @functools.wraps(view)
    def respond(request: HttpRequest, **named: str) -> HttpResponseBase:
        try:
            clocks = read_clocks(request.GET, now=timezone.now())
            response: HttpResponseBase = _revalidated(request, clocks, lambda _edition: view(request, clocks, **named))
        except BadFilter as bad:
            response = problem(400, _("Bad filter"), bad.sentence, filter=bad.name)
        except NotHere as missing:
            response = problem(404, _("Not found"), str(missing))
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return require_safe(respond)


def problem(status: int, title: str, detail: str, **more: str) -> JsonResponse:
    """A problem in the form of RFC 9457."""
    return JsonResponse({"title": title, "status": status, "detail": detail, **more}, status=status, content_type="application/problem+json")


def _page(request: HttpRequest, clocks: Clocks, edition: SiteEdition | None, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = {"clocks": clocks, "edition": edition, "today_url": today_url(request), "site_version": tracker.__version__}
    return render(request, template, shared | context)


def _error(request: HttpRequest, status: int, clocks: Clocks | None, context: dict[str, Any]) -> HttpResponse:
    """A page that says what is wrong, by the clocks of the address where they can be read and by today's otherwise."""
    clocks = clocks or read_clocks(QueryDict(), now=timezone.now())
    shared = {"clocks": clocks, "edition": clocks.edition(), "today_url": today_url(request), "site_version": tracker.__version__}
    return render(request, f"tracker/{status}.html", shared | context, status=status)


def today_url(request: HttpRequest) -> str:
    """The same address without its clocks."""
    parameters = [(name, value) for name, values in request.GET.lists() if name not in ("as_of", "known") for value in values]
    return request.path + ("?" + urlencode(parameters) if parameters else "")


def _revalidated(request: HttpRequest, clocks: Clocks, build: Callable[[SiteEdition | None], HttpResponseBase]) -> HttpResponseBase:
    """A response is a function of address, language, edition, day and software version: these are its ETag."""
    edition = clocks.edition()
    newest = edition.number if edition else 0
    parts = (request.get_full_path(), request.get_host(), translation.get_language(), newest, clocks.today, tracker.__version__)
    etag = quote_etag(hashlib.sha256(repr(parts).encode()).hexdigest()[:32])
    unchanged = get_conditional_response(request, etag=etag)
    response: HttpResponseBase = unchanged if unchanged is not None else build(edition)
    if response.status_code in (200, 304):
        response["ETag"] = etag
        patch_cache_control(response, public=True, max_age=1, must_revalidate=True)
    return response

"""Small pages for other people's sites: the only ones that may be framed. And the pages that give the HTML to copy."""

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tracker.public import sharing
from tracker.public.api import origin
from tracker.public.clocks import Clocks
from tracker.public.pages import Page, for_caches, missing_addressee, not_here, public_page
from tracker.public.summaries import embeds
from tracker.public.translated import wordings

POLICY = settings.CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
HEIGHTS = {"status": 300, "row": 420, "chart": 520}
"""Of the frame, in CSS pixels, when it is as wide as a column of text. What is longer scrolls within it."""

Subject = dict[str, Any]


def framed(view: Callable[..., Page]) -> Callable[..., HttpResponseBase]:
    """A public page that other sites may frame. What it cannot show, it says in the same small frame, with the same status code."""
    page = public_page(view)

    @functools.wraps(view)
    def respond(request: HttpRequest, **named: str) -> HttpResponseBase:
        response = page(request, **named)
        if response.status_code not in (200, 304, 503):
            status = 404 if response.status_code == 301 else response.status_code  # merged: the whole page says so, and leads on
            response = render(request, "tracker/embeds/missing.html", {"whole": reverse("public:dashboard")}, status=status)
            for_caches(response, request)
        response["Content-Security-Policy"] = POLICY
        response.xframe_options_exempt = True
        return response

    return require_safe(respond)


@framed
def status(_request: HttpRequest, clocks: Clocks, reference: str, code: str) -> Page:
    """A card: what one government did about one recommendation."""
    return "tracker/embeds/status.html", status_subject(clocks, reference, code)


@framed
def row(_request: HttpRequest, clocks: Clocks, reference: str) -> Page:
    """One recommendation beside every government."""
    return "tracker/embeds/row.html", row_subject(clocks, reference)


@framed
def chart(_request: HttpRequest, clocks: Clocks, kind: str, key: str) -> Page:
    """A distribution by status."""
    return "tracker/embeds/chart.html", chart_subject(clocks, kind, key)


@public_page
def share_status(request: HttpRequest, clocks: Clocks, reference: str, code: str) -> Page:
    """How to embed and cite a status."""
    return _share(request, clocks, status_subject(clocks, reference, code), "status", reference, code)


@public_page
def share_row(request: HttpRequest, clocks: Clocks, reference: str) -> Page:
    """How to embed a row of the matrix."""
    return _share(request, clocks, row_subject(clocks, reference), "row", reference)


@public_page
def share_chart(request: HttpRequest, clocks: Clocks, kind: str, key: str) -> Page:
    """How to embed a distribution."""
    return _share(request, clocks, chart_subject(clocks, kind, key), "chart", kind, key)


def status_subject(clocks: Clocks, reference: str, code: str) -> Subject:
    """What a status card shows, its title, and the page that it is taken from."""
    card = embeds.status_card(clocks, reference, code)
    if card is None:
        sentence = _("No recommendation %(reference)s to %(code)s on this site on that day.") % {"reference": reference, "code": code}
        raise missing_addressee(clocks, reference, code, sentence)
    whole = reverse("public:recommendation", args=[reference])
    found = wordings(clocks, [card.addressee, card.recommendation])
    title = sharing.status_title(card.addressee, found.of(card.addressee, "short_title").words)
    return {"card": card, "embed_title": title, "whole": whole, "fragment": code, "wordings": found}


def row_subject(clocks: Clocks, reference: str) -> Subject:
    """The same of a row."""
    found = embeds.matrix_row(clocks, reference)
    if found is None:
        sentence = _("No recommendation %(reference)s on this site on that day.") % {"reference": reference}
        raise not_here(clocks, "recommendation", reference, sentence)
    words = wordings(clocks, [found.recommendation])
    title = f"{words.of(found.recommendation, 'short_title').words} ({reference})"
    whole = reverse("public:recommendation", args=[reference])
    return {"row": found, "embed_title": title, "whole": whole, "fragment": "", "wordings": words}


def chart_subject(clocks: Clocks, kind: str, key: str) -> Subject:
    """The same of a distribution."""
    found = embeds.chart(clocks, kind, key)
    if found is None:
        raise not_here(clocks, kind, key, _("Nothing named %(key)s to chart on this site on that day.") % {"key": key})
    words = wordings(clocks, [found.subject])
    subject = f"{words.of(found.subject, 'short_title').words} ({key})" if kind == "recommendation" else found.title
    title = _("%(subject)s: statuses") % {"subject": subject}
    return {"chart": found, "embed_title": title, "whole": reverse(f"public:{kind}", args=[key]), "fragment": "", "wordings": words}


def _share(request: HttpRequest, clocks: Clocks, subject: Subject, what: str, *key: str) -> Page:
    path = reverse(f"public:embed-{what}", args=key)
    site = origin(request)
    always = site + sharing.address_of(path, (), clocks.parameters)
    at_edition = site + sharing.address_of(path, (), clocks.pinned)
    title = f"{subject['embed_title']} · {sharing.site_name()}"
    context = {
        "what": what,
        "always": always,
        "fixed": at_edition,
        "always_html": snippet(always, title, HEIGHTS[what]),
        "fixed_html": snippet(at_edition, title, HEIGHTS[what]),
    }
    return "tracker/share.html", subject | context


def snippet(address: str, title: str, height: int) -> str:
    """The HTML that frames an embed on another site: named for screen readers, loaded when scrolled to, telling us nothing of the page it is on."""
    return format_html(
        '<iframe src="{}" title="{}" width="100%" height="{}" loading="lazy" referrerpolicy="no-referrer"></iframe>', address, title, height
    )

"""/sitemap.xml and /robots.txt: which pages there are, for search engines (sitemaps.org protocol 0.9; RFC 9309).

The sitemap is an index of parts, each of at most 50,000 addresses and streamed, so that its memory does not grow with the data. A page's last
change is the day on which the newest edition wrote anything of it. Pages of past days, filtered lists and embeds are left out: they are noindex.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tracker.editions.tables import ActionEdition, AddresseeEdition, DocumentEdition, GovernmentEdition, RecommendationEdition, Release
from tracker.public.api import origin
from tracker.public.clocks import Clocks
from tracker.public.pages import NotHere, public_data

MOST = 50_000
"""Addresses a part, by the protocol."""
CHUNK = 2_000
"""Rows that a part takes from the database at a time."""
XMLNS = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
VIEWS = (
    "dashboard", "recommendations", "governments", "documents", "actions", "effects", "citations", "matrix", "timeline", "map", "compare", "changes",
    "corrections", "methodology", "data", "api-docs", "releases", "about", "accessibility",
)  # fmt: skip
"""Pages that are no record's."""
CLOSED = ("admin:index", "challenges:challenge")
"""What robots need not ask for, in any language: the desk, and the form that readers write in."""


@dataclass(frozen=True)
class Records:
    """The pages of a kind of record: their route, the columns of their key, and the query that gives each with ``changed``."""

    route: str
    columns: tuple[str, ...]
    rows: Callable[[Clocks], QuerySet[Any]]


def _newest(table: Any, column: str, clocks: Clocks) -> Subquery:
    rows = clocks.rows(table).filter(**{column: OuterRef("pk_of_page")}).order_by().values(column)
    return Subquery(rows.annotate(newest=Max("known_from")).values("newest"))


def _recommendations(clocks: Clocks) -> QuerySet[Any]:
    rows = clocks.rows(RecommendationEdition).annotate(pk_of_page=F("reference"))
    return rows.annotate(changed=Greatest(F("known_from"), _newest(AddresseeEdition, "recommendation", clocks)))


def _governments(clocks: Clocks) -> QuerySet[Any]:
    rows = clocks.said(GovernmentEdition).annotate(pk_of_page=F("code"))
    return rows.annotate(
        changed=Greatest(F("known_from"), _newest(AddresseeEdition, "government", clocks), _newest(ActionEdition, "government", clocks))
    )


RECORDS = {
    "recommendations": Records("recommendation", ("reference",), _recommendations),
    "cells": Records("addressee", ("recommendation", "government"), lambda clocks: clocks.rows(AddresseeEdition).annotate(changed=F("known_from"))),
    "governments": Records("government", ("code",), _governments),
    "documents": Records("document", ("key",), lambda clocks: clocks.said(DocumentEdition).annotate(changed=F("known_from"))),
    "actions": Records("action", ("key",), lambda clocks: clocks.rows(ActionEdition).annotate(changed=F("known_from"))),
    "releases": Records("release", ("name",), lambda _clocks: Release.objects.annotate(changed=F("released_at"))),
}


def per_part() -> int:
    """Rows a part: each has an address in every language of the site."""
    return MOST // len(settings.LANGUAGES)


@public_data
def index(request: HttpRequest, clocks: Clocks) -> HttpResponseBase:
    """The parts that there are."""
    site, edition = origin(request), clocks.edition()
    changed = f"<lastmod>{edition.published_at.date().isoformat()}</lastmod>" if edition else ""
    parts = [("views", 1)]
    for name, records in RECORDS.items():
        parts += [(name, number) for number in range(1, -(-records.rows(clocks).count() // per_part()) + 1)]
    entries = "".join(f"<sitemap><loc>{escape(site + reverse('sitemap-part', args=part))}</loc>{changed}</sitemap>\n" for part in parts)
    return _xml(f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{XMLNS}">\n{entries}</sitemapindex>\n')


@public_data
def part(request: HttpRequest, clocks: Clocks, name: str, number: str) -> HttpResponseBase:
    """One part, streamed."""
    site, first = origin(request), (int(number) - 1) * per_part()
    if name == "views" and first == 0:
        edition = clocks.edition()
        day = edition.published_at.date().isoformat() if edition else ""
        return _streamed(_entry(site, view, (), day) for view in VIEWS)
    if name not in RECORDS or first >= max(RECORDS[name].rows(clocks).count(), 1):
        raise NotHere(_("No such part of the sitemap; /sitemap.xml names those that there are."))
    records = RECORDS[name]
    rows = records.rows(clocks).order_by(*records.columns).values_list(*records.columns, "changed")[first : first + per_part()]
    return _streamed(_entry(site, records.route, key, changed.date().isoformat()) for *key, changed in rows.iterator(chunk_size=CHUNK))


def _paths(route: str, key: Sequence[str] = ()) -> dict[str, str]:
    """The path of a page in each language."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = reverse(route, args=key)
    return found


def _entry(site: str, route: str, key: Sequence[str], day: str) -> str:
    """A page in each language, each naming all of them."""
    addresses = {language: site + path for language, path in _paths(f"public:{route}", key).items()}
    others = "".join(f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(address)}/>' for language, address in addresses.items())
    changed = f"<lastmod>{day}</lastmod>" if day else ""
    shown = others if len(addresses) > 1 else ""
    return "".join(f"<url><loc>{escape(address)}</loc>{changed}{shown}</url>\n" for address in addresses.values())


def _streamed(entries: Iterator[str]) -> HttpResponseBase:
    def written() -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{XMLNS}" xmlns:xhtml="{XHTML}">\n'
        yield from entries
        yield "</urlset>\n"

    return _xml(written())


def _xml(content: str | Iterator[str]) -> HttpResponseBase:
    kind = "application/xml; charset=utf-8"
    return HttpResponse(content, content_type=kind) if isinstance(content, str) else StreamingHttpResponse(content, content_type=kind)


@public_data
def robots(request: HttpRequest, _clocks: Clocks) -> HttpResponseBase:
    """What robots are asked to leave alone, and where the sitemap is."""
    paths = dict.fromkeys(path for route in CLOSED for path in _paths(route).values())
    closed = "".join(f"Disallow: {path}\n" for path in paths)
    return HttpResponse(f"User-agent: *\n{closed}\nSitemap: {origin(request)}{reverse('sitemap')}\n", content_type="text/plain; charset=utf-8")

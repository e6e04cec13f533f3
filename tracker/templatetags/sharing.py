"""Tags of what points at a page from elsewhere: citations, metadata for search engines, the head of a printed page, embeds.

``{% load sharing %}``. Nothing here reads the database or the clock.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from tracker.editions.tables import DocumentEdition
from tracker.public import citable, citing, ignored, linked, sharing
from tracker.public.api import origin
from tracker.public.citing import Piece, Work
from tracker.public.summaries.brief import Asked, Brief
from tracker.templatetags.publication import in_words, to

register = template.Library()

ERRORS = frozenset({"sentence", "record", "there_url"})
"""What only the context of an error's page has: something is not readable or not here, was taken off, or is here on another day."""
_NOT_KEPT = '<meta name="robots" content="noindex, follow">'


@register.filter
def italic(pieces: list[Piece]) -> SafeString:
    """A citation as text, titles in italics where its style sets them so."""
    return format_html_join("", "{}", ((format_html("<cite>{}</cite>", piece.text) if piece.title else piece.text,) for piece in pieces))


RECORDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "recommendation": ("recommendation", lambda held: held["story"].recommendation),
    "government": ("government", lambda held: held["government_page"].government),
    "document": ("document", lambda held: held["document_page"].document),
    "action": ("action", lambda held: held["action_page"].action),
    "addressee": ("status", lambda held: held["story"].addressee),
    "government-brief": ("government-brief", lambda held: held["brief"].subject),
    "document-brief": ("document-brief", lambda held: held["brief"].subject),
    "share-status": ("status", lambda held: held["card"].addressee),
}
"""Pages of records: what each is cited as, and the record in the page's context."""


@register.inclusion_tag("tracker/parts/cite.html", takes_context=True)
def cite_here(context: RequestContext) -> dict[str, Any]:
    """How to cite the page that is open, whichever it is: the same on every page that has clocks. Nothing on other pages and those of errors."""
    match = getattr(context.get("request"), "resolver_match", None)
    name = match.url_name if match else None
    held = context.flatten()
    if not held.get("clocks") or not ERRORS.isdisjoint(held):
        return {}
    if name in sharing.VIEWS:
        return _cite_view(context, str(name))
    if name in RECORDS:
        kind, row = RECORDS[name]
        return _cite_page(context, kind, row(held))
    return {}


def _cite_page(context: RequestContext, kind: str, row: Any) -> dict[str, Any]:
    """The page of a record."""
    work = sharing.page_as_work(kind, row, **_read_by(context))
    key = getattr(row, sharing.KINDS[kind].column)
    path = f"{kind}/{key}/{row.government}" if kind == "status" else f"{kind}/{key}"
    return _cited(context, work, path, gettext("Cite this page"))


def _cite_view(context: RequestContext, name: str) -> dict[str, Any]:
    """A page that is no record's, with what its address says."""
    read = context.get("sides" if name == "compare" else "filters")
    parameters = citable.parameters_of(name, context["request"].GET, context["clocks"], now=timezone.now(), read=read)
    work = sharing.view_as_work(name, parameters, **_read_by(context))
    return _cited(context, work, f"page/{name}", gettext("Cite this page"), citable.for_files(parameters))


@register.inclusion_tag("tracker/parts/cite.html", takes_context=True)
def cite_source(context: RequestContext, document: DocumentEdition) -> dict[str, Any]:
    """How to cite a source itself."""
    return _cited(context, sharing.source_as_work(document), f"source/{document.key}", gettext("Cite the source itself"))


def _read_by(context: RequestContext) -> dict[str, Any]:
    return {
        "clocks": context["clocks"],
        "site": origin(context["request"]),
        "language": translation.get_language() or settings.LANGUAGE_CODE,
    }


def _cited(context: RequestContext, work: Work, path: str, words: str, parameters: sharing.Parameters = ()) -> dict[str, Any]:
    language = translation.get_language()
    clocks = context["clocks"].parameters | ({"language": language} if language and language != settings.LANGUAGE_CODE else {})
    files = [
        {"label": label, "url": sharing.address_of(f"/cite/{path}.{ending}", parameters, clocks)}
        for ending, (label, _media_type, _write) in citing.FORMATS.items()
    ]
    return {
        "words": words,
        "work": work,
        "apa": citing.apa(work),
        "bibliography": citing.chicago_bibliography(work),
        "note": citing.chicago_note(work),
        "files": files,
    }


# What of an address says nothing -------------------------------------------------------------------------------------------


@register.inclusion_tag("tracker/parts/left_aside.html", takes_context=True)
def left_aside(context: RequestContext) -> dict[str, Any]:
    """The parameters of a page with filters that nothing reads, and its address with those that were probably meant. Nothing on pages of errors."""
    request: Any = context.get("request")
    match = getattr(request, "resolver_match", None)
    held = context.flatten()
    page = str(match.url_name) if match and held.get("clocks") and ERRORS.isdisjoint(held) else ""
    takes = citable.takes(page)
    names = ignored.ignored(request.GET, (*takes, *citable.finders(page))) if takes else ()
    found = {name: known for name, known in ignored.meant(names, takes).items() if known not in request.GET}
    asked = request.GET.copy() if found else QueryDict(mutable=True)
    for name, known in found.items():
        asked.setlist(known, asked.pop(name))
    asked.pop("page", None)
    known = format_html('<a href="?{}">{}</a>', asked.urlencode(), _listed(dict.fromkeys(found.values()))) if found else ""
    return {"names": _listed(names), "known": known}


def _listed(names: Iterable[str]) -> SafeString:
    return format_html_join(", ", '<bdi dir="ltr" lang="en">{}</bdi>', ((name,) for name in names))


# The head of a page -------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def page_head(context: RequestContext) -> SafeString:
    """Address, title and description for search engines and previews, and what the page states about itself. Nothing on pages of errors."""
    request: Any = context.get("request")
    held = context.flatten()
    if not request or not held.get("clocks") or not ERRORS.isdisjoint(held):
        return mark_safe("")
    address = linked.canonical(request, held)
    lines = [] if linked.indexed(request, held) else [mark_safe(_NOT_KEPT)]
    lines.append(format_html('<link rel="canonical" href="{}">', address))
    properties = {
        "type": "website",
        "site_name": sharing.site_name(),
        "title": linked.title(request, held),
        "description": linked.description(held, in_words),
        "url": address,
        "locale": (translation.get_language() or "en").replace("-", "_"),
    }
    lines += [format_html('<meta property="og:{}" content="{}">', name, value) for name, value in properties.items()]
    return format_html_join("\n", "{}", ((line,) for line in [*lines, linked.as_script(linked.statements(request, held))]))


@register.simple_tag(takes_context=True)
def page_description(context: RequestContext) -> str:
    """The page in a sentence or two, for its description."""
    return linked.description(context.flatten(), in_words)


# Embeds ---------------------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def whole_path(context: RequestContext) -> str:
    """The page that an embed is taken from, by the reader's clocks."""
    return sharing.address_of(context["whole"], (), context["clocks"].parameters, str(context.get("fragment") or ""))


@register.simple_tag(takes_context=True)
def whole_page(context: RequestContext) -> str:
    """The same as an absolute address, without the place in it: an embed repeats that page."""
    return origin(context["request"]) + sharing.address_of(context["whole"], (), context["clocks"].parameters)


# Briefs ---------------------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def brief_rows(context: RequestContext, brief: Brief, **filters: Any) -> str:
    """The rows behind a number of a brief: its government's or document's, narrowed further."""
    return to(context, "recommendations", **brief.filters, **filters)


@register.simple_tag(takes_context=True)
def brief_made(context: RequestContext, brief: Brief, line: Asked) -> str:
    """The rows of one line of who recommended: all of the brief's where there is no other line, else by their references; empty for too many."""
    if line.recommendations == brief.recommendations:
        return brief_rows(context, brief, counted="yes")
    return brief_rows(context, brief, recommendation=list(line.references), counted="yes") if line.references else ""


@register.simple_tag(takes_context=True)
def brief_page(context: RequestContext, brief: Brief) -> str:
    """The absolute address of the page that a brief is taken from, at its edition: where what was left out stands."""
    path = reverse(f"public:{brief.kind}", args=[brief.key])
    return origin(context["request"]) + sharing.address_of(path, (), context["clocks"].pinned)


@register.simple_tag
def rights() -> str:
    """What may be done with the data."""
    return sharing.rights()

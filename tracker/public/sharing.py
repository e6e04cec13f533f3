"""What it takes to point at a page of this site from elsewhere: its permalink, its title apart from the page, and the page as a cited work."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.editions.tables import ActionEdition, AddresseeEdition, DocumentEdition, GovernmentEdition, RecommendationEdition, Row
from tracker.languages import names
from tracker.public.citing import GENRE_OF, Genre, Work, unless_unknown
from tracker.public.clocks import Clocks
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import DocumentKind

Parameters = Iterable[tuple[str, str]]


def site_name() -> str:
    """The name under which the site publishes."""
    return _("Policy-recommendation tracker")


def rights() -> str:
    """What may be done with them: with the data everywhere that they are offered."""
    return _(
        "The software is free under the MIT licence. Titles and short descriptions of sources, and quotations, are given for reference; their texts"
        " belong to their publishers. For the use of everything else that is recorded here, ask the operator of the site."
    )


def address_of(path: str, parameters: Parameters = (), clocks: dict[str, str] | None = None, fragment: str = "") -> str:
    """A path with filters and clocks as its query."""
    query = urlencode([*parameters, *(clocks or {}).items()])
    return path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


@dataclass(frozen=True)
class Kind:
    """A kind of record that is cited: its page, its published table with the column of its key, and the page's title."""

    route: str
    table: type[Row]
    column: str
    title: Callable[[Any], str]


KINDS = {
    "recommendation": Kind("recommendation", RecommendationEdition, "reference", lambda row: f"{row.short_title} ({row.reference})"),
    "government": Kind("government", GovernmentEdition, "code", lambda row: names.government(row.code, row.name)),
    # Not the document's own title alone: this site's page about a document is not the document.
    "document": Kind("document", DocumentEdition, "key", lambda row: _("Record of the source “%(title)s”") % {"title": row.title}),
    "action": Kind("action", ActionEdition, "key", lambda row: row.title),
    "status": Kind("addressee", AddresseeEdition, "recommendation", lambda row: status_title(row)),
    "government-brief": Kind("government-brief", GovernmentEdition, "code", lambda row: brief_title(names.government(row.code, row.name))),
    "document-brief": Kind("document-brief", DocumentEdition, "key", lambda row: brief_title(row.title)),
}
VIEWS: dict[str, Callable[[], str]] = {
    "dashboard": lambda: _("Overview"),
    "recommendations": lambda: _("Recommendations"),
    "governments": lambda: _("Governments"),
    "documents": lambda: _("Documents"),
    "actions": lambda: _("Actions"),
    "effects": lambda: _("Actions beside recommendations"),
    "citations": lambda: _("Citations"),
    "matrix": lambda: _("Matrix"),
    "timeline": lambda: _("Timeline"),
    "map": lambda: _("Map"),
    "compare": lambda: _("Compare"),
    "changes": lambda: _("Changes"),
    "corrections": lambda: _("Corrections"),
    "search": lambda: _("Search"),
    "methodology": lambda: _("Methodology"),
    "data": lambda: _("Data"),
    "api-docs": lambda: _("The API"),
    "releases": lambda: _("Releases"),
    "about": lambda: _("About this site"),
    "accessibility": lambda: _("Accessibility"),
}
"""Pages that are no record's, with their titles."""
DATED = ("recommendation", "action", "status")
"""Kinds that are there on some days only; a government or a document is, whatever the day."""


def status_title(row: AddresseeEdition, title: str = "") -> str:
    """What one government did about one recommendation, as a title; ``title``: the recommendation's own in the reader's language."""
    words = _("%(government)s: %(title)s (%(reference)s)")
    government = names.government(row.government, row.government_name)
    return words % {"government": government, "title": title or row.short_title, "reference": row.recommendation}


def brief_title(title: str) -> str:
    """A government or a document on one page, as a title."""
    return _("Brief: %(title)s") % {"title": title}


def found(clocks: Clocks, kind: str, key: str, code: str = "") -> Row | None:
    """The row of a record that is to be cited, at the clocks; None where there is none."""
    known = KINDS[kind]
    rows = clocks.rows(known.table) if kind in DATED else clocks.said(known.table)
    narrowed = {known.column: key, **({"government": code} if kind == "status" else {})}
    return rows.filter(**narrowed).first()


def page_as_work(kind: str, row: Any, *, clocks: Clocks, site: str, language: str) -> Work:
    """The page of a record as a work. ``site`` is the site's origin; ``language`` the one that the reader has the page in."""
    known = KINDS[kind]
    key = getattr(row, known.column)
    named = [key, row.government] if kind == "status" else [key]
    return _page("-".join(named), known.title(row), reverse(f"public:{known.route}", args=named), (), clocks, site, language)


def view_as_work(name: str, parameters: Parameters, *, clocks: Clocks, site: str, language: str) -> Work:
    """A page that is no record's as a work, with its filters."""
    return _page(name, VIEWS[name](), reverse(f"public:{name}"), parameters, clocks, site, language)


def _page(key: str, title: str, path: str, parameters: Parameters, clocks: Clocks, site: str, language: str, fragment: str = "") -> Work:
    edition = clocks.edition()
    number = edition.number if edition else 0
    return Work(
        key=f"tracker-{key}-{clocks.as_of.isoformat()}-e{number}",
        genre=Genre.PAGE,
        title=title,
        publisher=site_name(),
        issued=PartialDate(edition.published_at.date().isoformat()) if edition else None,
        language=language,
        url=site + address_of(path, parameters, clocks.pinned),
        edition=edition.number if edition else None,
        as_of=clocks.as_of,
        accessed=clocks.today,
    )


def source_as_work(document: DocumentEdition) -> Work:
    """A cited document as a work of its own. When somebody opened its address is not ours to say, so no day of access is given."""
    publisher, note = unless_unknown(document.publisher)
    return Work(
        key=document.key,
        genre=GENRE_OF[DocumentKind(document.kind)],
        title=document.title,
        author=document.author,
        publisher=publisher,
        issued=PartialDate(document.published_on) if document.published_on else None,
        language=document.language,
        url=document.url,
        note=note,
        number=document.symbol or document.bill or document.celex,
    )

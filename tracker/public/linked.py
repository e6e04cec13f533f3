"""What a page says about itself to machines: schema.org statements (JSON-LD), and its address, title and description for search engines.

Only what is true is said, and nothing that the page does not say. No ``ClaimReview``: a status is not a verdict on whether somebody's claim is
true. No author or publisher is called a person or an organisation where the record does not say which: they stand as ``creditText``. No licence
is named for the data, since none is granted for the sources' words.

Each function takes the page's own context, as the template has it, so that both say the same.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracker.editions.tables import DocumentEdition, GovernmentEdition, RecommendationEdition
from tracker.languages import names
from tracker.public import catalog, identified, sharing
from tracker.public.api import origin
from tracker.public.citing import unless_unknown
from tracker.public.releases.describing import title_of
from tracker.rules.vocabulary import DocumentKind, GovernmentKind

Statement = dict[str, Any]
Context = Mapping[Any, Any]

CONTEXT = "https://schema.org"
DOCUMENT_TYPES = {
    DocumentKind.WHITE_PAPER: "Report",
    DocumentKind.NEWS_REPORT: "NewsArticle",
    DocumentKind.LEGISLATION: "Legislation",
    DocumentKind.LEGAL_ACT: "Legislation",
}
"""An opinion, a statement or a judgment may be of any form: a CreativeWork."""
GOVERNMENT_TYPES = {
    GovernmentKind.STATE: "Country",
    GovernmentKind.EU: "Organization",
    GovernmentKind.INTERNATIONAL: "Organization",
    GovernmentKind.SUBNATIONAL: "AdministrativeArea",
}
"""A group of governments is none of schema.org's things."""
LISTS = {
    "recommendation": ("recommendations", lambda: _("Recommendations")),
    "government": ("governments", lambda: _("Governments")),
    "document": ("documents", lambda: _("Documents")),
    "action": ("actions", lambda: _("Actions")),
}


def statements(request: HttpRequest, context: Context) -> list[Statement]:
    """What a page states about itself; nothing for pages that state nothing."""
    match request.resolver_match.url_name if request.resolver_match else None:
        case "dashboard" if "dashboard" in context:
            return [_website(request), _dataset(request, context, "dashboard")]
        case "matrix" if "matrix" in context:
            return [_dataset(request, context, "matrix")]
        case "recommendation" if "story" in context:
            row = context["story"].recommendation
            return [_page(request, context, "recommendation", row, _recommendation(context)), _trail(request, "recommendation", row)]
        case "government" if "government_page" in context:
            row = context["government_page"].government
            return [_page(request, context, "government", row, _government(row)), _trail(request, "government", row)]
        case "document" if "document_page" in context:
            row = context["document_page"].document
            return [_page(request, context, "document", row, document(row)), _trail(request, "document", row)]
        case "data" if "kept" in context:
            return [
                {"@context": CONTEXT, **said, "inLanguage": _language()}
                for said in catalog.data_page(origin(request), context.get("edition"), context["kept"])
            ]
        case "release" if "whole" in context:
            return [{"@context": CONTEXT, **catalog.release_page(origin(request), context["whole"]), "inLanguage": _language()}]
        case "action" if "action_page" in context:
            row = context["action_page"].action
            return [_page(request, context, "action", row, None), _trail(request, "action", row)]
    return []


def _website(request: HttpRequest) -> Statement:
    said: Statement = {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": sharing.site_name(),
        "url": origin(request) + reverse("public:dashboard"),
        "inLanguage": _language(),
    }
    try:
        search = origin(request) + reverse("public:search")
    except NoReverseMatch:
        return said
    target = {"@type": "EntryPoint", "urlTemplate": search + "?q={words}"}
    return {**said, "potentialAction": {"@type": "SearchAction", "target": target, "query-input": "required name=words"}}


def _dataset(request: HttpRequest, context: Context, route: str) -> Statement:
    """The counted addressees with their statuses: those of the page, in the files that the page offers."""
    site = origin(request)
    media = {
        "CSV": "text/csv",
        "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "JSON": "application/json",
        "JSON Lines": "application/jsonl",
    }
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "name": f"{sharing.VIEWS[route]()} · {sharing.site_name()}",
        "description": description(context),
        "url": canonical(request, context),
        "inLanguage": _language(),
        "isAccessibleForFree": True,
        **_edition(context),
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": media[each["label"]], "contentUrl": site + each["url"]}
            for each in context["downloads"]
            if each["label"] in media
        ],
    }


def _edition(context: Context) -> Statement:
    edition = context.get("edition")
    return {"version": str(edition.number), "dateModified": edition.published_at.date().isoformat()} if edition else {}


def _page(request: HttpRequest, context: Context, kind: str, row: Any, about: Statement | None) -> Statement:
    """The page itself; version and day of change are those of the edition of the site that is read."""
    said: Statement = {
        "@context": CONTEXT,
        "@type": "WebPage",
        "name": sharing.KINDS[kind].title(row),
        "url": canonical(request, context),
        "inLanguage": _language(),
        "isPartOf": {"@type": "WebSite", "name": sharing.site_name(), "url": origin(request) + reverse("public:dashboard")},
        **_edition(context),
    }
    return {**said, "about": about} if about else said


def _recommendation(context: Context) -> Statement:
    """What is recommended, and in what; its words only where they are its own."""
    story = context["story"]
    row = story.recommendation
    said: Statement = {"@type": "CreativeWork", "name": row.short_title, "identifier": row.reference, "creditText": _credit(row)}
    if row.statement_form == "verbatim":
        said["text"] = row.statement
    if story.made_in:
        said["isPartOf"] = document(story.made_in)
    if row.recommended_on:
        said["datePublished"] = row.recommended_on
    return {name: value for name, value in said.items() if value}


def document(row: DocumentEdition) -> Statement:
    """A source, as its record describes it. A description in the place of a title is no name."""
    credit = ", ".join(dict.fromkeys(filter(None, (row.author, unless_unknown(row.publisher)[0]))))
    named = "description" if row.title_is_description else "name"
    said = {
        "@type": DOCUMENT_TYPES.get(DocumentKind(row.kind), "CreativeWork"),
        named: row.title,
        "creditText": credit,
        "datePublished": row.published_on,
        "inLanguage": row.language,
        "url": row.url,
        **_identified(row),
    }
    return {name: value for name, value in said.items() if value}


def _government(row: GovernmentEdition) -> Statement | None:
    kind = GOVERNMENT_TYPES.get(GovernmentKind(row.kind))
    if not kind:
        return None
    others = _identified(row)
    return {"@type": kind, "name": names.government(row.code, row.name), **others, "identifier": [row.code, *others.get("identifier", ())]}


def _identified(row: DocumentEdition | GovernmentEdition) -> Statement:
    """What others call it, each with whose name it is, and where the same thing is described; nothing where nothing is on record."""
    found = identified.identifiers(row)
    named = [{"@type": "PropertyValue", "propertyID": identified.PROPERTY[each.name], "value": each.value} for each in found]
    said: Statement = {"identifier": named} if named else {}
    return {**said, **({"sameAs": elsewhere} if (elsewhere := identified.addresses(found)) else {})}


def _trail(request: HttpRequest, kind: str, row: Any) -> Statement:
    site = origin(request)
    listing, words = LISTS[kind]
    steps = [
        (_("Overview"), reverse("public:dashboard")),
        (words(), reverse(f"public:{listing}")),
        (sharing.KINDS[kind].title(row), reverse(f"public:{kind}", args=[getattr(row, sharing.KINDS[kind].column)])),
    ]
    items = [{"@type": "ListItem", "position": place, "name": name, "item": site + path} for place, (name, path) in enumerate(steps, start=1)]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}


def _language() -> str:
    return translation.get_language() or "en"


def as_script(said: list[Statement]) -> SafeString:
    """A data block: nothing that runs, so that a policy against inline scripts does not concern it. No sign in it can end the element."""
    if not said:
        return mark_safe("")
    written = json.dumps(said if len(said) > 1 else said[0], ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return format_html('<script type="application/ld+json">{}</script>\n', mark_safe(written))  # every sign that HTML gives a meaning is escaped


# For search engines, and for those who show a link with a preview ------------------------------------------------------------


def canonical(request: HttpRequest, context: Context) -> str:
    """The page's own address, absolute: filters and clocks that it was read with, and nothing else of the query.

    A page of a past day is another statement than today's, not a copy of it, so it is canonical to itself.
    """
    clocks = context.get("clocks")
    parameters = _asked(request, context)
    page = context.get("page")
    if page is not None and getattr(page, "number", 1) > 1:
        parameters.append(("page", str(page.number)))
    return origin(request) + sharing.address_of(request.path, parameters, clocks.parameters if clocks else None)


def indexed(request: HttpRequest, context: Context) -> bool:
    """Whether search engines should keep the page: today's, without filters. Days and filters multiply without end."""
    clocks = context.get("clocks")
    return bool(clocks and clocks.is_today and not _asked(request, context))


def _asked(request: HttpRequest, context: Context) -> list[tuple[str, str]]:
    """The filters that the address itself sets; a drawing without any chooses one to begin with. What a page asks besides it says itself."""
    filters = context.get("filters")
    given = [(name, value) for name, values in (filters.given if filters else {}).items() if name in request.GET for value in values]
    return [*given, *context.get("asked", ())]


_TITLES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "recommendation": ("story", lambda page: page.recommendation),
    "government": ("government_page", lambda page: page.government),
    "document": ("document_page", lambda page: page.document),
    "action": ("action_page", lambda page: page.action),
}


def title(request: HttpRequest, context: Context) -> str:
    """The page's title for a preview; the site's name for pages without one of their own."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name == "addressee" and "story" in context:
        return sharing.status_title(context["story"].addressee)
    if name == "release" and "whole" in context:
        return title_of(context["whole"].release.name)
    if name in _TITLES and _TITLES[name][0] in context:
        held, row = _TITLES[name]
        return sharing.KINDS[name].title(row(context[held]))
    return sharing.VIEWS[name]() if name in sharing.VIEWS else sharing.site_name()


def description(context: Context, in_words: Callable[[Any], str] = str) -> str:
    """One or two sentences on the page; what somebody recommends stands with who does. ``in_words`` writes a date."""
    if story := context.get("story"):
        row = story.recommendation
        given = {
            "who": _credit(row) or _("not known"),
            "day": in_words(row.recommended_on),
            "words": row.statement,
            "form": _(row.statement_form.label),
        }
        return _("Recommended by %(who)s, %(day)s (%(form)s): %(words)s") % given
    if page := context.get("government_page"):
        given = {
            "name": names.government(page.government.code, page.government.name),
            "total": page.distribution.total,
            "day": in_words(context["clocks"].as_of),
        }
        return _("What was recommended to %(name)s and what it did: %(total)s counted addressees by status, as of %(day)s.") % given
    return _("What became of each policy recommendation, government by government, with the evidence.")


def _credit(row: RecommendationEdition) -> str:
    """Who made a recommendation, and who alone says so."""
    if row.made_by and row.claimed_by:
        return _("%(who)s (claimed by %(names)s)") % {"who": row.made_by, "names": "; ".join(row.claimed_by)}
    return row.made_by

"""/feeds/changes.atom: the record of changes as a feed (Atom 1.0, RFC 4287), with any filter of the list of changes."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from tracker.editions.tables import CORRECTIONS
from tracker.public import citable
from tracker.public.api import origin
from tracker.public.clocks import Clocks
from tracker.public.columns import CHANGES, GOVERNMENTS
from tracker.public.corrections import Correction, ReferenceChange, corrections, reference_changes
from tracker.public.filters import Grammar
from tracker.public.ignored import ignored
from tracker.public.pages import public_data
from tracker.public.views.shared import page_of, query_of
from tracker.public.wording import Line
from tracker.rules.vocabulary import Nature

BEFORE_ANYTHING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When a feed without entries was last updated: its time is that of its newest entry, and a reader's clock has no part in it."""
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Feed(Atom1Feed):
    """Django's, with the time of the newest entry and the addresses of the pages of the feed."""

    mime_type = "application/atom+xml; charset=utf-8"

    def latest_post_date(self) -> dt.datetime:
        """Of the entries alone."""
        return max((item["updateddate"] for item in self.items), default=BEFORE_ANYTHING)

    def add_root_elements(self, handler: Any) -> None:
        """Title, id, links; and where the next entries are (RFC 5005)."""
        handler.addQuickElement("title", self.feed["title"])
        handler.addQuickElement("subtitle", self.feed["subtitle"])
        handler.addQuickElement("link", "", {"rel": "alternate", "type": "text/html", "href": self.feed["link"]})
        handler.addQuickElement("link", "", {"rel": "self", "type": "application/atom+xml", "href": self.feed["feed_url"]})
        if self.feed["next"]:
            handler.addQuickElement("link", "", {"rel": "next", "type": "application/atom+xml", "href": self.feed["next"]})
        handler.addQuickElement("id", self.feed["id"])
        handler.addQuickElement("updated", rfc3339_date(self.latest_post_date()))

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Django's, with categories that say what they are."""
        kinds = item.pop("kinds")
        super().add_item_elements(handler, {**item, "categories": []})
        for term, label in kinds:
            handler.addQuickElement("category", "", {"term": term, "label": label})


@public_data
def changes(request: HttpRequest, clocks: Clocks) -> HttpResponseBase:
    """What was published, newest first, 50 entries a page; corrections carry a category of their own and say what they changed."""
    grammar = CHANGES.filters(request.GET, clocks)
    page = page_of(grammar.rows().order_by(*CHANGES.order), request, count=len(grammar.met))
    site, query = origin(request), query_of(request, clocks, grammar)
    own = reverse("changes-feed")
    following = page.next_page_number() if page.has_next() else None
    feed = Feed(
        title=_clean(_title(grammar)),
        link=site + reverse("public:changes") + query,
        description="",
        subtitle=_clean(_subtitle(request)),
        language="en",
        feed_url=site + request.get_full_path(),
        feed_guid=_tag(request, "2026", "changes" + query),
    )
    feed.feed["next"] = site + own + _with_page(query, following) if following else None
    told = [each for each in reference_changes(clocks, grammar.given) if _belongs(each.row.edition, page)]
    entries: list[Correction | ReferenceChange] = [*corrections(list(page), clocks), *told]
    for entry in sorted(entries, key=lambda entry: -(entry.record if isinstance(entry, Correction) else entry.row).edition):
        if isinstance(entry, Correction):
            _add(feed, entry, request, site)
        else:
            _add_reference_change(feed, entry, request, site)
    response = HttpResponse(content_type=feed.mime_type)
    feed.write(response, "utf-8")
    return response


def _title(grammar: Grammar) -> str:
    """What is followed, with the filters in words."""
    words = "; ".join(f"{label} {', '.join(values)}" for _name, label, values in grammar.in_words())
    title = _("Policy-recommendation tracker: changes")
    return _("%(title)s (%(filters)s)") % {"title": title, "filters": words} if words else title


def _subtitle(request: HttpRequest) -> str:
    """What it is, and what of its address nothing reads: a misspelt filter lets everything in."""
    unread = ignored(request.GET, citable.takes("changes-feed"))
    words = [_("Every version that was published: what, when, by whom, and why.")]
    return " ".join([*words, _("Not understood and left aside: %(names)s.") % {"names": ", ".join(unread)}] if unread else words)


def _belongs(edition: int, page: Any) -> bool:
    """Whether what has no row in a list of changes stands on this page of it: by its edition, each on one page alone."""
    if page.number > 1 and edition >= page.paginator.object_list[page.start_index() - 2].edition:
        return False
    return not page.has_next() or edition >= page[-1].edition


def _with_page(query: str, number: int) -> str:
    return (query + "&" if query else "?") + urlencode({"page": number})


def _tag(request: HttpRequest, day: str, name: str) -> str:
    """A name for good (RFC 4151), whatever becomes of addresses."""
    host = re.sub(r":\d+$", "", request.get_host()).strip("[]")
    return f"tag:{host},{day}:{name}"


def _add(feed: Feed, each: Correction, request: HttpRequest, site: str) -> None:
    row = each.record
    nature, kind = _(row.nature.label), _(row.kind)
    categories = [(str(row.nature), nature), (row.kind, kind)]
    if row.nature in CORRECTIONS:
        categories.append(("correction", _("correction")))
    feed.add_item(
        title=_clean(f"{nature}: {row.title} ({kind} {row.key})"),
        link=site + CHANGES.address.of(row),
        description=_clean(_words(each)),
        author_name=_clean(row.published_by),
        pubdate=row.known_from,
        updateddate=row.known_from,
        unique_id=_tag(request, row.known_from.date().isoformat(), f"{row.kind}/{row.key}/{row.edition}"),
        kinds=categories,
    )


def _add_reference_change(feed: Feed, each: ReferenceChange, request: HttpRequest, site: str) -> None:
    row = each.row
    who = _("changed by %(who)s") % {"who": row.changed_by}
    said = format_html(
        "<p>{} <small>({}; {})</small></p>{}", row.reason, who, _("edition %(number)s") % {"number": row.edition}, _changed(each.lines)
    )
    feed.add_item(
        title=_clean(f"{_(Nature.CORRECTED.label)}: {row.name} ({_('government')} {row.code})"),
        link=site + GOVERNMENTS.address.of(row),
        description=_clean(said),
        author_name=_clean(row.changed_by),
        pubdate=row.known_from,
        updateddate=row.known_from,
        unique_id=_tag(request, row.known_from.date().isoformat(), f"government/{row.code}/{row.edition}"),
        kinds=[(str(Nature.CORRECTED), _(Nature.CORRECTED.label)), ("government", _("government")), ("correction", _("correction"))],
    )


def _changed(lines: Iterable[Line]) -> str:
    """Each value before and after, as HTML."""
    parts = format_html_join(
        "",
        "<dt>{}</dt><dd><del>{}</del> → <ins>{}</ins></dd>",
        ((line.label, line.before or _("nothing"), line.after or _("nothing")) for line in lines),
    )
    return format_html("<dl>{}</dl>", parts) if parts else ""


def _words(each: Correction) -> str:
    """Why, by whom, and each value before and after, as HTML."""
    row = each.record
    who = (
        _("recorded by %(recorded)s, approved by %(approved)s") % {"recorded": row.recorded_by, "approved": row.approved_by}
        if each.reviewed
        else _(row.provenance.label)
    )
    changed = _changed(each.lines)
    forwards = format_html("<p>{}</p>", _("It now stands as %(key)s.") % {"key": row.forwards_to}) if row.forwards_to else ""
    return format_html("<p>{} <small>({}; {})</small></p>{}{}", row.reason, who, _("edition %(number)s") % {"number": row.edition}, forwards, changed)


def _clean(text: str) -> str:
    """Without the characters that XML has no way to write."""
    return _NOT_IN_XML.sub("", str(text))

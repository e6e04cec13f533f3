"""Numbers that open what they count: the addresses of exactly those rows. ``{% load numbers %}``.

A number of a page that has filters opens rows with the same filters, narrowed to what it counts; one of a side of a comparison by that side's clocks.
Nothing here reads the database or the clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from tracker.languages import dates, digits
from tracker.public.filters import Grammar
from tracker.public.summaries.counts import LONGEST_LIST, Distribution
from tracker.rules.vocabulary import Status
from tracker.templatetags.publication import to
from tracker.templatetags.sentences import joined

register = template.Library()

ASSESSED = tuple(status for status in Status if status is not Status.NOT_ASSESSED)

Given = Mapping[str, Sequence[str]]


def _status_within(given: Given, wanted: Iterable[Status]) -> list[str]:
    """Those of the statuses that a page's own filter lets through."""
    asked = given.get("status") or list(Status)
    return [status.value for status in wanted if status.value in asked]


@register.simple_tag
def linked(number: int, address: str = "") -> SafeString:
    """A number that opens an address, to stand in a sentence; by itself where it is nought or opens nothing."""
    return format_html('<a href="{}">{}</a>', address, number) if number and address else format_html("{}", number)


@register.simple_tag(takes_context=True)
def rows_within(context: RequestContext, grammar: Grammar, *statuses: Status | str, **narrower: Any) -> str:
    """The addressees behind a number of a page with filters: with the page's own, those of the statuses and of the other filters given.

    A filter that is given replaces the page's, so give only what the page's lets through.
    """
    filters: dict[str, Any] = {**grammar.given, **narrower}
    if statuses:
        filters["status"] = _status_within(grammar.given, [Status(status) for status in statuses])
    return to(context, "recommendations", **filters)


@register.simple_tag(takes_context=True)
def assessed_within(context: RequestContext, grammar: Grammar, **narrower: Any) -> str:
    """The same of the assessed ones."""
    return rows_within(context, grammar, *ASSESSED, **narrower)


@register.simple_tag(takes_context=True)
def listed_by(context: RequestContext, listing: str, name: str, keys: Sequence[str]) -> str:
    """The list of just these records: ``{% listed_by "governments" "government" codes as address %}``. Empty where there are none, or too many."""
    return to(context, listing, **{name: list(keys)}) if 0 < len(keys) <= LONGEST_LIST else ""


@register.simple_tag(takes_context=True)
def references(context: RequestContext, found: Sequence[str]) -> SafeString:
    """Recommendations by their references, each a link to its page."""
    return joined(format_html('<a href="{}">{}</a>', to(context, "recommendation", each), each) for each in found)


@register.simple_tag(takes_context=True)
def counts_linked(context: RequestContext, counts: Distribution) -> SafeString:
    """A distribution as ``counts_in_words`` says it, each number a link to its rows."""
    parts = [
        format_html('{} <a href="{}">{}</a>', gettext(item.status.label), to(context, "recommendations", **item.filters), _localized(item.count))
        for item in counts.held
    ]
    total = format_html('<a href="{}">{}</a>', to(context, "recommendations", **counts.filters), _localized(counts.total)) if counts.total else "0"
    of_all = ngettext("of %(total)s counted", "of %(total)s counted", counts.total) % {"total": "{}"}
    parts.append(format_html(of_all, total))
    return format_html_join(pgettext("between the counts of a distribution", ", "), "{}", ((part,) for part in parts))


def _localized(number: int) -> str:
    return digits.localized(str(number), dates.language())

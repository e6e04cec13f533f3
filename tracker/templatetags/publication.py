"""What the public templates need: words of the vocabularies with their shapes, dates as people write them, and addresses that keep the
reader's two clocks.

``{% load publication %}``. Every tag returns safe markup; nothing here reads the database or the clock.
"""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.context import RequestContext
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

from tracker.editions.tables import CitationEdition, DocumentEdition
from tracker.languages import dates, digits, names
from tracker.public import charts
from tracker.public.facets import Facet
from tracker.public.filters import Grammar
from tracker.public.summaries.counts import HONEST_NEGATIVES, Distribution, StatusCount
from tracker.public.summaries.recommendation import EffectOfAction
from tracker.rules import vocabulary
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import Direction, Earlier, Status, Word
from tracker.templatetags.wording import record_title

register = template.Library()

PLACES = ("page", "columns", "cursor")
"""Where in a list a reader is: starts again when anything else of the address changes."""


# Symbols and words


@register.simple_tag
def symbol(shape: str) -> SafeString:
    """A shape of the page's sprite (parts/symbols.svg). Always beside a word, so hidden from screen readers."""
    return format_html('<svg class="sym" aria-hidden="true" focusable="false"><use href="#{}"/></svg>', shape)


@register.simple_tag
def status(value: str | None, *, bare: bool = False) -> SafeString:
    """A status as shape, word and colour; ``bare`` hides the word from the eye and keeps it for screen readers.

    None (a row that is shown and not counted) is a dash that says so.
    """
    if not value:
        return format_html('<span class="none">– <span class="hush">{}</span></span>', gettext("shown, not counted"))
    known = Status(value)
    return format_html(
        '<span class="status tone-{}">{} <span class="{}">{}</span></span>',
        known.tone.value,
        symbol(known.shape),
        "hush" if bare else "status__word",
        gettext(known.label),
    )


@register.filter
def word(value: str | None, vocabulary_name: str) -> str:
    """The label of a stored value: ``{{ "at_large"|word:"Standing" }}`` is “at large”. Empty stays empty."""
    return gettext(_word(value, vocabulary_name).label) if value else ""


@register.filter
def definition(value: str | None, vocabulary_name: str) -> str:
    """The published definition of a stored value."""
    return gettext(_word(value, vocabulary_name).definition) if value else ""


def _word(value: str, vocabulary_name: str) -> Word:
    return getattr(vocabulary, vocabulary_name)(value)


@register.filter
def said(text: Any) -> str:
    """A vocabulary's English words (a label, a definition, a name from the data) in the page's language."""
    return gettext(str(text)) if text else ""


# How an action stands to a recommendation

_DIRECTION_SHAPE = {
    Direction.FULFILS: ("disc", "done"),
    Direction.PARTLY_FULFILS: ("half-disc", "partly"),
    Direction.NO_DIRECT_EFFECT: ("ring", "unknown"),
    Direction.CONTRADICTS: ("triangle-down", "contrary"),
    Direction.NOT_JUDGED: ("query", "unknown"),
}


def effect_mark(direction: str | None, sign: int = 0) -> tuple[str, str]:
    """The shape and tone of an effect; one that undoes another (no direction of its own) turns, in the tone of its sign."""
    if not direction:
        return "turn", "contrary" if sign < 0 else "partly" if sign > 0 else "unknown"
    return _DIRECTION_SHAPE[Direction(direction)]


@register.simple_tag
def effect(direction: str | None, sign: int = 0) -> SafeString:
    """An effect's direction as shape, word and colour; without a direction of its own it reads “reverses”."""
    shape, tone = effect_mark(direction, sign)
    label = gettext(Direction(direction).label) if direction else gettext("reverses")
    return format_html('<span class="status tone-{}">{} <span class="status__word">{}</span></span>', tone, symbol(shape), label)


@register.simple_tag
def in_time(earlier: str, in_place: bool = False) -> str:
    """How an action's date stands to the recommendation's, in words: already in place, earlier, later or order unknown."""
    if in_place:
        return gettext("already in place")
    return gettext(Earlier(earlier).label)


# Dates


@register.filter
def when(value: PartialDate | str | dt.date | dt.datetime | None) -> SafeString | str:
    """A day, month or year in words of the page's language: “15 January 2020”, “February 2019”, “2019”. Empty for none."""
    return _dated(value, dates.in_words(PartialDate(dates.iso(value)))) if value else ""


@register.filter
def later_than(value: PartialDate | str | dt.date | None, day: dt.date) -> bool:
    """Whether a date is certainly after a day: a month or a year counts from its first day. Not for what is undated."""
    return bool(value and PartialDate(dates.iso(value)).first > day)


@register.filter
def in_words(value: PartialDate | str | dt.date | dt.datetime | None) -> str:
    """The same as plain text, for titles and sentences."""
    if not value:
        return ""
    return dates.in_words(PartialDate(dates.iso(value)))


def _dated(value: PartialDate | str | dt.date, words: str) -> SafeString:
    """Words for a date with its machine form, and with the same day by the readers' own calendar where they have another."""
    other = dates.other_calendar(PartialDate(dates.iso(value)))
    title = format_html(' title="{}"', other) if other else ""
    return format_html('<time datetime="{}"{}>{}</time>', dates.iso(value), title, words)


# Addresses


@register.simple_tag(takes_context=True)
def to(context: RequestContext, name: str, *args: Any, **filters: Any) -> str:
    """The address of a public page, keeping the reader's clocks: ``{% to "government" code %}``, ``{% to "matrix" status="implemented" %}``.

    Positional arguments belong to the path; keywords are filters, a list repeats one, empty ones are left out.
    """
    query = [clock for clock in _clocks(context).items() if clock[0] not in filters]
    for key, value in filters.items():
        query += [(key, str(item)) for item in (value if isinstance(value, list | tuple) else [value]) if item not in (None, "")]
    path = _path(name, args, get_language(), get_script_prefix())
    return f"{path}?{urlencode(query)}" if query else path


@lru_cache(maxsize=2**14)
def _path(name: str, args: tuple[Any, ...], _language: str | None, _prefix: str) -> str:
    """The address of a public page, which is looked up in all patterns: in a language, below where the site stands."""
    return reverse(f"public:{name}", args=args)


def _clocks(context: RequestContext) -> dict[str, str]:
    clocks = context.get("clocks")
    return clocks.parameters if clocks else {}


@register.simple_tag(takes_context=True)
def here(context: RequestContext, **changes: Any) -> str:
    """This page's own query with some filters replaced (None removes one), as ``?...``; the page number starts again unless given."""
    query = context["request"].GET.copy()
    for key in PLACES:
        query.pop(key, None)
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else context["request"].path


@register.simple_tag(takes_context=True)
def only(context: RequestContext, name: str, value: str) -> str:
    """This page's query with a filter, whose name is a variable, set to one value."""
    return here(context, **{name: value})


@register.simple_tag(takes_context=True)
def without_filter(context: RequestContext, name: str) -> str:
    """This page's query without a filter."""
    return here(context, **{name: None})


@register.simple_tag(takes_context=True)
def kept_fields(context: RequestContext, *without: str) -> SafeString:
    """Hidden inputs that carry the rest of this page's query through a GET form which sets the filters named."""
    query = context["request"].GET
    pairs = ((name, value) for name in query if name not in without and name not in PLACES for value in query.getlist(name) if value)
    return format_html_join("\n", '<input type="hidden" name="{}" value="{}">', pairs)


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """``mapping[key]`` where the key is a variable; None where it is missing."""
    return mapping.get(key)


@register.filter
def share(part: int, whole: int) -> str:
    """A part of a whole as an SVG length, “37.5%”: for bars only; readers get the two numbers."""
    return f"{100 * part / whole:.2f}%" if whole else "0%"


@register.simple_tag(takes_context=True)
def cleared(context: RequestContext) -> str:
    """This page without filters, by the same clocks."""
    path, clocks = context["request"].path, _clocks(context)
    return f"{path}?{urlencode(clocks)}" if clocks else path


@register.filter
def beside(filters: Grammar, facets: list[Facet]) -> list[tuple[str, str]]:
    """The filters that are set and have no field in the form, as pairs that it carries along."""
    shown = {"q", *(facet.name for facet in facets)}
    return [(name, value) for name, values in filters.given.items() if name not in shown for value in values]


@register.filter
def in_use(facet: Facet) -> bool:
    """Whether any value of a facet is chosen."""
    return any(value.chosen for value in facet.values)


@register.simple_tag(takes_context=True)
def to_rows(context: RequestContext, filters: Mapping[str, Any]) -> str:
    """The recommendations behind a number, from the filters that the number carries."""
    return to(context, "recommendations", **filters)


# Distributions


@register.filter
def shown(counts: Distribution) -> list[StatusCount]:
    """The statuses that say what a government did or said."""
    return [item for item in counts.counts if item.status not in HONEST_NEGATIVES]


@register.filter
def honest_negatives(counts: Distribution) -> list[StatusCount]:
    """Not assessed, no evidence found, no action: apart from the others, and from each other."""
    return [item for item in counts.counts if item.status in HONEST_NEGATIVES]


@register.filter
def assessed(counts: Distribution) -> list[str]:
    """The statuses of assessed addressees, as the filter takes them: every one but “not assessed”."""
    return [item.status.value for item in counts.counts if item.status is not Status.NOT_ASSESSED]


@register.filter
def of(counts: Distribution, which: Status) -> int:
    """How many addressees of a distribution have a status."""
    return counts.of(which)


@register.filter
def largest(summaries: list[Any]) -> int:
    """The largest denominator among rows that each have a distribution: the common scale of their bars."""
    return max((row.distribution.total for row in summaries), default=0)


@register.filter
def counts_in_words(counts: Distribution) -> str:
    """A distribution as a sentence: “implemented 3, no evidence found 1, of 4 counted”."""
    parts = [f"{gettext(item.status.label)} {digits.localized(str(item.count), dates.language())}" for item in counts.held]
    of_all = ngettext("of %(total)s counted", "of %(total)s counted", counts.total) % {"total": digits.localized(str(counts.total), dates.language())}
    return pgettext("between the counts of a distribution", ", ").join([*parts, of_all])


@register.simple_tag
def split(counts: Distribution, whole: int | None = None) -> SafeString:
    """A distribution as a bar split by status; ``whole`` is the count that fills its width.

    For screen readers the counts in words; every page that shows it has them as a table or in the words beside it. It is written here, not as a
    template: the overview has sixty of them.
    """
    titled, language = gettext("%(status)s: %(n)s"), dates.language()
    segments = charts.split(((item.status, item.count) for item in counts.counts), whole or None)
    named = (titled % {"status": gettext(part.key.label), "n": digits.localized(str(part.count), language)} for part in segments)
    drawn = format_html_join(
        "",
        '<rect class="fill-{} is-{}" x="{}" width="{}" height="12"><title>{}</title></rect>',
        ((part.key.tone.value, part.key.value, part.x, part.width, name) for part, name in zip(segments, named, strict=True)),
    )
    return format_html('<svg class="split" width="100%" height="12" role="img" aria-label="{}">{}</svg>', counts_in_words(counts), drawn)


@register.filter
def cited(document: DocumentEdition) -> SafeString:
    """A document in a few words: its author or publisher, and the year."""
    who = names.as_written(document.author or document.publisher or document.title)
    return format_html("{}, {}", who, document.published_on[:4]) if document.published_on else who


@register.filter
def when_short(value: PartialDate | str | dt.date | None) -> SafeString | str:
    """The same as ``when`` with the month abbreviated, where room is scarce: “15 Jan 2020”, “Feb 2019”, “2019”."""
    return _dated(value, dates.in_words(PartialDate(dates.iso(value)), short=True)) if value else ""


@register.simple_tag(takes_context=True)
def current(context: RequestContext, listing: str, *within: str) -> SafeString | str:
    """Marks the menu entry of the page that is open, or of the list that the page stands ``within``."""
    match = getattr(context.get("request"), "resolver_match", None)
    if not match or match.url_name not in (listing, *within):
        return ""
    return format_html(' aria-current="{}"', "page" if match.url_name == listing else "true")


@register.filter
def sort_options(columns: tuple[str, ...]) -> list[tuple[str, str]]:
    """The orders that a list takes, each both ways: pairs of the address's value and its words."""
    options = [("", gettext("the list’s own order"))]
    for name in columns:
        words = gettext(name.replace("_", " "))
        options += [(name, words), (f"-{name}", gettext("%(column)s, the other way") % {"column": words})]
    return options


# One recommendation: what was done before and after it


@register.filter
def by_order(effects: list[EffectOfAction]) -> list[tuple[Earlier, list[EffectOfAction]]]:
    """Effects in groups by their order to the recommendation: earlier, order unknown, later; empty groups left out."""
    groups = [(order, [item for item in effects if item.effect.earlier == order]) for order in (Earlier.YES, Earlier.UNKNOWN, Earlier.NO)]
    return [group for group in groups if group[1]]


@register.filter
def voices(citations: list[CitationEdition], stance: str) -> list[str]:
    """Who is cited with a stance, each once."""
    return list(dict.fromkeys(row.voice for row in citations if row.stance == stance))


# Records of any kind

_PAGES = {"recommendation": "recommendation", "action": "action", "document": "document"}


@register.simple_tag(takes_context=True)
def record(context: RequestContext, kind: str, key: str, title: str = "") -> SafeString:
    """A link to a record's page with its title, or its title alone where its kind has no page of its own (assessments)."""
    words = format_html('{} <small class="soft">{} · {}</small>', record_title(title, kind), gettext(kind), key) if title else key
    if kind not in _PAGES:
        return format_html("{}", words)
    return format_html('<a href="{}">{}</a>', to(context, _PAGES[kind], key), words)


@register.simple_tag(takes_context=True)
def cited_record(context: RequestContext, citation: CitationEdition) -> SafeString:
    """What a citation serves, as words with a link: “action BE-2021-JUD”."""
    return format_html("{} {}", gettext(citation.record_kind), record(context, citation.record_kind, citation.record_key))


# The vocabularies themselves


@register.simple_tag(name="vocabulary")
def vocabulary_of(name: str) -> list[Word]:
    """The words of a vocabulary in its order: ``{% vocabulary "Status" as statuses %}``."""
    return list(getattr(vocabulary, name))


@register.filter
def words_in(text: str) -> list[str]:
    """The words of a text, for a short list written in a template."""
    return text.split()

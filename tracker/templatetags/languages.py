"""What templates need to be right in every language: the way to the other languages, and names after the CLDR.

``{% load languages %}``. Nothing here reads the database or the clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tracker.languages import LANGUAGES, SOURCE, Language, dates, names
from tracker.languages.addresses import in_language
from tracker.rules import sentences
from tracker.rules.vocabulary import Stance

register = template.Library()


@dataclass(frozen=True, slots=True)
class Way:
    """The same page in a language."""

    language: Language
    address: str
    is_here: bool


def _ways(request: HttpRequest | None, origin: str = "") -> list[Way]:
    if request is None:
        return []
    query = request.META.get("QUERY_STRING", "")
    own = dates.language()
    return [
        Way(each, origin + in_language(request.path, each.code) + (f"?{query}" if query else ""), each.code == own) for each in LANGUAGES.values()
    ]


@register.inclusion_tag("tracker/parts/languages.html", takes_context=True)
def language_switch(context: Context) -> dict[str, Any]:
    """Links to this page, with its filters and clocks, in the other languages."""
    return {"ways": _ways(context.get("request"))}


@register.inclusion_tag("tracker/parts/alternates.html", takes_context=True)
def alternates(context: Context) -> dict[str, Any]:
    """For search engines: this page in each language, and in English for whoever reads none of them. Nothing where the host is not ours."""
    request = context.get("request")
    try:
        origin = f"{request.scheme}://{request.get_host()}" if request else ""
    except DisallowedHost:
        return {"ways": []}
    ways = _ways(request, origin)
    return {"ways": ways, "default": next((way for way in ways if way.language.code == SOURCE), None)}


@register.inclusion_tag("tracker/parts/unreviewed.html", takes_context=True)
def unreviewed(context: Context) -> dict[str, Any]:
    """That nobody has reviewed the translation of this page's interface, with the way to the English page. Nothing where somebody has."""
    source = next((way for way in _ways(context.get("request")) if way.language.code == SOURCE), None)
    return {"language": LANGUAGES[dates.language()], "source": source}


@register.simple_tag
def languages() -> list[Language]:
    """The languages of the interface, in their order."""
    return list(LANGUAGES.values())


@register.filter
def government(code: str, recorded: str) -> SafeString:
    """A government's name in the page's language: ``{{ row.government|government:row.government_name }}``, its code and the name recorded here."""
    return names.government_marked(code, recorded)


@register.filter
def government_name(code: str, recorded: str) -> str:
    """The same as plain text, for titles and drawings."""
    return names.government(code, recorded)


@register.filter
def named(text: str | None) -> SafeString | str:
    """A name that the data gives in English (a measure, a theme) in the page's language; marked as English where the catalogue has none."""
    return names.translated(text) if text else ""


@register.filter
def somebody(name: str | None) -> SafeString | str:
    """Who made or searched something, in the page's language where the catalogue has the name; else as it is written, in whatever language."""
    return names.somebody(name) if name else ""


@register.filter
def each_somebody(texts: Iterable[str]) -> list[SafeString | str]:
    """The same of several."""
    return [somebody(text) for text in texts]


@register.filter
def ours(text: str | None, sources: object = None) -> SafeString | str:
    """A text of this site about a record that nobody translates (what a passage says, a reason): marked as English on a page of another language.

    What the software wrote by itself is said in the page's language, with what it quotes of its ``sources`` in theirs.
    """
    if not text or dates.language() == SOURCE:
        return text or ""
    return names.of_the_software(text, language_of_sources(sources)) or names.in_english(text)


@register.filter
def quoted_from(text: str | None, sources: object = None) -> SafeString | str:
    """A source's own word, marked as in the language of the sources where they have one: ``{{ row.source_status|quoted_from:citations }}``."""
    return names.of_source(text, language_of_sources(sources)) if text else ""


@register.filter
def is_of_an_answer(verdict: Any) -> bool:
    """Whether a verdict is the account that an import makes of a government's answer alone: its source has no word for a status."""
    found = sentences.told(verdict.rationale)
    return found is not None and found.sentence in (sentences.ANSWERED, sentences.ANSWERED_WITHOUT_POSITION)


def language_of_sources(sources: object) -> str:
    """The one language of what a record rests on: a citation, a document, or several; those that support it where they say so. Empty for several."""
    each = list(sources) if isinstance(sources, list | tuple) else [sources]
    supporting = [one for one in each if getattr(one, "stance", None) == Stance.SUPPORTS] or each
    found = {getattr(getattr(one, "row", one), "language", "") for one in supporting}
    return str(found.pop() or "") if len(found) == 1 else ""


@register.filter
def reads(party: Mapping[str, Any]) -> SafeString:
    """A party's legal status in words, as told, with who says so in English within them."""
    before, who, after = str(party["reads"]).partition(party["who"] or "\0")
    return format_html("{}{}{}", before, ours(who), after)


@register.filter
def as_written(name: str | None) -> SafeString | str:
    """The name of a person or publisher, as it is."""
    return names.as_written(name) if name else ""


@register.filter
def language_by_tag(tag: str | None) -> str:
    """The name of a language by its tag: “French” for ``fr``."""
    return names.language_name(tag) if tag else ""


@register.simple_tag
def data_label(label: object) -> SafeString:
    """What stands before a cell where a table is folded, as its attribute: ``<td {% data_label _("Date") %}>``."""
    return format_html('data-label="{}"', gettext("%(label)s:") % {"label": label})


@register.filter
def listed(parts: Iterable[object]) -> SafeString:
    """Names in a row, as the language sets them apart."""
    return names.joined_marked(parts)

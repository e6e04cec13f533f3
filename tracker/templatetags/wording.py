"""Texts that may be translated: the words in the reader's language, a quiet mark that says whose they are, and the originals at a page's foot.

``{% load wording %}``. The translations come with the page's context as ``wordings`` (:func:`tracker.public.translated.wordings`); without them every
text is shown as it was written. Nothing here reads the database.
"""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from tracker.editions.tables import RecommendationEdition, TranslationEdition
from tracker.languages.names import is_translated, of_the_software
from tracker.public.translated import Wording, Wordings, language_name
from tracker.public.wording import called
from tracker.rules.languages import OURS
from tracker.rules.shortening import CUT, beyond, first_words
from tracker.rules.vocabulary import TranslationKind
from tracker.templatetags.languages import language_of_sources

register = template.Library()


def _found(context: Context, row: Any, column: str) -> Wording:
    held = context.get("wordings")
    return (held if isinstance(held, Wordings) else Wordings(get_language() or OURS)).of(row, column)


@register.simple_tag(takes_context=True)
def wording(
    context: Context, row: Any, column: str, *, bare: bool = False, linked: bool = False, quiet: bool = False, sources: Any = None
) -> SafeString:
    """A text of a row in the reader's language, with its mark; ``bare``: the words alone, for a heading or a link, with the mark beside it.

    ``linked``: the page lists its originals (``{% originals %}``), and the mark leads there. ``quiet``: in a line of many texts, whose translation it
    is stands there, and what language an original is in does not: its markup says it. What the software wrote by itself is said in the page's
    language, with what it quotes of its ``sources`` in theirs.
    """
    if row is None:
        return SafeString("")
    found = _found(context, row, column)
    if found.translation is None and found.language == OURS and (said := of_the_software(found.original, language_of_sources(sources))):
        return said
    words = _said(found.words, found.words_language, found.reader, original=found.original_first)
    if bare or (quiet and found.translation is None):
        return words
    return format_html("{}{}", words, _mark(context, found, linked))


@register.simple_tag(takes_context=True)
def wording_beside_title(context: Context, row: Any, column: str, title: str, most: int) -> SafeString:
    """The first words of a text below its title, with its mark, at most so many characters; what the title says already is not said again.

    Nothing where the title is all of it.
    """
    found, rest = _found(context, row, column), _beyond(context, row, column, title)
    if rest == "":
        return SafeString("")
    words = first_words(found.words if rest is None else f"{CUT} {rest}", most)
    return format_html("{}{}", _said(words, found.words_language, found.reader, original=found.original_first), _mark(context, found, linked=False))


@register.simple_tag(takes_context=True)
def title_is_of(context: Context, row: Any, column: str, title: str) -> str:
    """Whether a title is "all" of a text, only its "beginning", or, where it is neither, nothing: both would say the same on a page of the text."""
    rest = _beyond(context, row, column, title)
    return "" if rest is None else "beginning" if rest else "all"


def _beyond(context: Context, row: Any, column: str, title: str) -> str | None:
    """What a text says beyond its title, as both are shown; None where they are two texts, or in two languages."""
    text, head = _found(context, row, column), _found(context, row, title)
    return beyond(head.words, text.words) if head.words_language == text.words_language else None


@register.simple_tag(takes_context=True)
def wording_mark(context: Context, row: Any, column: str, *, linked: bool = False, quiet: bool = False) -> SafeString:
    """What stands beside the words: whose translation it is, or what language the original is in; nothing where it is the reader's.

    ``quiet`` as in ``wording``.
    """
    found = _found(context, row, column)
    return SafeString("") if quiet and found.translation is None else _mark(context, found, linked)


@register.simple_tag(takes_context=True)
def wording_text(context: Context, row: Any, column: str) -> str:
    """The words as plain text, for the title of a page."""
    return _found(context, row, column).words


@register.inclusion_tag("tracker/parts/originals.html", takes_context=True)
def originals(context: Context) -> dict[str, Any]:
    """The originals of what the page shows translated, and the translations of earlier wordings: each with who made it."""
    held = context.get("wordings")
    return {"shown": list(held.shown.values()) if isinstance(held, Wordings) else []}


@register.simple_tag(takes_context=True)
def value_words(context: Context, name: str, value: str, label: Any, *, plain: bool = False) -> SafeString:
    """What a value of a filter is called in the reader's language: ``name`` is the filter's, ``label`` what the site calls the value in English.

    A recommendation by its title translated, a document by its own. ``plain``: without markup, for an option (``option_language`` says its language).
    """
    words, language = _value(context, name, value, label)
    reader = get_language() or OURS
    before = f"{value} " if name == "recommendation" else ""
    if plain or (name not in ("recommendation", "document") and language == reader):
        return format_html("{}{}", before, words)
    return format_html("{}{}", before, _said(words, language, reader, original=name == "document"))


@register.simple_tag(takes_context=True)
def option_language(context: Context, name: str, value: str, label: Any) -> SafeString:
    """The language of an option's words as its attribute, where it is not the page's."""
    _words, language = _value(context, name, value, label)
    return format_html(' lang="{}" dir="auto"', language) if language and language != (get_language() or OURS) else SafeString("")


def _value(context: Context, name: str, value: str, label: Any) -> tuple[str, str]:
    """The words of a filter's value, and their language; empty where nothing says it."""
    said, reader = str(label), get_language() or OURS
    if name == "recommendation" and said.startswith(f"{value} "):
        title, language = said.removeprefix(f"{value} "), getattr(label, "language", OURS)
        found = _found(context, RecommendationEdition(reference=value, short_title=title, short_title_language=language), "short_title")
        return found.words, found.words_language
    if name == "document":
        return said, getattr(label, "language", "")
    if name in ("measure", "theme") and not is_translated(said):
        return said, OURS
    return gettext(said) if said else "", reader


@register.filter
def record_title(title: str, kind: str) -> SafeString:
    """The title of a record of a kind as it was published: a document's own, in a language that its record says, or ours, in English."""
    reader = get_language() or OURS
    # The record of changes has the title alone: a description of ours stands in square brackets there (tracker/editions/projection.py).
    is_description = title.startswith("[") and title.endswith("]")
    return _said(title, "" if kind == "document" and not is_description else OURS, reader)


@register.filter
def place(found: Wording) -> str:
    """The id of a text at the page's foot."""
    return "wording-" + "-".join(found.name)


@register.filter
def title_of(found: Wording) -> str:
    """Which text it is: “Statement, MQ-1”."""
    kind, key, text = found.name
    return gettext("%(text)s, %(key)s") % {"text": called(kind, text), "key": key}


@register.filter
def whose(translation: TranslationEdition) -> str:
    """Who translated a text, how, and whether anybody read the translation against the original."""
    names = {"translator": translation.translator, "reader": translation.checked_by}
    match TranslationKind(translation.kind), bool(translation.checked_by):
        case TranslationKind.OFFICIAL, _:
            return gettext("official translation by %(translator)s") % names
        case TranslationKind.OURS, True:
            return gettext("our translation, by %(translator)s, checked by %(reader)s") % names
        case TranslationKind.OURS, False:
            return gettext("our translation, by %(translator)s, checked by nobody else") % names
        case TranslationKind.MACHINE, True:
            return gettext("machine translation by %(translator)s, checked by %(reader)s") % names
    return gettext("machine translation by %(translator)s, checked by nobody") % names


@register.filter
def language_words(language: str) -> str:
    """The name of a language in the page's language."""
    return language_name(language)


def _said(words: str, language: str, reader: str, *, original: bool = False) -> SafeString:
    """Words with their language; as they are where that is the page's own, unless they are another's in a language that is not ours."""
    if not words or (language == reader and not (original and language != OURS)):
        return format_html("{}", words)
    if not language:
        return format_html('<span dir="auto">{}</span>', words)
    return format_html('<span lang="{}" dir="auto">{}</span>', language, words)


def _mark(context: Context, found: Wording, linked: bool) -> SafeString:
    translation = found.translation
    if not found.original or (translation is None and not found.is_foreign):
        return SafeString("")
    if translation is None:
        return _small(gettext("in %(language)s") % {"language": language_name(found.language)})
    held: Wordings = context["wordings"]
    if linked:
        held.shown[found.name] = found
    if translation.outdated:
        in_language = gettext("in %(language)s") % {"language": language_name(found.language)} if found.is_foreign else ""
        note = gettext("translation of an earlier wording")
        return _small(", ".join(filter(None, (in_language, note))), found if linked else None)
    mark = _small(in_short(translation), found if linked else None)
    if found.original_first:
        return format_html(' <span class="beside">({})</span>{}', _said(found.translated, translation.language, found.reader), mark)
    return mark


def in_short(translation: TranslationEdition) -> str:
    """What kind of translation it is, and of a machine's whether nobody read it."""
    kind = TranslationKind(translation.kind)
    if kind is TranslationKind.MACHINE and not translation.checked_by:
        return gettext("machine translation, unchecked")
    return gettext(kind.label)


def _small(words: str, found: Wording | None = None) -> SafeString:
    """Quiet, after the words; with the way to the text at the page's foot."""
    if found is None:
        return format_html(' <small class="by">{}</small>', words)
    hidden = gettext("of: %(text)s") % {"text": capfirst(title_of(found))}
    return format_html(' <small class="by"><a href="#{}">{}<span class="hush"> {}</span></a></small>', place(found), words, hidden)

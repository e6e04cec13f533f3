"""Names in the page's language: governments by their code, languages by their tag, and names that the data gives in English.

In English a government has the name that this site recorded, as editions decide it. In other languages the CLDR names what ISO 3166-1 has a code for,
and the EU and Kosovo (XK); groups and governments within states are named through the catalogue, and otherwise as recorded, in English.
"""

import re
from collections.abc import Iterable

from babel import Locale, UnknownLocaleError
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop, pgettext, trans_real

from tracker.languages import SOURCE
from tracker.languages.dates import in_words, language, locale
from tracker.rules import sentences
from tracker.rules.dates import PartialDate

_NO_GOVERNMENT = frozenset({"EZ", "QO", "VA", "XA", "XB", "ZZ"})
"""Codes of two letters under which the CLDR names no government: currency area, outlying places, the state of the Vatican City (not the Holy See),
pseudo-locales, unknown."""


def government(code: str, recorded: str) -> str:
    """A government's name, as plain text. ``recorded`` is the name that this site recorded, in English."""
    return _of_state(code) or (gettext(recorded) if recorded else code)


def government_marked(code: str, recorded: str) -> SafeString:
    """The same, marked as English where there is no name in the page's language."""
    named = _of_state(code)
    return format_html("{}", named) if named else translated(recorded or code)


def is_named_by_code(code: str) -> bool:
    """Whether the CLDR names the government that has this code."""
    return bool(re.fullmatch("[A-Z]{2}", code)) and code not in _NO_GOVERNMENT and code in locale(SOURCE).territories


def _of_state(code: str) -> str:
    """The CLDR's name; empty in English, and where the code is no state's, nor the EU's."""
    here = language()
    return str(locale(here).territories.get(code, "")) if here != SOURCE and is_named_by_code(code) else ""


def is_translated(text: str) -> bool:
    """Whether the catalogue has the text in the page's language, be it the same word."""
    return language() == SOURCE or text in trans_real.catalog()._catalog  # type: ignore[attr-defined]


def translated(text: str) -> SafeString:
    """A name that the data gives in English (a measure, a theme, a group) in the page's language, or marked as English where it has none."""
    if not text or is_translated(text):
        return format_html("{}", gettext(text))
    return of_the_software(text) or in_english(text)


def somebody(text: str) -> SafeString:
    """A person or an organisation: in the page's language where the catalogue has the name, and otherwise as it is written, in whatever language."""
    return format_html("{}", gettext(text)) if not text or is_translated(text) else as_written(text)


def of_the_software(text: str, language_of_words: str = "") -> SafeString | None:
    """A text that the software wrote into a record, said in the page's language; None where it did not, and in English, where the text says it.

    What is said in it stands apart: names as they are, somebody's own words in their language where that is told.
    """
    if language() == SOURCE:
        return None
    if found := sentences.told(text):
        return _said(found, gettext(found.sentence.words), language_of_words)
    if not (parts := sentences.passage(text)):
        return None
    worded = [gettext(part.sentence.words) for part in parts]
    worded[0] = capfirst(worded[0])
    between = pgettext("between the parts of what a passage says", "; ")
    said = [_said(part, words, language_of_words) for part, words in zip(parts, worded, strict=True)]
    return format_html("{}.", mark_safe(format_html("{}", between).join(said)))


def _said(found: sentences.Told, words: str, language_of_words: str) -> SafeString:
    marked = {name: _marked(name, value, language_of_words) for name, value in found.values.items()}
    return format_html(words % {name: f"{{{name}}}" for name in marked}, **marked)


def _marked(name: str, value: str, language_of_words: str) -> SafeString | str:
    if name == "day":
        return in_words(PartialDate(value))
    if name not in sentences.NAMES:
        return value
    return of_source(value, language_of_words) if name == "words" else as_written(value)


def of_source(text: str, written_in: str) -> SafeString:
    """Words of a source in its language; in none where that is not known, apart from the direction and the signs of a page."""
    if not written_in:
        return as_written(text)
    return format_html("{}", text) if written_in == language() else format_html('<bdi lang="{}">{}</bdi>', written_in, text)


def in_english(text: str) -> SafeString:
    """Words in English within a page of another language, apart from its direction. Where there is no word (“¶18”) there is nothing to mark."""
    return format_html('<bdi lang="en">{}</bdi>', text) if re.search("[A-Za-z]{2}", text) else format_html("{}", text)


def as_written(text: str) -> SafeString:
    """A name that nobody translates, in whatever language, apart from the direction and the signs of a page that is not in English."""
    return format_html("{}" if language() == SOURCE else "<bdi>{}</bdi>", text)


PLACEHOLDERS = (
    gettext_noop("author not named"),
    gettext_noop("compilers of this case file"),
    gettext_noop("mainly en"),
    gettext_noop("opening excerpt"),
    gettext_noop("overview"),
    gettext_noop("preamble"),
    gettext_noop("summary"),
    gettext_noop("table"),
    gettext_noop("unknown"),
)
"""What the shipped case files write where there is no name, or no exact place in a source: translated as names of theirs are."""


def language_name(tag: str) -> str:
    """The name of a language or a variety by its BCP 47 tag, in the page's language; the tag itself where the CLDR has no name."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale(language())) or tag
    except (UnknownLocaleError, ValueError):
        return str(locale(language()).languages.get(tag, tag))


def joined(parts: Iterable[object]) -> str:
    """Names in a row, each of which may hold a comma, as the language sets them apart."""
    return pgettext("between the items of a list", "; ").join(str(part) for part in parts)


def joined_marked(parts: Iterable[object]) -> SafeString:
    """The same as markup: each name apart from the direction of the others."""
    between = pgettext("between the items of a list", "; ")
    if language() == SOURCE:
        return format_html("{}", between.join(str(part) for part in parts))
    return mark_safe(format_html("{}", between).join(format_html("<bdi>{}</bdi>", part) for part in parts))

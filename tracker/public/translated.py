"""Texts in the reader's language: the translations of a page's rows, found at once, and what to show of each text.

A translation stands first where it is of the text as it is. The original stays first where readers find the source by it (a document's title), and
where the translation is of an earlier wording. Where there is none, the original says what language it is in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from django.db.models import Q
from django.utils.translation import get_language

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    RecommendationEdition,
    Row,
    TranslationEdition,
)
from tracker.public.clocks import Clocks
from tracker.rules.languages import OURS
from tracker.rules.translating import NAMES_THE_SOURCE, TEXTS, language_of, primary, same_language

Name = tuple[str, str, str]
"""A text: kind and key of the record, name of the text."""

_RECORDS: dict[type[Row], tuple[str, str]] = {
    DocumentEdition: ("document", "key"),
    RecommendationEdition: ("recommendation", "reference"),
    ActionEdition: ("action", "key"),
    AssessmentEdition: ("assessment", "key"),
}
"""The tables of the records themselves: the kind, and the column of the key."""

COLUMNS: dict[type[Row], dict[str, tuple[str, str, str]]] = {
    **{table: {text: (kind, key, text) for text in TEXTS[kind]} for table, (kind, key) in _RECORDS.items()},
    AddresseeEdition: {
        "short_title": ("recommendation", "recommendation", "short_title"),
        "rationale": ("assessment", "assessment", "rationale"),
        "departure": ("assessment", "assessment", "departure"),
    },
    EffectEdition: {"action_title": ("action", "action", "title")},
    CitationEdition: {"document_title": ("document", "document", "title"), "stake": ("document", "document", "stake")},
}
"""Of each table, the columns that hold a text which may be translated: whose it is (kind, column of the key) and its name there."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as a reader of a language meets it. ``language`` is the original's, empty where nothing says it."""

    name: Name
    original: str
    language: str
    reader: str
    translation: TranslationEdition | None = None
    in_brackets: bool = False  # a description of ours in the place of a title

    @property
    def is_foreign(self) -> bool:
        """Whether the original is in another language than the reader's."""
        return bool(self.language) and not same_language(self.language, self.reader)

    @property
    def original_first(self) -> bool:
        """Whether the original is shown first, whatever translation there is."""
        found = self.translation
        return found is None or found.outdated or ((self.name[0], self.name[2]) in NAMES_THE_SOURCE and not self.in_brackets)

    @property
    def translated(self) -> str:
        """The words of the translation; in brackets where the original is. Empty where there is none."""
        if self.translation is None:
            return ""
        return f"[{self.translation.words}]" if self.in_brackets else self.translation.words

    @property
    def words(self) -> str:
        """What is shown first."""
        return self.original if self.original_first else self.translated

    @property
    def words_language(self) -> str:
        """The language of what is shown first."""
        return self.language if self.original_first or self.translation is None else self.translation.language


class Wordings:
    """The translations into one language of the texts of a page. ``shown`` are the texts whose originals the page lists at its foot, by name."""

    def __init__(self, reader: str, translations: Iterable[TranslationEdition] = ()) -> None:
        """Keep, of several translations of a text, one that is of the text as it is, and the one in exactly the reader's language."""
        self.reader = reader
        self.shown: dict[Name, Wording] = {}
        self._by_name: dict[Name, TranslationEdition] = {}
        for row in sorted(translations, key=lambda row: (row.outdated, row.language != reader, row.language)):
            self._by_name.setdefault((row.record_kind, row.record_key, row.text), row)

    def of(self, row: Any, column: str) -> Wording:
        """A text of a row as this reader meets it."""
        kind, key, text = COLUMNS[type(row)][column]
        name = (kind, getattr(row, key) or "", text)
        original = getattr(row, column)
        language = language_of_column(row, column)
        translation = self._by_name.get(name) if original and not (language and same_language(language, self.reader)) else None
        return Wording(name, original, language, self.reader, translation, in_brackets=_is_description(row, column))


def wordings(clocks: Clocks, *rows: Iterable[Any]) -> Wordings:
    """The translations of the texts of these rows into the page's language, by ``known``: one question, whatever they are written in.

    Rows of any published table may be given, and None among them; the documents that their parts cite come with them.
    """
    reader = get_language() or OURS
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in (row for group in rows for row in group if row is not None):
        for each in (row, *_documents_in(row)):
            for kind, key, _text in COLUMNS.get(type(each), {}).values():
                if named := getattr(each, key):
                    wanted[kind].add(named)
    if not wanted:
        return Wordings(reader)
    of_these = Q()
    for kind, keys in wanted.items():
        of_these |= Q(record_kind=kind, record_key__in=keys)
    return wordings_of(clocks, of_these)


def wordings_of(clocks: Clocks, texts: Q) -> Wordings:
    """The translations of texts, given as a condition on their table, into the page's language: one question."""
    reader = get_language() or OURS
    own = primary(reader)
    in_it = Q(language__iexact=own) | Q(language__istartswith=f"{own}-")
    return Wordings(reader, clocks.said(TranslationEdition).filter(texts, in_it))


def _documents_in(row: Any) -> Iterator[DocumentEdition]:
    """The documents that a row's replies, positions and parties cite, where it was told (:class:`tracker.public.as_of.Source`)."""
    for name in ("replies", "positions", "parties"):
        for part in getattr(row, name, None) or ():
            yield from (source.row for source in part.get("sources", ()))


PUBLISHED = ("text", "language", "words", "kind", "translator", "checked_by", "url", "locator", "outdated", "translates")
"""What files say of a translation."""


def language_of_column(row: Any, column: str) -> str:
    """The language of an original that a row holds; empty where nothing says it."""
    kind, _key, text = COLUMNS[type(row)][column]
    if column in ("short_title", "statement"):
        return str(getattr(row, f"{column}_language"))
    return language_of(kind, text, {"language": getattr(row, "language", ""), "title_is_description": _is_description(row, column)})


def _is_description(row: Any, column: str) -> bool:
    """Whether a text is a description of ours in the place of a document's title."""
    return bool(getattr(row, f"{column}_is_description", False))


def language_name(language: str) -> str:
    """What a language is called in the page's language (CLDR); its tag where it has no name."""
    try:
        return Locale.parse(language, sep="-").get_display_name((get_language() or OURS).replace("-", "_")) or language
    except (ValueError, UnknownLocaleError):
        return language

"""Which public texts of a record may be translated, in what language each is written, and when a translation has been overtaken.

Declared once: the desk's form, the reading table, pages, files and packages all ask here. Language tags follow BCP 47 (RFC 5646); two tags are the
same language to a reader where their primary subtags are.
"""

from collections.abc import Mapping
from typing import Any

from tracker.rules.languages import OURS
from tracker.rules.vocabulary import StatementForm

TEXTS: dict[str, tuple[str, ...]] = {
    "document": ("title", "stake", "note"),
    "recommendation": ("short_title", "statement", "target", "criteria_partial", "criteria_full", "note"),
    "action": ("title", "description", "target", "scope_note", "note"),
    "assessment": ("rationale", "departure", "note"),
}
"""The texts of each kind of record that may carry translations, by their names in its body."""

LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"
"""A tag with its primary subtag in small letters: fr, fa, zh-Hant, pt-BR."""

NAMES_THE_SOURCE = frozenset({("document", "title")})
"""Texts by which a reader finds the source: the original always stays first, and a translation beside it."""


def language_of(kind: str, text: str, said: Mapping[str, Any], *, source: str = "") -> str:
    """The language of an original; empty where nothing says it.

    ``said`` is the record's body, or whatever else has its ``language``, ``title_is_description`` and ``statement_form`` where its kind has them;
    ``source`` the language of the document from which a recommendation is known, empty where that is not to be had. A document's own title is in
    the document's language, and a verbatim statement in that of the document in which it was read. The short title of a recommendation and a
    paraphrase are in the language that the recommendation says, and in ours where it says none; the rest are our words.
    """
    if (kind, text) == ("document", "title") and not said["title_is_description"]:
        return str(said["language"])
    if (kind, text) == ("recommendation", "statement") and said["statement_form"] == StatementForm.VERBATIM:
        return source
    if kind == "recommendation" and text in ("short_title", "statement"):
        return str(said.get("language") or OURS)
    return OURS


def primary(language: str) -> str:
    """The primary subtag: *fr* of *fr-CA*."""
    return language.partition("-")[0].lower()


def same_language(one: str, other: str) -> bool:
    """Whether a reader of the one reads the other."""
    return primary(one) == primary(other)


def is_outdated(translation: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether the original says something else by now than what was translated."""
    return bool(translation["translates"] != body[translation["text"]])

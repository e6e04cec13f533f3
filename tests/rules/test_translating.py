"""Which language an original is in, and when a translation has been overtaken."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.translating import LANGUAGE_PATTERN, TEXTS, is_outdated, language_of, same_language


@pytest.mark.parametrize(
    ("kind", "text", "said", "language"),
    [
        ("document", "title", {"language": "fr", "title_is_description": False}, "fr"),
        ("document", "title", {"language": "fr", "title_is_description": True}, "en"),
        ("document", "note", {"language": "fr", "title_is_description": False}, "en"),
        ("recommendation", "statement", {"statement_form": "verbatim"}, "fr-CA"),
        ("recommendation", "statement", {"statement_form": "paraphrase"}, "en"),
        ("recommendation", "short_title", {"statement_form": "verbatim"}, "en"),
        ("recommendation", "statement", {"statement_form": "paraphrase", "language": "fa"}, "fa"),
        ("recommendation", "statement", {"statement_form": "paraphrase", "language": ""}, "en"),
        ("recommendation", "statement", {"statement_form": "verbatim", "language": "fa"}, "fr-CA"),
        ("recommendation", "short_title", {"statement_form": "verbatim", "language": "fa"}, "fa"),
        ("recommendation", "note", {"statement_form": "verbatim", "language": "fa"}, "en"),
        ("assessment", "rationale", {}, "en"),
    ],
)
def test_our_words_are_english_but_where_a_recommendation_says_otherwise_and_a_title_is_its_documents(
    kind: str, text: str, said: dict[str, object], language: str
) -> None:
    assert text in TEXTS[kind]
    assert language_of(kind, text, said, source="fr-CA") == language


def test_a_verbatim_statement_known_from_no_document_is_in_no_language() -> None:
    assert language_of("recommendation", "statement", {"statement_form": "verbatim"}) == ""


@given(st.sampled_from(["fr", "fr-CA", "fr-Latn-FR"]), st.sampled_from(["fr", "fr-BE"]))
def test_regions_share_a_language(one: str, other: str) -> None:
    assert same_language(one, other)
    assert same_language(other, one)
    assert not same_language(one, "fa")


@pytest.mark.parametrize(
    ("tag", "fits"), [("fr", True), ("zh-Hant", True), ("pt-BR", True), ("French", False), ("FR", False), ("fr\n", False), ("", False)]
)
def test_tags_are_tags(tag: str, fits: bool) -> None:
    assert bool(re.match(LANGUAGE_PATTERN, tag)) is fits


@given(st.text(), st.text())
def test_a_translation_is_overtaken_by_any_other_original(before: str, now: str) -> None:
    assert is_outdated({"text": "statement", "translates": before}, {"statement": now}) is (before != now)

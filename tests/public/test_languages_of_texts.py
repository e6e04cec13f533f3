"""Which language a text is in is decided once, by the data: for search, for what pages mark and for what stands in brackets."""

import re
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tracker.editions.tables import CitationEdition, DocumentEdition, PassageEdition, RecommendationEdition

OWN_TITLE = "[Sans titre] et autres poèmes"
"""A title of its own that begins with a bracket."""


@pytest.fixture
def french(desk: Any) -> Client:
    """A verbatim statement and a paraphrase known from a French document, and one whose title is a description of ours."""
    source = builders.document("FR-1", title=OWN_TITLE, language="fr")
    described = builders.document("FR-2", title="Remarks of a minister", title_is_description=True, language="fr")
    records = [
        builders.recommendation("VERBATIM", source, statement="Expulser les agents.", statement_form="verbatim"),
        builders.recommendation("OURS", described, statement="They should go."),
    ]
    for number, record in enumerate(records):
        builders.cite(record, builders.citation((source, described)[number], f"CI-{number}"))
    builders.put_out(source, described, *records)
    return Client(SERVER_NAME="localhost")


def test_a_statement_is_in_one_language_for_search_and_pages(french: Client) -> None:
    for reference, language in {"VERBATIM": "fr", "OURS": "en"}.items():
        assert RecommendationEdition.objects.get(reference=reference).statement_language == language
        assert PassageEdition.objects.get(kind="recommendation", key=reference, part="statement").language == language
    assert re.search(r'<blockquote class="statement"><q><[^>]*lang="fr"[^>]*>Expulser', french.get("/recommendations/VERBATIM/").text)
    assert 'lang="fr"' not in re.search(r'<blockquote class="statement">.*?</blockquote>', french.get("/recommendations/OURS/").text, re.DOTALL)[0]


def test_a_description_is_known_by_its_record_and_not_by_a_bracket(french: Client) -> None:
    for key, described in {"FR-1": False, "FR-2": True}.items():
        assert DocumentEdition.objects.get(key=key).title_is_description is described
        assert {row.document_title_is_description for row in CitationEdition.objects.filter(document=key)} == {described}
    (own,) = [hit for hit in french.get("/search/?q=poèmes&kind=document").context["hits"] if hit.key == "FR-1"]
    (ours,) = [hit for hit in french.get("/search/?q=remarks&kind=document").context["hits"] if hit.key == "FR-2"]
    assert (own.language, ours.language) == ("fr", "en")
    assert '"name": "[Sans titre] et autres poèmes"' in french.get("/documents/FR-1/").text
    assert '"description": "[Remarks of a minister]"' in french.get("/documents/FR-2/").text


def test_a_verbatim_statement_needs_no_translation_into_its_own_language(french: Client) -> None:
    from django.core.exceptions import ValidationError

    from tracker.models import Recommendation

    record = Recommendation.objects.get(reference="VERBATIM")
    with pytest.raises(ValidationError, match="in this language already"):
        builders.translation(record, "statement", "fr").full_clean()

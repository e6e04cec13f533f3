"""The words by which the desk finds records: from the index alone, however they are spelt."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests import builders
from tracker.models import Document, Government
from tracker.models.searched import saying, searched_fields
from tracker.rules.folding import beginnings, folded

WRITTEN = st.text(st.characters(categories=["L", "N", "M"], max_codepoint=0x6FF), min_size=1, max_size=12)


@pytest.fixture
def paper(desk: str) -> Document:
    """A document of many words."""
    found = builders.document("ORG-12.b", title="Économie de Téhéran: non-prolifération", publisher="وزارت خارجه")
    found.url = "https://example.org/a_paper?part=2"
    found.save()
    return found


def found(said: str) -> list[str]:
    """The keys of the documents that say it."""
    return list(Document.objects.filter(saying(Document, said)).values_list("key", flat=True))


@pytest.mark.parametrize(
    "said",
    ["Téhéran", "teheran", "TEHE", "econom", "org-12", "ORG-12.b", "example.org", "a_paper", "خارجه", "خارج", "non-prolif", "prolif", "12"],
)
def test_words_are_found_by_how_they_begin_in_any_spelling(paper: Document, said: str) -> None:
    builders.document("OTHER", title="Something else")
    assert found(said) == [paper.key]


@pytest.mark.parametrize("said", ["heran", "org-1.2", "ORG-13", "proliferation-non", "teheranx", "non-prolifx"])
def test_what_no_word_begins_with_is_not_found(paper: Document, said: str) -> None:
    assert found(said) == []


def test_several_words_with_signs_between_are_found_as_they_are_written(paper: Document) -> None:
    """A reference is not found in a record that has its letters and its number apart."""
    builders.document("APART", title="ORG names 12 measures")
    assert found("ORG-12") == [paper.key]


def test_signs_alone_say_nothing() -> None:
    with pytest.raises(ValueError, match="cannot be searched"):
        saying(Document, "–")
    with pytest.raises(ValueError, match="Government cannot be searched"):
        saying(Government, "France")
    assert searched_fields(Government) == frozenset()


def test_the_index_answers(desk: str) -> None:
    """Where PostgreSQL may not read the whole table, no text is read at all."""
    asked = Document.objects.filter(saying(Document, "report")).values("pk")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "Index Scan on document_searched" in asked.explain()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WRITTEN, min_size=1, max_size=4), draw=st.data())
def test_every_word_is_found_by_every_beginning_of_it(paper: Document, words: list[str], draw: st.DataObject) -> None:
    """Whatever people write, in whatever letters."""
    title = " ".join(words)
    kept = folded(title).split()
    assume(kept)
    word = draw.draw(st.sampled_from(kept))
    said = word[: draw.draw(st.integers(1, len(word)))]
    assume(len(beginnings(said)) == 1)
    Document.objects.update(title=title)
    assert found(said) == [paper.key], (title, said)

"""/methodology/ says what the code decides by: every word of every vocabulary with its definition, the ladder; /data/ every column of every list."""

import html
import inspect
import re

import pytest
from django.test import Client

from tracker.public.columns import LISTINGS
from tracker.rules import vocabulary
from tracker.rules.ladder import LADDER
from tracker.rules.vocabulary import Word

OF_THE_DESK = (vocabulary.CaptureState, vocabulary.CopyState, vocabulary.LinkOutcome, vocabulary.PassageOutcome)
"""What no page, file or answer shows."""
VOCABULARIES = [
    member for _name, member in inspect.getmembers(vocabulary, inspect.isclass) if issubclass(member, Word) and member not in (Word, *OF_THE_DESK)
]


def words_of(path: str) -> str:
    answer = Client(SERVER_NAME="localhost").get(path)
    assert answer.status_code == 200, answer.content.decode()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.fixture
def text(published: str) -> str:
    return words_of("/methodology/")


@pytest.mark.parametrize("words", VOCABULARIES, ids=lambda words: words.__name__)
def test_every_word_is_published_with_its_definition(text: str, words: type[Word]) -> None:
    for word in words:
        assert word.label in text
        assert word.definition, f"{word!r} has no definition"
        assert word.definition in text


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=lambda listing: listing.name)
def test_every_column_and_filter_is_published(published: str, listing: object) -> None:
    text = words_of("/data/")
    for column in listing.columns:  # type: ignore[attr-defined]
        assert column.name in text
        assert str(column.meaning) in text
    for name in listing.filters.base_filters:  # type: ignore[attr-defined]
        assert name in text


def test_the_ladder_stands_there_in_its_order(text: str) -> None:
    told = text.split("How a status is proposed")[-1].split("When something is partial")[0]
    places = [told.index(rung.question) for rung in LADDER]
    assert places == sorted(places)
    for rung in LADDER:
        for status, reason in rung.answers:
            assert f"{status.label} {re.sub(r'%[(][a-z]+[)]s', '…', reason)}" in told

"""The crosswalk is whole, says the same read either way, and lets no word claim more than was said."""

import re

import pytest

from tracker.rules.crosswalk import CROSSWALK, Match, Vocabulary, from_foreign, rows, to_foreign
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import Status

EVERY = pytest.mark.parametrize("theirs", CROSSWALK.values(), ids=lambda theirs: theirs.key)


def test_the_vocabularies_are_those_that_were_asked_for() -> None:
    assert list(CROSSWALK) == ["gao", "upr", "fatf", "ogp", "politifact"]
    assert {key: theirs.key for key, theirs in CROSSWALK.items()} == {key: key for key in CROSSWALK}


@EVERY
def test_every_status_has_a_word_or_a_reason_why_not(theirs: Vocabulary) -> None:
    linked = {link.status for link in theirs.links}
    assert linked | set(theirs.of_statuses) == set(Status)
    assert linked & set(theirs.of_statuses) == set()


@EVERY
def test_every_word_has_a_status_or_a_reason_why_not(theirs: Vocabulary) -> None:
    linked = {link.word for link in theirs.links}
    assert len(set(theirs.words)) == len(theirs.words)
    assert linked | set(theirs.of_words) == set(theirs.words)
    assert linked & set(theirs.of_words) == set()
    assert set(theirs.unconfirmed) <= set(theirs.words)
    assert bool(theirs.unconfirmed) <= bool(theirs.not_confirmed), "what was not confirmed is said"


@EVERY
def test_a_pair_is_linked_once(theirs: Vocabulary) -> None:
    pairs = [(link.status, link.word) for link in theirs.links]
    assert len(set(pairs)) == len(pairs)


@EVERY
def test_each_says_why_in_a_sentence_and_where_it_was_read(theirs: Vocabulary) -> None:
    reasons = [*(link.why for link in theirs.links), *theirs.of_statuses.values(), *theirs.of_words.values(), theirs.not_confirmed]
    assert [reason for reason in reasons if not re.fullmatch(r"[A-Z].*\.", reason)] == []
    assert theirs.source.publisher
    assert theirs.source.title
    assert re.fullmatch(r"https://\S+", theirs.source.url)
    assert not theirs.source.date or PartialDate(theirs.source.date)


def test_a_relation_turned_round_twice_is_itself() -> None:
    assert {match: match.inverse for match in Match} == {
        Match.EXACT: Match.EXACT,
        Match.CLOSE: Match.CLOSE,
        Match.BROAD: Match.NARROW,
        Match.NARROW: Match.BROAD,
    }
    assert all(match.inverse.inverse is match for match in Match)


@EVERY
def test_no_direction_is_ambiguous(theirs: Vocabulary) -> None:
    """At most one word may go out for a status, and at most one status come in for a word."""
    for status in Status:
        assert len([link for link in theirs.links_of(status) if link.match.claims_no_more]) <= 1, status
    for word in theirs.words:
        assert len([link for link in theirs.links_to(word) if link.match.inverse.claims_no_more]) <= 1, word


@EVERY
def test_a_word_that_goes_out_and_comes_back_says_no_more_than_before(theirs: Vocabulary) -> None:
    """It comes back as what it was, or not at all; and a word that came in goes out as itself, or not at all."""
    for status in Status:
        if word := to_foreign(theirs.key, status):
            assert from_foreign(theirs.key, word) in (status, None)
    for word in theirs.words:
        if (status := from_foreign(theirs.key, word)) is not None:
            assert to_foreign(theirs.key, status) in (word, "")


@pytest.mark.parametrize(
    ("vocabulary", "status", "word"),
    [
        ("gao", Status.IMPLEMENTED, "Closed – Implemented"),
        ("gao", Status.NO_EVIDENCE, "Open"),
        ("gao", Status.CONTRARY_ACTION, ""),
        ("upr", Status.PARTIALLY_IMPLEMENTED, "partially implemented"),
        ("upr", Status.NO_EVIDENCE, ""),
        ("fatf", Status.IMPLEMENTED, "Compliant"),
        ("fatf", Status.PARTIALLY_IMPLEMENTED, ""),  # two words divide it, and each would claim how much
        ("ogp", Status.PARTIALLY_IMPLEMENTED, ""),
        ("ogp", Status.NO_EVIDENCE, "No Evidence Available"),
        ("politifact", Status.REVERSED, "Promise Broken"),
        ("politifact", Status.NOT_ASSESSED, "Not Yet Rated"),
    ],
)
def test_a_status_in_their_word(vocabulary: str, status: Status, word: str) -> None:
    assert to_foreign(vocabulary, status) == word


@pytest.mark.parametrize(
    ("vocabulary", "word", "status"),
    [
        ("gao", "Closed – Implemented", Status.IMPLEMENTED),
        ("gao", "Closed-implemented", Status.IMPLEMENTED),
        ("gao", "  closed —  implemented ", Status.IMPLEMENTED),
        ("gao", "Open", None),  # it may be in hand, refused or forgotten
        ("gao", "Closed – Not Implemented", None),
        ("upr", "Not implemented", None),
        ("fatf", "Largely compliant", Status.PARTIALLY_IMPLEMENTED),
        ("fatf", "Non-compliant", None),
        ("fatf", "Not applicable", None),
        ("ogp", "Limited", Status.PARTIALLY_IMPLEMENTED),
        ("ogp", "Not Started", Status.NO_ACTION),
        ("politifact", "Stalled", None),
        ("politifact", "Promise Broken", None),
        ("politifact", "Half true", None),
        ("politifact", "", None),
    ],
)
def test_their_word_as_a_status(vocabulary: str, word: str, status: Status | None) -> None:
    assert from_foreign(vocabulary, word) is status


def test_a_vocabulary_that_is_not_here_is_refused() -> None:
    with pytest.raises(KeyError):
        from_foreign("who", "done")
    with pytest.raises(KeyError):
        to_foreign("who", Status.IMPLEMENTED)


def test_the_table_has_every_status_beside_every_vocabulary() -> None:
    table = list(rows())
    assert {(theirs.key, status) for theirs, status, _link in table} == {(key, status) for key in CROSSWALK for status in Status}
    assert [link for _theirs, _status, link in table if link] and all(link.status is status for _theirs, status, link in table if link)
    assert sum(len(theirs.links) for theirs in CROSSWALK.values()) == len([link for _theirs, _status, link in table if link])

"""The controlled vocabularies say what the site's design says, in words that a reader can tell apart."""

import re

import pytest

from tracker.rules import vocabulary
from tracker.rules.vocabulary import AssessorKind, Direction, Earlier, EventKind, Interest, Stance, Status, Tone, Word

VOCABULARIES = [word for word in vars(vocabulary).values() if isinstance(word, type) and issubclass(word, Word) and word is not Word]
VALUES = [member for kind in VOCABULARIES for member in kind]

# The values are stored, exported and typed into addresses: one that changes breaks what others keep.
STORED = {
    "Status": "implemented partially_implemented under_consideration no_evidence no_action rejected contrary_action reversed superseded not_assessed",
    "Direction": "fulfils partly_fulfils no_direct_effect contradicts not_judged",
    "Earlier": "yes no unknown",
    "EventKind": "occurred announced adopted in_force amended suspended repealed annulled expired",
    "Stance": "supports disputes context",
    "Corroboration": "single_source corroborated",
    "Basis": "named group_member tracked model_cited",
    "GovernmentKind": "state eu international subnational group",
    "DocumentKind": "white_paper opinion news_report official_statement legislation legal_act judgment",
    "Interest": "official press advocacy academic",
    "StatementForm": "verbatim paraphrase",
    "RelationKind": "repeats narrows splits supersedes",
    "Answer": "accepted in_part in_principle noted rejected",
    "AssessorKind": "staff government third_party",
    "Confidence": "high medium low not_stated",
    "PartyKind": "person organisation unnamed",
    "Standing": "alleged questioned arrested investigated charged at_large on_trial pleaded_guilty convicted acquitted dropped not_charged "
    "overturned sanctioned expelled released",
    "Provenance": "reviewed shipped",
    "Nature": "first added_to corrected withdrawn merged taken_down",
    "CaptureState": "waiting held nothing",
    "CopyState": "sound altered missing",
    "PassageOutcome": "found moved respaced lost",
    "LinkOutcome": "fine moved gone failing",
    "TranslationKind": "official ours machine",
    "FirstAction": "3_months 12_months 2_years later uncertain none",
    "DeadlineOutcome": "met late undated open not_met not_assessed",
    "ChallengeState": "open upheld dismissed",
}


def test_every_vocabulary_has_exactly_its_published_values() -> None:
    assert {kind.__name__: " ".join(kind) for kind in VOCABULARIES} == STORED


@pytest.mark.parametrize("kind", VOCABULARIES, ids=lambda kind: kind.__name__)
def test_no_two_values_of_a_vocabulary_read_the_same(kind: type[Word]) -> None:
    words = [member.label for member in kind]
    definitions = [member.definition for member in kind if member.definition]
    assert len(set(words)) == len(words) == len(list(kind))
    assert len(set(definitions)) == len(definitions)


@pytest.mark.parametrize("member", VALUES, ids=repr)
def test_a_value_is_stored_and_written_as_itself(member: Word) -> None:
    assert re.fullmatch("[a-z0-9]+(_[a-z]+)*", member.value)
    assert (str(member), f"{member}", type(member)(str(member))) == (member.value, member.value, member)
    assert member == member.value


@pytest.mark.parametrize("member", VALUES, ids=repr)
def test_a_word_is_a_word_and_a_definition_is_a_sentence(member: Word) -> None:
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9 ,-]+", member.label), "shown within a sentence: no underscore, no full stop"
    assert member.definition == "" or re.fullmatch(r"[A-Z].*\.", member.definition)


@pytest.mark.parametrize("kind", [Status, Direction, Earlier, EventKind, Stance, Interest], ids=lambda kind: kind.__name__)
def test_what_judges_a_government_or_a_source_is_defined(kind: type[Word]) -> None:
    assert [member.value for member in kind if not member.definition] == []


def test_a_form_offers_the_values_in_their_order_with_their_words() -> None:
    assert Earlier.choices() == [("yes", "earlier"), ("no", "later"), ("unknown", "order unknown")]
    assert AssessorKind.choices() == [("staff", "staff"), ("government", "the government itself"), ("third_party", "third party")]


def test_the_three_honest_negatives_are_three_words() -> None:
    negatives = [Status.NOT_ASSESSED, Status.NO_EVIDENCE, Status.NO_ACTION]
    assert [status.label for status in negatives] == ["not assessed", "no evidence found", "no action"]


def test_only_what_someone_searched_for_asks_for_the_search() -> None:
    assert [status.label for status in Status if status.rests_on_a_search] == ["no evidence found", "no action"]


def test_statuses_can_be_told_apart_without_colour() -> None:
    assert len({status.shape for status in Status}) == len(Status)
    assert {status.tone for status in Status} == set(Tone), "a colour that no status has is of no use"


def test_what_is_not_known_is_not_coloured_as_a_failure() -> None:
    assert {Status.NOT_ASSESSED.tone, Status.NO_EVIDENCE.tone} == {Tone.UNKNOWN}
    assert [status.label for status in Status if status.tone is Tone.DONE] == ["implemented"]


@pytest.mark.parametrize("member", VALUES, ids=repr)
def test_the_machine_blames_nobody(member: Word) -> None:
    said = f"{member.label} {member.definition}".casefold()
    assert [word for word in ("ignored", "failed", "refused", "guilt", "because of the recommendation") if word in said.split()] == []


def test_sanctioned_does_not_read_as_convicted() -> None:
    standing = vocabulary.Standing
    assert "convict" not in f"{standing.SANCTIONED.label} {standing.SANCTIONED.definition}"
    assert standing.SANCTIONED != standing.CONVICTED


def test_only_doing_what_was_asked_counts_toward_it() -> None:
    assert {direction.value: direction.sign for direction in Direction} == {
        "fulfils": 1,
        "partly_fulfils": 1,
        "no_direct_effect": 0,
        "contradicts": -1,
        "not_judged": 0,
    }


def test_what_ends_an_act() -> None:
    assert [kind.label for kind in EventKind if kind.ends_force] == ["suspended", "repealed", "annulled", "expired"]

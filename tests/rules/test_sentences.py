"""The sentences that the software writes into records are found again, with what was said in them, and nobody's own words are taken for one."""

import pytest

from tracker.rules import sentences
from tracker.rules.sentences import PARTS, TEXTS, Sentence, passage, said_together, told

SAID = {
    "who": "Cour des comptes", "of": "RV-1.2 (3)", "title": "Suivi; 2020 (tome 2)", "words": "Mise en œuvre; partielle", "day": "2020-05", "row": "6",
    "rows": "1, 2", "more": "12",
}  # fmt: skip
"""Something for each place of a sentence."""


def said(sentence: Sentence) -> tuple[str, dict[str, str]]:
    values = {name: SAID[name] for name in sentence.places}
    return sentence(**values), values


@pytest.mark.parametrize("sentence", TEXTS, ids=lambda each: each.words)
def test_a_sentence_is_found_again_with_what_was_said(sentence: Sentence) -> None:
    text, values = said(sentence)
    found = told(text)
    assert found is not None and (found.sentence, dict(found.values)) == (sentence, values)


@pytest.mark.parametrize("sentence", PARTS, ids=lambda each: each.words)
def test_the_parts_of_a_passage_are_found_again(sentence: Sentence) -> None:
    text, values = said(sentence)
    if "words" in values:  # what parts the parts stands in what is quoted: it stays as it was written
        assert passage(said_together([sentences.SAYS_WHAT_WAS_DONE(), text])) == ()
        text = text.replace(SAID["words"], "Acceptée")
        values = {"words": "Acceptée"}
    found = passage(said_together([text, sentences.SAYS_WHAT_WAS_DONE()]))
    assert (found[0].sentence, dict(found[0].values)) == (sentence, values)
    assert found[-1].sentence is sentences.SAYS_WHAT_WAS_DONE


def test_every_sentence_is_one_of_those_that_are_looked_for() -> None:
    assert {each for each in vars(sentences).values() if isinstance(each, Sentence)} == {*TEXTS, *PARTS}
    assert set(SAID) == {name for each in (*TEXTS, *PARTS) for name in each.places}


@pytest.mark.parametrize(
    "own",
    [
        "The minister signed it. The report gives the status as “done”.",
        "The report gives the status as “done”. Later it gives the status as “undone”.",
        "Given as “a” and as “b”.",
        "row six",
        "The list says what was done; nobody disputes it.",
        "",
    ],
)
def test_what_somebody_wrote_is_not_taken_for_one(own: str) -> None:
    assert told(own) is None and passage(own) == ()

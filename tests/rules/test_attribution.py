"""A party's legal status reads with its basis."""

import pytest

from tracker.rules.attribution import JUDGED, standing_in_words
from tracker.rules.vocabulary import Standing


def said(standing: Standing, said_by: str = "The paper", *, has_judgment: bool = False) -> str:
    message, parameters = standing_in_words(standing, said_by=said_by, has_judgment=has_judgment)
    return message % parameters


@pytest.mark.parametrize("standing", JUDGED)
def test_what_only_a_court_finds_is_a_report_without_its_judgment(standing: Standing) -> None:
    assert said(standing) == f"reported {standing.label} by The paper"
    assert said(standing, has_judgment=True) == f"{standing.label}, according to The paper"


@pytest.mark.parametrize("standing", [word for word in Standing if word not in JUDGED])
@pytest.mark.parametrize("has_judgment", [True, False])
def test_every_other_status_keeps_its_word_and_none_reads_as_convicted(standing: Standing, has_judgment: bool) -> None:
    assert said(standing, has_judgment=has_judgment) == f"{standing.label}, according to The paper"
    assert standing is Standing.OVERTURNED or "convict" not in said(standing, has_judgment=has_judgment)


def test_a_report_is_not_called_a_report_twice() -> None:
    assert said(Standing.CONVICTED, "reported by A and by B") == "reported convicted by A and by B"
    assert said(Standing.PLEADED_GUILTY, "reported by A") == "pleaded guilty, according to A"

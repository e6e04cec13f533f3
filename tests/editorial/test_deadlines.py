"""A deadline that was public is not moved in silence: the database writes the ledger, whoever moves it."""

from typing import Any

import pghistory
import pytest
from django.db import DatabaseError, transaction

from tests import builders
from tracker.models import DeadlineMove, Recommendation


@pytest.fixture
def public(desk: str) -> dict[str, Any]:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    DeadlineMove.objects.all().delete()
    return made


def ledger() -> list[tuple[str, str | None, str, str]]:
    return [(str(move.before), str(move.after) if move.after else None, move.moved_by, move.reason) for move in DeadlineMove.objects.all()]


def test_a_moved_deadline_stays_in_the_ledger_with_its_reason(public: dict[str, Any], today: Any) -> None:
    with pghistory.context(user=1, reason="The inquiry gave another year."):
        Recommendation.objects.filter(reference="REC-1").update(due_on="2022-06")
    assert ledger() == [("2021", "2022-06", "", "The inquiry gave another year.")]
    assert {str(move.moved_on) for move in DeadlineMove.objects.all()} == {str(today)}


@pytest.mark.parametrize("drafts", [["2022", "2021", "2023"], ["2022", None, "2023"], ["2022", "2023"], ["2023", "2022", "2023"]])
def test_the_move_is_the_one_that_readers_will_see(public: dict[str, Any], drafts: list[str | None]) -> None:
    """From the deadline that is public to the last that was given, with the reason of that one."""
    for number, due_on in enumerate(drafts, start=1):
        with pghistory.context(user=1, reason=f"Reason {number}."):
            Recommendation.objects.filter(reference="REC-1").update(due_on=due_on)
    assert ledger() == [("2021", "2023", "", f"Reason {len(drafts)}.")]


def test_a_deadline_that_is_what_it_was_has_not_moved(public: dict[str, Any]) -> None:
    with pghistory.context(user=1, reason="A slip."):
        Recommendation.objects.filter(reference="REC-1").update(due_on="2022")
        DeadlineMove.objects.update(moved_on="2020-01-01")
    Recommendation.objects.filter(reference="REC-1").update(due_on="2021")
    assert ledger() == []


def test_a_move_that_was_public_stays_when_the_deadline_moves_on(public: dict[str, Any]) -> None:
    for due_on in ("2022", "2021", "2023"):
        with pghistory.context(user=1, reason=f"To {due_on}."):
            Recommendation.objects.filter(reference="REC-1").update(due_on=due_on)
        DeadlineMove.objects.filter(before="2021", after="2022").update(moved_on="2020-06-01")
        builders.put_out(Recommendation.objects.get(reference="REC-1"))
    assert sorted(ledger()) == [("2021", "2022", "", "To 2022."), ("2021", "2023", "", "To 2023."), ("2022", "2021", "", "To 2021.")]


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_deadline_that_was_public_is_not_moved_without_a_reason(public: dict[str, Any], reason: str | None) -> None:
    context = {} if reason is None else {"reason": reason}
    with pytest.raises(DatabaseError, match="say why it moves"), pghistory.context(user=1, **context), transaction.atomic():
        Recommendation.objects.filter(reference="REC-1").update(due_on="2022")
    assert (ledger(), str(Recommendation.objects.get(reference="REC-1").due_on)) == ([], "2021")


def test_a_draft_changes_its_deadline_freely(desk: str) -> None:
    draft = builders.recommendation("DRAFT-1", builders.document("PAPER"), due_on="2020")
    Recommendation.objects.filter(pk=draft.pk).update(due_on="2021")
    assert ledger() == []


def test_a_first_deadline_is_no_move(public: dict[str, Any]) -> None:
    Recommendation.objects.filter(reference="OTHER-1").update(due_on="2021")
    assert ledger() == []


def test_a_move_that_someone_entered_by_hand_is_not_said_twice(public: dict[str, Any]) -> None:
    DeadlineMove.objects.create(
        recommendation=public["recommendation"], before="2021", after="2023", moved_on="2020-11", moved_by="The government", reason="An election."
    )
    with pghistory.context(user=1, reason="entered"):
        Recommendation.objects.filter(reference="REC-1").update(due_on="2023")
    assert ledger() == [("2021", "2023", "The government", "An election.")]

"""Two organisations number their recommendations alike: neither file ever writes over what came from the other document."""

from collections.abc import Callable
from typing import Any

import pytest

from config.trouble import Trouble
from tests import builders
from tests.exchange.imports.conftest import PROFILE, rows
from tracker.editorial.verbs import approve, publish
from tracker.exchange.imports import choose, hand_in, run_apply, run_preview
from tracker.exchange.imports.beside import ALL, TAKE
from tracker.exchange.imports.findings import problem_told
from tracker.models import Action, Addressee, Assessment, Import, Recommendation, User

Received = Callable[..., Import]

BARE = PROFILE.replace('prefix = "RV"\n', "")
OTHER = (
    BARE.replace('key = "REVIEW"', 'key = "OFFX"')
    .replace("Made-up review of harbours", "Made-up audit of piers")
    .replace("Review Body", "Audit Body")
)
AS_NUMBERED = 'key = "{key}"\nprefix = ""\n'
"""Of a profile that takes the numbers as they stand, so that those of two documents meet."""


def numbered(profile: str, key: str) -> str:
    return profile.replace(f'key = "{key}"\n', AS_NUMBERED.format(key=key))


def others() -> list[list[str]]:
    """The same numbers, with recommendations of another kind to other governments."""
    return [[no, "Iceland", text.replace("paint lighthouse", "sweep pier"), *rest] for no, _land, text, *rest in rows()]


def applied(batch: Import, by: User) -> Import:
    run_preview(batch, by=by)
    return run_apply(batch, by=by, reason="A test")


def standing() -> list[tuple[Any, ...]]:
    return [
        (
            made.reference,
            made.statement,
            made.known_from.key,
            *made.addressees.order_by("government__code").values_list("government__code", flat=True),
        )
        for made in Recommendation.objects.select_related("known_from").order_by("reference")
    ]


def test_the_numbers_of_two_documents_do_not_meet(received: Received, by: User) -> None:
    applied(received(rows(), profile=BARE), by)
    preview = run_preview(batch := received(others(), "audit.csv", profile=OTHER), by=by)
    assert not preview.changes and not preview.conflicts and not preview.problems
    run_apply(batch, by=by, reason="Another document")
    assert [(reference, document) for reference, _text, document, *_codes in standing()] == [
        (f"{document}-{number}", document) for document in ("OFFX", "REVIEW") for number in (1, 2, 3)
    ]


@pytest.mark.parametrize("is_published", [False, True])
def test_what_is_here_from_another_document_is_a_conflict_and_never_written_over(received: Received, by: User, is_published: bool) -> None:
    """Draft or published, whatever staff decide: both sides are shown, and what the row says besides is not said of the wrong recommendation."""
    first = applied(received(rows(), profile=numbered(BARE, "REVIEW")), by)
    if is_published:
        second = builders.reviewer()
        publish(approve(hand_in(first, by=by, reason="Ready").submission, by=second), by=second)
    before, verdicts = standing(), list(Assessment.objects.order_by("pk").values("key", "edited_at"))
    batch = received(others(), "audit.csv", profile=numbered(OTHER, "OFFX"))
    batch = choose(batch, by=by, decisions={ALL: TAKE})
    preview = run_preview(batch, by=by)
    assert preview.counts["rows"]["refused"] == 3 and preview.counts["conflicts"] == 3 and not preview.changes
    conflict = preview.conflicts[0]
    assert (conflict["record"], conflict["decision"], conflict["may_be_taken"]) == ("recommendations:1", "keep", False)
    row = next(row for row in conflict["rows"] if row["resource"] == "recommendations")
    assert row["why"] == "it stands here from another document, REVIEW"
    assert (row["here"]["statement"], row["file"]["statement"]) == ("Sample: paint lighthouse 1.", "Sample: sweep pier 1.")
    assert preview.problems[0]["about"] == "source.prefix"
    assert problem_told(preview.problems[0]) == (
        "row 2: recommendation 1 stands here from another document, REVIEW, and is another one: “Sample: paint lighthouse 1.”."
        " Say what the keys of this file's records begin with, so that its numbers are its own."
    )
    with pytest.raises(Trouble, match="3 rows of the file are refused"):
        run_apply(batch, by=by, reason="A test")
    choose(batch, by=by, without_refused=True)
    applied(batch, by)
    assert standing() == before
    assert list(Assessment.objects.order_by("pk").values("key", "edited_at")) == verdicts


def test_a_row_of_its_own_for_each_government_is_not_said_of_the_wrong_recommendation(
    received: Received, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the rows of one recommendation come in different pieces of the file."""
    from tracker.exchange.imports import running

    monkeypatch.setattr(running, "AT_ONCE", 1)
    applied(received([[no, land, *rest] for no, _land, *rest in rows(1) for land in ("Canada", "France")], profile=numbered(BARE, "REVIEW")), by)
    count = Assessment.objects.count()
    batch = received([["1", land, "Sample: sweep pier 1.", *rest] for _no, _land, _text, *rest in rows(1) for land in ("Canada", "France")],
                     "audit.csv", profile=numbered(OTHER, "OFFX"))  # fmt: skip
    choose(batch, by=by, without_refused=True)
    preview = run_preview(batch, by=by)
    assert preview.counts["rows"]["refused"] == 2
    applied(batch, by)
    assert Assessment.objects.count() == count == 2


def test_the_same_recommendation_in_another_document_keeps_what_stands_here(received: Received, by: User) -> None:
    """Word for word the same: the other document's verdict on it is its own record; what else it says of the recommendation is a conflict."""
    applied(received(rows(), profile=numbered(BARE, "REVIEW")), by)
    retold = rows()
    retold[0][3] = "Sheds"
    batch = applied(received(retold, "audit.csv", profile=numbered(OTHER, "OFFX")), by)
    assert not batch.preview.problems and [conflict["may_be_taken"] for conflict in batch.preview.conflicts] == [False]
    assert {document for _reference, _text, document, *_codes in standing()} == {"REVIEW"}
    assert Assessment.objects.filter(addressee__recommendation__reference="1").count() == 2
    assert Addressee.objects.count() == 3


def test_an_action_that_came_with_another_document_changes_only_where_staff_say_so(received: Received, by: User) -> None:
    acted = '[action]\nkey = ["No"]\ndescription = "Text"\n'
    applied(received(rows(1), profile=numbered(BARE, "REVIEW") + acted), by)
    profile = numbered(OTHER, "OFFX").replace('key = ["No"]', 'key = ["Country", "No"]', 1) + acted
    batch = received(others()[:1], "audit.csv", profile=profile)
    preview = run_preview(batch, by=by)
    (conflict,) = preview.conflicts
    assert conflict["may_be_taken"] and conflict["record"] == "actions:1"
    assert conflict["rows"][0]["why"].startswith("it came with another document, REVIEW, in import #")
    run_apply(batch, by=by, reason="A test")
    assert Action.objects.get(key="1").description == "Sample: paint lighthouse 1."

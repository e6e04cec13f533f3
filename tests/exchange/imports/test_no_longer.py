"""What a file gave as the whole of something and gives no longer: it goes from untouched drafts, else is a conflict; the undo brings it back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.trouble import Trouble
from tests import builders
from tests.exchange.imports.conftest import PROFILE, rows, written
from tests.exchange.imports.test_running import applied, changed, events, standing
from tracker.editorial.verbs import approve, publish, submit, withdraw
from tracker.exchange.imports import choose, hand_in, imports_of, receive, run_apply, run_preview, run_undo
from tracker.exchange.imports.findings import sentences
from tracker.models import (
    Action,
    Addressee,
    Assessment,
    Citation,
    Document,
    Effect,
    Import,
    Position,
    Recommendation,
    Theme,
    User,
)
from tracker.models.recommendation import RecommendationTheme

Received = Callable[..., Import]
ACTING = PROFILE.replace(
    "[position.answer]", '[action]\ntitle = "Text"\n[event]\non = "Since"\n[effect]\ndirection = { constant = "fulfils" }\n\n[position.answer]'
)
ONE = "recommendations:RV-1"


def addressed(reference: str = "RV-1") -> list[str]:
    """Whom a recommendation addresses here."""
    return sorted(Addressee.objects.filter(recommendation__reference=reference).values_list("government__code", flat=True))


def corrected(land: str = "Iceland", topic: str | None = None) -> list[list[str]]:
    """The first row of the file with another government."""
    data = rows(3)
    data[0][1] = land
    if topic is not None:
        data[0][3] = topic
    return data


def nothing_is_lost(before: dict[str, list[dict[str, Any]]]) -> None:
    """What stood before stands, number by number."""
    now = standing()
    for name, kept in before.items():
        assert [row for row in kept if row not in now[name]] == []


def test_a_corrected_government_takes_the_place_of_the_wrong_one(received: Received, by: User) -> None:
    applied(received(rows(3)), by)
    assert addressed() == ["FR"]
    batch = received(corrected())
    preview = run_preview(batch, by=by)
    gone = {change["resource"]: change for change in preview.changes if not change["after"]}
    assert gone["addressees"]["key"] == "RV-1/FR" and gone["addressees"]["before"]["government"] == "FR"
    assert {"addressees", "assessments", "positions", "citations"} == set(gone)
    assert addressed() == ["FR"]  # a preview takes nothing away
    batch = run_apply(batch, by=by, reason="Corrected")
    assert (batch.preview.counts, batch.preview.digest) == (preview.counts, preview.digest)
    assert preview.counts["conflicts"] == 0
    assert addressed() == ["IS"]
    assert list(Assessment.objects.filter(addressee__recommendation__reference="RV-1").values_list("addressee__government__code", flat=True)) == [
        "IS"
    ]
    assert Position.objects.filter(assessment__addressee__recommendation__reference="RV-1").count() == 1
    assert not Citation.objects.filter(key__contains="RV-1-FR").exists()
    assert Citation.objects.filter(uses__recommendation__reference="RV-1").count() == 1
    assert imports_of(Recommendation.objects.get(reference="RV-1"))[0] == batch
    assert changed(batch.preview.counts)["addressees"] == {"created": 1}
    assert addressed("RV-2") == ["IS"] and addressed("RV-3") == ["CA"]


def test_what_was_taken_back_stays_so_and_may_come_again(received: Received, by: User) -> None:
    applied(received(rows(3)), by)
    applied(received(corrected()), by)
    before, entries = standing(), events()
    again = applied(received(corrected()), by)
    assert changed(again.preview.counts) == {} and again.preview.counts["conflicts"] == 0
    assert (standing(), events()) == (before, entries)
    back = applied(received(rows(3)), by)
    assert back.preview.counts["conflicts"] == 0
    assert addressed() == ["FR"]


def test_the_undo_brings_back_what_a_correction_took(received: Received, by: User) -> None:
    first = applied(received(rows(3)), by)
    recorded = dict(Assessment.objects.values_list("key", "recorded_at"))
    before = standing()
    batch = applied(received(corrected()), by)
    with pytest.raises(Trouble, match="was changed by import"):
        run_undo(first, by=by, reason="Out of order")
    run_undo(batch, by=by, reason="It was right")
    assert standing() == before
    assert dict(Assessment.objects.values_list("key", "recorded_at")) == recorded
    run_undo(first, by=by, reason="All of it")
    assert not Addressee.objects.exists() and not Assessment.objects.exists()


def test_the_undo_says_what_was_added_again(received: Received, by: User) -> None:
    applied(received(rows(3)), by)
    batch = applied(received(corrected()), by)
    Addressee.objects.create(recommendation=Recommendation.objects.get(reference="RV-1"), government_id=builders.Government.objects.get(code="FR").pk)
    with pytest.raises(Trouble, match="RV-1 FR was added again since"):
        run_undo(batch, by=by, reason="A test")


def test_the_undo_says_what_there_is_no_place_for(received: Received, by: User) -> None:
    applied(received(rows(3)), by)
    batch = applied(received(corrected("France", "Lanterns")), by)
    Theme.objects.get(name="Paint").delete()  # nothing has it any more
    with pytest.raises(Trouble, match="paint was deleted since"):
        run_undo(batch, by=by, reason="A test")


def test_themes_and_values_dropped_from_a_cell_go(received: Received, by: User) -> None:
    applied(received(rows(3)), by)
    batch = applied(received(corrected("France", "Paint")), by)
    assert list(RecommendationTheme.objects.filter(recommendation__reference="RV-1").values_list("theme__name", flat=True)) == ["Paint"]
    assert batch.preview.counts["resources"]["recommendation_themes"]["gone"] == 1
    assert addressed() == ["FR"]


def test_a_government_dropped_from_a_cell_goes_with_its_verdict_alone(received: Received, by: User) -> None:
    profile = PROFILE.replace('government = "Country"', 'government = { column = "Country", split = ["; "] }')
    applied(received(corrected("France; Iceland"), profile=profile), by)
    assert addressed() == ["FR", "IS"]
    before = Assessment.objects.get(addressee__recommendation__reference="RV-1", addressee__government__code="IS").pk
    batch = applied(received(corrected("Iceland"), profile=profile), by)
    assert addressed() == ["IS"]
    assert Assessment.objects.get(addressee__recommendation__reference="RV-1").pk == before
    assert Citation.objects.filter(uses__recommendation__reference="RV-1").count() == 1
    run_undo(batch, by=by, reason="A test")
    assert addressed() == ["FR", "IS"]


def test_the_action_of_a_government_that_is_no_longer_addressed_goes_with_it(received: Received, by: User) -> None:
    applied(received(rows(3), profile=ACTING), by)
    before = standing()
    batch = applied(received(corrected(), profile=ACTING), by)
    assert sorted(Action.objects.values_list("government__code", flat=True)) == ["CA", "IS", "IS"]
    assert sorted(Effect.objects.values_list("addressee__government__code", flat=True)) == ["CA", "IS", "IS"]
    run_undo(batch, by=by, reason="A test")
    assert standing() == before
    assert sorted(Action.objects.values_list("government__code", flat=True)) == ["CA", "FR", "IS"]


def test_what_people_added_is_not_the_files_to_take_back(received: Received, by: User) -> None:
    applied(received(rows(3)), by)
    mine = Recommendation.objects.get(reference="RV-1")
    Addressee.objects.create(recommendation=mine, government=builders.Government.objects.get(code="CA"))
    before = standing()
    preview = run_preview(batch := received(rows(3)), by=by)
    assert preview.counts["conflicts"] == 0 and changed(preview.counts) == {}
    run_apply(batch, by=by, reason="A test")
    assert standing() == before


def test_an_addressee_that_was_assessed_here_stays_and_that_is_said(received: Received, by: User) -> None:
    applied(received(rows(3)), by)
    builders.assessment("OURS", Recommendation.objects.get(reference="RV-1"), code="FR")
    before = standing()
    batch = choose(received(corrected()), by=by, decisions={ONE: "take"})
    preview = run_preview(batch, by=by)
    (conflict,) = preview.conflicts
    assert (conflict["record"], conflict["may_be_taken"], conflict["decision"]) == (ONE, False, "keep")
    assert conflict["rows"][0]["here"]["government"] == "FR" and conflict["rows"][0]["file"]["government"] == ""
    assert conflict["rows"][0]["why"] == "it stood here from this file and is no longer in it; assessment OURS rests on it"
    run_apply(batch, by=by, reason="A test")
    nothing_is_lost(before)
    assert addressed() == ["FR", "IS"]


def test_a_verdict_that_was_edited_here_keeps_its_addressee(received: Received, by: User) -> None:
    applied(received(rows(3)), by)
    verdict = Assessment.objects.get(addressee__recommendation__reference="RV-1")
    verdict.rationale = "Seen there by us."
    verdict.save()
    batch = applied(received(corrected()), by)
    (conflict,) = batch.preview.conflicts
    assert "edited here since import" in conflict["rows"][0]["why"] and conflict["may_be_taken"] is False
    assert addressed() == ["FR", "IS"] and Assessment.objects.filter(pk=verdict.pk).exists()


def test_of_an_edited_record_both_sides_are_shown_and_staff_decide(received: Received, by: User) -> None:
    profile = PROFILE[: PROFILE.index("[assessment]")]
    applied(received(rows(3), profile=profile), by)
    mine = Recommendation.objects.get(reference="RV-1")
    mine.short_title = "Ours"
    mine.criteria_full = "All of it."
    mine.save()
    preview = run_preview(batch := received(corrected(), profile=profile), by=by)
    (conflict,) = preview.conflicts
    assert (conflict["record"], conflict["may_be_taken"], conflict["decision"]) == (ONE, True, "keep")
    told = {row["key"]: row for row in conflict["rows"] if row["resource"] == "addressees"}
    assert told["RV-1/FR"]["here"]["government"] == "FR" and told["RV-1/FR"]["file"]["government"] == ""
    assert told["RV-1/IS"]["here"] is None
    run_apply(batch, by=by, reason="Kept")
    assert addressed() == ["FR"]
    batch = choose(received(corrected(), profile=profile), by=by, decisions={ONE: "take"})
    batch = applied(batch, by)
    assert addressed() == ["IS"]
    assert Recommendation.objects.get(reference="RV-1").short_title == "Ours"


def test_of_a_public_recommendation_the_addressee_goes_only_when_taken(received: Received, by: User) -> None:
    profile = PROFILE[: PROFILE.index("[assessment]")]
    applied(received(rows(1), profile=profile), by)
    mine = Recommendation.objects.get(reference="RV-1")
    second = builders.reviewer()
    submission = submit([mine.known_from, mine], by=by, reason="A test")
    approve(submission, by=second, reason="Read")
    publish(submission, by=second)
    batch = applied(received([corrected()[0]], profile=profile), by)
    (conflict,) = batch.preview.conflicts
    assert any("its record is published" in row["why"] and row["key"] == "RV-1/FR" for row in conflict["rows"])
    assert addressed() == ["FR"]
    batch = applied(choose(received([corrected()[0]], profile=profile), by=by, decisions={ONE: "take"}), by)
    assert addressed() == ["IS"]
    run_undo(batch, by=by, reason="A test")
    assert addressed() == ["FR"]


SEVERAL = PROFILE.replace('government = "Country"', 'government = { column = "Country", split = ["; "] }')


def published(received: Received, by: User, land: str, profile: str = SEVERAL) -> None:
    """The first row of the file with these governments, imported and all of it public."""
    applied(received([corrected(land)[0]], profile=profile), by)
    second = builders.reviewer()
    records = [*Document.objects.all(), *Recommendation.objects.all(), *Assessment.objects.all()]
    submission = submit(records, by=by, reason="A test")
    approve(submission, by=second, reason="Read")
    publish(submission, by=second)


def test_a_public_row_that_names_a_government_less_is_the_same_passage(received: Received, by: User) -> None:
    """Only what it has no longer is in question, and nothing that it says as it did before."""
    published(received, by, "France; Iceland")
    before = standing()["Citation"]
    preview = run_preview(received([corrected("France")[0]], profile=SEVERAL), by=by)
    assert [(row["resource"], row["key"]) for conflict in preview.conflicts for row in conflict["rows"]] == [("addressees", "RV-1/IS")]
    applied(choose(received([corrected("France")[0]], profile=SEVERAL), by=by, decisions={"all": "take"}), by)
    assert standing()["Citation"] == before
    assert Citation.objects.filter(uses__recommendation__reference="RV-1").count() == 1


def test_a_public_verdict_keeps_its_addressee_and_the_choice_is_not_offered(received: Received, by: User) -> None:
    published(received, by, "France; Iceland")
    batch = applied(choose(received([corrected("France")[0]], profile=SEVERAL), by=by, decisions={"all": "take"}), by)
    (conflict,) = batch.preview.conflicts
    (row,) = conflict["rows"]
    assert (conflict["decision"], conflict["may_be_taken"], row["may_be_taken"]) == ("keep", False, False)
    assert row["why"] == (
        "it stood here from this file and is no longer in it; assessment RV-1-IS-REVIEW rests on it and is public;"
        " once that is withdrawn, this can be taken away, and stays unless somebody says so"
    )
    assert addressed() == ["FR", "IS"]
    assert batch.preview.counts["staying"] == {"addressees": {"count": 1, "first": ["RV-1/IS"]}}
    assert "1 addressee of an earlier file that is not in this one stays here as it is: RV-1 IS." in sentences(batch.preview.counts)


def test_once_its_verdict_is_withdrawn_the_addressee_goes_if_somebody_says_so(received: Received, by: User) -> None:
    published(received, by, "France; Iceland")
    second, third = builders.reviewer(), builders.user("third", role="reviewer")
    submission = withdraw([Assessment.objects.get(key="RV-1-IS-REVIEW")], by=second, reason="The file named it by mistake")
    approve(submission, by=third, reason="Read")
    publish(submission, by=third)
    applied(received([corrected("France")[0]], profile=SEVERAL), by)
    assert addressed() == ["FR", "IS"], "it stays unless somebody says so"
    applied(choose(received([corrected("France")[0]], profile=SEVERAL), by=by, decisions={"all": "take"}), by)
    assert addressed() == ["FR"]


def test_what_waits_in_review_is_not_written_over_though_it_was_withdrawn_meanwhile(received: Received, by: User) -> None:
    """A new version was handed in before the public one was taken off the site: somebody is reading it."""
    profile = PROFILE[: PROFILE.index("[theme]")] + PROFILE[PROFILE.index("[addressee]") : PROFILE.index("[assessment]")]
    second, third = builders.reviewer(), builders.user("third", role="reviewer")
    data = rows(1)
    publish(approve(hand_in(applied(received(data, profile=profile), by), by=by, reason="A test").submission, by=second), by=second)
    data[0][2] = "Sample: as the second file has it."
    waiting = hand_in(applied(choose(received(data, profile=profile), by=by, decisions={"all": "take"}), by), by=by, reason="Anew").submission
    off = withdraw([Recommendation.objects.get()], by=second, reason="Too early")
    publish(approve(off, by=third, reason="Read"), by=third)
    data[0][2] = "Sample: as the third file has it."
    batch = applied(received(data, profile=profile), by)
    (conflict,) = batch.preview.conflicts
    assert {row["why"] for row in conflict["rows"]} == {"its record is submitted"}
    assert Recommendation.objects.get().statement == "Sample: as the second file has it."
    assert not waiting.versions.exclude(voided_at=None).exists()


def test_beside_a_text_that_is_taken_it_is_said_what_stays(received: Received, by: User) -> None:
    """One record, two differences: the new wording may be taken, the addressee with a public verdict may not go."""
    published(received, by, "France; Iceland")
    data = [corrected("France")[0]]
    data[0][2] = "Sample: as the file has it now."
    batch = applied(choose(received(data, profile=SEVERAL), by=by, decisions={"all": "take"}), by)
    (conflict,) = [one for one in batch.preview.conflicts if one["record"] == ONE]
    assert {(row["resource"], row["may_be_taken"]) for row in conflict["rows"]} == {("recommendations", True), ("addressees", False)}
    assert Recommendation.objects.get(reference="RV-1").statement == "Sample: as the file has it now."
    assert addressed() == ["FR", "IS"]


def test_a_row_that_cannot_be_read_takes_nothing_back(received: Received, by: User) -> None:
    """Two rows speak of one recommendation; one of them is refused, so nobody knows all that the file says of it."""
    both = [["1", "France", "Sample: one.", "", "", "", ""], ["1", "Iceland", "Sample: one.", "", "", "", ""]]
    applied(received(both), by)
    assert addressed() == ["FR", "IS"]
    both[1][5] = "implementd"
    batch = applied(choose(received(both), by=by, without_refused=True), by)
    assert batch.preview.counts["rows"]["refused"] == 1
    assert addressed() == ["FR", "IS"]
    both[1][5], both[1][1] = "", "Icelandia"
    preview = run_preview(received(both), by=by)
    assert [change for change in preview.changes if not change["after"]] == []
    batch = applied(received(both[:1]), by)
    assert addressed() == ["FR"]


def test_rows_of_one_recommendation_in_several_pieces_are_all_its_rows(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.exchange.imports.running.AT_ONCE", 1)
    both = [
        ["1", "France", "Sample: one.", "", "", "", ""],
        ["2", "Canada", "Sample: two.", "", "", "", ""],
        ["1", "Iceland", "Sample: one.", "", "", "", ""],
    ]
    applied(received(both), by)
    again = applied(received(both), by)
    assert changed(again.preview.counts) == {} and again.preview.counts["resources"]["addressees"].get("gone", 0) == 0
    assert addressed() == ["FR", "IS"]


def test_what_another_profile_of_the_document_brought_is_asked_about(by: User, received: Received, tmp_path: Path) -> None:
    from tracker.exchange.imports import receive

    applied(receive(written(tmp_path / "other.csv", rows(3)), by=by, profile="by-country", text=PROFILE), by)
    batch = applied(received(corrected()), by)
    (conflict,) = batch.preview.conflicts
    assert any("it came by another profile, by-country" in row["why"] for row in conflict["rows"]) and conflict["may_be_taken"]
    assert addressed() == ["FR", "IS"]
    applied(choose(received(corrected()), by=by, decisions={ONE: "take"}), by)
    assert addressed() == ["IS"]


def test_a_file_of_one_government_says_nothing_of_the_others(by: User, received: Received) -> None:
    """A file a country: each has the same recommendations."""
    of_one = PROFILE.replace('[addressee]\ngovernment = "Country"\n', "") + '\n[governments]\nall = "{code}"\n'
    applied(received(rows(2), profile=of_one.replace("{code}", "FR")), by)
    batch = applied(received(rows(2), profile=of_one.replace("{code}", "IS")), by)
    assert batch.preview.counts["conflicts"] == 0
    assert addressed() == ["FR", "IS"]


def test_recommendations_that_a_file_has_no_longer_stay_and_are_named(received: Received, by: User) -> None:
    """A file may be the next part of a list as well as a corrected one; a row that is refused is in the file."""
    applied(received(rows(25)), by)
    document = Recommendation.objects.get(reference="RV-1").known_from
    builders.recommendation("OURS", known_from=document)
    before = standing()
    batch = received([rows(25)[0], ["3", "Nowhere land", "", ""]])
    preview = run_preview(batch, by=by)
    names = [f"RV-{number}" for number in range(2, 26) if number != 3]
    assert preview.counts["missing"] == {"count": 23, "first": names[:20]}
    assert sentences(preview.counts)[-1] == (
        "23 recommendations that stand here from earlier files of this profile are not in this one; they stay as they are: "
        f"{', '.join(names[:20])}, …."
    )
    nothing_is_lost(before)
    applied(received(rows(1)), by)
    nothing_is_lost(before)


def test_another_profile_of_the_same_document_and_a_whole_file_miss_none(received: Received, by: User, tmp_path: Path) -> None:
    applied(received(rows(3)), by)
    assert run_preview(received(rows(3)), by=by).counts["missing"] == {}
    part = PROFILE.replace('name = "review"', 'name = "second-part"')
    batch = receive(written(tmp_path / "part.csv", rows(1)), by=by, profile="second-part", text=part)
    assert run_preview(batch, by=by).counts["missing"] == {}
    document = PROFILE.replace('key = "REVIEW"', 'key = "OTHER"').replace('prefix = "RV"', 'prefix = "OT"')
    assert run_preview(received(rows(1), profile=document), by=by).counts["missing"] == {}

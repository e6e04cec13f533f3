"""The passage of a row as a corrected file has it: its words and its place come together, at the desk and in every record that cites it."""

import pytest
from django.utils import timezone

from tests import builders
from tests.exchange.imports.conftest import Received, rows
from tests.exchange.imports.test_no_longer import SEVERAL
from tests.exchange.imports.test_running import applied, changed
from tracker.editions.tables import CitationEdition
from tracker.editorial.verbs import approve, publish
from tracker.exchange.imports import Stands, choose, hand_in, places, run_preview, run_undo
from tracker.models import Assessment, Citation, CitationUse, Recommendation, Submission, User

ABOVE = ["9", "Canada", "Sample: a row that was put in above.", "Benches", "Yes", "implemented", "2021-03"]


def moved() -> list[list[str]]:
    """Two rows, each one further down; the first with another answer, so that its passage has other words."""
    data = rows(2)
    data[0][4] = "No"
    return [ABOVE, *data]


def passage(number: str) -> tuple[str, str]:
    """Where the row of a recommendation stands by its passage, and its last words."""
    found = Citation.objects.get(uses__recommendation__number=number)
    return found.locator, found.says.rpartition("; ")[2]


def made_public(submission: Submission) -> None:
    second = builders.reviewer()
    approve(submission, by=second, reason="Read")
    publish(submission, by=second)


def test_with_other_words_a_passage_has_the_place_at_which_they_stand(received: Received, by: User) -> None:
    applied(received(rows(2)), by)
    assert passage("1")[0] == "row 2" and passage("2")[0] == "row 3"
    batch = applied(received(moved()), by)
    assert batch.preview.counts["conflicts"] == 0
    assert Recommendation.objects.get(number="1").locator == "row 3", "a row stands in one place"
    assert passage("1")[0] == "row 3" and "“No”" in Citation.objects.get(uses__recommendation__number="1").says
    assert passage("2")[0] == "row 3", "the words are those of the first file, in which they stood there"


def test_a_recommendation_with_another_text_has_the_place_of_that_text(received: Received, by: User) -> None:
    applied(received(rows(2)), by)
    data = moved()
    data[1][2] = "Sample: as the file has it now."
    applied(received(data), by)
    assert Recommendation.objects.get(number="1").locator == passage("1")[0] == "row 3"
    assert Recommendation.objects.get(number="2").locator == passage("2")[0] == "row 3"


def test_of_a_public_passage_words_and_place_are_one_difference_and_come_to_readers_together(received: Received, by: User) -> None:
    batch = applied(received(rows(2)), by)
    made_public(hand_in(batch, by=by, reason="A test").submission)
    preview = run_preview(received(moved()), by=by)
    (row,) = [row for conflict in preview.conflicts for row in conflict["rows"] if row["resource"] == "citations"]
    assert (row["here"]["locator"], row["file"]["locator"]) == ("row 2", "row 3") and "“No”" in row["file"]["says"]
    batch = applied(choose(received(moved()), by=by, decisions={"all": "take"}), by)
    submission = hand_in(batch, by=by, reason="Corrected").submission
    made_public(submission)
    shown = CitationEdition.objects.filter(known_to=None, record_key__contains="RV-1")
    assert {(each.locator, "“No”" in each.says) for each in shown} == {("row 3", True)}
    assert {each.record_kind for each in shown} >= {"recommendation", "assessment"}


def test_what_somebody_is_editing_is_not_submitted_for_the_sake_of_a_passage(received: Received, by: User) -> None:
    """The import wrote nothing of the recommendation; what is unfinished there is for its editor to submit."""
    batch = applied(received(rows(2)), by)
    made_public(hand_in(batch, by=by, reason="A test").submission)
    record = Recommendation.objects.get(number="1")
    record.short_title, record.edited_by, record.edited_at = "Half of a ti", builders.reviewer(), timezone.now()
    record.save()
    batch = applied(choose(received(moved()[1:]), by=by, decisions={"all": "take"}), by)
    came = hand_in(batch, by=by, reason="Corrected")
    assert ("recommendation", "RV-1") not in set(came.submission.versions.values_list("kind", "key"))
    assert ("assessment", "RV-1-FR-REVIEW") in set(came.submission.versions.values_list("kind", "key"))
    assert "somebody edited it since it was published" in came.refused["recommendation", "RV-1"][0]
    batch.preview.refresh_from_db()
    assert [one["key"] for one in batch.preview.stayed] == ["RV-1"]
    place = places([("recommendations", "RV-1", None)])["recommendations", "RV-1"]
    assert (place.record, place.stands) == (record.pk, Stands.EDITED), "it is there, though the import wrote nothing of it"


def of_two_governments() -> list[list[str]]:
    """One recommendation in two rows, a government each, which answered otherwise; a row of the kind may name several."""
    france, iceland = rows(1)[0], rows(1)[0]
    iceland[1], iceland[4] = "Iceland", "No"
    return [france, iceland]


def cited_for(code: str) -> set[str]:
    """What the answer is by every passage that bears out something of a government."""
    uses = CitationUse.objects.filter(assessment__addressee__government__code=code) | CitationUse.objects.filter(
        position__assessment__addressee__government__code=code
    )
    return {says.partition("answer as “")[2].partition("”")[0] for says in uses.values_list("citation__says", flat=True)}


@pytest.mark.parametrize("is_public", [False, True])
def test_rows_in_another_order_are_the_passages_that_they_were(received: Received, by: User, is_public: bool) -> None:
    batch = applied(received(of_two_governments(), profile=SEVERAL), by)
    if is_public:
        made_public(hand_in(batch, by=by, reason="A test").submission)
    before = set(Citation.objects.values_list("key", "says"))
    batch = applied(received(of_two_governments()[::-1], profile=SEVERAL), by)
    assert batch.preview.counts["conflicts"] == 0 and changed(batch.preview.counts) == {}
    assert set(Citation.objects.values_list("key", "says")) == before
    assert (cited_for("FR"), cited_for("IS")) == ({"Yes"}, {"No"})


def test_what_a_file_says_of_another_government_bears_out_no_verdict_that_stays(received: Received, by: User) -> None:
    """The first row of the recommendation is gone, or names another government; the verdict on the one before is public and so stays."""
    batch = applied(received(of_two_governments()[:1], profile=SEVERAL), by)
    made_public(hand_in(batch, by=by, reason="A test").submission)
    applied(choose(received(of_two_governments()[1:], profile=SEVERAL), by=by, decisions={"all": "take"}), by)
    assert Assessment.objects.filter(addressee__government__code="FR").exists()
    assert (cited_for("FR"), cited_for("IS")) == ({"Yes"}, {"No"})


@pytest.mark.parametrize("is_public", [False, True])
def test_a_row_that_became_two_bears_out_what_each_of_them_says(received: Received, by: User, is_public: bool) -> None:
    """What was one answer of two governments is now another one of the first: its passage no longer bears out that of the second."""
    whole = rows(1)[0]
    whole[1] = "France; Iceland"
    batch = applied(received([whole], profile=SEVERAL), by)
    if is_public:
        made_public(hand_in(batch, by=by, reason="A test").submission)
    batch = applied(choose(received(of_two_governments()[::-1], profile=SEVERAL), by=by, decisions={"all": "take"}), by)
    assert (cited_for("FR"), cited_for("IS")) == ({"Yes"}, {"No"})
    if is_public:
        made_public(hand_in(batch, by=by, reason="Corrected").submission)
        shown = CitationEdition.objects.filter(known_to=None, record_key="RV-1-FR-REVIEW")
        assert shown and not [each.says for each in shown if "“No”" in each.says]
    else:
        run_undo(batch, by=by, reason="A test")
        assert cited_for("FR") == cited_for("IS") == {"Yes"}


def test_a_verdict_that_the_row_gives_no_longer_is_not_borne_out_by_it(received: Received, by: User) -> None:
    applied(received(rows(2)), by)
    data = rows(2)
    data[0][5] = ""
    applied(received(data), by)
    verdict = Assessment.objects.get(key="RV-1-FR-REVIEW")
    assert verdict.status == "implemented" and not verdict.citation_uses.exists()
    assert Assessment.objects.get(key="RV-2-IS-REVIEW").citation_uses.exists()


def test_what_somebody_here_cites_a_row_for_stays(received: Received, by: User) -> None:
    applied(received(rows(1)), by)
    ours = builders.assessment("OURS", Recommendation.objects.get(), code="FR")
    builders.cite(ours, Citation.objects.get(key="REVIEW-RV-1-FR"))
    data = rows(1)
    data[0][4] = "No"
    applied(received(data), by)
    assert "“No”" in ours.citation_uses.get().citation.says

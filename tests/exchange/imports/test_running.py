"""Preview, apply and undo: what a preview says is what applying does, whole or not at all, and nothing is written over silently."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from config.trouble import Trouble
from tests import builders
from tests.exchange.imports.conftest import PROFILE, Rows, rows
from tracker.admin.importing.preview import counts_in_words
from tracker.editorial.verbs import Refused, approve, publish, submit
from tracker.exchange.files import Row
from tracker.exchange.imports import (
    ask_for_apply,
    choose,
    findings,
    hand_in,
    imports_of,
    run_apply,
    run_preview,
    run_undo,
    running,
    stands_against_undo,
)
from tracker.exchange.imports.findings import problem_told, said_before_told, sentences
from tracker.exchange.imports.running import Run
from tracker.exchange.imports.said_before import said_before
from tracker.exchange.schema import BY_NAME
from tracker.models import (
    Addressee,
    Assessment,
    Citation,
    CitationUse,
    Document,
    Import,
    ImportedRow,
    ImportState,
    Measure,
    Position,
    Recommendation,
    Theme,
    User,
)
from tracker.models.recommendation import RecommendationTheme
from tracker.rules.vocabulary import AssessorKind

Received = Callable[..., Import]
RECORDS = (Document, Citation, Recommendation, RecommendationTheme, Addressee, Assessment, Position, CitationUse, Theme, Measure)


def standing() -> dict[str, list[dict[str, Any]]]:
    """Every row of the records, but for who wrote it when."""
    left_out = ("edited_at", "edited_by_id", "recorded_at", "recorded_by_id")
    return {
        model.__name__: [{name: value for name, value in row.items() if name not in left_out} for row in model.objects.order_by("pk").values()]
        for model in RECORDS
    }


def events() -> dict[str, int]:
    """Entries of the history of each kind of record."""
    return {model.__name__: model.pgh_event_model.objects.count() for model in RECORDS}


def counted(of: dict[str, Any], resource: str) -> dict[str, int]:
    return {did: count for did, count in of["resources"].get(resource, {}).items() if count}


def applied(batch: Import, by: User) -> Import:
    run_preview(batch, by=by)
    return run_apply(batch, by=by, reason="A test")


def changed(of: dict[str, Any]) -> dict[str, dict[str, int]]:
    """What would be written."""
    return {
        name: written
        for name, dids in of["resources"].items()
        if (written := {did: count for did, count in dids.items() if count and did in ("created", "changed", "taken")})
    }


def test_a_preview_writes_nothing_and_says_what_applying_then_does(received: Received, by: User) -> None:
    batch = received(rows(7))
    before = standing()
    preview = run_preview(batch, by=by)
    assert standing() == before and not ImportedRow.objects.exists()
    assert Import.objects.get(pk=batch.pk).state == ImportState.PREVIEWED
    assert preview.counts["rows"] == {"read": 7, "skipped": 0, "refused": 0, "repeated": 0}
    batch = run_apply(batch, by=by, reason="A test")
    assert batch.state == ImportState.APPLIED
    assert (batch.preview.counts, batch.preview.digest) == (preview.counts, preview.digest)
    made = {model.__name__: model.objects.count() for model in RECORDS}
    assert counted(preview.counts, "recommendations") == {"created": 7} and made["Recommendation"] == 7
    assert counted(preview.counts, "addressees") == {"created": 7} and made["Addressee"] == 7
    assert counted(preview.counts, "assessments") == {"created": 7} and made["Assessment"] == 7
    assert counted(preview.counts, "positions") == {"created": 7} and made["Position"] == 7
    assert counted(preview.counts, "themes") == {"created": 3} and made["Theme"] == 3
    assert counted(preview.counts, "citation_uses") == {"created": made["CitationUse"]}


def test_the_same_file_again_changes_nothing(received: Received, by: User) -> None:
    applied(received(rows(7)), by)
    before, entries = standing(), events()
    again = applied(received(rows(7)), by)
    assert changed(again.preview.counts) == {}
    assert again.preview.counts["conflicts"] == 0
    assert standing() == before
    assert events() == entries
    assert not ImportedRow.objects.filter(batch=again).exists()


def renumbered(data: Rows) -> Rows:
    """The same statements under new numbers, spelled a little otherwise."""
    spelled = [str.upper, lambda text: unicodedata.normalize("NFD", text), lambda text: f" {text.replace(' ', '  ')}\n"]
    return [[f"{int(row[0]) + 100}", row[1], spelled[at % 3](row[2]), *row[3:]] for at, row in enumerate(data)]


def test_words_that_stand_here_under_another_number_are_told_and_not_refused(received: Received, by: User) -> None:
    data = [[*row[:2], row[2].replace("paint", "repaint the façade of"), *row[3:]] for row in rows()]
    applied(received(data), by)
    batch = received(renumbered(data))
    preview = run_preview(batch, by=by)
    assert preview.counts["said_before"] == 3 and preview.counts["rows"]["refused"] == 0
    assert [said_before_told(found) for found in preview.said_before] == [
        "row 2: these words stand already as RV-1.",
        "row 3: these words stand already as RV-2.",
        "row 4: these words stand already as RV-3.",
    ]
    assert "3 new recommendations have words that stand already under another reference" in " ".join(sentences(preview.counts))
    batch = run_apply(batch, by=by, reason="A test")
    assert batch.preview.said_before == preview.said_before
    assert counted(preview.counts, "recommendations") == {"created": 3} and Recommendation.objects.count() == 6


def test_other_words_are_not_told_as_if_they_stood_here(received: Received, by: User) -> None:
    applied(received(rows()), by)
    others = [[f"{int(row[0]) + 100}", row[1], f"{row[2]} Twice.", *row[3:]] for row in rows()]
    for data in (rows(), others):
        preview = run_preview(received(data), by=by)
        assert (preview.counts["said_before"], preview.said_before) == (0, []), "the same file again says nothing new"


def test_words_of_another_document_are_told_with_it_and_those_of_the_same_document_first(received: Received, by: User) -> None:
    elsewhere = PROFILE.replace('"REVIEW"', '"ELSEWHERE"').replace('"RV"', '"EW"')
    applied(received(rows(2), profile=elsewhere), by)
    applied(received(rows(1)), by)
    preview = run_preview(received([*renumbered(rows(2)), *rows(3)[2:], [*renumbered(rows(3))[2]]]), by=by)
    assert [said_before_told(found) for found in preview.said_before] == [
        "row 2: these words stand already as RV-1.",
        "row 3: these words stand already as EW-2, of the document ELSEWHERE.",
        "row 5: these words stand already as RV-3.",
    ]


def test_what_is_asked_about_words_that_stand_here_does_not_grow_with_the_rows(
    received: Received, by: User, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(received(rows(40)), by)
    applied(received(renumbered(rows(40))), by)
    records = {record.pk: record for record in Recommendation.objects.filter(reference__regex=r"^RV-1\d\d$")}
    assert len(records) == 40
    for some in (dict(list(records.items())[:2]), records):
        new = {pk: Row(BY_NAME["recommendations"], 2, BY_NAME["recommendations"].cells(record)) for pk, record in some.items()}
        with django_assert_num_queries(2):
            assert len(list(said_before(new))) == len(some)
    monkeypatch.setattr(findings, "SAID_BEFORE", 3)
    preview = run_preview(received([[f"{int(row[0]) + 900}", *row[1:]] for row in rows(40)]), by=by)
    assert preview.counts["said_before"] == 40 and len(preview.said_before) == 3


def test_words_that_stand_here_are_found_by_their_index(by: User) -> None:
    """Whatever is known of the table: while an import fills it nobody has counted it."""
    paper = builders.document("PAPER")
    for number in range(1, 4):
        builders.recommendation(f"R-{number}", paper, to=())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracker_recommendation SELECT (jsonb_populate_record(r, jsonb_build_object("
            "'id', 1000000 + n, 'reference', 'X-' || n, 'statement', 'Sample: number ' || n || '.'))).*"
            " FROM tracker_recommendation r, generate_series(1, 20000) n WHERE reference = 'R-1'"
        )
        new = {pk: Row(BY_NAME["recommendations"], 2, {"known_from": "PAPER", "reference": ""}) for pk in range(1010001, 1011001)}
        with CaptureQueriesContext(connection) as asked:
            assert not list(said_before(new))
        cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "recommendation_by_its_words" in plan and "Seq Scan" not in plan, plan


def test_a_corrected_file_changes_exactly_what_differs(received: Received, by: User) -> None:
    applied(received(rows(6)), by)
    corrected = rows(7)
    corrected[1][2] = "Sample: paint lighthouse 2 blue."
    corrected.insert(0, ["100", "Canada", "Sample: a row above the others.", "Benches", "No", "rejected", "2021"])
    preview = run_preview(batch := received(corrected), by=by)
    assert changed(preview.counts)["recommendations"] == {"created": 2, "changed": 1}
    assert changed(preview.counts)["addressees"] == {"created": 2}
    assert [change["after"] for change in preview.changes if change["resource"] == "recommendations"] == [
        {"locator": "row 4", "short_title": "Sample: paint lighthouse 2 blue.", "statement": "Sample: paint lighthouse 2 blue."}
    ]
    others = [(change["resource"], change["row"], change["after"]) for change in preview.changes if change["resource"] != "recommendations"]
    assert others == [("citations", 4, {"locator": "row 4"})]
    run_apply(batch, by=by, reason="Corrected")
    assert Recommendation.objects.get(number="2").statement == "Sample: paint lighthouse 2 blue."
    assert imports_of(Recommendation.objects.get(number="2"))[0] == batch


def test_a_problem_names_row_and_column_and_nothing_is_written(received: Received, by: User) -> None:
    data = rows(5)
    data[2][5] = "implementd"
    batch = received(data)
    preview = run_preview(batch, by=by)
    (problem,) = preview.problems
    assert (problem["rows"], problem["count"], problem["about"], problem["value"]) == ([4], 1, "assessment.status", "implementd")
    assert problem_told(problem).startswith("row 4, column Status: “implementd” is not one of")
    assert problem_told(problem).endswith("did you mean “implemented”?")
    assert preview.counts["rows"]["refused"] == 1
    with pytest.raises(Trouble, match="1 row of the file is refused"):
        run_apply(batch, by=by, reason="A test")
    assert not Recommendation.objects.exists() and not ImportedRow.objects.exists()
    assert Import.objects.get(pk=batch.pk).state == ImportState.PREVIEWED


def test_problems_stand_in_the_order_of_the_rows_that_each_is_of_first_whenever_it_was_found(received: Received, by: User) -> None:
    """What is found in a row itself is found before what is found beside what stands here; what no word means is asked first."""
    builders.recommendation("RV-1", builders.document("OTHER"))  # of another document, so that row 2 speaks of another recommendation
    data = rows(9)
    data[2][6], data[8][6], data[5][5] = "31 February 2021", "soon", "implementd"
    told = [(problem["rows"], "value" in problem) for problem in run_preview(received(data), by=by).problems]
    assert told == [([7], True), ([2], False), ([4], False), ([10], False)]


def test_what_a_refused_row_shares_with_others_does_not_take_them_down(received: Received, by: User) -> None:
    data = rows(6)
    data[0][5] = "implementd"  # the first row of its theme, and of the kind of measure
    batch = received(data)
    choose(batch, by=by, without_refused=True)
    batch = applied(batch, by)
    assert batch.preview.counts["rows"]["refused"] == 1 and batch.preview.counts["problems"] == 1
    assert set(Recommendation.objects.values_list("number", flat=True)) == {"2", "3", "4", "5", "6"}
    assert not Recommendation.objects.filter(number="1").exists()


def test_an_unknown_government_is_listed_once_and_can_be_mapped(received: Received, by: User) -> None:
    data = rows(6)
    data[0][1] = data[3][1] = "Ruritania"
    batch = received(data)
    preview = run_preview(batch, by=by)
    assert [(one["name"], one["count"], one["rows"]) for one in preview.governments] == [("Ruritania", 2, [2, 5])]
    with pytest.raises(Refused, match="1 name of a government is not known here, so nothing is written"):
        ask_for_apply(batch, by=by, reason="A test")
    with pytest.raises(Trouble, match="1 name of a government is not known here, so nothing is written"):
        run_apply(batch, by=by, reason="A test")
    assert not Recommendation.objects.exists() and Import.objects.get().state == ImportState.PREVIEWED
    with pytest.raises(Refused, match="no government with the code"):
        choose(batch, by=by, governments={"Ruritania": "ZZ"})
    batch = choose(batch, by=by, governments={"Ruritania": "IS"})
    assert batch.state == ImportState.UPLOADED
    preview = run_preview(batch, by=by)
    assert preview.governments == [] and preview.counts["rows"]["refused"] == 0
    run_apply(batch, by=by, reason="A test")
    assert Addressee.objects.get(recommendation__number="1").government.code == "IS"


def test_an_unknown_government_can_be_left_out(received: Received, by: User) -> None:
    data = rows(3)
    data[0][1] = "Ruritania"
    batch = choose(received(data), by=by, governments={"Ruritania": "-"})
    assert run_preview(batch, by=by).governments == []
    run_apply(batch, by=by, reason="A test")
    assert Recommendation.objects.count() == 3
    assert sorted(Addressee.objects.values_list("recommendation__number", flat=True)) == ["2", "3"]


def test_duplicates_in_the_file_are_shown(received: Received, by: User) -> None:
    data = rows(3)
    preview = run_preview(received([*data, data[0]]), by=by)
    assert preview.counts["rows"]["repeated"] == 1
    assert preview.repeated == [{"row": 5, "first": 2}]
    assert counted(preview.counts, "recommendations") == {"created": 3}


def test_another_text_under_the_same_key_in_the_file_is_refused(received: Received, by: User) -> None:
    data = rows(3)
    preview = run_preview(received([*data, ["1", "France", "Sample: something else.", "", "", "", ""]]), by=by)
    assert preview.counts["rows"]["refused"] == 1
    assert preview.problems[0]["rows"] == [5] and "row 2" in preview.problems[0]["sentence"]
    assert preview.problems[0]["about"] == "recommendation.key"


def test_what_was_edited_here_since_is_a_conflict_and_stays_unless_staff_take_the_file(received: Received, by: User) -> None:
    applied(received(rows(3)), by)
    mine = Recommendation.objects.get(number="2")
    mine.statement = "Sample: as edited here."
    mine.save()
    data = rows(3)
    data[1][2] = "Sample: as the file has it now."
    batch = received(data)
    preview = run_preview(batch, by=by)
    (conflict,) = preview.conflicts
    assert conflict["record"] == f"recommendations:{mine.reference}" and conflict["decision"] == "keep"
    assert conflict["rows"][0]["here"]["statement"] == "Sample: as edited here."
    assert conflict["rows"][0]["file"]["statement"] == "Sample: as the file has it now."
    assert "edited here since import" in conflict["rows"][0]["why"]
    run_apply(batch, by=by, reason="A test")
    assert Recommendation.objects.get(number="2").statement == "Sample: as edited here."
    batch = choose(received(data), by=by, decisions={conflict["record"]: "take"})
    batch = applied(batch, by)
    assert counted(batch.preview.counts, "recommendations") == {"taken": 1, "same": 2}
    assert Recommendation.objects.get(number="2").statement == "Sample: as the file has it now."


def test_a_date_that_the_file_does_not_give_is_said_to_be_the_documents(received: Received, by: User) -> None:
    """Once in the preview, with how many; in each passage that cites its row; and no longer once the file gives it."""
    batch = applied(received(rows(3)), by)
    said = sentences(batch.preview.counts)
    assert [words for words in said if words.startswith("3 recommendations have no date in the file: the date of the document stands, 2020-05")]
    assert [words for words in said if words.startswith("3 answers of governments have no date in the file")]
    assert {str(day) for day in Recommendation.objects.values_list("recommended_on", flat=True)} == {"2020-05"}
    passage = Citation.objects.get(uses__recommendation__number="1").says
    assert passage.startswith("Lists recommendation 1; gives no date for it, so that of the document stands (2020-05);")
    assert "gives no date of the answer, so that of the document stands (2020-05)" in passage
    dated = PROFILE.replace('statement = "Text"', 'statement = "Text"\nrecommended_on = "Since"')
    batch = applied(received(rows(3), profile=dated), by)
    assert batch.preview.counts["conflicts"] == 0
    assert {str(day) for day in Recommendation.objects.values_list("recommended_on", flat=True)} == {"2021-03"}
    assert "gives no date for it" not in Citation.objects.get(uses__recommendation__number="1").says
    assert not [words for words in sentences(batch.preview.counts) if "recommendations have no date" in words]


def test_a_date_that_cannot_be_read_is_not_counted_among_those_that_are_not_given(received: Received, by: User) -> None:
    """What is refused is not written, and what stands here keeps its date: neither has the document's."""
    profile = PROFILE.replace('statement = "Text"', 'statement = "Text"\nrecommended_on = "Since"')
    profile = profile.replace('[assessment]\neffective_on = "Since"\n', "[assessment]\n")
    data = [[*row[:6], when] for row, when in zip(rows(5), ("31/02/2021", "printemps 2022", "", "", "2021-03"), strict=True)]
    batch = choose(received(data, profile=profile), by=by, without_refused=True)
    preview = run_preview(batch, by=by)
    assert preview.counts["rows"]["refused"] == 2 and preview.counts["dated"]["recommendation"] == 2
    assert any(words.startswith("2 recommendations have no date in the file") for words in sentences(preview.counts))
    assert preview.counts["dated"]["position"] == 3
    run_apply(batch, by=by, reason="A test")
    again = run_preview(choose(received(data, profile=profile), by=by, without_refused=True), by=by)
    assert not [words for words in sentences(again.counts) if "no date in the file" in words]


def test_answers_without_a_status_are_said_to_stand_beside_the_governments_own_account(received: Received, by: User) -> None:
    """With which statuses, and that the staff's is none of them; an answer beside a status of the file is not among them."""
    profile = PROFILE.replace('"No" = "rejected"', '"No" = "rejected"\n"Seen" = "noted"')
    answers = (("Yes", ""), ("Yes", ""), ("No", ""), ("Seen", ""), ("Yes", "implemented"))
    data = [[*row[:4], answer, status, row[6]] for row, (answer, status) in zip(rows(5), answers, strict=True)]
    batch = received(data, profile=profile)
    said = (
        "4 answers of governments have no status beside them in the file: each stands beside an account of the government itself that says no more"
        " than the answer (rejected: 1, under consideration: 3; 1 of them only took note, which is no position),"
        " which is never counted as the staff's."
    )
    preview = run_preview(batch, by=by)
    assert said in sentences(preview.counts) and said in counts_in_words(preview.counts)["advice"]
    run_apply(batch, by=by, reason="A test")
    accounts = Assessment.objects.filter(assessor_kind=AssessorKind.GOVERNMENT.value)
    assert sorted(accounts.values_list("status", flat=True)) == ["rejected", *["under_consideration"] * 3]
    again = run_preview(received(data, profile=profile), by=by)
    assert not [words for words in sentences(again.counts) if "no status beside" in words]


@pytest.mark.parametrize(
    ("on", "day"), [("2019", ""), ("2020-05-17", ""), ("{year}", "{year}-12-31"), ("{year}-12", "{year}-12-31"), ("{year}-12-31", "{year}-12-31")]
)
def test_the_preview_says_from_which_day_readers_see_what_has_a_date_that_is_not_over(
    received: Received, by: User, monkeypatch: pytest.MonkeyPatch, on: str, day: str
) -> None:
    """A year counts from its last day, so that what is published today as of this year is not to be seen before."""
    year = dt.datetime.now(dt.UTC).year + 1
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(year, 12, 30, tzinfo=dt.UTC))
    on, day = on.format(year=year), day.format(year=year)
    batch = received(rows(3), profile=PROFILE.replace('"2020-05"', f'"{on}"'))
    run_preview(batch, by=by)
    said = [words for words in sentences(batch.preview.counts) if "readers are shown" in words]
    assert [words.partition(": readers")[0] for words in said] == [f"The last day that the date of the document, {on}, can mean is {day}"][: len(day)]


def test_what_only_a_kept_record_would_name_is_not_made(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a record that stays as it is no passage of the file is left that serves nothing, nor a theme that nothing has. What others name is made."""
    applied(received(rows(3)), by)
    mine = Recommendation.objects.get(number="1")
    mine.statement = "Sample: as edited here."
    mine.save()
    before = standing()
    data = rows(3)
    data[0][1], data[0][3] = "Iceland", "Sails"
    preview = run_preview(batch := received(data), by=by)
    assert preview.counts["conflicts"] == 1 and changed(preview.counts) == {}
    assert "Nothing changes." in sentences(preview.counts)
    run_apply(batch, by=by, reason="A test")
    assert standing() == before
    data[2][3] = "Sails"  # in a later piece than that of the record that is kept
    monkeypatch.setattr(running, "AT_ONCE", 1)
    batch = applied(received(data), by)
    assert RecommendationTheme.objects.get(recommendation__number="3").theme.name == "Sails"
    assert Citation.objects.filter(uses=None).count() == 0
    assert RecommendationTheme.objects.filter(recommendation__number="1").count() == 2


def test_what_was_filled_in_is_not_the_files_word(received: Received, by: User) -> None:
    """Staff finish the drafts, each with what the file left open: the same file again says nothing against it, and a taken record keeps it."""
    applied(received(rows(3)), by)
    measure = Measure.objects.create(key="paint", name="Paint", definition="Painting.")
    for record in Recommendation.objects.all():
        record.measure, record.statement_form, record.corroboration = measure, "verbatim", "corroborated"
        record.made_by, record.short_title, record.note = "The commissioners", f"Lighthouse {record.number}", ""
        record.save()
    for verdict in Assessment.objects.all():
        verdict.confidence, verdict.rationale = "high", "Seen there."
        verdict.save()
    before = standing()
    preview = run_preview(received(rows(3)), by=by)
    assert (preview.counts["conflicts"], changed(preview.counts)) == (0, {})
    data = rows(3)
    data[1][2] = "Sample: as the file has it now."
    preview = run_preview(batch := received(data), by=by)
    (conflict,) = preview.conflicts
    assert set(conflict["rows"][0]["file"]) == {"statement", "short_title"}
    batch = choose(batch, by=by, decisions={conflict["record"]: "take"})
    batch = applied(batch, by)
    assert batch.preview.counts["rows"]["refused"] == 0 and batch.preview.problems == []
    taken = Recommendation.objects.get(number="2")
    assert (taken.statement, taken.short_title) == (data[1][2], data[1][2])
    assert (taken.measure, taken.statement_form, taken.made_by) == (measure, "verbatim", "The commissioners")
    assert standing()["Assessment"] == before["Assessment"]


def test_what_was_made_from_a_column_changes_with_it(received: Received, by: User) -> None:
    applied(received(rows(1)), by)
    data = rows(1)
    data[0][5] = "under_consideration"
    batch = applied(received(data), by)
    assert batch.preview.counts["conflicts"] == 0
    assert Assessment.objects.get().rationale == "Review Body gives the status as “under_consideration”."


def test_what_came_from_elsewhere_with_other_text_is_a_conflict(received: Received, by: User) -> None:
    preview = run_preview(received(rows(1)), by=by)
    reference = next(one["key"] for one in preview.created if one["resource"] == "recommendations")
    builders.recommendation(reference, builders.document("REVIEW"))
    batch = applied(received(rows(1)), by)
    assert {one["record"] for one in batch.preview.conflicts} == {"documents:REVIEW", f"recommendations:{reference}"}
    assert {row["why"] for one in batch.preview.conflicts for row in one["rows"]} == {"it stands here from elsewhere"}
    assert Recommendation.objects.get().statement != rows(1)[0][2]


def test_what_is_in_review_or_public_is_a_conflict(received: Received, by: User) -> None:
    batch = applied(received(rows(2)), by)
    hand_in(batch, by=by, reason="Ready")
    data = rows(2)
    data[0][2] = "Sample: corrected."
    preview = run_preview(received(data), by=by)
    assert "is submitted" in preview.conflicts[0]["rows"][0]["why"]
    assert changed(preview.counts) == {}


def test_what_was_deleted_here_does_not_come_back_by_itself(received: Received, by: User) -> None:
    applied(received(rows(2)), by)
    CitationUse.objects.filter(recommendation__number="1").delete()
    gone = CitationUse.objects.count()
    preview = run_preview(received(rows(2)), by=by)
    assert changed(preview.counts) == {}
    assert "deleted here since" in preview.conflicts[0]["rows"][0]["why"] and preview.conflicts[0]["rows"][0]["here"] is None
    assert CitationUse.objects.count() == gone


def test_a_verdict_without_date_or_evidence_is_the_sources_own(received: Received, by: User) -> None:
    data = rows(2)
    data[0][6] = ""
    batch = applied(received(data, profile=PROFILE.replace("[assessment]\n", '[assessment]\nassessor_kind = { constant = "staff" }\n')), by)
    assert batch.preview.counts["not_the_staffs"] == {"count": 2, "rows": [2, 3]}
    assert "The statuses of 2 rows stay the source's own" in sentences(batch.preview.counts)[-1]
    for verdict in Assessment.objects.all():
        assert verdict.assessor_kind == AssessorKind.THIRD_PARTY and verdict.assessor == "Review Body"
        assert [use.citation.document.key for use in verdict.citation_uses.all()] == ["REVIEW"]


def test_a_stale_preview_is_noticed_and_says_what_differs(received: Received, by: User) -> None:
    batch = received(rows(3))
    run_preview(batch, by=by)
    applied(received(rows(1), name="other.csv"), by)
    with pytest.raises(Trouble, match="recommendations created: 3 then, 2 now"):
        run_apply(batch, by=by, reason="A test")
    batch = Import.objects.get(pk=batch.pk)
    assert Recommendation.objects.count() == 1
    assert batch.state == ImportState.PREVIEWED and "changed since the preview" in batch.problem
    run_apply(batch, by=by, reason="Seen")
    assert Recommendation.objects.count() == 3


def test_an_applied_import_is_not_applied_again(received: Received, by: User) -> None:
    batch = applied(received(rows(1)), by)
    with pytest.raises(Refused, match="is applied; it cannot be applied now"):
        run_apply(batch, by=by, reason="Twice")


def test_undo_takes_back_what_was_created_and_puts_back_what_was_changed(received: Received, by: User) -> None:
    before_all = standing()
    first = applied(received(rows(4)), by)
    before = standing()
    data = rows(5)
    data[1][2] = "Sample: corrected."
    second = applied(received(data), by)
    assert stands_against_undo(first).endswith(f"was changed by import #{second.pk} since; undo that one first.")
    run_undo(second, by=by, reason="Wrong file")
    assert standing() == before
    entry = Recommendation.pgh_event_model.objects.filter(number="5", pgh_label="delete").get()
    assert entry.pgh_context["user"] == by.pk and "Wrong file" in entry.pgh_context["reason"]
    run_undo(first, by=by, reason="All of it")
    assert standing() == before_all
    assert Import.objects.get(pk=first.pk).state == ImportState.UNDONE
    applied(received(rows(4)), by)
    assert Recommendation.objects.count() == 4


def test_the_import_that_was_applied_last_is_undone_first_whichever_was_uploaded_first(received: Received, by: User) -> None:
    before = standing()
    data = rows(2)
    data[1][2] = "Sample: corrected."
    first = received(data, name="corrected.csv")
    second = applied(received(rows(2)), by)
    first = applied(first, by)
    assert stands_against_undo(second).endswith(f"was changed by import #{first.pk} since; undo that one first.")
    run_undo(first, by=by, reason="A test")
    run_undo(second, by=by, reason="A test")
    assert standing() == before


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (lambda by: _edit(), "was edited since"),
        (lambda by: Position.objects.all()[0].delete(), "was deleted since"),
        (lambda by: submit(_ready(), by=by, reason="Ready"), "was handed in since and is submitted"),
        (lambda by: _publish(by), "was handed in since and is published"),
        (lambda by: CitationUse.objects.create(citation=Citation.objects.all()[0], action=builders.action("other")), "rests on"),
        (lambda by: Addressee.objects.create(recommendation=Recommendation.objects.all()[0], government=builders.government("XK")), "rests on"),
    ],
)
def test_undo_is_refused_where_something_was_built_on_it(build: Callable[[User], Any], why: str, received: Received, by: User) -> None:
    batch = applied(received(rows(3)), by)
    build(by)
    before = standing()
    with pytest.raises((Refused, Trouble), match=why):
        run_undo(batch, by=by, reason="A test")
    assert standing() == before
    assert Import.objects.get(pk=batch.pk).state == ImportState.APPLIED


def _edit() -> None:
    record = Recommendation.objects.all()[0]
    record.note = "Looked at."
    record.save()


def _ready() -> list[Any]:
    return [*Document.objects.all(), *Recommendation.objects.all(), *Assessment.objects.all()]


def _publish(by: User) -> None:
    publish(approve(submit(_ready(), by=by, reason="Ready"), by=builders.reviewer()), by=builders.reviewer())


def test_who_may_import_and_undo(received: Received, by: User) -> None:
    auditor = builders.user("auditor", role="auditor")
    with pytest.raises(Refused, match="does not include this"):
        received(rows(1), by=auditor)
    batch = received(rows(1))
    for verb in (lambda: run_preview(batch, by=auditor), lambda: run_apply(batch, by=auditor, reason="x"), lambda: choose(batch, by=auditor)):
        with pytest.raises(Refused, match="does not include this"):
            verb()
    applied(batch, by)
    with pytest.raises(Refused, match="does not include this"):
        run_undo(batch, by=builders.user("colleague", role="researcher"), reason="Not mine")
    run_undo(batch, by=builders.user("chief", role="administrator"), reason="Asked to")
    assert Import.objects.get(pk=batch.pk).undone_by.username == "chief"


def test_a_theme_or_kind_of_measure_that_is_not_here_is_for_administrators_to_add(received: Received, by: User) -> None:
    mine = builders.user("colleague", role="researcher")
    Theme.objects.create(key="lanterns", name="Lanterns")
    data = rows(5)
    profile = PROFILE.replace('statement = "Text"', 'statement = "Text"\nmeasure = "Answer"')
    preview = run_preview(received(data, by=mine, profile=profile), by=mine)
    assert preview.counts["rows"]["refused"] == 5
    lacks = (
        "there is no {} “{}” here, neither by name nor by key, and the role of colleague does not include adding one; ask an administrator, or say"
        " which one that is here it means, or that it means nothing (in a profile by a lookup)."
    )
    words = lacks.format("kind of measure", "Yes")
    assert [(problem["sentence"], problem["rows"], problem["count"]) for problem in preview.problems if "“Yes”" in problem["sentence"]] == [
        (words, [2, 3, 4, 5, 6], 5)
    ]
    batch = received(data, by=mine)
    preview = run_preview(batch, by=mine)
    assert [problem_told(problem) for problem in preview.problems] == [
        f"rows {rows} (2 times): {lacks.format('theme', name)}" for rows, name in (("3, 6", "Benches"), ("2, 5", "Paint"))
    ]
    assert {(problem["about"], problem["value"]) for problem in preview.problems} == {("theme.name", "Benches"), ("theme.name", "Paint")}
    choose(batch, by=mine, without_refused=True)
    batch = applied(batch, mine)
    assert [one.number for one in Recommendation.objects.all()] == ["3"]
    assert Theme.objects.count() == 1 and Measure.objects.get().key == "unclassified"
    Theme.objects.create(key="a-key-of-its-own", name="paint")  # by its name, in whatever case
    Theme.objects.create(key="benches", name="Places to sit")  # by its key
    applied(received(data, by=mine), mine)
    assert Recommendation.objects.count() == 5
    assert set(Recommendation.objects.get(number="1").themes.values_list("key", flat=True)) == {"a-key-of-its-own", "lanterns"}
    assert Theme.objects.count() == 3


def test_handing_in_leaves_what_is_not_ready_a_draft_and_says_why(received: Received, by: User) -> None:
    batch = applied(received(rows(300)), by)
    bare = Assessment.objects.get(addressee__recommendation__number="7")
    CitationUse.objects.filter(assessment=bare).delete()
    done = hand_in(batch, by=by, reason="From the review")
    assert set(done.refused) == {("assessment", bare.key)}
    assert "has no supporting citation" in done.refused["assessment", bare.key][0]
    assert done.submission.versions.count() == done.records == 300 + 299 + 1
    reviewer = builders.reviewer()
    edition = publish(approve(done.submission, by=reviewer), by=reviewer)
    assert edition.number == 1
    with pytest.raises(Refused, match=r"The one record that is a draft cannot be submitted: .*has no supporting citation"):
        hand_in(batch, by=by, reason="Again")


def test_what_is_not_ready_is_known_by_its_record_and_not_by_words_of_the_sentence(received: Received, by: User) -> None:
    """A document whose key is a word that the sentence begins with is not at fault."""
    batch = applied(received(rows(3), profile=PROFILE.replace('key = "REVIEW"', 'key = "Assessment"')), by)
    bare = Assessment.objects.get(addressee__recommendation__number="2")
    CitationUse.objects.filter(assessment=bare).delete()
    done = hand_in(batch, by=by, reason="From the review")
    assert set(done.refused) == {("assessment", bare.key)}
    assert done.records == 3 + 2 + 1


def test_the_history_of_each_record_says_who_why_and_from_which_import(received: Received, by: User) -> None:
    batch = applied(received(rows(2)), by)
    for entry in Recommendation.pgh_event_model.objects.all():
        assert entry.pgh_context["user"] == by.pk
        assert entry.pgh_context["reason"] == f"Import #{batch.pk} of review.csv: A test"


def test_the_bytes_of_the_file_are_kept(received: Received, by: User, archive: Path) -> None:
    batch = received(rows(2))
    assert (archive / batch.stored_as).stat().st_size == batch.size


def test_nothing_of_what_an_import_wrote_can_be_rewritten(received: Received, by: User) -> None:
    applied(received(rows(1)), by)
    for write in (lambda: ImportedRow.objects.all()[:1].get().delete(), lambda: ImportedRow.objects.update(digest="0" * 32)):
        with pytest.raises(DatabaseError), pghistory.context(user=by.pk):
            write()
    with pytest.raises(DatabaseError):
        Import.objects.update(profile_text="another")
    assert apps.get_model("tracker", "ImportHistory").objects.exists()


def test_a_piece_ends_by_what_it_holds_too(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long rows come to a database a few at a time; what comes of the file is the same."""
    pieces: list[int] = []
    whole = Run._piece

    def counted_piece(self: Run, groups: list[Any]) -> None:
        pieces.append(len(groups))
        whole(self, groups)

    monkeypatch.setattr(Run, "_piece", counted_piece)
    at_once = run_preview(received(rows(12)), by=by).counts
    assert pieces == [13]
    monkeypatch.setattr(running, "CHARACTERS", 5000)
    data = rows(12)
    for row in data[4:8]:
        row[2] += "x" * 5000
    pieces.clear()
    assert run_preview(received(data, name="long.csv"), by=by).counts == at_once
    assert max(pieces) < 10 and len(pieces) >= 5 and sum(pieces) == 13


def test_what_is_held_of_refused_rows_has_an_end(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    data = rows(4)
    data[0][5] = "nonsense"
    monkeypatch.setattr(running, "SPARE_CHARACTERS", 3)
    preview = run_preview(received(data), by=by)
    assert preview.counts["rows"]["refused"] == 4  # the others share themes or the kind of measure with it
    monkeypatch.undo()
    assert run_preview(received(data, name="again.csv"), by=by).counts["rows"]["refused"] == 1


def test_a_text_that_tells_recommendations_apart_gives_short_references_and_the_same_again(received: Received, by: User) -> None:
    profile = PROFILE.replace('key = ["No"]', 'key = ["Text"]')
    data = rows(2)
    for row, end in zip(data, ("a year", "two years"), strict=True):
        row[2] = f"Sample: the government should paint all of the lighthouses of the northern coast within {end}."
    applied(received(data, profile=profile), by)
    references = sorted(Recommendation.objects.values_list("reference", flat=True))
    assert len(set(references)) == 2 and all(re.fullmatch("RV-Sample-the-[0-9a-f]{10}", each) for each in references), references
    before = standing(), events()
    again = applied(received(data, profile=profile), by)
    assert changed(again.preview.counts) == {} and (standing(), events()) == before

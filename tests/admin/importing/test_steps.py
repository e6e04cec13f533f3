"""From a stranger's file to drafts, step by step, and back."""

import html
import io
import json
import re
import zipfile
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import xlsxwriter
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from config.trouble import Trouble
from tests import builders
from tests.admin.forms import Form, fields_of, words
from tests.admin.importing.steps import SOURCE, Steps, work
from tracker.admin.importing import deciding, limits, looking, preview, reading
from tracker.exchange.imports import findings
from tracker.exchange.imports.jobs import hand_in_import
from tracker.exchange.profiles import parse
from tracker.models import (
    Addressee,
    Assessment,
    Citation,
    CitationUse,
    Document,
    Import,
    ImportProfile,
    ImportState,
    Recommendation,
    Submission,
    User,
    Version,
)

SignIn = Callable[[str], Client]

TABLE = (
    "No,Text,Country,Status,When\n"
    "1,Close the office,Elbonia,Finished,12/03/2019\n"
    "2,Publish the list,Elbonia,Discussed,01/04/2019\n"
    "3,Recall the envoy,Nowhereland,succes,05/05/2019\n"
)
HOLDS = {
    "No": ["recommendation.number"],
    "Text": ["recommendation.statement"],
    "Country": ["addressee.government"],
    "Status": ["assessment.status"],
    "When": ["recommendation.recommended_on"],
}
DATES = {"format": ["dd/MM/yyyy"]}


@pytest.fixture(autouse=True)
def governments(desk: str) -> None:
    builders.government("EL", name="Elbonia")
    builders.government("FR", name="Freedonia")


def chosen(client: Client, table: str = TABLE, name: str = "list.csv") -> Steps:
    """Uploaded, with every column said; words and governments are left as they come."""
    steps = Steps(client)
    steps.upload(name, table.encode())
    steps.columns(HOLDS, keys={"recommendation": ["No"]})
    steps.send("field", DATES, query="?of=recommendation.recommended_on")
    steps.whole()
    return steps


def mapped(client: Client, table: str = TABLE) -> Steps:
    """The same with what its words mean, ready to be applied."""
    steps = chosen(client, table)
    page = steps.page("field", "?of=assessment.status")
    means = {"Finished": "implemented", "Discussed": "under_consideration", "succes": "implemented"}
    steps.send("field", {f"means-{line['index']}": means[line["value"]] for line in page.context["values"]}, query="?of=assessment.status")
    page = steps.preview()
    steps.client.post(steps.address("decide"), {"mark": page.context["mark"], "names": "1", "name-0": "Nowhereland", "code-0": "FR"})
    return steps


def test_from_a_file_to_drafts_and_back(people: dict[str, User], sign_in: SignIn) -> None:
    """Words and names that nobody knows are said once; with them said it is applied whole, and undone whole."""
    steps = chosen(sign_in("researcher"))
    said = words(steps.preview())
    assert "3 words of the file are not known here" in said
    assert "1 name of a government is not known here" in said
    assert "Nowhereland" in said
    assert not Recommendation.objects.exists()
    assert "3 rows are refused; mend them" in said
    assert steps.client.get(steps.address("apply")).content.decode().count('name="reason"') == 0

    steps = mapped(steps.client)
    page = steps.page("change")
    assert page.context["counts"]["writes"] and not page.context["problem_count"], words(page)
    page = steps.ask("apply", "The tracker's first export")
    assert page.context["batch"].state == ImportState.APPLIED
    assert (Recommendation.objects.count(), Addressee.objects.count(), Assessment.objects.count()) == (3, 3, 3)
    assert sorted(Addressee.objects.values_list("government__code", flat=True)) == ["EL", "EL", "FR"]
    assert sorted(map(str, Recommendation.objects.values_list("recommended_on", flat=True))) == ["2019-03-12", "2019-04-01", "2019-05-05"]
    assert sorted(Assessment.objects.values_list("status", flat=True)) == ["implemented", "implemented", "under_consideration"]
    assert Document.objects.get().title == SOURCE["source-title"]
    assert Citation.objects.count() >= 3
    assert not Version.objects.exists()  # drafts: nobody reviewed anything
    record = Recommendation.objects.earliest("pk")
    form = steps.client.get(reverse("admin:tracker_recommendation_change", args=[record.pk]))
    assert f"import #{steps.batch.pk}" in words(form)  # type: ignore[union-attr]
    assert steps.address("change") in form.content.decode()
    assert (
        f"import #{steps.batch.pk} of list.csv: The tracker's first export".casefold()
        in words(  # type: ignore[union-attr]
            steps.client.get(reverse("admin:tracker_recommendation_history", args=[record.pk]))
        ).casefold()
    )

    page = steps.ask("undo", "It was the wrong file")
    assert page.context["batch"].state == ImportState.UNDONE
    assert not Recommendation.objects.exists() and not Document.objects.exists()
    assert "It was the wrong file" in words(page)


@pytest.mark.parametrize("name", ["recos_cp1252.csv", "توصیه‌ها.csv", "___.csv", f"{'long name ' * 20}.csv", ".csv", "upr.csv"])
def test_a_file_may_be_called_anything(name: str, people: dict[str, User], sign_in: SignIn) -> None:
    """Its profile gets a name that profiles may have, and can be kept under it."""
    steps = chosen(sign_in("researcher"), TABLE.replace("Nowhereland", "Elbonia"), name)
    assert not steps.page("change").context["still"]
    steps.send("field", {"means-0": "implemented", "means-1": "implemented", "means-2": "implemented"}, query="?of=assessment.status")
    assert not steps.preview().context["refused"]
    page = steps.ask("apply")
    kept = steps.client.post(steps.address("keep"), {"name": page.context["keep_as"]}, follow=True)
    assert ImportProfile.objects.exists() is (name != "upr.csv"), words(kept)


def test_what_lies_within_lists_of_records_can_be_chosen(people: dict[str, User], sign_in: SignIn) -> None:
    records = [
        {"id": 1, "text": "Close the office in the capital within two years.", "addressees": [{"name": "Elbonia"}, {"name": "Freedonia"}]},
        {"id": 2, "text": "Publish the list of all lanterns, harbours and benches.", "addressees": [{"name": "Freedonia", "role": "lead"}]},
    ]
    steps = Steps(sign_in("researcher"))
    steps.upload("list.json", json.dumps(records).encode())
    lines = {line.offered.name: line for line in steps.page("columns").context["lines"]}
    assert lines["addressees.*.name"].offered.values == ("Elbonia", "Freedonia") and not lines["addressees.*.name"].empty_share
    assert lines["addressees.*.role"].empty_share == 50
    assert lines["addressees.*.name"].held, "it is guessed by its name and what stands in it"
    steps.send("columns", {})
    steps.whole()
    assert not steps.preview().context["why_not_apply"], words(steps.page("change"))
    steps.ask("apply")
    made = Addressee.objects.order_by("recommendation", "government__code").values_list("recommendation__reference", "government__code")
    assert list(made) == [("TRACKER-2026-1", "EL"), ("TRACKER-2026-1", "FR"), ("TRACKER-2026-2", "FR")]


def test_records_within_records_are_read_with_what_stands_around_them(people: dict[str, User], sign_in: SignIn) -> None:
    first = [{"id": "1", "text": "Close the office in the capital within two years."}, {"id": "2", "text": "Recall the envoy to the coast at once."}]
    second = [{"id": "3", "text": "Publish the list of all lanterns, harbours and benches."}]
    reviews = [{"recommendations": first, "country": "Elbonia"}, {"country": "Freedonia", "recommendations": second}]
    steps = Steps(sign_in("researcher"))
    steps.upload("list.json", json.dumps({"reviews": reviews}).encode())
    page = steps.page("format")
    assert "Within its records stand others, which may be meant: “reviews.recommendations”." in words(page)
    assert '<option value="reviews.recommendations">' in page.content.decode()
    steps.send("format", {"records": "reviews.recommendations"}, button="_on")
    lines = {line.offered.name: line for line in steps.page("columns").context["lines"]}
    assert set(lines) == {"reviews", "id", "text", "reviews.country"} and lines["reviews.country"].offered.values == ("Elbonia", "Freedonia")
    assert lines["reviews.country"].held, "it is guessed by its name and what stands in it"
    steps.send("columns", {})
    steps.whole()
    assert not steps.preview().context["why_not_apply"], words(steps.page("change"))
    steps.ask("apply")
    made = Addressee.objects.order_by("recommendation__number").values_list("recommendation__number", "government__code")
    assert list(made) == [("1", "EL"), ("2", "EL"), ("3", "FR")]
    assert steps.batch is not None
    kept = parse(Import.objects.get(pk=steps.batch.pk).profile_text)
    assert (kept.file.records, kept.records["addressee"].fields["government"].path) == ("reviews.recommendations", "reviews.country")


def test_whom_a_nested_recommender_recommends_to_is_guessed_to_be_the_state_under_review(people: dict[str, User], sign_in: SignIn) -> None:
    records = [
        {"id": "1", "text": "Close the office in the capital within two years.", "recommender": {"state": "Elbonia"}, "sur": "Freedonia"},
        {"id": "2", "text": "Publish the list of all lanterns, harbours and benches.", "recommender": {"state": "Freedonia"}, "sur": "Nowhereland"},
    ]
    steps = Steps(sign_in("researcher"))
    steps.upload("list.json", json.dumps({"recommendations": records}).encode())
    steps.send("columns", {})
    assert steps.batch is not None
    made = reading.profile_of(Import.objects.get(pk=steps.batch.pk))[0].records
    assert (made["addressee"].fields["government"].column, made["recommendation"].fields["made_by"].path) == ("sur", "recommender.state")


def test_a_number_that_is_chosen_by_hand_tells_recommendations_apart(people: dict[str, User], sign_in: SignIn) -> None:
    """In place of their text; what somebody ticks stays ticked."""

    def ticked(steps: Steps) -> list[str]:
        (key,) = [key for key in steps.page("columns").context["keys"] if key["record"] == "recommendation"]
        return [name for name, is_ticked in key["columns"] if is_ticked]

    table = "Ruling,Text,Country\nA1,Close the office in the capital within two years.,Elbonia\nA2,Publish the list of all the lanterns.,Elbonia\n"
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", table.encode())
    assert ticked(steps) == ["Text"]
    steps.send("columns", {"holds-0": "recommendation.number"})
    assert ticked(steps) == ["Ruling"]
    steps.send("columns", {"key-recommendation": ["Ruling", "Country"]})
    assert ticked(steps) == ["Ruling", "Country"]
    other = Steps(steps.client)
    other.upload("list.csv", table.encode())
    other.send("columns", {"holds-0": "recommendation.number", "key-recommendation": "Country"})
    assert ticked(other) == ["Country"]


def test_nothing_is_applied_before_each_name_is_mapped_or_left_out(people: dict[str, User], sign_in: SignIn) -> None:
    table = TABLE.replace("Finished", "implemented").replace("Discussed", "rejected").replace("succes", "implemented")
    steps = chosen(sign_in("researcher"), table)
    assert "1 name of a government is not known here, so nothing is written" in words(steps.preview())
    page = steps.page("apply")
    assert "1 name of a government is not known here, so nothing is written" in words(page)
    response = steps.client.post(steps.address("apply"), {"mark": page.context["mark"], "reason": "Even so"})
    assert response.status_code == 422 and not Recommendation.objects.exists()
    data = {"mark": page.context["mark"], "names": "1", "name-0": "Nowhereland", "code-0": "-", "in_profile": "1"}
    steps.client.post(steps.address("decide"), data)
    steps.ask("apply")
    assert (Recommendation.objects.count(), Addressee.objects.count()) == (3, 2)


def test_what_a_name_means_can_be_corrected(people: dict[str, User], sign_in: SignIn) -> None:
    """What was chosen at the preview goes before the profile, until the field's own page says otherwise."""
    steps = mapped(sign_in("researcher"))
    page = steps.page("field", "?of=addressee.government")
    line = next(line for line in page.context["values"] if line["value"] == "Nowhereland")
    assert line["chosen"] == "FR"
    steps.send("field", {f"means-{line['index']}": "-"}, query="?of=addressee.government")
    assert not steps.preview().context["why_not_apply"]
    steps.send("field", {f"means-{line['index']}": "EL"}, query="?of=addressee.government")
    steps.preview()
    steps.ask("apply")
    assert set(Addressee.objects.values_list("government__code", flat=True)) == {"EL"}


def test_what_is_built_on_keeps_an_import_from_being_undone(people: dict[str, User], sign_in: SignIn) -> None:
    """The button says why; the page that asks says it too."""
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    record = Recommendation.objects.earliest("pk")
    Form(steps.client, reverse("admin:tracker_recommendation_change", args=[record.pk])).fill(note="Looked at.").send()
    page = steps.page("change")
    assert "was edited since" in page.context["why_not_undo"]
    assert "was edited since" in words(steps.client.get(steps.address("undo")))
    response = steps.client.post(steps.address("undo"), {"reason": "Even so"})
    assert response.status_code == 422 and "was edited since" in words(response)
    assert Recommendation.objects.count() == 3


def test_its_drafts_are_submitted_together_and_reviewed_by_the_same_rules(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    response = steps.client.post(steps.address("hand_in"), {"reason": ""})
    assert response.status_code == 422 and not Submission.objects.exists()
    response = steps.client.post(steps.address("hand_in"), {"reason": "All of the tracker"}, follow=True)
    submission = Submission.objects.get()
    assert submission.state == "submitted" and submission.reason == "All of the tracker"
    assert f"#{submission.pk}" in words(response)
    assert steps.page("change").context["why_not_undo"]  # it was built on


def test_many_drafts_are_submitted_by_a_job_that_says_what_came_of_it(
    people: dict[str, User], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "HANDED_IN_AT_ONCE", 2)
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    CitationUse.objects.filter(assessment=Assessment.objects.earliest("pk")).delete()
    response = steps.send("hand_in", {"reason": "All of the tracker"})
    assert response.status_code == 302 and not Submission.objects.exists()
    assert "It waits for its turn" in words(steps.page("change"))
    twice = steps.client.post(steps.address("hand_in"), {"reason": "Once more"})
    assert twice.status_code == 422 and "has not ended yet" in words(twice)
    work()
    submission = Submission.objects.get()
    assert submission.reason == "All of the tracker" and submission.submitted_by == people["researcher"]
    said = words(steps.page("change"))
    assert f"Submitted as #{submission.pk}, {submission.versions.count()} records." in said
    assert f"1 record stays a draft; the page of import #{steps.batch.pk} says why" in said  # type: ignore[union-attr]
    assert "1 record was not ready when its drafts were submitted" in said and "has no supporting citation" in said
    with pytest.raises(Trouble):
        hand_in_import(number=steps.batch.pk, by=people["researcher"].pk, reason="Again")  # type: ignore[union-attr]
    assert Submission.objects.count() == 1


def test_a_record_with_other_text_is_kept_unless_staff_take_the_file(people: dict[str, User], sign_in: SignIn) -> None:
    """The same file with one text mended here and another in the file: both are shown, and the one here stays."""
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    record = Recommendation.objects.get(statement="Close the office")
    record.statement = "Close the office in the capital"
    record.save()
    again = mapped(steps.client, TABLE.replace("Close the office", "Close the offices"))
    page = again.page("change")
    assert page.context["conflict_count"] == 1
    said = words(page)
    assert "Close the office in the capital" in said and "Close the offices" in said
    again.ask("apply", "A later export")
    record.refresh_from_db()
    assert record.statement == "Close the office in the capital"

    third = mapped(steps.client, TABLE.replace("Close the office", "Close the offices"))
    page = third.page("change")
    (conflict,) = page.context["conflicts"]
    data = {"mark": page.context["mark"], "records": "1", "record-0": conflict["record"], "decision-0": "take"}
    third.client.post(third.address("decide"), data)
    third.ask("apply", "The later text is right")
    record.refresh_from_db()
    assert record.statement == "Close the offices"


def test_a_status_that_lacks_what_the_staffs_takes_is_told(people: dict[str, User], sign_in: SignIn) -> None:
    """Before it is applied, too: the profile calls it the staff's, and nothing but the file bears it out."""
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", TABLE.replace("Finished", "implemented").replace("Nowhereland", "Elbonia").encode())
    steps.columns(HOLDS, constants={"assessment.assessor_kind": "staff"}, keys={"recommendation": ["No"]})
    steps.send("field", DATES, query="?of=recommendation.recommended_on")
    steps.whole()
    assert "The status of 1 row stays the source's own" in words(steps.preview())


def reworded_here() -> None:
    for record in Recommendation.objects.all():
        record.statement += " in the capital"
        record.save()


@pytest.mark.parametrize("button", ["", "_records", "_take_all", "without_refused"])
def test_each_button_of_the_preview_saves_all_that_was_chosen(button: str, people: dict[str, User], sign_in: SignIn) -> None:
    """Names of governments, other words and what becomes of records that differ are one form, as a browser sends it."""
    gate = "4,Open the gate,Elbonia,implemented,12/03/2019\n"
    first = chosen(sign_in("researcher"), TABLE.splitlines(keepends=True)[0] + gate)
    first.preview()
    first.ask("apply")
    reworded_here()
    steps = chosen(first.client, TABLE + gate.replace("Open", "Shut"))
    page = steps.preview()
    assert page.context["unknown"] and page.context["words"] and page.context["conflicts"] and page.context["refused"]
    (form,) = re.findall(r'<form method="post" action="([^"]+/decide/[^"]*)">(.*?)</form>', page.content.decode(), re.DOTALL)
    means = {f"means-{line['index']}": "implemented" for line in page.context["words"] if line["value"] == "Finished"}
    pressed = {button: "1"} if button else {}
    steps.client.post(unescape(form[0]), {**fields_of(form[1]), **means, "code-0": "FR", "decision-0": "take", **pressed})

    batch = Import.objects.latest("pk")
    assert batch.governments == {"Nowhereland": "FR"}
    profile, _mistakes = reading.profile_of(batch)
    assert profile.records["assessment"].fields["status"].map["Finished"] == "implemented"
    assert batch.decisions == {"all" if button == "_take_all" else page.context["conflicts"][0]["record"]: "take"}
    assert batch.without_refused is (button == "without_refused")


def test_a_record_that_nobody_touched_is_not_decided_by_a_button_above_it(people: dict[str, User], sign_in: SignIn) -> None:
    """What nobody decided comes first on the page; only the button below the records says that they were looked at."""
    mapped(sign_in("researcher")).ask("apply")
    reworded_here()
    steps = mapped(sign_in("researcher"), TABLE.replace("Close the", "Shut the"))
    page = steps.page("change")
    kept = {conflict["record"]: "keep" for conflict in page.context["conflicts"]}
    for button, decided in (({}, {}), ({"_records": "1"}, kept)):
        form = re.findall(r'<form method="post" action="[^"]+/decide/[^"]*">(.*?)</form>', page.content.decode(), re.DOTALL)[0]
        steps.client.post(steps.address("decide"), {**fields_of(form), **button})
        assert Import.objects.latest("pk").decisions == decided
        page = steps.page("change")


def test_every_record_with_other_text_can_be_decided(people: dict[str, User], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page after page, what nobody decided first, also beyond what is listed; or all of them at once."""
    monkeypatch.setattr(preview, "PER_PAGE", 1)
    monkeypatch.setattr(findings, "CONFLICTS", 2)
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    reworded_here()
    again = mapped(steps.client, TABLE.replace("Close the", "Shut the").replace("Publish the", "Print the").replace("Recall the", "Fetch the"))
    page = again.page("change")
    assert page.context["conflict_count"] == 3 and page.context["conflicts_kept"] == 2
    assert "2 of them are listed" in words(page) and "Page 1 of 2" in words(page)
    second = again.page("change", "?conflicts=2").context["conflicts"]
    seen = []
    for decision in ("take", "keep", "take"):
        (conflict,) = page.context["conflicts"]
        seen.append(conflict["record"])
        data = {"mark": page.context["mark"], "records": "1", "record-0": conflict["record"], "decision-0": decision, "_records": "1"}
        again.client.post(again.address("decide"), data)
        page = again.page("change")
    assert len(set(seen)) == 3 and [one["record"] for one in second] == [seen[1]]
    assert page.context["conflict_count"] == 3
    assert page.context["change_count"] == 2 and len(page.context["changes"]) == 1
    assert page.context["changes"] != again.page("change", "?changes=2").context["changes"]

    data = {"mark": page.context["mark"], "records": "1", "record-0": seen[0], "decision-0": "keep", "_take_all": "1"}
    again.client.post(again.address("decide"), data)
    again.ask("apply", "The later texts are right")
    assert not Recommendation.objects.filter(statement__endswith=" in the capital").exists()


def test_the_numbers_of_another_document_are_never_written_over(people: dict[str, User], sign_in: SignIn) -> None:
    """Both sides stand on the page without a choice, and the sentence leads to what the keys begin with."""
    steps = mapped(sign_in("researcher"))
    steps.whole(source_bare="1")
    assert parse(fields_of(steps.page("text").content.decode())["text"][0]).source.prefix == ""
    steps.preview()
    steps.ask("apply")
    other = mapped(steps.client, TABLE.replace("Close the office", "Sweep the pier"))
    other.whole(source_key="OFFY", source_bare="1")
    page = other.preview()
    said = words(page)
    assert "it stands here from another document, TRACKER-2026" in said and "Close the office" in said and "Sweep the pier" in said
    assert "What stands here stays; above is said why." in said
    assert f"{other.address('whole')}#id_source-prefix" in page.content.decode()
    data = {"mark": page.context["mark"], "records": "1", "_take_all": "1"}
    other.client.post(other.address("decide"), data)
    assert Recommendation.objects.get(reference="1").statement == "Close the office" and other.page("change").context["refused"]
    other.send("whole", {"source-key": "OFFY", "source-bare": []})
    assert not other.preview().context["conflicts"]
    other.ask("apply")
    assert set(Recommendation.objects.values_list("reference", flat=True)) == {
        f"{before}{number}" for before in ("", "OFFY-") for number in (1, 2, 3)
    }


def test_duplicates_and_rows_passed_over_are_told(people: dict[str, User], sign_in: SignIn) -> None:
    table = TABLE.replace("Finished", "Implemented").replace("Discussed", "rejected").replace("succes", "implementd")
    table += "1,Close the office,Elbonia,Implemented,12/03/2019\nTotal,,,,\n"
    steps = chosen(sign_in("researcher"), table)
    steps.whole(skip_column=["No"], skip_test=["equals"], skip_value=["Total"])
    said = words(steps.preview())
    assert "5 rows of the file read, 1 skipped, as the profile says , 1 duplicate , 1 refused" in said, said
    assert "1 row skipped (No is “Total”): row 6" in said
    assert "1 word of the file is not known here" in said and "implementd Assessment · Status 1 4" in said, said
    assert "row 5 says what row 2 says" in said


def test_going_on_without_the_refused_rows(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"), TABLE + "4,,Elbonia,Finished,not a day\n")
    page = steps.page("change")
    assert page.context["refused"] == 1
    assert "row 5, column When: “not a day”" in words(page)
    steps.client.post(steps.address("decide"), {"mark": page.context["mark"], "without_refused": "1"})
    steps.ask("apply")
    assert Recommendation.objects.count() == 3


def test_a_profile_is_kept_under_a_name_and_used_for_the_next_file(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    text = fields_of(steps.page("text").content.decode())["text"][0]
    assert parse(text).records["assessment"].fields["status"].map["Finished"] == "implemented"
    steps.send("text", {"name": "Made Up!"}, button="_keep")
    assert not ImportProfile.objects.exists()
    steps.send("text", {"name": "made-up"}, button="_keep")
    profile = ImportProfile.objects.get()
    assert (profile.name, profile.made_by) == ("made-up", people["researcher"])

    again = Steps(sign_in("reviewer"))
    response = again.upload("next.csv", TABLE.replace("Nowhereland", "Elbonia").encode(), profile="made-up")
    assert response.url == again.address("change")
    page = again.page("change")
    assert page.context["batch"].state == ImportState.PREVIEWED and not page.context["problem_count"], words(page)


def test_the_text_of_a_profile_is_read_and_refused_in_sentences(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    assert steps.batch is not None
    before = Import.objects.get(pk=steps.batch.pk).profile_text
    response = steps.send("text", {"text": "[source\nkey = 1"})
    assert response.status_code == 422 and "The profile is not TOML" in words(response)
    assert Import.objects.get(pk=steps.batch.pk).profile_text == before
    response = steps.send("text", {"text": before.replace("statement =", "statment =")}, button="_keep")
    assert "did you mean “statement”" in words(response)


def test_two_people_do_not_write_over_each_other(people: dict[str, User], sign_in: SignIn) -> None:
    """A form that was opened before somebody else decided is told so, and saves nothing."""
    steps = mapped(sign_in("researcher"))
    other = Steps(sign_in("reviewer"), steps.batch)
    opened = steps.page("whole")
    other.whole(source_title="As the other says")
    data = {**fields_of(opened.content.decode()), "source-title": ["As I say"], "mark": [opened.context["mark"]], "_save": ["1"]}
    response = steps.client.post(steps.address("whole"), data, follow=True)
    assert "Somebody has changed this import since" in words(response)
    assert "As the other says" in response.content.decode() and "As I say" not in response.content.decode()
    asked = steps.client.post(steps.address("apply"), {"mark": opened.context["mark"], "reason": "Now"})
    assert asked.status_code == 422 and "Somebody has changed this import" in words(asked)


def test_a_preview_that_came_since_is_not_approved_unseen(people: dict[str, User], sign_in: SignIn) -> None:
    """The same choices over another desk do something else: the page that asks was opened before. What was asked for waits, and is asked for once."""
    steps = mapped(sign_in("researcher"))
    opened = steps.page("apply")
    mapped(steps.client).ask("apply", "The same from elsewhere")
    steps.preview()
    asked = steps.client.post(steps.address("apply"), {"mark": opened.context["mark"], "reason": "Now"})
    assert asked.status_code == 422 and "Somebody has changed this import" in words(asked)

    mark = steps.page("apply").context["mark"]
    assert steps.client.post(steps.address("apply"), {"mark": mark, "reason": "Now"}).status_code == 302
    twice = steps.client.post(steps.address("apply"), {"mark": mark, "reason": "Now"})
    assert twice.status_code == 422 and "has not ended yet" in words(twice)
    for step in ("preview", "decide"):
        refused = steps.client.post(steps.address(step), {"mark": mark, "without_refused": "1"}, follow=True)
        assert "has not ended yet" in words(refused)
    work()
    page = steps.page("change")
    assert page.context["batch"].state == ImportState.APPLIED and "came to no end" not in words(page)


def test_what_strangers_wrote_is_shown_as_text(people: dict[str, User], sign_in: SignIn) -> None:
    """A hostile file name and cells, at every step and in the file of problems."""
    evil = '<script>alert("x")</script>'
    quoted = '"' + evil.replace('"', '""') + '"'
    table = f"No,Text,Country,Status,{quoted}\n1,{quoted},<img src=x onerror=y>,=1+1,12/03/2019\n"
    steps = Steps(sign_in("researcher"))
    steps.upload("<b>list<i>.csv", table.encode())
    steps.columns(
        {evil: ["recommendation.recommended_on"], **{name: HOLDS[name] for name in ("No", "Text", "Country", "Status")}},
        keys={"recommendation": ["No"]},
    )
    steps.send("field", DATES, query="?of=recommendation.recommended_on")
    steps.whole()
    pages = [steps.page(step) for step in ("format", "columns", "whole", "text")]
    pages += [steps.page("field", f"?of={place}") for place in ("addressee.government", "assessment.status", "recommendation.statement")]
    pages += [steps.preview(), steps.client.get(reverse("admin:tracker_import_changelist")), steps.client.get(reverse("admin:index"))]
    for page in pages:
        html = page.content.decode()
        assert "<script>alert" not in html and "<img src=x" not in html and "<b>list" not in html
    file = steps.client.get(steps.address("problems")).content.decode("utf-8-sig")
    assert "“=1+1”" in file
    assert not [line for line in file.splitlines() for cell in line.split(",") if cell.startswith(("=", "+", "@"))]


def test_the_page_of_how_a_file_is_read_says_every_reason_and_how_its_lines_end(people: dict[str, User], sign_in: SignIn) -> None:
    text = "sep=;\rMade-up list of offices\r\rNo;Text;;Country\r1;Fermez l’entrée;x;Elbonia\r2;Ouvrez la fenêtre;y;Freedonia\r"
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", text.encode("mac-roman"))
    page = steps.page("format")
    guess = page.context["guess"]
    assert len(guess.reasons) >= 5 and guess.line_ends == "CR", guess.reasons
    (listed,) = re.findall(r'<ul class="reasons">(.*?)</ul>', page.content.decode(), re.DOTALL)
    said = [html.unescape(one) for one in re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)]
    assert said == list(guess.reasons)
    assert "Its line ends are bare CR, as on older Macs." in said


TITLED = (
    ("Made-up observatory: follow-up", "", "", ""),
    ("", "", "", ""),
    ("No", "Text", "Country", "Status"),
    ("1", "Close the office", "Elbonia", "implemented"),
    ("2", "Publish the list", "Freedonia", "implemented"),
)


def titled(name: str, *, blank: bool = True) -> bytes:
    """A table below its title, maybe with an empty row between."""
    rows = [row for row in TITLED if blank or any(row)]
    if name.endswith(".csv"):
        return "".join(",".join(row) + "\n" for row in rows).encode()
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, place, cell)
    return stream.getvalue()


@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_the_rows_above_the_header_that_were_found_are_left_out_at_every_step(
    name: str, blank: bool, people: dict[str, User], sign_in: SignIn
) -> None:
    steps = Steps(sign_in("researcher"))
    steps.upload(name, titled(name, blank=blank))
    above = 2 if blank else 1
    page = steps.page("format")
    assert f'placeholder="{above}"' in page.content.decode() and f"Row {above + 1} names the columns" in words(page)
    steps.send("format", {}, button="_on")
    assert [line.offered.name for line in steps.page("columns").context["lines"]] == ["No", "Text", "Country", "Status"]
    steps.columns({name: HOLDS[name] for name in TITLED[2]}, keys={"recommendation": ["No"]})
    assert 'id="id_source-title" value="Made-up observatory: follow-up"' in steps.page("whole").content.decode(), "not the name of the file"
    assert [line.offered.name for line in steps.page("columns").context["lines"]] == ["No", "Text", "Country", "Status"]
    steps.whole()
    preview = steps.preview()
    assert preview.context["batch"].state == ImportState.PREVIEWED and not preview.context["problem_count"], words(preview)
    steps.ask("apply")
    assert sorted(Recommendation.objects.values_list("number", "statement")) == [("1", "Close the office"), ("2", "Publish the list")]


def test_what_staff_say_of_the_rows_above_the_header_is_in_the_profile_and_open_again_once_they_take_it_back(
    people: dict[str, User], sign_in: SignIn
) -> None:
    def skipped() -> int | None:
        assert steps.batch is not None
        return parse(Import.objects.get(pk=steps.batch.pk).profile_text).file.skip

    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", b"Made-up observatory,of harbours\n" + TABLE.encode())
    steps.send("format", {"skip": "1", "header": "yes"}, button="_on")
    steps.columns(HOLDS, keys={"recommendation": ["No"]})
    steps.whole()
    assert skipped() == 1
    assert fields_of(steps.page("format").content.decode())["skip"] == ["1"]
    steps.send("text", {"name": "titled"}, button="_keep")
    again = Steps(sign_in("reviewer"))
    again.upload("next.csv", b"Made-up observatory,of harbours\n" + TABLE.encode(), profile="titled")
    assert fields_of(again.page("format").content.decode())["skip"] == ["1"]
    assert len(again.page("columns").context["lines"]) == len(HOLDS)
    steps.send("format", {"skip": ""})
    assert skipped() is None


def test_a_text_with_a_mistake_stays_as_it_was_typed_whatever_is_said_of_the_format(people: dict[str, User], sign_in: SignIn) -> None:
    """Written anew it would lose what could not be read: here whom the recommendations concern."""
    steps = mapped(sign_in("researcher"))
    assert steps.batch is not None
    typed = Import.objects.get(pk=steps.batch.pk).profile_text.replace("[addressee]", "[adressee]")
    steps.send("text", {"text": typed})
    steps.send("format", {"skip": "0"})
    kept = Import.objects.get(pk=steps.batch.pk)
    assert kept.profile_text == typed and kept.options == {"skip": 0}
    assert fields_of(steps.page("format").content.decode())["skip"] == ["0"]


def test_what_a_profile_says_of_other_kinds_of_file_stays_where_this_one_is_read_otherwise(people: dict[str, User], sign_in: SignIn) -> None:
    """One profile for a list that comes as CSV in an old encoding, and now and then as a workbook."""
    steps = mapped(sign_in("researcher"))
    steps.send("format", {"encoding": "windows-1252", "delimiter": ","})
    steps.send("text", {"name": "of-both"}, button="_keep")
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("List")
        for number, line in enumerate(TABLE.splitlines()):
            sheet.write_row(number, 0, line.split(","))
    again = Steps(steps.client)
    again.upload("next.xlsx", stream.getvalue(), profile="of-both")
    again.send("format", {"sheet": "List", "header": "yes"}, button="_on")
    assert again.batch is not None
    said = parse(Import.objects.get(pk=again.batch.pk).profile_text).file
    assert (said.encoding, said.delimiter, said.sheet, said.header) == ("windows-1252", ",", "List", True)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(people: dict[str, User], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sign_in("researcher")
    monkeypatch.setattr(limits, "LARGEST", 1_000_000)
    monkeypatch.setattr(limits, "_AROUND", 1000)
    response = Steps(client).upload("big.csv", b"a,b\n" * 600_000)
    assert response.status_code == 413
    assert "What you sent has 3 MB; at most 1 MB are taken." in words(response)
    assert not Import.objects.exists()


def test_what_is_no_table_is_refused_in_a_sentence(people: dict[str, User], sign_in: SignIn) -> None:
    steps = Steps(sign_in("researcher"))
    response = steps.upload("empty.csv", b"")
    assert response.status_code == 422 and "is empty" in words(response)
    steps.upload("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(200))
    page = steps.client.get(steps.address("format"))
    assert page.status_code == 422 and page.context["errors"]
    page = steps.client.get(steps.address("columns"))
    assert page.status_code == 422 and page.context["errors"]


def test_a_long_file_is_looked_at_by_a_job_that_can_be_watched(people: dict[str, User], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "AT_ONCE", 10)
    steps = chosen(sign_in("researcher"))
    page = steps.preview()
    assert page.context["progress"].going
    assert "It waits for its turn" in words(page) and 'http-equiv="refresh"' in page.content.decode()
    assert steps.client.get(steps.address("state")).json() == {"going": True, "words": "It waits for its turn."}
    assert steps.client.get(steps.address("columns")).status_code in (200, 302)
    work()
    page = steps.page("change")
    assert not page.context["progress"].going and page.context["counts"]
    assert 'http-equiv="refresh"' not in page.content.decode()


def test_what_unpacks_to_much_is_looked_at_by_a_job(people: dict[str, User], sign_in: SignIn) -> None:
    """A small archive is no small file: no page waits for it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("themes.csv", b"a" * 400_000)
    steps = Steps(sign_in("researcher"))
    steps.upload("package.zip", content.getvalue(), profile="package")
    assert len(content.getvalue()) < 2000
    assert steps.page("change").context["progress"].words == "It waits for its turn."


def test_the_front_page_counts_what_needs_somebody(people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"))
    steps.preview()

    def waiting() -> list[Any]:
        response = steps.client.get(reverse("admin:queue", args=["imports"]))
        return [(row.what, row.why) for row in response.context["rows"]]

    assert waiting() == [(f"#{steps.batch.pk} list.csv", "names of governments are to be mapped")]  # type: ignore[union-attr]
    steps = mapped(steps.client)
    steps.ask("apply")
    assert len(waiting()) == 1
    assert admin.site._registry[Import].has_add_permission(steps.page("change").wsgi_request)


def test_a_profile_for_another_file_is_told_so(people: dict[str, User], sign_in: SignIn) -> None:
    """Chosen by name for a file without its columns: the page says which, and nothing is written."""
    steps = mapped(sign_in("researcher"))
    steps.send("text", {"name": "made-up"}, button="_keep")
    other = Steps(steps.client)
    other.upload("other.csv", b"Number,Words\n1,Close the office\n", profile="made-up")
    page = other.page("change")
    assert page.context["batch"].state == ImportState.FAILED
    assert "there is no column “Text” in this file, which has “Number”, “Words”" in words(page)
    assert steps.client.get(other.address("columns")).status_code == 200  # where it is mended
    assert "not in this file" in words(steps.client.get(other.address("columns")))


@pytest.mark.parametrize("step", ["format", "columns", "whole", "text", "preview", "decide", "apply"])
def test_an_auditor_reads_and_does_nothing(step: str, people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"))
    steps.preview()
    auditor = sign_in("auditor")
    assert auditor.get(steps.address("change")).status_code == 200
    assert 'name="mark"' not in auditor.get(steps.address("change")).content.decode()
    assert auditor.get(steps.address("problems")).status_code == 200
    assert auditor.post(steps.address(step), {}).status_code == 403


def test_the_columns_of_a_second_file_are_told_before_they_can_be_chosen(people: dict[str, User], sign_in: SignIn) -> None:
    """The step of the columns comes before the one that joins: it says what is missing and leads there, and then which columns they are."""
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", b"No,Text\n1,Close it\n", second=("answers.csv", b"Rec,Answer\n1,accepted\n"))
    page = steps.page("columns")
    assert "Of the second file, answers.csv, no column stands here yet. Say first in which columns both files have the same" in words(page)
    (address,) = re.findall(r'href="([^"]+#join-second)"', page.content.decode())
    there = steps.client.get(address.partition("#")[0]).content.decode()
    assert 'id="join-second"' in there
    steps.send("whole", {"join-second-own": ["No", "", ""], "join-second-other": ["Rec", "", ""]})
    page = steps.page("columns")
    assert "Columns whose name begins with “second.” are those of the second file, answers.csv." in words(page)
    assert "second.Answer" in words(page) and "no column stands here yet" not in words(page)


def test_what_differs_is_called_by_words_and_not_by_how_its_key_is_kept(people: dict[str, User], sign_in: SignIn) -> None:
    mapped(sign_in("researcher")).ask("apply")
    reworded_here()
    CitationUse.objects.all().delete()
    page = mapped(sign_in("researcher"), TABLE.replace("Close the", "Shut the")).page("change")
    said = words(page)
    assert re.search(r"Cited source \S+ · TRACKER-2026-1 ", said), said
    assert not re.search(r"\S//", said.replace("https://", "")), "no key as it is kept"


def test_each_cell_of_the_list_of_imports_says_its_heading_where_there_is_none(people: dict[str, User], sign_in: SignIn) -> None:
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", TABLE.encode())
    html = steps.client.get(reverse("admin:tracker_import_changelist")).content.decode()
    for label in ("profile", "what it would do, or did"):
        assert f'<span class="narrow-label">{label}: </span>–' in html


@pytest.mark.parametrize(("answer", "kept", "written"), [("", "", "paraphrase"), ("verbatim", "verbatim", "verbatim"), ("paraphrase",) * 3])
def test_whether_recommendations_stand_word_for_word_is_asked_of_the_file(
    answer: str, kept: str, written: str, people: dict[str, User], sign_in: SignIn
) -> None:
    """What is taken over word for word would else be shown to readers as a paraphrase, as nobody was asked."""
    steps = mapped(sign_in("researcher"))
    assert "not said: they are shown as a paraphrase" in steps.page("whole").content.decode()
    steps.whole(statement_form=answer)
    assert steps.page("whole").context["statement_form"]["value"] == kept
    steps.send("columns", {})
    assert steps.page("whole").context["statement_form"]["value"] == kept, "the step before keeps it"
    steps.preview()
    steps.ask("apply")
    assert set(Recommendation.objects.values_list("statement_form", flat=True)) == {written}


def test_whether_they_stand_word_for_word_is_not_asked_where_a_column_says_it(people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"))
    assert steps.batch is not None
    steps.columns({**HOLDS, "Status": ["recommendation.statement_form"]}, keys={"recommendation": ["No"]})
    page = steps.page("whole")
    assert page.context["statement_form"] is None and "statement-form" not in page.content.decode()
    steps.whole()
    steps.batch.refresh_from_db()
    assert "statement_form" in steps.batch.profile_text

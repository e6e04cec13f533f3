"""The shipped examples: each reads its own sample without a problem, and what comes out goes into the desk and can be handed in for review."""

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Group as Role

from tests.exchange.profiles.helping import GOVERNMENTS, cells, problems
from tracker.exchange.files import Package
from tracker.exchange.profiles import PACKAGE, Governments, Group, MappedFile, map_records, parse, shipped
from tracker.exchange.profiles.kinds import plain
from tracker.exchange.profiles.parsing import SHIPPED
from tracker.exchange.tables import Options, open_table
from tracker.rules.crosswalk import CROSSWALK, from_foreign
from tracker.rules.vocabulary import Status

EXAMPLES = ("gao", "inquiry", "promises", "upr")


def sample(name: str) -> Path:
    return next(path for path in SHIPPED.glob(f"{name}.*") if path.suffix != ".toml")


def read(name: str, governments: Governments = GOVERNMENTS) -> tuple[MappedFile, list[Group]]:
    profile = parse(shipped()[name])
    found = map_records(profile, open_table(sample(name), Options(**profile.file.options)), governments)
    return found, list(found)


def of_states() -> dict[str, set[Any]]:
    """What the rows of the sample are records of, as anybody reads it: each kind with what tells its records apart."""
    with sample("upr").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Response"] != "Withdrawn"]
    cases = {(row["Session"], row["State under review"], row["Number"]) for row in rows}
    themes = {theme for row in rows for theme in row["Themes"].split(" | ")}
    return {"documents": {"the file"}, "recommendations": cases, "addressees": cases, "positions": cases, "themes": themes}


def of_an_audit_office() -> dict[str, set[Any]]:
    with sample("gao").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    made = {(row["Report Number"], row["Rec Number"]) for row in rows}
    judged = {(row["Report Number"], row["Rec Number"]) for row in rows if row["Status"] in ("Closed - Implemented", "Open - Partially Addressed")}
    reports = {"the file", *(row["Report Number"] for row in rows)}
    return {"documents": reports, "recommendations": made, "addressees": made, "assessments": judged}


def of_promises() -> dict[str, set[Any]]:
    items = json.loads(sample("promises").read_text(encoding="utf-8"))["data"]["items"]
    made = {item["promise"]["id"] for item in items}
    kept = {item["promise"]["id"] for item in items if item["ruling"]["label"] == "Promise kept"}
    themes = {topic for item in items for topic in item["promise"]["topics"]}
    return {"documents": {"the file"}, "recommendations": made, "addressees": made, "themes": themes, "assessments": kept}


def of_an_inquiry() -> dict[str, set[Any]]:
    sheet = openpyxl.load_workbook(sample("inquiry"))["Progress"]
    names, *rows = sheet.iter_rows(values_only=True)
    cells = [dict(zip(names, row, strict=True)) for row in rows]
    made = {row["No."] for row in cells if row["No."]}
    done = {row["No."] for row in cells if row["Action taken"]}
    themes = {row["Recommendation"] for row in cells if not row["No."]}
    given = {"recommendations": made, "addressees": made, "positions": made, "themes": themes}
    return given | {"actions": done, "events": done, "effects": done}


PLAINLY = {"upr": of_states, "gao": of_an_audit_office, "promises": of_promises, "inquiry": of_an_inquiry}


def test_there_is_an_example_of_each_kind_and_the_package() -> None:
    assert sorted(shipped()) == sorted([*EXAMPLES, PACKAGE])
    assert parse(shipped()[PACKAGE]).is_package


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_says_why_in_comments(name: str) -> None:
    text = shipped()[name]
    assert text.count("#") >= 5
    assert sample(name).name in text


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_reads_its_sample_without_a_problem(name: str) -> None:
    file, groups = read(name)
    assert problems(groups) == []
    assert not file.unknown
    plain = PLAINLY[name]()
    assert {resource: file.counts[resource] for resource in plain} == {resource: len(keys) for resource, keys in plain.items()}
    assert all("Sample:" in statement for statement in cells(groups, "recommendations", "statement"))


def test_a_review_of_states() -> None:
    file, groups = read("upr")
    made = {row["reference"]: row for row in cells(groups, "recommendations")}
    assert made["SR-12-CA-101.1"]["made_by"] == "France; Spain; Italy"
    assert made["SR-12-CA-101.1"]["recommended_on"] == "2011-10"
    assert "SR-12-GB-102.1" in made
    assert file.skipped == {"Response is “Withdrawn”": [5]}
    assert {row["answer"] for row in cells(groups, "positions")} == {"accepted", "in_part", "noted", "rejected"}
    assert {row["assessor_kind"] for row in cells(groups, "assessments")} == {"government"}


def test_an_audit_office() -> None:
    _file, groups = read("gao")
    verdicts = {row["source_status"]: row for row in cells(groups, "assessments")}
    assert {raw: row["status"] for raw, row in verdicts.items()} == {
        "Closed - Implemented": "implemented",
        "Open - Partially Addressed": "partially_implemented",
    }
    assert {(row["assessor_kind"], row["assessor"]) for row in verdicts.values()} == {("third_party", "Sample Audit Office")}
    assert "alert" not in verdicts["Open - Partially Addressed"]["rationale"]
    assert [row["title"] for row in cells(groups, "documents")[1:]] == ["Made-up report on lantern stocks", "Made-up report on benches"]
    assert cells(groups, "recommendations", "recommended_on")[0] == "2024-03-04"


def test_an_inquiry() -> None:
    _file, groups = read("inquiry")
    assert cells(groups, "themes", "name") == ["Chapter 1: Lanterns", "Chapter 2: Benches"]
    assert cells(groups, "positions", "answer") == ["accepted", "in_principle", "rejected", "in_part"]
    assert cells(groups, "actions", "description") == ["It bought forty lanterns.\nIt hung twelve of them.", "Numbers were painted."]
    assert cells(groups, "events", "on") == ["2024-11-05", "2025-02"]


def test_a_tracker_of_promises() -> None:
    _file, groups = read("promises")
    assert cells(groups, "recommendations", "made_by")[0] == "Sample Party; Sample League"
    assert cells(groups, "assessments", "effective_on") == ["2019-03-04"]
    assert cells(groups, "assessments", "source_status") == ["Promise kept"]


@pytest.mark.parametrize(("name", "vocabulary"), [("gao", "gao"), ("promises", "politifact")])
def test_an_example_takes_the_words_of_others_as_the_crosswalk_does(name: str, vocabulary: str) -> None:
    """/methodology/ says that a word is taken in only where ours claims no more."""
    meant = parse(shipped()[name]).records["assessment"].fields["status"].map
    theirs = {plain(word): word for word in CROSSWALK[vocabulary].words}
    known = {word: status for word, status in meant.items() if plain(word) in theirs}
    assert len(known) >= 4
    assert known == {word: "" if (status := from_foreign(vocabulary, word)) in (None, Status.NOT_ASSESSED) else status for word in known}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_an_example_yields_goes_into_the_desk_is_reviewed_and_published(casefile_desk: str, name: str) -> None:
    """The same comparison, the same writing and the same checks as a package's: nothing is refused on the way to the public."""
    from django.db import transaction

    from tracker.editorial.verbs import approve, publish, submit
    from tracker.exchange.loader import compare_and_write
    from tracker.models import User

    def staff(username: str) -> Any:
        person = User.objects.create_user(username, is_staff=True)
        person.groups.add(Role.objects.get(name="reviewer"))
        return person

    importer, second = staff("importer"), staff("second")
    file, groups = read(name, Governments.of_the_desk())
    tables: dict[str, list[Any]] = {}
    for group in groups:
        for record in group.records:
            tables.setdefault(record.resource.name, []).append(record)
    with transaction.atomic():
        summary = compare_and_write(Package("x", "x", "", tables, []), by=importer, reviewed=set(), say=lambda _words: None)
        assert summary.created == sum(file.counts.values())
        again = compare_and_write(Package("x", "x", "", tables, []), by=importer, reviewed=set(), say=lambda _words: None)
        assert (again.created, again.updated, again.removed) == (0, 0, 0)
        submission = submit(summary.changed, by=importer, reason="imported", judged_here=False)
    publish(approve(submission, by=second), by=second)

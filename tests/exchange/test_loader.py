"""Loading: whole or not at all, nothing twice, nothing over what somebody edited here."""

import datetime as dt
import io
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.trouble import Trouble
from tests.exchange.reference import CASEFILES, Table, rewrite
from tracker.editorial.verbs import approve, publish, submit, withdraw
from tracker.exchange import casefiles, loader
from tracker.exchange.files import PackageError
from tracker.exchange.loader import load, load_shipped

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the first case file, to be changed."""
    return Path(shutil.copytree(CASEFILES / "iran-2019", tmp_path / "iran-2019"))


@pytest.fixture
def researcher(casefile_desk: str) -> Any:
    return staff("researcher")


def staff(username: str) -> Any:
    from tracker.models import User

    person = User.objects.create_user(username, is_staff=True)
    person.groups.add(Group.objects.get(name="reviewer"))
    return person


def through_review(submission: Any) -> None:
    """A second person approves and publishes it."""
    from tracker.models import User

    second = User.objects.filter(username="reviewer").first() or staff("reviewer")
    publish(approve(submission, by=second), by=second)


def sentences(package: Path) -> list[str]:
    """What loading it finds wrong."""
    with pytest.raises(PackageError) as caught:
        load_shipped(package)
    return [problem.sentence for problem in caught.value.problems]


def history() -> dict[str, int]:
    """How many entries each history has."""
    return {model.__name__: model.objects.count() for model in apps.get_app_config("tracker").get_models() if model.__name__.endswith("History")}


def edition() -> int:
    from tracker.editorial.verbs import current_edition

    return current_edition()


def as_editor(user: Any) -> AbstractContextManager[Any]:
    return pghistory.context(user=user.pk, reason="a correction")


def cell(column: str, value: str, row: int = 0) -> Callable[[Table], None]:
    return lambda rows: rows[row].update({column: value})


# Nothing twice


def test_loading_again_changes_nothing(casefile_desk: str) -> None:
    before, last = history(), edition()
    for folder in casefiles.in_order():
        summary = load_shipped(folder)
        assert (summary.created, summary.updated, summary.removed, summary.left, summary.edition) == (0, 0, 0, [], None)
        assert summary.told() == [f"{summary.title}: all {summary.unchanged} rows are here already, word for word."]
    assert history() == before
    assert edition() == last == 2


def test_a_load_needs_no_query_a_row(casefile_desk: str) -> None:
    package = loader.files.read(CASEFILES / "iran-2019")
    with CaptureQueriesContext(connection) as captured:
        loader.compare_and_write(package, by=loader.system_actor(), reviewed=set(), say=print)
    assert len(captured) <= 60, len(captured)  # a few a file, the same for any number of rows


def test_every_entry_of_the_history_says_who_and_why(casefile_desk: str) -> None:
    from tracker.models import Citation, Government, system_actor

    reasons = {row["reason"] for row in Citation.pgh_event_model.objects.values_list("pgh_context", flat=True)}
    assert reasons == {
        "Case file Iranian operations abroad, 2018-2026, shipped with the software",
        "Case file Two public inquiries: TRC Canada and Grenfell Tower, Phase 1, shipped with the software",
    }
    assert {row["user"] for row in Government.pgh_event_model.objects.values_list("pgh_context", flat=True)} == {system_actor().pk}


# What changed, and no more


def test_a_new_version_of_a_package_changes_what_it_changes(casefile_desk: str, package: Path) -> None:
    from tracker.models import Action, Assessment, CitationUse, Effect

    before, last = history(), edition()
    rewrite(package, "actions", lambda rows: rows[0].update(note="Corrected."))
    rewrite(package, "assessments", lambda rows: rows[0].update(effective_on="2020-01"))
    rewrite(package, "effects", lambda rows: [row for row in rows if row["key"] != "LK-001"])
    rewrite(package, "citation_uses", lambda rows: [row for row in rows if (row["citation"], row["action"]) != ("EV-051", "AL-2018-EXP")])
    summary = load_shipped(package)
    assert (summary.created, summary.updated, summary.removed, summary.left) == (0, 2, 2, [])
    assert summary.edition == edition() == last + 1
    assert Action.objects.get(key="AL-2014-HOST").note == "Corrected."
    assert not Effect.objects.filter(key="LK-001").exists()
    assert not CitationUse.objects.filter(citation__key="EV-051", action__key="AL-2018-EXP").exists()
    assert str(Assessment.objects.get(key="AS-001").effective_on) == "2020-01"
    # One entry each, and one for the action that lost two of its parts.
    written = {name: count - before[name] for name, count in history().items() if count != before[name]}
    assert {name: count for name, count in written.items() if name not in ("SubmissionHistory", "VersionHistory")} == {
        "ActionHistory": 2, "AssessmentHistory": 1, "EffectHistory": 1, "CitationUseHistory": 1,
    }  # fmt: skip
    assert load_shipped(package).edition is None


def test_records_that_a_package_no_longer_has_stay(casefile_desk: str, package: Path) -> None:
    from tracker.models import Assessment, Search

    rewrite(package, "searches", lambda rows: [row for row in rows if row["key"] != "SR-019"])
    rewrite(package, "assessments", lambda rows: [row for row in rows if row["key"] != "AS-070"])
    rewrite(package, "citation_uses", lambda rows: [row for row in rows if row["assessment"] != "AS-070"])
    assert load_shipped(package).edition is None
    assert Assessment.objects.filter(key="AS-070").exists()
    assert Search.objects.filter(key="SR-019").exists()


def test_a_part_that_others_need_is_not_taken_away(casefile_desk: str, package: Path) -> None:
    """An addressee with an assessment: the sentence says what holds it, and nothing else of the package is loaded."""
    before = history()
    for file in ("assessments", "effects", "searches"):
        rewrite(package, file, lambda rows: [row for row in rows if row.get("recommendation") != "BA-2"])
    rewrite(package, "citation_uses", lambda rows: [row for row in rows if row["assessment"] != "AS-042"])
    rewrite(package, "searches", lambda rows: [row for row in rows if row["assessment"] != "AS-042"])
    rewrite(package, "addressees", lambda rows: [row for row in rows if row["recommendation"] != "BA-2"])
    assert sentences(package) == ["addressees.csv no longer has BA-2 US, but other records here refer to it; take them back first."]
    assert history() == before


def test_a_file_that_the_package_has_not_says_nothing_of_its_rows(casefile_desk: str, package: Path) -> None:
    import json

    from tracker.models import ActionEvent

    about = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    about["resources"] = [resource for resource in about["resources"] if resource["name"] != "events"]
    (package / "datapackage.json").write_text(json.dumps(about), encoding="utf-8")
    (package / "events.csv").unlink()
    events = ActionEvent.objects.count()
    assert load_shipped(package).edition is None
    assert ActionEvent.objects.count() == events


def test_two_events_change_places(casefile_desk: str, package: Path) -> None:
    """Which of two is decisive: for a moment both would be, were the rows written in the wrong order."""
    from tracker.models import Action

    def swap(rows: Table) -> None:
        for row in rows:
            if row["action"] == "FR-2018-FRZ":
                row["decisive"] = "false" if row["decisive"] == "true" else "true"

    rewrite(package, "events", swap)
    assert load_shipped(package).updated == 2
    assert Action.objects.get(key="FR-2018-FRZ").decisive_event.kind == "expired"


def test_changed_governments_wait_for_the_next_edition_and_it_is_said(casefile_desk: str, tmp_path: Path) -> None:
    from tracker.models import Government

    governments = Path(shutil.copytree(CASEFILES / "governments", tmp_path / "governments"))
    rewrite(governments, "governments", lambda rows: next(row for row in rows if row["code"] == "SE").update(note="Another note."))
    summary = load_shipped(governments)
    assert (summary.updated, summary.edition) == (1, None)
    assert summary.told()[-1] == "The next edition of the site shows the changed governments and memberships."
    assert Government.objects.get(code="SE").note == "Another note."
    assert len(load_shipped(governments).told()) == 1


# What somebody edited here


def test_what_was_edited_here_is_left_as_it_is(casefile_desk: str, package: Path, researcher: Any) -> None:
    from tracker.models import Action, ActionEvent, Assessment

    with as_editor(researcher):
        for record, change in (
            (Action.objects.get(key="AL-2018-EXP"), {"note": "As we found it."}),
            (Assessment.objects.get(key="AS-001"), {"rationale": "As we see it."}),
        ):
            for name, value in change.items():
                setattr(record, name, value)
            record.edited_by = researcher
            record.save()
        ActionEvent.objects.create(action=Action.objects.get(key="AL-2018-EXP"), kind="announced", on="2018-12-18")
    before, last = history(), edition()
    summary = load_shipped(CASEFILES / "iran-2019")
    assert summary.left == ["AL-2018-EXP", "AS-001"]
    assert summary.told()[-1] == "2 records edited here since were left as they are: AL-2018-EXP, AS-001."
    assert summary.edition is None
    # Nor do later versions of the package reach into it, though they change the rest.
    rewrite(package, "events", lambda rows: next(row for row in rows if row["action"] == "AL-2018-EXP").update(on="2018-12"))
    rewrite(package, "citations", lambda rows: next(row for row in rows if row["key"] == "EV-048").update(says="Another gist."))
    rewrite(package, "actions", cell("note", "Corrected."))
    summary = load_shipped(package)
    assert (summary.created, summary.updated, summary.removed) == (0, 1, 0)
    assert summary.edition == last + 1
    assert {name for name, count in history().items() if count != before[name]} == {"ActionHistory", "SubmissionHistory", "VersionHistory"}
    assert Action.objects.get(key="AL-2018-EXP").note == "As we found it."
    assert Action.objects.get(key="AL-2018-EXP").events.count() == 2


def test_words_edited_or_deleted_here_are_left_too(casefile_desk: str, package: Path, researcher: Any) -> None:
    """Kinds of measure, parties and passages have no editor of their own; the history knows."""
    from tracker.models import Citation, Measure

    with as_editor(researcher):
        Measure.objects.filter(key="expulsion").update(definition="Ours.")
        Citation.objects.filter(key="EV-001").update(says="Ours.")
    summary = load_shipped(package)
    assert summary.left == ["EV-001", "expulsion"]
    assert Measure.objects.get(key="expulsion").definition == "Ours."
    assert load_shipped(CASEFILES / "inquiries").left == []


def test_a_passage_that_serves_somebody_elses_record_is_left(casefile_desk: str, package: Path, researcher: Any) -> None:
    from tracker.models import Citation, CitationUse, Recommendation

    with as_editor(researcher):
        own = Recommendation.objects.get(reference="TRC-1")
        own.pk, own.reference, own.recorded_by, own.edited_by = None, "OWN-1", researcher, researcher
        own.save()
        CitationUse.objects.create(citation=Citation.objects.get(key="EV-001"), recommendation=own)
    rewrite(package, "citations", lambda rows: [row | {"says": "Other words."} if row["key"] in ("EV-001", "EV-005") else row for row in rows])
    summary = load_shipped(package)
    assert (summary.updated, summary.left) == (1, ["EV-001"])
    assert Recommendation.objects.get(reference="OWN-1").edited_by == researcher


def test_memberships_edited_here_are_left(casefile_desk: str, researcher: Any) -> None:
    from tracker.models import Government, Membership

    union = Government.objects.get(code="EU-MEMBERS")
    with as_editor(researcher):
        Membership.objects.filter(member__code="SE").update(until="2026-10-31")
        Membership.objects.create(group=union, member=Government.objects.get(code="AL"), since="2026-11-01")
        Membership.objects.get(member__code="IE").delete()
    summary = load_shipped(CASEFILES / "governments")
    assert summary.left == ["EU-MEMBERS"]
    assert str(Membership.objects.get(member__code="SE").until) == "2026-10-31"
    assert Membership.objects.filter(member__code="AL").exists()
    assert not Membership.objects.filter(member__code="IE").exists()


def test_what_was_deleted_here_does_not_come_back(casefile_desk: str, researcher: Any) -> None:
    from tracker.models import Assessment

    with as_editor(researcher):
        Assessment.objects.get(key="AS-003").delete()
    summary = load_shipped(CASEFILES / "iran-2019")
    assert summary.left == ["AS-003"]
    assert not Assessment.objects.filter(key="AS-003").exists()


def test_what_was_withdrawn_here_stays_withdrawn(casefile_desk: str, researcher: Any) -> None:
    from tracker.editions.tables import RecordEdition
    from tracker.models import Assessment

    through_review(withdraw([Assessment.objects.get(key="AS-003")], by=researcher, reason="In error."))
    summary = load_shipped(CASEFILES / "iran-2019")
    assert (summary.edition, summary.withdrawn) == (None, ["AS-003"])
    assert summary.told()[-1] == "1 record withdrawn here stays withdrawn: AS-003."
    assert RecordEdition.desk.known_at(None).get(key="AS-003").change == "withdraw"


def test_what_is_withdrawn_has_its_kind(casefile_desk: str, package: Path, researcher: Any) -> None:
    """A key names one record of each kind: that an assessment was withdrawn says nothing of a document with the same key."""
    from tracker.editions.tables import RecordEdition
    from tracker.models import Assessment

    through_review(withdraw([Assessment.objects.get(key="AS-003")], by=researcher, reason="In error."))
    rewrite(package, "documents", lambda rows: rows.append(rows[0] | {"key": "AS-003"}))
    summary = load_shipped(package)
    assert (summary.created, summary.withdrawn) == (1, ["AS-003"])
    now = RecordEdition.desk.known_at(None).filter(key="AS-003")
    assert dict(now.values_list("kind", "change")) == {"assessment": "withdraw", "document": "publish"}


def test_what_was_withdrawn_here_is_not_handed_in_by_another_load(desk: str, package: Path) -> None:
    from tracker.models import Assessment

    load_shipped(CASEFILES / "governments")
    ada = staff("ada")
    first = load(package, by=ada).submission
    assert first is not None
    through_review(first)
    through_review(withdraw([Assessment.objects.get(key="AS-070")], by=ada, reason="In error."))
    rewrite(package, "actions", cell("note", "Corrected."))
    rewrite(package, "assessments", cell("rationale", "Other words.", -1))
    summary = load(package, by=ada)
    assert summary.submission is not None
    assert list(summary.submission.versions.values_list("key", flat=True)) == ["AL-2014-HOST"]
    assert "1 record withdrawn here stays withdrawn: AS-070." in summary.told()


# What a person here has reviewed


def test_what_was_reviewed_here_is_left_as_it_is(casefile_desk: str, package: Path, researcher: Any) -> None:
    """Nobody has edited it, so that the software is still its last editor; but a person here has put their name to what it says."""
    from tracker.editions.tables import RecordEdition
    from tracker.models import Action, Assessment, Citation

    through_review(submit([Action.objects.get(key="AL-2018-EXP")], by=researcher, reason="Read against its sources."))
    last = edition()
    assert load_shipped(CASEFILES / "iran-2019").reviewed == []
    rewrite(package, "actions", lambda rows: next(row for row in rows if row["key"] == "AL-2018-EXP").update(note="A new version's."))
    rewrite(package, "events", lambda rows: next(row for row in rows if row["action"] == "AL-2018-EXP").update(on="2018-12"))
    rewrite(package, "citations", lambda rows: next(row for row in rows if row["key"] == "EV-048").update(says="A new version's."))
    rewrite(package, "assessments", lambda rows: rows[0].update(effective_on="2020-01"))
    before = history()
    summary = load_shipped(package)
    assert (summary.left, summary.reviewed) == ([], ["AL-2018-EXP", "EV-048"])
    assert "2 records reviewed here were left as they are: AL-2018-EXP, EV-048." in summary.told()
    assert (summary.created, summary.updated, summary.removed, summary.edition) == (0, 1, 0, last + 1)
    written = {name for name, count in history().items() if count != before[name]}
    assert written == {"AssessmentHistory", "SubmissionHistory", "VersionHistory"}
    assert Action.objects.get(key="AL-2018-EXP").note != "A new version's."
    assert Citation.objects.get(key="EV-048").says != "A new version's."
    assert str(Assessment.objects.get(key="AS-001").effective_on) == "2020-01"
    assert RecordEdition.desk.known_at(None).get(kind="action", key="AL-2018-EXP").provenance == "reviewed"


def test_a_package_of_parts_alone_leaves_what_was_reviewed_here_too(casefile_desk: str, package: Path, researcher: Any) -> None:
    import json

    from tracker.models import Action, ActionEvent

    through_review(submit([Action.objects.get(key="AL-2018-EXP")], by=researcher, reason="Read against its sources."))
    about = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    about["resources"] = [resource for resource in about["resources"] if resource["name"] == "events"]
    (package / "datapackage.json").write_text(json.dumps(about), encoding="utf-8")
    for path in package.glob("*.csv"):
        if path.name != "events.csv":
            path.unlink()
    rewrite(package, "events", lambda rows: rows.append(rows[0] | {"action": "AL-2018-EXP", "kind": "amended", "decisive": "false"}))
    assert load_shipped(package).reviewed == ["AL-2018-EXP"]
    assert not ActionEvent.objects.filter(action__key="AL-2018-EXP", kind="amended").exists()


# Faults that only the whole package, or the database, shows


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        (
            "effects", cell("undoes", "LK-O69", 69),
            ["effects.csv, row 71, column undoes: “LK-O69” is no effect, neither in effects.csv nor on this site; did you mean “LK-069”?"],
        ),
        (
            "actions", cell("government", "AX"),
            ["actions.csv, row 2, column government: “AX” is no government on this site."],
        ),
        (
            "effects", cell("government", "PY"),
            ["effects.csv, row 2: recommendation “MQ-1”, government “PY” is no addressee, neither in addressees.csv nor on this site."],
        ),
        (
            "documents", cell("url", "htp//nowhere"),
            ["documents.csv, row 2, column url: “htp//nowhere” is refused: Enter a valid URL."],
        ),
        (
            "citation_uses", cell("recommendation", ""),
            ["citation_uses.csv, row 2: it breaks the rule “citation use serves exactly one record”."],
        ),
        (
            "effects", lambda rows: rows[0].update(undoes="LK-002"),
            ["effects.csv, row 2: it breaks the rule “a reversing effect takes its sign from what it undoes”."],
        ),
        (
            "measures", lambda rows: rows[0].update(name=rows[1]["name"]),
            ["measures.csv, row 3, column name: “closure of institution” is taken by another kind of measure."],
        ),
        (
            "events", lambda rows: rows.append(rows[0] | {"kind": "announced"}),
            ["events.csv, row 87: it breaks the rule “one event of an action is decisive”."],
        ),
        (
            "assessments", lambda rows: rows[1].update(supersedes=""),
            ["assessments.csv, row 3: This addressee has an assessment already; choose the one that this assessment supersedes."],
        ),
        (
            "effects", lambda rows: rows[69].update(undoes="LK-103"),
            ["effects.csv, row 71, column undoes: “LK-103” is refused: An effect can undo only an effect on the same addressee."],
        ),
        (
            "assessments", lambda rows: rows[0].update(supersedes="AS-002"),
            [
                "assessments.csv, row 2, column supersedes: “AS-002” leads in a circle back to this assessment.",
                "assessments.csv, row 3, column supersedes: “AS-001” leads in a circle back to this assessment.",
            ],
        ),
        (
            "citation_uses", cell("legal_status_on", "2018"),
            ["citation_uses.csv, row 2: the columns legal_status_action, legal_status_party, legal_status_standing, legal_status_on "
             "name a legal status of a party together; fill in all of them, or none."],
        ),
        (
            "citation_uses", lambda rows: rows[0].update(action="AL-2014-HOST"),
            ["citation_uses.csv, row 2: A citation serves one record at a time; add another row for another record."],
        ),
    ],
)  # fmt: skip
def test_a_fault_of_the_whole(desk: str, package: Path, file: str, change: Callable[[Table], Table | None], expected: list[str]) -> None:
    load_shipped(CASEFILES / "governments")
    rewrite(package, file, change)
    before = history()
    assert sentences(package) == expected
    assert history() == before


def test_problems_of_all_kinds_are_told_at_once(desk: str, package: Path) -> None:
    load_shipped(CASEFILES / "governments")
    rewrite(package, "documents", cell("kind", "opinon"))
    rewrite(package, "effects", cell("action", "AL-2018-EXX"))
    rewrite(package, "citation_uses", cell("stance", "suports"))
    found = sentences(package)
    assert [sentence.split(",")[0] for sentence in found] == ["documents.csv", "effects.csv", "citation_uses.csv"]
    assert found[0].endswith("did you mean “opinion”?")
    assert found[1].endswith("did you mean “AL-2018-EXP”?")


def test_what_publication_needs_is_told_and_nothing_is_loaded(desk: str, package: Path) -> None:
    load_shipped(CASEFILES / "governments")
    before = history()
    rewrite(package, "searches", lambda rows: rows[1:])
    assert sentences(package) == ["assessments.csv, row 7: Assessment AS-006 finds nothing; log the search that was made."]
    assert history() == before


def test_a_fault_in_the_last_file_leaves_nothing(desk: str, package: Path) -> None:
    from tracker.models import Document, Government

    load_shipped(CASEFILES / "governments")
    rewrite(package, "citation_uses", cell("stance", "", -1))
    before = history()
    assert len(sentences(package)) == 1
    assert history() == before
    assert (Document.objects.count(), Government.objects.count(), edition()) == (0, 38, 0)


def test_a_fault_while_publishing_leaves_nothing(desk: str, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracker.models import Document

    def stop(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    load_shipped(CASEFILES / "governments")
    monkeypatch.setattr(loader, "ship", stop)
    with pytest.raises(KeyboardInterrupt):
        load_shipped(package)
    assert Document.objects.count() == 0


# By a person


def test_anothers_package_becomes_drafts_and_one_submission(desk: str, package: Path) -> None:
    from tracker.models import Action, Document

    load_shipped(CASEFILES / "governments")
    person = staff("ada")
    summary = load(package, by=person)
    assert edition() == 0
    assert summary.submission is not None
    assert summary.submission.state == "submitted"
    assert summary.submission.versions.count() == 173 + 18 + 83 + 70
    assert summary.told()[-1] == f"They are drafts, handed in for review as submission #{summary.submission.pk}; a second person approves them."
    assert set(Document.objects.values_list("recorded_by", "edited_by")) == {(person.pk, person.pk)}
    again = load(package, by=person)
    assert (again.submission, again.created, again.updated) == (None, 0, 0)
    rewrite(package, "citations", lambda rows: next(row for row in rows if row["key"] == "EV-048").update(says="Another gist."))
    third = load(package, by=person)
    assert third.submission is not None
    # The passage serves the action; nothing is public yet, so that all that it rests on is handed in with it.
    assert third.submission.versions.count() == 173 + 18 + 83 + 70
    assert Action.objects.get(key="AL-2018-EXP").edited_at > dt.datetime.now(tz=dt.UTC) - dt.timedelta(minutes=1)


def test_what_came_with_the_software_is_corrected_by_a_persons_package(casefile_desk: str, package: Path, researcher: Any) -> None:
    """As drafts for review, like any correction; the next start leaves them alone."""
    from tracker.models import Action

    rewrite(package, "actions", cell("note", "Mine."))
    summary = load(package, by=researcher)
    assert (summary.left, summary.updated) == ([], 1)
    assert summary.submission is not None
    assert list(summary.submission.versions.values_list("key", flat=True)) == ["AL-2014-HOST"]
    assert load_shipped(CASEFILES / "iran-2019").told()[-1] == "1 record edited here since was left as it is: AL-2014-HOST."
    assert Action.objects.get(key="AL-2014-HOST").note == "Mine."


# The command


def run(*args: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("load_package", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_says_what_it_did(casefile_desk: str) -> None:
    out, err = run(str(CASEFILES / "inquiries"))
    assert out == "Two public inquiries: TRC Canada and Grenfell Tower, Phase 1: all 364 rows are here already, word for word.\n"
    assert err.splitlines()[0] == "  Reading inquiries"


def test_the_command_refuses_in_one_sentence(casefile_desk: str, package: Path) -> None:
    with pytest.raises(Trouble, match=r"^Say whose drafts the records become: --by USERNAME, a member of staff\.$"):
        run(str(package))
    with pytest.raises(Trouble, match=r"^There is no folder /nowhere\. Nothing was loaded\.$"):
        run("/nowhere")
    with pytest.raises(Trouble, match=r"^“nobody” is no active member of staff here; --by takes the username of one\.$"):
        run(str(package), "--by", "nobody")
    staff("ada")
    rewrite(package, "events", cell("on", "soon"))
    with pytest.raises(Trouble) as caught:
        run(str(package), "--by", "ada")
    sentence = "events.csv, row 2, column on: “soon” is not a date as files write it: 2019-02-01, 2019-02 or 2019."
    assert str(caught.value) == f"{sentence} Nothing was loaded."
    rewrite(package, "parties", cell("name", ""))
    with pytest.raises(Trouble) as caught:
        run(str(package), "--by", "ada")
    assert str(caught.value).splitlines() == [
        "parties.csv, row 2, column name: there must be a value.",
        sentence,
        f"Nothing was loaded from {package}: 2 problems.",
    ]
    assert caught.value.exit_code == 1


class CtrlC(io.StringIO):
    """A stream that sends this process the signal of Ctrl-C when a certain word is written to it."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def write(self, text: str) -> int:
        if self.word in text:
            os.kill(os.getpid(), signal.SIGINT)
        return super().write(text)


@pytest.fixture
def ctrl_c() -> Any:
    """Ctrl-C as in a terminal; a worker of the suite ignores it otherwise."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("word", ["Reading", "Comparing", "Adding 80 addressees", "Adding 604 citation uses"])
def test_the_command_can_be_interrupted(desk: str, package: Path, ctrl_c: None, word: str) -> None:
    load_shipped(CASEFILES / "governments")
    staff("ada")
    before = history()
    with pytest.raises(Trouble, match=r"^Interrupted: nothing was loaded\.$") as caught:
        call_command("load_package", str(package), "--by", "ada", stderr=CtrlC(word))
    assert caught.value.exit_code == 130
    assert history() == before

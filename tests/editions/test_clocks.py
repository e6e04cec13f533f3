"""Two clocks: what was true on a day, and what this site said at a time."""

import datetime as dt
import itertools
import threading
from typing import Any

import pytest
from django.db import connections

from tests import builders
from tracker.editions.projection import source_name
from tracker.editions.tables import (
    READING_TABLES,
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    RecordEdition,
    Row,
    SiteEdition,
)
from tracker.editorial import verbs
from tracker.editorial.verbs import approve, publish, submit
from tracker.models import Assessment, Citation, Document, Government

D = dt.date
Contents = dict[type[Row], list[dict[str, Any]]]
STAMPS = ("id", "edition", "known_from", "known_to")


def said_at(instant: dt.datetime | None) -> Contents:
    """Everything that the public could read at an instant, without the stamps."""
    contents: Contents = {}
    for table in (*READING_TABLES, RecordEdition):
        rows = [
            {name: value for name, value in row.items() if name not in STAMPS and name != "search"}
            for row in table.objects.known_at(instant).values()
        ]
        contents[table] = sorted(rows, key=repr)
    return contents


# What this site said


def test_the_site_still_knows_what_it_said_before(desk: str) -> None:
    made = builders.everything()
    instants: list[dt.datetime] = []
    contents: list[Contents] = []

    def put_out(*records: Any) -> None:
        edition = builders.put_out(*records)
        instants.append(edition.published_at)
        contents.append(said_at(None))

    put_out(*builders.publishables(made))
    Assessment.objects.filter(key="AS-2").update(status="partially_implemented", rationale="A closer look.")
    put_out(made["assessment"])
    Document.objects.filter(key="REPORT").update(interest="advocacy", title="Another title")
    put_out(made["document"])
    Citation.objects.filter(key="EV-2").update(says="Something else.")
    made["event"].delete()
    builders.ActionEvent.objects.create(action=made["action"], kind="occurred", on="2018", decisive=True)
    put_out(made["action"])

    assert all(one != other for one, other in itertools.pairwise(contents))
    assert instants == sorted(set(instants))
    for instant, then in zip(instants, contents, strict=True):
        assert said_at(instant) == then
    for instant, then in zip(instants[1:], contents, strict=False):
        assert said_at(instant - dt.timedelta(microseconds=1)) == then, "what is replaced held until the very moment"
    assert said_at(instants[0] - dt.timedelta(microseconds=1)) == {key: [] for key in contents[0]}
    assert said_at(dt.datetime.now(dt.UTC)) == said_at(None) == contents[-1]


def test_what_did_not_change_keeps_its_date(desk: str) -> None:
    made = builders.everything()
    first = builders.put_out(*builders.publishables(made))
    Assessment.objects.filter(key="AS-2").update(rationale="A closer look.")
    second = builders.put_out(made["assessment"])
    changed = {
        (table.__name__, getattr(row, "key", None) or getattr(row, "record_key", None) or row.assessment)
        for table in READING_TABLES
        for row in table.objects.filter(edition=second.number)
    }
    assert changed == {("AssessmentEdition", "AS-2"), ("AddresseeEdition", "AS-2"), ("PassageEdition", "REC-1"), ("TranslationEdition", "AS-2")}
    for table in READING_TABLES:
        for row in table.objects.known_at(None).exclude(edition=second.number):
            assert (row.edition, row.known_from) == (1, first.published_at)


def test_publishing_the_same_words_again_changes_no_row(desk: str) -> None:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    before = {table: list(table.objects.order_by("id").values_list("id", "edition", "known_from", "known_to")) for table in READING_TABLES}
    assert builders.put_out(*builders.publishables(made)).number == 2
    assert {table: list(table.objects.order_by("id").values_list("id", "edition", "known_from", "known_to")) for table in READING_TABLES} == before
    assert RecordEdition.objects.known_at(None).values_list("edition", flat=True).distinct().get() == 2


def test_a_document_speaks_on_every_row_that_cites_it(desk: str) -> None:
    """Its interest decides how what rests on it is labelled, and its title stands beside each passage."""
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    assert AssessmentEdition.objects.known_at(None).get(key="AS-2").claimed_by == []
    Document.objects.filter(key="REPORT").update(interest="advocacy", title="Another title", publisher="A club")
    builders.put_out(made["document"])
    assert AssessmentEdition.objects.known_at(None).get(key="AS-2").claimed_by == ["A club"]
    assert AddresseeEdition.objects.known_at(None).get(assessment="AS-2").claimed_by == ["A club"]
    assert [row.claimed_by for row in EffectEdition.objects.known_at(None)] == [["A club"], ["A club"]]
    citing = CitationEdition.objects.known_at(None).filter(document="REPORT")
    assert citing.count() == 5
    assert set(citing.values_list("document_title", "interest")) == {("[Another title]", "advocacy")}


@pytest.mark.parametrize(
    ("kind", "author", "publisher", "name"),
    [
        ("opinion", "A writer", "A paper", "A writer"),
        ("opinion", "", "A paper", "A paper"),
        ("news_report", "A parliament", "A club that copied it", "A club that copied it"),
        ("news_report", "A writer", "", "A writer"),
        ("white_paper", "", "", "Its title"),
    ],
)
def test_a_claim_is_attributed_to_who_puts_it_forward(kind: str, author: str, publisher: str, name: str) -> None:
    assert source_name({"kind": kind, "author": author, "publisher": publisher, "title": "Its title"}) == name


def test_a_government_is_called_by_its_name_on_every_row(desk: str) -> None:
    """It is no record with a review of its own: its name follows with the next edition, wherever it stands."""
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    Government.objects.filter(code="AL").update(name="Republic of Albania")
    builders.put_out(builders.document("ANOTHER"))
    assert set(AddresseeEdition.objects.known_at(None).values_list("government_name", flat=True)) == {"Republic of Albania"}
    assert set(ActionEdition.objects.known_at(None).values_list("government_name", flat=True)) == {"Republic of Albania"}


# Editions follow one another


def test_two_editions_at_once_come_one_after_the_other(desk: str) -> None:
    """Numbers without a gap, times that increase with them, and nobody's rows in another's edition."""
    builders.author(), builders.reviewer()
    submissions = []
    for number in range(6):
        submission = submit([builders.document(f"DOC-{number}")], by=builders.author(), reason=f"reason {number}")
        submissions.append(approve(submission, by=builders.reviewer()))
    together = threading.Barrier(len(submissions))
    failures: list[BaseException] = []

    def run(submission: Any) -> None:
        try:
            together.wait(20)
            publish(submission, by=builders.reviewer())
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[submission]) for submission in submissions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    editions = list(SiteEdition.desk.order_by("number"))
    assert [edition.number for edition in editions] == list(range(1, 7))
    assert all(one.published_at < other.published_at for one, other in itertools.pairwise(editions))
    for edition in editions:
        record = RecordEdition.desk.get(edition=edition.number)
        row = DocumentEdition.desk.get(key=record.key)
        assert (record.reason, record.known_from) == (edition.reason, edition.published_at)
        assert (row.edition, row.known_from) == (edition.number, edition.published_at)


def test_one_submission_is_published_once_however_many_try(desk: str) -> None:
    submission = approve(submit([builders.document("DOC")], by=builders.author(), reason="a test"), by=builders.reviewer())
    together = threading.Barrier(4)
    outcomes: list[str] = []

    def run() -> None:
        try:
            together.wait(20)
            outcomes.append(f"edition {publish(submission, by=builders.reviewer()).number}")
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["Refused", "Refused", "Refused", "edition 1"]


def test_nobody_sees_an_edition_before_it_is_whole(desk: str) -> None:
    """The public connection reads what is committed; the edition that is being written is not there by half."""
    submission = approve(submit([builders.document("DOC")], by=builders.author(), reason="a test"), by=builders.reviewer())
    seen: list[int] = []
    honest = verbs.project

    def looked_at(*arguments: Any, **named: Any) -> None:
        honest(*arguments, **named)
        seen.append(SiteEdition.objects.count() + RecordEdition.objects.count() + DocumentEdition.objects.count())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verbs, "project", looked_at)
        publish(submission, by=builders.reviewer())
    assert seen == [0]
    assert DocumentEdition.objects.count() == 1


# What was true, on the case


def periods_of(recommendation: str, government: str) -> list[tuple[str, D, D | None]]:
    rows = AddresseeEdition.objects.known_at(None).filter(recommendation=recommendation, government=government).order_by("valid_from")
    return [(str(row.status), row.valid_from, row.valid_to) for row in rows]


def on(day: D, recommendation: str, government: str) -> str | None:
    row = AddresseeEdition.objects.known_at(None).true_on(day).filter(recommendation=recommendation, government=government).first()
    return row and str(row.status)


@pytest.mark.usefixtures("published")
class TestTheCase:
    """The case file of 2019, by the facts that the paper's readers would check first."""

    def test_albania_expels(self) -> None:
        assert [(status, start) for status, start, _end in periods_of("MQ-1", "AL")] == [
            ("not_assessed", D(2019, 2, 28)),
            ("partially_implemented", D(2020, 1, 15)),
            ("implemented", D(2022, 9, 7)),
        ]
        assert on(D(2019, 6, 1), "MQ-1", "AL") == "not_assessed"
        assert on(D(2020, 1, 14), "MQ-1", "AL") == "not_assessed"
        assert on(D(2020, 1, 15), "MQ-1", "AL") == "partially_implemented"
        assert on(D(2022, 9, 6), "MQ-1", "AL") == "partially_implemented"
        assert on(D(2022, 9, 7), "MQ-1", "AL") == "implemented"
        assert on(D(2019, 2, 27), "MQ-1", "AL") is None, "nobody had recommended it for certain"

    def test_belgium_does_and_undoes(self) -> None:
        assert [(status, start) for status, start, _end in periods_of("ER-1", "BE")][1:] == [
            ("partially_implemented", D(2022, 12, 8)),
            ("reversed", D(2023, 3, 3)),
            ("contrary_action", D(2023, 5, 26)),
        ]
        assert on(D(2022, 12, 7), "ER-1", "BE") == "not_assessed"
        assert on(D(2023, 3, 2), "ER-1", "BE") == "partially_implemented"
        assert on(D(2023, 5, 25), "ER-1", "BE") == "reversed"
        assert on(D(2030, 1, 1), "ER-1", "BE") == "contrary_action"

    def test_of_two_verdicts_that_take_effect_on_one_day_the_later_holds(self) -> None:
        """France on the rally: a ban in June 2023, known to the month, and its lifting on the 30th."""
        assert periods_of("MQ-6", "FR") == [("not_assessed", D(2019, 2, 28), D(2023, 6, 30)), ("no_evidence", D(2023, 6, 30), None)]
        sequence = AssessmentEdition.objects.known_at(None).filter(recommendation="MQ-6", government="FR").order_by("sequence")
        assert [(row.key, str(row.status), row.effective_day) for row in sequence] == [
            ("AS-038", "contrary_action", D(2023, 6, 30)),
            ("AS-039", "no_evidence", D(2023, 6, 30)),
        ]
        effects = {row.key: row for row in EffectEdition.objects.known_at(None).filter(recommendation="MQ-6", government="FR")}
        assert (effects["LK-069"].sign, effects["LK-070"].sign, effects["LK-070"].undoes_action) == (-1, 1, "FR-2023-BAN")
        assert effects["LK-069"].ended_on == effects["LK-070"].first_day

    def test_periods_have_neither_gap_nor_overlap(self) -> None:
        addressees = set(AddresseeEdition.objects.known_at(None).values_list("recommendation", "government"))
        assert len(addressees) > 90
        for name in addressees:
            found = periods_of(*name)
            assert all(one[2] == other[1] for one, other in itertools.pairwise(found)), name
            assert found[-1][2] is None, name

    def test_a_status_is_the_one_of_its_assessment(self) -> None:
        assessments = {row.key: row for row in AssessmentEdition.objects.known_at(None)}
        for row in AddresseeEdition.objects.known_at(None):
            if row.assessment:
                holding = assessments[row.assessment]
                assert (row.status, row.rationale, row.government) == (holding.status, holding.rationale, holding.government)
                assert (row.supports, row.disputes, row.claimed_by) == (holding.supports, holding.disputes, holding.claimed_by)
                assert row.valid_from >= holding.effective_day
            else:
                assert str(row.status or "not_assessed") == "not_assessed"
            assert (row.status is None) is not row.counted

    def test_a_status_counts_the_disputes_of_the_actions_that_it_rests_on(self) -> None:
        row = AssessmentEdition.objects.known_at(None).get(key="AS-003")
        cited = CitationEdition.objects.known_at(None).filter(record_kind="assessment", record_key="AS-003")
        inherited = cited.get(citation="EV-151")
        assert (str(inherited.stance), inherited.inherited) == ("disputes", True)
        assert row.disputed
        assert row.disputes >= 1
        on_the_action = CitationEdition.objects.known_at(None).filter(record_kind="action", record_key__in=row.actions, citation="EV-151")
        assert {str(found.stance) for found in on_the_action} == {"disputes"}

    def test_every_number_has_its_rows_behind_it(self) -> None:
        """For a status: what disputes it, its own and inherited, is listed, one row each; so is what supports it."""
        listed: dict[str, list[CitationEdition]] = {}
        for row in CitationEdition.objects.known_at(None).filter(record_kind="assessment"):
            listed.setdefault(row.record_key, []).append(row)
        wrong = []
        for row in AssessmentEdition.objects.known_at(None):
            rows = listed.get(row.key, [])
            disputes = {found.citation for found in rows if str(found.stance) == "disputes"}
            supports = {found.citation for found in rows if str(found.stance) == "supports"} - disputes
            if (len(supports), len(disputes), bool(disputes)) != (row.supports, row.disputes, row.disputed):
                wrong.append((row.key, row.supports, len(supports), row.disputes, len(disputes)))
        assert wrong == []

    def test_what_came_before_is_earlier_and_in_place_only_where_it_fulfils(self) -> None:
        effects = {(row.action, row.recommendation): row for row in EffectEdition.objects.known_at(None)}
        before = effects["AL-2018-EXP", "MQ-1"]
        assert (str(before.earlier), before.in_place) == ("yes", True)
        recall = [row for row in effects.values() if row.action == "DK-2018-REC"]
        assert recall
        assert {(str(row.earlier), row.in_place) for row in recall} == {("yes", False)}
        for row in effects.values():
            if row.in_place:
                assert str(row.earlier) == "yes"
                assert str(row.direction) in ("fulfils", "partly_fulfils")

    def test_france_is_disputed_by_name(self) -> None:
        disputed = ActionEdition.objects.known_at(None).filter(government="FR", disputed=True, year=2018)
        assert disputed.exists()
        for row in disputed:
            stances = set(CitationEdition.objects.known_at(None).filter(record_kind="action", record_key=row.key).values_list("stance", flat=True))
            assert {"supports", "disputes"} <= {str(stance) for stance in stances}

    def test_what_ran_out_is_in_place_only_for_what_was_recommended_before(self) -> None:
        """France's freeze of October 2018 was announced for six months."""
        frozen = {row.recommendation: row for row in EffectEdition.objects.known_at(None).filter(action="FR-2018-FRZ")}
        assert {row.ended_on for row in frozen.values()} == {D(2019, 4, 2)}
        assert {reference: row.in_place for reference, row in frozen.items()} == {"MQ-3": True, "MQ-4": True, "BA-3": True, "ER-4": False}
        assert {str(row.earlier) for row in frozen.values()} == {"yes"}

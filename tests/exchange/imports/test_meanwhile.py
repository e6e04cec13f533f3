"""Colleagues save, hand in and add while an import is applied or undone: none of what they write is lost, and nothing is built on what goes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from config.trouble import Trouble
from tests import builders
from tests.exchange.imports.conftest import Received, rows
from tests.exchange.imports.test_running import _ready, applied
from tracker.editorial.verbs import submit
from tracker.exchange.exporter import export
from tracker.exchange.imports import run_apply, run_undo, running, undoing
from tracker.exchange.imports.beside import Beside
from tracker.exchange.imports.running import Plan
from tracker.exchange.loader import load
from tracker.exchange.standing import Standing
from tracker.exchange.writing import Writing
from tracker.models import Import, ImportState, Recommendation, Submission, User


class Colleague(threading.Thread):
    """Does one thing over a connection of its own, and says what came of it."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__()
        self.act = act
        self.came: Any = None

    def run(self) -> None:
        try:
            self.came = self.act()
        except Exception as error:
            self.came = error
        finally:
            connections.close_all()

    def until_it_waits_or_ended(self) -> None:
        until(lambda: not self.is_alive() or somebody_waits())


def until(seen: Callable[[], bool]) -> None:
    """Wait for something, but not for ever."""
    for _try in range(500):
        if seen():
            return
        time.sleep(0.02)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active')"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def before(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, act: Callable[[], Any]) -> Iterator[Colleague]:
    """A colleague acts right before a step of the import."""
    colleague, as_it_is = Colleague(act), getattr(where, name)

    def meanwhile(*args: Any, **how: Any) -> Any:
        if colleague.ident is None:
            colleague.start()
            colleague.until_it_waits_or_ended()
        return as_it_is(*args, **how)

    monkeypatch.setattr(where, name, meanwhile)
    yield colleague
    colleague.join()


def noted() -> int:
    return Recommendation.objects.filter(number="2").update(note="Sample: looked at.")


def corrected(received: Received, by: User) -> Import:
    applied(received(rows(3)), by)
    data = rows(3)
    data[1][2] = "Sample: corrected."
    return received(data)


def test_what_is_saved_while_an_import_is_written_is_not_written_over(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = corrected(received, by)
    with before(monkeypatch, Plan, "_build", noted) as colleague:
        run_apply(batch, by=by, reason="A test", unseen=True)
    assert colleague.came == 1
    record = Recommendation.objects.get(number="2")
    assert (record.statement, record.note) == ("Sample: corrected.", "Sample: looked at.")


def test_what_is_being_saved_while_an_import_compares_is_a_conflict(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = corrected(received, by)
    saved = threading.Event()

    def saving() -> None:
        with transaction.atomic():
            noted()
            saved.set()
            until(somebody_waits)

    colleague, as_it_is = Colleague(saving), Standing._find

    def meanwhile(standing: Standing) -> None:
        if isinstance(standing, Beside) and colleague.ident is None:
            colleague.start()
            saved.wait()
        as_it_is(standing)

    monkeypatch.setattr(Standing, "_find", meanwhile)
    batch = run_apply(batch, by=by, reason="A test", unseen=True)
    colleague.join()
    record = Recommendation.objects.get(number="2")
    assert (record.statement, record.note) == (rows(2)[1][2], "Sample: looked at.")
    assert [conflict["record"] for conflict in batch.preview.conflicts] == [f"recommendations:{record.reference}"]


def test_nothing_is_saved_into_what_an_undo_takes_away(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = applied(received(rows(3)), by)
    with before(monkeypatch, undoing, "_take_away", noted) as colleague:
        run_undo(batch, by=by, reason="A test")
    assert colleague.came == 0  # whoever saves is told that it is gone
    assert not Recommendation.objects.exists()


def test_nothing_is_handed_in_of_what_an_undo_takes_away(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = applied(received(rows(3)), by)
    ready = _ready()
    with before(monkeypatch, undoing, "_take_away", lambda: submit(ready, by=by, reason="Ready")) as colleague:
        run_undo(batch, by=by, reason="A test")
    assert "is no longer on the desk" in str(colleague.came)
    assert not Submission.objects.exists() and not Recommendation.objects.exists()


def test_an_undo_waits_for_what_is_being_saved_and_sees_it(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = applied(received(rows(3)), by)
    saved = threading.Event()

    def saving() -> None:
        with transaction.atomic():
            noted()
            saved.set()
            until(somebody_waits)

    colleague = Colleague(saving)
    colleague.start()
    saved.wait()
    with pytest.raises(Trouble, match="was edited since"):
        run_undo(batch, by=by, reason="A test")
    colleague.join()
    assert Recommendation.objects.get(number="2").note == "Sample: looked at."
    assert Import.objects.get(pk=batch.pk).state == ImportState.APPLIED


def test_two_imports_at_once_that_change_the_same_the_other_way_round(received: Received, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """One waits for the other before it takes the first lock, however their pieces lie."""
    monkeypatch.setattr(running, "AT_ONCE", 1)
    applied(received(rows(3)), by)
    changed = [[*row[:2], f"{row[2]} Again.", *row[3:]] for row in rows(3)]
    one, other = received(changed, name="one.csv"), received(changed[::-1], name="other.csv")
    with before(monkeypatch, Writing, "run", lambda: run_apply(other, by=by, reason="A test", unseen=True)) as colleague:
        run_apply(one, by=by, reason="A test", unseen=True)
    assert isinstance(colleague.came, Import)
    assert {batch.state for batch in Import.objects.all()} == {ImportState.APPLIED}
    assert all(statement.endswith("Again.") for statement in Recommendation.objects.values_list("statement", flat=True))


@pytest.mark.parametrize("waits", [False, True])
def test_an_import_and_a_submission_that_wait_for_each_other_both_end(
    waits: bool, received: Received, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import has the later record and wants the earlier one, the submission the other way round: whichever PostgreSQL breaks off begins again."""
    monkeypatch.setattr(running, "AT_ONCE", 1)
    applied(received(rows(3)), by)
    batch = received([[*row[:2], f"{row[2]} Again.", *row[3:]] for row in reversed(rows(3))])
    ready, pieces, as_it_is = _ready(), [], Beside._lock
    colleague = Colleague(lambda: submit(ready, by=by, reason="Ready"))

    def meanwhile(standing: Beside, changed: list[Any]) -> None:
        pieces.append(changed)
        if len(pieces) == 2:
            colleague.start()
            colleague.until_it_waits_or_ended()
            if waits:
                time.sleep(1.5)  # longer than PostgreSQL waits before it looks who waits for whom: it breaks off the import then
        as_it_is(standing, changed)

    monkeypatch.setattr(Beside, "_lock", meanwhile)
    batch = run_apply(batch, by=by, reason="A test", unseen=True)
    colleague.join()
    assert batch.state == ImportState.APPLIED and isinstance(colleague.came, Submission), colleague.came
    assert Submission.objects.get().versions.count() == len(ready)


def test_what_is_saved_while_a_package_is_loaded_is_not_written_over(by: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows are locked before they are compared: who saves then waits, and what was saved before is seen."""
    record = builders.recommendation("R-1", builders.document("paper", edited_by=by), edited_by=by)
    export(tmp_path / "package")
    file = tmp_path / "package" / "recommendations.csv"
    file.write_text(file.read_text().replace(record.statement, "Sample: as the package has it."))

    def noted() -> int:
        return Recommendation.objects.filter(pk=record.pk).update(note="Sample: looked at.")

    with before(monkeypatch, Plan, "_build", noted) as colleague:
        load(tmp_path / "package", by=by)
    assert colleague.came == 1
    record.refresh_from_db()
    assert (record.statement, record.note) == ("Sample: as the package has it.", "Sample: looked at.")


@pytest.mark.parametrize("package_has", [("AA", "BB"), ()], ids=["a part more", "a part less"])
def test_of_a_record_that_is_saved_while_a_package_is_loaded_no_part_is_written(
    package_has: tuple[str, ...], by: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is as the package has it; only what belongs to it differs. It is locked as well, and who edited it last is read again."""
    record = builders.recommendation("R-1", builders.document("paper", edited_by=by), to=("AA",), edited_by=by)
    builders.government("BB")
    export(tmp_path / "package")
    file = tmp_path / "package" / "addressees.csv"
    header, line = file.read_text().splitlines()
    file.write_text("\n".join([header, *(line.replace("AA", code) for code in package_has)]) + "\n")
    other = User.objects.create(username="colleague")

    def take_over() -> int:
        return Recommendation.objects.filter(pk=record.pk).update(edited_by=other)

    with before(monkeypatch, Standing, "_find_foreign", take_over):
        load(tmp_path / "package", by=by)
    record.refresh_from_db()
    assert list(record.addressees.values_list("government__code", flat=True)) == ["AA"]
    assert record.edited_by == other

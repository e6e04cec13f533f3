"""Colleagues save, hand in and add while an import is applied or undone: none of what they write is lost, and nothing is built on what goes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction

from config.trouble import Trouble
from tests.exchange.imports.conftest import Received, rows
from tests.exchange.imports.test_running import _ready, applied
from tracker.editorial.verbs import submit
from tracker.exchange.imports import run_apply, run_undo, undoing
from tracker.exchange.imports.beside import Beside
from tracker.exchange.imports.running import Plan
from tracker.exchange.standing import Standing
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

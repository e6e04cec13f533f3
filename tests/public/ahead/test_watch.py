"""How the site stands is never believed for longer than a second, and nobody waits for a database that does not answer."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connections

from tracker.public.ahead.watch import Watch, ask
from tracker.public.standing import Standing

SOON = 30.0
"""Seconds after which a test gives up."""


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Database:
    """Says how the site stands, unless it is away; counts how often it is asked."""

    def __init__(self) -> None:
        self.says, self.asked, self.is_away = Standing(newest=1), 0, False
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self) -> Standing:
        self.asked += 1
        said, away = self.says, self.is_away
        assert self.answers.wait(SOON)
        if away:
            raise OSError("away")
        return said


def test_the_first_reader_is_told() -> None:
    watch = Watch(Database())
    until(lambda: watch.standing() == Standing(newest=1))


def test_what_changes_is_told_and_nothing_older_than_it_lasts() -> None:
    database = Database()
    watch = Watch(database, every=0.02, lasts=0.2)
    until(lambda: watch.standing() == Standing(newest=1))
    for number in range(2, 6):
        database.says = Standing(newest=number)
        since = time.monotonic()
        while watch.standing() != Standing(newest=number):
            asked_at = time.monotonic()
            told = watch.standing()
            assert told in (None, Standing(newest=number)) or asked_at - since < 0.2
            assert time.monotonic() - since < SOON
            time.sleep(0.005)


def test_a_database_that_is_away_is_believed_no_longer_and_believed_again_when_it_is_back() -> None:
    database = Database()
    watch = Watch(database, every=0.02, lasts=0.2)
    until(watch.standing)
    database.is_away = True
    until(lambda: watch.standing() is None)
    asked = database.asked
    until(lambda: watch.standing() is None and database.asked > asked + 2)  # it goes on asking
    database.is_away = False
    until(watch.standing)


def test_nobody_waits_for_a_database_that_does_not_answer() -> None:
    database = Database()
    watch = Watch(database, every=0.02, lasts=0.2)
    until(watch.standing)
    database.answers.clear()
    until(lambda: watch.standing() is None)
    assert [watch.standing() for _reader in range(1000)] == [None] * 1000  # a quarter of a second each would be four minutes
    database.answers.set()
    until(watch.standing)


def test_it_asks_only_while_there_are_readers() -> None:
    database = Database()
    watch = Watch(database, every=0.01)
    until(lambda: watch.standing() and database.asked > 3)
    asked = database.asked
    time.sleep(0.5)
    assert database.asked <= asked + 2
    until(lambda: watch.standing() and database.asked > asked + 3)


def test_it_is_told_where_all_connections_of_readers_are_taken(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.settings["public"]["OPTIONS"], "pool", {"min_size": 0, "max_size": 1, "timeout": 60})
    connections["public"].close()
    del connections["public"]
    taken = connections["public"]
    taken.ensure_connection()
    assert taken.pool.get_stats()["pool_available"] == 0
    watch = Watch(ask)
    until(lambda: watch.standing() == Standing())
    taken.close()
    taken.close_pool()
    del connections["public"]


FORKED = """
import os, sys, time
import django
django.setup()
from tracker.public.ahead import Ahead
from tracker.public.ahead.watch import Watch
from tracker.public.standing import Standing

ahead = Ahead(None, room=1000, watching=lambda: Watch(lambda: Standing(newest=os.getpid()), every=0.01).standing)

def known():
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        shelf = ahead.shelf()
        if shelf and shelf.made_of.newest == os.getpid():
            return True
    return False

assert known()
for _fork in range(20):
    child = os.fork()
    if not child:
        os._exit(0 if known() else 1)
    assert os.waitpid(child, 0)[1] == 0
"""


def test_a_process_that_was_forked_learns_it_by_itself() -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "config.test_settings"}
    done = subprocess.run(
        [sys.executable, "-c", FORKED], cwd=settings.BASE_DIR, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

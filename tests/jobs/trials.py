"""Jobs to try the queue with. Only the settings of these tests name this module."""

import os
import time

from django.db import connection, transaction

from config.trouble import Trouble
from tracker.jobs import job, tell


def note(words: str) -> None:
    """A row that stays, as the work of a job does."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO trial (words, process) VALUES (%s, %s)", [words, os.getpid()])


def notes(words: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trial WHERE words = %s", [words])
        return cursor.fetchone()[0]


@job("write_once", title="Write a row once", about=lambda *, words, **_: f"“{words}”")
def write_once(*, words: str, waits: bool = False) -> str:
    """Write a row of these words. Safe to run twice: nothing is written where it is there already.

    With ``waits`` it says that it began, and does not go on while a row “hold” is there.
    """
    if waits:
        note(f"began {words}")
        while notes("hold"):
            time.sleep(0.05)
    with transaction.atomic():
        if not notes(words):
            note(words)
    return f"Wrote {words}."


@job("break_off", title="Go on for ever")
def break_off(*, words: str) -> str:
    """Say how far it is until it is interrupted, or a row “enough” is there. Safe to run twice: it does nothing."""
    note(f"began {words}")
    while not notes("enough"):
        tell("further")
        time.sleep(0.05)
    note(f"ended {words}")
    return "Enough."


@job("deaf", title="Listen to nobody")
def deaf(*, words: str) -> str:
    """Never end. Safe to run twice: it does nothing."""
    note(f"began {words}")
    while True:
        time.sleep(0.05)


@job("fail", title="Fail", retries=0)
def fail(*, unexpected: bool = False) -> str:
    """Fail, unless a row “mended” is there. Safe to run twice: it does nothing."""
    if notes("mended"):
        return "It went well this time."
    if unexpected:
        raise ValueError("seven is\nnot eight")
    raise Trouble("The machine is not plugged in; plug it in.")


@job("flicker", title="Fail twice, then not", retries=2, wait=0, retry_on=(ConnectionError,))
def flicker(*, hopeless: bool = False) -> str:
    """Fail twice. Safe to run twice: it only counts."""
    note("try")
    if hopeless:
        raise ValueError("no")
    if notes("try") < 3:
        raise ConnectionError("not yet")
    return "The third time."


if os.environ.get("TRIAL_TICKS"):

    @job("tick", title="Tick", cron="* * * * * *")
    def tick() -> str:
        """Write a row. Safe to run twice: each row stands for one run."""
        note("tick")
        return "Tick."

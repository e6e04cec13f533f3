"""Declaring a job, putting it into the queue, and running it by hand."""

import io
import threading
from typing import Any

import pghistory.models
import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from config.trouble import Trouble
from tests import builders
from tests.jobs import trials
from tracker.jobs import declaring, defer, job, tell
from tracker.jobs.housekeeping import housekeeping
from tracker.jobs.models import BackgroundJob, JobReport
from tracker.jobs.queueing import NotNow, notice_the_dead, run_again, set_aside
from tracker.jobs.running import RunningAlready, one_at_a_time, run_by_hand
from tracker.models import Document


def test_what_is_queued_in_a_transaction_that_fails_is_not_queued(queue: str) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        defer(trials.write_once, words="never")
        raise ZeroDivisionError
    assert not BackgroundJob.objects.exists()
    with transaction.atomic():
        number = defer(trials.write_once, words="once")
        connections["owner"].ensure_connection()
        assert not BackgroundJob.objects.using("owner").exists(), "others see it before the commit"
    assert BackgroundJob.objects.using("owner").get().pk == number


def test_the_same_work_waits_once(queue: str) -> None:
    """And saying so leaves the surrounding transaction whole."""
    with transaction.atomic():
        first = defer(trials.write_once, words="a")
        assert defer(trials.write_once, words="a", waits=False) == first  # the default, said aloud
        other = defer(trials.write_once, words="b")
        assert BackgroundJob.objects.count() == 2
    assert first != other
    long = "x" * 100_000
    assert defer(trials.write_once, words=long) == defer(trials.write_once, words=long)


def test_what_runs_already_is_followed_by_another(queue: str) -> None:
    first = defer(trials.write_once, words="a")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    assert defer(trials.write_once, words="a") != first


def test_many_at_once_queue_it_once(queue: str) -> None:
    numbers: list[int] = []

    def again() -> None:
        try:
            numbers.append(defer(trials.write_once, words="a"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=again) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 8
    assert len(set(numbers)) == BackgroundJob.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [({}, "needs the argument words"), ({"words": 1}, "takes words as str"), ({"words": "a", "speed": 1}, "takes no argument speed")],
)
def test_a_wrong_call_fails_where_it_is_made(queue: str, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        defer(trials.write_once, **arguments)
    assert not BackgroundJob.objects.exists()


def test_a_job_that_could_not_be_queued_is_not_declared() -> None:
    def positional(words: str) -> None:
        """Takes it by position."""

    def odd(*, words: list[str]) -> None:
        """Takes what JSON and a command line do not."""

    def needy(*, words: str) -> None:
        """Cannot run by itself."""

    def silent() -> None:
        pass

    for function, options in ((positional, {}), (odd, {}), (needy, {"cron": "0 3 * * *"})):
        with pytest.raises(TypeError, match="words"):
            job("unheard_of", title="x", **options)(function)
    with pytest.raises(ValueError, match="docstring"):
        job("unheard_of", title="x")(silent)
    for name in ("housekeeping", "Two words", ""):
        with pytest.raises(ValueError, match="name"):
            job(name, title="x")(positional.__class__(silent.__code__, {}, "f"))
    assert "unheard_of" not in declaring.declared()


# By hand


def by_hand(*words: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("run_job", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_job_runs_as_a_plain_command(queue: str) -> None:
    assert by_hand("write_once", "--words", "by hand") == ("Wrote by hand.\n", "")
    assert by_hand("write_once", "--words=by hand", "--waits", "no")[0] == "Wrote by hand.\n"
    assert trials.notes("by hand") == 1
    trials.note("enough")
    assert by_hand("break_off", "--words", "a")[0] == "Enough.\n"
    assert not BackgroundJob.objects.exists()


def test_without_a_name_the_jobs_are_listed() -> None:
    listed, _ = by_hand()
    assert "housekeeping [--days int]: Remove finished jobs and expired sessions (by itself at “17 3 * * *”, UTC)" in listed
    assert "Safe to run twice" in listed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing"], "There is no job 'nothing'; there are "),
        (["write_once"], "needs the argument words"),
        (["write_once", "--words"], "--words needs a value."),
        (["write_once", "--speed", "3"], r"what it takes is write_once \[--words str\] \[--waits bool\]"),
        (["write_once", "words"], "what it takes is"),
        (["write_once", "--words", "a", "--waits", "perhaps"], "--waits takes yes or no, not 'perhaps'."),
        (["housekeeping", "--days", "ten"], "--days takes a whole number, not 'ten'."),
        (["fail"], r"^The machine is not plugged in; plug it in\.$"),
        (
            ["fail", "--unexpected", "yes"],
            r"^It stopped at an unexpected error \(ValueError: seven is not eight\); the server's log has the details\.$",
        ),
    ],
)
def test_a_failure_by_hand_is_one_sentence(queue: str, words: list[str], says: str) -> None:
    with pytest.raises(Trouble, match=says) as caught:
        by_hand(*words)
    assert "\n" not in str(caught.value)


def test_progress_is_told(queue: str) -> None:
    heard: list[str] = []
    made = declaring.Job("x", "X", lambda: tell("half"), 0, 0, (), "", False, None)
    run_by_hand(made, {}, heard.append)
    tell("nobody listens")
    assert heard == ["half"]


def test_the_history_says_which_job_changed_a_record(queue: str) -> None:
    made = declaring.Job("x", "Read the sources", lambda: builders.document("DOC").key, 0, 0, (), "", False, None)
    assert run_by_hand(made, {}, print) == "DOC"
    event = pghistory.models.Events.objects.references(Document.objects.get()).get()
    assert event.pgh_context["reason"] == "Read the sources"


def test_the_same_work_does_not_run_twice_at_a_time(queue: str) -> None:
    lock = trials.write_once.lock({"words": "a"})
    with one_at_a_time(lock):
        with pytest.raises(RunningAlready):
            by_hand("write_once", "--words", "a")
        by_hand("write_once", "--words", "b")
    by_hand("write_once", "--words", "a")


# What failed, and what died


def failed(**arguments: Any) -> int:
    number = defer(trials.fail, **arguments)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [number])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [number])
    return number


def taken_by_a_worker(number: int, *, silent_for: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id", [silent_for])
        worker = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, number])


def test_a_failed_job_is_run_again_once(queue: str) -> None:
    """However many people press the button at once."""
    number = failed()
    outcomes: list[str] = []

    def press() -> None:
        try:
            run_again(number)
            outcomes.append("again")
        except NotNow as refused:
            outcomes.append(str(refused))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [f"Job #{number} has neither failed nor lost its worker."] * 5 + ["again"]
    assert list(BackgroundJob.objects.values_list("pk", "status")) == [(number, "todo")]


def test_a_failed_job_does_not_join_the_same_work_that_waits(queue: str) -> None:
    number = failed()
    waiting = defer(trials.fail)
    with pytest.raises(NotNow, match="the same work waits in the queue already"):
        run_again(number)
    assert dict(BackgroundJob.objects.values_list("pk", "status")) == {number: "failed", waiting: "todo"}


def test_only_what_failed_or_died_is_run_again(queue: str) -> None:
    number = defer(trials.fail)
    for decide in (run_again, set_aside):
        with pytest.raises(NotNow, match="has neither failed"):
            decide(number)
        with pytest.raises(NotNow, match="is gone"):
            decide(number + 1)
    taken_by_a_worker(number, silent_for=0)
    with pytest.raises(NotNow, match="has neither failed"):
        run_again(number)
    assert not notice_the_dead()


@pytest.mark.parametrize("decide", [run_again, set_aside])
def test_a_silent_worker_s_job_is_decided_about_unless_it_still_works(queue: str, decide: Any) -> None:
    """A machine that slept is silent too; its process still holds the lock."""
    number = defer(trials.fail)
    taken_by_a_worker(number, silent_for=3600)
    with one_at_a_time(trials.fail.lock({})):
        assert notice_the_dead() == []
        with pytest.raises(NotNow):
            decide(number)
    decide(number)


def test_the_dead_are_noticed(queue: str) -> None:
    number = defer(trials.fail)
    taken_by_a_worker(number, silent_for=3600)
    assert BackgroundJob.objects.with_state().get().state == "stalled"
    assert BackgroundJob.objects.in_trouble().count() == 1
    assert notice_the_dead() == [number]
    assert notice_the_dead() == []
    row = BackgroundJob.objects.with_state().get()
    assert (row.state, row.said) == ("failed", "The worker ended while the job was running: it was killed, or its machine stopped.")


def test_a_failure_made_good_since_leaves_the_list(queue: str) -> None:
    first, second = failed(), failed()
    assert set(BackgroundJob.objects.in_trouble().values_list("pk", flat=True)) == {first, second}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [second])
    assert not BackgroundJob.objects.in_trouble().exists()
    failed(unexpected=True)
    assert BackgroundJob.objects.in_trouble().count() == 1


# Housekeeping


def test_housekeeping_removes_what_is_old_and_over(queue: str) -> None:
    done, aside, trouble = failed(), failed(unexpected=True), failed()
    JobReport.objects.create(job_id=done, sentence="Done.")
    set_aside(aside)
    waiting = defer(trials.write_once, words="a")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [done])
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '40 days'")
    fresh = failed(unexpected=True)
    set_aside(fresh)
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timezone.timedelta(hours=1))
    Session.objects.create(session_key="new", session_data="", expire_date=timezone.now() + timezone.timedelta(hours=1))

    assert housekeeping() == "Removed 2 finished jobs and 1 expired sessions."
    assert set(BackgroundJob.objects.values_list("pk", flat=True)) == {trouble, waiting, fresh}
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert not JobReport.objects.exists()
    assert housekeeping() == "Removed 0 finished jobs and 0 expired sessions."
    assert housekeeping(days=0) == "Removed 1 finished jobs and 0 expired sessions."

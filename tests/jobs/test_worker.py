"""Real workers, as processes of their own: what they do, how they end, and what is left when they are killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from django.conf import settings

from tests.jobs import trials
from tests.jobs.conftest import PATIENCE, Watcher
from tracker.jobs import defer
from tracker.jobs.models import BackgroundJob, JobReport
from tracker.jobs.queueing import run_again
from tracker.jobs.running import one_at_a_time

Start = Callable[..., "subprocess.Popen[str]"]


def ends(process: "subprocess.Popen[str]") -> str:
    """Wait for a worker's end; gives what it said."""
    said, _ = process.communicate(timeout=PATIENCE)
    return said


def test_a_worker_does_what_waits_and_what_comes(queue: str, watch: Watcher, start_worker: Start) -> None:
    before = defer(trials.write_once, words="before")
    worker = start_worker()
    watch.until(lambda: watch.status(before), "succeeded")
    after = defer(trials.write_once, words="after")
    watch.until(lambda: watch.status(after), "succeeded")
    assert (watch.rows("before"), watch.rows("after")) == (1, 1)
    assert JobReport.objects.get(job_id=after).sentence == "Wrote after."
    worker.terminate()
    assert "Traceback" not in ends(worker)
    assert worker.returncode == 0
    assert watch.value("SELECT count(*) FROM procrastinate_workers") == 0


def test_the_desk_s_role_works_on_the_queue(queue: str, watch: Watcher, start_worker: Start) -> None:
    start_worker()
    watch.until(lambda: watch.value("SELECT count(*) FROM procrastinate_workers"), 1)
    roles = watch.connection.execute(
        "SELECT DISTINCT usename::text FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [queue]
    ).fetchall()
    assert set(roles) == {("tracker_desk",)}


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(queue: str, watch: Watcher, start_worker: Start) -> None:
    """SIGKILL, noticed by the next worker, seen as failed, run again by a person: the work is there once."""
    watch.do("INSERT INTO trial VALUES ('hold', 0)")
    number = defer(trials.write_once, words="w", waits=True)
    first = start_worker()
    watch.until(lambda: watch.rows("began w"), 1)
    first.kill()
    ends(first)
    assert watch.status(number) == "doing"
    # The signs of life of half a minute ago, without waiting for half a minute.
    watch.do("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'")
    assert BackgroundJob.objects.with_state().get().state == "stalled"
    assert list(BackgroundJob.objects.in_trouble()) == [BackgroundJob.objects.get(pk=number)]

    second = start_worker()
    watch.until(lambda: watch.status(number), "failed")
    assert "was killed" in BackgroundJob.objects.get(pk=number).said
    watch.do("DELETE FROM trial WHERE words = 'hold'")
    run_again(number)
    watch.until(lambda: watch.status(number), "succeeded")
    assert watch.rows("began w") == 2
    assert watch.rows("w") == 1
    assert watch.value("SELECT count(*) FROM procrastinate_jobs") == 1
    assert not BackgroundJob.objects.in_trouble().exists()
    second.terminate()
    assert second.wait(PATIENCE) == 0


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_running_job_may_finish(queue: str, watch: Watcher, start_worker: Start, ending: int) -> None:
    """The end may be asked for more than once, as a terminal and its shell do."""
    watch.do("INSERT INTO trial VALUES ('hold', 0)")
    number = defer(trials.write_once, words="w", waits=True)
    worker = start_worker()
    watch.until(lambda: watch.rows("began w"), 1)
    for _ in range(3):
        worker.send_signal(ending)
    later = defer(trials.write_once, words="later")
    watch.do("DELETE FROM trial WHERE words = 'hold'")
    said = ends(worker)
    assert (worker.returncode, "Traceback" in said) == (0, False), said
    assert watch.status(number) == "succeeded"
    assert watch.status(later) == "todo"


@pytest.mark.slow
def test_a_job_that_goes_on_is_interrupted_and_comes_back(queue: str, watch: Watcher, start_worker: Start) -> None:
    number = defer(trials.break_off, words="b")
    first = start_worker()
    watch.until(lambda: watch.rows("began b"), 1)
    first.terminate()
    assert first.wait(PATIENCE) == 0
    assert watch.status(number) == "todo"
    assert watch.value("SELECT attempts FROM procrastinate_jobs WHERE id = %s", number) == 0, "a restart uses up no try"
    watch.do("INSERT INTO trial VALUES ('enough', 0)")
    start_worker()
    watch.until(lambda: watch.status(number), "succeeded")
    assert watch.rows("ended b") == 1


@pytest.mark.slow
def test_a_job_that_does_not_listen_does_not_hold_up_the_end(queue: str, watch: Watcher, start_worker: Start) -> None:
    number = defer(trials.deaf, words="d")
    worker = start_worker()
    watch.until(lambda: watch.rows("began d"), 1)
    worker.terminate()
    assert worker.wait(PATIENCE) == 1
    watch.do("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'")
    assert list(BackgroundJob.objects.in_trouble().values_list("pk", flat=True)) == [number]


def test_a_failure_is_kept_in_one_sentence(queue: str, watch: Watcher, start_worker: Start) -> None:
    expected, unexpected = defer(trials.fail), defer(trials.fail, unexpected=True)
    start_worker()
    watch.until(lambda: (watch.status(expected), watch.status(unexpected)), ("failed", "failed"))
    said = dict(JobReport.objects.values_list("job_id", "sentence"))
    assert said == {
        expected: "The machine is not plugged in; plug it in.",
        unexpected: "It stopped at an unexpected error (ValueError: seven is not eight); the server's log has the details.",
    }
    watch.do("INSERT INTO trial VALUES ('mended', 0)")
    run_again(expected)
    watch.until(lambda: watch.status(expected), "succeeded")
    assert JobReport.objects.get(job_id=expected).sentence == "It went well this time."


def test_what_may_pass_is_tried_again_and_what_may_not_is_not(queue: str, watch: Watcher, start_worker: Start) -> None:
    number = defer(trials.flicker)
    start_worker()
    watch.until(lambda: watch.status(number), "succeeded")
    assert watch.rows("try") == 3
    hopeless = defer(trials.flicker, hopeless=True)
    watch.until(lambda: watch.status(hopeless), "failed")
    assert watch.rows("try") == 4


def test_what_runs_elsewhere_comes_back_with_all_its_tries(queue: str, watch: Watcher, start_worker: Start) -> None:
    """Two times it ran by hand meanwhile; then it may still fail twice."""
    number = defer(trials.flicker)
    event = "SELECT count(*) FROM procrastinate_events WHERE job_id = %s AND type = 'deferred_for_retry'"
    with one_at_a_time(trials.flicker.lock({})):
        start_worker()
        for time in (1, 2):
            watch.until(lambda: watch.value(event, number), time)
            assert watch.value("SELECT attempts FROM procrastinate_jobs WHERE id = %s", number) == 0
            if time == 1:
                watch.do("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %s", number)
    assert watch.rows("try") == 0
    watch.do("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %s", number)
    watch.until(lambda: watch.status(number), "succeeded")
    assert watch.rows("try") == 3


def test_two_workers_run_what_is_due_once(queue: str, watch: Watcher, start_worker: Start) -> None:
    """Every second something is due, and both see it."""
    workers = [start_worker(TRIAL_TICKS="1") for _ in range(2)]
    due = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tick'"
    watch.until(lambda: watch.value("SELECT count(*) FROM procrastinate_workers"), 2)
    seen = watch.value(due)
    watch.until(lambda: watch.value(due) >= seen + 4)
    for worker in workers:
        worker.terminate()
    for worker in workers:
        assert worker.wait(PATIENCE) == 0
    times = [row[0] for row in watch.connection.execute("SELECT args->>'timestamp' FROM procrastinate_jobs WHERE task_name = 'tick'").fetchall()]
    assert len(times) == len(set(times)) >= 4
    assert watch.rows("tick") == watch.value(f"{due} AND status = 'succeeded'")


def test_many_workers_share_the_work_without_doing_any_of_it_twice(queue: str, watch: Watcher, start_worker: Start) -> None:
    numbers = [defer(trials.write_once, words=f"w{number}") for number in range(60)]
    workers = [start_worker() for _ in range(2)]
    watch.until(lambda: watch.value("SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'"), len(numbers))
    assert watch.value("SELECT count(*) = 60 AND count(DISTINCT words) = 60 FROM trial")
    assert watch.value("SELECT bool_and(attempts = 1) FROM procrastinate_jobs")
    for worker in workers:
        worker.terminate()


def test_nothing_is_made_up_for_that_was_due_before_the_first_start(queue: str, watch: Watcher, start_worker: Start) -> None:
    """And what was due while no worker ran is made up for, once."""
    first = start_worker()
    done = defer(trials.write_once, words="first")
    watch.until(lambda: watch.status(done), "succeeded")
    first.terminate()
    first.wait(PATIENCE)
    nightly = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'housekeeping'"
    assert watch.value(nightly) == 0
    watch.do("UPDATE procrastinate_periodic_defers SET defer_timestamp = defer_timestamp - 86400")
    start_worker()
    watch.until(lambda: watch.value(f"{nightly} AND status = 'succeeded'"), 1)
    assert watch.value(nightly) == 1


def test_a_worker_without_its_database_says_so_in_one_sentence(queue: str, start_worker: Start) -> None:
    worker = start_worker(TRIAL_DATABASE="there_is_no_such_database")
    said = ends(worker)
    assert worker.returncode == 1
    assert "Traceback" not in said
    assert "there_is_no_such_database" in said.splitlines()[-1]


def test_a_worker_ends_with_the_process_that_it_stands_beside(queue: str, watch: Watcher, tmp_path: Any) -> None:
    """Killed without a word, that process leaves no worker behind."""
    script = tmp_path / "server.py"
    script.write_text(
        "import os, django, time; django.setup()\nfrom tracker.jobs.beside import worker_beside\nwith worker_beside(print):\n    time.sleep(3600)\n"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.jobs.settings", "TRIAL_DATABASE": queue, "PYTHONPATH": str(settings.BASE_DIR)}
    server = subprocess.Popen([sys.executable, str(script)], env=environment, text=True)
    try:
        watch.until(lambda: watch.value("SELECT count(*) FROM procrastinate_workers"), 1)
        (worker,) = psutil.Process(server.pid).children()
        # One that dies is started again.
        worker.kill()
        worker.wait(PATIENCE)
        watch.until(lambda: [child.pid for child in psutil.Process(server.pid).children()] not in ([], [worker.pid]))
        watch.until(lambda: watch.value("SELECT count(*) FROM procrastinate_workers"), 2)
        (worker,) = psutil.Process(server.pid).children()
    finally:
        server.kill()
        server.wait(PATIENCE)
    worker.wait(PATIENCE)
    assert not worker.is_running()

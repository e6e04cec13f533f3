"""The worker: one process that takes jobs from the queue until it is told to end, or until the process that it stands beside is gone."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

from asgiref.sync import sync_to_async
from django.db import OperationalError, close_old_connections, connections
from procrastinate.contrib.django import app, connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from config.trouble import Trouble
from tracker.jobs.queueing import notice_the_dead

logger = logging.getLogger("tracker.jobs")

MAY_FINISH = 10
"""Seconds that a running job may go on after the worker was told to end; then it is interrupted where it next says how far it has come."""
ENDS_AFTER = 15
"""Seconds after which the worker ends all the same. What was running then counts as died, and stands in the list of failures."""
LOOKS_EVERY = 15
"""Seconds between two looks for jobs whose worker died."""


def work(*, at_once: int, beside: int | None = None) -> None:
    """Do jobs, ``at_once`` of them at the same time, until SIGINT or SIGTERM; ``beside`` is the process whose end is ours too.

    Trouble where the worker ends without having been told to.
    """
    begin_with_the_next()
    told = threading.Event()
    asyncio.run(_work(at_once, beside, told))
    if not told.is_set():
        raise Trouble("The worker of background jobs ended by itself; the lines before say why.")


def begin_with_the_next() -> None:
    """What is due every night begins with the next night: of a job that was never due here, the last time counts as done.

    Without this a first start in the afternoon would make up for a night before the installation was there.
    """
    with connections["default"].cursor() as cursor:
        for (name, label), periodic in app.periodic_registry.periodic_tasks.items():
            last = int(periodic.croniter.get_prev(ret_type=float, start_time=time.time()))
            cursor.execute(
                """
                INSERT INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
                SELECT %(name)s, %(label)s, %(last)s
                WHERE NOT EXISTS (SELECT 1 FROM procrastinate_periodic_defers WHERE task_name = %(name)s AND periodic_id = %(label)s)
                ON CONFLICT DO NOTHING
                """,
                {"name": name, "label": label, "last": last},
            )
    connections["default"].close()


async def _work(at_once: int, beside: int | None, told: threading.Event) -> None:
    connector = PsycopgConnector(kwargs=connector_params("default"), min_size=1, max_size=at_once + 2)
    with app.replace_connector(connector):
        async with app.open_async():
            running = asyncio.create_task(
                app.run_worker_async(concurrency=at_once, install_signal_handlers=False, shutdown_graceful_timeout=MAY_FINISH)
            )
            stop = partial(_stop, running, told)
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop)
            others = [asyncio.create_task(_look_for_the_dead())]
            if beside is not None:
                others.append(asyncio.create_task(_watch(beside, stop)))
            try:
                await running
            except asyncio.CancelledError:
                pass  # told to end
            finally:
                for other in others:
                    other.cancel()


def _stop(running: "asyncio.Task[None]", told: threading.Event) -> None:
    """Take no further job, and end in bounded time. Said twice, it means the same."""
    if told.is_set():
        return
    told.set()
    last = threading.Timer(ENDS_AFTER, os._exit, [1])  # a thread cannot be ended from outside; its process can
    last.daemon = True
    last.start()
    running.cancel()


async def _watch(parent: int, stop: Callable[[], None]) -> None:
    """End with the process that started this one, however that ends."""
    while os.getppid() == parent:
        await asyncio.sleep(1)
    stop()


async def _look_for_the_dead() -> None:
    while True:
        try:
            await sync_to_async(_notice)()
        except OperationalError as error:
            logger.warning("The database does not answer (%s)", " ".join(str(error).split()))
        except Exception:
            logger.exception("Jobs whose worker died could not be looked for")
        await asyncio.sleep(LOOKS_EVERY)


def _notice() -> None:
    close_old_connections()
    try:
        for number in notice_the_dead():
            logger.warning("The worker of job #%s died; it stands in the list of failed jobs", number)
    finally:
        connections["default"].close()

"""`work`: does what waits in the queue of background jobs."""

from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.jobs.worker import work
from tracker.management.commands.serve import whole_number


def jobs_at_once(text: str) -> int:
    """--at-once, as typed."""
    number = whole_number(text)
    if number is None or not 0 < number <= 32:
        raise Trouble("--at-once takes a number from 1 to 32.")
    return number


class Command(BaseCommand):
    """A worker by itself. `start` and `serve` run one beside the site; several may run, on several machines."""

    help = "Do background jobs until interrupted. `start` and `serve` do this beside the site unless told --no-jobs."
    requires_system_checks: list[str] = []  # whoever starts the site says what is less safe, once

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many at once."""
        parser.add_argument(
            "--at-once", type=jobs_at_once, default=settings.JOBS_AT_ONCE, help="jobs at the same time (default: JOBS_AT_ONCE, %(default)s)"
        )
        parser.add_argument("--beside", type=int, help=SUPPRESS)  # the process that started this one, and whose end is its own

    def handle(self, *args: Any, at_once: int, beside: int | None, **options: Any) -> None:
        """Say so, and work."""
        if beside is None:
            self.stdout.write("Doing background jobs (Ctrl-C ends it; a running job may finish).")
            self.stdout.flush()
        work(at_once=at_once, beside=beside)

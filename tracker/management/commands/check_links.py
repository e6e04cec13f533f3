"""`check_links`: ask each document's address whether it still answers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tracker.editorial.tending import check_links
from tracker.management.by_hand import run


class Command(BaseCommand):
    """The nightly job, here and now. Addresses that do not answer are a finding, kept on the desk, not a failure of the command."""

    help = "Check whether the addresses of documents still answer; the desk lists those that do not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much."""
        parser.add_argument("--older-than-days", type=int, default=0, help="leave out what was checked in the last days (default: nothing)")
        parser.add_argument("--most", type=int, default=2000, help="addresses at most (default: %(default)s)")
        parser.add_argument("--pause", type=int, default=2, help="seconds between two questions to one host (default: %(default)s)")

    def handle(self, *args: Any, older_than_days: int, most: int, pause: int, **options: Any) -> None:
        """Check them."""
        self.stdout.write(run(self, check_links, older_than_days=older_than_days, most=most, pause=pause))

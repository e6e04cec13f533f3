"""`verify_archive`: read every archived file and compare its hash."""

from typing import Any

from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.editorial.tending import copies_in_trouble, verify_archive
from tracker.management.by_hand import run
from tracker.rules.vocabulary import CopyState


class Command(BaseCommand):
    """The nightly job, here and now. Exits with 1 where a file is altered or missing, and names it."""

    help = "Check that the files of the archive are what they were when they were captured."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, and say so."""
        said = run(self, verify_archive)
        bad = copies_in_trouble()
        for check in bad:
            self.stdout.write(f"{CopyState(check.outcome).value}: {check.snapshot.stored_as}")
        if bad:
            raise Trouble(said)
        self.stdout.write(said)

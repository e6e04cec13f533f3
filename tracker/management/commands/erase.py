"""`erase`: blank a person's data wherever it is kept, and leave an entry in the public log of erasures."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.editorial.erasing import BLANK, erase, places
from tracker.editorial.verbs import Refused


class Command(BaseCommand):
    """Over the eraser's connection (ERASER_DATABASE_URL). Without --yes it only says where the words stand."""

    help = "Erase a person's data from records, history and published editions; the hash chain stays verifiable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, who and why."""
        parser.add_argument("--words", action="append", required=True, help="words to erase, letter for letter; give each form of a name")
        parser.add_argument("--by", default="", help="who erases; it stays in the log")
        parser.add_argument("--reason", default="", help="why, without the words themselves; it is public")
        parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")

    def handle(self, *args: Any, words: list[str], by: str, reason: str, yes: bool, verbosity: int = 1, **options: Any) -> None:
        """Say where, or erase."""

        def progress(line: str) -> None:
            if verbosity:
                self.stderr.write(f"  {line}")
                self.stderr.flush()

        try:
            if not yes:
                found = places(words)
                for place in found:
                    self.stdout.write(f"{place.table}.{place.column}: {place.rows}")
                self.stdout.write(
                    f"{sum(place.rows for place in found)} places. Nothing was erased; add --by, --reason and --yes to put {BLANK} in each."
                )
                return
            log = erase(words, by=by, reason=reason, progress=progress)
        except Refused as refused:
            raise Trouble(str(refused)) from None
        except KeyboardInterrupt:
            raise Trouble("Interrupted: nothing was erased.") from None
        self.stdout.write(f"{log.rows} places blanked, {len(log.records)} published rows among them. Archived copies are files and were not opened.")

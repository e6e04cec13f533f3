"""``undo_import``: what an import wrote is taken back, as long as nothing was built on it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.trouble import Trouble
from tracker.editorial.verbs import Refused
from tracker.exchange.imports import run_undo
from tracker.management.commands.import_file import staff
from tracker.management.commands.load_package import Interrupted
from tracker.models import Import


class Command(BaseCommand):
    """Take back all that one import wrote, or nothing of it."""

    help = "Undo an import: what it created goes, what it changed says again what it said before."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, by whom and why."""
        parser.add_argument("number", type=int, metavar="ID", help="the number of the import")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who imported it, or an administrator")
        parser.add_argument("--reason", required=True, help="why; it stands in the history of each record")

    def handle(self, *args: Any, number: int, by: str, reason: str, verbosity: int = 1, **options: Any) -> None:
        """Undo it; one sentence where it cannot be."""

        def progress(words: str) -> None:
            if verbosity:
                self.stderr.write(f"  {words}")
                self.stderr.flush()

        batch = Import.objects.filter(pk=number).first()
        if batch is None:
            raise Trouble(f"There is no import #{number}.")
        try:
            run_undo(batch, by=staff(by), reason=reason, say=progress)
        except Refused as refused:
            raise Trouble(str(refused)) from refused
        except KeyboardInterrupt:
            raise Interrupted(f"Interrupted: import #{number} is as it was.") from None
        self.stdout.write(f"All that import #{number} wrote is taken back.")

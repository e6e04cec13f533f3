"""``export_package``: every record of the desk as a data package."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.trouble import Trouble
from tracker.exchange.exporter import describe_again, export
from tracker.exchange.files import PackageError
from tracker.exchange.schema import DESCRIPTOR
from tracker.management.commands.load_package import Interrupted


class Command(BaseCommand):
    """Write everything that the desk holds, drafts included, as CSV files with their description."""

    help = "Write every record of the desk as a data package. Loading that again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("folder", type=Path, metavar="DIR", help="an empty or new folder, or one that holds a package, which is replaced")
        parser.add_argument("--describe", action="store_true", help="only write the datapackage.json of the package that is there anew")

    def handle(self, *args: Any, folder: Path, describe: bool = False, verbosity: int = 1, **options: Any) -> None:
        """Export, and say how much."""

        def progress(words: str) -> None:
            if verbosity:
                self.stderr.write(f"  {words}")
                self.stderr.flush()

        try:
            if describe:
                describe_again(folder)
                self.stdout.write(f"{folder / DESCRIPTOR} is written anew.")
                return
            counts = export(folder, progress=progress)
        except PackageError as error:
            raise Trouble(error.told()) from error
        except KeyboardInterrupt:
            raise Interrupted(f"Interrupted: {folder} is as it was.") from None
        self.stdout.write(f"{sum(counts.values())} rows in {len(counts)} files written to {folder}.")

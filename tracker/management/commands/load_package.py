"""``load_package``: a data package into the desk, whole or not at all."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.trouble import Trouble
from tracker.exchange import casefiles
from tracker.exchange.files import PackageError, refuse_what_is_no_package
from tracker.exchange.loader import Summary, load, load_shipped
from tracker.models import User


class Interrupted(Trouble):
    """Ctrl-C."""

    exit_code = 130


class Command(BaseCommand):
    """Load a package: one that comes with the software is published by the system actor, any other becomes one person's drafts."""

    help = "Load a data package, whole or not at all. Loading it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, and who loads it."""
        parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with the datapackage.json")
        parser.add_argument("--by", metavar="USERNAME", help="the member of staff whose drafts the records become; a second person approves them")
        parser.add_argument("--reason", default="", help="why; it stands beside the change on the public page of changes")

    def handle(self, *args: Any, folder: Path, by: str | None, reason: str, verbosity: int = 1, **options: Any) -> None:
        """Load, and say what was done; every problem found is a line on stderr."""
        try:
            for sentence in self._load(folder, by, reason, verbosity).told():
                self.stdout.write(sentence)
        except PackageError as error:
            count = len(error.problems)
            rest = " Nothing was loaded." if count == 1 else f"\nNothing was loaded from {folder}: {count} problems."
            raise Trouble(error.told() + rest) from error
        except KeyboardInterrupt:
            raise Interrupted("Interrupted: nothing was loaded.") from None

    def _load(self, folder: Path, by: str | None, reason: str, verbosity: int) -> Summary:
        def progress(words: str) -> None:
            if verbosity:
                self.stderr.write(f"  {words}")
                self.stderr.flush()

        refuse_what_is_no_package(folder)
        if casefiles.is_shipped(folder) and by is None:
            return load_shipped(folder, progress=progress)
        if by is None:
            raise Trouble("Say whose drafts the records become: --by USERNAME, a member of staff.")
        user = User.objects.filter(username=by, is_active=True, is_staff=True, is_system=False).first()
        if user is None:
            raise Trouble(f"“{by}” is no active member of staff here; --by takes the username of one.")
        return load(folder, by=user, reason=reason, progress=progress)

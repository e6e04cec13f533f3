"""``messages``: bring the catalogues of translations up to date, and compile them."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.trouble import Trouble
from tracker.messages import catalogues, sources


class Command(BaseCommand):
    """Write the .po and .mo files of every language anew from the messages that the public interface has. Needs no GNU gettext, no database."""

    help = "Bring the catalogues of translations up to date; --check only says what is missing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Look, take translations in, or give out what is missing."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 and name what is missing or wrong")
        parser.add_argument("--missing", metavar="LANGUAGE", choices=catalogues.TRANSLATED, help="print what has none, as a .po file to fill")
        parser.add_argument("--take", nargs=2, metavar=("LANGUAGE", "FILE"), help="take translations from a .po file first")

    def handle(self, *args: Any, check: bool = False, missing: str = "", take: list[str] | None = None, **options: Any) -> None:
        """Do so, and say how much."""
        wanted = sources.messages()
        if missing:
            self.stdout.write(catalogues.as_po(catalogues.updated(missing, wanted), only_missing=True).decode())
            return
        if check:
            self._check(wanted)
            return
        for language in catalogues.TRANSLATED:
            taken = [catalogues.read(_file(take[1]))] if take and take[0] == language else []
            catalog = catalogues.updated(language, wanted, *taken)
            catalogues.write(language, catalog)
            done = sum(catalogues.is_translated(entry) for entry in catalog if entry.id)
            self.stdout.write(f"{language}: {done} of {len(catalog)} messages are translated.")

    def _check(self, wanted: set[sources.Message]) -> None:
        found = [str(fault) for language in catalogues.TRANSLATED for fault in catalogues.faults(language, wanted)]
        for line in found:
            self.stdout.write(line)
        if found:
            raise Trouble(f"The catalogues have {len(found)} faults; `manage.py messages` mends what is no translation.")
        self.stdout.write(f"{len(wanted)} messages, each translated into {len(catalogues.TRANSLATED)} languages.")


def _file(written: str) -> Path:
    if not Path(written).is_file():
        raise Trouble(f"There is no file {written}; give a .po file.")
    return Path(written)

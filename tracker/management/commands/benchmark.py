"""`benchmark`: how fast it is, beside what is possible and what others would use instead."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import state
from config.trouble import Trouble
from tracker.benchmarking.reporting import markdown
from tracker.benchmarking.running import OVERLOAD, every_name, measure
from tracker.management.commands.serve import whole_number

MOST_ROUNDS = 10_000
MEASURED = settings.BASE_DIR / "tracker" / "benchmarking" / "measured.md"
"""The table that the README links: written by whole runs alone."""


def number_of_rounds(text: str) -> int:
    """--rounds, as typed."""
    number = whole_number(text)
    if number is None or not 1 <= number <= MOST_ROUNDS:
        raise Trouble(f"Say with --rounds how often each is asked, from 1 to {MOST_ROUNDS:,}.")
    return number


class Command(BaseCommand):
    """Nothing in the database is changed. Interrupted, it writes what it has and says so."""

    help = "Measure pages, files, a publish and a warm page under load, each beside its limit and its peers, and write a table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How often, what, beside whom, and where to."""
        parser.add_argument("--rounds", type=number_of_rounds, default=20, metavar="N", help="how often each is asked (default: %(default)s)")
        rows = ", ".join(every_name())
        parser.add_argument("--only", action="append", default=[], metavar="NAME", help=f"this row alone; may be repeated: {rows}")
        parser.add_argument("--overload", action="store_true", help=f"more readers of the costliest page than there is room for: --only {OVERLOAD}")
        parser.add_argument("--no-peers", action="store_true", help="without Datasette, REST framework and the stock admin")
        parser.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="where to write the table (default: tracker/benchmarking/measured.md; of a run that is not whole, benchmark/ in the state folder)",
        )

    def handle(
        self,
        *args: Any,
        rounds: int,
        only: list[str],
        no_peers: bool,
        overload: bool = False,
        output: Path | None = None,
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        """Measure, write the table, and print it."""
        only = [*only, *([OVERLOAD] if overload else [])]
        if unknown := [name for name in only if name not in every_name()]:
            raise Trouble(f"There is no row {unknown[0]!r}; --only takes one of {', '.join(every_name())}.")
        if output is not None:
            _check(output)

        def say(words: str) -> None:
            if verbosity:
                self.stderr.write(f"  {words}")
                self.stderr.flush()

        run = measure(rounds=rounds, only=only, peers=not no_peers, say=say)
        given = [f"--rounds {rounds}", *(f"--only {name}" for name in only), *(["--no-peers"] if no_peers else [])]
        text = markdown(run, " ".join(["manage.py benchmark", *given]))
        path = output or (MEASURED if run.complete else settings.STATE_DIR / "benchmark" / "measured.md")
        if output is None and not run.complete:
            state.make_folder(path.parent)
        self.stdout.write(text)
        _write(path, text)
        self.stderr.write(f"  written to {path}")
        if run.interrupted:
            raise Trouble(f"Interrupted: what was measured until then is in {path}, which says that it is incomplete.")


def _check(path: Path) -> None:
    """Before the long work."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise Trouble(f"{path} cannot be written; --output takes a file in a folder that is there.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise Trouble(f"The table cannot be written to {path} ({error.strerror}); --output can name another place.") from None

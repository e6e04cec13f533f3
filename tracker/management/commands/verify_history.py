"""`verify_history`: recompute the hash chain over publications and everything that follows from it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.editorial.verification import verify


class Command(BaseCommand):
    """Says what is wrong, a sentence a line, and exits with 1; or the head of the chain, which should be the one that you noted earlier."""

    help = "Check that nothing that was published has been rewritten since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much, and against which head."""
        parser.add_argument(
            "--every-edition", action="store_true", help="compare the rows made for reading at every edition, not at the newest alone"
        )
        parser.add_argument("--head", default="", help="a head that was published earlier: it must stand in the chain")

    def handle(self, *args: Any, every_edition: bool = False, head: str = "", verbosity: int = 1, **options: Any) -> None:
        """Verify, and say so."""
        from tracker.editions.tables import ChainLink
        from tracker.releasing import written_again

        def progress(words: str) -> None:
            if verbosity:
                self.stderr.write(f"  {words}")
                self.stderr.flush()

        try:
            found = verify(every_edition=every_edition, written_again=written_again, progress=progress)
        except KeyboardInterrupt:
            raise Trouble("Interrupted: nothing was verified to its end, and nothing was changed.") from None
        problems = list(found.problems)
        if head and not ChainLink.desk.filter(digest=head).exists():
            problems.append(f"The head {head} that you noted stands nowhere in the chain.")
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise Trouble(f"{len(problems)} things are not as they were published; they are listed above.")
        self.stdout.write(
            f"{found.editions} editions with {found.records} records are as they were published. Head of the chain: {found.head or 'none'}"
        )

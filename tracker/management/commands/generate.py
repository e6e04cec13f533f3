"""`generate`: made-up records at any size, to try the software and to measure it."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.generating.writing import generate


class Command(BaseCommand):
    """An edition for every thousand recommendations; interrupted, it keeps those that are whole and goes on from there when it is run again."""

    help = "Fill an empty database with made-up records of every kind, published, to try the software and to measure it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, and by which seed."""
        parser.add_argument("--recommendations", type=int, required=True, metavar="N", help="how many there are at the end, as 10000")
        parser.add_argument("--seed", type=int, default=1, help="another number makes other records; the same makes the same")

    def handle(self, *args: Any, recommendations: int, seed: int, verbosity: int = 1, **options: Any) -> None:
        """Make them, and say how many and how long it took."""
        if not 1 <= recommendations <= 10_000_000:
            raise Trouble("Say with --recommendations how many, from 1 to 10,000,000.")

        def progress(words: str) -> None:
            if verbosity:
                self.stderr.write(f"  {words}")
                self.stderr.flush()

        began = time.monotonic()
        try:
            records = generate(recommendations, seed=seed, progress=progress)
        except KeyboardInterrupt:
            raise Trouble("Interrupted: the editions that are whole are kept; run it again to go on from there.") from None
        self.stdout.write(f"{records:,} records made in {time.monotonic() - began:,.0f} s.")

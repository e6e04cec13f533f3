"""`release`: freeze the current editions as a citable Data Package that never changes."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.models import User
from tracker.releasing import Refused, known_site, make


class Command(BaseCommand):
    """Made whole or not at all: one transaction, which an interruption takes back."""

    help = "Freeze the current editions as a release: a Data Package with codebook, citation and a manifest of hashes, at a permanent address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Its name, who makes it and why, and where the site is read."""
        parser.add_argument("name", help="letters and digits with single dots or hyphens between them, as 2026-11-29 or v1; no other may have it")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="whose release it is: an administrator")
        parser.add_argument("--reason", required=True, help="why; it stands on the release's public page")
        parser.add_argument("--site", default="", metavar="ORIGIN", help="where the site is read; by default the first of CSRF_TRUSTED_ORIGINS")

    def handle(self, *args: Any, name: str, by: str, reason: str, site: str, verbosity: int = 1, **options: Any) -> None:
        """Make it, and say its hash."""

        def progress(words: str) -> None:
            if verbosity:
                self.stderr.write(f"  {words}")
                self.stderr.flush()

        origin = site or known_site()
        if not re.fullmatch(r"https?://[^\s/?#]+/?", origin):
            said = f"“{origin}” is no origin; s" if origin else "S"
            raise Trouble(f"{said}ay with --site where the site is read, as https://tracker.example.org: every file names it.")
        user = User.objects.filter(username=by, is_active=True).first()
        if user is None:
            raise Trouble(f"There is no active account “{by}”; give the username of an administrator with --by.")
        try:
            made = make(name, by=user, reason=reason, site=origin, progress=progress)
        except Refused as refused:
            raise Trouble(str(refused)) from None
        except KeyboardInterrupt:
            raise Trouble("Interrupted: no release was made, and nothing was changed.") from None
        self.stdout.write(f"Release {made.name}: edition {made.edition}, as of {made.as_of}, at {made.site}/releases/{made.name}/")
        self.stdout.write(f"SHA-256 of its manifest: {made.manifest_hash}")

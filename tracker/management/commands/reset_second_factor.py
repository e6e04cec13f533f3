"""`reset_second_factor`: for whoever runs the machine, when nobody is left who could do it at the desk."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.models import User
from tracker.signin import factors


class Command(BaseCommand):
    """Take an account's second factor and recovery codes away and end its sessions; it sets up another one at its next sign-in."""

    help = "Reset the second factor of an account whose owner lost it. At the desk an administrator does the same on the account's page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, by whom, and why."""
        parser.add_argument("username", help="the account that lost its second factor")
        parser.add_argument("--by", metavar="USERNAME", help="the account that stands for you on the record (default: the same account)")
        parser.add_argument("--reason", required=True, help="why, in a sentence; it stays on record")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset it, and say what there was."""
        user, by = (self._account(name) for name in (options["username"], options["by"] or options["username"]))
        if not options["reason"].strip():
            raise Trouble("--reason is empty; say why in a sentence.")
        there_was = factors.reset(user, by=by, reason=options["reason"].strip())
        self.stdout.write(
            f"The second factor of {user.username} is reset and all its sessions have ended."
            if there_was
            else f"{user.username} had no second factor; all its sessions have ended."
        )

    def _account(self, name: str) -> User:
        user = User.objects.filter(username=name, is_system=False).first()
        if user is None:
            raise Trouble(f"There is no account {name}.")
        return user

"""`migrate`, as the owner of the tables."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate


class Command(migrate.Command):
    """Django's own command, over the connection `owner` unless another is named: the desk's role may not change tables."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Django's arguments, with another default."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Migrate. Triggers and grants follow from it (tracker.apps)."""
        return super().handle(*args, **options)

"""`db_stop`: ends an embedded database that was left running."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import postgres


class Command(BaseCommand):
    """End this installation's embedded PostgreSQL server, cleanly; nothing happens when it is not running."""

    help = "End the embedded database, if it is running."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop it and say what was found."""
        if not settings.EMBEDDED_DATABASE:
            self.stdout.write("DATABASE_URL is set: that server is not ours to end.")
        elif postgres.embedded().stop():
            self.stdout.write("The embedded database has ended.")
        else:
            self.stdout.write("The embedded database was not running.")

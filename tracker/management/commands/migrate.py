"""`migrate`, as the owner of the tables."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.loader import MigrationLoader

MIGRATED = ("tracker", "jobs")


def refuse_another_version(loader: MigrationLoader) -> None:
    """Stop where the database has been through migrations of ours that this version does not have: its tables are not the ones we know."""
    unknown = sorted(name for app, name in set(loader.applied_migrations) - set(loader.disk_migrations) if app in MIGRATED)
    replaced = {name for migration in loader.disk_migrations.values() for app, name in migration.replaces if app in MIGRATED}
    if unknown := [name for name in unknown if name not in replaced]:
        raise InconsistentMigrationHistory(f"migration {unknown[0]} is not of this version")


class Command(migrate.Command):
    """Django's own command, over the connection `owner` unless another is named: the desk's role may not change tables."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Django's arguments, with another default."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Migrate. Triggers and grants follow from it (tracker.apps)."""
        refuse_another_version(MigrationLoader(connections[options["database"]]))
        return super().handle(*args, **options)

"""The application: where its tables are declared, and what follows every migration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    """Editorial models (tracker.models) and published tables (tracker.editions.tables) are one Django app."""

    name = "tracker"
    verbose_name = _("Recommendations and what became of them")

    def import_models(self) -> None:
        """Django looks for models in `models` alone; the tables of the editions are declared beside their guards."""
        super().import_models()
        from tracker.editions import tables  # noqa: F401

    def ready(self) -> None:
        from tracker import checks  # noqa: F401
        from tracker.signin import events

        events.listen()
        post_migrate.connect(grant_after_migrating, sender=self, dispatch_uid="tracker.grants")
        post_migrate.connect(make_groups_after_migrating, sender=self, dispatch_uid="tracker.groups")


def grant_after_migrating(using: str, **_: Any) -> None:
    """Tables made a moment ago have no rights for anyone but their owner: say again who may do what."""
    from django.db import connections

    from tracker.editions import grants

    if using == "owner":
        grants.apply(
            connections["owner"],
            desk_role=grants.role_of("default"),
            public_role=grants.role_of("public"),
            eraser_role=grants.role_of("eraser"),
        )


def make_groups_after_migrating(using: str, **_: Any) -> None:
    """The roles of the desk, with the permissions of the models that there now are."""
    from tracker.admin.roles import ensure_groups

    if using == "owner":
        ensure_groups(using=using)

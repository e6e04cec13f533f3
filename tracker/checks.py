"""System checks: what is less safe about an installation than it could be."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

HINT = "config/deploy/database.sql makes the three roles; give one address each."


@register(Tags.security, Tags.database)
def three_roles(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """One warning for each protection that falls away when the owner, the desk and the public do not log in as three roles."""

    def role(alias: str) -> str:
        return settings.DATABASES[alias].get("USER") or "(the operating system's user)"

    found: list[CheckMessage] = []
    if role("default") == role("owner"):
        found.append(
            Warning(
                f"The desk writes as the owner of the tables ({role('owner')}): whoever breaks into the site could alter "
                "published editions and the history of changes.",
                hint=f"Set OWNER_DATABASE_URL to another role than DATABASE_URL. {HINT}",
                id="tracker.W001",
            )
        )
    if role("public") in (role("default"), role("owner")):
        found.append(
            Warning(
                f"The public pages read with a role that may write ({role('public')}): a mistake in them could show "
                "unpublished drafts, and nothing but our own code keeps them from writing.",
                hint=f"Set PUBLIC_DATABASE_URL to a role that may only read the schema editions. {HINT}",
                id="tracker.W002",
            )
        )
    return found


@register(Tags.security)
def second_factor(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """A warning where a password alone opens the accounts that can publish."""
    if settings.SECOND_FACTOR_REQUIRED:
        return []
    return [
        Warning(
            "A password alone signs in reviewers and administrators: whoever learns one can publish.",
            hint="Leave SECOND_FACTOR_REQUIRED out of the environment, or set it to 1.",
            id="tracker.W003",
        )
    ]

"""The four roles as groups of accounts, and what each may do. Said once; applied after every migration."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

RESEARCHER, REVIEWER, ADMINISTRATOR, AUDITOR = "researcher", "reviewer", "administrator", "auditor"

RECORDS = (
    "document", "citation", "citationuse", "recommendation", "relation", "addressee", "action", "actionevent", "effect", "party", "legalstatus",
    "assessment", "search", "position", "reply", "deadlinemove", "translation",
)  # fmt: skip
"""What researchers and reviewers write."""

REFERENCE = ("government", "membership", "measure", "theme")
"""What administrators keep."""

REVIEW = ("submission", "version", "snapshot", "capture", "challenge")
"""What is written by verbs alone: everyone reads it, nobody edits it in a form."""

IMPORTS = ("import", "importprofile")
"""Files brought in, and how they are read: batches are written by verbs, profiles by who imports."""

ACCOUNTS = ("user", "auth.group")

JOBS = ("jobs.backgroundjob",)
"""What runs in the background: written by workers alone."""

Rights = set[tuple[str, str, str]]
"""(app, model, codename) each."""


def _rights(operations: Iterable[str], models: Iterable[str]) -> Rights:
    found = set()
    for name in models:
        app, _dot, model = name.rpartition(".")
        found |= {(app or "tracker", model, f"{operation}_{model}") for operation in operations}
    return found


def rights() -> dict[str, Rights]:
    """What each role may do."""
    read = _rights(["view"], [*RECORDS, *REFERENCE, *REVIEW, *IMPORTS])
    record = (
        read
        | _rights(["add", "change", "delete"], RECORDS)
        | _rights(["add"], ["capture", "import"])
        | _rights(["add", "change", "delete"], ["importprofile"])
        | {("tracker", "submission", "submit"), ("tracker", "challenge", "answer_challenge")}
    )
    return {
        RESEARCHER: record,
        REVIEWER: record | {("tracker", "submission", "review"), ("tracker", "submission", "publish")},
        # An account that signed anything stays; it is made inactive instead of being deleted.
        ADMINISTRATOR: read
        | _rights(["add", "change", "delete"], REFERENCE)
        | _rights(["view", "add", "change"], ACCOUNTS)
        | _rights(["view"], ["accountevent", *JOBS])
        # What the law asks for is asked for by who answers for the office, and approved by a reviewer.
        # Who imported something may undo it; of others, who answers for the office.
        | {("jobs", "backgroundjob", "run_again"), ("tracker", "submission", "take_down"), ("tracker", "import", "undo_import")},
        AUDITOR: read | _rights(["view"], [*ACCOUNTS, "accountevent", *JOBS]),
    }


def ensure_groups(using: str = "default", **_: Any) -> None:
    """Make the four groups hold exactly these rights. Repeating it changes nothing; other groups are left alone.

    The rights themselves are made first: after a migration this may run before Django's own handler.
    """
    for label in ("contenttypes", "auth", "tracker", "jobs"):
        create_permissions(apps.get_app_config(label), verbosity=0, using=using)
    held = Permission.objects.using(using).select_related("content_type")
    by_name = {(right.content_type.app_label, right.content_type.model, right.codename): right for right in held}
    ContentType.objects.clear_cache()
    for name, wanted in rights().items():
        group, _created = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set([by_name[right] for right in sorted(wanted)])

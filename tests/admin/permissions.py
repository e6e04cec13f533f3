"""The matrix of role × noun × operation: how each cell is tried, and why it is as it is. ``permissions.csv`` holds what was decided.

``python3 manage.py test tests/admin/write_permissions.py`` writes the file anew from what the desk does now; read the difference before it is
committed.
"""

import csv
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.admin.forms import ROLES
from tracker.admin.jobs import STEPS
from tracker.editorial.verbs import submit
from tracker.jobs import defer
from tracker.jobs.housekeeping import housekeeping
from tracker.jobs.models import BackgroundJob
from tracker.models import AccountEvent, Capture, Comment, Document, Import, ImportProfile, State, Submission, User, Version

FILE = Path(__file__).parent / "permissions.csv"
COLUMNS = (*ROLES, "superuser", "nobody")
"""Whose cells there are; nobody is who has not signed in."""

Cell = tuple[str, str]
"""Noun and operation."""

# Why a cell is as it is: by noun, in a sentence. A noun that is named nowhere here fails the suite.
RECORDS = "Researchers and reviewers write records; a draft may be deleted, what was submitted may not. Everyone else at the desk reads."
PARTS = "A part is entered in the form of its whole, by those who write the whole; everyone else at the desk reads."
REFERENCE = "Administrators keep reference data; everyone else at the desk reads."
WRITTEN_BY_VERBS = "Written by verbs and jobs alone: everyone at the desk reads, nobody edits in a form."
ACCOUNTS = "Administrators keep accounts and auditors read them; an account is made inactive, and only a superuser deletes one without events."
WATCHED = "Administrators and auditors watch over accounts and jobs; nobody edits what is on record."
ARCHIVED = "Researchers and reviewers capture and mark passages; everyone at the desk reads; no copy is ever edited or deleted."
CHALLENGES = "Researchers and reviewers answer readers' letters; nobody writes or deletes one in their place."
IMPORTS = (
    "Researchers and reviewers bring files in and take their own imports back; administrators take back those of others; everyone at the desk reads."
)
PROFILES = "Whoever brings files in keeps how they are read; everyone else at the desk reads."
WHY = {
    **dict.fromkeys(("Document", "Citation", "Recommendation", "Action", "Party", "Assessment"), RECORDS),
    **dict.fromkeys(("Addressee", "Effect", "LegalStatus", "Position", "Reply"), PARTS),
    **dict.fromkeys(("Government", "Measure", "Theme"), REFERENCE),
    **dict.fromkeys(("Submission", "Version"), WRITTEN_BY_VERBS),
    **dict.fromkeys(("Capture", "Snapshot"), ARCHIVED),
    **dict.fromkeys(("User", "Group"), ACCOUNTS),
    **dict.fromkeys(("BackgroundJob", "AccountEvent"), WATCHED),
    "Challenge": CHALLENGES,
    "Import": IMPORTS,
    "ImportProfile": PROFILES,
}
WHY_STATES = "Researchers submit and take back their own; reviewers decide, publish, ask for withdrawals; nobody approves their own work."


WHY_TAKEN_DOWN = "What the law asks for is asked for by who answers for the office; a reviewer approves it as anything else."


def why(noun: str, operation: str) -> str:
    """The sentence beside a row. ``KeyError`` for a noun that nobody decided about."""
    if "take_down" in operation:
        return WHY_TAKEN_DOWN
    return WHY_STATES if operation.startswith("state: ") else WHY[noun]


def read() -> dict[Cell, dict[str, str]]:
    """The committed matrix: by cell, what stands in each column."""
    with FILE.open(newline="", encoding="utf-8") as file:
        return {(row["noun"], row["operation"]): row for row in csv.DictReader(file)}


def write(found: dict[str, dict[Cell, str]]) -> None:
    """The matrix as it was observed, by column."""
    cells = sorted({cell for column in found.values() for cell in column})
    with FILE.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["noun", "operation", *COLUMNS, "why"])
        rows.writerows([*cell, *(found[column][cell] for column in COLUMNS), why(*cell)] for cell in cells)


# A record of every noun


def records() -> dict[str, models.Model]:
    """A record of every noun, none of the four submitted but one document."""
    made = builders.everything()
    submission = submit([builders.document("SUBMITTED")], by=builders.author(), reason="To have one")
    named = {type(record).__name__: record for record in made.values() if isinstance(record, models.Model)}
    named |= {"Submission": submission, "Version": Version.objects.get(), "User": builders.user("someone")}
    named["Comment"] = Comment.objects.create(version=Version.objects.get(), text="Is it?", by=builders.reviewer())
    Capture.objects.update(snapshot=named["Snapshot"])
    imported = {"file_name": "list.csv", "sha256": "a" * 64, "size": 1, "stored_as": "aa/aa", "profile_name": "list", "made_by": builders.author()}
    named["Import"] = Import.objects.create(**imported)
    named["ImportProfile"] = ImportProfile.objects.create(name="list", text='name = "list"', made_by=builders.author(), edited_by=builders.author())
    named["AccountEvent"] = AccountEvent.objects.create(kind="signed_in", user=named["User"])
    named["BackgroundJob"] = BackgroundJob.objects.get(pk=defer(housekeeping))
    return named | {"Group": Group.objects.create(name="a role of our own")}


def points_at(model: type[models.Model]) -> Any:
    """A relation through which a form of the desk searches for this noun; None where no form does."""
    for page in admin.site._registry.values():
        inlines = [inline.model for inline in getattr(page, "inlines", ())]
        for source in (page.model, *inlines):
            for field in (*source._meta.fields, *source._meta.many_to_many):
                if field.remote_field and field.remote_field.model is model and field.editable:
                    return field
    return None


# Trying


def column(role: str, people: dict[str, User], sign_in: Callable[[str], Client]) -> dict[Cell, str]:
    """Every cell of a role, tried."""
    client, person = (Client(), None) if role == "nobody" else (sign_in(role), people[role])
    return observe(client) | states(client, person)


def observe(client: Client) -> dict[Cell, str]:
    """What the desk lets a client do with every noun: "yes" or "no" by cell, in a database that holds :func:`records`."""
    made = records()
    return {cell: "yes" if allowed else "no" for cell, allowed in _nouns(client, made)}


def _nouns(client: Client, made: dict[str, models.Model]) -> Iterator[tuple[Cell, bool]]:
    for model, page in admin.site._registry.items():
        noun, record = model.__name__, made[model.__name__]
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        changelist, form = reverse(f"{base}_changelist"), reverse(f"{base}_change", args=[record.pk])
        listed = client.get(changelist)
        yield (noun, "list"), listed.status_code == 200
        yield (noun, "search"), client.get(f"{changelist}?q=a").status_code == 200
        shown = client.get(form)
        yield (noun, "view"), shown.status_code == 200
        yield (noun, "change"), shown.status_code == 200 and b'name="_save"' in shown.content and client.post(form, {}).status_code == 200
        history = client.get(reverse(f"{base}_history", args=[record.pk]))
        yield (noun, "history"), history.status_code == 200 or getattr(history, "url", "") == form  # a job's course stands on its own page
        yield (noun, "add"), client.get(reverse(f"{base}_add")).status_code == 200
        yield (noun, "delete"), client.get(reverse(f"{base}_delete", args=[record.pk])).status_code == 200
        if field := points_at(model):
            query = f"?app_label={field.model._meta.app_label}&model_name={field.model._meta.model_name}&field_name={field.name}&term=a"
            yield (noun, "autocomplete"), client.get(reverse("admin:autocomplete") + query).status_code == 200
        offered = set(re.findall(r'<option value="(\w+)"', _actions_of(listed)))
        for name in sorted({"delete_selected", *(name for _function, name, _words in page._get_base_actions())}):
            asked = client.post(changelist, {"action": name, "_selected_action": record.pk})
            assert (name in offered) or b'name="confirmed"' not in asked.content, f"{noun}: {name} is not offered and answers even so"
            yield (noun, f"action: {name}"), name in offered
        for name, address in own_pages(page, made):
            yield (noun, f"page: {name}"), _enters(client, address, sending=name in SENT)
        formsets = (
            {formset.opts.model.__name__: formset for formset in (shown.context or {}).get("inline_admin_formsets", ())} if shown.context else {}
        )
        for inline in getattr(page, "inlines", ()):
            formset = formsets.get(inline.model.__name__)
            for right in ("view", "add", "change", "delete"):
                allowed = bool(formset and getattr(formset, f"has_{right}_permission"))
                yield (noun, f"rows: {inline.model.__name__}: {right}"), allowed


def own_pages(page: admin.ModelAdmin, made: Mapping[str, models.Model]) -> Iterator[tuple[str, str]]:
    """The pages that a noun has beside Django's own, by name, with their addresses for one record; a page that takes a step is one for each.

    ``KeyError`` for a page that takes something that nobody said how to fill, ``NoReverseMatch`` for one whose address cannot be made.
    """
    stem = f"{page.opts.app_label}_{page.opts.model_name}"
    standard = {f"{stem}_{name}" for name in ("changelist", "add", "history", "delete", "change")}
    for pattern in page.get_urls():
        if pattern.name in standard or str(pattern.pattern) == OLD_ADDRESS:
            continue
        pk = made[page.model.__name__].pk
        filled = {"pk": [pk], "id": [pk], "number": [made["Comment"].pk], "action": page.actions, "step": STEPS}
        takes = list(pattern.pattern.converters)
        for values in itertools.product(*(filled[parameter] for parameter in takes)):
            steps = [value for parameter, value in zip(takes, values, strict=True) if parameter in ("action", "step")]
            yield ": ".join([pattern.name.removeprefix(f"{stem}_"), *steps]), reverse(f"admin:{pattern.name}", args=values)


OLD_ADDRESS = "<path:object_id>/"
"""Where forms stood in Django's youth: it leads to the form, and is the one page without a name."""


SENT = ("attach", "mark", "proposal", "seen")
"""Addresses that a form is sent to, and that nobody opens."""


def _enters(client: Client, address: str, *, sending: bool) -> bool:
    """Whether a page lets somebody in, whatever it then says to an empty form."""
    response = client.post(address, {}) if sending else client.get(address)
    if response.status_code == 405:
        response = client.post(address, {})
    return response.status_code != 403 and "/login/" not in response.headers.get("Location", "")


def _actions_of(response: Any) -> str:
    found = re.search(r'<select name="action".*?</select>', response.content.decode(), re.DOTALL) if response.status_code == 200 else None
    return found.group() if found else ""


Setting = Callable[[Any], Submission | Document]


def states(client: Client, person: Any) -> dict[Cell, str]:
    """Which changes of state a person may make, each tried on its page to the end."""
    return {("Submission", f"state: {name}"): "yes" if _moves(client, person, name) else "no" for name in MOVES}


def _document(by: Any) -> Document:
    return builders.document(f"DOC-{Document.objects.count()}", by=by)


def _submitted(by: Any) -> Submission:
    return submit([_document(by)], by=by, reason="Ready")


def _approved(by: Any) -> Submission:
    from tracker.editorial.verbs import approve

    return approve(_submitted(by), by=builders.reviewer())


MOVES = (
    "draft → submitted",
    "submitted → approved",
    "submitted → approved, one's own work",
    "submitted → returned",
    "submitted → taken back",
    "submitted → taken back, one's own",
    "approved → taken back",
    "approved → published",
    "published → corrected, submitted",
    "published → withdrawal, submitted",
)


def _moves(client: Client, person: Any, name: str) -> bool:
    """Whether the page of a step does what it says for this person."""
    author = builders.author()
    confirmed = {"confirmed": "1", "reason": "A reason."}
    before, _arrow, rest = name.partition(" → ")
    if before == "draft" or rest.endswith("submitted"):
        document = _document(author)
        if before == "published":
            builders.put_out(document)
        if rest.startswith("corrected"):
            Document.objects.filter(pk=document.pk).update(note="Corrected.")
        step = "withdraw" if rest.startswith("withdrawal") else "submit"
        held = Submission.objects.count()
        client.post(reverse(f"admin:tracker_document_{step}", args=[document.pk]), confirmed)
        return Submission.objects.count() == held + 1
    own = rest.endswith(("one's own", "one's own work"))
    if own and not (person and person.has_perm("tracker.submit")):
        return False  # they have nothing of their own
    submission = (_approved if before == "approved" else _submitted)(person if own else author)
    action = {"approved": "approve", "returned": "return_to_author", "taken back": "take_back", "published": "publish"}[rest.partition(",")[0]]
    client.post(reverse("admin:tracker_submission_step", args=[submission.pk, action]), confirmed)
    submission.refresh_from_db()
    return submission.state == State(rest.partition(",")[0].replace(" ", "_"))

"""Every change of every noun leaves an entry that says who and why, and stays."""

import datetime as dt
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.db import connections, models
from pghistory.models import Event

from config.postgres import Cluster
from tests import builders
from tests.sql import refusal
from tracker.models import Citation, Comment, Document, Recommendation

# Accounts and what Django keeps for itself are no part of the record.
EXCUSED = {"User"}
# What is made anew from the bytes or asked anew of the web, and a request that says itself who made it and what came of it.
MADE_ANEW = {"SnapshotText", "LinkCheck", "PassageCheck", "CopyCheck", "Capture"}
# What signing in leaves: a record that is append-only itself, and what is forgotten.
OF_SESSIONS = {"AccountEvent", "KeptForm", "Tally", "SharedValue"}
# What an import found, how far it has come, and what it wrote: a log that stays as it was written.
OF_IMPORTS = {"ImportPreview", "ImportProgress", "ImportedRow"}
HISTORYLESS = tuple(EXCUSED | MADE_ANEW | OF_SESSIONS | OF_IMPORTS)
NOUNS = [
    model
    for model in apps.get_app_config("tracker").get_models(include_auto_created=True)
    if not model._meta.db_table.startswith('"') and not issubclass(model, Event) and not model.__name__.startswith(HISTORYLESS)
]
TRACKED = {event.pgh_tracked_model._meta.concrete_model: event for event in apps.get_app_config("tracker").get_models() if issubclass(event, Event)}


def test_every_noun_has_a_history() -> None:
    own = {model._meta.concrete_model for model in NOUNS}
    assert {model.__name__ for model in own - set(TRACKED)} == set()
    assert len(TRACKED) == len({model._meta.concrete_model for model in NOUNS})


def test_the_history_keeps_every_column() -> None:
    for model, event in TRACKED.items():
        kept = {field.attname for field in event._meta.concrete_fields}
        assert {field.attname for field in model._meta.concrete_fields} - kept == set(), model


def entries(event: type[models.Model]) -> list[tuple[str, Any, Any]]:
    return [
        (row.pgh_label, (row.pgh_context or {}).get("user"), (row.pgh_context or {}).get("reason"))
        for row in event._default_manager.order_by("pgh_id")
    ]


def test_each_change_leaves_who_and_why(desk: str) -> None:
    """Insert, update and delete, of each noun, by whatever route."""
    with pghistory.context(user=1, reason="recorded"):
        made = builders.everything()
        submission = builders.submit([made["document"]], by=builders.author(), reason="submitted")
    rows = {type(record)._meta.concrete_model: record for record in (*made.values(), submission, submission.versions.get())}
    rows[Comment] = Comment.objects.create(version=submission.versions.get(), text="Is it?", by=builders.reviewer())
    rows[Recommendation.themes.through] = Recommendation.themes.through.objects.get()
    silent = []
    kept = {"Submission", "Version", "Snapshot", "Comment"}  # never deleted; the last never changed either
    for model, event in TRACKED.items():
        row = rows[model]
        before = event._default_manager.count()
        labels = set(event._default_manager.values_list("pgh_label", flat=True))
        if model.__name__ not in kept:
            with pghistory.context(user=2, reason="looked at again"):
                model._default_manager.filter(pk=row.pk).update(**{_harmless(model): _changed(row, _harmless(model))})
            after = list(event._default_manager.order_by("pgh_id"))
            last = after[-1]
            if (len(after), last.pgh_label, last.pgh_context, last.pgh_obj_id) != (
                before + 1, "update", {"user": 2, "reason": "looked at again"}, row.pk
            ):  # fmt: skip
                silent.append((model.__name__, "update", last.pgh_context))
        if "insert" not in labels:
            silent.append((model.__name__, "insert", None))
    assert silent == []

    with pghistory.context(user=3, reason="taken away"):
        for name in ("dispute_use", "relation", "search", "position", "undoing", "outside_assessment", "theme", "membership"):
            event = TRACKED[type(made[name])._meta.concrete_model]
            pk = made[name].pk
            made[name].delete()
            last = event._default_manager.filter(pgh_obj_id=pk).order_by("pgh_id").last()
            assert (last.pgh_label, last.pgh_context) == ("delete", {"user": 3, "reason": "taken away"}), name


def _harmless(model: type[models.Model]) -> str:
    """A column of words or numbers whose change breaks no promise."""
    for name in ("note", "definition", "name", "reasoning", "rationale", "wording", "found", "statement", "says"):
        if any(field.name == name for field in model._meta.concrete_fields):
            return name
    return {
        "Challenge": "says", "CitationUse": "stance", "DeadlineMove": "moved_by", "Recommendation_themes": "theme", "Membership": "until",
        "Translation": "words", "Import": "problem",
    }[model.__name__]  # fmt: skip


def _changed(row: models.Model, name: str) -> Any:
    if name == "stance":
        return "context"
    if name == "until":
        return "2030"
    if name == "theme":
        return type(row.theme).objects.create(key="another", name="another")  # type: ignore[attr-defined]
    return "Changed."


def test_bulk_writes_and_raw_sql_are_kept_too(desk: str) -> None:
    by = builders.author()
    event = TRACKED[Document]
    common = {"kind": "news_report", "language": "en", "interest": "press", "recorded_by": by, "edited_by": by}
    with pghistory.context(user=by.pk, reason="many at once"):
        Document.objects.bulk_create([Document(key=f"DOC-{n}", title="x", **common) for n in range(3)])
        Document.objects.update(title="y")
        Document.objects.bulk_update([*Document.objects.all()], ["note"])
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE tracker_document SET note = 'by hand' WHERE key = 'DOC-1'")
        cursor.execute("DELETE FROM tracker_document WHERE key = 'DOC-2'")
    written = entries(event)
    assert written[:6] == [("insert", by.pk, "many at once")] * 3 + [("update", by.pk, "many at once")] * 3
    assert written[-2:] == [("update", None, None), ("delete", None, None)], "nobody said who; that it happened is kept"


def test_no_entry_is_written_by_hand(desk: str, cluster: Cluster) -> None:
    """The desk's role has the right to add entries, as its changes leave them; not to say that something was so long ago, or that another did it."""
    made = builders.everything()
    submission = builders.submit([made["document"]], by=builders.author(), reason="submitted")
    Comment.objects.create(version=submission.versions.get(), text="Is it?", by=builders.reviewer())
    went_through = []
    with cluster.connect("desk", desk) as connection:
        for event in TRACKED.values():
            columns = [f'"{field.column}"' for field in event._meta.concrete_fields if field.name != "pgh_id"]
            before = [column if column != '"pgh_created_at"' else "pgh_created_at - interval '1 year'" for column in columns]
            table = event._meta.db_table
            assert connection.execute(f"SELECT 1 FROM {table}").fetchone(), f"{table} holds nothing to try with"
            for values in (columns, before):
                refused = refusal(connection, f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} LIMIT 1")
                if refused is None or "written by the change that it records" not in str(refused):
                    went_through.append(table)
    assert went_through == []


def test_an_entry_holds_what_was_and_when(desk: str) -> None:
    paper = builders.document("PAPER")
    passage = builders.citation(paper, "EV-1")
    with pghistory.context(user=1, reason="a slip"):
        Citation.objects.filter(pk=passage.pk).update(says="What it really says.")
    first, second = TRACKED[Citation]._default_manager.order_by("pgh_id")
    assert (first.says, second.says) == ("What EV-1 says.", "What it really says.")
    assert first.pgh_created_at <= second.pgh_created_at <= dt.datetime.now(dt.UTC)


def test_nothing_changed_is_no_entry(desk: str) -> None:
    paper = builders.document("PAPER")
    before = TRACKED[Document]._default_manager.count()
    Document.objects.filter(pk=paper.pk).update(title=paper.title)
    assert TRACKED[Document]._default_manager.count() == before


@pytest.mark.parametrize("way", ["update", "delete"])
def test_an_entry_is_not_altered_through_django_either(desk: str, way: str) -> None:
    builders.document("PAPER")
    entries = TRACKED[Document]._default_manager.all()
    with pytest.raises(Exception, match=r"permission denied|Cannot"):
        entries.update(title="forged") if way == "update" else entries.delete()

"""Rows of work queues, found by the database: what waits, since when, why, and the form it opens. All queues give the same five columns."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, F, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Left, Length
from django.db.models.lookups import LessThan
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from tracker.admin.queues.base import Found, Queue

COLUMNS = ("q_opens", "q_pk", "q_what", "q_since", "q_why", "q_detail")
ASSESS = "assess"
"""Opens a new assessment of an addressee, where other rows open the form of a record."""
COPIES = "copies"
"""Opens the page of a document's copies and address, where an address that moved is taken over."""


def rows(records: QuerySet[Any], *, opens: tuple[str, Any], what: Any, since: Any, why: Any, detail: Any = None) -> QuerySet[Any]:
    """A queryset in the columns of a queue.

    ``opens``: a model's name (with its app's before it where that is another than ours) and the expression for the primary key of the record whose
    form is opened. ``since`` is text that sorts by time.
    ``why`` names one of the queue's reasons, with ``detail`` as its ``%(detail)s``.
    """
    name, pk = opens
    columns = {
        "q_opens": Value(name, output_field=CharField()),
        "q_pk": Cast(pk, IntegerField()),
        "q_what": Cast(what, TextField()),
        "q_since": Cast(since, TextField()),
        "q_why": Cast(Value(why) if isinstance(why, str) else why, TextField()),
        "q_detail": Coalesce(Cast(Value("") if detail is None else detail, TextField()), Value("", output_field=TextField())),
    }
    return records.order_by().annotate(**columns).values(*COLUMNS)


def in_one(groups: Mapping[str, QuerySet[Any]]) -> QuerySet[Any]:
    """The rows of several groups as one list, oldest first."""
    first, *others = groups.values()
    return first.union(*others, all=True).order_by("q_since", "q_opens", "q_pk") if others else first.order_by("q_since", "q_pk")


def day(moment: Any) -> Func:
    """The day of a moment, as the site counts it, in a form that sorts."""
    return Func(
        F(moment) if isinstance(moment, str) else moment,
        template="to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
        output_field=TextField(),
    )


def ends_before(field: str, limit: dt.date) -> Any:
    """A condition: the last day that a partial date can mean lies before a day. Texts of one length sort as the dates that they say."""
    text = Cast(F(field), TextField())
    return LessThan(text, Left(Value(limit.isoformat()), Length(text)))


def found(queue: Queue, row: Mapping[str, Any]) -> Found:
    """A row as pages show it."""
    return Found(
        what=row["q_what"],
        since=row["q_since"],
        why=queue.reason(row["q_why"], row["q_detail"]),
        url=_opens(row["q_opens"], row["q_pk"]),
    )


def _opens(name: str, pk: int) -> str:
    """The form of a record; nothing where the desk has none."""
    if name == ASSESS:
        return f"{reverse('admin:tracker_assessment_add')}?{urlencode({'addressee': pk})}"
    if name == COPIES:
        return reverse("admin:tracker_document_sources", args=[pk])
    try:
        return reverse(f"admin:{name.replace('.', '_') if '.' in name else f'tracker_{name}'}_change", args=[pk])
    except NoReverseMatch:
        return ""

"""The queue of imports that need somebody: broken off, with rows refused, or with names or differences to decide."""

import datetime as dt
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from tracker.admin.queues.base import Queue
from tracker.admin.queues.rows import day, rows
from tracker.models import Import, ImportState

FAILED, PROBLEMS, NAMES, DIFFERENT = "failed", "problems", "names", "different"


def _number(name: str) -> Any:
    return Coalesce(Cast(KeyTextTransform(name, "preview__counts"), IntegerField()), Value(0))


def _with_errors(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    looked_at = Q(state=ImportState.PREVIEWED)
    failed, names = Q(state=ImportState.FAILED), looked_at & ~Q(preview__governments=[])
    problems, different = looked_at & Q(_problems__gt=0), looked_at & Q(_conflicts__gt=0)
    records = Import.objects.annotate(_problems=_number("problems"), _conflicts=_number("conflicts"))
    why = Case(
        When(failed, then=Value(FAILED)), When(names, then=Value(NAMES)), When(problems, then=Value(PROBLEMS)), default=Value(DIFFERENT),
        output_field=TextField(),
    )  # fmt: skip
    detail = Case(
        When(failed, then=F("problem")), When(problems, then=Cast("_problems", TextField())), default=Cast("_conflicts", TextField()),
        output_field=TextField(),
    )  # fmt: skip
    what = Concat(Value("#"), Cast("pk", TextField()), Value(" "), F("file_name"), output_field=TextField())
    found = records.filter(failed | names | problems | different)
    return {"import": rows(found, opens=("import", F("pk")), what=what, since=day("made_at"), why=why, detail=detail)}


IMPORTS = Queue(
    name="imports",
    label=_("Imports with errors"),
    advice=_("Rows refused, names that nobody knows, records that differ from what stands here. Open one, decide, or mend the file."),
    right="tracker.add_import",
    groups=_with_errors,
    reasons={
        FAILED: _("broken off: %(detail)s"),
        NAMES: _("names of governments are to be mapped"),
        PROBLEMS: _("problems: %(detail)s"),
        DIFFERENT: _("records here with other text: %(detail)s"),
    },
)

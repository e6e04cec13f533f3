"""What an import would do, or did, in the words of the desk: counts, problems, names, differences, first rows of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.admin.importing import frame
from tracker.admin.importing.draft import field_words
from tracker.editions.frozen import as_lines
from tracker.exchange.imports.findings import PROBLEMS, not_the_staffs, wrote
from tracker.exchange.profiles.kinds import is_flag
from tracker.exchange.schema import BY_NAME, Resource
from tracker.jobs.models import BackgroundJob, JobState
from tracker.models import Did, Import, ImportedRow, ImportPreview, ImportState
from tracker.models.importing import WROTE
from tracker.rules.formulas import harmless

PER_PAGE = 50
SHOWN_CELLS = 6
RECORDS_SHOWN = 30
HANDING_IN = "hand_in_import"
AT_WORK = (ImportState.PREVIEWING, ImportState.APPLYING)


# How far it is


@dataclass(frozen=True)
class Progress:
    """Whether a step goes on by itself, how far it is, and why it came to no end."""

    going: bool
    words: str = ""
    share: int = 0


def progress(batch: Import) -> Progress:
    """Of the step that was asked for last."""
    job: Any = BackgroundJob.objects.filter(pk=batch.job).with_state().first() if batch.job else None
    state = JobState(job.state) if job else None
    told = getattr(batch, "progress", None)
    if state == JobState.RUNNING or (batch.state in AT_WORK and state != JobState.WAITING):
        return Progress(True, told.words if told else _("It is being worked on."), round(100 * told.share) if told else 0)
    if state == JobState.WAITING:
        return Progress(True, _("It waits for its turn."))
    if state in (JobState.FAILED, JobState.STALLED) and batch.state != ImportState.UNDONE:
        why = job.said or _("its worker died.")
        return Progress(False, _("The last step came to no end: %(why)s") % {"why": why} if batch.state != ImportState.FAILED else "")
    if state == JobState.DONE and job.task_name == HANDING_IN and batch.state == ImportState.APPLIED:
        return Progress(False, job.said)
    return Progress(False)


# In words


def nouns(resource: Resource | None, name: str) -> str:
    """What the rows of one of a package's files are called."""
    return capfirst(str(resource.model._meta.verbose_name_plural)) if resource else name


def noun(name: str) -> str:
    """What one of them is called."""
    resource = BY_NAME.get(name)
    return capfirst(str(resource.model._meta.verbose_name)) if resource else name


def column_words(resource: str, column: str) -> str:
    """What a column of a package is called on the desk's forms."""
    found = BY_NAME[resource].by_name.get(column) if resource in BY_NAME else None
    return field_words(found) if found else column


def in_order(by_resource: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """By the files of a package, in their order: a database keeps the names in one of its own."""
    order = list(BY_NAME)
    return sorted(by_resource.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order))


def cell_words(resource: str, column: str, text: str) -> str:
    """A cell as the desk's forms show it: the word of a vocabulary, yes and no, else the text itself."""
    found = BY_NAME[resource].by_name.get(column) if resource in BY_NAME else None
    if found is None or not text:
        return text
    if is_flag(found):
        return {"true": _("yes"), "false": _("no")}.get(text, text)
    vocabulary = getattr(found.field, "vocabulary", None)
    return _(vocabulary(text).label) if vocabulary is not None and text in found.words else text


def counts_in_words(counts: dict[str, Any]) -> dict[str, Any]:
    """Counts as a table: a line a kind of record, and what is said of the rows of the file."""
    columns = ((Did.CREATED,), (Did.CHANGED, Did.TAKEN), (Did.SAME,), (Did.KEPT,))
    lines = [
        {"noun": nouns(BY_NAME.get(name), name), "numbers": [sum(of[did] for did in dids) for dids in columns]}
        for name, of in in_order(counts["resources"])
    ]
    rows = counts["rows"]
    return {
        "words": [_("created"), _("changed"), _("as they were"), _("left as they are here")],
        "lines": lines,
        "rows": _("Rows of the file: %(read)s read, %(skipped)s passed over, %(repeated)s duplicates, %(refused)s refused.") % rows,
        "not_the_staffs": not_the_staffs(counts),
        "writes": wrote(counts),
    }  # fmt: skip


def short(counts: Mapping[str, Any] | None) -> str:
    """Counts in a line, for a list."""
    if not counts:
        return "–"
    of: dict[str, int] = {}
    for line in counts["resources"].values():
        for did, number in line.items():
            of[did] = of.get(did, 0) + number
    return _("%(created)s created, %(changed)s changed, %(refused)s rows refused") % {
        "created": of.get(Did.CREATED, 0), "changed": of.get(Did.CHANGED, 0) + of.get(Did.TAKEN, 0), "refused": counts["rows"]["refused"],
    }  # fmt: skip


# The page


def context(batch: Import, request: HttpRequest) -> dict[str, Any]:
    """What a preview has to show."""
    preview: ImportPreview | None = getattr(batch, "preview", None)
    if preview is None or batch.state not in (ImportState.PREVIEWED, ImportState.APPLIED, ImportState.UNDONE):
        return {}
    counts = preview.counts
    problems: Page[Any] = Paginator(preview.problems, PER_PAGE).get_page(request.GET.get("problems"))
    conflicts: Page[Any] = Paginator(preview.conflicts, PER_PAGE).get_page(request.GET.get("conflicts"))
    changes: Page[Any] = Paginator(preview.changes, PER_PAGE).get_page(request.GET.get("changes"))
    return {
        "preview": preview,
        "counts": counts_in_words(counts),
        "problems": problems,
        "problem_count": counts["problems"],
        "problems_kept": min(counts["problems"], PROBLEMS),
        "refused": counts["rows"]["refused"],
        "unknown": [_unknown(index, one, request.POST) for index, one in enumerate(preview.governments[:PER_PAGE])],
        "unknown_count": len(preview.governments),
        "names_beyond": counts.get("names_beyond", 0),
        "conflicts": [_conflict(index, one, request.POST) for index, one in enumerate(conflicts.object_list)],
        "conflicts_page": conflicts,
        "conflicts_kept": len(preview.conflicts),
        "conflict_count": counts["conflicts"],
        "changes": [_change(one) for one in changes.object_list],
        "changes_page": changes,
        "changes_kept": len(preview.changes),
        "change_count": sum(of[Did.CHANGED] + of[Did.TAKEN] for of in counts["resources"].values()),
        "created": list(_created(preview.created)),
        "repeated": preview.repeated[:PER_PAGE],
        "repeated_count": counts["rows"]["repeated"],
        "skipped": preview.skipped,
    }


def _unknown(index: int, one: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """A name that is not known here, with what it was said to mean before a session ended."""
    return {"index": index, **one, "chosen": typed.get(f"code-{index}", "") if typed.get(f"name-{index}") == one["name"] else ""}


def _conflict(index: int, one: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """A record that stands here otherwise, with what was decided of it: what was typed before a session ended goes before what is saved."""
    resource, _colon, key = one["record"].partition(":")
    decision = typed.get(f"decision-{index}", "") if typed.get(f"record-{index}") == one["record"] else one["decision"]
    rows = [
        {
            "noun": noun(row["resource"]), "key": row["key"], "row": row["row"], "why": row["why"], "is_new": row["here"] is None,
            "cells": [
                (column_words(of, column), cell_words(of, column, (row["here"] or {}).get(column, "")), cell_words(of, column, text))
                for of in [row["resource"]] for column, text in row["file"].items()
            ],
        }
        for row in one["rows"]
    ]  # fmt: skip
    return {"index": index, "record": one["record"], "noun": noun(resource), "key": key, "take": decision == "take", "rows": rows}


def _change(one: Mapping[str, Any]) -> dict[str, Any]:
    of = one["resource"]
    cells = [
        (column_words(of, column), cell_words(of, column, text), cell_words(of, column, one["after"].get(column, "")))
        for column, text in one["before"].items()
    ]
    return {"noun": noun(of), "key": one["key"], "row": one["row"], "cells": cells}


def _created(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """By file, with the first cells of each row that say something."""
    by_resource: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_resource.setdefault(row["resource"], []).append(row)
    for name, found in in_order(by_resource):
        resource = BY_NAME.get(name)
        keys = {column.name for column in resource.key_columns} if resource else set()
        yield {
            "noun": nouns(resource, name),
            "is_first": name == "recommendations",
            "rows": [
                {
                    "key": row["key"], "row": row["row"],
                    "cells": [
                        (column_words(name, column), cell_words(name, column, text)) for column, text in row["cells"].items() if column not in keys
                    ][:SHOWN_CELLS],
                }
                for row in found
            ],
        }  # fmt: skip


def problems_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The problems as a file. Cells come from strangers: none is run as a formula."""
    batch = frame.found(request, pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{batch.pk}-problems.csv"'
    preview = getattr(batch, "preview", None)
    rows = [["row", "file", "problem"]]
    rows += [[str(each["row"] or ""), each["file"], each["sentence"]] for each in (preview.problems if preview else ())]
    if preview and preview.counts["problems"] > len(preview.problems):
        rows.append(["", "", _("%(more)s more, which are not listed.") % {"more": preview.counts["problems"] - len(preview.problems)}])
    response.write("\ufeff")
    response.writelines(as_lines([harmless(cell) for cell in row] for row in rows))
    return response


def written(batch: Import, request: HttpRequest) -> dict[str, Any]:
    """The records that an import wrote, as links to their forms."""
    names = [resource.name for resource in BY_NAME.values() if resource.is_record]
    rows = ImportedRow.objects.filter(batch=batch, did__in=WROTE, resource__in=names).order_by("pk")
    page: Page[Any] = Paginator(rows.only("resource", "key", "did", "record", "source_row"), RECORDS_SHOWN).get_page(request.GET.get("records"))
    found = []
    for row in page.object_list:
        model = BY_NAME[row.resource].model
        address = reverse(f"admin:tracker_{model._meta.model_name}_change", args=[row.record]) if row.record else ""
        found.append({"noun": noun(row.resource), "key": row.key, "did": _(Did(row.did).label), "row": row.source_row, "url": address})
    return {"records": found, "records_page": page}

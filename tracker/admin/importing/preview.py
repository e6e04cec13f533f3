"""What an import would do, or did, in the words of the desk: counts, problems, names, differences, first rows of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.admin.importing import frame, mending, reading
from tracker.admin.importing.draft import field_words
from tracker.editions.frozen import as_lines
from tracker.exchange import imports
from tracker.exchange.imports import Place
from tracker.exchange.imports.findings import (
    ROWS_LISTED,
    accounts_of_answers,
    copies_passed_over,
    dated_by_document,
    missing_from_file,
    not_the_staffs,
    problem_told,
    said_before_told,
    staying_told,
    to_list,
    without_partner,
    wrote,
)
from tracker.exchange.profiles.kinds import is_date, is_flag
from tracker.exchange.schema import BY_NAME, Resource
from tracker.jobs.models import BackgroundJob, JobState
from tracker.models import Did, Import, ImportPreview, ImportState, State
from tracker.rules.formulas import harmless

PER_PAGE = 50
RECORDS_SHOWN = 30
SUBMISSIONS_SHOWN = 10
AT_A_GLANCE = 3
"""New rows of a kind that stand there in a line each before any is opened. Where there are no more in all, they are open."""
LEADING = {
    "recommendations": ("statement",),
    "addressees": ("basis",),
    "assessments": ("status", "government"),
    "positions": ("answer", "statement"),
    "actions": ("title", "government"),
    "events": ("kind",),
    "effects": ("direction", "recommendation"),
    "searches": ("found",),
    "themes": ("name",),
    "documents": ("title",),
    "citations": ("says",),
    "measures": ("name",),
    "citation_uses": ("stance",),
}
"""By which cells, besides its dates, a new row is known: the kinds of record in the order in which people check them, then whatever else there is."""
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
    if state in (JobState.FAILED, JobState.STALLED) and batch.state not in (ImportState.UNDONE, ImportState.DISCARDED):
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


def key_words(name: str, key: str) -> str:
    """What a row of one of a package's files is called: what its key is made of, without what is empty, a word of a vocabulary as the desk has it."""
    columns = BY_NAME[name].key_columns if name in BY_NAME else []
    parts = key.split("/")
    if len(parts) != len(columns):
        return key
    return " · ".join(cell_words(name, column.name, part) for column, part in zip(columns, parts, strict=True) if part)


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
    """Counts as a table: a line a kind of record, and what is said of the rows of the file. Each number with the part of the page that tells more."""
    differing = "conflicts" if counts["conflicts"] else ""
    any_gone, staying = any(of.get(Did.GONE, 0) for of in counts["resources"].values()), counts.get("staying", {})
    rows = counts["rows"]
    tally = [(ngettext("%(count)s row of the file read", "%(count)s rows of the file read", rows["read"]) % {"count": rows["read"]}, "")]
    if count := rows["skipped"]:
        tally.append((_("%(count)s skipped, as the profile says") % {"count": count}, "skipped"))
    if count := rows["repeated"]:
        tally.append((ngettext("%(count)s duplicate", "%(count)s duplicates", count) % {"count": count}, "skipped"))
    if count := counts.get("said_before", 0):
        tally.append((_("%(count)s with words that stand already") % {"count": count}, "said-before"))
    if count := rows["refused"]:
        tally.append((_("%(count)s refused") % {"count": count}, "refused"))
    lines = []
    for name, of in in_order({**{name: dict.fromkeys(map(str, Did), 0) for name in staying}, **counts["resources"]}):
        columns = [
            (of[Did.CREATED], f"created-{name}"), (of[Did.CHANGED] + of[Did.TAKEN], "changes"), (of[Did.SAME], ""), (of[Did.KEPT], differing),
            *([(of[Did.GONE], "changes")] if any_gone else []), *([(staying.get(name, {}).get("count", 0), differing)] if staying else []),
        ]  # fmt: skip
        lines.append({"noun": nouns(BY_NAME.get(name), name), "numbers": [(number, place if number else "") for number, place in columns]})
    return {
        "words": [
            _("created"),
            _("changed"),
            _("already here, the same"),
            _("here with other text, kept"),
            *([_("taken away")] if any_gone else []),
            *([_("no longer in the file, kept")] if staying else []),
        ],
        "lines": lines,
        "rows": tally,
        "advice": [
            *staying_told(counts, key_words),
            *dated_by_document(counts),
            *without_partner(counts),
            *filter(None, [accounts_of_answers(counts), missing_from_file(counts), not_the_staffs(counts), copies_passed_over(counts)]),
        ],
        "writes": wrote(counts),
    }


def short(counts: Mapping[str, Any] | None) -> str:
    """Counts in a line, for a list."""
    if not counts:
        return "–"
    of: dict[str, int] = {}
    for line in counts["resources"].values():
        for did, number in line.items():
            of[did] = of.get(did, 0) + number
    changed, refused = of.get(Did.CHANGED, 0) + of.get(Did.TAKEN, 0), counts["rows"]["refused"]
    told = [_("%(count)s created") % {"count": of.get(Did.CREATED, 0)}, _("%(count)s changed") % {"count": changed}]
    if gone := of.get(Did.GONE, 0):
        told.append(_("%(count)s taken away") % {"count": gone})
    if refused:
        told.append(ngettext("%(count)s row refused", "%(count)s rows refused", refused) % {"count": refused})
    return ", ".join(told)


# The page


def context(batch: Import, request: HttpRequest) -> dict[str, Any]:
    """What a preview has to show."""
    preview: ImportPreview | None = getattr(batch, "preview", None)
    if preview is None or batch.state not in (ImportState.PREVIEWED, ImportState.APPLIED, ImportState.UNDONE):
        return {}
    counts = preview.counts
    profile, _lacks = reading.profile_of(batch)
    unknown_words = [one for one in preview.problems if "value" in one]
    others = preview.problems[len(unknown_words) :]
    other_count = counts["problems"] - sum(one["count"] for one in unknown_words)
    problems: Page[Any] = Paginator(others, PER_PAGE).get_page(request.GET.get("problems"))
    conflicts: Page[Any] = Paginator(preview.conflicts, PER_PAGE).get_page(request.GET.get("conflicts"))
    changes: Page[Any] = Paginator(preview.changes, PER_PAGE).get_page(request.GET.get("changes"))
    return {
        "preview": preview,
        "counts": counts_in_words(counts),
        "in_profile": "in_profile" in request.POST or not {"names", "words"} & set(request.POST),
        "keep_under": request.POST.get("keep_under", ""),
        "words": (words := mending.unknown_words(batch, profile, unknown_words[:PER_PAGE], request.POST)),
        "needs_words": any(line["is_kept_here"] for line in words),
        "word_count": len(unknown_words),
        "problems": [(problem_told(one), *mending.place(batch, profile, one["about"])) for one in problems.object_list],
        "problems_page": problems,
        "problem_count": other_count,
        "problems_kept": sum(one["count"] for one in others),
        "refused": counts["rows"]["refused"],
        "unknown": [_unknown(index, one, request.POST) for index, one in enumerate(preview.governments[:PER_PAGE])],
        "unknown_count": len(preview.governments),
        "names_beyond": counts.get("names_beyond", 0),
        "conflicts": [_conflict(index, one, request.POST) for index, one in enumerate(conflicts.object_list)],
        "conflicts_page": conflicts,
        "any_to_decide": any(one.get("may_be_taken", True) for one in preview.conflicts),
        "conflicts_kept": len(preview.conflicts),
        "conflict_count": counts["conflicts"],
        "changes": [_change(one) for one in changes.object_list],
        "changes_page": changes,
        "changes_kept": len(preview.changes),
        "change_count": to_list(counts),
        "created": list(_created(preview.created, counts["resources"])),
        "repeated": preview.repeated[:PER_PAGE],
        "repeated_count": counts["rows"]["repeated"],
        "said_before": [said_before_told(one) for one in preview.said_before[:PER_PAGE]],
        "said_before_count": counts.get("said_before", 0),
        "skipped": preview.skipped,
        "left_out": [{**one, "field": mending.words_of_place(profile, one["about"])} for one in counts.get("left_out", ())],
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
            "noun": noun(row["resource"]), "key": key_words(row["resource"], row["key"]), "row": row["row"], "why": row["why"],
            "is_new": row["here"] is None, "stays": not row.get("may_be_taken", True),
            "cells": [
                (column_words(of, column), cell_words(of, column, (row["here"] or {}).get(column, "")), cell_words(of, column, text))
                for of in [row["resource"]] for column, text in row["file"].items()
            ],
        }
        for row in one["rows"]
    ]  # fmt: skip
    return {
        "index": index, "record": one["record"], "noun": noun(resource), "key": key, "take": decision == "take", "rows": rows,
        "may_be_taken": one.get("may_be_taken", True), "some_stay": any(row["stays"] for row in rows),
    }  # fmt: skip


def _change(one: Mapping[str, Any]) -> dict[str, Any]:
    of = one["resource"]
    cells = [
        (column_words(of, column), cell_words(of, column, text), cell_words(of, column, one["after"].get(column, "")))
        for column, text in one["before"].items()
    ]
    return {"noun": noun(of), "key": key_words(of, one["key"]), "row": one["row"], "cells": cells, "gone": not one["after"]}


def _created(rows: Sequence[Mapping[str, Any]], counts: Mapping[str, Mapping[str, int]]) -> Iterator[dict[str, Any]]:
    """The first new rows by file, what people check first: each as a line to be read at a glance, and with all that it says."""
    by_resource: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_resource.setdefault(row["resource"], []).append(row)
    few = sum(of[Did.CREATED] for of in counts.values()) <= AT_A_GLANCE
    order = list(LEADING)
    for name, found in sorted(in_order(by_resource), key=lambda one: order.index(one[0]) if one[0] in order else len(order)):
        lines = [_new(name, row) for row in found]
        yield {
            "name": name, "noun": nouns(BY_NAME.get(name), name), "open": few, "count": counts[name][Did.CREATED], "shown": len(found),
            "lines": lines[:AT_A_GLANCE], "more": lines[AT_A_GLANCE:],
        }  # fmt: skip


def _new(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A new row: its dates and what it is known by in a line, and its cells in the same order, the others after them."""
    resource, cells = BY_NAME.get(name), row["cells"]
    known = resource.by_name if resource else {}
    key = {column.name for column in resource.key_columns} if resource and len(resource.key_columns) == 1 else set()
    dates = [column for column in cells if column in known and is_date(known[column])]
    leading = [column for column in LEADING.get(name, ()) if cells.get(column)]
    rest = [column for column in cells if column not in (*dates, *leading, *key)]

    def told(columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(column_words(name, column), cell_words(name, column, cells[column])) for column in columns]

    return {
        "key": key_words(name, row["key"]),
        "row": row["row"],
        "dates": told(dates),
        "line": " · ".join(words for _label, words in told(leading)),
        "cells": told([*dates, *leading, *rest]),
    }


def problems_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The problems as a file, a line for each row. Cells come from strangers: none is run as a formula."""
    batch = frame.found(request, pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{batch.pk}-problems.csv"'
    preview = getattr(batch, "preview", None)
    rows = [["row", "file", "problem"]]
    for each in preview.problems if preview else ():
        rows += [[str(row), each["file"], each["sentence"]] for row in each["rows"] or [""]]
        if len(each["rows"]) >= ROWS_LISTED:
            told = {"count": ROWS_LISTED, "sentence": each["sentence"]}
            rows.append(["", each["file"], _("The first %(count)s rows of it are listed: %(sentence)s") % told])
    rows += _unknown_names(preview) if preview else []
    if preview and (more := preview.counts["problems"] - sum(each["count"] for each in preview.problems)) > 0:
        rows.append(["", "", _("%(more)s more, which are not listed.") % {"more": more}])
    response.write("\ufeff")
    response.writelines(as_lines([harmless(cell) for cell in row] for row in rows))
    return response


def _unknown_names(preview: ImportPreview) -> list[list[str]]:
    """Names of governments that nobody knows here, as lines of the same file."""
    rows = []
    for one in preview.governments:
        sentence = _("“%(name)s” is the name of no government that is known here.") % {"name": one["name"]}
        rows += [[str(row), "", sentence] for row in one["rows"]]
        if one["count"] > len(one["rows"]):
            rows.append(["", "", _("The first %(count)s rows of it are listed: %(sentence)s") % {"count": len(one["rows"]), "sentence": sentence}])
    if beyond := preview.counts.get("names_beyond", 0):
        more = _("In %(names_beyond)s more cells stand names that are not listed: is this the column of governments?") % {"names_beyond": beyond}
        rows.append(["", "", more])
    return rows


# What it wrote


def written(batch: Import, request: HttpRequest) -> dict[str, Any]:
    """The records that an import wrote, as links to their forms, where each stands now, and what was not ready when its drafts were submitted."""
    page: Page[Any] = Paginator(imports.names_of(batch), RECORDS_SHOWN).get_page(request.GET.get("records"))
    stayed: Page[Any] = Paginator(batch.preview.stayed, PER_PAGE).get_page(request.GET.get("stayed"))
    names = {(row["of_resource"], row["of_key"]): row for row in page.object_list}
    left = {(one["resource"], one["key"]): one["reasons"] for one in stayed.object_list}
    numbers = {**dict.fromkeys(left), **{name: row["own"] for name, row in names.items()}}
    found = imports.places([(*name, number) for name, number in numbers.items()])
    counted = imports.counted(batch)
    submissions = list(imports.submissions_of(batch)[: SUBMISSIONS_SHOWN + 1])
    return {
        "records": [
            {**_record(name, found[name]), "did": _(Did(row["how"]).label) if row["how"] else _("changed in part")} for name, row in names.items()
        ],
        "records_page": page,
        "drafts": imports.to_submit(counted),
        "record_count": sum(counted.values()),
        "stands": [(_(stands.label), count) for stands, count in counted.items() if count],
        "submissions": [(_of_submission(one.pk), f"#{one.pk}", _(State(one.state).label)) for one in submissions[:SUBMISSIONS_SHOWN]],
        "more_submissions": len(submissions) > SUBMISSIONS_SHOWN,
        "stayed": [{**_record(name, found[name]), "why": reasons} for name, reasons in left.items()],
        "stayed_page": stayed,
        "stayed_count": len(batch.preview.stayed),
    }


def _of_submission(number: int | None) -> str:
    return reverse("admin:tracker_submission_change", args=[number]) if number else ""


def _record(name: tuple[str, str], place: Place) -> dict[str, Any]:
    """A record as a list shows it."""
    resource, key = name
    address = reverse(f"admin:tracker_{BY_NAME[resource].model._meta.model_name}_change", args=[place.record]) if place.record else ""
    waits = _of_submission(place.submission)
    return {"noun": noun(resource), "key": key, "url": address, "stands": _(place.stands.label), "waits": waits, "submission": place.submission}

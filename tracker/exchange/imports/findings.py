"""What an import does, counted exactly and shown in part: the shape of :class:`~tracker.models.importing.ImportPreview`.

``counts``     {"rows": {"read", "skipped", "refused", "repeated"}, "problems": n, "conflicts": n,
               "not_the_staffs": {"count": n, "rows": [the first of them]},
               "passed_over": {"snapshots": n}, rows of archived copies that do not stand here: an import brings none
               "said_before": new recommendations whose words stand already under another reference
               "dated": {"on": day, "shown_from": day, "recommendation": n, "position": n}; how many new ones have the date of the file's document, as
               the file gives none. ``shown_from``: the last day that this date can mean, where that lies ahead: readers see nothing of it before
               "accounts": {"under_consideration": n, "rejected": n, "noted": n}; accounts of governments themselves that are written and made of
               an answer alone, by status; how many of them only take note
               "joins": [{"name", "rows": {"count", "first": [row, ...]}, "others": {"count", "first": [row, ...]}}, ...]; of second files: rows of
               the file that have none there, and rows there that no row of the file has
               "staying": {"addressees": {"count": n, "first": [key, ...]}, ...}; what earlier files brought and this one has no longer, and what
               stays all the same
               "missing": {"count": n, "first": [reference, ...]}; recommendations of earlier files of this profile that this one does not have
               "left_out": [{"about", "value", "count", "rows": [the first of them]}, ...]; what means nothing, as somebody said
               "resources": {"recommendations": {"created", "changed", "taken", "gone", "same", "kept"}, ...}}
``problems``   [{"rows", "count", "file", "sentence", "about"}, ...]; each once, the sentence without its row; ``file`` is that of a package, else
               empty; ``about`` what of the profile it was read by, if any. First, with their ``value``, words that their field does not take, the
               most frequent first; the others in the order of the first row that each is of
``governments``[{"name", "count", "rows", "known", "candidates", "suggestions": [[code, name], ...]}, ...], the most frequent first
``conflicts``  [{"record": "recommendations:R-1", "decision": "keep" | "take", "may_be_taken": whether staff may decide for the file,
               "rows": [{"resource", "key", "row", "why", "may_be_taken", "here": {column: text} | None, "file": {column: text}}, ...]}, ...]; of a
               row that stands here, only the columns that differ; of a record that may be taken there may be rows that stay all the same
``changes``    [{"resource", "key", "row", "before": {column: text}, "after": {column: text}}, ...]; only the columns that differ. First what is no
               longer in the file and goes: ``after`` is empty then
``created``    [{"resource", "key", "row", "cells": {column: text}}, ...]; the first of each file of a package
``repeated``   [{"row", "first"}, ...]
``said_before``[{"row", "reference", "stands_as", "document"}, ...]; ``document`` is empty where it is the same
``skipped``    [{"reason", "count", "rows"}, ...]
``stayed``     [{"resource", "key", "reasons": [sentence, ...]}, ...]; of an applied import, what was not ready when its drafts were submitted last

The counts are of everything; the lists are cut at the numbers below. Of the conflicts those that nobody decided come first.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.exchange.files import Problem, Row
from tracker.exchange.imports.beside import KEEP, Difference, name_told, plain_key, told
from tracker.exchange.imports.said_before import SaidBefore
from tracker.exchange.profiles.kinds import plain
from tracker.exchange.profiles.mapping import MappedRow, Unknown
from tracker.exchange.schema import BY_NAME, RESOURCES
from tracker.exchange.standing import Name
from tracker.models import Did, Import, ImportPreview
from tracker.models.importing import WROTE
from tracker.rules.vocabulary import Answer, Status

PROBLEMS = 500
UNKNOWN_WORDS = 1000
ROWS_LISTED = 100  # of each problem
ROWS_SHOWN = 5
CONFLICTS = 500
CHANGES = 500
CREATED = 20  # of each file of a package
REPEATED = 200
SAID_BEFORE = 200
GOVERNMENTS = 1000
ROWS_TOLD = 20
UNTOLD = ("citation_uses",)  # what goes of these is counted: the passage that goes with it is told
DATES = {"recommendations": ("recommendation", "recommended_on"), "positions": ("position", "on")}
"""Dates that are the document's where the file gives none."""
NOTED = Answer.NOTED.value
LONGEST = 2000  # characters of a cell that are shown
_FILES = {resource.file: place for place, resource in enumerate(RESOURCES)}


class Findings:
    """Gathered while an import runs."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.resources: dict[str, Counter[str]] = defaultdict(Counter)
        self.problems: dict[tuple[str, str], dict[str, Any]] = {}  # by file and sentence
        self.unknown_words: dict[tuple[str, str], dict[str, Any]] = {}  # by field and word
        self.problem_count = 0
        self.conflicts: dict[str, dict[str, Any]] = {}  # that nobody decided
        self.decided: dict[str, dict[str, Any]] = {}  # or of which there is nothing to decide
        self.conflict_names: set[str] = set()
        self.staying: dict[str, dict[str, Any]] = {}
        self.changes: list[dict[str, Any]] = []
        self.gone: list[dict[str, Any]] = []
        self.created: list[dict[str, Any]] = []
        self.repeated: list[dict[str, int]] = []
        self.said_before: list[dict[str, Any]] = []
        self.said_before_count = 0
        self.passed_over: Counter[str] = Counter()
        self.unknown: list[dict[str, Any]] = []
        self.names_beyond = 0
        self.skipped: list[dict[str, Any]] = []
        self.left_out: list[dict[str, Any]] = []
        self.dated_on, self.shown_from = "", ""
        self.dated: Counter[str] = Counter()
        self.accounts: Counter[str] = Counter()
        self.missing: dict[str, Any] = {}
        self.joins: list[dict[str, Any]] = []  # what has nothing in the other file
        self.not_the_staffs: list[int] = []  # rows of which the profile calls the verdict the staff's, and which lack what that takes
        self._digest = hashlib.blake2b(digest_size=32)

    def add_problem(self, problem: Problem | str, *, in_package: bool = False) -> None:
        """A reason for which a row is refused."""
        self.problem_count += 1
        if not isinstance(problem, Problem):
            problem = Problem((-1, 0, 0), problem)
        file = RESOURCES[problem.place[0]].file if in_package and problem.place[0] >= 0 else ""
        words = problem.words or problem.sentence
        told: dict[str, Any] = {"rows": [], "count": 0, "file": file, "sentence": words, "about": problem.about}
        word = (problem.about, plain(problem.unknown))
        if problem.unknown and (word in self.unknown_words or len(self.unknown_words) < UNKNOWN_WORDS):
            told = self.unknown_words.setdefault(word, {**told, "value": problem.unknown})
        elif (file, words) in self.problems or len(self.problems) < PROBLEMS:
            told = self.problems.setdefault((file, words), told)
        told["count"] += 1
        told["rows"] += problem.rows[: ROWS_LISTED - len(told["rows"])]

    def add_outcome(self, row: Row, did: Did, wrote: str, before: dict[str, str] | None) -> None:
        """What becomes of one row of a package's file."""
        name, key = row.resource.name, told(row.key)
        self.resources[name][did.value] += 1
        if isinstance(row, MappedRow) and row.answer and did in WROTE:
            self.accounts.update([row.cells["status"], *([NOTED] if row.answer == NOTED else [])])
        if did == Did.CREATED and isinstance(row, MappedRow) and name in DATES:
            kind, column = DATES[name]
            self.dated[kind] += bool(column in row.assumed and row.cells[column])
        self._digest.update(f"{name}\x1f{key}\x1f{did.value}\x1f{wrote}\x1e".encode("utf-8", "surrogatepass"))
        if did is Did.CREATED and self.resources[name][Did.CREATED.value] <= CREATED:
            self.created.append({"resource": name, "key": key, "row": row.line, "cells": _cut({n: c for n, c in row.cells.items() if c})})
        if did is Did.GONE and name not in UNTOLD and len(self.gone) < CHANGES:
            cells = {column: cell for column, cell in row.cells.items() if cell}
            self.gone.append({"resource": name, "key": key, "row": 0, "before": _cut(cells), "after": {}})
        if did in (Did.CHANGED, Did.TAKEN) and before is not None and len(self.changes) < CHANGES:
            columns = [column for column, cell in row.cells.items() if cell != before[column]]
            shown = {"before": _cut({column: before[column] for column in columns}), "after": _cut({column: row.cells[column] for column in columns})}
            self.changes.append({"resource": name, "key": key, "row": row.line, **shown})

    def add_conflict(self, root: Name, differences: list[Difference], decided: str) -> None:
        """A record that stands here with other text, and what staff decided; empty where nobody did."""
        may_be_taken = any(each.may_be_taken for each in differences)
        name, decision = name_told(root), (may_be_taken and decided) or KEEP
        conflicts = self.decided if name in self.decided or (name not in self.conflicts and (decided or not may_be_taken)) else self.conflicts
        self.conflict_names.add(name)
        for difference in differences:
            self._digest.update(f"{name}\x1f{decision}\x1f{told(difference.row.key)}\x1f{difference.why}\x1e".encode("utf-8", "surrogatepass"))
        if name not in conflicts and len(conflicts) >= CONFLICTS:
            return
        entry = conflicts.setdefault(name, {"record": name, "decision": decision, "may_be_taken": may_be_taken, "rows": []})
        for difference in differences[: ROWS_TOLD - len(entry["rows"])]:
            here, file = difference.here, difference.file
            columns = [column for column, cell in file.items() if (cell if here is None else cell != here[column])]
            entry["rows"].append({
                "resource": difference.row.resource.name, "key": told(difference.row.key), "row": difference.row.line, "why": difference.why,
                "may_be_taken": difference.may_be_taken,
                "here": None if here is None else _cut({column: here[column] for column in columns}),
                "file": _cut({column: file[column] for column in columns}),
            })  # fmt: skip

    def add_staying(self, rows: Iterable[Row]) -> None:
        """What the file has no longer and what stays here as it is."""
        for row in rows:
            told_of = self.staying.setdefault(row.resource.name, {"count": 0, "first": []})
            told_of["count"] += 1
            if len(told_of["first"]) < ROWS_TOLD:
                told_of["first"].append(told(row.key))

    def add_repeated(self, row: int, first: int) -> None:
        """A row of the file that says what an earlier one says."""
        self.rows["repeated"] += 1
        if len(self.repeated) < REPEATED:
            self.repeated.append({"row": row, "first": first})

    def add_said_before(self, found: SaidBefore) -> None:
        """A new recommendation whose words stand already under another reference."""
        self.said_before_count += 1
        if len(self.said_before) < SAID_BEFORE:
            self.said_before.append(vars(found))

    def add_unknown(self, unknown: list[Unknown], beyond: int) -> None:
        """Names of governments that nobody knows here, the most frequent first; ``beyond``: in how many cells others stand, not told apart."""
        ordered = sorted(unknown, key=lambda one: (-one.count, one.name))
        self.names_beyond = beyond + sum(one.count for one in ordered[GOVERNMENTS:])
        self.unknown = [
            {
                "name": one.name, "count": one.count, "rows": one.rows[:ROWS_TOLD], "known": one.known, "candidates": list(one.candidates),
                "suggestions": [list(suggestion) for suggestion in one.suggestions],
            }
            for one in ordered[:GOVERNMENTS]
        ]  # fmt: skip

    @property
    def counts(self) -> dict[str, Any]:
        """All that is counted."""
        return {
            "rows": {name: self.rows[name] for name in ("read", "skipped", "refused", "repeated")},
            "problems": self.problem_count,
            "conflicts": len(self.conflict_names),
            "staying": self.staying,
            "not_the_staffs": {"count": len(self.not_the_staffs), "rows": self.not_the_staffs[:ROWS_TOLD]},
            "names_beyond": self.names_beyond,
            "passed_over": dict(self.passed_over),
            "said_before": self.said_before_count,
            "left_out": self.left_out,
            "dated": {"on": self.dated_on, "shown_from": self.shown_from, **self.dated},
            "accounts": dict(self.accounts),
            "joins": self.joins,
            "missing": self.missing,
            "resources": {
                resource.name: {did.value: self.resources[resource.name][did.value] for did in Did}
                for resource in RESOURCES
                if resource.name in self.resources
            },
        }

    @property
    def digest(self) -> str:
        """Of every outcome, in order."""
        return self._digest.hexdigest()

    def keep(self, batch: Import) -> ImportPreview:
        """As the batch's preview, in place of an earlier one."""
        conflicts = [*self.conflicts.values(), *self.decided.values()][:CONFLICTS]
        words = sorted(self.unknown_words.values(), key=lambda word: (-word["count"], word["about"], word["value"]))
        problems = sorted(self.problems.values(), key=lambda problem: (_FILES.get(problem["file"], -1), min(problem["rows"], default=0)))
        shown = {
            "counts": self.counts, "problems": [*words, *problems], "governments": self.unknown, "conflicts": conflicts,
            "changes": [*self.gone, *self.changes], "created": self.created, "repeated": self.repeated, "said_before": self.said_before,
            "skipped": self.skipped, "digest": self.digest,
        }  # fmt: skip
        return ImportPreview.objects.update_or_create(batch=batch, defaults=_without_nul(shown))[0]


def wrote(counts: dict[str, Any]) -> int:
    """How many rows are written: created, changed, taken over or taken away."""
    return sum(of.get(did, 0) for of in counts["resources"].values() for did in ("created", "changed", "taken", "gone"))


def to_list(counts: dict[str, Any]) -> int:
    """How many changes there are to list: rows that change, are taken over or go, but for those that go with one that is told."""
    told = {did.value for did in (Did.CHANGED, Did.TAKEN)}
    return sum(
        number for name, of in counts["resources"].items() for did, number in of.items() if did in told or (did == Did.GONE and name not in UNTOLD)
    )


def sentences(counts: dict[str, Any]) -> list[str]:
    """The counts in words: what would be created, changed, left and refused."""
    rows = counts["rows"]
    said = [
        _("Rows: %(read)s read, %(skipped)s skipped as the profile says, %(repeated)s that say what another says, %(refused)s refused.") % rows,
    ]
    for resource in RESOURCES:
        if of := counts["resources"].get(resource.name):
            said.append(
                _("%(file)s: %(created)s created, %(changed)s changed, %(same)s already here, %(kept)s kept as they stand here.")
                % {"file": resource.name, "created": of["created"], "changed": of["changed"] + of["taken"], "same": of["same"], "kept": of["kept"]}
            )
            if gone := of.get("gone", 0):
                said.append(
                    _("%(file)s: %(gone)s taken away: what stood here from this file and is no longer in it.") % {"file": resource.name, "gone": gone}
                )
    if not wrote(counts):
        said.append(_("Nothing changes."))
    if count := counts["conflicts"]:
        said.append(
            ngettext(
                "%(count)s record stands here otherwise than in the file; it stays as it is unless you take the file's.",
                "%(count)s records stand here otherwise than in the file; they stay as they are unless you take the file's.",
                count,
            )
            % {"count": count}
        )
    said += staying_told(counts, plain_key_of)
    if words := copies_passed_over(counts):
        said.append(words)
    if words := words_stand_already(counts):
        said.append(words)
    said += [*dated_by_document(counts), *without_partner(counts)]
    if words := accounts_of_answers(counts):
        said.append(words)
    if words := missing_from_file(counts):
        said.append(words)
    if words := not_the_staffs(counts):
        said.append(words)
    return said


def plain_key_of(_resource: str, key: str) -> str:
    """A key as a command prints it."""
    return plain_key(key)


def staying_told(counts: dict[str, Any], called: Callable[[str, str], str]) -> list[str]:
    """What earlier files brought and this one has no longer and what stays as it is, a sentence a kind of record; ``called`` says a key in words."""
    found = []
    for name, of in counts.get("staying", {}).items():
        which = "; ".join(called(name, key) for key in of["first"]) + ("; …" if of["count"] > len(of["first"]) else "")
        meta = BY_NAME[name].model._meta
        what = str(meta.verbose_name if of["count"] == 1 else meta.verbose_name_plural)
        sentence = ngettext(
            "%(count)s %(what)s of an earlier file that is not in this one stays here as it is: %(which)s.",
            "%(count)s %(what)s of earlier files that are not in this one stay here as they are: %(which)s.",
            of["count"],
        )
        found.append(sentence % {"count": of["count"], "what": what, "which": which})
    return found


def copies_passed_over(counts: dict[str, Any]) -> str:
    """How many archived copies a package names that do not come with an import, in a sentence; empty where there is none."""
    if not (count := sum(counts.get("passed_over", {}).values())):
        return ""
    return ngettext(
        "%(count)s archived copy is passed over: its bytes are not in the package, so an import does not say that they are held here.",
        "%(count)s archived copies are passed over: their bytes are not in the package, so an import does not say that they are held here.",
        count,
    ) % {"count": count}


def words_stand_already(counts: dict[str, Any]) -> str:
    """How many new recommendations say what one says that stands already, in a sentence; empty where none does."""
    if not (count := counts.get("said_before", 0)):
        return ""
    return ngettext(
        "%(count)s new recommendation has words that stand already under another reference; look whether it is the same.",
        "%(count)s new recommendations have words that stand already under another reference; look whether they are the same.",
        count,
    ) % {"count": count}


def said_before_told(found: dict[str, Any]) -> str:
    """One of them as a sentence."""
    if found["document"]:
        return _("row %(row)s: these words stand already as %(stands_as)s, of the document %(document)s.") % found
    return _("row %(row)s: these words stand already as %(stands_as)s.") % found


def dated_by_document(counts: dict[str, Any]) -> list[str]:
    """How many dates are assumed, in sentences: the document's stands where the file gives none; and where readers must wait for its day."""
    dated, said = counts.get("dated", {}), []
    if count := dated.get("recommendation", 0):
        words = ngettext(
            "%(count)s recommendation has no date in the file: the date of the document stands, %(on)s, and the passage that cites it says so.",
            "%(count)s recommendations have no date in the file: the date of the document stands, %(on)s, and the passages that cite them say so.",
            count,
        )
        said.append(words % {"count": count, "on": dated["on"]})
    if count := dated.get("position", 0):
        words = ngettext(
            "%(count)s answer of a government has no date in the file: the date of the document stands, %(on)s, and the passage says so.",
            "%(count)s answers of governments have no date in the file: the date of the document stands, %(on)s, and the passages say so.",
            count,
        )
        said.append(words % {"count": count, "on": dated["on"]})
    if day := dated.get("shown_from"):
        words = _(
            "The last day that the date of the document, %(on)s, can mean is %(day)s: readers are shown neither the document nor what has its date"
            " before that day, even once it is published. Say the exact day where you know it."
        )
        said.append(words % {"on": dated["on"], "day": day})
    return said


def accounts_of_answers(counts: dict[str, Any]) -> str:
    """How many answers without a status stand beside an account of the government itself, with which statuses, in a sentence; empty for none."""
    accounts = counts.get("accounts", {})
    by_status = [(Status(status), count) for status, count in sorted(accounts.items()) if status != NOTED]
    if not (count := sum(count for _status, count in by_status)):
        return ""
    told = ", ".join(f"{_(status.label)}: {count}" for status, count in by_status)
    if noted := accounts.get(NOTED, 0):
        told += _("; %(noted)s of them only took note, which is no position") % {"noted": noted}
    words = ngettext(
        "%(count)s answer of a government has no status beside it in the file: it stands beside an account of the government itself that says no more"
        " than the answer (%(told)s), which is never counted as the staff's.",
        "%(count)s answers of governments have no status beside them in the file: each stands beside an account of the government itself that says no"
        " more than the answer (%(told)s), which is never counted as the staff's.",
        count,
    )
    return words % {"count": count, "told": told}


def without_partner(counts: dict[str, Any]) -> list[str]:
    """What of a file and the second files joined to it has nothing in the other, in sentences."""
    said = []
    for join in counts.get("joins", ()):
        if count := join["rows"]["count"]:
            words = ngettext(
                "%(count)s row of the file has none in the second file, “%(name)s”: row %(rows)s.",
                "%(count)s rows of the file have none in the second file, “%(name)s”: rows %(rows)s.",
                count,
            )
            said.append(words % {"count": count, "name": join["name"], "rows": _first_of(join["rows"])})
        if count := join["others"]["count"]:
            words = ngettext(
                "%(count)s row of the second file, “%(name)s”, is not used, as no row of the file has its key: row %(rows)s.",
                "%(count)s rows of the second file, “%(name)s”, are not used, as no row of the file has their keys: rows %(rows)s.",
                count,
            )
            said.append(words % {"count": count, "name": join["name"], "rows": _first_of(join["others"])})
    return said


def missing_from_file(counts: dict[str, Any]) -> str:
    """How many recommendations that earlier files of the profile gave are not in this one, in a sentence; empty where none is."""
    if not (missing := counts.get("missing")):
        return ""
    return ngettext(
        "%(count)s recommendation that stands here from an earlier file of this profile is not in this one; it stays as it is: %(which)s.",
        "%(count)s recommendations that stand here from earlier files of this profile are not in this one; they stay as they are: %(which)s.",
        missing["count"],
    ) % {"count": missing["count"], "which": _first_of(missing)}


def _first_of(found: dict[str, Any]) -> str:
    return ", ".join(map(str, found["first"])) + (", …" if found["count"] > len(found["first"]) else "")


def gone_told(change: dict[str, Any]) -> str:
    """That something is no longer in the file, in a sentence."""
    resource = BY_NAME[change["resource"]]
    said = {"noun": resource.model._meta.verbose_name, "key": plain_key(change["key"])}
    return _("%(noun)s %(key)s stood here from this file and is no longer in it; it is taken away.") % said


def not_the_staffs(counts: dict[str, Any]) -> str:
    """How many verdicts stay the source's though the profile calls them the staff's, and why, in a sentence; empty where none does."""
    found = counts.get("not_the_staffs") or {"count": 0, "rows": []}
    if not found["count"]:
        return ""
    rows = ", ".join(map(str, found["rows"])) + ("…" if found["count"] > len(found["rows"]) else "")
    return ngettext(
        "The status of %(count)s row stays the source's own: to be the staff's it needs a date and a supporting citation of another document"
        " (row %(rows)s).",
        "The statuses of %(count)s rows stay the source's own: to be the staff's each needs a date and a supporting citation of another document"
        " (rows %(rows)s).",
        found["count"],
    ) % {"count": found["count"], "rows": rows}


def problem_told(problem: dict[str, Any]) -> str:
    """A problem with the rows that it is of, as a sentence; without any, it is of the file as a whole."""
    rows, where = problem["rows"], problem["file"]
    if rows:
        shown = ", ".join(map(str, rows[:ROWS_SHOWN])) + ("…" if len(rows) > ROWS_SHOWN else "")
        where = ", ".join(filter(None, [where, f"row {shown}" if len(rows) == 1 else f"rows {shown}"]))
    elif not where:
        where = _("the file")
    if problem["count"] > 1:
        where += _(" (%(count)s times)") % {"count": problem["count"]}
    return f"{where}, {problem['sentence']}" if problem["sentence"].startswith("column ") else f"{where}: {problem['sentence']}"


def difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    """What two counts differ in, in words."""
    found = []
    for name in sorted({*before["resources"], *after["resources"]}):
        for did in Did:
            was, now = (of["resources"].get(name, {}).get(did.value, 0) for of in (before, after))
            if was != now:
                found.append(_("%(file)s %(did)s: %(was)s then, %(now)s now") % {"file": name, "did": did.label, "was": was, "now": now})
    for name in ("refused", "skipped", "repeated"):
        if before["rows"][name] != after["rows"][name]:
            was, now = before["rows"][name], after["rows"][name]
            found.append(_("rows %(did)s: %(was)s then, %(now)s now") % {"did": name, "was": was, "now": now})
    return "; ".join(found) or _("the same counts, of other text")


def _cut(cells: dict[str, str]) -> dict[str, str]:
    return {name: cell if len(cell) <= LONGEST else cell[:LONGEST] + "…" for name, cell in cells.items()}


def _without_nul(value: Any) -> Any:
    """PostgreSQL's JSON holds no NUL."""
    if isinstance(value, str):
        return value.replace("\0", "�")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_nul(item) for key, item in value.items()}
    return value

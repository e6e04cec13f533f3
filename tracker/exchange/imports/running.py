"""Going through a file piece by piece, within one transaction of the caller's: compared, checked and written as packages are.

A preview is the same run, rolled back: what it says is what applying does. A piece is some thousand rows of the file; what pieces share (the
file's own document, themes) the later ones find in the database, and what this file said of a key before, in ``ImportedRow``.
A row of the file whose records are refused is left out whole, and what rests on it with it.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from django.db import connection, reset_queries, transaction
from django.utils.translation import gettext as _

from tracker.exchange.files import Package, PackageError, Problem, Row
from tracker.exchange.imports import rights
from tracker.exchange.imports.beside import Beside, decision_of, digest, given, references, told
from tracker.exchange.imports.findings import Findings
from tracker.exchange.imports.no_longer import Going, NoLonger, missing
from tracker.exchange.imports.progress import Progress
from tracker.exchange.imports.said_before import said_before
from tracker.exchange.imports.sources import Mapped, OfPackage
from tracker.exchange.plan import Plan
from tracker.exchange.profiles import Group, MappedRow
from tracker.exchange.schema import RESOURCES
from tracker.exchange.standing import Key, Name
from tracker.exchange.writing import Writing
from tracker.models import Did, Import, ImportedRow, User
from tracker.models.importing import WROTE

AT_ONCE = 1000
"""Rows of the file in one piece."""

ROWS_OF_A_PACKAGE = 4000
"""The same of a package, whose rows hold one record each."""

CHARACTERS = 8_000_000
"""In the cells of a piece: it ends with the row that reaches them, however few it has. Short rows never do."""

SPARE_CHARACTERS = 16_000_000
"""In what is held of refused rows, for others that share it; what comes after that is refused with its row."""

Tables = dict[str, dict[Key, Row]]


class Run:
    """One pass over the file of a batch, as one person."""

    def __init__(self, batch: Import, by: User, source: Mapped | OfPackage, progress: Progress) -> None:
        """Nothing is read yet."""
        self.batch, self.by, self.source, self.progress = batch, by, source, progress
        self.findings = Findings()
        self.rows = 0
        self.refused: set[tuple[int, int]] = set()  # file of a package, or -1, and row: a row is refused once
        self.spare: dict[Name, Row] = {}  # what refused rows would have shared with others: themes, kinds of measure, documents
        self.spare_left = SPARE_CHARACTERS
        self.others: dict[Name, str] = {}  # recommendations that are others here, each with why
        self.lent: set[Name] = set()  # of these, what is part of the piece at hand
        self.unused: dict[Name, Row] = {}  # what the piece that was written last left out
        self.unsure: set[str] = set()  # recommendations of which a row was refused

    def go(self) -> Findings:
        """All of the file, within the caller's transaction."""
        groups = iter(self.source)
        at_once = ROWS_OF_A_PACKAGE if isinstance(self.source, OfPackage) else AT_ONCE
        while piece := list(_piece_of(groups, at_once)):
            self._piece(piece)
            self.rows += sum(1 for group in piece if group.row)
            self._say(self.source.share, at_once=False)
            reset_queries()  # a site that is being tried out keeps every statement otherwise
        self._say(1, at_once=True)
        self._take_back()
        self.source.tell(self.findings)
        self.findings.rows["refused"] = len(self.refused)
        return self.findings

    def _say(self, share: float, *, at_once: bool) -> None:
        words = _("%(rows)s rows of the file gone through (%(share)s %%)") % {"rows": self.rows, "share": round(100 * share)}
        self.progress.say(words, rows=self.rows, share=share, at_once=at_once)

    def _piece(self, groups: list[Group]) -> None:
        standing: list[Group] = []
        besides = rights.beyond_beside([group for group in groups if group.problems], self.by)
        for group in groups:
            if group.problems:
                self._refuse(group, [*group.problems, *besides.get(group.row, ())])
            else:
                standing.append(group)
        while standing:
            tables, said, contradicting = self._tables(standing)
            if contradicting:
                standing = self._without(standing, contradicting)
                continue
            problems = self._write(tables, said)
            if not problems:
                for name in self.lent:
                    del self.spare[name]
                for name, row in self.unused.items():
                    self._spare(name, row)  # a later piece may be the first that needs it
                return
            refused = self._places(standing, problems)
            if not refused and not self._take_back_lent(problems):
                raise PackageError(problems)  # of no row: nothing can be left out to mend it
            standing = self._without(standing, refused)

    def _tables(self, groups: list[Group]) -> tuple[Tables, dict[Name, str], dict[int, list[Problem | str]]]:
        """The rows of a piece by file and key, each once; what the file says in each; and, by group, what contradicts an earlier row."""
        earlier = self._earlier(groups)
        tables: Tables = defaultdict(dict)
        said: dict[Name, str] = {}
        contradicting: dict[int, list[Problem | str]] = {}
        self.lent = set()
        for number, group in enumerate(groups):
            for row in group.records:
                name = (row.resource.name, row.key)
                says = _says(row)
                if name in said:
                    before, line = said[name], tables[name[0]][name[1]].line
                elif name in earlier:
                    before, line = earlier[name]
                else:
                    tables[name[0]][name[1]], said[name] = row, says
                    self._lend(row, tables, said)
                    continue
                if isinstance(row, MappedRow) and (row.only_new or before == says):
                    continue  # what several rows of the file share
                words = _("%(key)s stands in row %(row)s already; each is written once.")
                if before != says:
                    words = _("%(key)s stands in row %(row)s already, with other text; each is written once.")
                contradicting.setdefault(number, []).append(row.fault(words % {"key": told(row.key), "row": line}))
        return tables, said, contradicting

    def _earlier(self, groups: list[Group]) -> dict[Name, tuple[str, int]]:
        """What earlier pieces of this file said of the keys of this one, and in which row. Mapping gives each key of a table once already."""
        if isinstance(self.source, Mapped):
            return {}
        wanted: dict[str, dict[str, Key]] = defaultdict(dict)
        for group in groups:
            for row in group.records:
                wanted[row.resource.name][told(row.key)] = row.key
        found: dict[Name, tuple[str, int]] = {}
        for name, keys in wanted.items():
            rows = ImportedRow.objects.filter(batch=self.batch, resource=name, key__in=list(keys))
            for key, says, line in rows.values_list("key", "said", "source_row"):
                found[name, keys[key]] = (says, line)
        return found

    def _write(self, tables: Tables, said: dict[Name, str]) -> list[Problem | str]:
        """Compare and write one piece. What is wrong with it, and then nothing of it is written."""
        standing = Beside(tables, by=self.by, batch=self.batch)
        plan = Plan(Package("", "", "", {}, []), standing)
        if problems := [*plan.problems, *rights.beyond(plan, self.by), *self._of_others(tables, standing)]:
            return problems
        try:
            with transaction.atomic():
                Writing(plan, lambda _words: None).run()
        except PackageError as error:
            return list(error.problems)
        self._note(plan, standing, said)
        self.findings.passed_over.update(row.resource.name for row in standing.passed_over)
        self.unused = standing.unused
        return []

    def _of_others(self, tables: Tables, standing: Beside) -> Iterator[Problem]:
        """The rows that speak of another recommendation than the one that stands here under their reference: each refused, once.

        What they say besides would be said of the wrong one; both stand among the conflicts.
        """
        for root, words in standing.speaks_of_others():
            self.findings.add_conflict(root, standing.conflicts[root], "")
            self.others[root] = words
        told_of: set[int] = set()
        for row in (row for rows in tables.values() for row in rows.values() if self.others):
            names = ((row.resource.name, row.key), *references(row))
            if (words := next((self.others[name] for name in names if name in self.others), "")) and row.line not in told_of:
                told_of.add(row.line)
                yield replace(row.fault(words), about="source.prefix")

    def _lend(self, row: Row, tables: Tables, said: dict[Name, str]) -> None:
        """What a refused row of the file would have shared with this one, its theme or its document, comes with this one."""
        if not self.spare:
            return
        for _field, target, columns in row.resource.references:
            name = (target.name, tuple(row.cells[column.name] for column in columns))
            if name in self.spare and name not in said:
                tables[name[0]][name[1]], said[name] = self.spare[name], _says(self.spare[name])
                self.lent.add(name)
                self._lend(self.spare[name], tables, said)

    def _take_back_lent(self, problems: list[Problem | str]) -> bool:
        """Forget what was lent and is itself at fault; whether there was any."""
        rows = {problem.place[1] for problem in problems if isinstance(problem, Problem)}
        faulty = {name for name in self.lent if self.spare[name].line in rows}
        for name in faulty:
            del self.spare[name]
        self.lent -= faulty
        return bool(faulty)

    def _places(self, groups: list[Group], problems: list[Problem | str]) -> dict[int, list[Problem | str]]:
        """Which groups problems are of."""
        by_row: dict[tuple[int, int], list[Problem | str]] = defaultdict(list)
        for problem in problems:
            if isinstance(problem, Problem):
                by_row[self._file(problem.place[0]), problem.place[1]].append(problem)
        places: dict[int, list[Problem | str]] = {}
        for number, group in enumerate(groups):
            lines = {(self._file(RESOURCES.index(row.resource)), line) for row in group.records for line in (row.line, *getattr(row, "rows", ())[:1])}
            if found := [problem for line in sorted(lines) for problem in by_row.get(line, ())]:
                places[number] = found
        return places

    def _file(self, resource: int) -> int:
        """A package has several files, whose rows are counted each from its beginning; somebody's table is one."""
        return resource if isinstance(self.source, OfPackage) else -1

    def _without(self, groups: list[Group], refused: dict[int, list[Problem | str]]) -> list[Group]:
        for number, problems in refused.items():
            self._refuse(groups[number], problems)
        return [group for number, group in enumerate(groups) if number not in refused]

    def _take_back(self) -> None:
        """What the file said before and says no longer; known at its end, as several rows may speak of one recommendation."""
        if isinstance(self.source, OfPackage):
            return
        mapped, lines = self.source.mapped, []
        unsure = self.unsure | mapped.unsure
        self.findings.missing = missing(self.batch, mapped.profile, unsure)
        no_longer = NoLonger(self.batch, self.by, mapped.profile, unsure)
        for found in no_longer.found():
            if found.stays:
                self.findings.add_conflict(("recommendations", (found.reference,)), found.stays, found.decision)
                gone = {(one.row.resource.name, one.row.key) for one in found.goes}
                self.findings.add_staying(each.row for each in found.stays if (each.row.resource.name, each.row.key) not in gone)
            lines += map(self._gone, found.goes)
        lines += map(self._gone, no_longer.unborne())
        order = {resource.name: place for place, resource in enumerate(RESOURCES)}
        _copy_in(sorted(lines, key=lambda line: (order[line[1]], line[2])))  # parents first, as the undo brings them back

    def _gone(self, one: Going) -> tuple[Any, ...]:
        """Something that is taken away, as a line of what became of each row."""
        self.findings.add_outcome(one.row, Did.GONE, "", one.cells)
        return (
            self.batch.pk, one.row.resource.name, told(one.row.key), one.root[0], told(one.root[1]), 0, Did.GONE.value, one.record.pk, "", "",
            json.dumps(one.cells, ensure_ascii=False),
        )  # fmt: skip

    def _refuse(self, group: Group, problems: list[Problem | str]) -> None:
        self.unsure.add(getattr(group, "of", ""))
        self.refused.add((self._file(RESOURCES.index(group.records[0].resource)) if group.records else -1, group.row))
        for problem in problems:
            self.findings.add_problem(problem, in_package=isinstance(self.source, OfPackage))
        for row in group.records:
            if isinstance(row, MappedRow) and not row.broken and (row.only_new or row.resource.name == "documents"):
                self._spare((row.resource.name, row.key), row)

    def _spare(self, name: Name, row: Row) -> None:
        self.spare_left -= _length(row)
        if self.spare_left >= 0:
            self.spare[name] = row

    def _note(self, plan: Plan, standing: Beside, said: dict[Name, str]) -> None:
        """What became of each row: for the preview, for later pieces, for the next import and for the undo."""
        new = {id(row) for rows in plan.new.values() for row in rows}
        changed = {id(row) for rows in plan.changed.values() for row in rows}
        for root, differences in standing.conflicts.items():
            self.findings.add_conflict(root, differences, decision_of(self.batch, root))
        lines = []
        for name, row in ((resource.name, row) for resource in RESOURCES for row in standing.rows.get(resource.name, {}).values()):
            root = standing.root_of(row)
            record: Any = plan.instance.get((name, row.key))
            before = None
            if id(row) in new:
                did = Did.CREATED
            elif id(row) in changed:
                did = Did.TAKEN if root in standing.taken else Did.CHANGED
                before = standing.said[id(record)]
            else:
                did = Did.SAME if standing.is_same(row) else Did.KEPT
            wrote = digest(row.cells.values()) if did in WROTE else ""
            self.findings.add_outcome(row, did, wrote, before)
            lines.append((
                self.batch.pk, name, told(row.key), root[0], told(root[1]), row.line, did.value, record.pk if wrote else None,
                said[name, row.key], wrote, None if before is None else json.dumps(before, ensure_ascii=False),
            ))  # fmt: skip
        _copy_in(lines)
        for found in said_before({plan.instance["recommendations", row.key].pk: row for row in plan.new["recommendations"]}):
            self.findings.add_said_before(found)


COLUMNS = ("batch_id", "resource", "key", "of_resource", "of_key", "source_row", "did", "record", "said", "digest", "before")


def _piece_of(groups: Iterator[Group], at_once: int) -> Iterator[Group]:
    """The groups of the next piece: so many, or fewer where they are long."""
    characters = 0
    for group in islice(groups, at_once):
        yield group
        characters += sum(_length(row) for row in group.records)
        if characters >= CHARACTERS:
            return


def _length(row: Row) -> int:
    return sum(len(cell) for cell in row.cells.values())


def _copy_in(lines: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY tracker_importedrow ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for line in lines:
            copy.write_row(line)


def _says(row: Row) -> str:
    """Digest of what the file says in a row."""
    if not isinstance(row, MappedRow):
        return digest(row.cells.values())
    says = given(row)
    return digest(f"{name}={cell}" for name, cell in row.cells.items() if name in says)

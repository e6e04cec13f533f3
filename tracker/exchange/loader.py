"""A package into the desk: whole or not at all, and nothing twice.

What the package says is compared with what is stored, cell by cell. Rows that say the same are not touched; the others are written
by the person who loads, in one transaction, with an entry in the history each. What somebody else last edited here is left as it is
and counted, and so is what a person here reviewed when the software brings it again.

The steps: :mod:`standing` finds what is here and whose it is, :mod:`plan` compares, :mod:`writing` writes; then it is published or handed in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from tracker.editions.tables import RecordEdition
from tracker.editorial import bundles
from tracker.editorial.freeze import KINDS, freeze, kind_of
from tracker.editorial.meeting import begun_again
from tracker.editorial.readiness import faults
from tracker.editorial.verbs import Refused, ship, submit
from tracker.exchange import files
from tracker.exchange.files import SHOWN_PROBLEMS, Package, PackageError, Problem, Row
from tracker.exchange.plan import Plan
from tracker.exchange.schema import BY_NAME, REFERENCE, RESOURCES
from tracker.exchange.standing import Name, Standing
from tracker.exchange.writing import Writing
from tracker.models import Change, Submission, User, system_actor
from tracker.models.base import Publishable
from tracker.rules.vocabulary import Provenance

Progress = Callable[[str], None]
RecordName = tuple[str, str]
"""Kind and key of one of the four."""

LOCK = 7_203_461_952  # any number; one load at a time holds it


@dataclass
class Summary:
    """What a load did. Counts are of rows; ``records`` are what the package holds and the loader may sign.

    ``unfinished`` holds, by record, why it stays a draft that nobody is asked to review yet, each with its place in the package.
    """

    title: str
    created: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    left: list[str] = field(default_factory=list)
    reviewed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    records: list[Publishable] = field(default_factory=list)
    changed: list[Publishable] = field(default_factory=list)
    reference_changed: bool = False
    submission: Submission | None = None
    unfinished: dict[RecordName, list[Problem]] = field(default_factory=dict)
    edition: int | None = None

    def told(self) -> list[str]:
        """The summary in sentences."""
        if self.created or self.updated or self.removed:
            counts = f"{self.created} rows added, {self.updated} changed, {self.removed} taken away, {self.unchanged} as they were"
            done = f"{self.title}: {counts}."
        elif self.left or self.reviewed or self.withdrawn:
            done = f"{self.title}: nothing changed; {self.unchanged} rows are here already, word for word."
        else:
            done = f"{self.title}: all {self.unchanged} rows are here already, word for word."
        sentences = [done]
        for names, done_here, one, many in (
            (self.left, "edited here since", "was left as it is", "were left as they are"),
            (self.reviewed, "reviewed here", "was left as it is", "were left as they are"),
            (self.withdrawn, "withdrawn here", "stays withdrawn", "stay withdrawn"),
        ):
            if names:
                records, did = ("record", one) if len(names) == 1 else ("records", many)
                sentences.append(f"{len(names)} {records} {done_here} {did}: {_listed(names)}.")
        if self.edition is not None:
            sentences.append(f"Published as edition {self.edition} of the site.")
        elif self.reference_changed:
            sentences.append("The next edition of the site shows the changed governments and memberships.")
        if self.submission is not None:
            sentences.append(f"They are drafts, handed in for review as submission #{self.submission.pk}; a second person approves them.")
        return sentences + self._unfinished()

    def _unfinished(self) -> list[str]:
        if not self.unfinished:
            return []
        count = len(self.unfinished)
        stay = f"{count} records stay drafts, as they are not ready for review:"
        if count == 1:
            stay = "1 record stays a draft, as it is not ready for review:"
        told = PackageError(problem for problems in self.unfinished.values() for problem in problems).told(SHOWN_PROBLEMS)
        return [stay, *(f"  {line}" for line in told.splitlines())]


def _listed(names: list[str], shown: int = 10) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def load(folder: Path, *, by: User, reason: str = "", progress: Progress | None = None) -> Summary:
    """Load a package as one person's drafts, and hand in what changed of them, and is ready, for review as one submission.

    A draft need not be ready: an export holds those of its desk too. What is not, and what rests on it, is loaded and stays a draft, and the summary
    says why. Raises :class:`PackageError` with every problem found; nothing is written then, nor where the load is interrupted.
    """
    return _load(folder, by=by, reason=reason, progress=progress, shipped=False)


def load_shipped(folder: Path, *, progress: Progress | None = None) -> Summary:
    """Load a package that comes with the software and publish it, signed by the system actor as not reviewed here."""
    return _load(folder, by=system_actor(), reason="", progress=progress, shipped=True)


def _load(folder: Path, *, by: User, reason: str, progress: Progress | None, shipped: bool) -> Summary:
    say = progress or (lambda _words: None)
    say(f"Reading {folder.name}")
    package = files.read(folder)
    if not reason:
        reason = f"Case file {package.title}, shipped with the software" if shipped else f"Package {package.title}, loaded from {folder.name}"
    return begun_again(lambda: _written(package, by, reason, progress, say, shipped))


def _written(package: Package, by: User, reason: str, progress: Progress | None, say: Progress, shipped: bool) -> Summary:
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # What a person here has reviewed is theirs from then on: a new version of the software does not speak over it.
        summary = compare_and_write(package, by=by, reviewed=_public(Provenance.REVIEWED) if shipped else set(), say=say)
        _keep_withdrawn(summary)
        try:
            if shipped and summary.records:
                say("Looking for what is not public yet")
                edition = ship(summary.records, reason=reason, progress=progress)
                summary.edition = edition.number if edition else None
            elif summary.changed and not shipped:
                _hand_in(summary, package, by=by, reason=reason)
        except Refused as refused:
            raise PackageError([str(refused)]) from refused
        except ValidationError as error:
            raise PackageError(_against(summary.records, package) or error.messages if shipped else error.messages) from error
    return summary


def compare_and_write(package: Package, *, by: User, reviewed: set[RecordName], say: Progress) -> Summary:
    """Bring the desk in line with a package, within the caller's transaction. Raises :class:`PackageError` with every problem found."""
    counts = {name: len(rows) for name, rows in package.tables.items() if rows}
    say("Comparing " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))
    standing = Standing(package, by, reviewed)
    plan = Plan(package, standing)
    if plan.problems:
        raise PackageError(plan.problems)
    Writing(plan, say).run()
    records: list[Any] = [
        plan.instance[resource.name, key]
        for resource in RESOURCES
        if resource.is_record
        for key in standing.rows.get(resource.name, {})
        if (resource.name, key) not in plan.left
    ]
    changed: list[Any] = [plan.known[name][key] for name, key in sorted(plan.touched) if BY_NAME[name].is_record]
    return Summary(
        title=package.title,
        created=sum(map(len, plan.new.values())),
        updated=sum(map(len, plan.changed.values())),
        removed=sum(map(len, plan.gone.values())),
        unchanged=plan.unchanged,
        left=_told(plan.left_with_difference - standing.reviewed),
        reviewed=_told(plan.left_with_difference & standing.reviewed),
        records=records,
        changed=changed,
        reference_changed=any(plan.new[name] or plan.changed[name] or plan.gone.get(name) for name in REFERENCE),
    )


def _told(names: set[Name]) -> list[str]:
    return sorted(" ".join(filter(None, key)) for _file, key in names)


def _name(record: Publishable) -> RecordName:
    return str(kind_of(record)), record.public_key


def _public(*provenance: Provenance) -> set[RecordName]:
    """The records that are public now; with a provenance given, those that were approved so."""
    rows = RecordEdition.desk.known_at(None).filter(change=Change.PUBLISH.value)
    if provenance:
        rows = rows.filter(provenance__in=provenance)
    return set(rows.values_list("kind", "key"))


def _keep_withdrawn(summary: Summary) -> None:
    """What was taken off the site here does not come back with the next start, nor within somebody's package."""
    withdrawn = set(RecordEdition.desk.known_at(None).filter(change__in=Change.taking_off()).values_list("kind", "key"))
    summary.withdrawn = sorted(record.public_key for record in summary.records if _name(record) in withdrawn)
    summary.records = [record for record in summary.records if _name(record) not in withdrawn]
    summary.changed = [record for record in summary.changed if _name(record) not in withdrawn]


def _hand_in(summary: Summary, package: Package, *, by: User, reason: str) -> None:
    """Submit what a load changed, with all of the package that is not public yet and that it may rest on; what is not ready stays a draft."""
    public = _public()
    drafts = [record for record in summary.records if _name(record) not in public]
    going = {_name(record): record for record in [*summary.changed, *drafts]}
    row_of = _rows(package)
    for name, sentences in bundles.not_ready(_bodies(going)).items():
        summary.unfinished[name] = [_placed(row_of, name, sentence) for sentence in sentences]
    if ready := [record for name, record in going.items() if name not in summary.unfinished]:
        summary.submission = submit(ready, by=by, reason=reason, judged_here=False)


def _against(records: list[Publishable], package: Package) -> list[Problem]:
    """Why a package cannot be published, each at the row of the record that it is of."""
    row_of = _rows(package)
    bodies = _bodies({_name(record) for record in records})
    found = faults(bodies, today=timezone.now().date(), shipped=set(bodies))
    return [_placed(row_of, name, sentence) for name, sentence in found]


def _bodies(names: Iterable[RecordName]) -> dict[RecordName, Any]:
    return {bundles.name_of(record): freeze(record) for record in bundles.find(names)}


def _rows(package: Package) -> dict[RecordName, Row]:
    """The row of each of the four that a package holds."""
    held = {str(KINDS[resource.model]): package.tables.get(resource.name, []) for resource in RESOURCES if resource.is_record}  # type: ignore[index]
    return {(kind, row.key[0]): row for kind, rows in held.items() for row in rows}


def _placed(row_of: dict[RecordName, Row], name: RecordName, sentence: str) -> Problem:
    """A sentence of a record with its place; one that is here and not in the package has none."""
    return row_of[name].fault(sentence) if name in row_of else Problem((-1, 0, 0), sentence)


__all__ = ["PackageError", "Summary", "load", "load_shipped"]

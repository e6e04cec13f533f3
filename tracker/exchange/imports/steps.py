"""The steps of a batch: preview, apply, undo; each asked for as a job, or run here and now. One at a time a batch, and all or nothing.

What a step does is one transaction. Where the batch stands is written before and after it, so that a step that died is seen: nothing of it was
written, and it can be run again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pghistory
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.exceptions import JobAborted

from config.trouble import Trouble
from tracker.editions.tables import DESK
from tracker.editorial.meeting import begun_again
from tracker.editorial.verbs import Refused, allowed
from tracker.exchange.files import PackageError
from tracker.exchange.imports import undoing
from tracker.exchange.imports.findings import Findings, difference
from tracker.exchange.imports.handing_in import may_be_handed_in
from tracker.exchange.imports.progress import AtWork, Progress, held, is_held, refuse_while_waited_for
from tracker.exchange.imports.receiving import RIGHT
from tracker.exchange.imports.running import Run
from tracker.exchange.imports.sources import opened
from tracker.exchange.loader import LOCK
from tracker.exchange.schema import resource_of
from tracker.jobs import defer
from tracker.jobs.models import BackgroundJob
from tracker.jobs.running import sentence_of
from tracker.models import Did, Import, ImportedRow, ImportPreview, ImportState, User
from tracker.models.base import Publishable

Say = Callable[[str], None]

MAY_BE_PREVIEWED = (ImportState.UPLOADED, ImportState.PREVIEWED, ImportState.FAILED)
MAY_BE_APPLIED = (ImportState.UPLOADED, ImportState.PREVIEWED, ImportState.FAILED)


class RolledBack(Exception):
    """Ends a transaction of which nothing is to be kept."""


# --- Asking for a step: a job does it ---------------------------------------------------------------------------------------


def ask_for_preview(batch: Import, *, by: User) -> int:
    """Put a preview into the queue; gives the number of the job."""
    from tracker.exchange.imports.jobs import preview_import

    allowed(by, RIGHT)
    _must_be(batch, MAY_BE_PREVIEWED, _("previewed"))
    return _queued(batch, by, lambda: defer(preview_import, number=batch.pk, by=by.pk))


def ask_for_apply(batch: Import, *, by: User, reason: str) -> int:
    """Put the applying of a previewed batch into the queue; gives the number of the job. ``Refused`` where rows are refused and nobody said to go
    on without them, and where a name of a government is not known and nobody said to leave it out. The job applies what the preview says that
    ``batch`` was read with, and nothing else."""
    from tracker.exchange.imports.jobs import apply_import

    allowed(by, RIGHT)
    _say_why(reason)
    _must_be(batch, (ImportState.PREVIEWED, ImportState.FAILED), _("applied"))
    preview: ImportPreview | None = getattr(batch, "preview", None)
    if preview is None:
        raise Refused(_("Import #%(number)s was not previewed; look first at what it would do.") % {"number": batch.pk})
    if preview.counts["rows"]["refused"] and not batch.without_refused:
        raise Refused(_refused_rows(preview.counts["rows"]["refused"]))
    if preview.governments:
        raise Refused(unknown_names(len(preview.governments)))
    return _queued(batch, by, lambda: defer(apply_import, number=batch.pk, by=by.pk, reason=reason, approved=preview.digest))


def ask_for_undo(batch: Import, *, by: User, reason: str) -> int:
    """Put the undoing of an applied batch into the queue; gives the number of the job. ``Refused``, in one sentence, where something stands on it."""
    from tracker.exchange.imports.jobs import undo_import

    _may_undo(batch, by)
    _say_why(reason)
    if why := undoing.stands_against(batch):
        raise Refused(why)
    return _queued(batch, by, lambda: defer(undo_import, number=batch.pk, by=by.pk, reason=reason))


def ask_for_hand_in(batch: Import, *, by: User, reason: str) -> int:
    """Put the submitting of an applied batch's drafts into the queue; gives the number of the job."""
    from tracker.exchange.imports.jobs import hand_in_import

    may_be_handed_in(batch, by)
    _say_why(reason)
    return _queued(batch, by, lambda: defer(hand_in_import, number=batch.pk, by=by.pk, reason=reason))


def _queued(batch: Import, by: User, put: Callable[[], int]) -> int:
    if is_held(batch):
        raise Refused(_("Import #%(number)s is being worked on already; wait until that has ended.") % {"number": batch.pk})
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk):
        batch = Import.objects.select_for_update().get(pk=batch.pk)
        refuse_while_waited_for(batch)
        number = batch.job = put()
        batch.save()
    return number


# --- The steps --------------------------------------------------------------------------------------------------------------


def run_preview(batch: Import, *, by: User, say: Say | None = None, queued: bool = False) -> ImportPreview:
    """Find out what applying a batch would do. Nothing is written but the preview itself. ``queued``: the job that was asked for does it.

    ``Trouble``, in sentences, where the file or its profile cannot be read.
    """
    allowed(by, RIGHT)
    if not queued:
        refuse_while_waited_for(Import.objects.get(pk=batch.pk))
    with held(batch, say) as progress, _step(batch, by, MAY_BE_PREVIEWED, ImportState.PREVIEWING, _("previewed")) as batch:
        findings = _findings(batch, by, "", progress, keep=False)
        _keep_preview(batch, by, findings)
    return ImportPreview.objects.get(batch=batch)


def run_apply(batch: Import, *, by: User, reason: str, say: Say | None = None, unseen: bool = False, approved: str = "") -> Import:
    """Write a batch, whole or not at all.

    ``Trouble`` where a row is refused (unless the batch goes without those), where a name of a government is not known, and where it would do
    something else than was previewed: then nothing is written, and what it would do now is the new preview. ``unseen``: whoever applies it did not
    ask for a preview. ``approved``: the digest of the preview that was seen when it was asked for, whatever preview stands now.
    """
    allowed(by, RIGHT)
    _say_why(reason)
    with held(batch, say) as progress, _step(batch, by, MAY_BE_APPLIED, ImportState.APPLYING, _("applied")) as batch:
        preview = ImportPreview.objects.filter(batch=batch).first()
        if preview is None and not unseen:
            raise Trouble(_("Import #%(number)s was not previewed; look first at what it would do.") % {"number": batch.pk})
        expected = "" if unseen or preview is None else approved or preview.digest
        findings = _findings(batch, by, reason, progress, keep=True, expected=expected)
        if (refused := findings.rows["refused"]) and not batch.without_refused:
            _keep_preview(batch, by, findings)
            raise Trouble(_refused_rows(refused))
        if findings.unknown:
            _keep_preview(batch, by, findings)
            raise Trouble(unknown_names(len(findings.unknown)))
        if preview is not None and expected not in ("", findings.digest):
            seen = preview.digest == expected
            changed = difference(preview.counts, findings.counts) if seen else _("somebody has looked at it again since you asked")
            _keep_preview(batch, by, findings, problem=_stale(changed))
            raise Trouble(_stale(changed))
    return Import.objects.get(pk=batch.pk)


def rehearse(made: Callable[[dict[str, Path]], Import], *, by: User, say: Say | None = None) -> ImportPreview:
    """Find out what a file would do that nobody has handed in, and leave nothing behind: no batch, no bytes in the archive, no preview.

    ``made`` receives the batch with what it is given as ``in_place``, and decides what is decided about it. The preview is not stored. ``Trouble``,
    in sentences, where the file or its profile cannot be read.
    """
    return begun_again(lambda: _rehearsed(made, by, Progress(None, None, say)))


def _rehearsed(made: Callable[[dict[str, Path]], Import], by: User, progress: Progress) -> ImportPreview:
    in_place: dict[str, Path] = {}
    try:
        with transaction.atomic(using=DESK, durable=True), pghistory.context(user=by.pk):
            batch = made(in_place)
            with opened(batch, in_place) as source:
                _one_load_at_a_time(progress)
                preview = Run(batch, by, source, progress).go().keep(batch)
            raise RolledBack
    except RolledBack:
        return preview
    except PackageError as error:
        raise Trouble(error.told()) from error


def run_undo(batch: Import, *, by: User, reason: str, say: Say | None = None) -> Import:
    """Take back all that a batch wrote: what it created goes, what it changed says again what it said before.

    ``Trouble``, in one sentence, where something stands on it.
    """
    _may_undo(batch, by)
    _say_why(reason)
    with held(batch, say) as progress:
        return begun_again(lambda: _undone(batch.pk, by, reason, progress))


def _undone(number: int, by: User, reason: str, progress: Progress) -> Import:
    why = _("Import #%(number)s undone: %(reason)s") % {"number": number, "reason": reason}
    with transaction.atomic(using=DESK, durable=True), pghistory.context(user=by.pk, reason=why):
        _one_load_at_a_time(progress)
        batch = Import.objects.get(pk=number)
        _must_be(batch, (ImportState.APPLIED,), _("undone"))
        undoing.undo(batch, by=by, progress=progress)
        batch.state, batch.undone_by, batch.undone_at, batch.undo_reason = ImportState.UNDONE, by, timezone.now(), reason
        batch.save()
    return batch


def stands_against_undo(batch: Import) -> str:
    """What was built on a batch, so that it cannot be undone, in a sentence; empty where it can."""
    return undoing.stands_against(batch)


# --- Looking at batches -----------------------------------------------------------------------------------------------------


def is_at_work(batch: Import) -> bool:
    """Whether a process is doing something with a batch at this moment."""
    return is_held(batch)


def notice_the_dead() -> list[Import]:
    """Batches whose step died: no process works on them, and no job waits for them. They count as failed from now on, and say so."""
    found = []
    for batch in Import.objects.filter(state__in=[ImportState.PREVIEWING, ImportState.APPLYING]):
        if batch.job is not None and BackgroundJob.objects.filter(pk=batch.job, status__in=["todo", "doing"]).exists():
            continue  # it comes back by itself, or is told among the failed jobs first
        try:
            with held(batch):
                batch = Import.objects.get(pk=batch.pk)
                if batch.state in (ImportState.PREVIEWING, ImportState.APPLYING):
                    _end(batch, None, ImportState.FAILED, _("The process that worked on it ended; nothing was written, and it can be run again."))
                    found.append(batch)
        except AtWork:
            pass
    return found


def imports_of(record: Publishable) -> list[Import]:
    """The imports that wrote a record or a part of it and were not undone, the newest first."""
    name = resource_of(type(record)).name
    rows = ImportedRow.objects.filter(of_resource=name, of_key=record.public_key, batch__state=ImportState.APPLIED)
    return list(Import.objects.filter(pk__in=rows.values("batch")).order_by("-pk"))


# --- How ---------------------------------------------------------------------------------------------------------------------


@contextmanager
def _step(batch: Import, by: User, states: tuple[ImportState, ...], during: ImportState, done: str) -> Iterator[Import]:
    """The batch in the state of the step; whatever ends the step before its time is noted as its problem, but for what brings it back by itself."""
    with transaction.atomic(using=DESK, durable=True), pghistory.context(user=by.pk):
        batch = Import.objects.select_for_update().get(pk=batch.pk)
        # Whoever holds a batch that is in the middle of a step takes over from one that died.
        _must_be(batch, (*states, ImportState.PREVIEWING, ImportState.APPLYING), done)
        batch.state, batch.problem = during, ""
        batch.save()
    try:
        yield batch
    except JobAborted:
        raise
    except KeyboardInterrupt:
        _end(batch, by, ImportState.FAILED, _("Interrupted; nothing was written, and it can be run again."))
        raise
    except BaseException as error:
        if Import.objects.get(pk=batch.pk).state == during:
            _end(batch, by, ImportState.FAILED, sentence_of(error) if not isinstance(error, Trouble) else str(error))
        raise


def _findings(batch: Import, by: User, reason: str, progress: Progress, *, keep: bool, expected: str = "") -> Findings:
    """What one pass over the file finds, begun again where it met somebody who waited for it. See :func:`_pass`."""
    return begun_again(lambda: _pass(batch, by, reason, progress, keep=keep, expected=expected))


def _pass(batch: Import, by: User, reason: str, progress: Progress, *, keep: bool, expected: str) -> Findings:
    """One pass over the file. Kept where asked for, nothing is refused, and it does what the ``expected`` digest says; else rolled back."""
    why = _("Import #%(number)s of %(file)s: %(reason)s") % {"number": batch.pk, "file": batch.file_name, "reason": reason}
    progress.say(_("Reading %(file)s") % {"file": batch.file_name}, rows=0, share=0)
    try:
        with opened(batch) as source, transaction.atomic(using=DESK, durable=True), pghistory.context(user=by.pk, reason=why, **{"import": batch.pk}):
            _one_load_at_a_time(progress)
            findings = Run(batch, by, source, progress).go()
            refused = findings.rows["refused"] and not batch.without_refused
            if not keep or refused or findings.unknown or expected not in ("", findings.digest):
                raise RolledBack
            ImportedRow.objects.filter(batch=batch, did__in=[Did.SAME, Did.KEPT])._raw_delete(DESK)
            findings.keep(batch)
            batch.state, batch.applied_by, batch.applied_at, batch.reason, batch.problem = ImportState.APPLIED, by, timezone.now(), reason, ""
            batch.save()
            progress.say(_("Writing the last of it"), share=1)
    except RolledBack:
        pass
    except PackageError as error:
        raise Trouble(error.told()) from error
    return findings


def _keep_preview(batch: Import, by: User, findings: Findings, problem: str = "") -> None:
    with transaction.atomic(using=DESK, durable=True):
        findings.keep(batch)
        _end(batch, by, ImportState.PREVIEWED, problem)


def _end(batch: Import, by: User | None, state: ImportState, problem: str) -> None:
    with transaction.atomic(using=DESK), pghistory.context(**({"user": by.pk} if by else {})):
        batch = Import.objects.select_for_update().get(pk=batch.pk)
        batch.state, batch.problem = state, problem
        if state is ImportState.PREVIEWED:
            batch.previewed_at = timezone.now()
        batch.save()


def _one_load_at_a_time(progress: Progress) -> None:
    """Two that bring the same theme at once would meet in the middle of their transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            progress.say(_("Waiting for another import to end"))
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _must_be(batch: Import, states: tuple[ImportState, ...], done: str) -> None:
    batch.refresh_from_db(fields=["state"])
    if batch.state not in states:
        said = {"number": batch.pk, "state": ImportState(batch.state).label, "done": done}
        raise Refused(_("Import #%(number)s is %(state)s; it cannot be %(done)s now.") % said)


def _may_undo(batch: Import, by: User) -> None:
    if by.pk not in (batch.made_by_id, batch.applied_by_id) or not by.has_perm(RIGHT):
        allowed(by, "tracker.undo_import")


def _say_why(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Say why: it stands in the history of every record that this changes."))


def _refused_rows(count: int) -> str:
    return ngettext(
        "%(count)s row of the file is refused, so nothing is written; mend it, or go on without it.",
        "%(count)s rows of the file are refused, so nothing is written; mend them, or go on without them.",
        count,
    ) % {"count": count}


def unknown_names(count: int) -> str:
    """That names of governments wait for a decision, in a sentence: what is said of them would be left out unseen."""
    return ngettext(
        "%(count)s name of a government is not known here, so nothing is written; say which one it means, or leave it out.",
        "%(count)s names of governments are not known here, so nothing is written; say which ones they mean, or leave them out.",
        count,
    ) % {"count": count}


def _stale(changed: str) -> str:
    return _("The desk changed since the preview, so nothing was written (%(changed)s). This is what it would do now.") % {"changed": changed}

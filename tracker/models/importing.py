"""Imports: how a file becomes records (its profile), one import of one file (its batch), and what each batch wrote.

A batch goes ``uploaded → previewing → previewed → applying → applied → undone``; whatever goes wrong ends in ``failed``, with nothing written, and
can be run again. One that nobody wants to apply is ``discarded``, and stays on record. What a batch wrote stays in :class:`ImportedRow` for good: the
next import of a corrected file, and the undo, go by it.
"""

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.fields import WordField, one_of
from tracker.models.base import history, kept_as_written, never_deleted
from tracker.rules.vocabulary import Word


class ImportState(Word):
    """Where an import stands."""

    UPLOADED = "uploaded", "uploaded", "The file is kept; nobody looked yet at what it would do."
    PREVIEWING = "previewing", "being previewed", "The file is being compared with the desk; nothing is written."
    PREVIEWED = "previewed", "previewed", "What it would do is known and can be applied."
    APPLYING = "applying", "being applied", "It is being written, all or nothing."
    APPLIED = "applied", "applied", "All of it stands on the desk, as drafts."
    FAILED = "failed", "failed", "It was broken off and nothing was written; it can be run again."
    UNDONE = "undone", "undone", "What it wrote was taken back."
    DISCARDED = "discarded", "discarded", "It was put aside before anything of it was written."


class Did(Word):
    """What an import did with a row of a package's file."""

    CREATED = "created", "created", "It was not here."
    CHANGED = "changed", "changed", "It was here with other text, which nobody else had written."
    TAKEN = "taken", "taken over", "It was here with other text, and staff decided for the file."
    GONE = "gone", "taken away", "It stood here from an earlier import of the file's document, and is no longer in the file."
    SAME = "same", "as it was", "It is here already, word for word."
    KEPT = "kept", "kept as it stands here", "It is here with other text, which the import does not overwrite."


WROTE = (Did.CREATED, Did.CHANGED, Did.TAKEN, Did.GONE)


@history
class ImportProfile(models.Model):
    """How the columns of somebody's table become records, as staff wrote it down. Those that come with the software are in its code."""

    name = models.SlugField(_("name"), max_length=60, unique=True, help_text=_("Small letters, digits and hyphens; import_file takes it."))
    text = models.TextField(_("profile"), help_text=_("In TOML; the documentation of profiles says what it may hold."))
    note = models.TextField(_("note"), blank=True, help_text=_("Whose files it is for, and what to look out for."))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("last edited by")
    )
    edited_at = models.DateTimeField(_("last edited at"), auto_now=True)

    class Meta:
        """By name."""

        ordering = ["name"]
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")

    def __str__(self) -> str:
        """Its name."""
        return self.name


@history
class Import(models.Model):
    """One file brought in with one profile: a batch.

    ``options`` are the reader's, as ``tables.Options`` has them. ``governments`` says which code is meant by a name as the file writes it.
    ``decisions`` says for records that are here with other text what staff decided: ``{"recommendations:R-1": "take"}``, or for
    ``all`` of them; what nobody decided is kept.
    """

    # The file
    file_name = models.CharField(_("file"), max_length=300, help_text=_("As it was called where it was uploaded from."))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"))
    stored_as = models.CharField(max_length=100, editable=False, help_text=_("Where the archive keeps its bytes."))

    # How it is read
    profile_name = models.CharField(_("profile"), max_length=60)
    profile_text = models.TextField(_("profile as it was"), blank=True, help_text=_("A later change of the profile does not change this import."))
    options = models.JSONField(_("how the file is read"), default=dict, blank=True)
    joined = models.JSONField(_("files beside it"), default=dict, blank=True, help_text=_("By name: file name, SHA-256, place in the archive."))

    # What staff decided in the preview
    governments = models.JSONField(_("governments"), default=dict, blank=True)
    decisions = models.JSONField(_("decisions"), default=dict, blank=True)
    without_refused = models.BooleanField(
        _("without the refused rows"), default=False, help_text=_("Apply the rest where rows are refused; else nothing is applied.")
    )

    # What became of it
    state = WordField(ImportState, verbose_name=_("state"), default=ImportState.UPLOADED)
    problem = models.TextField(_("problem"), blank=True, help_text=_("Why it failed, or what changed since the preview, in a sentence."))
    job = models.BigIntegerField(_("job"), null=True, blank=True, help_text=_("The number of the background job that does, or did, the last step."))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    made_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    previewed_at = models.DateTimeField(_("previewed at"), null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applied by")
    )
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, help_text=_("Why it is applied: it stands in the history of each record."))
    # Of an import that was undone, and of one that was discarded
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undo_reason = models.TextField(_("why undone"), blank=True)

    class Meta:
        """Newest first."""

        ordering = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        permissions = [("undo_import", _("Can undo the imports of others"))]
        constraints = [
            one_of("state", ImportState, "import_state_is_in_the_vocabulary"),
            models.CheckConstraint(
                condition=Q(applied_by=None, applied_at=None) | Q(applied_by__isnull=False, applied_at__isnull=False),
                name="an_applied_import_says_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["applied", "undone"], applied_at__isnull=False) | (~Q(state__in=["applied", "undone"]) & Q(applied_at=None)),
                name="an_import_is_applied_once_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["undone", "discarded"], undone_by__isnull=False, undone_at__isnull=False) & ~Q(undo_reason__regex=r"^\s*$")
                | (~Q(state__in=["undone", "discarded"]) & Q(undone_by=None, undone_at=None)),
                name="an_undone_import_says_by_whom_when_and_why",
            ),
        ]
        triggers = [
            never_deleted,
            kept_as_written(
                "an_import_is_kept_as_uploaded",
                pgtrigger.Update,
                *("file_name", "sha256", "size", "stored_as", "joined", "made_by_id", "made_at"),
                # What was applied stays as it was applied; an undo is told beside it.
                or_where=(
                    "OLD.state IN ('undone', 'discarded') AND OLD.* IS DISTINCT FROM NEW.*"
                    " OR OLD.state = 'applied' AND (NEW.state NOT IN ('applied', 'undone')"
                    " OR (OLD.profile_name, OLD.profile_text, OLD.options, OLD.governments, OLD.decisions, OLD.without_refused,"
                    " OLD.applied_by_id, OLD.applied_at, OLD.reason) IS DISTINCT FROM (NEW.profile_name, NEW.profile_text, NEW.options,"
                    " NEW.governments, NEW.decisions, NEW.without_refused, NEW.applied_by_id, NEW.applied_at, NEW.reason))"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Number and file."""
        return f"#{self.pk} {self.file_name}"


class ImportProgress(models.Model):
    """How far the step that runs has come; written beside its transaction, so that it can be watched."""

    batch = models.OneToOneField(Import, on_delete=models.CASCADE, primary_key=True, related_name="progress", verbose_name=_("import"))
    words = models.CharField(_("what it does"), max_length=300, blank=True)
    rows = models.PositiveBigIntegerField(_("rows read"), default=0)
    share = models.FloatField(_("share"), default=0, help_text=_("Of the file, from 0 to 1."))
    at = models.DateTimeField(_("at"))

    class Meta:
        """One an import."""

        default_permissions = ()
        verbose_name = _("progress of an import")
        verbose_name_plural = _("progress of imports")

    def __str__(self) -> str:
        """What it does."""
        return self.words


class ImportPreview(models.Model):
    """What an import would do, as the last preview found it; of an applied one, what it did.

    ``tracker/exchange/imports/findings.py`` says what each column holds.
    """

    batch = models.OneToOneField(Import, on_delete=models.CASCADE, primary_key=True, related_name="preview", verbose_name=_("import"))
    counts = models.JSONField(_("counts"), help_text=_("Rows of the file, and what would become of the rows of each of a package's files."))
    problems = models.JSONField(_("problems"), default=list, help_text=_("The first of them, with place and sentence; the counts say how many."))
    governments = models.JSONField(
        _("unknown governments"), default=list, help_text=_("Each name once, with how often, where, and what it may mean.")
    )
    conflicts = models.JSONField(_("conflicts"), default=list, help_text=_("Records here with other text: both, side by side."))
    changes = models.JSONField(_("changes"), default=list, help_text=_("What would change: before and after."))
    created = models.JSONField(_("created"), default=list, help_text=_("The first rows that would be new."))
    repeated = models.JSONField(_("duplicates"), default=list, help_text=_("Rows that say what an earlier row of the file says."))
    said_before = models.JSONField(
        _("said before"), default=list, help_text=_("New recommendations whose words stand already, under another reference.")
    )
    skipped = models.JSONField(_("skipped"), default=list, help_text=_("Rows that the profile leaves out, with the reason."))
    stayed = models.JSONField(_("stayed drafts"), default=list, help_text=_("Of an applied one: what was not ready when its drafts were submitted."))
    digest = models.CharField(max_length=64, editable=False, help_text=_("Of every outcome in order: the same digest, the same outcome."))
    made_at = models.DateTimeField(_("made at"), auto_now=True)

    class Meta:
        """One an import."""

        default_permissions = ()
        verbose_name = _("preview of an import")
        verbose_name_plural = _("previews of imports")

    def __str__(self) -> str:
        """Of which import."""
        return str(self.batch)


class ImportedRow(models.Model):
    """What an import wrote: one row of a package's file, by its natural key.

    ``digest`` is of the row's cells as they stood after the import: as long as the row has it, nobody edited it since.
    """

    batch = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="rows", verbose_name=_("import"))
    resource = models.CharField(_("file"), max_length=40)
    key = models.CharField(_("key"), max_length=1000, help_text=_("The natural key, its parts with slashes between them."))
    of_resource = models.CharField(_("file of its record"), max_length=40, help_text=_("Of the record that the row is part of, or is."))
    of_key = models.CharField(_("key of its record"), max_length=1000)
    source_row = models.PositiveBigIntegerField(_("row of the file"), default=0)
    did = WordField(Did, verbose_name=_("what was done"))
    record = models.BigIntegerField(_("number here"), null=True, blank=True)
    said = models.CharField(max_length=32, editable=False, help_text=_("Digest of what the file says."))
    digest = models.CharField(max_length=32, editable=False, blank=True, help_text=_("Digest of what stood here afterwards."))
    before = models.JSONField(_("before"), null=True, blank=True, help_text=_("Of a changed row, or one taken away: its cells before, by column."))

    class Meta:
        """In the order of the file."""

        ordering = ["id"]
        default_permissions = ()
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [
            one_of("did", Did, "what_an_import_did_is_in_the_vocabulary"),
            models.UniqueConstraint(fields=["batch", "resource", "key"], name="an_import_writes_a_row_once"),
        ]
        indexes = [
            models.Index(fields=["resource", "key"], name="imported_row_key"),
            models.Index(fields=["of_resource", "of_key"], name="imported_row_record"),
        ]
        triggers = [
            kept_as_written("what_an_import_wrote_is_kept", pgtrigger.Update),
            pgtrigger.Protect(
                name="what_an_import_wrote_stays", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__did__in=[did.value for did in WROTE])
            ),
        ]

    def __str__(self) -> str:
        """What of which file."""
        return f"{self.resource} {self.key}: {Did(self.did).label}"

    def clean(self) -> None:
        """Nobody enters one."""
        raise ValidationError(_("What an import wrote is noted by the import alone."))

"""Review: submissions bundle exact versions of records; a second person approves them; publishing makes them an edition."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracker.fields import WordField, one_of
from tracker.models.base import history, kept_as_written, never_deleted
from tracker.rules.vocabulary import Provenance, Word


class RecordKind(Word):
    """The four kinds of record that are reviewed and published."""

    DOCUMENT = "document", "document", "What something is cited from."
    RECOMMENDATION = "recommendation", "recommendation", "A recommendation with its addressees."
    ACTION = "action", "action", "An action with its events, parties and effects."
    ASSESSMENT = "assessment", "assessment", "An assessment with its searches and positions."


class State(Word):
    """Where a submission stands."""

    SUBMITTED = "submitted", "submitted", "Waiting for a second person."
    RETURNED = "returned", "returned", "Sent back with a reason."
    APPROVED = "approved", "approved", "A second person approved exactly these versions."
    PUBLISHED = "published", "published", "Public, as a numbered edition of the site."
    TAKEN_BACK = "taken_back", "taken back", "Taken back before it was published."


class Change(Word):
    """What a version does to the public record."""

    PUBLISH = "publish", "published", "First published, or published again in a new version."
    WITHDRAW = "withdraw", "withdrawn", "Taken off the site; a note of it stays."
    TAKE_DOWN = "take_down", "taken down", "Taken off the site for legal reasons, on past days too; a note of it stays."

    @classmethod
    def taking_off(cls) -> list[str]:
        """The changes after which the record is no longer public."""
        return [change.value for change in cls if change is not cls.PUBLISH]


@history
class Submission(models.Model):
    """Versions that depend on one another, submitted, approved and published whole."""

    state = WordField(State, verbose_name=_("state"), default=State.SUBMITTED)
    reason = models.TextField(_("reason"), help_text=_("Why: it stands beside the change on the public page of changes."))
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("submitted by"))
    submitted_at = models.DateTimeField(_("submitted at"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("approved or returned by")
    )
    decided_at = models.DateTimeField(_("approved or returned at"), null=True, blank=True)
    decision_reason = models.TextField(_("reviewer's reason"), blank=True)
    edition = models.PositiveIntegerField(
        _("edition"), null=True, blank=True, unique=True, help_text=_("The numbered edition of the site that it became.")
    )

    class Meta:
        """Newest first."""

        ordering = ["-id"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        permissions = [
            ("submit", _("Can submit records for review")),
            ("review", _("Can approve, return and withdraw")),
            ("publish", _("Can publish")),
            ("take_down", _("Can ask for a record to be taken down for legal reasons")),
        ]
        # Whether anything waits is asked at every edit of a record (promises.sql).
        indexes = [models.Index(fields=["state"], name="open_submissions", condition=Q(state__in=["submitted", "approved"]))]
        constraints = [
            one_of("state", State, "submission_state_is_in_the_vocabulary"),
            models.CheckConstraint(condition=Q(edition=None) | Q(state=State.PUBLISHED.value), name="only_a_published_submission_has_an_edition"),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED.value) | Q(edition__isnull=False), name="a_published_submission_has_an_edition"
            ),
        ]
        triggers = [
            never_deleted,
            kept_as_written(
                "a_submission_is_kept_as_decided",
                pgtrigger.Update,
                *("reason", "submitted_by_id", "submitted_at"),
                or_where=(
                    "OLD.state IN ('returned', 'published', 'taken_back') AND OLD.* IS DISTINCT FROM NEW.*"
                    " OR OLD.decided_at IS NOT NULL"
                    " AND (OLD.decided_by_id IS DISTINCT FROM NEW.decided_by_id OR OLD.decided_at IS DISTINCT FROM NEW.decided_at)"
                ),
            ),
            pgtrigger.FSM(
                name="a_submission_moves_one_way",
                field="state",
                transitions=[
                    ("submitted", "returned"),
                    ("submitted", "approved"),
                    ("submitted", "taken_back"),
                    ("approved", "taken_back"),
                    ("approved", "published"),
                ],
            ),
        ]

    def __str__(self) -> str:
        """Number, state, reason."""
        return f"#{self.pk} {State(self.state).label}: {self.reason}"


@history
class Version(models.Model):
    """One record exactly as it was submitted. Approval is of this version and no other."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="versions", verbose_name=_("submission"))
    kind = WordField(RecordKind, verbose_name=_("kind"))
    key = models.CharField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=500)
    change = WordField(Change, verbose_name=_("change"), default=Change.PUBLISH)
    body = models.JSONField(_("content"), help_text=_("The record with everything that is published with it, citations included."))
    content_hash = models.CharField(_("hash"), max_length=64, help_text=_("SHA-256 of the content in canonical JSON."))
    provenance = WordField(Provenance, verbose_name=_("provenance"), default=Provenance.REVIEWED)
    over = models.PositiveIntegerField(
        _("made over edition"),
        null=True,
        blank=True,
        help_text=_("The edition of the record that was public when it was submitted; nothing for a first one."),
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("last edited by"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    voided_at = models.DateTimeField(
        _("void since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the record or something approved with it was edited after this version was made; set by the database, whoever edits."),
    )
    forwards_to = models.CharField(
        _("forwards to"),
        max_length=60,
        blank=True,
        help_text=_("Of a duplicate that is merged: the key of the record to which its address leads."),
    )

    class Meta:
        """Promises about who may approve what."""

        ordering = ["kind", "key"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        indexes = [models.Index(fields=["kind", "key"], name="version_record")]
        constraints = [
            one_of("kind", RecordKind, "version_kind_is_in_the_vocabulary"),
            one_of("change", Change, "version_change_is_in_the_vocabulary"),
            one_of("provenance", Provenance, "version_provenance_is_in_the_vocabulary"),
            models.UniqueConstraint(fields=["submission", "kind", "key"], name="a_submission_holds_a_record_once"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(provenance=Provenance.SHIPPED.value) | ~Q(approved_by=F("recorded_by")),
                name="version_approver_is_not_its_author",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(provenance=Provenance.SHIPPED.value) | ~Q(approved_by=F("edited_by")),
                name="version_approver_is_not_its_last_editor",
            ),
            models.CheckConstraint(condition=Q(forwards_to="") | Q(change=Change.WITHDRAW.value), name="only_a_withdrawal_forwards"),
        ]
        triggers = [
            never_deleted,
            kept_as_written(
                "a_version_is_never_rewritten",
                pgtrigger.Update,
                *("submission_id", "kind", "key", "title", "change", "body", "content_hash", "provenance", "over"),
                *("recorded_by_id", "edited_by_id", "forwards_to"),
                # An approval is given once: who gave it stays, whatever becomes of the submission.
                or_where=(
                    "OLD.approved_by_id IS NOT NULL"
                    " AND (OLD.approved_by_id IS DISTINCT FROM NEW.approved_by_id OR OLD.approved_at IS DISTINCT FROM NEW.approved_at)"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Kind, key and title."""
        return f"{RecordKind(self.kind).label} {self.key}: {self.title}"


@history
class Comment(models.Model):
    """What a reviewer says about one field of a submitted version; the author settles it."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="comments", verbose_name=_("version"))
    field = models.CharField(
        _("field"), max_length=200, blank=True,
        help_text=_("The path of the field in the version, as rationale or events.2.on; empty for the record as a whole."),
    )  # fmt: skip
    text = models.TextField(_("comment"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_note = models.TextField(_("answer"), blank=True, help_text=_("What was done about it, or why nothing was."))

    class Meta:
        """In order of time."""

        ordering = ["id"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.CheckConstraint(condition=~Q(text__regex=r"^\s*$"), name="a_comment_says_something"),
            models.CheckConstraint(
                condition=Q(settled_by=None, settled_at=None) | Q(settled_by__isnull=False, settled_at__isnull=False),
                name="a_settled_comment_says_by_whom_and_when",
            ),
            models.CheckConstraint(condition=Q(settled_note="") | Q(settled_by__isnull=False), name="only_a_settled_comment_is_answered"),
        ]
        triggers = [
            never_deleted,
            kept_as_written(
                "a_comment_is_kept_as_written",
                pgtrigger.Update,
                *("version_id", "field", "text", "by_id", "at"),
                or_where="OLD.settled_at IS NOT NULL",
            ),
        ]

    def __str__(self) -> str:
        """Who says what."""
        return f"{self.by.public_name}: {self.text}"

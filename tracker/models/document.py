"""Documents, their archived copies and how they are captured, and citations of them."""

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracker.fields import PartialDateField, WordField, one_of
from tracker.models.base import (
    KEY_HELP,
    Publishable,
    a_bill_number_names_its_legislature,
    bill_field,
    celex_field,
    history,
    is_language,
    is_one_line,
    is_plain_address,
    kept_as_written,
    key_is_plain,
    legislature_field,
    never_deleted,
    new_key,
)
from tracker.models.searched import searched_by
from tracker.rules.vocabulary import CaptureState, CopyState, Corroboration, DocumentKind, Interest, LinkOutcome, PassageOutcome, Stance


@history
class Document(Publishable):
    """What something is cited from, with how its publisher is placed."""

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[key_is_plain], help_text=KEY_HELP)

    # What it is
    kind = WordField(DocumentKind, verbose_name=_("kind"))
    title = models.CharField(_("title"), max_length=500, help_text=_("As printed. Tick the box below where it is your description instead."))
    title_is_description = models.BooleanField(
        _("the title is a description"), default=False, help_text=_("Shown in [square brackets]: the document's own title is not known.")
    )
    author = models.CharField(_("author"), max_length=300, blank=True, help_text=_("Empty where unknown."))
    publisher = models.CharField(_("publisher"), max_length=300, blank=True, help_text=_("Who put out the copy that was read; empty where unknown."))
    published_on = PartialDateField(verbose_name=_("published on"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=12, validators=[is_language], help_text=_("BCP 47 tag of the text that was read, as en, fr or fa.")
    )
    url = models.URLField(_("address"), max_length=1000, blank=True, validators=[is_plain_address])

    # What its issuer and registers call it
    symbol = models.CharField(
        _("document symbol"),
        max_length=100,
        blank=True,
        validators=[is_one_line],
        help_text=_("The symbol or number that its issuer prints, as A/HRC/12/34, GAO-20-279 or SI 2022/544; empty where it has none."),
    )
    celex = celex_field(_("Of a document of EU law, as 32019R0881: it stands in its address on EUR-Lex. Empty for every other."))
    bill = bill_field(
        _("Of the text of a bill or a resolution, with the session, as H.R. 1234 (116th Congress); empty where the document only tells of one.")
    )
    legislature = legislature_field()

    # How its publisher is placed
    interest = WordField(Interest, verbose_name=_("interest"))
    stake = models.CharField(
        _("stake"),
        max_length=500,
        blank=True,
        help_text=_("How the publisher is placed in the matter, in neutral words: “voice of the accused state”."),
    )
    note = models.TextField(
        _("note"), blank=True, help_text=_("What a reader must know: an inferred date, a shortened title, a part that could not be read.")
    )

    class Meta:
        """Newest first in the lists of the desk."""

        ordering = ["key"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [searched_by("key", "title", "author", "publisher", "url", "symbol", "celex", "bill", name="document")]
        constraints = [
            one_of("kind", DocumentKind, "document_kind_is_in_the_vocabulary"),
            one_of("interest", Interest, "document_interest_is_in_the_vocabulary"),
            a_bill_number_names_its_legislature("document"),
        ]

    def __str__(self) -> str:
        """Title, publisher, date."""
        return f"{self.shown_title} · {self.publisher or self.author or _('publisher unknown')} · {self.published_on or _('undated')}"

    @property
    def shown_title(self) -> str:
        """The title, in square brackets where it is a description."""
        return f"[{self.title}]" if self.title_is_description else self.title


@history
class Snapshot(models.Model):
    """An archived copy of a document: what the bytes were, when and how they were captured. Never altered.

    ``document`` is nothing from the capture until someone says which document it is a copy of; it is said once.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="snapshots", verbose_name=_("document"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("media type"), max_length=100)
    captured_at = models.DateTimeField(_("captured at"))
    captured_how = models.CharField(_("how captured"), max_length=300)
    stored_as = models.CharField(_("stored as"), max_length=300, help_text=_("Path of the bytes below the archive folder."))

    # For the desk alone: other people's pages are not published again.
    url = models.URLField(_("captured from"), max_length=2000, blank=True, help_text=_("The address that answered, after redirects."))
    headers = models.JSONField(_("headers"), default=list, blank=True, help_text=_("Names and values as they were answered."))

    class Meta:
        """The same bytes are kept once a document."""

        ordering = ["captured_at"]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            models.UniqueConstraint(fields=["document", "sha256"], name="the_same_bytes_are_kept_once"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="snapshot_hash_is_sha256"),
        ]
        triggers = [
            never_deleted,
            kept_as_written(
                "a_snapshot_is_never_altered",
                pgtrigger.Update,
                *("sha256", "size", "media_type", "captured_at", "captured_how", "stored_as", "url", "headers"),
                or_where="OLD.document_id IS NOT NULL AND OLD.document_id IS DISTINCT FROM NEW.document_id",
            ),
        ]

    def __str__(self) -> str:
        """When, and the hash's beginning."""
        return f"{self.captured_at:%Y-%m-%d} · {self.sha256[:12]}"


class SnapshotText(models.Model):
    """The text of an archived copy, as it was read out of the bytes. It can be read out again; the bytes stay what they are."""

    snapshot = models.OneToOneField(Snapshot, on_delete=models.CASCADE, primary_key=True, related_name="extracted", verbose_name=_("snapshot"))
    text = models.TextField(_("text"), blank=True)
    parts = models.JSONField(_("pages and paragraphs"), default=list, help_text=_("Where each begins in the text, and what it is called."))
    about = models.JSONField(_("what the copy says about itself"), default=dict, help_text=_("Title, author, language and date, as far as it says."))
    problem = models.CharField(_("problem"), max_length=500, blank=True, help_text=_("Why there is no text, in a sentence."))
    extracted_at = models.DateTimeField(_("read out at"), auto_now=True)

    class Meta:
        """One a snapshot."""

        verbose_name = _("text of a snapshot")
        verbose_name_plural = _("texts of snapshots")

    def __str__(self) -> str:
        """Its beginning."""
        return self.text[:60] or self.problem


class Capture(models.Model):
    """A request to archive a page or a file, and what came of it."""

    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("requested by"))
    requested_at = models.DateTimeField(_("requested at"), auto_now_add=True)
    url = models.URLField(_("address"), max_length=2000, blank=True)
    file_name = models.CharField(_("file"), max_length=300, blank=True, help_text=_("As it was called where it was uploaded from."))
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="captures", verbose_name=_("document"),
        help_text=_("The document that it is another copy of; empty for a new one."),
    )  # fmt: skip
    state = WordField(CaptureState, verbose_name=_("state"), default=CaptureState.WAITING)
    problem = models.CharField(_("problem"), max_length=1000, blank=True, help_text=_("Why nothing was archived, in a sentence."))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="captures", verbose_name=_("snapshot"))
    held_before = models.BooleanField(_("held before"), default=False, help_text=_("The very same bytes had been archived already."))
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("seen by"),
        help_text=_("Who set a request aside that brought nothing; empty while it waits."),
    )  # fmt: skip
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ["-id"]
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        constraints = [
            one_of("state", CaptureState, "capture_state_is_in_the_vocabulary"),
            models.CheckConstraint(condition=~Q(url="", file_name=""), name="a_capture_is_of_an_address_or_a_file"),
            models.CheckConstraint(condition=~Q(state=CaptureState.HELD.value) | Q(snapshot__isnull=False), name="what_is_held_has_a_snapshot"),
            models.CheckConstraint(
                condition=Q(seen_by=None, seen_at=None) | Q(seen_by__isnull=False, seen_at__isnull=False, state=CaptureState.NOTHING.value),
                name="what_brought_nothing_is_set_aside_by_someone",
            ),
        ]

    def __str__(self) -> str:
        """What it is of."""
        return self.url or self.file_name


@history
class Citation(models.Model):
    """A passage of a document: where it stands, its wording where held, and what it says.

    Quotation parts follow the W3C Web Annotation text-quote selector (exact, prefix, suffix).
    """

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[key_is_plain], default=new_key)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="citations", verbose_name=_("document"))
    locator = models.CharField(_("locator"), max_length=200, help_text=_("Where the passage stands: ¶17, p. 4, art. 5, table 2."))
    says = models.TextField(_("what it says"), help_text=_("In your own words, neutrally, in a sentence. Not a quotation."))
    exact = models.TextField(_("quotation"), blank=True, help_text=_("The passage letter for letter, where it is held."))
    prefix = models.CharField(_("words before"), max_length=300, blank=True)
    suffix = models.CharField(_("words after"), max_length=300, blank=True)
    corroboration = WordField(Corroboration, verbose_name=_("corroboration"), default=Corroboration.SINGLE_SOURCE)

    # Where the words were marked in an archived copy, after the W3C text-position selector
    archived_as = models.CharField(
        _("archived copy"),
        max_length=64,
        blank=True,
        help_text=_("SHA-256 of the archived copy in which the words were read; empty for none."),
    )
    begins = models.PositiveIntegerField(_("begins at"), null=True, blank=True, help_text=_("Characters before the quotation in the copy's text."))
    ends = models.PositiveIntegerField(_("ends at"), null=True, blank=True)

    class Meta:
        """Looked up by document."""

        ordering = ["key"]
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        indexes = [searched_by("key", "says", "locator", "exact", name="citation")]
        constraints = [
            one_of("corroboration", Corroboration, "citation_corroboration_is_in_the_vocabulary"),
            models.CheckConstraint(condition=Q(archived_as="") | Q(archived_as__regex=r"^[0-9a-f]{64}$"), name="a_copy_is_named_by_its_sha256"),
            models.CheckConstraint(
                condition=Q(begins=None, ends=None) | Q(begins__isnull=False, ends__isnull=False, ends__gt=F("begins")),
                name="a_marked_passage_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        """Document, place and gist."""
        return f"{self.document.key} {self.locator}: {self.says}"


class PassageCheck(models.Model):
    """Whether a cited passage was found again in a later archived copy of its document."""

    citation = models.ForeignKey(Citation, on_delete=models.CASCADE, related_name="checks", verbose_name=_("citation"))
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="passage_checks", verbose_name=_("snapshot"))
    outcome = WordField(PassageOutcome, verbose_name=_("outcome"))
    nearest = models.TextField(_("nearest words"), blank=True, help_text=_("The most similar passage of the later copy, where the words are lost."))
    begins = models.PositiveIntegerField(_("begins at"), null=True, blank=True, help_text=_("Characters before it in the later copy's text."))
    ends = models.PositiveIntegerField(_("ends at"), null=True, blank=True)
    locator = models.CharField(_("locator"), max_length=200, blank=True, help_text=_("Where it stands in the later copy."))
    checked_at = models.DateTimeField(_("checked at"), auto_now=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("seen by"),
        help_text=_("Who looked at a lost passage and decided what to do; empty while it waits."),
    )  # fmt: skip
    decision = models.CharField(_("decision"), max_length=500, blank=True, help_text=_("What was decided about a lost passage, in a sentence."))

    class Meta:
        """Once a copy."""

        ordering = ["-checked_at"]
        verbose_name = _("check of a passage")
        verbose_name_plural = _("checks of passages")
        constraints = [
            one_of("outcome", PassageOutcome, "passage_outcome_is_in_the_vocabulary"),
            models.UniqueConstraint(fields=["citation", "snapshot"], name="a_passage_is_checked_once_a_copy"),
            models.CheckConstraint(
                condition=Q(seen_by=None, decision="") | (Q(seen_by__isnull=False) & ~Q(decision="")),
                name="who_saw_a_lost_passage_says_what_was_decided",
            ),
        ]

    def __str__(self) -> str:
        """Citation and outcome."""
        return f"{self.citation.key}: {PassageOutcome(self.outcome).label}"


class LinkCheck(models.Model):
    """What the address of a document answered when it was last asked."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="link_check", verbose_name=_("document"))
    url = models.URLField(_("address"), max_length=1000)
    outcome = WordField(LinkOutcome, verbose_name=_("outcome"))
    answer = models.CharField(_("answer"), max_length=500, blank=True, help_text=_("What was answered, in a sentence."))
    moved_to = models.URLField(_("moved to"), max_length=2000, blank=True)
    checked_at = models.DateTimeField(_("checked at"))
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, help_text=_("The first of the checks in a row that failed."))

    class Meta:
        """One a document."""

        verbose_name = _("check of an address")
        verbose_name_plural = _("checks of addresses")
        constraints = [one_of("outcome", LinkOutcome, "link_outcome_is_in_the_vocabulary")]

    def __str__(self) -> str:
        """Address and outcome."""
        return f"{self.url}: {LinkOutcome(self.outcome).label}"


class CopyCheck(models.Model):
    """Whether the file of an archived copy still has its bytes, when it was last read for that."""

    snapshot = models.OneToOneField(Snapshot, on_delete=models.CASCADE, primary_key=True, related_name="copy_check", verbose_name=_("snapshot"))
    outcome = WordField(CopyState, verbose_name=_("outcome"))
    checked_at = models.DateTimeField(_("checked at"))
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, help_text=_("The first of the checks in a row that failed."))

    class Meta:
        """One a copy."""

        verbose_name = _("check of an archived copy")
        verbose_name_plural = _("checks of archived copies")
        constraints = [one_of("outcome", CopyState, "copy_state_is_in_the_vocabulary")]

    def __str__(self) -> str:
        """Copy and outcome."""
        return f"{self.snapshot}: {CopyState(self.outcome).label}"


CITED_RECORDS = ("recommendation", "action", "assessment", "position", "legal_status", "reply")


def _serves_exactly_one() -> Q:
    """One of the columns is filled, the others are not."""
    condition = Q()
    for served in CITED_RECORDS:
        condition |= Q(**{f"{served}__isnull": False}, **dict.fromkeys((record for record in CITED_RECORDS if record != served), None))
    return condition


@history
class CitationUse(models.Model):
    """A citation serving one record, with the stance that it takes there. One citation may serve several."""

    RECORDS = CITED_RECORDS

    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="uses", verbose_name=_("citation"))
    stance = WordField(Stance, verbose_name=_("stance"), default=Stance.SUPPORTS)
    recommendation = models.ForeignKey("tracker.Recommendation", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")
    action = models.ForeignKey("tracker.Action", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")
    assessment = models.ForeignKey("tracker.Assessment", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")
    position = models.ForeignKey("tracker.Position", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")
    legal_status = models.ForeignKey("tracker.LegalStatus", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")
    reply = models.ForeignKey("tracker.Reply", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")

    class Meta:
        """It serves exactly one record, and each record once."""

        ordering = ["citation__key"]
        verbose_name = _("cited source")
        verbose_name_plural = _("cited sources")
        constraints = [
            one_of("stance", Stance, "citation_stance_is_in_the_vocabulary"),
            models.CheckConstraint(condition=_serves_exactly_one(), name="citation_use_serves_exactly_one_record"),
            *(
                models.UniqueConstraint(fields=["citation", record], name=f"citation_serves_{'an' if record[0] == 'a' else 'a'}_{record}_once")
                for record in CITED_RECORDS
            ),
        ]

    def __str__(self) -> str:
        """Stance and citation."""
        return f"{Stance(self.stance).label}: {self.citation}"

    def clean(self) -> None:
        """Exactly one record is served."""
        if sum(getattr(self, f"{record}_id") is not None for record in self.RECORDS) > 1:
            raise ValidationError(_("A citation serves one record at a time; add another row for another record."))

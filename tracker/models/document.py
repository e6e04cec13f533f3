"""Documents, their archived copies, and citations of them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.fields import PartialDateField, WordField, one_of
from tracker.models.base import KEY_HELP, Publishable, history, key_is_plain, never_deleted, new_key
from tracker.rules.vocabulary import Corroboration, DocumentKind, Interest, Stance


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
    language = models.CharField(_("language"), max_length=12, help_text=_("BCP 47 tag of the text that was read, as en, fr or fa."))
    url = models.URLField(_("address"), max_length=1000, blank=True)

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
        constraints = [
            one_of("kind", DocumentKind, "document_kind_is_in_the_vocabulary"),
            one_of("interest", Interest, "document_interest_is_in_the_vocabulary"),
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
    """An archived copy of a document: what the bytes were, when and how they were captured. Never altered."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="snapshots", verbose_name=_("document"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("media type"), max_length=100)
    captured_at = models.DateTimeField(_("captured at"))
    captured_how = models.CharField(_("how captured"), max_length=300)
    stored_as = models.CharField(_("stored as"), max_length=300, help_text=_("Path of the bytes below the archive folder."))

    class Meta:
        """The same bytes are kept once a document."""

        ordering = ["captured_at"]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            models.UniqueConstraint(fields=["document", "sha256"], name="the_same_bytes_are_kept_once"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="snapshot_hash_is_sha256"),
        ]
        triggers = [never_deleted]

    def __str__(self) -> str:
        """When, and the hash's beginning."""
        return f"{self.captured_at:%Y-%m-%d} · {self.sha256[:12]}"


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

    class Meta:
        """Looked up by document."""

        ordering = ["key"]
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [one_of("corroboration", Corroboration, "citation_corroboration_is_in_the_vocabulary")]

    def __str__(self) -> str:
        """Document, place and gist."""
        return f"{self.document.key} {self.locator}: {self.says}"


@history
class CitationUse(models.Model):
    """A citation serving one record, with the stance that it takes there. One citation may serve several."""

    RECORDS = ("recommendation", "action", "assessment", "position", "legal_status")

    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="uses", verbose_name=_("citation"))
    stance = WordField(Stance, verbose_name=_("stance"), default=Stance.SUPPORTS)
    recommendation = models.ForeignKey("tracker.Recommendation", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")
    action = models.ForeignKey("tracker.Action", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")
    assessment = models.ForeignKey("tracker.Assessment", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")
    position = models.ForeignKey("tracker.Position", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")
    legal_status = models.ForeignKey("tracker.LegalStatus", on_delete=models.CASCADE, null=True, blank=True, related_name="citation_uses")

    class Meta:
        """It serves exactly one record, and each record once."""

        ordering = ["citation__key"]
        verbose_name = _("cited source")
        verbose_name_plural = _("cited sources")
        constraints = [
            one_of("stance", Stance, "citation_stance_is_in_the_vocabulary"),
            models.CheckConstraint(
                condition=Q(recommendation__isnull=False, action=None, assessment=None, position=None, legal_status=None)
                | Q(recommendation=None, action__isnull=False, assessment=None, position=None, legal_status=None)
                | Q(recommendation=None, action=None, assessment__isnull=False, position=None, legal_status=None)
                | Q(recommendation=None, action=None, assessment=None, position__isnull=False, legal_status=None)
                | Q(recommendation=None, action=None, assessment=None, position=None, legal_status__isnull=False),
                name="citation_use_serves_exactly_one_record",
            ),
            *(
                models.UniqueConstraint(fields=["citation", record], name=f"citation_serves_{article}_{record}_once")
                for article, record in (("a", "recommendation"), ("an", "action"), ("an", "assessment"), ("a", "position"), ("a", "legal_status"))
            ),
        ]

    def __str__(self) -> str:
        """Stance and citation."""
        return f"{Stance(self.stance).label}: {self.citation}"

    def clean(self) -> None:
        """Exactly one record is served."""
        if sum(getattr(self, f"{record}_id") is not None for record in self.RECORDS) > 1:
            raise ValidationError(_("A citation serves one record at a time; add another row for another record."))

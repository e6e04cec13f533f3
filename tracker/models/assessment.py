"""Verdicts on addressees, the searches behind negative ones, and what governments said that they would do."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.fields import PartialDateField, WordField, one_of
from tracker.models.base import Publishable, history, key_is_plain, new_key
from tracker.models.recommendation import Addressee
from tracker.models.searched import searched_by
from tracker.rules.vocabulary import Answer, AssessorKind, Confidence, Corroboration, Status

ASSESSABLE = [status for status in Status if status is not Status.NOT_ASSESSED]


@history
class Assessment(Publishable):
    """A dated verdict on an addressee, which may supersede another."""

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[key_is_plain], default=new_key)
    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("addressee"))

    # The verdict
    status = WordField(Status, verbose_name=_("status"))
    effective_on = PartialDateField(
        verbose_name=_("effective on"),
        null=True,
        blank=True,
        help_text=_(
            "When the status began to hold; a month or a year counts from its last day."
            " Empty: no dated change, it holds from the recommendation's date."
        ),
    )
    rationale = models.TextField(_("rationale"), help_text=_("Why this status, in a sentence or two that would stand in a parliament's record."))
    confidence = WordField(Confidence, verbose_name=_("confidence"), default=Confidence.NOT_STATED)
    corroboration = WordField(Corroboration, verbose_name=_("corroboration"), default=Corroboration.SINGLE_SOURCE)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
        help_text=_("The assessment of the same addressee and assessor that this one follows."),
    )

    # Whose it is
    assessor_kind = WordField(AssessorKind, verbose_name=_("assessed by"), default=AssessorKind.STAFF)
    assessor = models.CharField(_("assessor's name"), max_length=300, blank=True, help_text=_("For a government or a third party."))
    source_status = models.CharField(
        _("status in the source's words"), max_length=200, blank=True, help_text=_("The raw value, where it was taken over from elsewhere.")
    )
    note = models.TextField(_("note"), blank=True)

    # Beside the rule
    departure = models.TextField(
        _("why not the proposed status"),
        blank=True,
        help_text=_("Where the status differs from the one that follows from effects, positions and dates: why, in a sentence. It is published."),
    )
    review_on = PartialDateField(
        verbose_name=_("look again on"), null=True, blank=True, help_text=_("For the desk alone: when someone should look whether it still holds.")
    )

    class Meta:
        """By key."""

        ordering = ["key"]
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        indexes = [searched_by("key", "rationale", name="assessment")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=[status.value for status in ASSESSABLE]), name="an_assessment_gives_a_status"),
            one_of("confidence", Confidence, "assessment_confidence_is_in_the_vocabulary"),
            one_of("corroboration", Corroboration, "assessment_corroboration_is_in_the_vocabulary"),
            one_of("assessor_kind", AssessorKind, "assessor_kind_is_in_the_vocabulary"),
            models.CheckConstraint(condition=Q(assessor_kind=AssessorKind.STAFF.value) | ~Q(assessor=""), name="an_outside_assessor_has_a_name"),
            models.CheckConstraint(condition=~Q(supersedes=models.F("id")), name="an_assessment_does_not_supersede_itself"),
            models.UniqueConstraint(
                fields=["addressee"],
                condition=Q(supersedes=None, assessor_kind=AssessorKind.STAFF.value),
                name="an_addressee_has_one_first_staff_assessment",
                violation_error_message=_("This addressee has an assessment already; choose the one that this assessment supersedes."),
            ),
        ]

    def __str__(self) -> str:
        """Addressee, status, date."""
        return f"{self.addressee}: {Status(self.status).label}" + (f" from {self.effective_on}" if self.effective_on else "")

    def clean(self) -> None:
        """An assessment supersedes one of the same addressee and assessor; groups and models cited have none."""
        if self.addressee_id and not self.addressee.counted:
            raise ValidationError({"addressee": _("A group, or a government cited as a model, has no status of its own.")})
        if self.supersedes_id and self.addressee_id:
            before: Assessment = self.supersedes  # type: ignore[assignment]
            if before.addressee_id != self.addressee_id or before.assessor_kind != self.assessor_kind:
                raise ValidationError({"supersedes": _("An assessment can supersede only one of the same addressee by the same kind of assessor.")})


@history
class Search(models.Model):
    """The search behind *no evidence found* or *no action*: what was looked at, and what it cannot show."""

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[key_is_plain], default=new_key)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="searches", verbose_name=_("assessment"))
    searched_on = PartialDateField(verbose_name=_("searched on"))
    searched_by = models.CharField(_("searched by"), max_length=200)
    where = models.TextField(_("where"), help_text=_("Registers, gazettes, archives, search engines."))
    languages = models.CharField(_("languages"), max_length=200)
    looked_for = models.TextField(_("looked for"))
    found = models.TextField(_("found"))
    limits = models.TextField(_("limits"), help_text=_("What the search cannot show."))

    class Meta:
        """Newest last."""

        ordering = ["searched_on", "key"]
        verbose_name = _("search")
        verbose_name_plural = _("searches")

    def __str__(self) -> str:
        """When and by whom."""
        return f"{self.searched_on}, {self.searched_by}"


@history
class Position(models.Model):
    """What the government said that it would do. Published with the assessment that it stands beside."""

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[key_is_plain], default=new_key)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="positions", verbose_name=_("assessment"))
    answer = WordField(Answer, verbose_name=_("position"))
    on = PartialDateField(verbose_name=_("on"))
    statement = models.TextField(
        _("statement"), blank=True, help_text=_("What the government said, in your words; the quotation belongs to the citation.")
    )
    said_by = models.CharField(_("said by"), max_length=300)

    class Meta:
        """In order of date."""

        ordering = ["on", "key"]
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [one_of("answer", Answer, "position_is_in_the_vocabulary")]

    def __str__(self) -> str:
        """Position, date, speaker."""
        return f"{Answer(self.answer).label}, {self.on}, {self.said_by}"

"""What someone answers to a published claim: the reply of a government or of a named party, verbatim."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.fields import PartialDateField
from tracker.models.action import Action
from tracker.models.assessment import Assessment
from tracker.models.base import history, is_language, key_is_plain, new_key


@history
class Reply(models.Model):
    """A reply to what an action or an assessment says of someone, in the replier's own words. It is published beside the claim."""

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[key_is_plain], default=new_key)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, null=True, blank=True, related_name="replies", verbose_name=_("action"))
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, null=True, blank=True, related_name="replies", verbose_name=_("assessment"))
    said_by = models.CharField(_("said by"), max_length=300, help_text=_("Who replies: the ministry, the embassy, the party's lawyer."))
    on = PartialDateField(verbose_name=_("on"))
    words = models.TextField(_("words"), help_text=_("Letter for letter, in the language in which it was given."))
    language = models.CharField(_("language"), max_length=12, validators=[is_language], help_text=_("BCP 47 tag of the words, as en, fr or fa."))
    note = models.TextField(_("note"), blank=True, help_text=_("A translation and who made it; what was left out."))

    class Meta:
        """In order of date."""

        ordering = ["on", "key"]
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        constraints = [
            models.CheckConstraint(
                condition=Q(action__isnull=False, assessment=None) | Q(action=None, assessment__isnull=False), name="a_reply_is_to_one_record"
            ),
            models.CheckConstraint(condition=~Q(said_by__regex=r"^\s*$") & ~Q(words__regex=r"^\s*$"), name="a_reply_says_who_and_what"),
        ]

    def __str__(self) -> str:
        """Who and when."""
        return f"{self.said_by}, {self.on}"

    def clean(self) -> None:
        """It answers an action or an assessment, not both."""
        if self.action_id and self.assessment_id:
            raise ValidationError(_("A reply answers one record."))

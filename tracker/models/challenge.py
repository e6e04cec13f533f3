"""Challenges from the public to what is published."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.fields import WordField, one_of
from tracker.models.base import history
from tracker.models.review import RecordKind
from tracker.rules.vocabulary import ChallengeState


@history
class Challenge(models.Model):
    """What a reader says is wrong in a published record. It is answered by a person; it changes nothing by itself."""

    # What it is about
    kind = WordField(RecordKind, verbose_name=_("kind"))
    key = models.CharField(_("key"), max_length=60)
    edition = models.PositiveIntegerField(_("edition"), help_text=_("The edition of the record that the reader saw."))

    # What the reader says
    says = models.TextField(_("what is wrong"), max_length=5000)
    source = models.TextField(_("source"), max_length=2000, blank=True, help_text=_("Where the reader says that it can be seen."))
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    sender = models.CharField(
        max_length=64, blank=True, editable=False, db_index=True,
        help_text=_("What the limits count by: a keyed digest of the network address and the day, from which neither can be told."),
    )  # fmt: skip

    # What became of it
    state = WordField(ChallengeState, verbose_name=_("state"), default=ChallengeState.OPEN)
    answer = models.TextField(_("answer"), blank=True, help_text=_("Why the record stands, or what was mended."))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        """Oldest first: it waits longest."""

        ordering = ["received_at"]
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        permissions = [("answer_challenge", _("Can answer challenges"))]
        constraints = [
            one_of("kind", RecordKind, "challenge_kind_is_in_the_vocabulary"),
            one_of("state", ChallengeState, "challenge_state_is_in_the_vocabulary"),
            models.CheckConstraint(
                condition=Q(state=ChallengeState.OPEN.value) | (~Q(answer__regex=r"^\s*$") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="an_answered_challenge_says_why",
            ),
            models.CheckConstraint(condition=~Q(says__regex=r"^\s*$"), name="a_challenge_says_what_is_wrong"),
        ]

    def __str__(self) -> str:
        """About what, and its beginning."""
        return f"{self.key}: {self.says[:60]}"

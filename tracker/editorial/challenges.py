"""Answering what readers say is wrong."""

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.editions.tables import DESK
from tracker.editorial.verbs import Refused
from tracker.models import Challenge, User
from tracker.rules.vocabulary import ChallengeState


def answer(challenge: Challenge, *, by: User, state: ChallengeState, answer: str) -> Challenge:
    """Say what became of a challenge and why. It changes no record: where the challenge is right, somebody corrects the record.

    ``Refused`` for somebody without the right, for an answer without a reason, and for one that leaves the challenge open. It may be answered
    again; the history keeps what was said before.
    """
    if not by.has_perm("tracker.answer_challenge"):
        raise Refused(_("%(name)s has no right to answer challenges.") % {"name": by.public_name})
    if state is ChallengeState.OPEN:
        raise Refused(_("Say whether the challenge is upheld or dismissed."))
    if not answer.strip():
        raise Refused(_("Say why the record stands, or what was mended."))
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=answer):
        challenge = Challenge.objects.select_for_update().get(pk=challenge.pk)
        challenge.state, challenge.answer = state, answer.strip()
        challenge.answered_by, challenge.answered_at = by, timezone.now()
        challenge.save()
    return challenge

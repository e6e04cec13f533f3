"""Second factors: who needs one, whether a session gave it, and what to do when it is lost."""

import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from tracker.models import AccountEventKind, User
from tracker.signin import events

RIGHTS = (
    "tracker.review", "tracker.publish",
    "tracker.add_user", "tracker.change_user", "auth.add_group", "auth.change_group",
    "tracker.add_government", "tracker.change_government",
)  # fmt: skip
"""Whoever has one of these can put something before the public or into other people's hands, by whichever role."""

FRESH = 10 * 60
"""Seconds for which a password counts as given a moment ago."""

OPEN, SET_UP, CONFIRM = "open", "set up", "confirm"


def required(user: Any) -> bool:
    """Whether the account needs a second factor, by the rights that it has now."""
    return bool(settings.SECOND_FACTOR_REQUIRED and (user.is_superuser or any(user.has_perm(right) for right in RIGHTS)))


def has_factor(user: Any) -> bool:
    """Whether an authenticator app is linked to the account."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def gave_factor(request: HttpRequest) -> bool:
    """Whether this session gave the second factor of its user."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))  # type: ignore[arg-type]


def gave_password_lately(request: HttpRequest) -> bool:
    """Whether the person typed the password in this session within :data:`FRESH`."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return any(record.get("method") == "password" and time.time() - record.get("at", 0) < FRESH for record in records)


def standing(request: HttpRequest) -> str:
    """What a signed-in session must do next: nothing, set up a second factor, or give the one that there is."""
    if gave_factor(request) or not required(request.user):
        return OPEN
    return CONFIRM if has_factor(request.user) else SET_UP


@transaction.atomic
def reset(user: User, *, by: User, reason: str, request: HttpRequest | None = None) -> bool:
    """Take an account's second factor away, recovery codes too, and end all its sessions. Gives whether there was one.

    For somebody who lost their phone: they set up another one at their next sign-in.
    """
    removed, _each = Authenticator.objects.filter(user=user).delete()
    sign_out_everywhere(user)
    events.note(request, AccountEventKind.FACTOR_RESET, user, by=by, reason=reason)
    return bool(removed)


@transaction.atomic
def remove_own(request: HttpRequest) -> None:
    """Take the user's own second factor away; sessions on other browsers end, this one has given none any more."""
    user: Any = request.user
    Authenticator.objects.filter(user=user).delete()
    events.note(request, AccountEventKind.FACTOR_REMOVED, user)
    sign_out_everywhere(user)
    kept = [record for record in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, []) if record.get("method") != "mfa"]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept
    update_session_auth_hash(request, user)


def sign_out_everywhere(user: User) -> None:
    """End every session of the account."""
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])

"""What happened to an account, on record: who signed in from where, who reset whose second factor, who gave whom which role, and why."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest
from django.utils import timezone

from tracker.models import AccountEvent, AccountEventKind, User
from tracker.models.people import PASSING
from tracker.signin.browsers import address_of, name_of_browser


def note(
    request: HttpRequest | None, kind: AccountEventKind, user: User | None, *, by: User | None = None, reason: str = "", changed: str = ""
) -> AccountEvent:
    """Put one event on record. ``by`` and ``reason`` where it was not the person themselves; ``changed`` where rights are other ones than before."""
    return AccountEvent.objects.create(
        kind=kind,
        user=user,
        by=by,
        reason=reason,
        changed=changed,
        address=(address_of(request) or None) if request is not None else None,
        browser=name_of_browser(request) if request is not None else "",
    )


def forget_old(now: dt.datetime | None = None, *, days: int | None = None) -> tuple[int, int]:
    """Remove sign-ins, failures and sign-outs older than so many days, and the addresses and browsers of all other events.

    ``days`` is ``SIGN_INS_KEPT_DAYS`` unless said otherwise; the database refuses what is younger than 30 days. Gives how many events were
    removed and how many lost their address. Repeating it changes nothing.
    """
    before = (now or timezone.now()) - dt.timedelta(days=settings.SIGN_INS_KEPT_DAYS if days is None else days)
    old = AccountEvent.objects.filter(at__lt=before)
    removed, _each = old.filter(kind__in=PASSING).delete()
    return removed, old.exclude(address=None, browser="").update(address=None, browser="")


def _signed_in(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    note(request, AccountEventKind.SIGNED_IN, user)


def _signed_out(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    if user is not None:
        note(request, AccountEventKind.SIGNED_OUT, user)


def listen() -> None:
    """Every sign-in and sign-out, whichever way it was done."""
    user_logged_in.connect(_signed_in, dispatch_uid="tracker.signin.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="tracker.signin.signed_out")

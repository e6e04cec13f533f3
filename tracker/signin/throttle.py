"""Attempts counted in the database, so that the count holds over all processes, without letting strangers lock an owner out.

What is counted together decides who can be locked out by whom:

- a password from an unknown browser: by address, and by address and name. A stranger elsewhere changes nothing for the owner;
- a password from a browser on which that account signed in before: by that browser alone. Not even strangers at the same address count;
- a code, once the password is right: by account, over all unknown browsers together (whoever throws away their cookies does not count anew),
  and apart from that by each known browser. Only somebody who has the password can make the owner wait, and only on unknown browsers;
- the password asked for again inside a session: by that session.

An attempt is counted before it is tried, so that many at once do not slip through, and given back when it was right.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.models import AccountEventKind, User
from tracker.signin import events
from tracker.signin.browsers import known_as, neighbourhood_of

MINUTE, DAY = 60, 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts within so many seconds, beginning with the first one."""

    name: str
    most: int
    seconds: int


PASSWORD_HERE = Limit("password by address and name", 10, 15 * MINUTE)
PASSWORDS_HERE = Limit("passwords by address", 50, 15 * MINUTE)
PASSWORD_ON_KNOWN = Limit("password by known browser", 10, 15 * MINUTE)
CODE = Limit("code by account", 6, 15 * MINUTE)
CODES_A_DAY = Limit("codes by account and day", 30, DAY)
CODE_ON_KNOWN = Limit("code by known browser", 10, 15 * MINUTE)
AGAIN = Limit("password within a session", 10, 15 * MINUTE)

ELSEWHERE = _("You can also sign in now on a browser where you have signed in before, or from another network.")
ON_KNOWN = _("You can also go on now on a browser where you have signed in before; an administrator can reset your second factor.")
REMOVED_AT_ONCE = 200


class Throttled(ValidationError):
    """Too many attempts: says for how long, and what else to do. ``first`` when this attempt is the one that reached the limit."""

    def __init__(self, until: dt.datetime, advice: object, *, first: bool) -> None:
        minutes = max(1, -(-int((until - timezone.now()).total_seconds()) // MINUTE))
        waiting = ngettext(
            "Too many failed attempts: wait %(minutes)d minute and try again.",
            "Too many failed attempts: wait %(minutes)d minutes and try again.",
            minutes,
        ) % {"minutes": minutes}
        super().__init__(f"{waiting} {advice}".strip(), code="throttled")
        self.first = first


@dataclass(frozen=True, slots=True)
class Attempt:
    """Attempts that were counted, until they turn out right."""

    keys: tuple[str, ...]

    def give_back(self) -> None:
        """It was right and does not count. Earlier failures stay: who has one account cannot wipe out guesses at another's."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE tracker_tally SET count = count - 1 WHERE key = ANY(%s) AND count > 0 AND until > now()", [list(self.keys)])


def key_of(limit: Limit, *parts: object) -> str:
    """What a tally is kept under: tells nobody who and from where."""
    return salted_hmac("tracker.signin.throttle", "\n".join([limit.name, *map(str, parts)]), algorithm="sha256").hexdigest()


def take(counted: Sequence[tuple[Limit, tuple[object, ...]]], advice: object = "") -> Attempt:
    """Count one attempt under each limit, the narrowest first; a :class:`Throttled` from the first that is reached."""
    keys: list[str] = []
    for limit, parts in counted:
        key = key_of(limit, *parts)
        with connection.cursor() as cursor:
            # One statement: two processes at once are two attempts.
            cursor.execute(
                """
                INSERT INTO tracker_tally AS held (key, count, until) VALUES (%s, 1, now() + make_interval(secs => %s))
                ON CONFLICT (key) DO UPDATE SET
                    count = CASE WHEN held.until <= now() THEN 1 ELSE least(held.count + 1, 1000000) END,
                    until = CASE WHEN held.until <= now() THEN excluded.until ELSE held.until END
                RETURNING count, until
                """,
                [key, limit.seconds],
            )
            count, until = cursor.fetchone()
        if count > limit.most:
            Attempt(tuple(keys)).give_back()  # the wider limits count what was tried, not what was turned away
            raise Throttled(until, advice, first=count == limit.most + 1)
        keys.append(key)
        if count == 1:
            forget_past()
    return Attempt(tuple(keys))


def forget_past() -> None:
    """Remove tallies whose time is over, some at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tracker_tally WHERE key IN (SELECT key FROM tracker_tally WHERE until <= now() LIMIT %s FOR UPDATE SKIP LOCKED)",
            [REMOVED_AT_ONCE],
        )


def password(request: HttpRequest, name: str) -> Attempt:
    """Before a password is tried at the entrance."""
    name = User.normalize_username(name)
    user = User.objects.filter(username=name).first()
    mark = known_as(request, user.pk if user else None)
    if user and mark:
        return _noting(request, user, [(PASSWORD_ON_KNOWN, (user.pk, mark))], "")
    where = neighbourhood_of(request)
    return _noting(request, user, [(PASSWORD_HERE, (where, name.casefold())), (PASSWORDS_HERE, (where,))], ELSEWHERE)


def code(request: HttpRequest, user: User) -> Attempt:
    """Before a code of the second factor is tried; the password was right."""
    if mark := known_as(request, user.pk):
        return _noting(request, user, [(CODE_ON_KNOWN, (user.pk, mark))], "")
    return _noting(request, user, [(CODE, (user.pk,)), (CODES_A_DAY, (user.pk,))], ON_KNOWN)


def password_again(request: HttpRequest, user: User) -> Attempt:
    """Before the password is tried within a session."""
    return _noting(request, user, [(AGAIN, (user.pk, request.session.session_key))], "")


def _noting(request: HttpRequest, user: User | None, counted: list[tuple[Limit, tuple[object, ...]]], advice: object) -> Attempt:
    try:
        return take(counted, advice)
    except Throttled as throttled:
        if user and throttled.first:
            events.note(request, AccountEventKind.THROTTLED, user)
        raise


__all__ = ["Attempt", "Limit", "Throttled", "code", "forget_past", "key_of", "password", "password_again", "take"]

"""How many challenges are taken: few from one network address, so that nobody floods the desk, and so many a day in all.

Counted in PostgreSQL, so that the limits hold over all processes. The address itself is kept nowhere: what is kept is a digest, keyed by the
installation's secret and by the day, from which neither can be told and by which nobody can be followed from one day to the next.
"""

import datetime as dt

from django.db import connections
from django.utils.crypto import salted_hmac

from tracker.models import Challenge

FROM_ONE_ADDRESS = 5
"""Within an hour."""
IN_ALL = 200
"""Within a day."""
_LOCK = 4_311_870_226  # any number: one challenge is counted at a time


def digest(address: str, day: dt.date) -> str:
    """What stands for an address on a day."""
    return salted_hmac("tracker.challenges", f"{day.isoformat()} {address}", algorithm="sha256").hexdigest()


def are_reached(address: str, now: dt.datetime) -> bool:
    """Whether another challenge from that address is one too many. To be asked in the transaction that writes it: others wait until it ends."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    hour, day = now - dt.timedelta(hours=1), now - dt.timedelta(days=1)
    theirs = {digest(address, hour.date()), digest(address, now.date())}
    if Challenge.objects.filter(sender__in=theirs, received_at__gt=hour).count() >= FROM_ONE_ADDRESS:
        return True
    return Challenge.objects.filter(received_at__gt=day).count() >= IN_ALL

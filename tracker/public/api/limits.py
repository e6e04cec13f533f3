"""How much one reader may ask of the API and of the files of releases: so many requests a minute from one network address.

Counted in each process by itself: with N of them a reader may be let through up to N times as often. That is enough to keep one program from taking
the site away from all others, and asks no database. What every answer says of it follows the draft of the IETF
(draft-ietf-httpapi-ratelimit-headers).
"""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.throttling import BaseThrottle

from tracker.signin.browsers import neighbourhood_of

WINDOW = 60
"""Seconds."""


@dataclass(frozen=True)
class Standing:
    """How a reader stands: what may be asked in all, how much of it is left, and in how many seconds counting begins anew."""

    most: int
    left: int
    again_in: int

    @property
    def is_over(self) -> bool:
        """Whether this request was one too many."""
        return self.left < 0

    def say(self, response: HttpResponseBase) -> None:
        """Put it into the headers of an answer."""
        response["RateLimit-Policy"] = f'"reader";q={self.most};w={WINDOW}'
        response["RateLimit"] = f'"reader";r={max(self.left, 0)};t={self.again_in}'


class Readers(BaseThrottle):
    """REST framework's way to ask. Conditional requests that are answered 304 count as any other."""

    standing: Standing | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether this request may go on; how its reader stands is kept on the request for the headers of the answer."""
        self.standing = standing_of(request._request)
        if self.standing is None:
            return True
        request._request.standing = self.standing
        return not self.standing.is_over

    def wait(self) -> float | None:
        """Seconds until the next request is taken."""
        return self.standing.again_in if self.standing else None


def standing_of(request: HttpRequest) -> Standing | None:
    """How the reader of a request stands, with this one; None where the settings limit nobody."""
    most = settings.API_REQUESTS_PER_MINUTE
    return counted(neighbourhood_of(request), most, time.time()) if most else None


def counted(reader: str, most: int, now: float) -> Standing:
    """Count another request of a reader."""
    window = int(now // WINDOW)
    cache, key = caches["limits"], f"{window}:{reader}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        number = cache.incr(key)
    except ValueError:  # dropped in between, as there are more readers than are remembered
        number = 1
    return Standing(most, most - number, WINDOW - int(now % WINDOW))

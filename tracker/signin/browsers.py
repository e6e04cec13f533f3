"""Where a request comes from: its address, as far as it can be believed, and whether somebody signed in on this browser before."""

import ipaddress
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "desk_browser"
SALT = "tracker.signin.browsers"
KNOWN_FOR = 365 * 24 * 60 * 60
"""Seconds. The cookie opens nothing: on a known browser failures are counted apart from everybody else's."""
MOST_ACCOUNTS = 10
"""On one browser; the account that signed in longest ago goes first."""


def address_of(request: HttpRequest) -> str:
    """The address of the reader in its usual form; empty where there is none (a socket in the file system).

    Behind our proxy it is the last one of X-Forwarded-For, which the proxy wrote itself; what stands before it anybody can write.
    """
    said = request.META.get("REMOTE_ADDR") or ""
    if settings.BEHIND_PROXY and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR")):
        said = forwarded.rpartition(",")[2]
    said = said.strip()
    if said.startswith("["):  # [2001:db8::1]:443
        said = said[1:].partition("]")[0]
    elif said.count(":") == 1:  # 192.0.2.1:443
        said = said.partition(":")[0]
    try:
        found = ipaddress.ip_address(said.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(found)


def neighbourhood_of(request: HttpRequest) -> str:
    """What failures are counted by: an IPv4 address, or the /64 of an IPv6 one, whose owner has all of it."""
    address = address_of(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def name_of_browser(request: HttpRequest) -> str:
    """What the browser calls itself, shortened."""
    return request.META.get("HTTP_USER_AGENT", "")[:200]


def _known(request: HttpRequest) -> dict[str, str]:
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return {}
    return {str(user): str(mark) for user, mark in found.items()} if isinstance(found, dict) else {}


def known_as(request: HttpRequest, user_pk: int | None) -> str:
    """The mark under which this account signed in on this browser before; empty where it never did."""
    return _known(request).get(str(user_pk), "") if user_pk is not None else ""


def remember(request: HttpRequest, response: HttpResponse, user_pk: int) -> None:
    """The account signed in here, wholly."""
    known = _known(request)
    mark = known.pop(str(user_pk), "") or secrets.token_urlsafe(12)
    known = {**dict(list(known.items())[-(MOST_ACCOUNTS - 1) :]), str(user_pk): mark}
    response.set_cookie(
        COOKIE, signing.dumps(known, salt=SALT), max_age=KNOWN_FOR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )

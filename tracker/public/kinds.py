"""What kind of request an address is: what it may cost, so for how long it may ask the database and how many of its kind are answered at once.

Beside :mod:`tracker.public.urls`, whose addresses it sorts; an address that nobody named here is an ordinary page.
"""

import enum
import functools
import re

from django.conf import settings

from tracker.editions.tables import NAME_OF_RELEASE
from tracker.languages import SOURCE
from tracker.languages.addresses import in_language
from tracker.public.formats import ENDINGS


class Kind(enum.Enum):
    """Each has a number of places of its own (:mod:`tracker.public.gate`)."""

    PAGE = "an ordinary page"
    COSTLY = "a page that counts or looks through everything"
    FILE = "a file of any length"
    STATIC = "a style sheet, script or font"
    DESK = "the desk and its sign-in"
    WATCH = "whether the site answers"


_FILES = "|".join(ENDINGS)
_LISTS = "recommendations|governments|documents|actions|effects|citations|changes|corrections"
_KINDS = (
    (Kind.WATCH, re.compile(r"/(?:healthz|readyz)$")),
    (Kind.DESK, re.compile(r"/admin(?:/|$)")),
    (Kind.STATIC, re.compile(re.escape(settings.STATIC_URL))),
    (Kind.PAGE, re.compile(r"/api/v1/(?:openapi\.json|crosswalk(?:\.[a-z]+)?)$")),
    (Kind.FILE, re.compile(rf"/api/v1/[a-z]+\.(?:{_FILES})$|/releases/(?:{NAME_OF_RELEASE}\.zip|.+/[^/]+)$|/sitemap-[^/]+\.xml$")),
    (Kind.COSTLY, re.compile(rf"/(?:{_LISTS}|matrix|compare|timeline|map|search)/$|/api/v1/[a-z]+$|/releases/.+\.\.\..+/$|/.+/brief/$")),
)
_FOR_PROGRAMS = re.compile(r"/(?:api/v1|feeds|cite)/|/data/catalog\.jsonld$|/sitemap|/robots\.txt$|/(?:healthz|readyz)$")


def kind_of(path: str, query: str = "") -> Kind:
    """The kind of an address, in any language. ``path``: as WSGI's ``PATH_INFO``; ``query``: all of it behind the question mark."""
    kind, is_overview = _of_path(path)
    return Kind.COSTLY if is_overview and query else kind


@functools.lru_cache(maxsize=4096)
def _of_path(path: str) -> tuple[Kind, bool]:
    """The kind, and whether it is the overview: that as it is today is kept between two publications, and of other days it is counted anew."""
    bare = in_language(path, SOURCE)
    return next((kind for kind, pattern in _KINDS if pattern.match(bare)), Kind.PAGE), bare == "/"


def is_for_programs(path: str) -> bool:
    """Whether who asks there reads problem details, not a page."""
    return _FOR_PROGRAMS.match(path) is not None or kind_of(path) is Kind.FILE


def longest_question(kind: Kind) -> int:
    """Milliseconds that one question to the public database may take."""
    given: dict[Kind, int] = {Kind.PAGE: settings.PAGE_STATEMENT_TIMEOUT_MS, Kind.COSTLY: settings.COSTLY_STATEMENT_TIMEOUT_MS}
    return min(given.get(kind, settings.PUBLIC_STATEMENT_TIMEOUT_MS), settings.PUBLIC_STATEMENT_TIMEOUT_MS)

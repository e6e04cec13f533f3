"""How much is taken at once. A file that is too large is refused by its length, before it is read."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tracker.exchange.tables import limits

LARGEST = limits.FILE_BYTES
"""Of one file, in bytes."""
UPLOADS = frozenset({"tracker_import_add"})
"""The pages that take files of that size, by the names of their addresses."""
_READ_ON = 8 * 1024 * 1024
_AROUND = 1024 * 1024  # what a form adds to its two files


class UploadLimit:
    """Refuses what is larger than an import may be, before anything else looks at the form: reading it is what would cost.

    Stands before whatever reads forms. What follows at once is read and thrown away, as a browser that is still sending hears no answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Before any view that takes files."""
        match = request.resolver_match
        if request.method != "POST" or match is None or match.url_name not in UPLOADS:
            return None
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length <= 2 * LARGEST + _AROUND:
            return None
        left = min(length, _READ_ON)
        while left > 0 and (piece := request.read(min(left, 64 * 1024))):
            left -= len(piece)
        response = render(request, "admin/tracker/importing/too_large.html", {"sentence": too_large(length), "back": request.path}, status=413)
        response.headers["Connection"] = "close"
        return response


def too_large(size: int) -> str:
    """Why a file of that size is not taken, and what would be right."""
    return _("What you sent has %(size)s; at most %(most)s are taken. Leave out columns that you don't need, or send it in parts.") % {
        "size": limits.megabytes(size),
        "most": limits.megabytes(LARGEST),
    }

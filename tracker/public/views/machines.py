"""Whether the site answers, for those who watch over it."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from tracker.editions.tables import SiteEdition


def healthz(_request: HttpRequest) -> JsonResponse:
    """Whether the process answers."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """Whether the public database answers, and which edition it has; 503 where it does not."""
    try:
        newest = SiteEdition.objects.first()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "detail": _("The public database does not answer.")}, status=503)
    return JsonResponse({"status": "ready", "edition": newest.number if newest else 0})

"""Whether the site answers, for those who watch over it."""

from dataclasses import asdict

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from tracker.editions.tables import SiteEdition
from tracker.public.servers import Server, once_more


@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Whether the process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Whether the public database answers, which edition it has, and how far its server is behind; 503 where none answers.

    A server that is behind is ready: its pages are whole, of an edition before, and a balancer that took every such machine away would leave none.
    """
    try:
        newest, server = once_more(lambda: (SiteEdition.objects.first(), Server.here()))
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "detail": _("The public database does not answer.")}, status=503)
    return JsonResponse({"status": "ready", "edition": newest.number if newest else 0, **asdict(server)})

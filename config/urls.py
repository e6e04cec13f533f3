"""Every address: the admin and the public site.

Pages for people may carry a language (`/fr/...`); addresses that programs rely on (API, feeds, health) never do:
tracker.public.urls lists those as `machine_urlpatterns`. The desk is in English at one address; `/fr/admin/` leads there.
"""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.urls import include, path, re_path

from tracker.challenges import urls as challenges
from tracker.public import urls as public
from tracker.signin import urls as signin

handler400 = "tracker.public.pages.not_readable"
handler500 = "tracker.public.pages.failed"


def to_the_desk(request: HttpRequest, rest: str) -> HttpResponsePermanentRedirect:
    """The desk's address for one that carries a language."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"/admin/{rest}" + (f"?{query}" if query else ""))


urlpatterns = [
    *public.machine_urlpatterns,
    path("admin/", include(signin)),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        re_path(r"^admin/(?P<rest>.*)$", to_the_desk),
        path("", include(public)),
        path("", include(challenges)),
        prefix_default_language=False,
    ),
]

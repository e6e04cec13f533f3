"""Every address: the admin and the public site.

Pages for people may carry a language (`/fr/...`); addresses that programs rely on (API, feeds, health) never do:
tracker.public.urls lists those as `machine_urlpatterns`.
"""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from tracker.challenges import urls as challenges
from tracker.public import urls as public
from tracker.signin import urls as signin

urlpatterns = [
    *public.machine_urlpatterns,
    *i18n_patterns(
        path("admin/", include(signin)),
        path("admin/", admin.site.urls),
        path("", include(public)),
        path("", include(challenges)),
        prefix_default_language=False,
    ),
]

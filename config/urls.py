"""Every address: the admin and the public site.

Pages for people may carry a language (`/fr/...`); addresses that programs rely on (API, feeds, health) never do:
tracker.public.urls lists those as `machine_urlpatterns`.
"""

from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

urlpatterns = []
pages = [path("admin/", admin.site.urls)]

if find_spec("tracker.public.urls"):
    from tracker.public import urls as public

    urlpatterns += getattr(public, "machine_urlpatterns", [])
    pages.append(path("", include(public)))

urlpatterns += i18n_patterns(*pages, prefix_default_language=False)

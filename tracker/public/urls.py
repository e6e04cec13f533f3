"""Addresses of the public site: pages for people, and those that programs rely on, which never carry a language."""

from django.urls import path, re_path

from tracker.public import api, feeds, views

KEY = r"[A-Za-z0-9][A-Za-z0-9.-]*"

app_name = "public"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("recommendations/", views.recommendation_list, name="recommendations"),
    re_path(rf"^recommendations/(?P<reference>{KEY})/$", views.recommendation, name="recommendation"),
    path("governments/", views.government_list, name="governments"),
    re_path(rf"^governments/(?P<code>{KEY})/$", views.government, name="government"),
    path("documents/", views.document_list, name="documents"),
    re_path(rf"^documents/(?P<key>{KEY})/$", views.document, name="document"),
    path("actions/", views.action_list, name="actions"),
    re_path(rf"^actions/(?P<key>{KEY})/$", views.action, name="action"),
    path("effects/", views.effect_list, name="effects"),
    path("matrix/", views.matrix, name="matrix"),
    path("changes/", views.changes, name="changes"),
    path("corrections/", views.correction_list, name="corrections"),
    path("methodology/", views.methodology, name="methodology"),
]

machine_urlpatterns = [
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("feeds/changes.atom", feeds.changes, name="changes-feed"),
    path("api/v1/", api.index, name="api"),
    re_path(r"^api/v1/(?P<name>[a-z]+)$", api.listing, name="api-page"),
    re_path(r"^api/v1/(?P<name>[a-z]+)\.(?P<ending>json|csv)$", api.listing, name="api-file"),
]

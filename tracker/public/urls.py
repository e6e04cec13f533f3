"""Addresses of the public site: pages for people, and those that programs rely on, which never carry a language."""

from django.urls import path, re_path

from tracker.public import api, feeds
from tracker.public.views import lists, machines, overviews, records, words

KEY = r"[A-Za-z0-9][A-Za-z0-9.-]*"

app_name = "public"

urlpatterns = [
    path("", overviews.dashboard, name="dashboard"),
    path("recommendations/", lists.recommendation_list, name="recommendations"),
    re_path(rf"^recommendations/(?P<reference>{KEY})/$", records.recommendation, name="recommendation"),
    path("governments/", lists.government_list, name="governments"),
    re_path(rf"^governments/(?P<code>{KEY})/$", records.government, name="government"),
    path("documents/", lists.document_list, name="documents"),
    re_path(rf"^documents/(?P<key>{KEY})/$", records.document, name="document"),
    path("actions/", lists.action_list, name="actions"),
    re_path(rf"^actions/(?P<key>{KEY})/$", records.action, name="action"),
    path("effects/", lists.effect_list, name="effects"),
    path("citations/", lists.citation_list, name="citations"),
    path("matrix/", overviews.matrix, name="matrix"),
    path("changes/", lists.changes, name="changes"),
    path("corrections/", lists.correction_list, name="corrections"),
    path("methodology/", words.methodology, name="methodology"),
    path("data/", words.data, name="data"),
    path("about/", words.about, name="about"),
    path("accessibility/", words.accessibility, name="accessibility"),
]

machine_urlpatterns = [
    path("healthz", machines.healthz),
    path("readyz", machines.readyz),
    path("feeds/changes.atom", feeds.changes, name="changes-feed"),
    path("api/v1/", api.index, name="api"),
    re_path(r"^api/v1/(?P<name>[a-z]+)$", api.listing, name="api-page"),
    re_path(r"^api/v1/(?P<name>[a-z]+)\.(?P<ending>json|csv)$", api.listing, name="api-file"),
]

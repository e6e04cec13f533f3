"""Addresses of the public site: pages for people, and those that programs rely on, which never carry a language."""

from django.urls import path, re_path

from tracker.editions.tables import NAME_OF_RELEASE
from tracker.public import catalog, feeds, sitemap
from tracker.public.api import docs
from tracker.public.api import views as api
from tracker.public.formats import ENDINGS
from tracker.public.views import briefs, citing, comparing, drawings, embeds, lists, machines, matrix, overviews, records, releases, search, words

KEY = r"[A-Za-z0-9][A-Za-z0-9.-]*"
CODE = r"[A-Z][A-Z0-9-]+"
CITATION = r"\.(?P<ending>bib|ris|json)"
CHARTED = r"(?P<kind>recommendation|government|document)/"

RELEASE = NAME_OF_RELEASE
TWO_RELEASES = rf"(?P<before>{RELEASE})\.\.\.(?P<after>{RELEASE})"

app_name = "public"

urlpatterns = [
    path("", overviews.dashboard, name="dashboard"),
    path("recommendations/", lists.recommendation_list, name="recommendations"),
    re_path(rf"^recommendations/(?P<reference>{KEY})/$", records.recommendation, name="recommendation"),
    re_path(rf"^recommendations/(?P<reference>{KEY})/(?P<code>{CODE})/$", matrix.addressee, name="addressee"),
    path("governments/", lists.government_list, name="governments"),
    re_path(rf"^governments/(?P<code>{KEY})/$", records.government, name="government"),
    path("documents/", lists.document_list, name="documents"),
    re_path(rf"^documents/(?P<key>{KEY})/$", records.document, name="document"),
    path("actions/", lists.action_list, name="actions"),
    re_path(rf"^actions/(?P<key>{KEY})/$", records.action, name="action"),
    path("effects/", lists.effect_list, name="effects"),
    path("citations/", lists.citation_list, name="citations"),
    path("matrix/", matrix.matrix, name="matrix"),
    path("compare/", comparing.compare, name="compare"),
    path("timeline/", drawings.timeline_page, name="timeline"),
    path("map/", drawings.map_page, name="map"),
    path("changes/", lists.changes, name="changes"),
    path("corrections/", lists.correction_list, name="corrections"),
    path("search/", search.search, name="search"),
    path("methodology/", words.methodology, name="methodology"),
    path("data/", words.data, name="data"),
    path("api/docs/", docs.page, name="api-docs"),
    path("releases/", releases.release_list, name="releases"),
    re_path(rf"^releases/(?P<name>{RELEASE})/$", releases.release_page, name="release"),
    re_path(rf"^releases/{TWO_RELEASES}/$", releases.release_difference, name="release-difference"),
    path("about/", words.about, name="about"),
    path("accessibility/", words.accessibility, name="accessibility"),
    re_path(rf"^governments/(?P<code>{KEY})/brief/$", briefs.government, name="government-brief"),
    re_path(rf"^documents/(?P<key>{KEY})/brief/$", briefs.document, name="document-brief"),
    re_path(rf"^embed/status/(?P<reference>{KEY})/(?P<code>{KEY})/$", embeds.status, name="embed-status"),
    re_path(rf"^embed/row/(?P<reference>{KEY})/$", embeds.row, name="embed-row"),
    re_path(rf"^embed/chart/{CHARTED}(?P<key>{KEY})/$", embeds.chart, name="embed-chart"),
    re_path(rf"^share/status/(?P<reference>{KEY})/(?P<code>{KEY})/$", embeds.share_status, name="share-status"),
    re_path(rf"^share/row/(?P<reference>{KEY})/$", embeds.share_row, name="share-row"),
    re_path(rf"^share/chart/{CHARTED}(?P<key>{KEY})/$", embeds.share_chart, name="share-chart"),
]

machine_urlpatterns = [
    path("healthz", machines.healthz),
    path("readyz", machines.readyz),
    path("feeds/changes.atom", feeds.changes, name="changes-feed"),
    path("api/v1/", api.Index.as_view(), name="api"),
    path("api/v1/openapi.json", docs.OpenApi.as_view(), name="api-description"),
    re_path(r"^api/v1/matrix\.(?P<ending>json|csv)$", api.MatrixFile.as_view(), name="api-matrix"),
    re_path(r"^api/v1/crosswalk(?:\.(?P<ending>json|csv))?$", api.Crosswalk.as_view(), name="api-crosswalk"),
    re_path(r"^api/v1/(?P<name>[a-z]+)$", api.Pages.as_view(), name="api-page"),
    re_path(rf"^api/v1/(?P<name>[a-z]+)\.(?P<ending>{'|'.join(ENDINGS)})$", api.Whole.as_view(), name="api-file"),
    path("data/catalog.jsonld", catalog.catalog, name="catalog"),
    re_path(rf"^releases/(?P<name>{RELEASE})\.zip$", releases.release_zip, name="release-zip"),
    re_path(rf"^releases/(?P<name>{RELEASE})/(?P<path>[A-Za-z0-9][A-Za-z0-9._-]*)$", releases.release_file, name="release-file"),
    re_path(rf"^releases/{TWO_RELEASES}/changes\.(?P<ending>csv|json)$", releases.difference_file, name="release-difference-file"),
    re_path(rf"^cite/(?P<kind>status)/(?P<key>{KEY})/(?P<code>{KEY}){CITATION}$", citing.cite, name="cite-status"),
    re_path(rf"^cite/(?P<kind>release)/(?P<key>{RELEASE}){CITATION}$", citing.cite, name="cite-release"),
    re_path(
        rf"^cite/(?P<kind>page|recommendation|government(?:-brief)?|document(?:-brief)?|action|source)/(?P<key>{KEY}){CITATION}$",
        citing.cite,
        name="cite",
    ),
    path("robots.txt", sitemap.robots, name="robots"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    re_path(r"^sitemap-(?P<name>[a-z]+)-(?P<number>[1-9][0-9]{0,5})\.xml$", sitemap.part, name="sitemap-part"),
    re_path(r"^api/v1/", api.Nowhere.as_view()),  # after all others
]

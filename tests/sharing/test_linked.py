"""What pages say to machines: true, the same as on the page, and by absolute addresses of the origin asked."""

import datetime as dt
import html
import json
import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.sharing.conftest import ORIGIN, text_of
from tracker.public import linked
from tracker.public.linked import as_script
from tracker.public.sitemap import VIEWS

PATHS = [
    "/",
    "/matrix/",
    "/recommendations/MQ-1/",
    "/governments/BE/",
    "/governments/EU/",
    "/documents/WP-MQ/",
    "/documents/ABNA-2301/",
    "/actions/BE-2021-JUD/",
]
TYPES = {
    "WebSite", "SearchAction", "EntryPoint", "Dataset", "DataDownload", "WebPage", "BreadcrumbList", "ListItem", "CreativeWork", "Report",
    "NewsArticle", "Legislation", "Country", "Organization", "AdministrativeArea", "PropertyValue",
}  # fmt: skip
NOT_SHOWN = {
    "@context",
    "@type",
    "url",
    "item",
    "contentUrl",
    "urlTemplate",
    "query-input",
    "encodingFormat",
    "inLanguage",
    "position",
    "isAccessibleForFree",
    "propertyID",
    "sameAs",
}
"""What names things to machines; addresses are opened instead, everything else must stand on the page."""


def blocks(page: str) -> list[dict[str, Any]]:
    said = []
    for written in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
        read = json.loads(written)
        said += read if isinstance(read, list) else [read]
    return said


def pairs(said: Any) -> list[tuple[str, Any]]:
    """Every name and value in a statement."""
    found = []
    for name, value in said.items():
        for each in value if isinstance(value, list) else [value]:
            found += pairs(each) if isinstance(each, dict) else [(name, each)]
    return found


def head(page: str, pattern: str) -> str:
    (found,) = re.findall(pattern, page.split("</head>")[0])
    return html.unescape(found)


@pytest.mark.parametrize("path", PATHS)
def test_every_statement_stands_on_the_page(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    said = blocks(page)
    assert said
    body = page.split("</head>")[1]
    shown = html.unescape(re.sub(r"<[^>]+>", "", body)) + head(page, "<title>(.*?)</title>") + head(page, '<meta name="description" content="(.*?)">')
    dates = set(re.findall(r'datetime="([^"]+)"', body))
    for statement in said:
        for name, value in pairs(statement):
            if name == "@type":
                assert value in TYPES
            elif name in ("datePublished", "dateModified"):
                assert value in dates, (name, value)
            elif name == "version":
                assert f"Edition {value} of this site" in shown
            elif name not in NOT_SHOWN:
                parts = re.split(r", | · |Record of the source “|”", str(value))
                assert all(part in shown for part in parts), (name, value)


@pytest.mark.parametrize("path", PATHS)
def test_addresses_are_absolute_and_open(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    for name, value in {pair for statement in blocks(page) for pair in pairs(statement)}:
        if name in ("url", "item", "contentUrl"):
            assert re.match("https?://", value), value
            if value.startswith(ORIGIN):
                assert client.get(value.removeprefix(ORIGIN)).status_code == 200, value
    source = [statement for statement in blocks(page) if statement["@type"] == "WebPage"]
    assert bool(source) is (path not in ("/", "/matrix/")), "these two are sets of data, every other page is about something"
    assert all(statement["url"].startswith(ORIGIN) for statement in source)


def test_the_origin_is_that_of_the_request(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["tracker.example.org"]
    page = Client(SERVER_NAME="tracker.example.org").get("/governments/BE/", secure=True).content.decode()
    assert {statement["url"] for statement in blocks(page) if "url" in statement} == {"https://tracker.example.org/governments/BE/"}


def test_nothing_untrue_is_said_of_persons_groups_and_reviews(client: Client) -> None:
    for path in (*PATHS, "/governments/EU-MEMBERS/"):
        said = json.dumps(blocks(client.get(path).content.decode()))
        for word in ("ClaimReview", "Person", "author", "license", "Rating"):
            assert f'"{word}"' not in said, path
    (page, _trail) = blocks(client.get("/governments/EU-MEMBERS/").content.decode())
    assert "about" not in page, "a group of governments is none of schema.org's things"
    (page, _trail) = blocks(client.get("/documents/ABNA-2301/").content.decode())
    assert "name" not in page["about"], "a title that is a description is no name"


def test_what_is_recommended_stands_with_who_alone_says_so(client: Client) -> None:
    page = client.get("/recommendations/ER-1/").content.decode()
    (said, _trail) = blocks(page)
    assert said["about"]["creditText"] == "author not named (claimed by IFMAT, republishing Eurasia Review)"
    assert "text" not in said["about"], "a paraphrase is not the document's text"
    described = head(page, '<meta name="description" content="(.*?)">')
    assert "claimed by IFMAT" in described
    assert described == head(page, '<meta property="og:description" content="(.*?)">')


def test_a_search_is_named_only_where_there_is_one(client: Client, monkeypatch: Any) -> None:
    def statement() -> dict[str, Any]:
        return next(each for each in blocks(client.get("/").content.decode()) if each["@type"] == "WebSite")

    routes = {pattern.name for pattern in __import__("tracker.public.urls", fromlist=["urlpatterns"]).urlpatterns}
    assert ("potentialAction" in statement()) is ("search" in routes)
    monkeypatch.setattr(linked, "reverse", lambda name, **_kept: "/search/" if name == "public:search" else "/")
    assert statement()["potentialAction"]["target"]["urlTemplate"] == f"{ORIGIN}/search/?q={{words}}"


def test_nothing_ends_a_data_block_early() -> None:
    nasty = "</script><script>alert(1)</script><!-- & \u2028"
    written = as_script([{"name": nasty}])
    assert written.count("<") == 2
    assert blocks(written) == [{"name": nasty}]
    assert as_script([]) == ""


# For search engines ---------------------------------------------------------------------------------------------------------

CANONICAL = r'<link rel="canonical" href="(.*?)">'


@pytest.mark.parametrize(
    ("address", "canonical", "kept"),
    [
        ("/", "/", True),
        ("/governments/BE/?utm_source=x", "/governments/BE/", True),
        ("/recommendations/?sort=measure&nonsense=1", "/recommendations/", True),
        ("/documents/?page=2", "/documents/?page=2", True),
        ("/documents/?page=1", "/documents/", True),
        ("/recommendations/?status=implemented", "/recommendations/?status=implemented", False),
        ("/?as_of=2019-06-01&x=1", "/?as_of=2019-06-01", False),
    ],
)
def test_a_page_has_one_address_and_only_todays_whole_pages_are_kept(client: Client, address: str, canonical: str, kept: bool) -> None:
    page = client.get(address).content.decode()
    assert head(page, CANONICAL) == ORIGIN + canonical == head(page, '<meta property="og:url" content="(.*?)">')
    assert ('<meta name="robots" content="noindex, follow">' in page) is not kept


def test_the_day_of_today_written_out_is_no_other_page(client: Client, today: dt.date) -> None:
    assert head(client.get(f"/?as_of={today}").content.decode(), CANONICAL) == f"{ORIGIN}/"


@pytest.mark.parametrize("address", ["/governments/ZZ/", "/?as_of=soon"])
def test_an_error_names_no_address(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    assert "canonical" not in page
    assert "og:" not in page


def test_previews_have_a_title_of_their_own(client: Client) -> None:
    assert (
        head(client.get("/recommendations/MQ-1/").content.decode(), '<meta property="og:title" content="(.*?)">')
        == "Expel intelligence officers (MQ-1)"
    )


# Sitemap and robots -----------------------------------------------------------------------------------------------------------


def locations(document: str) -> list[str]:
    return re.findall(r"<loc>(.*?)</loc>", document)


def test_robots_are_told_where_the_sitemap_is(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in answer.content.decode().splitlines()
    for closed in ("/admin/", "/challenge/", "/fr/challenge/", "/fa/challenge/"):
        assert f"Disallow: {closed}" in answer.content.decode().splitlines()


def test_the_sitemap_has_every_page_once_and_each_opens(client: Client) -> None:
    parts = locations(text_of(client.get("/sitemap.xml")))
    addresses = [address for part in parts for address in locations(text_of(client.get(part.removeprefix(ORIGIN))))]
    assert len(addresses) == len(set(addresses))
    for name, column in (("recommendations", "reference"), ("governments", "code"), ("documents", "key"), ("actions", "key")):
        listed = json.loads(text_of(client.get(f"/api/v1/{name}.json")))["results"]
        assert {f"{ORIGIN}/{name}/{row[column]}/" for row in listed} <= set(addresses)
    cells = {f"{ORIGIN}/recommendations/{row['recommendation']}/{row['government']}/" for row in addressees(client)}
    assert len(cells) > 50 and cells <= set(addresses)
    views = {ORIGIN + reverse(f"public:{name}") for name in VIEWS}
    assert views <= set(addresses)
    for address in [*sorted(views), *addresses[12::90], *sorted(cells)[::30]]:
        page = client.get(address.removeprefix(ORIGIN))
        assert page.status_code == 200, address
        assert head(page.content.decode(), CANONICAL) == address, "what search engines are given is what they should keep"
        assert "noindex" not in page.content.decode().split("</head>")[0]


def test_every_page_without_a_record_is_in_the_sitemap_or_has_a_reason() -> None:
    from tracker.public import sitemap, urls

    plain = {pattern.name for pattern in urls.urlpatterns if not pattern.pattern.converters and not pattern.pattern.regex.groups}
    assert set(sitemap.VIEWS) <= plain
    assert plain - set(sitemap.VIEWS) <= {"search"}, "a page of results is no page to keep; name others in sitemap.VIEWS"


def addressees(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text_of(client.get("/api/v1/addressees.json")))["results"]
    return found


@pytest.mark.parametrize(
    "name", ["citations", "effects", "matrix", "timeline", "map", "compare", "corrections", "methodology", "data", "about", "accessibility"]
)
def test_the_sitemap_has_the_pages_that_are_no_records(client: Client, name: str) -> None:
    (part,) = [part for part in locations(text_of(client.get("/sitemap.xml"))) if "sitemap-views-" in part]
    listed = locations(text_of(client.get(part.removeprefix(ORIGIN))))
    for prefix in ("", "/fr", "/fa"):
        assert f"{ORIGIN}{prefix}/{name}/" in listed


def test_what_a_sitemap_asks_for_does_not_grow(client: Client, monkeypatch: Any) -> None:
    """Of a part one query for the edition, one for how many there are, one for the rows, however many parts there are."""
    from tracker.public import sitemap

    asked = {}
    for most in (50_000, 300):
        monkeypatch.setattr(sitemap, "MOST", most)
        for path in ("/sitemap.xml", "/sitemap-cells-1.xml", "/sitemap-recommendations-1.xml"):
            with CaptureQueriesContext(connections["public"]) as queries:
                assert locations(text_of(client.get(path)))
            asked.setdefault(path, set()).add(len(queries))
    assert asked == {"/sitemap.xml": {1 + len(sitemap.RECORDS)}, "/sitemap-cells-1.xml": {3}, "/sitemap-recommendations-1.xml": {3}}


def test_cells_are_parted_whole_with_their_languages(client: Client, monkeypatch: Any) -> None:
    from tracker.public import sitemap

    monkeypatch.setattr(sitemap, "MOST", 90)
    parts = [part for part in locations(text_of(client.get("/sitemap.xml"))) if "sitemap-cells-" in part]
    held = [text_of(client.get(part.removeprefix(ORIGIN))) for part in parts]
    assert len(held) > 3 and all(len(locations(part)) <= 90 for part in held)
    every = [address for part in held for address in locations(part)]
    assert len(every) == len(set(every)) == 3 * len(addressees(client))
    first = held[0].split("</url>")[0]
    assert re.findall(r'hreflang="(\w+)" href="([^"]+)"', first) == [
        (code, f"{ORIGIN}{prefix}/recommendations/BA-1/US/") for code, prefix in (("en", ""), ("fr", "/fr"), ("fa", "/fa"))
    ]
    assert client.get(f"/sitemap-cells-{len(parts) + 1}.xml").status_code == 404


def test_the_days_of_change_are_those_of_editions(client: Client) -> None:
    listed = text_of(client.get("/sitemap-recommendations-1.xml"))
    days = set(re.findall(r"<lastmod>(.*?)</lastmod>", listed))
    assert days <= {f"{each.published_at:%Y-%m-%d}" for each in client.get("/changes/").context["editions"]}
    assert len(re.findall("<lastmod>", listed)) == len(locations(listed))


def test_parts_hold_no_more_than_the_protocol_allows(client: Client, monkeypatch: Any, two_languages: None) -> None:
    """Addresses in all languages count, and each names the others."""
    from xml.etree import ElementTree

    from tracker.public import sitemap

    monkeypatch.setattr(sitemap, "MOST", 10)
    parts = [part for part in locations(text_of(client.get("/sitemap.xml"))) if "recommendations" in part]
    held = [text_of(client.get(part.removeprefix(ORIGIN))) for part in parts]
    assert [len(locations(part)) for part in held[:-1]] == [10] * (len(held) - 1)
    count = client.get("/api/v1/recommendations").json()["count"]
    assert sum(len(locations(part)) for part in held) == 2 * count
    urls = ElementTree.fromstring(held[0]).findall("{http://www.sitemaps.org/schemas/sitemap/0.9}url")
    alternates = [link.attrib for link in urls[0].findall("{http://www.w3.org/1999/xhtml}link")]
    assert [each["hreflang"] for each in alternates] == ["en", "fr"]
    assert alternates[1]["href"].startswith(f"{ORIGIN}/fr/recommendations/")


@pytest.mark.parametrize("name", ["recommendations-9", "nothing-1", "views-2"])
def test_a_part_that_is_not_there_is_said_so(client: Client, name: str) -> None:
    assert client.get(f"/sitemap-{name}.xml").status_code == 404


def test_a_part_is_streamed(client: Client) -> None:
    assert client.get("/sitemap-documents-1.xml").streaming

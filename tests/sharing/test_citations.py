"""Citations where readers find them: on pages and as files, naming page, edition, day and the address that shows the same later."""

import html
import json
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from tests.sharing.conftest import ORIGIN, text_of
from tracker.public.clocks import BadFilter, read_clocks

CITED = {
    "/": "page/dashboard",
    "/recommendations/": "page/recommendations",
    "/governments/": "page/governments",
    "/documents/": "page/documents",
    "/actions/": "page/actions",
    "/effects/": "page/effects",
    "/citations/": "page/citations",
    "/timeline/": "page/timeline",
    "/map/": "page/map",
    "/compare/": "page/compare",
    "/changes/": "page/changes",
    "/corrections/": "page/corrections",
    "/search/": "page/search",
    "/methodology/": "page/methodology",
    "/data/": "page/data",
    "/api/docs/": "page/api-docs",
    "/releases/": "page/releases",
    "/about/": "page/about",
    "/accessibility/": "page/accessibility",
    "/governments/BE/brief/": "government-brief/BE",
    "/documents/WP-MQ/brief/": "document-brief/WP-MQ",
    "/recommendations/MQ-1/AL/": "status/MQ-1/AL",
    "/matrix/": "page/matrix",
    "/recommendations/MQ-1/": "recommendation/MQ-1",
    "/governments/BE/": "government/BE",
    "/documents/WP-MQ/": "document/WP-MQ",
    "/actions/BE-2021-JUD/": "action/BE-2021-JUD",
    "/share/status/MQ-1/AL/": "status/MQ-1/AL",
}


def files(page: str) -> list[str]:
    return [html.unescape(address) for address in re.findall(r'href="(/cite/[^"]+)"', page)]


def csl(client: Client, address: str) -> dict[str, Any]:
    (item,) = json.loads(client.get(address).content)
    return item


@pytest.mark.parametrize(("path", "named"), CITED.items())
def test_each_page_says_how_to_cite_it_in_each_form(client: Client, path: str, named: str, today: Any) -> None:
    page = client.get(path).content.decode()
    assert "Cite this page" in page
    for ending, kind in (
        ("bib", "application/x-bibtex"),
        ("ris", "application/x-research-info-systems"),
        ("json", "application/vnd.citationstyles.csl"),
    ):
        assert f"/cite/{named}.{ending}" in [address.split("?")[0] for address in files(page)]
        answer = client.get(f"/cite/{named}.{ending}")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(kind)
        assert "attachment" in answer["Content-Disposition"]
        assert answer["X-Robots-Tag"] == "noindex"
    item = csl(client, f"/cite/{named}.json")
    assert f"as_of={today}&known=edition-{item['version']}" in item["URL"]
    assert page.count("Cite this page") == 1
    assert item["URL"].startswith(ORIGIN + path.replace("/share/status/MQ-1/AL/", "/recommendations/MQ-1/AL/"))
    assert item["accessed"]["date-parts"] == [[today.year, today.month, today.day]]
    assert item["publisher"] == "Policy-recommendation tracker"
    apa = html.unescape(re.sub("<[^>]+>", "", page.split("Cite this page")[1].split("<dt>APA 7</dt>")[1].split("</dd>")[0]))
    assert item["title"] in apa
    if not re.search(rf"/cite/{named}\.json\?", page):  # a drawing says what it shows where its address does not
        assert item["URL"] in apa


def test_every_page_that_has_clocks_says_how_to_cite_it(client: Client) -> None:
    """All routes of pages but embeds, the helps to make them, and pages of one record, which stand above."""
    from tracker.public import sharing, urls

    plain = {route.name for route in urls.urlpatterns if not route.pattern.regex.groups}
    assert plain == set(sharing.VIEWS)
    assert {f"page/{name}" for name in sharing.VIEWS} <= set(CITED.values())


@pytest.mark.parametrize(
    "address",
    [
        "/recommendations/?status=implemented&government=AL&sort=-reference",
        "/governments/?group=EU-MEMBERS",
        "/citations/?language=fr&stance=supports",
        "/changes/?kind=action",
        "/corrections/?nature=correction",
        "/search/?q=expel&kind=action",
        "/timeline/?government=AL",
        "/map/?document=WP-MQ&region=europe&eu=members",
        "/compare/?document=WP-MQ&government=AL&with_government=FR",
        "/compare/?as_of=2019-06-01&with_as_of=2020-06-01",
        "/recommendations/?as_of=2019-06-01&page=1",
    ],
)
def test_a_citation_leads_back_to_what_was_cited(client: Client, address: str) -> None:
    """As text and as a file, to the same page, in this language and in another."""
    page = client.get(address + "&nonsense=1").content.decode()
    (file,) = [each for each in files(page) if each.split("?")[0].endswith(".json")]
    assert "nonsense" not in file
    cited = csl(client, file)["URL"].removeprefix(ORIGIN)
    assert cited in html.unescape(page)
    asked, given = QueryDict(address.split("?")[1]), QueryDict(cited.split("?")[1])
    for name in asked:
        assert given.getlist(name) == asked.getlist(name), name
    again = client.get(cited)
    assert again.status_code == 200
    assert given["known"].startswith("edition-")
    if "with_as_of" in asked:
        assert given["with_known"].startswith("edition-"), "both sides are pinned"


def test_pages_of_errors_are_not_cited(client: Client) -> None:
    for address in ("/recommendations/NO-1/", "/recommendations/?status=nonsense", "/governments/BE/?as_of=soon", "/nothing/"):
        assert "Cite this page" not in client.get(address).content.decode()


def test_a_past_page_is_cited_as_of_its_day_by_the_edition_that_it_was_read_in(client: Client) -> None:
    item = csl(client, "/cite/recommendation/MQ-1.json?as_of=2019-06-01")
    assert "as_of=2019-06-01&known=edition-" in item["URL"]
    assert "as of June 1, 2019" in item["note"]
    assert "as_of=2019-06-01" in files(client.get("/recommendations/MQ-1/?as_of=2019-06-01").content.decode())[0]
    assert client.get("/cite/recommendation/MQ-1.json?as_of=2018-01-01").status_code == 404, "it was not there that day"


def test_a_filtered_matrix_is_cited_with_its_filters(client: Client) -> None:
    (address, *_others) = files(client.get("/matrix/?document=WP-MQ&nonsense=1").content.decode())
    assert address == "/cite/page/matrix.bib?document=WP-MQ"
    assert "/matrix/?document=WP-MQ&as_of=" in client.get(address).content.decode()


def test_the_address_of_a_status_leads_to_its_government(client: Client) -> None:
    assert "/recommendations/MQ-1/AL/?" in csl(client, "/cite/status/MQ-1/AL.json")["URL"]


def test_a_permalink_opens_the_same_page(client: Client) -> None:
    """Followed wherever addresses take an edition's number for ``known``."""
    try:
        read_clocks(QueryDict("known=edition-1"), now=timezone.now())
    except BadFilter:
        pytest.skip("this version of the software does not read known=edition-N")
    address = csl(client, "/cite/recommendation/MQ-1.json")["URL"].removeprefix(ORIGIN)
    page = client.get(address)
    assert page.status_code == 200
    assert page.context["story"].recommendation.reference == "MQ-1"


def test_a_source_is_cited_as_it_is_known(client: Client) -> None:
    """What is unknown is left out; a description keeps its brackets; a partial date is no more exact than it is."""
    described = csl(client, "/cite/source/ABNA-2301.json")
    assert described["title"] == "[Swedish minister on why not to list the IRGC]"
    assert described["issued"]["date-parts"] == [[2023, 1]]
    assert "author" not in described
    assert "accessed" not in described
    assert "version" not in described
    page = client.get("/documents/ABNA-2301/").content.decode()
    assert "Cite the source itself" in page
    assert "[Swedish minister on why not to list the IRGC]</cite>. (2023, January). ABNA24." in page
    assert "/cite/source/ABNA-2301.ris" in files(page)


def test_no_source_is_published_by_nobody_known(client: Client) -> None:
    """HAKAMIAN-2019 and KARMON-1811 are known from copies; that is a note, and the author’s name stands whole."""
    for key, author, note in (("HAKAMIAN-2019", "Mahmoud Hakamian", "Copy held by IFMAT"), ("KARMON-1811", "Ely Karmon", "Copy on docslib")):
        item = csl(client, f"/cite/source/{key}.json")
        assert "publisher" not in item
        assert item["author"] == [{"literal": author}]
        assert item["note"] == note
        for ending in ("bib", "ris"):
            assert "unknown" not in text_of(client.get(f"/cite/source/{key}.{ending}")).lower()
        cited = client.get(f"/documents/{key}/").content.decode().split("Cite the source itself")[1].split("</details>")[0]
        assert "unknown" not in cited
        assert author in cited


def test_the_record_of_a_source_is_not_taken_for_the_source(client: Client) -> None:
    own, source = csl(client, "/cite/document/WP-MQ.json"), csl(client, "/cite/source/WP-MQ.json")
    assert own["title"] != source["title"]
    assert source["title"] in own["title"]
    assert "author" not in own


@pytest.mark.parametrize("path", ["recommendation/NO-1", "government/ZZ", "document/NO", "action/NO", "source/NO", "status/MQ-1/ZZ", "page/nothing"])
def test_what_is_not_there_is_said_as_a_problem(client: Client, path: str) -> None:
    answer = client.get(f"/cite/{path}.bib")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_other_languages_cite_their_own_page(client: Client, two_languages: None) -> None:
    assert "language=fr" in files(client.get("/fr/governments/BE/").content.decode())[0]
    item = csl(client, "/cite/government/BE.json?language=fr")
    assert item["URL"].startswith(f"{ORIGIN}/fr/governments/BE/")
    assert item["language"] == "fr"
    assert csl(client, "/cite/government/BE.json?language=xx")["language"] == "en"


def test_the_matrix_is_cited_as_it_is_read(client: Client, two_languages: None) -> None:
    """With its layout, in any language: another choice of members is another denominator."""
    page = client.get("/fr/matrix/?group=EU-MEMBERS&group_on=2019-02-01&denominator=members").content.decode()
    (address,) = [address for address in files(page) if address.split("?")[0].endswith(".json")]
    cited = csl(client, address)["URL"]
    assert cited.startswith(f"{ORIGIN}/fr/matrix/?")
    for part in ("group=EU-MEMBERS", "group_on=2019-02-01", "denominator=members", "known=edition-"):
        assert part in cited, cited


def test_a_citation_asks_few_questions(client: Client) -> None:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connections["public"]) as asked:
        text_of(client.get("/cite/status/MQ-1/AL.bib"))
    assert len(asked) == 2, "the edition and the row"

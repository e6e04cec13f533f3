"""/data/: snippets that work as they are printed, and the description of the data for catalogues."""

import html
import json
import re
import subprocess
import sys
from typing import Any
from urllib.request import urlopen

import pytest
from django.test import Client

from tests import builders
from tests.conftest import Site
from tracker.exchange.schema import RESOURCES
from tracker.public.columns import LISTINGS
from tracker.public.every_kind import KINDS
from tracker.public.linked import CONTEXT
from tracker.public.sharing import rights

SNIPPETS = ("python", "sheets", "excel", "r")
NAMESPACES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def test_the_page_says_where_every_kind_of_record_stands(published: str, client: Client) -> None:
    page = client.get("/data/").content.decode()
    (table,) = re.findall(r'id="kinds".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    said = dict(zip(re.findall(r"<code>(\w+)\.csv</code></td></tr>", table), re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL), strict=True))
    assert list(said) == [resource.name for resource in RESOURCES], "each file of a package is a kind"
    for kind in KINDS:
        for name, column in kind.places:
            assert f'<a href="#{name}">' in said[kind.name] and f'id="{name}"' in page, kind.name
            assert not column or (column in [one.name for one in LISTINGS[name].columns] and f"<code>{column}</code>" in said[kind.name]), (
                kind.name,
                column,
            )
        assert kind.places or str(kind.pages) in said[kind.name], kind.name
    for name in ("positions", "searches"):
        assert f"<code>{name}</code>" in said[name], "positions and searches stand with the assessments"
    assert "manage.py export_package DIR" in page


def test_a_kind_stands_where_the_page_says_or_on_the_pages_that_it_names(desk: str, client: Client) -> None:
    """Of one full record of every noun, what tells a kind from others is in the cells of its columns."""
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    told = {
        "events": "occurred", "parties": "a-person", "legal_statuses": "non grata", "searches": "SR-1", "positions": "PO-1", "replies": "RY-1",
        "deadline_moves": "2020-05", "translations": "A translator", "snapshots": "a" * 64, "themes": "safety", "recommendation_themes": "safety",
        "measures": "expulsion", "citation_uses": "supports",
    }  # fmt: skip
    kinds = {kind.name: kind for kind in KINDS}
    for name, value in told.items():
        found = []
        for list_name, column in kinds[name].places:
            rows = json.loads(b"".join(client.get(f"/api/v1/{list_name}.json")))["results"]
            found += [json.dumps(row[column]) for row in rows]
        assert any(value in cell for cell in found), name
    assert 'href="/governments/AL/' in client.get("/governments/GROUP/?as_of=2019-06-01").content.decode()
    for one, other in (("REC-1", "OTHER-1"), ("OTHER-1", "REC-1")):
        assert f'href="/recommendations/{other}/"' in client.get(f"/recommendations/{one}/").content.decode()


def served(site: Site, path: str) -> str:
    with urlopen(f"{site}{path}", timeout=60) as answer:
        return answer.read().decode()


def snippet(site: Site, name: str, language: str = "") -> str:
    """As somebody copies it from the page."""
    (found,) = re.findall(rf'<pre [^>]*id="snippet-{name}"[^>]*><code>(.*?)</code></pre>', served(site, f"{language}/data/"), re.DOTALL)
    assert "<" not in found, "nothing but text"
    return html.unescape(found)


def test_the_python_snippet_runs_as_printed(site: Site) -> None:
    """In a process of its own that knows nothing of this project, against the served site."""
    done = subprocess.run([sys.executable, "-I", "-"], input=snippet(site, "python"), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    whole = json.loads(served(site, "/api/v1/addressees.json"))
    implemented = sum(row["status"] == "implemented" for row in whole["results"])
    assert implemented and whole["count"] > 50, "more than a page"
    assert done.stdout.splitlines() == [f"{implemented} addressees are implemented", f"{whole['count']} addressees in all"]


def test_the_line_for_pandas_works_too(site: Site) -> None:
    (line,) = re.findall(r"# With pandas: (.*)", snippet(site, "python"))
    done = subprocess.run([sys.executable, "-I", "-c", f"import pandas; print(len({line}))"], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == str(json.loads(served(site, "/api/v1/addressees"))["count"]), done.stderr


@pytest.mark.parametrize("name", SNIPPETS)
def test_every_address_in_a_snippet_answers_as_it_says(site: Site, name: str) -> None:
    addresses = re.findall(r'"(https?://[^"]+)"', snippet(site, name))
    assert addresses and all(address.startswith(f"{site}/api/v1/") for address in addresses)
    for address in addresses:
        with urlopen(address, timeout=60) as answer:
            expected = "text/csv" if ".csv" in address else "application/json"
            assert (answer.status, answer.headers.get_content_type()) == (200, expected), address
            assert len(answer.read()) > 1000


def test_the_formulas_are_formulas(site: Site) -> None:
    assert re.fullmatch(r'=IMPORTDATA\("http://127\.0\.0\.1:\d+/api/v1/addressees\.csv\?counted=yes"\)', snippet(site, "sheets"))
    excel = snippet(site, "excel")
    assert excel.startswith("= Table.PromoteHeaders(Csv.Document(Web.Contents(") and excel.count("(") == excel.count(")")
    r = snippet(site, "r")
    assert all(r.count(one) == r.count(other) for one, other in ("()", "{}", "[]")) and 'fileEncoding = "UTF-8-BOM"' in r
    with urlopen(re.findall(r'read\.csv\("([^"]+)"', r)[0]) as answer:
        assert answer.read(3) == b"\xef\xbb\xbf", "the byte-order mark that the snippet expects"


@pytest.mark.parametrize("language", ["/fr", "/fa"])
@pytest.mark.parametrize("name", SNIPPETS)
def test_code_is_the_same_in_every_language_and_runs_from_left_to_right(site: Site, language: str, name: str) -> None:
    assert snippet(site, name, language) == snippet(site, name)
    assert re.search(rf'<pre class="snippet" id="snippet-{name}" dir="ltr" lang="en"', served(site, f"{language}/data/"))


def test_a_head_that_was_noted_is_found_again_by_its_edition(desk: str) -> None:
    """Whatever is published later, on the same day too."""
    client = Client(SERVER_NAME="localhost")

    def head(address: str) -> tuple[str, str]:
        page = client.get(address).content.decode().split('id="h-check"')[1]
        return re.findall(r'<code class="hash">(\w+)</code>', page)[0], re.findall(r'<a href="([^"]+known=edition-\d+)"', page)[0]

    builders.put_out(builders.document("PAPER"))
    noted, address = head("/data/")
    builders.put_out(builders.document("LATER"))
    assert head("/data/") != (noted, address)
    assert head(address) == (noted, address)


# For catalogues ------------------------------------------------------------------------------------------------------------


def expanded(value: Any) -> Any:
    """Every short name written out by the context of the document itself: nothing is fetched."""
    if isinstance(value, list):
        return [expanded(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, each in value.items():
        if name == "@context":
            continue
        found[name if name.startswith("@") else iri(name)] = iri(each) if name == "@type" else each if name in ("@id", "@value") else expanded(each)
        if name == "@id":
            found[name] = iri(each)
    return found


def iri(name: str) -> str:
    prefix, colon, rest = name.partition(":")
    if prefix in NAMESPACES and colon and not rest.startswith("//"):
        return NAMESPACES[prefix] + rest
    assert re.match(r"https?://", name), f"{name} is of no vocabulary that the context names"
    return name


def catalogue(client: Client) -> dict[str, Any]:
    response = client.get("/data/catalog.jsonld")
    assert response["Content-Type"] == "application/ld+json" and response["Access-Control-Allow-Origin"] == "*"
    said = json.loads(response.content)
    assert said["@context"] == NAMESPACES, "an object: no other host is asked for it"
    return expanded(said)


def of(node: dict[str, Any], name: str) -> Any:
    return node[iri(name)]


def test_the_catalogue_has_what_dcat_asks_for(published: str, client: Client) -> None:
    said = catalogue(client)
    assert said["@type"] == iri("dcat:Catalog")
    for name in ("dct:title", "dct:description", "dct:publisher", "dct:language", "foaf:homepage", "dct:modified", "dcat:dataset"):
        assert of(said, name)
    (dataset,) = of(said, "dcat:dataset")
    assert dataset["@type"] == iri("dcat:Dataset")
    for name in ("dct:title", "dct:description", "dct:publisher", "dcat:landingPage", "dcat:version", "dcat:distribution"):
        assert of(dataset, name)
    assert len(of(dataset, "dcat:distribution")) == 2 * len(LISTINGS)
    for each in of(dataset, "dcat:distribution"):
        assert each["@type"] == iri("dcat:Distribution")
        address = of(each, "dcat:downloadURL")["@id"]
        response = client.get(address.removeprefix("http://testserver"))
        media_type = of(each, "dcat:mediaType")["@id"].removeprefix("https://www.iana.org/assignments/media-types/")
        assert response.status_code == 200 and response["Content-Type"].split(";")[0] == media_type, address
        assert "license" not in json.dumps(each), "none is granted"
    agent = of(said, "dct:publisher")
    assert agent["@type"] == iri("foaf:Agent") and of(agent, "foaf:name")


def test_the_page_leads_to_the_catalogue(published: str, client: Client) -> None:
    page = client.get("/data/").content.decode()
    assert '<link rel="alternate" type="application/ld+json" title="DCAT" href="/data/catalog.jsonld">' in page
    assert 'href="/data/catalog.jsonld"' in page.split("<main")[1]


def test_the_page_states_itself_in_the_words_of_schema_org(published: str, client: Client) -> None:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get("/data/").content.decode(), re.DOTALL)
    listed, dataset = json.loads(block)
    assert (listed["@context"], listed["@type"], dataset["@type"]) == (CONTEXT, "DataCatalog", "Dataset")
    assert listed["dataset"] == [{"@id": dataset["@id"]}]
    assert len(dataset["distribution"]) == 2 * len(LISTINGS) and dataset["isAccessibleForFree"] is True
    assert "license" not in block


def test_a_site_without_editions_describes_itself_too(desk: str, client: Client) -> None:
    said = catalogue(client)
    assert iri("dct:modified") not in said and len(of(said, "dcat:dataset")) == 1
    assert client.get("/data/").status_code == 200


def test_what_may_be_done_with_the_data_is_said_in_the_same_words_everywhere(published: str) -> None:
    client = Client(SERVER_NAME="localhost")
    assert rights() in html.unescape(client.get("/data/").content.decode())
    assert rights() in client.get("/data/catalog.jsonld").content.decode()

"""A permalink shows the same data later: whatever is published since, on any later day, and from a later version of the software."""

import datetime as dt
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import builders
from tests.public.conftest import AFTER, _reword
from tracker.editions.tables import SiteEdition
from tracker.public.columns import LISTINGS

PAGES = (
    "/", "/recommendations/", "/recommendations/?status=implemented&group=EU-MEMBERS", "/recommendations/MQ-1/", "/recommendations/ER-1/",
    "/governments/", "/governments/AL/", "/governments/EU-MEMBERS/", "/matrix/", "/matrix/?group=EU-MEMBERS", "/documents/", "/documents/WP-MQ/",
    "/documents/DUPLICATE/", "/actions/", "/actions/AL-2022-SEV/", "/actions/BE-2022-INJ/", "/effects/", "/changes/", "/corrections/",
    "/compare/?government=AL&with_government=FR", "/compare/?document=WP-MQ&with_document=HAKAMIAN-2019", "/compare/?with_as_of=2019-06-01",
    "/compare/?with_known=edition-1", "/timeline/?government=AL", "/map/?recommendation=MQ-1",
    "/map/?document=WP-MQ&eu=members&region=europe", "/recommendations/MQ-1/AL/",
    "/citations/?recommendation=MQ-1", "/search/?q=expel", "/search/?q=severance",
    "/governments/AL/brief/", "/documents/WP-MQ/brief/", "/share/row/MQ-1/", "/share/status/MQ-1/AL/", "/share/chart/document/WP-MQ/",
)  # fmt: skip
MOVED_ON = ("/recommendations/MQ-1/", "/timeline/?government=AL", "/map/?recommendation=MQ-1", "/search/?q=severance", "/governments/AL/brief/")
"""Pages that say otherwise after what ``_publish_on`` does."""
FRAMES = ("/embed/status/MQ-1/AL/", "/embed/row/MQ-1/", "/embed/chart/document/WP-MQ/", "/embed/chart/government/AL/")
LISTS = (
    *(f"/api/v1/{name}{ending}" for name in LISTINGS for ending in ("", ".json", ".jsonl", ".csv")),
    *("/api/v1/matrix.json", "/api/v1/matrix.csv", "/feeds/changes.atom"),
)
GOLDEN = Path(__file__).parent / "permalinks"
KEPT = {
    "recommendations": "/api/v1/recommendations.json?document=WP-MQ&as_of=2019-06-01&known=edition-1",
    "addressees": "/api/v1/addressees.json?government=AL&as_of=2022-12-31&known=edition-1",
    "actions": "/api/v1/actions.json?government=AL&as_of=2022-12-31&known=edition-1",
    "effects": "/api/v1/effects.json?government=AL&as_of=2022-12-31&known=edition-1",
    "assessments": "/api/v1/assessments.json?government=AL&as_of=2022-12-31&known=edition-1",
    "documents": "/api/v1/documents.json?recommendation=MQ-1&as_of=2022-12-31&known=edition-1",
    "governments": "/api/v1/governments.json?recommendation=MQ-1&as_of=2022-12-31&known=edition-1",
    "citations": "/api/v1/citations.json?government=AL&recommendation=MQ-1&record=assessment&as_of=2022-12-31&known=edition-1",
    "matrix": "/api/v1/matrix.json?document=WP-MQ&government=AL&as_of=2022-12-31&known=edition-1",
}
"""Answers for the case that comes with the software; ``tests/public/write_permalinks.py`` writes them anew."""
KEPT_PAGES = {
    "page_of_a_recommendation": "/recommendations/MQ-5/?as_of=2022-12-31&known=edition-1",
    "page_of_a_cell": "/recommendations/MQ-1/AL/?as_of=2022-12-31&known=edition-1",
    "page_of_a_government": "/governments/AL/?as_of=2022-12-31&known=edition-1",
    "timeline": "/timeline/?government=AL&as_of=2022-12-31&known=edition-1",
    "map": "/map/?recommendation=MQ-1&as_of=2022-12-31&known=edition-1",
    "compare_governments": "/compare/?government=AL&with_government=FR&as_of=2022-12-31&known=edition-1",
    "compare_days": "/compare/?government=AL&as_of=2020-06-01&known=edition-1&with_as_of=2022-12-31&with_known=edition-1",
    "search": "/search/?q=%22persona+non+grata%22&as_of=2022-12-31&known=edition-1",
    "page_of_citations": "/citations/?government=AL&recommendation=MQ-1&as_of=2022-12-31&known=edition-1",
    "brief_of_a_government": "/governments/AL/brief/?as_of=2022-12-31&known=edition-1",
    "brief_of_a_document": "/documents/WP-MQ/brief/?as_of=2022-12-31&known=edition-1",
    "embedded_row": "/embed/row/MQ-1/?as_of=2022-12-31&known=edition-1",
}
"""Pages of the same, of which it is kept what they tell and not how they word it (``facts_of``)."""
OF_THE_ANSWER = ("url", "facets", "facet_totals", "next", "chain_head", "query", "complete")
"""Fields that are no data of the site: where it is served, and the words of its form."""


def body_of(path: str) -> str:
    response: Any = Client(SERVER_NAME="localhost").get(path)
    assert response.status_code == 200, path
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def permalink_of(path: str) -> str:
    """As the page itself gives it."""
    found = re.search(r'<p class="permalink"><a href="http://localhost(.*?)">', body_of(path))
    assert found, path
    return found[1].replace("&amp;", "&")


def data_of(path: str) -> str:
    """The part of an answer that is data: all of a file, the main element of a page. How to cite it says when it was retrieved, and is none."""
    body = body_of(path)
    found = re.search(r"<main.*</main>", body, re.DOTALL)
    if not found:
        return body
    # A form takes days up to the reader's own, whatever the page is read by.
    return re.sub(r'<details class="why cite">.*?</details>| max="[^"]*"', "", found[0], flags=re.DOTALL)


_FACTS = re.compile(
    r'href="(?P<record>/(?:recommendations|actions|documents|governments)/[^"?#]+)'
    r'|<time datetime="(?P<day>[^"]+)"'
    r'|<span class="status tone-[^"]*">(?:(?!</?span).)*<span class="[^"]*">(?P<status>[^<]+)</span>',
    re.DOTALL,
)


def facts_of(path: str) -> list[str]:
    """What a page tells: the records that it leads to, the days and the statuses, in its order. How it words them may change.

    The days on which its editions were published are those of the test's database, and left out.
    """
    published = {f"{moment:%Y-%m-%d}" for moment in SiteEdition.objects.values_list("published_at", flat=True)}
    found = (match[match.lastgroup] for match in _FACTS.finditer(data_of(path)))  # type: ignore[index]
    found = (fact for fact in found if fact not in published)
    return [fact for fact, _same in itertools.groupby(found)]


def lost(kept: list[str], now: list[str]) -> list[str]:
    """What was kept and is told no longer, or not in that order."""
    rest = iter(now)
    return next((kept[place : place + 3] for place, fact in enumerate(kept) if fact not in rest), [])


@pytest.fixture
def case(casefile_desk: str) -> Iterator[str]:
    """The case files and a duplicate of a document, in edition 3."""
    builders.put_out(builders.document("DUPLICATE", title="Said twice"))
    yield casefile_desk


def _publish_on() -> None:
    """Corrections, a withdrawal, a merged duplicate, a renamed government, a changed membership, a moved assessment."""
    from tracker.models import Assessment, Document, Membership

    _reword(AFTER)
    lone = Assessment.objects.filter(supersedes=None, superseded_by=None, assessor_kind="staff", addressee__recommendation__reference="MQ-1")
    builders.taken_off(lone.exclude(key="AS-002").first(), reason="a mistake")
    builders.taken_off(Document.objects.get(key="DUPLICATE"), reason="twice", into="WP-MQ")
    Membership.objects.filter(group__code="EU-MEMBERS", member__code="FR").update(until="2018-01-01")
    builders.put_out(builders.document("ANOTHER"), reason="with a membership")


def test_a_permalink_holds_whatever_is_published_since(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    today = dt.datetime.now(dt.UTC).date().isoformat()
    links = [permalink_of(path) for path in PAGES]
    assert all(f"as_of={today}" in link and "known=edition-3" in link for link in links)
    links += [f"{path}?as_of={today}&known=edition-3" for path in (*LISTS, *FRAMES)]
    before = {link: data_of(link) for link in links}
    _publish_on()
    assert SiteEdition.objects.first().number == 7  # type: ignore[union-attr]
    later = timezone.now() + dt.timedelta(days=400)
    monkeypatch.setattr(timezone, "now", lambda: later)
    for link, said in before.items():
        assert data_of(link) == said, link
    for path in MOVED_ON:
        assert AFTER in data_of(path), f"without its clocks {path} has moved on, so that they are what holds it"


def test_links_of_a_permalink_lead_on_what_was_said_then(published: str) -> None:
    today = dt.datetime.now(dt.UTC).date().isoformat()
    main = data_of(f"/?as_of={today}&known=edition-1")
    assert f"as_of={today}&amp;known=edition-1" in main
    assert f"as_of={today}" not in data_of(f"/?as_of={today}")


def test_the_banner_says_the_edition_and_what_changed_since(published: str) -> None:
    body = body_of("/matrix/?as_of=2020-01-01&known=edition-1")
    assert "Edition 1, read as of" in body and "The newest is edition 2:" in body
    assert "/compare/?as_of=2020-01-01&amp;known=edition-1&amp;with_known=edition-2" in body
    assert "No newer edition has been published since." in body_of("/matrix/?known=edition-2")
    assert "worded as this site words them today" in body_of("/matrix/?as_of=2020-01-01")
    assert 'class="past"' not in body_of("/matrix/")


def test_an_edition_is_said_as_its_number_too_and_files_name_it(published: str) -> None:
    client = Client(SERVER_NAME="localhost")
    one, other = (client.get("/api/v1/documents", {"known": known}).json() for known in ("1", "edition-1"))
    assert one["results"] == other["results"]
    assert (one["known"], one["site_edition"]) == ("edition-1", 1)
    assert client.get("/api/v1/documents").json()["site_edition"] == 2
    response: Any = client.get("/api/v1/documents.csv?as_of=2020-01-01&known=edition-1")
    assert response["Content-Disposition"] == 'inline; filename="documents-2020-01-01-edition-1.csv"'
    header, row, *_rest = b"".join(response.streaming_content).decode().splitlines()
    assert header.endswith("url,as_of,known,site_edition,filter,ignored")
    assert row.endswith("2020-01-01,edition-1,1,,")


@pytest.mark.parametrize("path", ["/", "/recommendations/MQ-1/", "/compare/", "/api/v1/actions", "/api/v1/actions.csv", "/feeds/changes.atom"])
@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ("edition-3", "this site has no edition 3 yet; the newest is edition 2."),
        ("99999999999", "or an edition of this site, as edition-17"),
        ("edition-9999999999", "this site has no edition 9999999999 yet"),
        ("edition-0", "or an edition of this site, as edition-17"),
        ("edition-", "or an edition of this site, as edition-17"),
        ("edition-१", "or an edition of this site, as edition-17"),
    ],
)
def test_an_edition_that_there_is_not_is_refused_in_words(published: str, path: str, known: str, sentence: str) -> None:
    response = Client(SERVER_NAME="localhost").get(path, {"known": known})
    assert response.status_code == 400
    assert sentence in response.content.decode()


@pytest.mark.parametrize("name", KEPT)
def test_a_permalink_that_somebody_kept_says_the_same_from_this_version(published: str, name: str) -> None:
    """Fields may be added; none changes or vanishes. A difference here breaks what people have cited."""
    kept = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    now = json.loads(body_of(KEPT[name]))
    assert list(differences(kept, now, name)) == []


@pytest.mark.parametrize("name", KEPT_PAGES)
def test_a_page_that_somebody_kept_tells_the_same_from_this_version(published: str, name: str) -> None:
    """More may be told; nothing is told otherwise, in another order, or no longer."""
    kept = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert len(kept) > 3
    assert lost(kept, facts_of(KEPT_PAGES[name])) == []


def differences(kept: Any, now: Any, where: str) -> Iterator[str]:
    """Where what was kept is said otherwise now, or no longer."""
    if isinstance(kept, dict) and isinstance(now, dict):
        for key, value in kept.items():
            if key not in OF_THE_ANSWER:
                yield from differences(value, now[key], f"{where}.{key}") if key in now else [f"{where}.{key} is gone"]
    elif isinstance(kept, list) and isinstance(now, list) and len(kept) == len(now):
        for place, (one, other) in enumerate(zip(kept, now, strict=True)):
            yield from differences(one, other, f"{where}.{place}")
    elif kept != now or type(kept) is not type(now):
        yield f"{where}: {kept!r} became {now!r}"


def test_a_lost_or_moved_fact_is_found() -> None:
    kept = ["/actions/A/", "2019-02", "implemented"]
    assert lost(kept, ["/actions/A/", "2019-01", "2019-02", "implemented", "more"]) == []
    assert lost(kept, ["/actions/A/", "2019-02", "rejected"]) == ["implemented"]
    assert lost(kept, ["2019-02", "/actions/A/", "implemented"]) == ["2019-02", "implemented"]


def test_a_lost_or_changed_field_is_found() -> None:
    kept = {"count": 1, "results": [{"key": "A", "note": "x"}], "url": "http://a"}
    assert list(differences(kept, {"count": 1, "results": [{"key": "A", "note": "x", "new": 1}], "url": "http://b"}, "x")) == []
    assert list(differences(kept, {"count": 1, "results": [{"key": "A"}]}, "x")) == ["x.results.0.note is gone"]
    assert len(list(differences(kept, {"count": True, "results": []}, "x"))) == 2

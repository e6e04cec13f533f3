"""What was public and was changed shows by itself: on the record, on /corrections/, in the list of changes and in the feed."""

import html
import json
import re
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pghistory
import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders
from tracker.models import Addressee

ATOM = "{http://www.w3.org/2005/Atom}"
CORRECTED_PAGES = ("/corrections/", "/recommendations/REC-1/", "/feeds/changes.atom")


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    """One record of every noun, all public."""
    made = builders.everything()
    made["edition"] = builders.put_out(*builders.publishables(made), reason="The first of it")
    return made


def correct(record: Any, reason: str = "It was wrong", **fields: Any) -> Any:
    """Another version of a record, published."""
    for name, value in fields.items():
        setattr(record, name, value)
    with pghistory.context(user=builders.author().pk, reason=reason):
        record.save()
    return builders.put_out(record, reason=reason)


def answer(path: str, **query: str) -> Any:
    response = Client(SERVER_NAME="localhost").get(path, query)
    assert response.status_code == 200, (path, response.status_code)
    return response


def text(path: str, **query: str) -> str:
    """What a page says, without its tags; of a feed, with what its entries say."""
    page = answer(path, **query).content.decode()
    page = html.unescape(page) if path.endswith(".atom") else page
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def rows(**query: str) -> list[dict[str, Any]]:
    return answer("/api/v1/changes", **query).json()["results"]


def test_before_anything_was_corrected_every_page_says_so(made: dict[str, Any]) -> None:
    assert "0 corrections" in text("/corrections/")
    assert "Corrections" not in re.findall(r"<h2[^>]*>([^<]*)", answer("/recommendations/REC-1/").content.decode())
    assert rows(nature="correction") == []
    assert {row["nature"] for row in rows()} == {"first"}


@pytest.mark.parametrize("path", CORRECTED_PAGES)
def test_a_changed_value_is_shown_before_and_after_with_who_when_and_why(made: dict[str, Any], path: str) -> None:
    edition = correct(made["recommendation"], statement="They should do otherwise.")
    said = text(path)
    assert re.search(r"They should do REC-1\.\s+(→\s+)?They should do otherwise\.", said)
    for words in ("It was wrong", "corrected", "recorded by Ada Author", "approved by Rita Reviewer", f"edition {edition.number}"):
        assert words in said, words
    assert f"{edition.published_at:%Y}" in said


def test_what_was_added_is_no_correction(made: dict[str, Any]) -> None:
    correct(made["other"], reason="More is known", target="Officers")
    assert "More is known" not in text("/corrections/")
    assert [row["nature"] for row in rows(recommendation="OTHER-1", kind="recommendation")] == ["added_to", "first"]
    assert "added to: More is known" in text("/changes/").replace(" :", ":")


def test_a_status_that_is_dated_anew_is_a_correction(made: dict[str, Any]) -> None:
    """Without a date it held from the recommendation's on, so that a date changes what this site says of the days before it."""
    assert made["outside_assessment"].effective_on is None
    correct(made["outside_assessment"], reason="Dated too early", effective_on="2024-05-01")
    assert "Dated too early" in text("/corrections/")
    assert [row["nature"] for row in rows(kind="assessment") if row["key"] == "AS-3"] == ["corrected", "first"]


def test_what_was_corrected_of_an_assessment_stands_on_the_page_of_its_recommendation(made: dict[str, Any]) -> None:
    correct(made["assessment"], status="partially_implemented")
    said = text("/recommendations/REC-1/")
    assert re.search(r"Status\s+implemented\s+partially implemented", said)
    assert "Corrections" in said


def test_corrections_are_filtered_as_changes_are(made: dict[str, Any]) -> None:
    correct(made["recommendation"], statement="Otherwise.")
    correct(made["action"], description="Otherwise too.")
    assert "2 corrections" in text("/corrections/")
    assert "1 correction" in text("/corrections/", kind="action")
    assert "1 correction" in text("/corrections/", government="AL", kind="action", measure="expulsion")
    assert "0 corrections" in text("/corrections/", nature="withdrawn")
    assert {row["key"] for row in rows(nature="correction")} == {"REC-1", "ACT-1"}
    page = Client(SERVER_NAME="localhost").get("/corrections/", {"kind": "nonsense"})
    assert page.status_code == 400
    assert "kind takes document, recommendation, action or assessment" in page.content.decode()


def test_files_of_changes_say_the_nature(made: dict[str, Any]) -> None:
    correct(made["action"], description="Otherwise.")
    response = answer("/api/v1/changes.csv", nature="corrected")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert ",corrected," in lines[1]
    whole = json.loads(b"".join(answer("/api/v1/changes.json", nature="corrected").streaming_content))
    assert [row["nature"] for row in whole["results"]] == ["corrected"]
    assert whole["chain_head"]["edition"] == 2


def test_a_past_day_knows_only_the_corrections_of_then(made: dict[str, Any]) -> None:
    first = correct(made["recommendation"], statement="Otherwise.", reason="The former reason")
    correct(made["recommendation"], statement="Otherwise once more.", reason="The latter reason")
    for path in CORRECTED_PAGES:
        then, now = text(path, known=first.published_at.isoformat()), text(path)
        assert "The former reason" in then
        assert "The former reason" in now
        assert "once more" not in then
        assert "The latter reason" not in then
        assert "The latter reason" in now


def test_of_what_came_after_the_day_a_correction_tells_nothing(made: dict[str, Any]) -> None:
    made["legal_status"].wording = "declared unwelcome"
    made["legal_status"].save()
    correct(made["action"])
    assert "declared unwelcome" in text("/actions/ACT-1/")
    assert "unwelcome" not in text("/corrections/", as_of="2019-06-01")


@pytest.mark.parametrize("path", CORRECTED_PAGES)
def test_a_record_of_a_later_day_is_not_told_by_its_correction(made: dict[str, Any], path: str) -> None:
    """A verdict that took effect, and an action that was done, after the day of the page: that they were corrected is said, and not what they say."""
    correct(made["assessment"], reason="The rationale was cut short", rationale="Theverdict rationale.")
    correct(made["reversing_action"], reason="The text was cut short", description="Theaction description.")
    words = ("Theverdict",) if path.startswith("/recommendations/") else ("Theverdict", "Theaction")
    now, then = text(path), text(path, as_of="2019-06-01")
    for word in words:
        assert word in now
        assert word not in then
    assert "The rationale was cut short" in then
    if not path.endswith(".atom"):
        assert "What it changed is of a day after 1 June 2019" in then
        assert "What it changed is of a day after" not in now


def test_a_party_is_never_shown_without_who_says_so(made: dict[str, Any]) -> None:
    """Nor does a correction turn a report of a conviction into a conviction."""
    made["legal_status"].standing = "convicted"
    made["legal_status"].save()
    correct(made["action"], reason="Not expelled")
    for path in ("/corrections/", "/actions/ACT-1/", "/feeds/changes.atom"):
        said = text(path)
        assert "A Person, Wikidata Q99999902, OpenSanctions NK-made-up: expelled, according to The ministry, 2020-01-15 [non grata]" in said
        assert "OpenSanctions NK-made-up: reported convicted by The ministry, 2020-01-15 [non grata]" in said
        assert not re.search(r"(?<!reported )convicted", said), path


def test_pages_ask_as_much_for_many_corrections_as_for_one(made: dict[str, Any]) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connections["public"]) as queries:
            answer(path)
        return len(queries)

    correct(made["recommendation"], statement="Otherwise.")
    correct(made["action"], description="Otherwise.")
    few = {path: asked(path) for path in (*CORRECTED_PAGES, "/actions/ACT-1/")}
    for number in range(5):
        correct(made["recommendation"], statement=f"Otherwise {number}.")
        correct(made["action"], description=f"Otherwise {number}.")
    assert {path: asked(path) for path in few} == few


# Taken off


def test_the_address_of_a_withdrawn_record_says_when_by_whom_and_why(made: dict[str, Any]) -> None:
    before = correct(made["other"], target="Officers")
    builders.taken_off(made["outside_assessment"], reason="Goes with it")
    made["relation"].delete()
    builders.put_out(made["recommendation"])
    edition = builders.taken_off(made["other"], reason="It was never recommended")
    response = Client(SERVER_NAME="localhost").get("/recommendations/OTHER-1/")
    assert response.status_code == 410
    page = html.unescape(response.content.decode())
    for words in ("It was never recommended", "Ada Author", "Rita Reviewer", "Do OTHER-1", f"{edition.published_at.year}"):
        assert words in page, words
    assert Client(SERVER_NAME="localhost").head("/recommendations/OTHER-1/").status_code == 410
    answer("/recommendations/OTHER-1/", known=before.published_at.isoformat())
    assert "It was never recommended" in text("/corrections/", nature="withdrawn")
    assert "Goes with it" in text("/recommendations/REC-1/"), "an assessment is taken off its recommendation's page"
    assert "OTHER-1" not in {row["reference"] for row in answer("/api/v1/recommendations").json()["results"]}


def test_the_address_of_an_addressee_that_was_withdrawn_says_so_and_one_that_never_was_is_not_found(made: dict[str, Any]) -> None:
    """It goes with an edition of its recommendation, which names the government no longer: as a page, framed, to share and to cite."""
    client = Client(SERVER_NAME="localhost")
    paths = [
        "/recommendations/REC-1/NL/",
        "/fr/recommendations/REC-1/NL/",
        "/embed/status/REC-1/NL/",
        "/share/status/REC-1/NL/",
        "/cite/status/REC-1/NL.bib",
    ]
    never = [path.replace("NL", "XX") for path in paths]
    assert {client.get(path).status_code for path in (*paths, *never)} == {404}
    dutch = Addressee.objects.create(recommendation=made["recommendation"], government=builders.government("NL"))
    builders.put_out(made["recommendation"], reason="The Netherlands too")
    assert {client.get(path).status_code for path in paths} == {200}
    dutch.delete()
    edition = builders.put_out(made["recommendation"], reason="It was never addressed to them")
    assert {client.get(path).status_code for path in paths} == {410}
    assert {client.get(path).status_code for path in never} == {404}
    page = html.unescape(client.get(paths[0]).content.decode())
    for words in ("The addressee REC-1, NL was public from", "It was never addressed to them", "Ada Author", "Rita Reviewer"):
        assert words in page, words
    before = f"/recommendations/REC-1/NL/?known=edition-{edition.number - 1}"
    assert before in page and client.get(before).status_code == 200
    assert client.get(f"/recommendations/REC-1/NL/?known=edition-{edition.number - 2}").status_code == 404, "it came later"
    assert client.get(paths[-1]).json()["detail"] == "It was never addressed to them"
    Addressee.objects.create(recommendation=made["recommendation"], government=builders.government("NL"))
    builders.put_out(made["recommendation"], reason="And yet")
    assert client.get(paths[0]).status_code == 200
    assert client.get(f"/recommendations/REC-1/NL/?known=edition-{edition.number}").status_code == 410


MERGED = {"document": ("REPORT-2", "REPORT"), "action": ("ACT-3", "ACT-1"), "recommendation": ("REC-2", "REC-1")}


@pytest.fixture
def duplicates(made: dict[str, Any]) -> dict[str, Any]:
    """A second record of each kind that has a page."""
    passage = made["citation"]
    found = {
        "document": builders.document("REPORT-2"),
        "action": builders.action("ACT-3"),
        "recommendation": builders.recommendation("REC-2", made["paper"]),
    }
    builders.cite(found["action"], passage)
    builders.put_out(*found.values())
    return found


@pytest.mark.parametrize("kind", MERGED)
def test_the_address_of_a_merged_duplicate_leads_to_the_other(duplicates: dict[str, Any], kind: str) -> None:
    old, new = MERGED[kind]
    path = f"/{kind}s/{old}/"
    client = Client(SERVER_NAME="localhost")
    before = client.get("/api/v1/changes", {"q": old}).json()["results"][0]["published_at"]
    builders.taken_off(duplicates[kind], reason="They are one and the same", into=new)
    response = client.get(path, {"as_of": "2021-01-01", "q": "é &"})
    assert response.status_code == 301
    assert response["Location"] == f"/{kind}s/{new}/?" + urlencode({"as_of": "2021-01-01", "q": "é &"})
    assert client.get(path)["Location"] == f"/{kind}s/{new}/"
    assert client.get(path, {"known": before}).status_code == 200, "that day it stood there"
    (row,) = rows(nature="merged")
    assert (row["key"], row["forwards_to"]) == (old, new)
    assert f"It said the same as {new} , to which its address now leads." in text("/corrections/")
    assert "They are one and the same" in text("/feeds/changes.atom", nature="correction")


def test_another_language_stays_the_same(duplicates: dict[str, Any]) -> None:
    builders.taken_off(duplicates["action"], reason="One and the same", into="ACT-1")
    assert Client(SERVER_NAME="localhost").get("/fr/actions/ACT-3/")["Location"] == "/fr/actions/ACT-1/"


# The feed


def entries(**query: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(answer("/feeds/changes.atom", **query).content).findall(f"{ATOM}entry")


def test_the_feed_is_atom(made: dict[str, Any]) -> None:
    """What RFC 4287 asks of a feed and of an entry."""
    correct(made["action"], description="A \x0b bell & <b>brackets</b>.", reason="Control \x01 characters")
    response = answer("/feeds/changes.atom", kind="action")
    assert response["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.content)
    assert feed.tag == f"{ATOM}feed"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"alternate": "http://localhost/changes/?kind=action", "self": "http://localhost/feeds/changes.atom?kind=action"}
    times = [each.find(f"{ATOM}updated").text for each in feed.findall(f"{ATOM}entry")]  # type: ignore[union-attr]
    assert feed.find(f"{ATOM}updated").text == max(times)  # type: ignore[union-attr, type-var]
    assert times == sorted(times, reverse=True)  # type: ignore[type-var]
    ids = [each.find(f"{ATOM}id").text or "" for each in (feed, *feed.findall(f"{ATOM}entry"))]  # type: ignore[union-attr]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"tag:localhost,\d{4}(-\d\d-\d\d)?:\S+", each) for each in ids), ids
    for each in feed.findall(f"{ATOM}entry"):
        assert each.find(f"{ATOM}title").text  # type: ignore[union-attr]
        assert each.find(f"{ATOM}author/{ATOM}name").text == "Rita Reviewer"  # type: ignore[union-attr]
        assert each.find(f"{ATOM}link").get("href", "").startswith("http://localhost/actions/")  # type: ignore[union-attr]
    newest = feed.findall(f"{ATOM}entry")[0].find(f"{ATOM}summary")
    assert newest is not None
    assert newest.get("type") == "html"
    assert "&lt;b&gt;brackets&lt;/b&gt;" in (newest.text or "")


def test_ids_stay_when_more_is_published(made: dict[str, Any]) -> None:
    before = {each.find(f"{ATOM}id").text for each in entries()}  # type: ignore[union-attr]
    correct(made["action"], description="Otherwise.")
    assert before < {each.find(f"{ATOM}id").text for each in entries()}  # type: ignore[union-attr]


def test_corrections_have_a_category_and_a_feed_of_their_own(made: dict[str, Any]) -> None:
    correct(made["action"], description="Otherwise.")
    (only,) = entries(nature="correction")
    assert {each.get("term") for each in only.findall(f"{ATOM}category")} == {"corrected", "correction", "action"}
    assert "correction" not in {each.get("term") for entry in entries(nature="first") for each in entry.findall(f"{ATOM}category")}


def test_an_empty_feed_is_the_same_whenever_it_is_asked(desk: str) -> None:
    one, other = answer("/feeds/changes.atom").content, answer("/feeds/changes.atom").content
    assert one == other
    assert ElementTree.fromstring(one).find(f"{ATOM}updated").text == "1970-01-01T00:00:00+00:00"  # type: ignore[union-attr]


def test_the_feed_is_refused_in_words_and_paged(published: str) -> None:
    bad = Client(SERVER_NAME="localhost").get("/feeds/changes.atom", {"kind": "nonsense"})
    assert bad.status_code == 400
    assert bad.json()["filter"] == "kind"
    feed = ElementTree.fromstring(answer("/feeds/changes.atom", kind="action").content)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["next"] == "http://localhost/feeds/changes.atom?kind=action&page=2"
    assert len(feed.findall(f"{ATOM}entry")) == 50


# The head of the chain, and erasures


def test_the_head_of_the_chain_is_published_as_it_was_on_the_day(made: dict[str, Any]) -> None:
    from tracker.editions.tables import ChainLink

    edition = correct(made["action"], description="Otherwise.")
    correct(made["action"], description="Otherwise again.")
    second, third = ChainLink.objects.get(number=2).digest, ChainLink.objects.get(number=3).digest
    assert third in text("/changes/")
    then = edition.published_at.isoformat()
    assert second in text("/changes/", known=then)
    assert third not in text("/changes/", known=then)
    assert answer("/api/v1/changes", known=then).json()["chain_head"] == {"edition": 2, "digest": second}


def test_the_head_follows_from_the_leaves_that_are_published(made: dict[str, Any]) -> None:
    """By the recipe of /methodology/, from what anybody can download, but for the edition's own leaf."""
    import hashlib

    from tracker.editions.tables import ChainLink, SiteEdition

    def digest(*parts: str) -> str:
        return hashlib.sha256(b"".join(hashlib.sha256(part.encode()).digest() for part in parts)).hexdigest()

    leaves = [row["leaf"] for row in sorted(rows(), key=lambda row: (row["kind"], row["key"]))]
    assert ChainLink.objects.get().digest == digest("", SiteEdition.objects.get().leaf, *leaves)


def test_an_erasure_is_listed_with_its_reason_and_without_whose_data_it_was(made: dict[str, Any], cluster: Any, desk: str) -> None:
    with cluster.connect("eraser", desk) as eraser:
        eraser.execute(
            "INSERT INTO editions.erasure (erased_at, erased_by, reason, records, rows, written_in) VALUES (now(), 'Paula Private',"
            ' \'asked for by the person\', \'[{"kind": "action", "key": "ACT-1", "edition": 1}]\', 3, 0)'
        )
    said = text("/corrections/")
    assert "data of a person was erased from action ACT-1 (edition 1), because: asked for by the person" in said
    assert "A Person" not in said
    before = rows()[0]["published_at"]
    assert "asked for by the person" not in text("/corrections/", known=before)


# Governments and groups: nobody approves them, so that each change of them says by itself who made it


def edited(by: str, reason: str, change: Any) -> None:
    """Reference data changed at the desk by a person."""
    first, last = by.split()
    with pghistory.context(user=builders.user(first.lower(), first_name=first, last_name=last).pk, reason=reason):
        change()


def rename(made: dict[str, Any], name: str) -> Any:
    return lambda: type(made["government"]).objects.filter(code="AL").update(name=name)


@pytest.mark.parametrize("path", ["/corrections/", "/feeds/changes.atom"])
def test_a_government_s_new_name_says_its_own_who_and_why(made: dict[str, Any], path: str) -> None:
    """It becomes public with an edition of something else, under neither its people nor its reason."""
    assert "Republic of Albania" not in text(path)
    edited("Adam Admin", "It asked to be called so.", rename(made, "Republic of Albania"))
    edition = builders.put_out(builders.document("UNRELATED"), reason="A paper was found")
    said = text(path)
    assert re.search(r"name\s+Albania\s+(→\s+)?Republic of Albania", said)
    entry = said[said.index("It asked to be called so.") :][:120]
    assert "changed by Adam Admin" in entry
    assert f"edition {edition.number}" in said
    assert "Republic of Albania" not in text(path, known=f"{made['edition'].published_at.isoformat()}")
    assert "It asked to be called so." in text(path, government="AL")
    assert "It asked to be called so." not in text(path, government="GROUP")
    assert "It asked to be called so." not in text(path, kind="document")


def test_a_membership_taken_or_given_says_so_too(made: dict[str, Any]) -> None:
    """Of a group that is public, whoever becomes its member; and what was not changed is not told."""
    membership = made["membership"]
    another = type(membership)(group=made["group"], member=builders.government("BE"), since="2010")
    edited("Adam Admin", "It joined later.", another.save)
    edited("Eve Editor", "It never was one.", membership.delete)
    builders.put_out(builders.document("UNRELATED"))
    said = text("/corrections/")
    assert "It joined later. · It never was one." in said
    assert "changed by Adam Admin, Eve Editor" in said
    assert re.search(r"member AL\s+since 2004, until 2020-01-31\s+nothing", said)
    assert re.search(r"member BE\s+nothing\s+since 2010", said)
    assert "member BE" not in text("/corrections/", as_of="2009-01-01"), "nobody knew of it then"
    builders.put_out(builders.document("MORE"))
    assert text("/corrections/").count("It joined later.") == 1


def test_each_change_of_a_government_stands_on_one_page_of_the_feed(made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.public.views.shared.PER_PAGE", 2)
    for number in range(3):
        edited("Adam Admin", f"Reason {number}.", rename(made, f"Albania {number}"))
        builders.put_out(*(builders.document(f"PAPER-{number}-{each}") for each in range(3)))
    found: list[str] = []
    address: str | None = "/feeds/changes.atom"
    while address:
        feed = ElementTree.fromstring(answer(address).content)
        found += [entry.findtext(f"{ATOM}title") or "" for entry in feed.findall(f"{ATOM}entry")]
        address = next((link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "next"), None)
        address = address and "/feeds/" + address.partition("/feeds/")[2]
    assert [title for title in found if "government AL" in title] == [f"corrected: Albania {number} (government AL)" for number in (2, 1, 0)]


def test_what_an_edit_without_a_word_changed_is_signed_by_who_publishes_it(made: dict[str, Any]) -> None:
    rename(made, "Shqipëria")()
    builders.put_out(builders.document("UNRELATED"), reason="A paper was found")
    said = text("/corrections/")
    assert "A paper was found changed by Rita Reviewer" in said

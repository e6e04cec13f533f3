"""What a reader finds: in every language, by both clocks, and nothing that was taken off."""

import html
import json
import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.search.conftest import Search, Tongues

QUESTIONS = 11
"""Edition, the reading of the words, governments, counts, a page of what is found, its rows (3), passages, their sources, stems."""


def body(q: str, **parameters: str) -> str:
    return Client(SERVER_NAME="localhost").get("/search/", {"q": q, **parameters}).content.decode()


@pytest.mark.parametrize(
    ("q", "found"),
    [
        # Stems of the language that is spoken, accents or none
        ("expulsé diplomate", ["document FR-1", "recommendation R-1"]),
        ("expulser", ["document FR-1", "recommendation R-1"]),
        ("EXPULSES", ["document FR-1", "recommendation R-1"]),
        ("elysee", ["recommendation R-1"]),
        ("expelled", ["recommendation R-1"]),
        ("Vertrag Haus", ["document DE-1"]),
        ("strasse", ["document DE-1"]),
        ("schloss", ["action A-1"]),
        ("calomnies", ["action A-1"]),
        # What describes a document is ours, whatever its language
        ("remark", ["document IT-1"]),
        # Letters of two keyboards, and the mark that parts a word
        ("کتاب علی", ["document FA-1"]),
        ("كتاب علي", ["document FA-1"]),
        ("«كيهان»", ["document FA-1"]),
        ("مدرسه اسلاميه", ["document AR-1"]),
        ("مَدْرَسَة", ["document AR-1"]),
        # Names of governments in other languages
        ("Allemagne", ["government DE"]),
        ("فرانسه", ["government FR", "recommendation R-1", "action A-1"]),
        ("ألمانيا", ["government DE"]),
        ("Frankreich OR Deutschland", ["government FR", "government DE", "recommendation R-1", "action A-1"]),
        ("officer Frankreich", ["recommendation R-1"]),
        ("officer -Frankreich", []),
        # Phrases
        ('"expel every undeclared"', ["recommendation R-1"]),
        ('"undeclared every"', []),
        ("“diplomates expulsés”", ["document FR-1"]),
        ("„Häuser in der Straße“", ["document DE-1"]),
        ("R-1", ["recommendation R-1"]),
        # OR, and words of one record wherever in it they stand
        ("journalists OR aeroplane", ["recommendation R-2", "action A-1"]),
        ("officers lighthouse", ["recommendation R-1"]),
        ("attaché calomnie", ["action A-1"]),
        # -not, in whatever language the other word is
        ("expulsé -officer", ["document FR-1"]),
        ("officer -expulsés", []),
        ("attache -lighthouse", ["action A-1"]),
        ('guard -"undeclared officer"', ["recommendation R-2"]),
        # What says nothing
        ("the", []),
        ("the newsrooms", ["recommendation R-2"]),
        ('- & … "" OR', []),
        ("OR newsrooms OR", ["recommendation R-2"]),
        ('"newsrooms', ["recommendation R-2"]),
        # What is taken off is not found
        ("zeppelins", []),
    ],
)
def test_what_is_found(search: Search, q: str, found: list[str]) -> None:
    assert search(q) == found


def test_nothing_but_exclusions_finds_the_rest(search: Search) -> None:
    everything = {"recommendation R-1", "recommendation R-2", "action A-1", "document FR-1", "document DE-1", "document FA-1", "document AR-1"}
    everything |= {"document IT-1", "document EN-1", "government FR", "government DE"}
    rest = set(search("-expulsés"))
    assert everything - rest == {"recommendation R-1", "document FR-1"}


def test_a_title_comes_before_a_text_and_a_text_before_a_quotation(search: Search) -> None:
    assert search("France", kind="action") == ["action A-1"]
    assert search("diplomate")[0] == "document FR-1"


def test_one_kind_and_the_counts_of_all(search: Search) -> None:
    assert search("expulsé", kind="document") == ["document FR-1"]
    page = body("expulsé", kind="document")
    assert "2 in all" in page and "1 recommendation<" in page and "1 document<" in page and "0 actions" in page
    assert 'href="?q=expuls%C3%A9&amp;kind=recommendation"' in page


# Both clocks


@pytest.mark.parametrize(
    ("q", "on_the_eve", "on_the_day", "found"),
    [
        ("expel", "2019-01-31", "2019-02-01", "recommendation R-1"),
        ("aeroplane", "2020-01-14", "2020-01-15", "action A-1"),
        ("expulsés", "2020-01-31", "2020-02-01", "document FR-1"),
        ("lighthouse", "2020-05-31", "2020-06-01", "recommendation R-1"),
        ("élysée", "2020-05-31", "2020-06-01", "recommendation R-1"),
        ("calomnie", "2021-01-09", "2021-01-10", "action A-1"),
        ("Quux", "2021-04-30", "2021-05-01", "action A-1"),
        ("tribunal", "2022-02-28", "2022-03-01", "action A-1"),
    ],
)
def test_no_word_is_found_before_its_day(search: Search, q: str, on_the_eve: str, on_the_day: str, found: str) -> None:
    assert found not in search(q, as_of=on_the_eve)
    assert found in search(q, as_of=on_the_day)


def test_what_the_site_said_then(search: Search, tongues: Tongues) -> None:
    then = tongues.between.isoformat().replace("+00:00", "Z")
    assert search("printers") == ["recommendation R-2"]
    assert search("printers", known=then) == []
    assert search("zeppelins", known=then) == ["document EN-2"]
    assert "known=" in body("zeppelins", known=then)


# The same words everywhere


@pytest.mark.parametrize(
    ("name", "q", "column", "found"),
    [
        ("recommendations", "expulsé -journalists", "reference", ["R-1"]),
        ("addressees", "journalists", "government", ["DE", "FR"]),
        ("actions", "“une calomnie”", "key", ["A-1"]),
        ("assessments", "lighthouse", "key", ["AS-1"]),
        ("effects", "aeroplane", "action", ["A-1"]),
        ("documents", "كتاب", "key", ["FA-1"]),
        ("governments", "Allemagne", "code", ["DE"]),
        ("changes", "zeppelin", "key", ["EN-2", "EN-2"]),
    ],
)
def test_lists_and_files_take_the_same_words(tongues: Tongues, name: str, q: str, column: str, found: list[str]) -> None:
    client = Client(SERVER_NAME="localhost")
    answer = client.get(f"/api/v1/{name}", {"q": q}).json()
    assert sorted(row[column] for row in answer["results"]) == found
    file = json.loads(b"".join(client.get(f"/api/v1/{name}.json", {"q": q}).streaming_content))  # type: ignore[attr-defined]
    assert sorted(row[column] for row in file["results"]) == found


def test_the_feed_takes_them_too(tongues: Tongues) -> None:
    client = Client(SERVER_NAME="localhost")
    assert "zeppelins" in client.get("/feeds/changes.atom", {"q": "zeppelin"}).content.decode()
    assert "zeppelins" not in client.get("/feeds/changes.atom", {"q": "journalists"}).content.decode()


# What is shown


def test_words_are_marked_where_they_stand(tongues: Tongues) -> None:
    page = body("diplomate expulsé")
    assert "Deux <mark>diplomates</mark> <mark>expulsés</mark> de Paris" in page
    assert "“La France a <mark>expulsé</mark> un <mark>diplomate</mark> à l’Élysée.”" in page
    assert "Quoted from Le Journal" in page
    assert 'lang="fr"' in page


def test_a_phrase_is_marked_as_one(tongues: Tongues) -> None:
    assert "<mark>Häuser in der Straße</mark>" in body('"Häuser in der Straße"')


def test_what_disputes_says_so(tongues: Tongues) -> None:
    page = body("Konsulat")
    assert "(disputes it)" in page
    assert "1 for" in page and "1 against" in page


def test_what_disputes_an_assessment_is_no_dispute_of_the_recommendation(published: str) -> None:
    """MQ-1 itself is disputed by nothing; one of its assessments is."""
    page = body("secretary expelled", kind="recommendation")
    assert "/recommendations/MQ-1/" in page
    assert "(disputes an assessment)" in page and "(disputes it)" not in page


def test_of_a_party_no_word_stands_alone(tongues: Tongues) -> None:
    """Attribution and legal status stand in the same element as the claim: here stands none of them."""
    page = body("Quux spying")
    assert "/actions/A-1/" in page
    assert "Found in what is said of a person or organisation" in page
    assert "Zebedee" not in page and "guilty" not in page


@pytest.mark.parametrize("q", ["closures", "script", "<script>", 'alert("closures")', "“<b>closures”"])
def test_nothing_of_a_text_or_a_search_becomes_markup(tongues: Tongues, q: str) -> None:
    page = body(q)
    assert "/documents/EN-1/" in page
    inside = page[page.index("<main") : page.index("</main>")]
    assert not re.search(r"<(script|b>closures|i>)", inside)
    title = re.search(r'<a href="/documents/EN-1/"[^>]*>(.*?)</a>', page)
    assert title and html.unescape(re.sub("</?mark>", "", title[1])) == '<script>alert("closures")</script> & <b>closures</b>'


def test_where_nothing_is_found_it_says_what_was_searched(tongues: Tongues) -> None:
    page = body("expulsé xylophone")
    assert "Nothing on this site says <b>expulsé xylophone</b> as of" in page
    assert '<a href="?q=expulse" dir="auto">expulse</a>: 2' in page
    assert '<a href="?q=xylophone" dir="auto">xylophone</a>: 0' in page


def test_words_that_are_too_common_are_named(tongues: Tongues) -> None:
    assert "Too common to be looked for, and left out: the." in body("the newsrooms")
    assert "these words are too common" in body("the")
    assert "there is no word in this search" in body("&")


def test_without_words_it_says_how_to_search(tongues: Tongues) -> None:
    answer = Client(SERVER_NAME="localhost").get("/search/")
    assert answer.status_code == 200
    assert "How to search" in answer.content.decode()


# What it refuses


@pytest.mark.parametrize(
    ("parameters", "name", "sentence"),
    [
        ({"q": "a" * 201}, "q", "q takes up to 200 characters"),
        ({"q": "a\x00b"}, "q", "q takes up to 200 characters"),
        ({"q": " ".join(f"w{number}" for number in range(31))}, "q", "q takes at most 30 different words and phrases; this search has 31."),
        ({"q": "a", "kind": "party"}, "kind", "kind takes recommendation, action, document or government."),
        ({"q": "a", "status": "implemented"}, "status", "status does not apply to this list; it takes q, kind."),
        ({"q": "newsrooms", "page": "2"}, "page", "page takes a number from 1 to 1."),
        ({"q": "newsrooms", "as_of": "yesterday"}, "as_of", "as_of takes a day"),
    ],
)
def test_a_bad_value_is_refused_in_words(tongues: Tongues, parameters: dict[str, str], name: str, sentence: str) -> None:
    answer = Client(SERVER_NAME="localhost").get("/search/", parameters)
    assert answer.status_code == 400
    assert sentence in html.unescape(answer.content.decode())


def test_the_api_refuses_them_by_name(tongues: Tongues) -> None:
    answer = Client(SERVER_NAME="localhost").get("/api/v1/documents", {"q": " ".join(f"w{number}" for number in range(31))})
    assert (answer.status_code, answer.json()["filter"]) == (400, "q")


# What it costs, and who asks


def test_it_asks_a_fixed_number_of_questions_as_the_public(published: str) -> None:
    client = Client(SERVER_NAME="localhost")
    for q in ("iran", "sanctions OR closure", '"persona non grata" -visa'):
        with CaptureQueriesContext(connections["public"]) as asked:
            assert client.get("/search/", {"q": q}).status_code == 200
        assert len(asked) == QUESTIONS, "\n".join(query["sql"] for query in asked)
    with connections["public"].cursor() as cursor:
        cursor.execute("SELECT rolsuper, has_table_privilege('editions.passage', 'INSERT') FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


def test_pages_follow_one_another(published: str) -> None:
    client = Client(SERVER_NAME="localhost")
    seen: list[Any] = []
    for number in range(1, 20):
        answer = client.get("/search/", {"q": "iran", "page": number})
        if answer.status_code == 400:
            break
        seen += [(hit.kind, hit.key) for hit in answer.context["hits"]]
    assert len(seen) == len(set(seen)) == answer_count(client)
    assert seen[0] == ("government", "IR")


def answer_count(client: Client) -> int:
    return len(client.get("/search/", {"q": "iran"}).context["found"])


def test_the_index_is_there_to_be_used(published: str) -> None:
    with connections["public"].cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            cursor.execute("EXPLAIN SELECT key FROM editions.passage WHERE search @@ '''expel'''::tsquery AND known_to IS NULL")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        finally:
            cursor.execute("RESET enable_seqscan")
    assert "passage_search" in plan

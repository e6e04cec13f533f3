"""Governments named in another language: what the site says of them in English is found as well."""

import html
import json
import re
from typing import Any

import pytest
from babel import Locale
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tracker.public.countries import MOST_VARIANTS, OF_THEIR_OWN, SPOKEN, called_in_english, with_english_names
from tracker.rules.asking import Question, read
from tracker.rules.folding import folded


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Allemagne", "allemagne OR germany"),
        ("آلمان", "آلمان OR germany"),
        ("expulsion Arabie saoudite", 'expulsion arabie saoudite OR expulsion "saudi arabia"'),
        ("États-Unis", '"etats unis" OR "united states"'),
        ("USA", 'usa OR "united states"'),
        ("expel -Deutschland", "expel -deutschland -germany"),
        ("Turquía", "turquia OR turkey OR turkiye"),
        ("Allemagne OR Iran", "allemagne OR iran OR germany"),
        ("Arabie -saoudite", "arabie -saoudite"),
        # English names, words that are part of a name, and words that mean something else in English
        ("Germany Iran", "germany iran"),
        ("nord", "nord"),
        *((word, word) for word in sorted(OF_THEIR_OWN)),
    ],
)
def test_what_is_asked_for_beside_it(typed: str, asked: str) -> None:
    assert set(with_english_names(read(typed)).groups) == set(read(asked).groups)


def test_every_name_of_every_language_is_known() -> None:
    """But for English ones, and those of places that the CLDR names in no English."""
    english = Locale("en").territories
    codes = [code for code in english if len(code) == 2 and code.isalpha()]
    names = {folded(Locale(language).territories[code]): code for language in SPOKEN for code in codes if code in Locale(language).territories}
    named = {name: code for name, code in names.items() if called_in_english(name)}
    assert len(named) > 1_500
    assert set(names) - set(named) - OF_THEIR_OWN <= {folded(part) for code in codes for part in english_names(english[code])}


def english_names(name: str) -> list[str]:
    return [name, name.replace("&", "and"), *re.split(r" \((.*)\)", name), "Turkey", "Hong Kong", "Macao", "Czech Republic"]


@given(
    st.lists(st.sampled_from(["Allemagne", "Turquía", "-France", "Arabie", "saoudite", "expel", "OR", '"no fly"', "-Schweden", "中国"]), max_size=9)
)
def test_nothing_of_the_question_is_lost_and_it_grows_little(words: list[str]) -> None:
    question = read(" ".join(words))
    asked = with_english_names(question)
    assert len(asked.groups) <= len(question.groups) * (1 + MOST_VARIANTS)
    for group in question.groups:
        assert any(set(group) <= set(other) for other in asked.groups)
    assert with_english_names(Question(())) == Question(())
    ruled_out = {term.words for group in asked.groups for term in group if term.negated}
    assert {"france", "sweden"} & set(asked.phrases) <= ruled_out


def found(q: str, prefix: str = "") -> tuple[list[tuple[str, str]], str]:
    """What a search finds, and its page."""
    keys: list[tuple[str, str]] = []
    for number in range(1, 20):
        answer: Any = Client(SERVER_NAME="localhost").get(f"{prefix}/search/", {"q": q, "page": number})
        assert answer.status_code == 200
        keys += [(hit.kind, hit.key) for hit in answer.context["hits"]]
        if not answer.context["page"].has_next():
            break
    return keys, html.unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("typed", "english", "prefix"),
    [
        ("Allemagne", "Germany", "/fr"),
        ("آلمان", "Germany", "/fa"),
        ("Albanien", "Albania", ""),
        ("Pays-Bas", "Netherlands", "/fr"),
        ("Albanie expulsion", "Albania expulsion", "/fr"),
    ],
)
def test_a_name_in_another_language_finds_what_its_english_name_does(published: str, typed: str, english: str, prefix: str) -> None:
    mine, page = found(typed, prefix)
    theirs, _page = found(english)
    assert "action" in {kind for kind, _key in theirs}
    assert set(theirs) <= set(mine)
    assert english.split()[0] in re.sub(r"<[^>]+>", "", page.split('<ol class="rows hits">')[0].split('id="results"')[1])
    client = Client(SERVER_NAME="localhost")
    for name, column in (("recommendations", "reference"), ("actions", "key")):
        listed = [
            {row[column] for row in json.loads(b"".join(client.get(f"/api/v1/{name}.json", {"q": q}).streaming_content))["results"]}  # type: ignore[attr-defined]
            for q in (typed, english)
        ]
        assert listed[1] <= listed[0]


def test_what_is_found_by_the_english_name_is_marked_and_said(published: str) -> None:
    _found, page = found("Allemagne")
    assert "Looked for by the English name as well, in which this site speaks of it: Germany." in page
    assert "<mark>Germany</mark>" in page
    assert "Looked for by the English name" not in found("Germany")[1]


@pytest.mark.parametrize(("q", "code", "name"), [("Allemagne", "DE", "government"), ("EU-MEMBERS", "EU-MEMBERS", "group")])
def test_a_government_that_is_found_leads_to_its_lists(published: str, q: str, code: str, name: str) -> None:
    _found, page = found(q)
    (hit,) = re.findall(rf'<li>\s*<p class="kicker">[^<]*{code}</p>.*?</li>', page, re.DOTALL)
    addresses = re.findall(r'<a href="([^"]+\?[^"]+)"', hit)
    assert addresses == [f"/{page_of}/?{name}={code}" for page_of in ("recommendations", "actions", "matrix")]
    client = Client(SERVER_NAME="localhost")
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]
    assert client.get(addresses[0]).context["page"].paginator.count > 0

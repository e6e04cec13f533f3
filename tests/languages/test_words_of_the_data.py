"""What the data say in English is translated or marked as English on pages of other languages, and French pages are spaced as French is."""

import csv
import html
import re
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.browser.test_pages import PAGES
from tracker.languages import names

MORE = {
    "an action's effects": "/actions/AL-2018-EXP/",
    "a case of the inquiries": "/recommendations/TRC-80/",
    "an assessment": "/recommendations/TRC-80/CA/",
    "a document cited for much": "/documents/WP-MQ/",
    "effects": "/effects/",
    "days of another time": "/compare/?as_of=2022-09-01&with_as_of=2022-12-31",
    "few cases": "/?as_of=2015-12-31",
    "few cases in the matrix": "/matrix/?as_of=2015-12-31",
    "few cases of governments": "/governments/?as_of=2015-12-31",
    "chart to embed": "/share/chart/document/WP-MQ/",
}
LOOKED_AT = {**PAGES, **MORE}
IN_ENGLISH = {
    "actions.csv": ("title", "description", "body", "target", "scope_note", "note"),
    "assessments.csv": ("rationale", "departure", "note"),
    "citations.csv": ("says", "locator"),
    "documents.csv": ("stake", "note"),
    "effects.csv": ("reasoning",),
    "events.csv": ("note",),
    "legal_statuses.csv": ("wording",),
    "positions.csv": ("statement",),
    "recommendations.csv": ("short_title", "statement", "made_by", "locator", "target", "criteria_partial", "criteria_full", "note"),
    "relations.csv": ("note",),
    "searches.csv": ("where", "looked_for", "found", "limits", "searched_by", "languages"),
}
"""The columns of a case file in which this site's own words stand. Names of authors and publishers are as they are."""
PIECE = re.compile(r"<!--.*?-->|<![^>]*>|<(/?)([a-zA-Z][\w-]*)([^>]*?)(/?)>|([^<]+)", re.DOTALL)
IN_A_LINE = frozenset({"a", "abbr", "b", "bdi", "code", "del", "em", "i", "ins", "mark", "q", "small", "span", "strong", "sub", "sup", "time", "u"})
VOID = frozenset({"br", "circle", "col", "hr", "img", "input", "line", "link", "meta", "path", "rect", "use"})
ANOTHERS = "\ufffc"
"""What stands for a text that is marked as another's, or for code."""


def lines_of(page: str) -> list[str]:
    """The visible text of a page, a line an element that is no part of a sentence. Without titles, in which no part can be marked."""
    kept: list[tuple[str, bool]] = []
    found: list[str] = [""]
    for closing, name, attributes, alone, text in PIECE.findall(page.partition("</head>")[2]):
        if text:
            found[-1] += ANOTHERS if kept and kept[-1][1] else html.unescape(text)
            continue
        if name and name not in IN_A_LINE:
            found.append("")
        if closing:
            while kept and kept.pop()[0] != name:
                pass
        elif name and not alone and name not in VOID:
            marked = name in ("bdi", "code", "script", "style", "textarea", "title") or re.search(r'\s(?:lang="|dir="auto")', attributes)
            kept.append((name, bool(marked) or bool(kept and kept[-1][1])))
    return [line for line in (re.sub(r"[ \n\t]+", " ", line).strip() for line in found) if line]


@cache
def ours() -> frozenset[str]:
    """What the shipped case files say in this site's own words: everything of two words and more that is no author's name."""
    texts, authors = set(), set()
    for file in (settings.BASE_DIR / "tracker/casefiles").rglob("*.csv"):
        for row in csv.DictReader(file.open(encoding="utf-8", newline="")):
            texts |= {" ".join(row[name].split()) for name in IN_ENGLISH.get(file.name, ()) if row.get(name)}
            authors |= {row[name] for name in ("author", "publisher") if row.get(name)}
    return frozenset(text for text in texts - authors if re.search(r"[A-Za-z]{2}.* .*[a-z]{2}", text))


def page_in(language: str, path: str) -> str:
    response: Any = Client(SERVER_NAME="localhost", raise_request_exception=False).get(f"/{language}{path}")
    assert response.status_code in (200, 400, 404), path
    return str(response.content.decode())


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("path", LOOKED_AT.values(), ids=LOOKED_AT)
def test_no_english_of_the_data_stands_unmarked(path: str) -> None:
    """Looked at in French, as Persian pages are written by the same templates and set apart whatever is in Latin letters."""
    whole = "\n".join(lines_of(page_in("fr", path)))
    assert not sorted(text for text in ours() if text in whole)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("path", ["/recommendations/ER-1/", "/citations/?recommendation=MQ-1", "/"])
def test_what_stands_in_the_place_of_a_name_reads_as_the_page_does(path: str) -> None:
    for language, written in (("fr", ("extrait initial", "auteur non nommé")), ("fa", ("گزیدهٔ آغازین", "نویسنده نام برده نشده است"))):
        found = page_in(language, path)
        assert any(words in found for words in written)
        assert not re.search(r">(?:opening excerpt|author not named)<", found)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("path", LOOKED_AT.values(), ids=LOOKED_AT)
def test_no_french_sign_stands_at_its_word(path: str) -> None:
    r"""Before : ; ? ! and » a no-break space, in text and in what is said to screen readers and in folded tables."""
    page = page_in("fr", path)
    said = re.findall(r'\s(?:aria-label|data-label)="([^"]*)"', page)
    for line in (*lines_of(page), *map(html.unescape, said)):
        assert not re.search(r"[^\s\u00a0\u202f:;?!(\[][:;?!»](?=[\s\ufffc]|$)", line), line
        assert not re.search(r" [:;?!»](?=[\s\ufffc]|$)", line), line


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("path", LOOKED_AT.values(), ids=LOOKED_AT)
def test_one_is_one_in_french(path: str) -> None:
    """A number one, or none, goes with the singular."""
    whole = "\n".join(lines_of(page_in("fr", path)))
    assert not re.findall(r"(?<![\w.,\u00a0\u202f–-])[01] (?:autres )?(?!dans|sans|plus|pas|fois|jours)[a-zé]{3,}s\b(?! de)[^\n]{0,30}", whole)
    assert not re.findall(r"\b(?:de au|de le|à le|du du|au au|de de)\b", whole)


def test_words_in_the_place_of_a_name_are_translated() -> None:
    from tracker.messages import sources

    assert set(names.PLACEHOLDERS) <= {message.text for message in sources.messages()}

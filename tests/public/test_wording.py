"""Readers meet a text in their language where it is translated, with who did so and how; without one, or with an overtaken one, they are told."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext

from tests import builders
from tests.conftest import copy_of, pointing_at, serving
from tests.looking import faults

TITLE, SECOND, STATEMENT = "Expulser les agents", "Expulser les officiers", "Chaque pays doit les expulser."
DECREE = "Decree of 20 March 2019 dissolving four associations"
RUPTURE, STAKE, WHY, PAPER = "Rupture des relations", "un cabinet de sécurité", "Tout le personnel est parti.", "Les complots récents"


@dataclass(frozen=True)
class Translated:
    """The case files with translations: ``first`` is the instant of the edition that brought them, another followed."""

    first: dt.datetime


@pytest.fixture(scope="module")
def translated_database(cluster: Any, casefiles_template: str, django_db_blocker: Any) -> Iterator[tuple[str, Translated]]:
    """Made once; nobody writes to it afterwards."""
    with copy_of(cluster, casefiles_template) as name:
        with django_db_blocker.unblock(), pointing_at(name):
            from tracker.models import Action, Assessment, Document, LegalStatus, Recommendation, Translation

            recommendation = Recommendation.objects.get(reference="MQ-1")
            action = Action.objects.get(key="AL-2022-SEV")
            decree = Document.objects.get(key="LEGIF-190320")
            overtaken = Recommendation.objects.get(reference="MQ-2")
            builders.translation(recommendation, "short_title", words=TITLE, kind="machine", translator="Engine 3")
            builders.translation(recommendation, "statement", words=STATEMENT, kind="official", url="https://example.org/fr", locator="p. 2")
            builders.translation(recommendation, "short_title", "fa", words="اخراج مأموران", checked_by="A reader")
            builders.translation(action, "title", words=RUPTURE)
            paper, why = Document.objects.get(key="WP-MQ"), Assessment.objects.get(key="AS-002")
            builders.translation(paper, "title", words=PAPER, kind="machine", translator="Engine 3")
            builders.translation(paper, "stake", words=STAKE)
            builders.translation(why, "rationale", words=WHY)
            reported = (
                LegalStatus.objects.filter(action__key="AL-2018-EXP")
                .first()
                .citation_uses.exclude(citation__document__language="fr")
                .first()
                .citation.document
            )
            builders.translation(reported, "title", words="Ce qui en fut dit")
            builders.translation(decree, "title", "en", words=DECREE)
            builders.translation(overtaken, "short_title", words="Fermer les centres")
            first = builders.put_out(recommendation, action, decree, overtaken, paper, why, reported).published_at
            Translation.objects.filter(words=TITLE).update(words=SECOND)
            Recommendation.objects.filter(pk=overtaken.pk).update(short_title="Close some institutions")
            builders.put_out(recommendation, overtaken, reason="a better title")
        yield name, Translated(first)


@pytest.fixture
def translated(translated_database: tuple[str, Translated], django_db_blocker: Any, settings: Any) -> Iterator[Translated]:
    """To read, in three languages."""
    name, found = translated_database
    settings.LANGUAGES = [("en", "English"), ("fr", "French"), ("fa", "Persian")]
    with django_db_blocker.unblock(), pointing_at(name):
        yield found


def in_language(path: str, language: str) -> str:
    return path if language == "en" else f"/{language}{path}"


def page(path: str, language: str = "fr", **query: str) -> str:
    response = Client(SERVER_NAME="localhost").get(in_language(path, language), query)
    assert response.status_code == 200, path
    return re.sub(r"\s+", " ", response.content.decode())


def in_words(code: str, words: str, **given: str) -> str:
    """The interface's own words in a language."""
    with translation.override(code):
        return re.sub(r"\s+", " ", escape(gettext(words) % given))


def test_a_text_stands_in_the_readers_language_with_whose_it_is(translated: Translated) -> None:
    found = page("/recommendations/MQ-1/")
    assert f"<h1>{SECOND}</h1>" in found
    assert f"<title>{SECOND} (MQ-1)" in found
    assert in_words("fr", "machine translation, unchecked") in found
    assert f"{STATEMENT} <small" in found
    assert f">{in_words('fr', 'official translation')}<" in found


def test_the_originals_stand_at_the_foot_with_who_translated_and_how(translated: Translated) -> None:
    foot = page("/recommendations/MQ-1/").split('id="h-originals"')[1]
    assert '<span lang="en" dir="auto">Expel intelligence officers</span>' in foot
    assert "Engine 3" in foot and "A translator" in foot
    for kind in ("machine translation", "official translation"):
        assert in_words("fr", kind).casefold() in foot.casefold()
    assert '<a href="https://example.org/fr" rel="noopener external">' in foot
    assert ", p. 2." in foot


def test_each_mark_leads_to_its_original(translated: Translated) -> None:
    found = page("/recommendations/MQ-1/")
    ways = set(re.findall(r'href="#(wording-[^"]+)"', found))
    assert {"wording-recommendation-MQ-1-short_title", "wording-recommendation-MQ-1-statement"} <= ways
    assert all(found.count(f'id="{way}"') == 1 for way in ways)


def test_right_to_left_words_say_their_language_and_who_read_them(translated: Translated) -> None:
    found = page("/recommendations/MQ-1/", "fa")
    assert "<h1>اخراج مأموران</h1>" in found
    assert "A translator" in found and "A reader" in found
    assert in_words("fa", "our translation") in found


def test_without_a_translation_the_original_says_its_language(translated: Translated) -> None:
    found = page("/recommendations/MQ-3/")
    assert '<h1><span lang="en" dir="auto">Blacklist MOIS- and IRGC-linked officials</span></h1>' in found
    assert f'<small class="by">{in_words("fr", "in %(language)s", language="anglais")}</small>' in found
    assert "h-originals" not in found


def test_a_translation_of_an_earlier_wording_does_not_stand_first_and_says_so(translated: Translated) -> None:
    found = page("/recommendations/MQ-2/")
    assert '<h1><span lang="en" dir="auto">Close some institutions</span></h1>' in found
    assert in_words("fr", "translation of an earlier wording") in found
    foot = found.split('id="h-originals"')[1]
    assert in_words("fr", "It was changed since it was translated. An earlier wording was:") in foot
    assert "Close sponsored institutions" in foot
    assert "Fermer les centres" in foot


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/recommendations/", SECOND),
        ("/recommendations/?q=expel", STATEMENT),
        ("/matrix/?document=WP-MQ", SECOND),
        ("/documents/WP-MQ/", SECOND),
        ("/governments/AL/", SECOND),
        ("/actions/?government=AL", RUPTURE),
        ("/actions/AL-2022-SEV/", RUPTURE),
        ("/effects/?government=AL", RUPTURE),
        ("/recommendations/MQ-5/", RUPTURE),
        ("/recommendations/MQ-1/", STAKE),
        ("/recommendations/MQ-1/AL/", STAKE),
        ("/recommendations/MQ-1/AL/", SECOND),
        ("/timeline/?recommendation=MQ-1", SECOND),
        ("/documents/WP-MQ/", STAKE),
        ("/documents/?document=WP-MQ", STAKE),
        ("/documents/WP-MQ/brief/", STAKE),
        ("/documents/WP-MQ/brief/", SECOND),
        ("/documents/WP-MQ/brief/", PAPER),
        ("/governments/AL/brief/", SECOND),
        ("/governments/AL/", PAPER),
        ("/citations/?document=WP-MQ", STAKE),
        ("/citations/?document=WP-MQ", PAPER),
        ("/compare/?government=AL&with_government=NL", SECOND),
        ("/compare/?document=WP-MQ&with_document=HAKAMIAN-2019", PAPER),
        ("/compare/?as_of=2022-09-01&with_as_of=2022-12-31", WHY),
        ("/compare/?as_of=2022-09-01&with_as_of=2022-12-31", RUPTURE),
        ("/embed/status/MQ-1/AL/", SECOND),
        ("/embed/row/MQ-1/", SECOND),
        ("/embed/chart/recommendation/MQ-1/", SECOND),
        ("/embed/chart/document/WP-MQ/", PAPER),
        ("/matrix/?document=WP-MQ", PAPER),
        ("/timeline/?recommendation=MQ-5", RUPTURE),
        ("/actions/AL-2018-EXP/", SECOND),
        ("/actions/AL-2018-EXP/", "Ce qui en fut dit"),
    ],
)
def test_lists_and_pages_show_it_with_a_mark(translated: Translated, path: str, words: str) -> None:
    found = page(path)
    assert re.search(re.escape(words) + r"\)?(?:</[a-z0-9]+>| \([^<]*\)|<p class=\"wording\">|\s)*<small class=\"by\">", found)
    assert words not in page(path, "en")


@pytest.mark.parametrize(
    ("path", "element"),
    [
        ("/map/?recommendation=MQ-1", rf">MQ-1 {SECOND}</option>"),
        ("/map/?recommendation=MQ-1", rf"<b>MQ-1 {SECOND}</b>"),
        ("/timeline/?recommendation=MQ-1", rf": {SECOND}</a>"),
        ("/timeline/?recommendation=MQ-5", rf"<title>7 septembre 2022[^<]*{RUPTURE} "),
        ("/recommendations/MQ-5/", rf"<title>7 septembre 2022[^<]*{RUPTURE} "),
        ("/recommendations/?document=WP-MQ", rf"<span>MQ-1 {SECOND}</span>"),
        ("/matrix/?document=WP-MQ&rows=governments", rf'data-of="{SECOND}"'),
        ("/embed/row/MQ-1/", rf"<title>{SECOND} \(MQ-1\)"),
        ("/share/status/MQ-1/AL/", rf"Albanie.?: {SECOND} \(MQ-1\)"),
    ],
)
def test_where_a_mark_has_no_room_the_words_stand_alone(translated: Translated, path: str, element: str) -> None:
    assert re.search(element, page(path))


def test_an_option_says_the_language_of_a_title(translated: Translated) -> None:
    found = page("/map/")
    assert '<option value="MQ-3" lang="en" dir="auto">MQ-3 Blacklist' in found
    assert re.search(r'<option value="WP-MQ"(?: selected)? lang="en" dir="auto">The Recent', found)


def test_the_title_of_a_source_stays_and_its_translation_stands_beside_it(translated: Translated) -> None:
    title = "Décret du 20 mars 2019 portant dissolution de quatre associations"
    for path in ("/documents/LEGIF-190320/", "/documents/?document=LEGIF-190320"):
        found = page(path, "en")
        assert f'<span lang="fr" dir="auto">{title}</span>' in found
        assert f'<span class="beside">({DECREE})</span> <small class="by">' in found
        assert DECREE not in page(path, "fr")


def test_a_description_of_ours_is_no_foreign_title(translated: Translated) -> None:
    """In brackets stands what we call an Arabic page, in English."""
    found = page("/documents/ALRA-220718/", "en")
    assert "<h1>[EU Council renews its list unchanged]</h1>" in found


def test_an_english_page_shows_no_translation_of_english_words(translated: Translated) -> None:
    found = page("/recommendations/MQ-1/", "en").split('id="corrections"')[0]
    assert SECOND not in found
    assert "<h1>Expel intelligence officers</h1>" in found


def asked(path: str, language: str) -> int:
    client = Client(SERVER_NAME="localhost")
    with CaptureQueriesContext(connections["public"]) as queries:
        assert client.get(in_language(path, language)).status_code == 200
    return sum('FROM "editions"."translation"' in query["sql"] for query in queries)


@pytest.mark.parametrize(
    "path",
    [
        "/", "/recommendations/", "/recommendations/MQ-1/", "/matrix/", "/governments/AL/", "/documents/", "/documents/WP-MQ/", "/actions/",
        "/actions/AL-2022-SEV/", "/effects/", "/citations/", "/timeline/", "/map/", "/recommendations/MQ-1/AL/", "/governments/AL/brief/",
        "/documents/WP-MQ/brief/", "/embed/status/MQ-1/AL/", "/embed/row/MQ-1/", "/embed/chart/document/WP-MQ/",
        "/compare/?government=AL&with_government=NL", "/compare/?document=WP-MQ&with_document=HAKAMIAN-2019", "/compare/?with_as_of=2019-06-01",
    ],
)  # fmt: skip
def test_all_translations_of_a_page_are_one_question(translated: Translated, path: str) -> None:
    assert asked(path, "fr") == 1


def test_what_the_site_said_before_is_still_said_of_that_day(translated: Translated) -> None:
    then = translated.first.isoformat()
    assert f"<h1>{TITLE}</h1>" in page("/recommendations/MQ-1/", known=then)
    assert "<h1>Fermer les centres</h1>" in page("/recommendations/MQ-2/", known=then)
    before = (translated.first - dt.timedelta(microseconds=1)).isoformat()
    assert '<h1><span lang="en" dir="auto">Expel intelligence officers</span></h1>' in page("/recommendations/MQ-1/", known=before)


def test_a_changed_translation_is_shown_as_a_correction(translated: Translated) -> None:
    lines = page("/recommendations/MQ-1/", "en").split('id="corrections"')[1]
    assert "Translation short title fr, words" in lines
    assert f"<del>{TITLE}</del>" in lines
    assert f"<ins>{SECOND}</ins>" in lines


def test_files_carry_each_translation_with_its_kind_and_translator(translated: Translated) -> None:
    client = Client(SERVER_NAME="localhost")
    rows = {row["reference"]: row["translations"] for row in client.get("/api/v1/recommendations", {"document": "WP-MQ"}).json()["results"]}
    assert [(each["text"], each["language"], each["kind"], each["translator"], each["checked_by"]) for each in rows["MQ-1"]] == [
        ("short_title", "fa", "ours", "A translator", "A reader"),
        ("short_title", "fr", "machine", "Engine 3", ""),
        ("statement", "fr", "official", "A translator", ""),
    ]
    assert [each["outdated"] for each in rows["MQ-2"]] == [True]
    assert rows["MQ-3"] == []
    lines = b"".join(client.get("/api/v1/documents.csv").streaming_content).decode()  # type: ignore[attr-defined, arg-type]
    assert f"title (en): “{DECREE}” [ours, A translator, checked by: nobody]" in lines
    earlier = client.get("/api/v1/recommendations", {"recommendation": "MQ-1", "known": translated.first.isoformat()}).json()["results"]
    assert TITLE in [each["words"] for each in earlier[0]["translations"]]


@pytest.mark.parametrize(
    ("q", "record", "mark"),
    [
        ("officiers", "recommendations/MQ-1", "machine translation, unchecked"),
        ('"chaque pays"', "recommendations/MQ-1", "official translation"),
        ("rupture", "actions/AL-2022-SEV", "our translation"),
        ("fermer", "recommendations/MQ-2", "translation of an earlier wording"),
        ("مأموران", "recommendations/MQ-1", "our translation"),
        ("dissolving associations decree", "documents/LEGIF-190320", "our translation"),
    ],
)
def test_a_translation_is_found_and_says_that_it_is_one(translated: Translated, q: str, record: str, mark: str) -> None:
    found = page("/search/", q=q)
    (hit,) = re.findall(rf'<li>\s*<p class="kicker">(?:(?!</li>).)*?<a href="/fr/{record}/".*?</li>', found, re.DOTALL)
    assert f"({in_words('fr', mark)}) :</span> <span lang=" in hit.casefold().replace(in_words("fr", mark).casefold(), in_words("fr", mark))
    whose = in_words("fr", "Translated by %(name)s", name="Engine 3" if "unchecked" in mark else "A translator")
    assert whose in hit
    assert "<mark>" in hit
    first = page("/search/", q=q, known=(translated.first - dt.timedelta(seconds=1)).isoformat())
    assert whose not in first, "before the translation came it was not found by it"


def test_a_page_of_translations_costs_one_question_more(translated: Translated) -> None:
    assert [asked(f"/search/?q={q}", "fr") for q in ("expulser", "expel", "rupture OR fermer OR expulser")] == [1, 0, 1]


def test_every_text_that_may_be_translated_is_a_column_of_its_reading_table() -> None:
    from tracker.editions.tables import READING_TABLES
    from tracker.public.translated import COLUMNS

    for table, columns in COLUMNS.items():
        assert table in READING_TABLES
        held = {field.name for field in table._meta.concrete_fields}
        assert {*columns, *(key for _kind, key, _text in columns.values())} <= held, table


@pytest.mark.parametrize("path", ["/fr/recommendations/MQ-1/", "/fa/recommendations/MQ-1/", "/fr/recommendations/MQ-2/", "/documents/LEGIF-190320/"])
def test_nobody_is_shut_out_of_a_translated_page(translated: Translated, page_of: Any, path: str) -> None:
    with serving() as site:
        page_of.goto(f"{site.url}{path}")
        assert page_of.locator("#h-originals").is_visible()
        assert faults(page_of) == []


@pytest.fixture
def page_of(new_page: Any) -> Any:
    """A page of the usual size; ``page`` is taken here."""
    return new_page()

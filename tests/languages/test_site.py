"""The site in its languages, as readers see it."""

import csv
import html
import re
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from tests.browser.test_pages import PAGES
from tracker.languages import LANGUAGES, Language, names
from tracker.messages import sources

OTHERS = [code for code in LANGUAGES if code != "en"]
PIECE = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][\w-]*)([^>]*?)(/?)>|([^<]+)", re.DOTALL)
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "rect", "line", "circle", "path", "use"}


def get(path: str, **headers: str) -> Any:
    return Client(SERVER_NAME="localhost", raise_request_exception=False, headers=headers).get(path)


def said(page: str, language: str) -> list[str]:
    """The texts of a page that are in its language, marked texts of others and code left out."""
    kept: list[tuple[str, bool]] = []
    found = []
    for closing, name, attributes, alone, text in PIECE.findall(page):
        if text and not (kept and kept[-1][1]):
            found.append(" ".join(html.unescape(text).split()))
        elif closing:
            while kept and kept.pop()[0] != name:
                pass
        elif name and not alone and name not in VOID:
            marked = re.search(r'\slang="([^"]*)"', attributes)
            foreign = marked[1] != language if marked else bool(kept and kept[-1][1])
            kept.append((name, foreign or name in ("code", "style", "script")))
    return [text for text in found if text]


@cache
def english(language: str) -> tuple[set[str], list[str]]:
    """What must not stand on a page of that language: messages and names of governments that read otherwise in it; and of these the sentences."""
    with translation.override(language):
        texts = {message.text for message in sources.messages() if "%" not in message.text and not message.context}
        other = {text for text in texts if translation.gettext(text) != text}
        governments = {name for code, name in recorded_governments() if names.government(code, name) != name}
    return other | governments, [text for text in other if len(text) > 25]


def recorded_governments() -> list[tuple[str, str]]:
    """Codes and English names of the shipped governments."""
    with (settings.BASE_DIR / "tracker/casefiles/governments/governments.csv").open(encoding="utf-8", newline="") as opened:
        return [(row["code"], row["name"]) for row in csv.DictReader(opened)]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_no_word_of_the_interface_is_left_in_english(path: str, language: str) -> None:
    response = get(f"/{language}{path}")
    page = response.content.decode()
    assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}">' in page
    assert response["Content-Language"] == language
    words, sentences = english(language)
    texts = said(page, language)
    whole = " ".join(texts)
    assert len(texts) > 3 and words and sentences
    assert not [text for text in texts if text.strip(" .:,") in words or text in words]
    assert not [sentence for sentence in sentences if sentence in whole]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("path", [path for name, path in PAGES.items() if not name.startswith("embedded")])
def test_every_page_leads_to_itself_in_the_other_languages(path: str) -> None:
    """With its filters and clocks; errors do so, too. What is framed elsewhere has no room for it."""
    written = html.escape(path)
    page = get(path).content.decode()
    assert '<span lang="en" aria-current="true">English</span>' in page
    for code, name in (("fr", "Français"), ("fa", "فارسی")):
        assert f'<a href="/{code}{written}" lang="{code}" hreflang="{code}" rel="alternate">{name}</a>' in page
        assert f'<link rel="alternate" hreflang="{code}" href="http://localhost/{code}{written}">' in page
    assert f'<link rel="alternate" hreflang="x-default" href="http://localhost{written}">' in page
    back = get(f"/fa{path}").content.decode()
    assert f'<a href="{written}" lang="en" hreflang="en" rel="alternate">English</a>' in back


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("path", ["/", "/matrix/", "/no/such/page/", "/recommendations/?status=nonsense"])
def test_the_address_alone_decides(path: str) -> None:
    plain, asked = get(path), get(path, accept_language="fa,fr;q=0.9", cookie="django_language=fr")
    assert plain.content == asked.content
    assert asked["Content-Language"] == "en"
    assert "Accept-Language" not in asked.get("Vary", "")
    assert "Cookie" not in asked.get("Vary", "")
    assert get(f"/fr{path}", accept_language="fa").headers["Content-Language"] == "fr"


@pytest.mark.usefixtures("published")
def test_programs_are_answered_in_english_at_one_address() -> None:
    bad = get("/api/v1/recommendations?status=nonsense", accept_language="fa")
    assert bad.json()["detail"].startswith("“nonsense”: status takes a status")
    assert bad["Content-Language"] == "en"
    facets = get("/api/v1/addressees", accept_language="fr").json()["facets"]
    assert {"value": "BE", "label": "Belgium"}.items() <= next(each for each in facets["government"] if each["value"] == "BE").items()
    for path in ("/fr/api/v1/recommendations", "/fa/feeds/changes.atom", "/fr/healthz"):
        assert get(path).status_code == 404


@pytest.mark.usefixtures("published")
def test_the_desk_is_in_english_at_one_address() -> None:
    for path in ("/fr/admin/", "/fa/admin/tracker/action/?q=x", "/fr/admin/login/"):
        assert get(path)["Location"] == path[3:]
    asked = get("/admin/login/", accept_language="fa,fr")
    assert asked["Content-Language"] == "en"
    assert 'lang="en' in asked.content.decode()


@pytest.mark.usefixtures("published")
def test_a_failure_speaks_the_language_of_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    from tracker.public.views import overviews

    def fail(*_args: Any) -> None:
        raise RuntimeError("tried")

    monkeypatch.setattr(overviews, "dashboard_of", fail)
    response = get("/fa/?as_of=2020-01-01")
    assert response.status_code == 500
    page = response.content.decode()
    assert "خطایی از سوی ما رخ داد" in page
    assert '<a href="/fr/?as_of=2020-01-01" lang="fr"' in page


@pytest.mark.usefixtures("published")
def test_a_host_that_is_not_ours_is_refused_without_links_that_name_it() -> None:
    response = Client(SERVER_NAME="elsewhere.example").get("/fr/")
    assert response.status_code == 400
    assert "elsewhere.example" not in response.content.decode()
    assert "L’adresse ne peut être lue" in response.content.decode()


@pytest.mark.usefixtures("published")
def test_a_translation_that_nobody_reviewed_says_so_and_one_that_somebody_did_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    french, persian, plain = (get(path).content.decode() for path in ("/fr/matrix/", "/fa/matrix/", "/matrix/"))
    assert 'personne ne l’a relue ; le texte anglais fait foi. <a href="/matrix/" hreflang="en">' in french.replace("\u202f", " ")
    assert "کسی آن را بازبینی نکرده است" in persian
    assert "unreviewed" not in plain
    assert "relu par personne" in get("/fr/methodology/").content.decode()
    monkeypatch.setitem(LANGUAGES, "fr", Language("fr", "Français", translated_by="makers", reviewed_by="Une Relectrice"))
    assert "unreviewed" not in get("/fr/matrix/").content.decode()
    assert "relu par Une Relectrice" in get("/methodology/".join(("/fr", ""))).content.decode()


@pytest.mark.usefixtures("published")
def test_numbers_and_names_are_the_languages_own() -> None:
    persian = get("/fa/governments/BE/?as_of=2023-06-01").content.decode()
    assert "<h1>بلژیک</h1>" in persian
    assert "۱ ژوئن ۲۰۲۳" in persian
    assert 'value="2023-06-01"' in persian, "what forms send stays as it is"
    assert "?as_of=2023-06-01" in persian
    french = get("/fr/recommendations/?government=BE").content.decode()
    assert "<b>Belgique</b>" in french
    assert "<dd>Anglais</dd>" in get("/fr/documents/HAKAMIAN-2019/").content.decode()
    assert "<dd>English</dd>" in get("/documents/HAKAMIAN-2019/").content.decode()


@pytest.mark.usefixtures("casefile_desk")
def test_a_challenge_is_answered_in_the_language_of_its_address() -> None:
    address = "/fr/challenge/?kind=action&key=BE-2021-JUD"
    refused = Client(SERVER_NAME="localhost").post(address, {"says": ""})
    assert "Dites ce qui est inexact" in refused.content.decode()
    taken = Client(SERVER_NAME="localhost").post(address, {"says": "La date est fausse."})
    assert taken["Location"].startswith("/fr/challenge/received/?number=")

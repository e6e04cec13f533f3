"""In what language an imported recommendation is: that of the file, unless the profile says another. Pages, search and packages say the same."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.exchange.imports.conftest import PROFILE, Received
from tracker.editorial.verbs import approve, publish, submit
from tracker.exchange.exporter import export
from tracker.exchange.imports import hand_in, receive, run_apply, run_preview
from tracker.exchange.imports.sources import pack
from tracker.models import Document, Recommendation, User

FRENCH = PROFILE.replace('language = "en"', 'language = "fr"')
STATEMENT = "Confier le contrôle des phares à une autorité indépendante."
DATA = [["1", "Canada", STATEMENT, "", "", "", ""]]


def _applied(received: Received, by: User, profile: str, data: Any = DATA) -> Recommendation:
    batch = received(data, profile=profile)
    run_preview(batch, by=by)
    run_apply(batch, by=by, reason="A test")
    return Recommendation.objects.get(reference="RV-1")


def _published(record: Recommendation) -> Client:
    documents = list(Document.objects.filter(key="REVIEW"))
    submission = submit([*documents, record], by=record.recorded_by, reason="First.")
    approve(submission, by=builders.reviewer())
    publish(submission, by=builders.reviewer())
    return Client(SERVER_NAME="localhost")


@pytest.mark.parametrize(
    ("profile", "language"),
    [
        (PROFILE, ""),
        (FRENCH, "fr"),
        (FRENCH + '[recommendation.language]\nconstant = "en"\n', "en"),
        (FRENCH.replace('statement = "Text"', 'statement = "Text"\nlanguage = "Topic"'), "fa"),
    ],
)
def test_a_recommendation_is_in_the_language_of_its_file_unless_the_profile_says_another(
    received: Received, by: User, profile: str, language: str
) -> None:
    data = [[*DATA[0][:3], "fa", "", "", ""]] if language == "fa" else DATA
    profile = profile.replace('[theme]\nname = { column = "Topic", split = ["|"] }\n', "")
    assert _applied(received, by, profile, data).language == language


def test_of_a_document_that_is_here_already_the_language_is_the_one_that_stands_here(received: Received, by: User) -> None:
    """The profile names it by its key alone."""
    builders.document("REVIEW", language="fr")
    source = PROFILE[PROFILE.index("title = ") : PROFILE.index("[recommendation]")]
    profile = PROFILE[: PROFILE.index("[assessment]")].replace(source, "\n")
    profile = profile.replace('number = "No"', 'number = "No"\nrecommended_on = { constant = "2020" }\nmade_by = { constant = "Review Body" }')
    record = _applied(received, by, profile)
    assert (record.known_from.language, record.language) == ("fr", "fr")


def test_pages_say_the_language_of_what_a_file_says(received: Received, by: User) -> None:
    client = _published(_applied(received, by, FRENCH))
    page = client.get("/recommendations/RV-1/").text
    assert f'<h1><span lang="fr" dir="auto">{STATEMENT}</span></h1>' in page
    assert re.search(r'<p class="wording"> <small class="by">in French</small> <small class="soft">\(paraphrase\)</small>', page)
    french = client.get("/fr/recommendations/RV-1/").text
    assert f'<h1><span lang="fr" dir="auto">{STATEMENT}</span></h1>' in french
    assert re.search(r'<p class="wording"> <small class="soft">\(paraphrase\)</small>', french)  # it is in the reader's language: no word of it
    for address in ("/recommendations/", "/governments/CA/", "/matrix/", "/recommendations/RV-1/CA/", "/search/?q=phares"):
        shown = client.get(address).text
        assert re.search(r'<span lang="fr" dir="auto">(<mark>)?Confier le contrôle', shown), address
    chosen = client.get("/recommendations/?recommendation=RV-1").text
    assert f'RV-1 <span lang="fr" dir="auto">{STATEMENT}</span>' in chosen


MAPPED = (
    FRENCH
    + """
[assessment.status.map]
"Refusée" = "rejected"
"""
)


def _handed_in(received: Received, by: User, profile: str, data: Any) -> Client:
    batch = received(data, profile=profile)
    run_preview(batch, by=by)
    run_apply(batch, by=by, reason="A test")
    batch.refresh_from_db()
    second = builders.reviewer()
    publish(approve(hand_in(batch, by=by, reason="Ready").submission, by=second), by=second)
    return Client(SERVER_NAME="localhost")


@pytest.mark.parametrize("path", ["/recommendations/RV-1/", "/recommendations/RV-1/CA/", "/governments/CA/", "/citations/", "/"])
def test_words_of_a_french_source_are_never_marked_as_english(received: Received, by: User, path: str) -> None:
    """Its word for the status, its own answer, its publisher: on a French page in French, on others in French or in no language."""
    profile = MAPPED.replace("Review Body", "Cour des comptes").replace('"No" = "rejected"', '"Écartée" = "rejected"')
    client = _handed_in(received, by, profile, [["1", "Canada", STATEMENT, "", "Écartée", "Refusée", "2021-03"]])
    for language in ("", "/fr", "/fa"):
        page = client.get(f"{language}{path}").text
        assert re.search("Cour des comptes|Refusée|Écartée", page), language
        for marked in re.findall(r'<\w+[^>]* lang="en"[^>]*>[^<]*', page):
            assert not re.search("Cour des comptes|Refusée|Écartée", marked), (language, marked)
    if path == "/recommendations/RV-1/CA/":
        assert '“<bdi lang="fr">Refusée</bdi>”' in client.get(path).text
        assert "“Refusée”" in client.get(f"/fr{path}").text


def test_an_answer_is_shown_as_an_answer_and_not_as_a_word_for_a_status(received: Received, by: User) -> None:
    """“Supported” is what a state said that it would do: the account that stands beside it is under consideration, which the word does not mean."""
    profile = PROFILE.replace('"Yes" = "accepted"', '"Supported" = "accepted"')
    client = _handed_in(
        received, by, profile, [["1", "Canada", STATEMENT, "", "Supported", "", ""], ["2", "Canada", "Two", "", "Supported", "implemented", ""]]
    )
    for path in ("/recommendations/RV-1/", "/recommendations/RV-1/CA/", "/governments/CA/"):
        assert "its answer: “Supported”" in client.get(path).text, path
    assert "“implemented”" in (shown := client.get("/recommendations/RV-2/CA/").text) and "its answer:" not in shown


def test_what_the_software_writes_at_import_is_said_in_the_language_of_the_page(received: Received, by: User) -> None:
    """Where a row stands, that a measure is not classified, and why a status: stored in English, as files say it."""
    client = _handed_in(received, by, MAPPED, [["1", "Canada", STATEMENT, "", "Yes", "Refusée", "2021-03"]])
    ours = ("row 2", "not classified", "gives the status as", "Given as", "Lists recommendation", "gives the answer as", "of the document stands")
    pages = ["/recommendations/RV-1/", "/recommendations/RV-1/CA/", "/governments/CA/", "/citations/"]
    english = "".join(client.get(path).text for path in pages)
    assert [text for text in ours if text not in english] == []
    for language, worded in (
        ("fr", ["ligne 2", "non classée", "donne comme statut «\u00a0Refusée\u00a0»", "Énumère la recommandation", "mai 2020"]),
        ("fa", ["سطر ۲", "دسته‌بندی‌نشده", "وضعیت را «", "را فهرست می‌کند"]),
    ):
        found = "".join(client.get(f"/{language}{path}").text for path in pages)
        assert [text for text in ours if text in found] == [], language
        plain = re.sub(r"</?bdi[^>]*>", "", found)
        assert [text for text in worded if text not in plain] == [], language


@pytest.mark.parametrize("q", ["indépendant", "autorités indépendantes", "phare"])
def test_search_reads_it_in_its_language(received: Received, by: User, q: str) -> None:
    client = _published(_applied(received, by, FRENCH))
    assert [hit.key for hit in client.get("/search/", {"q": q, "kind": "recommendation"}).context["hits"]] == ["RV-1"]


def test_a_package_keeps_it(received: Received, by: User, cluster: Any, empty_template: str, tmp_path: Path) -> None:
    from tests.conftest import copy_of, pointing_at

    _applied(received, by, FRENCH)
    export(tmp_path / "first")
    assert ",language," in (tmp_path / "first" / "recommendations.csv").read_text().splitlines()[0]
    assert ",paraphrase,fr," in (tmp_path / "first" / "recommendations.csv").read_text()
    pack(tmp_path / "first", tmp_path / "first.zip")
    with copy_of(cluster, empty_template) as name, pointing_at(name):
        from tests.exchange.imports.conftest import keeper

        person = keeper()
        batch = receive(tmp_path / "first.zip", by=person, profile="package")
        run_preview(batch, by=person)
        run_apply(batch, by=person, reason="Moved here")
        export(tmp_path / "second")
    first, second = (({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}) for name in ("first", "second"))
    assert first == second


def test_a_translation_is_into_another_language_than_the_text_has(received: Received, by: User) -> None:
    from django.core.exceptions import ValidationError

    record = _applied(received, by, FRENCH)
    with pytest.raises(ValidationError, match="in this language already"):
        builders.translation(record, "statement", "fr").full_clean()
    builders.translation(record, "short_title", "en").full_clean()

"""How a language writes names, dates, numbers and lists, and a rendered page as it prints it. No database."""

import datetime as dt
import re

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tracker.languages import LANGUAGES, dates, names
from tracker.languages.addresses import in_language, language_of
from tracker.languages.page import fitted
from tracker.languages.solar import FIRST, LAST, solar
from tracker.rules.dates import PartialDate
from tracker.templatetags import publication


@pytest.mark.parametrize(
    ("path", "language"),
    [("/", "en"), ("/fr/", "fr"), ("/fr", "fr"), ("/fa/matrix/", "fa"), ("/france/", "en"), ("/de/matrix/", "en"), ("/api/v1/fr/", "en")],
)
def test_the_first_step_of_a_path_is_its_language_or_it_is_english(path, language):
    assert language_of(path) == language


STEPS = st.lists(st.sampled_from(["matrix", "fra", "en", "AL", "x.y"]), max_size=3)


@given(STEPS.map(lambda steps: "".join(["/", *(f"{step}/" for step in steps)])), st.sampled_from(list(LANGUAGES)), st.sampled_from(list(LANGUAGES)))
def test_the_way_to_another_language_leads_back(path, first, second):
    there = in_language(path, first)
    assert language_of(there) == first
    assert in_language(in_language(there, second), first) == there


@pytest.mark.parametrize(
    ("language", "date", "words", "short"),
    [
        ("en", "2020-09-01", "1 September 2020", "1 Sep 2020"),
        ("fr", "2020-09-01", "1er septembre 2020", "1er sept. 2020"),
        ("fr", "2020-01-15", "15 janvier 2020", "15 janv. 2020"),
        ("fr", "2019-02", "février 2019", "févr. 2019"),
        ("fa", "2020-01-15", "۱۵ ژانویهٔ ۲۰۲۰", None),
        ("fa", "2019-02", "فوریهٔ ۲۰۱۹", None),
        ("fa", "2019", "۲۰۱۹", "۲۰۱۹"),
    ],
)
def test_dates_are_the_languages_own(language, date, words, short):
    with translation.override(language):
        assert dates.in_words(PartialDate(date)).replace("ژانویه ", "ژانویهٔ ").replace("فوریه ", "فوریهٔ ") == words
        if short:
            assert dates.in_words(PartialDate(date), short=True) == short
        assert f'datetime="{date}"' in publication.when(date), "programs read the same everywhere"


def test_a_persian_day_carries_the_solar_calendar_and_a_month_does_not():
    with translation.override("fa"):
        assert 'title="۲۵ دی ۱۳۹۸"' in publication.when("2020-01-15")
        assert "title" not in publication.when("2020-01")
    with translation.override("fr"):
        assert "title" not in publication.when("2020-01-15")


@pytest.mark.parametrize(
    ("day", "theirs"),
    [
        ((1979, 2, 11), (1357, 11, 22)),
        ((2009, 6, 12), (1388, 3, 22)),
        ((2017, 3, 20), (1395, 12, 30)),
        ((2020, 3, 20), (1399, 1, 1)),
        ((2021, 3, 20), (1399, 12, 30)),
        ((2021, 3, 21), (1400, 1, 1)),
        ((2025, 3, 20), (1403, 12, 30)),
        ((2026, 11, 28), (1405, 9, 7)),
    ],
)
def test_days_of_the_solar_calendar_that_everybody_knows(day, theirs):
    assert solar(dt.date(*day)) == theirs


@given(st.dates(FIRST, LAST - dt.timedelta(days=1)))
def test_the_solar_calendar_leaves_no_day_out(day):
    today, tomorrow = solar(day), solar(day + dt.timedelta(days=1))
    assert today < tomorrow
    assert tomorrow[2] in (today[2] + 1, 1)
    assert 1 <= today[1] <= 12
    assert 1 <= today[2] <= 31


def test_a_government_is_named_by_its_code_and_in_english_as_recorded():
    assert names.government("BE", "Realm of Belgium") == "Realm of Belgium"
    with translation.override("fr"):
        assert names.government("BE", "Realm of Belgium") == "Belgique"
        assert names.government("EU", "European Union") == "Union européenne"
        assert names.government("XK", "Kosovo") == "Kosovo"
        assert names.government("EU-MEMBERS", "EU member states") == "États membres de l’UE"
        assert names.government("ZZ", "Nowhere") == "Nowhere", "the CLDR's “unknown region” is nobody's name"
        assert names.government_marked("CA-QC", "Quebec <b>") == '<bdi lang="en">Quebec &lt;b&gt;</bdi>'
        assert names.government_marked("INTL", "International community") == "Communauté internationale"
    with translation.override("fa"):
        assert names.government("BE", "Belgium") == "بلژیک"


def test_names_of_the_data_are_translated_or_marked_as_english():
    with translation.override("fr"):
        assert names.translated("expulsion") == "expulsion", "the same word in French is a translation"
        assert names.translated("severance of relations") == "rupture des relations"
        assert names.translated("a kind that somebody added") == '<bdi lang="en">a kind that somebody added</bdi>'
    assert names.translated("a kind that somebody added") == "a kind that somebody added"


def test_languages_have_names():
    assert names.language_name("fr") == "French"
    assert names.language_name("no-such-language-at-all") == "no-such-language-at-all"
    with translation.override("fa"):
        assert names.language_name("en") == "انگلیسی"
    with translation.override("fr"):
        assert names.language_name("pt-BR").startswith("portugais")


def test_lists_are_joined_as_the_language_does_and_each_name_stands_apart():
    assert names.joined_marked(["A, B", "<C>"]) == "A, B; &lt;C&gt;"
    with translation.override("fa"):
        assert names.joined_marked(["A, B", "<C>"]) == "<bdi>A, B</bdi>؛ <bdi>&lt;C&gt;</bdi>"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("<p>12 توصیه, 3 سند</p>", "<p>۱۲ توصیه، ۳ سند</p>"),
        ("<!doctype html><b>5</b>", "<!doctype html><b>۵</b>"),
        ("<p>شناسهٔ MQ-1 از 2019-02-01 تا 2019</p>", "<p>شناسهٔ MQ-1 از 2019-02-01 تا ۲۰۱۹</p>"),
        ("<code>12</code> <textarea>12</textarea> <time>12</time>", "<code>12</code> <textarea>12</textarea> <time>12</time>"),
        ('<i lang="en">12 <b>of 3</b></i> <i lang="fa">12</i>', '<i lang="en">12 <b>of 3</b></i> <i lang="fa">۱۲</i>'),
        ('<a href="/x/?page=2" title="3">4</a><br>5', '<a href="/x/?page=2" title="3">۴</a><br>۵'),
        ("<td>He said no.</td>", "<td><bdi>He said no.</bdi></td>"),
        ("<p>MQ-1 · Claude Moniquet, <b>x</b></p>", "<p><bdi>MQ-1 · Claude Moniquet</bdi>، <b><bdi>x</bdi></b></p>"),
        ("<option>Albania 2</option><svg><text>Albania</text></svg>", "<option>Albania 2</option><svg><text>Albania</text></svg>"),
        ("<p>a &lt; b &amp; it&#x27;s</p>", "<p><bdi>a &lt; b &amp; it's</bdi></p>"),
        ("<p>1 &lt; 2 &amp;#39; 3</p>", "<p>۱ &lt; ۲ &amp;#۳۹؛ ۳</p>"),
    ],
)
def test_a_page_reads_as_persian_prints_it(written, printed):
    assert fitted(written, "fa") == printed


TEXT = st.text(alphabet="aZ1۲ب .,;<>&'\"", max_size=12)


@pytest.mark.parametrize("language", ["fa", "fr"])
@given(parts=st.lists(st.tuples(st.sampled_from(["p", "code", "b", "option"]), TEXT), max_size=5))
def test_fitting_changes_no_tag_and_lets_no_text_become_one(language, parts):
    from django.utils.html import escape

    page = "".join(f'<{name} title="{escape(text)}">{escape(text)}</{name}>' for name, text in parts)
    tags = re.compile(r"<[^>]*>")
    assert [tag for tag in tags.findall(fitted(page, language)) if "bdi" not in tag] == tags.findall(page)


def test_a_token_of_many_digits_is_read_at_once():
    """An address that is repeated on a page of errors may hold anything; a pattern that tries every way to part digits would never end."""
    token = "1" * 3000 + "_"
    assert fitted(f"<p>{token}</p>", "fa") == f"<p>{token}</p>"
    assert fitted("<p>1,234 12-13 (12)</p>", "fa") != "<p>1,234 12-13 (12)</p>"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("<p>Statut: rejeté; non?</p>", "<p>Statut\u00a0: rejeté\u202f; non\u202f?</p>"),
        ("<p><b>Statut</b>: <i>rejeté</i>; <a>non</a>!</p>", "<p><b>Statut</b>\u00a0: <i>rejeté</i>\u202f; <a>non</a>\u202f!</p>"),
        ("<p>Statut : rejeté\n; « oui »</p>", "<p>Statut\u00a0: rejeté\u202f; «\u00a0oui\u00a0»</p>"),
        ("<p>«oui»: non ?!</p>", "<p>«\u00a0oui\u00a0»\u00a0: non\u202f?!</p>"),
        ("<p>Statut\u00a0: non\u202f; (oui:)</p>", "<p>Statut\u00a0: non\u202f; (oui\u00a0:)</p>"),
        ("<p>12:30, https://example.org/?q=1, a;b (!) </p>", "<p>12:30, https://example.org/?q=1, a;b (!) </p>"),
        ("<li>; seul</li><td>x</td><td>: y</td>", "<li>; seul</li><td>x</td><td>: y</td>"),
        ('<p><q lang="fr">Non: rien; quoi?</q>: <bdi>A; B</bdi></p>', '<p><q lang="fr">Non: rien; quoi?</q>\u00a0: <bdi>A; B</bdi></p>'),
        ('<p><span lang="en">Why: <b>x</b>: y</span></p>', '<p><span lang="en">Why: <b>x</b>: y</span></p>'),
        ('<p><span dir="auto">Why: this</span>; <code>a: b</code></p>', '<p><span dir="auto">Why: this</span>\u202f; <code>a: b</code></p>'),
        ('<a title="a: b">c</a><textarea>a: b</textarea>', '<a title="a: b">c</a><textarea>a: b</textarea>'),
        ('<html lang="fr"><p>a &lt; b: c</p></html>', '<html lang="fr"><p>a &lt; b\u00a0: c</p></html>'),
    ],
)
def test_a_page_reads_as_french_prints_it(written, printed):
    assert fitted(written, "fr") == printed
    assert fitted(printed, "fr") == printed, "and stays so"

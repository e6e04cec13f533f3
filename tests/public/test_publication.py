"""The template tags: words with shapes, dates in words, addresses that keep the clocks."""

import datetime as dt
import html
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from tracker.public.clocks import Clocks
from tracker.public.summaries.counts import distribution
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import Direction, Status, Tone
from tracker.templatetags import publication

TODAY = dt.date(2026, 11, 21)
NOW = Clocks(as_of=TODAY, known=None, today=TODAY)
PAST = Clocks(as_of=dt.date(2019, 6, 1), known=None, today=TODAY)
SHEET = Path(settings.BASE_DIR, "tracker/static/tracker/site.css").read_text(encoding="utf-8")
SPRITE = Path(settings.BASE_DIR, "tracker/templates/tracker/parts/symbols.svg").read_text(encoding="utf-8")


def render(source: str, address: str = "/recommendations/", **context: object) -> str:
    request = RequestFactory().get(address)
    return Template("{% load publication %}" + source).render(Context({"request": request, "clocks": NOW, **context})).strip()


def address(source: str, *args: str, **context: object) -> str:
    """The address that a tag writes into an attribute."""
    return html.unescape(render(source, *args, **context))


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2020-01-15", "15 January 2020"),
        ("2019-02", "February 2019"),
        ("2019", "2019"),
        (PartialDate("2019-02"), "February 2019"),
        (dt.date(2020, 1, 5), "5 January 2020"),
        (dt.datetime(2020, 1, 5, 23, 59, tzinfo=dt.UTC), "5 January 2020"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_date_reads_as_people_write_it_and_no_more_exactly_than_it_is_known(date, words):
    assert publication.in_words(date) == words
    assert re.sub("<[^>]+>", "", publication.when(date)) == words


def test_a_date_carries_its_machine_form():
    assert publication.when("2019-02") == '<time datetime="2019-02">February 2019</time>'
    assert publication.when_short("2020-01-15") == '<time datetime="2020-01-15">15 Jan 2020</time>'


@pytest.mark.parametrize("status", Status)
def test_a_status_is_word_shape_and_colour(status):
    shown = publication.status(status)
    assert status.label in shown
    assert f'href="#{status.shape}"' in shown
    assert f"tone-{status.tone}" in shown
    assert f'<symbol id="{status.shape}"' in SPRITE
    assert status.label in publication.status(status.value, bare=True), "the word stays for screen readers"


def test_no_two_statuses_share_a_shape():
    assert len({status.shape for status in Status}) == len(Status)


@pytest.mark.parametrize("tone", Tone)
def test_each_tone_has_its_colour_in_light_and_dark(tone):
    assert re.search(rf"--{tone}: light-dark\(#\w{{6}}, #\w{{6}}\)", SHEET)
    assert f".tone-{tone} " in SHEET
    assert f".fill-{tone} " in SHEET


@pytest.mark.parametrize("direction", Direction)
def test_an_effect_is_word_and_shape(direction):
    shape, tone = publication.effect_mark(direction)
    assert f'<symbol id="{shape}"' in SPRITE
    assert tone in list(Tone)
    assert direction.label in publication.effect(direction)


def test_a_reversal_is_unmistakable_and_takes_its_sign():
    assert "reverses" in publication.effect(None, -1)
    assert publication.effect_mark(None, -1) == ("turn", "contrary")
    assert publication.effect_mark(None, 1) == ("turn", "partly")


def test_order_in_time_in_words():
    assert publication.in_time("yes", True) == "already in place"
    assert publication.in_time("yes", False) == "earlier"
    assert publication.in_time("unknown", False) == "order unknown"


def test_addresses_keep_the_clocks():
    assert address('{% to "government" "AL" %}') == "/governments/AL/"
    assert address('{% to "government" "AL" %}', clocks=PAST) == "/governments/AL/?as_of=2019-06-01"
    assert address('{% to "matrix" status="implemented" government=codes %}', codes=["AL", "BE"], clocks=PAST) == (
        "/matrix/?as_of=2019-06-01&status=implemented&government=AL&government=BE"
    )


def test_a_page_of_an_error_has_no_clocks_and_still_links():
    assert address('{% to "dashboard" %}', clocks=None) == "/"


def test_changing_a_filter_keeps_the_others_and_starts_the_pages_again():
    page = "/recommendations/?status=implemented&status=rejected&as_of=2020-01-01&page=3"
    assert address("{% here page=2 %}", page) == "?status=implemented&status=rejected&as_of=2020-01-01&page=2"
    assert address("{% here status=None %}", page) == "?as_of=2020-01-01"
    assert address("{% here status=None as_of=None %}", page) == "/recommendations/"
    assert address('{% only "status" "no_action" %}', page) == "?as_of=2020-01-01&status=no_action"


def test_a_form_carries_the_rest_of_the_address_safely():
    fields = render('{% kept_fields "as_of" "known" %}', '/?q="><script>&status=rejected&as_of=2020-01-01&page=2')
    assert '<input type="hidden" name="status" value="rejected">' in fields
    assert "as_of" not in fields
    assert "page" not in fields
    assert "<script>" not in fields


def test_a_distribution_in_words_has_its_denominator():
    counts = distribution({"implemented": 3, "no_evidence": 1})
    assert publication.counts_in_words(counts) == "implemented 3, no evidence found 1, of 4 counted"
    assert {item.status for item in publication.honest_negatives(counts)} == {Status.NOT_ASSESSED, Status.NO_EVIDENCE, Status.NO_ACTION}
    both = [*publication.shown(counts), *publication.honest_negatives(counts)]
    assert {item.status for item in both} == set(Status)


def test_the_sheet_is_logical_and_self_contained():
    physical = re.findall(r"[\s;{](?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|width|height)\s*:", SHEET)
    assert not physical, "logical properties only, for right-to-left pages"
    assert "url(" not in SHEET
    assert "@import" not in SHEET


def test_no_template_styles_or_scripts_inline():
    templates = [path for path in Path(settings.BASE_DIR, "tracker/templates").rglob("*") if path.is_file() and "admin" not in path.parts]
    assert len(templates) > 50
    for path in templates:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|<[^>{]*\son\w+=", source), path


@pytest.mark.parametrize("name", ["400.html", "404.html", "500.html"])
def test_an_error_page_needs_nothing(name):
    """Django gives the page of a failure neither a request nor a context."""
    page = render_to_string(name)
    assert "<h1>" in page
    assert 'href="/"' in page

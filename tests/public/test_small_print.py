"""What a reader's eye stumbles over: points after a space, marks that a browser cannot place, the same line twice."""

import re
from html import unescape

import pytest
from django.test import Client

DRAWN = ("/", "/timeline/?recommendation=ER-1", "/recommendations/MQ-1/AL/", "/map/", "/documents/WP-MQ/brief/", "/embed/chart/document/WP-MQ/")
LENGTHS = re.compile(r'\s(x|y|x1|x2|y1|y2|dx|dy|width|height|cx|cy|r)="([^"]*)"')


def page(path: str) -> str:
    response = Client(SERVER_NAME="localhost").get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def said(html: str) -> str:
    """The words of the page's main element as they are read: without the tags, and without anything in their places."""
    main = re.search(r"<main.*</main>", html, re.DOTALL)
    assert main
    return re.sub(r"\s+", " ", unescape(re.sub(r"<(?:title|svg|style).*?</(?:title|svg|style)>|<[^>]+>", "", main[0], flags=re.DOTALL)))


@pytest.mark.parametrize("language", ["", "/fr", "/fa"], ids=["en", "fr", "fa"])
@pytest.mark.parametrize("path", DRAWN)
def test_lengths_in_a_drawing_are_numbers_in_every_language(published: str, path: str, language: str) -> None:
    """French writes half a pixel with a comma, which no browser reads."""
    drawings = re.findall(r"<(?:svg|rect|line|circle|use|text|path|g)\b[^>]*>", page(f"{language}{path}"))
    lengths = [length for tag in drawings for length in LENGTHS.findall(tag)]
    assert lengths
    assert not [length for length in lengths if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(%|em|rem|px)?", length[1])]


@pytest.mark.parametrize("path", ["/recommendations/MQ-1/AL/", "/recommendations/MQ-1/", "/actions/", "/governments/BE/", "/effects/"])
def test_nothing_stands_between_a_word_and_its_full_stop(published: str, path: str) -> None:
    assert not re.findall(r".{30} [.,](?: .{20})", said(page(path)))


def test_a_source_is_described_in_sentences(published: str) -> None:
    words = said(page("/recommendations/MQ-1/AL/"))
    assert re.search(r"Made in: The Recent Iranian Terrorist Plots in Europe, .*?\)\. Known from: .*?\), ¶17\. Single source\.", words)
    assert "Press. Corroborated." in words and "corroborated. Quotation" not in words


def test_two_versions_of_one_cell_are_told_apart(published: str) -> None:
    """What this site said of Albania were two assessments, published together for one reason."""
    section = page("/recommendations/MQ-1/AL/").split('id="h-said"')[1].split("</section>")[0]
    lines = [said(f"<main>{line}</main>") for line in section.split("<li>")[1:]]
    assert len(lines) == 2
    assert len(set(lines)) == 2
    assert all("(shipped with the software, not reviewed here)" in line for line in lines)


def test_a_lane_without_a_status_says_why(published: str) -> None:
    lanes = page("/timeline/?recommendation=MQ-1").split('<section class="tl')[1:]
    [group] = [lane for lane in lanes if "International community" in lane]
    assert "Shown, not counted: it has no status of its own." in said(f"<main>{group}</main>")
    assert sum("Shown, not counted" in lane for lane in lanes) == 1


def test_a_body_that_publishes_its_own_words_is_named_once(published: str) -> None:
    own = page("/documents/?q=%22AFN+Bulletin%22").split('<ol class="rows">')[1].split("</ol>")[0]
    assert said(f"<main>{own}</main>").count("Assembly of First Nations") == 1


def test_the_methodology_says_what_is_on_it(published: str) -> None:
    """Ten thousand pixels are not searched by scrolling."""
    html = page("/methodology/")
    contents = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', html.split('aria-label="On this page"')[1].split("</nav>")[0])
    assert contents == re.findall(r'<h2 id="([^"]+)">([^<]+)</h2>', html)


def test_nothing_is_listed_where_a_status_rests_on_no_action(published: str) -> None:
    """A status of a past day may share a source with actions that bear on other recommendations, and rest on none itself."""
    day = "2022-12-31"
    cells = Client().get("/api/v1/addressees", {"as_of": day}).json()["results"]
    pages = [said(page(f"/recommendations/{cell['recommendation']}/{cell['government']}/?as_of={day}")) for cell in cells]
    assert not [words for words in pages if "rests on 0 actions" in words]
    assert any("It rests on no action that is on record here. It shares a source with actions" in words for words in pages)


def test_citations_stand_in_the_order_of_what_they_do(published: str) -> None:
    """What supports a record before what disputes it, and what gives context last, on pages as in files."""
    uses = Client().get("/api/v1/citations").json()["results"]
    stances: dict[tuple[str, str], list[str]] = {}
    for use in uses:
        stances.setdefault((use["record_kind"], use["record_key"]), []).append(use["stance"])
    assert any(len(set(found)) > 1 for found in stances.values())
    assert all(found == sorted(found, key=("supports", "disputes", "context").index) for found in stances.values())


@pytest.mark.parametrize("path", ["/changes/", "/corrections/"])
def test_a_log_says_which_of_the_two_days_it_follows(published: str, path: str) -> None:
    for query in ("", "?as_of=2019-06-01", "?known=edition-1"):
        assert "Of the two days above, this page follows the one of what the site said" in said(page(path + query))

"""What a reader's eye stumbles over: points after a space, marks that a browser cannot place, the same line twice."""

import re
from html import unescape

import pytest
from django.test import Client

from tests import builders
from tracker.rules.shortening import first_words

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


LONG = " ".join(f"By the end of year {number} the government should have closed the office, and have said why." for number in range(50))


@pytest.fixture
def titled(desk: str) -> dict[str, str]:
    """Recommendations of which an import took the title from their first words, and one that has a title of its own. With their statements."""
    source = builders.document("DOC")
    statements = {"CUT": LONG.strip(), "SHORT": "Recall the envoy & report.", "OWN": f"They say: {LONG.strip()}"}
    records = [
        builders.recommendation("CUT", source, short_title=first_words(LONG, 200), statement=statements["CUT"]),
        builders.recommendation("SHORT", source, short_title=statements["SHORT"], statement=statements["SHORT"], statement_form="verbatim"),
        builders.recommendation("OWN", source, short_title="Close the office", statement=statements["OWN"]),
    ]
    builders.put_out(source, *records)
    return statements


def test_the_list_shows_first_words_and_none_of_them_twice(titled: dict[str, str]) -> None:
    rows = {key: said(f"<main>{row}</main>") for row in page("/recommendations/").split('<p class="kicker">')[1:] for key in [row.split(" ")[0]]}
    title = first_words(LONG, 200)
    cut = rows["CUT"]
    assert cut.count(title) == 1 and cut.count(title.removesuffix("…")) == 1
    goes_on = titled["CUT"].removeprefix(title.removesuffix("…")).strip()
    assert first_words(f"… {goes_on}", 300) in cut
    assert rows["SHORT"].count("Recall the envoy & report.") == 1
    assert "Close the office" in rows["OWN"] and first_words(titled["OWN"], 300) in rows["OWN"]
    assert not [key for key, row in rows.items() if "By the end of year 9" in row], "a statement stands whole on its own page"


@pytest.mark.parametrize("key", ["CUT", "SHORT", "OWN"])
def test_the_page_has_the_whole_statement_and_none_of_it_twice(titled: dict[str, str], key: str) -> None:
    head = page(f"/recommendations/{key}/").partition("<main")[2].partition('<dl class="facts">')[0]
    seen = said("<main" + re.sub(r'<h1 class="hush">.*?</h1>', "", head) + "</main>")
    assert seen.count(titled[key]) == seen.count(titled[key][:40]) == 1
    assert ("Close the office" in seen) is (key == "OWN")
    assert ("<q>" in head and "(verbatim)" in seen) is (key == "SHORT")
    # A title that was cut off the statement still names the page for those who go from heading to heading.
    (heading,) = re.findall(r"<h1\b[^>]*>(.*?)</h1>", head)
    assert unescape(re.sub(r"<[^>]+>", "", heading)) == {"CUT": first_words(LONG, 200), "SHORT": titled["SHORT"], "OWN": "Close the office"}[key]

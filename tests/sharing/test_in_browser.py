"""In Chromium: frames on another site, and what comes out of the printer."""

import io
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pypdf
import pytest

from tests import builders
from tests.conftest import Site

pytestmark = pytest.mark.browser

A4 = (595, 842)
"""Points."""
LONG = "A matter of many words that nobody would shorten "


def printed(page: Any, address: str) -> pypdf.PdfReader:
    page.goto(address)
    return pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=False)))


def text(reader: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@contextmanager
def another_site(body: str) -> Iterator[str]:
    """A server of somebody else's, with one page."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Elsewhere</title>{body}".encode())

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_another_site_shows_an_embed_and_nothing_else_of_ours(site: Site, new_page: Callable[..., Any]) -> None:
    """And a link in it opens the evidence in the whole window."""
    page = new_page(viewport={"width": 500, "height": 900})
    frames = "".join(
        f'<iframe src="{site}{path}" width="400" height="400"></iframe>' for path in ("/embed/status/MQ-1/AL/", "/recommendations/MQ-1/")
    )
    with another_site(frames) as elsewhere:
        page.goto(elsewhere)
        embed = page.frame_locator("iframe").first
        embed.get_by_role("heading", name="Expel intelligence officers").wait_for()
        assert page.frame_locator("iframe").nth(1).get_by_role("heading", name="Expel intelligence officers").count() == 0, "refused by its policy"
        embed.get_by_role("link", name="The evidence, for and against").click()
        page.wait_for_url(f"{site}/recommendations/MQ-1/#AL")


@pytest.mark.parametrize("path", ["/embed/status/ER-1/BE/", "/embed/row/MQ-1/", "/embed/chart/document/WP-MQ/"])
def test_an_embed_holds_at_240_px_both_ways(site: Site, new_page: Callable[..., Any], path: str) -> None:
    page = new_page(viewport={"width": 240, "height": 500})
    page.goto(f"{site}{path}")
    for direction in ("ltr", "rtl"):
        page.evaluate("direction => document.documentElement.dir = direction", direction)
        assert page.evaluate("document.documentElement.scrollWidth") <= 240


def test_a_brief_is_one_page_of_a4(site: Site, page: Any) -> None:
    """Of every government with counted addressees, and of every document that recommends something; the other way round, too."""
    page.goto(f"{site}/governments/")
    found = set(page.evaluate("[...document.querySelectorAll('main a[href^=\"/governments/\"]')].map(each => each.getAttribute('href'))"))
    page.goto(f"{site}/")
    links = "main a[href^='/documents/']:not([href*='?'])"
    found |= set(page.evaluate("links => [...document.querySelectorAll(links)].map(each => each.getAttribute('href'))", links))
    largest = ["/governments/CA/", "/governments/US/", "/documents/WP-MQ/"]
    assert set(largest) <= found
    for path in [*largest, *sorted(found - set(largest))[:6]]:
        sheet = printed(page, f"{site}{path}brief/")
        assert len(sheet.pages) == 1, path
        assert tuple(round(float(side)) for side in sheet.pages[0].mediabox[2:]) == A4
        assert "known=edition-2" in text(sheet)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert len(pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages) == 1


def test_a_brief_stays_one_page_whatever_its_texts(desk: str, new_page: Callable[..., Any]) -> None:
    """The longest titles, stakes and attributions that the records take: what does not fit is counted, with where it stands."""
    from tests.conftest import serving

    many = (LONG * 12)[:290]
    paper = builders.document(
        "LONG", kind="white_paper", interest="advocacy", title=(LONG * 12)[:490], author=many, publisher=many, stake=(LONG * 12)[:490]
    )
    put = [paper]
    for number in range(12):
        made_by = f"{number} {many}"[:290]
        record = builders.recommendation(f"LONG-{number}", paper, to=("AL", "BE", "DK"), short_title=f"{number} {LONG * 4}"[:190], made_by=made_by)
        for code, status in (("AL", "implemented"), ("BE", "contrary_action"), ("DK", "implemented")):
            verdict = builders.assessment(f"AS-{number}-{code}", record, code=code, status=status, effective_on="2020-05-05")
            builders.cite(verdict, builders.citation(paper, f"EV-{number}-{code}"))
            put.append(verdict)
        put.append(record)
    builders.put_out(*put)
    with serving() as site:
        for path in ("/documents/LONG/brief/", "/governments/BE/brief/"):
            sheet = printed(new_page(), f"{site}{path}")
            assert len(sheet.pages) == 1, path
            assert "more: see the address below" in text(sheet)
            assert "claimed by" in text(sheet), path


def test_paper_is_a_report_of_the_page(site: Site, page: Any) -> None:
    report = printed(page, f"{site}/recommendations/ER-1/?as_of=2023-06-01")
    said = text(report)
    assert len(report.pages) > 2
    first = " ".join(report.pages[0].extract_text().split())
    for words in (
        "Policy-recommendation tracker",
        "as of 1 June 2023",
        "edition 2",
        "/recommendations/ER-1/?as_of=2023-06-01&known=edition-2",
        f"1 / {len(report.pages)}",
    ):
        assert words in first, words
    assert "It is the verdict of" in said, "the reasons are opened"
    assert "(https://www.ruetir.com" in said, "sources say where they are"
    for control in ("Change the days", "Skip to the content", "Exactly these rows", "Something wrong here?"):
        assert control not in said
    assert "The same as a table" in said


def test_the_matrix_is_printed_on_its_side_and_no_word_is_cut(site: Site, page: Any) -> None:
    sheet = printed(page, f"{site}/matrix/")
    assert all(float(one.mediabox.width) > float(one.mediabox.height) for one in sheet.pages)
    said = text(sheet)
    for word in ("implemented", "evidence", "consideration", "Netherlands"):
        assert word in said


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("rows=governments", ("Commissioner", "Reconciliation", "Indigenous", "implemented", "consideration")),
        ("group=EU-MEMBERS&as_of=2019-02-28&denominator=members", ("Luxembourg", "Netherlands", "evidence")),
    ],
)
def test_a_matrix_of_many_columns_has_paper_wide_enough_for_its_words(site: Site, page: Any, query: str, words: tuple[str, ...]) -> None:
    """Twenty columns on A4 would break them anywhere; what stands in one cell keeps clear of the next."""
    sheet = printed(page, f"{site}/matrix/?{query}")
    assert {round(float(one.mediabox.width)) for one in sheet.pages} == {1191}
    said = unicodedata.normalize("NFKC", text(sheet))
    assert [word for word in words if word not in said] == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1512, "height": 900})
    beyond = """() => [...document.querySelectorAll(".matrix :is(th, td)")]
        .filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.innerText)"""
    assert page.evaluate(beyond) == []


def test_a_table_keeps_its_columns_on_paper(site: Site, page: Any) -> None:
    """Paper is narrow in pixels; what becomes blocks on a telephone does not there."""
    page.set_viewport_size({"width": 690, "height": 1000})
    page.goto(f"{site}/governments/BE/")
    page.emulate_media(media="print")
    assert page.locator("table.folds thead").first.is_visible()
    assert page.locator("table.folds td").first.evaluate("cell => getComputedStyle(cell).display") == "table-cell"
    assert page.locator(".paper").is_visible()
    page.emulate_media(media="screen")
    assert not page.locator(".paper").is_visible()


def test_paper_wastes_no_sheet_and_prints_no_controls(site: Site, page: Any) -> None:
    """The foot of a short page stands below it; a button, or the title of a form that is not printed, stands nowhere."""
    for path in ("/recommendations/MQ-1/AL/?as_of=2018-01-01", "/corrections/", "/challenge/?kind=action&key=BE-2021-JUD"):
        assert len(printed(page, f"{site}{path}").pages) == 1, path
    for path, control in (
        ("/map/", "Choose what is shown"),
        ("/timeline/", "Choose what is shown"),
        ("/challenge/?kind=action&key=BE-2021-JUD", "Send"),
        ("/recommendations/", "How statuses are decided"),
    ):
        assert control not in text(printed(page, f"{site}{path}")), path


def test_paper_says_how_many_rows_there_are_and_which_page_of_them_it_is(site: Site, page: Any) -> None:
    said = text(printed(page, f"{site}/documents/"))
    assert "215 documents" in said
    assert "Page 1 of 5" in said
    assert "Next page" not in said


def last_line(sheet: pypdf.PageObject) -> str:
    """What stands at the foot of a sheet, above its number; letters that the printer joined are parted."""
    lines = [line for line in sheet.extract_text().splitlines() if line.strip()]
    return unicodedata.normalize("NFKC", " ".join(lines[-1].split()))


def test_on_paper_nothing_is_parted_from_its_heading(site: Site, page: Any) -> None:
    """What a list says above a title, the name of a group of actions and a word that is explained never end a sheet; no number is cut."""
    above = {"/actions/": ".kicker", "/documents/": ".kicker", "/recommendations/MQ-1/AL/": "tr.apart", "/methodology/": ".glossary dt"}
    for path, selector in above.items():
        sheets = printed(page, f"{site}{path}").pages
        headings = {" ".join(words.split()) for words in page.locator(selector).all_text_contents()}
        assert headings
        assert not headings & {last_line(sheet) for sheet in sheets}, path
    overhang = """() => [...document.querySelectorAll("ol.rules, ol.ladder")].map(list => {
        const pen = document.createElement("canvas").getContext("2d");
        pen.font = getComputedStyle(list).font;
        return parseFloat(getComputedStyle(list).paddingInlineStart) - pen.measureText(`${list.children.length}. `).width;
    })"""
    assert min(page.evaluate(overhang)) >= 0, "a number of two digits stands within the sheet"

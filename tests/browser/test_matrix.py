"""The matrix in a real browser: evidence opened in place and without scripts, by keyboard, on a phone, on paper, and at 500 × 60."""

import gzip
import re
from collections.abc import Callable, Iterator
from typing import Any

import pypdf
import pytest

from tests.conftest import copy_of, pointing_at, serving
from tests.looking import BEST, faults
from tests.public import large

pytestmark = pytest.mark.browser

ALBANIA = "td > a[href*='/recommendations/MQ-1/AL/']"
NewPage = Callable[..., Any]


@pytest.fixture(scope="module")
def large_matrix(cluster: Any, empty_template: str, django_db_blocker: Any) -> Iterator[str]:
    """A site with 500 recommendations to 60 governments."""
    with copy_of(cluster, empty_template) as name:
        with cluster.connect(database=name) as superuser:
            large.write(superuser, recommendations=500, governments=60)
        with django_db_blocker.unblock(), pointing_at(name), serving() as running:
            yield str(running)


def test_a_cell_opens_its_evidence_in_place(site: Any, page: Any) -> None:
    page.goto(f"{site}/matrix/?document=WP-MQ&as_of=2023-05-26")
    cell = page.locator(ALBANIA)
    cell.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", name="Albania: Expel intelligence officers").wait_for()
    page.get_by_role("dialog", name="Albania: Expel intelligence officers", exact=True).wait_for()
    dialog.get_by_role("link", name="Open as a page: Albania: Expel intelligence officers").wait_for()
    assert "/matrix/" in page.url, "the page stays where it is"
    assert dialog.locator(".evidence li").count() > 2
    assert not faults(page, part="dialog", rules=BEST, looks=((1280, "light"), (320, "light"), (1280, "dark")))
    earlier = dialog.get_by_role("link", name="15 January 2020", exact=True).first.evaluate("link => link.href")
    assert "/recommendations/MQ-1/AL/?" in earlier, "its links lead where they lead on its own page"
    assert dialog.get_by_role("link", name="Open as a page").evaluate("link => link.href").endswith("/recommendations/MQ-1/AL/?as_of=2023-05-26")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert cell.evaluate("cell => cell === document.activeElement"), "the focus comes back to the cell"


def test_without_scripts_a_cell_is_a_page_of_its_own(site: Any, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{site}/matrix/?document=WP-MQ")
    page.locator(ALBANIA).click()
    assert "/recommendations/MQ-1/AL/" in page.url
    page.locator(".chain .evidence li").first.wait_for()
    page.go_back()
    page.get_by_text("Group, sort and turn the matrix").click()
    page.get_by_label("Recommendations stand under").select_option("measure")
    page.get_by_label("EU member states").check()
    page.get_by_label("Members on the day").fill("2019-02-01")
    page.get_by_label("Which members").select_option("members")
    page.get_by_role("button", name="Show it so").click()
    page.get_by_text("On 1 February 2019 the group had 28 members").wait_for()
    page.get_by_role("link", name="27 members").click()
    page.get_by_text("27 members; 7 of them are addressees here").wait_for()
    assert "by=measure" in page.url


def test_arrows_go_from_cell_to_cell(site: Any, page: Any) -> None:
    page.goto(f"{site}/matrix/?document=WP-MQ")
    page.locator(ALBANIA).focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/recommendations/MQ-1/AU/"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/recommendations/MQ-3/AU/", "past the cell that is empty"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/recommendations/MQ-3/AU/", "there is none before it"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("address", ["/matrix/", "/matrix/?rows=governments"])
def test_headings_stay_in_sight(site: Any, new_page: NewPage, address: str) -> None:
    page = new_page(viewport={"width": 768, "height": 700})
    page.goto(f"{site}{address}")
    page.locator(".matrix-scroll").evaluate("region => region.scrollTo(400, 300)")
    region, head = page.locator(".matrix-scroll").bounding_box(), page.locator(".matrix thead th").first.bounding_box()
    assert abs(head["x"] - region["x"]) < 2
    assert abs(head["y"] - region["y"]) < 3
    first = page.locator(".matrix tbody tr:not(.group) th").first.bounding_box()
    assert abs(first["x"] - region["x"]) < 2


@pytest.mark.parametrize("address", ["/matrix/", "/matrix/?rows=governments&by=measure"], ids=["recommendations", "turned"])
def test_no_column_moves_while_the_rest_of_the_table_arrives(site: Any, new_page: NewPage, address: str) -> None:
    """A long table arrives in parts, and who reads its first rows must not lose the column: all are as wide without the later rows."""
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{site}{address}")
    widths = "[...document.querySelectorAll('.matrix thead tr:last-child th')].map(cell => cell.getBoundingClientRect().width)"
    whole = page.evaluate(widths)
    page.evaluate("[...document.querySelectorAll('.matrix tbody tr')].slice(1).forEach(row => row.remove())")
    assert page.evaluate(widths) == whole


def test_on_a_phone_each_recommendation_shows_its_governments_below_it(site: Any, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{site}/matrix/?document=WP-MQ")
    cell = page.locator(ALBANIA)
    box = cell.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert page.locator(".matrix td.no").first.is_hidden(), "no empty columns"
    name = cell.evaluate("cell => getComputedStyle(cell.parentElement, '::before').content")
    assert name == '"Albania"'
    assert page.evaluate("document.querySelector('.matrix-scroll').scrollWidth <= document.querySelector('.matrix-scroll').clientWidth")


def test_on_paper_it_lies_across_with_its_headings_on_every_sheet(site: Any, page: Any, tmp_path: Any) -> None:
    page.goto(f"{site}/matrix/")
    page.pdf(path=tmp_path / "matrix.pdf", prefer_css_page_size=True)
    sheets = [sheet for sheet in pypdf.PdfReader(tmp_path / "matrix.pdf").pages if sheet.mediabox.width > sheet.mediabox.height]
    texts = [sheet.extract_text() for sheet in sheets]
    with_rows = [text for text in texts if re.search(r"\b(?:MQ|ER|EN|BA|TRC|GTI)-\w", text)]
    assert len(with_rows) > 1
    for text in with_rows:
        assert "Denmark" in text, "its headings on every sheet of the table"


def test_at_500_by_60_it_is_light_and_nobody_is_shut_out(large_matrix: str, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    weight: list[int] = []
    page.on("response", lambda response: weight.append(len(gzip.compress(response.body()))))
    page.goto(f"{large_matrix}/matrix/", wait_until="networkidle")
    assert sum(weight) < 100_000
    assert not faults(page, rules=BEST, looks=((1280, "light"), (320, "light")))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".matrix-scroll").evaluate("region => region.scrollTo(900, 900)")
    region, head = page.locator(".matrix-scroll").bounding_box(), page.locator(".matrix thead th").first.bounding_box()
    assert abs(head["y"] - region["y"]) < 3
    page.get_by_role("link", name="On to governments 21–40").first.click()
    page.get_by_text("Recommendations 1–40 of 500, governments 21–40 of 60").first.wait_for()

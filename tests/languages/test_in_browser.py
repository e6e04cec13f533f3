"""Pages in French and Persian in a real browser: nobody shut out, nothing wider than the screen, and set from right to left where the language is."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.browser.test_pages import PAGES, WIDTHS, opened
from tests.looking import BEST, faults

pytestmark = pytest.mark.browser

NewPage = Callable[..., Any]
IN_PERSIAN = (
    ("dashboard",),
    ("recommendation with a reversal",),
    ("matrix of one document", "cell of the matrix"),
    ("timeline of a recommendation", "map of a recommendation"),
    ("compare governments", "government"),
    ("search", "challenge"),
    ("brief of a government", "embedded status"),
)
IN_FRENCH = (("recommendations filtered", "not yet there"), ("compare, to choose", "citations"), ("html to embed", "methodology"))
LOOKED_AT = [(code, names) for code, each in (("fa", IN_PERSIAN), ("fr", IN_FRENCH)) for names in each]
"""Pages looked at together. Every style sheet is among them, so that each layout is seen in one of the languages."""


@pytest.mark.parametrize(("code", "names"), LOOKED_AT, ids=lambda value: value if isinstance(value, str) else value[0])
def test_nobody_is_shut_out_in_another_language(site: Any, new_page: NewPage, code: str, names: tuple[str, ...]) -> None:
    """Axe finds nothing in light and dark, and no width makes the page scroll sideways: French words are longer, Persian ones higher."""
    found = []
    for name in names:
        page = opened(new_page(), f"{site}/{code}{PAGES[name]}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{name}: {wider} px too wide at {width} px"
        found += [f"{name}: {fault}" for fault in faults(page, rules=BEST)]
    assert not found, "\n".join(found)


def test_every_layout_is_looked_at_in_one_of_the_languages(published: str) -> None:
    """By the style sheets that there are: one that is added for a new kind of page is to be looked at as well."""
    there = {path.name for path in (settings.BASE_DIR / "tracker" / "static" / "tracker").glob("*.css")} - {"admin.css", "print.css"}
    asked = {PAGES[name] for _code, names in LOOKED_AT for name in names}
    linked = {
        sheet for path in asked for sheet in re.findall(r"/([a-z]+)(?:\.[0-9a-f]+)?\.css", Client(SERVER_NAME="localhost").get(path).content.decode())
    }
    assert there <= {f"{name}.css" for name in linked}


def test_a_persian_page_is_mirrored(site: Any, new_page: NewPage) -> None:
    """The name of the site at the right, the languages at the left, the matrix's head column stuck to the right."""
    page = new_page(viewport={"width": 1280, "height": 700}, java_script_enabled=True)
    page.goto(f"{site}/fa/matrix/")
    assert page.locator(".masthead__name").bounding_box()["x"] > 640 > page.locator(".tongues").bounding_box()["x"]
    page.locator(".matrix-scroll").evaluate("region => region.scrollTo(-400, 300)")
    region, head = page.locator(".matrix-scroll").bounding_box(), page.locator(".matrix thead th").first.bounding_box()
    assert abs(head["x"] + head["width"] - region["x"] - region["width"]) < 2


def test_the_language_is_changed_without_javascript_and_the_page_stays_the_same(site: Any, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{site}/recommendations/?government=AL&as_of=2023-01-01")
    page.get_by_role("link", name="فارسی").click()
    assert page.url == f"{site}/fa/recommendations/?government=AL&as_of=2023-01-01"
    page.get_by_role("link", name="ماتریس").first.click()
    assert page.url == f"{site}/fa/matrix/?as_of=2023-01-01"
    page.get_by_role("link", name="Français").click()
    page.get_by_role("link", name="English", exact=True).click()
    assert page.url == f"{site}/matrix/?as_of=2023-01-01"


@pytest.mark.parametrize("code", ["", "/fr", "/fa"])
def test_the_lists_and_the_words_of_others_fit_a_tablet(site: Any, new_page: NewPage, code: str) -> None:
    """At 768 px as where their wide layout begins: what leads to the columns of a list stands on one line, and no word of the crosswalk is cut."""
    page = new_page()
    for width in (768, 1120):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{site}{code}/data/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        lines = page.locator(".listing summary").evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
        assert lines and max(lines) < 36, (width, lines)
        page.goto(f"{site}{code}/methodology/")
        assert page.locator(".scroll:has(.crosswalk)").evaluate("region => region.scrollWidth - region.clientWidth") <= 0, width


@pytest.mark.parametrize("code", ["", "/fr", "/fa"])
def test_a_table_that_goes_on_at_its_side_shows_it(site: Any, new_page: NewPage, code: str) -> None:
    """By a shadow, on every screen that is too narrow for it."""
    page = new_page()
    page.goto(f"{site}{code}/methodology/")
    for width in (360, 500, 768, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        goes_on = "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => getComputedStyle(each).backgroundImage)"
        shown = page.locator(".scroll").evaluate_all(goes_on)
        assert all("linear-gradient" in image for image in shown), width
        assert shown or width > 500

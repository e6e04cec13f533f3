"""Every kind of public page in a real browser: accessible, narrow, light, of our own files only, and whole without JavaScript."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from tests.looking import BEST, faults

pytestmark = pytest.mark.browser

PAGES = {
    "dashboard": "/",
    "dashboard in the past": "/?as_of=2019-06-01",
    "recommendations": "/recommendations/",
    "recommendations filtered": "/recommendations/?status=implemented&government=AL&q=expel",
    "recommendation": "/recommendations/MQ-1/",
    "recommendation with a reversal": "/recommendations/ER-1/",
    "governments": "/governments/",
    "government": "/governments/BE/",
    "group": "/governments/EU-MEMBERS/",
    "matrix": "/matrix/",
    "matrix of one document": "/matrix/?document=WP-MQ",
    "matrix turned": "/matrix/?rows=governments&by=measure&document=WP-MQ",
    "matrix of a group": "/matrix/?group=EU-MEMBERS&group_on=2019-02-01&denominator=members",
    "cell of the matrix": "/recommendations/MQ-1/AL/",
    "documents": "/documents/",
    "document": "/documents/HAKAMIAN-2019/",
    "actions": "/actions/",
    "action": "/actions/BE-2021-JUD/",
    "effects": "/effects/?earlier=in_place",
    "compare, to choose": "/compare/",
    "compare governments": "/compare/?government=AL&with_government=FR",
    "compare documents": "/compare/?document=WP-MQ&with_document=HAKAMIAN-2019",
    "compare days": "/compare/?as_of=2019-06-01&known=edition-1&with_as_of=2022-12-31&with_known=edition-2",
    "a permalink": "/recommendations/MQ-1/?as_of=2020-01-01&known=edition-1",
    "timeline": "/timeline/",
    "timeline of a recommendation": "/timeline/?recommendation=MQ-1",
    "map": "/map/",
    "map of a recommendation": "/map/?recommendation=MQ-1&region=europe&eu=members",
    "changes": "/changes/",
    "corrections": "/corrections/",
    "challenge": "/challenge/?kind=action&key=BE-2021-JUD",
    "challenge received": "/challenge/received/?number=12",
    "search": "/search/?q=expel+OR+diplomates+OR+Iran",
    "search without words": "/search/",
    "search without results": "/search/?q=qwxz+zyzzyva",
    "methodology": "/methodology/",
    "brief of a government": "/governments/BE/brief/",
    "brief of a document": "/documents/WP-MQ/brief/",
    "embedded status": "/embed/status/ER-1/BE/",
    "embedded row": "/embed/row/MQ-1/",
    "embedded chart": "/embed/chart/document/WP-MQ/",
    "embedded nothing": "/embed/row/NO-SUCH/",
    "html to embed": "/share/status/MQ-1/AL/",
    "citations": "/citations/?recommendation=MQ-1&interest=advocacy",
    "data": "/data/",
    "about": "/about/",
    "accessibility": "/accessibility/",
    "api": "/api/docs/",
    "bad filter": "/recommendations/?status=nonsense",
    "not found": "/recommendations/NO-SUCH/",
    "not yet there": "/recommendations/MQ-1/AL/?as_of=2018-01-01",
}
WIDTHS = (320, 768, 3840)
HEAVIEST = 100_000
"""Bytes of a page, compressed, with its style sheet and symbols."""
LOADS = 3
"""How often a page may be loaded to stand still: a busy machine may paint a table before its last rows have come, and then its columns settle."""

NewPage = Callable[..., Any]


def opened(page: Any, address: str) -> Any:
    """The page, with every closed part of it opened, as a reader may."""
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    return page


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_nobody_is_shut_out(site: Any, new_page: NewPage, path: str) -> None:
    """Axe finds nothing, in light, dark and at 320 px, with everything opened."""
    found = faults(opened(new_page(), f"{site}{path}"), rules=BEST)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_no_page_scrolls_sideways(site: Any, new_page: NewPage, path: str) -> None:
    """At 320 px, which is 1280 px at 400 %, as at 768 and 3840, in both directions: wide tables scroll in a region of their own."""
    page = opened(new_page(), f"{site}{path}")
    for direction in ("ltr", "rtl"):
        page.evaluate("direction => document.documentElement.dir = direction", direction)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{wider} px too wide at {width} px, {direction}"


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_is_light_and_its_own(site: Any, new_page: NewPage, path: str) -> None:
    """Under 100 KB compressed, no other host asked for anything, nothing that its own policy refuses, nothing that shifts."""
    page = new_page(viewport={"width": 1280, "height": 900})
    asked, said, weight = [], [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("response", lambda response: weight.append(len(gzip.compress(response.body()))))
    page.goto(f"{site}{path}", wait_until="networkidle")
    assert all(address.startswith(str(site)) for address in asked), asked
    assert not [text for text in said if "the server responded with a status of 40" not in text], said
    assert sum(weight) < HEAVIEST
    shift = """() => new Promise(done => {
        let total = 0;
        new PerformanceObserver(list => list.getEntries().forEach(entry => { total += entry.value }))
            .observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(total), 50);
    })"""
    shifts = [page.evaluate(shift)]
    while shifts[-1] and len(shifts) < LOADS:
        page.reload(wait_until="networkidle")
        shifts.append(page.evaluate(shift))
    assert shifts[-1] == 0, shifts


def test_everything_works_without_javascript(site: Any, new_page: NewPage) -> None:
    """Filter, open the reasons, change the day: with scripts off."""
    page = new_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page.goto(f"{site}/recommendations/")
    page.get_by_label("Words", exact=True).fill("expel")
    page.get_by_role("checkbox", name="implemented", exact=False).first.check()
    page.get_by_role("button", name="Show").first.click()
    assert "q=expel" in page.url
    assert "status=implemented" in page.url
    page.get_by_role("link", name="Expel intelligence officers").first.click()
    albania = page.locator("#AL")
    albania.locator("details summary").click()
    albania.get_by_text("What supersedes what").wait_for()
    page.locator("details.clocks summary").click()
    page.get_by_label("What was true on").fill("2019-06-01")
    page.get_by_role("button", name="Show that day").click()
    assert "as_of=2019-06-01" in page.url
    page.get_by_text("Not today’s page.").wait_for()
    assert "not assessed" in page.locator("#AL").inner_text()
    page.get_by_role("link", name="Governments").first.click()
    assert "as_of=2019-06-01" in page.url, "the day goes along"
    page.get_by_role("link", name="Back to today").click()
    assert "as_of" not in page.url


def test_the_keyboard_reaches_the_content_first(site: Any, page: Any) -> None:
    page.goto(f"{site}/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.bounding_box()["y"] >= 0, "visible once focused"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_print_leaves_the_controls_out_and_opens_the_reasons(site: Any, page: Any) -> None:
    page.goto(f"{site}/recommendations/MQ-1/")
    page.emulate_media(media="print")
    assert not page.locator(".menu").is_visible()
    assert not page.get_by_role("button", name="Show that day").is_visible()
    assert page.locator("#AL .evidence li").first.is_visible()


def test_a_bar_begins_beside_its_label_whichever_way_the_page_reads(site: Any, page: Any) -> None:
    page.goto(f"{site}/")
    edges = """() => {
        const bar = document.querySelector(".split"), [all, first] = [bar, bar.querySelector("rect")].map(each => each.getBoundingClientRect());
        return {start: first.left - all.left, end: all.right - first.right};
    }"""
    assert abs(page.evaluate(edges)["start"]) < 1
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert abs(page.evaluate(edges)["end"]) < 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_menu_is_one_button_on_a_narrow_screen(site: Any, new_page: NewPage, scripts: bool) -> None:
    """It opens by mouse and keyboard, closes, and names the same pages as the line of a wide one."""
    page = new_page(java_script_enabled=scripts, viewport={"width": 360, "height": 800})
    page.goto(f"{site}/timeline/")
    menu = page.get_by_role("navigation", name="Main")
    assert menu.get_by_role("link").count() == 0
    assert page.locator(".masthead").bounding_box()["height"] < 130, "three lines: name, languages, search with the button"
    menu.get_by_role("button", name="Menu").click()
    narrow = menu.get_by_role("link").all_inner_texts()
    assert menu.get_by_role("link", name="Timeline").get_attribute("aria-current") == "page"
    if scripts:
        assert not faults(page, rules=BEST, part=".menu", looks=((360, "light"), (360, "dark"), (320, "light")))
    menu.get_by_role("button", name="Close").click()
    assert menu.get_by_role("link").count() == 0
    menu.get_by_role("button", name="Menu").press("Enter")
    menu.get_by_role("link", name="Governments").click()
    page.wait_for_url(f"{site}/governments/")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert menu.get_by_role("link").all_inner_texts() == narrow
    assert menu.get_by_role("button").count() == 0


@pytest.mark.parametrize("path", ["/timeline/?recommendation=MQ-1", "/map/?recommendation=MQ-1"])
def test_a_drawing_comes_before_the_forms_that_choose_another(site: Any, new_page: NewPage, path: str) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(f"{site}{path}")
    assert not page.locator("main select").first.is_visible()
    page.get_by_text("Choose what is shown").click()
    assert page.locator("main select").first.is_visible()


def test_labels_beside_the_last_bar_stand_beside_it_or_nowhere(site: Any, page: Any) -> None:
    page.goto(f"{site}/")
    for width, beside in ((360, False), (1280, True)):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator(".stacked__words").is_visible() is beside
        assert page.locator(".stacked__legend").is_visible() is not beside


@pytest.mark.parametrize("path", ["/changes/", "/governments/BE/", "/documents/WP-MQ/", "/effects/", "/recommendations/MQ-1/AL/", "/timeline/"])
def test_a_title_without_spaces_widens_no_page(site: Any, page: Any, path: str) -> None:
    opened(page, f"{site}{path}")
    page.evaluate(
        """() => {
            const record = "main a:is([href*='/recommendations/'], [href*='/actions/'], [href*='/documents/']):not([href*='?'])";
            for (const title of document.querySelectorAll(`main h1, ${record}`)) {
                const words = document.createTreeWalker(title, NodeFilter.SHOW_TEXT).nextNode();
                if (words && words.data.trim().length > 12 && !/[0-9]/.test(words.data)) words.data = "W".repeat(140);
            }
        }"""
    )
    assert page.get_by_text("W" * 140).count()
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, width


@pytest.mark.parametrize("path", ["/matrix/", "/timeline/", "/map/", "/recommendations/"])
def test_a_page_has_one_edge_from_its_head_to_its_foot(site: Any, new_page: NewPage, path: str) -> None:
    """At 1920 px, where a wide page is wider than a page of text: its name, its title and its foot begin on one line."""
    page = new_page(viewport={"width": 1920, "height": 1000})
    page.goto(f"{site}{path}?as_of=2023-06-01")
    edges = {each.bounding_box()["x"] for each in page.locator(".masthead__name, .past p, .clocks summary, h1, .foot__in").all()}
    assert len(edges) == 1, edges

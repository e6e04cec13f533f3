"""The way from an address to an action with its citation in a real browser: with the mouse, without scripts, narrow, dark, from the right."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connections

from tests import builders
from tests.archive.conftest import Server
from tests.capture.conftest import PARAGRAPHS, article, done
from tests.choosing import choose
from tests.conftest import serving
from tests.looking import faults
from tracker.editorial import capturing
from tracker.editorial.capturing import Copy
from tracker.jobs.models import BackgroundJob
from tracker.models import Action, Capture, Citation, CitationUse, Document, Snapshot, User
from tracker.rules.vocabulary import CaptureState

pytestmark = pytest.mark.browser

PERSIAN = ("سفیر ایران در تیرانا روز چهارشنبه اخراج شد.", "وزارت خارجه این خبر را تکذیب کرد.")
# The fields of Django's own forms are tried where the desk as a whole is.
PLACE = {"include": [["#content"]], "exclude": [["form[id$='_form']"]]}
SIZES = [(1280, "light"), (1280, "dark"), (768, "light"), (320, "light")]


@pytest.fixture
def site(roles: None) -> Iterator[Any]:
    """The site on an empty database."""
    with serving() as running:
        yield running


def sign_in(page: Any, site: Any) -> list[str]:
    """As a researcher. Gives the list that whatever the browser complains of is put on."""
    person = User.objects.filter(username="ada").first() or User.objects.create_user("ada", password="ada", is_staff=True, first_name="Ada")
    person.groups.add(Group.objects.get(name="researcher"))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/admin/login/")
    page.fill("#id_username", "ada")
    page.fill("#id_password", "ada")
    page.click("input[type=submit]")
    return complaints


def work() -> None:
    """What waits in the queue, done in a thread beside the browser as a worker does."""

    def run() -> None:
        for asked in Capture.objects.filter(state=CaptureState.WAITING):
            capturing.capture(number=asked.pk)
        connections.close_all()

    worker = threading.Thread(target=run)
    worker.start()
    worker.join()


def place_of(page: Any, words: str) -> Any:
    """Where words of the archived text stand on the screen: the ends of their first and their last line."""
    return page.evaluate(
        """words => {
            for (const element of document.querySelectorAll('.copy .words')) {
                const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                    const at = walker.currentNode.data.indexOf(words);
                    if (at < 0) continue;
                    element.scrollIntoView({block: 'center'});
                    const range = document.createRange();
                    range.setStart(walker.currentNode, at);
                    range.setEnd(walker.currentNode, at + words.length);
                    const lines = [...range.getClientRects()];
                    const middle = (line) => (line.top + line.bottom) / 2;
                    return {left: lines[0].left, begin: middle(lines[0]), right: lines.at(-1).right, end: middle(lines.at(-1))};
                }
            }
        }""",
        words,
    )


def drag(page: Any, words: str) -> None:
    """Mark words in the archived text with the mouse, once the page has come to rest."""
    page.wait_for_load_state("networkidle")
    box, before = place_of(page, words), None
    while box != before:
        page.wait_for_timeout(150)
        box, before = place_of(page, words), box
    page.mouse.move(box["left"] + 1, box["begin"])
    page.mouse.down()
    page.mouse.move(box["right"] - 1, box["end"], steps=8)
    page.mouse.up()


def test_with_the_mouse(site: Any, press: Server, new_page: Callable[..., Any]) -> None:
    builders.government("AL", name="Albania")
    builders.measure("expulsion")
    page = new_page(viewport={"width": 1280, "height": 900})
    complaints = sign_in(page, site)
    page.fill("#box-url", press.url("/a"))
    page.keyboard.press("Enter")
    page.wait_for_selector("#progress[data-state]")
    assert BackgroundJob.objects.get().task_name == "capture"
    work()
    page.wait_for_selector("#document_form")  # the page went on by itself
    assert page.input_value("#id_title") == "Officers leave"
    assert page.is_visible(f".beside .words:has-text('{PARAGRAPHS[0]}')")
    page.select_option("#id_kind", "news_report")
    page.select_option("#id_interest", "press")
    page.click("input[name=_save]")
    page.wait_for_selector("form.mark")
    snapshot = Snapshot.objects.get()
    assert snapshot.document == Document.objects.get()

    drag(page, "An expulsion of 😀 “diplomats”")
    page.wait_for_selector("form.mark.has-words")
    assert page.input_value("#id_quotation") == "An expulsion of 😀 “diplomats”"
    assert "Nobody was named. " in page.inner_text("#around")
    page.fill("#id_says", "An expulsion had been asked for.")
    page.check("input[value='new:action']")
    page.click("form.mark button")
    page.wait_for_selector("#action_form")
    citation = Citation.objects.get()
    text = Copy.of(snapshot).text
    assert text[citation.begins : citation.ends] == citation.exact == "An expulsion of 😀 “diplomats”"
    assert citation.prefix == text[citation.begins - len(citation.prefix) : citation.begins]
    assert citation.suffix == text[citation.ends : citation.ends + len(citation.suffix)]
    assert (len(citation.prefix), citation.archived_as) == (64, snapshot.sha256)
    assert citation.locator == page.inner_text(f"#cited-{citation.key} >> xpath=ancestor::*[@class='passage-part'] >> .place")
    assert page.input_value("#id_description") == "An expulsion had been asked for."
    assert "An expulsion had been asked for." in page.inner_text("#citation_uses-group")
    page.fill("#id_title", "Expulsion asked for")
    choose(page, "[aria-labelledby=select2-id_government-container]", "AL", "Albania")
    choose(page, "[aria-labelledby=select2-id_measure-container]", "exp", "expulsion")
    page.fill("#id_body", "Ministry")
    page.fill("#id_events-0-on", "5 February 2019")
    page.check("#id_events-0-decisive")

    # A second passage, marked beside the form, becomes a row of it.
    drag(page, "The embassy rejects the claim.")
    page.wait_for_selector("#panel:not([hidden])")
    page.fill("#panel-says", "The embassy denies it.")
    page.select_option("#panel-stance", "disputes")
    page.click("#panel-add")
    page.wait_for_selector("#panel", state="hidden")
    page.click("input[name=_save]")
    page.wait_for_url("**/admin/tracker/action/")
    assert {(use.citation.exact, use.stance) for use in Action.objects.get().citation_uses.all()} == {
        ("An expulsion of 😀 “diplomats”", "supports"), (PARAGRAPHS[2], "disputes"),
    }  # fmt: skip
    assert complaints == []


def test_without_scripts(site: Any, press: Server, new_page: Callable[..., Any]) -> None:
    """The page that waits refreshes itself; words are pasted; the record is named by its key."""
    action = builders.action("ACT-1")
    page = new_page(java_script_enabled=False)
    sign_in(page, site)
    page.fill("#box-url", press.url("/a"))
    page.click(".box button")
    work()
    page.wait_for_selector("#document_form")
    page.select_option("#id_kind", "news_report")
    page.select_option("#id_interest", "press")
    page.click("input[name=_save]")
    page.fill("#id_quotation", "Nobody was   named.")
    page.fill("#id_says", "No names.")
    page.check("input[value=record]")
    page.fill("#id_record", "ACT-1")
    page.click("form.mark button")
    page.click("input[name=_save]")
    use = CitationUse.objects.get()
    assert (use.action, use.citation.exact) == (action, "Nobody was named.")
    assert Copy.of(Snapshot.objects.get()).text[use.citation.begins : use.citation.ends] == "Nobody was named."


def test_a_record_that_is_there_is_suggested(site: Any, press: Server, new_page: Callable[..., Any]) -> None:
    """While typing; what was suggested is chosen exactly. A word of the text is marked beside the form of a citation."""
    snapshot = done(capturing.request(by=builders.author(), url=press.url("/a"), document=builders.document("ONE"))).snapshot
    builders.action("ACT-1", title="Expulsions of January")
    wanted = builders.action("ACT-2", title="Expulsions of January")
    page = new_page(viewport={"width": 1280, "height": 900})
    complaints = sign_in(page, site)
    page.goto(f"{site}/admin/tracker/snapshot/{snapshot.pk}/change/")
    drag(page, "four officers")
    page.wait_for_selector("form.mark.has-words")
    page.fill("#id_says", "Four.")
    page.fill("#id_record", "Expulsions")
    page.wait_for_selector("#records option[value='Action: ACT-2 Expulsions of January']", state="attached")
    page.fill("#id_record", "Action: ACT-2 Expulsions of January")
    page.click("form.mark button")
    page.wait_for_url(f"**/action/{wanted.pk}/change/**")

    page.goto(f"{site}/admin/tracker/citation/add/?snapshot={snapshot.pk}")
    drag(page, "The embassy rejects")
    page.click("#panel-fill")
    assert (page.input_value("#id_exact"), page.input_value("#id_suffix")) == ("The embassy rejects", " the claim.")
    page.fill("#id_says", "It denies.")
    page.click("input[name=_save]")
    page.wait_for_url("**/admin/tracker/citation/")
    made = Citation.objects.get(says="It denies.")
    assert (made.archived_as, Copy.of(snapshot).text[made.begins : made.ends]) == (snapshot.sha256, "The embassy rejects")
    assert complaints == []


def test_pages_fit_and_shut_nobody_out(site: Any, press: Server, new_page: Callable[..., Any]) -> None:
    """Axe finds nothing and nothing scrolls sideways, light, dark and narrow, with a page written from the right."""

    document = builders.document("ONE", title="اخراج سفیر", language="fa", url=press.url("/a"))
    press.answers["/a"] = article(*PERSIAN, *(f"https://example.org/{'very-long-address' * 12}",), title="اخراج سفیر", lang="fa", direction="rtl")
    snapshot = done(capturing.request(by=builders.author(), url=press.url("/a"), document=document)).snapshot
    assert snapshot is not None
    capturing.mark(snapshot, Copy.of(snapshot).quoted(PERSIAN[0]), says="The ambassador was expelled.", locator="", by=builders.author())
    citation = capturing.mark(snapshot, Copy.of(snapshot).quoted(PERSIAN[1]), says="It is denied.", locator="", by=builders.author())
    press.answers["/a"] = article(PERSIAN[1], title="اخراج سفیر", lang="fa", direction="rtl")
    done(capturing.request(by=builders.author(), url=press.url("/a"), document=document))
    press.answers["/b"] = article(title="اخراج سفیر")
    loose = done(capturing.request(by=builders.author(), url=press.url("/b")))
    failed = done(capturing.request(by=builders.author(), url="http://10.0.0.1/"))
    waiting = capturing.request(by=builders.author(), url=press.url("/c"))
    page = new_page()
    complaints = sign_in(page, site)
    for path in (
        "",
        "capture/",
        "capture/add/",
        f"capture/{waiting.pk}/change/",
        f"capture/{failed.pk}/change/",
        f"capture/{loose.pk}/change/",
        f"document/add/?capture={loose.pk}",
        f"snapshot/{snapshot.pk}/change/?q={PERSIAN[0][:5]}",
        f"document/{document.pk}/sources/",
        f"document/{document.pk}/change/",
        f"action/add/?citations={citation.key}&snapshot={snapshot.pk}",
        f"citation/{citation.pk}/change/?snapshot={snapshot.pk}",
        "snapshot/trouble/",
    ):
        page.goto(f"{site}/admin/{'tracker/' if path else ''}{path}")
        page.wait_for_load_state("load")
        assert complaints == [], path
        assert not (found := faults(page, part=PLACE, looks=SIZES)), "\n".join([path, *found])
        complaints.clear()

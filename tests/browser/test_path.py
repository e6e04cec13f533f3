"""From the address of a page to a published status with its evidence: one researcher, one reviewer, by mouse and keyboard, nothing typed twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from tests.archive.conftest import Server, serve  # noqa: F401
from tests.archive.conftest import page as answer
from tests.choosing import open_search
from tracker.admin.roles import ensure_groups
from tracker.models import Citation, Snapshot, User

pytestmark = pytest.mark.browser

TITLE = "Two employees of an embassy have left"
PASSAGE = "two employees of the embassy had left the country on 3 June at its request"
ARTICLE = f"""<!doctype html><html lang="en"><head><title>{TITLE}</title><meta name="author" content="Ada Writer">
<meta property="og:site_name" content="The Made-up Gazette"><meta name="date" content="2025-06-05"></head>
<body><h1>{TITLE}</h1><p>This page was written to try a path; nothing of it happened.</p>
<p>The ministry said on Thursday that {PASSAGE}.</p><p>The embassy did not answer the questions of this paper.</p></body></html>"""

SHORT = 3
"""Characters: what is no longer, a code of a country as "SE", is not worth remembering."""


class Hands:
    """A person at a browser: every click and key is counted, every text typed is remembered, and so is what stood in a field already."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.clicks = self.keys = 0
        self.typed: list[str] = []
        self.known: dict[str, str] = {}  # what a field held before anything was typed into it → where that was
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.began = time.monotonic()

    def click(self, what: str) -> None:
        """With the mouse."""
        self.look()
        self.page.click(what)
        self.clicks += 1

    def look(self) -> None:
        """Remember what the fields of this page say: whoever is asked for it later types it twice."""
        shown = self.page.evaluate(
            """() => [...document.querySelectorAll('#content input, #content textarea, #content select')]
                .filter(field => !['hidden', 'radio', 'checkbox', 'submit'].includes(field.type))
                .flatMap(field => field.selectedOptions ? [...field.selectedOptions].map(one => one.textContent) : [field.value])"""
        )
        for value in shown:
            if len(value.strip()) > SHORT and value.strip() not in self.typed:
                self.known.setdefault(value.strip(), self.page.url)

    def write(self, words: str) -> None:
        """Into the field that has the focus, key by key."""
        said = words.strip()
        assert said not in self.typed, f"{said!r} is typed twice, the second time at {self.page.url}"
        assert said not in self.known, f"{said!r} was known at {self.known.get(said)} and is asked for again at {self.page.url}"
        if len(said) > SHORT:
            self.typed.append(said)
        self.page.keyboard.type(words)
        self.keys += len(words)

    def paste(self, words: str) -> None:
        """From the clipboard: two keys."""
        self.page.keyboard.insert_text(words)
        self.keys += 2
        self.typed.append(words)

    def press(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)
        self.keys += 1

    def fill(self, field: str, words: str) -> None:
        """Click into a field and type."""
        self.click(f"#id_{field}")
        self.write(words)

    def pick(self, field: str, letters: str, shown: str) -> None:
        """Choose in a list by the first letters of a word."""
        self.look()
        self.page.locator(f"label[for=id_{field}]").click()
        self.clicks += 1
        self.page.keyboard.type(letters)
        self.keys += len(letters)
        assert self.page.locator(f"#id_{field} option:checked").inner_text() == shown

    def find(self, field: str, words: str, shown: str) -> None:
        """Choose a record by typing a part of its name, and taking what stands first."""
        self.look()
        open_search(self.page, f"#id_{field} + .select2-container .select2-selection")
        self.clicks += 1
        self.write(words)
        self.page.wait_for_selector(f".select2-results__option--highlighted:has-text('{shown}')")
        self.press("Enter")

    def mark(self, words: str) -> None:
        """Words of the archived text, by dragging over them."""
        box = self.page.evaluate(
            """words => {
                for (const element of document.querySelectorAll('.copy .words')) {
                    const text = element.firstChild, at = text.data.indexOf(words);
                    if (at < 0) continue;
                    element.scrollIntoView({block: 'center'});
                    const range = document.createRange();
                    range.setStart(text, at);
                    range.setEnd(text, at + words.length);
                    const lines = [...range.getClientRects()], [first, last] = [lines[0], lines[lines.length - 1]];
                    return [first.left + 1, (first.top + first.bottom) / 2, last.right - 1, (last.top + last.bottom) / 2];
                }
            }""",
            words,
        )
        self.page.mouse.move(box[0], box[1])
        self.page.mouse.down()
        self.page.mouse.move(box[2], box[3], steps=8)
        self.page.mouse.up()
        self.clicks += 1

    def sign_in(self, site: Any, name: str) -> None:
        """Username and password, which are no fields of a record."""
        self.page.goto(f"{site}/admin/")
        for field, words in (("username", name), ("password", f"{name}-secret")):
            self.fill(field, words)
        self.press("Enter")
        self.page.wait_for_selector("#logout-form")

    def sign_out(self) -> str:
        """Leave; gives what it took, in a sentence."""
        self.click("#logout-form button")
        self.page.wait_for_selector("#logout-form", state="detached")
        return f"{self.clicks} clicks, {self.keys} keystrokes, {time.monotonic() - self.began:.1f} s at a machine's speed"


@pytest.fixture
def worker(casefile_desk: str, tmp_path: Path) -> Iterator[Path]:
    """A real worker at this test's queue. Gives the folder of its archive."""
    archive = tmp_path / "archive"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.browser.settings", "TRIAL_DATABASE": casefile_desk, "TRIAL_ARCHIVE": str(archive)}
    process = subprocess.Popen([sys.executable, str(settings.BASE_DIR / "manage.py"), "work"], env=environment, cwd=settings.BASE_DIR)
    yield archive
    process.terminate()
    process.wait(30)


def person(name: str, role: str, first: str) -> None:
    """Someone who can sign in."""
    account = User.objects.create_user(name, password=f"{name}-secret", is_staff=True, first_name=first)
    account.groups.add(Group.objects.get(name=role))


def researches(hands: Hands, site: Any, url: str) -> None:
    """From the address to a submission."""
    page = hands.page
    hands.sign_in(site, "researcher")
    hands.click("#box-url")
    hands.paste(url)
    hands.press("Enter")
    page.wait_for_selector("#document_form", timeout=60_000)  # the page that waits goes on by itself once the worker is done
    assert (page.input_value("#id_title"), page.input_value("#id_language"), page.input_value("#id_url")) == (TITLE, "en", url)
    assert (page.input_value("#id_publisher"), page.input_value("#id_published_on")) == ("The Made-up Gazette", "2025-06-05")
    hands.pick("kind", "news", "news report")
    hands.pick("interest", "press", "press")
    hands.click("input[name=_save]")

    page.wait_for_selector("form.mark")
    hands.mark(PASSAGE)
    page.wait_for_selector("form.mark.has-words")
    assert page.input_value("#id_quotation") == PASSAGE
    hands.fill("says", "Two employees of the embassy left at the ministry's request.")
    hands.click("input[value='new:action']")
    hands.click("form.mark button")

    page.wait_for_selector("#action_form")
    assert page.input_value("#id_description") == "Two employees of the embassy left at the ministry's request."
    hands.fill("title", "Two embassy employees asked to leave")
    hands.find("government", "SE", "Sweden")
    hands.find("measure", "expuls", "xpulsion")
    hands.fill("body", "Ministry for Foreign Affairs")
    hands.fill("events-0-on", "3 June 2025")
    hands.click("#id_events-0-decisive")
    hands.find("recommendations", "MQ-1", "MQ-1")
    hands.pick("direction", "partly", "partly fulfils")
    hands.fill("reasoning", "Two of an unknown number were asked to leave.")
    hands.click("input[name=_assess]")

    page.wait_for_selector("#assessment_form")
    assert "MQ-1 → Sweden" in page.inner_text(".field-addressee .select2-selection__rendered")
    assert page.input_value("#id_effective_on") == "2025-06-03"
    assert page.input_value("#id_rationale") == "Two employees of the embassy left at the ministry's request."
    assert "Two employees of the embassy left" in page.inner_text("#citation_uses-group .select2-selection__rendered >> nth=0")
    assert page.locator("#id_supersedes option:checked").inner_text().strip("- ") != ""
    hands.click("button[name=_take_proposal]")
    assert (page.input_value("#id_status"), page.input_value("#id_effective_on")) == ("partially_implemented", "2025-06-03")
    hands.click("#id_rationale")
    hands.press("Control+End")
    hands.write(" Whether others remain is not said.")
    hands.click("input[name=_submit_for_review]")

    page.wait_for_selector("#id_reason")
    going = [words.replace("\n", " ") for words in page.locator(".companions li:has(input:checked)").all_inner_texts()]
    assert ["the verdict rests on it" in words for words in going] == [True, False]  # the action; and the document, which is needed
    assert ["Two embassy employees asked to leave" in going[0], TITLE in going[1]] == [True, True]
    hands.fill("reason", "A first departure is reported.")
    hands.click(".submit-row input.default")
    page.wait_for_selector(".messagelist .success")
    # Else it would prove nothing that none of what was known was typed.
    assert {TITLE, "The Made-up Gazette", "2025-06-05", PASSAGE, "MQ-1 → Sweden", "2025-06-03"} <= hands.known.keys()


def reviews(hands: Hands, site: Any) -> None:
    """From the queue to an edition."""
    page = hands.page
    hands.sign_in(site, "reviewer")
    hands.click("[aria-labelledby=queue-to-review] a:has-text('A first departure is reported.')")
    page.wait_for_selector(".versions")
    assert "3 records" in page.inner_text(".versions")
    status = page.locator("article.version", has_text="partially implemented")
    assert "It takes the place of AS-011: no evidence found partially implemented." in " ".join(status.inner_text().split())
    assert PASSAGE in status.locator(".evidence-here").inner_text()
    assert "its text is held" in status.locator(".evidence-here").inner_text()
    for step in ("approve", "publish"):
        hands.click(f".steps a[href*='/step/{step}/']")
        hands.click(".submit-row input.default")
        page.wait_for_selector(".messagelist .success")
    assert "public as edition" in page.inner_text(".messagelist")


def reads(page: Any, site: Any, url: str) -> None:
    """What anyone reads then."""
    snapshot = Snapshot.objects.get(url=url)
    page.goto(f"{site}/recommendations/MQ-1/#SE")
    row = page.locator("article#SE")
    assert "partially implemented" in row.locator(".verdict__line").inner_text().lower()
    assert "3 June 2025" in row.locator(".verdict__line").inner_text()
    assert "Two employees of the embassy left at the ministry's request. Whether others remain is not said." in row.inner_text()
    row.locator("summary", has_text="Why this status?").click()
    why = row.locator("details.why")
    assert "Approved by a second person." in why.inner_text()
    passage = why.locator("ul.evidence > li", has_text="Two employees of the embassy left")
    assert passage.count() == 1
    assert passage.locator("q").inner_text() == PASSAGE
    said = passage.inner_text()
    assert TITLE in said
    assert f", {Citation.objects.get(exact=PASSAGE).locator}." in said
    assert f"Archived copy, SHA-256 {snapshot.sha256[:12]}" in said
    assert passage.locator("a", has_text="the source itself").get_attribute("href") == url
    assert "Two embassy employees asked to leave" in why.inner_text()


def test_from_an_address_to_a_published_status(
    worker: Path,
    desk_site: Any,
    serve: Callable[..., Server],  # noqa: F811
    new_page: Callable[..., Any],
    settings: Any,
    record_property: Callable[..., None],
) -> None:
    settings.ARCHIVE_DIR = worker
    ensure_groups(using="owner")
    person("researcher", "researcher", "Ada")
    person("reviewer", "reviewer", "Bo")
    press = serve({"/a": answer(ARTICLE.encode())})
    took = {}
    for name, walks in (
        ("researcher", lambda hands: researches(hands, desk_site, press.url("/a"))),
        ("reviewer", lambda hands: reviews(hands, desk_site)),
    ):
        hands = Hands(new_page(viewport={"width": 1280, "height": 900}))
        walks(hands)
        took[name] = hands.sign_out()
        assert hands.complaints == []
        record_property(name, took[name])
        print(f"{name}: {took[name]}")
    reads(new_page(), desk_site, press.url("/a"))

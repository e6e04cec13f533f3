"""A stranger's file of each kind, with each of its peculiarities, goes in through the pages alone: a real browser, no scripts, no line of TOML."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from openpyxl import Workbook

from tests.admin.importing.steps import work
from tests.admin.test_in_browser import sign_in as signed_in
from tests.looking import faults
from tracker.models import (
    Addressee,
    Assessment,
    Citation,
    Document,
    Effect,
    Import,
    ImportProfile,
    ImportState,
    Position,
    Recommendation,
    Theme,
    User,
    Version,
)

pytestmark = pytest.mark.browser

SOURCE = {"publisher": "Institute of Made-up Matters", "kind": "white_paper", "interest": "academic", "language": "en"}


class Hands:
    """What a researcher does with one file, page after page."""

    def __init__(self, page: Any, site: Any) -> None:
        self.page, self.site = page, site

    @property
    def batch(self) -> Import:
        return Import.objects.latest("pk")

    def follow(self, what: str) -> None:
        """Click, and wait for the page that it leads to: a click alone may come back while the old page still stands."""
        with self.page.expect_navigation():
            self.page.click(what)

    def go(self, step: str, query: str = "") -> None:
        assert self.page.goto(f"{self.site}/admin/tracker/import/{self.batch.pk}/{step}/{query}").status == 200, step
        self.open_all()

    def open_all(self) -> None:
        """Open what is folded away."""
        folded = self.page.locator("#content-main details:not([open], .holds *) > summary:visible")
        while folded.count():
            folded.first.click()

    def press(self, name: str) -> None:
        self.follow(f"button[name={name}]")
        assert not self.page.locator(".refusal[role=alert]").count(), self.page.inner_text("#content-main")[:2000]
        self.open_all()

    def upload(self, *files: tuple[str, bytes]) -> None:
        self.page.goto(f"{self.site}/admin/tracker/import/")
        self.follow("a.addlink")
        self.open_all()
        for field, (name, content) in zip(("#id_file", "#id_second"), files, strict=False):
            self.page.set_input_files(field, {"name": name, "mimeType": "application/octet-stream", "buffer": content})
        self.follow("button.default")
        assert self.page.url.endswith("/format/"), self.page.inner_text("#content-main")

    def reads(self, **chosen: str) -> None:
        """How the file is read, where the guess is not what is meant; then on to the columns."""
        for name, value in chosen.items():
            if self.page.locator(f"select#id_{name}").count():
                self.page.select_option(f"#id_{name}", value)
            else:
                self.page.fill(f"#id_{name}", value)
            self.press("_look")
        self.press("_on")

    def columns(
        self, holds: Mapping[str, str], *, keys: Mapping[str, Sequence[str]] | None = None, constants: Mapping[str, str] | None = None
    ) -> None:
        """Say of each column what it holds, one place or two; what is not named is left out. Keys are ticked once their records are there."""
        rows = self.page.locator(".columns tbody tr")
        names = [rows.nth(index).locator("th span").first.inner_text() for index in range(rows.count())]
        assert set(holds) <= set(names), (set(holds) - set(names), names)
        for index, name in enumerate(names):
            for place, select in enumerate(rows.nth(index).locator("select:visible").all()):
                select.select_option(holds.get(name, "").split(" ")[0] if place == 0 else "")
            if " " in holds.get(name, ""):
                rows.nth(index).locator("summary").click()
                rows.nth(index).locator("details select").select_option(holds[name].split(" ")[1])
        for index, (place, value) in enumerate((constants or {}).items()):
            self.page.locator("select[name=constant-place]").nth(index).select_option(place)
            self.page.locator("input[name=constant-value]").nth(index).fill(value)
        self.press("_save")
        for record, ticked in (keys or {}).items():
            for box in self.page.locator(f"input[name=key-{record}]").all():
                box.set_checked(box.get_attribute("value") in ticked)
        self.press("_save")

    def field(self, place: str, *, ticks: Sequence[str] = (), means: Mapping[str, str] | None = None, **typed: str) -> None:
        """How the cells of one place are read, by its own link on the page of the columns."""
        self.go("columns")
        self.follow(f"a.reads[href$='{place}']")
        self.open_all()
        for value in ticks:
            self.page.check(f"#content-main input[type=checkbox][value='{value}']")
        for name, value in typed.items():
            at = f"#id_{name.replace('_', '-')}"
            self.page.select_option(at, value) if self.page.locator(f"select{at}").count() else self.page.fill(at, value)
        self.press("_save")
        for value, meaning in (means or {}).items():
            row = self.page.locator(".values tr", has=self.page.locator(f"input[type=hidden][value='{value}']"))
            control = row.locator("select, input[type=text]")
            control.select_option(meaning) if control.evaluate("node => node.tagName") == "SELECT" else control.fill(meaning)
        self.press("_on")

    def whole(self, key: str, act: Callable[[Any], None] | None = None) -> None:
        """The file as a source, and whatever else holds for it."""
        self.go("whole")
        self.page.fill("#id_source-key", key)
        for name, value in SOURCE.items():
            at = f"#id_source-{name}"
            self.page.select_option(at, value) if self.page.locator(f"select{at}").count() else self.page.fill(at, value)
        if act:
            act(self.page)
        self.press("_save")

    def condition(self, prefix: str, column: str, test: str, value: str = "", line: int = 0) -> None:
        self.page.locator(f"select[name={prefix}-column]").nth(line).select_option(column)
        self.page.locator(f"select[name={prefix}-test]").nth(line).select_option(test)
        self.page.locator(f"input[name={prefix}-value]").nth(line).fill(value)

    def preview(self) -> str:
        self.go("change")
        assert not self.page.locator(".still").count(), self.page.inner_text(".still")
        self.follow("form[action$='/preview/'] button")
        return str(self.page.inner_text("#content-main"))

    def apply(self, reason: str) -> None:
        self.follow("a[href$='/apply/']")
        self.page.fill("#id_reason", reason)
        self.follow("button.default")
        assert "It waits for its turn" in self.page.inner_text("#progress")
        work()
        self.page.wait_for_selector(".import-applied")  # the page that waits loads itself again
        assert self.batch.state == ImportState.APPLIED, self.page.inner_text("#content-main")


@dataclass(frozen=True)
class Case:
    """A file of a stranger, what is done with it, and what it becomes: recommendations, addressees, assessments."""

    files: tuple[tuple[str, bytes], ...]
    does: Callable[[Hands], None]
    gives: tuple[int, int, int]
    says: Callable[[str], None]


def recommendation(key: str, words: str) -> Recommendation:
    return Recommendation.objects.get(known_from__key=key, statement=words)


# Semicolons, Windows-1250, CRLF: several key columns, lists of governments by name, words of its own, heading rows, totals, constants.

SEMICOLONS = (
    "Session;No;Text;State;Progress;When\r\n"
    "Chapter I;;;;;\r\n"
    "12;1;Zavřít úřad;Albania, France;Splněno;12.03.2019\r\n"
    "12;2;Zveřejnit seznam;Kanadské dominium;Probíhá;01.04.2019\r\n"
    "Chapter II;;;;;\r\n"
    "13;1;Odvolat vyslance;France;Splněno;05.05.2019\r\n"
    "Total;;;;;\r\n"
).encode("windows-1250")


def does_semicolons(hands: Hands) -> None:
    hands.reads(encoding="windows-1250")
    hands.columns(
        {"Text": "recommendation.statement", "No": "recommendation.number", "State": "addressee.government", "Progress": "assessment.status"}
        | {"When": "recommendation.recommended_on"},
        keys={"recommendation": ["Session", "No"]},
        constants={"assessment.confidence": "low"},
    )
    hands.field("recommendation.recommended_on", ticks=["dd.MM.yyyy"])
    hands.field("addressee.government", ticks=[","])
    hands.field("assessment.status", means={"Splněno": "implemented", "Probíhá": "partially_implemented"})

    def act(page: Any) -> None:
        hands.condition("skip", "Session", "equals", "Total")
        hands.condition("heading-0", "No", "empty")
        page.locator("select[name=heading-0-text]").select_option("Session")
        page.fill("input[name=heading-0-name]", "Chapter")

    hands.whole("SEMI", act)
    hands.go("columns")
    rows = hands.page.locator(".columns tbody tr", has_text="heading above the row")
    rows.locator("select").first.select_option("theme.name")
    hands.press("_save")
    said = hands.preview()
    assert "1 name of a government is not known here" in said and "Kanadské dominium" in said
    hands.page.locator("select[name=code-0]").select_option("CA")
    hands.follow("text=Save and look again")


def says_semicolons(key: str) -> None:
    one = recommendation(key, "Zavřít úřad")
    assert str(one.recommended_on) == "2019-03-12"
    assert sorted(one.addressees.values_list("government__code", flat=True)) == ["AL", "FR"]
    assert set(Theme.objects.filter(recommendations=one).values_list("name", flat=True)) == {"Chapter I"}
    assert set(Assessment.objects.filter(addressee__recommendation__known_from__key=key).values_list("confidence", flat=True)) == {"low"}
    assert "Kanadské dominium" in Import.objects.latest("pk").profile_text  # kept for the next file


# Tabs, UTF-16, no header, ragged: joined columns, one government for the file, defaults, days as spreadsheets count them.

TABS = "1\tOffices\tClose them\t43536\n2\tLists\tPublish them\t43556\tand a note\n3\tEnvoys\n".encode("utf-16")


def does_tabs(hands: Hands) -> None:
    hands.reads(header="no")
    hands.columns(
        {"1": "recommendation.number", "2": "recommendation.statement", "3": "recommendation.statement", "4": "recommendation.recommended_on"},
        keys={"recommendation": ["1"]},
    )
    hands.field("recommendation.statement", join=": ")
    hands.field("recommendation.recommended_on", serial="1900", default="2019")
    hands.whole("TABS", lambda page: page.select_option("#id_all", "AL"))
    hands.preview()


def says_tabs(key: str) -> None:
    assert str(recommendation(key, "Offices: Close them").recommended_on) == "2019-03-12"
    assert str(recommendation(key, "Envoys").recommended_on) == "2019"
    assert set(Addressee.objects.filter(recommendation__known_from__key=key).values_list("government__code", flat=True)) == {"AL"}


# A workbook: the second sheet, real dates, HTML in cells, several rows of one recommendation.


def workbook() -> bytes:
    book = Workbook()
    book.active.title = "Notes"  # type: ignore[union-attr]
    book.active.append(["Nothing of use"])  # type: ignore[union-attr]
    sheet = book.create_sheet("Answers")
    sheet.append(["Ref", "Recommendation", "Country", "By", "Answer", "Date"])
    sheet.append(["A-1", "<p>Close the <b>office</b></p>", "AL", "Elbonia", "Accepted", dt.date(2019, 3, 12)])
    sheet.append(["A-1", "<p>Close the <b>office</b></p>", "AL", "Freedonia", "Accepted", dt.date(2019, 3, 12)])
    sheet.append(["A-2", "<p>Publish &amp; explain the list</p>", "FR", "Elbonia", "Noted", dt.date(2019, 4, 1)])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def does_workbook(hands: Hands) -> None:
    hands.reads(sheet="Answers")
    hands.columns(
        {
            "Ref": "recommendation.number",
            "Recommendation": "recommendation.statement",
            "Country": "addressee.government",
            "By": "recommendation.made_by",
        }
        | {"Answer": "position.answer", "Date": "recommendation.recommended_on position.on"},
        keys={"recommendation": ["Ref"]},
    )
    hands.field("recommendation.statement", ticks=["1"])
    hands.whole("BOOK", lambda page: page.check("input[name=unite][value='recommendation.made_by']"))
    hands.preview()


def says_workbook(key: str) -> None:
    one = recommendation(key, "Close the office")
    assert one.made_by and "Elbonia" in one.made_by and "Freedonia" in one.made_by
    assert recommendation(key, "Publish & explain the list")
    positions = Position.objects.filter(assessment__addressee__recommendation__known_from__key=key)
    assert sorted(positions.values_list("answer", flat=True)) == ["accepted", "noted"]


# JSON under a path: nested values, a look-up for dates, partial dates, values that mean nothing.

NESTED = json.dumps({
    "meta": {"count": 3},
    "data": {"items": [
        {"id": 7, "promise": {"title": "Close the office"}, "state": {"name": "Albania"}, "verdict": "Promise Kept", "session": "Session 12"},
        {"id": 8, "promise": {"title": "Publish the list"}, "state": {"name": "France"}, "verdict": "n/a", "session": "Session 13"},
        {"id": 9, "promise": {"title": "Recall the envoy"}, "state": {"name": "France"}, "verdict": "Promise Broken", "session": "May 2019"},
    ]},
}).encode()  # fmt: skip


def does_nested(hands: Hands) -> None:
    hands.reads(records="data.items")
    hands.columns(
        {
            "id": "recommendation.number",
            "promise.title": "recommendation.statement",
            "state.name": "addressee.government",
            "verdict": "assessment.status",
        }
        | {"session": "recommendation.recommended_on"},
        keys={"recommendation": ["id"]},
    )
    hands.field("recommendation.recommended_on", lookup="Session 12 = 2012-05-30\nSession 13 = 2012-10")
    hands.field("assessment.status", empty="n/a", means={"Promise Kept": "implemented", "Promise Broken": "rejected"})
    hands.whole("NESTED")
    hands.preview()


def says_nested(key: str) -> None:
    days = [str(recommendation(key, words).recommended_on) for words in ("Close the office", "Publish the list", "Recall the envoy")]
    assert days == ["2012-05-30", "2012-10", "2019-05"]


# JSON lines, and a second file joined to them by a key.

LINES = b'{"n": "1", "text": "Close the office"}\n{"n": "2", "text": "Publish the list"}\n'
ANSWERS = b"\xef\xbb\xbfNumber,Country,Status\n1,Albania,Implemented\n2,France,Rejected\n"


def does_lines(hands: Hands) -> None:
    hands.reads()
    hands.columns(
        {"n": "recommendation.number", "text": "recommendation.statement"},
        keys={"recommendation": ["n"]},
        constants={"recommendation.recommended_on": "2019-03"},
    )

    def act(page: Any) -> None:
        page.locator("select[name=join-second-own]").first.select_option("n")
        page.locator("select[name=join-second-other]").first.select_option("Number")

    hands.whole("LINES", act)
    hands.go("columns")
    hands.columns(
        {
            "n": "recommendation.number",
            "text": "recommendation.statement",
            "second.Country": "addressee.government",
            "second.Status": "assessment.status",
        },
        keys={"recommendation": ["n"]},
    )
    hands.preview()


def says_lines(key: str) -> None:
    found = Assessment.objects.filter(addressee__recommendation__known_from__key=key)
    assert sorted(found.values_list("addressee__government__code", "status")) == [("AL", "implemented"), ("FR", "rejected")]


PLAIN = {
    "No": "recommendation.number",
    "Text": "recommendation.statement",
    "Country": "addressee.government",
    "Date": "recommendation.recommended_on",
}


# Commas, MacRoman, lines that end as on old Macintoshes: the encoding is seen to be wrong and chosen.

MACINTOSH = "No,Text,Country,Date\r1,Fermer le bureau de l’été,Albanie,12 février 2019\r2,Publier la liste,France,mars 2019\r".encode("mac-roman")


def does_macintosh(hands: Hands) -> None:
    hands.reads(encoding="mac-roman")
    hands.columns(PLAIN, keys={"recommendation": ["No"]})
    hands.field("recommendation.recommended_on", ticks=["fr"])
    hands.whole("MAC")
    hands.preview()


def says_macintosh(key: str) -> None:
    assert str(recommendation(key, "Fermer le bureau de l’été").recommended_on) == "2019-02-12"


# Windows-1252, line ends of two kinds, a line break within a cell; governments in Spanish, one by a name that it had before.

WINDOWS = (
    'No;Text;Country;Date\r\n1;"Cerrar la oficina\nde España – «ahora»";Alemania;12/03/2019\n2;Publicar la lista;República Checa;01/04/2019\r\n'
    "3;Llamar al embajador;Czech Republic;02/04/2019\n"
).encode("windows-1252")


def does_windows(hands: Hands) -> None:
    hands.reads(encoding="windows-1252")
    hands.columns(PLAIN, keys={"recommendation": ["No"]})
    hands.field("recommendation.recommended_on", ticks=["dd/MM/yyyy"])
    hands.whole("WIN")
    hands.preview()


def says_windows(key: str) -> None:
    assert str(recommendation(key, "Cerrar la oficina\nde España – «ahora»").recommended_on) == "2019-03-12"
    governments = Addressee.objects.filter(recommendation__known_from__key=key).order_by("recommendation__number")
    assert list(governments.values_list("government__code", flat=True)) == ["DE", "CZ", "CZ"]


# JSON lines from right to left, governments in Arabic.

ARABIC = "".join(
    json.dumps({"No": number, "Text": text, "Country": country, "Date": date}, ensure_ascii=False) + "\n"
    for number, text, country, date in (("1", "إغلاق المكتب «فورًا»", "ألبانيا", "2019-03-12"), ("2", "انتشار فهرستِ ۱۲ نام", "فرنسا", "2019-04"))
).encode()


def does_arabic(hands: Hands) -> None:
    hands.reads()
    hands.columns(PLAIN, keys={"recommendation": ["No"]})
    hands.whole("ARABIC")
    hands.preview()


def says_arabic(key: str) -> None:
    assert recommendation(key, "إغلاق المكتب «فورًا»").addressees.get().government.code == "AL"
    assert str(recommendation(key, "انتشار فهرستِ ۱۲ نام").recommended_on) == "2019-04"


# What was done: an action with its event and effect, the report that the row stands in, and a passage of its own; a list with dashes.

DEEDS = (
    b"No,Text,Country,Done,When,Report,Remark\n"
    b'1,Close the office,Albania,"- It closed the office\n- It sold the key",2019-05-04,Annual report,Page 3 tells of the key\n'
    b"2,Publish the list,France,,,Annual report,\n"
)
OF_EACH = {
    "recommendation.recommended_on": "2019-03",
    "action.body": "Ministry of Offices",
    "event.kind": "announced",
    "effect.direction": "not_judged",
    "document.kind": "white_paper",
}


def does_deeds(hands: Hands) -> None:
    hands.reads()
    holds = {"Done": "action.description", "When": "event.on", "Report": "document.title", "Remark": "citation.says"}
    holds |= {name: place for name, place in PLAIN.items() if name != "Date"}
    for lines in (2, 4, 5):  # two empty ones at a time
        hands.columns(holds, constants=dict(list(OF_EACH.items())[:lines]))
    hands.columns(holds, keys={"recommendation": ["No"], "document": ["Report"]}, constants=OF_EACH)
    hands.field("action.description", ticks=["lines"], join="; ")
    hands.whole("DEEDS")
    hands.preview()


def says_deeds(key: str) -> None:
    effect = Effect.objects.get(addressee__recommendation__known_from__key=key)
    assert effect.action.description == "It closed the office; It sold the key"
    assert (str(effect.action.events.get().on), effect.direction) == ("2019-05-04", "not_judged")
    made = recommendation(key, "Close the office")
    assert made.made_in is not None and made.made_in.title == "Annual report"
    assert Citation.objects.filter(says="Page 3 tells of the key", uses__isnull=False).exists()


CASES = {
    "DEEDS": Case((("deeds.csv", DEEDS),), does_deeds, (2, 2, 0), says_deeds),
    "WIN": Case((("lista.csv", WINDOWS),), does_windows, (3, 3, 0), says_windows),
    "ARABIC": Case((("list.jsonl", ARABIC),), does_arabic, (2, 2, 0), says_arabic),
    "SEMI": Case((("odpovědi.csv", SEMICOLONS),), does_semicolons, (3, 4, 4), says_semicolons),
    "TABS": Case((("list.tsv", TABS),), does_tabs, (3, 3, 0), says_tabs),
    "BOOK": Case((("answers.xlsx", workbook()),), does_workbook, (2, 2, 2), says_workbook),
    "NESTED": Case((("promises.json", NESTED),), does_nested, (3, 3, 2), says_nested),
    "LINES": Case((("texts.jsonl", LINES), ("answers.csv", ANSWERS)), does_lines, (2, 2, 2), says_lines),
    "MAC": Case((("liste.csv", MACINTOSH),), does_macintosh, (2, 2, 0), says_macintosh),
}


@pytest.mark.parametrize("key", CASES)
def test_a_strangers_file_goes_in_without_code(key: str, desk_site: Any, new_page: Callable[..., Any]) -> None:
    """Upload, say what it holds, look, apply: the drafts are counted exactly; undone, nothing is left."""
    case = CASES[key]
    page = new_page(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    page.set_default_timeout(15_000)
    signed_in(page, desk_site)
    User.objects.get(username="reviewer").groups.add(Group.objects.get(name="administrator"))  # who may add the theme that a file brings
    hands = Hands(page, desk_site)
    hands.upload(*case.files)
    case.does(hands)
    assert not page.locator("#problems").count(), page.inner_text("#content-main")[:3000]
    assert not Recommendation.objects.filter(known_from__key=key).exists()
    hands.apply("The first export")
    counts = (
        Recommendation.objects.filter(known_from__key=key).count(),
        Addressee.objects.filter(recommendation__known_from__key=key).count(),
        Assessment.objects.filter(addressee__recommendation__known_from__key=key).exclude(status="not_assessed").count(),
    )
    case.says(key)
    assert counts == case.gives
    assert not Version.objects.filter(key__startswith=key).exists()
    hands.follow("a[href$='/undo/']")
    page.fill("#id_reason", "It was a trial")
    hands.follow("button.default")
    work()
    page.wait_for_selector(".import-undone")
    assert hands.batch.state == ImportState.UNDONE, page.inner_text("#content-main")
    assert not Recommendation.objects.filter(known_from__key=key).exists() and not Document.objects.filter(key=key).exists()


def every_step(hands: Hands) -> None:
    """From a file to its preview, so that each page of the import can be looked at."""
    hands.upload(*CASES["SEMI"].files)
    hands.reads(encoding="windows-1250")
    hands.columns(
        {"Text": "recommendation.statement", "No": "recommendation.number", "State": "addressee.government", "Progress": "assessment.status"}
        | {"When": "recommendation.recommended_on"},
        keys={"recommendation": ["No"]},
    )
    hands.whole("SEMI")
    hands.preview()


def test_every_step_is_for_everyone(desk_site: Any, new_page: Callable[..., Any]) -> None:
    """By the rules of WCAG 2.2 AA, wide and narrow, light and dark; nothing is wider than the screen but what scrolls by itself."""
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    complaints = signed_in(page, desk_site)
    hands = Hands(page, desk_site)
    every_step(hands)
    number = hands.batch.pk
    ImportProfile.objects.create(
        name="kept", text=hands.batch.profile_text, made_by=User.objects.get(username="reviewer"), edited_by=User.objects.get(username="reviewer")
    )
    found = []
    for path in (
        "import/", "import/add/", f"import/{number}/format/", f"import/{number}/columns/", f"import/{number}/whole/", f"import/{number}/text/",
        f"import/{number}/change/", f"import/{number}/field/?of=assessment.status", f"import/{number}/field/?of=addressee.government",
        f"import/{number}/field/?of=recommendation.recommended_on", f"import/{number}/apply/", "importprofile/",
        f"importprofile/{ImportProfile.objects.get().pk}/change/",
    ):  # fmt: skip
        assert page.goto(f"{desk_site}/admin/tracker/{path}").status == 200, path
        page.wait_for_load_state("networkidle")
        assert complaints == [], path
        page.evaluate("document.querySelectorAll('#content-main details').forEach(part => part.open = true)")
        found += [f"{path}: {fault}" for fault in faults(page)]
        page.set_viewport_size({"width": 360, "height": 800})
        small = page.evaluate(
            """() => [...document.querySelectorAll('.importing :is(a, button, input, select, summary)')].filter(node => {
                const box = node.getBoundingClientRect(), label = node.closest('label')?.getBoundingClientRect();
                return box.height && Math.max(box.height, label?.height ?? 0) < 24 && getComputedStyle(node).display !== 'inline'
                    && !node.closest('[aria-hidden=true]');
            }).map(node => node.outerHTML.slice(0, 120))"""
        )
        found += [f"{path}: smaller than 24 px: {node}" for node in small]
        complaints.clear()
    assert not found, "\n".join(found)


def test_steps_on_a_telephone_and_on_a_desk(desk_site: Any, new_page: Callable[..., Any]) -> None:
    """The menu is one line that opens; nothing is cut; buttons in a row stand in a row, and the names of the steps stay where they are."""
    page = new_page(viewport={"width": 360, "height": 800})
    signed_in(page, desk_site)
    hands = Hands(page, desk_site)
    every_step(hands)
    assert page.locator("#nouns").bounding_box()["height"] < 60 and not page.locator("#nouns a").first.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert page.get_by_role("link", name="Imports", exact=True).first.is_visible()
    page.get_by_role("button", name="Close").click()
    regions = ".wide:is(.meanings, :has(.counts))"
    beyond = f"[...document.querySelectorAll('{regions}')].map(each => each.scrollWidth - each.clientWidth)"
    for step, query in (("change", ""), ("field", "?of=assessment.status"), ("field", "?of=addressee.government")):
        hands.go(step, query)
        found = page.evaluate(beyond)
        assert found and max(found) <= 0, (step, query)
    sizes = "kind => parseFloat(getComputedStyle(document.querySelector(kind)).fontSize)"
    hands.go("whole")
    assert page.evaluate(sizes, ".choice > label") < page.evaluate(sizes, ".companions legend")
    hands.go("text")
    assert page.locator("#id_text").bounding_box()["height"] > 300
    page.goto(f"{desk_site}/admin/tracker/import/add/")
    go_on, cancel = page.locator(".submit-row > *").evaluate_all("all => all.map(each => each.getBoundingClientRect())")
    assert cancel["width"] < 2 * go_on["width"] and cancel["y"] == go_on["y"] and abs(cancel["height"] - go_on["height"]) < 1

    page.set_viewport_size({"width": 1280, "height": 900})
    places = set()
    for step in ("format", "columns", "whole", "text", "change"):
        hands.go(step)
        places.add(tuple(page.locator(".way a").evaluate_all("all => all.map(each => each.getBoundingClientRect().x)")))
    assert len(places) == 1, places
    apply, again = page.locator(".submit-row.steps button").evaluate_all("all => all.map(each => each.getBoundingClientRect())")
    assert (apply["y"], apply["height"]) == (again["y"], again["height"])
    hands.go("format")
    assert page.locator("td", has_text="12.03.2019").first.evaluate("cell => getComputedStyle(cell).whiteSpace") == "nowrap"

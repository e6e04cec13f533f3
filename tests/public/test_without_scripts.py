"""Walks without JavaScript: every control of a page is a link or a GET form, and each form leads to a page that shows what was chosen.

What needs a browser is tried in one (tests/browser); here pages are read as any program reads them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urlencode, urljoin

import pytest
from django.test import Client

WALKED = {
    "timeline": "/timeline/",
    "timeline of a government": "/timeline/?government=BE&as_of=2023-06-01",
    "map": "/map/",
    "map through the Union": "/map/?recommendation=MQ-1&region=europe&eu=members",
    "compare, to choose": "/compare/",
    "compare governments": "/compare/?government=AL&with_government=FR&as_of=2023-06-01",
    "search, to ask": "/search/",
    "search": "/search/?q=expel&kind=recommendation&as_of=2023-06-01",
    "citations": "/citations/?recommendation=MQ-1",
    "share a status": "/share/status/MQ-1/AL/",
    "share a row": "/share/row/MQ-1/?as_of=2020-01-01&known=edition-1",
    "share a chart": "/share/chart/document/WP-MQ/",
}
MOST_LINKS = 12
"""Links of a page that are followed, from its beginning to its end."""
DAY, WORD, EDITION = "2022-12-31", "diplomats", "2"
"""What is typed into fields of these kinds: another than what stands there."""


@dataclass
class Control:
    """A field of a form: the values that it can have, and those that it has. ``kind`` is its type, or “select”."""

    kind: str
    name: str
    required: bool = False
    options: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    values: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form: where it leads, how, and its fields."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    buttons: int = 0

    def sent(self, *changed: tuple[Control, list[str]]) -> list[tuple[str, str]]:
        """What is sent where some fields are changed; a select without a choice sends its first option, as browsers do."""
        pairs = []
        for control in self.controls:
            values = next((values for other, values in changed if other is control), control.values)
            if control.kind == "select" and not values:
                values = control.options[:1]
            pairs += [(control.name, value) for value in values]
        return pairs


class Page(HTMLParser):
    """What a reader can do on a page: links, forms, and what lies outside of any form."""

    def __init__(self, markup: str) -> None:
        """Read it."""
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.ids: set[str] = set()
        self.stray: list[str] = []
        self.opens: set[str] = set()  # what buttons open and close by themselves: popovers, named by their ids
        self.popovers: set[str] = set()
        self._within: list[str] = []
        self._form: Form | None = None
        self._select: Control | None = None
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.add(given["id"])
            if "popover" in given:
                self.popovers.add(given["id"])
        if any(name.startswith("on") for name in given) or given.get("href", "").startswith("javascript:"):
            self.stray.append(self.get_starttag_text() or tag)
        if tag in ("main", "dialog"):
            self._within.append(tag)
        if "dialog" in self._within:
            return  # opened by scripts alone, beside the link that does the same
        if tag == "a" and "href" in given and "main" in self._within:
            self.links.append(given["href"])
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag in ("input", "select", "button"):
            self._control(tag, given)
        elif tag == "option" and self._select is not None:
            self._select.options.append(given["value"])
            if "selected" in given:
                self._select.values.append(given["value"])
        elif tag == "textarea" and "readonly" not in given:
            self.stray.append(self.get_starttag_text() or tag)

    def handle_endtag(self, tag: str) -> None:
        """The end of one."""
        if self._within and self._within[-1] == tag:
            self._within.pop()
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        """What an option says."""
        if self._select is not None and self._select.options and data.strip():
            self._select.labels.setdefault(self._select.options[-1], data.strip())

    def _control(self, tag: str, given: dict[str, str]) -> None:
        if tag == "button" and "popovertarget" in given and given.get("type") == "button":
            self.opens.add(given["popovertarget"])
        elif self._form is None:
            self.stray.append(self.get_starttag_text() or tag)
        elif tag == "button":
            self._form.buttons += 1
        else:
            kind, value = ("select" if tag == "select" else given.get("type", "text")), given.get("value", "")
            control = Control(kind, given["name"], "required" in given)
            self._form.controls.append(control)
            if tag == "select":
                self._select = control
            elif kind in ("checkbox", "radio"):
                control.options, control.values = [value], [value] if "checked" in given else []
            else:
                control.values = [value]


def read(address: str) -> tuple[str, Page]:
    response: Any = Client(SERVER_NAME="localhost").get(address)
    assert response.status_code == 200, address
    markup = response.content.decode()
    return markup, Page(markup)


def choices(form: Form) -> Iterator[tuple[Control, list[str]]]:
    """Each field of a form with something else than it says."""
    for control in form.controls:
        match control.kind:
            case "select":
                others = [option for option in control.options if option and option not in (control.values or control.options[:1])]
                if others:
                    yield control, [others[len(others) // 2]]
            case "checkbox" | "radio":
                if not control.values:
                    yield control, control.options
            case "date":
                if control.name != "known":  # nothing was published on days before today; the editions beside it are tried
                    yield control, [DAY]
            case "number":
                yield control, [EDITION]
            case "search" | "text":
                yield control, ["edition-1" if control.name.endswith("known") else WORD]


def completed(form: Form, chosen: Control) -> list[tuple[Control, list[str]]]:
    """Fields that must be filled and are not, each with something."""
    needed = [control for control in form.controls if control.required and control is not chosen and not any(control.values)]
    return [(control, [next(option for option in control.options if option)]) for control in needed]


def shows(markup: str, page: Page, name: str, values: list[str], labels: dict[str, str]) -> bool:
    """Whether a field of that name has the values, or, where there is none, the page says them, in words or by a link to what they name."""
    if not any(control.name == name and control.kind != "hidden" for form in page.forms for control in form.controls):
        return all(
            any(said in markup for said in (labels.get(value, value), f"/{value}/", f'datetime="{value}"', value.replace("-", " ")))
            for value in values
        )
    wanted = {value.removeprefix("edition-") for value in values}
    return any(
        control.name == name and control.kind != "hidden" and wanted <= {value.removeprefix("edition-") for value in control.values}
        for form in page.forms
        for control in form.controls
    )


@pytest.mark.parametrize("path", WALKED.values(), ids=WALKED)
def test_every_control_is_a_link_or_a_form_that_shows_its_choice(published: str, path: str) -> None:
    _markup, page = read(path)
    assert page.stray == []
    assert page.opens == page.popovers == {"menu"}, "a button that needs no script opens what is there to be opened"
    assert page.forms
    tried = set()
    for form in page.forms:
        assert form.method == "get" and form.buttons > 0, "it can be sent without scripts"
        for control, values in choices(form):
            if (control.name, control.kind, form.action) in tried:
                continue  # one checkbox of each filter, one field of each name
            tried.add((control.name, control.kind, form.action))
            sent = urlencode(form.sent((control, values), *completed(form, control)))
            address = f"{urljoin(path, form.action or path).split('?')[0]}?{sent}"
            markup, after = read(address)
            assert shows(markup, after, control.name, values, control.labels), f"{address}: {control.name} is not shown as {values}"
    assert {name for name, _kind, _action in tried} >= {"as_of", "known", "q"}, "the two clocks and the search of every page"


@pytest.mark.parametrize("path", [path for path in WALKED.values() if path not in ("/compare/", "/search/")])
def test_its_links_lead_on(published: str, path: str) -> None:
    _markup, page = read(path)
    inside = [urldefrag(href) for href in page.links if not href.startswith(("http:", "https:", "mailto:"))]
    assert inside
    assert {fragment for target, fragment in inside if not target} <= page.ids
    addresses = list(dict.fromkeys(urljoin(path, target) for target, _fragment in inside if target))
    for address in addresses[:: max(1, len(addresses) // MOST_LINKS)]:
        response = Client(SERVER_NAME="localhost").get(address)
        assert response.status_code == 200, address


def test_a_control_that_needs_scripts_is_found() -> None:
    assert Page('<main><button>Go</button><a href="javascript:x()">x</a><p onclick="x()"></p><select name="a"></select></main>').stray != []
    assert Page('<main><button popovertarget="a">Go</button></main>').stray != []  # it would send a form
    form = Page('<form><select name="a"><option value="1">1</option><option value="2" selected>2</option></select></form>').forms[0]
    assert form.sent() == [("a", "2")]
    assert [(control.name, values) for control, values in choices(form)] == [("a", ["1"])]

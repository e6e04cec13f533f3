"""Filling in the admin's forms as a browser does: what a page offers, with what a person types over it."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.test import Client

ROLES = ("researcher", "reviewer", "administrator", "auditor")


class _Fields(HTMLParser):
    """Names and values of the fields of the main form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.select: str | None = None
        self.text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and name and given.get("type") not in ("submit", "button", "file"):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self.values.setdefault(name, []).append(given.get("value") or ("on" if given.get("type") == "checkbox" else ""))
        elif tag == "select":
            self.select = name
            self.values.setdefault(name, [])
        elif tag == "option" and self.select and "selected" in given:
            self.values[self.select].append(given.get("value") or "")
        elif tag == "textarea":
            self.text = name
            self.values[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = None
        elif tag == "textarea" and self.text is not None:
            # The first line break is the page's, not the text's: browsers leave it out.
            self.values[self.text] = [self.values[self.text][0].removeprefix("\n")]
            self.text = None

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.values[self.text][0] += data


def fields_of(html: str) -> dict[str, list[str]]:
    """Names and values of the fields in a piece of a page."""
    reader = _Fields()
    reader.feed(html)
    return reader.values


class Form:
    """A page's form. ``fill`` types, ``row`` adds a row below it, ``send`` presses a button."""

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.path = client, path
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        self.values = fields_of(response.content.decode())
        self.values.pop("csrfmiddlewaretoken", None)
        self.used: dict[str, int] = {}

    def fill(self, **typed: Any) -> "Form":
        """Type into fields; an unknown one is a mistake of the test."""
        for name, value in typed.items():
            assert name in self.values or isinstance(value, bool), f"{self.path} has no field {name}"
            self._put(name, value)
        return self

    def row(self, prefix: str, **typed: Any) -> "Form":
        """Fill the next row that is not used yet."""
        total, initial = (int(self.values[f"{prefix}-{name}_FORMS"][0]) for name in ("TOTAL", "INITIAL"))
        index = self.used.get(prefix, initial)
        self.used[prefix] = index + 1
        if index >= total:
            self.values[f"{prefix}-TOTAL_FORMS"] = [str(index + 1)]
            for name in [name for name in self.values if name.startswith(f"{prefix}-__prefix__-")]:
                self.values[name.replace("__prefix__", str(index))] = list(self.values[name])
        for name, value in typed.items():
            self._put(f"{prefix}-{index}-{name}", value)
        return self

    def send(self, button: str = "_save") -> Any:
        """Post it."""
        data = {name: value for name, value in self.values.items() if "__prefix__" not in name and name != "action"}
        return self.client.post(self.path, {**data, button: "1"})

    def _put(self, name: str, value: Any) -> None:
        if value is False:
            self.values.pop(name, None)
        else:
            self.values[name] = [str(item) for item in value] if isinstance(value, list) else ["on" if value is True else str(value)]


def words(response: Any) -> str:
    """The text of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def errors(response: Any) -> list[str]:
    """The sentences of the errors that a form shows."""
    lists = re.findall(r'<ul class="errorlist[^"]*"[^>]*>(.*?)</ul>', response.content.decode(), re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", item)) for found in lists for item in re.findall(r"<li>(.*?)</li>", found, re.DOTALL)]

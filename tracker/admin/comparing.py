"""Two bodies of one record beside each other, in words: fields by their names, parts by what names them, long texts word by word."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracker.admin.content import OF_KIND, OF_PART, is_part, label_of, names_in_order, words_of
from tracker.editorial.freeze import Body
from tracker.editorial.paths import aligned, name_of

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
MOST_WORDS = 3000
"""Texts longer than this together are not compared word by word: it would take seconds, and nobody reads the result."""
LEAST_ALIKE = 0.35
"""Texts that share less than this are shown one after the other: a patchwork of single words is harder to read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field. ``path`` is its place in the newer body, or in the older where the newer has none."""

    path: str
    label: str
    before: str
    after: str
    state: str

    @property
    def as_one(self) -> str:
        """Both in one text, what went struck out and what came underlined."""
        if self.state == SAME:
            return self.after
        return word_by_word(self.before, self.after)


@dataclass(slots=True)
class Item:
    """One of a record's parts, with its fields and parts of its own."""

    path: str
    title: str
    state: str
    rows: list[Row] = field(default_factory=list)
    groups: "list[Group]" = field(default_factory=list)
    body: Body = field(default_factory=dict)

    @property
    def changed_rows(self) -> list[Row]:
        """Those that say something else; of a part that came or went, all of them."""
        return [row for row in self.rows if row.state != SAME]


@dataclass(frozen=True, slots=True)
class Group:
    """The parts of one sort."""

    name: str
    label: str
    items: list[Item]

    @property
    def changed(self) -> list[Item]:
        """The items that differ."""
        return [item for item in self.items if item.state != SAME]


def compare(before: Body | None, after: Body, kind: str) -> Item:
    """A record's older body (None: there was none, everything is new) beside its newer one."""
    return _item("", "", before, after, OF_KIND[kind])


def word_by_word(before: str, after: str) -> SafeString:
    """Both texts as one, in HTML."""
    if not before or not after:
        return _pieces([("del", before), ("ins", after)])
    old, new = (re.findall(r"\w+|\s+|[^\w\s]", text) for text in (before, after))
    if len(old) + len(new) > MOST_WORDS:
        return _pieces([("del", before), ("ins", after)])
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < LEAST_ALIKE:
        return _pieces([("del", before), ("ins", after)])
    return _pieces(list(_joined(matcher.get_opcodes(), old, new)))


def _joined(steps: Sequence[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """The pieces in order. Two changes with nothing but a space or a comma between them are one change."""
    gone: list[str] = []
    come: list[str] = []
    for number, (step, i, j, k, m) in enumerate(steps):
        same = "".join(old[i:j])
        if step != "equal":
            gone += old[i:j]
            come += new[k:m]
        elif gone and come and number < len(steps) - 1 and not re.search(r"\w", same):
            gone.append(same)
            come.append(same)
        else:
            yield from (("del", "".join(gone)), ("ins", "".join(come)), ("", same))
            gone, come = [], []
    yield from (("del", "".join(gone)), ("ins", "".join(come)))


def _pieces(pieces: list[tuple[str, str]]) -> SafeString:
    return format_html_join(
        "",
        "{}",
        ((format_html("<{tag}>{}</{tag}>", text, tag=mark_safe(tag)) if tag else text,) for tag, text in pieces if text),
    )


def _item(path: str, title: str, before: Body | None, after: Body | None, models: tuple[type, ...]) -> Item:
    state = ADDED if before is None else REMOVED if after is None else SAME if before == after else CHANGED
    body: Body = after if after is not None else before or {}
    made = Item(path, title, state, body=body)
    old, new = before or {}, after or {}
    for name in names_in_order(body, models):
        here = f"{path}.{name}" if path else name
        if is_part(body[name]):
            group = _group(here, name, old.get(name) or [], new.get(name) or [])
            if group.items:
                made.groups.append(group)
            continue
        was, is_now = words_of(name, old.get(name), models), words_of(name, new.get(name), models)
        if not old.get(name) and not new.get(name):
            continue  # a tick that nobody made
        made.rows.append(Row(here, label_of(name, models), was, is_now, _state(was, is_now)))
    return made


def _group(path: str, name: str, before: list[Body], after: list[Body]) -> Group:
    place = {name_of(name, item): number for number, item in enumerate(after)}
    items = []
    for old, new in aligned(name, before, after):
        there = place[name_of(name, new)] if new is not None else before.index(old)  # type: ignore[arg-type]
        items.append(_item(f"{path}.{there}", title_of_part(name, new or old or {}), old, new, OF_PART.get(name, ())))
    return Group(name, label_of(name, ()), items)


def _state(before: str, after: str) -> str:
    return SAME if before == after else ADDED if not before else REMOVED if not after else CHANGED


TITLES: dict[str, tuple[str, ...]] = {
    "addressees": ("government",),
    "citations": ("stance", "document", "locator"),
    "deadline_moves": ("before", "after"),
    "effects": ("recommendation", "government", "direction"),
    "events": ("kind", "on"),
    "parties": ("name", "standing", "on"),
    "positions": ("answer", "on"),
    "relations": ("kind", "other"),
    "replies": ("said_by", "on"),
    "searches": ("searched_on", "searched_by"),
    "snapshots": ("captured_at", "media_type"),
    "themes": ("name",),
    "translations": ("text", "language"),
}


def title_of_part(part: str, item: Body) -> str:
    """What a part is called, as *supports · REPORT · p. 4*."""
    return " · ".join(words for name in TITLES[part] if (words := words_of(name, item.get(name), OF_PART.get(part, ()))))


def place_in_words(body: Body, path: str, kind: str) -> str:
    """A field's place as people say it: *Events, occurred · 2020: Date*. The empty path is the record as a whole."""
    if not path:
        return _("The record as a whole")
    words: list[str] = []
    here: Any = body
    models, part = OF_KIND[kind], ""
    for step in path.split("."):
        if isinstance(here, list):
            here = here[int(step)] if step.isdecimal() and int(step) < len(here) else {}
            words[-1] += f", {title_of_part(part, here)}"
        else:
            here = here.get(step)
            words.append(label_of(step, models))
            if is_part(here):
                part, models = step, OF_PART.get(step, ())
    return ": ".join(words)

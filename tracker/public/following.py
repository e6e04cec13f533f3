"""Which feed follows a page: the record of changes with the page's own filters, as far as they mean the same of changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.public.filters import Grammar

SAME_OF_CHANGES = ("recommendation", "status", "government", "group", "document", "measure", "theme", "disputed")
"""The filters that choose the same records in a list and in the record of changes; ``q`` and ``year`` ask there for other words and other years."""
KINDS = {"recommendations": "", "addressees": "", "documents": "document", "actions": "action", "effects": "action", "assessments": "assessment"}
"""The kind of record that a list consists of, where its changes are those of one kind."""


@dataclass(frozen=True)
class Follow:
    """A feed: its address, what it follows in words, and the filters of the page that it leaves out."""

    url: str
    title: str
    without: tuple[str, ...] = ()


def following(title: str, filters: Mapping[str, Sequence[str] | str], without: Sequence[str] = ()) -> Follow:
    """The feed of changes with these filters. It is read by today's clocks, whatever the page's: a feed is about what comes."""
    query = urlencode([(name, value) for name, values in filters.items() for value in ([values] if isinstance(values, str) else values)])
    return Follow(reverse("changes-feed") + (f"?{query}" if query else ""), title, tuple(without))


def _short(filter_: str, value: str, words: Any) -> str:
    """What a value is called in a line of the page's language: a record by its reference, which reads the same in every one."""
    return value if filter_ in ("recommendation", "document") else str(words)


def following_list(name: str, grammar: Grammar) -> Follow:
    """The feed of the list of that name with these filters."""
    given = grammar.given
    kept: dict[str, Sequence[str] | str] = {filter_: values for filter_, values in given.items() if filter_ in SAME_OF_CHANGES}
    if kind := KINDS.get(name):
        kept["kind"] = kind
    words = "; ".join(
        f"{label} {', '.join(_short(filter_, *value) for value in values)}" for filter_, label, values in grammar.chosen() if filter_ in kept
    )
    without = [str(label) for filter_, label, _values in grammar.in_words() if filter_ not in kept]
    return following(_("Changes: %(filter)s") % {"filter": words} if words else _("Changes of this list"), kept, without)

"""What the drawn pages need: the words of a place on the map, and its pattern. ``{% load drawings %}``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

from tracker.languages import names
from tracker.public.summaries.timeline import Entry
from tracker.public.summaries.world_map import Place
from tracker.rules.vocabulary import Answer, Direction, Status
from tracker.templatetags.publication import effect_mark, in_time, in_words
from tracker.templatetags.wording import wording, wording_text

register = template.Library()

_CLASS_WORDS = {
    "all": gettext_lazy("all of its counted addressees implemented or partially implemented"),
    "half": gettext_lazy("half or more, not all"),
    "some": gettext_lazy("fewer than half, at least one"),
    "none": gettext_lazy("none so far"),
    "unassessed": gettext_lazy("none of them assessed"),
}


@register.filter
def fill_in_words(fill: str) -> str:
    """What a class of the map means: a status's label, or a class of uptake."""
    return str(_CLASS_WORDS[fill]) if fill in _CLASS_WORDS else gettext(Status(fill).label)


@register.filter
def place_in_words(place: Place) -> str:
    """A government and what the map says of it, for titles: “Albania: implemented”, “Belgium: 2 of 5 ...”."""
    name = names.government(place.code, place.name)
    if place.through:
        words = gettext("%(name)s: through the %(body)s as a body (%(words)s); not a status of its own")
        return words % {"name": name, "body": gettext(place.through), "words": fill_in_words(place.fill)}
    if place.fill not in _CLASS_WORDS:
        return gettext("%(name)s: %(words)s") % {"name": name, "words": fill_in_words(place.fill)}
    words = ngettext(
        "%(name)s: %(taken)s of %(n)s counted addressee implemented or partially implemented; %(not_assessed)s not assessed",
        "%(name)s: %(taken)s of %(n)s counted addressees implemented or partially implemented; %(not_assessed)s not assessed",
        place.counted,
    )
    return words % {"name": name, "taken": place.taken_up, "n": place.counted, "not_assessed": place.not_assessed}


@register.filter
def place_names(places: list[Place]) -> list[str]:
    """The governments by their names."""
    return [names.government(place.code, place.name) for place in places]


@register.simple_tag
def swatch(fill: str) -> SafeString:
    """A small box in a class's pattern, for legend and table; always beside words, so hidden from screen readers."""
    return format_html(
        '<svg class="swatch" width="26" height="16" aria-hidden="true" focusable="false">'
        '<rect x="0.5" y="0.5" width="25" height="15" fill="url(#fill-{})"/></svg>',
        fill,
    )


# The timeline


SIZE, AGAINST = 14, 19
"""Pixels of a sign; those of what went against a recommendation or undid a step are larger, so that nobody passes over them."""


@dataclass(frozen=True, slots=True)
class Sign:
    """How something on the timeline looks: a shape of the sprite, a tone, pixels across."""

    shape: str
    tone: str
    size: int = SIZE

    @property
    def corner(self) -> float:
        """Where it begins, left and above of its middle."""
        return -self.size / 2

    @property
    def halo(self) -> float:
        """Half the width of the clear ground around it."""
        return self.size / 2 + 1.5


@register.filter
def sign(entry: Entry) -> Sign:
    """The sign of something on the timeline. What others judged keeps the tone of its status, in a shape that no status of ours has."""
    if entry.kind == "effect":
        shape, tone = effect_mark(entry.of.direction, entry.of.sign)
        against = entry.of.direction in (None, Direction.CONTRADICTS)
        return Sign(shape, tone, AGAINST if against else SIZE)
    if entry.kind == "verdict":
        return Sign("diamond", Status(entry.of.status).tone.value)
    return Sign({"position": "flag", "deadline": "deadline", "moved": "deadline-moved"}[entry.kind], "pending")


@register.simple_tag(takes_context=True)
def dated_words(context: Context, entry: Entry) -> str:
    """What something on the timeline is, after its date, as plain text for a title."""
    return gettext("%(day)s: %(what)s") % {"day": in_words(entry.on), "what": _entry_in_words(entry, wording_text, context)}


@register.simple_tag(takes_context=True)
def entry_in_words(context: Context, entry: Entry) -> SafeString:
    """What something on the timeline is, without its date, for its row in the table: an action by its title in the reader's language."""

    def titled(context: Context, row: Any, column: str) -> str:
        return wording(context, row, column, bare=True)

    said = _entry_in_words(entry, titled, context)
    return SafeString(said) if entry.kind == "effect" else format_html("{}", said)


def _entry_in_words(entry: Entry, titled: Callable[[Context, Any, str], str], context: Context) -> str:
    """The words of an entry; ``titled`` gives the title of an action."""
    if entry.kind == "effect":
        effect = entry.of
        words = gettext("%(action)s (%(direction)s; %(order)s)")
        if effect.ended_on:
            words = gettext("%(action)s (%(direction)s; %(order)s; ended %(ended)s)")
        direction = gettext(Direction(effect.direction).label) if effect.direction else gettext("reverses")
        order = in_time(effect.earlier, effect.in_place)
        return words % {"action": titled(context, effect, "action_title"), "direction": direction, "order": order, "ended": in_words(effect.ended_on)}
    if entry.kind == "position":
        return gettext("position: %(answer)s, said by %(who)s") % {"answer": gettext(Answer(entry.of["answer"]).label), "who": entry.by}
    if entry.kind == "verdict":
        return gettext("verdict of %(who)s: %(status)s") % {"who": entry.by, "status": gettext(Status(entry.of.status).label)}
    if entry.kind == "deadline":
        return gettext("deadline that holds")
    given = {"before": in_words(entry.of["before"]), "after": in_words(entry.of["after"]), "who": entry.by}
    if not entry.of["after"]:
        return gettext("deadline of %(before)s given up, by %(who)s") % given
    return gettext("deadline moved from %(before)s to %(after)s, by %(who)s") % given

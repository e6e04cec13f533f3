"""Where what is wrong with an import is mended: words that the file uses are said to mean ours, and everything else leads to its page."""

import dataclasses
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.utils.translation import gettext as _

from tracker.admin.importing import field, frame, reading
from tracker.admin.importing.draft import Slot, column_of, rule_of, slot_words, with_rule
from tracker.admin.importing.lacking import OF_THE_WHOLE, place_of
from tracker.admin.importing.vocabulary import suggested, words_of
from tracker.editorial.verbs import Refused
from tracker.exchange.profiles import Governments, Profile
from tracker.exchange.profiles.kinds import KINDS, is_government, plain
from tracker.exchange.schema import Column
from tracker.models import Import, Measure, Theme

CLOSE = 0.6
"""How much alike two words are, of 1, for the one to be offered first for the other."""

Said = tuple[str, str, str]
"""A field of the profile, a value of the file, and the word that it means; :data:`field.NOTHING` for none, nothing while nobody says."""


def choices(profile: Profile, about: str) -> list[tuple[str, str]]:
    """The words that a value of a field may be said to mean, as a select offers them; none where nothing is mapped."""
    slot = Slot.of(about)
    rule, column = (rule_of(profile, slot), column_of(profile, slot)) if slot else (None, None)
    if rule is None or column is None:
        return []
    if is_government(column):
        governments = Governments.of_the_desk()
        return sorted(governments.names.items(), key=lambda one: one[1])
    if not rule.map and (model := _kept_here(column)):
        return list(model._default_manager.order_by("name").values_list("key", "name"))
    return words_of(column) or [(word, word) for word in dict.fromkeys(rule.map.values()) if word]


def _kept_here(column: Column) -> type[models.Model] | None:
    """Themes and kinds of measure: words of which the desk has its own, and to which an administrator adds. None for any other field."""
    named = column.own.related_model if column.is_reference else column.own.model
    return named if named in (Theme, Measure) else None


def unknown_words(batch: Import, profile: Profile, found: Iterable[Mapping[str, Any]], typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is none of the words of its field, each with those that it may mean, and with what was said of it before a session ended."""
    offered: dict[str, list[tuple[str, str]]] = {}
    lines = []
    for index, one in enumerate(found):
        about = one["about"]
        if about not in offered:
            offered[about] = choices(profile, about)
        alike = sorted(((_alike(one["value"], choice), choice) for choice in offered[about]), key=lambda pair: -pair[0])
        lines.append({
            "index": index, **one, "field": words_of_place(profile, about), "address": place(batch, profile, about)[0], "choices": offered[about],
            "is_kept_here": bool((slot := Slot.of(about)) and (column := column_of(profile, slot)) and _kept_here(column)),
            "close": suggested(about, one["value"], offered[about]) or [choice for share, choice in alike if share >= CLOSE][:3],
            "chosen": typed.get(f"means-{index}", "") if typed.get(f"word-{index}") == one["value"] and typed.get(f"of-{index}") == about else "",
        })  # fmt: skip
    return lines


def sent(post: Mapping[str, Any]) -> list[Said]:
    """What a form says of unknown words."""
    return [
        (post.get(f"of-{index}", ""), post[f"word-{index}"], post.get(f"means-{index}", "")) for index in range(len(post)) if f"word-{index}" in post
    ]


def with_meanings(profile: Profile, said: Iterable[Said]) -> Profile:
    """The profile with what was said in the maps of its fields. ``Refused`` where a field takes no such word."""
    offered: dict[str, dict[str, str]] = {}
    for about, value, word in said:
        if word == field.AS_IT_IS:
            continue
        if about not in offered:
            offered[about] = dict(choices(profile, about))
        slot = Slot.of(about)
        rule = rule_of(profile, slot) if slot else None
        if slot is None or rule is None or (word != field.NOTHING and word not in offered[about]):
            raise Refused(_("“%(word)s” is none of the words that %(field)s takes; choose one of the list.") % {"word": word, "field": about})
        means = "" if word == field.NOTHING else word
        column = column_of(profile, slot)
        if column is not None and _kept_here(column) and not rule.map:
            profile = field.looked_up(profile, slot, rule, {value: means})
        else:
            kept = {spelt: meant for spelt, meant in rule.map.items() if plain(spelt) != plain(value)}
            profile = with_rule(profile, slot, dataclasses.replace(rule, map={**kept, value: means}))
    return profile


def place(batch: Import, profile: Profile, about: str) -> tuple[str, str]:
    """The address of the page on which a problem is mended, and what is done there; nothing for what is mended in the file alone."""
    head, _dot, name = about.partition(".")
    if head in OF_THE_WHOLE:
        return place_of(batch, profile, about).url, _("Say it for the whole file")
    if head not in KINDS:
        return "", ""
    if name == "key":
        return frame.url(batch, "columns"), _("Say which columns tell them apart")
    rule = rule_of(profile, Slot(head, name))
    if rule is None or rule.constant:
        return place_of(batch, profile, about).url, _("Say what the columns hold")
    return f"{frame.url(batch, 'field')}?{urlencode({'of': about})}", _("Say how it is read")


def of_the_file(batch: Import) -> list[tuple[str, str]]:
    """Why an import was broken off, a sentence a line, each with the page on which it is mended: a column that the file does not have.

    What of the profile it is about is called as the forms call it, with its key for those who write the text.
    """
    profile, _mistakes = reading.profile_of(batch)
    lines = []
    for line in batch.problem.splitlines():
        key, _colon, says = line.partition(": ")
        head = key.partition(".")[0]
        if says and " " not in key and (head in KINDS or head in OF_THE_WHOLE):
            to = place_of(batch, profile, key)
            words = " · ".join(dict.fromkeys([frame.words_of(to.step), to.words]))
            lines.append((f"{words} ({key}): {says}", to.url))
        else:
            lines.append((line, ""))
    return lines


def words_of_place(profile: Profile, about: str) -> str:
    """A field of a profile in words."""
    slot = Slot.of(about)
    return slot_words(profile, slot) if slot else about


def _alike(value: str, choice: tuple[str, str]) -> float:
    spelt = plain(value)
    return max(SequenceMatcher(None, spelt, plain(text)).ratio() for text in choice)

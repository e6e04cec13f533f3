"""What the columns of a file hold: a line a column, with what stands in it, and the places that it fills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracker.admin.importing import frame, reading
from tracker.admin.importing.draft import (
    Offered,
    Slot,
    column_of,
    guesses,
    key_guesses,
    kind_of,
    places,
    record_words,
    rules_of,
    slot_words,
    with_places,
)
from tracker.admin.importing.lacking import TOLD_APART
from tracker.exchange.profiles import Governments, Profile
from tracker.exchange.tables import TableError
from tracker.signin.keeping import outlives_session, sent

SPARE = 2
"""Empty lines for values that every row has; a button gives more."""


class Places:
    """The places as the options of a select. There is a select for each column: the options are written once."""

    def __init__(self, profile: Profile) -> None:
        self.html = format_html_join(
            "",
            '<optgroup label="{}">{}</optgroup>',
            ((group, format_html_join("", '<option value="{}">{}</option>', fields)) for group, fields in places(profile)),
        )

    def choosing(self, value: str) -> SafeString:
        """With one of them chosen."""
        before = format_html('<option value="{}"', value)
        return mark_safe(self.html.replace(before, f"{before} selected", 1)) if value else self.html  # made of escaped parts


@dataclass
class Line:
    """A column as the page shows it."""

    index: int
    offered: Offered
    held: list[tuple[str, SafeString]]  # each select's id, empty where another has it already, and its options, with the place chosen
    links: list[tuple[str, str]] = field(default_factory=list)  # address and words: how its cells are read, a place each

    @property
    def empty_share(self) -> int:
        """In percent."""
        return round(self.offered.empty * 100)


@dataclass
class Chosen:
    """What the form holds: the places of each column by name, values of every row, keys by record."""

    held: dict[str, list[Slot]] = field(default_factory=dict)
    constants: list[tuple[str, str]] = field(default_factory=list)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def records(self) -> list[str]:
        """The records that something was chosen for."""
        named = [slot.record for slots in self.held.values() for slot in slots]
        named += [slot.record for text, _value in self.constants if (slot := Slot.of(text))]
        return list(dict.fromkeys(named))


@outlives_session
def view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The step."""
    batch = frame.to_work_on(request, pk)
    if back := frame.refused_for_now(request, batch):
        return back
    profile, mistakes = reading.profile_of(batch)
    try:
        offered = reading.offered(batch, profile)
    except TableError as error:
        return frame.page(admin, request, batch, "columns", "columns", errors=[str(error)], step_title=frame.words_of("columns"), unreadable=True)
    governments = Governments.of_the_desk()
    guessed = guesses(offered, governments)
    is_new = not batch.profile_text
    errors: list[str] = []
    if request.method == "POST":
        chosen = _sent(request.POST, offered, profile)
        if sent(request) and "_more" not in request.POST:
            made, errors = _made(profile, chosen, offered, guessed)
            if made is not None and not errors:
                reading.keep_profile(batch, made, by=request.user)
                return HttpResponseRedirect(frame.url(batch, "whole" if "_on" in request.POST else "columns"))
    elif is_new:
        chosen = Chosen(held=_of_guesses(guessed), keys=key_guesses(offered, governments))
    else:
        chosen = _of_profile(profile, offered)
    choices = Places(profile)
    lines = _lines(offered, chosen, choices)
    if not is_new:
        for line in lines:
            line.links = _links(batch, profile, line.offered)
    spare = SPARE + (3 if "_more" in request.POST else 0)
    constants = [(place, choices.choosing(place), value) for place, value in [*chosen.constants, *[("", "")] * spare]]
    return frame.page(
        admin, request, batch, "columns", "columns", reading.still(batch),
        title=_("What the columns of “%(file)s” hold") % {"file": batch.file_name}, step_title=frame.words_of("columns"), errors=errors,
        lines=lines, none=choices.html, constants=constants,
        keys=_keys(profile, chosen, offered, {mistake.key for mistake in mistakes}), is_new=is_new,
        guessed=is_new and bool(guessed), looked_at=reading.LOOKED_AT,
    )  # fmt: skip


def _lines(offered: Sequence[Offered], chosen: Chosen, choices: Places) -> list[Line]:
    """A line a column. The first select that has a place is found by it."""
    met: set[Slot] = set()
    lines = []
    for index, each in enumerate(offered):
        held = []
        for slot in chosen.held.get(each.name, ()):
            held.append(("" if slot in met else f"place-{slot}", choices.choosing(str(slot))))
            met.add(slot)
        lines.append(Line(index, each, held))
    return lines


def _of_guesses(guessed: Mapping[tuple[str, Slot], Any]) -> dict[str, list[Slot]]:
    held: dict[str, list[Slot]] = {}
    taken: set[Slot] = set()
    for column, slot in guessed:
        if slot not in taken:
            taken.add(slot)
            held.setdefault(column, []).append(slot)
    return held


def _of_profile(profile: Profile, offered: Sequence[Offered]) -> Chosen:
    chosen = Chosen(keys={name: record.key for name, record in profile.records.items() if record.key})
    for slot, rule in rules_of(profile):
        if rule.constant:
            chosen.constants.append((str(slot), rule.constant))
            continue
        for each in offered:
            if each.is_read_by(rule):
                chosen.held.setdefault(each.name, []).append(slot)
    return chosen


def _sent(post: QueryDict, offered: Sequence[Offered], profile: Profile) -> Chosen:
    chosen = Chosen()
    for index, each in enumerate(offered):
        slots = [slot for text in post.getlist(f"holds-{index}") if (slot := Slot.of(text)) and column_of(profile, slot)]
        if slots:
            chosen.held[each.name] = list(dict.fromkeys(slots))
    pairs = zip(post.getlist("constant-place"), post.getlist("constant-value"), strict=False)
    chosen.constants = [(place, value.strip()) for place, value in pairs if place or value.strip()]
    names = {each.name for each in offered}
    for name in {*profile.records, *chosen.records}:
        if (kind := kind_of(profile, name)) and kind.keyed and f"keyed-{name}" in post:
            chosen.keys[name] = tuple(column for column in post.getlist(f"key-{name}") if column in names)
    return chosen


def _made(profile: Profile, chosen: Chosen, offered: Sequence[Offered], guessed: Mapping[Any, Any]) -> tuple[Profile | None, list[str]]:
    """The profile that was chosen, or why there is none."""
    errors: list[str] = []
    sources: dict[Slot, list[Offered]] = {}
    for each in offered:
        for slot in chosen.held.get(each.name, ()):
            sources.setdefault(slot, []).append(each)
    constants: dict[Slot, str] = {}
    for place, value in chosen.constants:
        place_of = Slot.of(place)
        if place_of is None or column_of(profile, place_of) is None:
            errors.append(_("Say which place the value “%(value)s” is for.") % {"value": value})
            continue
        if place_of in sources:
            errors.append(
                _("%(place)s is read out of a column and has a value for every row as well; keep one.") % {"place": slot_words(profile, place_of)}
            )
        elif not value:
            errors.append(_("Say which value %(place)s has in every row.") % {"place": slot_words(profile, place_of)})
        else:
            constants[place_of] = value
    for filled, several in sources.items():
        if len(several) > 1 and any(each.is_path for each in several):
            errors.append(
                _("%(place)s is read out of several columns, of which one lies within another value; choose one.")
                % {"place": slot_words(profile, filled)}
            )
    if not sources:
        errors.append(_("Choose for one column at least what it holds."))
    if errors:
        return None, errors
    return with_places(profile, sources, constants, chosen.keys, guessed), []


def _keys(profile: Profile, chosen: Chosen, offered: Sequence[Offered], at_fault: set[str]) -> list[dict[str, Any]]:
    """For each record that is told apart by columns: which."""
    found = []
    for name in chosen.records:
        kind = kind_of(profile, name)
        if kind and kind.keyed:
            ticked = chosen.keys.get(name, ())
            columns = [(each.name, each.name in ticked) for each in offered if not each.is_path]
            words, is_open = str(TOLD_APART) % {"kind": record_words(profile, name)}, not ticked or f"{name}.key" in at_fault
            found.append({"record": name, "words": words, "columns": columns, "is_open": is_open})
    return found


def _links(batch: Any, profile: Profile, each: Offered) -> list[tuple[str, str]]:
    address = reverse("admin:tracker_import_field", args=[batch.pk])
    return [(f"{address}?{urlencode({'of': str(slot)})}", slot_words(profile, slot)) for slot, rule in rules_of(profile) if each.is_read_by(rule)]

"""What the columns of a file hold: a line a column, with what stands in it, and the places that it fills."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.admin.importing import dates, frame, reading
from tracker.admin.importing.dates import Told
from tracker.admin.importing.draft import (
    Offered,
    Slot,
    column_of,
    guesses,
    key_guesses,
    kind_of,
    read_from,
    record_words,
    rule_of,
    rules_of,
    slot_words,
    with_places,
)
from tracker.admin.importing.lacking import TOLD_APART
from tracker.admin.importing.menus import Menu
from tracker.admin.importing.vocabulary import NotAWord, code_of, vocabulary_of, words_of
from tracker.exchange.profiles import Governments, Profile
from tracker.exchange.profiles.kinds import is_date
from tracker.exchange.profiles.model import FieldRule
from tracker.exchange.profiles.reading import FieldReader, Unreadable, Values
from tracker.exchange.schema import Column
from tracker.exchange.tables import TableError
from tracker.languages.dates import in_words
from tracker.rules.dates import PartialDate
from tracker.signin.keeping import outlives_session, sent

NEEDS_KEY = ("recommendation", "document")
"""The kinds that are told apart by columns or not at all; of the others there is one for each recommendation and government without any."""
WORDS_TOLD = 5
"""Words that are none of ours which are told beside their column."""
SPARE = 2
"""Empty lines for values that every row has; a button gives more."""


@dataclass
class Line:
    """A column as the page shows it."""

    index: int
    offered: Offered
    held: list[tuple[str, SafeString]]  # each select's id, empty where another has it already, and its options, with the place chosen
    links: list[tuple[str, str]] = field(default_factory=list)  # address and words: how its cells are read, a place each
    words: list[tuple[str, str]] = field(default_factory=list)  # which of its words are none of ours, and where it is said what they mean
    dates: list[tuple[Told, str]] = field(default_factory=list)  # how its dates are read, and the address where it is said; none before it is kept

    @property
    def empty_share(self) -> int:
        """In percent."""
        return round(self.offered.empty * 100)


@dataclass(frozen=True)
class Constant:
    """A value of every row as the page shows it: its place, what is typed, what that is taken for, and what may be typed."""

    place: str
    options: SafeString
    value: str = ""
    taken: str = ""
    words: tuple[str, ...] = ()


@dataclass
class Chosen:
    """What the form holds: the places of each column by name, values of every row, keys by record."""

    held: dict[str, list[Slot]] = field(default_factory=dict)
    constants: list[tuple[str, str]] = field(default_factory=list)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def holding(self, slot: Slot) -> list[str]:
        """The columns that are chosen for a place."""
        return [name for name, slots in self.held.items() if slot in slots]

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
    governments = Governments.of_the_desk()
    try:
        offered = reading.offered(batch, profile, governments)
        why = reading.why_unread(batch)
    except TableError as error:
        why = str(error)
    if why:
        return frame.page(admin, request, batch, "columns", "columns", errors=[why], step_title=frame.words_of("columns"), unreadable=True)
    guessed = guesses(offered, governments)
    is_new = not batch.profile_text
    if is_new:
        profile = reading.begun_of(batch)
    shown = Chosen(held=_of_guesses(guessed), keys=key_guesses(offered, governments)) if is_new else _of_profile(profile, offered)
    errors: list[str] = []
    chosen = shown
    if request.method == "POST":
        chosen = _keyed_by_number(_sent(request.POST, offered, profile), shown)
        if sent(request) and "_more" not in request.POST:
            made, errors = _made(profile, chosen, offered, guessed, governments)
            if made is not None and not errors:
                reading.keep_profile(batch, made, by=request.user)
                return HttpResponseRedirect(frame.url(batch, "whole" if "_on" in request.POST else "columns"))
    choices = Menu.of_places(profile)
    lines = _lines(offered, chosen, choices)
    for line in lines:
        line.links = [] if is_new else _links(batch, profile, line.offered)
        line.words = list(_words(batch, profile, line.offered, chosen, guessed, is_new=is_new))
        line.dates = list(_dates(batch, profile, line.offered, chosen, guessed, is_new=is_new))
    constants = [_constant(profile, place, value, choices, governments) for place, value in chosen.constants]
    constants += [Constant("", choices.html)] * (SPARE + (3 if "_more" in request.POST else 0))
    return frame.page(
        admin, request, batch, "columns", "columns", reading.still(batch),
        title=_("What the columns of “%(file)s” hold") % {"file": batch.file_name}, step_title=frame.words_of("columns"), errors=errors,
        lines=lines, none=choices.html, constants=constants,
        seconds=list(_seconds(batch, profile)),
        keys=_keys(profile, chosen, offered, {mistake.key for mistake in mistakes}), is_new=is_new,
        guessed=is_new and bool(guessed), looked_at=reading.LOOKED_AT,
    )  # fmt: skip


def _seconds(batch: Any, profile: Profile) -> Iterator[tuple[str, str, str]]:
    """The second files: what each is called, how its columns are named here, and, where they do not stand here yet, the address that brings them."""
    joined = {join.name for join in profile.joins}
    for name, file in batch.joined.items():
        yield file.get("file_name", name), f"{name}.", "" if name in joined else f"{frame.url(batch, 'whole')}#join-{name}"


def _lines(offered: Sequence[Offered], chosen: Chosen, choices: Menu) -> list[Line]:
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


def _readers(
    profile: Profile, each: Offered, chosen: Chosen, guessed: Mapping[tuple[str, Slot], FieldRule], are_told: Callable[[Column], Any]
) -> Iterator[tuple[Slot, FieldReader, bool]]:
    """How a column is read for each place that it fills and whose values ``are_told``, and whether the profile says so already."""
    for slot in chosen.held.get(each.name, ()):
        column = column_of(profile, slot)
        if column is None or not are_told(column):
            continue
        kept = rule_of(profile, slot)
        is_kept = kept is not None and each.is_read_by(kept)
        rule = kept if kept is not None and is_kept else read_from(each, kept, guessed.get((each.name, slot)), column)
        yield slot, FieldReader(rule, column, profile.lookups), is_kept


def _dates(
    batch: Any, profile: Profile, each: Offered, chosen: Chosen, guessed: Mapping[tuple[str, Slot], FieldRule], *, is_new: bool
) -> Iterator[tuple[Told, str]]:
    """How the dates of a column are read, for each place of a date that it fills; of several that make one date, beside the first."""
    for slot, reader, is_kept in _readers(profile, each, chosen, guessed, is_date):
        rows: Iterable[Values] = ({each.name: cell} for cell in each.cells)
        if len(columns := reader.rule.named_columns) > 1:
            if each.name != columns[0]:
                continue
            rows = islice(reading.rows_of(batch, profile, reader), reading.LOOKED_AT)
        if cells := [cell for row in rows if (cell := tuple(reading.pieces(reader, row)))]:
            yield dates.told(reader, cells), f"{_address(batch, slot)}#dates" if is_kept and not is_new else ""


def _words(
    batch: Any, profile: Profile, each: Offered, chosen: Chosen, guessed: Mapping[tuple[str, Slot], FieldRule], *, is_new: bool
) -> Iterator[tuple[str, str]]:
    """Which words of a column are none that its places take, in a sentence, and the address where it is said what they mean."""
    for slot, reader, is_kept in _readers(profile, each, chosen, guessed, words_of):
        unknown: dict[str, None] = {}
        for cell in dict.fromkeys(each.cells):
            try:
                reader.items({each.name: cell})
            except Unreadable as fault:
                unknown |= dict.fromkeys(one.unknown for one in (fault, *fault.others) if one.unknown)
        if unknown:
            shown = ", ".join(f"“{reading.cut(word, 40)}”" for word in list(unknown)[:WORDS_TOLD])
            told = {"count": len(unknown), "words": f"{shown}…" if len(unknown) > WORDS_TOLD else shown}
            sentence = ngettext("%(count)s word is none of ours: %(words)s.", "%(count)s words are none of ours: %(words)s.", len(unknown)) % told
            yield sentence, f"{_address(batch, slot)}#values" if is_kept and not is_new else ""


def _constant(profile: Profile, place: str, value: str, choices: Menu, governments: Governments) -> Constant:
    """A line of what every row has: a word under its label, whatever it was typed as, and what it is taken for beside it."""
    options, slot = choices.choosing(place), Slot.of(place)
    column = column_of(profile, slot) if slot else None
    if column is None:
        return Constant(place, options, value)
    vocabulary = vocabulary_of(column, governments)
    words = tuple(label for _code, label in vocabulary.words) if vocabulary else ()
    try:
        code = code_of(column, value, governments)
    except NotAWord:
        return Constant(place, options, value, "", words)
    if is_date(column) and code:
        return Constant(place, options, value, in_words(PartialDate(code)), words)
    if vocabulary is None or not code:
        return Constant(place, options, value)
    if (label := vocabulary.label(code)) == code and vocabulary.is_open:
        return Constant(place, options, value, _("“%(name)s”, which is new here") % {"name": code}, words)
    # A label may be spelt as another one's code: “Ga” (gaa) beside ga.
    shown = label if vocabulary.code(label) == code else code
    return Constant(place, options, shown, f"{label} ({code})", words)


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


def _keyed_by_number(chosen: Chosen, shown: Chosen) -> Chosen:
    """A column that was chosen for the number just now tells recommendations apart, unless somebody ticked otherwise: in place of their text."""
    kind = "recommendation"
    numbers = chosen.holding(Slot(kind, "number"))
    if not numbers or numbers == shown.holding(Slot(kind, "number")) or chosen.keys.get(kind, ()) != shown.keys.get(kind, ()):
        return chosen
    others = {*shown.holding(Slot(kind, "number")), *shown.holding(Slot(kind, "statement")), *chosen.holding(Slot(kind, "statement"))}
    chosen.keys[kind] = tuple(dict.fromkeys([*(name for name in shown.keys.get(kind, ()) if name not in others), *numbers]))
    return chosen


def _made(
    profile: Profile, chosen: Chosen, offered: Sequence[Offered], guessed: Mapping[Any, Any], governments: Governments
) -> tuple[Profile | None, list[str]]:
    """The profile that was chosen, or why there is none."""
    errors: list[str] = []
    sources: dict[Slot, list[Offered]] = {}
    for each in offered:
        for slot in chosen.held.get(each.name, ()):
            sources.setdefault(slot, []).append(each)
    constants: dict[Slot, str] = {}
    for place, value in chosen.constants:
        place_of = Slot.of(place)
        column = column_of(profile, place_of) if place_of else None
        if place_of is None or column is None:
            errors.append(_("Say which place the value “%(value)s” is for.") % {"value": value})
            continue
        if place_of in sources:
            errors.append(
                _("%(place)s is read out of a column and has a value for every row as well; keep one.") % {"place": slot_words(profile, place_of)}
            )
        elif not value:
            errors.append(_("Say which value %(place)s has in every row.") % {"place": slot_words(profile, place_of)})
        else:
            try:
                constants[place_of] = code_of(column, value, governments)
            except NotAWord as error:
                errors.append(f"{slot_words(profile, place_of)}: “{value}” {error}")
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
            columns = [(each.name, each.name in ticked) for each in offered]
            is_needed = kind.name in NEEDS_KEY
            found.append({
                "record": name, "words": str(TOLD_APART) % {"kind": record_words(profile, name)}, "columns": columns, "is_needed": is_needed,
                "is_open": (is_needed and not ticked) or f"{name}.key" in at_fault,
            })  # fmt: skip
    return found


def _links(batch: Any, profile: Profile, each: Offered) -> list[tuple[str, str]]:
    return [(_address(batch, slot), slot_words(profile, slot)) for slot, rule in rules_of(profile) if each.is_read_by(rule)]


def _address(batch: Any, slot: Slot) -> str:
    """The page that says how the cells of a place are read."""
    return f"{reverse('admin:tracker_import_field', args=[batch.pk])}?{urlencode({'of': str(slot)})}"

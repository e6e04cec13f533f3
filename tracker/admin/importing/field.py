"""How the cells of one field are read: lists, dates, words, names of governments, and what means nothing."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.admin.importing import frame, reading
from tracker.admin.importing.dates import AsRead, Cell, as_read
from tracker.admin.importing.draft import Slot, column_of, rule_of, slot_words, with_constant, with_rule
from tracker.admin.importing.menus import Menu
from tracker.admin.importing.vocabulary import code_or_typed, suggested, words_of
from tracker.exchange import imports
from tracker.exchange.profiles import Governments, Profile
from tracker.exchange.profiles.days import LANGUAGES
from tracker.exchange.profiles.governments import LEFT_OUT
from tracker.exchange.profiles.kinds import folded_words, is_date, is_government, plain
from tracker.exchange.profiles.model import FieldRule
from tracker.exchange.profiles.reading import FieldReader
from tracker.exchange.schema import Column
from tracker.exchange.tables import TableError
from tracker.models import Import
from tracker.signin.keeping import outlives_session, sent

SEPARATORS = (
    (";", gettext_lazy("semicolon")),
    (",", gettext_lazy("comma")),
    ("|", gettext_lazy("vertical bar")),
    ("/", gettext_lazy("slash")),
    ("lines", gettext_lazy("line break, with or without a dash")),
)
FORMATS = {
    "yyyy-MM-dd": "2019-03-25",
    "dd/MM/yyyy": "25/03/2019",
    "MM/dd/yyyy": "03/25/2019",
    "dd.MM.yyyy": "25.03.2019",
    "d MMMM yyyy": "25 March 2019",
    "MMMM d, yyyy": "March 25, 2019",
    "MMMM yyyy": "March 2019",
    "MM/yyyy": "03/2019",
    "yyyy": "2019",
}
"""Ways to write a date that are offered, each with an example."""
LANGUAGE_WORDS = {
    "en": gettext_lazy("English"),
    "fr": gettext_lazy("French"),
    "es": gettext_lazy("Spanish"),
    "ar": gettext_lazy("Arabic"),
    "fa": gettext_lazy("Persian"),
}
SHOWN_DATES = 12
"""Different cells of a column of dates that are shown with what they are read as, and as many again that are not read."""
NOTHING, AS_IT_IS = "-", ""
"""What a value may be mapped to besides a word: to nothing; to whatever it is found to be by itself."""


@outlives_session
def view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one field, which its address names."""
    batch = frame.to_work_on(request, pk)
    if back := frame.refused_for_now(request, batch):
        return back
    slot = Slot.of(request.GET.get("of", ""))
    if slot is None:
        return HttpResponseRedirect(frame.url(batch, "columns"))
    profile, _problems = reading.profile_of(batch)
    rule, column = rule_of(profile, slot), column_of(profile, slot)
    if rule is None or column is None:
        raise Http404
    governments = Governments.of_the_desk()
    user: Any = request.user
    errors: list[str] = []
    if request.method == "POST":
        made, rule = _sent(request.POST, profile, slot, rule, column, governments)
        if sent(request):
            reading.keep_profile(batch, made, by=request.user)
            if is_government(column):  # what the preview was told of these names is in the profile from now on
                shown = {name for key, name in request.POST.items() if key.startswith("value-")}
                imports.choose(batch, by=user, governments=dict.fromkeys(shown & batch.governments.keys(), ""))
            messages.success(request, _("How %(place)s is read is saved.") % {"place": slot_words(made, slot)})
            return HttpResponseRedirect(frame.url(batch, "columns") if "_on" in request.POST else request.get_full_path())
        profile = made
    reader = FieldReader(rule, column, profile.lookups)
    try:
        found, cells, whole = _found(batch, profile, reader)
    except TableError as error:
        found, cells, whole, errors = Counter(), Counter(), True, [str(error)]
    values = _values(profile, column, rule, found, governments, batch.governments)
    if is_government(column):
        menu = Menu.of((code, f"{name} ({code})") for code, name in sorted(governments.names.items(), key=lambda one: one[1]))
        for value in values:
            value["options"] = menu.choosing(value["chosen"] if value["chosen"] != NOTHING else "")
    else:
        for value in values:
            value["suggestions"] = suggested(str(slot), value["value"], words_of(column)) if value["unresolved"] else []
    return frame.page(
        admin, request, batch, "columns", "field",
        title=_("How %(place)s is read") % {"place": slot_words(profile, slot)}, step_title=slot_words(profile, slot), errors=errors,
        rule=rule, help=column.own.help_text, sources=[rule.path] if rule.path else rule.named_columns, separators=_separators(rule),
        other_separators="\n".join(each for each in rule.split if each not in dict(SEPARATORS)),
        is_date=is_date(column), formats=[(each, example, each in rule.formats) for each, example in FORMATS.items()],
        other_formats="\n".join(each for each in rule.formats if each not in FORMATS),
        languages=[(code, LANGUAGE_WORDS[code], code in rule.languages) for code in LANGUAGES], is_government=is_government(column),
        words=words_of(column), values=values, whole=whole, empty="\n".join(rule.empty), lookup=_lookup_text(profile, rule), counted=reading.COUNTED,
        dates=_dates(reader, cells), unresolved=sum(1 for value in values if value["unresolved"]),
    )  # fmt: skip


def _found(batch: Import, profile: Profile, reader: FieldReader) -> tuple[Counter[str], Counter[Cell], bool]:
    """The different values of a field, or of dates, of which a record has one, the different cells; and whether that is all."""
    if reader.is_date:
        cells, whole = reading.different_cells(batch, profile, reader)
        return Counter(), cells, whole
    values, whole = reading.different_values(batch, profile, reader)
    return values, Counter(), whole


def _separators(rule: FieldRule) -> list[tuple[str, Any, bool]]:
    return [(sign, words, sign in {each.strip() or each for each in rule.split}) for sign, words in SEPARATORS]


def _values(
    profile: Profile, column: Column, rule: FieldRule, found: Any, governments: Governments, chosen: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The different values, each with what it is taken for."""
    if is_date(column):
        return []
    aliases = {**profile.governments.aliases, **chosen}
    known = governments.with_aliases(aliases) if is_government(column) else None
    folded = folded_words(column)
    mapped = {plain(value): meant for value, meant in rule.map.items()}
    dropped = {plain(value) for value in rule.empty}
    shown = []
    for index, (value, count) in enumerate(found.most_common() if found else ()):
        meant = mapped.get(plain(value))
        line = {
            "index": index, "value": value, "count": count, "unresolved": False, "resolved": "",
            "chosen": AS_IT_IS if meant is None else meant or NOTHING,
        }  # fmt: skip
        if known is not None:
            meaning = known.find(rule.map.get(value, value))
            line["resolved"] = known.name_of(meaning.code) if meaning.code else ""
            line["chosen"] = aliases.get(value, AS_IT_IS)
            line["unresolved"] = not (meaning.code or meaning.left_out) and plain(value) not in dropped
            line["candidates"] = ", ".join(meaning.candidates)
            line["is_elsewhere"] = meaning.known
            line["suggestions"] = known.suggest(value) if line["unresolved"] else []
        elif folded:
            line["resolved"] = folded.get(plain(value), "")
            line["unresolved"] = meant is None and plain(value) not in folded and plain(value) not in dropped
        shown.append(line)
    shown.sort(key=lambda line: not line["unresolved"])
    return shown


def _dates(reader: FieldReader, cells: Iterable[Cell]) -> list[AsRead]:
    """The first different cells of dates, each with what it is read as, and after them the first that are not read."""
    if not reader.is_date:
        return []
    every = as_read(reader, cells)
    return [*every[:SHOWN_DATES], *[each for each in every[SHOWN_DATES:] if each.why_not][:SHOWN_DATES]]


def _lookup_text(profile: Profile, rule: FieldRule) -> str:
    table = profile.lookups.get(rule.lookup, {}) if rule.lookup else {}
    return "\n".join(f"{value} = {meant}" for value, meant in table.items())


def _sent(post: QueryDict, profile: Profile, slot: Slot, rule: FieldRule, column: Column, governments_here: Governments) -> tuple[Profile, FieldRule]:
    """The profile with what was sent, and the field's rule in it."""
    split = [sign for sign, _words in SEPARATORS if sign in post.getlist("split")] + _lines(post.get("other-split", ""), strip=False)
    changed: dict[str, Any] = {
        "split": tuple(split),
        "join": post.get("join", "") if len(rule.columns) > 1 or split else rule.join,
        "default": code_or_typed(column, post.get("default", "").strip(), governments_here),
        "empty": tuple(_lines(post.get("empty", ""))),
        "html": "html" in post,
        "required": "required" in post,
        "lookup": "",
    }
    if rule.path and (path := post.get("path", "").strip()):
        changed["path"] = path
    if is_date(column):
        changed["formats"] = tuple(each for each in FORMATS if each in post.getlist("format")) + tuple(_lines(post.get("other-formats", "")))
        changed["languages"] = tuple(code for code in LANGUAGES if code in post.getlist("language"))
        changed["serial"] = post.get("serial", "") if post.get("serial") in ("1900", "1904") else ""
    lookups = {name: table for name, table in profile.lookups.items() if name != rule.lookup or _used_elsewhere(profile, slot, name)}
    if table := _table(post.get("lookup", "")):
        name = rule.lookup or f"{slot.record}-{slot.field}"
        if name in lookups and lookups[name] != table:
            name = f"{slot.record}-{slot.field}"
        lookups[name] = table
        changed["lookup"] = name
    governments = profile.governments
    pairs = [(post.get(f"value-{index}", ""), post.get(f"means-{index}", "")) for index in range(len(post)) if f"value-{index}" in post]
    if is_government(column):
        aliases = {name: code for name, code in governments.aliases.items() if name not in dict(pairs)}
        aliases |= {name: LEFT_OUT if code == NOTHING else code for name, code in pairs if code != AS_IT_IS}
        governments = dataclasses.replace(governments, aliases=aliases)
    elif not is_date(column):
        changed["map"] = _map(rule, dict(pairs), folded_words(column))
    made = dataclasses.replace(rule, **changed)
    whole = dataclasses.replace(profile, lookups=lookups, governments=governments)
    return with_rule(whole, slot, made), made


def _map(rule: FieldRule, sent: dict[str, str], folded: dict[str, str]) -> dict[str, str]:
    """The map: values that were not shown keep what they mean, as do those that are words by themselves once anything is mapped."""
    shown = {plain(value) for value in sent}
    kept = {value: meant for value, meant in rule.map.items() if plain(value) not in shown}
    given = {value: "" if meant == NOTHING else meant for value, meant in sent.items() if meant != AS_IT_IS}
    if not kept and not given:
        return {}
    by_itself = {value: folded[plain(value)] for value, meant in sent.items() if meant == AS_IT_IS and plain(value) in folded}
    return {**kept, **by_itself, **given}


def _used_elsewhere(profile: Profile, slot: Slot, lookup: str) -> bool:
    return any(
        rule.lookup == lookup and (name, field) != (slot.record, slot.field)
        for name, record in profile.records.items()
        for field, rule in record.fields.items()
    )


def looked_up(profile: Profile, slot: Slot, rule: FieldRule, more: Mapping[str, str]) -> Profile:
    """The profile with what more values of one field mean, in its look-up, whose other values stay as they are.

    What a value of the look-up stands for, the value of every row and that of an empty cell are looked up nowhere: they are said anew themselves. A
    table of several fields is left alone.
    """
    said = {plain(value): meant for value, meant in more.items()}
    if rule.constant:
        return with_constant(profile, slot, rule, said.get(plain(rule.constant), rule.constant))
    name = rule.lookup
    if not name or _used_elsewhere(profile, slot, name):
        name = f"{slot.record}-{slot.field}"
    table = profile.lookups.get(rule.lookup, {})
    kept = {value: said.get(plain(meant), meant) for value, meant in table.items() if plain(value) not in said}
    with_table = dataclasses.replace(profile, lookups={**profile.lookups, name: {**kept, **more}})
    return with_rule(with_table, slot, dataclasses.replace(rule, lookup=name, default=said.get(plain(rule.default), rule.default)))


def _lines(text: str, *, strip: bool = True) -> list[str]:
    lines = [line.strip() if strip else line for line in text.replace("\r\n", "\n").split("\n")]
    return list(dict.fromkeys(line for line in lines if line))


def _table(text: str) -> dict[str, str]:
    """Lines as ``value = meaning``, or two columns pasted out of a spreadsheet."""
    found = {}
    for line in _lines(text):
        value, sign, meant = line.partition("\t") if "\t" in line else line.partition("=")
        if sign and value.strip():
            found[value.strip()] = meant.strip()
    return found

"""A profile drafted from a table's columns, and one made of what staff chose for each column in the admin."""

import dataclasses
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation

from tracker.exchange.profiles import days, headers
from tracker.exchange.profiles.checking import mistakes
from tracker.exchange.profiles.evidence import LONG, MOST, SHORT, SOME, Evidence
from tracker.exchange.profiles.governments import Governments, comparable
from tracker.exchange.profiles.headers import CALLED, Fit
from tracker.exchange.profiles.kinds import KINDS, folded_words, is_date, plain
from tracker.exchange.profiles.model import FieldRule, FileRules, GovernmentRules, Profile, ProfileError, RecordRules, RowRules, Source
from tracker.exchange.profiles.reading import text_of
from tracker.exchange.tables import list_separator
from tracker.rules.crosswalk import beside, imported
from tracker.rules.folding import folded

_FILE, _SOURCE, _GOVERNMENTS, _ROWS = FileRules(), Source(), GovernmentRules(), RowRules()

MOST_VALUES = 200
"""Values of a column that are looked at."""


@dataclass(frozen=True)
class Seen:
    """A column as the builder shows it: its name, some values of it, and the share of rows without one, 0 to 1, where the values leave those out."""

    name: str
    values: Sequence[object] = ()
    empty: float = 0.0

    @property
    def empty_rows(self) -> float:
        """The share of rows without a value, by what is told of them or by the values themselves."""
        blank = sum(value is None or (isinstance(value, str) and not value.strip()) for value in self.values)
        return max(self.empty, blank / len(self.values) if self.values else 0.0)

    @property
    def texts(self) -> list[str]:
        """The values as text, without empty ones and records within the record."""
        found = []
        for value in self.values[:MOST_VALUES]:
            try:
                text = text_of(value)
            except ValueError:
                continue
            if text:
                found.append(text)
        return found


@dataclass(frozen=True)
class Choice:
    """What one column of the file becomes: a field of a kind of record ("assessment", "status"), and how it is read.

    ``is_key``: it is one of the columns that make the kind's records unique; with no ``field`` it is nothing else. A column may be chosen more
    than once.
    """

    column: str
    kind: str
    field: str = ""
    split: str = ""
    map: Mapping[str, str] = dataclasses.field(default_factory=dict)
    formats: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    serial: str = ""
    html: bool = False
    is_key: bool = False


def profile_of(
    name: str,
    choices: Iterable[Choice],
    *,
    constants: Mapping[tuple[str, str], str] | None = None,
    title: str = "",
    description: str = "",
    file: FileRules = _FILE,
    source: Source = _SOURCE,
    governments: GovernmentRules = _GOVERNMENTS,
    rows: RowRules = _ROWS,
) -> Profile:
    """The profile that these choices make; ``constants`` gives fields the same value in every row, by kind and field.

    Several columns chosen for one field are joined. Raises :class:`ProfileError` with every reason why the choices make no profile.
    """
    keys: dict[str, list[str]] = {}
    fields: dict[str, dict[str, FieldRule]] = {}
    wrong = []
    for choice in choices:
        if choice.kind not in KINDS or (choice.field and choice.field not in KINDS[choice.kind].fields):
            wrong.append(f"“{choice.column}”: there is no {choice.kind}.{choice.field} that a column could become.")
            continue
        told = fields.setdefault(choice.kind, {})
        if choice.is_key:
            keys.setdefault(choice.kind, []).append(choice.column)
        if choice.field:
            told[choice.field] = _joined(told[choice.field], choice) if choice.field in told else _rule(choice)
    for (kind, field), value in (constants or {}).items():
        if kind not in KINDS or field not in KINDS[kind].fields:
            wrong.append(f"there is no {kind}.{field} that could have the value “{value}”.")
        else:
            fields.setdefault(kind, {}).setdefault(field, FieldRule(constant=value))
    records = {
        kind: RecordRules(kind, key=tuple(keys.get(kind, ())), fields=fields.get(kind, {}))
        for kind in KINDS
        if kind in fields or (kind == "addressee" and governments.all)
    }
    profile = Profile(name, title, description, file, source, governments, rows, records=records)
    if problems := wrong or mistakes(profile):
        raise ProfileError(problems)
    return profile


def _rule(choice: Choice) -> FieldRule:
    return FieldRule(
        column=choice.column,
        split=(choice.split,) if choice.split else (),
        map=dict(choice.map),
        formats=choice.formats,
        languages=choice.languages,
        serial=choice.serial,
        html=choice.html,
    )


def _joined(rule: FieldRule, choice: Choice) -> FieldRule:
    columns = (*(rule.columns or (rule.column,)), choice.column)
    return dataclasses.replace(rule, column="", columns=columns, html=rule.html or choice.html)


# Guessing

_ANSWERS = {
    "accepted": (
        "accept|accepted|supported|support|agree|agreed|yes|accepte|acceptee|appuye|appuyee|apoyada|aceptada|angenommen|akzeptiert|zugestimmt|ja|قبلت"
    ),
    "in_part": (
        "partially accepted|accept in part|supported in part|partly agreed|accepte en partie|aceptada parcialmente|teilweise angenommen|"
        "teilweise akzeptiert"
    ),
    "in_principle": (
        "accept in principle|agreed in principle|accepte en principe|aceptada en principio|grundsätzlich angenommen|im grundsatz angenommen"
    ),
    "noted": "note|noted|takes note|taken note|pris note|prend note|notee|toma nota|tomada nota|anotada|zur kenntnis genommen",
    "rejected": (
        "reject|rejected|refused|not supported|not accepted|disagree|disagreed|no|rejete|rejetee|refuse|refusee|rechazada|abgelehnt|"
        "zurückgewiesen|nein"
    ),
}
"""What words of other trackers mean as answers; whoever makes the profile looks at each."""

_STATUSES = {
    "implemented": (
        "completed|done|fully implemented|closed implemented|kept|achieved|fulfilled|mis en oeuvre|mise en oeuvre|realise|realisee|fait|"
        "faite|acheve|achevee|cumplida|aplicada|hecho|hecha|منفذة|نفذت|تم التنفيذ|اجرا شده|انجام شده|"
        "umgesetzt|vollständig umgesetzt|erledigt|erfüllt|abgeschlossen"
    ),
    "partially_implemented": (
        "partly implemented|partial|partially|in progress|ongoing|en cours|partiellement mis en oeuvre|partiellement mise en oeuvre|"
        "mise en oeuvre partielle|partiel|partielle|partiellement|fait en partie|faite en partie|partiellement realise|partiellement realisee|"
        "en curso|parcial|parcialmente|parcialmente cumplida|parcialmente aplicada|منفذة جزئيا|قيد التنفيذ|در حال اجرا|تا حدی اجرا شده|"
        "teilweise|teilweise umgesetzt|teilweise erfüllt|in umsetzung|in arbeit"
    ),
    "under_consideration": (
        "in progress|ongoing|being considered|pending|planned|under review|stalled|en cours|en curso|a l etude|pendiente|"
        "in prüfung|in umsetzung|in arbeit|geplant|offen"
    ),
    "rejected": (
        "not accepted|refused|declined|not taken forward|closed not implemented|rejete|rejetee|refuse|refusee|abandonne|abandonnee|rechazada|"
        "abgelehnt|مرفوضة|رد شده"
    ),
    "no_action": (
        "not implemented|closed not implemented|broken|not started|non mis en oeuvre|non mise en oeuvre|pas fait|pas faite|pas commence|"
        "pas commencee|non commence|no aplicada|no iniciada|nicht umgesetzt|nicht erfüllt|nicht begonnen|لم تنفذ|اجرا نشده"
    ),
    "no_evidence": "open|no information|unknown|no progress found|offen|unbekannt|keine angaben",
    "superseded": "replaced|no longer relevant|overtaken|überholt|ersetzt",
}
"""What words of other trackers may mean as statuses, for whoever says which. None of them is taken for one by itself: that is what the crosswalk
says of a word (:func:`tracker.rules.crosswalk.imported`)."""


def guess_profile(columns: Iterable[Seen], governments: Governments) -> list[Choice]:
    """What each column probably is, by its name and by what stands in it; a column of which nothing is known is left out.

    Each field is guessed once. A name goes before what stands in the cells, and what stands in the cells must bear it out: a wrong guess is
    worse than none. The statement is the longest free text where no name says which it is, and never a column that most rows leave empty. Of
    remarks nothing is guessed: readers would see them.
    """
    seen = {column.name: Evidence(column.texts, governments, column.empty_rows) for column in columns if not headers.is_remark(column.name)}
    dropped: set[Place] = set()
    while True:
        taken = _assigned(seen, dropped)
        orphans = {place for place in taken if (needed := _NEEDS.get(place[0])) and place != needed and needed not in taken}
        if not orphans:
            break
        dropped |= orphans
    choices = [_choice(name, seen[name], *place) for place, name in sorted(taken.items(), key=lambda one: _ORDER.index(one[0]))]
    return _with_keys(choices, seen)


Place = tuple[str, str]
_ORDER = list(CALLED)
_NEEDS: dict[str, Place] = {
    "position": ("position", "answer"),
    "assessment": ("assessment", "status"),
    "event": ("action", "description"),
    "document": ("document", "title"),
}
"""The field without which no other of its kind is of use."""
_ADDRESSEE = ("addressee", "government")
_STATEMENT, _TITLE = ("recommendation", "statement"), ("recommendation", "short_title")
_PROSE = 25
"""Characters of a cell on average from which a free text of no telling name may be what is recommended."""


def _assigned(seen: Mapping[str, Evidence], dropped: set[Place]) -> dict[Place, str]:
    """The column of each field, those first that their names fit best."""
    found = []
    for place in CALLED:
        for order, (name, evidence) in enumerate(seen.items()):
            fit, rank = headers.fit(name, place)
            if place in dropped or not _bears_out(place, evidence, fit, is_sure=_is_sure(name, place, seen)):
                continue
            if place == _ADDRESSEE and headers.is_of_the_maker(name):
                continue
            longest = 0.0
            if place == _STATEMENT:
                fit, longest = Fit.WHOLE, -evidence.length
            found.append((-fit, _ORDER.index(place), longest, rank, order, name))
    taken: dict[Place, str] = {}
    for _fit, place_order, *_rest, name in sorted(found):
        if _ORDER[place_order] not in taken and name not in taken.values():
            taken[_ORDER[place_order]] = name
    if _STATEMENT not in taken and (name := _longest_text(seen, taken)):
        taken = {place: column for place, column in taken.items() if column != name} | {_STATEMENT: name}
    return taken


def _longest_text(seen: Mapping[str, Evidence], taken: Mapping[Place, str]) -> str:
    """The longest free text of which no name says that it is something else; where there is none, the column of titles."""
    free = [
        name for name, evidence in seen.items()
        if name not in taken.values() and evidence.is_text and evidence.length > _PROSE and not evidence.is_seldom_filled
        and not any(headers.fit(name, place)[0] and _bears_out(place, evidence, Fit.ABOUT) for place in CALLED if place != _STATEMENT)
    ]  # fmt: skip
    title = taken.get(_TITLE, "")
    return max(free, key=lambda name: seen[name].length, default="" if title and seen[title].is_seldom_filled else title)


def _is_sure(name: str, place: Place, seen: Mapping[str, Evidence]) -> bool:
    """Whether nothing stands in a column but what a field holds, known here or not: by its name, or as no other column is left for the name's other
    meaning."""
    if place == _STATUS and headers.may_be_either(name):
        return any(other != name and _bears_out(_ADDRESSEE, cells, headers.fit(other, _ADDRESSEE)[0]) for other, cells in seen.items())
    return headers.is_sure(name, place)


def _bears_out(place: Place, cells: Evidence, fit: Fit, *, is_sure: bool = False) -> bool:
    """Whether what stands in a column can be what its name says, or says so without it."""
    match place:
        case ("addressee", "government"):
            share = cells.governments[0]
            if fit >= Fit.ABOUT:
                return share >= SOME or (is_sure and cells.is_text_or_few and cells.length <= LONG)
            return share >= MOST
        case ("assessment", "status") | ("position", "answer"):
            if not cells.is_few:
                return False
            if is_sure and cells.is_text_or_few:
                return True
            if fit >= Fit.ABOUT:
                return cells.different * 2 <= len(cells.texts) or len(cells.texts) <= _TOO_FEW or _share_of_meanings(place, cells) > 0
            told = len(cells.texts) > _TOO_FEW and cells.flags < MOST
            return told and _share_of_meanings(place, cells) >= (MOST if fit else _NEARLY_ALL)
        case ("document", "url"):
            return cells.addresses >= MOST
    if fit < Fit.ABOUT or not cells.texts or (place == _STATEMENT and cells.is_seldom_filled):
        return False
    match place:
        case (_, "recommended_on" | "due_on" | "effective_on" | "searched_on" | "on"):
            return cells.dates_if_so_called >= MOST
        case ("recommendation", "number"):
            return cells.length <= SHORT / 2 and not max(cells.addresses, cells.dates, cells.flags) >= MOST
        case ("recommendation", "made_by" | "target") | ("document", "title"):
            return not cells.is_other and cells.length <= LONG
        case ("theme", "name"):
            return not cells.is_other and cells.length <= LONG and cells.flags < MOST
        case ("position", "statement"):
            return cells.is_text and cells.length > SHORT
    return cells.is_text


_NEARLY_ALL, _TOO_FEW = 0.8, 3


def _share_of_meanings(place: Place, cells: Evidence) -> float:
    """The share of cells that are a word of ours, or one that may mean one."""
    return sum(bool(may_mean(*place, text)) for text in cells.texts) / len(cells.texts) if cells.texts else 0.0


def _choice(column: str, cells: Evidence, kind: str, field: str) -> Choice:
    texts = cells.texts
    is_a_date = is_date(KINDS[kind].fields[field])
    split = cells.governments[1] if field == "government" else _separator(texts) if field == "made_by" or kind == "theme" else ""
    return Choice(
        column=column,
        kind=kind,
        field=field,
        split="lines" if kind == "action" and any(re.match(r"\s*[-•*] ", text) for text in texts) else split,
        map=_meanings(kind, field, texts),
        formats=days.written(texts).formats if is_a_date else (),
        serial="1900" if is_a_date and texts and all(re.fullmatch(r"[2-5]\d{4}", text) for text in texts) else "",
        html=any(re.search(r"<(p|br|li|ul|b|i|em|strong|a|div|span)\b[^>]*>|&(amp|nbsp|#\d+);", text) for text in texts),
    )


def _separator(texts: Sequence[str]) -> str:
    """What stands between several values of a cell. A comma stands in titles too: it does where what it parts comes again beside something else."""
    counts = {mark: sum(mark in text for text in texts) for mark in (" | ", "; ", ";", "|", "\n")}
    best = max(counts, key=lambda mark: counts[mark])
    if counts[best]:
        return "lines" if best == "\n" else best
    return ", " if list_separator(list(dict.fromkeys(texts))) == "," else ""


def _meanings(kind: str, field: str, texts: Sequence[str]) -> dict[str, str]:
    """A map of statuses or answers: what each value that was seen means; the empty text for one of which nobody can know."""
    return {text: _meaning(kind, field, text) for text in dict.fromkeys(texts)} if (kind, field) in _WORDED else {}


def _meaning(kind: str, field: str, text: str) -> str:
    """What a value means by itself: a word of ours in any language of the site; of statuses besides what the crosswalk takes it for."""
    column = KINDS[kind].fields[field]
    if found := folded_words(column).get(plain(text)) or _labels(kind, field).get(folded(text)):
        return found
    if (kind, field) == _STATUS:
        status = imported(text)
        return status.value if status is not None and status in column.words else ""
    return next(iter(_usual(kind, field).get(folded(text), ())), "")


def may_mean(kind: str, field: str, text: str) -> list[str]:
    """Words that a value may mean, the likeliest first: what it means by itself, what stands beside it in the crosswalk, what is usual."""
    if (kind, field) not in _WORDED:
        return []
    beside_it = [status.value for status in beside(text)] if (kind, field) == _STATUS else []
    found = dict.fromkeys([_meaning(kind, field, text), *beside_it, *_usual(kind, field).get(folded(text), ())])
    return [word for word in found if word in KINDS[kind].fields[field].words]


_STATUS: Place = ("assessment", "status")
_WORDED: dict[Place, Mapping[str, str]] = {_STATUS: _STATUSES, ("position", "answer"): _ANSWERS}


@functools.cache
def _usual(kind: str, field: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meant, names in _WORDED[kind, field].items():
        for spelt in names.split("|"):
            found.setdefault(folded(spelt), []).append(meant)
    return found


@functools.cache
def _labels(kind: str, field: str) -> dict[str, str]:
    """The words of a field's vocabulary as the pages of this site write them, in each of its languages."""
    column = KINDS[kind].fields[field]
    vocabulary: Any = getattr(column.field, "vocabulary", ())
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {folded(translation.gettext(word.label)): word.value for word in vocabulary if word.value in column.words}
    return found


def _with_keys(choices: list[Choice], seen: Mapping[str, Evidence]) -> list[Choice]:
    """Mark what tells records apart: of recommendations the number, with the session or report that it is counted in, and the state where it repeats.

    Without a number it is the text. A report is told by its number, or by its title.
    """
    numbered = [choice for choice in choices if (choice.kind, choice.field) == ("recommendation", "number")]
    around = [Choice(name, "recommendation", is_key=True) for name in seen if comparable(name) in _COUNTED_IN]
    if any(choice.kind == "document" for choice in choices):
        report = next((choice.column for choice in around if "report" in folded(choice.column)), "")
        around.append(Choice(report or next(choice.column for choice in choices if choice.kind == "document"), "document", is_key=True))
    if not numbered:
        return [
            *around,
            *(
                dataclasses.replace(choice, is_key=True) if choice.field == "statement" and choice.kind == "recommendation" else choice
                for choice in choices
            ),
        ]
    stated = next((seen[choice.column] for choice in choices if (choice.kind, choice.field) == _STATEMENT), None)
    repeats = stated is not None and stated.different > seen[numbered[0].column].different  # one number, several texts
    found = []
    for choice in choices:
        is_government = (choice.kind, choice.field) == ("addressee", "government")
        found.append(dataclasses.replace(choice, is_key=True) if choice is numbered[0] else choice)
        if is_government and repeats and not choice.split:
            around.append(Choice(choice.column, "recommendation", is_key=True))
    return [*around, *found]


_COUNTED_IN = frozenset({"session", "report number", "report no", "report", "cycle", "numero rapport", "sesion"})


def fields_of(kind: str) -> list[tuple[str, str]]:
    """The fields that a kind of record has, each with what it holds, for a list to choose from."""
    return [(name, KINDS[kind].meaning_of(name)) for name in KINDS[kind].fields]

"""A profile drafted from a table's columns, and one made of what staff chose for each column in the admin."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.exchange.profiles import days
from tracker.exchange.profiles.checking import mistakes
from tracker.exchange.profiles.governments import Governments, comparable
from tracker.exchange.profiles.kinds import KINDS, folded_words, is_date, plain
from tracker.exchange.profiles.model import FieldRule, FileRules, GovernmentRules, Profile, ProfileError, RecordRules, RowRules, Source
from tracker.exchange.profiles.reading import text_of
from tracker.rules.folding import folded

_FILE, _SOURCE, _GOVERNMENTS, _ROWS = FileRules(), Source(), GovernmentRules(), RowRules()

MOST_VALUES = 200
"""Values of a column that are looked at."""
MOST_MEANINGS = 30
"""Different values that a column of statuses or answers may have; one with more is something else."""


@dataclass(frozen=True)
class Seen:
    """A column as the builder shows it: its name, and some values of it."""

    name: str
    values: Sequence[object] = ()

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

_NAMES: dict[tuple[str, str], str] = {
    ("addressee", "government"): (
        "country|state under review|state|government|addressee|pays|etat|gouvernement|estado|pais|gobierno|الدوله|"
        "الدولة|البلد|بلد|حكومه"
    ),
    ("recommendation", "statement"): (
        "recommendation|recommendation text|text|statement|promise|recommandation|texte|recomendacion|texto|التوصيه|"
        "التوصية|نص"
    ),
    ("recommendation", "number"): "no|number|num|ref|reference|id|rec number|recommendation number|numero|n|paragraph|paragraphe|الرقم|رقم",
    ("recommendation", "short_title"): "title|short title|titre|titulo|العنوان",
    ("recommendation", "made_by"): (
        "recommending state|recommending states|made by|author|by|recommended by|etat auteur|auteur|autor|promised by|"
        "pledged by"
    ),
    ("recommendation", "recommended_on"): "date|recommended on|date of recommendation|report date|made on|fecha|session date|التاريخ|تاريخ",
    ("recommendation", "due_on"): "due|due date|deadline|due on|echeance|fecha limite|plazo",
    ("recommendation", "target"): "agency|ministry|department|body|organisme|ministere|ministerio|organismo",
    ("theme", "name"): "theme|themes|topic|topics|subject|issue|category|tema|temas|thematique|sujet|الموضوع",
    ("position", "answer"): "response|answer|position|reply|government response|reponse|respuesta|الرد",
    ("position", "statement"): "response in full|full response|response text|explanation",
    ("assessment", "status"): (
        "status|ruling|progress|implementation status|implementation|statut|etat d avancement|estado de aplicacion|"
        "verdict|rating|الحاله|الحالة"
    ),
    ("assessment", "rationale"): "comments|comment|rationale|explanation of status|notes|commentaires|commentaire|comentarios|observaciones",
    ("assessment", "effective_on"): "status date|last updated|updated|as of|date of status|date du statut|fecha de estado",
    ("action", "description"): "action taken|actions taken|action|measures taken|mesures prises|medidas adoptadas|progress made",
    ("event", "on"): "date of action|action date|date de l action|fecha de la accion",
    ("document", "title"): "report title|document title|titre du rapport|titulo del informe",
}  # fmt: skip
"""What columns are usually called, by the field that they then are, folded; an earlier field goes first."""

_MEANINGS = {
    "assessment": {
        "implemented": (
            "complete|completed|done|fully implemented|closed implemented|kept|promise kept|achieved|fulfilled|"
            "mis en oeuvre|realise|cumplida|aplicada"
        ),
        "partially_implemented": (
            "partly implemented|partial|partially|in progress|ongoing|compromise|open partially addressed|en cours|"
            "partiellement mis en oeuvre|en curso|parcialmente cumplida"
        ),
        "under_consideration": "being considered|pending|planned|in the works|under review|stalled|a l etude|pendiente",
        "rejected": "not accepted|declined|not taken forward|rejete|rechazada",
        "no_action": "not implemented|closed not implemented|not started|broken|promise broken|non mis en oeuvre|no aplicada",
        "no_evidence": "open|no information|unknown|no progress found",
        "superseded": "replaced|no longer relevant|overtaken",
    },
    "position": {
        "accepted": "accept|accepted|supported|support|agree|agreed|yes|accepte|acceptee|apoyada|aceptada|قبلت",
        "in_part": "partially accepted|accept in part|supported in part|partly agreed|accepte en partie|aceptada parcialmente",
        "in_principle": "accept in principle|agreed in principle|accepte en principe|aceptada en principio",
        "noted": "note|noted|takes note|taken note|pris note|prend note|toma nota|anotada",
        "rejected": "reject|rejected|not supported|not accepted|disagree|disagreed|no|rejete|rejetee|rechazada",
    },
}  # fmt: skip
"""What words of other trackers usually mean; whoever makes the profile looks at each."""


def guess_profile(columns: Iterable[Seen], governments: Governments, *, name: str = "draft", file: FileRules = _FILE) -> list[Choice]:
    """What each column probably is, by its name and its values; a column of which nothing is known is left out.

    Each field is guessed once, for the column that fits best; the statement is the longest text where no name says which it is.
    """
    seen = list(columns)
    taken: dict[tuple[str, str], Seen] = {}
    for place, names in _NAMES.items():
        known = names.split("|")
        for column in sorted(seen, key=lambda column: _rank(column.name, known)):
            if column in taken.values() or _rank(column.name, known) == len(known):
                continue
            if _FITS.get(place, lambda _column, _governments: True)(column, governments):
                taken[place] = column
                break
    left = [column for column in seen if column not in taken.values()]
    if ("addressee", "government") not in taken and (found := next((column for column in left if _names_governments(column, governments)), None)):
        taken["addressee", "government"] = found
        left.remove(found)
    if ("recommendation", "statement") not in taken and left and (longest := max(left, key=_length)) and _length(longest) > 25:
        taken["recommendation", "statement"] = longest
    found_choices = [_choice(column, kind, field) for (kind, field), column in taken.items()]
    return _with_keys(found_choices, seen)


def _rank(name: str, known: list[str]) -> int:
    """How well a column's name fits: its place among the names that are usual, or past their end."""
    spelt = folded(name.strip(" .:").rsplit(".", 1)[-1].replace("_", " "))
    return known.index(spelt) if spelt in known else len(known)


def _length(column: Seen) -> float:
    texts = column.texts
    return sum(map(len, texts)) / len(texts) if texts else 0


def _names_governments(column: Seen, governments: Governments) -> bool:
    """Whether most values name a government, of this site or of the world."""
    texts = {part for text in column.texts for part in re.split(r"\s*[;|]\s*", text) if part}
    found = [governments.find(text) for text in texts]
    return bool(found) and sum(bool(each.code or each.known) for each in found) >= 0.6 * len(found)


def _few(column: Seen, _governments: Governments) -> bool:
    return 0 < len(set(column.texts)) <= MOST_MEANINGS


def _dates(column: Seen, _governments: Governments) -> bool:
    texts = column.texts
    return bool(texts) and sum(_is_date(text) for text in texts) >= 0.6 * len(texts)


def _is_date(text: str) -> bool:
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", text) or re.fullmatch(r"[2-5]\d{4}", text):
        return True
    try:
        days.read(text)
    except ValueError:
        return False
    return True


_FITS: dict[tuple[str, str], Callable[[Seen, Governments], bool]] = {
    ("addressee", "government"): _names_governments,
    ("recommendation", "recommended_on"): _dates,
    ("recommendation", "due_on"): _dates,
    ("assessment", "effective_on"): _dates,
    ("event", "on"): _dates,
    ("position", "answer"): _few,
    ("assessment", "status"): _few,
}
"""What a column's values must be like, whatever it is called."""


def _choice(column: Seen, kind: str, field: str) -> Choice:
    texts = column.texts
    told = KINDS[kind].fields[field]
    lists = field in ("government", "made_by") or kind == "theme"
    return Choice(
        column=column.name,
        kind=kind,
        field=field,
        split=_separator(texts) if lists else "lines" if kind == "action" and any(re.match(r"\s*[-•*] ", text) for text in texts) else "",
        map=_meanings(kind, field, texts),
        formats=_formats(texts) if is_date(told) else (),
        serial="1900" if is_date(told) and texts and all(re.fullmatch(r"[2-5]\d{4}", text) for text in texts) else "",
        html=any(re.search(r"<(p|br|li|ul|b|i|em|strong|a|div|span)\b[^>]*>|&(amp|nbsp|#\d+);", text) for text in texts),
    )


def _separator(texts: list[str]) -> str:
    counts = {mark: sum(mark in text for text in texts) for mark in (" | ", "; ", ";", "|", "\n")}
    best = max(counts, key=lambda mark: counts[mark])
    return ("lines" if best == "\n" else best) if counts[best] else ""


def _formats(texts: list[str]) -> tuple[str, ...]:
    """The one format of days and months in numbers that all values fit; none where either fits, since nobody can tell then."""
    numbers = [found for text in texts if (found := re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})", text))]
    if not numbers:
        return ()
    mark, year = numbers[0][2], "yyyy" if len(numbers[0][4]) == 4 else "yy"
    if any(int(found[1]) > 12 for found in numbers) and not any(int(found[3]) > 12 for found in numbers):
        return (f"dd{mark}MM{mark}{year}",)
    if any(int(found[3]) > 12 for found in numbers) and not any(int(found[1]) > 12 for found in numbers):
        return (f"MM{mark}dd{mark}{year}",)
    return ()


def _meanings(kind: str, field: str, texts: list[str]) -> dict[str, str]:
    """A map of statuses or answers: what each value that was seen probably means; the empty text for one that nobody can guess."""
    if (kind, field) not in (("assessment", "status"), ("position", "answer")):
        return {}
    words = folded_words(KINDS[kind].fields[field])
    usual = {folded(spelt): meant for meant, names in _MEANINGS[kind].items() for spelt in names.split("|")}
    return {text: words.get(plain(text)) or usual.get(folded(text), "") for text in dict.fromkeys(texts)}


def _with_keys(choices: list[Choice], seen: list[Seen]) -> list[Choice]:
    """Mark what tells records apart: of recommendations the number, with the session or report that it is counted in, and the state where it repeats.

    Without a number it is the text. A report is told by its number, or by its title.
    """
    numbered = [choice for choice in choices if (choice.kind, choice.field) == ("recommendation", "number")]
    around = [Choice(column.name, "recommendation", is_key=True) for column in seen if comparable(column.name) in _COUNTED_IN]
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
    by_name = {column.name: column for column in seen}
    texts = by_name[numbered[0].column].texts
    repeats = len(set(texts)) < len(texts)
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

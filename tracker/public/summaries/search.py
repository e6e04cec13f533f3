"""What a search finds across recommendations, actions, documents and governments, each with the passages that say so."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import connections
from django.db.models import Count, F, Q, Value, Window
from django.db.models.functions import Concat, RowNumber
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.editions.tables import (
    PUBLIC,
    ActionEdition,
    DocumentEdition,
    GovernmentEdition,
    PassageEdition,
    RecommendationEdition,
    TranslationEdition,
)
from tracker.public.clocks import Clocks
from tracker.public.filters import Grammar, OneOf, SearchFilter
from tracker.public.filters.choices import these
from tracker.public.translated import language_of_column
from tracker.public.words import Reading, ranking, stems
from tracker.rules.folding import tokens
from tracker.rules.languages import OURS, configuration
from tracker.rules.marking import Snippet, marked
from tracker.rules.vocabulary import Stance

GOVERNMENT = "government"
KINDS: dict[str, str | Promise] = {
    "recommendation": _("Recommendations"),
    "action": _("Actions"),
    "document": _("Documents"),
    GOVERNMENT: _("Governments"),
}
"""What is searched, in the order in which it is named."""
IN_PASSAGES = ("recommendation", "action", "document")
"""What is found by its passages; a government by its names."""
SHOWN = 2
"""Passages that are shown of each record."""
LOOKED_AT = 8
"""Passages among which they are chosen: several may say the same."""
NAMED_BY = {"recommendation": "short_title", "action": "title", "document": "title", GOVERNMENT: "name"}
DATED_BY = {"recommendation": "recommended_on", "action": "acted_on", "document": "published_on"}
"""The columns with the title of what is found, and with its date; a government has none."""
AROUND = 12
"""Words before what is marked first; twice as many follow."""
AT_THE_HEAD = ("key", "title", "government")
"""Parts that stand at the head of what is found anyway."""
PARTS: dict[str, str | Promise] = {
    "author": _("Author"),
    "bill": _("Bill number"),
    "body": _("Body that acted"),
    "celex": _("CELEX number"),
    "criteria_full": _("Implemented when"),
    "criteria_partial": _("Partial when"),
    "deadline": _("Why a deadline moved"),
    "departure": _("Why another status than the rule proposes"),
    "description": _("What was done"),
    "effect": _("How an action bears on it"),
    "event": _("An event"),
    "found": _("Found in a search"),
    "government": _("Government"),
    "legal_instrument": _("Legal instrument"),
    "legislature": _("Legislature"),
    "looked_for": _("Looked for in a search"),
    "made_by": _("Made by"),
    "measure_name": _("Kind of measure"),
    "note": _("Note"),
    "number": _("Number in the document"),
    "position": _("Position of %(name)s"),
    "publisher": _("Publisher"),
    "quotation": _("Quoted from %(name)s"),
    "rationale": _("Rationale of an assessment"),
    "reply": _("Reply of %(name)s"),
    "says": _("What %(name)s says, in our words"),
    "scope_note": _("Scope"),
    "search": _("A search on record"),
    "source_status": _("Status in the source’s own words"),
    "stake": _("How its publisher is placed"),
    "statement": _("Statement"),
    "symbol": _("Document symbol"),
    "target": _("Aimed at"),
    "theme": _("Theme"),
    "translation": _("Translated by %(name)s"),
}
"""What a passage is where it stands; ``name`` is who says it."""
TRANSLATION = "translation"
"""What a reader is to know as the words of somebody else than of the record."""
PARTY = "party"
"""What is said of a person or organisation stands only beside who says it, when and where, so it is found here and read there."""


class SearchFilters(Grammar):
    """What the search takes: the words, and what to look among."""

    q = SearchFilter()
    kind = OneOf(
        field_name="kind",
        lookup_expr="in",
        label=_("kind"),
        lookup=these(list(KINDS.items())),  # type: ignore[arg-type]
        takes=_("recommendation, action, document or government"),
    )

    class Meta:
        """Of the passages."""

        model = PassageEdition
        fields: ClassVar[list[str]] = []

    def __init__(self, parameters: QueryDict, clocks: Clocks) -> None:
        """Read the address; ``BadFilter`` for what it cannot take."""
        super().__init__(parameters, clocks)
        self.texts: list[str] = self.form.cleaned_data["q"]
        self.kinds: list[str] = self.form.cleaned_data["kind"] or list(KINDS)


@dataclass(frozen=True)
class Passage:
    """A text in which something was found: what it is there, whose, and its words.

    ``disputes`` is what it is cited against: the record that was found (its kind), or an assessment of it; empty where it is against nothing.

    ``snippet`` is nothing for what is said of a party; ``translation`` is the row of what is a translation.
    """

    part: str
    label: str | Promise
    name: str
    language: str
    disputes: str
    snippet: Snippet | None
    translation: TranslationEdition | None = None


@dataclass(frozen=True)
class Hit:
    """Something found. ``row`` is its published row; ``on`` its date, as the row writes it."""

    kind: str
    key: str
    row: Any
    title: Snippet
    language: str
    on: str | None
    passages: list[Passage]


@dataclass(frozen=True)
class KindCount:
    """How much was found of a kind, and whether the reader asked for it."""

    kind: str
    label: str | Promise
    count: int
    chosen: bool


class Found(Sequence[Any]):
    """Everything that a search finds, in order: governments by name, then the rest by rank. Only the part that is asked for is fetched."""

    def __init__(self, asked: Reading, clocks: Clocks, kinds: Iterable[str]) -> None:
        """Count what is found of each kind: two questions."""
        self.asked = asked
        self.clocks = clocks
        self.kinds = tuple(kinds)
        self.governments = list(asked.governments(clocks.said(GovernmentEdition).order_by("name", "code")))
        self.counts = _counts(asked, clocks) | {GOVERNMENT: len(self.governments)}

    @property
    def by_kind(self) -> list[KindCount]:
        """The counts of all kinds, chosen or not."""
        return [KindCount(kind, label, self.counts[kind], kind in self.kinds) for kind, label in KINDS.items()]

    @property
    def everything(self) -> int:
        """How much there is of all kinds."""
        return sum(self.counts.values())

    def __len__(self) -> int:
        return sum(self.counts[kind] for kind in self.kinds)

    def __getitem__(self, part: Any) -> Any:
        governments = self.governments if GOVERNMENT in self.kinds else []
        named = [(GOVERNMENT, row.code) for row in governments[part]]
        among = [kind for kind in self.kinds if kind in IN_PASSAGES]
        if len(named) < part.stop - part.start and among and self.asked.question.groups:
            start = max(0, part.start - len(governments))
            ranked = self.asked.ranked(self.clocks, *among).values_list("kind", "key")
            named += ranked[start : max(0, part.stop - len(governments))]
        return named


def _counts(asked: Reading, clocks: Clocks) -> dict[str, int]:
    counts = dict.fromkeys(IN_PASSAGES, 0)
    if asked.question.groups:
        inner, parameters = asked.records(clocks, *IN_PASSAGES).query.sql_with_params()
        with connections[PUBLIC].cursor() as cursor:
            cursor.execute(f"SELECT kind, count(*) FROM ({inner}) AS found GROUP BY kind", parameters)
            counts |= dict(cursor.fetchall())
    return counts


def hits(found: Found, page: Iterable[tuple[str, str]]) -> list[Hit]:
    """What stands on one page, with its words marked: six questions, however much it is, and one more where translations are among it."""
    wanted: dict[str, list[str]] = defaultdict(list)
    order = list(page)
    for kind, key in order:
        wanted[kind].append(key)
    rows = _rows(found, wanted)
    said = _passages(found, wanted)
    sources = _sources(found.clocks, said)
    translations = _translations(found.clocks, said)
    phrases = found.asked.question.wanted
    titles = {place: _title(place[0], row) for place, row in rows.items()}
    texts = {(config, text) for text, config, _language in titles.values()}
    texts |= {(passage.config, passage.text) for passages in said.values() for passage in passages}
    configs = {config for config, _text in texts}
    table = stems(
        [(config, token.word) for config, text in texts for token in tokens(text)]
        + [(config, word) for config in configs for phrase in phrases for word in phrase.split(" ")]
    )

    def mark(text: str, config: str, around: int | None = None) -> Snippet:
        return marked(text, phrases, lambda word: table.get((config, word), ""), around=around)

    result = []
    for place in order:
        if place not in rows:
            continue
        text, config, language = titles[place]
        passages = [
            Passage(
                part=passage.part,
                label=PARTS.get(passage.part, ""),
                name=sources.get(passage.document, "") if passage.document else passage.said_by,
                language=passage.language,
                disputes=passage.record_kind if passage.stance == Stance.DISPUTES else "",
                snippet=None if passage.part == PARTY else mark(passage.text, passage.config, AROUND),
                translation=translations.get(_of_translation(passage)) if passage.part == TRANSLATION else None,
            )
            for passage in said.get(place, ())
        ]
        row = rows[place]
        on = getattr(row, DATED_BY[place[0]]) if place[0] in DATED_BY else None
        result.append(Hit(*place, row=row, title=mark(text, config), language=language, on=on, passages=passages))
    return result


def _rows(found: Found, wanted: dict[str, list[str]]) -> dict[tuple[str, str], Any]:
    clocks = found.clocks
    tables = (
        ("recommendation", "reference", clocks.rows(RecommendationEdition)),
        ("action", "key", clocks.rows(ActionEdition)),
        ("document", "key", clocks.rows(DocumentEdition)),
    )
    rows: dict[tuple[str, str], Any] = {(GOVERNMENT, row.code): row for row in found.governments}
    for kind, column, queryset in tables:
        rows |= {(kind, getattr(row, column)): row for row in queryset.filter(**{f"{column}__in": wanted[kind]})}
    return rows


def _title(kind: str, row: Any) -> tuple[str, str, str]:
    """A title, the configuration under which its words are read, and its language."""
    language = OURS if kind == GOVERNMENT else language_of_column(row, NAMED_BY[kind])
    return getattr(row, NAMED_BY[kind]), configuration(language), language


def _passages(found: Found, wanted: dict[str, list[str]]) -> dict[tuple[str, str], list[PassageEdition]]:
    """The passages of records that say most of what is asked for, in the weightiest places; none that says the same as another."""
    among = Q()
    for kind in IN_PASSAGES:
        among |= Q(kind=kind, key__in=wanted[kind])
    place = Window(RowNumber(), partition_by=[F("kind"), F("key")], order_by=[F("weight").asc(), ranking(found.asked).desc(), F("id").asc()])
    rows = found.clocks.rows(PassageEdition).filter(among, found.asked.passages()).exclude(part__in=AT_THE_HEAD)
    said: dict[tuple[str, str], list[PassageEdition]] = defaultdict(list)
    for passage in rows.annotate(place=place).filter(place__lte=LOOKED_AT).defer("search").order_by("kind", "key", "place"):
        chosen = said[passage.kind, passage.key]
        # Of what is said of parties one hint is enough.
        same = any(passage.text == other.text or passage.part == other.part == PARTY for other in chosen)
        if len(chosen) < SHOWN and not same:
            chosen.append(passage)
    return said


def _sources(clocks: Clocks, said: dict[tuple[str, str], list[PassageEdition]]) -> dict[str, str]:
    """Who puts out the documents that passages are cited from, by key."""
    cited = {passage.document for passages in said.values() for passage in passages if passage.document}
    rows = clocks.said(DocumentEdition).filter(key__in=cited).values_list("key", "publisher", "author", "title")
    return {key: publisher or author or title for key, publisher, author, title in rows}


def _of_translation(passage: PassageEdition) -> tuple[str, str, str, str]:
    return passage.record_kind, passage.record_key, passage.language, passage.text


def _translations(clocks: Clocks, said: dict[tuple[str, str], list[PassageEdition]]) -> dict[tuple[str, str, str, str], TranslationEdition]:
    """The rows of the passages that are translations, by record, language and words."""
    wanted = Q()
    for passage in (passage for passages in said.values() for passage in passages if passage.part == TRANSLATION):
        wanted |= Q(record_kind=passage.record_kind, record_key=passage.record_key)
    if not wanted:
        return {}
    return {(row.record_kind, row.record_key, row.language, row.words): row for row in clocks.said(TranslationEdition).filter(wanted)}


def each_by_itself(found: Found) -> list[tuple[str, int]]:
    """How many recommendations, actions and documents say each of the words by itself: help where nothing says them all."""
    wanted = found.asked.question.wanted
    if len(wanted) < 2:
        return []
    rows = found.clocks.rows(PassageEdition).filter(found.asked.passages()).order_by()
    record = Concat("kind", Value(" "), "key")
    counts = rows.aggregate(**{f"n{number}": Count(record, filter=found.asked.said(phrase), distinct=True) for number, phrase in enumerate(wanted)})
    return [(f'"{phrase}"' if " " in phrase else phrase, counts[f"n{number}"]) for number, phrase in enumerate(wanted)]

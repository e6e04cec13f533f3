"""What of a row may be told on a day: nothing that came later. One declaration, for pages and for files.

A row is published whole, so that one edition serves every day: an action carries the events and legal statuses of all its life, an effect the
day on which it ended. What lies after ``as_of`` the database takes off (``tracker/editions/telling.sql``), before anything is shown.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Case, CharField, DateField, DateTimeField, F, Field, Func, JSONField, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext

from tracker.editions.projection import source_name
from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    MembershipEdition,
    RecommendationEdition,
    RecordEdition,
    Row,
)
from tracker.public.clocks import Clocks
from tracker.rules import evidence
from tracker.rules.attribution import REPORTED_BY, standing_in_words
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import DocumentKind, Interest, Stance, Standing, Status

Part = dict[str, Any]
Expressed = Any
"""An expression of Django's by which the database makes a value."""


def sql(function: str, *arguments: Any, output: "Field[Any, Any] | None" = None) -> Expressed:
    """A function of the editions (``telling.sql``, ``formulas.sql``); it gives text where nothing else is said."""
    return Func(*arguments, function=f"editions.{function}", output_field=output or TextField())


@dataclass(frozen=True)
class Told:
    """The columns of a published table as they may be told at the clocks: expressions for a query, by the names of the columns."""

    table: type[Row]
    clocks: Clocks

    def __call__(self, name: str) -> Expressed:
        """A column; what may be told on every day is the column itself."""
        tell = _TOLD.get(self.table, {}).get(name)
        return tell(self) if tell else F(name)

    @property
    def day(self) -> Expressed:
        """The day of ``as_of``."""
        return Value(self.clocks.as_of, DateField())

    @property
    def instant(self) -> Expressed:
        """The instant of ``known``; nothing for what the site says now."""
        return Value(self.clocks.read_at, DateTimeField())

    @property
    def standings(self) -> Expressed:
        """The words for legal statuses in the page's language, as ``editions.with_basis`` takes them."""
        return Value(_standings(), JSONField())

    @property
    def cut(self) -> dict[str, Expressed]:
        """The columns from which something may be taken off, and what pages are told beside them."""
        return {name: tell(self) for name, tell in _TOLD.get(self.table, {}).items() if name != TRANSLATIONS}

    @property
    def made_from(self) -> Expressed:
        """The published rows whose words a row of a file has, as table:id: its own, the documents that its parts cite, and translations."""
        table = self.table._meta.db_table.replace('"', "").split(".")[-1]
        lists = [Value([], JSONField()), *(self(name) for name in PARTS if name in self._columns)]
        parts = Func(*lists, template="(%(expressions)s)", arg_joiner=" || ", output_field=JSONField())
        translations = self(TRANSLATIONS) if TRANSLATIONS in _TOLD.get(self.table, {}) else Value([], JSONField())
        names = ArrayField(CharField())
        return sql("made_from", Concat(Value(f"{table}:"), Cast("pk", CharField())), parts, translations, self.instant, output=names)

    @property
    def says_formulas(self) -> bool:
        """Whether each row says of itself that a spreadsheet would run one of its texts (``runs_as_formula``)."""
        return "runs_as_formula" in self._columns

    def columns_in(self, names: Iterable[str]) -> set[str]:
        """Those of the names that are columns of the table."""
        return self._columns & set(names)

    @property
    def _columns(self) -> set[str]:
        return {column.name for column in self.table._meta.concrete_fields}

    def unless_empty(self, name: str, empty: Expressed, expression: Expressed) -> Expressed:
        """What is made of a list of parts; ``empty`` at once where the row has none. A list that is no column of the row is looked up."""
        if name not in self._columns:
            return expression
        return Case(When(**{name: []}, then=empty), default=expression, output_field=expression.output_field)


def _standings() -> dict[str, Any]:
    """By legal status, and by whether a judgment is cited, what stands before the name of who says so and what behind it."""
    mark = "\0"
    found: dict[str, Any] = {"prefix": REPORTED_BY}
    for standing in Standing:
        found[standing.value] = {}
        for has_judgment in (True, False):
            message, given = standing_in_words(standing, said_by=mark, has_judgment=has_judgment)
            said = gettext(message) % {**given, "standing": gettext(given["standing"])}
            found[standing.value][str(has_judgment).lower()] = said.split(mark)
    return found


Tell = Callable[[Told], Expressed]
PARTS = ("replies", "positions", "parties")
"""The lists of a row whose parts cite documents."""
TRANSLATIONS = "translations"
"""What files alone are told of a record; pages look for those into the reader's language (:mod:`tracker.public.translated`)."""


def _come(name: str, dated: str = "on") -> Tell:
    return lambda told: told.unless_empty(name, F(name), sql("come", F(name), Value(dated), told.day, output=JSONField()))


def _with_sources(name: str) -> Tell:
    return lambda told: told.unless_empty(name, F(name), sql("with_sources", _come(name)(told), told.instant, output=JSONField()))


def _parties(told: Told) -> Expressed:
    basis = sql("with_basis", _come("parties")(told), told.instant, told.standings, output=JSONField())
    return told.unless_empty("parties", F("parties"), basis)


def _held_back(told: Told) -> Expressed:
    return told.unless_empty("parties", F("parties"), sql("held_back", F("parties"), told.day, output=JSONField()))


def _moved(told: Told) -> Expressed:
    return told.unless_empty("deadline_moves", F("due_on"), sql("deadline_on", F("due_on"), F("deadline_moves"), told.day))


def _if_come(name: str, day: str = "") -> Tell:
    return lambda told: Case(When(**{f"{day or name}__lte": told.day}, then=F(name)), default=None)


def _translations(kind: str, key: str) -> Tell:
    return lambda told: sql("translations_of", Value(kind), F(key), told.instant, output=JSONField())


def _in_place(told: Told) -> Expressed:
    return Case(When(EffectEdition.in_place_on(told.clocks.as_of), then=True), default=False, output_field=BooleanField())


def _searched_on(_told: Told) -> Expressed:
    resting = [status.value for status in Status if status.rests_on_a_search]
    return Case(When(status__in=resting, then=sql("latest_search", F("searches"))), default=None, output_field=CharField())


def _search_due_since(told: Told) -> Expressed:
    due = sql("search_due_on", _searched_on(told), output=DateField())
    return Case(When(LessThanOrEqual(due, told.day), then=due), default=None, output_field=DateField())


def _replaced(told: Told) -> Expressed:
    """What was replaced after ``known`` stood then."""
    return Case(When(known_to__gt=told.instant, then=None), default=F("known_to")) if told.clocks.read_at else F("known_to")


_TOLD: dict[type[Row], dict[str, Tell]] = {
    DocumentEdition: {TRANSLATIONS: _translations("document", "key")},
    RecommendationEdition: {
        "due_on": _moved,
        "deadline_moves": _come("deadline_moves", "moved_on"),
        TRANSLATIONS: _translations("recommendation", "reference"),
    },
    AddresseeEdition: {"replies": _with_sources("replies"), "search_due_since": _if_come("search_due_on")},
    ActionEdition: {
        "ended_on": _if_come("ended_on"),
        "events": _come("events"),
        "parties": _parties,
        "replies": _with_sources("replies"),
        "held_back": _held_back,
        "names_nobody": lambda _told: Case(When(parties=[], then=True), default=False, output_field=BooleanField()),
        TRANSLATIONS: _translations("action", "key"),
    },
    EffectEdition: {"in_place": _in_place, "ended_on": _if_come("ended_on")},
    AssessmentEdition: {
        "actions": lambda told: Case(
            When(actions=[], then=F("actions")),
            default=sql("actions_by", F("actions"), told.day, told.instant, output=ArrayField(CharField())),
            output_field=ArrayField(CharField()),
        ),
        "superseded_by": lambda told: sql("assessment_by", F("superseded_by"), told.day, told.instant),
        "positions": _with_sources("positions"),
        "replies": _with_sources("replies"),
        "searched_on": _searched_on,
        "search_due_since": _search_due_since,
        TRANSLATIONS: _translations("assessment", "key"),
    },
    MembershipEdition: {
        name: lambda told, name=name: Case(When(until_day__gt=told.day, then=None), default=F(name)) for name in ("until", "until_day")
    },
    RecordEdition: {"known_to": _replaced},
}
"""Of each published table, what is told otherwise than it stands, or beside it.

``held_back`` of an action are the keys of the citations that tell only of a legal status of a later day; ``names_nobody``: no legal status of
anybody is on record, of this day or of a later one.
"""


def told(rows: Iterable[Any], clocks: Clocks) -> list[Any]:
    """Rows of one published table as they may be told at the clocks: a query, which is asked once for all of it, or rows that were read before.

    One more question finds the documents that their parts cite, where they cite any.
    """
    if not isinstance(rows, QuerySet):
        rows = list(rows)
        return _asked_again(rows, clocks) if rows else rows
    as_told = Told(rows.model, clocks)
    cut = as_told.cut
    found = list(rows.defer(*as_told.columns_in(cut)).annotate(**{f"told_{name}": expression for name, expression in cut.items()}))
    for row in found:
        for name in cut:
            setattr(row, name, row.__dict__.pop(f"told_{name}"))
    _name_documents(found, clocks)
    return found


def _asked_again(rows: list[Any], clocks: Clocks) -> list[Any]:
    """The same of rows that were read before; they are cut where they stand."""
    table = type(rows[0])
    names = Told(table, clocks).cut
    if names:
        found = {row.pk: row for row in told(table.objects.filter(pk__in=[row.pk for row in rows]).order_by().only("pk"), clocks)}
        for row in rows:
            row.__dict__.update({name: found[row.pk].__dict__[name] for name in names})
    return rows


def _name_documents(rows: list[Any], clocks: Clocks) -> None:
    """Each source in a row's parts with the document that it is, for pages that show its title translated."""
    parts = [part for row in rows for name in PARTS for part in getattr(row, name, None) or ()]
    documents = documents_of(clocks, parts)
    for part in parts:
        part["sources"] = [Source.of(documents[said["document"]], said) for said in part["sources"]]


class Source(dict[str, Any]):
    """Where a part can be read, as it is published; ``row`` is the document, for pages that show its title translated."""

    row: DocumentEdition

    @classmethod
    def of(cls, document: DocumentEdition, said: Part) -> "Source":
        """What is said of a document."""
        found = cls(said)
        found.row = document
        return found


def had_come(written: str | None, day: dt.date) -> bool:
    """Whether a date lies for certain no later than the day; what is undated has."""
    return not written or PartialDate(written).last <= day


def not_held_back(action: ActionEdition, citations: list[CitationEdition]) -> list[CitationEdition]:
    """The citations of an action that was told, without those that tell only of a legal status of a later day."""
    return [citation for citation in citations if citation.citation not in action.held_back]  # type: ignore[attr-defined]


def told_with_an_action(clocks: Clocks, citations: QuerySet[Any]) -> set[str]:
    """Those of the citations (keys) that an action of the day is told with: one question.

    Of what nobody had done by then, and of a legal status of a later day, nothing is told.
    """
    served = clocks.rows(CitationEdition).filter(record_kind="action", citation__in=citations)
    return set(served.values_list("citation", flat=True))


def documents_of(clocks: Clocks, parts: Iterable[Part]) -> dict[str, DocumentEdition]:
    """The documents that parts cite, by key: one question, and none where nothing is cited."""
    cited = {citation["document"] for part in parts for citation in part["citations"]}
    found = clocks.said(DocumentEdition).filter(key__in=cited).defer("note", "snapshots") if cited else ()
    return {document.key: document for document in found}


def with_its_basis(party: Part, documents: Mapping[str, DocumentEdition]) -> Part:
    """A party with what must stand beside its legal status. ``documents`` are those that it cites, by key.

    ``reads``: the status in words that say no more than was shown; ``claimed_by``: whom to attribute it to where advocacy alone supports it. This
    is for the parties of a published body; ``editions.with_basis`` says the same of those of a row.
    """
    supporting = [
        (citation, document)
        for citation in party["citations"]
        if citation["stance"] == Stance.SUPPORTS and (document := documents.get(citation["document"]))
    ]
    has_judgment = any(document.kind == DocumentKind.JUDGMENT for _citation, document in supporting)
    claimed_by = evidence.claimed_by(
        evidence.Use(citation["key"], Stance.SUPPORTS, Interest(document.interest), source_name(vars(document))) for citation, document in supporting
    )
    message, given = standing_in_words(Standing(party["standing"]), said_by=party["said_by"], has_judgment=has_judgment)
    reads = gettext(message) % {**given, "standing": gettext(given["standing"])}
    return {**party, "reads": reads, "claimed_by": list(claimed_by)}

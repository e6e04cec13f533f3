"""One declaration of the columns of each list: what a CSV's header, a JSON object's keys and /data/'s codebook all show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from django.db.models import Case, F, Func, JSONField, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce, Replace
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    GovernmentEdition,
    RecommendationEdition,
    RecordEdition,
    Row,
)
from tracker.languages import codes
from tracker.public import filters, translated
from tracker.public.as_of import Expressed, Told, sql
from tracker.public.clocks import BadFilter, Clocks, one_value
from tracker.public.filters import Grammar
from tracker.public.shapes import (
    DAY,
    FLAG,
    MOMENT,
    NUMBER,
    PARTIAL_DATE,
    TEXT,
    Shape,
    is_free_text,
    list_of,
    maybe,
    of_field,
    record_of,
    word_in,
    word_of,
)
from tracker.rules.crosswalk import CROSSWALK, Vocabulary, to_foreign
from tracker.rules.identifiers import HELD_BY
from tracker.rules.vocabulary import Answer, DocumentKind, EventKind, Interest, PartyKind, Stance, Standing, Status, TranslationKind


@dataclass(frozen=True)
class Column:
    """A column: its name, its label, what it means, and the expression by which the database makes its value (by default the column of that name).

    ``text`` makes a value that is a list one cell of a table, harmless to spreadsheets. ``shape`` is its type in JSON; by default that of the field
    of its name.
    """

    name: str
    label: str | Promise
    meaning: str | Promise
    value: Callable[[Told], Expressed] | None = None
    text: Callable[[Told], Expressed] | None = None
    shape: Shape | None = None


@dataclass(frozen=True)
class Address:
    """Where a row's page is: a path with the names of the row's columns in braces, of some kinds of rows (by their column ``kind``) another one."""

    path: str
    of_kinds: Mapping[str, str] = field(default_factory=dict)

    def of(self, row: Any) -> str:
        """That of a row."""
        return self.of_kinds.get(getattr(row, "kind", ""), self.path).format_map(vars(row))

    def expression(self, kept: Callable[[str], str]) -> Expressed:
        """The same for a query. ``kept`` puts before and into a path what all addresses have in common."""
        path = _filled(kept(self.path))
        return Case(*(When(kind=kind, then=_filled(kept(each))) for kind, each in self.of_kinds.items()), default=path) if self.of_kinds else path


def _filled(path: str) -> Expressed:
    parts: list[Any] = []
    for text, name, _spec, _conversion in Formatter().parse(path):
        parts += [*([Value(text)] if text else []), *([F(name)] if name else [])]
    return Func(*parts, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())


@dataclass(frozen=True)
class Listing:
    """A list of the API: its name, its filters, its columns, the rows' public addresses, and what its facets count."""

    name: str
    table: type[Row]
    filters: type[Grammar]
    columns: tuple[Column, ...]
    address: Address
    counting: str = "id"
    rows: Callable[[Clocks, Grammar], QuerySet[Any]] | None = None
    order: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    about: Callable[[Clocks], dict[str, Any]] = lambda _clocks: {}
    """What a JSON answer says of the list as a whole, beside its rows; ``about_shape`` is the type of each member."""
    about_shape: Mapping[str, Shape] = field(default_factory=dict)

    def url(self, clocks: Clocks, site: str) -> Expressed:
        """A row's public page with the clocks that the request gave, so that it opens what the row says; ``site`` is the origin of the site."""
        return self.address.expression(lambda path: site + clocks.kept(path))

    def told(self, clocks: Clocks) -> Told:
        """The columns of its table as they may be told at the clocks."""
        return Told(self.table, clocks)

    def values(self, clocks: Clocks) -> dict[str, Expressed]:
        """The values of a row's columns as JSON has them."""
        told = self.told(clocks)
        return {column.name: column.value(told) if column.value else told(column.name) for column in self.columns}

    def cells(self, clocks: Clocks) -> dict[str, Expressed]:
        """The same as the cells of a table: what is a list as text, and a text that a spreadsheet would run as a formula made harmless."""
        told, values = self.told(clocks), self.values(clocks)
        return {column.name: self._cell(column, told, values[column.name]) for column in self.columns}

    def _cell(self, column: Column, told: Told, value: Expressed) -> Expressed:
        if column.text:
            return column.text(told)
        if not is_free_text(self.shape_of(column)):
            return value
        harmless = sql("harmless", value)
        return Case(When(runs_as_formula=True, then=harmless), default=value, output_field=TextField()) if told.says_formulas else harmless

    def shape_of(self, column: Column) -> Shape:
        """The type of a column's values in JSON."""
        return column.shape or of_field(self.table._meta.get_field(column.name))

    def queryset(self, clocks: Clocks, grammar: Grammar, parameters: QueryDict) -> QuerySet[Any]:
        """The filtered rows in the order asked for; ``BadFilter`` for a sort that is none of ``sorts``."""
        found = self.rows(clocks, grammar) if self.rows else grammar.rows()
        return found.order_by(*self.keys(parameters))

    def keys(self, parameters: QueryDict) -> tuple[str, ...]:
        """The columns by which rows are ordered, with a minus before those that fall. The last is unique, so that no two rows change places."""
        named: dict[str, str] = {}
        for key in filter(None, (self._sort(parameters), *self.order, "id")):
            named.setdefault(key.removeprefix("-"), key)
        return tuple(named.values())

    def _sort(self, parameters: QueryDict) -> str:
        """The order that an address asks for; empty where it asks for none. ``BadFilter`` for one that is none of ``sorts``."""
        written = one_value(parameters, "sort")
        if not written:
            return ""
        if written.removeprefix("-") not in self.sorts:
            sentence = gettext("“%(sort)s”: sort takes one of %(takes)s, with a minus before it for the other way.")
            raise BadFilter("sort", sentence % {"sort": written[:60], "takes": ", ".join(self.sorts)})
        return written


def _recommendations(clocks: Clocks, grammar: Grammar) -> QuerySet[Any]:
    """Recommendations with at least one addressee that matches the filter."""
    return clocks.rows(RecommendationEdition).filter(reference__in=grammar.rows().values("recommendation"))


def _semicolons(name: str) -> Callable[[Told], Expressed]:
    return lambda told: Func(told(name), Value("; "), function="array_to_string", output_field=TextField())


def _moment(name: str) -> Callable[[Told], Expressed]:
    return lambda told: Replace(sql("written", told(name)), Value(".000000Z"), Value("Z"), output_field=TextField())


def _parts(name: str, *keys: str) -> Callable[[Told], Expressed]:
    """The parts that a row carries, each with the keys that are published; empty what was not asked for when it was published."""
    return lambda told: told.unless_empty(name, Value("[]"), sql("parts", told(name), *map(Value, keys)))


def _in_words(name: str, words: str = "") -> Callable[[Told], Expressed]:
    """The same as the text of a cell (``telling.sql``). Words of other rows stand in it, so that it is looked at for formulas itself."""
    return lambda told: told.unless_empty(name, Value(""), sql("harmless", sql(f"{words or name}_in_words", told(name))))


def _coded(place: int) -> Callable[[Told], Expressed]:
    """Another code of a government by its two letters: the three letters (0) or the number (1) of ISO 3166-1."""
    known = {code: others[place] for code, others in codes.every().items()}
    return lambda told: Coalesce(
        Func(Value(known, JSONField()), told("code"), template="(%(expressions)s)", arg_joiner=" ->> ", output_field=TextField()),
        Value(""),
        output_field=TextField(),
    )


def _status_in(theirs: Vocabulary) -> Column:
    """The status in somebody else's word, as the crosswalk has it."""
    return Column(
        f"status_{theirs.key}",
        format_lazy(_("status in the words of {name}"), name=theirs.name),
        format_lazy(
            _("The word of {name} that may stand for it; empty where each would claim more. /methodology/#crosswalk says how close."),
            name=theirs.name,
        ),
        lambda told: Case(
            *(When(status=status.value, then=Value(word)) for status in Status if (word := to_foreign(theirs.key, status))), default=Value("")
        ),
        shape=word_in(*theirs.words, ""),
    )


STATUS_ELSEWHERE = tuple(_status_in(theirs) for theirs in CROSSWALK.values())
CELEX = Column("celex", _("CELEX number"), _("As EUR-Lex gives it to an act or a document of EU law; empty for every other."))
BILL = Column("bill", _("bill number"), _("Of a bill or a resolution, as its legislature writes it; empty where there is none."))
LEGISLATURE = Column("legislature", _("legislature"), _("Whose the bill number is."))
SOURCES = list_of(
    record_of(
        **dict.fromkeys(("document", "title", "publisher", "locator", "document_url"), TEXT), interest=word_of(Interest), stance=word_of(Stance)
    )
)
"""Where a part of a record can be read."""
TRANSLATIONS = Column(
    "translations",
    _("translations"),
    _(
        "Its texts in other languages by the day of known: which text, the words, the kind (official, ours, machine), who translated and who checked "
        "it (empty: nobody), where it can be read, and whether the text was changed since it was translated."
    ),
    _parts("translations", *translated.PUBLISHED),
    _in_words("translations"),
    list_of(
        record_of(
            **dict.fromkeys(("text", "language", "words"), TEXT),
            kind=word_of(TranslationKind),
            **dict.fromkeys(("translator", "checked_by", "url", "locator"), TEXT),
            outdated=FLAG,
            translates=TEXT,
        )
    ),
)
REPLIES = Column(
    "replies",
    _("replies"),
    _("What those concerned answered by the day of as_of, letter for letter: who, when, in what language, and where it can be read."),
    _parts("replies", "key", "said_by", "on", "words", "language", "note", "sources"),
    _in_words("replies"),
    list_of(record_of(key=TEXT, said_by=TEXT, on=PARTIAL_DATE, words=TEXT, language=TEXT, note=TEXT, sources=SOURCES)),
)
SEARCHED_ON = Column(
    "searched_on", _("searched on"), _("When the search was made that the status rests on; empty where it rests on none."), shape=maybe(PARTIAL_DATE)
)
SEARCH_DUE = Column(
    "search_due_since",
    _("search due again since"),
    _("Since when that search is due again: twelve months after it was made. Empty while it holds on the day of as_of."),
    shape=maybe(DAY),
)
DEPARTURE = Column("departure", _("reason for another status"), _("Why the assessor gave another status than the rule proposes; empty where not."))

RECOMMENDATIONS = Listing(
    name=gettext_noop("recommendations"),
    table=RecommendationEdition,
    filters=filters.AddresseeFilters,
    counting="recommendation",
    rows=_recommendations,
    order=("recommended_first", "reference"),
    sorts=("reference", "recommended_first", "short_title", "measure"),
    address=Address("/recommendations/{reference}/"),
    columns=(
        Column("reference", _("reference"), _("Names the recommendation on this site.")),
        Column("number", _("number"), _("As the document prints it.")),
        Column("short_title", _("short title"), _("What is asked.")),
        Column("statement", _("statement"), _("The recommendation, verbatim or in our words.")),
        Column("statement_form", _("form of the statement"), _("verbatim or paraphrase.")),
        Column("made_by", _("made by"), _("Who makes the recommendation.")),
        Column("made_in", _("made in"), _("Key of the document that makes it; empty where unknown.")),
        Column("known_from", _("known from"), _("Key of the document in which it was read."), lambda told: told("known_from_document"), shape=TEXT),
        Column("locator", _("locator"), _("Where it stands in that document.")),
        Column("recommended_on", _("recommended on"), _("A day, a month or a year."), shape=PARTIAL_DATE),
        Column("measure", _("kind of measure"), _("Key of the kind of measure.")),
        Column("measure_name", _("kind of measure, in words"), _("Its name.")),
        Column("themes", _("themes"), _("Keys of its themes, joined by semicolons."), _semicolons("themes"), shape=TEXT),
        Column("target", _("target"), _("Whom or what the measure is aimed at.")),
        Column("addressed", _("addressees as named"), _("Codes as the text names them.")),
        Column("due_on", _("due on"), _("The deadline that held on the day of as_of; empty where there was none."), shape=maybe(PARTIAL_DATE)),
        Column(
            "deadline_moves",
            _("moved deadlines"),
            _("The ledger of moved deadlines by the day of as_of: from, to, when, by whom (empty where our record was wrong), why."),
            _parts("deadline_moves", "before", "after", "moved_on", "moved_by", "reason"),
            _in_words("deadline_moves", "moves"),
            list_of(record_of(before=PARTIAL_DATE, after=maybe(PARTIAL_DATE), moved_on=PARTIAL_DATE, moved_by=maybe(TEXT), reason=TEXT)),
        ),
        Column("corroboration", _("corroboration"), _("Of the wording: single_source or corroborated.")),
        Column("supports", _("citations for"), _("Citations that support the record.")),
        Column("disputes", _("citations against"), _("Citations that dispute it.")),
        Column("claimed_by", _("claimed by"), _("Whom to attribute it to where advocacy alone supports it."), _semicolons("claimed_by"), shape=TEXT),
        Column("provenance", _("provenance"), _("reviewed, or shipped with the software and not reviewed here.")),
        Column("note", _("note"), _("What a reader must know.")),
        TRANSLATIONS,
    ),
)

ADDRESSEES = Listing(
    name=gettext_noop("addressees"),
    table=AddresseeEdition,
    filters=filters.AddresseeFilters,
    order=("recommendation", "government"),
    sorts=("recommendation", "government", "status", "valid_from"),
    address=Address("/recommendations/{recommendation}/#{government}"),
    columns=(
        Column("recommendation", _("recommendation"), _("Its reference.")),
        Column("short_title", _("short title"), _("What is asked.")),
        Column("government", _("government"), _("Its code.")),
        Column("government_name", _("government, in words"), _("Its name.")),
        Column("basis", _("basis"), _("Why the government stands here: named, group_member, tracked or model_cited.")),
        Column("counted", _("counted"), _("Whether it has a status and stands in counts; groups and models cited do not.")),
        Column("status", _("status"), _("What holds on the day of as_of; empty where not counted.")),
        *STATUS_ELSEWHERE,
        Column(
            "effective_on", _("effective on"), _("Since when, as the assessment dates it; empty where it dates no change."), shape=maybe(PARTIAL_DATE)
        ),
        Column("valid_from", _("holds from"), _("The first day on which the status holds here.")),
        Column("rationale", _("rationale"), _("Why this status.")),
        REPLIES,
        DEPARTURE,
        SEARCHED_ON,
        SEARCH_DUE,
        Column("confidence", _("confidence"), _("As stated by the assessor.")),
        Column("corroboration", _("corroboration"), _("single_source or corroborated.")),
        Column("supports", _("citations for"), _("Citations for the status.")),
        Column("disputes", _("citations against"), _("Citations against it or against the actions that it rests on.")),
        Column("disputed", _("disputed"), _("Whether there is any.")),
        Column("claimed_by", _("claimed by"), _("Whom to attribute it to where advocacy alone supports it."), _semicolons("claimed_by"), shape=TEXT),
        Column("assessment", _("assessment"), _("Key of the assessment that holds.")),
        Column("measure", _("kind of measure"), _("Key of the kind of measure.")),
        Column("recommended_on", _("recommended on"), _("A day, a month or a year."), shape=PARTIAL_DATE),
        Column("provenance", _("provenance"), _("reviewed, or shipped with the software and not reviewed here.")),
    ),
)

ASSESSMENTS = Listing(
    name=gettext_noop("assessments"),
    table=AssessmentEdition,
    filters=filters.AssessmentFilters,
    order=("recommendation", "government", "assessor_kind", "sequence", "key"),
    sorts=("recommendation", "government", "status", "effective_day"),
    address=Address("/recommendations/{recommendation}/#{government}"),
    columns=(
        Column("key", _("key"), _("Names the assessment.")),
        Column("recommendation", _("recommendation"), _("Its reference.")),
        Column("government", _("government"), _("Its code.")),
        Column("status", _("status"), _("The verdict.")),
        *STATUS_ELSEWHERE,
        Column("effective_on", _("effective on"), _("As the assessor dates it."), shape=maybe(PARTIAL_DATE)),
        Column("effective_day", _("effective day"), _("The first day on which it can hold.")),
        Column("sequence", _("place in the succession"), _("From 1; a later one supersedes.")),
        Column("supersedes", _("supersedes"), _("Key of the assessment before it.")),
        Column("superseded_by", _("superseded by"), _("Key of the assessment after it; empty where that was not in effect on the day of as_of.")),
        Column("rationale", _("rationale"), _("Why this status.")),
        REPLIES,
        DEPARTURE,
        Column(
            "positions",
            _("positions"),
            _("What the government said by the day of as_of that it would do; no part of the verdict."),
            _parts("positions", "key", "answer", "on", "said_by", "statement", "sources"),
            _in_words("positions"),
            list_of(record_of(key=TEXT, answer=word_of(Answer), on=PARTIAL_DATE, said_by=TEXT, statement=TEXT, sources=SOURCES)),
        ),
        Column(
            "searches",
            _("searches"),
            _("The searches on record: when, by whom, where, in what languages, for what, what was found and what they cannot show."),
            _parts("searches", "key", "searched_on", "searched_by", "where", "languages", "looked_for", "found", "limits"),
            _in_words("searches"),
            list_of(
                record_of(
                    key=TEXT,
                    searched_on=PARTIAL_DATE,
                    **dict.fromkeys(("searched_by", "where", "languages", "looked_for", "found", "limits"), TEXT),
                )
            ),
        ),
        SEARCHED_ON,
        SEARCH_DUE,
        Column("confidence", _("confidence"), _("As stated by the assessor.")),
        Column("corroboration", _("corroboration"), _("single_source or corroborated.")),
        Column("assessor_kind", _("assessed by"), _("staff, government or third_party.")),
        Column("assessor", _("assessor"), _("Name of an outside assessor.")),
        Column(
            "source_status",
            _("status in the source's words"),
            _("The raw value where it was taken over; of a government’s account made of its answer alone, that answer."),
        ),
        Column("actions", _("rests on actions"), _("Keys of the actions with which it shares a citation."), _semicolons("actions"), shape=TEXT),
        Column("supports", _("citations for"), _("Citations for it.")),
        Column("disputes", _("citations against"), _("Citations against it or the actions that it rests on.")),
        Column("disputed", _("disputed"), _("Whether there is any.")),
        Column("claimed_by", _("claimed by"), _("Whom to attribute it to where advocacy alone supports it."), _semicolons("claimed_by"), shape=TEXT),
        Column("provenance", _("provenance"), _("reviewed, or shipped with the software and not reviewed here.")),
        TRANSLATIONS,
    ),
)

ACTIONS = Listing(
    name=gettext_noop("actions"),
    table=ActionEdition,
    filters=filters.ActionFilters,
    order=("-last_day", "key"),
    sorts=("key", "government", "first_day", "last_day", "measure"),
    address=Address("/actions/{key}/"),
    columns=(
        Column("key", _("key"), _("Names the action.")),
        Column("government", _("government"), _("Code of the government whose body acted.")),
        Column("body", _("body"), _("The body that acted.")),
        Column("acted_on", _("date"), _("Of the decisive event: a day, a month or a year."), shape=PARTIAL_DATE),
        Column("measure", _("kind of measure"), _("Key of the kind of measure.")),
        Column("title", _("title"), _("What was done.")),
        Column("description", _("description"), _("With who says so where it is contested.")),
        Column(
            "events",
            _("events"),
            _("What happened to it by the day of as_of: kind, date, whether it decides the order, note."),
            _parts("events", "kind", "on", "decisive", "note"),
            _in_words("events"),
            list_of(record_of(kind=word_of(EventKind), on=PARTIAL_DATE, decisive=FLAG, note=TEXT)),
        ),
        Column(
            "parties",
            _("parties"),
            _(
                "Who is named as a target, with the identifiers that registers gave them, each legal status by the day of as_of, its basis in "
                "words, its date, who says so, whom to attribute it to where advocacy alone supports it, and the sources that support or "
                "dispute it with how their publishers are placed."
            ),
            _parts("parties", "party", "name", "kind", *HELD_BY["party"], "standing", "reads", "on", "said_by", "wording", "claimed_by", "sources"),
            _in_words("parties"),
            list_of(
                record_of(
                    party=TEXT,
                    name=TEXT,
                    kind=word_of(PartyKind),
                    **dict.fromkeys(HELD_BY["party"], TEXT),
                    standing=word_of(Standing),
                    reads=TEXT,
                    on=PARTIAL_DATE,
                    said_by=TEXT,
                    wording=TEXT,
                    claimed_by=list_of(TEXT),
                    sources=SOURCES,
                )
            ),
        ),
        REPLIES,
        Column("target", _("target"), _("As recorded on this site; it may tell what came after the day of as_of.")),
        Column("legal_instrument", _("legal instrument"), _("Name and number where known.")),
        CELEX,
        BILL,
        LEGISLATURE,
        Column("scope_note", _("scope"), _("What it covers and leaves out.")),
        Column("ended_on", _("ended on"), _("First day on which it is no longer in force; empty where no end by the day of as_of is on record.")),
        Column("corroboration", _("corroboration"), _("single_source or corroborated.")),
        Column("supports", _("citations for"), _("Citations that bear it out.")),
        Column(
            "disputes",
            _("citations against"),
            _("Citations that deny it, a legal status that it gives a party included, or give a conflicting fact."),
        ),
        Column("disputed", _("disputed"), _("Whether there is any.")),
        Column("claimed_by", _("claimed by"), _("Whom to attribute it to where advocacy alone supports it."), _semicolons("claimed_by"), shape=TEXT),
        Column("provenance", _("provenance"), _("reviewed, or shipped with the software and not reviewed here.")),
        Column("note", _("note"), _("Where sources differ, how.")),
        TRANSLATIONS,
    ),
)

EFFECTS = Listing(
    name=gettext_noop("effects"),
    table=EffectEdition,
    filters=filters.EffectFilters,
    order=("first_day", "key"),
    sorts=("recommendation", "government", "first_day", "action"),
    address=Address("/actions/{action}/"),
    columns=(
        Column("key", _("key"), _("Names the effect.")),
        Column("action", _("action"), _("Its key.")),
        Column("action_title", _("action, in words"), _("Its title.")),
        Column("acted_on", _("date"), _("Of the action's decisive event: a day, a month or a year."), shape=PARTIAL_DATE),
        Column("recommendation", _("recommendation"), _("Its reference.")),
        Column("government", _("government"), _("Code of the addressee.")),
        Column("direction", _("direction"), _("How the action bears on what was recommended; empty where it undoes another effect.")),
        Column("undoes", _("undoes"), _("Key of the effect that it undoes.")),
        Column("sign", _("sign"), _("1 toward the recommendation, -1 against it, 0 neither.")),
        Column("earlier", _("order in time"), _("yes, no or unknown: whether the action came before the recommendation, by the dates alone.")),
        Column("in_place", _("already in place"), _("Earlier, toward the recommendation, and still in force on the day of as_of.")),
        Column("ended_on", _("ended on"), _("First day on which it was no longer in place; empty where no end by the day of as_of is on record.")),
        Column("reasoning", _("reasoning"), _("Why this direction.")),
        Column("corroboration", _("corroboration"), _("single_source or corroborated.")),
        Column("supports", _("citations for"), _("Citations for the action.")),
        Column("disputes", _("citations against"), _("Citations against the action.")),
        Column("disputed", _("disputed"), _("Whether there is any.")),
        Column("claimed_by", _("claimed by"), _("Whom to attribute it to where advocacy alone supports it."), _semicolons("claimed_by"), shape=TEXT),
    ),
)

DOCUMENTS = Listing(
    name=gettext_noop("documents"),
    table=DocumentEdition,
    filters=filters.DocumentFilters,
    order=("key",),
    sorts=("key", "title", "published_last", "interest", "kind"),
    address=Address("/documents/{key}/"),
    columns=(
        Column("key", _("key"), _("Names the document.")),
        Column("kind", _("kind"), _("What sort of document.")),
        Column("title", _("title"), _("In square brackets where it is a description.")),
        Column("author", _("author"), _("Empty where unknown.")),
        Column("publisher", _("publisher"), _("Empty where unknown.")),
        Column("published_on", _("published on"), _("A day, a month or a year; empty where unknown."), shape=maybe(PARTIAL_DATE)),
        Column("language", _("language"), _("BCP 47 tag.")),
        Column("document_url", _("address of the document"), _("Where it was read; empty where unknown."), lambda told: told("url"), shape=TEXT),
        Column("symbol", _("document symbol"), _("The symbol or number that its issuer prints; empty where it has none.")),
        CELEX,
        BILL,
        LEGISLATURE,
        Column("interest", _("interest"), _("official, press, advocacy or academic.")),
        Column("stake", _("stake"), _("How the publisher is placed.")),
        Column("note", _("note"), _("What a reader must know.")),
        Column("provenance", _("provenance"), _("reviewed, or shipped with the software and not reviewed here.")),
        TRANSLATIONS,
    ),
)

CITATIONS = Listing(
    name=gettext_noop("citations"),
    table=CitationEdition,
    filters=filters.CitationFilters,
    order=("record_kind", "record_key", "-stance", "citation"),
    sorts=("citation", "document", "stance", "interest"),
    address=Address("/documents/{document}/"),
    columns=(
        Column("citation", _("citation"), _("Its key. One citation may serve several records: each is a row.")),
        Column("record_kind", _("serves"), _("recommendation, action or assessment."), shape=word_in("recommendation", "action", "assessment")),
        Column("record_key", _("record"), _("Key of the record that it serves; a recommendation’s reference.")),
        Column("stance", _("stance"), _("What it does for that record: supports, disputes or context.")),
        Column("says", _("what it says"), _("The passage in our words.")),
        Column("exact", _("quotation"), _("The passage letter for letter; empty where it is not held.")),
        Column("prefix", _("words before"), _("What stands before the quotation; empty where it is not held.")),
        Column("suffix", _("words after"), _("What stands after it; empty where it is not held.")),
        Column("locator", _("locator"), _("Where in the document it stands.")),
        Column("snapshot", _("archived copy"), _("SHA-256 of the archived copy that was read, or of the newest one; empty where none is held.")),
        Column("corroboration", _("corroboration"), _("single_source or corroborated.")),
        Column("document", _("document"), _("Its key.")),
        Column("document_title", _("document, in words"), _("Its title, in square brackets where it is a description.")),
        Column("document_kind", _("kind of document"), _("What sort of document."), shape=maybe(word_of(DocumentKind))),
        Column("author", _("author"), _("Empty where unknown.")),
        Column("publisher", _("publisher"), _("Empty where unknown.")),
        Column("published_on", _("published on"), _("A day, a month or a year; empty where unknown."), shape=maybe(PARTIAL_DATE)),
        Column("language", _("language"), _("BCP 47 tag.")),
        Column("interest", _("interest"), _("official, press, advocacy or academic.")),
        Column("stake", _("stake"), _("How the publisher is placed.")),
        Column("document_url", _("address of the document"), _("Where it was read; empty where unknown."), lambda told: told("url"), shape=TEXT),
    ),
)

GOVERNMENTS = Listing(
    name=gettext_noop("governments"),
    table=GovernmentEdition,
    filters=filters.GovernmentFilters,
    order=("name", "code"),
    sorts=("code", "name", "kind"),
    address=Address("/governments/{code}/"),
    columns=(
        Column("code", _("code"), _("ISO 3166-1 alpha-2 where there is one; EU, XK and INTL by convention.")),
        Column("name", _("name"), _("In English.")),
        Column("kind", _("kind"), _("state, eu, international, subnational or group.")),
        Column("iso_alpha_3", _("ISO 3166-1 alpha-3"), _("Three letters; empty where it has none."), _coded(0), shape=TEXT),
        Column("iso_numeric", _("ISO 3166-1 numeric"), _("Three digits; empty where it has none."), _coded(1), shape=TEXT),
        Column("iso_3166_2", _("ISO 3166-2 code"), _("Of a government within a state; empty for every other, and where unknown.")),
        Column("wikidata", _("Wikidata item"), _("Q and a number; empty where unknown.")),
        Column("includes_every_state", _("includes every state"), _("Of a group: whether every state is a member on every day.")),
        Column("note", _("note"), _("What a reader must know.")),
    ),
)


def _chain(clocks: Clocks) -> dict[str, Any]:
    """The head of the hash chain: whoever keeps it can show later that nothing before it was rewritten."""
    head = clocks.chain_head()
    return {"chain_head": {"edition": head.number, "digest": head.digest} if head else None}


CHANGES = Listing(
    name=gettext_noop("changes"),
    table=RecordEdition,
    about=_chain,
    about_shape={"chain_head": maybe(record_of(edition=NUMBER, digest=TEXT))},
    filters=filters.ChangeFilters,
    order=("-edition", "kind", "key"),
    sorts=("edition", "kind", "key"),
    address=Address(
        "/changes/#{kind}-{key}-{edition}",
        {"document": "/documents/{key}/", "recommendation": "/recommendations/{key}/", "action": "/actions/{key}/"},
    ),
    columns=(
        Column("edition", _("edition"), _("Number of the site edition.")),
        Column(
            "kind",
            _("kind"),
            _("document, recommendation, action or assessment."),
            shape=word_in("document", "recommendation", "action", "assessment"),
        ),
        Column("key", _("key"), _("Names the record.")),
        Column("title", _("title"), _("What the record is called; its key where it was taken down.")),
        Column("change", _("change"), _("publish, withdraw or take_down."), shape=word_in("publish", "withdraw", "take_down")),
        Column("nature", _("nature"), _("first, added_to, corrected, withdrawn, merged or taken_down: what it does to what was public before.")),
        Column("forwards_to", _("forwards to"), _("Of a merged duplicate: the key of the record to which its address leads.")),
        Column("reason", _("reason"), _("Why.")),
        Column("recorded_by", _("recorded by"), _("Who recorded it.")),
        Column("approved_by", _("approved by"), _("Who approved exactly this version.")),
        Column("published_by", _("published by"), _("Who published it.")),
        Column("provenance", _("provenance"), _("reviewed, or shipped with the software and not reviewed here.")),
        Column("published_at", _("published at"), _("Since when this site says it."), _moment("known_from"), shape=MOMENT),
        Column(
            "replaced_at",
            _("replaced at"),
            _("Until when it said so; empty while it does, or did at known."),
            _moment("known_to"),
            shape=maybe(MOMENT),
        ),
        Column("content_hash", _("hash"), _("SHA-256 of the content in canonical JSON.")),
        Column("leaf", _("leaf"), _("Its leaf in the hash chain: SHA-256 over a secret salt and everything that the edition says of the record.")),
    ),
)

LISTINGS = {
    listing.name: listing for listing in (RECOMMENDATIONS, ADDRESSEES, ACTIONS, EFFECTS, ASSESSMENTS, CITATIONS, DOCUMENTS, GOVERNMENTS, CHANGES)
}

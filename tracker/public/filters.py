"""One declaration of the filters: the grammar of pages, downloads and the API.

Repeating a filter means "or"; different filters mean "and". Unknown parameters are ignored; a bad value, or a filter of another list, is a
:class:`BadFilter` that names the filter and says what it, or the list, takes.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

import django_filters as df
from django import forms
from django.db.models import CharField, Exists, F, Func, Max, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EditionQuerySet,
    EffectEdition,
    GovernmentEdition,
    MembershipEdition,
    RecommendationEdition,
    RecordEdition,
    Row,
)
from tracker.languages.names import government as government_named
from tracker.public import as_of, first_action
from tracker.public.clocks import BadFilter, Clocks, EverRead
from tracker.public.words import Reading, in_english, reading
from tracker.rules.vocabulary import (
    AssessorKind,
    Corroboration,
    Direction,
    DocumentKind,
    Earlier,
    FirstAction,
    GovernmentKind,
    Interest,
    Nature,
    Provenance,
    Stance,
    Status,
    Word,
)

Choices = list[tuple[str, str]]


class Title(str):
    """A document's title as the label of a filter's value; ``language`` is the document's."""

    __slots__ = ("language",)
    language: str

    @classmethod
    def of(cls, title: str, language: str) -> "Title":
        """A title in a language."""
        said = cls(title)
        said.language = language
        return said


LONGEST_QUERY = 200
"""Characters that ``q`` takes."""
LONGEST_SHOWN = 60
"""Characters of a bad value that the sentence about it repeats."""


EVERYWHERE = ("q", "recommendation", "status", "government", "group", "document", "measure", "theme", "year", "disputed")
"""The filters that every list takes; some lists have more."""

# The values of each filter with their labels: as the site had them at ``known``, or without clocks all that it ever had.


def _said(table: type[Row], clocks: Clocks | None) -> EditionQuerySet:
    return clocks.said(table) if clocks else table.objects.all()


def _statuses(_clocks: Clocks | None = None) -> Choices:
    return [(status.value, status.label) for status in Status]


def _governments(clocks: Clocks | None = None) -> Choices:
    return _named(_said(GovernmentEdition, clocks))


def _named(rows: EditionQuerySet) -> Choices:
    """Codes with names in the page's language (English for programs)."""
    return [(code, government_named(code, name)) for code, name in rows.order_by("name").values_list("code", "name").distinct()]


def _groups(clocks: Clocks | None = None) -> Choices:
    groups = _said(GovernmentEdition, clocks).filter(kind=GovernmentKind.GROUP.value)
    return _named(groups)


def _documents(clocks: Clocks | None = None) -> Choices:
    rows = _said(DocumentEdition, clocks).order_by("key").values_list("key", "title", "language").distinct()
    return [(key, Title.of(title, language)) for key, title, language in rows]


def _references(clocks: Clocks | None = None) -> Choices:
    named = _said(RecommendationEdition, clocks).order_by("reference").values_list("reference", "short_title").distinct()
    return [(reference, f"{reference} {title}") for reference, title in named]


def _references_ever(clocks: Clocks | None = None) -> Choices:
    """Of changes: with the references of what was taken down, since its change is news as well."""
    down = RecordEdition.objects.filter(kind="recommendation", nature=Nature.TAKEN_DOWN.value).values_list("key", flat=True)
    return [*_references(clocks), *((key, key) for key in down)]


def _records(_clocks: Clocks | None = None) -> Choices:
    """Keys name a record for good, withdrawn ones included."""
    return [(key, key) for key in RecordEdition.objects.order_by("key").values_list("key", flat=True).distinct()]


def _measures(clocks: Clocks | None = None) -> Choices:
    named: dict[str, str] = {}
    for table in (RecommendationEdition, ActionEdition):
        rows = _said(table, clocks).order_by().values("measure", "measure_name").annotate(newest=Max("known_from")).order_by("newest")
        named |= dict(rows.values_list("measure", "measure_name"))
    return sorted(named.items(), key=lambda choice: choice[1])


def _themes(clocks: Clocks | None = None) -> Choices:
    named: dict[str, str] = {}
    rows = _said(RecommendationEdition, clocks).exclude(themes=[]).order_by("known_from")
    for keys, names in rows.values_list("themes", "theme_names"):
        named |= dict(zip(keys, names, strict=True))
    return sorted(named.items(), key=lambda choice: choice[1])


class WordsField(forms.MultipleChoiceField):
    """Values of one filter, each one of those that the site has. Choices are looked up only when the filter is used."""

    def validate(self, value: Any) -> None:
        """Whether the site has all of them, looked up once; a ``ValidationError`` with the first that it has not."""
        forms.Field.validate(self, value)
        known = {str(key) for key, _label in cast("Choices", self.choices)} if value else set()
        for each in value:
            if each not in known:
                raise forms.ValidationError("no such value", params={"value": each})


Lookup = Callable[[Clocks | None], Choices]
Condition = Callable[[Clocks, str], Q | None]


class OneOf(df.MultipleChoiceFilter):
    """A filter that takes values of a list, any of them."""

    field_class: type[forms.Field] = WordsField

    def __init__(self, *args: Any, takes: str | Promise, lookup: Lookup | None = None, condition: Condition | None = None, **kwargs: Any) -> None:
        """``takes`` completes the sentence “status takes ...”; ``lookup`` gives the values that there are, with their labels.

        ``condition`` gives the rows of a value that no column holds, and None for a value that the column of this filter holds.
        """
        if lookup:
            kwargs["choices"] = lambda: lookup(None)
        super().__init__(*args, **kwargs)
        self.takes = takes
        self.lookup = lookup
        self.condition = condition or (lambda _clocks, _value: None)

    def labels(self, clocks: Clocks) -> dict[str, str]:
        """The words for its values at the clocks, in the order in which they are shown."""
        return dict(self.lookup(clocks)) if self.lookup else {}

    def filter(self, queryset: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """Rows with any of the values; all rows where none is given."""
        if not value:
            return queryset
        conditions = {each: self.condition(self.parent.clocks, each) for each in value}
        wanted = Q()
        if held := [each for each, condition in conditions.items() if condition is None]:
            wanted |= Q(**{f"{self.field_name}__{self.lookup_expr}": held})
        for condition in conditions.values():
            if condition is not None:
                wanted |= condition
        return queryset.filter(wanted)


class Grammar(df.FilterSet):
    """What the filter sets share: both clocks, the reading of the address, and the filter in words."""

    FACETS: ClassVar[tuple[str, ...]] = ()
    THROUGH: ClassVar[tuple[str, ...]] = ()
    """Filters that ask what stands behind a row, all at once (``through``): two of them are met by one and the same thing."""

    def __init__(self, parameters: QueryDict, clocks: Clocks, queryset: QuerySet[Any] | None = None) -> None:
        """Read the filters of an address at the given clocks; ``BadFilter`` for the first bad value, or one that is no filter of this list."""
        self.clocks = clocks
        if queryset is None:
            queryset = clocks.rows(self._meta.model)
        self._refuse_filters_of_other_lists(parameters)
        self.values = _cleaned(parameters, self.base_filters)
        self._labels: dict[str, dict[str, str]] = {}
        self._read: Reading | None = None
        super().__init__(self.values, queryset=queryset)
        self._refuse_bad_values()

    def _refuse_filters_of_other_lists(self, parameters: QueryDict) -> None:
        for name in _cleaned(parameters, FILTER_NAMES):
            if name not in self.base_filters:
                sentence = _("%(filter)s does not apply to this list; it takes %(what)s.")
                raise BadFilter(name, sentence % {"filter": name, "what": ", ".join(self.base_filters)})

    def _refuse_bad_values(self) -> None:
        if self.form.is_valid():
            return
        name, errors = next(iter(self.form.errors.as_data().items()))
        value = str((errors[0].params or {}).get("value", self.values.get(name)))
        value = value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "…"
        sentence = _("%(filter)s takes %(what)s.") % {"filter": name, "what": self.filters[name].takes}
        raise BadFilter(name, f"“{value}”: {sentence}")

    def rows(self, *, without: str | None = None) -> QuerySet[Any]:
        """The filtered rows; ``without`` leaves one filter out, as that filter's own facet needs."""
        queryset = self.queryset
        asked = QueryDict(mutable=True)
        for name, declared in self.filters.items():
            if name == without or not self.values.getlist(name):
                continue
            if name in self.THROUGH:
                asked.setlist(name, self.values.getlist(name))
            else:
                queryset = declared.filter(queryset, self.form.cleaned_data[name])
        return self.through(queryset, asked) if asked else queryset

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """The rows behind which stands something that meets all of the filters ``asked``, which are some of ``THROUGH``."""
        raise NotImplementedError

    def labels(self, name: str) -> dict[str, str]:
        """The words for a filter's values, as the site had them at ``known``; looked up once."""
        if name not in self._labels:
            declared = self.filters[name]
            self._labels[name] = declared.labels(self.clocks) if isinstance(declared, OneOf) else {}
        return self._labels[name]

    def asked(self, texts: list[str]) -> Reading:
        """What the words of ``q`` ask for; read once for the rows and all facets."""
        if self._read is None:
            self._read = reading(texts)
        return self._read

    @property
    def given(self) -> dict[str, list[str]]:
        """The filters that are set, as the address gives them."""
        return {name: self.values.getlist(name) for name in self.filters if self.values.getlist(name)}

    def in_words(self) -> list[tuple[str, str, list[str]]]:
        """Each filter that is set: its name, its label and the labels of its values."""
        return [(name, label, [str(words) for _value, words in values]) for name, label, values in self.chosen()]

    def chosen(self) -> list[tuple[str, str, list[tuple[str, Any]]]]:
        """The same with the values themselves: each value beside its label."""
        result = []
        for name, values in self.given.items():
            labels = self.labels(name)
            result.append((name, str(self.filters[name].label), [(value, labels.get(value, value)) for value in values]))
        return result


def _cleaned(parameters: QueryDict, names: Iterable[str]) -> QueryDict:
    """The known filters of an address, empty values left out, in the order in which they are declared."""
    values = QueryDict(mutable=True)
    for name in names:
        given = [value.strip() for value in parameters.getlist(name) if value.strip()]
        if given:
            values.setlist(name, list(dict.fromkeys(given)))
    return values


class SearchField(forms.Field):
    """Searches as people type them, of limited length and without null characters."""

    def clean(self, value: Any) -> list[str]:
        """The searches, or a ``ValidationError`` with the first that is none."""
        typed = forms.CharField(max_length=LONGEST_QUERY)
        for written in value or []:
            try:
                typed.clean(written)
            except forms.ValidationError:
                raise forms.ValidationError("no search", params={"value": written}) from None
        return list(value or [])


class SearchFilter(OneOf):
    """Words, "phrases", OR and -not (:mod:`tracker.rules.asking`), each in the language of what is searched; several searches are any of them."""

    field_class = SearchField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """One filter of that kind a list."""
        takes = gettext_lazy("up to 200 characters: words, “phrases”, OR, -not")
        super().__init__(*args, label=gettext_lazy("words"), takes=takes, **kwargs)

    @property
    def field(self) -> Any:
        """A field that needs no list of choices."""
        return _without_choices(self)


def _without_choices(declared: OneOf) -> Any:
    if not hasattr(declared, "_field"):
        declared._field = declared.field_class(required=False, widget=forms.MultipleHiddenInput, label=declared.label)
        declared._field.choices = []
    return declared._field


def _one_of(name: str, label: str | Promise, lookup: Lookup, takes: str | Promise, **kwargs: Any) -> OneOf:
    return OneOf(field_name=name, lookup_expr=kwargs.pop("lookup_expr", "in"), label=label, lookup=lookup, takes=takes, **kwargs)


STATUS = gettext_lazy("a status, as implemented or no_evidence; /methodology/ lists them")
GOVERNMENT = gettext_lazy("the code of a government on this site, as AL or EU")
GROUP = gettext_lazy("the code of a group on this site, as EU-MEMBERS")
DOCUMENT = gettext_lazy("the key of a document on this site, as WP-MQ")
REFERENCE = gettext_lazy("the reference of a recommendation on this site, as MQ-1")
MEASURE = gettext_lazy("the key of a kind of measure on this site, as expulsion")
THEME = gettext_lazy("the key of a theme on this site")
ACTION = gettext_lazy("the key of an action on this site, as BE-2021-JUD")
YEAR = gettext_lazy("a year of four digits")
YES_OR_NO = gettext_lazy("yes or no")
CHANGE_KINDS: Choices = [
    ("document", gettext_lazy("document")),  # type: ignore[list-item]
    ("recommendation", gettext_lazy("recommendation")),  # type: ignore[list-item]
    ("action", gettext_lazy("action")),  # type: ignore[list-item]
    ("assessment", gettext_lazy("assessment")),  # type: ignore[list-item]
]
CITED_KINDS = CHANGE_KINDS[1:]
"""What a citation serves."""
HELD: Choices = [("held", gettext_lazy("held")), ("missing", gettext_lazy("not held"))]  # type: ignore[list-item]
CHANGES: Choices = [
    ("publish", gettext_lazy("publish")),  # type: ignore[list-item]
    ("withdraw", gettext_lazy("withdraw")),  # type: ignore[list-item]
    ("take_down", gettext_lazy("take down")),  # type: ignore[list-item]
]
YES_NO: Choices = [("yes", gettext_lazy("disputed")), ("no", gettext_lazy("not disputed"))]  # type: ignore[list-item]
CLAIMED: Choices = [("yes", gettext_lazy("claimed by advocacy sources alone")), ("no", gettext_lazy("other support"))]  # type: ignore[list-item]
SEARCHES: Choices = [("due", gettext_lazy("due again")), ("holds", gettext_lazy("holds"))]  # type: ignore[list-item]
CORRECTIONS = (Nature.CORRECTED, Nature.WITHDRAWN, Nature.MERGED, Nature.TAKEN_DOWN)
"""What takes back or changes something that was said."""
NATURES: Choices = [*Nature.choices(), ("correction", gettext_lazy("any correction"))]  # type: ignore[list-item]
ORDERS: Choices = [*Earlier.choices(), ("in_place", gettext_lazy("already in place"))]  # type: ignore[list-item]


def _these(choices: Choices) -> Lookup:
    """Values that are the same at all times."""
    return lambda _clocks: choices


def _words_of(name: str, label: str | Promise, vocabulary: type[Word], **kwargs: Any) -> OneOf:
    """A filter that takes values of a controlled vocabulary."""
    takes = gettext_lazy("one of %(values)s") % {"values": ", ".join(word.value for word in vocabulary)}
    return _one_of(name, label, _these(vocabulary.choices()), takes, **kwargs)


class YearsField(forms.Field):
    """Years of four digits."""

    def clean(self, value: Any) -> list[int]:
        """Whole numbers, or a ``ValidationError`` with the first that is none."""
        years = []
        for written in value or []:
            if not (written.isascii() and written.isdigit() and len(written) == 4):
                raise forms.ValidationError("no year", params={"value": written})
            years.append(int(written))
        return years


class YearFilter(OneOf):
    """One or several years."""

    field_class = YearsField

    @property
    def field(self) -> Any:
        """A field that needs no list of choices."""
        return _without_choices(self)


def _year(name: str, label: str | Promise, **kwargs: Any) -> YearFilter:
    return YearFilter(field_name=name, lookup_expr="in", label=label, takes=YEAR, **kwargs)


def members_of(codes: list[str], clocks: Clocks, column: str = "government") -> Q:
    """The condition that a government belonged to any of the groups on the day; a group that includes every state has every state."""
    governments = clocks.said(GovernmentEdition)
    states = governments.filter(kind=GovernmentKind.STATE.value).values("code")
    named = Q(**{f"{column}__in": clocks.rows(MembershipEdition).filter(group__in=codes).values("member")})
    return named | Q(Exists(governments.filter(code__in=codes, includes_every_state=True)), **{f"{column}__in": states})


def _in_group(column: str) -> Condition:
    return lambda clocks, code: members_of([code], clocks, column)


def _disputed(_clocks: Clocks, value: str) -> Q:
    return Q(disputed=value == "yes")


def _claimed(_clocks: Clocks, value: str) -> Q:
    return ~Q(claimed_by=[]) if value == "yes" else Q(claimed_by=[])


def _order_in_time(clocks: Clocks, value: str) -> Q | None:
    return EffectEdition.in_place_on(clocks.as_of) if value == "in_place" else None


def _search_on_record(clocks: Clocks, value: str) -> Q:
    due = Q(search_due_on__lte=clocks.as_of)
    return due if value == "due" else Q(search_due_on__isnull=False) & ~due


def _a_correction(_clocks: Clocks, value: str) -> Q | None:
    return Q(nature__in=[nature.value for nature in CORRECTIONS]) if value == "correction" else None


# The filters that lists have alike. ``name`` is the column that holds the value.


def _by_recommendation(name: str = "recommendation", lookup: Lookup = _references, **kwargs: Any) -> OneOf:
    return _one_of(name, gettext_lazy("recommendation"), lookup, REFERENCE, **kwargs)


def _by_status(name: str = "status", **kwargs: Any) -> OneOf:
    return _one_of(name, gettext_lazy("status"), _statuses, STATUS, **kwargs)


def _by_government(name: str = "government", **kwargs: Any) -> OneOf:
    return _one_of(name, gettext_lazy("government"), _governments, GOVERNMENT, **kwargs)


def _by_group(name: str = "government", **kwargs: Any) -> OneOf:
    return _one_of(name, gettext_lazy("group"), _groups, GROUP, condition=_in_group(name), **kwargs)


def _by_document(name: str = "document", **kwargs: Any) -> OneOf:
    return _one_of(name, gettext_lazy("document"), _documents, DOCUMENT, **kwargs)


def _by_measure(name: str = "measure", **kwargs: Any) -> OneOf:
    return _one_of(name, gettext_lazy("kind of measure"), _measures, MEASURE, **kwargs)


def _by_theme(name: str = "theme", **kwargs: Any) -> OneOf:
    return _one_of(name, gettext_lazy("theme"), _themes, THEME, **kwargs)


def _by_dispute(**kwargs: Any) -> OneOf:
    return _one_of("disputed", gettext_lazy("disputed"), _these(YES_NO), YES_OR_NO, condition=_disputed, **kwargs)


def _actions(clocks: Clocks | None = None) -> Choices:
    return list(_said(ActionEdition, clocks).order_by("key").values_list("key", "title").distinct())


def _languages(clocks: Clocks | None = None) -> Choices:
    return [(tag, tag) for tag in _said(CitationEdition, clocks).order_by("language").values_list("language", flat=True).distinct()]


def _serves_action(_clocks: Clocks, value: str) -> Q:
    return Q(record_kind="action", record_key=value)


def _quoted(_clocks: Clocks, value: str) -> Q:
    return ~Q(exact="") if value == "held" else Q(exact="")


def _archived(_clocks: Clocks, value: str) -> Q:
    return Q(snapshot__isnull=value != "held")


class AddresseeFilters(Grammar):
    """Filters of addressees; recommendations are filtered through theirs."""

    FACETS = (
        "status",
        "government",
        "group",
        "recommendation",
        "document",
        "measure",
        "theme",
        "year",
        "disputed",
        "corroboration",
        "claimed",
        "search",
        "first_action",
        "provenance",
    )

    q = SearchFilter(method="matching")
    recommendation = _by_recommendation()
    status = _by_status()
    government = _by_government()
    group = _by_group()
    document = _by_document("documents", lookup_expr="overlap")
    measure = _by_measure()
    theme = _by_theme("themes", lookup_expr="overlap")
    year = _year("year", gettext_lazy("year recommended"))
    disputed = _by_dispute()
    corroboration = _words_of("corroboration", gettext_lazy("corroboration"), Corroboration)
    claimed = _one_of("claimed_by", gettext_lazy("claimed"), _these(CLAIMED), YES_OR_NO, condition=_claimed)
    search = _one_of("search_due_on", gettext_lazy("search"), _these(SEARCHES), gettext_lazy("due or holds"), condition=_search_on_record)
    first_action = _words_of("first_action", gettext_lazy("first action toward it"), FirstAction, condition=first_action.condition)
    provenance = _words_of("provenance", gettext_lazy("provenance"), Provenance)

    class Meta:
        """Of the narrow table."""

        model = AddresseeEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Addressees of recommendations that match the words."""
        return queryset.filter(recommendation__in=self.asked(texts).keys(self.clocks, "recommendation"))


class _OfOneRecommendation(Grammar):
    """Filters of rows that each stand with one recommendation."""

    OF_IT: ClassVar[dict[str, str]] = {"document": "documents__overlap", "measure": "measure__in", "theme": "themes__overlap", "year": "year__in"}

    recommendation = _by_recommendation()
    government = _by_government()
    group = _by_group()
    document = _by_document(method="of_recommendations")
    measure = _by_measure(method="of_recommendations")
    theme = _by_theme(method="of_recommendations")
    year = _year("year", gettext_lazy("year recommended"), method="of_recommendations")
    disputed = _by_dispute()

    def of_recommendations(self, queryset: QuerySet[Any], name: str, values: list[Any]) -> QuerySet[Any]:
        """Rows of recommendations with that document, measure, theme or year."""
        found = self.clocks.rows(RecommendationEdition).filter(**{self.OF_IT[name]: values}).values("reference")
        return queryset.filter(recommendation__in=found)


class AssessmentFilters(_OfOneRecommendation):
    """Filters of assessments."""

    FACETS = ("status", "government", "disputed", "assessor_kind")

    q = SearchFilter(method="matching")
    status = _by_status()
    assessor_kind = _words_of("assessor_kind", gettext_lazy("assessed by"), AssessorKind)

    class Meta:
        """Of assessments, whoever's."""

        model = AssessmentEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Assessments of recommendations that match the words."""
        return queryset.filter(recommendation__in=self.asked(texts).keys(self.clocks, "recommendation"))


class EffectFilters(_OfOneRecommendation):
    """Filters of effects: the links from actions to addressees."""

    FACETS = ("government", "earlier", "direction", "disputed")
    THROUGH = ("status",)

    q = SearchFilter(method="matching")
    status = _by_status()
    earlier = _one_of(
        "earlier", gettext_lazy("order in time"), _these(ORDERS), gettext_lazy("yes, no, unknown or in_place"), condition=_order_in_time
    )
    direction = _words_of("direction", gettext_lazy("direction"), Direction)

    class Meta:
        """Of effects."""

        model = EffectEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Effects of actions, or on recommendations, that match the words."""
        asked = self.asked(texts)
        return queryset.filter(Q(action__in=asked.keys(self.clocks, "action")) | Q(recommendation__in=asked.keys(self.clocks, "recommendation")))

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Effects on addressees with that status on the day."""
        return queryset.filter(_bears_on(AddresseeFilters(asked, self.clocks).rows()))


def _bears_on(addressees: QuerySet[Any]) -> Exists:
    """The condition that an effect bears on one of the addressees."""
    return Exists(addressees.filter(recommendation=OuterRef("recommendation"), government=OuterRef("government")))


class ActionFilters(Grammar):
    """Filters of actions. ``government`` is the one whose body acted."""

    FACETS = ("government", "measure", "year", "disputed")
    THROUGH = ("recommendation", "status", "theme")

    q = SearchFilter(method="matching")
    recommendation = _by_recommendation()
    status = _by_status()
    government = _by_government()
    group = _by_group()
    document = _by_document(method="citing")
    measure = _by_measure()
    theme = _by_theme()
    year = _year("year", gettext_lazy("year"))
    disputed = _by_dispute()

    class Meta:
        """Of actions."""

        model = ActionEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Actions that match the words."""
        return queryset.filter(key__in=self.asked(texts).keys(self.clocks, "action"))

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Actions that bear on an addressee of that recommendation, status and theme."""
        addressees = AddresseeFilters(asked, self.clocks).rows()
        return queryset.filter(key__in=self.clocks.rows(EffectEdition).filter(_bears_on(addressees)).values("action"))

    def citing(self, queryset: QuerySet[Any], _name: str, keys: list[str]) -> QuerySet[Any]:
        """Actions for or against which a document is cited."""
        return queryset.filter(key__in=self.clocks.said(CitationEdition).filter(record_kind="action", document__in=keys).values("record_key"))


def records_meeting(asked: QueryDict, clocks: Clocks) -> dict[str, QuerySet[Any]]:
    """Recommendations, assessments and actions that meet filters, by kind: their keys."""
    return {
        "recommendation": AddresseeFilters(asked, clocks).rows().values("recommendation"),
        "assessment": AssessmentFilters(asked, clocks).rows().values("key"),
        "action": ActionFilters(asked, clocks).rows().values("key"),
    }


class DocumentFilters(Grammar):
    """Filters of documents. What is no property of a document asks for what it is cited for, or recommends."""

    FACETS = ("kind", "interest", "year")
    THROUGH = ("recommendation", "status", "government", "group", "measure", "theme", "disputed")

    q = SearchFilter(method="matching")
    recommendation = _by_recommendation()
    status = _by_status()
    government = _by_government()
    group = _by_group()
    document = _by_document("key")
    measure = _by_measure()
    theme = _by_theme()
    year = _year("published_last__year", gettext_lazy("year published"))
    disputed = _by_dispute()
    kind = _words_of("kind", gettext_lazy("kind"), DocumentKind)
    interest = _words_of("interest", gettext_lazy("interest"), Interest)

    class Meta:
        """Of documents."""

        model = DocumentEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Documents that match the words."""
        return queryset.filter(key__in=self.asked(texts).keys(self.clocks, "document"))

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Documents that are cited for a record of that kind, or make or report such a recommendation."""
        records = records_meeting(asked, self.clocks)
        served = Q()
        for kind, keys in records.items():
            served |= Q(record_kind=kind, record_key__in=keys)
        cited = self.clocks.said(CitationEdition).filter(served).values("document")
        recommending = self.clocks.rows(RecommendationEdition).filter(reference__in=records["recommendation"])
        named = recommending.order_by().annotate(named=Func(F("documents"), function="unnest", output_field=CharField())).values("named")
        return queryset.filter(Q(key__in=cited) | Q(key__in=named))


class CitationFilters(Grammar):
    """Filters of citations, each beside one record that it serves. What is no property of a citation asks for the record."""

    FACETS = ("stance", "interest", "kind", "record", "quotation", "archived", "language", "year")
    THROUGH = ("recommendation", "status", "government", "group", "measure", "theme", "disputed")

    q = SearchFilter(method="matching")
    recommendation = _by_recommendation()
    status = _by_status()
    government = _by_government()
    group = _by_group()
    document = _by_document()
    measure = _by_measure()
    theme = _by_theme()
    year = _year("published_year", gettext_lazy("year published"))
    disputed = _by_dispute()
    action = _one_of("record_key", gettext_lazy("action"), _actions, ACTION, condition=_serves_action)
    record = _one_of("record_kind", gettext_lazy("serves"), _these(CITED_KINDS), gettext_lazy("recommendation, action or assessment"))
    stance = _words_of("stance", gettext_lazy("stance"), Stance)
    interest = _words_of("interest", gettext_lazy("interest"), Interest)
    kind = _words_of("document_kind", gettext_lazy("kind of document"), DocumentKind)
    language = _one_of("language", gettext_lazy("language"), _languages, gettext_lazy("the code of a language of a source on this site, as en"))
    quotation = _one_of("exact", gettext_lazy("quotation"), _these(HELD), gettext_lazy("held or missing"), condition=_quoted)
    archived = _one_of("snapshot", gettext_lazy("archived copy"), _these(HELD), gettext_lazy("held or missing"), condition=_archived)

    class Meta:
        """Of citations beside the records that they serve."""

        model = CitationEdition
        fields: ClassVar[list[str]] = []

    def __init__(self, parameters: QueryDict, clocks: Clocks, queryset: QuerySet[Any] | None = None) -> None:
        """Those of records that are there at the clocks, without what tells only of a legal status of a later day."""
        super().__init__(parameters, clocks, citations_at(clocks) if queryset is None else queryset)

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Citations of documents, or with passages, that match the words."""
        return in_english(queryset, self.asked(texts), "says", "exact", "document_title", "publisher", "author")

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Citations that serve a record of that kind."""
        served = Q()
        for kind, keys in records_meeting(asked, self.clocks).items():
            served |= Q(record_kind=kind, record_key__in=keys)
        return queryset.filter(served)


def citations_at(clocks: Clocks) -> QuerySet[Any]:
    """The citations of records that are there at the clocks, each with the kind and the year of its document.

    What an assessment takes over from an action stands with the action. Left out is what tells only of a legal status of a later day.
    """
    there = Q()
    for kind, table, name in (
        ("recommendation", RecommendationEdition, "reference"),
        ("action", ActionEdition, "key"),
        ("assessment", AssessmentEdition, "key"),
    ):
        there |= Q(record_kind=kind, record_key__in=clocks.rows(table).values(name))
    documents = clocks.said(DocumentEdition).filter(key=OuterRef("document"))
    found = clocks.said(CitationEdition).filter(there).exclude(inherited=True, record_kind="assessment")
    held_back = Q()
    for action, citation in as_of.held_back_on(clocks):
        held_back |= Q(record_kind="action", record_key=action, citation=citation)
    return (found.exclude(held_back) if held_back else found).annotate(
        document_kind=Subquery(documents.values("kind")[:1]), published_year=Subquery(documents.values("published_last__year")[:1])
    )


class GovernmentFilters(Grammar):
    """Filters of governments. What is no property of a government asks for what it is an addressee of."""

    FACETS = ("kind",)
    THROUGH = ("recommendation", "status", "document", "measure", "theme", "year", "disputed")

    q = SearchFilter(method="matching")
    recommendation = _by_recommendation()
    status = _by_status()
    government = _by_government("code")
    group = _by_group("code")
    document = _by_document()
    measure = _by_measure()
    theme = _by_theme()
    year = _year("year", gettext_lazy("year recommended"))
    disputed = _by_dispute()
    kind = _words_of("kind", gettext_lazy("kind"), GovernmentKind)

    class Meta:
        """Of governments and groups."""

        model = GovernmentEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Governments whose name, code or note match the words."""
        return self.asked(texts).governments(queryset)

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Addressees of that status, recommendation and so on, all in one."""
        return queryset.filter(code__in=AddresseeFilters(asked, self.clocks).rows().values("government"))


class ChangeFilters(Grammar):
    """Filters of the record of changes. What is no property of a change asks for the recommendation, assessment or action that changed."""

    FACETS = ("kind", "nature", "year")
    THROUGH = ("status", "government", "group", "measure", "theme", "disputed")

    q = SearchFilter(method="matching")
    recommendation = _by_recommendation(lookup=_references_ever, method="of_recommendation")
    status = _by_status()
    government = _by_government()
    group = _by_group()
    document = _by_document(method="of_document")
    measure = _by_measure()
    theme = _by_theme()
    year = _year("known_from__year", gettext_lazy("year published"))
    disputed = _by_dispute()
    record = _one_of("key", gettext_lazy("record"), _records, gettext_lazy("the key of a record that is or was on this site, as MQ-1"))
    kind = _one_of("kind", gettext_lazy("kind"), _these(CHANGE_KINDS), gettext_lazy("document, recommendation, action or assessment"))
    change = _one_of("change", gettext_lazy("change"), _these(CHANGES), gettext_lazy("publish, withdraw or take_down"))
    nature = _one_of(
        "nature",
        gettext_lazy("nature"),
        _these(NATURES),
        gettext_lazy("one of %(values)s, or correction for the last four") % {"values": ", ".join(Nature)},
        condition=_a_correction,
    )

    class Meta:
        """Of record editions, open and closed."""

        model = RecordEdition
        fields: ClassVar[list[str]] = []

    def __init__(self, parameters: QueryDict, clocks: Clocks, natures: list[str] | None = None) -> None:
        """Every change that the site had made by ``known``, replaced versions included; with ``natures``, those of these natures."""
        queryset = clocks.ever_said(RecordEdition).defer("body")
        if natures is not None:
            queryset = queryset.filter(nature__in=natures)
        super().__init__(parameters, clocks, queryset)

    def matching(self, queryset: QuerySet[Any], _name: str, texts: list[str]) -> QuerySet[Any]:
        """Changes whose key, title or reason match the words."""
        return in_english(queryset, self.asked(texts), "key", "title", "reason")

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """Changes of records that meet the filters, and of those that met them until they were taken off the site."""
        changed = Q()
        for kind, keys in records_meeting(asked, self.clocks).items():
            changed |= Q(kind=kind, key__in=keys)
        off = self.clocks.said(RecordEdition).exclude(change="publish")
        for kind, keys in records_meeting(asked, EverRead.by(self.clocks)).items():
            changed |= Q(kind=kind, key__in=off.filter(kind=kind, key__in=keys).values("key"))
        return queryset.filter(changed)

    def of_recommendation(self, queryset: QuerySet[Any], _name: str, references: list[str]) -> QuerySet[Any]:
        """Changes of the recommendation and of its assessments."""
        return queryset.filter(
            Q(kind="recommendation", key__in=references)
            | Q(kind="assessment", key__in=self.clocks.ever_said(AssessmentEdition).filter(recommendation__in=references).values("key"))
            # What was taken down has no row of its own any more; of a verdict it stays on record what it was about.
            | Q(kind="assessment", nature=Nature.TAKEN_DOWN.value, body__recommendation__in=references)
        )

    def of_document(self, queryset: QuerySet[Any], _name: str, keys: list[str]) -> QuerySet[Any]:
        """Changes of the document's own record."""
        return queryset.filter(kind="document", key__in=keys)


class CorrectionFilters(ChangeFilters):
    """The same of corrections alone."""

    def __init__(self, parameters: QueryDict, clocks: Clocks) -> None:
        """Every correction that the site had made by ``known``."""
        super().__init__(parameters, clocks, [nature.value for nature in CORRECTIONS])


GRAMMARS = (AddresseeFilters, AssessmentFilters, EffectFilters, ActionFilters, CitationFilters, DocumentFilters, GovernmentFilters, ChangeFilters)
FILTER_NAMES = tuple(dict.fromkeys(name for grammar in GRAMMARS for name in grammar.base_filters))
"""Every filter of any list: one that a list does not take is refused there rather than ignored."""

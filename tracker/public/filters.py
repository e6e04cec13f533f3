"""One declaration of the filters: the grammar of pages, downloads and the API.

Repeating a filter means "or"; different filters mean "and". Unknown parameters are ignored; a bad value is a :class:`BadFilter` that names the
filter and says what it takes.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

import django_filters as df
from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
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
    EffectEdition,
    GovernmentEdition,
    MembershipEdition,
    RecommendationEdition,
    RecordEdition,
)
from tracker.public.clocks import BadFilter, Clocks
from tracker.rules.vocabulary import Corroboration, Direction, Earlier, GovernmentKind, Provenance, Status, Word

Choices = list[tuple[str, str]]
LONGEST_QUERY = 200
"""Characters that ``q`` takes."""
LONGEST_SHOWN = 60
"""Characters of a bad value that the sentence about it repeats."""


def _statuses() -> Choices:
    return [(status.value, status.label) for status in Status]


def _governments() -> Choices:
    return list(GovernmentEdition.objects.order_by("name").values_list("code", "name").distinct())


def _groups() -> Choices:
    return list(GovernmentEdition.objects.filter(kind=GovernmentKind.GROUP.value).order_by("name").values_list("code", "name").distinct())


def _documents() -> Choices:
    return list(DocumentEdition.objects.order_by("key").values_list("key", "title").distinct())


def _references() -> Choices:
    return list(RecommendationEdition.objects.order_by("reference").values_list("reference", "short_title").distinct())


def _measures() -> Choices:
    named = dict(RecommendationEdition.objects.values_list("measure", "measure_name"))
    named |= dict(ActionEdition.objects.values_list("measure", "measure_name"))
    return sorted(named.items(), key=lambda choice: choice[1])


def _themes() -> Choices:
    named: dict[str, str] = {}
    for keys, names in RecommendationEdition.objects.exclude(themes=[]).values_list("themes", "theme_names"):
        named |= dict(zip(keys, names, strict=True))
    return sorted(named.items(), key=lambda choice: choice[1])


class WordsField(forms.MultipleChoiceField):
    """Values of one filter, each one of those that the site has. Choices are looked up only when the filter is used."""

    def valid_value(self, value: Any) -> bool:
        """Whether the site has it."""
        return str(value) in dict(cast("Choices", self.choices))


class OneOf(df.MultipleChoiceFilter):
    """A filter that takes values of a list, any of them."""

    field_class: type[forms.Field] = WordsField

    def __init__(self, *args: Any, takes: str | Promise, **kwargs: Any) -> None:
        """``takes`` completes the sentence “status takes ...”."""
        super().__init__(*args, **kwargs)
        self.takes = takes

    def filter(self, queryset: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """Rows with any of the values; all rows where none is given."""
        if not value:
            return queryset
        return queryset.filter(**{f"{self.field_name}__{self.lookup_expr}": value})


class Grammar(df.FilterSet):
    """What the filter sets share: both clocks, the reading of the address, and the filter in words."""

    FACETS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: QueryDict, clocks: Clocks, queryset: QuerySet[Any] | None = None) -> None:
        """Read the filters of an address at the given clocks; ``BadFilter`` for the first bad value."""
        self.clocks = clocks
        if queryset is None:
            queryset = clocks.rows(self._meta.model)
        self.values = _cleaned(parameters, self.base_filters)
        super().__init__(self.values, queryset=queryset)
        self._refuse_bad_values()

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
        for name, declared in self.filters.items():
            if name != without and self.values.getlist(name):
                queryset = declared.filter(queryset, self.form.cleaned_data[name])
        return queryset

    @property
    def given(self) -> dict[str, list[str]]:
        """The filters that are set, as the address gives them."""
        return {name: self.values.getlist(name) for name in self.filters if self.values.getlist(name)}

    def in_words(self) -> list[tuple[str, str, list[str]]]:
        """Each filter that is set: its name, its label and the labels of its values."""
        result = []
        for name, values in self.given.items():
            declared = self.filters[name]
            labels = dict(declared.field.choices) if isinstance(declared, OneOf) else {}
            result.append((name, str(declared.label), [str(labels.get(value, value)) for value in values]))
        return result


def _cleaned(parameters: QueryDict, names: Iterable[str]) -> QueryDict:
    """The known filters of an address, empty values left out, in the order in which they are declared."""
    values = QueryDict(mutable=True)
    for name in names:
        given = [value.strip() for value in parameters.getlist(name) if value.strip()]
        if given:
            values.setlist(name, list(dict.fromkeys(given)))
    return values


class SearchFilter(df.CharFilter):
    """Words, "phrases", OR and -not, as PostgreSQL's websearch_to_tsquery reads them."""

    takes = gettext_lazy("up to 200 characters: words, “phrases”, OR, -not")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A text of limited length without null characters."""
        super().__init__(*args, label=gettext_lazy("words"), max_length=LONGEST_QUERY, **kwargs)


def words_of(text: str) -> SearchQuery:
    """The search that a person typed."""
    return SearchQuery(text, search_type="websearch", config="english")


def _one_of(name: str, label: str | Promise, choices: Callable[[], Choices], takes: str | Promise, **kwargs: Any) -> OneOf:
    return OneOf(field_name=name, lookup_expr=kwargs.pop("lookup_expr", "in"), label=label, choices=choices, takes=takes, **kwargs)


STATUS = gettext_lazy("a status, as implemented or no_evidence; /methodology/ lists them")
GOVERNMENT = gettext_lazy("the code of a government on this site, as AL or EU")
GROUP = gettext_lazy("the code of a group on this site, as EU-MEMBERS")
DOCUMENT = gettext_lazy("the key of a document on this site, as WP-MQ")
REFERENCE = gettext_lazy("the reference of a recommendation on this site, as MQ-1")
MEASURE = gettext_lazy("the key of a kind of measure on this site, as expulsion")
THEME = gettext_lazy("the key of a theme on this site")
YEAR = gettext_lazy("a year of four digits")
YES_OR_NO = gettext_lazy("yes or no")
YES_NO: Choices = [("yes", gettext_lazy("disputed")), ("no", gettext_lazy("not disputed"))]  # type: ignore[list-item]

CLAIMED: Choices = [("yes", gettext_lazy("claimed by advocacy sources alone")), ("no", gettext_lazy("other support"))]  # type: ignore[list-item]
ORDERS: Choices = [*Earlier.choices(), ("in_place", gettext_lazy("already in place"))]  # type: ignore[list-item]


def _words_of(name: str, label: str | Promise, vocabulary: type[Word]) -> OneOf:
    """A filter that takes values of a controlled vocabulary."""
    takes = gettext_lazy("one of %(values)s") % {"values": ", ".join(word.value for word in vocabulary)}
    return _one_of(name, label, vocabulary.choices, takes)


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
        if not hasattr(self, "_field"):
            self._field = YearsField(required=False, widget=forms.MultipleHiddenInput, label=self.label)
            self._field.choices = []
        return self._field


def members_of(codes: list[str], clocks: Clocks) -> QuerySet[Any] | Q:
    """The condition that a government belonged to any of the groups on the day; a group that includes every state has every state."""
    condition = Q(government__in=clocks.rows(MembershipEdition).filter(group__in=codes).values("member"))
    if clocks.said(GovernmentEdition).filter(code__in=codes, includes_every_state=True).exists():
        condition |= Q(government__in=clocks.said(GovernmentEdition).filter(kind=GovernmentKind.STATE.value).values("code"))
    return condition


class _ByGovernment(Grammar):
    """Filters of rows that stand under a government."""

    government = _one_of("government", gettext_lazy("government"), _governments, GOVERNMENT)
    group = _one_of("government", gettext_lazy("group"), _groups, GROUP, method="in_group")

    def in_group(self, queryset: QuerySet[Any], _name: str, codes: list[str]) -> QuerySet[Any]:
        """Rows of governments that belonged to the group on the day of ``as_of``."""
        return queryset.filter(members_of(codes, self.clocks))


class _ByDispute(Grammar):
    """Filter of rows that may be disputed."""

    disputed = _one_of("disputed", gettext_lazy("disputed"), lambda: YES_NO, YES_OR_NO, method="by_dispute")

    def by_dispute(self, queryset: QuerySet[Any], _name: str, values: list[str]) -> QuerySet[Any]:
        """Whether anything disputes the record or what it rests on."""
        return queryset.filter(disputed__in=[value == "yes" for value in values])


class AddresseeFilters(_ByGovernment, _ByDispute):
    """Filters of addressees; recommendations are filtered through theirs."""

    corroboration = _words_of("corroboration", gettext_lazy("corroboration"), Corroboration)
    provenance = _words_of("provenance", gettext_lazy("provenance"), Provenance)
    claimed = _one_of("claimed_by", gettext_lazy("claimed"), lambda: CLAIMED, YES_OR_NO, method="by_claim")

    FACETS = ("status", "government", "document", "measure", "theme", "year", "disputed")

    q = SearchFilter(method="matching")
    recommendation = _one_of("recommendation", gettext_lazy("recommendation"), _references, REFERENCE)
    status = _one_of("status", gettext_lazy("status"), _statuses, STATUS)
    document = _one_of("documents", gettext_lazy("document"), _documents, DOCUMENT, lookup_expr="overlap")
    measure = _one_of("measure", gettext_lazy("kind of measure"), _measures, MEASURE)
    theme = _one_of("themes", gettext_lazy("theme"), _themes, THEME, lookup_expr="overlap")
    year = YearFilter(field_name="year", lookup_expr="in", label=gettext_lazy("year recommended"), takes=YEAR)

    class Meta:
        """Of the narrow table."""

        model = AddresseeEdition
        fields: ClassVar[list[str]] = []

    def by_claim(self, queryset: QuerySet[Any], _name: str, values: list[str]) -> QuerySet[Any]:
        """Whether advocacy sources alone support the status."""
        wanted = Q()
        for value in values:
            wanted |= ~Q(claimed_by=[]) if value == "yes" else Q(claimed_by=[])
        return queryset.filter(wanted)

    def matching(self, queryset: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        """Addressees of recommendations that match the words."""
        found = self.clocks.rows(RecommendationEdition).filter(search=words_of(text)).values("reference")
        return queryset.filter(recommendation__in=found)


class AssessmentFilters(_ByGovernment, _ByDispute):
    """Filters of assessments."""

    recommendation = _one_of("recommendation", gettext_lazy("recommendation"), _references, REFERENCE)
    status = _one_of("status", gettext_lazy("status"), _statuses, STATUS)
    q = SearchFilter(method="matching")
    document = _one_of("document", gettext_lazy("document"), _documents, DOCUMENT, method="of_recommendations")
    measure = _one_of("measure", gettext_lazy("kind of measure"), _measures, MEASURE, method="of_recommendations")
    theme = _one_of("theme", gettext_lazy("theme"), _themes, THEME, method="of_recommendations")
    year = YearFilter(field_name="year", lookup_expr="in", label=gettext_lazy("year recommended"), takes=YEAR, method="of_recommendations")

    class Meta:
        """Of assessments, whoever's."""

        model = AssessmentEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        """Assessments of recommendations that match the words."""
        found = self.clocks.rows(RecommendationEdition).filter(search=words_of(text)).values("reference")
        return queryset.filter(recommendation__in=found)

    def of_recommendations(self, queryset: QuerySet[Any], name: str, values: list[Any]) -> QuerySet[Any]:
        """Assessments of recommendations with that document, measure, theme or year."""
        lookup = {"document": "documents__overlap", "measure": "measure__in", "theme": "themes__overlap", "year": "year__in"}[name]
        found = self.clocks.rows(RecommendationEdition).filter(**{lookup: values}).values("reference")
        return queryset.filter(recommendation__in=found)


class ActionFilters(_ByGovernment, _ByDispute):
    """Filters of actions."""

    FACETS = ("government", "measure", "year", "disputed")

    q = SearchFilter(method="matching")
    recommendation = _one_of("key", gettext_lazy("recommendation"), _references, REFERENCE, method="bearing_on")
    document = _one_of("key", gettext_lazy("document"), _documents, DOCUMENT, method="citing")
    measure = _one_of("measure", gettext_lazy("kind of measure"), _measures, MEASURE)
    year = YearFilter(field_name="year", lookup_expr="in", label=gettext_lazy("year"), takes=YEAR)

    class Meta:
        """Of actions."""

        model = ActionEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        """Actions that match the words."""
        return queryset.filter(search=words_of(text))

    def bearing_on(self, queryset: QuerySet[Any], _name: str, references: list[str]) -> QuerySet[Any]:
        """Actions with an effect on an addressee of the recommendation."""
        return queryset.filter(key__in=self.clocks.rows(EffectEdition).filter(recommendation__in=references).values("action"))

    def citing(self, queryset: QuerySet[Any], _name: str, keys: list[str]) -> QuerySet[Any]:
        """Actions for or against which a document is cited."""
        return queryset.filter(key__in=self.clocks.said(CitationEdition).filter(record_kind="action", document__in=keys).values("record_key"))


class EffectFilters(_ByGovernment, _ByDispute):
    """Filters of effects: the links from actions to addressees."""

    FACETS = ("government", "earlier", "direction", "disputed")

    recommendation = _one_of("recommendation", gettext_lazy("recommendation"), _references, REFERENCE)
    earlier = _one_of("earlier", gettext_lazy("order in time"), lambda: ORDERS, gettext_lazy("yes, no, unknown or in_place"), method="by_order")
    direction = _words_of("direction", gettext_lazy("direction"), Direction)
    document = _one_of("document", gettext_lazy("document"), _documents, DOCUMENT, method="of_document")

    class Meta:
        """Of effects."""

        model = EffectEdition
        fields: ClassVar[list[str]] = []

    def by_order(self, queryset: QuerySet[Any], _name: str, values: list[str]) -> QuerySet[Any]:
        """By the order of action and recommendation; ``in_place``: earlier, toward the recommendation, and no end on record by the day."""
        wanted = Q(earlier__in=[value for value in values if value != "in_place"])
        if "in_place" in values:
            wanted |= Q(in_place=True) & (Q(ended_on=None) | Q(ended_on__gt=self.clocks.as_of))
        return queryset.filter(wanted)

    def of_document(self, queryset: QuerySet[Any], _name: str, keys: list[str]) -> QuerySet[Any]:
        """Effects on recommendations that a document makes or reports."""
        found = self.clocks.rows(RecommendationEdition).filter(documents__overlap=keys).values("reference")
        return queryset.filter(recommendation__in=found)


class DocumentFilters(Grammar):
    """Filters of documents."""

    q = SearchFilter(method="matching")
    document = _one_of("key", gettext_lazy("document"), _documents, DOCUMENT)
    year = YearFilter(field_name="published_last__year", lookup_expr="in", label=gettext_lazy("year published"), takes=YEAR)

    class Meta:
        """Of documents."""

        model = DocumentEdition
        fields: ClassVar[list[str]] = []

    def matching(self, queryset: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        """Documents that match the words."""
        return queryset.filter(search=words_of(text))


class GovernmentFilters(Grammar):
    """Filters of governments."""

    government = _one_of("code", gettext_lazy("government"), _governments, GOVERNMENT)
    group = _one_of("code", gettext_lazy("group"), _groups, GROUP, method="in_group")

    class Meta:
        """Of governments and groups."""

        model = GovernmentEdition
        fields: ClassVar[list[str]] = []

    def in_group(self, queryset: QuerySet[Any], _name: str, codes: list[str]) -> QuerySet[Any]:
        """Members of the group on the day."""
        members = self.clocks.rows(MembershipEdition).filter(group__in=codes).values("member")
        condition = Q(code__in=members)
        if self.clocks.said(GovernmentEdition).filter(code__in=codes, includes_every_state=True).exists():
            condition |= Q(kind=GovernmentKind.STATE.value)
        return queryset.filter(condition)


class ChangeFilters(Grammar):
    """Filters of the record of changes."""

    recommendation = _one_of("key", gettext_lazy("recommendation"), _references, REFERENCE, method="of_recommendation")
    document = _one_of("key", gettext_lazy("document"), _documents, DOCUMENT, method="of_document")

    class Meta:
        """Of record editions, open and closed."""

        model = RecordEdition
        fields: ClassVar[list[str]] = []

    def __init__(self, parameters: QueryDict, clocks: Clocks) -> None:
        """Every change that the site had made by ``known``, replaced versions included."""
        queryset = RecordEdition.objects.defer("body")
        if clocks.known is not None:
            queryset = queryset.filter(known_from__lte=clocks.known)
        super().__init__(parameters, clocks, queryset)

    def of_recommendation(self, queryset: QuerySet[Any], _name: str, references: list[str]) -> QuerySet[Any]:
        """Changes of the recommendation and of its assessments."""
        return queryset.filter(
            Q(kind="recommendation", key__in=references)
            | Q(kind="assessment", key__in=AssessmentEdition.objects.filter(recommendation__in=references).values("key"))
        )

    def of_document(self, queryset: QuerySet[Any], _name: str, keys: list[str]) -> QuerySet[Any]:
        """Changes of the document's own record."""
        return queryset.filter(kind="document", key__in=keys)

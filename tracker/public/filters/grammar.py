"""What the filters of all lists share: both clocks, the reading of the address, and the filter in words."""

import functools
import operator
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, TypeVar

import django_filters as df
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.public.clocks import BadFilter, Clocks
from tracker.public.columnar import Mask, Selection, rows_at
from tracker.public.filters.choices import Wanted
from tracker.public.words import Reading, reading

FEW_ROWS = 5000
"""Up to so many rows are looked up by their ids."""
LONGEST_SHOWN = 60
"""Characters of a bad value that the sentence about it repeats."""


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
        self.values = cleaned(parameters, self.base_filters)
        self._labels: dict[str, dict[str, str]] = {}
        self._read: Reading | None = None
        self._said: dict[str, list[str]] = {}
        self._met: dict[str | None, Mask] = {}
        self._met_by: dict[str, Mask] = {}
        super().__init__(self.values, queryset=queryset)
        self._refuse_bad_values()

    def _refuse_filters_of_other_lists(self, parameters: QueryDict) -> None:
        for name in cleaned(parameters, filter_names()):
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
        names = [name for name in self.given if name != without]
        for name in names:
            if name not in self.THROUGH:
                queryset = self.filters[name].filter(queryset, self.form.cleaned_data[name])
        through = [name for name in names if name in self.THROUGH]
        return self.through(queryset, self._asked(through)) if through else queryset

    @functools.cached_property
    def every(self) -> Selection:
        """All rows of the list, in memory: what is counted is counted there."""
        return rows_at(self._meta.model, self.clocks)

    def meeting(self, *, without: str | None = None) -> Mask:
        """Which of ``every`` the filters choose: those of ``rows``. ``without`` leaves one filter out, as that filter's own facet needs."""
        without = without if without in self.given else None
        if without not in self._met:
            names = [name for name in self.given if name != without]
            through = [name for name in names if name in self.THROUGH]
            masks = [self._meeting(name) for name in names if name not in through]
            if through:
                masks.append(self._of(self.through(self.queryset, self._asked(through))))
            self._met[without] = functools.reduce(operator.and_, masks, self.every.all)
        return self._met[without]

    @functools.cached_property
    def met(self) -> Selection:
        """The rows that the filters choose: those of ``rows``, in memory."""
        return self.every.among(self.meeting())

    def found(self) -> QuerySet[Any]:
        """The same as ``rows``, looked up by their ids where there are not many: the database need not look for them again."""
        return self.queryset.filter(id__in=self.met.ids.tolist()) if len(self.met) <= FEW_ROWS else self.rows()

    def _meeting(self, name: str) -> Mask:
        """Which of ``every`` one filter chooses; looked at once."""
        if name not in self._met_by:
            declared, values = self.filters[name], self.form.cleaned_data[name]
            condition: Q | None = self.saying(values) if name == "q" else None if declared.method else declared.wanted(values)
            is_held = condition is not None and self.every.knows(condition)
            self._met_by[name] = self.every.meets(condition or Q()) if is_held else self._of(declared.filter(self.queryset, values))
        return self._met_by[name]

    def _of(self, rows: QuerySet[Any]) -> Mask:
        """Which of ``every`` are these rows: for what other tables decide, or columns that are not held."""
        return self.every.among_ids(list(rows.order_by().values_list("id", flat=True)))

    def saying(self, _texts: list[str]) -> Q | None:
        """The condition that a row matches the words of ``q``; None where no condition of its columns says it."""
        return None

    def _asked(self, names: Iterable[str]) -> QueryDict:
        """Some of the filters as an address has them."""
        asked = QueryDict(mutable=True)
        for name in names:
            asked.setlist(name, self.values.getlist(name))
        return asked

    def through(self, queryset: QuerySet[Any], asked: QueryDict) -> QuerySet[Any]:
        """The rows behind which stands something that meets all of the filters ``asked``, which are some of ``THROUGH``."""
        raise NotImplementedError

    def labels(self, name: str) -> dict[str, str]:
        """The words for all values of a filter, as the site had them at the clocks; looked up once."""
        if name not in self._labels:
            self._labels[name] = self.filters[name].labels(self.clocks)
        return self._labels[name]

    def labels_of(self, name: str, values: Collection[str]) -> dict[str, str]:
        """The same for these values alone; of others as well where all are few."""
        return self._labels.get(name) or (self.filters[name].labels(self.clocks, Wanted(only=values)) if values else {})

    def asked(self, texts: list[str]) -> Reading:
        """What the words of ``q`` ask for; read once for the rows and all facets."""
        if self._read is None:
            self._read = reading(texts)
        return self._read

    def that_say(self, texts: list[str], kind: str) -> list[str]:
        """The keys of the records of a kind that are what the words ask for; searched once for the rows and all facets."""
        if kind not in self._said:
            self._said[kind] = list(self.asked(texts).keys(self.clocks, kind).values_list("key", flat=True))
        return self._said[kind]

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
            labels = self.labels_of(name, values)
            result.append((name, str(self.filters[name].label), [(value, labels.get(value, value)) for value in values]))
        return result


def cleaned(parameters: QueryDict, names: Iterable[str]) -> QueryDict:
    """The known filters of an address, empty values left out, in the order in which they are declared."""
    values = QueryDict(mutable=True)
    for name in names:
        given = [value.strip() for value in parameters.getlist(name) if value.strip()]
        if given:
            values.setlist(name, list(dict.fromkeys(given)))
    return values


AnyGrammar = TypeVar("AnyGrammar", bound=Grammar)
GRAMMARS: list[type[Grammar]] = []
"""The filters of each list, as their modules declare them."""


def of_a_list(grammar: type[AnyGrammar]) -> type[AnyGrammar]:
    """A class decorator: these are the filters of one of the lists."""
    GRAMMARS.append(grammar)
    return grammar


@functools.cache
def filter_names() -> tuple[str, ...]:
    """Every filter of any list: one that a list does not take is refused there rather than ignored."""
    return tuple(dict.fromkeys(name for grammar in GRAMMARS for name in grammar.base_filters))

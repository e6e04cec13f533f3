"""What the filters of all lists share: both clocks, the reading of the address, and the filter in words."""

import functools
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, TypeVar

import django_filters as df
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.public.clocks import BadFilter, Clocks
from tracker.public.filters.choices import Wanted
from tracker.public.words import Reading, reading

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

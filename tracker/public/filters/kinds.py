"""The kinds of filter: values of a list, words, years; several values of one filter mean "or"."""

from collections.abc import Callable
from typing import Any

import django_filters as df
from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tracker.public.clocks import LARGEST_NUMBER, Clocks
from tracker.public.filters.choices import EVERY, YEAR, Lookup, Wanted, these
from tracker.rules.vocabulary import Word

LONGEST_QUERY = 200
"""Characters that ``q`` takes."""


class WordsField(forms.MultipleChoiceField):
    """Values of one filter, each one of those that the site has: these alone are looked up, and only when the filter is used."""

    def __init__(self, *args: Any, lookup: Lookup | None = None, **kwargs: Any) -> None:
        """``lookup`` gives the values that there are."""
        super().__init__(*args, **kwargs)
        self.lookup = lookup

    def validate(self, value: Any) -> None:
        """Whether the site has all of them, looked up once; a ``ValidationError`` with the first that it has not."""
        forms.Field.validate(self, value)
        for each in value or []:
            if "\0" in each:  # the database has no such text to look for
                raise forms.ValidationError("no such value", params={"value": each.replace("\0", "\ufffd")})
        known = {str(key) for key, _label in self.lookup(None, Wanted(only=value))} if value and self.lookup else set()
        for each in value:
            if each not in known:
                raise forms.ValidationError("no such value", params={"value": each})


Condition = Callable[[Clocks, str], Q | None]
Expression = Callable[[Clocks], Any]


class OneOf(df.MultipleChoiceFilter):
    """A filter that takes values of a list, any of them."""

    field_class: type[forms.Field] = WordsField

    def __init__(
        self,
        *args: Any,
        takes: str | Promise,
        lookup: Lookup | None = None,
        condition: Condition | None = None,
        expression: Expression | None = None,
        **kwargs: Any,
    ) -> None:
        """``takes`` completes the sentence “status takes ...”; ``lookup`` gives the values that there are, with their labels.

        ``condition`` gives the rows of a value that no column holds, and None for a value that the column of this filter holds. ``expression`` gives
        what holds the values where it is no column.
        """
        if lookup:
            kwargs["lookup"] = lookup
        super().__init__(*args, **kwargs)
        self.takes = takes
        self.lookup = lookup
        self.has_conditions = condition is not None
        self.condition = condition or (lambda _clocks, _value: None)
        self.expression = expression

    def labels(self, clocks: Clocks, wanted: Wanted = EVERY) -> dict[str, str]:
        """The words for its values at the clocks, in the order in which they are shown."""
        return dict(self.lookup(clocks, wanted)) if self.lookup else {}

    def filter(self, queryset: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """Rows with any of the values; all rows where none is given."""
        if not value:
            return queryset
        if self.expression:
            queryset = queryset.alias(**{str(self.field_name): self.expression(self.parent.clocks)})
        return queryset.filter(self.wanted(value))

    def wanted(self, values: list[Any]) -> Q:
        """The condition that a row has any of the values."""
        conditions = {each: self.condition(self.parent.clocks, each) for each in values}
        wanted = Q()
        if held := [each for each, condition in conditions.items() if condition is None]:
            wanted |= Q(**{f"{self.field_name}__{self.lookup_expr}": held})
        for condition in conditions.values():
            if condition is not None:
                wanted |= condition
        return wanted


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
        return without_choices(self)


def without_choices(declared: OneOf) -> Any:
    """The form field of a filter whose values no list holds."""
    if not hasattr(declared, "_field"):
        declared._field = declared.field_class(required=False, widget=forms.MultipleHiddenInput, label=declared.label)
        declared._field.choices = []
    return declared._field


def one_of(name: str, label: str | Promise, lookup: Lookup, takes: str | Promise, **kwargs: Any) -> OneOf:
    """A filter by the column ``name`` that takes any of the values that ``lookup`` gives."""
    return OneOf(field_name=name, lookup_expr=kwargs.pop("lookup_expr", "in"), label=label, lookup=lookup, takes=takes, **kwargs)


def words_of(name: str, label: str | Promise, vocabulary: type[Word], **kwargs: Any) -> OneOf:
    """A filter that takes values of a controlled vocabulary."""
    takes = gettext_lazy("one of %(values)s") % {"values": ", ".join(word.value for word in vocabulary)}
    return one_of(name, label, these(vocabulary.choices()), takes, **kwargs)


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

    field_class: type[forms.Field] = YearsField

    @property
    def field(self) -> Any:
        """A field that needs no list of choices."""
        return without_choices(self)


class EditionsField(forms.Field):
    """Numbers of editions of this site."""

    def clean(self, value: Any) -> list[int]:
        """Whole numbers, or a ``ValidationError`` with the first that no edition can have."""
        for written in value or []:
            if not (written.isascii() and written.isdigit() and len(written) <= 10 and 0 < int(written) <= LARGEST_NUMBER):
                raise forms.ValidationError("no edition", params={"value": written})
        return [int(written) for written in value or []]


class EditionFilter(YearFilter):
    """One or several editions."""

    field_class = EditionsField


def years(name: str, label: str | Promise, **kwargs: Any) -> YearFilter:
    """A filter by the column ``name`` that holds a year."""
    return YearFilter(field_name=name, lookup_expr="in", label=label, takes=YEAR, **kwargs)

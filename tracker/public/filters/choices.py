"""The values that filters take, with their labels: as the site had them at the clocks, or without clocks all that it ever had.

And the sentences that say what each takes: “status takes ...”.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Func, Max, Q, QuerySet
from django.utils.translation import gettext, gettext_lazy

from tracker.editions.tables import (
    ActionEdition,
    CitationEdition,
    DocumentEdition,
    EditionQuerySet,
    GovernmentEdition,
    RecommendationEdition,
    RecordEdition,
    Row,
)
from tracker.languages.names import government as government_named
from tracker.public.clocks import Clocks
from tracker.public.columnar import Read, kept_by_edition, rows_at
from tracker.public.words import reading
from tracker.rules.folding import folded
from tracker.rules.languages import OURS
from tracker.rules.vocabulary import Earlier, GovernmentKind, Nature, Status

Choices = list[tuple[str, str]]


class Title(str):
    """The title of a document or a recommendation as the label of a filter's value, with the language that it is in."""

    __slots__ = ("language",)
    language: str

    @classmethod
    def of(cls, title: str, language: str) -> "Title":
        """A title in a language."""
        said = cls(title)
        said.language = language
        return said


def said(table: type[Row], clocks: Clocks | None) -> EditionQuerySet:
    """The rows of a table as the site gave them at ``known``; without clocks all that it ever gave."""
    return clocks.said(table) if clocks else table.objects.all()


def there(table: type[Row], clocks: Clocks | None) -> EditionQuerySet:
    """The rows of a table by both clocks, so that no label tells of what came after the day; without clocks all that the site ever gave."""
    return clocks.rows(table) if clocks else table.objects.all()


@dataclass(frozen=True)
class Wanted:
    """Which values are asked for: those of ``only``, at most ``most``. A list that is short at any size of the site may give more."""

    only: Collection[str] | None = None
    most: int | None = None

    def of(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        """The same of rows whose column ``key`` is the value."""
        rows = rows if self.only is None else rows.filter(**{f"{key}__in": list(self.only)})
        return rows if self.most is None else rows[: self.most]


EVERY = Wanted()


@dataclass(frozen=True)
class Lookup:
    """The values of a filter. ``labels`` gives them with their words, in the order in which they are shown.

    ``table`` and ``key`` say whose keys they are where they are those of records, of which there can be any number; their words are then looked for
    in the index of search. Without, the words of all values are.
    """

    labels: Callable[[Clocks | None, Wanted], Choices]
    table: type[Row] | None = None
    key: str = "key"
    kind: str = ""

    def __call__(self, clocks: Clocks | None, wanted: Wanted = EVERY) -> Choices:
        """Values with their words; without clocks all that the site ever had."""
        return self.labels(clocks, wanted)

    def like(self, clocks: Clocks, text: str, *, asked_as: str) -> QuerySet[Any] | list[str]:
        """The values that begin so, or whose words say it: a query of keys, or a list.

        ``BadFilter`` for more words than a search may have, by the name of the parameter that asks (``asked_as``).
        """
        if self.table is None:
            words = folded(text).split()
            called = ((value, f"{value} {label} {gettext(str(label)) if label else ''}") for value, label in self.labels(clocks, EVERY))
            return [value for value, words_of_it in called if all(word in folded(words_of_it) for word in words)]
        begun = Q(**{f"{self.key}__istartswith": text})
        saying = Q(**{f"{self.key}__in": reading([text], asked_as=asked_as).keys(clocks, self.kind)})
        return there(self.table, clocks).filter(begun | saying).values_list(self.key, flat=True)


def _statuses(_clocks: Clocks | None, _wanted: Wanted) -> Choices:
    return [(status.value, status.label) for status in Status]


def _governments(clocks: Clocks | None, _wanted: Wanted) -> Choices:
    return _named(said(GovernmentEdition, clocks))


def _named(rows: EditionQuerySet) -> Choices:
    """Codes with names in the page's language (English for programs)."""
    return [(code, government_named(code, name)) for code, name in rows.order_by("name").values_list("code", "name").distinct()]


def _groups(clocks: Clocks | None, _wanted: Wanted) -> Choices:
    return _named(said(GovernmentEdition, clocks).filter(kind=GovernmentKind.GROUP.value))


def _documents(clocks: Clocks | None, wanted: Wanted) -> Choices:
    rows = said(DocumentEdition, clocks).order_by("key").values_list("key", "title", "title_is_description", "language").distinct()
    found = wanted.of(rows, "key")
    return [(key, Title.of(title, OURS if is_description else language)) for key, title, is_description, language in found]


def _references(clocks: Clocks | None, wanted: Wanted) -> Choices:
    named = there(RecommendationEdition, clocks).order_by("reference").values_list("reference", "short_title", "short_title_language")
    return [(reference, Title.of(f"{reference} {title}", language)) for reference, title, language in wanted.of(named.distinct(), "reference")]


def _references_ever(clocks: Clocks | None, wanted: Wanted) -> Choices:
    down = RecordEdition.objects.filter(kind="recommendation", nature=Nature.TAKEN_DOWN.value).order_by("key").values_list("key", flat=True)
    return [*_references(clocks, wanted), *((key, key) for key in wanted.of(down, "key"))]


def _records(_clocks: Clocks | None, wanted: Wanted) -> Choices:
    return [(key, key) for key in wanted.of(RecordEdition.objects.order_by("key").values_list("key", flat=True).distinct(), "key")]


def _met(wanted: Collection[str], *ever: Callable[[str], QuerySet[Any]]) -> Choices:
    """Those of the wanted values of which there ever was a row: one is looked for, however many there are."""
    return [(value, value) for value in wanted if any(rows(value).exists() for rows in ever)]


def _measures(clocks: Clocks | None, wanted: Wanted) -> Choices:
    if clocks:
        return kept_by_edition(clocks, "measures", lambda: _measures_read(clocks))
    if wanted.only is not None:
        ever = (RecommendationEdition, ActionEdition)
        return _met(wanted.only, *(lambda measure, table=table: table.objects.filter(measure=measure) for table in ever))
    return _measures_read(None)


def _measures_read(clocks: Clocks | None) -> Choices:
    named: dict[str, str] = {}
    for table in (RecommendationEdition, ActionEdition):
        rows = said(table, clocks).order_by().values("measure", "measure_name").annotate(newest=Max("known_from")).order_by("newest")
        named |= dict(rows.values_list("measure", "measure_name"))
    return sorted(named.items(), key=lambda choice: choice[1])


def _themes(clocks: Clocks | None, wanted: Wanted) -> Choices:
    if clocks:
        return kept_by_edition(clocks, "themes", lambda: _themes_read(clocks))
    if wanted.only is not None:
        return _met(wanted.only, lambda theme: RecommendationEdition.objects.filter(themes__contains=[theme]))
    return _themes_read(None)


def _themes_read(clocks: Clocks | None) -> Choices:
    beside = {name: Func(F(column), function="unnest", output_field=CharField()) for name, column in (("one", "themes"), ("called", "theme_names"))}
    rows = said(RecommendationEdition, clocks).exclude(themes=[]).order_by().annotate(**beside).values("one", "called")
    named = dict(rows.annotate(newest=Max("known_from")).order_by("newest").values_list("one", "called"))
    return sorted(named.items(), key=lambda choice: choice[1])


def _actions(clocks: Clocks | None, wanted: Wanted) -> Choices:
    return list(wanted.of(there(ActionEdition, clocks).order_by("key").values_list("key", "title").distinct(), "key"))


def _languages(clocks: Clocks | None, wanted: Wanted) -> Choices:
    if clocks:
        given = rows_at(CitationEdition, clocks, Read.GIVEN)
        return [(tag, tag) for tag in sorted(given.counts("language", given.all))]
    if wanted.only is not None:
        return _met(wanted.only, lambda tag: CitationEdition.objects.filter(language=tag))
    return [(tag, tag) for tag in CitationEdition.objects.order_by("language").values_list("language", flat=True).distinct()]


statuses = Lookup(_statuses)
"""Every status."""
governments = Lookup(_governments)
"""Governments and groups by code."""
groups = Lookup(_groups)
"""Groups by code."""
documents = Lookup(_documents, DocumentEdition, kind="document")
"""Documents by key."""
references = Lookup(_references, RecommendationEdition, "reference", "recommendation")
"""Recommendations by reference."""
references_ever = Lookup(_references_ever, RecommendationEdition, "reference", "recommendation")
"""Of changes: with the references of what was taken down, since its change is news as well."""
records = Lookup(_records)
"""Keys name a record for good, withdrawn ones included."""
measures = Lookup(_measures)
"""Kinds of measure, each by the newest of its names, of recommendations and of actions."""
themes = Lookup(_themes)
"""Themes of recommendations, each by the newest of its names."""
actions = Lookup(_actions, ActionEdition, kind="action")
"""Actions by key."""
languages = Lookup(_languages)
"""The languages of sources."""


def these(choices: Choices) -> Lookup:
    """Values that are the same at all times."""
    return Lookup(lambda _clocks, _wanted: choices)


STATUS = gettext_lazy("a status, as implemented or no_evidence; /methodology/ lists them")
GOVERNMENT = gettext_lazy("the code of a government on this site, as AL or EU")
GROUP = gettext_lazy("the code of a group on this site, as EU-MEMBERS")
DOCUMENT = gettext_lazy("the key of a document on this site, as WP-MQ")
REFERENCE = gettext_lazy("the reference of a recommendation on this site, as MQ-1")
MEASURE = gettext_lazy("the key of a kind of measure on this site, as expulsion")
THEME = gettext_lazy("the key of a theme on this site")
ACTION = gettext_lazy("the key of an action on this site, as BE-2021-JUD")
YEAR = gettext_lazy("a year of four digits")
EDITION = gettext_lazy("the number of an edition of this site, as 3")
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
COUNTED: Choices = [("yes", gettext_lazy("counted")), ("no", gettext_lazy("shown, not counted"))]  # type: ignore[list-item]
SEARCHES: Choices = [("due", gettext_lazy("due again")), ("holds", gettext_lazy("holds"))]  # type: ignore[list-item]
NATURES: Choices = [*Nature.choices(), ("correction", gettext_lazy("any correction"))]  # type: ignore[list-item]
ORDERS: Choices = [*Earlier.choices(), ("in_place", gettext_lazy("already in place"))]  # type: ignore[list-item]

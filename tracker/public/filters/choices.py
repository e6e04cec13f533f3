"""The values that filters take, with their labels: as the site had them at the clocks, or without clocks all that it ever had.

And the sentences that say what each takes: “status takes ...”.
"""

from django.db.models import Max
from django.utils.translation import gettext_lazy

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
from tracker.rules.languages import OURS
from tracker.rules.vocabulary import Earlier, GovernmentKind, Nature, Status

Choices = list[tuple[str, str]]


class Title(str):
    """A document's title as the label of a filter's value, with the language that it is in."""

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


def statuses(_clocks: Clocks | None = None) -> Choices:
    """Every status."""
    return [(status.value, status.label) for status in Status]


def governments(clocks: Clocks | None = None) -> Choices:
    """Governments and groups by code."""
    return _named(said(GovernmentEdition, clocks))


def _named(rows: EditionQuerySet) -> Choices:
    """Codes with names in the page's language (English for programs)."""
    return [(code, government_named(code, name)) for code, name in rows.order_by("name").values_list("code", "name").distinct()]


def groups(clocks: Clocks | None = None) -> Choices:
    """Groups by code."""
    return _named(said(GovernmentEdition, clocks).filter(kind=GovernmentKind.GROUP.value))


def documents(clocks: Clocks | None = None) -> Choices:
    """Documents by key."""
    rows = said(DocumentEdition, clocks).order_by("key").values_list("key", "title", "title_is_description", "language").distinct()
    return [(key, Title.of(title, OURS if is_description else language)) for key, title, is_description, language in rows]


def references(clocks: Clocks | None = None) -> Choices:
    """Recommendations by reference."""
    named = there(RecommendationEdition, clocks).order_by("reference").values_list("reference", "short_title").distinct()
    return [(reference, f"{reference} {title}") for reference, title in named]


def references_ever(clocks: Clocks | None = None) -> Choices:
    """Of changes: with the references of what was taken down, since its change is news as well."""
    down = RecordEdition.objects.filter(kind="recommendation", nature=Nature.TAKEN_DOWN.value).values_list("key", flat=True)
    return [*references(clocks), *((key, key) for key in down)]


def records(_clocks: Clocks | None = None) -> Choices:
    """Keys name a record for good, withdrawn ones included."""
    return [(key, key) for key in RecordEdition.objects.order_by("key").values_list("key", flat=True).distinct()]


def measures(clocks: Clocks | None = None) -> Choices:
    """Kinds of measure, each by the newest of its names, of recommendations and of actions."""
    named: dict[str, str] = {}
    for table in (RecommendationEdition, ActionEdition):
        rows = said(table, clocks).order_by().values("measure", "measure_name").annotate(newest=Max("known_from")).order_by("newest")
        named |= dict(rows.values_list("measure", "measure_name"))
    return sorted(named.items(), key=lambda choice: choice[1])


def themes(clocks: Clocks | None = None) -> Choices:
    """Themes of recommendations, each by the newest of its names."""
    named: dict[str, str] = {}
    rows = said(RecommendationEdition, clocks).exclude(themes=[]).order_by("known_from")
    for keys, names in rows.values_list("themes", "theme_names"):
        named |= dict(zip(keys, names, strict=True))
    return sorted(named.items(), key=lambda choice: choice[1])


def actions(clocks: Clocks | None = None) -> Choices:
    """Actions by key."""
    return list(there(ActionEdition, clocks).order_by("key").values_list("key", "title").distinct())


def languages(clocks: Clocks | None = None) -> Choices:
    """The languages of sources."""
    return [(tag, tag) for tag in said(CitationEdition, clocks).order_by("language").values_list("language", flat=True).distinct()]


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
CORRECTIONS = (Nature.CORRECTED, Nature.WITHDRAWN, Nature.MERGED, Nature.TAKEN_DOWN)
"""What takes back or changes something that was said."""
NATURES: Choices = [*Nature.choices(), ("correction", gettext_lazy("any correction"))]  # type: ignore[list-item]
ORDERS: Choices = [*Earlier.choices(), ("in_place", gettext_lazy("already in place"))]  # type: ignore[list-item]

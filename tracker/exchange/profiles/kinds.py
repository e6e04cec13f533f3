"""The kinds of record that a row may yield, and which fields a profile may set of each: the columns of the package's files, and no others."""

from dataclasses import dataclass
from functools import cached_property

from django.db import models

from tracker.exchange.schema import BY_NAME, Column, Resource, described
from tracker.fields import PartialDateField

UNCLASSIFIED = "unclassified"
"""The key of the kind of measure of a recommendation or an action for which the file has none."""


_BESIDE = {"citation": {"stance": "citation_uses"}, "assessment": {"searched_on": "searches"}}
"""Fields that a row says of what comes with a record: the file that holds each. A passage is cited in some stance, and a verdict that finds nothing
rests on a search that was made on some day."""


@dataclass(frozen=True)
class Kind:
    """A kind of record: its file, the field without which a row yields none, and the fields that are made here and never set.

    ``keyed``: whether ``key = [...]`` names its records.
    """

    name: str
    resource: Resource
    yields_by: str
    made_here: tuple[str, ...] = ()
    keyed: bool = True
    meaning: str = ""

    @cached_property
    def fields(self) -> dict[str, Column]:
        """The fields that a profile may set, by name."""
        found = {column.name: column for column in self.resource.columns if column.name not in self.made_here}
        return found | {name: BY_NAME[resource].by_name[name] for name, resource in _BESIDE.get(self.name, {}).items()}

    def meaning_of(self, field: str) -> str:
        """What a field holds, in English."""
        beside = _BESIDE.get(self.name, {}).get(field)
        return described(BY_NAME[beside] if beside else self.resource, self.fields[field])


def _kind(name: str, resource: str, yields_by: str, meaning: str, *made_here: str, keyed: bool = True) -> Kind:
    return Kind(name, BY_NAME[resource], yields_by, made_here, keyed, meaning)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("document", "documents", "title", "A document of the row's own, as the report that the recommendation stands in.", "key"),
        _kind("recommendation", "recommendations", "statement", "What is recommended; with a key alone, one that the site has already."),
        _kind("theme", "themes", "name", "Subjects of the recommendation; a cell may hold several.", "key", keyed=False),
        _kind("addressee", "addressees", "government", "The governments that it concerns.", "recommendation", keyed=False),
        _kind("action", "actions", "title", "What a government says or is said to have done.", "key"),
        _kind("event", "events", "on", "When that happened: the event that decides the action's order.", "action", "decisive", keyed=False),
        _kind("effect", "effects", "direction", "How the action bears on it.", *["key", "action", "recommendation", "government", "undoes"]),
        _kind(
            "assessment", "assessments", "status", "The verdict that the file gives: its own, never the staff's.",
            *["key", "recommendation", "government", "supersedes", "source_status"],
        ),
        _kind("position", "positions", "answer", "What the government said that it would do.", "key", "assessment"),
        _kind(
            "citation", "citations", "says", "A passage besides the file's own row, which is always cited.",
            "key", "archived_as",
        ),
    )
}  # fmt: skip
"""In the order in which a row's records refer to one another."""

KIND_OF = {kind.resource.name: kind for kind in KINDS.values()}
"""The kind of record that the rows of a package's file are."""

SERVED = ("recommendation", "action", "assessment", "position")
"""What a citation may serve."""


def is_date(column: Column) -> bool:
    """Whether a field holds a partial date."""
    return isinstance(column.field, PartialDateField)


def is_government(column: Column) -> bool:
    """Whether a field names a government."""
    return column.is_reference and column.path[-1] == "code"


def is_flag(column: Column) -> bool:
    """Whether a field is true or false."""
    return isinstance(column.field, models.BooleanField)


def folded_words(column: Column) -> dict[str, str]:
    """The words of a field's vocabulary by how a file may write them: the value or its English label, in any case."""
    vocabulary = getattr(column.field, "vocabulary", None)
    if vocabulary is None or column.is_reference:
        return {}
    taken = set(column.words)
    return {plain(text): word.value for word in vocabulary if word.value in taken for text in (word.value, word.label)}


def plain(text: str) -> str:
    """A value as maps and look-ups compare it: small letters, one space between words, underscores and dashes as spaces."""
    return " ".join(text.translate(_SPACES).casefold().split())


_SPACES = str.maketrans(dict.fromkeys("_-‐‑‒–—", " "))

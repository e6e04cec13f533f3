"""The data package: which files it has, which columns they have, and what each column holds.

One declaration, from which files are read, written and described (``datapackage.json``, after the Frictionless Data Package and its
tabular data resource, specs.frictionlessdata.io, version 1). A file is a noun in the plural, a column a field of its model under the
field's own name. A reference is written as the natural key of what it refers to: a key, a reference, a code; an addressee as
recommendation and government.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils import translation

from tracker.fields import PartialDateField, WordField
from tracker.models import (
    Action,
    ActionEvent,
    Addressee,
    Assessment,
    Citation,
    CitationUse,
    DeadlineMove,
    Document,
    Effect,
    Government,
    LegalStatus,
    Measure,
    Membership,
    Party,
    Position,
    Recommendation,
    Relation,
    Reply,
    Search,
    Snapshot,
    Theme,
    Translation,
)
from tracker.models.base import Publishable
from tracker.models.recommendation import RecommendationTheme
from tracker.models.translation import TRANSLATED
from tracker.rules import dates
from tracker.rules.dates import PartialDate

DATE_PATTERN = r"\d{4}(-\d{2}(-\d{2})?)?"
DESCRIPTOR = "datapackage.json"

EXCUSED = {
    "id": "a number of this database; files name records by their keys",
    "recorded_by": "who recorded it here is this desk's own history, not the package's",
    "recorded_at": "when it was recorded here is this desk's own history",
    "edited_by": "who last edited it here is this desk's own history",
    "edited_at": "when it was last edited here is this desk's own history",
    "themes": "a list; it is recommendation_themes.csv",
    "headers": "how another site's server answered is for the desk alone",
    "begins": "a place in the text that this desk read out of its own copy",
    "ends": "a place in the text that this desk read out of its own copy",
    "review_on": "when this desk means to look again is its own affair",
}
"""Fields that no file holds, each with the reason."""

UNPREFIXED = {"addressee"}
"""References of several columns that keep those columns' plain names; the others put the field's name before them."""


@dataclass(frozen=True)
class Column:
    """One column of a file.

    ``own`` is the field of the record that the column belongs to; ``path`` leads from the record to the value, through a reference
    where ``own`` is one, and ``field`` is the field at its end, which says how the value is written.
    """

    name: str
    own: models.Field
    path: tuple[str, ...]
    field: models.Field

    @property
    def is_reference(self) -> bool:
        """Whether it names another record."""
        return self.own.is_relation

    @cached_property
    def required(self) -> bool:
        """Whether a row must have a value here."""
        return not self.own.blank

    @cached_property
    def words(self) -> list[str]:
        """The values of the vocabulary that it takes; empty where it takes any."""
        if isinstance(self.field, WordField) and self.field.vocabulary is not None:
            # A model may take fewer words than its vocabulary has: no assessment says "not assessed".
            return [word.value for word in self.field.vocabulary if (self.own.model, word.value) not in _NOT_TAKEN]
        return []

    def text_of(self, record: models.Model) -> str:
        """What the file says of a record in this column."""
        value: Any = record
        for name in self.path:
            if value is None:
                return ""
            value = getattr(value, name)
        return self.text(value)

    def text(self, value: Any) -> str:
        """A value as files write it: true and false, ISO dates, instants in UTC, nothing for nothing."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dt.datetime):
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        return str(value)

    def parse(self, text: str) -> Any:
        """The value that a file's text stands for. Raises ``ValueError`` with the rest of a sentence that begins with the text."""
        if text == "":
            return None if self.field.null or not isinstance(self.field, models.CharField | models.TextField) else ""
        if isinstance(self.field, PartialDateField):
            return _partial_date(text)
        if isinstance(self.field, models.BooleanField):
            if text not in ("true", "false"):
                meant = _MEANT.get(text.casefold())
                raise ValueError("is neither true nor false" + (f"; did you mean “{meant}”?" if meant else ""))
            return text == "true"
        if isinstance(self.field, models.IntegerField):
            if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
                raise ValueError("is not a whole number, written in digits")
            return int(text)
        if isinstance(self.field, models.DateTimeField):
            try:
                moment = dt.datetime.fromisoformat(text)
            except ValueError:
                moment = None
            if moment is None or moment.tzinfo is None:
                raise ValueError("is not a moment; write it with its time zone, as 2026-11-20T09:30:00Z")
            return moment
        return text


_MEANT = {"true": "true", "false": "false", "yes": "true", "no": "false", "1": "true", "0": "false"}


def _partial_date(text: str) -> PartialDate:
    try:
        if re.fullmatch(DATE_PATTERN, text, re.ASCII):
            return PartialDate(text)
    except ValueError:
        raise ValueError("is no day of the calendar; write a day, a month or a year, as 2019-02-01, 2019-02 or 2019") from None
    try:
        meant = f"; did you mean “{dates.parse(text)}”?"
    except ValueError:
        meant = ""
    raise ValueError(f"is not a date as files write it: 2019-02-01, 2019-02 or 2019{meant}")


_NOT_TAKEN = {(Assessment, "not_assessed")}


@dataclass(frozen=True)
class Resource:
    """One file: a noun in the plural.

    ``identity`` names the fields that tell its records apart; ``parents`` those by which a record is part of another one, so that it goes
    when the package has the other one without it, unless it is ``permanent``: then it is neither changed nor taken away.
    """

    name: str
    model: type[models.Model]
    identity: tuple[str, ...]
    parents: tuple[str, ...] = ()
    permanent: bool = False

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.csv"

    @property
    def noun(self) -> str:
        """What a row is, in English."""
        with translation.override("en"):
            return str(self.model._meta.verbose_name)

    @cached_property
    def fields(self) -> list[models.Field]:
        """The fields that the file holds, in the model's order."""
        return [field for field in self.model._meta.concrete_fields if field.name not in EXCUSED]

    @cached_property
    def columns(self) -> list[Column]:
        """The file's columns, in the order of its header."""
        return [column for field in self.fields for column in self.columns_of(field.name)]

    @cached_property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by their names."""
        return {column.name: column for column in self.columns}

    @cached_property
    def key_columns(self) -> list[Column]:
        """The columns whose values together name a row."""
        return [column for name in self.identity for column in self.columns_of(name)]

    @cached_property
    def key_names(self) -> list[str]:
        """Their names."""
        return [column.name for column in self.key_columns]

    def columns_of(self, name: str) -> list[Column]:
        """The columns that one field is written in: its own, or one for each part of the key that it refers to."""
        if name not in self._columns_of:
            self._columns_of[name] = self._find_columns_of(name)
        return self._columns_of[name]

    @cached_property
    def _columns_of(self) -> dict[str, list[Column]]:
        return {}

    def _find_columns_of(self, name: str) -> list[Column]:
        field: Any = self.model._meta.get_field(name)
        if not field.is_relation:
            return [Column(name, field, (name,), field)]
        parts = resource_of(field.related_model).key_columns
        if len(parts) == 1:
            return [Column(name, field, (name, *parts[0].path), parts[0].field)]
        prefix = "" if name in UNPREFIXED else f"{name}_"
        return [Column(prefix + part.name, field, (name, *part.path), part.field) for part in parts]

    @cached_property
    def references(self) -> list[tuple[models.Field, "Resource", list[Column]]]:
        """The fields that refer to other records: the field, the file it refers to, the columns that it is written in."""
        return [(field, resource_of(field.related_model), self.columns_of(field.name)) for field in self.fields if field.is_relation]

    def cells(self, record: models.Model) -> dict[str, str]:
        """A record as a row of the file, by column."""
        return {column.name: column.text_of(record) for column in self.columns}

    def key_of(self, cells: dict[str, str]) -> tuple[str, ...]:
        """The natural key of a row."""
        return tuple([cells[name] for name in self.key_names])

    @property
    def is_record(self) -> bool:
        """Whether its rows are records that are reviewed and published: documents, recommendations, actions, assessments."""
        return issubclass(self.model, Publishable)

    def related(self) -> list[str]:
        """What to read with a record so that its row needs no query of its own (for ``select_related``)."""
        return sorted({"__".join(column.path[:-1]) for column in self.columns if len(column.path) > 1})


RESOURCES = (
    Resource("governments", Government, ("code",)),
    Resource("memberships", Membership, ("group", "member", "since"), parents=("group",)),
    Resource("measures", Measure, ("key",)),
    Resource("themes", Theme, ("key",)),
    Resource("documents", Document, ("key",)),
    Resource("snapshots", Snapshot, ("document", "sha256"), parents=("document",), permanent=True),
    Resource("citations", Citation, ("key",)),
    Resource("recommendations", Recommendation, ("reference",)),
    Resource("recommendation_themes", RecommendationTheme, ("recommendation", "theme"), parents=("recommendation",)),
    Resource("relations", Relation, ("recommendation", "kind", "other"), parents=("recommendation",)),
    Resource("deadline_moves", DeadlineMove, ("recommendation", "before", "moved_on", "moved_by"), parents=("recommendation",)),
    Resource("addressees", Addressee, ("recommendation", "government"), parents=("recommendation",)),
    Resource("parties", Party, ("key",)),
    Resource("actions", Action, ("key",)),
    Resource("events", ActionEvent, ("action", "kind", "on"), parents=("action",)),
    Resource("legal_statuses", LegalStatus, ("action", "party", "standing", "on"), parents=("action",)),
    Resource("effects", Effect, ("key",), parents=("action",)),
    Resource("assessments", Assessment, ("key",)),
    Resource("searches", Search, ("key",), parents=("assessment",)),
    Resource("positions", Position, ("key",), parents=("assessment",)),
    Resource("replies", Reply, ("key",), parents=("action", "assessment")),
    Resource("translations", Translation, (*TRANSLATED, "text", "language"), parents=tuple(TRANSLATED)),
    Resource("citation_uses", CitationUse, ("citation", *CitationUse.RECORDS), parents=CitationUse.RECORDS),
)
"""The files of a package, each after those that it refers to."""

BY_NAME = {resource.name: resource for resource in RESOURCES}
REFERENCE = ("governments", "memberships")
"""Files of reference data; a package may leave them to another one, and its rows then name governments by their codes alone."""

_BY_MODEL = {resource.model: resource for resource in RESOURCES}


def resource_of(model: Any) -> Resource:
    """The file that holds records of a model."""
    return _BY_MODEL[model]


def with_related(records: models.QuerySet[Any], ways: Iterable[str]) -> models.QuerySet[Any]:
    """Read related records along; with no way given none at all, where Django would follow every one."""
    return records.select_related(*ways) if (ways := list(ways)) else records


DESCRIPTIONS = {
    "governments.kind": "What kind of government body it is.",
    "governments.note": "What a reader must know of it.",
    "memberships.group": "The group that the member belongs to.",
    "memberships.member": "The government that is a member.",
    "measures.key": "A short name in small letters, digits and hyphens.",
    "measures.definition": "What counts as a measure of this kind, in a sentence.",
    "themes.key": "A short name in small letters, digits and hyphens.",
    "themes.name": "What readers see.",
    "documents.kind": "What sort of document it is.",
    "documents.published_on": "When it was published, as exactly as known; empty where unknown.",
    "documents.url": "Where it was read on the web; empty where unknown.",
    "documents.interest": "How the publisher is placed.",
    "snapshots.document": "The document that this is a copy of.",
    "snapshots.sha256": "The hash of the bytes: 64 hexadecimal digits.",
    "snapshots.size": "How many bytes the copy has.",
    "snapshots.media_type": "The type of the bytes, as text/html.",
    "snapshots.captured_at": "When the copy was made.",
    "snapshots.captured_how": "With what and by what route the copy was made.",
    "citations.key": "Names the passage.",
    "citations.document": "The document that the passage stands in.",
    "citations.prefix": "The words right before the quotation, where they tell it from another.",
    "citations.suffix": "The words right after the quotation.",
    "citations.corroboration": "Whether more than one source was found for what it says.",
    "recommendations.statement": "What is recommended.",
    "recommendations.statement_form": "Whether the statement is the document's own wording.",
    "recommendations.language": "BCP 47 tag of the short title and of a paraphrase; empty for English. A verbatim statement is in its document's.",
    "recommendations.recommended_on": "When the recommendation was made, as exactly as known.",
    "recommendations.measure": "The kind of measure that is recommended.",
    "recommendations.due_on": "By when it should be done; empty where nobody says.",
    "recommendations.note": "What a reader must know of it.",
    "recommendation_themes.recommendation": "The recommendation.",
    "recommendation_themes.theme": "A theme that it belongs to.",
    "relations.recommendation": "The recommendation of which something is said.",
    "relations.kind": "How it stands to the other.",
    "relations.other": "The other recommendation.",
    "relations.note": "What a reader must know of the relation.",
    "addressees.recommendation": "The recommendation.",
    "addressees.government": "The government that it concerns.",
    "addressees.note": "What a reader must know of this addressee.",
    "parties.key": "Names the party.",
    "parties.kind": "Whether it is a person, an organisation, or unnamed.",
    "parties.note": "What a reader must know of the party.",
    "actions.government": "The government whose body acted.",
    "actions.measure": "The kind of measure that was taken.",
    "actions.corroboration": "Whether more than one source was found for the action.",
    "events.action": "The action that it happened to.",
    "events.kind": "What happened.",
    "events.on": "When it happened, as exactly as known.",
    "events.note": "What a reader must know of the event.",
    "legal_statuses.action": "The action in connection with which it is said.",
    "legal_statuses.party": "The party of which it is said.",
    "legal_statuses.standing": "The party's legal status. None follows from another: sanctioned is not convicted.",
    "effects.key": "Names the effect.",
    "effects.action": "The action that bears on the addressee.",
    "effects.recommendation": "The recommendation of the addressee.",
    "effects.government": "The government of the addressee.",
    "effects.corroboration": "Whether more than one source was found for what the effect rests on.",
    "assessments.key": "Names the assessment.",
    "assessments.recommendation": "The recommendation of the addressee.",
    "assessments.government": "The government of the addressee.",
    "assessments.status": "What became of the recommendation at this government.",
    "assessments.confidence": "How sure the assessor is, where stated.",
    "assessments.corroboration": "Whether more than one source was found for what the assessment rests on.",
    "assessments.assessor_kind": "Whose verdict it is.",
    "assessments.note": "What a reader must know of the assessment.",
    "searches.key": "Names the search.",
    "searches.assessment": "The assessment that rests on the search.",
    "searches.searched_on": "When the search was made.",
    "searches.searched_by": "Who searched.",
    "searches.languages": "In which languages.",
    "searches.looked_for": "What was looked for.",
    "searches.found": "What was found.",
    "positions.key": "Names the position.",
    "positions.assessment": "The assessment that the position stands beside.",
    "positions.answer": "What the government said that it would do.",
    "positions.on": "When it said so.",
    "positions.said_by": "Who said it for the government.",
    "replies.key": "Names the reply.",
    "replies.action": "The action that it answers; a row names one record.",
    "replies.assessment": "The assessment that it answers.",
    "replies.on": "When it was given.",
    "translations.document": "The document of which a text is translated; a row names one record.",
    "translations.recommendation": "The recommendation of which a text is translated.",
    "translations.action": "The action of which a text is translated.",
    "translations.assessment": "The assessment of which a text is translated.",
    "translations.kind": "Where the translation comes from.",
    "citation_uses.reply": "The reply that it serves.",
    "deadline_moves.recommendation": "The recommendation whose deadline it is.",
    "deadline_moves.before": "The deadline before.",
    "citation_uses.citation": "The passage that serves a record.",
    "citation_uses.stance": "What the passage does for the record.",
    "citation_uses.recommendation": "The recommendation that it serves; a row names one record.",
    "citation_uses.action": "The action that it serves.",
    "citation_uses.assessment": "The assessment that it serves.",
    "citation_uses.position": "The position that it serves.",
    "citation_uses.legal_status_action": "The action of the legal status that it serves.",
    "citation_uses.legal_status_party": "The party of the legal status that it serves.",
    "citation_uses.legal_status_standing": "The standing of the legal status that it serves.",
    "citation_uses.legal_status_on": "The date of the legal status that it serves.",
}
"""What columns hold whose fields give the desk no advice of their own (``help_text``)."""


def described(resource: Resource, column: Column) -> str:
    """What a column holds, in English, with the meaning of each word that it takes."""
    with translation.override("en"):
        text = DESCRIPTIONS.get(f"{resource.name}.{column.name}") or str(column.own.help_text)
        vocabulary = getattr(column.field, "vocabulary", None)
        if vocabulary is not None and not column.is_reference:
            text += "".join(f" {word.value}: {word.definition}" for word in vocabulary if word.definition and word.value in column.words)
    return text


def _constraints(resource: Resource, column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if not column.is_reference:
        if resource.identity == (column.name,):
            constraints["unique"] = True
        if column.words:
            constraints["enum"] = column.words
        elif isinstance(column.field, PartialDateField):
            constraints["pattern"] = DATE_PATTERN
        elif column.field.max_length and isinstance(column.field, models.CharField):
            constraints["maxLength"] = column.field.max_length
        checks: list[Any] = [check for check in column.field.validators if type(check) is RegexValidator]
        if checks:
            # A pattern here is of the whole value, as in XML Schema; Python's marks of its two ends would be read as letters.
            constraints["pattern"] = checks[0].regex.pattern.removeprefix("^").removesuffix("$").removesuffix(r"\Z")
    return constraints


def _field(resource: Resource, column: Column) -> dict[str, Any]:
    with translation.override("en"):
        title = str(column.own.verbose_name)
    described_field: dict[str, Any] = {"name": column.name, "title": title, "description": described(resource, column), "type": "string"}
    if isinstance(column.field, models.BooleanField):
        described_field |= {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]}
    elif isinstance(column.field, models.IntegerField):
        described_field["type"] = "integer"
    elif isinstance(column.field, models.DateTimeField):
        described_field["type"] = "datetime"
    if constraints := _constraints(resource, column):
        described_field["constraints"] = constraints
    return described_field


def _foreign_keys(resource: Resource, present: set[str]) -> Iterator[dict[str, Any]]:
    for _own, target, columns in resource.references:
        if target.name not in present:
            continue  # governments may lie in another package
        yield {
            "fields": [column.name for column in columns],
            # The empty string is Frictionless's name for "this same file".
            "reference": {
                "resource": "" if target is resource else target.name,
                "fields": [column.name for column in target.key_columns],
            },
        }


def descriptor(*, name: str, title: str, description: str, resources: Iterable[str]) -> dict[str, Any]:
    """The ``datapackage.json`` of a package that holds the named files."""
    present = set(resources)
    described_files = []
    for resource in RESOURCES:
        if resource.name not in present:
            continue
        with translation.override("en"):
            plural = str(resource.model._meta.verbose_name_plural)
        schema: dict[str, Any] = {
            "fields": [_field(resource, column) for column in resource.columns],
            "missingValues": [""],
            "primaryKey": [column.name for column in resource.key_columns],
        }
        if foreign_keys := list(_foreign_keys(resource, present)):
            schema["foreignKeys"] = foreign_keys
        described_files.append(
            {
                "profile": "tabular-data-resource",
                "name": resource.name,
                "title": plural,
                "description": (resource.model.__doc__ or "").strip().split("\n\n")[0].replace("\n", " "),
                "path": resource.file,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": schema,
            }
        )
    return {"profile": "tabular-data-package", "name": name, "title": title, "description": description, "resources": described_files}

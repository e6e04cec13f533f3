"""The published tables, schema ``editions``: flat enough to be read without joins that multiply.

Two truths lie in them. :class:`RecordEdition` holds each published version whole; every other table is derived from those bodies by
:mod:`tracker.editions.projection`, shaped for reading. A row is never changed but once: ``known_to`` goes from nothing to a time, and
another row follows (triggers, see ``guards.sql``).

Two clocks. ``known_from`` / ``known_to``: when this site said it. ``valid_from`` / ``valid_to`` and the days of actions: when it was true.
``objects`` reads over the public connection; the publish verb alone writes, through ``desk``.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.fields.json import KeyTransform

from tracker.fields import WordField
from tracker.rules import vocabulary as words

CORRECTIONS = tuple(nature.value for nature in (words.Nature.CORRECTED, words.Nature.WITHDRAWN, words.Nature.MERGED, words.Nature.TAKEN_DOWN))
"""What takes back or changes something that was said."""
PUBLIC = "public"
DESK = "default"


class EditionQuerySet(models.QuerySet[Any]):
    """Rows as the two clocks select them."""

    def known_at(self, instant: dt.datetime | None) -> Self:
        """What this site said at an instant; None: what it says now."""
        if instant is None:
            return self.filter(known_to=None)
        return self.filter(Q(known_to=None) | Q(known_to__gt=instant), known_from__lte=instant)

    def true_on(self, day: dt.date) -> Self:
        """Rows that hold on a day, as each table says (``holds_on``)."""
        return self.filter(self.model.holds_on(day))


class PublicManager(models.Manager.from_queryset(EditionQuerySet)):  # type: ignore[misc]
    """Reads over the public connection."""

    def get_queryset(self) -> EditionQuerySet:
        """Rows from the public connection."""
        return super().get_queryset().using(PUBLIC)


class DeskManager(models.Manager.from_queryset(EditionQuerySet)):  # type: ignore[misc]
    """Reads and writes over the desk's connection: for the publish verb."""

    def get_queryset(self) -> EditionQuerySet:
        """Rows from the desk's connection."""
        return super().get_queryset().using(DESK)


class SiteEdition(models.Model):
    """A numbered edition of the site: what one submission published."""

    number = models.PositiveIntegerField(primary_key=True)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=300)
    reason = models.TextField()
    records = models.PositiveIntegerField(help_text="How many records it published or withdrew.")
    written_in = models.BigIntegerField(help_text="The transaction that wrote it: rows of an edition are written in no other.")
    salt = models.CharField(max_length=64, null=True, help_text="Secret of the leaf; nothing after an erasure.")
    leaf = models.CharField(max_length=64, help_text="SHA-256 over the salt and what the edition says of itself (chain.sql).")

    objects = PublicManager()
    desk = DeskManager()

    class Meta:
        """One row an edition."""

        db_table = '"editions"."site_edition"'
        ordering = ["-number"]
        default_permissions = ()


class ChainLink(models.Model):
    """A link of the hash chain over publications; the newest one is the head (``chain.sql``). Written by the database alone."""

    number = models.PositiveIntegerField(primary_key=True, help_text="The edition of the site.")
    previous = models.CharField(max_length=64, help_text="The link before it; empty at the first.")
    digest = models.CharField(max_length=64, help_text="SHA-256 over the link before, the edition's leaf and its records' leaves.")

    objects = PublicManager()
    desk = DeskManager()

    class Meta:
        """One an edition."""

        db_table = '"editions"."chain"'
        ordering = ["-number"]
        default_permissions = ()


class Erasure(models.Model):
    """That a person's data was erased from what had been published or kept: why and from what, not whose. Written by the eraser's role alone."""

    id = models.BigAutoField(primary_key=True)
    erased_at = models.DateTimeField()
    erased_by = models.CharField(max_length=300)
    reason = models.TextField()
    records = models.JSONField(help_text="The published records from which something was erased: kind, key and edition of each.")
    rows = models.PositiveIntegerField(help_text="How many rows were blanked in all, those of the desk and of its history included.")
    written_in = models.BigIntegerField(help_text="The transaction that erased.")

    objects = PublicManager()
    desk = DeskManager()

    class Meta:
        """Newest first."""

        db_table = '"editions"."erasure"'
        ordering = ["-id"]
        default_permissions = ()


class Withheld(models.Model):
    """A published row with words that were taken down for legal reasons, as it stood: kept for proof, and never read by the public's role.

    Written by the database alone, when the edition is committed that takes a record down (``withholding.sql``).
    """

    id = models.BigAutoField(primary_key=True)
    edition = models.PositiveIntegerField(help_text="The edition of the site that took it down.")
    kind = models.CharField(max_length=40, help_text="Of the record that was taken down.")
    key = models.CharField(max_length=60)
    of_table = models.CharField(max_length=40, help_text="Where the row stood, in this schema.")
    row_id = models.BigIntegerField()
    said = models.JSONField(help_text="The whole row. Of several of one row the first is as it was published.")

    desk = DeskManager()

    class Meta:
        """In the order in which they were set aside."""

        db_table = '"editions"."withheld"'
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["of_table", "row_id"], name="withheld_row")]


NAME_OF_RELEASE = r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*"
"""Letters and digits, with single dots or hyphens between them: as 2026-11-29 or v1.0."""


class Release(models.Model):
    """A frozen, citable set of editions: what the lists said at the newest edition, on the day on which it was made, as files that never change.

    It is written once, with its files, in one transaction (``releases.sql``). What is taken down or erased afterwards goes from its files as well.
    """

    name = models.CharField(max_length=60, primary_key=True)
    number = models.PositiveIntegerField(unique=True, help_text="Its place among the releases, from 1.")
    edition = models.PositiveIntegerField(help_text="The edition of the site that it froze: the newest one then.")
    as_of = models.DateField(help_text="The day by which it was read, which is the day on which it was made.")
    released_at = models.DateTimeField()
    released_by = models.CharField(max_length=300)
    reason = models.TextField()
    site = models.CharField(max_length=300, help_text="Origin of the site, as its files name it, without a slash at the end.")
    software = models.CharField(max_length=40, help_text="Version of the software that made it.")
    chain_head = models.CharField(max_length=64, help_text="The link of the hash chain at its edition.")
    manifest_hash = models.CharField(max_length=64, help_text="SHA-256 of manifest.json, which names the hash of every other file.")
    written_in = models.BigIntegerField(help_text="The transaction that wrote it.")

    objects = PublicManager()
    desk = DeskManager()

    class Meta:
        """Newest first."""

        db_table = '"editions"."release"'
        ordering = ["-number"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(name__regex=f"^{NAME_OF_RELEASE}$"), name="a_release_is_named_by_letters_and_digits")]


class ReleaseFile(models.Model):
    """A file of a release: a text, or the rows of a list (:class:`ReleaseLine`), with size and hash as it was made."""

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(Release, models.DO_NOTHING, related_name="+", db_column="release")
    place = models.PositiveSmallIntegerField(help_text="Its place in the package.")
    path = models.CharField(max_length=60)
    media_type = models.CharField(max_length=60)
    size = models.BigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(null=True, help_text="Of a list, without its header; nothing for a text.")
    columns = ArrayField(models.CharField(max_length=60), default=list, help_text="Of a list: its header.")
    identity = ArrayField(models.CharField(max_length=60), default=list, help_text="Of a list: the columns that tell its rows apart.")
    text = models.TextField(help_text="Of a text; empty for a list.")
    written_in = models.BigIntegerField(help_text="The transaction that wrote it.")

    objects = PublicManager()
    desk = DeskManager()

    class Meta:
        """In the order of the package."""

        db_table = '"editions"."release_file"'
        ordering = ["release", "place"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["release", "path"], name="a_release_has_one_file_of_a_name")]


class ReleaseLine(models.Model):
    """A row of a list in a release, as text, cell by cell.

    Cells are kept, not bytes, so that a takedown or an erasure finds the words in them; ``tracker.editions.frozen`` writes the bytes.
    """

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(ReleaseFile, models.DO_NOTHING, related_name="+", db_column="file", db_constraint=False, db_index=False)
    number = models.PositiveIntegerField(help_text="Its place in the file, from 1.")
    cells = ArrayField(models.CharField(), help_text="Under the columns of the file; none where the whole row was taken down.")
    made_from = ArrayField(
        models.CharField(max_length=60),
        help_text="The published rows whose words it has, as table:id; its own first. What is set aside of them goes.",
    )
    withheld_in = ArrayField(
        models.PositiveIntegerField(),
        default=list,
        help_text="The editions of the site that took words of it down, in their order; none where none did.",
    )

    objects = PublicManager()
    desk = DeskManager()

    class Meta:
        """In the order of the file."""

        db_table = '"editions"."release_line"'
        ordering = ["file", "number"]
        default_permissions = ()
        indexes = [
            GinIndex(fields=["made_from"], name="release_line_made_from"),
            models.Index(fields=["file", "withheld_in"], name="release_line_withheld", condition=~Q(withheld_in=[])),
        ]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="a_file_has_one_line_of_a_number")]


class Row(models.Model):
    """What every published row carries: the edition that wrote it, and when this site said it."""

    id = models.BigAutoField(primary_key=True)
    edition = models.PositiveIntegerField(help_text="Number of the site edition that wrote the row.")
    known_from = models.DateTimeField(help_text="Since when this site says it.")
    known_to = models.DateTimeField(null=True, help_text="Until when it said so; nothing while it does.")

    objects = PublicManager()
    desk = DeskManager()

    class Meta:
        """Shared by the published tables."""

        abstract = True
        default_permissions = ()

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """Which rows are true on a day; all of them where a table dates nothing."""
        return Q()


def formulas_in(*texts: str | Func) -> models.GeneratedField:
    """Whether a spreadsheet would run one of these columns as a formula: of all from which files take texts (``formulas.sql``)."""
    asked = Func(*texts, function="editions.runs_as_formula", output_field=models.BooleanField())
    return models.GeneratedField(expression=asked, output_field=models.BooleanField(), db_persist=True)


def joined(column: str) -> Func:
    """A list as the text of one cell."""
    return Func(column, function="editions.joined", output_field=models.TextField())


class RecordEdition(Row):
    """A published version of a record, whole: who recorded, approved and published what, when and why."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=500)
    change = models.CharField(max_length=40)
    reason = models.TextField()
    recorded_by = models.CharField(max_length=300)
    approved_by = models.CharField(max_length=300)
    published_by = models.CharField(max_length=300)
    provenance = WordField(words.Provenance)
    content_hash = models.CharField(max_length=64)
    body = models.JSONField()
    nature = WordField(words.Nature, help_text="What it does to what was public before; the database decides it.")
    forwards_to = models.CharField(max_length=60, default="", help_text="Of a merged duplicate: the key of the record to which its address leads.")
    salt = models.CharField(max_length=64, null=True, help_text="Secret of the leaf; nothing after an erasure.")
    leaf = models.CharField(max_length=64, help_text="SHA-256 over the salt and everything that the row says (chain.sql).")

    class Meta(Row.Meta):
        """One open row a record."""

        db_table = '"editions"."record"'
        ordering = ["-edition", "kind", "key"]
        indexes = [
            models.Index(fields=["kind", "key"], name="record_kind_key"),
            models.Index(fields=["-edition", "kind", "key"], name="record_newest"),
            # Publishing asks for the public assessments of what it touches; those of governments that are addressed no longer have no other row.
            models.Index(
                KeyTransform("recommendation", "body"), name="record_assesses", condition=Q(kind="assessment", change="publish", known_to=None)
            ),
            models.Index(fields=["kind", "key"], name="record_correction", condition=Q(nature__in=CORRECTIONS)),
        ]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], condition=Q(known_to=None), name="a_record_has_one_current_edition")]

    @staticmethod
    def named(names: Iterable[tuple[str, str]]) -> Q:
        """The editions of records with these names (kind and key), as the index finds them."""
        keys: dict[str, list[str]] = defaultdict(list)
        for kind, key in names:
            keys[kind].append(key)
        found = Q(pk__in=[])
        for kind, of_kind in keys.items():
            found |= Q(kind=kind, key__in=of_kind)
        return found


class GovernmentEdition(Row):
    """A government or group. Nobody approves reference data: a row that follows another says itself who changed it, when and why."""

    code = models.CharField(max_length=20)
    kind = WordField(words.GovernmentKind)
    name = models.CharField(max_length=200)
    includes_every_state = models.BooleanField()
    note = models.TextField()
    iso_3166_2 = models.CharField(max_length=6, default="")
    wikidata = models.CharField(max_length=20, default="")
    members = models.JSONField(
        default=list, help_text="Of a group: member (code), since and until of each, so that a row says what the next one changed."
    )
    changed_by = models.TextField(default="", help_text="Who changed what the row before it said; empty where none was.")
    changed_at = models.DateTimeField(null=True, help_text="When they did so last.")
    reason = models.TextField(default="", help_text="Why.")

    class Meta(Row.Meta):
        """By name."""

        db_table = '"editions"."government"'
        ordering = ["name"]
        indexes = [models.Index(fields=["code"], name="government_code")]


class MembershipEdition(Row):
    """A government's days in a group, both included; ``until_day`` is nothing while it lasts."""

    group = models.CharField(max_length=20)
    member = models.CharField(max_length=20)
    since = models.CharField(max_length=10)
    until = models.CharField(max_length=10, null=True)
    since_day = models.DateField()
    until_day = models.DateField(null=True)

    class Meta(Row.Meta):
        """By group."""

        db_table = '"editions"."membership"'
        ordering = ["group", "member", "since_day"]
        indexes = [models.Index(fields=["group"], name="membership_group")]

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """From the first day of membership to the last."""
        return Q(since_day__lte=day) & (Q(until_day=None) | Q(until_day__gte=day))


class DocumentEdition(Row):
    """A document."""

    key = models.CharField(max_length=60)
    kind = WordField(words.DocumentKind)
    title = models.CharField(max_length=502, help_text="In [square brackets] where it is a description.")
    title_is_description = models.BooleanField()
    author = models.CharField(max_length=300)
    publisher = models.CharField(max_length=300)
    published_on = models.CharField(max_length=10, null=True)
    published_first = models.DateField(null=True)
    published_last = models.DateField(null=True)
    language = models.CharField(max_length=12)
    url = models.CharField(max_length=1000)
    symbol = models.CharField(max_length=100, default="")
    celex = models.CharField(max_length=50, default="")
    bill = models.CharField(max_length=100, default="")
    legislature = models.CharField(max_length=200, default="", help_text="Whose the bill number is.")
    interest = WordField(words.Interest)
    stake = models.CharField(max_length=500)
    note = models.TextField()
    snapshots = models.JSONField(help_text="Archived copies: sha256, captured_at, captured_how, media_type, size.")
    provenance = WordField(words.Provenance)
    runs_as_formula = formulas_in("key", "title", "author", "publisher", "url", "symbol", "celex", "bill", "legislature", "stake", "note", "language")

    class Meta(Row.Meta):
        """By key."""

        db_table = '"editions"."document"'
        ordering = ["key"]
        indexes = [models.Index(fields=["key"], name="document_key")]

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """Published by then for certain, or undated."""
        return Q(published_last=None) | Q(published_last__lte=day)


class RecommendationEdition(Row):
    """A recommendation. It exists from the last day that its date can mean (``recommended_last``)."""

    reference = models.CharField(max_length=60)
    number = models.CharField(max_length=60)
    short_title = models.CharField(max_length=200)
    short_title_language = models.CharField(max_length=12, help_text="By tracker.rules.translating.")
    statement = models.TextField()
    statement_form = WordField(words.StatementForm)
    statement_language = models.CharField(max_length=12, help_text="By tracker.rules.translating; nothing where no document says it.")
    made_by = models.CharField(max_length=300)
    made_in = models.CharField(max_length=60, null=True, help_text="Key of the document that makes it; nothing where unknown.")
    known_from_document = models.CharField(max_length=60, help_text="Key of the document in which it was read.")
    source = models.CharField(max_length=60, help_text="Key of the document that makes it; where that is unknown, of the one in which it was read.")
    documents = ArrayField(models.CharField(max_length=60), help_text="Both keys, for filtering.")
    locator = models.CharField(max_length=200)
    recommended_on = models.CharField(max_length=10)
    recommended_first = models.DateField()
    recommended_last = models.DateField()
    year = models.PositiveSmallIntegerField()
    corroboration = WordField(words.Corroboration)
    measure = models.CharField(max_length=60)
    measure_name = models.CharField(max_length=120)
    themes = ArrayField(models.CharField(max_length=60), help_text="Keys.")
    theme_names = ArrayField(models.CharField(max_length=120))
    target = models.CharField(max_length=300)
    addressed = models.CharField(max_length=300)
    criteria_partial = models.TextField()
    criteria_full = models.TextField()
    due_on = models.CharField(max_length=10, null=True)
    due_last = models.DateField(null=True)
    deadline_moves = models.JSONField(help_text="before, after, moved_on, moved_by, reason.")
    note = models.TextField()
    relations = models.JSONField(help_text="kind, other (reference), note.")
    supports = models.PositiveSmallIntegerField(help_text="Citations that support the record of it.")
    disputes = models.PositiveSmallIntegerField()
    claimed_by = ArrayField(models.CharField(max_length=600), help_text="Whom to attribute it to where advocacy alone supports it.")
    provenance = WordField(words.Provenance)
    runs_as_formula = formulas_in(
        "reference",
        "number",
        "short_title",
        "statement",
        "made_by",
        "made_in",
        "known_from_document",
        "locator",
        "measure",
        "measure_name",
        joined("themes"),
        "target",
        "addressed",
        "note",
        joined("claimed_by"),
    )

    class Meta(Row.Meta):
        """By reference."""

        db_table = '"editions"."recommendation"'
        ordering = ["reference"]
        indexes = [
            models.Index(fields=["reference"], name="recommendation_reference"),
            models.Index(fields=["known_from_document"], name="recommendation_known_from", condition=Q(known_to=None)),
            GinIndex(fields=["relations"], opclasses=["jsonb_path_ops"], name="recommendation_relations"),
        ]

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """Made by then for certain."""
        return Q(recommended_last__lte=day)


class AddresseeEdition(Row):
    """What holds for one addressee from ``valid_from`` until the day before ``valid_to``: the narrow table that lists, counts and matrix read.

    ``status`` is nothing for a row that is shown and not counted: a group, or a government cited as a model.
    """

    recommendation = models.CharField(max_length=60)
    short_title = models.CharField(max_length=200)
    short_title_language = models.CharField(max_length=12, help_text="The recommendation's.")
    government = models.CharField(max_length=20)
    government_name = models.CharField(max_length=200)
    basis = WordField(words.Basis)
    counted = models.BooleanField()
    status = WordField(words.Status, null=True)
    assessment = models.CharField(max_length=60, null=True, help_text="Key of the assessment that holds; nothing where not assessed.")
    effective_on = models.CharField(max_length=10, null=True, help_text="As the assessment dates it; nothing where it dates no change.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="The first day on which it holds no longer; nothing where no end is known.")
    rationale = models.TextField()
    confidence = WordField(words.Confidence, null=True)
    corroboration = WordField(words.Corroboration, null=True)
    supports = models.PositiveSmallIntegerField(help_text="Citations for the status.")
    disputes = models.PositiveSmallIntegerField(help_text="Citations against it, or against the actions that it rests on.")
    disputed = models.BooleanField()
    claimed_by = ArrayField(models.CharField(max_length=600))
    searched_on = models.CharField(
        max_length=10, null=True, help_text="Of the search that holds longest; nothing for a status that rests on no search."
    )
    search_due_on = models.DateField(null=True, help_text="The day from which that search is due again.")
    replies = models.JSONField(help_text="Those to the assessment that holds: key, said_by, on, words, language, note, citations.")
    departure = models.TextField(help_text="Why the status is not the one that the rule proposes; empty where it is.")
    provenance = WordField(words.Provenance)
    measure = models.CharField(max_length=60)
    themes = ArrayField(models.CharField(max_length=60))
    documents = ArrayField(models.CharField(max_length=60))
    source = models.CharField(max_length=60, help_text="Of the recommendation: the document that makes it, or in which it was read.")
    recommended_on = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    first_action_days = ArrayField(
        models.DateField(),
        help_text="In order, from valid_from on: each day from which another word says how soon the first action toward it came.",
    )
    first_action_words = ArrayField(WordField(words.FirstAction), help_text="That word from each of these days on (tracker/rules/lag.py).")
    runs_as_formula = formulas_in(
        "recommendation", "short_title", "government", "government_name", "rationale", "departure", "assessment", "measure", joined("claimed_by")
    )

    class Meta(Row.Meta):
        """By recommendation and government."""

        db_table = '"editions"."addressee"'
        ordering = ["recommendation", "government", "valid_from"]
        indexes = [
            models.Index(fields=["recommendation", "government"], name="addressee_recommendation"),
            models.Index(fields=["government", "status"], name="addressee_government"),
            models.Index(fields=["valid_from"], name="addressee_valid_from"),
            # Which governments public records name is asked at every publication.
            models.Index(fields=["government"], name="addressee_of_government_now", condition=Q(known_to=None)),
            # What an edition wrote, and what it ended: each process reads it once.
            models.Index(fields=["edition"], name="addressee_edition"),
            models.Index(fields=["known_to"], name="addressee_known_to", condition=Q(known_to__isnull=False)),
        ]
        constraints = [models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="a_period_ends_after_it_begins")]

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """The period that the day lies in."""
        return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))


class ActionEdition(Row):
    """An action. It is known to have happened from the last day that its decisive date can mean (``last_day``)."""

    key = models.CharField(max_length=60)
    government = models.CharField(max_length=20)
    government_name = models.CharField(max_length=200)
    body = models.CharField(max_length=300)
    measure = models.CharField(max_length=60)
    measure_name = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    description = models.TextField()
    scope_note = models.TextField()
    legal_instrument = models.CharField(max_length=500)
    celex = models.CharField(max_length=50, default="")
    bill = models.CharField(max_length=100, default="")
    legislature = models.CharField(max_length=200, default="", help_text="Whose the bill number is.")
    target = models.CharField(max_length=500)
    corroboration = WordField(words.Corroboration)
    note = models.TextField()
    acted_on = models.CharField(max_length=10, help_text="The decisive event's date.")
    first_day = models.DateField()
    last_day = models.DateField()
    year = models.PositiveSmallIntegerField()
    ended_on = models.DateField(null=True, help_text="First day on which it is no longer in force; nothing where no end is on record.")
    events = models.JSONField(help_text="kind, on, decisive, note.")
    parties = models.JSONField(help_text="party, name, kind, wikidata, opensanctions, standing, on, said_by, wording, citations.")
    replies = models.JSONField(help_text="key, said_by, on, words, language, note, citations.")
    supports = models.PositiveSmallIntegerField()
    disputes = models.PositiveSmallIntegerField()
    disputed = models.BooleanField()
    claimed_by = ArrayField(models.CharField(max_length=600))
    provenance = WordField(words.Provenance)
    runs_as_formula = formulas_in(
        "key",
        "government",
        "body",
        "measure",
        "title",
        "description",
        "target",
        "legal_instrument",
        "celex",
        "bill",
        "legislature",
        "scope_note",
        "note",
        joined("claimed_by"),
    )

    class Meta(Row.Meta):
        """Oldest first."""

        db_table = '"editions"."action"'
        ordering = ["first_day", "key"]
        indexes = [
            models.Index(fields=["key"], name="action_key"),
            models.Index(fields=["government", "first_day"], name="action_government"),
            models.Index(fields=["government"], name="action_of_government_now", condition=Q(known_to=None)),
            models.Index(fields=["-last_day", "key"], name="action_newest_now", condition=Q(known_to=None)),
        ]

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """Done by then for certain."""
        return Q(last_day__lte=day)


class EffectEdition(Row):
    """How an action bears on an addressee, with its order in time computed from the dates."""

    key = models.CharField(max_length=60)
    action = models.CharField(max_length=60)
    action_title = models.CharField(max_length=300)
    acted_on = models.CharField(max_length=10)
    first_day = models.DateField()
    last_day = models.DateField()
    recommendation = models.CharField(max_length=60)
    recommended_last = models.DateField(help_text="The last day that the recommendation's date can mean.")
    government = models.CharField(max_length=20)
    direction = WordField(words.Direction, null=True, help_text="Nothing where it undoes another effect.")
    undoes = models.CharField(max_length=60, null=True, help_text="Key of the effect that it undoes.")
    undoes_action = models.CharField(max_length=60, null=True)
    sign = models.SmallIntegerField(help_text="+1 toward the recommendation, -1 against it, 0 neither.")
    earlier = WordField(words.Earlier)
    in_place = models.BooleanField(help_text="Already in place when recommended: earlier, and fulfils or partly fulfils.")
    ended_on = models.DateField(null=True, help_text="In place no longer from this day; nothing where no end is on record.")
    reasoning = models.TextField()
    corroboration = WordField(words.Corroboration)
    supports = models.PositiveSmallIntegerField(help_text="Citations for the action.")
    disputes = models.PositiveSmallIntegerField(help_text="Citations against the action.")
    disputed = models.BooleanField()
    claimed_by = ArrayField(models.CharField(max_length=600))
    runs_as_formula = formulas_in("key", "action", "action_title", "recommendation", "government", "undoes", "reasoning", joined("claimed_by"))

    class Meta(Row.Meta):
        """Oldest first."""

        db_table = '"editions"."effect"'
        ordering = ["first_day", "key"]
        indexes = [
            models.Index(fields=["key"], name="effect_key"),
            models.Index(fields=["recommendation", "government"], name="effect_recommendation"),
            models.Index(fields=["action"], name="effect_action"),
            models.Index(fields=["government"], name="effect_government"),
            models.Index(fields=["first_day", "key"], name="effect_oldest_now", condition=Q(known_to=None)),
        ]

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """Action and recommendation both there by then for certain."""
        return Q(last_day__lte=day, recommended_last__lte=day)

    @classmethod
    def in_place_on(cls, day: dt.date) -> Q:
        """Already in place on a day: :func:`tracker.rules.order.already_in_place`, for a query."""
        toward = Q(earlier=words.Earlier.YES.value, direction__in=[words.Direction.FULFILS.value, words.Direction.PARTLY_FULFILS.value])
        return toward & (Q(ended_on=None) | Q(ended_on__gt=day))


class AssessmentEdition(Row):
    """An assessment, whoever's; ``effective_day`` is the first day on which it can hold."""

    key = models.CharField(max_length=60)
    recommendation = models.CharField(max_length=60)
    government = models.CharField(max_length=20)
    status = WordField(words.Status)
    effective_on = models.CharField(max_length=10, null=True)
    effective_day = models.DateField()
    sequence = models.PositiveSmallIntegerField(help_text="Place in the succession of the addressee's assessments, from 1.")
    supersedes = models.CharField(max_length=60, null=True)
    superseded_by = models.CharField(max_length=60, null=True)
    rationale = models.TextField()
    confidence = WordField(words.Confidence)
    corroboration = WordField(words.Corroboration)
    assessor_kind = WordField(words.AssessorKind)
    assessor = models.CharField(max_length=300)
    source_status = models.CharField(max_length=200)
    note = models.TextField()
    searches = models.JSONField(help_text="key, searched_on, searched_by, where, languages, looked_for, found, limits.")
    positions = models.JSONField(help_text="key, answer, on, statement, said_by, citations.")
    replies = models.JSONField(help_text="key, said_by, on, words, language, note, citations.")
    departure = models.TextField(help_text="Why the status is not the one that the rule proposes; empty where it is.")
    actions = ArrayField(models.CharField(max_length=60), help_text="Keys of the actions that it rests on: those with which it shares a citation.")
    supports = models.PositiveSmallIntegerField()
    disputes = models.PositiveSmallIntegerField()
    disputed = models.BooleanField()
    claimed_by = ArrayField(models.CharField(max_length=600))
    provenance = WordField(words.Provenance)
    runs_as_formula = formulas_in(
        "key",
        "recommendation",
        "government",
        "supersedes",
        "superseded_by",
        "rationale",
        "departure",
        "assessor",
        "source_status",
        joined("actions"),
        joined("claimed_by"),
    )

    class Meta(Row.Meta):
        """In succession."""

        db_table = '"editions"."assessment"'
        ordering = ["recommendation", "government", "assessor_kind", "sequence"]
        indexes = [
            models.Index(fields=["recommendation", "government"], name="assessment_recommendation"),
            models.Index(fields=["key"], name="assessment_key"),
        ]

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """In effect by then."""
        return Q(effective_day__lte=day)


class CitationEdition(Row):
    """A citation serving one record: a document's passage with the stance that it takes there."""

    record_kind = models.CharField(max_length=40, help_text="recommendation, action or assessment.")
    record_key = models.CharField(max_length=60)
    government = models.CharField(max_length=20, help_text="Whose act or case the record is; empty for a recommendation.")
    told_from = models.DateField(help_text="The first day on which the record is there, and what the citation tells of it.")
    citation = models.CharField(max_length=60)
    stance = WordField(words.Stance)
    inherited = models.BooleanField(
        help_text="Disputes an action that the assessment rests on, or a party's legal status, rather than the record by its own list."
    )
    corroboration = WordField(words.Corroboration)
    locator = models.CharField(max_length=200)
    says = models.TextField()
    exact = models.TextField()
    prefix = models.CharField(max_length=300)
    suffix = models.CharField(max_length=300)
    document = models.CharField(max_length=60)
    document_title = models.CharField(max_length=502, help_text="In [square brackets] where it is a description.")
    document_title_is_description = models.BooleanField()
    document_kind = WordField(words.DocumentKind)
    published_year = models.PositiveSmallIntegerField(null=True, help_text="Of the last day that the document's date can mean.")
    publisher = models.CharField(max_length=300)
    author = models.CharField(max_length=300)
    published_on = models.CharField(max_length=10, null=True)
    language = models.CharField(max_length=12)
    url = models.CharField(max_length=1000)
    interest = WordField(words.Interest)
    stake = models.CharField(max_length=500)
    snapshot = models.CharField(max_length=64, null=True, help_text="SHA-256 of the archived copy that was read, or of the newest one held.")
    runs_as_formula = formulas_in(
        "citation",
        "record_key",
        "says",
        "exact",
        "prefix",
        "suffix",
        "locator",
        "snapshot",
        "document",
        "document_title",
        "author",
        "publisher",
        "language",
        "stake",
        "url",
    )

    class Meta(Row.Meta):
        """By record, what supports before what disputes, then context, then key."""

        db_table = '"editions"."citation"'
        ordering = ["record_kind", "record_key", "-stance", "citation"]
        indexes = [
            models.Index(fields=["record_kind", "record_key"], name="citation_record"),
            models.Index(fields=["document"], name="citation_document"),
            models.Index(fields=["citation", "id"], name="citation_citation"),
        ]

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """Of records that are there by then."""
        return Q(told_from__lte=day)

    @property
    def voice(self) -> str:
        """Who speaks in it, for lists of names: the publisher, or the author where no publisher is known; the document where neither is."""
        return self.publisher or self.author or self.document_title


class PassageEdition(Row):
    """A text of a record that search looks through, letter for letter as it stands in the published body (tracker/editions/passages.py)."""

    kind = models.CharField(max_length=40, help_text="Of what is found: document, recommendation or action.")
    key = models.CharField(max_length=60, help_text="Of what is found.")
    record_kind = models.CharField(max_length=40, help_text="Where the text stands: the same, or an assessment or action that bears on it.")
    record_key = models.CharField(max_length=60)
    part = models.CharField(max_length=40, help_text="What the text is there: title, statement, quotation, reply and so on.")
    document = models.CharField(max_length=60, help_text="Key of the document that a citation cites; empty for other texts.")
    stance = WordField(words.Stance, null=True, help_text="Of a citation; nothing for other texts.")
    said_by = models.CharField(max_length=300, help_text="Who says it, of a reply, a position, a party's legal status or a moved deadline.")
    language = models.CharField(max_length=12, help_text="BCP 47 tag; empty for what is in none.")
    config = models.CharField(max_length=40, help_text="The configuration of full-text search under which it is read.")
    weight = models.CharField(max_length=1, help_text="A, B, C or D, in the order of what is found.")
    told_from = models.DateField(null=True, help_text="The first day on which it may be found; nothing where it is undated.")
    text = models.TextField()
    search = models.GeneratedField(
        expression=Func("config", "weight", "text", function="editions.in_words", output_field=SearchVectorField()),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta(Row.Meta):
        """By what is found."""

        db_table = '"editions"."passage"'
        ordering = ["kind", "key", "weight", "id"]
        indexes = [models.Index(fields=["kind", "key"], name="passage_found"), GinIndex(fields=["search"], name="passage_search")]

    @classmethod
    def holds_on(cls, day: dt.date) -> Q:
        """What may be told by then."""
        return Q(told_from=None) | Q(told_from__lte=day)


class TranslationEdition(Row):
    """A text of a published record in another language, with who translated it and how."""

    record_kind = models.CharField(max_length=40, help_text="document, recommendation, action or assessment.")
    record_key = models.CharField(max_length=60)
    text = models.CharField(max_length=40, help_text="Which text of the record: its name in the body.")
    language = models.CharField(max_length=12)
    kind = WordField(words.TranslationKind)
    words = models.TextField()
    translates = models.TextField(help_text="The original as it was translated.")
    outdated = models.BooleanField(help_text="Whether the record's text is another than that.")
    translator = models.CharField(max_length=300)
    checked_by = models.CharField(max_length=300, help_text="Who read it against the original; empty where nobody did.")
    url = models.CharField(max_length=1000, help_text="Where an official one can be read.")
    locator = models.CharField(max_length=200)

    class Meta(Row.Meta):
        """By record, text and language."""

        db_table = '"editions"."translation"'
        ordering = ["record_kind", "record_key", "text", "language"]
        indexes = [models.Index(fields=["record_kind", "record_key"], name="translation_record")]


READING_TABLES: list[type[Row]] = [
    GovernmentEdition,
    MembershipEdition,
    DocumentEdition,
    RecommendationEdition,
    AddresseeEdition,
    ActionEdition,
    EffectEdition,
    AssessmentEdition,
    CitationEdition,
    PassageEdition,
    TranslationEdition,
]

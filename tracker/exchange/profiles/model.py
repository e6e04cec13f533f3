"""What a profile says, as data: frozen, made of plain values, the same after it was written as TOML and read again.

Fields carry the names of the package's columns (:mod:`tracker.exchange.schema`), so that the vocabulary is one. What each key means is said once,
in :mod:`tracker.exchange.profiles.keys`, from which a profile is validated and the reference is written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Protocol

PACKAGE = "package"
"""The profile that reads our own data packages: a folder, its zip or its CSV files (:func:`tracker.exchange.files.read`)."""


class Numbered(Protocol):
    """A record of a table: its row as a spreadsheet counts it, and its values by column."""

    @property
    def number(self) -> int:
        """The row."""

    @property
    def values(self) -> Mapping[str, Any]:
        """By column."""


class Rows(Protocol):
    """A table as :mod:`tracker.exchange.tables` opens it: it can be gone through more than once."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns, in their order."""

    def __iter__(self) -> Iterator[Any]:
        """Numbered records."""


class Why(Enum):
    """What a mistake in a profile breaks, for those who say it in other words than the TOML's."""

    AS_IT_SAYS = auto()
    IN_THE_TEXT = auto()  # only a hand that writes the TOML makes it
    NOTHING_TAKEN = auto()
    SOURCE_INCOMPLETE = auto()
    WITHOUT_KEY = auto()
    KEY_AND_REFERENCE = auto()
    WITHOUT_RECOMMENDATION = auto()
    WITHOUT_GOVERNMENT = auto()
    WITHOUT_ACTION = auto()
    WITHOUT_ITS_FIELD = auto()
    WITHOUT_WHAT_WAS_DONE = auto()
    WITHOUT_ITS_MAKER = auto()
    WITHOUT_ITS_DATE = auto()
    NOT_UNITED = auto()
    NOT_A_WORD = auto()


@dataclass(frozen=True)
class Mistake:
    """Something that is wrong with a profile: the key of the TOML at which it is mended, and the rest of a sentence that begins with it.

    ``why`` is the rule that it breaks, ``value`` what stands there and is refused.
    """

    key: str
    says: str
    why: Why = Why.AS_IT_SAYS
    value: str = ""

    def __str__(self) -> str:
        """The sentence, for whoever writes TOML."""
        return f"{self.key}: {self.says}" if self.key else self.says


class ProfileError(Exception):
    """A profile that cannot be used; ``problems`` holds every reason, each a sentence that names the key of the TOML."""

    def __init__(self, problems: Iterable[str | Mistake]) -> None:
        """Take the reasons in the order of the file."""
        self.problems = list(dict.fromkeys(map(str, problems)))
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class FileRules:
    """How the file is read: the options of :class:`tracker.exchange.tables.Options`, under the same names. Empty or None: guessed."""

    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    records: str = ""
    header: bool | None = None
    skip: int | None = None

    @property
    def options(self) -> dict[str, Any]:
        """As keyword arguments of ``tables.Options``; without ``format`` where that is the package."""
        return {**vars(self), "format": "" if self.format == PACKAGE else self.format}


@dataclass(frozen=True)
class FieldRule:
    """How one field is read out of a record.

    Exactly one of ``column``, ``columns``, ``path`` and ``constant`` says where the value comes from; the others say what is done with it, in
    this order: values that mean nothing are dropped, HTML becomes text, a list is split, a look-up and a map are applied, a date is read.
    """

    column: str = ""
    columns: tuple[str, ...] = ()
    path: str = ""
    constant: str = ""
    default: str = ""
    split: tuple[str, ...] = ()
    join: str = ""
    map: Mapping[str, str] = field(default_factory=dict)
    lookup: str = ""
    formats: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    serial: str = ""
    html: bool = False
    required: bool = False
    empty: tuple[str, ...] = ()

    @property
    def may_hold_several(self) -> bool:
        """Whether one row may have several values of it: in a cell that is split, or at the end of a path through lists."""
        return bool(self.split or self.path)

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns of the file that it reads; of a path, its first step."""
        if self.path:
            return (self.path.split(".")[0],)
        return (self.column,) if self.column else self.columns


@dataclass(frozen=True)
class Condition:
    """Something a row is or is not: all that is given must hold."""

    column: str
    equals: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    contains: str = ""
    empty: bool | None = None


@dataclass(frozen=True)
class Heading:
    """A row that heads those below it: where it is one, its text is to be had below as a column of its own."""

    when: tuple[Condition, ...]
    column: str
    name: str


@dataclass(frozen=True)
class Join:
    """A second file, joined by key: its columns are to be had as ``name.Column``."""

    name: str
    key: tuple[str, ...]
    other_key: tuple[str, ...]
    file: FileRules = FileRules()


@dataclass(frozen=True)
class RowRules:
    """Which rows count, and which belong together."""

    skip: tuple[Condition, ...] = ()
    only: tuple[Condition, ...] = ()
    headings: tuple[Heading, ...] = ()
    unite: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """The document that the file is. Every imported record cites it; ``fields`` are columns of documents.csv, without the key.

    ``prefix`` None: the keys of its records begin with its own; empty: with nothing but what the file has.
    """

    key: str = ""
    prefix: str | None = None
    locator: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def refers_only(self) -> bool:
        """Whether the document is on the site already, so that only its key is named."""
        return "title" not in self.fields


@dataclass(frozen=True)
class GovernmentRules:
    """How this file names governments: names of its own, or one government for the whole file."""

    all: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordRules:
    """What one row yields of one kind: the columns that make it unique, and how each field is read."""

    kind: str
    key: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    serves: tuple[str, ...] = ()
    fields: Mapping[str, FieldRule] = field(default_factory=dict)


@dataclass(frozen=True)
class Profile:
    """How a file becomes records."""

    name: str
    title: str = ""
    description: str = ""
    file: FileRules = FileRules()
    source: Source = Source()
    governments: GovernmentRules = GovernmentRules()
    rows: RowRules = RowRules()
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    records: Mapping[str, RecordRules] = field(default_factory=dict)

    @property
    def is_package(self) -> bool:
        """Whether it reads our own data packages, which say everything themselves."""
        return self.file.format == PACKAGE

    def may_name_several(self, kind: str) -> bool:
        """Whether one row may name several governments as those of a kind of record."""
        rule = self.records[kind].fields.get("government") if kind in self.records else None
        return rule is not None and rule.may_hold_several

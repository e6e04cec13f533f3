"""A profile drafted from a table's columns, and one made of what staff chose for each column in the admin."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.exchange.profiles.governments import Governments
from tracker.exchange.profiles.model import FileRules, GovernmentRules, Profile, RowRules, Source

_FILE, _SOURCE, _GOVERNMENTS, _ROWS = FileRules(), Source(), GovernmentRules(), RowRules()


@dataclass(frozen=True)
class Seen:
    """A column as the builder shows it: its name, some values of it, how it was guessed to be."""

    name: str
    values: Sequence[object] = ()


@dataclass(frozen=True)
class Choice:
    """What one column of the file becomes: a field of a kind of record ("assessment", "status"), and how it is read.

    ``is_key``: it is one of the columns that make the kind's records unique. A column may be chosen for several fields.
    """

    column: str
    kind: str
    field: str = ""
    split: str = ""
    map: Mapping[str, str] = dataclasses.field(default_factory=dict)
    formats: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    serial: str = ""
    html: bool = False
    is_key: bool = False


def profile_of(
    name: str,
    choices: Iterable[Choice],
    *,
    constants: Mapping[tuple[str, str], str] | None = None,
    title: str = "",
    description: str = "",
    file: FileRules = _FILE,
    source: Source = _SOURCE,
    governments: GovernmentRules = _GOVERNMENTS,
    rows: RowRules = _ROWS,
) -> Profile:
    """The profile that these choices make; ``constants`` gives fields the same value in every row. Raises :class:`ProfileError`."""
    raise NotImplementedError


def guess_profile(columns: Iterable[Seen], governments: Governments, *, name: str = "draft", file: FileRules = _FILE) -> list[Choice]:
    """What each column probably is, by its name and its values; a column of which nothing is known is left out."""
    raise NotImplementedError


def fields_of(kind: str) -> list[tuple[str, str]]:
    """The fields that a kind of record has, each with what it holds, for a list to choose from."""
    raise NotImplementedError

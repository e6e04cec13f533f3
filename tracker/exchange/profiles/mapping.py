"""Records of a table as rows of the package, by a profile: each knows the row and the columns that it came from."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tracker.exchange.files import Problem, Row
from tracker.exchange.profiles.governments import Governments
from tracker.exchange.profiles.model import Profile, Rows


@dataclass
class MappedRow(Row):
    """A row of a package's file that came out of somebody's table. Its problems name the row and the column of that table.

    ``line`` is the first source row, ``rows`` all that it was made of; ``sources`` names the source column of each package column that has one, and
    ``raw`` what stood there. ``only_new``: where the site has a record of this key, that one stays as it is (kinds of measure, themes).
    """

    rows: tuple[int, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    only_new: bool = False


@dataclass(frozen=True)
class Group:
    """What one source row yields. ``row`` is 0 for what the file as a whole yields: its document and the constant kinds of measure."""

    row: int
    records: list[MappedRow]
    problems: list[Problem]


@dataclass
class Unknown:
    """A government that a file names and that could not be resolved."""

    name: str
    count: int = 0
    rows: list[int] = field(default_factory=list)  # the first few
    known: str = ""  # the ISO code of a country that is not on this site yet
    candidates: tuple[str, ...] = ()  # what an ambiguous name may mean
    suggestions: list[tuple[str, str]] = field(default_factory=list)  # (code, name) of governments of this site


@dataclass
class Duplicate:
    """A row that says nothing that an earlier one did not."""

    row: int
    first: int
    key: str


class MappedFile:
    """Iterable, once or again: a :class:`Group` for each source row that yields anything or has a problem.

    What is gathered grows while it is gone through and is whole at the end: ``read`` rows, ``counts`` of records by resource, ``unknown`` governments
    by name, ``skipped`` rows by reason with the first of them, ``duplicates``, and ``raw`` values by field ("assessment.status") with what they became
    and how often.
    """

    read: int
    counts: Counter[str]
    unknown: dict[str, Unknown]
    skipped: dict[str, list[int]]
    skipped_counts: Counter[str]
    duplicates: list[Duplicate]
    raw: dict[str, dict[str, tuple[str, int]]]

    def __iter__(self) -> Iterator[Group]:
        raise NotImplementedError


def map_records(
    profile: Profile,
    table: Rows,
    governments: Governments,
    *,
    chosen: Mapping[str, str] | None = None,
    joined: Mapping[str, Rows] | None = None,
) -> MappedFile:
    """Go through a table by a profile. ``chosen`` maps names of governments as the file writes them to codes.

    Raises :class:`ProfileError` where the profile names a column that the table does not have, or a second file that is not given.
    """
    raise NotImplementedError

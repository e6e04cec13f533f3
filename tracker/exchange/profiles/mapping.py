"""Records of a table as rows of the package, by a profile: each knows the row and the columns that it came from.

Which rows count and which belong together is decided here; what one of them yields, in :mod:`tracker.exchange.profiles.yielding`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.exchange.files import Problem
from tracker.exchange.profiles.borne_out import BorneOut
from tracker.exchange.profiles.checking import missing_columns
from tracker.exchange.profiles.deriving import Deriving
from tracker.exchange.profiles.governments import Governments
from tracker.exchange.profiles.kinds import plain
from tracker.exchange.profiles.model import Profile, ProfileError, Rows
from tracker.exchange.profiles.named import Named
from tracker.exchange.profiles.reading import Getter, Test, Unreadable, Values, getter, key_text
from tracker.exchange.profiles.rows import Filler, MappedRow, problem_at
from tracker.exchange.profiles.taking import KindReader, reference_of
from tracker.exchange.profiles.yielding import RowMaker
from tracker.exchange.schema import BY_NAME
from tracker.exchange.tables import limits

SHOWN_ROWS = 10
"""Rows that are named of each unknown government, skipped row and the like."""
MOST_SUGGESTED = 300
"""Unknown names for which close ones are looked for: a wrong column would have thousands."""
MOST_DUPLICATES = 10_000
MOST_LEFT_OUT = 200
"""Values that mean nothing which are told one by one."""
MOST_UNKNOWN = 10_000
"""Unknown names that are told apart; the rest is counted."""
LONGEST_NAME = 300
"""Characters of an unknown name that are kept: what is longer is no government's name."""

__all__ = ["Duplicate", "Group", "MappedFile", "MappedRow", "Unknown", "map_records"]


@dataclass(frozen=True)
class Group:
    """What one source row yields. ``row`` is 0 for what the file as a whole yields: its document. ``of``: the recommendation that it speaks of."""

    row: int
    records: list[MappedRow]
    problems: list[Problem]
    of: str = ""


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
class LeftOut:
    """A value of a field that means nothing, as the profile or somebody here said: how often it stands in the file, and in which rows first."""

    about: str
    value: str
    count: int = 0
    rows: list[int] = field(default_factory=list)


@dataclass
class Joined:
    """A second file by key, and what of the two files has nothing in the other: told at the end of the first one."""

    name: str
    getters: list[Getter]
    index: dict[tuple[str, ...], dict[str, Any]]
    first: dict[tuple[str, ...], int]  # the row in which each key stands
    met: set[tuple[str, ...]] = field(default_factory=set)
    without: int = 0  # rows of the first file that have none in the second
    rows: list[int] = field(default_factory=list)  # the first of them

    def key_of(self, values: Values) -> tuple[str, ...]:
        """What the second file is looked up by."""
        return tuple(plain(key_text(get(values))) for get in self.getters)

    def note(self, number: int, values: Values) -> None:
        """A row of the first file counts: whether it has one in the second."""
        if (key := self.key_of(values)) in self.index:
            self.met.add(key)
            return
        self.without += 1
        if len(self.rows) < SHOWN_ROWS:
            self.rows.append(number)

    def forget(self) -> None:
        """Before the first file is gone through again."""
        self.met, self.without, self.rows = set(), 0, []

    @property
    def unmet(self) -> list[int]:
        """The rows of the second file whose key no row of the first has."""
        return sorted(row for key, row in self.first.items() if key not in self.met)


@dataclass(frozen=True)
class Duplicate:
    """A row that says nothing that an earlier one did not; ``merged`` where its values were put together with those of the first."""

    row: int
    first: int
    key: str
    merged: bool = False


class MappedFile:
    """Iterable, once or again: a :class:`Group` for each source row that yields anything or has a problem.

    What is gathered grows while it is gone through and is whole at the end: ``read`` rows, ``counts`` of records by resource, ``unknown`` governments
    by name (in how many cells others stand, beyond the most that are told apart: ``unknown_beyond``),
    ``skipped`` rows by reason (how many: ``skipped_counts``; the first of them: ``skipped``), ``duplicates``, ``not_the_staffs``: rows whose verdict
    the profile gives to the staff and that stays the source's, for want of a date or of evidence, and ``left_out``: values that mean nothing, by
    field and value; ``unsure``: references of recommendations of which not all that the file says could be read; ``refused``: rows with a problem.
    """

    def __init__(
        self, profile: Profile, table: Rows, governments: Governments, joined: Mapping[str, Rows], *, named: Named, borne_out: BorneOut, language: str
    ) -> None:
        """Use :func:`map_records`."""
        self.profile, self.table, self.joined = profile, table, joined
        self.governments, self.named, self.borne_out = governments, named, borne_out
        self.deriving = Deriving(profile, language)
        self.fillers = {name: Filler(resource) for name, resource in BY_NAME.items()}
        self._joins: list[Joined] | None = None
        self._forget()
        self._join_problems: list[Problem] = []
        self._united: dict[int, tuple[tuple[int, ...], dict[str, list[str]]]] | None = None
        self._skip = [Test(condition) for condition in profile.rows.skip]
        self._only = [Test(condition) for condition in profile.rows.only]
        self._headings = [
            ([Test(condition) for condition in heading.when], getter(heading.column), heading.name) for heading in profile.rows.headings
        ]

    def _forget(self) -> None:
        self.read = 0
        self.counts: Counter[str] = Counter()
        self.unknown: dict[str, Unknown] = {}
        self.unknown_beyond = 0
        self.skipped: dict[str, list[int]] = {}
        self.skipped_counts: Counter[str] = Counter()
        self.duplicates: list[Duplicate] = []
        self.not_the_staffs: list[int] = []
        self.left_out: dict[tuple[str, str], LeftOut] = {}
        self.unsure: set[str] = set()
        self.refused: set[int] = set()
        for join in self._joins or ():
            join.forget()
        self._names_unknown_in = 0  # the last row in which a government is not known
        self.seen: dict[int, int] = {}

    def __iter__(self) -> Iterator[Group]:
        """Go through the file, from its beginning."""
        self._forget()
        if self._joins is None:
            self._joins = list(self._read_joins())
        if self.profile.rows.unite and self._united is None:
            self._united = self._unite()
        kinds = {name: KindReader(self.profile, rules, self.governments) for name, rules in self.profile.records.items()}
        first = RowMaker(self, {}, 0, {})
        first.source_document()
        yield self._group(first, self._join_problems)
        for number, values in self._rows(counting=True):
            row = RowMaker(self, kinds, number, values)
            try:
                row.make()
            except ValueError as error:  # a record within the record where a key should stand
                row.problems.append(problem_at([number], "", str(error), about="recommendation.key"))
            if row.problems:
                self.refused.add(number)
            if row.problems or self._names_unknown_in == number:
                self.unsure.add(row.of)
            if row.records or row.problems:
                yield self._group(row)
            elif row.met and len(self.duplicates) < MOST_DUPLICATES:
                self.duplicates.append(Duplicate(number, row.first, row.reference or row.document, len(row.rows) > 1))

    def _group(self, row: RowMaker, more: list[Problem] | None = None) -> Group:
        for record in row.records:
            self.counts[record.resource.name] += 1
        return Group(row.number, row.records, [*row.problems, *(more or ())], row.of)

    def _rows(self, *, counting: bool) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows that count, with the headings above them and what is joined to them."""
        heads: dict[str, str] = {}
        for record in self.table:
            values = record.values
            if counting:
                self.read += 1
            if (
                self._headings
                and (place := next((at for at, (tests, _get, _name) in enumerate(self._headings) if all(test(values) for test in tests)), -1)) >= 0
            ):
                for _tests, _get, name in self._headings[place:]:
                    heads.pop(name, None)
                heads[self._headings[place][2]] = key_text(self._headings[place][1](values))
                self._pass_over("heading of those below it", record.number, counting)
                continue
            if heads or self._joins:
                values = {**values, **heads}
                for join in self._joins or ():
                    values.update(join.index.get(join.key_of(values), ()))
            if reason := self._reason_to_skip(values):
                self._pass_over(reason, record.number, counting)
                continue
            for join in self._joins or () if counting else ():
                join.note(record.number, values)
            yield record.number, values  # type: ignore[misc]

    def _reason_to_skip(self, values: Values) -> str:
        for test in self._skip:
            if test(values):
                return test.said
        for test in self._only:
            if not test(values):
                return f"not: {test.said}"
        if not any(value not in (None, "") for value in values.values()):
            return "empty row"
        return ""

    def _pass_over(self, reason: str, number: int, counting: bool) -> None:
        if counting:
            self.skipped_counts[reason] += 1
            if len(shown := self.skipped.setdefault(reason, [])) < SHOWN_ROWS:
                shown.append(number)

    @property
    def joins(self) -> list[Joined]:
        """The second files, once the first was gone through."""
        return self._joins or []

    def _read_joins(self) -> Iterator[Joined]:
        """Second files, whole and by key: they are the small ones."""
        for join in self.profile.joins:
            index: dict[tuple[str, ...], dict[str, Any]] = {}
            first: dict[tuple[str, ...], int] = {}
            others = [getter(column) for column in join.other_key]
            left = limits.JOINED_CHARACTERS
            for record in self.joined[join.name]:
                left -= sum(len(value if isinstance(value, str) else repr(value)) for value in record.values.values())
                if left < 0:
                    most = f"{limits.JOINED_CHARACTERS:,} characters, which is the most that a joined file may"
                    raise ProfileError(
                        [f"join.{join.name}: the second file has more than {most}; make the larger file the first, or leave out columns."]
                    )
                key = tuple(plain(key_text(get(record.values))) for get in others)
                if not any(key):
                    continue
                if key in index:
                    rest = f"has the key of row {first[key]} again; that row is taken."
                    self._join_problems.append(problem_at([record.number], f"file {join.name}", rest, about=f"join.{join.name}"))
                    continue
                index[key], first[key] = {f"{join.name}.{column}": value for column, value in record.values.items()}, record.number
            yield Joined(join.name, [getter(column) for column in join.key], index, first)

    def _unite(self) -> dict[int, tuple[tuple[int, ...], dict[str, list[str]]]]:
        """A first time through the file: the rows of each recommendation that has several, and their values put together."""
        rules = self.profile.records["recommendation"]
        kind = KindReader(self.profile, rules, self.governments)
        names = [place.partition(".")[2] for place in self.profile.rows.unite]
        once: dict[int, tuple[int, list[list[str]]]] = {}
        several: dict[int, tuple[tuple[int, ...], dict[str, list[str]]]] = {}
        for number, values in self._rows(counting=False):
            try:
                if not kind.applies(values) or not (reference := reference_of(kind, values, self.profile.source)):
                    continue
                statement = kind.by_name["statement"].one(values)[0]
                items = [kind.by_name[name].items(values)[0] for name in names]
            except (Unreadable, ValueError):
                continue  # told when the row is read
            mark = hash((reference, statement))
            if mark in several:
                rows, united = several[mark]
                several[mark] = ((*rows, number), united)
            elif mark in once:
                first, theirs = once[mark]
                united = dict(zip(names, theirs, strict=True))
                several[mark] = ((first, number), united)
            else:
                once[mark] = (number, items)
                continue
            for name, more in zip(names, items, strict=True):
                united[name] = list(dict.fromkeys([*united[name], *more]))
        return several

    def leave_out(self, about: str, value: str, number: int) -> None:
        """Note that a value means nothing, as somebody said, so that its row loses what it says."""
        left = self.left_out.get((about, value))
        if left is None:
            if len(self.left_out) >= MOST_LEFT_OUT:
                return
            left = self.left_out[about, value] = LeftOut(about, value)
        left.count += 1
        if len(left.rows) < SHOWN_ROWS:
            left.rows.append(number)

    def united(self, reference: str, statement: str) -> tuple[tuple[int, ...], dict[str, list[str]]]:
        """The rows of a recommendation that several rows make, and their values together; nothing for one row."""
        return (self._united or {}).get(hash((reference, statement)), ((), {}))

    def government(self, name: str, number: int, about: str = "addressee.government") -> str:
        """The code that a name means; empty where it is left out and, kept among the unknown, where there is none."""
        found = self.governments.find(name)
        if found.left_out:
            self.leave_out(about, name, number)
        if found.code or found.left_out:
            return found.code
        self._names_unknown_in = number
        name = name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"
        unknown = self.unknown.get(name)
        if unknown is None and len(self.unknown) >= MOST_UNKNOWN:
            self.unknown_beyond += 1
            return ""
        if unknown is None:
            close = self.governments.suggest(name) if not (found.known or found.candidates) and len(self.unknown) < MOST_SUGGESTED else []
            unknown = self.unknown[name] = Unknown(name, 0, [], found.known, found.candidates, close)
        unknown.count += 1
        if len(unknown.rows) < SHOWN_ROWS:
            unknown.rows.append(number)
        return ""


def map_records(
    profile: Profile,
    table: Rows,
    governments: Governments,
    *,
    named: Named | None = None,
    borne_out: BorneOut | None = None,
    language: str = "",
    chosen: Mapping[str, str] | None = None,
    joined: Mapping[str, Rows] | None = None,
) -> MappedFile:
    """Go through a table by a profile. ``chosen`` maps names of governments as the file writes them to codes, or to ``LEFT_OUT``.

    ``named`` are the themes and kinds of measure that are here already, ``borne_out`` the passages of the file's document; without them there are
    none. ``language``: that of the file's document, where it is here already and the profile has no more of it than its key.

    Raises :class:`ProfileError` where the profile names a column that the table does not have, or a second file that is not given.
    """
    others = dict(joined or {})
    problems = [f"join.name: the second file “{join.name}” is not given; give it with this one." for join in profile.joins if join.name not in others]
    problems += missing_columns(profile, list(table.columns), {name: list(other.columns) for name, other in others.items()})
    known = governments.with_aliases({**profile.governments.aliases, **(chosen or {})})
    if profile.governments.all and not known.resolve(profile.governments.all):
        problems.append(f"governments.all: “{profile.governments.all}” is no government of this site; add it there, or name another one.")
    if problems:
        raise ProfileError(problems)
    return MappedFile(profile, table, known, others, named=named or Named(), borne_out=borne_out or BorneOut(), language=language)

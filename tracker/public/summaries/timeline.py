"""The timeline: a lane an addressee, with everything that was done, said and found about it on one axis."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.editions.tables import AddresseeEdition, AssessmentEdition, EffectEdition, RecommendationEdition
from tracker.public import lanes
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import AssessorKind, Direction, Earlier, Status

Pair = tuple[str, str]
FAR_RIGHT = 60
"""Per cent of the width beyond which words about a line stand to its left."""


@dataclass(frozen=True)
class Source:
    """An addressee with the rows that its lane is drawn from, all as they may be told at the clocks; ``periods`` from the oldest."""

    addressee: AddresseeEdition
    recommendation: RecommendationEdition
    effects: Sequence[EffectEdition] = ()
    assessments: Sequence[AssessmentEdition] = ()
    periods: Sequence[AddresseeEdition] = ()


@dataclass(frozen=True)
class Entry:
    """Something in a lane: ``kind`` is effect, position, verdict, deadline or moved; ``of`` the row or part that says it."""

    kind: str
    on: str
    of: Any
    by: str = ""
    ended_on: dt.date | None = None

    @property
    def first(self) -> dt.date:
        """The first day that its date can mean; not for what is undated."""
        return PartialDate(self.on).first

    @property
    def last(self) -> dt.date:
        """The last day that its date can mean; not for what is undated."""
        return PartialDate(self.on).last

    @property
    def is_earlier(self) -> bool:
        """Whether it is an action dated before the recommendation: never uptake."""
        return self.kind == "effect" and self.of.earlier == Earlier.YES

    @property
    def is_in_place(self) -> bool:
        """Whether it is an action that was in place already."""
        return self.kind == "effect" and self.of.in_place

    @property
    def is_unsure(self) -> bool:
        """Whether it is an action whose order to the recommendation is not known."""
        return self.kind == "effect" and self.of.earlier == Earlier.UNKNOWN


@dataclass(frozen=True)
class Period:
    """A status from ``since``, drawn from ``x``, ``width`` long."""

    addressee: AddresseeEdition
    x: str
    width: str


@dataclass(frozen=True)
class Lane:
    """An addressee with its recommendation's date (a line, or the range of a partial one), its statuses over time, and what is dated.

    ``undated`` has no place on the axis: verdicts of others of which no day is on record. ``headed`` and ``footed``: whether the date of
    the recommendation is written above it and the years below.
    """

    addressee: AddresseeEdition
    recommendation: RecommendationEdition
    issue_x: str
    issue_width: str
    issue_at_end: bool
    periods: list[Period]
    entries: list[tuple[Entry, lanes.Spot]]
    undated: list[Entry]
    laid: lanes.Laid
    headed: bool
    footed: bool

    @property
    def rows(self) -> list[Any]:
        """Every row whose texts the lane shows."""
        return [self.addressee, *(entry.of for entry, _spot in self.entries if entry.kind == "effect")]

    @property
    def in_order(self) -> list[tuple[str, Any]]:
        """What the table says, oldest first: the record, what is dated, and each status from its first day; a date's range counts from its start.

        Pairs of "record", "entry" or "period" and what it is. On one day the recommendation stands first and a status last; what is undated
        comes after all.
        """
        told: list[tuple[dt.date, int, str, Any]] = [(self.recommendation.recommended_first, 0, "record", self.recommendation)]
        told += [(entry.first, 1, "entry", entry) for entry, _spot in self.entries]
        told += [(period.addressee.valid_from, 2, "period", period.addressee) for period in self.periods]
        return [(kind, of) for _day, _rank, kind, of in sorted(told, key=lambda each: each[:2])] + [("entry", entry) for entry in self.undated]


@dataclass(frozen=True)
class Timeline:
    """Lanes on one axis."""

    axis: lanes.Axis
    lanes: list[Lane] = field(default_factory=list)

    @property
    def directions(self) -> list[tuple[str | None, int]]:
        """The directions of the actions drawn, in the order of the vocabulary.

        Pairs of direction and sign; steps that undo others have no direction and come last.
        """
        found = {(entry.of.direction, 0 if entry.of.direction else entry.of.sign) for entry in self._entries if entry.kind == "effect"}
        order = [str(direction) for direction in Direction]
        return sorted(found, key=lambda pair: (order.index(str(pair[0])) if pair[0] else len(order), pair[1]))

    @property
    def statuses(self) -> list[Status]:
        """The statuses that the bands show, in the order of the vocabulary."""
        held = {str(period.addressee.status) for lane in self.lanes for period in lane.periods}
        return [status for status in Status if status.value in held]

    @property
    def shown(self) -> set[str]:
        """What else needs a word of explanation: kinds of entries, and how they stand to the recommendation or in time."""
        marks = {
            "earlier": lambda entry: entry.is_earlier,
            "in_place": lambda entry: entry.is_in_place,
            "unsure": lambda entry: entry.is_unsure,
            "range": lambda entry: entry.on and entry.first < entry.last,
            "ended": lambda entry: entry.ended_on,
        }
        return {entry.kind for entry in self._entries} | {name for name, holds in marks.items() if any(holds(entry) for entry in self._entries)}

    @property
    def _entries(self) -> list[Entry]:
        return [entry for lane in self.lanes for entry in (*(entry for entry, _spot in lane.entries), *lane.undated)]


def timeline(clocks: Clocks, addressees: Iterable[AddresseeEdition]) -> Timeline:
    """A lane an addressee, in the order given: four questions, however many."""
    rows = told(addressees, clocks)
    references = {row.recommendation for row in rows}
    among = {"recommendation__in": references, "government__in": {row.government for row in rows}}
    made = {row.reference: row for row in told(clocks.rows(RecommendationEdition).filter(reference__in=references), clocks)}
    effects = _by_pair(told(clocks.rows(EffectEdition).filter(**among), clocks))
    assessments = _by_pair(told(clocks.rows(AssessmentEdition).filter(**among), clocks))
    begun = clocks.said(AddresseeEdition).filter(**among, counted=True, valid_from__lte=clocks.as_of).order_by("valid_from")
    periods = _by_pair(begun)
    pairs = [(row, (row.recommendation, row.government)) for row in rows]
    return drawn(clocks, [Source(row, made[row.recommendation], effects[pair], assessments[pair], periods[pair]) for row, pair in pairs])


def drawn(clocks: Clocks, sources: Sequence[Source], *, close: bool = False) -> Timeline:
    """Lanes on one axis from rows that are at hand.

    ``close`` lanes are of one recommendation and stand below each other: its date is written above the first, the years below the last.
    """
    found = [_entries(source) for source in sources]
    days = [day for source in sources for day in (source.recommendation.recommended_first, source.recommendation.recommended_last)]
    days += [day for entries in found for entry in entries if entry.on for day in (entry.first, entry.last)]
    axis = lanes.axis_of(days, clocks.as_of)
    last = len(sources) - 1
    return Timeline(
        axis,
        [
            _lane(axis, clocks, source, entries, headed=not close or number == 0, footed=not close or number == last)
            for number, (source, entries) in enumerate(zip(sources, found, strict=True))
        ],
    )


def _by_pair(rows: Iterable[Any]) -> dict[Pair, list[Any]]:
    found: dict[Pair, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.recommendation, row.government].append(row)
    return found


def _entries(source: Source) -> list[Entry]:
    """Everything in an addressee's lane, oldest first; what is undated comes last."""
    recommendation = source.recommendation
    found = [Entry("effect", effect.acted_on, effect, ended_on=effect.ended_on) for effect in source.effects]
    for row in source.assessments:
        found += [Entry("position", part["on"], part, part["said_by"]) for part in row.positions]
        if row.assessor_kind != AssessorKind.STAFF:
            found.append(Entry("verdict", row.effective_on or "", row, row.assessor))
    # Without anybody who moved it, it was corrected here and never moved.
    found += [Entry("moved", move["moved_on"], move, move["moved_by"]) for move in recommendation.deadline_moves if move["moved_by"]]
    if recommendation.due_on:
        found.append(Entry("deadline", recommendation.due_on, recommendation))
    return sorted(found, key=lambda entry: (0, entry.first, entry.last, entry.kind) if entry.on else (1, dt.date.max, dt.date.max, entry.kind))


def _lane(axis: lanes.Axis, clocks: Clocks, source: Source, entries: list[Entry], *, headed: bool, footed: bool) -> Lane:
    recommendation = source.recommendation
    dated = [entry for entry in entries if entry.on]
    laid = lanes.lay([(entry.first, entry.last, entry.ended_on) for entry in dated], axis, headed=headed, footed=footed)
    issue_x, issue_width = lanes.stretch(axis, recommendation.recommended_first, recommendation.recommended_last)
    return Lane(
        addressee=source.addressee,
        recommendation=recommendation,
        issue_x=issue_x,
        issue_width=issue_width,
        issue_at_end=axis.place(recommendation.recommended_first) > FAR_RIGHT,
        periods=[Period(row, *lanes.stretch(axis, row.valid_from, min(row.valid_to or clocks.as_of, clocks.as_of))) for row in source.periods],
        entries=list(zip(dated, laid.spots, strict=True)),
        undated=[entry for entry in entries if not entry.on],
        laid=laid,
        headed=headed,
        footed=footed,
    )

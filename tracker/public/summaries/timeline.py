"""The timeline: a lane an addressee, with everything dated about it on one axis."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tracker.editions.tables import AddresseeEdition, AssessmentEdition, EffectEdition, RecommendationEdition
from tracker.public import lanes
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import AssessorKind

Pair = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """Something dated in a lane: ``kind`` is effect, position, verdict, deadline or moved; ``of`` the row or part that says it."""

    kind: str
    on: str
    first: dt.date
    last: dt.date
    of: Any
    by: str = ""
    ended_on: dt.date | None = None


@dataclass(frozen=True)
class Period:
    """A status from ``since``, drawn from ``x``, ``width`` long."""

    addressee: AddresseeEdition
    x: str
    width: str


@dataclass(frozen=True)
class Lane:
    """An addressee with its recommendation's date (a line, or the range of a partial one), its statuses over time, and what is dated."""

    addressee: AddresseeEdition
    recommendation: RecommendationEdition
    issue_x: str
    issue_width: str
    periods: list[Period]
    entries: list[tuple[Entry, lanes.Spot]]
    laid: lanes.Laid

    @property
    def in_order(self) -> list[tuple[str, Any]]:
        """What the table says, oldest first: the record, what is dated, and each status from its first day; a date's range counts from its start.

        Pairs of "record", "entry" or "period" and what it is. On one day the recommendation stands first and a status last.
        """
        told: list[tuple[dt.date, int, str, Any]] = [(self.recommendation.recommended_first, 0, "record", self.recommendation)]
        told += [(entry.first, 1, "entry", entry) for entry, _spot in self.entries]
        told += [(period.addressee.valid_from, 2, "period", period.addressee) for period in self.periods]
        return [(kind, of) for _day, _rank, kind, of in sorted(told, key=lambda each: each[:2])]

    @property
    def rows(self) -> list[Any]:
        """Every row whose texts the lane shows."""
        return [self.addressee, *(entry.of for entry, _spot in self.entries if entry.kind == "effect")]

    @property
    def foot(self) -> int:
        """Where the band of statuses ends, in pixels."""
        return self.laid.band_y + lanes.BAND


def _entry(kind: str, on: str, of: Any, by: str = "", ended_on: dt.date | None = None) -> Entry:
    date = PartialDate(on)
    return Entry(kind, on, date.first, date.last, of, by, ended_on)


def timeline(clocks: Clocks, addressees: Iterable[AddresseeEdition]) -> tuple[lanes.Axis, list[Lane]]:
    """The axis and a lane an addressee, in the order given."""
    rows = told(addressees, clocks)
    references = {row.recommendation for row in rows}
    among = {"recommendation__in": references, "government__in": {row.government for row in rows}}
    made = {row.reference: row for row in told(clocks.rows(RecommendationEdition).filter(reference__in=references), clocks)}
    entries: dict[Pair, list[Entry]] = defaultdict(list)
    for effect in told(clocks.rows(EffectEdition).filter(**among), clocks):
        entries[effect.recommendation, effect.government].append(_entry("effect", effect.acted_on, effect, ended_on=effect.ended_on))
    for row in told(clocks.rows(AssessmentEdition).filter(**among), clocks):
        own = entries[row.recommendation, row.government]
        own += [_entry("position", part["on"], part, part["said_by"]) for part in row.positions if part["on"]]
        if row.assessor_kind != AssessorKind.STAFF and row.effective_on:
            own.append(_entry("verdict", row.effective_on, row, row.assessor))
    periods: dict[Pair, list[AddresseeEdition]] = defaultdict(list)
    for period in clocks.said(AddresseeEdition).filter(**among, counted=True, valid_from__lte=clocks.as_of).order_by("valid_from"):
        periods[period.recommendation, period.government].append(period)
    for row in rows:
        recommendation = made[row.recommendation]
        own = entries[row.recommendation, row.government]
        # Without anybody who moved it, it was corrected here and never moved.
        own += [_entry("moved", move["moved_on"], move, move["moved_by"]) for move in recommendation.deadline_moves if move["moved_by"]]
        if recommendation.due_on:
            own.append(_entry("deadline", recommendation.due_on, recommendation))
        own.sort(key=lambda entry: (entry.first, entry.last, entry.kind))
    days = [day for row in made.values() for day in (row.recommended_first, row.recommended_last)]
    days += [day for row in rows for entry in entries[row.recommendation, row.government] for day in (entry.first, entry.last)]
    axis = lanes.axis_of(days, clocks.as_of)
    return axis, [_lane(axis, clocks, row, made[row.recommendation], entries, periods) for row in rows]


def _lane(
    axis: lanes.Axis,
    clocks: Clocks,
    row: AddresseeEdition,
    recommendation: RecommendationEdition,
    entries: dict[Pair, list[Entry]],
    periods: dict[Pair, list[AddresseeEdition]],
) -> Lane:
    pair = row.recommendation, row.government
    own = entries[pair]
    laid = lanes.lay([(entry.first, entry.last, entry.ended_on) for entry in own], axis)
    issue_x, issue_width = lanes.stretch(axis, recommendation.recommended_first, recommendation.recommended_last)
    band = [Period(period, *lanes.stretch(axis, period.valid_from, min(period.valid_to or clocks.as_of, clocks.as_of))) for period in periods[pair]]
    return Lane(row, recommendation, issue_x, issue_width, band, list(zip(own, laid.spots, strict=True)), laid)

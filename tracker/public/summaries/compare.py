"""Two governments, two documents or two days beside each other: what they have alike, what differs, and why.

Between two days two things may have changed, and they are told apart: what this site says otherwise of the same day (``known``), and what happened
in the world (``as_of``), both as the right side knows it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tracker.editions.tables import ActionEdition, AddresseeEdition, DocumentEdition, RecommendationEdition, RecordEdition
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.filters import ActionFilters, AddresseeFilters
from tracker.public.sides import Side, Sides
from tracker.public.summaries.counts import Distribution, distribution_of
from tracker.rules.vocabulary import Provenance, RelationKind, Status

MOST = 100
"""Records and actions that are listed; the sentence above them says how many there are."""


@dataclass(frozen=True)
class Pair:
    """One recommendation at one government, on both sides; None where a side has no such addressee."""

    left: AddresseeEdition | None
    right: AddresseeEdition | None
    reason: RecordEdition | None = None
    """The edition that says why, where there is one."""

    @property
    def row(self) -> AddresseeEdition:
        """Whichever there is: of the recommendation and the government."""
        found = self.right or self.left
        assert found is not None
        return found

    @property
    def differs(self) -> bool:
        """Whether the statuses of the two sides differ."""
        return self.left is None or self.right is None or self.left.status != self.right.status


@dataclass(frozen=True)
class StatusDifference:
    """How many addressees have a status on each side, each number with the filters that open its rows by that side's clocks."""

    status: Status
    left: int
    right: int
    left_filters: Mapping[str, Any]
    right_filters: Mapping[str, Any]

    @property
    def by(self) -> str:
        """The difference with its sign; a proper minus."""
        number = self.right - self.left
        return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "0"


@dataclass(frozen=True)
class Counts:
    """Both sides by status, with their denominators."""

    left: Distribution
    right: Distribution
    left_disputed: int
    right_disputed: int

    @property
    def rows(self) -> list[StatusDifference]:
        """The statuses that either side has."""
        both = zip(self.left.counts, self.right.counts, strict=True)
        return [StatusDifference(one.status, one.count, two.count, one.filters, two.filters) for one, two in both if one.count or two.count]

    @property
    def total(self) -> StatusDifference:
        """The denominators."""
        return StatusDifference(Status.NOT_ASSESSED, self.left.total, self.right.total, self.left.filters, self.right.filters)

    @property
    def disputed(self) -> StatusDifference:
        """How many of all are disputed."""
        left, right = ({**side.filters, "disputed": "yes"} for side in (self.left, self.right))
        return StatusDifference(Status.NOT_ASSESSED, self.left_disputed, self.right_disputed, left, right)


def rows_of(side: Side) -> dict[tuple[str, str], AddresseeEdition]:
    """The counted addressees of a side, by recommendation and government."""
    return _rows(side.filters, side.clocks)


def _rows(filters: AddresseeFilters, clocks: Clocks) -> dict[tuple[str, str], AddresseeEdition]:
    found = told(filters.rows().filter(counted=True).order_by("recommendation", "government"), clocks)
    return {(row.recommendation, row.government): row for row in found}


# Two governments


@dataclass(frozen=True)
class Governments:
    """What was recommended to both, side by side, and what to one only."""

    pairs: list[Pair]
    left_only: list[AddresseeEdition]
    right_only: list[AddresseeEdition]
    counts: Counts

    @property
    def rows(self) -> list[Any]:
        """Every row whose texts the page shows."""
        return [*(pair.row for pair in self.pairs), *self.left_only, *self.right_only]

    @property
    def total(self) -> int:
        """How many statuses there are on both sides."""
        return self.counts.left.total + self.counts.right.total

    @property
    def not_reviewed(self) -> int:
        """How many of them no person has approved here."""
        rows = [row for pair in self.pairs for row in (pair.left, pair.right)] + self.left_only + self.right_only
        return sum(row is not None and row.provenance == Provenance.SHIPPED for row in rows)

    @property
    def codes(self) -> list[str]:
        """The two governments."""
        return [str(self.counts.left.filters["government"][0]), str(self.counts.right.filters["government"][0])]

    @property
    def alike(self) -> list[str]:
        """The recommendations that have the same status on both sides."""
        return [pair.row.recommendation for pair in self.pairs if not pair.differs]


def governments(sides: Sides) -> Governments:
    """Two governments, by what was recommended to each."""
    left = {row.recommendation: row for row in rows_of(sides.left).values()}
    right = {row.recommendation: row for row in rows_of(sides.right).values()}
    return Governments(
        pairs=[Pair(left[reference], right[reference]) for reference in left if reference in right],
        left_only=[row for reference, row in left.items() if reference not in right],
        right_only=[row for reference, row in right.items() if reference not in left],
        counts=_counts(sides, left.values(), right.values()),
    )


def _counts(sides: Sides, left: Iterable[AddresseeEdition], right: Iterable[AddresseeEdition], **narrower: str) -> Counts:
    """Both sides by status, each opened by its own filters and those that are ``narrower``."""
    one, other = list(left), list(right)
    return Counts(
        distribution_of(one, **{**sides.left.filters.given, **narrower}),
        distribution_of(other, **{**sides.right.filters.given, **narrower}),
        *(sum(row.disputed for row in rows) for rows in (one, other)),
    )


# Two documents


@dataclass(frozen=True)
class AtBoth:
    """A government that both documents address, with what became of each document's recommendations there."""

    code: str
    name: str
    counts: Counts


@dataclass(frozen=True)
class Related:
    """A recommendation of one document that stands in a relation to one of the other."""

    reference: str
    kind: RelationKind
    other: str
    note: str


@dataclass(frozen=True)
class Documents:
    """What became of the recommendations of two documents."""

    left: list[RecommendationEdition]
    right: list[RecommendationEdition]
    counts: Counts
    at_both: list[AtBoth]
    left_governments: list[str]
    right_governments: list[str]
    relations: list[Related]
    in_both: list[str]

    @property
    def rows(self) -> list[Any]:
        """Every row whose texts the page shows."""
        return []


def documents_of(*sides: Side) -> list[DocumentEdition | None]:
    """The documents that sides are about, in one question; None where a key is no document's at the clocks."""
    found = {row.key: row for row in sides[0].clocks.said(DocumentEdition).filter(key__in=[side.about for side in sides]).defer("note", "snapshots")}
    return [found.get(side.about) for side in sides]


def documents(sides: Sides) -> Documents:
    """Two documents, by what became of their recommendations, at the governments that both address, and how they stand to each other."""
    left, right = rows_of(sides.left), rows_of(sides.right)
    references = {reference for reference, _code in (*left, *right)}
    made = told(sides.left.clocks.rows(RecommendationEdition).filter(reference__in=references).order_by("reference"), sides.left.clocks)
    by_government: tuple[Mapping[str, list[AddresseeEdition]], ...] = (_by_government(left), _by_government(right))
    names = {row.government: row.government_name for row in (*left.values(), *right.values())}
    ours, theirs = ({reference for reference, _code in rows} for rows in (left, right))
    return Documents(
        left=[row for row in made if row.reference in ours],
        right=[row for row in made if row.reference in theirs],
        counts=_counts(sides, left.values(), right.values()),
        at_both=[
            AtBoth(code, names[code], _counts(sides, by_government[0][code], by_government[1][code], government=code))
            for code in sorted(by_government[0].keys() & by_government[1].keys(), key=names.__getitem__)
        ],
        left_governments=sorted(by_government[0]),
        right_governments=sorted(by_government[1]),
        relations=[
            Related(row.reference, RelationKind(relation["kind"]), relation["other"], relation["note"])
            for row in made
            for relation in row.relations
            if (row.reference in ours and relation["other"] in theirs) or (row.reference in theirs and relation["other"] in ours)
        ],
        in_both=sorted(ours & theirs),
    )


def _by_government(rows: Mapping[tuple[str, str], AddresseeEdition]) -> dict[str, list[AddresseeEdition]]:
    found: dict[str, list[AddresseeEdition]] = defaultdict(list)
    for (_reference, code), row in rows.items():
        found[code].append(row)
    return dict(found)


# Two days


@dataclass(frozen=True)
class Days:
    """What differs between two days, or between what this site said on two.

    ``said``: statuses of the same day that this site gives otherwise; ``happened``: those that changed in the world; None where that clock is the
    same on both sides. ``records`` are the editions of records between the two, newest first, ``natures`` how many of each nature.
    """

    counts: Counts
    said: list[Pair] | None
    reworded: list[Pair]
    happened: list[Pair] | None
    records: list[RecordEdition]
    natures: list[tuple[Any, int]]
    actions: list[ActionEdition]
    actions_total: int
    later: Clocks
    """Of the two sides the one of the later day: what happened between is told as it reads there."""

    @property
    def rows(self) -> list[Any]:
        """Every row whose texts the page shows."""
        pairs = (*(self.said or ()), *self.reworded, *(self.happened or ()))
        return [*(row for pair in pairs for row in (pair.left, pair.right)), *self.actions]

    @property
    def changed(self) -> int:
        """How many addressees that both sides count have another status on the right."""
        return sum(bool(pair.left and pair.right) for pair in self.happened or ())

    @property
    def came_or_went(self) -> int:
        """How many one side alone counts: most of them were recommended between the two days."""
        return len(self.happened or ()) - self.changed


def days(sides: Sides) -> Days:
    """Two days, or what this site said on two."""
    left, right = rows_of(sides.left), rows_of(sides.right)
    one, other = sides.left.clocks, sides.right.clocks
    moved, learned = one.as_of != other.as_of, one.known != other.known
    # What is known on the right of the left side's day: between it and the left this site changed, between it and the right the world.
    middle = left if not learned else right
    if moved and learned:
        between = Clocks(one.as_of, other.known, one.today, other.known_as_written, other.edition_asked, as_of_is_said=True)
        middle = _rows(AddresseeFilters(sides.shared, between), between)
    said = _pairs(left, middle) if learned else []
    reasons = _reasons(said, one, other) if learned else {}
    records = _records_between(one, other) if learned else []
    actions = _actions_between(sides) if moved else []
    return Days(
        counts=_counts(sides, left.values(), right.values()),
        said=[Pair(pair.left, pair.right, _reason(pair, reasons)) for pair in said if pair.differs] if learned else None,
        reworded=[Pair(pair.left, pair.right, _reason(pair, reasons)) for pair in said if not pair.differs],
        happened=[pair for pair in _pairs(middle, right) if pair.differs] if moved else None,
        records=records[:MOST],
        natures=sorted(Counter(row.nature for row in records).items(), key=lambda item: -item[1]),
        actions=actions[:MOST],
        actions_total=len(actions),
        later=max(one, other, key=lambda clocks: clocks.as_of),
    )


_SAID = ("status", "effective_on", "rationale", "departure", "confidence", "corroboration", "supports", "disputes", "claimed_by", "assessment")
"""What of an addressee's row is said of its status."""


def _pairs(left: Mapping[tuple[str, str], AddresseeEdition], right: Mapping[tuple[str, str], AddresseeEdition]) -> list[Pair]:
    """The addressees of which the two say something else."""
    pairs = [Pair(left.get(name), right.get(name)) for name in sorted(left.keys() | right.keys())]
    return [
        pair
        for pair in pairs
        if pair.left is None or pair.right is None or any(getattr(pair.left, name) != getattr(pair.right, name) for name in _SAID)
    ]


def _interval(one: Clocks, other: Clocks) -> Q:
    """The editions published after the earlier of two instants, up to the later; None is now."""
    instants = [clocks.known for clocks in (one, other) if clocks.known is not None]
    after = Q(known_from__gt=min(instants))
    return after & Q(known_from__lte=max(instants)) if len(instants) == 2 else after


def _reasons(pairs: Iterable[Pair], one: Clocks, other: Clocks) -> dict[tuple[str, str], RecordEdition]:
    """The newest edition between of each assessment or recommendation concerned, by kind and key."""
    keys = {row.assessment for pair in pairs for row in (pair.left, pair.right) if row and row.assessment}
    references = {pair.row.recommendation for pair in pairs}
    concerned = Q(kind="assessment", key__in=keys) | Q(kind="recommendation", key__in=references)
    rows = RecordEdition.objects.defer("body").filter(_interval(one, other) & concerned)
    return {(row.kind, row.key): row for row in rows.order_by("edition")}


def _reason(pair: Pair, reasons: Mapping[tuple[str, str], RecordEdition]) -> RecordEdition | None:
    keys = [row.assessment for row in (pair.right, pair.left) if row and row.assessment]
    found = [reasons[name] for name in (*(("assessment", key) for key in keys), ("recommendation", pair.row.recommendation)) if name in reasons]
    return found[0] if found else None


def _records_between(one: Clocks, other: Clocks) -> list[RecordEdition]:
    return list(RecordEdition.objects.defer("body").filter(_interval(one, other)).order_by("-edition", "kind", "key"))


_OF_ACTIONS = ("recommendation", "government", "group", "theme", "measure")
"""The filters of addressees that mean the same of actions."""


def _actions_between(sides: Sides) -> list[ActionEdition]:
    """Actions known to have happened between the two days, oldest first, as the right side knows them."""
    first, last = sorted((sides.left.clocks.as_of, sides.right.clocks.as_of))
    later = max(sides.left.clocks, sides.right.clocks, key=lambda clocks: clocks.as_of)
    asked = sides.shared.copy()
    for name in list(asked):
        if name not in _OF_ACTIONS:
            asked.pop(name)
    told_by = Clocks(later.as_of, sides.right.clocks.known, later.today, sides.right.clocks.known_as_written, sides.right.clocks.edition_asked)
    rows = ActionFilters(asked, told_by).rows().filter(last_day__gt=first, last_day__lte=last)
    return told(rows.order_by("last_day", "key"), told_by)

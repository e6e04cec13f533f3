"""The evidence of a page at a glance: how its sources are placed, what is held of them, who has a stake, and what speaks for and against.

What is counted is *uses*: a citation beside one record that it serves, as /citations/ lists them; so each number opens exactly its rows there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from tracker.editions.tables import AddresseeEdition, AssessmentEdition, EffectEdition
from tracker.public.clocks import Clocks, distinct_count
from tracker.public.filters import citations_at
from tracker.rules.vocabulary import DocumentKind, Interest, Stance, Word

STAKES = 12
"""Publishers with a stake that a page names; how many more there are is said."""


class Use(Protocol):
    """A citation beside a record that it serves."""

    citation: str
    document: str
    interest: str
    stance: str
    stake: str
    exact: str
    snapshot: str | None

    @property
    def voice(self) -> str:
        """Who speaks in it."""
        ...


@dataclass(frozen=True)
class Counted:
    """How many uses have a word, with the filter that opens them."""

    word: Word
    count: int
    filters: Mapping[str, str]


@dataclass(frozen=True)
class Placed:
    """How many uses are from sources that are placed alike, in all and by what they do there."""

    interest: Interest
    uses: int
    supports: int
    disputes: int
    context: int


@dataclass(frozen=True)
class Stake:
    """A publisher (or author) with its stake in the words of the record, how many documents of it are used, and what they do there."""

    publisher: str
    stake: str
    documents: int
    stances: tuple[Stance, ...]
    row: Any
    """A use that says so: by it the stake is found translated."""


@dataclass(frozen=True)
class Glance:
    """The evidence of a page. ``filters`` open all of its uses."""

    filters: Mapping[str, str]
    uses: int
    citations: int
    documents: int
    interests: list[Counted]
    kinds: list[Counted]
    stances: list[Counted]
    quoted: int
    archived: int
    stakes: list[Stake]
    more_stakes: int

    @property
    def rows(self) -> list[Any]:
        """Rows whose texts it shows."""
        return [stake.row for stake in self.stakes]


def placed(uses: Iterable[Use]) -> list[Placed]:
    """The uses by how their sources are placed, in the order of the vocabulary; what no source is, is left out."""
    counts = Counter((Interest(row.interest), Stance(row.stance)) for row in uses)
    by_stance = [(interest, {stance: counts[interest, stance] for stance in Stance}) for interest in Interest]
    return [
        Placed(interest, sum(found.values()), found[Stance.SUPPORTS], found[Stance.DISPUTES], found[Stance.CONTEXT])
        for interest, found in by_stance
        if any(found.values())
    ]


def stakes(uses: Iterable[Use]) -> list[Stake]:
    """Who speaks with a stake of its own, each once: those with most documents first."""
    speaking: dict[tuple[str, str], list[Use]] = {}
    for row in uses:
        if row.stake:
            speaking.setdefault((row.voice, row.stake), []).append(row)
    found = [
        Stake(
            publisher,
            stake,
            len({row.document for row in rows}),
            tuple(stance for stance in Stance if any(row.stance == stance for row in rows)),
            min(rows, key=lambda row: row.document),
        )
        for (publisher, stake), rows in speaking.items()
    ]
    return sorted(found, key=lambda stake: (-stake.documents, stake.publisher, stake.stake))


def glance_at(clocks: Clocks, name: str, value: str) -> Glance:
    """The evidence behind a record, as /citations/ lists it with the filter ``name`` set to ``value``.

    Words are in the order of their vocabularies, stakes by the number of documents. The database counts: six questions, however many uses.
    """
    filters = {name: value}
    rows = citations_at(clocks).filter(_SERVING[name](clocks, value)).order_by()
    different = rows.aggregate(citations=distinct_count("citation"), documents=distinct_count("document"))
    numbers = {"uses": Count("id"), "quoted": Count("id", filter=~Q(exact="")), "archived": Count("id", filter=Q(snapshot__isnull=False))}
    tallies = list(rows.values("interest", "document_kind", "stance").annotate(**numbers))
    speaking = _stakes(rows)

    def by(name: str, vocabulary: type[Word], column: str) -> list[Counted]:
        counts: Counter[str] = Counter()
        for tally in tallies:
            counts[str(tally[column])] += tally["uses"]
        return [Counted(word, counts[word.value], {**filters, name: word.value}) for word in vocabulary if counts[word.value]]

    return Glance(
        filters=filters,
        uses=sum(tally["uses"] for tally in tallies),
        interests=by("interest", Interest, "interest"),
        kinds=by("kind", DocumentKind, "document_kind"),
        stances=by("stance", Stance, "stance"),
        quoted=sum(tally["quoted"] for tally in tallies),
        archived=sum(tally["archived"] for tally in tallies),
        stakes=speaking[:STAKES],
        more_stakes=max(len(speaking) - STAKES, 0),
        **different,
    )


def _stakes(rows: QuerySet[Any]) -> list[Stake]:
    """The same as ``stakes``, of a query: two questions."""
    voice = Coalesce(*(NullIf(F(name), Value("")) for name in ("publisher", "author")), F("document_title"))
    groups = rows.exclude(stake="").annotate(speaker=voice).values("speaker", "stake")
    found = groups.annotate(documents=distinct_count("document"), first=Min("document"), stances=ArrayAgg("stance", distinct=True))
    said = sorted(found, key=lambda group: (-group["documents"], group["speaker"], group["stake"]))
    wanted = {"document__in": {group["first"] for group in said[:STAKES]}, "stake__in": {group["stake"] for group in said[:STAKES]}}
    shown = rows.filter(**wanted).order_by("document", "stake", "id").distinct("document", "stake") if said else ()
    standing = {(row.document, row.stake): row for row in shown}
    return [
        Stake(
            group["speaker"],
            group["stake"],
            group["documents"],
            tuple(stance for stance in Stance if stance in group["stances"]),
            standing.get((group["first"], group["stake"])),
        )
        for group in said
    ]


def _of_recommendation(clocks: Clocks, reference: str) -> Q:
    """Its wording, its assessments at every government, and the actions that bear on it."""
    # Asked for first, since the database reads all citations for what it does not know beforehand.
    assessments = list(clocks.rows(AssessmentEdition).filter(recommendation=reference).order_by().values_list("key", flat=True))
    actions = list(clocks.rows(EffectEdition).filter(recommendation=reference).order_by().values_list("action", flat=True).distinct())
    return (
        Q(record_kind="recommendation", record_key=reference)
        | Q(record_kind="assessment", record_key__in=assessments)
        | Q(record_kind="action", record_key__in=actions)
    )


def _of_government(clocks: Clocks, code: str) -> Q:
    """The recommendations addressed to it, the assessments of its cases, and what its bodies did."""
    return Q(record_kind="recommendation", record_key__in=clocks.rows(AddresseeEdition).filter(government=code).values("recommendation")) | Q(
        record_kind__in=["assessment", "action"], government=code
    )


_SERVING: dict[str, Callable[[Clocks, str], Q]] = {
    "recommendation": _of_recommendation,
    "government": _of_government,
    "action": lambda _clocks, key: Q(record_kind="action", record_key=key),
    "document": lambda _clocks, key: Q(document=key),
}

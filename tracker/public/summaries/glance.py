"""The evidence of a page at a glance: how its sources are placed, what is held of them, who has a stake, and what speaks for and against.

What is counted is *uses*: a citation beside one record that it serves, as /citations/ lists them; so each number opens exactly its rows there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q

from tracker.editions.tables import AssessmentEdition, CitationEdition, EffectEdition
from tracker.public.clocks import Clocks
from tracker.public.columnar import Mask, Selection, addressees_at
from tracker.public.filters import citations_at, uses_at
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

    Words are in the order of their vocabularies, stakes by the number of documents. All is counted from the columns in memory.
    """
    filters, every = {name: value}, uses_at(clocks)
    uses = every.among(_SERVING[name](clocks, value, every))
    speaking, speakers = _stakes(clocks, uses)

    def by(name: str, vocabulary: type[Word], column: str) -> list[Counted]:
        counts = uses.counts(column, uses.all)
        return [Counted(word, counts[word.value], {**filters, name: word.value}) for word in vocabulary if counts.get(word.value)]

    return Glance(
        filters=filters,
        uses=len(uses),
        citations=uses.count(uses.all, "citation"),
        documents=uses.count(uses.all, "document"),
        interests=by("interest", Interest, "interest"),
        kinds=by("kind", DocumentKind, "document_kind"),
        stances=by("stance", Stance, "stance"),
        quoted=uses.count(~uses.meets(Q(exact=""))),
        archived=uses.count(uses.meets(Q(snapshot__isnull=False))),
        stakes=speaking,
        more_stakes=speakers - len(speaking),
    )


def _stakes(clocks: Clocks, uses: Selection) -> tuple[list[Stake], int]:
    """The first of what ``stakes`` gives, of uses in memory, and how many there are. One question: for the rows that say so."""
    having = uses.among(~uses.meets(Q(stake="")))
    documents = having.counts_by("voice", "stake", having.all, "document")
    every = [(voice, stake, number) for voice, stakes in documents.items() for stake, number in stakes.items()]
    said = sorted(every, key=lambda found: (-found[2], *found[:2]))[:STAKES]
    saying = [having.among(having.meets(Q(voice=voice, stake=stake))) for voice, stake, _number in said]
    ids = [those.first("document") for those in saying]
    rows = {row.id: row for row in CitationEdition.objects.filter(id__in=ids)} if ids else {}
    stances = [set(those.values("stance", those.all)) for those in saying]
    found = [
        Stake(voice, stake, number, tuple(stance for stance in Stance if stance.value in of), rows[id_])
        for (voice, stake, number), of, id_ in zip(said, stances, ids, strict=True)
    ]
    return found, len(every)


def _of_recommendation(clocks: Clocks, reference: str, uses: Selection) -> Mask:
    """Its wording, its assessments at every government, and the actions that bear on it."""
    assessments = clocks.rows(AssessmentEdition).filter(recommendation=reference).order_by().values("key")
    actions = clocks.rows(EffectEdition).filter(recommendation=reference).order_by().values("action")
    serving = (("recommendation", [reference]), ("assessment", assessments), ("action", actions))
    return _serving(clocks, uses, *(Q(record_kind=kind, record_key__in=keys) for kind, keys in serving))


def _of_government(clocks: Clocks, code: str, uses: Selection) -> Mask:
    """The recommendations addressed to it, the assessments of its cases, and what its bodies did."""
    addressees = addressees_at(clocks)
    references = addressees.values("recommendation", addressees.meets(Q(government=code)))
    return uses.meets(Q(recommendation__in=references) | Q(record_kind__in=["assessment", "action"], government=code))


def _serving(clocks: Clocks, uses: Selection, *conditions: Q) -> Mask:
    """The uses that meet any of the conditions, each looked for in the database: there are few."""
    found = [citations_at(clocks).filter(condition).order_by().values_list("id", flat=True) for condition in conditions]
    return uses.among_ids([number for ids in found for number in ids])


_SERVING: dict[str, Callable[[Clocks, str, Selection], Mask]] = {
    "recommendation": _of_recommendation,
    "government": _of_government,
    "action": lambda clocks, key, uses: _serving(clocks, uses, Q(record_kind="action", record_key=key)),
    "document": lambda _clocks, key, uses: uses.meets(Q(document=key)),
}

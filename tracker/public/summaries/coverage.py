"""Which sources this site has for each government: how they are placed, and in which languages. It measures the record, not the government."""

from dataclasses import dataclass, field

from django.db.models import Q

from tracker.public.clocks import Clocks
from tracker.public.columnar import addressees_at
from tracker.public.filters import uses_at
from tracker.rules.vocabulary import Interest

RECORDS = ("action", "assessment")
"""What a citation must serve to be counted: what was done, and the status. The wording of recommendations is the recommenders' own."""


@dataclass
class Covered:
    """The sources cited for what one government did and for its statuses, by how they are placed: uses, and different documents."""

    code: str
    name: str
    addressees: int
    uses: dict[Interest, int] = field(default_factory=dict)
    documents: dict[Interest, int] = field(default_factory=dict)
    languages: list[tuple[str, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Uses in all."""
        return sum(self.uses.values())

    @property
    def cells(self) -> list[tuple[Interest, int, int]]:
        """Interest, uses and documents, in the order of the vocabulary."""
        return [(interest, self.uses.get(interest, 0), self.documents.get(interest, 0)) for interest in Interest]

    @property
    def has_official(self) -> bool:
        """Whether any official source is cited."""
        return bool(self.uses.get(Interest.OFFICIAL))


def coverage(clocks: Clocks) -> list[Covered]:
    """Every government with a counted addressee, by name. It asks the database nothing: all is counted from the columns in memory."""
    every = addressees_at(clocks)
    counted = every.flags("counted")
    numbers = every.counts("government", counted)
    found = {code: Covered(code, name, numbers[code]) for code, name in every.named("government", "government_name", counted)}
    uses = uses_at(clocks)
    cited = uses.meets(Q(record_kind__in=RECORDS))
    by_interest = uses.counts_by("government", "interest", cited)
    documents = uses.counts_by("government", "interest", cited, "document")
    languages = uses.counts_by("government", "language", cited)
    for code, row in found.items():
        row.uses = {Interest(interest): number for interest, number in by_interest.get(code, {}).items()}
        row.documents = {Interest(interest): number for interest, number in documents.get(code, {}).items()}
        row.languages = sorted(languages.get(code, {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return list(found.values())

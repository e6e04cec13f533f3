"""Which sources this site has for each government: how they are placed, and in which languages. It measures the record, not the government."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count

from tracker.public.clocks import Clocks
from tracker.public.columnar import addressees_at
from tracker.public.filters import citations_at
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
    """Every government with a counted addressee, by name. Two questions, whatever the number of rows."""
    every = addressees_at(clocks)
    counted = every.flags("counted")
    numbers = every.counts("government", counted)
    found = {code: Covered(code, name, numbers[code]) for code, name in every.named("government", "government_name", counted)}
    uses = citations_at(clocks).filter(record_kind__in=RECORDS).order_by()
    for code, interest, number, documents in uses.values_list("government", "interest").annotate(
        number=Count("id"), different=Count("document", distinct=True)
    ):
        if code in found:
            found[code].uses[Interest(interest)] = number
            found[code].documents[Interest(interest)] = documents
    languages: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for code, language, number in uses.values_list("government", "language").annotate(number=Count("id")).order_by("-number", "language"):
        languages[code].append((language, number))
    for code, row in found.items():
        row.languages = languages[code]
    return list(found.values())

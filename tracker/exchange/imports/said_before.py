"""Which new recommendations say word for word what one says that stands already: the same document numbered anew, the same measure asked for again.

That is told and nothing is refused: two recommendations may well have the same words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef

from tracker.exchange.files import Row
from tracker.models import Recommendation
from tracker.models.recommendation import words_of

LOOKED_AT = 5
"""Recommendations of the same words among which one of the same document is looked for."""


@dataclass(frozen=True)
class SaidBefore:
    """A new recommendation, and the one of the same words that stands already; its document where that is another one."""

    row: int
    reference: str
    stands_as: str
    document: str


def said_before(new: Mapping[int, Row]) -> Iterator[SaidBefore]:
    """Of recommendations that were just written, by number and row: those whose words one says that was written before. Two questions for all.

    One of the same document goes before others, then the one that was here first.
    """
    if not new:
        return
    worded = Recommendation.objects.annotate(_words=words_of(F("statement")))
    # In the order of their index, whose beginning is their words: nothing else is read, however little is known of a table that an import is filling.
    alike = worded.filter(_words=OuterRef("_words"), pk__lt=OuterRef("pk")).order_by("_words", "pk")
    found = dict(
        worded.filter(pk__in=new).annotate(_alike=ArraySubquery(alike.values("pk")[:LOOKED_AT])).exclude(_alike=[]).values_list("pk", "_alike")
    )
    others_found = Recommendation.objects.filter(pk__in={other for others in found.values() for other in others})
    there = {pk: (reference, document) for pk, reference, document in others_found.values_list("pk", "reference", "known_from__key")}
    for pk, row in new.items():
        if others := [there[other] for other in found.get(pk, ())]:
            own = row.cells["known_from"]
            stands_as, document = next((other for other in others if other[1] == own), others[0])
            yield SaidBefore(row.line, row.cells["reference"], stands_as, "" if document == own else document)

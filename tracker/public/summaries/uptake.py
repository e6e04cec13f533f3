"""Uptake over time, and how long after the recommendations the first actions toward them came."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from tracker.editions.tables import AddresseeEdition
from tracker.public.clocks import Clocks
from tracker.public.columnar import Read, Selection, rows_at
from tracker.public.summaries.counts import Distribution, distribution
from tracker.rules.vocabulary import FirstAction

Period = tuple[str, int, int | None, int]
"""Status, the year in which it began, the year in which it ended (None: it had not), and how many."""


@dataclass(frozen=True)
class Moment:
    """The counted addressees by status at the end of a day. ``until_now``: that day is the page's own, not the end of a year."""

    day: dt.date
    distribution: Distribution
    until_now: bool


def at_year_ends(periods: Iterable[Period], until: dt.date) -> list[tuple[dt.date, Counter[str]]]:
    """How many have which status at the end of each full year before ``until``, from the year of the first.

    What began in a year holds at its end unless it ended in it; what ended in a later year still did.
    """
    changes: dict[int, Counter[str]] = defaultdict(Counter)
    for status, began, ended, number in periods:
        changes[began][status] += number
        if ended is not None:
            changes[ended][status] -= number
    found, held = [], Counter[str]()
    for year in range(min(changes, default=until.year), until.year):
        held.update(changes[year])
        found.append((dt.date(year, 12, 31), Counter({status: number for status, number in held.items() if number})))
    return found


def uptake(clocks: Clocks, now: Distribution) -> list[Moment]:
    """The counted addressees by status at the end of each year since the first recommendation, and on the day itself (``now``)."""
    said = rows_at(AddresseeEdition, clocks, Read.GIVEN)
    begun = said.among(said.flags("counted") & said.meets(Q(valid_from__lte=clocks.as_of)))
    found = [
        Moment(day, distribution(counts, as_of=day.isoformat()), until_now=False)
        for day, counts in at_year_ends(begun.periods("status"), clocks.as_of)
    ]
    return [*found, Moment(clocks.as_of, now, until_now=True)]


@dataclass(frozen=True)
class LagCount:
    """How many counted addressees fall in a class."""

    word: FirstAction
    count: int


def lags(addressees: Selection) -> list[LagCount]:
    """The counted ones by how long after the recommendation the first action toward it came, in the order of the vocabulary."""
    counts = addressees.counts("first_action", addressees.flags("counted"))
    return [LagCount(word, counts.get(word.value, 0)) for word in FirstAction]

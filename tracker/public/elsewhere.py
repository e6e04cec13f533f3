"""A record that is not here by the two clocks, and is on another day or in another edition: since when, and at what address.

Only what the site says or said is told: of a record that was never published there is no row, and none is left of what was taken down.
"""

import datetime as dt
from dataclasses import dataclass

from tracker.editions.tables import ActionEdition, AddresseeEdition, DocumentEdition, GovernmentEdition, RecommendationEdition, Row
from tracker.languages import names
from tracker.public.clocks import Clocks


@dataclass(frozen=True)
class Dated:
    """The rows of a kind of record: the column of its key, and of its date, as it is written and as the day from which it counts.

    No date: a document or a government is here whatever the day, once the site has it.
    """

    table: type[Row]
    column: str
    written: str = ""
    day: str = ""


KINDS = {
    "recommendation": Dated(RecommendationEdition, "reference", "recommended_on", "recommended_last"),
    "action": Dated(ActionEdition, "key", "acted_on", "last_day"),
    "document": Dated(DocumentEdition, "key"),
    "government": Dated(GovernmentEdition, "code"),
    "addressee": Dated(AddresseeEdition, "recommendation", "valid_from", "valid_from"),
}


@dataclass(frozen=True)
class Elsewhere:
    """Where a record is that is not here. ``name`` is what it goes by.

    ``day`` is the first day on which it is here, and ``dated`` its date as written, both nothing where the day asked for does not matter.
    ``edition`` and ``published`` are of the edition that brought it, nothing where the site had it at the clocks.
    """

    name: str
    dated: str | None
    day: dt.date | None
    edition: int | None
    published: dt.datetime | None

    @property
    def is_partial(self) -> bool:
        """Whether its date is a month or a year, which counts from its last day."""
        return bool(self.dated and self.day) and self.dated != str(self.day)

    def parameters(self, clocks: Clocks) -> dict[str, str]:
        """The clocks of the first page that has it; none where the day has not come yet."""
        day = max(clocks.as_of, self.day) if self.day else clocks.as_of
        if day > clocks.today:
            return {}
        known = f"edition-{self.edition}" if self.edition else clocks.known_as_written
        return {"as_of": day.isoformat(), **({"known": known} if known else {})}


def elsewhere(clocks: Clocks, kind: str, key: str, code: str = "") -> Elsewhere | None:
    """Where a record is that is not here at the clocks; None where it never was, is no longer, or was taken down. At most two questions.

    The kinds are those of ``KINDS``; an addressee goes by the reference of its recommendation and the ``code`` of its government.
    """
    known = KINDS[kind]
    mine = {known.column: key, **({"government": code} if code else {})}
    order = [known.day] if known.day else []
    row, edition, published = clocks.said(known.table).filter(**mine).order_by(*order, "id").first(), None, None
    if row is None and clocks.known is not None:
        row = known.table.objects.filter(**mine, known_from__gt=clocks.known).order_by("known_from", *order, "id").first()
        edition, published = (row.edition, row.known_from) if row else (None, None)
    if row is None:
        return None
    day = getattr(row, known.day) if known.day else None
    if day is not None and day <= clocks.as_of:
        day = None
    if day is None and edition is None:
        return None
    return Elsewhere(_name(kind, key, row), str(getattr(row, known.written)) if day else None, day, edition, published)


def _name(kind: str, key: str, row: Row) -> str:
    match row:
        case GovernmentEdition():
            return names.government(row.code, row.name)
        case AddresseeEdition():
            return f"{key} ({names.government(row.government, row.government_name)})"
    return key

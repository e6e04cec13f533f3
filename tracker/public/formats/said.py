"""What a file says of itself: its filter, both clocks, the edition of the site that it was read from, and its whole address."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tracker.public.as_of import Expressed
from tracker.public.clocks import Clocks
from tracker.public.columns import Column, Listing
from tracker.public.filters import Grammar
from tracker.public.formats.rows import cells_of
from tracker.public.shapes import ADDRESS, DAY, NUMBER, TEXT, maybe
from tracker.rules.formulas import harmless

URL = Column("url", _("address"), _("The public page of the row."), shape=ADDRESS)
AS_OF = Column("as_of", "as_of", _("The day by which it was read: what was true then."), shape=DAY)
KNOWN = Column(
    "known",
    "known",
    _("The day, instant or edition by which the site was asked; empty where it was asked for what it says now."),
    shape=maybe(TEXT),
)
SITE_EDITION = Column(
    "site_edition",
    _("edition of the site"),
    _("Number of the edition of the site that it was read from; empty where nothing was published yet."),
    shape=maybe(NUMBER),
)
FILTER = Column("filter", _("filter"), _("The filter, as its address has it; empty where it is the whole list."), shape=maybe(TEXT))
IGNORED = Column(
    "ignored",
    _("ignored"),
    _("Parameters of its address that were not understood and left aside, joined by semicolons, ten at most; empty where there were none."),
    shape=maybe(TEXT),
)
TAIL = (URL, AS_OF, KNOWN, SITE_EDITION, FILTER, IGNORED)
"""The last columns of every table: the row's page, and what the file says of itself, the same in each row."""
FROZEN_TAIL = TAIL[:-1]
"""Those of a table of a release, which nobody asks for with parameters."""

LONGEST_FILTER = 80
"""Characters of a filter in the name of a file."""


def edition_read(clocks: Clocks) -> int | None:
    """Number of the edition of the site that an answer is read from; None where nothing was published yet."""
    edition = clocks.edition()
    return edition.number if edition else None


@dataclass(frozen=True)
class Said:
    """What is said of the rows of a list. ``path`` is where they are had; ``site`` the origin of the site, without a slash at the end.

    ``ignored``: the parameters of the address that nothing reads (:mod:`tracker.public.ignored`); None where nobody asks with parameters.
    """

    listing: Listing
    grammar: Grammar
    clocks: Clocks
    site: str
    path: str
    sort: str = ""
    ignored: tuple[str, ...] | None = ()

    @property
    def filters(self) -> Mapping[str, list[str]]:
        """As the address gives them."""
        return self.grammar.given

    @property
    def filter(self) -> str:
        """The same as an address has them; empty where there are none."""
        return urlencode([(name, value) for name, values in self.filters.items() for value in values])

    @property
    def filter_in_words(self) -> str:
        """The same in words; empty where there are none."""
        return "; ".join(f"{label}: {' or '.join(values)}" for _name, label, values in self.grammar.in_words())

    @property
    def address(self) -> str:
        """Where exactly this is had again on any day: with the filter, the order and both clocks."""
        parameters = [(name, value) for name, values in self.filters.items() for value in values]
        parameters += [("sort", self.sort)] if self.sort else []
        return f"{self.site}{self.path}?{urlencode([*parameters, *self.clocks.pinned.items()])}"

    @property
    def query(self) -> dict[str, Any]:
        """All of it, as JSON says it."""
        return {
            "list": self.listing.name,
            "filters": dict(self.filters),
            "sort": self.sort or None,
            "as_of": self.clocks.as_of.isoformat(),
            "known": self.clocks.known_as_written or None,
            "site_edition": edition_read(self.clocks),
            "url": self.address,
            "ignored": list(self.ignored or ()),
        }

    @property
    def tail(self) -> dict[str, Any]:
        """The same in each row of a table: without the row's own address."""
        return {
            "as_of": self.clocks.as_of.isoformat(),
            "known": self.clocks.known_as_written or None,
            "site_edition": edition_read(self.clocks),
            "filter": self.filter or None,
            **({} if self.ignored is None else {"ignored": "; ".join(self.ignored) or None}),
        }

    @property
    def header(self) -> list[str]:
        """The names of a table's columns."""
        return [column.name for column in (*self.listing.columns, *(FROZEN_TAIL if self.ignored is None else TAIL))]

    def lines(self, rows: QuerySet[Any], *more: Expressed) -> Iterator[list[Any]]:
        """All rows of a table: the columns of each, its page, and what the file says of itself; then what ``more`` asks for."""
        tail = [harmless(value) if isinstance(value, str) else value for value in self.tail.values()]
        own = len(self.listing.columns) + 1
        return ([*cells[:own], *tail, *cells[own:]] for cells in cells_of(self.listing, rows, self.clocks, self.site, *more))

    def filename(self, ending: str) -> str:
        """The list, the day, the edition and the filter as far as it fits: what a file is called where it is kept."""
        edition = edition_read(self.clocks)
        filtered = "-".join(re.findall(r"[A-Za-z0-9_]+", " ".join([word for name, values in self.filters.items() for word in (name, *values)])))
        parts = [self.listing.name, self.clocks.as_of.isoformat(), "" if edition is None else f"edition-{edition}", filtered[:LONGEST_FILTER]]
        return "-".join(filter(None, parts)) + f".{ending}"

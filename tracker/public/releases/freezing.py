"""The files of a release, in their order: each list row by row, then what describes them.

A row says what the API's file of the same list says by the same clocks, in the same cells; a test holds both equal.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Protocol

from django.http import QueryDict
from django.utils import translation

from tracker.public.clocks import Clocks
from tracker.public.columns import LISTINGS
from tracker.public.formats.rows import as_text
from tracker.public.formats.said import Said
from tracker.public.releases import describing
from tracker.public.releases.schema import TABLES, Reference

CSV = "text/csv; charset=utf-8"
LANGUAGE = "en"
"""Of the words that the software adds: a release has one."""


class Asked(Protocol):
    """What a release is to be (``tracker.editorial.releasing.Asked``)."""

    name: str
    edition: int
    published_at: dt.datetime
    as_of: dt.date
    site: str
    software: str
    chain_head: str
    previous: Any


class Keys:
    """The values by which rows are named, and those that name others: whether every reference leads somewhere, for one release.

    All of them are held in memory, which grows with the rows: of lists with many millions they would have to be looked up among the lines that are
    written instead.
    """

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.named: dict[tuple[str, tuple[str, ...]], set[tuple[str, ...]]] = defaultdict(set)
        self.wanted: dict[tuple[str, Reference], set[tuple[str, ...]]] = defaultdict(set)
        self._targets = {
            name: {reference.target for table in TABLES.values() for reference in table.references if reference.listing == name} for name in TABLES
        }

    def see(self, listing: str, cells: dict[str, str]) -> None:
        """Take note of a row."""
        for columns in self._targets[listing]:
            self.named[listing, columns].add(tuple(cells[name] for name in columns))
        for reference in TABLES[listing].references:
            value = tuple(cells[name] for name in reference.columns)
            if any(value):
                self.wanted[listing, reference].add(value)

    def kept(self, listing: str) -> list[Reference]:
        """The references of a list of which every one leads to a row of the release."""
        return [
            reference
            for reference in TABLES[listing].references
            if self.wanted[listing, reference] <= self.named[reference.listing, reference.target]
        ]


def files(asked: Asked, package: Any, make: Any, *, publisher: str = "") -> Iterator[Any]:
    """Every file of a release, for the verb that keeps them (``tracker.editorial.releasing.release``).

    ``package`` lists what was kept so far, with sizes and hashes; ``make`` builds a file; ``publisher`` answers for the site (may be empty).
    """
    with translation.override(LANGUAGE):
        clocks = clocks_of(asked)
        keys = Keys()
        for name in TABLES:
            said = said_of(name, clocks, asked.site)
            yield make(f"{name}.csv", CSV, columns=tuple(said.header), identity=TABLES[name].identity, rows=_rows(said, keys))
        about = describing.About(asked, publisher)
        for path, media_type, text in describing.before_the_manifest(about, package, keys):
            yield make(path, media_type, text=text)
        manifest = describing.manifest(about, package)
        yield make("manifest.json", "application/json", text=manifest)
        yield make("SHA256SUMS", "text/plain; charset=utf-8", text=describing.sums(package))


def lists(asked: Asked) -> Iterator[tuple[str, list[str], Iterator[list[str]]]]:
    """The lists alone, from the editions as they stand now: path, header, and the cells of each row."""
    with translation.override(LANGUAGE):
        clocks = clocks_of(asked)
        for name in TABLES:
            said = said_of(name, clocks, asked.site)
            yield f"{name}.csv", list(said.header), (cells for cells, _made_from in _rows(said, Keys()))


def clocks_of(asked: Asked) -> Clocks:
    """The day and the edition that a release is read by, as a permalink says both."""
    number = asked.edition
    return Clocks(asked.as_of, asked.published_at, asked.as_of, f"edition-{number}", edition_asked=number, as_of_is_said=True)


def said_of(name: str, clocks: Clocks, site: str) -> Said:
    """What the API says of a whole list at the same clocks."""
    listing = LISTINGS[name]
    return Said(listing, listing.filters(QueryDict(), clocks), clocks, site, f"/api/v1/{name}.csv", ignored=None)


def _rows(said: Said, keys: Keys) -> Iterator[tuple[list[str], list[str]]]:
    """The rows of a list, each with the published rows whose words it has."""
    listing = said.listing
    found = listing.queryset(said.clocks, said.grammar, QueryDict())
    ordered = found.order_by(*found.query.order_by, "pk")  # the same order whatever the plan
    for *line, made_from in said.lines(ordered, listing.told(said.clocks).made_from):
        cells = [as_text(cell) for cell in line]
        keys.see(listing.name, dict(zip(said.header, cells, strict=True)))
        yield cells, made_from

"""The matrix: recommendations × governments, page by page.

Axes and tallies are counted in memory; what a page does not show is never loaded.
"""

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from django.db.models import Q

from tracker.editions.tables import (
    AddresseeEdition,
    DocumentEdition,
    EffectEdition,
    GovernmentEdition,
    RecommendationEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.columnar import Array, References, Selection
from tracker.public.filters import members_of
from tracker.public.filters.choices import measures, themes
from tracker.public.layout import COLUMNS_PER_PAGE, PLAIN, ROWS_PER_PAGE, Layout, page_within
from tracker.public.summaries.counts import Distribution, distribution
from tracker.rules.vocabulary import Earlier, GovernmentKind, Status

CHUNK = 200
"""Rows of the matrix that a download asks for at a time."""


@dataclass(frozen=True)
class Heading:
    """What several recommendations stand under: a document, a theme or a kind of measure, or nothing. ``document``: its edition, where public."""

    key: str
    name: str
    document: DocumentEdition | None = None


@dataclass(frozen=True)
class Line:
    """A row or a column: a recommendation or a government, with what all of its cells count, on every page of the matrix."""

    key: str
    name: str
    counts: Distribution
    heading: Heading | None = None
    recommendation: RecommendationEdition | None = None

    @property
    def counted(self) -> int:
        """The denominator: its addressees in this matrix."""
        return self.counts.total

    @property
    def assessed(self) -> int:
        """How many of them were assessed."""
        return self.counts.total - self.counts.of(Status.NOT_ASSESSED)


@dataclass(frozen=True)
class MatrixRow:
    """A row with one cell a column; None where that government is no addressee of that recommendation."""

    line: Line
    cells: list[AddresseeEdition | None]


@dataclass(frozen=True)
class Span:
    """The part of an axis that a page shows: from ``first`` to ``last`` of ``total``, both from 1; page ``number`` of ``pages``."""

    number: int
    pages: int
    first: int
    last: int
    total: int
    size: int

    @property
    def before(self) -> "Span | None":
        """The page before; None at the beginning."""
        return self._other(self.number - 1) if self.number > 1 else None

    @property
    def after(self) -> "Span | None":
        """The page after; None at the end."""
        return self._other(self.number + 1) if self.number < self.pages else None

    def _other(self, number: int) -> "Span":
        return Span(number, self.pages, (number - 1) * self.size + 1, min(number * self.size, self.total), self.total, self.size)


@dataclass(frozen=True)
class Membership:
    """The members that the groups of the filter had on a day, and how many of them are addressees of what is shown."""

    day: dt.date
    members: list[tuple[str, str]]
    addressees: int


@dataclass(frozen=True)
class Matrix:
    """One page of the matrix. ``earlier`` holds pairs (reference, code) with an earlier action; ``distribution`` counts the cells of all pages."""

    layout: Layout
    columns: list[Line]
    rows: list[MatrixRow]
    distribution: Distribution
    earlier: set[tuple[str, str]]
    recommendations: Span
    governments: Span

    @property
    def lines(self) -> list[Line]:
        """The lines of the page both ways."""
        return [*self.columns, *(row.line for row in self.rows)]

    @property
    def texts(self) -> list[list[Any]]:
        """Every row whose texts the page shows, in groups."""
        return [[line.recommendation for line in self.lines], [line.heading.document for line in self.lines if line.heading]]

    @property
    def sections(self) -> list[tuple[Heading | None, list[MatrixRow]]]:
        """The rows by what they stand under."""
        return [(heading, list(rows)) for heading, rows in groupby(self.rows, key=lambda row: row.line.heading)]

    @property
    def column_headings(self) -> list[tuple[Heading, int]]:
        """What the columns stand under, each with how many; none where they stand under nothing."""
        found = [(heading, len(list(lines))) for heading, lines in groupby(self.columns, key=lambda line: line.heading)]
        return [(heading, number) for heading, number in found if heading]


class Table:
    """The whole matrix of an address, to be asked for in parts."""

    def __init__(self, clocks: Clocks, addressees: Selection, layout: Layout = PLAIN, members: Sequence[tuple[str, str]] = ()) -> None:
        """``addressees`` are those of the filters; ``members`` stand in the matrix whether they are among them or not."""
        self.clocks = clocks
        self.layout = layout
        self.members = members
        self.counted = addressees.among(addressees.flags("counted"))

    def governments(self) -> list[Line]:
        """Every government, in order, with its tallies."""
        tallies = self.counted.counts_by("government", "status", self.counted.all)
        disputed = self.counted.counts("government", self.counted.flags("disputed"))
        names = dict(self.counted.named("government", "government_name", self.counted.all)[::-1])  # of several names the first
        names = {code: name for code, name in self.members if code not in tallies} | names
        lines = [Line(code, name, distribution(tallies.get(code, {}), government=code)) for code, name in names.items()]
        lines.sort(key=lambda line: (line.name.casefold(), line.key))
        order, backwards = _order(self.layout.sort_of_governments)
        match order:
            case "" | "name":
                lines = lines[::-1] if backwards else lines
            case "assessed":
                lines.sort(key=lambda line: line.assessed, reverse=backwards)
            case "disputed":
                lines.sort(key=lambda line: disputed.get(line.key, 0), reverse=backwards)
            case status:
                lines.sort(key=lambda line: line.counts.of(Status(status)), reverse=backwards)
        return lines

    @functools.cached_property
    def references(self) -> References:
        """Every recommendation with a cell, in order."""
        counted = self.counted
        own = [counted.places("recommended_first"), counted.places("reference_in_numbers")]
        order, backwards = _order(self.layout.sort_of_recommendations)
        match order:
            case "":
                by = [-places for places in own] if backwards else own
            case "name":
                by = [counted.places("-name" if backwards else "name"), *own]
            case counting:
                numbers, _vocabulary = counted.numbers("recommendation", counted.meets(_COUNTING[counting]))
                number = numbers[counted.standing[0]]
                by = [-number if backwards else number, *own]
        return counted.in_order(*self._headings_in_order(), *by)

    def _headings_in_order(self) -> list[Array]:
        """What the recommendations stand under, in order: documents by their first date, themes and kinds of measure by name, nothing at the end."""
        by = self.layout.by
        if by == "none":
            return []
        column = self.counted.of_recommendations({"document": "source", "theme": "themes", "measure": "measure"}[by])
        keys = [_first_of(value) for value in column.vocabulary.values]
        if by == "document":
            first = np.full(len(keys), np.iinfo(np.int64).max)
            np.minimum.at(first, column.numbers, self.counted.places("recommended_first"))
            return [first[column.numbers], column.vocabulary.places()[column.numbers]]
        ordered = sorted({*keys}, key=lambda key: (not key, self._names.get(key, key), key))
        place_of = {key: place for place, key in enumerate(ordered)}
        places = np.array([place_of[key] for key in keys], dtype=np.int64)
        return [places[column.numbers]]

    @functools.cached_property
    def _names(self) -> dict[str, str]:
        """What themes, or kinds of measure, are called."""
        lookup = {"theme": themes, "measure": measures}.get(self.layout.by)
        return dict(lookup(self.clocks)) if lookup else {}

    def _heading_of(self, row: RecommendationEdition) -> tuple[str, str]:
        """Key and name of what a recommendation stands under."""
        match self.layout.by:
            case "document":
                return row.source, ""
            case "theme":
                key = _first_of(row.themes)
            case "measure":
                key = row.measure
            case _:
                key = ""
        return key, self._names.get(key, key)

    def recommendations(self, references: Sequence[str]) -> list[RecommendationEdition]:
        """Recommendations with a cell, by reference, in the order asked for."""
        rows = self.clocks.rows(RecommendationEdition).filter(reference__among=references).defer("statement", "note")
        found = {row.reference: row for row in rows}
        return [found[reference] for reference in references]

    def lines(self, recommendations: Sequence[RecommendationEdition]) -> list[Line]:
        """Recommendations with their tallies and what they stand under."""
        mine = self.counted.meets(Q(recommendation__among=[row.reference for row in recommendations]))
        tallies = self.counted.counts_by("recommendation", "status", mine)
        headings = self._headings(recommendations)
        return [
            Line(
                row.reference,
                row.short_title,
                distribution(tallies.get(row.reference, {}), recommendation=row.reference),
                headings.get(self._heading_of(row)),
                row,
            )
            for row in recommendations
        ]

    def _headings(self, recommendations: Sequence[RecommendationEdition]) -> dict[tuple[str, str], Heading]:
        if self.layout.by == "none":
            return {}
        pairs = {self._heading_of(row) for row in recommendations}
        documents = {}
        if self.layout.by == "document":
            rows = self.clocks.said(DocumentEdition).filter(key__in={key for key, _name in pairs}).defer("note", "snapshots")
            documents = {row.key: row for row in rows}
        return {(key, name): Heading(key, name, documents.get(key)) for key, name in pairs}

    def distribution(self) -> Distribution:
        """All cells by status."""
        return distribution(self.counted.counts("status", self.counted.all))

    def cells(self, references: Sequence[str], codes: Sequence[str] | None = None) -> dict[tuple[str, str], AddresseeEdition]:
        """The cells of these recommendations and governments (None: of all), as they may be told."""
        condition = Q(recommendation__among=references) & (Q() if codes is None else Q(government__among=codes))
        ids = self.counted.ids[self.counted.meets(condition)].tolist()
        rows = AddresseeEdition.objects.filter(id__among=ids).defer("rationale", "departure", "documents", "themes")
        return {(row.recommendation, row.government): row for row in told(rows, self.clocks)}

    def earlier(self, references: Sequence[str], codes: Sequence[str]) -> set[tuple[str, str]]:
        """The pairs with an action dated before the recommendation."""
        rows = self.clocks.rows(EffectEdition).filter(recommendation__in=references, government__in=codes, earlier=Earlier.YES.value)
        return set(rows.order_by().values_list("recommendation", "government").distinct())

    def whole_rows(self) -> Iterator[MatrixRow]:
        """Every row with every column, some rows at a time: for files."""
        governments = self.governments()
        if not self.layout.transposed:
            codes = [line.key for line in governments]
            for first in range(0, len(self.references), CHUNK):
                chunk = self.references[first : first + CHUNK]
                found = self.cells(chunk)
                yield from (MatrixRow(line, [found.get((line.key, code)) for code in codes]) for line in self.lines(self.recommendations(chunk)))
            return
        references = list(self.references)
        for line in governments:
            found = self.cells(references, [line.key])
            yield MatrixRow(line, [found.get((reference, line.key)) for reference in references])

    def whole_columns(self) -> list[Line]:
        """Every column: for files."""
        return self.lines(self.recommendations(self.references)) if self.layout.transposed else self.governments()

    def page(self, sizes: tuple[int, int] | None = (ROWS_PER_PAGE, COLUMNS_PER_PAGE)) -> Matrix:
        """The page that the layout asks for; without ``sizes`` everything on one. ``BadFilter`` where there is no such page."""
        layout = self.layout
        governments = self.governments()
        counted = distribution_over(governments)
        number = len(self.references)
        if sizes is None:
            across = _span("page", 1, number or 1, number)
            down = _span("columns", 1, len(governments) or 1, len(governments))
        else:
            of_rows, of_columns = sizes
            size, name, page = (of_columns, "columns", layout.columns) if layout.transposed else (of_rows, "page", layout.page)
            across = _span(name, page, size, number)
            size, name, page = (of_rows, "page", layout.page) if layout.transposed else (of_columns, "columns", layout.columns)
            down = _span(name, page, size, len(governments))
        recommendations = self.recommendations(self.references[across.first - 1 : across.last]) if number else []
        governments = governments[down.first - 1 : down.last] if governments else []
        lines = self.lines(recommendations)
        references, codes = [line.key for line in lines], [line.key for line in governments]
        found = self.cells(references, codes)
        if layout.transposed:
            rows = [MatrixRow(line, [found.get((reference, line.key)) for reference in references]) for line in governments]
        else:
            rows = [MatrixRow(line, [found.get((line.key, code)) for code in codes]) for line in lines]
        return Matrix(layout, lines if layout.transposed else governments, rows, counted, self.earlier(references, codes), across, down)


def matrix(clocks: Clocks, addressees: Selection, layout: Layout = PLAIN) -> Matrix:
    """The matrix of the given addressees, whole; groups and governments cited as models stand in no cell."""
    return Table(clocks, addressees, layout).page(sizes=None)


def memberships(clocks: Clocks, groups: Sequence[str], days: Iterable[dt.date], addressed: set[str]) -> list[Membership]:
    """The members of groups on several days; ``addressed`` are the codes of the addressees among which members are counted."""
    found = []
    for day in sorted(set(days)):
        condition = members_of(list(groups), replace(clocks, as_of=day), column="code")
        rows = clocks.said(GovernmentEdition).filter(condition).exclude(kind=GovernmentKind.GROUP.value).order_by("name", "code")
        members = list(rows.values_list("code", "name"))
        found.append(Membership(day, members, sum(code in addressed for code, _name in members)))
    return found


def distribution_over(lines: Iterable[Line]) -> Distribution:
    """The distribution of all cells of some rows or columns together."""
    total: dict[str, int] = defaultdict(int)
    for line in lines:
        for item in line.counts.counts:
            total[item.status.value] += item.count
    return distribution(total)


def _span(name: str, page: int, size: int, total: int) -> Span:
    last_page = page_within(name, page, size, total)
    return Span(page, last_page, min((page - 1) * size + 1, total), min(page * size, total), total, size)


def _order(written: str) -> tuple[str, bool]:
    return written.removeprefix("-"), written.startswith("-")


def _first_of(value: Any) -> str:
    """The first of several keys, or the one; empty where there is none."""
    return value if isinstance(value, str) else next(iter(value or ()), "")


_COUNTING = {
    "assessed": ~Q(status=Status.NOT_ASSESSED.value),
    "disputed": Q(disputed=True),
    **{status.value: Q(status=status.value) for status in Status},
}

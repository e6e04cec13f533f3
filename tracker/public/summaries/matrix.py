"""The matrix: recommendations × governments, page by page.

Axes, tallies and cells are asked for apart: what a page does not show is counted by the database and never loaded.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import Any

from django.db.models import Case, Count, F, Func, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, TextField, Value, When, Window
from django.db.models.fields import DecimalField
from django.db.models.functions import Cast, Coalesce, Lower

from tracker.editions.tables import (
    AddresseeEdition,
    DocumentEdition,
    EffectEdition,
    GovernmentEdition,
    RecommendationEdition,
)
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.filters import members_of
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

    def __init__(self, clocks: Clocks, addressees: QuerySet[Any], layout: Layout = PLAIN, members: Sequence[tuple[str, str]] = ()) -> None:
        """``addressees`` are those of the filters; ``members`` stand in the matrix whether they are among them or not."""
        self.clocks = clocks
        self.layout = layout
        self.members = members
        self.counted = addressees.filter(counted=True).order_by()

    def governments(self) -> list[Line]:
        """Every government, in order, with its tallies: one question, answered by the database's own counting."""
        rows = self.counted.values("government").annotate(name=Min("government_name"), disputes=Count("id", filter=Q(disputed=True)), **_NUMBERS)
        tallies = {row["government"]: row for row in rows}
        names = {code: name for code, name in self.members if code not in tallies} | {code: row["name"] for code, row in tallies.items()}
        lines = [Line(code, name, distribution(_counts(tallies.get(code, {})), government=code)) for code, name in names.items()]
        lines.sort(key=lambda line: (line.name.casefold(), line.key))
        order, backwards = _order(self.layout.sort_of_governments)
        match order:
            case "" | "name":
                lines = lines[::-1] if backwards else lines
            case "assessed":
                lines.sort(key=lambda line: line.assessed, reverse=backwards)
            case "disputed":
                lines.sort(key=lambda line: tallies.get(line.key, {}).get("disputes", 0), reverse=backwards)
            case status:
                lines.sort(key=lambda line: line.counts.of(Status(status)), reverse=backwards)
        return lines

    def recommendations(self) -> QuerySet[Any]:
        """Every recommendation with a cell, in order, each with the key and the name of what it stands under."""
        rows = self.clocks.rows(RecommendationEdition).filter(reference__in=self.counted.values("recommendation")).defer("statement", "note")
        rows = rows.annotate(heading_key=_HEADING_KEY[self.layout.by], heading_name=_HEADING_NAME[self.layout.by])
        order, backwards = _order(self.layout.sort_of_recommendations)
        rows = rows.annotate(
            heading_first=Window(Min("recommended_first"), partition_by=[F("heading_key")]),
            stem=Func(F("reference"), Value(r"\d.*$"), Value(""), function="regexp_replace", output_field=TextField()),
            number_in_it=Func(F("reference"), template="substring(%(expressions)s from '\\d+')::numeric", output_field=DecimalField()),
        )
        by: list[Any]
        own = ["recommended_first", "stem", "number_in_it", "reference"]
        match order:
            case "":
                by = [F(name).desc() for name in own] if backwards else own
            case "name":
                name = Lower("short_title")
                by = [name.desc() if backwards else name.asc(), *own]
            case counting:
                rows = rows.annotate(sorted_by=self._number_of(_COUNTING[counting]))
                by = [F("sorted_by").desc() if backwards else F("sorted_by").asc(), *own]
        # Documents stand in order of date, themes and kinds of measure by name; what has none stands last.
        first = ["heading_first"] if self.layout.by == "document" else [Case(When(heading_key="", then=1), default=0, output_field=IntegerField())]
        return rows.order_by(*first, "heading_name", "heading_key", *by)

    def _number_of(self, condition: Q) -> Coalesce:
        """How many cells of a recommendation meet a condition."""
        mine = self.counted.filter(condition, recommendation=OuterRef("reference")).values("recommendation").annotate(number=Count("id"))
        return Coalesce(Subquery(mine.values("number")), 0, output_field=IntegerField())

    def lines(self, recommendations: Sequence[Any]) -> list[Line]:
        """Recommendations with their tallies and what they stand under."""
        tallies = self._tallies([row.reference for row in recommendations])
        headings = self._headings(recommendations)
        return [
            Line(
                row.reference,
                row.short_title,
                distribution(tallies.get(row.reference, {}), recommendation=row.reference),
                headings.get((row.heading_key, row.heading_name)),
                row,
            )
            for row in recommendations
        ]

    def _tallies(self, references: Sequence[str]) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = defaultdict(dict)
        rows = self.counted.filter(recommendation__in=references).values("recommendation", "status").annotate(number=Count("id"))
        for reference, status, number in rows.values_list("recommendation", "status", "number"):
            found[reference][str(status)] = number
        return found

    def _headings(self, recommendations: Sequence[Any]) -> dict[tuple[str, str], Heading]:
        if self.layout.by == "none":
            return {}
        pairs = {(row.heading_key, row.heading_name) for row in recommendations}
        documents = {}
        if self.layout.by == "document":
            rows = self.clocks.said(DocumentEdition).filter(key__in={key for key, _name in pairs}).defer("note", "snapshots")
            documents = {row.key: row for row in rows}
        return {(key, name): Heading(key, name, documents.get(key)) for key, name in pairs}

    def distribution(self) -> Distribution:
        """All cells by status."""
        return distribution(
            {str(status): number for status, number in self.counted.values("status").annotate(n=Count("id")).values_list("status", "n")}
        )

    def cells(self, references: Sequence[str], codes: Sequence[str] | None = None) -> dict[tuple[str, str], AddresseeEdition]:
        """The cells of these recommendations and governments (None: of all), as they may be told."""
        rows = self.counted.filter(recommendation__in=references).defer("rationale", "departure", "documents", "themes")
        if codes is not None:
            rows = rows.filter(government__in=codes)
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
            streamed = self.recommendations().iterator(CHUNK)
            while rows := list(islice(streamed, CHUNK)):
                found = self.cells([row.reference for row in rows])
                yield from (MatrixRow(line, [found.get((line.key, code)) for code in codes]) for line in self.lines(rows))
            return
        references = list(self.recommendations().values_list("reference", flat=True))
        for line in governments:
            found = self.cells(references, [line.key])
            yield MatrixRow(line, [found.get((reference, line.key)) for reference in references])

    def whole_columns(self) -> list[Line]:
        """Every column: for files."""
        return self.lines(list(self.recommendations())) if self.layout.transposed else self.governments()

    def page(self, sizes: tuple[int, int] | None = (ROWS_PER_PAGE, COLUMNS_PER_PAGE)) -> Matrix:
        """The page that the layout asks for; without ``sizes`` everything on one. ``BadFilter`` where there is no such page."""
        layout = self.layout
        chosen = self.recommendations()
        governments = self.governments()
        counted = distribution_over(governments)
        number = chosen.count() if sizes else 0
        if sizes is None:
            recommendations = list(chosen)
            across = _span("page", 1, len(recommendations) or 1, len(recommendations))
            down = _span("columns", 1, len(governments) or 1, len(governments))
        else:
            of_rows, of_columns = sizes
            size, name, page = (of_columns, "columns", layout.columns) if layout.transposed else (of_rows, "page", layout.page)
            across = _span(name, page, size, number)
            size, name, page = (of_rows, "page", layout.page) if layout.transposed else (of_columns, "columns", layout.columns)
            down = _span(name, page, size, len(governments))
            recommendations = list(chosen[across.first - 1 : across.last]) if number else []
            governments = governments[down.first - 1 : down.last] if governments else []
        lines = self.lines(recommendations)
        references, codes = [line.key for line in lines], [line.key for line in governments]
        found = self.cells(references, codes)
        if layout.transposed:
            rows = [MatrixRow(line, [found.get((reference, line.key)) for reference in references]) for line in governments]
        else:
            rows = [MatrixRow(line, [found.get((line.key, code)) for code in codes]) for line in lines]
        return Matrix(layout, lines if layout.transposed else governments, rows, counted, self.earlier(references, codes), across, down)


def matrix(clocks: Clocks, addressees: QuerySet[Any], layout: Layout = PLAIN) -> Matrix:
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


def _counts(row: dict[str, Any]) -> dict[str, int]:
    return {status.value: row.get(f"n_{status.value}", 0) for status in Status}


_NUMBERS = {f"n_{status.value}": Count("id", filter=Q(status=status.value)) for status in Status}
_COUNTING = {
    "assessed": ~Q(status=Status.NOT_ASSESSED.value),
    "disputed": Q(disputed=True),
    **{status.value: Q(status=status.value) for status in Status},
}
_NOTHING = Value("", output_field=TextField())
_HEADING_KEY: dict[str, Any] = {
    "document": Cast(F("source"), TextField()),
    "theme": Coalesce(Cast(F("themes__0"), TextField()), _NOTHING),
    "measure": Cast(F("measure"), TextField()),
    "none": _NOTHING,
}
_HEADING_NAME: dict[str, Any] = {
    "document": _NOTHING,
    "theme": Coalesce(Cast(F("theme_names__0"), TextField()), _NOTHING),
    "measure": Cast(F("measure_name"), TextField()),
    "none": _NOTHING,
}

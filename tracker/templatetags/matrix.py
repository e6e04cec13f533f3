"""What the templates of the matrix need: its cells, and addresses that turn it, sort it and leaf through it. ``{% load matrix %}``.

Cells are written here rather than in a template of their own: a page has hundreds.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.http import QueryDict
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from tracker.editions.tables import AddresseeEdition
from tracker.languages import names
from tracker.public.layout import Layout
from tracker.public.summaries.matrix import Line, Matrix, MatrixRow, Span
from tracker.rules.vocabulary import Status
from tracker.templatetags.publication import status, to, when_short
from tracker.templatetags.wording import wording_text

register = template.Library()


@register.simple_tag(takes_context=True)
def cells(context: RequestContext, table: Matrix, row: MatrixRow) -> SafeString:
    """The cells of a row: word, shape, colour and date, what disputes it and what else it must not be shown without; each leads to its evidence."""
    clocks = context["clocks"].parameters
    query = QueryDict(mutable=True)
    query.update(clocks)
    tail = f"?{query.urlencode()}" if query else ""
    nobody = gettext("no addressee")
    called = {column.key: _called(context, column) for column in table.columns}
    pairs = ((column, cell) for column, cell in zip(table.columns, row.cells, strict=True))
    return format_html_join(
        "",
        "{}",
        (
            (_cell(cell, called[column.key], (cell.recommendation, cell.government) in table.earlier, tail),)
            if cell
            else (format_html('<td class="no">–<span class="hush"> {}</span></td>', nobody),)
            for column, cell in pairs
        ),
    )


def _called(context: RequestContext, line: Line) -> str:
    """A row's or column's name as plain text."""
    return wording_text(context, line.recommendation, "short_title") if line.recommendation else names.government(line.key, line.name)


def _cell(cell: AddresseeEdition, column: str, earlier: bool, tail: str) -> SafeString:
    address = reverse("public:addressee", args=[cell.recommendation, cell.government]) + tail
    notes = format_html_join("", "<small{}>{}</small>", _notes(cell, earlier))
    return format_html('<td data-of="{}"><a href="{}">{}{}</a></td>', column, address, status(cell.status), notes)


_DISPUTED = SafeString(' class="mark--disputed"')


def _notes(cell: AddresseeEdition, earlier: bool) -> list[tuple[str, Any]]:
    """The small lines of a cell: attributes of the line, and its words."""
    due: dt.date | None = cell.search_due_since  # type: ignore[attr-defined]  # as told
    notes: list[tuple[str, Any]] = []
    if cell.effective_on:
        notes.append(("", when_short(cell.effective_on)))
    if cell.disputes:
        notes.append((_DISPUTED, gettext("%(for)s for, %(against)s against") % {"for": cell.supports, "against": cell.disputes}))
    if cell.corroboration == "single_source":
        notes.append(("", gettext("single source")))
    if due:
        notes.append(("", format_html(gettext("search due since %(since)s") % {"since": "{}"}, when_short(due))))
    if cell.claimed_by:
        notes.append(
            (SafeString(' class="claimed"'), format_html(gettext("claimed by %(names)s") % {"names": "{}"}, names.joined_marked(cell.claimed_by)))
        )
    if cell.replies:
        notes.append(("", ngettext("%(n)s reply", "%(n)s replies", len(cell.replies)) % {"n": len(cell.replies)}))
    if earlier:
        notes.append(("", gettext("earlier action")))
    return notes


@register.simple_tag(takes_context=True)
def leaf(context: RequestContext, layout: Layout, axis: str, span: Span) -> str:
    """This page's own query with another part of an axis (“recommendations” or “governments”); the part of the other stays."""
    name = "page" if axis == layout.rows else "columns"
    query = context["request"].GET.copy()
    query.pop(name, None)
    if span.number != 1:
        query[name] = str(span.number)
    return f"?{query.urlencode()}" if query else str(context["request"].path)


@register.simple_tag(takes_context=True)
def turned(context: RequestContext, layout: Layout) -> str:
    """The same matrix with rows and columns exchanged, each sorted as before."""
    changes = {"rows": "recommendations" if layout.transposed else "governments", "sort": layout.sort_columns, "sort_columns": layout.sort}
    if layout.transposed:
        changes["rows"] = ""
    return _with(context, changes)


@register.simple_tag(takes_context=True)
def members_on(context: RequestContext, day: dt.date, denominator: str) -> str:
    """The same matrix with the members that its groups had on a day: those that are addressees, or all."""
    clocks = context["clocks"]
    return _with(
        context, {"group_on": "" if day == clocks.as_of else day.isoformat(), "denominator": "" if denominator == "addressees" else denominator}
    )


def _with(context: RequestContext, changes: Mapping[str, str]) -> str:
    query = context["request"].GET.copy()
    for name in ("page", "columns", *changes):
        query.pop(name, None)
    for name, value in changes.items():
        if value:
            query[name] = value
    return f"?{query.urlencode()}" if query else str(context["request"].path)


@register.simple_tag(takes_context=True)
def line_rows(context: RequestContext, line: Line, opening: Mapping[str, list[str]], which: str = "") -> str:
    """The rows that a row's or column's number counts: all of its addressees, or with ``which`` “assessed” those that were assessed."""
    own = {"recommendation": [line.key]} if line.recommendation else {"government": [line.key]}
    filters: dict[str, Any] = {**{name: values for name, values in opening.items() if line.recommendation or name != "group"}, **own}
    if which == "assessed":
        wanted = filters.get("status") or [status.value for status in Status]
        filters["status"] = [value for value in wanted if value != Status.NOT_ASSESSED.value]
    return to(context, "recommendations", **filters)


@register.simple_tag(takes_context=True)
def rows_behind(context: RequestContext, opening: Mapping[str, list[str]], status: str = "") -> str:
    """The rows behind a number over the whole matrix; with ``status``, those that have it."""
    return to(context, "recommendations", **{**opening, **({"status": [status]} if status else {})})


@register.simple_tag(takes_context=True)
def on_day(context: RequestContext, day: dt.date) -> str:
    """This page as of another day."""
    query = context["request"].GET.copy()
    query["as_of"] = day.isoformat()
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def as_known(context: RequestContext, instant: dt.datetime) -> str:
    """This page as the site knew it at an instant."""
    query = context["request"].GET.copy()
    query["known"] = instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return f"?{query.urlencode()}"

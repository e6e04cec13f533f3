"""How a reader asks for the matrix to be laid out: every parameter of its address beside the filters and the two clocks, each with what it takes.

Pages, files and forms read the same declaration. A bad value is a :class:`BadFilter`, as a filter's is.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from tracker.public.clocks import BadFilter, Clocks, one_value
from tracker.public.filters import AddresseeFilters, members_of
from tracker.rules.vocabulary import Status

ROWS_PER_PAGE, COLUMNS_PER_PAGE = 40, 20
"""What a page of the matrix holds: readable, on paper too, and well under 100 KB compressed."""
LONGEST_NUMBER = 9
"""Digits of a page's number."""

Words = str | Promise

BY: Mapping[str, Words] = {
    "document": gettext_lazy("the document that makes them"),
    "theme": gettext_lazy("theme"),
    "measure": gettext_lazy("kind of measure"),
    "none": gettext_lazy("nothing: one list"),
}
"""What recommendations are grouped by."""
ROWS: Mapping[str, Words] = {
    "recommendations": gettext_lazy("recommendations in rows, governments in columns"),
    "governments": gettext_lazy("governments in rows, recommendations in columns"),
}
DENOMINATOR: Mapping[str, Words] = {
    "addressees": gettext_lazy("only members that are addressees"),
    "members": gettext_lazy("all members on that day"),
}
"""Which members of a group stand in the matrix."""
SORTS: Mapping[str, Words] = {
    "": gettext_lazy("their own order"),
    "name": gettext_lazy("name"),
    "assessed": gettext_lazy("how many were assessed"),
    "disputed": gettext_lazy("how many are disputed"),
    **{status.value: gettext_lazy("how many read “%(status)s”") % {"status": status.label} for status in Status},
}
"""What rows, and columns, are sorted by; a minus before it turns the order round."""
SHAPES: Mapping[str, Words] = {
    "wide": gettext_lazy("a line a row of the matrix"),
    "long": gettext_lazy("a line a cell"),
}
"""How a CSV is laid out."""


@dataclass(frozen=True)
class Layout:
    """The matrix as an address asks for it. ``group_on`` is the day whose members a group has; nothing for ``as_of``."""

    by: str = "document"
    rows: str = "recommendations"
    sort: str = ""
    sort_columns: str = ""
    page: int = 1
    columns: int = 1
    group_on: dt.date | None = None
    denominator: str = "addressees"
    shape: str = "wide"

    @property
    def transposed(self) -> bool:
        """Whether governments stand in rows."""
        return self.rows == "governments"

    @property
    def sort_of_recommendations(self) -> str:
        """What recommendations are sorted by, wherever they stand."""
        return self.sort_columns if self.transposed else self.sort

    @property
    def sort_of_governments(self) -> str:
        """What governments are sorted by."""
        return self.sort if self.transposed else self.sort_columns

    def members_by(self, clocks: Clocks) -> Clocks:
        """The clocks by which memberships are read."""
        return replace(clocks, as_of=self.group_on) if self.group_on else clocks

    @property
    def parameters(self) -> dict[str, str]:
        """What an address must carry for the same matrix, whole: without the page, and without what is so by itself."""
        given = {name: getattr(self, name) for name in ("by", "rows", "sort", "sort_columns", "denominator", "shape")}
        found = {name: value for name, value in given.items() if value != getattr(PLAIN, name)}
        return found | ({"group_on": self.group_on.isoformat()} if self.group_on else {})


PLAIN = Layout()
NAMES = tuple(each.name for each in fields(Layout))
"""The parameters that say it."""


def read_layout(parameters: QueryDict, clocks: Clocks) -> Layout:
    """Read the layout from an address; ``BadFilter`` for the first value that cannot be read."""
    return Layout(
        by=_one_of(parameters, "by", BY),
        rows=_one_of(parameters, "rows", ROWS),
        sort=_sort(parameters, "sort"),
        sort_columns=_sort(parameters, "sort_columns"),
        page=_number(parameters, "page"),
        columns=_number(parameters, "columns"),
        group_on=_day(parameters, clocks),
        denominator=_one_of(parameters, "denominator", DENOMINATOR),
        shape=_one_of(parameters, "shape", SHAPES),
    )


def _refuse(name: str, written: str, takes: str) -> BadFilter:
    shown = written if len(written) <= 60 else written[:60] + "…"
    return BadFilter(name, gettext("“%(value)s”: %(name)s takes %(takes)s.") % {"value": shown, "name": name, "takes": takes})


def _one_of(parameters: QueryDict, name: str, takes: Mapping[str, Words]) -> str:
    written = one_value(parameters, name)
    if not written:
        return str(getattr(PLAIN, name))
    if written not in takes:
        raise _refuse(name, written, gettext("one of %(values)s") % {"values": ", ".join(takes)})
    return written


def _sort(parameters: QueryDict, name: str) -> str:
    written = one_value(parameters, name)
    if written.removeprefix("-") not in SORTS or written == "-":
        takes = gettext("one of %(values)s, with a minus before it for the other way")
        raise _refuse(name, written, takes % {"values": ", ".join(value for value in SORTS if value)})
    return written


def _number(parameters: QueryDict, name: str) -> int:
    written = one_value(parameters, name) or "1"
    if not (written.isascii() and written.isdigit() and len(written) <= LONGEST_NUMBER and int(written)):
        raise _refuse(name, written, gettext("the number of a page, from 1"))
    return int(written)


def _day(parameters: QueryDict, clocks: Clocks) -> dt.date | None:
    """A day up to today; nothing where it is the day of the page anyway."""
    written = one_value(parameters, "group_on")
    if not written:
        return None
    try:
        day = dt.date.fromisoformat(written) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written, re.ASCII) else None
    except ValueError:
        day = None
    if day is None or day > clocks.today:
        raise _refuse("group_on", written, gettext("a day up to today, written as 2019-06-01"))
    return None if day == clocks.as_of else day


def page_within(name: str, number: int, size: int, total: int) -> int:
    """How many pages there are of ``total`` things; ``BadFilter`` for a number above."""
    last = max(1, -(-total // size))
    if number > last:
        takes = gettext("a number from 1 to %(last)s")
        raise _refuse(name, str(number), takes % {"last": last})
    return last


class MatrixFilters(AddresseeFilters):
    """The filters of addressees, with the members that a group had on the day of the layout."""

    class Meta(AddresseeFilters.Meta):
        """Of the narrow table."""

    def __init__(self, parameters: QueryDict, clocks: Clocks, layout: Layout) -> None:
        """As of any list; memberships by the layout's day."""
        super().__init__(parameters, clocks)
        by = layout.members_by(clocks)
        self.filters["group"].condition = lambda _clocks, code: members_of([code], by)

"""What each parameter of the API takes, as JSON Schema, from the declarations that read it: never more than is taken, never less.

Which values there are is data: of short lists (governments, kinds of measure) the description names them all, of long ones it says what they look
like. A day is one up to today, and an edition one that there is. So the description is a function of the edition and the day, like every answer.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tracker.public import citable, layout
from tracker.public.api.walking import SHAPE
from tracker.public.clocks import LARGEST_NUMBER
from tracker.public.columns import Listing
from tracker.public.filters import Grammar, OneOf, SearchFilter
from tracker.public.filters.choices import Wanted
from tracker.public.filters.kinds import LONGEST_QUERY, EditionFilter, YearFilter
from tracker.public.shapes import Shape

NAMED = 1000
"""Values of a filter that the description names; of more it says what they look like."""
_BLANKS = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
BLANK: Shape = {"type": "string", "pattern": f"^[{_BLANKS}]*$"}
"""An empty value is as good as none."""
Parameter = dict[str, Any]


@dataclass(frozen=True)
class Read:
    """What the site has as it is described: the day, and the number of the newest edition; 0 where there is none."""

    today: dt.date
    newest: int


def parameters_of(chosen: Listing, read: Read, *, paged: bool) -> list[Parameter]:
    """Those of a list: its filters, both clocks, the order, and where a page begins."""
    found = [*filters_of(chosen.filters), *clocks(read), _sort(chosen)]
    return [*found, *_places()] if paged else found


def names_of(chosen: Listing, *, paged: bool) -> tuple[str, ...]:
    """Their names alone: a page of a list takes what the site's own does, and a cursor."""
    return (*citable.takes(chosen.name), "cursor") if paged else citable.file_takes(chosen.name)


def filters_of(grammar: type[Grammar]) -> list[Parameter]:
    """One for each filter; several values of it mean “or”."""
    return [
        _many(name, f"{_sentence(str(declared.label))} {_('It takes %(what)s.') % {'what': declared.takes}}", _value_of(declared))
        for name, declared in grammar.base_filters.items()
    ]


def _value_of(declared: OneOf) -> Shape:
    match declared:
        case SearchFilter():
            own = rf"[^\x00{_BLANKS}]"
            return {"type": "string", "pattern": rf"^[{_BLANKS}]*({own}([^\x00]{{0,{LONGEST_QUERY - 2}}}{own})?)?[{_BLANKS}]*$"}
        case EditionFilter():
            return _or_blank({"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER})
        case YearFilter():
            return _or_blank({"type": "string", "pattern": "^[0-9]{4}$"})
    values = [str(value) for value, _label in declared.lookup(None, Wanted(most=NAMED + 1))] if declared.lookup else []
    if len(values) <= NAMED:
        return _or_blank({"type": "string", "enum": list(dict.fromkeys(values))}) if values else BLANK
    return {"type": "string", "maxLength": 60}


def clocks(read: Read) -> list[Parameter]:
    """Both clocks."""
    day = days_until(read.today)
    known = "|".join(filter(None, (rf"(edition-)?({numbers_until(read.newest)})" if read.newest else "", day, _instants_until(read.today))))
    return [
        _one("as_of", _("What was true on a day: a day up to today, written as `2019-06-01`. Without it: today."), _or_blank(_pattern(day))),
        _one(
            "known",
            _("What this site said: at the end of a day, at an instant with its offset, or in an edition by its number. Without it: now."),
            _or_blank(_pattern(known)),
        ),
    ]


def _sort(chosen: Listing) -> Parameter:
    values = [sign + name for name in chosen.sorts for sign in ("", "-")]
    return _one("sort", _("The order of the rows; with a minus the other way."), _or_blank({"type": "string", "enum": values}))


def _places() -> list[Parameter]:
    return [
        _one(
            "page",
            _("The number of a page of 50 rows. For a walk over all of them follow `next` instead, which misses and repeats none."),
            _or_blank({"type": "integer", "minimum": 1, "maximum": 10**layout.LONGEST_NUMBER - 1}),
        ),
        _one(
            "cursor",
            _("Opaque: what the address in `next` says. It holds its place, the list, filter, order, day and edition, and fits no others."),
            _or_blank(_pattern(SHAPE)),
        ),
    ]


def of_the_matrix(grammar: type[Grammar], read: Read) -> list[Parameter]:
    """Those of a file of the matrix: filters, both clocks, and how it is laid out."""
    sorts = [value for name in layout.SORTS if name for value in (name, f"-{name}")]
    return [
        *filters_of(grammar),
        *clocks(read),
        _chosen("by", _("What recommendations are grouped by."), layout.BY),
        _chosen("rows", _("What stands in rows."), layout.ROWS),
        _one("sort", _("What rows are sorted by; with a minus the other way."), _or_blank({"type": "string", "enum": sorts})),
        _one("sort_columns", _("What columns are sorted by; with a minus the other way."), _or_blank({"type": "string", "enum": sorts})),
        _one("group_on", _("The day whose members a group has; without it that of as_of."), _or_blank(_pattern(days_until(read.today)))),
        _chosen("denominator", _("Which members of a group stand in it."), layout.DENOMINATOR),
        _chosen("shape", _("How a CSV is laid out."), layout.SHAPES),
    ]


def _chosen(name: str, means: str, values: Mapping[str, Any]) -> Parameter:
    words = "; ".join(f"`{value}`: {label}" for value, label in values.items())
    return _one(name, f"{means} {words}.", _or_blank({"type": "string", "enum": list(values)}))


def _one(name: str, means: str, value: Shape) -> Parameter:
    return {"name": name, "in": "query", "description": means, "schema": value}


def _many(name: str, means: str, value: Shape) -> Parameter:
    return {**_one(name, means, {"type": "array", "items": value}), "style": "form", "explode": True}


def _sentence(label: str) -> str:
    return label[:1].upper() + label[1:] + "."


def _or_blank(shape: Shape) -> Shape:
    return {"anyOf": [shape, BLANK]}


def _pattern(pattern: str) -> Shape:
    return {"type": "string", "pattern": f"^({pattern})$"}


# Days and numbers as patterns


def numbers_until(last: int) -> str:
    """A pattern of the whole numbers from 1, without zeros before them."""
    written = str(last)
    shorter = [rf"[1-9][0-9]{{{digits}}}" for digits in range(len(written) - 1)]
    return "|".join([*shorter, *_below(written), written])


def _below(written: str) -> list[str]:
    """Patterns of the numbers of as many digits that are less."""
    found = []
    for place, digit in enumerate(written):
        least = 1 if place == 0 else 0
        if int(digit) > least:
            found.append(f"{written[:place]}[{least}-{int(digit) - 1}]" + "[0-9]" * (len(written) - place - 1))
    return found


_EVERY_MONTH = r"(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
_TIME = r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"


def days_until(today: dt.date) -> str:
    """A pattern of the days of the calendar from the first of the year 1."""
    return _days(today, r"000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|1[0-9]{3}")


def _instants_until(today: dt.date) -> str:
    """A pattern of instants since the year 1000 with their offsets: up to the end of yesterday, wherever they are."""
    return f"({_days(today - dt.timedelta(days=1), '1[0-9]{3}')}){_TIME}(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"


def _days(last: dt.date, years: str) -> str:
    """A pattern of days: of the years before 2000 that are given, and from then on."""
    since = [f"{year}" for year in range(2000, last.year)]
    leap = [rf"{'1' if years.startswith('1') else '[01]'}[0-9](0[48]|[2468][048]|[13579][26])", "1[26]00", *filter(_is_leap, since)]
    return "|".join([f"({'|'.join([years, *since])})-({_EVERY_MONTH})", f"({'|'.join(leap)})-02-29", *_of_the_year(last)])


def _is_leap(year: str) -> bool:
    return int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)


def _of_the_year(last: dt.date) -> Sequence[str]:
    """Patterns of the days of its year up to a day."""
    found = []
    for month in range(1, last.month + 1):
        end = last if month == last.month else dt.date(last.year, month + 1, 1) - dt.timedelta(days=1)
        found.append(f"{last.year}-{month:02}-({'|'.join(f'{day:02}' for day in range(1, end.day + 1))})")
    return found

"""Conditions as lines of a form: a column, what is asked of it, and the values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker.exchange.profiles.model import Condition

TESTS = (
    ("equals", _("is")),
    ("differs", _("is not")),
    ("contains", _("contains")),
    ("empty", _("is empty")),
    ("filled", _("is not empty")),
)
BETWEEN = "|"
"""Between several values of one line."""
SPARE = 2


@dataclass(frozen=True)
class Line:
    """A condition as a line of a form; an empty one is there to be filled in."""

    column: str = ""
    test: str = ""
    value: str = ""


def lines(conditions: Iterable[Condition], spare: int = SPARE) -> list[Line]:
    """Conditions as lines: one that asks several things of its column is several lines."""
    found = []
    for each in conditions:
        if each.equals:
            found.append(Line(each.column, "equals", f" {BETWEEN} ".join(each.equals)))
        if each.differs:
            found.append(Line(each.column, "differs", f" {BETWEEN} ".join(each.differs)))
        if each.contains:
            found.append(Line(each.column, "contains", each.contains))
        if each.empty is not None:
            found.append(Line(each.column, "empty" if each.empty else "filled"))
    return [*found, *[Line()] * spare]


def sent_lines(post: QueryDict, prefix: str) -> list[Line]:
    """The lines of a form as they were sent, filled in or not."""
    columns, tests, values = (post.getlist(f"{prefix}-{name}") for name in ("column", "test", "value"))
    return [Line(column, test, value.strip()) for column, test, value in zip(columns, tests, values, strict=False)]


_ASKS: dict[str, Callable[[Line, tuple[str, ...]], dict[str, Any]]] = {
    "equals": lambda line, several: {"equals": several},
    "differs": lambda line, several: {"differs": several},
    "contains": lambda line, several: {"contains": line.value},
    "empty": lambda line, several: {"empty": True},
    "filled": lambda line, several: {"empty": False},
}


def conditions(sent: Iterable[Line], *, together: bool) -> tuple[Condition, ...]:
    """The conditions that lines say; a line without column or value says none.

    ``together``: all must hold, so that lines about one column make one condition. Else each stands for itself.
    """
    made: list[dict[str, Any]] = []
    for line in sent:
        test = line.test or "equals"
        several = tuple(value for part in line.value.split(BETWEEN) if (value := part.strip()))
        asked: dict[str, Any] = _ASKS.get(test, lambda line, several: {})(line, several)
        if not line.column or not any(value or value is False for value in asked.values()):
            continue
        same = next((each for each in made if together and each["column"] == line.column and not asked.keys() & each.keys()), None)
        if same is None:
            made.append({"column": line.column, **asked})
        else:
            same |= asked
    return tuple(Condition(**each) for each in made)

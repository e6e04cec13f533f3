"""Places in the body of a record: the parts that it consists of, what names each of them, and the path of a field.

A path is the names on the way to a value, joined by dots, as ``rationale`` or ``events.2.on``; parts are counted from 0. The parts of two bodies are
aligned by their names, so that a part stays the same one wherever it stands in the list.
"""

from collections.abc import Iterator
from typing import Any

from tracker.editorial.freeze import Body
from tracker.rules.differences import NAMED_BY

NOWHERE = object()
"""The value at a place that a body does not have."""


def name_of(part: str, item: Body) -> tuple[Any, ...]:
    """What names an item among the parts of a record."""
    return tuple(item[name] for name in NAMED_BY[part][0])


def aligned(part: str, before: list[Body], after: list[Body]) -> Iterator[tuple[Body | None, Body | None]]:
    """The items of two lists beside each other, in the order of the second; those that are gone come last."""
    old = {name_of(part, item): item for item in before}
    for item in after:
        yield old.pop(name_of(part, item), None), item
    for item in old.values():
        yield item, None


def value_at(body: Body, path: str) -> Any:
    """The value at a path; ``NOWHERE`` where the body has no such place. The empty path is the whole."""
    found: Any = body
    for step in path.split(".") if path else ():
        if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            return NOWHERE
    return found


def same_place(before: Body, path: str, after: Body) -> str | None:
    """The path in another body of the record that leads to the same place; None where the part is gone."""
    old: Any = before
    new: Any = after
    steps: list[str] = []
    part = ""
    for step in path.split(".") if path else ():
        if isinstance(old, list):
            old = old[int(step)]
            wanted = name_of(part, old)
            number = next((number for number, item in enumerate(new) if name_of(part, item) == wanted), None)
            if number is None:
                return None
            new = new[number]
            steps.append(str(number))
        else:
            if step not in new:
                return None
            old, new, part = old[step], new[step], step
            steps.append(step)
    return ".".join(steps)

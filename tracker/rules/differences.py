"""Which values differ between two bodies of one record: parts of a record are matched by what names them, not by their place.

It says nothing in words: readers' pages (``tracker.public.wording``) and the desk each have words of their own for the same differences.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]

NAMED_BY: dict[str, tuple[tuple[str, ...], ...]] = {
    "addressees": (("government",),),
    "citations": (("key",),),
    "deadline_moves": (("before", "moved_on", "moved_by"), ("before",)),
    "effects": (("key",), ("recommendation", "government")),
    "events": (("kind", "on"), ("kind",), ("on",)),
    "parties": (("party", "standing", "on"), ("party", "standing"), ("party", "on"), ("party",)),
    "positions": (("key",),),
    "relations": (("kind", "other"), ("other",)),
    "replies": (("key",),),
    "searches": (("key",),),
    "snapshots": (("sha256",),),
    "themes": (("key",),),
    "translations": (("text", "language"),),
}
"""What names a part among its like: the first. Where nothing matches by it, the next is tried; it must fit one part alone on each side."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that differs.

    ``within`` are the parts that hold it, from the outermost: pairs of a list's name and the part. ``name`` is the value's name; of a part that was
    added or taken away it is the list's own, and ``before`` or ``after`` is nothing.
    """

    within: tuple[tuple[str, Body], ...]
    name: str
    before: Any
    after: Any

    @property
    def is_part(self) -> bool:
        """Whether a whole part was added or taken away, rather than a value changed."""
        return self.name in NAMED_BY


def differences(before: Body, after: Body) -> list[Difference]:
    """Every value that differs, in the order of ``after``: values of the record first, then those of its parts."""
    return list(_differences(before, after, ()))


def _differences(before: Body, after: Body, within: tuple[tuple[str, Body], ...]) -> Iterator[Difference]:
    names = [*after, *(name for name in before if name not in after)]
    for name in sorted(names, key=lambda name: name in NAMED_BY):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name not in NAMED_BY:
            yield Difference(within, name, old, new)
            continue
        for was, now in matched(name, old or (), new or ()):
            if was is None or now is None:
                yield Difference(within, name, was, now)
            else:
                yield from _differences(was, now, (*within, (name, now)))


def matched(name: str, before: Sequence[Body], after: Sequence[Body]) -> list[tuple[Body | None, Body | None]]:
    """The parts of a list before and after, each with its counterpart; None for what was added or taken away. In the order of ``after``."""
    old, new = list(before), list(after)
    pairs: list[tuple[Body | None, Body | None]] = []
    for part in after:
        if part in old:  # word for word the same
            old.remove(part)
            new.remove(part)
    for keys in NAMED_BY[name]:
        for part in list(new):
            rivals = [other for other in new if _named(other, keys) == _named(part, keys)]
            same = [other for other in old if _named(other, keys) == _named(part, keys)]
            if len(same) == len(rivals) == 1:
                pairs.append((same[0], part))
                old.remove(same[0])
                new.remove(part)
    place = {id(part): number for number, part in enumerate(after)}
    pairs += [(None, part) for part in new]
    pairs.sort(key=lambda pair: place[id(pair[1])])
    return [*((part, None) for part in old), *pairs]


def _named(part: Body, keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(part.get(key) for key in keys)

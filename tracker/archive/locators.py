"""Where in a document a stretch of its text stands, as a citation says it: "p. 4", "p. 4–5", "¶17"."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple


class Part(NamedTuple):
    """A page or a paragraph: the offset in the text at which it begins, and its name."""

    start: int
    label: str


_LOCATOR = re.compile(
    r"\s*(pages?|pp?|paragraphs?|paras?|¶¶?|§§?)\s*\.?\s*([0-9]{1,7})(?:\s*[-–—]\s*([0-9]{1,7}))?\s*\.?\s*", re.IGNORECASE | re.ASCII
)


def page(number: int) -> str:
    """The name of a page of a file, counted from 1, whatever is printed on it."""
    return f"p. {number}"


def paragraph(number: int) -> str:
    """The name of a paragraph, counted from 1."""
    return f"¶{number}"


def locator_at(parts: Sequence[Part], start: int, end: int) -> str:
    """The locator of the text from `start` up to `end`; "" if the text has no parts."""
    if not parts:
        return ""
    starts = [part.start for part in parts]
    first = parts[max(bisect_right(starts, start) - 1, 0)].label
    last = parts[max(bisect_right(starts, max(end - 1, start)) - 1, 0)].label
    return first if first == last else f"{first}–{last.lstrip('p. ¶')}"


def span_of(parts: Sequence[Part], length: int, locator: str) -> tuple[int, int] | None:
    """The stretch of a text of `length` characters that a locator names, as people write it: "p. 4", "pp. 4-5", "page 4", "¶ 17"."""
    match = _LOCATOR.fullmatch(locator)
    if not match:
        return None
    name = page if match[1][0] in "pP" and not match[1].lower().startswith("para") else paragraph
    labels = [part.label for part in parts]
    try:
        first = labels.index(name(int(match[2])))
        last = labels.index(name(int(match[3]))) if match[3] else first
    except ValueError:
        return None
    if last < first:
        return None
    return parts[first].start, parts[last + 1].start if last + 1 < len(parts) else length

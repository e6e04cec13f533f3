"""Keys out of what a file says: letters, digits, dots and hyphens, the same from the same words in every file and on every day."""

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterable

from tracker.rules.shortening import first_words

LONGEST = 60
_MARK = 8

_PLAIN = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*", re.ASCII)
_OTHER = re.compile(r"[^A-Za-z0-9.]+")


def key_of(*parts: str) -> str:
    """One key of several parts. Where letters had to be cut off or nothing was left of a part, a hash of the whole stands for them."""
    slugs = [slug(part) for part in parts if part.strip()]
    joined = "-".join(filter(None, slugs))
    if len(joined) <= LONGEST and all(slugs) and joined:
        return joined
    mark = hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:_MARK]
    kept = joined[: LONGEST - _MARK - 1].rstrip("-.")
    return f"{kept}-{mark}" if kept else f"k{mark}"


LONGEST_PART = 32
_PART_KEPT, _PART_MARK = 20, 10


def bounded(text: str) -> str:
    """A part of a key that people read, quote and type: as it is while it is short, else its first words and a hash of all of it.

    So a recommendation that has no number is not called by its whole text. The same text has the same part in every file, and another one another.
    """
    spelt = slug(text)
    if len(spelt) <= LONGEST_PART:
        return text
    kept = spelt[: _PART_KEPT + 1]
    kept = (kept.rpartition("-")[0] or kept)[:_PART_KEPT].rstrip("-.")
    return f"{kept}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:_PART_MARK]}"


@functools.lru_cache(maxsize=100_000)
def slug(text: str) -> str:
    """The letters, digits and dots of a text, a hyphen between them. Accents fall away; a text of other letters is left with none."""
    if _PLAIN.fullmatch(text):
        return text
    bare = unicodedata.normalize("NFKD", text).translate(_APART).encode("ascii", "ignore").decode()
    lost = sum(letter.isalnum() for letter in unicodedata.normalize("NFKC", text)) - sum(letter.isalnum() for letter in bare)
    slugged = _OTHER.sub("-", bare).strip("-.")
    return "" if lost > len(slugged) else re.sub(r"\.{2,}", ".", slugged)


_APART = {ord(sign): " " for sign in "–—‑‐/·•’“”«»"} | {ord("ß"): "ss", ord("æ"): "ae", ord("ø"): "o", ord("đ"): "d", ord("ł"): "l", ord("œ"): "oe"}


def short_name(text: str) -> str:
    """A key in small letters, digits and hyphens only, as themes and kinds of measure have."""
    made = key_of(text.replace(".", " ")).lower().replace(".", "-")
    return made.strip("-")


LONGEST_NAME = 60
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


def is_profile_name(text: str) -> bool:
    """Whether a profile may be called so: small letters and digits, a hyphen between them, at most 60 signs."""
    return len(text) <= LONGEST_NAME and _NAME.fullmatch(text) is not None


def profile_name(text: str) -> str:
    """What a profile may be called after a file or after what somebody typed; a name of other letters leaves none of it but that it is one."""
    spelt = re.sub(r"[^a-z0-9]+", "-", slug(" ".join(text.split("."))).lower()).strip("-")
    return spelt[:LONGEST_NAME].rstrip("-") or "my-profile"


def listed(items: Iterable[str], most: int) -> str:
    """Items joined by semicolons; where they are too long together, the first of them and how many more there are."""
    all_items = list(items)
    whole = "; ".join(all_items)
    if len(whole) <= most:
        return whole
    for shown in range(len(all_items) - 1, 0, -1):
        told = "; ".join(all_items[:shown]) + f" and {len(all_items) - shown} more"
        if len(told) <= most:
            return told
    return first_words(whole, most)

"""Quotations: described so that they can be found again, and found again in another version of the page.

A passage is described as in the W3C Web Annotation Data Model, 4.2.4 and 4.2.5 (text quote and text position selectors): its letters, some
before and after it, and where it stood. Offsets count Python characters (code points), the end is the first one not in it. The letters
of a text are never changed; two texts are only compared in a form in which typography does not count.
"""

import enum
import re
import unicodedata
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from heapq import nlargest

from tracker.archive.locators import Part, locator_at

CONTEXT = 64
"""Characters kept before and after a passage."""

_MOST_PLACES = 2000  # of one passage that are compared; the nearest to where it stood
_MOST_LETTERS = 20_000_000  # that are looked at for them
_MOST_COMPARED = 300  # words of a lost passage that are looked for
_LEAST_SIMILAR = 0.5  # below, a candidate is chance
_CANDIDATES = 5


class How(enum.StrEnum):
    """In what way a passage was found."""

    EXACT = "exact"  # the same letters at the same place
    MOVED = "moved"  # the same letters elsewhere
    REWORDED = "reworded"  # the same words: white space, quotation marks, dashes, hyphenation or variants of letters differ
    AMBIGUOUS = "ambiguous"  # in several places that nothing but the position tells apart; the nearest
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage. `start` and `end` are where it stood; `locator` is the page or paragraph, "" if the text has none."""

    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int = 0
    end: int = 0
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Nearest:
    """What of a text is most like a lost passage; `similarity` is from 0.5 to 1."""

    start: int
    end: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Found:
    """Where a passage is now. If it is lost, `start` and `end` are None, and `nearest` may say what it became."""

    start: int | None
    end: int | None
    how: How
    nearest: Nearest | None = None


LOST = Found(None, None, How.LOST)


def describe(text: str, start: int, end: int, *, context: int = CONTEXT, parts: Sequence[Part] = ()) -> Quote:
    """A passage of a text, from `start` up to `end`; `parts` are the text's pages or paragraphs. `ValueError` if nothing is marked."""
    if not 0 <= start < end <= len(text):
        raise ValueError(f"From {start} to {end} is no passage of a text of {len(text)} characters.")
    return Quote(
        exact=text[start:end],
        prefix=text[max(start - context, 0) : start],
        suffix=text[end : end + context],
        start=start,
        end=end,
        locator=locator_at(parts, start, end),
    )


def find(quote: Quote, text: str) -> Found:
    """Where a passage stands in a text, which may be a later version of the one that it was taken from, or a lost one's nearest."""
    if not quote.exact.strip():
        return _at(quote, text) or LOST
    if found := _among(_places(quote.exact, text, quote.start), quote.exact, quote.prefix, quote.suffix, text, quote.start):
        start, is_sure = found
        how = How.EXACT if start == quote.start else How.MOVED if is_sure else How.AMBIGUOUS
        return Found(start, start + len(quote.exact), how)
    plain = Plain(text)
    exact = plain_text(quote.exact).strip(" -")
    if not exact:
        return LOST
    near = plain.position(quote.start)
    places = [place for place in _places(exact, plain.text, near) if _is_whole(exact, plain.text, place)] or _places(exact, plain.text, near)
    if found := _among(places, exact, plain_text(quote.prefix), plain_text(quote.suffix), plain.text, near):
        start, is_sure = found
        return Found(*plain.span(start, start + len(exact)), How.REWORDED if is_sure else How.AMBIGUOUS)
    return Found(None, None, How.LOST, _nearest(exact, plain, near))


def from_utf16(text: str, offset: int) -> int:
    """The offset in characters of one in UTF-16 units, as a browser's scripts count. Half a character counts as none."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * offset].decode("utf-16-le", "ignore"))


# --- The same letters -----------------------------------------------------------------------------------------------------


def _at(quote: Quote, text: str) -> Found | None:
    """A passage of nothing but white space has no other mark than its place and what is around it."""
    start, end = quote.start, quote.start + len(quote.exact)
    around = len(quote.prefix) + len(quote.suffix)
    if quote.exact and text[start:end] == quote.exact and _common(quote.prefix, quote.suffix, text, start, end) == around:
        return Found(start, end, How.EXACT)
    return None


def _places(exact: str, text: str, near: int) -> list[int]:
    """Where the letters stand, at most `_MOST_PLACES`, nearest first. A text of millions of the same letter has millions."""
    # Looking for a passage costs its length each time.
    most = max(min(_MOST_PLACES, _MOST_LETTERS // len(exact)), 2)
    after, before = _each_from(text, exact, near, most), _each_before(text, exact, near, most)
    return sorted([*after, *before], key=lambda place: (abs(place - near), place))


def _each_from(text: str, exact: str, start: int, most: int) -> list[int]:
    found: list[int] = []
    place = text.find(exact, max(start, 0))
    while place >= 0 and len(found) < most:
        found.append(place)
        place = text.find(exact, place + 1)
    return found


def _each_before(text: str, exact: str, start: int, most: int) -> list[int]:
    found: list[int] = []
    # What begins before `start` ends before `start - 1 + len(exact)`.
    place = text.rfind(exact, 0, start - 1 + len(exact)) if start > 0 else -1
    while place >= 0 and len(found) < most:
        found.append(place)
        place = text.rfind(exact, 0, place - 1 + len(exact)) if place > 0 else -1
    return found


def _among(places: list[int], exact: str, prefix: str, suffix: str, text: str, near: int) -> tuple[int, bool] | None:
    """The place with most of the context around it, then the nearest; and whether anything but nearness decided."""
    if not places:
        return None
    agreeing = [_common(prefix, suffix, text, place, place + len(exact)) for place in places]
    most = max(agreeing)
    best = [place for place, agreed in zip(places, agreeing, strict=True) if agreed == most]
    return best[0], len(best) == 1 or best[0] == near


def _common(prefix: str, suffix: str, text: str, start: int, end: int) -> int:
    """How many characters on both sides of a place agree, counted from it."""
    before = text[max(start - len(prefix), 0) : start]
    return _run(prefix[::-1], before[::-1]) + _run(suffix, text[end : end + len(suffix)])


def _run(one: str, other: str) -> int:
    for length, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return length
    return min(len(one), len(other))


def _is_whole(exact: str, text: str, place: int) -> bool:
    """Whether a place is not inside of words."""
    end = place + len(exact)
    return not ((place > 0 and text[place - 1].isalnum() and exact[0].isalnum()) or (end < len(text) and text[end].isalnum() and exact[-1].isalnum()))


# --- The same words -------------------------------------------------------------------------------------------------------

_SAME = {
    **dict.fromkeys("“”„‟«»″〝〞＂", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´ʼ＇", "'"),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－⁃", "-"),
    # Letters that Arabic and Persian keyboards write differently, and their digits.
    **dict.fromkeys("يى", "ی"),
    "ك": "ک",
    "ة": "ه",
    "ۀ": "ه",
    "ە": "ه",
    **{chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0) for digit in range(10)},
    # Marks that are seen by no reader or left out by most writers: soft hyphens, joiners, directions, vowels, stretching.
    **dict.fromkeys(map(chr, (0xAD, 0x34F, 0x61C, 0x640, 0x670, 0x180E, 0xFEFF)), ""),
    **dict.fromkeys(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))), ""),
    **dict.fromkeys(map(chr, (*range(0x64B, 0x660), *range(0xFE00, 0xFE10))), ""),
}
_TABLE = str.maketrans(_SAME)
# What stays as it is, in long runs, is told apart first: most of most texts.
_MARKS = (  # that combine with the letter before them
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u08d3-\u08ff\u0900-\u0903\u093a-\u094f\u20d0-\u20ff"
    "\u3099\u309a\ufe20-\ufe2f"
)
_STEADY = (  # the common letters and signs that are plain already: Latin, Cyrillic, Arabic and Persian, Japanese, Chinese
    "!-,.-_a-~\u00c0-\u00ff\u0410-\u044f\u0621-\u0628\u062a-\u063a\u0641\u0642\u0644-\u0648\u067e\u0686\u0698\u06a9\u06af\u06cc"
    "\u3042-\u3093\u4e00-\u9fff"
)
_PIECE = re.compile(
    rf"(?P<same>[{_STEADY}]+(?: [{_STEADY}]+)*(?![{_MARKS}]))"
    r"|(?P<hyphen>(?<=[^\W\d_])[-\u2010\u2011\u00ad]\n?(?=[^\W\d_]))"
    r"|(?P<space>\s+)"
    rf"|.[{_MARKS}]*",
    re.DOTALL,
)


def plain_text(text: str) -> str:
    """A text in the form in which passages are compared."""
    return Plain(text).text


class Plain:
    """A text in the form in which passages are compared, with the way back: compatible forms composed (NFKC), one kind of quotation mark, dash
    and space, no invisible marks, and no hyphens inside of words, where a line's end may or may not put one.

    Linear in the text's length. Only the borders of pieces are kept: inside of one, either nothing changed or all of it is one place.
    """

    def __init__(self, text: str) -> None:
        self.source = text
        pieces: list[str] = []
        self.borders: list[int] = []  # in the plain text
        self.origins: list[tuple[int, int, bool]] = []  # in the source: start, end, and whether the piece is unchanged
        length = 0
        after_space = True
        for match in _PIECE.finditer(text):
            kind = match.lastgroup
            is_same = kind == "same"
            if is_same:
                piece = match[0]
            elif kind == "space":
                piece = "" if after_space else " "
            elif kind == "hyphen":
                piece = ""
            else:
                piece = unicodedata.normalize("NFKC", match[0].translate(_TABLE)).translate(_TABLE)
                if after_space and piece.startswith(" "):
                    piece = piece.lstrip(" ")
            if piece:
                pieces.append(piece)
                self.borders.append(length)
                self.origins.append((match.start(), match.end(), is_same))
                length += len(piece)
                after_space = piece.endswith(" ")
        self.text = "".join(pieces)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the source that a stretch of the plain text, not an empty one, came from. Letters that belong together stay so."""
        return self._origin(start)[0], self._origin(end - 1)[1]

    def _origin(self, place: int) -> tuple[int, int]:
        number = bisect_right(self.borders, place) - 1
        first, last, is_same = self.origins[number]
        if is_same:
            first += place - self.borders[number]
            last = first + 1
        return first, last

    def position(self, offset: int) -> int:
        """Where in the plain text an offset of the source would be, about."""
        number = bisect_right(self.origins, (offset, len(self.source) + 1, True)) - 1
        if number < 0:
            return 0
        first, _last, is_same = self.origins[number]
        return self.borders[number] + (offset - first if is_same else 0)


# --- Like words -----------------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W_]+")  # scripts without spaces: each character


def _nearest(exact: str, plain: Plain, near: int) -> Nearest | None:
    """The stretch of the text that shares most words with a lost passage and is most like it, if any is.

    A window as long as the passage goes over the text once, counting shared words; the few best are compared in order.
    """
    wanted = [match[0].casefold() for match in _WORDS.finditer(exact)][:_MOST_COMPARED]
    if not wanted:
        return None
    left = Counter(wanted)
    width = len(wanted)
    window: deque[tuple[int, int, str]] = deque()
    inside: Counter[str] = Counter()
    shared = half_way = 0
    scored: list[tuple[int, int, int]] = []  # shared words, where the window begins and ends
    for match in _WORDS.finditer(plain.text):
        word = match[0].casefold()
        window.append((match.start(), match.end(), word))
        if word in left:
            shared += inside[word] < left[word]
            inside[word] += 1
        if len(window) > width:
            gone = window.popleft()[2]
            if gone in left:
                inside[gone] -= 1
                shared -= inside[gone] < left[gone]
        if 2 * shared >= width:
            # Of windows that lie over each other the best is enough.
            if scored and match.start() < half_way:
                if shared <= scored[-1][0]:
                    continue
                scored.pop()
            scored.append((shared, window[0][0], match.end()))
            half_way = match.end() + (match.end() - window[0][0]) // 2
    best: Nearest | None = None
    wanted_words = [match[0] for match in _WORDS.finditer(exact)][:_MOST_COMPARED]
    chosen: list[tuple[int, int]] = []
    for _shared, start, end in nlargest(4 * _CANDIDATES, scored, key=lambda one: (one[0], -abs(one[1] - near))):
        if any(start < taken_end and taken_start < end for taken_start, taken_end in chosen):
            continue
        chosen.append((start, end))
        candidate = _compared(wanted_words, plain.text, start, end)
        if candidate and (best is None or candidate.similarity > best.similarity):
            best = candidate
        if len(chosen) == _CANDIDATES:
            break
    if best is None or best.similarity < _LEAST_SIMILAR:
        return None
    start, end = plain.span(best.start, best.end)
    return Nearest(start, end, best.similarity)


def _compared(wanted: list[str], text: str, start: int, end: int) -> Nearest | None:
    """How alike, word by word and in order; the stretch ends and begins with words that agree."""
    # A little around the window: what was inserted into the passage made it longer.
    around = (end - start) // 4
    words = list(_WORDS.finditer(text, max(start - around, 0), min(end + around, len(text))))
    matcher = SequenceMatcher(None, [word.casefold() for word in wanted], [match[0].casefold() for match in words], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return None
    first, last = blocks[0].b, blocks[-1].b + blocks[-1].size - 1
    agreeing = sum(block.size for block in blocks)
    similarity = 2 * agreeing / (len(wanted) + last - first + 1)
    return Nearest(words[first].start(), words[last].end(), round(min(similarity, 1.0), 3))

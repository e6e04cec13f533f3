"""Where in a text the words of a search stand, and the part of a long text around them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tracker.rules.folding import Token, tokens

Stem = Callable[[str], str]
"""The stem of a folded word in the text's language; empty for a word too common to be looked for."""
Piece = tuple[str, bool]
"""A part of a text, and whether it is one that was searched for."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text, or a part of it, in pieces. ``before`` and ``after``: whether the text goes on there."""

    pieces: tuple[Piece, ...]
    before: bool = False
    after: bool = False


def places(words: Sequence[Token], phrases: Iterable[str], stem: Stem) -> list[tuple[int, int]]:
    """Where the phrases stand among the words of a text: numbers of the first and last word of each place, in order, none within another."""
    stems = [stem(token.word) for token in words]
    found: list[tuple[int, int]] = []
    for phrase in phrases:
        asked = [stem(word) for word in phrase.split(" ")]
        said = [number for number, each in enumerate(asked) if each]
        if not said:
            continue
        asked = asked[said[0] : said[-1] + 1]
        found += [
            (start, start + len(asked) - 1)
            for start in range(len(stems) - len(asked) + 1)
            if all(not each or stems[start + number] == each for number, each in enumerate(asked))
        ]
    kept: list[tuple[int, int]] = []
    for first, last in sorted(found, key=lambda place: (place[0], -place[1])):
        if not kept or first > kept[-1][1]:
            kept.append((first, last))
    return kept


def marked(text: str, phrases: Iterable[str], stem: Stem, *, around: int | None = None) -> Snippet:
    """A text with the phrases marked; with ``around``, no more of it than so many words on each side of the first place and what follows it.

    Joined, the pieces are the text, or the part of it: nothing is added, escaped or taken away.
    """
    words = list(tokens(text))
    found = places(words, phrases, stem)
    first, last = 0, len(words) - 1
    if around is not None:
        begins = found[0][0] if found else 0
        first, last = max(0, begins - around), min(last, begins + 2 * around)
        if first <= 3:
            first = 0
        if last >= len(words) - 4:
            last = len(words) - 1
    start = words[first].start if words and first else 0
    end = words[last].end if words and last < len(words) - 1 else len(text)
    pieces: list[Piece] = []
    place = start
    for opening, closing in found:
        # A sign may stand for two words (“¼”): it is marked once.
        if opening < first or closing > last or words[opening].start < place:
            continue
        pieces += [(text[place : words[opening].start], False), (text[words[opening].start : words[closing].end], True)]
        place = words[closing].end
    pieces.append((text[place:end], False))
    return Snippet(tuple(piece for piece in pieces if piece[0]), before=start > 0, after=end < len(text))

"""One spelling for what people write in several ways, and the words of a text: what search compares.

Upper and lower case, accents, the letters that Arabic and Persian keyboards give for the same sound, their digits, ligatures and vowel marks are one.
Whatever is no letter or digit stands between words. ``editions.folded`` (tracker/editions/words.sql) says the same; a test holds both equal.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

DROPPED = (
    r"\u00AD\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670"
    r"\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u1AB0-\u1AFF\u1DC0-\u1DFF\u200D-\u200F\u202A-\u202E\u2060-\u206F"
    r"\u20D0-\u20FF\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF"
)
"""Within a word, left out: accents and vowel marks once they stand apart, the Arabic letter stretcher, marks of direction, soft hyphens."""
APART = (
    r"\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00A9\u00AB-\u00B4\u00B6-\u00B9\u00BB-\u00BF\u00D7\u00F7\u02C2-\u02C5\u02D2-\u02DF\u02E5-\u02FF"
    r"\u0375\u037E\u0384\u0385\u0387\u0482\u055A-\u055F\u0589\u058A\u058D-\u058F\u05BE\u05C0\u05C3\u05C6\u05F3\u05F4\u0600-\u060F\u061B-\u061F"
    r"\u066A-\u066D\u06D4\u06DD\u06DE\u06E9\u06FD\u06FE\u0700-\u070F\u0964\u0965\u0970\u1680\u2000-\u200C\u2010-\u2029\u202F-\u205F"
    r"\u20A0-\u20CF\u2100-\u2125\u2127-\u214D\u214F\u2190-\u2BFF\u2E00-\u2E7F\u3000-\u3004\u3008-\u3020\u3030\u303D\uD7FC-\uF8FF\uFD3E-\uFD4F\uFDFC-\uFDFF"
    r"\uFE10-\uFE1F\uFE30-\uFE6F\uFF00-\uFF0F\uFFE0-\uFFFF\U0001F000-\U0001FAFF"
)
"""Between words: spaces, punctuation, signs, and the mark that parts a Persian word without a space."""
ONE_LETTER = {
    **dict(zip("٠١٢٣٤٥٦٧٨٩", "0123456789", strict=True)),
    **dict(zip("۰۱۲۳۴۵۶۷۸۹", "0123456789", strict=True)),
    **dict.fromkeys("ىیې", "ي"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("ةہھەۃ", "ه"),
    "ٱ": "ا",
    **dict(zip("øłđðħŧŋıς", "olddhtniσ", strict=True)),
    **dict(zip("ØŁĐÐĦŦŊ", "olddhtn", strict=True)),
}
"""Letters for which another one stands. Of the Arabic and Persian forms the Arabic ones, which the stemmer for Arabic knows."""
CASED = "ÆÞŒẞ" + "".join(map(chr, (*range(0x0391, 0x03A2), *range(0x03A3, 0x03AA), *range(0x0410, 0x0430), *range(0x0531, 0x0557))))
CASED += "ЂЄЅІЈЉЊЋЏҐҒҖҚҢҮҰҲҺӘӨƏ"
"""Capitals beyond ASCII that are left once accents stand apart; the others are rare enough to be told apart."""
SEVERAL = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
"""Letters for which two stand."""
AT_THE_END = ("ه", "ة")
"""At the end of a word the first is written for the second; the stemmer for Arabic takes off the second."""
KEPT = ("и\u0306", "й"), ("И\u0306", "й")
"""What looks like a letter with an accent and is one of its own, which the stemmer for Russian knows."""

_DROPPED = re.compile(f"[{DROPPED}]")
_WORD = re.compile(f"[^{APART}]+")
_LETTERS = str.maketrans({**ONE_LETTER, **{capital: capital.lower() for capital in CASED}})
_ASCII = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: folded, and where it stands in the text as it is written."""

    word: str
    start: int
    end: int


def folded(text: str) -> str:
    """The words of a text in one spelling, a space between them."""
    return " ".join(token.word for token in tokens(text))


def beginnings(text: str) -> list[tuple[str, ...]]:
    """The words of a text of which the last may be typed in part: each in the spellings that a word can have which is it, or begins so."""
    words: list[tuple[str, ...]] = [(token.word,) for token in tokens(text)]
    written, meant = AT_THE_END
    if words and words[-1][0].endswith(meant):
        words[-1] = (words[-1][0], words[-1][0].removesuffix(meant) + written)
    return words


def tokens(text: str) -> Iterator[Token]:
    """The words of a text with their places in it: ``text[start:end]`` is the word as written, with its accents."""
    spelt: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _letters(text):
        letters = _one_spelling(text[start:end])
        spelt.append(letters)
        places += [(start, end)] * len(letters)
    for found in _WORD.finditer("".join(spelt)):
        yield Token(_as_a_word(found[0]), places[found.start()][0], places[found.end() - 1][1])


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Where each letter stands with the marks that follow it: nothing is put in another order across them."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not unicodedata.combining(unicodedata.normalize("NFKD", text[place])[0]):
            yield start, place
            start = place


def _one_spelling(letter: str) -> str:
    spelt = unicodedata.normalize("NFKD", letter)
    for written, meant in KEPT:
        spelt = spelt.replace(written, meant)
    return _DROPPED.sub("", spelt).translate(_ASCII).translate(_LETTERS)


def _as_a_word(word: str) -> str:
    for letter, letters in SEVERAL.items():
        word = word.replace(letter, letters)
    written, meant = AT_THE_END
    return word.removesuffix(written) + meant if word.endswith(written) else word

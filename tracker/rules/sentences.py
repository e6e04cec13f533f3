"""Sentences that the software itself writes into a record where a file says no more, and how a page finds them again to say them in its language.

A record keeps such a sentence in English, as files and programs read it. Each is declared here once: an import writes it (:meth:`Sentence.__call__`),
and what was put into it is read out again by its shape (:func:`told`, :func:`passage`). Somebody's own sentence that has the shape says the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache


def _(message: str) -> str:
    """Marks a message for translation; whoever shows it translates it."""
    return message


_HOLDS = {
    "who": r"(?:(?!\. )[^“”;])+",
    "of": r"[^\s“”;]+(?: [^\s“”;]+)*",
    "title": r".+",
    "words": r"[^“”]+",
    "day": r"\d{4}(?:-\d\d){0,2}",
    "row": r"\d+",
    "rows": r"\d+(?:, \d+)*",
    "more": r"\d+",
}
"""What may stand in a sentence, by its name there: who says it, of which recommendation, a document, somebody's own words, a day, rows of a file."""
NAMES = frozenset({"who", "of", "title", "words"})
"""Those of them that are in somebody else's language or in none."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a part of one, with places for what is said."""

    words: str

    def __call__(self, **values: object) -> str:
        """In English, with what is said."""
        return self.words % values

    @property
    def places(self) -> list[str]:
        """The names of what is said in it."""
        return re.findall(r"%\((\w+)\)s", self.words)

    @cached_property
    def shape(self) -> re.Pattern[str]:
        """By what it is found again."""
        pieces = re.split(r"%\((\w+)\)s", self.words)
        return re.compile("".join(f"(?P<{piece}>{_HOLDS[piece]})" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)))


# Whole texts

GIVES_STATUS = Sentence(_("%(who)s gives the status as “%(words)s”."))
ANSWERED = Sentence(_("%(who)s answered “%(words)s”; the source says no more of what became of it."))
ANSWERED_WITHOUT_POSITION = Sentence(_("%(who)s answered “%(words)s”, which takes no position; the source says no more of what became of it."))
GIVEN_AS = Sentence(_("Given as “%(words)s”."))
NOT_JUDGED = Sentence(_("The source names it beside the recommendation; nobody has judged it here."))
KIND_GIVEN = Sentence(_("The source gives its kind as “%(words)s”."))
SEARCHED_WHERE = Sentence(_("Not said by the source (%(title)s)."))
LOOKED_FOR = Sentence(_("What was done about the recommendation, as the source followed it."))
FOUND = Sentence(_("“%(words)s”."))
LIMITS = Sentence(_("The source does not say where and how it looked."))
UNCLASSIFIED = Sentence(_("not classified"))
UNCLASSIFIED_MEANS = Sentence(_("The source does not say of what kind the measure is, and nobody here has said so yet."))
THE_FILE = Sentence(_("the file"))
ROW = Sentence(_("row %(row)s"))
ROWS = Sentence(_("rows %(rows)s and %(row)s"))
ROWS_AND_MORE = Sentence(_("rows %(rows)s and %(more)s more"))

TEXTS = (
    *(GIVES_STATUS, ANSWERED_WITHOUT_POSITION, ANSWERED, GIVEN_AS, NOT_JUDGED, KIND_GIVEN, SEARCHED_WHERE, LOOKED_FOR, FOUND, LIMITS),
    *(UNCLASSIFIED, UNCLASSIFIED_MEANS, THE_FILE, ROW, ROWS, ROWS_AND_MORE),
)

# What a passage says, in parts

LISTS = Sentence(_("lists recommendation %(of)s"))
LISTS_IT = Sentence(_("lists it"))
SPEAKS_OF = Sentence(_("speaks of recommendation %(of)s"))
UNDATED = Sentence(_("gives no date for it, so that of the document stands (%(day)s)"))
ANSWER_UNDATED = Sentence(_("gives no date of the answer, so that of the document stands (%(day)s)"))
SAYS_WHAT_WAS_DONE = Sentence(_("says what was done"))
STATUS_AS = Sentence(_("gives the status as “%(words)s”"))
ANSWER_AS = Sentence(_("gives the answer as “%(words)s”"))
KIND_OF_DOCUMENT_AS = Sentence(_("gives the kind of the document as “%(words)s”"))
KIND_OF_MEASURE_AS = Sentence(_("gives the kind of measure as “%(words)s”"))
KIND_OF_ACTION_AS = Sentence(_("gives the kind of what was done as “%(words)s”"))
KIND_OF_EVENT_AS = Sentence(_("gives the kind of event as “%(words)s”"))

PARTS = (
    *(LISTS, LISTS_IT, SPEAKS_OF, UNDATED, ANSWER_UNDATED, SAYS_WHAT_WAS_DONE, STATUS_AS, ANSWER_AS),
    *(KIND_OF_DOCUMENT_AS, KIND_OF_MEASURE_AS, KIND_OF_ACTION_AS, KIND_OF_EVENT_AS),
)
BETWEEN = "; "


@dataclass(frozen=True)
class Told:
    """A sentence that was found, with what is said in it."""

    sentence: Sentence
    values: Mapping[str, str]


def said_together(parts: list[str]) -> str:
    """What a passage says, its parts each once."""
    whole = BETWEEN.join(dict.fromkeys(parts)) or LISTS_IT()
    return f"{whole[:1].upper()}{whole[1:]}."


@lru_cache(maxsize=2_000)
def told(text: str) -> Told | None:
    """The sentence that a whole text is; None where the software did not write it."""
    return _found(text, TEXTS)


@lru_cache(maxsize=2_000)
def passage(text: str) -> tuple[Told, ...]:
    """The parts of what a passage says; none where the software did not write every one of them."""
    if not text.endswith("."):
        return ()
    parts = [_found(f"{part[:1].lower()}{part[1:]}", PARTS) for part in text[:-1].split(BETWEEN)]
    return tuple(part for part in parts if part) if all(parts) else ()


def _found(text: str, among: tuple[Sentence, ...]) -> Told | None:
    return next((Told(each, found.groupdict()) for each in among if (found := each.shape.fullmatch(text))), None)

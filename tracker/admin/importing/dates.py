"""How the dates of a column are read, said in words: what each cell is taken for, and why day and month stand in that order."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.exchange.profiles import days
from tracker.exchange.profiles.reading import BETWEEN_VALUES, FieldReader, SeveralDates, Unreadable
from tracker.languages.dates import in_words
from tracker.rules.dates import PartialDate

_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b")


@dataclass(frozen=True)
class AsRead:
    """A cell as it is read: the day in words, or why it is none; neither where it means nothing."""

    cell: str
    iso: str = ""
    words: str = ""
    why_not: str = ""
    may_be: tuple[str, ...] = ()  # in words

    @property
    def is_in_doubt(self) -> bool:
        """Whether it looks as if it could be two days, however it is read."""
        if self.why_not or not (found := _NUMBERS.match(self.cell)):
            return False
        return int(found[1]) <= 12 and int(found[2]) <= 12 and int(found[1]) != int(found[2])

    @property
    def is_day_first(self) -> bool:
        """Of two numbers, whether the first is taken for the day."""
        found = _NUMBERS.match(self.cell)
        return found is not None and self.iso.endswith(f"-{int(found[1]):02}")

    def is_borne_out_by(self, witness: str) -> bool:
        """Whether a cell that can be read in one way only has its numbers in the same order."""
        found = _NUMBERS.match(witness)
        return found is not None and (int(found[1]) > 12) is self.is_day_first


@dataclass(frozen=True)
class Told:
    """How a column's dates are read: sentences, and whether somebody has to say it."""

    sentences: tuple[str, ...] = ()
    asks: bool = False


Cell = tuple[str, ...]
"""The values that stand in the cells of a row which make one date: one, or several where they are split."""


def as_read(reader: FieldReader, cells: Iterable[Cell]) -> list[AsRead]:
    """What the cells of a field are read as, by the reader that an import has for it."""
    found = []
    for pieces in cells:
        shown = BETWEEN_VALUES.join(pieces)
        try:
            meant = reader.meanings(piece for piece in pieces if not reader.is_empty(piece))
            found.append(_read(shown, meant[0] if meant else ""))
        except Unreadable as fault:
            found.append(_not_read(fault.shown or shown, fault))
    return found


def _read(cell: str, meant: str) -> AsRead:
    """A cell by what it means: a map may give it nothing, or what is no date."""
    if not meant:
        return AsRead(cell)
    try:
        return AsRead(cell, meant, in_words(PartialDate(meant)))
    except ValueError:
        return AsRead(cell, why_not=_("is said to mean “%(meant)s”, which is not a date; say it as 2019-02-01, 2019-02 or 2019.") % {"meant": meant})


def _not_read(cell: str, fault: Unreadable) -> AsRead:
    if isinstance(fault, SeveralDates):
        return AsRead(cell, why_not=_("holds several dates, and one is kept; leave one in the file, or say below which of the values mean nothing."))
    cause = fault.__cause__
    if not isinstance(cause, days.Otherwise):
        return AsRead(cell, why_not=fault.words)
    if not cause.may_be:
        return AsRead(cell, why_not=_("looks like the number that a spreadsheet gives a day; say what bare numbers are."))
    may_be = tuple(in_words(PartialDate(day)) for day in cause.may_be)
    return AsRead(cell, why_not=_("may be %(one)s or %(other)s; say how dates are written.") % {"one": may_be[0], "other": may_be[1]}, may_be=may_be)


def told(reader: FieldReader, cells: Sequence[Cell]) -> Told:
    """How the dates of a column are read, in a sentence or two."""
    found = as_read(reader, dict.fromkeys(cells))
    unread = [each for each in found if each.why_not]
    undecided = next((each for each in unread if each.may_be), None)
    sentences = []
    if undecided is not None:
        said = {"cell": undecided.cell, "one": undecided.may_be[0], "other": undecided.may_be[1]}
        sentences.append(_("“%(cell)s” may be %(one)s or %(other)s.") % said)
    elif (shown := next((each for each in found if each.is_in_doubt), None)) is not None:
        sentences.append(_in_doubt(shown, days.written(piece for pieces in cells for piece in pieces).witness))
    elif (shown := next((each for each in found if each.words), None)) is not None:
        sentences.append(_("“%(cell)s” is read as %(day)s.") % {"cell": shown.cell, "day": shown.words})
    if left := [each for each in unread if not each.may_be]:
        sentences.append(
            ngettext(
                "%(count)s value is not read as a date: “%(cell)s”.",
                "%(count)s different values are not read as dates, “%(cell)s” among them.",
                len(left),
            )
            % {"count": len(left), "cell": left[0].cell}
        )
    return Told(tuple(sentences), asks=bool(unread))


def _in_doubt(shown: AsRead, witness: str) -> str:
    said = {"cell": shown.cell, "day": shown.words, "witness": witness}
    is_told = shown.is_borne_out_by(witness)
    if is_told and shown.is_day_first:
        return _("“%(cell)s” is read as %(day)s: day first, since “%(witness)s” occurs.") % said
    if is_told:
        return _("“%(cell)s” is read as %(day)s: month first, since “%(witness)s” occurs.") % said
    if shown.is_day_first:
        return _("“%(cell)s” is read as %(day)s: day first, as was said.") % said
    return _("“%(cell)s” is read as %(day)s: month first, as was said.") % said

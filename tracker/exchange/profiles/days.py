"""Dates as files write them, read as the partial dates of :mod:`tracker.rules.dates`.

Patterns are those of the CLDR, small or capital letters alike, as spreadsheets show them: ``d`` ``dd`` a day, ``M`` ``MM`` a month's number,
``MMM`` ``MMMM`` its name, short or whole, ``yy`` ``yyyy`` a year; whatever else stands there is written as it is, ``E`` ``EEEE`` a weekday is passed
over. What can be read in one way only is read beside any pattern: ISO days, months and years, and months by name. Without a pattern nothing else is:
03/04/2019 is refused.
"""

import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from babel import Locale

from tracker.rules.dates import PartialDate

LANGUAGES = ("en", "fr", "es", "ar", "fa")
"""Whose names of months are known, after the CLDR."""
SERIALS = {"1900": dt.date(1899, 12, 30), "1904": dt.date(1904, 1, 1)}
"""The day nought of the two ways in which spreadsheets count days. Days before March 1900 are a day off, as they are there."""
YEARS = range(1700, 2200)
"""What a file of ours can mean; 1397 is a year of another calendar, 43497 a spreadsheet's number of a day."""
_MONTHS, _DAYS_ONLY = range(1, 13), range(13, 32)
"""Numbers that may be a month's, and those that only a day has."""

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", re.ASCII)
_TYPED = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d+)?)?", re.ASCII)  # as a workbook's own dates are written
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}|[ap]\.?m\.?)?$", re.IGNORECASE | re.ASCII)
_HYPHENED = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)  # written otherwise, a pattern may mean it otherwise
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_PAIR = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_MONTH_AND_YEAR = re.compile(r"(\d{1,2})[/.-](\d{4})", re.ASCII)
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th|er|re|º|ª|\.)(?=\s|$|,)", re.IGNORECASE)
_TOKEN = re.compile(r"[dD]+|[mM]+|[yY]+|E+|'[^']*'|.", re.DOTALL)
_BETWEEN = frozenset({"of", "le", "du", "de", "del", "the", "el", "en", "من", "سنة", "سال"})
_SHOWN = "a day, a month or a year, as 2019-02-01, 1 February 2019, February 2019 or 2019"
_SELDOM = ("d-MMM-yy", "d MMMM yy", "yyyyMMdd")
"""Patterns that are looked for in cells that nothing else reads."""


class Otherwise(ValueError):
    """A text that is a date in some other way than was said, for those who say it in other words.

    ``may_be`` are the days that it may be, in their ISO form; of a number that a spreadsheet may give a day, none.
    """

    def __init__(self, words: str, *may_be: str) -> None:
        """Keep both."""
        super().__init__(words)
        self.may_be = may_be


def read(text: str, *, formats: tuple[str, ...] = (), languages: tuple[str, ...] = (), serial: str = "") -> str:
    """The ISO form of a date as a file writes it. Raises ``ValueError`` with the rest of a sentence that begins with the text."""
    spelt = _spelt(text)
    if serial and (number := re.fullmatch(r"(\d{1,6})(\.\d+)?", spelt)):
        return of_serial(int(number[1]), serial)
    if formats and not _TYPED.fullmatch(spelt):
        return _by_patterns(spelt, formats, languages)
    spelt = _TIME.sub("", spelt)
    if found := _ISO.fullmatch(spelt):
        return _date(*found.groups())
    if found := _NUMBERS.fullmatch(spelt):
        return _of_numbers(int(found[1]), int(found[3]), found[4])
    if found := _MONTH_AND_YEAR.fullmatch(spelt):
        return _date(found[2], found[1])
    if re.fullmatch(r"\d{5}(\.\d+)?", spelt):
        raise Otherwise('looks like the number that a spreadsheet gives a day; say what bare numbers are: serial "1900" or "1904"')
    return _of_words(spelt, languages)


def _by_patterns(spelt: str, formats: tuple[str, ...], languages: tuple[str, ...]) -> str:
    """The same by patterns, and what can be read in one way only beside them."""
    bare = _TIME.sub("", spelt)
    for written in dict.fromkeys((spelt, bare)):
        for pattern in formats:
            if found := _by_pattern(pattern, languages).fullmatch(written):
                return _of_parts(found.groupdict(), languages)
    if found := _HYPHENED.fullmatch(bare):
        return _date(*found.groups())
    if found := _MONTH_AND_YEAR.fullmatch(bare):
        return _date(found[2], found[1])
    if not re.search(r"[^\W\d_]", bare):
        raise ValueError(f"is not a date written as {' or '.join(formats)}")
    try:
        return _of_words(bare, languages)
    except NotInWords:
        raise ValueError(f"is not a date written as {' or '.join(formats)}") from None


@dataclass(frozen=True)
class Written:
    """How a column writes its dates.

    ``formats`` are the patterns that its days in numbers fit; none where nobody can tell, or where none is needed. ``witness`` is the first cell that
    tells the order of day and month, ``undecided`` the first that leaves it open.
    """

    formats: tuple[str, ...] = ()
    witness: str = ""
    undecided: str = ""


def written(texts: Iterable[str]) -> Written:
    """How dates are written, as told by those that can be read in one way only: with 25/03/2019 beside it, 12/03/2019 has the day first."""
    texts = [_TIME.sub("", _spelt(text)) for text in texts]
    pairs = [found for text in texts if (found := _PAIR.fullmatch(text))]
    day_first = next((found[0] for found in pairs if int(found[1]) in _DAYS_ONLY and int(found[3]) in _MONTHS), "")
    month_first = next((found[0] for found in pairs if int(found[3]) in _DAYS_ONLY and int(found[1]) in _MONTHS), "")
    undecided = next((found[0] for found in pairs if _is_undecided(found)), "")
    formats: tuple[str, ...] = ()
    if bool(day_first) != bool(month_first):
        order = "dd{0}MM{0}{1}" if day_first else "MM{0}dd{0}{1}"
        formats = tuple(dict.fromkeys(order.format(found[2], "y" * len(found[4])) for found in pairs))
    if pairs and not formats:
        return Written(undecided=undecided)  # any pattern would keep what may be two days from being asked about
    left = [text for text in texts if not _PAIR.fullmatch(text) and not _is_read(text, formats)]
    formats += next(((pattern,) for pattern in _SELDOM if left and all(_is_read(text, (pattern,)) for text in left)), ())
    return Written(formats, day_first or month_first, undecided)


def _is_undecided(found: re.Match[str]) -> bool:
    return int(found[1]) in _MONTHS and int(found[3]) in _MONTHS and int(found[1]) != int(found[3])


def _is_read(text: str, formats: tuple[str, ...]) -> bool:
    try:
        read(text, formats=formats)
    except ValueError:
        return False
    return True


def is_one(text: str) -> bool:
    """Whether a text is a date in some way, if only one knew in which: an ambiguous day is one as well."""
    try:
        read(text)
    except Otherwise:
        return True
    except ValueError:
        return bool(_PAIR.fullmatch(_TIME.sub("", _spelt(text)))) or any(_is_read(text, (pattern,)) for pattern in _SELDOM)
    return True


def of_serial(number: int, serial: str) -> str:
    """The day that a spreadsheet counts so."""
    if not 1 <= number <= 110_000:
        raise ValueError("is no number that a spreadsheet gives a day")
    return (SERIALS[serial] + dt.timedelta(days=number)).isoformat()


def problem_of(pattern: str) -> str:
    """Why a pattern cannot be used, as the rest of a sentence; empty where it can."""
    kinds = {token[0].lower() for token in _TOKEN.findall(pattern) if token[0] in "dDmMyY"}
    if "y" not in kinds:
        return "has no year in it; write it as d MMMM yyyy"
    if "d" in kinds and "m" not in kinds:
        return "has a day without a month; write it as d MMMM yyyy"
    for letter in "dmy":
        if sum(token[0].lower() == letter for token in _TOKEN.findall(pattern)) > 1:
            return f"has {letter} in it twice; write it as d MMMM yyyy"
    return ""


def _spelt(text: str) -> str:
    """One spelling for the digits and the spaces of a date."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_DIGITS).replace("\u200f", "").replace("\u200e", "").split())


def _of_numbers(one: int, other: int, year: str) -> str:
    if one in _MONTHS and other in _MONTHS and one != other:
        may_be = [_date(year, str(month), str(day)) for day, month in ((one, other), (other, one))]
        told = 'may be two days, as its first number may be the day or the month; say how dates are written: formats "dd/MM/yyyy" or "MM/dd/yyyy"'
        raise Otherwise(told, *may_be)
    day, month = (one, other) if other <= 12 else (other, one)
    return _date(year, str(month), str(day))


class NotInWords(ValueError):
    """A text that is no date in words either."""


def _of_words(spelt: str, languages: tuple[str, ...]) -> str:
    """Months by name, in whatever order that leaves no doubt: the year has four digits, the day fewer."""
    months = month_numbers(languages or LANGUAGES)
    year = day = month = ""
    words = re.split(r"[\s,،]+", _ORDINAL.sub("", spelt).replace("-", " ").replace("/", " "))
    for word in _together(words, months):
        if word.isdecimal() and len(word) == 4 and not year:
            year = word
        elif word.isdecimal() and len(word) <= 2 and not day:
            day = word
        elif (number := months.get(_name(word))) and not month:
            month = str(number)
        elif _name(word) not in _BETWEEN and _name(word) not in _weekdays(languages or LANGUAGES):
            raise NotInWords(f"is not a date; write {_SHOWN}, or say in which format it is written")
    if not year or (day and not month):
        raise NotInWords(f"is not a date; write {_SHOWN}, or say in which format it is written")
    return _date(year, month, day)


def _together(words: Iterable[str], months: dict[str, int]) -> list[str]:
    """Words, those of a month that has two of them as one: “كانون الثاني”."""
    found: list[str] = []
    for word in filter(None, words):
        if found and _name(f"{found[-1]} {word}") in months:
            found[-1] = f"{found[-1]} {word}"
        else:
            found.append(word)
    return found


def _of_parts(parts: dict[str, str | None], languages: tuple[str, ...]) -> str:
    month = parts.get("month") or ""
    if parts.get("name"):
        month = str(month_numbers(languages or LANGUAGES)[_name(parts["name"] or "")])
    year = parts.get("year") or ""
    if len(year) == 2:
        year = ("19" if int(year) >= 69 else "20") + year  # as POSIX reads %y
    return _date(year, month, parts.get("day") or "")


def _date(year: str, month: str | None = "", day: str | None = "") -> str:
    if int(year) not in YEARS:
        raise ValueError(f"has the year {year}, which is none of the Gregorian calendar that a file of ours can mean")
    iso = "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])
    try:
        return PartialDate(iso).text
    except ValueError:
        raise ValueError("is no day of the calendar") from None


@functools.lru_cache(maxsize=256)
def _by_pattern(pattern: str, languages: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern as a regular expression of bounded work: no repetition lies within another."""
    names = sorted(month_numbers(languages or LANGUAGES), key=len, reverse=True)
    days = sorted(_weekdays(languages or LANGUAGES), key=len, reverse=True)
    parts = []
    tokens = [token for token in _TOKEN.findall(pattern) if token != "''"]
    for place, token in enumerate(tokens):
        letter = token[0]
        touches = any(map(_is_number, tokens[max(place - 1, 0) : place] + tokens[place + 1 : place + 2]))
        digits = r"\d{2}" if touches else r"\d{1,2}"  # 201911 would be a day otherwise, and it could be two
        if letter in "dD":
            parts.append(f"(?P<day>{digits})(?:st|nd|rd|th|er|º|\\.)?")
        elif letter in "mM":
            parts.append(f"(?P<month>{digits})" if len(token) < 3 else f"(?P<name>{'|'.join(map(re.escape, names))})\\.?")
        elif letter in "yY":
            parts.append(r"(?P<year>\d{2})" if len(token) == 2 else r"(?P<year>\d{4})")
        elif letter == "E":
            parts.append(f"(?:{'|'.join(map(re.escape, days))})\\.?")
        elif letter == "'":
            parts.append(re.escape(token[1:-1]))
        else:
            parts.append(r"\s" if letter.isspace() else re.escape(token))
    return re.compile("".join(parts), re.IGNORECASE)


def _is_number(token: str) -> bool:
    """Whether a part of a pattern stands for digits."""
    return token[0] in "dDyY" or (token[0] in "mM" and len(token) < 3)


def _name(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold().strip(".،,")


@functools.lru_cache(maxsize=64)
def month_numbers(languages: tuple[str, ...]) -> dict[str, int]:
    """The months by their names in these languages, whole and short, with and without accents. A name for two months is none."""
    found: dict[str, set[int]] = {}
    for language in languages:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in Locale.parse(language).months[context][width].items():
                    for spelt in {_name(str(name)), _bare(_name(str(name)))}:
                        found.setdefault(spelt, set()).add(number)
        if language == "en":
            found.setdefault("sept", set()).add(9)
        if language == "ar":
            for number, names in enumerate(_LEVANTINE, start=1):
                for name in names.split(","):
                    found.setdefault(_name(name), set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}


_LEVANTINE = (
    "كانون الثاني,جانفي", "شباط,فيفري", "آذار,مارس", "نيسان,أفريل", "أيار,ماي", "حزيران,جوان",
    "تموز,جويلية", "آب,أوت", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
"""Months as the Levant and the Maghreb call them, after the CLDR's data for ar-SY and ar-DZ."""


@functools.lru_cache(maxsize=64)
def _weekdays(languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        _name(str(name))
        for language in languages
        for width in ("wide", "abbreviated")
        for name in Locale.parse(language).days["format"][width].values()
    )


def _bare(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))

"""Citations: one :class:`Work` as text (APA 7, Chicago 18 notes-bibliography) and as BibTeX, RIS and CSL-JSON.

Pure functions: no database, no clock, no Django. The words of a style (“Retrieved”, “Accessed”, “n.d.”) and its order of a date belong to the
style and are English in every language of the site, as are the tags of the formats.

What is not known is left out, or said as the style says it; a publisher that the record calls unknown is none, and what it says of the copy that
was read is a note. Names of authors stand as the record writes them, as literal names: it does not say who of them is a person, and neither the kind
of document nor the form of a name does (“CLADDAG” signs an opinion, “F.H. with AFP” is a person, two, or an agency; “Eva Jewell, Ian Mosby” are two
people and “Germany, Belgium, France” three states), so none is split into a family and a given name. A title in [square brackets] is a
description and keeps its brackets.

Sources: Publication Manual of the APA, 7th ed. (2020), 10.16 (webpages), 9.12 (works without an author), 9.22 (descriptions in brackets), 9.16
(retrieval dates); The Chicago Manual of Style, 18th ed. (2024), 14.103-104 (the 17th, 14.205-210, says the same); RIS as Reference Manager wrote
it; CSL-JSON, schema of CSL 1.0.2.
"""

import datetime as dt
import enum
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tracker.rules.dates import PartialDate, Precision
from tracker.rules.vocabulary import DocumentKind

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Genre(enum.Enum):
    """What is cited, as each format names it: CSL type, RIS type, BibTeX entry."""

    PAGE = ("webpage", "ELEC", "misc")
    REPORT = ("report", "RPRT", "techreport")
    ARTICLE = ("article", "GEN", "misc")
    NEWS = ("article-newspaper", "NEWS", "misc")
    LAW = ("legislation", "STAT", "misc")
    CASE = ("legal_case", "CASE", "misc")
    DOCUMENT = ("document", "GEN", "misc")
    DATASET = ("dataset", "DATA", "misc")

    @property
    def csl(self) -> str:
        """The type in CSL-JSON."""
        return self.value[0]

    @property
    def ris(self) -> str:
        """The type in RIS."""
        return self.value[1]

    @property
    def bibtex(self) -> str:
        """The entry in BibTeX."""
        return self.value[2]


GENRE_OF = {
    DocumentKind.WHITE_PAPER: Genre.REPORT,
    DocumentKind.OPINION: Genre.ARTICLE,
    DocumentKind.NEWS_REPORT: Genre.NEWS,
    DocumentKind.OFFICIAL_STATEMENT: Genre.DOCUMENT,
    DocumentKind.LEGISLATION: Genre.LAW,
    DocumentKind.LEGAL_ACT: Genre.LAW,
    DocumentKind.JUDGMENT: Genre.CASE,
}
"""An opinion is an article, not a newspaper's: many stand on sites of their own."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is cited. Empty text and None: not known, or does not apply.

    ``edition`` and ``as_of`` are those of a page of this site: the number of its edition, and the day that it shows. ``accessed`` is None for a
    work whose address we do not say to have opened. ``note`` is what else a reader of its address must know, and ``number`` the symbol or number
    that its issuer or its legislature gave it; the texts, which have no place for either, leave them out.
    """

    key: str
    genre: Genre
    title: str
    author: str = ""
    publisher: str = ""
    issued: PartialDate | None = None
    language: str = ""
    url: str = ""
    edition: int | None = None
    as_of: dt.date | None = None
    accessed: dt.date | None = None
    note: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; ``title`` where the style sets it in italics."""

    text: str
    title: bool = False


# As text -------------------------------------------------------------------------------------------------------------------


def apa(work: Work) -> list[Piece]:
    """APA 7. Without an author the title moves to the author's place."""
    date = _apa_date(work.issued)
    about = _parenthesis(_of_the_site(work))
    title = [Piece(_clean(work.title), title=True), Piece(about or _stopped(_clean(work.title))[len(_clean(work.title)) :])]
    stop = "." if about else ""
    names = _clean(work.author)
    publisher = "" if _clean(work.publisher) == names else _clean(work.publisher)
    begin = [Piece(f"{_stopped(names)} ({date}). "), *title, Piece(stop)] if names else [*title, Piece(f"{stop} ({date}).")]
    pieces = [*begin, Piece(f" {_stopped(publisher)}" if publisher else "")]
    if work.url:
        opened = f"Retrieved {_american(work.accessed)}, from " if work.accessed else ""
        pieces.append(Piece(f" {opened}{work.url}"))
    return _joined(pieces)


def chicago_bibliography(work: Work) -> list[Piece]:
    """The entry of a bibliography. Without an author the work stands under its publisher."""
    names, publisher = _clean(work.author), _clean(work.publisher)
    head = names or publisher
    parts = [_stopped(head)] if head else []
    parts.append(f"{_quoted(work.title, '.')}")
    if names and publisher and publisher != names:
        parts.append(_stopped(publisher))
    if dated := _chicago_date(work, sentence=True):
        parts.append(_stopped(dated))
    if work.accessed and work.url:
        parts.append(f"Accessed {_american(work.accessed)}.")
    if work.url:
        parts.append(f"{work.url}.")
    return [Piece(" ".join(parts))]


def chicago_note(work: Work) -> list[Piece]:
    """The full note of the same."""
    names, publisher = _clean(work.author), _clean(work.publisher)
    parts = [names] if names else []
    parts.append(_quoted(work.title, ","))
    if publisher and publisher != names:
        parts.append(publisher)
    if dated := _chicago_date(work, sentence=False):
        parts.append(dated)
    if work.accessed and work.url:
        parts.append(f"accessed {_american(work.accessed)}")
    if work.url:
        parts.append(work.url)
    text = ""
    for part in parts:
        text += ("" if not text else " " if text.endswith(",”") else ", ") + part
    return [Piece((text.removesuffix(",”") + ".”") if text.endswith(",”") else _stopped(text))]


def plain(pieces: list[Piece]) -> str:
    """The same without italics."""
    return "".join(piece.text for piece in pieces)


def _joined(pieces: list[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.text]


def _of_the_site(work: Work) -> str:
    """“Edition 3, as of February 1, 2019”."""
    said = [f"Edition {work.edition}"] if work.edition is not None else []
    if work.as_of:
        said.append(f"as of {_american(work.as_of)}")
    return ", ".join(said)


def _noted(work: Work) -> str:
    return ". ".join(filter(None, (_of_the_site(work), _clean(work.note))))


def unless_unknown(written: str) -> tuple[str, str]:
    """A publisher as records write it, apart from a note: (“”, “Copy held by IFMAT”) for “unknown; copy held by IFMAT”."""
    found = re.fullmatch(r"(?:publisher )?(?:unknown|not known)\b\W*(.*?)\W*", _clean(written), re.IGNORECASE)
    return ("", found[1][:1].upper() + found[1][1:]) if found else (written, "")


def _parenthesis(said: str) -> str:
    return f" ({said})" if said else ""


def _chicago_date(work: Work, *, sentence: bool) -> str:
    issued = _american(work.issued) if work.issued else ""
    if work.edition is None:
        return issued
    edition = f"{'Edition' if sentence else 'edition'} {work.edition}"
    said = [f"{edition}, published {issued}" if issued else edition]
    if work.as_of:
        said.append(f"as of {_american(work.as_of)}")
    return ", ".join(said)


def _apa_date(issued: PartialDate | None) -> str:
    """“2019, February 1”, “2019, February”, “2019”; “n.d.” for none."""
    if issued is None:
        return "n.d."
    year, month = f"{issued.first.year:04}", MONTHS[issued.first.month - 1]
    return {Precision.YEAR: year, Precision.MONTH: f"{year}, {month}", Precision.DAY: f"{year}, {month} {issued.first.day}"}[issued.precision]


def _american(date: PartialDate | dt.date) -> str:
    """“February 1, 2019”, “February 2019”, “2019”."""
    known = date if isinstance(date, PartialDate) else PartialDate(date.isoformat())
    year, month = f"{known.first.year:04}", MONTHS[known.first.month - 1]
    return {Precision.YEAR: year, Precision.MONTH: f"{month} {year}", Precision.DAY: f"{month} {known.first.day}, {year}"}[known.precision]


def _quoted(title: str, stop: str) -> str:
    """A title in quotation marks with a stop inside them, quotation marks within it made single."""
    inner = re.sub(r"[“”]", lambda found: "‘" if found[0] == "“" else "’", _clean(title))
    inner = re.sub(r'"([^"]*)"', r"‘\1’", inner)
    return f"“{inner if inner.endswith(('?', '!')) and stop == '.' else inner.rstrip('.') + stop}”" if inner else ""


def _stopped(text: str) -> str:
    return text if text.endswith((".", "?", "!", ".”", "?”", "!”")) else text + "."


_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def _clean(text: str) -> str:
    """One line: line breaks and control characters become spaces, lone surrogates go."""
    return _SPACE.sub(" ", text.encode("utf-8", "ignore").decode()).strip()


def _url(address: str) -> str:
    """An address as formats take it: without spaces, braces, backslashes, or letters beyond ASCII."""
    return quote(_clean(address), safe="!#$%&'()*+,-./:;=?@[]_~")


# BibTeX --------------------------------------------------------------------------------------------------------------------

_TEX = {
    "\\": r"{\textbackslash}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"{\textasciitilde}", "^": r"{\textasciicircum}", "`": r"{\textasciigrave}", "<": r"{\textless}", ">": r"{\textgreater}",
    "|": r"{\textbar}", "-": "{-}", "'": "{'}", "ß": r"{\ss}", "ø": r"{\o}", "Ø": r"{\O}", "æ": r"{\ae}", "Æ": r"{\AE}", "œ": r"{\oe}",
    "Œ": r"{\OE}", "ł": r"{\l}", "Ł": r"{\L}", "ı": r"{\i}", "“": r"{\textquotedblleft}", "”": r"{\textquotedblright}",
    "‘": r"{\textquoteleft}", "’": r"{\textquoteright}", "–": r"{\textendash}", "—": r"{\textemdash}",
}  # fmt: skip
"""What means something else in TeX, and the letters that it has names for. A hyphen or an apostrophe is put in braces only where another follows
it, which TeX would draw as one sign."""
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".", "\u0308": '"', "\u030a": "r",
    "\u030b": "H", "\u030c": "v", "\u0327": "c", "\u0328": "k",
}  # fmt: skip


def tex(text: str) -> str:
    """Text as TeX prints it as it is: accents over Latin letters as TeX's own, every other script as UTF-8."""
    composed = unicodedata.normalize("NFC", _clean(text))
    return "".join(_as_tex(sign, composed[number + 1 : number + 2]) for number, sign in enumerate(composed))


def _as_tex(sign: str, following: str) -> str:
    if sign in "-'" and following != sign:
        return sign
    if sign in _TEX:
        return _TEX[sign]
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in _ACCENTS:
        accent = _ACCENTS[parts[1]]
        return f"{{\\{accent}{{{parts[0]}}}}}" if accent.isalpha() else f"{{\\{accent}{parts[0]}}}"
    return sign


def bibtex(work: Work) -> str:
    """One entry. Titles are in braces of their own, so that no style changes their capitals; so are authors, so that none is split at an *and*."""
    fields: list[tuple[str, str]] = [("title", f"{{{tex(work.title)}}}")]
    if work.author:
        fields.append(("author", f"{{{tex(work.author)}}}"))
    entry = work.genre.bibtex
    if work.publisher:
        fields.append(("institution" if entry == "techreport" else "howpublished", tex(work.publisher)))
    elif entry == "techreport":
        entry = "misc"  # a report without an institution is no @techreport
    if number := _clean(work.number):
        fields.append(("number", tex(number)))
    if work.issued:
        fields.append(("year", f"{work.issued.first.year:04}"))
        if work.issued.precision is not Precision.YEAR:
            fields.append(("month", f"{work.issued.first.month}"))
        fields.append(("date", work.issued.text))
    if work.language:
        fields.append(("langid", tex(work.language)))
    if work.edition is not None:
        fields.append(("version", f"{work.edition}"))
    if note := _noted(work):
        fields.append(("note", tex(note)))
    if work.url:
        fields.append(("url", _url(work.url)))
        if work.accessed:
            fields.append(("urldate", work.accessed.isoformat()))
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields)
    return f"@{entry}{{{cite_key(work.key)},\n{body}}}\n"


def cite_key(key: str) -> str:
    """A key of letters, digits, hyphens and dots alone, as every program takes it."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", key).strip("-") or "work"


# RIS -----------------------------------------------------------------------------------------------------------------------


def ris(work: Work) -> str:
    """One reference: a tag a line, lines ended by CR LF, no value over more than one line."""
    lines: list[tuple[str, str]] = [("TY", work.genre.ris), ("ID", cite_key(work.key)), ("TI", work.title)]
    lines += [("AU", work.author), ("PB", work.publisher), ("SN" if work.genre is Genre.REPORT else "M1", work.number)]
    if work.genre in (Genre.PAGE, Genre.NEWS):
        lines.append(("T2", work.publisher))
    if work.issued:
        year, month, day = [*work.issued.text.split("-"), "", ""][:3]
        lines += [("PY", year), ("DA", f"{year}/{month}/{day}/")]
    if work.edition is not None:
        lines.append(("ET", f"{work.edition}"))
    lines += [("N1", _noted(work)), ("LA", work.language)]
    if work.url:
        lines.append(("UR", _url(work.url)))
        if work.accessed:
            lines.append(("Y2", work.accessed.strftime("%Y/%m/%d/")))
    said = "".join(f"{tag}  - {value}\r\n" for tag, text in lines if (value := _clean(text)))
    return f"{said}ER  - \r\n"


# CSL-JSON ------------------------------------------------------------------------------------------------------------------


def csl(work: Work) -> dict[str, Any]:
    """One item. Authors are literal names."""
    item: dict[str, Any] = {"id": cite_key(work.key), "type": work.genre.csl, "title": _clean(work.title)}
    if author := _clean(work.author):
        item["author"] = [{"literal": author}]
    if publisher := _clean(work.publisher):
        item["publisher"] = publisher
        if work.genre in (Genre.PAGE, Genre.NEWS):
            item["container-title"] = publisher
    if work.issued:
        item["issued"] = _parts(work.issued.text)
    if work.language:
        item["language"] = _clean(work.language)
    if number := _clean(work.number):
        item["number"] = number
    if work.edition is not None:
        item["version"] = f"{work.edition}"
    if note := _noted(work):
        item["note"] = note
    if work.url:
        item["URL"] = _url(work.url)
        if work.accessed:
            item["accessed"] = _parts(work.accessed.isoformat())
    return item


def csl_json(work: Work) -> str:
    """A list of one item, as programs import it."""
    return json.dumps([csl(work)], ensure_ascii=False, indent=2) + "\n"


def _parts(iso: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in iso.split("-")]]}


FORMATS = {
    "bib": ("BibTeX", "application/x-bibtex; charset=utf-8", bibtex),
    "ris": ("RIS", "application/x-research-info-systems; charset=utf-8", ris),
    "json": ("CSL-JSON", "application/vnd.citationstyles.csl+json; charset=utf-8", csl_json),
}
"""By the ending of their address: the format's name, its media type, and the function that writes it."""

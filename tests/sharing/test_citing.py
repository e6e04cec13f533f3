"""Citations as text and as files: small parsers of our own read back what was written."""

import datetime as dt
import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.public import citing
from tracker.public.citing import Genre, Work
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import DocumentKind

DATES = st.dates(dt.date(1000, 1, 1), dt.date(2100, 12, 31)).map(lambda day: day.isoformat())
PARTIAL = st.builds(lambda text, size: PartialDate(text[:size]), DATES, st.sampled_from([4, 7, 10]))
NASTY = st.text(
    st.one_of(st.sampled_from("{}\\$&%#_~^`'\"-–—<>|@,=\n\r\t \x00\u2028éßøłȩńıÅ“”‘’فگ漢😀"), st.characters(exclude_categories=["Cs"])), max_size=24
)
WORKS = st.builds(
    Work,
    key=st.text(max_size=20),
    genre=st.sampled_from(Genre),
    title=NASTY,
    author=NASTY,
    publisher=NASTY,
    issued=st.none() | PARTIAL,
    language=st.sampled_from(["", "en", "fr", "fa"]),
    url=st.just("") | NASTY.map(lambda rest: f"https://example.org/{rest}"),
    edition=st.none() | st.integers(1, 10_000),
    as_of=st.none() | st.dates(dt.date(1000, 1, 1), dt.date(2100, 1, 1)),
    accessed=st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)),
)


def plain(text: str) -> str:
    """What a format keeps of a text: one line, accents composed."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


# Small readers ------------------------------------------------------------------------------------------------------------


def read_bibtex(text: str) -> tuple[str, str, dict[str, str]]:
    """Entry type, key and fields of one entry; fails where braces do not close."""
    head = re.match(r"@(\w+)\{([^,\s]+),\n", text)
    assert head, text
    at, fields = head.end(), {}
    while text[at] != "}":
        name = re.compile(r"  (\w+) = \{").match(text, at)
        assert name, text[at : at + 40]
        depth, start = 1, name.end()
        at = start
        while depth:
            if text[at] == "\\":
                at += 1
            elif text[at] in "{}":
                depth += 1 if text[at] == "{" else -1
            at += 1
        fields[name[1]] = text[start : at - 1]
        assert text[at : at + 2] == ",\n"
        at += 2
    assert text[at:] == "}\n"
    return head[1], head[2], fields


COMMANDS = {
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textasciigrave": "`", "textless": "<", "textgreater": ">",
    "textbar": "|", "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "l": "ł", "L": "Ł", "i": "ı",
    "textquotedblleft": "“", "textquotedblright": "”", "textquoteleft": "‘", "textquoteright": "’", "textendash": "–", "textemdash": "—",
}  # fmt: skip
MARKS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307", '"': "\u0308", "r": "\u030a",
    "H": "\u030b", "v": "\u030c", "c": "\u0327", "k": "\u0328",
}  # fmt: skip


def read_tex(text: str) -> str:
    """What TeX would print."""

    def printed(found: re.Match[str]) -> str:
        if found["escaped"]:
            return found["escaped"]
        if found["word"]:
            return COMMANDS[found["word"]]
        if found["single"]:
            return found["single"]
        mark, letter = (found["sign"], found["over"]) if found["sign"] else (found["named"], found["inner"])
        return unicodedata.normalize("NFC", letter + MARKS[mark])

    accent = r"\{\\(?P<named>[a-zA-Z])\{(?P<inner>.)\}\}|\{\\(?P<sign>[^a-zA-Z\s])(?P<over>.)\}"
    token = accent + r"|\{\\(?P<word>[a-zA-Z]+)\}|\{(?P<single>[-'])\}|\\(?P<escaped>[{}$&%#_])"
    return re.sub(token, printed, text, flags=re.DOTALL)


def read_ris(text: str) -> list[tuple[str, str]]:
    """Tags and values of one reference."""
    lines = text.split("\r\n")
    assert lines[-1] == ""
    found = [re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line) for line in lines[:-1]]
    assert all(found), text
    return [(line[1], line[2]) for line in found if line]


CSL_STRINGS = {"title", "publisher", "container-title", "language", "version", "note", "URL"}
CSL_TYPES = {"webpage", "report", "article", "article-newspaper", "legislation", "legal_case", "document", "dataset"}


def check_csl(item: dict[str, Any]) -> None:
    """What csl-data.json (CSL 1.0.2) requires of an item, as far as we use it: no unknown field, and each of its kind."""
    assert set(item) <= {"id", "type", "author", "issued", "accessed", *CSL_STRINGS}
    assert isinstance(item["id"], str)
    assert item["type"] in CSL_TYPES
    assert all(isinstance(item[name], str) for name in CSL_STRINGS & set(item))
    for author in item.get("author", []):
        assert set(author) == {"literal"}
        assert isinstance(author["literal"], str)
    for name in {"issued", "accessed"} & set(item):
        (parts,) = item[name]["date-parts"]
        assert 1 <= len(parts) <= 3
        assert all(isinstance(part, int) for part in parts)


# Properties -----------------------------------------------------------------------------------------------------------------


@given(WORKS)
@settings(max_examples=60)
def test_bibtex_reads_back(work):
    _entry, key, fields = read_bibtex(citing.bibtex(work))
    assert re.fullmatch(r"[A-Za-z0-9.-]+", key)
    composed = unicodedata.normalize("NFC", plain(work.title))
    assert fields["title"].startswith("{")
    assert fields["title"].endswith("}")
    assert read_tex(fields["title"][1:-1]) == composed
    if plain(work.author):
        assert read_tex(fields["author"][1:-1]) == unicodedata.normalize("NFC", plain(work.author))
    if plain(work.publisher):
        assert unicodedata.normalize("NFC", plain(work.publisher)) in [read_tex(fields.get(name, "")) for name in ("institution", "howpublished")]
    if work.url:
        assert not re.search(r"[{}\\\s]", fields["url"])
        assert fields["url"].isascii()


@given(WORKS)
@settings(max_examples=60)
def test_ris_reads_back_and_no_value_breaks_its_line(work):
    found = read_ris(citing.ris(work))
    assert found[0] == ("TY", work.genre.ris)
    assert found[-1] == ("ER", "")
    values = dict(found)
    for tag, text in (("TI", work.title), ("AU", work.author), ("PB", work.publisher)):
        assert values.get(tag, "") == plain(text)
    if work.issued:
        assert values["PY"] == work.issued.text[:4]
        assert values["DA"].strip("/").replace("/", "-") == work.issued.text


@given(WORKS)
@settings(max_examples=60)
def test_csl_json_is_valid_and_reads_back(work):
    (item,) = json.loads(citing.csl_json(work))
    check_csl(item)
    assert item["title"] == plain(work.title)
    assert [author["literal"] for author in item.get("author", [])] == ([plain(work.author)] if plain(work.author) else [])
    if work.issued:
        assert item["issued"]["date-parts"] == [[int(part) for part in work.issued.text.split("-")]]


@given(WORKS)
@settings(max_examples=60)
def test_texts_name_what_is_known_and_nothing_else(work):
    for style in (citing.apa, citing.chicago_bibliography, citing.chicago_note):
        said = citing.plain(style(work))
        assert "\n" not in said
        assert plain(work.author) in said
        assert work.url in said
        for word in ("None", "not known", "unknown"):
            assert word not in said or word in (work.title + work.author + work.publisher + work.url)
        assert ("Retrieved" in said or "ccessed" in said) <= bool(work.accessed) or "ccessed" in work.title + work.author + work.publisher + work.url


# By the styles' own books ---------------------------------------------------------------------------------------------------

PAGE = Work(
    key="tracker-MQ-1",
    genre=Genre.PAGE,
    title="Expel intelligence officers (MQ-1)",
    publisher="Policy-recommendation tracker",
    issued=PartialDate("2026-11-20"),
    language="en",
    url="https://example.org/recommendations/MQ-1/?as_of=2019-02-01&known=edition-3",
    edition=3,
    as_of=dt.date(2019, 2, 1),
    accessed=dt.date(2026, 11, 28),
)
REPORT = Work(key="WP", genre=Genre.REPORT, title="Plots in Europe", author="A. Writer", publisher="An Institute", issued=PartialDate("2019-02"))
DESCRIBED = Work(key="ABNA", genre=Genre.NEWS, title="[Minister on the list]", publisher="A Paper", url="https://example.org/1")


def test_apa():
    assert citing.plain(citing.apa(PAGE)) == (
        "Expel intelligence officers (MQ-1) (Edition 3, as of February 1, 2019). (2026, November 20). Policy-recommendation tracker. "
        "Retrieved November 28, 2026, from https://example.org/recommendations/MQ-1/?as_of=2019-02-01&known=edition-3"
    )
    assert citing.plain(citing.apa(REPORT)) == "A. Writer. (2019, February). Plots in Europe. An Institute."
    assert [piece.text for piece in citing.apa(REPORT) if piece.title] == ["Plots in Europe"]
    assert citing.plain(citing.apa(DESCRIBED)) == "[Minister on the list]. (n.d.). A Paper. https://example.org/1"


def test_chicago():
    assert citing.plain(citing.chicago_bibliography(PAGE)) == (
        "Policy-recommendation tracker. “Expel intelligence officers (MQ-1).” Edition 3, published November 20, 2026, as of February 1, 2019. "
        "Accessed November 28, 2026. https://example.org/recommendations/MQ-1/?as_of=2019-02-01&known=edition-3."
    )
    assert citing.plain(citing.chicago_bibliography(REPORT)) == "A. Writer. “Plots in Europe.” An Institute. February 2019."
    assert citing.plain(citing.chicago_note(REPORT)) == "A. Writer, “Plots in Europe,” An Institute, February 2019."
    assert citing.plain(citing.chicago_note(DESCRIBED)) == "“[Minister on the list],” A Paper, https://example.org/1."


def test_what_publishes_itself_is_named_once():
    own = Work(key="COURT", genre=Genre.CASE, title="Judgment 36", author="A Court", publisher="A Court", issued=PartialDate("2023-03-03"))
    assert citing.plain(citing.apa(own)).count("A Court") == 1
    assert citing.plain(citing.chicago_note(own)).count("A Court") == 1


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("50 % of A&B_C #1 {x}", r"50 \% of A\&B\_C \#1 \{x\}"),
        ("Déjoué à Łódź", r"D{\'e}jou{\'e} {\`a} {\L}{\'o}d{\'z}"),
        ("villa--park", "villa{-}-park"),
        ("حرس", "حرس"),
    ],
)
def test_tex_prints_text_as_it_is(text, written):
    assert citing.tex(text) == written


def test_every_kind_of_document_has_a_genre():
    assert set(citing.GENRE_OF) == set(DocumentKind)


@pytest.mark.parametrize(
    ("written", "publisher", "note"),
    [
        ("unknown; copy held by IFMAT", "", "Copy held by IFMAT"),
        ("unknown (copy on docslib)", "", "Copy on docslib"),
        ("Unknown", "", ""),
        ("publisher unknown", "", ""),
        ("The Unknown Press", "The Unknown Press", ""),
        ("Unknowns Quarterly", "Unknowns Quarterly", ""),
        ("", "", ""),
    ],
)
def test_a_publisher_that_is_called_unknown_is_none(written, publisher, note):
    assert citing.unless_unknown(written) == (publisher, note)


def test_a_note_stands_in_files_and_not_in_texts():
    work = Work(key="H", genre=Genre.ARTICLE, title="A text", author="A Writer", note="Copy held by IFMAT")
    assert "note = {Copy held by IFMAT}" in citing.bibtex(work)
    assert ("N1", "Copy held by IFMAT") in read_ris(citing.ris(work))
    assert citing.csl(work)["note"] == "Copy held by IFMAT"
    assert "IFMAT" not in citing.plain(citing.apa(work)) + citing.plain(citing.chicago_bibliography(work)) + citing.plain(citing.chicago_note(work))

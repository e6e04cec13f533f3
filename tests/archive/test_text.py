"""The text of documents: what a reader sees, letter for letter, with pages and paragraphs; and files made to do harm."""

import re
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.documents import locked, pdf
from tracker.archive import pages, reading
from tracker.archive.locators import Part, locator_at, span_of
from tracker.archive.text import Bounds, NotRead, Text, text_of


def html(source: str | bytes, charset: str = "") -> Text:
    return text_of(source.encode() if isinstance(source, str) else source, "text/html", charset)


def seen(source: str) -> str:
    """Without the process around it, for what is about the page alone."""
    return pages.text_of(pages.parse(source))[0]


def about(source: str) -> dict[str, str]:
    return pages.about(pages.parse(source))


# --- HTML -----------------------------------------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><title>A paper | The Institute</title><style>p { color: red }</style><script>var x = "<p>no</p>";</script></head>
<body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/a">About</a></li></ul></nav>
<main><h1>A   paper</h1>
<p>First <b>bold</b>, <i>it</i>alic&nbsp;x &amp; y &mdash; &#8220;quoted&#8221;.
<p>Second<br>line<br><br>third
<div>Outer <div>inner</div> after</div>
<table><caption>Table 1</caption><thead><tr><th>Country</th><th>Measure</th></tr></thead>
 <tr><td>Albania</td><td>expelled <b>two</b></td></tr>
 <tr><td><p>France</p><p>and Corsica</p></td><td>froze</td></tr></table>
<ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul>
<pre>
as  written
  here</pre>
<p hidden>hidden</p><p style="color: red; display:none">hidden</p><div style="visibility: hidden"><p>hidden</p></div>
<noscript>no script</noscript><select><option>choice</select><template><p>no</p></template><!-- comment -->
<p>soft&shy;hyphen zero&#8203;width</p><button>Press</button> <textarea>typed</textarea><svg><text>drawn</text></svg>
<p dir="rtl" lang="fa">این متن به زبان فارسی نوشته می‌شود.</p>
</main></body></html>"""


def test_a_page_as_a_reader_sees_it() -> None:
    found = html(PAGE)
    assert found.text == (
        "Home\nAbout\n\nA paper\n\nFirst bold, italic\u00a0x & y — “quoted”.\n\nSecond\nline\n\nthird\n\nOuter\n\ninner\n\nafter\n\n"
        "Table 1\nCountry\tMeasure\nAlbania\texpelled two\n\nFrance\n\nand Corsica\tfroze\n\none\ntwo\n\ndeep\n\nas  written\n  here\n\n"
        "soft\u00adhyphen zero\u200bwidth\n\nPress\n\nاین متن به زبان فارسی نوشته می‌شود."
    )
    assert (found.language, found.title, found.charset) == ("en-GB", "A paper | The Institute", "utf-8")
    labels = {found.text[part.start :].split("\n")[0]: part.label for part in found.parts}
    assert labels["Home"] == "¶1"
    assert labels["A paper"] == "¶3"
    assert labels["Albania\texpelled two"]
    assert [part.label for part in found.parts] == [f"¶{number}" for number in range(1, len(found.parts) + 1)]
    assert found.note == ""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>a<p>b", "a\n\nb"),
        ("a<br>b", "a\nb"),
        ("<b>a</b><i>b</i>", "ab"),
        ("<b>a </b><i> b</i>", "a b"),
        ("<p> a \n\t b </p>", "a b"),
        ("a<script>x</script>b", "ab"),
        ("a <span hidden>x</span>b", "a b"),
        ("a<wbr>b", "ab"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢kan"),
        ("<p>a</b></i></p></div><td>b", "a\n\nb"),
        ("<table><tr><td>a<td>b<tr><td>c</table>d", "a\tb\nc\n\nd"),
        ("<table><tr><td></td><td>b</td></tr></table>", "b"),
        ("<pre>a\r\n\r\n  b\n</pre>c", "a\n\n  b\n\n\nc"),
        ("<textarea>x</textarea>y", "y"),
        ("&lt;b&gt; &unknown; &#x41; &#0;", "<b> &unknown; A \ufffd"),
        ("a\u2028b\u00a0c\u3000d", "a\u2028b\u00a0c\u3000d"),
        ("", ""),
        ("   ", ""),
        ("<!-- only -->", ""),
        ("<script>only</script>", ""),
        ("plain & simple", "plain & simple"),
        ("<details><summary>s</summary>inside</details>", "s\n\ninside"),
        ("<input type=text value=x>y", "y"),
        ("<P STYLE='DISPLAY : NONE'>x</P>y", "y"),
        ("<p style='-x-display:none'>x", "x"),
        ("<p>e\u0301 \u00e9 ﬁ", "e\u0301 \u00e9 ﬁ"),  # as written: neither composed nor taken apart
        ("<title>t</title><body>x<title>u</title>y", "xy"),
        ("<?xml version='1.0'?><p>x", "x"),
        ("<![CDATA[x]]>y", "y"),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_markup_good_and_bad(source: str, text: str) -> None:
    assert seen(source) == text


MARKUP = "<p> </p> <div> </div> <td> <tr> <table> </table> <pre> </pre> <br> <li> &nbsp; a <b> </b> <ul> <script> </script> é <p+hidden>".replace(
    "+", " "
)


@given(st.lists(st.sampled_from([*re.findall(r"<[^>]*>|\S+", MARKUP), " ", "\n", "b\n"]), max_size=40))
@settings(deadline=None)
def test_paragraphs_cover_the_text_in_order(pieces: list[str]) -> None:
    text, parts = pages.text_of(pages.parse("".join(pieces)))
    starts = [part.start for part in parts]
    assert starts == sorted(set(starts))
    assert bool(text) == bool(parts)
    assert not parts or starts[0] == 0
    assert all(start < len(text) for start in starts)


@pytest.mark.parametrize(
    ("source", "key", "value"),
    [
        ("<title>A\n title</title>", "title", "A title"),
        ("<h1>Only <b>this</b></h1>", "title", "Only this"),
        ("<title>A | Site</title><meta property='og:title' content='A'>", "title", "A"),
        ("<meta name='citation_title' content='C'><meta property='og:title' content='A'>", "title", "C"),
        ("<script type='application/ld+json'>{\"@type\": \"NewsArticle\", \"headline\": \"H\"}</script><title>T</title>", "title", "H"),
        ("<meta name=author content='A. Author'>", "author", "A. Author"),
        ("<meta name=citation_author content='B, A'><meta name=citation_author content='D, C'>", "author", "B, A; D, C"),
        ("<meta property='article:author' content='https://example.org/a'>", "author", ""),
        ("<meta property='og:site_name' content='The Site'>", "publisher", "The Site"),
        ("<meta property='article:published_time' content='2019-02-01T10:00:00+01:00'>", "published_on", "2019-02-01"),
        ("<meta name='citation_publication_date' content='2019/02'>", "published_on", "2019-02"),
        ("<meta name='DC.date' content='2019'>", "published_on", "2019"),
        ("<meta name='date' content='20190201'>", "published_on", "2019-02-01"),
        ("<meta name='date' content='2019-02-31'>", "published_on", ""),
        ("<meta name='date' content='last week'>", "published_on", ""),
        ("<time itemprop='datePublished' datetime='2018-07-03'>3 July</time>", "published_on", "2018-07-03"),
        ("<html lang='fa-IR'>x", "language", "fa-IR"),
        ("<html lang='not a language!'>x", "language", "not"),
        ("<meta property='og:locale' content='fr_FR'>", "language", "fr-FR"),
        ("<meta http-equiv='Content-Language' content='de'>", "language", "de"),
    ],
)  # fmt: skip
def test_what_a_page_says_of_itself(source: str, key: str, value: str) -> None:
    assert about(source)[key] == value


@pytest.mark.parametrize(
    "data",
    [
        '{"@graph": [{"@type": "WebSite", "name": "no"}, {"@type": ["Report"], "name": "R", "author": [{"name": "A"}, {"name": "B"}], '
        '"publisher": {"name": "P"}, "datePublished": "2019-02-01T00:00Z"}]}',
        '[{"@type": "Person", "name": "no"}, {"@type": "NewsArticle", "headline": "R", "author": ["A", "B"], "publisher": "P", '
        '"datePublished": "2019-02-01"}]',
    ],
)
def test_linked_data_in_the_ways_in_which_it_is_written(data: str) -> None:
    found = about(f"<script type='application/ld+json'>{data}</script>")
    assert found == {"title": "R", "author": "A; B", "publisher": "P", "published_on": "2019-02-01", "language": ""}


@pytest.mark.parametrize(
    "data",
    [
        "", "{", "[" * 100_000, "null", "3", '{"@type": {"a": 1}}', '{"@type": "Article", "headline": {"name": {"name": 1}}}',
        '{"@graph": {"a": 1}}',
    ],
)  # fmt: skip
def test_linked_data_that_is_none(data: str) -> None:
    assert about(f"<title>T</title><script type='application/ld+json'>{data}</script>")["title"] == "T"


# --- Encodings ------------------------------------------------------------------------------------------------------------

ARABIC = "هذا النص مكتوب باللغة العربية."
FRENCH = "Où l’été s’achève à l’hôtel : « déjà », cœur, 20 €."


@pytest.mark.parametrize(
    ("body", "charset", "text", "used"),
    [
        (f"<p>{ARABIC}".encode(), "", ARABIC, "utf-8"),
        (f"<p>{ARABIC}".encode("cp1256"), "windows-1256", ARABIC, "windows-1256"),
        (f"<meta charset=windows-1256><p>{ARABIC}".encode("cp1256"), "", ARABIC, "windows-1256"),
        (f"<meta http-equiv='Content-Type' content='text/html; charset=windows-1256'><p>{ARABIC}".encode("cp1256"), "", ARABIC, "windows-1256"),
        (f"<meta charset=iso-8859-1><p>{ARABIC}".encode(), "utf-8", ARABIC, "utf-8"),
        (f"<p>{FRENCH}".encode("cp1252"), "iso-8859-1", FRENCH, "cp1252"),
        (b"\xef\xbb\xbf" + f"<p>{FRENCH}".encode(), "iso-8859-1", FRENCH, "utf-8"),
        (f"<p>{FRENCH}".encode("utf-16"), "", FRENCH, "utf-16-le"),
        (f"<p>{FRENCH}".encode(), "us-ascii", FRENCH, None),
        (f"<meta charset=utf-16><p>{FRENCH}".encode(), "", FRENCH, "utf-8"),
        (f"<meta charset=utf-7><p>{FRENCH}".encode(), "zip", FRENCH, "utf-8"),
        (f"<meta charset=nonsense><p>{FRENCH}".encode(), "rot13", FRENCH, "utf-8"),
        ("<p>日本語".encode("shift_jis"), "Shift_JIS", "日本語", "cp932"),
        ("<?xml version='1.0' encoding='iso-8859-2'?><html><p>Łódź".encode("iso-8859-2"), "", "Łódź", "iso8859-2"),
        (b"<p>wrong \xff byte in \xc3\xa9", "utf-8", "wrong \ufffd byte in é", "utf-8"),
    ],
)
def test_the_encoding_is_found(body: bytes, charset: str, text: str, used: str | None) -> None:
    found, encoding = reading.decoded(body, charset, in_page=True)
    if used is None:  # declared as one that fits any bytes
        assert encoding == "cp1252"
        return
    assert text in found
    assert encoding.replace("cp1256", "windows-1256") == used


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Le gouvernement a déclaré à l’Assemblée que les mesures décidées étaient déjà appliquées, malgré l’opposition. ", "cp1252"),
        ("Die Maßnahmen der Bundesregierung müssen überprüft werden, so der Bericht für Österreich. ", "cp1252"),
        ("Российское правительство объявило о высылке дипломатов. ", "cp1251"),
        ("هذا النص مكتوب باللغة العربية. ", "cp1256"),
        ("日本の政府は新しい措置を発表しました。", "cp932"),
    ],
)
def test_an_encoding_that_nobody_names_is_guessed(text: str, encoding: str) -> None:
    assert reading.decoded((text * 20).encode(encoding))[0] == text * 20


@given(st.binary(max_size=200), st.sampled_from(["", "utf-8", "utf-16", "cp1252", "utf-7", "hz", "iso-2022-jp", "idna", "base64", "\0", "x" * 50]))
@settings(deadline=None)
def test_any_bytes_become_text_that_can_be_stored(body: bytes, charset: str) -> None:
    text, _used = reading.decoded(body, charset, in_page=True)
    text.encode("utf-8")
    assert "\0" not in text and "\r" not in text


# --- Plain text -----------------------------------------------------------------------------------------------------------


def test_plain_text_stays_as_it_is() -> None:
    text = "\n\n  One\r\nstill one <b>\r\n \r\n\r\nTwo &amp;\n\n\n\nThree  "
    found = text_of(text.encode(), "text/plain")
    assert found.text == text.replace("\r\n", "\n")
    assert [(found.text[part.start :][:5], part.label) for part in found.parts] == [("One\ns", "¶1"), ("Two &", "¶2"), ("Three", "¶3")]


@pytest.mark.parametrize("text", ["", "\n\n", "a", "\n\na\n\n", "a\n\nb"])
def test_paragraphs_at_the_edges(text: str) -> None:
    parts = reading._paragraphs(text)
    assert len(parts) == len(text.split())
    assert all(text[part.start :].strip()[0] == text[part.start] for part in parts)


# --- PDF ------------------------------------------------------------------------------------------------------------------


def test_a_pdf_page_by_page() -> None:
    information = {"Title": "A paper", "Author": "A. Author", "CreationDate": "D:20190201103000Z"}
    content = pdf("First page.\nSecond line “so”.", "", "Third (page)", information=information, catalog="/Lang (fr-BE)")
    found = text_of(content, "application/pdf")
    assert found.text == "First page.\nSecond line “so”.\n\n\n\nThird (page)"
    assert [(part.label, found.text[part.start :][:5]) for part in found.parts] == [("p. 1", "First"), ("p. 2", "\n\nThi"), ("p. 3", "Third")]
    assert (found.title, found.author, found.made_on, found.published_on) == ("A paper", "A. Author", "2019-02-01", "")
    assert (found.language, found.pages) == ("fr-BE", 3)
    third = found.text.index("Third")
    assert found.locator_at(third, third + 5) == "p. 3"
    assert found.locator_at(0, third + 5) == "p. 1–3"


def test_a_title_that_a_program_made_up_is_none() -> None:
    assert text_of(pdf("x", information={"Title": "Microsoft Word - draft7.docx"}), "application/pdf").title == ""


def test_a_scan_is_said_to_be_one() -> None:
    found = text_of(pdf("", b"0 0 m 10 10 l S"), "application/pdf")
    assert (found.text, found.parts, found.pages) == ("", (), 2)
    assert found.note == "The PDF has 2 pages and no text in them: it is probably a scan. Cite it by page and type the quotation."


def test_a_page_made_by_scripts_is_said_to_be_one() -> None:
    assert "scripts" in html("<title>T</title><div id=root></div><script>x</script>").note


def test_a_locked_pdf() -> None:
    content = pdf("Secret words.")
    with pytest.raises(NotRead, match=r"^The PDF is locked with a password"):
        text_of(locked(content, "open", "own"), "application/pdf")
    assert text_of(locked(content, "", "own"), "application/pdf").text == "Secret words."  # only changing it is forbidden


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + bytes(range(256)) * 20,
        pdf("x")[:200],
        pdf(),
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R /Kids [1 0 R] >>\nendobj\ntrailer << /Root 1 0 R >>",
    ],
)
def test_a_broken_pdf_is_said_to_be_one(content: bytes) -> None:
    with pytest.raises(NotRead, match=r"^The file is damaged|^It is built too deep"):
        text_of(content, "application/pdf")


def test_a_pdf_with_a_wrong_table_is_mended() -> None:
    assert text_of(pdf("Still here.").replace(b"startxref\n", b"startxref\n9"), "application/pdf").text == "Still here."


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_pdf_with_any_byte_wrong_is_read_or_refused(data: Any) -> None:
    content = bytearray(pdf("First page.", "Second page.", information={"Title": "T"}, packed=data.draw(st.booleans())))
    for _number in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = reading.read(bytes(content), "application/pdf", "", 1_000_000)
    except reading.Unreadable as refusal:
        assert str(refusal) in ("broken", "complex", "locked", "long")
    else:
        assert found["text"].encode() is not None


# --- Harm -----------------------------------------------------------------------------------------------------------------

SMALL = Bounds(seconds=4, megabytes=400)


def zip_bomb() -> bytes:
    """A page whose instructions unfold to 300 MB."""
    machine = zlib.compressobj(9)
    packed = b"".join(machine.compress(bytes(10_000_000)) for _number in range(30)) + machine.flush()
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return pdf(b"MARK").replace(b"<< /Length 4 >>\nstream\nMARK", head + packed)


def nested_entities() -> bytes:
    """A billion laughs."""
    defined = b"".join(b"<!ENTITY %c '%s'>" % (98 + number, b"&%c;" % (97 + number) * 50) for number in range(12))
    return b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + defined + b"]><html><p>&m;"


HARM = {
    "deep page": (lambda: b"<div>" * 300_000 + b"x", "text/html"),
    "deep spans": (lambda: b"<b><i>" * 300_000 + b"x", "text/html"),
    "one huge text": (lambda: b"<p>" + b"x" * 19_000_000, "text/html"),
    "many attributes": (lambda: b"<p " + b" ".join(b"a%d=b" % number for number in range(1_000_000)) + b">x", "text/html"),
    "many elements": (lambda: b"<p>x" * 4_500_000, "text/html"),
    "many styles": (lambda: b"<p style='" + b"display:" * 2_000_000 + b"'>x", "text/html"),
    "many tables": (lambda: b"<table><tr><td>" * 1_000_000, "text/html"),
    "unclosed comments": (lambda: b"<!--" * 4_000_000, "text/html"),
    "entities": (nested_entities, "application/xhtml+xml"),
    "blank lines": (lambda: b"\n \n" * 6_000_000, "text/plain"),
    "blanks": (lambda: b"\n" + b" " * 19_000_000 + b"x", "text/plain"),
    "meta": (lambda: b"<meta " * 3_000_000, "text/html"),
    "unknown bytes": (lambda: bytes(range(128, 256)) * 150_000, "text/plain"),
    "zip bomb": (zip_bomb, "application/pdf"),
    "many pages": (lambda: pdf(*["Some words on a page." * 20] * 8000), "application/pdf"),
    "endless drawing": (lambda: pdf(b"BT /F1 1 Tf " + b"(a) Tj " * 2_000_000 + b"ET", packed=True), "application/pdf"),
    "nested arrays": (lambda: pdf(b"[" * 500_000), "application/pdf"),
    "nested dictionaries": (lambda: pdf("x", catalog="/A " + "<< /A " * 100_000), "application/pdf"),
    "pages in a circle": (lambda: pdf("x").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"), "application/pdf"),
    "many objects": (lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 900_000, "application/pdf"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HARM)
def test_harmful_files_are_read_or_given_up_within_bounds(kind: str) -> None:
    """Whatever comes of it: the caller gets a text or one sentence, never an error, and never waits for ever."""
    make, media_type = HARM[kind]
    try:
        found = text_of(make(), media_type, bounds=SMALL)
    except NotRead as refusal:
        assert str(refusal).endswith(".") and "\n" not in str(refusal)
    else:
        assert len(found.text) <= 20_000_000


@pytest.mark.parametrize(("source", "lost"), [("<div>" * 300 + "deep" + "</div>" * 300 + "<p>after", True), ("<div>" * 200 + "deep", False)])
def test_a_page_of_which_a_part_would_be_lost_is_not_half_read(source: str, lost: bool) -> None:
    if lost:
        with pytest.raises(NotRead, match=r"^It is built too deep"):
            html(source)
    else:
        assert html(source).text == "deep"


def test_a_text_that_is_too_long_is_said_to_be() -> None:
    with pytest.raises(NotRead, match=r"^Its text has more than 100 characters"):
        text_of(b"x" * 101, "text/plain", bounds=Bounds(characters=100))
    assert len(text_of(b"x" * 100, "text/plain", bounds=Bounds(characters=100)).text) == 100


def test_time_is_bounded() -> None:
    with pytest.raises(NotRead, match=r"^Reading its text took longer than 1 seconds, so it was given up\.$"):
        text_of(pdf(*["Some words on a page." * 50] * 6000), "application/pdf", bounds=Bounds(seconds=1))


def test_memory_is_bounded() -> None:
    with pytest.raises(NotRead, match=r"^Reading its text took more than 90 MB of memory, so it was given up\.$"):
        text_of(b"<p>x" * 3_000_000, "text/html", bounds=Bounds(megabytes=90))


def test_the_reader_of_files_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment has nothing but what it needs; seen from inside, through the operating system."""
    import subprocess

    told: dict[str, Any] = {}
    real = subprocess.run

    def watch(command: list[str], **options: Any) -> Any:
        told.update(options)
        return real(command, **options)

    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:s3cret@127.0.0.1/x")
    monkeypatch.setattr(subprocess, "run", watch)
    assert text_of(b"x", "text/plain").text == "x"
    assert "s3cret" not in str(told["env"]) and "DATABASE_URL" not in told["env"] and "SECRET_KEY" not in told["env"]


def test_the_same_bytes_give_the_same_text() -> None:
    content = PAGE.encode()
    assert len({html(content) for _number in range(3)}) == 1


def test_a_large_page_is_read_whole() -> None:
    body = "".join(f"<p>Paragraph {number} with <b>some</b> words in it, as pages have them.</p>\n" for number in range(60_000))
    found = html(body)
    assert len(body) > 4_000_000
    assert found.text.endswith("Paragraph 59999 with some words in it, as pages have them.")
    assert found.parts[-1].label == "¶60000"


# --- Locators -------------------------------------------------------------------------------------------------------------

PARTS = [Part(0, "p. 1"), Part(10, "p. 2"), Part(20, "p. 3")]
PARAGRAPHS = [Part(2, "¶1"), Part(10, "¶2")]


@pytest.mark.parametrize(
    ("parts", "start", "end", "locator"),
    [
        (PARTS, 0, 1, "p. 1"), (PARTS, 0, 10, "p. 1"), (PARTS, 0, 11, "p. 1–2"), (PARTS, 9, 21, "p. 1–3"), (PARTS, 10, 20, "p. 2"),
        (PARTS, 25, 99, "p. 3"), (PARTS, 10, 10, "p. 2"), (PARAGRAPHS, 0, 1, "¶1"), (PARAGRAPHS, 2, 12, "¶1–2"), ([], 0, 5, ""),
    ],
)  # fmt: skip
def test_where_a_passage_stands(parts: list[Part], start: int, end: int, locator: str) -> None:
    assert locator_at(parts, start, end) == locator


@pytest.mark.parametrize(
    ("parts", "locator", "span"),
    [
        (PARTS, "p. 2", (10, 20)), (PARTS, "p.2", (10, 20)), (PARTS, "page 3", (20, 30)), (PARTS, "pp. 1-2", (0, 20)), (PARTS, "p. 2–3", (10, 30)),
        (PARTS, "p. 4", None), (PARTS, "¶1", None), (PARTS, "chapter 2", None), (PARTS, "", None), (PARTS, "p. 3-1", None), (PARTS, "p. ٢", None),
        (PARAGRAPHS, "¶ 1", (2, 10)), (PARAGRAPHS, "para. 2", (10, 30)), (PARAGRAPHS, "paragraphs 1 - 2", (2, 30)), (PARAGRAPHS, "¶1–2", (2, 30)),
    ],
)  # fmt: skip
def test_what_a_locator_names(parts: list[Part], locator: str, span: tuple[int, int] | None) -> None:
    assert span_of(parts, 30, locator) == span


@given(st.lists(st.integers(0, 100), unique=True, min_size=1).map(sorted), st.integers(0, 120), st.integers(1, 30))
def test_a_locator_leads_back_to_its_passage(starts: list[int], start: int, length: int) -> None:
    parts = [Part(place, f"p. {number}") for number, place in enumerate(starts, start=1)]
    span = span_of(parts, 200, locator_at(parts, start, start + length))
    assert span is not None
    assert (span[0] <= start or start < starts[0]) and start + length <= max(span[1], starts[0] + length)

"""The process in which other people's files are read: bytes in, text out, as JSON.

Files are made by strangers, and parsers have faults. So they run apart: with the memory, time and rights that `text.text_of` gives them,
without Django, database or secrets, and whatever goes wrong here is a word for the caller.
"""

import codecs
import io
import json
import re
import sys
from typing import Any, BinaryIO

from tracker.archive import pages
from tracker.archive.locators import Part, page, paragraph

# Names under which pages declare their encoding and what they mean by it (Encoding Standard of the WHATWG, 4.2).
_MEANT = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "sjis": "cp932", "shift-jis": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "tis-620": "cp874", "x-sjis": "cp932", "big5": "big5hkscs", "utf8": "utf-8",
    "unicode": "utf-16-le", "utf-16": "utf-16-le",
}  # fmt: skip
_NO_ENCODINGS = frozenset(
    ("utf-7", "punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig")
)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_GUESSED_FROM = 100_000  # bytes
# What pages without a declaration are in. Offered every encoding there is, the guesser takes French for Baltic.
_GUESSED = ["cp1252", "cp1251", "cp1256", "cp1250", "cp1253", "cp1254", "cp1255", "koi8_r", "cp932", "euc_jp", "gb18030", "big5hkscs", "cp949"]
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_TOOLS_TITLE = re.compile(r"(?:Microsoft (?:Word|PowerPoint|Excel) - |untitled|.*\.(?:docx?|indd|qxd|pdf|rtf|odt)$)", re.IGNORECASE)


class Unreadable(Exception):
    """The file cannot be read; the argument is one of the words that `text.text_of` turns into sentences."""


def read(body: bytes, media_type: str, charset: str, most: int) -> dict[str, Any]:
    """Everything that `text.Text` holds, of a file of a kind. At most `most` characters of text, or `Unreadable("long")`."""
    if media_type == "application/pdf":
        found = _read_pdf(body, most)
    elif media_type in ("text/html", "application/xhtml+xml"):
        text, used = decoded(body, charset, in_page=True)
        try:
            tree = pages.parse(text)
        except pages.TooComplex:
            raise Unreadable("complex") from None
        text, parts = pages.text_of(tree)
        found = {**pages.about(tree), "text": text, "parts": parts, "charset": used}
    else:
        text, used = decoded(body, charset)
        found = {"text": text, "parts": _paragraphs(text), "charset": used}
    if len(found["text"]) > most:
        raise Unreadable("long")
    return found


def decoded(body: bytes, charset: str = "", *, in_page: bool = False) -> tuple[str, str]:
    """The text of some bytes and the encoding that fitted: their own mark, the server's word, the page's, UTF-8, a guess."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _storable(body[len(mark) :].decode(name, "replace")), name
    beginning = body[:4096]
    in_meta = b""
    if in_page:
        in_xml = _XML.match(beginning.lstrip())
        in_meta = match[1] if (match := _META.search(beginning) or in_xml) else b""
    said = [_encoding(charset), _encoding(in_meta.decode("ascii", "replace"))]
    # A page whose <meta> could be read as ASCII is not in UTF-16, whatever it says there.
    said[1] = "utf-8" if said[1].startswith("utf-16") else said[1]
    for name in [*filter(None, said), "utf-8"]:
        try:
            return _storable(body.decode(name)), name
        except UnicodeDecodeError:
            continue
    declared = next(filter(None, said), "")
    if not declared:
        from charset_normalizer import from_bytes  # slow to import, seldom needed

        best = from_bytes(body[:_GUESSED_FROM], cp_isolation=_GUESSED).best()
        declared = _encoding(best.encoding) if best else ""
    # A few wrong bytes don't make another encoding: what was declared, with marks in their place.
    name = declared or "cp1252"
    return _storable(body.decode(name, "replace")), name


def _encoding(name: str) -> str:
    """The codec for a declared name; "" for none, or for one that is no encoding of text."""
    name = name.strip().lower()
    name = _MEANT.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    if not getattr(info, "_is_text_encoding", False) or info.name.replace("_", "-") in _NO_ENCODINGS:
        return ""
    return _MEANT.get(info.name, info.name)


def _storable(text: str) -> str:
    """Lines end in one way, and what neither PostgreSQL nor a browser takes (NUL, half characters) is a mark. The length may change here only."""
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _paragraphs(text: str) -> list[Part]:
    """What empty lines part."""
    starts = []
    position = len(text) - len(text.lstrip())
    for match in [*_BLANK_LINES.finditer(text, position), None]:
        if position < len(text):
            starts.append(position)
        if match:
            position = match.end()
    return [Part(start, paragraph(number)) for number, start in enumerate(starts, start=1)]


def _read_pdf(body: bytes, most: int) -> dict[str, Any]:
    import logging

    from pypdf import PasswordType, PdfReader
    from pypdf.errors import PyPdfError

    logging.disable(logging.CRITICAL)  # every small fault of a file would be a line
    try:
        reader = PdfReader(io.BytesIO(body), strict=False)
        if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
            raise Unreadable("locked")
        pieces: list[str] = []
        parts: list[Part] = []
        length = 0
        for number, sheet in enumerate(reader.pages, start=1):
            try:
                text = _storable(sheet.extract_text() or "").strip()
            except (MemoryError, RecursionError):
                raise
            except Exception:
                text = "\ufffd"  # one broken page does not take the others with it, and shows where it was
            if pieces:
                pieces.append("\n\n")
                length += 2
            parts.append(Part(length, page(number)))
            pieces.append(text)
            length += len(text)
            if length > most:
                raise Unreadable("long")
        told = _pdf_about(reader)
    except (Unreadable, MemoryError):
        raise
    except RecursionError:
        raise Unreadable("complex") from None
    except PyPdfError as error:
        raise Unreadable("locked" if "crypt" in type(error).__name__.lower() else "broken") from None
    except Exception:
        raise Unreadable("broken") from None
    if not parts:
        raise Unreadable("broken")
    text = "".join(pieces)
    if not text.strip("\ufffd\n "):
        return {**told, "text": "", "parts": [], "pages": len(parts)}
    return {**told, "text": text, "parts": parts, "pages": len(parts)}


def _pdf_about(reader: Any) -> dict[str, str]:
    """What the file's own data say. Its making is not its publishing, so that has a name of its own."""
    found: dict[str, str] = {}
    try:
        information = reader.metadata or {}
        title = pages.clean(str(information.get("/Title") or ""))
        found["title"] = "" if _TOOLS_TITLE.match(title) else title
        found["author"] = pages.clean(str(information.get("/Author") or ""))
        found["made_on"] = pages.date_in(str(information.get("/CreationDate") or "")[:10])
        language = str(reader.trailer["/Root"].get("/Lang") or "")
        found["language"] = language if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*", language, re.ASCII) else ""
    except MemoryError:
        raise
    except Exception:
        pass  # the text is what matters
    return found


def _bound(megabytes: int, seconds: int) -> None:
    """No more memory and time than that, no files written, and no picture of the memory left when it ends badly."""
    import resource

    for what, most in (
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            pass  # some systems know no such bound; the caller's deadline still holds


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """One request: a line of JSON, then the bytes. One answer: the text, or why there is none."""
    asked = json.loads(source.readline())
    _bound(asked["megabytes"], asked["seconds"])
    sys.setrecursionlimit(5000)  # deep but honest files exist
    try:
        answer = read(source.read(), asked["media_type"], asked["charset"], asked["most"])
    except Unreadable as refusal:
        answer = {"unreadable": str(refusal)}
    except MemoryError:
        answer = {"unreadable": "memory"}
    except RecursionError:
        answer = {"unreadable": "complex"}
    sink.write(json.dumps(answer).encode())
    sink.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)

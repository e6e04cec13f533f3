"""What kind of document some bytes are. What the bytes show counts; a name or a header only tells kinds of text apart."""

import re

from django.utils.translation import gettext as _

HTML = "text/html"
XHTML = "application/xhtml+xml"
PDF = "application/pdf"
PLAIN = "text/plain"
MARKDOWN = "text/markdown"
KEPT = (HTML, XHTML, PDF, PLAIN, MARKDOWN)
"""The media types of what can be captured."""

PAGED = frozenset({PDF})
"""Those that are cited by page; the others are cited by paragraph."""

_LOOKED_AT = 4096  # bytes at the beginning

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xce\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\x00asm", "program"),
    (b"#!", "program"),
    (b"PK\x03\x04", "office"),
    (b"PK\x05\x06", "office"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (b"{\\rtf", "office"),
    (b"%!PS", "office"),
    (b"\x1f\x8b", "packed"),
    (b"BZh", "packed"),
    (b"7z\xbc\xaf\x27\x1c", "packed"),
    (b"Rar!\x1a\x07", "packed"),
    (b"\xfd7zXZ\x00", "packed"),
    (b"\x28\xb5\x2f\xfd", "packed"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"BM", "picture"),
    (b"RIFF", "picture"),
)
_ALSO_WORDS = frozenset({b"MZ", b"BM", b"BZh", b"RIFF"})  # a text may begin with these letters; it has no binary bytes
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# After the "MIME Sniffing" standard of the WHATWG, section 7.1, with the elements that pages begin with.
_HTML_BEGINS = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|h[1-6]|div|font|table|a|style|title|b|br|p|meta|link|main|article|section|header|nav)[\s>/]",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(rb"(?:\s+|<!--.*?-->|<\?[^>]*\?>)+", re.DOTALL)
_ANY_TAG = re.compile(rb"</?[a-z][a-z0-9]*[\s>/]", re.IGNORECASE)
_UNKNOWN_TYPES = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/download", "application/force-download"})
_BINARY = bytes(set(range(0x20)) - set(b"\t\n\r\f\x1b"))  # what the same standard calls binary data bytes, but for 0x1B


class NotTaken(Exception):
    """These bytes are nothing that can be captured; the text is a sentence for staff."""


def recognise(name: str, content: bytes, declared: str = "") -> str:
    """The media type of some bytes, one of `KEPT`.

    `name` is that of the file or the address's last part; `declared` what a server or browser called it. `NotTaken` says what would be
    right.
    """
    if not content:
        raise NotTaken(_("It is empty: there is nothing to keep."))
    beginning = content[:_LOOKED_AT]
    if b"%PDF-" in beginning[:1024]:
        return PDF
    declared = declared.partition(";")[0].strip().lower()
    wide = beginning.startswith(_BOMS[1:])
    for signature, kind in _SIGNATURES:
        if beginning.startswith(signature) and (signature not in _ALSO_WORDS or _is_binary(beginning)):
            raise NotTaken(_sentence(kind))
    if beginning[4:8] == b"ftyp":
        raise NotTaken(_sentence("picture"))
    if wide:
        beginning = beginning.decode("utf-16", "replace").encode()
    elif beginning.startswith(_BOMS[0]):
        beginning = beginning[3:]
    if _is_binary(beginning):
        raise NotTaken(_sentence("unknown"))
    markup = beginning[match.end() :] if (match := _PREAMBLE.match(beginning)) else beginning
    if _HTML_BEGINS.match(markup):
        is_xml = beginning.lstrip().startswith(b"<?xml") and b"http://www.w3.org/1999/xhtml" in beginning
        return XHTML if is_xml else HTML
    if beginning.lstrip().startswith(b"<?xml") or re.match(rb"<(?:svg|rss|feed|xml)[\s>]", markup, re.IGNORECASE):
        raise NotTaken(_("It is a file in XML (a feed, a drawing or data), not a page; give the address of the page itself, a PDF or a plain text."))
    if declared in (HTML, XHTML) and _ANY_TAG.search(content[: 16 * _LOOKED_AT]):
        return HTML
    ending = name.rpartition("?")[0] or name
    if declared == MARKDOWN or ending.lower().endswith((".md", ".markdown")):
        return MARKDOWN
    if declared in _UNKNOWN_TYPES or declared in KEPT or declared == "text/x-markdown":
        return PLAIN
    raise NotTaken(_("It is %(type)s; what can be kept are HTML pages, PDF files and plain text.") % {"type": _shown(declared)})


def is_hopeless(declared: str) -> bool:
    """Whether a server's word for the type already says that no page will come: pictures, sound, films, fonts."""
    return declared.strip().lower().startswith(("image/", "audio/", "video/", "font/"))


def refused(declared: str) -> NotTaken:
    """The refusal of a type that `is_hopeless`."""
    return NotTaken(
        _("It is %(type)s; what can be kept are HTML pages, PDF files and plain text.") % {"type": _shown(declared.partition(";")[0].strip())}
    )


def _is_binary(beginning: bytes) -> bool:
    return beginning.translate(None, _BINARY) != beginning


def _shown(declared: str) -> str:
    cleaned = re.sub(r"[^\w.+/-]", "", declared, flags=re.ASCII)[:60]
    return f"“{cleaned}”" if cleaned else _("something that its server gives no name to")


def _sentence(kind: str) -> str:
    return {
        "program": _("It is a program, not a document; what can be kept are HTML pages, PDF files and plain text."),
        "office": _("It is a file of an office program or a packed folder; save it as PDF and upload that."),
        "packed": _("It is packed (such as .gz or .7z); unpack it and upload the document inside."),
        "picture": _("It is a picture or a film; what can be kept are HTML pages, PDF files and plain text."),
        "unknown": _("It is no text that can be read, and no PDF; what can be kept are HTML pages, PDF files and plain text."),
    }[kind]

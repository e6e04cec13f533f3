"""What some bytes are: by what they show, not by what they are called."""

import pytest

from tracker.archive.media import HTML, MARKDOWN, PDF, PLAIN, XHTML, NotTaken, recognise

XHTML_PAGE = b'<?xml version="1.0"?>\n<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'


@pytest.mark.parametrize(
    ("name", "content", "declared", "kind"),
    [
        ("a.html", b"%PDF-1.4 ...", "text/html", PDF),
        ("a", b"\xef\xbb\xbf\n%PDF-1.4", "", PDF),
        ("a.txt", b"<!DOCTYPE html><p>", "text/plain", HTML),
        ("a", b"  \n<!-- c --><HTML>", "", HTML),
        ("a", b"<?xml version='1.0'?><html><p>", "", HTML),
        ("a", XHTML_PAGE, "", XHTML),
        ("a", XHTML_PAGE, "text/html", XHTML),
        ("a", b"\xef\xbb\xbf<html>", "", HTML),
        ("a", "<html>é".encode("utf-16"), "", HTML),
        ("a", "words".encode("utf-16"), "", PLAIN),
        ("a", b"Words, then <b>bold</b>", "text/html", HTML),
        ("a", b"Words alone", "text/html", PLAIN),
        ("a.txt", b"a < b", "", PLAIN),
        ("a.md", b"# Head", "", MARKDOWN),
        ("A.MD", b"# Head", "application/octet-stream", MARKDOWN),
        ("a", b"# Head", "text/markdown; charset=utf-8", MARKDOWN),
        ("a", "Où ça".encode("cp1252"), "", PLAIN),
        ("a", b"MZ is a word here", "text/plain", PLAIN),
        ("a", b"BMW and others", "", PLAIN),
        ("a", b"PK is a word, too", "", PLAIN),
        ("a.exe", b"only words", "", PLAIN),
    ],
)
def test_documents(name: str, content: bytes, declared: str, kind: str) -> None:
    assert recognise(name, content, declared) == kind


@pytest.mark.parametrize(
    ("content", "declared", "told"),
    [
        (b"", "text/html", "empty"),
        (b"MZ\x90\x00" + bytes(60), "text/html", "a program"),
        (b"\x7fELF\x02\x01", "application/pdf", "a program"),
        (b"#!/bin/sh\nrm -rf /", "text/plain", "a program"),
        (b"PK\x03\x04\x14\x00", "", "save it as PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "save it as PDF"),
        (b"{\\rtf1", "text/plain", "save it as PDF"),
        (b"\x1f\x8b\x08", "", "unpack it"),
        (b"\x89PNG\r\n\x1a\n", "text/html", "a picture"),
        (b"\xff\xd8\xff\xe0", "", "a picture"),
        (b"GIF89a", "", "a picture"),
        (b"\x00\x00\x00\x18ftypmp42", "", "a picture or a film"),
        (b"\x00\x01\x02", "text/plain", "no text"),
        (b"words\x00words", "text/plain", "no text"),
        (b"<?xml version='1.0'?><rss>", "", "XML"),
        (b"<svg onload=x>", "image/svg+xml", "XML"),
        (b"{}", "application/json", "“application/json”"),
        (b"a,b", "text/csv", "“text/csv”"),
        (b"x", "<script>alert(1)</script>", "“scriptalert1/script”"),
    ],
)
def test_what_is_no_document(content: bytes, declared: str, told: str) -> None:
    with pytest.raises(NotTaken) as caught:
        recognise("page.html", content, declared)
    assert told in str(caught.value)
    assert str(caught.value).endswith(".")

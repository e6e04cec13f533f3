"""Copies of other people's pages are for staff: no page, download or answer for the public holds their bytes, text or headers."""

import io
import zipfile
from pathlib import Path

from django.test import Client

from tests import builders
from tests.addresses import every_public_address
from tests.archive.conftest import Server
from tests.capture.conftest import article, done
from tracker.editorial import capturing
from tracker.editorial.capturing import Copy
from tracker.exchange.exporter import export
from tracker.releasing import make as release

# The words before and after a quotation are published with it, 64 characters of them: what is further away is not.
BETWEEN = "These words stand between, and they are more than those that are kept around a quotation."
CITED, UNCITED, HEADER = "Words that are cited here.", "Quokkas guard the uncited paragraph.", "x-quokka"
RELEASES = ("v1", "v2")


def test_readers_get_the_hash_and_what_is_cited_and_no_more(roles: None, press: Server, tmp_path: Path) -> None:
    """Every address of the public site, whatever a record's key is in it, and a data package."""
    press.answers["/a"] = article(CITED, BETWEEN, UNCITED, title="A title").replace(
        b"Content-Type:", f"{HEADER}: marsupial\r\nContent-Type:".encode(), 1
    )
    document = builders.document("ONE", title="Ours")
    snapshot = done(capturing.request(by=builders.author(), url=press.url("/a"), document=document)).snapshot
    assert snapshot is not None
    assert UNCITED in snapshot.extracted.text
    assert any(HEADER in name.lower() for name, _value in snapshot.headers)
    passage = capturing.mark(snapshot, Copy.of(snapshot).quoted(CITED), says="It says so.", locator="", by=builders.author())
    recommendation = builders.recommendation("REC-1", document)
    action = builders.action("ACT-1")
    builders.effect(action, recommendation)
    assessment = builders.assessment("AS-1", recommendation)
    for record in (recommendation, action, assessment):
        builders.cite(record, passage)
    document.refresh_from_db()
    builders.put_out(document, recommendation, action, assessment)

    for name in RELEASES:
        release(name, by=builders.officer(), reason="To be kept", site="https://tracker.example.org")

    hidden = [UNCITED, "Quokka", "marsupial", HEADER, snapshot.stored_as]
    answers = {path: Client().get(path) for path in every_public_address(("ONE", "ACT-1"), RELEASES)}
    opened = [path for path, answer in answers.items() if answer.status_code == 200]
    assert len(opened) > 15, opened
    shown = {}
    for path in opened:
        answer = answers[path]
        shown[path] = unpacked(b"".join(answer) if answer.streaming else answer.content).decode("utf-8", "replace")
        assert not [words for words in hidden if words.lower() in shown[path].lower()], path
        assert "/admin/tracker/snapshot" not in shown[path], path
    assert any(snapshot.sha256 in page for page in shown.values())
    assert any(CITED in page for page in shown.values())

    export(tmp_path / "package")
    for file in (tmp_path / "package").rglob("*"):
        if file.is_file():
            assert UNCITED.encode() not in file.read_bytes(), file.name
            assert b"marsupial" not in file.read_bytes(), file.name


def unpacked(content: bytes) -> bytes:
    """The bytes of an answer; of a workbook or another archive, those of all that is packed in it."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())

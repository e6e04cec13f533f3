"""Capture as verbs and jobs: one copy of the same bytes, whatever dies in between; passages found again in a later copy."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from config.trouble import Trouble
from tests import builders
from tests.archive.conftest import Server, page, to
from tests.archive.documents import pdf
from tests.capture.conftest import PARAGRAPHS, article, done
from tracker.archive import store
from tracker.editorial import capturing, tending
from tracker.editorial.capturing import Copy
from tracker.editorial.merging import merge
from tracker.editorial.verbs import Refused, submit
from tracker.jobs.models import BackgroundJob
from tracker.models import Capture, Citation, CopyCheck, Document, LinkCheck, PassageCheck, Snapshot, Version
from tracker.rules.vocabulary import CaptureState, CopyState, LinkOutcome, PassageOutcome

pytestmark = pytest.mark.usefixtures("roles")


def ask(url: str, **fields: Any) -> Capture:
    return capturing.request(by=builders.author(), url=url, **fields)


# --- A copy ------------------------------------------------------------------------------------------------------------------


def test_a_page_is_archived_with_its_text(press: Server, archive: Path) -> None:
    asked = ask(press.url("/a"))
    assert asked.state == CaptureState.WAITING
    assert BackgroundJob.objects.filter(task_name="capture", args={"number": asked.pk}, status="todo").count() == 1
    asked = done(asked)
    assert (asked.state, asked.held_before) == (CaptureState.HELD, False)
    snapshot = Snapshot.objects.get()
    assert asked.snapshot == snapshot
    assert (snapshot.media_type, snapshot.url, snapshot.document) == ("text/html", press.url("/a"), None)
    assert store.open_bytes(snapshot.stored_as).read() == article().partition(b"\r\n\r\n")[2]
    assert ["Content-Type", "text/html; charset=utf-8"] in snapshot.headers
    assert PARAGRAPHS[0] in snapshot.extracted.text
    assert snapshot.extracted.about == {
        "title": "Officers leave", "author": "Ada Writer", "publisher": "The Daily Page", "published_on": "2019-02-05",
        "language": "en", "charset": "utf-8",
    }  # fmt: skip


def test_what_a_server_keeps_secret_with_us_is_not_kept(serve: Callable[..., Server], archive: Path) -> None:
    server = serve({"/": page(b"<!doctype html><p>Words", "Content-Type: text/html", "Set-Cookie: session=secret")})
    asked = done(ask(server.url()))
    assert "secret" not in str(Snapshot.objects.get(pk=asked.snapshot_id).headers)


def test_the_job_run_again_makes_nothing_more(press: Server) -> None:
    asked = done(ask(press.url("/a")))
    assert "before" in (capturing.capture(number=asked.pk) or "")
    assert (Snapshot.objects.count(), press.connections) == (1, 1)


def test_a_worker_killed_between_fetching_and_writing_leaves_one_copy(press: Server, archive: Path) -> None:
    """The process ends at that moment for good, as by SIGKILL; the job is run again."""
    asked = ask(press.url("/a"))
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:
        capturing.read_out = lambda *_: os._exit(9)  # type: ignore[assignment]
        capturing.capture(number=asked.pk)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert Snapshot.objects.count() == 0
    assert len([file for file in archive.rglob("*") if file.is_file()]) == 1
    assert done(asked).state == CaptureState.HELD
    assert Snapshot.objects.count() == 1
    assert len([file for file in archive.rglob("*") if file.is_file()]) == 1


def test_the_same_bytes_again_are_recognised(press: Server) -> None:
    first = done(ask(press.url("/a")))
    press.answers["/b"] = article()
    again = done(ask(press.url("/b")))
    assert again.held_before
    assert again.snapshot == first.snapshot
    assert Snapshot.objects.count() == 1


def test_the_same_bytes_as_a_copy_of_two_documents_are_two_copies_of_one_file(press: Server, archive: Path) -> None:
    one, other = builders.document("ONE"), builders.document("OTHER")
    done(ask(press.url("/a"), document=one))
    second = done(ask(press.url("/a"), document=other))
    assert second.held_before
    assert {snapshot.document for snapshot in Snapshot.objects.all()} == {one, other}
    assert len([file for file in archive.rglob("*") if file.is_file()]) == 1


def test_a_copy_that_nobody_claimed_becomes_the_documents(press: Server) -> None:
    loose = done(ask(press.url("/a")))
    document = builders.document("ONE")
    assert done(ask(press.url("/a"), document=document)).snapshot == loose.snapshot
    assert Snapshot.objects.get().document == document


def test_a_file_is_archived_by_what_it_is(archive: Path) -> None:
    asked = done(capturing.request(by=builders.author(), file=pdf("First page", "The second"), file_name="report.html"))
    assert asked.snapshot is not None
    assert (asked.snapshot.media_type, asked.snapshot.extracted.about["pages"]) == ("application/pdf", 2)
    assert "report.html" in asked.snapshot.captured_how
    again = capturing.request(by=builders.reviewer(), file=pdf("First page", "The second"), file_name="other.pdf")
    assert done(again).held_before
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    ("file", "sentence"),
    [(b"", "empty"), (b"PK\x03\x04rest", "office program"), (b"\x7fELF....", "program"), (b"words " * 3_500_000, "20 MB")],
    ids=["empty", "office", "program", "21 MB"],
)
def test_what_cannot_be_archived_is_refused_in_a_sentence(archive: Path, file: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        capturing.request(by=builders.author(), file=file, file_name="x")
    assert not Capture.objects.exists()


@pytest.mark.parametrize("url", ["", "  ", "mailto:a@example.org", "ftp://example.org/x", "file:///etc/passwd", "https://user:word@example.org/"])
def test_what_is_no_address_is_refused_at_once(archive: Path, url: str) -> None:
    with pytest.raises(Refused):
        ask(url)
    assert not Capture.objects.exists()


def test_an_address_is_taken_as_people_paste_it(archive: Path) -> None:
    assert ask(" example.org/report?x=1 ").url == "https://example.org/report?x=1"


def test_private_addresses_are_refused_also_after_a_redirect(settings: Any, press: Server) -> None:
    press.answers["/r"] = to("http://169.254.169.254/latest/meta-data/")
    for url in (press.url("/r"), "http://10.0.0.1/", "http://[::1]/", "http://localhost:1/"):
        asked = done(ask(url))
        assert asked.state == CaptureState.NOTHING, url
        assert asked.problem.endswith("."), url
    settings.CAPTURE_ALLOWED_HOSTS = []
    assert done(ask(press.url("/a"))).state == CaptureState.NOTHING
    assert not Snapshot.objects.exists()


def test_the_same_address_waits_once(press: Server) -> None:
    assert ask(press.url("/a")) == ask(press.url("/a"))
    assert BackgroundJob.objects.filter(task_name="capture").count() == 1


def test_only_who_may_capture_does(press: Server) -> None:
    auditor = builders.user("auditor", role="auditor")
    with pytest.raises(Refused, match="does not include"):
        capturing.request(by=auditor, url=press.url("/a"))
    document = builders.document("ONE")
    snapshot = done(ask(press.url("/a"))).snapshot
    assert snapshot is not None
    with pytest.raises(Refused, match="does not include"):
        capturing.attach(snapshot, document, by=auditor)


def test_a_copy_is_of_one_document_and_adding_it_is_an_edit(press: Server) -> None:
    document = builders.document("ONE")
    submit([document], by=builders.author(), reason="Ready")
    snapshot = done(ask(press.url("/a"))).snapshot
    assert snapshot is not None
    capturing.attach(snapshot, document, by=builders.reviewer())
    document.refresh_from_db()
    assert document.edited_by == builders.reviewer()
    assert Version.objects.get().voided_at is not None
    capturing.attach(snapshot, document, by=builders.reviewer())
    with pytest.raises(Refused, match="belongs to"):
        capturing.attach(snapshot, builders.document("TWO"), by=builders.author())


def test_documents_of_the_same_address_or_title_are_offered(press: Server) -> None:
    by_url = builders.document("URL", url=press.url("/a") + "/")
    by_title = builders.document("TITLE", title="officers LEAVE")
    builders.document("NEITHER")
    snapshot = done(ask(press.url("/a"))).snapshot
    assert snapshot is not None
    assert capturing.candidates(snapshot) == [by_url, by_title]


# --- Passages ------------------------------------------------------------------------------------------------------------------


def held(press: Server, *paragraphs: str, document: Document | None = None) -> Snapshot:
    """A copy of a document that says these paragraphs."""
    press.answers["/a"] = article(*paragraphs)
    asked = done(ask(press.url("/a"), document=document or builders.document("ONE")))
    assert asked.snapshot is not None
    return asked.snapshot


def test_a_passage_is_marked_as_the_copy_has_it(press: Server) -> None:
    snapshot = held(press)
    copy = Copy.of(snapshot)
    units = len(copy.text[: copy.text.index("“diplomats”")].encode("utf-16-le")) // 2
    quote = copy.marked(units - 1, units + len("“diplomats” "))
    assert quote.exact == "“diplomats”"
    assert copy.text[quote.start - 2 : quote.start] == "😀 "
    citation = capturing.mark(snapshot, quote, says="The word is in quotation marks.", locator="", by=builders.author())
    assert (citation.archived_as, citation.locator) == (snapshot.sha256, quote.locator)
    assert copy.text[citation.begins : citation.ends] == citation.exact == "“diplomats”"
    assert citation.prefix.endswith("😀 ")
    assert citation.suffix.startswith(" had been")


def test_a_passage_marked_twice_is_one_citation(press: Server) -> None:
    snapshot = held(press)
    quote = Copy.of(snapshot).quoted("Nobody was named.")
    first = capturing.mark(snapshot, quote, says="No names.", locator="", by=builders.author())
    assert capturing.mark(snapshot, quote, says="No names were given.", locator="", by=builders.author()) == first
    builders.cite(builders.action("ACT"), first)
    assert capturing.mark(snapshot, quote, says="No names were given.", locator="", by=builders.author()) == first
    assert capturing.mark(snapshot, quote, says="Something else.", locator="", by=builders.author()) != first


def test_what_one_person_wrote_of_a_passage_no_other_rewrites(press: Server) -> None:
    """It serves nothing while the form beside it is open: whoever marks the same words meanwhile has a citation of their own."""
    snapshot = held(press)
    quote = Copy.of(snapshot).quoted("Nobody was named.")
    first = capturing.mark(snapshot, quote, says="No names.", locator="", by=builders.author())
    other = capturing.mark(snapshot, quote, says="Something else.", locator="", by=builders.reviewer())
    assert other != first
    first.refresh_from_db()
    assert first.says == "No names."
    mine = capturing.mark(snapshot, quote, says="No name was given.", locator="", by=builders.author())
    assert (mine, mine.says) == (first, "No name was given.")
    assert capturing.mark(snapshot, quote, says="No name was given.", locator="", by=builders.reviewer()) == first, "who says the same needs no other"


def test_a_typed_quotation_is_found_or_says_what_is_near(press: Server) -> None:
    snapshot = held(press, "He said yes.", "They left on Monday with four others.", "He said yes.")
    copy = Copy.of(snapshot)
    assert copy.quoted("They  left\non Monday").exact == "They left on Monday"
    with pytest.raises(capturing.Several) as several:
        copy.quoted("He said yes.")
    assert len(several.value.places) == 2
    second = several.value.places[1]
    assert copy.quoted("He said yes.", second.locator).start == second.start
    assert copy.quoted("He said yes.", near=second.start).start == second.start
    with pytest.raises(capturing.NotFound) as lost:
        copy.quoted("They left on Tuesday with four others.")
    assert "They left on Monday" in lost.value.nearest
    with pytest.raises(capturing.NotFound):
        copy.quoted("zebra quagga okapi")


def test_a_scan_is_cited_by_page(archive: Path) -> None:
    document = builders.document("SCAN")
    asked = done(capturing.request(by=builders.author(), file=pdf(b"", b""), file_name="scan.pdf", document=document))
    snapshot = asked.snapshot
    assert snapshot is not None
    assert "scan" in snapshot.extracted.problem
    citation = capturing.mark(snapshot, None, says="It says so.", locator="p. 2", by=builders.author())
    assert (citation.archived_as, citation.exact, citation.begins) == (snapshot.sha256, "", None)


MOVED, SPACED, GONE = "The embassy rejects the claim.", "Nobody was named in the statement of the ministry.", "Four officers had left the country."


def test_a_later_copy_keeps_moves_respaces_or_loses_what_is_cited(press: Server) -> None:
    document = builders.document("ONE")
    first = held(press, "It stays where it was.", SPACED, GONE, MOVED, document=document)
    copy = Copy.of(first)
    made = {
        words: capturing.mark(first, copy.quoted(words), says=f"Says {number}.", locator="", by=builders.author())
        for number, words in enumerate(("It stays where it was.", SPACED, GONE, MOVED))
    }
    spaced = SPACED.replace(" was", "\u00a0was").replace(" of", " \u00a0of")
    later = held(press, "It stays where it was.", MOVED, spaced, "Three officers have left the country.", document=document)
    found = {check.citation: check for check in PassageCheck.objects.filter(snapshot=later)}
    assert {words: found[citation].outcome for words, citation in made.items()} == {
        "It stays where it was.": PassageOutcome.FOUND, SPACED: PassageOutcome.RESPACED, GONE: PassageOutcome.LOST, MOVED: PassageOutcome.MOVED,
    }  # fmt: skip
    text = later.extracted.text
    assert text[found[made[MOVED]].begins : found[made[MOVED]].ends] == MOVED
    assert "officers have left the country" in found[made[GONE]].nearest
    assert not PassageCheck.objects.filter(snapshot=first).exists()


def test_a_lost_passage_stays_until_someone_says_what_is_done(press: Server) -> None:
    document = builders.document("ONE")
    first = held(press, GONE, document=document)
    capturing.mark(first, Copy.of(first).quoted(GONE), says="They left.", locator="", by=builders.author())
    later = held(press, "Nothing of the kind.", document=document)
    check = PassageCheck.objects.get()
    with pytest.raises(Refused, match="sentence"):
        capturing.decide(check, by=builders.author(), decision=" ")
    capturing.decide(check, by=builders.author(), decision="The earlier copy is cited.")
    capturing.check_passages(later)
    check.refresh_from_db()
    assert (check.seen_by, check.decision) == (builders.author(), "The earlier copy is cited.")


def test_a_corrected_passage_is_looked_for_anew(press: Server) -> None:
    """Whatever corrects it, what was found of the words before is forgotten; where it is expected, it is looked for."""
    document = builders.document("ONE")
    first = held(press, GONE, document=document)
    citation = capturing.mark(first, Copy.of(first).quoted(GONE), says="They left.", locator="", by=builders.author())
    held(press, "Nothing of the kind.", document=document)
    later = held(press, "They have gone.", document=document)
    assert set(PassageCheck.objects.values_list("outcome", flat=True)) == {"lost"}
    Citation.objects.update(says="It says that they left.")
    assert PassageCheck.objects.count() == 2
    Citation.objects.update(exact="They have gone.", archived_as="")
    assert not PassageCheck.objects.exists()
    citation.refresh_from_db()
    capturing.check_again(document, [citation])
    assert [(check.snapshot, check.outcome) for check in PassageCheck.objects.all()] == [(later, PassageOutcome.FOUND)]
    assert capturing.place(citation, first) is False
    assert capturing.place(citation, later)
    citation.save()
    capturing.check_again(document, [citation])
    assert not PassageCheck.objects.exists()


def test_merged_documents_know_which_passages_are_lost_in_whose_copies(press: Server) -> None:
    """A passage of the one is looked for in the later copies of the other; a decision is not asked for twice."""
    into, duplicate = builders.document("INTO"), builders.document("TWIN")
    first = held(press, GONE, document=into)
    own = capturing.mark(first, Copy.of(first).quoted(GONE), says="They left.", locator="", by=builders.author())
    twin = held(press, "It stays where it was.", document=duplicate)
    moved = capturing.mark(twin, Copy.of(twin).quoted("It stays where it was."), says="It stays.", locator="", by=builders.author())
    held(press, "Nothing of the kind.", document=duplicate)
    capturing.decide(PassageCheck.objects.get(), by=builders.author(), decision="The earlier copy is cited.")
    merge(duplicate, into=into, by=builders.author(), reason="The same twice")
    found = {(check.citation, check.snapshot.extracted.text, check.decision) for check in PassageCheck.objects.filter(outcome="lost")}
    nothing = "Nothing of the kind."
    assert {(citation, text.splitlines()[-1], decision) for citation, text, decision in found} == {
        (own, "It stays where it was.", ""), (own, nothing, ""), (moved, nothing, "The earlier copy is cited."),
    }  # fmt: skip
    assert {check.snapshot.document for check in PassageCheck.objects.select_related("snapshot__document")} == {into}


def test_words_typed_in_a_form_are_placed_in_the_copy(press: Server) -> None:
    snapshot = held(press)
    citation = Citation(document=snapshot.document, locator="¶2", says="x", exact="The ministry  said\non Tuesday")
    assert capturing.place(citation, snapshot)
    assert Copy.of(snapshot).text[citation.begins : citation.ends] == citation.exact == "The ministry said on Tuesday"
    citation.exact = "Never said."
    assert not capturing.place(citation, snapshot)
    assert (citation.archived_as, citation.begins, citation.ends) == ("", None, None)


# --- The night -----------------------------------------------------------------------------------------------------------------


def test_an_altered_and_a_missing_file_are_found(press: Server, archive: Path) -> None:
    first, second = held(press), held(press, "Another.", document=builders.document("TWO"))
    third = held(press, "A third.", document=builders.document("THREE"))
    assert "3 archived copies are" in (tending.verify_archive() or "")
    assert not tending.copies_in_trouble().exists()
    (archive / second.stored_as).chmod(0o600)
    (archive / second.stored_as).write_bytes(b"altered")
    (archive / third.stored_as).unlink()
    said = tending.verify_archive()
    assert said is not None
    assert "2 are altered or missing" in said
    assert {check.snapshot: check.outcome for check in CopyCheck.objects.all()} == {
        first: CopyState.SOUND, second: CopyState.ALTERED, third: CopyState.MISSING,
    }  # fmt: skip
    since = CopyCheck.objects.get(snapshot=second).failing_since
    tending.verify_archive()
    assert CopyCheck.objects.get(snapshot=second).failing_since == since
    with pytest.raises(Trouble, match="2 are altered or missing"):
        call_command("verify_archive")


def test_half_written_files_are_swept(press: Server, archive: Path) -> None:
    held(press)
    part = archive / ".part-dead"
    part.write_bytes(b"half")
    os.utime(part, (0, 0))
    assert "1 half-written file" in (tending.verify_archive() or "")
    assert not part.exists()


def test_addresses_are_asked_and_remembered(press: Server) -> None:
    press.answers |= {"/gone": page(b"", status="410 Gone"), "/moved": to("/a", "301 Moved Permanently")}
    fine, gone, moved = (builders.document(path, url=press.url(f"/{path}")) for path in ("a", "gone", "moved"))
    builders.document("none")
    assert tending.check_links(pause=0) == "Checked 3 addresses: 1 do not answer with a page, 1 moved."
    found = {check.document: check for check in LinkCheck.objects.all()}
    assert {document: check.outcome for document, check in found.items()} == {
        fine: LinkOutcome.FINE, gone: LinkOutcome.GONE, moved: LinkOutcome.MOVED,
    }  # fmt: skip
    assert found[moved].moved_to == press.url("/a")
    since = found[gone].failing_since
    assert since is not None
    assert tending.check_links(pause=0) == "Checked 0 addresses: 0 do not answer with a page, 0 moved."
    tending.check_links(pause=0, older_than_days=0)
    assert LinkCheck.objects.get(document=gone).failing_since == since
    press.answers["/gone"] = article()
    tending.check_links(pause=0, older_than_days=0)
    assert LinkCheck.objects.get(document=gone).failing_since is None


def test_a_host_that_asks_to_come_later_is_left_alone(press: Server) -> None:
    press.answers["/busy"] = page(b"", status="429 Too Many Requests")
    first = builders.document("busy", url=press.url("/busy"))
    builders.document("later", url=press.url("/a"))
    tending.check_links(pause=0)
    assert list(LinkCheck.objects.values_list("document", flat=True)) == [first.pk]


def test_a_moved_address_is_taken_over_with_its_reason(press: Server) -> None:
    press.answers["/moved"] = to("/a", "308 Permanent Redirect")
    document = builders.document("moved", url=press.url("/moved"))
    tending.check_links(pause=0)
    with pytest.raises(Refused):
        capturing.move(document, by=builders.reviewer(), url="http://127.0.0.1/elsewhere")
    document = capturing.move(document, by=builders.reviewer(), url=press.url("/a"))
    assert (document.url, document.edited_by) == (press.url("/a"), builders.reviewer())
    assert document.history.latest("pgh_id").pgh_context["reason"].startswith("The page moved for good")
    assert LinkCheck.objects.get().outcome == LinkOutcome.FINE


# --- Commands ------------------------------------------------------------------------------------------------------------------


def test_the_command_archives_an_address_and_a_file(press: Server, tmp_path: Path, capsys: Any) -> None:
    call_command("capture", press.url("/a"))
    assert "SHA-256" in capsys.readouterr().out
    builders.document("ONE")
    file = tmp_path / "a.txt"
    file.write_text("Some words.")
    call_command("capture", str(file), document="ONE", by=builders.author().username)
    assert "It is a copy of ONE" in capsys.readouterr().out
    assert not BackgroundJob.objects.exists()
    for what, sentence in (
        (press.url("/nothing"), "404"), (str(tmp_path / "missing.pdf"), "cannot be read"), ("http://10.0.0.1/", "."), ("ftp://x/", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(Trouble, match=sentence):
            call_command("capture", what)
    call_command("check_links", pause=0)
    assert "Checked 0 addresses" in capsys.readouterr().out


def test_what_is_rolled_back_was_not_asked_for(press: Server) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ask(press.url("/a"))
        raise ZeroDivisionError
    assert not BackgroundJob.objects.exists()

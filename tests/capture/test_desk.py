"""Capture at the desk, without scripts: from the box to a record with its citation; what is refused, and who sees what."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import builders
from tests.admin.forms import ROLES, Form, words
from tests.archive.conftest import Server, to
from tests.archive.documents import pdf
from tests.capture.conftest import PARAGRAPHS, article, done
from tracker.admin import beside
from tracker.editorial import capturing, tending
from tracker.editorial.capturing import Copy
from tracker.models import Action, Assessment, Capture, Citation, CitationUse, Document, LinkCheck, PassageCheck, Recommendation, Snapshot

SignIn = Callable[[str], Client]
BOX = "/admin/tracker/capture/add/"
PAGE_BUDGET = 24


def run(asked: Capture) -> Capture:
    return done(asked)


def archived(press: Server, document: Document | None = None, path: str = "/a") -> Snapshot:
    asked = done(capturing.request(by=builders.author(), url=press.url(path), document=document))
    assert asked.snapshot is not None
    asked.snapshot.refresh_from_db()
    return asked.snapshot


def reader(snapshot: Snapshot) -> str:
    return reverse("admin:tracker_snapshot_change", args=[snapshot.pk])


def mark(client: Client, snapshot: Snapshot, **typed: Any) -> Any:
    """The form under the text, as sent without scripts."""
    typed = {"quotation": "", "locator": "", "says": "", "stance": "supports", "use": "keep", "record": "", **typed}
    return client.post(reverse("admin:tracker_snapshot_mark", args=[snapshot.pk]), typed)


def test_from_an_address_to_an_action_with_its_citation(press: Server, sign_in: SignIn) -> None:
    """Every field that is known stands filled in; one save makes the document with its copy, another the action with its citation."""
    client = sign_in("researcher")
    assert "Paste an address" in words(client.get("/admin/"))
    answer = client.post(BOX, {"url": press.url("/a")})
    asked = Capture.objects.get()
    page = client.get(answer.url)
    assert "It waits for its turn." in words(page)
    assert b'<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.content
    run(asked)
    form_url = client.get(answer.url).url
    form = Form(client, form_url)
    assert {name: form.values[name] for name in ("title", "author", "publisher", "published_on", "language", "url", "key")} == {
        "title": ["Officers leave"], "author": ["Ada Writer"], "publisher": ["The Daily Page"], "published_on": ["2019-02-05"],
        "language": ["en"], "url": [press.url("/a")], "key": ["officers-leave"],
    }  # fmt: skip
    assert PARAGRAPHS[0] in words(client.get(form_url))
    saved = form.fill(kind="news_report", interest="press").send()
    document, snapshot = Document.objects.get(), Snapshot.objects.get()
    assert (snapshot.document, saved.url) == (document, reader(snapshot))
    assert PARAGRAPHS[1] in words(client.get(saved.url))

    on = mark(client, snapshot, quotation="four officers  had left", says="Four officers left.", stance="supports", use="new:action")
    citation = Citation.objects.get()
    text = snapshot.extracted.text
    assert text[citation.begins : citation.ends] == citation.exact == "four officers had left"
    assert (citation.archived_as, citation.locator) == (snapshot.sha256, Copy.of(snapshot).where(citation.begins, citation.ends))
    assert text.startswith(citation.prefix + citation.exact + citation.suffix, citation.begins - len(citation.prefix))
    assert 'class="cited"' in client.get(on.url).content.decode()
    form = Form(client, on.url)
    assert form.values["description"] == ["Four officers left."]
    assert form.values["citation_uses-0-citation"] == [str(citation.pk)]
    government, measure = builders.government("AL"), builders.measure()
    form.fill(title="Four left", government=government.pk, measure=measure.pk, body="Ministry", key="ACT-1")
    assert form.row("events", kind="occurred", on="2019-02-05").send().status_code == 302
    use = CitationUse.objects.get()
    assert (use.citation, use.action, use.stance) == (citation, Action.objects.get(), "supports")


def test_a_recommendation_and_an_assessment_begin_with_what_is_known(press: Server, sign_in: SignIn) -> None:
    client = sign_in("researcher")
    document = builders.document("ONE", author="Ada Writer", published_on="2019-02")
    snapshot = archived(press, document)
    form = Form(client, mark(client, snapshot, quotation=PARAGRAPHS[2], says="It denies.", use="new:recommendation").url)
    known = {"known_from": document.pk, "made_in": document.pk, "made_by": "Ada Writer", "recommended_on": "2019-02", "statement": PARAGRAPHS[2]}
    assert {name: form.values[name][0] for name in known} == {name: str(value) for name, value in known.items()}
    assert (form.values["statement_form"], form.values["locator"]) == (["verbatim"], [Citation.objects.get().locator])
    form.fill(reference="REC-1", short_title="Deny", measure=builders.measure().pk)
    assert form.row("addressees", government=builders.government("AL").pk).send().status_code == 302
    recommendation = Recommendation.objects.get()
    assert recommendation.citation_uses.get().citation == Citation.objects.get()
    form = Form(client, mark(client, snapshot, quotation=PARAGRAPHS[2], says="It denies.", stance="disputes", use="new:assessment").url)
    assert form.values["rationale"] == ["It denies."]
    form.fill(addressee=recommendation.addressees.get().pk, status="rejected", departure="The ministry said no.")
    assert form.send().status_code == 302
    assert Assessment.objects.get().citation_uses.get().stance == "disputes"
    assert Citation.objects.count() == 1


def test_a_passage_is_cited_in_a_record_that_is_there(press: Server, sign_in: SignIn) -> None:
    client = sign_in("reviewer")
    action = builders.action("ACT-1", title="Expulsions of January")
    builders.action("ACT-2", title="Expulsions of March")
    snapshot = archived(press, builders.document("ONE"))
    several = mark(client, snapshot, quotation="Nobody was named.", says="None named.", use="record", record="Expulsions")
    assert "Choose which record is meant." in words(several)
    assert "None named." in several.content.decode()
    assert not Citation.objects.exists()
    assert "No record is found" in words(mark(client, snapshot, quotation="Nobody was named.", says="x", use="record", record="zebra"))
    on = mark(client, snapshot, quotation="Nobody was named.", says="None named.", use="record", record="Expulsions", chosen=f"action:{action.pk}")
    assert on.url.startswith(f"/admin/tracker/action/{action.pk}/change/?")
    assert Form(client, on.url).send().status_code == 302
    assert action.citation_uses.get().citation == Citation.objects.get()
    # Once more: it serves the action already, so the row is not offered again.
    again = mark(client, snapshot, quotation="Nobody was named.", says="None named.", use="record", record="ACT-1")
    assert Form(client, again.url).send().status_code == 302
    assert action.citation_uses.count() == 1


def test_nothing_typed_is_lost_when_words_are_not_found(press: Server, sign_in: SignIn) -> None:
    client = sign_in("researcher")
    snapshot = archived(press, builders.document("ONE"))
    answer = mark(client, snapshot, quotation="five officers had left the country", says="Five <left>.", locator="¶1", use="new:action")
    said = words(answer)
    assert "The nearest are: “" in said
    assert "four officers had left the country" in said
    for typed in ("five officers had left the country", "Five &lt;left&gt;.", 'value="¶1"'):
        assert typed in answer.content.decode()
    assert not Citation.objects.exists()


def test_words_that_stand_twice_are_asked_about(press: Server, sign_in: SignIn) -> None:
    press.answers["/a"] = article("He said yes.", "Then he slept.", "He said yes.")
    client = sign_in("researcher")
    snapshot = archived(press, builders.document("ONE"))
    answer = mark(client, snapshot, quotation="He said yes.", says="Yes.")
    places = re.findall(r'name="at" value="(\d+)"', answer.content.decode())
    assert len(places) == 2
    mark(client, snapshot, quotation="He said yes.", says="Yes.", at=places[1])
    assert Citation.objects.get().begins == int(places[1])


def test_offsets_of_a_browser_and_never_its_words(press: Server, sign_in: SignIn) -> None:
    """Two units a smiling face; words sent along that the text does not have are looked for, not believed."""
    client = sign_in("researcher")
    snapshot = archived(press, builders.document("ONE"))
    text = snapshot.extracted.text
    units = len(text[: text.index("“diplomats”")].encode("utf-16-le")) // 2
    described = client.get(reverse("admin:tracker_snapshot_describe", args=[snapshot.pk]), {"begins": units, "ends": units + 11}).json()
    assert (described["exact"], described["prefix"][-2:]) == ("“diplomats”", "😀 ")
    mark(client, snapshot, begins=units, ends=units + 11, quotation="“diplomats”", says="Quoted.")
    assert Citation.objects.get().exact == "“diplomats”"
    forged = mark(client, snapshot, begins=units, ends=units + 11, quotation="They are spies.", says="Forged.")
    assert "do not stand in the archived text" in words(forged)
    assert Citation.objects.count() == 1


def test_the_same_bytes_lead_to_their_document(press: Server, sign_in: SignIn) -> None:
    client = sign_in("researcher")
    document = builders.document("ONE", title="What it was called")
    snapshot = archived(press, document)
    press.answers["/b"] = article()
    on = client.post(BOX, {"url": press.url("/b")}).url
    run(Capture.objects.latest("pk"))
    answer = client.get(on, follow=True)
    assert answer.redirect_chain[-1][0] == reader(snapshot)
    assert "The very same bytes have been archived before" in words(answer)
    assert "What it was called" in words(answer)


def test_a_capture_is_said_to_be_of_a_document_that_is_there(press: Server, sign_in: SignIn) -> None:
    client = sign_in("researcher")
    document = builders.document("ONE", url=press.url("/a"))
    other = builders.document("ANOTHER", title="Some other name")
    snapshot = archived(press)
    asked = Capture.objects.get()
    page = client.get(f"/admin/tracker/document/add/?capture={asked.pk}")
    assert f'name="document" value="{document.pk}"' in page.content.decode()
    attach = reverse("admin:tracker_capture_attach", args=[asked.pk])
    found = client.post(attach, {"words": "some other"}, follow=True)
    assert f'name="document" value="{other.pk}"' in found.content.decode()
    assert "No document is found" in words(client.post(attach, {"words": "zebra"}, follow=True))
    client.post(attach, {"document": document.pk})
    snapshot.refresh_from_db()
    assert snapshot.document == document
    assert Document.objects.count() == 2


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest/", "http://localhost/", "redirect"])
def test_private_addresses_are_refused_with_their_sentence(address: str, press: Server, sign_in: SignIn) -> None:
    press.answers["/r"] = to("http://[::ffff:10.0.0.1]/")
    client = sign_in("researcher")
    on = client.post(BOX, {"url": press.url("/r") if address == "redirect" else address}).url
    asked = run(Capture.objects.get())
    page = client.get(on)
    assert asked.problem
    assert unescape(asked.problem) in words(page)
    assert "Try again" in words(page)
    assert not Snapshot.objects.exists()


def test_files_are_taken_or_refused_in_place(archive: Path, sign_in: SignIn, people: Any) -> None:
    client = sign_in("researcher")
    large = client.post(BOX, {"file": SimpleUploadedFile("large.txt", b"words " * 3_500_000)})
    assert "more than 20 MB" in words(large)
    assert "office program" in words(client.post(BOX, {"file": SimpleUploadedFile("a.docx", b"PK\x03\x04...")}))
    assert "It is empty" in words(client.post(BOX, {"file": SimpleUploadedFile("a.txt", b"")}))
    assert "not both" in words(client.post(BOX, {"url": "https://example.org/", "file": SimpleUploadedFile("a.txt", b"Words")}))
    assert "Paste an address, or choose a file." in words(client.post(BOX, {}))
    wrong = client.post(BOX, {"url": "mailto:somebody"})
    assert 'value="mailto:somebody"' in wrong.content.decode()
    assert not Capture.objects.exists()
    on = client.post(BOX, {"file": SimpleUploadedFile("a.pdf", pdf("Words of a page"))}).url
    run(Capture.objects.get())
    assert "Words of a page" in words(client.get(on, follow=True))


def test_a_page_of_strangers_does_nothing_here(press: Server, sign_in: SignIn) -> None:
    """Its markup is text; its bytes come as a file to be saved, in a box of sand."""
    press.answers["/a"] = article("<b>x</b>", '&lt;script&gt;alert("1")&lt;/script&gt;', title="<i>T</i>")
    client = sign_in("auditor")
    snapshot = archived(press)
    page = client.get(reader(snapshot))
    assert '<script>alert("1")' not in page.content.decode()
    assert "&lt;script&gt;alert(" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    file = client.get(reverse("admin:tracker_snapshot_original", args=[snapshot.pk]))
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert b"".join(file) == article("<b>x</b>", '&lt;script&gt;alert("1")&lt;/script&gt;', title="<i>T</i>").partition(b"\r\n\r\n")[2]


def test_who_may_what(press: Server, sign_in: SignIn) -> None:
    """Researchers and reviewers capture and cite; everyone on the desk reads; strangers get nowhere."""
    document = builders.document("ONE")
    snapshot = archived(press, document)
    loose = archived(press, path="/a")
    asked = Capture.objects.earliest("pk")
    pages = [
        reader(snapshot),
        reverse("admin:tracker_document_sources", args=[document.pk]),
        reverse("admin:tracker_capture_change", args=[asked.pk]),
    ]
    pages += [reverse("admin:tracker_snapshot_original", args=[loose.pk]), reverse("admin:tracker_snapshot_trouble")]
    for role in ROLES:
        client, writes = sign_in(role), role in ("researcher", "reviewer")
        assert [client.get(page).status_code for page in pages] == [200] * len(pages), role
        assert client.post(BOX, {"url": press.url("/a")}).status_code == (302 if writes else 403), role
        assert mark(client, snapshot, quotation="Nobody was named.", says=role).status_code == (302 if writes else 403), role
        assert client.post(reverse("admin:tracker_capture_attach", args=[asked.pk])).status_code == (302 if writes else 403), role
        assert ("Cite a passage" in words(client.get(reader(snapshot)))) is writes
        assert ("Paste an address" in words(client.get("/admin/"))) is writes
    for page in [*pages, BOX, reverse("admin:tracker_snapshot_describe", args=[snapshot.pk]), reverse("admin:tracker_snapshot_records")]:
        assert Client().get(page).url.startswith("/admin/login/"), page


def test_a_later_copy_is_looked_at_on_the_page_of_sources(press: Server, sign_in: SignIn) -> None:
    client = sign_in("researcher")
    document = builders.document("ONE", url=press.url("/a"))
    snapshot = archived(press, document)
    mark(client, snapshot, quotation=PARAGRAPHS[0], says="Four left.")
    mark(client, snapshot, quotation=PARAGRAPHS[2], says="It denies.")
    press.answers["/a"] = article("Words before.", PARAGRAPHS[2], "The ministry said on Tuesday that three officers had gone.")
    sources = reverse("admin:tracker_document_sources", args=[document.pk])
    assert "Capture it again" in words(client.get(sources))
    again = client.get(f"{BOX}?document={document.pk}")
    assert f'value="{press.url("/a")}"' in again.content.decode()
    on = client.post(f"{BOX}?document={document.pk}", {"url": press.url("/a")}).url
    run(Capture.objects.latest("pk"))
    assert "1 cited passage is not in it." in words(client.get(on, follow=True))
    assert Snapshot.objects.filter(document=document).count() == 2
    page = words(client.get(sources))
    assert "The nearest words there: ¶4 The ministry said on Tuesday that three officers had" in page
    check = PassageCheck.objects.get(outcome="lost")
    assert "in a sentence" in words(client.post(sources, {"check": check.pk, "decision": ""}))
    assert client.post(sources, {"check": check.pk, "decision": "The earlier copy is cited."}).status_code == 302
    assert "The earlier copy is cited." in words(client.get(sources))
    check.refresh_from_db()
    assert check.seen_by is not None


def test_a_corrected_citation_leaves_the_queue(press: Server, sign_in: SignIn) -> None:
    """Its words stand in the later copy now; one that is corrected to other words that do not stand there comes back."""
    client = sign_in("researcher")
    document = builders.document("ONE", url=press.url("/a"))
    mark(client, archived(press, document), quotation=PARAGRAPHS[0], says="Four left.")
    press.answers["/a"] = article("The ministry said on Tuesday that three officers had gone.")
    archived(press, document)
    queue = reverse("admin:queue", args=["sources"])
    reason = "the cited words are not in the later copy"
    assert [row.why for row in client.get(queue).context["rows"]] == [reason]
    change = reverse("admin:tracker_citation_change", args=[Citation.objects.get().pk])
    Form(client, change).fill(exact="three officers had gone", why="Corrected").send()
    assert client.get(queue).context["rows"] == []
    Form(client, change).fill(exact="nine officers had gone", why="To try").send()
    assert [row.why for row in client.get(queue).context["rows"]] == [reason]


def test_a_moved_address_is_taken_over_with_one_click(press: Server, sign_in: SignIn) -> None:
    press.answers["/old"] = to("/a", "301 Moved Permanently")
    document = builders.document("ONE", url=press.url("/old"))
    tending.check_links(pause=0)
    client = sign_in("reviewer")
    sources = reverse("admin:tracker_document_sources", args=[document.pk])
    assert f"The address moved to {press.url('/a')}" in words(client.get(sources))
    client.post(sources, {"move": LinkCheck.objects.get().moved_to})
    document.refresh_from_db()
    assert document.url == press.url("/a")
    assert "The page moved for good from" in words(client.get(reverse("admin:tracker_document_history", args=[document.pk])))


def test_altered_files_stand_on_the_front_page(press: Server, archive: Path, sign_in: SignIn) -> None:
    snapshot = archived(press, builders.document("ONE"))
    (archive / snapshot.stored_as).chmod(0o600)
    (archive / snapshot.stored_as).write_bytes(b"altered")
    tending.verify_archive()
    client = sign_in("researcher")
    front = client.get("/admin/").content.decode()
    assert reverse("admin:tracker_snapshot_change", args=[snapshot.pk]) in front and "not what was captured" in front
    assert snapshot.stored_as in words(client.get(reverse("admin:tracker_snapshot_trouble")))
    assert "other bytes than it was kept for" in words(client.get(reader(snapshot)))


def test_a_citation_typed_beside_the_text_is_placed_in_it(press: Server, sign_in: SignIn) -> None:
    client = sign_in("researcher")
    snapshot = archived(press, builders.document("ONE"))
    form = Form(client, f"/admin/tracker/citation/add/?snapshot={snapshot.pk}")
    assert form.values["document"] == [str(snapshot.document_id)]
    form.fill(locator="¶2", says="Four left.", exact="four officers had left").send()
    citation = Citation.objects.get()
    assert (citation.archived_as, snapshot.extracted.text[citation.begins : citation.ends]) == (snapshot.sha256, "four officers had left")
    change = f"/admin/tracker/citation/{citation.pk}/change/"
    answer = Form(client, change).fill(exact="Words that nobody wrote", why="To try").send()
    citation.refresh_from_db()
    assert (answer.status_code, citation.archived_as, citation.begins) == (302, "", None)


def test_a_long_text_is_read_in_parts(archive: Path, sign_in: SignIn) -> None:
    body = "\n\n".join(f"Paragraph {number} has some words in it." for number in range(6000)).encode()
    asked = done(capturing.request(by=builders.author(), file=body, file_name="long.txt", document=builders.document("ONE")))
    assert asked.snapshot is not None
    client = sign_in("auditor")
    whole = Copy.of(asked.snapshot)
    parts = beside.reading(whole).count
    assert parts > 3
    shown = "".join(piece.words for number in range(1, parts + 1) for block in beside.reading(whole, number=number).blocks for piece in block.pieces)
    assert shown.replace("\n", "") == whole.text.replace("\n", "")
    found = client.get(reader(asked.snapshot), {"q": "paragraph  5999"})
    at = re.search(r"at=(\d+)", found.content.decode())
    assert at is not None
    assert "Paragraph 5999" in words(client.get(reader(asked.snapshot), {"q": "paragraph 5999", "at": at[1]}))


def test_a_copy_without_text_has_a_page(archive: Path, sign_in: SignIn) -> None:
    """As of a scan, or of a page that scripts would have filled."""
    bare = Snapshot.objects.create(
        document=builders.document("ONE"), sha256="c" * 64, size=1, media_type="text/html", captured_at="2020-02-01T12:00:00Z",
        captured_how="by hand", stored_as="c",
    )  # fmt: skip
    assert "Its text has not been read yet." in words(sign_in("researcher").get(reader(bare)))


def test_persian_is_read_from_the_right(press: Server, sign_in: SignIn) -> None:
    press.answers["/a"] = article("سفیر ایران در تیرانا اخراج شد.", title="اخراج", lang="fa", direction="rtl")
    client = sign_in("researcher")
    snapshot = archived(press, builders.document("ONE", language="fa"))
    assert '<div class="copy" lang="fa" dir="rtl">' in client.get(reader(snapshot)).content.decode()


def test_reading_costs_the_same_for_two_passages_and_for_twenty(press: Server, sign_in: SignIn) -> None:
    press.answers["/a"] = article(*(f"Paragraph number {number} says so." for number in range(30)))
    client = sign_in("researcher")
    snapshot = archived(press, builders.document("ONE"))
    pages = [reader(snapshot), f"/admin/tracker/action/add/?snapshot={snapshot.pk}"]

    def cost() -> list[int]:
        found = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                client.get(page)
            found.append(len(queries))
        return found

    def passages(numbers: range) -> None:
        for number in numbers:
            mark(client, snapshot, quotation=f"Paragraph number {number} says so.", says=f"Says {number}.")

    passages(range(2))
    few = cost()
    passages(range(2, 20))
    assert cost() == few
    assert max(few) <= PAGE_BUDGET

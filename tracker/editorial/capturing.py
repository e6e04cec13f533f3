"""Capture: an address or a file becomes an archived copy with its text, the copy becomes one of a document, and its passages are marked.

The bytes lie in the archive (:mod:`tracker.archive`), which knows no record; here they meet people and documents. What is archived is other
people's: it is for staff, and nothing here writes it where readers look.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pghistory
from django.conf import settings
from django.db import IntegrityError, connections, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import tracker
from config.trouble import Trouble
from tracker.archive import fetch, media, passages, store
from tracker.archive.locators import Part, locator_at, span_of
from tracker.archive.text import NotRead, text_of
from tracker.editions.tables import DESK
from tracker.editorial.rebuild import event_model
from tracker.editorial.verbs import Refused, allowed
from tracker.jobs import defer, job, tell
from tracker.models import Capture, Citation, Document, LinkCheck, PassageCheck, Snapshot, SnapshotText, User
from tracker.rules.vocabulary import CaptureState, LinkOutcome, PassageOutcome

LARGEST = fetch.LIMITS.size
"""Bytes of a file or a page that is archived: 20 MB."""

NEAREST_KEPT = 2000  # characters of the nearest words that are kept of a lost passage


# --- Asking for a copy -----------------------------------------------------------------------------------------------------


def request(*, by: User, url: str = "", file: bytes | None = None, file_name: str = "", document: Document | None = None) -> Capture:
    """Ask for a copy of the page at an address, or of a file's bytes; a background job makes it. ``document`` is what it is another copy of.

    ``Refused``, in one sentence, for what is no address, too large, empty or of another kind than can be archived. The bytes of a file are kept
    at once; only their text is read later. The same address asked for twice, while the first request waits, is one request.
    """
    allowed(by, "tracker.add_capture")
    made = prepare(by=by, url=url, file=file, file_name=file_name, document=document)
    with transaction.atomic(using=DESK):
        defer(capture, number=made.pk)
    return made


def prepare(*, by: User, url: str = "", file: bytes | None = None, file_name: str = "", document: Document | None = None) -> Capture:
    """The same without putting it into the queue: who calls runs the job ``capture`` with its number."""
    if file is None:
        url = _address(url)
        waiting = Capture.objects.filter(state=CaptureState.WAITING, url=url, document=document, requested_by=by).first()
        return waiting or Capture.objects.create(requested_by=by, url=url, document=document)
    if len(file) > LARGEST:
        raise Refused(_("The file has more than 20 MB, which is the most that is archived."))
    try:
        media_type = media.recognise(file_name, file)
        kept = store.keep(file)
    except (media.NotTaken, store.NotKept) as refusal:
        raise Refused(str(refusal)) from None
    with transaction.atomic(using=DESK):
        made = Capture.objects.create(requested_by=by, file_name=file_name[:300] or _("a file"), document=document)
        _hold(
            made, kept, media_type=media_type, captured_at=timezone.now(), url="", headers=[],
            how=_("uploaded by %(name)s as “%(file)s”") % {"name": by.public_name, "file": made.file_name},
        )  # fmt: skip
    return made


def _address(typed: str) -> str:
    typed = typed.strip()
    if not typed:
        raise Refused(_("Paste an address, or choose a file."))
    if re.match(r"[\w-]+(\.[\w-]+)+(:[0-9]+)?([/?#]|$)", typed):
        typed = f"https://{typed}"  # as people copy it from the bar of a browser
    try:
        found = fetch.normalised(typed)
    except fetch.NotFetched as refusal:
        raise Refused(str(refusal)) from None
    if len(found) > 2000:
        raise Refused(_("This address is longer than 2,000 characters."))
    return found


# --- The job ---------------------------------------------------------------------------------------------------------------


def _about(*, number: int) -> str:
    return _("capture #%(number)s") % {"number": number}


@job("capture", title=gettext_lazy("Archive a page or a file"), retries=2, wait=10, about=_about)
def capture(*, number: int) -> str:
    """Fetch what was asked for, keep its bytes, read its text, and look for the cited passages of its document in it.

    Safe to run twice: bytes are kept once under their hash, the copy, its text and the end of the request are written in one transaction, and
    a request that has come to its end is left alone.
    """
    asked = Capture.objects.select_related("requested_by", "document").get(pk=number)
    if asked.state != CaptureState.WAITING:
        return _("“%(what)s” was dealt with before.") % {"what": asked}
    fetched, charset = None, ""
    if asked.snapshot is None:
        tell(_("Asking for %(url)s") % {"url": asked.url})
        try:
            fetched = fetch.fetch(asked.url, allowed_hosts=settings.CAPTURE_ALLOWED_HOSTS)
        except fetch.NotFetched as failure:
            return _nothing(asked, str(failure))
        charset = fetched.charset
        try:
            kept = store.keep(fetched.body)
        except store.NotKept as failure:
            raise Trouble(str(failure)) from None  # nothing that who asked can mend: it stands among the failed jobs
        body, media_type = fetched.body, fetched.media_type
    else:
        with _opened(asked.snapshot) as file:
            body, media_type = file.read(), asked.snapshot.media_type
    tell(_("Reading the text"))
    found = read_out(body, media_type, charset)
    with transaction.atomic(using=DESK), pghistory.context(user=asked.requested_by_id, reason=_("Archived %(what)s") % {"what": asked}):
        asked = Capture.objects.select_for_update(of=("self",)).select_related("requested_by", "document").get(pk=number)
        if asked.state != CaptureState.WAITING:
            return _("“%(what)s” was dealt with before.") % {"what": asked}
        if fetched is not None:
            _hold(
                asked, kept, media_type=media_type, captured_at=fetched.fetched_at, url=fetched.final_url, headers=_kept_headers(fetched),
                how=_("fetched over %(scheme)s by Policy Tracker %(version)s")
                % {"scheme": fetched.final_url.partition(":")[0].upper(), "version": tracker.__version__},
            )  # fmt: skip
        snapshot = asked.snapshot
        assert snapshot is not None
        if not SnapshotText.objects.filter(snapshot=snapshot).exists():
            SnapshotText.objects.create(snapshot=snapshot, **found)
        if asked.document is not None:
            check_passages(snapshot)
        asked.state, asked.finished_at = CaptureState.HELD, timezone.now()
        asked.save()
    if asked.held_before:
        return _("The very same bytes as those of %(when)s.") % {"when": f"{snapshot.captured_at:%Y-%m-%d}"}
    return _("Archived %(what)s, SHA-256 %(hash)s.") % {"what": asked, "hash": snapshot.sha256}


def _kept_headers(fetched: fetch.Fetched) -> list[list[str]]:
    """As answered, without what is a secret between that server and us."""
    return [[name, value] for name, value in fetched.headers if name.lower() not in ("set-cookie", "set-cookie2")]


def _nothing(asked: Capture, why: str) -> str:
    asked.state, asked.problem, asked.finished_at = CaptureState.NOTHING, why[:1000], timezone.now()
    asked.save()
    return why


def _opened(snapshot: Snapshot) -> Any:
    try:
        return store.open_bytes(snapshot.stored_as)
    except store.NotKept as failure:
        raise Trouble(str(failure)) from None


def _hold(asked: Capture, kept: store.Kept, *, media_type: str, captured_at: dt.datetime, how: str, url: str, headers: Any) -> None:
    """The snapshot of a request: the one that has these bytes already, or a new one. Inside the transaction of the caller."""
    with connections[DESK].cursor() as cursor:  # two requests that bring the same bytes at the same time make one copy
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('policy-tracker copy ' || %s, 0))", [kept.sha256])
    held = list(Snapshot.objects.filter(sha256=kept.sha256).order_by("captured_at", "pk"))
    same = next((one for one in held if one.document_id == asked.document_id), None) if asked.document_id else None
    loose = next((one for one in held if one.document_id is None), None)
    found = same or loose or (held[0] if held and asked.document is None else None)
    if found is None:
        found = Snapshot.objects.create(
            document=asked.document, sha256=kept.sha256, size=kept.size, media_type=media_type, captured_at=captured_at,
            captured_how=how[:300], stored_as=kept.stored_as, url=url[:2000], headers=headers,
        )  # fmt: skip
        if asked.document is not None:
            _edited(asked.document, asked.requested_by)
    elif asked.document is not None and found.document_id is None:
        _belong(found, asked.document, asked.requested_by)
    asked.snapshot, asked.held_before = found, bool(held)
    asked.save()


def read_out(body: bytes, media_type: str, charset: str = "") -> dict[str, Any]:
    """The fields of a ``SnapshotText`` for some bytes; why there is no text, where there is none."""
    try:
        read = text_of(body, media_type, charset)
    except NotRead as failure:
        return {"text": "", "parts": [], "about": {}, "problem": str(failure)[:500]}
    names = ("title", "author", "publisher", "published_on", "made_on", "language", "charset", "pages")
    about = {name: value for name in names if (value := getattr(read, name))}
    return {"text": read.text, "parts": [list(part) for part in read.parts], "about": about, "problem": read.note[:500]}


# --- Which document it is ----------------------------------------------------------------------------------------------------


def attach(snapshot: Snapshot, document: Document, *, by: User) -> Snapshot:
    """Say which document a copy is of; it is said once. Looks for the document's cited passages in it.

    ``Refused`` where the copy is of another document already, or that document has these bytes.
    """
    allowed(by, "tracker.change_document")
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk):
        snapshot = Snapshot.objects.select_for_update(of=("self",)).select_related("document").get(pk=snapshot.pk)
        if snapshot.document_id == document.pk:
            return snapshot
        if snapshot.document is not None:
            raise Refused(_("This copy belongs to “%(document)s” already.") % {"document": snapshot.document})
        _belong(snapshot, document, by)
        check_passages(snapshot)
    return snapshot


def _belong(snapshot: Snapshot, document: Document, by: User) -> None:
    snapshot.document = document
    try:
        with transaction.atomic(using=DESK):
            snapshot.save(update_fields=["document"])
    except IntegrityError:
        raise Refused(_("“%(document)s” has a copy with the very same bytes already.") % {"document": document}) from None
    _edited(document, by)


def _edited(document: Document, by: User) -> None:
    """A copy is published with its document, by its hash: adding one is an edit."""
    Document.objects.filter(pk=document.pk).update(edited_by=by, edited_at=timezone.now())


def candidates(snapshot: Snapshot) -> list[Document]:
    """Documents that the copy may be of: the same address, or the same title. At most ten."""
    addresses = {snapshot.url, *Capture.objects.filter(snapshot=snapshot).exclude(url="").values_list("url", flat=True)} - {""}
    addresses |= {address.rstrip("/") for address in addresses} | {f"{address}/" for address in addresses}
    addresses |= {address.replace("https://", "http://", 1) for address in addresses} | {a.replace("http://", "https://", 1) for a in addresses}
    title = about(snapshot).get("title", "")
    same = list(Document.objects.filter(url__in=addresses)[:10])
    titled = list(Document.objects.filter(title__iexact=title).exclude(pk__in=[one.pk for one in same])[:10]) if title else []
    return [*same, *titled][:10]


def about(snapshot: Snapshot) -> dict[str, Any]:
    """What a copy says about itself; nothing where its text is not read yet."""
    read = SnapshotText.objects.filter(snapshot=snapshot).only("about").first()
    return read.about if read else {}


# --- Passages ----------------------------------------------------------------------------------------------------------------


class NotFound(Refused):
    """A quotation does not stand in the text. ``nearest`` are the words most like it, "" where nothing is."""

    def __init__(self, sentence: str, nearest: str = "") -> None:
        super().__init__(sentence)
        self.nearest = nearest


class Several(Refused):
    """A quotation stands in several places: ``places`` are where it begins, each with its locator and the words around it."""

    def __init__(self, sentence: str, places: "list[passages.Quote]") -> None:
        super().__init__(sentence)
        self.places = places


@dataclass(frozen=True, slots=True)
class Copy:
    """The text of an archived copy, ready to be searched."""

    text: str
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Copy":
        """Of a snapshot; empty where its text is not read or there is none."""
        read = SnapshotText.objects.filter(snapshot=snapshot).only("text", "parts").first()
        return cls(read.text, tuple(Part(start, label) for start, label in read.parts)) if read else cls("", ())

    def at(self, start: int, end: int) -> passages.Quote:
        """What stands from one offset to another, without the white space around it. ``Refused`` where that is nothing."""
        start, end = max(start, 0), min(end, len(self.text))
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if start >= end:
            raise Refused(_("No words are marked."))
        return passages.describe(self.text, start, end, parts=self.parts)

    def marked(self, start: int, end: int) -> passages.Quote:
        """The same for offsets in UTF-16 units, as a browser counts."""
        return self.at(passages.from_utf16(self.text, max(start, 0)), passages.from_utf16(self.text, max(end, 0)))

    def quoted(self, quotation: str, locator: str = "", near: int | None = None) -> passages.Quote:
        """A quotation as someone typed it, found in the text. ``near`` is where it stood or was chosen; else the locator decides.

        ``NotFound`` with the nearest words, ``Several`` with the places where nothing tells them apart.
        """
        wanted = passages.Quote(quotation.strip(), start=near or 0)
        span = span_of(self.parts, len(self.text), locator) if near is None else None
        if span is not None:
            # A passage that begins on a page may end on the next.
            within = self.text[span[0] : min(span[1] + len(wanted.exact), len(self.text))]
            found = passages.find(wanted, within)
            if found.start is not None and found.end is not None and found.how is not passages.How.LOST:
                return self.at(span[0] + found.start, span[0] + found.end)
        found = passages.find(wanted, self.text)
        if found.start is None or found.end is None:
            nearest = self.text[found.nearest.start : found.nearest.end][:NEAREST_KEPT] if found.nearest else ""
            if nearest:
                raise NotFound(_("These words do not stand in the archived text. The nearest are: “%(nearest)s”") % {"nearest": nearest}, nearest)
            raise NotFound(_("These words do not stand in the archived text, nor any like them."))
        if near is None and (places := self._places(self.text[found.start : found.end])) and len(places) > 1:
            raise Several(_("These words stand in several places; choose which is meant."), places)
        return self.at(found.start, found.end)

    def _places(self, exact: str, most: int = 20) -> "list[passages.Quote]":
        places, start = [], self.text.find(exact)
        while start >= 0 and len(places) < most:
            places.append(passages.describe(self.text, start, start + len(exact), parts=self.parts))
            start = self.text.find(exact, start + 1)
        return places

    def where(self, start: int, end: int) -> str:
        """The page or paragraph; "" where the text has none."""
        return locator_at(self.parts, start, end)


def mark(snapshot: Snapshot, quote: passages.Quote | None, *, says: str, locator: str, by: User) -> Citation:
    """A citation of the document of a copy: the words as they stand in the copy's text, or, without any, the place alone.

    The very same words marked before, and said to say the same, are that citation; so are words that serve no record yet and that nobody else has
    had a hand in, which then say what is said now: whoever else marked them may be filling in the record that they are to serve.
    ``Refused`` where the place or what it says is missing, or the copy is of no document yet.
    """
    allowed(by, "tracker.add_citation")
    if snapshot.document is None:
        raise Refused(_("Say first which document this is a copy of."))
    locator = (locator or (quote.locator if quote else "")).strip()
    says = " ".join(says.split())
    if not locator:
        raise Refused(_("Say where the passage stands: ¶17, p. 4, art. 5."))
    if len(locator) > 200:
        raise Refused(_("The locator has more than 200 characters; it says where, not what."))
    if not says:
        raise Refused(_("Say in a sentence what the passage says."))
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk):
        words = _words(snapshot, quote)
        where = {name: words[name] for name in ("archived_as", "begins", "ends")}
        same = Citation.objects.filter(document=snapshot.document, locator=locator, exact=words.get("exact", ""), **where)
        if quote is not None and (known := same.filter(says=says).first() or _of_nobody_else(same.filter(uses=None), by)):
            known.says = says
            known.save()
            return known
        return Citation.objects.create(document=snapshot.document, locator=locator, says=says, **words)


def _of_nobody_else(unused: Any, by: User) -> Citation | None:
    """The first of some citations whose history names this person alone."""
    hands = event_model(Citation).objects.filter(pgh_obj_id=OuterRef("pk")).exclude(pgh_context__contains={"user": by.pk})
    return unused.exclude(Exists(hands)).first()


def _words(snapshot: Snapshot, quote: passages.Quote | None) -> dict[str, Any]:
    if quote is None:
        return {"archived_as": snapshot.sha256, "begins": None, "ends": None}
    return {
        "exact": quote.exact, "prefix": quote.prefix, "suffix": quote.suffix, "archived_as": snapshot.sha256,
        # A quotation typed from a scan has no place in a text.
        "begins": quote.start if quote.end else None, "ends": quote.end or None,
    }  # fmt: skip


def place(citation: Citation, snapshot: Snapshot | None) -> bool:
    """Fill in where a citation's words stand in a copy, from the copy's own text; not saved. False, and empty, where they do not stand there.

    For forms in which the quotation is typed.
    """
    if snapshot is not None and citation.exact.strip():
        try:
            found = Copy.of(snapshot).quoted(citation.exact, citation.locator, near=citation.begins)
        except Several as several:
            found = several.places[0]
        except Refused:
            found = None
        if found is not None:
            citation.exact, citation.prefix, citation.suffix = found.exact, found.prefix, found.suffix
            citation.archived_as, citation.begins, citation.ends = snapshot.sha256, found.start, found.end
            return True
    citation.archived_as, citation.begins, citation.ends = "", None, None
    return False


def check_passages(snapshot: Snapshot, citations: Iterable[Citation] | None = None) -> list[PassageCheck]:
    """Look for every cited quotation of the copy's document, or for those of the citations, in the copy's text, and keep what was found.

    Citations that were marked in this very copy need no check. Nothing is asked of a copy without text: a scan says neither yes nor no.
    """
    copy = Copy.of(snapshot)
    if snapshot.document_id is None or not copy.text:
        return []
    checks = []
    for citation in Citation.objects.filter(document=snapshot.document_id) if citations is None else citations:
        if not citation.exact or citation.archived_as == snapshot.sha256:
            continue
        outcome, found = _look_for(citation, copy)
        values: dict[str, Any] = {"outcome": outcome, "begins": found.start, "ends": found.end, "nearest": "", "locator": ""}
        if found.start is not None and found.end is not None:
            values["locator"] = copy.where(found.start, found.end)
        elif found.nearest:
            values["nearest"] = copy.text[found.nearest.start : found.nearest.end][:NEAREST_KEPT]
            values["locator"] = copy.where(found.nearest.start, found.nearest.end)
        check, _made = PassageCheck.objects.update_or_create(citation=citation, snapshot=snapshot, defaults=values)
        checks.append(check)
    return checks


def check_again(document: Document, citations: Sequence[Citation]) -> None:
    """Look for passages that were corrected, or came to a document with its copies, where they are expected.

    That is in every copy later than the one in which they were marked, and in the newest where they were marked in none.
    """
    copies = list(document.snapshots.order_by("captured_at", "pk"))
    marked = {copy.sha256: number for number, copy in enumerate(copies)}
    for number, copy in enumerate(copies):
        expected = [citation for citation in citations if marked.get(citation.archived_as, len(copies) - 2) < number]
        if expected:
            check_passages(copy, expected)


def _look_for(citation: Citation, copy: Copy) -> tuple[PassageOutcome, passages.Found]:
    """Letters count, then the place: the same page or paragraph is the same place, though a longer heading moves every offset."""
    quote = passages.Quote(citation.exact, citation.prefix, citation.suffix, citation.begins or 0, citation.ends or 0, citation.locator)
    found = passages.find(quote, copy.text)
    if found.start is None or found.end is None:
        return PassageOutcome.LOST, found
    if copy.text[found.start : found.end] != citation.exact:
        return PassageOutcome.RESPACED, found
    here = copy.where(found.start, found.end)
    if found.start == citation.begins or not here or here == citation.locator or (citation.begins is None and not citation.archived_as):
        return PassageOutcome.FOUND, found
    return PassageOutcome.MOVED, found


# --- What a person decides about a source ---------------------------------------------------------------------------------------


def decide(check: PassageCheck, *, by: User, decision: str) -> PassageCheck:
    """Someone looked at a lost passage and says in a sentence what is done about it; it leaves the queue."""
    allowed(by, "tracker.change_citation")
    decision = " ".join(decision.split())
    if not decision:
        raise Refused(_("Say in a sentence what you decided: the earlier copy is cited, another passage says the same, the record is corrected."))
    if check.outcome != PassageOutcome.LOST:
        raise Refused(_("This passage is not lost."))
    check.seen_by, check.decision = by, decision[:500]
    check.save()
    return check


def set_aside(asked: Capture, *, by: User) -> Capture:
    """Someone saw that a request brought nothing and leaves it at that; it leaves the queue. Who saw it first stays on record."""
    allowed(by, "tracker.add_capture")
    with transaction.atomic(using=DESK):
        asked = Capture.objects.select_for_update(of=("self",)).get(pk=asked.pk)
        if asked.state != CaptureState.NOTHING:
            raise Refused(_("Only a request that brought nothing can be set aside."))
        if asked.seen_by_id is None:
            asked.seen_by, asked.seen_at = by, timezone.now()
            asked.save()
    return asked


def move(document: Document, *, by: User, url: str) -> Document:
    """Take over the address that a document's page moved to. ``Refused`` unless it is the one that was found."""
    allowed(by, "tracker.change_document")
    with transaction.atomic(using=DESK):
        found = LinkCheck.objects.select_for_update().filter(document=document, outcome=LinkOutcome.MOVED).first()
        document = Document.objects.select_for_update().get(pk=document.pk)
        if found is None or found.moved_to != url or found.url != document.url:
            raise Refused(_("The address was changed or checked again since; look at it once more."))
        if len(url) > 1000:
            raise Refused(_("The new address has more than 1,000 characters; shorten it by hand."))
        with pghistory.context(user=by.pk, reason=_("The page moved for good from %(old)s.") % {"old": found.url}):
            document.url, document.edited_by = url, by
            document.save()
        found.url, found.outcome, found.moved_to, found.answer, found.failing_since = url, LinkOutcome.FINE, "", "", None
        found.save()
    return document


def newest(documents: Sequence[Document] | Any) -> dict[int, Snapshot]:
    """The newest copy of each document, by the document's id."""
    return {one.document_id: one for one in Snapshot.objects.filter(document__in=documents).order_by("captured_at", "pk") if one.document_id}


def not_in_copies(said: Mapping[Any, tuple[str, Collection[int]]]) -> set[Any]:
    """Which of the words that are said to be verbatim stand in no archived copy of where they were read.

    ``said`` gives, under any name, the words and the ids of the documents. Where no text of a copy is held nothing is known, and none is named.
    White space and the shapes of quotation marks count for nothing. At most two questions.
    """
    copies = newest({pk for _words, documents in said.values() for pk in documents}) if said else {}
    texts = dict(SnapshotText.objects.filter(snapshot__in=copies.values()).exclude(text="").values_list("snapshot", "text")) if copies else {}
    held = {document: texts[copy.pk] for document, copy in copies.items() if copy.pk in texts}
    return {
        name
        for name, (words, documents) in said.items()
        if (found := [held[pk] for pk in documents if pk in held])
        and all(passages.find(passages.Quote(words.strip()), text).how is passages.How.LOST for text in found)
    }

"""The text of an archived copy, as staff read it: its words and nothing of the page's own markup; and beside a record's form."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from tracker.editorial.capturing import Copy
from tracker.models import Action, Assessment, Citation, CitationUse, Document, LegalStatus, PassageCheck, Recommendation, Snapshot
from tracker.rules.vocabulary import Interest, Stance, StatementForm

AT_ONCE = 60_000
"""Characters of a text on one page; a longer text is read in several."""

RIGHT_TO_LEFT = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ku-arab", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"])


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch of the text that stands out: a cited passage (``says`` is what it says), or a word that was searched for."""

    start: int
    end: int
    kind: str
    says: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one block that are shown alike."""

    words: str
    marked: Marked | None = None
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A page or a paragraph. ``units`` is where it begins in UTF-16 units, as a browser counts."""

    label: str
    anchor: str
    units: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a text stands on one page: its blocks, and the number of the page among how many."""

    blocks: tuple[Block, ...]
    number: int
    count: int

    @property
    def before(self) -> int:
        """The page before; 0 for none."""
        return self.number - 1

    @property
    def after(self) -> int:
        """The page after; 0 for none."""
        return self.number + 1 if self.number < self.count else 0


def reading(copy: Copy, marks: Iterable[Marked] = (), *, number: int = 1, at: int | None = None) -> Reading:
    """A page of a text: the one with that number, or the one on which an offset stands."""
    windows = _windows(copy)
    if at is not None:
        number = next((index for index, window in enumerate(windows, 1) if at < window[-1][1]), len(windows))
    number = min(max(number, 1), len(windows) or 1)
    if not windows:
        return Reading((), 1, 1)
    found = sorted((mark for mark in marks if mark.start < mark.end), key=lambda mark: (mark.start, -mark.end))
    blocks, counted, units = [], 0, 0
    for start, end, label in windows[number - 1]:
        units += len(copy.text[counted:start].encode("utf-16-le", "surrogatepass")) // 2
        counted = start
        end = start + len(copy.text[start:end].rstrip())
        if start < end:
            blocks.append(Block(label, f"at-{start}", units, tuple(_pieces(copy.text, start, end, found))))
    return Reading(tuple(blocks), number, len(windows))


def _windows(copy: Copy) -> list[list[tuple[int, int, str]]]:
    """Blocks (from, to, label) by the page on which they stand. A block that is longer than a page is cut."""
    starts = [(part.start, part.label) for part in copy.parts]
    if copy.text and (not starts or starts[0][0] > 0):
        starts.insert(0, (0, ""))
    if not starts:
        return []
    windows: list[list[tuple[int, int, str]]] = []
    size = AT_ONCE
    for (start, label), end in zip(starts, [*(start for start, _label in starts[1:]), len(copy.text)], strict=True):
        while start < end:
            upto = min(end, start + AT_ONCE)
            if size + upto - start > AT_ONCE:
                windows.append([])
                size = 0
            windows[-1].append((start, upto, label))
            size += upto - start
            start = upto
    return windows


def _pieces(text: str, start: int, end: int, marks: list[Marked]) -> Iterable[Piece]:
    inside = [mark for mark in marks if mark.start < end and mark.end > start]
    edges = sorted({start, end, *(min(max(edge, start), end) for mark in inside for edge in (mark.start, mark.end))})
    for left, right in pairwise(edges):
        over = next((mark for mark in inside if mark.start <= left and mark.end >= right), None)
        yield Piece(text[left:right], over, bool(over and over.start == left))


def cited(snapshot: Snapshot, copy: Copy) -> tuple[list[Marked], list[tuple[Citation, Marked | None]]]:
    """The citations of the copy's document, each with where its words stand here; None where they do not, or none are held."""
    if snapshot.document_id is None:
        return [], []
    checks = {check.citation_id: check for check in PassageCheck.objects.filter(snapshot=snapshot)}
    rows: list[tuple[Citation, Marked | None]] = []
    for citation in Citation.objects.filter(document=snapshot.document_id).order_by("begins", "pk"):
        place = _place(citation, snapshot, copy, checks.get(citation.pk))
        rows.append((citation, Marked(*place, "cited", citation.says, f"cited-{citation.key}") if place else None))
    return [mark for _citation, mark in rows if mark], rows


def _place(citation: Citation, snapshot: Snapshot, copy: Copy, check: PassageCheck | None) -> tuple[int, int] | None:
    if citation.archived_as == snapshot.sha256 and citation.begins is not None and citation.ends is not None:
        return citation.begins, citation.ends
    if check is not None and check.begins is not None and check.ends is not None:
        return check.begins, check.ends
    if check is None and citation.exact and (start := copy.text.find(citation.exact)) >= 0:  # cited after this copy was made
        return start, start + len(citation.exact)
    return None


def language(snapshot: Snapshot) -> tuple[str, str]:
    """The language of a copy, and the direction in which it is written; "auto" where the language is not known."""
    found = snapshot.document.language if snapshot.document else ""
    if not found and (read := getattr(snapshot, "extracted", None)):
        found = read.about.get("language", "")
    base = found.lower().partition("-")[0]
    return found, ("rtl" if base in RIGHT_TO_LEFT or found.lower() in RIGHT_TO_LEFT else "ltr") if found else "auto"


# --- Beside a form -----------------------------------------------------------------------------------------------------------


def passages_asked(request: HttpRequest) -> list[tuple[Citation, str]]:
    """The passages that an address brings along (``?citations=KEY:stance,KEY``), each with the stance that it takes."""
    if not hasattr(request, "_passages"):
        given = [name.partition(":") for name in request.GET.get("citations", "").split(",") if name]
        keys = [key for key, _colon, _stance in given]
        known = {citation.key: citation for citation in Citation.objects.filter(key__in=keys).select_related("document")} if keys else {}
        stances = [stance.value for stance in Stance]
        request._passages = [  # type: ignore[attr-defined]
            (known[key], stance if stance in stances else Stance.SUPPORTS.value) for key, _colon, stance in given if key in known
        ]
    return request._passages  # type: ignore[attr-defined]


class WithText(admin.ModelAdmin):
    """A noun whose form shows the text of an archived copy beside it, and is filled in from a passage that was marked there.

    ``?snapshot=`` says which copy, ``?citations=`` which passages.
    """

    def copy_of(self, request: HttpRequest, record: Any) -> tuple[Snapshot | None, int | None]:
        """The copy to show beside the form, and the offset at which to open it."""
        if not request.user.has_perm("tracker.view_snapshot"):
            return None, None
        asked, passages = request.GET.get("snapshot", ""), passages_asked(request)
        at = passages[0][0].begins if passages else None
        copies = Snapshot.objects.select_related("document", "extracted")
        if asked.isdigit() and len(asked) < 19:
            return copies.filter(pk=int(asked)).first(), at
        if passages and passages[0][0].archived_as:
            return copies.filter(sha256=passages[0][0].archived_as, document=passages[0][0].document_id).first(), at
        return None, None

    def copies_of(self, record: Any) -> Any:
        """The copies that may be read beside the form of a record, newest first."""
        if isinstance(record, Document):
            of = Snapshot.objects.filter(document=record)
        elif isinstance(record, Citation):
            of = Snapshot.objects.filter(document=record.document_id)
        else:
            cited = Document.objects.filter(**{f"citations__uses__{used_as(type(record))}": record.pk}).values("pk")
            of = Snapshot.objects.filter(document__in=cited)
            if isinstance(record, Recommendation):
                of = of | Snapshot.objects.filter(document__in=[record.known_from_id, record.made_in_id])
        return of.select_related("document").order_by("-captured_at", "-pk")[:6]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the text beside it."""
        record = kwargs.get("obj")
        if not context.get("is_popup"):
            snapshot, at = self.copy_of(request, record)
            if snapshot is not None:
                context["beside"] = beside(snapshot, request, at)
            elif record is not None and record.pk and request.user.has_perm("tracker.view_snapshot"):
                context["copies"] = [(copy, f"?{urlencode({'snapshot': copy.pk})}") for copy in self.copies_of(record)]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What is known from the passage: no field is typed twice."""
        initial = super().get_changeform_initial_data(request)
        passages = passages_asked(request)
        return {**(known_from(passages[0][0], self.model) if passages else {}), **initial}  # type: ignore[arg-type]

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """The passages stand filled in among the cited sources, unless they serve the record already."""
        found = super().get_formset_kwargs(request, obj, inline, prefix)
        takes = inline.model is CitationUse and "citation" in (inline.fields or ())
        if takes and request.method == "GET" and "initial" not in found and (passages := passages_asked(request)):
            name = used_as(self.model)
            there = set(Citation.objects.filter(**{f"uses__{name}": obj.pk}).values_list("pk", flat=True)) if obj.pk else set()
            found["initial"] = [{"citation": citation.pk, "stance": stance} for citation, stance in passages if citation.pk not in there]
        return found


def used_as(model: type[Any]) -> str:
    """The relation of a citation's use to a kind of record."""
    return "legal_status" if model is LegalStatus else str(model._meta.model_name)


def beside(snapshot: Snapshot, request: HttpRequest, at: int | None) -> dict[str, Any]:
    """What the column beside a form shows of a copy."""
    copy = Copy.of(snapshot)
    marks, _rows = cited(snapshot, copy)
    asked = request.GET.get("part", "")
    number = int(asked) if asked.isdigit() and len(asked) < 7 else 1
    found = reading(copy, marks, number=number, at=at if not asked else None)
    tag, direction = language(snapshot)

    def to(part: int) -> str:
        return "?" + urlencode({**request.GET.dict(), "part": str(part)}) + "#beside"

    return {
        "snapshot": snapshot,
        "reading": found,
        "language": tag,
        "direction": direction,
        "at": f"at-{at}" if at is not None else "",
        "problem": getattr(getattr(snapshot, "extracted", None), "problem", ""),
        "previous": to(found.before) if found.before else "",
        "next": to(found.after) if found.after else "",
        "url": reverse("admin:tracker_snapshot_change", args=[snapshot.pk]),
        "can_mark": snapshot.document_id is not None and request.user.has_perm("tracker.add_citation"),
        "mark_url": reverse("admin:tracker_snapshot_mark", args=[snapshot.pk]),
        "describe_url": reverse("admin:tracker_snapshot_describe", args=[snapshot.pk]),
        "stances": Stance.choices(),
    }


def known_from(citation: Citation, model: type[Any]) -> dict[str, Any]:
    """What a new record's form can be filled in with from a passage and its document."""
    document = citation.document
    if model is Recommendation:
        reports = document.interest == Interest.PRESS  # what a newspaper puts out, somebody else recommends
        known = {
            "known_from": document.pk, "made_in": document.pk, "locator": citation.locator,
            "made_by": document.author or ("" if reports else document.publisher), "recommended_on": document.published_on,
        }  # fmt: skip
        if citation.exact:
            known |= {"statement": citation.exact, "statement_form": StatementForm.VERBATIM}
        else:
            known["statement"] = citation.says
        return known
    if model is Action:
        return {"description": citation.says}
    if model is Assessment:
        return {"rationale": citation.says}
    return {}

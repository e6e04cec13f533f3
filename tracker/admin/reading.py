"""What a second person reads before approving: each version's difference in words beside the evidence that it cites, and what was said about it.

A page of twenty versions costs as many queries as a page of one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.admin import comments
from tracker.admin.comparing import REMOVED, Group, Item, compare
from tracker.admin.history import Entry, entries
from tracker.editions.projection import source_name
from tracker.editions.tables import RecordEdition
from tracker.editorial import capturing
from tracker.editorial.comments import may_settle, why_no_comment
from tracker.editorial.freeze import MODELS
from tracker.editorial.thaw import cited_in
from tracker.models import Change, CitationUse, Comment, Document, RecordKind, Snapshot, State, Submission, Version
from tracker.rules import evidence, nature
from tracker.rules.vocabulary import Corroboration, Interest, Nature, Stance, StatementForm, Status

WAITING = (State.SUBMITTED, State.APPROVED)
VERBATIM = str(StatementForm.VERBATIM)
VOID_IN_WORDS = 5
"""Of a submission with more void versions than these, the history of each is a click away."""


@dataclass(slots=True)
class Evidence:
    """A passage as it serves the version: ``item`` is its comparison with what was public; ``serves`` names the parts that it serves, if any."""

    item: Item
    serves: list[str]
    stance: str
    document: Document | None
    document_url: str
    corroboration: str
    archived: Snapshot | None
    archived_url: str
    remarks: list[comments.Remark] = field(default_factory=list)

    @property
    def has_text(self) -> bool:
        """Whether the text of the archived copy is held."""
        return bool(self.archived and self.archived.has_text)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Followed:
    """The public verdict whose place a version takes, beside its own status: a new record has no edition before it to be compared with."""

    key: str
    before: str
    after: str
    since: str
    rationale: str


@dataclass(slots=True)
class Reading:
    """A version as the pages show it. ``comparison`` None: too many stand on one page; this one has its own.

    ``returned``: number of the submission that last came back with the record, 0 for none; ``since_return`` is what was mended since.
    """

    version: Version
    url: str
    record_url: str
    submit_url: str = ""
    comparison: Item | None = None
    before: str = ""
    nature: str = ""
    follows: Followed | None = None
    corrects: bool = False
    evidence: list[Evidence] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    returned: int = 0
    since_return: Item | None = None
    overtaken: str = ""
    void: bool = False
    edits: list[Entry] = field(default_factory=list)
    history_url: str = ""
    remarks: dict[str, list[comments.Remark]] = field(default_factory=dict)
    older: list[comments.Remark] = field(default_factory=list)
    open_comments: int = 0
    may_comment: bool = False

    @property
    def on_the_whole(self) -> list[comments.Remark]:
        """What was said of the record as a whole."""
        return self.remarks.get("", [])


def readings(versions: Collection[Version], request: HttpRequest, registry: Any, *, whole: bool) -> list[Reading]:
    """The versions for reading. ``whole``: with their content; otherwise each is named and its page does the rest."""
    found = records_of(versions)
    made = [
        Reading(
            version,
            reverse("admin:tracker_version_change", args=[version.pk]),
            found.get((version.kind, version.key), ""),
            void=version.voided_at is not None and version.submission.state in WAITING,
        )
        for version in versions
    ]
    if whole:
        _fill(made, request, registry)
    return made


def records_of(versions: Collection[Version]) -> dict[tuple[str, str], str]:
    """The addresses of the forms of the records that versions are of."""
    urls = {}
    for kind, model in MODELS.items():
        keys = {version.key for version in versions if version.kind == kind}
        name = "reference" if kind is RecordKind.RECOMMENDATION else "key"
        rows = model._default_manager.filter(**{f"{name}__in": keys}).values_list(name, "pk") if keys else ()
        urls |= {(str(kind), key): reverse(f"admin:tracker_{model._meta.model_name}_change", args=[pk]) for key, pk in rows}
    return urls


def _fill(made: list[Reading], request: HttpRequest, registry: Any) -> None:
    versions = [reading.version for reading in made]
    keys = {version.key for version in versions} | {version.body["supersedes"] for version in versions if version.body.get("supersedes")}
    editions: dict[tuple[str, str], dict[int, RecordEdition]] = defaultdict(dict)
    newest: dict[tuple[str, str], int] = {}
    wanted = {version.over for version in versions}
    rows = RecordEdition.desk.filter(key__in=keys).filter(models.Q(known_to=None) | models.Q(edition__in=wanted - {None}))
    for row in rows:
        editions[row.kind, row.key][row.edition] = row
        if row.known_to is None:
            newest[row.kind, row.key] = row.edition
    documents, copies = _documents(versions), _copies(versions)
    underlying = _underlying(versions)
    said = _said(versions)
    came_back = _returned(versions)
    not_found = _not_verbatim(versions)
    user: Any = request.user
    words_left = VOID_IN_WORDS
    for reading in made:
        version = reading.version
        name = (version.kind, version.key)
        over = editions[name].get(version.over) if version.over is not None else None
        public = over if over is not None and over.change == Change.PUBLISH else None
        withdrawal = version.change != Change.PUBLISH
        reading.comparison = compare(None if withdrawal or public is None else public.body, version.body, version.kind)
        reading.before = _("edition %(edition)s") % {"edition": public.edition} if public is not None and not withdrawal else ""
        told = nature.nature(
            public.body if public else None,
            version.body,
            withdrawn=withdrawal,
            forwards_to=version.forwards_to,
            taken_down=version.change == Change.TAKE_DOWN,
        )
        reading.nature, reading.corrects = told.label, told is Nature.CORRECTED
        if version.kind == RecordKind.ASSESSMENT and public is None and not withdrawal and (key := version.body["supersedes"]):
            last = editions[version.kind, key].get(newest.get((version.kind, key), 0))
            reading.follows = _followed(last, version) if last is not None and last.change == Change.PUBLISH else None
        # What was decided is no news; what waits may have been overtaken.
        if version.submission.state in WAITING and newest.get(name) != version.over:
            reading.overtaken = _("edition %(edition)s") % {"edition": newest.get(name)}
        _evidence(reading, documents, copies)
        reading.labels = _labels(version, documents, underlying)
        if version.pk in not_found:
            reading.labels.append(_("“Verbatim”, and not found in the archived copy"))
        if (read := came_back.get(version.pk)) is not None:
            reading.returned, reading.since_return = read.submission_id, compare(read.body, version.body, version.kind)
        reading.may_comment = not why_no_comment(version, user)
        _distribute(reading, said[name], settles=may_settle(user))
        if reading.record_url:
            reading.history_url = reading.record_url.removesuffix("change/") + "history/"
            reading.submit_url = reading.record_url.removesuffix("change/") + "submit/"
        if reading.void and words_left:
            words_left -= 1
            reading.edits = _edits_since(version, registry, request)


def _followed(last: RecordEdition, version: Version) -> Followed:
    before, after = (str(Status(body["status"]).label) for body in (last.body, version.body))
    return Followed(last.key, before, after, last.body["effective_on"] or "", last.body["rationale"])


# Evidence


def _documents(versions: Collection[Version]) -> dict[str, Document]:
    keys = {citation["document"] for version in versions for citation in cited_in(version.body).values()}
    return {document.key: document for document in Document.objects.filter(key__in=keys)} if keys else {}


def _copies(versions: Collection[Version]) -> dict[tuple[str, str], Snapshot]:
    hashes = {citation["archived_as"] for version in versions for citation in cited_in(version.body).values()} - {""}
    if not hashes:
        return {}
    rows = Snapshot.objects.filter(sha256__in=hashes).annotate(has_text=models.Q(extracted__isnull=False)).select_related("document")
    return {(row.document.key, row.sha256): row for row in rows if row.document is not None}


def _evidence(reading: Reading, documents: dict[str, Document], copies: dict[tuple[str, str], Snapshot]) -> None:
    assert reading.comparison is not None
    held: dict[Any, Evidence] = {}
    for serves, group in _cited(reading.comparison, ""):
        for item in group.items:
            # One passage often serves the record and several of its parts; where it says the same of each, it is read once.
            name = (item.body["key"], item.body["stance"], item.state)
            if name in held:
                held[name].serves.append(serves)
                continue
            citation = item.body
            document = documents.get(citation["document"])
            archived = copies.get((citation["document"], citation["archived_as"]))
            held[name] = Evidence(
                item,
                [serves],
                citation["stance"],
                document,
                reverse("admin:tracker_document_change", args=[document.pk]) if document else "",
                Corroboration(citation["corroboration"]).label,
                archived,
                _copy_url(archived) if archived else "",
            )
    for passage in held.values():
        passage.serves = [] if passage.serves == [""] else [words or _("the record itself") for words in passage.serves]
    reading.evidence = list(held.values())


def _cited(item: Item, serves: str) -> Iterator[tuple[str, Group]]:
    """The groups of citations of a comparison, each with the part that they serve."""
    for group in item.groups:
        if group.name == "citations":
            yield serves, group
        for part in group.items:
            yield from _cited(part, f"{group.label}: {part.title}")


def _copy_url(snapshot: Snapshot) -> str:
    """The page of an archived copy, or of its document where copies have no page of their own."""
    try:
        return reverse("admin:tracker_snapshot_change", args=[snapshot.pk])
    except NoReverseMatch:
        return reverse("admin:tracker_document_change", args=[snapshot.document_id])


# What readers will see beside it


def _underlying(versions: Collection[Version]) -> dict[str, list[CitationUse]]:
    """The uses that are weighed for actions that assessments may rest on: the public ones, and those that are submitted along."""
    cited = {citation["key"] for version in versions if version.kind == RecordKind.ASSESSMENT for citation in version.body["citations"]}
    if not cited:
        return {}
    uses: dict[str, list[CitationUse]] = defaultdict(list)
    disputing = models.Q(legal_status__isnull=False, stance=Stance.DISPUTES.value)
    bearing = CitationUse.objects.filter(models.Q(action__isnull=False) | disputing).annotate(of=Coalesce("action", "legal_status__action"))
    sharing = bearing.filter(citation__key__in=cited).values("of")
    for use in bearing.filter(of__in=sharing).select_related("citation__document", "action", "legal_status__action"):
        action = use.action or use.legal_status.action  # type: ignore[union-attr]
        uses[action.key].append(use)
    along = {version.key for version in versions if version.kind == RecordKind.ACTION}
    public = RecordEdition.desk.known_at(None).filter(kind=RecordKind.ACTION.value, change=Change.PUBLISH.value, key__in=set(uses))
    shown = along | set(public.values_list("key", flat=True))
    return {key: rows for key, rows in uses.items() if key in shown}


def _labels(version: Version, documents: dict[str, Document], underlying: dict[str, list[CitationUse]]) -> list[str]:
    """*Single source*, *claimed by*, *disputed*: as readers will find them beside the record."""
    labels = []
    if version.body.get("corroboration"):
        labels.append(capfirst(Corroboration(version.body["corroboration"]).label))
    citations = evidence.bearing_on(version.body)
    own = [
        evidence.Use(citation["key"], Stance(citation["stance"]), Interest(document.interest), _source(document))
        for citation in citations
        if (document := documents.get(citation["document"])) is not None
    ]
    actions = {
        key: [
            evidence.Use(use.citation.key, Stance(use.stance), Interest(use.citation.document.interest), _source(use.citation.document))
            for use in uses
        ]
        for key, uses in underlying.items()
    }
    weight = evidence.weigh(own, actions if version.kind == RecordKind.ASSESSMENT else {})
    if weight.claimed_by:
        labels.append(_("Claimed by %(names)s") % {"names": ", ".join(weight.claimed_by)})
    if weight.disputed:
        labels.append(_("Disputed: %(for)s for, %(against)s against") % {"for": len(weight.supports), "against": len(weight.disputes)})
    return labels


def _source(document: Document) -> str:
    return source_name({name: getattr(document, name) for name in ("kind", "author", "publisher", "title")})


# What came of an earlier reading


def _returned(versions: Collection[Version]) -> dict[int, Version]:
    """Of each version the one before it, where that was returned to its author."""
    rows = Version.objects.filter(key__in={version.key for version in versions}, submission__in=_submissions_before(versions))
    before: dict[tuple[str, str], list[Version]] = defaultdict(list)
    for row in rows.select_related("submission").order_by("pk"):
        before[row.kind, row.key].append(row)
    found = {}
    for version in versions:
        older = [row for row in before[version.kind, version.key] if row.pk < version.pk]
        if older and older[-1].submission.state == State.RETURNED:
            found[version.pk] = older[-1]
    return found


def _submissions_before(versions: Collection[Version]) -> Any:
    """Submissions that were decided before these: of what was taken back nobody read anything."""
    newest = max(version.submission_id for version in versions) if versions else 0
    return Submission.objects.filter(pk__lt=newest).exclude(state=State.TAKEN_BACK).values("pk")


def _not_verbatim(versions: Collection[Version]) -> set[int]:
    """Versions of recommendations whose words are said to be those of a document, and stand in no archived copy of it."""
    said = {version: [version.body["made_in"], version.body["known_from"]] for version in versions if version.body.get("statement_form") == VERBATIM}
    ids = dict(Document.objects.filter(key__in=[key for keys in said.values() for key in keys if key]).values_list("key", "pk")) if said else {}
    return capturing.not_in_copies(
        {version.pk: (version.body["statement"], [ids[key] for key in keys if key in ids]) for version, keys in said.items()}
    )


# What was said about it


def _said(versions: Collection[Version]) -> dict[tuple[str, str], list[Comment]]:
    found: dict[tuple[str, str], list[Comment]] = defaultdict(list)
    newest = max(version.pk for version in versions) if versions else 0
    rows = Comment.objects.filter(version__key__in={version.key for version in versions}, version_id__lte=newest)
    for comment in rows.select_related("by", "settled_by", "version__submission"):
        found[comment.version.kind, comment.version.key].append(comment)
    return found


def _distribute(reading: Reading, said: list[Comment], *, settles: bool) -> None:
    """Each comment beside its field; of older versions those that nobody settled."""
    version = reading.version
    for comment in said:
        if comment.version_id == version.pk:
            remark = comments.remark_on(comment, version.body, settles=settles)
            reading.remarks.setdefault(comment.field, []).append(remark)
            reading.open_comments += comment.settled_at is None
        elif comment.version_id < version.pk and comment.settled_at is None:
            reading.older.append(comments.mended(comment, version.body, settles=settles))
    for passage in reading.evidence:
        if passage.item.state != REMOVED:
            passage.remarks = [
                remark for path, remarks in reading.remarks.items() if path == passage.item.path or path.startswith(f"{passage.item.path}.")
                for remark in remarks
            ]  # fmt: skip


def _edits_since(version: Version, registry: Any, request: HttpRequest) -> list[Entry]:
    """Who edited the record after this version was made, in words."""
    name = "reference" if version.kind == RecordKind.RECOMMENDATION else "key"
    record = MODELS[RecordKind(version.kind)]._default_manager.filter(**{name: version.key}).first()
    if record is None:
        return []
    return [entry for entry in entries(record, registry=registry, request=request) if entry.when > version.submission.submitted_at]

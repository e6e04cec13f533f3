"""What stands behind a document: its archived copies, whether its address answers, and whether its cited words are still there."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext

from tracker.admin.beside import WithText
from tracker.editorial import capturing
from tracker.editorial.verbs import Refused
from tracker.models import Action, Assessment, Capture, Citation, Document, LinkCheck, PassageCheck, Recommendation, Snapshot
from tracker.models.base import new_key
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import LinkOutcome, PassageOutcome
from tracker.signin.keeping import outlives_session, sent


class Sourced(WithText):
    """The document's pages: the form of a new one filled in from what was captured, and the page of its sources."""

    # A new document from a capture

    def captured(self, request: HttpRequest) -> Capture | None:
        """The capture whose copy the new document is to have (``?capture=``); none where the copy belongs to one already."""
        if not hasattr(request, "_captured"):
            asked = request.GET.get("capture", "")
            found = Capture.objects.select_related("snapshot__extracted") if asked.isdigit() and len(asked) < 19 else None
            request._captured = found.filter(pk=int(asked), snapshot__isnull=False, snapshot__document=None).first() if found is not None else None  # type: ignore[attr-defined]
        return request._captured  # type: ignore[attr-defined]

    def copy_of(self, request: HttpRequest, record: Any) -> tuple[Snapshot | None, int | None]:
        """The captured copy, beside the form of the new document."""
        asked = self.captured(request) if record is None else None
        return (asked.snapshot, None) if asked else super().copy_of(request, record)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the copy says about itself; what it does not say is left empty."""
        initial = super().get_changeform_initial_data(request)
        asked = self.captured(request)
        return {**document_from(asked), **initial} if asked else initial

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """A new document has no copies to list."""
        return super().get_inlines(request, obj) if obj else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The new document gets its copy in the same save."""
        super().save_related(request, form, formsets, change)
        asked = None if change else self.captured(request)
        if asked and asked.snapshot:
            try:
                capturing.attach(asked.snapshot, form.instance, by=request.user)  # type: ignore[arg-type]
            except Refused as refused:  # someone was faster
                self.message_user(request, str(refused), messages.ERROR)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Saved; on to the text, to mark what it says."""
        response = super().response_add(request, obj, post_url_continue)  # type: ignore[misc]
        asked = self.captured(request)
        if asked and asked.snapshot and "_save" in request.POST:
            return HttpResponseRedirect(reverse("admin:tracker_snapshot_change", args=[asked.snapshot.pk]))
        return response

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the documents that it may be instead; or the way to its sources."""
        record = kwargs.get("obj")
        asked = self.captured(request) if record is None else None
        if asked and asked.snapshot:
            context["captured"] = asked
            context["candidates"] = capturing.candidates(asked.snapshot)
            context["offered"] = self._offered(request)
        elif record is not None:
            context["sources_url"] = reverse("admin:tracker_document_sources", args=[record.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def _offered(self, request: HttpRequest) -> list[Document] | None:
        """Documents by words that were typed on this page; None where nothing was typed."""
        words = request.GET.get("words", "").strip()
        return list(self.get_search_results(request, self.get_queryset(request), words)[0][:10]) if words else None

    # Sources

    def get_urls(self) -> list[Any]:
        """The page of its sources."""
        view = self.admin_site.admin_view(self.sources_view)
        return [path("<int:pk>/sources/", view, name="tracker_document_sources"), *super().get_urls()]

    @outlives_session
    def sources_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Its copies, its address, its passages; and what can be decided about each."""
        document = Document.objects.filter(pk=pk).first()
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        if document is None:
            raise Http404
        errors: dict[str, str] = {}
        if sent(request):
            try:
                said = self._decided(request, document)
            except Refused as refused:
                errors[request.POST.get("check") or "move"] = str(refused)
            else:
                self.message_user(request, said)
                return HttpResponseRedirect(request.path)
        checks = (
            PassageCheck.objects.filter(citation__document=document)
            .select_related("citation", "snapshot", "seen_by")
            .order_by("-snapshot__captured_at", "pk")
        )
        link = LinkCheck.objects.filter(document=document).first()
        if link and link.url != document.url:
            link = None  # of an address that it had before
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Sources of “%(title)s”") % {"title": document.shown_title},
            "document": document,
            "copies": document.snapshots.select_related("copy_check", "extracted").order_by("-captured_at", "-pk"),
            "again_url": f"{reverse('admin:tracker_capture_add')}?{urlencode({'document': pk})}"
            if request.user.has_perm("tracker.add_capture")
            else "",
            "link": link,
            "moved": bool(link and link.outcome == LinkOutcome.MOVED and link.moved_to),
            "lost": [check for check in checks if check.outcome == PassageOutcome.LOST],
            "kept": [check for check in checks if check.outcome != PassageOutcome.LOST],
            "unused": Citation.objects.filter(document=document, uses=None).order_by("-pk"),
            "uses": [
                (name, gettext("a new %(noun)s") % {"noun": self.admin_site._registry[model].opts.verbose_name})
                for name, model in (("recommendation", Recommendation), ("action", Action), ("assessment", Assessment))
                if request.user.has_perm(f"tracker.add_{name}")
            ],
            "may_decide": request.user.has_perm("tracker.change_citation"),
            "may_change": self.has_change_permission(request, document),
            "errors": errors,
            "typed": {request.POST.get("check", ""): request.POST.get("decision", "")},
        }
        return TemplateResponse(request, "admin/tracker/sources.html", context)

    def _decided(self, request: HttpRequest, document: Document) -> str:
        who: Any = request.user
        if asked := request.POST.get("check", ""):
            check = PassageCheck.objects.filter(pk=asked if asked.isdigit() else 0, citation__document=document).first()
            if check is None:
                raise Http404
            capturing.decide(check, by=who, decision=request.POST.get("decision", ""))
            return gettext("Noted. The passage has left the queue.")
        if not self.has_change_permission(request, document):
            raise PermissionDenied
        capturing.move(document, by=who, url=request.POST.get("move", ""))
        return gettext("The document has its new address.")


def document_from(asked: Capture) -> dict[str, Any]:
    """What the form of a new document is filled in with: as the copy says of itself, never guessed."""
    snapshot: Any = asked.snapshot
    about = capturing.about(snapshot)
    url = snapshot.url or asked.url
    known: dict[str, Any] = {name: about.get(name, "") for name in ("title", "author", "publisher", "language")}
    known["author"], known["publisher"], known["language"] = known["author"][:300], known["publisher"][:300], known["language"][:12]
    try:
        known["published_on"] = PartialDate(about["published_on"])
    except (KeyError, ValueError):
        known["published_on"] = None
    if url and len(url) <= 1000:
        known["url"] = url
    host = (urlsplit(url).hostname or "").removeprefix("www.").replace(".", "-")
    year = str(known["published_on"] or "")[:4]
    known["key"] = free_key(slugify(known["title"])[:48].strip("-") or slugify(f"{host} {year}")[:48].strip("-"))
    return {name: value for name, value in known.items() if value}


def free_key(wanted: str) -> str:
    """The key, or with a number where it is taken."""
    wanted = wanted or new_key()
    taken = set(Document.objects.filter(key__startswith=wanted).values_list("key", flat=True))
    return next(key for key in (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))) if key not in taken)

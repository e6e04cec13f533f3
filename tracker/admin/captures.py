"""Capture at the desk: one box for an address or a file, the page of a capture, and the archived copy as staff read it and mark its passages."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import OfThoseUsed, change_link
from tracker.admin.beside import Marked, cited, language, reading
from tracker.admin.documents import CitationRows
from tracker.admin.forms import EitherWay
from tracker.admin.submissions import ReadAdmin
from tracker.archive import passages, store
from tracker.editorial import capturing
from tracker.editorial.capturing import Copy
from tracker.editorial.tending import copies_in_trouble
from tracker.editorial.verbs import Refused
from tracker.jobs.models import BackgroundJob, JobState
from tracker.models import Capture, CitationUse, CopyCheck, Document, Snapshot
from tracker.rules.vocabulary import CaptureState, CopyState, PassageOutcome, Stance
from tracker.signin.keeping import outlives_session, sent

HITS = 50
"""Places of a searched word that are listed."""

ENDINGS = {"application/pdf": "pdf", "text/html": "html", "application/xhtml+xml": "xhtml", "text/markdown": "md"}

NEW = ("recommendation", "action", "assessment")
"""What may be made from a passage."""


class BoxForm(forms.Form):
    """An address, or a file."""

    url = forms.CharField(
        label=_("Paste an address"), required=False, max_length=4000,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off", "class": "vTextField"}),
    )  # fmt: skip
    file = forms.FileField(label=_("or choose a file"), required=False, help_text=_("HTML, PDF or text, at most 20 MB."), allow_empty_file=True)

    def clean_file(self) -> Any:
        """Not larger than what is archived; asked before it is read."""
        file = self.cleaned_data["file"]
        if file and file.size > capturing.LARGEST:
            raise forms.ValidationError(_("The file has more than 20 MB, which is the most that is archived."))
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("url", "").strip()) == bool(data.get("file")):
            none = _("Paste an address, or choose a file.")
            raise forms.ValidationError(_("Either an address or a file, not both.") if data.get("file") else none)
        return data


@admin.register(Capture)
class CaptureAdmin(ReadAdmin):
    """What was asked to be archived, and what came of it."""

    change_list_template = "admin/tracker/captures.html"
    list_display = ("what", "state_word", "of_document", "requested_by", "requested_at")
    list_filter = ("state", ("requested_by", OfThoseUsed))
    search_fields = ("url", "file_name", "document__title", "snapshot__document__title", "=snapshot__sha256")
    ordering = ("-id",)
    related = ("requested_by", "seen_by", "document", "snapshot__document")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Researchers and reviewers ask for copies."""
        return request.user.has_perm("tracker.add_capture")

    @admin.display(description=_("what"), ordering="url")
    def what(self, asked: Capture) -> str:
        """The address or the file."""
        return str(asked)

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, asked: Capture) -> str:
        """In a word."""
        return format_html('<span class="review capture-{}">{}</span>', asked.state, CaptureState(asked.state).label)

    @admin.display(description=_("document"))
    def of_document(self, asked: Capture) -> str:
        """What it is a copy of."""
        document = asked.snapshot.document if asked.snapshot else asked.document
        return str(document) if document else "–"

    def get_urls(self) -> list[Any]:
        """How far a capture is, which document it is of, and that one that brought nothing was seen."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/state/", view(self.state_view), name="tracker_capture_state"),
            path("<int:pk>/attach/", view(self.attach_view), name="tracker_capture_attach"),
            path("<int:pk>/seen/", view(self.seen_view), name="tracker_capture_seen"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the box above the list."""
        return super().changelist_view(request, {"box": BoxForm(), **(extra_context or {})})

    @outlives_session
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The box. What is sent is put into the queue, and its page shows how far it is."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        document = _document_asked(request)
        box = BoxForm(
            *((request.POST, request.FILES) if request.method == "POST" else ()),
            initial={"url": document.url if document else request.GET.get("url", "")},
        )
        if box.is_valid() and sent(request):
            file = box.cleaned_data["file"]
            try:
                made = capturing.request(
                    by=request.user, url=box.cleaned_data["url"], file=file.read() if file else None,  # type: ignore[arg-type]
                    file_name=file.name if file else "", document=document,
                )  # fmt: skip
            except Refused as refused:
                box.add_error("file" if file else "url", str(refused))
            else:
                return HttpResponseRedirect(reverse("admin:tracker_capture_change", args=[made.pk]) + "?go=1")
        title = gettext("Capture “%(title)s” again") % {"title": document.title} if document else gettext("Capture")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, "box": box, "document": document}
        return TemplateResponse(request, "admin/tracker/capture_add.html", context)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """How far it is; then what was found. ``?go=1`` goes on to the next step as soon as there is one."""
        asked = self.get_object(request, object_id)
        if asked is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, asked):
            raise PermissionDenied
        snapshot = asked.snapshot if asked.state == CaptureState.HELD else None
        if snapshot and "go" in request.GET:
            if snapshot.document:
                self.message_user(request, came_of(asked))
                return HttpResponseRedirect(reverse("admin:tracker_snapshot_change", args=[snapshot.pk]))
            if request.user.has_perm("tracker.add_document"):
                return HttpResponseRedirect(f"{reverse('admin:tracker_document_add')}?{urlencode({'capture': asked.pk})}")
        going, words = progress(asked)
        again = {"document": asked.document_id} if asked.document_id else {"url": asked.url}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(asked),
            "asked": asked,
            "snapshot": snapshot,
            "going": going,
            "words": words,
            "about": capturing.about(snapshot) if snapshot else {},
            "may_attach": snapshot is not None and snapshot.document is None and request.user.has_perm("tracker.change_document"),
            "candidates": capturing.candidates(snapshot) if snapshot and snapshot.document is None else [],
            "may_set_aside": asked.state == CaptureState.NOTHING and asked.seen_by is None and self.has_add_permission(request),
            "again_url": f"{reverse('admin:tracker_capture_add')}?{urlencode(again)}" if self.has_add_permission(request) else "",
        }
        return TemplateResponse(request, "admin/tracker/capture.html", context)

    def state_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """The same for the script of the page that waits."""
        asked = self.get_object(request, str(pk))
        if asked is None:
            raise Http404
        if not self.has_view_permission(request, asked):
            raise PermissionDenied
        going, words = progress(asked)
        return JsonResponse({"going": going, "words": words})

    @outlives_session
    def attach_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """It is a copy of a document that is there."""
        asked = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if asked is None or asked.snapshot is None:
            raise Http404
        if not request.user.has_perm("tracker.change_document"):
            raise PermissionDenied
        back = reverse("admin:tracker_document_add") + f"?{urlencode({'capture': asked.pk, 'words': request.POST.get('words', '')})}"
        chosen, typed = request.POST.get("document", ""), request.POST.get("words", "").strip()
        if chosen.isdigit():
            document = Document.objects.filter(pk=chosen).first()
        else:
            document = Document.objects.filter(key=typed).first()
        if document is None or not sent(request):
            return HttpResponseRedirect(back)
        try:
            capturing.attach(asked.snapshot, document, by=request.user)  # type: ignore[arg-type]
        except Refused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return HttpResponseRedirect(back)
        self.message_user(request, gettext("The copy belongs to “%(document)s” now.") % {"document": document})
        return HttpResponseRedirect(reverse("admin:tracker_snapshot_change", args=[asked.snapshot.pk]))

    def seen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """It brought nothing, and is left at that."""
        asked = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if asked is None:
            raise Http404
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            capturing.set_aside(asked, by=request.user)  # type: ignore[arg-type]
        except Refused as refused:
            self.message_user(request, str(refused), messages.ERROR)
        else:
            self.message_user(request, gettext("Noted. It has left the queue."))
        return HttpResponseRedirect(reverse("admin:tracker_capture_change", args=[pk]))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A request says itself who made it and what came of it."""
        return HttpResponseRedirect(reverse("admin:tracker_capture_change", args=[object_id]))


def _document_asked(request: HttpRequest) -> Document | None:
    asked = request.GET.get("document", "")
    return Document.objects.filter(pk=int(asked)).first() if asked.isdigit() and len(asked) < 19 else None


def progress(asked: Capture) -> tuple[bool, str]:
    """Whether a capture still goes on by itself, and how far it is, in words."""
    if asked.state == CaptureState.NOTHING:
        return False, asked.problem
    if asked.state == CaptureState.HELD:
        return False, gettext("Archived.")
    job: Any = BackgroundJob.objects.filter(task_name=capturing.capture.name, args__number=asked.pk).with_state().order_by("-pk").first()
    state = job.state if job else JobState.ASIDE
    if state == JobState.RUNNING:
        return True, gettext("It is being fetched, and its text read.")
    if state in (JobState.WAITING, JobState.DONE):
        return True, gettext("It waits for its turn.")
    return False, gettext("It came to no end: %(why)s An administrator can run job #%(number)s again; you can ask for a new copy.") % {
        "why": job.said or gettext("its worker died.") if job else gettext("it is not in the queue."),
        "number": job.pk if job else "–",
    }


def came_of(asked: Capture) -> str:
    """What came of a capture of a known document, in a sentence or two."""
    snapshot: Any = asked.snapshot
    when = date_format(localtime(snapshot.captured_at), "DATE_FORMAT")
    if asked.held_before and asked.document_id in (None, snapshot.document_id) and snapshot.captured_at < asked.requested_at:
        return gettext("The very same bytes have been archived before, on %(when)s, as a copy of “%(document)s”. Here it is.") % {
            "when": when, "document": snapshot.document,
        }  # fmt: skip
    sentence = gettext("Archived as a copy of “%(document)s”.") % {"document": snapshot.document}
    lost = snapshot.passage_checks.filter(outcome=PassageOutcome.LOST).count()
    if lost:
        said = ngettext("%(count)s cited passage is not in it.", "%(count)s cited passages are not in it.", lost)
        sentence += " " + said % {"count": lost}
    return sentence


# --- The archived copy -----------------------------------------------------------------------------------------------------------


class MarkForm(EitherWay, forms.Form):
    """A passage, what it says, and which record it serves. With scripts the words are marked in the text; without, pasted here."""

    begins = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    ends = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    quotation = forms.CharField(
        label=_("Quotation"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Mark the words in the text, or paste them here. Empty where the place as a whole is cited."),
    )  # fmt: skip
    locator = forms.CharField(
        label=_("Where it stands"), required=False, max_length=200, widget=forms.TextInput(attrs={"size": 14}),
        help_text=_("¶17, p. 4. Empty: the page or paragraph in which the words are found."),
    )  # fmt: skip
    says = forms.CharField(
        label=_("What it says"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In your own words, neutrally, in a sentence."),
    )  # fmt: skip
    stance = forms.ChoiceField(label=_("It"), choices=Stance.choices(), initial=Stance.SUPPORTS)
    record = forms.CharField(
        label=_("Which record"), required=False, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off", "list": "records"}),
        help_text=_("Its key or reference, or words of its title."),
    )  # fmt: skip


@admin.register(Snapshot)
class SnapshotAdmin(ReadAdmin):
    """An archived copy. It is other people's: staff read its text here, and readers of the site never do."""

    list_display = ("captured", "of_document", "media_type", "size", "sha256")
    search_fields = ("=sha256", "document__key", "document__title", "url")
    ordering = ("-captured_at",)
    related = ("document",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from its document."""
        return False

    @admin.display(description=_("captured"), ordering="captured_at")
    def captured(self, snapshot: Snapshot) -> str:
        """When."""
        return date_format(localtime(snapshot.captured_at), "DATETIME_FORMAT")

    @admin.display(description=_("document"))
    def of_document(self, snapshot: Snapshot) -> str:
        """What it is a copy of."""
        return str(snapshot.document) if snapshot.document else "–"

    def get_urls(self) -> list[Any]:
        """Marking, the words of a mark, the records it may serve, and the bytes."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/mark/", view(self.mark_view), name="tracker_snapshot_mark"),
            path("<int:pk>/describe/", view(self.describe_view), name="tracker_snapshot_describe"),
            path("<int:pk>/original/", view(self.original_view), name="tracker_snapshot_original"),
            path("trouble/", view(self.trouble_view), name="tracker_snapshot_trouble"),
            path("records/", view(self.records_view), name="tracker_snapshot_records"),
            *super().get_urls(),
        ]

    def _found(self, request: HttpRequest, pk: int) -> Snapshot:
        snapshot = Snapshot.objects.select_related("document", "extracted", "copy_check").filter(pk=pk).first()
        if not self.has_view_permission(request, snapshot):
            raise PermissionDenied
        if snapshot is None:
            raise Http404
        return snapshot

    # Reading

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """Its text."""
        if not object_id.isdigit() or not Snapshot.objects.filter(pk=int(object_id[:18])).exists():
            if not self.has_view_permission(request):
                raise PermissionDenied
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self._page(request, self._found(request, int(object_id)), MarkForm(initial=_asked_mark(request)))

    def _page(self, request: HttpRequest, snapshot: Snapshot, form: MarkForm, **extra: Any) -> HttpResponse:
        copy = Copy.of(snapshot)
        marks, rows = cited(snapshot, copy)
        words = request.GET.get("q", "").strip()[:200]
        hits = [Marked(*match.span(), "hit") for match in _matches(copy.text, words)] if words else []
        at, part = request.GET.get("at", ""), request.GET.get("part", "")
        found = reading(
            copy, [*hits, *marks], number=int(part) if part.isdigit() and len(part) < 7 else 1, at=int(at) if at.isdigit() and len(at) < 10 else None
        )
        tag, direction = language(snapshot)
        here = reverse("admin:tracker_snapshot_change", args=[snapshot.pk])
        held: dict[str, Any] = {"q": words} if words else {}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": snapshot.document.shown_title if snapshot.document else gettext("An archived copy of no document yet"),
            "snapshot": snapshot,
            "document": snapshot.document,
            "here": here,
            "capture": None if snapshot.document else snapshot.captures.order_by("-pk").first(),
            "copies": Snapshot.objects.filter(document=snapshot.document).order_by("-captured_at", "-pk") if snapshot.document else [],
            "about": _about(snapshot),
            "problem": getattr(getattr(snapshot, "extracted", None), "problem", gettext("Its text has not been read yet.")),
            "trouble": _trouble(snapshot),
            "reading": found,
            "language": tag,
            "direction": direction,
            "previous": f"{here}?{urlencode({**held, 'part': found.before})}" if found.before else "",
            "next": f"{here}?{urlencode({**held, 'part': found.after})}" if found.after else "",
            "q": words,
            "hits": [
                (copy.where(hit.start, hit.end), copy.text[max(hit.start - 60, 0) : hit.start], copy.text[hit.start : hit.end],
                 copy.text[hit.end : hit.end + 60], f"{here}?{urlencode({'q': words, 'at': str(hit.start)})}")
                for hit in hits[:HITS]
            ],
            "more_hits": len(hits) > HITS,
            "cited": [
                (citation, change_link(citation, citation.locator), f"{here}?{urlencode({'at': mark.start})}#{mark.anchor}" if mark else "")
                for citation, mark in rows
            ],
            "form": form,
            "can_mark": snapshot.document is not None and request.user.has_perm("tracker.add_citation"),
            "offers": self._offers(request),
            "chosen": request.POST.get("use", "keep" if not self._offers(request) else f"new:{self._offers(request)[0][0]}"),
            "kinds": kinds(self.admin_site, request),
            "mark_url": reverse("admin:tracker_snapshot_mark", args=[snapshot.pk]),
            "describe_url": reverse("admin:tracker_snapshot_describe", args=[snapshot.pk]),
            "records_url": reverse("admin:tracker_snapshot_records"),
            **extra,
        }  # fmt: skip
        response = TemplateResponse(request, "admin/tracker/snapshot.html", context)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _offers(self, request: HttpRequest) -> list[tuple[str, str]]:
        """What the person may make from a passage."""
        found = []
        for name in NEW:
            model = CitationUse._meta.get_field(name).related_model
            if request.user.has_perm(f"tracker.add_{name}") and model in self.admin_site._registry:
                found.append((name, gettext("A new %(noun)s from this passage") % {"noun": model._meta.verbose_name}))  # type: ignore[union-attr]
        return found

    def trouble_view(self, request: HttpRequest) -> HttpResponse:
        """The copies that the front page counts: their files are altered or missing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Archived copies that are not what they were"),
            "checks": copies_in_trouble(),
        }
        return TemplateResponse(request, "admin/tracker/copies_in_trouble.html", context)

    def original_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The bytes, to be saved and not to be opened here: they are a stranger's."""
        snapshot = self._found(request, pk)
        try:
            file = store.open_bytes(snapshot.stored_as)
        except store.NotKept as failure:
            self.message_user(request, str(failure), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:tracker_snapshot_change", args=[pk]))
        ending = ENDINGS.get(snapshot.media_type, "txt")
        response = FileResponse(file, as_attachment=True, filename=f"{snapshot.sha256[:12]}.{ending}", content_type="application/octet-stream")
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, no-store"
        return response

    # Marking

    def describe_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """What is marked from one offset to another, in UTF-16 units as the browser's script counts: the words as the archived text has them."""
        copy = Copy.of(self._found(request, pk))
        try:
            quote = copy.marked(int(request.GET["begins"][:10]), int(request.GET["ends"][:10]))
        except (KeyError, ValueError, Refused):
            return JsonResponse({"problem": gettext("No words are marked.")}, status=400)
        response = JsonResponse(_as_json(quote))
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def records_view(self, request: HttpRequest) -> JsonResponse:
        """Records that a passage may serve, by what was typed: for the script that suggests them."""
        if not request.user.has_perm("tracker.add_citation"):
            raise PermissionDenied
        typed = request.GET.get("q", "").strip()[:200]
        return JsonResponse({"records": [{"value": value, "label": label} for value, label in found_records(self.admin_site, request, typed)]})

    @outlives_session
    def mark_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the citation from the archived text, and go on to the form of the record that it serves."""
        snapshot = self._found(request, pk)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:tracker_snapshot_change", args=[pk]))
        if not request.user.has_perm("tracker.add_citation"):
            raise PermissionDenied
        as_json = request.headers.get("Accept", "").startswith("application/json")
        form = MarkForm(request.POST)
        if not form.is_valid() or not sent(request):
            return _refusal(form) if as_json else self._page(request, snapshot, form)
        data, use = form.cleaned_data, request.POST.get("use", "keep")
        extra: dict[str, Any] = {}
        try:
            quote = quoted(Copy.of(snapshot), data, request.POST.get("at", ""))
            target = self._target(request, use, data["record"], extra)
            citation = capturing.mark(snapshot, quote, says=data["says"], locator=data["locator"], by=request.user)  # type: ignore[arg-type]
        except capturing.Several as several:
            form.add_error("quotation", str(several))
            extra["places"] = several.places
        except capturing.NotFound as lost:
            form.add_error("quotation", str(lost))
        except Refused as refused:
            form.add_error("record" if "records" in extra else None, str(refused))
        if form.errors:
            return _refusal(form) if as_json else self._page(request, snapshot, form, **extra)
        if as_json:
            return JsonResponse({"id": citation.pk, "words": str(citation), "stance": data["stance"]})
        if not target:
            self.message_user(request, gettext("The passage is on record; it serves nothing yet. It is listed with its document."))
            return HttpResponseRedirect(reverse("admin:tracker_snapshot_change", args=[pk]) + f"?{urlencode({'at': citation.begins or 0})}")
        asked: dict[str, Any] = {"citations": f"{citation.key}:{data['stance']}", "snapshot": pk}
        return HttpResponseRedirect(f"{target}?{urlencode(asked)}")

    def _target(self, request: HttpRequest, use: str, typed: str, extra: dict[str, Any]) -> str:
        """The address of the form to go on to; "" for none."""
        if use == "keep":
            return ""
        if use.startswith("new:"):
            if use[4:] not in dict(self._offers(request)):
                raise PermissionDenied
            return reverse(f"admin:tracker_{use[4:]}_add")
        value = request.POST.get("chosen", "")
        if not value:
            found = found_records(self.admin_site, request, typed) if typed.strip() else []
            exact = [one for one in found if typed.strip() in (one[1], one[1].partition(": ")[2].partition(" ")[0])]
            found = exact if len(exact) == 1 else found
            if len(found) != 1:
                extra["records"] = found
                raise Refused(
                    gettext("Choose which record is meant.") if found
                    else gettext("No record is found by these words; type its key or reference, or words of its title.")
                )  # fmt: skip
            value = found[0][0]
        name, _colon, pk = value.partition(":")
        if name not in kinds(self.admin_site, request) or not pk.isdigit():
            raise PermissionDenied
        model = CitationUse._meta.get_field(name).related_model
        return reverse(f"admin:tracker_{model._meta.model_name}_change", args=[pk])  # type: ignore[union-attr]


def quoted(copy: Copy, data: dict[str, Any], at: str) -> passages.Quote | None:
    """The words that were marked or typed, as the archived text has them; None where the place alone is cited."""
    typed = data["quotation"].strip()
    if data["begins"] is not None and data["ends"] is not None:
        quote = copy.marked(data["begins"], data["ends"])
        if not typed or typed.split() == quote.exact.split():
            return quote  # else the words were changed after they were marked: they count
    if not typed:
        return None
    if not copy.text:  # a scan: nothing to find them in
        return passages.Quote(typed, locator=data["locator"])
    return copy.quoted(typed, data["locator"], near=int(at) if at.isdigit() and len(at) < 10 else None)


def kinds(site: Any, request: HttpRequest) -> dict[str, str]:
    """The kinds of record that may cite a passage, with their nouns: those whose forms have rows for that, and that the person may change."""
    found = {}
    for name in CitationUse.RECORDS:
        model: Any = CitationUse._meta.get_field(name).related_model
        page = site._registry.get(model)
        if page and any(issubclass(inline, CitationRows) for inline in page.inlines) and page.has_change_permission(request):
            found[name] = str(model._meta.verbose_name)
    return found


def found_records(site: Any, request: HttpRequest, typed: str, most: int = 8) -> list[tuple[str, str]]:
    """Records by key, reference or words: ("action:12", "action: ACT-1 ..."), at most ``most`` of a kind."""
    found = []
    for name, noun in kinds(site, request).items():
        model: Any = CitationUse._meta.get_field(name).related_model
        page = site._registry[model]
        records, _duplicates = page.get_search_results(request, page.get_queryset(request), typed)
        found += [(f"{name}:{record.pk}", f"{capfirst(noun)}: {record}") for record in records.distinct()[:most]]
    return found


def _asked_mark(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name][:2000] for name in ("quotation", "locator") if name in request.GET}


def _as_json(quote: passages.Quote) -> dict[str, Any]:
    return {"exact": quote.exact, "prefix": quote.prefix, "suffix": quote.suffix, "locator": quote.locator}


def _refusal(form: forms.Form) -> JsonResponse:
    return JsonResponse({"problem": " ".join(str(problem) for problems in form.errors.values() for problem in problems)}, status=400)


def _matches(text: str, words: str) -> list[re.Match[str]]:
    """Where words stand, whatever white space is between them, and capitals aside."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()), re.IGNORECASE)
    found = []
    for match in pattern.finditer(text):
        found.append(match)
        if len(found) > HITS:
            break
    return found


def _about(snapshot: Snapshot) -> list[tuple[str, str]]:
    """When, how and from where, in words."""
    rows = [
        (gettext("Captured"), f"{date_format(localtime(snapshot.captured_at), 'DATETIME_FORMAT')}, {snapshot.captured_how}"),
        (gettext("From"), snapshot.url),
        (gettext("Kind and size"), f"{snapshot.media_type}, {snapshot.size:,} B"),
        ("SHA-256", snapshot.sha256),
    ]
    check = getattr(snapshot, "copy_check", None)
    if check:
        when = date_format(localtime(check.checked_at), "DATETIME_FORMAT")
        rows.append((gettext("File last verified"), f"{when}: {CopyState(check.outcome).label}"))
    return [(label, words) for label, words in rows if words]


def _trouble(snapshot: Snapshot) -> str:
    check: CopyCheck | None = getattr(snapshot, "copy_check", None)
    if check is None or check.outcome == CopyState.SOUND:
        return ""
    return str(CopyState(check.outcome).definition)

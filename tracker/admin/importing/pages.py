"""The list of imports, the page of one by its state, and the addresses of its steps."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.importing import columns, deciding, field, format, frame, mending, preview, profiles, reading, text, uploading, whole
from tracker.admin.submissions import ReadAdmin, in_words
from tracker.models import Government, Import, ImportState


@admin.register(Import)
class ImportAdmin(ReadAdmin):
    """Files that were brought in, and what became of them. Verbs write them."""

    change_list_template = "admin/tracker/importing/list.html"
    list_display = ("number", "file_name", "state_word", "with_profile", "outcome", "made_by", "made_at")
    list_display_links = ("number", "file_name")
    list_filter = ("state", ("made_by", admin.RelatedOnlyFieldListFilter))
    search_fields = ("=id", "file_name", "profile_name", "reason", "=sha256")
    ordering = ("-id",)
    related = ("made_by",)

    counts_in_words = staticmethod(preview.counts_in_words)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Without the long texts."""
        return super().get_queryset(request).defer("profile_text", "governments", "decisions")

    def listed(self) -> dict[str, Any]:
        """What each would do or did."""
        return {"_counts": models.F("preview__counts")}

    @admin.display(description="#", ordering="id")
    def number(self, batch: Import) -> str:
        """As people call it."""
        return f"#{batch.pk}"

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, batch: Import) -> str:
        """In a word."""
        state = ImportState(batch.state)
        return format_html('<span class="review import-{}">{}</span>', state.value, gettext(state.label))

    @admin.display(description=_("profile"), ordering="profile_name")
    def with_profile(self, batch: Import) -> str:
        """How its columns became records."""
        return _labelled(_("profile"), batch.profile_name or "–")

    @admin.display(description=_("what it would do, or did"))
    def outcome(self, batch: Any) -> str:
        """In a line."""
        looked_at = batch.state in (ImportState.PREVIEWED, ImportState.APPLIED, ImportState.UNDONE)
        return _labelled(_("what it would do, or did"), preview.short(batch._counts) if looked_at else "–")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who brings files in."""
        return frame.may_import(request)

    def get_urls(self) -> list[Any]:
        """The steps, each with its own address."""

        def step(name: str, view: Callable[..., Any]) -> Any:
            address = name.replace("_", "-")
            return path(f"<int:pk>/{address}/", self.admin_site.admin_view(partial(view, self)), name=f"tracker_import_{name}")

        return [
            step("format", format.view),
            step("columns", columns.view),
            step("field", field.view),
            step("whole", whole.view),
            step("text", text.view),
            step("preview", deciding.preview_view),
            step("decide", deciding.decide_view),
            step("apply", deciding.apply_view),
            step("undo", deciding.undo_view),
            step("discard", deciding.discard_view),
            step("hand_in", deciding.hand_in_view),
            step("keep", profiles.keep_view),
            step("problems", preview.problems_view),
            step("state", state_view),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A file is taken."""
        return uploading.view(self, request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the way to the profiles."""
        profiles = reverse("admin:tracker_importprofile_changelist") if request.user.has_perm("tracker.view_importprofile") else ""
        return super().changelist_view(request, {"profiles_url": profiles, **(extra_context or {})})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """What is known of it now, and what can be done next."""
        if not object_id.isdigit() or len(object_id) > 18:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        batch = frame.found(request, int(object_id))
        going = preview.progress(batch)
        user = request.user
        is_open = not going.going and not frame.why_not_open(batch)
        shown = {} if going.going else preview.context(batch, request)
        is_applied = batch.state == ImportState.APPLIED and not going.going
        needs_governments = bool(shown.get("unknown")) and is_open
        return frame.page(
            self, request, batch, "change", "import",
            title=str(batch), progress=going, state=ImportState(batch.state), about=self._about(batch),
            still=[] if frame.is_package(batch) or not is_open or not frame.may_import(request) else reading.missing_of(batch),
            is_open=is_open, **shown,
            keeps_in=text.in_step(request, batch) if is_open and (shown.get("unknown") or shown.get("words")) else "",
            governments=Government.objects.order_by("name").values_list("code", "name") if needs_governments else (),
            why_not_apply=deciding.why_not(deciding.APPLY, batch, user) if is_open and shown else "",
            why_not_undo=deciding.why_not(deciding.UNDO, batch, user) if is_applied else "",
            reasons=mending.of_the_file(batch), may_mend=is_open and frame.may_import(request),
            may_hand_in=is_applied and deciding.may(deciding.HAND_IN, user), may_undo=is_applied and deciding.may(deciding.UNDO, user),
            is_applied=is_applied, may_discard=is_open and not deciding.why_not(deciding.DISCARD, batch, user),
            **(preview.written(batch, request) if is_applied else {}),
            **(profiles.keeping(batch, request) if batch.state in (ImportState.APPLIED, ImportState.UNDONE) else {}),
            **(extra_context or {}),
        )  # fmt: skip

    def _about(self, batch: Import) -> list[tuple[str, str]]:
        """Who did what with it, and when."""
        told = [
            (gettext("Uploaded by"), in_words(batch.made_by, batch.made_at)),
            (gettext("File"), f"{batch.file_name} · SHA-256 {batch.sha256}"),
            *((gettext("Second file"), file.get("file_name", name)) for name, file in batch.joined.items()),
            (gettext("Profile"), batch.profile_name or "–"),
        ]
        if batch.applied_at:
            told += [(gettext("Applied by"), in_words(batch.applied_by, batch.applied_at)), (gettext("Why"), batch.reason)]
        if batch.undone_at:
            by, why = gettext("Undone by"), gettext("Why undone")
            if batch.state == ImportState.DISCARDED:
                by, why = gettext("Discarded by"), gettext("Why discarded")
            told += [(by, in_words(batch.undone_by, batch.undone_at)), (why, batch.undo_reason)]
        return told

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """An import says itself who did what with it."""
        return HttpResponseRedirect(reverse("admin:tracker_import_change", args=[object_id]))


def _labelled(label: Any, words: str) -> str:
    """A cell of the list with its heading, which is shown where the list has none: on a narrow screen."""
    return format_html('<span class="narrow-label">{}: </span>{}', label, words)


def state_view(noun: Any, request: HttpRequest, pk: int) -> JsonResponse:
    """How far it is, for the script of the page that waits."""
    going = preview.progress(frame.found(request, pk))
    return JsonResponse({"going": going.going, "words": going.words})

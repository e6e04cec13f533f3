"""Documents with their archived copies, and citations of them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import CITED_IN, HowMany, NounAdmin, change_link, link
from tracker.admin.beside import WithText
from tracker.admin.citing import placed, warn_not_placed
from tracker.admin.forms import ReadOnlyRows, ReasonForm, Rows
from tracker.admin.merging import Mergeable
from tracker.admin.publishable import MineFilter, PublishableAdmin, ReviewFilter
from tracker.admin.sources import Sourced
from tracker.admin.translations import TranslationBlocks
from tracker.editorial import capturing
from tracker.models import Citation, CitationUse, Document, Snapshot


class SnapshotRows(ReadOnlyRows):
    """Archived copies: made by capturing, never edited."""

    model = Snapshot
    fields = ("captured_at", "captured_how", "media_type", "size", "sha256", "read")
    readonly_fields = fields

    @admin.display(description=_("text"))
    def read(self, snapshot: Snapshot) -> str:
        """The way to its text."""
        return change_link(snapshot, gettext("Read")) if snapshot.pk else "–"


class CitationRows(Rows):
    """The passages that serve a record, each with its stance there."""

    model = CitationUse
    fields = ("citation", "stance")
    related = ("citation__document",)
    classes = ("citations",)
    verbose_name = _("cited source")
    verbose_name_plural = _("cited sources")


def with_sources(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Rows below a form that cite sources of their own, with how many."""
    return rows.annotate(_sources=models.Count("citation_uses"))


def sources_link(row: Any) -> str:
    """The way to a row's cited sources: they are entered on its own page, as a form has no rows below its rows."""
    if not row.pk:
        return gettext("Save first, then cite.")
    return change_link(row, gettext("%(count)s cited") % {"count": row._sources} if row._sources else gettext("Cite a source"))


class DocumentForm(ReasonForm):
    """What is cited is out already."""

    def clean_published_on(self) -> Any:
        """No day to come."""
        published_on = self.cleaned_data["published_on"]
        if published_on and published_on.first > timezone.now().date():
            raise ValidationError(_("%(day)s is still to come; write when it was published.") % {"day": published_on})
        return published_on


@admin.register(Document)
class DocumentAdmin(Mergeable, Sourced, PublishableAdmin):
    """What something is cited from."""

    form = DocumentForm
    chosen_by = Citation._meta.get_field("document")

    list_display = ("shown_title", "publisher", "published_on", "kind", "interest", "language", "cited", "review")
    list_filter = (ReviewFilter, MineFilter, "kind", "interest", "language")
    search_fields = ("key", "title", "author", "publisher", "url", "symbol", "celex", "bill")
    ordering = ("-published_on", "key")
    prepopulated_fields = {"key": ("title",)}
    fieldsets = (
        (None, {"fields": (("kind", "language"), "title", "title_is_description", "url")}),
        (_("Who and when"), {"fields": ("author", "publisher", "published_on")}),
        (_("What its issuer and registers call it"), {"fields": (("symbol", "celex"), ("bill", "legislature"))}),
        (_("How its publisher is placed"), {"fields": ("interest", "stake", "note")}),
        (_("Address on the site"), {"fields": ("key",)}),
    )
    inlines = (SnapshotRows, TranslationBlocks)

    def listed(self) -> dict[str, Any]:
        """How often each is cited."""
        return {"_citations": HowMany(Citation.objects.filter(document=models.OuterRef("pk")))}

    @admin.display(description=_("title"), ordering="title")
    def shown_title(self, document: Document) -> str:
        """In square brackets where it is a description."""
        return document.shown_title

    @admin.display(description=_("citations"), ordering="_citations")
    def cited(self, document: Any) -> int:
        """How many passages of it are on record."""
        return document._citations

    def public_address(self, record: Document) -> str:
        """Its page."""
        return f"/documents/{record.key}/"


@admin.register(Citation)
class CitationAdmin(WithText, NounAdmin):
    """A passage. It is approved with the records that it serves, so that an edit of it is an edit of them."""

    change_form_template = "admin/tracker/form_with_text.html"
    list_display = ("says", "document", "locator", "corroboration", "serves")
    list_filter = ("corroboration", "document__interest", "document__kind")
    search_fields = ("key", "says", "locator", "exact", "document__key", "document__title", "document__publisher")
    ordering = ("-id",)
    related = ("document",)
    part_of = CITED_IN
    fieldsets = (
        (None, {"fields": ("document", "locator", "says")}),
        (_("The words themselves, where they are held"), {"fields": ("exact", ("prefix", "suffix"), "marked_in"), "classes": ("collapse",)}),
        (None, {"fields": ("corroboration", "key", "serves_what")}),
    )
    readonly_fields = ("serves_what", "marked_in")

    def listed(self) -> dict[str, Any]:
        """How many records each serves."""
        return {"_uses": HowMany(CitationUse.objects.filter(citation=models.OuterRef("pk")))}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key names the passage in published records: it stays from the first save."""
        return (*super().get_readonly_fields(request, obj), *(("key",) if obj else ()))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Beside a copy, the document is known."""
        snapshot, _at = self.copy_of(request, None)
        return {**({"document": snapshot.document_id} if snapshot else {}), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Words that were typed are looked for in the copy beside the form, or in the one in which they were marked before."""
        if "exact" in form.changed_data:
            snapshot, _at = self.copy_of(request, obj)
            if snapshot is None and obj.archived_as:
                snapshot = Snapshot.objects.filter(sha256=obj.archived_as, document=obj.document_id).first()
            if not placed(obj, snapshot):
                warn_not_placed(self, request)
        super().save_model(request, obj, form, change)
        if change and {"exact", "document"} & set(form.changed_data):
            capturing.check_again(obj.document, [obj])

    @admin.display(description=_("marked in"))
    def marked_in(self, citation: Citation) -> str:
        """The archived copy in which the words were read, and the way to them."""
        snapshot = Snapshot.objects.filter(sha256=citation.archived_as, document=citation.document_id).first() if citation.archived_as else None
        if snapshot is None:
            return citation.archived_as or "–"
        url = f"{reverse('admin:tracker_snapshot_change', args=[snapshot.pk])}?at={citation.begins or 0}#cited-{citation.key}"
        return link(url, gettext("the copy of %(when)s") % {"when": snapshot})

    @admin.display(description=_("serves"), ordering="_uses")
    def serves(self, citation: Any) -> int:
        """How many records."""
        return citation._uses

    @admin.display(description=_("serves"))
    def serves_what(self, citation: Citation) -> str:
        """The records, each with the stance that the passage takes there."""
        if citation.pk is None:
            return "–"
        uses = citation.uses.select_related(
            "recommendation", "action", "assessment__addressee__recommendation", "assessment__addressee__government",
            "position__assessment", "legal_status__party",
        )  # fmt: skip
        rows = [
            (use.get_stance_display(), change_link(record))
            for use in uses
            if (record := next(getattr(use, name) for name in CitationUse.RECORDS if getattr(use, f"{name}_id")))
        ]
        return format_html_join("", "<div>{}: {}</div>", rows) or "–"

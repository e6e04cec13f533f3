"""Assessments with the searches behind them and what governments said that they would do."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import OfThoseUsed, PartAdmin, change_link
from tracker.admin.beside import WithText
from tracker.admin.citing import AlsoInActions, Citing
from tracker.admin.documents import CitationRows, sources_link, with_sources
from tracker.admin.forms import Blocks, Rows
from tracker.admin.proposing import AssessmentForm, Proposing
from tracker.admin.publishable import MineFilter, PublishableAdmin, ReviewFilter
from tracker.admin.replies import ReplyBlocks
from tracker.admin.translations import TranslationBlocks
from tracker.models import Assessment, Position, Search
from tracker.rules.vocabulary import Status


class SearchBlocks(Blocks):
    """The search behind *no evidence found* or *no action*."""

    model = Search
    fields = (("searched_on", "searched_by", "languages"), "where", "looked_for", "found", "limits")
    related = ("assessment",)


class PositionRows(Rows):
    """What the government said that it would do."""

    model = Position
    fields = ("answer", "on", "said_by", "statement", "sources")
    readonly_fields = ("sources",)
    related = ("assessment",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With how many sources each cites."""
        return with_sources(super().get_queryset(request))

    @admin.display(description=_("sources"))
    def sources(self, position: Any) -> str:
        """The way to its cited sources."""
        return sources_link(position)


@admin.register(Assessment)
class AssessmentAdmin(Proposing, Citing, WithText, PublishableAdmin):
    """A dated verdict on an addressee."""

    form = AssessmentForm
    change_form_template = "admin/tracker/assessment_form.html"
    list_display = ("reference", "government", "status_word", "effective_on", "assessor_kind", "confidence", "review")
    list_display_links = ("reference", "government")
    list_filter = (
        ReviewFilter, MineFilter, "status", "assessor_kind", "confidence", "corroboration",
        ("addressee__government", OfThoseUsed),
    )  # fmt: skip
    search_fields = (
        "key", "rationale", "addressee__recommendation__reference", "addressee__recommendation__short_title", "=addressee__government__code",
        "addressee__government__name",
    )  # fmt: skip
    ordering = ("addressee__recommendation__reference", "addressee__government__name", "id")
    related = (
        "addressee__recommendation", "addressee__government", "supersedes__addressee__recommendation", "supersedes__addressee__government",
    )  # fmt: skip
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "addressee",
                    ("status", "effective_on"),
                    "proposed",
                    "departure",
                    "rationale",
                    ("confidence", "corroboration"),
                    "supersedes",
                    "review_on",
                )
            },
        ),
        (_("Whose verdict it is"), {"fields": (("assessor_kind", "assessor"), "source_status")}),
        (_("Note and key"), {"fields": ("note", "key")}),
    )
    readonly_fields = ("proposed",)
    inlines = (CitationRows, AlsoInActions, SearchBlocks, PositionRows, ReplyBlocks, TranslationBlocks)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The form of a recommendation links to the assessments of one addressee."""
        return lookup == "addressee__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("recommendation"), ordering="addressee__recommendation__reference")
    def reference(self, assessment: Assessment) -> str:
        """Reference and short title."""
        return str(assessment.addressee.recommendation)

    @admin.display(description=_("government"), ordering="addressee__government__name")
    def government(self, assessment: Assessment) -> str:
        """Its name."""
        return assessment.addressee.government.name

    @admin.display(description=_("status"), ordering="status")
    def status_word(self, assessment: Assessment) -> str:
        """In the colour of the site, never by colour alone."""
        status = Status(assessment.status)
        return format_html('<span class="status tone-{}">{}</span>', status.tone, status.label)

    def public_address(self, record: Assessment) -> str:
        """The row of its government on the page of its recommendation."""
        return f"/recommendations/{record.addressee.recommendation.reference}/#{record.addressee.government.code}"


@admin.register(Position)
class PositionAdmin(WithText, PartAdmin):
    """What a government said that it would do; its cited sources are added here."""

    change_form_template = "admin/tracker/form_with_text.html"

    list_display = ("assessment", "answer", "on", "said_by")
    list_filter = ("answer",)
    search_fields = (
        "key",
        "statement",
        "said_by",
        "assessment__addressee__recommendation__reference",
        "assessment__addressee__government__name",
    )
    ordering = ("on", "key")
    related = ("assessment__addressee__recommendation", "assessment__addressee__government")
    part_of = {Assessment: ("positions",)}
    fieldsets = ((None, {"fields": ("of_assessment", ("answer", "on"), "said_by", "statement", "key")}),)
    readonly_fields = ("of_assessment", "key")
    inlines = (CitationRows,)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from its assessment, not from the front page."""
        return False

    @admin.display(description=_("assessment"))
    def of_assessment(self, position: Position) -> str:
        """The assessment that it stands beside."""
        return change_link(position.assessment) if position.pk else "–"

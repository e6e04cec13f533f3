"""Replies to what an action or an assessment says of someone, in the replier's own words."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import PartAdmin, change_link
from tracker.admin.documents import CitationRows, sources_link, with_sources
from tracker.admin.forms import Blocks
from tracker.models import Action, Assessment, Reply


class ReplyBlocks(Blocks):
    """What was replied, verbatim; published beside the claim."""

    model = Reply
    fields = (("said_by", "on", "language"), "words", "note", "sources")
    readonly_fields = ("sources",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With how many sources each cites."""
        return with_sources(super().get_queryset(request))

    @admin.display(description=_("sources"))
    def sources(self, reply: Any) -> str:
        """The way to its cited sources."""
        return sources_link(reply)


@admin.register(Reply)
class ReplyAdmin(PartAdmin):
    """A reply; its cited sources are added here."""

    list_display = ("said_by", "on", "answers", "language")
    list_filter = ("language",)
    search_fields = ("key", "said_by", "words", "action__key", "action__title", "assessment__addressee__recommendation__reference")
    ordering = ("on", "key")
    related = ("action", "assessment__addressee__recommendation", "assessment__addressee__government")
    part_of = {Action: ("replies",), Assessment: ("replies",)}
    fieldsets = ((None, {"fields": ("answers", ("said_by", "on", "language"), "words", "note", "key")}),)
    readonly_fields = ("answers", "key")
    inlines = (CitationRows,)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from the record that it answers."""
        return False

    @admin.display(description=_("answers"))
    def answers(self, reply: Reply) -> str:
        """The action or the assessment."""
        answered = reply.action or reply.assessment
        return change_link(answered) if answered else "–"

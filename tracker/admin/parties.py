"""Parties, and what is said of their legal status."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import HowMany, NounAdmin, PartAdmin, change_link
from tracker.admin.beside import WithText
from tracker.admin.documents import CitationRows
from tracker.models import Action, LegalStatus, Party


@admin.register(Party)
class PartyAdmin(NounAdmin):
    """A person or an organisation named as a target; unnamed persons and groups too."""

    list_display = ("name", "kind", "named_in")
    list_filter = ("kind",)
    search_fields = ("name", "key", "note", "=wikidata", "=opensanctions")
    ordering = ("name",)
    part_of = {Action: ("legal_statuses__party",)}
    published_fields = frozenset({"key", "name", "kind", "wikidata", "opensanctions"})
    fieldsets = (
        (None, {"fields": (("name", "kind"), "note", "key")}),
        (_("What registers call it"), {"fields": (("wikidata", "opensanctions"),)}),
    )

    def listed(self) -> dict[str, Any]:
        """How many actions each is named in."""
        return {"_actions": HowMany(LegalStatus.objects.filter(party=models.OuterRef("pk")).order_by().values("action").distinct())}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Published actions carry the key: it stays."""
        return (*super().get_readonly_fields(request, obj), *(("key",) if obj else ()))

    @admin.display(description=_("actions"), ordering="_actions")
    def named_in(self, party: Any) -> int:
        """How many."""
        return party._actions


@admin.register(LegalStatus)
class LegalStatusAdmin(WithText, PartAdmin):
    """A party's legal status at an action; its cited sources are added here."""

    change_form_template = "admin/tracker/form_with_text.html"

    list_display = ("party", "standing", "on", "said_by", "action")
    list_filter = ("standing",)
    search_fields = ("party__name", "said_by", "action__key", "action__title")
    ordering = ("party__name", "on")
    related = ("party", "action")
    part_of = {Action: ("legal_statuses",)}
    fieldsets = ((None, {"fields": ("of_action", "party", ("standing", "on"), "said_by", "wording")}),)
    readonly_fields = ("of_action",)
    inlines = (CitationRows,)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from its action, not from the front page."""
        return False

    @admin.display(description=_("action"))
    def of_action(self, status: LegalStatus) -> str:
        """The action that it belongs to."""
        return change_link(status.action) if status.pk else "–"

"""Reference data: governments with their memberships, kinds of measure, themes. Administrators keep it."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import HowMany, NounAdmin
from tracker.admin.forms import Rows
from tracker.editions.tables import GovernmentEdition
from tracker.models import Action, Addressee, Government, Measure, Membership, Recommendation, Theme


class MembershipRows(Rows):
    """The members of a group, each with its days."""

    model = Membership
    fk_name = "group"
    fields = ("member", "since", "until")
    related = ("member", "group")


@admin.register(Government)
class GovernmentAdmin(NounAdmin):
    """A state, the EU, an organisation, or a group."""

    list_display = ("name", "code", "kind", "members", "addressed")
    list_filter = ("kind",)
    search_fields = ("=code", "name", "=iso_3166_2", "=wikidata")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": (("name", "code"), "kind", "note")}),
        (_("What others call it"), {"fields": ("iso_3166_2", "wikidata")}),
        (_("For a group"), {"fields": ("includes_every_state",)}),
    )
    inlines = (MembershipRows,)
    part_of = {Recommendation: ("addressees__government",), Action: ("government",)}
    published_fields = frozenset({"code", "kind"})

    def listed(self) -> dict[str, Any]:
        """How many members each has, and how often it is addressed."""
        return {
            "_members": HowMany(Membership.objects.filter(group=models.OuterRef("pk"))),
            "_addressed": HowMany(Addressee.objects.filter(government=models.OuterRef("pk"))),
        }

    def is_public(self, obj: Any) -> bool:
        """Whether readers see it: then every change says why, which they read too."""
        return GovernmentEdition.desk.known_at(None).filter(code=obj.code).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What readers see is not deleted under them."""
        return super().has_delete_permission(request, obj) and not (obj is not None and self.is_public(obj))

    def rows_changed(self, request: HttpRequest, obj: Any) -> None:
        """Memberships are published as reference data with the next edition; no record holds them."""

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a group has members."""
        return self.inlines if obj is None or obj.kind == "group" else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A code that records use stays."""
        used = obj is not None and (obj.addressed_by.exists() or obj.actions.exists())
        return (*super().get_readonly_fields(request, obj), *(("code",) if used else ()))

    @admin.display(description=_("members"), ordering="_members")
    def members(self, government: Any) -> Any:
        """Of a group, past ones included."""
        return government._members if government.kind == "group" else "–"

    @admin.display(description=_("recommendations addressed to it"), ordering="_addressed")
    def addressed(self, government: Any) -> int:
        """How many."""
        return government._addressed


@admin.register(Measure)
class MeasureAdmin(NounAdmin):
    """A kind of measure."""

    list_display = ("name", "definition", "recommended", "taken")
    search_fields = ("name", "key")
    ordering = ("name",)
    prepopulated_fields = {"key": ("name",)}
    fieldsets = ((None, {"fields": ("name", "definition", "key")}),)
    part_of = {Recommendation: ("measure",), Action: ("measure",)}
    published_fields = frozenset({"key", "name"})

    def listed(self) -> dict[str, Any]:
        """How often each is used."""
        return {
            "_recommended": HowMany(Recommendation.objects.filter(measure=models.OuterRef("pk"))),
            "_taken": HowMany(Action.objects.filter(measure=models.OuterRef("pk"))),
        }

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key is proposed for a new one only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Published records carry the key: it stays."""
        return (*super().get_readonly_fields(request, obj), *(("key",) if obj else ()))

    @admin.display(description=_("recommendations"), ordering="_recommended")
    def recommended(self, measure: Any) -> int:
        """How many recommendations ask for it."""
        return measure._recommended

    @admin.display(description=_("actions"), ordering="_taken")
    def taken(self, measure: Any) -> int:
        """How many actions are of this kind."""
        return measure._taken


@admin.register(Theme)
class ThemeAdmin(NounAdmin):
    """A subject that recommendations share."""

    list_display = ("name", "key", "used")
    search_fields = ("name", "key")
    ordering = ("name",)
    prepopulated_fields = {"key": ("name",)}
    fieldsets = ((None, {"fields": ("name", "key")}),)
    part_of = {Recommendation: ("themes",)}
    published_fields = frozenset({"key", "name"})

    def listed(self) -> dict[str, Any]:
        """How often each is used."""
        return {"_used": HowMany(Recommendation.themes.through.objects.filter(theme=models.OuterRef("pk")))}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key is proposed for a new one only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Published records carry the key: it stays."""
        return (*super().get_readonly_fields(request, obj), *(("key",) if obj else ()))

    @admin.display(description=_("recommendations"), ordering="_used")
    def used(self, theme: Any) -> int:
        """How many recommendations have it."""
        return theme._used

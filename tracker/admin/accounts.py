"""Accounts and roles. A role is a group; the four that come with the software hold exactly their rights (roles.py)."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import Autocompleting
from tracker.admin.concurrency import ConcurrentSaves
from tracker.admin.roles import rights
from tracker.models import User


@admin.register(User)
class UserAdmin(ConcurrentSaves, Autocompleting, StockUserAdmin):
    """A member of staff. Rights come from roles; only a superuser makes a superuser."""

    comes_back_as_new = False  # its form for a new account asks other things

    list_display = ("username", "public_name", "email", "roles", "is_active", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": (("first_name", "last_name"), "email"), "description": _("The name stands beside what they publish.")}),
        (_("Role"), {"fields": ("groups", "is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": (("last_login", "date_joined"),)}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", ("first_name", "last_name"), "email", "usable_password", "password1", "password2")}),
        (_("Role"), {"fields": ("groups", "is_staff"), "description": _("Tick “staff status”, or they cannot sign in to the desk.")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their roles."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("name"), ordering="first_name")
    def public_name(self, user: User) -> str:
        """As readers see it."""
        return user.public_name

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        """The groups."""
        return ", ".join(group.name for group in user.groups.all()) or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody lifts themselves above their role."""
        fixed = () if request.user.is_superuser else ("is_superuser",)
        return (*super().get_readonly_fields(request, obj), *fixed)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The system actor is nobody's to change, and a superuser's account only a superuser's."""
        if obj is not None and (obj.is_system or (obj.is_superuser and not request.user.is_superuser)):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The system actor stays."""
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.is_system)


if admin.site.is_registered(Group):
    admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ConcurrentSaves, StockGroupAdmin):
    """A role. The four of the software can be read here; make another for other rights."""

    change_form_template = "admin/tracker/change_form.html"
    delete_confirmation_template = "admin/tracker/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/tracker/delete_selected_confirmation.html"

    list_display = ("name", "people")
    search_fields = ("name",)
    ordering = ("name",)
    fieldsets = ((None, {"fields": ("name", "permissions"), "description": _("The four roles that come with the software are kept by it.")}),)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the people in each."""
        return super().get_queryset(request).prefetch_related("user_set")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A role of the software is set again at each migration: an edit would not last."""
        return super().has_change_permission(request, obj) and not (obj is not None and obj.name in rights())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They stay."""
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.name in rights())

    @admin.display(description=_("people"))
    def people(self, group: Group) -> str:
        """Who has the role."""
        return ", ".join(user.public_name for user in group.user_set.all()) or "–"

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        """Rights on what the desk shows; the tables of events and of the framework are nobody's to edit."""
        if db_field.name == "permissions":
            shown = {(model._meta.app_label, model._meta.model_name) for model in self.admin_site._registry}
            wanted = [right.pk for right in Permission.objects.select_related("content_type") if right.content_type.natural_key() in shown]
            kwargs["queryset"] = Permission.objects.filter(pk__in=wanted).select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

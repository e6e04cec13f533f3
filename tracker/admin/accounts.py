"""Accounts and roles. A role is a group; the four that come with the software hold exactly their rights (roles.py)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.choosing import Autocompleting
from tracker.admin.concurrency import ConcurrentSaves
from tracker.admin.forms import EitherWay
from tracker.admin.roles import rights
from tracker.models import AccountEvent, AccountEventKind, User
from tracker.signin import events, factors, granting
from tracker.signin.keeping import KeepsForms


class ReasonForAccount(EitherWay, forms.Form):
    """Why one person's account was changed by another."""

    why = forms.CharField(
        label=_("Why?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("In a sentence, with how you know that it was they who asked. It stands on record."),
    )


class NewPasswordForm(ReasonForAccount, AdminPasswordChangeForm):
    """A password for somebody else, and why."""


class ReasonForRights(EitherWay, forms.Form):
    """Why somebody may do other things than before: asked for wherever that changes."""

    granting: tuple[str, ...] = granting.STANDING
    why = forms.CharField(
        label=_("Why?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("In a sentence, where you make an account or change what somebody may do. It stands on record with your name."),
    )

    def clean(self) -> Any:
        """No change of rights without a reason."""
        cleaned = super().clean()
        changes = self.instance.pk is None or set(self.granting) & set(self.changed_data)
        if changes and not self.cleaned_data.get("why", "").strip():
            self.add_error("why", _("Say why: it stands on record with what you change."))
        return cleaned


class AccountForm(ReasonForRights, UserChangeForm):
    """An account, and why what it may do is changed."""


class NewAccountForm(ReasonForRights, AdminUserCreationForm):
    """An account for somebody, and why they get it."""


class RoleForm(ReasonForRights, forms.ModelForm):
    """A role, and why its rights are changed."""

    granting = granting.ROLE


WHY = (None, {"fields": ("why",), "classes": ("why",)})
"""The question, below the fields of whoever may write."""


class ChangesRights:
    """A page on which somebody changes what others may do: it asks why, and what changed stands on record.

    ``held`` gives what a record lets do, ``note`` records what changed since.
    """

    held: Callable[[Any], dict[str, Any]]
    note: Callable[..., None]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the question why."""
        writable = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return (*super().get_fieldsets(request, obj), *((WHY,) if writable else ()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep what it lets do before."""
        request.held_before = self.held(obj) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Only with its roles, rights and people is the record what it will be."""
        super().save_related(request, form, formsets, change)
        self.note(request, form.instance, request.held_before, by=request.user, reason=form.cleaned_data["why"].strip())


@admin.register(User)
class UserAdmin(ChangesRights, KeepsForms, ConcurrentSaves, Autocompleting, StockUserAdmin):
    """A member of staff. Rights come from roles; only a superuser makes a superuser, and nobody changes their own standing."""

    held, note = staticmethod(granting.of_account), staticmethod(granting.note_account)
    form = AccountForm
    add_form = NewAccountForm
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
        (_("Signing in"), {"fields": ("second_factor", ("last_login", "date_joined"), "what_happened")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", ("first_name", "last_name"), "email", "usable_password", "password1", "password2")}),
        (_("Role"), {"fields": ("groups", "is_staff"), "description": _("Without “staff status” they cannot sign in to the desk.")}),
    )
    readonly_fields = ("last_login", "date_joined", "second_factor", "what_happened")
    change_password_form = NewPasswordForm
    change_user_password_template = "admin/signin/new_password.html"

    @admin.display(description=_("second factor"))
    def second_factor(self, user: User) -> str:
        """Whether there is one, and the way to reset it."""
        if user.pk is None or not factors.has_factor(user):
            return gettext("none; they set one up at their next sign-in, if their role needs it")
        return format_html(
            '{} <a href="{}">{}</a>', gettext("set up"), reverse("admin:tracker_user_reset_factor", args=[user.pk]), gettext("Reset it")
        )

    @admin.display(description=_("on record"))
    def what_happened(self, user: User) -> str:
        """The way to the events of this account."""
        url = f"{reverse('admin:tracker_accountevent_changelist')}?user__id__exact={user.pk}"
        return format_html('<a href="{}">{}</a>', url, gettext("Sign-ins, resets and changes of this account"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Whoever gets an account works at the desk, unless it is said otherwise."""
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def get_urls(self) -> list[Any]:
        """And the page that resets a second factor."""
        return [
            path("<int:pk>/second-factor/", self.admin_site.admin_view(self.reset_factor_view), name="tracker_user_reset_factor"),
            *super().get_urls(),
        ]

    def _account(self, request: HttpRequest, pk: Any) -> User:
        user = self.get_object(request, str(pk))
        if user is None or not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def reset_factor_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a lost second factor away, with a reason; the account is signed out everywhere."""
        user, by = self._account(request, pk), request.user
        if user == by:
            return HttpResponseRedirect(reverse("mfa_deactivate_totp"))
        form = ReasonForAccount(request.POST or None)
        if request.method == "POST" and form.is_valid():
            factors.reset(user, by=by, reason=form.cleaned_data["why"], request=request)  # type: ignore[arg-type]
            messages.success(
                request,
                gettext("The second factor of %(name)s is reset and all their sessions have ended. They set up another one at their next sign-in.")
                % {"name": user.username},
            )
            return HttpResponseRedirect(reverse("admin:tracker_user_change", args=[user.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Reset the second factor of %(name)s") % {"name": user.username},
            "form": form,
            "opts": self.opts,
            "original": user,
        }
        return TemplateResponse(request, "admin/signin/reset_factor.html", context)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A new password for somebody, with a reason; their sessions end with it."""
        user = self._account(request, id)
        before = user.password
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            user.refresh_from_db()
            if user.password != before:
                why = request.POST.get("why", "").strip()
                events.note(request, AccountEventKind.PASSWORD_SET, user, by=request.user, reason=why)  # type: ignore[arg-type]
        return response

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
        """Nobody changes what they may do themselves, superusers included; another one does it, and it stands on record."""
        own = granting.STANDING if obj is not None and obj == request.user else ()
        fixed = () if request.user.is_superuser or own else ("is_superuser",)
        return (*super().get_readonly_fields(request, obj), *own, *fixed)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The system actor is nobody's to change, and a superuser's account only a superuser's."""
        if obj is not None and (obj.is_system or (obj.is_superuser and not request.user.is_superuser)):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The system actor stays."""
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.is_system)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """With what stands in the admin's log among what keeps an account: who did something stays."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        entries = LogEntry.objects.filter(user__in=objs)
        return to_delete, counts, lacking, [*protected, *map(str, entries[:10])]


@receiver(pre_delete, sender=LogEntry, dispatch_uid="tracker.the_log_of_the_admin_stays")
def the_log_of_the_admin_stays(sender: Any, instance: LogEntry, **_kwargs: Any) -> None:
    """Django would remove a deleted account's entries without looking whether there are any, to which the desk's role has no right."""
    raise ProtectedError(gettext("The log of the admin is only added to."), {instance})


@admin.register(AccountEvent)
class AccountEventAdmin(Autocompleting, admin.ModelAdmin):
    """What happened to accounts; read by administrators and auditors, written by nobody here."""

    list_display = ("at", "user", "kind", "changed", "by", "reason", "address", "browser")
    list_filter = ("kind",)
    search_fields = ("user__username", "reason", "changed")
    search_help_text = _("Usernames, roles and reasons. Addresses and browsers are forgotten after the days that the site keeps them.")
    list_select_related = ("user", "by")
    date_hierarchy = "at"
    show_full_result_count = False
    list_per_page = 100

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """An account's page links to its events."""
        return lookup == "user__id__exact" or super().lookup_allowed(lookup, value, request)


if admin.site.is_registered(Group):
    admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ChangesRights, KeepsForms, ConcurrentSaves, StockGroupAdmin):
    """A role. The four of the software can be read here; make another for other rights."""

    held, note = staticmethod(granting.of_role), staticmethod(granting.note_role)
    form = RoleForm
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
        """A role of the software is set again at each migration: an edit would not last. Nobody changes the rights of a role of their own."""
        if obj is not None and (obj.name in rights() or request.user.groups.contains(obj)):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those of the software stay, and a role that somebody has: it is taken from them first, which stands on record."""
        if obj is not None and (obj.name in rights() or obj.user_set.exists()):
            return False
        return super().has_delete_permission(request, obj)

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

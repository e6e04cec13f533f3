"""What an account may do: its roles, rights and standing in words, and each change of them on record."""

from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tracker.models import AccountEventKind, User
from tracker.signin import events

STANDING = ("groups", "user_permissions", "is_active", "is_staff", "is_superuser")
"""The fields of an account that say what it may do."""

ROLE = ("name", "permissions")
"""Those of a role."""

Held = dict[str, str]
"""What is held, by what it is called."""


def of_account(user: User) -> Held:
    """The roles, the rights beside them, and whether the account may enter; as the database has them now."""
    account = User.objects.get(pk=user.pk)
    return {
        _("roles"): ", ".join(account.groups.order_by("name").values_list("name", flat=True)),
        _("rights beside the roles"): ", ".join(account.user_permissions.order_by("codename").values_list("codename", flat=True)),
        _("active"): _yes_or_no(account.is_active),
        _("staff"): _yes_or_no(account.is_staff),
        _("superuser"): _yes_or_no(account.is_superuser),
    }


def of_role(group: Group) -> Held:
    """The name of a role and its rights, as the database has them now."""
    role = Group.objects.get(pk=group.pk)
    rights = role.permissions.order_by("content_type__app_label", "codename").values_list("content_type__app_label", "codename")
    return {_("role"): role.name, _("rights"): ", ".join(f"{app}.{name}" for app, name in rights)}


def note_account(request: HttpRequest, user: User, before: Held, *, by: User, reason: str) -> None:
    """Put on record that an account was made (``before`` is empty), or that it may do other things than before; nothing where it may not."""
    if changed := _difference(before, of_account(user)):
        kind = AccountEventKind.RIGHTS_CHANGED if before else AccountEventKind.MADE
        events.note(request, kind, user, by=by, reason=reason, changed=changed)


def note_role(request: HttpRequest, group: Group, before: Held, *, by: User, reason: str) -> None:
    """The same for a role, with each account that has it; without an account where nobody has it."""
    after = of_role(group)
    if not (changed := _difference(before, after)):
        return
    if before.get(_("role")) == group.name:
        changed = f"{group.name}: {changed}"
    holders: list[User | None] = [*User.objects.filter(groups=group).order_by("pk")]
    for holder in holders or [None]:
        events.note(request, AccountEventKind.ROLE_CHANGED, holder, by=by, reason=reason, changed=changed)


def _difference(before: Held, after: Held) -> str:
    return "; ".join(
        f"{name}: {before.get(name) or '–'} → {value or '–'}" for name, value in after.items() if (before.get(name) or "") != (value or "")
    )


def _yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")

"""Accounts of the desk."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

SYSTEM_USERNAME = "shipped"


class User(AbstractUser):
    """A member of staff, or the system actor that signs data shipped with the software."""

    is_system = models.BooleanField(
        _("system actor"), default=False, editable=False, help_text=_("Nobody signs in as it; it signs data shipped with the software.")
    )

    class Meta(AbstractUser.Meta):
        """One system actor at most, and nobody can sign in as it."""

        constraints = [
            models.UniqueConstraint(fields=["is_system"], condition=models.Q(is_system=True), name="there_is_one_system_actor"),
        ]

    @property
    def public_name(self) -> str:
        """The name that stands beside what they published."""
        return self.get_full_name() or self.username


def system_actor() -> User:
    """The account that records and approves data shipped with the software; made when first needed."""
    user, created = User.objects.get_or_create(
        is_system=True, defaults={"username": SYSTEM_USERNAME, "first_name": "Shipped", "last_name": "with the software", "is_active": False}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user

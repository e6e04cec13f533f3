"""Accounts of the desk, and what happened to them."""

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tracker.fields import WordField, one_of
from tracker.rules.vocabulary import Word

SYSTEM_USERNAME = "shipped"


class User(AbstractUser):
    """A member of staff, or the system actor that signs data shipped with the software."""

    is_system = models.BooleanField(
        _("system actor"), default=False, editable=False, help_text=_("Nobody signs in as it; it signs data shipped with the software.")
    )

    # A part of what every session is checked against: raising it ends them all, on every browser.
    sessions_ended = models.PositiveIntegerField(_("times signed out everywhere"), default=0, editable=False)

    class Meta(AbstractUser.Meta):
        """One system actor at most, and nobody can sign in as it."""

        constraints = [
            models.UniqueConstraint(fields=["is_system"], condition=models.Q(is_system=True), name="there_is_one_system_actor"),
        ]

    @property
    def public_name(self) -> str:
        """The name that stands beside what they published."""
        return self.get_full_name() or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's own, so that a new password ends the sessions begun with the old one; and :attr:`sessions_ended` does too."""
        checked = f"{self.password}:{self.sessions_ended}"
        return salted_hmac("tracker.models.people.User.session", checked, secret=secret, algorithm="sha256").hexdigest()


def system_actor() -> User:
    """The account that records and approves data shipped with the software; made when first needed."""
    user, created = User.objects.get_or_create(
        is_system=True, defaults={"username": SYSTEM_USERNAME, "first_name": "Shipped", "last_name": "with the software", "is_active": False}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


class AccountEventKind(Word):
    """What may happen to an account."""

    SIGNED_IN = "signed_in", "signed in", "With everything that was asked for."
    SIGNED_OUT = "signed_out", "signed out", "By the person."
    FAILED = "failed", "failed to sign in", "The password was wrong, or the account may not enter."
    CODE_FAILED = "code_failed", "gave a wrong code", "The password was right, the code of the second factor was not."
    THROTTLED = "throttled", "made to wait", "There had been too many failures."
    FACTOR_ADDED = "factor_added", "second factor set up", "An authenticator app was linked, and recovery codes were made."
    FACTOR_REMOVED = "factor_removed", "second factor removed", "By the person, with a code of it."
    FACTOR_RESET = "factor_reset", "second factor reset", "By an administrator; every session ended."
    CODE_USED = "code_used", "recovery code used", "In place of the authenticator app."
    CODES_MADE = "codes_made", "new recovery codes made", "The earlier ones stopped working."
    PASSWORD_CHANGED = "password_changed", "password changed", "By the person."
    PASSWORD_SET = "password_set", "password set", "By an administrator."
    MADE = "made", "account made", "By an administrator, with the roles and the standing that it has from then on."
    RIGHTS_CHANGED = "rights_changed", "rights changed", "Roles, rights or standing were given or taken, by an administrator."
    ROLE_CHANGED = "role_changed", "role changed", "A role was made or changed, for each account that has it; without an account where nobody has it."


DONE_BY_ANOTHER = (
    AccountEventKind.FACTOR_RESET,
    AccountEventKind.PASSWORD_SET,
    AccountEventKind.MADE,
    AccountEventKind.RIGHTS_CHANGED,
    AccountEventKind.ROLE_CHANGED,
)
"""Events that say by whom and why."""


PASSING = (
    AccountEventKind.SIGNED_IN,
    AccountEventKind.SIGNED_OUT,
    AccountEventKind.FAILED,
    AccountEventKind.CODE_FAILED,
    AccountEventKind.THROTTLED,
)
"""Events that are removed with time. The others say how an account came to be as it is; only where they came from is forgotten."""

LEAST_DAYS_KEPT = 30
"""Until then the database lets nobody remove an event or its address: whoever breaks in cannot hide it at once."""

_passing = ", ".join(f"'{kind.value}'" for kind in PASSING)
KEPT_ON_RECORD = f"""
    IF TG_OP = 'UPDATE' AND editions.being_erased() THEN
        RETURN NEW;
    END IF;
    IF OLD.at < now() - interval '{LEAST_DAYS_KEPT} days' THEN
        IF TG_OP = 'DELETE' AND OLD.kind IN ({_passing}) THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.address IS NULL AND NEW.browser = ''
            AND to_jsonb(NEW) - 'address' - 'browser' = to_jsonb(OLD) - 'address' - 'browser' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What happened to an account stays on record.' USING ERRCODE = 'restrict_violation';
"""


class AccountEvent(models.Model):
    """One thing that happened to an account: who signed in from where, who gave whom which role and why. Append-only.

    Address and browser are personal data: :func:`tracker.signin.events.forget_old` takes them away after ``SIGN_INS_KEPT_DAYS`` days.
    """

    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    kind = WordField(AccountEventKind, verbose_name=_("what"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="account_events",
        verbose_name=_("account"),
        null=True,
        blank=True,
        help_text=_("Nothing where a role was changed that nobody has."),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"), null=True, blank=True)
    reason = models.TextField(_("why"), blank=True)
    changed = models.TextField(_("what was changed"), blank=True, help_text=_("Roles, rights and standing, each before and after."))
    address = models.GenericIPAddressField(_("from"), null=True, blank=True)
    browser = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        """Newest first."""

        ordering = ["-at", "-id"]
        verbose_name = _("account event")
        verbose_name_plural = _("account events")
        indexes = [models.Index(fields=["user", "-at"], name="account_event_user"), models.Index(fields=["at"], name="account_event_at")]
        constraints = [
            one_of("kind", AccountEventKind, "account_event_kind_is_in_the_vocabulary"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=[kind.value for kind in DONE_BY_ANOTHER]) | (models.Q(by__isnull=False) & ~models.Q(reason="")),
                name="what_another_did_to_an_account_says_who_and_why",
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(kind=AccountEventKind.ROLE_CHANGED.value),
                name="only_the_change_of_a_role_may_concern_no_account",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="account_events_stay_on_record",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=KEPT_ON_RECORD,
            )
        ]

    def __str__(self) -> str:
        """What happened to whom."""
        return f"{self.user or '–'}: {AccountEventKind(self.kind).label}"

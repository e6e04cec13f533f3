"""What allauth asks of an installation."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from tracker.models import AccountEventKind, User
from tracker.signin import browsers, events, throttle


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators; failures are counted our way."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("Username and password do not match, or the account may not enter the desk. Capitals count in both."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Back to an address of this very host, and to no other of ours."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure())

    def is_reauthentication_required(self, **_: Any) -> bool:
        """Our forms ask for a code or the password themselves, where it matters."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As we count and record it."""
        return browsers.address_of(request)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say themselves what happened."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Count, try, and give back what was right. Who is no member of staff has no business here and hears nothing else."""
        name = credentials.get("username", "")
        attempt = throttle.password(request, name)
        user = authenticate(request, **credentials)
        if isinstance(user, User) and user.is_staff:
            attempt.give_back()
            return user
        if account := User.objects.filter(username=name).first():
            events.note(request, AccountEventKind.FAILED, account)
        return None

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """The browser is known from now on."""
        response = super().post_login(request, user, **kwargs)
        browsers.remember(request, response, user.pk)
        return response


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are encrypted with a key made of SECRET_KEY: a copy of the database alone opens nothing."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or no longer: take the one that the app shows now, or a recovery code not used before."),
    }

    def get_totp_label(self, user: Any) -> str:
        """As the person types it."""
        return user.username

    def _cipher(self) -> MultiFernet:
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        digests = [salted_hmac("tracker.signin.factor", "", secret=key, algorithm="sha256").digest() for key in keys]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])

    def encrypt(self, text: str) -> str:
        """For the database."""
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """From the database; ``cryptography.fernet.InvalidToken`` where SECRET_KEY is another one now."""
        return self._cipher().decrypt(encrypted_text.encode()).decode()

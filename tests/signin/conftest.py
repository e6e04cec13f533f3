"""People of every role, and second factors switched on as they are outside the demo."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client

from tests.admin.conftest import people, sign_in  # noqa: F401
from tests.admin.forms import words
from tracker.models import User


@pytest.fixture
def required(settings: Any) -> Iterator[None]:
    """As an installation is by default."""
    settings.SECOND_FACTOR_REQUIRED = True
    yield


def code_now(secret: str) -> str:
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def link_app(user: User) -> str:
    """An authenticator app for this account; gives its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def fresh_code(secret: str) -> str:
    """The code of now, even where this half minute's was used already."""
    cache.clear()
    return code_now(secret)


def send_password(client: Client, name: str, password: str, **headers: Any) -> Any:
    """At the entrance; gives the answer, not yet followed."""
    return client.post("/admin/login/", {"login": name, "password": password}, **headers)


@pytest.fixture
def enter() -> Callable[..., Client]:
    """A client of one's own that signed in with password and, where there is one, a code."""

    def entered(user: User, secret: str = "", **headers: Any) -> Client:
        client = Client(**headers)
        answer = send_password(client, user.username, user.username)
        assert answer.status_code == 302, words(answer)
        if secret:
            assert answer.url == "/admin/login/code/"
            answer = client.post(answer.url, {"code": fresh_code(secret)})
            assert answer.status_code == 302, words(answer)
        return client

    return entered


def factors_of(user: User) -> set[str]:
    """Which kinds the account has."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))

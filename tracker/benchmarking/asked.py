"""Pages, asked for in this process: Django's own test client through the full middleware, with nothing kept beforehand.

What is kept ahead of Django for warm pages is not asked: that is measured under load (:mod:`tracker.benchmarking.load`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django.contrib.admin
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client, override_settings
from django.test.client import ClientHandler

from tracker.models import User

HOST = "localhost"
STOCK_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
"""Those of a new project of Django."""
STOCK_ADDRESSES = "tracker.benchmarking.peers.urls"
STOCK_TEMPLATES = {
    "NAME": "stock",
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [Path(django.contrib.admin.__file__).parent / "templates"],
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]
    },
}
"""The admin's own, without what ours puts in their place."""


class Failed(Exception):
    """Something gave no answer that could be measured; the text says what it gave, in a few words."""


@contextmanager
def asking() -> Iterator[None]:
    """The settings under which requests are asked for: no limit of requests, no second factor, this host, the peers' templates."""
    collect_static_files()
    templates = [*settings.TEMPLATES, STOCK_TEMPLATES]
    with override_settings(ALLOWED_HOSTS=[HOST], API_REQUESTS_PER_MINUTE=0, SECOND_FACTOR_REQUIRED=False, TEMPLATES=templates):
        yield


def collect_static_files() -> None:
    """Pages name style sheets by what is in them: as they are when served, if that was not done yet."""
    kept = getattr(staticfiles_storage, "manifest_name", None)
    if kept and not settings.DEBUG and not (settings.STATIC_ROOT / kept).exists():
        call_command("collectstatic", interactive=False, verbosity=0)


class _Handler(ClientHandler):
    """The test client's, which leads to other addresses, or as somebody who is signed in without a session."""

    addresses: str | None = None
    user: User | None = None

    def get_response(self, request: Any) -> Any:
        """What is looked up in a session otherwise is there already."""
        if self.addresses:
            request.urlconf = self.addresses
        if self.user:
            request._cached_user = self.user
        return super().get_response(request)


class Site:
    """The product, its desk, or the peers that are built on Django as well."""

    def __init__(self, *, middleware: list[str] | None = None, addresses: str | None = None, signed_in: bool = False) -> None:
        """``middleware`` and ``addresses`` (a module) in place of the product's; ``signed_in``: as a superuser whom no database has."""
        self._client = Client(raise_request_exception=False, headers={"host": HOST})
        self._client.handler = _Handler(enforce_csrf_checks=False)
        self._client.handler.addresses = addresses
        self._client.handler.user = User(username="benchmark", is_staff=True, is_superuser=True) if signed_in else None
        with override_settings(MIDDLEWARE=middleware or settings.MIDDLEWARE):
            self._client.handler.load_middleware()

    @classmethod
    def stock(cls) -> "Site":
        """The peers."""
        return cls(middleware=STOCK_MIDDLEWARE, addresses=STOCK_ADDRESSES, signed_in=True)

    def get(self, path: str, query: Any = None) -> int:
        """Ask for a page and read it to its end; gives its length in bytes. ``Failed`` for anything but a page."""
        response = self._client.get(path, query)
        if response.status_code != 200:
            raise Failed(f"answers {response.status_code}")
        size = 0
        for part in response.streaming_content if response.streaming else [response.content]:
            size += len(part)
        response.close()
        return size

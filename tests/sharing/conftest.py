"""What the tests of sharing have in common."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.test import Client
from django.urls import clear_url_caches
from django.utils.translation import trans_real

ORIGIN = "http://localhost"


@pytest.fixture
def client(published: str) -> Client:
    """A reader of the case files."""
    return Client(SERVER_NAME="localhost")


def text_of(response: Any) -> str:
    """The body of a response, streamed or not."""
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


@pytest.fixture
def two_languages(settings: Any) -> Iterator[None]:
    """A site with a second language under /fr/, as Django counts languages once at its start."""
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    forget = (is_language_prefix_patterns_used.cache_clear, trans_real.get_languages.cache_clear, clear_url_caches)
    for each in forget:
        each()
    yield
    for each in forget:
        each()

"""What the tests of sharing have in common."""

from typing import Any

import pytest
from django.test import Client

ORIGIN = "http://localhost"


@pytest.fixture
def client(published: str) -> Client:
    """A reader of the case files."""
    return Client(SERVER_NAME="localhost")


def text_of(response: Any) -> str:
    """The body of a response, streamed or not."""
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()

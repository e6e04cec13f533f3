"""An archive of one's own, pages served on loopback, and the rights to ask for them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.admin.conftest import people, sign_in  # noqa: F401
from tests.archive.conftest import Server, page, serve  # noqa: F401
from tracker.admin.roles import ensure_groups
from tracker.editorial import capturing
from tracker.models import Capture

BODY = (
    '<!doctype html><html lang="{lang}" dir="{dir}"><head><title>{title}</title><meta name="author" content="Ada Writer">'
    '<meta property="og:site_name" content="The Daily Page"><meta name="date" content="2019-02-05"></head>'
    "<body><h1>{title}</h1>{paragraphs}</body></html>"
)
PARAGRAPHS = (
    "The ministry said on Tuesday that four officers had left the country.",
    "Nobody was named. An expulsion of 😀 “diplomats” had been asked for in February.",
    "The embassy rejects the claim.",
)


def article(*paragraphs: str, title: str = "Officers leave", lang: str = "en", direction: str = "ltr") -> bytes:
    """An answer with a page of these paragraphs."""
    body = BODY.format(title=title, lang=lang, dir=direction, paragraphs="".join(f"<p>{words}</p>" for words in paragraphs or PARAGRAPHS))
    return page(body.encode())


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Path:
    """The folder of this test's archive; the loopback address may be asked."""
    settings.ARCHIVE_DIR = tmp_path / "archive"
    settings.CAPTURE_ALLOWED_HOSTS = ["127.0.0.1"]
    return settings.ARCHIVE_DIR


@pytest.fixture
def press(serve: Callable[..., Server], archive: Path) -> Server:  # noqa: F811
    """A newspaper with one article, at /a."""
    return serve({"/a": article()})


@pytest.fixture
def roles(desk: str) -> Iterator[None]:
    """The groups that people are put into."""
    ensure_groups(using="owner")
    yield


def done(asked: Capture) -> Capture:
    """The job, run here, and what came of it."""
    capturing.capture(number=asked.pk)
    asked.refresh_from_db()
    return asked

"""Two releases of the case files, before and after a correction; made once a worker, to read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.conftest import Site, copy_of, pointing_at, serving

ORIGIN = "https://tracker.example.org"
EMBASSY = "=Embassy of <Albania>"


def make(name: str, **fields: Any) -> Any:
    """A release by the officer."""
    from tracker.releasing import make as made

    return made(name, **{"by": builders.officer(), "reason": f"Reason of {name}", "site": ORIGIN, **fields})


def answer(path: str, **headers: str) -> Any:
    """What a stranger gets."""
    return Client(SERVER_NAME="localhost").get(path, headers=headers)


def read(path: str, **headers: str) -> bytes:
    """The same, as bytes."""
    response = answer(path, **headers)
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture(scope="session")
def released_database(cluster: Any, casefiles_template: str, django_db_blocker: Any) -> Iterator[str]:
    """Release v1; then a corrected recommendation, a new document, one that came and went, and one of v1 withdrawn; then release v2."""
    with copy_of(cluster, casefiles_template) as name:
        with django_db_blocker.unblock(), pointing_at(name):
            from tracker.models import Document, Recommendation

            leaving = builders.document("LEAVING", title="A document that leaves")
            builders.put_out(leaving)
            make("v1")
            recommendation = Recommendation.objects.get(reference="MQ-1")
            recommendation.short_title, recommendation.target = "Another title", EMBASSY
            recommendation.save()
            extra = builders.document("EXTRA", title="An extra document")
            builders.put_out(recommendation, extra, reason="a correction")
            passing = builders.document("PASSING", title="Here for a moment")
            builders.put_out(passing, reason="by mistake")
            builders.taken_off(Document.objects.get(key="PASSING"), reason="a mistake")
            builders.taken_off(leaving, reason="It was no source")
            make("2026.v2")
        yield name


@dataclass(frozen=True)
class Unpacked:
    """A release as it was downloaded and unpacked."""

    folder: Path


@pytest.fixture
def released(released_database: str, django_db_blocker: Any) -> Iterator[str]:
    """Both releases, to read."""
    with django_db_blocker.unblock(), pointing_at(released_database):
        yield released_database


@pytest.fixture
def released_site(released: str) -> Iterator[Site]:
    """The same, served."""
    with serving() as running:
        yield running

"""No page of readers asks the desk's database anything, and no page of the desk asks the readers': each goes on without the other."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib import admin
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.addresses import every_public_address
from tracker.models import Submission
from tracker.releasing import make as release

RELEASES = ("v1", "v2")


@contextmanager
def gone(alias: str, tmp_path: Any) -> Iterator[None]:
    """Nobody answers where this connection leads to."""
    connections[alias].close()
    before = connections.settings[alias]["HOST"]
    connections.settings[alias]["HOST"] = str(tmp_path)
    try:
        yield
    finally:
        connections[alias].close()
        connections.settings[alias]["HOST"] = before


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    for name in RELEASES:
        release(name, by=builders.officer(), reason="To be kept", site="https://tracker.example.org")
    return made


def test_readers_pages_ask_the_desks_database_nothing(made: dict[str, Any], tmp_path: Any) -> None:
    paths = [*every_public_address(("PAPER", "ACT-1"), RELEASES), "/challenge/?kind=recommendation&key=REC-1", "/challenge/received/?number=1"]
    paths += ["/recommendations/GONE-1/", "/recommendations/?status=nonsense", "/fr/", "/fa/matrix/", "/nowhere/"]
    reader, member = Client(), Client()
    member.force_login(builders.user("chief", is_staff=True, is_superuser=True))
    there = {path: reader.get(path).status_code for path in paths}
    assert list(there.values()).count(200) > 60
    with gone("default", tmp_path), gone("owner", tmp_path), gone("eraser", tmp_path):
        assert {path: read(member, path) for path in paths} == there, "who is signed in reads the same pages"
        member.raise_request_exception = False
        answer = member.get("/admin/")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "The database did not answer in time." in answer.content.decode()


def read(client: Client, path: str) -> int:
    """The code of an answer that was read to its end."""
    answer = client.get(path)
    if answer.streaming:
        list(answer)
    return answer.status_code


def test_the_desks_pages_ask_the_readers_database_nothing(made: dict[str, Any], tmp_path: Any) -> None:
    builders.challenge(made["recommendation"])
    waiting = builders.recommendation("WAIT-1", made["paper"])
    Submission.objects.create(reason="Another", submitted_by=builders.author())
    member = Client()
    member.force_login(builders.user("chief", is_staff=True, is_superuser=True))
    paths = [reverse("admin:index"), reverse("admin:tracker_recommendation_submit", args=[waiting.pk])]
    for model, noun in admin.site._registry.items():
        record, name = model._default_manager.order_by("pk").first(), f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page, arguments in itertools.chain(
            [("changelist", []), ("add", [])], ((page, [record.pk]) for page in ("change", "history", "delete") if record)
        ):
            if any(pattern.name == f"{name.removeprefix('admin:')}_{page}" for pattern in noun.get_urls()):
                paths.append(reverse(f"{name}_{page}", args=arguments))
    for queue in ("mine", "review", "shipped"):
        paths.append(f"/admin/queues/{queue}/")
    with gone("public", tmp_path):
        codes = {path: member.get(path).status_code for path in paths}
    assert list(codes.values()).count(200) > 80, codes
    assert set(codes.values()) <= {200, 302, 403, 404}, codes

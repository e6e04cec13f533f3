"""What config/deploy/sizing.md tells the operator of a CDN is what the site sends, and its lines for the shell read it."""

import datetime as dt
import re
import subprocess
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests import builders

PAGE = (settings.BASE_DIR / "config" / "deploy" / "sizing.md").read_text()
KEPT = [
    "/recommendations/MQ-1/",
    "/fr/recommendations/MQ-1/",
    "/",
    "/api/v1/addressees",
    "/api/v1/documents.csv",
    "/feeds/changes.atom",
    "/embed/row/MQ-1/",
]
NEXT = ["/recommendations/NEXT-1/", "/recommendations/?status=nonsense", "/api/v1/addressees?status=nonsense", "/api/v1/nonsense"]
"""Addresses of what the next publication may bring, or what another version may take."""


def said(name: str) -> str:
    """A header's value as the page gives it."""
    found = re.search(rf"^    {name}: (.*?)(?:   |$)", PAGE, re.MULTILINE)
    assert found, name
    return found[1].strip()


@pytest.mark.parametrize("path", [*KEPT, *NEXT])
def test_every_answer_that_may_be_kept_says_for_how_long(published: str, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == (200 if path in KEPT else answer.status_code)
    assert {name: answer[name] for name in ("Cache-Control", "CDN-Cache-Control")} == {
        name: said(name) for name in ("Cache-Control", "CDN-Cache-Control")
    }


@pytest.mark.parametrize(("path", "seconds"), [(path, 3600) for path in KEPT] + [("/recommendations/NEXT-1/", 3600), ("/api/v1/nonsense", 1)])
def test_where_something_drops_the_key_what_carries_it_is_kept_longer_and_never_past_the_day(
    published: str, settings: Any, monkeypatch: pytest.MonkeyPatch, path: str, seconds: int
) -> None:
    settings.CDN_SECONDS = 3600
    for clock, most in ((dt.time(12), 3600), (dt.time(23, 59, 18), 42)):
        now = dt.datetime.combine(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1), clock, dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        answer = Client().get(path)
        assert answer["CDN-Cache-Control"] == f"public, max-age={min(seconds, most)}, stale-if-error=300"
        assert answer["Cache-Control"] == said("Cache-Control"), "a browser is told no key"
        assert ("edition-" in answer["Surrogate-Key"]) == (seconds > 1)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/admin/login/", "/challenge/?kind=recommendation&key=MQ-1"])
def test_what_is_of_one_moment_or_one_person_is_not_kept(published: str, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"] and "CDN-Cache-Control" not in answer and "Surrogate-Key" not in answer


def test_the_keys_name_the_newest_edition_and_the_page_whatever_edition_is_read(published: str) -> None:
    newest = Client().get("/readyz").json()["edition"]
    assert newest > 1
    for query in ("", "?known=edition-1"):
        answer = Client().get(f"/recommendations/MQ-1/{query}")
        again = Client().get(f"/recommendations/MQ-1/{query}", headers={"If-None-Match": answer["ETag"]})
        assert (answer.status_code, again.status_code) == (200, 304)
        for each in (answer, again):
            assert each["Surrogate-Key"] == said("Surrogate-Key").replace("17", str(newest))
            assert each["Cache-Tag"] == said("Cache-Tag").replace("17", str(newest))


def test_what_a_publication_makes_another_carries_the_key_that_it_drops(desk: str) -> None:
    document = builders.document("ONE")
    first = builders.put_out(document).number
    assert f"edition-{first}" in Client().get("/documents/TWO/")["Surrogate-Key"].split(), "not there yet"
    second = builders.put_out(builders.document("TWO")).number
    assert f"edition-{second}" in Client().get("/documents/TWO/")["Surrogate-Key"].split()


def test_the_lines_for_the_shell_drop_every_edition_before_the_newest_once(published: str, tmp_path: Any) -> None:
    """With a program in the place of curl that answers as the site does, and notes what else it is asked."""
    state = Client().get("/readyz").content.decode()
    lines = re.search(r"^ {6}now=.*?policy-tracker-edition\n", PAGE, re.MULTILINE | re.DOTALL)
    assert lines
    (tmp_path / "bin").mkdir()
    (tmp_path / "state").write_text(state)
    curl = tmp_path / "bin" / "curl"
    curl.write_text(f'#!/bin/sh\ncase "$*" in *readyz*) cat {tmp_path}/state;; *) echo "$*" >> {tmp_path}/asked;; esac\n')
    curl.chmod(0o755)
    script = lines[0].replace("/run/", f"{tmp_path}/")
    for _again in range(2):
        subprocess.run(["sh", "-c", script], env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "KEY": "k", "SERVICE": "s"}, timeout=60, check=False)
    newest = Client().get("/readyz").json()["edition"]
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.rsplit("/", 1)[1] for line in asked] == [f"edition-{number}" for number in range(newest)]
    assert (tmp_path / "policy-tracker-edition").read_text() == f"{newest}\n"

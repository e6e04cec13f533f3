"""Datasette's side: the same records in SQLite, and one sentence where the program cannot be had."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tracker.benchmarking import limits
from tracker.benchmarking.asked import Failed
from tracker.benchmarking.peers import datasette
from tracker.editions.tables import AddresseeEdition, RecommendationEdition


def test_it_has_the_rows_that_the_site_shows_now(generated: str, tmp_path: Path) -> None:
    with limits.connection() as over:
        datasette.write_records(over, tmp_path / "records.db")
    with sqlite3.connect(tmp_path / "records.db") as file:
        for name, table in (("addressee", AddresseeEdition), ("recommendation", RecommendationEdition)):
            assert file.execute(f"SELECT count(*) FROM {name}").fetchone() == (table.objects.known_at(None).count(),)
        row = AddresseeEdition.objects.known_at(None).filter(counted=True).first()
        assert row
        held = file.execute("SELECT government, status, disputed, themes, valid_from FROM addressee WHERE id = ?", [row.pk]).fetchone()
        assert held[:3] == (row.government, str(row.status), int(row.disputed))
        assert json.loads(held[3]) == row.themes
        assert held[4] == row.valid_from.isoformat()
        found = RecommendationEdition.objects.known_at(None).first()
        assert found
        word = next(each for each in found.statement.split() if each.isalpha() and each.isascii())
        asked = "SELECT rowid FROM recommendation_fts WHERE recommendation_fts MATCH ?"
        assert (found.pk,) in file.execute(asked, [word]).fetchall()


def test_one_sentence_says_why_it_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    settings.STATE_DIR = tmp_path / "state"
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\necho 'error: there is no way to the registry' >&2\nexit 2\n")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    said: list[str] = []
    with pytest.raises(Failed, match=r"^Datasette could not be installed \(error: there is no way to the registry\)$"):
        datasette.environment(said.append)
    assert said == [f"installing Datasette {datasette.VERSION} into {tmp_path}/state/benchmark/datasette-{datasette.VERSION}"]


def test_it_is_installed_once(tmp_path: Path, settings: Any) -> None:
    settings.STATE_DIR = tmp_path
    folder = tmp_path / "benchmark" / f"datasette-{datasette.VERSION}"
    folder.mkdir(parents=True)
    (folder / ".complete").touch()
    said: list[str] = []
    assert datasette.environment(said.append) == folder / "bin" / "datasette"
    assert said == []

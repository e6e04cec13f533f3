"""A package of our own as an import: the same records as loading it, in flat memory, all or nothing."""

from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tracker.exchange.exporter import export
from tracker.exchange.imports import receive, run_apply, run_preview
from tracker.exchange.imports.sources import pack
from tracker.models import ImportState, Recommendation

pytestmark = pytest.mark.filterwarnings("error")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def zipped(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    pack(folder, path)
    return path


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Path:
    settings.ARCHIVE_DIR = tmp_path / "archive"
    return tmp_path / "archive"


@pytest.fixture
def package(casefile_desk: str, tmp_path: Path) -> Path:
    """All that the case files hold."""
    export(tmp_path / "first")
    return tmp_path / "first"


def test_export_import_export_gives_the_same_bytes(package: Path, desk: str, archive: Path, tmp_path: Path) -> None:
    by = builders.author()
    batch = receive(zipped(package), by=by, profile="package")
    preview = run_preview(batch, by=by)
    assert not Recommendation.objects.exists()
    batch = run_apply(batch, by=by, reason="Moved here")
    assert batch.state == ImportState.APPLIED
    export(tmp_path / "second")
    assert contents(tmp_path / "second") == contents(package)
    assert preview.counts == batch.preview.counts

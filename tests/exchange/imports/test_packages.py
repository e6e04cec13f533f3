"""A package of our own as an import: the same records as loading it, in flat memory, all or nothing."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from config.trouble import Trouble
from tests import builders
from tests.conftest import copy_of, pointing_at
from tracker.editorial.verbs import Refused
from tracker.exchange.exporter import export
from tracker.exchange.imports import expanded, receive, receiving, run_apply, run_preview, run_undo, sources
from tracker.exchange.imports.sources import pack
from tracker.exchange.loader import load
from tracker.exchange.tables import limits
from tracker.models import Document, ImportState, Recommendation, Snapshot, User

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


def test_import_file_takes_the_folder_of_a_package_and_load_package_gives_the_same(
    package: Path, cluster: Any, empty_template: str, desk: str, tmp_path: Path
) -> None:
    by = builders.author()
    call_command("import_file", str(package), "--profile", "package", "--by", by.username, verbosity=0, stdout=io.StringIO())
    export(tmp_path / "imported")
    with copy_of(cluster, empty_template) as name, pointing_at(name):
        load(package, by=builders.user("author", role="reviewer"))
        export(tmp_path / "loaded")
    assert contents(tmp_path / "imported") == contents(tmp_path / "loaded") == contents(package)


def test_a_package_can_be_undone(package: Path, desk: str, archive: Path, tmp_path: Path) -> None:
    by = builders.author()
    export(tmp_path / "before")
    batch = receive(zipped(package), by=by, profile="package")
    run_preview(batch, by=by)
    run_undo(run_apply(batch, by=by, reason="Moved here"), by=by, reason="A test")
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


def test_archived_copies_that_came_with_a_package_are_never_taken_away(casefile_desk: str, cluster: Any, empty_template: str, archive: Path) -> None:
    Snapshot.objects.create(
        document=Document.objects.all()[0], sha256="a" * 64, size=1, media_type="text/plain", captured_at=timezone.now(),
        captured_how="by hand", stored_as="aa/aa",
    )  # fmt: skip
    folder = archive.parent / "with-a-copy"
    export(folder)
    with copy_of(cluster, empty_template) as name, pointing_at(name):
        by = builders.author()
        batch = receive(zipped(folder), by=by, profile="package")
        run_preview(batch, by=by)
        batch = run_apply(batch, by=by, reason="Moved here")
        with pytest.raises(Trouble, match="it brought archived copies, which are never taken away"):
            run_undo(batch, by=by, reason="A test")


def test_what_is_no_package_is_refused_in_a_sentence(desk: str, archive: Path, tmp_path: Path) -> None:
    by = builders.author()
    path = tmp_path / "some.zip"
    for content, said in ((b"no zip at all", "some.zip cannot be unpacked"), (b"PK\x05\x06" + b"\0" * 18, "some.zip is no data package")):
        path.write_bytes(content)
        with pytest.raises(Trouble, match=said):
            run_preview(receive(path, by=by, profile="package"), by=by)


def bomb(path: Path, size: int) -> Path:
    """A small archive that calls itself a package, with a file of so many bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("themes.csv", b"a" * size)
    return path


def test_a_package_that_would_unpack_to_too_much_is_refused_before_it_is_unpacked(
    desk: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = builders.author()
    batch = receive(bomb(tmp_path / "bomb.zip", 3_000_000), by=by, profile="package")
    assert batch.size < 10_000 and expanded(batch) == 3_000_002
    monkeypatch.setattr(limits, "PACKAGE_BYTES", 2_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)  # nothing is unpacked
    with pytest.raises(Trouble, match=r"bomb\.zip would unpack to 3 MB; at most 2 MB are read"):
        run_preview(batch, by=by)
    monkeypatch.setattr(limits, "PARTS", 1)
    with pytest.raises(Trouble, match=r"bomb\.zip holds 2 files; at most 1 are looked at"):
        run_preview(batch, by=by)


def test_a_package_is_no_larger_than_any_file(desk: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "FILE_BYTES", 100)
    with pytest.raises(Refused, match="at most 0 MB are taken"):
        receive(bomb(tmp_path / "bomb.zip", 1000), by=builders.author(), profile="package")


def test_a_package_of_lines_that_are_no_rows_is_not_read_to_its_end(
    package: Path, desk: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MOST_UNREADABLE", 60)
    with (package / "themes.csv").open("a", encoding="utf-8") as stream:
        stream.write("x\n" * 5000)
    with pytest.raises(Trouble, match="And 10 more"):
        run_preview(receive(zipped(package), by=builders.author(), profile="package"), by=User.objects.get(username="author"))

"""A package of our own as an import: the same records as loading it, in flat memory, all or nothing."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from config.trouble import Trouble
from tests import builders
from tests.conftest import copy_of, pointing_at
from tests.exchange.imports.conftest import keeper
from tracker.editorial.verbs import Refused
from tracker.exchange.exporter import export
from tracker.exchange.imports import choose, expanded, receive, receiving, run_apply, run_preview, run_undo, sources
from tracker.exchange.imports.sources import pack
from tracker.exchange.loader import load
from tracker.exchange.tables import limits
from tracker.models import Document, Government, Import, ImportState, Measure, Recommendation, Snapshot, Theme, User

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
    by = keeper()
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
    by = keeper()
    call_command("import_file", str(package), "--profile", "package", "--by", by.username, verbosity=0, stdout=io.StringIO())
    export(tmp_path / "imported")
    with copy_of(cluster, empty_template) as name, pointing_at(name):
        load(package, by=builders.user("author", role="reviewer"))
        export(tmp_path / "loaded")
    assert contents(tmp_path / "imported") == contents(tmp_path / "loaded") == contents(package)


def test_a_package_can_be_undone(package: Path, desk: str, archive: Path, tmp_path: Path) -> None:
    by = keeper()
    export(tmp_path / "before")
    batch = receive(zipped(package), by=by, profile="package")
    run_preview(batch, by=by)
    run_undo(run_apply(batch, by=by, reason="Moved here"), by=by, reason="A test")
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


def test_a_package_with_its_columns_in_another_order_can_be_corrected_and_undone(package: Path, desk: str, archive: Path, tmp_path: Path) -> None:
    by = keeper()
    export(tmp_path / "before")
    _with_columns_reversed(package / "recommendations.csv")
    batch = receive(zipped(package), by=by, profile="package")
    run_preview(batch, by=by)
    batch = run_apply(batch, by=by, reason="Moved here")
    key = _with_another_note(package / "recommendations.csv")
    corrected = receive(zipped(package), by=by, profile="package")
    preview = run_preview(corrected, by=by)
    assert preview.counts["conflicts"] == 0 and preview.counts["resources"]["recommendations"]["changed"] == 1
    corrected = run_apply(corrected, by=by, reason="Corrected")
    assert Recommendation.objects.get(reference=key).note == "Sample: corrected."
    for done in (corrected, batch):
        run_undo(done, by=by, reason="A test")
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


def _with_columns_reversed(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        lines = [line[::-1] for line in csv.reader(stream)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)


def _with_another_note(path: Path) -> str:
    """Change the first row's note; gives its key."""
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    lines[0]["note"] = "Sample: corrected."
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    return lines[0]["reference"]


IDENTIFIERS = {
    "governments.csv": ("CA-QC", "Q99999901"),
    "parties.csv": ("Q99999902", "NK-made-up"),
    "documents.csv": ("REP-99-1", "32099R0001", "B. 1 (1st session)", "A parliament"),
    "actions.csv": ("32099D0002", "B. 2 (1st session)", "A parliament"),
}


def test_a_desk_moves_by_a_plain_import_with_all_but_its_archived_copies(desk: str, cluster: Any, empty_template: str, archive: Path) -> None:
    """One record of every noun, each as full as it can be. The bytes of copies are in no package, so neither is a word that they are held."""
    builders.everything()
    builders.government("QC", name="Quebec", kind="subnational", iso_3166_2="CA-QC")
    first, second = archive.parent / "first", archive.parent / "second"
    export(first)
    for file, values in IDENTIFIERS.items():
        assert all(value in (first / file).read_text(encoding="utf-8") for value in values), file
    with copy_of(cluster, empty_template) as name, pointing_at(name):
        said = io.StringIO()
        call_command("import_file", str(first), "--profile", "package", "--by", keeper().username, verbosity=0, stdout=said, stderr=said)
        assert "1 archived copy is passed over: its bytes are not in the package" in said.getvalue()
        export(second)
        assert Document.objects.exists() and not Snapshot.objects.exists()
    before, after = contents(first), contents(second)
    assert before.pop("snapshots.csv") != (copies := after.pop("snapshots.csv")) and copies.count(b"\n") == 1
    assert after == before


def test_a_copy_that_stands_here_as_the_package_has_it_is_no_other_one(desk: str, archive: Path, tmp_path: Path) -> None:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    export(tmp_path / "package")
    batch = receive(zipped(tmp_path / "package"), by=(by := keeper()), profile="package")
    counts = run_preview(batch, by=by).counts
    assert (counts["passed_over"], counts["conflicts"], counts["resources"]["snapshots"]["same"]) == ({}, 0, 1)
    path = tmp_path / "package" / "snapshots.csv"
    path.write_text(path.read_text().replace("by hand", "by another hand"))
    batch = receive(zipped(tmp_path / "package"), by=by, profile="package")
    counts = run_preview(batch, by=by).counts
    assert (counts["passed_over"], counts["conflicts"], counts["rows"]["refused"]) == ({"snapshots": 1}, 0, 0)
    assert Snapshot.objects.get().captured_how == "by hand"


def test_a_researcher_imports_no_reference_data(casefile_desk: str, archive: Path, tmp_path: Path) -> None:
    by = builders.user("researcher", role="researcher")
    export(tmp_path / "package")
    header = {name: (tmp_path / "package" / f"{name}.csv").read_text().splitlines()[0] for name in ("governments", "themes", "measures")}
    with (tmp_path / "package" / "governments.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    renamed, code = lines[0]["name"], lines[0]["code"]
    lines[0]["name"] = "Sample: renamed"
    with (tmp_path / "package" / "governments.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, lines[0])
        writer.writeheader()
        writer.writerows([*lines, lines[0] | {"code": "XX", "name": "Sample: new"}])
    for name in ("themes", "measures"):
        with (tmp_path / "package" / f"{name}.csv").open("a") as stream:
            stream.write(",".join({"key": "sample-new", "name": "Sample: new"}.get(column, "x") for column in header[name].split(",")) + "\n")
    batch = receive(zipped(tmp_path / "package"), by=by, profile="package")
    preview = run_preview(choose(batch, by=by, decisions={f"governments:{code}": "take"}), by=by)
    said = sorted(problem["sentence"] for problem in preview.problems)
    assert said == [
        "the role of researcher does not include adding a government; ask an administrator.",
        "the role of researcher does not include adding a kind of measure; ask an administrator.",
        "the role of researcher does not include adding a theme; ask an administrator.",
        "the role of researcher does not include changing a government; ask an administrator.",
    ]
    run_apply(choose_without_refused(batch, by), by=by, reason="A test")
    assert Government.objects.get(code=code).name == renamed
    assert not any(model.objects.filter(name="Sample: new").exists() for model in (Government, Theme, Measure))


def choose_without_refused(batch: Import, by: User) -> Import:
    """To be applied as previewed, but for the refused rows."""
    batch = choose(batch, by=by, without_refused=True)
    run_preview(batch, by=by)
    return batch


def test_what_is_no_package_is_refused_in_a_sentence(desk: str, archive: Path, tmp_path: Path) -> None:
    by = keeper()
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
    with pytest.raises(Refused, match="at most 1 MB are taken"):
        receive(bomb(tmp_path / "bomb.zip", 1000), by=builders.author(), profile="package")


def test_a_package_of_lines_that_are_no_rows_is_not_read_to_its_end(
    package: Path, desk: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MOST_UNREADABLE", 60)
    with (package / "themes.csv").open("a", encoding="utf-8") as stream:
        stream.write("x\n" * 5000)
    with pytest.raises(Trouble, match="And 10 more"):
        run_preview(receive(zipped(package), by=builders.author(), profile="package"), by=User.objects.get(username="author"))

"""Writing packages: the same bytes for the same records, and nothing else overwritten."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from config.trouble import Trouble
from tests.exchange.reference import CASEFILES
from tracker.exchange import casefiles, exporter, files
from tracker.exchange.exporter import export
from tracker.exchange.files import PackageError
from tracker.exchange.loader import load_shipped


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("folder", casefiles.in_order(), ids=lambda folder: folder.name)
def test_a_case_file_comes_back_byte_for_byte(casefile_desk: str, tmp_path: Path, folder: Path) -> None:
    records = load_shipped(folder).records
    about = files.read(folder)
    only_governments = folder.name == "governments"
    export(
        tmp_path / "out", records=records, governments=only_governments, name=about.name, title=about.title, description=about.description
    )
    assert contents(tmp_path / "out") == contents(folder)


def test_everything_exported_and_loaded_again_changes_nothing(casefile_desk: str, tmp_path: Path) -> None:
    counts = export(tmp_path / "all")
    assert counts["citations"] == 259 + 60
    summary = load_shipped(tmp_path / "all")
    assert (summary.created, summary.updated, summary.removed, summary.edition) == (0, 0, 0, None)
    assert summary.unchanged == sum(counts.values())
    export(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(tmp_path / "all")


def test_everything_goes_into_an_empty_desk_and_comes_back(desk: str, tmp_path: Path) -> None:
    """With a row of every file: what the case files leave empty, too."""
    from tracker.models import (
        Action, Addressee, Assessment, Citation, CitationUse, Document, Position, Recommendation, Relation, Snapshot, Theme, system_actor,
    )  # fmt: skip

    for folder in casefiles.in_order():
        load_shipped(folder)
    by = system_actor()
    theme = Theme.objects.create(key="safety", name="safety, “and” more\nlines, \r too")
    Recommendation.objects.get(reference="MQ-1").themes.add(theme)
    Relation.objects.create(recommendation_id=Recommendation.objects.get(reference="BA-2").pk, kind="splits", other=Recommendation.objects.get(reference="BA-1"))
    document = Document.objects.create(key="X-1", kind="opinion", title=" spaces ", language="en", interest="press", recorded_by=by, edited_by=by)
    Snapshot.objects.create(
        document=document, sha256="0" * 64, size=3, media_type="text/plain", captured_at="2026-11-20T10:00:00.123456+01:00", captured_how="by hand", stored_as="0/0"
    )
    assessment = Assessment.objects.get(key="AS-005")
    position = Position.objects.create(key="P-1", assessment=assessment, answer="noted", on="2024-06", said_by="The minister")
    CitationUse.objects.create(citation=Citation.objects.first(), position=position)
    assert Addressee.objects.exists() and Action.objects.exists()
    counts = export(tmp_path / "all")
    assert all(counts.values()), counts
    assert load_shipped(tmp_path / "all").created == 0
    files.read(tmp_path / "all")
    exported = contents(tmp_path / "all")
    assert b'"safety, \xe2\x80\x9cand\xe2\x80\x9d more\nlines, \r too"' in exported["themes.csv"]
    assert b"2026-11-20T09:00:00.123456Z" in exported["snapshots.csv"]


def test_a_folder_with_other_things_is_not_overwritten(casefile_desk: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(PackageError, match="holds something else than a data package; name an empty or a new folder"):
        export(tmp_path / "mine")
    with pytest.raises(PackageError, match="is a file; name a folder"):
        export(tmp_path / "mine" / "thesis.txt")
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "thesis.txt"]


def test_an_interrupted_export_leaves_the_package_that_was_there(casefile_desk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(tmp_path / "all")
    before = contents(tmp_path / "all")

    def stop(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exporter.files, "write_descriptor", stop)
    with pytest.raises(Trouble, match="^Interrupted: .* is as it was.$"):
        call_command("export_package", str(tmp_path / "all"), verbosity=0)
    assert contents(tmp_path / "all") == before
    assert [path.name for path in tmp_path.iterdir()] == ["all"]


def test_the_command(casefile_desk: str, tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("export_package", str(tmp_path / "new" / "all"), stdout=out, stderr=err)
    assert out.getvalue().endswith(f" rows in 20 files written to {tmp_path / 'new' / 'all'}.\n")
    assert "  259" not in err.getvalue() and "  319 citations" in err.getvalue()
    with pytest.raises(Trouble, match=r"^/proc/nothing cannot be written: "):
        call_command("export_package", "/proc/nothing", verbosity=0)


def test_describing_again_changes_no_file_of_the_software(casefile_desk: str) -> None:
    before = contents(CASEFILES / "inquiries")
    call_command("export_package", str(CASEFILES / "inquiries"), describe=True, stdout=io.StringIO())
    assert contents(CASEFILES / "inquiries") == before

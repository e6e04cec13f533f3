"""Writing packages: the same bytes for the same records, and nothing else overwritten."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from config.trouble import Trouble
from tests import builders
from tests.conftest import copy_of, pointing_at
from tests.exchange.reference import CASEFILES
from tracker.exchange import casefiles, exporter, files
from tracker.exchange.exporter import export
from tracker.exchange.files import PackageError
from tracker.exchange.loader import load_shipped
from tracker.exchange.schema import BY_NAME
from tracker.models import Assessment, Submission, Theme


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("folder", casefiles.in_order(), ids=lambda folder: folder.name)
def test_a_case_file_comes_back_byte_for_byte(casefile_desk: str, tmp_path: Path, folder: Path) -> None:
    records = load_shipped(folder).records
    about = files.read(folder)
    only_governments = folder.name == "governments"
    export(tmp_path / "out", records=records, governments=only_governments, name=about.name, title=about.title, description=about.description)
    assert contents(tmp_path / "out") == contents(folder)


def test_everything_exported_and_loaded_again_changes_nothing(casefile_desk: str, tmp_path: Path) -> None:
    counts = export(tmp_path / "all")
    assert counts["citations"] == 259 + 60
    summary = load_shipped(tmp_path / "all")
    assert (summary.created, summary.updated, summary.removed, summary.edition) == (0, 0, 0, None)
    assert summary.unchanged == sum(counts.values())
    export(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(tmp_path / "all")


def test_a_package_with_rows_in_every_file_comes_back(desk: str, tmp_path: Path) -> None:
    """What the case files leave empty, too; and text that a careless writer of CSV would spoil."""
    package = Path(shutil.copytree(CASEFILES / "iran-2019", tmp_path / "iran-2019"))
    awkward = 'safety, “and” "more"\nlines, \r too '
    add(package, "themes", key="safety", name=awkward)
    add(package, "recommendation_themes", recommendation="MQ-1", theme="safety")
    add(package, "relations", recommendation="BA-2", kind="splits", other="BA-1")
    add(package, "snapshots", document="WP-MQ", sha256="0" * 64, size="3", media_type="text/plain", captured_how="by hand", stored_as="0/0",
        captured_at="2026-11-20T09:00:00.123456Z")  # fmt: skip
    add(package, "positions", key="P-1", assessment="AS-005", answer="noted", on="2024-06", said_by="The minister")
    add(package, "citation_uses", citation="EV-001", stance="context", position="P-1")
    add(package, "deadline_moves", recommendation="BA-1", before="2019", after="2020", moved_on="2019-05", moved_by="The author", reason="x")
    add(package, "replies", key="R-1", assessment="AS-005", said_by="The ministry", on="2024-06", words="No.", language="en")
    add(package, "citation_uses", citation="EV-002", stance="context", reply="R-1")
    add(package, "translations", recommendation="MQ-1", text="target", language="fr", words="Agents", translates="Iran", kind="machine",
        translator="Engine 3")  # fmt: skip
    load_shipped(CASEFILES / "governments")
    records = load_shipped(package).records
    assert Theme.objects.get().name == awkward
    about = files.read(package)
    counts = export(tmp_path / "out", records=records, governments=False, name=about.name, title=about.title, description=about.description)
    assert all(counts.values()), counts
    assert contents(tmp_path / "out") == contents(package)
    assert load_shipped(tmp_path / "out").edition is None
    # A copy is never altered: what the archive holds is proof of what was there.
    (tmp_path / "out" / "snapshots.csv").write_text((package / "snapshots.csv").read_text().replace("by hand", "by a robot"))
    with pytest.raises(PackageError, match=r"^snapshots\.csv, row 2: this snapshot is here with other values, and it is never changed\.$"):
        load_shipped(tmp_path / "out")


def test_what_is_not_ready_for_review_comes_back_as_the_draft_that_it_was(desk: str, cluster: Any, empty_template: str, tmp_path: Path) -> None:
    """A desk holds drafts that lack something. Loading them is not publishing them: it says what each lacks, and hands in the others."""
    source = builders.document("DOC")
    builders.recommendation("DRAFT-1", source, to=())
    done = builders.recommendation("DRAFT-2", source)
    builders.cite(done, builders.citation(source, "PASSAGE"))
    builders.assessment("ON-NOTHING", done)
    builders.assessment("RESTS-ON-IT", done, supersedes=Assessment.objects.get(key="ON-NOTHING"))
    builders.cite(Assessment.objects.get(key="RESTS-ON-IT"), builders.citation(source, "OTHER"))
    export(tmp_path / "first")
    with copy_of(cluster, empty_template) as name, pointing_at(name):
        builders.user("ada", role="researcher", is_staff=True)
        out = io.StringIO()
        call_command("load_package", str(tmp_path / "first"), "--by", "ada", verbosity=0, stdout=out)
        submission = Submission.objects.get()
        assert sorted(submission.versions.values_list("kind", "key")) == [("document", "DOC"), ("recommendation", "DRAFT-2")]
        assert out.getvalue().splitlines()[2:] == [
            f"They are drafts, handed in for review as submission #{submission.pk}; a second person approves them.",
            "3 records stay drafts, as they are not ready for review:",
            "  recommendations.csv, row 2: Recommendation DRAFT-1 has no addressee; add the governments that it addresses.",
            "  assessments.csv, row 2: Assessment ON-NOTHING has no supporting citation; a status is published only with one.",
            "  assessments.csv, row 3: Assessment RESTS-ON-IT supersedes ON-NOTHING, which is not an earlier assessment of the same addressee.",
            "  assessments.csv, row 3: RESTS-ON-IT refers to assessment ON-NOTHING, which is not public; submit it too.",
        ]
        export(tmp_path / "second")
    assert contents(tmp_path / "second") == contents(tmp_path / "first")


def add(package: Path, file: str, **cells: str) -> None:
    """A row more, at its place in the order of keys."""
    resource = BY_NAME[file]
    rows = [row.cells for row in files.read(package).tables[file]]
    rows.append(dict.fromkeys(resource.header, "") | cells)
    files.write_table(package / resource.file, resource, sorted(rows, key=resource.key_of))


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
    with pytest.raises(Trouble, match=r"^Interrupted: .* is as it was\.$"):
        call_command("export_package", str(tmp_path / "all"), verbosity=0)
    assert contents(tmp_path / "all") == before
    assert [path.name for path in tmp_path.iterdir()] == ["all"]


def test_the_command(casefile_desk: str, tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("export_package", str(tmp_path / "new" / "all"), stdout=out, stderr=err)
    assert out.getvalue().endswith(f" rows in 23 files written to {tmp_path / 'new' / 'all'}.\n")
    assert "  259" not in err.getvalue() and "  319 citations" in err.getvalue()
    with pytest.raises(Trouble, match=r"^/proc/nothing cannot be written: "):
        call_command("export_package", "/proc/nothing", verbosity=0)


def test_describing_again_changes_no_file_of_the_software(casefile_desk: str, tmp_path: Path) -> None:
    package = Path(shutil.copytree(CASEFILES / "inquiries", tmp_path / "inquiries"))
    call_command("export_package", str(package), describe=True, stdout=io.StringIO())
    assert contents(package) == contents(CASEFILES / "inquiries")

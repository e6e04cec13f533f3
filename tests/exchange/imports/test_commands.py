"""``import_file`` and ``undo_import``: exact counts, one clear sentence, nothing half done however it ends."""

import csv
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest
import xlsxwriter
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import connector_params

from config.trouble import Trouble
from tests import builders
from tests.exchange.imports.conftest import PROFILE, rows, written
from tracker.editorial.verbs import Refused
from tracker.exchange import loader
from tracker.exchange.imports import (
    ask_for_apply,
    ask_for_preview,
    ask_for_undo,
    choose,
    is_at_work,
    notice_the_dead,
    receive,
    run_apply,
    run_preview,
)
from tracker.exchange.imports.jobs import apply_import, preview_import, undo_import
from tracker.exchange.imports.progress import AtWork, held
from tracker.exchange.imports.running import Run
from tracker.jobs.models import BackgroundJob
from tracker.models import Addressee, Assessment, Import, ImportedRow, ImportProgress, ImportState, Position, Recommendation, Theme, User


def called(*words: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*map(str, words), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def ended(number: int, state: str = "succeeded") -> None:
    """As a worker leaves a job."""
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s", [state, number])


def test_the_profile_with_a_second_file_in_the_readme_works_as_printed(desk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    (toml,) = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    (line,) = re.findall(r"^    python3 manage.py (import_file list\.csv .*--join .*)$", readme, re.MULTILINE)
    builders.government("FR", name="France")
    builders.user("ada", role="researcher", is_staff=True)
    monkeypatch.chdir(tmp_path)
    Path("list.toml").write_text(toml, encoding="utf-8")
    Path("list.csv").write_text("No,Text,Country,Date\n1,Close it,France,2019\n2,Open it,France,2019\n", encoding="utf-8")
    Path("answers.csv").write_text("Rec,Status\n2,Done\n1,Discussed\n", encoding="utf-8")
    words = shlex.split(line.replace("USERNAME", "ada"))
    assert "Nothing was written." in called(*words)[0]
    called(*(word for word in words if word != "--dry-run"))
    found = Assessment.objects.order_by("pk").values_list("addressee__recommendation__number", "status", "source_status")
    assert sorted(found) == [("1", "under_consideration", "Discussed"), ("2", "implemented", "Done")]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "review.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


def test_the_counts_are_those_of_a_plain_reading_of_the_file(by: User, profile: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "review.csv", rows(50))
    with file.open(encoding="utf-8", newline="") as stream:
        plain = list(csv.DictReader(stream))
    out, err = called("import_file", file, "--profile", profile, "--by", "author")
    assert f"recommendations: {len(plain)} created, 0 changed" in out
    assert f"themes: {len({topic for row in plain for topic in row['Topic'].split('|')})} created" in out
    assert f"positions: {len(plain)} created" in out
    assert "Rows: 50 read, 0 skipped as the profile says, 0 that say what another says, 0 refused." in out
    assert "rows of the file gone through" in err
    assert Recommendation.objects.count() == len(plain) and Position.objects.count() == len(plain)
    found = Counter(Addressee.objects.values_list("government__name", flat=True))
    assert found == Counter(row["Country"] for row in plain)
    assert "undo_import" in out
    out, _err = called("import_file", file, "--profile", profile, "--by", "author")
    assert "Nothing changes." in out
    assert out.endswith("wrote nothing, so there is nothing to undo.\n") and "undo_import" not in out
    number = Import.objects.earliest("pk").pk
    out, _err = called("undo_import", number, "--by", "author", "--reason", "A test")
    assert out == f"All that import #{number} wrote is taken back.\n"
    assert not Recommendation.objects.exists() and not Theme.objects.exists()


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_title_above_the_table_is_left_out_where_the_profile_says_nothing_of_it(name: str, by: User, profile: Path, tmp_path: Path) -> None:
    table = [["Made-up review of harbours"], [], *csv.reader(io.StringIO(written(tmp_path / "plain.csv", rows(5)).read_text(encoding="utf-8")))]
    file = tmp_path / name
    if name.endswith(".csv"):
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(table)
    else:
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
    assert "Rows: 5 read, 0 skipped as the profile says, 0 that say what another says, 0 refused." in called(
        "import_file", file, "--profile", profile, "--by", "author"
    )[0]  # fmt: skip
    assert Recommendation.objects.count() == 5


def test_a_dry_run_prints_the_preview_and_leaves_nothing(by: User, profile: Path, tmp_path: Path, archive: Path) -> None:
    data = rows(4)
    data[0][1], data[1][5] = "Ruritania", "succes"
    file = written(tmp_path / "review.csv", data)
    out, err = called("import_file", file, "--profile", profile, "--by", "author", "--dry-run")
    assert "Unknown government “Ruritania” in 1 row;" in out and out.endswith("Nothing was written.\n")
    assert "row 3, column Status: “succes” is not one of" in err
    assert not Recommendation.objects.exists()
    assert not Import.objects.exists() and not ImportProgress.objects.exists()  # nor anything that waits for somebody on the desk
    assert [path for path in archive.rglob("*") if path.is_file()] == []
    with pytest.raises(Trouble, match="no rows below it"):
        called("import_file", written(tmp_path / "other.csv", [], header=["Nothing"]), "--profile", profile, "--by", "author", "--dry-run")
    assert not Import.objects.exists()
    with pytest.raises(Trouble, match=r"1 row of the file is refused.*Nothing was imported"):
        called("import_file", file, "--profile", profile, "--by", "author")
    out, _err = called("import_file", file, "--profile", profile, "--by", "author", "--map", "Ruritania=IS", "--without-refused")
    assert "recommendations: 3 created" in out


def test_a_name_that_nobody_knows_is_mapped_or_left_out(by: User, profile: Path, tmp_path: Path) -> None:
    data = rows(3)
    data[0][1] = "Ruritania"
    file = written(tmp_path / "review.csv", data)
    with pytest.raises(Trouble, match=r"1 name of a government is not known here.*Nothing was imported"):
        called("import_file", file, "--profile", profile, "--by", "author")
    assert not Recommendation.objects.exists()
    out, _err = called("import_file", file, "--profile", profile, "--by", "author", "--leave-out", "Ruritania")
    assert "recommendations: 3 created" in out and "addressees: 2 created" in out


def test_what_is_printed_can_be_pasted_into_a_shell(by: User, profile: Path, tmp_path: Path) -> None:
    data = rows(2)
    data[0][1], data[1][1] = "Ruritania", "St. Mary's & the Isles"
    file = written(tmp_path / "review.csv", data)
    words = ["import_file", file, "--profile", profile, "--by", "author", "--dry-run"]
    out, _err = called(*words)
    printed = [line for line in out.splitlines() if line.startswith("Unknown government")]
    assert len(printed) == 2
    said = [line.partition("; ")[2].partition(", or ")[0] for line in printed]
    given = shlex.split(" ".join(said).replace("CODE", "IS"))
    assert sorted(given[1::2]) == ["Ruritania=IS", "St. Mary's & the Isles=IS"]
    out, _err = called(*words, *given)
    assert "Unknown government" not in out and "addressees: 2 created" in out
    left_out = shlex.split(" ".join(line.partition(", or ")[2].rpartition(": ")[0] for line in printed))
    assert sorted(left_out[1::2]) == ["Ruritania", "St. Mary's & the Isles"]


def test_what_is_no_longer_in_the_file_is_told(by: User, profile: Path, tmp_path: Path) -> None:
    data = rows(3)
    called("import_file", written(tmp_path / "review.csv", data), "--profile", profile, "--by", "author")
    data[0][1] = "Iceland"
    out, _err = called("import_file", written(tmp_path / "review.csv", data), "--profile", profile, "--by", "author")
    assert "addressee RV-1 FR stood here from this file and is no longer in it; it is taken away." in out
    assert "addressees: 1 taken away: what stood here from this file and is no longer in it." in out
    assert [one.government.code for one in Addressee.objects.filter(recommendation__reference="RV-1")] == ["IS"]


def test_take_overwrites_what_was_edited_here(by: User, profile: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "review.csv", rows(2))
    called("import_file", file, "--profile", profile, "--by", "author")
    mine = Recommendation.objects.get(number="1")
    mine.statement = "Sample: mine."
    mine.save()
    out, _err = called("import_file", file, "--profile", profile, "--by", "author")
    assert f"recommendations:{mine.reference}: left as it is" in out and "here “Sample: mine.”" in out
    called("import_file", file, "--profile", profile, "--by", "author", "--take", mine.reference)
    assert Recommendation.objects.get(number="1").statement == rows(2)[0][2]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["FILE", "--profile", "nowhere", "--by", "author"], "There is no import profile “nowhere”"),
        (["missing.csv", "--profile", "PROFILE", "--by", "author"], "missing.csv cannot be read"),
        (["FILE", "--profile", "PROFILE", "--by", "nobody"], "“nobody” is no active member of staff here"),
        (["FILE", "--profile", "PROFILE", "--by", "author", "--map", "Ruritania"], "--map takes Name=CODE"),
        (["FILE", "--profile", "PROFILE", "--by", "author", "--map", "Ruritania=ZZ"], "no government with the code “ZZ”"),
    ],
)
def test_what_cannot_be_imported_is_said_in_one_sentence(words: list[str], sentence: str, by: User, profile: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "review.csv", rows(2))
    with pytest.raises(Trouble) as caught:
        called("import_file", *[{"FILE": file, "PROFILE": profile}.get(word, word) for word in words])
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


def test_ctrl_c_leaves_nothing(by: User, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "_note", interrupted)
    with pytest.raises(Trouble, match="Interrupted: nothing was imported") as caught:
        called("import_file", written(tmp_path / "review.csv", rows(2)), "--profile", profile, "--by", "author")
    assert caught.value.exit_code == 130
    assert not Recommendation.objects.exists() and not ImportedRow.objects.exists()
    assert Import.objects.get().state == ImportState.FAILED


KILLED = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.test_settings"
import django
django.setup()
from django.db import connections
for alias in ("default", "owner", "public", "eraser"):
    connections.settings[alias]["NAME"] = sys.argv[1]
from django.conf import settings
settings.ARCHIVE_DIR = sys.argv[2]
import time
from tracker.exchange.imports import progress, run_apply, running
from tracker.models import Import, User
progress.SECONDS, running.AT_ONCE = 0, 40
note = running.Run._note
def stopped(self, *what):
    if self.rows:
        print("written", flush=True)
        time.sleep(120)
    note(self, *what)
running.Run._note = stopped
run_apply(Import.objects.get(), by=User.objects.get(username="author"), reason="Killed", unseen=True)
"""


def test_a_killed_import_leaves_nothing_says_so_and_can_be_run_again(desk: str, by: User, archive: Path, tmp_path: Path, client: Client) -> None:
    User.objects.filter(pk=by.pk).update(is_staff=True)
    client.force_login(by)
    data = [[*row[:2], f"{row[2]} {'Light upon light. ' * 30}", *row[3:]] for row in rows(120)]
    batch = receive(written(tmp_path / "review.csv", data), by=by, profile="review", text=PROFILE)
    process = subprocess.Popen([sys.executable, "-c", KILLED, desk, str(archive)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline() == "written\n"
        assert is_at_work(batch)
        assert Import.objects.get().state == ImportState.APPLYING
        told = ImportProgress.objects.get()  # to be watched while the transaction is open
        assert told.rows == 39 and 0 < told.share < 1, "of the first piece, in which the file's own document stands too"
        assert told.words == f"39 rows of the file gone through ({round(100 * told.share)} %)"
        address = reverse("admin:tracker_import_state", args=[batch.pk])
        assert client.get(address).json() == {"going": True, "words": told.words}
        page = client.get(reverse("admin:tracker_import_change", args=[batch.pk])).content.decode()
        assert told.words in page and f'<progress max="100" value="{round(100 * told.share)}"' in page
        assert notice_the_dead() == []
        with pytest.raises(AtWork, match="is being worked on already"):
            run_preview(batch, by=by)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    for _try in range(100):  # until PostgreSQL has noticed
        if not is_at_work(batch):
            break
        time.sleep(0.1)
    assert [one.pk for one in notice_the_dead()] == [batch.pk]
    batch = Import.objects.get()
    assert batch.state == ImportState.FAILED and "nothing was written, and it can be run again" in batch.problem
    assert not Recommendation.objects.exists() and not ImportedRow.objects.exists()
    run_preview(batch, by=by)
    run_apply(batch, by=by, reason="Again")
    assert Recommendation.objects.count() == 120


def test_of_two_that_apply_the_same_batch_one_does(by: User, tmp_path: Path) -> None:
    batch = receive(written(tmp_path / "review.csv", rows(3)), by=by, profile="review", text=PROFILE)
    run_preview(batch, by=by)
    ended: list[str] = []

    def apply() -> None:
        try:
            run_apply(batch, by=by, reason="Both")
            ended.append("applied")
        except Exception as error:
            ended.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=apply) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended.count("applied") == 1
    assert next(said for said in ended if said != "applied").startswith(f"Import #{batch.pk} is ")
    assert Recommendation.objects.count() == 3


def test_an_import_waits_for_another_one(by: User, tmp_path: Path) -> None:
    batch = receive(written(tmp_path / "review.csv", rows(3)), by=by, profile="review", text=PROFILE)
    heard: list[str] = []
    with psycopg.connect(**connector_params("default"), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [loader.LOCK])

        def say(words: str) -> None:
            heard.append(words)
            if words.startswith("Waiting"):
                other.execute("SELECT pg_advisory_unlock(%s)", [loader.LOCK])

        run_preview(batch, by=by, say=say)
    assert "Waiting for another import to end" in heard


def test_the_jobs_do_the_steps(by: User, tmp_path: Path) -> None:
    batch = receive(written(tmp_path / "review.csv", rows(3)), by=by, profile="review", text=PROFILE)
    number = ask_for_preview(batch, by=by)
    assert BackgroundJob.objects.get(pk=number).task_name == "preview_import" and Import.objects.get().job == number
    assert preview_import(number=batch.pk, by=by.pk) == "3 rows of the file compared."
    ended(number)
    number = ask_for_apply(batch, by=by, reason="Looked at")
    said = apply_import(**BackgroundJob.objects.get(pk=number).args)
    ended(number)
    assert said is not None and said.endswith("rows written.")
    assert Recommendation.objects.count() == 3
    batch.refresh_from_db()
    ask_for_undo(batch, by=by, reason="Wrong")
    undo_import(number=batch.pk, by=by.pk, reason="Wrong")
    assert not Recommendation.objects.exists()
    assert set(BackgroundJob.objects.values_list("task_name", flat=True)) == {"preview_import", "apply_import", "undo_import"}


def test_nothing_is_decided_while_a_step_waits(by: User, tmp_path: Path) -> None:
    """Whoever presses twice asks once, and what was approved stays what it was until it is applied."""
    batch = receive(written(tmp_path / "review.csv", rows(3)), by=by, profile="review", text=PROFILE)
    run_preview(batch, by=by)
    number = ask_for_apply(batch, by=by, reason="Looked at")
    for verb, how in (
        (ask_for_apply, {"reason": "Looked at"}), (ask_for_apply, {"reason": "Looked at twice"}), (ask_for_preview, {}), (run_preview, {}),
        (choose, {"without_refused": True}),
    ):  # fmt: skip
        with pytest.raises(Refused, match="was asked for and has not ended yet"):
            verb(batch, by=by, **how)
    assert [job.pk for job in BackgroundJob.objects.all()] == [number]
    apply_import(**BackgroundJob.objects.get(pk=number).args)
    ended(number)
    assert Import.objects.get(pk=batch.pk).state == ImportState.APPLIED


def test_a_job_applies_what_was_seen_when_it_was_asked_for(by: User, tmp_path: Path) -> None:
    """Also where somebody has looked again since: that preview was not approved."""
    batch = receive(written(tmp_path / "review.csv", rows(3)), by=by, profile="review", text=PROFILE)
    run_preview(batch, by=by)
    number = ask_for_apply(batch, by=by, reason="Looked at")
    ended(number, "failed")
    other = receive(written(tmp_path / "other.csv", rows(1)), by=by, profile="review", text=PROFILE)
    run_apply(other, by=by, reason="Meanwhile", unseen=True)
    run_preview(batch, by=by)
    with pytest.raises(Trouble, match="somebody has looked at it again"):
        apply_import(**BackgroundJob.objects.get(pk=number).args)
    batch = Import.objects.get(pk=batch.pk)
    assert batch.state == ImportState.PREVIEWED and Recommendation.objects.count() == 1
    number = ask_for_apply(batch, by=by, reason="Seen")
    apply_import(**BackgroundJob.objects.get(pk=number).args)
    assert Recommendation.objects.count() == 3


def test_a_batch_that_is_held_is_not_free(by: User, tmp_path: Path) -> None:
    batch = receive(written(tmp_path / "review.csv", rows(1)), by=by, profile="review", text=PROFILE)
    with held(batch):
        assert is_at_work(batch)
    assert not is_at_work(batch)


def test_a_file_that_cannot_be_read_fails_in_a_sentence(by: User, tmp_path: Path) -> None:
    path = written(tmp_path / "review.csv", rows(1), header=["No", "Land", "Text", "Topic", "Answer", "Status", "Since"])
    batch = receive(path, by=by, profile="review", text=PROFILE)
    with pytest.raises(Trouble, match="Country"):
        run_preview(batch, by=by)
    batch = Import.objects.get()
    assert batch.state == ImportState.FAILED and "Country" in batch.problem


def test_a_step_runs_outside_any_other_transaction(by: User, tmp_path: Path) -> None:
    batch = receive(written(tmp_path / "review.csv", rows(1)), by=by, profile="review", text=PROFILE)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        run_preview(batch, by=by)


def test_what_matches_nothing_in_the_other_file_is_told(by: User, profile: Path, tmp_path: Path) -> None:
    """Of two files joined by a key: rows of the first without one in the second, and rows of the second that none of the first asks for."""
    with_others = PROFILE.replace("[theme]", 'target = "more.Whom"\n\n[theme]') + '\n[[join]]\nname = "more"\nkey = ["No"]\n'
    profile.write_text(with_others, encoding="utf-8")
    file = written(tmp_path / "review.csv", rows(5))
    other = written(tmp_path / "more.csv", [["2", "the keepers"], ["9", "nobody"], ["10", "nobody"], ["5", "the crews"]], header=["No", "Whom"])
    words = ["import_file", file, "--profile", profile, "--by", "author", "--join", f"more={other}"]
    for out in (called(*words, "--dry-run")[0], called(*words)[0]):
        assert "3 rows of the file have none in the second file, “more”: rows 2, 4, 5." in out
        assert "2 rows of the second file, “more”, are not used, as no row of the file has their keys: rows 3, 4." in out
    assert Recommendation.objects.get(number="5").target == "the crews"
    written(other, [[f"{n}", "all"] for n in range(1, 6)], header=["No", "Whom"])
    assert "second file" not in called(*words, "--dry-run")[0]

"""A long file in flat memory: what a preview and an import of it take is measured in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import copy_of, pointing_at
from tests.exchange.imports.conftest import keeper
from tests.exchange.imports.generated import records, review_of_states
from tracker.models import Addressee, Recommendation

LONG = int(os.environ.get("IMPORT_ROWS", "5000"))
"""Rows: several pieces of a file. With IMPORT_ROWS=41000 the same test imports as many as the states' reviews of each other have."""
SHORT = 2000
MEGABYTES = 256
A_ROW = 4_000
"""Bytes that each row more may take: what tells whether it comes again, some 1,800. Whoever keeps what rows yield takes 11,000 or more."""

PROCESS = """
import json, os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "config.test_settings"
import django
django.setup()
from django.conf import settings
from django.db import connections
for alias in ("default", "owner", "public", "eraser"):
    connections.settings[alias]["NAME"] = sys.argv[1]
settings.ARCHIVE_DIR = sys.argv[2]
from pathlib import Path
from tracker.exchange.imports import receive, run_apply, run_preview
from tracker.models import User
by = User.objects.get(username="author")
def memory(name):  # of this process alone; what getrusage tells begins with that of the process that started it
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(name))
base = memory("VmRSS")
batch = receive(Path(sys.argv[3]), by=by, profile="states", text=Path(sys.argv[4]).read_text())
begun = time.monotonic()
preview = run_preview(batch, by=by)
previewed = time.monotonic()
batch = run_apply(batch, by=by, reason="Long")
print(json.dumps({
    "counts": preview.counts, "same": batch.preview.digest == preview.digest, "kilobytes": memory("VmHWM") - base, "seconds": time.process_time(),
    "preview": previewed - begun, "apply": time.monotonic() - previewed,
}))
"""


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_long_file_in_macroman_with_cr_goes_through_in_flat_memory(
    cluster: Any, empty_template: str, django_db_blocker: Any, archive: Path, tmp_path: Path
) -> None:
    """The whole stays below what may be taken, and what a longer file takes more is less than its rows."""
    peaks = {}
    for count in (SHORT, LONG):
        with django_db_blocker.unblock(), copy_of(cluster, empty_template) as name, pointing_at(name):
            peaks[count] = imported(count, name, archive, tmp_path)
    assert peaks[LONG] < MEGABYTES * 1024
    assert (peaks[LONG] - peaks[SHORT]) * 1024 < (LONG - SHORT) * A_ROW, peaks


def imported(count: int, database: str, archive: Path, folder: Path) -> int:
    """Preview and import so many rows in a process of its own; gives the most memory that it took over what it began with, in kilobytes."""
    keeper()
    (folder / "profile.toml").write_text(review_of_states(folder / "states.csv", count))
    words = [sys.executable, "-c", PROCESS, database, str(archive), str(folder / "states.csv"), str(folder / "profile.toml")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    took = f"preview {said['preview']:.0f} s, apply {said['apply']:.0f} s ({said['seconds']:.0f} s of its own)"
    sys.stderr.write(f"{count} rows: {took}, {said['kilobytes'] / 1024:.1f} MB over the base\n")
    assert said["same"]
    plain = list(records(count))
    created = {name: of["created"] for name, of in said["counts"]["resources"].items()}
    assert said["counts"]["rows"] == {"read": count, "skipped": 0, "refused": 0, "repeated": 0}
    for name in ("recommendations", "addressees", "recommendation_themes", "positions", "assessments", "citations"):
        assert created[name] == count, name
    assert created["themes"] == len({row[5] for row in plain})
    assert Recommendation.objects.get(number=plain[-1][1], reference__startswith="ST-").statement == plain[-1][4]
    assert Addressee.objects.filter(government__name="Côte d’Ivoire").count() == sum(row[2] == "Côte d’Ivoire" for row in plain)
    return int(said["kilobytes"])

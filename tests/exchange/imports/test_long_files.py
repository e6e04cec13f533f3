"""A long file in flat memory: what a preview and an import of it take is measured in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exchange.imports.conftest import keeper
from tests.exchange.imports.generated import records, review_of_states
from tracker.models import Addressee, Recommendation

LONG = int(os.environ.get("IMPORT_ROWS", "2500"))
"""Rows: more than two pieces of a file. With IMPORT_ROWS=41000 the same test imports as many as the states' reviews of each other have."""
MEGABYTES = 256

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
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name))
base = memory("VmRSS")
batch = receive(Path(sys.argv[3]), by=by, profile="states", text=Path(sys.argv[4]).read_text())
begun = time.monotonic()
preview = run_preview(batch, by=by)
previewed = time.monotonic()
batch = run_apply(batch, by=by, reason="Long")
print(json.dumps({
    "counts": preview.counts, "same": batch.preview.digest == preview.digest, "megabytes": memory("VmHWM") - base, "seconds": time.process_time(),
    "preview": previewed - begun, "apply": time.monotonic() - previewed,
}))
"""


@pytest.mark.timeout(1800)
def test_a_long_file_in_macroman_with_cr_goes_through_in_flat_memory(desk: str, archive: Path, tmp_path: Path) -> None:
    keeper()
    (tmp_path / "profile.toml").write_text(review_of_states(tmp_path / "states.csv", LONG))
    words = [sys.executable, "-c", PROCESS, desk, str(archive), str(tmp_path / "states.csv"), str(tmp_path / "profile.toml")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    took = f"preview {said['preview']:.0f} s, apply {said['apply']:.0f} s ({said['seconds']:.0f} s of its own)"
    sys.stderr.write(f"{LONG} rows: {took}, {said['megabytes']} MB over the base\n")
    assert said["megabytes"] < MEGABYTES and said["same"]
    plain = list(records(LONG))
    created = {name: of["created"] for name, of in said["counts"]["resources"].items()}
    assert said["counts"]["rows"] == {"read": LONG, "skipped": 0, "refused": 0, "repeated": 0}
    for name in ("recommendations", "addressees", "recommendation_themes", "positions", "assessments", "citations"):
        assert created[name] == LONG, name
    assert created["themes"] == len({row[5] for row in plain})
    assert Recommendation.objects.get(number=plain[-1][1], reference__startswith="ST-").statement == plain[-1][4]
    assert Addressee.objects.filter(government__name="Côte d’Ivoire").count() == sum(row[2] == "Côte d’Ivoire" for row in plain)

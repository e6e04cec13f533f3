"""The archive's folder: the same bytes once, whole or not at all, private, never altered, and nothing outside it."""

import datetime as dt
import hashlib
import os
import re
import stat
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project

from tracker.archive.store import Kept, NotKept, Soundness, keep, open_bytes, sweep, verify

BYTES = b"Lorem ipsum \x00\xff" * 1000
SHA256 = hashlib.sha256(BYTES).hexdigest()
STORED_AS = f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"


@pytest.fixture(autouse=True)
def archive(settings: Any, tmp_path: Path) -> Path:
    settings.ARCHIVE_DIR = tmp_path / "state" / "archive"
    return settings.ARCHIVE_DIR


def files(archive: Path) -> list[str]:
    return sorted(str(path.relative_to(archive)) for path in archive.rglob("*") if path.is_file())


def run(program: str, archive: Path, *arguments: str) -> subprocess.Popen[str]:
    """A program in a process of its own, over the same archive."""
    begin = f"""
        import django, sys
        from pathlib import Path
        from django.conf import settings
        settings.configure(USE_I18N=False, ARCHIVE_DIR=Path({str(archive)!r}))
        from tracker.archive.store import *
    """
    code = textwrap.dedent(begin) + textwrap.dedent(program)
    return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=project.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_bytes_are_kept_under_their_hash(archive: Path) -> None:
    assert keep(BYTES) == Kept(SHA256, len(BYTES), STORED_AS, is_new=True)
    assert files(archive) == [STORED_AS]
    with open_bytes(STORED_AS) as file:
        assert file.read() == BYTES
    assert verify(SHA256, STORED_AS) is Soundness.SOUND


def test_a_file_is_copied_and_left_as_it_is(archive: Path, tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(BYTES * 200)  # several pieces
    assert keep(upload).sha256 == hashlib.sha256(BYTES * 200).hexdigest()
    upload.write_bytes(b"other")
    (only,) = files(archive)
    assert (archive / only).read_bytes() == BYTES * 200


def test_nobody_else_reads_or_writes_it(archive: Path) -> None:
    old = os.umask(0)
    try:
        keep(BYTES)
    finally:
        os.umask(old)
    for path in [archive, *archive.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o400)


def test_the_same_bytes_are_one_file_untouched(archive: Path, tmp_path: Path) -> None:
    keep(BYTES)
    before = (archive / STORED_AS).stat()
    upload = tmp_path / "upload"
    upload.write_bytes(BYTES)
    for again in (BYTES, upload):
        assert keep(again) == Kept(SHA256, len(BYTES), STORED_AS, is_new=False)
    after = (archive / STORED_AS).stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_nlink) == (before.st_ino, before.st_mtime_ns, 1)
    assert files(archive) == [STORED_AS]


def test_what_was_altered_is_said_and_not_mended_in_silence(archive: Path) -> None:
    keep(BYTES)
    path = archive / STORED_AS
    path.chmod(0o600)
    path.write_bytes(BYTES[:-1] + b"x")
    assert verify(SHA256, STORED_AS) is Soundness.ALTERED
    with pytest.raises(NotKept, match=r"altered since"):
        keep(BYTES)
    assert path.read_bytes() == BYTES[:-1] + b"x"
    path.unlink()
    assert verify(SHA256, STORED_AS) is Soundness.MISSING
    with pytest.raises(NotKept, match=r"missing"):
        open_bytes(STORED_AS)
    assert keep(BYTES).is_new


def test_another_files_hash_does_not_vouch_for_it() -> None:
    keep(BYTES)
    assert verify("0" * 64, STORED_AS) is Soundness.ALTERED


@pytest.mark.parametrize(
    "stored_as",
    [
        "", ".", "..", "/etc/passwd", "../secret", f"{SHA256[:2]}/{SHA256[2:4]}/../../../secret", f"/{STORED_AS}", f"{STORED_AS}/", f"{STORED_AS}\n",
        SHA256, STORED_AS.upper() if STORED_AS.upper() != STORED_AS else "X", f"./{STORED_AS}", f"00/00/{SHA256}", f"{STORED_AS}\0",
        "٠٠/٠٠/" + "٠" * 64,
    ],
)  # fmt: skip
def test_nothing_outside_is_opened(archive: Path, stored_as: str) -> None:
    keep(BYTES)
    (archive.parent / "secret").write_text("secret")
    with pytest.raises(NotKept, match=r"^This is no place in the archive\.$"):
        open_bytes(stored_as)
    assert verify(SHA256, stored_as) is Soundness.MISSING


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_link_in_the_archive_leads_nowhere(archive: Path, tmp_path: Path, level: int) -> None:
    keep(BYTES)
    moved = tmp_path / "elsewhere"
    place = archive / "/".join(STORED_AS.split("/")[: level + 1])
    place.rename(moved)
    place.symlink_to(moved)
    with pytest.raises(NotKept):
        open_bytes(STORED_AS)


def test_the_archive_itself_may_be_a_link_to_a_larger_disk(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    settings.ARCHIVE_DIR = tmp_path / "link"
    assert open_bytes(keep(BYTES).stored_as).read() == BYTES


def test_many_processes_at_once_make_one_file(archive: Path) -> None:
    program = """
        sys.stdin.read()
        for number in range(20):
            kept = keep(bytes([number]) * 100_000)
            assert verify(kept.sha256, kept.stored_as) == "sound"
            print(kept.is_new)
    """
    running = [run(program, archive) for _number in range(4)]
    told = [process.communicate("")[0] for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert sum(words.count("True") for words in told) == 20  # each was new once
    assert len(files(archive)) == 20


def test_a_full_disk_leaves_nothing(archive: Path) -> None:
    program = """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        keep(b"small")
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        try:
            keep(b"x" * 2_000_000)
        except NotKept as refusal:
            print(refusal)
    """
    process = run(program, archive)
    told, trouble = process.communicate()
    assert (told, trouble) == ("There is no room left in the archive's folder; nothing was kept.\n", "")
    assert [Path(name).name for name in files(archive)] == [hashlib.sha256(b"small").hexdigest()]


def test_a_folder_that_cannot_be_made_is_said(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.ARCHIVE_DIR = tmp_path / "file" / "archive"
    with pytest.raises(NotKept, match=r"^The archive's folder cannot be written \(.*\); nothing was kept\.$"):
        keep(BYTES)


def test_a_process_that_dies_leaves_a_part_that_is_swept(archive: Path) -> None:
    program = """
        import os
        os.fsync = lambda handle: os._exit(9)
        keep(b"x" * 1000)
    """
    keep(BYTES)
    process = run(program, archive)
    process.communicate()
    assert process.returncode == 9
    assert len(files(archive)) == 2
    now = dt.datetime.now(dt.UTC)
    assert sweep(now - dt.timedelta(hours=1)) == 0  # it may still be at work
    assert sweep(now + dt.timedelta(hours=1)) == 1
    assert files(archive) == [STORED_AS]
    with pytest.raises(NotKept):
        open_bytes(next(iter([".part-x"])))


def test_where_it_lies_by_default() -> None:
    source = (project.BASE_DIR / "config" / "settings.py").read_text()
    assert re.search(r'^ARCHIVE_DIR = env\.path\("ARCHIVE_DIR"\) or STATE_DIR / "archive"', source, re.MULTILINE)

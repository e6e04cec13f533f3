"""The database server of one test run: in a folder of its own, without care for crashes, and gone afterwards.

The run's folder is locked for as long as the run lives. A folder whose lock can be had belongs to a dead run: its server is
ended and it is removed, by the next run.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from config.postgres import Cluster

VARIABLE = "TRACKER_TEST_RUN"
MEMORY = Path("/dev/shm")
AMPLE = 6 * 2**30  # bytes; a run needs half of that at most, environments that are made for trial among it
PREFIX = f"policy-tracker-test-{os.geteuid()}-"
# Nothing of a test run has to survive a power cut.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "autovacuum": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}
_held: list[object] = []  # the lock of this process's own run


def run_folder() -> Path:
    """This run's folder: made by the first process that asks, told to its children through the environment."""
    if known := os.environ.get(VARIABLE):
        return Path(known)
    *others, root = roots()
    for place in (*others, root):
        remove_leftovers(place)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    folder.chmod(0o711)  # the server's user passes through; the server's own folder below is closed
    lock = open(folder / "alive", "w")  # noqa: SIM115 - held until this process ends
    fcntl.flock(lock, fcntl.LOCK_EX)
    _held.append(lock)
    os.environ[VARIABLE] = str(folder)
    maker = os.getpid()
    atexit.register(lambda: remove(folder) if os.getpid() == maker else None)
    return folder


def roots() -> list[Path]:
    """Where runs have their folders; the last one is for a new run: in memory where there is ample room, as each writing test copies a database."""
    found = [Path(tempfile.gettempdir())]
    with suppress(OSError):
        room = os.statvfs(MEMORY)
        if os.access(MEMORY, os.W_OK | os.X_OK) and not room.f_flag & os.ST_NOEXEC and room.f_bavail * room.f_frsize > AMPLE:
            found.append(MEMORY)
    return found


def cluster(folder: Path | None = None) -> Cluster:
    """The run's server, not necessarily started."""
    return Cluster(folder or run_folder(), SETTINGS)


def remove_leftovers(root: Path) -> list[Path]:
    """Clean up after runs that died: end their servers, remove their folders. Gives what was removed."""
    removed = []
    for folder in root.glob(f"{PREFIX}*"):
        if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.geteuid():
            continue
        try:
            with open(folder / "alive", "a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(folder)
                removed.append(folder)
        except OSError:  # alive, or being removed by somebody else
            continue
    return removed


def remove(folder: Path) -> None:
    """End the server of a run, without waiting for its data to be saved, and remove the folder."""
    process = cluster(folder).process()
    if process:
        with suppress(psutil.Error):
            process.send_signal(3)  # SIGQUIT: PostgreSQL's immediate shutdown
            process.wait(10)
    shutil.rmtree(folder, ignore_errors=True)

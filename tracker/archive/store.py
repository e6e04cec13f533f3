"""The bytes of what was captured, each kept once under its SHA-256, in a private folder, and never altered.

A file is written beside its place under a name of its own, flushed to the disk, and then given its name in one step that fails if the
name is taken. So a reader sees whole files only, two processes that keep the same bytes get one file, and nothing is ever overwritten. A process
that dies leaves at most such an unnamed part, which `sweep` removes.
"""

import datetime as dt
import enum
import errno
import hashlib
import io
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

_NAME = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})", re.ASCII)
_PART = ".part-"
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes in the archive.

    sha256     of the bytes, 64 hexadecimal digits
    size       in bytes
    stored_as  their place below `settings.ARCHIVE_DIR`
    is_new     False if the same bytes were here already
    """

    sha256: str
    size: int
    stored_as: str
    is_new: bool


class Soundness(enum.StrEnum):
    """What became of bytes that were kept."""

    SOUND = "sound"
    ALTERED = "altered"
    MISSING = "missing"  # or not to be read


class NotKept(Exception):
    """Bytes could not be kept or given out; the text is a sentence for staff."""


def folder() -> Path:
    """Where the archive lies."""
    return Path(settings.ARCHIVE_DIR)


def keep(content: bytes | Path) -> Kept:
    """Keep bytes, or those of a file, which is left as it is. The same bytes again are the same file. `NotKept` if the disk says no."""
    try:
        _make(folder())
        with tempfile.NamedTemporaryFile(dir=folder(), prefix=_PART, delete=False) as file:
            part = Path(file.name)
            try:
                sha256, size = _copy(content, file)
                stored_as = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
                file.flush()
                os.fchmod(file.fileno(), 0o400)
                os.fsync(file.fileno())
                is_new = _name(part, folder() / stored_as)
            finally:
                part.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise NotKept(_("There is no room left in the archive's folder; nothing was kept.")) from error
        raise NotKept(_("The archive's folder cannot be written (%(why)s); nothing was kept.") % {"why": error.strerror or ""}) from error
    if not is_new and verify(sha256, stored_as) is not Soundness.SOUND:
        raise NotKept(_("These bytes were kept before, and their file in the archive was altered since; an administrator must look at it first."))
    return Kept(sha256, size, stored_as, is_new)


def named(path: Path) -> Kept:
    """What keeping a file would give, without keeping it."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Kept(sha256, path.stat().st_size, f"{sha256[:2]}/{sha256[2:4]}/{sha256}", False)


def open_bytes(stored_as: str) -> io.BufferedReader:
    """A kept file, open for reading. `NotKept` for whatever is no place in the archive, or is not there."""
    path = _place(stored_as)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        raise NotKept(_("The archived file is missing or cannot be read.")) from None
    return os.fdopen(handle, "rb")


def verify(sha256: str, stored_as: str) -> Soundness:
    """Whether a kept file still has the bytes that it was kept for. Reads all of it."""
    try:
        with open_bytes(stored_as) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except (NotKept, OSError):
        return Soundness.MISSING
    return Soundness.SOUND if found == sha256 else Soundness.ALTERED


def sweep(before: dt.datetime) -> int:
    """Remove what processes left half-written when they died, if untouched since `before`. Gives how many."""
    removed = 0
    for part in folder().glob(f"{_PART}*"):
        try:
            if part.lstat().st_mtime < before.timestamp():
                part.unlink()
                removed += 1
        except FileNotFoundError:
            pass  # finished while we looked
    return removed


def _place(stored_as: str) -> Path:
    """The path of a kept file, which lies nowhere but in the archive."""
    if not _NAME.fullmatch(stored_as):
        raise NotKept(_("This is no place in the archive."))
    path = folder() / stored_as
    if path.parent.resolve() != folder().resolve() / stored_as[:5]:
        raise NotKept(_("This is no place in the archive."))
    return path


def _copy(content: bytes | Path, file: IO[bytes]) -> tuple[str, int]:
    """Write it and count it: its hash is that of what was written, not of what lies there a moment later."""
    if isinstance(content, bytes):
        file.write(content)
        return hashlib.sha256(content).hexdigest(), len(content)
    digest, size = hashlib.sha256(), 0
    with content.open("rb") as source:
        while piece := source.read(_CHUNK):
            digest.update(piece)
            file.write(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _name(part: Path, path: Path) -> bool:
    """Give a whole file its name; False if the name is taken."""
    for parent in (path.parent.parent, path.parent):
        _make(parent)
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError as error:
        # File systems without links: whoever has the same name has the same bytes, so a name taken meanwhile loses nothing.
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
            raise
        if path.exists():
            return False
        os.rename(part, path)
    _sync(path.parent)
    return True


def _make(path: Path) -> None:
    """A private folder that is still there after a power cut."""
    if path.is_dir():
        return
    if not path.parent.is_dir():
        _make(path.parent)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

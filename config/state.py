"""The state folder: where this installation keeps what it makes (embedded database, secrets, collected files)."""

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from config import env
from config.trouble import Trouble

BASE_DIR = Path(__file__).resolve().parent.parent
SYSTEM_HOME = Path("/var/lib/policy-tracker")


def short_hash(path: Path) -> str:
    """Eight characters that tell one checkout from another."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def folder(base: Path = BASE_DIR) -> Path:
    """The state folder, in the order in which a person would look for it. Not created here.

    `TRACKER_STATE_DIR`; for root /var/lib/policy-tracker/..., as the database then runs as another user who must reach
    it; `.data` beside manage.py; in a checkout that belongs to somebody else, a folder of one's own at home.
    """
    if chosen := env.path("TRACKER_STATE_DIR"):
        return chosen
    if os.geteuid() == 0:
        return SYSTEM_HOME / short_hash(base)
    beside = base / ".data"
    if beside.exists() and beside.stat().st_uid == os.geteuid():
        return beside
    if not beside.exists() and os.access(base, os.W_OK):
        return beside
    return data_home() / "policy-tracker" / short_hash(base)


def data_home() -> Path:
    """Where this user's programs keep what they make."""
    try:
        return env.path("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    except RuntimeError:
        raise Trouble("This user has no home folder to keep the database in; TRACKER_STATE_DIR can name another place.") from None


def make_folder(path: Path, mode: int = 0o700) -> Path:
    """The folder, made with its parents if need be, with exactly this mode if it is new."""
    try:
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(mode)
    except OSError as error:
        raise Trouble(f"The folder {path} cannot be made ({error.strerror}); TRACKER_STATE_DIR can name another place.") from None
    return path


def make_state_folder(path: Path) -> Path:
    """The state folder itself: private; for root one that others may pass through, to reach the database's own part."""
    if os.geteuid() != 0:
        return make_folder(path, 0o700)
    if path.parent == SYSTEM_HOME:
        make_folder(SYSTEM_HOME, 0o711)
    return make_folder(path, 0o711)


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def kept_secrets(path: Path, makers: dict[str, Callable[[], str]]) -> dict[str, str]:
    """The secrets in a JSON file of the state folder; whichever is missing is made and written there, once, mode 0600.

    Two programs that start at the same moment get the same ones: the file is linked into place, and the first one wins.
    """
    try:
        known = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        known = {}
    except (OSError, ValueError) as error:
        raise Trouble(f"The secrets file {path} cannot be read ({error}).") from None
    if set(makers) <= set(known):
        return known
    complete = {name: make() for name, make in makers.items()} | known
    try:
        make_state_folder(path.parent)
        if known:
            write_private(path, json.dumps(complete, indent=1))
            return complete
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        write_private(fresh, json.dumps(complete, indent=1))
        try:
            os.link(fresh, path)
        except FileExistsError:
            return json.loads(path.read_text())
        finally:
            fresh.unlink()
    except OSError as error:
        raise Trouble(f"The secrets file {path} cannot be written ({error.strerror}); TRACKER_STATE_DIR can name another place.") from None
    return complete


def password() -> str:
    """A password that nobody has to type."""
    return secrets.token_urlsafe(24)

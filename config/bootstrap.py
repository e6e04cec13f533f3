"""Sets up the environment that the software runs in, when it is not there: `.venv` beside manage.py, from pinned, hashed
requirements. Standard library only, as it runs before anything else is installed.

Nothing is ever installed into a system's Python, nor into an environment that manage.py did not make: a marker file inside
`.venv` says who made it and what is in it. The marker is there from the first moment and lists a requirements file only
when that is wholly installed, so an interrupted installation is taken up again by the next run.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from config.trouble import Trouble

BASE_DIR = Path(__file__).resolve().parent.parent
REQUIREMENTS = BASE_DIR / "config" / "requirements"
MARKER = "made-by-manage.py.json"
# Set for the process that manage.py starts inside .venv, so that a broken environment cannot make it start itself for ever.
ENTERED = "TRACKER_VENV_ENTERED"

NO_DISK = ("No space left on device", "ENOSPC", "Errno 28", "os error 28", "Disk quota exceeded")
NO_NETWORK = (
    "Temporary failure in name resolution", "Name or service not known", "Failed to establish a new connection",
    "NewConnectionError", "Network is unreachable", "Connection refused", "ConnectionError", "ConnectTimeout", "ReadTimeout",
    "error sending request", "dns error", "Could not connect", "failed to lookup address", "ProxyError", "Connection reset",
    "client error (Connect)", "operation timed out", "getaddrinfo",
)  # fmt: skip
PIP_INSTALL = ["install", "--no-input", "--disable-pip-version-check", "--retries", "2"]


# --- The way in -------------------------------------------------------------------------------------------------------------


def prepare(argv: list[str], base: Path = BASE_DIR) -> None:
    """Return when this interpreter has everything; else set `.venv` up and start again inside it.

    A failure ends the program with one sentence on stderr.
    """
    if sys.platform == "win32":
        sys.exit("This software runs on Linux and macOS; on Windows, run it inside the Windows Subsystem for Linux.")
    wanted = ["runtime.txt", "test.txt"] if argv[1:2] == ["test"] else ["runtime.txt"]
    environment = Environment(base / ".venv")
    try:
        if environment.is_running():
            if environment.is_ours():
                environment.complete(wanted)
            elif gaps := missing_packages(wanted):
                raise Trouble(_foreign(environment, gaps))
            return
        gaps = missing_packages(wanted)
        if not gaps:
            return
        if os.environ.get(ENTERED):
            raise Trouble(f"{environment.path} does not work (it lacks {gaps[0]}); remove that folder and run this again.")
        if environment.path.exists() and not environment.is_ours():
            raise Trouble(_foreign(environment, gaps))
        environment.complete(wanted)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit(f"The disk is full: {environment.path} needs about 300 MB.")
        sys.exit(f"{environment.path} cannot be set up: {error.strerror} ({error.filename}).")
    except KeyboardInterrupt:
        sys.exit("Interrupted; the next run takes up where this one stopped.")
    environment.enter(argv)


def missing_packages(files: list[str], requirements: Path = REQUIREMENTS) -> list[str]:
    """The pinned packages that this interpreter lacks, or, for Django, has in another release series."""
    missing = []
    for name, version in direct_requirements(files, requirements):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if name == "django" and found.split(".")[:2] != version.split(".")[:2]:
            missing.append(f"django {version} (this is {found})")
    return missing


def direct_requirements(files: list[str], requirements: Path = REQUIREMENTS) -> Iterator[tuple[str, str]]:
    """Name and version of what pyproject.toml asks for by name, as pinned; the dependencies of those come along anyway."""
    pins = {}
    for file in files:
        pins |= dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (requirements / file).read_text(), re.MULTILINE))
    import tomllib

    project = tomllib.loads((requirements.parent.parent / "pyproject.toml").read_text())
    asked = list(project["project"]["dependencies"])
    if "test.txt" in files:
        asked += project["dependency-groups"]["test"]
    for line in asked:
        name = re.split(r"[\[<>=!~ ;]", line, maxsplit=1)[0].lower()
        yield name, pins[name]


def _foreign(environment: "Environment", gaps: list[str]) -> str:
    return (
        f"{environment.path} was not made by manage.py, so nothing is installed into it (missing: {', '.join(gaps[:3])}"
        f"{', ...' if len(gaps) > 3 else ''}); move it away, or install config/requirements/runtime.txt (for tests: test.txt) there yourself."
    )


def say(message: str) -> None:
    """What is being done, for the person waiting; on stderr, as a command's output may be read by a program."""
    print(message, file=sys.stderr, flush=True)


# --- The environment --------------------------------------------------------------------------------------------------------


@dataclass
class Environment:
    """The virtual environment at `path`, made and kept up to date by manage.py."""

    path: Path

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def marker(self) -> Path:
        return self.path / MARKER

    def is_running(self) -> bool:
        """Whether this very interpreter is the environment's."""
        return Path(sys.prefix).resolve() == self.path.resolve() and sys.prefix != sys.base_prefix

    def is_ours(self) -> bool:
        """Whether manage.py made it (an empty folder is as good)."""
        return self.marker.is_file() or (self.path.is_dir() and not any(self.path.iterdir()))

    def installed(self) -> dict[str, str]:
        """The requirements files that are wholly installed, each with the hash that it had."""
        try:
            return dict(json.loads(self.marker.read_text())["installed"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def lacks(self, files: list[str]) -> list[str]:
        """The files that are not installed as they are now."""
        known = self.installed()
        return [name for name in files if known.get(name) != file_hash(REQUIREMENTS / name)]

    def works(self) -> bool:
        """Whether its interpreter starts: after an upgrade of the system the one it points to may be gone."""
        try:
            done = subprocess.run(
                [str(self.python), "-c", "import sys; print(sys.version_info >= (3, 11))"], capture_output=True, text=True, env=clean_environment()
            )
        except OSError:
            return False
        return done.stdout.strip() == "True"

    def complete(self, files: list[str]) -> None:
        """Make it if it is not there, and install what it lacks. Two programs at once take turns."""
        if not self.lacks(files) and os.access(self.python, os.X_OK) and (self.is_running() or self.works()):
            return
        with self.locked():
            if not self.works() or not self.installer():
                self.make()
            # A file installed later may hold other versions of the same packages: take the largest alone.
            lacking = self.lacks(files)
            if lacking:
                self.install("test.txt" if "test.txt" in lacking else lacking[0], files)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold `.venv.lock`; says so when another program holds it."""
        try:
            lock = open(self.path.with_name(".venv.lock"), "a")  # noqa: SIM115 - closed below
        except OSError as error:
            raise Trouble(
                f"Django is missing and {self.path} cannot be made ({error.strerror}); run this once as the owner of {self.path.parent}, "
                "or from a copy of the software in a folder of your own."
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"Another manage.py is setting up {self.path}; waiting for it.")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def make(self) -> None:
        """Make the environment, by the first way that works on this machine."""
        if self.path.exists() and not self.is_ours():
            raise Trouble(f"{self.path} was not made by manage.py, so it is left alone; move it away and run this again.")
        problems = []
        for way, command in self.ways():
            say(f"Setting up {self.path} with {way} (Python {sys.version_info[0]}.{sys.version_info[1]}).")
            shutil.rmtree(self.path, ignore_errors=True)
            try:
                self.path.mkdir()
                self.mark({})
                done = subprocess.run(command, capture_output=True, text=True, env=clean_environment())
            except OSError as error:
                raise Trouble(f"{self.path} cannot be made: {error.strerror}.") from None
            output = done.stdout + done.stderr
            if done.returncode == 0 and self.works():
                return
            if any(sign in output for sign in NO_DISK):
                raise Trouble(f"The disk is full: {self.path} needs about 300 MB.")
            problems.append(output)
        shutil.rmtree(self.path, ignore_errors=True)
        if problems:
            raise Trouble(f"{self.path} cannot be made ({last_line(problems[-1]).rstrip('.')}); {self.advice('if the venv module is incomplete, ')}.")
        raise Trouble(f"Python's venv module is incomplete on this machine; {self.advice()}.")

    def advice(self, condition: str = "") -> str:
        """What to do about a Python that can make no environment."""
        return f"{condition}install it (Debian, Ubuntu: apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv) or uv, and run this again"

    def ways(self) -> Iterator[tuple[str, list[str]]]:
        """How an environment could be made here, best first, with the command for each."""
        path = str(self.path)
        if uv := shutil.which("uv"):
            yield "uv", [uv, "venv", "--quiet", "--allow-existing", "--no-project", "--no-config", "--python", sys.executable, path]
        if find_spec("venv") and (ensurepip := find_spec("ensurepip")) and ensurepip.origin:
            yield "venv", [sys.executable, "-m", "venv", path]
        if find_spec("virtualenv"):
            yield "virtualenv", [sys.executable, "-m", "virtualenv", "--quiet", path]
        if find_spec("venv") and pip_can_install_elsewhere():
            yield "venv and the system's pip", [sys.executable, "-m", "venv", "--without-pip", path]

    def install(self, file: str, files: list[str]) -> None:
        """Install one requirements file; `files` are the ones that are then present."""
        requirements = REQUIREMENTS / file
        names = re.findall(r"^([A-Za-z0-9._-]+)==", requirements.read_text(), re.MULTILINE)
        purpose = "the test tools and " if file == "test.txt" else ""
        found = self.installer()
        if not found:
            raise Trouble(f"Nothing on this machine can install packages into {self.path}; {self.advice()}.")
        way, command = found
        say(f"Installing {purpose}{len(names)} packages with {way} ({requirements.relative_to(BASE_DIR)}, pinned and hashed).")
        code, output = run_showing_progress([*command, "--require-hashes", "-r", str(requirements)], len(names))
        if code:
            with suppress(OSError):
                (self.path / "install.log").write_text(output)
            raise Trouble(self.why_not_installed(output))
        check = subprocess.run([str(self.python), "-c", "import django, psycopg, granian"], capture_output=True, text=True, env=clean_environment())
        if check.returncode:
            raise Trouble(f"What was installed into {self.path} does not work on this machine: {last_line(check.stderr)}")
        self.mark(self.installed() | {name: file_hash(REQUIREMENTS / name) for name in files})
        say(f"{self.path} is ready.")

    def installer(self) -> tuple[str, list[str]] | None:
        """What can install into it, in words and as the start of a command: uv, its own pip, or the system's. None: nothing."""
        if uv := shutil.which("uv"):
            return "uv", [uv, "pip", "install", "--no-config", "--python", str(self.python)]
        own = [str(self.python), "-m", "pip"]
        # pip is missing where uv made the environment, or where its making was interrupted.
        for attempt in ([*own, "--version"], [str(self.python), "-m", "ensurepip"]):
            if subprocess.run(attempt, capture_output=True, env=clean_environment()).returncode == 0:
                return "pip", [*own, *PIP_INSTALL]
        if pip_can_install_elsewhere():
            return "the system's pip", [sys.executable, "-m", "pip", "--python", str(self.python), *PIP_INSTALL]
        return None

    def why_not_installed(self, output: str) -> str:
        """One sentence from an installer's pages."""
        log = f"the whole output is in {self.path / 'install.log'}"
        if any(sign in output for sign in NO_DISK):
            return f"The disk is full: {self.path} needs about 300 MB."
        if any(sign in output for sign in NO_NETWORK):
            return f"The packages cannot be fetched: there is no way to the package index from here (no network, or a proxy in between); {log}."
        if "hash" in output.lower() and "match" in output.lower():
            return f"A package is not the one that was pinned (its hash differs), so nothing was installed; {log}."
        return f"The packages cannot be installed: {last_line(output).rstrip('.')}; {log}."

    def mark(self, installed: dict[str, str]) -> None:
        """Write the marker, whole or not at all."""
        fresh = self.marker.with_suffix(".new")
        fresh.write_text(json.dumps({"made_by": "manage.py", "installed": installed}, indent=1) + "\n")
        fresh.replace(self.marker)

    def enter(self, argv: list[str]) -> NoReturn:
        """Become the same command inside the environment."""
        os.environ[ENTERED] = "1"
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(self.python, [str(self.python), *argv])


# --- Helpers ----------------------------------------------------------------------------------------------------------------


def file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def clean_environment() -> dict[str, str]:
    """Our environment without what would send an installation elsewhere than into .venv."""
    dropped = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in dropped} | {"PIP_USER": "0"}


def pip_can_install_elsewhere() -> bool:
    """Whether this interpreter's pip knows `--python` (22.3 and newer)."""
    try:
        major, minor = metadata.version("pip").split(".")[:2]
        return (int(major), int(minor)) >= (22, 3)
    except (metadata.PackageNotFoundError, ValueError):
        return False


def run_showing_progress(command: list[str], total: int) -> tuple[int, str]:
    """Run an installer, counting its packages on one line of the terminal; gives its exit code and whole output."""
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors="replace", env=clean_environment()
        )
    except OSError as error:
        raise Trouble(f"{command[0]} cannot be started ({error.strerror}).") from None
    assert process.stdout
    lines, seen, live = [], 0, sys.stderr.isatty()
    try:
        for line in process.stdout:
            lines.append(line)
            if match := re.match(r"\s*(?:Collecting|Downloading|Prepared|Installed|Building|Installing collected)\s*(\S*)", line):
                seen += line.lstrip().startswith("Collecting")
                if live:
                    count = f"{min(seen, total)} of {total} " if seen else ""
                    sys.stderr.write(f"\r\033[K  {count}{line.strip()[:60]}")
                    sys.stderr.flush()
                elif seen and seen % 10 == 0 and line.lstrip().startswith("Collecting"):
                    say(f"  {seen} of {total} {match[1]}")
        return process.wait(), "".join(lines)
    finally:
        if live:
            sys.stderr.write("\r\033[K")
        if process.poll() is None:
            process.terminate()
            process.wait()


def last_line(output: str) -> str:
    """The line of an installer's output that says most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?i)(error|fatal|×)", line)]
    return re.sub(r"(?i)^(error|fatal|×)[: ]*", "", (errors or lines or ["no reason was given"])[-1])

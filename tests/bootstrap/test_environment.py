"""`.venv`, made by manage.py: from what, by whom, and what happens when something is in the way."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config import bootstrap
from config.trouble import Trouble

REQUIREMENTS = settings.BASE_DIR / "config" / "requirements"
PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
PARTS = ("manage.py", "pyproject.toml", "config", "tracker")


@pytest.fixture
def checkout(folder) -> Path:
    """A copy of the software without an environment."""
    place = folder / "checkout"
    place.mkdir(mode=0o755)
    for part in PARTS:
        source = settings.BASE_DIR / part
        if source.is_dir():
            shutil.copytree(source, place / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, place / part)
    return place


def bare_python() -> str:
    """The interpreter behind ours, without what is installed in our environment."""
    return getattr(sys, "_base_executable", sys.executable)


def manage(checkout: Path, environment: dict[str, str], *arguments: str, python: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python or bare_python(), "manage.py", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, timeout=600
    )


# --- The pinned files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["runtime.txt", "test.txt"])
def test_every_package_is_pinned_and_hashed_and_nothing_else_is_said(name):
    text = (REQUIREMENTS / name).read_text()
    for requirement in text.replace("\\\n", " ").splitlines():
        assert re.fullmatch(r"[a-z0-9._-]+==\S+( ; [^-]+?)?( +--hash=sha256:[0-9a-f]{64})+ *", requirement), requirement
    assert not re.search(r"https?:|file:|index|find-links|/", text.replace("pyproject", ""))


def test_tests_run_on_what_production_runs_on():
    runtime, test = (dict(PIN.findall((REQUIREMENTS / name).read_text())) for name in ("runtime.txt", "test.txt"))
    assert runtime.items() <= test.items()


def test_whatever_pyproject_asks_for_is_pinned():
    names = dict(bootstrap.direct_requirements(["runtime.txt", "test.txt"]))
    assert {"django", "psycopg", "pytest", "playwright"} <= set(names)


# --- Old Pythons -----------------------------------------------------------------------------------------------------------


def test_manage_py_reads_on_any_python():
    source = (settings.BASE_DIR / "manage.py").read_text()
    tree = ast.parse(source, feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr)]
    assert source.isascii()


@pytest.mark.slow
@pytest.mark.parametrize("version", ["2.7", "3.6", "3.8", "3.10"])
def test_an_old_python_is_told_so_in_one_sentence(version, environment):
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [*sorted(pyenv.glob(f"versions/{version}.*/bin/python")), shutil.which(f"python{version}")]
    # A name on PATH may be a signpost to a Python that is not there.
    program = next((str(path) for path in found if path and subprocess.run([path, "-c", ""], capture_output=True).returncode == 0), None)
    if not program:
        pytest.skip(f"there is no Python {version} on this machine to try it with")
    done = subprocess.run([program, str(settings.BASE_DIR / "manage.py"), "start"], env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert re.fullmatch(rf"Python 3\.11 or newer is needed; this is {re.escape(version)}\.\d+ .*\.\n", done.stderr)


# --- The environment -------------------------------------------------------------------------------------------------------


def test_an_environment_of_somebody_else_is_left_alone(checkout, environment):
    subprocess.run([bare_python(), "-m", "venv", "--without-pip", ".venv"], cwd=checkout, check=True)
    before = sorted(path.name for path in (checkout / ".venv").rglob("*"))
    for python in (bare_python(), str(checkout / ".venv" / "bin" / "python")):
        done = manage(checkout, environment, "check", python=python)
        assert done.returncode != 0
        assert "was not made by manage.py" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in (checkout / ".venv").rglob("*")) == before


def test_a_folder_that_cannot_be_written_is_one_sentence(checkout, environment):
    command = [bare_python(), "manage.py", "check"]
    if os.geteuid() == 0:
        if not (setpriv := shutil.which("setpriv")):
            pytest.skip("root may write anywhere, and there is no setpriv to take that right away")
        command = [setpriv, "--bounding-set", "-dac_override", *command]
    checkout.chmod(0o555)
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=600)
    checkout.chmod(0o755)
    assert done.returncode != 0
    assert "cannot be made (Permission denied)" in done.stderr


def test_what_is_installed_is_known_by_the_files_hash(tmp_path):
    environment = bootstrap.Environment(tmp_path / ".venv")
    environment.path.mkdir()
    assert environment.is_ours(), "an empty folder is as good as none"
    environment.mark({})
    assert environment.lacks(["runtime.txt"]) == ["runtime.txt"]
    environment.mark({"runtime.txt": bootstrap.file_hash(REQUIREMENTS / "runtime.txt")})
    assert environment.lacks(["runtime.txt", "test.txt"]) == ["test.txt"]
    environment.mark({"runtime.txt": "of an older file"})
    assert environment.lacks(["runtime.txt"]) == ["runtime.txt"]


def test_the_ways_to_make_an_environment_and_the_package_to_name_when_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: None)
    environment = bootstrap.Environment(tmp_path / ".venv")
    assert list(environment.ways()) == []
    with pytest.raises(Trouble, match=r"apt install python3\.\d+-venv"):
        environment.make()
    assert not environment.path.exists()
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: object() if name == "virtualenv" else None)
    assert [way for way, _ in environment.ways()] == ["virtualenv"]
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/bin/{name}")
    assert [way for way, _ in environment.ways()] == ["uv", "virtualenv"]


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("  Caused by: dns error: failed to lookup address information", "no network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one that was pinned"),
        ("Collecting x\nERROR: No matching distribution found for x==1", "No matching distribution found for x==1"),
    ],
)
def test_an_installer_s_pages_become_one_sentence(tmp_path, output, says):
    sentence = bootstrap.Environment(tmp_path / ".venv").why_not_installed(output)
    assert says in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.slow
def test_from_nothing_twice_at_once_and_again(checkout, environment):
    """Two first starts at the same moment: one sets up, the other waits; both then work, and a third has nothing to do."""
    both = [
        subprocess.Popen([bare_python(), "manage.py", "check"], cwd=checkout, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told = []
    for program in both:
        told.append(program.communicate(timeout=600)[1])
        assert program.returncode == 0, told[-1]
    assert sum("Setting up" in text for text in told) == 1
    assert "pinned and hashed" in "".join(told)
    again = manage(checkout, environment, "check")
    assert (again.returncode, again.stderr.strip()) == (0, "")

    # An installation broken off: its marker lists nothing, so the next run completes it.
    marker = checkout / ".venv" / bootstrap.MARKER
    marker.write_text('{"made_by": "manage.py", "installed": {}}')
    shutil.rmtree(next((checkout / ".venv").glob("lib/python*/site-packages/whitenoise")))
    for record in (checkout / ".venv").glob("lib/python*/site-packages/whitenoise-*"):
        shutil.rmtree(record)
    repaired = manage(checkout, environment, "check")
    assert repaired.returncode == 0, repaired.stderr
    assert "Installing" in repaired.stderr
    assert list((checkout / ".venv").glob("lib/python*/site-packages/whitenoise"))


@pytest.mark.slow
def test_a_python_that_the_system_manages_is_not_touched(checkout, environment):
    """PEP 668: such a Python refuses pip; manage.py does not even try, and works all the same."""
    found = list(Path("/usr/lib").glob("python3.1[1-9]/EXTERNALLY-MANAGED"))
    python = next((name for path in found if (name := shutil.which(path.parent.name, path="/usr/bin"))), None)
    if not python:
        pytest.skip("there is no externally managed Python 3.11 or newer on this machine")
    done = manage(checkout, environment, "check", python=python)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_no_network_is_one_sentence(checkout, environment):
    """An index that nobody answers at, for pip and uv alike."""
    nowhere = "http://127.0.0.1:9/simple"
    offline = environment | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": nowhere,
        "PIP_NO_CACHE_DIR": "1",
        "UV_DEFAULT_INDEX": nowhere,
        "UV_NO_CACHE": "1",
    }
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_FIND_LINKS", "UV_INDEX"):
        offline.pop(name, None)
    done = manage(checkout, offline, "check")
    assert done.returncode != 0
    assert "The packages cannot be fetched" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr

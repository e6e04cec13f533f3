"""Two people on one machine: neither is in the other's way, and neither can read what the other keeps."""

import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from config import postgres

PARTS = ("manage.py", "pyproject.toml", "config", "tracker")
NAMES = ("daemon", "nobody")  # there on every Linux; any two that are not root would do


@dataclass(frozen=True)
class Person:
    """A user of this machine, with a home and a checkout."""

    account: pwd.struct_passwd
    home: Path
    checkout: Path
    python: Path

    def manage(self, *arguments: str) -> subprocess.Popen[str]:
        """The real manage.py, as that user, with an environment such as a login gives."""
        return subprocess.Popen(
            [str(self.python), "manage.py", *arguments], cwd=self.checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LD_LIBRARY_PATH": str(self.python.parent.parent / "lib")},
            user=self.account.pw_uid, group=self.account.pw_gid, extra_groups=[], umask=0o022,
        )  # fmt: skip


def link(source: str, target: str) -> str:
    """A second name for a file; a copy where that would be on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def python_for_everybody(place: Path) -> Path:
    """This interpreter with all that is installed for it, under names that lie in nobody's closed home folder."""
    (place / "bin").mkdir(parents=True)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    standard = place / "lib" / version
    shutil.copytree(
        sysconfig.get_path("stdlib"), standard, copy_function=link,
        ignore=shutil.ignore_patterns("site-packages", "dist-packages", "test", "idlelib", "config-*"),
    )  # fmt: skip
    for installed in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        tools = shutil.ignore_patterns("playwright", "mypy", "ruff*", "axe_*", "__pycache__")  # large, and not needed here
        shutil.copytree(installed, standard / "site-packages", copy_function=link, ignore=tools, dirs_exist_ok=True)
    for library in Path(sysconfig.get_config_var("LIBDIR") or "/nonexistent").glob(f"lib{version}*.so*"):
        link(str(library), str(place / "lib" / library.name))
    program = place / "bin" / version
    link(os.path.realpath(getattr(sys, "_base_executable", sys.executable)), str(program))
    for path in (place, *place.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    return program


def can_run(account: pwd.struct_passwd, python: Path) -> bool:
    """Whether that user can start the interpreter and import what the software needs."""
    libraries = str(python.parent.parent / "lib")
    try:
        done = subprocess.run(
            [str(python), "-c", "import django, psycopg, granian"], env={"LD_LIBRARY_PATH": libraries}, cwd="/",
            user=account.pw_uid, group=account.pw_gid, extra_groups=[], capture_output=True,
        )  # fmt: skip
    except OSError:
        return False
    return done.returncode == 0


def copy_of_the_software(place: Path, owner: pwd.struct_passwd | None) -> Path:
    place.mkdir(mode=0o755)
    for part in PARTS:
        source = settings.BASE_DIR / part
        if source.is_dir():
            shutil.copytree(source, place / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, place / part)
    for path in (place, *place.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        if owner:
            os.chown(path, owner.pw_uid, owner.pw_gid)
    return place


def socket_folder(server: postgres.Cluster) -> Path:
    """Where somebody else's server listens, as its own settings say."""
    found = re.search(r"^unix_socket_directories = '(.*)'$", (server.data / "tracker.conf").read_text(), re.MULTILINE)
    assert found
    return Path(found[1])


@pytest.fixture(params=["a checkout each", "one checkout of somebody else"])
def people(request: pytest.FixtureRequest, folder: Path) -> Iterator[list[Person]]:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become two other users")
    try:
        accounts = [pwd.getpwnam(name) for name in NAMES]
    except KeyError as error:
        pytest.skip(f"this machine has no such user: {error}")
    python = Path(sys.executable)
    if not can_run(accounts[0], python):
        python = python_for_everybody(folder / "python")
    if not can_run(accounts[0], python):
        pytest.skip(f"another user can run neither {sys.executable} nor a copy of it")
    shared = None if request.param == "a checkout each" else copy_of_the_software(folder / "shared", None)
    found = []
    for account in accounts:
        home = folder / account.pw_name
        home.mkdir(mode=0o700)
        os.chown(home, account.pw_uid, account.pw_gid)
        found.append(Person(account, home, shared or copy_of_the_software(folder / f"of-{account.pw_name}", account), python))
    yield found
    for person in found:
        person.manage("db_stop").communicate(timeout=120)
    for data in folder.glob("**/postgres/data"):
        shutil.rmtree(socket_folder(postgres.Cluster(data.parents[1])), ignore_errors=True)  # it may lie elsewhere: paths here are long


@pytest.mark.slow
def test_two_users_start_at_the_same_moment(people: list[Person], folder: Path) -> None:
    programs = [person.manage("start", "--no-serve", "--no-demo") for person in people]
    told = [program.communicate(timeout=600) for program in programs]
    assert [program.returncode for program in programs] == [0, 0], told
    assert all("Accounts: created" in out for out, _err in told)

    places = [person.home if (folder / "shared").exists() else person.checkout for person in people]
    states = [next(place.glob("**/secrets.json")).parent for place in places]
    servers = [postgres.Cluster(state) for state in states]
    assert servers[0].secrets["desk"] != servers[1].secrets["desk"]
    sockets = [socket_folder(server) for server in servers]
    assert sockets[0] != sockets[1]
    for person, server, socket in zip(people, servers, sockets, strict=True):
        process = server.process()
        assert process is not None
        assert process.uids().real == person.account.pw_uid
        for private in (server.folder, server.home, server.data, socket):
            assert (private.stat().st_uid, stat.S_IMODE(private.stat().st_mode)) == (person.account.pw_uid, 0o700)
    # Nobody else gets in, not even with the file's name.
    spy = subprocess.run(
        ["cat", str(servers[0].folder / "secrets.json")],
        user=people[1].account.pw_uid, group=people[1].account.pw_gid, extra_groups=[], capture_output=True, text=True,
    )  # fmt: skip
    assert spy.returncode != 0
    assert "Permission denied" in spy.stderr

    again = people[1].manage("start", "--no-serve", "--no-demo")
    out, err = again.communicate(timeout=300)
    assert again.returncode == 0, err
    assert "Accounts: there already" in out

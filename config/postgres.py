"""The embedded PostgreSQL server: the wheel's programs under our own rules.

Every connection needs a password (scram-sha-256), over a socket in a private folder; nothing listens on a network. Four
login roles (owner, desk, public, eraser) and a superuser kept apart, each with a random password. `Cluster` is one server with
its folder; whoever needs it running says so with `in_use()`, and the last one out may end it.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from config import binaries, state
from config.trouble import Trouble

DATABASE = "tracker"
SUPERUSER = "postgres"
ROLES = {"owner": "tracker_owner", "desk": "tracker_desk", "public": "tracker_public", "eraser": "tracker_eraser"}
# A socket's whole path must stay below 104 bytes (macOS; 108 on Linux), of which PostgreSQL needs 17 for its lock's name.
LONGEST_SOCKET_FOLDER = 80
PORT = 5432  # only part of the socket's name

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_min_duration_statement": "5s",
}
# What a role that only connects should not be able to do, though PostgreSQL lets everybody: keep large objects. Only a
# superuser can take that away; config/deploy/database.sql says the same for a server of one's own.
LARGE_OBJECT_WRITERS = ("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)")


def quiet(_message: str) -> None:
    """Say nothing."""


class Cluster:
    """One embedded server. `folder` is the state folder: the server's own files are in `postgres` below it."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.home = folder / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "log"
        self.settings = SETTINGS | dict(settings or {})
        self.user = binaries.service_user()

    # --- Where things are, and the keys -----------------------------------------------------------------------------

    @cached_property
    def secrets(self) -> dict[str, str]:
        """The passwords by role (owner, desk, public, eraser, superuser), made when first asked for."""
        return state.kept_secrets(self.folder / "secrets.json", dict.fromkeys((*ROLES, "superuser"), state.password))

    @cached_property
    def sockets(self) -> Path:
        """The private folder of the socket: beside the data, or, where that path is too long, a short one for this place."""
        beside = self.home / "run"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        return Path("/tmp") / f"policy-tracker-{os.geteuid()}-{state.short_hash(self.folder)}"

    @cached_property
    def programs(self) -> Path:
        return binaries.for_user(self.user, self.folder)

    def address(self, role: str, database: str = DATABASE) -> dict[str, Any]:
        """Django's settings for one role's connection."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database,
            "USER": ROLES[role],
            "PASSWORD": self.secrets[role],
            "HOST": str(self.sockets),
            "PORT": str(PORT),
            "OPTIONS": {},
        }

    def connect(self, role: str = "superuser", database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection outside Django, in autocommit; by default the superuser's."""
        return psycopg.connect(
            host=str(self.sockets), port=PORT, dbname=database, user=ROLES.get(role, SUPERUSER),
            password=self.secrets[role], autocommit=True, connect_timeout=10, application_name="policy-tracker set-up",
        )  # fmt: skip

    # --- Its life ----------------------------------------------------------------------------------------------------

    def process(self) -> psutil.Process | None:
        """The server's main process, if it is alive and really ours: the number in postmaster.pid may be a stranger's."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
            if process.status() != psutil.STATUS_ZOMBIE and str(self.data) in process.cmdline():
                return process
        except (OSError, ValueError, psutil.Error):
            pass
        return None

    def running(self) -> bool:
        return self.process() is not None

    def start(self, report: Callable[[str], None] = quiet) -> bool:
        """Bring the server up, with its folder, roles and database, whatever is missing. True if it was not running."""
        state.make_state_folder(self.folder)
        with self._locked():
            started = not self._answering()
            if started:
                self._make_home()
                if not self.data.exists():
                    report("making the database's folder")
                    self._initdb()
                self._check_version()
                self._start()
            self._prepare(report)
        return started

    def stop(self) -> bool:
        """End the server, waiting for running statements to be broken off cleanly. False if it was not running."""
        if not self.data.exists():
            return False
        with self._locked():
            if not self.running():
                return False
            done = self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60")
            if done.returncode:
                raise Trouble(f"PostgreSQL did not end within a minute; its log is {self.log}.")
        return True

    @contextmanager
    def in_use(self, report: Callable[[str], None] = quiet, *, end: bool = False) -> Iterator[bool]:
        """The server, running while the block runs; gives whether it had to be started.

        Afterwards it is ended if this block started it (or `end` asks for it) and no other program is using it.
        """
        state.make_state_folder(self.folder)
        with open(self.folder / "database.users", "a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                started = self.start(report)
                yield started
                end = end or started
            except BaseException:
                end = True
                raise
            finally:
                if end:
                    # Everyone who uses the server holds the lock shared, so to hold it alone is to be the last.
                    with suppress(BlockingIOError):
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        self.stop()

    # --- Databases -----------------------------------------------------------------------------------------------------

    def create_database(self, name: str, *, template: str = "template0") -> None:
        """A database that belongs to the owner's role, copied from a template, with the rights that no copy carries over."""
        with self.connect() as superuser:
            superuser.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(ROLES["owner"]), sql.Identifier(template)
                )
            )
            superuser.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
            superuser.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    sql.Identifier(name), sql.SQL(", ").join(sql.Identifier(ROLES[role]) for role in ("desk", "public", "eraser"))
                )
            )
        if template == "template0":
            with self.connect(database=name) as superuser:
                for function in LARGE_OBJECT_WRITERS:
                    superuser.execute(f"REVOKE EXECUTE ON FUNCTION pg_catalog.{function} FROM PUBLIC")

    def drop_database(self, name: str) -> None:
        """Remove a database, ending whatever is still connected to it."""
        with self.connect() as superuser:
            superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    # --- Inside --------------------------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One start or stop at a time, over all programs."""
        with open(self.folder / "database.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _answering(self) -> bool:
        """Whether the server runs and takes connections; one that is just coming up or going down is waited for."""
        deadline = time.monotonic() + 60
        while self.running():
            try:
                self.connect().close()
                return True
            except psycopg.OperationalError as error:
                if "authentication failed" in str(error):
                    return True
            if time.monotonic() > deadline:
                raise Trouble(f"PostgreSQL runs in {self.data} but has not answered for a minute; its log is {self.log}.")
            time.sleep(0.1)
        return False

    def _run(self, program: str, *arguments: str) -> Any:
        return binaries.run([str(self.programs / program), *arguments], user=self.user, cwd=self.home)

    def _make_home(self) -> None:
        """The server's own folder and its socket's, for nobody else's eyes."""
        for folder in (self.home, self.sockets):
            state.make_folder(folder)
            owner = folder.lstat()
            expected = self.user.pw_uid if self.user else os.geteuid()
            if folder.is_symlink() or owner.st_uid not in (expected, os.geteuid()):
                raise Trouble(f"The folder {folder} belongs to another user; remove it, or set TRACKER_STATE_DIR to another place.")
            if self.user:
                os.chown(folder, self.user.pw_uid, self.user.pw_gid)
            folder.chmod(0o700)
        if self.user and binaries.run(["test", "-x", str(self.home)], user=self.user, cwd=Path("/")).returncode:
            raise Trouble(
                f"The user {self.user.pw_name}, who runs the database for root, cannot reach {self.home}; "
                "leave TRACKER_STATE_DIR unset, or set it to a folder that others may pass through."
            )

    def _initdb(self) -> None:
        """Make the data folder. It gets its name when it is whole, so that an interrupted start leaves nothing behind."""
        half = self.home / "data.incomplete"
        shutil.rmtree(half, ignore_errors=True)
        handle, password_file = tempfile.mkstemp(dir=self.home, prefix=".password.")
        try:
            with os.fdopen(handle, "w") as file:
                file.write(self.secrets["superuser"])
            if self.user:
                os.chown(password_file, self.user.pw_uid, self.user.pw_gid)
            # The builtin locale sorts and folds case in the same way on every machine, whatever it has installed.
            done = self._run(
                "initdb", "-D", str(half), "-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password_file}",
                "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
                *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            )  # fmt: skip
        finally:
            os.unlink(password_file)
        if done.returncode:
            shutil.rmtree(half, ignore_errors=True)
            raise Trouble(f"The database's folder {self.data} cannot be made: {_reason(done.stderr)}.")
        (half / "pg_hba.conf").write_text("# Written by manage.py: a password for everyone, over the socket only.\nlocal all all scram-sha-256\n")
        with open(half / "postgresql.conf", "a") as file:
            file.write("\ninclude 'tracker.conf'\n")
        half.rename(self.data)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        if made_by != ours:
            raise Trouble(
                f"The database in {self.data} was made by PostgreSQL {made_by} and this version of the software brings "
                f"PostgreSQL {ours}; dump it with the version of the software that made it, move the folder away, and restore the dump."
            )

    def _start(self) -> None:
        settings = self.settings | {"unix_socket_directories": str(self.sockets)}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        configuration = self.data / "tracker.conf"
        configuration.write_text("# Written by manage.py at each start.\n" + "".join(lines))
        if self.user:
            os.chown(configuration, self.user.pw_uid, self.user.pw_gid)
        # After a crash the process number in these files may belong to a stranger by now, and PostgreSQL would give way.
        # We hold the lock and have seen that no server of ours is alive; its own check of shared memory remains.
        for leftover in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.replace(self.home / "log.1")
        deadline = time.monotonic() + 15
        while True:
            done = self._run("pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60")
            if done.returncode == 0:
                return
            reason = _reason(self._log_tail() or done.stderr)
            # The children of a killed server take a moment to notice; until then their memory blocks a new one.
            if "shared memory block" not in reason or time.monotonic() > deadline:
                raise Trouble(f"PostgreSQL did not start: {reason}; its log is {self.log}.")
            time.sleep(0.5)

    def _log_tail(self) -> str:
        try:
            return self.log.read_text(errors="replace")[-3000:]
        except OSError:
            return ""

    def _prepare(self, report: Callable[[str], None]) -> None:
        """The roles and the database. Found in order by logging in as each role, nothing is touched."""
        try:
            for role in ROLES:
                self.connect(role, DATABASE).close()
            return
        except psycopg.OperationalError:
            pass
        report("creating the roles and the database")
        try:
            with self.connect() as superuser:
                self._create_roles(superuser)
                exists = superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        except psycopg.OperationalError as error:
            raise Trouble(
                f"The embedded database refuses its superuser ({_reason(str(error))}); the passwords in "
                f"{self.folder / 'secrets.json'} are not those that {self.data} was made with."
            ) from None
        if not exists:
            self.create_database(DATABASE)

    def _create_roles(self, superuser: psycopg.Connection[Any]) -> None:
        for key, role in ROLES.items():
            # Hashed here, so that the password is in no statement and in no log.
            verifier = superuser.pgconn.encrypt_password(self.secrets[key].encode(), role.encode(), b"scram-sha-256").decode()
            known = superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            superuser.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}").format(
                    sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(role), sql.Literal(verifier)
                )
            )
        # Everybody may otherwise go to the server's own databases and keep things there.
        for database in ("postgres", "template1"):
            superuser.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        # Not what protects the tables (the rights do), but a mistake is found out sooner.
        superuser.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(ROLES["public"])))


def _reason(output: str) -> str:
    """The line of PostgreSQL's output that says what is wrong, without its prefix and full stop."""
    if "No space left on device" in output:
        return "the disk is full"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in reversed(lines):
        for mark in ("FATAL:", "PANIC:", "error:", "ERROR:"):
            if mark in line:
                return line.split(mark, 1)[1].strip().rstrip(".")
    return lines[-1].rstrip(".") if lines else "it gave no reason"


def embedded() -> Cluster:
    """This installation's own server."""
    return Cluster(state.folder())

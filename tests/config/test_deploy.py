"""The files of config/deploy: a server of one's own is as closed as the embedded one."""

import re
import secrets
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from config import postgres, throwaway

DEPLOY = settings.BASE_DIR / "config" / "deploy"
PASSWORDS = {"owner_password": "o'ne", "desk_password": "t wo", "public_password": "three", "eraser_password": "four"}


class Bare(postgres.Cluster):
    """A server as PostgreSQL itself makes it: without our roles and our database."""

    def _prepare(self, report: Any) -> None:
        pass


@pytest.fixture
def bare() -> Iterator[Bare]:
    folder = throwaway.run_folder() / f"bare-{secrets.token_hex(4)}"
    server = Bare(folder, throwaway.SETTINGS)
    server.start()
    yield server
    throwaway.remove(folder)


def run_sql(server: postgres.Cluster, *options: str) -> None:
    """The file, as its first lines say that it is run."""
    variables = [word for name, value in PASSWORDS.items() for word in ("-v", f"{name}={value}")]
    done = subprocess.run(
        [str(server.programs / "psql"), "-X", "-q", "-d", "postgres", *variables, *options, "-f", str(DEPLOY / "database.sql")],
        env={"PGHOST": str(server.sockets), "PGPORT": str(postgres.PORT), "PGUSER": postgres.SUPERUSER, "PGPASSWORD": server.secrets["superuser"]},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


ROLES = """
SELECT a.rolname, a.rolcanlogin, a.rolinherit, a.rolsuper, a.rolcreatedb, a.rolcreaterole, a.rolreplication, a.rolbypassrls, a.rolconnlimit,
    a.rolvaliduntil, r.rolconfig, left(a.rolpassword, 14), (SELECT count(*) FROM pg_auth_members m WHERE m.member = a.oid)
FROM pg_authid a JOIN pg_roles r ON r.oid = a.oid WHERE a.rolname LIKE 'tracker%' ORDER BY 1
"""
DATABASES = "SELECT datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datacl::text[] FROM pg_database ORDER BY 1"
FUNCTIONS = "SELECT oid::regprocedure::text, proacl::text[] FROM pg_proc WHERE proname LIKE 'lo%' ORDER BY 1"
SCHEMAS = "SELECT nspname, nspacl::text[] FROM pg_namespace ORDER BY 1"


def rights(server: postgres.Cluster) -> dict[str, list[Any]]:
    """What the roles are and may do, before any table is made."""
    with server.connect() as there:
        found = {"roles": there.execute(ROLES).fetchall(), "databases": there.execute(DATABASES).fetchall()}
    with server.connect(database="tracker") as there:
        return found | {"functions": there.execute(FUNCTIONS).fetchall(), "schemas": there.execute(SCHEMAS).fetchall()}


@pytest.fixture
def embedded(cluster: postgres.Cluster) -> dict[str, list[Any]]:
    """The same of the suite's own server, which is made as an installation's is."""
    found = rights(cluster)
    # Other tests have databases of their own on it.
    found["databases"] = [row for row in found["databases"] if row[0] in ("postgres", "template0", "template1", "tracker")]
    return found


def test_a_server_of_ones_own_is_as_closed_as_the_embedded_one(bare: Bare, embedded: dict[str, list[Any]]) -> None:
    run_sql(bare)
    assert rights(bare) == embedded
    assert len(embedded["roles"]) == 4
    for role, name in (("owner", "owner_password"), ("desk", "desk_password"), ("public", "public_password"), ("eraser", "eraser_password")):
        bare.secrets[role] = PASSWORDS[name]
        bare.connect(role, "tracker").close()


def test_a_shared_server_keeps_what_others_may_rely_on(bare: Bare, embedded: dict[str, list[Any]]) -> None:
    with bare.connect() as there:
        before = there.execute(DATABASES).fetchall()
    run_sql(bare, "-v", "shared=1")
    found = rights(bare)
    assert [row for row in found["databases"] if row[0] != "tracker"] == before
    assert {**found, "databases": embedded["databases"]} == embedded


def test_every_variable_is_in_the_example() -> None:
    """And nothing in it is unknown, so that a name misspelt there does not pass for one that works."""
    known = set(re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "policy-tracker.env").read_text(), re.MULTILINE))
    sources = "".join((settings.BASE_DIR / "config" / name).read_text() for name in ("settings.py", "state.py"))
    read = set(re.findall(r"env\.[a-z_]+\(\s*['\"]([A-Z_]+)['\"]", sources))
    assert read - known == {"TRACKER_SERVING", "XDG_DATA_HOME"}  # `serve` tells its workers; the desktop's own
    assert known <= read

"""`start`, `serve` and `db_stop` as somebody at a keyboard meets them."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psycopg
import pytest
from django.conf import settings

from config import postgres


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def one_sentence(done: subprocess.CompletedProcess) -> str:
    """The failure's whole stderr: one line, one sentence, no traceback; and a non-zero exit."""
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    assert lines[0].endswith(".")
    assert "Traceback" not in done.stdout + done.stderr
    return lines[0]


def test_start_sets_everything_up_once(manage, folder):
    first = manage("start", "--no-serve", "--no-demo")
    assert first.returncode == 0, first.stderr
    passwords = dict(re.findall(r"^ {4}(researcher|reviewer|administrator) +(\S{12,})$", first.stdout, re.MULTILINE))
    assert set(passwords) == {"researcher", "reviewer", "administrator"}
    assert len(set(passwords.values())) == 3
    assert re.search(r"Tables: \d+ migrations applied \(\d+\.\d s\)", first.stdout)

    cluster = postgres.Cluster(folder / "state")
    with cluster.connect("desk", "tracker") as desk:
        staff = desk.execute("SELECT username, is_staff, is_superuser, xmin::text FROM tracker_user WHERE NOT is_system ORDER BY 1").fetchall()
    assert [row[:3] for row in staff] == [("administrator", True, True), ("researcher", True, False), ("reviewer", True, False)]

    second = manage("start", "--no-serve", "--no-demo")
    assert second.returncode == 0, second.stderr
    assert "Tables: up to date" in second.stdout
    assert "Style sheets and scripts: up to date" in second.stdout
    assert "Accounts: there already" in second.stdout
    assert not [password for password in passwords.values() if password in second.stdout]
    with cluster.connect("desk", "tracker") as desk:
        assert (
            desk.execute("SELECT username, is_staff, is_superuser, xmin::text FROM tracker_user WHERE NOT is_system ORDER BY 1").fetchall() == staff
        )

    assert "has ended" in manage("db_stop").stdout
    assert "was not running" in manage("db_stop").stdout
    assert not cluster.running()


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_site_is_served_until_interrupted_and_leaves_nothing_running(environment, folder, ending):
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "start", "--port", str(port)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = []
        for line in running.stdout:
            said.append(line)
            if line.startswith("Serving at"):
                break
        assert said, running.stderr.read()
        assert said[-1].startswith(f"Serving at http://127.0.0.1:{port}/"), said
        answer = first_answer(f"http://127.0.0.1:{port}/admin/login/")
        assert answer.status == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        # The matrix of the first case is on the terminal before the site is up.
        assert any(" AL" in line for line in said)
        running.send_signal(ending)
        assert running.wait(60) == 0
    finally:
        running.kill()
        running.communicate()
    assert not postgres.Cluster(folder / "state").running()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def first_answer(url: str):
    """The answer to the first request that is answered; the worker takes a moment to come up."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return urllib.request.urlopen(url, timeout=10)
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_a_taken_port_is_found_before_the_long_work(manage, folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = one_sentence(manage("start", "--port", str(port)))
    assert f"Port {port} is taken" in sentence
    assert "--port" in sentence
    assert not (folder / "state" / "postgres").exists()


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (["start", "--port", "0"], {}, "Port 0 does not exist"),
        (["start", "--port", "70000"], {}, "from 1 to 65535"),
        (["serve"], {}, "static files are not collected"),
        (["start", "--no-serve"], {"DATABASE_URL": "postgresql://a:secret@127.0.0.1:1/db"}, "cannot be reached"),
        (["start", "--no-serve"], {"DATABASE_URL": "postgresql:///db?host=/nonexistent"}, "cannot be reached"),
        (["migrate", "--skip-checks"], {"DATABASE_URL": "postgresql://a:secret@127.0.0.1:1/db"}, "cannot be reached"),
        (["start", "--no-serve"], {"DATABASE_URL": "mysql://a:secret@h/db"}, "not a PostgreSQL address"),
        (["start", "--no-serve"], {"DATABASE_URL": "postgresql://a:secret@h"}, "names no database"),
        (["check"], {"DEBUG": "perhaps"}, "DEBUG is 'perhaps'"),
        (["start", "--no-serve"], {"TRACKER_STATE_DIR": "/proc/nowhere"}, "/proc/nowhere cannot be made"),
        (["start", "--no-serve"], {"TRACKER_STATE_DIR": "/dev/full/state"}, "cannot be made"),
    ],
)
def test_a_failure_is_one_sentence(manage, arguments, variables, says):
    sentence = one_sentence(manage(*arguments, **variables))
    assert says in sentence
    assert "secret" not in sentence


def test_a_configured_server_is_used_in_stead_of_an_embedded_one(manage, server, folder):
    def url(role: str) -> str:
        return f"postgresql:///tracker?host={server.sockets}&user={postgres.ROLES[role]}&password={server.secrets[role]}"

    elsewhere = {"TRACKER_STATE_DIR": str(folder / "elsewhere")}
    three = {"DATABASE_URL": url("desk"), "OWNER_DATABASE_URL": url("owner"), "PUBLIC_DATABASE_URL": url("public")}
    done = manage("start", "--no-serve", "--no-demo", **elsewhere, **three)
    assert done.returncode == 0, done.stderr
    assert not (folder / "elsewhere" / "postgres").exists()
    assert "not ours to end" in manage("db_stop", **elsewhere, **three).stdout
    with server.connect("public", "tracker") as public:
        assert public.execute("SELECT count(*) FROM editions.tracker_siteedition").fetchone() if _has_site_editions(server) else True
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            public.execute("SELECT * FROM public.tracker_user")

    alone = manage("check", "--database", "default", **elsewhere, DATABASE_URL=url("owner"))
    assert alone.returncode == 0
    assert "tracker.W001" in alone.stderr
    assert "tracker.W002" in alone.stderr
    assert "tracker.W00" not in manage("check", "--database", "default", **elsewhere, **three).stderr


def _has_site_editions(server: postgres.Cluster) -> bool:
    with server.connect(database="tracker") as superuser:
        return superuser.execute("SELECT to_regclass('editions.tracker_siteedition') IS NOT NULL").fetchone()[0]


def test_one_role_for_everything_works_too(manage, server, folder):
    url = f"postgresql:///tracker?host={server.sockets}&user=tracker_owner&password={server.secrets['owner']}"
    done = manage("start", "--no-serve", "--no-demo", DATABASE_URL=url, TRACKER_STATE_DIR=str(folder / "elsewhere"))
    assert done.returncode == 0, done.stderr

"""`start`, `serve` and `db_stop` as somebody at a keyboard meets them."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import psutil
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
        assert [line for line in said if line.startswith("Less safe: in this demo a password alone signs in reviewers and administrators.")]
        password = next(line.split()[1] for line in said if line.startswith("    administrator "))
        assert sign_in_as_administrator(f"http://127.0.0.1:{port}", password) == f"http://127.0.0.1:{port}/admin/"
        worker = worker_beside(running, folder)
        family = [worker, *psutil.Process(running.pid).children(recursive=True)]
        # The matrix of the first case is on the terminal before the site is up.
        assert any(" AL" in line for line in said)
        running.send_signal(ending)
        assert running.wait(60) == 0
        assert not alive(family)
    finally:
        running.kill()
        said_at_last = running.communicate(timeout=60)
    assert "Traceback" not in "".join(filter(None, said_at_last))
    assert "WARNING" not in "".join(filter(None, (*said, *said_at_last)))
    assert not postgres.Cluster(folder / "state").running()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def alive(family: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run some seconds after they should have ended; a dead one that nobody has taken note of is no more running."""
    deadline = time.monotonic() + 10
    while found := [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return found


def worker_beside(server: subprocess.Popen, folder) -> psutil.Process:
    """The process that does background jobs, once it is at the queue."""
    deadline = time.monotonic() + 60
    while True:
        with postgres.Cluster(folder / "state").connect("desk", "tracker") as desk:
            at_work = desk.execute("SELECT count(*) FROM procrastinate_workers").fetchone() == (1,)
        workers = [child for child in psutil.Process(server.pid).children() if "work" in child.cmdline()]
        if at_work and workers:
            (worker,) = workers
            return worker
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_serve_does_background_jobs_beside_it_unless_told_not_to(manage, environment, folder):
    first = manage("start", "--no-serve", "--no-demo")
    assert first.returncode == 0, first.stderr
    for arguments in ([], ["--no-jobs"]):
        port = free_port()
        running = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--workers", "1", "--port", str(port), *arguments],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert first_answer(f"http://127.0.0.1:{port}/healthz").status == 200
            if not arguments:
                worker_beside(running, folder)
            family = psutil.Process(running.pid).children(recursive=True)
            assert bool([process for process in family if "work" in process.cmdline()]) == (not arguments)
            running.send_signal(signal.SIGTERM)
            assert running.wait(60) == 0
            assert not alive(family)
        finally:
            running.kill()
            _, complaints = running.communicate(timeout=60)
        assert complaints == ""
    with postgres.Cluster(folder / "state").connect("desk", "tracker") as desk:
        assert desk.execute("SELECT count(*) FROM procrastinate_workers").fetchone() == (0,)


@pytest.mark.slow
def test_a_killed_server_leaves_no_worker_that_keeps_its_port(manage, environment, folder):
    assert manage("start", "--no-serve", "--no-demo").returncode == 0
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--workers", "2", "--port", str(port)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert first_answer(f"http://127.0.0.1:{port}/healthz").status == 200
        worker_beside(running, folder)
        family = psutil.Process(running.pid).children(recursive=True)
        assert len(family) >= 3
    finally:
        running.kill()
        running.wait(10)
    assert not alive(family)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_job_by_hand_without_a_server(manage, folder):
    assert manage("start", "--no-serve", "--no-demo").returncode == 0
    done = manage("run_job", "housekeeping")
    assert (done.returncode, done.stdout) == (0, "Removed 0 finished jobs and 0 expired sessions.\n"), done.stderr
    assert "housekeeping" in manage("run_job").stdout
    assert "There is no job 'nothing'" in one_sentence(manage("run_job", "nothing"))
    assert "--at-once takes a number" in one_sentence(manage("work", "--at-once", "0"))


def sign_in_as_administrator(url: str, password: str) -> str:
    """The address that it leads to."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    token = opener.open(f"{url}/admin/login/", timeout=30).read().decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    typed = {"login": "administrator", "password": password, "csrfmiddlewaretoken": token}
    return opener.open(f"{url}/admin/login/", urllib.parse.urlencode(typed).encode(), timeout=30).url


@pytest.mark.slow
def test_serve_asks_for_a_second_factor(manage, environment, folder):
    """And the server says where a sign-in came from."""
    made = manage("start", "--no-serve", "--no-demo")
    password = re.search(r"^ {4}administrator +(\S{12,})$", made.stdout, re.MULTILINE)[1]
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--workers", "2", "--port", str(port)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        first_answer(f"http://127.0.0.1:{port}/admin/login/")
        site = f"http://127.0.0.1:{port}"
        assert sign_in_as_administrator(site, password) == f"{site}/admin/second-factor/set-up/"
        with postgres.Cluster(folder / "state").connect("desk", "tracker") as desk:
            assert desk.execute("SELECT kind, host(address) FROM tracker_accountevent").fetchall() == [("signed_in", "127.0.0.1")]
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
    finally:
        running.kill()
        running.communicate(timeout=60)
        manage("db_stop")


def first_answer(url: str):
    """The answer to the first request that is answered; the worker takes a moment to come up."""
    deadline = time.monotonic() + 60
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
        (["start", "--port", "http"], {}, "--port takes a number"),
        (["serve", "--workers", "0"], {}, "--workers takes a number"),
        (["check"], {"DEBUG": "perhaps"}, "DEBUG is 'perhaps'"),
        (["check"], {"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'loud'"),
        (["check"], {"DJANGO_SETTINGS_MODULE": "shop.settings"}, "DJANGO_SETTINGS_MODULE is 'shop.settings'"),
        (["check"], {"HTTPS": "1", "HSTS_SECONDS": "9" * 5000}, "HSTS_SECONDS is '999"),
        (["check", "--tag", "nonsense"], {}, 'There is no system check with the "nonsense" tag.'),
        (["migrate", "nonsense", "--skip-checks"], {}, "No installed app with label 'nonsense'."),
        (["check"], {"SECOND_FACTOR_REQUIRED": "maybe"}, "SECOND_FACTOR_REQUIRED is 'maybe'"),
        (["check"], {"SIGN_INS_KEPT_DAYS": "7"}, "SIGN_INS_KEPT_DAYS is '7'"),
        (["load_package", "/nowhere"], {}, "There is no folder /nowhere."),
        (["start", "--no-serve"], {"TRACKER_STATE_DIR": "~nobody-of-that-name/x"}, "TRACKER_STATE_DIR is '~nobody-of-that-name/x'"),
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
        assert public.execute("SELECT count(*) FROM editions.site_edition").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            public.execute("SELECT * FROM public.tracker_user")

    alone = manage("check", "--database", "default", **elsewhere, DATABASE_URL=url("owner"))
    assert alone.returncode == 0
    assert "tracker.W001" in alone.stderr
    assert "tracker.W002" in alone.stderr
    assert "tracker.W00" not in manage("check", "--database", "default", **elsewhere, **three).stderr
    assert "tracker.W003" in manage("check", "--database", "default", SECOND_FACTOR_REQUIRED="0", **elsewhere, **three).stderr
    # Once each, under every way of asking.
    deployed = manage("check", "--deploy", "--database", "default", **elsewhere, DATABASE_URL=url("owner"))
    assert (deployed.stderr.count("tracker.W001"), deployed.stderr.count("tracker.W002")) == (1, 1)


def test_start_says_what_is_less_safe_with_fewer_than_three_roles(manage, server, folder):
    def start(**addresses: str) -> list[str]:
        done = manage("start", "--no-serve", "--no-demo", TRACKER_STATE_DIR=str(folder / "elsewhere"), **addresses)
        assert done.returncode == 0, done.stderr
        return [line for line in done.stdout.splitlines() if line.startswith("Less safe: ")]

    def url(role: str) -> str:
        return f"postgresql:///tracker?host={server.sockets}&user={postgres.ROLES[role]}&password={server.secrets[role]}"

    writes, reads = start(DATABASE_URL=url("owner"))
    assert writes.startswith("Less safe: The desk writes as the owner of the tables (tracker_owner): whoever breaks into the site could alter ")
    assert reads.startswith("Less safe: The public pages read with a role that may write (tracker_owner): ")
    for line in (writes, reads):
        assert line.endswith(" config/deploy/database.sql makes the three roles; give one address each.")
        assert "_DATABASE_URL to " in line
        assert "tracker.W" not in line
    assert start(DATABASE_URL=url("desk"), OWNER_DATABASE_URL=url("owner")) == [reads.replace("tracker_owner", "tracker_desk")]
    assert start(DATABASE_URL=url("desk"), OWNER_DATABASE_URL=url("owner"), PUBLIC_DATABASE_URL=url("public")) == []


def test_a_database_of_another_version_is_one_sentence(manage, folder):
    """Whatever shape it is in: tables without the list of migrations, a list with others in it, or a list without the tables."""
    first = manage("start", "--no-serve", "--no-demo")
    assert first.returncode == 0, first.stderr
    cluster = postgres.Cluster(folder / "state")

    def changed_by(*statements: str) -> str:
        with cluster.connect(database="tracker") as superuser:
            for statement in statements:
                superuser.execute(statement)
        done = manage("start", "--no-serve")
        assert done.returncode == 1
        assert "Traceback" not in done.stdout + done.stderr
        sentence = done.stderr.splitlines()[-1]
        assert sentence.startswith(f"The database in {cluster.home} has other tables than this version of the software makes (")
        assert sentence.endswith("run db_stop, move that folder away and run start for a new one, or go back to the other version.")
        return sentence

    assert "zzz_of_another_version" in changed_by(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('tracker', '0001_zzz_of_another_version', now())"
    )
    assert "tracker_document" in changed_by(
        "DELETE FROM django_migrations WHERE name = '0001_zzz_of_another_version'", "ALTER TABLE tracker_document RENAME TO tracker_paper"
    )
    assert "already exists" in changed_by("DELETE FROM django_migrations")
    # What the sentence says to do helps.
    assert manage("db_stop").returncode == 0
    cluster.home.rename(folder / "set aside")
    assert manage("start", "--no-serve", "--no-demo").returncode == 0


def state_of_the_desk(cluster: postgres.Cluster) -> dict[str, object]:
    """How many rows each table has, who has an account, and which version of their row that is."""
    with cluster.connect(database="tracker") as superuser:
        tables = superuser.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'editions') ORDER BY 1"
        ).fetchall()
        rows = {table: superuser.execute(f"SELECT count(*), max(xmin::text::bigint) FROM {table}").fetchone() for (table,) in tables}
        people = superuser.execute("SELECT username, password, xmin::text FROM tracker_user ORDER BY 1").fetchall()
    return {"rows": rows, "people": people}


@pytest.mark.slow
def test_start_again_changes_nothing_and_has_less_to_do(manage, folder):
    """With the case files: no row of any table is written, history and editions included."""
    first = manage("start", "--no-serve")
    assert first.returncode == 0, first.stderr
    before = state_of_the_desk(postgres.Cluster(folder / "state"))
    assert before["rows"]["editions.site_edition"][0] == 2
    assert before["rows"]["public.tracker_actionhistory"][0] > 0
    second = manage("start", "--no-serve")
    assert second.returncode == 0, second.stderr
    assert state_of_the_desk(postgres.Cluster(folder / "state")) == before

    for line in ("Tables: up to date", "Style sheets and scripts: up to date", "Accounts: there already"):
        assert line in second.stdout
        assert line not in first.stdout
    assert second.stdout.count("rows are here already, word for word.") == 3
    steps = {done: done.stdout.count("\n") + done.stderr.count("\n") for done in (first, second)}
    assert steps[second] < steps[first] - 30
    # Every step says how long it took; the second time all of them are short.
    seconds = [sum(map(float, re.findall(r"\((\d+\.\d) s\)$", done.stdout, re.MULTILINE))) for done in (first, second)]
    assert seconds[1] < seconds[0] / 2


def test_one_role_for_everything_works_too(manage, server, folder):
    url = f"postgresql:///tracker?host={server.sockets}&user=tracker_owner&password={server.secrets['owner']}"
    done = manage("start", "--no-serve", "--no-demo", DATABASE_URL=url, TRACKER_STATE_DIR=str(folder / "elsewhere"))
    assert done.returncode == 0, done.stderr

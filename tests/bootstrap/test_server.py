"""The embedded PostgreSQL server: closed to others, up again after every kind of end."""

import os
import signal
import stat
import subprocess
import sys
import time

import psycopg
import pytest

from config import binaries, postgres, state, throwaway
from config.trouble import Trouble


def test_starting_it_again_changes_nothing(server):
    before = server.process().pid
    with server.connect() as superuser:
        row = superuser.execute("SELECT xmin::text, rolname FROM pg_authid WHERE rolname LIKE 'tracker%' ORDER BY 2").fetchall()
    assert server.start() is False
    with server.connect() as superuser:
        assert superuser.execute("SELECT xmin::text, rolname FROM pg_authid WHERE rolname LIKE 'tracker%' ORDER BY 2").fetchall() == row
    assert server.process().pid == before


def test_nobody_enters_without_a_password(server):
    with server.connect() as superuser:
        rules = superuser.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
        listens = superuser.execute("SELECT current_setting('listen_addresses')").fetchone()
    assert rules == [("local", "scram-sha-256")]
    assert listens == ("",)
    for user in ("postgres", *postgres.ROLES.values()):
        for password in (None, "", user):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(host=str(server.sockets), port=postgres.PORT, user=user, password=password, dbname="tracker", passfile="/dev/null")


def test_the_passwords_differ_and_are_for_one_reader(server):
    assert len(set(server.secrets.values())) == len({*postgres.ROLES, "superuser"})
    assert stat.S_IMODE((server.folder / "secrets.json").stat().st_mode) == 0o600
    for private in (server.home, server.data, server.sockets):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    log = server.log.read_text()
    assert not [secret for secret in server.secrets.values() if secret in log]


def test_the_roles_own_nothing_but_the_owner_its_database(server):
    with server.connect() as superuser:
        powers = superuser.execute(
            "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname LIKE 'tracker%'"
        ).fetchall()
        owner = superuser.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'tracker'").fetchone()
    assert dict(powers) == dict.fromkeys(("tracker_owner", "tracker_desk", "tracker_public", "tracker_eraser"), False)
    assert owner == ("tracker_owner",)


def test_it_comes_back_after_being_killed(server):
    os.kill(server.process().pid, signal.SIGKILL)
    server.start()
    with server.connect("desk", "tracker") as desk:
        assert desk.execute("SELECT 1").fetchone() == (1,)


def test_a_number_that_now_belongs_to_a_stranger_does_not_count_as_running(server):
    lines = (server.data / "postmaster.pid").read_text().split("\n")
    server.stop()
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert not server.running()
    assert server.start() is True


def test_a_half_made_folder_is_made_anew(folder):
    made = postgres.Cluster(folder / "state", throwaway.SETTINGS)
    half = made.home / "data.incomplete"
    half.mkdir(parents=True)
    (half / "rubbish").write_text("x")
    made.start()
    assert not half.exists()
    assert made.stop() is True
    assert made.stop() is False


def test_another_version_s_data_is_left_alone(server):
    server.stop()
    version = server.data / "PG_VERSION"
    ours = version.read_text()
    version.write_text("12\n")
    with pytest.raises(Trouble, match="made by PostgreSQL 12"):
        server.start()
    version.write_text(ours)


def test_lost_passwords_are_one_sentence(server):
    (server.folder / "secrets.json").unlink()
    again = postgres.Cluster(server.folder, throwaway.SETTINGS)
    with pytest.raises(Trouble, match="refuses its superuser"):
        again.start()


def test_a_long_path_gets_a_short_socket(folder):
    deep = folder / ("long-name-" * 9) / "state"
    deep.parent.mkdir(mode=0o711)
    made = postgres.Cluster(deep, throwaway.SETTINGS)
    assert len(str(made.sockets)) <= postgres.LONGEST_SOCKET_FOLDER
    made.start()
    made.stop()
    made.sockets.rmdir()


def test_a_socket_folder_of_somebody_else_is_refused(folder, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("needs root, to make a folder of somebody else")
    made = postgres.Cluster(folder / "state", throwaway.SETTINGS)
    theirs = folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    made.sockets = theirs
    with pytest.raises(Trouble, match="belongs to another user"):
        made.start()


def test_two_servers_stand_side_by_side(server, folder):
    other = postgres.Cluster(folder / "another", throwaway.SETTINGS)
    other.start()
    assert other.process().pid != server.process().pid
    assert other.secrets["owner"] != server.secrets["owner"]
    other.stop()
    assert server.running()


def test_the_last_one_out_ends_it(folder):
    made = postgres.Cluster(folder / "state", throwaway.SETTINGS)
    with made.in_use() as first:
        with made.in_use() as second:
            assert (first, second) == (True, False)
        assert made.running()
        with made.in_use(end=True):
            pass
        assert made.running(), "somebody else is still using it"
    assert not made.running()


def test_what_was_running_before_stays(server):
    with server.in_use() as started:
        assert started is False
    assert server.running()


def test_two_programs_that_start_it_at_once_get_one_server(folder):
    script = (
        "import sys; from pathlib import Path; from config.postgres import Cluster; c = Cluster(Path(sys.argv[1])); c.start(); print(c.process().pid)"
    )
    from django.conf import settings

    programs = [
        subprocess.Popen([sys.executable, "-c", script, str(folder / "state")], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert len({program.communicate(timeout=60)[0] for program in programs}) == 1
    postgres.Cluster(folder / "state").stop()


def test_a_dead_run_s_server_and_folder_are_cleaned_away(folder):
    dead = folder / f"{throwaway.PREFIX}dead"
    dead.mkdir(mode=0o711)
    left = throwaway.cluster(dead)
    left.start()
    process = left.process()
    assert throwaway.remove_leftovers(folder) == [dead]
    assert not dead.exists()
    deadline = time.monotonic() + 10
    while process.is_running() and process.status() != "zombie" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not process.is_running() or process.status() == "zombie"


def test_this_very_run_is_not_taken_for_a_dead_one():
    assert throwaway.run_folder() not in throwaway.remove_leftovers(throwaway.run_folder().parent)


def test_a_user_who_cannot_reach_the_wheel_gets_a_copy(folder, monkeypatch):
    monkeypatch.setattr(binaries, "reachable", lambda install, user: False)
    programs = binaries.for_user(None, folder)
    assert folder in programs.parents
    done = subprocess.run([programs / "initdb", "--version"], capture_output=True, text=True)
    assert "PostgreSQL" in done.stdout
    assert binaries.for_user(None, folder) == programs


def test_root_s_server_runs_as_somebody_else(server):
    if os.geteuid() != 0:
        pytest.skip("needs root: an ordinary user's server runs as that user")
    assert server.process().username() in ("postgres", "nobody")
    assert server.process().uids().real != 0


def test_secrets_are_made_once_by_whoever_is_first(folder):
    path = folder / "kept" / "secrets.json"
    first = state.kept_secrets(path, {"a": state.password})
    assert state.kept_secrets(path, {"a": state.password}) == first
    both = state.kept_secrets(path, {"a": state.password, "b": state.password})
    assert both["a"] == first["a"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secrets.json"]


def test_unreadable_secrets_are_one_sentence(folder):
    path = folder / "secrets.json"
    path.write_text("{")
    with pytest.raises(Trouble, match="cannot be read"):
        state.kept_secrets(path, {"a": state.password})

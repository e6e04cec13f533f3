"""Addresses of databases, as libpq reads them."""

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import env
from config.trouble import Trouble


def read(monkeypatch, value):
    monkeypatch.setenv("TRIAL_URL", value)
    return env.database("TRIAL_URL")


def test_an_ordinary_address(monkeypatch):
    found = read(monkeypatch, "postgresql://desk:p%40ss@db.example.org:5433/tracker?sslmode=require")
    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "tracker",
        "USER": "desk",
        "PASSWORD": "p@ss",
        "HOST": "db.example.org",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize("value", ["postgresql:///tracker?host=/run/pg", "postgresql://%2Frun%2Fpg/tracker", "host=/run/pg dbname=tracker"])
def test_a_socket_is_where_django_looks_for_it(monkeypatch, value):
    found = read(monkeypatch, value)
    assert (found["HOST"], found["NAME"], found["OPTIONS"]) == ("/run/pg", "tracker", {})


def test_several_hosts_pass_through(monkeypatch):
    found = read(monkeypatch, "postgresql://public@one:5432,two:5433/tracker?target_session_attrs=any")
    assert (found["HOST"], found["PORT"]) == ("one,two", "5432,5433")
    assert found["OPTIONS"]["target_session_attrs"] == "any"


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://public@one,two/tracker",
        "postgresql:///tracker?host=/run/one,/run/two",
        "postgresql://[fd00::1]:5432,[fd00::2]:5433/tracker",
        "host=one,two port=5432 dbname=tracker",
        "hostaddr=10.0.0.1,10.0.0.2 dbname=tracker",
    ],
)
def test_readers_go_to_any_standby_and_whoever_writes_to_the_primary(monkeypatch, value):
    monkeypatch.setenv("TRIAL_URL", value)
    assert env.database("TRIAL_URL")["OPTIONS"]["target_session_attrs"] == "read-write"
    readers = env.database("TRIAL_URL", server="prefer-standby")["OPTIONS"]
    assert (readers["target_session_attrs"], readers["load_balance_hosts"]) == ("prefer-standby", "random")


def test_one_host_is_gone_to_whatever_it_is(monkeypatch):
    assert read(monkeypatch, "postgresql://public@one/tracker")["OPTIONS"] == {}


def test_readers_never_write_so_that_the_server_for_writing_is_the_primary_for_them(monkeypatch):
    # libpq itself would pass every server by: to it, a connection that is read-only by default is none for writing.
    monkeypatch.setenv("TRIAL_URL", "postgresql://public@one,two/tracker?target_session_attrs=read-write")
    assert env.database("TRIAL_URL", server="prefer-standby")["OPTIONS"]["target_session_attrs"] == "primary"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("postgresql://u:secret@one,two:5433,three:5434/db?port=1,2", "TRIAL_URL has 2 ports for 3 hosts; it takes one for all, or one for each."),
        ("postgresql:///db?host=/run/one&port=1,2", "TRIAL_URL has 2 ports for 1 host; it takes one for all, or one for each."),
        ("postgresql://u:secret@one,,two/db", "TRIAL_URL has an empty host among several; write each between commas."),
        (
            "host=one,two hostaddr=10.0.0.1,10.0.0.2,10.0.0.3 dbname=db",
            "TRIAL_URL has 2 hosts and 3 in hostaddr; it takes as many of one as of the other.",
        ),
        (
            "postgresql://u:secret@one,two/db?target_session_attrs=slave",
            "TRIAL_URL has target_session_attrs='slave'; it takes one of any, read-write, read-only, primary, standby, prefer-standby.",
        ),
        ("postgresql://one,two/db?load_balance_hosts=yes", "TRIAL_URL has load_balance_hosts='yes'; it takes one of disable, random."),
        ("postgresql://one,two:65536543/db", "TRIAL_URL has the port '65536543'; it takes a number from 1 to 65535."),
    ],
)
def test_what_is_wrong_with_several_hosts_is_said_before_anybody_connects(monkeypatch, value, sentence):
    with pytest.raises(Trouble) as caught:
        read(monkeypatch, value)
    assert str(caught.value) == sentence


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,5}){0,2}", fullmatch=True)
PLACES = st.one_of(
    NAMES.map(lambda name: (name, name)),
    st.ip_addresses(v=6).map(lambda address: (f"[{address}]", str(address))),
    st.ip_addresses(v=4).map(lambda address: (str(address), str(address))),
    st.text(st.characters(codec="utf-8", exclude_characters="\0,", exclude_categories=("Cs",)), min_size=1, max_size=20).map(
        lambda folder: (quote(f"/run/{folder}", safe=""), f"/run/{folder}")
    ),
)
"""A host as an address writes it, and as libpq is told it."""
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20).filter(str.strip)


@settings(max_examples=200, deadline=None)
@given(places=st.lists(st.tuples(PLACES, st.integers(1, 65535) | st.none()), min_size=1, max_size=5), user=WORDS, password=WORDS, name=WORDS)
def test_every_part_of_an_address_is_read_as_it_was_written(places, user, password, name):
    written = ",".join(place + (f":{port}" if port else "") for (place, _host), port in places)
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = read(monkeypatch, f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{written}/{quote(name, safe='')}")
    assert found["HOST"].split(",") == [host for (_place, host), _port in places]
    assert [int(port) if port else None for port in found["PORT"].split(",")] == [port for _place, port in places]
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == (user, password, name)
    assert ("target_session_attrs" in found["OPTIONS"]) == (len(places) > 1)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*"/:@?&=,[]%' ", "one", "5432", "secret", "host", "port", "/run/pg", "%2F", "fd00::1", "db"]), max_size=12).map(
        "".join
    ),
    st.sampled_from(["", "postgresql://", "postgresql://u:secret@", "host=", "postgresql:///db?host="]),
)
def test_whatever_is_written_is_read_or_refused_in_one_sentence_without_the_password(rest, begin):
    with pytest.MonkeyPatch.context() as monkeypatch:
        try:
            read(monkeypatch, begin + rest)
        except Trouble as trouble:
            assert str(trouble).startswith("TRIAL_URL ")
            assert str(trouble).endswith(".")
            assert "\n" not in str(trouble)
            assert "u:secret" not in str(trouble)


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_one_counts_as_not_set(monkeypatch, value):
    assert read(monkeypatch, value) is None


@pytest.mark.parametrize("value", ["mysql://u:secret@h/db", "postgresql://u:secret@[/db", "postgresql://u:secret@h", "not an address"])
def test_a_wrong_one_is_one_sentence_without_the_password(monkeypatch, value):
    with pytest.raises(Trouble) as caught:
        read(monkeypatch, value)
    assert str(caught.value).startswith("TRIAL_URL ")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_flags(monkeypatch, value, meant):
    monkeypatch.setenv("TRIAL", value)
    assert env.flag("TRIAL") is meant


@pytest.mark.parametrize(("reader", "value"), [(env.flag, "maybe"), (env.number, "-1"), (env.number, "ten"), (env.number, "²")])
def test_a_value_that_is_neither_is_refused_by_name(monkeypatch, reader, value):
    monkeypatch.setenv("TRIAL", value)
    with pytest.raises(Trouble, match=r"^TRIAL is"):
        reader("TRIAL", 0)


def test_a_number_has_a_least_value(monkeypatch):
    monkeypatch.setenv("TRIAL", "0")
    with pytest.raises(Trouble, match="at least 1"):
        env.number("TRIAL", 5, least=1)

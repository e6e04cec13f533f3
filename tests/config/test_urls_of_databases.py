"""Addresses of databases, as libpq reads them."""

import pytest

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
    assert found["OPTIONS"] == {"target_session_attrs": "any"}


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

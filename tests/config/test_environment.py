"""The environment's variables: whatever stands in one, it is taken or refused in one sentence that begins with its name."""

import logging
import os
import re
import runpy
import string
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, example, given
from hypothesis import settings as how
from hypothesis import strategies as st

from config import env, state
from config.trouble import Brief, Trouble

SETTINGS = settings.BASE_DIR / "config" / "settings.py"
ODD = (
    "", " ", "0", "-1", "1e3", "²", "٣", "9" * 5000, "99999999999", "true", "maybe", "loud", "info", "NOTSET", "*", ".", "~",
    "~nobody-of-that-name/x", "/", "/dev/null", "/" + "x" * 5000, "http://", "https://[", "https://*.a", "//", "[::1", "a:b", "a\nb",
    "é.example", "'", '"', "\\", "%", "%zz", "=", "a=b", "host=a port=b", "postgres://", "postgresql://", "postgresql:///x?host",
    "postgresql://h:p/x", "postgresql://h/x?connect_timeout=soon", "postgresql://h/x?port=²", "postgresql://[/x",
    "postgresql://h/x?options=%00", "postgresql://h/x?nonsense=1", "dbname='x", "service=x", "\udcff",
)  # fmt: skip
in_a_variable = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
    st.text(string.printable, max_size=40),
    st.binary(max_size=20).filter(lambda raw: b"\0" not in raw).map(os.fsdecode),
    st.builds("postgresql://{}:{}@{}:{}/{}?{}={}".format, *[st.text(string.printable, max_size=8)] * 7),
)
READERS: dict[str, Callable[[str], Any]] = {
    "text": env.text,
    "flag": env.flag,
    "number": lambda name: env.number(name, 1, least=1),
    "words": env.words,
    "one_of": lambda name: env.one_of(name, ("INFO", "WARNING"), "INFO"),
    "hosts": lambda name: env.hosts(name, ["localhost"]),
    "places": env.places,
    "origins": env.origins,
    "path": env.path,
    "database": env.database,
}


def is_one_sentence(trouble: Trouble, name: str) -> bool:
    """On one line, ending in a full stop, printable anywhere, naming the variable."""
    told = str(trouble)
    return bool(re.fullmatch(rf"{name} [^\n\r]+\.", told)) and len(told) < 400 and told.encode("utf-8", "strict") is not None


def test_every_reader_is_tried():
    public = {name for name, made in vars(env).items() if callable(made) and getattr(made, "__module__", "") == "config.env" and name[0] != "_"}
    assert public == set(READERS)


@pytest.mark.parametrize("reader", READERS)
@given(value=in_a_variable)
@how(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_reader_takes_it_or_says_what_would_be_right(reader: str, value: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIAL", value)
        try:
            READERS[reader]("TRIAL")
        except Trouble as trouble:
            assert is_one_sentence(trouble, "TRIAL"), str(trouble)


VARIABLES = sorted(
    {*re.findall(r"env\.[a-z_]+\(\s*['\"]([A-Z_]+)['\"]", SETTINGS.read_text() + (settings.BASE_DIR / "config" / "state.py").read_text())}
)


@pytest.mark.parametrize("name", VARIABLES)
@given(value=in_a_variable)
@example(value="loud")
@example(value="9" * 5000)
@how(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_settings_take_it_or_say_what_would_be_right(name: str, value: str) -> None:
    """The whole of config/settings.py, with one variable odd and the others that give it a meaning set."""
    with pytest.MonkeyPatch.context() as patch:
        # Nothing may be written to whatever place an odd TRACKER_STATE_DIR names.
        patch.setattr(state, "kept_secrets", lambda _path, makers: dict.fromkeys(makers, "x"))
        patch.setenv("HTTPS", "1")
        patch.setenv("TRACKER_SERVING", "1")
        if name.endswith("DATABASE_URL"):
            patch.setenv("DATABASE_URL", "postgresql://desk@127.0.0.1/tracker")
        patch.setenv(name, value)
        try:
            made = runpy.run_path(str(SETTINGS))
        except Trouble as trouble:
            assert is_one_sentence(trouble, name), str(trouble)
        else:
            levels = {logger["level"] for logger in made["LOGGING"]["loggers"].values()}
            assert levels <= set(logging.getLevelNamesMapping())


def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> None:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(state.Path, "home", no_home)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    with pytest.raises(Trouble, match=r"^This user has no home folder .* TRACKER_STATE_DIR"):
        state.data_home()


@pytest.mark.parametrize(
    ("reader", "value", "meant"),
    [
        ("hosts", "tracker.example.org, .example.net [::1] *", ["tracker.example.org", ".example.net", "[::1]", "*"]),
        ("hosts", "", ["localhost"]),
        ("origins", "https://tracker.example.org https://*.example.org:8443", ["https://tracker.example.org", "https://*.example.org:8443"]),
        ("one_of", "warning", "WARNING"),
        ("number", "30", 30),
    ],
)
def test_what_is_right_is_taken(monkeypatch: pytest.MonkeyPatch, reader: str, value: str, meant: Any) -> None:
    monkeypatch.setenv("TRIAL", value)
    assert READERS[reader]("TRIAL") == meant


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("hosts", "https://tracker.example.org"),
        ("hosts", "tracker.example.org:8000"),
        ("origins", "tracker.example.org"),
        ("origins", "https://tracker.example.org/"),
        ("one_of", "loud"),
        ("path", "~nobody-of-that-name/x"),
        ("number", "9" * 5000),
        ("text", "\udcff"),
        ("database", "postgresql://h/x?connect_timeout=soon"),
        ("database", "postgresql://h:abc/x"),
    ],
)
def test_what_looks_right_and_is_not_is_refused(monkeypatch: pytest.MonkeyPatch, reader: str, value: str) -> None:
    monkeypatch.setenv("TRIAL", value)
    with pytest.raises(Trouble, match=r"^TRIAL "):
        READERS[reader]("TRIAL")


def test_what_was_refused_is_one_line_in_the_log():
    """And what broke keeps its traceback."""
    said = []
    for status in (403, 500):
        record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "Refused", (), (ValueError, ValueError("no"), None))
        record.status_code = status
        assert Brief().filter(record)
        said.append(logging.Formatter("{message}", style="{").format(record))
    assert said == ["Refused", "Refused\nValueError: no"]

"""Typed readers of the environment. Each takes a name, gives a value or its default, and says what would be right."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from config.trouble import Trouble

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


MOST = 2**31 - 1
"""What PostgreSQL and the operating system take as a number."""

_LABEL = r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)"
_HOST = re.compile(rf"\*|\.?{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-f:.]+\]", re.ASCII)
_PLACE = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?", re.ASCII)
_ORIGIN = re.compile(rf"https?://(?:(?:\*\.)?{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?", re.ASCII)


CHOICES_OF_A_HOST = {
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "load_balance_hosts": ("disable", "random"),
}
"""What libpq takes for those of its options that say which of several hosts to go to."""


def text(name: str, default: str = "") -> str:
    """The variable without surrounding spaces; an empty one counts as not set."""
    value = os.environ.get(name, "").strip()
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Trouble(f"{name} holds bytes that are no text in UTF-8; write it anew.") from None
    return value or default


def one_of(name: str, choices: Iterable[str], default: str) -> str:
    """One of a few words, in capitals or not; given as `choices` writes it."""
    value = text(name, default)
    for choice in choices:
        if value.casefold() == choice.casefold():
            return choice
    raise Trouble(f"{name} is {_shown(value)}; it takes one of {', '.join(choices)}.")


def _shown(value: str) -> str:
    """A wrong value, on one line and not too long of it."""
    return repr(value if len(value) <= 60 else value[:59] + "…")


def flag(name: str, default: bool = False) -> bool:
    """Yes or no. Anything that is neither stops the program: a misspelt `DEBUG` must not be taken for one or the other."""
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE_WORDS:
        return True
    if value in FALSE_WORDS:
        return False
    raise Trouble(f"{name} is {_shown(value)}; it takes 1 or 0 (also true/false, yes/no, on/off).")


def number(name: str, default: int, *, least: int = 0, most: int = MOST) -> int:
    """A whole number from `least` to `most`."""
    value = text(name)
    if not value:
        return default
    # Ten digits are more than `most` has: Python itself refuses to read numbers of thousands.
    if not re.fullmatch(r"[0-9]{1,10}", value) or not least <= int(value) <= most:
        raise Trouble(f"{name} is {_shown(value)}; it takes a whole number of at least {least}{f' and at most {most}' if most != MOST else ''}.")
    return int(value)


def words(name: str, default: list[str] | None = None) -> list[str]:
    """A list separated by commas or spaces."""
    value = text(name)
    if not value:
        return list(default or [])
    return value.replace(",", " ").split()


def hosts(name: str, default: list[str]) -> list[str]:
    """Names and addresses under which the site is reached: `tracker.example.org`, `.example.org` with all below it, `[::1]`, `*`."""
    found = words(name, default)
    for host in found:
        if not _HOST.fullmatch(host.lower()):
            raise Trouble(f"{name} has {_shown(host)} in it; it takes names of hosts without scheme, port or path, such as tracker.example.org.")
    return found


def places(name: str) -> list[str]:
    """Hosts to go to, exactly as named, each with a port if only that one is meant: `intranet.example.org`, `[fd00::1]:8080`."""
    found = words(name)
    for place in found:
        if not _PLACE.fullmatch(place.lower()):
            raise Trouble(f"{name} has {_shown(place)} in it; it takes names of hosts, with a port or without, such as intranet.example.org:8080.")
    return found


def origins(name: str) -> list[str]:
    """Where forms may come from, with the scheme: `https://tracker.example.org`."""
    found = words(name)
    for origin in found:
        if not _ORIGIN.fullmatch(origin.lower()):
            raise Trouble(f"{name} has {_shown(origin)} in it; it takes addresses with scheme and without path, such as https://tracker.example.org.")
    return found


def path(name: str) -> Path | None:
    """An absolute path; `~` is the home folder. None when not set."""
    value = text(name)
    try:
        return Path(value).expanduser().absolute() if value else None
    except (RuntimeError, OSError):
        raise Trouble(f"{name} is {_shown(value)}, which begins with a home folder that is not known here; write the whole path.") from None


def database(name: str, *, server: str = "read-write") -> dict[str, Any] | None:
    """A PostgreSQL URL or libpq connection string as Django's settings for one database; None when not set.

    libpq itself reads it, so everything that psql takes works: socket folders (`postgresql:///db?host=/run/pg`), several
    hosts (`postgresql://a:5432,b:5433/db`, `?host=/run/a,/run/b`), `sslmode`, `service`. The secret parts never appear in the
    sentence about a wrong one. `server`: which of several hosts to go to (libpq's target_session_attrs) where the address does not say.
    """
    value = text(name)
    if not value:
        return None
    # Imported here: this module is read before the environment is complete.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if value.split(":", 1)[0] not in ("postgresql", "postgres") and "=" not in value.split(":", 1)[0]:
        raise Trouble(f"{name} is not a PostgreSQL address; it takes postgresql://user:password@host:5432/database.")
    try:
        found = dict(conninfo_to_dict(value))
    except ProgrammingError as error:
        reason = "" if "@" in value else f" ({str(error).strip()})"
        raise Trouble(
            f"{name} cannot be read{reason}; it takes postgresql://user:password@host:5432/database, "
            "with special characters in the password written as %XX."
        ) from None
    if not found.get("dbname") and not found.get("service"):
        raise Trouble(f"{name} names no database; it takes postgresql://user:password@host:5432/database.")
    if wrong := [port for port in str(found.get("port", "")).split(",") if port and not (port.isascii() and port.isdigit() and len(port) < 6)]:
        raise Trouble(f"{name} has the port {_shown(wrong[0])}; it takes a number from 1 to 65535.")
    _check_hosts(name, found, server)
    if (timeout := found.get("connect_timeout")) and not re.fullmatch(r"[0-9]{1,9}", str(timeout)):
        raise Trouble(f"{name} has connect_timeout={_shown(str(timeout))}; it takes a whole number of seconds.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": found.pop("dbname", ""),
        "USER": found.pop("user", ""),
        "PASSWORD": found.pop("password", ""),
        "HOST": found.pop("host", ""),
        "PORT": found.pop("port", ""),
        "OPTIONS": found,
    }


def _check_hosts(name: str, found: dict[str, Any], server: str) -> None:
    """What libpq would only find wrong as it connects, in a sentence; and which of several hosts is meant, and in which order they are tried."""
    hosts, addresses, ports = (str(found.get(part) or "").split(",") for part in ("host", "hostaddr", "port"))
    several = max(len(hosts), len(addresses))
    if len(hosts) > 1 and not all(hosts):
        raise Trouble(f"{name} has an empty host among several; write each between commas.")
    if len(addresses) > 1 and found.get("host") and len(hosts) != len(addresses):
        raise Trouble(f"{name} has {len(hosts)} hosts and {len(addresses)} in hostaddr; it takes as many of one as of the other.")
    if len(ports) not in (1, several):
        raise Trouble(f"{name} has {len(ports)} ports for {several} {'host' if several == 1 else 'hosts'}; it takes one for all, or one for each.")
    for option, choices in CHOICES_OF_A_HOST.items():
        if (value := found.get(option)) and value not in choices:
            raise Trouble(f"{name} has {option}={_shown(str(value))}; it takes one of {', '.join(choices)}.")
    if server != "read-write" and found.get("target_session_attrs") == "read-write":
        found["target_session_attrs"] = "primary"  # the same server, for connections that never write: libpq would pass it by for them
    if several > 1:
        from psycopg.pq import version

        found.setdefault("target_session_attrs", server)
        if version() >= 160000:
            # In any order, so that the hosts share the work and no connection waits for the same silent one first.
            found.setdefault("load_balance_hosts", "random")

"""Typed readers of the environment. Each takes a name, gives a value or its default, and says what would be right."""

import os
from pathlib import Path
from typing import Any

from config.trouble import Trouble

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable without surrounding spaces; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Yes or no. Anything that is neither stops the program: a misspelt `DEBUG` must not be taken for one or the other."""
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE_WORDS:
        return True
    if value in FALSE_WORDS:
        return False
    raise Trouble(f"{name} is {value!r}; it takes 1 or 0 (also true/false, yes/no, on/off).")


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least `least`."""
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise Trouble(f"{name} is {value!r}; it takes a whole number of at least {least}.")
    return int(value)


def words(name: str, default: list[str] | None = None) -> list[str]:
    """A list separated by commas or spaces."""
    value = text(name)
    if not value:
        return list(default or [])
    return value.replace(",", " ").split()


def path(name: str) -> Path | None:
    """An absolute path; `~` is the home folder. None when not set."""
    value = text(name)
    return Path(value).expanduser().absolute() if value else None


def database(name: str) -> dict[str, Any] | None:
    """A PostgreSQL URL or libpq connection string as Django's settings for one database; None when not set.

    libpq itself reads it, so everything that psql takes works: socket folders (`postgresql:///db?host=/run/pg`), several
    hosts (`postgresql://a,b/db`), `sslmode`, `service`. The secret parts never appear in the sentence about a wrong one.
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
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": found.pop("dbname", ""),
        "USER": found.pop("user", ""),
        "PASSWORD": found.pop("password", ""),
        "HOST": found.pop("host", ""),
        "PORT": found.pop("port", ""),
        "OPTIONS": found,
    }

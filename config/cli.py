"""Runs a management command: with the right settings, with the embedded database up, and with failures as one sentence."""

import os
import sys
from contextlib import nullcontext

# Commands that need no database, or see to it themselves.
ON_THEIR_OWN = frozenset(
    {"start", "test", "db_stop", "help", "check", "makemessages", "compilemessages", "collectstatic", "findstatic", "diffsettings"}
)


def execute(argv: list[str]) -> int:
    """Run `argv` as manage.py was called; gives the exit code."""
    command = next((word for word in argv[1:] if not word.startswith("-")), "help")
    if command == "test":
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.test_settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    import psycopg
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError, InterfaceError

    from config.trouble import Trouble

    try:
        with _database_for(command, argv):
            execute_from_command_line(argv)
    except Trouble as trouble:
        return _complain(str(trouble), trouble.exit_code)
    except ImproperlyConfigured as error:
        return _complain(f"The settings are wrong: {_sentence(error)}")
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
        return _complain(_database_sentence(error))
    except (DatabaseError, InterfaceError) as error:
        if isinstance(error.__cause__, (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege)):
            return _complain(_database_sentence(error))
        raise
    except OSError as error:
        if error.errno in (28, 122):  # no space, quota
            return _complain(f"The disk is full{f' ({error.filename})' if error.filename else ''}.")
        raise
    except KeyboardInterrupt:
        return _complain("Stopped.", 130)
    return 0


def _database_for(command: str, argv: list[str]):  # type: ignore[no-untyped-def]
    """The embedded server for as long as the command runs, if this installation has one and the command needs it."""
    if command in ON_THEIR_OWN or {"-h", "--help", "--version"} & set(argv[1:]):
        return nullcontext()
    from django.conf import settings

    if not getattr(settings, "EMBEDDED_DATABASE", False):
        return nullcontext()
    from config import postgres

    return postgres.embedded().in_use()


def _database_sentence(error: Exception) -> str:
    """Which database, and what it said."""
    from django.conf import settings

    reason = _sentence(error.__cause__ or error)
    if "permission denied" in reason:
        return f"The database refuses: {reason} Commands that change tables run as the owner; the rights follow `manage.py migrate`."
    if settings.EMBEDDED_DATABASE:
        return f"The embedded database does not answer: {reason} Its log is {settings.STATE_DIR / 'postgres' / 'log'}."
    return f"The database cannot be reached: {reason} Check DATABASE_URL, OWNER_DATABASE_URL and PUBLIC_DATABASE_URL."


def _sentence(error: BaseException) -> str:
    """An error's text on one line, with one full stop and without libpq's question whether the server is running."""
    text = " ".join(str(error).split())
    return text.partition(" Is the server running")[0].rstrip(".") + "."


def _complain(sentence: str, code: int = 1) -> int:
    sys.stdout.flush()
    print(sentence, file=sys.stderr, flush=True)
    return code

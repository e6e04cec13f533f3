"""Runs a management command: with the right settings, with the embedded database up, and with failures as one sentence."""

import os
import sys
from contextlib import nullcontext

# Commands that need no database, or see to it themselves.
ON_THEIR_OWN = frozenset(
    {"start", "test", "db_stop", "help", "check", "makemessages", "compilemessages", "collectstatic", "findstatic", "diffsettings"}
)


# What PostgreSQL says of tables that are not those of this version: undefined schema, table, column, function; duplicates of them.
OTHER_TABLES = frozenset({"3F000", "42P01", "42703", "42883", "42P06", "42P07", "42701", "42710"})


def execute(argv: list[str]) -> int:
    """Run `argv` as manage.py was called; gives the exit code. A failure is one sentence; with --traceback it is left to Python."""
    command = next((word for word in argv[1:] if not word.startswith("-")), "help")
    if command == "test":
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.test_settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    import psycopg
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, execute_from_command_line
    from django.db import DatabaseError, InterfaceError
    from django.db.migrations.exceptions import InconsistentMigrationHistory

    from config.trouble import Trouble

    try:
        _import_settings()
        with _database_for(command, argv):
            execute_from_command_line(argv if command in ("help", "test") else _asking_for_the_error(argv, command))
    except Trouble as trouble:
        if "--traceback" in argv:
            raise
        return _complain(str(trouble), trouble.exit_code)
    except CommandError as error:
        if "--traceback" in argv:
            raise
        return _complain(str(error), error.returncode)
    except ImproperlyConfigured as error:
        return _complain(f"The settings are wrong: {_sentence(error)}")
    except InconsistentMigrationHistory as error:
        return _complain(_other_version(error))
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
        return _complain(_database_sentence(error))
    except (DatabaseError, InterfaceError) as error:
        if isinstance(error.__cause__, (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege)):
            return _complain(_database_sentence(error))
        if getattr(error.__cause__, "sqlstate", None) in OTHER_TABLES and "--traceback" not in argv:
            return _complain(_other_version(error.__cause__ or error))
        raise
    except OSError as error:
        if error.errno in (28, 122):  # no space, quota
            return _complain(f"The disk is full{f' ({error.filename})' if error.filename else ''}.")
        raise
    except KeyboardInterrupt:
        return _complain("Stopped.", 130)
    return 0


def _import_settings() -> None:
    """Read the settings here, where a failure is a sentence; Django would go on without them and say something else."""
    from importlib import import_module

    from config.trouble import Trouble

    module = os.environ["DJANGO_SETTINGS_MODULE"]
    try:
        import_module(module)
    except ModuleNotFoundError as error:
        if error.name and f"{module}.".startswith(f"{error.name}."):
            raise Trouble(f"DJANGO_SETTINGS_MODULE is {module!r}, which is not there; unset it, or set it to config.settings.") from None
        raise


def _asking_for_the_error(argv: list[str], command: str) -> list[str]:
    """The same words, with Django's own option by which it hands its CommandError to us instead of printing it with that name before it."""
    place = argv.index(command) + 1
    return argv if {"-h", "--help", "--version"} & set(argv) else [*argv[:place], "--traceback", *argv[place:]]


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


def _other_version(error: BaseException) -> str:
    """What to do with a database whose tables are not those that this version makes and reads."""
    from django.conf import settings

    said = " ".join(str(error).splitlines()[:1]).rstrip(".")
    made = f"has other tables than this version of the software makes ({said}), so another version made it"
    if settings.EMBEDDED_DATABASE:
        home = settings.STATE_DIR / "postgres"
        return f"The database in {home} {made}; run db_stop, move that folder away and run start for a new one, or go back to the other version."
    return f"The database {settings.DATABASES['owner']['NAME']} {made}; try `manage.py migrate`, and if that says the same, give it an empty one."


def _sentence(error: BaseException) -> str:
    """An error's text on one line, with one full stop and without libpq's question whether the server is running."""
    text = " ".join(str(error).split())
    return text.partition(" Is the server running")[0].rstrip(".") + "."


def _complain(sentence: str, code: int = 1) -> int:
    sys.stdout.flush()
    print(sentence, file=sys.stderr, flush=True)
    return code

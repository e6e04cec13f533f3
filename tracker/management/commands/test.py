"""`test`: the whole suite, with pytest."""

import sys

from django.core.management.base import BaseCommand

from config.trouble import Trouble

USAGE = """usage: manage.py test [--fast] [arguments of pytest ...]

Runs the whole suite against a throwaway PostgreSQL server of its own; no configured database is touched.
--fast leaves out the tests marked slow. Everything else goes to pytest: a path, -k WORDS, -x, -n 0 ...
"""


class Command(BaseCommand):
    """Hand over to pytest, one worker a core. config/cli.py has chosen the test settings already."""

    help = "Run the test suite (arguments are pytest's; --fast leaves out the slow ones)."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Take the arguments as they come: they are pytest's, not Django's."""
        arguments = argv[2:]
        if {"-h", "--help"} & set(arguments):
            self.stdout.write(USAGE)
            return
        try:
            import pytest
        except ImportError:
            raise Trouble("pytest is missing; run this as `python3 manage.py test`, which installs config/requirements/test.txt.") from None
        if "--fast" in arguments:
            arguments = ["-m", "not slow", *(word for word in arguments if word != "--fast")]
        if not any(word.startswith(("-n", "--numprocesses", "-p", "--pdb", "--collect-only", "--co")) for word in arguments):
            arguments = ["-n", "auto", "--dist", "worksteal", *arguments]
        code = pytest.main(arguments)
        sys.exit(int(code))

"""`start`: from nothing to a site with the case files, in steps that each say what they do and do nothing twice."""

import hashlib
import io
import secrets
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.staticfiles import finders
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections, transaction
from django.utils import timezone

from config import postgres, state
from config.trouble import Trouble
from tracker.admin.roles import ADMINISTRATOR, RESEARCHER, REVIEWER, ensure_groups
from tracker.exchange import casefiles
from tracker.management.commands.load_package import Interrupted
from tracker.management.commands.migrate import refuse_another_version
from tracker.management.commands.serve import LOOPBACK, check_port, port_number, serve
from tracker.public import terminal

# The paper that the first case is about. It is named here and nowhere else: what stands in the terminal after a first start is a
# demonstration with the case files that are in the same checkout, and with --no-demo there is none.
MATRIX_DOCUMENT = "WP-MQ"
ACCOUNTS = (RESEARCHER, REVIEWER, ADMINISTRATOR)  # those who work together on a record; an auditor joins later


class Command(BaseCommand):
    """Everything set up, the case files loaded, the site served. Ctrl-C ends the server and the embedded database."""

    help = "Set everything up, load the case files and serve the site."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to leave out, and where to serve."""
        parser.add_argument("--port", type=port_number, default=8000, help="port to serve on (default: %(default)s)")
        parser.add_argument("--no-serve", action="store_true", help="set everything up, leave the database running, and end")
        parser.add_argument("--no-demo", action="store_true", help="load no case files")

    def handle(self, *args: Any, **options: Any) -> None:
        """The steps, in order."""
        serving = not options["no_serve"]
        if serving:
            check_port(LOOPBACK, options["port"])  # before the long work
        with self.database(keep=not serving):
            self.say_what_is_less_safe()
            self.migrate()
            self.collect_static_files()
            if not options["no_demo"]:
                self.load_case_files()
            self.create_accounts()
            if not options["no_demo"]:
                self.print_matrix()
            if serving:
                connections.close_all()
                self.say(f"\nServing at http://{LOOPBACK}:{options['port']}/ (the desk is at /admin/; Ctrl-C ends it).")
                serve(host=LOOPBACK, port=options["port"], workers=1, jobs=True, say=self.stderr.write)
                self.say("The server has ended." + (" The database ends with it." if settings.EMBEDDED_DATABASE else ""))
            elif settings.EMBEDDED_DATABASE:
                self.say("The database stays up; `manage.py serve` serves the site, `manage.py db_stop` ends the database.")

    # --- Steps -------------------------------------------------------------------------------------------------------

    @contextmanager
    def database(self, *, keep: bool) -> Iterator[None]:
        """The database answering: the embedded one brought up (and ended afterwards unless kept), or the configured one reached."""
        if not settings.EMBEDDED_DATABASE:
            with self.step("Database") as done:
                for alias in ("owner", "default", "public"):
                    connections[alias].ensure_connection()
                done(f"the server at {settings.DATABASES['default']['HOST'] or 'the local socket'} answers")
            yield
            return
        cluster = postgres.embedded()
        if keep:
            with self.step("Database") as done:
                done("embedded PostgreSQL started" if cluster.start(self.note) else "embedded PostgreSQL, already running")
        with nullcontext() if keep else cluster.in_use(self.note, end=True):
            if not keep:
                self.say("Database: embedded PostgreSQL is up, its files are in " + str(cluster.home))
            try:
                yield
            finally:
                connections.close_all()

    def say_what_is_less_safe(self) -> None:
        """The system checks, run once: their warnings as sentences. An error of theirs ends the start."""
        found = checks.run_checks(databases=list(connections))
        if errors := [message for message in found if message.is_serious() and not message.is_silenced()]:
            raise Trouble(" ".join(_told(message) for message in errors))
        for message in found:
            if message.level >= checks.WARNING and not message.is_silenced():
                self.say(f"Less safe: {_told(message)}")

    def migrate(self) -> None:
        """Bring the tables up to date, if they are not."""
        from django.db.migrations.executor import MigrationExecutor

        with self.step("Tables") as done:
            executor = MigrationExecutor(connections["owner"])
            refuse_another_version(executor.loader)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            up_to_date = not plan and rights_are_given()
            if not up_to_date:
                call_command("migrate", interactive=False, verbosity=0)
            done("up to date" if up_to_date else f"{len(plan)} migrations applied" if plan else "rights given to other roles than before")

    def collect_static_files(self) -> None:
        """Copy style sheets and scripts to where they are served from, if one of them has changed."""
        with self.step("Style sheets and scripts") as done:
            stamp = settings.STATIC_ROOT / ".collected"
            current = static_fingerprint()
            if stamp.is_file() and stamp.read_text() == current:
                done("up to date")
                return
            state.make_state_folder(settings.STATE_DIR)
            call_command("collectstatic", interactive=False, verbosity=0, clear=settings.STATIC_ROOT.is_dir())
            stamp.write_text(current)
            done("collected")

    def load_case_files(self) -> None:
        """Load each package of tracker/casefiles; loading what is there already changes nothing."""
        for folder in casefiles.in_order():
            with self.step(f"Case file {folder.name}") as done:
                said = io.StringIO()
                try:
                    call_command("load_package", str(folder), stdout=said, stderr=self.stderr)
                except Interrupted:
                    raise
                except Trouble as trouble:
                    raise Trouble(f"The case file {folder.name} cannot be loaded: {trouble}") from None
                done(" ".join(said.getvalue().split("\n")).strip())

    def create_accounts(self) -> None:
        """The groups, and one account for each of the three that work together; passwords are shown once and kept nowhere."""
        with self.step("Accounts") as done:
            created = create_accounts()
            done("created" if created else "there already")
        if created:
            self.say("  These passwords are shown once; change them at /admin/password_change/.")
            for name, password in created.items():
                self.say(f"    {name:<14} {password}")

    def print_matrix(self) -> None:
        """The case in the terminal: recommendations by governments, with today's status."""
        self.say("")
        self.stdout.write(terminal.matrix(MATRIX_DOCUMENT, timezone.now().date()))
        self.stdout.flush()

    # --- Saying what happens -----------------------------------------------------------------------------------------

    def say(self, line: str) -> None:
        """A line for the person watching, at once."""
        self.stdout.write(line)
        self.stdout.flush()

    def note(self, text: str) -> None:
        """A remark within a step."""
        self.say(f"  {text} ...")

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """A step with its outcome and how long it took; the block says the outcome."""
        started, outcome = time.monotonic(), []
        if sys.stdout.isatty():
            self.stdout.write(f"{title} ...", ending="\r")
            self.stdout.flush()
        yield outcome.append
        self.say(f"{title}: {''.join(outcome)} ({time.monotonic() - started:.1f} s)")


def rights_are_given() -> bool:
    """Whether the desk and the public may enter the schemas: not where they log in as other roles than at the last migration."""
    for alias, schemas in (("default", ["public", "editions"]), ("public", ["editions"])):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT bool_and(has_schema_privilege(name, 'USAGE')) FROM unnest(%s::text[]) AS name", [schemas])
            if cursor.fetchone() != (True,):
                return False
    return True


def create_accounts() -> dict[str, str]:
    """Make the groups and the accounts that are missing; gives each new account's password."""
    User = get_user_model()
    created = {}
    with transaction.atomic():
        ensure_groups()
        for name in ACCOUNTS:
            if User.objects.filter(username=name).exists():
                continue
            created[name] = password = secrets.token_urlsafe(12)
            account = User.objects.create_user(name, password=password, is_staff=True, is_superuser=name == ADMINISTRATOR)
            account.groups.add(Group.objects.get(name=name))
    return created


def _told(message: checks.CheckMessage) -> str:
    """A message of the system checks in sentences: what is wrong, and what to do about it."""
    return " ".join(f"{' '.join(part.split()).rstrip('.')}." for part in (message.msg, message.hint) if part)


def static_fingerprint() -> str:
    """What the static files are made of: names, sizes and times, and the way they are stored."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in finders.get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()

"""`serve`: the site, for readers and staff."""

import logging
import multiprocessing
import os
import socket
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.jobs.beside import worker_beside

LOOPBACK = "127.0.0.1"
APPLICATION = "config.wsgi:application"
CONNECTIONS = 512
"""That a process takes at once, those that wait for nothing included; who comes in between is not heard until one ends. Below the 1024 files that a
process may have open in most places."""


def port_number(text: str) -> int:
    """--port, as typed."""
    number = whole_number(text)
    if number is None or not 0 < number < 65536:
        raise Trouble(f"Port {text} does not exist; --port takes a number from 1 to 65535.")
    return number


def number_of_workers(text: str) -> int:
    """--workers, as typed."""
    number = whole_number(text)
    if number is None or not 0 < number <= 256:
        raise Trouble("--workers takes a number from 1 to 256.")
    return number


def whole_number(text: str) -> int | None:
    """What is typed in a few digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def check_port(host: str, port: int, *, free: bool = True) -> None:
    """Stop with one sentence when a port cannot be listened on. `free`: also when somebody else listens there already."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise Trouble(f"Port {port} may not be used by this user; choose one above 1023 with --port.") from None
    except socket.gaierror:
        raise Trouble(f"The host {host!r} is not known; --host takes an address of this machine, such as 127.0.0.1 or 0.0.0.0.") from None
    except OSError as error:
        if free and error.errno in (98, 48):  # EADDRINUSE on Linux, macOS
            raise Trouble(f"Port {port} is taken by another program; choose another one with --port, for instance --port {port + 1}.") from None
        raise Trouble(f"{host}:{port} cannot be listened on ({error.strerror}).") from None


def serve(*, host: str, port: int, workers: int, jobs: bool, say: Callable[[str], None], application: str = APPLICATION) -> None:
    """Serve until interrupted (Ctrl-C, SIGTERM), letting running requests finish; with ``jobs``, a worker does background jobs beside it.

    ``application``: another one, by module and name, that is measured under the same server.
    """
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels
    from granian.server import Server

    from tracker.public.gate import threads

    check_port(host, port)
    os.environ["TRACKER_SERVING"] = "1"
    # New programs, not copies of this one, which has read its settings already and runs a thread: they read the environment anew.
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        loop=Loops.asyncio,
        workers=workers,
        # More than are ever in Django at once, which the gate bounds: one is always free for whoever is answered from memory, or refused.
        blocking_threads=threads(),
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        static_path_route=None,
    )
    # It warns of more threads than cores, which are meant: most of them wait.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    with worker_beside(say) if jobs else nullcontext():
        server.serve()


class Command(BaseCommand):
    """Serve with granian. Tables and static files must be there: `start` sees to that, and so do migrate and collectstatic."""

    help = "Serve the site (by default to this machine only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where, and with how many processes."""
        parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: %(default)s, this machine only)")
        parser.add_argument("--port", type=port_number, default=8000, help="port to listen on (default: %(default)s)")
        parser.add_argument(
            "--workers",
            type=number_of_workers,
            default=min(4, os.cpu_count() or 1),
            help="processes (default: one a core, at most four: %(default)s)",
        )
        parser.add_argument("--no-jobs", action="store_true", help="do no background jobs beside it; `manage.py work` does them elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say where, and serve."""
        if not settings.DEBUG and not (settings.STATIC_ROOT / "staticfiles.json").exists():
            raise Trouble("The static files are not collected yet; run `manage.py collectstatic --noinput` first, or `manage.py start`.")
        check_port(options["host"], options["port"])
        shown = f"[{options['host']}]" if ":" in options["host"] else options["host"]
        self.stdout.write(f"Serving at http://{shown}:{options['port']}/ (Ctrl-C ends it).")
        self.stdout.flush()
        serve(host=options["host"], port=options["port"], workers=options["workers"], jobs=not options["no_jobs"], say=self.stderr.write)

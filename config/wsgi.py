"""What a web server imports: `config.wsgi:application`."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


TURN = 0.001
"""Seconds for which a thread may run while others of its process want to, a fifth of Python's own. An ordinary page asks the database some twenty
times, and after each answer waits so long for a costly page that is being made beside it."""


def _application() -> Callable[[Any, Any], Iterable[bytes]]:
    """Django behind its gate, with the pages ahead of both that it has made before."""
    behind = get_wsgi_application()
    from tracker.public.ahead import ahead_of  # what these read is there once Django is set up
    from tracker.public.gate import gate_before

    return ahead_of(gate_before(behind))


application = _application()


def _end_with(server: multiprocessing.process.BaseProcess) -> None:
    """A worker of `manage.py serve` outlives it in no case: one that was killed cannot end its workers, which would keep the port."""
    server.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _get_ready() -> None:
    """Make what readers would wait for."""
    from tracker.public.columnar import read_all
    from tracker.public.gate import make_ready

    make_ready()
    read_all()


if os.environ.get("TRACKER_SERVING") and (_server := multiprocessing.parent_process()):
    sys.setswitchinterval(TURN)
    threading.Thread(target=_end_with, args=(_server,), name="watch over the server", daemon=True).start()
    threading.Thread(target=_get_ready, name="make ready what readers would wait for", daemon=True).start()

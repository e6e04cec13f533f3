"""What a web server imports: `config.wsgi:application`."""

import multiprocessing
import os
import signal
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()


def _end_with(server: multiprocessing.process.BaseProcess) -> None:
    """A worker of `manage.py serve` outlives it in no case: one that was killed cannot end its workers, which would keep the port."""
    server.join()
    os.kill(os.getpid(), signal.SIGTERM)


if os.environ.get("TRACKER_SERVING") and (_server := multiprocessing.parent_process()):
    threading.Thread(target=_end_with, args=(_server,), name="watch over the server", daemon=True).start()

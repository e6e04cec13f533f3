"""An application as `manage.py serve` serves it: ``python -m tracker.benchmarking.served APPLICATION PORT WORKERS``."""

import sys

import django


def main(application: str, port: str, workers: str) -> None:
    """Until it is told to end."""
    django.setup()
    from tracker.management.commands.serve import LOOPBACK, serve

    serve(host=LOOPBACK, port=int(port), workers=int(workers), jobs=False, say=print, application=application)


if __name__ == "__main__":
    main(*sys.argv[1:])
